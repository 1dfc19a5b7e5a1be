"""A server that runs until it is stopped."""

from __future__ import annotations

from ..listening import address_of, bound, is_loopback
from .app import Door, make_app
from .gallery import Gallery
from .house import House
from .server import LOOPBACK, configuration, server_of


def run(house: House, *, host: str, port: int, token: str = "", invite: int = 0) -> None:
    """Serve a house, with so many new invitations, until SIGINT or SIGTERM; then all rooms are closed, and their
    episodes stored. Raises OSError, in words, where nothing can listen at this address."""
    gallery = Gallery(house.worlds)
    door = Door(token, (*LOOPBACK, host) if is_loopback(host) else (), house.annotation)
    server = server_of(configuration(make_app(house, door, gallery), house.limits), house)
    listens = bound(host, port)
    address = address_of(listens, host)
    print(f"Rumpus is open at {address}{f'/?token={token}' if token else ''}   (Ctrl+C closes it)", flush=True)
    if house.record is not None:
        print(f"Episodes are stored in {house.record}", flush=True)
    if house.annotation is not None:
        for _ in range(invite):
            id, secret = house.annotation.invite()
            print(f"Invitation of {id}: {address}/annotate?invite={secret}", flush=True)
    server.run(sockets=[listens])
