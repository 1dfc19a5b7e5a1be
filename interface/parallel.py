"""The PettingZoo environment: one row of a batch, all of its players."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
from pettingzoo import ParallelEnv

from .action import ACTION, write_actions
from .options import Options, apply_options, check_cpu, check_going, check_mode
from .seeds import check_seed
from .spaces import action_space, observation_space, words
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
    centralised critics.
    """

    metadata: dict[str, Any] = {"render_modes": ["rgb_array", "human"], "is_parallelizable": True}

    def __init__(self, batch: Any, render_mode: str | None = None, text: bool = True):
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
        self.agents: list[str] = []
        self.action_spaces = {agent: action_space(text) for agent in self.possible_agents}
        height, width = batch.size
        self.observation_spaces = {agent: observation_space(height, width, text) for agent in self.possible_agents}
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
        return self._observations(self.agents), self._infos(self.agents, np.zeros(self.batch.players, bool))

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
        records = np.zeros(self.batch.players, ACTION)
        for agent, action in actions.items():
            record = np.zeros((), ACTION)
            write_actions(record, action)
            records[self.possible_agents.index(agent)] = record
        self.batch.actions[0] = records
        outcomes = self.batch.step()[0]
        live = self.agents
        of = {agent: outcomes[self.possible_agents.index(agent)] for agent in live}
        rewards = {agent: float(outcome["reward"]) for agent, outcome in of.items()}
        terminations = {agent: bool(outcome["terminated"]) for agent, outcome in of.items()}
        truncations = {agent: bool(outcome["truncated"]) for agent, outcome in of.items()}
        observations, infos = self._observations(live), self._infos(live, outcomes["success"].astype(bool))
        self.agents = [agent for agent in live if not (terminations[agent] or truncations[agent])]
        self._show()
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
        pixels, chat = self.batch.draw()[0], self.batch.chat[0]
        players = {agent: self.possible_agents.index(agent) for agent in agents}
        return {
            agent: {
                "pixels": pixels[player].copy(),
                "instruction": words(self.batch.instruction[0, player], self._text),
                "chat": words(chat[player], self._text),
            }
            for agent, player in players.items()
        }

    def _infos(self, agents: list[str], success: np.ndarray) -> dict[str, Any]:
        state = self.batch.states[0]
        shared = {"seed": int(state["seed"]), "task": int(state["task"])}
        return {agent: {"success": bool(success[self.possible_agents.index(agent)]), **shared} for agent in agents}

    def _show(self) -> None:
        if self.render_mode == "human":
            views = [self.batch.picture(player=player, size=(480, 480)) for player in range(self.batch.players)]
            self._viewer.show(np.concatenate(views, axis=1), self.metadata["render_fps"])
