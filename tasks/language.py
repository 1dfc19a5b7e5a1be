"""Goals as words and words as goals, by the one grammar of grammar.py.

    say(goal)                                   "push the red box onto the blue target, then take the key"
    say(goal, style=1)                          the same goal in other words
    say(goal, 0, scene(things, world.rules.things))   "the red box" if it is the only one among these things, else
                                                "a red box", "another", "any"; and distances in the unit of the world
    understand("push every box onto a target", world.rules.things)        the goal

Styles are indices into grammar.STYLES. The last two are held out: `held_styles` names those of the validation and test
splits. They measure whether an agent understands known words in a new order, since other styles use all their words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType

from ..interface.text import TOKENS
from ..worlds.engine.records.relations import CHAINS, ROWS
from ..worlds.engine.records.things import Things
from . import grammar
from .choices import CLASS_WORDS, PLACE_WORDS
from .goals import Clause, Goal, Question, Selector, Stage, Which
from .grammar import (
    FOUND,
    NOUNS,
    NUMERALS,
    PARTNER_INSTRUCTIONS,
    QUOTE,
    STATES,
    THINGS,
    UNITS,
    YOURS,
    Style,
    plural,
    singular,
    written,
)
from .parser import Reader, lexicon
from .scene import ANYWHERE, Scene

STYLES = len(grammar.STYLES)
"""The number of styles."""
held_styles: Mapping[str, tuple[int, ...]] = MappingProxyType({"valid": (STYLES - 2,), "test": (STYLES - 1,)})
"""Styles withheld from training, by their split."""


def canonical(goal: Goal) -> Goal:
    """The normal form of goals with the same meaning: sorted clauses without duplicates, `who` with the kind "player",
    and the count "all" of "you", which is one player, as 1. Raises ValueError if the goal contradicts itself."""
    stages = tuple(
        Stage(all=_sorted(stage.all), hold=stage.hold, before=_sorted(stage.before)) for stage in goal.stages
    )
    return Goal(stages=stages, never=_sorted(goal.never))


def _sorted(clauses: Sequence[Clause]) -> tuple[Clause, ...]:
    plain = {clause.model_dump_json(): clause for clause in map(_plain, clauses)}
    return tuple(plain[key] for key in sorted(plain))


def _plain(clause: Clause) -> Clause:
    sides = (("a", clause.a), ("b", clause.b))
    changes: dict[str, object] = {
        name: whole(selector) for name, selector in sides if selector and selector.who and not selector.kind
    }
    if clause.a.who == "you" and clause.least == "all":
        changes["least"] = 1
    return clause.model_copy(update=changes) if changes else clause


def whole(selector: Selector) -> Selector:
    """The selector, with the kind "player" if it has `who` and no kind."""
    return selector.model_copy(update={"kind": "player"}) if selector.who and not selector.kind else selector


def say(goal: Goal, style: int = 0, scene: Scene = ANYWHERE) -> str:
    """The instruction of a goal for its player: lower-case ASCII. The text is determined by goal, style and scene, and
    differs from style to style. scene: the selectors with one match at the start; only these get "the".

    The commas of a sentence of more than 64 tokens are left out; encoding refuses it if it is still too long. Raises
    ValueError for an unknown style.
    """
    if not 0 <= style < STYLES:
        raise ValueError(f"there is no style {style}; the styles are 0 to {STYLES - 1}")
    return _said(goal, grammar.STYLES[style], scene)


def plainly(goal: Goal, scene: Scene = ANYWHERE) -> str:
    """A goal in words with one reading, for people: clauses of a stage are joined by "and at the same time"."""
    return _said(goal, grammar.PARAPHRASE, scene)


def _said(goal: Goal, how: Style, scene: Scene) -> str:
    text = how.opening + how.then.join(_stage(stage, how, scene) for stage in goal.stages)
    nevers = [(clause, "") for clause in goal.never]
    for stage in goal.stages:
        nevers += [(clause, f" before you {_stage(stage, how, scene)}") for clause in stage.before]
    for index, (clause, until) in enumerate(nevers):
        joint = how.but if index or goal.stages else ""
        stated, phrase = _worded(clause, how, scene, "avoid")
        if stated and how.statements:
            text += f"{joint}{how.frame} {how.mark} {phrase}{until}"
        else:
            text += f"{joint}{how.mark} {grammar.LET_IT_BE + ' ' if stated else ''}{phrase}{until}"
    tokens = 1 + text.count(" ") + 2 * text.count(",")  # a comma costs two: itself and the space after it
    return text if tokens <= TOKENS else text.replace(",", "")


def _stage(stage: Stage, how: Style, scene: Scene) -> str:
    text, framed = "", False
    for index, clause in enumerate(stage.all):
        stated, phrase = _worded(clause, how, scene, "keep" if stage.hold else "reach")
        frame = f"{how.frame} " if stated and not framed else ""
        text += f"{how.both if index else ''}{frame}{phrase}"
        framed = stated
    return f"{text} {_counted(how.hold, stage.hold, how)}" if stage.hold else text


def _worded(clause: Clause, how: Style, scene: Scene, purpose: str) -> tuple[bool, str]:
    """(whether it is a statement, the words) of a clause."""
    if any(side and (side.which or side.place) for side in (clause.a, clause.b)):
        ones = scene.one(clause.a), bool(clause.b and scene.one(clause.b))
        return _clause.__wrapped__(clause, how, purpose, scene.unit, *ones, scene)
    return _clause(clause, how, purpose, scene.unit, scene.one(clause.a), bool(clause.b and scene.one(clause.b)))


@lru_cache(maxsize=1 << 14)
def _clause(
    clause: Clause, how: Style, purpose: str, unit: str, a_one: bool, b_one: bool, scene: Scene = ANYWHERE
) -> tuple[bool, str]:
    leaving = clause.negated and purpose == "reach"
    phrases = _orders(clause, how, "leave" if leaving else purpose) if leaving or not clause.negated else ()
    alone = clause.least == 1 and a_one and (how.the or bool(clause.a.who))
    found = clause.relation in CHAINS and clause.least == 1
    if how.statements or not phrases:
        phrases, leaving, stated = FOUND[clause.relation, clause.negated] if found else (), False, True
    else:
        stated = False
    if phrases:
        phrase = phrases[how.verb % len(phrases)]
    else:
        states = STATES[clause.relation]
        phrase = f"{{a}} {_be(clause, how, alone)} {states[how.verb % len(states)]}"
    phrase = _counted(phrase.replace("{u}", UNITS[unit]), clause.within or clause.number or 0, how)
    if leaving and not alone:
        a = _thing(clause.a, "all", False, how, scene=scene)
    else:
        a = _thing(clause.a, clause.least, clause.negated and not alone, how, one=a_one, many=found, scene=scene)
    b = _other(clause, how, b_one, purpose, scene) if clause.b else ""
    if clause.visits and clause.b:
        b = _thing(clause.b, clause.visits, False, how, scene=scene)
        if clause.relation in grammar.VISITED:
            cause = "" if _plainly_you(clause.a) else f"{grammar.CAUSES[how.verb % len(grammar.CAUSES)]} "
            stated, phrase = False, f"{cause}{grammar.VISITED[clause.relation]}"
        phrase = f"{phrase} in any order"
    if clause.relation == "between" and clause.b and clause.b.which and clause.b.which.one_of:
        phrase = phrase.replace("between two {b}", "between {b}")
    return stated, phrase.replace("{b}", b).replace("{w}", clause.word or "").replace("{a}", a)


def _orders(clause: Clause, how: Style, purpose: str) -> tuple[str, ...]:
    """The phrases that order a clause, of the best match in the tables; none if it can only be stated."""
    a, kind = clause.a, clause.a.kind or ""
    player = bool(a.who) or kind == "player"
    if player:
        orders = YOURS.get(clause.relation)
    else:
        b = (clause.b and clause.b.kind) or ""
        keys = ((kind, clause.relation, b), (kind, clause.relation, ""), ("", clause.relation, ""))
        orders = next((THINGS[key] for key in keys if key in THINGS), None)
    single = clause.relation in CHAINS or purpose == "leave"
    if orders is None or (single and clause.least != 1):
        return ()
    phrases: tuple[str, ...] = getattr(orders, purpose) or (() if purpose == "leave" else orders.reach)
    if not player:
        return phrases
    if a.who == "you":
        return phrases if _plainly_you(a) and clause.least in (1, "all") else ()
    cause = grammar.CAUSES[how.verb % len(grammar.CAUSES)]
    return tuple(f"{cause} {phrase}" for phrase in phrases)


def _plainly_you(selector: Selector) -> bool:
    return selector.who == "you" and not selector.colour and not selector.size


def _other(clause: Clause, how: Style, one: bool, purpose: str, scene: Scene) -> str:
    """The words for `b` of a clause, with "the", "another", "any" or "a"."""
    a, b = clause.a, clause.b
    assert b is not None
    if ROWS[clause.relation].two and b.which and b.which.one_of:
        return " and ".join(_thing(each, 1, False, how, one=scene.one(each), scene=scene) for each in b.which.one_of)
    if ROWS[clause.relation].two or (how.several and _several(clause, how)):
        return _thing(b, 1, False, how, many=True, scene=scene)
    if b.who == "you" or (one and (how.the or b.who)):
        return _thing(b, 1, False, how, one=True, scene=scene)
    article = "a"
    if clause.least in (1, "all") and _wider(b, a):
        article = "another"
    elif clause.least == 1 and clause.negated != (purpose == "avoid"):
        article = "any"
    return _thing(b, 1, False, how, article=article, scene=scene)


def _wider(one: Selector, other: Selector) -> bool:
    """Whether all things that match the other selector match this one too."""
    if one.which or one.place or other.place:
        return one == other and not one.place
    kinds = [selector.kind or ("player" if selector.who else None) for selector in (one, other)]
    pairs = ((one.colour, other.colour), (one.size, other.size), (one.who, other.who), kinds)
    return all(mine in (None, theirs) for mine, theirs in pairs)


def _several(clause: Clause, how: Style) -> bool:
    """Whether `b` of a clause is in the plural: "boxes on targets", not "on a target"."""
    b = clause.b
    plain = b is not None and not (b.who or b.colour or b.size or b.which or b.place)
    return (
        plain and clause.relation in ("on", "in", "at") and not clause.negated and _number(clause.least, how) == "many"
    )


def _be(clause: Clause, how: Style, alone: bool) -> str:
    you = clause.a.who == "you" and clause.least in (1, "all")
    many = _plainly_you(clause.a) if you else _number(clause.least, how) == "many"
    be = "are" if many else "is"
    return f"{be} not" if clause.negated and (you or alone) else be


def _number(least: int | str, how: Style) -> str:
    """The grammatical number of a count: "one" or "many"."""
    return grammar.QUANTITIES[how.every][2] if least == "all" else "one" if least == 1 else "many"


def _thing(
    selector: Selector,
    least: int | str,
    negated: bool,
    how: Style,
    *,
    one: bool = False,
    many: bool = False,
    article: str = "a",
    scene: Scene = ANYWHERE,
) -> str:
    """The words for at least this number of things. one: there is one such thing; many: the plural without a number;
    article: the article of one of several."""
    if selector.place:
        return PLACE_WORDS[selector.place]
    which = selector.which
    if which and which.one_of and (which.most or which.relation):
        several = " and ".join(_thing(other, 1, False, how, one=scene.one(other)) for other in which.one_of)
        rest = which.model_copy(update={"one_of": ()})
        told = _told_apart("", rest, False, how, scene).replace(" that ", " ")
        if which.most and not which.to:
            told = f"is {which.most}"
        elif which.most:
            told = f"is {told.strip()}"
        return f"whichever of {several} {told.strip()}"
    if which and which.one_of and least == 1:
        each = [_thing(other, 1, False, how, one=scene.one(other), article=article) for other in which.one_of]
        return f"{'neither ' if negated else ''}{' or '.join(each)}"
    looks = [written(name) for name in (selector.size, selector.colour) if name]
    kind = None if selector.who else selector.kind
    nouns = (written(kind), plural(kind)) if kind else NOUNS[selector.who]
    if selector.who == "you" and least in (1, "all"):
        return " ".join(["your", *looks, nouns[0]]) if looks else "you"
    number = "many" if many else _number(least, how)
    if which and which.group:
        nouns = CLASS_WORDS[which.group]
    words = " ".join([*looks, nouns[number == "many"]])
    if which:
        words = _told_apart(words, which, number == "many", how, scene)
        one = one or which.most is not None
    if many:
        return words
    if least == "all":
        return f"{'not ' if negated else ''}{how.every} {words}"
    if least == 1:
        if negated:
            return f"no {words}"
        if one and (how.the or selector.who or (which and which.most)):
            return f"{'your' if selector.who else 'the'} {words}"
        return f"{_article(words) if article == 'a' else article} {words}"
    count = _counted("fewer than {n}" if negated else how.count, int(least), how)
    return f"{count} of your {words}" if selector.who == "you" else f"{count} {words}"


def thing_in_words(selector: Selector, scene: Scene = ANYWHERE) -> str:
    """The words for one thing that a selector matches."""
    return _thing(selector, 1, False, grammar.PARAPHRASE, one=scene.one(selector), scene=scene)


def _told_apart(words: str, which: Which, several: bool, how: Style, scene: Scene) -> str:
    """The words of things, with what tells them apart from others."""

    def thing(selector: Selector) -> str:
        return _thing(selector, 1, False, how, one=scene.one(selector), scene=scene)

    be = "that are" if several else "that is"
    if which.relation:
        state = "near {b}" if which.relation == "near" else STATES[which.relation][0]
        other, no = which.b or Selector(), "not " if which.negated else ""
        if which.inverse and (other.who or other.kind == "player"):
            be = "you are" if other.who == "you" else f"{thing(other)} is"
            words += f" that {be} {no}{state.replace(' {b}', '')}"
        elif which.inverse:
            words += f" that {'have' if several else 'has'} {no}{thing(other)} {state.replace('{b}', 'it')}"
        else:
            if other.which and other.which.one_of and which.relation == "between":
                state = state.replace("two {b}", " and ".join(map(thing, other.which.one_of)))
            if other.place == "floor":
                state = "on {b}"
            words += f" {be} {no}{state.replace('{b}', thing(other) if which.b else '')}"
    for other in which.but:
        plain = other in (Selector(colour=other.colour), Selector(size=other.size))
        words += f" {be} not {other.colour or other.size}" if plain else f" except {thing(other)}"
    if which.most and which.to:
        return f"{words} {which.most} {'from' if which.most == 'farthest' else 'to'} {thing(which.to)}"
    return f"{which.most} {words}" if which.most else words


def _counted(phrase: str, number: int, how: Style) -> str:
    """A phrase with its number, in letters up to twenty, else in digits."""
    numeral = str(number) if how.digits or number >= len(NUMERALS) else NUMERALS[number]
    return (singular(phrase) if number == 1 else phrase).replace("{n}", numeral)


def understand(text: str, things: Things) -> Goal:
    """The goal of a sentence of this grammar, in a world of these things; `understanding` reads more sentences. Capital
    letters, extra spaces, commas and a full stop at the end do not matter. Raises ValueError with the word that is not
    understood, its place, and the words that were expected.
    """
    return _reader(text, things).goal()


def _reader(text: str, things: Things) -> Reader:
    return Reader(text, lexicon(tuple(things.kinds), things.colours, things.sizes), things.unit)


def ask(question: Question, style: int = 0, scene: Scene = ANYWHERE) -> str:
    """The instruction of a question. Question, style and scene determine the text, which differs from style to style.

    Raises ValueError for an unknown style.
    """
    if not 0 <= style < STYLES:
        raise ValueError(f"there is no style {style}; the styles are 0 to {STYLES - 1}")
    opening, verb = grammar.ASKING[style]
    form = question.asks, question.relation or ""
    how, a, b = grammar.STYLES[0], question.a, question.b
    phrases = grammar.ASKED[form] if form in grammar.ASKED and not _of_one(question) else ASKED_ELSE[question.asks]
    one, many = (
        question.asks in ("colour", "where", "what") and scene.one(a),
        question.asks in ("count", "more", "alike"),
    )
    first = _thing(a, 1, False, how, one=one, many=many, scene=scene)
    second = _thing(b, 1, False, how, one=scene.one(b), many=question.asks == "more", scene=scene) if b else ""
    if question.least or question.most is not None:
        return opening + _so_many(question, how, scene)
    if question.asks == "alike" and a.which and a.which.one_of:
        each = (_thing(other, 1, False, how, one=scene.one(other), scene=scene) for other in a.which.one_of)
        return f"{opening}do {' and '.join(each)} have the same colour"
    if question.asks == "larger":
        first = _thing(a, 1, False, how, one=scene.one(a), scene=scene)
    if question.asks == "every":
        first = _thing(a, "all", False, how, scene=scene)
    return opening + phrases[verb % len(phrases)].replace("{b}", second).replace("{a}", first)


def _so_many(question: Question, how: Style, scene: Scene) -> str:
    """Whether there are at least, exactly or fewer than so many."""
    least, most = question.least, question.most
    bound = "fewer than" if not least else "at least" if most is None else "exactly"
    number = least or (most or 0) + 1
    things = _thing(question.a, 1, False, how, many=number > 1, article="", scene=scene).strip()
    return f"{'are' if number > 1 else 'is'} there {bound} {grammar.NUMERALS[number]} {things}"


def _of_one(question: Question) -> bool:
    """Whether it asks what something is that is told apart."""
    return question.asks == "what" and question.b is None


ASKED_ELSE: Mapping[str, tuple[str, ...]] = {
    "what": ("what is {a}",),
    "where": ("where is {a}",),
    "more": ("are there more {a} than {b}",),
    "alike": ("do all {a} have the same colour",),
    "larger": ("is {a} larger than {b}",),
    "every": ("is {a} also {b}",),
}
"""Questions that people ask, and no task does."""


def _article(words: str) -> str:
    return "an" if words.lstrip(QUOTE)[0] in "aeiou" else "a"


def asked(text: str, things: Things) -> Question | None:
    """The question of a sentence, in a world of these things; None if it is none. Raises ValueError for a question that
    is not understood, as `understand` does."""
    return _reader(text, things).question()


def definites(text: str, things: Things) -> dict[Selector, str]:
    """The definite descriptions of a goal or a question, such as "the red box": their selectors and words; none if the
    sentence is not understood."""
    reader = _reader(text, things)
    try:
        if reader.question() is None:
            reader.goal()
    except ValueError:
        return {}
    return dict(reader.definites.values())


def said_in(text: str, things: Things) -> Scene:
    """The scene that a sentence implies: one match for each definite description."""
    named = definites(text, things)
    return Scene(things.unit, lambda selector: whole(selector) in named)


def partner_instruction(style: int = 0) -> str:
    """The instruction, in a style, of a player that has to learn its goal from its partner."""
    return PARTNER_INSTRUCTIONS[style]


_OPENINGS = sorted({style.opening for style in grammar.STYLES} | {opening for opening, _ in grammar.ASKING}, key=len)


def public(own: str, others: Sequence[str]) -> str:
    """The public instruction for one player: its own part, then those of its partners. The openings of the parts, such
    as "your task:", are left out."""
    heads = ["your partner"] if len(others) == 1 else ["one partner", *["another partner"] * (len(others) - 1)]
    parts = zip(("you", *heads), (own, *others), strict=False)
    return "; ".join(f"{head}: {_unopened(part)}" for head, part in parts)


def _unopened(part: str) -> str:
    opening = next((opening for opening in reversed(_OPENINGS) if part.startswith(opening)), "")
    return part[len(opening) :]
