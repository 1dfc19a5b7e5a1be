"""Levin tree search on the simulator: best-first, the states of many searches expanded side by side.

A state is expanded in the order of (steps to it + 1) / (probability of its path under the prior): Orseau et al. 2018,
Single-Agent Policy Tree Search With Guarantees. The search expands at most that number of states of the cheapest
success. It looks for a success that ends the episode, and for nothing else: rewards do not count. A state that was
reached before at no greater cost is left out. With a uniform prior it is breadth-first search.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from ...worlds.engine.compile.cached import cached
from .forest import way
from .futures import Futures
from .priors import Asked, Prior
from .settings import Meter, SearchSettings
from .trees import place

STATE = np.dtype(
    [
        ("mark", np.uint64),  # the hash of the state
        ("chance", np.float64),  # the logarithm of the probability of the way to it
        ("cost", np.float64),  # the logarithm of the order of expansion
        ("parent", np.int32),
        ("depth", np.int32),
        ("reward", np.float32),
        ("room", np.int32),  # of its memory, once it is expanded
        ("move", np.int16),
        ("closed", np.uint8),  # expanded, or left out for a cheaper way to it
    ],
    align=True,
)
QUEUE = np.dtype([(name, np.int32) for name in ("count", "waiting", "expanded", "goal", "live")], align=True)
"""Of each row: states that are known, those of them that wait in the heap, and those that are expanded; that of a
success, or -1; whether the search goes on."""
_MOST = 1 << 20  # states of a row


class Frontier:
    """The searches of a batch's rows. Raises ValueError if `memory` holds no search for each."""

    def __init__(self, futures: Futures, prior: Prior, settings: SearchSettings, rows: int):
        self._futures, self._prior, self._settings = futures, prior, settings
        moves = futures.moves
        each = 8 * futures.words + STATE.itemsize + 16
        wanted = _MOST if settings.each is None else settings.each * moves + 1
        self.capacity = min(wanted, settings.memory // (rows * (each + -(-prior.memory_bytes // moves))))
        self._rooms = self.capacity // moves + 2  # for memories: of what is expanded, and of the way to the root
        if self.capacity < min(wanted, 16 * moves):
            raise ValueError(
                f"{settings.memory:,} bytes hold {self.capacity} states for each of {rows} rows, which is no search: "
                "give more memory, or play fewer rows at once"
            )
        self._queues = np.zeros(rows, QUEUE)
        self._known = np.zeros((rows, self.capacity), STATE)
        self._heaps = np.zeros((rows, self.capacity), np.int32)
        self._slots = np.zeros((rows, 1 << int(np.ceil(np.log2(2 * self.capacity)))), np.int32)
        self._states = np.empty((rows, self.capacity, futures.words), np.uint64)
        self._memories = prior.memories(rows * self._rooms)

    def search(self, rows: np.ndarray, before: Asked, meter: Meter) -> None:
        """Search from the states of the real batch in these rows, (k,), until a plan is found or simulations, time or
        memory are used up. before: the way to each of them."""
        queues, most = self._queues, self._settings.each or _MOST
        if self._prior.remembers:
            most = min(most, self._rooms - 1)
        queues["live"] = 0
        queues["live"][rows] = 1
        self._states[rows, 0] = self._futures.real[rows]
        self._before = before
        self._roots = np.zeros(len(queues), np.int64)
        self._roots[rows] = np.arange(len(rows))
        self._memories.put(rows * self._rooms, before.memory)
        cached(open_at, allocates=False)(queues, self._known, self._heaps, self._slots, rows, self._futures.real_marks)
        pop = cached(pop_cheapest, allocates=False)
        left = rows[meter.left[rows] > 0]
        while len(left):
            width = max(self._settings.width // len(left), 1)
            owners, numbers = np.zeros((2, len(left) * width), np.int64)
            allowed = np.minimum(most - queues["expanded"][left], width)
            count = pop(queues, self._known, self._heaps, left, allowed, owners, numbers)
            if count:
                self._expand(owners[:count], numbers[:count], meter)
            left = meter.charge(left)
            left = left[(queues["live"][left] == 1) & (queues["expanded"][left] < most)]

    def _expand(self, owners: np.ndarray, numbers: np.ndarray, meter: Meter) -> None:
        """Step the chosen states of these rows, (m,) each, by every move."""
        futures, moves = self._futures, self._futures.moves
        states, known = self._states[owners, numbers], self._known[owners, numbers]
        chances = self._chances(owners, numbers, states, known)
        np.add.at(meter.states, owners, moves)
        every, which = np.repeat(np.arange(len(owners)), moves), np.tile(np.arange(moves), len(owners))
        futures.load(states[every], owners[every])
        step = futures.step(which)
        new = np.zeros(len(every), np.int32)
        cached(enter, allocates=False)(
            self._queues, self._known, self._heaps, self._slots, owners[every], numbers[every], chances.ravel(),
            step.reward.copy(), step.over, step.success, step.marks, new,
        )  # fmt: skip
        entered = np.flatnonzero(new >= 0)
        self._states[owners[every[entered]], new[entered]] = step.states[entered]

    def _chances(self, owners: np.ndarray, numbers: np.ndarray, states: np.ndarray, known: np.ndarray) -> np.ndarray:
        """The logarithms of the probabilities of all moves in these states, float64 (m, moves)."""
        futures, first = self._futures, numbers == 0
        futures.load(states, owners)
        roots = self._roots[owners]
        asked = Asked(None, known["move"].astype(np.int64), known["reward"].copy(), np.zeros(len(owners), bool))
        if first.any():
            asked.moves[first] = self._before.moves[roots[first]]
            asked.rewards[first] = self._before.rewards[roots[first]]
            asked.first[first] = self._before.first[roots[first]]
        before = np.where(first, 0, self._known[owners, known["parent"]]["room"])
        guess = self._prior.ask(futures, asked._replace(memory=self._memories.take(owners * self._rooms + before)))
        self._memories.put(owners * self._rooms + known["room"], guess.memory)
        logits = guess.logits.astype(np.float64) / self._settings.temperature
        chances = np.exp(logits - logits.max(1, keepdims=True))
        chances /= chances.sum(1, keepdims=True)
        mixed = (1 - self._settings.uniform) * chances + self._settings.uniform / futures.moves
        return np.asarray(np.log(np.maximum(mixed, 1e-300)))

    def plan(self, row: int) -> tuple[np.ndarray, np.ndarray] | None:
        """The way to the success that the search found, as (moves, marks of the states before each), or None."""
        goal = int(self._queues[row]["goal"])
        return None if goal < 0 else way(self._known[row], goal)


@njit
def open_at(queues, known, heaps, slots, rows, marks):
    """Begin the searches of these rows with one state each. marks: uint64 (n,), of all rows."""
    for row in rows:
        queue, root = queues[row], known[row, 0]
        for slot in range(slots.shape[1]):
            slots[row, slot] = 0
        queue.count, queue.goal, queue.waiting, queue.expanded = 1, -1, 0, 0
        root.mark, root.chance, root.cost, root.parent, root.depth, root.move = marks[row], 0.0, 0.0, -1, 0, 0
        root.reward, root.closed = np.float32(0), 0
        slots[row, place(known[row], slots[row], marks[row])] = 1
        push(queue, known[row], heaps[row], 0)


@njit
def push(queue, known, heap, state):
    """Add a state to a binary heap, in which the cheapest comes first, and of equal ones the oldest."""
    at = queue.waiting
    queue.waiting += 1
    heap[at] = state
    while at > 0:
        above = (at - 1) // 2
        if not before(known, heap[at], heap[above]):
            break
        heap[at], heap[above] = heap[above], heap[at]
        at = above


@njit
def before(known, one, other):
    """Whether a state is expanded before another."""
    return known[one].cost < known[other].cost or (known[one].cost == known[other].cost and one < other)


@njit
def pop(queue, known, heap):
    """Take the cheapest state out of a heap."""
    state = heap[0]
    queue.waiting -= 1
    heap[0] = heap[queue.waiting]
    at = 0
    while True:
        least = at
        for below in (2 * at + 1, 2 * at + 2):
            if below < queue.waiting and before(known, heap[below], heap[least]):
                least = below
        if least == at:
            return state
        heap[at], heap[least] = heap[least], heap[at]
        at = least


@njit
def pop_cheapest(queues, known, heaps, rows, allowed, owners, numbers):
    """Take at most allowed[i] states out of the heap of rows[i], and write their rows and numbers into owners and
    numbers. Returns how many they are. A row whose heap is empty ends."""
    count = 0
    for index in range(len(rows)):
        row, taken = rows[index], 0
        queue = queues[row]
        while taken < allowed[index] and queue.waiting > 0:
            state = pop(queue, known[row], heaps[row])
            if known[row, state].closed:
                continue
            queue.expanded += 1
            known[row, state].closed, known[row, state].room = 1, queue.expanded
            owners[count], numbers[count] = row, state
            count += 1
            taken += 1
        if taken == 0:
            queue.live = 0
    return count


@njit
def enter(queues, known, heaps, slots, rows, parents, chances, reward, over, success, marks, new):
    """Enter what came of the steps of m states; new, int32 (m,), is the number of each, or -1 where it is known at no
    greater cost or the episode has ended."""
    moves = 0
    for index in range(len(rows)):
        row, new[index] = rows[index], -1
        moves = moves + 1 if index > 0 and rows[index - 1] == row and parents[index - 1] == parents[index] else 0
        queue, states = queues[row], known[row]
        if not queue.live:
            continue
        parent = states[parents[index]]
        chance, depth = parent.chance + chances[index], parent.depth + 1
        cost, slot = np.log(depth + 1.0) - chance, -1
        if over[index] and not success[index]:
            continue
        if not over[index]:
            slot = place(states, slots[row], marks[index])
            same = slots[row, slot] - 1
            if same >= 0:
                if states[same].cost <= cost:
                    continue
                states[same].closed = 1
        if queue.count == len(states):
            queue.live = 0
            continue
        number = queue.count
        queue.count += 1
        state = states[number]
        state.mark, state.chance, state.cost, state.parent, state.depth = (
            marks[index],
            chance,
            cost,
            parents[index],
            depth,
        )
        state.reward, state.move, state.closed = reward[index], moves, 0
        if over[index]:
            queue.goal, queue.live = number, 0
            continue
        slots[row, slot] = number + 1
        new[index] = number
        push(queue, states, heaps[row], number)
