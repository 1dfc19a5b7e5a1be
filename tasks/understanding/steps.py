"""Steps of a sentence that stand for others: things that are gathered before they are put somewhere, and what is to be
done twice."""

from __future__ import annotations

from dataclasses import replace

from ..goals import Clause
from .kinds import Refusal
from .syntax import Unit

_GATHERING = ("take", "take-from", "hold", "take-along", "go", "find")
GATHERED = "one thing is held at a time, so several are brought one after the other"


def gathered(units: tuple[Unit, ...]) -> tuple[tuple[Unit, ...], bool]:
    """The steps with "collect every toy and put them in the box" as one step, and whether there was such a one."""
    found: list[Unit] = []
    merged = False
    for unit in units:
        before = found[-1] if found else None
        act = unit.act
        if before is not None and before.act is not None and act is not None and _gathers(before, unit):
            things = before.act.b
            assert things is not None
            found[-1] = replace(unit, act=replace(act, a=things), joint=before.joint, first=before.first)
            merged = True
            continue
        found.append(unit)
    return tuple(found), merged


def _gathers(before: Unit, unit: Unit) -> bool:
    """Whether a step takes several things that the next one puts somewhere."""
    one, act = before.act, unit.act
    if before.kind != "do" or unit.kind != "do" or one is None or act is None or act.verb != "put" or act.a is None:
        return False
    if one.verb not in _GATHERING or one.b is None or one.actor is not None or len(act.a.all) > 1 or before.hold:
        return False
    ref = one.b.all[0]
    several = ref.least not in (0, 1) or bool(ref.bare and ref.noun.many)
    return several and len(one.b.all) == 1 and act.a.all[0].pronoun in ("them", "it") and not ref.negated


def repeated(stages: list[tuple[list[Clause], int, bool]], found: list[Clause], times: int) -> None:
    """Add the steps of what is to be done several times: to do it, to leave it, and to do it once more."""
    if times < 2:
        return
    clauses, hold, lasting = stages[-1]
    one = clauses[0]
    moving = one.a.who == "you" and one.relation in ("touching", "at", "near", "facing", "in", "on")
    if clauses != found or len(found) > 1 or hold or not moving or one.negated or one.visits or times > 2:
        raise Refusal(
            "what is done several times is to touch, to look at or to go to one thing, and twice: a goal has 4 steps",
            "time",
        )
    away = one.model_copy(update={"negated": True})
    stages += [([away], 0, lasting), ([one], 0, lasting)]


def until_stages(
    stages: list[tuple[list[Clause], int, bool]], befores: list[tuple[list[Clause], list[Clause]]]
) -> list[list[Clause]]:
    """For each stage, what must not be before it is reached."""
    until: list[list[Clause]] = [[] for _ in stages]
    for clauses, nevers in befores:
        place = next((i for i, (found, _, _) in enumerate(stages) if found == clauses), None)
        if place is None:
            raise Refusal("what comes first is to be done, too: say it as a step of its own, in its order")
        until[place] += [clause for clause in nevers if clause not in until[place]]
    return until
