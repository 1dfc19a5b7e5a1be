"""Keys by place, other places for them, and colours for all eyes."""

import json

import numpy as np
import pygame
import pytest

from rumpus import worlds
from rumpus.agents.human import palette, settings
from rumpus.agents.human.camera import input_of
from rumpus.agents.human.desk import Desk
from rumpus.agents.human.devices import layout, name_of, print_of
from rumpus.agents.human.padkeys import PadKeys
from rumpus.agents.human.session import Session
from rumpus.agents.human.shown import shown
from rumpus.interface.keys import KEY, KEYS
from rumpus.tests.people import press, session
from rumpus.worlds.maze import SMALL as MAZE


@pytest.fixture(autouse=True)
def folders(monkeypatch, tmp_path):
    monkeypatch.setenv("RUMPUS_CONFIG", str(tmp_path))
    return tmp_path


def go_to(person, text):
    rows = [row for row, _ in shown(person).menu.rows]
    press(person, "home", *["down"] * rows.index(text))


def rows_of(person):
    return dict(shown(person).menu.rows)


def event(key, scancode, mod=0, text=""):
    return pygame.event.Event(pygame.KEYDOWN, key=key, scancode=scancode, mod=mod, unicode=text)


def test_keys_are_known_by_place_or_by_print():
    """On a French keyboard the key with Z lies where W lies on a US one."""
    z = event(pygame.K_z, pygame.KSCAN_W, text="z")
    assert (name_of(z, by_place=True), name_of(z)) == ("w", "z") and print_of(z) == ("w", "z")
    undo = event(pygame.K_z, pygame.KSCAN_W, pygame.KMOD_LCTRL, "z")
    assert name_of(undo, by_place=True) == "z" and print_of(undo) is None, "Ctrl + Z is meant by its print"
    assert name_of(event(pygame.K_w, 0), by_place=True) == "w", "an event may tell no place"
    assert print_of(event(pygame.K_RETURN, pygame.KSCAN_RETURN, text="\r")) is None


def test_the_layout_is_one_of_known_keys():
    found = layout()
    assert set(found) <= set(KEYS) and all(name != letter and len(letter) == 1 for name, letter in found.items())


def test_help_shows_the_print_of_this_keyboard():
    person = Desk(Session(MAZE, seed=3)).join()
    for key, letter in {"w": "z", "a": "q", "q": "a", "m": ","}.items():
        person.keymap.learn(key, letter)
    press(person, "f1")
    inputs, window = (dict(rows) for _, rows in shown(person).help.tables)
    assert "Z Q S D" in inputs and "," in window
    person.keymap.turn()
    inputs, window = (dict(rows) for _, rows in shown(person).help.tables)
    assert "W A S D" in inputs and "M" in window, "by print the names are the prints"


def test_a_key_is_given_another_place_and_that_is_kept():
    game = session()
    person = Desk(game).join()
    press(person, "escape")
    go_to(person, "Keys …")
    press(person, "enter")
    go_to(person, "Push down")
    assert rows_of(person)["Push down"] == "S"
    press(person, "enter")
    assert rows_of(person)["Push down"] == "press a key"
    press(person, "escape")
    assert rows_of(person)["Push down"] == "S" and person.menu is not None
    press(person, "enter", "k", "escape", "escape")
    press(person, "s")
    assert game.steps == 0, "S has what K had: nothing"
    press(person, "k")
    assert game.steps == 1
    press(person, "f1")
    assert any("K" in keys.split() for keys, _ in shown(person).help.tables[0][1])
    press(person, "x")
    again = Desk(session()).join()
    press(again, "k")
    assert again.desk.session.steps == 1
    press(again, "escape")
    go_to(again, "Keys …")
    press(again, "enter", "end", "enter")
    assert settings.load() == (settings.Settings(), "")


def test_keys_that_change_places_are_never_lost():
    """After any changes each key stands for one, and all can be pressed."""
    made, rng = settings.Settings(), np.random.default_rng(0)
    for _ in range(200):
        one, other = rng.choice(KEYS, 2)
        made.bind(str(one), str(other))
        assert made.keys.get(str(one), str(one)) == other
        assert sorted(made.keys) == sorted(made.keys.values())
    assert not settings.keep(made) and settings.load() == (made, "")


@pytest.mark.parametrize(
    "stored",
    [{"keys": {"w": "a"}}, {"keys": {"w": "a", "x": "a"}}, {"keys": ["w"]}, {"keys": {"w": 3, "a": 4}}, {"marked": 1}],
)
def test_broken_settings_of_keys_are_not_used(folders, stored):
    (folders / "window.json").write_text(json.dumps({"sensitivity": 100, "invert": False} | stored))
    person = Desk(session()).join()
    assert "holds no settings" in person.note and person.settings == settings.Settings()


def test_settings_of_an_earlier_version_are_kept(folders):
    (folders / "window.json").write_text('{"sensitivity": 125, "invert": true}')
    assert settings.load() == (settings.Settings(125, True), "")


def test_colours_for_all_eyes_are_of_the_view_alone():
    game = Session(worlds.load("box-world-small"), seed=7)
    person = Desk(game).join()
    plain, seen = game.views(320, 320), game.batch.draw().copy()
    press(person, "escape")
    go_to(person, "Colours")
    assert rows_of(person)["Colours"] == "as agents see"
    press(person, "enter")
    assert person.settings.marked and settings.load()[0].marked
    marked = game.views(320, 320, marked=True)
    share = (marked != plain).any(-1).mean()
    assert 0.02 < share < 0.3, "keys and locks alone are drawn in another way"
    assert np.array_equal(game.batch.draw(), seen) and np.array_equal(game.views(320, 320), plain)
    game.batch.states["y"], game.batch.states["x"] = 2, 2
    moved = game.views(320, 320, marked=True)
    assert not np.array_equal(moved, marked), "and follows the play"


def test_worlds_whose_colours_all_tell_apart_have_one_drawing():
    person = Desk(session()).join()
    press(person, "escape")
    assert palette.sheet(MAZE) is None and "Colours" not in rows_of(person) and "Keys …" in rows_of(person)
    assert np.array_equal(person.desk.session.views(50, 70, marked=True), person.desk.session.views(50, 70))


def taken(pads, *buttons, pad=0, over=False, paused=False):
    changes = [pads.button(pad, name, down, over, paused) for name in buttons for down in (True, False)]
    return [tuple(change) for some in changes for change in some]


def test_a_controller_presses_the_keys_of_a_grid():
    pads = PadKeys(input_of(worlds.load("sokoban-small")))
    assert taken(pads, "up") == [("up", True, False), ("up", False, False)]
    assert taken(pads, "b", "y", "start", "back") == [
        (name, True, True) for name in ("undo", "next", "leave", "restart")
    ]
    assert taken(pads, "a", "b", over=True) == [
        (key, down, False) for key in ("enter", "escape") for down in (True, False)
    ]
    assert taken(pads, "a", paused=True) == [("pause", True, True)]
    push = [pads.stick(0, place, False) for place in ((0.5, 0), (0.7, 0), (0.5, 0), (0.3, 0), (0, -1), (0, 0))]
    assert [[tuple(change)[:2] for change in some] for some in push] == [
        [], [("right", True)], [], [("right", False)], [("up", True)], [("up", False)],
    ]  # fmt: skip
    assert pads.button(0, "up", True, False)
    assert [change.name for change in pads.button(0, "up", False, True)] == ["up"]  # the menu opened meanwhile


def test_two_controllers_move_two_players_of_one_grid():
    inputs = input_of(worlds.load("sokoban-duo"))
    pads = PadKeys(inputs)
    owners = [inputs.owner(KEY[taken(pads, "left", pad=pad)[0][0]]) for pad in range(2)]
    assert owners == [0, 1]


def test_where_there_is_a_camera_a_controller_opens_the_menu_and_its_sticks_are_left_alone():
    pads = PadKeys(input_of(worlds.load("maze-small")))
    assert not taken(pads, "up", "x") and not pads.stick(0, (0, -1), False)
    assert taken(pads, "start") == [("leave", True, True)]
