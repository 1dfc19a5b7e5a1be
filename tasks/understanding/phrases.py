"""Things as sentences name them, and the phrases of a table that stand at a place of a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from . import lexicon
from .names import Noun
from .normalise import COMMA, STOP, phrases
from .refs import Ref, Refs, either, looking
from .told import EXCEPT, Told
from .trees import END, FIRST, LAST_OF, LAST_TO, PLACE_NAMES, PLACED, QUANTIFIED, number

_BOTH_PLAYERS = phrases(*lexicon.BOTH_PLAYERS)
_AFTER_NUMBER = phrases(*lexicon.AFTER_NUMBER)
_OTHERS = phrases(*lexicon.OTHERS)
_OF_THE = phrases("of (the|these|those|all|all the|your)")
_ALL_BUT = phrases("(all|everything) (but|except)")
_THEM = phrases("(them|they|these|those) (both|all|two)", "(both|all|each|every one|the two) of (them|these|those)")
_ENDS = (END, COMMA, STOP, "and", "then", "but", "first", "without")
_BEHIND_OTHER = (*_ENDS, "on", "in", "onto", "into", "to", "or", "off", "out", "next", "is", "until", "too")
_CAN_CARRY = phrases("(|that) (you can|can be) (carry|lift|hold|carried|lifted|held|pick up|picked up)")
_MATCHING = phrases(*lexicon.MATCHING)
_SOME_PLAYER = phrases(*lexicon.SOME_PLAYER)
_FOR_IT = phrases("(whatever|what|the thing) (|that) (it|that) (is for|opens|fits|unlocks|goes with|belongs to)")
_PRONOUNS = {"it": "it", "that": "it", "this": "it", "them": "them", "they": "them", "these": "them", "those": "them"}


class Phrases(Told):
    """The words of a sentence, and the things that are named from a place on."""

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
                    if fits and neither and all(one.least == 1 and not one.negated for one in (first, *rest)):
                        yield Refs(tuple(replace(one, negated=True) for one in (first, *rest))), last
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
            one = replace(ref, said=" ".join(self.words[at:behind]))
            yield one, behind
            if self.words[behind : behind + 2] == [COMMA, "any"] and ref.least == 1 and not ref.definite:
                for noun, last in self._noun(behind + 2):  # "one toy, any toy"
                    if noun.kinds == ref.noun.kinds:
                        yield one, last

    def _named(self, at: int) -> Iterator[tuple[Ref, int]]:
        word = self.words[at]
        self.furthest = max(self.furthest, at)
        if word in ("this", "that") and self.words[at + 1] == "room":
            for place, _, behind in self.matched(PLACE_NAMES, at) if ("room",) not in self.names.nouns else ():
                yield Ref(Noun(place=place), definite=True), behind
            return
        if word == "only":
            for ref, behind in self._named(at + 1):
                if not ref.only and not ref.pronoun and not (isinstance(ref.least, int) and ref.least > 1):
                    yield replace(ref, only=True, least=ref.least or "all"), behind
        if self.words[at : at + 2] == ["the", "other"] and self.words[at + 2] in _BEHIND_OTHER:
            yield Ref(definite=True, one_of=True, other=True), at + 2
        for behind in self._after(at, _THEM):
            yield Ref(pronoun="them"), behind
        if word in _PRONOUNS and (word not in ("this", "that", "these", "those") or self.words[at + 1] in _ENDS):
            yield Ref(pronoun=_PRONOUNS[word]), at + 1
        if word in ("you", "yourself"):
            yield Ref(Noun(who="you"), definite=True), at + 1
        if word in lexicon.PARTNER_PRONOUNS and (self.players or 2) > 1:
            yield Ref(Noun(who="other"), definite=True), at + 1
        alone = self.words[at + 1] not in ("one", "ones", "and", "or", *self.names.looks)
        if word in self.names.players and alone and not [*self._noun(at + 1), *self._noun(at)]:
            yield looking(Ref(Noun(("player",)), definite=True), *self.names.looks[word]), at + 1
        for behind in self._after(at, _SOME_PLAYER) if (self.players or 2) > 1 else ():
            denied = lexicon.SOME_PLAYER[" ".join(self.words[at:behind])]
            yield Ref(Noun(who="other"), negated=denied), behind
        for behind in self._after(at, _FOR_IT):
            yield Ref(Noun((None,)), definite=True, matching=True), behind
        if word in ("its", "their"):
            for noun, behind in self._noun(at + 1):
                if self._paired(noun):
                    yield Ref(noun, definite=True, matching=True), behind
        for behind in self._after(at, _BOTH_PLAYERS):
            yield Ref(Noun(("player",)), least="all"), behind
        if word in lexicon.ALL_OF_IT:
            what = lexicon.ALL_OF_IT[word]
            ref = Ref(Noun((None,)), least="all" if what == "all" else 1, negated=what == "no")
            yield ref, at + 1
            for behind in self._after(at + 1, _CAN_CARRY) if what == "any" else ():
                yield ref, behind
            if self.words[at + 1] in self.names.looks:
                yield from self._modified(looking(ref, *self.names.looks[self.words[at + 1]]), at + 2)
            for one, behind in self._modified(ref, at + 1):
                if behind > at + 1:
                    yield one, behind
            for start in (
                ((at + 2,) if self.words[at + 1] == "but" else self._after(at + 1, EXCEPT)) if what != "no" else ()
            ):
                yield from self._without(ref, start)
        for behind in self._after(at, _OTHERS):
            every = word in ("everything", "anything") or self.words[behind - 1] in ("things", "left")
            noun = Noun((None,), many=True) if every else Noun(many=True)
            yield Ref(noun, least="all", one_of=not every, other=True), behind
        for place, _, behind in self.matched(PLACE_NAMES, at):
            if not ("room" in place and ("room",) in self.names.nouns):
                ref = Ref(Noun(place=place), definite=True)
                yield ref, behind
                for one, last in self._told_behind(ref, behind) if self.loosest else ():
                    if one.where and one.loose:
                        yield one, last
        if word in ("whatever", "whichever") and self.words[at + 1] == "is" and self.words[at + 2] in self.names.looks:
            yield looking(Ref(Noun((None,))), *self.names.looks[self.words[at + 2]]), at + 3
        if word in ("whatever", "what") and self.words[at + 1] in ("is", "lies", "stands"):
            start = at + 2 + (self.words[at + 2] in ("lying", "standing", "sitting"))
            for place, slots, behind in self.matched(PLACED[self.unit], start):
                for refs, last in self.refs(behind):
                    to = self._single(refs)
                    if to is not None and place in ("touching", "near", "left-of", "right-of") and not to.noun.who:
                        yield Ref(Noun((None,)), where=("is", place, to), definite=True), last
                    if to is not None and place in ("on", "in", "under") and not slots:
                        yield Ref(Noun((None,)), least="all", where=("is", place, to)), last
        if word in ("what", "whatever"):
            for one, behind in self._told_behind(Ref(Noun((None,)), definite=True), at + 1):
                other = one.where[2] if one.where and one.where[0] == "held-by" else None
                if one.where and (one.where[0] == "held" or (other is not None and other.noun.who != "you")):
                    yield one, behind
        if word in ("whichever", "whatever"):
            yield from self._whichever(at + 1)
        for behind in self._after(at, _ALL_BUT):
            many = number(self.words[behind])
            for last in (behind + 1, *self._after(behind + 1, _OF_THE)) if many else ():
                for ref, end in self._described(last):
                    if ref.noun.many is not False or many == 1:
                        yield replace(ref, least="all", spare=many), end
        for meaning, slots, behind in self.matched(QUANTIFIED, at):
            for ref, last in self._counted(meaning, slots, behind):
                yield ref, last
                if ref.least == "all" and number(self.words[self._butted(last)]):
                    place = self._butted(last)
                    if self.words[place + 1] in (*_ENDS, "one", "of"):
                        yield replace(ref, spare=number(self.words[place])), place + 1
                if self.words[last] == "but" and (ref.least == "all" or ref.negated or word == "any"):
                    yield from self._without(ref, last + 1)
                if self.words[last] == "only" and meaning[3] == "count" and isinstance(ref.least, int):
                    yield replace(ref, most=ref.least), last + 1
        for ref, behind in self._described(at):
            yield replace(ref, least=0 if ref.noun.many else 1, bare=True), behind
            if ref.noun.many and self.words[behind] == "only" and self.words[behind + 1] in _ENDS:
                yield replace(ref, least="all", only=True), behind + 1

    def _counted(self, meaning: Any, slots: dict[str, Any], at: int) -> Iterator[tuple[Ref, int]]:
        least, negated, bound, form = meaning
        if form == "count":
            least = slots["n"]
            for behind in self._after(at, _AFTER_NUMBER):
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
            if form == "some":
                yield replace(ref, least=2 if several is True else 1), behind
                continue
            if form == "many" and ref.noun.kinds == ("player",):
                continue
            if form == "one" and several is True and not ref.noun.toys and len(ref.noun.kinds) < 2:
                continue
            if form == "many" and several is False:
                continue
            if form == "of":
                if several is not False:
                    yield replace(ref, noun=replace(ref.noun, many=False), least=least, negated=negated), behind
                continue
            if form == "count":
                if several is False and slots["n"] > 1:
                    continue
                yield replace(ref, least=least, negated=negated, most=most), behind
            elif form == "the" and several is None and len(ref.noun.kinds) > 1 and not ref.told:
                yield replace(ref, least="all", bare=True), behind  # "the fruit"
            elif form == "the":
                yield replace(ref, least="all" if several else 1, definite=not several, bare=bool(several)), behind
                if self.words[behind] == "is" and self.loosest and not several:  # "the dresser's lamp"
                    owner = replace(ref, definite=True)
                    for noun, last in self._noun(behind + 1) if ref.noun.kinds else ():
                        if noun.many is not True and noun.kinds:
                            yield Ref(noun, definite=True, where=("is", "from", owner), loose=ref.loose + 1), last
            else:
                yield replace(ref, least=least, negated=negated), behind

    def _whichever(self, at: int) -> Iterator[tuple[Ref, int]]:
        """ "Whichever toy is nearest to you", "whichever of the box and the basket has the ball in it"."""
        if self.words[at] == "of":
            for refs, behind in self.refs(at + 1):
                ref = either(refs.all)
                if len(refs.all) < 2 or ref.loose:
                    continue
                if self.words[behind] == "is":
                    trees = self.matched(FIRST, behind + 1), self.matched(LAST_OF, behind + 1)
                    for first, slots, last in (*trees[0], *trees[1], *self.matched(LAST_TO, behind + 1)):
                        to = slots["b"].all[0] if "b" in slots else None
                        yield replace(ref, first=first, to=to), last
                if self.words[behind] == "has":
                    for to, last in self.refs(behind + 1):
                        if self.words[last] in ("on", "in") and self.words[last + 1] == "it":
                            yield replace(ref, where=("has", self.words[last], to.all[0])), last + 2
        for ref, behind in self._described(at):
            if ref.noun.many is False and (not ref.told or (ref.where and ref.where[0] == "held")):
                yield ref, behind
            if self.words[behind] == "is" and not ref.told and ref.noun.many is False:
                for first, slots, last in (*self.matched(LAST_OF, behind + 1), *self.matched(LAST_TO, behind + 1)):
                    to = slots["b"].all[0] if "b" in slots and slots["b"].all[0].noun.who != "you" else None
                    yield replace(ref, first=first, to=to, definite=True), last

    def _described(self, at: int) -> Iterator[tuple[Ref, int]]:
        """Looks and a noun, or "one" or "ones" for a noun that came before; then what else tells which are meant."""
        yield from self._adjectives(at, Ref(), frozenset())

    def _adjectives(self, at: int, so: Ref, said: frozenset[str]) -> Iterator[tuple[Ref, int]]:
        for noun, behind in self._noun(at):
            yield from self._modified(replace(so, noun=noun), behind)
        word = self.words[at]
        for behind in self._after(at, _MATCHING) if "colour" not in said else ():
            for noun, last in self._noun(behind):
                if self._paired(noun):
                    yield replace(so, noun=noun, matching=True, definite=True), last
        if word in ("one", "ones"):
            ref = replace(so, noun=Noun(many=word == "ones"), one_of=True)
            for one, behind in self._modified(ref, at + 1):
                if said or behind > at + 1:
                    yield one, behind
        if "colour" in said and "first" not in said and self.loosest and word in _BEHIND_OTHER:
            yield replace(so, one_of=True, elliptic=True, loose=so.loose + 1), at  # "take the orange"
        if "first" in said and (word in _BEHIND_OTHER or word in ("from", "until")):
            yield replace(so, one_of=True), at
        if word in self.names.looks and self.names.looks[word][0] not in said:
            what, name = self.names.looks[word]
            behind = at + (2 if self.words[at + 1] == "coloured" else 1)
            yield from self._adjectives(behind, looking(so, what, name), said | {what})
        if "first" not in said:
            for order, _, behind in self.matched(FIRST, at):
                yield from self._adjectives(behind, replace(so, first=order), said | {"first"})
                for last in self._after(behind, _OF_THE):
                    last += bool(number(self.words[last]))
                    for ref, end in self._adjectives(last, replace(so, first=order), said | {"first"}):
                        if ref.noun.many is not False and ref.noun.kinds:
                            yield replace(ref, noun=replace(ref.noun, many=False)), end
        if word == "different" and self.words[at - 1].isalnum() and number(self.words[at - 1]) > 1:
            yield from self._adjectives(at + 1, so, said)  # "two different cubes" are two
        if word in ("other", "different", "remaining") and "other" not in said:
            yield from self._adjectives(at + 1, replace(so, other=True), said | {"other"})
        boxed = {("key",), ("lock",), ("gem",)} <= self.names.nouns.keys()
        if word == "loose" and boxed and "where" not in said:  # of Box-World: the key that no box holds
            lock = Ref(Noun(("lock",)), said="a lock")
            for ref, behind in self._adjectives(at + 1, so, said | {"where"}):
                if ref.noun.kinds == ("key",) and ref.where is None:
                    yield replace(ref, where=("is not", "touching", lock)), behind
        if word in lexicon.STATES_OF and "where" not in said and not list(self._noun(at)):
            relation, negated = lexicon.STATES_OF[word]
            where = ("is not" if negated else "is", relation, None)
            yield from self._adjectives(at + 1, replace(so, where=where), said | {"where"})

    def _modified(self, ref: Ref, at: int, depth: int = 2) -> Iterator[tuple[Ref, int]]:
        """The things, with what is said behind the noun."""
        yield ref, at
        if depth:
            told = (*self._looks_after(ref, at), *self._told_behind(ref, at), *self._belonging(ref, at))
            for one, behind in told:
                yield from self._modified(one, behind, depth - 1)
