"""Pictures between two ticks. First-person worlds go on 30 times a second; people see them RATE times, with bodies and
camera on their way from one tick to the next, and the camera where the mouse has turned it by now. Only pictures are
made of it: the episode, its records and what agents see are those of the ticks alone."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from ...worlds.engine.run.batch import Batch
from ...worlds.first_person.between import FIELDS, blend, follows, look_ahead
from .camera import CameraInput
from .pictures import pictures

if TYPE_CHECKING:
    from .desk import Desk

RATE = 60
"""Pictures a second."""
BUSY = 0.85
"""Share of the time between two pictures that making one may take; where it takes more, those between ticks are left
out, until it takes less."""
RETRY = 2.0
"""Seconds after which they are tried again."""
_LEARNS = 0.2  # weight of the newest picture in the mean time of one


class Between:
    """The pictures of a desk at any time. `on`: whether there are any between ticks; `busy`: the share of a picture's
    time that one may take."""

    def __init__(self, desk: Desk, busy: float = BUSY):
        self.desk, self.busy = desk, busy
        names = set(desk.session.batch.states.dtype.names or ())
        world = desk.session.world
        self.on = desk.rays and not world.controls.turn_based and world.rules.savable and names >= FIELDS
        self._more = getattr(world.view, "between", None)
        self._twin: Batch | None = None
        self._cost, self._waits = 0.0, -math.inf

    @property
    def moves(self) -> bool:
        """Whether the picture moves between the last tick and the next one."""
        return self.on and self.desk.running and self._before is not None and self._count > 1

    def due(self, now: float) -> float:
        """The time of the next picture that belongs between two ticks; infinite if the next tick comes before."""
        if not self.moves or now < self._waits:
            return math.inf
        last = self.desk.ticked
        number = math.floor((now - last) / self._gap + 0.25) + 1
        return last + number * self._gap if number < self._count else math.inf

    def share(self, now: float) -> float:
        """How far a picture is from the last tick but one, at 0, to the last tick, at 1. The first one after a tick
        already shows a part of it, so that nothing is seen later than the last of them."""
        number = math.floor((now - self.desk.ticked) / self._gap + 0.25)
        return min(max((number + 1) / self._count, 0.0), 1.0)

    def took(self, seconds: float, now: float) -> None:
        """Making a picture took so long, all that belongs to it included."""
        self._cost += _LEARNS * (seconds - self._cost)
        if self._cost > self.busy / RATE:
            self._waits, self._cost = now + RETRY, 0.0

    def views(self, now: float, height: int, width: int, marked: bool = False) -> np.ndarray:
        """The same as Session.views returns, at this time."""
        session = self.desk.session
        if not self.moves or now < self._waits:
            return session.views(height, width, marked)
        self._twin = self._twin or session.batch.clone()
        self._twin.states[...] = session.batch.states
        self._write(now, self._twin.states[0])
        return pictures(self._twin, height, width)

    def _write(self, now: float, out: np.void) -> None:
        """Move the bodies and cameras of a copy of the present state to their places at this time."""
        session, before, share = self.desk.session, self._before, self.share(now)
        assert before is not None
        after = session.batch.states[0]
        if share < 1:
            blend(before, after, share, out)
            if self._more:
                self._more(before, after, share, out)
        for person in self.desk.people:
            made = person.inputs
            if isinstance(made, CameraInput) and person.seats and person.playing and not session.ends[made.current]:
                whole = session.batch.actions[0, made.current]["mouse"]
                moved = (int(whole[0]), int(whole[1])), made.taken, made.waiting
                look_ahead(out, made.current, before, after, share, moved)

    @property
    def _before(self) -> np.void | None:
        """The state before the last tick; None where that is not one tick before the present one."""
        session = self.desk.session
        before = session.before
        return before if before is not None and follows(before, session.batch.states[0]) else None

    @property
    def _period(self) -> float:
        return 1 / (self.desk.session.world.controls.tick_hz * self.desk.factor)

    @property
    def _count(self) -> int:
        """Pictures from one tick to the next, the one at the tick itself among them."""
        return max(round(RATE * self._period), 1)

    @property
    def _gap(self) -> float:
        return self._period / self._count
