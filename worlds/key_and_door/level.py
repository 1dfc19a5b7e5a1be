"""Rooms joined to a tree, some of whose doorways are locked: the key of each lies where one can get without it."""

import numpy as np
from numba import njit

from ..engine.library.random import draw
from ..engine.render.raycast.scene import COLS
from ..engine.render.raycast.textures import FIRST_FLOOR, PLANKS, STONE
from ..first_person import rooms
from ..first_person.body import stand
from ..first_person.sampling import list_numbers, pick
from ..first_person.splits import REDRAWS, wanted
from ..first_person.state import DOOR as CLOSED
from ..first_person.state import TURN
from ..first_person.things import clear_things, drop
from .state import APPLE, DOOR, DOORS, GOAL, KEY

GOLDEN = FIRST_FLOOR + 3
"""The floor of the room in which the goal is: yellow."""


@njit
def reset(state, task, levels):
    """Draw rooms until they are of the fold that the task asks for, and put the player into the first."""
    for _ in range(REDRAWS):
        clear_things(state)
        rooms.grow(state, task.down, task.across, task.edge, task.down * task.across, STONE, PLANKS)
        lock(state, task.doors)
        furnish(state, task.apples)
        if wanted(state, task.fold):
            break
    first = state.corner[0]
    half = state.edge // 2
    stand(state, 0, first // COLS + half, first % COLS + half, draw(state, TURN))


@njit
def lock(state, doors):
    """Lock doorways: first those on the way to the deepest room, from its end on, then any others."""
    list_numbers(state, DOORS)
    for room in range(len(state.locks)):
        state.locks[room] = 0
    room, locked = rooms.deepest(state), np.int32(0)
    while room > 0 and locked < doors:
        state.locks[room] = 1 + pick(state, locked, DOORS)
        room, locked = state.parent[room], locked + 1
    while locked < doors:
        room = 1 + draw(state, state.rooms - 1)
        if state.locks[room] == 0:
            state.locks[room] = 1 + pick(state, locked, DOORS)
            locked += 1


@njit
def furnish(state, apples):
    """Put the goal into the deepest room, keys into rooms of smaller numbers than that behind their door, and apples
    anywhere; a room that is full already leaves an apple out."""
    last = rooms.deepest(state)
    rooms.lay_floor(state, last, GOLDEN)
    half = state.edge // 2
    drop(state, GOAL, 0, state.corner[last] // COLS + half, state.corner[last] % COLS + half)
    for room in range(1, state.rooms):
        if state.locks[room] != 0:
            door = state.doorway[room]
            state.walls[door // COLS, door % COLS] = CLOSED
            drop(state, DOOR, np.int32(state.locks[room]), door // COLS, door % COLS)
    for room in range(1, state.rooms):
        if state.locks[room] != 0:
            put(state, KEY, np.int32(state.locks[room]), draw(state, room))
    for _ in range(apples):
        put(state, APPLE, 0, draw(state, state.rooms))


@njit
def put(state, kind, colour, room):
    """Put a thing into a room, or into the nearest of smaller numbers, and then of larger ones, that has a place."""
    for turn in range(state.rooms):
        at = rooms.place_in(state, (room - turn) % state.rooms)
        if at >= 0:
            drop(state, kind, colour, at // COLS, at % COLS)
            return


def validate(knobs):
    """What is wrong with a combination of knob values, or None if rooms can be made with them."""
    count = knobs["down"] * knobs["across"]
    if knobs["doors"] >= count:
        return f"{count} rooms have {count - 1} doorways, and {knobs['doors']} doors are to be locked"
    needed = knobs["doors"] + knobs["apples"] + 1
    if needed > knobs["edge"] ** 2 * count:
        return f"{needed} things do not fit into {count} rooms of {knobs['edge'] ** 2} cells"
    return rooms.validate(knobs["down"], knobs["across"], knobs["edge"], count)
