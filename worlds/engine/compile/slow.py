"""A word about compiling that takes a while, where nothing else reports it: of `cached` functions, such as solvers."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from numba.core import event

from ....interface.progress import work
from .errors import COMPILING

AFTER = 1.0
"""Seconds after which it is said what is being compiled."""


class _Slow(event.Listener):
    """Says what is being compiled, once that has taken a while, until it is done. Numba compiles one function at a time
    in a process, and within it those that it calls."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}  # of functions, by the modules that are made for them
        self.reported = 0  # blocks in which something else reports
        self._depth = 0
        self._lock, self._said = threading.Lock(), ExitStack()
        self._timer: threading.Timer | None = None

    def on_start(self, event: event.Event) -> None:
        """A function is being compiled."""
        self._depth += 1
        name = self.names.get(event.data["dispatcher"].py_func.__module__)
        if self._depth == 1 and name is not None and not self.reported:
            context = contextvars.copy_context()  # with the reporter of this thread
            self._timer = threading.Timer(AFTER, context.run, (self._say, name))
            self._timer.daemon = True
            self._timer.start()

    def on_end(self, event: event.Event) -> None:
        """It has been, or has failed."""
        self._depth -= 1
        if self._depth == 0 and self._timer is not None:
            self._timer.cancel()
            with self._lock:
                self._timer = None
                self._said.close()

    def _say(self, name: str) -> None:
        with self._lock:
            if self._timer is not None:
                self._said.enter_context(work(f"Compiling {name} (the first time on this machine only)"))


_slow = _Slow()
event.register(COMPILING, _slow)


def tell(module: str, name: str) -> None:
    """From now on say so, by this name, while the functions of a module are compiled, if that takes more than AFTER
    seconds."""
    _slow.names[module] = name


@contextmanager
def reported() -> Iterator[None]:
    """Say nothing in this block, since something else reports what is compiled."""
    _slow.reported += 1
    try:
        yield
    finally:
        _slow.reported -= 1
