"""Things that are named by words such as "it", "the blue one" and "another", which refer to what was named before."""

from __future__ import annotations

from dataclasses import replace

from ...worlds.engine.records.things import Things
from . import lexicon
from .deeds import ANY, Deeds
from .kinds import Refusal
from .names import Noun
from .refs import Ref, Refs
from .syntax import Act


class References(Deeds):
    """Finds the things that words refer to. last: the things that "it" and "one" refer to; before: the act before;
    held: what is in hand; partner: the player that was named last."""

    def __init__(self, things: Things, players: int | None):
        super().__init__(things, players)
        self.last: list[Ref] = []
        self.before: Act | None = None
        self.held: list[Ref] = []
        self.mentioned: list[Ref] = []
        self.partner: Ref | None = None

    def _placing(self, ref: Ref, act: Act, side: str, earlier: list[Ref]) -> Ref:
        """A thing whose words come from the act before by its role: "the blue one", as a place, is such a place as the
        one before, and "it" is what can be put or be a place."""
        before, own = self.before, earlier[0] if earlier else None
        if ref.other and side == "b" and own is not None and own.least == 1 and not (own.colour or own.told):
            noun = replace(own.noun, many=False) if ref.one_of else ref.noun
            if noun.kinds == own.noun.kinds and ref.least == 1:
                return replace(ref, noun=noun, one_of=False, other=False, definite=False)  # "one box beside the other"
        if ref.said.split(" ")[0] == "another" and any(one.noun.kinds == ref.noun.kinds for one in self.last):
            raise Refusal(lexicon.REASONS["except"], "except")
        if (
            ref.pronoun == "it"
            and side == "a"
            and self.held
            and act.verb in ("put", "drop", "give")
            and len(self.last) == 1
        ):
            named = [one for one in dict.fromkeys((*self.held[-1:], *self.last)) if self.fits("carried", one)]
            return self._only(ref, named)
        if before is None or before.b is None:
            return ref
        if ref.one_of and own is None and before.a is not None:
            return self._contrasting(ref, before.a.all[0], before.b.all[0], side)
        if side != "b":
            return ref
        place, held = before.b.all[0], before.a.all[0] if before.a else None
        seen = ref.pronoun == "it" and act.place in ("under", "behind", "front", "away", "from", "off", "out")
        seen = seen and not (act.place in ("off", "out") and act.a is not None)
        if seen and held is not None and held.noun != place.noun and not self.player(place):
            raise Refusal(f"'it' may be {held.said!r} or {place.said!r}: name the thing")
        if ref.pronoun == "it" and act.place in ("on", "in", "off", "out") and self.last:
            relation = {"off": "on", "out": "in"}.get(act.place, act.place)
            named = [one for one in dict.fromkeys((*self.last[:1], place)) if not self.player(one)]
            if len(self.last) == 1 and place.least == 1:
                fit = [one for one in named if all(self.holds(str(kind), relation) for kind in one.noun.kinds)]
                if fit or act.a is not None:
                    return self._only(ref, fit)
        if ref.pronoun == "it" and own is not None and own == held and self.last == [own]:
            return self._only(ref, [] if self.player(place) else [place])  # "not on the bed, just next to it"
        if ref.one_of and own is not None and held is not None and self._comes_in(place, ref):
            if (place.colour, place.size) == (ref.colour, ref.size) and self._looking(own, ref):
                raise Refusal(f"{ref.said!r} may be one of two kinds: name the kind")
            alike, contrasts = act.place == before.place, self._looking(place, ref)
            if alike or (contrasts and not self._looking(own, ref)):
                noun = replace(place.noun, many=ref.noun.many)
                return replace(ref, noun=noun, one_of=False)
            if contrasts and place.noun.kinds != own.noun.kinds:
                raise Refusal(f"{ref.said!r} may be one of two kinds: name the kind")
        return ref

    def _told_by_it(self, ref: Ref, earlier: list[Ref]) -> Ref:
        """A thing that is told by "it": "the target that is closest to it", of the one thing named before."""
        inner = ref.to if ref.to is not None else ref.where[2] if ref.where else None
        if inner is None or inner.pronoun != "it":
            return ref
        named = [one for one in (earlier or self.last) if not (self.player(one) or one.noun.place)]
        if len(named) != 1 or named[0].least != 1 or named[0].negated:
            raise Refusal(f"{ref.said!r}: 'it' refers to no one thing that was named before: name the thing")
        if ref.to is not None:
            return replace(ref, to=named[0])
        assert ref.where is not None
        return replace(ref, where=(*ref.where[:2], named[0]))

    def _where_from(self, act: Act) -> Act:
        """An act with the thing told by where it was: after "take a book off the shelf" it is a book of that shelf."""
        ref = act.a.all[0] if act.a and act.b and len(act.a.all) == len(act.b.all) == 1 else None
        off = act.verb == "put" and act.place in ("off", "out", "away", "from", "removed")
        if ref is None or act.b is None or not (off or act.verb == "take-from"):
            return act
        place = act.b.all[0]
        if ref.least != 1 or ref.definite or ref.told or ref.negated or not place.definite or place.noun.place:
            return act
        kinds = [str(kind) for kind in place.noun.kinds]
        relation = next((name for name in ("on", "in") if all(self.holds(kind, name) for kind in kinds)), "")
        relation = "touching" if act.place == "away" else relation
        if not relation:
            return act
        return replace(act, a=Refs((replace(ref, where=("is", relation, place)),)))

    def _contrasting(self, ref: Ref, put: Ref, place: Ref, side: str) -> Ref:
        """ "Put the duck on the red book, then go to the blue one": the one of which a look was said."""
        if put.noun.kinds == place.noun.kinds or not self._looking(place, ref):
            return ref
        if self._looking(put, ref) and side == "a":
            return ref
        same = (put.colour, put.size) == (ref.colour, ref.size)
        if same or self._looking(put, ref) or side == "a":
            raise Refusal(f"{ref.said!r} may be one of two kinds: name the kind")
        return replace(ref, noun=replace(place.noun, many=ref.noun.many), one_of=False)

    def _looking(self, one: Ref, ref: Ref) -> bool:
        """Whether a thing is named by a look that tells it from "the blue one"."""
        said = one.colour if ref.colour else one.size
        return said is not None and (one.colour, one.size) != (ref.colour, ref.size) and self._comes_in(one, ref)

    def _only(self, ref: Ref, named: list[Ref]) -> Ref:
        """The one thing that "it" can be."""
        if len(named) == 1:
            return replace(named[0], pronoun="")
        if not named:
            raise Refusal(f"{ref.pronoun!r} refers to nothing that was named before and that fits here: name the thing")
        told = " or ".join(repr(one.said) for one in named)
        raise Refusal(f"{ref.pronoun!r} may be {told}: name the thing")

    def _moved(self, ref: Ref, moved: bool) -> str:
        """The kind that "the nearest one" is where one kind can be moved, and it is to be moved."""
        boxes = moved and not ref.other and "on" in self.things.relations and "holding" not in self.things.relations
        return "box" if boxes and "box" in self.things.kinds else ""

    def _referred(self, ref: Ref, earlier: list[Ref], dropped: bool = False, act_a: bool = False) -> list[Ref]:
        if ref.matching:
            return [self._matching(ref, earlier)]
        if ref.pronoun:
            if ref.pronoun == "them" and self.partner is not None and not any(one.noun.many for one in self.last):
                return [self.partner]
            if not self.last and ref.pronoun == "them" and "all" in ref.said.split():
                self.notes.append("them, where nothing was named before, is everything")
                return [replace(ANY, least="all", said="everything")]
            if not self.last and dropped:
                return [ANY]
            if not self.last:
                raise Refusal(f"{ref.pronoun!r} refers to nothing that was named before")
            several = len(self.last) > 1 or self.last[0].least not in (0, 1)
            if ref.pronoun == "them" and not several:
                named = [one for one in dict.fromkeys(self.mentioned) if self.fits("carried", one)]
                if len(named) > 1 and all(one.least == 1 and not one.negated for one in named):
                    return named
            whatever = self.last[0].said.split(" ")[0] in ("what", "whatever")
            if (ref.pronoun == "it") == several and not whatever:
                raise Refusal(f"{ref.pronoun!r} does not fit what was named before")
            if ref.pronoun == "it" and self.last[0].negated:
                raise Refusal("'it' refers to what is not to be")
            return [replace(one, definite=one.definite) for one in self.last]
        if ref.where and ref.where[0] == "held" and ref.noun.kinds == (None,) and self.held:
            return list(self.held)
        if ref.other:
            return [self._rest(ref)]
        if ref.one_of:
            for one in [*earlier[:1], *self.last, *earlier[1:]]:
                alike = (one.colour, one.size) == (ref.colour, ref.size)
                itself = one in earlier and alike and (one.first == ref.first or not ref.said.endswith("one"))
                if self._comes_in(one, ref) and not itself:
                    noun = replace(one.noun, many=ref.noun.many)
                    return [replace(ref, noun=noun, one_of=False)]
            if (
                ref.elliptic
                and earlier
                and earlier[0].noun.kinds == ("box",)
                and "target" in self._kinds_in(ref.colour)
            ):
                return [replace(ref, noun=Noun(("target",), many=False), one_of=False)]  # "the red box goes on red"
            moved = self._moved(ref, act_a)
            if moved and not self.last and not earlier and (ref.told or ref.first or ref.colour):
                return [replace(ref, noun=Noun((moved,), many=ref.noun.many), one_of=False)]
            kinds = self._kinds_in(ref.colour)
            if not self.last and not earlier and len(kinds) == 1 and not ref.other:
                return [replace(ref, noun=Noun((kinds[0],), many=ref.noun.many), one_of=False)]
            if ref.elliptic:
                raise Refusal(f"{ref.said!r}: a colour of what? name the kind")
            if not self.last and not earlier and (ref.colour or ref.size) and not ref.noun.many:
                return [replace(ref, noun=Noun((None,)), one_of=False)]
            raise Refusal("'one' stands for no kind that was named before and that comes in this colour or size")
        for kind in ref.noun.kinds:
            colours = self.things.kinds.get(kind, ()) if kind else self.things.colours
            if ref.colour and ref.colour not in colours and len(ref.noun.kinds) == 1:
                told = f"a {kind} comes in {', '.join(colours)}" if colours else f"a {kind} has no colour"
                raise Refusal(f"{ref.colour!r} is no colour of it here: {told}")
        return [ref]

    def _kinds_in(self, colour: str | None) -> list[str]:
        """The kinds that a colour tells apart: those that come in it and in others."""
        every = self.things.kinds.items() if colour else ()
        return [
            k for k, each in every if colour in each and len(each) > 1 and (k != "player" or (self.players or 1) > 1)
        ]

    def _matching(self, ref: Ref, earlier: list[Ref]) -> Ref:
        """A thing of the colour of what was named before and that it belongs to."""
        for one in (*earlier, *self.last, *reversed(self.mentioned)):
            for kind in one.noun.kinds if one.colour else ():
                pairs = [other for other in lexicon.PAIRS.get(str(kind), ()) if other in self.things.kinds]
                named = [other for other in pairs if other in ref.noun.kinds or ref.noun.kinds == (None,)]
                if len(named) == 1:
                    noun = Noun((named[0],), many=False)
                    return replace(ref, noun=noun, colour=one.colour, matching=False)
        raise Refusal(f"{ref.said!r}: it belongs to nothing that was named before with a colour: say its colour")

    def _rest(self, ref: Ref) -> Ref:
        """The other things: all of the kind but for those that were named."""
        named = self.mentioned
        if ref.one_of and named:
            noun = (self.last or named)[-1].noun
            ref = replace(ref, noun=replace(noun, many=ref.noun.many), one_of=False)
        kinds = set(ref.noun.kinds)
        but = [one for one in named if None in kinds or kinds & set(one.noun.kinds)]
        general = None in kinds or len(kinds) > 1
        sure = all(
            one.least == "all" or one.colour or one.size or one.told or (one.definite and general) for one in but
        )
        if not but or not sure or ref.one_of:
            raise Refusal(f"{ref.said!r}: {lexicon.REASONS['other']}", "except")
        without = tuple(dict.fromkeys(replace(one, least=1, only=False) for one in but))
        return replace(ref, other=False, but=(*ref.but, *without))
