"""Real time: a world that does not wait for its players.

A picture that is shown at the beginning of a tick can be answered until the tick ends: an action that is ready by then
is taken in it, and a player who is always that quick plays as in a world that waits. A later action lands in the tick
that is under way when it arrives, and the ticks before that one are *missed*: the world makes them with what was held.
The player's time is measured, from the end of a step to the beginning of the next one; the ticks that it has missed are
made then, since nobody could have looked at them. So nothing sleeps, a quick player is measured quicker than in real
time, and the work of the world itself takes none of its time.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np

from .action import ACTION

Clock = Callable[[], float]
"""A function that gives the time in seconds, from any beginning."""


class Arrival(NamedTuple):
    """An action that arrived. tick: in which it was taken, from 0 at the beginning of the episode; seconds: that the
    player took; missed: ticks that it came too late for; actions: ACTION (n, players)."""

    tick: int
    seconds: float
    missed: int
    actions: np.ndarray


def held(actions: np.ndarray, hold: bool = True) -> np.ndarray:
    """The actions of missed ticks, ACTION of the same shape: keys and buttons of the last ones stay down, if they are
    held, and the mouse, the wheel and the voice rest."""
    made = np.zeros(actions.shape, ACTION)
    if hold:
        made["keys"], made["buttons"] = actions["keys"], actions["buttons"]
    return made


class RealTime:
    """Steps a batch on the CPU as a world that does not wait: write `batch.actions`, then call `step` in place of the
    batch's; `begin` after each reset.

    hold: whether keys and buttons stay down in missed ticks, by default those of worlds in which time runs, not of
    turn-based ones; clock: time.perf_counter by default; latencies: seconds of each decision in their order, in place
    of those of a clock, as `latencies` of another RealTime has them, so that a run can be made again; repeat: ticks for
    which a new action is taken. The players of all rows decide together. arrivals: of this episode. Raises ValueError
    for a batch whose steps have several ticks: give `repeat` here.
    """

    def __init__(
        self, batch: Any, *, hold: bool | None = None, clock: Clock | None = None,
        latencies: Iterable[float] | None = None, repeat: int = 1,
    ):  # fmt: skip
        if batch.device != "cpu":
            raise ValueError("real time is played on the CPU: a batch on CUDA steps many worlds at once")
        if batch.repeat != 1:
            raise ValueError("in real time a step of the batch is one tick: leave `repeat` out, or give it to RealTime")
        controls = batch.world.controls
        self.batch, self.period, self.repeat = batch, 1 / controls.tick_hz, repeat
        self.hold = not controls.turn_based if hold is None else hold
        self._clock = time.perf_counter if clock is None else clock
        self.arrivals: list[Arrival] = []
        self.ticks = self.missed = 0
        self.latencies: list[float] = []
        self._given = None if latencies is None else iter(latencies)
        self._ages: list[int] = []
        self.begin()

    def begin(self) -> None:
        """An episode has begun in all rows, and its first picture is shown now."""
        self.arrivals, self._tick, self._seen, self._missed = [], 0, -1, 0
        self._last = np.zeros(self.batch.actions.shape, ACTION)
        self._since = self._clock()

    def release(self, rows: np.ndarray) -> None:
        """Episodes have begun in these rows, bool (n,), while others go on: nothing is held there any more."""
        self._last[rows] = np.zeros((), ACTION)

    def step(self) -> np.ndarray:
        """Make the ticks that the players have missed, then those of `batch.actions`. Returns `batch.outcomes`, whose
        rewards and ends are those of all these ticks. Raises ValueError for more decisions than `latencies`."""
        seconds = self._thought()
        missed = max(0, math.ceil(round(seconds / self.period, 6)) - 1)
        new, total, seen = self.batch.actions.copy(), np.zeros_like(self.batch.outcomes), self._tick
        made = 0
        while made < missed and not self.batch.over.all():
            self._one(held(self._last, self.hold), total)
            made += 1
        self.latencies.append(seconds)
        self.missed += made
        self._missed = made
        if not self.batch.over.all():
            self.arrivals.append(Arrival(self._tick, seconds, made, new))
            self._last, self._seen = new, seen
            for _ in range(self.repeat):
                self._one(new, total)
                if self.batch.over.all():
                    break
        self.batch.actions[...] = new
        self.batch.outcomes[...] = total
        self._since = self._clock()
        return self.batch.outcomes

    def shown(self) -> dict[str, Any]:
        """The picture of now is shown to the players, whose time begins. Returns what an environment tells of the last
        decision: the ticks that it `missed`, and its `latency` in seconds."""
        found = {"missed": self._missed, "latency": self.latencies[-1] if self.latencies else 0.0}
        self._since = self._clock()
        return found

    def _thought(self) -> float:
        """The seconds that this decision took."""
        if self._given is None:
            return max(0.0, self._clock() - self._since)
        seconds = next(self._given, None)
        if seconds is None or not 0 <= seconds < math.inf:
            raise ValueError(
                f"latencies are a finite number of seconds for each decision; that of number {len(self.latencies)} is "
                f"{seconds}"
            )
        return seconds

    def _one(self, actions: np.ndarray, total: np.ndarray) -> None:
        """A tick, whose outcomes are added to a sum."""
        self.batch.actions[...] = actions
        outcomes = self.batch.step()
        total["reward"] += outcomes["reward"]
        for name in ("terminated", "truncated", "success"):
            total[name] |= outcomes[name]
        if self._seen >= 0:
            self._ages.append(self._tick - self._seen)
        self._tick += 1
        self.ticks += 1

    def report(self) -> dict[str, float]:
        """{decisions, ticks, missed, missed_share, latency_p50, latency_p99, staleness_p50, staleness_p99} of all
        episodes: latencies are seconds of a decision; the staleness of a tick is the age, in seconds, of the picture
        that its action answers, 0 where the world is still as it was seen."""
        found: dict[str, float] = {"decisions": len(self.latencies), "ticks": self.ticks, "missed": self.missed}
        found["missed_share"] = self.missed / max(self.ticks, 1)
        ages = np.array(self._ages or [0]) * self.period
        for name, values in {"latency": self.latencies or [0.0], "staleness": ages}.items():
            found |= {f"{name}_p{at}": float(np.percentile(values, at)) for at in (50, 99)}
        return found


def ticks_of(arrivals: Any, length: int, hold: bool, repeat: int = 1) -> list[np.ndarray]:
    """The actions of each tick of an episode, by its arrivals alone: `length` arrays of ACTION.

    arrivals: Arrival, or pairs (tick, actions), in their order. Raises ValueError for arrivals that are not in order
    or beyond the end.
    """
    pairs = [(each.tick, each.actions) if isinstance(each, Arrival) else tuple(each) for each in arrivals]
    ticks = [tick for tick, _ in pairs]
    if any(a >= b for a, b in zip([-1, *ticks], [*ticks, length], strict=False)):
        raise ValueError(f"arrivals are in rising ticks from 0 to {length - 1}, got {ticks[:8]}")
    made: list[np.ndarray] = []
    last: np.ndarray | None = None
    since, at = 0, 0
    for tick in range(length):
        if at < len(pairs) and pairs[at][0] == tick:
            last, since, at = pairs[at][1], tick, at + 1
        if last is None:
            made.append(np.zeros(pairs[0][1].shape if pairs else (1,), ACTION))
        else:
            made.append(last.copy() if tick - since < repeat else held(last, hold))
    return made


def clock_of(realtime: bool | Clock) -> Clock | None:
    """The clock of an environment's option `realtime`: a function, or None for the machine's. Raises TypeError for
    anything else."""
    if realtime is True:
        return None
    if not callable(realtime):
        raise TypeError(f"realtime is True, False, or a function that gives the time in seconds; got {realtime!r}")
    return realtime
