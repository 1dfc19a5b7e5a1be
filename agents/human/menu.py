"""The menu behind Esc, and its pages: rows that do something, and rows with a value that left and right change."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from .camera import CameraInput
from .host import SPEEDS, Host
from .input import Input
from .keyboard import shown
from .palette import sheet
from .settings import Settings
from .slots import SLOTS, Stored

FOOT = "Up, Down, Enter; Left and Right change; {back}"


class Row(NamedTuple):
    """A row: its text, its value, "" for none, and what it does: called with the time and with 0 for Enter, -1 or 1
    for left and right. stays: whether the menu stays open after Enter; picture: a PNG file as a data URL, "" for
    none."""

    text: str
    value: str
    do: Callable[[float, int], object]
    stays: bool = False
    picture: str = ""


class Page(NamedTuple):
    """A page of the menu: its title, "" for the first one, the number of its rows, the row of each place, a line about
    the keys, and whether its rows have numbers that can be typed."""

    title: str
    length: int
    row: Callable[[int], Row]
    foot: str
    numbered: bool = False

    def moved(self, place: int, key: str | None) -> int | None:
        """The place that a key goes to, None for a key that goes nowhere."""
        if key in ("up", "down"):
            return (place + (1 if key == "down" else -1)) % self.length
        steps = {"page up": -10, "page down": 10, "home": -self.length, "end": self.length}
        return min(max(place + steps[key], 0), self.length - 1) if key in steps else None

    def typed(self, number: str, key: str, place: int) -> tuple[str, int]:
        """The number of a row that is being typed, and the place, after another key."""
        key = key.removeprefix("keypad ")
        if key == "backspace":
            number = number[:-1]
        elif key.isdigit():
            number = number + key if 0 < int(number + key) <= self.length else key.strip("0")
        return number, int(number) - 1 if number and int(number) <= self.length else place


class Owner(NamedTuple):
    """The part of a person that the menu needs. do: carries out a command by its name; has: the names of those that
    there are; sees: the switch of the small picture, and a function that turns it; opens: turns to another page; tell:
    shows a message; marks: turns the drawing for people who tell few colours apart."""

    desk: Host
    inputs: Input
    do: Callable[[str, float], object]
    has: frozenset[str]
    sees: tuple[bool, Callable[[], object]]
    opens: Callable[[str], object]
    tell: Callable[[str, float], object]
    settings: Settings
    marks: Callable[[float], object]


def rows(owner: Owner, what: str, loud: bool | None) -> list[Row]:
    """The rows of the first page now. what: "level" or "task"; loud: whether sounds are on, None where there are
    none."""
    desk, do = owner.desk, owner.do
    made = [Row("Play on", "", lambda now, by: None)]
    for name, text in (("restart", f"This {what} again"), ("next", f"Next {what}")):
        if name in owner.has:
            made.append(Row(text, "", lambda now, by, name=name: by or do(name, now)))  # type: ignore[misc]
    made += [_turned(owner, f"All {what}s …", "levels")] * ("levels" in owner.has)
    made.append(Row("Help", "", lambda now, by: by or do("help", now)))
    if desk.keeps:
        made += [_turned(owner, "Save …", "save"), _turned(owner, "Load …", "load")]
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
    if sheet(owner.inputs.world):
        value = "for all eyes" if owner.settings.marked else "as agents see"
        made.append(Row("Colours", value, lambda now, by: owner.marks(now), True))
    made.append(_turned(owner, "Keys …", "keys"))
    small, turn = owner.sees
    made.append(Row("An agent's picture", "shown" if small else "hidden", lambda now, by: turn(), True))
    if "full" in owner.has:
        made.append(Row("Full screen", "", lambda now, by: by or do("full", now)))
    made.append(Row("Leave", "", lambda now, by: by or do("quit", now)))
    return made


def _turned(owner: Owner, text: str, page: str) -> Row:
    return Row(text, "", lambda now, by: by or owner.opens(page), True)


def first(desk: Host, page: str) -> int:
    """The place at which a page of the menu opens: the level or task that is played, the slot that was saved last, else
    the first row."""
    if page == "levels":
        return desk.session.place
    return max(desk.slots.newest() - 1, 0) if page in ("save", "load") and desk.slots is not None else 0


def slots(owner: Owner, saves: bool, sure: int) -> Page:
    """The page of save slots, to save or to load. sure: the slot that the next Enter overwrites, 0 for none."""
    found = owner.desk.slots.all() if owner.desk.slots is not None else []

    def row(place: int) -> Row:
        number, stored = place + 1, found[place]
        text, picture, value = f"{number}   empty", "", ""
        if isinstance(stored, Stored):
            text, picture, value = f"{number}   {stored.facts.what}", stored.url, stored.date
        elif stored:
            text = f"{number}   {stored}"
        if saves and sure == number:
            value = "Enter again replaces it"

        def do(now: float, by: int) -> None:
            if by:
                return
            if saves and stored and sure != number:
                owner.opens(f"save {number}")
                return
            why = owner.desk.save(number) if saves else owner.desk.load(number)
            owner.tell(why or f"{'Saved in' if saves else 'Loaded from'} slot {number}", now)
            if not why:
                owner.opens("close")

        return Row(text, value, do, True, picture)

    title = "Save in a slot" if saves else "Load a slot"
    return Page(title, SLOTS, row, "Up, Down or a number; Enter; Esc: back", True)


def levels(owner: Owner, what: str, typed: str) -> Page:
    """The page of all levels or tasks of a list. typed: the number that is being typed."""
    session = owner.desk.session
    listed = session.list
    count = len(listed) if listed is not None else 0

    def row(place: int) -> Row:
        assert listed is not None
        text = listed.text(place) if what == "level" else f"{place + 1}   {listed.text(place)}"
        here = "played now" if place == session.place else ""
        tick = "✓ solved" if listed.mark(place) in session.solved else ""

        def do(now: float, by: int) -> None:
            if by:
                return
            why = owner.desk.go(place)
            if why:
                owner.tell(why, now)
            else:
                owner.opens("close")

        return Row(text, "   ".join(filter(None, (tick, here))), do, True)

    foot = f"Number {typed}_" if typed else "Up, Down, Page Up, Page Down, or type a number; Enter; Esc: back"
    return Page(f"{count:,} {what}s", count, row, foot, True)


def keys(
    owner: Owner, known: list[tuple[str, str]], waits: str, binds: Callable[[str], object],
    resets: Callable[[float], object], places: Callable[[float], object],
) -> Page:  # fmt: skip
    """The page of keys. known: (key, meaning) of those that can be changed; waits: the one for which another is to be
    pressed, "" for none; binds, resets, places: wait for another key, undo all changes, know keys by place or print."""
    printed = owner.inputs.printed
    by = "their place" if owner.settings.by_place else "their print"

    def row(place: int) -> Row:
        if place == len(known):
            return Row("Keys are known by", by, lambda now, by: places(now), True)
        if place > len(known):
            return Row("All keys as they were", "", lambda now, by: by or resets(now), True)
        key, meaning = known[place]
        value = "press a key" if key == waits else shown(key, printed)
        return Row(meaning[:1].upper() + meaning[1:], value, lambda now, by: by or binds(key), True)

    foot = "Press the key for it; Esc: leave it as it is" if waits else "Up, Down; Enter: another key; Esc: back"
    return Page("Keys", len(known) + 2, row, foot)
