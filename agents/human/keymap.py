"""The keys of one person: the key that each stands for, by the settings, and the print on it, for help pages."""

from __future__ import annotations

from ...interface.keys import KEYS
from .settings import Settings


class Keymap:
    """settings: of the person; `printed`: the print on the key that stands for each key, where it is another than the
    name, as Input.printed; always the same dictionary. Keys are named as in KEYS."""

    def __init__(self, settings: Settings):
        self.settings = settings
        self.printed: dict[str, str] = {}
        self._layout: dict[str, str] = {}
        self.name()

    def stands_for(self, key: str | None) -> str | None:
        """The key that a key stands for; None for None."""
        return None if key is None else self.settings.keys.get(key, key)

    def learn(self, key: str, letter: str) -> None:
        """A key, by its place on a US keyboard, has this print."""
        if self._layout.get(key, key) != letter:
            self._layout[key] = letter
            self.name()

    def name(self) -> None:
        """Make `printed` anew, after a change of the settings."""
        own = {to: key for key, to in self.settings.keys.items()}
        prints = self._layout if self.settings.by_place else {}
        named = {to: prints.get(own.get(to, to), own.get(to, to)) for to in KEYS}
        self.printed.clear()
        self.printed.update({to: letter for to, letter in named.items() if letter != to})

    def bind(self, key: str, to: str) -> None:
        """Let a key stand for another; see Settings.bind."""
        self.settings.bind(key, to)
        self.name()

    def reset(self) -> None:
        """Let all keys stand for themselves."""
        self.settings.keys = {}
        self.name()

    def turn(self) -> None:
        """Know keys by their print in place of their place, or back."""
        self.settings.by_place = not self.settings.by_place
        self.name()
