"""The wrappers for vector environments, of `rumpus.worlds.vector`, `rumpus.worlds.lanes` and `gymnasium.make_vec`: all
rows, or lanes, at once.

    envs = Pixels(Moves(gymnasium.make_vec("rumpus/Sokoban-v0", 64)))    # Discrete actions, pixels alone

They support every autoreset mode; last observations in `infos["final_obs"]` have the same form.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces
from gymnasium.vector import AutoresetMode, VectorActionWrapper, VectorEnv, VectorWrapper
from gymnasium.vector.utils import batch_space

from ..action import Move
from ..devices import DeviceParts, MoveNumbers
from ..spaces import pixel_planes, pixel_space
from . import check_env
from .words import BAG, TEXTS, TOKEN, Words

_OTHERS = "rumpus.interface.wrappers has those of single environments, .parallel those of several players"


class _Mode:
    """The autoreset mode, which TorchRL reads from the outermost wrapper; Gymnasium's wrappers do not pass it on."""

    env: Any

    @property
    def autoreset_mode(self) -> AutoresetMode:
        """That of the environment within."""
        mode: AutoresetMode = self.env.autoreset_mode
        return mode


class _Actions(_Mode, VectorActionWrapper):
    """Takes actions of a codec's space, and passes on full actions of the keyboard and the mouse."""

    def __init__(self, env: VectorEnv, codec: MoveNumbers | DeviceParts):
        super().__init__(env)
        self.codec, self.names = codec, codec.names
        self.single_action_space = codec.space
        self.action_space = batch_space(codec.space, self.num_envs)
        text = not isinstance(env.single_action_space["say"], spaces.Box)  # type: ignore[index]
        self._silence = {"say": ("",) * self.num_envs} if text else {}

    def actions(self, actions: Any) -> dict[str, Any]:
        """The full actions, in new arrays. Raises ValueError for actions that are not in the space."""
        return {**self.codec.actions(actions, (self.num_envs,)), **self._silence}


class Moves(_Actions):
    """The world's named moves as a Discrete space for each row: see rumpus.interface.wrappers.Moves."""

    def __init__(self, env: VectorEnv, moves: Mapping[str, Move | Mapping[str, Any]] | None = None):
        check_env(self, env, VectorEnv, _OTHERS)
        super().__init__(env, MoveNumbers(env.unwrapped.world, moves))  # type: ignore[attr-defined]


class Devices(_Actions):
    """Keyboard and mouse as one MultiDiscrete or Box for each row: see rumpus.interface.wrappers.Devices."""

    def __init__(self, env: VectorEnv, box: bool = False):
        check_env(self, env, VectorEnv, _OTHERS)
        super().__init__(env, DeviceParts(env.unwrapped.world, box))  # type: ignore[attr-defined]


class _Observations(_Mode, VectorWrapper):
    """Gives another form of the observations. Gymnasium's own base class refuses AutoresetMode.SAME_STEP."""

    def __init__(self, env: VectorEnv, space: spaces.Space, all_: Callable[[Any], Any], one: Callable[[Any], Any]):
        super().__init__(env)
        self.single_observation_space = space
        self.observation_space = batch_space(space, self.num_envs)
        self._all, self._one = all_, one

    def reset(self, *, seed: Any = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        """The environment's reset, with observations of this form."""
        observations, infos = self.env.reset(seed=seed, options=options)
        return self._all(observations), infos

    def step(self, actions: Any) -> tuple[Any, Any, Any, Any, dict[str, Any]]:
        """The environment's step, with observations of this form."""
        observations, *rest, infos = self.env.step(actions)
        if "final_obs" in infos:
            finals = np.full(self.num_envs, None, object)
            for row in np.flatnonzero(infos["_final_obs"]):
                finals[row] = self._one(infos["final_obs"][row])
            infos = {**infos, "final_obs": finals}
        return self._all(observations), *rest, infos


class Tokens(_Observations):
    """Instruction and chat as tokens, int32 (n, 64) each, zero padded: of environments that were made with text."""

    def __init__(self, env: VectorEnv):
        check_env(self, env, VectorEnv, _OTHERS)
        super().__init__(env, TOKEN.within(env.single_observation_space), _rows(TOKEN), TOKEN.of)


class BagOfWords(_Observations):
    """Instruction and chat as counts of each token, float32 (n, vocabulary's size)."""

    def __init__(self, env: VectorEnv):
        check_env(self, env, VectorEnv, _OTHERS)
        super().__init__(env, BAG.within(env.single_observation_space), _rows(BAG), BAG.of)


class Pixels(_Observations):
    """The pixels alone, uint8 (n, height, width, 3), with goal_pixels behind them 6 in place of 3."""

    def __init__(self, env: VectorEnv):
        check_env(self, env, VectorEnv, _OTHERS)
        assert isinstance(env.single_observation_space, gymnasium.spaces.Dict)
        super().__init__(env, pixel_space(env.single_observation_space), pixel_planes, pixel_planes)


def _rows(words: Words) -> Callable[[dict[str, Any]], dict[str, Any]]:
    def of(observations: dict[str, Any]) -> dict[str, Any]:
        return {
            **observations,
            **{name: np.stack([words.array(each) for each in observations[name]]) for name in TEXTS},
        }

    return of
