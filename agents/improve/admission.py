"""Admission: what a setter proposes becomes tasks, or is refused and counted.

Nothing that a setter says is executed, and no text of it reaches agents or judges: a goal is checked against the schema
and compiled for its world, and its instruction is said by the grammar, in the styles of training. Contents that are
kept for the held-out set are refused.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from pydantic import ValidationError

from ...interface.action import ACTION
from ...interface.text import encode
from ...tasks.compile import check, table
from ...tasks.goals import FORMAT, Goal, Player, Start, Task
from ...tasks.grammar import STYLES
from ...tasks.language import canonical, say, understand
from ...tasks.prove import PROOFS, done_already, proofs
from ...tasks.recorded import packed
from ...tasks.rollouts import begin
from ...tasks.scene import ANYWHERE, scene
from ...tasks.skills import skill_of
from ...tasks.splits import split_of, style_split
from ...worlds.engine.world import World
from .contracts import Proposal, Request, Setter

REFUSALS = (
    "nothing usable", "no goal", "another world", "unknown to this world", "kept for the held-out set",
    "already true", "proposed before",
)  # fmt: skip
"""The reasons for which a proposal is refused."""
LONGEST = 8192
"""Characters of a goal as JSON, beyond which it is not read."""
TURNS, SECONDS = 60, 10
"""The limit of a task, in turns or in seconds, unless it is chosen."""
_TOLD = tuple(style for style in range(len(STYLES)) if style_split(style) == "train")


class Refused(ValueError):
    """A proposal that is refused. reason: one of REFUSALS; the text tells more."""

    def __init__(self, reason: str, text: str = ""):
        super().__init__(text or reason)
        self.reason = reason


class Report:
    """The fate of a setter's proposals. proposed: how many; refused: how many for each reason; told: an example of
    each; died: what the setter raised, or ""."""

    def __init__(self) -> None:
        self.proposed, self.refused, self.told, self.died = 0, Counter[str](), dict[str, str](), ""

    def plain(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "proposed": self.proposed, "refused": dict(self.refused), "told": self.told, "died": self.died,
        }  # fmt: skip


def admitted(setter: Setter, request: Request, seen: set[str], prefix: str) -> tuple[list[Task], Report]:
    """The tasks of a setter's proposals, at most `request.count`, from at most `chances` times as many, and the report.
    seen: `what` of all tasks of earlier rounds; prefix: of their ids. Whatever a setter does, this returns."""
    report, found, known, number, over = Report(), list[Task](), set(seen), 0, False
    most, given = request.settings.chances * request.count, _given(setter, request, report)
    while len(found) < request.count and not over:
        unseen: list[Task] = []
        while len(found) + len(unseen) < request.count:
            proposal = next(given, given)
            over = proposal is given or report.proposed >= most
            if over:
                break
            report.proposed += 1
            try:
                task = _task(proposal, request, f"{prefix}-{number + 1}")
                if (key := what(task)) in known and not getattr(setter, "repeats", False):
                    raise Refused("proposed before", f"from a start as before: {task.players[0].instruction}")
                unseen.append(_shown(task, _actions(proposal), request.repeat))
                known.add(key)
                number += 1
            except Refused as error:
                report.refused[error.reason] += 1
                report.told.setdefault(error.reason, " ".join(str(error).split())[:200])
        found += _unreached(unseen, request.world, report)
    return found, report


def limit_of(world: World, limit: int | None) -> int:
    """The ticks of a task."""
    usual = TURNS if world.controls.turn_based else SECONDS * world.controls.tick_hz
    return min(limit or usual, world.objective.limit)


def what(task: Task) -> str:
    """Equal for tasks with the same start and goal."""
    return json.dumps([task.start.model_dump(mode="json"), _json(task.players[0].goal)], sort_keys=True)


def _json(goal: Goal) -> str:
    return canonical(goal).model_dump_json(exclude_defaults=True)


def _given(setter: Setter, request: Request, report: Report) -> Iterator[Any]:
    """The proposals, up to what the setter raises."""
    try:
        yield from setter.propose(request)
    except Exception as error:  # a setter may be anybody's
        report.died = f"{type(error).__name__}: {error}"[:400]


def _task(proposal: Any, request: Request, name: str) -> Task:
    """The task of a proposal. Raises Refused."""
    world = request.world
    if not isinstance(proposal, Proposal):
        raise Refused("nothing usable", f"a setter gives Proposals, and this is {type(proposal).__name__}")
    if proposal.start is None and not (isinstance(proposal.state, int) and 0 <= proposal.state < len(request.states)):
        raise Refused("nothing usable", f"there is no state {proposal.state!r}, but {len(request.states)} of them")
    goal = goal_of(proposal.goal, world)
    start = request.states[proposal.state].start if proposal.start is None else proposal.start
    if not isinstance(start, Start):
        raise Refused("nothing usable", "the start of a task is a Start")
    around = ANYWHERE
    if proposal.start is None and world.rules.things is not None:
        around = scene(request.states[proposal.state].things, world.rules.things)
    try:
        goal = canonical(goal)
        text = say(goal, _TOLD[int(request.rng.integers(len(_TOLD)))], around)
        encode(text)
        task = Task(
            rumpus_task=FORMAT, id=name, world=world.name, version=world.version, start=start,
            limit=limit_of(world, request.settings.limit), skill=skill_of(goal),
            players=(Player(goal=goal, instruction=text),),
        )  # fmt: skip
        check(task, world)
    except (ValueError, ValidationError) as error:
        raise Refused("unknown to this world", str(error)) from None
    where, held = split_of(task, world)
    if where != "train":
        raise Refused("kept for the held-out set", f"{text}: its {' and '.join(held)} belong to the split {where}")
    return task


def goal_of(given: Any, world: World) -> Goal:
    """The goal that a setter gave: a Goal, its JSON, the JSON of a whole task, or a sentence of the grammar. Raises
    Refused."""
    if isinstance(given, Goal):
        return given
    if isinstance(given, str):
        if len(given) > LONGEST:
            raise Refused("no goal", f"{len(given):,} characters, where a goal has at most {LONGEST:,}")
        try:
            given = json.loads(given)
        except (ValueError, RecursionError):
            return _understood(given, world)
    if not isinstance(given, dict):
        raise Refused("no goal", f"a goal is an object of JSON, and this is {type(given).__name__}")
    if given.get("world", world.name) != world.name:
        raise Refused("another world", f"it is for {str(given['world'])[:80]!r}, and this is {world.name}")
    if "players" in given:
        players = given["players"]
        given = players[0].get("goal") if isinstance(players, list) and players and isinstance(players[0], dict) else {}
    elif "goal" in given:
        given = given["goal"]
    try:
        return Goal.model_validate(given)
    except (ValidationError, RecursionError) as error:
        raise Refused("no goal", str(error)) from None


def _understood(text: str, world: World) -> Goal:
    assert world.rules.things is not None
    try:
        return understand(text, world.rules.things)
    except ValueError as error:
        raise Refused("no goal", f"neither JSON nor a sentence of the grammar: {error}") from None


def _shown(task: Task, actions: np.ndarray | None, repeat: int) -> Task:
    """The task with the play that a setter knows of as its solution, tick by tick."""
    if actions is None:
        return task
    return task.model_copy(update={"solution": packed(actions.repeat(repeat, axis=0), "play")})


def _actions(proposal: Any) -> np.ndarray | None:
    """The play that a proposal brings, if it is one."""
    actions = proposal.actions
    if actions is None:
        return None
    if not (isinstance(actions, np.ndarray) and actions.dtype == ACTION and actions.ndim == 2 and len(actions)):
        raise Refused("nothing usable", "actions are an array of ACTION (steps, 1)")
    return actions


def _unreached(found: list[Task], world: World, report: Report) -> list[Task]:
    """Those that are not reached, and cannot fail, at their start."""
    if not found:
        return []
    batch = begin(world, table(found, world))
    faults = done_already(batch)[:, 0]
    kept = [one for one, fault in zip(found, faults.tolist(), strict=True) if not fault]
    if len(kept) < len(found):
        gone = next(task for task, fault in zip(found, faults.tolist(), strict=True) if fault)
        report.refused["already true"] += len(found) - len(kept)
        report.told.setdefault("already true", gone.players[0].instruction)
    return kept


def feasible(tasks: Sequence[Task], world: World, nodes: int) -> list[str]:
    """For each task how it is proven to be possible, one of prove.PROOFS, or "" where it is not."""
    return [how if how in PROOFS else "" for how in proofs(list(tasks), world, nodes=nodes)]
