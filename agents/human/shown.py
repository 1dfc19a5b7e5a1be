"""The record of all that one person at a desk is shown besides the pictures. Window and browser page paint it.

It holds text, numbers and truth values alone, so that `dataclasses.asdict` of it is JSON. Tones name colours: "bright",
"plain", "dim", "gold", "good", "bad".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import facts
from .commands import Commands, input_rows, pages
from .host import SPEEDS
from .input import Input
from .session import Session

if TYPE_CHECKING:
    from .person import Person

BLINK = 0.4
"""Share of its time for which a reward lets the return blink."""
ROWS = 18
"""Rows of a page of the menu that are shown at once."""
SENTENCES = 3
"""Sentences about a world on the first help page."""
Rows = list[tuple[str, str]]


@dataclass(frozen=True)
class Seat:
    """A player's picture. label: the player, and what moves it; by: who holds the seat, "you", the name of another
    person or of an agent, or "" for nobody; mine: whether this person's input moves it; instruction: the player's own,
    "" where all have the same; aimed, near: the thing in the middle of the picture, "" for none, and whether it is in
    reach; crosshair: whether the middle is to be marked; visible: whether this person sees the picture at all; gains:
    (text, age from 0 to 1) of rewards of late."""

    label: str
    by: str
    mine: bool
    instruction: str
    aimed: str
    near: bool
    crosshair: bool
    visible: bool
    gains: list[tuple[str, float]]


@dataclass(frozen=True)
class Band:
    """A title and a line below it, across the lower part of the pictures. left: whether both begin at the left, and a
    title that is too long shows its end."""

    title: str
    below: str
    tone: str = "bright"
    left: bool = False


@dataclass(frozen=True)
class Help:
    """A help page: paragraphs, tables of (keys, meaning), each with a title, and what keys do here."""

    title: str
    story: list[str]
    tables: list[tuple[str, Rows]]
    foot: str


@dataclass(frozen=True)
class Menu:
    """The menu: (text, value) of the rows of a page that are shown, the place of the chosen one among them, what keys
    do here, the title of the page, "" for none, how many rows come before and after these, and their pictures, each a
    PNG file as a data URL, "" for none; a note, "" for none."""

    rows: Rows
    place: int
    foot: str
    title: str = ""
    before: int = 0
    after: int = 0
    pictures: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Shown:
    """All that a person is shown.

    world: its name; headline: the instruction, or what the world is; facts: (name, value) of the panel; hints: keys
    that have a use now; note: a passing message, "" for none; said: the chat, line by line; seats: one for each player;
    band, help: what lies over the pictures; playing: whether input goes to the world; map: whether a map is open;
    caught: whether the mouse belongs to the world and only its motion is reported; typing: whether text is awaited;
    blinks: whether the return has just risen; menu: lies over all; small: whether a picture as agents see it is shown;
    sounds: (number, name in sounds.py) of what is to be heard, in ascending order.
    """

    world: str
    headline: str
    facts: Rows
    hints: list[str]
    note: str
    said: list[str]
    seats: list[Seat]
    band: Band | None
    help: Help | None
    playing: bool
    map: bool
    caught: bool
    typing: bool
    blinks: bool
    menu: Menu | None
    small: bool
    sounds: list[tuple[int, str]]


def shown(person: Person) -> Shown:
    """The record of all that this person is shown now."""
    session = person.desk.session
    speed = SPEEDS[person.desk.speed]
    return Shown(
        world=session.world.name,
        headline=_headline(person),
        facts=facts.facts(session, person.seats) + _asked(person) + [("speed", f"{speed:g} ×")] * (speed != 1.0),
        hints=hints(person),
        note=person.note,
        said=list(session.said),
        seats=[_seat(person, player) for player in range(session.world.players)],
        band=_band(person),
        help=_help(person) if person.help else None,
        playing=person.playing,
        map=person.map,
        caught=person.caught,
        typing=person.typing is not None,
        blinks=any(person.desk.age(gain) < BLINK for gain in person.desk.gains if gain.seat in person.seats),
        menu=_menu(person),
        small=person.small,
        sounds=list(person.desk.sounds),
    )


def _headline(person: Person) -> str:
    """The first line of the panel: what the agent is told, or what the world's players are."""
    asking = person.desk.asking
    if asking is None:
        return facts.headline(person.desk.session)
    return asking.instruction or f"Say what {asking.name} is to do"


def _asked(person: Person) -> Rows:
    """The facts about what an agent is asked for."""
    asking = person.desk.asking
    if asking is None or not asking.text:
        return []
    rows = [("judged by", "program, and you" if asking.judge == "program" else "you")]
    return rows + [("your verdict", asking.verdict)] * bool(asking.verdict)


def hints(person: Person) -> list[str]:
    """The keys that have a use now."""
    session, commands = person.desk.session, person.commands
    if person.desk.asking is not None:
        free = ["Esc lets the mouse go"] * person.caught
        return free + commands.hints("ask", "good", "bad", "hand", "restart", "next", "undo", "pause", "help")
    if person.caught:
        keys = commands.hints("hand", "switch", "views", "chat", "help", "undo", "map", "calmer", "livelier")
        return ["Esc lets the mouse go", *keys]
    if session.over:
        return [commands.onward(), *commands.hints(*("restart",) * ("next" in commands.table), "undo", "clip")]
    if not person.seats:
        return commands.hints("hand", "pause", "step", "slower", "faster", "help", "next", "map", "undo", "clip")
    first, then = ("switch", "hand", "views", "map", "restart"), ("next", "previous", "undo", "pause", "chat", "clip")
    return [*commands.hints("help"), "Esc menu", *commands.hints(*first, *then)]


def in_short(amount: float) -> str:
    """A reward in short: "+1", "+0.9"."""
    return f"{amount:+.1f}".removesuffix(".0")


def _seat(person: Person, player: int) -> Seat:
    session = person.desk.session
    agent, other = session.agent_of(player), person.desk.person_of(player)
    name = other.name or "another person" if other not in (None, person) else ""
    by = agent.name if agent else name or ("you" if other is person and person.inputs.who(player) else "")
    aims = session.world.controls.aimed is not None
    aimed, near = session.aimed(player) if aims and person.playing else ("", False)
    return Seat(
        label=facts.seat(session, person.inputs, player, name) if session.world.players > 1 else "",
        by=by,
        mine=bool(person.inputs.who(player)),
        instruction="" if facts.instruction(session) else session.instructions[player],
        aimed=aimed,
        near=near,
        crosshair=person.desk.rays and not aims and person.playing,
        gains=[(in_short(gain.amount), person.desk.age(gain)) for gain in person.desk.gains if gain.seat == player],
        visible=person.sees_all or player in person.seats or not person.seats,
    )


def _band(person: Person) -> Band | None:
    session, commands, inputs = person.desk.session, person.commands, person.inputs
    if person.help:
        return None
    if person.typing is not None:
        alone = len(inputs.places()) == 1
        cursor = f"{'You' if session.world.players == 1 else f'Player {inputs.current + 1}'}: {person.typing}_"
        keys = ("Enter says it", *("Tab the other player",) * (not alone), "Esc")
        if person.desk.asking is not None:
            cursor, keys = f"Ask for: {person.typing}_", ("Enter asks", "Esc")
        return Band(cursor, person.note or "    ".join(keys), left=True)
    if person.menu is not None:
        return None
    if person.desk.counting:
        return Band(str(person.desk.counting), "any key starts now", "gold")
    if person.desk.paused:
        return Band(*_paused(session, commands, inputs))
    if person.desk.asking is not None:
        return _asking(person)
    if session.result:
        title, tone = facts.verdict(session)
        return Band(title, facts.account(session), tone)
    return None


def _asking(person: Person) -> Band | None:
    """The band where an agent is asked for something, and stands still."""
    session, asking = person.desk.session, person.desk.asking
    assert asking is not None
    if not (session.over or (asking.waits and session.watching)):
        return None
    below = "    ".join(person.commands.hints("good", "bad", "ask", "restart", "next"))
    if not asking.text:
        return Band(f"Ask {asking.name} for something", "    ".join(person.commands.hints("ask", "hand", "next")))
    if asking.verdict:
        return Band(f"You say: {asking.verdict}", below, "good" if asking.verdict == "success" else "bad")
    if session.over and asking.judge == "program":
        title, tone = facts.verdict(session)
        return Band(title, below, tone)
    if asking.done:
        return Band(f"{asking.name} says: done", below, "gold")
    return Band("Time up: has it done what you asked for?" if "time up" in session.ends else "It is over", below)


def _paused(session: Session, commands: Commands, inputs: Input) -> tuple[str, str]:
    """Title and line of the band during a pause."""
    key, page = commands.table["pause"].shown, commands.table["help"].shown
    if not inputs.looks:
        return "Paused", f"{key} plays on"
    if not session.steps:
        return "Click to play", f"{key} plays without the mouse    {page} which keys do what"
    return "Paused", f"a click or {key} plays on"


def _menu(person: Person) -> Menu | None:
    if person.menu is None:
        return None
    page = person.menu_page()
    place = min(person.menu, page.length - 1)
    first = max(min(place - ROWS // 2, page.length - ROWS), 0)
    rows = [page.row(number) for number in range(first, min(first + ROWS, page.length))]
    texts, pictures = [(row.text, row.value) for row in rows], tuple(row.picture for row in rows)
    after = page.length - first - len(rows)
    return Menu(texts, place - first, page.foot, page.title, first, after, pictures, person.note)


def _help(person: Person) -> Help:
    """Page 1: the goal, a few sentences and the keys. Page 2: all that the world's page says."""
    session, inputs, key = person.desk.session, person.inputs, person.commands.table["help"].shown
    world = session.world
    if person.help > 1:
        return Help(world.name, pages(world), [], "any key closes")
    story = [f"Goal: {facts.headline(session)}", " ".join(sentences(pages(world)[0])[:SENTENCES])]
    tables = [("Your input", input_rows(world, inputs)), ("This window", person.commands.rows())]
    return Help(world.name, story, tables, f"{key} again tells all about this world    any other key closes")


def sentences(text: str) -> list[str]:
    """The sentences of a paragraph."""
    return re.split(r"(?<=[.:]) +(?=[A-Z])", text)
