"""All that decides a run of the improvement loop. Numbers without a source were chosen by trial or by what fits."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, get_type_hints

from pydantic import TypeAdapter, ValidationError

from ..pages import setting_comments
from ..settings import parsed

SCALES: dict[str, dict[str, Any]] = {
    # two rounds in seconds: to try whether all works
    "tiny": {
        **{
            "rounds": 2,
            "tasks": 12,
            "tries": 1,
            "limit": 12,
            "held_out": 8,
            "audited": 8,
            "searched": 200,
            "relabelled": 6,
        },
        **{"learning": {"steps": 1024, "envs": 8, "rollout": 16, "hidden": 16, "channels": 8, "blocks": 1}},
    },
    # minutes a round on a core
    "cpu": {},
    # minutes of a GPU
    "gpu": {
        **{"rounds": 8, "tasks": 2048, "tries": 4, "held_out": 1024, "audited": 512},
        **{"learning": {"steps": 4_000_000, "envs": 256, "device": "cuda", "world_device": "cpu"}},
    },
}
"""The differences from the defaults at each scale."""


@dataclass(frozen=True)
class ImproveSettings:
    """Settings of a run. A run that goes on has those that it began with, but for `rounds` and `threads`."""

    world: str
    setter: str = "hindsight"
    judge: str = "program"
    learner: str = "filtered"
    agent: str = "random"  # random, a shipped agent, or a run: the first generation
    rounds: int = 6
    seed: int = 0
    tasks: int = 256  # that the agent attempts in each round
    tries: int = 2  # attempts of each
    limit: int | None = None  # ticks of a task, no more than the world's own; None: 60 turns, or 10 seconds
    middle: float = 0.25  # share of the states that lie in the middle of an episode
    chances: int = 4  # proposals that a setter may make for each task that is wanted
    threshold: float = 0.5  # score from which on an attempt counts as done: SIMA 2's raters (arXiv 2512.04797) use 50 %
    held_out: int = 256  # tasks of the fixed set
    held_split: str = "test"  # test: of contents and starts that no setter may use; train: of other starts alone
    held_limit: int | None = None  # ticks of a held-out task at most, or those of its proof; None: its own limit
    held_tasks: str | None = None  # a file with the fixed set, in place of one that is made
    table: str | None = None  # a file of tasks, for the setter `table`
    audited: int = 128  # attempts of each set on which the judge is audited
    searched: int = 4000  # states that are searched for a proof that a proposed task can be done
    relabelled: int = 0  # goals that came true in attempts of the round, and are learned from as if they had been told
    straight: bool = True  # what was found done is played once more without loops, and learned from in that form
    latest: bool = True  # the last generation attempts; False: always the first, the control of no loop
    bank: int = 50_000  # attempts that are kept, with replays of the last round beside; the oldest are dropped
    replayed: float = 0.5  # share of what is learned that comes from older rounds
    passes: float = (
        12.0  # times that the steps of a generation's lessons are read, on average; no more steps than `learning` says
    )
    temperature: float = 0.3  # of the weights of `weighted`
    marks: int = 64  # attempts of each round that are annotated, for judges that learn
    noise: float = 0.1  # share of wrong marks of the synthetic annotator
    judge_steps: int = 300  # optimiser steps of a learned judge in each round
    validity: float = (
        1.0  # weight of the loss of `setter-solver` that asks for goals like those reached; 0 leaves a loss out
    )
    feasibility: float = 1.0  # weight of the loss that asks for the wished chance of success
    coverage: float = 0.5  # weight of the loss that asks for different goals
    desirability: float = 1.0  # weight of the loss that asks for goals like those of `desired`
    desired: str | None = None  # a file of tasks, for `setter-solver`: goals that it is to come to
    conditioned: bool = True  # whether the networks of `setter-solver` see the things of the state
    setter_steps: int = 300  # optimiser steps of a learned setter in each round
    server: str | None = None  # of a language model, for the setter `language` and the judge `vision`: its URL
    model: str | None = None  # its name there
    calls: int = 2000  # requests to it, at most, of each of them and in each process
    timeout: float = 60.0  # seconds until an answer must be there
    retries: int = 4  # times that a request is sent again
    wait: float = 1.0  # seconds before the first of these
    learning: dict[str, Any] = field(default_factory=dict)  # settings of each generation's training, see `rumpus train`
    options: dict[str, Any] = field(default_factory=dict)  # of a setter, judge or learner of your own
    threads: int | None = None

    def check(self) -> ImproveSettings:
        """The same. Raises ValueError for values that cannot be."""
        counted = (
            "rounds",
            "tasks",
            "tries",
            "limit",
            "chances",
            "held_out",
            "held_limit",
            "searched",
            "bank",
            "judge_steps",
            "setter_steps",
            "calls",
        )
        for name in (*counted, "threads"):
            value = getattr(self, name)
            if value is not None and (int(value) != value or not 1 <= value <= 1 << 40):
                raise ValueError(f"{name} is a whole number from 1 on, got {value}")
        for name in ("seed", "audited", "marks", "relabelled"):
            if not 0 <= getattr(self, name) < 1 << 40:
                raise ValueError(f"{name} is a whole number from 0 on, got {getattr(self, name)}")
        for name in ("middle", "threshold", "replayed", "noise"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} lies from 0 to 1, got {getattr(self, name)}")
        for name in ("temperature", "passes"):
            if not 0 < getattr(self, name) < math.inf:
                raise ValueError(f"{name} is a number above 0, got {getattr(self, name)}")
        for name in ("validity", "feasibility", "coverage", "desirability"):
            if not 0 <= getattr(self, name) < math.inf:
                raise ValueError(f"{name} is a weight from 0 on, got {getattr(self, name)}")
        if self.noise >= 0.5:
            raise ValueError(f"noise is a share below one half, beyond which marks mean the opposite; got {self.noise}")
        return self

    def plain(self) -> dict[str, Any]:
        """As plain values."""
        return dataclasses.asdict(self)


FREE = ("rounds", "threads", "server", "calls", "timeout", "retries", "wait")
"""Settings that may change when a run goes on."""


def settings(world: str, scale: str, values: Mapping[str, Any]) -> ImproveSettings:
    """The settings of a scale with these values. Raises ValueError for an unknown scale, name, or value."""
    if scale not in SCALES:
        raise ValueError(f"the scales are {', '.join(SCALES)}, got {scale!r}")
    known = {each.name for each in dataclasses.fields(ImproveSettings)}
    if unknown := sorted(set(values) - known):
        raise ValueError(f"unknown settings {', '.join(unknown)}: they are {', '.join(sorted(known - {'world'}))}")
    chosen = {**SCALES[scale], **values}
    chosen["learning"] = {**SCALES[scale].get("learning", {}), **values.get("learning", {})}
    return ImproveSettings(world, **{name: value for name, value in chosen.items() if name != "world"}).check()


def typed(pairs: Sequence[str], algorithm: str = "bc") -> dict[str, Any]:
    """["tasks=64", "hidden=32"] to {"tasks": 64, "learning": {"hidden": 32}}: settings as a person types them; those
    that the loop does not have are of each generation's training by this algorithm, see `rumpus algorithms`. Raises
    ValueError for what is not NAME=VALUE, for a name that is nobody's, and for a value of another type."""
    own = {each.name: each for each in dataclasses.fields(ImproveSettings) if each.name not in ("learning", "options")}
    found: dict[str, Any] = {}
    learning: list[str] = []
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals:
            raise ValueError(f"--set takes NAME=VALUE, such as --set tasks=64; got {pair!r}")
        if name not in own:
            learning.append(pair)
            continue
        if name in found:
            raise ValueError(f"--set: {name} is given twice")
        kind = get_type_hints(ImproveSettings)[name]
        try:
            found[name] = TypeAdapter(kind).validate_python(None if text.lower() == "none" else text)
        except ValidationError:
            raise ValueError(f"--set: {name} takes a {own[name].type}; got {text!r}") from None
    if learning:
        found["learning"] = parsed(learning, algorithm)
    return found


def listed() -> str:
    """All settings with their defaults and what they are, a line each."""
    about = setting_comments(ImproveSettings)
    fields = [each for each in dataclasses.fields(ImproveSettings) if each.name in about]
    return "\n".join(f"{each.name} = {each.default!r}: {about[each.name]}" for each in fields)
