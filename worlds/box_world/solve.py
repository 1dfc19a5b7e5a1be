"""Plans for Box-World: which boxes to open, found backwards from the gem, and a shortest walk to each."""

from __future__ import annotations

import numpy as np

from ..engine.library.square import FLOOR
from ..engine.library.walks import walk_by
from .state import COLOURS, GEM, KEY, LOCK

WALL = -1


def solve(state: np.void) -> np.ndarray | None:
    """The shortest plan from a state to the gem as indices into the world's moves, uint8 of shape (steps,).

    None if the gem can no longer be reached. Works on any state of any episode: no box on the plan is a distractor's,
    and the walks avoid all keys and boxes that are not on the plan.
    """
    width = int(state["size"]) + 2
    room = np.full((width, width), WALL)
    room[1:-1, 1:-1] = state["cells"][: width - 2, : width - 2]
    cells = room.ravel().tolist()
    stops = None if state["over"] else _stops(cells, int(state["held"]))
    here = (int(state["y"]) + 1) * width + int(state["x"]) + 1
    plan = walk_by(np.array(cells) != FLOOR, width, here, stops) if stops else None
    return None if plan is None else np.array(plan, np.uint8)


def _stops(cells: list[int], held: int) -> list[int] | None:
    """The cells to visit, in order: those of the keys, locks and gem that lead from a key in the hand or a loose one to
    the gem; None if none does. Every key is there once, so the chain back from the gem has no forks."""
    stops: list[int] = []
    wanted = GEM
    while wanted != held:
        if wanted not in cells:
            return None
        at = cells.index(wanted)
        stops.append(at)
        if cells[at + 1] < LOCK:
            return stops[::-1]
        stops.append(at + 1)
        wanted = KEY + (cells[at + 1] - LOCK) % COLOURS
    return stops[::-1]
