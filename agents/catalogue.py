"""The commands over all worlds at once: the tables of worlds, and `rumpus warm`, which compiles them ahead."""

from __future__ import annotations

from typing import Annotated, Any

import typer

app = typer.Typer()


@app.command()
def warm(
    world: Annotated[list[str] | None, typer.Argument(help="Worlds to make ready; all by default.")] = None,
) -> None:
    """Compile worlds and make their levels ahead, so that they start at once when they are played or learned.

    Example: rumpus warm sokoban maze-small
    """
    from .. import worlds as all_worlds
    from ..interface.machine import cores
    from ..worlds.engine.compile.modules import cache_folder
    from ..worlds.engine.tools.warm import warm_all

    chosen = [all_worlds.load(name) for name in world or all_worlds.names()]
    warm_all(chosen, cores())
    print(f"ready: {', '.join(each.name for each in chosen)}; in {cache_folder()}")


def markdown_table(shown: list[Any]) -> str:
    """The README's table of worlds, with the worlds' own summaries."""
    rows = [f"| `{w.name}` | {w.players} | {w.summary} |" for w in shown]
    return "\n".join(["| world | players | what it is |", "|---|---|---|", *rows])


def things_table(shown: list[Any]) -> str:
    """The things of each world that goals can name, as Markdown: kinds with their colours, relations, events."""
    from ..worlds.engine.records.relations import EVENTS

    rows: dict[tuple[str, ...], list[str]] = {}
    for world in [world for world in shown if world.rules.things]:
        kinds = [
            f"{kind} ({', '.join(colours)})" if colours else kind for kind, colours in world.rules.things.kinds.items()
        ]
        events = [name for name in world.rules.things.relations if name in EVENTS]
        relations = [name for name in world.rules.things.relations if name not in EVENTS]
        cells = ("; ".join(kinds), ", ".join(relations), ", ".join(events) or "-")
        rows.setdefault(cells, []).append(f"`{world.name}`")
    lines = [f"| {', '.join(names)} | {' | '.join(cells)} |" for cells, names in rows.items()]
    return "\n".join(["| world | things, and their colours | relations | events |", "|---|---|---|---|", *lines])
