"""People who play: hands, keys of the window, sessions with undo, tasks one after the other, and clips."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import imageio.v3 as imageio
import numpy as np
import pygame
import pytest

from rumpus import worlds
from rumpus.agents.human import clip, devices, facts, settings, sketch
from rumpus.agents.human.camera import COUNTS, STICK_SPEED, Grip, input_of
from rumpus.agents.human.commands import Commands, input_rows
from rumpus.agents.human.facts import account, verdict
from rumpus.agents.human.input import DELAY, INTERVAL, MAKE_UP, NOTCHES, TickInput, TurnInput
from rumpus.agents.human.layout import NARROWEST, WIDEST, arrange
from rumpus.agents.human.playlist import PATIENCE
from rumpus.agents.human.session import Session
from rumpus.agents.human.settings import SENSITIVITIES
from rumpus.interface.action import MOUSE_ONE, Move
from rumpus.interface.clip import rested, write_clip
from rumpus.interface.keys import BUTTON, BUTTONS, KEY, KEYS, WHEEL
from rumpus.interface.text import decode
from rumpus.interface.viewer import NoDisplayError
from rumpus.tests.people import FIRST_OF_TWO, HOME, KNOBS, REAL_TIME, goal, play, session, tasks_of
from rumpus.tests.tiny_hall import HALL
from rumpus.worlds.engine.render.raycast.scene import SCENE
from rumpus.worlds.engine.run.replay import checksum
from rumpus.worlds.first_person.state import TURN
from rumpus.worlds.sokoban import DUO, SOKOBAN


def test_every_key_of_the_door_is_a_key_of_pygame_and_back():
    assert len(set(devices.PYGAME_KEYS)) == len(KEYS)
    for index, key in enumerate(devices.PYGAME_KEYS):
        assert devices.key_of(SimpleNamespace(key=key, scancode=0)) == index
    by_place = {devices.key_of(SimpleNamespace(key=-1, scancode=code)) for code in range(512)} - {None}
    assert by_place == set(range(len(KEYS)))
    assert devices.key_of(SimpleNamespace(key=pygame.K_F13, scancode=pygame.KSCAN_F13)) is None


def test_a_held_key_repeats_and_nothing_happens_without_one():
    hands = TurnInput(SOKOBAN)
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
    hands = TurnInput(SOKOBAN)
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
    hands, still = TickInput(REAL_TIME), np.zeros((1, 2), np.int32)
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
    assert len(ticks) in (20 + MAKE_UP, 21 + MAKE_UP)  # four seconds were missed; little is made up for


LOOK = {"look": Move(mouse=(0.5, 0.0)), "forward": Move(("w",))}
LOOKING = SOKOBAN.variant(
    "look", "", turn_based=False, cursor=False, tick_hz=30, moves=LOOK, keys=("w", "a", "s", "d", "e", "left shift")
)


def test_the_mouse_looks_as_fast_as_it_is_set_to():
    hands, still = input_of(LOOKING), np.zeros((1, 2), np.int32)
    hands.take(0.0, still)
    hands.look((COUNTS * 3 // 2, 9))
    assert hands.take(1.0, still)[0]["mouse"].tolist() == [MOUSE_ONE, 9 * MOUSE_ONE // COUNTS]
    assert hands.take(2.0, still)[0]["mouse"].tolist() == [MOUSE_ONE // 2, 0]
    hands.settings.turn(1)
    hands.settings.invert = True
    hands.look((COUNTS // 5, COUNTS // 5))
    assert hands.take(3.0, still)[0]["mouse"].tolist() == [MOUSE_ONE // 4, -MOUSE_ONE // 4]
    assert hands.take(4.0, still)[0]["mouse"].tolist() == [0, 0]
    for steps, end in ((99, SENSITIVITIES[-1]), (-99, SENSITIVITIES[0])):
        hands.settings.turn(steps)
        assert hands.settings.sensitivity == end


def acted(hands, now):
    """(keys, mouse) of each player in the tick at this time."""
    actions = hands.take(now, np.zeros((hands.world.players, 2), np.int32))
    return [({KEYS[key] for key in hand["keys"].nonzero()[0]}, hand["mouse"].tolist()) for hand in actions]


def test_players_who_share_a_window_all_look_around():
    hands = input_of(LOOKING.variant("looks", "", players=3, rules=HALL.rules))
    hands.take(0.0, np.zeros((3, 2), np.int32))
    for key in ("w", "up", "right", "right ctrl", "right shift"):
        hands.press(KEY[key], 0.0)
    hands.look((72, 0))
    first, second, third = acted(hands, 1.0)
    assert first == ({"w"}, [MOUSE_ONE * 72 // COUNTS, 0])
    assert second[0] == {"w", "e", "left shift"}
    assert third == (set(), [0, 0])
    turns = [second[1][0]] + [acted(hands, 2.0 + tick)[1][1][0] for tick in range(9)]
    assert all(turn > 0 for turn in turns)
    assert sorted(turns) == turns
    assert turns[-1] == turns[-2] > 2 * turns[0], "a held key turns faster, up to a speed"
    assert [hands.who(player) for player in range(3)] == ["keyboard and mouse", "arrows", ""]
    hands.clear()
    hands.current = 2
    hands.pads = [lambda: Grip(walk=(0.1, -1.0), look=(0.0, 1.0), pressed=("a", "b"))]
    hands.take(0.0, np.zeros((3, 2), np.int32))
    hands.press(KEY["down"], 0.0)
    hands.press(KEY["s"], 0.0)
    first, second, third = acted(hands, 1.0)
    assert (first, third) == (({"s"}, [0, 0]), ({"s"}, [0, 0]))
    assert second[0] == {"w", "e"}, "no key that the world does not listen to"
    assert second[1][0] == 0
    assert second[1][1] == pytest.approx(MOUSE_ONE * STICK_SPEED / 30, abs=1)
    assert [hands.who(player) for player in range(3)] == ["arrows", "controller", "keyboard and mouse"]
    rows = dict(input_rows(hands.world, hands))
    assert (rows["Left Shift"], rows["Right Ctrl or /"]) == ("run", "next player: use")


GRASPING = LOOKING.variant(
    "grasps",
    "",
    players=2,
    keys=("w", "a", "s", "d", "q", "e", "r", "f", "space", "left shift"),
    buttons=("left", "right"),
    help={
        "left button": "grasp",
        "right button": "turn it",
        "wheel": "push, pull",
        "r": "push",
        "f": "pull",
        "e": "tilt",
        "q": "back",
    },
)


def test_hands_that_grasp():
    hands, still = input_of(GRASPING), np.zeros((2, 2), np.int32)
    hands.take(0.0, still)
    for button in ("left", "right", "middle"):
        hands.button_down(BUTTON[button], 0, (0, 0))
    for key in ("q", "right ctrl", "/", ",", "."):
        hands.press(KEY[key], 0.0)
    hands.wheel(-2)
    first, second = hands.take(1.0, still)
    assert {BUTTONS[button] for button in first["buttons"].nonzero()[0]} == {"left", "right"}
    assert {KEYS[key] for key in first["keys"].nonzero()[0]} == {"q"}
    assert (WHEEL[first["wheel"]], WHEEL[second["wheel"]]) == ("down", "still")
    assert {BUTTONS[button] for button in second["buttons"].nonzero()[0]} == {"left"}
    assert {KEYS[key] for key in second["keys"].nonzero()[0]} == {"r", "f", "space"}
    hands.button_up(BUTTON["left"])
    hands.release(KEY["right ctrl"], 1.0)
    first, second = hands.take(2.0, still)
    assert first["buttons"].nonzero()[0].tolist() == [BUTTON["right"]]
    assert not second["buttons"].any()
    assert WHEEL[first["wheel"]] == "down"
    hands.wheel(10**9)
    turned = [WHEEL[hands.take(3.0 + tick, still)[0]["wheel"]] for tick in range(NOTCHES + 5)]
    assert turned == ["up"] * NOTCHES + ["still"] * 5, "a wheel that spins freely is soon at rest"
    hands.pads = [lambda: Grip(pressed=("a", "x", "y"))]
    padded = hands.take(99.0, still)[1]
    assert {KEYS[key] for key in padded["keys"].nonzero()[0]} == {"r", "f", "space"}  # E tilts: no button of a pad's
    assert padded["buttons"].nonzero()[0].tolist() == [BUTTON["left"]]
    rows = dict(input_rows(GRASPING, hands))
    assert (rows["Left button"], rows["Wheel"], rows["E"]) == ("grasp", "push, pull", "tilt")
    assert (rows["Right Ctrl"], rows["/"]) == ("next player: grasp", "next player: push")
    assert rows["W A S D"].startswith("forward")


def test_settings_are_kept_and_bad_ones_are_not_used(tmp_path, monkeypatch):
    monkeypatch.setenv("RUMPUS_CONFIG", str(tmp_path))
    assert settings.load() == (settings.Settings(), "")
    assert settings.keep(settings.Settings(160, True)) == ""
    assert settings.load() == (settings.Settings(160, True), "")
    for bad in ("", "[]", "{", '{"sensitivity": 0, "invert": false}', '{"sensitivity": "9", "invert": true}', "\0"):
        settings.file().write_text(bad)
        kept, complaint = settings.load()
        assert kept == settings.Settings()
        assert "holds no settings" in complaint
    monkeypatch.setenv("RUMPUS_CONFIG", str(tmp_path / "window.json"))
    assert "could not be" in settings.keep(kept)
    assert [path.name for path in tmp_path.iterdir()] == ["window.json"]


def test_two_players_share_a_keyboard():
    hands = TurnInput(DUO)
    still = np.zeros((2, 2), np.int32)
    for key, player in (("w", 0), ("up", 1)):
        hands.press(KEY[key], 0.0)
        actions = hands.take(0.0, still)
        assert actions[player]["keys"][KEY[key]] == 1
        assert not actions[1 - player]["keys"].any()
    hands.say(1, "push the box")
    assert decode(hands.take(0.0, still)[1]["say"]) == "push the box"
    alone = TurnInput(DUO.variant("duo-letters", "", keys=("w", "s", "a", "d")))
    alone.current = 1
    alone.press(KEY["w"], 0.0)
    assert alone.take(0.0, still)[1]["keys"][KEY["w"]] == 1


def test_keys_of_the_world_come_before_keys_of_the_window():
    greedy = DUO.variant("greedy", "", keys=(*DUO.controls.keys, "f5", "enter", "left ctrl", "z"))
    commands = Commands(greedy, input_of(greedy))
    assert commands.find(KEY["f5"], False) is None
    assert commands.find(KEY["f5"], True) == "restart"
    assert commands.find(KEY["f6"], False) == "next"
    assert commands.find(KEY["z"], True) is None
    assert "Ctrl + Enter" in dict(commands.rows())
    plain = Commands(SOKOBAN, input_of(SOKOBAN))
    assert plain.find(KEY["z"], True) == "undo"
    assert plain.find(KEY["z"], False) is None
    assert plain.find(KEY["enter"], False) is None
    closed = SOKOBAN.variant("x", "", savable=False, simulator=worlds.load("room").rules.simulator)
    assert not {"undo", "clip"} & set(Commands(closed, input_of(SOKOBAN)).table)
    assert ("W", "push up") in input_rows(SOKOBAN, input_of(SOKOBAN))


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


@pytest.mark.parametrize("players", [1, 2, 3, 4])
def test_first_person_pictures_fill_their_part_of_the_window(players):
    for size in ((960, 720), (1920, 1080), (600, 1000), (401, 333)):
        place = arrange(*size, 3, 4, players, tiles=False)
        views, whole = place.views, pygame.Rect(0, 0, *size)
        assert len(views) == players
        assert all(whole.contains(view) and not view.colliderect(place.panel) for view in views)
        assert all(not one.colliderect(other) for one in views for other in views if one is not other)
        wide, high = views[0].size
        if players == 1:
            assert abs(wide * 3 - high * 4) <= 4
        else:
            assert NARROWEST * 0.98 <= wide / high <= WIDEST * 1.02
        assert wide * high * players > (0.25 if size[0] > 500 else 0.15) * size[0] * size[1]


def test_a_long_session_in_real_time_remembers_its_end(monkeypatch):
    monkeypatch.setattr("rumpus.agents.human.session.MEMORY", 3)
    game, still = session(REAL_TIME, limit=9999), input_of(REAL_TIME).empty()
    for _ in range(3 * REAL_TIME.controls.tick_hz + 50):
        game.act(still)
    assert len(game.film().states) == 3 * REAL_TIME.controls.tick_hz + 1
    assert game.undo(9999) == 3 * REAL_TIME.controls.tick_hz
    assert (game.steps, game.undo()) == (50, 0)
    assert game.act(still)


def test_a_session_goes_back_again_and_on():
    game = session(limit=5)
    start = game.batch.save(0)
    play(game, "sd")
    assert (game.steps, game.result, game.over) == (2, "success", True)
    assert game.returns[0] == pytest.approx(-0.1 * 2 + 1 + 10)
    assert not game.act(input_of(SOKOBAN).empty())
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
    assert dict(facts.facts(game)) == {"task": "t:0", "stages": "0 of 2", "time left": "9 steps", "return": "0.00"}
    play(game, "s")
    assert dict(facts.facts(game))["stages"] == "1 of 2"
    play(game, "d")
    assert (game.result, game.returns, verdict(game)[0]) == ("success", (1.0,), "Success")
    game.restart()
    assert (game.task, game.stages, game.over, checksum(game.batch, 0) == start) == ("t:0", ((0, 2),), False, True)
    play(game, "wwwwwwww")
    assert dict(facts.facts(game))["time left"] == "1 step"
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


def test_people_have_time_where_time_goes_on():
    what = tasks_of(REAL_TIME, {"goals": [goal(HOME)]})
    game = Session(REAL_TIME, **what)
    assert (game.limit, dict(facts.facts(game))["time left"]) == (9 * PATIENCE, "5 s (10 × an agent's)")
    assert what["tasks"].records["limit"].tolist() == [9], "the table itself is as it was"
    strict = Session(REAL_TIME, **what, strict=True)
    assert (strict.limit, dict(facts.facts(strict))["time left"]) == (9, "1 s")
    assert Session(REAL_TIME, **what, limit=70).limit == 70
    turns = tasks_of(SOKOBAN, {"goals": [goal(HOME)]})
    assert Session(SOKOBAN, **turns).limit == 9, "in turns time waits"
    for limit in (0, 2.7, 2**31):
        with pytest.raises(ValueError, match=rf"whole number of steps from 1 to 2\*\*31 - 1, got {limit}"):
            Session(SOKOBAN, **turns, limit=limit)
    with pytest.raises(ValueError, match="give tasks, or these"):
        Session(SOKOBAN, **turns, knobs=KNOBS)


@pytest.mark.parametrize("name", ["maze-find", "key-and-door", "hide-and-seek", "room-small"])
def test_a_map_does_not_change_when_one_turns(name):
    batch = worlds.batch(name, 1, seed=2, threads=1)
    batch.reset()
    maps = []
    for turn in (0, TURN // 2):
        batch.states["yaw"][0, 0] = turn
        scene = batch.scenes(whole=True)[0]
        marked = np.flatnonzero(scene["object_ids"][: scene["solids"]])
        colours = sketch.solid_colours(scene)
        maps.append([(scene["object_ids"][n], *scene["at"][n].round(3), *colours[n]) for n in marked])
    assert maps[0] == maps[1]
    assert maps[0]


def test_a_ball_with_a_stripe_has_its_own_colour_in_the_map():
    scene = np.zeros((), SCENE)
    scene["solids"] = 3
    scene["half"][:3] = (0.2, 0.2, 0.2), (0.21, 0.21, 0.02), (0.3, 0.3, 0.3)
    scene["paint"][:3] = 0xFF0000, 0xFFFFFF, 0x00FF00
    scene["object_ids"][:3] = 16, 16, 0
    assert sketch.solid_colours(scene).tolist() == [[255, 0, 0], [255, 0, 0], [0, 255, 0]]


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
        assert ("never" in account(game)) == ("failed" in ends)
        game.undo()
        assert game.ends == ("", "")
        game.next()
    assert dict(facts.facts(game))["stages"] == "0 of 1"
    game.next(-1)
    assert dict(facts.facts(game))["stages"] == "0 of 1 and none"


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
