"""Experts through the heads of networks: how often they succeed where each of their actions is replaced by the nearest
one that a head can make, which is what imitation shows an agent.

    python docs/expert_heads.py t-maze-short plates visual-match-short --episodes 32

Where a head makes an expert fail, no agent with that head can be as good by imitation: choose another one.
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np

from rumpus import worlds
from rumpus.agents.episodes import episodes_of, interval
from rumpus.agents.experts import expert
from rumpus.agents.networks.heads import HEADS, ActionSpec, head_of
from rumpus.agents.settings import REPEAT
from rumpus.worlds.engine.run.batch import Batch
from rumpus.worlds.engine.world import World


class Through:
    """The expert of a world, acting through a head."""

    def __init__(self, world: World, head: str):
        self.name = f"expert through {head}"
        self._expert: Any = expert(world)
        self._head = head_of(head, 1, ActionSpec.of(world), False)

    def start(self, batch: Batch) -> None:
        """Begin with this batch."""
        self._expert.start(batch)
        self._tensors = batch.tensors()

    def act(self, batch: Batch, is_first: np.ndarray) -> None:
        """The nearest actions that the head can make."""
        self._expert.act(batch, is_first)
        self._head.write(self._head.read(batch, self._tensors), batch, self._tensors)

    def report(self) -> dict[str, float]:
        """Nothing is measured."""
        return {}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("worlds", nargs="+")
    parser.add_argument("--episodes", type=int, default=32)
    parser.add_argument("--repeat", type=int, default=REPEAT, help="Ticks of an action in real time.")
    given = parser.parse_args()
    print(f"| expert, success in % | {' | '.join(HEADS)} |\n|{'---|' * (1 + len(HEADS))}")
    for name in given.worlds:
        world, cells = worlds.load(name), []
        repeat = 1 if world.controls.turn_based else given.repeat
        for head in HEADS:
            batch = Batch(world, given.episodes, split="test", seed=0, threads=1, repeat=repeat)
            wins = episodes_of(Through(world, head), batch, given.episodes).wins
            low, high = interval(int(wins.sum()), len(wins))
            cells.append(f"{100 * wins.mean():.0f} ({100 * low:.0f} to {100 * high:.0f})")
        print(f"| `{name}` | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
