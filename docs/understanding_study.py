"""Sentences of a file, and the share that is understood.

    python -m rumpus.docs.understanding_study FILE

FILE has a JSON object on each line: {"world": ..., "text": ..., "meaning": ..., "possible": true or false}, of which
the last two may be left out. Each sentence is printed with what was understood, in the words of the grammar, or with
the reason why it was refused; then the share, also of those that are possible in their world.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from rumpus import worlds
from rumpus.tasks.understanding import retold, understood


def main(path: str) -> None:
    """Print what is understood of each line of a file."""
    counts = {True: [0, 0], False: [0, 0]}
    for line in Path(path).read_text(encoding="utf-8").splitlines():
        told = json.loads(line)
        world = worlds.load(told["world"])
        things = world.rules.things
        assert things is not None
        possible = bool(told.get("possible", True))
        counts[possible][1] += 1
        try:
            found = understood(told["text"], things, world.players)
            counts[possible][0] += 1
            notes = f"  ({'; '.join(found.notes)})" if found.notes else ""
            result = f"UNDERSTOOD  {retold(found, things)}{notes}"
        except ValueError as error:
            result = f"refused     {error}"
        meaning = f"\n    meant: {told['meaning']}" if "meaning" in told else ""
        print(f"{world.name}{'' if possible else ' (impossible)'}: {told['text']}{meaning}\n    {result}")
    for possible, (good, every) in counts.items():
        share = f" ({100 * good / every:.1f} %)" if every else ""
        print(f"{'possible' if possible else 'impossible'}: {good} of {every} understood{share}")


if __name__ == "__main__":
    main(sys.argv[1])
