"""Preparation of worlds: kernels are compiled and levels generated ahead of their first use."""

from __future__ import annotations

from ..compile import modules
from ..kernels import family
from ..render.raycast import draw as rays
from ..render.views import Rays, Tiles
from ..run.batch import Batch
from ..world import World

SECONDS = 0.2
"""Approximate time of compiling a function: `rumpus warm maze-small` compiles 130 in 28 s on one core of a 2-core cloud
machine, `rumpus warm box-world` 50 in 9 s."""


def warm(world: World) -> None:
    """Compile the kernels for stepping, judging and drawing this world on the CPU, and generate the levels of all its
    splits, unless the cache has them."""
    for split in world.knobs.splits:
        world.level_bank(split)
    batch = Batch(world, 1, threads=1)
    batch.size = world.view.frame(batch.rows, batch.cols)
    batch.reset()
    batch.step()
    batch.things()
    batch.draw()


def seconds(world: World) -> float:
    """About how long the first start of this world takes on this machine: 0 if its kernels are compiled already. Levels
    that have to be made come on top."""
    module = family.cpu_kernels(world)
    names = ("begin_tick", "end_tick") if world.rules.simulator else ("step",)
    played = [getattr(module, name) for name in ("reset", "show_things", *names)]
    if isinstance(world.view, Tiles):
        played.append(module.draw_uint64)
    elif isinstance(world.view, Rays):
        played += [module.write_scenes, rays.cpu_kernels().paint]
    return SECONDS * len(modules.uncompiled(played))
