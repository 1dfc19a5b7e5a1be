"""From a sentence to the one goal or question that it says, or to the reason why there is none."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ...worlds.engine.records.things import Things
from ...worlds.engine.world import World
from ..choices import members
from ..codec import encode
from ..goals import Clause, Goal, Question, Selector, Stage
from ..language import ask, canonical, plainly, whole
from ..named import clauses
from ..parser import Lexicon, Reader
from ..parser import lexicon as exact_lexicon
from ..scene import Scene
from . import lexicon
from .heard import heard, own
from .inquiry import Inquiry
from .joined import lasting, together
from .kinds import Known, Refusal
from .meaning import TELLS, Meaning
from .names import Names, Noun, names
from .normalise import COMMA, STOP, local, phrases, without, words
from .refs import Ref, Refs
from .refusing import refusal, slips
from .rephrased import rephrased, run_on
from .second import second_readings
from .syntax import Unit
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


MOST_LOOSE = 3
"""Places of one sentence, at most, that belong to a thing only because they stand behind it."""


@dataclass(frozen=True)
class Understood:
    """A goal or a question. definites: of what the sentence says that there is one; notes: how open points were
    settled, by the rules of meaning.py; limit: turns in which the goal is to be reached, if that is said."""

    goal: Goal | None = None
    question: Question | None = None
    definites: frozenset[Selector] = frozenset()
    notes: tuple[str, ...] = ()
    limit: int | None = None


def exact(text: str, things: Things, known: Lexicon) -> Understood:
    """The goal or question of a sentence of the grammar. Raises ValueError with the place where it is none."""
    asking = Reader(text, known, things.unit)
    question = asking.question()
    reader = asking if question else Reader(text, known, things.unit)
    goal = None if question else reader.goal()
    return Understood(goal, question, frozenset(selector for selector, _ in reader.definites.values()))


def understood(text: str, things: Things, players: int | None = None, tick_hz: float | None = None) -> Understood:
    """The goal or question that a person says in a world of these things. players: how many play, if that is known;
    tick_hz: ticks in a second, None where the world waits for the player.

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
    return generous(text, things, players, complaint, tick_hz)


def sensible(found: Understood, things: Things) -> bool:
    """Whether a goal or a question asks for what there is in this world, as the words of the grammar do not in every
    world: "go to" a thing that stands in the way is to touch it, and one is "in" rooms alone."""
    if found.goal is None:
        return found.question is None or found.question.relation in (None, *things.relations)
    try:
        judgeable(found.goal, things)
    except Refusal:
        return False
    return all(clause.relation in things.relations and _possible(clause, things) for clause in clauses(found.goal))


_SIDES = frozenset(("left-of", "right-of", "between", "closest-to"))


def _selecting(text: str, found: Understood) -> bool:
    """Whether "get the key closest to you" may tell which key is meant, and not where it is to be."""
    every = list(clauses(found.goal)) if found.goal else []
    if any(one.relation == "closest-to" and one.b and one.b.who == "you" and not one.a.who for one in every):
        return True
    return bool({"get", "take", "bring"} & set(words(text))) and any(clause.relation in _SIDES for clause in every)


_SOME_NOT = re.compile(r"\b(one|some|an?|at least \w+)( [\w-]+){1,3} (is|are|be|stays?) not\b")
_YET = re.compile(r"\byet\b")
_ON_THE_WAY = re.compile(
    r"\b(on|along) (the|your) way\b(?! (to|over|back|up)\b)(?!,?( and| but)?,? (then|next|after)\b)"
)
_AT_ONCE = re.compile(r"(?<!and )at the same (time|moment)|\bat once\b|\bsimultaneously\b|\btogether\b")
_AT_THE_END = re.compile(r"\b(at|in|by) the (very )?end\b")
_STAYS_PUT = re.compile(r"\b(do not|without) (move|moving|budge|leave|leaving|go)\b")
_AS_MANY = re.compile(r"\bas many\b")
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


def generous(
    text: str, things: Things, players: int | None = None, complaint: str = "", tick_hz: float | None = None
) -> Understood:
    """The goal or question of a sentence that is none of the grammar; complaint: of the grammar, about it."""
    known = names(things, players)
    typed = rephrased(local(own(words(text, known.hyphened), text, players), things.kinds), players)
    every = slips(typed, known, things)
    plain = without(every, _MANNER)
    told = heard(plain, tick_hz)
    notes = (*told.notes, *(("how something is done is not judged",) if plain != every else ()))
    notes += tuple(f"{one!r} is read as {other!r}" for one, other in zip(typed, every, strict=True) if one != other)
    notes += tuple(
        note
        for kinds, called, note in lexicon.LOCAL_NOTES
        if set(kinds) <= set(things.kinds) and set(called) & set(typed)
    )
    if _AS_MANY.search(text.lower()) and "as" not in typed:
        notes += ("as many as you can are all",)
    try:
        return _read(text, told.words, known, things, players, notes, told.limit, complaint)
    except Refusal:
        for other, more in second_readings(told.words, known, players, text.rstrip().endswith("?")):
            try:
                return _read(text, other, known, things, players, (*notes, *more), told.limit, complaint)
            except Refusal:
                continue
        found: dict[str, Understood] = {}
        for parted, word in run_on(told.words):
            try:
                more = (*notes, f"a comma is read before {word!r}")
                one = _read(text, parted, known, things, players, more, told.limit, complaint)
                found.setdefault(retold(one, things), one)
            except Refusal:
                continue
        if len(found) == 1:
            return next(iter(found.values()))
        raise


def _read(
    text: str,
    plain: list[str],
    known: Names,
    things: Things,
    players: int | None,
    notes: tuple[str, ...],
    limit: int | None,
    complaint: str,
) -> Understood:
    """The one goal or question that these words of a sentence come to."""
    said = _unfronted(plain, known, things.unit)
    for loosest in range(MOST_LOOSE + 1):
        syntax = Inquiry(said, known, things.unit, players, loosest)
        readings = _Readings(text, said, syntax, things, players, notes, limit)
        readings.questions()
        if not readings.found and not (readings.doubtful and said[:1] and said[0] in _ASKED_FOR):
            readings.goals(said != plain)
        if readings.found or any(each <= loosest for each, _ in readings.reasons) or said != plain:
            break
    return readings.only(known, complaint)


class _Readings:
    """All readings of a sentence. found: those that say something, by what they say; least: of each, (how many places
    belong to things only because they stand behind them, how many units it has)."""

    def __init__(
        self,
        text: str,
        said: list[str],
        syntax: Inquiry,
        things: Things,
        players: int | None,
        notes: tuple[str, ...],
        limit: int | None,
    ):
        self.text, self.said, self.syntax, self.things, self.players = text, said, syntax, things, players
        self.notes, self.limit = notes, limit
        self.doubtful = text.rstrip().endswith("?")
        self.reasons: list[tuple[int, Refusal]] = []
        self.found: dict[str, Understood] = {}
        self.least: dict[str, tuple[int, int]] = {}

    def questions(self) -> None:
        """Read it as a question."""
        for asks, slots in self.syntax.questions():
            if "ellipsis" in asks and not self.doubtful:
                continue
            loose = sum(ref.loose for refs in slots.values() if isinstance(refs, Refs) for ref in refs.all)
            meaning = Meaning(self.things, self.players)
            try:
                question = meaning.question(asks, slots)
            except Refusal as error:
                self.reasons.append((loose, error))
                continue
            found = Understood(None, question, frozenset(meaning.definites))
            self._note(question.model_dump_json(), found, (loose, 1))

    def goals(self, fronted: bool) -> None:
        """Read it as an order. fronted: whether its beginning was moved to its end."""
        for units in self.syntax.sentences():
            size = sum(map(_loose, units)), sum(unit.kind != "mention" for unit in units)
            first = units[0].act if units[0].kind == "do" else None
            if self.doubtful and first and first.verb in ("", "is") and self.said[0] not in _CALLS:
                doubt = Refusal("this may be a question: say what is to be done, or ask 'is there …'")
                self.reasons.append((size[0], doubt))
                continue
            if fronted and size[0]:
                continue
            meaning = Meaning(self.things, self.players)
            try:
                goal = meaning.goal(units)
                _nothing_lost(self.said, goal, meaning)
                if _ON_THE_WAY.search(self.text.lower()) and len(goal.stages) > 1:
                    goal = _on_the_way(goal)
                if not goal.stages and _YET.search(self.text.lower()):
                    raise Refusal("'yet' tells when, and what is never to be counts to the end: say what is to be done")
                judgeable(goal, self.things)
                key = _key(goal)
            except Refusal as error:
                remark = str(error).startswith(TELLS)  # "there is a book on the shelf, bring it" is no order to put it
                self.reasons.append((size[0] + remark, error))
                continue
            if "until" in self.said and any(unit.joint == "at once" for unit in units):
                meaning.notes.append("'until' asks for both at once")
            notes = tuple(dict.fromkeys((*meaning.notes, *self.notes)))
            limit = meaning.limit or self.limit
            self._note(key, Understood(goal, None, frozenset(meaning.definites), notes, limit), size)

    def _note(self, key: str, found: Understood, size: tuple[int, int]) -> None:
        self.least[key] = min(self.least.get(key, size), size)
        self.found.setdefault(key, found)

    def only(self, known: Names, complaint: str) -> Understood:
        """The one reading. Raises Refusal if there is none, or more than one.

        A place is rather that of an act than of a thing, and things are rather a list than things without a verb.
        """
        loose = min([*(size[0] for size in self.least.values()), *(each for each, _ in self.reasons)], default=0)
        doubts = [reason for each, reason in self.reasons if each == loose and not str(reason).startswith(TELLS)]
        if loose and doubts and self.found:
            raise Refusal("which place belongs to what? say 'that is' before the place of a thing", "ambiguous")
        fewest = min((size for size in self.least.values() if size[0] == loose), default=None)
        found = [one for key, one in self.found.items() if self.least[key] == fewest]
        if len(found) > 1:
            told = " or ".join(repr(retold(one, self.things)) for one in found[:2])
            raise Refusal(f"this may mean two things: {told}; say which", "ambiguous")
        if found:
            return found[0]
        reasons = [reason for each, reason in self.reasons if each == loose]
        raise refusal(self.said, known, self.things, self.players, self.syntax, reasons, complaint)


def judgeable(goal: Goal, things: Things) -> None:
    """Raise Refusal for a goal that this world does not judge, such as to look at a room of a maze."""
    for clause in clauses(goal):
        sides = {side: _plain(selector, things) for side in "ab" if (selector := getattr(clause, side))}
        if any(selector.place for selector in sides.values()):
            continue
        plain = clause.model_copy(update=sides)
        try:
            encode(Goal(stages=(Stage(all=(plain,)),)) if plain.visits else Goal(never=(plain,)), things)
        except ValueError as error:
            raise Refusal(str(error).partition(": ")[2]) from None


def _plain(selector: Selector, things: Things) -> Selector:
    """The selector without what tells particular things apart."""
    which = selector.which
    if which and which.one_of:
        return _plain(which.one_of[0], things)
    kinds = members(which.group, things) if which and which.group else ()
    kind = kinds[0] if kinds and not selector.colour else selector.kind
    if kinds and selector.colour:
        kind = next((one for one in kinds if selector.colour in things.kinds[one]), kinds[0])
    return selector.model_copy(update={"which": None, "kind": kind})


def _on_the_way(goal: Goal) -> Goal:
    """The goal with its last step before the one before it: "go to the door, and take the ball on the way"."""
    if len(goal.stages) != 2 or any(stage.hold or stage.before for stage in goal.stages):
        raise Refusal("'on the way' to which of these? say it in its order, with 'then'")
    return Goal(stages=goal.stages[::-1], never=goal.never)


def _loose(unit: Unit) -> int:
    """How many places of a unit belong to a thing only because they stand behind it."""
    sides = (unit.act.a, unit.act.b) if unit.act else ()
    return sum(ref.loose for refs in sides if refs for ref in refs.all)


def _unfronted(said: list[str], known: Names, unit: str) -> list[str]:
    """The words with a place or a tool at the beginning moved to the end: "on the table, put a cup"."""
    syntax = Inquiry(said, known, unit, None)
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

    def one(selector: Selector) -> bool:
        most = selector.which is not None and selector.which.most is not None
        return whole(selector) in found.definites or selector.who == "other" or most

    return Scene(things.unit, one)


def retold(found: Understood, things: Things) -> str:
    """The words that tell a person what will be judged: the grammar's own, with one reading."""
    scene = said_of(found, things)
    if found.question is not None:
        return ask(found.question, 0, scene)
    assert found.goal is not None
    within = f", within {found.limit} turns" if found.limit and found.goal.stages else ""
    within = f" for {found.limit} turns" if found.limit and not found.goal.stages else within
    return plainly(found.goal, scene) + within


def understood_in(text: str, world: World) -> Understood:
    """The same in a world, which shows things."""
    assert world.rules.things is not None
    hz = None if world.controls.turn_based else world.controls.tick_hz
    return understood(text, world.rules.things, world.players, hz)


def spoken(text: str, world: World) -> tuple[Goal, str]:
    """The goal that a person says in a world, and the words for what will be judged. Raises ValueError as `understood`
    does, and for a question, whose answer depends on the start."""
    things = world.rules.things
    if things is None:
        raise ValueError(f"{world.name} shows no things, so it has no goals")
    found = understood_in(text, world)
    if found.goal is None:
        raise ValueError(f"this is a question, and not what is to be done: {retold(found, things)}")
    return found.goal, retold(found, things)


def _nothing_lost(said: list[str], goal: Goal, meaning: Meaning) -> None:
    """Refuse a goal without a number, or without the negation, that the sentence has."""
    every = list(clauses(goal))
    numbers = {
        value for clause in every for value in (clause.least, clause.within, clause.number, clause.visits) if value
    }
    numbers |= {2 for clause in every if clause.relation == "between"}
    numbers |= {meaning.limit or 0, *(stage.hold for stage in goal.stages)} | {
        least - 1 for least in numbers if isinstance(least, int)
    }
    for word in said:
        if number(word) > 1 and number(word) not in numbers:
            raise Refusal(f"the number {word!r} has no place in a goal here")
    visits = any(clause.visits for clause in every)
    if visits and _AT_ONCE.search(" ".join(said)):
        raise Refusal("what is visited is visited one thing after the other, and not at the same time", "time")
    if visits and "last" in said:
        raise Refusal("which of several is visited last is not judged: say them in their order, with 'then'", "time")
    if len(goal.never) > 1 and "both" in said:
        raise Refusal("'both' may be one without the other: say 'never …' for each, without 'both'")
    if goal.never and _AT_THE_END.search(" ".join(said)):
        raise Refusal("what is not to be at the end may be so before: say 'make sure that no …', without 'at the end'")
    told = [side.which for clause in every for side in (clause.a, clause.b) if side and side.which]
    denied = bool(goal.never) or any(clause.negated for clause in every) or any(one.but or one.negated for one in told)
    denied = denied or any(stage.before for stage in goal.stages) or any(one.most == "farthest" for one in told)
    stays = any(stage.hold for stage in goal.stages) and bool(_STAYS_PUT.search(" ".join(said)))
    waits = meaning.affirmed or stays or any(note.startswith("to wait") for note in meaning.notes)
    negations = _NEGATIONS - {"off"} if meaning.sources else _NEGATIONS
    if not denied and not waits and negations & set(said):
        raise Refusal(f"{next(word for word in said if word in negations)!r} has no place in a goal here")
