"""Wrappers for agents that want less than a whole keyboard, or numbers instead of text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces

from .action import Move, as_action, move_table
from .text import TOKENS, encode, vocabulary_size


class Moves(gymnasium.ActionWrapper):
    """The world's few named moves as a Discrete space: action i holds what `names[i]` holds. All else stays still."""

    def __init__(self, env: gymnasium.Env, moves: dict[str, Move] | None = None):
        super().__init__(env)
        chosen = dict(moves or env.unwrapped.world.moves)  # type: ignore[attr-defined]
        self.names = tuple(chosen)
        self._actions = [as_action(record) for record in move_table(chosen)]
        self.action_space = spaces.Discrete(len(self.names))

    def action(self, action: Any) -> dict[str, Any]:
        """The full action of a move's number. Raises ValueError for a number that is none."""
        number = np.asarray(action)
        if number.shape != () or number.dtype.kind not in "iu" or not 0 <= number < len(self.names):
            raise ValueError(
                f"a move is a number from 0 to {len(self.names) - 1} ({', '.join(self.names)}), got {action!r}"
            )
        return self._actions[int(number)]


class _Words(gymnasium.ObservationWrapper):
    """Replaces the texts of the observation by arrays of one space."""

    def __init__(self, env: gymnasium.Env, space: spaces.Box, words: Callable[[str], np.ndarray]):
        super().__init__(env)
        assert isinstance(env.observation_space, spaces.Dict)
        self.observation_space = spaces.Dict({**env.observation_space.spaces, "instruction": space, "chat": space})
        self._words = words

    def observation(self, observation: dict[str, Any]) -> dict[str, Any]:
        """The same observation with instruction and chat as arrays."""
        return {**observation, **{name: self._words(observation[name]) for name in ("instruction", "chat")}}


class Tokens(_Words):
    """Instruction and chat as 64 tokens each, uint16, zero padded."""

    def __init__(self, env: gymnasium.Env):
        super().__init__(
            env, spaces.Box(0, np.iinfo(np.uint16).max, (TOKENS,), np.uint16), lambda text: encode(text).copy()
        )


class BagOfWords(_Words):
    """Instruction and chat as counts of each token, float32 of the vocabulary's size: order is lost."""

    def __init__(self, env: gymnasium.Env):
        super().__init__(env, spaces.Box(0, TOKENS, (vocabulary_size(),), np.float32), _bag)


def _bag(text: str) -> np.ndarray:
    counts = np.bincount(encode(text), minlength=vocabulary_size()).astype(np.float32)
    counts[0] = 0  # padding is no word
    return counts
