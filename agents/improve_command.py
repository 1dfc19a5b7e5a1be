"""The command `rumpus improve`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from .commands import Json, Plugins, Seed, Threads, World, load_plugins


def improve(
    world: World,
    setter: Annotated[
        str, typer.Option(help="Who proposes tasks: grammar, hindsight, learnability, setter-solver, table, …")
    ] = "hindsight",
    judge: Annotated[
        str,
        typer.Option(help="Who scores attempts: program (the truth), preferences, steps-to-go, ensemble, random, …"),
    ] = "program",
    learner: Annotated[
        str, typer.Option(help="How the next generation learns: filtered, weighted or ppo, paid by the judge.")
    ] = "filtered",
    agent: Annotated[
        str, typer.Option(help="The first generation: random, a name of `rumpus agents`, or a run's folder.")
    ] = "random",
    rounds: Annotated[int | None, typer.Option(help="Rounds in all; more of them go on with a run.")] = None,
    scale: Annotated[str, typer.Option(help="tiny (seconds), cpu (minutes a round) or gpu.")] = "cpu",
    out: Annotated[
        Path | None,
        typer.Option(help="The run's folder; what is there is gone on with.", show_default="runs/improve-…"),
    ] = None,
    seed: Seed = 0,
    setting: Annotated[
        list[str] | None,
        typer.Option("--set", help="NAME=VALUE, any other setting; `--set help` lists them. May be repeated."),
    ] = None,
    threads: Threads = None,
    plugin: Plugins = None,
    as_json: Json = False,
) -> None:
    """Let an agent improve itself: a setter proposes tasks, the agent attempts them, a judge scores, the next
    generation learns, and its true success on a fixed held-out set is measured, round after round.

    The folder has a report.html, which is written anew after each stage. A run that was killed at any point goes on
    with the same command.

    Example: rumpus improve box-world-small --setter learnability --judge preferences --rounds 4 --out runs/improve
    """
    from .needs import learning

    learning()
    load_plugins(plugin)
    from . import plugins
    from .improve import registry, running, settings

    if "help" in (setting or []):
        Console().print(escape(settings.listed()))
        return
    named: dict[str, Any] = {"setter": setter, "judge": judge, "learner": learner, "agent": agent, "seed": seed}
    for name, kind in {"setter": "SETTERS", "judge": "JUDGES", "learner": "LEARNERS"}.items():
        named[name] = plugins.typed(kind, named[name])
    values = settings.typed(setting or [], registry.algorithm(named["learner"]))
    values |= named | {"rounds": rounds, "threads": threads}
    chosen = settings.settings(world, scale, {name: value for name, value in values.items() if value is not None})
    folder = out or Path("runs") / f"improve-{Path(world).name}-{setter}-{judge}-{seed}"
    console = Console(stderr=True, quiet=as_json, soft_wrap=True)
    found = running.run(chosen, folder, lambda line: console.print(escape(line)))
    if as_json:
        print(json.dumps(found, indent=2))
        return
    console.print(escape(found["text"]))
    print(folder / "report.html")
