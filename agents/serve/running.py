"""A server that runs until it is stopped."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ...worlds.engine.world import World
from .app import Door, make_app
from .gallery import Gallery
from .house import House
from .limits import Limits
from .server import LOOPBACK, address_of, bound, configuration, is_loopback, server_of


def run(
    worlds: Sequence[World],
    *,
    host: str,
    port: int,
    token: str,
    record: Path | None,
    levels: Path | None,
    tasks: Sequence[Path],
    limits: Limits,
) -> None:
    """Serve these worlds until SIGINT or SIGTERM; then all rooms are closed, and what was played is stored."""
    house = House(worlds, limits=limits, record=record, levels=levels, tasks=tasks)
    gallery = Gallery(house.worlds)
    door = Door(token, (*LOOPBACK, host) if is_loopback(host) else ())
    server = server_of(configuration(make_app(house, door, gallery), limits), house)
    listens = bound(host, port)
    link = address_of(listens, host) + (f"/?token={token}" if token else "")
    print(f"Rumpus is open at {link}   (Ctrl+C closes it)", flush=True)
    if record is not None:
        print(f"Episodes are stored in {record}", flush=True)
    server.run(sockets=[listens])
