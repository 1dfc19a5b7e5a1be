"""The goal that a reading of a sentence comes to: its acts as clauses of a goal, in a world of these things.

Rules, each of which is told with what was understood:

- "it" is the thing that the act before was done to: the one that was put, not the one that it was put on, unless only
  the other can be a place; "them" are the things; "the blue one" is of the kind named last that comes in blue, and as
  a place of the kind of the place before.
- "and" means at once where things are to be somewhere, or open, or gone; and one after the other from an act of the
  player on, such as going somewhere or taking something: but one looks where one stands, and takes a thing along.
- what is never to be counts from the start to the end, wherever the sentence says it.
- "near" without a distance is within one cell or metre; to stay without a time is for ten turns.
- "in front of" a thing is near it and facing it, for players and where players face somewhere.
- a kind of a class that is never to be gone is left out of what is to be gone: "eat every fruit but no lemon".
- a remark, such as "the red key is a trap, so avoid it", only names what "it" is.
- words on how something is done are left out, and where nothing can be held, to take is to touch.
"""

from __future__ import annotations

from dataclasses import replace

from pydantic import ValidationError

from ...worlds.engine.records.things import Things
from ..choices import members
from ..goals import Clause, Goal, Stage
from . import lexicon
from .clauses import Found, reason_of
from .deeds import YOU
from .doing import BY_ANYONE, Doing
from .joined import apart, apart_from, contrary, spared, together
from .kinds import Refusal
from .names import Noun, carried
from .refs import Ref, Refs, either
from .steps import GATHERED, gathered, repeated, until_stages
from .syntax import Act, Unit

TELLS = "the beginning may tell how things are, or how they are to be"
"""The beginning of the refusal of statements before an order."""


class Meaning(Doing):
    """The meaning of one reading. alone: whether the sentence begins with things without a verb; limit: how many turns
    something must not be, if that is said."""

    def __init__(self, things: Things, players: int | None):
        super().__init__(things, players)
        self.alone = False
        self.limit: int | None = None

    def goal(self, units: tuple[Unit, ...]) -> Goal:
        """The goal of these units. Raises Refusal if none says it."""
        later = any(unit.plain and unit.joint in ("comma", "stop") for unit in units[1:])
        if len({unit.plain for unit in units if unit.kind != "stop"}) > 1 and (units[0].plain or later):
            raise Refusal(f"{TELLS}: say 'make sure that …'")
        stages: list[tuple[list[Clause], int, bool]] = []
        nevers: list[Clause] = []
        befores: list[tuple[list[Clause], list[Clause]]] = []
        kind, forbids = "", False
        units, merged = gathered(units)
        if merged:
            self.notes.append(GATHERED)
        for unit in units:
            if unit.kind == "stay":
                if not stages and unit is units[0]:
                    self._wait(stages, unit.hold)
                    kind = "do"
                    continue
                self._stay(stages, kind, unit.hold, unit.lasts)
                continue
            if unit.kind == "stop":
                self.notes.append("a goal that is reached ends the episode")
                continue
            assert unit.act is not None
            if unit.kind == "mention":
                self._mentioned(unit.act, units[units.index(unit) + 1 :])
                continue
            self._ordered(unit, "never" if forbids and unit.joint == "at once" else kind, bool(stages))
            if unit.kind == "do" and kind == "never" and unit.joint == "and":
                raise Refusal("'and' after what is never to be may belong to it or not: begin a new sentence there")
            if unit.kind == "never" and unit.joint == "then" and stages:
                raise Refusal("what is never to be counts from the start, so it cannot come after 'then'")
            spares = unit.act.b is not None and all(ref.negated and ref.least == 1 for ref in unit.act.b.all)
            if unit.joint == "but" and unit.kind == kind == "do" and not (unit.act.verb or spares):
                raise Refusal(lexicon.REASONS["except"], "except")
            if unit.joint == "before":
                self._forestalled(unit.act, stages, befores)
                continue
            self._same_actor(unit)
            kind = unit.kind
            act = unit.act
            self._lasting(unit)
            if unit.lasts and act.verb == "is" and act.place in _KEPT:  # "must stay off the bed"
                act = replace(act, verb=_KEPT[act.place])
            found = self._never(act) if unit.kind == "never" else self._act(act, unit.joint)
            if unit.until is not None:
                self._until(unit.until, found.nevers, stages, befores)
                kind = "until"
                continue
            nevers += found.nevers
            if found.befores:
                befores.append((found.clauses, found.befores))
            forbids = bool(found.nevers and not found.clauses)
            if unit.kind == "do" and unit.joint == "at once" and found.nevers:
                raise Refusal(_NOT_WHILE)
            if unit.hold and act.verb == "follow":
                self.notes = [note for note in self.notes if not note.startswith("to follow")]
            if unit.lasts and found.clauses and not unit.hold:
                found.hold = lexicon.STAY
                self.notes.append(f"to stay is for {lexicon.STAY} turns")
            if unit.hold and not found.clauses and unit is units[-1] and not stages and not befores:
                self.limit = unit.hold
            elif unit.hold and not found.clauses:
                raise Refusal("what is never to be lasts all the time, so it takes no number of turns")
            if found.clauses:
                self._join(stages, found, unit)
                repeated(stages, found.clauses, unit.times)
        stages = spared(stages, nevers)
        nevers = list(dict.fromkeys(apart_from(stages, nevers, carried(self.things))))
        contrary(stages, nevers)
        until = until_stages(stages, befores)
        made = (Stage(all=tuple(c), hold=hold, before=tuple(until[i])) for i, (c, hold, _) in enumerate(stages))
        try:
            return Goal(stages=tuple(made), never=tuple(nevers))
        except ValidationError as error:
            raise Refusal(f"this cannot be a goal: {reason_of(error)}") from None

    def _wait(self, stages: list[tuple[list[Clause], int, bool]], turns: int) -> None:
        """To wait at the beginning: to stay where one is."""
        start = Ref(Noun(place="start"), definite=True)
        self.notes.append("to wait is to stay within half a cell of the start")
        clauses = self.clauses([YOU], "at", [start]).clauses
        stages.append((clauses, turns or lexicon.STAY, False))

    def _until(
        self,
        act: Act,
        nevers: list[Clause],
        stages: list[tuple[list[Clause], int, bool]],
        befores: list[tuple[list[Clause], list[Clause]]],
    ) -> None:
        """Note clauses that must not hold before something is so, which is a stage of the goal."""
        if act.verb == "that":
            if not stages:
                raise Refusal("before what? name what is to be done first")
            befores.append((stages[-1][0], nevers))
            return
        if not act.verb and act.b is not None and any(map(self.player, act.b.all)):
            raise Refusal("before what? say what the other player is to do first")
        if not act.verb and not act.place:
            verb = self.before.verb if self.before else ""
            act = replace(act, verb=verb if verb in ("take", "eat", "touch", "go", "find", "open", "enter") else "go")
        found = self._done(self._resolved(act))
        if len(found.clauses) > 1 and not found.lasting:
            raise Refusal("before which of these? they are one after the other: say it of one")
        if found.nevers or not found.clauses:
            raise Refusal("before what is not to be? say what is to be done first")
        self._mention(act)
        self.last = []  # "it" may be of either from here on
        if not stages:
            stages.append((found.clauses, 0, found.lasting))
        befores.append((found.clauses, nevers))

    def _forestalled(
        self,
        act: Act,
        stages: list[tuple[list[Clause], int, bool]],
        befores: list[tuple[list[Clause], list[Clause]]],
    ) -> None:
        """ "Look at him before he looks at you": what another player is not to do before."""
        found = self._done(self._resolved(act))
        if not stages or found.nevers or len(found.clauses) != 1 or found.clauses[0].negated:
            raise Refusal("before what? say it of one thing that the other player may do")
        befores.append((stages[-1][0], found.clauses))

    def _same_actor(self, unit: Unit) -> None:
        """Refuse "let your partner take the ball and go to the bed", which may be for either player."""
        act, before = unit.act, self.before
        if act is None or before is None or before.actor is None or before.helped or act.actor or unit.opened:
            return
        mine = act.verb in (*BY_ANYONE, "back", "be-place", "stay-place", "say") or (not act.verb and act.place)
        if mine and unit.joint not in ("then", "stop", "next"):
            raise Refusal("who is to do it? begin with 'you', or with 'let your partner'")

    def _ordered(self, unit: Unit, kind: str, begun: bool) -> None:
        """Refuse what only tells when something is forbidden, and what is said to be first behind what it precedes;
        kind: of the unit before; begun: whether something to be done was said before."""
        act = unit.act
        assert act is not None
        if kind == "never" and (unit.qualifies or unit.joint == "at once"):
            raise Refusal(
                "what is never to be counts from the start to the end, so it cannot be so only until, before, without "
                "or while something else is: say what is to be done, in its order, with 'then'"
            )
        if unit.kind == "never" and (unit.joint == "at once" or (unit.qualifies and act.verb == "hold")):
            raise Refusal(_NOT_WHILE)
        if unit.kind == "never" and unit.lasts:
            raise Refusal("not to stop or to stay somewhere is not judged: say 'never go to', or 'never touch'")
        if unit.first and begun:
            raise Refusal("'first' comes after what it is to precede: say it in order, with 'then'")
        if kind == "never" and unit.joint == "but" and not act.verb and self.before is not None:
            named = [ref for ref in self._every(self.before) if not ref.definite]
            for ref in act.b.all if act.b else ():
                if any((ref.one_of or ref.noun.kinds == one.noun.kinds) and one.colour is None for one in named):
                    raise Refusal(lexicon.REASONS["except"], "except")
        if self.alone and kind and (act.verb == "is" or act.told or act.place) and act.verb in ("", "is"):
            raise Refusal("a verb is missing: say what is to be done with the thing that is named first")

    def _mentioned(self, act: Act, units: tuple[Unit, ...]) -> None:
        """A remark: later words refer to it, or it would be lost."""
        remark = self._resolved(act)
        later = [ref for unit in units if unit.act and unit.kind != "mention" for ref in self._every(unit.act)]
        whole = act.verb == "topic"
        if act.verb == "if":
            self.notes.append("where there is none, the goal cannot be reached")
        if any(ref.negated or ref.most or (ref.least == "all" and not whole) for ref in self._every(remark)):
            raise Refusal("a remark names a thing: say what is to be done with it")
        if remark.b is not None and remark.a is not None:  # "there is a box on the target, get it off"
            self.before = replace(remark, verb="put")
            if len(remark.a.all) > 1 or len(remark.b.all) > 1 or remark.a.all[0].told:
                raise Refusal("a remark names a thing: say what is to be done with it")
            where = ("is", remark.place, remark.b.all[0])
            remark = replace(
                remark, a=Refs((replace(remark.a.all[0], where=where, definite=self.fits("flat", remark.b.all[0])),))
            )
        if not any(ref.pronoun or ref in self._every(remark) for ref in later):
            raise Refusal("a remark by itself is nothing to be done: say what is to be done with the thing")
        self._mention(remark)

    def _stay(self, stages: list[tuple[list[Clause], int, bool]], kind: str, turns: int, keeps: bool) -> None:
        """Have the last stage last; keeps: it is of things, not of the player."""
        if not stages or stages[-1][2] != keeps or kind != "do":
            raise Refusal("a goal cannot ask to stay where one is at the start: name what to stay at")
        clauses, hold, lasting = stages[-1]
        self.affirmed = self.affirmed or keeps  # "make sure it does not fall"
        stages[-1] = clauses, turns or hold or lexicon.STAY, lasting
        if not (turns or hold):
            self.notes.append(f"to stay is for {lexicon.STAY} turns")

    def _join(self, stages: list[tuple[list[Clause], int, bool]], found: Found, unit: Unit) -> None:
        """Add clauses to the last stage, or as a stage of their own."""
        tours = any(clause.visits for clause in (*found.clauses, *(stages[-1][0] if stages else ())))
        if tours and stages and unit.joint == "at once":
            raise Refusal("things that are visited one after the other are a step of their own: say 'then'")
        if stages and unit.joint not in ("then", "next") and not tours:
            clauses, hold, lasting = stages[-1]
            if hold and unit.joint != "stop":
                raise Refusal("after a time comes 'then': how long what follows is to last is not clear")
            if found.hold and unit.joint != "at once" and self._together(clauses, lasting, found, unit.joint):
                raise Refusal("before what is to last comes 'then': how long the rest is to last is not clear")
            undone = any(one.is_opposite(other) for one in clauses for other in found.clauses)
            if unit.joint == "at once" or (not undone and self._together(clauses, lasting, found, unit.joint)):
                more = [clause for clause in found.clauses if clause not in clauses]
                stages[-1] = [*clauses, *more], unit.hold or found.hold or hold, lasting and found.lasting
                return
        hold = unit.hold or found.hold
        again = unit.joint in ("comma", "stop") or (unit.joint == "and" and _of_it(unit))
        for group in [found.clauses] if found.at_once else apart(found.clauses):
            if again and stages and stages[-1] == (group, unit.hold, found.lasting):
                stages[-1] = group, hold, found.lasting  # "go to the bed and stay at it"
            else:
                stages.append((group, hold, found.lasting))

    def _together(self, clauses: list[Clause], lasting: bool, found: Found, joint: str) -> bool:
        if found.beside:
            relations = {clause.relation for clause in (*clauses, *found.clauses)}
            if relations <= {"left-of", "right-of", "near", "touching", "between", "closest-to"}:
                return True
            if found.lasting and len(relations & {"on", "in"}) == len(relations):
                raise Refusal("one thing is at one place: say 'and then' for the next, or name the other thing")
        same = None if found.again else self.definites
        return together(clauses, found.clauses, lasting and found.lasting, joint == "and", same)

    def _act(self, act: Act, joint: str = "then") -> Found:
        listed = not act.verb and not act.place and joint in ("and", "comma")
        beside = not act.verb and bool(act.place) and joint in ("and", "comma")
        again = beside or any(ref.pronoun for ref in (act.a.all if act.a else ()))
        kept = self.before.verb if self.before else ""
        if act.verb == "is" and kept in _KEPT.values():  # "keep the ball off the bed and the cup off the table"
            if _KEPT.get(act.place) != kept:
                raise Refusal("this may be to be kept so, too, or to be done: begin with a verb")
            act = replace(act, verb=kept)
        act = self._resolved(act)
        found = self._done(act)
        found.nevers += self._only_these(act)
        found.again = again
        found.beside = beside
        self._mention(act, listed)
        return found

    def _only_these(self, act: Act) -> list[Clause]:
        """Clauses that must never hold since "only" was said of others."""
        nevers: list[Clause] = []
        for side in "ab":
            refs: Refs | None = getattr(act, side)
            for ref in refs.all if refs else ():
                if not ref.only:
                    continue
                if refs is None or len(refs.all) > 1 or ref.negated or ref.told or self.player(ref):
                    raise Refusal(f"'only' {ref.said!r}: say what is never to be")
                if ref.bare and ref.noun.many and act.b is not None and act.a is not None:
                    raise Refusal(f"'only' {ref.said!r}: say 'every', or that no other is ever to be there")
                food = all(kind in lexicon.FOOD for kind in ref.noun.kinds) and "gone" in self.things.relations
                coloured = ref.colour or ref.size
                kinds = members("food", self.things) if food else (None,)
                whole = ref.noun if coloured else Noun(kinds, group="food" if food else "thing")
                others = Ref(whole, but=(replace(ref, least=1, only=False),), said=f"other than {ref.said}")
                other = Refs((others,))
                changed = replace(act, a=other) if side == "a" else replace(act, b=other)
                nevers += self._done(changed, never=True).nevers
        return nevers

    def _never(self, act: Act) -> Found:
        act = self._resolved(act, True)
        for ref in self._every(act):
            if ref.said.split(" ")[0] in ("one", "some"):
                raise Refusal(f"{ref.said!r} may be any of them, or one and not the others: say 'any' or 'the'")
            if act.verb == "is" and ref.least == "all":
                raise Refusal("this may be so at the end, or never: say 'make sure that not every …', or 'never …'")
            if ref.negated or ref.most is not None:
                raise Refusal("two negations, or a negation and a bound, have more than one meaning: say it with one")
        if act.verb in _NOT_DENIED or act.negated:
            raise Refusal("a negation of a negation has more than one meaning: say what is to be done")
        if act.place in ("off", "out", "from", "away", "removed"):
            raise Refusal("what is never to end cannot be judged: say 'keep … on …'")
        found = self._done(act, never=True)
        self._mention(act)
        return Found(nevers=[*found.nevers, *found.clauses])

    def _every(self, act: Act) -> list[Ref]:
        return [ref for refs in (act.a, act.b) if refs for ref in refs.all]

    def _mention(self, act: Act, more: bool = False) -> None:
        """Note what "it", "one" and an act without a verb refer to from here on."""
        if act.verb and act.verb not in ("mention", "if", "topic", "say", "win", "side", "side-players"):
            self.before = act
        act = self._where_from(act)
        if act.verb in ("take", "hold") and act.b is not None and act.actor is None:
            self.held = list(act.b.all)
        elif act.verb in ("drop", "put", "drop-all", "give"):
            self.held = []
        players = [ref for ref in (*self._every(act), *(act.actor.all if act.actor else ())) if self.player(ref)]
        self.partner = next((ref for ref in players if ref.noun.who != "you" and ref.least == 1), self.partner)
        self.mentioned += [ref for ref in self._every(act) if not self.player(ref) and not ref.noun.place]
        place = act.a is None or all(map(self.player, act.a.all))
        main = (act.b or act.a) if place else act.a
        named = [ref for ref in main.all if not self.player(ref)] if main else []
        if named:
            self.last = [*self.last, *named] if more else named

    def _resolved(self, act: Act, never: bool = False) -> Act:
        """The act with things in the place of pronouns, and with a verb."""
        if not act.verb:
            act = self._with_verb(act, never)
        act = self._implied(act)
        if act.verb == "hold" and self.held and act.b is not None and act.b.all[0].pronoun == "it":
            act = replace(act, b=Refs(tuple(self.held)))
        if act.verb == "leave-it" and not (act.a and all(ref.pronoun for ref in act.a.all)):
            raise Refusal("'leave' may mean to put it there, or not to move it: say 'put', or 'do not touch'")
        if act.verb == "leave-there":
            if not all(ref.pronoun for ref in self._every(act)):
                raise Refusal("'leave' may mean to put down, or to leave alone: say which")
            act = replace(act, verb="drop")
        if act.actor is not None and any(ref.pronoun for ref in act.actor.all):
            act = replace(act, actor=self._acting(act.actor))
        key = len(self.last) == 1 and self.last[0].noun.kinds == ("key",)
        if act.verb == "open" and act.a and act.b and key and act.a.all[0].pronoun == "it":  # "open it with that"
            act = replace(act, a=Refs((Ref(Noun((None,)), definite=True, matching=True, said="it"),)))
        earlier: list[Ref] = []
        sides: dict[str, Refs | None] = {}
        for side in "ab":
            refs: Refs | None = getattr(act, side)
            if refs is not None:
                whole: list[Ref] = []
                for ref in refs.all:
                    placed = self._placing(self._told_by_it(ref, earlier), act, side, earlier)
                    whole += self._referred(placed, earlier, act.verb == "drop", act.verb == "put" and side == "a")
                    earlier = [*whole, *earlier]
                plain = len(whole) > 1 and all(ref.least == 1 and not ref.negated for ref in whole)
                pair = side == "b" and act.place == "between" and len(whole) == 2 and refs.joint == "and"
                if plain and not never and (pair or (refs.joint == "or" and act.verb not in ("avoid", "keep-clear"))):
                    whole = [either(tuple(whole))]
                sides[side] = Refs(tuple(whole), refs.joint if len(whole) > 1 else "and")
            else:
                sides[side] = None
        return replace(act, a=sides["a"], b=sides["b"])

    def _acting(self, actor: Refs) -> Refs:
        """The players that act, where the words are "they" or "them"."""
        if self.partner is None or len(actor.all) > 1:
            raise Refusal("who is to do it? name the player")
        return Refs((self.partner,))

    def _with_place(self, act: Act) -> Act:
        """A place alone, of what was done before: "and straight after that into the red room"."""
        before = self.before
        if before is not None and before.verb == "face" and act.place in ("at", "to"):
            return replace(before, b=act.b)
        if (
            before is None
            or (before.a is not None and before.verb != "put")
            or before.verb not in ("go", "find", "be-place", "put", "pass-by")
        ):
            raise Refusal("a verb is missing")
        if before.verb == "put":
            return replace(before, b=act.b, place=act.place, number=act.number)
        if act.place == "to" and before.verb == "pass-by":
            return Act("go", b=act.b, actor=before.actor)
        if act.place in ("to", "in") and before.verb in ("go", "find") and not self._region(act):
            return replace(before, b=act.b)
        return Act("be-place", b=act.b, place=act.place, number=act.number, actor=before.actor)

    def _region(self, act: Act) -> bool:
        return act.b is not None and all(self.fits("region", ref) for ref in act.b.all)

    def _role(self, refs: Refs, before: Act, never: bool) -> str:
        """The side of the act before that these things stand for: a, the things that were put, or b, their place."""
        assert before.a is not None and before.b is not None
        ref, a, b = refs.all[0], before.a.all[0], before.b.all[0]
        if ref.one_of:
            if never and self._comes_in(a, ref) and self._comes_in(b, ref):
                raise Refusal(f"{ref.said!r} may be the thing or its place: say the whole")
            return "a"
        alike = ref.noun.kinds == a.noun.kinds, ref.noun.kinds == b.noun.kinds
        if alike[0] != alike[1]:
            return "a" if alike[0] else "b"
        carried = [self.fits("carried", one) for one in (ref, a, b)]
        if carried[1] != carried[2]:
            return "a" if carried[0] == carried[1] else "b"
        place = any(self.holds(str(kind), name) for kind in ref.noun.kinds for name in ("on", "in"))
        if place != self.fits("carried", ref):
            return "b" if place else "a"
        raise Refusal(f"{ref.said!r} may be the thing or its place: say the whole")

    def _with_verb(self, act: Act, never: bool) -> Act:
        """Things alone: what was done before is to be done to them; at the beginning, they are to be taken or found."""
        if act.place:
            return self._with_place(act)
        refs, before = act.b, self.before
        assert refs is not None
        if any(self.player(ref) or ref.pronoun for ref in refs.all):
            raise Refusal("a verb is missing")
        if before is None and all(ref.negated and self.fits("food", ref) for ref in refs.all):
            self.alone = True
            return replace(
                act, verb="avoid", b=Refs(tuple(replace(ref, negated=False) for ref in refs.all), refs.joint)
            )
        if before is None and any(ref.negated or ref.noun.kinds == (None,) for ref in refs.all):
            raise Refusal("a verb is missing")
        if before is None:
            self.alone = True
            held = "holding" in self.things.relations and all(self.fits("carried", ref) for ref in refs.all)
            if held and self.things.affords:
                raise Refusal("a verb is missing: is the thing to be taken, or gone to?")
            return replace(act, verb="take" if held else "go")
        if before.a is not None and before.b is not None:
            role = self._role(refs, before, never)
            if role == "b" and not never:
                raise Refusal("one thing is at one place: say which")
            return replace(before, a=refs) if role == "a" else replace(before, b=refs)
        return replace(before, a=refs) if before.a is not None else replace(before, b=refs)


def _of_it(unit: Unit) -> bool:
    """Whether an act is of what was named before: "find the ball and stop beside it"."""
    sides = (unit.act.a, unit.act.b) if unit.act else ()
    return any(ref.pronoun for refs in sides if refs for ref in refs.all)


_KEPT = {"off": "keep-off", "out": "keep-out", "away": "keep-away"}
_NOT_WHILE = (
    "what is not to be only while something else is done cannot be said, as 'never' counts from the start: "
    "say 'put down …, then …'"
)
_NOT_DENIED = (
    *(
        "avoid",
        "keep-clear",
        "hands-off",
        "keep-shut",
        "spare",
        "vanish",
        "follow",
        "meet",
        "win",
        "stack",
        "line",
        "drop",
        "exit",
        "close",
    ),
    *("face-not", "empty", "take-out", "home"),
)
"""Acts whose negation says nothing that can be judged."""
