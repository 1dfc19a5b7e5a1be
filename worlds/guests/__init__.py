"""Guests: third-party environments behind the interface of all worlds.

Their names have a slash: "control/cartpole-swingup" and "arm/stack-2-bricks" are dm_control's, "gym/CartPole-v1" is
Gymnasium's. The package of a prefix has two functions:

    names(prefix)        the known names after the slash; no third-party package is imported for them
    load(prefix, name)   the World; ValueError names the nearest known names, RuntimeError the package to install

The packages of a guest are imported when it is loaded, and not before.
"""

from __future__ import annotations

import importlib
from functools import cache
from types import ModuleType

from ..engine.world import World

DOORS = {"control": "dm_control", "arm": "dm_control", "gym": "gym"}
"""The package in this folder for each prefix."""


def is_guest(name: str) -> bool:
    """Whether a name is the name of a guest: a known prefix, a slash and more."""
    prefix, slash, _ = name.partition("/")
    return bool(slash) and prefix in DOORS


@cache
def load(name: str) -> World:
    """The guest of this name, "prefix/name". Raises ValueError for an unknown name."""
    prefix, _, rest = name.partition("/")
    return _door(prefix).load(prefix, rest)


def names(prefix: str | None = None) -> tuple[str, ...]:
    """The names of all known guests, or of those with one prefix."""
    prefixes = DOORS if prefix is None else (prefix,)
    return tuple(f"{each}/{name}" for each in prefixes for name in _door(each).names(each))


def _door(prefix: str) -> ModuleType:
    return importlib.import_module(f"{__name__}.{DOORS[prefix]}")
