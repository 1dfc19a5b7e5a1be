"""The limits of an agent in the room: parts of what it has to do are replaced by the truth, one after the other.

    python docs/room_limits.py generalist --tasks 40

The tasks are those of `rumpus study room`, to go to and to lift one of three toys, in rooms of the test split. In the
rows of the table the agent plays alone; is told nothing; has one toy in the room, the right one, so that it need not
know which is meant; is shown the way, by the expert, which plays the first second and a half; is brought to the toy, to
less than a metre; or has the toy grasped by the expert as soon as it is as near itself. The last row is what the expert
alone does in a second and a half.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

import numpy as np

from rumpus import worlds
from rumpus.agents.episodes import interval, play_tasks
from rumpus.agents.experts import expert
from rumpus.agents.policies import player
from rumpus.agents.studies.room import TOYS, WORLD, tasks
from rumpus.tasks.goals import Task
from rumpus.tasks.named import chosen, situation
from rumpus.worlds.engine.records.things import ONE
from rumpus.worlds.engine.run.batch import Batch

NEAR, SHOWN, FIRST = 1.0, 1.5, 1_000_000
"""Metres; seconds; the seed of the first room, as in the study."""
ARMS = {
    "alone": "",
    "told nothing": "untold",
    "one toy in the room": "one",
    "shown the way by the expert": "shown",
    "brought to the toy by the expert": "brought",
    "the expert grasps": "grasps",
    "the expert for 1.5 seconds": "expert",
}


class Helped:
    """An agent and the expert, one of which plays each row: the agent, but while or since the expert helps."""

    def __init__(self, agent: str, listed: Sequence[Task], how: str, repeat: int):
        world = worlds.load(WORLD)
        self.name, self._how, self._repeat, self._listed = agent, how, repeat, listed
        self._agent: Any
        self._agent, _ = player(agent, world)
        self._expert: Any = expert(world)
        if how == "untold":
            self._agent.tell("")

    def start(self, batch: Batch) -> None:
        """Begin with all rows far from their toys."""
        self._agent.start(batch)
        self._expert.start(batch)
        self._toy, self._steps = np.zeros((2, batch.n), np.int64)
        self._near = np.zeros(batch.n, bool)

    def act(self, batch: Batch, is_first: np.ndarray) -> None:
        """The actions of one of the two in each row."""
        for row in np.flatnonzero(is_first):
            clause = self._listed[batch.states["task"][row]].players[0].goal.stages[0].all[0]
            selector = clause.b if clause.b is not None else clause.a
            self._toy[row] = chosen(selector, situation(batch, int(row)))[0]
        self._steps = np.where(is_first, 0, self._steps + 1)
        things, rows = batch.things()[0], np.arange(batch.n)
        toy, own = things[rows, self._toy], things[:, 0]
        far = np.hypot(toy["x"] - own["x"], toy["y"] - own["y"]) / ONE
        self._near = (self._near & ~is_first) | (far < NEAR)
        self._agent.act(batch, is_first)
        if self._how in ("shown", "brought", "grasps"):
            seconds = self._steps * self._repeat / batch.world.controls.tick_hz
            helps = {"shown": seconds < SHOWN, "brought": ~self._near, "grasps": self._near}[self._how]
            actions = batch.actions.copy()
            self._expert.act(batch, is_first)
            batch.actions[~helps] = actions[~helps]

    def report(self) -> dict[str, float]:
        """Nothing is measured."""
        return {}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("agent")
    parser.add_argument("--tasks", type=int, default=100, help="Of each kind.")
    given = parser.parse_args()
    world = worlds.load(WORLD)
    repeat = player(given.agent, world)[1].get("repeat", 1)
    print(f"| `{given.agent}` | go, % | lift, % |\n|---|---|---|")
    for name, how in ARMS.items():
        listed = tasks(world, 2 * given.tasks, FIRST, "test", "train", 1 if how == "one" else TOYS)
        if how == "expert":
            limit = round(SHOWN * world.controls.tick_hz)
            listed = [task.model_copy(update={"limit": limit}) for task in listed]
        played_by: Any = expert(world) if how == "expert" else Helped(given.agent, listed, how, repeat)
        wins = play_tasks(played_by, world, listed, 1, threads=1, repeat=repeat).wins
        cells = []
        for family in (wins[::2], wins[1::2]):
            low, high = interval(int(family.sum()), len(family))
            cells.append(f"{100 * family.mean():.0f} ({100 * low:.0f} to {100 * high:.0f})")
        if how in ("brought", "grasps"):  # where it is to go there, nothing is left to do
            cells[0] = ""
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
