"""Preparation of worlds: kernels are compiled and levels generated ahead of their first use."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from typing import Any

import numpy as np

from ....interface.action import ACTION
from ....interface.progress import quiet, work
from ..compile import modules
from ..compile.cached import cached
from ..kernels import family
from ..render.raycast import draw as rays
from ..render.views import Rays, Tiles
from ..run import ahead
from ..run.batch import Batch
from ..run.device import things_table
from ..world import Controller, World

SECONDS = 0.2
"""Approximate time of compiling a function: `rumpus warm maze-small` compiles 130 in 28 s on one core of a 2-core cloud
machine, `rumpus warm box-world` 50 in 9 s."""


def warm(world: World) -> None:
    """Compile the kernels for stepping, judging and drawing this world on the CPU, and its expert if that is a
    Controller, and generate the levels of all its splits, unless the cache has them."""
    _generate_levels([world])
    batch = Batch(world, 1, threads=1)
    batch.size = world.view.frame(batch.rows, batch.cols)
    batch.reset()
    batch.step()
    batch.things()
    batch.draw()
    if compiled := _controller(world):
        act, fill = compiled
        things = things_table(1, world.rules.most_things)[0]
        act(batch.states[0], 0, np.zeros((), ACTION)[()], things, fill(batch.states[0], things))


def _controller(world: World) -> tuple[Any, Any] | None:
    """The compiled functions of a world's controller and of its things; None for worlds without a controller."""
    if not isinstance(world.expert, Controller):
        return None
    return cached(world.expert.act), cached(world.rules.fill)


def warm_all(worlds: Sequence[World], workers: int) -> None:
    """Do the same for many worlds, `workers` families at a time. A family whose kernels are not in the cache is
    compiled in a process of its own, because the compiler holds about 100 MB of each family until its process ends."""
    families: dict[str, list[World]] = {}
    for world in worlds:
        families.setdefault(family.cpu_kernels(world).__name__, []).append(world)
    with work("Making worlds ready", len(worlds)) as job, _processes(workers) as pool:
        waiting = {}
        for members in families.values():
            if any(map(seconds, members)):
                waiting[pool.submit(_warm_each, members)] = len(members)
            else:
                _generate_levels(members)
                job.advance(len(members))
        for future in as_completed(waiting):
            future.result()
            job.advance(waiting[future])


def _processes(workers: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(workers, mp_context=get_context("spawn"), max_tasks_per_child=1)


def _warm_each(worlds: Sequence[World]) -> None:
    ahead.never()  # there is a process for each core already
    with quiet(sys.stderr.isatty()):  # a terminal shows the bar of the parent process
        for world in worlds:
            warm(world)


def _generate_levels(worlds: Sequence[World]) -> None:
    for world in worlds:
        for split in world.knobs.splits:
            world.level_bank(split)


def seconds(world: World) -> float:
    """About how long the first start of this world takes on this machine: 0 if its kernels are compiled already. Levels
    that have to be made come on top."""
    module = family.cpu_kernels(world)
    names = ("begin_tick", "end_tick") if world.rules.simulator else ("step",)
    played = [getattr(module, name) for name in ("reset", "show_things", *names)]
    if isinstance(world.view, Tiles):
        played.append(module.draw)
    elif isinstance(world.view, Rays):
        played += [module.write_scenes, rays.cpu_kernels().draw]
    played += _controller(world) or ()
    return SECONDS * len(modules.uncompiled(played))
