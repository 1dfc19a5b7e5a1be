"""The question that a reading of a sentence comes to."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from ..goals import Question, Selector, Which
from . import lexicon
from .clauses import reason_of
from .deeds import YOU
from .kinds import Refusal, because
from .names import Noun
from .references import References
from .refs import Ref, Refs, either

_ASKED_PLACES = ("touching", "near", "left-of", "right-of", "between", "at", "front", "under", "behind", "on", "in")


class Asking(References):
    """Makes questions."""

    def question(self, asks: str, slots: dict[str, Any]) -> Question:
        """The question of a reading. Raises Refusal if none says it."""
        a, b, relation = slots.get("a"), slots.get("b"), slots.get("p")
        what, _, form = asks.partition("-")
        if asks == "what-with" and b is not None:
            if len(b.all) > 1 or not self.player(b.all[0]):
                raise Refusal("only players hold something: ask 'what is on …', or 'in …'")
            return self._made("what", Ref(Noun((None,)), where=("held-by", "holding", b.all[0])))
        if what in ("larger", "every") and a is not None and b is not None:
            return self._of_two(what, form, a, b)
        if a is not None and len(a.all) > 1 and a.all[0].one_of and a.all[0].first:
            raise because("question", a.all[0].said, self.things)
        if what != "has" and a is not None and b is not None and b.all[0].one_of and len(a.all[0].noun.kinds) == 1:
            b = Refs(tuple(replace(ref, noun=a.all[0].noun, one_of=False) for ref in b.all), b.joint)
        a, b = (Refs(tuple(map(self._of_one_kind, refs.all)), refs.joint) if refs else None for refs in (a, b))
        if what == "seen" and a is not None:
            asks, what, form = "exists", "exists", ""
            if all(self.player(ref) and ref.noun.who != "you" for ref in a.all):
                player = replace(a.all[0], noun=Noun(("player",)), where=("faced", "", None))
                return self._made("exists", player)
        if form in ("got", "around", "reached", "watched") or asks == "who-where":
            return self._of_now(form, a, b, relation, what)
        if what in ("who", "has", "empty"):
            return self._of_players_and_places(what, form, a, b)
        form = "where" if b is not None and b.all[0].noun.place else form
        if form == "free":
            a, b = b, None
        if what == "which" and a is not None:
            what = "what" if a.all[0].noun.kinds == (None,) or a.all[0].noun.group else "colour"
            asks = f"{what}-{form}"
        if form in ("open", "shut", "held", "where", "faced", "beside", "homed", "homeless", "free"):
            if b is not None and b.all[0].least not in (0, 1) and not b.all[0].bare:
                raise Refusal(f"{b.all[0].said!r}: a question is about one place, or any")
            a, b, relation = self._placed_asked(asks, a, b, relation), None, None
        if what == "room":
            raise Refusal(
                "in which of two places something is has no answer of one word: ask whether it is in one of them"
            )
        if what == "less":
            what, a, b = "more", b, a
        noun = a.all[0].noun if a is not None else Noun()
        general = noun.kinds == (None,) or len(noun.kinds) > 1 or bool(a and (a.all[0].options or len(a.all) > 1))
        if form == "is" and a is not None and general == (what == "colour"):
            raise Refusal("what is it that is asked for? ask 'what colour is …', or 'what is the nearest thing'")
        options = a.all[0].options if a is not None else ()
        if what == "what" and options and len({ref.noun.kinds for ref in options}) == 1:
            raise Refusal(
                "both are of one kind, and an answer is one word: ask where one of them is, or for its colour"
            )
        if what == "what" and a is not None and a.joint == "or" and len(a.all) > 1:
            a = Refs((either(tuple(replace(ref, least=1, bare=False) for ref in a.all)),))
        if what in ("more", "alike", "where"):
            return self._compared(what, a, b)
        if asks.endswith("-in") and b is not None:
            kinds = b.all[0].noun.kinds
            relation = next((name for name in ("in", "on") if all(self.holds(str(kind), name) for kind in kinds)), "in")
        sides = {name: self._asked(refs, relation) for name, refs in (("a", a), ("b", b)) if refs is not None}
        if what == "what" and b is None and sides["a"].which is None and sides["a"].kind is None:
            sides["a"] = sides["a"].model_copy(update={"which": Which(group="thing")})  # "what is the purple thing"
        if b is not None and relation not in self.things.relations:
            raise because("relation", str(relation), self.things)
        refs = a.all[0] if a else None
        if refs is not None and what == "exists" and isinstance(refs.least, int) and (refs.least > 1 or refs.most):
            return self._so_many(refs, relation, b.all[0] if b else None)
        if refs is not None:
            counted = what == "count"
            if (
                refs.negated
                or refs.most
                or (counted and not refs.noun.many)
                or (not counted and refs.least not in (0, 1) and not (what == "colour" and refs.bare))
            ):
                raise Refusal("a question is about things of one kind, not about so many of them")
        try:
            return Question(asks=what, relation=relation, **sides)  # type: ignore[arg-type]
        except ValidationError as error:
            raise Refusal(f"this cannot be a question: {reason_of(error)}") from None

    def _so_many(self, ref: Ref, relation: str | None, b: Ref | None) -> Question:
        """Whether there are at least, at most or exactly so many of some things."""
        number = ref.least
        assert isinstance(number, int)
        if b is not None or ref.said.startswith("both"):
            if ref.told or b is None:
                raise Refusal("a question is about things of one kind")
            ref = replace(ref, where=("is", str(relation), b))
        least, most = (None, number - 1) if ref.negated else (number, ref.most)
        a = self.many(replace(ref, least=1, most=None, negated=False, bare=False), False, "there")[0]
        return Question(asks="exists", a=a, least=least, most=most)

    def _of_two(self, what: str, form: str, a: Refs, b: Refs) -> Question:
        """Whether one thing is larger than another; whether every one of some things is such as is said."""
        if len(a.all) > 1 or len(b.all) > 1 or any(ref.negated or ref.most or ref.pronoun for ref in (*a.all, *b.all)):
            raise Refusal("a question is about things of one kind")
        one, other = a.all[0], b.all[0]
        if what == "every" and (one.least != "all" and not (one.least == 2 and one.said.startswith("both"))):
            raise Refusal("a question is about things of one kind, not about so many of them")
        if what == "larger" and (one.least != 1 or other.least != 1 or self.player(one) or self.player(other)):
            raise Refusal("one thing is compared with another: name the two")
        if other.one_of:
            other = replace(other, noun=one.noun, one_of=False)
        if one.one_of or other.one_of or other.other:
            raise Refusal("one thing is compared with another: name the two")
        sides = [self.many(replace(ref, least=1, bare=False), False, "there")[0] for ref in (one, other)]
        return Question(asks=what, a=sides[form == "swapped"], b=sides[form != "swapped"])  # type: ignore[arg-type]

    def _placed_asked(self, asks: str, a: Refs | None, b: Refs | None, place: str | None) -> Refs:
        """The things that a question is about, told apart by where they are."""
        form = "where" if b is not None and b.all[0].noun.place else asks.partition("-")[2]
        ref = a.all[0] if a else Ref(Noun((None,)))
        if (a and len(a.all) > 1) or ref.where or ref.first:
            raise Refusal("a question is about things of one kind")
        if self.player(ref) and ref.noun.who != "you" and form == "where" and place and b is not None:
            player = Noun(("player",))  # "is anybody standing on the plate"
            relation, ends, _ = self.place(place, b.all[0], None, player=True)
            if ends or not (ref.said in lexicon.SOME_PLAYER or ref.colour):
                raise Refusal("who is where is asked of a player by its colour, or of anybody")
            return Refs((replace(ref, noun=player, where=("is", relation, b.all[0])),))
        if form in ("held", "faced"):
            return Refs((replace(ref, where=(form, "", None)),))
        if form == "beside":
            touching = next((name for name in ("touching", "at", "near") if name in self.things.relations), "near")
            return Refs((replace(ref, where=("is", touching, YOU)),))
        if form in ("homed", "homeless", "free"):
            return Refs((replace(ref, where=self._homed(form)),))
        if form != "where":
            if "open" not in self.things.relations:
                raise because("relation", "open", self.things)
            return Refs((replace(ref, where=("is not" if form == "shut" else "is", "open", None)),))
        other = b.all[0] if b else None
        if b and len(b.all) == 2 and place == "between":
            other = either(b.all)
        elif b and len(b.all) > 1:
            raise Refusal("a question is about one place")
        if place in ("on", "in") and not asks.startswith("colour") and not (other and other.noun.place):
            raise Refusal("a question is about things of one kind, not about so many of them")
        if place == "closest-to":
            to = None if other is not None and other.noun.who == "you" else other
            return Refs((replace(ref, first="nearest", to=to, definite=True),))
        if place not in _ASKED_PLACES:
            raise because("relation", str(place), self.things)
        return Refs((replace(ref, where=("is", place, other)),))

    def _of_now(self, form: str, a: Refs | None, b: Refs | None, place: str | None, what: str = "exists") -> Question:
        """Whether you are at something, or some player is; which player is somewhere; and how many things you have."""
        some, other = (refs.all[0] if refs else None for refs in (a, b))
        if any(refs and (len(refs.all) > 1 or refs.all[0].negated) for refs in (a, b)):
            raise Refusal("a question is about things of one kind")
        if form == "got" and some is not None:
            if self.fits("food", some):
                raise Refusal("what was taken is not counted, but what is there: ask 'how many … are left'", "question")
            held = "holding" in self.things.relations and self.fits("carried", some)
            return self.question("count-held" if held else "count", {"a": a})
        if form == "around" and (some is not None or what == "what"):
            some = some or Ref(Noun((None,)))
            if some.told:
                raise Refusal("a question is about things of one kind")
            if what != "exists" and place in ("at", "touching"):
                raise because("question", str(place), self.things)  # "beside you" is a form of its own
            if what == "which":
                what = "what" if some.noun.kinds == (None,) or some.noun.group else "colour"
            return self._made(what, replace(some, where=("around", str(place), None)))
        player = Ref(Noun(("player",)), definite=True)
        if form == "watched" and other is not None:
            if not self.player(other) or (self.players or 1) < 2:
                raise Refusal("only other players look at you")
            return self._made(
                "exists", replace(other, noun=player.noun, where=("is", self.known("facing", "see"), YOU))
            )
        if form == "where" and other is not None:
            relation, ends, _ = self.place(str(place), other, None, player=True)
            if ends or (self.players or 1) < 2:
                raise Refusal("there is no other player in this world" if not ends else "ask where a player is")
            return self._made("colour", replace(player, where=("is", relation, other)))
        if some is None or other is None or not self.player(other):
            raise Refusal("a question is about things of one kind")
        whole = replace(other, noun=Noun(("player",))) if other.noun.who != "you" else other
        if other.noun.who == "you":
            return self._of_now("around", a, None, "at")
        return self._made("exists", replace(whole, where=("is", self.reading("go", some).relation, some)))

    def _homed(self, form: str) -> tuple[str, str, Ref | None]:
        """How a box that is on a target is told apart, one that is not, or a target that no box is on."""
        if not {"box", "target"} <= set(self.things.kinds):
            raise Refusal("there are no boxes and targets in this world: say on or in what")
        if form == "free":
            return "has not", "on", Ref(Noun(("box",)))
        return "is" if form == "homed" else "is not", "on", Ref(Noun(("target",)))

    def _of_one_kind(self, ref: Ref) -> Ref:
        """A thing that is named by its colour alone, in a world where one kind comes in it."""
        if any(one.one_of for one in ref.options):
            options = tuple(map(self._of_one_kind, ref.options))
            return replace(either(options), first=ref.first, to=ref.to, where=ref.where)
        kinds = self._kinds_in(ref.colour)
        if not ref.one_of or ref.other:
            return ref
        if len(kinds) != 1:
            raise Refusal(f"{ref.said!r}: a colour of what? name the kind")
        return replace(ref, noun=Noun((kinds[0],)), one_of=False)

    def _of_players_and_places(self, what: str, form: str, a: Refs | None, b: Refs | None) -> Question:
        """Which player it is, by its colour; whether a player has a thing; whether a place is empty."""
        some, other = (refs.all[0] if refs else None for refs in (a, b))
        if any(refs and len(refs.all) > 1 for refs in (a, b)) or any(one and one.negated for one in (some, other)):
            raise Refusal("a question is about things of one kind")
        if what == "who" and some is not None:
            if "player" not in self.things.kinds or not self.things.kinds["player"] or (self.players or 1) < 2:
                raise Refusal("there is no other player in this world")
            if form == "holds":
                some = Ref(Noun(("player",)), where=("holding", "holding", some), definite=True)
            if some.noun.kinds != ("player",) or not some.told:
                raise because("question", "who", self.things)
            return self._made("colour", some)
        if what == "has" and some is not None and other is not None:
            if not self.player(other):
                raise Refusal(f"{other.said!r} has no hands: ask 'is there … on …', or 'in …'")
            if other.said in lexicon.SOME_PLAYER:
                other = replace(other, noun=Noun(("player",)))
            return self._made("exists", replace(some, where=("held-by", "holding", other)))
        assert other is not None
        kinds = [str(kind) for kind in other.noun.kinds]
        places = [name for name in ("in", "on") if kinds and all(self.holds(kind, name) for kind in kinds)]
        if not places or other.told or other.least not in (1,):
            raise Refusal(f"{other.said!r}: nothing lies on or in that, so it is not asked whether it is empty")
        what_lies = Ref(Noun(("box",))) if kinds == ["target"] else Ref(Noun((None,)))
        return self._made("exists", replace(other, where=("has not", places[0], what_lies)))

    def _made(self, asks: str, ref: Ref) -> Question:
        """A question about one thing that is told apart."""
        if ref.least not in (0, 1) or ref.most or ref.only:
            raise Refusal("a question is about things of one kind, not about so many of them")
        a = self.many(replace(ref, least=1, bare=False), False, "there")[0]
        try:
            return Question(asks=asks, a=a)  # type: ignore[arg-type]
        except ValidationError as error:
            raise Refusal(f"this cannot be a question: {reason_of(error)}") from None

    def _compared(self, what: str, a: Refs | None, b: Refs | None) -> Question:
        """A question about where something is, about more of one than of another, or about one colour."""
        for refs in (a, b):
            if refs and (refs.all[0].negated or refs.all[0].most):
                raise Refusal("a question is about things of one kind")
        if what == "where" and not (self.things.regions or {"on", "in"} & set(self.things.relations)):
            raise Refusal("where something is has no answer of one word in this world: ask what it is near")
        if what == "alike" and a and len(a.all) > 1 and a.joint == "and":
            if any(ref.least != 1 or ref.negated or ref.colour or self.player(ref) for ref in a.all):
                raise Refusal("the colours of two things are compared: name the two without their colours")
            a = Refs((either(a.all),))
        elif what == "alike" and a and not (a.all[0].noun.many or a.all[0].least == "all" or a.all[0].least == 2):
            raise Refusal("one thing has one colour: ask 'what colour is …'")
        sides = {name: self._asked(refs, None) for name, refs in (("a", a), ("b", b)) if refs is not None}
        try:
            return Question(asks=what, **sides)  # type: ignore[arg-type]
        except ValidationError as error:
            raise Refusal(f"this cannot be a question: {reason_of(error)}") from None

    def _asked(self, refs: Refs, relation: str | None) -> Selector:
        ref = refs.all[0]
        if ref.noun.who == "other" and ref.where and ref.where[2] == YOU:
            ref = replace(ref, noun=Noun(("player",)))  # "is anyone near you"
            refs = Refs((ref,))
        if relation and ref.least == "all" and not ref.bare:
            raise Refusal(f"{ref.said!r}: a question is about one place, or any")
        if len(refs.all) > 1 or ref.pronoun or ref.one_of or ref.noun.who:
            raise Refusal("a question is about things of one kind")
        if ref.noun.kinds == ("player",) and not ref.told:
            raise Refusal("a question is about things of one kind")
        return self.many(replace(ref, least=1), False, relation or "there")[0]
