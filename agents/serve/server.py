"""The process of a server: uvicorn, with connections that must say something soon."""

from __future__ import annotations

import asyncio
import secrets
import socket
from typing import Any

from ..listening import is_loopback
from .house import House
from .limits import Limits

LOOPBACK = ("localhost", "127.0.0.1", "::1")


def check_address(host: str, port: int, token: str) -> None:
    """Raise ValueError for an address that there is not, or that others reach without a token."""
    if not 0 <= port <= 65535:
        raise ValueError(f"--port is a number from 0 (any that is free) to 65535, got {port}")
    if not is_loopback(host) and not token:
        raise ValueError(
            f"--host {host} lets other machines in, so a token is needed, such as --token {secrets.token_urlsafe(12)}"
        )
    if token and (len(token) < 8 or not token.isascii() or not token.isprintable() or set(token) & set(' ";,\\')):
        raise ValueError("--token has at least 8 letters, digits or signs of ASCII, without spaces, quotes and commas")


def server_of(configured: Any, house: House) -> Any:
    """The server of uvicorn for a configuration. When it stops, it closes the rooms first, which tells people."""
    import uvicorn

    class Closing(uvicorn.Server):
        """A server that closes its rooms before its connections."""

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            await asyncio.to_thread(house.close)
            await super().shutdown(sockets)

    return Closing(configured)


def configuration(app: Any, limits: Limits) -> Any:
    """The configuration of uvicorn for an application."""
    import uvicorn
    from uvicorn.protocols.http.h11_impl import H11Protocol

    class Soon(H11Protocol):
        """HTTP, where a connection without a whole request in `hello` seconds is closed."""

        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            asyncio.get_running_loop().call_later(limits.hello, self._late)

        def _late(self) -> None:
            if self.cycle is None and self.transport.get_protocol() is self:
                self.transport.abort()

    return uvicorn.Config(
        app,
        http=Soon,
        ws="websockets-sansio",
        log_level="warning",
        access_log=False,
        server_header=False,
        ws_max_size=limits.message * 4,
        ws_ping_interval=20.0,
        ws_ping_timeout=20.0,
        ws_per_message_deflate=False,
        limit_concurrency=limits.sockets * 4,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=3,
        h11_max_incomplete_event_size=16384,
    )
