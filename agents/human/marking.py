"""Marking and replays without a window: stored episodes one after the other, a place in each, and the marks that a
person gives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ...episodes.episode import Player, Summary
from ...episodes.marks import Mark, standing
from ...episodes.redraw import Worlds
from ...episodes.store import Store
from .reel import Reel

SPEEDS = (0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
"""Speeds of a replay, as factors on the world's own."""
LEAP = 10
"""Steps of a leap."""
WORDS = {"success": "success", "failure": "failure", "progress": "better", "regress": "worse"}
"""Labels that a key gives, and the words for them."""


class Marking:
    """The episodes of a store that a person goes through.

    heads: of the episodes, in their order; by: who gives the marks, None in a replay, where nobody does; blind: whether
    who played, and how it ended, stays hidden; own, levels: as for redraw; hz: states a second, by default those of
    each episode. `reel` is the present episode; `playing` whether time goes on; `since` the state from which a mark is
    about a range, None for the present state alone; `player` the player that marks are about, None for all; `marks`
    those of this episode by this person that hold; `others` those of others.

    Raises ValueError for no episodes.
    """

    def __init__(
        self,
        store: Store,
        heads: Sequence[Summary],
        by: Player | None,
        *,
        blind: bool = False,
        own: Worlds = None,
        levels: Any = None,
        hz: float | None = None,
    ):
        if not heads:
            raise ValueError(f"{store.path} holds no such episode: see `rumpus episodes list {store.path}`")
        self.store, self.heads, self.by, self.blind = store, list(heads), by, blind
        self._own, self._levels, self._hz = own, levels, hz
        self.place, self.count = 0, 0
        self.speed = SPEEDS.index(1.0)
        self.reel: Reel | None = None
        self.since: int | None = None
        self.player: int | None = None
        self.turn_to()

    @property
    def head(self) -> Summary:
        """The head of the present episode."""
        return self.heads[self.place]

    @property
    def state(self) -> int:
        """The state that is shown."""
        return self.reel.state if self.reel else 0

    @property
    def hz(self) -> float:
        """States a second while it plays."""
        return (self._hz or (self.reel.hz if self.reel else 1.0)) * SPEEDS[self.speed]

    def turn_to(self, by: int = 0) -> str:
        """Go to the episode `by` places on, round and round. Returns why it cannot be shown, or ""."""
        self.place = (self.place + by) % len(self.heads)
        self.reel, self.playing, self.since, self.player = None, False, None, None
        given = standing(self.store.marks(self.head.id))
        self.marks = [mark for mark in given if mark.by == self.by]
        self.others = [mark for mark in given if mark.by != self.by]
        try:
            self.reel = Reel(self.store.get(self.head.id), own=self._own, levels=self._levels)
        except (ValueError, OSError) as error:
            return str(error)
        return ""

    def go(self, state: int) -> str:
        """Show a state. Returns why it cannot be shown, or ""; at the end it stops playing."""
        if self.reel is None:
            return ""
        try:
            self.playing &= self.reel.seek(state) < self.reel.steps
        except (ValueError, OSError) as error:
            self.playing = False
            return str(error)
        return ""

    def play(self) -> str:
        """Play on, or pause; from the start, if it is at the end."""
        why = self.go(0) if self.reel and self.state == self.reel.steps else ""
        self.playing = self.reel is not None and not self.playing and not why
        return why

    def faster(self, by: int) -> None:
        """Change the speed by this many places of SPEEDS."""
        self.speed = min(max(self.speed + by, 0), len(SPEEDS) - 1)

    def from_here(self) -> None:
        """Let marks be about the states from the present one on; again: about the present one alone."""
        self.since = self.state if self.since is None else None

    def about(self, player: int | None) -> bool:
        """Choose the player that marks are about, None for all; False if there is no such player."""
        if player is not None and player >= self.head.players:
            return False
        self.player = player
        return True

    def mark(self, label: str, text: str = "") -> str:
        """Give a mark and store it. Returns why it could not be stored, or ""."""
        if self.by is None:
            return "A replay takes no marks"
        first, last = sorted((self.state if self.since is None else self.since, self.state))
        given = Mark(self.head.id, label, first, last, player=self.player, text=text, by=self.by)
        return self._store(given, lambda: self.marks.append(given))

    def take_back(self) -> str:
        """Remove the last mark of this episode by this person. Returns why it could not be done, or ""."""
        if self.by is None or not self.marks:
            return "There is no mark of yours to take back"
        last = self.marks[-1]
        gone = Mark(last.episode, "removed", last.first, last.last, player=last.player, text=last.label, by=self.by)
        return self._store(gone, lambda: self.marks.remove(last))

    def _store(self, mark: Mark, then: Callable[[], None]) -> str:
        try:
            self.store.mark([mark])
        except OSError as error:
            return f"This could not be stored: {error.strerror or error}"
        then()
        self.count += 1
        self.since = None
        return ""


def said(mark: Mark) -> str:
    """A mark in words: what it says, of which states and player."""
    where = "" if mark.first is None else f"{mark.first}" if mark.first == mark.last else f"{mark.first}–{mark.last}"
    who = "" if mark.player is None else f"player {mark.player + 1}"
    what = f"“{mark.text}”" if mark.label == "sentence" else WORDS.get(mark.label, mark.label)
    return " ".join(filter(None, (where, who, what)))
