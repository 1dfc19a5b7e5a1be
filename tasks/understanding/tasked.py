"""Tasks of what a person said: a start, and the goal or the question at it."""

from __future__ import annotations

from collections.abc import Mapping

from ...worlds.engine.world import World
from ..compile import started
from ..goals import FORMAT, Goal, Player, Selector, Start, Task
from ..language import thing_in_words
from ..named import chosen, clauses, particular, situation
from ..questions import answer, answering
from .reader import Understood, retold, said_of


def needs_start(found: Understood) -> bool:
    """Whether what was understood depends on a start: particular things, places, a time, or a question."""
    return found.goal is None or found.limit is not None or particular(found.goal)


def tasked(
    found: Understood, world: World, *, seed: int = 0, knobs: Mapping[str, int] | None = None, split: str = "train",
    start: Start | None = None,
) -> tuple[Task, list[str]]:  # fmt: skip
    """The task to do what was understood, at the start of a seed, or at a start that is given; and for each particular
    thing that it names a line with what that is there. Every player has the goal.

    Raises ValueError if nothing there is what is named, or if a question has no answer of one word there.
    """
    things = world.rules.things
    assert things is not None
    told = retold(found, things)
    where = f"at the start of seed {seed}" if start is None else "here"
    start = start or _start(world, seed, knobs, split)
    limit = found.limit or world.objective.limit
    goal = found.goal or answering("yes")
    blank = _task(world, start, limit, goal, told)
    here = situation(started(blank, world), 0)
    if found.question is not None:
        word = answer(found.question, here.rows, things, here.cells)
        if word is None:
            raise ValueError(f"this question has no answer of one word {where}: {told}")
        return _task(world, start, limit, answering(word), told), []
    lines = []
    for selector in _named(goal):
        some = [things.name(here.rows[number]) for number in chosen(selector, here)]
        words = thing_in_words(selector, said_of(found, things))
        if not some:
            raise ValueError(f"{where} there is nothing that is {words}")
        lines.append(f"{words}: {', '.join(some)}")
    return blank, lines


def _task(world: World, start: Start, limit: int, goal: Goal, told: str) -> Task:
    players = tuple(Player(goal=goal, instruction=told) for _ in range(world.players))
    return Task(rumpus_task=FORMAT, id="goal", world=world.name, start=start, limit=limit, players=players)


def _start(world: World, seed: int, knobs: Mapping[str, int] | None, split: str) -> Start:
    """The start of a seed; in a world with levels of its own, one of these."""
    values = {**world.knobs.splits[split], **(knobs or {})}
    level = None
    if world.levels is not None and world.levels.bank is not None and world.levels.show is not None:
        bank = world.level_bank(split, values)
        assert bank is not None
        level = world.levels.show(bank[seed % len(bank)], players=world.players)
    return Start(knobs=values, seed=seed, level=level)


def _named(goal: Goal) -> list[Selector]:
    """The particular things that a goal names, each once."""
    sides = [side for clause in clauses(goal) for side in (clause.a, clause.b) if side is not None]
    return list(dict.fromkeys(side for side in sides if side.which is not None))
