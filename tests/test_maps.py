"""Maps of first-person worlds: those made from the seed against promises, and those made by hand against mistakes.

Run as a script, it prints a checksum of maps of every kind: the same whether the generators are compiled or not.
"""

import hashlib
import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numba import njit
from scipy.ndimage import label

from rumpus.worlds.engine.library.random import key_of
from rumpus.worlds.engine.records.states import state_dtype
from rumpus.worlds.engine.render.raycast.scene import COLS, ROWS
from rumpus.worlds.first_person import generators, maps
from rumpus.worlds.first_person.state import BLOCK, DOOR, HURDLE, fields

STATE = state_dtype([*fields(1, 4), *generators.CORRIDOR_ROOM_FIELDS])
DEPTH_FIRST, KRUSKAL, CORRIDORS, OPEN = range(4)
WALL, FLOOR = 3, 7
SIZES = [(rows, cols) for rows in range(1, generators.MOST_ROWS + 1) for cols in range(1, generators.MOST_COLS + 1)]
SEEDS = 300
IN_A_MAP = np.array([[[0] * 3] * 3, [[0, 1, 0], [1, 1, 1], [0, 1, 0]], [[0] * 3] * 3])  # what `label` joins


@njit
def make(state, seed, kind, rows, cols, rooms, percent):
    state.key, state.counter = key_of(np.uint64(seed), np.uint64(0)), np.uint64(0)
    if kind == DEPTH_FIRST:
        generators.no_rooms(state)
        generators.depth_first(state, rows, cols, WALL, FLOOR)
    elif kind == KRUSKAL:
        generators.no_rooms(state)
        generators.kruskal(state, rows, cols, WALL, FLOOR)
    elif kind == CORRIDORS:
        generators.rooms_and_corridors(state, rows, cols, rooms, WALL, FLOOR)
    else:
        generators.no_rooms(state)
        generators.open_room(state, rows, cols, WALL, FLOOR)
        generators.pillars(state, rooms, WALL)
    generators.braid(state, percent)


@njit
def make_all(states, kind, rows, cols, rooms, percent):
    for seed in range(len(states)):
        make(states[seed], seed, kind, rows, cols, rooms, percent)


def made(kind, rows, cols, rooms=0, percent=0, seeds=SEEDS):
    """States with maps of so many seeds, over rubbish from before."""
    states = np.full(seeds * STATE.itemsize, 0x5A, np.uint8).view(STATE).view(np.recarray)
    make_all(states, kind, rows, cols, rooms, percent)
    return states


def free(states):
    """Which cells of the maps are free; after all, the size and the frame of each have been checked."""
    rows, cols = int(states.map_rows[0]), int(states.map_cols[0])
    assert (states.map_rows == rows).all() and (states.map_cols == cols).all()
    cells = states.walls == 0
    assert set(np.unique(states.walls)) <= {0, WALL} and (states.floors == FLOOR).all()
    assert not cells[:, rows - 1 :].any() and not cells[:, :, cols - 1 :].any()
    assert not cells[:, 0].any() and not cells[:, :, 0].any()
    return cells[:, :rows, :cols]


def connected(cells):
    """Whether each map is in one piece: every map has free cells, and there are as many pieces as maps."""
    return cells.any((1, 2)).all() and label(cells, IN_A_MAP)[1] == len(cells)


def sides(cells):
    """How many sides of each maze cell are free; 9 for a maze cell that is wall."""
    sides = cells[:, :-1:2, 1::2] * 1 + cells[:, 2::2, 1::2] + cells[:, 1::2, :-1:2] + cells[:, 1::2, 2::2]
    return np.where(cells[:, 1::2, 1::2], sides, 9)


# --- Maps made from the seed


@pytest.mark.parametrize("kind", [DEPTH_FIRST, KRUSKAL])
def test_mazes_are_perfect_at_every_size(kind):
    for rows, cols in SIZES:
        cells = free(made(kind, rows, cols))
        assert cells.shape[1:] == (2 * rows + 1, 2 * cols + 1)
        assert cells[:, 1::2, 1::2].all() and not cells[:, ::2, ::2].any()
        doors = cells.sum((1, 2)) - rows * cols
        assert (doors == rows * cols - 1).all() and connected(cells)  # a tree


def test_rooms_are_as_noted_and_all_is_joined_at_every_size():
    several = 0
    for rows, cols in SIZES:
        states = made(CORRIDORS, rows, cols, rooms=1 + (rows + cols) % generators.ROOMS, seeds=100)
        cells = free(states)
        assert connected(cells)
        several += (states.rooms > 3).sum()
        for state, here, ends in zip(states[:20], cells, sides(cells), strict=False):
            inside = np.zeros(here.shape, int)
            assert (state.room_half[state.rooms :] == 0).all()
            for y, x, half in zip(state.room_y, state.room_x, state.room_half, strict=True):
                if half:
                    assert half in (1, 2) and (y - half) % 2 == 1 and (x - half) % 2 == 1
                    inside[y - half : y + half + 1, x - half : x + half + 1] += 1
            assert inside.max() <= 1 and here[inside == 1].all()
            assert not here[::2, ::2][inside[::2, ::2] == 0].any()
            if state.rooms > 1:
                assert not (ends == 1).any()
            elif state.rooms == 1:
                assert here[1::2, 1::2].all()
            else:
                assert min(rows, cols) == 1
    assert several > 1000


def room_at(state, y, x):
    """Index of the room of corridors and rooms that a cell lies in, -1 for walls, doorways and corridors."""
    for room in range(state.rooms):
        half = state.room_half[room]
        if abs(y - state.room_y[room]) <= half and abs(x - state.room_x[room]) <= half:
            return room
    return -1


def test_questions_about_rooms_are_answered_as_their_cells_show():
    for state in made(CORRIDORS, 9, 15, rooms=6, seeds=20):
        numbers = np.array([[room_at(state, y, x) for x in range(COLS)] for y in range(ROWS)])
        assert set(np.unique(numbers)) == set(range(-1, state.rooms)) and state.rooms == 6
        assert (state.walls[numbers >= 0] == 0).all()
        for room in range(state.rooms):
            assert (numbers == room).sum() == (2 * state.room_half[room] + 1) ** 2
            assert numbers[state.room_y[room], state.room_x[room]] == room
            places = {int(generators.place_in_room(state, room)) for _ in range(300)}
            assert places == set(np.flatnonzero(numbers == room))
            generators.lay_floor(state, room, 30 + room)
        assert np.array_equal(state.floors, np.where(numbers < 0, FLOOR, 30 + numbers))


def test_open_rooms_with_pillars_stay_in_one_piece():
    for rows in range(3, ROWS + 1):
        for cols in range(3, COLS + 1, 2):
            pillars = (rows * cols) % 40
            cells = free(made(OPEN, rows, cols, rooms=pillars, seeds=10))
            assert cells.shape[1:] == (rows, cols) and connected(cells)
            walls = ~cells[:, 1:-1, 1:-1]
            assert (walls.sum((1, 2)) <= pillars).all()
            assert not (walls[:, :, 1:] & walls[:, :, :-1]).any() and not (walls[:, 1:, 1:] & walls[:, :-1, :-1]).any()
    assert (walls.sum((1, 2)) == pillars).all() and pillars > 20


def test_the_two_kinds_of_mazes_differ_as_they_should():
    share = [(sides(free(made(kind, 13, 20))) == 1).mean() for kind in (DEPTH_FIRST, KRUSKAL)]
    assert 0.07 < share[0] < 0.13 and 0.27 < share[1] < 0.34
    for kind in (DEPTH_FIRST, KRUSKAL, CORRIDORS):
        assert len(np.unique(made(kind, 5, 10, rooms=3).walls, axis=0)) == SEEDS


@pytest.mark.parametrize("kind", [DEPTH_FIRST, KRUSKAL, CORRIDORS])
def test_braiding_opens_the_share_of_dead_ends_that_was_asked_for(kind):
    for rows, cols in [(2, 2), (2, 20), (5, 10), (13, 20)]:
        before, none, half, all_ = (free(made(kind, rows, cols, 1, percent)) for percent in (0, -5, 50, 100))
        assert np.array_equal(before, none)
        assert (before <= half).all() and (before <= all_).all() and connected(all_)
        assert not (sides(all_) == 1).any()
        ends = (sides(before) == 1).sum()
        if rows == 13:
            assert 0.35 * ends < (sides(half) == 1).sum() < 0.55 * ends
    assert np.array_equal(free(made(kind, 1, 9)), free(made(kind, 1, 9, percent=100)))


def test_laying_a_map_clears_the_earlier_one():
    for kind in (DEPTH_FIRST, KRUSKAL, CORRIDORS, OPEN):
        states = made(CORRIDORS, 13, 20, rooms=9, seeds=5)
        make_all(states, kind, 4, 7, 3, 20)
        assert states.tobytes() == made(kind, 4, 7, 3, 20, seeds=5).tobytes()


def digest():
    """A checksum of whole states with maps of every kind."""
    states = [
        *(made(kind, 5, 8, 4, percent, seeds=2) for kind in (DEPTH_FIRST, KRUSKAL, CORRIDORS) for percent in (0, 60)),
        made(OPEN, 9, 12, 5, seeds=2),
    ]
    return hashlib.sha256(b"".join(state.tobytes() for state in states)).hexdigest()


def test_maps_are_the_same_compiled_and_in_plain_python():
    plain = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    done = subprocess.run([sys.executable, __file__], env=plain, capture_output=True, text=True, timeout=300)
    assert done.stdout.strip() == digest(), done.stderr


# --- Maps made by hand

GOOD = """\
#########
#P..#..G#
#.2.D..H#
#K..#BAT#
#########
"""


@njit
def lay_one(states, levels):
    maps.lay(states[0], levels[0], WALL, FLOOR)


def test_a_map_is_laid_as_it_is_drawn():
    states, level = made(KRUSKAL, 13, 20, seeds=1), maps.parse(GOOD)
    lay_one(states, level)
    (state,) = states
    stops = {"#": WALL, "D": DOOR, "B": BLOCK, "H": HURDLE}
    drawn = [[stops.get(letter, 0) for letter in row] for row in GOOD.splitlines()]
    assert state.walls[:5, :9].tolist() == drawn
    assert (state.map_rows, state.map_cols) == (5, 9)
    assert (state.walls[5:] == WALL).all() and (state.walls[:, 9:] == WALL).all() and (state.floors == FLOOR).all()
    cell = level.view(np.recarray)[0]
    assert maps.find(cell, ord("G"), 0) == COLS + 7 and maps.find(cell, ord("G"), 1) == -1
    assert maps.find(cell, ord("#"), 9) == COLS


def test_written_maps_are_read_back(tmp_path):
    assert maps.show(maps.parse(GOOD)) == GOOD
    assert maps.show(maps.parse(GOOD), players=1) == GOOD.replace("2", ".")
    levels = maps.loads(f"; one\r\n{GOOD}\n\n; two\n{GOOD.replace('A', 'S')}")
    assert len(levels) == 2
    maps.write(tmp_path / "deep" / "a.txt", levels)
    maps.write(tmp_path / "deep" / "b.txt", levels[:1])
    (tmp_path / "c.txt").write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    (tmp_path / "other.md").write_text("no map")
    assert np.array_equal(maps.read(str(tmp_path / "deep" / "a.txt"))[0], levels)
    read, knobs = maps.read(tmp_path)
    assert np.array_equal(read, levels[[0, 0, 1, 0]]) and knobs == {}  # c.txt, deep/a.txt, deep/b.txt


@settings(max_examples=60)
@given(st.sampled_from(SIZES), st.integers(0, SEEDS - 1), st.data())
def test_made_maps_can_be_drawn_parsed_and_laid(size, seed, data):
    (state,) = made(data.draw(st.sampled_from([DEPTH_FIRST, KRUSKAL, CORRIDORS])), *size, 3, seeds=seed + 1)[seed:]
    grid = np.where(state.walls == 0, ".", "#")[: state.map_rows, : state.map_cols]
    spots = data.draw(st.permutations([tuple(at) for at in np.argwhere(grid == ".")[:12]]))
    for letter, at in zip("P2GASL34"[: len(spots)], spots, strict=False):
        grid[at] = letter if letter not in "34" else " "
    text = "".join("".join(row) + "\n" for row in grid)
    level = maps.parse(text)
    assert maps.show(level) == text
    states = made(OPEN, 5, 5, seeds=1)
    lay_one(states, level)
    assert np.array_equal(states.walls[0], state.walls)


MISTAKES = {
    "nothing": ("", {}, "map:1: there is no map in it"),
    "blank lines only": ("\n \n; a remark\n\n", {}, "map:1: there is no map in it"),
    "a shorter line": ("####\n#P.#\n###", {}, r"map:3:4: this row has 3 cells, but the first of this map has 4"),
    "a longer line": ("####\n#P.# \n####", {}, r"map:2:5: this row has 5 cells.*spaces at their ends count"),
    "no floor": ("####\n####", {}, "map:1:1: this map has no floor: put '.'"),
    "open above": ("#.##\n#P.#\n####", {}, "map:1:2: the map is not closed here: put '#'"),
    "open to the right": ("; x\n\n####\n#P..\n####", {}, "map:4:4: the map is not closed here"),
    "open below": ("####\n#P.#\n##P#", {}, "map:3:3: the map is not closed here"),
    "two starts": ("#####\n#P..#\n#.P.#\n#####", {}, "map:3:3: .*player 1 'P' at line 2, column 2 already"),
    "two seconds": ("#####\n#P22#\n#####", {}, "map:2:4: .*player 2 '2' at line 2, column 3 already"),
    "two goals": ("#####\n#PGG#\n#####", {"once": "G"}, "map:2:4: .*goal 'G' at line 2, column 3 already"),
    "no start": ("####\n#.G#\n####", {}, "map:1:1: this map has no start of player 1 'P'"),
    "no goal": ("####\n#P.#\n####", {"needed": "PG"}, "map:1:1: this map has no goal 'G'"),
    "a player left out": (
        "#####\n#P.3#\n#####",
        {},
        "map:2:4: player 3 starts here, but there is no start of player 2",
    ),
    "only a second": ("####\n#.2#\n####", {"needed": ""}, "map:2:3: player 2 .* no start of player 1"),
    "an unknown letter": ("####\n#Px#\n####", {}, "map:2:3: 'x' has no meaning .* use wall '#', floor '.'"),
    "a tab": ("####\n#P\t#\n####", {}, r"map:2:3: '\\t' has no meaning"),
    "not in this world": ("####\n#PK#\n####", {"allowed": "#.P"}, "map:2:3: 'K' has no meaning"),
    "too wide": ("#" * 42, {}, "map:1:42: this row has 42 cells; 41 at most"),
    "too high": ("#\n" * 28, {}, "map:28:1: this map has 28 rows; 27 at most"),
    "no way to the goal": (
        "#######\n#P#.#G#\n#######",
        {},
        "map:2:6: no way leads from the start .* column 2 to this goal",
    ),
    "no way to an apple": ("#####\n#P#A#\n#####", {}, "map:2:4: no way leads .* apple 'A': open a wall"),
    "no way between players": ("#####\n#P#2#\n#####", {}, "map:2:4: no way leads .* start of player 2"),
    "no way to some floor": ("#####\n#P#.#\n#####", {}, "map:2:4: no way leads .* floor '.': fill it with '#'"),
    "the key behind its door": ("#######\n#P.D.K#\n#######", {}, "map:2:4: no way .* doors are in the way"),
    "too many things": ("#####\n#PAA#\n#####", {"things": 1}, "map:1:1: this map has 2 things; 1 at most"),
    "two maps": (f"{GOOD}\n{GOOD}", {}, "map: there are 2 maps in this text; give one"),
    "the second is wrong": (f"{GOOD}\n\n###\n#P#\n##", {}, "map:10:3: this row has 2 cells"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes_are_named_with_their_place(mistake):
    text, rules, reason = MISTAKES[mistake]
    with pytest.raises(ValueError, match=reason):
        maps.parse(text, **rules)


def test_files_that_are_no_maps_are_refused(tmp_path):
    def refused(path, reason):
        with pytest.raises(ValueError, match=reason) as error:
            maps.read(path)
        assert str(error.value).startswith(str(path))

    refused(tmp_path / "none.txt", "no such file or folder")
    refused(tmp_path, "holds no file that ends with .txt")
    refused(tmp_path / ("x" * 300), "cannot be read|no such file")
    file = tmp_path / "map.txt"
    file.write_bytes(b"####\n#P\xff#\x00\n####")
    refused(file, r":2: this is not a text file \(byte 0xff\); save it as UTF-8")
    file.write_bytes(b"####\n#Px#\n####")
    refused(file, ":2:3: 'x' has no meaning")
    (tmp_path / "readme.txt").write_bytes(b"Maps of caf\xe9s, made by hand\n")
    refused(tmp_path, r"map.txt:2:3: 'x' has no meaning")
    file.write_bytes(b"  ; a caf\xe9\n####\n#P.#\n####")
    assert len(maps.read(tmp_path)[0]) == 1
    file.write_text("###\n#P#\n###\n\n" * (maps.MAPS + 1))
    refused(file, ":40001: there are more than 10,000 maps")
    with file.open("wb") as opened:
        opened.truncate(100_000_000)
    refused(file, "larger than 16 MiB")


@settings(max_examples=300)
@given(st.text() | st.text("#.PG2D\n ;") | st.lists(st.text("#.PGK", min_size=5, max_size=5)).map("\n".join))
@example("#" * 5 + "\n" + "\ud800" * 5)
@example("\x00")
def test_any_text_is_a_map_or_refused_with_a_reason(text):
    try:
        level = maps.parse(text)
    except ValueError as error:
        reason = str(error)
    else:
        reason = "map:"
        assert np.array_equal(maps.parse(maps.show(level)), level)
    assert reason.startswith("map:")


@settings(max_examples=400)
@given(st.integers(1, 5), st.data())
def test_a_map_is_refused_if_and_only_if_a_way_is_missing(width, data):
    inside = data.draw(st.lists(st.text("##..DKG", min_size=width, max_size=width), min_size=1, max_size=5))
    grid = np.full((len(inside) + 2, width + 2), "#")
    grid[1:-1, 1:-1] = [list(row) for row in inside]
    start = data.draw(st.integers(1, len(inside))), data.draw(st.integers(1, width))
    grid[start] = "P"
    shut = label((grid != "#") & (grid != "D"))[0]
    doors, keys = (grid == "D").any(), grid == "K"
    good = label(grid != "#")[1] == 1 and (not doors or not keys.any() or (shut[keys] == shut[start]).any())
    text = "".join("".join(row) + "\n" for row in grid)
    if good:
        assert maps.show(maps.parse(text)) == text
    else:
        with pytest.raises(ValueError, match=r"map:\d+:\d+: no way leads"):
            maps.parse(text)


if __name__ == "__main__":
    print(digest())
