"""The Gymnasium vector face: many environments of one player each, stepped together."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from .action import write_actions
from .options import Options, apply_options, check_cpu
from .spaces import action_space, observation_space
from .text import decode


class VectorEnvironment(VectorEnv):
    """A batch as a `gymnasium.vector.VectorEnv`.

    Observations are a dict of pixels, uint8 (n, height, width, 3), instruction and chat: uint16 tokens (n, 64), or
    tuples of n str with text=True. Actions are the same dict as a single environment's with a leading axis n; `say`
    holds tokens (n, 64), or texts. Arrays that are returned are fresh ones.

    autoreset_mode: NEXT_STEP (an ended row begins anew in the step after, which ignores its action), SAME_STEP (at
    once; the last observation is in `infos["final_obs"]`), or DISABLED (rows wait for `reset(options={"reset_mask":
    mask})`). `infos["success"]` says which rows met the world's objective in this step, `infos["seed"]` which seed
    shows the episode, and `infos["task"]` which row of the table of tasks it plays (0 where there is none).
    """

    metadata: dict[str, Any] = {"render_modes": ["rgb_array"], "autoreset_mode": AutoresetMode.NEXT_STEP}

    def __init__(
        self,
        batch: Any,
        autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
        text: bool = False,
        render_mode: str | None = None,
    ):
        if batch.players != 1:
            raise ValueError(
                f"{batch.world.name} has {batch.players} players; use rumpus.worlds.parallel, or the batch itself"
            )
        check_cpu(batch)
        if render_mode not in (None, "rgb_array"):
            raise ValueError(f"unknown render_mode {render_mode!r}; vector environments know 'rgb_array' or None")
        self.autoreset_mode = AutoresetMode(autoreset_mode)
        self.metadata = {
            **type(self).metadata,
            "render_fps": batch.world.tick_hz,
            "autoreset_mode": self.autoreset_mode,
        }
        self.batch, self.world, self.num_envs = batch, batch.world, batch.n
        self.render_mode, self._text = render_mode, text
        height, width = batch.size
        self.single_action_space = action_space(text)
        self.single_observation_space = observation_space(height, width, text)
        self.action_space = batch_space(self.single_action_space, self.num_envs)
        self.observation_space = batch_space(self.single_observation_space, self.num_envs)
        self._ended = np.zeros(self.num_envs, bool)
        self._begun = False

    def reset(
        self, *, seed: int | list[int] | np.ndarray | None = None, options: Options = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Begin an episode in every row, or in those of `options["reset_mask"]`. Row i takes seed + i, or seed[i]."""
        if seed is None or isinstance(seed, int):
            super().reset(seed=seed)
        options = dict(options or {})
        mask = options.pop("reset_mask", None)
        if mask is not None:
            mask = self._checked(mask)
        apply_options(self.batch, options)
        if seed is None and not self._begun:
            seed = int(self.np_random.integers(2**32))
        self.batch.reset(mask, seed=np.asarray(seed) if isinstance(seed, list) else seed)
        self._begun = True
        self._ended[slice(None) if mask is None else mask] = False
        return self._observations(), self._infos(np.zeros(self.num_envs, bool))

    def step(self, actions: dict[str, Any]) -> tuple[Any, np.ndarray, np.ndarray, np.ndarray, dict[str, Any]]:
        """One tick of every row. Returns observations, rewards, terminations, truncations, infos."""
        if not self._begun:
            raise gymnasium.error.ResetNeeded("call reset() before step()")
        if self.autoreset_mode is AutoresetMode.DISABLED and self._ended.any():
            rows = np.flatnonzero(self._ended).tolist()
            raise gymnasium.error.ResetNeeded(f"rows {rows} have ended: reset them with options={{'reset_mask': mask}}")
        write_actions(self.batch.actions[:, 0], actions)
        outcomes = self.batch.step()[:, 0]
        if self.autoreset_mode is AutoresetMode.NEXT_STEP and self._ended.any():
            self.batch.reset(self._ended)
        rewards = outcomes["reward"].astype(np.float64)
        terminations, truncations = outcomes["terminated"].astype(bool), outcomes["truncated"].astype(bool)
        self._ended = terminations | truncations
        infos = self._infos(outcomes["success"].astype(bool))
        if self.autoreset_mode is AutoresetMode.SAME_STEP and self._ended.any():
            infos = self._finish(infos)
        return self._observations(), rewards, terminations, truncations, infos

    def _finish(self, infos: dict[str, Any]) -> dict[str, Any]:
        """Keep the last observation and info of the rows that ended, and begin them anew."""
        ended = self._ended.copy()
        last = self._observations(ended)
        finals = np.full(self.num_envs, None, object)
        for row in np.flatnonzero(ended):
            finals[row] = {name: value[row] for name, value in last.items()}
        self.batch.reset(ended)
        again = self._infos(infos["success"] & ~ended)
        final_info = {
            name: np.where(ended, value, np.zeros_like(value)) for name, value in infos.items() if name[0] != "_"
        }
        final_info |= {f"_{name}": ended for name in list(final_info)}
        return {**again, "final_obs": finals, "_final_obs": ended, "final_info": final_info, "_final_info": ended}

    def render(self) -> tuple[np.ndarray, ...] | None:
        """A frame, uint8 (height, width, 3), for each row."""
        return tuple(self.batch.draw()[:, 0].copy()) if self.render_mode == "rgb_array" else None

    def _observations(self, mask: np.ndarray | None = None) -> dict[str, Any]:
        pixels = self.batch.draw(mask)[:, 0].copy()
        instruction, chat = self.batch.instruction[:, 0], self.batch.chat[:, 0]
        if not self._text:
            return {"pixels": pixels, "instruction": instruction.copy(), "chat": chat.copy()}
        return {
            "pixels": pixels,
            "instruction": tuple(decode(tokens) for tokens in instruction),
            "chat": tuple(decode(tokens) for tokens in chat),
        }

    def _infos(self, success: np.ndarray) -> dict[str, Any]:
        infos = {"success": success, **{name: self.batch.states[name].copy() for name in ("seed", "task")}}
        return infos | {f"_{name}": np.ones(self.num_envs, bool) for name in infos}

    def _checked(self, mask: Any) -> np.ndarray:
        if not isinstance(mask, np.ndarray) or mask.dtype != bool or mask.shape != (self.num_envs,) or not mask.any():
            raise ValueError(
                f"options['reset_mask'] must be a bool array of shape ({self.num_envs},) with at least one True, "
                f"got {mask!r}"
            )
        return mask
