"""Setters that are programs: of the grammar, by hindsight, by difficulty, and from a fixed table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

import numpy as np

from ...episodes.label import rollouts, when
from ...tasks.codec import EncodedGoal, decode
from ...tasks.families import SceneSampler, families_of, propose
from ...tasks.files import load
from ...tasks.goals import Goal, Start, Task
from ...tasks.hindsight.clauses import drawn, first_alike
from ...tasks.hindsight.compose import MADE, Hindsight, compose
from ...tasks.hindsight.propose import ClauseSampler, draw, moving, named, sorts
from ...tasks.pipeline import Rollouts
from ...tasks.recorded import unpacked
from ...tasks.rollouts import StartSampler, play, shortcut
from ...tasks.skills import skill_of
from ...worlds.engine.world import World
from .contracts import Outcome, Present, Proposal, Request
from .straight import OF, looked, places

STAGED = 0.25
"""Share of the goals of the grammar that have two stages."""
WALKS, TICKS = 64, 64
"""Plays, and their ticks, from which it is known which kinds of things can be moved."""
POOL = 4
"""Goals that are drawn for each that is wanted, where the best are chosen."""


class GrammarSetter:
    """Goals about the things of a state, drawn from the grammar alone, all sorts of clauses alike often. Nothing tells
    it what can be done."""

    needs: ClassVar[str] = "the table of things"

    def propose(self, request: Request) -> Iterator[Proposal]:
        """Goals of one clause, and some of two stages."""
        while True:
            some = [(at, goal) for at, goal in goals(request.world, request.states, request.rng) if goal is not None]
            if not some:
                return
            for at, goal in some:
                yield Proposal(at, goal)


def goals(world: World, states: Sequence[Present], rng: np.random.Generator) -> Iterator[tuple[int, Goal | None]]:
    """A goal about the things of each state, with its index; None where there is none. In worlds whose things afford
    something, half of them are of families (tasks/families.py)."""
    things = world.rules.things
    assert things is not None
    order = rng.permutation(len(states)).tolist()
    chosen = [states[at] for at in order]
    samplers = [ClauseSampler(one.things, things) for one in chosen]
    every = [sorts(sampler, things, movable(world)) for sampler in samplers]
    fitting = [index for index, some in enumerate(every) if some]
    if not fitting:
        return
    looks = _rollouts([chosen[index].things for index in fitting])
    shared = np.zeros((len(fitting), 1 + len(things.colours)), bool)
    for row, index in enumerate(fitting):
        shared[row, list(samplers[index].shared)] = True
    clauses = drawn(looks, [every[index] for index in fitting], shared, named(things, "train"), 2, False, rng)
    kinds = families_of("alone")
    for row, index in enumerate(fitting):
        goal: Goal | None = None
        if things.affords and rng.random() < 0.5:
            family = kinds[int(rng.integers(len(kinds)))]
            made = propose(family, SceneSampler(chosen[index].things, things, "train", rng))
            goal = made[0] if made and made[1] is None else None
        else:
            goal = _decoded(clauses[row], world, rng.random() < STAGED)
        yield order[index], goal


_MOVABLE: dict[str, set[int]] = {}


def movable(world: World) -> set[int]:
    """The kinds, by their numbers, of things that a random walk or the world's solver moves."""
    if world.name not in _MOVABLE:
        _MOVABLE[world.name] = _moved(world)
    return _MOVABLE[world.name]


def _moved(world: World) -> set[int]:
    rng = np.random.default_rng(0)
    starts = StartSampler(world, "train").draw(rng, WALKS)
    ticks = min(TICKS, world.objective.limit)
    return moving(play(world, starts, np.zeros(WALKS, np.int64), ticks, rng))


def _decoded(clauses: np.ndarray, world: World, staged: bool) -> Goal | None:
    """A goal of the first clause, or of both one after the other."""
    assert world.rules.things is not None
    rows = [tuple(row) for row in clauses.tolist()][: 2 if staged else 1]
    try:
        return decode(EncodedGoal(tuple((row,) for row in rows), (0,) * len(rows)), world.rules.things)
    except ValueError:
        return None  # it contradicts itself


def _rollouts(things: Sequence[np.ndarray]) -> Rollouts:
    """States as rollouts of no ticks."""
    width = max(map(len, things))
    shown = np.zeros((1, len(things), width), things[0].dtype)
    for row, some in enumerate(things):
        shown[0, row, : len(some)] = some
    n = len(things)
    none = np.zeros((n, 0))
    counts = np.array([[len(some) for some in things]], np.int32)
    return Rollouts(
        none.astype(np.int16), np.zeros(n, np.int64), shown, counts, none.astype(np.uint64), np.zeros(n, int)
    )


class HindsightSetter:
    """Goals that came true in attempts of the agent, from the starts of these; in the first round, which has none, and
    for the part that hindsight does not fill, goals of the grammar. The play that reached a goal goes with it, without
    its loops, as one more attempt (Andrychowicz et al. 2017, arXiv 1707.01495, with the judge to say whether it
    holds)."""

    needs: ClassVar[str] = "the table of things in all states of earlier attempts"
    share: ClassVar[float] = 0.75
    rounds: ClassVar[int] = 2
    each: ClassVar[int] = 4
    """Share of the tasks that are made by hindsight, the rounds whose attempts it looks at, and the goals that it takes
    from an attempt at most."""

    def propose(self, request: Request) -> Iterator[Proposal]:
        """Goals by hindsight and of the grammar, by chance in turn."""
        unseen = GrammarSetter().propose(request)
        for proposal in self._hindsight(request, int(self.share * request.count)):
            yield proposal
            while request.rng.random() > self.share and (other := next(unseen, None)) is not None:
                yield other
        yield from unseen

    def _hindsight(self, request: Request, wanted: int) -> Iterator[Proposal]:
        """Goals that came true in the latest attempts."""
        starts = {one.task: one.start for one in request.past if one.round >= _latest(request.past) - self.rounds + 1}
        return relabelled(request, starts, wanted, self.each)


def relabelled(request: Request, starts: Mapping[str, Start], wanted: int, most: int) -> Iterator[Proposal]:
    """Proposals by hindsight, with the plays that reached them: goals that came true in attempts at the tasks with
    these starts, by their ids, and of different skills in each attempt. wanted: about how many are used; most: from
    an attempt."""
    world, rng = request.world, request.rng
    heads = [head for head in request.bank.store.index() if head.extra.get("task") in starts and OF not in head.extra]
    ids = sorted(head.id for head in heads)
    chosen = [ids[index] for index in rng.permutation(len(ids))[: 2 * wanted].tolist()]
    each = min(max(-(-2 * wanted // max(len(chosen), 1)), 1), most)
    tasks = {head.id: head.extra["task"] for head in heads}
    for seen in looked(world, request.bank, chosen, request.settings.threads):
        played = rollouts([(one, 0) for one in seen])
        clauses, truth = draw(world, played, "train", rng)
        alike = first_alike(played)
        for lane, one in enumerate(seen):
            held = truth[lane][:, : one.episode.steps + 1]
            seen_play = Hindsight(clauses[lane], held, np.ones(len(clauses[lane]), bool), rng)
            for goal, at, ends, hold in _came_true(world, seen_play, rng, each):
                reached = [sum(step >= end for end in ends) for step in range(at + 1)]
                kept = shortcut(range(at), places(alike[lane], at, reached, ends[-1] if hold else at))
                yield Proposal(-1, goal, one.episode.actions[kept], starts[tasks[one.episode.id]])


def _came_true(
    world: World, play: Hindsight, rng: np.random.Generator, most: int
) -> Iterator[tuple[Goal, int, Sequence[int], int]]:
    """Goals that a play reached, of different skills, each with the steps that it took, those after which its stages
    were reached, and the steps for which the last has to hold."""
    assert world.rules.things is not None
    truth, found = dict(zip(play.clauses, play.truth, strict=True)), 0
    for number in rng.permutation(len(MADE)).tolist():
        way = compose(MADE[number], play) if found < most else None
        at = None if way is None else when(way[0], truth)
        if way is None or at is None:
            continue
        try:
            goal = decode(way[0], world.rules.things)
        except ValueError:
            continue  # it contradicts itself
        found += 1
        yield goal, at, way[1], way[2]


def _latest(past: Sequence[Outcome]) -> int:
    return max((one.round for one in past), default=0)


class Relabelling:
    """Goals that came true in a round's own attempts at these tasks, which nobody attempts: the plays that reached them
    are all that is learned from."""

    needs: ClassVar[str] = "the table of things in all states of attempts"

    def __init__(self, tasks: Sequence[Task]):
        self._starts = {task.id: task.start for task in tasks}

    def propose(self, request: Request) -> Iterator[Proposal]:
        """Of twice as many goals, those of all skills in turn, and of each skill by chance, one of a way twice as long
        as likely again: what came true by itself came true soon, and is easier than tasks are."""
        by: dict[str, list[tuple[float, int, Proposal]]] = defaultdict(list)
        wanted, rng = 2 * request.count, request.rng
        for number, one in enumerate(relabelled(request, self._starts, wanted, HindsightSetter.each)):
            assert one.actions is not None
            key = rng.random() ** (1 / max(len(one.actions), 1))  # Efraimidis and Spirakis 2006: drawn by weight
            by[skill_of(one.goal)].append((-key, number, one))
            if number + 1 >= wanted:
                break
        ordered = [[one for _, _, one in sorted(some, key=lambda each: each[:2])] for _, some in sorted(by.items())]
        for turn in range(max(map(len, ordered), default=0)):
            yield from (some[turn] for some in ordered if turn < len(some))


class LearnabilitySetter:
    """Goals whose sort is neither always reached nor never: of several goals that another setter draws, those of sorts
    with the greatest p(1 - p) by what the judge said (Rutherford et al. 2024, arXiv 2408.15099), and once more those
    tasks that were reached by some attempts and not by others, from new starts where there are any.

    The sort of a goal is its skill with the relations and kinds that it names.
    """

    needs: ClassVar[str] = "the table of things, and the scores of the judge"
    again: ClassVar[float] = 0.25
    """Share of the tasks that are proposed again, because attempts at them came out differently."""

    def propose(self, request: Request) -> Iterator[Proposal]:
        """The most promising first."""
        known = tally(request.past, request.settings.threshold)
        pool: list[tuple[float, int, Proposal]] = []
        for proposal in HindsightSetter().propose(request):
            pool.append((-worth(known.get(sort_of(proposal.goal), [])), len(pool), proposal))
            if len(pool) >= min(POOL, request.settings.chances) * request.count:
                break
        edge = [one for one in request.past if 0 < np.mean(np.array(one.scores) >= request.settings.threshold) < 1]
        order = request.rng.permutation(len(edge))[: int(self.again * request.count)]
        for index in order.tolist():  # the same goal elsewhere: an edit of a task at the edge of what the agent can do
            yield Proposal(int(request.rng.integers(len(request.states))), edge[index].goal)
        for _, _, proposal in sorted(pool, key=lambda one: one[:2]):
            yield proposal


def worth(scores: Sequence[float]) -> float:
    """The mean of p(1 - p) under the Beta distribution that these results, 0 or 1 each, leave of a flat one."""
    a, b = 1 + sum(scores), 1 + len(scores) - sum(scores)
    return a * b / ((a + b) * (a + b + 1))


class RegretSetter(LearnabilitySetter):
    """The same by regret: how much better the best round of a sort of goals was than the last one, and the sorts that
    were never tried first. So what was once reached and is forgotten comes back."""

    def propose(self, request: Request) -> Iterator[Proposal]:
        """The greatest regret first."""
        by_round: dict[str, dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
        for one in request.past:
            by_round[sort_of(one.goal)][one.round] += one.scores
        self._regret = {
            sort: max(map(_mean, rounds.values())) - _mean(rounds[max(rounds)]) for sort, rounds in by_round.items()
        }
        pool: list[tuple[float, int, Proposal]] = []
        for proposal in HindsightSetter().propose(request):
            pool.append((-self._regret.get(sort_of(proposal.goal), 1.0), len(pool), proposal))
            if len(pool) >= min(POOL, request.settings.chances) * request.count:
                break
        for _, _, proposal in sorted(pool, key=lambda one: one[:2]):
            yield proposal


def _mean(scores: Sequence[float]) -> float:
    return float(np.mean(scores)) if scores else 0.0


def sort_of(goal: Goal) -> str:
    """The skill of a goal with the relations and kinds that it names."""
    clauses = [clause for stage in goal.stages for clause in stage.all] + list(goal.never)
    parts = [f"{'not ' if c.negated else ''}{c.a.kind} {c.relation} {c.b.kind if c.b else ''}" for c in clauses]
    return f"{skill_of(goal)}: {', '.join(sorted(parts))}"


def tally(past: Sequence[Outcome], threshold: float) -> dict[str, list[float]]:
    """By sort of goal, 1 for each of the last attempts that the judge found done and 0 for each other one."""
    found: dict[str, list[float]] = defaultdict(list)
    for one in past:
        found[sort_of(one.goal)] += [float(score >= threshold) for score in one.scores]
    return {sort: results[-20:] for sort, results in found.items()}


class TableSetter:
    """The tasks of a fixed file, all alike often, again and again: the control, which nothing that happens changes. By
    default the file is `table.jsonl` of the run, made by `rumpus tasks generate`; each is proven to be possible."""

    needs: ClassVar[str] = "a table of tasks that are proven to be possible"
    repeats: ClassVar[bool] = True

    def propose(self, request: Request) -> Iterator[Proposal]:
        """Tasks by chance; the table's solutions are not used."""
        path = request.settings.table or request.folder.parent.parent / "table.jsonl"
        tasks, _ = load(path, request.world)
        while True:
            for index in request.rng.permutation(len(tasks)).tolist():
                yield Proposal(-1, tasks[index].players[0].goal, start=tasks[index].start)


class ExpertTableSetter(TableSetter):
    """The same with the solution of each task as one more attempt: imitation of the expert, an upper bound."""

    needs: ClassVar[str] = "a table of tasks with their solutions"

    def propose(self, request: Request) -> Iterator[Proposal]:
        """Tasks by chance, with their solutions."""
        path = request.settings.table or request.folder.parent.parent / "table.jsonl"
        tasks, _ = load(path, request.world)
        while True:
            for index in request.rng.permutation(len(tasks)).tolist():
                task = tasks[index]
                actions = None if task.solution is None else unpacked(task.solution, request.world)
                yield Proposal(-1, task.players[0].goal, actions=actions, start=task.start)
