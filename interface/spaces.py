"""The one action space and the one observation space, as Gymnasium spaces."""

from __future__ import annotations

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


def observation_space(height: int, width: int, text: bool = True) -> spaces.Dict:
    """pixels Box(0, 255, (height, width, 3), uint8), instruction and chat as text or as tokens, int32 (64,) each."""
    return spaces.Dict(
        {
            "pixels": spaces.Box(0, 255, (height, width, 3), np.uint8),
            "instruction": _text(text),
            "chat": _text(text),
        }
    )


def words(tokens: np.ndarray, text: bool) -> Any:
    """The engine's tokens in the form of the spaces: a str of (64,), or a new int32 array of (..., 64)."""
    return decode(tokens) if text else tokens.astype(np.int32)


def _text(text: bool) -> spaces.Space:
    return TextSpace() if text else token_space()
