"""The menu behind Esc: rows that do something, and rows with a value that left and right change."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from .camera import CameraInput
from .host import SPEEDS, Host
from .input import Input


class Row(NamedTuple):
    """A row: its text, its value, "" for none, and what it does: called with the time and with 0 for Enter, -1 or 1
    for left and right. stays: whether the menu stays open after Enter."""

    text: str
    value: str
    do: Callable[[float, int], object]
    stays: bool = False


class Owner(NamedTuple):
    """The part of a person that the menu needs. do: carries out a command by its name; has: the names of those that
    there are; sees: the switch of the small picture, and a function that turns it."""

    desk: Host
    inputs: Input
    do: Callable[[str, float], object]
    has: frozenset[str]
    sees: tuple[bool, Callable[[], object]]


def rows(owner: Owner, what: str, loud: bool | None) -> list[Row]:
    """The rows of the menu now. what: "level" or "task"; loud: whether sounds are on, None where there are none."""
    desk, do = owner.desk, owner.do
    made = [Row("Play on", "", lambda now, by: None)]
    for name, text in (("restart", f"This {what} again"), ("next", f"Next {what}"), ("help", "Help")):
        if name in owner.has:
            made.append(Row(text, "", lambda now, by, name=name: by or do(name, now)))  # type: ignore[misc]
    if isinstance(owner.inputs, CameraInput):
        mouse = owner.inputs.settings
        value = f"{mouse.sensitivity} %"
        made.append(Row("Mouse", value, lambda now, by: do("calmer" if by < 0 else "livelier", now), True))
        value = "looks up" if mouse.invert else "looks down"
        made.append(Row("Mouse down", value, lambda now, by: do("invert", now), True))
    if "faster" in owner.has:
        value = f"{SPEEDS[desk.speed]:g} ×"
        made.append(Row("Speed", value, lambda now, by: do("slower" if by < 0 else "faster", now), True))
    if loud is not None:
        made.append(Row("Sounds", "on" if loud else "off", lambda now, by: do("mute", now), True))
    small, turn = owner.sees
    made.append(Row("An agent's picture", "shown" if small else "hidden", lambda now, by: turn(), True))
    if "full" in owner.has:
        made.append(Row("Full screen", "", lambda now, by: by or do("full", now)))
    made.append(Row("Leave", "", lambda now, by: by or do("quit", now)))
    return made
