"""From presses and the mouse to the actions of the players: one ACTION record for each player and step.

Two kinds of time, one set of methods. `TurnInput` makes a step of every press, of every repeat of a held key and of
every click, and none without input. `TickInput` makes a step of the held keys at the world's tick rate. Both receive
events (`press`, `release`, `button_down`, `button_up`, `point`, `look`, `wheel`, `say`), and `take` returns the next
step. The input of a real-time world with a camera is in camera.py.

Two players share a keyboard where the world uses letters and arrows: the letters and the left half belong to player 1,
the arrows and the right half to player 2. Where keys cannot be divided so, all belong to `current`.

Times are seconds of any steady clock. Points are (x, y) in 1/MOUSE_ONE picture heights from the top left corner.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from ...interface.action import ACTION, MOUSE_ONE
from ...interface.keys import WHEEL, button_index, key_index
from ...interface.text import encode, vocabulary
from ...worlds.engine.world import World
from .keyboard import ARROWS, LETTERS, MODIFIERS, RIGHT_HAND

MAKE_UP = 3
"""Most missed ticks that are made up for after a delay; the rest of the time is lost."""
DELAY, INTERVAL = 0.22, 0.07
"""Seconds before a held key repeats, and between later repeats: chosen by trial, a little faster than in typing."""
NOTCHES = 15
"""Most notches of the wheel that wait for a tick of their own."""
Point = tuple[int, int]


def looks(world: World) -> bool:
    """Whether the mouse turns the camera in this world."""
    moved = any(move.mouse != (0.0, 0.0) for move in world.controls.moves.values())
    return moved and not world.controls.cursor and not world.controls.turn_based


class Repeat:
    """Repeats of held keys: the key pressed last repeats after DELAY and then every INTERVAL."""

    def __init__(self) -> None:
        self._held: list[int] = []
        self.due: float | None = None

    def press(self, key: int, now: float) -> None:
        """The key goes down; its first action is the press itself."""
        self._held = [*(held for held in self._held if held != key), key]
        self.due = now + DELAY

    def release(self, key: int, now: float) -> None:
        """The key goes up; another key that is still held takes over after DELAY."""
        if key not in self._held:
            return
        last = self._held[-1] == key
        self._held.remove(key)
        if last:
            self.due = now + DELAY if self._held else None

    def fire(self, now: float) -> int | None:
        """The key that repeats now, if one is due. Time lost to a slow machine is not made up for."""
        if self.due is None or now < self.due:
            return None
        self.due = max(self.due, now - INTERVAL) + INTERVAL
        return self._held[-1]

    def clear(self) -> None:
        """All keys go up."""
        self._held, self.due = [], None


class Input:
    """The common part of both kinds of time: the keys and buttons that the world uses, and the player of each key.
    `printed`: for help pages, the print on the key that stands for a key of the world, where it is another."""

    def __init__(self, world: World):
        self.world = world
        self.keys = frozenset(map(key_index, world.controls.keys))
        self.buttons = frozenset(map(button_index, world.controls.buttons))
        self.turns_wheel = "wheel" in world.controls.help or any(
            move.wheel != "still" for move in world.controls.moves.values()
        )
        self.looks = looks(world)
        self._divides = bool(self.keys & LETTERS) and self.keys >= ARROWS
        self.shared = world.players == 2 and self._divides
        self.current = 0
        self.printed: dict[str, str] = {}
        self.seated: tuple[int, ...] = ()
        self._alone = {key_index(move.keys[0]) for move in world.controls.moves.values() if len(move.keys) == 1}

    def owner(self, key: int) -> int:
        """The player whose actions this key belongs to."""
        return self.places()[int(key in RIGHT_HAND)] if self.shared else self.current

    def places(self) -> tuple[int, ...]:
        """The players that these devices can move."""
        return self.seated or tuple(range(self.world.players))

    def sit(self, *players: int) -> None:
        """The devices move these players and no others. One has all keys; two share them, where they can be divided."""
        self.current, self.seated = players[0], players
        self.shared = len(players) == 2 and self._divides

    def who(self, player: int) -> str:
        """The keys that move a player, in words; "" if none does."""
        if self.shared:
            return dict(zip(self.places(), ("letters", "arrows"), strict=True)).get(player, "")
        return "your keys" if player == self.current else ""

    def empty(self) -> np.ndarray:
        """Actions that hold nothing: ACTION (players,)."""
        return np.zeros(self.world.players, ACTION)


@dataclass
class _Act:
    """One action of one player that takes a turn of its own."""

    player: int
    keys: tuple[int, ...] = ()
    button: int | None = None
    target: Point | None = None
    wheel: int = 0
    say: str = ""


class TurnInput(Input):
    """Steps of a turn-based world. Modifier keys join the keys pressed with them, and act alone if a move says so."""

    def __init__(self, world: World):
        super().__init__(world)
        self._waiting: deque[_Act] = deque()
        self._repeats = [Repeat() for _ in range(world.players)]
        self._modifiers: set[int] = set()

    def press(self, key: int, now: float) -> None:
        """A key goes down: one step, now."""
        if key not in self.keys:
            return
        if key in MODIFIERS and key not in self._alone:
            self._modifiers.add(key)
            return
        self._repeats[self.owner(key)].press(key, now)
        self._waiting.append(self._act(key))

    def release(self, key: int, now: float) -> None:
        """A key goes up."""
        self._modifiers.discard(key)
        for repeat in self._repeats:
            repeat.release(key, now)

    def button_down(self, button: int, player: int, target: Point) -> None:
        """A click in a player's picture: one step that moves the cursor there and presses the button."""
        if button in self.buttons or (self.world.controls.cursor and not self.buttons):
            pressed = button if button in self.buttons else None
            self._waiting.append(_Act(player, button=pressed, target=target if self.world.controls.cursor else None))

    def button_up(self, button: int) -> None:
        """No effect: a click is over with its step."""

    def point(self, player: int, target: Point) -> None:
        """No effect: pointing alone takes no turn."""

    def look(self, motion: Point) -> None:
        """No effect: turning the camera alone takes no turn."""

    def wheel(self, notches: int) -> None:
        """The wheel turns, up for positive notches: one step for each."""
        if self.turns_wheel:
            turn = WHEEL.index("up" if notches > 0 else "down")
            self._waiting.extend(_Act(self.current, wheel=turn) for _ in range(abs(notches)))

    def say(self, player: int, text: str) -> None:
        """A player says something: one step that holds nothing."""
        self._waiting.append(_Act(player, say=text))

    def take(self, now: float, cursors: np.ndarray) -> np.ndarray | None:
        """The next step, ACTION (players,), or None. cursors: the present place of each cursor, int (players, 2).

        A cursor moves one picture height a step at most, so a far click in a wide picture is preceded by steps that
        only move.
        """
        if not self._waiting:
            fired = next((key for repeat in self._repeats if (key := repeat.fire(now)) is not None), None)
            if fired is None:
                return None
            self._waiting.append(self._act(fired))
        act, actions = self._waiting[0], self.empty()
        action = actions[act.player]
        if act.target is not None:
            rest = np.subtract(act.target, cursors[act.player], dtype=np.int64)
            action["mouse"] = rest.clip(-MOUSE_ONE, MOUSE_ONE)
            if np.abs(rest).max() > MOUSE_ONE:
                return actions
        self._waiting.popleft()
        action["keys"][list(act.keys)] = 1
        if act.button is not None:
            action["buttons"][act.button] = 1
        action["wheel"] = act.wheel
        action["say"] = encode(act.say)
        return actions

    def due(self) -> float | None:
        """The time at which `take` may return the next step; None if that depends on an event."""
        return min((repeat.due for repeat in self._repeats if repeat.due is not None), default=None)

    def clear(self) -> None:
        """Release everything."""
        self._waiting.clear()
        self._modifiers.clear()
        for repeat in self._repeats:
            repeat.clear()

    def _act(self, key: int) -> _Act:
        player = self.owner(key)
        joined = (modifier for modifier in self._modifiers if self.owner(modifier) == player)
        return _Act(player, keys=(key, *joined))


class TickInput(Input):
    """Steps of a real-time world. A key that was pressed and released between two ticks is held for one of them.
    speed: factor on the world's tick rate."""

    def __init__(self, world: World):
        super().__init__(world)
        self._due: float | None = None
        self.speed = 1.0
        self.clear()

    def press(self, key: int, now: float) -> None:
        """A key goes down."""
        if key in self.keys:
            self._held.add(key)
            self._tapped.add(key)

    def release(self, key: int, now: float) -> None:
        """A key goes up."""
        self._held.discard(key)

    def button_down(self, button: int, player: int, target: Point) -> None:
        """A button goes down in a player's picture."""
        self.point(player, target)
        if button in self.buttons:
            self._down[button] = self._clicked[button] = player

    def button_up(self, button: int) -> None:
        """A button goes up."""
        self._down.pop(button, None)

    def point(self, player: int, target: Point) -> None:
        """The mouse points to a place in a player's picture: the cursor follows, one picture height a tick at most."""
        if self.world.controls.cursor:
            self._targets[player] = target

    def look(self, motion: Point) -> None:
        """No effect: this world has no camera."""

    def wheel(self, notches: int) -> None:
        """The wheel turns, up for positive notches: one tick for each."""
        if self.turns_wheel:
            self._notches += min(max(notches, -NOTCHES - self._notches), NOTCHES - self._notches)

    def say(self, player: int, text: str) -> None:
        """A player says something in the next free tick."""
        self._said.append((player, text))

    def take(self, now: float, cursors: np.ndarray) -> np.ndarray | None:
        """The step of this tick, ACTION (players,), or None before it is due. After a delay MAKE_UP ticks follow one
        another; other missed ticks are left out."""
        period = 1 / (self.world.controls.tick_hz * self.speed)
        self._due = now + period if self._due is None else self._due
        if now < self._due:
            return None
        self._due = max(self._due, now - MAKE_UP * period) + period
        return self.held(cursors)

    def held(self, cursors: np.ndarray) -> np.ndarray:
        """All that is held in this tick, ACTION (players,), whatever the time."""
        actions = self.empty()
        for key in self._held | self._tapped:
            self._hold(actions, key)
        for button, player in (self._down | self._clicked).items():
            actions[player]["buttons"][button] = 1
        self._move_mouse(actions, cursors)
        if self._notches:
            actions[self.current]["wheel"] = WHEEL.index("up" if self._notches > 0 else "down")
            self._notches -= int(np.sign(self._notches))
        if self._said:
            player, text = self._said.popleft()
            actions[player]["say"] = encode(text)
        self._tapped.clear()
        self._clicked.clear()
        return actions

    def _hold(self, actions: np.ndarray, key: int) -> None:
        """A key is down in this tick."""
        actions[self.owner(key)]["keys"][key] = 1

    def _move_mouse(self, actions: np.ndarray, cursors: np.ndarray) -> None:
        """The mouse in this tick: cursors move to the place it points to."""
        for player, target in self._targets.items():
            rest = np.subtract(target, cursors[player], dtype=np.int64)
            actions[player]["mouse"] = rest.clip(-MOUSE_ONE, MOUSE_ONE)

    def due(self) -> float | None:
        """The time of the next tick."""
        return 0.0 if self._due is None else self._due

    def clear(self) -> None:
        """Release everything, and start the clock anew at the next `take`."""
        self._held: set[int] = set()
        self._tapped: set[int] = set()
        self._down: dict[int, int] = {}
        self._clicked: dict[int, int] = {}
        self._targets: dict[int, Point] = {}
        self._notches = 0
        self._said: deque[tuple[int, str]] = deque()
        self._due = None


def plain(text: str) -> str:
    """The text to say, in lower case if all its words are in the vocabulary, since people capitalise the first word."""
    small = text.lower()
    return small if set(small.split()) <= set(vocabulary()) else text
