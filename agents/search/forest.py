"""MCTS, PUCT and Gumbel on the simulator: one tree for each row of a batch, which grow side by side.

In each simulation every tree chooses a leaf; all leaves are stepped by one call of the simulator, and guessed about by
one call of the network. A tree goes on below the move that is really made, where the state comes as foreseen.

    mcts    UCT: Kocsis and Szepesvari 2006
    puct    Silver et al. 2017, with returns scaled to 0 … 1 as in Schrittwieser et al. 2020; a move that was never
            tried counts as much as its node
    gumbel  Danihelka et al. 2022: sequential halving among drawn moves at the root, completed values below it

A simulation that meets a state which its tree holds already, reached in no more steps and with no smaller return,
closes the edge and does not count. A way to a success that ends the episode ends the search too: it is the plan.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...worlds.engine.compile.cached import cached
from . import trees
from .futures import Futures
from .priors import Asked, Guess, Prior
from .settings import Meter, SearchSettings
from .trees import EDGE, GUMBEL, NODE, PUCT, TREE, UCT

_METHODS = {"mcts": UCT, "puct": PUCT, "gumbel": GUMBEL}
_MOST = 1 << 20  # nodes of a tree


class Forest:
    """The trees of a batch's rows. Raises ValueError if `memory` holds no tree for each."""

    def __init__(self, futures: Futures, prior: Prior, settings: SearchSettings, rows: int, rng: np.random.Generator):
        self._futures, self._prior, self._settings, self._rng = futures, prior, settings, rng
        moves = futures.moves
        each = 8 * futures.words + NODE.itemsize + moves * EDGE.itemsize + 16 + prior.memory_bytes
        wanted = _MOST if settings.each is None else settings.each + 2
        self.capacity = min(wanted, settings.memory // (rows * each))
        if self.capacity < min(wanted, 2 * moves):
            raise ValueError(
                f"{settings.memory:,} bytes hold {self.capacity} states for each of {rows} rows, which is no search: "
                "give more memory, or play fewer rows at once"
            )
        self._trees = np.zeros(rows, TREE)
        self._nodes, self._edges = np.zeros((rows, self.capacity), NODE), np.zeros((rows, self.capacity, moves), EDGE)
        self._slots = np.zeros((rows, 1 << int(np.ceil(np.log2(2 * self.capacity)))), np.int32)
        self._states = np.empty((rows, self.capacity, futures.words), np.uint64)
        self._memories = prior.memories(rows * self.capacity)
        self._noise, self._scores = np.zeros((rows, moves)), np.zeros(moves)
        s = settings
        self._constants = np.array([s.uct, s.puct, s.puct_base, s.gumbel_visits, s.gumbel_scale])
        self._method = _METHODS[s.method]
        self._rolls = s.leaf == "rollout" or (s.leaf == "auto" and not prior.values)
        self._schedule = np.zeros(1, np.int32)
        if s.method == "gumbel":
            self._schedule = halving(min(s.considered, moves), s.each or 1)
        self._planted = np.zeros(rows, bool)

    def forget(self, rows: np.ndarray) -> None:
        """An episode begins in these rows."""
        self._planted[rows] = False

    def follow(self, row: int, move: int) -> None:
        """Go on below this move of a row's root, if the tree knows what comes of it; else forget the tree."""
        if not self._planted[row]:
            return
        child = int(self._edges[row, 0, move]["child"])
        foreseen = child >= 0 and not self._nodes[row, child]["over"] and self._settings.method != "gumbel"
        if not foreseen or self._nodes[row, child]["mark"] != self._futures.real_marks[row]:
            self._planted[row] = False
            return
        old = np.zeros(self.capacity, np.int32)
        count = cached(trees.reroot)(self._trees, self._nodes, self._edges, self._slots, row, child, old)
        self._states[row, :count] = self._states[row, old[:count]]
        base = row * self.capacity
        if self._prior.remembers:
            self._memories.put(base + np.arange(count), self._memories.take(base + old[:count]))

    def planted(self, row: int) -> bool:
        """Whether a row's tree has its present state as its root."""
        return bool(self._planted[row])

    def plant(self, rows: np.ndarray, guess: Guess) -> None:
        """Begin trees in these rows, (k,), at the states of the real batch, about which this is guessed."""
        self._planted[rows] = True
        self._states[rows, 0] = self._futures.real[rows]
        values = self._valued(rows, guess.values)
        for index, row in enumerate(rows):
            mark = self._futures.real_marks[row]
            arrays = self._trees, self._nodes, self._edges, self._slots
            cached(trees.plant)(*arrays, int(row), mark, guess.logits[index], float(values[index]))
        self._memories.put(rows * self.capacity, guess.memory)

    def search(self, rows: np.ndarray, meter: Meter) -> None:
        """Grow the trees of these rows, (k,), until their simulations or their time are used up."""
        forest, arrays = self._trees, (self._trees, self._nodes, self._edges)
        forest["live"] = 0
        forest["live"][rows[meter.left[rows] > 0]] = 1
        forest["target"] = np.iinfo(np.int32).max if self._settings.each is None else self._settings.each
        if self._method == GUMBEL:
            self._noise[rows] = self._rng.gumbel(size=(len(rows), self._futures.moves))
        descend, grow, learn = (cached(each, allocates=False) for each in (trees.descend, trees.grow, trees.learn))
        rest: Any = (self._method, self._constants, self._noise, self._schedule, self._settings.discount, self._scores)
        while True:
            searched = np.flatnonzero(forest["live"])
            if not len(searched):
                break
            descend(*arrays, *rest)
            grown = np.flatnonzero(forest["leaf"] >= 0)
            if len(grown):
                self._grow(grown, grow, learn)
                meter.states[grown] += 1
            meter.charge(searched)
            forest["live"] &= meter.left > 0

    def _grow(self, rows: np.ndarray, grow: Any, learn: Any) -> None:
        """One new node in each of these rows."""
        futures, forest, discount = self._futures, self._trees, self._settings.discount
        parents, moves = forest["leaf"][rows], forest["move"][rows].astype(np.int64)
        futures.load(self._states[rows, parents], rows)
        step = futures.step(moves)
        reward, numbers = step.reward.copy(), np.zeros(len(rows), np.int32)
        arrays = forest, self._nodes, self._edges
        grow(*arrays, self._slots, rows, reward, step.over, step.success, step.marks, discount, numbers)
        new = np.flatnonzero(numbers >= 0)
        if not len(new):
            return
        rows, parents, moves, reward, numbers = (part[new] for part in (rows, parents, moves, reward, numbers))
        self._states[rows, numbers] = states = step.states[new]
        futures.load(states, rows)
        base = rows * self.capacity
        memory = self._memories.take(base + parents)
        guess = self._prior.ask(futures, Asked(memory, moves, reward, np.zeros(len(rows), bool)))
        self._memories.put(base + numbers, guess.memory)
        values = futures.roll(self._settings.rollout, discount, self._rng) if self._rolls else guess.values
        learn(*arrays, rows, numbers, guess.logits, values, discount)

    def _valued(self, rows: np.ndarray, values: np.ndarray) -> np.ndarray:
        """The values of the states of the real batch in these rows, by rollouts where those are asked for."""
        if not self._rolls:
            return values
        self._futures.load(self._futures.real[rows], rows)
        return self._futures.roll(self._settings.rollout, self._settings.discount, self._rng)

    def visits(self, row: int) -> np.ndarray:
        """The visits of the moves of a row's root, int64 (moves,)."""
        return self._edges[row, 0]["visits"].astype(np.int64)

    def move(self, row: int) -> int:
        """The move that the search found best: under Gumbel that of its own rule, else the one most often tried, of
        equal ones that with the greatest mean return; -1 if it tried none."""
        node, edges = self._nodes[row], self._edges[row, 0]
        child, visits = edges["child"], edges["visits"]
        open_ = (child >= 0) & (visits > 0)
        open_[child >= 0] &= node["dead"][child[child >= 0]] == 0
        if not open_.any():
            open_ = visits > 0
        if not open_.any():
            return -1
        if self._method == GUMBEL:
            scores = np.zeros(len(edges))
            cached(trees.completed, allocates=False)(self._trees[row], node[0], edges, self._constants, scores)
            rank = self._noise[row] + scores
        else:
            rank = edges["sum"] / np.maximum(visits, 1)
        most = np.where(open_, visits, -1)
        return int(np.argmax(np.where(most == most.max(), rank, -np.inf)))

    def plan(self, row: int) -> tuple[np.ndarray, np.ndarray] | None:
        """The way to the success that the search found, as (moves, marks of the states before each), or None."""
        goal = int(self._trees[row]["goal"])
        return None if goal < 0 else way(self._nodes[row], goal)


def way(nodes: np.ndarray, node: int) -> tuple[np.ndarray, np.ndarray]:
    """The way from the root to a node: its moves, int64 (k,), and the marks of the states before each, uint64 (k,)."""
    moves, marks = [], []
    while node > 0:
        moves.append(int(nodes[node]["move"]))
        node = int(nodes[node]["parent"])
        marks.append(int(nodes[node]["mark"]))
    return np.array(moves[::-1], np.int64), np.array(marks[::-1], np.uint64)


def halving(moves: int, simulations: int) -> np.ndarray:
    """The schedule of sequential halving (Karnin et al. 2013; Danihelka et al. 2022, figure 1): how often the moves
    have been tried that simulation t chooses among, int32 (simulations,). In each of log2(moves) phases all that are
    left are tried equally often, then half of them are dropped."""
    phases = max(int(np.ceil(np.log2(moves))), 1)
    schedule: list[int] = []
    left, tried = moves, 0
    while len(schedule) < simulations:
        for _ in range(max(simulations // (phases * left), 1)):
            schedule += [tried] * left
            tried += 1
        left = max(left // 2, 2) if moves > 1 else 1
    return np.array(schedule[:simulations], np.int32)
