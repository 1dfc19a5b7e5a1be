"""The Gymnasium vector environment: many environments of one player each, stepped together."""

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


class VectorEnvironment(Specified, VectorEnv):
    """A batch as a `gymnasium.vector.VectorEnv`.

    Observations are a dict of pixels, uint8 (n, height, width, 3), instruction and chat: tokens, int32 (n, 64), or
    tuples of n str with text=True. (A single environment, and so Gymnasium's SyncVectorEnv of them, has text unless it
    is made with text=False; a given `text` means the same in all environments.) Actions are the same dict as a single
    environment's with a leading axis n; `say` holds tokens (n, 64), or texts. Returned arrays are new.

    autoreset_mode: NEXT_STEP (an ended row begins anew in the step after, which ignores its action), SAME_STEP (at
    once; the last observation is in `infos["final_obs"]`), or DISABLED (rows wait for `reset(options={"reset_mask":
    mask})`). `infos["success"]` says which rows met the world's objective in this step, `infos["seed"]` which seed
    gives the episode again, and `infos["task"]` which row of the table of tasks it plays (0 where there is none).

    A step after `close` raises gymnasium.error.ClosedEnvironmentError; `reset` opens it anew.
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
        check_mode(render_mode, self.metadata["render_modes"])
        self.autoreset_mode = AutoresetMode(autoreset_mode)
        self.metadata = {
            **type(self).metadata,
            "render_fps": batch.world.controls.tick_hz,
            "autoreset_mode": self.autoreset_mode,
        }
        self.batch, self.world, self.num_envs = batch, batch.world, batch.n
        self.render_mode, self._text = render_mode, text
        height, width = batch.size
        self.single_action_space = action_space(text)
        self.single_observation_space = observation_space(height, width, text)
        self.action_space = batch_space(self.single_action_space, self.num_envs)
        self.observation_space = batch_space(self.single_observation_space, self.num_envs)
        self._ended = np.ones(self.num_envs, bool)  # until the first reset
        self._was_reset = False

    def reset(
        self, *, seed: int | Sequence[int | None] | np.ndarray | None = None, options: Options = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Begin an episode in every row, or in those of `options["reset_mask"]`. Row i takes seed + i, or seed[i],
        where None continues its sequence."""
        if seed is None or isinstance(seed, int | np.integer):
            seed = None if seed is None else check_seed(seed)
            super().reset(seed=seed)
        else:
            row_seeds(seed, self.num_envs)  # before anything is changed
        options = dict(options or {})
        mask = options.pop("reset_mask", None)
        if mask is not None:
            mask = self._checked(mask)
        apply_options(self.batch, options)
        if not self._was_reset:
            seed = self._first(seed)
        self.batch.reset(mask, seed=seed)
        self._was_reset, self.closed = True, False
        self._ended[slice(None) if mask is None else mask] = False
        return self._observations(), self._infos(np.zeros(self.num_envs, bool))

    def _first(self, seed: Any) -> Any:
        """The seeds of the first reset; a seed that is not given is random."""
        if np.ndim(seed) and seed is not None:
            return [int(self.np_random.integers(2**32)) if each is None else each for each in seed]
        return int(self.np_random.integers(2**32)) if seed is None else seed

    def step(self, actions: dict[str, Any]) -> tuple[Any, np.ndarray, np.ndarray, np.ndarray, dict[str, Any]]:
        """One tick of every row. Returns observations, rewards, terminations, truncations, infos."""
        check_going(self._was_reset, self.closed)
        if self.autoreset_mode is AutoresetMode.DISABLED and self._ended.any():
            rows = np.flatnonzero(self._ended).tolist()
            raise gymnasium.error.ResetNeeded(f"rows {rows} have ended: reset them with options={{'reset_mask': mask}}")
        write_actions(self.batch.actions[:, 0], actions)
        drawn = self.autoreset_mode is AutoresetMode.NEXT_STEP
        if drawn:
            self.batch.play(self._ended)
        else:
            self.batch.step()
        outcomes = self.batch.outcomes[:, 0]
        rewards = outcomes["reward"].astype(np.float64)
        terminations, truncations = outcomes["terminated"].astype(bool), outcomes["truncated"].astype(bool)
        self._ended = terminations | truncations
        infos = self._infos(outcomes["success"].astype(bool))
        if self.autoreset_mode is AutoresetMode.SAME_STEP and self._ended.any():
            infos = self._finish(infos)
        return self._observations(drawn=drawn), rewards, terminations, truncations, infos

    def _finish(self, infos: dict[str, Any]) -> dict[str, Any]:
        """Keep the last observation and info of the rows that ended, and reset them."""
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

    def call(self, name: str, *args: Any, **kwargs: Any) -> tuple[Any, ...]:
        """The value of an attribute, or the result of a method, of a single environment, for each row, as SyncVectorEnv
        has it. Rows share one batch: a method is called once, and its result holds for all rows, except for the frames
        of `render`."""
        names = {"action_space": "single_action_space", "observation_space": "single_observation_space"}
        value = getattr(self, names.get(name, name))
        value = value(*args, **kwargs) if callable(value) else value
        return value if name == "render" and value is not None else (value,) * self.num_envs

    def get_attr(self, name: str) -> tuple[Any, ...]:
        """The value of an attribute for each row, such as `world` or `render_mode`: the same, since rows share it."""
        return self.call(name)

    def set_attr(self, name: str, values: Any) -> None:
        """Set an attribute of all rows, to one value, or to a list of n equal ones. Raises ValueError for others:
        values that differ between rows are in the records of `batch.states`."""
        each = list(values) if isinstance(values, list | tuple) else [values] * self.num_envs
        if len(each) != self.num_envs or any(value is not each[0] and value != each[0] for value in each):
            raise ValueError(f"the rows share one batch: {name} is one value for all {self.num_envs}, got {values!r}")
        setattr(self, name, each[0])

    def _observations(self, mask: np.ndarray | None = None, drawn: bool = False) -> dict[str, Any]:
        """New arrays of what is seen now, drawn in the rows of a mask, or in all, unless that was done already."""
        pixels = (self.batch.pixels if drawn else self.batch.draw(mask))[:, 0].copy()
        instruction, chat = self.batch.instruction[:, 0], self.batch.chat[:, 0]
        if not self._text:
            return {"pixels": pixels, "instruction": words(instruction, False), "chat": words(chat, False)}
        instruction, chat = (tuple(words(tokens, True) for tokens in texts) for texts in (instruction, chat))
        return {"pixels": pixels, "instruction": instruction, "chat": chat}

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
