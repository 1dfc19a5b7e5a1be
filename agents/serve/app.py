"""The application of a server: addresses, tokens, and the two ends of each connection."""

from __future__ import annotations

import asyncio
import hmac
import itertools
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fastapi import FastAPI, Request, Response, WebSocket, WebSocketDisconnect
from starlette.concurrency import run_in_threadpool
from starlette.websockets import WebSocketState

from ...worlds.engine.tools.warm import seconds
from .annotation import Annotation
from .gallery import Gallery
from .house import House, HouseError
from .limits import Bucket
from .outbox import Outbox
from .protocol import Refused, parse
from .replays import ReplayError, Replays
from .results import results
from .room import Room
from .visitor import Visitor

PAGE = Path(__file__).parent / "page"
TYPES = {
    ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml", ".png": "image/png",
}  # fmt: skip
COOKIE, INVITE = "rumpus", "rumpus-invite"
SAFE = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}
"""Headers of every answer: nothing is loaded from elsewhere, no text runs, and nobody puts the page into a frame."""
VIEWS = ("/", "/room/{id}", "/replays", "/replays/{id}", "/results", "/annotate")
OPEN = ("/api/enter", "/api/annotate/enter")
"""Addresses that ask for a token themselves."""
"""Addresses of the page's parts."""

Ask = Callable[[Request], Awaitable[Response]]


def page_files() -> dict[str, tuple[bytes, str]]:
    """The files of the page by name, with their media types: nothing else is ever given out."""
    files = (path for path in sorted(PAGE.iterdir()) if path.suffix in TYPES)
    return {path.name: (path.read_bytes(), TYPES[path.suffix]) for path in files}


class Door:
    """The rule of admission. token: that a page or program must know, "" for none; hosts: names by which this server
    may be addressed, empty for any: others are pages of elsewhere whose name leads here; annotation: whose people
    come in, too."""

    def __init__(self, token: str = "", hosts: tuple[str, ...] = (), annotation: Annotation | None = None):
        self.token, self._hosts, self._annotation = token, hosts, annotation

    def knows(self, given: str | None) -> bool:
        """Whether this is the token."""
        return not self.token or (given is not None and hmac.compare_digest(given.encode(), self.token.encode()))

    def addressed(self, host: str | None) -> bool:
        """Whether a request is for this server."""
        return not self._hosts or urlsplit(f"//{host or ''}").hostname in self._hosts

    def comes_from(self, origin: str | None, host: str | None) -> bool:
        """Whether a connection was opened by a page of this server, or by a program, which names no origin."""
        return origin is None or urlsplit(origin).netloc == host

    def admits(self, asked: Request | WebSocket) -> bool:
        """Whether a request brings the token: in a cookie, or as a bearer."""
        scheme, _, bearer = asked.headers.get("authorization", "").partition(" ")
        given = asked.cookies.get(COOKIE) if scheme.lower() != "bearer" else bearer
        return self.knows(given) or self.invited(asked) is not None

    def invited(self, asked: Request | WebSocket) -> str | None:
        """The id of the invited person that a request comes from; None for others."""
        return None if self._annotation is None else self._annotation.person(asked.cookies.get(INVITE))

    def waits(self, asked: Request | WebSocket) -> bool:
        """Whether a request comes from an invited person who has not consented yet."""
        id = self.invited(asked)
        return id is not None and self._annotation is not None and not self._annotation.agreed(id)


def make_app(house: House, door: Door, gallery: Gallery | None = None) -> FastAPI:
    """The application for a house."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        if gallery is not None:
            gallery.start()
        yield
        if gallery is not None:
            gallery.stop()

    app = FastAPI(title="Rumpus", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)
    files = page_files()
    replays = Replays(house.record) if house.record is not None else None
    sockets = Sockets(house, door)

    @app.middleware("http")
    async def guarded(request: Request, then: Ask) -> Response:
        if not door.addressed(request.headers.get("host")):
            house.counts.add("wrong host")
            answer: Response = told("this server is not known by that name", 421)
        elif request.url.path.startswith("/api/") and request.url.path not in OPEN and not door.admits(request):
            house.counts.add("wrong token")
            answer = told("a token is needed: open the link that the server printed", 401)
        elif request.method == "POST" and not door.comes_from(
            request.headers.get("origin"), request.headers.get("host")
        ):
            house.counts.add("wrong origin")
            answer = told("this server takes nothing from pages of elsewhere", 403)
        elif request.url.path.startswith(("/api/rooms", "/api/replays", "/api/results")) and door.waits(request):
            answer = told("read the text first, and agree to it", 403)
        else:
            answer = await then(request)
        for name, value in SAFE.items():
            answer.headers[name] = value
        return answer

    async def body(request: Request) -> dict[str, Any]:
        """The JSON object of a request, not longer than the limit."""
        data = b""
        async for part in request.stream():
            data += part
            if len(data) > house.limits.body:
                house.counts.add("bodies too long")
                raise HouseError(f"a request has at most {house.limits.body} bytes", 413)
        try:
            found = json.loads(data)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            house.counts.add("bodies refused")
            raise HouseError("a JSON object is wanted")
        return found

    @app.exception_handler(HouseError)
    async def refused(request: Request, error: HouseError) -> Response:
        return told(str(error), error.status)

    @app.exception_handler(ReplayError)
    async def not_shown(request: Request, error: ReplayError) -> Response:
        return told(str(error), 404)

    for view in VIEWS:

        @app.get(view)
        async def index() -> Response:
            return given("index.html")

    def given(name: str) -> Response:
        if name not in files:
            return told("there is nothing here", 404)
        data, kind = files[name]
        return Response(data, media_type=kind, headers={"Cache-Control": "no-cache"})

    @app.get("/page/{name}")
    async def page(name: str) -> Response:
        return given(name)

    @app.post("/api/enter")
    async def enter(request: Request) -> Response:
        token = (await body(request)).get("token")
        if not (isinstance(token, str) and door.knows(token)):
            house.counts.add("wrong token")
            return told("this is not the token", 401)
        answer = Response(status_code=204)
        answer.set_cookie(COOKIE, token, httponly=True, samesite="strict", max_age=7 * 24 * 3600)
        return answer

    @app.get("/api/about")
    async def about() -> Response:
        return answered({"recording": house.record is not None, "annotating": house.annotation is not None})

    @app.get("/api/worlds")
    async def worlds() -> Response:
        cards = await run_in_threadpool(house.cards)
        for card in cards:
            card["picture"] = gallery is not None and gallery.path(card["name"]).exists()
        return answered({"worlds": cards, "recording": house.record is not None})

    @app.get("/api/worlds/{name}/picture")
    async def picture(name: str) -> Response:
        data = await run_in_threadpool(gallery.picture, name) if gallery and name in house.worlds else None
        if data is None:
            return told("there is no picture yet", 404)
        return Response(data, media_type="image/webp", headers={"Cache-Control": "max-age=3600"})

    @app.get("/api/rooms")
    async def rooms() -> Response:
        return answered({"rooms": [room.status() for room in list(house.rooms.values())]})

    @app.post("/api/rooms")
    async def open_room(request: Request) -> Response:
        asked = await body(request)
        room = await run_in_threadpool(house.open, asked)
        return answered({"id": room.id, "world": room.world.name, "link": f"/room/{room.id}"}, 201)

    @app.get("/api/status")
    async def status() -> Response:
        return answered(house.status() | {"sockets": sockets.open})

    @app.get("/api/results")
    async def found() -> Response:
        return answered(await run_in_threadpool(results, list(house.worlds), house.record))

    @app.get("/api/replays")
    async def replay_list(first: int = 0, world: str = "", result: str = "") -> Response:
        return answered(await run_in_threadpool(stored().page, max(first, 0), world, result))

    @app.get("/api/replays/{id}")
    async def replay(id: str) -> Response:
        return answered(await run_in_threadpool(stored().about, id))

    @app.get("/api/replays/{id}/{state}")
    async def replayed(id: str, state: int) -> Response:
        data, kind = await run_in_threadpool(stored().picture, id, min(max(state, 0), 1 << 31))
        return Response(data, media_type=kind, headers={"Cache-Control": "max-age=3600"})

    @app.post("/api/replays/{id}/marks")
    async def mark(id: str, request: Request) -> Response:
        asked = await body(request)
        asked |= {"by": door.invited(request) or asked.get("by", "")}
        return answered({"marks": await run_in_threadpool(stored().mark, id, asked)}, 201)

    def stored() -> Replays:
        if replays is None:
            raise HouseError("nothing is recorded here: start the server with --record STORE", 404)
        return replays

    if house.annotation is not None:
        annotating(app, house.annotation, door, body)

    @app.websocket("/api/rooms/{id}/play")
    async def play(socket: WebSocket, id: str) -> None:
        await sockets.serve(socket, house.rooms.get(id))

    return app


def annotating(app: FastAPI, annotation: Annotation, door: Door, body: Callable[[Request], Awaitable[Any]]) -> None:
    """Add the addresses of invited people to an application."""

    def person(request: Request) -> str:
        id = door.invited(request)
        if id is None:
            raise HouseError("an invitation is needed: open the link that you were given", 401)
        return id

    def about(id: str) -> Response:
        return answered({"id": id, "agreed": annotation.agreed(id), "consent": annotation.consent})

    @app.post("/api/annotate/enter")
    async def enter(request: Request) -> Response:
        token = (await body(request)).get("invite")
        id = annotation.person(token) if isinstance(token, str) else None
        if id is None:
            return told("this invitation is not known here: ask for another", 401)
        answer = about(id)
        answer.set_cookie(INVITE, str(token), httponly=True, samesite="strict", max_age=90 * 24 * 3600)
        return answer

    @app.get("/api/annotate")
    async def myself(request: Request) -> Response:
        return about(person(request))

    @app.post("/api/annotate/agree")
    async def agree(request: Request) -> Response:
        await run_in_threadpool(annotation.agree, person(request))
        return about(person(request))

    @app.get("/api/annotate/next")
    async def upcoming(request: Request) -> Response:
        return answered(await run_in_threadpool(annotation.next, person(request)))

    @app.post("/api/annotate/done")
    async def done(request: Request) -> Response:
        item, id = (await body(request)).get("item"), person(request)
        try:
            await run_in_threadpool(annotation.done, id, str(item))
        except ValueError as error:
            return told(str(error), 404)
        return answered(await run_in_threadpool(annotation.next, id))


def answered(data: Any, status: int = 200) -> Response:
    """JSON that is never kept."""
    return Response(json.dumps(data), status, {"Cache-Control": "no-store"}, "application/json")


def told(text: str, status: int) -> Response:
    """A refusal in a sentence."""
    return answered({"error": text}, status)


class Sockets:
    """The connections to rooms. open: how many there are now."""

    def __init__(self, house: House, door: Door):
        self.open = 0
        self._house, self._door = house, door
        self._ids = itertools.count(1)

    async def serve(self, socket: WebSocket, room: Room | None) -> None:
        """One connection, from its handshake to its end."""
        headers, counts = socket.headers, self._house.counts
        host = headers.get("host")
        if not (self._door.addressed(host) and self._door.comes_from(headers.get("origin"), host)):
            counts.add("wrong origin")
            await socket.close(1008)
        elif not self._door.admits(socket) or self._door.waits(socket):
            counts.add("wrong token")
            await socket.close(1008)
        elif self.open >= self._house.limits.sockets:
            counts.add("connections refused")
            await socket.close(1013)
        else:
            self.open += 1
            try:
                await socket.accept()
                await self._talk(socket, room)
            except (WebSocketDisconnect, OSError, RuntimeError):  # it is gone, whatever it was doing
                pass
            finally:
                self.open -= 1

    async def _talk(self, socket: WebSocket, room: Room | None) -> None:
        limits, counts = self._house.limits, self._house.counts
        if room is None or room.phase in ("broken", "closed"):
            why = (
                f"This room has stopped: {room.why}"
                if room is not None and room.why
                else "There is no such room any more"
            )
            await socket.send_text(json.dumps({"t": "closed", "text": why}))
            await socket.close(1000)
            return
        try:
            hello = parse(await asyncio.wait_for(self._text(socket), limits.hello))
            if hello["t"] != "hello":
                raise Refused("no hello")
        except (Refused, TimeoutError) as error:
            counts.add(str(error) or "no hello")
            await socket.close(1008)
            return
        outbox = Outbox(asyncio.get_running_loop(), limits.waiting)
        name = self._door.invited(socket) or hello["name"]
        visitor = Visitor(next(self._ids), name, outbox, hello.get("seat"))
        if room.phase == "opening":
            about = await run_in_threadpool(seconds, room.world)
            outbox.tell({"t": "opening", "world": room.world.name, "about": about})
        if not room.join(visitor):
            counts.add("people refused")
            await socket.send_text(json.dumps({"t": "closed", "text": "This room is full"}))
            await socket.close(1013)
            return
        sending = asyncio.create_task(self._send(socket, outbox))
        hearing = asyncio.create_task(self._hear(socket, room, visitor))
        try:
            await asyncio.wait({sending, hearing}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            room.leave(visitor)
            outbox.close()
            for task in (sending, hearing):
                task.cancel()
            await asyncio.gather(sending, hearing, return_exceptions=True)
        if socket.application_state is WebSocketState.CONNECTED:
            with suppress(RuntimeError, OSError):
                await socket.close(1000)

    async def _text(self, socket: WebSocket) -> str:
        """The next message. Raises Refused for one that is binary, WebSocketDisconnect at the end."""
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code") or 1005)
        text = message.get("text")
        if text is None:
            raise Refused("binary message")
        if len(text) > self._house.limits.message:
            raise Refused("message too long")
        return text

    async def _send(self, socket: WebSocket, outbox: Outbox) -> None:
        """Send what waits, until the room closes, or nobody reads."""
        while messages := await outbox.take():
            for message in messages:
                send = socket.send_text(message) if isinstance(message, str) else socket.send_bytes(message)
                try:
                    async with asyncio.timeout(self._house.limits.slow):  # wait_for may swallow a cancellation
                        await send
                except TimeoutError:
                    self._house.counts.add("connections that do not read")
                    return

    async def _hear(self, socket: WebSocket, room: Room, visitor: Visitor) -> None:
        """Pass on what comes; refuse and count what is too much or none."""
        limits, counts, strikes = self._house.limits, self._house.counts, 0
        bucket = Bucket(limits.rate, limits.burst, time.monotonic())
        while not visitor.outbox.closed and strikes <= limits.strikes:
            try:
                text = await self._text(socket)
                if not bucket.take(time.monotonic()):
                    raise Refused("flood")
                if not room.put(visitor, parse(text)):
                    raise Refused("flood")
            except Refused as error:
                counts.add(str(error))
                strikes += 1
        if strikes > limits.strikes:
            counts.add("connections closed for refused messages")
