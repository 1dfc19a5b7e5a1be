"""Pictures for a screen: red, green and blue become words of a screen's memory, each pixel a square of several, in one
pass by instructions for several pixels at once.

A window of 3840x2160 wants this of each picture, and by SDL, which converts, then enlarges, it takes three times as
long.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from ..compile.modules import module_of

FACTORS = range(1, 5)
"""The factors by which a picture can be enlarged."""
TOGETHER = 8
"""Pixels that are copied together."""
_BYTE, _WORD = ir.IntType(8), ir.IntType(32)
_intrinsic: Any = intrinsic(prefer_literal=True)  # whose own type counts the first argument, which callers do not give


@_intrinsic
def copy_pixels(typing, source, target, line, pixels, factor):
    """Copy pixels of three bytes from an address to words at another, blue | green << 8 | red << 16, each `factor`
    times, and this in `factor` lines that begin `line` bytes apart. pixels, factor: literal numbers."""
    count, times = pixels.literal_value, factor.literal_value

    def generate(context, builder, signature, arguments):
        place, words = arguments[1], _words(builder, arguments[0], count, times)
        for _ in range(times):
            builder.store(words, builder.inttoptr(place, words.type.as_pointer()), align=1)
            place = builder.add(place, arguments[2])
        return context.get_dummy_value()

    return types.void(types.int64, types.int64, types.int64, pixels, factor), generate


def _words(builder: Any, address: Any, count: int, times: int) -> Any:
    """The words of so many pixels as a vector of bytes."""
    kind = ir.VectorType(_BYTE, 3 * count)
    found = builder.load(builder.inttoptr(address, kind.as_pointer()), align=1)
    order = [
        at for pixel in range(count) for _ in range(times) for at in (*range(3 * pixel + 2, 3 * pixel - 1, -1), -1)
    ]
    mask = ir.Constant(ir.VectorType(_WORD, len(order)), [_WORD(at if at >= 0 else 3 * count) for at in order])
    return builder.shuffle_vector(found, ir.Constant(kind, [_BYTE(0)] * (3 * count)), mask)


_HEAD = '''"""The kernel that enlarges pictures: written by Rumpus, never edited; the folder can be deleted."""

from numba import njit

from {package}.enlarge import copy_pixels


@njit(cache=True, nogil=True, _nrt=False)
def enlarge(source, line, target, below, height, width, factor):
'''
_FACTOR = """    if factor == {factor}:
        for row in range(height):
            at, to = source + row * line, target + row * {factor} * below
            for x in range(0, width // {together} * {together}, {together}):
                copy_pixels(at + 3 * x, to + {bytes} * x, below, {together}, {factor})
            for x in range(width // {together} * {together}, width):
                copy_pixels(at + 3 * x, to + {bytes} * x, below, 1, {factor})
"""


def enlarge(picture: np.ndarray, target: np.ndarray, factor: int) -> None:
    """Write a picture, uint8 (height, width, 3), into words of a screen, uint32 (factor * height, factor * width): red
    << 16 | green << 8 | blue.

    factor: one of FACTORS. The pixels of a row must lie together in both arrays, the rows may lie apart. Raises
    ValueError for arrays or factors that do not fit.
    """
    height, width = picture.shape[:2]
    fits = factor in FACTORS and target.shape == (factor * height, factor * width)
    together = picture.strides[1:] == (3, 1) and target.strides[1] == 4 and target.flags.writeable
    if not (fits and together and picture.dtype == np.uint8 and target.dtype == np.uint32):
        raise ValueError(
            f"a picture of {picture.shape} {picture.dtype} is enlarged by 1 to {FACTORS[-1]} into words of that size "
            f"whose pixels lie together, not by {factor} into {target.shape} {target.dtype}"
        )
    _kernel()(
        picture.ctypes.data, picture.strides[0], target.ctypes.data, target.strides[0], height, width, factor
    )  # fmt: skip


@cache
def _kernel() -> Any:
    """The kernel for all factors; compiled or loaded at its first call."""
    parts = (_FACTOR.format(factor=factor, bytes=4 * factor, together=TOGETHER) for factor in FACTORS)
    source = _HEAD.format(package=__package__) + "".join(parts)
    return module_of(source, (), "enlarge", Path(__file__).read_text(encoding="utf-8")).enlarge


def compile_enlarging() -> None:
    """Compile the kernel, and leave it in the cache."""
    enlarge(np.zeros((1, 1, 3), np.uint8), np.zeros((1, 1), np.uint32), 1)
