"""One file with all of a learner, as CleanRL has it: A2C on the vector environment.

Run: python examples/cleanrl_style.py
"""

import sys

import numpy as np

from rumpus import worlds
from rumpus.interface.wrappers.vector import Moves, Pixels

ENVS, ROLLOUT, DISCOUNT = 16, 8, 0.97


def main(steps=20_000):
    """Train, and return the mean reward of a step in each update."""
    import torch
    from torch import nn

    torch.manual_seed(0)
    world = worlds.load("box-world-small")
    envs = Pixels(Moves(worlds.vector(world, ENVS, size=42, seed=0, autoreset_mode="SameStep")))
    body = nn.Sequential(
        nn.Conv2d(3, 16, 8, 4),
        nn.ReLU(),
        nn.Conv2d(16, 32, 4, 2),
        nn.ReLU(),
        nn.Flatten(),
        nn.LazyLinear(64),
        nn.ReLU(),
    )
    network = nn.ModuleDict({"body": body, "move": nn.Linear(64, len(world.controls.moves)), "value": nn.Linear(64, 1)})

    def seen(pixels):
        features = network["body"](torch.from_numpy(pixels).permute(0, 3, 1, 2) / 255)
        return torch.distributions.Categorical(logits=network["move"](features)), network["value"](features)[:, 0]

    pixels, _ = envs.reset(seed=0)
    seen(pixels)  # makes the lazy layer
    optimiser, paid = torch.optim.Adam(network.parameters(), 7e-4), []
    for _ in range(max(1, steps // (ENVS * ROLLOUT))):
        scores, values, entropies, rewards, ends = [], [], [], [], []
        for _ in range(ROLLOUT):
            distribution, value = seen(pixels)
            action = distribution.sample()
            pixels, reward, terminated, truncated, _ = envs.step(action.numpy())
            scores.append(distribution.log_prob(action))
            values.append(value)
            entropies.append(distribution.entropy())
            rewards.append(torch.from_numpy(reward).float())
            ends.append(torch.from_numpy(terminated | truncated).float())
        with torch.no_grad():
            target = seen(pixels)[1]
        losses = []
        for score, value, entropy, reward, end in zip(
            *map(reversed, (scores, values, entropies, rewards, ends)), strict=True
        ):
            target = reward + DISCOUNT * (1 - end) * target
            advantage = target - value
            losses.append((-score * advantage.detach() + 0.5 * advantage**2 - 0.01 * entropy).mean())
        optimiser.zero_grad()
        torch.stack(losses).mean().backward()
        optimiser.step()
        paid.append(float(np.mean([reward.mean() for reward in rewards])))
    return paid


if __name__ == "__main__":
    rewards = main(*map(int, sys.argv[1:]))
    print("mean reward of a step, first and last tenth:", np.mean(rewards[: len(rewards) // 10 + 1]), rewards[-1])
