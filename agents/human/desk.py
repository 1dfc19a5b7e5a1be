"""One desk for every player: a session, the people and agents in its seats, and its time. It knows no window and no
page: a painter hands in what people press, lets time pass, and paints the record of what each is shown.

    desk = Desk(session)
    person = desk.join()
    person.press("w", now)            # names of interface/keys.py; now: seconds of any steady clock
    if desk.advance(now): ...         # takes the steps that are due; True if what is shown has changed
    record = shown(person)            # shown.py
    pictures = session.views(height, width)

A seat is held by a person, else by the agent that fills it, else by nobody, and then its player does nothing. In turns,
a press of any person is a step; in real time, all that is held at a tick is its action.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ...worlds.engine.render.views import Rays
from . import settings
from .agent import Agent, Pace
from .camera import input_of
from .host import SPEEDS
from .input import TickInput
from .person import Person
from .session import Session
from .slots import SlotError, Slots, Stored, folder

if TYPE_CHECKING:
    from .asking import Asking

REST = 2.0
"""Seconds for which the end of an episode is shown before the next one begins by itself."""


GAIN_SECONDS, LEAST_GAIN = 1.2, 0.05
"""Seconds for which a reward is shown where it was won, and the least reward that is."""
MOST_SOUNDS = 4
"""Sounds that are kept for painters that come late."""
FRAME = 0.05
"""Seconds between two pictures of rewards that fade."""


class Gain(NamedTuple):
    """A reward of late: the seat, the amount, and the time at which it began to come."""

    seat: int
    amount: float
    since: float


class Desk:
    """A session and those who sit at it.

    stored: whether settings of the mouse are read from, and solved levels added to, the folder of this machine's user.
    episodes: how many follow one another by themselves, REST seconds after the end of each, while agents alone play;
    then the desk is `closed`. None: the next one waits for a person. base: another factor on the speed. ahead: whether
    agents choose as soon as a state is shown, in place of when the next step is due. countdown: seconds before an
    episode begins in real time, where people play and no pause comes before it. asking: a conversation in which the
    agent does what people type, see asking.py. `gains` are rewards of late, `sounds` (number, name) of what is to be
    heard; `people` are those who have joined, in their order; `paused` stops time for all; `speed` is the place in
    SPEEDS; `slots` are the save slots, those of this machine's user if stored, else None, unless a painter brings
    others; none are used in a conversation. Raises ValueError if nobody is there to be asked.
    """

    def __init__(
        self, session: Session, *, stored: bool = True, episodes: int | None = None, base: float = 1.0,
        ahead: bool = False, countdown: float = 0.0, asking: Asking | None = None,
    ):  # fmt: skip
        self.session, self.stored, self.asking = session, stored, asking
        if asking is not None:
            asking.begin(session)
        own = stored and asking is None
        self.slots = Slots(folder(), session.world.name, session.listed) if own else None
        self.closed = False
        self._episodes, self._base, self._ahead = episodes, base, ahead
        self._onward: float | None = None  # the time at which another episode begins
        self._countdown = countdown
        self._counts = True  # whether an episode is about to begin
        self._starts: float | None = None  # the time at which it does
        self._now = 0.0
        self.gains: list[Gain] = []
        self.sounds: Sequence[tuple[int, str]] = ()
        self.people: list[Person] = []
        self.paused = False
        self.speed = SPEEDS.index(1.0)
        self.rays = isinstance(session.world.view, Rays)
        self._pace = Pace()
        self._clock = input_of(session.world)  # nobody's: in real time it says when a step is due
        self._steps = 0  # single steps that are asked for
        self._fills = [self._filler(seat) for seat in range(session.world.players)]
        if stored:
            session.solved |= settings.solved()
        self._kept = set(session.solved)
        self.faster(0)
        self._look()
        if asking is not None and asking.first:
            self.ask(asking.first)

    def _filler(self, seat: int) -> Agent | None:
        """The agent that plays a seat while no person does."""
        agents = self.session.agents
        named = (agent for agent in agents if agent.fills is not None and seat in agent.fills)
        return next(named, next((agent for agent in agents if agent.fills is None), None))

    def join(
        self,
        name: str = "",
        seats: Collection[int] | None = None,
        *,
        can: Mapping[str, Callable[[bool], object]] | None = None,
    ) -> Person:
        """A person sits down, and is returned.

        name: for the others; seats: those of the players that this person's devices move, none for a spectator; by
        default all that no agent plays. can: the commands that the painter carries out, of "full", "shot" and "clip":
        each is called with whether Shift was held; those that are missing are no commands here.
        """
        every = range(self.session.world.players)
        free = [seat for seat in every if self.session.agent_of(seat) is None and self.person_of(seat) is None]
        person = Person(self, name, tuple(free if seats is None else seats), can or {})
        self.people.append(person)
        self.deal()
        return person

    def leave(self, person: Person) -> None:
        """A person has gone: the agents that fill the seats play on."""
        self.people.remove(person)
        self.deal()

    def sit(self, person: Person, seats: Collection[int]) -> None:
        """A person takes these seats, none to watch; whoever held them loses them."""
        person.take_seats(tuple(seats))
        for other in self.people:
            if other is not person and set(other.seats) & set(seats):
                other.take_seats(tuple(seat for seat in other.seats if seat not in seats))
        self.deal()

    def deal(self) -> None:
        """Give each agent the seats that it fills and in which no person sits."""
        taken = {seat for person in self.people for seat in person.seats}
        for agent in self.session.agents:
            agent.hand({seat for seat, filler in enumerate(self._fills) if filler is agent and seat not in taken})

    def person_of(self, seat: int) -> Person | None:
        """The person in a seat; None if there is none."""
        return next((person for person in self.people if seat in person.seats), None)

    def alone(self, person: Person) -> bool:
        """Whether this person may stop the time: no other has a seat, and where none has, nobody else watches."""
        return self._minders() == [person]

    def _minders(self) -> list[Person]:
        """The people for whom time goes on: those with a seat; if there are none, all."""
        return [person for person in self.people if person.seats] or self.people

    @property
    def running(self) -> bool:
        """Whether steps are taken: not in a pause, after the end, nor while all are busy with an overlay."""
        minders = self._minders()
        busy = bool(minders) and all(person.busy for person in minders)
        idle = self.asking is not None and self.asking.waits and self.session.watching
        return not (self.paused or self.session.over or busy or self.counting or idle)

    @property
    def counting(self) -> int:
        """Seconds until the episode begins, as they are counted down; 0 if it has begun."""
        if not self._counts or self._turns or self.paused or not any(person.seats for person in self.people):
            return 0
        return math.ceil(self._countdown if self._starts is None else max(self._starts - self._now, 0))

    def start_now(self) -> None:
        """Begin without counting on."""
        self._counts = False

    def due(self) -> float:
        """The time at which `advance` has something to do, unless something is pressed before; infinite if never."""
        dues = [due for person in self.people for due in person.dues()]
        if self.running:
            unpaced = self._turns and self.session.watching and self._pace.due is None
            dues += [
                self._clock.due(),
                0.0 if unpaced else self._pace.due,
                *(person.inputs.due() for person in self.people if self._turns),
            ]
        dues.append(None if self.paused else self._onward)
        if self.counting:
            dues.append(0.0 if self._starts is None else self._starts - self.counting + 1)
        if self.gains:
            dues.append(self._now + FRAME)
        return 0.0 if self._steps else min((due for due in dues if due is not None), default=math.inf)

    def advance(self, now: float) -> bool:
        """Take the steps that are due. True if what is shown has changed."""
        changed = self._count(now) | any([person.advance(now) for person in self.people])
        while self.running and (actions := self._due_actions(now)) is not None:
            changed |= self._act(actions)
        while self._steps:
            self._steps -= 1
            changed |= self._act(self._gathered(now))
        if not self.running:
            self._clock.clear()
            self._pace.due = None
        if self.session.over:
            for person in self.people:
                person.rest()
            self._keep_solved(now)
        return self._go_on(now) or changed

    def _count(self, now: float) -> bool:
        """Count down to the start, and let rewards fade. True if what is shown has changed."""
        before, faded, self._now = self.counting, bool(self.gains), now
        self.gains = [gain for gain in self.gains if now - gain.since < GAIN_SECONDS]
        if before and self._starts is None:
            self._starts = now + self._countdown
        after = self.counting
        if after and (after != before or self._starts == now + self._countdown):
            self._sound("count")
        elif before and not after and not self.paused:
            self._sound("start")
        if not after:
            self._counts, self._starts = False, None
        return faded or before != after

    def _gain(self, before: Sequence[float]) -> None:
        """Note the rewards of a step; those that follow one another quickly are one."""
        for seat, (old, new) in enumerate(zip(before, self.session.returns, strict=True)):
            if new - old < LEAST_GAIN:
                continue
            last = next((gain for gain in self.gains if gain.seat == seat), None)
            if last is not None and self._now - last.since < GAIN_SECONDS / 2:
                self.gains.remove(last)
                self.gains.append(Gain(seat, last.amount + new - old, last.since))
            else:
                self.gains.append(Gain(seat, new - old, self._now))

    def age(self, gain: Gain) -> float:
        """The age of a reward, from 0 to 1, when it is gone."""
        return min(max((self._now - gain.since) / GAIN_SECONDS, 0.0), 1.0)

    def _sound(self, name: str) -> None:
        """A sound is to be heard."""
        number = self.sounds[-1][0] + 1 if self.sounds else 1
        self.sounds = (*self.sounds[1 - MOST_SOUNDS :], (number, name))

    def _go_on(self, now: float) -> bool:
        """Begin another episode, if agents alone play, and one is due."""
        if self._episodes is None or not self.session.over or not self.session.watching:
            self._onward = None
        elif self._onward is None:
            self._onward = now + REST
        elif now >= self._onward and not self.paused:
            self._onward = None
            self._episodes -= 1
            if self._episodes:
                self.next()
            self.closed = not self._episodes
            return True
        return False

    @property
    def _turns(self) -> bool:
        return self.session.world.controls.turn_based

    def _act(self, actions: np.ndarray) -> bool:
        before = self.session.returns
        self._counts = False
        self.session.act(actions)
        self._gain(before)
        if self.asking is not None:
            self.asking.stepped()
        if self.session.over:
            self._sound(self.session.result)
        elif any(gain.since == self._now for gain in self.gains):
            self._sound("reward")
        self._look()
        return True

    def _look(self) -> None:
        """Let agents choose for the state that is shown, if they choose ahead."""
        for agent in self.session.agents if self._ahead and not self.session.over else ():
            agent.look()

    def _due_actions(self, now: float) -> np.ndarray | None:
        """The actions of the step that is due, ACTION (players,), None before it is. Where all turns are agents', they
        come at their pace."""
        if not self._turns:
            return self._gathered(now) if self._clock.take(now, self.session.cursors) is not None else None
        if self.session.watching:
            return self._clock.empty() if self._pace.beat(now, self.factor) else None
        self._pace.due = None
        cursors = self.session.cursors
        takes = [(person, person.inputs.take(now, cursors)) for person in self.people if person.seats]
        taken = [(person, actions) for person, actions in takes if actions is not None]
        return self._joined(taken) if taken else None

    def _gathered(self, now: float) -> np.ndarray:
        """All that people hold in this tick, ACTION (players,)."""
        cursors = self.session.cursors
        return self._joined(
            (person, person.inputs.held(cursors))
            for person in self.people
            if person.seats and isinstance(person.inputs, TickInput)
        )

    def _joined(self, parts: Iterable[tuple[Person, np.ndarray]]) -> np.ndarray:
        actions = self._clock.empty()
        for person, part in parts:
            actions[list(person.seats)] = part[list(person.seats)]
        return actions

    @property
    def ticked(self) -> float:
        """The time at which the last tick was due, in real time; 0 before the first one."""
        due = self._clock.due()
        return 0.0 if not due else due - 1 / (self.session.world.controls.tick_hz * self.factor)

    @property
    def factor(self) -> float:
        """The speed, as a factor on the world's own, or on turns of an agent of SECONDS each."""
        return SPEEDS[self.speed] * self._base

    def faster(self, by: int) -> None:
        """Change the speed by this many places of SPEEDS, for all."""
        self.speed = min(max(self.speed + by, 0), len(SPEEDS) - 1)
        if isinstance(self._clock, TickInput):
            self._clock.speed = self.factor

    def step_once(self) -> None:
        """Pause, and take one step with what is held; in turns only where agents play them all."""
        if not self.session.over and (self.session.watching or not self._turns):
            self.paused = True
            self._steps += 1

    def ask(self, text: str, person: Person | None = None) -> bool:
        """Ask the agent for something, which begins to try; it plays the seats of the person who asks. False if it
        cannot, or if there is nothing in the text."""
        self._rest()
        if self.asking is None or not self.asking.ask(text):
            return False
        if person is not None and person.seats:
            self.sit(person, ())
        self._anew()
        self.paused = False
        return True

    def restart(self) -> None:
        """Begin this episode again."""
        self._rest()
        self.session.restart()
        if self.asking is not None:
            self.asking.again()
        self._anew()
        self.paused = False

    def next(self, by: int = 1) -> None:
        """Begin another episode, `by` places further on."""
        self._rest()
        if self.asking is None:
            self.session.next(by)
        else:
            self.asking.anew(by)
        self._anew()
        self.paused = self.waits

    def go(self, place: int) -> str:
        """Begin the level or task of this row of the list, from 0 on. Returns why not, or ""."""
        count = len(self.session.list or ())
        if self.session.once:
            return "This is measured: each task is played once, in its order"
        if not 0 <= place < count:
            return f"There is no such number: they go from 1 to {count}" if count else "Levels come at random here"
        self._rest()
        self.session.go(place)
        self._anew()
        self.paused = self.waits
        return ""

    @property
    def keeps(self) -> bool:
        """Whether the episode can be saved in slots here."""
        return self.slots is not None and self.session.world.rules.savable and not self.session.once

    def save(self, number: int) -> str:
        """Save the episode in the slot of this number, from 1 on. Returns why not, or ""."""
        if not self.keeps or self.slots is None:
            return "Nothing can be saved here"
        try:
            self.slots.save(number, self.session.stored())
        except SlotError as error:
            return in_words(error)
        return ""

    def load(self, number: int) -> str:
        """Go on from the slot of this number, from 1 on, in a pause where time goes on. Returns why not, or ""."""
        if not self.keeps or self.slots is None:
            return "Nothing can be loaded here"
        try:
            return self.resume(self.slots.load(number))
        except SlotError as error:
            return in_words(error)

    def resume(self, stored: Stored) -> str:
        """Go on from a slot, in a pause where time goes on. Returns why not, or ""."""
        try:
            self.session.resume(stored)
        except SlotError as error:
            return in_words(error)
        self._rest()
        self._anew()
        self._counts = False
        self.paused = not self._turns and not self.session.over
        return ""

    def _anew(self) -> None:
        """Another episode has begun."""
        self._look()
        self._counts, self._starts = True, None
        self.gains.clear()

    def pause(self) -> None:
        """Pause, or go on."""
        self._rest()
        self.paused = not self.paused and not self.session.over

    def undo(self) -> bool:
        """Undo a step; in real time, a second, followed by a pause. False if nothing was undone."""
        for person in self.people:
            person.inputs.clear()
        back = self.session.undo(1 if self._turns else self.session.world.controls.tick_hz)
        if back and self.asking is not None:
            self.asking.undone()
        if back and not self._turns:
            self.paused = True
            for person in self.people:
                person.caught = False
        self._look()
        return bool(back)

    @property
    def waits(self) -> bool:
        """Whether a task begins with a pause, so that its words can be read."""
        return self.session.once and not self._turns

    def _rest(self) -> None:
        for person in self.people:
            person.rest()

    def _keep_solved(self, now: float) -> None:
        """Store the level as solved, for the next time that its file is played."""
        for mark in self.session.solved - self._kept:
            self._kept.add(mark)
            complaint = settings.keep_solved(mark) if self.stored else ""
            for person in self.people if complaint else ():
                person.tell(complaint, now)


def in_words(error: Exception) -> str:
    """An error as a sentence that begins with a capital."""
    text = " ".join(str(error).split())
    return text[:1].upper() + text[1:]
