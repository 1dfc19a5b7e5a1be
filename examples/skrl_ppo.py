"""skrl: its wrapper around the vector environment. Run: python examples/skrl_ppo.py"""

import sys

from rumpus import worlds
from rumpus.interface.wrappers.vector import Moves, Pixels


def main(steps=32):
    """Play random moves, and return the shapes of what skrl hands to its agents."""
    import torch
    from skrl.envs.wrappers.torch import wrap_env

    envs = wrap_env(Pixels(Moves(worlds.vector("box-world-small", 4, size=42))), wrapper="gymnasium")
    seen, _ = envs.reset()
    for _ in range(steps):
        action = torch.randint(envs.action_space.n, (envs.num_envs, 1), device=envs.device)
        seen, reward, *_ = envs.step(action)
    return tuple(seen.shape), tuple(reward.shape)


if __name__ == "__main__":
    print(*main(*map(int, sys.argv[1:])))
