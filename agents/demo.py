"""The demonstration: in about three minutes on two cores, an agent learns a world from nothing, and is measured.

It trains on training levels and is measured on held-out ones, beside a random player, the network before it learned
anything, and the expert. What comes out is `report.html` in its folder.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

from rich.console import Console

from .. import worlds
from . import checkpoint, ppo
from .report import EPISODES, report


def demo(folder: str | Path, settings: ppo.Settings, *, episodes: int = EPISODES, bar: bool = True) -> Path:
    """Train, measure, film and report; returns the path of report.html. A run that was broken off is gone on with.

    Raises ValueError if the folder holds another run than a demonstration of the same settings, be it of other steps.
    """
    folder = Path(folder)
    world = worlds.load(settings.world)
    console = Console(stderr=True, quiet=not bar)
    console.print(f"Training an agent on [bold]{world.name}[/bold] ({world.summary})")
    _train(settings, folder, bar)
    return report(folder, world=settings.world, episodes=episodes, bar=bar)


def _train(settings: ppo.Settings, folder: Path, bar: bool) -> None:
    """Train, or finish what was broken off. A demonstration that is finished, or of other steps, is replaced."""
    if (folder / checkpoint.NAME).exists():
        content = checkpoint.load(folder)
        before, now = ppo.Settings.of(content["settings"], str(folder)), settings.absolute()
        before = dataclasses.replace(before, threads=now.threads)  # as many as it began with, once it was gone on with
        if dataclasses.replace(before, steps=now.steps) != now:
            raise ValueError(f"{folder} holds another run: choose another folder for the demonstration")
        if before == now and content["updates"] < content["total"]:
            ppo.resume(folder, world=settings.world, bar=bar)
            return
    ppo.train(settings, folder, overwrite=True, bar=bar)
