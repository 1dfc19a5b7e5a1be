"""Stable-Baselines3: PPO on pictures and on counts of words. Run: python examples/stable_baselines3_ppo.py"""

import sys

from rumpus import worlds
from rumpus.interface.wrappers import BagOfWords, Moves


def make():
    """An environment with one Discrete action, and a dict of a picture and two vectors to see."""
    return BagOfWords(Moves(worlds.single("box-world-small", size=42)))


def main(steps=20_000):
    """Train, and return the number of steps that were played."""
    from stable_baselines3 import PPO
    from stable_baselines3.common.env_util import make_vec_env

    envs = make_vec_env(make, n_envs=4, seed=0)
    model = PPO("MultiInputPolicy", envs, n_steps=32, batch_size=64, n_epochs=1, device="cpu", seed=0)
    model.learn(steps)
    return model.num_timesteps


if __name__ == "__main__":
    print(main(*map(int, sys.argv[1:])), "steps")
