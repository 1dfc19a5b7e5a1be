"""The PettingZoo environment: one row of a batch, all of its players."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
from pettingzoo import ParallelEnv

from .options import Options, apply_options, check_cpu, check_going, check_mode
from .realtime import Clock, RealTime, clock_of
from .rows import Row
from .seeds import check_seed
from .spaces import action_space, observation_space
from .viewer import Viewer


class ParallelEnvironment(ParallelEnv):
    """One row of a batch as a `pettingzoo.ParallelEnv`; its agents are "player_0", "player_1", …

    Each agent has its own observation, action, reward and end, in the form that a single Environment has (`text` too).
    Text that an agent says appears in the next observation's chat of the others: of two agents unchanged; of more, a
    line for each speaker, "player_1: go left", in which 64 tokens are shared out evenly. An agent that has ended leaves
    `agents`, with its last observation, reward and info; the others continue until the episode has ended for each. Then
    step({}) returns five empty dicts, and an action raises gymnasium.error.ResetNeeded. Infos hold `success`, `seed`
    and `task` as those of a single Environment.

    state(), in `state_space`, is the view of all players, side by side: uint8 (height, players * width, 3), for
    centralised critics. realtime: as for a single Environment; the actions of all agents arrive together. goal_pixels:
    as for a single Environment, each agent's own.
    """

    metadata: dict[str, Any] = {"render_modes": ["rgb_array", "human"], "is_parallelizable": True}

    def __init__(
        self, batch: Any, render_mode: str | None = None, text: bool = True, realtime: bool | Clock = False,
        goal_pixels: bool = False,
    ):  # fmt: skip
        if batch.n != 1:
            raise ValueError(f"a ParallelEnv holds one environment, this batch has {batch.n}")
        check_cpu(batch)
        check_mode(render_mode, self.metadata["render_modes"])
        self.metadata = {
            **type(self).metadata,
            "name": batch.world.name.replace("-", "_") + f"_v{batch.world.version}",
            "render_fps": batch.world.controls.tick_hz,
        }
        self.batch, self.world, self.render_mode, self._text = batch, batch.world, render_mode, text
        self.possible_agents = [f"player_{player}" for player in range(batch.players)]
        self._players = {agent: player for player, agent in enumerate(self.possible_agents)}
        self._row = Row(batch)
        self.live = RealTime(batch, clock=clock_of(realtime)) if realtime else None
        self.agents: list[str] = []
        self.action_spaces = {agent: action_space(text) for agent in self.possible_agents}
        height, width = batch.size
        seen = {agent: observation_space(height, width, text, goal_pixels) for agent in self.possible_agents}
        self.observation_spaces, self._goal_pixels = seen, goal_pixels
        self.state_space = gymnasium.spaces.Box(0, 255, (height, batch.players * width, 3), np.uint8)
        self._viewer = Viewer(f"Rumpus: {batch.world.name}")
        self._was_reset, self._closed = False, False

    def observation_space(self, agent: str) -> gymnasium.Space:
        """The same space object at every call."""
        return self.observation_spaces[agent]

    def action_space(self, agent: str) -> gymnasium.Space:
        """The same space object at every call."""
        return self.action_spaces[agent]

    def reset(self, seed: int | None = None, options: Options = None) -> tuple[dict[str, Any], dict[str, Any]]:
        """Begin an episode for all players; seed and options as for a single Environment."""
        seed = None if seed is None else check_seed(seed)
        apply_options(self.batch, options)
        if seed is None and not self._was_reset:
            seed = int(np.random.default_rng().integers(2**32))
        self.batch.reset(seed=seed)
        self._was_reset, self._closed = True, False
        self.agents = self.possible_agents[:]
        self._show()
        found = self._observations(self.agents), self._infos(dict.fromkeys(self.agents, False))
        if self.live is not None:
            self.live.begin()
        return found

    def step(self, actions: dict[str, Any]) -> tuple[dict[str, Any], ...]:
        """One tick, with an action for every live agent. Returns observations, rewards, terminations, truncations,
        infos."""
        check_going(self._was_reset, self._closed)
        if not self.agents:
            if actions:
                raise gymnasium.error.ResetNeeded("no agent is left: call reset()")
            return {}, {}, {}, {}, {}  # as PettingZoo's own environments answer
        if set(actions) != set(self.agents):
            raise ValueError(f"step() needs an action for each live agent, {self.agents}; got {sorted(actions)}")
        self._row.act({self._players[agent]: action for agent, action in actions.items()})
        stepped = self.batch.step() if self.live is None else self.live.step()
        outcomes = stepped[0].tolist()  # in the order of OUTCOME
        live = self.agents
        of = {agent: outcomes[self._players[agent]] for agent in live}
        rewards = {agent: reward for agent, (reward, _, _, _) in of.items()}
        terminations = {agent: bool(terminated) for agent, (_, terminated, _, _) in of.items()}
        truncations = {agent: bool(truncated) for agent, (_, _, truncated, _) in of.items()}
        successes = {agent: bool(success) for agent, (_, _, _, success) in of.items()}
        observations, infos = self._observations(live), self._infos(successes)
        self.agents = [agent for agent in live if not (terminations[agent] or truncations[agent])]
        self._show()
        if self.live is not None:
            for info in infos.values():
                info |= self.live.shown()
        return observations, rewards, terminations, truncations, infos

    def render(self) -> np.ndarray | None:
        """All players' views side by side, uint8 (height, players * width, 3), in rgb_array mode."""
        if self.render_mode == "rgb_array":
            return self.state()
        self._show()
        return None

    def state(self) -> np.ndarray:
        """The views of all players now, side by side: uint8 (height, players * width, 3)."""
        return np.concatenate(self.batch.draw()[0], axis=1)

    def close(self) -> None:
        """Close the window, if one is open. The environment takes no more steps until `reset` opens it anew."""
        self._closed = True
        self._viewer.close()

    def _observations(self, agents: list[str]) -> dict[str, Any]:
        pixels, text = self.batch.draw()[0], self._text
        goals = self.batch.goal_pixels[0] if self._goal_pixels else None
        return {
            agent: {
                "pixels": pixels[player].copy(),
                **({} if goals is None else {"goal_pixels": goals[player].copy()}),
                "instruction": self._row.text("instruction", player, text),
                "chat": self._row.text("chat", player, text),
            }
            for agent in agents
            for player in (self._players[agent],)
        }

    def _infos(self, successes: dict[str, bool]) -> dict[str, Any]:
        shared = self._row.origin()
        return {agent: {"success": success, **shared} for agent, success in successes.items()}

    def _show(self) -> None:
        if self.render_mode == "human":
            views = [self.batch.picture(player=player, size=(480, 480)) for player in range(self.batch.players)]
            self._viewer.show(np.concatenate(views, axis=1), self.metadata["render_fps"])
