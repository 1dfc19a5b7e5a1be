"""The rooms of Visual Match, and their random contents: sign, pillars, apples, and the start of the player.

Splits (training, validation, testing) divide the episodes by the things and their cells. Pairs of the sign's colour and
the place, of four, of its pillar are withheld: four of 24 are never seen in training.
"""

from numba import njit

from ..engine.library.random import draw
from ..engine.render.raycast import textures
from ..engine.render.raycast.scene import COLS
from ..first_person.body import stand
from ..first_person.generators import dig, fill_with_wall
from ..first_person.grid_queries import cell_of, free
from ..first_person.sampling import draw_next, list_free, list_numbers
from ..first_person.splits import REDRAWS, in_split
from ..first_person.state import DOOR as CLOSED
from ..first_person.state import HZ, TURN
from ..first_person.things import clear_things, drop
from .state import APPLE, COLOURS, DOOR, FIRST_PILLAR, PILLAR, PILLARS, SIGN, THE_SIGN

WALLS = (textures.PLASTER, textures.BRICK, textures.MARBLE)
FLOORS = (textures.PLANKS, textures.SLATE, textures.TILES)
"""Looks of the three rooms."""
FIRST = 8  # columns of the first room with its left wall; then comes the column of the first door
DEPTH, SPREAD = 5, 9  # columns and rows of the third room


@njit
def withheld(colour, place):
    """Whether a pillar of this colour, from 1 on, is never the right one at this place in training."""
    return (colour + place) % len(COLOURS) == 0


@njit
def reset(state, task, levels):
    """Build the rooms, draw their things until they are of the task's split, then place the player."""
    build(state, task.edge)
    state.opens[0] = task.explore * HZ
    state.opens[1] = (task.explore + task.distract) * HZ
    for _ in range(REDRAWS):
        place_things(state, task.apples)
        place = state.right - FIRST_PILLAR
        if withheld(state.colour[state.right], place) == (task.unseen != 0) and in_split(state, task.fold):
            break
    paint_sign(state, textures.FIRST_WALL + state.colour[THE_SIGN] - 1)
    stand(state, 0, state.middle - 1 + draw(state, 3), 1 + draw(state, 3), draw(state, TURN))


@njit
def build(state, edge):
    """Write the map: three rooms in a row, each with walls and a floor of its own, and closed doors between them."""
    fill_with_wall(state, max(edge, SPREAD) + 2, FIRST + 1 + edge + 1 + DEPTH + 1)
    middle, second, third = state.map_rows // 2, FIRST + 1, FIRST + edge + 2
    state.middle = middle
    for y in range(state.map_rows):
        for x in range(state.map_cols):
            room = 0 if x < FIRST else 1 if x < third - 1 else 2
            state.walls[y, x], state.floors[y, x] = WALLS[room], FLOORS[room]
    dig(state, middle - 1, 1, 3, 3)
    dig(state, middle, 4, 1, 1)
    dig(state, middle - 1, 5, 3, 3)
    dig(state, middle - edge // 2, second, edge, edge)
    dig(state, middle - SPREAD // 2, third, SPREAD, DEPTH)
    state.walls[middle, FIRST], state.walls[middle, third - 1] = CLOSED, CLOSED


@njit
def place_things(state, apples):
    """Place all things, the doors first, in the order of state.py."""
    clear_things(state)
    third = state.map_cols - 1 - DEPTH
    drop(state, DOOR, 0, state.middle, FIRST)
    drop(state, DOOR, 0, state.middle, third - 1)
    chosen = draw(state, sign_places(state, -1))
    at = sign_places(state, chosen)
    drop(state, SIGN, 0, at // COLS, at % COLS)
    list_numbers(state, len(COLOURS))
    for place in range(PILLARS):
        drop(state, PILLAR, 1 + draw_next(state, place, len(COLOURS)), state.middle - 3 + 2 * place, third + DEPTH - 1)
    state.right = FIRST_PILLAR + draw(state, PILLARS)
    state.colour[THE_SIGN] = state.colour[state.right]
    cells = list_free(state, 1, FIRST + 1, state.map_rows - 2, third - FIRST - 2)
    for index in range(apples):
        at = draw_next(state, index, cells)
        drop(state, APPLE, 0, at // COLS, at % COLS)


@njit
def sign_places(state, nth):
    """The nth cell of wall, as a flat index, that is visible from the first room only; for nth = -1 their number."""
    count = 0
    for y in range(state.middle - 2, state.middle + 3):
        for x in range(FIRST):
            beside = free(state, y - 1, x) or free(state, y + 1, x) or free(state, y, x - 1) or free(state, y, x + 1)
            if state.walls[y, x] != 0 and beside:
                if count == nth:
                    return y * COLS + x
                count += 1
    return count


@njit
def paint_sign(state, texture):
    """Give the wall of the sign this texture."""
    state.walls[cell_of(state.thing_y[THE_SIGN]), cell_of(state.thing_x[THE_SIGN])] = texture


def validate(knobs):
    """The reason why rooms cannot be generated with these values of the knobs, or None if they can."""
    if knobs["edge"] % 2 == 0:
        return f"edge must be an odd number, so that the doors are in the middle; got {knobs['edge']}"
    if 2 * knobs["apples"] > knobs["edge"] ** 2:
        return f"a room of {knobs['edge']}x{knobs['edge']} cells has place for {knobs['edge'] ** 2 // 2} apples"
    return None
