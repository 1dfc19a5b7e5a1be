"""Several things that are visited one at a time, in any order."""

from types import SimpleNamespace
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rumpus import worlds
from rumpus.interface.action import ACTION, OUTCOME
from rumpus.tasks.codec import decode, encode
from rumpus.tasks.compile import table
from rumpus.tasks.goals import Clause, Goal, Selector, Stage
from rumpus.tasks.understanding import tasked, understood_in
from rumpus.tests.playroom import PLAYROOM, thing
from rumpus.worlds.engine.records import judge as j
from rumpus.worlds.engine.records.things import GONE, ONE, THING

YOU = Selector(kind="player", who="you")
BALLS, BOOKS = 4, 2
THINGS = ["ball"] * BALLS + ["book"] * BOOKS


def visit(kind, visits, relation="touching", **more):
    return Stage(all=(Clause(a=YOU, relation=relation, b=Selector(kind=kind), visits=visits, **more),))


def state(goal):
    """The fields of a state that the judge reads, with one player."""
    rows = encode(goal, PLAYROOM).clauses()
    one = {"stages": len(goal.stages), "clauses": len(rows), "stage": 0, "lasted": 0, "done": 0, "earned": 0}
    fields = {name: np.array([value], np.int32) for name, value in one.items()}
    rewards = {"reward": np.array([j.MILLI, 0, 0, 0], np.int32), "reward_weights": np.array([j.MILLI, 0], np.int32)}
    hold = np.zeros((1, j.STAGES), np.int32)
    return SimpleNamespace(players=1, tick=0, limit=99, first=0, goal=rows[None], hold=hold, **fields, **rewards)


def judged(played, near, gone=()):
    """Whether a tick is a success in which the player stands next to the things of these numbers."""
    rows = [thing("player", player=1)]
    for number, kind in enumerate(THINGS):
        rows.append(thing(kind, "red", x=40 if number in near else ONE * 9 * (number + 1)))
        rows[-1]["state"] = GONE if number in gone else rows[-1]["state"]
    outcomes = np.zeros(1, OUTCOME).view(np.recarray)
    things = np.array(rows, THING).view(np.recarray)
    with mock.patch.multiple(j, visits=j.visits.py_func, fulfilled=j.fulfilled.py_func):
        j.judge.py_func(played, things, len(rows), np.zeros(1, ACTION), outcomes)
    return bool(outcomes[0].success)


@settings(max_examples=25)
@given(st.lists(st.sets(st.integers(0, BALLS + BOOKS - 1), max_size=2), max_size=12), st.integers(1, BALLS))
def test_visits_are_those_since_the_stage_began_in_any_order(ticks, number):
    """As a set of what was visited says it: so many balls, then every book."""
    played = state(Goal(stages=(visit("ball", number), visit("book", "all"))))
    seen: set[int] = set()
    stage, won = 0, False
    for near in ticks:
        if not won:
            won = judged(played, near)
            kinds = range(BALLS) if stage == 0 else range(BALLS, BALLS + BOOKS)
            seen |= near & set(kinds)
            if len(seen) >= (number if stage == 0 else BOOKS):
                seen, stage = set(), stage + 1
            assert (won, int(played.stage[0])) == (stage == 2, stage)


def test_what_was_visited_and_is_gone_counts_and_what_is_gone_before_does_not():
    played = state(Goal(stages=(visit("ball", "all"),)))
    assert not judged(played, {0}) and not judged(played, {1}, gone=(0,))
    assert judged(played, {2}, gone=(0, 3)), "the last ball that is there"


def test_visits_stand_alone_and_are_numbers_again():
    goal = Goal(stages=(visit("ball", "all"), visit("book", 2, "near", within=3)))
    assert decode(encode(goal, PLAYROOM), PLAYROOM) == goal
    clause = visit("ball", 2).all[0]
    for wrong in (
        lambda: Goal(never=(clause,)),
        lambda: Stage(all=(clause, clause)),
        lambda: Stage(all=(clause,), hold=3),
        lambda: Clause(a=YOU, relation="said", word="red", visits=2),
        lambda: Clause(a=YOU, relation="touching", b=Selector(kind="ball"), visits=2, negated=True),
    ):
        with pytest.raises(ValueError, match="visits"):
            wrong()
    sokoban = worlds.load("sokoban").rules.things
    box = Clause(a=YOU, relation="touching", b=Selector(kind="box"), visits="all")
    with pytest.raises(ValueError, match="keep no numbers"):
        encode(Goal(stages=(Stage(all=(box,)),)), sokoban)


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 1, 2)])
def test_a_tour_is_judged_by_the_engine(order):
    """The kernels of a world, whose player is put beside one thing after the other."""
    world = worlds.load("key-and-door-small")
    task, _ = tasked(understood_in("visit everything", world), world, seed=3)
    assert task.players[0].goal.stages[0].all[0].visits == "all"
    batch = worlds.batch(world, 1, tasks=table([task], world))
    batch.reset(seed=3)
    rows = batch.things()[0][0, : batch.things()[1][0]].copy()
    assert len(rows) == 4, "the player and three things"
    scale = int(batch.states["y"][0, 0]) // int(rows[0]["y"])
    for number, place in enumerate(order):
        beside = rows[place]["x"] - rows[0]["radius"] - rows[place]["radius"]
        batch.states["y"][0, 0], batch.states["x"][0, 0] = int(rows[place]["y"]) * scale, int(beside) * scale
        outcomes = batch.step()
        assert bool(outcomes["success"][0, 0]) == (number == 2)
