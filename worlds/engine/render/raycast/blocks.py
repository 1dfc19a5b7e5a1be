"""Copying columns of pixels into the rows of a frame, eight by eight, by instructions for several pixels at once.

A pixel of a column is a word, red | green << 8 | blue << 16; in a row it is three bytes. One by one, each pixel is read
and written by itself, and this takes a quarter of the time of a frame.
"""

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from .frame import EIGHT

_intrinsic: Any = intrinsic  # whose own type counts the first argument, which callers do not give
_WORD, _ADDRESS = ir.IntType(32), ir.IntType(64)
_COLOURS = [4 * pixel + colour for pixel in range(EIGHT) for colour in range(3)]
"""The bytes of eight words that are colours."""


@_intrinsic
def copy_block(typing, colours, column, top, pixels, left):
    """Copy colours[column : column + 8, top : top + 8], int32 (columns, rows), to pixels[top : top + 8, left : left +
    8], uint8 (rows, columns, 3). All must lie within the arrays."""

    def generate(context, builder, signature, arguments):
        source, target = (context.make_array(signature.args[n])(context, builder, arguments[n]) for n in (0, 3))
        column_bytes, row_bytes = cgutils.unpack_tuple(builder, source.strides)
        below, beside = cgutils.unpack_tuple(builder, target.strides)[:2]
        first = _place(builder, source.data, (arguments[1], column_bytes), (arguments[2], row_bytes))
        words = _loaded(builder, first, column_bytes)
        first = _place(builder, target.data, (arguments[2], below), (arguments[4], beside))
        for number, row in enumerate(_turned(builder, words)):
            kept = builder.shuffle_vector(_bytes(builder, row), _bytes(builder, row), _mask(_COLOURS))
            place = builder.add(first, builder.mul(below, _ADDRESS(number)))
            builder.store(kept, builder.inttoptr(place, kept.type.as_pointer()), align=1)
        return context.get_dummy_value()

    return types.void(colours, types.int64, types.int64, pixels, types.int64), generate


def _place(builder: Any, start: Any, *steps: Any) -> Any:
    """The address of an element of an array that begins at `start`; steps: (index, stride in bytes) of each axis."""
    place = builder.ptrtoint(start, _ADDRESS)
    for index, stride in steps:
        place = builder.add(place, builder.mul(index, stride))
    return place


def _loaded(builder: Any, first: Any, stride: Any) -> list[Any]:
    """Eight vectors of eight words each, which begin so many bytes apart."""
    kind = ir.VectorType(_WORD, EIGHT).as_pointer()
    addresses = (builder.add(first, builder.mul(stride, _ADDRESS(number))) for number in range(EIGHT))
    return [builder.load(builder.inttoptr(place, kind), align=4) for place in addresses]


def _turned(builder: Any, vectors: list[Any]) -> list[Any]:
    """The rows of eight vectors as eight vectors: single words are exchanged between neighbours, then pairs, then
    fours."""
    for apart in (1, 2, 4):
        low = [n if not n & apart else EIGHT + n - apart for n in range(EIGHT)]
        high = [n + apart if not n & apart else EIGHT + n for n in range(EIGHT)]
        turned = list(vectors)
        for n in range(EIGHT):
            if not n & apart:
                pair = vectors[n], vectors[n + apart]
                turned[n] = builder.shuffle_vector(*pair, _mask(low))
                turned[n + apart] = builder.shuffle_vector(*pair, _mask(high))
        vectors = turned
    return vectors


def _bytes(builder: Any, words: Any) -> Any:
    return builder.bitcast(words, ir.VectorType(ir.IntType(8), 4 * EIGHT))


def _mask(numbers: list[int]) -> Any:
    return ir.Constant(ir.VectorType(_WORD, len(numbers)), [_WORD(number) for number in numbers])
