"""From a sentence to the one goal or question that it says, or to the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache

from ...worlds.engine.records.things import Things
from ...worlds.engine.world import World
from ..goals import Clause, Goal, Question, Selector, Stage
from ..grammar import UNITS
from ..language import ask, canonical, plainly, whole
from ..parser import Lexicon, Reader
from ..parser import lexicon as exact_lexicon
from ..scene import Scene
from . import lexicon
from .joined import lasting, together
from .kinds import Known, Refusal
from .meaning import Meaning
from .names import Names, Noun, names
from .normalise import COMMA, STOP, base_forms, phrases, words
from .phrases import Ref
from .syntax import Syntax
from .trees import ACTS, ASKED, END, PLACED, QUANTIFIED, STATED, STATES, Tree, number

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
        if sensible(found, things) and not _selecting(text, found):
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
    syntax = Syntax(said, known, things.unit, players)
    reasons: list[str] = []
    found: dict[str, Understood] = {}
    lengths: dict[str, int] = {}
    for asks, slots in syntax.questions():
        meaning = Meaning(things, players)
        try:
            question = meaning.question(asks, slots)
        except Refusal as error:
            reasons.append(str(error))
            continue
        found.setdefault(question.model_dump_json(), Understood(None, question, frozenset(meaning.definites)))
    if not found:
        for units in syntax.sentences():
            meaning = Meaning(things, players)
            try:
                goal = meaning.goal(units)
                _nothing_lost(said, goal, meaning.notes)
            except Refusal as error:
                reasons.append(str(error))
                continue
            key = _key(goal)
            notes = tuple(dict.fromkeys(meaning.notes))
            lengths[key] = min(lengths.get(key, len(units)), len(units))
            found.setdefault(key, Understood(goal, None, frozenset(meaning.definites), notes))
    if lengths:  # rather a list of things than things without a verb
        found = {key: one for key, one in found.items() if lengths[key] == min(lengths.values())}
    if len(found) > 1:
        one, two, *_ = found.values()
        raise ValueError(f"this may mean two things: {retold(one, things)!r}, or {retold(two, things)!r}; say which")
    if found:
        return next(iter(found.values()))
    raise ValueError(_refusal(said, known, things, syntax, reasons, complaint))


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
    denied = bool(goal.never) or any(clause.negated for clause in clauses)
    if not denied and _NEGATIONS & set(said):
        raise Refusal(f"{next(word for word in said if word in _NEGATIONS)!r} has no place in a goal here")


def _words_of(tree: Tree) -> set[str]:
    found = {key for key in tree if not key.startswith("{") and key != END}
    return found.union(*(_words_of(below) for key, below in tree.items() if key != END))


@cache
def _all_words(unit: str) -> frozenset[str]:
    """All words that the tables have, in a world of this unit."""
    tables = (
        *(lexicon.OPENERS, lexicon.NOT_TO, lexicon.WITHOUT, lexicon.THENS, lexicon.ANDS, lexicon.AFTERS, lexicon.FIRST),
        *(
            lexicon.STAYS,
            lexicon.STOPS,
            lexicon.FRAMES,
            lexicon.PARTNER_DOES,
            lexicon.ASKERS,
            lexicon.BOTH_PLAYERS,
            lexicon.PARTNER,
        ),
        *(lexicon.AFTER_NUMBER, tuple(lexicon.ALL_OF_IT), lexicon.PARTNER_PRONOUNS),
    )
    every = {word for table in tables for phrase in phrases(*table) for word in phrase}
    trees = map(_words_of, (ACTS, STATED, STATES, ASKED, QUANTIFIED, PLACED[unit]))
    more = {"or", "nor", "them", "they", "one", "ones", "turns", "turn", "yourself", "neither", "either", "for", "it"}
    return frozenset(every.union(*trees, more) - {"{a}"})


def _refusal(said: list[str], known: Names, things: Things, syntax: Syntax, reasons: list[str], complaint: str) -> str:
    """Why nothing was understood: an unknown word, a reason why no goal says it, or the place that fits nothing."""
    every = _all_words(things.unit) | known.words()
    for place, word in enumerate(said):
        spoken = place and said[place - 1] in ("say", "shout", "answer")
        familiar = spoken or word in every or any(base in every for base in base_forms(word)) or number(word)
        if not familiar and word not in (COMMA, STOP):
            start = f"word {place + 1}, {word!r}"
            if word in [each for pair in UNITS.items() for each in pair]:
                return f"{start}: distances are told in {UNITS[things.unit]!r} here"
            if word.isdecimal():
                return f"{start}: a goal holds a number from 1 to 1000"
            if word in lexicon.UNSAID:
                return f"{start}: {_reason(word, things)}"
            return f"{start}, is not known in this world; {_nearest(word, things, every)}"
    if reasons:
        return max(dict.fromkeys(reasons), key=reasons.count)
    stuck = next((word for word in said[syntax.furthest :] if word in lexicon.UNSAID), None)
    stuck = stuck or next((word for word in said if word in lexicon.UNSAID), None)
    if stuck:
        return f"{stuck!r}: {_reason(stuck, things)}"
    if syntax.furthest >= len(said):
        early = complaint.startswith("the sentence ends")
        return complaint if early else "the sentence ends too early: something to be done, or a thing, is missing"
    place = syntax.furthest
    if complaint and _piece(complaint) in said[place:]:
        return complaint
    return f"word {place + 1}, {said[place]!r}, does not fit here"


def _reason(word: str, things: Things) -> str:
    kinds = ", ".join(kind for kind in things.kinds if kind != "player")
    key = lexicon.UNSAID[word]
    if key == "relation" and any(word in relation.split("-") for relation in things.relations):
        return f"{word!r} tells where something is to be, and does not fit here; it does not tell which thing is meant"
    return lexicon.REASONS[key].format(word=word, relations=", ".join(things.relations), kinds=kinds)


def _nearest(word: str, things: Things, every: frozenset[str] | set[str]) -> str:
    """The nearest to a word that is not known: by its meaning, or by its letters; else all that there is."""
    named = [name for name in lexicon.NEAREST.get(word, ()) if name in things.kinds or name in things.colours]
    if named:
        return f"nearest to it is {' or '.join(map(repr, named))}"
    near = get_close_matches(word, sorted(each for each in every if len(each) > 2), n=1, cutoff=0.75)
    if near:
        return f"did you mean {near[0]!r}?"
    kinds = ", ".join(kind for kind in things.kinds if kind != "player")
    return f"the things here are {kinds}"


def _piece(complaint: str) -> str:
    """The word that a complaint of the grammar names."""
    parts = complaint.split("'")
    return parts[1] if len(parts) > 1 else ""
