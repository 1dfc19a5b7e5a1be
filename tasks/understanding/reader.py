"""From a sentence to the one goal or question that it says, or to the reason why there is none."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ...worlds.engine.records.things import Things
from ...worlds.engine.world import World
from ..goals import Clause, Goal, Question, Selector, Stage
from ..language import ask, canonical, plainly, whole
from ..parser import Lexicon, Reader
from ..parser import lexicon as exact_lexicon
from ..scene import Scene
from . import lexicon
from .joined import lasting, together
from .kinds import Known, Refusal
from .meaning import Meaning
from .names import Names, Noun, names
from .normalise import COMMA, STOP, phrases, without, words
from .phrases import Ref
from .refusing import refusal
from .syntax import Syntax
from .trees import PLACED, number

_NEGATIONS = frozenset(
    (
        "not",
        "no",
        "never",
        "without",
        "avoid",
        "nothing",
        "none",
        "neither",
        "nor",
        "fewer",
        "less",
        "except",
        "away",
        "off",
    )
)


_MANNER = phrases(*lexicon.MANNER)
_CALLS = frozenset(("can", "could", "would", "will", "how", "what", "let", "i", "make", "see", "shall", "should"))
_ASKED_FOR = frozenset(("have", "has", "did", "are", "is", "does", "was", "were"))
_CALLED = frozenset(("put", "place", "set", "lay", "there", "i", "we", "push", "open", "unlock"))
"""Words that go on after a place without a comma."""


@dataclass(frozen=True)
class Understood:
    """A goal or a question. definites: of what the sentence says that there is one; notes: how open points were
    settled, by the rules of meaning.py."""

    goal: Goal | None = None
    question: Question | None = None
    definites: frozenset[Selector] = frozenset()
    notes: tuple[str, ...] = ()


def exact(text: str, things: Things, known: Lexicon) -> Understood:
    """The goal or question of a sentence of the grammar. Raises ValueError with the place where it is none."""
    asking = Reader(text, known, things.unit)
    question = asking.question()
    reader = asking if question else Reader(text, known, things.unit)
    goal = None if question else reader.goal()
    return Understood(goal, question, frozenset(selector for selector, _ in reader.definites.values()))


def understood(text: str, things: Things, players: int | None = None) -> Understood:
    """The goal or question that a person says in a world of these things. players: how many play, if that is known.

    Raises ValueError with the word that is not understood and the nearest one that is, or with the reason why no goal
    says it, or with the two goals that it may mean.
    """
    known = exact_lexicon(tuple(things.kinds), things.colours, things.sizes)
    try:
        found = exact(text, things, known)
    except ValueError as error:
        complaint = str(error)
    else:
        if sensible(found, things) and not _selecting(text, found) and not _generously(text, found):
            return _in_turn(text, found)
        complaint = ""
    return generous(text, things, players, complaint)


def sensible(found: Understood, things: Things) -> bool:
    """Whether a goal or a question asks for what there is in this world, as the words of the grammar do not in every
    world: "go to" a thing that stands in the way is to touch it, and one is "in" rooms alone."""
    if found.goal is None:
        return found.question is None or found.question.relation in (None, *things.relations)
    clauses = [*found.goal.never, *(clause for stage in found.goal.stages for clause in stage.all)]
    return all(clause.relation in things.relations and _possible(clause, things) for clause in clauses)


_SIDES = frozenset(("left-of", "right-of", "between", "closest-to"))


def _selecting(text: str, found: Understood) -> bool:
    """Whether "get the key closest to you" may tell which key is meant, and not where it is to be."""
    clauses = [clause for stage in found.goal.stages for clause in stage.all] if found.goal else []
    return bool({"get", "take", "bring"} & set(words(text))) and any(clause.relation in _SIDES for clause in clauses)


_SOME_NOT = re.compile(r"\b(one|some|an?|at least \w+)( [\w-]+){1,3} (is|are|be|stays?) not\b")
_YET = re.compile(r"\byet\b")
_AT_THE_END = re.compile(r"\b(at|in|by) the (very )?end\b")
_STAYING = re.compile(r"\b(stay|stays|remain|remains|keep|keeps)\b")


def _generously(text: str, found: Understood) -> bool:
    """Whether people mean otherwise what the grammar reads: "one box is not on a target" leaves others there, and to
    stay lasts."""
    goal, said = found.goal, text.lower().replace("n't", " not")
    stays = goal is not None and not any(stage.hold for stage in goal.stages)
    return bool(_SOME_NOT.search(said) or (stays and _STAYING.search(said)))


def _possible(clause: Clause, things: Things) -> bool:
    if clause.b is not None and clause.least == "all" and not (clause.negated or clause.a.kind or clause.a.who):
        return False
    if clause.relation == "open":
        return Known(things, None).fits("opened", _ref(clause.a))
    if clause.b is None:
        return True
    region = clause.b.kind in things.regions
    if clause.relation == "holding" and not clause.b.who:
        heavy = "heavy" in things.affords.get(str(clause.b.kind), ())
        return heavy or Known(things, None).fits("carried", _ref(clause.b))
    if clause.relation == "at":
        return region or "touching" not in things.relations
    return clause.relation != "in" or clause.a.kind not in (None, "player") or region


def _ref(selector: Selector) -> Ref:
    return Ref(Noun((selector.kind,)))


def _in_turn(text: str, found: Understood) -> Understood:
    """The same, with what "and" joins one after the other where meaning.py says so."""
    goal = found.goal
    if goal is None or "at the same time" in text.lower():
        return found
    stages: list[Stage] = []
    for stage in goal.stages:
        groups: list[list[Clause]] = []
        for clause in stage.all:
            if groups and together(groups[-1], [clause], all(map(lasting, (*groups[-1], clause))), True):
                groups[-1].append(clause)
            else:
                groups.append([clause])
        stages += [Stage(all=tuple(group), hold=stage.hold) for group in groups]
    if len(stages) == len(goal.stages):
        return found
    try:
        apart_ = Goal(stages=tuple(stages), never=goal.never)
    except ValueError:
        raise ValueError("these are more steps, one after the other, than a goal has: at most 4") from None
    return Understood(apart_, None, found.definites, ("'and' after an act is one after the other",))


def generous(text: str, things: Things, players: int | None = None, complaint: str = "") -> Understood:
    """The goal or question of a sentence that is none of the grammar; complaint: of the grammar, about it."""
    known = names(things)
    said = words(text, known.hyphened)
    plain = without(said, _MANNER)
    manner = ("how something is done is not judged",) if plain != said else ()
    said = _unfronted(plain, known, things.unit)
    doubtful = text.rstrip().endswith("?")
    syntax = Syntax(said, known, things.unit, players)
    reasons: list[Refusal] = []
    found: dict[str, Understood] = {}
    lengths: dict[str, int] = {}
    for asks, slots in syntax.questions():
        if "ellipsis" in asks and not doubtful:
            continue
        meaning = Meaning(things, players)
        try:
            question = meaning.question(asks, slots)
        except Refusal as error:
            reasons.append(error)
            continue
        found.setdefault(question.model_dump_json(), Understood(None, question, frozenset(meaning.definites)))
    if not found and not (doubtful and said[:1] and said[0] in _ASKED_FOR):
        for units in syntax.sentences():
            if (
                doubtful
                and units[0].kind == "do"
                and units[0].act
                and units[0].act.verb in ("", "is")
                and said[0] not in _CALLS
            ):
                reasons.append(Refusal("this may be a question: say what is to be done, or ask 'is there …'"))
                continue
            meaning = Meaning(things, players)
            try:
                goal = meaning.goal(units)
                _nothing_lost(said, goal, meaning.notes)
                if not goal.stages and _YET.search(text.lower()):
                    raise Refusal("'yet' tells when, and what is never to be counts to the end: say what is to be done")
            except Refusal as error:
                reasons.append(error)
                continue
            key = _key(goal)
            notes = tuple(dict.fromkeys((*meaning.notes, *manner)))
            lengths[key] = min(lengths.get(key, len(units)), len(units))
            found.setdefault(key, Understood(goal, None, frozenset(meaning.definites), notes))
    if lengths:  # rather a list of things than things without a verb
        found = {key: one for key, one in found.items() if lengths[key] == min(lengths.values())}
    if len(found) > 1:
        one, two, *_ = found.values()
        told = f"{retold(one, things)!r}, or {retold(two, things)!r}"
        raise Refusal(f"this may mean two things: {told}; say which", "ambiguous")
    if found:
        return next(iter(found.values()))
    raise refusal(said, known, things, players, syntax, reasons, complaint)


def _unfronted(said: list[str], known: Names, unit: str) -> list[str]:
    """The words with a place or a tool at the beginning moved to the end: "on the table, put a cup"."""
    syntax = Syntax(said, known, unit, None)
    starts = [behind for _, _, behind in syntax.matched(PLACED[unit], 0)] + ([1] if said[:1] == ["with"] else [])
    for start in starts:
        for _, behind in reversed(syntax.refs(start)):
            comma = said[behind : behind + 1] == [COMMA]
            rest = said[behind + comma :]
            if rest and not {COMMA, STOP, "then", "but", "it", "them"} & set(rest) and (comma or rest[0] in _CALLED):
                return [*rest, *said[:behind]]
    return said


def _key(goal: Goal) -> str:
    try:
        return canonical(goal).model_dump_json()
    except ValueError as error:
        raise Refusal(str(error)) from None


def said_of(found: Understood, things: Things) -> Scene:
    """The scene that what was understood speaks of: there is one of what it says so of, and one partner."""
    return Scene(things.unit, lambda selector: whole(selector) in found.definites or selector.who == "other")


def retold(found: Understood, things: Things) -> str:
    """The words that tell a person what will be judged: the grammar's own, with one reading."""
    scene = said_of(found, things)
    if found.question is not None:
        return ask(found.question, 0, scene)
    assert found.goal is not None
    return plainly(found.goal, scene)


def spoken(text: str, world: World) -> tuple[Goal, str]:
    """The goal that a person says in a world, and the words for what will be judged. Raises ValueError as `understood`
    does, and for a question, whose answer depends on the start."""
    things = world.rules.things
    if things is None:
        raise ValueError(f"{world.name} shows no things, so it has no goals")
    found = understood(text, things, world.players)
    if found.goal is None:
        raise ValueError(f"this is a question, and not what is to be done: {retold(found, things)}")
    return found.goal, retold(found, things)


def _nothing_lost(said: list[str], goal: Goal, notes: list[str]) -> None:
    """Refuse a goal without a number, or without the negation, that the sentence has."""
    clauses = [*goal.never, *(clause for stage in goal.stages for clause in stage.all)]
    numbers = {value for clause in clauses for value in (clause.least, clause.within, clause.number) if value}
    numbers |= {2 for clause in clauses if clause.relation == "between"}
    numbers |= {stage.hold for stage in goal.stages} | {least - 1 for least in numbers if isinstance(least, int)}
    for word in said:
        if number(word) > 1 and number(word) not in numbers:
            raise Refusal(f"the number {word!r} has no place in a goal here")
    if len(goal.never) > 1 and "both" in said:
        raise Refusal("'both' may be one without the other: say 'never …' for each, without 'both'")
    if goal.never and _AT_THE_END.search(" ".join(said)):
        raise Refusal("what is not to be at the end may be so before: say 'make sure that no …', without 'at the end'")
    denied = bool(goal.never) or any(clause.negated for clause in clauses)
    if not denied and _NEGATIONS & set(said):
        raise Refusal(f"{next(word for word in said if word in _NEGATIONS)!r} has no place in a goal here")
