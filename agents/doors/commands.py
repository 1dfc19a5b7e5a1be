"""The command line of the doors: `rumpus door openenv | mcp | bench`."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer
from rich.console import Console

from ..commands import Json, Seed, Tasks, World, frame_size
from ..listening import address_of, bound, is_loopback
from ..needs import need

app = typer.Typer(no_args_is_help=True, help="Serve a world to other people's models and libraries.")

Host = Annotated[str, typer.Option(help="The address to listen at; another than this machine's own needs --public.")]
Port = Annotated[int, typer.Option(help="The port; 0 for any that is free.")]
Public = Annotated[
    bool, typer.Option("--public", help="Listen to other machines, too: whoever reaches this address may play.")
]
Sessions = Annotated[int, typer.Option(help="Sessions that hold an episode at once.")]
Size = Annotated[str, typer.Option(help="Size of the picture, HEIGHTxWIDTH.")]
Idle = Annotated[float, typer.Option(help="Seconds after which a silent session may be ended.")]


def check_address(host: str, port: int, public: bool) -> None:
    """Raise ValueError for a port that is none, and for an address of others that was not asked for."""
    if not 0 <= port <= 65535:
        raise ValueError(f"a port is a whole number from 0 to 65535, got {port}")
    if not is_loopback(host) and not public:
        raise ValueError(
            f"{host[:80]!r} is not this machine's own address; anybody who reaches it may play: add --public"
        )


def run(served: Any, host: str, port: int, path: str) -> None:
    """Serve an ASGI app until Ctrl-C; its URL is printed on standard output when it listens."""
    import asyncio

    import uvicorn

    server = uvicorn.Server(uvicorn.Config(served, log_level="warning", ws_max_size=8 << 20))
    with bound(host, port) as listening:
        print(f"{address_of(listening, host)}{path}", flush=True)
        asyncio.run(server.serve(sockets=[listening]))


@app.command()
def openenv(
    world: World,
    host: Host = "127.0.0.1",
    port: Port = 8000,
    public: Public = False,
    sessions: Sessions = 64,
    size: Size = "80x80",
    tasks: Tasks = None,
    encoding: Annotated[str, typer.Option(help="Of frames: png, raw or none, where a session asks for none.")] = "png",
    idle: Idle = 600.0,
) -> None:
    """Serve a world to trainers that speak OpenEnv: TRL, verifiers, NeMo Gym, …

    Example: rumpus door openenv sokoban-small --tasks tasks.jsonl
    """
    from ... import worlds

    check_address(host, port, public)
    loaded, height_width = worlds.load(world), frame_size(size)
    need("openenv", "openenv", "uvicorn", "websockets")
    from .openenv import openenv_app

    served = openenv_app(loaded, sessions=sessions, size=height_width, tasks=tasks, encoding=encoding, idle=idle)
    run(served, host, port, "")


@app.command()
def mcp(
    world: World,
    http: Annotated[
        bool, typer.Option("--http", help="Serve many players by streamable HTTP, not one by stdio.")
    ] = False,
    host: Host = "127.0.0.1",
    port: Port = 8000,
    public: Public = False,
    sessions: Sessions = 64,
    size: Size = "320x320",
    tasks: Tasks = None,
    split: Annotated[
        str | None, typer.Option(help="Of the tasks, or of the world's levels.", show_default="train")
    ] = None,
    index: Annotated[int | None, typer.Option(help="Of the first task of the split.", show_default="drawn")] = None,
    seed: Annotated[int | None, typer.Option(help="Of the first episode.", show_default="random")] = None,
    episodes: Annotated[int, typer.Option(min=1, help="Episodes of each player, one after the other.")] = 1,
    idle: Idle = 600.0,
) -> None:
    """Serve a world to agents by the Model Context Protocol, as tools: press, click, look, say, …

    Example: rumpus door mcp room-small --http --port 8001
    """
    from ... import worlds

    check_address(host, port, public)
    loaded, height_width = worlds.load(world), frame_size(size)
    need("mcp", "mcp", *(("uvicorn",) if http else ()))
    from .sessions import Pool
    from .tools import Tools

    pool = Pool(loaded, sessions if http else 1, size=height_width, tasks=tasks, idle=idle)
    options: dict[str, Any] = {"split": split, "index": index, "seed": seed}
    first = Tools(pool, **options)  # wrong numbers are told now
    first.call("screen", {})
    first.close()
    options["episodes"] = episodes
    from .mcp import mcp_app, serve_stdio

    if http:
        run(mcp_app(pool, host=host, **options), host, port, "/mcp")
    else:
        serve_stdio(pool, **options)


@app.command()
def bench(
    world: World,
    sessions: Sessions = 64,
    size: Size = "80x80",
    seconds: Annotated[float, typer.Option(help="Seconds of each row.")] = 5.0,
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """Measure the OpenEnv door: steps a second of so many sessions in one process, which another process plays.

    Example: rumpus door bench sokoban-small --sessions 64
    """
    from ... import worlds

    if not 0 < seconds <= 3600:
        raise ValueError(f"--seconds must be more than 0 and at most 3600, got {seconds}")
    loaded, height_width = worlds.load(world), frame_size(size)
    need("openenv", "openenv", "uvicorn", "websockets")
    from ..measuring import formatting
    from .bench import bench as measure

    rows = measure(loaded, sessions, height_width, seconds, seed)
    if as_json:
        print(json.dumps(rows, indent=2))
        return
    title = f"{loaded.name}, {size}, {sessions} sessions in one process"
    Console().print(formatting.sessions(rows, title))
