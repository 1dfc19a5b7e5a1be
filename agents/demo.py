"""The demonstration: in about three minutes on two cores, an agent learns a world from nothing, and is measured.

It trains on training levels and is measured on held-out ones, beside a random player, the network before it learned
anything, and the expert. What comes out is `report.html` in its folder.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from rich.console import Console

from .. import worlds
from ..interface.machine import machine
from . import checkpoint, ppo
from .evaluate import evaluate
from .learned import learned
from .log import read_metrics
from .policy import Policy
from .report import write_report
from .watch import watch

EPISODES = 500
"""Held-out episodes on which each player is measured: the 95 % interval is then at most 9 percentage points wide."""
FILMED = 8


def demo(folder: str | Path, settings: ppo.Settings, *, episodes: int = EPISODES, bar: bool = True) -> Path:
    """Train, measure, film and report; returns the path of report.html. A run that was broken off is gone on with."""
    folder = Path(folder)
    console = Console(stderr=True, quiet=not bar)
    world = worlds.load(settings.world)
    console.print(f"Training an agent on [bold]{world.name}[/bold] ({world.summary})")
    trained = _train(settings, folder, bar)
    options: dict[str, Any] = {
        "episodes": episodes,
        "split": "test",
        "seed": settings.seed,
        "threads": settings.threads,
    }
    options |= {"knobs": settings.knobs, "limit": settings.limit, "levels": settings.levels}
    results = []
    untrained = ppo.Trainer(settings).player()
    players: dict[str, str | Path | Policy] = {"random": "random", "untrained": untrained, "trained": trained}
    if world.solve is not None:
        players["expert"] = "expert"
    for name, agent in players.items():
        with console.status(f"Measuring the {name} player on {episodes} held-out episodes"):
            results.append(evaluate(world, agent, **options) | {"agent": name})
        console.print(f"  {name:10} {results[-1]['success']:6.1%} success")
    film = folder / "agent.mp4"
    with console.status("Filming the trained agent"):
        player, content = learned(trained, world, seed=settings.seed)
        watch(world, player, out=film, episodes=FILMED, seed=settings.seed, knobs=settings.knobs, limit=settings.limit)
    metrics = read_metrics(folder)
    report = folder / "report.html"
    write_report(
        report,
        title=f"Rumpus: an agent learns {world.name}",
        summary=_summary(world, settings, content["seconds"], results),
        results=results,
        metrics=metrics,
        film=film,
        commands=commands(settings, folder, episodes),
        settings=dataclasses.asdict(settings),
        machine=_flat(machine()),
    )
    console.print(f"The report is in [bold]{report}[/bold]")
    return report


def _train(settings: ppo.Settings, folder: Path, bar: bool) -> Path:
    """Train, or finish what was broken off. A run that is finished, or has other settings, is replaced."""
    path = folder / checkpoint.NAME
    if path.exists():
        try:
            content = checkpoint.load(path)
        except ValueError:
            content = None  # damaged: begin anew
        if content and ppo.Settings(**content["settings"]) == settings and content["updates"] < content["total"]:
            return ppo.resume(folder, bar=bar)
    return ppo.train(settings, folder, overwrite=True, bar=bar)


def commands(settings: ppo.Settings, folder: Path, episodes: int) -> str:
    """The commands that do by hand what the demonstration does."""
    default = ppo.Settings(world=settings.world)
    changed = {
        f.name: getattr(settings, f.name)
        for f in dataclasses.fields(settings)
        if getattr(settings, f.name) != getattr(default, f.name) and f.name not in ("world", "knobs", "steps", "seed")
    }
    words = [f"rumpus train ppo {settings.world} --steps {settings.steps} --seed {settings.seed}"]
    words += [f"--knob {name}={value}" for name, value in settings.knobs.items()]
    words += [f"--set {name}={value}" for name, value in changed.items()]
    train = " ".join([*words, f"--out {folder}"])
    measure = f"rumpus evaluate {settings.world} {{}} --episodes {episodes} --split test --seed {settings.seed}"
    watching = f"rumpus watch {settings.world} {folder}"
    return "\n".join([train, *(measure.format(agent) for agent in (folder, "random", "expert")), watching])


def _summary(world: Any, settings: ppo.Settings, seconds: float, results: list[dict[str, Any]]) -> str:
    before, after = results[1]["success"], results[2]["success"]
    return (
        f"{world.summary} In {seconds / 60:.1f} minutes and {settings.steps:,} steps of PPO, an agent that sees pixels "
        f"and acts through the keyboard went from {before:.0%} to {after:.0%} success on levels it had never seen."
    )


def _flat(report: dict[str, Any]) -> dict[str, Any]:
    return {name: report[name] for name in ("python", "platform", "cores")} | report["packages"]
