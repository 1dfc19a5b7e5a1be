"""A policy that searches before it acts."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...worlds.engine.run.batch import Batch
from ...worlds.engine.world import World
from ..contracts import Policy
from . import futures
from .forest import Forest
from .frontier import Frontier
from .futures import Futures
from .priors import Asked, Guess, Prior, Uniform
from .settings import Meter, SearchSettings

_BYTES = 1500
"""A guess at the bytes of a state, from which `rows` is made."""


class SearchPolicy:
    """Plays with search on the simulator, guided by a prior.

    prior: a Prior, the policy of a trained agent (NetworkPolicy), or None or a RandomPolicy for none. settings: the
    method and its budgets, see SearchSettings:

    - `simulations` a move: as many go into each move, those that the tree has from the moves before among them.
    - `move_seconds`: as many as the time of a move allows.
    - `seconds` of an episode: all of them for its first moves, until they are used up or a plan is found. Then the
      moves are those that the tree found best, for as long as it knows what follows.
    - `levin` searches once an episode, and again only if a state comes that was not foreseen.

    A plan, a way to a success that ends the episode, is followed to its end, for as long as the states are those that
    were foreseen. Where nothing has been found, the prior plays: its likeliest move if greedy, else a drawn one. The
    same seed gives the same moves, but for budgets in seconds. `rows` is how many rows are best played at once.
    Raises ValueError, from `start`, for worlds that cannot be searched: guests, worlds of several players, and on CUDA.
    """

    def __init__(
        self,
        prior: Prior | Policy | None = None,
        settings: SearchSettings | None = None,
        *,
        seed: int = 0,
        greedy: bool = False,
    ):
        self.settings = settings or SearchSettings()
        self._prior = prior = _prior(prior)
        if self.settings.leaf == "value" and not prior.values:
            raise ValueError(f"{prior.name} has no values to search by: choose leaf='rollout'")
        self._seed, self._greedy = seed, greedy
        self.name = f"{prior.name} with {self.settings}"
        states = self.settings.each or prior.pace * (self.settings.seconds or self.settings.move_seconds or 1)
        each = states * (prior.memory_bytes + _BYTES)
        self.rows = int(min(max(self.settings.memory // each, 1), 32 if self.settings.timed else 128))

    def start(self, batch: Batch) -> None:
        """Make the simulator and empty trees for this batch, and let the prior get ready."""
        s, n = self.settings, batch.n
        moves = max(len(batch.world.controls.moves), 1)
        width = max(s.width, n) * moves if s.method == "levin" else max(n, moves)
        self._futures = Futures(batch, width)
        valued = s.method != "levin" and s.leaf != "rollout"
        self._prior.start(self._futures, s.discount if valued else None, self._seed)
        self._rng = np.random.default_rng(self._seed)
        self._meter = Meter(s, n)
        self._forest = None if s.method == "levin" else Forest(self._futures, self._prior, s, n, self._rng)
        self._frontier = Frontier(self._futures, self._prior, s, n) if s.method == "levin" else None
        self._plans: list[tuple[np.ndarray, np.ndarray] | None] = [None] * n
        self._next, self._last = np.zeros(n, np.int64), np.zeros(n, np.int64)
        self._searches = np.zeros(n, bool)
        self._memories, self._before = self._prior.memories(n), self._prior.memories(n)
        self._log: list[tuple[float, int, bool]] = []
        self._begun = np.zeros(n, bool)

    def act(self, batch: Batch, is_first: np.ndarray) -> None:
        """Search, and choose the next move of every row."""
        is_first = np.asarray(is_first, bool)
        live = batch.states["over"] == 0
        self._futures.observe(batch)
        self._begin(np.flatnonzero(is_first), np.flatnonzero(~live))
        everyone = np.arange(batch.n)
        self._before.put(everyone, self._memories.take(everyone))
        self._asked = Asked(None, self._last, batch.outcomes["reward"][:, 0].copy(), is_first)
        self._follow(np.flatnonzero(live & ~is_first))
        moves = self._planned()
        rows = np.flatnonzero(live & (moves < 0))
        guess = self._look(np.flatnonzero(live) if self._prior.remembers else rows)
        if len(rows):
            self._meter.move(rows)
            self._search(rows, guess)
            found = self._planned()
            moves[rows] = found[rows]
            self._choose(rows[moves[rows] < 0], moves, guess)
        self._next += moves >= 0
        self._last = moves = np.maximum(moves, 0)
        batch.act(moves)

    def _begin(self, rows: np.ndarray, ended: np.ndarray) -> None:
        """Episodes begin in these rows, and have ended in others: note what their searches cost."""
        for row in np.concatenate([rows, ended]):
            if self._begun[row]:
                found = self._plans[row] is not None
                self._log.append((float(self._meter.spent[row]), int(self._meter.states[row]), found))
                self._begun[row] = False
        self._begun[rows] = True
        self._meter.begin(rows)
        self._searches[rows] = True
        for row in rows:
            self._plans[row] = None
        if self._forest:
            self._forest.forget(rows)

    def _follow(self, rows: np.ndarray) -> None:
        """Trees and plans go on below the last move; those that did not foresee the state are given up."""
        marks = self._futures.real_marks
        for row in rows.tolist():
            plan = self._plans[row]
            if plan is None:
                if self._forest:
                    self._forest.follow(row, int(self._last[row]))
            elif self._next[row] >= len(plan[0]) or plan[1][self._next[row]] != marks[row]:
                self._plans[row], self._searches[row] = None, True
                if self._forest:
                    self._forest.forget(np.array([row]))

    def _planned(self) -> np.ndarray:
        """The next move of each row's plan, int64 (n,); -1 where there is none."""
        plans = zip(self._plans, self._next, strict=True)
        return np.array([-1 if plan is None or at >= len(plan[0]) else plan[0][at] for plan, at in plans], np.int64)

    def _look(self, rows: np.ndarray) -> Guess:
        """The prior's guesses about the real states of these rows; rows of the answer are those of the batch."""
        n, simulator = len(self._plans), self._futures
        guess = Guess(np.zeros((n, simulator.moves), np.float32), np.zeros(n), None)
        if not len(rows):
            return guess
        simulator.load(simulator.real[rows], rows)
        part = self._prior.ask(simulator, self._way(rows))
        guess.logits[rows], guess.values[rows] = part.logits, part.values
        self._memories.put(rows, part.memory)
        return guess

    def _way(self, rows: np.ndarray) -> Asked:
        """The way to the real states of these rows."""
        asked = self._asked
        return Asked(self._before.take(rows), asked.moves[rows], asked.rewards[rows], asked.first[rows])

    def _search(self, rows: np.ndarray, guess: Guess) -> None:
        """Search in these rows, and keep the plans that are found."""
        rows = rows[self._meter.left[rows] > 0]
        finder: Forest | Frontier
        if self._frontier:
            finder, rows = self._frontier, rows[self._searches[rows]]
            self._searches[rows] = False
            if len(rows):
                self._frontier.search(rows, self._way(rows), self._meter)
        else:
            assert self._forest is not None
            finder = self._forest
            bare = rows[[not self._forest.planted(row) for row in rows]] if len(rows) else rows
            if len(bare):
                memory = self._memories.take(bare)
                self._forest.plant(bare, Guess(guess.logits[bare], guess.values[bare], memory))
            if len(rows):
                self._forest.search(rows, self._meter)
        for row in rows.tolist():
            if (plan := finder.plan(row)) is not None:
                self._plans[row], self._next[row] = plan, 0

    def _choose(self, rows: np.ndarray, moves: np.ndarray, guess: Guess) -> None:
        """Write the moves of rows without a plan: the tree's, or else the prior's."""
        for row in rows.tolist():
            if self._forest and self._forest.planted(row):
                moves[row] = self._forest.move(row)
            if moves[row] < 0:
                noise = 0 if self._greedy else self._rng.gumbel(size=guess.logits.shape[1])
                moves[row] = int(np.argmax(guess.logits[row] + noise))

    def report(self) -> dict[str, float]:
        """Means over the episodes that have begun: plan_seconds_mean and plan_seconds_max, of one core;
        plan_states_mean, states that the simulator made; plans_found, the share in which a way to success was found."""
        running = np.flatnonzero(self._begun).tolist()
        log = self._log + [
            (float(self._meter.spent[row]), int(self._meter.states[row]), self._plans[row] is not None)
            for row in running
        ]
        if not log:
            return {}
        seconds, states, found = (np.array(part, float) for part in zip(*log, strict=True))
        return {
            "plan_seconds_mean": float(seconds.mean()),
            "plan_seconds_max": float(seconds.max()),
            "plan_states_mean": float(states.mean()),
            "plans_found": float(found.mean()),
        }


def check(world: World, agent: Any, think: int) -> None:
    """Raise ValueError for what a person cannot ask of a search: a world that has none, the expert, or thinking."""
    futures.check(world)
    if agent == "expert":
        raise ValueError("the expert has a plan already: leave --search out, or name random or a trained agent")
    if think:
        raise ValueError("--think is for an agent that acts at once: leave --search or --think out")


def _prior(prior: Any) -> Prior:
    """The prior in a policy: that of a RandomPolicy is uniform, a NetworkPolicy's are its networks."""
    if prior is None or (isinstance(prior, Policy) and prior.name == "random"):
        return Uniform()
    if hasattr(prior, "networks"):
        from .network_prior import NetworkPrior

        return NetworkPrior(prior)
    if not hasattr(prior, "ask"):
        raise ValueError(f"search is guided by random or by a trained agent, and {prior.name} is neither")
    found: Prior = prior
    return found
