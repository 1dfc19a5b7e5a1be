"""A class of this floor by the name that a person typed or a checkpoint holds."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

KINDS = {
    "ALGORITHMS": "algorithm", "TORSOS": "torso", "CORES": "core", "HEADS": "head", "AUXILIARIES": "auxiliary loss",
}  # fmt: skip
"""The dicts that a plugin defines, and the names of what they hold."""


def find(registry: Mapping[str, Any], name: str, kind: str) -> Any:
    """The class of this name. Raises ValueError, with the nearest names, if there is none."""
    if name not in registry:
        near = get_close_matches(name, registry, n=3)
        hint = f"did you mean {' or '.join(near)}?" if near else f"it is one of {', '.join(registry)}"
        raise ValueError(
            f"unknown {kind} {name!r}: {hint}; one of your own is given by the path of its file, or loaded by --plugin"
        )
    return registry[name]


ADDED: dict[str, tuple[dict[str, Any], Any]] = {}
"""Kinds that a package of this floor adds once it is imported: the classes by name, and their contract."""


def register(kind: str, text: str, classes: dict[str, Any], contract: Any) -> None:
    """Let plugins define classes of one more kind: the name of their dict, what one is called, those of the suite, and
    the Protocol that they keep."""
    KINDS[kind] = text
    ADDED[kind] = classes, contract
