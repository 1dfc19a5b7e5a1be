"""The part that all vector environments over a batch share: many environments in one process, stepped together."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

import gymnasium
import numpy as np
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from .options import Options, Specified, apply_options, check_cpu, check_going, check_mode
from .realtime import Clock, RealTime, clock_of
from .seeds import check_seed, row_seeds
from .spaces import action_space, observation_space


class BatchedEnvironment(Specified, VectorEnv):
    """n rows of p players as a `gymnasium.vector.VectorEnv` of n * p sub-environments: player i of row r is r * p + i.

    rows, players: n and p. A row begins anew as a whole, when it is over for all of its players. goal_pixels: as for a
    single Environment. realtime: as for a single Environment; the actions of all rows arrive together, and infos have
    `missed` and `latency`.
    """

    metadata: dict[str, Any] = {"render_modes": ["rgb_array"], "autoreset_mode": AutoresetMode.NEXT_STEP}

    def __init__(
        self, batch: Any, autoreset_mode: AutoresetMode | str, text: bool, render_mode: str | None, goal_pixels: bool,
        realtime: bool | Clock,
    ):  # fmt: skip
        check_cpu(batch)
        check_mode(render_mode, self.metadata["render_modes"])
        self.autoreset_mode = AutoresetMode(autoreset_mode)
        fps = batch.world.controls.tick_hz
        self.metadata = {**type(self).metadata, "render_fps": fps, "autoreset_mode": self.autoreset_mode}
        self.batch, self.world, self.rows, self.players = batch, batch.world, batch.n, batch.players
        self.num_envs = self.rows * self.players
        self.render_mode, self._text, self._goal_pixels = render_mode, text, goal_pixels
        height, width = batch.size
        self.single_action_space = action_space(text)
        self.single_observation_space = observation_space(height, width, text, goal_pixels)
        self.action_space = batch_space(self.single_action_space, self.num_envs)
        self.observation_space = batch_space(self.single_observation_space, self.num_envs)
        self._over = np.ones(self.rows, bool)  # until the first reset
        self._was_reset = False
        self.live = RealTime(batch, clock=clock_of(realtime)) if realtime else None

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
        if not self._was_reset:
            seed = self._first(seed)
        self.batch.reset(mask, seed=seed)
        self._was_reset, self.closed = True, False
        self._begin(np.ones(self.rows, bool) if mask is None else mask)
        found = self._observations(), self._infos(np.zeros(self.num_envs, bool))
        if self.live is not None and mask is None:
            self.live.begin()
        elif self.live is not None:
            self.live.shown()
        return found

    def _first(self, seed: Any) -> Any:
        """The seeds of the first reset; a seed that is not given is random."""
        if np.ndim(seed) and seed is not None:
            return [int(self.np_random.integers(2**32)) if each is None else each for each in seed]
        return int(self.np_random.integers(2**32)) if seed is None else seed

    def _check_step(self) -> None:
        """Raise the error of Gymnasium for a step that cannot be taken."""
        check_going(self._was_reset, self.closed)
        if self.autoreset_mode is AutoresetMode.DISABLED and self._over.any():
            rows = np.flatnonzero(self._over).tolist()
            raise gymnasium.error.ResetNeeded(f"rows {rows} have ended: reset them with options={{'reset_mask': mask}}")

    def _begin(self, rows: np.ndarray) -> None:
        """Episodes have begun in these rows, bool (rows,)."""
        self._over = self._over & ~rows
        if self.live is not None:
            self.live.release(rows)

    def _advance(self) -> bool:
        """A step of all rows, and new episodes where this mode wants them with it; whether all rows were drawn too."""
        following = self.autoreset_mode is AutoresetMode.NEXT_STEP
        if self.live is not None:
            over = self._over
            self.live.step()
            if following and over.any():
                self.batch.reset(over)
                self.live.release(over)
        elif following:
            self.batch.play(self._over)
        else:
            self.batch.step()
        return following and self.live is None

    def _timed(self, infos: dict[str, Any]) -> dict[str, Any]:
        """The infos of a step, with those of real time, whose next decision begins now."""
        if self.live is None:
            return infos
        made = {name: np.full(self.num_envs, value) for name, value in self.live.shown().items()}
        return infos | made | {f"_{name}": np.ones(self.num_envs, bool) for name in made}

    def _finish(self, infos: dict[str, Any]) -> dict[str, Any]:
        """Keep the last observation and info of the rows that are over, and reset them."""
        over = self._over
        ended = np.repeat(over, self.players)
        last = self._observations(over)
        finals = np.full(self.num_envs, None, object)
        for place in np.flatnonzero(ended):
            finals[place] = {name: value[place] for name, value in last.items()}
        self.batch.reset(over)
        self._begin(over)
        again = self._infos(infos["success"] & ~ended)
        final_info = {
            name: np.where(ended, value, np.zeros_like(value)) for name, value in infos.items() if name[0] != "_"
        }
        final_info |= {f"_{name}": ended for name in list(final_info)}
        return {**again, "final_obs": finals, "_final_obs": ended, "final_info": final_info, "_final_info": ended}

    def _goals(self) -> dict[str, Any]:
        """The goal_pixels of an observation, in a new array (n * p, …), where these are asked for."""
        if not self._goal_pixels:
            return {}
        goals = self.batch.goal_pixels
        return {"goal_pixels": goals.reshape(self.num_envs, *goals.shape[2:]).copy()}

    @abstractmethod
    def _observations(self, mask: np.ndarray | None = None) -> dict[str, Any]:
        """New arrays of what is seen now, at least in the rows of a mask."""

    @abstractmethod
    def _infos(self, success: np.ndarray) -> dict[str, Any]:
        """The infos of a step, or a reset, with this success, bool (n * p,)."""

    def _checked(self, mask: Any) -> np.ndarray:
        if not isinstance(mask, np.ndarray) or mask.dtype != bool or mask.shape != (self.rows,) or not mask.any():
            raise ValueError(
                f"options['reset_mask'] must be a bool array of shape ({self.rows},), one for each row, with at least "
                f"one True, got {mask!r}"
            )
        return mask
