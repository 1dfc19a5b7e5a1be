"""The sources and values that compiled functions depend on: a fingerprint that changes when any of them does.

Two nets are cast, since compiled code kept on disk must never be stale. The source files: of the folders that the
functions lie in, and of every function, class and module that they use, however far away. And what is in memory: the
code of all those functions and the values of the constants, defaults and closures they see. So a file that is edited
after it was imported cannot put its name to the old code.
"""

from __future__ import annotations

import enum
import hashlib
import platform
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import numba
import numpy as np

_VERSIONED = ("numpy", "numba", "math", "builtins")  # their versions stand for them


def python(function: Any) -> Any:
    """The Python function behind a compiled one; anything else as it is."""
    return getattr(function, "py_func", function)


def fingerprint(functions: Iterable[Callable[..., Any]], *extra: str) -> str:
    """A name, 24 hex digits, for all that these functions are made of, the versions of the tools, and `extra`."""
    files, facts = _collect([python(function) for function in functions])
    total = hashlib.sha256()
    for fact in (platform.python_version(), np.__version__, numba.__version__, *extra, *facts):
        total.update(hashlib.sha256(fact.encode()).digest())
    for path in sorted(files):
        total.update(hashlib.sha256(path.name.encode() + b"\0" + path.read_bytes()).digest())
    return total.hexdigest()[:24]


def sources(functions: Iterable[Callable[..., Any]]) -> list[Path]:
    """The source files that these functions are made of, sorted."""
    return sorted(_collect([python(function) for function in functions])[0])


def used(functions: Iterable[Any]) -> set[Any]:
    """These compiled functions and all others that they call, whose code is not Numba's or NumPy's own."""
    found: set[Any] = set()
    waiting = list(functions)
    while waiting:
        compiled = waiting.pop()
        function = python(compiled)
        if compiled is function or compiled in found or not isinstance(function, FunctionType):
            continue
        if function.__module__.partition(".")[0] not in _VERSIONED:
            found.add(compiled)
            waiting += [value for _, value in _used(function)]
    return found


def _collect(waiting: list[FunctionType]) -> tuple[set[Path], list[str]]:
    """The files and the facts of these functions and of all they use."""
    files: set[Path] = set()
    for function in waiting:
        start = Path(function.__code__.co_filename)
        if start.exists():
            files.update(start.parent.glob("*.py"))
    facts: list[str] = []
    seen: set[Any] = set()
    while waiting:
        function = waiting.pop()
        if function in seen:
            continue
        seen.add(function)
        files.add(Path(function.__code__.co_filename))
        facts += [f"{function.__module__}.{function.__qualname__}", _code(function.__code__)]
        for name, value in _used(function):
            value = python(value)
            if isinstance(value, FunctionType):
                facts.append(name)
                waiting.append(value)
            elif isinstance(value, ModuleType):
                files.add(Path(getattr(value, "__file__", None) or ""))
            else:
                facts.append(f"{name} = {_value(value)}")
                if isinstance(value, type):
                    files.add(Path(getattr(sys.modules.get(value.__module__), "__file__", None) or ""))
    return {path for path in files if path.is_file()}, facts


def _used(function: FunctionType) -> Iterator[tuple[str, Any]]:
    """(name, value) of every global, attribute of a module, default and closed-over variable that a function uses."""
    names = [name for code in _codes(function.__code__) for name in code.co_names]
    for name in names:
        if name in function.__globals__:
            yield from _reached(name, function.__globals__[name], names)
    cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    yield from ((name, cell.cell_contents) for name, cell in cells)
    yield from _defaults(function)


def _defaults(function: FunctionType) -> Iterator[tuple[str, Any]]:
    """(name, value) of the defaults of a function's arguments."""
    yield from ((f"default {place}", value) for place, value in enumerate(function.__defaults__ or ()))
    yield from (function.__kwdefaults__ or {}).items()


def _reached(name: str, value: Any, names: list[str]) -> Iterator[tuple[str, Any]]:
    """A value, and what the code may reach through it if it is a module."""
    if isinstance(value, ModuleType):
        if value.__name__.partition(".")[0] in _VERSIONED:
            return
        for other in names:
            if other != name and hasattr(value, other):
                yield from _reached(other, getattr(value, other), [n for n in names if n != other])
    yield name, value


def _codes(code: CodeType) -> Iterator[CodeType]:
    """A code object and those of the functions and comprehensions within."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _code(code: CodeType) -> str:
    """The content of a code object without its place in a file: the same in every process."""
    constants = [_code(value) if isinstance(value, CodeType) else _value(value) for value in code.co_consts]
    names = (code.co_name, code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars, code.co_argcount)
    return f"{code.co_code.hex()} {names} {constants}"


def _value(value: Any) -> str:
    """A constant as text that tells it from all others and is the same in every process."""
    if isinstance(value, np.ndarray | np.generic):
        return f"{value.dtype.descr} {value.shape} {hashlib.sha256(value.tobytes()).hexdigest()}"
    if isinstance(value, tuple | list):
        return f"{type(value).__name__} {[_value(each) for each in value]}"
    if isinstance(value, set | frozenset):
        return f"set {sorted(_value(each) for each in value)}"
    if isinstance(value, dict):
        return f"dict {[(_value(key), _value(each)) for key, each in value.items()]}"
    if isinstance(value, type):
        members = [(member.name, repr(member.value)) for member in value] if issubclass(value, enum.Enum) else []
        return f"{value.__module__}.{value.__qualname__} {members}"
    if isinstance(value, bool | int | float | complex | str | bytes | np.dtype | enum.Enum | None):
        return repr(value)
    return f"{type(value).__module__}.{type(value).__qualname__}"  # its own text may hold an address
