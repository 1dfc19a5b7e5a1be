"""The part of a picture that changed, so that no more of it than that is painted, encoded or sent."""

from __future__ import annotations

import numpy as np


def changed(before: np.ndarray, after: np.ndarray) -> tuple[int, int, int, int] | None:
    """(left, top, right, bottom) of the smallest rectangle outside of which two pictures are the same; None where they
    are the same all over.

    before, after: uint8 (height, width, 3) of one size. Raises ValueError for two sizes.
    """
    if before.shape != after.shape:
        raise ValueError(f"two pictures of one size are compared, not of {before.shape} and {after.shape}")
    differs = before != after
    rows = np.flatnonzero(differs.reshape(len(differs), -1).any(1))
    if not len(rows):
        return None
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    cols = np.flatnonzero(differs[top:bottom].any(0).any(1))
    return int(cols[0]), top, int(cols[-1]) + 1, bottom
