"""Compiling in two processes: while the first batch of a new machine compiles how its world moves, another process
compiles how worlds are drawn. Both leave what they compile in the cache, from which it is loaded.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
import weakref
from collections.abc import Callable
from typing import Any

from ....interface.machine import cores
from ....interface.progress import work
from ..compile import modules
from ..render.views import Rays
from ..world import World

LONGEST = 300.0
"""Seconds to wait for the other process; then this one compiles by itself."""
_CODE = "import pickle, sys; from {}.cpu import compile_drawing; compile_drawing(pickle.load(sys.stdin.buffer))"
_allowed = [True]


def never() -> None:
    """Begin no other process from now on, as in processes that are as many as there are cores."""
    _allowed[0] = False


class Ahead:
    """Another process that compiles how a world is drawn; it ends with this object."""

    def __init__(self, world: World, description: bytes):
        self._name = world.name
        code = _CODE.format(__package__)
        quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self._process = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, **quiet)
        weakref.finalize(self, _end, self._process)
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(description)
            self._process.stdin.close()
        except OSError:
            self._process.kill()  # it could not even begin

    def wait(self) -> None:
        """Wait until it is done, and say so if it is not."""
        if self._process.poll() is None:
            with work(f"Compiling the pictures of {self._name} (the first time on this machine only)"):
                try:
                    self._process.wait(LONGEST)
                except subprocess.TimeoutExpired:
                    self._process.kill()


def _end(process: subprocess.Popen) -> None:
    if process.poll() is None:
        process.kill()
        process.wait()


def begun(world: World, moving: list[Any], drawing: Callable[[], list[Any]]) -> Ahead | None:
    """Another process that compiles how a world is drawn, if this process has to compile both and there is a core for
    it; else None. moving, drawing: the kernels of the two."""
    if not (_allowed[0] and isinstance(world.view, Rays) and cores() > 1 and sys.executable):
        return None
    if not modules.uncompiled(moving) or not modules.kept(drawing()) or not modules.uncompiled(drawing()):
        return None
    try:
        return Ahead(world, pickle.dumps(world))
    except (pickle.PicklingError, AttributeError, TypeError, ValueError, OSError):
        return None  # a world that is in this process alone, or a system that starts no processes
