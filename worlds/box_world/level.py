"""Box-World's levels: a random tree of keys and boxes, laid out in the room so that its one solution is always open.

The tree is a path of `length` boxes from a loose key to the gem, each opened by the key in the one before, and
branches: a box that takes a key of the path and leads to further boxes, but never to the gem. All colours in a tree
differ, so no other order of boxes reaches the gem.

Boxes and the loose key never touch one another, not even at a corner, so the floor around them stays connected
whichever boxes are open: all of it can be walked to, and every level can be solved. (A cut of the floor would be a
chain of touching boxes that joins the wall at both ends or forms a ring; one box two cells wide is too small for it.)

Sets of levels differ by content:
- *splits* (training, validation, testing): by a hash of the cells of the room, without the start of the player; see
  engine/library/splits.py.
- *pairs*: a box pairs the colour of its lock with that of the key in it. A pair is withheld where (key + 2 lock) is a
  multiple of 5, counting colours from 0: about one pair in five, which branches may hold but no solution needs, unless
  the task asks for unseen pairs; then each solution needs one or more.
"""

import numpy as np
from numba import njit

from ..engine.library.random import draw, draw_from, mix
from ..engine.library.splits import ANY, REDRAWS, split_of_hash
from ..engine.library.square import FLOOR, TRIES, free, place_player
from .state import COLOURS, GEM, KEY, LOCK, SIZE, WRONG

LAYOUTS = 8
"""Layouts that are tried before boxes are put in slots, where they always fit. The published numbers of boxes in a
12x12 room never need slots; with 16 boxes one layout in 24 fails."""
_CODES = 64  # more than there are different cells


@njit
def withheld(key, lock):
    """Whether a box with these colours of key and lock is a withheld pair, which no training solution needs."""
    return (key + 2 * lock) % 5 == 0


@njit
def reset(state, task, levels):
    """Generate a level: draw a tree and a layout of it until the room is of the task's split. As each draw is anew, a
    seed has a different tree in each split."""
    state.size, state.sight, state.held = task.size, task.sight, 0
    for colour in range(COLOURS):
        state.opened[colour] = 0
    for _ in range(REDRAWS):
        length = task.solution_min + draw(state, task.solution_max - task.solution_min + 1)
        branches = task.distractors_min + draw(state, task.distractors_max - task.distractors_min + 1)
        draw_tree(state, task, length, length + branches * task.branch_length)
        for attempt in range(LAYOUTS):
            if lay_out(state, length, branches, task.branch_length, attempt == LAYOUTS - 1):
                break
        if task.fold == ANY or task.fold == split_of(state):
            break


@njit
def draw_tree(state, task, length, keys):
    """Draw the colours of a tree until its solution needs a withheld pair, or none, as the task demands."""
    for _ in range(REDRAWS):
        draw_colours(state, task.colours, keys)
        if needs_withheld(state, length) == (task.unseen != 0):
            break


@njit
def draw_colours(state, colours, keys):
    """Put `keys` different colours out of `colours` in random order at the front of `order`."""
    for index in range(COLOURS):
        state.order[index] = index
    for index in range(keys):
        draw_from(state, state.order, index, colours)


@njit
def needs_withheld(state, length):
    """Whether a box on the way to the gem is a withheld pair of colours."""
    for index in range(1, length):
        if withheld(np.int32(state.order[index]), np.int32(state.order[index - 1])):
            return True
    return False


@njit
def split_of(state):
    """The split of a room, TRAIN, VALID or TEST, by a hash of its cells."""
    total = np.uint64(0)
    for y in range(state.size):
        for x in range(state.size):
            here = np.int32(state.cells[y, x])
            if here != FLOOR:
                total ^= mix(np.uint64((y * SIZE + x) * _CODES + here))
    return split_of_hash(total)


@njit
def lay_out(state, length, branches, branch_length, slots):
    """Place the tree's boxes, the loose key and the player at random; False if a place was not found for one of them.

    With `slots`, boxes are in even rows and every third column only, where all of them fit.
    """
    for y in range(SIZE):
        for x in range(SIZE):
            state.cells[y, x] = FLOOR
    for index in range(length):
        content = GEM if index == length - 1 else KEY + np.int32(state.order[index + 1])
        if not place(state, content, LOCK + np.int32(state.order[index]), slots):
            return False
    used = length
    for _ in range(branches):
        key = np.int32(state.order[draw(state, length)])
        for _ in range(branch_length):
            content = np.int32(state.order[used])
            if not place(state, KEY + content, WRONG + key, slots):
                return False
            key = content
            used += 1
    return place(state, KEY + np.int32(state.order[0]), FLOOR, slots) and place_player(state, slots)


@njit
def place(state, content, lock, slots):
    """Place a box, or a loose key (lock = FLOOR), without contact to others; False if no such place was found."""
    width = 1 if lock == FLOOR else 2
    across = (state.size + 1) // 3
    total = (state.size + 1) // 2 * across
    first = draw(state, total)
    for attempt in range(TRIES):
        if slots:
            slot = (first + attempt) % total
            y, x = slot // across * 2, slot % across * 3
        else:
            y, x = draw(state, state.size), draw(state, state.size + 1 - width)
        if free(state, y, x, width):
            state.cells[y, x] = content
            if lock != FLOOR:
                state.cells[y, x + 1] = lock
            return True
    return False


def capacity(size):
    """The number of boxes and loose keys that always fit into a room of this size."""
    return (size + 1) // 2 * ((size + 1) // 3)


def validate(knobs):
    """The reason why levels cannot be generated with these values of the knobs, or None if they can."""
    for name in ("solution", "distractors"):
        low, high = knobs[f"{name}_min"], knobs[f"{name}_max"]
        if low > high:
            return f"{name}_min is {low} but {name}_max is {high}; the first must not be larger"
    boxes = knobs["solution_max"] + knobs["distractors_max"] * knobs["branch_length"]
    needed = f"solution_max + distractors_max * branch_length = {boxes}"
    if boxes > knobs["colours"]:
        return f"{needed} keys need as many colours, and there are {knobs['colours']}; turn one of these knobs down"
    if boxes + 1 > capacity(knobs["size"]):
        return (
            f"a room of size {knobs['size']} has place for {capacity(knobs['size']) - 1} boxes, and there are up to "
            f"{needed}; make it larger, or turn one of the others down"
        )
    if knobs["sight"] and (knobs["sight"] < 3 or knobs["sight"] % 2 == 0):
        return f"sight must be 0 or an odd number from 3 on, so that the player is in the middle; got {knobs['sight']}"
    if knobs["unseen"] and (knobs["solution_min"] < 2 or knobs["colours"] < 3):
        return "a solution with an unseen pair of colours needs solution_min of at least 2 and at least 3 colours"
    return None
