"""All that decides a run of PPO, with where each default comes from."""

from __future__ import annotations

import ast
import dataclasses
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, get_type_hints

from pydantic import ConfigDict, TypeAdapter, ValidationError

from .. import worlds
from ..worlds.engine.world import World

REPEAT = 4
"""Ticks that an action is held in worlds of real time: usual for agents in DeepMind Lab (github.com/google-deepmind/
scalable_agent)."""
POLICIES = ("shared", "independent")
PATHS = ("levels", "tasks", "evaluate_tasks")
"""Settings that are paths of files or folders."""
FREE = (
    *("steps", *PATHS, "threads", "compile", "checkpoint_seconds", "tensorboard"),
    *("evaluate_every", "evaluate_split", "evaluate_episodes"),
)
"""Settings that may change when a run goes on: how long it is, where its files lie now, how it is run and measured."""
MOST = 2**40
"""Of anything that is counted: more than any machine can do."""
OLDER = {"recall": False}
"""The values in runs that began before there was such a setting."""


@dataclass(frozen=True)
class Settings:
    """All that decides a run. The same settings give the same run on the CPU.

    Defaults marked * are CleanRL's for procedurally generated levels (github.com/vwxyzjn/cleanrl, ppo_procgen.py), +
    those of its ppo_atari_lstm.py, = those of the planning agents of
    github.com/AlignmentResearch/train-learned-planner. What has no mark was chosen by trial in a small world of
    keys and boxes, on two cores. Minibatches of 256 samples learned quicker than of 1,024; a fast learning rate with
    a weak critic much quicker than the usual ones: at 870,000 of a million steps, 3e-3 with 0.2 had 93 % of success on
    held-out levels, 2e-3 with 0.1 85 %, 1e-3 with 0.1 71 %, 1e-3 with 0.5 52 % (one seed each).
    """

    __pydantic_config__ = ConfigDict(extra="forbid", allow_inf_nan=False)

    world: str
    steps: int = 1_000_000  # steps of all lanes together
    seed: int = 0
    knobs: dict[str, int] = field(default_factory=dict)
    limit: int | None = None
    split: str = "train"
    levels: str | None = None  # a file or folder of levels in place of the world's own

    tasks: str | None = None  # a file of tasks, in place of the world's own and of knobs, limit and levels
    curriculum: str = "uniform"  # how likely each task is; see curricula.py
    curriculum_options: dict[str, float] = field(default_factory=dict)  # the numbers of that curriculum
    policies: str = "shared"  # by all players; or "independent": each player of a row has its own and learns alone

    size: tuple[int, int] | None = None  # of a frame, pixels; None: as worlds/engine/look.py says
    repeat: int | None = None  # ticks that an action is held; None: REPEAT in real time, 1 where worlds take turns
    head: str = "moves"  # or "devices": keys, buttons and mouse themselves
    talk: bool = False  # in every tick a player can say one word to the others, who hear it in the next
    channels: int = 16
    blocks: int = 2
    hidden: int = 128
    units: int = 0  # of the LSTM; 0: no memory
    recall: bool = True  # a memory is told what its hands did last, and what that paid
    words: int = 32  # features of a text
    points: int = 0  # questions that words ask of a picture, each answered by what is there and where

    envs: int = 64
    rollout: int = 32
    epochs: int = 4  # +
    minibatches: int = 8  # *
    learning_rate: float = 3e-3
    anneal: bool = True  # +: the learning rate falls to 0 in a straight line
    gamma: float = 0.97  # =
    gae_lambda: float = 0.95  # *
    clip: float = 0.2  # *
    entropy: float = 0.01  # *
    value: float = 0.2  # weight of the critic's loss
    grad_norm: float = 0.5  # *
    normalise_reward: bool = True  # *: rewards are divided by the deviation of their running discounted sum

    imitate: float = 0.0  # weight of doing what the world's expert would do there; see ppo.py
    reinforce: float = 1.0  # weight of PPO's own losses; 0: imitation alone
    keep: int = 100_000  # of imitation alone, without a memory: steps that are kept and learned from again
    lead: float = 0.5  # of imitation alone: the chance that the expert makes a step, at first; it falls to 0

    device: str = "cpu"
    threads: int | None = None  # None: all cores
    compile: bool = False
    bf16: bool = True  # mixed precision, on CUDA only
    checkpoint_seconds: float = 60.0
    evaluate_every: int = 0  # updates between evaluations; 0: never
    evaluate_split: str = "valid"  # of the world's own levels
    evaluate_tasks: str | None = None  # a file of held-out tasks to evaluate on in place of levels
    evaluate_episodes: int = 256
    tensorboard: bool = True

    @classmethod
    def of(cls, saved: Mapping[str, Any], where: str) -> Settings:
        """The settings that a checkpoint holds. Raises ValueError for what they cannot be; `where` names the file."""
        try:
            return TypeAdapter(cls).validate_python({**OLDER, **saved})
        except ValidationError as error:
            found = error.errors(include_url=False, include_context=False)[0]
            name = ".".join(map(str, found["loc"]))
            raise ValueError(f"{where} holds no settings of today's Rumpus: {name}: {found['msg']}") from None

    def changed(self, changes: Mapping[str, Any]) -> Settings:
        """The same with other values, for a run that goes on. Raises ValueError, naming them, for settings that differ
        and are not FREE to change."""
        differing = {name: value for name, value in changes.items() if value != getattr(self, name)}
        free = {name for name in FREE if name not in PATHS or getattr(self, name) is not None}  # a path may move only
        fixed = [f"{name} {getattr(self, name)!r}, not {differing[name]!r}" for name in differing if name not in free]
        if fixed:
            raise ValueError(f"this run began with {'; '.join(fixed)}: leave these out, or begin another run")
        return dataclasses.replace(self, **differing)

    def absolute(self) -> Settings:
        """The same from any folder: paths that do not depend on where they are read."""
        paths = {name: getattr(self, name) for name in PATHS}
        # not resolved: what /dev/stdin and a shell's <(...) lead to cannot be opened by its own name
        known = {name: os.path.abspath(path) for name, path in paths.items() if path is not None}
        return dataclasses.replace(self, world=worlds.address(self.world), **known)

    def ticks(self, world: World) -> int:
        """Ticks that an action is held in this world."""
        return self.repeat or (1 if world.turn_based else REPEAT)

    def check(self) -> None:
        """Raise ValueError for what cannot be."""
        counts = (
            "steps",
            "envs",
            "rollout",
            "epochs",
            "minibatches",
            "channels",
            "hidden",
            "words",
            "repeat",
            "threads",
            "evaluate_episodes",
        )
        least = dict.fromkeys(counts, 1)
        least |= dict.fromkeys(("blocks", "units", "points", "keep", "evaluate_every", "checkpoint_seconds"), 0)
        for name, low in least.items():
            value = getattr(self, name)
            if value is not None and not low <= value <= MOST:
                raise ValueError(f"{name} must be at least {low} and at most {MOST:,}, got {value}")
        for name, value in vars(self).items():
            if isinstance(value, float) and not math.isfinite(value):
                raise ValueError(f"{name} must be a finite number, got {value}")
        for name in ("gamma", "gae_lambda"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} must lie from 0 to 1, got {getattr(self, name)}")
        if not (self.learning_rate > 0 and self.clip > 0 and self.grad_norm > 0):
            raise ValueError("learning_rate, clip and grad_norm must be greater than 0")
        if min(self.imitate, self.reinforce) < 0 or self.imitate + self.reinforce == 0:
            raise ValueError("imitate and reinforce must be at least 0, and one of them more")
        if not 0 <= self.lead <= 1:
            raise ValueError(f"lead must lie from 0 to 1, got {self.lead}")
        if self.policies not in POLICIES:
            raise ValueError(f"policies are {' or '.join(POLICIES)}, got {self.policies!r}")
        if self.tasks is not None and (self.knobs or self.limit is not None or self.levels is not None):
            raise ValueError("tasks bring their own knobs, limits and levels: give tasks, or these, not both")
        if self.tasks is None and (self.curriculum != "uniform" or self.curriculum_options):
            raise ValueError(f"the curriculum {self.curriculum!r} chooses among tasks: give a file of them as tasks")


def parsed(pairs: Sequence[str]) -> dict[str, Any]:
    """["clip=0.1"] to {"clip": 0.1}: settings as a person types them.

    Raises ValueError for a name that is no setting, with the nearest ones, for one that is given twice, and for a value
    of another type.
    """
    hints = get_type_hints(Settings)
    known = {each.name: each for each in dataclasses.fields(Settings) if each.name != "world"}
    values: dict[str, Any] = {}
    for pair in pairs:
        name, _, text = pair.partition("=")
        if name not in known:
            near = get_close_matches(name, known, n=3)
            raise ValueError(f"--set: unknown setting {name!r}; {f'did you mean {near}?' if near else sorted(known)}")
        if name in values:
            raise ValueError(f"--set: {name} is given twice")
        adapter: TypeAdapter[Any] = TypeAdapter(hints[name], config=ConfigDict(strict=True, allow_inf_nan=False))
        try:
            values[name] = adapter.validate_python(_literal(text))
        except ValidationError:
            try:
                values[name] = adapter.validate_python(text)
            except ValidationError:
                kind = getattr(hints[name], "__name__", hints[name])
                like = (
                    f", such as {known[name].default}" if known[name].default not in (None, dataclasses.MISSING) else ""
                )
                raise ValueError(f"--set: {name} takes a {kind}{like}; got {text!r}") from None
    return values


def _literal(text: str) -> Any:
    """A Python literal, such as 0.5, True or {"a": 1}; any other text as it is."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return text
