"""Bodies in a map of cells: how they walk, what stops them, what they see and reach."""

import collections
import math

import numpy as np
import pytest
import scipy.ndimage
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit

from rumpus.interface.action import MOUSE_ONE, Move
from rumpus.worlds.engine.compile.cached import cached
from rumpus.worlds.engine.library.random import draw
from rumpus.worlds.engine.records.states import state_dtype
from rumpus.worlds.engine.records.things import GONE, THERE
from rumpus.worlds.engine.render.raycast.scene import COLS, ROWS
from rumpus.worlds.first_person import angles, bindings, body, generators, grid_queries, things
from rumpus.worlds.first_person.state import CELL, DOOR, HURDLE, HZ, TURN, fields

STATE = state_dtype([*fields(2, 16), *generators.CORRIDOR_ROOM_FIELDS], 2)
R = body.RADIUS


def new_state(rows, walls):
    """A state whose map is this array of walls, with one player and nothing in it."""
    state = np.zeros(1, STATE)[0]
    state["map_rows"], state["map_cols"] = walls.shape
    state["walls"] = 1
    state["walls"][: walls.shape[0], : walls.shape[1]] = walls
    state["players"], state["key"] = 1, rows
    return state


def drawn_map(seed, share, rows=9, cols=11):
    """A random map within walls, of which about this share is solid, with some hurdles and doors."""
    random = np.random.default_rng(seed)
    walls = np.where(random.random((rows, cols)) < share, random.choice([1, 40, DOOR, HURDLE], (rows, cols)), 0)
    walls[[0, -1]], walls[:, [0, -1]] = 1, 1
    walls[rows // 2, cols // 2] = 0
    return walls.astype(np.uint8)


def hand(*keys, mouse=(0.0, 0.0)):
    """The hands of one tick."""
    return Move(keys, mouse=mouse).record()


@njit
def walk_and_jump(state, action, percent):
    """One tick of player 0."""
    body.walk_at(state, 0, action, percent)
    body.jump(state, 0, action)


tick = cached(walk_and_jump)


def place(state, y, x, yaw=0):
    """Put player 0 at rest at a position in cells."""
    state["y"][0], state["x"][0], state["yaw"][0] = round(y * CELL), round(x * CELL), yaw
    state["vy"][0] = state["vx"][0] = state["vz"][0] = state["z"][0] = 0


def overlapped(state):
    """The cells that the body of player 0 is in."""
    spans = [range((state[axis][0] - R) // CELL, -(-(state[axis][0] + R) // CELL)) for axis in ("y", "x")]
    return [(int(y), int(x)) for y in spans[0] for x in spans[1]]


def check_place(state):
    """Nothing that player 0 is in is solid, but hurdles that it is above of."""
    for y, x in overlapped(state):
        wall = state["walls"][y, x] if 0 <= y < state["map_rows"] and 0 <= x < state["map_cols"] else 1
        assert wall == 0 or (wall == HURDLE and state["z"][0] >= body.HURDLE_TALL), (y, x, wall)


# Angles.


def test_sine_and_cosine_agree_with_numpy():
    every = np.arange(-TURN, 2 * TURN)
    ours = np.array([cached(angles.sine)(angle) for angle in every])
    assert np.abs(ours - np.sin(2 * np.pi * every / TURN) * angles.ONE_UNIT).max() < 1.1
    assert (
        np.array([cached(angles.cosine)(angle) for angle in every[: 2 * TURN]]) == ours[TURN // 4 :][: 2 * TURN]
    ).all()


@settings(max_examples=300)
@given(st.integers(-(2**31) + 1, 2**31 - 1), st.integers(-(2**31) + 1, 2**31 - 1))
def test_headings_are_those_of_atan2(dy, dx):
    wanted = math.atan2(dy, dx) / (2 * math.pi) * TURN
    off = (cached(angles.heading)(dy, dx) - wanted + TURN / 2) % TURN - TURN / 2
    assert abs(off) < TURN / 3600


def test_headings_of_a_circle_never_go_back():
    around = [
        cached(angles.heading)(round(9e6 * math.sin(a)), round(9e6 * math.cos(a))) for a in np.linspace(0, 6.2831, 9999)
    ]
    assert (np.diff(around) >= 0).all() and around[0] == 0
    assert [cached(angles.heading)(*v) for v in ((0, 1), (1, 0), (0, -1), (-1, 0))] == [
        0,
        TURN // 4,
        TURN // 2,
        3 * TURN // 4,
    ]


# Walking: against a slow model that knows nothing of columns, rows and the order of things but the rule itself.


def slid(walls, y, x, vy, vx):
    """Where a square that goes along x unit by unit (found by halving), then along y, ends before a wall; its speed."""

    def free(y, x):
        rows, cols = np.nonzero(walls)
        above, left = rows * CELL, cols * CELL
        return not ((y + R > above) & (y - R < above + CELL) & (x + R > left) & (x - R < left + CELL)).any()

    def farthest(by, at):
        good, bad = 0, abs(by) + 1
        while bad - good > 1:
            middle = (good + bad) // 2
            good, bad = (middle, bad) if free(*at(int(math.copysign(middle, by)))) else (good, middle)
        return int(math.copysign(good, by))

    right = farthest(vx, lambda by: (y, x + by))
    down = farthest(vy, lambda by: (y + by, x + right))
    return y + down, x + right, vy if down == vy else 0, vx if right == vx else 0


def hands_of(random):
    """Any use of the hands: keys at random, the mouse still, moving, or torn from side to side."""
    keys = [key for key in ("w", "a", "s", "d", "left shift") if random.random() < 0.5]
    return hand(*keys, mouse=random.choice([0.0, 0.01, 0.3, 1.0]) * random.uniform(-1, 1, 2))


@pytest.mark.parametrize("seed", range(6))
def test_walking_is_that_of_a_slow_model(seed):
    random = np.random.default_rng(seed)
    state = new_state(seed, np.where(drawn_map(seed, 0.35) != 0, 1, 0))
    open_ = new_state(seed, np.zeros((ROWS, COLS), np.uint8))
    place(state, 4.5, 5.5)
    walls, stopped, action = state["walls"][:9, :11], 0, hand()
    for number in range(400):
        action = hands_of(random) if number % 15 == 0 else action
        y, x, vy, vx, yaw, pitch = (int(state[name][0]) for name in ("y", "x", "vy", "vx", "yaw", "pitch"))
        place(open_, 13, 20)
        for name in ("vy", "vx", "yaw"):
            open_[name] = state[name]
        percent = int(random.choice([100, 60, 150]))
        tick(open_, action, percent)
        tick(state, action, percent)

        mouse = action["mouse"] / MOUSE_ONE
        assert abs((state["yaw"][0] - yaw - mouse[0] * TURN / 4 + TURN / 2) % TURN - TURN / 2) <= 1
        assert abs(state["pitch"][0] - np.clip(pitch - mouse[1] * TURN / 4, -TURN / 6, TURN / 6)) <= 1
        forward, back, left, right, shift = (
            int(action["keys"][key]) for key in (bindings.W, bindings.S, bindings.A, bindings.D, bindings.SHIFT)
        )
        ahead, right = forward - back, right - left
        top = 3 * CELL / HZ * percent / 100 * (1.6 if shift else 1) / (math.hypot(ahead, right) or 1)
        angle = state["yaw"][0] / TURN * 2 * math.pi
        asked = ahead * math.sin(angle) + right * math.cos(angle), ahead * math.cos(angle) - right * math.sin(angle)
        for name, before, wanted in zip(("vy", "vx"), (vy, vx), asked, strict=True):
            assert abs(open_[name][0] - (before + (wanted * top - before) / 4)) < 4
        expected = slid(walls, y, x, int(open_["vy"][0]), int(open_["vx"][0]))
        assert expected == tuple(int(state[name][0]) for name in ("y", "x", "vy", "vx"))
        stopped += expected[2:] != (open_["vy"][0], open_["vx"][0])
    assert stopped > 15, "the model was never asked about a wall"


@given(st.integers(0, 2**32), st.floats(0.05, 0.6), st.data())
@settings(max_examples=40)
def test_players_neither_enter_nor_pass_a_wall_at_any_speed(seed, share, data):
    random = np.random.default_rng(seed)
    state = new_state(seed, drawn_map(seed, share))
    place(state, 4.5, 5.5)
    reach, _ = scipy.ndimage.label((state["walls"] == 0) | (state["walls"] == HURDLE))
    home = reach[4, 5]
    for _ in range(30):
        if random.random() < 0.3:
            speed = st.integers(-(2**31) + 1, 2**31 - 1) | st.integers(-20 * CELL, 20 * CELL)
            state["vy"][0], state["vx"][0] = data.draw(speed), data.draw(speed)
        action = hands_of(random)
        action["mouse"] = random.choice([0, 2**31 - 1, -(2**31)]), random.choice([0, 2**31 - 1, -(2**31)])
        action["keys"][bindings.SPACE] = random.random() < 0.5
        tick(state, action, 100)
        check_place(state)
        assert reach[state["y"][0] // CELL, state["x"][0] // CELL] == home


@njit
def fuzzed(state, action, labels, ticks):
    """Play random hands, at times with random speeds; returns after how many ticks the body was out of its part of the
    map, -1 if never, and how many cells it entered."""
    home, cells, last = labels[state.y[0] // CELL, state.x[0] // CELL], 0, 0
    for number in range(ticks):
        for key in (bindings.W, bindings.A, bindings.S, bindings.D, bindings.SHIFT, bindings.SPACE):
            if draw(state, 8) == 0:
                action.keys[key] = draw(state, 2)
        action.mouse[0], action.mouse[1] = draw(state, 2 * MOUSE_ONE) - MOUSE_ONE, draw(state, 2000) - 1000
        if draw(state, 20) == 0:
            state.vy[0], state.vx[0] = draw(state, 2 * CELL) - CELL, draw(state, 2 * CELL) - CELL
        walk_and_jump(state, action, 100)
        for down in (-R, R - 1):
            for right in (-R, R - 1):
                if labels[(state.y[0] + down) // CELL, (state.x[0] + right) // CELL] != home:
                    return number, cells
        at = state.y[0] // CELL * COLS + state.x[0] // CELL
        cells += at != last
        last = at
    return -1, cells


def test_a_million_random_ticks_stay_on_the_map():
    for seed in range(10):
        state = new_state(seed, drawn_map(seed, 0.3, ROWS, COLS))
        place(state, ROWS // 2 + 0.5, COLS // 2 + 0.5)
        labels, _ = scipy.ndimage.label((state["walls"] == 0) | (state["walls"] == HURDLE))
        escaped, cells = cached(fuzzed)(state, hand(), labels, 100_000)
        assert escaped == -1 and cells > 100


# What walking feels like.


def travelled(state, action, ticks, warm=40, percent=100):
    """How far (dy, dx) player 0 gets in so many ticks at full speed."""
    for _ in range(warm):
        tick(state, action, percent)
    y, x = int(state["y"][0]), int(state["x"][0])
    for _ in range(ticks):
        tick(state, action, percent)
    return int(state["y"][0]) - y, int(state["x"][0]) - x


@pytest.mark.parametrize("yaw", [0, 1234, 20000, 41000, 65535])
def test_top_speeds(yaw):
    def distance(*keys, percent=100):
        state = new_state(1, np.zeros((ROWS, COLS), np.uint8))
        place(state, 13, 20, yaw)
        return math.hypot(*travelled(state, hand(*keys), 30, percent=percent)) / CELL

    for keys in ("w", "s", "a", "d", "wa", "wd", "sa", "sd"):
        assert distance(*keys) == pytest.approx(3, abs=0.01)
        assert distance(*keys, "left shift") == pytest.approx(4.8, abs=0.01)
    assert distance("w", "s") == distance("w", "s", "a", "d") == 0
    assert distance("w", percent=40) == pytest.approx(1.2, abs=0.01)


def test_speed_along_a_wall_is_kept():
    walls = np.zeros((ROWS, COLS), np.uint8)
    walls[:10] = 1
    for slant in (TURN // 8, TURN // 16, -TURN // 8 + TURN // 4):
        state = new_state(1, walls)
        place(state, 10.25, 5, -slant % TURN)
        dy, dx = travelled(state, hand("w"), 60)
        assert dy == 0 and dx == pytest.approx(6 * CELL * math.cos(2 * math.pi * slant / TURN), rel=0.01)


def test_a_player_stops_when_the_keys_are_released():
    state = new_state(1, np.zeros((ROWS, COLS), np.uint8))
    place(state, 13, 20, 1000)
    assert travelled(state, hand("w", "left shift"), 5) != (0, 0)
    assert travelled(state, hand(), 5) == (0, 0)
    assert state["vy"][0] == state["vx"][0] == 0


def test_a_hurdle_is_passed_in_the_air_only():
    walls = np.ones((3, 12), np.uint8)
    walls[1, 1:11] = 0
    walls[1, 5] = HURDLE
    for keys, passes in ((("w",), False), (("w", "left shift"), False), (("w", "space"), True)):
        state = new_state(1, walls)
        place(state, 1.5, 1.5)
        highest = 0
        for _ in range(150):
            tick(state, hand(*keys), 100)
            check_place(state)
            highest = max(highest, state["z"][0])
        assert (state["x"][0] > 6 * CELL) == passes
        assert (0.4 * CELL < highest < 0.8 * CELL) if passes else highest == 0
        for _ in range(40):
            tick(state, hand(), 100)
        assert state["z"][0] == 0 and state["vz"][0] == 0


def test_a_press_is_told_from_holding():
    state = new_state(1, np.zeros((5, 5), np.uint8))
    click = Move(buttons=("left",)).record()
    presses = [hand("e"), hand("e"), click, hand(), hand("w"), click, hand(), hand("e")]
    assert [cached(bindings.uses)(state, 0, action) for action in presses] == [1, 0, 0, 0, 0, 1, 0, 1]


# Cells.


def distances(walls, y, x):
    """Steps from a cell to all others by a search of our own, -1 where there are none."""
    found = np.full(walls.shape, -1)
    found[y, x] = 0
    waiting = collections.deque([(y, x)])
    while waiting:
        y, x = waiting.popleft()
        for near in ((y + 1, x), (y - 1, x), (y, x + 1), (y, x - 1)):
            if walls[near] == 0 and found[near] < 0:
                found[near] = found[y, x] + 1
                waiting.append(near)
    return found


@given(st.integers(0, 2**32), st.floats(0, 0.6))
@settings(max_examples=30)
def test_floods_and_random_cells(seed, share):
    walls = drawn_map(seed, share)
    state = new_state(seed, walls)
    reached = cached(grid_queries.flood)(state, 4, 5)
    wanted = distances(walls, 4, 5)
    assert (state["marks"][:9, :11] == wanted).all() and reached == (wanted >= 0).sum()
    assert (state["marks"][9:] == -1).all() and (state["marks"][:, 11:] == -1).all()
    for y, x in np.argwhere(walls == 0)[::4][:16]:
        cached(things.drop)(state, 1, 1, y, x)
    lying = {(int(y) // CELL, int(x) // CELL) for y, x in zip(state["thing_y"], state["thing_x"], strict=True)}
    far = int(wanted.max()) // 2
    open_ = {(int(y), int(x)) for y, x in np.argwhere(walls == 0)} - lying
    remote = {cell for cell in open_ if wanted[cell] > far}
    for choose, allowed in (
        (lambda: cached(grid_queries.random_free)(state), open_),
        (lambda: cached(grid_queries.random_free_far)(state, far), remote),
    ):
        drawn = {divmod(int(choose()), COLS) for _ in range(300)}
        assert drawn == {(-1, COLS - 1)} if not allowed else drawn <= allowed and len(drawn) > len(allowed) * 0.7


@given(st.integers(0, 2**32), st.lists(st.integers(CELL, 8 * CELL), min_size=4, max_size=4))
@settings(max_examples=200)
def test_lines_of_sight(seed, ends):
    walls = drawn_map(seed, 0.2)
    y0, x0, y1, x1 = ends
    seen = cached(grid_queries.line_of_sight)(new_state(seed, walls), y0, x0, y1, x1)
    assert (
        seen == cached(grid_queries.line_of_sight)(new_state(seed, walls), y1, x1, y0, x0)
        or min(e % CELL for e in ends) == 0
    )
    at = np.linspace(0, 1, 4001)
    ys, xs = y0 + (y1 - y0) * at, x0 + (x1 - x0) * at
    deep = np.minimum(np.minimum(ys % CELL, -ys % CELL), np.minimum(xs % CELL, -xs % CELL)) > 40  # well within a cell
    rows, cols = (ys // CELL).astype(int), (xs // CELL).astype(int)
    between = deep & ~np.isin(rows * COLS + cols, [y0 // CELL * COLS + x0 // CELL, y1 // CELL * COLS + x1 // CELL])
    if (~np.isin(walls[rows[between], cols[between]], (0, HURDLE))).any():
        assert not seen
    elif not seen:  # then the line cuts a corner by less than what was sampled
        near = [
            walls[int(y + dy) // CELL, int(x + dx) // CELL]
            for y, x in zip(ys, xs, strict=True)
            for dy in (-600, 600)
            for dx in (-600, 600)
        ]
        assert not np.isin(near, (0, HURDLE)).all()


# Things.


def test_things_are_reached_taken_carried_and_put_down():
    walls = drawn_map(0, 0)
    state = new_state(0, walls)
    place(state, 4.5, 3.5)
    near, behind, far = (cached(things.drop)(state, 2, 1, 4, x) for x in (4, 2, 6))
    ahead, reach = cached(things.ahead), 2 * CELL
    assert (near, behind, far) == (0, 1, 2) and ahead(state, 0, reach) == near
    state["status"][near] = GONE
    assert ahead(state, 0, reach) == -1 and ahead(state, 0, 3 * CELL) == far
    state["status"][near] = THERE
    assert cached(things.touching)(state, 0, far, 3 * CELL) and not cached(things.touching)(state, 0, far, 3 * CELL - 1)
    for slant, wanted in ((5000, near), (6000, -1), (-5000 % TURN, near), (-6000 % TURN, -1), (TURN // 2, behind)):
        state["yaw"][0] = slant
        assert ahead(state, 0, reach) == wanted
    cached(things.take)(state, 0, near)
    assert cached(things.held)(state, 0) == near and ahead(state, 0, reach) == behind
    place(state, 6.5, 8.5, TURN // 4)
    cached(things.carry)(state)
    assert math.hypot(state["thing_y"][0] - state["y"][0], state["thing_x"][0] - state["x"][0]) < CELL / 2
    assert state["thing_z"][0] > 0
    cached(things.put_down)(state, 0, near)
    assert (state["thing_y"][0] - state["y"][0], state["thing_x"][0] - state["x"][0]) == (CELL * 5 // 8, 0)
    assert state["holder"][0] == state["thing_z"][0] == 0
    place(state, 7.75, 8.5, TURN // 4)  # at a wall: under the feet
    cached(things.take)(state, 0, near)
    cached(things.put_down)(state, 0, near)
    assert (state["thing_y"][0], state["thing_x"][0]) == (state["y"][0], state["x"][0])
    for _ in range(13):
        assert cached(things.drop)(state, 2, 1, 4, 4) >= 0
    assert cached(things.drop)(state, 2, 1, 4, 4) == -1 and state["things"] == 16
