"""The question that a reading of a sentence comes to."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from ..goals import Question, Selector
from .clauses import reason_of
from .kinds import Refusal, because
from .names import Noun
from .phrases import Ref, Refs, either
from .references import References

_ASKED_PLACES = ("touching", "near", "left-of", "right-of", "between", "at", "front", "under", "behind", "on", "in")


class Asking(References):
    """Makes questions."""

    def question(self, asks: str, slots: dict[str, Any]) -> Question:
        """The question of a reading. Raises Refusal if none says it."""
        a, b, relation = slots.get("a"), slots.get("b"), slots.get("p")
        what, _, form = asks.partition("-")
        form = "where" if b is not None and b.all[0].noun.place else form
        if form in ("open", "shut", "held", "where", "faced"):
            if b is not None and b.all[0].least not in (0, 1) and not b.all[0].bare:
                raise Refusal(f"{b.all[0].said!r}: a question is about one place, or any")
            a, b, relation = self._placed_asked(form, a, b, relation), None, None
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
        if b is not None and relation not in self.things.relations:
            raise because("relation", str(relation), self.things)
        refs = a.all[0] if a else None
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

    def _placed_asked(self, form: str, a: Refs | None, b: Refs | None, place: str | None) -> Refs:
        """The things that a question is about, told apart by where they are."""
        ref = a.all[0] if a else Ref(Noun((None,)))
        if (a and len(a.all) > 1) or ref.where or ref.first:
            raise Refusal("a question is about things of one kind")
        if form in ("held", "faced"):
            return Refs((replace(ref, where=(form, "", None)),))
        if form != "where":
            if "open" not in self.things.relations:
                raise because("relation", "open", self.things)
            return Refs((replace(ref, where=("is not" if form == "shut" else "is", "open", None)),))
        other = b.all[0] if b else None
        if b and len(b.all) == 2 and place == "between":
            other = either(b.all)
        elif b and len(b.all) > 1:
            raise Refusal("a question is about one place")
        if place in ("on", "in") and not (other and other.noun.place):
            raise Refusal("a question is about things of one kind, not about so many of them")
        if place == "closest-to":
            return Refs((replace(ref, first="nearest", to=other, definite=True),))
        if place not in _ASKED_PLACES:
            raise because("relation", str(place), self.things)
        return Refs((replace(ref, where=("is", place, other)),))

    def _compared(self, what: str, a: Refs | None, b: Refs | None) -> Question:
        """A question about where something is, about more of one than of another, or about one colour."""
        for refs in (a, b):
            if refs and (refs.all[0].negated or refs.all[0].most):
                raise Refusal("a question is about things of one kind")
        if what == "where" and not (self.things.regions or {"on", "in"} & set(self.things.relations)):
            raise Refusal("where something is has no answer of one word in this world: ask what it is near")
        if what == "alike" and a and not (a.all[0].noun.many or a.all[0].least == "all" or a.all[0].least == 2):
            raise Refusal("one thing has one colour: ask 'what colour is …'")
        sides = {name: self._asked(refs, None) for name, refs in (("a", a), ("b", b)) if refs is not None}
        try:
            return Question(asks=what, **sides)  # type: ignore[arg-type]
        except ValidationError as error:
            raise Refusal(f"this cannot be a question: {reason_of(error)}") from None

    def _asked(self, refs: Refs, relation: str | None) -> Selector:
        ref = refs.all[0]
        if relation and ref.least == "all" and not ref.bare:
            raise Refusal(f"{ref.said!r}: a question is about one place, or any")
        if len(refs.all) > 1 or ref.pronoun or ref.one_of or ref.noun.who or ref.noun.kinds == ("player",):
            raise Refusal("a question is about things of one kind")
        return self.many(replace(ref, least=1), False, relation or "there")[0]
