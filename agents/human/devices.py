"""The devices of the window: pygame's keys as the 96 keys of the action space, and game controllers."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pygame

from ...interface.keys import KEYS
from ...interface.printed import CONSTANTS, PYGAME_KEYS
from . import sounds
from .camera import Grip

_PLACES = {"QUOTE": "APOSTROPHE", "BACKQUOTE": "GRAVE"}
_MODIFIERS = {
    "left shift": pygame.KMOD_LSHIFT,
    "right shift": pygame.KMOD_RSHIFT,
    "left ctrl": pygame.KMOD_LCTRL,
    "right ctrl": pygame.KMOD_RCTRL,
}


def _place(name: str) -> int:
    constant = CONSTANTS.get(name, name.upper())
    return getattr(pygame, "KSCAN_" + _PLACES.get(constant, constant))


_BY_PRINT = {key: index for index, key in enumerate(PYGAME_KEYS)}
_BY_PLACE = {_place(name): index for index, name in enumerate(KEYS)}


def key_of(event: Any) -> int | None:
    """The index in KEYS of a pygame key event: by the print on the key, or, if that is none of the 96 (other
    alphabets), by the key's place on a US keyboard. None for a key that is neither."""
    index = _BY_PRINT.get(event.key)
    return index if index is not None else _BY_PLACE.get(getattr(event, "scancode", 0))


def name_of(event: Any, by_place: bool = False) -> str | None:
    """The name in KEYS of a pygame key event, see key_of. by_place: by its place on a US keyboard, if the event tells
    it; with Ctrl held always by its print, since Ctrl + Z is meant so."""
    place = _BY_PLACE.get(getattr(event, "scancode", 0)) if by_place and not event.mod & pygame.KMOD_CTRL else None
    index = key_of(event) if place is None else place
    return None if index is None else KEYS[index]


def print_of(event: Any) -> tuple[str, str] | None:
    """(name in KEYS by place, print) of a pygame key event of a key that prints a letter or a sign; None for others."""
    place, text = _BY_PLACE.get(getattr(event, "scancode", 0)), getattr(event, "unicode", "").lower()
    plain = not event.mod & (pygame.KMOD_CTRL | pygame.KMOD_SHIFT | pygame.KMOD_ALT | pygame.KMOD_CAPS)
    if place is None or len(KEYS[place]) > 1 or not plain or len(text) != 1 or not text.isprintable() or text == " ":
        return None
    return KEYS[place], text


def layout() -> dict[str, str]:
    """The print on the keys of this machine's keyboard, by their names in KEYS, where it is another than the name.
    SDL knows it, and pygame does not pass it on: it is empty where pygame's SDL cannot be asked."""
    try:
        sdl = ctypes.CDLL(_library())
        sdl.SDL_GetKeyFromScancode.restype, sdl.SDL_GetKeyFromScancode.argtypes = ctypes.c_int32, [ctypes.c_int]
        codes = {KEYS[index]: sdl.SDL_GetKeyFromScancode(place) for place, index in _BY_PLACE.items()}
    except (OSError, AttributeError):
        return {}
    letters = {name: chr(code) for name, code in codes.items() if len(name) == 1 and 32 < code < 0x3000}
    return {name: letter for name, letter in letters.items() if letter != name and letter.isprintable()}


def _library() -> str:
    """The path of the SDL that pygame has loaded. Raises OSError where it is not found."""
    home = Path(pygame.__file__).parent
    places = (home.parent / "pygame.libs", home / ".dylibs", home)
    found = (path for place in places for path in sorted(place.glob("*SDL2-2*")) + sorted(place.glob("SDL2.dll")))
    path = next(found, None)
    if path is None:
        raise OSError("no SDL beside pygame")
    return str(path)


def modifiers_of(event: Any) -> frozenset[str]:
    """The names of the Shift and Ctrl keys that are held in a pygame key event."""
    return frozenset(name for name, bit in _MODIFIERS.items() if event.mod & bit)


_KEPT: list[Any] = []
"""SDL's own windows that were asked for: pygame's events name them, and do not keep them."""


def fill_screen(full: bool) -> None:
    """Let the window have the whole screen, or its size from before. It stays the same window, so that it keeps focus
    and mouse: pygame's own toggle makes another one."""
    try:
        from pygame._sdl2.video import Window
    except ImportError:  # a pygame without SDL's own windows
        pygame.display.toggle_fullscreen()
        return
    window = Window.from_display_module()
    _KEPT.append(window)
    if full:
        window.set_fullscreen(True)
    else:
        window.set_windowed()


class Speaker:
    """The sounds of a window. on: whether they are heard; where there is no device for sound, they never are, and
    `complaint` says why."""

    def __init__(self, on: bool = False):
        self._heard, self._sounds = 0, dict[str, Any]()
        self.on = False
        self.complaint = self.turn() if on else ""

    def turn(self) -> str:
        """Turn sounds on, or off. Returns why they cannot be turned on, or ""."""
        if not self.on and pygame.mixer.get_init() is None:
            try:
                pygame.mixer.init(sounds.RATE, -16, 1, 512)
            except pygame.error as error:
                return f"There is no device for sound here: {error}"
        self.on = not self.on
        return ""

    def play(self, heard: Sequence[tuple[int, str]]) -> None:
        """Play those of (number, name) that are new since the last call."""
        for number, name in heard:
            if self.on and number > self._heard:
                if name not in self._sounds:
                    self._sounds[name] = pygame.mixer.Sound(buffer=sounds.samples(name).tobytes())
                self._sounds[name].play()
            self._heard = max(number, self._heard)

    def close(self) -> None:
        """Release the device."""
        if pygame.mixer.get_init() is not None:
            pygame.mixer.quit()


class Pads:
    """The game controllers that are plugged in, as pygame's controller module maps them: buttons and sticks are the
    same for all makes."""

    def __init__(self) -> None:
        self._controllers = None
        try:
            from pygame._sdl2 import controller

            controller.init()
            self._controllers = controller
        except (ImportError, pygame.error):  # then there are none
            pass
        self._order: list[int] = []
        self._places: dict[int, list[float]] = {}

    @property
    def count(self) -> int:
        """The number of controllers that are plugged in."""
        return len(self.plugged())

    def number(self, id: int) -> int:
        """The number of a controller, from 0 on, in the order in which they were first used. id: pygame's."""
        if id not in self._order:
            self._order.append(id)
        return self._order.index(id)

    def stick(self, event: Any) -> tuple[float, float] | None:
        """The place of the left stick, (x, y) from -1 to 1, after an event of an axis; None for another axis."""
        axes = (pygame.CONTROLLER_AXIS_LEFTX, pygame.CONTROLLER_AXIS_LEFTY)
        if event.axis not in axes:
            return None
        place = self._places.setdefault(event.instance_id, [0.0, 0.0])
        place[axes.index(event.axis)] = event.value / 32768
        return place[0], place[1]

    def plugged(self) -> list[Callable[[], Grip]]:
        """For each controller, a function that returns its state."""
        known = self._controllers
        if known is None:
            return []
        self._open = [known.Controller(n) for n in range(known.get_count()) if known.is_controller(n)]
        return [_asked(pad) for pad in self._open]

    def close(self) -> None:
        """Release the controllers."""
        if self._controllers is not None:
            self._controllers.quit()


BUTTONS = {
    pygame.CONTROLLER_BUTTON_DPAD_UP: "up",
    pygame.CONTROLLER_BUTTON_DPAD_DOWN: "down",
    pygame.CONTROLLER_BUTTON_DPAD_LEFT: "left",
    pygame.CONTROLLER_BUTTON_DPAD_RIGHT: "right",
    pygame.CONTROLLER_BUTTON_A: "a",
    pygame.CONTROLLER_BUTTON_B: "b",
    pygame.CONTROLLER_BUTTON_X: "x",
    pygame.CONTROLLER_BUTTON_Y: "y",
    pygame.CONTROLLER_BUTTON_LEFTSHOULDER: "left shoulder",
    pygame.CONTROLLER_BUTTON_BACK: "back",
    pygame.CONTROLLER_BUTTON_START: "start",
}
"""Names of the buttons of a controller, see padkeys.py, by pygame's numbers."""
_BUTTONS = {
    "a": pygame.CONTROLLER_BUTTON_A,
    "b": pygame.CONTROLLER_BUTTON_B,
    "x": pygame.CONTROLLER_BUTTON_X,
    "y": pygame.CONTROLLER_BUTTON_Y,
    "left shoulder": pygame.CONTROLLER_BUTTON_LEFTSHOULDER,
}


def _asked(pad: object) -> Callable[[], Grip]:
    """A function that returns the state of a controller of pygame's."""

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
