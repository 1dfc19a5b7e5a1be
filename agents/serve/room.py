"""A room: one session, played and watched by people at their pages. It has a thread and a clock of its own, so that
nothing that happens in it, not even a world that raises an error or takes for ever, stops another room."""

from __future__ import annotations

import math
import sys
import time
import traceback
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Condition, Thread
from typing import Any

from ...episodes.recorder import Recorder
from ...episodes.store import Store
from ...interface.keys import BUTTONS, KEYS
from ...worlds.engine.render.views import Tiles
from ...worlds.engine.run.batch import Batch
from ...worlds.engine.world import World
from ..human.camera import CameraInput, Grip
from ..human.person import Person
from ..human.session import Session
from ..human.settings import Settings
from .limits import LINE, NAME, Counts, Limits
from .outbox import Outbox
from .pictures import Stream
from .protocol import CODES, clean, wanted_edge
from .shown import card, fitting, hud
from .table import Table

CAMERA_EDGE, SHARED_EDGE = 960, 640
"""Most pixels of the longer side of a camera's view: of the only one, and of several."""
CHAT = 100
"""Lines of a room's chat that are kept."""
NAP = 0.5
"""Seconds between two looks at whether people are still there, at most."""


@dataclass
class Guest:
    """A person at a room's page.

    wish: the seat that they want, None for any, -1 for none; person: they at the desk, once they have come in; player:
    whose view they see; size: (width, height) of the space for it; ack: the number of their last message; heard: when
    it came; away: whether their page is hidden; known: the version of each player's picture that they have; told: the
    last state of each kind that they were sent.
    """

    id: int
    name: str
    outbox: Outbox
    wish: int | None = None
    person: Person | None = None
    player: int = 0
    size: tuple[int, int] = (640, 480)
    ack: int = 0
    heard: float = 0.0
    away: bool = False
    known: dict[int, int] = field(default_factory=dict)
    told: dict[str, Any] = field(default_factory=dict)

    @property
    def at(self) -> Person:
        """They at the desk."""
        assert self.person is not None
        return self.person


class Room:
    """A room. id: its place in addresses; opened(record): makes the session, in the room's own thread, since a world's
    first use may compile for a minute; store: where its episodes go, None for nowhere; left(room): called at its end.

    phase: "opening", "open", "broken" or "closed"; why: the reason of a broken one.
    """

    def __init__(
        self,
        id: str,
        world: World,
        opened: Callable[[Callable[[Batch], Recorder] | None], Session],
        *,
        limits: Limits,
        counts: Counts,
        store: Store | None = None,
        left: Callable[[Room], None] = lambda room: None,
    ):
        self.id, self.world, self.store = id, world, store
        self.phase, self.why, self.ticks, self.saved, self.dropped = "opening", "", 0, 0, 0
        self.beat = self.empty = time.monotonic()
        self.guests: dict[int, Guest] = {}
        self._opened, self._limits, self._counts, self._left = opened, limits, counts, left
        self._inbox: deque[tuple[Guest, dict[str, Any] | None]] = deque()
        self._comes: deque[Guest] = deque()
        self._wakes = Condition()
        self._stopping = False
        self._recorder: Recorder | None = None
        self._table: Table | None = None
        self._streams: dict[int, Stream] = {}
        self._chat: deque[dict[str, Any]] = deque(maxlen=CHAT)
        self._changed = True
        self._thread = Thread(target=self._run, name=f"room {id}", daemon=True)

    def start(self) -> None:
        """Open the room."""
        self._thread.start()

    # What the event loop calls: nothing of it waits.

    def join(self, guest: Guest) -> bool:
        """Somebody comes in; False if no more may."""
        with self._wakes:
            if self._stopping or len(self.guests) + len(self._comes) >= self._limits.people:
                return False
            self._comes.append(guest)
            self._wakes.notify()
        return True

    def leave(self, guest: Guest) -> None:
        """Somebody has gone."""
        with self._wakes:
            self._inbox.append((guest, None))
            self._wakes.notify()

    def put(self, guest: Guest, message: dict[str, Any]) -> bool:
        """A checked message of somebody; False if too many wait."""
        with self._wakes:
            if len(self._inbox) >= self._limits.inbox:
                return False
            self._inbox.append((guest, message))
            self._wakes.notify()
        return True

    def stop(self) -> None:
        """Close the room; `wait` waits until it is done."""
        with self._wakes:
            self._stopping = True
            self._wakes.notify()

    def wait(self, most: float) -> bool:
        """Wait until the thread has ended; False if it has not after so many seconds."""
        self._thread.join(most)
        return not self._thread.is_alive()

    def status(self) -> dict[str, Any]:
        """What is known of it, for lists."""
        return {
            "id": self.id,
            "world": self.world.name,
            "phase": self.phase,
            "why": self.why,
            "people": len(self.guests),
            "names": [guest.name for guest in list(self.guests.values())],
            "players": self.world.players,
            "ticks": self.ticks,
            "saved": self.saved,
            "dropped": self.dropped,
            "silent": round(time.monotonic() - self.beat, 1),
        }

    # What the room's own thread does.

    def _run(self) -> None:
        try:
            self._open()
            while not self._stopping:
                self._turn()
        except Exception as error:  # a world may raise anything
            traceback.print_exc(file=sys.stderr)
            self.phase, self.why = "broken", f"{type(error).__name__}: {error}"[:LINE]
            self._counts.add("rooms broken")
            self._tell({"t": "broken", "text": f"This room has stopped: {self.why}"})
        finally:
            self._shut()

    def _open(self) -> None:
        session = self._opened(None if self.store is None else self._record)
        session.rehearse()
        self._table = Table(session)
        self.phase, self.empty = "open", time.monotonic()

    def _record(self, batch: Batch) -> Recorder:
        assert self.store is not None
        self._recorder = Recorder(batch, self.store, played_by="person", source="rumpus serve", latency=True, every=0.0)
        return self._recorder

    def _shut(self) -> None:
        with self._wakes:
            self._stopping = True
            comes, self._comes = list(self._comes), deque()
        try:
            if self._recorder is not None:
                self._recorder.close()
                self.saved = self._recorder.count
        except Exception as error:  # a broken world's last episode may be no episode
            print(f"rumpus: the last episode of room {self.id} could not be stored: {error}", file=sys.stderr)
        self.phase = "broken" if self.phase == "broken" else "closed"
        for guest in comes:
            if self.phase == "broken":
                guest.outbox.tell({"t": "broken", "text": f"This room has stopped: {self.why}"})
        for guest in [*self.guests.values(), *comes]:
            if self.phase == "closed":
                guest.outbox.tell({"t": "closed", "text": "This room is closed"})
            guest.outbox.close()
        self._table = None
        self._left(self)

    def _turn(self) -> None:
        """Wait for what comes or is due, and do it."""
        table = self._table
        assert table is not None
        now = time.monotonic()
        due = table.due(now) if self.guests else math.inf
        for guest, message in self._heard(min(due - now, NAP)):
            if message is None:
                self._goes(table, guest)
            elif guest.id in self.guests:
                self._do(table, guest, message)
        now = self.beat = time.monotonic()
        self._check(table, now)
        if self.guests:
            before, steps = table.session.returns, table.session.steps
            if table.advance(now):
                self._changed = True
                if table.session.steps > steps:
                    self.ticks += table.session.steps - steps
                    self._rewards(before, table.session.returns)
            self._acknowledge()
        if self._changed:
            self._changed = False
            self._show(table, now)

    def _heard(self, most: float) -> list[tuple[Guest, dict[str, Any] | None]]:
        """The messages that have come, after a wait of `most` seconds if there are none. Guests come in at once."""
        with self._wakes:
            if most > 0 and not (self._inbox or self._comes or self._stopping):
                self._wakes.wait(most)
            found = list(self._inbox)
            self._inbox.clear()
            comes = list(self._comes)
            for guest in comes:
                self.guests[guest.id] = guest
            self._comes.clear()
        for guest in comes:
            self._comes_in(guest)
        return found

    def _comes_in(self, guest: Guest) -> None:
        table = self._table
        assert table is not None
        guest.heard = time.monotonic()
        guest.name = clean(guest.name, NAME) or f"Guest {guest.id}"
        person = guest.person = table.join(guest.name)
        guest.outbox.tell({"t": "welcome", "you": guest.id, "name": guest.name, "room": self.id, **card(table, person)})
        for line in self._chat:
            guest.outbox.tell(line)
        alone = table.world.players == 1 and table.session.agents
        wishes = [guest.wish] if guest.wish is not None else [] if alone else range(table.world.players)
        for seat in wishes:
            if table.sit(person, seat):
                guest.player = seat
                break
        table.advance(guest.heard)
        self._changed = True

    def _goes(self, table: Table, guest: Guest) -> None:
        if self.guests.pop(guest.id, None) is not None:
            table.leave(guest.at)
            self._say("", f"{guest.name} has left")
            self.empty = time.monotonic()
            self._changed = True

    def _check(self, table: Table, now: float) -> None:
        """Let go of the keys of those who are silent, pause where nobody looks, and close where nobody is."""
        seated = [guest for guest in self.guests.values() if guest.at.seats]
        for guest in seated:
            if now - guest.heard > self._limits.quiet and not guest.away:
                guest.away = True
                guest.at.rest()
        for guest in self.guests.values():
            if guest.outbox.full and not guest.outbox.closed:
                self._counts.add("connections that do not read")
                guest.outbox.close()
        if seated and not table.paused and not table.world.controls.turn_based and all(each.away for each in seated):
            table.pause()
            self._changed = True
        if not self.guests and now - self.empty > self._limits.idle:
            self._stopping = True

    def _do(self, table: Table, guest: Guest, message: dict[str, Any]) -> None:
        """Do what a message asks for."""
        kind, now, person = message["t"], time.monotonic(), guest.at
        guest.heard, guest.ack = now, message.get("n", guest.ack)
        guest.away = kind == "do" and message["what"] == "blur"
        if kind == "say":
            self._talk(table, guest, message["text"])
        elif kind == "size":
            guest.size, self._changed = wanted_edge(message["width"], message["height"]), True
        elif kind == "view":
            if not person.seats:
                guest.player, self._changed = min(message["player"], table.world.players - 1), True
        elif kind == "sit":
            if table.sit(person, message["seat"]):
                guest.player, self._changed = message["seat"], True
            else:
                self._note(guest, "This seat is taken: choose another")
        elif kind == "do":
            self._deed(table, guest, message["what"], now)
        elif kind == "mouse":
            if isinstance(person.inputs, CameraInput):
                person.inputs.settings = Settings(message["sensitivity"], message["invert"])
        elif person.seats and kind != "hello":
            press(person, message, now)
        if person.note:
            self._note(guest, person.note)
            person.note = ""

    def _deed(self, table: Table, guest: Guest, what: str, now: float) -> None:
        """A message "do". Those who watch may steer what agents play alone, and nothing else."""
        person, session = guest.at, table.session
        if what == "ping":
            guest.outbox.tell({"t": "pong", "n": guest.ack})
            return
        self._changed = True
        if what == "blur":
            person.away()
        elif not person.seats and not session.watching:
            self._note(guest, "You are watching: take a free seat to play")
        elif what == "stand":
            table.stand(person)
        elif what == "undo":
            if "undo" not in person.commands.table or not table.desk.undo():
                self._note(guest, "Nothing is left to be taken back")
        else:
            {
                "restart": table.again,
                "next": table.onward,
                "previous": lambda: table.onward(-1),
                "pause": table.pause,
                "play": lambda: table.play(now),
                "slower": lambda: table.desk.faster(-1) if session.watching else None,
                "faster": lambda: table.desk.faster(1) if session.watching else None,
                "step": lambda: table.desk.step_once() if session.watching else None,
            }[what]()

    def _talk(self, table: Table, guest: Guest, text: str) -> None:
        """A line of chat: for the people here, and for the players of the world where it can be said there."""
        line = clean(text, LINE)
        if line:
            self._say(guest.name, line)
            table.say(guest.at, line)

    def _say(self, name: str, line: str) -> None:
        message = {"t": "chat", "name": name, "text": line}
        self._chat.append(message)
        self._tell(message)

    def _note(self, guest: Guest, text: str) -> None:
        guest.outbox.tell({"t": "note", "text": text})

    def _tell(self, message: dict[str, Any]) -> None:
        for guest in list(self.guests.values()):
            guest.outbox.tell(message)

    def _rewards(self, before: tuple[float, ...], after: tuple[float, ...]) -> None:
        """Tell of rewards."""
        for guest in self.guests.values():
            gained = round(after[guest.player] - before[guest.player], 3)
            if gained:
                guest.outbox.tell({"t": "reward", "value": gained})

    def _acknowledge(self) -> None:
        """Tell of the episodes that are on the disk."""
        if self._recorder is not None and self._recorder.count != self.saved:
            self.saved = self._recorder.count
            self._tell({"t": "saved", "count": self.saved})

    def _show(self, table: Table, now: float) -> None:
        """Send what is new to everybody."""
        guests = list(self.guests.values())
        ids = {guest.at: guest.id for guest in guests}
        people: dict[str, Any] = {
            "t": "people",
            "ids": [ids.get(table.desk.person_of(seat)) for seat in range(table.world.players)],  # type: ignore[arg-type]
            "watch": [guest.name for guest in guests if not guest.at.seats],
        }
        for guest in guests:
            seat = table.seat_of(guest.at)
            for message in (people | {"seat": seat}, hud(table, guest.at, guest.player, now)):
                kind = str(message["t"])
                if guest.told.get(kind) != message:
                    guest.told[kind] = message
                    guest.outbox.state(message)
        if guests:
            self._draw(table, guests)

    def _draw(self, table: Table, guests: list[Guest]) -> None:
        """Send the pictures, each drawn and encoded once for all who see it."""
        seen = sorted({guest.player for guest in guests})
        tiles = isinstance(self.world.view, Tiles)
        width, height = (max(guest.size[side] for guest in guests) for side in range(2))
        if not tiles:
            most = CAMERA_EDGE if len(seen) == 1 else SHARED_EDGE
            width, height = min(width, most), min(height, most)
        views = table.session.views(*fitting(table, width, height))
        for player in seen:
            self._streams.setdefault(player, Stream(tiles)).show(views[player])
        for guest in guests:
            waits = guest.outbox.waits(guest.player)
            part = self._streams[guest.player].after(0 if waits else guest.known.get(guest.player, 0))
            if part is not None and (not waits or part.version != guest.known.get(guest.player)):
                self.dropped += waits
                guest.outbox.picture(guest.player, part.packed(guest.player, guest.ack))
                guest.known[guest.player] = part.version


def press(person: Person, message: dict[str, Any], now: float) -> None:
    """Hand a checked message that belongs to the world to the person at the desk; see protocol.py."""
    kind, made = message["t"], person.inputs
    if kind == "key":
        change = person.press if message["down"] else person.release
        change(KEYS[CODES[message["code"]]], now)
    elif kind == "look":
        person.caught = made.looks
        person.look((message["x"], message["y"]))
    elif kind == "point":
        person.pointer(person.seats[0], (message["x"], message["y"]))
    elif kind == "button" and message["down"]:
        person.caught = made.looks
        person.button_down(BUTTONS[message["button"]], now, (person.seats[0], (message["x"], message["y"])))
    elif kind == "button":
        person.button_up(BUTTONS[message["button"]])
    elif kind == "wheel":
        person.wheel(message["notches"])
    elif kind == "pad" and isinstance(made, CameraInput):
        (walk, look), pressed = ((tuple(map(float, message[name]))) for name in ("walk", "look")), message["pressed"]
        grip = Grip(walk, look, tuple(pressed))  # type: ignore[arg-type]
        made.pads = [lambda: grip]
