"""An arm that the mouse leads: where its hand is to be, and the speeds of its joints that bring it there.

The mouse moves a point in the plane of the table as the picture shows it, the wheel or R and F raise and lower it, Q
and E turn the wrist, the left button closes the fingers. The point stays within the workspace and at most LEASH ahead
of the hand. The joints' speeds follow from the Jacobian of the hand by damped least squares, with the hand kept
pointing down; all slow down together where one would be too quick.
"""

from __future__ import annotations

import mujoco
import numpy as np

from ....interface.action import MOUSE_ONE, Move
from ....interface.keys import BUTTON, KEY, WHEEL

LOW, HIGH = np.array([-0.35, -0.35, 0.01]), np.array([0.35, 0.25, 0.5])
"""Corners of the workspace in metres: around the middle of the table, in front of the arm, which stands at y = 0.4."""
SPAN = 0.6
"""Metres of the table in one picture height of mouse motion: as the camera shows it."""
SPEED, CLICK, TURN = 0.3, 0.02, 1.5
"""Metres a second of a held key, metres of a click of the wheel, radians a second of the wrist."""
LEASH, TURN_LEASH = 0.08, 0.4
"""How far the point may be ahead of the hand, in metres and in radians."""
GAIN, DAMPING, TILT = 8.0, 0.03, 0.3
"""Part of the way per second that the hand makes; damping of the least squares; weight of the attitude."""

WAYS = {  # key: the axis, and which way
    **{"d": (0, 1.0), "a": (0, -1.0), "w": (1, 1.0), "s": (1, -1.0), "r": (2, 1.0), "f": (2, -1.0)},
    **{"right": (0, 1.0), "left": (0, -1.0), "up": (1, 1.0), "down": (1, -1.0)},
}
KEYS = (*WAYS, "q", "e")
BUTTONS = ("left",)
_STEPS = {
    "right": Move(mouse=(0.02, 0.0)),
    "left": Move(mouse=(-0.02, 0.0)),
    "away": Move(mouse=(0.0, -0.02)),
    "near": Move(mouse=(0.0, 0.02)),
    "higher": Move(("r",)),
    "lower": Move(("f",)),
    "turn left": Move(("q",)),
    "turn right": Move(("e",)),
}
MOVES = {
    "open": Move(),
    **_STEPS,
    "grip": Move(buttons=("left",)),
    **{f"grip and {name}": Move(move.keys, ("left",), mouse=move.mouse) for name, move in _STEPS.items()},
}
DOC = """Mouse, arrows or W A S D move the hand over the table: left, right, away and near. Wheel or R and F: higher,
lower. Q and E turn the wrist. The left button closes the fingers while it is held."""


class Reach:
    """The hand of one arm. site: the point between its fingers; joints: dof addresses of the arm's joints; arm,
    fingers: indices of their actuators, and low, high: (actuators,) of all controls; seconds: those of a tick."""

    def __init__(
        self,
        site: int,
        joints: np.ndarray,
        arm: np.ndarray,
        fingers: np.ndarray,
        low: np.ndarray,
        high: np.ndarray,
        seconds: float,
    ):
        self._site, self._joints, self._arm, self._fingers = site, joints, arm, fingers
        self._low, self._high, self._seconds = low, high, seconds
        self.target, self.turn = np.zeros(3), 0.0

    def begin(self, data: mujoco.MjData) -> None:
        """A new episode: the hand is to stay where it is."""
        self.target = data.site_xpos[self._site].copy()
        self.turn = _turned(data.site_xmat[self._site])

    def control(self, action: np.void, model: mujoco.MjModel, data: mujoco.MjData) -> np.ndarray:
        """Controls of all actuators, float64 (actuators,), from one ACTION record."""
        self._lead(action, data)
        control = np.zeros(len(self._low))
        limit = self._high[self._arm]
        speeds = self._speeds(model, data)
        control[self._arm] = speeds / max(1.0, float(np.max(np.abs(speeds) / limit)))
        closing = action["buttons"][BUTTON["left"]]
        control[self._fingers] = (self._high if closing else self._low)[self._fingers]
        return control

    def _lead(self, action: np.void, data: mujoco.MjData) -> None:
        """Move the target by what keys and mouse do in this tick."""
        keys, wheel = action["keys"], WHEEL[action["wheel"]]
        motion = np.zeros(3)
        for key, (axis, way) in WAYS.items():
            motion[axis] += keys[KEY[key]] * way * SPEED * self._seconds
        motion[:2] += action["mouse"] * (SPAN / MOUSE_ONE) * (1, -1)
        motion[2] += CLICK * ((wheel == "up") - (wheel == "down"))
        here = data.site_xpos[self._site]
        ahead = self.target + motion - here
        far = np.linalg.norm(ahead)
        self.target = (here + ahead * min(1.0, LEASH / max(far, LEASH))).clip(LOW, HIGH)
        now = _turned(data.site_xmat[self._site])
        turn = self.turn + (float(keys[KEY["q"]]) - float(keys[KEY["e"]])) * TURN * self._seconds
        self.turn = now + np.clip(_wrapped(turn - now), -TURN_LEASH, TURN_LEASH)

    def _speeds(self, model: mujoco.MjModel, data: mujoco.MjData) -> np.ndarray:
        """Radians a second of the arm's joints that bring the hand to its target."""
        shift, spin = np.zeros((3, model.nv)), np.zeros((3, model.nv))
        mujoco.mj_jacSite(model, data, shift, spin, self._site)
        jacobian = np.concatenate([shift[:, self._joints], TILT * spin[:, self._joints]])
        axes = data.site_xmat[self._site].reshape(3, 3)
        c, s = np.cos(self.turn), np.sin(self.turn)
        wanted = np.array([[c, s, 0], [s, -c, 0], [0, 0, -1]])  # x turned, z down
        tilt = 0.5 * np.cross(axes.T, wanted.T).sum(axis=0)
        error = GAIN * np.concatenate([self.target - data.site_xpos[self._site], TILT * tilt])
        return jacobian.T @ np.linalg.solve(jacobian @ jacobian.T + DAMPING**2 * np.eye(6), error)


def _turned(axes: np.ndarray) -> float:
    """How far a hand that points down, (9,) its axes, is turned: the angle of its x axis on the table."""
    return float(np.arctan2(axes[3], axes[0]))


def _wrapped(angle: float) -> float:
    return (angle + np.pi) % (2 * np.pi) - np.pi
