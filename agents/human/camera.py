"""Hands of worlds in which one looks around: who moves whom, by keyboard, mouse and game controllers.

All players look with what they have. One player, `current`, has the mouse and the keys that the world listens to. The
next one has the arrows: up and down walk, left and right turn; a player who is alone has them too. Controllers are
handed out from the last player backwards. What a key or a stick stands for is in the tables below; whatever it is, it
becomes the same keys and the same motion of the mouse in an ACTION record.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pygame

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
"""The same in worlds in which E does not use things: there the left button acts, and who has no mouse has GRASPS."""
TURNS = {"left": (-1, 0), "right": (1, 0), "page up": (0, -1), "page down": (0, 1)}
"""Keys that look: the way (x, y) in which they move the mouse."""
TURN_SPEED, STICK_SPEED = 1.6, 2.0
"""Picture heights a second that a key looks when held a while, and a stick when pushed all the way: 144 and 180
degrees."""
GENTLE, GATHER = 3, 10
"""A key begins to look with GENTLE/GATHER of its speed and gains 1/GATHER a tick, so that a tap is a small turn."""

WALKS = {(0, -1): "w", (0, 1): "s", (-1, 0): "a", (1, 0): "d"}
"""The ways (x, y) of a controller's left stick, and the keys that they stand for."""
PRESSES = {"a": "e", "b": "space", "x": "f", "y": "r", "left shoulder": "left shift"}
"""A controller's buttons, and the keys that they stand for; the first is the left button too."""
PUSHED, DEAD = 0.45, 0.15
"""How far a stick must go, of 1, to walk, and to look."""

WORDS = {"left shift": "run", "space": "jump", "e": "use"}
"""What keys do that are in no move of their own, as the help says it."""


def walks(world: World) -> bool:
    """Whether W, A, S and D walk in a world in which the mouse looks around; in others, such as that of a robot's arm,
    what hands do is its own."""
    return world.moves.get("forward") == Move(("w",))


class Grip(NamedTuple):
    """What a controller's sticks and buttons do now: (x, y) of each stick, -1 to 1, down positive; PRESSES' names."""

    walk: tuple[float, float] = (0.0, 0.0)
    look: tuple[float, float] = (0.0, 0.0)
    pressed: tuple[str, ...] = ()


class CameraInput(TickInput):
    """Steps of a real-time world with a camera. settings: of the mouse; pads: what each controller does, when asked."""

    def __init__(self, world: World):
        self.settings = Settings()
        self.pads: list[Callable[[], Grip]] = []
        super().__init__(world)
        self.shared = False
        listens, self.walks = set(world.keys), walks(world)
        self.uses = self.walks and "e" in listens and "e" not in world.words
        table = {} if not self.walks else STANDS_FOR if self.uses else STANDS_FOR_GRASPING
        self.stands_for = {KEY[key]: KEY[to] for key, to in table.items() if to in listens and key not in listens}
        grasps = GRASPS if self.walks and not self.uses and "left" in world.buttons else ()
        self.grasps = frozenset(KEY[key] for key in grasps if key not in listens)
        self.turns = {KEY[key]: way for key, way in TURNS.items() if self.walks and key not in listens}
        presses = PRESSES.items() if self.walks else ()
        self.presses = {button: key for button, key in presses if key in listens and (key != "e" or self.uses)}
        self.keys |= {*self.stands_for, *self.grasps, *self.turns}

    def seats(self) -> list[int]:
        """The players in the order in which they are given hands: the mouse, the arrows, nothing."""
        return [(self.current + seat) % self.world.players for seat in range(self.world.players)]

    def padded(self) -> list[int]:
        """The player of each controller; those who have the mouse get one only if they are alone."""
        seats = self.seats()
        return (seats[1:] or seats)[-len(self.pads) :] if self.pads else []

    def owner(self, key: int) -> int:
        """The player whose hands this key belongs to."""
        arrows = key in self.stands_for or key in self.grasps or key in self.turns
        return self.seats()[:2][-1] if arrows else self.current

    def who(self, player: int) -> str:
        """What moves a player, in words; "" if nothing does."""
        ways = ["keyboard and mouse"] if player == self.current else []
        ways += ["arrows"] if self.world.players > 1 and player == self.seats()[1] else []
        ways += ["controller"] if player in self.padded() else []
        return " or ".join(ways)

    def look(self, motion: Point) -> None:
        """The captured mouse moves, (x, y) in pixels."""
        whole = np.multiply(motion, (1, self._down_is), dtype=np.int64) * MOUSE_ONE * self.settings.sensitivity
        self._motion += whole // (COUNTS * 100)

    def clear(self) -> None:
        """Let go of everything, and start the clock anew at the next `take`."""
        super().clear()
        self._motion = np.zeros(2, np.int64)
        self._turning: dict[int, int] = {}

    @property
    def _down_is(self) -> int:
        return -1 if self.settings.invert else 1

    def _hold(self, actions: np.ndarray, key: int) -> None:
        """A key is down in this tick: the world's own, one that stands for it or for a button, or one that looks."""
        if key in self.turns:
            gathered = self._turning[key] = self._turning.get(key, GENTLE - 1) + 1
            speed = TURN_SPEED * min(gathered / GATHER, 1)
            self._look_by(actions[self.owner(key)], np.multiply(self.turns[key], speed))
        elif key in self.grasps:
            actions[self.owner(key)]["buttons"][BUTTON["left"]] = 1
        else:
            actions[self.owner(key)]["keys"][self.stands_for.get(key, key)] = 1

    def _move_mouse(self, actions: np.ndarray, cursors: np.ndarray) -> None:
        """The mouse and the controllers in this tick; more motion of the mouse than a tick can hold is kept for the
        next."""
        self._turning = {key: ticks for key, ticks in self._turning.items() if key in self._held}
        mouse = actions[self.current]["mouse"]
        motion = (self._motion + mouse).clip(-MOUSE_ONE, MOUSE_ONE) - mouse
        mouse += motion.astype(np.int32)
        self._motion -= motion
        for player, pad in zip(self.padded(), self.pads, strict=False):
            self._grip(actions[player], pad())

    def _grip(self, action: np.void, grip: Grip) -> None:
        """What a controller does in this tick."""
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
        """Move these hands' mouse by a speed, (x, y) in picture heights a second, for a tick."""
        motion = np.rint(speed * MOUSE_ONE / self.world.tick_hz).astype(np.int32)
        action["mouse"] = (action["mouse"] + motion).clip(-MOUSE_ONE, MOUSE_ONE)


class Pads:
    """The game controllers that are plugged in, as pygame knows them: all look alike, whoever made them."""

    def __init__(self) -> None:
        self._controllers = None
        try:
            from pygame._sdl2 import controller

            controller.init()
            self._controllers = controller
        except (ImportError, pygame.error):  # then there are none
            pass

    def plugged(self) -> list[Callable[[], Grip]]:
        """What to ask each for its grip."""
        known = self._controllers
        if known is None:
            return []
        return [_asked(known.Controller(n)) for n in range(known.get_count()) if known.is_controller(n)]

    def close(self) -> None:
        """Let go of them."""
        if self._controllers is not None:
            self._controllers.quit()


_BUTTONS = {
    "a": pygame.CONTROLLER_BUTTON_A,
    "b": pygame.CONTROLLER_BUTTON_B,
    "x": pygame.CONTROLLER_BUTTON_X,
    "y": pygame.CONTROLLER_BUTTON_Y,
    "left shoulder": pygame.CONTROLLER_BUTTON_LEFTSHOULDER,
}


def _asked(pad: object) -> Callable[[], Grip]:
    """What tells the grip of a controller of pygame's."""

    def stick(*axes: int) -> tuple[float, float]:
        x, y = (pad.get_axis(axis) / 32768 for axis in axes)  # type: ignore[attr-defined]
        return x, y

    def grip() -> Grip:
        return Grip(
            stick(pygame.CONTROLLER_AXIS_LEFTX, pygame.CONTROLLER_AXIS_LEFTY),
            stick(pygame.CONTROLLER_AXIS_RIGHTX, pygame.CONTROLLER_AXIS_RIGHTY),
            tuple(name for name, button in _BUTTONS.items() if pad.get_button(button)),  # type: ignore[attr-defined]
        )

    return grip


def input_of(world: World) -> TurnInput | TickInput:
    """The input of a world, by its kind of time and by whether the mouse turns its camera."""
    if world.turn_based:
        return TurnInput(world)
    return CameraInput(world) if looks(world) else TickInput(world)
