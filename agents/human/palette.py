"""Another drawing of a world's tiles for people who tell few colours apart. It is of the person's view alone: the
pixels of observations are those of the world's own sheet.

A sheet of such sprites lies beside the world's own: `box_world-marked.png` beside `box_world.png`, with as many sprites
in the same order. Worlds without one have colours that all eyes tell apart (tests/test_assets.py).
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ...worlds.engine.render.views import Tiles
from ...worlds.engine.run.batch import Batch
from ...worlds.engine.world import World

SUFFIX = "-marked"


def sheet(world: World) -> Path | None:
    """The marked sheet of a world; None if there is none."""
    if not isinstance(world.view, Tiles):
        return None
    own = Path(world.view.sprites)
    marked = own.with_name(f"{own.stem}{SUFFIX}{own.suffix}")
    return marked if marked.is_file() else None


def marked(batch: Batch) -> Batch:
    """A batch of one row that draws with the marked sheet: write states into its `states`. Raises ValueError for a
    world without one."""
    found, world = sheet(batch.world), batch.world
    if found is None or not isinstance(world.view, Tiles):
        raise ValueError(f"{world.name} has one sheet of sprites alone")
    other = replace(world, view=replace(world.view, sprites=found))
    return Batch(other, 1, threads=1, tasks=batch.table)
