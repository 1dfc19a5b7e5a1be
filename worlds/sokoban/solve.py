"""Sokoban's solver: a plan from any state of an episode, by A*: with the fewest pushes, or with the fewest steps if the
plan with the fewest pushes has more steps than the episode has left.

A node of the search is the cells of the boxes and the part of the room that the player can walk to, or the cell of the
player if steps count. Its children are the pushes from there. Two things keep the search small:

- The lower bound: boxes are matched with targets at the least total number of pushes (Kuhn 1955, the Hungarian
  method). The pushes from a box to a target are computed beforehand with that box alone in the room, but with the
  player's side of it: a player behind a box in a corridor cannot push it back. The bound never falls by more than one
  with a push (it is consistent), so the first plan found is the cheapest: every push costs 1, and if steps count, each
  step of the walk before it costs 1 more.
- Deadlocks: a box from which no target can be reached, boxes that cannot all be matched, and boxes that block one
  another off their targets, are not searched further.

bounds.py has the functions for both.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from ..engine.compile.cached import cached
from .bounds import CELLS, EDGE, FAR, STEPS, bound, distances, first_reachable, reach, sides, stuck
from .state import BOX, STATE, TARGET, WALL

LIMIT = 1_000_000
"""Nodes after which the search gives up, by default."""

_FEW = 4096  # nodes of a first, short search
_USED_UP = -2
_LONGEST = 4096  # pushes, or steps, of the longest plan
_NONE = np.zeros(0, np.int64)

NODE = np.dtype(
    [
        ("hash", np.uint64),
        ("parent", np.int32),  # node before the push, -1 at the root
        ("next", np.int32),  # next node in the bucket of the same cost + bound, -1 at its end
        ("player", np.int16),  # first cell of the part of the room the player can walk to, or the player's cell
        ("from_", np.int16),  # cell the box was pushed from
        ("way", np.int16),  # direction of that push
        ("cost", np.int16),  # pushes, or steps, so far
        ("bound", np.int16),  # pushes still needed, at least
        ("done", np.int16),  # 1 once its children were made, or a shorter way to it was found
    ],
    align=True,
)


def solve(state: np.void | np.ndarray, *, limit: int = LIMIT, player: int = 0) -> np.ndarray | None:
    """A plan for one STATE record: indices into the world's moves (0 up, 1 down, 2 left, 3 right), int64 of shape
    (steps,).

    The plan has the fewest pushes, with a shortest walk before each. If it has more steps than the episode has left
    (the state's limit, unless that is 0), a plan with the fewest steps is searched for, and taken if it is within them.
    Empty if the room is solved. With two players the plan is for `player`, and the other is taken for a wall. None if
    there is no plan, or if none was found among the first `limit` nodes of the search (about 2 microseconds and 50
    bytes each).
    """
    state = np.asarray(state, STATE).reshape(1)[0]
    cells = np.full((EDGE, EDGE), WALL, np.uint8)
    height, width = int(state["height"]), int(state["width"])
    cells[1 : height + 1, 1 : width + 1] = state["cells"][:height, :width]
    for other in range(int(state["players"])):
        if other != player:
            cells[state["y"][other] + 1, state["x"][other] + 1] = WALL
    flat = cells.ravel()
    walls = (flat & WALL).astype(np.uint8)
    targets, boxes = np.flatnonzero(flat & TARGET), np.flatnonzero(flat & BOX)
    if not (flat[boxes] & TARGET == 0).any():
        return _NONE.copy()
    if len(boxes) > len(targets):
        return None
    start = (int(state["y"][player]) + 1) * EDGE + int(state["x"][player]) + 1
    room = walls, targets, boxes.astype(np.int16), start
    plan = _search(room, limit, _LONGEST, False)
    left = int(state["limit"]) - int(state["tick"])
    if plan is not None and 0 < left < len(plan):
        within = _search(room, limit, min(left, _LONGEST), True)
        return plan if within is None else within
    return plan


def _search(room: tuple[Any, ...], limit: int, most: int, stepwise: bool) -> np.ndarray | None:
    """A plan of at most `most` pushes, or steps if these count (stepwise), or None."""
    plan, steps = np.zeros(_LONGEST * 16, np.int64), _USED_UP
    for some in sorted({min(_FEW, limit), limit}):  # most searches are short, and memory takes time
        nodes = np.zeros(some, NODE)
        table = np.zeros(1 << (2 * some - 1).bit_length(), np.int32)
        places = np.zeros((some, len(room[2])), np.int16)
        steps = cached(search)(*room, nodes, table, places, plan, most, stepwise)
        if steps != _USED_UP:
            break
    return plan[:steps].copy() if steps >= 0 else None


@njit
def key(boxes, player):
    """Hash of a node: boxes in any order, and the player's part of the room."""
    total = np.uint64(player)
    for box in boxes:
        value = np.uint64(box + 1) * np.uint64(0x9E3779B97F4A7C15)
        value = (value ^ (value >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
        total += value ^ (value >> np.uint64(32))
    total = (total ^ (total >> np.uint64(31))) * np.uint64(0x94D049BB133111EB)
    return total ^ (total >> np.uint64(30))


@njit
def find(nodes, table, places, boxes, player, code):
    """The slot of the hash table for this node."""
    mask = len(table) - 1
    slot = np.int64(code & np.uint64(mask))
    while table[slot]:
        node = table[slot] - 1
        if nodes[node].hash == code and nodes[node].player == player:
            same = True
            for i in range(len(boxes)):
                same = same and places[node, i] == boxes[i]
            if same:
                break
        slot = (slot + 1) & mask
    return slot


@njit
def add(nodes, table, slot, index, buckets, code, player, parent, from_, way, cost, least):
    """Write a new node, first in its bucket."""
    node = nodes[index]
    node.hash, node.player, node.parent = code, player, parent
    node.from_, node.way, node.cost, node.bound, node.done = from_, way, cost, least, 0
    node.next = buckets[cost + least]
    buckets[cost + least] = index
    table[slot] = index + 1


@njit
def push(boxes, i, there):
    """Move the box at index i of the sorted boxes, and sort again."""
    while i > 0 and boxes[i - 1] > there:
        boxes[i] = boxes[i - 1]
        i -= 1
    while i < len(boxes) - 1 and boxes[i + 1] < there:
        boxes[i] = boxes[i + 1]
        i += 1
    boxes[i] = there


@njit
def walk(blocked, start, goal, plan, steps, far, queue):
    """Append a shortest walk to the plan; returns the new number of steps."""
    reach(blocked, goal, far, queue)
    here = start
    while here != goal:
        for way in range(4):
            there = here + STEPS[way]
            if far[here] > 0 and far[there] == far[here] - 1:
                plan[steps] = way
                steps += 1
                here = there
    return steps


@njit
def write(nodes, last, start, blocked, places, plan, far, queue):
    """Write the plan that leads from the root to the last node, walks and pushes; returns its number of steps."""
    pushes, node = 0, last
    while nodes[node].parent >= 0:
        pushes, node = pushes + 1, nodes[node].parent
    chain = np.zeros(pushes, np.int32)
    for i in range(pushes - 1, -1, -1):
        chain[i] = last
        last = nodes[last].parent
    for box in places[last]:
        blocked[box] = 1
    here, steps = start, 0
    for node in chain:
        box, way = nodes[node].from_, nodes[node].way
        if steps > len(plan) - CELLS:
            return -1
        steps = walk(blocked, here, box - STEPS[way], plan, steps, far, queue)
        plan[steps] = way
        steps += 1
        blocked[box], blocked[box + STEPS[way]] = 0, 1
        here = box
    return steps


@njit
def search(walls, targets, boxes, start, nodes, table, places, plan, most, stepwise):
    """A* for a plan of the fewest pushes, or, stepwise, of the fewest steps; at most `most`. Writes the plan and
    returns its length in steps, or -1 if there is none, or _USED_UP if the nodes are."""
    part = sides(walls)
    far = distances(walls, targets, part)
    dead, is_target = np.zeros(CELLS, np.uint8), np.zeros(CELLS, np.uint8)
    for cell in range(CELLS):
        dead[cell] = far[:, cell].min() == FAR
    for target in targets:
        is_target[target] = 1
    blocked = walls * np.uint8(2)  # 2 wall, 1 box
    away, queue = np.zeros((2, CELLS), np.int32)
    seen, searches = np.full(CELLS, -1, np.int64), 0
    fast = np.zeros(CELLS, np.uint8)
    work = np.zeros((6, max(len(targets), len(boxes)) + 1), np.int32)
    buckets = np.full(2 * _LONGEST, -1, np.int32)
    here, child = boxes.copy(), boxes.copy()

    first = start
    if not stepwise:
        for box in boxes:
            blocked[box] = 1
        first = first_reachable(blocked, start, seen, searches, queue)
        for box in boxes:
            blocked[box] = 0
    least = bound(here, start, far, part, work)
    if least >= FAR:
        return -1
    places[0, :] = here
    code = key(here, first)
    add(nodes, table, find(nodes, table, places, here, first, code), 0, buckets, code, first, -1, 0, 0, 0, least)
    count, level = 1, least
    while level <= most:
        node = buckets[level]
        if node < 0:
            level += 1
            continue
        buckets[level] = nodes[node].next
        if nodes[node].done:
            continue
        nodes[node].done = 1
        if nodes[node].bound == 0:
            return write(nodes, node, start, walls * np.uint8(2), places, plan, away, queue)
        here[:] = places[node]
        for box in here:
            blocked[box] = 1
        reach(blocked, nodes[node].player, away, queue)
        for i in range(len(here)):
            box = here[i]
            for way in range(4):
                there = box + STEPS[way]
                if away[box - STEPS[way]] < 0 or blocked[there] or dead[there]:
                    continue
                child[:] = here
                push(child, i, there)
                blocked[box], blocked[there] = 0, 1
                if not stuck(there, child, blocked, dead, is_target, fast):
                    first, cost = box, nodes[node].cost + 1
                    if stepwise:
                        cost += away[box - STEPS[way]]
                    else:
                        searches += 1
                        first = first_reachable(blocked, box, seen, searches, queue)
                    code = key(child, first)
                    slot = find(nodes, table, places, child, first, code)
                    old = table[slot] - 1
                    if old < 0 or (not nodes[old].done and nodes[old].cost > cost):
                        least = nodes[old].bound if old >= 0 else bound(child, first, far, part, work)
                        if cost + least <= most:
                            if count == len(nodes):
                                return _USED_UP
                            if old >= 0:
                                nodes[old].done = 1
                            places[count] = child
                            add(nodes, table, slot, count, buckets, code, first, node, box, way, cost, least)
                            count += 1
                blocked[box], blocked[there] = 1, 0
        for box in here:
            blocked[box] = 0
    return -1
