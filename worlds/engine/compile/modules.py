"""Generated modules of compiled functions: written once, found again, never stale, safe with many processes at once."""

from __future__ import annotations

import atexit
import importlib.util
import os
import shutil
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numba
import platformdirs
from numba.core import event

from ....interface.files import write_atomically
from ....interface.progress import Work, work
from . import symbols
from .errors import COMPILING, explained
from .ingredients import fingerprint, used
from .slow import reported

KNOWN_NUMBA = (0, 68)
"""The version of Numba whose compiler callees.py changes; with any other, functions are compiled as Numba does it."""
if numba.version_info.short == KNOWN_NUMBA:
    from . import callees as whole
else:
    whole = None  # type: ignore[assignment]
_KEPT_DAYS = 30  # kernels that no process loaded for so long are removed when new ones are written


def cache_folder() -> Path:
    """Where kernels and level banks are kept: $RUMPUS_CACHE, else the platform's cache folder of this user."""
    chosen = os.environ.get("RUMPUS_CACHE")
    return Path(chosen) if chosen else Path(platformdirs.user_cache_dir("rumpus"))


def module_of(source: str, functions: Iterable[Callable[..., Any]], stem: str, *versions: str) -> ModuleType:
    """The module of this source text, which uses these functions, from a folder of the cache that is named by what they
    are made of: what Numba compiles for it is kept beside it. Written there if it is new; loaded once in a process."""
    functions = tuple(functions)
    known = source, functions, stem, versions
    if known not in _loaded:
        _loaded[known] = _loaded_of(source, functions, stem, versions)
    return _loaded[known]


_loaded: dict[tuple[Any, ...], ModuleType] = {}
"""The modules of this process by what they are asked for: a fingerprint takes some milliseconds."""


def _loaded_of(
    source: str, functions: Iterable[Callable[..., Any]], stem: str, versions: tuple[str, ...]
) -> ModuleType:
    name = fingerprint(functions, source, symbols.SCHEME, whole.SCHEME if whole else "", *versions)
    module = f"_rumpus_kernels_{stem}_{name}"
    if module not in sys.modules:
        path = _kept(f"{stem}.py", name, source.encode())
        spec = importlib.util.spec_from_file_location(module, path)
        assert spec is not None and spec.loader is not None
        made = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(made)
        if whole:
            whole.compile_whole(made)
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
def progress(name: str, *kernels: Any) -> Iterator[None]:
    """Report how far the compilation of these kernels is, under this name, unless the cache holds all of them. Raises
    ValueError, with function and cause, if they cannot be compiled."""
    new = uncompiled(kernels)
    with explained(name), _counted(name, new) if new else nullcontext():
        yield


@contextmanager
def _counted(name: str, new: set[Any]) -> Iterator[None]:
    with work(f"Compiling {name} (the first time on this machine only)", len(new)) as job:
        listener = _Counting(job, new)
        event.register(COMPILING, listener)
        try:
            with reported():
                yield
        finally:
            event.unregister(COMPILING, listener)


def uncompiled(kernels: Iterable[Any]) -> set[Any]:
    """The functions that must be compiled for these kernels: none for those whose compiled code lies in the cache."""
    functions = used(each for each in kernels if not _compiled(each))
    return {each for each in functions if not getattr(each, "signatures", True)}  # a simulator's have none to compile


def kept(kernels: Iterable[Any]) -> bool:
    """Whether what is compiled of these kernels is kept for other processes, in the cache."""
    folder = cache_folder().resolve()
    return all(Path(sys.modules[each.__module__].__file__ or "").resolve().is_relative_to(folder) for each in kernels)


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
