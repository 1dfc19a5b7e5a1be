"""The MuJoCo model: one is compiled for all rooms, and a room's furnishing is written into a copy of it.

Bodies, in MuJoCo's order: the world (floor, ceiling, the planes of the outer walls, and boxes for the walls between),
the pieces of furniture, the players, the leaf of the door, the toys. Bodies that a room does not have collide with
nothing, sleep, and are parked below the floor.

Chosen for speed, measured with 24 toys on one core: steps of 1/120 s, pyramids of friction, Newton's solver with few
iterations, and MuJoCo's sleep, without which toys at rest cost about fifteen times as much. MuJoCo's boxes around
boxes (its midphase) are switched off, since they would be those of the compiled model and not of the room.
"""

from __future__ import annotations

import copy
import math
from functools import cache
from typing import NamedTuple

import mujoco
import numpy as np
from numba import njit

from ..engine.compile.cached import cached
from ..engine.render.primitives import BOX, CAPSULE, CYLINDER, ELLIPSOID
from ..engine.render.raycast.scene import COLS, ROWS, UNSEEN
from . import furniture, toys
from .furniture import LEAF, LEAF_AT, LEAF_LIMIT, LEAF_MASS, MOST_BOXES
from .state import HEIGHT, MASS, PIECES, PLAYERS, RADIUS, STEP, TALL, TOY_BODY, TOYS, TOYS_AT

SIDES = 6
"""Planes: floor, ceiling, and the outer walls in the west, east, north and south."""
WALLS = 10
"""The largest number of boxes of the walls between the rooms."""
PLAYER_BODY = 1 + PIECES
DOOR_BODY = PLAYER_BODY + PLAYERS
assert TOY_BODY == DOOR_BODY + 1
_PIECE_GEOM = SIDES + WALLS
_PLAYER_GEOM = _PIECE_GEOM + PIECES * MOST_BOXES
_DOOR_GEOM = _PLAYER_GEOM + PLAYERS
_TOY_GEOM = _DOOR_GEOM + 1

# Collision bits: each body's own, and the bits of the bodies that it collides with. The leaf passes its frame.
_STILL, _TOY, _PLAYER, _LEAF = 1, 2, 4, 8
_TOY_TOUCHES, _PLAYER_TOUCHES = _STILL | _TOY | _PLAYER | _LEAF, _STILL | _PLAYER | _LEAF

_BALL, _ROUND, _TUBE, _EGG, _CUBOID = (
    int(getattr(mujoco.mjtGeom, f"mjGEOM_{name}")) for name in ("SPHERE", "CAPSULE", "CYLINDER", "ELLIPSOID", "BOX")
)
_TURNING, _ROLLING = 0.003, 0.004
"""Metres of the arms of friction against spinning on the spot, and against rolling."""
_AIR = 0.05, 1.0
"""Shares of a toy's linear and angular velocity that the air takes in a second."""
_HINGE = 0.4, 0.3
"""N m s of damping, and N m of friction of the door's hinge."""
_LEAST_ARM = 0.025
"""Least radius of gyration of a toy in metres."""
_PARKED = -4.0


@cache
def template() -> mujoco.MjModel:
    """The model of all rooms, without furnishing. It is shared: do not write to it."""
    spec = mujoco.MjSpec()
    spec.compiler.degree = False
    option = spec.option
    option.timestep, option.iterations, option.ls_iterations = STEP, 12, 8
    option.enableflags |= mujoco.mjtEnableBit.mjENBL_SLEEP
    option.disableflags |= mujoco.mjtDisableBit.mjDSBL_AUTORESET | mujoco.mjtDisableBit.mjDSBL_MIDPHASE
    option.sleep_tolerance = 0.01
    spec.memory = 8 << 20
    still = {"contype": _STILL, "conaffinity": 0}
    world = spec.worldbody
    for _ in range(SIDES):
        world.add_geom(type=mujoco.mjtGeom.mjGEOM_PLANE, size=[1, 1, 1], pos=[0, 0, 0.1], quat=_ASKEW, **still)
    _boxes(world, WALLS, still)
    for _ in range(PIECES):
        _boxes(world.add_body(), MOST_BOXES, still)
    for _ in range(PLAYERS):
        body = world.add_body(mass=MASS, inertia=[1, 1, 1], ipos=[0, 0, HEIGHT / 2], explicitinertial=True)
        for axis in np.eye(3):
            body.add_joint(type=mujoco.mjtJoint.mjJNT_SLIDE, axis=axis)
        touches = {"contype": _PLAYER, "conaffinity": _PLAYER_TOUCHES, "priority": 2, "condim": 1}
        size = [RADIUS, HEIGHT / 2 - RADIUS, 0]
        body.add_geom(type=mujoco.mjtGeom.mjGEOM_CAPSULE, size=size, pos=[0, 0, HEIGHT / 2], **touches)
        body.sleep = mujoco.mjtSleepPolicy.mjSLEEP_ALLOWED
    leaf = world.add_body(mass=LEAF_MASS, inertia=[0.6, 0.9, 0.4], ipos=list(LEAF_AT), explicitinertial=True)
    leaf.add_joint(
        type=mujoco.mjtJoint.mjJNT_HINGE,
        axis=[0, 0, 1],
        limited=True,
        range=[-LEAF_LIMIT, LEAF_LIMIT],
        damping=_HINGE[0],
        frictionloss=_HINGE[1],
    )
    leaf.add_geom(type=mujoco.mjtGeom.mjGEOM_BOX, size=list(LEAF), pos=list(LEAF_AT), contype=_LEAF, conaffinity=0)
    leaf.sleep = mujoco.mjtSleepPolicy.mjSLEEP_ALLOWED
    for _ in range(TOYS):
        body = world.add_body(mass=1, inertia=[1, 1, 1], ipos=[0.1, 0.2, 0.3], iquat=_ASKEW, explicitinertial=True)
        body.add_freejoint()
        _boxes(body, toys.HARD, {"contype": _TOY, "conaffinity": _TOY_TOUCHES, "priority": 1})
        body.sleep = mujoco.mjtSleepPolicy.mjSLEEP_ALLOWED
    return spec.compile()


_ASKEW = [0.5, 0.1, 0.7, 0.5]
"""A rotation of all frames of the compiled model, which disables MuJoCo's short cuts for aligned frames."""


def _boxes(body: mujoco.MjsBody, count: int, how: dict[str, int]) -> None:
    for _ in range(count):
        body.add_geom(type=mujoco.mjtGeom.mjGEOM_BOX, size=[0.01] * 3, pos=[0, 0, 0.01], quat=_ASKEW, **how)


def copy_of_template() -> mujoco.MjModel:
    """A copy of the template to be furnished, with MuJoCo's short cuts for equal frames disabled."""
    model = copy.copy(template())
    model.geom_sameframe[:], model.body_sameframe[:] = 0, 0
    return model


class ModelArrays(NamedTuple):
    """The arrays of a MuJoCo model that depend on the furnishing; each is a view of the model's own memory."""

    form: np.ndarray
    size: np.ndarray
    pos: np.ndarray
    quat: np.ndarray
    bound: np.ndarray
    aabb: np.ndarray
    contype: np.ndarray
    conaffinity: np.ndarray
    condim: np.ndarray
    friction: np.ndarray
    body_contype: np.ndarray
    body_conaffinity: np.ndarray
    mass: np.ndarray
    inertia: np.ndarray
    ipos: np.ndarray
    iquat: np.ndarray
    body_pos: np.ndarray
    body_quat: np.ndarray
    damping: np.ndarray


def apply_furnishing(model: mujoco.MjModel, data: mujoco.MjData, states: np.ndarray, row: int) -> None:
    """Write the furnishing of states[row] into a copy of the template; its data is undefined afterwards."""
    arrays = _arrays(model)
    for array, empty in zip(arrays, _arrays(template()), strict=True):
        array[:] = empty
    if not cached(write_arrays)(states, row, arrays):
        raise ValueError(f"the walls between the rooms cannot be made of {WALLS} boxes")
    mujoco.mj_setConst(model, data)


def _arrays(model: mujoco.MjModel) -> ModelArrays:
    return ModelArrays(
        model.geom_type,
        model.geom_size,
        model.geom_pos,
        model.geom_quat,
        model.geom_rbound,
        model.geom_aabb.reshape(-1, 6),
        model.geom_contype,
        model.geom_conaffinity,
        model.geom_condim,
        model.geom_friction,
        model.body_contype,
        model.body_conaffinity,
        model.body_mass,
        model.body_inertia,
        model.body_ipos,
        model.body_iquat,
        model.body_pos,
        model.body_quat,
        model.dof_damping,
    )


def _mass_properties(kind: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(centre of mass, principal moments of inertia, quaternion of the principal axes) of a kind of toy of medium size
    and a mass of 1 kg."""
    masses, middles, tensors = [], [], []
    for form, at, half, quat in zip(
        toys.HULL_FORM[kind], toys.HULL_AT[kind], toys.HULL_HALF[kind], toys.HULL_QUAT[kind], strict=True
    ):
        if form:
            turn = np.zeros(9)
            mujoco.mju_quat2Mat(turn, quat)
            volume, own = _solid(form, *half)
            masses.append(volume)
            middles.append(at)
            tensors.append(turn.reshape(3, 3) @ np.diag(own) @ turn.reshape(3, 3).T)
    shares = np.array(masses) / sum(masses)
    middle = shares @ np.array(middles)
    total = np.zeros((3, 3))
    for share, at, tensor in zip(shares, middles, tensors, strict=True):
        away = at - middle
        total += share * (tensor + away @ away * np.eye(3) - np.outer(away, away))
    main, axes = np.linalg.eigh(total)
    quat = np.zeros(4)
    mujoco.mju_mat2Quat(quat, np.ascontiguousarray(axes * np.sign(np.linalg.det(axes))).reshape(9))
    return middle, np.maximum(main, _LEAST_ARM**2), quat


def _solid(form: int, a: float, b: float, c: float) -> tuple[float, np.ndarray]:
    """Volume of a form with half extents a, b, c, and its moments of inertia for 1 kg, (3,)."""
    if form == BOX:
        return 8 * a * b * c, np.array([b * b + c * c, a * a + c * c, a * a + b * b]) / 3
    if form == ELLIPSOID:
        return 4 / 3 * math.pi * a * b * c, np.array([b * b + c * c, a * a + c * c, a * a + b * b]) / 5
    long = c + (2 / 3 * a if form == CAPSULE else 0)  # a capsule is nearly a cylinder of the same volume
    across = (3 * a * a + 4 * long * long) / 12
    return 2 * math.pi * a * a * long, np.array([across, across, a * a / 2])


_PROPERTIES = [_mass_properties(kind) for kind in range(len(toys.KINDS))]
_MIDDLE, _INERTIA, _MAIN = (np.array(column) for column in zip(*_PROPERTIES, strict=True))


@njit
def write_arrays(states, row, arrays):
    """Write a room's furnishing into ModelArrays. False if its walls need too many boxes."""
    state = states[row]
    for geom in range(_TOY_GEOM + TOYS * toys.HARD):
        if geom < _PLAYER_GEOM:  # walls and furniture
            set_frame(arrays.pos[geom], arrays.quat[geom], 0.0, 0.0, _PARKED)
            arrays.friction[geom, 0] = toys.FRICTION[0]
            if geom >= SIDES:
                arrays.contype[geom] = 0
        elif geom >= _TOY_GEOM:
            arrays.contype[geom], arrays.conaffinity[geom] = 0, 0
    write_sides(state, arrays)
    fits = write_walls(state, arrays)
    for piece in range(PIECES):
        write_piece(state, piece, arrays)
    write_door(state, arrays)
    for toy in range(TOYS):
        write_toy(state, toy, arrays)
    for body in range(1, TOY_BODY + TOYS):
        arrays.body_contype[body], arrays.body_conaffinity[body] = 0, 0
    for piece in range(PIECES):
        if piece < state.pieces:
            arrays.body_contype[1 + piece] = _STILL
    for player in range(PLAYERS):
        here = player < state.players
        geom, body = _PLAYER_GEOM + player, PLAYER_BODY + player
        arrays.contype[geom], arrays.conaffinity[geom] = _PLAYER if here else 0, _PLAYER_TOUCHES if here else 0
        arrays.body_contype[body], arrays.body_conaffinity[body] = arrays.contype[geom], arrays.conaffinity[geom]
    arrays.body_contype[DOOR_BODY] = arrays.contype[_DOOR_GEOM]
    for toy in range(state.things):
        arrays.body_contype[TOY_BODY + toy], arrays.body_conaffinity[TOY_BODY + toy] = _TOY, _TOY_TOUCHES
    return fits


@njit
def set_frame(pos, quat, x, y, z):
    """Write a frame along the axes of the room, with its origin at (x, y, z)."""
    pos[0], pos[1], pos[2] = x, y, z
    quat[0], quat[1], quat[2], quat[3] = 1.0, 0.0, 0.0, 0.0


@njit
def write_bounds(arrays, geom):
    """Write the bounding sphere and box of a form, for MuJoCo's broad phase."""
    form, size = arrays.form[geom], arrays.size[geom]
    x, y, z = size[0], size[1], size[2]
    if form == _BALL:
        y, z = x, x
        arrays.bound[geom] = x
    elif form == _EGG:
        arrays.bound[geom] = max(x, max(y, z))
    elif form == _ROUND:
        y, z = x, x + size[1]
        arrays.bound[geom] = z
    elif form == _TUBE:
        y, z = x, size[1]
        arrays.bound[geom] = math.sqrt(x * x + z * z)
    else:
        arrays.bound[geom] = math.sqrt(x * x + y * y + z * z)
    box = arrays.aabb[geom]
    box[0], box[1], box[2] = 0.0, 0.0, 0.0
    box[3], box[4], box[5] = x, y, z


@njit
def write_box(arrays, geom, x, y, z, half_x, half_y, half_z):
    """Write a box along the axes of the room."""
    arrays.size[geom, 0], arrays.size[geom, 1], arrays.size[geom, 2] = half_x, half_y, half_z
    arrays.pos[geom, 0], arrays.pos[geom, 1], arrays.pos[geom, 2] = x, y, z
    arrays.contype[geom] = _STILL
    write_bounds(arrays, geom)


@njit
def write_sides(state, arrays):
    """Write floor, ceiling and the planes of the outer walls, all facing inwards."""
    half, pos, quat = math.sqrt(0.5), arrays.pos, arrays.quat
    set_frame(pos[0], quat[0], 0.0, 0.0, 0.0)
    set_frame(pos[1], quat[1], 0.0, 0.0, TALL)
    quat[1, 0], quat[1, 1] = 0.0, 1.0
    set_frame(pos[2], quat[2], 1.0, 0.0, 0.0)  # z along x
    quat[2, 0], quat[2, 2] = half, half
    set_frame(pos[3], quat[3], state.map_cols - 1.0, 0.0, 0.0)
    quat[3, 0], quat[3, 2] = half, -half
    set_frame(pos[4], quat[4], 0.0, 1.0, 0.0)  # z along y
    quat[4, 0], quat[4, 1] = half, -half
    set_frame(pos[5], quat[5], 0.0, state.map_rows - 1.0, 0.0)
    quat[5, 0], quat[5, 1] = half, half


@njit
def is_wall(state, y, x):
    """Whether a cell is wall from floor to ceiling; a doorway is not."""
    wall = np.int32(state.walls[y, x])
    doorway = state.door != 0 and y == state.door_row and x == state.door_col
    return wall != 0 and wall < UNSEEN and not doorway


@njit
def write_walls(state, arrays):
    """Write the inner walls as boxes: runs of cells along x, or along y if those are longer. False if there are too
    many."""
    taken = np.zeros((ROWS, COLS), np.bool_)
    geom = SIDES
    for y in range(1, state.map_rows - 1):
        for x in range(1, state.map_cols - 1):
            if not is_wall(state, y, x) or taken[y, x]:
                continue
            right, down = x, y
            while right + 1 < state.map_cols - 1 and is_wall(state, y, right + 1) and not taken[y, right + 1]:
                right += 1
            while down + 1 < state.map_rows - 1 and is_wall(state, down + 1, x) and not taken[down + 1, x]:
                down += 1
            if right - x >= down - y:
                down = y
            else:
                right = x
            if geom == SIDES + WALLS:
                return False
            for row in range(y, down + 1):
                for col in range(x, right + 1):
                    taken[row, col] = True
            wide, high = (right + 1 - x) / 2, (down + 1 - y) / 2
            write_box(arrays, geom, x + wide, y + high, TALL / 2, wide, high, TALL / 2)
            geom += 1
    return True


@njit
def write_piece(state, piece, arrays):
    """Write the boxes of a piece of furniture."""
    if piece >= state.pieces:
        return
    found = np.zeros((MOST_BOXES, 6))
    for index in range(furniture.boxes(state, piece, found)):
        b = found[index]
        write_box(arrays, _PIECE_GEOM + piece * MOST_BOXES + index, b[0], b[1], b[2], b[3], b[4], b[5])


@njit
def write_door(state, arrays):
    """Write the leaf in its frame, or parked below the floor."""
    pos, quat = arrays.body_pos[DOOR_BODY], arrays.body_quat[DOOR_BODY]
    arrays.contype[_DOOR_GEOM] = _LEAF if state.door != 0 else 0
    set_frame(pos, quat, 0.0, 0.0, _PARKED)
    if state.door != 0:
        x, y, angle = furniture.hinge(state)
        set_frame(pos, quat, x, y, 0.0)
        quat[0], quat[3] = math.cos(angle / 2), math.sin(angle / 2)


@njit
def write_toy(state, toy, arrays):
    """Write mass, inertia, hull and damping of a toy; of a toy that the room lacks, its damping only."""
    body, dof = TOY_BODY + toy, TOYS_AT + 6 * toy
    if toy < state.things:
        kind, scale = state.kind[toy] - toys.FIRST, toys.SCALE[state.size[toy]]
        arrays.mass[body] = toys.mass_of(kind, state.size[toy], state.material[toy])
        for axis in range(3):
            arrays.ipos[body, axis] = _MIDDLE[kind, axis] * scale
            arrays.inertia[body, axis] = _INERTIA[kind, axis] * arrays.mass[body] * scale * scale
        for axis in range(4):
            arrays.iquat[body, axis] = _MAIN[kind, axis]
        for part in range(toys.HARD):
            if toys.HULL_FORM[kind, part] != 0:
                geom = _TOY_GEOM + toy * toys.HARD + part
                arrays.contype[geom], arrays.conaffinity[geom] = _TOY, _TOY_TOUCHES
                arrays.friction[geom, 0] = toys.FRICTION[state.material[toy]]
                arrays.friction[geom, 1], arrays.friction[geom, 2] = _TURNING, _ROLLING
                arrays.form[geom], arrays.condim[geom] = write_part(kind, part, scale, geom, arrays)
                write_bounds(arrays, geom)
    for axis in range(3):
        arrays.damping[dof + axis] = _AIR[0] * arrays.mass[body]
        arrays.damping[dof + 3 + axis] = _AIR[1] * arrays.inertia[body, axis]


@njit
def write_part(kind, part, scale, geom, arrays):
    """Write a form of a toy's hull. Returns its type and the dimension of its contacts: round forms have rolling
    friction."""
    form, half, size = toys.HULL_FORM[kind, part], toys.HULL_HALF[kind, part], arrays.size[geom]
    for axis in range(3):
        arrays.pos[geom, axis] = toys.HULL_AT[kind, part, axis] * scale
        size[axis] = half[axis] * scale
    for axis in range(4):
        arrays.quat[geom, axis] = toys.HULL_QUAT[kind, part, axis]
    if form == BOX:
        return _CUBOID, 4
    if form == ELLIPSOID:
        return (_BALL if half[0] == half[1] == half[2] else _EGG), 6
    size[1] = half[2] * scale
    return (_TUBE, 4) if form == CYLINDER else (_ROUND, 6)
