"""Words of a sentence that tell which things are meant, behind a noun: where they are, and what is left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from . import lexicon
from .names import Names, Noun
from .normalise import COMMA, Table, base_forms, phrases
from .refs import Ref, Refs, either, looking
from .remarks import tells
from .trees import END, LAST_OF, LAST_TO, PLACED, WHERE, Tree, number

EXCEPT = phrases(*lexicon.EXCEPT)
_MOVING = ("into", "onto", "to", "toward", "over", "back", "down", "up")
_DESCRIBING = (
    *("on", "in", "touching", "near", "left-of", "right-of", "between", "at", "front", "under", "behind", "within"),
)
_ABOUT = phrases(
    *("(that|which) (is|are) (lying|standing|sitting) (about|around)", "(lying|standing|sitting) (about|around)"),
    *("(|that|which) you can (see|find|spot|reach|get|get to)", "(|that|which) (is|are) there"),
    "(|that|which) you (find|spot|come across|happen on|stumble on|run across|meet)",
)
_AROUND = ("on", "in", "at", "touching", "near", "under", "between")
_THAT_IS = phrases(
    "(that|which) (is|are) (|coloured|still|already|currently|now)", "(of|in|with) (|the) colour", "whose colour is"
)
_BELONGING, _BELONGED = phrases(*lexicon.BELONGING), phrases(*lexicon.BELONGED)


class Told:
    """The words of a sentence, and what is said of things behind their nouns. loosest: how many places may be a part of
    a thing only because they stand behind it; furthest: how far any reading came."""

    def __init__(self, words: list[str], names: Names, unit: str, players: int | None, loosest: int = 0):
        self.words, self.names, self.unit, self.players = [*words, END, END, END], names, unit, players
        self.loosest = loosest
        self.end = len(words)
        self.furthest = 0
        self._refs: dict[int, list[tuple[Refs, int]]] = {}

    def refs(self, at: int) -> list[tuple[Refs, int]]:
        """Things from a place on: one, or several with "and" or "or" between them."""
        raise NotImplementedError

    def _after(self, at: int, table: Table) -> Iterator[int]:
        """The places behind all phrases of a table that stand at a place."""
        for phrase in table.beginning(self.words, at):
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
        if "{x}" in tree and word.isalpha() and not tells(word, self.names):
            yield from self.matched(tree["{x}"], at + 1, slots)
        for slot in ("{p}", "{q}", "{m}"):
            if slot in tree:
                for place, more, behind in self.matched(PLACED[self.unit], at):
                    toward = " ".join(self.words[at:behind]) in lexicon.TOWARD
                    if slot == "{p}" or (slot == "{q}" and place in ("on", "in")) or (slot == "{m}" and toward):
                        yield from self.matched(tree[slot], behind, (*slots, ("p", place), *more.items()))

    def _paired(self, noun: Noun) -> bool:
        """Whether things of this name belong to others by their colour."""
        return len(noun.kinds) == 1 and str(noun.kinds[0]) in lexicon.PAIRS and noun.many is not True

    def _belonging(self, ref: Ref, at: int) -> Iterator[tuple[Ref, int]]:
        """Things that are told by what they belong to: "the key that fits the red door", "the door it opens"."""
        if ref.colour is not None or not self._paired(ref.noun):
            return
        pairs = lexicon.PAIRS[str(ref.noun.kinds[0])]
        for start in self._after(at, _BELONGING):
            for refs, behind in self.refs(start):
                to = self._single(refs)
                if to is not None and to.noun.kinds and to.noun.kinds[0] in pairs and to.colour:
                    yield replace(ref, colour=to.colour, definite=True), behind
            if self.words[start] in ("it", "that"):
                yield replace(ref, matching=True, definite=True), start + 1
        start = at + (self.words[at] in ("that", "which"))
        if self.words[start] == "it":
            for behind in self._after(start + 1, _BELONGED):
                yield replace(ref, matching=True, definite=True), behind
        for refs, last in self.refs(start) if self.words[start] == "the" else ():
            to = self._single(refs)
            for behind in self._after(last, _BELONGED):
                if to is not None and to.noun.kinds and to.noun.kinds[0] in pairs and to.colour:
                    yield replace(ref, colour=to.colour, definite=True), behind

    def _butted(self, at: int) -> int:
        """The place behind "but" or "except", where one stands."""
        return next(self._after(at, EXCEPT), at + (self.words[at] == "but"))

    def _told_behind(self, ref: Ref, at: int) -> Iterator[tuple[Ref, int]]:
        """The things, told apart behind a noun: by where they are, by an order, and by others that are left out."""
        word = self.words[at]
        if self.words[at : at + 3] in (["in", "the", "room"], ["in", "this", "room"]) and self.loosest:
            yield replace(ref, loose=ref.loose + 1), at + 3
        for behind in self._after(at, _ABOUT):  # "the key that is lying about"
            yield ref, behind
        if self.words[at : at + 2] == ["over", "there"] and self.loosest:
            yield replace(ref, loose=ref.loose + 1), at + 2
        if not ref.first:
            for order, _, behind in self.matched(LAST_OF, at):
                if self.words[behind] not in ("to", "from"):
                    yield replace(ref, first=order), behind
            for order, slots, behind in self.matched(LAST_TO, at):
                to = self._single(slots["b"]) or self._it(slots["b"])
                if to is not None:
                    yield replace(ref, first=order, to=None if to.noun.who == "you" else to), behind
        if ref.first in ("nearest", "farthest") and ref.to is None and word in ("to", "from"):
            for refs, behind in self.refs(at + 1) if ref.loose < self.loosest else ():
                to = self._single(refs) or self._it(refs)
                if to is not None and (ref.first == "farthest") == (word == "from"):
                    yield replace(ref, to=None if to.noun.who == "you" else to, loose=ref.loose + 1 + to.loose), behind
        if ref.where is None:
            for how, slots, behind in self.matched(WHERE, at):
                to = self._single(slots["b"], between=slots.get("p") == "between") if "b" in slots else None
                if how == "is" and to is None and "b" in slots:
                    to = self._it(slots["b"])
                if "b" in slots and to is None:
                    continue
                aside = self.words[at : at + 2] == ["to", "the"]
                if how == "bare" and (ref.noun.who or ref.noun.kinds == ("player",)):
                    continue  # players move
                if (
                    how == "bare"
                    and not aside
                    and (word in _MOVING or self.words[at : at + 2] in (["on", "to"], ["in", "to"]))
                ):
                    continue
                if how == "around" and (slots["p"] not in _AROUND or self.words[behind] == "you"):
                    continue
                inhand = how == "held" and word == "in"
                loose = ref.loose + (how == "bare" or inhand) + (to.loose if to else 0)
                if "p" in slots and (slots["p"] not in _DESCRIBING or (how == "bare" and to and to.noun.who == "you")):
                    continue
                if loose <= self.loosest:
                    yield replace(ref, where=(how, slots.get("p", ""), to), loose=loose), behind
        if word == "with" and ref.noun.kinds == ("lock",) and ref.colour is None and not ref.told:
            for refs, behind in self.refs(at + 1):  # "the box with the teal lock"
                to = self._single(refs)
                if to is not None and to.noun.kinds == ("lock",) and to.colour and not to.told:
                    yield replace(ref, colour=to.colour, said=""), behind
        if word == "from" and ref.where is None and ref.loose < self.loosest:
            for refs, behind in self.refs(at + 1):
                to = self._single(refs)
                if to is not None and not to.noun.who:
                    yield replace(ref, where=("is", "from", to), loose=ref.loose + 1 + to.loose), behind
        for behind in self._after(at, _THAT_IS) if ref.where is None else ():
            no = self.words[behind] == "not"
            state = lexicon.STATES_OF.get(self.words[behind + no])
            if state is not None:
                yield replace(ref, where=("is not" if state[1] != no else "is", state[0], None)), behind + no + 1
        for start in self._after(at + (self.words[at] == COMMA), EXCEPT):
            yield from self._without(ref, start)

    def _without(self, ref: Ref, at: int) -> Iterator[tuple[Ref, int]]:
        """Things, but for others."""
        for refs, behind in self.refs(at) if not ref.but else ():
            plain = (one.least in (1, "all") or one.bare for one in refs.all)
            apart = (
                ref.noun.kinds
                and None not in ref.noun.kinds
                and not any(
                    one.one_of or one.elliptic or None in one.noun.kinds or set(one.noun.kinds) & set(ref.noun.kinds)
                    for one in refs.all
                )
            )
            if not apart and all(plain) and not any(one.negated or one.pronoun or one.but for one in refs.all):
                yield replace(ref, but=tuple(replace(one, least=1, bare=False) for one in refs.all)), behind

    def _single(self, refs: Refs, *, between: bool = False) -> Ref | None:
        """The one thing that a description refers to."""
        if between and len(refs.all) == 2 and refs.joint == "and":
            return either(refs.all)
        one = refs.all[0]
        plain = one.least == 1 and not one.negated and not one.pronoun and not one.one_of and not one.other
        return one if len(refs.all) == 1 and plain else None

    def _it(self, refs: Refs) -> Ref | None:
        """ "It", in the words of another thing: "the target closest to it"."""
        return refs.all[0] if len(refs.all) == 1 and refs.all[0].pronoun == "it" else None

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
            if word == "not" and self.words[behind + 1] in self.names.looks and not ref.but:
                what, name = self.names.looks[self.words[behind + 1]]
                yield replace(ref, but=(looking(Ref(Noun((None,))), what, name),)), behind + 2
            if word in self.names.looks and getattr(ref, self.names.looks[word][0]) is None:
                behind += 2 if self.words[behind + 1] == "coloured" else 1
                yield looking(ref, *self.names.looks[word]), behind

    def _noun(self, at: int) -> Iterator[tuple[Noun, int]]:
        longest = next((n for n in (6, 5, 4, 3, 2, 1) if tuple(self.words[at : at + n]) in self.names.nouns), 0)
        self.furthest = max(self.furthest, at)
        for noun in self.names.nouns[tuple(self.words[at : at + longest])] if longest else ():
            yield noun, at + longest
