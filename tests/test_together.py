"""Worlds of doors and of several players: their rules against second ones, their maps, their experts."""

from collections import deque

import numpy as np
import pytest

from rumpus import worlds
from rumpus.agents.experts.controller import ControllerExpert
from rumpus.interface.text import decode
from rumpus.tasks.compile import judged
from rumpus.tests.batches import fresh
from rumpus.worlds import hide_and_seek, key_and_door, plates, race, t_maze, tag

CELL, RADIUS, TALL = 65536, 16384, 20480
DOOR, HURDLE = 128, 130
OPEN, GONE = 1, 2
LARGEST = [family.WORLDS[-1] for family in (tag, hide_and_seek, plates, race)] + [key_and_door.WORLDS[0]]
ALL = [world for family in (tag, hide_and_seek, plates, race, key_and_door, t_maze) for world in family.WORLDS]
name = lambda world: world.name  # noqa: E731


def play(batch, ticks, slips=0.0, seed=0):
    """Let experts play, with a random move now and then; yields what has come out of each tick, and who was going."""
    guide, rng = ControllerExpert(batch.world), np.random.default_rng(seed)
    guide.start(batch)
    for tick in range(ticks):
        going = batch.over == 0
        if not going.any():
            return
        if slips and rng.random() < slips:
            batch.act(rng.integers(0, len(batch.world.controls.moves), (batch.n, batch.players)))
        else:
            guide.act(batch, np.full(batch.n, tick == 0))
        yield batch.step(), going


@pytest.mark.parametrize("world", LARGEST, ids=name)
def test_players_are_never_inside_a_wall_or_a_block(world):
    """A hundred thousand ticks of any hands, held for four ticks each."""
    batch, rng = fresh(world, 64, repeat=4), np.random.default_rng(5)
    rows = np.arange(64)[:, None]
    for _ in range(400):
        batch.act(rng.integers(0, len(world.controls.moves), (64, world.players)))
        if rng.random() < 0.5:
            batch.actions["keys"][...] |= rng.random(batch.actions["keys"].shape) < 0.1
        batch.step()
        states = batch.states
        for dy in (-RADIUS, RADIUS - 1):
            for dx in (-RADIUS, RADIUS - 1):
                y = (states["y"][:, : world.players] + dy) // CELL
                x = (states["x"][:, : world.players] + dx) // CELL
                walls = states["walls"][rows, y, x]
                assert ((walls == 0) | ((walls == HURDLE) & (states["z"][:, : world.players] >= TALL))).all()
        batch.reset(batch.over)


@pytest.mark.parametrize("world", ALL, ids=name)
def test_experts_win(world):
    """Where all can win they do; where one's gain is another's loss, somebody does, and each of the seats at times."""
    batch, won, sums = fresh(world, 12, seed=20), 0, np.zeros(12)
    for outcomes, _ in play(batch, world.objective.limit):
        won = won | outcomes["success"]
        sums += outcomes["reward"].sum(axis=1)
        if world in (*tag.WORLDS, *hide_and_seek.WORLDS, *race.WORLDS):
            assert abs(outcomes["reward"].sum(axis=1)).max() < 1e-5
    ticks = batch.states["tick"].mean()
    print(f"{world.name}: won by seat {won.mean(axis=0).round(2)}, sums {sums.mean():.2f}, ticks {ticks:.0f}")
    if world in (*plates.WORLDS, *key_and_door.WORLDS, *t_maze.WORLDS):
        assert won.all()
    else:
        assert won.any(axis=1).mean() > 0.9
        assert not won.all(axis=1).any() or world in race.WORLDS


@pytest.mark.parametrize(
    "world", [family.WORLDS[0] for family in (tag, hide_and_seek, plates, race, key_and_door, t_maze)], ids=name
)
def test_the_objective_is_judged_as_the_rules_see_it(world):
    limit = min(world.objective.limit, 700)
    table = judged(world)
    table.records["limit"] = limit
    ruled, other = fresh(world, 6, limit=limit), fresh(world, 6, tasks=table)
    assert (ruled.states["walls"] == other.states["walls"]).all()
    won = False
    for outcomes, going in play(ruled, limit, slips=0.1):
        other.actions[...] = ruled.actions
        found = other.step()
        assert (found["success"][going] == outcomes["success"][going]).all()
        won = won or outcomes["success"].any()
    assert won


@pytest.mark.parametrize("world", plates.WORLDS, ids=name)
def test_doors_are_open_only_while_somebody_stands_on_their_plate(world):
    """Told from positions alone, in every tick of experts who slip."""
    batch, seen = fresh(world, 6, seed=3), set()
    for _ in play(batch, 500, slips=0.3):
        for state in batch.states:
            cells = [(y // CELL, x // CELL) for y, x in zip(state["y"], state["x"], strict=True)][: world.players]
            spots = {}
            for index in range(state["things"]):
                spot = state["thing_y"][index] // CELL, state["thing_x"][index] // CELL
                spots.setdefault((int(state["kind"][index]), int(state["colour"][index])), []).append(spot)
            for (kind, colour), doors in spots.items():
                if kind != 3:
                    continue
                pressed = any(cell in cells for cell in spots[2, colour])
                open_ = state["walls"][doors[0]] == 0
                blocked = any(
                    abs(y - (doors[0][0] + 0.5) * CELL) < CELL / 2 + RADIUS
                    and abs(x - (doors[0][1] + 0.5) * CELL) < CELL / 2 + RADIUS
                    for y, x in zip(state["y"][: world.players], state["x"][: world.players], strict=True)
                )
                assert open_ == pressed or (open_ and blocked)
                seen.add((open_, pressed))
    assert {(True, True), (False, False)} <= seen


@pytest.mark.parametrize("world", tag.WORLDS, ids=name)
def test_the_tag_passes_to_the_player_that_comes_near(world):
    """A second model: it follows positions only, and says who has the hat, and what each is told."""
    batch = fresh(world, 6, seed=9)
    it, still, changes = batch.states["it"].copy(), np.zeros(6, int), 0
    for outcomes, _ in play(batch, 600, slips=0.05):
        for row, state in enumerate(batch.states):
            y, x = state["y"][: world.players].astype(float), state["x"][: world.players].astype(float)
            away = np.hypot(y - y[it[row]], x - x[it[row]])
            away[it[row]] = np.inf
            if still[row] > 0:
                still[row] -= 1
            elif away.min() <= RADIUS * 2.5:
                assert outcomes["reward"][row, it[row]] > 0.9
                it[row], still[row], changes = away.argmin(), 30, changes + 1
                assert outcomes["reward"][row, it[row]] < -0.9
            assert state["it"] == it[row]
            assert state["holder"][0] == 1 + it[row]
            for player in range(world.players):
                assert decode(state["instruction"][player]).startswith("you are it") == (player == it[row])
    assert changes > 6


def test_seekers_wait_and_see_what_lines_of_sight_show():
    """Sight by many small steps along the line, and angles by floats; where these are close calls, either will do."""
    world = hide_and_seek.WORLDS[1]
    batch, counts, sure = fresh(world, 6, seed=2, knobs={"start": 40}), np.zeros((6, 2), int), 0
    starts = batch.states[["y", "x"]].copy()
    for tick, _ in enumerate(play(batch, 500), 1):
        if tick <= 40:
            for row, state in enumerate(batch.states):
                for player in np.flatnonzero(state["seeks"]):
                    assert (state["y"][player], state["x"][player]) == (
                        starts["y"][row][player],
                        starts["x"][row][player],
                    )
            continue
        for state in batch.states:
            known = [
                sees(state, a, b) for a in range(4) for b in range(4) if state["seeks"][a] and not state["seeks"][b]
            ]
            if None not in known or True in known:
                sure += 1
                assert (state["found"] != 0) == (True in known)
                counts[0, int(state["found"])] += 1
    assert sure > 1000
    assert counts[0].min() > 50


def sees(state, one, other):
    """Whether a player sees another; None where it cannot be told."""
    y, x = state["y"].astype(float) / CELL, state["x"].astype(float) / CELL
    turn = np.arctan2(y[other] - y[one], x[other] - x[one]) - state["yaw"][one] / 65536 * 2 * np.pi
    off = abs((turn + np.pi) % (2 * np.pi) - np.pi)
    limit = np.arccos(7 / 8)
    if off > limit + 0.02:
        return False
    answers = set()
    for side in (-0.02, 0.0, 0.02):
        way = np.linspace(0, 1, 400)
        ys, xs = y[one] + way * (y[other] - y[one]) + side, x[one] + way * (x[other] - x[one]) + side
        cells = set(zip(ys.astype(int), xs.astype(int), strict=True))
        cells -= {(int(y[one]), int(x[one])), (int(y[other]), int(x[other])), (int(ys[0]), int(xs[0]))}
        cells.discard((int(ys[-1]), int(xs[-1])))
        answers.add(all(state["walls"][cell] == 0 for cell in cells))
    return None if len(answers) > 1 or abs(off - limit) <= 0.02 else answers.pop()


def test_keys_are_never_behind_their_own_door():
    """Every level can be finished by whoever may carry one key after the other through all that is open."""
    for split in ("train", "test", "longer"):
        for state in fresh(key_and_door.WORLDS[0], 64, split=split).states:
            walls = state["walls"].copy()
            found = {}
            for index in range(state["things"]):
                spot = int(state["thing_y"][index]) // CELL, int(state["thing_x"][index]) // CELL
                found[int(state["kind"][index]), int(state["colour"][index])] = spot
            opened = -1
            while opened != (walls == 0).sum():
                opened = (walls == 0).sum()
                area = reach(walls, (state["y"][0] // CELL, state["x"][0] // CELL))
                for (kind, colour), spot in found.items():
                    if kind == 2 and spot in area:
                        walls[found[3, colour]] = 0
            assert found[4, 0] in area
            assert (walls < DOOR).all()


def reach(walls, start):
    """The free cells that can be walked to."""
    seen, queue = {start}, deque([start])
    while queue:
        y, x = queue.popleft()
        for there in ((y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)):
            if there not in seen and walls[there] == 0:
                seen.add(there)
                queue.append(there)
    return seen


@pytest.mark.parametrize("world", [*LARGEST, t_maze.WORLDS[0]], ids=name)
def test_folds_share_no_map(world):
    fields = ["walls", "floors"]
    if world not in (*tag.WORLDS, *t_maze.WORLDS):  # whose things are put down when the map has been chosen
        fields += ["kind", "colour", "thing_y", "thing_x"]

    def maps(split):
        states = fresh(world, 48, split=split).states
        ball = 1 if world in t_maze.WORLDS else 0
        return {b"".join([*(s[f].tobytes() for f in fields), s["colour"][:ball].tobytes()]) for s in states}

    train, test = maps("train"), maps("test")
    assert len(train) > 24
    assert len(test) > 8
    assert not train & test


def test_players_have_views_words_and_a_face_of_their_own():
    """Through PettingZoo: pixels and an instruction for each."""
    env = worlds.parallel("tag-four", size=(32, 32))
    seen, _ = env.reset(seed=4)
    assert len(seen) == 4
    assert len({observation["pixels"].tobytes() for observation in seen.values()}) == 4
    told = sorted(observation["instruction"] for observation in seen.values())
    assert told == ["run: do not let yourself be caught"] * 3 + ["you are it: catch somebody"]
    assert fresh(tag.WORLDS[1], 1).world.rules.state.itemsize < 12_000
