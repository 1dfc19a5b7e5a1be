"""The Gymnasium vector environment: many environments of one player each, stepped together."""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium.vector import AutoresetMode

from .action import write_actions
from .batched import BatchedEnvironment
from .realtime import Clock
from .spaces import words


class VectorEnvironment(BatchedEnvironment):
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

    def __init__(
        self,
        batch: Any,
        autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
        text: bool = False,
        render_mode: str | None = None,
        goal_pixels: bool = False,
        realtime: bool | Clock = False,
    ):
        if batch.players != 1:
            raise ValueError(
                f"{batch.world.name} has {batch.players} players; use rumpus.worlds.parallel, or the batch itself"
            )
        super().__init__(batch, autoreset_mode, text, render_mode, goal_pixels, realtime)

    def step(self, actions: dict[str, Any]) -> tuple[Any, np.ndarray, np.ndarray, np.ndarray, dict[str, Any]]:
        """One tick of every row. Returns observations, rewards, terminations, truncations, infos."""
        self._check_step()
        write_actions(self.batch.actions[:, 0], actions)
        drawn = self._advance()
        outcomes = self.batch.outcomes[:, 0]
        rewards = outcomes["reward"].astype(np.float64)
        terminations, truncations = outcomes["terminated"].astype(bool), outcomes["truncated"].astype(bool)
        self._over = terminations | truncations
        infos = self._infos(outcomes["success"].astype(bool))
        if self.autoreset_mode is AutoresetMode.SAME_STEP and self._over.any():
            infos = self._finish(infos)
        return self._observations(drawn=drawn), rewards, terminations, truncations, self._timed(infos)

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
        seen = {"pixels": pixels, **self._goals()}
        if not self._text:
            return {**seen, "instruction": words(instruction, False), "chat": words(chat, False)}
        instruction, chat = (tuple(words(tokens, True) for tokens in texts) for texts in (instruction, chat))
        return {**seen, "instruction": instruction, "chat": chat}

    def _infos(self, success: np.ndarray) -> dict[str, Any]:
        infos = {"success": success, **{name: self.batch.states[name].copy() for name in ("seed", "task")}}
        return infos | {f"_{name}": np.ones(self.num_envs, bool) for name in infos}
