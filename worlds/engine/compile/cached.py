"""Compiled functions beside the kernels, such as solvers and generators of levels: kept on disk, and never stale.

Numba's own disk cache does not notice when a function that a cached one calls is edited in another file. So, as with
the kernels of a world, a small module is written into a folder named by a digest of all that it is made of, and Numba
caches beside it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import cache
from typing import Any

from ..compile.modules import module_of
from .slow import tell

_OWN = __name__.partition(".")[0] + "."
_TEXT = '''"""A compiled function of Rumpus: written by it, never edited; the folder can be deleted at any time."""

from numba import njit

from {module} import {name} as function


@njit(cache=True, nogil=True, _nrt={allocates})
def {name}({arguments}):
    return function({arguments})
'''


@cache
def cached(function: Callable[..., Any], allocates: bool = True) -> Callable[..., Any]:
    """The same `@njit` function of plain positional arguments, compiled once on this machine; it releases the GIL.

    Unlike a kernel it runs on CPU only, and may allocate. If it does not, `allocates=False` spares it the counting of
    references to arrays.
    """
    name, module = function.__name__, function.__module__
    arguments = ", ".join(inspect.signature(getattr(function, "py_func", function)).parameters)
    source = _TEXT.format(module=module, name=name, arguments=arguments, allocates=allocates)
    made = module_of(source, [function], name)
    tell(made.__name__, f"{name} of {module.removeprefix(_OWN)}")
    return getattr(made, name)
