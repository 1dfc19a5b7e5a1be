"""The demonstration: in about three minutes on two cores, an agent learns a world from nothing, and is measured.

It trains on training levels and is measured on held-out ones, beside a random player, its network before training, and
the expert. The result is `report.html` in its folder.
"""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from ... import worlds
from .. import checkpoint
from ..settings import Config
from ..training import run
from .report import EPISODES, report


def demo(folder: str | Path, config: Config, *, episodes: int = EPISODES, bar: bool = True) -> Path:
    """Train, measure, film and report; returns the path of report.html. An interrupted run is resumed.

    Raises ValueError if the folder holds another run than a demonstration of the same settings, apart from its steps.
    """
    folder = Path(folder)
    world = worlds.load(config.run.worlds[0])
    console = Console(stderr=True, quiet=not bar)
    console.print(f"Training an agent on [bold]{world.name}[/bold] ({world.summary})")
    _train(config, folder, bar)
    return report(folder, names=config.run.worlds, episodes=episodes, bar=bar)


def _train(config: Config, folder: Path, bar: bool) -> None:
    """Train, or resume an interrupted run. A finished demonstration, or one of other steps, is replaced."""
    if (folder / checkpoint.NAME).exists():
        content = checkpoint.load(folder)
        before, now = Config.saved(content, str(folder)), config.absolute()
        before = before.replace(threads=now.run.threads)  # the number that it began with, if it was resumed
        if before.replace(steps=now.run.steps) != now:
            raise ValueError(f"{folder} holds another run: choose another folder for the demonstration")
        if before == now and content["updates"] < content["total"]:
            run.resume(folder, names=config.run.worlds, bar=bar)
            return
    run.begin(config, folder, overwrite=True, bar=bar)
