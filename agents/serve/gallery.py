"""Moving pictures of worlds for the gallery: a few seconds of the expert, drawn once and kept."""

from __future__ import annotations

import contextlib
import io
import threading
from collections.abc import Mapping
from pathlib import Path

from ...interface.files import write_atomically
from ...worlds.engine.compile.modules import cache_folder
from ...worlds.engine.render.views import Tiles
from ...worlds.engine.run.batch import Batch
from ...worlds.engine.tools.warm import seconds
from ...worlds.engine.world import World
from ..human.films import episode
from ..human.pictures import pictures

WIDE, HIGH = 256, 192
"""Pixels of a picture, about."""
FRAMES = 24
"""Frames of a moving picture."""
PER_SECOND = 8
DARK = 4.0
"""Standard deviation of the pixels of a picture in which nothing can be seen."""


class Gallery:
    """Pictures by the name of a world. They are made in a thread beside the rooms, one after the other, and only of
    worlds whose kernels are compiled: a picture never makes anybody wait."""

    def __init__(self, worlds: Mapping[str, World], folder: Path | None = None):
        self._worlds = worlds
        self._folder = folder or cache_folder() / "gallery"
        self._wanted = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._make_all, name="gallery", daemon=True)

    def start(self) -> None:
        """Begin to make what is missing."""
        self._thread.start()

    def stop(self) -> None:
        """Make no more."""
        self._stopping = True

    def path(self, name: str) -> Path:
        """Where the picture of a world is kept."""
        world = self._worlds[name]
        return self._folder / f"{world.name}-{world.version}.webp"

    def picture(self, name: str) -> bytes | None:
        """The picture of a world, None while there is none."""
        try:
            return self.path(name).read_bytes()
        except OSError:
            return None

    def _make_all(self) -> None:
        for name, world in self._worlds.items():
            if self._stopping:
                return
            if self.path(name).exists() or seconds(world):
                continue
            with contextlib.suppress(Exception):  # a gallery without a picture is still one
                write_atomically(self.path(name), moving(world))


def moving(world: World) -> bytes:
    """A moving picture of a world as an animated WebP: what a player sees while the expert plays, or the random policy
    where there is no expert. It is the first player whose view is not one dark colour: some begin blind."""
    from PIL import Image

    frames: list[Image.Image] = []
    for batch in episode(world, FRAMES, PER_SECOND):
        if not frames:
            height, width = _size(batch)
            seen = next((at for at, view in enumerate(pictures(batch, height, width)) if view.std() > DARK), 0)
        frames.append(Image.fromarray(pictures(batch, height, width)[seen]))
    data = io.BytesIO()
    hold = 1000 // (4 if world.controls.turn_based else PER_SECOND)
    frames[0].save(data, "WEBP", save_all=True, append_images=frames[1:], duration=hold, loop=0, quality=70, method=2)
    return data.getvalue()


def _size(batch: Batch) -> tuple[int, int]:
    """(height, width) of a picture."""
    if isinstance(batch.world.view, Tiles):
        tile = max(min(WIDE // batch.cols, HIGH // batch.rows), 4)
        return tile * batch.rows, tile * batch.cols
    return HIGH, HIGH * batch.cols // batch.rows
