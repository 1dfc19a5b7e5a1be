"""The simulator of a Gymnasium guest: an environment for each row of a batch, stepped one after the other."""

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
from .actions import ActionMap

SUCCESS = {
    "terminated": lambda reward, terminated, truncated: terminated,
    "paid": lambda reward, terminated, truncated: terminated and reward > 0,
    "lasted": lambda reward, terminated, truncated: truncated and not terminated,
}
"""The conditions of success: ended by the rules, ended by the rules with a reward, or reached the time limit."""


class Environments:
    """n environments made by `make()`; engine/simulator.py documents the methods.

    An environment has failed if it raises an error or its reward is not finite: the row's episode is truncated,
    `faults` in its record counts it, a warning says why, and its next reset makes a new environment. Other rows are not
    affected. seen: whether the picture is the observation, and not the rendering; success: a name in SUCCESS; the
    success in `info` counts in any case.
    """

    def __init__(
        self,
        make: Callable[[], gymnasium.Env],
        n: int,
        action_map: ActionMap,
        seen: bool,
        success: str | None,
        name: str,
    ):
        self._make, self._action_map, self._seen, self._name = make, action_map, seen, name
        self._won = SUCCESS[success] if success else None
        self._environments: list[gymnasium.Env | None] = [None] * n
        self._views: list[Any] = [None] * n
        self._failed = np.zeros(n, bool)

    def reset(self, states: np.ndarray, mask: np.ndarray) -> None:
        """Reset the rows of the mask with their seeds. The episode of a row that fails here ends with its first
        step."""
        for row in np.flatnonzero(mask).tolist():
            try:
                if self._failed[row]:
                    self._drop(row)
                self._environments[row] = environment = self._environments[row] or self._make()
                self._views[row], _ = environment.reset(seed=int(states["start"][row]))
                self._failed[row] = False
                states["mark"][row] = mark_of(*_arrays(self._views[row]))
            except Exception as error:
                self._fail(row, states, error)

    def step(self, states: np.ndarray, actions: np.ndarray, outcomes: np.ndarray, live: np.ndarray) -> None:
        """One step of every environment whose row is live."""
        for row in np.flatnonzero(live).tolist():
            outcome, environment = outcomes[row, 0], self._environments[row]
            if environment is None or self._failed[row]:
                outcome["truncated"] = 1
                continue
            action = self._action_map.action(actions[row, 0], int(states["tick"][row]))
            if action is None:
                continue
            try:
                self._views[row], reward, terminated, truncated, info = environment.step(action)
                if not math.isfinite(reward):
                    raise ValueError(f"its reward is {reward}")
            except Exception as error:
                self._fail(row, states, error)
                outcome["truncated"] = 1
                continue
            states["mark"][row] = mark_of(*_arrays(self._views[row]))
            truncated = truncated or states["tick"][row] >= states["limit"][row]
            outcome["reward"], outcome["terminated"], outcome["truncated"] = reward, terminated, truncated
            says_success = isinstance(info, dict) and (info.get("is_success") or info.get("success"))
            if (terminated or truncated or says_success) and not states["won"][row]:
                outcome["success"] = bool(says_success) or bool(self._won and self._won(reward, terminated, truncated))

    def draw(self, row: int, states: np.ndarray, player: int, pixels: np.ndarray) -> None:
        """Draw the picture of a row's environment; black if it has none."""
        environment = self._environments[row]
        try:
            fit(checked(self._views[row] if self._seen or environment is None else environment.render()), pixels)
        except Exception as error:
            pixels[...] = 0
            if environment is not None and not self._failed[row]:
                self._fail(row, states, error, 0)

    def close(self) -> None:
        """Close all environments."""
        for row in range(len(self._environments)):
            self._drop(row)

    def _drop(self, row: int) -> None:
        environment, self._environments[row], self._views[row] = self._environments[row], None, None
        if environment is not None:
            close(environment)

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
    """A picture as uint8 (height, width, 3). Raises ValueError for other arrays."""
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
    """Close an environment, and not pygame with it."""
    with _pygame_stays():
        try:
            env.close()
        except Exception as error:
            warnings.warn(f"an environment could not be closed ({type(error).__name__}: {error})", stacklevel=2)


@contextmanager
def _pygame_stays() -> Iterator[None]:
    """Keep pygame running: Gymnasium's own environments shut it down when they are closed, with the window of a player
    and the fonts of other environments."""
    try:
        import pygame
    except ImportError:
        yield
        return
    with patch.object(pygame, "quit"), patch.object(pygame.display, "quit"):
        yield
