"""Makes the benchmark's tasks: `python -m rumpus.assets.make_suite` writes assets/tasks/*.jsonl anew; with names of
worlds behind it, only theirs.

All are of the test split, so each holds something that no training task does, and each brings its solution. Of races
only those are kept in which each player has what it earns: where one's gain is the other's loss, the mean is nought.
The kinds of task in which players only work against each other are left out for the same reason.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from .. import worlds
from ..interface.files import write_atomically
from ..tasks.files import write_line
from ..tasks.generate import generate
from ..tasks.goals import Task

FOLDER = Path(__file__).parent / "tasks"
SEED = 2026
ALONE = {
    **{"sokoban": 104, "sokoban-small": 104, "box-world": 104, "box-world-small": 104, "box-world-viewport": 52},
    **{"maze-find": 52, "key-and-door": 26},
    "room": 220,
}
TOGETHER = {"sokoban-duo": ("partners", "informed-blind", "race"), "room-duo": ("partners", "informed-blind")}
EACH = 50  # tasks of a kind for several players


def main(names: Sequence[str] = ()) -> None:
    """See the module's docstring. names: of the worlds, all by default."""
    unknown = set(names) - {*ALONE, *TOGETHER}
    if unknown:
        raise SystemExit(f"no tasks are made of {', '.join(sorted(unknown))}, but of {', '.join((*ALONE, *TOGETHER))}")
    for name, count in ALONE.items():
        if name in (names or ALONE):
            _write(name, list(generate(worlds.load(name), count, split="test", seed=SEED)))
    for name, kinds in TOGETHER.items():
        for kind in kinds if name in (names or TOGETHER) else ():
            count = 4 * EACH if kind == "race" else EACH
            made = generate(worlds.load(name), count, kind=kind, split="test", seed=SEED)
            _write(f"{name}-{kind}", [task for task in made if task.reward.scheme != "opposed"][:EACH])


def _write(name: str, tasks: Sequence[Task]) -> None:
    write_atomically(FOLDER / f"{name}.jsonl", "".join(map(write_line, tasks)).encode())
    print(f"{name}: {len(tasks)}")


if __name__ == "__main__":
    main(sys.argv[1:])
