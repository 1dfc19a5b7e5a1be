"""The door for agents that speak the Model Context Protocol: tools of one player, over stdio or streamable HTTP.

    serve_stdio(pool)                      # one player: the process that started this one
    app = mcp_app(pool)                    # an ASGI app, for uvicorn: http://127.0.0.1:8000/mcp?session=anna&split=test

Over HTTP, each session is a player: the session of the protocol, or, where the protocol has none, the one that the
URL names by `?session=NAME`. The URL may also choose the first episode by seed, split and index, so that a trainer, and
not the agent, says what is played. It needs rumpus[mcp], and is imported late.
"""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Mapping
from functools import partial
from typing import Any

import anyio
import anyio.to_thread
import mcp.types as types
from mcp.server import Server
from mcp.server.stdio import stdio_server

from ... import __version__
from ...interface.png import png
from .sessions import Pool
from .tools import NAMES, Tools, schema, summary
from .words import manual

MOST_NAME = 128
"""The most characters of the name of a session."""
CHOICES = ("session", "seed", "split", "index")
"""The parameters of the URL."""


class Players:
    """The tools of all sessions, by their names. options: of Tools, where a URL says nothing else."""

    def __init__(self, pool: Pool, **options: Any):
        self.pool, self._options = pool, options
        self._players: dict[str, tuple[Tools, float]] = {}
        self._lock = threading.Lock()

    def of(self, name: str, chosen: Mapping[str, Any]) -> Tools:
        """The tools of a session, which begin with its first call. Raises RuntimeError where there are too many."""
        with self._lock:
            now = time.monotonic()
            tools = self._players[name][0] if name in self._players else None
            if tools is not None and tools.ended:
                self._drop(name)
                tools = None
            if tools is None:
                if len(self._players) >= self.pool.most:
                    oldest = min(self._players, key=lambda each: self._players[each][1])
                    if now - self._players[oldest][1] < self.pool.idle:
                        raise RuntimeError(
                            f"all {self.pool.most} sessions of this server are in use: try again in a while"
                        )
                    self._drop(oldest)
                tools = Tools(self.pool, **{**self._options, **chosen})
            self._players[name] = (tools, now)
            return tools

    def _drop(self, name: str) -> None:
        self._players.pop(name)[0].close()

    def close(self) -> None:
        """End all sessions."""
        with self._lock:
            for name in list(self._players):
                self._drop(name)


def mcp_server(players: Players) -> Server[Any]:
    """The server of the protocol, whatever carries it."""
    world = players.pool.world

    async def list_tools(context: Any, params: Any) -> types.ListToolsResult:
        listed = [types.Tool(name=name, description=summary(name), input_schema=schema(name)) for name in NAMES]
        return types.ListToolsResult(tools=listed)

    async def call_tool(context: Any, params: types.CallToolRequestParams) -> types.CallToolResult:
        try:
            name, chosen = _session(context)
            tools = await anyio.to_thread.run_sync(partial(players.of, name, chosen))
            call = partial(tools.call, params.name, params.arguments if params.arguments is not None else {})
            shown = await anyio.to_thread.run_sync(call)
        except (ValueError, RuntimeError) as error:
            return types.CallToolResult(content=[types.TextContent(type="text", text=str(error))], is_error=True)
        frames = [shown.frame] if shown.goal is None else [shown.frame, shown.goal]
        pictures = [
            types.ImageContent(type="image", data=base64.b64encode(png(frame)).decode(), mime_type="image/png")
            for frame in frames
        ]
        return types.CallToolResult(content=[types.TextContent(type="text", text=shown.text), *pictures])

    height, width = players.pool.size
    instructions = (
        f"You play a world by its tools. Each answers with the picture that you see then, {width} x {height} pixels, "
        f"and with the instruction that you are to follow.\n{manual(world)}"
    )
    return Server(
        f"rumpus-{world.name}", version=__version__, instructions=instructions, on_list_tools=list_tools,
        on_call_tool=call_tool,
    )  # fmt: skip


def _session(context: Any) -> tuple[str, dict[str, Any]]:
    """The name of the session of a request, and what its URL chooses. Raises ValueError for a URL that is wrong."""
    request = context.request
    if request is None or not hasattr(request, "query_params"):
        return "stdio", {}
    given = dict(request.query_params)
    if strange := [key for key in given if key not in CHOICES]:
        raise ValueError(f"the URL may name {', '.join(CHOICES)}, not {strange[0][:40]!r}")
    chosen: dict[str, Any] = {key: given[key] for key in ("split",) if key in given}
    for key in ("seed", "index"):
        if key in given:
            if not given[key].isdecimal() or len(given[key]) > 19:
                raise ValueError(f"{key} of the URL is a whole number, got {given[key][:40]!r}")
            chosen[key] = int(given[key])
    name = given.get("session") or request.headers.get("mcp-session-id") or "default"
    if len(name) > MOST_NAME:
        raise ValueError(f"the name of a session has {MOST_NAME} characters at most")
    return name, chosen


def serve_stdio(pool: Pool, **options: Any) -> None:
    """Serve one player on standard input and output, until the input ends. options: of Tools."""
    players = Players(pool, **options)
    server = mcp_server(players)

    async def run() -> None:
        async with stdio_server() as (source, sink):
            await server.run(source, sink, server.create_initialization_options())

    try:
        anyio.run(run)
    finally:
        players.close()


def mcp_app(pool: Pool, *, path: str = "/mcp", host: str = "127.0.0.1", **options: Any) -> Any:
    """An ASGI app that serves many players by streamable HTTP. host: at which it listens, for the protocol's guard
    against pages of other origins; options: of Tools. `app.state.players` are the Players."""
    players = Players(pool, **options)
    app = mcp_server(players).streamable_http_app(
        streamable_http_path=path, host=host, session_idle_timeout=pool.idle, max_sessions=pool.most
    )
    app.state.players = players
    return app
