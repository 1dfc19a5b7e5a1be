"""All that decides a run: settings of the run, of the network and of the algorithm, with the source of each default."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Annotated, Any, get_type_hints

from pydantic import BeforeValidator, ConfigDict, TypeAdapter, ValidationError

from .. import worlds
from ..worlds.engine.world import World
from . import shipped
from .algorithms import ALGORITHMS
from .episodes import REPEAT
from .lookup import find
from .networks.auxiliary import AUXILIARIES
from .networks.cores import CORES
from .networks.torsos import TORSOS

POLICIES = ("shared", "independent")
PATHS = ("levels", "tasks", "evaluate_tasks", "start", "store")
"""Settings that are paths of files or folders."""
FREE = (
    *("steps", "minutes", *PATHS, "threads", "compile", "memory", "checkpoint_seconds", "tensorboard", "record"),
    *("evaluate_every", "evaluate_split", "evaluate_episodes"),
)
"""Settings that may change when a run goes on: how long it is, where its files lie now, how it is run and measured."""
MOST = 2**40
"""Of anything that is counted: more than any machine can do."""
RENAMED = {"hand": "manual"}
"""Curricula of Rumpus 0.6 and their names of today: the former are accepted, in checkpoints too, and will go."""
ALIASES = {"imitate": "kickstart", "keep": "buffer_size", "lead": "beta", "points": "queries", "world": "worlds"}
"""Names that settings had in version 0.6, and have now; to be dropped with the next version."""
_STRICT = ConfigDict(extra="forbid", allow_inf_nan=False)


def weights(value: Any) -> Any:
    """ "depth,closure=0.1" to {"depth": its own weight, "closure": 0.1}; anything but a text as it is. Raises
    ValueError for a name that is no auxiliary loss, is given twice, or has a weight that is no number."""
    if not isinstance(value, str):
        return value
    found: dict[str, float] = {}
    for part in filter(None, value.split(",")):
        name, equals, text = part.partition("=")
        kind = find(AUXILIARIES, name, "auxiliary loss")
        if name in found:
            raise ValueError(f"the auxiliary loss {name} is given twice")
        try:
            found[name] = float(text) if equals else float(kind.weight)
        except ValueError:
            raise ValueError(f"the weight of the auxiliary loss {name} is a number, got {text!r}") from None
    return found


Weights = Annotated[dict[str, float], BeforeValidator(weights)]
"""Weights of auxiliary losses by their names."""


@dataclass(frozen=True)
class RunSettings:
    """Settings of any run, whatever the algorithm. The same settings give the same run on the CPU.

    Defaults marked + were chosen by trial in a small world of keys and boxes, on two cores.
    """

    __pydantic_config__ = _STRICT

    worlds: tuple[str, ...]
    shares: tuple[float, ...] | None = None  # of the environments, for each world; None: all alike
    steps: int = 1_000_000  # steps of all lanes together
    minutes: float | None = None  # of collecting and learning, after which it ends too; the same run comes out no twice
    seed: int = 0
    knobs: dict[str, int] = field(default_factory=dict)
    limit: int | None = None
    split: str = "train"
    levels: str | None = None  # a file or folder of levels in place of the world's own

    tasks: str | None = None  # a file of tasks, in place of the worlds' own and of knobs, limit and levels
    curriculum: str = "uniform"  # how likely each task is; see curricula.py
    curriculum_options: dict[str, float] = field(default_factory=dict)  # the numbers of that curriculum
    policies: str = "shared"  # by all players; or "independent": each player of a row has its own and learns alone
    partners: str | None = None  # a scenario, whose background players have all seats but its focal ones; `steps` count
    # their steps too, and nothing is learned from these
    start: str | None = None  # a run or checkpoint whose network is learned on from
    store: str | None = None  # a store of episodes, for algorithms that learn from one and do not play

    size: tuple[int, int] | None = None  # of a frame, pixels; None: as worlds/engine/render/views.py says
    repeat: int | None = None  # ticks that an action is held; None: REPEAT in real time, 1 where worlds take turns
    envs: int = 64  # + copies of the worlds in all
    stagger: bool = False  # cut the first episodes off at random times, so that later ones do not end all at once

    device: str = "cpu"  # of the network
    world_device: str | None = None  # of the worlds; None: the network's
    threads: int | None = None  # None: all cores
    compile: bool = False  # the network, by torch.compile
    bf16: bool | None = None  # mixed precision; None: where the device multiplies it in hardware
    memory: int = 8 * 2**30  # bytes that rollouts and replay buffers may take
    checkpoint_seconds: float = 60.0
    evaluate_every: int = 0  # updates between evaluations; 0: never
    evaluate_split: str = "valid"  # of the worlds' own levels
    evaluate_tasks: str | None = None  # a file of held-out tasks to evaluate on in place of levels
    evaluate_episodes: int = 256  # in each world
    tensorboard: bool = True
    record: str | None = None  # a store to which the episodes of training are added; see docs/data.md

    def __post_init__(self) -> None:
        # a checkpoint may hold the former name of its curriculum
        object.__setattr__(self, "curriculum", RENAMED.get(self.curriculum, self.curriculum))

    def ticks(self, world: World) -> int:
        """Ticks that an action is held in this world."""
        return self.repeat or (1 if world.controls.turn_based else REPEAT)

    def check(self) -> None:
        """Raise ValueError for values that cannot be."""
        positive = ("steps", "envs", "repeat", "threads", "evaluate_episodes", "memory")
        _at_least(self, dict.fromkeys(positive, 1) | dict.fromkeys(("evaluate_every", "checkpoint_seconds"), 0))
        if not self.worlds:
            raise ValueError("a run needs a world")
        if self.minutes is not None and not 0 < self.minutes < math.inf:
            raise ValueError(f"minutes must be a number greater than 0, got {self.minutes}")
        if len(set(self.worlds)) < len(self.worlds):
            raise ValueError(f"each world is named once, and --shares says how often it comes up; got {self.worlds}")
        if self.shares is not None:
            fits = len(self.shares) == len(self.worlds) and all(0 < share < math.inf for share in self.shares)
            if not fits:
                raise ValueError(
                    f"shares are numbers greater than 0, one for each of the {len(self.worlds)} worlds, got "
                    f"{', '.join(map(str, self.shares))}"
                )
        if len(self.worlds) > 1 and (self.knobs or self.levels is not None):
            raise ValueError("knobs and levels are those of one world: leave them out, or train in one world alone")
        if self.policies not in POLICIES:
            raise ValueError(f"policies are {' or '.join(POLICIES)}, got {self.policies!r}")
        if self.tasks is not None and (self.knobs or self.limit is not None or self.levels is not None):
            raise ValueError("tasks bring their own knobs, limits and levels: give tasks, or these, not both")
        if self.partners is not None and (self.policies != "shared" or len(self.worlds) > 1):
            raise ValueError(
                "partners are those of one world, and one policy learns beside them: name one world, and leave "
                "independent policies out"
            )
        if self.partners is not None and (self.world_device or self.device) != "cpu":
            raise ValueError("partners look and act on the CPU: give --set world_device=cpu, or leave partners out")
        if self.tasks is None and (self.curriculum != "uniform" or self.curriculum_options):
            raise ValueError(f"the curriculum {self.curriculum!r} chooses among tasks: give a file of them as tasks")


@dataclass(frozen=True)
class NetworkSettings:
    """Settings of the network; torsos and cores have numbers of their own, which `torso_options` and `core_options`
    hold (and which are typed by their names alone)."""

    __pydantic_config__ = _STRICT

    head: str | None = None  # moves, devices or universal; None: moves in one world, universal in several
    torso: str = "patches"
    torso_options: dict[str, Any] = field(default_factory=dict)
    core: str | None = None  # None: an LSTM if there are units, else no memory
    core_options: dict[str, Any] = field(default_factory=dict)
    hidden: int = 128  # features of the map together
    units: int = 0  # of the core; 0: no memory
    recall: bool = True  # a core is given the last action, and its reward
    words: int = 32  # features of a text
    queries: int = 0  # attention queries that words ask of a picture, each answered by what is there and where
    whole: bool = True  # the map of a picture is read cell by cell too; False: by queries alone
    normed: bool | None = None  # features are layer-normalised before a core that takes no map; None: to imitate
    direct: bool = False  # the head and the critic read features of the frame beside what such a core gives
    goals: bool = False  # pictures of goals are seen beside frames, of tasks that have some
    talk: bool = False  # in every tick a player can say one word to the others, who hear it in the next
    auxiliary: Weights = field(default_factory=dict)  # losses beside the algorithm's own, with their weights

    @property
    def memory(self) -> str:
        """The name of the core, "none" for none."""
        return self.core or ("lstm" if self.units else "none")

    def check(self) -> None:
        """Raise ValueError for values that cannot be."""
        _at_least(self, {"hidden": 1, "words": 1, "units": 0, "queries": 0})
        for name, weight in self.auxiliary.items():
            find(AUXILIARIES, name, "auxiliary loss")
            if weight < 0:
                raise ValueError(f"the weight of the auxiliary loss {name} must be at least 0, got {weight}")
        if (self.memory == "none") != (self.units == 0):
            raise ValueError(f"the core {self.memory!r} has {self.units} units: give --units with --core, or neither")
        if not self.whole and not self.queries:
            raise ValueError("whole=False leaves the map of a picture to queries: give some, such as queries=4")


@dataclass(frozen=True)
class Config:
    """All that decides a run: the name of the algorithm, and the settings of the run, the network and the algorithm."""

    algorithm: str
    run: RunSettings
    network: NetworkSettings
    own: Any

    @classmethod
    def of(cls, algorithm: str, *names: str, **values: Any) -> Config:
        """From values of any of the settings by name, such as steps=1000 or clip=0.1. names: of worlds. Raises
        ValueError for an unknown name, with the nearest ones, or a value of another type."""
        values = _renamed(algorithm, values)
        if names:
            values["worlds"] = names
        known = options(algorithm, values.get("torso", "patches"), _core(values))
        parts: dict[str, dict[str, Any]] = {
            "run": {},
            "network": {},
            "own": {},
            "torso_options": {},
            "core_options": {},
        }
        for name, value in values.items():
            if name not in known:
                raise ValueError(_unknown(name, known, algorithm))
            parts[known[name].owner][name] = value
        for part in ("torso_options", "core_options"):
            if parts[part]:
                parts["network"][part] = {**parts["network"].get(part, {}), **parts[part]}
        return cls.saved({"algorithm": algorithm, **{part: parts[part] for part in ("run", "network", "own")}}, "")

    @classmethod
    def saved(cls, content: Mapping[str, Any], where: str) -> Config:
        """From what `state` gave. Raises ValueError for what it cannot be; `where` names the file."""
        own = find(ALGORITHMS, content["algorithm"], "algorithm").Settings
        made = []
        for kind, values in (
            (RunSettings, content["run"]),
            (NetworkSettings, content["network"]),
            (own, content["own"]),
        ):
            try:
                if unknown := sorted(set(values) - {each.name for each in dataclasses.fields(kind)}):
                    raise ValueError(f"{where} holds settings that today's Rumpus does not know: {', '.join(unknown)}")
                made.append(TypeAdapter(kind).validate_python(dict(values)))
            except ValidationError as error:
                found = error.errors(include_url=False, include_context=False)[0]
                name = ".".join(map(str, found["loc"]))
                told = f"{where} holds no settings of today's Rumpus: " if where else ""
                raise ValueError(f"{told}{name}: {found['msg']}, got {found['input']!r}") from None
        return cls(content["algorithm"], *made)

    def state(self) -> dict[str, Any]:
        """As plain values."""
        parts = {name: dataclasses.asdict(getattr(self, name)) for name in ("run", "network", "own")}
        return {"algorithm": self.algorithm, **parts}

    def check(self) -> Config:
        """The same. Raises ValueError for values that cannot be."""
        self.run.check()
        self.network.check()
        least = {name: 1 for name in ("rollout", "epochs", "minibatches", "buffer_size") if hasattr(self.own, name)}
        _at_least(self.own, least)
        for name in ("gamma", "gae_lambda"):
            if hasattr(self.own, name) and not 0 <= getattr(self.own, name) <= 1:
                raise ValueError(f"{name} must lie from 0 to 1, got {getattr(self.own, name)}")
        self.own.check()
        self._check_offline()
        if getattr(self.own, "kl", 0) and self.run.start is None:
            raise ValueError(
                "kl holds the policy near the one that --from RUN begins with: give a run, or leave kl out"
            )
        return self

    @property
    def offline(self) -> bool:
        """Whether the algorithm learns from a store, and does not play."""
        return bool(getattr(find(ALGORITHMS, self.algorithm, "algorithm"), "offline", False))

    def _check_offline(self) -> None:
        """Raise ValueError for a store without use, or for no store."""
        s = self.run
        if not self.offline:
            if s.store is not None:
                raise ValueError(f"{self.algorithm} learns by playing, not from a store: leave store out, or choose bc")
            return
        if s.store is None:
            raise ValueError(
                f"{self.algorithm} learns from stored episodes: give --set store=PATH; `rumpus record` makes a store"
            )
        if s.partners is not None:
            raise ValueError(f"{self.algorithm} plays no episodes, so nobody is beside it: leave partners out")
        if s.tasks is not None or s.record is not None:
            raise ValueError(
                f"{self.algorithm} plays no episodes, and a store brings tasks of its own: leave out tasks and record, "
                "and give evaluate_tasks for tasks to be evaluated on"
            )

    def changed(self, changes: Mapping[str, Any]) -> Config:
        """The same with other values, for a run that goes on. Raises ValueError, naming them, for settings that differ
        and are not FREE to change."""
        values = _renamed(self.algorithm, changes)
        flat = self.flat()
        differing = {name: value for name, value in values.items() if value != flat.get(name, _defaults(self, name))}
        free = {
            name for name in FREE if name not in PATHS or getattr(self.run, name) is not None
        }  # a path may move only
        fixed = [f"{name} {flat.get(name)!r}, not {differing[name]!r}" for name in differing if name not in free]
        if fixed:
            raise ValueError(f"this run began with {'; '.join(fixed)}: leave these out, or begin another run")
        return Config.saved(self.replace(**differing).state(), "").check()

    def flat(self) -> dict[str, Any]:
        """All settings by name, with the own numbers of torso and core among them."""
        parts = [dataclasses.asdict(part) for part in (self.run, self.network, self.own)]
        merged = {name: value for part in parts for name, value in part.items()}
        torso, core = merged.pop("torso_options"), merged.pop("core_options")
        return merged | torso | core

    def absolute(self) -> Config:
        """The same from any folder: paths that do not depend on where they are read."""
        paths = {name: getattr(self.run, name) for name in (*PATHS, "record")}
        # not resolved: what /dev/stdin and a shell's <(...) lead to cannot be opened by its own name
        known: dict[str, Any] = {name: os.path.abspath(path) for name, path in paths.items() if path is not None}
        if self.run.partners is not None and ".toml" in self.run.partners:
            known["partners"] = os.path.abspath(self.run.partners)
        if self.run.start is not None:
            known["start"] = shipped.address(self.run.start)
        return self.replace(worlds=tuple(map(worlds.address, self.run.worlds)), **known)

    def replace(self, **values: Any) -> Config:
        """The same with other settings of the run."""
        return dataclasses.replace(self, run=dataclasses.replace(self.run, **values))


@dataclass(frozen=True)
class Option:
    """A setting: whose it is (run, network, own, torso_options or core_options), its type and its default."""

    owner: str
    kind: Any
    default: Any


def options(algorithm: str, torso: str = "patches", core: str = "none") -> dict[str, Option]:
    """All settings of an algorithm, a torso and a core by name. Raises ValueError if the algorithm has settings of
    names that are a run's."""
    found: dict[str, Option] = {}
    own = find(ALGORITHMS, algorithm, "algorithm").Settings
    for owner, record in (("run", RunSettings), ("network", NetworkSettings), ("own", own)):
        hints = get_type_hints(record)
        if taken := [each.name for each in dataclasses.fields(record) if each.name in found]:
            raise ValueError(
                f"the Settings of {algorithm} have names that settings of every run or network have: "
                f"{', '.join(taken)}; choose others"
            )
        found |= {each.name: Option(owner, hints[each.name], _default(each)) for each in dataclasses.fields(record)}
    parts: list[tuple[str, Any]] = [("torso_options", find(TORSOS, torso, "torso"))]
    parts += [("core_options", find(CORES, core, "core"))] if core != "none" else []
    for owner, made in parts:
        hints = get_type_hints(made.__init__)
        for name, parameter in inspect.signature(made).parameters.items():
            if parameter.kind is parameter.KEYWORD_ONLY and name not in found:
                found[name] = Option(owner, hints.get(name, Any), parameter.default)
    return found


def parsed(pairs: Sequence[str], algorithm: str, torso: str = "patches", core: str = "none") -> dict[str, Any]:
    """["clip=0.1"] to {"clip": 0.1}: settings as a person types them.

    Raises ValueError for a name that is no setting, with the nearest ones, for one that is given twice, and for a value
    of another type.
    """
    known = options(algorithm, torso, core)
    values: dict[str, Any] = {}
    for pair in pairs:
        typed, _, text = pair.partition("=")
        name = ALIASES.get(typed, typed) if typed not in known else typed
        if name == "reinforce":
            values[name] = _literal(text)
            continue
        if name == "auxiliary" and not text.startswith("{"):
            values[name] = weights(text)
            continue
        if name not in known or name == "worlds":
            raise ValueError(f"--set: {_unknown(typed, known, algorithm)}")
        if name in values:
            raise ValueError(f"--set: {name} is given twice")
        option = known[name]
        adapter: TypeAdapter[Any] = TypeAdapter(option.kind, config=ConfigDict(strict=True, allow_inf_nan=False))
        try:
            values[name] = adapter.validate_python(_literal(text))
        except ValidationError:
            try:
                values[name] = adapter.validate_python(text)
            except ValidationError:
                kind = getattr(option.kind, "__name__", option.kind)
                like = f", such as {option.default}" if option.default not in (None, dataclasses.MISSING) else ""
                raise ValueError(f"--set: {typed} takes a {kind}{like}; got {text!r}") from None
    return values


def _renamed(algorithm: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The settings by today's names. Raises ValueError for what has become an algorithm of its own."""
    values = dict(values)
    if values.pop("reinforce", 1.0) != 1.0:
        raise ValueError("imitation alone is an algorithm of its own: rumpus train dagger WORLD")
    known = options(algorithm)
    for old, new in ALIASES.items():
        if old in values and old not in known:
            value = values.pop(old)
            values.setdefault(new, (value,) if old == "world" else value)
    for old, new in RENAMED.items():
        if values.get("curriculum") == old:
            values["curriculum"] = new
    return values


def _core(values: Mapping[str, Any]) -> str:
    return values.get("core") or ("lstm" if values.get("units") else "none")


def _unknown(name: str, known: Mapping[str, Any], algorithm: str) -> str:
    near = get_close_matches(name, known, n=3)
    elsewhere = [
        other for other, made in ALGORITHMS.items() if name in {f.name for f in dataclasses.fields(made.Settings)}
    ]
    hint = f"; it is a setting of {', '.join(elsewhere)}" if elsewhere else ""
    return f"unknown setting {name!r} of {algorithm}{hint}; {f'did you mean {near}?' if near else sorted(known)}"


def _default(each: dataclasses.Field) -> Any:
    return each.default_factory() if each.default_factory is not dataclasses.MISSING else each.default


def _defaults(config: Config, name: str) -> Any:
    found = options(config.algorithm, config.network.torso, config.network.memory).get(name)
    return found.default if found else None


def _at_least(settings: Any, least: Mapping[str, int]) -> None:
    """Raise ValueError for numbers below these, and for floats that are not finite."""
    for name, low in least.items():
        value = getattr(settings, name)
        if value is not None and not low <= value <= MOST:
            raise ValueError(f"{name} must be at least {low} and at most {MOST:,}, got {value}")
    for each in dataclasses.fields(settings):
        value = getattr(settings, each.name)
        if isinstance(value, float) and not math.isfinite(value):
            raise ValueError(f"{each.name} must be a finite number, got {value}")
        if isinstance(value, float) and value < 0:
            raise ValueError(f"{each.name} must be at least 0, got {value}")


def _literal(text: str) -> Any:
    """A Python literal, such as 0.5, True or {"a": 1}; true, false and none in any case; any other text as it is."""
    plain = {"true": True, "false": False, "none": None}
    if text.lower() in plain:
        return plain[text.lower()]
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return text
