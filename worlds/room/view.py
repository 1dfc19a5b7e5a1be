"""The scene of the room: walls, door and window, furniture, toys in any pose, other players, and a dot in the middle of
the picture, whose colour tells whether the hand can grasp.

In the segmentation image a player has object id 1 + its number, a toy FIRST_THING + its index; the dot is in pixels
only.
"""

import math

import numpy as np
from numba import njit

from ..engine.render.raycast import scene as rays
from ..engine.render.raycast.textures import BRUSHED, DOOR_FACE, GRAIN, PLASTER, SKY, WEAVE
from ..first_person.angles import cosine, sine
from ..first_person.models import GOLD, INK, OWN, PAINTS, PLAYER, mixed, put
from ..first_person.multiplayer import PLAYER_PAINTS
from ..first_person.state import CELL, TURN
from ..first_person.view import FIRST_THING, STRIDE_TICKS, behind, look_around
from . import furniture, toys
from .furniture import LEAF, LEAF_AT, MOST_BOXES, hinge, quarter
from .pose import axes_of
from .state import DOOR_AT, EYE, NOBODY, POSE, REACH, TALL, TOYS, TOYS_AT

F = np.float32
_EYE, _TALL = F(EYE), F(TALL)
COATS = np.array([0, 0, GRAIN, BRUSHED, WEAVE], np.int32)
"""The texture of each material."""
FOG = F(0.025)
IDLE, IN_REACH, HOLDING = 0xFFFFFF, 0xFFD800, 0x30E060
"""Colours of the dot: no toy to grasp; a toy in reach; a toy is held."""

_CELLS, _ONE = F(1 / CELL), F(1 / TURN)
_AVATAR = F(1.55)  # the avatar of models.py is 0.7 tall
_BEHIND, _BEHIND_PIECE = F(0.5), F(1.0)  # metres behind the eye beyond which no part of a toy or piece is visible
_LOW = F(0.04)  # height, in metres, from which on a toy casts no shadow onto the floor
_DOT, _DOT_SMALL = F(0.0175), F(0.0083)  # a dot of four pixels in 64 x 64; the idle one is smaller
_BRISK = F(1.0)  # metres a second at which strides are longest
_DOOR = 0xF0D8B4
_PANES = np.array(
    [
        [0, 1.02, 0.016, 0.32, 0.29],
        [0, 1.02, 0.012, 0.36, 0.33],
        [0, 1.02, 0.022, 0.016, 0.29],
        [0, 1.02, 0.022, 0.32, 0.016],
        [-0.4, 1.0, 0.04, 0.09, 0.42],
        [0.4, 1.0, 0.04, 0.09, 0.42],
    ],
    np.float32,
)
"""The sky in the window, its frame, its bars, and the curtains: offset to the side, height, thickness, half the width
and half the height."""
_PIECE_BOXES = furniture.BOXES.astype(np.float32)
_SCALE = toys.SCALE.astype(np.float32)


@njit
def scene(state, player, scene):
    """The scene of a player. The most important solids come first, since the number of solids of a scene is limited."""
    look_around(scene, state, player)
    scene.eye[2] += _EYE - rays.EYES
    scene.tall, scene.ceiling, scene.beyond, scene.fog = _TALL, PLASTER, PLASTER, FOG
    show_dot(scene, state, player)
    for other in range(state.players):
        if other != player:
            show_player(scene, state, other)
    if state.door != 0:
        show_door(scene, state)
    if state.window != 0:
        show_window(scene, state)
    for piece in range(state.pieces):
        show_piece(scene, state, piece)
    for index in range(state.things):
        show_toy(scene, state, index)


@njit
def show_dot(scene, state, player):
    """A dot in the middle of the picture."""
    scene.dot, scene.dot_radius = IDLE, _DOT_SMALL
    if state.grip[player] != NOBODY:
        scene.dot, scene.dot_radius = HOLDING, _DOT
    elif 0 <= state.aim[player] < TOYS and state.aim_distance[player] <= REACH:
        scene.dot, scene.dot_radius = IN_REACH, _DOT


@njit
def show_player(scene, state, other):
    """Another player; its feet move as it walks."""
    first, at = scene.solids, 3 * other
    x, y, z = F(state.qpos[at]), F(state.qpos[at + 1]), F(state.qpos[at + 2])
    yaw, paint = state.yaw[other], PLAYER_PAINTS[other]
    ahead_x, ahead_y = F(cosine(yaw)) * _ONE, F(sine(yaw)) * _ONE
    put(scene, PLAYER, paint, x, y, z, ahead_x, ahead_y, _AVATAR)
    speed = min(abs(F(state.qvel[at])) + abs(F(state.qvel[at + 1])), _BRISK)
    phase = TURN // STRIDE_TICKS * ((state.tick + 7 * other) % STRIDE_TICKS)
    swing = F(sine(phase)) * _ONE * speed / _BRISK
    for side in range(2):
        out, step = F(0.15) if side == 1 else F(-0.15), F(0.03) + (F(0.14) * swing if side == 1 else F(-0.14) * swing)
        foot = rays.ellipsoid(
            scene,
            x + step * ahead_x - out * ahead_y,
            y + step * ahead_y + out * ahead_x,
            z + F(0.08),
            F(0.16),
            F(0.11),
            F(0.08),
            mixed(INK, paint, 70),
        )
        rays.turn(scene, foot, ahead_x, ahead_y)
        rays.no_shadow(scene)
    rays.identify(scene, first, 1 + other)


@njit
def show_door(scene, state):
    """The leaf of the door at its present angle, with a knob on both sides."""
    x, y, angle = hinge(state)
    angle += state.qpos[DOOR_AT]
    ahead_x, ahead_y = F(math.cos(angle)), F(math.sin(angle))
    x, y = F(x), F(y)
    along, up = F(LEAF_AT[0]), F(LEAF_AT[2])
    leaf = rays.box(scene, x + along * ahead_x, y + along * ahead_y, up, F(LEAF[0]), F(LEAF[1]), F(LEAF[2]), _DOOR)
    rays.turn(scene, leaf, ahead_x, ahead_y)
    rays.texture(scene, DOOR_FACE)
    for side in range(2):
        across, knob = F(0.055) if side == 1 else F(-0.055), F(0.84)
        rays.sphere(
            scene, x + knob * ahead_x - across * ahead_y, y + knob * ahead_y + across * ahead_x, up, F(0.035), GOLD
        )
        rays.no_shadow(scene)


@njit
def show_window(scene, state):
    """A window with the sky in it, bars, and two curtains in a colour that depends on the seed."""
    ahead_x, ahead_y = quarter(1, 0, state.window_turn)
    x, y = F(state.window_col) + F(0.5) + F(0.5) * F(ahead_x), F(state.window_row) + F(0.5) + F(0.5) * F(ahead_y)
    if behind(scene, x, y, F(0.5)):
        return
    cloth = PAINTS[1 + np.int32(state.seed % np.uint64(8))]
    for index in range(len(_PANES)):
        pane = _PANES[index]
        aside, curtain = pane[0], pane[0] != 0
        made = rays.box(
            scene,
            x - aside * F(ahead_y),
            y + aside * F(ahead_x),
            pane[1],
            pane[2],
            pane[3],
            pane[4],
            cloth if curtain else 0xFFFFFF,
        )
        rays.turn(scene, made, F(ahead_x), F(ahead_y))
        rays.texture(scene, WEAVE if curtain else SKY if index == 0 else 0)
        rays.no_shadow(scene)


@njit
def show_piece(scene, state, piece):
    """A piece of furniture."""
    x, y = F(state.piece_x[piece]), F(state.piece_y[piece])
    if behind(scene, x, y, _BEHIND_PIECE):
        return
    kind, paint = state.piece[piece] - 1, PAINTS[state.piece_colour[piece]]
    ahead_x, ahead_y = quarter(1, 0, state.piece_turn[piece])
    for index in range(MOST_BOXES):
        box = _PIECE_BOXES[kind, index]
        if box[3] == 0:
            break
        coat = furniture.PAINTS[kind, index]
        made = rays.box(
            scene,
            x + box[0] * F(ahead_x) - box[1] * F(ahead_y),
            y + box[0] * F(ahead_y) + box[1] * F(ahead_x),
            box[2],
            box[3],
            box[4],
            box[5],
            mixed(coat[0], paint, coat[1]),
        )
        rays.turn(scene, made, F(ahead_x), F(ahead_y))
        rays.texture(scene, coat[2])
        if index > 0:
            rays.no_shadow(scene)


@njit
def show_toy(scene, state, index):
    """A toy in its pose; all of its parts only if the toys after it still fit into the scene."""
    at, kind = TOYS_AT + POSE * index, state.kind[index] - toys.FIRST
    x, y, z = F(state.qpos[at]), F(state.qpos[at + 1]), F(state.qpos[at + 2])
    if behind(scene, x, y, _BEHIND):
        return
    spare = rays.SOLIDS - scene.solids - toys.CORE * (state.things - 1 - index)
    own, scale = axes_of(state, index), _SCALE[state.size[index]]
    paint, first = PAINTS[state.colour[index]], scene.solids
    low = state.holder[index] != 0 or F(state.thing_z[index]) * _CELLS < _LOW
    start = toys.PART_FIRST[kind]
    for part in range(start, min(toys.PART_FIRST[kind + 1], start + max(spare, toys.CORE))):
        shape, coat = toys.PART_SHAPES[part], toys.PART_COATS[part]
        number = rays.solid(
            scene,
            coat[0],
            x + scale * turned(own, 0, shape, 0),
            y + scale * turned(own, 1, shape, 0),
            z + scale * turned(own, 2, shape, 0),
            scale * shape[3],
            scale * shape[4],
            scale * shape[5],
            mixed(coat[1], paint, coat[2]),
        )
        if number < 0:
            return
        for k in range(3):
            for axis in range(3):
                scene.axes[number, k, axis] = turned(own, axis, shape, 6 + 3 * k)
        scene.texture[number] = COATS[state.material[index]] if coat[2] == OWN and coat[3] == 0 else coat[3]
        scene.shadow[number] = 1 if low and part == start else 0
    rays.identify(scene, first, FIRST_THING + index)


@njit
def turned(own, axis, shape, at):
    """The component along an axis of the room of the vector shape[at : at + 3] in a toy's own axes."""
    return (
        F(own[0][axis]) * shape[at] + F(own[1][axis]) * shape[at + 1] + F(own[2][axis]) * shape[at + 2]
    )  # fmt: skip
