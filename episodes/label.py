"""Labels from ground truth: which goals of the grammar came true in stored episodes, when, and in which words.

Episodes are replayed side by side without drawing. Clauses are drawn from the things at the start of each, the judge's
own function evaluates them in every state (tasks/hindsight), and goals of every skill are composed of those that came
true. A goal is kept if its stages are reached in the order in which the judge counts them, and what it forbids never
is. Of the episode's own task, the stages that are reached and the end are marked too.
"""

from __future__ import annotations

import zlib
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..interface.text import encode
from ..tasks.codec import EncodedClause, EncodedGoal, decode
from ..tasks.grammar import STYLES
from ..tasks.hindsight.compose import MADE, Hindsight, compose
from ..tasks.hindsight.propose import draw
from ..tasks.language import canonical, say
from ..tasks.pipeline import Rollouts
from ..tasks.scene import scene
from ..tasks.splits import style_split
from ..worlds.engine.records.things import THING
from ..worlds.engine.world import World
from .episode import Episode, Player
from .marks import Mark
from .redraw import ROWS, Redrawing, Together, Worlds, kinds, of_kind, world_of
from .step import Departure
from .store import Store, Where

BY = Player("other", "goal programs")
"""Giver of these marks."""
MOST = 8
"""Goals marked in an episode for each of its players, by default."""
TOGETHER, BYTES = 256, 1 << 27
"""Episodes that are labelled together, and the bytes of their things, after which a part of them is labelled."""
PASSES = 2
"""Draws of a goal of each skill, since the first may be one that the judge would not count."""
_TIMED = ("hold-still", "avoid")
"""Skills that want every tick, which steps of several ticks do not show."""
_TOLD = tuple(style for style in range(len(STYLES)) if style_split(style) == "train")
"""Styles of the sentences: those of training."""


@dataclass
class Report:
    """What came of labelling: episodes that were labelled, marks by label, those left out because they are labelled
    already, and the reasons for which others were left out."""

    episodes: int = 0
    marks: Counter[str] = field(default_factory=Counter)
    labelled_before: int = 0
    left_out: dict[str, str] = field(default_factory=dict)


def label(
    store: Store,
    where: Where | None = None,
    *,
    most: int = MOST,
    seed: int = 0,
    again: bool = False,
    threads: int | None = None,
    own: Worlds = None,
    levels: Any = None,
) -> Iterator[Report]:
    """Label the episodes that fulfil `where`, and add the marks to their store; yields the report after each part.

    Of each goal that came true two marks are given: a "goal", the JSON of a tasks.goals.Goal, at the state in which it
    was reached, and a "sentence", its instruction, for the states from the start to that one. Of the episode's own task
    there is "progress" at each stage that is reached but the last, and "success" or "failure" at its end. most: goals
    for each player of an episode; again: also of episodes that have such marks; own, levels: as for redraw. The same
    store and seed give the same labels.

    Raises ValueError for `most` below 1.
    """
    if most < 1:
        raise ValueError(f"at least 1 goal is marked in an episode, not {most}")
    report = Report()
    known = set() if again else {mark.episode for mark in store.marks() if mark.by == BY}
    report.labelled_before = sum(1 for head in store.index(where) if head.id in known)
    for kind in kinds(store, lambda head: head.id not in known and (where is None or where(head))):
        chosen = of_kind(kind, lambda head: head.id not in known and (where is None or where(head)))
        reason, world = _unfit(kind, own)
        if world is None:
            report.left_out |= {head.id: reason for head in store.index(chosen)}
            continue

        def note(departure: Departure) -> None:
            report.left_out[departure.id] = departure.reason

        playing = Redrawing(
            store.read(chosen), world, rows=ROWS, threads=threads, draw=False, final=True, levels=levels,
            on_problem=note,
        )  # fmt: skip
        for seen in gathered(playing):
            found = [mark for marks in _labelled(world, seen, most, seed) for mark in marks]
            store.mark(found)
            report.episodes += len(seen)
            report.marks.update(mark.label for mark in found)
            yield report
    yield report


def _unfit(kind: Together, own: Worlds) -> tuple[str, World | None]:
    """(the reason for which episodes of a kind have no labels, or "", their world)."""
    if kind.filmed:
        return f"{kind.world} cannot be replayed, and its states are not known", None
    try:
        world = world_of(kind.world, own)
    except (ValueError, ModuleNotFoundError) as error:
        return str(error), None
    if world.rules.things is None:
        return f"{world.name} shows no things, so it has no goals", None
    return "", world


@dataclass
class Seen:
    """An episode with what was seen in its states: things of each, THING (T + 1, most); counts (T + 1,); stages: of
    each player's goal, (T + 1, players)."""

    episode: Episode
    things: np.ndarray
    counts: np.ndarray
    stages: np.ndarray


def gathered(playing: Redrawing) -> Iterator[list[Seen]]:
    """Episodes that were replayed to their end, in parts of about TOGETHER."""
    looks: deque[tuple[np.ndarray, np.ndarray, np.ndarray]] = deque()
    dropped = held = 0
    began = np.zeros(playing.rows, np.int64)
    waiting: list[Seen] = []
    for now, step in enumerate(playing):
        batch = playing.batch
        things, counts, _ = batch.things()
        looks.append((things[:, : max(int(counts.max()), 1)], counts, batch.states["stage"][:, : batch.players].copy()))
        began[step.is_first] = now
        for row in np.flatnonzero(step.is_last).tolist():
            some = [looks[at - dropped] for at in range(int(began[row]), now + 1)]
            width = max(int(counted[row]) for _, counted, _ in some)
            whole = np.zeros((len(some), width), THING)
            for at, (seen, counted, _) in enumerate(some):
                whole[at, : counted[row]] = seen[row, : counted[row]]
            episode = step.episodes[row]
            assert episode is not None
            stages = np.array([stage[row] for _, _, stage in some])
            waiting.append(Seen(episode, whole, np.array([counted[row] for _, counted, _ in some]), stages))
            held += whole.nbytes * episode.players
        oldest = int(began[step.active & ~step.is_last].min(initial=now + 1))
        while dropped < oldest:
            looks.popleft()
            dropped += 1
        if len(waiting) >= TOGETHER or held >= BYTES:
            yield waiting
            waiting, held = [], 0
    if waiting:
        yield waiting


def _labelled(world: World, seen: list[Seen], most: int, seed: int) -> Iterator[list[Mark]]:
    """The marks of each of these episodes."""
    rng = np.random.default_rng([seed, *(zlib.crc32(one.episode.id.encode()) for one in seen)])
    lanes = [(one, player) for one in seen for player in range(one.episode.players)]
    clauses, truth = draw(world, rollouts(lanes), "test", rng)
    for one in seen:
        yield _own(one)
    for lane, (one, player) in enumerate(lanes):
        rows = clauses[lane]
        held = truth[lane][:, : one.episode.steps + 1]
        play = Hindsight(rows, held, np.ones(len(rows), bool), rng)
        yield _reached(world, one, player, play, most, rng)


def rollouts(lanes: list[tuple[Seen, int]]) -> Rollouts:
    """The states of these players' episodes as rollouts; the last state of a shorter one goes on."""
    length, width = max(len(one.things) for one, _ in lanes), max(one.things.shape[1] for one, _ in lanes)
    things = np.zeros((length, len(lanes), width), THING)
    counts = np.zeros((length, len(lanes)), np.int32)
    for lane, (one, _) in enumerate(lanes):
        ticks, wide = one.things.shape
        things[:ticks, lane, :wide], counts[:ticks, lane] = one.things, one.counts
        things[ticks:, lane, :wide], counts[ticks:, lane] = one.things[-1], one.counts[-1]
    none = np.zeros((len(lanes), 0))
    acting = np.array([player for _, player in lanes])
    return Rollouts(none.astype(np.int16), acting, things, counts, none.astype(np.uint64), np.zeros(len(lanes), int))


def _reached(world: World, one: Seen, player: int, play: Hindsight, most: int, rng: np.random.Generator) -> list[Mark]:
    """Marks of goals that a player's episode reached, of different skills first."""
    assert world.rules.things is not None
    around = scene(one.things[0, : one.counts[0]], world.rules.things)
    truth = dict(zip(play.clauses, play.truth, strict=True))
    found: dict[str, list[Mark]] = {}
    skills = [skill for skill in MADE if one.episode.start.repeat == 1 or skill not in _TIMED]
    for number in rng.permutation(len(skills) * PASSES).tolist():
        way = compose(skills[number % len(skills)], play) if len(found) < most else None
        if way is None:
            continue
        at = when(way[0], truth)
        try:
            goal = canonical(decode(way[0], world.rules.things))
            told = say(goal, _TOLD[int(rng.integers(len(_TOLD)))], around)
            encode(told)
        except ValueError:
            continue  # it contradicts itself, or takes more words than an instruction may have
        text = goal.model_dump_json(exclude_defaults=True)
        if at is not None and text not in found:
            common: dict[str, Any] = {"player": player, "by": BY}
            found[text] = [
                Mark(one.episode.id, "goal", at, at, text=text, **common),
                Mark(one.episode.id, "sentence", 0, at, text=told, **common),
            ]
    return [mark for marks in found.values() for mark in marks]


def when(goal: EncodedGoal, truth: dict[EncodedClause, np.ndarray]) -> int | None:
    """The state in which the judge finds a goal of stages reached, counted from 1; None if it does not. truth: whether
    each clause holds in each state, bool (T + 1,)."""
    stages = [np.all([truth[row] for row in rows], axis=0).tolist() for rows in goal.stages]
    broken = np.any([truth[row] for row in goal.never], axis=0).tolist() if goal.never else None
    stage = lasted = 0
    for tick in range(1, len(stages[0])):
        if broken and broken[tick]:
            return None
        lasted = lasted + 1 if stages[stage][tick] else 0
        if lasted > goal.holds[stage]:
            stage, lasted = stage + 1, 0
            if stage == len(stages):
                return tick
    return None


def _own(one: Seen) -> list[Mark]:
    """Marks of the episode's own task: its stages, and how it came out."""
    episode, found = one.episode, []
    for player in range(episode.players):
        common: dict[str, Any] = {"player": player, "by": BY}
        ended = np.flatnonzero(episode.terminated[:, player] | episode.success[:, player])
        end = int(ended[0]) + 1 if len(ended) else None
        if episode.start.task is not None:
            stage = one.stages[:, player].astype(np.int64)
            for at in np.flatnonzero(np.diff(stage) > 0).tolist():
                if at + 1 != end:
                    found.append(Mark(episode.id, "progress", at + 1, at + 1, **common))
        if end is not None:
            how = "success" if episode.success[end - 1, player] else "failure"
            found.append(Mark(episode.id, how, end, end, **common))
    return found
