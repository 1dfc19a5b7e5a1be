"""The texts of an observation as arrays of a space."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from gymnasium import spaces

from ..text import TOKENS, encode, token_space, vocabulary_size

TEXTS = ("instruction", "chat")
"""The parts of an observation that are text."""


class Words(NamedTuple):
    """A form of text. space: of one text; array: function from a str, or from its tokens, to an array."""

    space: spaces.Box
    array: Callable[[Any], np.ndarray]

    def within(self, space: spaces.Space) -> spaces.Dict:
        """The space of an observation whose texts are of this form."""
        assert isinstance(space, spaces.Dict)
        return spaces.Dict({**space.spaces, **{name: self.space for name in TEXTS}})

    def of(self, observation: dict[str, Any]) -> dict[str, Any]:
        """The observation with its texts in this form."""
        return {**observation, **{name: self.array(observation[name]) for name in TEXTS}}


def _tokens(text: Any) -> np.ndarray:
    return (encode(text) if isinstance(text, str) else text).astype(np.int32)


def _bag(text: Any) -> np.ndarray:
    counts = np.bincount(_tokens(text), minlength=vocabulary_size()).astype(np.float32)
    counts[0] = 0  # padding does not count
    return counts


TOKEN = Words(token_space(), _tokens)
BAG = Words(spaces.Box(0, TOKENS, (vocabulary_size(),), np.float32), _bag)
