"""The Gymnasium vector environment of several players: all players of many environments, each in a lane of its own."""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium.vector import AutoresetMode

from .action import write_actions
from .batched import BatchedEnvironment
from .realtime import Clock
from .spaces import words


class LanesEnvironment(BatchedEnvironment):
    """n rows of p players as a `gymnasium.vector.VectorEnv` of n * p lanes: player i of row r is lane r * p + i.

    Each lane sees, acts, and is paid as the agent `player_i` of row r of n PettingZoo environments would be.
    Observations, actions, autoreset_mode and text are as in VectorEnvironment, and so the wrappers of
    rumpus.interface.wrappers.vector fit; a row begins anew when it has ended for all of its players. A player that has
    ended before the others waits: its reward is 0, its actions count for nothing, and `infos["active"]` is False in the
    steps in which it does not play, that of the next reset among them. `infos` has `success`, `seed` and `task` of each
    lane too.

    `by_agent` gives arrays of lanes by agent, as dict of (n, …). A `reset_mask` has one bool for each row. rows,
    players: n and p.
    """

    def __init__(
        self,
        batch: Any,
        autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
        text: bool = False,
        render_mode: str | None = None,
        goal_pixels: bool = False,
        realtime: bool | Clock = False,
    ):
        super().__init__(batch, autoreset_mode, text, render_mode, goal_pixels, realtime)
        self.possible_agents = [f"player_{player}" for player in range(self.players)]
        self._active = np.ones(self.num_envs, bool)

    def step(self, actions: dict[str, Any]) -> tuple[Any, np.ndarray, np.ndarray, np.ndarray, dict[str, Any]]:
        """One tick of every row. Returns observations, rewards, terminations, truncations, infos, of lanes."""
        self._check_step()
        records = self.batch.actions.reshape(-1)
        write_actions(records, actions)
        records[~self._active] = np.zeros((), records.dtype)  # a player that has ended says nothing either
        self._advance()
        outcomes = self.batch.outcomes.reshape(-1)
        rewards = outcomes["reward"].astype(np.float64)
        terminations, truncations = outcomes["terminated"].astype(bool), outcomes["truncated"].astype(bool)
        infos = self._infos(outcomes["success"].astype(bool))
        self._active = ~(self.batch.states["done"][:, : self.players].reshape(-1) != 0)
        self._over = self.batch.over != 0
        if self.autoreset_mode is AutoresetMode.SAME_STEP and self._over.any():
            infos = self._finish(infos)
        return self._observations(), rewards, terminations, truncations, self._timed(infos)

    def by_agent(self, values: Any) -> dict[str, Any]:
        """Values of lanes (n * p, …), or a dict of these, by agent: {"player_0": (n, …), …}, without a copy."""
        if isinstance(values, dict):
            parts = {name: self.by_agent(value) for name, value in values.items()}
            return {agent: {name: part[agent] for name, part in parts.items()} for agent in self.possible_agents}
        return {agent: values[player :: self.players] for player, agent in enumerate(self.possible_agents)}

    def of_agents(self, values: dict[str, Any]) -> Any:
        """The reverse of `by_agent`: arrays, or dicts of arrays, by agent as those of lanes, in new arrays."""
        first = values[self.possible_agents[0]]
        if isinstance(first, dict):
            return {name: self.of_agents({agent: values[agent][name] for agent in values}) for name in first}
        return np.stack([values[agent] for agent in self.possible_agents], 1).reshape(-1, *np.shape(first)[1:])

    def render(self) -> tuple[np.ndarray, ...] | None:
        """A frame, uint8 (height, width, 3), for each lane."""
        return tuple(self._pixels(self.batch.draw()).copy()) if self.render_mode == "rgb_array" else None

    def _begin(self, rows: np.ndarray) -> None:
        """Episodes have begun in these rows."""
        super()._begin(rows)
        self._active = self._active | np.repeat(rows, self.players)

    def _finish(self, infos: dict[str, Any]) -> dict[str, Any]:
        return super()._finish(infos) | {"active": infos["active"]}  # those of the step that has ended the rows

    def _pixels(self, frames: np.ndarray) -> np.ndarray:
        return frames.reshape(self.num_envs, *frames.shape[2:])

    def _observations(self, mask: np.ndarray | None = None) -> dict[str, Any]:
        """New arrays of what is seen now, drawn in the rows of a mask, or in all."""
        found: dict[str, Any] = {"pixels": self._pixels(self.batch.draw(mask)).copy(), **self._goals()}
        for name, tokens in (("instruction", self.batch.instruction), ("chat", self.batch.chat)):
            flat = tokens.reshape(self.num_envs, -1)
            found[name] = tuple(words(each, True) for each in flat) if self._text else words(flat, False)
        return found

    def _infos(self, success: np.ndarray) -> dict[str, Any]:
        """The infos of lanes; `active`: whether each played in this step."""
        own = {name: np.repeat(self.batch.states[name], self.players) for name in ("seed", "task")}
        infos: dict[str, Any] = {"success": success, "active": self._active.copy(), **own}
        return infos | {f"_{name}": np.ones(self.num_envs, bool) for name in infos}
