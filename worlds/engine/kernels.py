"""Compiling a world's kernels once, and finding them again: never stale, and safe with many processes at once."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import platform
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import numba
import numpy as np
import platformdirs
from rich.console import Console

from . import template
from .world import World

_ENGINE = Path(__file__).parent
_INTERFACE = _ENGINE.parent.parent / "interface"


def cache_folder() -> Path:
    """Where kernels and level banks are kept: $RUMPUS_CACHE, else the platform's cache folder of this user."""
    chosen = os.environ.get("RUMPUS_CACHE")
    return Path(chosen) if chosen else Path(platformdirs.user_cache_dir("rumpus"))


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file under a temporary name beside it and rename it, so that nobody ever reads half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    try:
        temporary.write_bytes(data)
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _python(function: Callable[..., Any]) -> FunctionType:
    return getattr(function, "py_func", function)  # type: ignore[return-value]


def sources(functions: Iterable[Callable[..., Any]]) -> list[Path]:
    """The source files that compiled functions are made of, sorted: the engine, the interface, the folders that the
    functions lie in, and the files of all functions and modules that they use, however far away."""
    files = {*_ENGINE.glob("*.py"), *_INTERFACE.glob("*.py")}
    waiting = [_python(function) for function in functions]
    for function in waiting:
        files.update(Path(function.__code__.co_filename).parent.glob("*.py"))
    seen = set()
    while waiting:
        function = waiting.pop()
        if function in seen:
            continue
        seen.add(function)
        files.add(Path(function.__code__.co_filename))
        for name in function.__code__.co_names:
            value = _python(function.__globals__.get(name))  # type: ignore[arg-type]
            if isinstance(value, FunctionType):
                waiting.append(value)
            elif isinstance(value, ModuleType) and not value.__name__.startswith(("numpy", "numba", "math")):
                files.update([Path(value.__file__)] if value.__file__ else [])
    return sorted(files)


def digest(world: World, extra: str = "") -> str:
    """A name for all that a world's kernels are made of: their sources, Python's, NumPy's and Numba's versions."""
    functions = (world.reset, world.step, world.tile)
    parts = [platform.python_version(), np.__version__, numba.__version__, extra]
    parts += [f"{_python(function).__module__}.{_python(function).__name__}" for function in functions]
    total = hashlib.sha256("\n".join(parts).encode())
    for path in sources(functions):
        total.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()[:24]


def kernel_module(world: World, text: str, target: str) -> ModuleType:
    """The module of this world's kernels for a target, written to the cache folder if it is not there yet."""
    functions = {"reset": world.reset, "step": world.step, "tile": world.tile}
    return _module(digest(world, target), text, target, tuple(_python(f) for f in functions.values()))


@cache
def _module(name: str, text: str, target: str, functions: tuple[FunctionType, ...]) -> ModuleType:
    reset, step, tile = functions
    family = reset.__module__.rpartition(".")[0]
    path = cache_folder() / "kernels" / name / f"{target}_{family.rpartition('.')[2]}.py"
    if not path.exists():
        source = text.format(
            family=family, target=target, engine=__package__, reset=_named(reset), step=_named(step), tile=_named(tile)
        )
        write_atomically(path, source.encode())
    spec = importlib.util.spec_from_file_location(f"_rumpus_kernels_{target}_{name}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def _named(function: FunctionType) -> str:
    return f"{function.__module__} import {function.__name__}"


@contextmanager
def progress(world: World, module: ModuleType, *names: str) -> Iterator[None]:
    """Say on stderr that a world is being compiled, unless compiled code of all these kernels lies in the cache."""
    assert module.__file__ is not None
    code = Path(module.__file__).parent / "__pycache__"
    if all(any(code.glob(f"*.{name}-*.nbc")) for name in names):
        yield
        return
    with Console(stderr=True).status(f"Compiling {world.name} (the first time on this machine only) …"):
        yield


def cpu_kernels(world: World) -> ModuleType:
    """The kernels `step`, `reset` and `draw` of a world for CPU threads; compiled or loaded at their first call."""
    return kernel_module(world, template.CPU, "njit")
