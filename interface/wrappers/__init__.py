"""Wrappers for agents with a small action space, or with numbers in place of text.

Those of this module are for single environments; `rumpus.interface.wrappers.vector` has the same for vector
environments, `rumpus.interface.wrappers.parallel` for several players (PettingZoo). All record their arguments, so that
Gymnasium can make an environment again from its spec.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import gymnasium
from gymnasium import spaces
from gymnasium.utils import RecordConstructorArgs

from ..action import Move
from ..devices import DeviceParts, MoveNumbers
from ..spaces import pixel_planes, pixel_space
from .words import BAG, TOKEN, Words


def check_env(wrapper: Any, env: Any, kind: type, other: str) -> None:
    """Raise TypeError, with the module of the right wrapper, unless env is an environment of this kind."""
    if not isinstance(env, kind):
        raise TypeError(
            f"{type(wrapper).__module__}.{type(wrapper).__name__} wraps a {kind.__module__.partition('.')[0]}."
            f"{kind.__name__}, got {type(env).__name__}: {other}"
        )


_OTHERS = "see rumpus.interface.wrappers.vector for vector environments, and .parallel for several players"


class _Actions(gymnasium.ActionWrapper, RecordConstructorArgs):
    """Takes actions of a codec's space, and passes on full actions of the keyboard and the mouse."""

    def __init__(self, env: gymnasium.Env, codec: MoveNumbers | DeviceParts):
        gymnasium.ActionWrapper.__init__(self, env)
        self.codec, self.names = codec, codec.names
        self.action_space = codec.space
        text = isinstance(env.action_space, spaces.Dict) and not isinstance(env.action_space["say"], spaces.Box)
        self._silence = {"say": ""} if text else {}

    def action(self, action: Any) -> dict[str, Any]:
        """The full action, in new arrays. Raises ValueError for an action that is not in the space."""
        return {**self.codec.actions(action, ()), **self._silence}


class Moves(_Actions):
    """The world's few named moves as a Discrete space: action i holds the keys and buttons of `names[i]`, and nothing
    else.

    moves: moves in place of the world's, by their names, as rumpus.interface.action.Move or as dicts of its fields.
    """

    def __init__(self, env: gymnasium.Env, moves: Mapping[str, Move | Mapping[str, Any]] | None = None):
        check_env(self, env, gymnasium.Env, _OTHERS)
        codec = MoveNumbers(env.unwrapped.world, moves)  # type: ignore[attr-defined]
        RecordConstructorArgs.__init__(self, moves=codec.plain)
        super().__init__(env, codec)

    def get_keys_to_action(self) -> dict[tuple[int, ...], int]:
        """For gymnasium.utils.play: the keys, pygame's, of each move that needs no mouse. Without a key, `play` makes
        the move `noop`."""
        from ..printed import codes

        assert isinstance(self.codec, MoveNumbers)
        numbered = enumerate(self.codec.moves.values())
        return {codes(move.keys): number for number, move in numbered if move.keys and move == Move(move.keys)}


class Devices(_Actions):
    """The keys, buttons, mouse and wheel that the world uses as one MultiDiscrete space, whose parts are `names`; with
    box=True as one Box from -1 to 1. See rumpus.interface.devices.DeviceParts."""

    def __init__(self, env: gymnasium.Env, box: bool = False):
        check_env(self, env, gymnasium.Env, _OTHERS)
        RecordConstructorArgs.__init__(self, box=box)
        super().__init__(env, DeviceParts(env.unwrapped.world, box))  # type: ignore[attr-defined]


class _Words(gymnasium.ObservationWrapper, RecordConstructorArgs):
    """Replaces the texts of the observation by arrays of one space."""

    def __init__(self, env: gymnasium.Env, words: Words):
        check_env(self, env, gymnasium.Env, _OTHERS)
        RecordConstructorArgs.__init__(self)
        gymnasium.ObservationWrapper.__init__(self, env)
        self._words = words
        self.observation_space = words.within(env.observation_space)

    def observation(self, observation: dict[str, Any]) -> dict[str, Any]:
        """The same observation with instruction and chat as arrays."""
        return self._words.of(observation)


class Tokens(_Words):
    """Instruction and chat as tokens, int32 (64,) each, zero padded."""

    def __init__(self, env: gymnasium.Env):
        super().__init__(env, TOKEN)


class BagOfWords(_Words):
    """Instruction and chat as counts of each token, float32 of the vocabulary's size: order is lost."""

    def __init__(self, env: gymnasium.Env):
        super().__init__(env, BAG)


class Pixels(gymnasium.ObservationWrapper, RecordConstructorArgs):
    """The pixels alone, uint8 (height, width, 3), for agents that read no text; of environments with goal_pixels these
    behind them, uint8 (height, width, 6)."""

    def __init__(self, env: gymnasium.Env):
        check_env(self, env, gymnasium.Env, _OTHERS)
        RecordConstructorArgs.__init__(self)
        gymnasium.ObservationWrapper.__init__(self, env)
        assert isinstance(env.observation_space, spaces.Dict)
        self.observation_space = pixel_space(env.observation_space)

    def observation(self, observation: dict[str, Any]) -> Any:
        """The pixels of the observation."""
        return pixel_planes(observation)
