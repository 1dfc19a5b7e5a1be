"""Errors of the compiler, in one sentence."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from numba.core import event
from numba.core.errors import NumbaError

from .ingredients import python

COMPILING = "numba:compile"
"""Numba's name for the event of a function being compiled."""
_PLACE = re.compile(r'File "([^"]+)", line (\d+)')
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
"""The marks of bold and coloured text, which Numba writes where it takes the output for a terminal."""


class _First(event.Listener):
    """Keeps the innermost function whose compilation failed, and its error."""

    def __init__(self) -> None:
        self.function: Any = None
        self.error: BaseException | None = None

    def on_start(self, event: event.Event) -> None:
        """Nothing."""

    def on_end(self, event: event.Event) -> None:
        """A function has been compiled, or has failed, and with it the one that calls it."""
        function, failed = python(event.data["dispatcher"]), sys.exc_info()[1]
        if failed is None and function is self.function:  # a second attempt, with other types
            self.function = self.error = None
        elif failed is not None and self.error is None:
            self.function, self.error = function, failed


@contextmanager
def explained(name: str) -> Iterator[None]:
    """Raise ValueError, chained to Numba's error, if the kernels of the world of this name cannot be compiled: it names
    the file, the line and the function, and the cause."""
    first = _First()
    event.register(COMPILING, first)
    try:
        yield
    except (NumbaError, KeyError) as error:
        if first.error is None:
            raise
        raise ValueError(f"{name} cannot be compiled: {_sentence(first.function, first.error)}") from error
    finally:
        event.unregister(COMPILING, first)


def _sentence(function: Any, error: BaseException) -> str:
    path, line = function.__code__.co_filename, function.__code__.co_firstlineno
    if isinstance(error, KeyError):  # Numba's way to say that a record has no such field
        cause = f"a record has no field {error.args[0]!r}; its fields are those of the state, the task or the thing"
        source, _ = inspect.getsourcelines(function)
        line += next((at for at, text in enumerate(source) if re.search(rf"\.{error.args[0]}\b", text)), 0)
    else:
        text = _COLOURS.sub("", str(error))
        lines = [each.strip() for each in text.splitlines() if each.strip()]
        cause = next((each for each in lines if not each.startswith("Failed in")), type(error).__name__)
        for file, number in _PLACE.findall(text):
            if Path(file).name == Path(path).name:
                line = int(number)
    return f"{path}:{line}, in {function.__name__}: {cause}"
