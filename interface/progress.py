"""Progress of work that takes a while: a bar on a terminal, a line now and then in a log, or a reporter of one's own,
as the window has.

with work("Playing", total=256) as job:
    job.to(17)
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # imported where something is said: Rich takes a twentieth of the time to import all worlds
    from rich.console import Console
    from rich.progress import Progress, TaskID

EVERY = 15.0
"""Seconds between two lines where there is no terminal to draw a bar on."""
_SURE = 0.05
"""Share of the work that must be done before its pace gives an estimate of the rest."""


@dataclass
class Work:
    """A piece of work. total: its size, None where it is unknown; done: the part of it that is over."""

    title: str
    total: float | None
    done: float = 0.0
    begun: float = field(default_factory=time.monotonic)

    def to(self, done: float) -> None:
        """Set the part that is done."""
        self.done = done
        _REPORTER.get().moved(self)

    def advance(self, by: float = 1.0) -> None:
        """Add to the part that is done."""
        self.to(self.done + by)

    @property
    def share(self) -> float:
        """The share that is done, from 0 to 1; 0 where the total is unknown."""
        return min(self.done / self.total, 1.0) if self.total else 0.0

    @property
    def left(self) -> float | None:
        """Seconds that the rest takes at the pace so far; None before an estimate is possible."""
        share, taken = self.share, time.monotonic() - self.begun
        return taken * (1 - share) / share if share > _SURE else None

    @property
    def state(self) -> str:
        """The progress in words: "40 %, about 20 s left"; "" where there is none."""
        if not self.total:
            return f"{self.done:,.0f}" if self.done else ""
        rest = "" if self.left is None else f", about {span(self.left)} left"
        return f"{self.share:.0%}".replace("%", " %") + rest


class Reporter(Protocol):
    """A receiver of progress; calls may come from any thread."""

    def begun(self, work: Work) -> None:
        """Work begins; other work may be under way."""

    def moved(self, work: Work) -> None:
        """More of the work is done."""

    def ended(self, work: Work) -> None:
        """The work is over, or was interrupted."""


class Silent:
    """A reporter that prints nothing."""

    def begun(self, work: Work) -> None:
        """Nothing."""

    def moved(self, work: Work) -> None:
        """Nothing."""

    def ended(self, work: Work) -> None:
        """Nothing."""


class Stderr:
    """Bars on standard error where it is a terminal, one below the other; otherwise, and without `bars`, lines."""

    def __init__(self, bars: bool = True) -> None:
        self._wanted = bars
        self._bars: Progress | None = None
        self._jobs: dict[int, TaskID] = {}
        self._said: dict[int, float] = {}

    def begun(self, work: Work) -> None:
        """Add a bar, or print a line."""
        console = _console()
        if not (console.is_terminal and self._wanted):
            console.print(f"{work.title} …", markup=False, soft_wrap=True)
            self._said[id(work)] = work.begun
            return
        if self._bars is None:
            from rich.progress import BarColumn, Progress, TextColumn

            columns = TextColumn("{task.description}", markup=False), BarColumn(), TextColumn("{task.fields[state]}")
            self._bars = Progress(*columns, console=console, transient=True)
            self._bars.start()
        self._jobs[id(work)] = self._bars.add_task(work.title, total=work.total, state=work.state)

    def moved(self, work: Work) -> None:
        """Advance the bar, or print another line if the last one is EVERY seconds old."""
        if self._bars is not None and id(work) in self._jobs:
            self._bars.update(self._jobs[id(work)], completed=work.done, total=work.total, state=work.state)
        elif (now := time.monotonic()) - self._said.get(id(work), now) >= EVERY:
            self._said[id(work)] = now
            _console().print(f"{work.title}: {work.state}", markup=False, soft_wrap=True)

    def ended(self, work: Work) -> None:
        """Remove the bar."""
        self._said.pop(id(work), None)
        job = self._jobs.pop(id(work), None)
        if self._bars is not None and job is not None:
            self._bars.remove_task(job)
            if not self._jobs:
                self._bars.stop()
                self._bars = None


def _console() -> Console:
    from rich.console import Console

    return Console(stderr=True, highlight=False)


_REPORTER: ContextVar[Reporter] = ContextVar("reporter", default=Stderr())  # noqa: B039  one for all threads, on purpose


@contextmanager
def work(title: str, total: float | None = None) -> Iterator[Work]:
    """Report the progress of a block, by the Work that it is given; the work is over when the block is left."""
    job, reporter = Work(title, total), _REPORTER.get()
    reporter.begun(job)
    try:
        yield job
    finally:
        reporter.ended(job)


@contextmanager
def reporting(reporter: Reporter) -> Iterator[None]:
    """Send the progress of work in this block, of this thread, to this reporter in place of standard error."""
    before = _REPORTER.set(reporter)
    try:
        yield
    finally:
        _REPORTER.reset(before)


@contextmanager
def quiet(yes: bool = True) -> Iterator[None]:
    """Report no progress in this block, of this thread, if `yes`."""
    with reporting(Silent()) if yes else nullcontext():
        yield


def span(seconds: float) -> str:
    """A span of time as people say it: "8 s", "3 min"."""
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"
