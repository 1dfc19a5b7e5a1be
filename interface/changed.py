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
    first, last = _rows(before, after)
    if first == last:
        return None
    differs = before[first:last] != after[first:last]
    rows = np.flatnonzero(differs.reshape(last - first, -1).any(1))
    if not len(rows):
        return None
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    cols = np.flatnonzero(differs[top:bottom].any(0).any(1))
    return int(cols[0]), first + top, int(cols[-1]) + 1, first + bottom


def _rows(before: np.ndarray, after: np.ndarray) -> tuple[int, int]:
    """(first, last) of a range of rows outside of which two pictures are the same; it is at most one row too wide where
    rows lie together in memory. Words of eight bytes are compared, the bytes between rows among them."""
    height, width = before.shape[:2]
    line = before.strides[0]
    if not before.strides == after.strides == (line, 3, 1) or line < 3 * width:
        return 0, height
    size = (height - 1) * line + 3 * width
    flat = [np.lib.stride_tricks.as_strided(each, (size,), (1,), writeable=False) for each in (before, after)]
    whole = size // 8 * 8
    words = [each[:whole].view(np.uint64) for each in flat]
    found = np.flatnonzero(words[0] != words[1])
    ends = [8 * int(found[0]), 8 * int(found[-1]) + 8] if len(found) else []
    if not np.array_equal(flat[0][whole:], flat[1][whole:]):
        ends += [whole, size]
    return (min(ends) // line, min(-(-max(ends) // line), height)) if ends else (0, 0)
