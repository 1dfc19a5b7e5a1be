"""The simulator of a search: a second batch, in which states of many searches are stepped and drawn side by side."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from ...worlds.engine.compile.cached import cached
from ...worlds.engine.compile.ingredients import python, used
from ...worlds.engine.records.states import own_words
from ...worlds.engine.run.batch import Batch
from ...worlds.engine.world import World

_PRIME, _SHIFT = np.uint64(0x9E3779B97F4A7C15), np.uint64(29)
_GENERATOR = 1, 2  # the words of a state that hold its key and its counter of random numbers
_PROBES, _PROBED = 64, 200  # rows and steps in which it is tried whether the clock matters


class Step(NamedTuple):
    """The results of a step of m states: reward float32 (m,); over, success bool (m,); states uint64 (m, words), to be
    copied before the next call; marks uint64 (m,), see `Futures.marks`."""

    reward: np.ndarray
    over: np.ndarray
    success: np.ndarray
    states: np.ndarray
    marks: np.ndarray


class Futures:
    """Room for `rows` states that a search looks at, beside the batch that is really played.

    A state is kept as its first `words` words of 8 bytes, uint64 (words,): all that changes in an episode. The rest,
    such as goals and instruction, is that of the row of the real batch, its *owner*.
    Raises ValueError for worlds whose states cannot be saved, worlds of several players, and batches on CUDA.
    """

    def __init__(self, batch: Batch, rows: int):
        world = batch.world
        check(world, batch.device)
        self.world, self.rows = world, rows
        chosen: dict[str, Any] = batch.chosen
        self.batch = Batch(world, rows, size=batch.size, threads=batch.threads, repeat=batch.repeat, **chosen)
        self.moves = len(world.controls.moves)
        self._raw = self.batch.states.view(np.uint64).reshape(rows, -1)
        self._first, own = own_words(world.rules.state)
        self.words = self._raw.shape[1] if world.objective.other_instructions else own
        self._clocked = clocked(world)
        self._chosen = np.zeros(rows, np.int64)
        self.observe(batch)

    def observe(self, batch: Batch) -> None:
        """Take the states of the real batch as those of the owners: `real`, uint64 (n, words), and `real_marks`."""
        raw = batch.states.view(np.uint64).reshape(batch.n, -1)
        self._rest = raw[:, self.words :].copy()
        self.real = raw[:, : self.words].copy()
        self.real_marks = self.marks(raw, batch.states["tick"])

    def marks(self, raw: np.ndarray, ticks: np.ndarray) -> np.ndarray:
        """Hashes of states, uint64 (m,): equal for states with the same future, but for the time that is left; of
        worlds whose rules look at the clock, for states of the same tick alone."""
        clock = ticks.astype(np.uint64) if self._clocked else np.zeros(len(ticks), np.uint64)
        found = np.empty(len(raw), np.uint64)
        cached(hash_states, allocates=False)(raw, self._first, own_words(self.world.rules.state)[1], clock, found)
        return found

    def load(self, states: np.ndarray, owners: np.ndarray) -> None:
        """Put states, uint64 (m, words), with m at most `rows`, into the first m rows; the others are over."""
        m = len(states)
        self._raw[:m, : self.words] = states
        self._raw[:m, self.words :] = self._rest[owners]
        self.batch.states["over"][m:] = 1
        self._m = m

    def step(self, moves: np.ndarray) -> Step:
        """One step of the states that are loaded, with these moves, integers (m,); also of those that it leads to."""
        m = self._m
        self._chosen[:m] = moves
        self.batch.act(self._chosen)
        outcomes = self.batch.step()[:m, 0]
        states, over = self.batch.states, self.batch.over[:m] != 0
        marks = self.marks(self._raw[:m], states["tick"][:m])
        return Step(outcomes["reward"], over, outcomes["success"] != 0, self._raw[:m, : self.words], marks)

    def draw(self) -> None:
        """Draw the states that are loaded."""
        mask = np.zeros(self.rows, bool)
        mask[: self._m] = True
        self.batch.draw(mask)

    def roll(self, depth: int, discount: float, rng: np.random.Generator) -> np.ndarray:
        """The discounted sum of rewards of `depth` random moves from the states that are loaded, float64 (m,). The
        states are lost."""
        m = self._m
        sums, weight = np.zeros(m), 1.0
        for _ in range(depth):
            self._chosen[:m] = rng.integers(self.moves, size=m)
            self.batch.act(self._chosen)
            sums += weight * self.batch.step()["reward"][:m, 0]
            weight *= discount
            if self.batch.over[:m].all():
                break
        return sums


def check(world: World, device: str = "cpu") -> None:
    """Raise ValueError for what cannot be searched."""
    if not world.rules.savable:
        raise ValueError(f"{world.name} is a guest whose state cannot be saved, so nothing can be planned in it")
    if world.players > 1:
        raise ValueError(f"search plans for one player, and {world.name} has {world.players}: choose another world")
    if device != "cpu":
        raise ValueError("search steps its copies of the world on the CPU: leave --device out")
    if not world.controls.moves:
        raise ValueError(f"search picks one of a world's named moves, and {world.name} has none")


_clocks: dict[tuple[Any, ...], bool] = {}
"""The findings of `clocked`, by rules and variant."""


def clocked(world: World) -> bool:
    """Whether the rules of a world look at the clock, so that one state means another thing at another time.

    It can only be where they read `tick`. There the world is played at random, and each state is stepped beside the
    same state at another time of the episode, which must make no difference.
    """
    key = world.rules.step, world.name, world.objective.limit
    if key not in _clocks:
        _clocks[key] = _clocked(world)
    return _clocks[key]


def _clocked(world: World) -> bool:
    things = world.rules.things
    functions = used([world.rules.step, *([things.fill] if things else [])])
    if not any("tick" in python(function).__code__.co_names for function in functions):
        return False
    rng, limit = np.random.default_rng(0), world.objective.limit
    batch = Batch(world, _PROBES, seed=0, threads=1)
    batch.reset()
    twin = batch.clone()
    first, last = own_words(world.rules.state)
    for _ in range(min(limit, _PROBED)):
        twin.states.view(np.uint8)[...] = batch.states.view(np.uint8)
        twin.states["tick"] = rng.integers(limit - 1, size=_PROBES)
        moves = rng.integers(len(world.controls.moves), size=_PROBES)
        for each in (batch, twin):
            each.act(moves)
            each.step()
        one, other = (each.states.view(np.uint64).reshape(_PROBES, -1)[:, first:last] for each in (batch, twin))
        alike = (one == other).all() and (batch.outcomes["reward"] == twin.outcomes["reward"]).all()
        if not alike:
            return True
        batch.reset(batch.over)
    return False


@njit
def hash_states(raw, first, last, clock, found):
    """Write the hashes of states, uint64 (m, all words), of their words [first, last), the random generator and the
    clock, into found, uint64 (m,)."""
    for row in range(len(raw)):
        mark = clock[row] * _PRIME
        for word in _GENERATOR:
            mark = (mark ^ raw[row, word]) * _PRIME
            mark ^= mark >> _SHIFT
        for word in range(first, last):
            mark = (mark ^ raw[row, word]) * _PRIME
            mark ^= mark >> _SHIFT
        found[row] = mark
