"""Save slots and lists of levels, at a desk without any display."""

import io
import json
import zipfile
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rumpus.agents.human import started
from rumpus.agents.human.desk import Desk
from rumpus.agents.human.facts import facts as texts
from rumpus.agents.human.session import Session
from rumpus.agents.human.shown import ROWS, shown
from rumpus.agents.human.slots import SlotError, Slots, named, packed, unpacked
from rumpus.interface.png import from_png
from rumpus.tests.people import HOME, KNOBS, goal, other_room, play, press, room, session, tasks_of
from rumpus.tests.tiny_hall import HALL
from rumpus.worlds.pages import UNLIMITED
from rumpus.worlds.sokoban import DUO, SOKOBAN


@pytest.fixture(autouse=True)
def folders(monkeypatch, tmp_path):
    monkeypatch.setenv("RUMPUS_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("RUMPUS_DATA", str(tmp_path / "data"))


def choose(person, text):
    """Open the menu and go to the row of this text."""
    press(person, "escape")
    rows = [row for row, _ in shown(person).menu.rows]
    press(person, *["down"] * rows.index(text), "enter")


def levels(*rooms):
    return Session(SOKOBAN, seed=3, levels=np.concatenate(rooms), knobs=KNOBS)


def test_an_episode_is_saved_and_gone_on_from_in_another_window():
    game = levels(other_room(), room())
    person = Desk(game).join()
    press(person, "f6", "s")
    choose(person, "Save …")
    assert [row[0] for row in shown(person).menu.rows] == [f"{number}   empty" for number in range(1, 10)]
    press(person, "4", "enter")
    assert person.note == "Saved in slot 4" and person.menu is None
    saved = game.batch.save(0)

    again = levels(other_room(), room())
    other = Desk(again).join()
    press(other, "s")
    choose(other, "Load …")
    menu = shown(other).menu
    assert menu.rows[3][0] == "4   level 2, step 1" and menu.rows[3][1]
    assert menu.pictures[3].startswith("data:image/png") and menu.pictures[0] == ""
    press(other, "2", "enter")
    assert other.note == "Slot 2 is empty" and again.steps == 1 and again.level == 1
    press(other, "4", "enter")
    assert (again.level, again.steps, again.returns) == (2, 1, game.returns) and again.batch.save(0) == saved
    assert [episode.result for episode in again.episodes] == ["left"], "the episode that was left is told of"
    press(other, "f8")
    assert other.note == "No more is remembered" and again.steps == 1
    press(other, "d")
    assert again.result == "success" and again.mark in again.solved
    press(other, "f5")
    assert again.steps == 0 and again.level == 2


def test_a_slot_is_replaced_after_a_second_enter_alone():
    game = session()
    person = Desk(game).join()
    for key in ("s", "w"):
        press(person, key)
        choose(person, "Save …")
        press(person, "enter")
        if key == "w":
            assert shown(person).menu.rows[0][1] == "Enter again replaces it"
            press(person, "down", "up", "enter", "enter")
    press(person, "f5")
    choose(person, "Load …")
    press(person, "enter")
    assert game.steps == 2


def test_the_page_of_slots_opens_at_the_one_that_was_saved_last(monkeypatch):
    moments = iter(datetime(2026, 11, 27, hour, tzinfo=UTC) for hour in (3, 5, 4))
    monkeypatch.setattr("rumpus.agents.human.session.now", lambda: next(moments))
    desk = Desk(session())
    person = desk.join()
    choose(person, "Load …")
    assert shown(person).menu.place == 0 and desk.slots.newest() == 0, "all are empty"
    press(person, "escape", "escape")
    for number in (2, 7, 4):
        assert not desk.save(number)
    for page in ("Save …", "Load …"):
        choose(person, page)
        assert shown(person).menu.place == 6 and desk.slots.newest() == 7
        press(person, "escape", "escape")
    desk.slots.path(7).write_bytes(b"rubbish")
    assert desk.slots.newest() == 4


def test_practice_goes_on_from_a_slot_without_its_limit():
    game = session(limit=9)
    play(game, "s")
    stored = game.stored()
    practice = session(limit=UNLIMITED)
    practice.resume(stored)
    assert practice.steps == 1 and ("practice", "1 step") in texts(practice)
    play(practice, "wsws" * 4)
    assert practice.steps == 17 and not practice.over
    practice.undo(17)
    assert practice.limit == UNLIMITED
    game.resume(stored)
    assert game.limit == 9
    desk = Desk(session(limit=UNLIMITED))
    desk.slots.save(3, stored)
    started(desk, 1, "3")
    assert desk.session.limit == UNLIMITED


def test_time_stands_still_after_loading_where_it_goes_on():
    game = Session(HALL, seed=3)
    desk = Desk(game, countdown=3.0)
    person = desk.join()
    person.button_down("left", 0.0)
    now = 0.0
    while game.steps < 5:
        now += 0.01
        desk.advance(now)
    assert not desk.save(1)
    before = game.batch.save(0)
    while game.steps < 9:
        now += 0.01
        desk.advance(now)
    assert not desk.load(1) and desk.paused and not desk.counting
    desk.advance(now + 9)
    assert game.batch.save(0) == before


def kept():
    game = session()
    play(game, "s")
    return game.stored()


def remade(**members):
    """A slot's file with other members."""
    data, parts = io.BytesIO(), {}
    with zipfile.ZipFile(io.BytesIO(packed(kept()))) as file:
        parts = {name: file.read(name) for name in file.namelist()} | members
    with zipfile.ZipFile(data, "w", zipfile.ZIP_STORED) as file:
        for name, content in parts.items():
            if content is not None:
                file.writestr(name, content)
    return data.getvalue()


def facts(**changes):
    return json.dumps(json.loads(kept().facts.model_dump_json()) | changes)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "damaged"),
        (b"PK\x05\x06" + bytes(18), "damaged"),
        (lambda: packed(kept())[:-40], "damaged"),
        (lambda: remade(**{"picture.png": None}), "damaged"),
        (lambda: remade(**{"facts.json": b"{}"}), "damaged"),
        (lambda: remade(**{"facts.json": b"\xff" * 99}), "damaged"),
        (lambda: remade(**{"facts.json": facts(returns=["NaN"])}), "damaged"),
        (lambda: remade(**{"facts.json": facts(returns=[0.0, 0.0], ends=["", ""])}), "other players"),
        (lambda: remade(**{"facts.json": facts(place=7)}), "other players"),
        (lambda: remade(**{"facts.json": facts(first=99)}), "another episode"),
        (lambda: remade(**{"facts.json": facts(world="maze")}), "of maze, and sokoban"),
        (lambda: remade(**{"facts.json": facts(list="")}), "another list"),
        (lambda: remade(state=b"rubbish"), "cannot be loaded"),
        (lambda: remade(state=kept().state[:-1] + b"x"), "cannot be loaded"),
    ],
)
def test_a_damaged_or_foreign_slot_is_refused_in_a_sentence(data, words):
    game = session()
    desk = Desk(game)
    person = desk.join()
    press(person, "s")
    before = game.batch.save(0), game.steps, len(game.episodes)
    desk.save(1)
    desk.slots.path(1).write_bytes(data if isinstance(data, bytes) else data())
    why = desk.load(1)
    assert words in why and len(why.splitlines()) == 1 and why[0].isupper()
    assert (game.batch.save(0), game.steps, len(game.episodes)) == before
    choose(person, "Load …")
    assert shown(person).menu.rows[0][0].startswith("1   ")


@settings(max_examples=60)
@given(st.data())
def test_no_byte_of_a_slot_breaks_the_play(data):
    """A slot in which bytes were changed is refused, or is the same but for its picture or words."""
    game = session()
    whole = bytearray(packed(kept()))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        game.resume(unpacked(bytes(whole)))
    except SlotError:
        assert game.steps == 0
    else:
        assert game.steps == 1
        game.views(50, 70)


def test_slots_that_cannot_be_written_say_so(tmp_path):
    (tmp_path / "data").write_text("a file in place of the folder")
    desk = Desk(session())
    assert desk.save(1).startswith("Slot 1 could not be saved")
    assert all(isinstance(each, str) for each in desk.slots.all())
    held = Slots(None, "sokoban")
    held.save(9, kept())
    assert from_png(held.load(9).picture).shape[2] == 3
    for number in (0, 10):
        with pytest.raises(SlotError, match="numbered from 1 to 9"):
            held.save(number, kept())


def test_a_slot_is_named_by_its_number_or_its_file(tmp_path):
    path = tmp_path / "mine.rumpus"
    path.write_bytes(packed(kept()))
    assert named("7") == 7 and named(str(path)) == path
    desk = Desk(session())
    started(desk, 1, path)
    assert desk.session.steps == 1
    for text in ("0", "10", "9" * 5000, "-1", "nothing-here", str(tmp_path)):
        with pytest.raises(SlotError, match="slot"):
            named(text)
    path.write_bytes(b"rubbish")
    with pytest.raises(SlotError, match="damaged"):
        started(desk, 1, path)
    for number in (0, 2):
        with pytest.raises(ValueError, match="from 1 to 1"):
            started(desk, number, "")


def test_measured_play_has_no_slots_and_no_list():
    what = tasks_of(DUO, *({"goals": [goal(HOME)] * 2},) * 3)
    desk = Desk(Session(DUO, **what, once=True))
    person = desk.join()
    assert not desk.keeps and desk.save(1) and desk.load(1) and desk.go(2)
    press(person, "l")
    assert "measured" in person.note and person.menu is None
    press(person, "escape")
    assert not {"Save …", "Load …", "All tasks …"} & {row for row, _ in shown(person).menu.rows}


def test_levels_are_chosen_by_their_number_and_ticked():
    game = levels(*[room(), other_room()] * 40)
    person = Desk(game).join()
    press(person, "s", "d", "l")
    menu = shown(person).menu
    assert (menu.title, menu.place, menu.before, menu.after) == ("80 levels", 0, 0, 80 - ROWS)
    assert menu.rows[0] == ("Level 1", "✓ solved   played now") and menu.rows[1] == ("Level 2", "")
    press(person, "3", "7")
    menu = shown(person).menu
    assert menu.foot == "Number 37_" and menu.rows[menu.place][0] == "Level 37"
    press(person, "9")  # there is no level 379: the number begins anew
    assert shown(person).menu.foot == "Number 9_"
    press(person, "page down", "end", "up", "enter")
    assert game.level == 79 and person.menu is None
    press(person, "s", "d", "page up")
    assert game.level == 78
    fresh = levels(*[room(), other_room()] * 2)
    other = Desk(fresh).join()
    press(other, "l")
    assert [value for _, value in shown(other).menu.rows] == ["✓ solved   played now", "", "✓ solved", ""], "kept"
    press(other, "escape")
    choose(other, "All levels …")
    press(other, "escape")
    assert shown(other).menu.title == "", "back to the menu, from which it was opened"


def test_tasks_are_listed_with_their_words_and_ticked():
    what = tasks_of(SOKOBAN, {"goals": [goal(HOME)]}, {"goals": [goal(HOME, hold=3)]})
    for solved in (False, True):
        game = Session(SOKOBAN, **what)
        person = Desk(game).join()
        press(person, "l")
        rows = shown(person).menu.rows
        assert [row[0] for row in rows] == ["1   task 0 for 0", "2   task 1 for 0"]
        assert ["✓" in row[1] for row in rows] == [solved, False]
        press(person, "escape")
        assert person.menu is None, "it was opened from the play"
        play(game, "sd")
        assert game.result == "success"
        person.desk.advance(1.0)
