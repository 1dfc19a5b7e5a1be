"""Rooms joined to a tree by doorways, some of them locked: every key lies in a room that is reachable without it."""

import numpy as np
from numba import njit

from ..engine.library.random import draw
from ..engine.render.raycast.scene import COLS
from ..engine.render.raycast.textures import FIRST_FLOOR, PLANKS, STONE
from ..first_person import rooms
from ..first_person.body import stand
from ..first_person.sampling import draw_next, list_numbers
from ..first_person.splits import REDRAWS, in_split
from ..first_person.state import DOOR as CLOSED
from ..first_person.state import TURN
from ..first_person.things import clear_things, drop
from .state import APPLE, DOOR, DOORS, GOAL, KEY

GOLDEN = FIRST_FLOOR + 3
"""The floor of the goal's room: yellow."""


@njit
def reset(state, task, levels):
    """Draw rooms until they are of the task's split, and place the player in the first."""
    for _ in range(REDRAWS):
        clear_things(state)
        rooms.grow(state, task.down, task.across, task.edge, task.down * task.across, STONE, PLANKS)
        lock(state, task.doors)
        place_things(state, task.apples)
        if in_split(state, task.fold):
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
        state.locks[room] = 1 + draw_next(state, locked, DOORS)
        room, locked = state.parent[room], locked + 1
    while locked < doors:
        room = 1 + draw(state, state.rooms - 1)
        if state.locks[room] == 0:
            state.locks[room] = 1 + draw_next(state, locked, DOORS)
            locked += 1


@njit
def place_things(state, apples):
    """Place the goal in the deepest room, keys in rooms of smaller numbers than the room behind their door, and apples
    anywhere; apples that do not fit are left out."""
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
            place_in_room(state, KEY, np.int32(state.locks[room]), draw(state, room))
    for _ in range(apples):
        place_in_room(state, APPLE, 0, draw(state, state.rooms))


@njit
def place_in_room(state, kind, colour, room):
    """Place a thing in a room; if the room is full, in the next one of a smaller number, then of a larger one."""
    for turn in range(state.rooms):
        at = rooms.place_in(state, (room - turn) % state.rooms)
        if at >= 0:
            drop(state, kind, colour, at // COLS, at % COLS)
            return


def validate(knobs):
    """The reason why rooms cannot be generated with these values of the knobs, or None if they can."""
    count = knobs["down"] * knobs["across"]
    if knobs["doors"] >= count:
        return f"{count} rooms have {count - 1} doorways, and {knobs['doors']} doors are to be locked"
    needed = knobs["doors"] + knobs["apples"] + 1
    if needed > knobs["edge"] ** 2 * count:
        return f"{needed} things do not fit into {count} rooms of {knobs['edge'] ** 2} cells"
    return rooms.validate(knobs["down"], knobs["across"], knobs["edge"], count)
