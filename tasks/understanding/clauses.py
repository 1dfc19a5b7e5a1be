"""Clauses of things and relations: how many, how many at most, never, and no more."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any

from pydantic import ValidationError

from ...worlds.engine.records.things import Things
from ..goals import Clause, Selector
from .kinds import Known, Refusal, because
from .phrases import Ref, Refs


@dataclass
class Found:
    """Clauses that one act comes to. lasting: whether they stay as they are when the player goes on; nevers: what must
    never be; at_once: whether all are to be so at once; again: whether they are of the thing that was named
    before; beside: whether they are a further place of it."""

    clauses: list[Clause] = field(default_factory=list)
    nevers: list[Clause] = field(default_factory=list)
    lasting: bool = False
    hold: int = 0
    at_once: bool = False
    again: bool = False
    beside: bool = False


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
        if relation not in self.things.relations:
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
            if other.negated or other.most or not (other.least == 2 or (other.bare and other.noun.many)):
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
        if ends:
            sure = one.definite or one.least == "all" or one.noun.who == "you"
            if one.negated or not sure or one.most is not None:
                raise Refusal(
                    f"{one.said!r}: what is to be ended is so of more than one; say 'the', if there is one, or 'every'"
                )
            one = replace(one, negated=True, least=1)
        if relation == "gone" and one.least == "all" and len(one.noun.kinds) > 1 and not (never or one.negated):
            looks: dict[str, Any] = {"colour": one.colour, "size": one.size}
            kinds = [Selector(kind=kind, **looks) for kind in one.noun.kinds]
            return [self.clause(kind, "there", None, 1, True, {}) for kind in kinds]
        if other is not None and one.least == "all" and one.noun.kinds == (None,) and not one.negated:
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
        looks: dict[str, Any] = {"colour": ref.colour, "size": ref.size}
        if noun.who:
            found = [Selector(kind="player", who=noun.who, **looks)]  # type: ignore[arg-type]
        elif noun.toys and len(noun.kinds) > 1:
            if relation not in ("on", "in", "holding", "lifted") or ref.least == "all":
                raise Refusal(f"{ref.said!r}: a goal cannot tell toys from other things here; name their kind")
            found = [Selector(**looks)]
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

    def listable(self, refs: Refs, never: bool) -> None:
        if refs.joint == "or" and not never:
            raise because("choice", "or", self.things)


def reason_of(error: ValidationError) -> str:
    """The reason of a model's complaint."""
    return error.errors()[0]["msg"].removeprefix("Value error, ")
