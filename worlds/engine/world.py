"""A world as one record of parts: rules, view, controls, objective, knobs, levels and expert.

Each part is a frozen record that checks itself where it is made; `World` checks what concerns several of them. So
`help(Rules)`, `help(Levels)` and so on say what the writer of a world needs.

Functions that kernels call (`reset`, `step`, and those of the view and of the things) are compiled with `@njit`, are
scalar, work on one record, and run on CPU threads and on CUDA. All others are plain Python.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from ...interface.action import Move
from ...interface.keys import BUTTONS, button_index, key_index
from ...interface.text import encode
from .records.bounds import Bounds, Guard
from .records.names import check_functions, check_names, check_scales
from .records.states import Knob, task_dtype
from .records.things import Things, nothing
from .render.views import Frames, Rays, Tiles
from .simulator import Simulator

NO_LEVELS = np.zeros(1, np.uint8)
"""The `levels` argument of `reset` in worlds that have none."""


@dataclass(frozen=True)
class Rules:
    """The dynamics: the state of an episode, and the functions that begin it and move it on.

    state: a dtype made by `state_dtype`, the same for all variants of a family.
    reset(state, task, levels): begins an episode. state: one record; the engine's fields are set, and the world's own
        fields still hold the last episode, so `reset` writes all of them. task: one record of the table of tasks, with
        a field for each knob. levels: the world's levels, (k,) LEVEL, or NO_LEVELS.
    step(state, actions, outcomes): one tick for all players. actions: (players,) ACTION; outcomes: (players,) OUTCOME,
        zeros on entry. The engine moves cursors, passes chat on and keeps the time limit.
    things: the objects of a state that goals can name; see records/things.py. None: the world has its own task only.
    bounds: the ranges of the world's own fields, by which damaged states are refused; see records/bounds.py.
    simulator(world, n, threads): makes the Simulator that moves n copies besides `step`, such as a physics engine; see
        simulator.py. None for worlds without a simulator, which run on CUDA too.
    savable: whether the state record determines the rest of the episode. It does in all worlds without a simulator.

    Raises ValueError for rules that contradict one another.
    """

    state: np.dtype
    reset: Callable[..., Any]
    step: Callable[..., Any]
    things: Things | None = None
    bounds: Bounds | None = None
    simulator: Callable[[World, int, int], Simulator] | None = None
    savable: bool = True

    def __post_init__(self) -> None:
        if not isinstance(self.state, np.dtype):
            raise ValueError(f"state= is the dtype that state_dtype(fields, players) makes; got {self.state!r}")
        if objects := [name for name in self.state.names or () if self.state[name].hasobject]:
            raise ValueError(
                f"the state's fields {', '.join(objects)} hold Python objects, which kernels cannot: give each a "
                "number of NumPy's as its type, and its fixed shape"
            )
        check_functions("Rules", reset=self.reset, step=self.step)
        missing = {"cursor", "players", "task", "instruction"} - set(self.state.names or ())
        if missing:
            raise ValueError(
                f"a state begins with the engine's own fields, and this one lacks {', '.join(sorted(missing))}: make "
                "its dtype with state_dtype(fields, players)"
            )
        if not self.savable and self.simulator is None:
            raise ValueError(
                "savable=False is for a world whose simulator keeps a part of the state to itself, and these rules "
                "have no simulator: leave savable out, or give simulator="
            )
        if self.things is not None:
            check_names(self.things)

    @property
    def max_players(self) -> int:
        """The largest number of players in a state."""
        return self.state["cursor"].shape[0]

    @property
    def fill(self) -> Callable[..., Any]:
        """The function that writes the things of a state; where there are none to show, one that writes nothing."""
        return self.things.fill if self.things else nothing

    @property
    def most_things(self) -> int:
        """The length of a table of things, at least 1."""
        return self.things.most if self.things else 1


@dataclass(frozen=True)
class Controls:
    """The action specification: the part of keyboard and mouse that the world listens to, and its clock.

    keys, buttons: names of interface/keys.py. cursor: whether the mouse moves a cursor over the picture.
    moves: the few meaningful actions by name, in a fixed order: the discrete action space of agents.
    help: the effect of a key, a "left button", the "wheel" or the "mouse", for people, where the names of the moves do
        not say it.
    aimed(state, player): (index of the thing at the crosshair of this player, or -1; whether it is in reach), for views
        that show a crosshair.
    needs_something_held: those of the keys and buttons that do nothing while the player holds nothing.
    tick_hz: ticks in a second, at least 1. turn_based: whether time waits for the player; a tick is then a turn.

    Raises ValueError for an unknown key or button, and for moves or help that use others than `keys` and `buttons`.
    """

    keys: tuple[str, ...]
    moves: Mapping[str, Move]
    buttons: tuple[str, ...] = ()
    cursor: bool = False
    help: Mapping[str, str] = field(default_factory=dict)
    aimed: Callable[[Any, int], tuple[int, bool]] | None = None
    needs_something_held: tuple[str, ...] = ()
    tick_hz: int = 10
    turn_based: bool = True

    def __post_init__(self) -> None:
        for key in self.keys:
            key_index(key)
        for button in self.buttons:
            button_index(button)
        pressed = {*self.keys, *self.buttons}
        if strange := set(self.needs_something_held) - pressed:
            raise ValueError(f"needs_something_held names {sorted(strange)}, which are none of the keys and buttons")
        if self.tick_hz < 1:
            raise ValueError(f"tick_hz is a number of ticks in a second, at least 1; got {self.tick_hz}")
        for name, move in self.moves.items():
            if strange := {*move.keys, *move.buttons} - pressed:
                raise ValueError(f"the move {name!r} presses {sorted(strange)}, which are none of the keys and buttons")
        pointer = {*(f"{button} button" for button in BUTTONS), "wheel", "mouse"}
        if strange := set(self.help) - pressed - pointer:
            raise ValueError(
                f"help tells what {sorted(strange)} do, which are none of the keys, nor {', '.join(sorted(pointer))}"
            )


@dataclass(frozen=True)
class Objective:
    """The objective in words, and the time limit.

    limit: ticks after which an episode is truncated. instruction: one text for all players, or one for each in a tuple.
    other_instructions: all texts that may replace the instruction of a player during an episode.

    Raises ValueError for a limit that is no whole number of at least 1, and for a text of more tokens than a record
    holds.
    """

    limit: int
    instruction: str | tuple[str, ...]
    other_instructions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_limit(self.limit)
        wrong = [text for text in (*self.texts(1), *self.other_instructions) if not isinstance(text, str)]
        if wrong:
            raise ValueError(f"an instruction is a text, or a tuple of one for each player; got {wrong[0]!r}")
        for text in (*self.texts(1), *self.other_instructions):
            encode(text)

    def texts(self, players: int) -> tuple[str, ...]:
        """The instructions of this number of players, one for each."""
        return (self.instruction,) * players if isinstance(self.instruction, str) else self.instruction


@dataclass(frozen=True)
class Knobs:
    """The parameters of the environment, and its splits.

    declared: the knobs by name, each with its default, its range and its meaning; each is a field of the task record.
    overrides: values that differ from the defaults in this variant of the world.
    validate(values): the error of a combination of values, {name: int} of all knobs, as a sentence; None if they are
        valid.
    splits: the sets of levels by name, and the knobs that each changes; "train" is among them. Splits that do not
        differ in content (by a bank or the knob `fold`) differ in their random numbers: see World.salt.

    Raises ValueError for overrides or splits that name no knob, are out of range or contradict one another.
    """

    declared: Mapping[str, Knob] = field(default_factory=dict)
    overrides: Mapping[str, int] = field(default_factory=dict)
    validate: Callable[[Mapping[str, int]], str | None] | None = None
    splits: Mapping[str, Mapping[str, int]] = field(default_factory=lambda: {"train": {}, "valid": {}, "test": {}})

    def __post_init__(self) -> None:
        if "train" not in self.splits:
            raise ValueError(f"splits must hold one named 'train', got {', '.join(self.splits) or 'none'}")
        for split, turned in self.splits.items():
            try:
                self.values(turned)
            except ValueError as error:
                raise ValueError(f"split {split!r}: {error}") from error

    def values(self, chosen: Mapping[str, int]) -> dict[str, int]:
        """The values of all knobs: those of `chosen`, else this variant's overrides, else the defaults.

        Raises ValueError for an unknown knob, a value out of range, or values that contradict one another.
        """
        values = {name: knob.default for name, knob in self.declared.items()} | dict(self.overrides) | dict(chosen)
        for name, value in values.items():
            if name not in self.declared:
                raise ValueError(f"there is no knob {name!r}; the knobs: {', '.join(self.declared) or 'none'}")
            knob = self.declared[name]
            if int(value) != value or not knob.low <= value <= knob.high:
                raise ValueError(
                    f"{name} must be a whole number from {knob.low} to {knob.high}, got {value} ({knob.meaning})"
                )
            values[name] = int(value)
        wrong = self.validate(values) if self.validate else None
        if wrong:
            raise ValueError(wrong)
        return values


@dataclass(frozen=True)
class Levels:
    """Levels from a bank, a file or a text. A level is one record of the world's own dtype, called LEVEL here.

    bank(split, knobs, count=None): the levels of a split as (k,) LEVEL, for worlds whose `reset` makes none. knobs: the
        values of all knobs; count: the number of levels, by default the world's own. The result is cached.
    read(path): ((k,) LEVEL, {knob: value}) from a user's file or folder, with the knobs that fit these levels; raises
        ValueError with file, line and column of the error.
    write(path, levels, players=n): the reverse: writes (k,) LEVEL into a file.
    parse(text): (1,) LEVEL from the level text of a task; raises ValueError as `read` does.
    show(level, players=n): the reverse: one LEVEL record as the text that `parse` reads.
    generated_level: (1,) LEVEL that means "generate one", for worlds whose `reset` generates levels and plays given
        ones too. It is the `levels` argument of `reset` where no others are given.

    Raises ValueError for functions that need others which are not given.
    """

    bank: Callable[..., np.ndarray] | None = None
    read: Callable[..., tuple[np.ndarray, dict[str, int]]] | None = None
    write: Callable[..., None] | None = None
    parse: Callable[[str], np.ndarray] | None = None
    show: Callable[..., str] | None = None
    generated_level: np.ndarray | None = None

    def __post_init__(self) -> None:
        if self.bank is None and self.read is None and self.parse is None:
            raise ValueError("levels come from a bank, a file or a text: give bank=, read= or parse=, or no Levels")
        if self.write is not None and self.show is None:
            raise ValueError("write= puts levels into a file as texts, which takes show= too")
        if self.show is not None and self.parse is None:
            raise ValueError("show= makes texts that only parse= can read: give both")
        if (self.bank is None) == (self.generated_level is None):
            raise ValueError(
                "either a bank makes the levels (bank=), or `reset` does and a record says so (generated_level=): give "
                "one of the two"
            )
        if self.generated_level is not None and self.generated_level.shape != (1,):
            raise ValueError(f"generated_level is one record, of shape (1,); got {self.generated_level.shape}")


@dataclass(frozen=True)
class Planner:
    """An expert that plans: plan(state) computes, from one state record, the moves that reach the objective as indices
    into `Controls.moves`, integers (steps,), or None if it finds none."""

    plan: Callable[[Any], np.ndarray | None]


@dataclass(frozen=True)
class Controller:
    """An expert that decides tick by tick: act(state, player, action, things, count) writes one tick's action of a
    player into `action`, one ACTION record, zeros on entry. state: one record; things: (most,) THING, of which the
    first `count` are valid. It is compiled, may allocate, and runs on the CPU only."""

    act: Callable[..., Any]


@dataclass(frozen=True)
class World:
    """A world, which is an environment: one record of all its parts.

    name: as typed on the command line, lower case with hyphens. summary: one sentence for lists. doc: the page for
    people (the package's docstring). players: the number of players of this variant. version: raised by each change
    after which an episode of the same seed and actions differs.
    view: the renderer of observations: `Tiles` from above, `Rays` in first person, or `Frames` of its simulator.
    expert: a Planner or a Controller, or None.
    origin: for worlds outside the package: a function that makes the same world in another process; `variant` does not
    keep it.

    Raises ValueError for parts that contradict one another.
    """

    name: str
    summary: str
    doc: str
    rules: Rules
    view: Tiles | Rays | Frames
    controls: Controls
    objective: Objective
    knobs: Knobs = field(default_factory=Knobs)
    levels: Levels | None = None
    expert: Planner | Controller | None = None
    players: int = 1
    version: int = 0
    origin: Callable[[], World] | None = field(default=None, init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        for part, kinds in _KINDS.items():
            if not isinstance(getattr(self, part), kinds):
                names = " or ".join(kind.__name__ for kind in kinds)
                raise ValueError(f"{self.name}: {part}= is a record of {names}; got {getattr(self, part)!r}")
        if self.rules.things is not None:
            check_scales(self.rules.things, tuple(self.knobs.declared))
        most, texts = self.rules.max_players, self.objective.texts(self.players)
        if not 1 <= self.players <= most:
            raise ValueError(f"{self.name}: its states hold 1 to {most} players, not {self.players}: see state_dtype")
        if len(texts) != self.players:
            raise ValueError(f"{self.name}: {len(texts)} instructions for {self.players} player(s): give one for each")
        if self.controls.aimed is not None and isinstance(self.view, Tiles):
            raise ValueError(f"{self.name}: aimed= is for views that show a crosshair, Rays or Frames, not for Tiles")
        if isinstance(self.view, Frames) and self.rules.simulator is None:
            raise ValueError(f"{self.name}: Frames are drawn by a simulator, and its rules have none: give simulator=")

    @property
    def id(self) -> str:
        """Its name with Gymnasium: "sokoban-small" is "rumpus/SokobanSmall-v0"."""
        return f"rumpus/{''.join(part.capitalize() for part in self.name.split('-'))}-v{self.version}"

    @cached_property
    def guard(self) -> Guard:
        """Checks records of this world's states."""
        return Guard(self.rules.state, self.rules.bounds)

    def made_by(self, origin: Callable[[], World]) -> World:
        """This world, with its `origin` set; pickle stores it as that call."""
        object.__setattr__(self, "origin", origin)
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> World:
        """The world itself: it never changes."""
        return self

    def variant(self, name: str, summary: str, *, overrides: Mapping[str, int] | None = None, **changes: Any) -> World:
        """Another world of the same family. overrides: values of knobs, added to this world's own; changes: fields of
        the world or of its parts by their names, such as players=2, limit=300, keys=("w",) or things=….

        Raises TypeError for a name that is no field, and ValueError for parts that contradict one another.
        """
        if overrides is not None:
            changes["overrides"] = {**self.knobs.overrides, **overrides}
        own: dict[str, Any] = {each: changes.pop(each) for each in _OWN & changes.keys()}
        for part, kind in _PARTS.items():
            fields = {each.name for each in dataclasses.fields(kind)} & changes.keys()
            if fields:
                inner, whole = {each: changes.pop(each) for each in fields}, own.get(part, getattr(self, part))
                own[part] = kind(**inner) if whole is None else dataclasses.replace(whole, **inner)
        if changes:
            raise TypeError(f"{', '.join(changes)}: no field of a World or of its parts; see help(World)")
        return dataclasses.replace(self, name=name, summary=summary, **own)

    def knob_values(self, chosen: Mapping[str, int]) -> dict[str, int]:
        """The values of all knobs, see `Knobs.values`; the error names this world."""
        try:
            return self.knobs.values(chosen)
        except ValueError as error:
            raise ValueError(f"{self.name}: {error}") from None

    def level_bank(
        self, split: str = "train", knobs: Mapping[str, int] | None = None, count: int | None = None
    ) -> np.ndarray | None:
        """The bank of levels of a split, (k,) LEVEL, made on first use; None if `reset` makes this world's levels.

        count: the number of levels, by default the world's own.
        """
        self.check_split(split)
        if self.levels is None or self.levels.bank is None:
            return None
        return self.levels.bank(split, self.knob_values({**self.knobs.splits[split], **(knobs or {})}), count=count)

    @property
    def no_levels(self) -> np.ndarray:
        """The `levels` argument of `reset` where none are given: the one that means "generate one", or NO_LEVELS."""
        generated = None if self.levels is None else self.levels.generated_level
        return NO_LEVELS if generated is None else generated

    def check_split(self, split: str) -> None:
        """Raise ValueError unless this world has a split of this name."""
        if split not in self.knobs.splits:
            raise ValueError(f"{self.name} has no split {split!r}; its splits: {', '.join(self.knobs.splits)}")

    def salt(self, split: str) -> int:
        """The number, 64 bits, that a split adds to the keys of its episodes, so that one seed draws other levels in
        each split: a hash of its name. It is 0 in training, and where splits differ in content: by a bank, or by the
        knob `fold`, with which a world draws again until a level belongs to the split."""
        banked = self.levels is not None and self.levels.bank is not None
        if split == "train" or banked or "fold" in self.knobs.splits[split]:
            return 0
        return int.from_bytes(hashlib.sha256(split.encode()).digest()[:8], "little")

    def task_record(
        self, knobs: Mapping[str, int] | None = None, *, limit: int | None = None, split: str = "train"
    ) -> np.ndarray:
        """This world's default task as a table of one record, (1,). split: the split whose knobs apply."""
        self.check_split(split)
        values = self.knob_values({**self.knobs.splits[split], **(knobs or {})})
        task = np.zeros(1, task_dtype(self.knobs.declared, self.rules.max_players))
        task["limit"] = self.objective.limit if limit is None else check_limit(limit)
        task["players"], task["level"], task["salt"] = self.players, -1, self.salt(split)
        task["rows"], task["cols"] = self.view.grid(values)
        for player, text in enumerate(self.objective.texts(self.players)):
            task["instruction"][0, player] = encode(text)
        for name, value in values.items():
            task[name] = value
        return task


def check_limit(limit: Any) -> int:
    """A limit of steps as an int. Raises ValueError unless it is a whole number from 1 to 2**31 - 1."""
    if isinstance(limit, bool) or not isinstance(limit, int | np.integer) or not 1 <= limit < 2**31:
        raise ValueError(f"a limit is a whole number of steps from 1 to 2**31 - 1, got {limit!r}")
    return int(limit)


_KINDS: Mapping[str, tuple[type[Any], ...]] = {
    "rules": (Rules,),
    "view": (Tiles, Rays, Frames),
    "controls": (Controls,),
    "objective": (Objective,),
    "knobs": (Knobs,),
}
_OWN = {each.name for each in dataclasses.fields(World) if each.init} - {"name", "summary"}
_PARTS: Mapping[str, type[Any]] = {
    "rules": Rules,
    "controls": Controls,
    "objective": Objective,
    "knobs": Knobs,
    "levels": Levels,
}
