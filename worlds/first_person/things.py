"""Things of first-person worlds: placing, reaching, taking and carrying them, and the engine's table of things."""

import numpy as np
from numba import njit

from ..engine.records.things import GONE, ONE, THERE
from .angles import ONE_UNIT, cosine, sine, squared_length
from .body import RADIUS
from .grid_queries import free, line_of_sight
from .state import CELL

PLAYER_KIND = 1
"""The kind of players: the first of a world's kinds."""
PLAYER_HALF = ONE * 5 // 16
"""Half the height of a player in the table of things, in 1/ONE cells."""

IN_FRONT = CELL * 5 // 8
"""Distance, in units, from a player to the place where it puts a thing down."""

_AT_HAND = CELL * 5 // 16  # height and distance of a thing while it is carried
_TO_ONE = CELL // ONE


def open_cells(state):
    """The cells of a state's map that are free, bool (map_rows, map_cols)."""
    return state["walls"][: int(state["map_rows"]), : int(state["map_cols"])] == 0


@njit
def clear_things(state):
    """Remove all things from a state, for a new episode."""
    state.things = 0
    for index in range(len(state.kind)):
        state.kind[index], state.colour[index], state.status[index], state.holder[index] = 0, 0, 0, 0
        state.thing_y[index], state.thing_x[index], state.thing_z[index] = 0, 0, 0


@njit
def drop(state, kind, colour, y, x):
    """Add a thing to the state, on the floor in the middle of the cell (y, x). Returns its index; -1 if the state is
    full."""
    index = np.int32(state.things)
    if index >= len(state.kind):
        return np.int32(-1)
    state.things = index + 1
    state.kind[index], state.colour[index] = kind, colour
    state.status[index], state.holder[index] = THERE, 0
    state.thing_y[index], state.thing_x[index] = y * CELL + CELL // 2, x * CELL + CELL // 2
    state.thing_z[index] = 0
    return index


@njit
def squared_distance_to(state, player, index):
    """The square of the distance from a player to a thing on the map, in units squared."""
    return squared_length(state.thing_y[index] - state.y[player], state.thing_x[index] - state.x[player])


@njit
def touching(state, player, index, reach):
    """Whether a thing that is there, and that no player holds, is within reach (units) of a player, at any height."""
    if state.status[index] != THERE or state.holder[index] != 0:
        return False
    return squared_distance_to(state, player, index) <= np.int64(reach) * reach


@njit
def meets(state, player, index, reach):
    """The same with reach in 1/ONE cells, rounded as in the table of things: it equals the relation `touching` of goals
    if the radii of both and SLACK add up to reach."""
    if state.status[index] != THERE or state.holder[index] != 0:
        return False
    dy = state.thing_y[index] // _TO_ONE - state.y[player] // _TO_ONE
    dx = state.thing_x[index] // _TO_ONE - state.x[player] // _TO_ONE
    return dy * dy + dx * dx <= reach * reach


@njit
def ahead(state, player, reach):
    """Index of the nearest thing that is there, not held, within reach (units) and at most 30 degrees off the player's
    yaw, or at its feet; -1 if there is none."""
    return ahead_of(state, player, reach, 0)


@njit
def ahead_of(state, player, reach, kind):
    """The same among the things of one kind; kind 0: of any kind."""
    sin, cos = np.int64(sine(state.yaw[player])), np.int64(cosine(state.yaw[player]))
    nearest, least = np.int32(-1), np.int64(0)
    for index in range(state.things):
        if (kind != 0 and state.kind[index] != kind) or not touching(state, player, index, reach):
            continue
        square = squared_distance_to(state, player, index)
        dy, dx = state.thing_y[index] - state.y[player], state.thing_x[index] - state.x[player]
        along = (dy * sin + dx * cos) // ONE_UNIT
        before = (along > 0 and 4 * along * along >= 3 * square) or square <= RADIUS * RADIUS
        if before and (nearest < 0 or square < least):
            nearest, least = np.int32(index), square
    return nearest


@njit
def held(state, player):
    """Index of the first thing that a player holds, -1 if none."""
    for index in range(state.things):
        if state.holder[index] == player + 1 and state.status[index] != GONE:
            return np.int32(index)
    return np.int32(-1)


@njit
def take(state, player, index):
    """Let a player hold a thing."""
    state.holder[index] = player + 1
    hold(state, index)


@njit
def spot(state, player):
    """(y, x), in units, of the place where a player puts a thing down: in front of it, or at its feet if a wall is in
    the way."""
    y = state.y[player] + IN_FRONT * np.int64(sine(state.yaw[player])) // ONE_UNIT
    x = state.x[player] + IN_FRONT * np.int64(cosine(state.yaw[player])) // ONE_UNIT
    if free(state, y // CELL, x // CELL) and line_of_sight(state, state.y[player], state.x[player], y, x):
        return np.int32(y), np.int32(x)
    return np.int32(state.y[player]), np.int32(state.x[player])


@njit
def put_down(state, player, index):
    """Put a thing that a player holds onto the floor in front of it."""
    y, x = spot(state, player)
    state.holder[index] = 0
    state.thing_y[index], state.thing_x[index], state.thing_z[index] = y, x, 0


@njit
def hold(state, index):
    """Move a thing to the hands of its holder."""
    player = state.holder[index] - 1
    yaw = state.yaw[player]
    state.thing_y[index] = state.y[player] + _AT_HAND * np.int64(sine(yaw)) // ONE_UNIT
    state.thing_x[index] = state.x[player] + _AT_HAND * np.int64(cosine(yaw)) // ONE_UNIT
    state.thing_z[index] = state.z[player] + _AT_HAND


@njit
def carry(state):
    """Move all held things with their holders. Call it every tick, after all players have moved."""
    for index in range(state.things):
        if state.holder[index] != 0:
            hold(state, index)


@njit
def fill_things(state, things, radii, heights):
    """The `fill` of a first-person world: writes all players, then all things, into things (k,) THING. Returns their
    number.

    radii, heights: (kinds + 1,), of each kind as in THING (half its width and half its height, in 1/ONE cells); number
    0 is no kind, and number PLAYER_KIND the players, which have no colour unless the world writes one.
    """
    for player in range(state.players):
        put(things[player], PLAYER_KIND, 0, radii, heights, state.y[player], state.x[player], state.z[player])
        things[player].state, things[player].player, things[player].holder = THERE, player + 1, 0
        things[player].ahead_y = sine(state.yaw[player]) // 64
        things[player].ahead_x = cosine(state.yaw[player]) // 64
    for index in range(state.things):
        thing = things[state.players + index]
        kind, colour = state.kind[index], state.colour[index]
        put(thing, kind, colour, radii, heights, state.thing_y[index], state.thing_x[index], state.thing_z[index])
        thing.state, thing.player, thing.holder = state.status[index], 0, state.holder[index]
    return state.players + state.things


@njit
def put(thing, kind, colour, radii, heights, y, x, z):
    """Write a THING record; (y, x): its middle, z: its underside, in units."""
    thing.kind, thing.colour, thing.size = kind, colour, 0
    thing.radius, thing.height = radii[kind], heights[kind]
    thing.y, thing.x, thing.z = y // _TO_ONE, x // _TO_ONE, z // _TO_ONE + heights[kind]
    thing.ahead_y, thing.ahead_x, thing.speed, thing.fixed, thing.hidden = 0, 0, 0, 0, 0
