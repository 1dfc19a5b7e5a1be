"""MuJoCo's mj_step as compiled code calls it: by its address, without Python and its lock.

MuJoCo hands an error over to the log handler of the thread, and goes on, or ends the process, if that returns. Its
Python package therefore leaves a failing call by C's longjmp, and raises FatalError. The same is done here for calls
from compiled code: a few lines of LLVM's language, compiled once in a process, call a function of MuJoCo's between
_setjmp and a log handler that leaves by longjmp. A place to return to is kept for each thread. Warnings are dropped;
validity.py looks at the result.

`mj_step()` is None where that cannot be had: on other systems than Linux, or with a MuJoCo that has no log handlers of
threads. The room then steps from Python (physics.py), with the same results to the byte.
"""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from typing import Any

import llvmlite.binding as llvm
import mujoco
import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numba.np.arrayobj import populate_array

_SYMBOLS = "_setjmp", "longjmp", "pthread_setspecific", "pthread_getspecific", "pthread_key_create"
_ERROR = 3  # mjLOG_ERROR of mjtype.h: the level of a message, its first field, from which on it is an error
_SOURCE = """
declare i32 @_setjmp(ptr) #0
declare void @longjmp(ptr, i32)
declare i32 @pthread_setspecific(i64, ptr)
declare ptr @pthread_getspecific(i64)

define i32 @guarded(ptr %function, ptr %model, ptr %data) #1 {{
begin:
  %place = alloca [128 x i64], align 16
  %before = alloca ptr, align 8
  %handler = call ptr inttoptr (i64 {set_handler} to ptr)(ptr @on_message)
  store volatile ptr %handler, ptr %before, align 8
  %returned = call i32 @_setjmp(ptr %place) #0
  %failed = icmp ne i32 %returned, 0
  br i1 %failed, label %end, label %call
call:
  %kept = call i32 @pthread_setspecific(i64 {key}, ptr %place)
  call void %function(ptr %model, ptr %data)
  br label %end
end:
  %result = phi i32 [ 1, %begin ], [ 0, %call ]
  %old = load volatile ptr, ptr %before, align 8
  %mine = call ptr inttoptr (i64 {set_handler} to ptr)(ptr %old)
  ret i32 %result
}}

define void @on_message(ptr %message) {{
  %level = load i32, ptr %message, align 4
  %error = icmp sge i32 %level, {error}
  br i1 %error, label %leave, label %done
leave:
  %place = call ptr @pthread_getspecific(i64 {key})
  call void @longjmp(ptr %place, i32 1)
  unreachable
done:
  ret void
}}

attributes #0 = {{ returns_twice }}
attributes #1 = {{ noinline }}
"""


@cache
def mj_step() -> np.ndarray | None:
    """The addresses [guard, mj_step] by which `call` steps a simulation, int64 (2,); None where that cannot be had."""
    if sys.platform != "linux":
        return None
    system, library = ctypes.CDLL(None), ctypes.CDLL(mujoco._functions.__file__)
    if not all(hasattr(system, name) for name in _SYMBOLS) or not hasattr(library, "_mjPRIVATE_setTlsLogHandler"):
        return None
    key = ctypes.c_uint()
    if system.pthread_key_create(ctypes.byref(key), None):
        return None
    set_handler = _address(library._mjPRIVATE_setTlsLogHandler)
    guard = _compiled(_SOURCE.format(key=key.value, set_handler=set_handler, error=_ERROR))
    return np.array([guard, _address(library.mj_step)], np.int64)


def _address(function: Any) -> int:
    return ctypes.cast(function, ctypes.c_void_p).value or 0


_intrinsic: Any = intrinsic  # whose own type counts the first argument, which callers do not give
_engines: list[Any] = []  # own the machine code, for as long as the process lives


def _compiled(source: str) -> int:
    """The address of the function `guarded` of this source."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    machine = llvm.Target.from_default_triple().create_target_machine()
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(source), machine)
    engine.finalize_object()
    _engines.append(engine)
    return engine.get_function_address("guarded")


@_intrinsic
def call(typing, guard, function, model, data):
    """function(model, data) of MuJoCo's, all by their addresses, within the guard: 0, or 1 if it failed, and then its
    data must not be used again."""

    def generate(context, builder, signature, arguments):
        made = ir.FunctionType(ir.IntType(32), [each.type for each in arguments[1:]])
        return builder.call(builder.inttoptr(arguments[0], made.as_pointer()), arguments[1:])

    return types.int32(types.int64, types.int64, types.int64, types.int64), generate


@_intrinsic
def floats(typing, address, count):
    """The float64 numbers at this address, (count,): an array that owns no memory, and takes no counting of
    references, as Numba's carray does."""
    return _array(types.float64, 1)


@_intrinsic
def integers(typing, address, count):
    """The int32 numbers at this address, (count,)."""
    return _array(types.int32, 1)


@_intrinsic
def rows(typing, address, count, width):
    """The float64 numbers at this address, (count, width)."""
    return _array(types.float64, 2)


def _array(kind: Any, dimensions: int) -> Any:
    made = types.Array(kind, dimensions, "C")

    def generate(context, builder, signature, arguments):
        size = context.get_constant(types.intp, kind.bitwidth // 8)
        strides = [size] if dimensions == 1 else [builder.mul(arguments[2], size), size]
        array = context.make_array(made)(context, builder)
        pointer = builder.inttoptr(arguments[0], context.get_data_type(kind).as_pointer())
        populate_array(array, data=pointer, shape=arguments[1:], strides=strides, itemsize=size, meminfo=None)
        return array._getvalue()

    return made(types.int64, *dimensions * [types.int64]), generate


@_intrinsic
def taken(typing, counter):
    """The number at this address before 1 is added to it, which no other thread takes as well."""

    def generate(context, builder, signature, arguments):
        place = builder.inttoptr(arguments[0], ir.IntType(64).as_pointer())
        return builder.atomic_rmw("add", place, ir.Constant(ir.IntType(64), 1), "monotonic")

    return types.int64(types.int64), generate
