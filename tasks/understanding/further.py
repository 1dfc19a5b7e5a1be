"""Clauses of acts that come to several others: to look from somewhere, to empty one thing into another, to lay a thing
on the floor beside another."""

from __future__ import annotations

from dataclasses import replace

from ..choices import members
from .asking import Asking
from .clauses import Found
from .deeds import ANY, OTHER, YOU
from .kinds import Refusal
from .names import Noun
from .refs import Ref, Refs
from .syntax import Act, Unit

_IT = Refs((Ref(pronoun="it", said="it"),))


class Further(Asking):
    """Makes the clauses of acts that are several others."""

    def _implied(self, act: Act) -> Act:
        """An act with the thing that its words leave out: "take the ball, put in the box"."""
        if act.verb == "put-it":
            if not self.last or not (self.before and self.before.verb):
                raise Refusal("what is to be put there? name the thing")
            return replace(act, verb="put", a=_IT)
        if act.verb == "enter" and act.b is None:
            return replace(act, b=_IT)
        if act.verb == "go-for" and act.b is not None:
            held = all(self.fits("carried", ref) or self.fits("food", ref) for ref in act.b.all)
            return replace(act, verb="take" if held else "go")
        if act.verb == "clear-room":
            if "gone" not in self.things.relations or not members("food", self.things) or "on" in self.things.relations:
                raise Refusal("where is everything to go? say 'put every toy in …', or 'take every … off …'")
            everything = Ref(Noun((None,)), least="all", said="everything")
            return replace(act, verb="take", b=Refs((everything,)))
        if act.verb == "touch-it":
            return replace(act, verb="touch", b=_IT)
        if act.verb == "hold-on":
            self.affirmed = True
            return replace(act, verb="hold", b=act.b or _IT)
        return act

    def _mutual(self, never: bool) -> Found:
        """That two players face each other."""
        if never or (self.players or 1) != 2:
            raise Refusal("two players face each other: say who is to look at whom")
        facing = self.known("facing", "look")
        both = [*self.clauses([YOU], facing, [OTHER]).clauses, *self.clauses([OTHER], facing, [YOU]).clauses]
        return Found(both, at_once=True)

    def _lasting(self, unit: Unit) -> None:
        """Refuse not to let go of a thing for no time."""
        if unit.act and unit.act.verb == "hold-on" and not unit.hold:
            raise Refusal("not to let go is to hold it: say for how long", "time")

    def _at_once(self, act: Act, never: bool) -> Found:
        """An act that is several others at once."""
        assert act.a is not None and act.b is not None
        if never or act.actor is not None:
            raise Refusal("a negation of two things at once has more than one meaning: say it of one")
        if act.verb == "look-from":
            found = self._stood(Act("be-place", b=act.b, place=act.place or "at"), False)
            facing = self._simple(Act("face", b=act.a), False)
            return Found([*found.clauses, *facing.clauses], [*found.nevers, *facing.nevers], at_once=True)
        if act.verb == "floor-at":
            found = self._floored(replace(act, verb="floor"), False)
            beside = self._placed(replace(act, verb="put"), False)
            return Found([*found.clauses, *beside.clauses], beside.nevers, lasting=True, at_once=True)
        source = act.a.all[0]
        kinds = [str(kind) for kind in source.noun.kinds]
        place = next((name for name in ("in", "on") if kinds and all(self.holds(kind, name) for kind in kinds)), "")
        if len(act.a.all) > 1 or not place:
            raise Refusal(f"{source.said!r}: nothing lies on or in that, so nothing can be moved out of it")
        inside = Ref(Noun((None,)), least="all", where=("is", place, source), said=f"everything {place} {source.said}")
        return self._placed(Act("put", Refs((inside,)), act.b, act.place), False)

    def _pushed(self, act: Act, never: bool) -> Found:
        """A thing that a player pushes; one that is not to be moved is neither pushed nor held."""
        assert act.a is not None
        if "pushed" not in self.things.relations and never:
            raise Refusal("whether a thing is moved is not judged in this world: say 'do not touch'")
        if "pushed" not in self.things.relations:
            raise Refusal(f"to {act.verb} a thing, without a place, is not judged in this world: say where it is to be")
        relation = "pushed"
        self.listable(act.a, never)
        by = list(act.actor.all) if act.actor else [YOU]
        if act.verb == "move" and not never:
            raise Refusal("to move a thing is to push it, or to bring it somewhere: say 'push', or say where")
        for ref in act.a.all:
            if self.player(ref):
                raise Refusal("whether a player is pushed is not judged: say 'touch'")
            if not never and ref.least not in (0, 1):
                raise Refusal(f"{ref.said!r}: one thing is pushed at a time: say one after the other, with 'then'")
        things = act.a
        if never:
            self.certain(things, False)
            things = replace(things, all=tuple(replace(ref, least=1) for ref in things.all))
        found = self.clauses(list(things.all), relation, list(by), never=never)
        found.lasting = False
        held = Refs(tuple(ref for ref in things.all if self.fits("carried", ref)), things.joint)
        if act.verb == "move" and held.all:
            found.nevers += self._simple(Act("hold", b=held, actor=act.actor), True).nevers
        return found

    def _floored(self, act: Act, never: bool) -> Found:
        """Things that are to lie on the floor: that nobody holds, and that are neither on nor in anything."""
        assert act.a is not None
        held = self.held and all(ref in self.held or ref.pronoun for ref in act.a.all)
        if held or not {"on", "in", "holding"} <= set(self.things.relations):
            return self._simple(Act("drop", b=act.a, actor=act.actor), never)
        if never or act.actor is not None:
            raise Refusal("what is not to lie on the floor is not judged: say on or in what it is to be")
        held_refs = tuple(replace(ref, least=1, bare=False) for ref in act.a.all)
        found = self._simple(Act("drop", b=replace(act.a, all=held_refs)), False)
        for place in ("off", "out"):
            found.clauses += self._placed(Act("put", a=act.a, b=Refs((ANY,)), place=place), False).clauses
        return Found(found.clauses, lasting=True, at_once=True)
