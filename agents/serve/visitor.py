"""A person at a room's page, as the room and its pictures know them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..human.person import Person
from .outbox import Outbox


@dataclass
class Visitor:
    """A person at a room's page.

    wish: the seat that they want, None for any, -1 for none; person: they at the desk, once they have come in; player:
    whose view they see; size: (width, height) of the space for it; ack: the number of their last message; heard: when
    it came; away: whether their page is hidden; known: the version of each player's picture that they have; told: the
    last state of each kind that they were sent; marked: whether tiles are drawn for people who tell few colours
    apart; seen: the number of their last message before the last state was drawn; smooth: whether pictures between two
    ticks are wanted; map: whether a map is.
    """

    id: int
    name: str
    outbox: Outbox
    wish: int | None = None
    person: Person | None = None
    player: int = 0
    size: tuple[int, int] = (640, 480)
    ack: int = 0
    heard: float = 0.0
    away: bool = False
    known: dict[int, int] = field(default_factory=dict)
    told: dict[str, Any] = field(default_factory=dict)
    marked: bool = False
    seen: int = 0
    smooth: bool = True
    map: bool = False

    @property
    def at(self) -> Person:
        """They at the desk."""
        assert self.person is not None
        return self.person
