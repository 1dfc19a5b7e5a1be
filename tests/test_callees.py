"""Kernels are compiled with what they call as one; what they call stays callable from Python, and Numba as it was."""

import gc
import importlib.util
import sys

import numpy as np
import pytest
from numba.core.compiler import Compiler
from numba.core.dispatcher import Dispatcher
from numba.core.errors import TypingError

from rumpus.worlds.engine.compile import callees, modules
from rumpus.worlds.engine.compile.cached import cached

pytestmark = pytest.mark.skipif(modules.whole is None, reason="another Numba than the one that callees.py knows")

SOURCE = """
import numpy as np
from numba import literally, njit

PLACES = ((1, 2.5), (3, 4.5))


@njit
def half(value, least):
    return max(value // 2, least)


@njit(cache=True)
def kept(value):
    return value + 1


@njit
def fibonacci(n):
    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)


@njit
def pick(pair, index):
    return pair[literally(index)]


@njit
def checked(value):
    if value < 0:
        raise ValueError("a value is at least 0")
    return value


@njit
def total(values):
    found = 0.0
    for value in values:
        found += half(kept(value), 3) + half(value, 4) + fibonacci(7) + pick(PLACES[1], 0) + pick(PLACES[0], 1)
    return found + checked(values[0]) + np.arange(3).sum()


@njit
def wrong(values):
    return half(values, 1).nothing
"""


@pytest.fixture
def made(tmp_path, monkeypatch):
    monkeypatch.setenv("RUMPUS_CACHE", str(tmp_path / "cache"))
    path = tmp_path / "made_functions.py"
    path.write_text(f"{SOURCE}\n# of {tmp_path}: kernels of its own\n")
    spec = importlib.util.spec_from_file_location("made_functions", path)
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "made_functions", module)
    spec.loader.exec_module(module)
    cached.cache_clear()
    yield module
    cached.cache_clear()


@pytest.mark.parametrize("whole", [callees, None], ids=["whole", "as Numba does it"])
def test_a_kernel_computes_what_python_computes(made, whole, monkeypatch):
    monkeypatch.setattr(modules, "whole", whole)
    values = np.array([4, 9, 30])
    assert cached(made.total)(values) == made.total.py_func(values)
    with pytest.raises(ValueError, match="at least 0"):
        cached(made.total)(-values)


def test_what_a_kernel_calls_can_be_called_from_python_and_has_no_code_before(made):
    cached(made.total)(np.array([4, 9]))
    assert len(made.half.overloads) == 1  # whole numbers of any value are one type
    assert isinstance(next(iter(made.half.overloads.values())).entry_point, callees._Later)
    assert [made.half(20, 3), made.half(2, 3), made.fibonacci(10), made.kept(1)] == [10, 3, 55, 2]
    assert made.half.py_func is not None and len(made.half.overloads) == 1
    assert cached(made.half)(41, 3) == 20


def test_numba_is_as_it_was_afterwards_whether_a_kernel_compiles_or_not(made):
    before = Compiler.define_pipelines, Dispatcher.add_overload, gc.isenabled()
    cached(made.total)(np.array([4, 9]))
    with pytest.raises(TypingError):
        cached(made.wrong)(3)
    assert (Compiler.define_pipelines, Dispatcher.add_overload, gc.isenabled()) == before
    assert not callees._compiling.stack
