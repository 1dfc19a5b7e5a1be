"""The expert of plates and doors, for every player: one holds a door open for the others, and then they for it."""

import numpy as np
from numba import njit

from ..engine.records.judge import B
from ..engine.render.raycast.scene import COLS
from ..first_person.expert import expert_of
from ..first_person.grid_queries import cell_of, middle
from ..first_person.rooms import room_of
from ..first_person.steering import walk_to
from .state import DOOR, GOAL, PLATE, TARGET


@njit
def to_the_goal(state, player):
    """Whether a player's task is to come to the goal, which takes all players and their doors."""
    for index in range(state.clauses[player]):
        if state.goal[player, index, B] == GOAL:
            return True
    return False


@njit
def pass_doors(state, player, action):
    """One tick: at the first door that not all players have passed, stand on its plate or pass it; else to the goal."""
    door = first_door(state)
    if door < 0:
        walk_to(state, player, state.thing_y[TARGET], state.thing_x[TARGET], action)
        return
    room = behind(state, door)
    beyond = passed(state, player, room)
    holder, other = first_of(state, room, False), first_of(state, room, True)
    if other >= 0:  # the first player behind the door holds it open for the rest
        if player == other:
            to_thing(state, player, plate_of(state, door, room, True), action)
        else:
            to_room(state, player, room, door, action)
    elif player == holder:
        to_thing(state, player, plate_of(state, door, room, False), action)
    elif not beyond:
        to_room(state, player, room, door, action)


@njit
def first_door(state):
    """Index of the door nearest to the start that not all players have passed, -1 if there is none."""
    best = np.int32(-1)
    for index in range(state.things):
        if state.kind[index] != DOOR or first_of(state, behind(state, index), False) < 0:
            continue
        if best < 0 or state.depth[behind(state, index)] < state.depth[behind(state, best)]:
            best = np.int32(index)
    return best


@njit
def behind(state, door):
    """The room that a door leads into."""
    at = cell_of(state.thing_y[door]) * COLS + cell_of(state.thing_x[door])
    for room in range(state.rooms):
        if state.doorway[room] == at:
            return np.int32(room)
    return np.int32(0)


@njit
def passed(state, player, room):
    """Whether a player is in this room or in one behind it; a player in a doorway is still before it."""
    here = room_of(state, cell_of(state.y[player]), cell_of(state.x[player]))
    at = cell_of(state.y[player]) * COLS + cell_of(state.x[player])
    if here < 0:
        for other in range(1, state.rooms):
            if state.doorway[other] == at:
                here = state.parent[other]
    while here > room:
        here = state.parent[here]
    return here == room


@njit
def first_of(state, room, beyond):
    """The first player who has passed into a room, or has not; -1 if there is none."""
    for player in range(state.players):
        if passed(state, player, room) == beyond:
            return np.int32(player)
    return np.int32(-1)


@njit
def plate_of(state, door, room, beyond):
    """The plate of a door that lies behind it, or before it."""
    for index in range(state.things):
        if state.kind[index] == PLATE and state.colour[index] == state.colour[door]:
            here = room_of(state, cell_of(state.thing_y[index]), cell_of(state.thing_x[index]))
            if (here == room) == beyond:
                return np.int32(index)
    return door


@njit
def to_thing(state, player, index, action):
    """Walk to a thing."""
    walk_to(state, player, state.thing_y[index], state.thing_x[index], action)


@njit
def to_room(state, player, room, door, action):
    """Walk to the middle of a room, or wait before its door if that is closed."""
    half = state.edge // 2
    y = middle(state.corner[room] // COLS + half)
    x = middle(state.corner[room] % COLS + half)
    if not walk_to(state, player, y, x, action):
        to_thing(state, player, door, action)


act = expert_of(pass_doors, to_the_goal)
