"""The house of a server: its worlds, its rooms, and who may open one. The event loop asks it; it never waits."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Any

from ...episodes.episode import Player
from ...episodes.moments import load as tasks_in
from ...episodes.store import Store
from ...tasks.compile import table
from ...worlds.engine.render.views import Tiles
from ...worlds.engine.tools.warm import seconds
from ...worlds.engine.world import World
from .. import shipped
from ..human.agent import Agent
from ..human.session import Session
from ..human.slots import Slots
from ..measuring.benchmark import TASKS
from ..policies import NAMES, player
from .annotation import Annotation
from .limits import Counts, Limits, resident
from .pictures import settle
from .room import Room

SEEDS = 1 << 32
NOBODY = "nobody"
"""The name for no agent."""


class HouseError(ValueError):
    """A refusal, in a sentence for the person who asked. status: of HTTP."""

    def __init__(self, text: str, status: int = 400):
        super().__init__(text)
        self.status = status


class House:
    """Worlds by name, and rooms. record: the store of all episodes, None for none; levels: a file of levels of the one
    world that is served; tasks: files of tasks besides the benchmark's; annotation: of invited people, whose store is
    `record`; slots: the folder of save slots, None for slots that last as long as their room."""

    def __init__(
        self,
        worlds: Iterable[World],
        *,
        limits: Limits | None = None,
        record: str | Path | None = None,
        levels: Path | None = None,
        tasks: Sequence[Path] = (),
        annotation: Annotation | None = None,
        slots: Path | None = None,
    ):
        settle()
        self.worlds: dict[str, World] = {world.name: world for world in worlds}
        self.limits, self.counts = limits or Limits(), Counts()
        self.record = None if record is None else Path(record)
        if self.record is not None:
            Store(self.record, create=True)
        self.levels, self.annotation, self.slots = levels, annotation, slots
        self.rooms: dict[str, Room] = {}
        self.began = time.time()
        self._lock = Lock()
        self._lists = _lists([*sorted(TASKS.glob("*.jsonl")), *tasks])
        self._agents = {name: _agents(world) for name, world in self.worlds.items()}

    def cards(self) -> list[dict[str, Any]]:
        """The facts that a gallery shows of each world."""
        return [
            {
                "name": world.name,
                "summary": world.summary,
                "family": world.rules.reset.__module__.split(".")[-2].replace("_", " "),
                "players": world.players,
                "turnBased": world.controls.turn_based,
                "view": "from above" if isinstance(world.view, Tiles) else "first person",
                "goals": world.rules.things is not None,
                "ready": seconds(world),
                "agents": self._agents[world.name],
                "lists": sorted(self._lists.get(world.name, {})),
                "splits": list(world.knobs.splits),
                "version": world.version,
            }
            for world in self.worlds.values()
        ]

    def open(self, asked: Mapping[str, Any]) -> Room:
        """A new room: {world, seed?, split?, agent?, list?, errand?}. Raises HouseError."""
        world = self._world(asked)
        errand = asked.get("errand")
        known = self.annotation.errands if self.annotation is not None else {}
        if errand is not None and not (isinstance(errand, str) and errand in known):
            raise HouseError("there is no such errand here", 404)
        seed, split = asked.get("seed"), asked.get("split", "train")
        agent, listed = asked.get("agent"), asked.get("list")
        if unknown := sorted(asked.keys() - {"world", "seed", "split", "agent", "list", "errand"}):
            raise HouseError(
                f"a room has no {', '.join(map(repr, unknown))[:99]}: world, seed, split, agent, list are known"
            )
        if seed is not None and not (type(seed) is int and 0 <= seed < SEEDS):
            raise HouseError(f"a seed is a whole number from 0 to {SEEDS - 1}")
        if split not in world.knobs.splits:
            raise HouseError(f"the splits of {world.name} are {', '.join(world.knobs.splits)}")
        if agent is None:
            agent = "expert" if world.players > 1 and world.expert is not None else NOBODY
        if agent not in (NOBODY, *self._agents[world.name]):
            raise HouseError(f"the agents of {world.name} are {', '.join((NOBODY, *self._agents[world.name]))}")
        if listed is not None and listed not in self._lists.get(world.name, {}):
            raise HouseError(f"there is no such list of tasks of {world.name}")
        path = None if listed is None else self._lists[world.name][listed]
        options = {"seed": seed, "split": split}
        with self._lock:
            if len(self.rooms) >= self.limits.rooms:
                self.counts.add("rooms refused")
                raise HouseError(f"{self.limits.rooms} rooms are open, which is the limit: join one of them", 503)
            if resident() > self.limits.memory:
                self.counts.add("rooms refused")
                raise HouseError("the server has no memory for another room now: join one, or try again later", 503)
            room = Room(
                secrets.token_urlsafe(6),
                world,
                lambda record: self._session(world, options, agent, path, record),
                limits=self.limits,
                counts=self.counts,
                store=None if self.record is None else Store(self.record),
                asked=known[errand].text if errand is not None else "",
                left=self._left,
                slots=self._slots,
            )
            self.rooms[room.id] = room
        room.start()
        return room

    def _world(self, asked: Mapping[str, Any]) -> World:
        name = asked.get("world")
        world = self.worlds.get(name) if isinstance(name, str) else None
        if world is None:
            raise HouseError("there is no such world here: choose one of the gallery", 404)
        return world

    def _session(self, world: World, options: dict[str, Any], agent: str, path: Path | None, record: Any) -> Session:
        """The session of a room, made in its thread."""
        more: dict[str, Any] = {}
        if path is not None:
            listed = tasks_in(path, world)[0]
            more = {"tasks": table(listed, world), "ids": [task.id for task in listed]}
        elif self.levels is not None:
            more = {"levels": self.levels}
        agents = []
        if agent != NOBODY:
            policy, trained = player(agent, world, seed=options["seed"] or 0)
            by = Player(agent) if agent in NAMES else Player("policy", agent)
            agents.append(Agent(policy, by, range(world.players), repeat=trained.pop("repeat", 1)))
            if path is None and self.levels is None and options["split"] == "train":
                more |= {name: value for name, value in trained.items() if value}
        return Session(world, **options, **more, record=record, agents=agents)

    def _slots(self, session: Session) -> Slots | None:
        """The save slots of a room: none where invited people are annotated, whose episodes are whole."""
        return None if self.annotation is not None else Slots(self.slots, session.world.name, session.listed)

    def _left(self, room: Room) -> None:
        with self._lock:
            if room.phase != "broken":
                self.rooms.pop(room.id, None)
            else:  # it is told of for a while, but takes no place of others
                broken = [each for each in self.rooms.values() if each.phase == "broken"]
                for old in broken[:-4]:
                    self.rooms.pop(old.id, None)

    def status(self) -> dict[str, Any]:
        """Rooms, counts of what was refused, memory in bytes, the age of the house and the processor's time so far, in
        seconds."""
        return {
            "rooms": [room.status() for room in list(self.rooms.values())],
            "refused": self.counts.all(),
            "memory": resident(),
            "seconds": round(time.time() - self.began),
            "cpu": round(time.process_time(), 3),
            "recording": self.record is not None,
        }

    def close(self, most: float = 10.0) -> None:
        """Close all rooms: what was played in them is stored."""
        rooms = list(self.rooms.values())
        for room in rooms:
            room.stop()
        until = time.monotonic() + most
        for room in rooms:
            room.wait(max(until - time.monotonic(), 0.1))


def _agents(world: World) -> list[str]:
    """The agents that play a world: the expert, the random policy, and shipped ones that were trained there."""
    found = ["expert"] if world.expert is not None else []
    if find_spec("torch") is not None:
        for name in shipped.names():
            if any(score.world == world.name for score in shipped.card(name).scores):
                found.append(name)
    return [*found, "random"]


def _lists(paths: Iterable[Path]) -> dict[str, dict[str, Path]]:
    """Files of tasks by world and name, by the world of their first line. Raises ValueError for a file of none."""
    found: dict[str, dict[str, Path]] = {}
    for path in paths:
        with path.open(encoding="utf-8") as file:
            first = file.readline()
        try:
            world = json.loads(first)["world"]
        except (ValueError, KeyError, TypeError):
            raise ValueError(f"{path} is no file of tasks: its first line names no world") from None
        found.setdefault(str(world), {})[path.stem] = path
    return found
