"""PettingZoo: parallel, agent by agent (AEC), and SuperSuit. Run: python examples/pettingzoo_aec.py"""

import sys

import numpy as np

from rumpus import worlds
from rumpus.interface.wrappers.parallel import Moves, Pixels


def make():
    """Four players with Discrete actions and pictures."""
    return Pixels(Moves(worlds.parallel("tag-four", size=42, limit=50)))


def in_turn(steps=100):
    """Play agent by agent; returns the number of actions that were taken."""
    from pettingzoo.utils.conversions import parallel_to_aec

    env = parallel_to_aec(make())
    env.reset(seed=0)
    count = 0
    for agent in env.agent_iter(max_iter=steps):
        _, _, terminated, truncated, _ = env.last()
        env.step(None if terminated or truncated else env.action_space(agent).sample())
        count += 1
    return count


def with_supersuit(steps=20):
    """Players that have ended see black until all have; all players of two environments are lanes of one vector
    environment. Returns the shape of what is seen."""
    import supersuit

    lanes = supersuit.pettingzoo_env_to_vec_env_v1(supersuit.black_death_v3(make()))
    envs = supersuit.concat_vec_envs_v1(lanes, 2, num_cpus=0, base_class="gymnasium")
    seen, _ = envs.reset(seed=0)
    for _ in range(steps):
        seen, *_ = envs.step(np.array([envs.action_space.sample() for _ in range(envs.num_envs)]))
    return seen.shape


def with_lanes(steps=20):
    """The same in one call, much faster: two environments of four players are eight lanes."""
    from rumpus.interface.wrappers import vector

    envs = vector.Pixels(vector.Moves(worlds.lanes("tag-four", 2, size=42, limit=50)))
    seen, _ = envs.reset(seed=0)
    for _ in range(steps):
        seen, *_ = envs.step(envs.action_space.sample())
    return seen.shape


if __name__ == "__main__":
    print(in_turn(*map(int, sys.argv[1:])), "actions in turn;", with_lanes(), with_supersuit())
