"""The engine's own threads: a range of rows is cut into parts, and each part runs a kernel that releases the GIL.

Numba's own parallel loops are not used: the layer they pick (OpenMP) kills a forked child, and data loaders and other
people's vector environments fork. Nor is concurrent.futures: a helper here needs two locks, and no queue, to begin a
part and to end it, and is kept off the core of its caller.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import threading
from collections.abc import Callable, Iterator
from itertools import pairwise
from time import perf_counter
from typing import Any

_LEAST = 32  # the fewest rows for which another thread pays, where it is not measured
START = 25e-6
"""Seconds until a helper on another core has begun: measured 16 to 26 microseconds on two cores of a cloud machine. To
wait for one that ends later than its caller takes 15 more, so a caller keeps as much more of the work."""
WORTH = 40e-6
"""Seconds of work from which a thread is worth its while."""
_SAMPLE = 32  # rows by which a job is first measured
_PAUSE = 4  # calls on one thread after the first on several that was no quicker
_SELDOM = 256  # most calls on several threads between two on one, by which they are compared


class _Helper(threading.Thread):
    """A thread that waits for jobs, one at a time."""

    def __init__(self) -> None:
        super().__init__(name="rumpus", daemon=True)
        self._begin, self._done = threading.Lock(), threading.Lock()
        self._begin.acquire()
        self._done.acquire()
        self._job: Callable[[], None] | None = None
        self._error: BaseException | None = None
        self._off: int | None = None
        self.start()

    def keep_off(self, core: int | None) -> None:
        """Run on other cores than this one, on which the caller runs. A kernel that wakes a thread likes to put it on
        the core of the one that woke it, where a part of less than some milliseconds begins when the caller's ends."""
        if core is None or core == self._off:
            return
        self._off = core
        others = os.sched_getaffinity(0) - {core}
        if others and self.native_id is not None:
            with contextlib.suppress(OSError):  # where that is forbidden, the system chooses
                os.sched_setaffinity(self.native_id, others)

    def run(self) -> None:
        """Do the jobs, for as long as the process lives."""
        while True:
            self._begin.acquire()
            job, self._job = self._job, None
            try:
                assert job is not None
                job()
            except BaseException as error:
                self._error = error
            del job  # and with it the arrays
            self._done.release()

    def begin(self, kernel: Callable[..., Any], arguments: tuple[Any, ...], low: int, high: int) -> None:
        """Begin with rows [low, high)."""
        self._job = lambda: kernel(*arguments, low, high)
        self._begin.release()

    def wait(self) -> None:
        """Wait for the end of the job, and raise its error."""
        self._done.acquire()
        error, self._error = self._error, None
        _idle.append(self)
        if error is not None:
            raise error


_idle: list[_Helper] = []


def _forget() -> None:
    _idle.clear()  # a forked child has none of its parent's threads


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


def _core_finder() -> Callable[[], int | None]:
    """The function that says on which core this thread runs; None on systems where threads are not put on cores."""
    if hasattr(os, "sched_setaffinity"):
        with contextlib.suppress(AttributeError, OSError):
            return ctypes.CDLL(None).sched_getcpu
    return lambda: None


_core = _core_finder()


class Pace:
    """How long a job takes, which is measured while it runs, and from that the number of threads that it is worth.

    On one thread its time is taken for a unit of work, the least of late. Several threads are used where each has WORTH
    seconds of work. Now and then the job runs on one thread to be measured anew; and where several threads were no
    quicker than one would have been, as beside a busy neighbour, they are left alone for a while, which doubles each
    time. Jobs that are far too short are measured once in _SELDOM calls.
    """

    def __init__(self) -> None:
        self.unit: float | None = None
        self._short, self._unmeasured = 0.0, 0
        self._pause, self._doubt = 0, _PAUSE
        self._calls, self._rare = 0, 2

    def short(self, units: float) -> bool:
        """Whether so many units are known to be work for one thread, and need not be measured this time."""
        if self._unmeasured and units <= self._short:
            self._unmeasured -= 1
            return True
        return False

    def parts(self, units: float, threads: int) -> int:
        """The number of threads for this many units of work, at most `threads`."""
        if self.unit is None:
            return 1
        parts = min(threads, int(units * self.unit / WORTH))
        if parts <= 1:
            self._short, self._unmeasured = units, _SELDOM
            return 1
        if self._pause:
            self._pause -= 1
            return 1
        self._calls += 1
        if self._calls >= self._rare:
            self._calls, self._rare = 0, min(2 * self._rare, _SELDOM)
            return 1
        return parts

    def note(self, units: float, parts: int, seconds: float) -> None:
        """Take note of the time that so many units took on this number of threads."""
        if parts == 1:
            unit = seconds / units
            known = unit if self.unit is None else min(unit, 2 * self.unit)  # a longer one was interrupted
            self.unit = known if self.unit is None or known < self.unit else self.unit + (known - self.unit) / 8
        elif self.unit is not None and seconds > units * self.unit:
            self._pause, self._doubt = self._doubt, min(2 * self._doubt, 4 * _SELDOM)
        else:
            self._doubt = max(self._doubt // 2, _PAUSE)


def over_rows(
    kernel: Callable[..., Any],
    rows: int,
    threads: int,
    *arguments: Any,
    least: int = _LEAST,
    pace: Pace | None = None,
    units: int | None = None,
) -> None:
    """Call kernel(*arguments, low, high) so that the ranges cover `rows`, on up to `threads` threads, and wait.

    least: the fewest rows for which another thread pays; or pace: of this kernel, which decides by its measured time,
    and units: the rows of them in which there is something to do, at least 1, by default all.
    """
    if threads == 1 or rows == 1 or (pace is not None and pace.short(units or rows)):
        kernel(*arguments, 0, rows)
    elif pace is None:
        _spread(kernel, arguments, 0, rows, min(threads, rows // least), 0)
    else:
        low, units = 0, units or rows
        if pace.unit is None and rows >= 2 * _SAMPLE:
            low = _SAMPLE
            _timed(kernel, arguments, 0, low, 1, pace, units * low / rows)
        left = units * (rows - low) / rows
        _timed(kernel, arguments, low, rows, min(pace.parts(left, threads), rows - low), pace, left)


def _timed(
    kernel: Callable[..., Any],
    arguments: tuple[Any, ...],
    low: int,
    high: int,
    parts: int,
    pace: Pace,
    units: float,
) -> None:
    lead = 0 if pace.unit is None else int(START * (high - low) / (units * pace.unit))
    start = perf_counter()
    _spread(kernel, arguments, low, high, parts, lead)
    pace.note(units, parts, perf_counter() - start)


def _spread(kernel: Callable[..., Any], arguments: tuple[Any, ...], low: int, high: int, parts: int, lead: int) -> None:
    """Call the kernel for rows [low, high) in so many parts, each on a thread of its own, the first on this one; it is
    longer by `lead` rows."""
    if parts <= 1:
        kernel(*arguments, low, high)
        return
    second = min(low + lead, high - parts)
    edges = [second + (high - second) * part // parts for part in range(1, parts + 1)]
    core, begun = _core(), []
    for first, last in pairwise(edges):
        helper = _taken()
        helper.keep_off(core)
        helper.begin(kernel, arguments, first, last)
        begun.append(helper)
    with contextlib.ExitStack() as stack:  # waits for all, whichever of them fails
        for helper in begun:
            stack.callback(helper.wait)
        kernel(*arguments, low, edges[0])


def _taken() -> _Helper:
    """A helper without a job."""
    try:
        return _idle.pop()
    except IndexError:
        return _Helper()


@contextlib.contextmanager
def one_core() -> Iterator[int | None]:
    """Pin this thread, and the threads that it starts, to one of its allowed cores; yields the core's number, or None
    on systems without thread affinity."""
    if not hasattr(os, "sched_setaffinity"):
        yield None
        return
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core := max(allowed)})
    try:
        yield core
    finally:
        os.sched_setaffinity(0, allowed)
