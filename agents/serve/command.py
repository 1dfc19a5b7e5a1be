"""The command line of the server: `rumpus serve`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from ..needs import need

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
    annotate: Annotated[
        Path | None, typer.Option(help="Invited people play and mark in this store; see --invite and --instructions.")
    ] = None,
    invite: Annotated[int, typer.Option(help="With --annotate, so many new invitations are printed.")] = 0,
    instructions: Annotated[
        Path | None, typer.Option(help="With --annotate, a file of lines WORLD: INSTRUCTION that people are to play.")
    ] = None,
    consent: Annotated[
        Path | None, typer.Option(help="With --annotate, a file with the text that people consent to.")
    ] = None,
    rooms: Annotated[int, typer.Option(help="Rooms that may be open at once.")] = 16,
    people: Annotated[int, typer.Option(help="People in a room, at most.")] = 16,
    openenv: Annotated[
        str | None,
        typer.Option(
            help="In place of pages, serve this world to trainers; as `rumpus door openenv`, with its options."
        ),
    ] = None,
) -> None:
    """Serve worlds to browsers: play alone, together or with agents, watch, chat, and look at replays.

    Example: rumpus serve --record runs/people
    """
    if openenv is not None:
        from ..doors.commands import openenv as to_trainers

        if record or worlds or levels or annotate or token or len(tasks or ()) > 1:
            raise ValueError(
                "--openenv serves one world, with --host, --port and one file of --tasks: leave others out"
            )
        to_trainers(openenv, host=host, port=port, tasks=tasks[0] if tasks else None)
        return
    need("serve", *MODULES)
    from ... import worlds as all_worlds
    from ...worlds.engine.run.table import level_table
    from ..human.slots import folder
    from .house import House
    from .limits import Limits
    from .running import run
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
    if annotate is None and (invite or instructions or consent):
        raise ValueError("--invite, --instructions and --consent belong to --annotate STORE: give it, too")
    if annotate is not None and record not in (None, annotate):
        raise ValueError("--annotate records into its own store: leave --record out")
    if not 0 <= invite <= 1000:
        raise ValueError(f"--invite is a number from 0 to 1000, got {invite}")
    annotation = None
    if annotate is not None:
        from .annotation import CONSENT, Annotation, errands_in

        errands = [] if instructions is None else errands_in(instructions, [world.name for world in loaded])
        text = CONSENT if consent is None else consent.read_text(encoding="utf-8")
        annotation, record = Annotation(annotate, errands, text), annotate
    limits = Limits(rooms=rooms, people=people)
    own = folder() if not token and annotation is None else None  # people of this machine alone come in without a token
    options: dict[str, Any] = {"record": record, "levels": levels, "tasks": tasks or (), "annotation": annotation}
    house = House(loaded, limits=limits, slots=own, **options)
    try:
        run(house, host=host, port=port, token=token, invite=invite)
    except KeyboardInterrupt:
        sys.exit(130)
