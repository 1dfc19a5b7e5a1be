"""Things as sentences name them, and the phrases of a table that stand at a place of a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from . import lexicon
from .names import Names, Noun
from .normalise import COMMA, STOP, base_forms, phrases
from .trees import END, PLACED, QUANTIFIED, Tree, number

_BOTH_PLAYERS = phrases(*lexicon.BOTH_PLAYERS)
_ENDS = (END, COMMA, STOP, "and", "then", "but", "first", "without")
_THAT_IS = phrases("(that|which) (is|are) (|coloured)", "(of|in|with) (|the) colour", "whose colour is")
_CAN_CARRY = phrases("(|that) (you can|can be) (carry|lift|hold|carried|lifted|held|pick up|picked up)")
_PRONOUNS = {"it": "it", "that": "it", "this": "it", "them": "them", "they": "them", "these": "them", "those": "them"}


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


class Phrases:
    """The words of a sentence, and the things that are named from a place on. furthest: how far any reading came."""

    def __init__(self, words: list[str], names: Names, unit: str, players: int | None):
        self.words, self.names, self.unit, self.players = [*words, END, END, END], names, unit, players
        self.end = len(words)
        self.furthest = 0
        self._refs: dict[int, list[tuple[Refs, int]]] = {}

    # Phrases.

    def _after(self, at: int, table: tuple[tuple[str, ...], ...]) -> Iterator[int]:
        """The places behind all phrases of a table that stand at a place."""
        for phrase in table:
            if tuple(self.words[at : at + len(phrase)]) == phrase:
                yield at + len(phrase)

    def matched(
        self, tree: Tree, at: int, slots: tuple[tuple[str, Any], ...] = ()
    ) -> Iterator[tuple[Any, dict[str, Any], int]]:
        """All (meaning, slots, place behind) of the phrases of a tree that stand at a place."""
        self.furthest = max(self.furthest, at)
        for meaning in tree.get(END, ()):
            yield meaning, dict(slots), at
        word = self.words[at]
        for key in dict.fromkeys((word, *base_forms(word))):
            if key in tree and key != END:
                yield from self.matched(tree[key], at + 1, slots)
        for slot in ("{a}", "{b}"):
            if slot in tree:
                for refs, behind in self.refs(at):
                    yield from self.matched(tree[slot], behind, (*slots, (slot[1], refs)))
        if "{n}" in tree and number(word):
            yield from self.matched(tree["{n}"], at + 1, (*slots, ("n", number(word))))
        if "{w}" in tree and word.isalpha():
            yield from self.matched(tree["{w}"], at + 1, (*slots, ("w", word)))
        for slot in ("{p}", "{q}", "{m}"):
            if slot in tree:
                for place, more, behind in self.matched(PLACED[self.unit], at):
                    toward = " ".join(self.words[at:behind]) in lexicon.TOWARD
                    if slot == "{p}" or (slot == "{q}" and place in ("on", "in")) or (slot == "{m}" and toward):
                        yield from self.matched(tree[slot], behind, (*slots, ("p", place), *more.items()))

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
            yield tuple(looking(Ref(noun, definite=definite), *look) for look in looks), joint, behind
        if self.words[place] in ("one", "ones"):
            yield tuple(looking(Ref(definite=definite, one_of=True), *look) for look in looks), joint, place + 1

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
            for behind in self._after(at + 1, _CAN_CARRY) if what == "any" else ():
                yield ref, behind
            if self.words[at + 1] in self.names.looks:
                yield looking(ref, *self.names.looks[self.words[at + 1]]), at + 2
        for meaning, slots, behind in self.matched(QUANTIFIED, at):
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
                ref = Ref(noun, colour=looks.get("colour"), size=looks.get("size"))
                yield ref, behind
                yield from self._looks_after(ref, behind)
            word = self.words[at]
            if word in ("one", "ones") and looks:
                noun = Noun(many=word == "ones")
                yield Ref(noun, colour=looks.get("colour"), size=looks.get("size"), one_of=True), at + 1
            if word not in self.names.looks or self.names.looks[word][0] in looks:
                return
            what, name = self.names.looks[word]
            looks[what] = name
            at += 2 if self.words[at + 1] == "coloured" else 1

    def _looks_after(self, ref: Ref, at: int) -> Iterator[tuple[Ref, int]]:
        """A colour or a size that is said behind the noun: "that is red", "of the colour red"."""
        if self.words[at : at + 2] == ["is", "head"]:  # "on the teddy's head"
            yield ref, at + 2
        if self.words[at] in ("of", "in", "with") and self.words[at + 2] == "colour":
            what, name = self.names.looks.get(self.words[at + 1], ("", ""))
            if what == "colour" and ref.colour is None:
                yield replace(ref, colour=name), at + 3
        for behind in self._after(at, _THAT_IS):
            word = self.words[behind]
            if word in self.names.looks and getattr(ref, self.names.looks[word][0]) is None:
                behind += 2 if self.words[behind + 1] == "coloured" else 1
                yield looking(ref, *self.names.looks[word]), behind

    def _noun(self, at: int) -> Iterator[tuple[Noun, int]]:
        longest = next((n for n in (4, 3, 2, 1) if tuple(self.words[at : at + n]) in self.names.nouns), 0)
        self.furthest = max(self.furthest, at)
        for noun in self.names.nouns[tuple(self.words[at : at + longest])] if longest else ():
            yield noun, at + longest


def looking(ref: Ref, what: str, name: str) -> Ref:
    """The things, of a colour or a size."""
    return replace(ref, colour=name) if what == "colour" else replace(ref, size=name)
