"""What every world shows of itself to goals; and its classic objective, judged, is what its own rules reward."""

import numpy as np
import pytest

from rumpus import worlds
from rumpus.tasks.compile import objective, table
from rumpus.tasks.goals import FORMAT, Player, Reward, Start, Task
from rumpus.worlds.engine.batch import Batch
from rumpus.worlds.engine.things import RELATIONS

ROWS, LIMIT = 24, 120
SHOWING = [name for name in worlds.names() if worlds.load(name).things]
showing_worlds = pytest.mark.parametrize("name", SHOWING)


def classics(world, scheme):
    """ROWS episodes of a world for its own objective, judged (scheme "own") or paid by its own rules ("world")."""
    goal = Player(goal=objective(world), instruction="do what is to be done here")
    levels = world.levels("test", count=ROWS)
    return [
        Task(
            rumpus_task=FORMAT,
            id=f"{world.name}-{row}",
            world=world.name,
            start=Start(seed=row, level=world.show(levels[row], players=world.players) if world.show else None),
            limit=LIMIT,
            players=(goal,) * world.players,
            reward=Reward(scheme=scheme),
        )
        for row in range(ROWS)
    ]


def play(batch, rng, plans):
    """One tick: in every second row the solver's move, where it sees a way, with a slip now and then; else at random.
    `plans` keeps what the solver said of each row."""
    moves = rng.integers(0, len(batch.world.moves), (batch.n, batch.players))
    for row in range(0, batch.n, 2):
        if rng.random() < (0.05 if batch.players == 1 else 0.2):
            plans[row] = None
        elif batch.world.solve and not batch.over[row]:
            if plans.get(row) is None:
                plan = batch.world.solve(batch.states[row])
                plans[row] = [] if plan is None else plan.tolist()
            if plans[row]:
                moves[row, 0] = plans[row].pop(0)
    batch.act(moves)
    return batch.step()


@showing_worlds
def test_the_objective_is_judged_as_the_rules_see_it(name):
    world = worlds.load(name)
    ruled, judged = (Batch(world, ROWS, tasks=table(classics(world, scheme), world)) for scheme in ("world", "own"))
    for batch in (ruled, judged):
        batch.reset(tasks=np.arange(ROWS))
    rng, won, plans = np.random.default_rng(4), np.zeros(ROWS, bool), {}
    for _ in range(LIMIT):
        going = ruled.over == 0
        outcomes = play(ruled, rng, plans)
        judged.actions[...] = ruled.actions
        found = judged.step()
        assert (found["success"][going] == outcomes["success"][going]).all()
        assert (found["reward"][going] == outcomes["success"][going]).all()
        won |= going & (outcomes["success"] != 0).all(axis=1)
    assert won[::2].any()
    assert not won.all()


@showing_worlds
def test_things_are_of_the_kinds_that_are_named(name):
    """Players come first and in order; nothing has a kind, a colour or a size that the world does not name."""
    world = worlds.load(name)
    shown = world.things
    batch = Batch(world, ROWS, seed=8)
    batch.reset()
    rng, plans = np.random.default_rng(8), {}
    for _ in range(30):
        play(batch, rng, plans)
        things, counts, _ = batch.look()
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
    assert ("said" in shown.relations) == (world.players > 1)
