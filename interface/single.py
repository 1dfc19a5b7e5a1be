"""The Gymnasium face: one environment, one player."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np

from .action import ACTION, write_actions
from .options import Options, apply_options, check_cpu
from .spaces import action_space, observation_space
from .text import decode
from .viewer import Viewer


class Environment(gymnasium.Env):
    """One row of a batch as a `gymnasium.Env`.

    The observation is a dict of pixels, uint8 (height, width, 3), instruction and chat, both str; the action a dict of
    keys, buttons, wheel, mouse and say (see rumpus.interface.spaces). `info` holds `success`, whether the world's
    objective was met in this step, `seed`, which shows this very episode again when given to `reset`, and `task`, the
    row of the table of tasks that is played (0 where there is none). `reset(options=...)` takes `knobs`, `limit`,
    `split`, `levels` and `tasks`, which hold from then on. `batch` and `world` are open to whoever needs more.

    Raises ValueError for a batch of several environments or players, and for an action that is not in the space.
    """

    metadata: dict[str, Any] = {"render_modes": ["rgb_array", "human"], "render_fps": 10}

    def __init__(self, batch: Any, render_mode: str | None = None):
        if batch.n != 1 or batch.players != 1:
            raise ValueError(
                f"this face holds one environment of one player, not {batch.n} copies of {batch.world.name} with "
                f"{batch.players} players: use rumpus.worlds.parallel for several players, vector for several copies"
            )
        check_cpu(batch)
        if render_mode not in (None, *self.metadata["render_modes"]):
            raise ValueError(f"unknown render_mode {render_mode!r}; it is 'rgb_array', 'human' or None")
        self.metadata = {**type(self).metadata, "render_fps": batch.world.tick_hz}
        self.batch, self.world, self.render_mode = batch, batch.world, render_mode
        self.action_space = action_space()
        self.observation_space = observation_space(*batch.size)
        self._action = np.zeros((), ACTION)
        self._instruction = ""
        self._begun = False
        self._viewer = Viewer(f"Rumpus: {batch.world.name}")

    def reset(self, *, seed: int | None = None, options: Options = None) -> tuple[dict[str, Any], dict[str, Any]]:
        """Begin an episode. A seed makes it and all that follow reproducible; without one it goes on, or is random."""
        super().reset(seed=seed)
        apply_options(self.batch, options)
        if seed is None and not self._begun:
            seed = int(self.np_random.integers(2**32))
        self.batch.reset(seed=seed)
        self._begun = True
        self._instruction = decode(self.batch.instruction[0, 0])
        observation = self._observation()
        self._show()
        return observation, self._info(False)

    def step(self, action: dict[str, Any]) -> tuple[dict[str, Any], float, bool, bool, dict[str, Any]]:
        """One tick. Returns observation, reward, terminated, truncated, info."""
        if not self._begun:
            raise gymnasium.error.ResetNeeded("call reset() before step()")
        write_actions(self._action, action)
        self.batch.actions[0, 0] = self._action
        reward, terminated, truncated, success = self.batch.step()[0, 0].item()
        observation = self._observation()
        self._show()
        return observation, reward, bool(terminated), bool(truncated), self._info(bool(success))

    def render(self) -> np.ndarray | None:
        """The frame, uint8 (height, width, 3), in rgb_array mode; None in human mode: its window follows each step."""
        if self.render_mode == "rgb_array":
            return self.batch.draw()[0, 0].copy()
        self._show()
        return None

    def close(self) -> None:
        """Close the window, if there is one."""
        self._viewer.close()

    def _observation(self) -> dict[str, Any]:
        chat = self.batch.chat[0, 0]
        return {
            "pixels": self.batch.draw()[0, 0].copy(),
            "instruction": self._instruction,
            "chat": decode(chat) if chat[0] else "",
        }

    def _info(self, success: bool) -> dict[str, Any]:
        state = self.batch.states[0]
        return {"success": success, "seed": int(state["seed"]), "task": int(state["task"])}

    def _show(self) -> None:
        if self.render_mode == "human":
            self._viewer.show(self.batch.picture(size=(640, 640)), self.metadata["render_fps"])
