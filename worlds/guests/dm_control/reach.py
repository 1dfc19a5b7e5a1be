"""An arm controlled by the mouse: the target of its hand, and the joint velocities that move the hand there.

The mouse moves a point in the plane of the table as the picture shows it, the wheel or R and F raise and lower it, Q
and E turn the wrist, the left button closes the fingers. The point stays within the workspace and at most LEASH ahead
of the hand. The joints' speeds follow from the Jacobian of the hand by damped least squares, with the hand kept
pointing down; all slow down together where one would be too quick.
"""

from __future__ import annotations

import math

import mujoco
import numpy as np

from ....interface.action import MOUSE_ONE, Move
from ....interface.keys import BUTTON, KEY, WHEEL

LOW, HIGH = np.array([-0.35, -0.35, 0.01]), np.array([0.35, 0.25, 0.5])
"""Corners of the workspace in metres: around the middle of the table, in front of the arm, which stands at y = 0.4."""
SPAN = 0.6
"""Metres of the table in one picture height of mouse motion: as the camera shows it."""
SPEED, RISE, CLICK, TURN = 0.3, 0.2, 0.02, 1.5
"""Metres a second of a held key over the table and up or down, metres of a click of the wheel, radians a second of the
wrist: as quick as the arm's joints can follow."""
LEASH, TURN_LEASH = 0.08, 0.4
"""The largest distance from the hand to the point, in metres and in radians."""
GAIN, DAMPING, TILT = 8.0, 0.03, 0.3
"""Share of the way to the target per second; damping of the least squares; weight of the orientation."""

WAYS = {  # key: metres a second
    **{"d": (SPEED, 0, 0), "a": (-SPEED, 0, 0), "w": (0, SPEED, 0), "s": (0, -SPEED, 0)},
    **{"right": (SPEED, 0, 0), "left": (-SPEED, 0, 0), "up": (0, SPEED, 0), "down": (0, -SPEED, 0)},
    **{"r": (0, 0, RISE), "f": (0, 0, -RISE)},
}
_WAY_KEYS, _WAYS = [KEY[key] for key in WAYS], np.array([*WAYS.values()])
_MOUSE = np.array([SPAN, -SPAN]) / MOUSE_ONE
_WEIGHTS, _DAMPED = np.array([[1.0], [1.0], [1.0], [TILT], [TILT], [TILT]]), DAMPING**2 * np.eye(6)
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
WORDS = {
    "mouse": "move the hand over the table",
    **{key: "to the right" for key in ("d", "right")},
    **{key: "to the left" for key in ("a", "left")},
    **{key: "away from you" for key in ("w", "up")},
    **{key: "towards you" for key in ("s", "down")},
    "wheel": "higher, lower",
    "r": "higher",
    "f": "lower",
    "q": "turn the wrist left",
    "e": "turn the wrist right",
    "left button": "close the fingers while it is held",
}
DOC = """Mouse, arrows or W A S D move the hand over the table: left, right, away and near. Wheel or R and F: higher,
lower. Q and E turn the wrist. The left button closes the fingers while it is held."""


class Reach:
    """The hand of one arm. site: the point between its fingers; joints: dof addresses of the arm's joints; arm,
    fingers: indices of their actuators; low, high: (actuators,), bounds of all controls; seconds: length of a tick."""

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
        """Begin an episode: the target is the present position of the hand."""
        self.target = data.site_xpos[self._site].copy()
        self.turn = _turned(data.site_xmat[self._site])

    def control(self, action: np.void, model: mujoco.MjModel, data: mujoco.MjData) -> np.ndarray:
        """Controls of all actuators, float64 (actuators,), from one ACTION record."""
        self._lead(action, data)
        control = np.zeros(len(self._low))
        speeds = self._speeds(model, data)
        control[self._arm] = speeds / max(1.0, (np.abs(speeds) / self._high[self._arm]).max())
        closing = action["buttons"][BUTTON["left"]]
        control[self._fingers] = (self._high if closing else self._low)[self._fingers]
        return np.minimum(np.maximum(control, self._low), self._high)  # rounding

    def _lead(self, action: np.void, data: mujoco.MjData) -> None:
        """Move the target by the keys and the mouse of this tick."""
        keys, wheel = action["keys"], WHEEL[action["wheel"]]
        motion = self._seconds * (keys[_WAY_KEYS] @ _WAYS)
        motion[:2] += action["mouse"] * _MOUSE
        motion[2] += CLICK * ((wheel == "up") - (wheel == "down"))
        here = data.site_xpos[self._site]
        ahead = self.target + motion - here
        far = math.sqrt(ahead @ ahead)
        self.target = np.minimum(np.maximum(here + ahead * min(1.0, LEASH / max(far, LEASH)), LOW), HIGH)
        now = _turned(data.site_xmat[self._site])
        turn = self.turn + (float(keys[KEY["q"]]) - float(keys[KEY["e"]])) * TURN * self._seconds
        self.turn = now + min(max(_wrapped(turn - now), -TURN_LEASH), TURN_LEASH)

    def _speeds(self, model: mujoco.MjModel, data: mujoco.MjData) -> np.ndarray:
        """Radians a second of the arm's joints that bring the hand to its target."""
        both = np.zeros((6, model.nv))
        mujoco.mj_jacSite(model, data, both[:3], both[3:], self._site)
        jacobian = both[:, self._joints] * _WEIGHTS
        axes = data.site_xmat[self._site].reshape(3, 3)
        c, s = math.cos(self.turn), math.sin(self.turn)
        turn = np.array([[c, s, 0], [s, -c, 0], [0, 0, -1]]) @ axes.T  # x as wanted, z down
        error = np.empty(6)
        error[:3] = self.target - data.site_xpos[self._site]
        error[3:] = turn[2, 1] - turn[1, 2], turn[0, 2] - turn[2, 0], turn[1, 0] - turn[0, 1]
        error[3:] *= 0.5 * TILT  # half of that is the axis of the turn, as long as the sine of its angle
        damped, effort = jacobian @ jacobian.T + _DAMPED, np.empty(6)
        mujoco.mju_cholFactor(damped, 0.0)
        mujoco.mju_cholSolve(effort, damped, GAIN * error)
        return jacobian.T @ effort


def _turned(axes: np.ndarray) -> float:
    """The rotation, in radians, of a hand that points down: the angle of its x axis on the table. axes: (9,)."""
    return math.atan2(axes[3], axes[0])


def _wrapped(angle: float) -> float:
    return (angle + math.pi) % math.tau - math.pi
