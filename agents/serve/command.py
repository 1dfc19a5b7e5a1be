"""The command line of the server: `rumpus serve`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

MODULES = ("fastapi", "uvicorn", "websockets")
"""The modules that the extra `serve` installs."""


def serve(
    host: Annotated[
        str, typer.Option(help="The address to listen at; another than this machine's own needs --token.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port; 0 for any that is free.")] = 8000,
    token: Annotated[
        str, typer.Option(help="A word that people must know to come in; it is part of the link that is printed.")
    ] = "",
    record: Annotated[
        Path | None, typer.Option(help="Store the episodes of all rooms here, and show its replays.")
    ] = None,
    worlds: Annotated[str, typer.Option(help="Names of the worlds to serve, with commas; all by default.")] = "",
    levels: Annotated[
        Path | None, typer.Option(help="Play the levels of this file; with --worlds of one world.")
    ] = None,
    tasks: Annotated[list[Path] | None, typer.Option(help="Offer the tasks of this file, too.")] = None,
    rooms: Annotated[int, typer.Option(help="Rooms that may be open at once.")] = 16,
    people: Annotated[int, typer.Option(help="People in a room, at most.")] = 16,
) -> None:
    """Serve worlds to browsers: play alone, together or with agents, watch, chat, and look at replays.

    Example: rumpus serve --record runs/people
    """
    from importlib.util import find_spec

    for module in MODULES:
        if find_spec(module) is None:
            raise ModuleNotFoundError(f"the server needs {module}: pip install 'rumpus[serve]'", name=module)
    from ... import worlds as all_worlds
    from ...worlds.engine.run.table import level_table
    from .limits import Limits
    from .server import check_address

    check_address(host, port, token)
    for name, number in (("--rooms", rooms), ("--people", people)):
        if not 1 <= number <= 1000:
            raise ValueError(f"{name} is a number from 1 to 1000, got {number}")
    names = [name.strip() for name in worlds.split(",") if name.strip()] or list(all_worlds.names())
    loaded = [all_worlds.load(name) for name in names]
    if levels is not None:
        if len(loaded) != 1:
            raise ValueError("--levels are those of one world: name it by --worlds")
        level_table(loaded[0], levels)
    limits = Limits(rooms=rooms, people=people)
    from .running import run

    try:
        run(loaded, host=host, port=port, token=token, record=record, levels=levels, tasks=tasks or (), limits=limits)
    except KeyboardInterrupt:
        sys.exit(130)
