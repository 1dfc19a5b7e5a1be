"""Skills: what a goal takes, told by the goal alone. One table, and the function that reads a goal by it."""

from __future__ import annotations

from ..worlds.engine.records.relations import ROWS
from .goals import Clause, Goal
from .questions import answered

SKILLS = {
    "answer": "a player answers a question in one word",
    "guard": "no stages: keep something from happening until the time is up",
    "avoid": "reach something, and something must never be on the way",
    "three-stage": "three things or more, one after the other",
    "two-stage": "two things, one after the other",
    "hold-still": "reach something and keep it so for some ticks",
    "both": "two things or more at the same time",
    "negation": "end what is so at the start",
    "all": "every thing of a kind",
    "count": "at least so many things of a kind",
    "collect": "a player holds something",
    "reach": "a player is on, in, at, next to, near or facing something",
    "move": "things are brought on, in, at, next to or near something, or turned to it",
    "lift": "a player holds something up high",
    "build": "things make a tower or a row",
    "wield": "something is touched or pushed with what a player holds, or pushed by a player",
    "open": "something is open",
    "use": "something is used up or taken out of the world",
    "make": "something is there that was not",
    "speak": "a player says a word",
    "arrange": "something is left or right of something else, between things, or closest to one",
}
"""A goal has the first of these that its form fits; from "negation" on goals have one clause."""


def skill_of(goal: Goal) -> str:
    """The skill of SKILLS that a goal takes."""
    if answered(goal) is not None:
        return "answer"
    if not goal.stages:
        return "guard"
    if goal.never:
        return "avoid"
    if len(goal.stages) > 1:
        return "two-stage" if len(goal.stages) == 2 else "three-stage"
    stage = goal.stages[0]
    if stage.hold:
        return "hold-still"
    return "both" if len(stage.all) > 1 else skill_of_clause(stage.all[0])


def skill_of_clause(clause: Clause) -> str:
    """The skill of a goal that is only this."""
    many = clause.visits or clause.least
    least = 0 if many == "all" else many
    return skill_of_relation(clause.relation, least, bool(clause.a.who) or clause.a.kind == "player", clause.negated)


def skill_of_relation(relation: str, least: int, by_player: bool, negated: bool) -> str:
    """The skill of a clause that asks for at least so many (0: all), and is about players or things."""
    if negated:
        return "negation"
    if least != 1:
        return "count" if least else "all"
    return ROWS[relation].skill or ("reach" if by_player else "move")
