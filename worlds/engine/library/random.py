"""The counter-based generator that every record carries: same key and counter, same number, on every device.

The n-th number of a key is the n-th output of SplitMix64 (Steele, Lea and Flood 2014, "Fast splittable pseudorandom
number generators") seeded with that key: a 64-bit mix of key + n times the golden ratio. It needs no state but the two
integers, so an environment can be saved, forked and replayed by copying its bytes.
"""

import numpy as np
from numba import njit

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_30, _27, _31, _32 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(32)
_ONE = np.uint64(1)
_LOW = np.uint64(0xFFFFFFFF)


@njit
def mix(value):
    """A 64-bit hash of a uint64: every input bit changes about half of the output bits."""
    value = (value ^ (value >> _30)) * _FIRST
    value = (value ^ (value >> _27)) * _SECOND
    return value ^ (value >> _31)


@njit
def bits(state):
    """The next 64 random bits of a record with the fields `key` and `counter`, as uint64."""
    state.counter = state.counter + _ONE
    return mix(state.key + state.counter * _GOLDEN)


@njit
def draw(state, n):
    """A random integer in [0, n) for 0 < n < 2**31, from 32 bits of the record's generator (bias below n / 2**32)."""
    return np.int32(((bits(state) >> _32) * np.uint64(n)) >> _32)


@njit
def draw_from(state, items, index, count):
    """A random one of items[index:count], swapped to the place `index`: calls with 0, 1, 2, … draw without replacement.
    items: an integer array of at least `count`; `state` has the generator."""
    other = index + draw(state, count - index)
    drawn = np.int32(items[other])
    items[other] = items[index]
    items[index] = drawn
    return drawn


@njit
def key_of(seed, stream):
    """The generator key of an episode: a hash of two uint64, so that near seeds give unrelated episodes."""
    return mix(mix(seed + _GOLDEN) ^ (stream * _FIRST + _ONE))
