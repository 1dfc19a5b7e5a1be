"""Replays of a store for pages: a list of episodes, any state of each as a picture, and marks."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from ...episodes.episode import Player, Summary
from ...episodes.marks import Mark, standing
from ...episodes.redraw import world_of
from ...episodes.store import Store
from ..human.marking import WORDS
from ..human.reel import Reel
from .limits import NAME, SENTENCE
from .pictures import encoded
from .protocol import clean

OPEN = 8
"""Episodes that are kept ready to be looked at."""
PAGE = 60
"""Episodes of a list at once."""
EDGE = 640
"""Pixels of a picture's longer side, about."""
GAP = 8
"""Pixels between the pictures of two players."""
SAID = ("success", "failure", "progress", "regress", "sentence")
"""Labels that people give here."""


class ReplayError(ValueError):
    """A refusal to show or to mark something, in a sentence."""


class Replays:
    """The episodes of a store. All methods may wait for the disk: they are called in threads of their own."""

    def __init__(self, place: str | Path):
        self._store = Store(place)
        self._lock = Lock()
        self._reels: OrderedDict[str, tuple[Lock, Reel]] = OrderedDict()

    def page(self, first: int = 0, world: str = "", result: str = "") -> dict[str, Any]:
        """A page of the list, the newest first."""
        with self._lock:
            heads = [
                head for head in self._store.index()
                if world in ("", head.world) and result in ("", head.result)
            ]  # fmt: skip
            marks = standing(self._store.marks())
        counts: dict[str, int] = {}
        for mark in marks:
            counts[mark.episode] = counts.get(mark.episode, 0) + 1
        heads.sort(key=lambda head: head.began, reverse=True)
        rows = [_row(head) | {"marks": counts.get(head.id, 0)} for head in heads[first : first + PAGE]]
        worlds = sorted({head.world for head in heads})
        return {"episodes": rows, "first": first, "count": len(heads), "worlds": worlds}

    def about(self, id: str) -> dict[str, Any]:
        """One episode: its head, its length, its speed, the return after each state, and its marks."""
        lock, reel = self._reel(id)
        episode = reel.episode
        with lock:
            totals = np.concatenate([np.zeros((1, episode.players)), np.cumsum(episode.rewards, 0)])
        with self._lock:
            head = next(self._store.index(lambda head: head.id == id), None)
        if head is None:
            raise ReplayError("this episode is gone")
        return _row(head) | {
            "hz": reel.hz,
            "marks": self.marks(id),
            "scores": [round(float(total), 3) for total in totals.mean(1)],
            "lines": _lines(episode),
        }

    def picture(self, id: str, state: int) -> tuple[bytes, str]:
        """A state of an episode as an image file, all players side by side, and its media type."""
        lock, reel = self._reel(id)
        with lock:
            try:
                reel.seek(state)
            except ValueError as error:
                raise ReplayError(str(error)) from None
            rows, cols = reel.grid
            each = EDGE if reel.episode.players == 1 else EDGE * 2 // 3
            scale = max(each // max(rows, cols), 1) if reel.tiles else each / max(rows, cols)
            views = reel.views(round(rows * scale), round(cols * scale))
            gap = np.full((views.shape[1], GAP, 3), 18, np.uint8)
            parts = [part for view in views for part in (gap, view)]
            data = encoded(np.concatenate(parts[1:], axis=1), reel.tiles)
        return data, "image/png" if reel.tiles else "image/jpeg"

    def marks(self, id: str) -> list[dict[str, Any]]:
        """The marks of an episode that hold."""
        with self._lock:
            given = standing(self._store.marks(id))
        return [
            {
                "label": mark.label,
                "word": WORDS.get(mark.label, mark.label),
                "first": mark.first,
                "last": mark.last,
                "player": mark.player,
                "text": mark.text,
                "by": mark.by.name or mark.by.kind,
            }
            for mark in given
        ]

    def mark(self, id: str, asked: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Give a mark: {label, first?, last?, text?, by}; or take one back: {label: "removed", of, first, last, by}. It
        is on the disk when this returns the marks that hold. Raises ReplayError."""
        _, reel = self._reel(id)
        label, text, by = asked.get("label"), asked.get("text", ""), asked.get("by", "")
        first, last = asked.get("first"), asked.get("last")
        places = [place for place in (first, last) if place is not None]
        if not (isinstance(text, str) and isinstance(by, str) and len(text) <= 4 * SENTENCE and len(by) <= 4 * NAME):
            raise ReplayError(f"a sentence has at most {SENTENCE} letters, and a name {NAME}")
        if any(type(place) is not int or not 0 <= place <= reel.steps for place in places):
            raise ReplayError(f"a mark is about states from 0 to {reel.steps}")
        if label == "removed":
            text = str(asked.get("of", ""))
        if label not in (*SAID, "removed") or (label == "removed" and text not in SAID):
            raise ReplayError(f"a mark says one of {', '.join(SAID)}")
        text = clean(text, SENTENCE)
        if label == "sentence" and not text:
            raise ReplayError("write a sentence first")
        try:
            given = Mark(id, label, first, last, text=text, by=Player("person", clean(by, NAME)))
        except ValueError as error:
            raise ReplayError(str(error)) from None
        with self._lock:
            self._store.mark([given])
        return self.marks(id)

    def _reel(self, id: str) -> tuple[Lock, Reel]:
        """The episode of this id, ready to be looked at, with the lock of whoever looks."""
        with self._lock:
            if id in self._reels:
                self._reels.move_to_end(id)
                return self._reels[id]
        try:
            episode = self._store.get(id) if len(id) == 16 else None
            if episode is None or episode.id != id:
                raise ValueError
        except ValueError:
            raise ReplayError("there is no such episode") from None
        try:
            if not episode.filmed:
                world_of(episode.start.world)
            made = Lock(), Reel(episode)
        except ValueError as error:
            raise ReplayError(str(error)) from None
        with self._lock:
            found = self._reels.setdefault(id, made)
            while len(self._reels) > OPEN:
                self._reels.popitem(last=False)
            return found


def _row(head: Summary) -> dict[str, Any]:
    return {
        "id": head.id,
        "world": head.world,
        "task": head.task,
        "players": head.players,
        "steps": head.steps,
        "score": [round(total, 3) if math.isfinite(total) else 0.0 for total in head.returns],
        "result": head.result,
        "instructions": list(dict.fromkeys(head.instructions)),
        "by": [player.name or player.kind for player in head.played_by],
        "kinds": [player.kind for player in head.played_by],
        "began": head.began.isoformat(),
        "source": head.source,
    }


def _lines(episode: Any) -> list[list[Any]]:
    """The chat of players: [state, text] of each line."""
    from ...interface.text import decode

    said = episode.actions["say"]
    return [
        [int(step) + 1, f"Player {player + 1}: {decode(said[step, player])}"]
        for step, player in zip(*np.nonzero(said.any(2)), strict=True)
    ][:200]
