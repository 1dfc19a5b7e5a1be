"""The stored settings of the window, in small files of the user's own folder for settings: the mouse, the keys, the
drawing, and the solved levels."""

from __future__ import annotations

import json
import os
import re
from dataclasses import asdict, dataclass, field
from pathlib import Path

import platformdirs

from ...interface.files import write_atomically
from ...interface.keys import KEYS

SENSITIVITIES = (20, 25, 32, 40, 50, 63, 80, 100, 125, 160, 200, 250, 320, 400, 500)
"""Possible sensitivities of the mouse, in percent; each about a quarter more than the last."""

SOLVED = "solved.txt"
"""The file of the solved levels, a mark a line."""
PLAYED, MOST_PLAYED = "played.txt", 50
"""The file of the worlds that were played, the last one first, a name a line, and how many are kept."""


@dataclass
class Settings:
    """sensitivity: of the mouse when it turns the camera, in percent; invert: whether moving it down looks up; marked:
    whether tiles are drawn for people who tell few colours apart; by_place: whether keys are known by their place, in
    place of their print; keys: the key that each key stands for, by their names in KEYS, where that is another: each
    key stands for one, and each is stood for by one."""

    sensitivity: int = 100
    invert: bool = False
    marked: bool = False
    by_place: bool = True
    keys: dict[str, str] = field(default_factory=dict)

    def bind(self, key: str, stands_for: str) -> None:
        """Let a key stand for another; the key that did so takes over what this one stood for."""
        whole = {name: self.keys.get(name, name) for name in KEYS}
        other = next(name for name, to in whole.items() if to == stands_for)
        whole[other], whole[key] = whole[key], stands_for
        self.keys = {name: to for name, to in whole.items() if to != name}

    def turn(self, steps: int) -> None:
        """Make the mouse more sensitive by this many steps; less for negative numbers."""
        nearest = min(range(len(SENSITIVITIES)), key=lambda place: abs(SENSITIVITIES[place] - self.sensitivity))
        self.sensitivity = SENSITIVITIES[min(max(nearest + steps, 0), len(SENSITIVITIES) - 1)]


def folder() -> Path:
    """The folder of the files: $RUMPUS_CONFIG, else the platform's folder for this user's settings."""
    return Path(os.environ.get("RUMPUS_CONFIG") or platformdirs.user_config_dir("rumpus"))


def file() -> Path:
    """The file of the settings."""
    return folder() / "window.json"


def load() -> tuple[Settings, str]:
    """The stored settings, and an error message; the defaults if none, or invalid ones, are stored."""
    try:
        stored = asdict(Settings()) | json.loads(file().read_text("utf-8"))
        found = Settings(**stored)
        switches, keys = (found.invert, found.marked, found.by_place), found.keys
        if any(type(each) is not bool for each in switches) or type(found.sensitivity) is not int:
            raise TypeError
        if not SENSITIVITIES[0] <= found.sensitivity <= SENSITIVITIES[-1]:
            raise ValueError
        if type(keys) is not dict or not set(keys) <= set(KEYS) or sorted(keys) != sorted(map(str, keys.values())):
            raise ValueError
    except FileNotFoundError:
        return Settings(), ""
    except OSError as error:
        return Settings(), f"The settings could not be read: {error}"
    except (ValueError, TypeError, LookupError):
        return Settings(), f"{file()} holds no settings and is not used; changing one writes it anew"
    return found, ""


def keep(settings: Settings) -> str:
    """Write the settings into their file. Returns an error message, "" without an error."""
    try:
        write_atomically(file(), json.dumps(asdict(settings)).encode())
    except OSError as error:
        return f"The settings could not be stored: {error}"
    return ""


def solved() -> set[str]:
    """The marks of all levels that were solved on this machine; see Playlist. Lines that are no mark are ignored."""
    try:
        return set(re.findall(r"^[0-9a-f]{20}$", (folder() / SOLVED).read_text("ascii", "replace"), re.MULTILINE))
    except OSError:
        return set()


def keep_solved(mark: str) -> str:
    """Store the mark of a solved level. Returns an error message, "" without an error."""
    known = solved()
    if mark in known:
        return ""
    try:
        write_atomically(folder() / SOLVED, "".join(f"{each}\n" for each in sorted(known | {mark})).encode())
    except OSError as error:
        return f"That this level is solved could not be stored: {error}"
    return ""


def played() -> list[str]:
    """The names of the worlds that were played on this machine, the last one first."""
    try:
        text = (folder() / PLAYED).read_text("utf-8", "replace")
    except OSError:
        return []
    return [line for line in text.splitlines() if line.strip()][:MOST_PLAYED]


def keep_played(name: str) -> str:
    """Store that a world was played. Returns an error message, "" without an error."""
    names = [name, *(each for each in played() if each != name)][:MOST_PLAYED]
    try:
        write_atomically(folder() / PLAYED, "".join(f"{each}\n" for each in names).encode())
    except OSError as error:
        return f"That this world was played could not be stored: {error}"
    return ""
