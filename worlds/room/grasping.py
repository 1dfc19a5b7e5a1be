"""The players' hands and feet: what keys and mouse ask for, once a tick, and the forces that this becomes, in every
step of the physics.

What is grasped hangs on a spring from the point that the hand points at: critically damped, and no stronger than GRIP
newtons, whatever it holds; so is the spring that turns it. The hand bears the weight, as far as it can, and pushes back
on who it belongs to. A thing that is left behind by more than STRETCH slips out of the hand; thrown is what is let go
while it moves, and no hand moves anything faster than FASTEST.
"""

import math

import numpy as np
from numba import njit

from ...interface.action import MOUSE_ONE
from ...interface.keys import BUTTON, KEY, WHEEL
from ..first_person.angles import ONE_UNIT, cosine, sine
from ..first_person.bindings import SHIFT, SPACE, A, D, S, W
from ..first_person.body import look
from ..first_person.state import HZ, TURN
from .quaternions import about, after, at_most, back, turn, unit, vector
from .raycast import ahead, eye, pose, reachable, standing
from .state import MASS, NOBODY, PLAYERS, QVEL, REACH, TOY_BODY, TOYS, TOYS_AT

GRIP = 60.0
"""Newtons, at most, with which a hand pulls: two hands lift a chest of 9 kg, one does not."""
TWIST = 4.0
"""Newton metres, at most, with which it turns."""
STRETCH = 1.0
"""Metres from a hand at which what it holds slips out."""
FASTEST, SPINNING = 8.0, 40.0
"""Metres and radians a second, at most, of what a hand moves."""
NEAREST = 0.35
"""Metres from the eye, at least, at which a thing is held."""
HIGHEST = 0.5
"""Metres, at most, by which space lifts what is held above where one looks."""

WALK, RUN = 2.0, 3.2
"""Metres a second."""
_LEGS = 250.0, 60.0  # newtons, at most, with which one walks, and steers through the air
_EASE = 0.1  # seconds in which 2/3 of a speed that is asked for are reached
_LEAP = 2.2  # metres a second, upwards: 25 cm high
_STILL = 1e-3  # metres a second: who is slower, and wants to be, stands

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
def act(states, actions, live, asked):
    """What the hands of all rows that are live do in this tick. asked (n, PLAYERS, 3) f8 is written: the speed at which
    each player wants to walk along x and y, and the speed of a leap, in metres a second."""
    for row in range(len(states)):
        if live[row] != 0:
            state = states[row]
            for player in range(PLAYERS):
                asked[row, player, 0], asked[row, player, 1], asked[row, player, 2] = 0.0, 0.0, 0.0
            for player in range(state.players):
                use_hands(state, player, actions[row, player], asked[row, player])


@njit
def use_hands(state, player, action, asked):
    """One player's part of a tick."""
    pressed = action.buttons[LEFT] != 0
    if not pressed:
        let_go(state, player)
    elif state.gripping[player] == 0:
        grasp(state, player, reachable(state, player))
    state.gripping[player] = 1 if pressed else 0
    state.force[player] = 0.0
    if state.grip[player] == NOBODY:
        look(state, player, action)
        if action.keys[SPACE] != 0 and standing(state, player):
            asked[2] = _LEAP
    else:
        handle(state, player, action)
    along = np.int32(action.keys[W]) - np.int32(action.keys[S])
    right = np.int32(action.keys[D]) - np.int32(action.keys[A])
    speed = RUN if action.keys[SHIFT] != 0 else WALK
    if along != 0 and right != 0:
        speed *= _SLANTED
    sin, cos = sine(state.yaw[player]) / ONE_UNIT, cosine(state.yaw[player]) / ONE_UNIT
    asked[0], asked[1] = (along * cos - right * sin) * speed, (along * sin + right * cos) * speed


@njit
def facing(state, player):
    """The turn from the room's axes to those of who stands upright and looks where this player does: x is ahead."""
    return about(2, state.yaw[player] * (2 * math.pi / TURN))


@njit
def grasp(state, player, toy):
    """Take hold of a toy where the crosshair is on it; NOBODY: of nothing."""
    if toy == NOBODY:
        return
    place, turned = pose(state, toy)
    at, ray, distance = eye(state, player), ahead(state, player), state.aim_distance[player]
    away = (
        at[0] + ray[0] * distance - place[0],
        at[1] + ray[1] * distance - place[1],
        at[2] + ray[2] * distance - place[2],
    )
    away, relative = turn(back(turned), away), after(back(facing(state, player)), turned)
    state.grip[player], state.distance[player], state.lift[player] = toy, max(distance, NEAREST), 0.0
    for axis in range(3):
        state.held_at[player, axis] = away[axis]
    for axis in range(4):
        state.turned[player, axis] = relative[axis]


@njit
def let_go(state, player):
    """Open a hand. What it held flies on as it moved."""
    state.grip[player] = NOBODY
    state.distance[player], state.lift[player] = 0.0, 0.0
    for axis in range(3):
        state.held_at[player, axis] = 0.0
    for axis in range(4):
        state.turned[player, axis] = 1.0 if axis == 0 else 0.0


@njit
def handle(state, player, action):
    """Push, pull, lift, turn and tilt what is held. The right button lets the mouse turn it, instead of the head."""
    q = state.turned[player]
    by = (q[0], q[1], q[2], q[3])
    if action.buttons[RIGHT] != 0:
        by = after(about(2, spin(action.mouse[0])), by)
        by = after(about(1, -spin(action.mouse[1])), by)
    else:
        look(state, player, action)
    by = unit(after(about(0, _TILT * (np.int32(action.keys[Q]) - np.int32(action.keys[E]))), by))
    for axis in range(4):
        state.turned[player, axis] = by[axis]
    away = _PUSH * (np.int32(action.keys[R]) - np.int32(action.keys[F]))
    away += _NOTCH * (np.int32(action.wheel == _UP) - np.int32(action.wheel == _DOWN))
    state.distance[player] = min(max(state.distance[player] + away, NEAREST), REACH)
    rise = _LIFT if action.keys[SPACE] != 0 else -_LIFT
    state.lift[player] = min(max(state.lift[player] + rise, 0.0), HIGHEST)


@njit
def spin(motion):
    """Radians by which motion of the mouse turns a thing; more than a picture height counts as one."""
    return min(max(int(motion), -MOUSE_ONE), MOUSE_ONE) * _BY_MOUSE


@njit
def push(states, row, asked, first, qpos, qvel, xfrc, qfrc, mass, inertia, main):
    """Write the forces of one step of the physics, from where the bodies are now.

    asked: as `act` wrote it. first: whether this is the tick's first step, in which one leaps. qpos, qvel, xfrc
    (bodies, 6), qfrc: of the simulation; the positions are copied into the state. mass, inertia, main: of its bodies.
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
            pull(state, player, qvel, xfrc, qfrc, mass, inertia, main)


@njit
def walk(player, asked, first, qvel, qfrc):
    """The force of the legs towards the speed that is asked for."""
    at = 3 * player
    x, y = asked[0] - qvel[at], asked[1] - qvel[at + 1]
    idle = asked[0] == 0.0 and asked[1] == 0.0
    if not (idle and abs(x) < _STILL and abs(y) < _STILL):
        legs = _LEGS[0] if abs(qvel[at + 2]) < 0.5 else _LEGS[1]
        force = at_most((x * MASS / _EASE, y * MASS / _EASE, 0.0), legs)
        qfrc[at], qfrc[at + 1] = force[0], force[1]
    if first and asked[2] > 0:
        qvel[at + 2] = asked[2]


@njit
def pull(state, player, qvel, xfrc, qfrc, mass, inertia, main):
    """The force and the torque of a hand on what it holds, and that force on who holds it."""
    toy, at = state.grip[player], 3 * player
    body, dof = TOY_BODY + toy, TOYS_AT + 6 * toy
    slow_down(qvel, dof)
    place, turned = pose(state, toy)
    start, ray, distance = eye(state, player), ahead(state, player), state.distance[player]
    own = state.held_at[player]
    held = turn(turned, (own[0], own[1], own[2]))
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
    force = at_most(
        (
            stiff * gap[0] + damp * (qvel[at] - qvel[dof]),
            stiff * gap[1] + damp * (qvel[at + 1] - qvel[dof + 1]),
            stiff * gap[2] + damp * (qvel[at + 2] - qvel[dof + 2]) + mass[body] * _GRAVITY / hands,
        ),
        GRIP,
    )
    q, m = state.turned[player], main[body]
    error = vector(after(after(facing(state, player), (q[0], q[1], q[2], q[3])), back(turned)))
    own_axes = (m[0], m[1], m[2], m[3])
    error = turn(back(own_axes), turn(back(turned), error))
    spinning = turn(back(own_axes), (qvel[dof + 3], qvel[dof + 4], qvel[dof + 5]))
    torque = at_most(
        (
            inertia[body, 0] * (_TURNING * _TURNING * error[0] - 2 * _TURNING * spinning[0]),
            inertia[body, 1] * (_TURNING * _TURNING * error[1] - 2 * _TURNING * spinning[1]),
            inertia[body, 2] * (_TURNING * _TURNING * error[2] - 2 * _TURNING * spinning[2]),
        ),
        TWIST,
    )
    torque = turn(turned, turn(own_axes, torque))
    for axis in range(3):
        xfrc[body, axis] += force[axis]
        xfrc[body, 3 + axis] += torque[axis]
        qfrc[at + axis] -= force[axis]
    state.force[player] = math.sqrt(force[0] * force[0] + force[1] * force[1] + force[2] * force[2])


@njit
def slow_down(qvel, dof):
    """Cut the speed of a toy, whose speeds begin there, to what is allowed: energy goes, none comes."""
    slower = at_most((qvel[dof], qvel[dof + 1], qvel[dof + 2]), FASTEST)
    turning = at_most((qvel[dof + 3], qvel[dof + 4], qvel[dof + 5]), SPINNING)
    for axis in range(3):
        qvel[dof + axis], qvel[dof + 3 + axis] = slower[axis], turning[axis]
