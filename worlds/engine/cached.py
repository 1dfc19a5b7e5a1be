"""Compiled functions beside the kernels, such as solvers and generators of levels: kept on disk, and never stale.

Numba's own disk cache does not notice when a function that a cached one calls is edited in another file. So, as with the
kernels of a world, a small module is written into a folder named by a digest of all sources, and Numba caches beside it.
"""

from __future__ import annotations

import hashlib
import importlib.util
import inspect
import platform
import sys
from collections.abc import Callable
from functools import cache
from typing import Any

import numba
import numpy as np

from .kernels import cache_folder, sources, write_atomically

_TEXT = '''"""A compiled function of Rumpus: written by it, never edited; the folder can be deleted at any time."""

from numba import njit

from {module} import {name} as function


@njit(cache=True, nogil=True)
def {name}({arguments}):
    return function({arguments})
'''


@cache
def cached(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same `@njit` function of plain positional arguments, compiled once on this machine; it releases the GIL.

    Unlike a kernel it runs on CPU only, and may allocate.
    """
    name, module = function.__name__, function.__module__
    parts = [platform.python_version(), np.__version__, numba.__version__, module, name]
    total = hashlib.sha256("\n".join(parts).encode())
    for source in sources([function]):
        total.update(source.name.encode() + b"\0" + source.read_bytes() + b"\0")
    digest = total.hexdigest()[:24]
    path = cache_folder() / "kernels" / digest / f"{name}.py"
    if not path.exists():
        arguments = ", ".join(inspect.signature(getattr(function, "py_func", function)).parameters)
        write_atomically(path, _TEXT.format(module=module, name=name, arguments=arguments).encode())
    spec = importlib.util.spec_from_file_location(f"_rumpus_cached_{name}_{digest}", path)
    assert spec is not None and spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = made
    spec.loader.exec_module(made)
    return getattr(made, name)
