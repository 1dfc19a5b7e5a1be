"""The one action space and the one observation space, as Gymnasium spaces."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from gymnasium import spaces

from .keys import BUTTONS, KEYS, WHEEL
from .text import TextSpace, decode, token_space


def action_space(text: bool = True) -> spaces.Dict:
    """keys MultiBinary(96), buttons MultiBinary(3), wheel Discrete(3), mouse Box(-1, 1, (2,)), say (text or tokens)."""
    return spaces.Dict(
        {
            "keys": spaces.MultiBinary(len(KEYS)),
            "buttons": spaces.MultiBinary(len(BUTTONS)),
            "wheel": spaces.Discrete(len(WHEEL)),
            "mouse": spaces.Box(-1, 1, (2,), np.float32),
            "say": _text(text),
        }
    )


def observation_space(height: int, width: int, text: bool = True, goal_pixels: bool = False) -> spaces.Dict:
    """pixels Box(0, 255, (height, width, 3), uint8), instruction and chat as text or as tokens, int32 (64,) each; with
    goal_pixels also "goal_pixels", like pixels."""
    frames = ("pixels", "goal_pixels") if goal_pixels else ("pixels",)
    return spaces.Dict(
        {
            **{name: spaces.Box(0, 255, (height, width, 3), np.uint8) for name in frames},
            "instruction": _text(text),
            "chat": _text(text),
        }
    )


def pixel_space(observations: spaces.Dict) -> spaces.Box:
    """The space of `pixel_planes`: Box(0, 255, (height, width, 3), uint8), or 6 in place of 3."""
    height, width, _ = observations["pixels"].shape or ()
    return spaces.Box(0, 255, (height, width, 6 if "goal_pixels" in observations.spaces else 3), np.uint8)


def pixel_planes(observation: Mapping[str, Any]) -> Any:
    """The pixels of an observation, uint8 (…, 3); of one with goal_pixels with these behind them, (…, 6)."""
    if "goal_pixels" not in observation:
        return observation["pixels"]
    return np.concatenate([observation["pixels"], observation["goal_pixels"]], axis=-1)


def words(tokens: np.ndarray, text: bool) -> Any:
    """The engine's tokens in the form of the spaces: a str of (64,), or a new int32 array of (..., 64)."""
    return decode(tokens) if text else tokens.astype(np.int32)


def _text(text: bool) -> spaces.Space:
    return TextSpace() if text else token_space()
