"""Plans for alchemy: which stone to take, which to join it with, and a shortest walk to each and to the chest."""

from __future__ import annotations

import itertools

import numpy as np

from ..engine.library.square import FLOOR
from ..engine.library.walks import walk_by
from .state import CHEST, NONE, STONE

WALL = 255


def solve(state: np.void) -> np.ndarray | None:
    """The shortest plan from a state to the open chest that touches no stone but those it needs, as indices into the
    world's moves, uint8 (steps,). None if there is none: the chest is open, the shell that is held is of another colour
    than the one that is wanted, or no stone with the right core is left."""
    if state["over"] or state["opened"]:
        return None
    width = int(state["size"]) + 2
    room = np.full((width, width), WALL)
    room[1:-1, 1:-1] = state["cells"][: width - 2, : width - 2]
    cells = room.ravel().tolist()
    here = (int(state["y"]) + 1) * width + int(state["x"]) + 1
    closed = np.array(cells) != FLOOR
    plans = [walk_by(closed, width, here, stops) for stops in _routes(state, cells)]
    found = [plan for plan in plans if plan is not None]
    return np.array(min(found, key=len), np.uint8) if found else None


def _routes(state: np.void, cells: list[int]) -> list[tuple[int, ...]]:
    """The cells to visit, in order, of each way to make the stone that is wanted with as few stones as it takes; each
    ends at the chest."""
    shell, core = state["wanted"].tolist()
    chest = cells.index(CHEST)
    lying = {at: (int(state["shells"][v - STONE]), int(state["cores"][v - STONE])) for at, v in _stones(cells)}
    right = [at for at, (_, inner) in lying.items() if inner == core]
    if state["shell"] != NONE:
        if state["shells"][state["shell"]] != shell:
            return []
        if state["cores"][state["core"]] == core:
            return [(chest,)]
        return [(at, chest) for at in right]
    whole = [(at, chest) for at in right if lying[at][0] == shell]
    shells = [at for at, (outer, _) in lying.items() if outer == shell]
    return whole + [(one, other, chest) for one, other in itertools.product(shells, right) if one != other]


def _stones(cells: list[int]) -> list[tuple[int, int]]:
    """(cell, value) of the stones that lie in the room."""
    return [(at, value) for at, value in enumerate(cells) if STONE <= value < WALL]
