"""Compiling a world's kernels once, and finding them again: never stale, and safe with many processes at once."""

from __future__ import annotations

import atexit
import importlib.util
import os
import shutil
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import platformdirs
from numba.core import config, event

from ...interface.progress import Work, work
from . import symbols, template
from .ingredients import fingerprint, python, used
from .judge import fulfilled, judge
from .look import Rays, Tiles
from .rays.scene import clear
from .things import nothing
from .tiles import border, copy_sprite, draw_cursor
from .turn import add, after, before, begin, choose, still
from .world import World

# What the kernels themselves call.
_ENGINE = (choose, begin, still, before, after, add, judge, fulfilled, border, copy_sprite, draw_cursor, clear)
COMPILING = "numba:compile"
"""What Numba calls the event of a function being compiled."""
_KEPT_DAYS = 30  # kernels that no process loaded for so long are removed when new ones are written


def cache_folder() -> Path:
    """Where kernels and level banks are kept: $RUMPUS_CACHE, else the platform's cache folder of this user."""
    chosen = os.environ.get("RUMPUS_CACHE")
    return Path(chosen) if chosen else Path(platformdirs.user_cache_dir("rumpus"))


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file under a temporary name beside it and rename it, so that nobody ever reads half of it. A device or a
    pipe is written to as it is, since a file would take its place."""
    if path.exists() and not path.is_file():
        path.write_bytes(data)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    try:
        temporary.write_bytes(data)
        os.replace(temporary, path)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error  # not by its temporary name
    finally:
        temporary.unlink(missing_ok=True)


def kernel_module(world: World, text: str, target: str, *versions: str) -> ModuleType:
    """The module of this world's kernels for a target, written to the cache folder if it is not there yet.

    versions: of tools that compile it, besides Numba.
    Raises ValueError for a function of the world that the module could not import and compile.
    """
    fill = world.things.fill if world.things else nothing
    functions = {"reset": world.reset, "step": world.step, "fill": fill}
    if isinstance(world.look, Tiles | Rays):
        functions["look"] = world.look.tile if isinstance(world.look, Tiles) else world.look.scene
    names = {what: _importable(world, what, function) for what, function in functions.items()}
    family = python(world.reset).__module__.rpartition(".")[0] or python(world.reset).__module__
    targets = target if target == "njit" else f"{target}, njit"
    source = text.format(family=family, targets=targets, engine=__package__, **names)
    return module_of(source, [*functions.values(), *_ENGINE], f"{target}_{family.rpartition('.')[2]}", *versions)


def _importable(world: World, what: str, function: Callable[..., Any]) -> str:
    """What follows `from` in the line that imports a function of a world."""
    if function is python(function) and not getattr(config, "DISABLE_JIT", 0):
        raise ValueError(f"{world.name}: {what} must be compiled: put @njit (from numba) above {function!r}")
    module, name = function.__module__, function.__name__
    if getattr(sys.modules.get(module), name, None) is not function:
        raise ValueError(
            f"{world.name}: {what} must be a function at the top level of a module under its own name, so that kernels "
            f"can import it; {module}.{name} is not this function"
        )
    return f"{module} import {name}"


def module_of(source: str, functions: Iterable[Callable[..., Any]], stem: str, *versions: str) -> ModuleType:
    """The module of this source text, which uses these functions, from a folder of the cache that is named by what they
    are made of: what Numba compiles for it is kept beside it. Written there if it is new; loaded once in a process."""
    name = fingerprint(functions, source, symbols.SCHEME, *versions)
    module = f"_rumpus_kernels_{stem}_{name}"
    if module not in sys.modules:
        path = _kept(f"{stem}.py", name, source.encode())
        spec = importlib.util.spec_from_file_location(module, path)
        assert spec is not None and spec.loader is not None
        made = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(made)
        sys.modules[module] = made
    return sys.modules[module]


def _kept(file: str, name: str, data: bytes) -> Path:
    """The path of a kernels' file in the cache, or in a temporary folder if the cache cannot be written."""
    folder = cache_folder() / "kernels" / name
    try:
        if not (folder / file).exists():
            write_atomically(folder / file, data)
            _prune(folder.parent)
        with tempfile.TemporaryFile(dir=folder):
            os.utime(folder)  # in use: not to be pruned
        return folder / file
    except OSError as error:
        folder = _temporary_folder(f"{cache_folder()} ({error.strerror or error})") / name
        write_atomically(folder / file, data)
        return folder / file


def _prune(folder: Path) -> None:
    """Remove the kernels that nobody has loaded for a long time, such as those of sources edited since."""
    for old in folder.iterdir():
        with suppress(OSError):
            if time.time() - old.stat().st_mtime > _KEPT_DAYS * 86400:
                shutil.rmtree(old)


@cache
def _temporary_folder(instead_of: str) -> Path:
    """A folder that is removed at exit, in place of a cache that cannot be written, of which it warns."""
    warnings.warn(
        f"compiled kernels cannot be kept in {instead_of}, so every process compiles anew; set RUMPUS_CACHE to a "
        "folder that can be written",
        stacklevel=2,
    )
    folder = tempfile.mkdtemp(prefix="rumpus-kernels-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


@contextmanager
def progress(world: World, *kernels: Any) -> Iterator[None]:
    """Tell that a world is being compiled and how far that is, unless compiled code of all these kernels lies in the
    cache."""
    new = uncompiled(kernels)
    if not new:
        yield
        return
    with work(f"Compiling {world.name} (the first time on this machine only)", len(new)) as job:
        listener = _Counting(job, new)
        event.register(COMPILING, listener)
        try:
            yield
        finally:
            event.unregister(COMPILING, listener)


def uncompiled(kernels: Iterable[Any]) -> set[Any]:
    """The functions that must be compiled for these kernels: none for those whose compiled code lies in the cache."""
    functions = used(each for each in kernels if not _compiled(each))
    return {each for each in functions if not getattr(each, "signatures", True)}  # a simulator's have none to compile


def _compiled(kernel: Any) -> bool:
    code = Path(sys.modules[kernel.__module__].__file__ or "").parent / "__pycache__"
    return bool(getattr(kernel, "signatures", ())) or any(code.glob(f"*.{kernel.__name__}-*.nbc"))


class _Counting(event.Listener):
    """Counts the functions that Numba begins to compile, each once."""

    def __init__(self, job: Work, functions: set[Any]):
        self._job, self._left = job, set(functions)

    def on_start(self, event: event.Event) -> None:
        """A function is being compiled."""
        if (function := event.data.get("dispatcher")) in self._left:
            self._left.discard(function)
            self._job.advance()

    def on_end(self, event: event.Event) -> None:
        """Nothing: those that it calls are compiled within."""


def cpu_kernels(world: World) -> ModuleType:
    """The kernels of a world for CPU threads; compiled or loaded at their first call."""
    texts = template.OUTSIDE if world.outside else template.CPU
    return kernel_module(world, texts[type(world.look).__name__], "njit")
