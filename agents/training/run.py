"""The training loop: collect, learn, log, evaluate, checkpoint. It names no algorithm.

train("ppo", "box-world-small", folder="runs/first", steps=1_000_000)
resume("runs/first")
"""

from __future__ import annotations

import os
import shlex
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import torch
from rich.console import Console

from ... import worlds
from ...worlds.engine.world import World
from .. import checkpoint, plugins
from ..data.paid import Payer
from ..settings import PATHS, Config
from ..shipped import is_shipped
from .distributed import Ranks
from .folders import Stop, leftovers, owned
from .log import Log
from .trainer import Trainer


def train(
    algorithm: str, *names: str, folder: str | Path, overwrite: bool = False, bar: bool = True, **settings: Any
) -> Path:
    """Train from the beginning in a run's folder; returns the path of the last checkpoint.

    names: of worlds; settings: any of the run, the network and the algorithm, see settings.py. The folder gets
    checkpoint.pt, metrics.csv and tensorboard/. Ctrl-C and SIGTERM end the run after the update that it is in, with a
    checkpoint. Raises ValueError for settings that cannot be, if the folder holds a run already, unless overwrite, or
    files of such names that are no run's, or if another process trains in it, and OSError if the disk is full.
    """
    return begin(Config.of(algorithm, *names, **settings), folder, overwrite=overwrite, bar=bar)


def begin(
    config: Config, folder: str | Path, *, overwrite: bool = False, bar: bool = True, payer: Payer | None = None
) -> Path:
    """The same from a Config. payer: who pays for attempts in place of the worlds, see agents/data/paid.py."""
    folder, config = Path(folder), config.check().absolute()
    with Ranks() as ranks:
        folder = Path(ranks.same(str(folder)))
        if ranks.first:
            leftovers(folder, overwrite)
        with enough_memory(config, folder):
            trainer = Trainer(config, payer=payer)
            with owned(folder, ranks.first):
                for old in leftovers(folder, overwrite) if ranks.first else ():
                    old.unlink(missing_ok=True)
                return _loop(trainer, folder, bar, ranks)


def resume(
    folder: str | Path,
    *,
    algorithm: str | None = None,
    names: Sequence[str] | None = None,
    bar: bool = True,
    payer: Payer | None = None,
    **changes: Any,
) -> Path:
    """Go on with a run from its last checkpoint, as if it had never stopped; returns the path of the last checkpoint.

    algorithm: the run's, if it is to be checked; payer: as in `begin`; names: of its worlds, which are wanted if one is
    in a folder of one's own, since a checkpoint's folder is not imported for its name. changes: settings to go on with,
    of those that are FREE; with more `steps`, a finished run is trained on; episodes are recorded only if `record` is
    among them. Raises ValueError for any other that differs from the run's, for worlds that are not the run's, for
    files that are not where they were, and if another process trains in the folder.
    """
    with Ranks() as ranks:
        file = checkpoint.find_run(ranks.same(str(folder)))
        config, found, content = saved_run(file, names, changes)
        if algorithm not in (None, config.algorithm):
            raise ValueError(
                f"{file} is a run of {config.algorithm}, not of {algorithm}: go on with that, or use --from"
            )
        if "processes" not in content:
            raise ValueError(
                f"{file} was written by Rumpus 0.6, from which a run cannot be gone on with: begin another from its "
                f"weights, by --from {file}"
            )
        with owned(file.parent, ranks.first), enough_memory(config, file.parent):
            trainer = Trainer(config, found, payer)
            try:
                trainer.restore(content)
            except torch.OutOfMemoryError:
                raise
            except (KeyError, TypeError, AttributeError, IndexError, RuntimeError) as error:
                raise ValueError(f"{file} is damaged, or of another version of Rumpus: {error}") from None
            return _loop(trainer, file.parent, bar, ranks)


def saved_run(
    file: Path, names: Sequence[str] | None = None, changes: Mapping[str, Any] | None = None
) -> tuple[Config, list[World], dict[str, Any]]:
    """The settings of a run with these changes, its worlds, and what its checkpoint holds; see resume for all of it."""
    changes = changes or {}
    content = checkpoint.load(file)
    saved = Config.saved(content, str(file))
    saved = saved.replace(threads=saved.run.threads or content.get("threads"))
    config = saved.replace(record=None).changed(changes)  # a checkpoint does not choose where files are written
    for name in PATHS:
        path = getattr(config.run, name)
        there = path is None or os.path.isfile(path) or os.path.isdir(path) or (name == "start" and is_shipped(path))
        if name not in changes and not there:
            raise ValueError(f"this run takes its {name} from {path}, where they are no longer: say where, as {name}")
    if names is None:
        found = [_world_of(known, typed) for known, typed in zip(content["worlds"], saved.run.worlds, strict=True)]
        return config.replace(worlds=tuple(content["worlds"])).absolute(), found, content
    found = [worlds.load(name) for name in names]
    if [world.name for world in found] != content["worlds"]:
        raise ValueError(
            f"{file} was trained on {', '.join(content['worlds'])}, not on {', '.join(world.name for world in found)}: "
            "choose those worlds, or begin another run from its weights, by --from"
        )
    return config.replace(worlds=tuple(map(str, names))).absolute(), found, content


def _world_of(name: str, typed: str) -> World:
    """The world of a run whose world nobody has typed."""
    try:
        return worlds.named(name)
    except ValueError as error:
        raise ValueError(f"this run is of {name} in {typed}; type that world to go on with it ({error})") from None


NO_MEMORY = "can't allocate memory"
"""Words of torch's RuntimeError when the memory of the CPU is used up."""


@contextmanager
def enough_memory(config: Config, folder: Path) -> Iterator[None]:
    """Say which settings of a run in this folder to turn down where memory is used up, as a MemoryError."""
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        gpu = isinstance(error, torch.OutOfMemoryError)
        if not (gpu or isinstance(error, MemoryError) or NO_MEMORY in str(error)):
            raise
        flat = config.flat()
        less = ("envs", "rollout", "size", "hidden", "units", "buffer_size")
        known = ", ".join(f"{name} (now {flat[name]})" for name in less if flat.get(name))
        more = f", or minibatches up (now {flat['minibatches']})" if "minibatches" in flat else ""
        kept = ""
        if (folder / checkpoint.NAME).exists():
            kept = (
                f". The last checkpoint in {folder} is whole: --resume goes on with it where there is more memory, and "
                "--from begins another run with its weights and smaller settings"
            )
        where = f"the memory of {config.run.device}" if gpu else "memory"
        raise MemoryError(f"{where} is used up; turn down {known}{more}{kept} ({str(error).splitlines()[0]})") from None


def _loop(trainer: Trainer, folder: Path, bar: bool, ranks: Ranks) -> Path:
    """Update after update, with a row of metrics each, and a checkpoint now and then and at the end."""
    s, path = trainer.config.run, folder / checkpoint.NAME
    console = Console(stderr=True, quiet=not (bar and ranks.first), soft_wrap=True)
    steps = trainer.total * trainer.per_update
    if trainer.finished:
        console.print(
            f"{folder} is finished at {trainer.steps:,} of {steps:,} steps; with more --steps it is trained on"
        )
        return path
    saved = time.monotonic()
    if not trainer.updates:
        ranks.save(path, trainer)
    title = f"{trainer.config.algorithm} on {', '.join(s.worlds)}"
    options: dict[str, Any] = {"update": trainer.updates, "done": trainer.steps, "bar": bar}
    with (
        Log(folder, title, steps, tensorboard=s.tensorboard, write=ranks.first, **options) as log,
        Stop(lambda: log.say("Stopping after this update; once more stops at once")) as stop,
        ExitStack() as stack,
    ):
        if ranks.first and not trainer.updates and s.evaluate_every:
            log.write({"update": 0, "steps": 0, "seconds": 0.0, "steps_per_second": 0.0} | trainer.evaluate())
        stack.callback(trainer.close)
        stopped = last = 0
        while not (last or stopped):
            row = ranks.mean(trainer.update())
            stopped, last = ranks.any(stop.asked), ranks.any(trainer.finished)
            if ranks.first and s.evaluate_every and (last or trainer.updates % s.evaluate_every == 0):
                row |= trainer.evaluate()
            log.write(row)
            if ranks.any(last or stopped or time.monotonic() - saved >= s.checkpoint_seconds):
                ranks.save(path, trainer)
                saved = time.monotonic()
    if not last:
        where = " ".join(map(shlex.quote, s.worlds))
        command = "rumpus" if ranks.count == 1 else f"torchrun --nproc-per-node {ranks.count} -m rumpus"
        how = f"{command} train {trainer.config.algorithm} {where} --resume --out {shlex.quote(str(folder))}"
        how += "".join(f" --plugin {shlex.quote(str(file))}" for file in plugins.loaded())
        console.print(f"Stopped at {trainer.steps:,} of {steps:,} steps. Go on with: {how}")
        if stop.asked:
            stop.end()
    return path
