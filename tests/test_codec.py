"""Goals as numbers and back, for every relation of every kind of world."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rumpus import worlds
from rumpus.interface.text import vocabulary
from rumpus.tasks.codec import decode, encode, swapped
from rumpus.tasks.goals import Clause, Goal, Selector, Stage
from rumpus.worlds.engine.records.judge import CLAUSES, STAGES
from rumpus.worlds.engine.records.relations import BINARY, CHAINS, EVENTS, OF_REGIONS, RELATIONS

WORLDS = ("sokoban", "box-world", "maze-find", "hide-and-seek", "room")
THINGS = {name: worlds.load(name).rules.things for name in WORLDS}
KNOWN = {name: sorted({*things.relations, *EVENTS}) for name, things in THINGS.items() if things}
WORDS = sorted(word for word in vocabulary() if word.isalpha())


@st.composite
def selectors(draw, things, relation):
    regions = () if relation in OF_REGIONS else things.regions
    kind = draw(st.sampled_from([kind for kind in things.kinds if kind not in regions]))
    if relation in EVENTS or draw(st.booleans()):
        return Selector(kind="player", who=draw(st.sampled_from([None, "you", "other"])))
    colours = [None, *things.kinds[kind]]
    return Selector(
        kind=kind if regions else draw(st.sampled_from([kind, None])),
        colour=draw(st.sampled_from(colours)),
        size=draw(st.sampled_from([None, *things.sizes])),
    )


@st.composite
def clauses(draw, things, relation):
    return Clause(
        a=draw(selectors(things, relation)),
        relation=relation,
        b=draw(selectors(things, relation)) if relation in BINARY else None,
        least=draw(st.sampled_from(["all", 1, 2, 64])),
        negated=draw(st.booleans()),
        within=draw(st.integers(1, 64)) if relation == "near" else None,
        number=draw(st.integers(2, 64)) if relation in CHAINS else None,
        word=draw(st.sampled_from(WORDS)) if relation in EVENTS else None,
    )


@st.composite
def goals(draw, things, relation):
    """A goal that asks for a relation, and for others of the world."""
    known = st.sampled_from(sorted({*things.relations, *EVENTS}))
    first = draw(clauses(things, relation))
    rest = [draw(clauses(things, draw(known))) for _ in range(draw(st.integers(0, CLAUSES - 1)))]
    cut = draw(st.integers(0, len(rest)))
    stages = [[one] for one in rest[:cut][: STAGES - 1]] + [[*rest[:cut][STAGES - 1 :], first]]
    holds = [draw(st.integers(0, 1000)) for _ in stages]
    try:
        return Goal(
            stages=tuple(Stage(all=tuple(some), hold=hold) for some, hold in zip(stages, holds, strict=True)),
            never=tuple(rest[cut:]),
        )
    except ValueError:
        assume(False)  # it contradicts itself


CASES = [(name, relation) for name, things in THINGS.items() for relation in KNOWN[name]]


def test_every_relation_is_asked_for_somewhere():
    assert {relation for _, relation in CASES} == set(RELATIONS)


@pytest.mark.parametrize(("name", "relation"), CASES)
@settings(max_examples=15)
@given(data=st.data())
def test_goals_are_encoded_and_decoded_without_loss(name, relation, data):
    things = THINGS[name]
    goal = data.draw(goals(things, relation))
    encoded = encode(goal, things)
    again = decode(encoded, things)
    assert again == goal and again.model_dump_json() == goal.model_dump_json()
    assert encode(again, things).clauses().tobytes() == encoded.clauses().tobytes()
    assert {len(encoded.stages), len(encoded.holds)} == {len(goal.stages)}
    other = swapped(goal, things)
    texts = [one.model_dump_json() for one in (goal, other)]
    turned = texts[0].replace('"who":"you"', "?").replace('"who":"other"', '"who":"you"').replace("?", '"who":"other"')
    assert texts[1] == turned and swapped(other, things) == goal
