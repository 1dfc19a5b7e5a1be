"""Clauses of acts whose things are known: places, things side by side, gifts, towers, and verbs of READINGS."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

from ..choices import members
from . import lexicon
from .clauses import Clauses, Found
from .kinds import CLOSE, Refusal, because
from .names import Noun, carried
from .refs import Ref, Refs
from .syntax import Act

_TOURED = ("go", "find", "touch", "face", "tread", "pass", "enter", "catch")
_EATING = ("eat", "take", "touch", "avoid", "hands-off", "spare")
YOU, OTHER = Ref(Noun(who="you"), definite=True), Ref(Noun(who="other"), definite=True)
ANY = Ref(Noun((None,)))


class Deeds(Clauses):
    """Makes the clauses of acts."""

    def _simple(self, act: Act, never: bool) -> Found:
        """An act that READINGS lists."""
        verb = act.verb
        refs = act.a or act.b
        assert refs is not None
        if act.a is not None and act.b is not None:
            refs = self._fitting(act.a, act.b)
            self._tool(refs, act.b)
        if verb == "spare" and not never and len(refs.all) == 1 and self._counts(refs.all[0]):
            left = replace(refs.all[0], least="all", spare=int(refs.all[0].least), most=None)
            return self.clauses([left], "gone", [None])  # "leave two apples"
        whole = Found(lasting=True)
        forbids = verb in ("avoid", "keep-clear", "hands-off", "keep-shut", "spare")
        self.listable(refs, never or forbids)
        if forbids:
            self.certain(refs, verb == "keep-shut")
        for ref in map(self.eaten, refs.all) if verb in _EATING else refs.all:
            if verb == "drop" and ref.where and ref.where[0] == "held" and ref.noun.kinds == (None,):
                ref = ANY
            if verb == "spare" and not (ref.definite or ref.least in (0, "all")):
                raise Refusal(
                    f"{ref.said!r}: how many are to be left? say 'avoid every …', or how many are to be taken"
                )
            if verb == "spare" and self.fits("region", ref):
                raise Refusal("'leave' may mean to go out of it, or to leave it alone: say which")
            if verb in ("take", "take-along", "hold", "drop") and ref.least == "all" and ref.said.startswith("what"):
                ref = replace(ref, least=1)  # "whatever is on the stool"
            if forbids and ref.negated:
                raise Refusal("a negation of a negation has more than one meaning: say what is to be done")
            if forbids and ref.least == "all" and not ref.negated:
                ref = replace(ref, least=1)
            if verb == "face-not" and ref.least in (0, 1) and not (ref.definite or ref.negated or never):
                ref = replace(ref, least=1, bare=False)
            reading = self.reading(verb, ref)
            if verb == "go" and reading.relation == "gone" and not never and ref.least == 1:
                reading = lexicon.Reading(self.known("near", verb))  # to go to an apple is not to eat it
            if verb == "take" and reading.relation == "touching":
                self.notes.append("nothing is held here: to take a thing is to touch it")
            negated = verb in ("drop", "exit", "close", "face-not")
            if reading.subject == "b":
                if act.actor is not None:
                    raise Refusal("who does it cannot be judged in this world")
                found = self.clauses(
                    [ref], reading.relation, [None], never=never or forbids, ends=negated, told=act.told
                )
                found.lasting = reading.relation in ("gone", "open")
            elif verb in _TOURED and not (never or forbids) and (tour := self.tour(act, reading.relation, ref)):
                found = tour
            else:
                within = CLOSE if reading.relation == "near" else None
                found = self.clauses(
                    *(self._actors(act), reading.relation, [ref]), never=never or forbids, ends=negated, within=within
                )
                found.lasting = False
            whole = Found(
                [*whole.clauses, *found.clauses], [*whole.nevers, *found.nevers], whole.lasting and found.lasting
            )
        whole.at_once = verb == "hold" and refs.joint == "and"
        if verb == "follow":
            whole.hold = lexicon.STAY
            self.notes.append(f"to follow is to be within {CLOSE} {self.things.unit} for {lexicon.STAY} turns")
        if forbids or never:
            return Found(nevers=[*whole.nevers, *whole.clauses])
        return whole

    def _counts(self, ref: Ref) -> bool:
        """Whether so many things are to be left of those that can be taken out of the world."""
        numbered = isinstance(ref.least, int) and (ref.least > 1 or ref.said.split(" ")[0] in ("one", "only"))
        plain = numbered and not (ref.told or ref.negated or ref.bare)
        return plain and "gone" in self.things.relations and self.fits("food", ref)

    def eaten(self, ref: Ref) -> Ref:
        """Things of any kind, where all that can be had is food, are food."""
        known = self.things.relations
        if ref.noun.kinds != (None,) or "gone" not in known or {"holding", "touching"} & set(known):
            return ref
        kinds = members("food", self.things)
        return replace(ref, noun=replace(ref.noun, kinds=kinds, group="food")) if kinds else ref

    def certain(self, refs: Refs | None, any_one: bool = True) -> None:
        """Refuse "keep one door shut", which leaves the others as they are; any_one: refuse "a door", too."""
        for ref in refs.all if refs else ():
            first = ref.said.split(" ")[0]
            numbered = first in ("one", "some", "at") or (isinstance(ref.least, int) and ref.least > 1)
            if numbered or (any_one and first in ("a", "an")):
                raise Refusal(f"{ref.said!r} may be one and not the others: say 'the', 'any' or 'every'")

    def _fitting(self, a: Refs, b: Refs) -> Refs:
        """The lock of a key, where it has no colour: "open the door with the red key"."""
        lock, key = a.all[0], b.all[0]
        if len(a.all) > 1 or lock.colour or lock.told or not lock.definite or key.noun.kinds != ("key",):
            return a
        return Refs((replace(lock, colour=key.colour),))

    def _tool(self, a: Refs, b: Refs) -> None:
        """ "Open the red lock with the red key": the key that opens it anyway."""
        locks, keys = a.all, b.all
        same = len(locks) == len(keys) == 1 and keys[0].noun.kinds == ("key",)
        if (
            not same
            or keys[0].told
            or keys[0].colour not in (None, locks[0].colour)
            or keys[0].least != 1
            or keys[0].negated
        ):
            raise Refusal("what is opened with what cannot be judged, but for a lock and the key of its colour")

    def _actors(self, act: Act) -> list[Ref]:
        if act.actor is None:
            return [YOU]
        return list(act.actor.all)

    def _stood(self, act: Act, never: bool) -> Found:
        """The player, somewhere."""
        assert act.b is not None
        self.listable(act.b, never)
        if act.verb == "stay-place" and act.place in ("off", "out", "away", "to", "from"):
            raise Refusal("to stay away is never to touch: say 'avoid'")
        whole = Found()
        for ref in act.b.all:
            if act.place == "between" and ref.least == "all" and ref.noun.many and not ref.told:
                ref = replace(ref, least=2)  # "between the boxes"
            if act.place in ("by-left", "by-right"):
                beside = (
                    replace(act, b=Refs((ref,)), place="touching"),
                    replace(act, b=Refs((ref,)), place=f"{act.place[3:]}-of"),
                )
                if never:
                    raise Refusal("a negation of two things at once has more than one meaning: say it of one")
                whole.clauses += [clause for each in beside for clause in self._stood(each, False).clauses]
                whole.at_once = True
                continue
            if act.place == "front":
                found = self._before(act, ref, never)
                whole.clauses += found.clauses
                whole.at_once = True
                continue
            if act.place in ("to", "at"):
                relation, ends, within = self.reading("go", ref).relation, False, None
            else:
                relation, ends, within = self.place(act.place, ref, act.number, player=True)
            if relation == "gone":
                raise Refusal("what is touched is eaten here: say 'eat' or 'take'")
            if relation == "near" and within is None:
                within = CLOSE
            tour = None if never or ends else self.tour(act, relation, ref, within, act.place in ("on", "in", "within"))
            found = tour or self.clauses(self._actors(act), relation, [ref], never=never, ends=ends, within=within)
            whole.clauses += found.clauses
            whole.nevers += found.nevers
        return whole

    def tour(self, act: Act, relation: str, ref: Ref, within: int | None = None, counted: bool = True) -> Found | None:
        """Things that one player is to visit one after the other; None if one is meant. counted: whether so many of
        them may be meant so, and not only all."""
        several = ref.least == "all" or (counted and isinstance(ref.least, int) and ref.least > 1)
        if not several or ref.negated or ref.spare or (ref.bare and act.verb == "find"):
            return None
        actors = self._actors(act)
        if len(actors) > 1 or actors[0].least != 1 or actors[0].negated or ref.most:
            raise Refusal(f"{ref.said!r}: visits are of one player, to every one of some things or to so many of them")
        if not self.things.steady:
            raise Refusal(f"{ref.said!r}: what was visited is not noted in this world: name one thing after the other")
        near = within or (CLOSE if relation == "near" else None)
        one = replace(ref, least="all" if ref.noun.kinds == (None,) else 1, bare=False)
        if one.noun.kinds == (None,) and not one.noun.group:
            one = replace(one, noun=replace(one.noun, group="toy" if carried(self.things) else "thing"))
        a, b = self.many(actors[0], False, relation)[0], self.many(one, False, relation)
        if len(b) > 1 or b[0].place:
            raise Refusal(f"{ref.said!r}: a goal names one kind: say which")
        self.definites -= {b[0]}
        self.notes.append("several things are visited one at a time, in any order")
        return Found([self.clause(a, relation, b[0], 1, False, {"visits": ref.least, "within": near})])

    def _before(self, act: Act, ref: Ref, never: bool) -> Found:
        """In front of a thing: near it, and facing it."""
        if never or not {"near", "facing"} <= set(self.things.relations):
            raise because("relation", "in front of", self.things)
        self.notes.append(f"in front of a thing is within {CLOSE} {self.things.unit} of it, and facing it")
        near = self.clauses(self._actors(act), "near", [ref], within=CLOSE)
        return Found([*near.clauses, *self.clauses(self._actors(act), "facing", [ref]).clauses])

    def _wielded(self, act: Act, never: bool) -> Found:
        """A thing that is touched or pushed with what a player holds."""
        assert act.a is not None and act.b is not None
        self.listable(act.a, never)
        if len(act.b.all) > 1:
            raise Refusal("one thing is held at a time: say with which")
        relation = {"wield": "touched", "shove": "pushed"}[act.verb]
        return self.clauses(list(act.a.all), self.known(relation, act.verb), list(act.b.all), never=never)

    def _beside(self, act: Act, never: bool) -> Found:
        """Things, or players, next to each other."""
        if act.verb == "side-players":
            if (self.players or 1) < 2:
                raise Refusal("there is no other player in this world")
            players = Ref(Noun(("player",)), least="all")
            return self.clauses([players], "touching", [replace(players, least=1)], never=never)
        assert act.a is not None
        refs = act.a.all
        if len(refs) == 2 and all(ref.least == 1 and not ref.negated for ref in refs):
            return self.clauses([refs[0]], "touching", [refs[1]], never=never)
        if len(refs) == 1 and refs[0].least == 2 and not never and not refs[0].negated and refs[0].most is None:
            return self.clauses([refs[0]], "touching", [replace(refs[0], least=1)])
        plain = len(refs) == 1 and not never and refs[0].noun.many and len(refs[0].noun.kinds) == 1 and not refs[0].told
        if plain and refs[0].least == "all" and refs[0].noun.kinds != (None,) and not refs[0].negated:
            self.notes.append("together is each next to another one")
            other = replace(refs[0], least=1, bare=False, noun=replace(refs[0].noun, many=False))
            return self.clauses([replace(refs[0], bare=False)], "touching", [other])
        raise Refusal("two things are next to each other: name the two")

    def _placed(self, act: Act, never: bool) -> Found:
        """Things, somewhere."""
        assert act.a is not None and act.b is not None
        a, b = act.a, act.b
        self.listable(a, never)
        self.listable(b, never)
        if len(a.all) > 1 and len(b.all) > 1:
            raise Refusal("several things at several places: say which goes where, one by one")
        if any(self.player(ref) for ref in a.all) and act.verb != "is":
            raise Refusal("players walk for themselves: say 'go' or 'let your partner go'")
        moved = any(not self.player(ref) for ref in a.all)
        if moved and not {"holding", "lifted", "on"} & set(self.things.relations):
            raise Refusal("nothing here can be moved: no player holds or pushes anything in this world")
        place = {"put-on": "on", "put-in": "in", "put-touch": "touching", "states-touch": "touching"}.get(
            act.verb, act.place
        )
        if place in ("by-left", "by-right"):
            if never or act.negated:
                raise Refusal("a negation of two things at once has more than one meaning: say it of one")
            both = [self._placed(replace(act, place=each), False) for each in ("touching", f"{place[3:]}-of")]
            return Found([clause for found in both for clause in found.clauses], lasting=True, at_once=True)
        whole = Found(lasting=True)
        if act.verb == "put" and place in ("to", "at", "touching", "near") and not never and self._only_held():
            return self._carried(replace(act, place=place))
        if len(b.all) > 1 and not never:
            raise Refusal("one thing is at one place: say which")
        if len(a.all) > 1 and len(b.all) == 1 and b.all[0].bare and b.all[0].least == 0 and not never:
            b = Refs((replace(b.all[0], least=1, bare=False),))  # "the red and the blue box onto targets"
        if (len(a.all) > 1 or a.all[0].least != 1) and b.all[0].said.split(" ")[0] == "one" and not never:
            raise Refusal(f"{b.all[0].said!r}: that all are at the same one is not judged: say 'the', and name it")
        if act.verb == "is" and not never and len(a.all) == 1 and a.all[0].said.startswith("any") and a.all[0].but:
            a = Refs((replace(a.all[0], least="all", bare=False),))  # "anything but the car goes on the stool"
        elif act.verb == "is" and not never and any(ref.said.startswith("any") for ref in a.all):
            raise Refusal(f"{a.all[0].said!r} may be one of them or each: say 'one' or 'every'")
        for one, other in product(a.all, b.all):
            if any(each.one_of and self._comes_in(one, each) for each in other.but) and one.least == "all":
                raise Refusal(f"{other.said!r}: the exception may be of the things or of their places: name its kind")
            relation, ends, within = self.place(place, other, act.number, player=False)
            if ends and place == "from" and one.least == 1 and not (one.definite or one.told):
                raise Refusal(f"{one.said!r}: from where is which taken? say 'take', and 'that is on …'")
            each = other.least == "all" and one.least == 1 and not (one.definite or one.colour or one.told)
            if each and relation == "on" and self.fits("flat", other) and not (never or other.told or other.colour):
                self.notes.append("there are as many boxes as targets")
                one, other = replace(one, least="all"), replace(other, least=1, bare=False)
            if act.negated and one.said.split(" ")[0] in ("one", "some", "at", "a", "an"):
                if ends or one.negated or one.least != 1 or one.most is not None:
                    raise Refusal(f"{one.said!r}: a negation of several has more than one meaning: say 'not every'")
                one = replace(one, negated=True, least="all")  # "one box is not on a target"
            elif act.negated:
                if ends or one.negated or one.least not in (1,) or one.most is not None:
                    raise Refusal(
                        "a negation of several has more than one meaning: say 'no', 'not every' or 'fewer than'"
                    )
                one = replace(one, negated=True)
            found = self.clauses([one], relation, [other], never=never, ends=ends, within=within, told=act.verb == "is")
            whole.clauses += found.clauses
            whole.nevers += found.nevers
        return whole

    def _only_held(self) -> bool:
        """Whether what is held is never put down in this world."""
        known = self.things.relations
        return {"holding", "gone"} <= set(known) and not {"on", "in", "lifted"} & set(known)

    def _carried(self, act: Act) -> Found:
        """A thing that is brought where it cannot be put down: the player is there, holding it."""
        assert act.a is not None and act.b is not None
        held = self._simple(Act("hold", b=act.a), False)
        there = self._stood(Act("be-place", b=act.b, place=act.place), False)
        if held.nevers or there.nevers or len(act.a.all) > 1:
            raise Refusal("one thing is held at a time: say which goes where, one by one")
        self.notes.append("nothing is put down here: to bring a thing is to be there, holding it")
        return Found([*held.clauses, *there.clauses], at_once=True)

    def _given(self, act: Act) -> Found:
        assert act.a is not None and act.b is not None
        if act.actor is not None or len(act.b.all) > 1 or not self.player(act.b.all[0]) or (self.players or 1) < 2:
            raise Refusal("only a partner can be given something")
        if "holding" in self.things.relations:
            return self.clauses(list(act.b.all), "holding", list(act.a.all))
        raise because("relation", "give", self.things)

    def _brought(self, act: Act) -> Found:
        assert act.a is not None
        if self.players is None or self.players < 2:
            self.notes.append("nobody else is here: to bring a thing is to take it")
            return self._simple(Act("take", b=act.a), False)
        self.notes.append("'me' is your partner")
        return self.clauses(list(act.a.all), "near", [OTHER], within=CLOSE)

    def _emptied(self, act: Act) -> Found:
        assert act.b is not None
        whole = Found(lasting=True)
        for ref in act.b.all:
            wanted = (act.place,) if act.place else ("in", "on")
            places = [name for name in wanted if all(self.holds(str(kind), name) for kind in ref.noun.kinds)]
            relation = next((name for name in places if name in self.things.relations), None)
            if relation is None:
                raise Refusal("nothing lies on or in that: it cannot be emptied")
            if not (ref.definite or ref.least == "all"):
                raise Refusal(
                    f"{ref.said!r}: nothing is to be on which of them? say 'the', if there is one, or 'every'"
                )
            whole.clauses += self.clauses([replace(ANY, negated=True)], relation, [ref], told=True).clauses
        return whole

    def _chained(self, act: Act) -> Found:
        assert act.a is not None
        relation = {"stack": "stacked", "line": "lined"}[act.verb]
        if relation not in self.things.relations:
            raise because("relation", act.verb, self.things)
        ref = act.a.all[0]
        if len(act.a.all) > 1 or not isinstance(ref.least, int) or ref.least < 2 or ref.negated or ref.most:
            raise Refusal("a tower or a row is of a number of things of one kind: say 'three blocks'")
        return self.clauses([replace(ref, least=1)], relation, [None], number=ref.least)
