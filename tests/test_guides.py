"""The walker gets everywhere, and the guide reaches goals, by keys and mouse alone."""

import math

import networkx
import numpy as np
import pytest
from numba import njit

from rumpus.interface.action import ACTION
from rumpus.tests.test_first_person import R, hand, new_state, place
from rumpus.worlds.engine.compile.cached import cached
from rumpus.worlds.engine.library.random import draw
from rumpus.worlds.engine.records import judge
from rumpus.worlds.engine.records.relations import number_of
from rumpus.worlds.engine.records.things import THING
from rumpus.worlds.engine.render.raycast.scene import COLS
from rumpus.worlds.first_person import (
    bindings,
    body,
    expert,
    generators,
    grid_queries,
    models,
    steering,
    things,
    visibility,
)
from rumpus.worlds.first_person.state import CELL, HZ, TURN


@njit
def made(state, kind, rows, cols):
    """A map of one kind for one player, somewhere in it; returns the player's cell and another."""
    if kind == 0:
        generators.depth_first(state, rows, cols)
    elif kind == 1:
        generators.kruskal(state, rows, cols)
    elif kind == 2:
        generators.rooms_and_corridors(state, rows, cols, 8)
    elif kind == 3:
        generators.depth_first(state, rows, cols)
        generators.braid(state, 100)
    else:
        generators.open_room(state, 2 * rows + 1, 2 * cols + 1)
        generators.pillars(state, 30)
    here = grid_queries.random_free(state)
    body.stand(state, 0, here // COLS, here % COLS, draw(state, TURN))
    grid_queries.flood(state, here // COLS, here % COLS)
    return here, grid_queries.random_free_far(state, 3)


@njit
def walked(state, action, y, x, most):
    """Walk to a position; returns after how many ticks one has come to rest there, -1 for never."""
    for number in range(most):
        rest(action)
        steering.walk_to(state, 0, y, x, action)
        body.walk(state, 0, action)
        if steering.arrived(state, 0, y, x) and abs(state.vy[0]) + abs(state.vx[0]) < body.WALK // 2:
            return number + 1
    return -1


@njit
def rest(action):
    """Let go of everything."""
    for key in range(len(action.keys)):
        action.keys[key] = 0
    action.mouse[0], action.mouse[1] = 0, 0


def ideal(walls, here, there):
    """Ticks of a walk on a shortest way between two cells, straight or slanted past no corner, at walking speed, with
    turns of 9 degrees a tick where it bends, and one about to begin with."""
    rows, cols = walls.shape
    graph = networkx.Graph()
    for y in range(1, rows - 1):
        for x in range(1, cols - 1):
            for dy, dx in ((0, 1), (1, 0), (1, 1), (1, -1)):
                if not walls[y : y + dy + 1, min(x, x + dx) : max(x, x + dx) + 1].any():
                    graph.add_edge((y, x), (y + dy, x + dx), length=math.hypot(dy, dx))
    path = networkx.shortest_path(graph, here, there, "length")
    steps = np.diff(path, axis=0)
    angles_ = np.degrees(np.arctan2(*steps.T))
    turns = np.abs((np.diff(angles_) + 180) % 360 - 180).sum() + 180
    return np.hypot(*steps.T).sum() * HZ / 3 + turns / 9


@pytest.mark.parametrize("kind", range(5))
def test_the_walker_gets_everywhere_in_good_time(kind):
    for seed in range(20):
        random = np.random.default_rng(seed)
        state = new_state(1000 * kind + seed, np.zeros((3, 3), np.uint8))
        here, there = (
            divmod(int(cell), COLS) for cell in cached(made)(state, kind, *random.choice([(5, 10), (9, 15), (13, 20)]))
        )
        walls = state["walls"][: state["map_rows"], : state["map_cols"]].copy()
        best = ideal(walls, here, there)
        y, x = (cell * CELL + int(random.integers(R, CELL - R)) for cell in there)
        before = state["marks"].copy(), state["queue"].copy()
        ticks = cached(walked)(state, hand(), y, x, 4000)
        assert 0 < ticks < 1.5 * best + 5, (kind, seed, ticks, best)
        assert (state["marks"] == before[0]).all() and (state["queue"] == before[1]).all()


def test_the_walker_says_where_no_way_leads():
    walls = np.ones((7, 7), np.uint8)
    walls[1, 1:6], walls[5, 1:6] = 0, 0
    state = new_state(1, walls)
    place(state, 1.5, 1.5)
    action = hand()
    assert not cached(steering.walk_to)(state, 0, 5 * CELL + 5, 3 * CELL, action) and not action["keys"].any()
    assert not cached(steering.walk_to)(state, 0, 99 * CELL, -3 * CELL, action)
    assert cached(steering.walk_to)(state, 0, CELL + 5, 3 * CELL, action)


PLAYER, BALL, CUBE, PLATE = 1, 2, 3, 4
RED, BLUE = 1, 2
SIZES = np.array([[0, 64, 40, 40, 90], [0, 80, 40, 40, 0]], np.int32)
"""Radii and half heights of the kinds, in 1/ONE cells."""
LOOKS = np.array([models.NOTHING, models.PLAYER, models.BALL, models.CUBE, models.PLATE], np.int32)


@njit
def pursued(state, action, things_, sizes, still, most):
    """Play the guide's hands in a small world: what is used is taken, or put down. Returns after how many ticks the
    goal has held, -1 for never, -2 if what must never be was."""
    for number in range(most):
        count = things.fill_things(state, things_, sizes[0], sizes[1])
        visibility.hide(state, things_, LOOKS, visibility.EYES)
        now, broken = judge.fulfilled(state, things_, count, still, 0)
        if broken or now:
            return -2 if broken else number
        rest(action)
        expert.pursue(state, 0, action, things_, count)
        if bindings.uses(state, 0, action) != 0:
            mine, near = things.held(state, 0), things.ahead(state, 0, CELL)
            if mine >= 0:
                things.put_down(state, 0, mine)
            elif near >= 0:
                things.take(state, 0, near)
        body.walk(state, 0, action)
        things.carry(state)
    return -1


ME = (0, 0, 0, judge.YOU)
GOALS: dict[str, list[tuple[str, tuple[int, ...], tuple[int, ...], int]]] = {
    "near": [("near", ME, (BALL, BLUE), 128)],
    "touching": [("touching", ME, (CUBE, RED), 0)],
    "at": [("at", ME, (PLATE, 0), 0)],
    "facing": [("facing", ME, (CUBE, RED), 0)],
    "near and facing": [("near", ME, (BALL, BLUE), 256), ("facing", ME, (BALL, BLUE), 0)],
    "holding": [("holding", ME, (BALL, BLUE), 0)],
    "a thing at another": [("at", (BALL, RED), (PLATE, 0), 0)],
    "a thing near another": [("near", (CUBE, RED), (BALL, BLUE), 300)],
    "two things": [("on", (CUBE, RED), (PLATE, 0), 0), ("near", (BALL, RED), (BALL, BLUE), 400)],
    "not near": [("not near", ME, (BALL, RED), 1300)],
    "a thing not near another": [("not near", (BALL, BLUE), (PLATE, 0), 1300)],
    "around": [("holding", ME, (BALL, BLUE), 0), ("never touching", ME, (BALL, RED), 0)],
}

IN_THE_OPEN: dict[str, list[tuple[str, tuple[int, ...], tuple[int, ...], int]]] = {
    "left of": [("left-of", (BALL, RED), (BALL, BLUE), 0)],
    "right of": [("right-of", (BALL, RED), (CUBE, RED), 0)],
    "not left of": [("not left-of", (BALL, RED), (BALL, BLUE), 0)],
    "between": [("between", ME, (BALL, 0), 0)],
    "not between": [("not between", ME, (BALL, 0), 0)],
    "closest to": [("closest-to", (BALL, RED), ME, 0)],
    "not closest to": [("not closest-to", (BALL, RED), ME, 0)],
}
"""Goals that the walls of a maze may make impossible."""


@pytest.mark.parametrize("goal", [*GOALS, *IN_THE_OPEN])
def test_the_guide_reaches_goals(goal):
    clauses = (GOALS | IN_THE_OPEN)[goal]
    for seed in range(8):
        state = new_state(seed, np.pad(np.zeros((9, 10), np.uint8), 1, constant_values=1))
        if goal in GOALS:
            cached(made)(state, 2 + seed % 3, 5, 10)
        else:
            place(state, 1.5 + seed % 5, 2.5)
        cells = np.random.default_rng(seed).permutation(9)
        for (kind, colour), cell in zip(((BALL, RED), (BALL, BLUE), (CUBE, RED), (PLATE, BLUE)), cells, strict=False):
            free = int(cached(grid_queries.random_free)(state))
            y, x = divmod(free, COLS) if goal in GOALS else (4 + cell // 3, 4 + cell % 3)
            cached(things.drop)(state, kind, colour, y, x)
        state["stages"][0], state["clauses"][0] = 1, len(clauses)
        for index, (relation, a, b, amount) in enumerate(clauses):
            mode = "never" if relation.startswith("never") else "not" if relation.startswith("not") else ""
            selectors = [*a, 0, 0, 0][:4], [*b, 0, 0, 0][:4]
            number = number_of(relation.removeprefix(mode).strip())
            stage = judge.NEVER if mode == "never" else 0
            state["goal"][0, index] = [stage, mode == "not", 1, number, amount, *selectors[0], *selectors[1]]
        ticks = cached(pursued)(state, hand(), np.zeros(32, THING), SIZES, np.zeros(1, ACTION), 3000)
        assert ticks >= 0, (goal, seed, ticks)
