"""The words about a session, for any painter: its state, its instruction, its end, and the labels of its seats."""

from __future__ import annotations

from collections.abc import Collection

from ...worlds.pages import UNLIMITED
from .input import Input
from .session import Session

RESULTS = {
    "success": ("Success", "good"),
    "failed": ("Failed", "bad"),
    "too late": ("Too late", "bad"),
    "time up": ("Time up", "gold"),
}
"""The title and the tone of each result."""


def facts(session: Session, seats: Collection[int] = ()) -> list[tuple[str, str]]:
    """(name, value) pairs that describe the state of the episode. seats: whose return is meant, by default all."""
    if session.task:
        tick = " ✓" * (session.mark in session.solved)
        which = f"{session.place + 1} of {len(session.list or ())}" if session.once else session.task + tick
        rows = [("task", which), *stages(session), ("time left", time_left(session))]
    else:
        rows = [("level", _level(session)) if session.level else ("seed", str(session.seed))]
        if session.limit >= UNLIMITED:
            rows += [("practice", _span(session, session.steps))]
        elif session.world.controls.turn_based:
            rows += [("step", f"{session.steps} / {session.limit}")]
        else:
            rows += [("time left", time_left(session))]
    if session.agents:
        rows.insert(0, _plays(session))
    rows += [("return", returns(session, seats))]
    rows += [("taken back", _span(session, session.undone))] if session.undone else []
    return rows + ([("result", session.result)] if session.over else [])


def returns(session: Session, seats: Collection[int] = ()) -> str:
    """The return so far, of each of these players if they differ; by default of all."""
    meant = [value for seat, value in enumerate(session.returns) if seat in seats or not seats]
    return _each([f"{value + 0.0:.2f}".replace("-0.00", "0.00").replace("-", "−") for value in meant])


def stages(session: Session) -> list[tuple[str, str]]:
    """The stages of the goal that are reached, for each player if they differ; nothing if no goal has stages."""
    if not any(every for _, every in session.stages):
        return []
    return [("stages", _each([f"{reached} of {every}" if every else "none" for reached, every in session.stages]))]


def time_left(session: Session) -> str:
    """Steps until the limit, or seconds in real time."""
    left, world = session.limit - session.steps, session.world
    if world.controls.turn_based:
        return f"{left} step{'s' * (left != 1)}"
    patience = session.list.patience if session.list else 1
    return f"{-(-left // world.controls.tick_hz)} s" + f" ({patience} × an agent's)" * (patience > 1)


def _plays(session: Session) -> tuple[str, str]:
    """The agents that play, or that play the seats of others."""
    names = dict.fromkeys(agent.name for agent in session.agents if agent.seats)
    alone = session.world.players == 1 or all(map(session.agent_of, range(session.world.players)))
    return ("plays" if alone else "others", " and ".join(names) or ("you" if alone else "nobody"))


def _level(session: Session) -> str:
    """The number of the level in its list: "3 of 50", with a tick if it was ever solved."""
    return f"{session.level} of {len(session.list or ())}" + " ✓" * (session.mark in session.solved)


def _each(shown: list[str]) -> str:
    return shown[0] if len(set(shown)) == 1 else (" and " if len(shown) == 2 else ", ").join(shown)


def instruction(session: Session) -> str:
    """The instruction of all players; "" if theirs differ, which then stand with their pictures."""
    texts = session.instructions
    return texts[0] if len(set(texts)) == 1 else ""


def headline(session: Session) -> str:
    """The first line of the panel: the instruction, or the world's summary."""
    if session.task and not instruction(session):
        return "Each player has a task of its own"
    return instruction(session) or session.world.summary


def seat(session: Session, inputs: Input, player: int, name: str = "") -> str:
    """The label of a player's picture, where there are several: the player, and the devices that move it, or the name
    of another person who plays it."""
    agent = session.agent_of(player)
    keys = name or inputs.who(player)
    if not session.over and session.ends[player]:
        keys = RESULTS[session.ends[player]][0].lower()
    elif session.muted[player]:
        keys = "can only talk"
    elif agent is not None:
        keys = agent.name
    return "   ".join(filter(None, (f"Player {player + 1}", keys)))


def verdict(session: Session) -> tuple[str, str]:
    """The result of the episode, and its tone; for each player where results differ, and of more than two players
    those that have each result."""
    if len(set(session.ends)) == 1:
        return RESULTS[session.ends[0]]
    seats = list(enumerate(session.ends, start=1))
    if len(seats) == 2:
        return "    ".join(f"Player {player}: {RESULTS[end][0].lower()}" for player, end in seats), "bright"
    parts = []
    for end in dict.fromkeys(session.ends):
        players = [str(player) for player, other in seats if other == end]
        parts.append(f"{RESULTS[end][0]}: player{'s' * (len(players) > 1)} {', '.join(players)}")
    return "    ".join(parts), "bright"


def account(session: Session) -> str:
    """The circumstances of the end: a violated `never` of a goal, the steps, and the return."""
    why = "Something that must never be has happened    " if session.judged and "failed" in session.ends else ""
    return f"{why}{_span(session, session.steps)}, return {returns(session)}"


def _span(session: Session, steps: int) -> str:
    """A number of steps in words: in real time as seconds."""
    if session.world.controls.turn_based:
        return f"{steps} step{'s' * (steps != 1)}"
    return f"{steps / session.world.controls.tick_hz:.1f} seconds"
