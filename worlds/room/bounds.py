"""Bounds of the room's state; see engine/records/bounds.py."""

import numpy as np

from ..engine.compile.cached import cached
from ..engine.records.bounds import FLAG, MOST
from ..engine.render.raycast.scene import COLS, ROWS
from ..first_person.bounds import bounds
from ..first_person.models import COLOURS
from . import furniture, toys
from .state import NOBODY, PIECES, STATE, TOYS, TREES

_ROW, _COL, _TURNS = (0, ROWS - 1), (0, COLS - 1), (0, 3)


def whole(state: np.void) -> bool:
    """Whether a record can be simulated."""
    from .validity import simulable  # imports MuJoCo

    return bool(cached(simulable)(np.array([state]), 0))


BOUNDS = bounds(
    STATE,
    toys.FIRST + len(toys.KINDS) - 1,
    {
        "size": (0, len(toys.SIZES)),
        "material": (0, len(toys.MATERIALS)),
        "pieces": (0, PIECES),
        "piece": (0, len(furniture.KINDS)),
        "piece_colour": (0, len(COLOURS)),
        "piece_x": (0.0, float(COLS)),
        "piece_y": (0.0, float(ROWS)),
        "piece_turn": _TURNS,
        "door": FLAG,
        "door_row": _ROW,
        "door_col": _COL,
        "door_turn": FLAG,
        "window": FLAG,
        "window_row": _ROW,
        "window_col": _COL,
        "window_turn": _TURNS,
        "asleep": (-MOST, TREES - 1),
        "grip": (NOBODY, TOYS - 1),
        "aim": (NOBODY, TOYS + PIECES - 1),
        "gripping": FLAG,
        "faults": (0, MOST),
    },
    whole=whole,
)
