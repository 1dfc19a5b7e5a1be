"""The Gymnasium vector environment of several players: all players of many environments, each in a lane of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gymnasium
import numpy as np
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from .action import write_actions
from .options import Options, Specified, apply_options, check_cpu, check_going, check_mode
from .seeds import check_seed, row_seeds
from .spaces import action_space, observation_space, words


class LanesEnvironment(Specified, VectorEnv):
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

    metadata: dict[str, Any] = {"render_modes": ["rgb_array"], "autoreset_mode": AutoresetMode.NEXT_STEP}

    def __init__(
        self, batch: Any, autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP, text: bool = False,
        render_mode: str | None = None,
    ):  # fmt: skip
        check_cpu(batch)
        check_mode(render_mode, self.metadata["render_modes"])
        self.autoreset_mode = AutoresetMode(autoreset_mode)
        fps = batch.world.controls.tick_hz
        self.metadata = {**type(self).metadata, "render_fps": fps, "autoreset_mode": self.autoreset_mode}
        self.batch, self.world, self.rows, self.players = batch, batch.world, batch.n, batch.players
        self.num_envs = batch.n * batch.players
        self.possible_agents = [f"player_{player}" for player in range(batch.players)]
        self.render_mode, self._text = render_mode, text
        self.single_action_space = action_space(text)
        height, width = batch.size
        self.single_observation_space = observation_space(height, width, text)
        self.action_space = batch_space(self.single_action_space, self.num_envs)
        self.observation_space = batch_space(self.single_observation_space, self.num_envs)
        self._over = np.ones(self.rows, bool)  # until the first reset
        self._active = np.ones(self.num_envs, bool)
        self._was_reset = False

    def reset(
        self, *, seed: int | Sequence[int | None] | np.ndarray | None = None, options: Options = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Begin an episode in every row, or in those of `options["reset_mask"]`, bool (rows,). Row r takes seed + r, or
        seed[r], where None continues its sequence."""
        if seed is None or isinstance(seed, int | np.integer):
            seed = None if seed is None else check_seed(seed)
            super().reset(seed=seed)
        else:
            row_seeds(seed, self.rows)  # before anything is changed
        options = dict(options or {})
        mask = options.pop("reset_mask", None)
        if mask is not None:
            mask = self._checked(mask)
        apply_options(self.batch, options)
        if seed is None and not self._was_reset:
            seed = int(self.np_random.integers(2**32))
        self.batch.reset(mask, seed=seed)
        self._was_reset, self.closed = True, False
        self._begin(np.ones(self.rows, bool) if mask is None else mask)
        return self._observations(), self._infos(np.zeros(self.num_envs, bool))

    def step(self, actions: dict[str, Any]) -> tuple[Any, np.ndarray, np.ndarray, np.ndarray, dict[str, Any]]:
        """One tick of every row. Returns observations, rewards, terminations, truncations, infos, of lanes."""
        check_going(self._was_reset, self.closed)
        if self.autoreset_mode is AutoresetMode.DISABLED and self._over.any():
            rows = np.flatnonzero(self._over).tolist()
            raise gymnasium.error.ResetNeeded(f"rows {rows} have ended: reset them with options={{'reset_mask': mask}}")
        records = self.batch.actions.reshape(-1)
        write_actions(records, actions)
        records[~self._active] = np.zeros((), records.dtype)  # a player that has ended says nothing either
        if self.autoreset_mode is AutoresetMode.NEXT_STEP:
            self.batch.play(self._over)
        else:
            self.batch.step()
        outcomes = self.batch.outcomes.reshape(-1)
        rewards = outcomes["reward"].astype(np.float64)
        terminations, truncations = outcomes["terminated"].astype(bool), outcomes["truncated"].astype(bool)
        infos = self._infos(outcomes["success"].astype(bool))
        self._active = ~(self.batch.states["done"][:, : self.players].reshape(-1) != 0)
        self._over = self.batch.over != 0
        if self.autoreset_mode is AutoresetMode.SAME_STEP and self._over.any():
            infos = self._finish(infos)
        return self._observations(), rewards, terminations, truncations, infos

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
        self._over = self._over & ~rows
        self._active = self._active | np.repeat(rows, self.players)

    def _finish(self, infos: dict[str, Any]) -> dict[str, Any]:
        """Keep the last observation and info of the rows that have ended, and reset them."""
        over = self._over.copy()
        ended = np.repeat(over, self.players)
        last = self._observations()
        finals = np.full(self.num_envs, None, object)
        for lane in np.flatnonzero(ended):
            finals[lane] = {name: value[lane] for name, value in last.items()}
        self.batch.reset(over)
        self._begin(over)
        again = self._infos(infos["success"] & ~ended)
        again["active"] = infos["active"]
        last_info = {name: value for name, value in infos.items() if name[0] != "_"}
        final_info = {name: np.where(ended, value, np.zeros_like(value)) for name, value in last_info.items()}
        final_info |= {f"_{name}": ended for name in list(final_info)}
        return {**again, "final_obs": finals, "_final_obs": ended, "final_info": final_info, "_final_info": ended}

    def _pixels(self, frames: np.ndarray) -> np.ndarray:
        return frames.reshape(self.num_envs, *frames.shape[2:])

    def _observations(self) -> dict[str, Any]:
        """New arrays of what is seen now."""
        found: dict[str, Any] = {"pixels": self._pixels(self.batch.draw()).copy()}
        for name, tokens in (("instruction", self.batch.instruction), ("chat", self.batch.chat)):
            flat = tokens.reshape(self.num_envs, -1)
            found[name] = tuple(words(each, True) for each in flat) if self._text else words(flat, False)
        return found

    def _infos(self, success: np.ndarray) -> dict[str, Any]:
        """The infos of lanes; `active`: whether each played in this step."""
        own = {name: np.repeat(self.batch.states[name], self.players) for name in ("seed", "task")}
        infos: dict[str, Any] = {"success": success, "active": self._active.copy(), **own}
        return infos | {f"_{name}": np.ones(self.num_envs, bool) for name in infos}

    def _checked(self, mask: Any) -> np.ndarray:
        if not isinstance(mask, np.ndarray) or mask.dtype != bool or mask.shape != (self.rows,) or not mask.any():
            raise ValueError(
                f"options['reset_mask'] must be a bool array of shape ({self.rows},), one for each row, with at least "
                f"one True, got {mask!r}"
            )
        return mask
