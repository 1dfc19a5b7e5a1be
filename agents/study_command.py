"""The command `rumpus study`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from .commands import Json


def study(
    name: Annotated[str | None, typer.Argument(help="The study; all are listed without one.")] = None,
    scale: Annotated[
        str,
        typer.Option(
            help="tiny (seconds, to try it), cpu (hours of a core) or gpu (minutes of a GPU); some studies have more."
        ),
    ] = "cpu",
    out: Annotated[
        Path | None, typer.Option(help="Folder of the runs; what is there is not made again.", show_default="runs/NAME")
    ] = None,
    seeds: Annotated[int | None, typer.Option(help="Runs of each arm.", show_default="the study's")] = None,
    arm: Annotated[list[str] | None, typer.Option(help="Only this arm; may be repeated.")] = None,
    workers: Annotated[int, typer.Option(help="Runs at the same time, a core each.")] = 1,
    as_json: Json = False,
) -> None:
    """Answer a question by training: every arm from every seed, measured, in a table with 95 % intervals.

    A study that is broken off goes on with the same command.

    Example: rumpus study relational --scale cpu --seeds 3 --out runs/relational
    """
    from .lookup import find
    from .studies import PAGES, STUDIES, results, table

    if name is None:
        if as_json:
            print(json.dumps([{"name": each.name, "asks": each.asks} for each in STUDIES.values()], indent=2))
            return
        shown = Table("study", "question", title="Studies", box=None)
        for each in STUDIES.values():
            shown.add_row(each.name, each.asks)
        Console().print(shown)
        return
    chosen = find(STUDIES, name, "study")
    folder = out or Path("runs") / f"{name}-{scale}"
    found = results(chosen, folder, scale=scale, seeds=seeds, arms=arm or (), workers=workers)
    if as_json:
        print(json.dumps({"study": name, "scale": scale, "rows": found}, indent=2))
        return
    console = Console(highlight=False, soft_wrap=True)
    console.print(escape(PAGES[name].strip()), "", escape(table(chosen, found)), sep="\n")
