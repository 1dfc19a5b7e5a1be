"""People at the window: hands, undo, clips, and whole plays with events of pygame and of a real (virtual) display."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import imageio.v3 as imageio
import numpy as np
import pygame
import pytest

from rumpus.agents.clip import rested, write_clip
from rumpus.agents.human import clip, keyboard, panel
from rumpus.agents.human.controls import Controls, hands_rows
from rumpus.agents.human.hands import DELAY, INTERVAL, TickHands, TurnHands, hands_of
from rumpus.agents.human.layout import arrange
from rumpus.agents.human.overlays import verdict
from rumpus.agents.human.session import Session
from rumpus.agents.human.window import Window
from rumpus.interface.action import MOUSE_ONE, Move
from rumpus.interface.keys import KEY, KEYS
from rumpus.interface.text import decode
from rumpus.interface.viewer import NoDisplayError, open_display
from rumpus.tasks.compile import table
from rumpus.tasks.goals import Task
from rumpus.worlds.engine.replay import checksum
from rumpus.worlds.engine.world import World
from rumpus.worlds.sokoban import DUO, SOKOBAN
from rumpus.worlds.sokoban.state import BOX, LEVEL, TARGET, WALL

REAL_TIME = SOKOBAN.variant("sokoban-clock", "Sokoban against the clock.", turn_based=False, tick_hz=20)
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
    hands = hands_of(game.world)
    for letter in letters:
        hands.press(KEY[letter], 0.0)
        while (actions := hands.take(0.0, game.cursors)) is not None:
            game.act(actions)
        hands.clear()


def test_every_key_of_the_door_is_a_key_of_pygame_and_back():
    assert len(set(keyboard.PYGAME_KEYS)) == len(KEYS)
    for index, key in enumerate(keyboard.PYGAME_KEYS):
        assert keyboard.key_of(SimpleNamespace(key=key, scancode=0)) == index
    by_place = {keyboard.key_of(SimpleNamespace(key=-1, scancode=code)) for code in range(512)} - {None}
    assert by_place == set(range(len(KEYS)))
    assert keyboard.key_of(SimpleNamespace(key=pygame.K_F13, scancode=pygame.KSCAN_F13)) is None


def test_a_held_key_repeats_and_nothing_happens_without_one():
    hands = TurnHands(SOKOBAN)
    still = np.zeros((1, 2), np.int32)
    assert hands.take(0.0, still) is None
    assert hands.due() is None
    hands.press(KEY["d"], 10.0)
    hands.press(KEY["q"], 10.0)  # no key of this world
    times = []
    for now in np.arange(10.0, 11.0, 0.01):
        while (actions := hands.take(now, still)) is not None:
            assert actions[0]["keys"].sum() == actions[0]["keys"][KEY["d"]] == 1
            times.append(now)
    assert times[0] == 10.0
    assert times[1] == pytest.approx(10 + DELAY, abs=0.011)
    assert abs(len(times) - (2 + (0.99 - DELAY) / INTERVAL)) <= 1
    hands.press(KEY["w"], 11.0)  # the last one pressed acts alone
    assert hands.take(11.0, still)[0]["keys"].nonzero()[0].tolist() == [KEY["w"]]
    hands.release(KEY["w"], 11.1)
    assert hands.due() == 11.1 + DELAY
    hands.release(KEY["d"], 11.1)
    assert hands.due() is None


def test_a_click_is_one_step_and_a_far_one_in_a_wide_picture_moves_first():
    hands = TurnHands(SOKOBAN)
    hands.button_down(2, 0, (5, 5))  # the right button means nothing here
    assert hands.take(0.0, np.zeros((1, 2), np.int32)) is None
    target = (2 * MOUSE_ONE + 7, 100)
    hands.button_down(0, 0, target)
    cursor, pressed = np.zeros((1, 2), np.int32), []
    while (actions := hands.take(0.0, cursor)) is not None:
        assert np.abs(actions[0]["mouse"]).max() <= MOUSE_ONE
        cursor[0] += actions[0]["mouse"]
        pressed.append(int(actions[0]["buttons"][0]))
    assert pressed == [0, 0, 1]
    assert tuple(cursor[0]) == target


def test_real_time_hands_tick_and_lose_no_tap():
    hands, still = TickHands(REAL_TIME), np.zeros((1, 2), np.int32)
    assert hands.take(0.0, still) is None  # the clock begins
    hands.press(KEY["a"], 0.01)
    hands.release(KEY["a"], 0.02)
    hands.press(KEY["d"], 0.03)
    hands.point(0, (MOUSE_ONE // 2, 9))
    first = hands.take(0.05, still)
    assert first[0]["keys"].nonzero()[0].tolist() == [KEY["a"], KEY["d"]]
    assert first[0]["mouse"].tolist() == [MOUSE_ONE // 2, 9]
    assert hands.take(0.06, still) is None
    assert hands.take(0.10, still)[0]["keys"].nonzero()[0].tolist() == [KEY["d"]]
    ticks = [now for now in np.arange(5.0, 6.0, 0.001) if hands.take(now, still) is not None]
    assert len(ticks) in (20, 21)  # four seconds were missed, and are not made up for
    looking = SOKOBAN.variant("look", "", turn_based=False, cursor=False, moves={"look": Move(mouse=(0.5, 0.0))})
    hands = TickHands(looking)
    hands.take(0.0, still)
    hands.look((MOUSE_ONE * 3 // 2, 5))
    assert hands.take(1.0, still)[0]["mouse"].tolist() == [MOUSE_ONE, 5]
    assert hands.take(2.0, still)[0]["mouse"].tolist() == [MOUSE_ONE // 2, 0]


def test_two_players_share_a_keyboard():
    hands = TurnHands(DUO)
    still = np.zeros((2, 2), np.int32)
    for key, player in (("w", 0), ("up", 1)):
        hands.press(KEY[key], 0.0)
        actions = hands.take(0.0, still)
        assert actions[player]["keys"][KEY[key]] == 1
        assert not actions[1 - player]["keys"].any()
    hands.say(1, "push the box")
    assert decode(hands.take(0.0, still)[1]["say"]) == "push the box"
    alone = TurnHands(DUO.variant("duo-letters", "", keys=("w", "s", "a", "d")))
    alone.current = 1
    alone.press(KEY["w"], 0.0)
    assert alone.take(0.0, still)[1]["keys"][KEY["w"]] == 1


def test_keys_of_the_world_come_before_keys_of_the_window():
    greedy = DUO.variant("greedy", "", keys=(*DUO.keys, "f5", "enter", "left ctrl", "z"))
    controls = Controls(greedy, hands_of(greedy))
    assert controls.find(KEY["f5"], False) is None
    assert controls.find(KEY["f5"], True) == "restart"
    assert controls.find(KEY["f6"], False) == "next"
    assert controls.find(KEY["z"], True) is None
    assert "Ctrl + Enter" in dict(controls.rows())
    plain = Controls(SOKOBAN, hands_of(SOKOBAN))
    assert plain.find(KEY["z"], True) == "undo"
    assert plain.find(KEY["z"], False) is None
    assert plain.find(KEY["enter"], False) is None
    assert not {"undo", "clip"} & set(Controls(SOKOBAN.variant("x", "", savable=False), hands_of(SOKOBAN)).table)
    assert ("W", "push up") in hands_rows(SOKOBAN, hands_of(SOKOBAN))


def test_points_in_the_window_are_points_in_the_picture():
    for size in ((800, 900), (1500, 700), (401, 333)):
        place = arrange(*size, 5, 7, 2)
        for player, view in enumerate(place.views):
            assert view.width * 5 == view.height * 7
            assert view.width % 7 == 0
            middle = (view.left + view.width * 13 // 14, view.top + view.height * 3 // 10)  # column 6, row 1
            found, (x, y) = place.at(middle)
            assert (found, x * 5 // MOUSE_ONE, y * 5 // MOUSE_ONE) == (player, 6, 1)
        assert place.at((0, 0)) is None
        assert not place.views[0].colliderect(place.views[1])
        assert not any(view.colliderect(place.panel) for view in place.views)
    assert arrange(20, 20, 5, 7, 2).views == ()
    assert arrange(9000, 9000, 5, 7, 1).views[0].width < 4096


def test_a_session_goes_back_again_and_on():
    game = session(limit=5)
    start = game.batch.save(0)
    play(game, "sd")
    assert (game.steps, game.result, game.over) == (2, "success", True)
    assert game.returns[0] == pytest.approx(-0.1 * 2 + 1 + 10)
    assert not game.act(hands_of(SOKOBAN).empty())
    assert game.undo() == 1
    assert (game.result, game.undone) == ("", 1)
    assert game.returns[0] == pytest.approx(-0.1)
    assert game.undo(9) == 1
    assert game.batch.save(0) == start
    assert game.undo() == 0
    play(game, "wwwww")
    assert game.result == "time up"
    game.restart()
    assert (game.batch.save(0), game.seed, game.undone) == (start, 3, 0)
    game.next()
    assert game.seed != 3
    play(game, "d")
    game.leave()
    assert [(episode.seed, episode.result) for episode in game.episodes] == [(3, "time up"), (game.seed, "left")]
    assert game.episodes[0].undone == 2


def test_a_session_plays_tasks_one_after_the_other():
    game = Session(SOKOBAN, seed=3, **tasks_of(SOKOBAN, {"goals": [FIRST_OF_TWO]}, {"goals": [goal(HOME)]}))
    start = checksum(game.batch, 0)
    assert (game.task, game.name, game.stages) == ("t:0", "sokoban-t-0", ((0, 2),))
    assert dict(panel.facts(game)) == {"task": "t:0", "stages": "0 of 2", "time left": "9 steps", "return": "0.00"}
    play(game, "s")
    assert dict(panel.facts(game))["stages"] == "1 of 2"
    play(game, "d")
    assert (game.result, game.returns, verdict(game)[0]) == ("success", (1.0,), "Success")
    game.restart()
    assert (game.task, game.stages, game.over, checksum(game.batch, 0) == start) == ("t:0", ((0, 2),), False, True)
    play(game, "wwwwwwww")
    assert dict(panel.facts(game))["time left"] == "1 step"
    play(game, "w")
    assert game.result == "time up"
    game.next()
    assert (game.task, game.instructions) == ("t:1", ("task 1 for 0",))
    play(game, "sd")
    game.next()
    assert (game.task, game.steps) == ("t:0", 0)
    game.next(-1)
    assert game.task == "t:1"
    assert [(e.task, e.result) for e in game.episodes] == [("t:0", "success"), ("t:0", "time up"), ("t:1", "success")]
    with pytest.raises(ValueError, match="the 1 tasks one by one; there are 2"):
        Session(SOKOBAN, **tasks_of(SOKOBAN, {"goals": [goal(HOME)]}) | {"ids": ["one", "two"]})


def test_a_session_says_how_it_ended_for_each():
    never = {"never": [HOME]}
    race, guard = {"goals": [goal(HOME), goal(HOME, hold=3)]}, {"goals": [goal(HOME), never]}
    game = Session(DUO, **tasks_of(DUO, race | {"ends": "first"}, race, guard, guard | {"ends": "first"}))
    for ends, over, title in (
        (("success", "too late"), True, "Player 1: success    Player 2: too late"),
        (("success", ""), False, None),
        (("success", "failed"), True, "Player 1: success    Player 2: failed"),
        (("success", "failed"), True, "Player 1: success    Player 2: failed"),
    ):
        play(game, "sd")
        assert (game.ends, game.over) == (ends, over)
        assert game.result == ("success" if over else "")
        assert not over or verdict(game)[0] == title
        game.undo()
        assert game.ends == ("", "")
        game.next()
    assert dict(panel.facts(game))["stages"] == "0 of 1"
    game.next(-1)
    assert dict(panel.facts(game))["stages"] == "0 of 1 and none"


def test_a_clip_shows_every_state_at_any_size(tmp_path):
    game = session(DUO)
    play(game, "sas")
    film = game.film()
    frames = list(film.frames(280))
    assert [frame.shape for frame in frames] == [(200, 280 * 2 + 8, 3)] * 4
    play(game, "w")  # the film is not touched by what comes after
    assert np.array_equal(list(film.frames(280))[-1], frames[-1])
    assert np.array_equal(frames[0][:, :280], session(DUO).views(200, 280)[0])
    gif = write_clip(tmp_path / "new" / "a.gif", film.frames(140), film.hz)
    assert len(imageio.imread(gif)) == 3  # a step against the wall shows the same, for longer
    mp4 = write_clip(tmp_path / "a.mp4", rested(film.frames(280), film.hz), film.hz)
    assert imageio.imread(mp4).shape == (4 + 8, 200, 568, 3)
    assert len(list(film.frames(280, every=3))) == 2
    assert clip.fresh_path(tmp_path, "b", ".gif") == tmp_path / "b-1.gif"


def test_a_clip_that_fails_leaves_nothing(tmp_path):
    def broken():
        yield np.zeros((20, 20, 3), np.uint8)
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_clip(tmp_path / "a.gif", broken(), 8)
    with pytest.raises(ValueError, match=r"\.mp4 or a \.gif"):
        write_clip(tmp_path / "a.avi", broken(), 8)
    assert list(tmp_path.iterdir()) == []


def test_without_a_screen_the_caller_is_told(monkeypatch):
    from rumpus.agents.human import play as open_and_play

    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    with pytest.raises(NoDisplayError, match="xvfb-run"):
        open_and_play(SOKOBAN)


class Person(threading.Thread):
    """Does things at a window one after the other, each once the window has come to show the last: `until` waits."""

    def __init__(self, window, script):
        super().__init__(daemon=True)
        self.window, self.script, self.missed = window, script, ""

    def run(self):
        try:
            self.script(self)
        except AssertionError as error:
            self.missed = str(error)
        finally:
            with contextlib.suppress(pygame.error):  # the window may be gone already
                pygame.event.post(pygame.event.Event(pygame.QUIT))

    def press(self, key, mod=0, hold=0.0):
        for kind in (pygame.KEYDOWN, pygame.KEYUP):
            pygame.event.post(pygame.event.Event(kind, key=key, mod=mod, scancode=0))
            time.sleep(hold if kind == pygame.KEYDOWN else 0)

    def until(self, seen, what):
        stop = time.monotonic() + 20
        while not seen():
            assert time.monotonic() < stop, what
            time.sleep(0.005)


@pytest.fixture
def dummy(monkeypatch):
    """pygame's video without a screen."""
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    yield open_display()
    pygame.display.quit()


def at_window(game: Session, out: Path, script: Callable[[Person], None], size: tuple[int, int] = (700, 600)) -> Window:
    window = Window(game, size, out)
    person = Person(window, script)
    person.start()
    window.run()
    person.join()
    assert person.missed == ""
    return window


def test_a_person_plays_turns(dummy, tmp_path):
    game = session()

    def script(person):
        window, mood = person.window, person.window.mood
        person.press(pygame.K_F1)
        person.until(lambda: mood.help, "help")
        person.press(pygame.K_s)  # closes the help and does nothing else
        person.until(lambda: not mood.help, "help closed")
        person.press(pygame.K_s)
        person.until(lambda: game.steps == 1, "one step")
        person.press(pygame.K_F7)
        person.press(pygame.K_d)
        person.until(lambda: mood.paused, "pause")
        person.press(pygame.K_F7)
        view = window.place.views[0]
        there = (view.left + view.width * 5 // 14, view.top + view.height * 5 // 10)  # the box, on the player's right
        pygame.event.post(pygame.event.Event(pygame.MOUSEMOTION, pos=there, rel=(9, 9), buttons=(0, 0, 0)))
        pygame.event.post(pygame.event.Event(pygame.MOUSEBUTTONDOWN, pos=there, button=1))
        person.until(lambda: game.result == "success", "pushed by a click")
        assert game.steps == 2
        person.press(pygame.K_F9, pygame.KMOD_SHIFT)
        person.press(pygame.K_F12)
        person.until(lambda: len(window.saved) == 2, "clip and screenshot")
        person.press(pygame.K_F8)
        person.press(pygame.K_z, pygame.KMOD_CTRL)
        person.until(lambda: game.undone == 2, "taken back twice")
        person.press(pygame.K_w, hold=1.0)
        person.until(lambda: game.steps > 5, "repeats")
        steps = game.steps
        time.sleep(0.3)
        assert game.steps == steps
        person.press(pygame.K_F6)
        person.until(lambda: game.seed != 3, "next level")
        person.press(pygame.K_w)
        person.until(lambda: game.steps == 1, "a step in it")
        person.press(pygame.K_ESCAPE)
        person.until(lambda: mood.leaving, "asks before leaving")
        person.press(pygame.K_ESCAPE)
        person.until(lambda: not window.open, "left")

    window = at_window(game, tmp_path, script)
    assert [episode.result for episode in game.episodes] == ["left", "left"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["sokoban-seed3-1.gif", "sokoban-seed3-1.png"]
    assert sorted(window.saved) == sorted(tmp_path.iterdir())


def test_two_people_play_and_talk(dummy, tmp_path):
    game = session(DUO)

    def script(person):
        person.press(pygame.K_LEFT)
        person.press(pygame.K_s)
        person.until(lambda: game.steps == 2, "both stepped")
        assert game.batch.states["x"][0].tolist() == [1, 3]
        assert game.batch.states["y"][0].tolist() == [2, 1]
        person.press(pygame.K_RETURN)
        person.until(lambda: person.window.mood.typing == "", "typing")
        person.press(pygame.K_TAB)
        for letter in "Wait!" * 40:
            pygame.event.post(pygame.event.Event(pygame.TEXTINPUT, text=letter))
        person.until(lambda: len(person.window.mood.typing or "") == 64, "as much as can be said")
        for _ in range(59):
            person.press(pygame.K_BACKSPACE)
        person.press(pygame.K_RETURN)
        person.until(lambda: game.said == ("Player 2: Wait!",), "said")
        assert decode(game.batch.chat[0, 0]) == "Wait!"

    at_window(game, tmp_path, script, (420, 800))


def test_people_play_tasks_with_words_of_their_own(dummy, tmp_path):
    blind = {"goals": [goal(HOME), goal(HOME, hold=3)], "tied": [1]}
    game = Session(DUO, **tasks_of(DUO, blind, {"goals": [goal(HOME)] * 2}))

    def script(person):
        window = person.window
        view = window.place.views[0]
        assert arrange(700, 600, 5, 7, 2).views[0].height > view.height, "there is room for words"
        assert panel.seat(game, window.hands, 1) == "Player 2   hands tied, can talk"
        person.press(pygame.K_LEFT)
        person.until(lambda: "hands are tied; talk with Enter" in window.mood.note, "told of tied hands")
        assert game.steps == 0
        person.press(pygame.K_s)
        person.press(pygame.K_d)
        person.until(lambda: game.ends == ("success", ""), "one is done")
        assert panel.seat(game, window.hands, 0) == "Player 1   success"
        person.press(pygame.K_a)
        person.until(lambda: "Player 1 is done" in window.mood.note, "told of that")
        assert game.steps == 2
        person.press(pygame.K_F5)
        person.until(lambda: game.steps == 0, "the same task again")
        assert game.task == "t:0"
        person.press(pygame.K_F6)
        person.until(lambda: game.task == "t:1", "the next task")
        person.press(pygame.K_F4)
        person.until(lambda: game.task == "t:0", "the task before")
        person.press(pygame.K_F4)
        person.until(lambda: game.task == "t:1", "and round")
        for key in (pygame.K_s, pygame.K_d):
            person.press(key)
        person.until(lambda: game.over, "both are done")
        assert panel.hints(game, window.controls, window.hands, window.mood).startswith("Enter next task")
        person.press(pygame.K_F12)
        person.until(lambda: window.saved, "a screenshot")
        person.press(pygame.K_RETURN)
        person.until(lambda: game.task == "t:0", "the next task")

    window = at_window(game, tmp_path, script)
    assert [path.name for path in window.saved] == ["sokoban-duo-t-1-1.png"]
    alone = Controls(SOKOBAN, hands_of(SOKOBAN), tasks=1)
    assert not {"next", "previous"} & set(alone.table)
    assert "this task again" in dict(map(reversed, alone.rows()))


def test_a_person_plays_in_real_time(dummy, tmp_path):
    game = session(REAL_TIME)

    def script(person):
        person.until(lambda: game.steps > 3, "time goes on by itself")
        person.press(pygame.K_d, hold=0.3)
        person.until(lambda: game.batch.states["x"][0, 0] > 1, "walked")
        person.press(pygame.K_F7)
        person.until(lambda: person.window.mood.paused, "paused")
        steps = game.steps
        time.sleep(0.2)
        assert game.steps == steps
        person.press(pygame.K_F8)
        person.until(lambda: game.undone == min(steps, 20), "a second taken back")

    at_window(game, tmp_path, script)


SCRIPT = """
import json, sys
sys.path.insert(0, sys.argv[1])
from test_play import DUO, HOME, KNOBS, goal, room, tasks_of
from rumpus.agents.human import play
if sys.argv[3] == "tasks":
    what = tasks_of(DUO, {"goals": [goal(HOME), goal(HOME, hold=3)]}, {"goals": [goal(HOME)] * 2})
else:
    what = {"levels": room(), "knobs": KNOBS}
played = play(DUO, seed=3, **what, window=(900, 600), out=sys.argv[2])
print(json.dumps({"episodes": [vars(e) for e in played.episodes], "saved": [p.name for p in played.saved]}))
"""


@pytest.fixture
def display(monkeypatch):
    """A virtual X display of our own, where there are the programs for it."""
    if not (shutil.which("Xvfb") and shutil.which("xdotool")):
        pytest.skip("Xvfb and xdotool are not installed: the same is tested above with pygame's own events")
    command = ["Xvfb", "-displayfd", "1", "-screen", "0", "1280x900x24"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    number = server.stdout.readline().strip()
    for name in ("WAYLAND_DISPLAY", "SDL_VIDEODRIVER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DISPLAY", f":{number}")
    yield
    server.terminate()
    server.wait(10)


def do(*words: str) -> str:
    """What xdotool says to these words."""
    return subprocess.run(["xdotool", *words], check=True, capture_output=True, text=True, timeout=60).stdout


@contextlib.contextmanager
def real_window(out: Path, what: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Another process that plays what the script makes of `what`, and the number of its window, which has the focus."""
    command = [sys.executable, "-c", SCRIPT, os.path.dirname(__file__), str(out), what]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        window = do("search", "--sync", "--onlyvisible", "--class", "rumpus").split()[0]
        do("windowfocus", "--sync", window)
        time.sleep(0.3)
        yield process, window
    finally:
        process.kill()


def test_real_keys_and_a_real_mouse(display, tmp_path):
    with real_window(tmp_path, "levels") as (process, window):
        do("key", "s", "Left", "F8")
        do("windowsize", "--sync", window, "1100", "640")
        time.sleep(0.3)
        place = arrange(1100, 640, 5, 7, 2)
        view = place.views[0]
        x, y = view.left + view.width * 5 // 14, view.top + view.height // 2  # the box, right of player 1
        do("mousemove", "--window", window, str(x), str(y), "click", "1")
        do("key", "F12", "F5")
        do("keydown", "d", "sleep", "0.8", "keyup", "d")
        do("key", "Escape", "Escape")
        played = json.loads(process.communicate(timeout=60)[0].splitlines()[-1])
    first, second = played["episodes"]
    assert (first["steps"], first["undone"], first["result"]) == (2, 1, "success")
    assert second["steps"] >= 5
    assert played["saved"] == ["sokoban-duo-seed3-1.png"]


def test_real_keys_play_tasks(display, tmp_path):
    with real_window(tmp_path, "tasks") as (process, _):
        do("key", "s", "d", "F5")  # one is home, and again
        do("key", "s", "F6", "s", "d", "Return", "F4", "F12", "s", "Escape", "Escape")
        played = json.loads(process.communicate(timeout=60)[0].splitlines()[-1])
    assert [(episode["task"], episode["steps"], episode["result"]) for episode in played["episodes"]] == [
        ("t:0", 2, "left"),
        ("t:0", 1, "left"),
        ("t:1", 2, "success"),
        ("t:1", 1, "left"),
    ]
    assert played["saved"] == ["sokoban-duo-t-1-1.png"]
