"""Clauses of things and relations: how many, how many at most, never, and no more."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any

from pydantic import ValidationError

from ...worlds.engine.records.relations import OF_REGIONS
from ...worlds.engine.records.things import Things
from ..choices import ABOVE
from ..goals import Clause, Selector, Which
from . import lexicon
from .kinds import Known, Refusal, because
from .names import Noun, carried
from .refs import Ref, Refs


@dataclass
class Found:
    """Clauses that one act comes to. lasting: whether they stay as they are when the player goes on; nevers: what must
    never be; at_once: whether all are to be so at once; again: whether they are of the thing that was named
    before; beside: whether they are a further place of it; befores: what must not be before them."""

    clauses: list[Clause] = field(default_factory=list)
    nevers: list[Clause] = field(default_factory=list)
    lasting: bool = False
    hold: int = 0
    at_once: bool = False
    again: bool = False
    beside: bool = False
    befores: list[Clause] = field(default_factory=list)


class Clauses(Known):
    """Makes clauses. definites: selectors of which the sentence says that there is one."""

    def __init__(self, things: Things, players: int | None):
        super().__init__(things, players)
        self.definites: set[Selector] = set()

    def clauses(
        self,
        a: list[Ref],
        relation: str,
        b: list[Ref] | list[Ref | None] | list[None],
        *,
        never: bool = False,
        ends: bool = False,
        told: bool = False,
        **more: Any,
    ) -> Found:
        """Clauses of a relation between each of some things and each of others; never: forbidden; ends: to be ended."""
        places = bool(b and b[0] is not None and b[0].noun.place)
        if relation not in self.things.relations and not places:
            raise because("relation", relation, self.things)
        found = Found(lasting=True)
        for one, other in product(a, b):
            if other is not None and other.negated and not (never or ends) and other.least == 1:
                found.nevers += self.clauses(
                    [one], relation, [replace(other, negated=False)], never=True, **more
                ).nevers
                continue
            made = self.made(one, relation, other, never, ends, told, more)
            if never or (one.negated and not told and not ends and one.most is None and one.least == 1):
                plain = [clause.model_copy(update={"negated": False}) for clause in made]
                found.nevers += plain
            else:
                found.clauses += made
        return found

    def made(
        self, one: Ref, relation: str, other: Ref | None, never: bool, ends: bool, told: bool, more: dict[str, Any]
    ) -> list[Clause]:
        if relation == "between" and other is not None:
            if not other.options and (
                other.negated or other.most or not (other.least == 2 or (other.bare and other.noun.many))
            ):
                raise Refusal(
                    f"{other.said!r}: what is 'between' is between two things of one description: 'two boxes'"
                )
            other = replace(other, least=1, bare=False)
        if other is not None and (
            (other.least not in (0, 1) and not (other.bare and other.least == "all")) or other.most
        ):
            raise Refusal(f"{other.said!r}: one thing is meant here, so say 'a' or 'the'")
        if other is not None and other.bare and other.noun.many and not (never or one.least not in (1,)):
            raise Refusal(f"{other.said!r}: how many are meant? say 'a' or 'the', and name one")
        if one.least == 0:
            if not never:
                raise Refusal(f"{one.said!r}: a number, or 'a' or 'every', should say how many")
            one = replace(one, least=1)
        if one.bare and one.least == "all" and never:
            one = replace(one, least=1)
        if ends and other is not None:
            one = self._any_one(one, relation, other)
        if ends and not one.negated:
            sure = one.definite or one.least == "all" or one.noun.who == "you"
            if not sure or one.most is not None:
                raise Refusal(
                    f"{one.said!r}: what is to be ended is so of more than one; say 'the', if there is one, or 'every'"
                )
            one = replace(one, negated=True, least=1)
        if one.spare and (
            relation != "gone" or never or one.negated or len(one.noun.kinds) != 1 or one.noun.kinds[0] is None
        ):
            raise Refusal(lexicon.REASONS["except"], "except")
        if one.spare:
            left = self.many(replace(one, spare=0), False, "there")[0]
            fewer = self.clause(left, "there", None, one.spare + 1, True, {})
            return [self.clause(left, "there", None, one.spare, False, {}), fewer]
        classes = relation == "gone" and one.least == "all" and len(one.noun.kinds) > 1
        if classes and not (never or one.negated or one.told):
            looks: dict[str, Any] = {"colour": one.colour, "size": one.size}
            kinds = [Selector(kind=kind, **looks) for kind in one.noun.kinds]
            return [self.clause(kind, "there", None, 1, True, {}) for kind in kinds]
        if one.noun.kinds == (None,) and not one.noun.group and other is not None and self._only_boxes(relation):
            one = replace(one, noun=Noun(("box",), many=one.noun.many))
        whole = one.least == "all" and one.noun.kinds == (None,) and not one.negated
        if (
            whole
            and other is not None
            and not (carried(self.things) and relation in ("on", "in", "at", "near", "under"))
        ):
            raise Refusal(f"{one.said!r}: players and furniture are things, too; name the kinds")
        many = self.many(one, never or (one.negated and one.least == 1), relation)
        clauses = []
        for a, b in product(many, self.many(other, never, relation) if other is not None else (None,)):
            clauses.append(self.clause(a, relation, b, one.least, one.negated, more))
            if one.most is not None:
                if never:
                    raise Refusal("an exact number of what is never to be has more than one meaning")
                clauses.append(self.clause(a, relation, b, one.most + 1, True, more))
        return clauses

    def _any_one(self, one: Ref, relation: str, other: Ref) -> Ref:
        """A thing that is to be no longer somewhere, where any of those that are there will do: not every one of them
        is to be there; any other thing as it is."""
        plain = one.least == 1 and one.most is None and not (one.definite or one.negated or one.told or one.spare)
        if not plain or self.player(one) or other.negated or not other.definite or other.noun.place:
            return one
        toys = one.noun.kinds == (None,) and bool(carried(self.things))
        noun = replace(one.noun, many=False, group="toy") if toys else one.noun
        return replace(one, noun=noun, where=("is", relation, other), least="all", negated=True)

    def _only_boxes(self, relation: str) -> bool:
        """Whether boxes are all that can be moved here."""
        known = self.things.relations
        return relation == "on" and "box" in self.things.kinds and "on" in known and "holding" not in known

    def clause(self, a: Selector, relation: str, b: Selector | None, least: Any, negated: bool, more: Any) -> Clause:
        try:
            return Clause(a=a, relation=relation, b=b, least=least, negated=negated, **more)
        except ValidationError as error:
            raise Refusal(f"this goes beyond what a goal may hold: {reason_of(error)}") from None

    def many(self, ref: Ref, never: bool, relation: str) -> list[Selector]:
        """The selectors of what is named: several for a general word such as fruit, where each is never to be."""
        noun = ref.noun
        if noun.who == "other" and self.players == 1:
            raise Refusal("there is no other player in this world")
        if noun.place and ref.told:
            raise Refusal(f"{ref.said!r}: a place of the map is not told apart by others")
        if noun.place:
            return [Selector(place=self.placeable(noun.place))]
        everything = noun.kinds == (None,) and ref.least == "all" and not ref.negated and not never
        toys = everything and relation in ("on", "in", "at", "near", "touching", "under") and bool(carried(self.things))
        floor = ref.where is not None and ref.where[2] is not None and ref.where[2].noun.place == "floor"
        if floor and noun.kinds == (None,) and not noun.group and carried(self.things):
            self.notes.append("a thing on the floor is a toy: furniture stands there anyway")
            noun = replace(noun, group="toy")
        if toys:
            self.notes.append("everything is every toy: what one player can carry")
            noun = replace(noun, group="toy")
        if noun.kinds == (None,) and not noun.group and self.things.regions and relation not in OF_REGIONS:
            noun = replace(noun, group="thing")
        several = len(noun.kinds) > 1 and (not never or noun.toys)
        grouped = noun.group == "thing" or (bool(noun.group) and (ref.told or several or toys))
        if not noun.who and (ref.told or grouped):
            found = [self.particular(ref, noun)]
            if ref.definite:
                self.definites.add(found[0])
            return found
        looks: dict[str, Any] = {"colour": ref.colour, "size": ref.size}
        if noun.who:
            found = [Selector(kind="player", who=noun.who, **looks)]  # type: ignore[arg-type]
        elif len(noun.kinds) > 1:
            if not never or ref.least != 1:
                raise Refusal(
                    f"{ref.said!r}: a goal names one kind, and this is {' or '.join(map(str, noun.kinds))}; say which"
                )
            found = [Selector(kind=kind, **looks) for kind in noun.kinds]
        else:
            found = [Selector(kind=noun.kinds[0], **looks)]
        if ref.definite and len(found) == 1:
            self.definites.add(found[0])
        return found

    def placeable(self, place: str) -> str:
        """A place, if maps of this world have it."""
        if self.things.cells is None or (place in ABOVE and "facing" in self.things.relations):
            raise because("part", place, self.things)
        return place

    def particular(self, ref: Ref, noun: Noun) -> Selector:
        """The selector of particular things."""
        if ref.other:
            raise Refusal(lexicon.REASONS["other"], "except")
        kind = noun.kinds[0] if len(noun.kinds) == 1 else None
        general = ref.options or (noun.group == "thing" and not self.things.regions)
        told: dict[str, Any] = {"group": noun.group or None} if kind is None and not general else {}
        if kind is None and len(noun.kinds) > 1 and not (noun.group or ref.options):
            raise Refusal(f"{ref.said!r}: a goal names one kind, and this is {' or '.join(map(str, noun.kinds))}")
        told["one_of"] = tuple(self.one(other, noun) for other in ref.options)
        told["but"] = tuple(self.one(other, noun) for other in ref.but)
        if ref.first:
            if ref.least not in (1, "all") or ref.noun.many:
                raise Refusal(f"{ref.said!r}: one thing is the first by an order: say 'the', and name one")
            told |= {"most": ref.first, "to": self.one(ref.to, noun) if ref.to else None}
        if ref.where:
            told |= self.standing(*ref.where, noun)
        return Selector(kind=kind, colour=ref.colour, size=ref.size, which=Which(**told))

    def one(self, ref: Ref, noun: Noun) -> Selector:
        """The selector of one thing in a description; noun: for "one"."""
        if ref.one_of:
            ref = replace(ref, noun=noun, one_of=False)
        if ref.noun.kinds == (None,) and ref.colour and not ref.told:
            return Selector(colour=ref.colour, size=ref.size)
        found = self.many(replace(ref, least=1, negated=False), False, "there")
        return found[0]

    def standing(self, how: str, place: str, other: Ref | None, noun: Noun) -> dict[str, Any]:
        """The relation by which things are told apart."""
        you = Selector(kind="player", who="you")
        if how == "around":
            return {"relation": self._around(place), "b": you, "inverse": True}
        if how in ("held", "faced"):
            return {"relation": "holding" if how == "held" else "facing", "b": you, "inverse": True}
        if how == "looking" and other is not None:
            return {"relation": self.known("facing", "face"), "b": self.one(other, noun)}
        if how in ("holding", "held-by") and other is not None:
            return {"relation": self.known("holding", "hold"), "b": self.one(other, noun), "inverse": how == "held-by"}
        if other is None:
            return {"relation": self.known(place, place), "negated": how == "is not"}
        if how == "holds":
            return {"relation": "in", "b": self.one(other, noun), "inverse": True}
        if place == "within":
            raise Refusal("a thing is told apart by what it is 'near', without a distance")
        if place == "from":
            kinds = [str(kind) for kind in other.noun.kinds]
            place = next((name for name in ("on", "in") if kinds and all(self.holds(kind, name) for kind in kinds)), "")
            if not (place or other.noun.place):
                raise Refusal(f"{other.said!r}: nothing lies on or in that, so nothing can come from it")
        relation = "at" if other.noun.place else _TOLD_BY.get(place, place)
        if place == "front" and other.noun.who == "you":
            return {"relation": "facing", "b": you, "inverse": True}
        if relation in ("behind", "in-front-of") and not ("facing" in self.things.relations or other.noun.place):
            raise because("relation", place, self.things)
        b = self.one(other, noun)
        return {
            "relation": relation,
            "b": b,
            "negated": how in ("is not", "has not"),
            "inverse": how in ("has", "has not"),
        }

    def _around(self, place: str) -> str:
        """The relation in which you stand to what you are on, in or at."""
        named = {"on": ("on", "at", "in"), "in": ("in", "at"), "at": ("at", "touching", "near")}.get(
            place, (place, "near")
        )
        found = next((name for name in named if name in self.things.relations), "")
        if not found:
            raise because("relation", place, self.things)
        return found

    def listable(self, refs: Refs, never: bool) -> None:
        if refs.joint == "or" and not never:
            raise because("choice", "or", self.things)


_TOLD_BY = {"front": "in-front-of"}


def reason_of(error: ValidationError) -> str:
    """The reason of a model's complaint."""
    return error.errors()[0]["msg"].removeprefix("Value error, ")
