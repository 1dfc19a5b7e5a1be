"""The desk, without any display: people and agents in seats, time, and the record of what is shown."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict
from types import SimpleNamespace

import numpy as np
import pytest

from rumpus import worlds
from rumpus.agents.human import facts, sounds
from rumpus.agents.human.agent import SECONDS, Agent, beside, default_agent, seats_of
from rumpus.agents.human.commands import bindable
from rumpus.agents.human.desk import Desk
from rumpus.agents.human.facts import RESULTS
from rumpus.agents.human.host import SPEEDS
from rumpus.agents.human.session import Session
from rumpus.agents.human.shown import shown
from rumpus.agents.policies import RandomPolicy
from rumpus.episodes.episode import Player
from rumpus.interface.action import MOUSE_ONE
from rumpus.interface.keys import KEY
from rumpus.tests.people import HOME, KNOBS, REAL_TIME, goal, press, room, session, tasks_of
from rumpus.tests.tiny_hall import DUO as HALL_DUO
from rumpus.worlds.sokoban import DUO, SOKOBAN


@pytest.fixture(autouse=True)
def config(monkeypatch, tmp_path):
    monkeypatch.setenv("RUMPUS_CONFIG", str(tmp_path))


def random_agent(*seats: int, fills: tuple[int, ...] | None = None, name: str = "random") -> Agent:
    return Agent(RandomPolicy(4), Player(name), seats, fills=fills)


def at(game: Session) -> list[list[int]]:
    """(x, y) of each player."""
    players = game.world.players
    return [[int(game.batch.states[axis][0, player]) for axis in "xy"] for player in range(players)]


def test_a_desk_and_its_record_need_no_pygame():
    script = """
import sys
from rumpus.agents.human.desk import Desk
from rumpus.agents.human.shown import shown
loaded = {name.partition(".")[0] for name in sys.modules}
assert not loaded & {"pygame", "torch"}, loaded
"""
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_a_person_plays_by_names_of_keys_and_a_record_says_all():
    game = session()
    desk = Desk(game)
    person = desk.join()
    assert desk.due() == np.inf
    person.press("f1", 0.0)
    assert not desk.advance(0.0)
    page = shown(person).help
    assert page is not None and [title for title, _ in page.tables] == ["Your input", "This window"]
    assert ("F8 or Ctrl + Z", "take a step back") in page.tables[1][1]
    assert "save a screenshot" not in dict(map(reversed, page.tables[1][1])), "no painter here can do so"
    person.press("s", 0.0)  # closes the page alone
    person.press("s", 0.0)
    assert desk.advance(0.0) and game.steps == 1
    person.release("s", 0.1)
    person.press("f6", 0.2)
    assert person.note == "This level is the only one"
    person.press("f5", 0.2)
    desk.advance(9.0)
    record = json.loads(json.dumps(asdict(shown(person))))
    assert record["world"] == "sokoban"
    assert ["step", "0 / 120"] in record["facts"]
    assert "F1 help" in record["hints"] and record["band"] is None and record["playing"]
    assert [seat["by"] for seat in record["seats"]] == ["you"]
    for key in ("s",):
        person.press(key, 1.0)
        desk.advance(1.0)
        person.release(key, 1.0)
    assert at(game) == [[1, 2]]
    person.button_down("left", 1.5, (0, (MOUSE_ONE * 5 // 10, MOUSE_ONE // 2)))  # on the box
    desk.advance(1.5)
    band = shown(person).band
    assert band is not None and (band.title, band.tone) == ("Success", "good")
    assert shown(person).hints[0] == "Enter this level again"
    person.press("z", 2.0, ["left ctrl"])
    person.release("z", 2.0)
    assert (game.steps, game.result) == (1, "")
    person.press("escape", 3.0)
    assert shown(person).menu.rows[-1] == ("Leave", "")
    for key in (None, "escape"):
        person.press(key, 3.0)
        assert person.open and person.menu is None, "any key without a use in the menu plays on"
        person.press("escape", 4.0)
    for key in ("up", "enter"):
        person.press(key, 4.0)
    assert not person.open


def test_two_people_and_an_agent_have_a_seat_each():
    """Each person has a view, keys, overlays and notes of their own; a seat without a person is played."""
    game = session(DUO, agents=[random_agent(0, 1)])
    desk = Desk(game)
    ada, bob = desk.join("Ada", [0]), desk.join("Bob", [1])
    assert [shown(person).seats[1].by for person in (ada, bob)] == ["Bob", "you"]
    assert [seat.label for seat in shown(ada).seats] == ["Player 1   your keys", "Player 2   Bob"]
    ada.press("s", 0.0)
    bob.press("a", 0.0)  # letters are of whoever presses them
    desk.advance(0.0)
    assert at(game) == [[1, 2], [3, 1]]
    assert game.steps == 1, "both in one step"
    for person, key in ((ada, "s"), (bob, "a")):
        person.release(key, 0.1)
    ada.press("f1", 0.2)
    bob.press("d", 0.2)
    desk.advance(0.2)
    bob.release("d", 0.2)
    assert at(game)[1] == [4, 1], "a page that one reads stops nobody else"
    assert shown(ada).help and not shown(bob).help
    bob.press("f1", 0.3)
    assert not desk.running
    for person in (ada, bob):
        person.press(None, 0.4)
    desk.leave(bob)
    assert shown(ada).seats[1].by == "random"
    watcher = desk.join("Eve", [])
    watcher.press("s", 0.5)
    assert "takes over" in watcher.note or "not yours" in watcher.note
    steps = game.steps
    desk.advance(0.5)
    assert game.steps == steps
    desk.sit(watcher, [0])
    assert ada.seats == () and [seat.by for seat in shown(watcher).seats] == ["you", "random"]


def test_seats_go_round_and_agents_play_what_is_left():
    """In a world for several, one key takes one seat after the other, and the last hands back; each agent fills its
    own."""
    one, other = random_agent(0, fills=(0,), name="expert"), random_agent(1)
    desk = Desk(session(DUO, agents=[one, other]))
    person = desk.join()
    held = []
    for _ in range(4):
        held.append([seat.by for seat in shown(person).seats] + [person.commands.words["hand"]])
        person.press("f2", 0.0)
    assert held == [
        ["expert", "random", "play player 1"],
        ["you", "random", "play player 2"],
        ["expert", "you", "watch"],
        ["expert", "random", "play player 1"],
    ]
    seated = Desk(session(DUO, agents=[random_agent(1)])).join()
    assert seated.seats == (0,)
    seated.press("f2", 0.0)
    assert seated.seats == (1,) and seated.desk.session.agents[0].seats == {0}


def test_time_goes_faster_and_slower_and_step_by_step():
    game = session(REAL_TIME, limit=9999)
    desk = Desk(game)
    person = desk.join()
    rates = []
    now = 0.0
    for place in range(len(SPEEDS)):
        desk.faster(place - desk.speed)
        before, start = game.steps, now
        while now < start + 4:
            desk.advance(now)
            now = max(desk.due(), now + 1e-9)
        rates.append((game.steps - before) / 4 / 20)
    assert rates == pytest.approx(SPEEDS, rel=0.06)
    person.press("d", now)
    desk.step_once()
    steps = game.steps
    for _ in range(3):
        desk.advance(now + 100)
    assert (game.steps, desk.paused) == (steps + 1, True)
    assert game.batch.actions[0, 0]["keys"][KEY["d"]] == 1, "what is held counts"
    watched = Desk(session(agents=[random_agent(0)], limit=99))
    watched.join()
    watched.advance(0.0)
    watched.faster(1)
    for tick in range(41):
        watched.advance(tick * SECONDS / 4)
    assert watched.session.steps == pytest.approx(20, abs=1), "turns of an agent, too"
    steps = watched.session.steps
    watched.step_once()
    assert watched.due() == 0.0 and watched.advance(99.0)
    watched.advance(999.0)
    assert watched.session.steps == steps + 1


def test_a_mouse_that_is_caught_is_one_persons():
    game = Session(HALL_DUO, seed=3)
    desk = Desk(game)
    person = desk.join("Ada", [0])
    assert desk.paused and shown(person).band.title == "Click to play"
    person.button_down("left", 0.0)
    assert person.caught and not desk.paused
    other = desk.join("Bob", [1])
    assert not desk.paused, "time goes on while another joins"
    person.press("escape", 0.1)
    assert not person.caught and not desk.paused, "and while one lets the mouse go"
    other.away()
    assert not desk.paused
    desk.leave(other)
    person.away()
    assert desk.paused


def test_a_task_is_told_with_the_seats():
    game = Session(DUO, **tasks_of(DUO, {"goals": [goal(HOME), goal(HOME, hold=3)], "tied": [1]}))
    person = Desk(game).join()
    record = shown(person)
    assert record.headline == "Each player has a task of its own"
    assert [seat.instruction for seat in record.seats] == ["task 0 for 0", "task 0 for 1"]
    assert record.seats[1].label == "Player 2   can only talk"


def test_settings_of_strangers_are_not_stored(tmp_path):
    desk = Desk(Session(SOKOBAN, levels=room(), knobs=KNOBS, seed=1), stored=False)
    person = desk.join()
    for key in ("s", "d"):
        person.press(key, 0.0)
        desk.advance(0.0)
        person.release(key, 0.0)
    assert desk.session.solved and list(tmp_path.iterdir()) == []


def test_a_person_among_agents_sees_one_picture_or_all():
    person = Desk(session(DUO, agents=[random_agent(1)])).join()
    assert [seat.visible for seat in shown(person).seats] == [True, False]
    assert dict(shown(person).facts)["others"] == "random"
    person.press("tab", 0.0)
    assert all(seat.visible for seat in shown(person).seats)
    assert "views" not in Desk(session(DUO)).join().commands.table, "people at one keyboard see all"


def test_a_click_of_one_who_watches_plays_on_and_leaves_the_mouse():
    game = Session(HALL_DUO, seed=3, agents=[random_agent(0, 1)])
    desk = Desk(game)
    person = desk.join(seats=())
    person.do("pause", 0.0)
    person.button_down("left", 0.0)
    assert not desk.paused and not person.caught
    person.do("hand", 0.0)
    person.do("pause", 0.0)
    person.button_down("left", 0.0)
    assert not desk.paused and person.caught


def test_the_others_stay_others_at_the_end():
    game = session(DUO, agents=[random_agent(1)], limit=2)
    person = Desk(game).join()
    for _ in range(3):
        assert ("others", "random") in shown(person).facts, game.result
        press(person, "w")
    assert game.over and game.watching
    watched = session(DUO, agents=[random_agent(0, 1)])
    assert ("plays", "random") in facts.facts(watched)


def test_a_message_of_before_does_not_hide_the_keys_while_one_types():
    person = Desk(session(DUO)).join()
    person.tell("There is no device for sound here", 0.0)
    press(person, "enter")
    assert shown(person).band.below == "Enter says it    Tab the other player    Esc"
    person.text("\u20ac", 0.0)
    assert "no others" in shown(person).band.below


def test_keys_are_told_where_they_are_of_use():
    person = Desk(Session(HALL_DUO, agents=[random_agent(1)]), stored=False).join()
    person.button_down("left", 0.0)
    assert person.caught and "F2 switch" in shown(person).hints
    assert person.commands.table["switch"].help == "play the other player"
    assert dict(bindable(HALL_DUO, person.inputs, person.commands))["f1"] == "help"


def test_the_results_of_many_players_are_told_by_result():
    four, two = (SimpleNamespace(ends=("success", "failed", *more)) for more in (("success", "success"), ()))
    assert facts.verdict(four)[0] == "Success: players 1, 3, 4    Failed: player 2"
    assert facts.verdict(two)[0] == "Player 1: success    Player 2: failed"
    four.returns = 12.0, -32.64, 8.64, 12.0
    assert facts.returns(four) == "12.00, −32.64, 8.64, 12.00" and facts.returns(four, (0, 3)) == "12.00"


@pytest.mark.parametrize(
    ("typed", "seats"),
    [
        ({"names": ["expert"]}, [(1, 2, 3)]),
        ({"names": ["expert"], "seat": 2}, [(0, 2, 3)]),
        ({"names": ["random", "expert"], "people": 2}, [(2,), (3,)]),
        ({"names": ["nobody", "random"], "seat": 4}, [(1, 2)]),
        ({"names": ["nobody"]}, []),
    ],
)
def test_seats_without_a_person_are_filled(typed, seats):
    world = worlds.load("tag-four")
    agents, _ = beside(world=world, **typed)
    assert [tuple(sorted(agent.seats)) for agent in agents] == seats
    mine = seats_of(world, typed.get("seat"), typed.get("people", 1))
    fillers = [next((agent.name for agent in agents if seat in agent.fills), "nobody") for seat in mine]
    assert fillers == [typed["names"][0]] * len(mine), "they play on where a person leaves"


def test_every_world_for_several_has_partners():
    for name in worlds.names():
        assert default_agent(worlds.load(name)) == "expert"


def test_rewards_are_seen_where_they_were_won():
    game = session()
    desk = Desk(game)
    person = desk.join()
    for now, key in ((1.0, "s"), (2.0, "d")):
        person.press(key, now)
        desk.advance(now)
        person.release(key, now)
        assert bool(shown(person).seats[0].gains) == (key == "d"), "a step costs a little, and that is not shown"
    record = shown(person)
    assert record.seats[0].gains == [("+10.9", 0.0)] and record.blinks
    assert desk.due() < 2.2 and desk.advance(2.5) and 0 < shown(person).seats[0].gains[0][1] < 1
    assert desk.advance(9.0) and shown(person).seats[0].gains == [] and desk.due() == np.inf


def test_real_time_counts_down_and_any_key_begins():
    game = session(REAL_TIME)
    desk = Desk(game, countdown=3.0)
    person = desk.join()
    counted = []
    now = 0.0
    while not game.steps:
        if desk.advance(now) or now == 0.0:
            band = shown(person).band
            counted.append(band.title if band else "")
        now = max(desk.due(), now + 1e-6)
    assert counted[:4] == ["3", "2", "1", ""] and now == pytest.approx(3.1, abs=0.02)
    desk.restart()
    desk.advance(10.0)
    assert desk.counting == 3
    person.press("d", 10.1)
    desk.advance(10.1)
    desk.advance(10.2)
    assert game.steps and game.batch.actions[0, 0]["keys"][KEY["d"]], "that key counts at once"
    assert not Desk(session(SOKOBAN), countdown=3.0).counting, "turns wait by themselves"
    watched = Desk(session(REAL_TIME, agents=[random_agent(0)]), countdown=3.0)
    watched.join()
    assert not watched.counting


def test_help_is_short_and_the_whole_page_comes_second():
    person = Desk(session()).join()
    person.press("f1", 0.0)
    page = shown(person).help
    assert page.story[0] == "Goal: push every box onto a target"
    assert len(page.story) == 2 and page.tables and "F1 again" in page.foot
    person.press("f1", 0.0)
    assert len(shown(person).help.story) > 3
    person.press("f1", 0.0)
    assert shown(person).help is None


def test_the_menu_changes_settings_and_plays_on(tmp_path):
    desk = Desk(Session(HALL_DUO, seed=3))
    person = desk.join(can={"mute": lambda shift: setattr(person, "loud", not person.loud)})
    person.loud = True
    person.button_down("left", 0.0)

    def chosen() -> tuple[str, str]:
        menu = shown(person).menu
        assert menu is not None
        return menu.rows[menu.place]

    def go_to(text: str) -> None:
        while chosen()[0] != text:
            person.press("down", 0.0)

    person.press("escape", 0.0)  # lets the mouse go
    person.press("escape", 0.0)
    assert chosen() == ("Play on", "") and not desk.running
    for text, key, value in (
        ("Mouse", "right", "125 %"),
        ("Mouse down", "enter", "looks up"),
        ("Speed", "left", "0.5 ×"),
        ("Sounds", "right", "off"),
        ("An agent's picture", "enter", "shown"),
    ):
        go_to(text)
        person.press(key, 0.0)
        assert chosen() == (text, value)
    assert shown(person).small
    go_to("Help")
    person.press("enter", 0.0)
    assert shown(person).menu is None and shown(person).help
    person.press("x", 0.0)
    person.press("escape", 0.0)
    person.press("left", 0.0)
    assert person.menu == 0, "a row without a value has none to change"
    person.press("up", 0.0)
    assert chosen() == ("Leave", "")
    person.press("enter", 0.0)
    assert not person.open


def test_sounds_say_what_has_happened():
    game = session()
    desk = Desk(game)
    person = desk.join()
    for key in ("s", "d"):
        person.press(key, 0.0)
        desk.advance(0.0)
        person.release(key, 0.0)
    assert [name for _, name in shown(person).sounds] == ["success"]
    counted = Desk(session(REAL_TIME), countdown=2.0)
    counted.join()
    for now in (0.0, 0.5, 1.0, 1.5, 2.0, 2.1):
        counted.advance(now)
    assert counted.sounds == ((1, "count"), (2, "count"), (3, "start"))
    for name in sounds.NOTES:
        made = sounds.samples(name).astype(float)
        assert 0.1 <= len(made) / sounds.RATE < 1 and 3000 < np.abs(made).max() < 32767 / 3
        assert np.abs(made[:8]).max() < 1000 > np.abs(made[-8:]).max(), "no click"
    assert set(RESULTS) - {"too late"} <= set(sounds.NOTES)
