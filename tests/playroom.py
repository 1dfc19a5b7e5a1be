"""A playroom of things for tests of relations, questions and families, and the judge on a table of them."""

from types import SimpleNamespace

import numpy as np

from rumpus.tasks.codec import encode as encode_goal
from rumpus.tasks.goals import Goal, Stage
from rumpus.tasks.hindsight.clauses import first_alike, hold
from rumpus.worlds.engine.records.relations import RELATIONS
from rumpus.worlds.engine.records.things import THING, Things, nothing

PLAYROOM = Things(
    fill=nothing,
    steady=True,
    most=24,
    kinds={
        "player": (),
        **dict.fromkeys(("block", "book", "ball", "duck"), ("red", "blue", "green")),
        **dict.fromkeys(("table", "basket"), ("red", "white")),
        "door": (),
    },
    sizes=("small", "large"),
    relations=RELATIONS,
    objective={},
    affords={
        **dict.fromkeys(("block", "book"), ("carry", "on", "stack")),
        **dict.fromkeys(("ball", "duck"), ("carry",)),
        **{"table": ("on",), "basket": ("in",), "door": ("open",)},
    },
)
KINDS = list(PLAYROOM.kinds)


def thing(kind, colour=None, *, y=0, x=0, z=0, radius=20, height=20, **more):
    """A THING record; z is its underside here."""
    record = np.zeros((), THING)
    record["kind"] = 1 + KINDS.index(kind)
    record["colour"] = 1 + PLAYROOM.colours.index(colour) if colour else 0
    record["y"], record["x"], record["z"], record["radius"], record["height"] = y, x, z + height, radius, height
    for name, value in more.items():
        record[name] = value
    return record


def judged(rows, *clauses):
    """Whether each clause holds for the first player of a table of things: by the judge itself."""
    things = np.array(rows, THING)[None, None]
    played = SimpleNamespace(things=things, counts=np.array([[len(rows)]], np.int32), acting=np.zeros(1, np.int64))
    numbers = encode_goal(Goal(stages=[Stage(all=clauses[i : i + 8]) for i in range(0, len(clauses), 8)]), PLAYROOM)
    return hold(SimpleNamespace(players=1), played, first_alike(played), numbers.clauses()[None])[0, :, 0].tolist()
