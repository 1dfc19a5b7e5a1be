"""Sentences of a file, and the share that is understood.

    python -m rumpus.docs.understanding_study FILE

FILE has a JSON object on each line: {"world": ..., "text": ..., "meaning": ..., "possible": true or false}, of which
the last two may be left out. Each sentence is printed with the goal or question that was understood, in the words of
the grammar, or with the reason why it was refused; then the refusals of the sentences that are possible in their world,
by the kind of the refusal, and the shares: of all sentences, of those that are possible, and of those whose things and
colours the world has (the rest is refused as "unknown").
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

from rumpus import worlds
from rumpus.tasks.understanding import Refusal, retold, understood_in

GROUPS = {
    "unknown": "unknown thing or colour",
    "word": "other unknown word",
    "relation": "relation that the world has not, or that tells which thing is meant",
    "most": "selection by a superlative",
    "material": "selection by material or shape",
    "whose": "selection by place or deed",
    "part": "part of the map",
    "way": "steps, turns and directions",
    "manner": "manner",
    "deed": "deed that is not judged",
    "time": "time, repetition",
    "count": "number that is not exact",
    "far": "distance that is not exact",
    "neither": "two negations in one",
    "choice": "choice or condition",
    "except": "exception",
    "other": "thing that is told by others",
    "place": "place where something was",
    "me": "speaker",
    "question": "question of another form",
    "ambiguous": "two meanings",
    "meaning": "no goal says it",
    "syntax": "order of words",
}


def main(path: str) -> None:
    """Print what is understood of each line of a file."""
    counts = {True: [0, 0], False: [0, 0]}
    kinds: Counter[str] = Counter()
    for line in Path(path).read_text(encoding="utf-8").splitlines():
        told = json.loads(line)
        world = worlds.load(told["world"])
        things = world.rules.things
        assert things is not None
        possible = bool(told.get("possible", True))
        counts[possible][1] += 1
        try:
            found = understood_in(told["text"], world)
            counts[possible][0] += 1
            notes = f"  ({'; '.join(found.notes)})" if found.notes else ""
            result = f"UNDERSTOOD  {retold(found, things)}{notes}"
        except ValueError as error:
            kind = error.kind if isinstance(error, Refusal) else "syntax"
            kinds[kind] += possible
            result = f"refused     [{kind}] {error}"
        meaning = f"\n    meant: {told['meaning']}" if "meaning" in told else ""
        print(f"{world.name}{'' if possible else ' (impossible)'}: {told['text']}{meaning}\n    {result}")
    for kind, count in kinds.most_common():
        print(f"refused, {GROUPS[kind]}: {count}")
    good, every = counts[True]
    known = every - kinds["unknown"]
    print(_share("impossible", *counts[False]))
    print(_share("possible", good, every))
    print(_share("possible, of things and colours that the world has", good, known))


def _share(name: str, good: int, every: int) -> str:
    share = f" ({100 * good / every:.1f} %)" if every else ""
    return f"{name}: {good} of {every} understood{share}"


if __name__ == "__main__":
    main(sys.argv[1])
