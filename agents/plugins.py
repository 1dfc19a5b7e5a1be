"""Algorithms, torsos, cores, heads and auxiliary losses by name, and those of other people's files.

A plugin is a Python file, or a folder with an `__init__.py`, anywhere. It defines one or more of ALGORITHMS, TORSOS,
CORES, HEADS and AUXILIARIES, each a dict of names and classes that keep a contract of contracts.py, or of the SETTERS,
JUDGES and LEARNERS of improve/contracts.py:

    ALGORITHMS = {"mine": Mine}

`load` imports it and adds what it defines to the registries; from then on the names work wherever those of the suite
do. Only a person loads a plugin, by typing its path: a checkpoint holds names, and nothing is imported for a name.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from .lookup import ADDED, KINDS, find

PREFIX = "rumpus_plugin_"
"""Of the names of their modules."""


def is_path(name: str) -> bool:
    """Whether a name that a person typed is the path of a plugin (`path.py`, a folder, or either with `:name`)."""
    return "/" in name or "\\" in name or name.partition(":")[0].endswith(".py")


def load(path: str | Path) -> ModuleType:
    """Import a plugin, once, and register what it defines. Raises ValueError if there is none, or if it defines
    nothing, breaks a contract, or takes a name that is another's."""
    from .checks import check

    where = Path(path).resolve()
    file = where / "__init__.py" if where.is_dir() else where
    if not file.is_file():
        raise ValueError(f"no plugin at {path}: give a Python file, or a folder with an __init__.py")
    plain = re.sub(r"\W", "_", where.stem, flags=re.ASCII)
    name = f"{PREFIX}{plain}_{hashlib.sha256(str(where).encode()).hexdigest()[:8]}"
    if name in sys.modules:
        return sys.modules[name]
    folders = [str(where)] if where.is_dir() else None
    spec = importlib.util.spec_from_file_location(name, file, submodule_search_locations=folders)
    if spec is None or spec.loader is None:
        raise ValueError(f"{path} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        _run(spec.loader, module, file)
        defined = {kind: getattr(module, kind) for kind in KINDS if hasattr(module, kind)}
        if wrong := [kind for kind, classes in defined.items() if not isinstance(classes, dict)]:
            raise ValueError(f"{file}: {wrong[0]} must be a dict of names and classes")
        if not any(defined.values()):
            raise ValueError(f"{file} defines none of {', '.join(KINDS)}: each is a dict of names and classes")
        for kind, classes in defined.items():
            for own, made in classes.items():
                if own in registry(kind):
                    raise ValueError(f"{file}: {kind} has {own!r}, which is taken: choose another name")
                check(kind, own, made)
    except BaseException:
        del sys.modules[name]
        raise
    for kind, classes in defined.items():
        registry(kind).update(classes)
    return module


def _run(loader: Any, module: ModuleType, file: Path) -> None:
    """Run a plugin's module. Raises ValueError, with the line, for whatever it raises."""
    try:
        loader.exec_module(module)
    except SyntaxError as error:
        raise ValueError(f"{file}:{error.lineno}: {error.msg}") from None
    except (Exception, SystemExit) as error:
        raise ValueError(f"{place(error) or file}: {type(error).__name__}: {error}") from error


def loaded() -> list[Path]:
    """The files of the plugins that are loaded."""
    found = [module for name, module in sys.modules.items() if name.startswith(PREFIX) and "." not in name]
    return [Path(str(module.__file__)) for module in found]


def place(error: BaseException) -> str | None:
    """`file:line` of the last line of a plugin that an error came by; None if it came by none."""
    files, found = {str(file) for file in loaded()}, None
    folders = tuple(f"{file.parent}{os.sep}" for file in loaded() if file.name == "__init__.py")
    trace = error.__traceback__
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if name in files or (folders and name.startswith(folders)):
            found = f"{name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return found


def registry(kind: str) -> dict[str, Any]:
    """Classes by name of one of KINDS; those of plugins are in it once they are loaded."""
    if kind in ADDED:
        return ADDED[kind][0]
    from .algorithms import ALGORITHMS
    from .networks.auxiliary import AUXILIARIES
    from .networks.cores import CORES
    from .networks.heads import HEADS
    from .networks.torsos import TORSOS

    parts = {"TORSOS": TORSOS, "CORES": CORES, "HEADS": HEADS, "AUXILIARIES": AUXILIARIES}
    return ({"ALGORITHMS": ALGORITHMS} | parts)[kind]


def typed(kind: str, text: str) -> str:
    """The registered name of what a person typed: a name, the path of a plugin that holds one of this kind, or
    `path:name`. Raises ValueError for anything else."""
    if not is_path(text):
        find(registry(kind), text, KINDS[kind])
        return text
    path, _, own = text.partition(":") if not Path(text).exists() else (text, "", "")
    classes = getattr(load(path), kind, {})
    if own and own in classes:
        return own
    if own or len(classes) != 1:
        raise ValueError(f"{path} has the {kind.lower()} {', '.join(classes) or '(none)'}: type {path}:NAME")
    return next(iter(classes))
