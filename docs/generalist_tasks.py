"""The tasks of the room that the shipped agent `generalist` has learned from beside those of `rumpus tasks generate`:
to go to or to lift one of three toys (those of `rumpus study room`), and questions about rooms of three toys.

    python docs/generalist_tasks.py --out tasks

writes room-lift.jsonl and room-ask.jsonl, which are the same each time.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np

from rumpus import worlds
from rumpus.agents.studies.room import task, tasks
from rumpus.tasks.files import write_line
from rumpus.tasks.goals import Player, Task
from rumpus.tasks.language import ask
from rumpus.tasks.questions import answering, questions
from rumpus.tasks.scene import Scene
from rumpus.worlds.engine.run.batch import Batch
from rumpus.worlds.engine.world import World

FIRST_LIFT, FIRST_ASK = 5_000_000, 7_000_000
"""The seeds of their rooms, from these on; those of the study's tests are below."""
STYLES, LIMIT = 4, 240


def asked(world: World) -> Iterator[Task]:
    """Questions, one of each form about each room; some are about toys that are out of view."""
    rng, seed, count = np.random.default_rng(1), FIRST_ASK, 0
    assert world.rules.things is not None
    only = Scene(world.rules.things.unit, lambda selector: True)
    batch = Batch(world, 256, threads=1, split="train", knobs={"toys": 3})
    while True:
        batch.reset(seed=np.arange(seed, seed + batch.n))
        seen, counts, _ = batch.things()
        for row in range(batch.n):
            forms = defaultdict(list)
            for question, answer in questions(seen[row, : counts[row]], world.rules.things):
                forms[question.asks].append((question, answer))
            for known in forms.values():
                question, answer = known[rng.integers(len(known))]
                text, goal = ask(question, int(rng.integers(STYLES)), only), answering(answer)
                told = Player(goal=goal, question=question, instruction=text)
                made = task(world, goal, f"ask-{count}", seed + row, "train")
                yield made.model_copy(update={"players": (told,), "limit": LIMIT, "skill": "answer"})
                count += 1
        seed += batch.n


def main() -> None:
    """Write both files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("tasks"))
    parser.add_argument("--lift", type=int, default=3000)
    parser.add_argument("--ask", type=int, default=4000)
    chosen = parser.parse_args()
    world = worlds.load("room-small")
    chosen.out.mkdir(parents=True, exist_ok=True)
    made = {
        "lift": tasks(world, chosen.lift, FIRST_LIFT, "train", "train"),
        "ask": islice(asked(world), chosen.ask),
    }
    for name, found in made.items():
        (chosen.out / f"room-{name}.jsonl").write_text("".join(map(write_line, found)))


if __name__ == "__main__":
    main()
