"""Grasping and walking: the effects of keys and mouse, once a tick, and the forces on the bodies in every step of the
physics.

A grasped toy hangs on a spring from the point that the hand aims at: critically damped, and limited to GRIP newtons; so
is the torsional spring that rotates it. The hand compensates the weight within that limit, and the opposite force acts
on the player. A toy that lags behind by more than STRETCH slips out of the hand; a toy released in motion is thrown,
and no hand moves a toy faster than FASTEST.
"""

import math

import numpy as np
from numba import njit

from ...interface.action import MOUSE_ONE
from ...interface.keys import BUTTON, KEY, WHEEL
from ..first_person.angles import ONE_UNIT, cosine, sine
from ..first_person.bindings import SHIFT, SPACE, A, D, S, W
from ..first_person.body import turn
from ..first_person.state import HZ, TURN
from .quaternions import clip_norm, conjugate, from_axis_angle, multiply, normalised, rotate, to_rotation_vector
from .raycast import ahead, eye, pose, reachable, standing
from .state import MASS, NOBODY, PLAYERS, QVEL, REACH, TOY_BODY, TOYS, TOYS_AT

GRIP = 60.0
"""Largest force of a hand in newtons: two hands lift a chest of 9 kg, one does not."""
TWIST = 4.0
"""Largest torque of a hand in newton metres."""
STRETCH = 1.0
"""Metres from a hand at which its toy slips out."""
FASTEST, SPINNING = 8.0, 40.0
"""Largest speeds of a held toy in metres and radians a second."""
NEAREST = 0.35
"""Least distance, in metres, of a held toy from the eye."""
HIGHEST = 0.5
"""Largest height, in metres, by which space lifts a held toy above the line of sight."""

WALK, RUN = 2.0, 3.2
"""Metres a second."""
_LEGS = 250.0, 60.0  # largest forces, in newtons, of walking and of steering in the air
_EASE = 0.1  # seconds in which 2/3 of a wanted speed are reached
_JUMP = 2.2  # metres a second, upwards: 25 cm high
_STILL = 1e-3  # metres a second: a slower player without a wanted speed stands

_SPRING, _TURNING = 15.0, 12.0  # radians a second of the two springs
_GRAVITY = 9.81
_PUSH, _NOTCH = 1.2 / HZ, 0.1  # metres a tick of a key, and of a notch of the wheel
_LIFT = 0.8 / HZ
_TILT = 2.0 / HZ  # radians
_BY_MOUSE = math.pi / MOUSE_ONE  # radians: half a turn for a picture height
_SLANTED = math.sqrt(0.5)

E, F, Q, R = KEY["e"], KEY["f"], KEY["q"], KEY["r"]
LEFT, RIGHT = BUTTON["left"], BUTTON["right"]
_UP, _DOWN = WHEEL.index("up"), WHEEL.index("down")


@njit
def apply_actions(states, actions, live, asked):
    """Apply the actions of all live rows. asked (n, PLAYERS, 3) f8 is written: the wanted walking speeds of each player
    along x and y, and the speed of a jump, in metres a second."""
    for row in range(len(states)):
        if live[row] != 0:
            state = states[row]
            for player in range(PLAYERS):
                asked[row, player, 0], asked[row, player, 1], asked[row, player, 2] = 0.0, 0.0, 0.0
            for player in range(state.players):
                apply_action(state, player, actions[row, player], asked[row, player])


@njit
def apply_action(state, player, action, asked):
    """Apply one player's action."""
    pressed = action.buttons[LEFT] != 0
    if not pressed:
        let_go(state, player)
    elif state.gripping[player] == 0:
        grasp(state, player, reachable(state, player))
    state.gripping[player] = 1 if pressed else 0
    state.force[player] = 0.0
    if state.grip[player] == NOBODY:
        turn(state, player, action)
        if action.keys[SPACE] != 0 and standing(state, player):
            asked[2] = _JUMP
    else:
        move_held(state, player, action)
    along = np.int32(action.keys[W]) - np.int32(action.keys[S])
    right = np.int32(action.keys[D]) - np.int32(action.keys[A])
    speed = RUN if action.keys[SHIFT] != 0 else WALK
    if along != 0 and right != 0:
        speed *= _SLANTED
    sin, cos = sine(state.yaw[player]) / ONE_UNIT, cosine(state.yaw[player]) / ONE_UNIT
    asked[0], asked[1] = (along * cos - right * sin) * speed, (along * sin + right * cos) * speed


@njit
def facing(state, player):
    """The rotation, a quaternion, from the room's axes to those of a player: x is along its yaw, z is up."""
    return from_axis_angle(2, state.yaw[player] * (2 * math.pi / TURN))


@njit
def grasp(state, player, toy):
    """Grasp a toy at the point under the crosshair; NOBODY: no toy."""
    if toy == NOBODY:
        return
    place, turned = pose(state, toy)
    at, ray, distance = eye(state, player), ahead(state, player), state.aim_distance[player]
    away = (
        at[0] + ray[0] * distance - place[0],
        at[1] + ray[1] * distance - place[1],
        at[2] + ray[2] * distance - place[2],
    )
    away, relative = rotate(conjugate(turned), away), multiply(conjugate(facing(state, player)), turned)
    state.grip[player], state.distance[player], state.lift[player] = toy, max(distance, NEAREST), 0.0
    for axis in range(3):
        state.held_at[player, axis] = away[axis]
    for axis in range(4):
        state.turned[player, axis] = relative[axis]


@njit
def let_go(state, player):
    """Open a hand; its toy keeps its velocity."""
    state.grip[player] = NOBODY
    state.distance[player], state.lift[player] = 0.0, 0.0
    for axis in range(3):
        state.held_at[player, axis] = 0.0
    for axis in range(4):
        state.turned[player, axis] = 1.0 if axis == 0 else 0.0


@njit
def move_held(state, player, action):
    """Push, pull, lift, rotate and tilt the held toy. With the right button the mouse rotates it instead of the
    camera."""
    q = state.turned[player]
    by = (q[0], q[1], q[2], q[3])
    if action.buttons[RIGHT] != 0:
        by = multiply(from_axis_angle(2, spin(action.mouse[0])), by)
        by = multiply(from_axis_angle(1, -spin(action.mouse[1])), by)
    else:
        turn(state, player, action)
    by = normalised(multiply(from_axis_angle(0, _TILT * (np.int32(action.keys[Q]) - np.int32(action.keys[E]))), by))
    for axis in range(4):
        state.turned[player, axis] = by[axis]
    away = _PUSH * (np.int32(action.keys[R]) - np.int32(action.keys[F]))
    away += _NOTCH * (np.int32(action.wheel == _UP) - np.int32(action.wheel == _DOWN))
    state.distance[player] = min(max(state.distance[player] + away, NEAREST), REACH)
    rise = _LIFT if action.keys[SPACE] != 0 else -_LIFT
    state.lift[player] = min(max(state.lift[player] + rise, 0.0), HIGHEST)


@njit
def spin(motion):
    """Radians of a toy's rotation for a motion of the mouse, clipped at one picture height."""
    return min(max(int(motion), -MOUSE_ONE), MOUSE_ONE) * _BY_MOUSE


@njit
def write_forces(states, row, asked, first, qpos, qvel, xfrc, qfrc, mass, inertia, main):
    """Write the forces of one step of the physics, from the present positions of the bodies.

    asked: as `apply_actions` wrote it. first: whether this is the tick's first step, in which players jump. qpos, qvel,
    xfrc (bodies, 6), qfrc: of the simulation; the positions are copied into the state. mass, inertia, main: of its
    bodies.
    """
    state = states[row]
    for body in range(TOY_BODY, TOY_BODY + TOYS):
        for axis in range(6):
            xfrc[body, axis] = 0.0
    for dof in range(QVEL):
        qfrc[dof] = 0.0
    for place in range(len(qpos)):
        state.qpos[place] = qpos[place]
    for player in range(state.players):
        walk(player, asked[row, player], first, qvel, qfrc)
        if state.grip[player] != NOBODY:
            pull_held(state, player, qvel, xfrc, qfrc, mass, inertia, main)


@njit
def walk(player, asked, first, qvel, qfrc):
    """Write the force of the legs towards the wanted speed."""
    at = 3 * player
    x, y = asked[0] - qvel[at], asked[1] - qvel[at + 1]
    idle = asked[0] == 0.0 and asked[1] == 0.0
    if not (idle and abs(x) < _STILL and abs(y) < _STILL):
        legs = _LEGS[0] if abs(qvel[at + 2]) < 0.5 else _LEGS[1]
        force = clip_norm((x * MASS / _EASE, y * MASS / _EASE, 0.0), legs)
        qfrc[at], qfrc[at + 1] = force[0], force[1]
    if first and asked[2] > 0:
        qvel[at + 2] = asked[2]


@njit
def pull_held(state, player, qvel, xfrc, qfrc, mass, inertia, main):
    """Write the force and the torque of a hand on its toy, and the opposite force on the player."""
    toy, at = state.grip[player], 3 * player
    body, dof = TOY_BODY + toy, TOYS_AT + 6 * toy
    clip_speed(qvel, dof)
    place, turned = pose(state, toy)
    start, ray, distance = eye(state, player), ahead(state, player), state.distance[player]
    own = state.held_at[player]
    held = rotate(turned, (own[0], own[1], own[2]))
    gap = (
        start[0] + ray[0] * distance - place[0] - held[0],
        start[1] + ray[1] * distance - place[1] - held[1],
        start[2] + ray[2] * distance + state.lift[player] - place[2] - held[2],
    )
    if not (gap[0] * gap[0] + gap[1] * gap[1] + gap[2] * gap[2] <= STRETCH * STRETCH):
        let_go(state, player)
        state.force[player] = 0.0
        return
    hands = 0
    for other in range(state.players):
        hands += state.grip[other] == toy
    stiff, damp = mass[body] * _SPRING * _SPRING, mass[body] * 2 * _SPRING
    force = clip_norm(
        (
            stiff * gap[0] + damp * (qvel[at] - qvel[dof]),
            stiff * gap[1] + damp * (qvel[at + 1] - qvel[dof + 1]),
            stiff * gap[2] + damp * (qvel[at + 2] - qvel[dof + 2]) + mass[body] * _GRAVITY / hands,
        ),
        GRIP,
    )
    q, m = state.turned[player], main[body]
    error = to_rotation_vector(multiply(multiply(facing(state, player), (q[0], q[1], q[2], q[3])), conjugate(turned)))
    own_axes = (m[0], m[1], m[2], m[3])
    error = rotate(conjugate(own_axes), rotate(conjugate(turned), error))
    spinning = rotate(conjugate(own_axes), (qvel[dof + 3], qvel[dof + 4], qvel[dof + 5]))
    torque = clip_norm(
        (
            inertia[body, 0] * (_TURNING * _TURNING * error[0] - 2 * _TURNING * spinning[0]),
            inertia[body, 1] * (_TURNING * _TURNING * error[1] - 2 * _TURNING * spinning[1]),
            inertia[body, 2] * (_TURNING * _TURNING * error[2] - 2 * _TURNING * spinning[2]),
        ),
        TWIST,
    )
    torque = rotate(turned, rotate(own_axes, torque))
    for axis in range(3):
        xfrc[body, axis] += force[axis]
        xfrc[body, 3 + axis] += torque[axis]
        qfrc[at + axis] -= force[axis]
    state.force[player] = math.sqrt(force[0] * force[0] + force[1] * force[1] + force[2] * force[2])


@njit
def clip_speed(qvel, dof):
    """Clip the speeds of a toy, qvel[dof : dof + 6], to FASTEST and SPINNING: that removes energy and adds none."""
    slower = clip_norm((qvel[dof], qvel[dof + 1], qvel[dof + 2]), FASTEST)
    turning = clip_norm((qvel[dof + 3], qvel[dof + 4], qvel[dof + 5]), SPINNING)
    for axis in range(3):
        qvel[dof + axis], qvel[dof + 3 + axis] = slower[axis], turning[axis]
