"""Clauses that are to be so at once, those that come one after the other, and those that contradict."""

from __future__ import annotations

from collections.abc import Collection, Set

from ..goals import Clause, Selector, Which
from . import lexicon
from .kinds import Refusal


def _positions(clause: Clause) -> bool:
    return clause.a.who is not None or clause.a.kind == "player"


def together(
    clauses: list[Clause], more: list[Clause], lasting: bool, plain: bool, definites: Set[Selector] | None = None
) -> bool:
    """Whether "and" between these means at once. lasting: none of them is an act of a player's; plain: it is "and";
    definites: of what there is one, where the others are not the same thing again."""
    if lasting:
        placed = {clause.a for clause in clauses if clause.b is not None and not clause.negated}
        if definites is not None:
            placed &= definites
        return not any(clause.a in placed and clause.b is not None and not clause.negated for clause in more)
    if not plain:
        return False
    first, second = {clause.relation for clause in clauses}, {clause.relation for clause in more}
    if not all(map(_positions, (*clauses, *more))):
        return False
    who = {clause.a for clause in clauses}, {clause.a for clause in more}
    if who[0] != who[1]:
        return True
    stands = {"on", "in", "at", "touching", "near", "left-of", "right-of", "between", "closest-to"}
    looking = (first == {"facing"} and second <= stands) or (second == {"facing"} and first <= stands)
    return looking or (first == {"holding"} and second <= stands | {"facing"})


def apart(clauses: list[Clause]) -> list[list[Clause]]:
    """Clauses that one act comes to, in groups that can be so at once: a player goes to one thing after the other."""
    acts = [clause for clause in clauses if _positions(clause) and not clause.negated]
    if len({(clause.relation, clause.b) for clause in acts}) > 1 and len({clause.a for clause in acts}) == 1:
        return [[clause] for clause in clauses]
    return [clauses]


def spared(stages: list[tuple[list[Clause], int, bool]], nevers: list[Clause]) -> list[tuple[list[Clause], int, bool]]:
    """The stages without what is never to be: "eat all fruit, but no lemon" asks for the other kinds. The kinds of a
    class are all gone where none of them is there, so a kind can be left out; one clause of a stage remains."""
    spares = {clause.a for clause in nevers if clause.relation == "gone" and clause.least == 1}
    left = []
    for clauses, hold, lasting in stages:
        kept = [
            clause for clause in clauses if not (clause.relation == "there" and clause.negated and clause.a in spares)
        ]
        if not kept:
            raise Refusal("this asks for something and forbids it")
        left.append((kept, hold, lasting))
    return left


def apart_from(
    stages: list[tuple[list[Clause], int, bool]], nevers: list[Clause], toys: Collection[str]
) -> list[Clause]:
    """The prohibitions without what is to be: "find the ring without touching anything" is but for the ring. toys:
    the kinds of toys."""
    made = []
    for wrong in nevers:
        general = wrong.b is not None and wrong.b.which is not None and wrong.b.which.group in ("thing", "toy")
        general = general or (wrong.b is not None and wrong.b.kind is None and not (wrong.b.who or wrong.b.place))
        goals = [
            clause.b
            for clauses, _, _ in stages
            for clause in clauses
            if general and clause.relation == wrong.relation and clause.a == wrong.a and not clause.negated and clause.b
        ]
        only_toys = wrong.b is not None and wrong.b.which is not None and wrong.b.which.group == "toy"
        goals = [one for one in dict.fromkeys(goals) if not one.place and one != wrong.b]
        goals = [one for one in goals if not only_toys or one.kind is None or one.kind in toys]
        goals = [one for one in goals if wrong.b is None or not wrong.b.colour or one.colour in (None, wrong.b.colour)]
        if goals and wrong.b is not None and not (wrong.b.which and wrong.b.which.but):
            which = (wrong.b.which or Which(group="thing")).model_copy(update={"but": tuple(goals)})
            wrong = wrong.model_copy(update={"b": wrong.b.model_copy(update={"which": which})})
        made.append(wrong)
    return made


def contrary(stages: list[tuple[list[Clause], int, bool]], nevers: list[Clause]) -> None:
    """Raise Refusal if some of what is to be is among what is never to be: "every ball, but not the red one"; or if it
    was among all that were to be so before: "every box onto a target, the red one last"."""
    earlier: list[Clause] = []
    for clauses, _, _ in stages:
        for clause in clauses if not any(clause in clauses for clause in earlier) else ():
            for whole in earlier:
                alike = clause.relation == whole.relation and not (clause.negated or whole.negated)
                if alike and whole.least == "all" and _covers(whole.a, clause.a) and _covers(whole.b, clause.b):
                    raise Refusal("the last of these is among all that are to be so before it: say them in their order")
        earlier += clauses
    for clause in (clause for clauses, _, _ in stages for clause in clauses):
        for wrong in nevers:
            alike = clause.relation == wrong.relation and (clause.within, clause.word) == (wrong.within, wrong.word)
            if not alike or clause.negated or wrong.negated:
                continue
            same = _covers(wrong.a, clause.a) and _covers(wrong.b, clause.b)
            part = clause.least == "all" and _covers(clause.a, wrong.a)
            if (same and wrong.least == 1) or part:
                raise Refusal(lexicon.REASONS["except"], "except")


def _covers(one: Selector | None, other: Selector | None) -> bool:
    """Whether all that matches the other matches this one."""
    if one is None or other is None:
        return one is other
    if one.which or one.place or other.place:
        return one == other
    pairs = ((getattr(one, name), getattr(other, name)) for name in ("kind", "colour", "size", "who"))
    return all(mine in (None, theirs) for mine, theirs in pairs)


def lasting(clause: Clause) -> bool:
    """Whether a clause stays so when the player goes on to something else."""
    return clause.a.who is None and clause.a.kind != "player" and clause.relation not in ("lifted", "touched", "pushed")
