"""A world: one record of everything the engine, the faces and the window need to know of it."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from ...interface.action import Move
from ...interface.keys import button_index, key_index
from ...interface.text import encode
from .records.bounds import Bounds, Guard
from .records.states import Knob, task_dtype
from .records.things import Things
from .render.views import Frames, Rays, Tiles
from .simulator import Outside


@dataclass(frozen=True)
class World:
    """What a world is. All functions are `@njit`, scalar, work on one record, and run on CPU and CUDA alike.

    name: as typed on the command line, lower case with hyphens.
    summary: one sentence for lists; `doc` is the page that people read (the package's docstring).
    state: a dtype made by `state_dtype`; players: how many play in this variant.
    reset(state, task, levels): makes a new episode in a state whose engine fields are set and whose other fields hold
        the last episode: it must write every field of its own. `levels` is the world's bank of levels, a structured
    array. step(state, actions, outcomes): one tick for all players; `actions` and `outcomes` have shape (players,),
        outcomes are zero on entry. Cursors, chat and the time limit are the engine's; the rules need not look at them.
    look: how it is seen: as tiles from above, by rays through the players' eyes, or as its Outside draws it.
    outside(world, n, threads): makes what moves n copies of it besides its rules, such as a physics engine; see
        simulator.py.
    keys, buttons: the names this world listens to; cursor: whether it has a mouse cursor.
    moves: its few meaningful uses of the hands, in a fixed order; words: what people are told that keys, a
        "left button", the "wheel" and the "mouse" do, where the names of moves do not tell.
    aimed(state, player): (row of its things that this player aims at, or -1; whether it is in reach), for worlds whose
        pictures show where one aims; plain Python.
    knobs: what a user may turn, and `settings` the values that differ from the defaults in this variant; check(knobs)
        says what is wrong with a combination of values, or None if nothing is.
    limit: steps after which an episode is truncated; instruction: what each player is told (one text for all, or a
        tuple); retold: every other text that the rules may tell a player during an episode.
    splits: the names of its sets of levels, and the knobs that each turns; those that are not parted by content, by a
        bank or a knob `fold`, draw from other numbers than training does: see salt.
    bank(split, knobs, count=None): levels of a split as a structured array, for worlds whose `reset` makes none.
    read(path): (levels, knobs) from a user's file or folder, with the knobs that fit them; write(path, levels,
        players=n) writes such a file.
    things: what it shows of itself to goals; see things.py. parse(text), show(level, players=n): a level from text and
        back, for worlds whose tasks may bring their own.
    blank: for worlds that make their levels but also play given ones: one record of these, shape (1,), which says "make
        one", and is what `levels` holds where nobody gives any.
    solve(state): a plan as indices into `moves`, or None, for worlds that can be planned for; see agents/experts.
    guide(state, player, action, things, count): writes an expert's hands for one tick into an ACTION record, for worlds
        in which one rather steers than plans; it may allocate, and runs on the CPU only.
    bounds: what its own fields keep to in every state, by which damaged states are refused; see bounds.py.
    origin: for worlds that are no folder's: makes this very one anew in another process; not kept by `variant`.
    """

    name: str
    summary: str
    doc: str
    state: np.dtype
    reset: Callable[..., Any]
    step: Callable[..., Any]
    look: Tiles | Rays | Frames
    keys: tuple[str, ...]
    moves: Mapping[str, Move]
    limit: int
    instruction: str | tuple[str, ...]
    buttons: tuple[str, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)
    aimed: Callable[..., tuple[int, bool]] | None = None
    cursor: bool = False
    players: int = 1
    tick_hz: int = 10
    turn_based: bool = True
    knobs: Mapping[str, Knob] = field(default_factory=dict)
    settings: Mapping[str, int] = field(default_factory=dict)
    check: Callable[[Mapping[str, int]], str | None] | None = None
    retold: tuple[str, ...] = ()
    splits: Mapping[str, Mapping[str, int]] = field(default_factory=lambda: {"train": {}, "valid": {}, "test": {}})
    bank: Callable[..., np.ndarray] | None = None
    read: Callable[..., tuple[np.ndarray, dict[str, int]]] | None = None
    write: Callable[..., None] | None = None
    things: Things | None = None
    parse: Callable[[str], np.ndarray] | None = None
    show: Callable[..., str] | None = None
    blank: np.ndarray | None = None
    solve: Callable[..., Any] | None = None
    guide: Callable[..., Any] | None = None
    bounds: Bounds | None = None
    outside: Callable[[World, int, int], Outside] | None = None
    version: int = 0
    savable: bool = True
    origin: Callable[[], World] | None = field(default=None, init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        for key in self.keys:
            key_index(key)
        for button in self.buttons:
            button_index(button)
        self.knob_values({})

    @property
    def id(self) -> str:
        """Its name with Gymnasium: "sokoban-small" is "rumpus/SokobanSmall-v0"."""
        return f"rumpus/{''.join(part.capitalize() for part in self.name.split('-'))}-v{self.version}"

    @cached_property
    def guard(self) -> Guard:
        """Checks records of this world's states."""
        return Guard(self.state, self.bounds)

    def made_by(self, origin: Callable[[], World]) -> World:
        """This world, noted to be what `origin()` makes; pickle sends it as that call."""
        object.__setattr__(self, "origin", origin)
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> World:
        """The world itself: it never changes."""
        return self

    @property
    def max_players(self) -> int:
        """The most players a state of this family can hold."""
        return self.state["cursor"].shape[0]

    def variant(self, name: str, summary: str, *, settings: Mapping[str, int] | None = None, **changes: Any) -> World:
        """Another world of the same family: the same record and rules, other knob settings, players, keys or limits."""
        return dataclasses.replace(
            self, name=name, summary=summary, settings={**self.settings, **(settings or {})}, **changes
        )

    def knob_values(self, chosen: Mapping[str, int]) -> dict[str, int]:
        """All knobs with their values: the default, or this variant's setting, or what is `chosen`.

        Raises ValueError for an unknown knob, a value out of range, or values that do not go together.
        """
        values = {name: knob.default for name, knob in self.knobs.items()} | dict(self.settings) | dict(chosen)
        for name, value in values.items():
            if name not in self.knobs:
                known = ", ".join(self.knobs) or "none"
                raise ValueError(f"{self.name} has no knob {name!r}; its knobs: {known}")
            knob = self.knobs[name]
            if int(value) != value or not knob.low <= value <= knob.high:
                raise ValueError(
                    f"{self.name}: {name} must be a whole number from {knob.low} to {knob.high}, got {value}"
                    f" ({knob.meaning})"
                )
            values[name] = int(value)
        complaint = self.check(values) if self.check else None
        if complaint:
            raise ValueError(f"{self.name}: {complaint}")
        return values

    def levels(
        self, split: str = "train", knobs: Mapping[str, int] | None = None, count: int | None = None
    ) -> np.ndarray | None:
        """The bank of levels of a split, made on first use; None if this world makes its levels as it goes.

        count: how many, by default as many as the world thinks right.
        """
        self.check_split(split)
        if self.bank is None:
            return None
        return self.bank(split, self.knob_values({**self.splits[split], **(knobs or {})}), count=count)

    def check_split(self, split: str) -> None:
        """Raise ValueError unless this world has a split of this name."""
        if split not in self.splits:
            raise ValueError(f"{self.name} has no split {split!r}; its splits: {', '.join(self.splits)}")

    def salt(self, split: str) -> int:
        """What a split adds to the keys of its episodes, 64 bits, so that the seeds of training draw nothing again in
        it: a hash of its name. It is 0 in training, and where levels are parted by content: by a bank's, or by the
        knob `fold`, which has a world draw on until what it has drawn belongs to the split."""
        if split == "train" or self.bank is not None or "fold" in self.splits[split]:
            return 0
        return int.from_bytes(hashlib.sha256(split.encode()).digest()[:8], "little")

    def task(
        self, knobs: Mapping[str, int] | None = None, *, limit: int | None = None, split: str = "train"
    ) -> np.ndarray:
        """This world's default task as a table of one record. `split` turns the knobs that the split turns."""
        self.check_split(split)
        values = self.knob_values({**self.splits[split], **(knobs or {})})
        task = np.zeros(1, task_dtype(self.knobs, self.max_players))
        task["limit"] = self.limit if limit is None else check_limit(limit)
        task["players"], task["level"], task["salt"] = self.players, -1, self.salt(split)
        task["rows"], task["cols"] = self.look.grid(values)
        texts = (self.instruction,) * self.players if isinstance(self.instruction, str) else self.instruction
        for player, text in enumerate(texts):
            task["instruction"][0, player] = encode(text)
        for name, value in values.items():
            task[name] = value
        return task


def check_limit(limit: Any) -> int:
    """A limit of steps as an int. Raises ValueError unless it is a whole number from 1 to 2**31 - 1."""
    if isinstance(limit, bool) or not isinstance(limit, int | np.integer) or not 1 <= limit < 2**31:
        raise ValueError(f"a limit is a whole number of steps from 1 to 2**31 - 1, got {limit!r}")
    return int(limit)
