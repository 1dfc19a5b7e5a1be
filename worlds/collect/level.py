"""Rooms for Collect. Pairs of a look of the room and a set of things are held out: training never has two of the eight.

Splits (training, validation, testing) divide the rooms by the things and their cells.
"""

from numba import njit

from ..engine.library.random import draw
from ..engine.render.raycast.scene import COLS
from ..first_person.body import stand
from ..first_person.generators import open_room
from ..first_person.grid_queries import random_free
from ..first_person.sampling import draw_next, list_free
from ..first_person.splits import REDRAWS, in_split
from ..first_person.state import TURN
from ..first_person.things import clear_things, drop
from .state import BAD, FLOORS, GOOD, LOOKS, SETS, WALLS


@njit
def withheld(room, chosen):
    """Whether training never has this set of things in a room of this look. It has each set in three other looks."""
    return room == 2 + chosen


@njit
def reset(state, task, levels):
    """Draw a pair of room and things and a layout until they are of the task's split; then place the player."""
    for _ in range(REDRAWS):
        draw_pair(state, task.unseen)
        open_room(state, task.height + 2, task.width + 2, WALLS[state.room], FLOORS[state.room])
        scatter(state, task.good, task.bad)
        if in_split(state, task.fold):
            break
    start = random_free(state)
    stand(state, 0, start // COLS, start % COLS, draw(state, TURN))


@njit
def draw_pair(state, unseen):
    """Draw a look and a set of things: a pair that is withheld, or one that is not."""
    state.room, state.set = draw(state, LOOKS), draw(state, SETS)
    while withheld(state.room, state.set) != (unseen != 0):
        state.room, state.set = draw(state, LOOKS), draw(state, SETS)


@njit
def scatter(state, good, bad):
    """Place `good` good and `bad` bad things, each in a cell of its own."""
    clear_things(state)
    cells = list_free(state, 1, 1, state.map_rows - 2, state.map_cols - 2)
    for index in range(good + bad):
        at = draw_next(state, index, cells)
        drop(state, GOOD[state.set] if index < good else BAD[state.set], 0, at // COLS, at % COLS)


def validate(knobs):
    """The reason why rooms cannot be generated with these values of the knobs, or None if they can."""
    things, cells = knobs["good"] + knobs["bad"], knobs["height"] * knobs["width"]
    if 2 * things > cells:
        return (
            f"a room of {knobs['height']}x{knobs['width']} cells has place for {cells // 2} things, so that one can "
            f"walk between them; good + bad = {things}"
        )
    return None
