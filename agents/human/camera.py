"""Input of worlds with a camera: players, and the keyboard, mouse and game controllers that move them.

Each player has some of the devices. One player, `current`, has the mouse and the keys that the world uses. The next one
has the arrows: up and down walk, left and right turn; a single player has them too. Controllers are assigned from the
last player backwards. The tables below say which key or motion of the world a key or a stick stands for; all of them
become the same keys and the same motion of the mouse in an ACTION record.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ...interface.action import MOUSE_ONE, Move
from ...interface.keys import BUTTON, KEY
from ...worlds.engine.world import World
from .input import Point, TickInput, TurnInput, looks
from .settings import Settings

COUNTS = 720
"""Pixels of mouse motion to one picture height, 90 degrees in first-person worlds, at a sensitivity of 100 percent."""

STANDS_FOR = {"up": "w", "down": "s", "right shift": "left shift", "right ctrl": "e", "/": "e", ".": "space"}
"""Keys of the right half of the keyboard, and the world's keys that they stand for."""
STANDS_FOR_GRASPING = {"up": "w", "down": "s", "right shift": "left shift", "/": "r", ",": "f", ".": "space"}
GRASPS = ("right ctrl",)
"""The same in worlds in which E does not use things: the left button acts, and without a mouse GRASPS do."""
TURNS = {"left": (-1, 0), "right": (1, 0), "page up": (0, -1), "page down": (0, 1)}
"""Keys that turn the camera: the direction (x, y) in which they move the mouse."""
TURN_SPEED, STICK_SPEED = 1.6, 2.0
"""Picture heights a second by which the camera turns for a key that is held a while, and for a stick that is pushed all
the way: 144 and 180 degrees."""
GENTLE, GATHER = 3, 10
"""A key begins to turn the camera with GENTLE/GATHER of its speed and gains 1/GATHER a tick: a tap is a small turn."""

WALKS = {(0, -1): "w", (0, 1): "s", (-1, 0): "a", (1, 0): "d"}
"""The directions (x, y) of a controller's left stick, and the keys that they stand for."""
PRESSES = {"a": "e", "b": "space", "x": "f", "y": "r", "left shoulder": "left shift"}
"""A controller's buttons, and the keys that they stand for; the first is the left button too."""
PUSHED, DEAD = 0.45, 0.15
"""Deflection of a stick, of 1, from which it walks, and from which it turns the camera."""

WORDS = {"left shift": "run", "space": "jump", "e": "use"}
"""Meaning, on the help page, of keys that are in no move of their own."""


def walks(world: World) -> bool:
    """Whether W, A, S and D walk in a world in which the mouse turns the camera; in others, such as that of a robot's
    arm, keys have meanings of the world's own."""
    return world.controls.moves.get("forward") == Move(("w",))


class Grip(NamedTuple):
    """The present state of a controller's sticks and buttons: (x, y) of each stick, -1 to 1, down positive; PRESSES'
    names."""

    walk: tuple[float, float] = (0.0, 0.0)
    look: tuple[float, float] = (0.0, 0.0)
    pressed: tuple[str, ...] = ()


class CameraInput(TickInput):
    """Steps of a real-time world with a camera. settings: of the mouse; pads: functions that return the state of each
    controller; taken: the motion of the mouse that the last tick took, (x, y) in 1/MOUSE_ONE picture heights."""

    def __init__(self, world: World):
        self.settings = Settings()
        self.pads: list[Callable[[], Grip]] = []
        super().__init__(world)
        self._divides = self.shared = False
        listens, self.walks = set(world.controls.keys), walks(world)
        self.uses = self.walks and "e" in listens and "e" not in world.controls.help
        table = {} if not self.walks else STANDS_FOR if self.uses else STANDS_FOR_GRASPING
        self.stands_for = {KEY[key]: KEY[to] for key, to in table.items() if to in listens and key not in listens}
        grasps = GRASPS if self.walks and not self.uses and "left" in world.controls.buttons else ()
        self.grasps = frozenset(KEY[key] for key in grasps if key not in listens)
        self.turns = {KEY[key]: way for key, way in TURNS.items() if self.walks and key not in listens}
        presses = PRESSES.items() if self.walks else ()
        self.presses = {button: key for button, key in presses if key in listens and (key != "e" or self.uses)}
        self.keys |= {*self.stands_for, *self.grasps, *self.turns}

    def seats(self) -> list[int]:
        """The players in the order in which devices are assigned: the mouse, the arrows, nothing. One who
        is alone has all of them."""
        order = self.places()
        first = order.index(self.current)
        return [*order[first:], *order[:first]]

    def padded(self) -> list[int]:
        """The player of each controller; a player with the mouse gets one only if alone."""
        seats = self.seats()
        return (seats[1:] or seats)[-len(self.pads) :] if self.pads else []

    def owner(self, key: int) -> int:
        """The player whose actions this key belongs to."""
        arrows = key in self.stands_for or key in self.grasps or key in self.turns
        return self.seats()[:2][-1] if arrows else self.current

    def who(self, player: int) -> str:
        """The devices that move a player, in words; "" if none does."""
        ways = ["keyboard and mouse"] if player == self.current else []
        ways += ["arrows"] if player in self.seats()[1:2] else []
        ways += ["controller"] if player in self.padded() else []
        return " or ".join(ways)

    def look(self, motion: Point) -> None:
        """The captured mouse moves, (x, y) in pixels."""
        whole = np.multiply(motion, (1, self._down_is), dtype=np.int64) * MOUSE_ONE * self.settings.sensitivity
        self._motion += whole // (COUNTS * 100)

    @property
    def waiting(self) -> Point:
        """Motion of the mouse that no tick has taken yet, (x, y) in 1/MOUSE_ONE picture heights."""
        return int(self._motion[0]), int(self._motion[1])

    def clear(self) -> None:
        """Release everything, and start the clock anew at the next `take`."""
        super().clear()
        self._motion, self.taken = np.zeros(2, np.int64), (0, 0)
        self._turning: dict[int, int] = {}

    @property
    def _down_is(self) -> int:
        return -1 if self.settings.invert else 1

    def _hold(self, actions: np.ndarray, key: int) -> None:
        """A key is down in this tick: the world's own, one that stands for it or for a button, or one that turns the
        camera."""
        if key in self.turns:
            gathered = self._turning[key] = self._turning.get(key, GENTLE - 1) + 1
            speed = TURN_SPEED * min(gathered / GATHER, 1)
            self._look_by(actions[self.owner(key)], np.multiply(self.turns[key], speed))
        elif key in self.grasps:
            actions[self.owner(key)]["buttons"][BUTTON["left"]] = 1
        else:
            actions[self.owner(key)]["keys"][self.stands_for.get(key, key)] = 1

    def _move_mouse(self, actions: np.ndarray, cursors: np.ndarray) -> None:
        """The mouse and the controllers in this tick; motion of the mouse beyond one tick's range is kept for the
        next."""
        self._turning = {key: ticks for key, ticks in self._turning.items() if key in self._held}
        mouse = actions[self.current]["mouse"]
        motion = (self._motion + mouse).clip(-MOUSE_ONE, MOUSE_ONE) - mouse
        mouse += motion.astype(np.int32)
        self._motion -= motion
        self.taken = int(motion[0]), int(motion[1])
        for player, pad in zip(self.padded(), self.pads, strict=False):
            self._grip(actions[player], pad())

    def _grip(self, action: np.void, grip: Grip) -> None:
        """The keys, buttons and motion of a controller in this tick."""
        held = [key for way, key in WALKS.items() if np.dot(grip.walk, way) > PUSHED]
        held += [self.presses[name] for name in grip.pressed if name in self.presses]
        for key in held:
            if KEY[key] in self.keys:
                action["keys"][KEY[key]] = 1
        if "a" in grip.pressed and BUTTON["left"] in self.buttons:
            action["buttons"][BUTTON["left"]] = 1
        far = np.hypot(*grip.look)
        if far > DEAD:
            push = np.multiply(grip.look, (1, self._down_is)) * min((far - DEAD) / (1 - DEAD), 1)
            self._look_by(action, push * STICK_SPEED)

    def _look_by(self, action: np.void, speed: np.ndarray) -> None:
        """Move the mouse of this action by a speed, (x, y) in picture heights a second, for a tick."""
        motion = np.rint(speed * MOUSE_ONE / self.world.controls.tick_hz).astype(np.int32)
        action["mouse"] = (action["mouse"] + motion).clip(-MOUSE_ONE, MOUSE_ONE)


def input_of(world: World) -> TurnInput | TickInput:
    """The input of a world, by its kind of time and by whether the mouse turns its camera."""
    if world.controls.turn_based:
        return TurnInput(world)
    return CameraInput(world) if looks(world) else TickInput(world)
