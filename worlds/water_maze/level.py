"""The pool of Water Maze: its edge, the pictures around it, the platform, and the starts of swimmers.

Splits (training, validation, testing) divide the episodes by the cell of the platform and the order of the pictures.
"""

from numba import njit

from ..engine.library.random import draw
from ..engine.render.raycast import textures
from ..engine.render.raycast.scene import COLS
from ..first_person.angles import difference, heading, squared_length
from ..first_person.body import stand
from ..first_person.generators import fill_with_wall
from ..first_person.grid_queries import cell_of, free
from ..first_person.sampling import draw_next, list_numbers
from ..first_person.splits import REDRAWS, in_split
from ..first_person.state import TURN
from ..first_person.things import clear_things, drop
from .state import COLOURS, FIRST_PICTURE, PICTURES, PLATFORM

WALLS = tuple(textures.FIRST_WALL + textures.COLOURS.index(colour) for colour in COLOURS)

ASIDE = TURN // 36
"""Largest angle between a swimmer's first yaw and the middle of the pool: 10 degrees, in 1/TURN turns."""


@njit
def reset(state, task, levels):
    """Write the pool, draw pictures and platform until they are of the task's split, then place the player."""
    dig_pool(state, task.radius)
    for _ in range(REDRAWS):
        clear_things(state)
        at = any_cell(state, task.radius, 0)
        drop(state, PLATFORM, 0, at // COLS, at % COLS)
        hang(state, task.radius, task.shuffled)
        if in_split(state, task.fold):
            break
    paint(state)
    state.finds = 0
    begin(state)


@njit
def dig_pool(state, radius):
    """Make a round pool."""
    fill_with_wall(state, 2 * radius + 3, 2 * radius + 3, textures.PLASTER, textures.WATER)
    middle = radius + 1
    for y in range(state.map_rows):
        for x in range(state.map_cols):
            if squared_length(y - middle, x - middle) <= radius * (radius + 1):
                state.walls[y, x] = 0


@njit
def fits(state, y, x, radius, edge):
    """Whether the cell (y, x) can have the platform (edge 0), within 4/5 of the radius, or a swimmer's start (edge 1),
    beside the wall and at least a radius away from the platform."""
    if edge == 0:
        return 25 * squared_length(y - radius - 1, x - radius - 1) <= 16 * radius * radius
    if not free(state, y, x):
        return False
    beside = free(state, y - 1, x) and free(state, y + 1, x) and free(state, y, x - 1) and free(state, y, x + 1)
    away = squared_length(y - cell_of(state.thing_y[0]), x - cell_of(state.thing_x[0]))
    return not beside and away >= radius * radius


@njit
def any_cell(state, radius, edge):
    """A random cell that fits, as a flat index."""
    count = 0
    for y in range(state.map_rows):
        for x in range(state.map_cols):
            if fits(state, y, x, radius, edge):
                state.queue[count] = y * COLS + x
                count += 1
    return draw_next(state, 0, count)


@njit
def hang(state, radius, shuffled):
    """Hang each picture on the cell of wall nearest to its direction from the middle of the pool."""
    list_numbers(state, len(PICTURES))
    for place in range(len(PICTURES)):
        picture = draw_next(state, place, len(PICTURES)) if shuffled else place
        at = wall_towards(state, radius + 1, TURN // len(PICTURES) * place)
        drop(state, FIRST_PICTURE + picture, 0, at // COLS, at % COLS)


@njit
def wall_towards(state, middle, angle):
    """The cell of wall beside the pool that is nearest to the direction `angle` from the middle."""
    best, least = 0, TURN
    for y in range(state.map_rows):
        for x in range(state.map_cols):
            beside = free(state, y - 1, x) or free(state, y + 1, x) or free(state, y, x - 1) or free(state, y, x + 1)
            if beside and not free(state, y, x):
                away = abs(difference(heading(y - middle, x - middle), angle))
                if away < least:
                    best, least = y * COLS + x, away
    return best


@njit
def paint(state):
    """Paint each eighth of the wall in the colour of its picture, and the pictures themselves."""
    middle, places = state.map_rows // 2, len(PICTURES)
    for y in range(state.map_rows):
        for x in range(state.map_cols):
            if not free(state, y, x):
                place = (heading(y - middle, x - middle) * places + TURN // 2) // TURN % places
                state.walls[y, x] = WALLS[state.kind[1 + place] - FIRST_PICTURE]
    for place in range(places):
        y, x = cell_of(state.thing_y[1 + place]), cell_of(state.thing_x[1 + place])
        state.walls[y, x] = textures.POSTER_1 + state.kind[1 + place] - FIRST_PICTURE


@njit
def begin(state):
    """Place the player at a random cell of the edge, facing the middle within ASIDE."""
    radius = (state.map_rows - 3) // 2
    at = any_cell(state, radius, 1)
    y, x = at // COLS, at % COLS
    aside = draw(state, 2 * ASIDE + 1) - ASIDE
    stand(state, 0, y, x, heading(radius + 1 - y, radius + 1 - x) + aside)
    state.stood = 0
