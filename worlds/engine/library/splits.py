"""Splits by content: a hash of a level puts it into one of 16 parts, which make up three disjoint splits.

Part 0 is the test split, part 1 the validation split, the others are the training split. The knob `fold` of a world
names the split from which an episode's level is drawn: the generator draws levels until one is of that split.
"""

import numpy as np
from numba import njit

from ..records.states import Knob
from .random import mix

ANY, TRAIN, VALID, TEST = range(4)
"""Values of the knob `fold`."""
FOLD = Knob(0, 0, 3, "which maps to draw: 0 any, 1 for training, 2 for validation, 3 for testing")
SPLITS = {"train": {"fold": TRAIN}, "valid": {"fold": VALID}, "test": {"fold": TEST}}
REDRAWS = 1024
"""Most levels that are drawn for one episode. One in 16 is of the rarest split."""

_PART = np.uint64(60)


@njit
def split_of_hash(value):
    """The split, TRAIN, VALID or TEST, of a level whose content has this hash, a uint64."""
    part = np.int32(mix(value) >> _PART)
    return TEST if part == 0 else VALID if part == 1 else TRAIN
