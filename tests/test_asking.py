"""A person asks an agent for one thing after the other: what is understood, played, judged and stored."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rumpus import worlds
from rumpus.agents.human.agent import SECONDS, Agent, named
from rumpus.agents.human.asking import Asking, reads
from rumpus.agents.human.desk import Desk
from rumpus.agents.human.host import MOST_ASKED
from rumpus.agents.human.session import Session
from rumpus.agents.human.shown import shown
from rumpus.agents.policies import RandomPolicy
from rumpus.episodes.episode import Player
from rumpus.episodes.marks import standing
from rumpus.episodes.store import Store
from rumpus.episodes.verify import verify
from rumpus.tests.commands import rumpus
from rumpus.tests.people import do, real_window
from rumpus.tests.test_generalist import TEXTS, policy

BOXES, ROOM = worlds.load("box-world-small"), worlds.load("room-small")


class Table:
    """A person at a desk with an agent that does what it is asked for, and a clock of their own."""

    def __init__(self, place: Path, agent: Agent, first: str = "", world: Any = BOXES):
        agent.hand(range(world.players))
        self.asking, self.now, self.place = Asking(place, "Ada", first), 0.0, place
        self.session = Session(world, seed=5, record=self.asking.attach, agents=[agent])
        self.desk = Desk(self.session, stored=False, asking=self.asking)
        self.person = self.desk.join("Ada", ())

    def wait(self, seconds: float) -> None:
        end = self.now + seconds
        while self.now < end:
            self.now += 0.05
            self.desk.advance(self.now)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.person.press(key, self.now)
            self.desk.advance(self.now)
            self.person.release(key, self.now)

    def ask(self, text: str) -> None:
        if self.person.typing is None:
            self.press("enter")
        self.person.text(text, self.now)
        self.press("enter")

    @property
    def band(self) -> str:
        band = shown(self.person).band
        return "" if band is None else band.title

    def stored(self) -> list[tuple[Any, list[tuple[str, int | None]]]]:
        """The heads of the store with their standing marks, (label, state)."""
        self.session.leave()
        self.asking.close()
        store = Store(self.place)
        assert all(verdict.same for verdict in verify(store))
        found = []
        for head in sorted(store.index(), key=lambda head: head.began):
            marks = standing(store.marks(head.id))
            assert {str(mark.by) for mark in marks} <= {"person:Ada"}
            found.append((head, [(mark.label, mark.first) for mark in marks]))
        return found


def reader() -> Agent:
    return Agent(policy(), Player("policy", "mine"), ())


@pytest.fixture
def expert():
    return named("expert", BOXES)[0]


def test_one_thing_after_the_other_is_asked_for_and_judged_by_program(tmp_path, expert):
    table = Table(tmp_path / "store", expert)
    table.wait(3)
    assert (table.session.steps, table.band) == (0, "Ask for: _"), "it waits"
    table.ask("Touch a key")
    assert "Understood: stand next to a key" in table.person.note, "what was understood is said back"
    assert shown(table.person).headline == "touch a key", "the agent is told that in the person's words"
    table.wait(20 * SECONDS)
    assert (table.session.result, table.band) == ("success", "Success")
    before = table.session.batch.states.copy()
    table.press("y")
    table.ask("open something")
    for name in ("x", "y", "cells"):
        assert (table.session.batch.states[name] == before[name]).all(), "the world is as it was left"
    table.ask("  ")
    table.press("f6")
    assert (table.band, table.asking.text, table.session.task) == ("Ask for: _", "", "")
    table.ask("touch the gem")
    table.wait(40 * SECONDS)
    table.ask("touch the nearest key")
    assert "the nearest key: " in table.asking.reply, "particular things are found where the world is now"
    (one, marks), (two, none) = table.stored()
    assert (one.extra["asked"], one.extra["understood"]) == ("touch a key", "stand next to a key")
    assert (one.result, marks, none) == ("success", [("success", one.steps)], [])
    assert two.extra["asked"] == "touch the gem" and "after" not in two.extra, "in another room"
    assert one.source == "rumpus play --ask" and one.played_by == (Player("expert"),)


def test_a_person_interrupts_corrects_takes_over_and_judges(tmp_path):
    table = Table(tmp_path / "store", reader(), first="lauf herum")
    assert (table.asking.judge, table.person.typing) == ("person", None)
    table.wait(3 * SECONDS)
    tried = table.session.steps
    table.press("enter")
    table.wait(5)
    assert table.session.steps == tried > 0, "an agent that is interrupted waits"
    table.ask("赤い鍵を取って")
    table.wait(2 * SECONDS)
    moved = table.session.steps
    table.press("w")
    assert "mine plays: F2 takes over" in table.person.note
    table.press("f2", "s", "w")
    assert table.session.steps == moved + 2
    table.press("n", "y")
    assert table.band == "", "the person may walk on"
    table.press("f8")
    assert table.asking.verdict == "", "the verdict was about a step that is taken back"
    table.press("y")
    table.ask("open the red lock and touch a key")
    assert table.person.seats == (), "the agent tries again"
    table.wait(2 * SECONDS)
    table.press("f5")
    table.wait(3 * SECONDS)
    table.press("n")
    steps = table.session.steps
    table.wait(5)
    assert (table.session.steps, table.band) == (steps, "You say: failure"), "a verdict ends it"
    (one, _), (two, marks), (three, _), (four, last) = table.stored()
    assert [head.extra["asked"] for head in (one, two)] == ["lauf herum", "赤い鍵を取って"]
    assert two.instructions == ("赤い鍵を取って",) and two.extra["after"] == one.id
    assert [who for _, _, who in json.loads(two.extra["hands"])] == ["policy:mine", "person:Ada"]
    assert (two.steps, marks, two.result) == (moved + 1, [("success", moved + 1)], "left")
    assert {three.extra["after"], four.extra["after"]} == {two.id}, "both from the same state"
    assert last == [("failure", four.steps)]


@pytest.mark.parametrize("text", [*TEXTS, "a" * MOST_ASKED, "touch the purple unicorn", "touch a key, touch no key"])
def test_any_text_is_played_or_refused_with_a_reason(tmp_path, text):
    table = Table(tmp_path / "store", reader())
    table.press("escape")
    asked = table.desk.ask(text)
    assert asked == bool(text.strip(" \n\t"))
    if asked:
        assert table.asking.reply
        table.wait(3 * SECONDS)
        ((head, _),) = table.stored()
        assert head.steps == table.session.steps > 0 and len(head.extra["asked"]) <= MOST_ASKED


def test_words_about_things_that_are_not_there_are_played_and_said_to_be_so(tmp_path):
    table = Table(tmp_path / "store", reader(), world=ROOM)
    table.press("escape")
    absent = sorted(set(ROOM.rules.things.colours) - {"red"})
    assert any(table.desk.ask(f"lift a {colour} rocket") and "no" in table.asking.reply for colour in absent)
    table.desk.ask("what colour is the unicorn")
    assert table.asking.judge == "person" and "unicorn" in table.asking.reply
    table.wait(1)
    assert table.session.steps > 0


def test_an_expert_follows_only_what_is_understood(tmp_path, expert):
    table = Table(tmp_path / "store", expert, first="dance")
    assert not table.asking.text and "follows only what is understood" in table.asking.reply
    table.wait(2)
    assert table.session.steps == 0


def test_who_reads_nothing_is_not_asked(tmp_path, capsys):
    with pytest.raises(ValueError, match="reads no instructions"):
        reads(Agent(RandomPolicy(0), Player("random"), (0,)))
    for words, reason in {
        ("maze-small", "--ask", "maze-small-ppo"): "reads no instructions",
        ("maze-small", "--ask", "nobody-such"): "no checkpoint",
        ("maze-small", "--ask", "expert", "--alone"): "--ask is for a world",
        ("--ask", "expert"): "need a world",
    }.items():
        assert rumpus("play", *words) == 1
        assert reason in " ".join(capsys.readouterr().err.split())


def test_real_keys_ask_and_judge(display, tmp_path, monkeypatch):
    monkeypatch.setenv("RUMPUS_CONFIG", str(tmp_path))
    with real_window(tmp_path / "store", "ask") as (process, _):
        do("type", "--delay", "40", "put a box on a target")
        do("key", "Return", "sleep", "1.5", "key", "y", "sleep", "0.5", "key", "Escape", "Up", "Return")
        process.communicate(timeout=60)
    store = Store(tmp_path / "store")
    (head,) = store.index()
    assert (head.extra["asked"], head.result) == ("put a box on a target", "success")
    assert [mark.label for mark in store.marks(head.id)] == ["success"]
