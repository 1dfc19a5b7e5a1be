"""What tests of play share: a room, tasks in it, and people who press keys at a window, in this process or another."""

import contextlib
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pygame

from rumpus.agents.human.camera import input_of
from rumpus.agents.human.session import Session
from rumpus.agents.human.window import Window
from rumpus.interface.keys import KEY
from rumpus.tasks.compile import table
from rumpus.tasks.goals import Task
from rumpus.worlds.engine.world import World
from rumpus.worlds.sokoban import SOKOBAN
from rumpus.worlds.sokoban.state import BOX, LEVEL, TARGET, WALL

REAL_TIME = SOKOBAN.variant("sokoban-clock", "Sokoban against the clock.", turn_based=False, tick_hz=20)
PATIENCE = 60
"""Seconds that a person waits for what is to be seen, on a machine that does much else."""
ROOM = """
#######
#@  & #
# $.  #
#     #
#######
"""
"""Down and right is the way to push the box home."""


def room() -> np.ndarray:
    """The room above as a bank of one level; & is where the second player stands."""
    level = np.zeros(1, LEVEL)
    lines = [line for line in ROOM.splitlines() if line]
    level["height"], level["width"] = len(lines), len(lines[0])
    for y, line in enumerate(lines):
        for x, letter in enumerate(line):
            level["cells"][0, y, x] = {"#": WALL, "$": BOX, ".": TARGET}.get(letter, 0)
            if letter in "@&":
                player = "@&".index(letter)
                level["y"][0, player], level["x"][0, player] = y, x
    return level


def other_room() -> np.ndarray:
    """The same room, in which the first player stands one cell to the right."""
    level = room()
    level["x"][0, 0] += 1
    return level


KNOBS = {"height": 5, "width": 7, "boxes": 1}


def session(world: World = SOKOBAN, **options: Any) -> Session:
    return Session(world, seed=3, levels=room(), knobs=KNOBS, **options)


HOME = {"a": {"kind": "box"}, "relation": "on", "b": {"kind": "target"}}
"""A box on a target, which wants the steps down and right of the first player."""


def tasks_of(world: World, *tasks: dict[str, Any], limit: int = 9) -> dict[str, Any]:
    """Tasks in the room above, as play and Session take them. Each is {"goals": one for each player, …}."""
    text = ROOM.replace("&", " ") if world.players == 1 else ROOM
    made = []
    for number, each in enumerate(tasks):
        players = [
            {"goal": goal, "instruction": f"task {number} for {seat}", "acts": seat not in each.get("tied", ())}
            for seat, goal in enumerate(each["goals"])
        ]
        more = {name: value for name, value in each.items() if name not in ("goals", "tied")}
        start = {"level": text.lstrip(), "knobs": KNOBS, "seed": number}
        data = {"rumpus_task": 1, "id": f"t:{number}", "world": world.name, "start": start, "limit": limit, **more}
        made.append(Task.model_validate(data | {"players": players}))
    return {"tasks": table(made, world), "ids": [task.id for task in made]}


def goal(*stages: dict[str, Any], hold: int = 0) -> dict[str, Any]:
    return {"stages": [{"all": [clause], "hold": hold} for clause in stages]}


FIRST_OF_TWO = goal({"a": {"kind": "player", "who": "you"}, "relation": "touching", "b": {"kind": "box"}}, HOME)


def play(game: Session, letters: str) -> None:
    """Press keys one after the other."""
    hands = input_of(game.world)
    for letter in letters:
        hands.press(KEY[letter], 0.0)
        while (actions := hands.take(0.0, game.cursors)) is not None:
            game.act(actions)
        hands.clear()


class Person(threading.Thread):
    """Does things at a window one after the other, each once the window has come to show the last: `until` waits.
    `error` is the exception that ended the script, if one did."""

    def __init__(self, window, script):
        super().__init__(daemon=True)
        self.window, self.script = window, script
        self.error: Exception | None = None

    def run(self):
        try:
            self.script(self)
        except Exception as error:
            self.error = error
        finally:
            with contextlib.suppress(pygame.error):  # the window may be gone already
                pygame.event.post(pygame.event.Event(pygame.QUIT))

    def press(self, key, mod=0, hold=0.0):
        for kind in (pygame.KEYDOWN, pygame.KEYUP):
            pygame.event.post(pygame.event.Event(kind, key=key, mod=mod, scancode=0))
            time.sleep(hold if kind == pygame.KEYDOWN else 0)

    def until(self, seen, what):
        stop = time.monotonic() + PATIENCE
        while not seen():
            assert self.window.open, f"{what}: the window has closed"
            assert time.monotonic() < stop, what
            time.sleep(0.005)


def at_window(game: Session, out: Path, script: Callable[[Person], None], size: tuple[int, int] = (700, 600)) -> Window:
    window = Window(game, size, out)
    pygame.event.clear()  # a new window's events may come early or late: nothing may depend on them
    person = Person(window, script)
    person.start()
    window.run()
    person.join()
    if person.error:
        raise person.error
    return window


SCRIPT = """
import json, sys
from rumpus.agents.human import play
from rumpus.tests.people import HOME, KNOBS, goal, room, tasks_of
from rumpus.worlds.sokoban import DUO
if sys.argv[2] == "tasks":
    what = tasks_of(DUO, {"goals": [goal(HOME), goal(HOME, hold=3)]}, {"goals": [goal(HOME)] * 2})
else:
    what = {"levels": room(), "knobs": KNOBS}
world = DUO
if sys.argv[2] == "agent":
    from rumpus.agents.human.agent import beside
    from rumpus.worlds.sokoban import SOKOBAN as world
    what |= {"agents": beside("expert", world)[0]}
    what["agents"][0].hand([])  # the person begins
if sys.argv[2] == "ask":
    from rumpus.agents.human.agent import named
    from rumpus.agents.human.asking import Asking
    from rumpus.worlds.sokoban import SOKOBAN as world
    agent = named("expert", world)[0]
    agent.hand([0])
    what |= {"agents": [agent], "seats": (), "asking": Asking(sys.argv[1], "Ada")}
if sys.argv[2] == "hall":
    from rumpus.tests.tiny_hall import HALL as world
    what = {}
played = play(world, seed=3, **what, window=(900, 600), out=sys.argv[1])
print(json.dumps({"episodes": [vars(e) for e in played.episodes], "saved": [p.name for p in played.saved]}))
"""


def do(*words: str) -> str:
    """What xdotool says to these words."""
    return subprocess.run(["xdotool", *words], check=True, capture_output=True, text=True, timeout=300).stdout


def ready(title: str) -> bool:
    """Whether a window of this title plays: it has another name until it has got its own, and ends in … while worlds
    are compiled, when keys are not read."""
    return title.startswith("Rumpus") and "…" not in title


@contextlib.contextmanager
def real_window(out: Path, what: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Another process that plays what the script makes of `what`, and the number of its window, which has the focus."""
    command = [sys.executable, "-c", SCRIPT, str(out), what]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        window = do("search", "--sync", "--onlyvisible", "--class", "rumpus").split()[0]
        while not ready(do("getwindowname", window)):
            time.sleep(0.1)
        do("windowfocus", "--sync", window)
        time.sleep(0.3)
        yield process, window
    finally:
        process.kill()


def press(person, *keys):
    """A person at a desk presses these keys, one after the other."""
    for key in keys:
        person.press(key, 0.0)
        person.desk.advance(0.0)
        person.release(key, 0.0)
