"""A room: one session, played and watched by people at their pages. It has a thread and a clock of its own, so that
nothing that happens in it, not even a world that raises an error or takes for ever, stops another room."""

from __future__ import annotations

import json
import math
import sys
import time
import traceback
from collections import deque
from collections.abc import Callable
from threading import Condition, Thread
from typing import Any

from ...episodes.recorder import Recorder
from ...episodes.store import Store
from ...interface.keys import BUTTONS, KEYS
from ...worlds.engine.run.batch import Batch
from ...worlds.engine.world import World
from ..human.camera import CameraInput, Grip
from ..human.person import Person
from ..human.session import Session
from ..human.settings import Settings
from ..human.slots import Slots
from .choices import choose
from .drawing import Painter
from .limits import LINE, NAME, Counts, Limits
from .protocol import CODES, clean, wanted_edge
from .shown import card, chart, goal, hud
from .table import Table
from .visitor import Visitor

CHAT = 100
"""Lines of a room's chat that are kept."""
NAP = 0.5
"""Seconds between two looks at whether people are still there, at most."""


class Room:
    """A room. id: its place in addresses; opened(record): makes the session, in the room's own thread, since a world's
    first use may compile for a minute; store: where its episodes go, None for nowhere; asked: an instruction in free
    text to be shown and stored; left(room): called at its end; slots(session): of whoever has been here longest.

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
        asked: str = "",
        left: Callable[[Room], None] = lambda room: None,
        slots: Callable[[Session], Slots | None] = lambda session: None,
    ):
        self.id, self.world, self.store, self.asked = id, world, store, asked
        self.phase, self.why, self.ticks, self.saved, self.dropped = "opening", "", 0, 0, 0
        self.beat = self.empty = time.monotonic()
        self.visitors: dict[int, Visitor] = {}
        self._opened, self._limits, self._counts, self._left = opened, limits, counts, left
        self._slots = slots
        self._inbox: deque[tuple[Visitor, dict[str, Any] | None]] = deque()
        self._comes: deque[Visitor] = deque()
        self._wakes = Condition()
        self._stopping = False
        self._recorder: Recorder | None = None
        self._table: Table | None = None
        self._painter: Painter | None = None
        self._chat: deque[dict[str, Any]] = deque(maxlen=CHAT)
        self._talked: list[tuple[int, str, str]] = []
        self._begun = 0
        self._changed = True
        self._thread = Thread(target=self._run, name=f"room {id}", daemon=True)

    def start(self) -> None:
        """Open the room."""
        self._thread.start()

    # For the event loop: nothing here waits.

    def join(self, visitor: Visitor) -> bool:
        """Somebody comes in; False if no more may."""
        with self._wakes:
            if self._stopping or len(self.visitors) + len(self._comes) >= self._limits.people:
                return False
            self._comes.append(visitor)
            self._wakes.notify()
        return True

    def leave(self, visitor: Visitor) -> None:
        """Somebody has gone."""
        with self._wakes:
            self._inbox.append((visitor, None))
            self._wakes.notify()

    def put(self, visitor: Visitor, message: dict[str, Any]) -> bool:
        """A checked message of somebody; False if too many wait."""
        with self._wakes:
            if len(self._inbox) >= self._limits.inbox:
                return False
            self._inbox.append((visitor, message))
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
        """The facts of it, for lists."""
        return {
            "id": self.id,
            "world": self.world.name,
            "phase": self.phase,
            "why": self.why,
            "people": len(self.visitors),
            "names": [visitor.name for visitor in list(self.visitors.values())],
            "players": self.world.players,
            "ticks": self.ticks,
            "saved": self.saved,
            "dropped": self.dropped,
            "silent": round(time.monotonic() - self.beat, 1),
        }

    # For the room's own thread.

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
        self._table.desk.slots = self._slots(session)
        self._painter = Painter(self._table)
        self.phase, self.empty = "open", time.monotonic()

    def _record(self, batch: Batch) -> Recorder:
        assert self.store is not None
        self._recorder = Recorder(batch, self.store, played_by="person", source="rumpus serve", latency=True, every=0.0)
        self._recorder.extra |= {"asked": self.asked} if self.asked else {}
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
        for visitor in comes:
            if self.phase == "broken":
                visitor.outbox.tell({"t": "broken", "text": f"This room has stopped: {self.why}"})
        for visitor in [*self.visitors.values(), *comes]:
            if self.phase == "closed":
                visitor.outbox.tell({"t": "closed", "text": "This room is closed"})
            visitor.outbox.close()
        self._table = None
        self._left(self)

    def _turn(self) -> None:
        """Wait for what comes or is due, and do it."""
        table, painter = self._table, self._painter
        assert table is not None and painter is not None
        now = time.monotonic()
        due = min(table.due(now), painter.due()) if self.visitors else math.inf
        for visitor, message in self._heard(min(due - now, NAP)):
            if message is None:
                self._goes(table, visitor)
            elif visitor.id in self.visitors:
                self._do(table, visitor, message)
        now = self.beat = time.monotonic()
        self._check(table, now)
        self._forget_talk(table)
        if self.visitors:
            before, steps = table.session.returns, table.session.steps
            if table.advance(now):
                self._changed = True
                if table.session.steps > steps:
                    self.ticks += table.session.steps - steps
                    self._rewards(before, table.session.returns)
            self._acknowledge()
        if self._changed:
            self._changed = False
            self._show(table, painter, now)
        elif now >= painter.due():
            painter.draw_between(list(self.visitors.values()), now)

    def _heard(self, most: float) -> list[tuple[Visitor, dict[str, Any] | None]]:
        """The messages that have come, after a wait of `most` seconds if there are none. Visitors come in at once."""
        with self._wakes:
            if most > 0 and not (self._inbox or self._comes or self._stopping):
                self._wakes.wait(most)
            found = list(self._inbox)
            self._inbox.clear()
            comes = list(self._comes)
            for visitor in comes:
                self.visitors[visitor.id] = visitor
            self._comes.clear()
        for visitor in comes:
            self._comes_in(visitor)
        return found

    def _comes_in(self, visitor: Visitor) -> None:
        table = self._table
        assert table is not None
        visitor.heard = time.monotonic()
        visitor.name = clean(visitor.name, NAME) or f"Guest {visitor.id}"
        person = visitor.person = table.join(visitor.name)
        visitor.outbox.tell(
            {"t": "welcome", "you": visitor.id, "name": visitor.name, "room": self.id, **card(table, person)}
        )
        for line in self._chat:
            visitor.outbox.tell(line)
        alone = table.world.players == 1 and table.session.agents
        wishes = [visitor.wish] if visitor.wish is not None else [] if alone else range(table.world.players)
        for seat in wishes:
            if table.sit(person, seat):
                visitor.player = seat
                break
        table.advance(visitor.heard)
        self._changed = True

    def _goes(self, table: Table, visitor: Visitor) -> None:
        if self.visitors.pop(visitor.id, None) is not None:
            table.leave(visitor.at)
            self._say("", f"{visitor.name} has left")
            self.empty = time.monotonic()
            self._changed = True

    def _check(self, table: Table, now: float) -> None:
        """Let go of the keys of those who are silent, pause where nobody looks, and close where nobody is."""
        seated = [visitor for visitor in self.visitors.values() if visitor.at.seats]
        for visitor in seated:
            if now - visitor.heard > self._limits.quiet and not visitor.away:
                visitor.away = True
                visitor.at.rest()
        for visitor in self.visitors.values():
            if visitor.outbox.full and not visitor.outbox.closed:
                self._counts.add("connections that do not read")
                visitor.outbox.close()
        if seated and table.runs and all(each.away for each in seated):
            table.pause()
            self._changed = True
        if not self.visitors and now - self.empty > self._limits.idle:
            self._stopping = True

    def _do(self, table: Table, visitor: Visitor, message: dict[str, Any]) -> None:
        """Do what a message asks for."""
        kind, now, person = message["t"], time.monotonic(), visitor.at
        visitor.heard, visitor.ack = now, message.get("n", visitor.ack)
        if kind != "do" or message["what"] not in ("blur", "ping"):
            visitor.away = False
        if kind == "say":
            self._talk(table, visitor, message["text"])
        elif kind == "size":
            visitor.size, self._changed = wanted_edge(message["width"], message["height"]), True
        elif kind == "view":
            if not person.seats:
                visitor.player, self._changed = min(message["player"], table.world.players - 1), True
        elif kind == "sit":
            if table.sit(person, message["seat"]):
                visitor.player, self._changed = message["seat"], True
            else:
                self._note(visitor, "This seat is taken: choose another")
        elif kind in ("list", "slots", "go", "save", "load"):
            told, news = choose(table, visitor.at, message, first=visitor.id == min(self.visitors))
            self._changed |= message["t"] in ("go", "load")
            if told:
                visitor.outbox.tell(told)
            if news:
                self._note(visitor, news)
        elif kind == "colours":
            visitor.marked, self._changed = message["marked"], True
            visitor.known.clear()
        elif kind == "map":
            self._turn_map(table, visitor, message["open"])
        elif kind == "smooth":
            visitor.smooth, self._changed = message["on"], True
        elif kind == "do":
            self._deed(table, visitor, message["what"], now)
        elif kind == "mouse":
            if isinstance(person.inputs, CameraInput):
                person.inputs.settings = Settings(message["sensitivity"], message["invert"])
        elif person.seats and kind != "hello":
            press(person, message, now)
        if person.note:
            self._note(visitor, person.note)
            person.note = ""

    def _turn_map(self, table: Table, visitor: Visitor, opens: bool) -> None:
        """Show somebody the map, or not."""
        visitor.map, self._changed = opens, True
        visitor.told.pop("map", None)
        if opens and not may_see_map(table, visitor.at):
            self._note(visitor, "There is no map while others play" if table.desk.rays else "There is no map here")

    def _deed(self, table: Table, visitor: Visitor, what: str, now: float) -> None:
        """A message "do". Those who watch may steer what agents play alone, and nothing else."""
        person, session = visitor.at, table.session
        if what == "ping":
            visitor.outbox.tell({"t": "pong", "n": visitor.ack})
            return
        self._changed = True
        if what == "blur":
            visitor.away = True
            person.away()
        elif not person.seats and not session.watching:
            self._note(visitor, "You are watching: take a free seat to play")
        elif what == "stand":
            table.stand(person)
        elif what == "undo":
            if "undo" not in person.commands.table or not table.desk.undo():
                self._note(visitor, "Nothing is left to be taken back")
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

    def _talk(self, table: Table, visitor: Visitor, text: str) -> None:
        """A line of chat: for the people here, and for the players of the world where it can be said there."""
        line = clean(text, LINE)
        if line:
            self._say(visitor.name, line)
            self._note_talk(table, visitor.name, line)
            table.say(visitor.at, line)

    def _note_talk(self, table: Table, name: str, line: str) -> None:
        """Store what people say with the episode, in `talk` of its extra: [step, name, line] of each line as JSON."""
        self._forget_talk(table)
        now = table.session.steps
        kept = [said for said in self._talked if said[0] <= now]  # steps may have been taken back
        self._talked = [*kept[1 - CHAT :], (now, name, line)]
        if self._recorder is not None:
            self._recorder.extra["talk"] = json.dumps(self._talked)

    def _forget_talk(self, table: Table) -> None:
        """Another episode has begun: its talk is its own."""
        if self._begun != table.begun:
            self._begun, self._talked = table.begun, []
            if self._recorder is not None:
                self._recorder.extra.pop("talk", None)

    def _say(self, name: str, line: str) -> None:
        message = {"t": "chat", "name": name, "text": line}
        self._chat.append(message)
        self._tell(message)

    def _note(self, visitor: Visitor, text: str) -> None:
        visitor.outbox.tell({"t": "note", "text": text})

    def _tell(self, message: dict[str, Any]) -> None:
        for visitor in list(self.visitors.values()):
            visitor.outbox.tell(message)

    def _rewards(self, before: tuple[float, ...], after: tuple[float, ...]) -> None:
        """Tell of rewards."""
        for visitor in self.visitors.values():
            gain = round(after[visitor.player] - before[visitor.player], 3)
            if gain:
                visitor.outbox.tell({"t": "reward", "value": gain})

    def _acknowledge(self) -> None:
        """Tell of the episodes that are on the disk."""
        if self._recorder is not None and self._recorder.count != self.saved:
            self.saved = self._recorder.count
            self._tell({"t": "saved", "count": self.saved})

    def _show(self, table: Table, painter: Painter, now: float) -> None:
        """Send what is new to everybody."""
        visitors = list(self.visitors.values())
        ids = {visitor.at: visitor.id for visitor in visitors}
        people: dict[str, Any] = {
            "t": "people",
            "ids": [ids.get(table.desk.person_of(seat)) for seat in range(table.world.players)],  # type: ignore[arg-type]
            "watch": [visitor.name for visitor in visitors if not visitor.at.seats],
        }
        for visitor in visitors:
            seat = table.seat_of(visitor.at)
            told = [people | {"seat": seat}, hud(table, visitor.at, visitor.player, now, self.asked)]
            told += self._goal(table, visitor)
            if visitor.map and may_see_map(table, visitor.at):
                told.append({"t": "map", **chart(table.session.batch.scenes(whole=True)[visitor.player])})
            for message in told:
                kind = str(message["t"])
                if visitor.told.get(kind) != message:
                    visitor.told[kind] = message
                    visitor.outbox.state(message)
        if visitors:
            painter.draw(visitors, now)
            self.dropped = painter.dropped

    def _goal(self, table: Table, visitor: Visitor) -> list[dict[str, Any]]:
        """The picture of the goal, where a visitor does not know it yet."""
        pictures = table.session.batch.table.pictures
        shown = pictures.get((int(table.session.batch.states["task"][0]), visitor.player))
        if visitor.told.get("its goal") == shown:
            return []
        visitor.told["its goal"] = shown
        return [goal(table, visitor.player)]


def may_see_map(table: Table, person: Person) -> bool:
    """Whether somebody may see the map: nobody in the world has one, so that it shows what others hide."""
    others = (each for each in table.desk.people if each is not person and each.seats)
    return "map" in person.commands.table and not any(others)


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
