"""What lies about in a first-person world: putting it there, reaching it, taking it, carrying it, and telling goals."""

import numpy as np
from numba import njit

from ..engine.records.things import GONE, ONE, THERE
from .angles import ONE_UNIT, cosine, sine
from .body import RADIUS
from .grid_queries import free, line_of_sight
from .state import CELL

PLAYER_KIND = 1
"""Players' kind: a world's kinds begin with it."""
PLAYER_HALF = ONE * 5 // 16
"""Half the height of a player as goals see it, in 1/ONE cells."""

IN_FRONT = CELL * 5 // 8
"""From who puts a thing down to where it lies then."""

_AT_HAND = CELL * 5 // 16  # height and distance of a thing while it is carried
_TO_ONE = CELL // ONE


@njit
def clear_things(state):
    """Take all things out of a state, for a new episode."""
    state.things = 0
    for index in range(len(state.kind)):
        state.kind[index], state.colour[index], state.status[index], state.holder[index] = 0, 0, 0, 0
        state.thing_y[index], state.thing_x[index], state.thing_z[index] = 0, 0, 0


@njit
def drop(state, kind, colour, y, x):
    """Put a new thing onto the floor in the middle of the cell (y, x). Returns its index, -1 if there is no room."""
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
def square_to(state, player, index):
    """The square of the distance from a player to a thing on the map, in units squared."""
    dy = np.int64(state.thing_y[index]) - state.y[player]
    dx = np.int64(state.thing_x[index]) - state.x[player]
    return dy * dy + dx * dx


@njit
def touching(state, player, index, reach):
    """Whether a thing that is there, and in nobody's hands, is within reach (units) of a player, at any height."""
    if state.status[index] != THERE or state.holder[index] != 0:
        return False
    return square_to(state, player, index) <= np.int64(reach) * reach


@njit
def meets(state, player, index, reach):
    """The same with reach in 1/ONE cells, rounded as goals round it: what `touching` says in a goal if the radii of
    both and SLACK add up to reach."""
    if state.status[index] != THERE or state.holder[index] != 0:
        return False
    dy = state.thing_y[index] // _TO_ONE - state.y[player] // _TO_ONE
    dx = state.thing_x[index] // _TO_ONE - state.x[player] // _TO_ONE
    return dy * dy + dx * dx <= reach * reach


@njit
def ahead(state, player, reach):
    """Index of the nearest thing that is there, in nobody's hands, within reach (units) and at most 30 degrees from
    where this player looks, or at its feet; -1 if there is none."""
    return ahead_of(state, player, reach, 0)


@njit
def ahead_of(state, player, reach, kind):
    """The same among the things of one kind; of any, if kind is 0."""
    sin, cos = np.int64(sine(state.yaw[player])), np.int64(cosine(state.yaw[player]))
    nearest, least = np.int32(-1), np.int64(0)
    for index in range(state.things):
        if (kind != 0 and state.kind[index] != kind) or not touching(state, player, index, reach):
            continue
        square = square_to(state, player, index)
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
    """Put a thing into the hands of a player."""
    state.holder[index] = player + 1
    hold(state, index)


@njit
def spot(state, player):
    """(y, x) in units where a player puts a thing down: in front of it, or under its feet if a wall is in the way."""
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
    """Move a thing to where its holder has its hands."""
    player = state.holder[index] - 1
    yaw = state.yaw[player]
    state.thing_y[index] = state.y[player] + _AT_HAND * np.int64(sine(yaw)) // ONE_UNIT
    state.thing_x[index] = state.x[player] + _AT_HAND * np.int64(cosine(yaw)) // ONE_UNIT
    state.thing_z[index] = state.z[player] + _AT_HAND


@njit
def carry(state):
    """Let what is held follow who holds it. To be called every tick, after all have moved."""
    for index in range(state.things):
        if state.holder[index] != 0:
            hold(state, index)


@njit
def fill_things(state, things, radii, heights):
    """The `fill` of a first-person world: all players, then all things. Returns how many there are.

    radii, heights: of each kind, as THING has them (in 1/ONE cells, half of what it measures across and upwards), where
    number 0 is no kind and number PLAYER_KIND the players, who have no colour unless the world writes one.
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
    """Write what a thing is and where; y, x and its underside z in units."""
    thing.kind, thing.colour, thing.size = kind, colour, 0
    thing.radius, thing.height = radii[kind], heights[kind]
    thing.y, thing.x, thing.z = y // _TO_ONE, x // _TO_ONE, z // _TO_ONE + heights[kind]
    thing.ahead_y, thing.ahead_x, thing.speed, thing.fixed, thing.hidden = 0, 0, 0, 0, 0
