"""The Gymnasium environment: one row of a batch, one player."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import gymnasium
import numpy as np

from .action import Move, as_action, as_actions
from .options import Options, Specified, apply_options, check_cpu, check_going, check_mode
from .realtime import Clock, RealTime, clock_of
from .rows import Row
from .seeds import check_seed
from .spaces import action_space, observation_space
from .viewer import Viewer


class Environment(Specified, gymnasium.Env):
    """One row of a batch as a `gymnasium.Env`.

    The observation is a dict of pixels, uint8 (height, width, 3), instruction and chat, both str, or tokens, int32
    (64,), with text=False; the action is a dict of keys, buttons, wheel, mouse and say (see rumpus.interface.spaces).
    `info` holds `success`, whether the world's objective was met in this step, `seed`, which gives this very episode
    again when passed to `reset`, and `task`, the row of the table of tasks that is played (0 where there is none).
    `reset(options=...)` takes `knobs`, `limit`, `split`, `levels` and `tasks`, which hold from then on; an option that
    is not named keeps its value, and None restores the world's own. `batch` and `world` are public.

    realtime: the world does not wait (see rumpus.interface.realtime): the time between the return of a step and the
    call of the next one is measured, by the machine's clock or by a function of yours, and `info` has the ticks that
    this action `missed` and its `latency` in seconds.

    goal_pixels: the observation has a second picture of this name, like pixels: the moment that the task shows as its
    goal, black where it shows none.

    A step after the end of an episode raises gymnasium.error.ResetNeeded, one after `close` ClosedEnvironmentError;
    `reset` opens a closed environment, and its window, anew. Raises ValueError for a batch of several environments or
    players, and for an action that is not in the space, except for motion of the mouse beyond it, which is clipped.
    """

    metadata: dict[str, Any] = {"render_modes": ["rgb_array", "human"], "render_fps": 10}

    def __init__(
        self, batch: Any, render_mode: str | None = None, text: bool = True, realtime: bool | Clock = False,
        goal_pixels: bool = False,
    ):  # fmt: skip
        if batch.n != 1 or batch.players != 1:
            raise ValueError(
                f"this face holds one environment of one player, not {batch.n} copies of {batch.world.name} with "
                f"{batch.players} players: use rumpus.worlds.parallel for several players, vector for several copies"
            )
        check_cpu(batch)
        check_mode(render_mode, self.metadata["render_modes"])
        self.metadata = {**type(self).metadata, "render_fps": batch.world.controls.tick_hz}
        self.batch, self.world, self.render_mode, self._text = batch, batch.world, render_mode, text
        self.action_space = action_space(text)
        height, width = batch.size
        self.observation_space = observation_space(height, width, text, goal_pixels)
        self._goal_pixels = goal_pixels
        self._row = Row(batch)
        self.live = RealTime(batch, clock=clock_of(realtime)) if realtime else None
        self._was_reset, self._closed = False, False
        self._viewer = Viewer(f"Rumpus: {batch.world.name}")

    def reset(self, *, seed: int | None = None, options: Options = None) -> tuple[dict[str, Any], dict[str, Any]]:
        """Begin an episode. A seed makes it and all that follow reproducible; without one the sequence continues, or is
        random at first.

        seed: any whole number of at least 0, of which the lowest 64 bits count.
        """
        seed = None if seed is None else check_seed(seed)
        super().reset(seed=seed)
        apply_options(self.batch, options)
        if seed is None and not self._was_reset:
            seed = int(self.np_random.integers(2**32))
        self.batch.reset(seed=seed)
        self._was_reset, self._closed = True, False
        observation = self._observation()
        self._show()
        info = self._info(False)
        if self.live is not None:
            self.live.begin()
        return observation, info

    def step(self, action: dict[str, Any]) -> tuple[dict[str, Any], float, bool, bool, dict[str, Any]]:
        """One tick. Returns observation, reward, terminated, truncated, info."""
        check_going(self._was_reset, self._closed)
        if self._row.over:
            raise gymnasium.error.ResetNeeded("the episode has ended: call reset() before the next step()")
        self._row.act({0: action})
        outcomes = self.batch.step() if self.live is None else self.live.step()
        reward, terminated, truncated, success = outcomes[0, 0].item()
        observation = self._observation()
        self._show()
        info = self._info(bool(success))
        if self.live is not None:
            info |= self.live.shown()
        return observation, reward, bool(terminated), bool(truncated), info

    def render(self) -> np.ndarray | None:
        """The frame, uint8 (height, width, 3), in rgb_array mode; None in human mode: its window follows each step."""
        if self.render_mode == "rgb_array":
            return self.batch.draw()[0, 0].copy()
        self._show()
        return None

    def close(self) -> None:
        """Close the window, if one is open. The environment takes no more steps until `reset` opens it anew."""
        self._closed = True
        self._viewer.close()

    def get_keys_to_action(self) -> dict[tuple[int, ...], dict[str, Any]]:
        """For gymnasium.utils.play: the action of each key that the world uses, and of each two of them together.

        The keys are pygame's. The action of no key is `rumpus.interface.action.still()`: `play(env, noop=still())`.
        """
        from .printed import codes

        held = [keys for count in (1, 2) for keys in combinations(self.world.controls.keys, count)]
        form = as_action if self._text else as_actions
        return {codes(keys): form(Move(keys).record()) for keys in held}

    def _observation(self) -> dict[str, Any]:
        goal = {"goal_pixels": self.batch.goal_pixels[0, 0].copy()} if self._goal_pixels else {}
        return {
            "pixels": self.batch.draw()[0, 0].copy(),
            **goal,
            "instruction": self._row.text("instruction", 0, self._text),
            "chat": self._row.text("chat", 0, self._text),
        }

    def _info(self, success: bool) -> dict[str, Any]:
        return {"success": success, **self._row.origin()}

    def _show(self) -> None:
        if self.render_mode == "human":
            self._viewer.show(self.batch.picture(size=(640, 640)), self.metadata["render_fps"])
