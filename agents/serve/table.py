"""The desk of a room: what a desk lacks where its people sit at pages of their own. Time begins after a countdown, and
after an episode that agents played alone the next one begins by itself.

All methods are called by one thread, the room's. Times are seconds of a steady clock.
"""

from __future__ import annotations

import math

from ...episodes.episode import Player
from ...interface.text import can_be_said
from ..human.desk import SPEEDS, Desk
from ..human.input import plain
from ..human.person import Person
from ..human.session import Session

COUNTDOWN = 1.5
"""Seconds from the wish to play to the first tick of an episode in real time."""
SHOWN = 3.0
"""Seconds for which the end of an episode is shown before an agent that plays alone begins the next one."""
NOBODY = Player("other", "nobody")
"""The player that is stored for a seat that nobody has."""


class Table:
    """The people of one session, each with a seat or none. `desk` is theirs; `begun`: how many episodes have begun."""

    def __init__(self, session: Session):
        self.session, self.world = session, session.world
        self.desk = Desk(session, stored=False)
        self.desk.deal()
        self._starts: float | None = None
        self._onward: float | None = None
        self.begun = 0
        self._name()
        self._rest()

    @property
    def paused(self) -> bool:
        """Whether time stands still."""
        return self.desk.paused

    @property
    def speed(self) -> float:
        """The speed, as a factor."""
        return SPEEDS[self.desk.speed]

    @property
    def runs(self) -> bool:
        """Whether time goes on in real time, or is about to."""
        return not self._turns and not self.session.over and (not self.desk.paused or self._starts is not None)

    def join(self, name: str) -> Person:
        """Somebody comes in, without a seat."""
        paused = self.desk.paused
        person = self.desk.join(name, ())
        self.desk.paused = paused
        return person

    def leave(self, person: Person) -> None:
        """Somebody goes."""
        seated = bool(person.seats)
        self.desk.leave(person)
        self._name()
        if seated and not any(each.seats for each in self.desk.people) and not self._turns:
            self.pause()
        self._watch()

    def sit(self, person: Person, seat: int) -> bool:
        """Somebody takes a seat that no person has, and leaves the own one; False if it is taken."""
        if not 0 <= seat < self.world.players or self.desk.person_of(seat) is not None:
            return False
        watched = self.session.watching
        self.desk.sit(person, (seat,))
        self._name()
        if watched and not self.session.steps:
            self._rest()
        return True

    def stand(self, person: Person) -> None:
        """Somebody leaves the seat; an agent that fills it plays on."""
        self.desk.sit(person, ())
        self._name()
        self._watch()

    def seat_of(self, person: Person) -> int | None:
        """The seat of somebody."""
        return person.seats[0] if person.seats else None

    def play(self, now: float) -> None:
        """Let time go on: at once, or after a countdown where an episode begins in real time."""
        if not self.desk.paused or self.session.over or self._starts is not None:
            return
        if self.session.steps or self._turns or self.session.watching:
            self.desk.paused = False
        else:
            self._starts = now + COUNTDOWN

    def pause(self) -> None:
        """Let time stand still."""
        self._starts = None
        if not self.desk.paused:
            self.desk.pause()

    def again(self) -> None:
        """This episode once more."""
        self.desk.restart()
        self._rest()

    def onward(self, by: int = 1) -> None:
        """Another episode."""
        self.desk.next(by)
        self._rest()

    def go(self, place: int) -> str:
        """The level or task of this row of the list. Returns why not, or ""."""
        why = self.desk.go(place)
        if not why:
            self._rest()
        return why

    def load(self, slot: int) -> str:
        """Go on from a save slot, in a pause where time goes on. Returns why not, or ""."""
        why = self.desk.load(slot)
        if not why:
            self.begun += 1
            self._starts = self._onward = None
        return why

    def say(self, person: Person, text: str) -> bool:
        """A player says something in the world; False if nobody there hears it, or it cannot be said."""
        said = plain(text)
        if not person.seats or "chat" not in person.commands.table or not can_be_said(said) or not person.playing:
            return False
        person.inputs.say(person.seats[0], said)
        return True

    def countdown(self, now: float) -> int:
        """The number to count down to the first tick: 3, 2, 1; 0 if nothing is about to begin."""
        return 0 if self._starts is None else max(math.ceil((self._starts - now) / COUNTDOWN * 3), 1)

    def due(self, now: float) -> float:
        """When `advance` has something to do; infinite if that depends on a message."""
        dues = [self.desk.due()]
        if self._starts is not None:
            dues.append(min(self._starts, now + COUNTDOWN / 15))
        if self._onward is not None:
            dues.append(self._onward)
        return min(dues)

    def advance(self, now: float) -> bool:
        """Take the steps that are due. True if something changed that is shown."""
        counted = self._starts is not None
        if self._starts is not None and now >= self._starts:
            self.desk.paused, self._starts = False, None
        if self._onward is not None and now >= self._onward:
            self.onward()
            return True
        changed = self.desk.advance(now)
        alone = self.session.over and self.session.watching and not self.desk.paused
        self._onward = None if not alone else self._onward or now + SHOWN
        return changed or counted

    @property
    def _turns(self) -> bool:
        return self.world.controls.turn_based

    def _rest(self) -> None:
        """An episode begins: in real time it waits until somebody wants to play."""
        self.begun += 1
        self._starts = self._onward = None
        self.desk.paused = not self._turns and not self.session.watching

    def _watch(self) -> None:
        """Agents that play alone wait for nobody."""
        if self.session.watching and self.desk.people:
            self.desk.paused, self._starts = False, None

    def _name(self) -> None:
        """Tell the session who is stored for each seat."""
        people = (self.desk.person_of(seat) for seat in range(self.world.players))
        self.session.people = tuple(NOBODY if each is None else Player("person", each.name) for each in people)
