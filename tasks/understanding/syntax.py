"""Sentences of people as trees: units joined by "and" and "then", each an act with the things that it names.

`Syntax(words, names, ...).sentences()` gives every way in which all of the words can be read; meaning.py says what each
way comes to, and refuses the sentence if that is more than one goal. Nothing is skipped: a word that has no place in a
reading ends that reading.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from . import lexicon
from .names import Names, Noun
from .normalise import COMMA, STOP, base_forms, phrases
from .trees import ACTS, ASKED, END, PLACED, QUANTIFIED, STATED, STATES, Tree, number

MOST_READINGS = 200
"""Readings of one sentence that are looked at."""


@dataclass(frozen=True)
class Ref:
    """Things as they are named. least: at least how many, "all", or 0 for a plural without a number; most: at most how
    many, if that is said; definite: whether there is one; one_of: for "the blue one", whose noun comes from before;
    pronoun: for "it"; bare: a plural that is any of them or all; said: the words."""

    noun: Noun = field(default_factory=Noun)
    colour: str | None = None
    size: str | None = None
    least: int | str = 1
    negated: bool = False
    most: int | None = None
    definite: bool = False
    pronoun: str = ""
    one_of: bool = False
    bare: bool = False
    said: str = field(default="", compare=False)


@dataclass(frozen=True)
class Refs:
    """Several of them, joined by "and" or "or"."""

    all: tuple[Ref, ...]
    joint: str = "and"


@dataclass(frozen=True)
class Act:
    """An act or a state and what it names. verb: a key of ACTS, or "is"; "" for things alone, which have the verb of
    the act before; place: a value of PLACES; actor: who acts, where it is said; helped: whether the reader is to help;
    told: whether it is said as a state, not as an act."""

    verb: str
    a: Refs | None = None
    b: Refs | None = None
    place: str = ""
    number: int | None = None
    word: str | None = None
    negated: bool = False
    actor: Refs | None = None
    helped: bool = False
    told: bool = False


@dataclass(frozen=True)
class Unit:
    """joint: how it goes on from the unit before: "and", "at once", "then" or "but"; kind: "do", "never" or "stay"."""

    joint: str
    kind: str
    act: Act | None = None
    hold: int = 0


_OPEN, _NOT, _WITHOUT = phrases(*lexicon.OPENERS), phrases(*lexicon.NOT_TO), phrases(*lexicon.WITHOUT)
_FRAMES, _FIRST, _STAYS = phrases(*lexicon.FRAMES), phrases(*lexicon.FIRST), phrases(*lexicon.STAYS)
_STOPS, _BEFORES = phrases(*lexicon.STOPS), phrases(*lexicon.BEFORES)
_AFTERS, _DOES, _ASKERS = phrases(*lexicon.AFTERS), phrases(*lexicon.PARTNER_DOES), phrases(*lexicon.ASKERS)
_THENS, _ANDS = phrases(*lexicon.THENS), phrases(*lexicon.ANDS)
_BOTH_PLAYERS = phrases(*lexicon.BOTH_PLAYERS)
_PLAIN = ("and", "but", "comma", "stop")
_ENDS = (END, COMMA, STOP, "and", "then", "but", "first", "without")
_PRONOUNS = {"it": "it", "that": "it", "this": "it", "them": "them", "they": "them", "these": "them", "those": "them"}


class Syntax:
    """All readings of the words of a sentence. furthest: how far any of them came."""

    def __init__(self, words: list[str], names: Names, unit: str, players: int | None):
        self.words, self.names, self.unit, self.players = [*words, END, END, END], names, unit, players
        self.end = len(words)
        self.furthest = 0
        self._refs: dict[int, list[tuple[Refs, int]]] = {}
        self._acts: dict[int, list[tuple[Act, int]]] = {}

    # Phrases.

    def _after(self, at: int, table: tuple[tuple[str, ...], ...]) -> Iterator[int]:
        """The places behind all phrases of a table that stand at a place."""
        for phrase in table:
            if tuple(self.words[at : at + len(phrase)]) == phrase:
                yield at + len(phrase)

    def _match(
        self, tree: Tree, at: int, slots: tuple[tuple[str, Any], ...] = ()
    ) -> Iterator[tuple[Any, dict[str, Any], int]]:
        """All (meaning, slots, place behind) of the phrases of a tree that stand at a place."""
        self.furthest = max(self.furthest, at)
        for meaning in tree.get(END, ()):
            yield meaning, dict(slots), at
        word = self.words[at]
        for key in dict.fromkeys((word, *base_forms(word))):
            if key in tree and key != END:
                yield from self._match(tree[key], at + 1, slots)
        for slot in ("{a}", "{b}"):
            if slot in tree:
                for refs, behind in self.refs(at):
                    yield from self._match(tree[slot], behind, (*slots, (slot[1], refs)))
        if "{n}" in tree and number(word):
            yield from self._match(tree["{n}"], at + 1, (*slots, ("n", number(word))))
        if "{w}" in tree and word.isalpha():
            yield from self._match(tree["{w}"], at + 1, (*slots, ("w", word)))
        for slot in ("{p}", "{q}", "{m}"):
            if slot in tree:
                for place, more, behind in self._match(PLACED[self.unit], at):
                    toward = " ".join(self.words[at:behind]) in lexicon.TOWARD
                    if slot == "{p}" or (slot == "{q}" and place in ("on", "in")) or (slot == "{m}" and toward):
                        yield from self._match(tree[slot], behind, (*slots, ("p", place), *more.items()))

    # Things.

    def refs(self, at: int) -> list[tuple[Refs, int]]:
        """Things from a place on: one, or several with "and" or "or" between them."""
        if at not in self._refs:
            self._refs[at] = []
            self._refs[at] = list(self._several(at))
        return self._refs[at]

    def _several(self, at: int) -> Iterator[tuple[Refs, int]]:
        starts = [(at, "")]
        if self.words[at] in ("both", "either", "neither"):
            starts.append((at + 1, self.words[at]))
        for start, opening in starts:
            for first, behind in self._one(start):
                if not opening:
                    yield Refs((first,)), behind
                for rest, joint, last in self._more(behind):
                    neither = opening == "neither"
                    fits = joint == {"both": "and", "either": "or", "neither": "nor"}.get(opening, joint)
                    if fits and (joint != "nor" or neither):
                        yield Refs((first, *rest), "or" if neither else joint), last
        if not self.names.looks:
            return
        for shared, joint, behind in self._shared(at):
            yield Refs(shared, joint), behind

    def _more(self, at: int, joint: str = "") -> Iterator[tuple[tuple[Ref, ...], str, int]]:
        """Further things of a list."""
        words = self.words
        comma = words[at] == COMMA
        joint_at = at + comma
        for each in ("and", "or", "nor"):
            if words[joint_at] == each and joint in ("", each):
                for ref, behind in self._one(joint_at + 1):
                    yield (ref,), each, behind
        if comma:
            for ref, behind in self._one(at + 1):
                for rest, each, last in self._more(behind):
                    yield (ref, *rest), each, last

    def _shared(self, at: int) -> Iterator[tuple[tuple[Ref, ...], str, int]]:
        """Looks that share a noun: "the red and the blue box", "the red or blue one"."""
        start = at + (self.words[at] in ("both", "either"))
        articles = ("the", "a", "an", "any")
        looks: list[tuple[str, str]] = []
        definite = self.words[start] == "the"
        if self.words[start] in articles:
            start += 1
        joint, place = "", start
        while self.words[place] in self.names.looks:
            looks.append(self.names.looks[self.words[place]])
            place += 1
            if self.words[place] == COMMA and not joint:
                place += 1
            elif self.words[place] in ("and", "or") and not joint:
                joint = self.words[place]
                place += 1
            else:
                break
            if self.words[place] in articles:
                place += 1
        if len(looks) < 2 or not joint or len({what for what, _ in looks}) > 1:
            return
        for noun, behind in self._noun(place):
            yield tuple(_looking(Ref(noun, definite=definite), *look) for look in looks), joint, behind
        if self.words[place] in ("one", "ones"):
            yield tuple(_looking(Ref(definite=definite, one_of=True), *look) for look in looks), joint, place + 1

    def _one(self, at: int) -> Iterator[tuple[Ref, int]]:
        """One thing, or so many things of one description."""
        for ref, behind in self._named(at):
            yield replace(ref, said=" ".join(self.words[at:behind])), behind

    def _named(self, at: int) -> Iterator[tuple[Ref, int]]:
        word = self.words[at]
        self.furthest = max(self.furthest, at)
        if word in ("this", "that") and self.words[at + 1] == "room":
            return
        if word in _PRONOUNS and (word not in ("this", "that", "these", "those") or self.words[at + 1] in _ENDS):
            yield Ref(pronoun=_PRONOUNS[word]), at + 1
        if word in ("you", "yourself"):
            yield Ref(Noun(who="you"), definite=True), at + 1
        if word in lexicon.PARTNER_PRONOUNS and (self.players or 2) > 1:
            yield Ref(Noun(who="other"), definite=True), at + 1
        for behind in self._after(at, _BOTH_PLAYERS):
            yield Ref(Noun(("player",)), least="all"), behind
        if word in lexicon.ALL_OF_IT:
            what = lexicon.ALL_OF_IT[word]
            ref = Ref(Noun((None,)), least="all" if what == "all" else 1, negated=what == "no")
            yield ref, at + 1
            if self.words[at + 1] in self.names.looks:
                yield _looking(ref, *self.names.looks[self.words[at + 1]]), at + 2
        for meaning, slots, behind in self._match(QUANTIFIED, at):
            yield from self._counted(meaning, slots, behind)
        for ref, behind in self._described(at):
            yield replace(ref, least=0 if ref.noun.many else 1, bare=True), behind

    def _counted(self, meaning: Any, slots: dict[str, Any], at: int) -> Iterator[tuple[Ref, int]]:
        least, negated, bound, form = meaning
        if form == "count":
            least = slots["n"]
            for behind in self._after(at, tuple(tuple(each.split()) for each in lexicon.AFTER_NUMBER)):
                for ref, last in self._described(behind):
                    if not (bound or negated):
                        yield replace(ref, least=least), last
            most = None
            if bound == "more":
                least += 1
            if bound == "exactly":
                most = least
        for ref, behind in self._described(at):
            several = ref.noun.many
            if form == "any":
                yield replace(ref, least=0 if several is True else 1, bare=several is True), behind
                continue
            if form == "many" and ref.noun.kinds == ("player",):
                continue
            if form == "one" and several is True and not ref.noun.toys and len(ref.noun.kinds) < 2:
                continue
            if form == "many" and several is False:
                continue
            if form == "count":
                if several is False and slots["n"] > 1:
                    continue
                yield replace(ref, least=least, negated=negated, most=most), behind
            elif form == "the":
                yield replace(ref, least="all" if several else 1, definite=not several, bare=bool(several)), behind
            else:
                yield replace(ref, least=least, negated=negated), behind

    def _described(self, at: int) -> Iterator[tuple[Ref, int]]:
        """Looks and a noun, or "one" or "ones" for a noun that came before."""
        looks: dict[str, str] = {}
        while True:
            for noun, behind in self._noun(at):
                yield Ref(noun, colour=looks.get("colour"), size=looks.get("size")), behind
            word = self.words[at]
            if word in ("one", "ones") and looks:
                noun = Noun(many=word == "ones")
                yield Ref(noun, colour=looks.get("colour"), size=looks.get("size"), one_of=True), at + 1
            if word not in self.names.looks or self.names.looks[word][0] in looks:
                return
            what, name = self.names.looks[word]
            looks[what] = name
            at += 1

    def _noun(self, at: int) -> Iterator[tuple[Noun, int]]:
        longest = next((n for n in (4, 3, 2, 1) if tuple(self.words[at : at + n]) in self.names.nouns), 0)
        self.furthest = max(self.furthest, at)
        for noun in self.names.nouns[tuple(self.words[at : at + longest])] if longest else ():
            yield noun, at + longest

    # Acts.

    def acts(self, at: int) -> list[tuple[Act, int]]:
        """All acts and statements from a place on."""
        if at not in self._acts:
            self._acts[at] = []
            self._acts[at] = list(dict.fromkeys(self._every_act(at)))
        return self._acts[at]

    def _every_act(self, at: int) -> Iterator[tuple[Act, int]]:
        for verb, slots, behind in self._match(ACTS, at):
            yield _act(verb, slots), behind
        for verb, slots, behind in self._match(STATES, at):
            yield replace(_act(verb, slots), told=True), behind
        for verb, slots, behind in self._match(STATED, at):
            if verb != "is never":
                yield _act("is", slots, negated=verb == "is not"), behind
        for refs, behind in self.refs(at):
            yield Act("", b=refs), behind
        for place, slots, behind in self._match(PLACED[self.unit], at):
            for refs, last in self.refs(behind):
                yield Act("", b=refs, place=place, number=slots.get("n")), last
        for before in _DOES:
            yield from self._done_by(list(before), at)
        for refs, behind in self.refs(at):  # "your partner goes to the bed", "both of you go to the bed"
            if all(ref.noun.who == "other" or (ref.noun.kinds == ("player",)) for ref in refs.all):
                modal = next(
                    (n for n in ("must", "should", "has", "have", "is", "are", "will") if self.words[behind] == n), ""
                )
                behind += bool(modal)
                behind += self.words[behind] == "to" and bool(modal)
                for act, last in self._acted(behind):
                    yield replace(act, actor=refs), last

    def _done_by(self, before: list[str], at: int) -> Iterator[tuple[Act, int]]:
        place = before.index("{a}")
        if self.words[at : at + place] != before[:place]:
            return
        for refs, behind in self.refs(at + place):
            rest = before[place + 1 :]
            if self.words[behind : behind + len(rest)] == rest:
                for act, last in self._acted(behind + len(rest)):
                    yield replace(act, actor=refs, helped=before[0] == "help"), last

    def _acted(self, at: int) -> Iterator[tuple[Act, int]]:
        """Acts with a verb of their own, whose actor is known."""
        for verb, slots, behind in self._match(ACTS, at):
            yield _act(verb, slots), behind

    # Sentences.

    def sentences(self) -> Iterator[tuple[Unit, ...]]:
        """All readings, at most MOST_READINGS."""
        for count, units in enumerate(self._units(0, "then", ())):
            if count >= MOST_READINGS:
                return
            yield units

    def _units(self, at: int, joint: str, before: tuple[Unit, ...]) -> Iterator[tuple[Unit, ...]]:
        for units, behind, force in self._unit(at, joint):
            whole = (*before, *units)
            if behind == self.end:
                yield whole
                continue
            for nextjoint, start in self._joints(behind):
                yield from self._units(
                    start, "next" if force and nextjoint not in ("at once", "then") else nextjoint, whole
                )
            yield from self._tail(behind, whole)

    def _joints(self, at: int) -> Iterator[tuple[str, int]]:
        """The joints that may follow: (how they join, the place behind)."""
        mark = self.words[at] in (COMMA, STOP)
        start = at + mark
        for behind in self._after(start, _THENS):
            behind += self.words[behind] == COMMA
            yield "then", behind
        for behind in self._after(start, _ANDS):
            word = " ".join(self.words[start:behind])
            behind += self.words[behind] == COMMA
            yield ("at once" if word in lexicon.SAME_TIME else "but" if word in ("but", "yet") else "and"), behind
        if mark:
            yield ("stop" if self.words[at] == STOP else "comma"), start

    def _tail(self, at: int, before: tuple[Unit, ...]) -> Iterator[tuple[Unit, ...]]:
        """The readings of a unit without a joint: "without touching a box", "for ten turns", "after you opened it"."""
        start = at + (self.words[at] == COMMA)
        start += self.words[start] in ("but", "and") and self.words[start + 1] in ("without", "not", "never", "avoid")
        for unit, behind in self._never(start, bare=False):
            yield from self._rest(behind, (*before, unit))
        if self.words[start] == "for" and number(self.words[start + 1]) and self.words[start + 2] in ("turns", "turn"):
            held = replace(before[-1], hold=number(self.words[start + 1]))
            if held.kind in ("do", "stay"):
                yield from self._rest(start + 3, (*before[:-1], held))
        if self.words[start] in ("facing", "looking", "holding", "carrying") and before[-1].kind == "do":
            for act, last in self.acts(start):
                if act.verb in ("face", "hold"):
                    yield from self._rest(last, (*before, Unit("at once", "do", act)))
        for behind in self._after(start, _AFTERS):
            for act, last in self.acts(behind):
                if act.verb and len(before) == 1:
                    first = Unit("then", "do", act)
                    yield from self._rest(last, (first, replace(before[0], joint="then")))

    def _rest(self, at: int, whole: tuple[Unit, ...]) -> Iterator[tuple[Unit, ...]]:
        if at == self.end:
            yield whole
            return
        for joint, start in self._joints(at):
            yield from self._units(start, joint, whole)
        yield from self._tail(at, whole)

    def _unit(self, at: int, joint: str) -> Iterator[tuple[tuple[Unit, ...], int, bool]]:
        """(units, place behind, whether "then" is what comes next): from a place on."""
        self.furthest = max(self.furthest, at)
        for behind in dict.fromkeys((at, *self._openings(at))):
            for act, last in self.acts(behind):
                if behind != at and act.place and not act.verb:
                    continue
                if behind == at and joint in _PLAIN and self.words[at].endswith("ing"):
                    continue  # "go there, touching the box" is no second step
                unit = Unit(joint, "do", act)
                yield (unit,), last, False
                if self.words[last] == "first":
                    yield (unit,), last + 1, True
            for unit, last in self._never(behind, joint):
                yield (unit,), last, False
            for stop in self._after(behind, _STOPS):
                if stop == self.end and at:
                    yield (Unit(joint, "stop"),), stop, False
            for stay in self._after(behind, _STAYS):
                yield (Unit(joint, "stay"),), stay, False
        for behind in self._after(at, _FIRST):
            behind += self.words[behind] == COMMA
            for units, last, _ in self._unit(behind, joint):
                yield units, last, True
        for behind in self._after(at, _BEFORES):
            for act, last in self.acts(behind):
                if act.verb and self.words[last] == COMMA:
                    for units, end, _ in self._unit(last + 1, joint):
                        yield (*units, Unit("then", "do", act)), end, False
        for behind in self._after(at, _AFTERS):
            for act, last in self.acts(behind):
                if act.verb:
                    last += self.words[last] == COMMA
                    last += self.words[last] == "then"
                    for units, end, _ in self._unit(last, "then"):
                        yield (Unit(joint, "do", act), *units), end, False

    def _openings(self, at: int, depth: int = 3) -> Iterator[int]:
        """Places behind what an order may begin with, several times over."""
        for behind in (*self._after(at, _OPEN), *self._after(at, _FRAMES)):
            behind += self.words[behind] == COMMA
            yield behind
            if depth:
                yield from self._openings(behind, depth - 1)

    def _never(self, at: int, joint: str = "but", *, bare: bool = True) -> Iterator[tuple[Unit, int]]:
        """Acts that are never to be done; bare: "do not", too, which cannot follow an order without a joint."""
        for verb, slots, behind in self._match(STATED, at) if bare else ():
            if verb == "is never":
                yield Unit(joint, "never", _act("is", slots)), behind
        for behind in self._after(at, _NOT) if bare else ():
            for act, last in self.acts(behind):
                yield Unit(joint, "never", act), last
        for behind in self._after(at, _WITHOUT):
            for act, last in self.acts(behind) if self.words[behind].endswith("ing") else ():
                if act.verb not in ("", "is"):
                    yield Unit(joint, "never", act), last
        if not bare and self.words[at] in ("not", "never"):
            for act, last in self.acts(at + 1):
                yield Unit(joint, "never", act), last

    # Questions.

    def questions(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """All readings as a question."""
        starts = {0}
        for _ in range(3):
            starts |= {behind + (self.words[behind] == COMMA) for at in starts for behind in self._after(at, _ASKERS)}
        for at in sorted(starts):
            for asks, slots, behind in self._match(ASKED, at):
                if behind == self.end:
                    yield asks, slots


def _act(verb: str, slots: dict[str, Any], *, negated: bool = False) -> Act:
    return Act(verb, slots.get("a"), slots.get("b"), slots.get("p", ""), slots.get("n"), slots.get("w"), negated)


def _looking(ref: Ref, what: str, name: str) -> Ref:
    """The things, of a colour or a size."""
    return replace(ref, colour=name) if what == "colour" else replace(ref, size=name)
