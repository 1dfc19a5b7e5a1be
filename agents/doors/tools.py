"""Tools with names that a model understands: press, click, drag, look, scroll, say, wait, screen.

They are the same for MCP, for TRL's environments, and for the language-model player. Their docstrings are what a model
is shown. `Plans` turns a call into actions; `Tools` plays them in a session. To begin another episode is no tool.
"""

from __future__ import annotations

import math
import threading
from typing import Any, Literal, NamedTuple

import numpy as np
from pydantic import TypeAdapter, ValidationError
from pydantic_core import ArgsKwargs

from ...interface.action import MOUSE_ONE
from ...worlds.engine.world import World
from .sessions import Pool, View
from .words import MOST_TICKS, key_names, manual, record, ticks_of, unheard

MOST_NOTCHES = 20
"""The most notches that the wheel turns in one call."""
MOST_LOOK = 20.0
"""The farthest motion of one call, in picture heights."""
NAMES = ("press", "click", "drag", "look", "scroll", "say", "wait", "screen")
MOST_ARGUMENTS = 20_000
"""The most characters of the arguments of a call."""

GOAL = "The second picture is the goal: it shows what is to be reached."
"""The sentence about the picture of a goal, where a task shows one."""

Button = Literal["left", "middle", "right"]


class Shown(NamedTuple):
    """The answer to a tool: a text, and the frame, uint8 (height, width, 3); goal: the picture of the goal, None where
    the task shows none."""

    text: str
    frame: np.ndarray
    goal: np.ndarray | None = None


class Plans:
    """Calls of tools as actions.

    world: that is played; size: (height, width) of the picture that the model is shown; cursor: its place, (x, y) in
    1/MOUSE_ONE picture heights, as in a state; note: a sentence for the model about its last call, or empty. Each
    method gives [(ACTION record, ticks)]; ValueError says what is wrong.
    """

    def __init__(self, world: World, size: tuple[int, int], cursor: tuple[int, int] = (0, 0)):
        self.world, self.size, self.cursor, self.note = world, size, cursor, ""

    def press(self, keys: list[str] | str, milliseconds: float = 0) -> list[tuple[np.ndarray, int]]:
        """Hold keys down together, then let go.

        Args:
            keys: Names of keys, such as ["w"] or ["w", "space"].
            milliseconds: How long. 0 is the shortest time: one turn, or one tick of the world.
        """
        names = key_names(keys)
        if not names:
            raise ValueError("press needs at least one key; to do nothing for a while, call wait")
        self.note = unheard(self.world, names)
        return [(record(names), ticks_of(self.world, milliseconds))]

    def click(
        self, x: float | None = None, y: float | None = None, button: Button = "left", milliseconds: float = 0
    ) -> list[tuple[np.ndarray, int]]:  # fmt: skip
        """Press a mouse button, at a place of the picture where the world has a cursor.

        Args:
            x: Pixels from the left edge of the picture. Leave x and y out to click where the cursor or crosshair is.
            y: Pixels from the top edge of the picture.
            button: left, middle or right.
            milliseconds: How long the button is held down.
        """
        ticks = ticks_of(self.world, milliseconds)
        if x is None and y is None:
            return [(record(buttons=[button]), ticks)]
        way = self._way(x, y)
        last = way.pop()
        first = (record(buttons=[button], mouse=last), 1)
        rest = [(record(buttons=[button]), ticks - 1)] if ticks > 1 else []
        return [*((record(mouse=part), 1) for part in way), first, *rest]

    def drag(
        self, x: float, y: float, to_x: float, to_y: float, button: Button = "left"
    ) -> list[tuple[np.ndarray, int]]:  # fmt: skip
        """Press a mouse button at one place of the picture, move to another, and let go.

        Args:
            x: Pixels from the left edge, where the button is pressed.
            y: Pixels from the top edge, where the button is pressed.
            to_x: Pixels from the left edge, where it is let go.
            to_y: Pixels from the top edge, where it is let go.
            button: left, middle or right.
        """
        plan = self.click(x, y, button)
        height = self.size[0]
        self.cursor = (round((x + 0.5) / height * MOUSE_ONE), round((y + 0.5) / height * MOUSE_ONE))
        plan += [(record(buttons=[button], mouse=part), 1) for part in self._way(to_x, to_y)]
        return [*plan, (record(), 1)]

    def look(self, dx: float, dy: float = 0.0) -> list[tuple[np.ndarray, int]]:
        """Move the mouse: turn the view, or move the cursor where the world has one.

        Args:
            dx: How far to the right, in picture heights; negative is to the left. 0.1 is a small turn.
            dy: How far down, in picture heights; negative is up.
        """
        if not all(map(math.isfinite, (dx, dy))) or max(abs(dx), abs(dy)) > MOST_LOOK:
            raise ValueError(f"look moves by at most {MOST_LOOK:g} picture heights, got {dx:g}, {dy:g}")
        if not self.world.controls.cursor and not any(any(move.mouse) for move in self.world.controls.moves.values()):
            raise ValueError(f"the mouse does nothing in {self.world.name}: use its keys")
        return [(record(mouse=part), 1) for part in _parts(dx, dy)]

    def scroll(self, direction: Literal["up", "down"], notches: int = 1) -> list[tuple[np.ndarray, int]]:
        """Turn the mouse wheel.

        Args:
            direction: up or down.
            notches: How far.
        """
        if not 1 <= notches <= MOST_NOTCHES:
            raise ValueError(f"notches are a whole number from 1 to {MOST_NOTCHES}, got {notches}")
        return [(record(wheel=direction), int(notches))]

    def say(self, text: str) -> list[tuple[np.ndarray, int]]:
        """Say something to the others, or the answer to a question.

        Args:
            text: A short text. Some 40 words at most, fewer where words are rare ones.
        """
        if not text.strip():
            raise ValueError("say needs a text")
        return [(record(say=text), 1)]

    def wait(self, milliseconds: float = 0) -> list[tuple[np.ndarray, int]]:
        """Do nothing for a while.

        Args:
            milliseconds: How long. 0 is the shortest time: one turn, or one tick of the world.
        """
        return [(record(), ticks_of(self.world, milliseconds))]

    def screen(self) -> list[tuple[np.ndarray, int]]:
        """Look at the picture and the instruction again. No time passes."""
        return []

    def _way(self, x: float | None, y: float | None) -> list[tuple[float, float]]:
        """Motions of the cursor to the middle of a pixel."""
        height, width = self.size
        if not self.world.controls.cursor:
            raise ValueError(
                f"{self.world.name} has no cursor: leave x and y out to click at the middle of the picture, and turn "
                "with look(dx, dy) first"
            )
        if x is None or y is None or not (0 <= x < width and 0 <= y < height):
            got = f"({'nothing' if x is None else f'{x:g}'}, {'nothing' if y is None else f'{y:g}'})"
            raise ValueError(f"({width} x {height} picture) x is from 0 to {width - 1}, y to {height - 1}; got {got}")
        return _parts((x + 0.5) / height - self.cursor[0] / MOUSE_ONE, (y + 0.5) / height - self.cursor[1] / MOUSE_ONE)


def _parts(dx: float, dy: float) -> list[tuple[float, float]]:
    """Motion in parts of one tick, each at most one picture height."""
    number = max(1, math.ceil(max(abs(dx), abs(dy)) - 1e-9))
    return [(dx / number, dy / number)] * number


_CALLS = {name: getattr(Plans, name) for name in NAMES}


def planned(plans: Plans, name: Any, arguments: Any) -> list[tuple[np.ndarray, int]]:
    """The actions of a call as a model wrote it. Raises ValueError, with a sentence for the model, for a tool that is
    none, and for arguments that are wrong."""
    plans.note = ""
    if name not in _CALLS:
        raise ValueError(f"there is no tool {str(name)[:40]!r}; the tools are {', '.join(NAMES)}")
    if not isinstance(arguments, dict) or not all(isinstance(key, str) for key in arguments):
        raise ValueError(f"{name}: its arguments are a JSON object, such as {{{_example(name)}}}")
    if len(str(arguments)) > MOST_ARGUMENTS:
        raise ValueError(f"{name}: its arguments have more than {MOST_ARGUMENTS:,} characters: send less")
    known = schema(name)["properties"]
    if strange := [key for key in arguments if key not in known]:
        raise ValueError(f"{name} has no argument {strange[0][:40]!r}; it has {', '.join(known) or 'none'}")
    try:
        plan: list[tuple[np.ndarray, int]] = TypeAdapter(getattr(plans, name)).validator.validate_python(
            ArgsKwargs((), arguments)
        )
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or name
        raise ValueError(f"{name}: {place}: {first['msg']}") from None
    if sum(ticks for _, ticks in plan) > MOST_TICKS:
        raise ValueError(f"{name}: this takes more than {MOST_TICKS} ticks: do it in several calls")
    return plan


def _example(name: str) -> str:
    return ", ".join(f'"{key}": …' for key in schema(name).get("required", [])) or ""


def schema(name: str) -> dict[str, Any]:
    """The JSON schema of a tool's arguments, with what its docstring says of each."""
    found = TypeAdapter(getattr(Plans(_NOWHERE, (1, 1)), name)).json_schema()
    texts = _texts(name)
    made: dict[str, Any] = {"type": "object", "properties": {}, "additionalProperties": False}
    made |= {key: value for key, value in found.items() if key in ("properties", "required")}
    for key, value in made["properties"].items():
        value.pop("title", None)
        value["description"] = texts[key]
    return made


_NOWHERE: Any = None


def summary(name: str) -> str:
    """The deed of a tool, in a sentence."""
    return (_CALLS[name].__doc__ or "").split("\n")[0]


def _texts(name: str) -> dict[str, str]:
    lines = (_CALLS[name].__doc__ or "").partition("Args:")[2].split("\n")
    return dict(line.strip().split(": ", 1) for line in lines if ": " in line)


class Tools:
    """The tools of one player, in a session of a pool.

    seed, split, index: of its first episode, as in `Session.reset`; episodes: that it plays, one after the other, the
    next with the first call after an end, of the next index or of a new seed; the reward of a call is in `reward`, the
    sum of all in `total`, and the number of calls that were refused in `refused`.
    """

    def __init__(
        self, pool: Pool, *, seed: int | None = None, split: str | None = None, index: int | None = None,
        episodes: int = 1,
    ):  # fmt: skip
        self.pool, self.session = pool, pool.session()
        self._seed, self._split, self._index = seed, split, index
        self.left = episodes
        self.reward, self.total, self.refused = 0.0, 0.0, 0
        self._begun, self._lock = False, threading.Lock()

    def call(self, name: Any, arguments: Any) -> Shown:
        """Call a tool; from any thread, one call after the other. Raises ValueError or RuntimeError with a sentence for
        the model."""
        with self._lock:
            try:
                shown = self._call(name, arguments)
            except (ValueError, RuntimeError):
                self.refused += 1
                self.pool.counts["refused"] += 1
                raise
            self.pool.counts["taken"] += 1
            return shown

    def _call(self, name: Any, arguments: Any) -> Shown:
        intro = self._begin()
        plans = Plans(self.pool.world, self.pool.size, self._cursor())
        plan = planned(plans, name, arguments)
        view = self.session.act(plan) if plan else self.session.view
        self.reward = view.reward if plan else 0.0
        self.total += self.reward
        parts = [intro, plans.note, told(self.pool.world, view)]
        return Shown("\n".join(part for part in parts if part), view.pixels, view.goal)

    @property
    def ended(self) -> bool:
        """Whether its session was ended, as one that was idle for long: other tools take its place."""
        return self._begun and self.session.row < 0

    def _begin(self) -> str:
        """Begin an episode where none is going on; the text for a player who has seen nothing yet."""
        if self._begun and not self.session.view.over:
            return ""
        if self.left < 1:
            raise RuntimeError("the episode is over, and it was the last one of this player: stop here")
        if self._begun:
            self._seed, self._index = None, None if self._index is None else self._index + 1
        self.session.reset(seed=self._seed, split=self._split, index=self._index)
        first, self._begun, self.left = not self._begun, True, self.left - 1
        text = "A new episode begins."
        return f"{manual(self.pool.world)}\n{text}" if first else text

    def _cursor(self) -> tuple[int, int]:
        batch = self.pool._batch(self.session.origin)
        x, y = batch.states["cursor"][self.session.row, 0].tolist()
        return x, y

    def close(self) -> None:
        """End the session."""
        self.session.close()


def told(world: World, view: View) -> str:
    """The instruction, what was heard, and whether the episode is over, in lines of text."""
    lines = [f"Instruction: {view.instruction}"]
    if view.goal is not None:
        lines.append(GOAL)
    if view.chat:
        lines.append(f"You hear: {view.chat}")
    unit = "turn" if world.controls.turn_based else "tick"
    if view.over:
        how = "with success" if view.success else "by the limit of time" if view.truncated else "without success"
        lines.append(f"The episode is over after {view.tick} {unit}s, {how}.")
    else:
        lines.append(f"{unit.capitalize()} {view.tick}.")
    return "\n".join(lines)
