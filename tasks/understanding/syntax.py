"""Sentences of people as trees: units joined by "and" and "then", each an act with the things that it names.

`Syntax(words, names, ...).sentences()` gives every way in which all of the words can be read; meaning.py says what each
way comes to, and refuses the sentence if that is more than one goal. Nothing is skipped: a word that has no place in a
reading ends that reading.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from . import lexicon
from .names import Names, Noun
from .normalise import COMMA, ON_THE_WAY, STOP, base_forms, phrases
from .phrases import Phrases
from .refs import Ref, Refs
from .told import EXCEPT
from .trees import ACTS, MENTIONED, PLACED, STATED, STATES, number

MOST_READINGS = 200
"""Readings of one sentence that are looked at."""


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
    """joint: how it goes on from the unit before: "and", "at once", "then" or "but"; kind: "do", "never", "stay",
    "stop" or "mention"; plain: whether it may tell how things are, not how they are to be; opened: whether
    it has an opening, such as "you"; qualifies: whether it only tells when or how the unit before is so, as behind
    "without" and "before"; first: whether it is said to be first; lasts: whether it says "stay" or "keep"; until: what
    it is forbidden before; times: how often it is to be done."""

    joint: str
    kind: str
    act: Act | None = None
    hold: int = 0
    plain: bool = False
    opened: bool = False
    qualifies: bool = False
    first: bool = False
    lasts: bool = False
    until: Act | None = None
    times: int = 1


_OPEN, _NOT, _WITHOUT = phrases(*lexicon.OPENERS), phrases(*lexicon.NOT_TO), phrases(*lexicon.WITHOUT)
_FRAMES, _FIRST, _STAYS = phrases(*lexicon.FRAMES), phrases(*lexicon.FIRST), phrases(*lexicon.STAYS)
_STOPS, _BEFORES = phrases(*lexicon.STOPS), phrases(*lexicon.BEFORES)
_AFTERS, _DOES, _ASKERS = phrases(*lexicon.AFTERS), phrases(*lexicon.PARTNER_DOES), phrases(*lexicon.ASKERS)
_THENS, _ANDS = phrases(*lexicon.THENS), phrases(*lexicon.ANDS, *lexicon.SAME_TIME)
_WANTED = frozenset(("should", "must", "has", "have", "need", "needs", "ought", "shall", "will", "go", "goes", "be"))
_PLACED_BY_TO = ("next", "close", "closest", "closer", "near", "nearest")
_TOLD = frozenset(("is", "are", "stands", "stand", "lies", "lie", "sits", "sit"))
_STAYING = frozenset(("stay", "stays", "staying", "remain", "remains", "remaining", "keep", "keeps", "keeping"))
_STAYED = ("is", "put", "stay-place", "side-players", "hold", "face", "empty", "open")
_PAUSES = frozenset(("stop", "wait", "stay", "remain", "end", "finish", "arrive", "keep", "continue"))
_LASTING = ("holding", "carrying", "facing", "looking", "watching")
_AT_THE_END, _IN_HAND = phrases(*lexicon.AT_THE_END), phrases("in (your|one) (hand|hands)", "in hand", "with you")
_BRINGING = ("take", "bring-you", "give", "put", "hold")
_EVERY_ONE = phrases(
    "(all|every one|every single one|each) of (them|these|those)",
    *("all", "the lot", "every (|single) one", "(|just|at least) once (|each)", "in turn", "one time each"),
)
_BY_ALL = ("go", "find", "be-place", "stay-place", "touch", "enter", "exit", "face", "pass")
_APART = ("put", "take", "side", "push", "move", "")
_SAME = phrases("at the same (time|moment)", "at once", "simultaneously", "at the one time", "both at once")
_BELONGING = frozenset(("go", "goes", "belong", "belongs"))
_UNTILS, _TO_THE_END = phrases(*lexicon.UNTILS), phrases(*lexicon.TO_THE_END)
_STOOD = ("be-place", "stay-place", "side-players", "short-of")
_HELD = ("hold", "face", "open", "follow")
_EXCEPTING = ("do", "leave", "keep", "not", "never", "avoid", "without")
_PLAIN = ("and", "but", "comma", "stop")


class Syntax(Phrases):
    """All readings of the words of a sentence."""

    def __init__(self, words: list[str], names: Names, unit: str, players: int | None, loosest: int = 0):
        super().__init__(words, names, unit, players, loosest)
        self._acts: dict[int, list[tuple[Act, int]]] = {}

    # Acts.

    def acts(self, at: int) -> list[tuple[Act, int]]:
        """All acts and statements from a place on."""
        if at not in self._acts:
            self._acts[at] = []
            self._acts[at] = list(dict.fromkeys(self._every_act(at)))
        return self._acts[at]

    def _every_act(self, at: int) -> Iterator[tuple[Act, int]]:
        if self.words[at] == "only":
            for act, behind in self.acts(at + 1):
                if act.verb and act.b is not None and act.a is None:
                    told = tuple(replace(ref, only=True, least=ref.least or "all") for ref in act.b.all)
                    yield replace(act, b=Refs(told, act.b.joint)), behind
        for verb, slots, behind in self.matched(ACTS, at):
            if self.words[at] in ("every", "each", "all", "both", "not") and verb in (
                "avoid",
                "hands-off",
                "keep-away",
            ):
                continue  # "every ball must not be touched"
            if verb == "touch-it" and self.words[at] != "touch":
                continue  # "the cone next to the house, but not touching"
            yield _act(verb, slots), behind
        for verb, slots, behind in self.matched(STATES, at):
            yield replace(_act(verb, slots), told=True), behind
        for verb, slots, behind in self.matched(STATED, at):
            if verb != "is never":
                act = _act("is", slots, negated=verb == "is not")
                yield act, behind
                if _BELONGING & set(self.words[at:behind]) and act.a and len(act.a.all) == 1 and not act.negated:
                    ref = act.a.all[0]  # "books go on the shelf"
                    if ref.bare and ref.noun.many and not ref.told:
                        yield replace(act, a=Refs((replace(ref, least="all", bare=False),))), behind
        for refs, behind in self.refs(at):
            if not any(ref.loose and not ref.elliptic for ref in refs.all):  # "the ball on the table" is to be there
                yield Act("", b=refs), behind
        for place, slots, behind in self.matched(PLACED[self.unit], at):
            for refs, last in self.refs(behind):
                yield Act("", b=refs, place=place, number=slots.get("n")), last
        if self.words[at] == "both" and (self.players or 1) > 1:
            for act, last in self._acted(at + 1):
                yield replace(act, actor=Refs((Ref(Noun(("player",)), least="all"),))), last
        for before in _DOES:
            yield from self._done_by(list(before), at)
        for refs, behind in self.refs(at):  # "your partner goes to the bed", "both of you go to the bed"
            if all(ref.noun.who == "other" or (ref.noun.kinds == ("player",)) for ref in refs.all):
                modal = next(
                    (n for n in ("must", "should", "has", "have", "is", "are", "will") if self.words[behind] == n), ""
                )
                behind += bool(modal)
                behind += self.words[behind] == "to" and bool(modal)
                behind += self.words[behind] in ("both", "each")
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
        for verb, slots, behind in self.matched(ACTS, at):
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
            act = units[-1].act
            if units[-1].kind == "mention" and (self.words[behind] == "so" or (act and act.verb == "if")):
                behind += self.words[behind] == "so"
                yield from self._units(behind + (self.words[behind] == COMMA), "stop", whole)
            for nextjoint, start in self._joints(behind):
                act = units[-1].act
                forbids = units[-1].kind == "never" or (act is not None and _negated(act))
                if forbids and "before" in self.words[behind:start]:
                    if units[-1].kind == "never":
                        continue  # _tail reads it
                    nextjoint = "at once"
                if "before" in self.words[behind:start] and nextjoint == "then":
                    others = [(act, last) for act, last in self.acts(start) if act.actor is not None and act.verb]
                    for act, last in others:
                        yield from self._rest(last, (*whole, Unit("before", "do", act)))
                    if others:
                        continue
                yield from self._units(
                    start, "next" if force and nextjoint not in ("at once", "then") else nextjoint, whole
                )
            yield from self._tail(behind, whole)

    def _joints(self, at: int) -> Iterator[tuple[str, int]]:
        """The joints that may follow: (how they join, the place behind)."""
        mark = self.words[at] in (COMMA, STOP)
        start = at + mark
        for behind in self._after(start, _THENS):
            if self.words[behind - 1 : behind + 1] == ["next", "to"]:
                continue
            behind += self.words[behind] == COMMA
            yield "then", behind
        for behind in self._after(start, _ANDS):
            word = " ".join(self.words[start:behind])
            behind += self.words[behind] == COMMA
            yield ("at once" if word in lexicon.SAME_TIME else "but" if word in ("but", "yet") else "and"), behind
        if mark and self.words[start] == "only" and self.words[start + 1] in _EXCEPTING:
            yield "but", start + 1  # "get the gem, only leave the red box closed"
        if mark:
            yield ("stop" if self.words[at] == STOP else "comma"), start

    def _tail(self, at: int, before: tuple[Unit, ...]) -> Iterator[tuple[Unit, ...]]:
        """The readings of a unit without a joint: "without touching a box", "for ten turns", "after you opened it"."""
        start = at + (self.words[at] == COMMA)
        start += self.words[start] in ("but", "and") and self.words[start + 1] in ("without", "not", "never", "avoid")
        act_before = before[-1].act
        for unit, behind in self._never(start, bare=False):
            yield from self._rest(behind, (*before, unit))
        if self.words[start] == "for" and number(self.words[start + 1]) and self.words[start + 2] in ("turns", "turn"):
            held = replace(before[-1], hold=number(self.words[start + 1]))
            if held.kind in ("do", "stay") or all(one.kind == "never" for one in before):
                yield from self._rest(start + 3, (*before[:-1], held))
        if (
            act_before
            and act_before.verb == "pass-by"
            and self.words[start] in ("to", "toward")
            and before[-1].kind == "do"
        ):
            for refs, behind in self.refs(start + 1):
                yield from self._rest(behind, (*before, Unit("then", "do", Act("go", b=refs))))
        if self.words[start] == ON_THE_WAY:
            for refs, behind in self.refs(start + 1):
                yield from self._rest(behind, (*before, Unit("then", "do", Act("go", b=refs))))
        forbids = before[-1].kind == "never" or (act_before is not None and act_before.verb in lexicon.KEPT_FROM)
        for behind in self._after(start, _TO_THE_END) if forbids else ():
            yield from self._rest(behind, before)
        if before[-1].kind == "never" and before[-1].until is None:
            for behind in self._after(start, _UNTILS):
                if self.words[behind] in ("that", "then"):
                    yield from self._rest(behind + 1, (*before[:-1], replace(before[-1], until=Act("that"))))
                    continue
                for act, last in self.acts(behind):
                    if not act.verb and (act.place or self.words[behind - 1] not in ("before", "until", "after")):
                        continue
                    yield from self._rest(last, (*before[:-1], replace(before[-1], until=act)))
        if self.words[start] == "until" and before[-1].kind in ("do", "stay"):
            yield from self._waiting(start + 1, before)
        if (
            self.words[start : start + 2] == ["for", "me"]
            and act_before
            and (act_before.b or act_before.verb not in _BRINGING)
        ):
            yield from self._rest(start + 2, before)
        whole = [ref for refs in (act_before.a, act_before.b) if refs for ref in refs.all] if act_before else []
        if any(ref.least == "all" or ref.bare or ref.pronoun == "them" for ref in whole):
            for behind in self._after(start, _EVERY_ONE):
                yield from self._rest(behind, before)
        if before[-1].kind == "do":
            for behind in self._after(start, _SAME):
                if behind == self.end:
                    yield (*before[:-1], replace(before[-1], joint="at once" if before[:-1] else before[-1].joint))
        if act_before and before[-1].kind == "do" and act_before.a is not None:
            yield from self._excepted(start, before)
        if self.words[start] == "together" and act_before and self._shareable(act_before):
            yield from self._rest(start + 1, (*before[:-1], self._shared_by_all(before[-1])))
        elif self.words[start] == "together" and act_before and act_before.verb not in _APART:
            yield from self._rest(start + 1, before)
        elif self.words[start] == "together" and act_before and act_before.verb == "put" and (self.players or 1) > 1:
            helped = replace(act_before, actor=Refs((Ref(Noun(("player",)), least="all"),)), helped=True)
            yield from self._rest(start + 1, (*before[:-1], replace(before[-1], act=helped)))
        if act_before and before[-1].kind == "do":
            for behind in self._after(start, _AT_THE_END):
                yield from self._rest(behind, before)
        if self.words[start] == "with" and act_before and act_before.verb in ("go", "find", "be-place", "enter"):
            for refs, behind in self.refs(start + 1):
                if any(ref.noun.who or ref.noun.kinds == ("player",) for ref in refs.all):
                    continue
                behind = next(self._after(behind, _IN_HAND), behind)
                yield from self._rest(behind, (*before, Unit("at once", "do", Act("hold", b=refs))))
        if self.words[start] in _LASTING and before[-1].kind == "do":
            moved = act_before is not None and act_before.a is not None  # "put the robot there facing the door"
            for act, last in self.acts(start) if not moved else ():
                if act.verb in ("face", "hold"):
                    yield from self._rest(last, (*before, Unit("at once", "do", act)))
        if before[-1].kind == "do" and act_before and before[-1].times == 1:
            count = 2 if self.words[start] == "twice" else number(self.words[start])
            if count > 1 and (self.words[start] == "twice" or self.words[start + 1] == "times"):
                last = start + 1 + (self.words[start] != "twice")
                yield from self._rest(last, (*before[:-1], replace(before[-1], times=count)))
        for behind in self._after(start, _AFTERS):
            for act, last in self.acts(behind):
                if act.verb and len(before) == 1:
                    first = Unit("then", "do", act)
                    yield from self._rest(last, (first, replace(before[0], joint="then")))

    def _waiting(self, at: int, before: tuple[Unit, ...]) -> Iterator[tuple[Unit, ...]]:
        """Something that is to be so until something else is: both at once, "wait by the door until it opens"."""
        unit, act = before[-1], before[-1].act
        stood = unit.kind == "stay" or (act is not None and act.verb in _STOOD)
        if unit.hold or (unit.kind == "do" and (act is None or act.verb not in (*_STOOD, *_HELD) or _negated(act))):
            return
        done = [one.act for one in before[-2:-1] if one.kind == "do" and one.act and one.act.verb[:3] != "hid"]
        if unit.kind == "stay" and not done:
            return
        for end, last in self.acts(at):
            own = end.actor is None and not end.told and end.verb not in ("is", "open", "close")
            moves = own and stood and end.verb not in ("face", "hold")
            if not end.verb or _negated(end) or end.verb == "say" or moves:
                continue
            kept = before[:-1] if unit.kind == "stay" else (*before[:-1], replace(unit, lasts=False))
            yield from self._rest(last, (*kept, Unit("at once", "do", end)))

    def _excepted(self, at: int, before: tuple[Unit, ...]) -> Iterator[tuple[Unit, ...]]:
        """Things that are left out of all, behind the act: "put every toy in the box except the duck"."""
        act = before[-1].act
        assert act is not None and act.a is not None
        ref = act.a.all[0]
        if len(act.a.all) > 1 or ref.but or not (ref.least == "all" or (ref.bare and ref.noun.many)):
            return
        words = self.words[at : at + 2]
        starts = (
            (at + 1,) if words[:1] == ["but"] and words[1] not in ("not", "do", "never") else self._after(at, EXCEPT)
        )
        place = act.b.all[0] if act.b else None
        for start in starts:
            for refs, behind in self.refs(start):
                if place is not None and not place.definite and any(one.one_of or one.elliptic for one in refs.all):
                    continue  # "onto targets except the green one" may leave out either
                named = tuple(self._alike(one, ref) for one in refs.all)
                if any(one is None or one.negated or one.pronoun or one.but for one in named):
                    continue
                left = tuple(replace(one, least=1, bare=False) for one in named if one is not None)
                whole = replace(ref, least="all", bare=False, but=left)
                yield from self._rest(behind, (*before[:-1], replace(before[-1], act=replace(act, a=Refs((whole,))))))

    def _alike(self, one: Ref, ref: Ref) -> Ref | None:
        """A thing that is left out, which may be named by its colour alone; None if it is of another kind."""
        if one.one_of or (one.elliptic and not one.noun.kinds):
            return replace(one, noun=replace(ref.noun, many=False), one_of=False, elliptic=False, loose=0)
        kinds, others = set(one.noun.kinds), set(ref.noun.kinds)
        return one if None in others or kinds <= others else None

    def _shareable(self, act: Act) -> bool:
        """Whether an act is that of every player where it is done together."""
        return (self.players or 1) > 1 and act.actor is None and act.verb in _BY_ALL

    def _shared_by_all(self, unit: Unit) -> Unit:
        assert unit.act is not None
        return replace(unit, act=replace(unit.act, actor=Refs((Ref(Noun(("player",)), least="all"),))))

    def _rest(self, at: int, whole: tuple[Unit, ...]) -> Iterator[tuple[Unit, ...]]:
        if at == self.end:
            yield whole
            return
        for joint, start in self._joints(at):
            if not (whole[-1].kind == "never" and "before" in self.words[at:start]):
                yield from self._units(start, joint, whole)
        yield from self._tail(at, whole)

    def _unit(self, at: int, joint: str) -> Iterator[tuple[tuple[Unit, ...], int, bool]]:
        """(units, place behind, whether "then" is what comes next): from a place on."""
        self.furthest = max(self.furthest, at)
        for behind in dict.fromkeys((at, *self._openings(at))):
            for act, last in self.acts(behind):
                if behind != at and not act.verb and (act.place or self.words[behind - 1] == "do"):
                    continue  # "do the yellow box" is no "go to" it
                if behind == at == 0 and self.words[0] in _LASTING and self.words[1] not in ("for", "out"):
                    continue
                if behind == at and joint in _PLAIN and _gerund(self.words[at]) and self.words[at] != "avoiding":
                    continue  # "go there, touching the box" is no second step
                said = set(self.words[at:last])
                told = (act.told or act.verb == "is") and bool(_TOLD & said) and not self._wanted(at, last)
                plain = told and behind == at
                stays = bool(_STAYING & said) or (act.verb == "open" and "hold" in said)
                lasts = act.verb in _STAYED and stays and not _negated(act)
                unit = Unit(joint, "do", act, plain=plain, opened=behind != at, lasts=lasts)
                yield (unit,), last, False
                if self.words[last] == "first" and not (last + 1 == self.end and not at and (self.players or 1) > 1):
                    yield (replace(unit, first=True),), last + 1, True
                if self.words[last] == "last" and last + 1 == self.end and at:
                    yield (replace(unit, joint="then"),), last + 1, False
            if joint == "stop" or not at:
                for mentioned, slots, last in self.matched(MENTIONED, behind):
                    if mentioned == "if" or self.words[last] in (COMMA, STOP, "so", "and"):
                        yield (Unit("stop", "mention", _act(mentioned, slots)),), last, False
                for refs, last in self.refs(behind) if not at else ():  # "the red ball, go to it"
                    if self.words[last] == COMMA and not any(ref.pronoun or ref.one_of for ref in refs.all):
                        yield (Unit("stop", "mention", Act("topic", refs)),), last, False
            undone = "until" in self.words[at:behind]
            for unit, last in () if undone else self._never(behind, joint):
                yield (unit,), last, False
            for stop in self._after(behind, _STOPS):
                if stop == self.end and at:
                    yield (Unit(joint, "stop"),), stop, False
            for stay in self._after(behind, _STAYS):
                turns = number(self.words[stay])
                if turns and self.words[stay + 1] in ("turns", "turn"):
                    yield (Unit(joint, "stay", hold=turns, lasts=self._keeps(behind, stay)),), stay + 2, False
                yield (Unit(joint, "stay", lasts=self._keeps(behind, stay)),), stay, False
        start = at + (self.words[at] in ("while", "whilst"))
        if at == 0 and self.words[start] in _LASTING:  # "holding the ball, go to the bed"
            for act, last in self.acts(start):
                if act.verb in ("face", "hold") and self.words[last] == COMMA:
                    for units, end, force in self._unit(last + 1, joint):
                        if len(units) == 1 and units[0].kind == "do":
                            yield (*units, Unit("at once", "do", act)), end, force
        if self.words[at] == "together":
            for units, last, force in self._unit(at + 1 + (self.words[at + 1] == COMMA), joint):
                whose = units[0].act
                shared = self._shared_by_all(units[0]) if whose and self._shareable(whose) else units[0]
                yield (shared, *units[1:]), last, force
        for behind in self._after(at, _FIRST):
            behind += self.words[behind] == COMMA
            for units, last, _ in self._unit(behind, joint):
                yield (replace(units[0], first=True), *units[1:]), last, True
        for behind in self._after(at, _BEFORES):
            for act, last in self.acts(behind):
                if act.verb and self.words[last] == COMMA:
                    for units, end, _ in self._unit(last + 1, joint):
                        yield (*units, Unit("then", "do", act, qualifies=units[-1].kind == "never")), end, False
        for behind in self._after(at, _AFTERS):
            for act, last in self.acts(behind):
                if act.verb:
                    last += self.words[last] == COMMA
                    last += self.words[last] == "then"
                    for units, end, _ in self._unit(last, "then"):
                        yield (Unit(joint, "do", act), *units), end, False

    def _keeps(self, at: int, last: int) -> bool:
        """Whether words of STAYS are of things that stay where they are; what is held up is not one."""
        said = set(self.words[at:last])
        return bool({"it", "them", "they"} & said) and not {"up", "lifted", "raised", "air"} & said

    def _wanted(self, at: int, last: int) -> bool:
        """Whether words of a statement tell a wish: "should", or a "to" that belongs to no place such as "next to"."""
        for place, word in enumerate(self.words[at:last], at):
            of_place = self.words[place - 1] in _PLACED_BY_TO or self.words[place + 1] in ("the", "its")
            if word in _WANTED or (word == "to" and not of_place):
                return True
        return False

    def _openings(self, at: int, depth: int = 3) -> Iterator[int]:
        """Places behind what an order may begin with, several times over."""
        for behind in (*self._after(at, _OPEN), *self._after(at, _FRAMES)):
            if self.words[behind - 1 : behind + 1] in (["you", "and"], ["do", "you"]):
                continue
            behind += self.words[behind] == COMMA
            yield behind
            if depth:
                yield from self._openings(behind, depth - 1)

    def _never(self, at: int, joint: str = "but", *, bare: bool = True) -> Iterator[tuple[Unit, int]]:
        """Acts that are never to be done; bare: "do not", too, which cannot follow an order without a joint."""
        for verb, slots, behind in self.matched(STATED, at) if bare else ():
            if verb == "is never":
                yield Unit(joint, "never", _act("is", slots)), behind
        for behind in self._after(at, _NOT) if bare else ():
            for act, last in self.acts(behind):
                word = self.words[behind]
                pauses = bool(_PAUSES & {word, *base_forms(word)}) and act.verb in (*_STAYED, "go", "find", "be-place")
                yield Unit(joint, "never", act, qualifies=_gerund(word), lasts=pauses), last
        for behind in self._after(at, _WITHOUT):
            for act, last in self.acts(behind) if _gerund(self.words[behind]) else ():
                if act.verb not in ("", "is"):
                    yield Unit(joint, "never", act, qualifies=self.words[at] == "without"), last
        if not bare and self.words[at] in ("not", "never"):
            for act, last in self.acts(at + 1):
                yield Unit(joint, "never", act, qualifies=_gerund(self.words[at + 1])), last


def _act(verb: str, slots: dict[str, Any], *, negated: bool = False) -> Act:
    return Act(verb, slots.get("a"), slots.get("b"), slots.get("p", ""), slots.get("n"), slots.get("w"), negated)


def _negated(act: Act) -> bool:
    return act.negated or any(ref.negated for refs in (act.a, act.b) if refs for ref in refs.all)


def _gerund(word: str) -> bool:
    """Whether a word is a verb in -ing, unlike "bring"."""
    return word.endswith("ing") and word not in ACTS and not word.endswith("thing")
