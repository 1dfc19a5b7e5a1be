"""Tianshou: environments side by side, and its collector. Run: python examples/tianshou_collect.py"""

import sys

from rumpus import worlds
from rumpus.interface.wrappers import Moves, Pixels


def make():
    """An environment of pictures and Discrete moves."""
    return Pixels(Moves(worlds.single("box-world-small", size=42)))


def main(steps=64):
    """Collect steps of an untrained network, and return how many there are in the buffer."""
    import torch
    from tianshou.algorithm.modelfree.dqn import DiscreteQLearningPolicy
    from tianshou.data import Collector, VectorReplayBuffer
    from tianshou.env import DummyVectorEnv

    class Network(torch.nn.Module):
        """The values of moves, from a picture."""

        def __init__(self, moves):
            super().__init__()
            self.layer = torch.nn.Linear(42 * 42 * 3, moves)

        def forward(self, obs, state=None, info=None):
            """Values, and the state that Tianshou asks for."""
            return self.layer(torch.as_tensor(obs).float().flatten(1) / 255), state

    space = make().action_space
    policy = DiscreteQLearningPolicy(model=Network(int(space.n)), action_space=space, eps_training=0.5)
    envs = DummyVectorEnv([make for _ in range(2)])
    buffer = VectorReplayBuffer(steps, len(envs))
    Collector(policy, envs, buffer).collect(n_step=steps, reset_before_collect=True)
    return len(buffer)


if __name__ == "__main__":
    print(main(*map(int, sys.argv[1:])), "steps")
