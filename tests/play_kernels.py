"""Plays worlds with fixed random hands and prints checksums of all that comes out, as JSON.

The tests of the kernels run it as a program, so that each run has a process, a cache and a device of its own:

    python tests/play_kernels.py sokoban tests/tiny_world --device cpu --rows 3 --steps 8
"""

import argparse
import hashlib
import json
import multiprocessing
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np

import rumpus.worlds
from rumpus.interface.action import ACTION
from rumpus.tasks.compile import judged
from rumpus.worlds.engine.records.judge import NEVER, STAGE
from rumpus.worlds.engine.render.views import Tiles
from rumpus.worlds.engine.run.table import Table, pack_tasks


def hands(rng: np.random.Generator, shape: tuple[int, ...], moves: np.ndarray) -> np.ndarray:
    """Random actions: the world's own moves, and now and then a mouse that moves and clicks, a wheel, a word."""
    actions = moves[rng.integers(len(moves), size=shape)]
    odd = rng.random(shape) < 0.3
    actions[odd] = np.zeros((), ACTION)
    actions["mouse"] = rng.integers(-20_000, 20_000, (*shape, 2)) * odd[..., None]
    actions["buttons"] = rng.integers(2, size=(*shape, 3)) * odd[..., None]
    actions["say"][..., :3] = rng.integers(1, 300, (*shape, 3)) * odd[..., None]
    return actions


def play(
    world: str, rows: int, steps: int, device: str = "cpu", threads: int | None = None, levels: Any = None,
    blind: bool = False,
) -> list[str]:  # fmt: skip
    """Checksums of the states and outcomes after each step, and of what is seen after the reset that follows it: the
    pixels of tiles, the scenes of first-person worlds, whose pixels need not be the same to the last bit. Then the same
    of a table of tasks, with the things, what the goals say of them, and the tally. blind: only of states and outcomes,
    for which half of the kernels are compiled."""
    made, limit = rumpus.worlds.load(world), max(steps // 3, 2)
    options: dict[str, Any] = {"seed": 7, "device": device, "threads": threads}
    batch = rumpus.worlds.batch(made, rows, limit=limit, levels=levels, **options)
    marks = _episodes(batch, steps, blind)
    if blind:
        return marks
    if isinstance(made.view, Tiles):
        batch.size = (8 * batch.rows, 8 * batch.cols)  # the widest words
        marks.append(f"large pixels {_sum(batch._device.get(batch.draw()))}")
    if made.rules.things:
        batch = rumpus.worlds.batch(made, rows, tasks=tasks(made, levels, limit), **options)
        batch.weights = [1, 2, 3]
        marks += [f"judged {mark}" for mark in _episodes(batch, steps)]
        marks += [f"looked at {_sum(batch._device.get(part))}" for part in batch.things()]
        marks += [f"{name} {batch._device.get(counts).tolist()}" for name, counts in batch.tally.items()]
    return marks


def tasks(world: Any, levels: Any, limit: int) -> Table:
    """Three tasks: the world's objective; never to reach it; and the objective, each player against the others."""
    own = judged(world)
    records = np.concatenate([own.unpacked()] * 3)
    records["limit"], records["reward"], records["first"] = limit, (1000, 200, -10, -300), (0, 0, 1)
    records["goal"][1, :, :, STAGE], records["stages"][1] = NEVER, 0
    records["reward_weights"][2] = (2000, -1000)
    return pack_tasks(records, own.levels if levels is None else levels)


def _episodes(batch: Any, steps: int, blind: bool = False) -> list[str]:
    get, put = batch._device.get, batch._device.put
    batch.size = (2 * batch.rows + 3, 2 * batch.cols + 5)  # borders on all sides, and the narrowest words
    rng = np.random.default_rng(3)
    moves = get(batch._moves)
    batch.reset()
    marks = []
    for step in range(steps):
        batch.actions[...] = put(hands(rng, (batch.n, batch.players), moves))
        batch.step()
        marks += [f"states {step} {_sum(get(batch.states))}", f"outcomes {step} {_sum(get(batch.outcomes))}"]
        batch.reset(batch.over)
        if blind:
            continue
        if isinstance(batch.world.view, Tiles):
            marks.append(f"pixels {step} {_sum(get(batch.draw()))}")
        else:
            marks.append(f"scenes {step} {seen(batch)}")
            marks += [f"looked at {step} {_sum(get(part))}" for part in batch.things()[:2]]
    return marks


def seen(batch: Any) -> str:
    """A checksum of the first row's scenes, with lengths to 1/1000 of a cell."""
    parts = []
    for scene in batch.scenes():
        solids, rows, cols = int(scene["solids"]), int(scene["rows"]), int(scene["cols"])
        parts += [np.rint(scene[name].astype(np.float64) * 1000) for name in ("eye", "ahead", "right", "up")]
        parts += [np.rint(scene[name][:solids].astype(np.float64) * 1000) for name in ("at", "axes", "half")]
        parts += [scene[name][:solids] for name in ("form", "paint", "texture", "object_ids")]
        parts += [scene[name][:rows, :cols] for name in ("walls", "floors")]
    return _sum(np.concatenate([np.asarray(part, np.int64).ravel() for part in parts]))


def _sum(array: np.ndarray) -> str:
    return hashlib.sha256(array.tobytes()).hexdigest()[:16]


def compiled(world: str, device: str) -> dict[str, int]:
    """How many kernels of a world this process compiled, and how many it found in the cache."""
    device_: Any = rumpus.worlds.batch(world, 1, device=device)._device
    module = device_.kernels
    stats = [each.stats for each in vars(module).values() if hasattr(each, "stats") and hasattr(each, "targetoptions")]
    own = [each for each in stats if each.cache_path and Path(module.__file__).parent in Path(each.cache_path).parents]
    return {
        "compiled": sum(sum(s.cache_misses.values()) for s in own),
        "found": sum(sum(s.cache_hits.values()) for s in own),
    }


def _child(queue, world: str) -> None:
    queue.put(play(world, 64, 4, threads=2))


def children(world: str, method: str) -> list[list[str]]:
    """What two children played, after the parent, whose threads have been at work, played the same."""
    played = [play(world, 64, 4, threads=2)]
    context: Any = multiprocessing.get_context(method)
    queue = context.Queue()
    processes = [context.Process(target=_child, args=(queue, world)) for _ in range(2)]
    for process in processes:
        process.start()
    played += [queue.get(timeout=120) for _ in processes]
    for process in processes:
        process.join(60)
        assert process.exitcode == 0, process.exitcode
    if method == "fork":
        assert os.waitstatus_to_exitcode(os.waitpid(_forked(world), 0)[1]) == 0
    return played


def _forked(world: str) -> int:
    """A child by a bare fork, which leaves through the interpreter's own exit."""
    child = os.fork()
    if child == 0:
        play(world, 64, 4, threads=2)
        sys.exit(0)
    return child


def main() -> None:
    """See the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("worlds", nargs="+")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--rows", type=int, default=3)
    parser.add_argument("--steps", type=int, default=6)
    parser.add_argument("--levels", help="a folder with WORLD.npy, the levels to play")
    parser.add_argument("--children", choices=["fork", "spawn"])
    parser.add_argument("--blind", action="store_true", help="neither draw nor look")
    given = parser.parse_args()
    report: dict[str, dict] = {}
    for world in given.worlds:
        path = Path(given.levels or "") / f"{world}.npy"
        options = {"levels": np.load(path)} if given.levels and path.exists() else {}
        if given.children:
            report[world] = {"played": children(world, given.children)}
        else:
            report[world] = {"played": play(world, given.rows, given.steps, given.device, blind=given.blind, **options)}
            if given.device == "cpu":
                report[world] |= compiled(world, given.device)
    print(json.dumps(report))


if __name__ == "__main__":
    main()
