"""Reading episodes whose pixels are stored as video: several side by side, as Steps like those of a replay."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

import cv2
import numpy as np

from ..interface.action import ACTION
from ..interface.text import TOKENS, encode
from .episode import Episode
from .step import Departure, OnProblem, Step, warn
from .video import decode


class Footage:
    """Plays the videos of episodes of as many players; iterating gives Steps. size: (height, width) of the pixels, to
    which those of another size are scaled; the other arguments are those of Redrawing."""

    def __init__(
        self,
        episodes: Iterable[Episode],
        size: tuple[int, int] = (64, 64),
        *,
        rows: int = 1,
        final: bool = False,
        on_problem: OnProblem | None = None,
    ):
        self.size, self.rows = size, rows
        self._episodes, self._final, self._problem = iter(episodes), final, on_problem or warn
        self._playing: list[Episode | None] = [None] * rows
        self._frames: list[list[Iterator[np.ndarray]]] = [[] for _ in range(rows)]
        self._number = np.zeros(rows, np.int32)

    def __iter__(self) -> Iterator[Step]:
        while True:
            for row in range(self.rows):
                if self._playing[row] is None:
                    self._begin(row)
            views = [self._next(row) for row in range(self.rows)]
            shown = [view for view in views if view is not None]
            if shown:
                yield self._step(views, len(shown[0]))
            elif not any(self._playing):
                return
            self._number += 1
            for row, episode in enumerate(self._playing):
                if episode is not None and self._number[row] >= episode.steps + self._final:
                    self._playing[row] = None

    def _begin(self, row: int) -> None:
        for episode in islice(self._episodes, 1):
            self._playing[row], self._number[row] = episode, 0
            self._frames[row] = [decode(video) for video in episode.video or ()]

    def _next(self, row: int) -> np.ndarray | None:
        """The views of a row's players now, (players, height, width, 3); None if it plays nothing."""
        episode = self._playing[row]
        if episode is None:
            return None
        try:
            return np.stack([_scaled(next(frames), self.size) for frames in self._frames[row]])
        except StopIteration:
            reason = f"its video has {self._number[row]} frames, and {episode.steps} steps take {episode.steps + 1}"
        except (ValueError, OSError) as error:
            reason = str(error)
        self._problem(Departure(episode.id, int(self._number[row]), reason))
        self._playing[row] = None
        return None

    def _step(self, views: list[np.ndarray | None], players: int) -> Step:
        n, height, width = self.rows, *self.size
        pixels = np.zeros((n, players, height, width, 3), np.uint8)
        texts = np.zeros((2, n, players, TOKENS), np.uint16)
        actions, rewards = np.zeros((n, players), ACTION), np.zeros((n, players), np.float32)
        ends, active, last = np.zeros((3, n, players), bool), np.zeros(n, bool), np.zeros(n, bool)
        for row, (view, episode) in enumerate(zip(views, self._playing, strict=True)):
            if view is None or episode is None:
                continue
            active[row], pixels[row], at = True, view, int(self._number[row])
            last[row] = at == (episode.steps if self._final else episode.steps - 1)
            for player in range(players):
                texts[0, row, player] = encode(episode.instructions[player])
                if episode.chat is not None:
                    texts[1, row, player] = encode(episode.chat[at * players + player])
            if at < episode.steps:
                actions[row], rewards[row] = episode.actions[at], episode.rewards[at]
                for number, part in enumerate((episode.terminated, episode.truncated, episode.success)):
                    ends[number, row] = part[at]
        first = active & (self._number == 0)
        return Step(
            active, list(self._playing), self._number.copy(), first, last, pixels, texts[0], texts[1], actions, rewards,
            ends[0], ends[1], ends[2],
        )  # fmt: skip


def _scaled(frame: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """A frame at this (height, width)."""
    if frame.shape[:2] == size:
        return frame
    return np.asarray(cv2.resize(frame, (size[1], size[0]), interpolation=cv2.INTER_AREA))
