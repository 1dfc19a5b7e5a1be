"""The gallery without a window: all worlds, and a choice by keys and by words. Those that were played last come first,
then one of each family, then the others."""

from __future__ import annotations

from dataclasses import dataclass

from ... import worlds
from ...worlds import pages
from ...worlds.engine.world import World
from . import settings


@dataclass(frozen=True)
class Entry:
    """A world on show. family: the first world of its page, under which it belongs; note: players and difficulty, in
    words; world: None for one that is loaded when it is chosen."""

    name: str
    family: str
    summary: str
    note: str
    world: World | None


class Gallery:
    """A choice among worlds.

    `typed` narrows it to those in whose name, family, summary or note each of its words is found; where none is and it
    has a slash, it is itself the name of a world of another suite, or a folder. `entries` are those that are left,
    `place` is the chosen one, `practice` says whether it is played without a limit.
    """

    def __init__(self, practice: bool = False) -> None:
        last = settings.played()
        known = [_entry(world, family[0].name) for family in pages.families(_suite()) for world in family]
        known.sort(
            key=lambda entry: last.index(entry.name) if entry.name in last else len(last) + (entry.name != entry.family)
        )
        self._all = known
        self.last = [name for name in last if any(entry.name == name for entry in known)]
        self.typed, self.place, self.practice = "", 0, practice
        self.entries = self._all

    @property
    def chosen(self) -> Entry | None:
        """The chosen world; None if none is left."""
        return self.entries[self.place] if self.entries else None

    def write(self, text: str) -> None:
        """Typed text comes in."""
        self._narrow(self.typed + "".join(letter for letter in text if letter.isprintable()))

    def rub_out(self) -> None:
        """Take back the last letter."""
        self._narrow(self.typed[:-1])

    def clear(self) -> bool:
        """Show all again; False if all are shown."""
        if not self.typed:
            return False
        self._narrow("")
        return True

    def move(self, by: int) -> None:
        """Choose the world so many places on, as far as there are any."""
        self.place = min(max(self.place + by, 0), max(len(self.entries) - 1, 0))

    def _narrow(self, typed: str) -> None:
        self.typed, self.place = typed[:40], 0
        words = self.typed.lower().split()
        self.entries = [entry for entry in self._all if _fits(entry, words)]
        if not self.entries and "/" in self.typed:
            name = self.typed.strip()
            self.entries = [Entry(name, name.partition("/")[0], "of another suite, or a folder", "by its name", None)]


def _suite() -> list[World]:
    return [worlds.load(name) for name in worlds.names()]


def _entry(world: World, family: str) -> Entry:
    players = f"{world.players} players" if world.players > 1 else "1 player"
    return Entry(world.name, family, world.summary, f"{players}, {difficulty(world)}", world)


def _fits(entry: Entry, words: list[str]) -> bool:
    text = f"{entry.name} {entry.family} {entry.summary} {entry.note}".lower()
    return all(word in text for word in words)


def difficulty(world: World) -> str:
    """The difficulty of a world in words: how often the random player succeeds, as measured; where players play one
    another, that says nothing."""
    known = pages.baselines()["worlds"].get(world.name)
    if known is None:
        return "not measured"
    random, expert = (known[policy]["success"] for policy in ("random", "expert"))
    if random >= expert:
        return "against one another"
    return f"random wins {100 * random:.0f} %" if random else "random never wins"
