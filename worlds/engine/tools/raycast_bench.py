"""How fast first-person worlds are: at the sizes that agents are fed, with things in sight, and beside ViZDoom.

ViZDoom (Kempka et al. 2016) is measured in the same run, in turn with our own, on its maze `my_way_home` at 160x120,
the smallest picture it makes; what agents are fed, 64x64, is that made smaller. It is not among what Rumpus needs:
`pip install --no-deps vizdoom`, without what it depends on, which would replace pygame. Each figure is the best of a
few rounds, in frames a second; ours are with rules, tasks and new episodes.

All are pinned to one core, ours and theirs alike. ViZDoom plays Doom in a process of its own, which begins on the core
that its maker is pinned to and stays there; left alone, it and its caller share two.
"""

from __future__ import annotations

import importlib
import tempfile
import time
from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from ..render.raycast import scene as s
from ..render.raycast.draw import cpu_kernels, frames, scratch
from ..render.raycast.textures import BRICK, PANELS, PLANKS, pyramid
from ..render.views import Rays
from ..run.batch import Batch
from ..run.threads import one_core
from ..world import World

SIZES = ((64, 64), (72, 96), (120, 160))
"""(height, width): 64x64 is common; 96x72 is DeepMind's usual frame; 160x120 is ViZDoom's smallest."""
ENVS, ROUNDS = 256, 4
OBJECTS, ROOM = 16, 15
"""Things in sight, in an empty room of so many cells a side."""
_SCENES = 64


def first_person(world: World, seconds: float = 3.0, against: str | None = None) -> list[dict[str, Any]]:
    """Rows {what, frame, frames_per_second, core} of a first-person world. core: the number of the one that all ran on,
    or None where the system pins nothing (macOS, Windows).

    against: "vizdoom" to measure it too. Raises ValueError for what is no first-person world, or for an unknown peer,
    and RuntimeError where the peer is not installed.
    """
    if not isinstance(world.view, Rays):
        raise ValueError(f"{world.name} is drawn in tiles; these figures are of first-person worlds")
    with one_core() as core:
        rates = _rates(world, seconds, against)
    return [
        {"what": what, "frame": list(size), "frames_per_second": round(rate), "core": core}
        for (what, size), rate in rates.items()
    ]


def _rates(world: World, seconds: float, against: str | None) -> dict[tuple[str, tuple[int, int]], float]:
    """Frames a second of all that is measured, by what it is and its frame, in turn."""
    runs: dict[tuple[str, tuple[int, int]], Callable[[], int]] = {}
    for size in SIZES:
        runs[world.name, size] = _ours(world, size)
    runs["pictures of an empty room", SIZES[0]] = _room(0)
    runs[f"pictures of it with {OBJECTS} objects in sight", SIZES[0]] = _room(OBJECTS)
    if against is not None:
        if against != "vizdoom":
            raise ValueError(f"unknown peer {against!r}; it is vizdoom")
        runs["vizdoom", (120, 160)] = vizdoom_steps(None)
        runs["vizdoom, made smaller", (64, 64)] = vizdoom_steps((64, 64))
    best = dict.fromkeys(runs, 0.0)
    for run in runs.values():
        run()
    for _ in range(ROUNDS):
        for what, run in runs.items():
            best[what] = max(best[what], _rate(run, seconds / ROUNDS / len(runs)))
    return best


def _rate(run: Callable[[], int], seconds: float) -> float:
    """Frames a second, over about this many seconds; a run says how many frames it made."""
    frames, start = 0, time.perf_counter()
    while True:
        frames += run()
        taken = time.perf_counter() - start
        if taken >= seconds:
            return frames / taken


def _ours(world: World, size: tuple[int, int]) -> Callable[[], int]:
    batch = Batch(world, ENVS, size=size, threads=1)
    batch.reset()
    scripts = cycle(np.random.default_rng(0).integers(0, len(world.controls.moves), (8, ENVS, batch.players)))

    def run() -> int:
        batch.act(next(scripts))
        batch.step()
        batch.reset(batch.over)
        batch.draw()
        return ENVS * batch.players

    return run


def room(objects: int, seed: int) -> np.ndarray:
    """A SCENE (1,): an empty room with so many objects, 2 to 9 cells ahead of the camera."""
    made = np.zeros(1, s.SCENE)
    scene = made.view(np.recarray)[0]
    s.clear(scene)
    scene.rows, scene.cols, scene.ceiling = ROOM, ROOM, PANELS
    scene.walls[:ROOM, :ROOM] = BRICK
    scene.walls[1 : ROOM - 1, 1 : ROOM - 1] = 0
    scene.floors[...] = PLANKS
    s.camera(scene, 1.6, ROOM / 2, 0.5, 1.0, 0.0, 0.0)
    rng = np.random.default_rng(seed)
    for number in range(objects):
        depth = rng.uniform(2, 9)
        x, y = 1.6 + depth, ROOM / 2 + rng.uniform(-0.6, 0.6) * depth
        put: Any = (s.sphere, s.box, s.cylinder, s.capsule)[number % 4]
        halves = {s.sphere: (0.2,), s.box: (0.2, 0.2, 0.2), s.cylinder: (0.2, 0.2), s.capsule: (0.15, 0.1)}[put]
        put(scene, x, y, halves[-1] + (0.15 if put is s.capsule else 0), *halves, int(rng.integers(1 << 24)))
    return made


def _room(objects: int) -> Callable[[], int]:
    height, width = SIZES[0]
    scenes = np.concatenate([room(objects, seed) for seed in range(_SCENES)]).reshape(-1, 1)
    pixels = np.zeros((_SCENES, 1, height, width, 3), np.uint8)
    given = (scenes, 0, pyramid().reshape(-1), scratch(height), frames(pixels))

    def run() -> int:
        cpu_kernels().draw(*given, 0, _SCENES)
        return _SCENES

    return run


def vizdoom_steps(size: tuple[int, int] | None) -> Callable[[], int]:
    """64 steps of ViZDoom with pictures of 160x120, made smaller to `size` if it is given; they return 64. Raises
    RuntimeError where ViZDoom is not installed."""
    try:
        vizdoom: Any = importlib.import_module("vizdoom")
    except ImportError:
        raise RuntimeError("ViZDoom is not installed: pip install --no-deps vizdoom") from None
    cv2.setNumThreads(1)
    game = vizdoom.DoomGame()
    game.load_config(str(Path(vizdoom.scenarios_path) / "my_way_home.cfg"))
    game.set_doom_config_path(str(Path(tempfile.mkdtemp(prefix="rumpus-")) / "vizdoom.ini"))
    game.set_window_visible(False)
    game.set_mode(vizdoom.Mode.PLAYER)
    game.set_screen_format(vizdoom.ScreenFormat.RGB24)
    game.set_screen_resolution(vizdoom.ScreenResolution.RES_160X120)
    game.init()
    hands = cycle(np.random.default_rng(0).integers(0, 2, (64, game.get_available_buttons_size())).tolist())

    def run() -> int:
        for _ in range(64):
            game.make_action(next(hands))
            if game.is_episode_finished():
                game.new_episode()
            frame = game.get_state().screen_buffer
            if size is not None:
                cv2.resize(frame, size[::-1], interpolation=cv2.INTER_AREA)
        return 64

    return run
