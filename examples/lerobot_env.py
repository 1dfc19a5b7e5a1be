"""LeRobot's EnvHub: `make_env` of a repository's env.py. Run: python examples/lerobot_env.py

Published as env.py it is loaded by `lerobot.envs.factory.make_env("USER/REPOSITORY", trust_remote_code=True)`.
"""

import sys
from functools import partial

import gymnasium
import numpy as np

from rumpus import worlds
from rumpus.interface.options import most_steps
from rumpus.interface.wrappers import Devices

SUITE = {"sokoban": ("sokoban-small",), "box-world": ("box-world-small",)}
"""The worlds of each suite; a task's id is its place in the list."""


class Robot(gymnasium.Wrapper):
    """The form that LeRobot asks for: pixels alone, actions as one vector of numbers, the words of the task, and
    `is_success` in the info. A key or button is held where its part of the vector is above 0: see Devices."""

    def __init__(self, env):
        super().__init__(Devices(env, box=True))
        self.observation_space = gymnasium.spaces.Dict({"pixels": env.observation_space["pixels"]})
        self.task, self.task_description = env.unwrapped.world.name, ""
        self._max_episode_steps = most_steps(env.unwrapped.batch)

    def reset(self, *, seed=None, options=None):
        """The first picture; the instruction is in task_description."""
        observation, info = self.env.reset(seed=seed, options=options)
        self.task_description = observation["instruction"]
        return {"pixels": observation["pixels"]}, info | {"is_success": False}

    def step(self, action):
        """The next picture."""
        observation, reward, terminated, truncated, info = self.env.step(np.asarray(action))
        info = info | {"is_success": bool(info["success"])}
        return {"pixels": observation["pixels"]}, reward, terminated, truncated, info


def _one(world, size):
    return Robot(worlds.single(world, size=size, threads=1, render_mode="rgb_array"))


def make_env(n_envs=1, use_async_envs=False, cfg=None):
    """{suite: {task id: vector environment of n_envs rows}}. cfg: an EnvConfig, or any object, whose `task` names one
    suite, and whose `observation_height` and `observation_width` are the pictures' size; 96x96 of all suites without.
    """
    size = getattr(cfg, "observation_height", None) or 96, getattr(cfg, "observation_width", None) or 96
    chosen = getattr(cfg, "task", None) or ",".join(SUITE)
    unknown = [name for name in chosen.split(",") if name not in SUITE]
    if unknown:
        raise ValueError(f"there is no suite {unknown[0]!r}: task is one of {', '.join(SUITE)}, or several with commas")
    kind = gymnasium.vector.AsyncVectorEnv if use_async_envs else gymnasium.vector.SyncVectorEnv
    made = partial(kind, autoreset_mode=gymnasium.vector.AutoresetMode.SAME_STEP)  # as LeRobot's own factory does
    return {
        name: {number: made([partial(_one, world, size)] * n_envs) for number, world in enumerate(SUITE[name])}
        for name in chosen.split(",")
    }


def main(steps=8):
    """Play random actions in each task, and return the pictures' shapes and the instructions."""
    found = []
    for tasks in make_env(n_envs=2).values():
        for envs in tasks.values():
            seen, _ = envs.reset(seed=0)
            for _ in range(steps):
                seen, *_, info = envs.step(envs.action_space.sample())
            found.append((seen["pixels"].shape, envs.call("task_description"), info["is_success"].shape))
            envs.close()
    return found


if __name__ == "__main__":
    print(*main(*map(int, sys.argv[1:])), sep="\n")
