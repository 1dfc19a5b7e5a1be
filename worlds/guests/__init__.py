"""Guests: worlds that others wrote, let in through the same door as all worlds.

Their names have a slash: "control/cartpole-swingup" and "arm/stack-2-bricks" are dm_control's, "gym/CartPole-v1" is
Gymnasium's. Each prefix is a door: a package here with

    names(prefix)        what can stand behind the slash, without importing what the guests are made of
    load(prefix, name)   the World; raises ValueError with the nearest names, and says what to install if it is missing

Nothing of the guests' own packages is imported before one of them is asked for.
"""

from __future__ import annotations

import importlib
from functools import cache
from types import ModuleType

from ..engine.world import World

DOORS = {"control": "dm_control", "arm": "dm_control", "gym": "gym"}
"""The package here that opens each prefix."""


def is_guest(name: str) -> bool:
    """Whether a name is one of a guest: a known prefix, a slash and more."""
    prefix, slash, _ = name.partition("/")
    return bool(slash) and prefix in DOORS


@cache
def load(name: str) -> World:
    """The guest of this name, "prefix/name". Raises ValueError for one that is not there."""
    prefix, _, rest = name.partition("/")
    return _door(prefix).load(prefix, rest)


def names(prefix: str | None = None) -> tuple[str, ...]:
    """The names of all guests that are known beforehand, or of those behind one prefix."""
    prefixes = DOORS if prefix is None else (prefix,)
    return tuple(f"{each}/{name}" for each in prefixes for name in _door(each).names(each))


def _door(prefix: str) -> ModuleType:
    return importlib.import_module(f"{__name__}.{DOORS[prefix]}")
