"""Rooms for Collect. Pairs of a look and a set of things are held out: two of eight are never seen in training.

Folds (training, validation, testing) part the rooms by what lies where in them.
"""

from numba import njit

from ..engine.library.random import draw
from ..engine.render.raycast.scene import COLS
from ..first_person.body import stand
from ..first_person.generators import open_room
from ..first_person.grid_queries import random_free
from ..first_person.sampling import list_free, pick
from ..first_person.splits import REDRAWS, wanted
from ..first_person.state import TURN
from ..first_person.things import clear_things, drop
from .state import BAD, FLOORS, GOOD, LOOKS, SETS, WALLS


@njit
def withheld(room, chosen):
    """Whether a set of things is never seen in a room of this look in training. Each is seen in three others."""
    return room == 2 + chosen


@njit
def reset(state, task, levels):
    """Draw a pair of room and things and a layout, until they are what the task asks for; then put the player in."""
    for _ in range(REDRAWS):
        draw_pair(state, task.unseen)
        open_room(state, task.height + 2, task.width + 2, WALLS[state.room], FLOORS[state.room])
        scatter(state, task.good, task.bad)
        if wanted(state, task.fold):
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
    """Put so many good and bad things into cells of their own."""
    clear_things(state)
    cells = list_free(state, 1, 1, state.map_rows - 2, state.map_cols - 2)
    for index in range(good + bad):
        at = pick(state, index, cells)
        drop(state, GOOD[state.set] if index < good else BAD[state.set], 0, at // COLS, at % COLS)


def validate(knobs):
    """What is wrong with a combination of knob values, or None if rooms can be made with them."""
    things, cells = knobs["good"] + knobs["bad"], knobs["height"] * knobs["width"]
    if 2 * things > cells:
        return (
            f"a room of {knobs['height']}x{knobs['width']} cells has place for {cells // 2} things, so that one can "
            f"walk between them; good + bad = {things}"
        )
    return None
