"""From presses and the mouse to the hands of the players: one ACTION record for each player and step.

Two kinds of time, one set of methods. `TurnHands` makes a step of every press, of every repeat of a held key and of
every click, and none while nobody presses. `TickHands` makes a step of what is held at the world's tick rate. Both are
told what happens (`press`, `release`, `button_down`, `button_up`, `point`, `look`, `wheel`, `say`), and `take` gives
the next step. In a real-time world with a camera the hands are those of looking.py.

Two players share a keyboard where the world listens to letters and arrows: the letters and the left half are player
1's, the arrows and the right half player 2's. Where keys cannot be shared out so, all are the hands of `current`.

Times are seconds of any steady clock. Points are (x, y) in 1/MOUSE_ONE picture heights from the top left corner.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from ...interface.action import ACTION, MOUSE_ONE
from ...interface.keys import WHEEL, button_index, key_index
from ...interface.text import encode
from ...worlds.engine.world import World
from .keyboard import ARROWS, LETTERS, MODIFIERS, RIGHT_HAND

MAKE_UP = 3
"""Ticks that are made up for after a slow moment; the rest of the time is lost."""
DELAY, INTERVAL = 0.22, 0.07
"""Seconds before a held key acts again, and between its later acts: chosen by hand, a little livelier than typing."""
NOTCHES = 15
"""Notches of the wheel, at most, that wait for a tick of their own."""
Point = tuple[int, int]


def looks(world: World) -> bool:
    """Whether the mouse looks around in this world."""
    moved = any(move.mouse != (0.0, 0.0) for move in world.moves.values())
    return moved and not world.cursor and not world.turn_based


class Repeat:
    """Which of the held keys acts again, and when: the one pressed last, after DELAY and then every INTERVAL."""

    def __init__(self) -> None:
        self._held: list[int] = []
        self.due: float | None = None

    def press(self, key: int, now: float) -> None:
        """The key goes down: it acted just now."""
        self._held = [*(held for held in self._held if held != key), key]
        self.due = now + DELAY

    def release(self, key: int, now: float) -> None:
        """The key goes up; another that is still held takes over after DELAY."""
        if key not in self._held:
            return
        last = self._held[-1] == key
        self._held.remove(key)
        if last:
            self.due = now + DELAY if self._held else None

    def fire(self, now: float) -> int | None:
        """The key that acts now, if one is due. Time lost to a slow machine is not made up for."""
        if self.due is None or now < self.due:
            return None
        self.due = max(self.due, now - INTERVAL) + INTERVAL
        return self._held[-1]

    def clear(self) -> None:
        """All keys go up."""
        self._held, self.due = [], None


class Input:
    """What both kinds of time share: what the world listens to, and whose hands a key belongs to."""

    def __init__(self, world: World):
        self.world = world
        self.keys = frozenset(map(key_index, world.keys))
        self.buttons = frozenset(map(button_index, world.buttons))
        self.turns_wheel = "wheel" in world.words or any(move.wheel != "still" for move in world.moves.values())
        self.looks = looks(world)
        self.shared = world.players == 2 and bool(self.keys & LETTERS) and self.keys >= ARROWS
        self.current = 0
        self._alone = {key_index(move.keys[0]) for move in world.moves.values() if len(move.keys) == 1}

    def owner(self, key: int) -> int:
        """The player whose hands this key belongs to."""
        return int(key in RIGHT_HAND) if self.shared else self.current

    def who(self, player: int) -> str:
        """What moves a player, in words; "" if nothing does."""
        if self.shared:
            return ("letters", "arrows")[player]
        return "your hands" if player == self.current else ""

    def empty(self) -> np.ndarray:
        """Hands at rest: ACTION (players,)."""
        return np.zeros(self.world.players, ACTION)


@dataclass
class _Act:
    """One use of one player's hands that wants a turn of its own."""

    player: int
    keys: tuple[int, ...] = ()
    button: int | None = None
    target: Point | None = None
    wheel: int = 0
    say: str = ""


class TurnInput(Input):
    """Steps of a turn-based world. Modifier keys join the keys pressed with them and act alone if a move says so."""

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
        if button in self.buttons or (self.world.cursor and not self.buttons):
            pressed = button if button in self.buttons else None
            self._waiting.append(_Act(player, button=pressed, target=target if self.world.cursor else None))

    def button_up(self, button: int) -> None:
        """Nothing: a click is over with its step."""

    def point(self, player: int, target: Point) -> None:
        """Nothing: pointing alone takes no turn."""

    def look(self, motion: Point) -> None:
        """Nothing: looking alone takes no turn."""

    def wheel(self, notches: int) -> None:
        """The wheel turns, up for positive notches: one step for each."""
        if self.turns_wheel:
            turn = WHEEL.index("up" if notches > 0 else "down")
            self._waiting.extend(_Act(self.current, wheel=turn) for _ in range(abs(notches)))

    def say(self, player: int, text: str) -> None:
        """A player says something: one step with hands at rest."""
        self._waiting.append(_Act(player, say=text))

    def take(self, now: float, cursors: np.ndarray) -> np.ndarray | None:
        """The next step to make, ACTION (players,), or None. cursors: where the cursors are, int (players, 2).

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
        """When `take` may have something next; None if not before something happens."""
        return min((repeat.due for repeat in self._repeats if repeat.due is not None), default=None)

    def clear(self) -> None:
        """Let go of everything."""
        self._waiting.clear()
        self._modifiers.clear()
        for repeat in self._repeats:
            repeat.clear()

    def _act(self, key: int) -> _Act:
        player = self.owner(key)
        joined = (modifier for modifier in self._modifiers if self.owner(modifier) == player)
        return _Act(player, keys=(key, *joined))


class TickInput(Input):
    """Steps of a real-time world. What was pressed and released between two ticks is held for one of them."""

    def __init__(self, world: World):
        super().__init__(world)
        self._due: float | None = None
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
        """The mouse points somewhere in a player's picture: the cursor follows, one picture height a tick at most."""
        if self.world.cursor:
            self._targets[player] = target

    def look(self, motion: Point) -> None:
        """Nothing: here is no camera."""

    def wheel(self, notches: int) -> None:
        """The wheel turns, up for positive notches: one tick for each."""
        if self.turns_wheel:
            self._notches += min(max(notches, -NOTCHES - self._notches), NOTCHES - self._notches)

    def say(self, player: int, text: str) -> None:
        """A player says something in the next free tick."""
        self._said.append((player, text))

    def take(self, now: float, cursors: np.ndarray) -> np.ndarray | None:
        """The step of this tick, ACTION (players,), or None before it is time. After a slow moment MAKE_UP ticks
        follow one another; what else was missed is left out."""
        period = 1 / self.world.tick_hz
        self._due = now + period if self._due is None else self._due
        if now < self._due:
            return None
        self._due = max(self._due, now - MAKE_UP * period) + period
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
        """The mouse in this tick: cursors go where it points."""
        for player, target in self._targets.items():
            rest = np.subtract(target, cursors[player], dtype=np.int64)
            actions[player]["mouse"] = rest.clip(-MOUSE_ONE, MOUSE_ONE)

    def due(self) -> float | None:
        """When the next tick is."""
        return 0.0 if self._due is None else self._due

    def clear(self) -> None:
        """Let go of everything, and start the clock anew at the next `take`."""
        self._held: set[int] = set()
        self._tapped: set[int] = set()
        self._down: dict[int, int] = {}
        self._clicked: dict[int, int] = {}
        self._targets: dict[int, Point] = {}
        self._notches = 0
        self._said: deque[tuple[int, str]] = deque()
        self._due = None
