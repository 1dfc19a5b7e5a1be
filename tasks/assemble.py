"""What is proven, put into words, sorted by skill and by what keeps it out of training, and written down as tasks."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..interface.text import encode
from ..worlds.engine.world import World
from .goals import FORMAT, Goal, Player, Reward, Solution, Task
from .hindsight.propose import Proven
from .language import STYLES, ask, partner_told, public, say
from .recorded import packed
from .rollouts import REST, Starts
from .scene import Scene
from .skills import skill_of
from .splits import AXES, SPLITS, Axis, Split, goal_split, latest, scale_split, style_split

GENEROUS, SPARE = 4, 20
"""A task's limit is so many times its steps and so many more, but no more than the world's own."""
TYPING = 15
"""Seconds more in which a question is read and its answer typed, in worlds that do not wait."""
WORDS_SHARE = 0.25
"""Part of the tasks of validation and testing that are said in a style kept for it."""
OPEN_SHARE = 0.5
"""Part of races and rivalries whose players read each other's instructions."""

RAREST: tuple[Axis, ...] = ("form", "verb", "pair", "size", "words")
"""The axes in the order in which a task that is kept for several of them is counted for one."""

_SCHEMES = {"alone": ("own",), "partners": ("shared",), "informed-blind": ("shared",), "race": ("own", "opposed")}
_STYLES = {split: [style for style in range(STYLES) if style_split(style) == split] for split in SPLITS}


@dataclass(frozen=True)
class Source:
    """Where proven goals come from: the starts, the states that each proof began in, their kind, and what there is at
    each start, by which words are chosen."""

    starts: Starts
    states: np.ndarray
    kind: str
    scenes: Sequence[Scene]


@dataclass(frozen=True)
class Found:
    """A task before it is written down. held: the axes that keep it out of training, and axis the one that it is
    counted for, "" in training; key: the same for tasks with the same start and goals."""

    source: Source
    proven: Proven
    players: tuple[Player, ...]
    reward: Reward
    held: tuple[Axis, ...]
    axis: str
    key: int


class Pool:
    """Tasks that were found, by skill and by the axis that they are kept for."""

    def __init__(self) -> None:
        self.keys: set[int] = set()
        self._by: dict[str, dict[str, list[Found]]] = {}

    def add(self, one: Found) -> None:
        """Put one in."""
        self.keys.add(one.key)
        self._by.setdefault(one.proven.skill, {}).setdefault(one.axis, []).append(one)

    def counts(self) -> Counter[str]:
        """How many there are of each skill of which there is one."""
        return Counter({skill: sum(map(len, axes.values())) for skill, axes in self._by.items()})

    def take(self, count: int, before: Sequence[Found] = ()) -> list[Found]:
        """So many out of it, of each skill alike and of each axis alike within it, counting those taken before, as far
        as there are enough; of any two found one after the other, the one with the longer way rather."""
        left = {
            skill: {axis: _longer_last(some) for axis, some in sorted(axes.items())}
            for skill, axes in sorted(self._by.items())
        }
        given = Counter((one.proven.skill, one.axis) for one in before)
        of_skill = Counter(one.proven.skill for one in before)
        taken: list[Found] = []
        while left and len(taken) < count:
            skill = min(left, key=of_skill.__getitem__)
            axis = min(left[skill], key=lambda name: given[skill, name])
            taken.append(left[skill][axis].pop())
            given[skill, axis] += 1
            of_skill[skill] += 1
            if not left[skill][axis]:
                del left[skill][axis]
            if not left[skill]:
                del left[skill]
        self._by = left
        return taken


def _longer_last(some: Sequence[Found]) -> list[Found]:
    """The shorter ones of each two, and then the longer ones; which are taken first."""
    pairs = [sorted(some[i : i + 2], key=lambda one: one.proven.steps) for i in range(0, len(some), 2)]
    return [pair[0] for pair in pairs[::-1] if len(pair) > 1] + [pair[-1] for pair in pairs[::-1]]


def finish(world: World, source: Source, one: Proven, split: Split, rng: np.random.Generator) -> Found | None:
    """A proven goal with words and pay; None if its contents are not for this split, or it does not fit into words."""
    assert world.rules.things is not None
    choice = _STYLES[split] if split != "train" and rng.random() < WORDS_SHARE else _STYLES["train"]
    style = choice[int(rng.integers(len(choice)))]
    found: dict[Axis, Split] = {
        **goal_split(one.goals, world.rules.things, [one.question] if one.question else []),
        "size": scale_split(source.starts.scales[one.row], len(world.rules.things.scales)),
        "words": style_split(style),
    }
    if latest(found.values()) != split:
        return None
    open_ = source.kind in ("race", "rivals") and rng.random() < OPEN_SHARE
    schemes = _SCHEMES.get(source.kind, ("opposed",))
    scheme = schemes[int(rng.integers(len(schemes)))]
    try:
        players = _players(source.kind, one, style, open_, source.scenes[one.row])
    except ValueError:
        return None  # longer than an instruction may be
    held = tuple(axis for axis in AXES if found[axis] != "train")
    axis = next((axis for axis in RAREST if found[axis] == split != "train"), "")
    reward = Reward(scheme=scheme)  # type: ignore[arg-type]
    return Found(source, one, players, reward, held, axis, key(one.mark, one.goals))


def _players(kind: str, one: Proven, style: int, open_: bool, scene: Scene) -> tuple[Player, ...]:
    told = [ask(one.question, style, scene) if one.question else say(goal, style, scene) for goal in one.goals]
    if kind == "informed-blind":
        told[1] = partner_told(style)
    for seat, words in enumerate(told):
        encode(public(words, [other for i, other in enumerate(told) if i != seat]) if open_ else words)
    return tuple(
        Player(
            goal=goal,
            question=one.question if kind != "informed-blind" or seat != one.acting else None,
            instruction=words,
            public=open_,
            acts=kind != "informed-blind" or seat == one.acting,
        )
        for seat, (goal, words) in enumerate(zip(one.goals, told, strict=True))
    )


def key(mark: int, goals: Sequence[Goal]) -> int:
    """A number that tasks have in common whose starts have the same mark and whose goals are the same."""
    text = f"{mark}|" + "|".join(goal.model_dump_json(exclude_defaults=True) for goal in goals)
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


def task_of(world: World, one: Found, name: str, split: Split) -> Task:
    """The task with this id."""
    proven, kind = one.proven, one.source.kind
    if proven.hands is None:
        seats = range(world.players)
        moves = tuple(tuple(move if seat == proven.acting else REST for seat in seats) for move in proven.moves)
        solution = Solution(moves=moves, by=proven.by)  # type: ignore[arg-type]
    else:
        solution = packed(proven.hands, proven.by)
    typing = TYPING * world.controls.tick_hz if proven.question and not world.controls.turn_based else 0
    return Task(
        rumpus_task=FORMAT,
        id=name,
        world=world.name,
        version=world.version,
        start=one.source.starts.said[proven.row],
        limit=max(min(world.objective.limit, GENEROUS * proven.steps + SPARE + typing), proven.steps),
        players=one.players,
        reward=one.reward,
        ends="first" if kind in ("race", "rivals") else "each",
        kind=kind,  # type: ignore[arg-type]
        skill=skill_of(one.players[0].goal),
        split=split,
        held=one.held,
        steps=proven.steps,
        branching=proven.branching if proven.hands is None else None,
        solution=solution,
    )
