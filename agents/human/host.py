"""The contract of a desk with the people at it: what a person asks of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Protocol

from .session import Session
from .slots import Slots

SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
"""Speeds of a desk, as factors on the world's own, or on an agent's turns."""

MOST_ASKED = 10_000
"""Characters of an instruction that is taken from a person; what an agent reads of it is 64 tokens."""


class Host(Protocol):
    """A desk, as a person sees it; see desk.py."""

    session: Session
    stored: bool
    paused: bool
    speed: int
    gains: list[Any]
    asking: Any
    sounds: Sequence[tuple[int, str]]
    slots: Slots | None

    @property
    def people(self) -> list[Any]:
        """The people at the desk."""

    @property
    def rays(self) -> bool:
        """Whether pictures are of first-person worlds."""

    @property
    def waits(self) -> bool:
        """Whether a task begins with a pause."""

    @property
    def counting(self) -> int:
        """Seconds until the episode begins."""

    def age(self, gain: Any) -> float:
        """The age of a reward, from 0 to 1."""

    def start_now(self) -> None:
        """Begin without counting on."""

    def person_of(self, seat: int) -> Any:
        """The person in a seat; None if there is none."""

    def sit(self, person: Any, seats: Collection[int]) -> None:
        """A person takes these seats."""

    def alone(self, person: Any) -> bool:
        """Whether this person may stop the time."""

    def ask(self, text: str, person: Any = None) -> bool:
        """Ask the agent for something."""

    def restart(self) -> None:
        """Begin this episode again."""

    def next(self, by: int = 1) -> None:
        """Begin another episode."""

    @property
    def keeps(self) -> bool:
        """Whether the episode can be saved in slots here."""

    def go(self, place: int) -> str:
        """Begin a level or task of the list; why not, or ""."""

    def save(self, number: int) -> str:
        """Save the episode in a slot; why not, or ""."""

    def load(self, number: int) -> str:
        """Go on from a slot; why not, or ""."""

    def pause(self) -> None:
        """Pause, or go on."""

    def undo(self) -> bool:
        """Undo a step, or a second."""

    def faster(self, by: int) -> None:
        """Change the speed."""

    def step_once(self) -> None:
        """Pause, and take one step."""
