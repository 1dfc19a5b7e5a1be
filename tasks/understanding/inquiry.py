"""Sentences of people as questions: forms of ASKED, and which of two things something is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from . import lexicon
from .names import Names, Noun
from .normalise import COMMA, STOP, phrases
from .refs import Ref, Refs, either, looking
from .syntax import Syntax
from .told import EXCEPT
from .trees import ASKED, LAST_OF, LAST_TO, MENTIONED, PLACED
from .trees import FIRST as FIRST_ORDERS

_OF_THE = phrases("(of|out of) (the|these|those|all the)")
_ASKERS, _HERE = phrases(*lexicon.ASKERS), phrases(*lexicon.ASKED_HERE)


class Inquiry(Syntax):
    """All readings of the words of a sentence, as an order or as a question. ends: where a question may end, before
    words such as "in here"."""

    def __init__(self, words: list[str], names: Names, unit: str, players: int | None, loosest: int = 0):
        super().__init__(words, names, unit, players, loosest)
        self.ends = {self.end}
        for _ in range(3):
            for end in tuple(self.ends):
                stop = end - (self.words[end - 1] == COMMA)
                fitting = _HERE.ending(self.words[:stop])
                sizes = (len(each) for each in fitting if tuple(self.words[stop - len(each) : stop]) == each)
                self.ends |= {stop - size for size in sizes if stop > size}

    def questions(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """All readings as a question."""
        for at, told in self._beginnings():
            for asks, slots, behind in self.matched(ASKED, at):
                if behind in self.ends and told is None:
                    yield asks, slots
                elif behind in self.ends and any(_pronoun(slots[key]) for key in "ab" if key in slots):
                    yield asks, slots | {key: told for key in "ab" if key in slots and _pronoun(slots[key])}
            if told is None:
                yield from self._every(at)
                for asks, ref in (*self._chosen_between(at), *self._looking(at), *self._whose(at)):
                    yield asks, {"a": Refs((ref,))}

    def _beginnings(self) -> Iterator[tuple[int, Refs | None]]:
        """Places at which a question may begin, and the things of a remark before it, to which "it" refers."""
        starts = {0}
        for _ in range(3):
            starts |= {behind + (self.words[behind] == COMMA) for at in starts for behind in self._after(at, _ASKERS)}
        for at in sorted(starts):
            yield at, None
        for _, slots, last in self.matched(MENTIONED, 0):
            if self.words[last] in (COMMA, STOP) and "b" not in slots:
                yield last + 1, slots["a"]

    def _looking(self, at: int) -> Iterator[tuple[str, Ref]]:
        """ "Is the duck yellow": whether there is a yellow one; "is the duck red or blue"; "how many ducks are red"."""
        if self.words[at : at + 2] == ["how", "many"]:
            for refs, behind in self.refs(at + 2 + 2 * (self.words[at + 2 : at + 4] == ["of", "the"])):
                each, word = refs.all[0], self.words[behind + 1]
                yield from (("count", one) for one in self._left_out(refs, behind))
                if self.words[behind] == "are" and word in self.names.looks and behind + 2 in self.ends:
                    what, name = self.names.looks[word]
                    if len(refs.all) == 1 and not each.loose and each.least == 0 and getattr(each, what) is None:
                        yield "count", looking(each, what, name)
        if self.words[at] not in ("is", "are"):
            return
        for refs, behind in self.refs(at + 1):
            one, bare = self._single(refs), [end for _, end in self._bare_looks(behind)]
            if one is not None and not one.loose and one.colour is None and any(end in self.ends for end in bare):
                yield "colour", one
        for refs, behind in self.refs(at + 1):
            one, word = self._single(refs), self.words[behind]
            if one is None or one.loose or one.first or behind + 1 not in self.ends or word not in self.names.looks:
                continue
            what, name = self.names.looks[word]
            if getattr(one, what) is None:
                yield "exists", looking(one, what, name)

    def _left_out(self, refs: Refs, at: int) -> Iterator[Ref]:
        """The things that are counted of "how many balls are not red", "… not in the box", "… besides the cup"."""
        each, words = refs.all[0], self.words
        if len(refs.all) > 1 or each.told or each.loose or each.least != 0:
            return
        there = at + 2 * (words[at : at + 2] in (["are", "there"], ["is", "there"]))
        for start in self._after(there, EXCEPT):
            yield from (one for one, end in self._without(each, start) if end in self.ends)
        if words[at] not in ("are", "is") or "not" not in words[at + 1 : at + 3]:
            return
        start = words.index("not", at) + 1
        if words[start] in self.names.looks and start + 1 in self.ends:
            yield replace(each, but=(looking(Ref(Noun((None,))), *self.names.looks[words[start]]),))
        for place, slots, behind in self.matched(PLACED[self.unit], start + (words[start] in ("lying", "standing"))):
            for others, end in self.refs(behind):
                to = self._single(others)
                if to is not None and not slots and end in self.ends and place in ("on", "in", "under", "near"):
                    yield replace(each, where=("is not", place, to))

    def _every(self, at: int) -> Iterator[tuple[str, dict[str, Any]]]:
        """ "Are all balls red", "is every toy in the box", "are both doors open"."""
        for refs, start in self.refs(at + 1) if self.words[at] in ("is", "are") else ():
            ref = refs.all[0]
            if len(refs.all) > 1 or ref.loose or ref.where or not (ref.least == "all" or ref.said.startswith("both")):
                continue
            start += self.words[start] in ("still", "already", "now", "really")
            every: list[tuple[Ref, int]] = []
            word = self.words[start]
            if word in self.names.looks and getattr(ref, self.names.looks[word][0]) is None:
                every.append((looking(ref, *self.names.looks[word]), start + 1))
            if word in lexicon.STATES_OF:
                relation, negated = lexicon.STATES_OF[word]
                every.append((replace(ref, where=("is not" if negated else "is", relation, None)), start + 1))
            start += word in ("lying", "standing", "sitting", "back")
            for place, slots, behind in self.matched(PLACED[self.unit], start):
                for others, end in self.refs(behind):
                    to = self._single(others)
                    if to is not None and not slots and place in ("on", "in", "near", "touching", "under"):
                        every.append((replace(ref, where=("is", place, to)), end))
                    elif others.all[0].bare and len(others.all) == 1 and place == "on":  # "on targets"
                        to = replace(others.all[0], least=1, bare=False, noun=replace(others.all[0].noun, many=False))
                        every.append((replace(ref, where=("is", place, to)), end))
            for told, end in every:
                if end in self.ends:
                    noun = replace(told.noun, many=False)
                    yield "every", {"a": Refs((ref,)), "b": Refs((replace(told, noun=noun, least=1, bare=False),))}

    def _whose(self, at: int) -> Iterator[tuple[str, Ref]]:
        """The colour of a player: "who is nearest to the goal (, you or the other one)"."""
        if self.words[at : at + 2] != ["who", "is"] or (self.players or 1) < 2:
            return
        for ref, last in self._ordered(at + 2):
            player = replace(ref, noun=Noun(("player",)), definite=True)
            if last in self.ends:
                yield "colour", player
            for refs, end in self.refs(last + (self.words[last] == COMMA)):
                if end in self.ends and refs.joint == "or" and all(one.noun.who or one.colour for one in refs.all):
                    yield "colour", player

    def _bare_looks(self, at: int) -> Iterator[tuple[Refs, int]]:
        """Two colours without a noun: "yellow or green"."""
        if self.words[at] in self.names.looks and self.words[at + 1] == "or" and self.words[at + 2] in self.names.looks:
            looks = [self.names.looks[self.words[place]] for place in (at, at + 2)]
            if all(what == "colour" for what, _ in looks):
                yield (
                    Refs(tuple(looking(Ref(one_of=True, definite=True, said=look[1]), *look) for look in looks), "or"),
                    at + 3,
                )

    def _chosen_between(self, at: int) -> Iterator[tuple[str, Ref]]:
        """Which of two things it is: "which is bigger, the red ball or the blue one", "is it in the box or the bag"."""
        words = self.words
        if words[at] in ("which", "what"):
            start = at + 1 + (words[at + 1] == "one")
            for noun, behind in [*self._noun(start), (None, start)]:
                if words[behind] not in ("is", "lies", "stands"):
                    continue
                for ref, last in self._ordered(behind + 1):
                    last += words[last] == COMMA
                    for refs, end in (*self.refs(last), *self._bare_looks(last)):
                        if end in self.ends and refs.joint == "or":
                            options = tuple(
                                replace(one, noun=noun or one.noun) if one.one_of else one for one in refs.all
                            )
                            yield self._which(Refs(options), ref)
            for start in self._after(at + 1, _OF_THE):
                for noun, behind in self._noun(start):
                    if words[behind] != "is" or noun.many is False:
                        continue
                    for ref, last in self._ordered(behind + 1):
                        if last in self.ends:
                            told = replace(ref, noun=replace(noun, many=False), definite=True)
                            yield "colour-is" if len(noun.kinds) == 1 and noun.kinds != (None,) else "what-is", told
            for noun, behind in self._noun(at + 1):
                if words[behind] == "is" and noun.many is False:
                    for ref, last in self._ordered(behind + 1):
                        if last in self.ends:
                            yield (
                                "colour-is" if len(noun.kinds) == 1 and noun.kinds != (None,) else "what-is",
                                replace(ref, noun=noun, definite=True),
                            )
        if words[at] in ("is", "are", "does", "do"):
            for refs, behind in self.refs(at + 1):
                one = self._single(refs)
                if one is None or one.loose:
                    continue
                for other, end in self._two_places(behind, one):
                    if end in self.ends:
                        yield other
            if words[at + 1] == "it":
                for refs, end in self.refs(at + 2):
                    if " ".join(self.words[end : self.end]) in ("", "here", "in here") and refs.joint == "or":
                        yield self._which(refs, Ref())

    def _ordered(self, at: int) -> Iterator[tuple[Ref, int]]:
        """An order of things, as in "bigger" or "nearer to you"."""
        near = {"nearer": "nearest", "closer": "nearest", "farther": "farthest", "further": "farthest"}
        if self.words[at] in near:
            first, behind = near[self.words[at]], at + 1
            behind += self.words[behind] in ("away", "off")
            yield Ref(first=first), behind
            if self.words[behind] in ("to", "from"):
                for refs, last in self.refs(behind + 1):
                    to = self._single(refs)
                    if to is not None:
                        yield Ref(first=first, to=None if to.noun.who == "you" else to), last
        at += self.words[at] == "the"
        for first, _, behind in (*self.matched(FIRST_ORDERS, at), *self.matched(LAST_OF, at)):
            yield Ref(first=first), behind
        for first, slots, behind in self.matched(LAST_TO, at):
            to = self._single(slots["b"])
            if to is not None:
                yield Ref(first=first, to=None if to.noun.who == "you" else to), behind

    def _two_places(self, at: int, one: Ref) -> Iterator[tuple[tuple[str, Ref], int]]:
        """ "(Is the cube) nearer to the ball or to the disc", "(is the ball) in the basket or in the box"."""
        words = self.words
        near = words[at] in ("nearer", "closer") and words[at + 1] == "to"
        if not (near or words[at] in ("in", "on", "inside")):
            return
        start = at + 1 + near
        place = "in" if words[at] == "inside" else words[at]
        for refs, behind in self.refs(start):
            several = refs
            if len(refs.all) == 1 and words[behind] == "or" and words[behind + 1] in ("to", "in", "on", "inside"):
                for more, last in self.refs(behind + 2):
                    both = Refs((*refs.all, *more.all), "or")
                    told = Ref(first="nearest", to=one) if near else Ref(where=("has", place, one))
                    yield self._which(both, told), last
            elif several.joint == "or" and len(several.all) == 2:
                told = Ref(first="nearest", to=one) if near else Ref(where=("has", place, one))
                yield self._which(several, told), behind

    def _which(self, refs: Refs, told: Ref) -> tuple[str, Ref]:
        first = refs.all[0]
        if any(ref.noun.place and ref.noun.place != "floor" for ref in refs.all):
            return "room", told
        if any(ref.noun.place or ref.noun.who for ref in refs.all):
            return "where", told.where[2] if told.where and told.where[2] else told
        named = [ref.noun if ref.noun.kinds else first.noun for ref in refs.all]
        options = tuple(
            replace(ref, noun=noun, one_of=not noun.kinds) for ref, noun in zip(refs.all, named, strict=True)
        )
        options = tuple(replace(ref, least=1, bare=False) for ref in options)
        alike = len({ref.noun.kinds for ref in options}) == 1 and len({ref.colour for ref in options}) > 1
        whole = replace(either(options), first=told.first, to=told.to, where=told.where)
        return ("colour" if alike else "what-is"), whole


def _pronoun(refs: Refs) -> bool:
    return len(refs.all) == 1 and refs.all[0].pronoun == "it"
