"""The split of a task, for training, validation or testing: it follows from the contents of the task by rules.

A task has contents on five axes. Each content belongs to one split, in every world and file:

| axis | contents of a task | where a content belongs |
|---|---|---|
| pair | each kind and colour that a goal names together | a hash of the two names: 2 in 10 test, 1 in 10 valid |
| verb | each relation (or what a question asks for) and kind named together, of kinds to carry | the same |
| size | the first of the world's `Things.scales` that its start fits into | the last test, the one before it valid |
| form | each player's goal without kinds and colours | one clause: train; else a hash: 2 in 20 test, 1 in 20 valid |
| words | the style of each player's instruction | `words.held_styles` |

A task is for testing if any of its contents is, else for validation if any is, else for training. So no task of the
training split holds what is kept for the others. The hash is SHA-256 of the names after the word "content".
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import lru_cache
from typing import Literal

from ..worlds.engine.records.things import Things
from ..worlds.engine.world import World
from .goals import Clause, Goal, Player, Question, Selector, Stage, Task
from .language import STYLES, ask, held_styles, partner_instruction, said_in, say
from .questions import answered
from .scene import Scene

Split = Literal["train", "valid", "test"]
Axis = Literal["pair", "verb", "size", "form", "words"]
SPLITS: tuple[Split, ...] = ("train", "valid", "test")
"""In this order: a task belongs to the last split that one of its contents belongs to."""
AXES: tuple[Axis, ...] = ("pair", "verb", "size", "form", "words")

_PAIRS, _FORMS = 10, 20  # parts that pairs and forms are hashed into: the first two are for testing, the next is valid


@lru_cache(maxsize=1 << 16)
def _hashed(name: str, parts: int) -> Split:
    part = int.from_bytes(hashlib.sha256(f"content {name}".encode()).digest()[:8], "big") % parts
    return "test" if part < 2 else "valid" if part == 2 else "train"


def pair_split(kind: str, colour: str) -> Split:
    """The split that things of this kind and colour are named in; players, whose colours are their names, in all."""
    return "train" if kind == "player" else _hashed(f"{kind} {colour}", _PAIRS)


def verb_split(relation: str, kind: str) -> Split:
    """The split that this relation is asked for of this kind of things in, where there are many kinds to carry."""
    return _hashed(f"{relation} {kind}", _PAIRS)


def verbs(goal: Goal, things: Things) -> set[tuple[str, str]]:
    """(relation, kind) of all that a goal names by both, of kinds that can be carried in this world."""
    clauses = [clause for stage in goal.stages for clause in stage.all] + list(goal.never)
    both = {(clause.relation, side.kind) for clause in clauses for side in (clause.a, clause.b) if side}
    return {(relation, kind) for relation, kind in both if kind and "carry" in things.affords.get(kind, ())}


def pairs(goal: Goal) -> set[tuple[str, str]]:
    """(kind, colour) of all that a goal names by both."""
    clauses = [clause for stage in goal.stages for clause in stage.all] + list(goal.never)
    selectors = [selector for clause in clauses for selector in (clause.a, clause.b) if selector]
    return {(selector.kind, selector.colour) for selector in selectors if selector.kind and selector.colour}


def form(goal: Goal) -> str:
    """A goal with kinds, colours, sizes and numbers taken out, such as "you touching thing > all thing on thing"."""
    stages = " > ".join(_stage_form(stage) for stage in goal.stages)
    never = " & ".join(sorted(map(_clause_form, goal.never)))
    return f"{stages} never {never}" if never else stages


def form_split(goal: Goal) -> Split:
    """The split that goals of this form are for: training for answers and single clauses."""
    if answered(goal) is not None or sum(len(stage.all) for stage in goal.stages) + len(goal.never) == 1:
        return "train"
    return _hashed(form(goal), _FORMS)


def _stage_form(stage: Stage) -> str:
    return " & ".join(sorted(map(_clause_form, stage.all))) + (" hold" if stage.hold else "")


@lru_cache(maxsize=1 << 14)
def _clause_form(clause: Clause) -> str:
    count = "" if clause.least == 1 else "all " if clause.least == "all" else "many "
    parts = [f"{'not ' if clause.negated else ''}{count}{_role(clause.a)}", clause.relation]
    return " ".join([*parts, _role(clause.b)] if clause.b else parts)


def _role(selector: Selector) -> str:
    return selector.who or ("player" if selector.kind == "player" else "thing")


def scale_split(number: int, scales: int) -> Split:
    """The split that a scale is for, by its index among `scales`. Fewer than three are all for training."""
    if scales < 3 or number < scales - 2:
        return "train"
    return "test" if number >= scales - 1 else "valid"


def scale(world: World, task: Task) -> int:
    """The index of the first of the world's scales that none of the start's knobs exceeds, or else of the last."""
    scales = world.rules.things.scales if world.rules.things else ()
    knobs = world.knob_values(task.start.knobs)
    fitting = (number for number, one in enumerate(scales) if all(knobs[name] <= one[name] for name in one))
    return next(fitting, max(len(scales) - 1, 0))


def instruction(player: Player, style: int, scene: Scene) -> str:
    """The instruction of a player in a style: its question, or else its goal."""
    return ask(player.question, style, scene) if player.question else say(player.goal, style, scene)


def styles(player: Player, things: Things) -> list[int]:
    """The styles in which a player's instruction is said, in a world of these things: one; none if it is said in words
    of no style."""
    text = player.instruction
    scene = said_in(text, things)
    spoken = [style for style in range(STYLES) if instruction(player, style, scene) == text]
    return spoken or [style for style in range(STYLES) if partner_instruction(style) == text]


def style_split(style: int) -> Split:
    """The split that a style is for."""
    return next((split for split in SPLITS[1:] if style in held_styles[split]), "train")


def latest(splits: Iterable[Split]) -> Split:
    """The last in the order of SPLITS; "train" of none."""
    return max(splits, key=SPLITS.index, default="train")


def goal_split(goals: Iterable[Goal], things: Things, asked: Iterable[Question] = ()) -> dict[Axis, Split]:
    """The splits that goals in a world of these things, and questions that are asked there, belong to by the axes that
    are theirs: pair, verb (of a question: what it asks for) and form."""
    goals, named = list(goals), [(one.asks, side) for one in asked for side in (one.a, one.b) if side and side.kind]
    kinds = {(asks, str(side.kind)) for asks, side in named if "carry" in things.affords.get(str(side.kind), ())}
    looks = {(str(side.kind), side.colour) for _, side in named if side.colour}
    return {
        "verb": latest(verb_split(*verb) for verb in kinds.union(*(verbs(goal, things) for goal in goals))),
        "pair": latest(pair_split(*pair) for pair in looks.union(*map(pairs, goals))),
        "form": latest(map(form_split, goals)),
    }


def axes(task: Task, world: World) -> dict[Axis, Split]:
    """The split that a task of this world belongs to by each axis alone."""
    assert world.rules.things is not None
    spoken = [style for player in task.players for style in styles(player, world.rules.things)]
    return {
        **goal_split(
            (player.goal for player in task.players),
            world.rules.things,
            [player.question for player in task.players if player.question],
        ),
        "size": scale_split(scale(world, task), len(world.rules.things.scales)),
        "words": latest(map(style_split, spoken)),
    }


def split_of(task: Task, world: World) -> tuple[Split, tuple[Axis, ...]]:
    """(the split that a task belongs to, the axes that keep it out of training)."""
    found = axes(task, world)
    return latest(found.values()), tuple(axis for axis in AXES if found[axis] != "train")
