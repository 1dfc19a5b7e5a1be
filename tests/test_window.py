"""People at the window: whole plays with events of pygame and of a real (virtual) display."""

from __future__ import annotations

import json
import math
import time
from types import SimpleNamespace

import numpy as np
import pygame
import pytest

from rumpus.agents.human import facts, ink, overlays, settings
from rumpus.agents.human.bench import play_bench
from rumpus.agents.human.camera import input_of
from rumpus.agents.human.commands import Commands
from rumpus.agents.human.layout import arrange
from rumpus.agents.human.session import Session
from rumpus.agents.human.shown import Band, hints, shown
from rumpus.agents.human.window import Window
from rumpus.interface.text import decode
from rumpus.interface.viewer import open_display
from rumpus.tasks.questions import answering
from rumpus.tests.people import (
    HOME,
    KNOBS,
    REAL_TIME,
    at_window,
    do,
    goal,
    other_room,
    real_window,
    room,
    session,
    tasks_of,
)
from rumpus.tests.tiny_hall import DUO as HALL_DUO
from rumpus.worlds.first_person.state import TURN
from rumpus.worlds.room import SMALL as ROOM
from rumpus.worlds.room.state import EYE, POSE, TOYS_AT
from rumpus.worlds.sokoban import DUO, SOKOBAN


@pytest.fixture
def dummy(monkeypatch):
    """pygame's video without a screen."""
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    yield open_display()
    pygame.display.quit()


def test_a_person_plays_turns(dummy, tmp_path, monkeypatch):
    monkeypatch.setenv("RUMPUS_CONFIG", str(tmp_path / "config"))
    game = Session(SOKOBAN, seed=3, levels=np.concatenate([room(), other_room()]), knobs=KNOBS)

    def script(person):
        window, mood = person.window, person.window.person
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
        assert dict(facts.facts(game))["taken back"] == "2 steps"
        person.press(pygame.K_w, hold=1.0)
        person.until(lambda: game.steps > 5, "repeats")
        steps = game.steps
        time.sleep(0.3)
        assert game.steps == steps
        person.press(pygame.K_F3)
        person.until(lambda: "does not look around" in mood.note, "a key that is of no use says so")
        for key, level in ((pygame.K_PAGEDOWN, "2 of 2"), (pygame.K_PAGEUP, "1 of 2 ✓"), (pygame.K_F6, "2 of 2")):
            person.press(key)
            person.until(lambda level=level: dict(facts.facts(game))["level"] == level, level)
        person.press(pygame.K_w)
        person.until(lambda: game.steps == 1, "a step in it")
        person.press(pygame.K_ESCAPE)
        person.until(lambda: mood.menu == 0, "the menu")
        for key in (pygame.K_UP, pygame.K_RETURN):
            person.press(key)
        person.until(lambda: not window.open, "left")

    window = at_window(game, tmp_path / "out", script)
    assert [(episode.level, episode.result) for episode in game.episodes] == [(1, "left"), (2, "left")]
    assert sorted(path.name for path in window.saved) == ["sokoban-level1-1.gif", "sokoban-level1-1.png"]
    assert sorted(window.saved) == sorted((tmp_path / "out").iterdir())
    again = Session(SOKOBAN, levels=np.concatenate([other_room(), room()]), knobs=KNOBS)
    again.solved |= settings.solved()
    again.next()
    assert dict(facts.facts(again))["level"] == "2 of 2 ✓", "known by what it is, wherever it lies"


def test_two_people_play_and_talk(dummy, tmp_path):
    game = session(DUO)

    def script(person):
        person.press(pygame.K_LEFT)
        person.press(pygame.K_s)
        person.until(lambda: game.steps == 2, "both stepped")
        assert game.batch.states["x"][0].tolist() == [1, 3]
        assert game.batch.states["y"][0].tolist() == [2, 1]
        person.press(pygame.K_RETURN)
        person.until(lambda: person.window.person.typing == "", "typing")
        person.press(pygame.K_TAB)
        for letter in "Wait!" * 40:
            pygame.event.post(pygame.event.Event(pygame.TEXTINPUT, text=letter))
        person.until(lambda: len(person.window.person.typing or "") == 64, "as much as can be said")
        for _ in range(59):
            person.press(pygame.K_BACKSPACE)
        person.press(pygame.K_RETURN)
        person.until(lambda: game.said == ("Player 2: Wait!",), "said")
        assert decode(game.batch.chat[0, 0]) == "Wait!"

    at_window(game, tmp_path, script, (420, 800))


def test_a_person_alone_answers_questions(dummy, tmp_path):
    world = SOKOBAN.variant("sokoban-asks", "", things=DUO.rules.things)
    game = Session(world, **tasks_of(world, {"goals": [answering("yes").model_dump(mode="json")]}))

    def script(person):
        mood = person.window.person
        person.press(pygame.K_RETURN)
        person.until(lambda: mood.typing == "", "typing")
        for text, word in (("x" * 10_000, "No more fits"), ("\u20ac", "no others"), ("yes\nno", "no others")):
            pygame.event.post(pygame.event.Event(pygame.TEXTINPUT, text=text))
            person.until(lambda word=word: word in mood.note, word)
        person.press(pygame.K_v, pygame.KMOD_LCTRL)
        person.until(lambda: "pasted" in mood.note, "told that nothing can be pasted")
        assert (mood.typing, game.steps) == ("", 0)
        for letter in "Yes " * 2_500:
            pygame.event.post(pygame.event.Event(pygame.TEXTINPUT, text=letter))
        person.until(lambda: "No more fits" in mood.note and len(mood.typing) > 9, "as much as fits")
        for _ in range(len(mood.typing) - 4):
            person.press(pygame.K_BACKSPACE)
        person.until(lambda: mood.typing == "Yes ", "one word is left")
        person.press(pygame.K_RETURN)
        person.until(lambda: game.result == "success", "answered")
        assert game.said == ("You: yes",)

    at_window(game, tmp_path, script)


def test_people_play_tasks_with_words_of_their_own(dummy, tmp_path):
    blind = {"goals": [goal(HOME), goal(HOME, hold=3)], "tied": [1]}
    game = Session(DUO, **tasks_of(DUO, blind, {"goals": [goal(HOME)] * 2}))

    def script(person):
        window = person.window
        view = window.place.views[0]
        assert arrange(700, 600, 5, 7, 2).views[0].height > view.height, "there is room for words"
        assert facts.seat(game, window.person.inputs, 1) == "Player 2   can only talk"
        person.press(pygame.K_LEFT)
        person.until(lambda: "can only talk: Enter" in window.person.note, "told of tied hands")
        assert game.steps == 0
        person.press(pygame.K_s)
        person.press(pygame.K_d)
        person.until(lambda: game.ends == ("success", ""), "one is done")
        assert facts.seat(game, window.person.inputs, 0) == "Player 1   success"
        person.press(pygame.K_a)
        person.until(lambda: "Player 1 is done" in window.person.note, "told of that")
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
        assert hints(window.person)[0] == "Enter next task"
        person.press(pygame.K_F12)
        person.until(lambda: window.saved, "a screenshot")
        person.press(pygame.K_RETURN)
        person.until(lambda: game.task == "t:0", "the next task")

    window = at_window(game, tmp_path, script)
    assert [path.name for path in window.saved] == ["sokoban-duo-t-1-1.png"]
    alone = Commands(SOKOBAN, input_of(SOKOBAN), "task", 1)
    assert not {"next", "previous"} & set(alone.table)
    assert "this task again" in dict(map(reversed, alone.rows()))


def test_a_person_plays_in_real_time(dummy, tmp_path):
    game = session(REAL_TIME)

    def script(person):
        person.until(lambda: game.steps > 3, "time goes on by itself")
        person.press(pygame.K_d, hold=0.3)
        person.until(lambda: game.batch.states["x"][0, 0] > 1, "walked")
        person.press(pygame.K_F7)
        person.until(lambda: person.window.person.paused, "paused")
        steps = game.steps
        time.sleep(0.2)
        assert game.steps == steps
        person.press(pygame.K_F8)
        person.until(lambda: game.undone == min(steps, 20), "a second taken back")
        assert dict(facts.facts(game))["taken back"] == f"{game.undone / 20:.1f} seconds"

    at_window(game, tmp_path, script)


def test_a_person_looks_around(dummy, tmp_path, monkeypatch):
    monkeypatch.setenv("RUMPUS_CONFIG", str(tmp_path / "config"))
    game = Session(HALL_DUO, seed=3)
    state = game.batch.states[0]

    def script(person):
        window, mood = person.window, person.window.person
        view = window.place.views[1]
        assert mood.paused, "time waits for a click"
        click = {"pos": view.center, "button": 1}
        pygame.event.post(pygame.event.Event(pygame.MOUSEBUTTONDOWN, click))
        person.until(lambda: mood.caught and game.steps > 3, "caught by a click, and time goes on")
        assert not state["uses"].any(), "that click was the window's"
        pygame.event.post(pygame.event.Event(pygame.MOUSEMOTION, pos=(0, 0), rel=(180, 0), buttons=(0, 0, 0)))
        person.until(lambda: state["yaw"][0] == 65536 // 16, "a quarter of a picture is 22.5 degrees")
        pygame.event.post(pygame.event.Event(pygame.MOUSEBUTTONDOWN, click))
        pygame.event.post(pygame.event.Event(pygame.MOUSEBUTTONUP, click))
        person.until(lambda: state["uses"][0] == 1, "clicks are of who has the mouse, wherever they are")
        person.press(pygame.K_UP, hold=0.3)
        person.press(pygame.K_LEFT, hold=0.2)
        person.until(
            lambda: state["x"][1] > state["x"][0] and state["yaw"][1] > 65536 // 2, "the arrows are the other's"
        )
        for key in (pygame.K_m, pygame.K_RIGHTBRACKET, pygame.K_F3):
            person.press(key)
        person.until(lambda: mood.map and settings.load()[0] == settings.Settings(125, True), "set and kept")
        person.press(pygame.K_F8)
        person.until(lambda: game.undone and mood.paused and not mood.caught, "back, and rests there")
        person.press(pygame.K_F7)
        person.until(lambda: mood.caught and not mood.paused, "goes on as before")
        pygame.event.post(pygame.event.Event(pygame.WINDOWFOCUSLOST))
        person.until(lambda: mood.paused and not mood.caught, "let go when looking elsewhere")
        person.press(pygame.K_F7)
        person.press(pygame.K_ESCAPE)
        person.until(lambda: mood.paused and not mood.caught, "let go by Esc")
        person.press(pygame.K_F7)
        person.until(lambda: not mood.paused, "on without the mouse")
        assert not mood.caught

    at_window(game, tmp_path, script)


def test_a_person_grasps_and_throws(dummy, tmp_path, monkeypatch):
    monkeypatch.setenv("RUMPUS_CONFIG", str(tmp_path / "config"))
    game = Session(ROOM, seed=3, limit=9999)
    state, middle = game.batch.states[0], (300, 200)

    def event(kind, **more):
        pygame.event.post(pygame.event.Event(kind, {"pos": middle, **more}))

    def away(toy):
        """From the eye to the middle of a toy."""
        return state["qpos"][TOYS_AT + POSE * toy :][:3] - state["qpos"][:3] - (0, 0, EYE)

    def look_at(toy):
        """Move the mouse by the angles from where one looks to the middle of a toy; 720 pixels are a quarter turn."""
        x, y, z = away(toy)
        yaw, pitch = (math.tau * state[name][0] / TURN for name in ("yaw", "pitch"))
        right = (math.atan2(y, x) - yaw + math.pi) % math.tau - math.pi
        down = pitch - math.atan2(z, math.hypot(x, y))
        event(pygame.MOUSEMOTION, rel=(round(right * 1440 / math.pi), round(down * 1440 / math.pi)), buttons=(0, 0, 0))

    def near(toy):
        return np.linalg.norm(away(toy))

    def person_does(person):
        event(pygame.MOUSEBUTTONDOWN, button=1)
        person.until(lambda: game.steps > 3, "caught by a click")
        assert not state["gripping"][0], "that click was the window's"
        toy = min(range(state["things"]), key=near)
        while near(toy) > 1.2:
            look_at(toy)
            person.press(pygame.K_w, hold=0.1)
        for _ in range(3):
            steps = game.steps
            look_at(toy)
            person.until(lambda steps=steps: game.steps > steps + 3, "time goes on")
        name, reachable = game.aimed(0)
        assert (ROOM.rules.things.name(game.batch.things()[0][0, 1 + toy]), True) == (name, reachable)
        event(pygame.MOUSEBUTTONDOWN, button=1)
        person.until(lambda: state["grip"][0] == toy, "grasped")
        far, since = state["distance"][0], game.steps
        event(pygame.MOUSEWHEEL, x=0, y=-3)
        person.until(lambda: state["distance"][0] < far, "pulled near")
        event(pygame.MOUSEMOTION, rel=(0, -400), buttons=(1, 0, 0))
        person.until(lambda: game.returns == (1.0,), "lifted")
        turned, yaw = state["turned"][0].copy(), int(state["yaw"][0])
        event(pygame.MOUSEBUTTONDOWN, button=3)
        event(pygame.MOUSEMOTION, rel=(200, 0), buttons=(1, 0, 1))
        person.until(lambda: abs(state["turned"][0] @ turned) < 0.99, "turned in the hand")
        assert state["yaw"][0] == yaw
        event(pygame.MOUSEBUTTONUP, button=3)
        person.until(lambda: game.steps > since + 40, "held for a while")
        event(pygame.MOUSEBUTTONUP, button=1)
        person.until(lambda: state["grip"][0] < 0, "let go")
        person.press(pygame.K_F8)
        person.until(lambda: state["grip"][0] == toy and game.undone, "a second ago it was in the hand")

    at_window(game, tmp_path, person_does)


def test_no_words_that_matter_are_cut(dummy, tmp_path, monkeypatch):
    monkeypatch.setenv("RUMPUS_DATA", str(tmp_path))
    written: list[str] = []
    image = ink.image
    monkeypatch.setattr(ink, "image", lambda text, *more: written.append(text) or image(text, *more))
    game = Session(DUO, seed=2143842951, levels=None)
    window = Window(game, (420, 800), tmp_path)
    person = window.person
    person.press("enter", 0.0)
    person.text("Wait!", 0.0)
    person.press("enter", 0.0)
    window.desk.advance(0.0)
    window.draw()
    assert "Player 1: Wait!" in written
    assert any(text.startswith("F1 help") for text in written), "keys are told beside what was said"
    assert not window.desk.save(1)
    person.press("escape", 0.0)
    rows = [row for row, _ in shown(person).menu.rows]
    for key in (*["down"] * rows.index("Load …"), "enter"):
        person.press(key, 0.0)
    window.draw()
    assert "1   seed 2143842951, step 1" in written
    title = "Success: players 1, 2, 4    Failed: player 3"
    overlays.paint(
        pygame.display.get_surface(), window.place, SimpleNamespace(help=None, menu=None, band=Band(title, ""))
    )
    assert title in written
    game.leave()


@pytest.mark.parametrize("size", [(400, 300), (800, 450), (1280, 1024)])
def test_the_help_page_leaves_its_last_line_free(size, dummy, tmp_path, monkeypatch):
    written, write = [], ink.write

    def noted(surface, text, size, colour, place, room=None):
        written.append((text, place))
        return write(surface, text, size, colour, place, room)

    window = Window(Session(ROOM, seed=3), size, tmp_path)
    window.person.do("help", 0.0)
    monkeypatch.setattr(ink, "write", noted)
    overlays.paint(window._surface, window.place, shown(window.person))
    (foot, (_, top)) = next((text, place) for text, place in written if "again tells all" in text)
    assert max(place[1] for text, place in written if text != foot) < top - 8
    assert foot.startswith("A larger window") == (size == (400, 300))
    window.session.leave()


def test_full_screen_is_known_to_the_next_window(dummy, tmp_path):
    for full in (True, False):
        window = Window(session(), (500, 420), tmp_path)
        window.person.press("f11", 0.0)
        assert bool(pygame.display.get_surface().get_flags() & pygame.FULLSCREEN) == full
        window.session.leave()


def test_what_changes_is_painted_as_if_all_was(dummy, tmp_path):
    window = Window(session(limit=30), (500, 420), tmp_path)
    person, painted = window.person, []
    window.draw()
    for key in "sdwa":
        person.press(key, 0.0)
        window.desk.advance(0.0)
        person.release(key, 0.0)
        painted.append(window._paint(window._pictures(0.0)))
        window.draw()
        parts = pygame.surfarray.array3d(pygame.display.get_surface())
        window.handle(pygame.event.Event(pygame.WINDOWEXPOSED))
        window.draw()
        assert np.array_equal(parts, pygame.surfarray.array3d(pygame.display.get_surface())), key
    (view,), first = window.place.views, painted[0]
    assert 0 < first[0].width * first[0].height < 0.2 * view.width * view.height
    row = play_bench([SOKOBAN], (400, 300), 0.5)["rows"][0]
    assert 0 < row["step"]["p50"] <= row["step"]["p95"] and row["between"] is None


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
        do("key", "Escape", "Up", "Return")
        played = json.loads(process.communicate(timeout=60)[0].splitlines()[-1])
    first, second = played["episodes"]
    assert (first["steps"], first["undone"], first["result"]) == (2, 1, "success")
    assert second["steps"] >= 5
    assert played["saved"] == ["sokoban-duo-level1-1.png"]


def test_a_real_mouse_is_caught_and_looks_around(display, tmp_path, monkeypatch):
    monkeypatch.setenv("RUMPUS_CONFIG", str(tmp_path))
    with real_window(tmp_path, "hall") as (process, window):
        do("mousemove", "--window", window, "450", "200", "click", "1", "sleep", "0.5")
        for _ in range(2):  # full screen, and back: the same window, with the mouse in it
            do("key", "F11", "sleep", "0.5")
            assert do("search", "--onlyvisible", "--class", "rumpus").split() == [window]
        for _ in range(20):  # half a turn, farther than the window is wide
            do("mousemove_relative", "--", "72", "0", "sleep", "0.05")
        do("keydown", "s", "sleep", "3", "keyup", "s")  # so the way back leads to the goal
        do("key", "Escape", "Up", "Return")
        played = json.loads(process.communicate(timeout=60)[0].splitlines()[-1])
    assert [episode["result"] for episode in played["episodes"]] == ["success"]


def test_real_keys_play_tasks(display, tmp_path):
    with real_window(tmp_path, "tasks") as (process, _):
        do("key", "s", "d", "F5")  # one is home, and again
        do("key", "s", "F6", "s", "d", "Return", "F4", "F12", "s", "Escape", "Up", "Return")
        played = json.loads(process.communicate(timeout=60)[0].splitlines()[-1])
    assert [(episode["task"], episode["steps"], episode["result"]) for episode in played["episodes"]] == [
        ("t:0", 2, "left"),
        ("t:0", 1, "left"),
        ("t:1", 2, "success"),
        ("t:1", 1, "left"),
    ]
    assert played["saved"] == ["sokoban-duo-t-1-1.png"]


def test_a_controller_finishes_a_level_and_opens_the_menu(dummy, tmp_path, monkeypatch):
    monkeypatch.setenv("RUMPUS_CONFIG", str(tmp_path / "config"))
    game = session()

    def pad(kind, **facts):
        pygame.event.post(pygame.event.Event(kind, instance_id=7, **facts))

    def push(button):
        for kind in (pygame.CONTROLLERBUTTONDOWN, pygame.CONTROLLERBUTTONUP):
            pad(kind, button=button)

    def script(person):
        mood = person.window.person
        push(pygame.CONTROLLER_BUTTON_DPAD_DOWN)
        person.until(lambda: game.steps == 1, "a step by the cross")
        push(pygame.CONTROLLER_BUTTON_B)
        person.until(lambda: game.undone == 1, "taken back")
        push(pygame.CONTROLLER_BUTTON_START)
        person.until(lambda: mood.menu == 0, "the menu")
        pad(pygame.CONTROLLERAXISMOTION, axis=pygame.CONTROLLER_AXIS_LEFTY, value=32767)
        person.until(lambda: mood.menu == 1, "a row further")
        pad(pygame.CONTROLLERAXISMOTION, axis=pygame.CONTROLLER_AXIS_LEFTY, value=0)
        push(pygame.CONTROLLER_BUTTON_B)
        person.until(lambda: mood.menu is None, "the menu is closed")
        for button in (pygame.CONTROLLER_BUTTON_DPAD_DOWN, pygame.CONTROLLER_BUTTON_DPAD_RIGHT):
            push(button)
        person.until(lambda: game.result == "success", "the box is home")
        push(pygame.CONTROLLER_BUTTON_A)
        person.until(lambda: not game.result, "the next level")

    at_window(game, tmp_path, script)
