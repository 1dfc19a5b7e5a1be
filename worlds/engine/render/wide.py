"""Moves of 8, 16 and 32 bytes between byte arrays, for kernels of the CPU.

Numba has no word wider than 8 bytes, and joins moves of neighbouring words only where it can prove that they do not
overlap. Each function here is one load and one store of a processor's vector, at any address. They check no bounds.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import config
from numba.extending import intrinsic

_BYTE = ir.IntType(8)


def _mover(size: int) -> Callable[..., Any]:
    """The function move(target, at, source, start): target[at : at + size] = source[start : start + size].

    target, source: flat, contiguous uint8; at, start: uint64.
    """

    def plain(target: np.ndarray, at: Any, source: np.ndarray, start: Any) -> None:
        target[int(at) : int(at) + size] = source[int(start) : int(start) + size]

    def move(typing_context: Any, target: Any, at: Any, source: Any, start: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            vector = ir.VectorType(_BYTE, size).as_pointer()
            pointers = []
            for array, offset in ((0, 1), (2, 3)):
                data = context.make_array(signature.args[array])(context, builder, arguments[array]).data
                pointer = builder.gep(builder.bitcast(data, _BYTE.as_pointer()), [arguments[offset]])
                pointers.append(builder.bitcast(pointer, vector))
            builder.store(builder.load(pointers[1], align=1), pointers[0], align=1)
            return context.get_dummy_value()

        return types.void(target, types.uint64, source, types.uint64), generate

    return plain if getattr(config, "DISABLE_JIT", 0) else intrinsic(move)


move_8, move_16, move_32 = _mover(8), _mover(16), _mover(32)
