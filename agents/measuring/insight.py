"""The attention, the values and the plans of a learned player, drawn on its pictures: `rumpus watch --show NAME`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import cv2
import numpy as np

from ...worlds.engine.records.things import ONE
from ...worlds.engine.render.views import Tiles
from ...worlds.engine.run.batch import Batch

SHOWN = ("attention", "value", "plan")
AHEAD = 24
"""Steps of a plan: it ends sooner where the episode does."""
STRIP = 44
"""Height of the strip with the value, pixels."""
LEAST = 0.5
"""How much more than its even share the warmest cell must get to be shown as the warmest, in even shares."""
DARK, HEAT = 0.55, 0.5
"""Brightness of cells that get no more attention than most, and opacity of the warmest colour."""
PAPER, INK, SOFT, HOT, WAY = (251, 250, 247), (35, 38, 45), (190, 194, 202), (255, 196, 64), (64, 160, 255)


def check(shows: Sequence[str], policy: Any, batch: Batch) -> None:
    """Raise ValueError for what cannot be shown of this player in this world, with the reason."""
    for each in shows:
        if each not in SHOWN:
            raise ValueError(f"--show takes {', '.join(SHOWN)}, got {each!r}")
    if not shows:
        return
    if not hasattr(policy, "notes"):
        raise ValueError(
            f"{policy.name} has no network: {' and '.join(shows)} can be shown of a trained agent alone, so name a "
            "run or a checkpoint, or leave --show out"
        )
    if "attention" in shows and not policy.attends:
        raise ValueError(
            f"{policy.name} has no attention: its torso is no relational one, its core no rmc, and no queries look at "
            "its pictures; show its value or its plan"
        )
    if "plan" not in shows:
        return
    if not isinstance(batch.world.view, Tiles) or batch.world.rules.things is None or not batch.world.rules.savable:
        raise ValueError(
            f"a plan is drawn in worlds that are seen from above and tell where players are, and {batch.world.name} is "
            "none: leave plan out"
        )


class Insight:
    """The overlays of one player's episodes in a batch of one row. shows: some of SHOWN, which `check` has let pass."""

    def __init__(self, shows: Sequence[str], policy: Any, batch: Batch):
        check(shows, policy, batch)
        self._shows, self._policy = tuple(shows), policy
        self._values: list[list[float]] = [[] for _ in range(batch.players)]
        self._plan = _Plan(policy, batch) if "plan" in shows else None
        if shows:
            policy.notes = []

    def begin(self) -> None:
        """Forget the values of the episode before."""
        self._values = [[] for _ in self._values]

    def draw(self, frames: Sequence[np.ndarray], batch: Batch, again: bool = False) -> list[np.ndarray]:
        """The players' frames, uint8 (height, width, 3), with what their networks have noted when they acted last, and
        with a strip below if the value is shown. again: whether they show the same state as those before."""
        if not self._shows:
            return list(frames)
        made = [frame.copy() for frame in frames]
        playing = not batch.over[0]
        if "attention" in self._shows and playing:
            made = [attention(frame, found) for frame, found in zip(made, self._policy.attention(), strict=True)]
        if self._plan is not None and playing:
            paths = self._plan.paths(batch)
            made = [path(frame, way, (batch.rows, batch.cols)) for frame, way in zip(made, paths, strict=True)]
        if "value" in self._shows:
            if playing and not again:
                for kept, value in zip(self._values, self._policy.values(), strict=True):
                    kept.append(value)
            made = [
                np.concatenate([frame, curve(kept, frame.shape[1])])
                for frame, kept in zip(made, self._values, strict=True)
            ]
        return made


def attention(frame: np.ndarray, found: Mapping[str, np.ndarray]) -> np.ndarray:
    """A frame with a heat map of what is attended to more than most cells are. found: `cells` float (rows, columns)
    for the frame, `memory` float (slots, slots + 1) of a core for a small table in the corner: what each slot takes
    from all, and, last, from the input."""
    frame = frame.copy()
    if "cells" in found:
        cells = found["cells"].astype(np.float32)
        usual = float(np.median(cells))
        heat = ((cells - usual) / max(float(cells.max()) - usual, LEAST / cells.size)).clip(0, 1)
        heat = cv2.resize(heat, frame.shape[1::-1], interpolation=cv2.INTER_LINEAR)[..., None]
        shown = frame * (DARK + (1 - DARK) * heat) * (1 - HEAT * heat) + np.array(HOT) * HEAT * heat
        frame = shown.round().clip(0, 255).astype(np.uint8)
    if "memory" in found:
        table = found["memory"]
        edge = max(min(frame.shape[0] // (4 * len(table)), 16), 4)
        sheet = np.kron(table / max(float(table.max()), 1e-9), np.ones((edge, edge)))[..., None]
        sheet = (np.array(INK) + sheet * (np.array(HOT) - np.array(INK))).round().astype(np.uint8)
        sheet = cv2.copyMakeBorder(sheet, 2, 2, 2, 2, cv2.BORDER_CONSTANT, value=PAPER)
        height, width = sheet.shape[:2]
        if height <= frame.shape[0] and width <= frame.shape[1]:
            frame[-height:, :width] = sheet
    return frame


def curve(values: Sequence[float], width: int) -> np.ndarray:
    """The value in numbers, and how it came about in this episode: uint8 (STRIP, width, 3)."""
    strip = np.full((STRIP, width, 3), PAPER, np.uint8)
    if not values:
        return strip
    text = f"value {values[-1]:.2f}"
    cv2.putText(strip, text, (8, STRIP // 2 + 5), cv2.FONT_HERSHEY_SIMPLEX, 0.45, INK, 1, cv2.LINE_AA)
    left, right, top, bottom = 112, width - 10, 6, STRIP - 7
    if right - left < 20:
        return strip
    low, high = min(0.0, *values), max(0.0, *values)
    high = high if high > low else low + 1

    def down(value: float) -> int:
        return round(bottom - (value - low) / (high - low) * (bottom - top))

    cv2.line(strip, (left, down(0.0)), (right, down(0.0)), SOFT, 1)
    shown = values[-(right - left) :]
    step = min((right - left) / max(len(shown) - 1, 1), 6.0)
    points = np.array([(round(left + index * step), down(value)) for index, value in enumerate(shown)], np.int32)
    cv2.polylines(strip, [points], False, INK, 1, cv2.LINE_AA)
    cv2.circle(strip, points[-1].tolist(), 3, WAY, -1, cv2.LINE_AA)
    return strip


def path(frame: np.ndarray, way: Sequence[tuple[float, float]], grid: tuple[int, int]) -> np.ndarray:
    """A frame of tiles with the way of a player, (row, column) of tiles one after the other: lines, and a dot where
    each step ends, smaller the later it is."""
    frame = frame.copy()
    high, wide = frame.shape[0] / grid[0], frame.shape[1] / grid[1]
    points = [(round((column + 0.5) * wide), round((row + 0.5) * high)) for row, column in way]
    moves = [(index, one, two) for index, (one, two) in enumerate(pairwise(points)) if one != two]
    for colour, thick in ((INK, max(round(high / 8), 3)), (WAY, max(round(high / 14), 1))):
        for _, one, two in moves:
            cv2.line(frame, one, two, colour, thick, cv2.LINE_AA)
    for index, _, two in moves:
        radius = max(round(high / 5 * (1 - 0.7 * index / max(len(points) - 1, 1))), 2)
        cv2.circle(frame, two, radius + 1, INK, -1, cv2.LINE_AA)
        cv2.circle(frame, two, radius, WAY, -1, cv2.LINE_AA)
    return frame


class _Plan:
    """The moves that a player would make from now on, if it always made the likeliest, found by making them in a copy
    of the world."""

    def __init__(self, policy: Any, batch: Batch):
        self._policy, self._twin = policy, batch.clone()
        self._twin.listeners.clear()
        self._follower = policy.following(self._twin)
        self._anchors = [_Anchor(batch) for _ in range(batch.players)]

    def paths(self, batch: Batch) -> list[list[tuple[float, float]]]:
        """The way of each player, in tiles of its picture, from where it is."""
        twin, is_first = self._twin, np.array([self._policy.notes[0].is_first[0, 0] > 0])
        twin.load(0, batch.save(0))
        twin.outcomes[...] = batch.outcomes
        self._follower.recall(self._policy.notes)
        places, pictures = [self._places()], [self._pictures()]
        for _ in range(AHEAD):
            self._follower.act(twin, is_first)
            twin.step()
            is_first = np.zeros(1, bool)
            places.append(self._places())
            pictures.append(self._pictures())
            if twin.over[0]:
                break
        found = []
        for player, anchor in enumerate(self._anchors):
            walk = [each[player] for each in places]
            shift = anchor.shift(walk, [each[player] for each in pictures])
            found.append([(y + shift[0], x + shift[1]) for y, x in walk] if shift else [])
        return found

    def _places(self) -> list[tuple[int, int]]:
        """The cell of each player."""
        things, _, _ = self._twin.things()
        mine = np.asarray(things)[0, : self._twin.players]
        return [(int(thing["y"]) // ONE, int(thing["x"]) // ONE) for thing in mine]

    def _pictures(self) -> list[np.ndarray]:
        """The view of each player, a small picture of each tile: uint8 (rows, columns, …)."""
        rows, cols = self._twin.rows, self._twin.cols
        found = []
        for player in range(self._twin.players):
            small = self._twin.picture(player=player, size=(4 * rows, 4 * cols))
            found.append(small.reshape(rows, 4, cols, 4, 3).swapaxes(1, 2).reshape(rows, cols, -1))
        return found


class _Anchor:
    """How far the cells of a world are from the tiles of a picture, which no world tells: found from what changes in
    the picture when the player goes from one cell to the next. Where the picture moves along with the player, the
    player stays in its middle."""

    def __init__(self, batch: Batch):
        self._middle = (batch.rows - 1) / 2, (batch.cols - 1) / 2
        self._fitting: set[tuple[int, int]] | None = None

    def shift(self, walk: Sequence[tuple[int, int]], pictures: Sequence[np.ndarray]) -> tuple[float, float] | None:
        """To be added to a cell to get the tile that shows it; None as long as the player has gone nowhere."""
        for index in range(len(walk) - 1):
            (y, x), (later_y, later_x) = walk[index], walk[index + 1]
            if (y, x) == (later_y, later_x):
                continue
            changed = {
                (int(row), int(col)) for row, col in np.argwhere((pictures[index] != pictures[index + 1]).any(-1))
            }
            down, across = later_y - y, later_x - x
            fits = {(row - y, col - x) for row, col in changed if (row + down, col + across) in changed}
            if self._fitting is None:
                self._fitting = fits
            elif self._fitting:
                self._fitting &= fits
        if self._fitting is None:
            return None
        if self._fitting:
            return min(self._fitting, key=lambda shift: (abs(shift[0]) + abs(shift[1]), shift))
        return self._middle[0] - walk[0][0], self._middle[1] - walk[0][1]
