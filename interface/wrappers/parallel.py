"""The wrappers for several players, of `rumpus.worlds.parallel`: PettingZoo environments, agent by agent.

env = Pixels(Moves(rumpus.worlds.parallel("tag-four")))    # Discrete actions, pixels alone
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

from gymnasium import spaces
from pettingzoo import ParallelEnv
from pettingzoo.utils import BaseParallelWrapper

from ..action import Move
from ..devices import DeviceParts, MoveNumbers
from ..spaces import pixel_planes, pixel_space
from . import check_env
from .words import BAG, TOKEN, Words

_OTHERS = "rumpus.interface.wrappers has those of single environments, .vector those of vector environments"


class _Wrapper(BaseParallelWrapper):
    """The attributes, besides methods, that other libraries read from a parallel environment."""

    def __init__(self, env: ParallelEnv):
        check_env(self, env, ParallelEnv, _OTHERS)
        super().__init__(env)
        agents = env.possible_agents
        self.metadata, self.possible_agents, self.render_mode = env.metadata, agents, env.render_mode
        self.action_spaces = {agent: env.action_space(agent) for agent in agents}
        self.observation_spaces = {agent: env.observation_space(agent) for agent in agents}

    @property
    def agents(self) -> list[Any]:
        """The agents that still play."""
        return self.env.agents

    def observation_space(self, agent: Any) -> spaces.Space:
        """The same space object at every call."""
        return self.observation_spaces[agent]

    def action_space(self, agent: Any) -> spaces.Space:
        """The same space object at every call."""
        return self.action_spaces[agent]


class _Actions(_Wrapper):
    """Takes actions of a codec's space, and passes on full actions of the keyboard and the mouse."""

    def __init__(self, env: ParallelEnv, codec: Callable[[Any], MoveNumbers | DeviceParts]):
        super().__init__(env)
        self.codec = codec(env.unwrapped.world)
        self.names = self.codec.names
        self.action_spaces = {agent: deepcopy(self.codec.space) for agent in self.possible_agents}

    def step(self, actions: dict[Any, Any]) -> Any:
        """The environment's step, with actions of this space. Raises ValueError for an action that is not in it."""
        return self.env.step({agent: self.codec.actions(action, ()) for agent, action in actions.items()})


class Moves(_Actions):
    """The world's named moves as a Discrete space for each agent: see rumpus.interface.wrappers.Moves."""

    def __init__(self, env: ParallelEnv, moves: Mapping[str, Move | Mapping[str, Any]] | None = None):
        super().__init__(env, lambda world: MoveNumbers(world, moves))


class Devices(_Actions):
    """Keyboard and mouse as one MultiDiscrete or Box for each agent: see rumpus.interface.wrappers.Devices."""

    def __init__(self, env: ParallelEnv, box: bool = False):
        super().__init__(env, lambda world: DeviceParts(world, box))


class _Observations(_Wrapper):
    """Gives another form of the observations."""

    def __init__(self, env: ParallelEnv, space: Callable[[Any], spaces.Space], of: Callable[[Any], Any]):
        super().__init__(env)
        self.observation_spaces = {agent: space(seen) for agent, seen in self.observation_spaces.items()}
        self._of = of

    def reset(self, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        """The environment's reset, with observations of this form."""
        observations, infos = self.env.reset(seed=seed, options=options)
        return {agent: self._of(seen) for agent, seen in observations.items()}, infos

    def step(self, actions: dict[Any, Any]) -> Any:
        """The environment's step, with observations of this form."""
        observations, *rest = self.env.step(actions)
        return {agent: self._of(seen) for agent, seen in observations.items()}, *rest


class _Words(_Observations):
    """Replaces the texts of the observations by arrays of one space."""

    def __init__(self, env: ParallelEnv, words: Words):
        super().__init__(env, words.within, words.of)


class Tokens(_Words):
    """Instruction and chat as tokens, int32 (64,) each, zero padded."""

    def __init__(self, env: ParallelEnv):
        super().__init__(env, TOKEN)


class BagOfWords(_Words):
    """Instruction and chat as counts of each token, float32 of the vocabulary's size."""

    def __init__(self, env: ParallelEnv):
        super().__init__(env, BAG)


class Pixels(_Observations):
    """The pixels alone, uint8 (height, width, 3), with goal_pixels behind them 6 in place of 3."""

    def __init__(self, env: ParallelEnv):
        super().__init__(env, pixel_space, pixel_planes)
