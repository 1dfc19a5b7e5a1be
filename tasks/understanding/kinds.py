"""Uses of a world's things, and the relation that a verb or a place comes to there."""

from __future__ import annotations

from ...worlds.engine.records.things import Things
from . import lexicon
from .refs import Ref

_SPOKEN = {
    "exit": "leave",
    "spare": "leave",
    "vanish": "disappear",
    "hands-off": "keep your hands off",
    "pass": "go through",
    "tread": "step on",
    "vanish-all": "gone",
    "take-from": "take",
    "take-along": "take with you",
    "there": "still",
}
CLOSE = 1
"""Cells, or metres, that "near" means."""


class Refusal(ValueError):
    """A sentence, or a reading of it, that no goal says; the message is the reason. kind: "unknown" for a thing or a
    colour that the world has not, "word" for any other word that is not known, a key of REASONS, "ambiguous",
    "syntax" for words in an order that is not read, and "meaning" for all others."""

    def __init__(self, reason: str, kind: str = "meaning"):
        super().__init__(reason)
        self.kind = kind


class Known:
    """A world's things, as sentences speak of them. players: how many play, if that is known; notes: the rules by which
    an open point was settled; affirmed: whether a negation of the words is none of the goal; sources: whether
    "off" only tells from where a thing is taken."""

    def __init__(self, things: Things, players: int | None):
        self.things, self.players = things, players
        self.notes: list[str] = []
        self.affirmed = False
        self.sources = False

    def reading(self, verb: str, ref: Ref) -> lexicon.Reading:
        """The relation that a verb comes to for a thing in this world."""
        if ref.noun.place == "floor":
            raise Refusal("the floor is everywhere: say to what")
        if ref.noun.place:
            if verb in ("go", "find", "touch", "avoid", "keep-clear", "enter", "exit", "meet", "pass"):
                return lexicon.Reading("at")
            raise Refusal(f"{ref.said!r} is a place, to which one can only go, or bring something")
        for reading in lexicon.READINGS[verb]:
            if reading.relation in self.things.relations and (not reading.fits or self.fits(reading.fits, ref)):
                return reading
        raise Refusal(
            f"nothing here is judged that {_SPOKEN.get(verb, verb.split('-')[0])!r} could mean for that thing; "
            f"the relations of this world are {', '.join(self.things.relations)}"
        )

    def fits(self, what: str, ref: Ref) -> bool:
        """Whether the kinds of a thing have one of the properties that READINGS asks for."""
        kinds, world = ref.noun.kinds, self.things
        if ref.noun.place:
            return what == "place"
        if what == "region":
            return bool(kinds) and all(kind in world.regions for kind in kinds)
        if what == "flat":
            return bool(kinds) and all(kind in lexicon.FLAT and kind not in world.affords for kind in kinds)
        if what in ("food", "eaten"):
            edible = bool(kinds) and all(kind in lexicon.FOOD for kind in kinds)
            return edible and (what == "food" or "touching" not in world.relations)
        if what == "carried":
            told = any("carry" in affords for affords in world.affords.values())
            fast = ("lock", "door", "goal", "target", "player", "box", *lexicon.FOOD)
            if not told:
                return not self.player(ref) and not any(kind in fast for kind in kinds)
            uses = {"carry"} if (self.players or 1) < 2 else {"carry", "heavy"}
            return kinds == (None,) or all(uses & set(world.affords.get(str(kind), ())) for kind in kinds)
        if what == "opened":
            told = any("open" in affords for affords in world.affords.values())
            if kinds == ("key",):
                return False
            return not told or kinds == (None,) or all("open" in world.affords.get(str(kind), ()) for kind in kinds)
        if what == "walked-onto":
            return "facing" not in world.relations and self.fits("carried", ref)
        if what == "taken":
            return kinds == ("block",) and not {"holding", "touching"} & set(world.relations)
        if what == "no-hands":
            return "holding" not in world.relations
        return self.player(ref) if what == "player" else kinds == (what,)

    def _comes_in(self, one: Ref, ref: Ref) -> bool:
        """Whether a thing comes in the colour of another that is named."""
        kinds = [kind for kind in one.noun.kinds if kind]
        if one.noun.kinds == (None,):
            return not ref.colour or ref.colour in self.things.colours
        return bool(kinds) and all(not ref.colour or ref.colour in self.things.kinds[kind] for kind in kinds)

    def player(self, ref: Ref) -> bool:
        """Whether it is a player."""
        return ref.noun.who is not None or ref.noun.kinds == ("player",)

    def place(self, place: str, b: Ref, number: int | None, *, player: bool) -> tuple[str, bool, int | None]:
        """(relation, whether it is to end, distance) of a place that is named."""
        known, kinds = self.things.relations, b.noun.kinds
        if b.noun.place == "floor":
            raise Refusal("what lies on the floor is not judged: say 'put down', or off or out of what")
        if b.noun.place:
            if place not in ("on", "in", "at", "to", "touching", "near", "off", "out", "away", "from"):
                raise Refusal(f"{b.said!r} is a place, and nothing is {place.replace('-', ' ')} it")
            return "at", place in ("off", "out", "away", "from"), None
        if place == "closest-to" and b.noun.who == "you" and not player:
            raise Refusal("'nearest to you' tells which thing is meant, and not where it is to be")
        if place in ("by-left", "by-right"):
            return self.known(f"{place[3:]}-of", place), False, None
        place = {"front": "in-front-of", "removed": "from"}.get(place, place)
        if place in ("from-under", "from-behind"):
            return self.known(place.removeprefix("from-"), place.removeprefix("from-")), True, None
        if place == "arrow":
            held = ("in", "on") if not self.fits("region", b) else ("in", "at")
            found = next((name for name in held if name in known and all(self.holds(str(k), name) for k in kinds)), "")
            if self.fits("region", b):
                found = next(name for name in held if name in known)
            if not found or player:
                raise Refusal("an arrow is into a box or onto a table: say where")
            return found, False, None
        if player and place in ("under", "behind", "in-front-of"):
            raise because("relation", place.replace("-", " "), self.things)
        if place in ("to", "at", "from"):
            ends = place == "from"
            if self.player(b) and not ends:
                return "near", False, CLOSE
            for relation in ("on", "in"):
                if relation in known and kinds and all(self.holds(str(kind), relation) for kind in kinds):
                    if not ends and "near" in known and all(kind in self.things.affords for kind in kinds):
                        self.notes.append(f"'to' a thing is within {CLOSE} {self.things.unit} of it")
                        return "near", False, CLOSE
                    return relation, ends, None
            if ends:
                raise Refusal("'from' is not exact here: say 'off' or 'out of'")
            if "touching" in known:
                self.notes.append("'to' a thing is next to it")
                return "touching", False, None
            raise Refusal("'to' is not exact here: say 'on', 'in' or 'next to'")
        if place in ("within", "beyond"):
            return self.known("near", place), place == "beyond", number
        if player and place == "in" and kinds == ("goal",) and "touching" not in known:
            return "at", False, None
        if player and place == "on" and kinds == ("goal",) and "on" not in known:
            return "touching" if "touching" in known else "at", False, None
        if player and place in ("in", "out") and not self.fits("region", b):
            raise Refusal("nobody can be in that")
        relation, ends = {"off": ("on", True), "out": ("in", True), "away": ("touching", True)}.get(
            place, (place, False)
        )
        if relation not in known and relation in ("on", "in") and kinds and all(kind in lexicon.FLAT for kind in kinds):
            relation = next((each for each in ("on", "at", "touching") if each in known), relation)
        if relation not in known and relation == "touching" and "near" in known:
            relation = "near"
        if relation == "in" and relation not in known and self.fits("region", b):
            relation = "at"
        within = None
        if relation == "near":
            within = CLOSE
            self.notes.append(f"near is within {CLOSE} {self.things.unit}")
        return self.known(relation, place), ends, within

    def holds(self, kind: str, relation: str) -> bool:
        """Whether a kind is a place for things on it or in it."""
        if kind in lexicon.FLAT and relation == "on" and kind not in self.things.affords:
            return True
        return relation in self.things.affords.get(kind, ())

    def known(self, relation: str, word: str) -> str:
        """A relation, if the world knows it. Raises Refusal with the word if not."""
        if relation not in self.things.relations:
            raise because("relation", word, self.things)
        return relation


def because(key: str, word: str, things: Things) -> Refusal:
    """The refusal of a word for one of REASONS."""
    return Refusal(why(key, word, things), key)


def why(key: str, word: str, things: Things) -> str:
    """The reason of REASONS why a word is not judged in a world."""
    kinds = ", ".join(kind for kind in things.kinds if kind != "player")
    return lexicon.REASONS[key].format(word=word, relations=", ".join(things.relations), kinds=kinds)
