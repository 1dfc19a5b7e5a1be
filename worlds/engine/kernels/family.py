"""The kernels of a world's family, for CPU threads and for CUDA."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

from numba.core import config

from ..compile.ingredients import python
from ..compile.modules import module_of
from ..records.judge import fulfilled, judge
from ..render.raycast.scene import clear
from ..render.tiles import border, copy_sprite, draw_cursor
from ..render.views import Rays, Tiles
from ..world import World
from . import template
from .tick import add, after, before, begin, draw_task, still

# Functions that the kernels themselves call: all of them, and those of a kind of view.
_ENGINE = (draw_task, begin, still, before, after, add, judge, fulfilled)
_VIEW: dict[type, tuple[Any, ...]] = {Tiles: (border, copy_sprite, draw_cursor), Rays: (clear,)}


def kernel_module(world: World, text: str, target: str, *versions: str) -> ModuleType:
    """The module of this world's kernels for a target, written to the cache folder if it is not there yet.

    versions: of tools that compile it, besides Numba.
    Raises ValueError for a function of the world that the module could not import and compile.
    """
    functions = {"reset": world.rules.reset, "step": world.rules.step, "fill": world.rules.fill}
    if isinstance(world.view, Tiles | Rays):
        functions["view"] = world.view.tile if isinstance(world.view, Tiles) else world.view.scene
    names = {what: _importable(world, what, function) for what, function in functions.items()}
    family = python(world.rules.reset).__module__.rpartition(".")[0] or python(world.rules.reset).__module__
    targets = target if target == "njit" else f"{target}, njit"
    source = text.format(family=family, targets=targets, engine=__package__.rpartition(".")[0], **names)
    called = *functions.values(), *_ENGINE, *_VIEW.get(type(world.view), ())
    return module_of(source, called, f"{target}_{family.rpartition('.')[2]}", *versions)


def _importable(world: World, what: str, function: Callable[..., Any]) -> str:
    """The text after `from` in the line that imports a function of a world."""
    if function is python(function) and not getattr(config, "DISABLE_JIT", 0):
        raise ValueError(f"{world.name}: {what} must be compiled: put @njit (from numba) above {function!r}")
    module, name = function.__module__, function.__name__
    if getattr(sys.modules.get(module), name, None) is not function:
        raise ValueError(
            f"{world.name}: {what} must be a function at the top level of a module under its own name, so that kernels "
            f"can import it; {module}.{name} is not this function"
        )
    return f"{module} import {name}"


def cpu_kernels(world: World) -> ModuleType:
    """The kernels of a world for CPU threads; compiled or loaded at their first call."""
    texts = template.SIMULATED if world.rules.simulator else template.CPU
    return kernel_module(world, texts[type(world.view).__name__], "njit")
