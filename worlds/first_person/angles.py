"""Sine and cosine of whole-numbered angles by table, and the angle of a vector: the same numbers on every device."""

import math

import numpy as np
from numba import njit

from .state import TURN

ONE_UNIT = 65536
"""The unit of sines and cosines: 1 is ONE_UNIT."""

_STEPS = 4096  # entries of the table in a whole turn
_STEP = TURN // _STEPS
_HALF_STEP = _STEP // 2
# One more than a turn, so that every entry has a next one.
_SINES = np.array([round(math.sin(2 * math.pi * step / _STEPS) * ONE_UNIT) for step in range(_STEPS + 1)], np.int32)


@njit
def _entry(step):
    """An entry of the table, int32. step: int32. The only mention of the table: CUDA copies it into the constant memory
    of a kernel for every mention and every type of argument, and has 64 KB of that."""
    return _SINES[step]


@njit
def sine(angle):
    """Sine of an integer angle in 1/TURN turns, int32 in 1/ONE_UNIT: the table, interpolated, exact to 2 units."""
    angle = angle & (TURN - 1)
    step = np.int32(angle // _STEP)
    low = _entry(step)
    return np.int32(low + ((_entry(np.int32(step + 1)) - low) * (angle % _STEP) + _HALF_STEP) // _STEP)


@njit
def cosine(angle):
    """Cosine of an integer angle in 1/TURN turns, int32 in 1/ONE_UNIT."""
    return sine(angle + TURN // 4)


@njit
def heading(dy, dx):
    """The yaw, int32 from 0 to TURN - 1, of the direction (dy, dx); 0 for (0, 0)."""
    across, along, quarter = np.int64(dy), np.int64(dx), 0
    while across < 0 or along <= 0:  # turn it back by quarters until it lies in the first
        if across == 0 and along == 0:
            return np.int32(0)
        across, along = -along, across
        quarter += 1
    low, high = 0, TURN // 4  # the last angle that is not beyond the vector lies in [low, high)
    while high - low > 1:
        middle = (low + high) // 2
        if np.int64(cosine(middle)) * across >= np.int64(sine(middle)) * along:
            low = middle
        else:
            high = middle
    return np.int32((quarter * (TURN // 4) + low) & (TURN - 1))


@njit
def squared_length(dy, dx):
    """The square, int64, of the length of a vector."""
    return np.int64(dy) * dy + np.int64(dx) * dx


@njit
def difference(one, other):
    """The rotation from angle `other` to `one` by the shorter way, int32 from -TURN / 2 to TURN / 2 - 1."""
    return np.int32(((one - other + TURN // 2) & (TURN - 1)) - TURN // 2)
