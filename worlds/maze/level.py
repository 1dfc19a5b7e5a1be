"""Levels of mazes: generated or from maps, with textures that distinguish places, and the things in them.

Splits (training, validation, testing) divide the mazes by their cells of wall, regardless of textures. A numbered maze
is generated from its number instead of the episode's seed; with `static`, the things in it are too.

An episode starts in one of the given maps, if any: `P` is the start of the player, `G` the goal, `A` an apple and `S` a
strawberry. In a map without `P` the player starts far from the goal, and in one without `G` the goal is anywhere; a map
has no other fruit.
"""

from typing import Any

import numpy as np
from numba import njit

from ..engine.library.random import bits, draw, key_of, mix
from ..engine.render.raycast import textures
from ..engine.render.raycast.scene import COLS, ROWS
from ..first_person import generators, maps
from ..first_person.models import COLOURS
from ..first_person.splits import REDRAWS, in_split
from ..first_person.things import clear_things, drop
from .rules import spawn
from .state import (
    APPLE,
    DEPTH_FIRST,
    GOAL,
    GOALS,
    KRUSKAL,
    LETTER_I,
    MOST,
    NO_GOAL,
    OBJECTS,
    RED_BALL,
    SHAPE,
    SHAPES,
    SMALLEST,
    STRAWBERRY,
)
from .state import COLS as WIDEST
from .state import ROWS as HIGHEST

WALLS = (
    *(textures.BRICK, textures.STONE, textures.WOOD, textures.PLASTER, textures.HEDGE),
    *(textures.METAL, textures.MARBLE, textures.COBBLES, textures.SHELVES),
)
"""Textures of walls: each part of the maze, REGION x REGION cells of the map, has one of them."""
REGION = 6
FLOORS = textures.SLATE, textures.SAND, textures.PLANKS, textures.TILES, textures.EARTH
"""Textures of floors: all corridors of a maze have one of them."""
POSTERS = 8
"""Percent of the walls with a poster."""
RULES: dict[str, Any] = {"allowed": "#. PGAS", "needed": "", "once": "G", "things": MOST}
"""The rules for maps from files; see maps.Rules."""

_NUMBERED = np.uint64(1)  # the generator's stream of numbered mazes
_HIGH = np.uint64(33)
_G, _A, _S, _P = (ord(letter) for letter in "GASP")
_FEWEST = 95  # percent of the dead ends of the smallest mazes that may be opened, so that enough of them differ
_ALIKE = len(SHAPES) * len(COLOURS)


@njit
def reset(state, task, levels):
    """Generate a level: the maze, the things in it, and the player far from the goal."""
    clear_things(state)
    generators.no_rooms(state)
    state.home, state.far, state.sky, state.treasure = -1, task.far, task.sky, task.treasure
    state.sent, state.found = 0, 0
    for goal in range(GOALS):
        state.when[goal] = 0
    any_level = draw(state, len(levels))  # also where the task says which, so that the rest is drawn alike
    level = levels[task.level if task.level >= 0 else any_level]
    key, counter = state.key, state.counter
    if task.map != 0:
        state.key, state.counter = key_of(np.uint64(task.map), _NUMBERED), np.uint64(0)
    objects = task.objects
    if level.rows > 0:
        maps.lay(state, level)
    else:
        objects *= make(state, task)
    paint(state)
    if task.map != 0 and task.static == 0:
        state.key, state.counter = key, counter
    place_things(state, task, level, objects)
    if task.map != 0:
        state.key, state.counter = key, counter
    spawn(state)


@njit
def make(state, task):
    """Generate a maze of the task's split. Returns 3 if it is a doubled one, else 1."""
    for _ in range(REDRAWS):
        more = 2 if draw(state, 100) < task.doubled else 1
        height, width = min(task.height * more, HIGHEST), min(task.width * more, WIDEST)
        if task.generator == LETTER_I:
            letter_i(state, height, width)
            break
        if task.generator == DEPTH_FIRST:
            generators.depth_first(state, height, width)
        elif task.generator == KRUSKAL:
            generators.kruskal(state, height, width)
        else:
            generators.rooms_and_corridors(state, height, width, task.rooms * more)
        generators.braid(state, task.braid)
        if in_split(state, task.fold):
            break
    return 2 * more - 1


@njit
def letter_i(state, height, width):
    """Two arms at each end of a stem; the player starts in the middle of the stem."""
    rows, cols = 2 * height + 1, 2 * width + 1
    generators.fill_with_wall(state, rows, cols)
    stem = rows // 2
    generators.dig(state, stem, 1, 1, cols - 2)
    generators.dig(state, 1, 1, rows - 2, 1)
    generators.dig(state, 1, cols - 2, rows - 2, 1)
    state.home = stem * COLS + cols // 2


@njit
def paint(state):
    """Give every part of the maze its walls, with posters here and there, the corridors a floor, and rooms theirs."""
    salt, floor = bits(state), FLOORS[draw(state, len(FLOORS))]
    for y in range(state.map_rows):
        for x in range(state.map_cols):
            state.floors[y, x] = floor
            if state.walls[y, x] != 0:
                part = np.int32(mix(salt ^ np.uint64(y // REGION * COLS + x // REGION)) >> _HIGH)
                poster = np.int32(mix(salt ^ np.uint64((ROWS + y) * COLS + x)) >> _HIGH)
                state.walls[y, x] = WALLS[part % len(WALLS)]
                if poster % 100 < POSTERS:
                    state.walls[y, x] = textures.POSTER_1 + poster // 100 % 8
    first = draw(state, len(COLOURS))
    for room in range(generators.ROOMS):
        state.room_colour[room] = 0
        if room < state.rooms:
            state.room_colour[room] = 1 + (first + 3 * room) % len(COLOURS)
            generators.lay_floor(state, room, textures.FIRST_FLOOR + state.room_colour[room] - 1)


@njit
def place_things(state, task, level, objects):
    """Place all things in the maze."""
    empty = mark_empty(state, level)
    if task.treasure != NO_GOAL:
        empty -= put_goal(state, task, level, empty)
    apples = (empty * task.apples + 50) // 100
    empty -= scatter(state, SHAPE, 0, min(objects, OBJECTS), empty)
    if level.rows > 0:
        state.home = maps.find(level, _P, 0)
        lay_out(state, level, APPLE, _A)
        lay_out(state, level, STRAWBERRY, _S)
    else:
        empty -= scatter(state, STRAWBERRY, 0, task.strawberries, empty)
        scatter(state, APPLE, 0, apples, empty)


@njit
def mark_empty(state, level):
    """Mark the cells that may get a thing by 1, others by 0; returns their number. In generated mazes these are the
    maze cells, in maps all free cells without a letter."""
    empty = np.int32(0)
    for y in range(state.map_rows):
        for x in range(state.map_cols):
            letter = np.int32(level.cells[y, x])
            if level.rows > 0:
                vacant = state.walls[y, x] == 0 and letter != _G and letter != _A and letter != _S and letter != _P
            else:
                vacant = state.walls[y, x] == 0 and y % 2 == 1 and x % 2 == 1
            state.marks[y, x] = 1 if vacant else 0
            empty += np.int32(vacant)
    return empty


@njit
def put_goal(state, task, level, empty):
    """Place the goal in its cell of a map, in an end of the letter I, or anywhere. Returns the number, 0 or 1, of the
    empty cells that it takes."""
    kind, colour = (SHAPE, 1) if task.treasure == RED_BALL else (GOAL, 0)
    at = -1
    if level.rows > 0:
        at = maps.find(level, _G, 0)
    elif task.generator == LETTER_I:
        end = draw(state, 4)
        at = (1 if end < 2 else state.map_rows - 2) * COLS + (1 if end % 2 == 0 else state.map_cols - 2)
    if at < 0:
        if empty == 0:
            state.treasure = NO_GOAL
        return scatter(state, kind, colour, 1, empty)
    drop(state, kind, colour, at // COLS, at % COLS)
    was_empty = np.int32(state.marks[at // COLS, at % COLS])
    state.marks[at // COLS, at % COLS] = 0
    return was_empty


@njit
def lay_out(state, level, kind, letter):
    """Place a thing of a kind in every cell of a map with this letter."""
    for y in range(level.rows):
        for x in range(level.cols):
            if np.int32(level.cells[y, x]) == letter:
                drop(state, kind, 0, y, x)


@njit
def scatter(state, kind, colour, number, empty):
    """Place `number` things in the empty cells, one in each, drawn uniformly; SHAPE without a colour means random
    objects. Returns the number of things that fitted."""
    number = np.int32(min(number, empty))
    still, left = number, np.int32(empty)
    for y in range(state.map_rows):
        for x in range(state.map_cols):
            if still > 0 and state.marks[y, x] == 1:
                if draw(state, left) < still:
                    still -= 1
                    state.marks[y, x] = 0
                    if kind == SHAPE and colour == 0:
                        drop_object(state, y, x)
                    else:
                        drop(state, kind, colour, y, x)
                left -= 1
    return number


@njit
def drop_object(state, y, x):
    """Place a random object, of a kind and colour that the maze does not have yet."""
    look = draw(state, _ALIKE)
    while there_is(state, SHAPE + look // len(COLOURS), 1 + look % len(COLOURS)):
        look = (look + 1) % _ALIKE
    drop(state, SHAPE + look // len(COLOURS), 1 + look % len(COLOURS), y, x)


@njit
def there_is(state, kind, colour):
    """Whether there is a thing of this kind and colour."""
    for index in range(state.things):
        if state.kind[index] == kind and state.colour[index] == colour:
            return True
    return False


def validate(knobs):
    """The reason why mazes cannot be generated with these values of the knobs, or None if they can."""
    if knobs["static"] and not knobs["map"]:
        return "static needs a numbered maze: give map a number from 1 on"
    if knobs["fold"] and knobs["generator"] == LETTER_I:
        return "the letter I is a single maze and has no splits: set fold to 0"
    if knobs["fold"] and knobs["height"] * knobs["width"] == SMALLEST**2 and knobs["braid"] > _FEWEST:
        return (
            f"with braid at {knobs['braid']} there are too few mazes of {SMALLEST}x{SMALLEST} cells to have some in "
            f"every split: turn it to {_FEWEST} or lower, make the maze larger, or set fold to 0"
        )
    if knobs["doubled"]:
        for name, most in (("height", HIGHEST), ("width", WIDEST), ("rooms", generators.ROOMS), ("objects", OBJECTS)):
            times = 3 if name == "objects" else 2
            if knobs[name] * times > most:
                return f"{name} is {knobs[name]}, and {times} times that in doubled mazes is more than {most}"
    return None
