"""The command `rumpus scenarios`, and what `rumpus evaluate --scenario` prints."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from .commands import Json


def scenarios(
    world: Annotated[str | None, typer.Argument(help="Only those of this world.")] = None,
    file: Annotated[Path | None, typer.Option(help="A TOML file of your own, in place of the suite's.")] = None,
    as_json: Json = False,
) -> None:
    """List scenarios: an agent in some seats of a world for several players, beside co-players that it has not chosen.
    `rumpus evaluate WORLD AGENT --scenario NAME` plays them.

    Example: rumpus scenarios tag-four
    """
    from .. import worlds
    from .scenarios import FILE, GROUPS, read

    chosen = read(file or FILE)
    if world is not None:
        wanted = worlds.named(world)
        chosen = tuple(each for each in chosen if worlds.named(each.world) is wanted)
    if as_json:
        print(json.dumps([each.model_dump(mode="json") for each in chosen], indent=2))
        return
    table = Table(title="Scenarios", box=None, pad_edge=False, collapse_padding=False)
    for column in ("scenario", "world", "focal seats", *GROUPS, "what it is"):
        table.add_column(column, overflow="fold")
    for each in chosen:
        seats = f"{len(each.focal)} of {worlds.named(each.world).players}"
        players = ["\n".join(_told(one.name, one.told) for one in each.players(group)) or "-" for group in GROUPS]
        table.add_row(each.name, each.world, seats, *players, each.about)
    Console(highlight=False).print(table)


def _told(name: str, told: str) -> str:
    return name if name == told else f"{name} ({told})"


def measured(
    world: str, agent: Any, names: Sequence[str], *, markdown: bool = False, as_json: bool = False, **how: Any
) -> None:
    """Play scenarios of a world and print a table. names: see `scenarios.find`; how: of `measure`."""
    from .. import worlds
    from ..worlds.engine.world import World
    from .measuring.scenarios import measure, numbers, table
    from .scenarios import Scenario, find

    chosen: dict[str, tuple[Scenario, Path | None]] = {}
    loaded: World = worlds.load(world)
    for name in names:
        folder = Path(name.partition(".toml")[0]).parent if ".toml" in name else None
        chosen |= {each.name: (each, folder) for each in find(name, loaded)}
    rows = [
        row | {"agent": name_of(agent)}
        for each, folder in chosen.values()
        for row in measure(each, agent, folder=folder, **how)
    ]
    if as_json:
        print(json.dumps(rows, indent=2))
        return
    if markdown:
        print(table(rows))
        return
    title = f"{name_of(agent)} in {loaded.name}: return of a focal seat, {rows[0]['episodes']} episodes of each"
    shown = Table(title=title, box=None, pad_edge=False)
    columns = ("scenario", "co-players", "focal return (95 %)", "success, % (95 %)", "random", "expert", "score")
    for column in columns:
        shown.add_column(column, justify="left" if column in columns[:2] else "right")
    for row in rows:
        shown.add_row(row["scenario"], row["co_players"], *numbers(row))
        for name, part in row["by"].items():
            if part["episodes"] == row["episodes"]:  # which says nothing of one of several
                continue
            shown.add_row("", f"  {name}", f"{part['focal_return']:.2f}", *[""] * 4)
    Console(highlight=False).print(shown)


def name_of(agent: Any) -> str:
    """The text that was typed, or the name of a policy."""
    return str(getattr(agent, "name", agent))
