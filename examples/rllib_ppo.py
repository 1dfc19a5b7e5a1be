"""RLlib: PPO alone and with several players. Run: python examples/rllib_ppo.py"""

import sys

import gymnasium
import numpy as np
from pettingzoo.utils import BaseParallelWrapper

from rumpus import worlds
from rumpus.interface import wrappers
from rumpus.interface.wrappers import parallel

SEEN = gymnasium.spaces.Box(0, 1, (84, 84, 3), np.float32)
"""RLlib's networks take pictures of 84 x 84 floats."""


def floats(pixels):
    """A picture of bytes as floats from 0 to 1."""
    return pixels.astype(np.float32) / 255


class Floats(BaseParallelWrapper):
    """Pictures of floats, for each player."""

    def observation_space(self, agent):
        """The space of a player's picture."""
        return SEEN

    def reset(self, seed=None, options=None):
        """The environment's reset."""
        seen, infos = super().reset(seed=seed, options=options)
        return {agent: floats(pixels) for agent, pixels in seen.items()}, infos

    def step(self, actions):
        """The environment's step."""
        seen, *rest = super().step(actions)
        return {agent: floats(pixels) for agent, pixels in seen.items()}, *rest


def alone(config):
    """One player: pictures and Discrete moves."""
    env = wrappers.Pixels(wrappers.Moves(worlds.single("box-world-small", size=84)))
    return gymnasium.wrappers.TransformObservation(env, floats, SEEN)


def several(config):
    """Two players, as RLlib's multi-agent environment."""
    from ray.rllib.env.wrappers.pettingzoo_env import ParallelPettingZooEnv

    env = parallel.Pixels(parallel.Moves(worlds.parallel("sokoban-duo", size=84)))
    return ParallelPettingZooEnv(Floats(env))


def main(steps=256):
    """Train each for one update, and return how many steps of the environment each took."""
    import ray
    from ray.rllib.algorithms.ppo import PPOConfig
    from ray.tune.registry import register_env

    ray.init(num_cpus=1, include_dashboard=False, ignore_reinit_error=True)
    register_env("rumpus-alone", alone)
    register_env("rumpus-several", several)
    counts = []
    for name in ("rumpus-alone", "rumpus-several"):
        config = PPOConfig().environment(name).env_runners(num_env_runners=0)
        config = config.training(train_batch_size_per_learner=steps, minibatch_size=64, num_epochs=1)
        if name == "rumpus-several":
            config = config.multi_agent(policies={"shared"}, policy_mapping_fn=lambda agent, *_, **__: "shared")
        algorithm = config.build_algo()
        counts.append(algorithm.train()["num_env_steps_sampled_lifetime"])
        algorithm.stop()
    ray.shutdown()
    return counts


if __name__ == "__main__":
    print(main(*map(int, sys.argv[1:])), "steps of the environments")
