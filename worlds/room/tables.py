"""Tables of rows of unequal length, padded to one shape for compiled functions."""

from collections.abc import Sequence
from typing import Any

import numpy as np


def padded(rows: Sequence[Any], most: int, width: int, dtype: type = float) -> np.ndarray:
    """An array (len(rows), most, width), or (len(rows), most) for width 0: each row's entries, then zeros."""
    table = np.zeros((len(rows), most, *((width,) if width else ())), dtype)
    for index, row in enumerate(rows):
        table[index, : len(row)] = row
    return table
