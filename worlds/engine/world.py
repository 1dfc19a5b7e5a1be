"""A world as one record of parts: rules, view, controls, objective, knobs, levels and expert.

Each part is a frozen record that checks itself where it is made; `World` checks what concerns several of them. So
`help(Rules)`, `help(Levels)` and so on say what the writer of a world needs.

Functions that kernels call (`reset`, `step`, and those of the view and of the things) are compiled with `@njit`, are
scalar, work on one record, and run on CPU threads and on CUDA alike. All others are plain Python.
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
from .records.states import Knob, task_dtype
from .records.things import Things
from .render.views import Frames, Rays, Tiles
from .simulator import Simulator

NO_LEVELS = np.zeros(1, np.uint8)
"""What `reset` of a world that knows no levels is given in their place."""


@dataclass(frozen=True)
class Rules:
    """What happens in an episode: the state, and the functions that begin it and move it on.

    state: a dtype made by `state_dtype`, the same for all variants of a family.
    reset(state, task, levels): begins an episode. state: one record, whose engine fields are set and whose other fields
        still hold the last episode: every field of the world's own must be written. task: one record of the table of
        tasks, with a field for each knob. levels: the world's levels, (k,) LEVEL, or NO_LEVELS.
    step(state, actions, outcomes): one tick for all players. actions: (players,) ACTION; outcomes: (players,) OUTCOME,
        zeros on entry. The engine moves cursors, passes chat on and keeps the time limit.
    things: what the state shows to goals and tasks; see records/things.py. None: the world has no tasks but its own.
    bounds: the values that the world's own fields may have, by which damaged states are refused; see records/bounds.py.
    simulator(world, n, threads): makes the Simulator that moves n copies besides `step`, such as a physics engine; see
        simulator.py. None for worlds of rules alone, which run on CUDA too.
    savable: whether the state record holds all that an episode needs to go on. Only a simulator may keep a part of it
        to itself.

    Raises ValueError for rules that do not fit together.
    """

    state: np.dtype
    reset: Callable[..., Any]
    step: Callable[..., Any]
    things: Things | None = None
    bounds: Bounds | None = None
    simulator: Callable[[World, int, int], Simulator] | None = None
    savable: bool = True

    def __post_init__(self) -> None:
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

    @property
    def max_players(self) -> int:
        """The most players that a state can hold."""
        return self.state["cursor"].shape[0]


@dataclass(frozen=True)
class Controls:
    """What a player has to act with: the part of keyboard and mouse that the world listens to, and its clock.

    keys, buttons: names of interface/keys.py. cursor: whether the mouse moves a cursor over the picture.
    moves: the few meaningful actions by name, in a fixed order: the discrete actions of agents that want such.
    help: what people are told that a key, a "left button", the "wheel" or the "mouse" does, where the names of the
        moves do not say it.
    aimed(state, player): (row of the things that this player aims at, or -1; whether that is in reach), for views that
        show a crosshair.
    needs_something_held: those of the keys and buttons that do nothing while the player's hands are empty.
    tick_hz: ticks in a second, at least 1. turn_based: whether time waits for the player; a tick is then a turn.

    Raises ValueError for an unknown key or button, and for moves or help with some that the world does not listen to.
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
    """What players are to do, in words, and how long they have for it.

    limit: ticks after which an episode is truncated. instruction: what each player is told: one text for all, or one
    for each in a tuple. other_instructions: every other text that the rules may tell a player during an episode.

    Raises ValueError for a limit that is none, and for a text of more tokens than a record holds.
    """

    limit: int
    instruction: str | tuple[str, ...]
    other_instructions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_limit(self.limit)
        for text in (*self.texts(1), *self.other_instructions):
            encode(text)

    def texts(self, players: int) -> tuple[str, ...]:
        """The instruction of each of so many players."""
        return (self.instruction,) * players if isinstance(self.instruction, str) else self.instruction


@dataclass(frozen=True)
class Knobs:
    """What a user may turn, and the sets of levels that differ in it.

    knobs: the numbers of a task by name, each with its default, its range and its meaning; fields of the task record.
    overrides: values that differ from the defaults in this variant of the world.
    validate(values): what is wrong with a combination of values, {name: int} of all knobs, as a sentence; None if
        nothing is.
    splits: the sets of levels by name, and the knobs that each turns; "train" is among them. Splits that are not told
        apart by content, by a bank or the knob `fold`, draw from other numbers than training does: see World.salt.

    Raises ValueError for overrides or splits that name no knob, are out of range or do not go together.
    """

    knobs: Mapping[str, Knob] = field(default_factory=dict)
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
        """All knobs with their values: what is `chosen`, or this variant's override, or the default.

        Raises ValueError for an unknown knob, a value out of range, or values that do not go together.
        """
        values = {name: knob.default for name, knob in self.knobs.items()} | dict(self.overrides) | dict(chosen)
        for name, value in values.items():
            if name not in self.knobs:
                raise ValueError(f"there is no knob {name!r}; the knobs: {', '.join(self.knobs) or 'none'}")
            knob = self.knobs[name]
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
    """Levels that `reset` is given, made beforehand or by people. A level is one record of a dtype of the world's own.

    bank(split, knobs, count=None): the levels of a split as (k,) LEVEL, for worlds whose `reset` makes none. knobs: the
        values of all knobs; count: how many, by default as many as the world thinks right. It keeps what it made.
    read(path): ((k,) LEVEL, {knob: value}) from a user's file or folder, with the knobs that fit these levels; raises
        ValueError with file, line and column of what is wrong.
    write(path, levels, players=n): the reverse: writes (k,) LEVEL into a file.
    parse(text): (1,) LEVEL from a text, so that a task may bring its own; raises ValueError as `read` does.
    show(level, players=n): the reverse: one LEVEL record as the text that `parse` understands.
    generated_level: (1,) LEVEL that says "make one", for worlds whose `reset` makes levels but plays given ones too. It
        is what `reset` is given where there are no others.

    Raises ValueError for functions that are of no use without others.
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
    """An expert that plans: plan(state) gives, from one state record, the moves to the objective's end as indices into
    `Controls.moves`, integers (steps,), or None if it finds none."""

    plan: Callable[[Any], np.ndarray | None]


@dataclass(frozen=True)
class Controller:
    """An expert that decides tick by tick: act(state, player, action, things, count) writes one tick's action of a
    player into `action`, one ACTION record, zeros on entry. state: one record; things: (most,) THING, of which the
    first `count` are there. It is compiled, may allocate, and runs on the CPU only."""

    act: Callable[..., Any]


@dataclass(frozen=True)
class World:
    """A world: what the engine, environments, agents and people need to know of it.

    name: as typed on the command line, lower case with hyphens. summary: one sentence for lists. doc: the page that
    people read (the package's docstring). players: how many play in this variant. version: raised when an episode of
    the same seed and actions goes another way.
    view: how players see it: `Tiles` from above, `Rays` through their eyes, or `Frames` that its simulator draws.
    expert: a Planner or a Controller, or None.
    origin: for worlds that are in no folder: makes this very one again in another process; not kept by `variant`.

    Raises ValueError for parts that do not fit together.
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
        """This world, noted to be what `origin()` makes; pickle sends it as that call."""
        object.__setattr__(self, "origin", origin)
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> World:
        """The world itself: it never changes."""
        return self

    def variant(self, name: str, summary: str, *, overrides: Mapping[str, int] | None = None, **changes: Any) -> World:
        """Another world of the same family. overrides: values of knobs, added to this world's own; changes: fields of
        the world or of its parts by their names, such as players=2, limit=300, keys=("w",) or things=….

        Raises TypeError for a name that is no field, and ValueError for parts that do not fit together.
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
        """All knobs with their values, as `Knobs.values` gives them; its error names this world."""
        try:
            return self.knobs.values(chosen)
        except ValueError as error:
            raise ValueError(f"{self.name}: {error}") from None

    def level_bank(
        self, split: str = "train", knobs: Mapping[str, int] | None = None, count: int | None = None
    ) -> np.ndarray | None:
        """The bank of levels of a split, (k,) LEVEL, made on first use; None if `reset` makes this world's levels.

        count: how many, by default as many as the world thinks right.
        """
        self.check_split(split)
        if self.levels is None or self.levels.bank is None:
            return None
        return self.levels.bank(split, self.knob_values({**self.knobs.splits[split], **(knobs or {})}), count=count)

    @property
    def no_levels(self) -> np.ndarray:
        """What `reset` is given where there are no levels: the one that says "make one", or NO_LEVELS."""
        generated = None if self.levels is None else self.levels.generated_level
        return NO_LEVELS if generated is None else generated

    def check_split(self, split: str) -> None:
        """Raise ValueError unless this world has a split of this name."""
        if split not in self.knobs.splits:
            raise ValueError(f"{self.name} has no split {split!r}; its splits: {', '.join(self.knobs.splits)}")

    def salt(self, split: str) -> int:
        """What a split adds to the keys of its episodes, 64 bits, so that the seeds of training draw nothing again in
        it: a hash of its name. It is 0 in training, and where levels are parted by content: by a bank's, or by the
        knob `fold`, which has a world draw on until what it has drawn belongs to the split."""
        banked = self.levels is not None and self.levels.bank is not None
        if split == "train" or banked or "fold" in self.knobs.splits[split]:
            return 0
        return int.from_bytes(hashlib.sha256(split.encode()).digest()[:8], "little")

    def task_record(
        self, knobs: Mapping[str, int] | None = None, *, limit: int | None = None, split: str = "train"
    ) -> np.ndarray:
        """This world's default task as a table of one record, (1,). `split` turns the knobs that the split turns."""
        self.check_split(split)
        values = self.knob_values({**self.knobs.splits[split], **(knobs or {})})
        task = np.zeros(1, task_dtype(self.knobs.knobs, self.rules.max_players))
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


_OWN = {each.name for each in dataclasses.fields(World) if each.init} - {"name", "summary"}
_PARTS: Mapping[str, type[Any]] = {
    "rules": Rules,
    "controls": Controls,
    "objective": Objective,
    "knobs": Knobs,
    "levels": Levels,
}
