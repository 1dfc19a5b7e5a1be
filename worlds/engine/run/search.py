"""Exhaustive search on cloned states: the shortest plan with which one player reaches its goal, in any world.

Breadth first over the world's own moves, with its own rules and the judge, until the goal is reached, no new state can
be reached, or `nodes` different states have been visited. Two states are equal if the world's own fields and the stages
of the goals are. The other players do not act.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ....interface.action import ACTION, OUTCOME, move_table
from ....interface.machine import cores
from ..kernels import family, template
from ..records.states import own_words
from ..world import World
from .device import things_table
from .threads import over_rows

FOUND, NONE, GAVE_UP = 1, 0, -1
"""Verdicts: a plan exists; no plan of any length exists; the limit of nodes was reached first."""
LONGEST = 1024
"""Moves of the longest plan."""

NODE = np.dtype([("mark", np.uint64), ("parent", np.int32), ("move", np.int32)], align=True)
"""A state in the tree of a search: the hash of its own fields, its parent, and the move that led to it."""
RESULT = np.dtype([("verdict", np.int32), ("steps", np.int32), ("nodes", np.int32), ("left", np.int32)], align=True)


@dataclass(frozen=True)
class Plans:
    """The result of a search from n states.

    verdicts: int32 (n,), FOUND, NONE or GAVE_UP; moves: for each state a uint8 array (steps,) of indices into the
    world's moves, empty where there is no plan; nodes: the number of different states visited, int32 (n,);
    branching: the mean number of new states per expanded state, float64 (n,).
    """

    verdicts: np.ndarray
    moves: list[np.ndarray]
    nodes: np.ndarray
    branching: np.ndarray


def search(
    world: World, states: np.ndarray, *, player: int = 0, nodes: int = 20_000, threads: int | None = None
) -> Plans:
    """Search from each of these states, (n,) records of the world, for the shortest success of one player.

    states must be judged ones (see Batch); they are not changed. Memory: nodes times the size of a state, per thread.
    Raises ValueError for a world without things, whose states cannot be judged.
    """
    if world.rules.things is None:
        raise ValueError(f"{world.name} shows no things, so nothing can be searched for in it")
    n, threads = len(states), threads or cores()
    shape = (threads, nodes + len(world.controls.moves))
    pool = np.zeros(shape, world.rules.state)
    tree = np.zeros(shape, NODE)
    slots = np.zeros((threads, 1 << int(np.ceil(np.log2(2 * shape[1])))), np.int32)
    actions, outcomes = np.zeros((threads, world.players), ACTION), np.zeros((threads, world.players), OUTCOME)
    things = things_table(threads, world.rules.things.most)
    starts = np.frombuffer(states.tobytes(), np.uint64).reshape(n, -1)
    plans, results = np.zeros((n, LONGEST), np.uint8), np.zeros(n, RESULT)
    kernel = family.kernel_module(world, template.SEARCH, "njit").search
    words = pool.view(np.uint64).reshape(*shape, -1)
    first, last = own_words(world.rules.state)
    given = (n, nodes, player, move_table(world.controls.moves), starts, first, last)
    over_rows(kernel, n, threads, *given, pool, words, tree, slots, actions, outcomes, things, plans, results)
    moves = [plans[row, : results["steps"][row]].copy() for row in range(n)]
    branching = (results["nodes"] - 1) / np.maximum(results["left"], 1)
    return Plans(results["verdict"].copy(), moves, results["nodes"].copy(), branching)
