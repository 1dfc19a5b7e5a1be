"""Guests of dm_control: its control suite ("control/…") and its manipulation tasks ("arm/…")."""

from __future__ import annotations

import importlib.util
import warnings
from difflib import get_close_matches

from ...engine.world import World
from .tasks import ARM, CONTROL, hyphened

_TASKS: dict[str, dict[str, tuple[str, ...]]] = {
    "control": {hyphened(*names): names for names in CONTROL},
    "arm": {hyphened(name): (name,) for name in ARM},
}


def names(prefix: str) -> tuple[str, ...]:
    """The names of all tasks with a prefix."""
    return tuple(_TASKS[prefix])


def load(prefix: str, name: str) -> World:
    """A task as a World. Raises ValueError for an unknown one, RuntimeError where dm_control is not installed."""
    known = _TASKS[prefix]
    if name not in known:
        near = get_close_matches(name.lower().replace("_", "-"), known, n=3, cutoff=0.5)
        hint = f"did you mean {' or '.join(near)}?" if near else f"the tasks are {', '.join(known)}"
        raise ValueError(f"unknown dm_control task {prefix}/{name}: {hint}")
    if importlib.util.find_spec("dm_control") is None:
        raise RuntimeError(f"{prefix}/{name} is a task of dm_control: pip install 'rumpus[guests]'")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # dm_control looks for a screen, and warns where there is none
        from .world import arm, control
    return {"control": control, "arm": arm}[prefix](*known[name])
