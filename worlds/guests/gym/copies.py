"""The rows of a batch of a Gymnasium environment: an environment each, stepped one after the other."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import cv2
import gymnasium
import numpy as np

from ..state import mark_of
from .actions import Hands

SUCCESS = {
    "terminated": lambda reward, terminated, truncated: terminated,
    "paid": lambda reward, terminated, truncated: terminated and reward > 0,
    "lasted": lambda reward, terminated, truncated: truncated and not terminated,
}
"""When an episode was a success: it ended by the rules, or with a reward, or went on until its time was up."""


class Copies:
    """n environments made by `make()`; see Simulator for the methods.

    An environment that raises an error, or pays what is no finite number, has failed: the row's episode is cut off
    (truncated), `faults` in its record counts it, a warning says why, and its next reset makes a new environment. The
    other rows do not notice. seen: whether the observation is the picture, and not what is rendered; success: a name in
    SUCCESS; what `info` says of success counts in any case.
    """

    def __init__(
        self, make: Callable[[], gymnasium.Env], n: int, hands: Hands, seen: bool, success: str | None, name: str
    ):
        self._make, self._hands, self._seen, self._name = make, hands, seen, name
        self._won = SUCCESS[success] if success else None
        self._copies: list[gymnasium.Env | None] = [None] * n
        self._views: list[Any] = [None] * n
        self._failed = np.zeros(n, bool)

    def reset(self, states: np.ndarray, mask: np.ndarray) -> None:
        """Begin the episode of every row's seed. A row that cannot begin ends with its first step."""
        for row in np.flatnonzero(mask).tolist():
            try:
                if self._failed[row]:
                    self._drop(row)
                self._copies[row] = copy = self._copies[row] or self._make()
                self._views[row], _ = copy.reset(seed=int(states["start"][row]))
                self._failed[row] = False
                states["mark"][row] = mark_of(*_arrays(self._views[row]))
            except Exception as error:
                self._fail(row, states, error)

    def step(self, states: np.ndarray, actions: np.ndarray, outcomes: np.ndarray, live: np.ndarray) -> None:
        """One step of every environment whose row is live."""
        for row in np.flatnonzero(live).tolist():
            outcome, copy = outcomes[row, 0], self._copies[row]
            if copy is None or self._failed[row]:
                outcome["truncated"] = 1
                continue
            action = self._hands.action(actions[row, 0], int(states["tick"][row]))
            if action is None:
                continue
            try:
                self._views[row], reward, terminated, truncated, info = copy.step(action)
                if not math.isfinite(reward):
                    raise ValueError(f"its reward is {reward}")
            except Exception as error:
                self._fail(row, states, error)
                outcome["truncated"] = 1
                continue
            states["mark"][row] = mark_of(*_arrays(self._views[row]))
            truncated = truncated or states["tick"][row] >= states["limit"][row]
            outcome["reward"], outcome["terminated"], outcome["truncated"] = reward, terminated, truncated
            told = isinstance(info, dict) and (info.get("is_success") or info.get("success"))
            if (terminated or truncated or told) and not states["won"][row]:
                outcome["success"] = bool(told) or bool(self._won and self._won(reward, terminated, truncated))

    def draw(self, row: int, states: np.ndarray, player: int, pixels: np.ndarray) -> None:
        """What the environment of a row shows, or black if it shows nothing just now."""
        copy = self._copies[row]
        try:
            fit(checked(self._views[row] if self._seen or copy is None else copy.render()), pixels)
        except Exception as error:
            pixels[...] = 0
            if copy is not None and not self._failed[row]:
                self._fail(row, states, error, 0)

    def close(self) -> None:
        """Close all environments."""
        for row in range(len(self._copies)):
            self._drop(row)

    def _drop(self, row: int) -> None:
        copy, self._copies[row], self._views[row] = self._copies[row], None, None
        if copy is not None:
            close(copy)

    def _fail(self, row: int, states: np.ndarray, error: Exception, at: int | None = None) -> None:
        self._failed[row] = True
        state = states[row if at is None else at]
        state["faults"] += 1
        warnings.warn(
            f"{self._name}: row {row} failed at step {state['tick']} of the episode of seed {state['start']}, which "
            f"ends here ({type(error).__name__}: {error})",
            RuntimeWarning,
            stacklevel=2,
        )


def _arrays(view: Any) -> list[np.ndarray]:
    """The arrays that an observation is made of, whatever its space."""
    if isinstance(view, Mapping | tuple | list):
        parts = view.values() if isinstance(view, Mapping) else view
        return [array for part in parts for array in _arrays(part)]
    array = np.asarray(view)
    return [array] if array.size and not array.dtype.hasobject else []


def checked(picture: Any) -> np.ndarray:
    """A picture as uint8 (height, width, 3). Raises ValueError if it is none."""
    picture = np.asarray(picture)
    if picture.ndim == 3 and picture.shape[2] == 1:
        picture = picture[:, :, 0]
    if picture.ndim == 2:
        picture = np.repeat(picture[:, :, None], 3, axis=2)
    if picture.ndim != 3 or picture.shape[2] != 3 or picture.dtype != np.uint8 or 0 in picture.shape:
        raise ValueError(
            f"a picture is uint8 of shape (height, width, 3) or (height, width); this is {picture.dtype} of shape "
            f"{picture.shape}"
        )
    return np.ascontiguousarray(picture)


def fit(picture: np.ndarray, pixels: np.ndarray) -> None:
    """Draw a picture into the middle of `pixels`, as large as it fits, with black beside it."""
    high, wide = pixels.shape[:2]
    scale = min(high / picture.shape[0], wide / picture.shape[1])
    height, width = (
        max(min(round(edge * scale), most), 1) for edge, most in zip(picture.shape, (high, wide), strict=False)
    )
    if (height, width) != picture.shape[:2]:
        how = cv2.INTER_AREA if scale < 1 else cv2.INTER_NEAREST
        picture = cv2.resize(picture, (width, height), interpolation=how)
    top, left = (high - height) // 2, (wide - width) // 2
    if (height, width) != (high, wide):
        pixels[...] = 0
    pixels[top : top + height, left : left + width] = picture


def close(env: gymnasium.Env) -> None:
    """Close an environment and nothing else."""
    with _pygame_stays():
        try:
            env.close()
        except Exception as error:
            warnings.warn(f"an environment could not be closed ({type(error).__name__}: {error})", stacklevel=2)


@contextmanager
def _pygame_stays() -> Iterator[None]:
    """Gymnasium's own environments shut down all of pygame when they are closed: the window that somebody plays in, and
    the fonts of their neighbours. Here they do not."""
    try:
        import pygame
    except ImportError:
        yield
        return
    with patch.object(pygame, "quit"), patch.object(pygame.display, "quit"):
        yield
