"""Candidates to tasks: instructions, rewards and splits are added, and skills and axes of content are balanced."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence

import numpy as np

from ..interface.text import encode
from ..worlds.engine.world import World
from .goals import FORMAT, Goal, Player, Reward, Solution, Task
from .kinds import PAIRED
from .language import STYLES, ask, partner_instruction, public, say
from .pipeline import Candidate, Draft
from .recorded import packed
from .rollouts import REST
from .scene import Scene
from .skills import skill_of
from .splits import AXES, SPLITS, Axis, Split, goal_split, latest, scale_split, style_split

GENEROUS, SPARE = 4, 20
"""A task's limit is GENEROUS times its steps plus SPARE, but no more than the world's own."""
TYPING = 15
"""Seconds more to read a question and type its answer, in worlds that are not turn-based."""
WORDS_SHARE = 0.25
"""Part of the tasks of validation and testing that are worded in a style kept for them."""
PUBLIC_SHARE = 0.5
"""Part of races and rivalries whose players read each other's instructions."""

RAREST: tuple[Axis, ...] = ("form", "verb", "pair", "size", "words")
"""The axes by priority: a task that is kept for several of them counts for the first."""

_SCHEMES = {"alone": ("own",), "partners": ("shared",), "informed-blind": ("shared",), "race": ("own", "opposed")}
_STYLES = {split: [style for style in range(STYLES) if style_split(style) == split] for split in SPLITS}


class Pool:
    """Drafts by skill and by the axis that they are kept for."""

    def __init__(self) -> None:
        self.keys: set[int] = set()
        self._by: dict[str, dict[str, list[Draft]]] = {}

    def add(self, one: Draft) -> None:
        """Add a draft."""
        self.keys.add(one.key)
        self._by.setdefault(one.candidate.skill, {}).setdefault(one.axis, []).append(one)

    def counts(self) -> Counter[str]:
        """The number of drafts of each skill that has any."""
        return Counter({skill: sum(map(len, axes.values())) for skill, axes in self._by.items()})

    def take(self, count: int, before: Sequence[Draft] = ()) -> list[Draft]:
        """Remove `count` drafts, or all if there are fewer. Skills are balanced, and axes within a skill, with those
        taken `before` counted in; of two drafts found one after the other, the one with more steps goes first."""
        left = {
            skill: {axis: _longer_last(some) for axis, some in sorted(axes.items())}
            for skill, axes in sorted(self._by.items())
        }
        given = Counter((one.candidate.skill, one.axis) for one in before)
        of_skill = Counter(one.candidate.skill for one in before)
        taken: list[Draft] = []
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


def _longer_last(some: Sequence[Draft]) -> list[Draft]:
    """The shorter of each two and then the longer; the end is taken first."""
    pairs = [sorted(some[i : i + 2], key=lambda one: one.candidate.steps) for i in range(0, len(some), 2)]
    return [pair[0] for pair in pairs[::-1] if len(pair) > 1] + [pair[-1] for pair in pairs[::-1]]


def draft(world: World, one: Candidate, scene: Scene, split: Split, rng: np.random.Generator) -> Draft | None:
    """A candidate with instructions and a reward; scene: what is there at its start, by which words are chosen. None if
    its contents are not for this split, or an instruction is too long."""
    assert world.rules.things is not None
    choice = _STYLES[split] if split != "train" and rng.random() < WORDS_SHARE else _STYLES["train"]
    style = choice[int(rng.integers(len(choice)))]
    contents: dict[Axis, Split] = {
        **goal_split(one.goals, world.rules.things, [one.question] if one.question else []),
        "size": scale_split(one.starts.scales[one.row], len(world.rules.things.scales)),
        "words": style_split(style),
    }
    if latest(contents.values()) != split:
        return None
    public_ = one.kind in PAIRED and rng.random() < PUBLIC_SHARE
    schemes = _SCHEMES.get(one.kind, ("opposed",))
    reward = Reward(scheme=schemes[int(rng.integers(len(schemes)))])  # type: ignore[arg-type]
    try:
        players = _players(one, style, public_, scene)
    except ValueError:
        return None  # longer than an instruction may be
    held = tuple(axis for axis in AXES if contents[axis] != "train")
    axis = next((axis for axis in RAREST if contents[axis] == split != "train"), "")
    return Draft(one, players, reward, held, axis, key(one.mark, one.goals))


def _players(one: Candidate, style: int, public_: bool, scene: Scene) -> tuple[Player, ...]:
    """The players of a task. Raises ValueError for an instruction that is too long."""
    texts = [ask(one.question, style, scene) if one.question else say(goal, style, scene) for goal in one.goals]
    blind = one.kind == "informed-blind"
    if blind:
        texts[1:] = [partner_instruction(style)] * (len(texts) - 1)
    for seat, text in enumerate(texts):
        encode(public(text, [other for i, other in enumerate(texts) if i != seat]) if public_ else text)
    return tuple(
        Player(
            goal=goal,
            question=one.question if not blind or seat == 0 else None,
            instruction=text,
            public=public_,
            acts=not blind or seat > 0,
        )
        for seat, (goal, text) in enumerate(zip(one.goals, texts, strict=True))
    )


def key(mark: int, goals: Sequence[Goal]) -> int:
    """A 64-bit hash of the mark of a start and of goals, by which duplicates are found."""
    text = f"{mark}|" + "|".join(goal.model_dump_json(exclude_defaults=True) for goal in goals)
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


def task_of(world: World, one: Draft, name: str, split: Split) -> Task:
    """The task of a draft, with this id."""
    made = one.candidate
    if made.actions is None:
        seats = range(world.players)
        moves = tuple(tuple(move if seat == made.acting else REST for seat in seats) for move in made.moves)
        solution = Solution(moves=moves, by=made.by)  # type: ignore[arg-type]
    else:
        solution = packed(made.actions, made.by)
    typing = TYPING * world.controls.tick_hz if made.question and not world.controls.turn_based else 0
    return Task(
        rumpus_task=FORMAT,
        id=name,
        world=world.name,
        version=world.version,
        start=made.starts.data[made.row],
        limit=max(min(world.objective.limit, GENEROUS * made.steps + SPARE + typing), made.steps),
        players=one.players,
        reward=one.reward,
        ends="first" if made.kind in PAIRED else "each",
        kind=made.kind,  # type: ignore[arg-type]
        skill=skill_of(one.players[0].goal),
        split=split,
        held=one.held,
        steps=made.steps,
        branching=made.branching if made.actions is None else None,
        solution=solution,
    )
