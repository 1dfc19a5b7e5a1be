"""What every world shows of itself to goals; and its classic objective, judged, is what its own rules reward."""

import numpy as np
import pytest

from rumpus import worlds
from rumpus.agents.experts import expert
from rumpus.tasks.compile import objective, table
from rumpus.tasks.goals import FORMAT, Player, Reward, Start, Task
from rumpus.tasks.skills import SKILLS
from rumpus.tests.chosen import ONE_OF_EACH
from rumpus.worlds.engine.records.relations import RELATIONS, TABLE
from rumpus.worlds.engine.run.batch import Batch
from rumpus.worlds.engine.world import Controller

ROWS, LIMIT = 24, 120
FEWER, LONGER = 8, 900  # in real time
SHOWING = [name for name in ONE_OF_EACH if worlds.load(name).rules.things]
showing_worlds = pytest.mark.parametrize("name", SHOWING)


def classics(world, scheme):
    """Episodes of a world for its own objective, judged (scheme "own") or paid by its own rules ("world")."""
    rows, limit = (ROWS, LIMIT) if world.controls.turn_based else (FEWER, min(world.objective.limit, LONGER))
    goal = Player(goal=objective(world), instruction="do what is to be done here")
    levels = world.level_bank("test", count=rows)
    return [
        Task(
            rumpus_task=FORMAT,
            id=f"{world.name}-{row}",
            world=world.name,
            start=Start(
                seed=row, level=None if levels is None else world.levels.show(levels[row], players=world.players)
            ),
            limit=limit,
            players=(goal,) * world.players,
            reward=Reward(scheme=scheme),
        )
        for row in range(rows)
    ]


def play(batch, rng, plans):
    """One tick: in every second row the solver's move or the guide's hands, with a slip now and then; else at random.
    `plans` keeps what the solver said of each row, and the guide."""
    moves = rng.integers(0, len(batch.world.controls.moves), (batch.n, batch.players))
    batch.act(moves)
    if isinstance(batch.world.expert, Controller):
        guide = plans.setdefault("guide", expert(batch.world))
        hands = batch.actions.copy()
        guide.act(batch, np.zeros(batch.n, bool))
        slips = (rng.random(batch.n) < 0.02) | (np.arange(batch.n) % 2 == 1)
        batch.actions[slips] = hands[slips]
        return batch.step()
    for row in range(0, batch.n, 2):
        if rng.random() < (0.05 if batch.players == 1 else 0.2):
            plans[row] = None
        elif batch.world.expert and not batch.over[row]:
            if plans.get(row) is None:
                plan = batch.world.expert.plan(batch.states[row])
                plans[row] = [] if plan is None else plan.tolist()
            if plans[row]:
                moves[row, 0] = plans[row].pop(0)
    batch.act(moves)
    return batch.step()


@showing_worlds
def test_the_objective_is_judged_as_the_rules_see_it(name):
    """Whatever happens in an episode up to its first success, since some worlds go on and goals do not."""
    world = worlds.load(name)
    tasks = {scheme: classics(world, scheme) for scheme in ("world", "own")}
    rows, limit = len(tasks["own"]), tasks["own"][0].limit
    ruled, judged = (Batch(world, rows, tasks=table(tasks[scheme], world)) for scheme in ("world", "own"))
    for batch in (ruled, judged):
        batch.reset(tasks=np.arange(rows))
    rng, won, plans = np.random.default_rng(4), np.zeros(rows, bool), {}
    for _ in range(limit):
        going = (ruled.over == 0) & (judged.over == 0) & (judged.states["done"][:, : world.players] == 0).all(1) & ~won
        outcomes = play(ruled, rng, plans)
        judged.actions[...] = ruled.actions
        found = judged.step()
        assert (found["success"][going] == outcomes["success"][going]).all()
        assert (found["reward"][going] == outcomes["success"][going]).all()
        won |= going & (outcomes["success"] != 0).any(axis=1)
    assert won[::2].any()
    assert not won.all() or world.players > 1, "where players compete, somebody often wins"


@showing_worlds
def test_things_are_of_the_kinds_that_are_named(name):
    """Players come first and in order; nothing has a kind, a colour or a size that the world does not name."""
    world = worlds.load(name)
    shown = world.rules.things
    batch = Batch(world, ROWS, seed=8)
    batch.reset()
    rng, plans = np.random.default_rng(8), {}
    for _ in range(30):
        play(batch, rng, plans)
        things, counts, _ = batch.things()
        assert world.players < counts.min() <= counts.max() <= shown.most
        assert (things["player"][:, : world.players] == 1 + np.arange(world.players)).all()
        assert (things["player"][:, world.players :] == 0).all()
        for row, count in zip(things, counts, strict=True):
            for thing in row[:count]:
                colours = list(shown.kinds.values())[thing["kind"] - 1]
                assert thing["kind"] >= 1
                assert not thing["colour"] or shown.colours[thing["colour"] - 1] in colours
                assert 0 <= thing["size"] <= len(shown.sizes)
                assert 0 <= thing["holder"] <= world.players
    assert set(shown.relations) <= set(RELATIONS)
    assert "said" in shown.relations or world.players == 1, "of one player, questions may ask for words"


def test_relations_keep_their_numbers():
    """Stored states hold the numbers, so a relation stays where it is, and new ones come behind."""
    known = "there open gone lifted stacked lined on in at touching near holding facing touched pushed said misspoke"
    assert RELATIONS[:17] == tuple(known.split())
    assert len(set(RELATIONS)) == len(TABLE)
    assert {row.skill for row in TABLE} <= {None, *SKILLS}
