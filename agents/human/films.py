"""Moving pictures of worlds for the gallery: a few frames of an episode each, drawn once and kept in the cache folder.

`python -m rumpus.agents.human.films NAME …` makes those that are missing. The gallery runs it beside itself, since a
world that is used for the first time must be compiled.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from ... import worlds
from ...interface.files import write_atomically
from ...interface.png import from_png, png
from ...worlds.engine.compile.modules import cache_folder
from ...worlds.engine.render.views import Tiles
from ...worlds.engine.run.batch import Batch
from ...worlds.engine.world import World
from ..policies import RandomPolicy, player
from .agent import default_agent

HEIGHT, WIDTH, FRAMES, HZ = 150, 200, 20, 4
"""Pixels of a frame, the most frames of a film, and frames a second, in real-time worlds of the world's own time."""
GROUND = 18, 20, 25
"""Colour beside a picture that is narrower than a frame."""
FORMAT = 1
"""Raised when films are made in another way, so that those kept before are made anew."""
SEED = 7


def place(world: World) -> Path:
    """The file of a world's film: its frames side by side."""
    return cache_folder() / "films" / f"{world.name}-{world.version}-{FORMAT}.png"


def load(world: World) -> np.ndarray | None:
    """The frames of a world, uint8 (frames, HEIGHT, WIDTH, 3); None if there is no film yet, or a broken one."""
    try:
        strip = from_png(place(world).read_bytes())
    except (OSError, ValueError):
        return None
    if strip.shape[0] != HEIGHT or strip.shape[1] % WIDTH:
        return None
    return np.ascontiguousarray(strip.reshape(HEIGHT, -1, WIDTH, 3).swapaxes(0, 1))


def make(world: World) -> np.ndarray:
    """The film of a world: frames of the first player of an episode that the expert plays, or the random player where
    the expert finds no way."""
    return np.stack([_frame(batch) for batch in episode(world, FRAMES, HZ)])


def episode(world: World, most: int, hz: int) -> Iterator[Batch]:
    """The batch of an episode that is played, at its start and at up to `most` - 1 moments after it, the end among
    them: after every turn, or `hz` times a second."""
    batch = Batch(world, 1, seed=SEED, threads=1)
    batch.reset(seed=SEED)
    policy, _ = player(default_agent(world), world, seed=SEED)
    try:
        policy.start(batch)
    except ValueError:
        policy = RandomPolicy(SEED)
        policy.start(batch)
    every = 1 if world.controls.turn_based else max(world.controls.tick_hz // hz, 1)
    is_first = np.ones(1, bool)
    yield batch
    for _ in range(most - 1):
        if batch.over[0]:
            return
        for _ in range(every):
            if not batch.over[0]:
                policy.act(batch, is_first)
                batch.step()
                is_first[:] = False
        yield batch


def _frame(batch: Batch) -> np.ndarray:
    """The first player's picture in the middle of a frame; tiles in whole pixels."""
    rows, cols = batch.rows, batch.cols
    scale = min(HEIGHT / rows, WIDTH / cols)
    if isinstance(batch.world.view, Tiles):
        scale = max(int(scale), 1)
    height, width = min(round(rows * scale), HEIGHT), min(round(cols * scale), WIDTH)
    frame = np.full((HEIGHT, WIDTH, 3), GROUND, np.uint8)
    top, left = (HEIGHT - height) // 2, (WIDTH - width) // 2
    frame[top : top + height, left : left + width] = batch.picture(player=0, size=(height, width))
    return frame


def keep(world: World) -> None:
    """Make the film of a world, if there is none, and keep it."""
    if load(world) is None:
        strip = np.concatenate(list(make(world)), axis=1)
        write_atomically(place(world), png(strip))


class Maker:
    """A process that makes the films of these worlds, one after the other; none if all are there."""

    def __init__(self, names: Sequence[str]):
        missing = [name for name in names if load(worlds.load(name)) is None]
        command = [sys.executable, "-m", __name__, *missing]
        quiet = subprocess.DEVNULL
        self._process = subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet) if missing else None

    @property
    def busy(self) -> bool:
        """Whether films are still being made."""
        return self._process is not None and self._process.poll() is None

    def close(self) -> None:
        """End the process; a film that is half made is made anew the next time."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
            self._process = None


def main(names: Sequence[str]) -> None:
    """Make the films of these worlds that are missing; a world that cannot be played or kept is left out."""
    with contextlib.suppress(AttributeError, OSError):  # no such thing on Windows
        os.nice(10)
    for name in names:
        with contextlib.suppress(ValueError, RuntimeError, OSError):
            keep(worlds.load(name))


if __name__ == "__main__":
    main(sys.argv[1:])
