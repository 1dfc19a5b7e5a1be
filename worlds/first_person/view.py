"""The scene of one player of a first-person state: the map, the things, the other players, and the held thing.

A world's scene function calls these, and adds anything else that the world shows:

    look_around(scene, state, player)
    show_things(scene, state, player, LOOKS, PAINTS)
    show_players(scene, state, player, PAINTS)

In the segmentation image a player has object id 1 + its number, a thing FIRST_THING + its index.
"""

import numpy as np
from numba import njit

from ..engine.records.things import GONE, OPEN
from ..engine.render.raycast import scene as rays
from ..engine.render.raycast import textures
from .angles import cosine, sine
from .models import BOB_TICKS, DOOR, DOOR_OPEN, HURDLE, PLATE, PLATE_DOWN, avatar, put, show, show_small
from .state import CELL, TURN

F = np.float32
FIRST_THING = 16
"""Object id of the first thing in the segmentation image."""
STRIDE_TICKS = 20
"""Ticks of two steps of a walking player."""
_AMBIENT = F(0.72)
_BACK, _LEFT, _UP = F(0.5), F(0.26), F(0.826)  # of the way to the lamp, of length 1
_BRISK = CELL // 12  # units a tick at which strides are longest
INSIDE = CELL // 4
"""Distance, in units, within which players overlap and are not drawn for one another."""
CARRIED = 7, 10
"""Scale of a thing in another player's hand, as a fraction of its size on the floor."""
_CELLS = F(1 / CELL)
_ONE = F(1 / TURN)
_REACH, _ASIDE, _BELOW = F(0.22), F(0.5), F(0.72)  # of the player's own hand, in cells and as shares of it
_IN_HAND, _CARRIED = F(0.13), F(CARRIED[0] / CARRIED[1])  # scales of things in the own hand and in others' hands
_BEHIND = F(1.5)  # cells behind the eye beyond which no part of a thing is visible


@njit
def look_around(scene, state, player):
    """Write the camera of a player and the map into a SCENE, with ceiling panels, and slate beyond the map; a world may
    overwrite these."""
    yaw, pitch = state.yaw[player], state.pitch[player]
    rays.camera(
        scene,
        F(state.x[player]) * _CELLS,
        F(state.y[player]) * _CELLS,
        F(state.z[player]) * _CELLS + rays.EYES,
        F(cosine(yaw)) * _ONE,
        F(sine(yaw)) * _ONE,
        F(sine(pitch)) / F(cosine(pitch)),
    )
    lamp(scene)
    scene.rows, scene.cols = state.map_rows, state.map_cols
    scene.ceiling, scene.sky, scene.beyond = textures.PANELS, 0, textures.SLATE
    for row in range(state.map_rows):
        for col in range(state.map_cols):
            scene.walls[row, col] = state.walls[row, col]
            scene.floors[row, col] = state.floors[row, col]


@njit
def lamp(scene):
    """Light the scene from behind the camera's left shoulder, so that the shading of walls does not reveal a compass
    direction."""
    scene.ambient = _AMBIENT
    for axis in range(2):
        scene.light[axis] = -_BACK * scene.ahead[axis] - _LEFT * scene.right[axis]
    scene.light[2] = _UP


@njit
def opened(look):
    """The model of an open or pressed thing, by its usual model."""
    if look == DOOR:
        return DOOR_OPEN
    return PLATE_DOWN if look == PLATE else look


@njit
def across(state, y, x):
    """Whether the passage through the cell at (y, x), in units, runs along y: walls are left and right of it."""
    row, col = y // CELL, x // CELL
    return 0 < col < state.map_cols - 1 and state.walls[row, col - 1] != 0 and state.walls[row, col + 1] != 0


@njit
def behind(scene, x, y, far):
    """Whether (x, y), in cells, is more than `far` behind the eye, so that it is left out; never in an overview."""
    away = (x - scene.eye[0]) * scene.ahead[0] + (y - scene.eye[1]) * scene.ahead[1]
    return scene.whole == 0 and away < -far


@njit
def show_things(scene, state, player, looks, paints):
    """Add all things that are not gone to a SCENE. looks[kind]: a number of models.py; paints[colour]: 0xRRGGBB; the
    first entries are for no kind and no colour (see models.PAINTS). Doors and hurdles stand across their passage; the
    player's own held thing is in its right hand. Things behind the camera are left out."""
    for index in range(state.things):
        look = looks[state.kind[index]]
        if state.status[index] == GONE or look == 0:
            continue
        first, holder = scene.solids, state.holder[index]
        paint = paints[state.colour[index]]
        x, y = F(state.thing_x[index]) * _CELLS, F(state.thing_y[index]) * _CELLS
        z = F(state.thing_z[index]) * _CELLS
        if holder == 0 and behind(scene, x, y, _BEHIND):
            continue
        ahead_x, ahead_y = F(1), F(0)
        if look in (DOOR, HURDLE) and across(state, state.thing_y[index], state.thing_x[index]):
            ahead_x, ahead_y = F(0), F(1)
        if state.status[index] == OPEN:
            look = opened(look)
        if holder == 0:
            show(scene, look, paint, x, y, z, ahead_x, ahead_y, state.tick)
        elif holder == player + 1:
            in_hand(scene, look, paint, state.tick)
        else:
            show_small(scene, look, paint, x, y, z, ahead_x, ahead_y, state.tick, _CARRIED)
        rays.identify(scene, first, FIRST_THING + index)


@njit
def in_hand(scene, look, paint, tick):
    """Add a thing in the player's own right hand: near, low and small, never in a wall, and moving slightly."""
    ahead_x, ahead_y, slope = scene.ahead[0], scene.ahead[1], scene.ahead[2]
    breath = F(0.02) * F(sine(TURN // BOB_TICKS * (tick % BOB_TICKS))) * _ONE
    put(
        scene,
        look,
        paint,
        scene.eye[0] + _REACH * (ahead_x - _ASIDE * ahead_y),
        scene.eye[1] + _REACH * (ahead_y + _ASIDE * ahead_x),
        scene.eye[2] + _REACH * (slope - _BELOW + breath),
        F(0.866) * ahead_x + F(0.5) * ahead_y,
        F(0.866) * ahead_y - F(0.5) * ahead_x,
        _IN_HAND,
    )


@njit
def show_players(scene, state, player, paints):
    """Add all other players to a SCENE; paints[player]: 0xRRGGBB. Walking players move their feet."""
    for other in range(state.players):
        apart = max(abs(state.y[other] - state.y[player]), abs(state.x[other] - state.x[player]))
        if other == player or apart < INSIDE:
            continue
        first = scene.solids
        speed = min(abs(state.vx[other]) + abs(state.vy[other]), _BRISK)
        phase = TURN // STRIDE_TICKS * ((state.tick + 7 * other) % STRIDE_TICKS)
        avatar(
            scene,
            paints[other],
            F(state.x[other]) * _CELLS,
            F(state.y[other]) * _CELLS,
            F(state.z[other]) * _CELLS,
            F(cosine(state.yaw[other])) * _ONE,
            F(sine(state.yaw[other])) * _ONE,
            F(sine(phase)) * _ONE * F(speed) / F(_BRISK),
        )
        rays.identify(scene, first, 1 + other)
