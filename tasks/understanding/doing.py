"""The clauses of acts whose things are known, by their verbs."""

from __future__ import annotations

from dataclasses import replace

from ..goals import Goal
from . import lexicon
from .clauses import Found
from .deeds import ANY, YOU
from .further import Further
from .kinds import Refusal, because
from .names import Noun
from .refs import Ref, Refs
from .syntax import Act

BY_ANYONE = (
    "go",
    "find",
    "touch",
    "catch",
    "follow",
    "hands-off",
    "take",
    "hold",
    "drop",
    "face",
    "face-not",
    "enter",
    "exit",
    "pass",
    "avoid",
    "keep-clear",
    "be-place",
    "stay-place",
    "meet",
)


class Doing(Further):
    """Makes the clauses of every act."""

    def _done(self, act: Act, never: bool = False) -> Found:
        """The clauses of an act whose things are known."""
        verb = act.verb
        act = replace(act, a=_anyone(act.a), actor=_anyone(act.actor))
        if verb in ("put", "is") and act.a is not None and all(map(self.player, act.a.all)):
            if act.negated:
                raise Refusal("of players, say what they are to do or never to do")
            return self._stood(replace(act, verb="be-place", a=None, actor=act.a), never)
        if verb == "meet-at" and act.a is not None:
            if len(act.a.all) > 1 or not self.player(act.a.all[0]) or (self.players or 1) != 2:
                raise Refusal("who is to meet whom, and where? say 'let every player go to …'")
            act, verb = replace(act, a=None), "meet"
        if verb == "meet":
            players = Refs((Ref(Noun(("player",)), least="all"),))
            return self._simple(replace(act, verb="go", actor=players), never)
        if verb in ("keep-away", "keep-off", "keep-out"):
            if never:
                raise Refusal("a negation of a negation has more than one meaning: say what is to be done")
            place = {"keep-away": "touching", "keep-off": "on", "keep-out": "in"}[verb]
            for ref in (*act.a.all, *act.b.all) if act.a and act.b else ():
                if ref.negated:
                    raise Refusal("a negation of a negation has more than one meaning: say what is to be done")
            self.certain(act.a)
            self.certain(act.b, False)
            found = self._placed(replace(act, verb="put", place=place, a=_any(act.a), b=_any(act.b)), True)
            return Found(nevers=[*found.nevers, *found.clauses])
        if act.helped and act.actor is not None and verb not in BY_ANYONE:
            self.notes.append("who does it is not judged")
            act = replace(act, actor=None)
        if act.actor is not None and verb in _SHARED and act.a is not None and _to_all(act.actor):
            if any(ref.least == 1 and not ref.definite for ref in act.a.all):
                raise Refusal("each of the players, or all together? say how many things are to be there")
            self.notes.append("who does it is not judged")
            act = replace(act, actor=None)
        if verb == "drop-all":
            if never:
                raise Refusal("a negation of a negation has more than one meaning: say what is to be done")
            return self._simple(replace(act, verb="drop", b=Refs((ANY,))), never)
        if verb == "get-place":
            fed = act.a is not None and any(self.fits("food", ref) for ref in act.a.all)
            if fed or not {"on", "left-of"} <= set(self.things.relations) or "holding" in self.things.relations:
                raise Refusal("'get' and a place may mean the thing that is there: say 'take' or 'put'")
            return self._placed(replace(act, verb="put"), never)
        if verb == "back":
            if never:
                raise Refusal("where one starts is where one is already: it cannot be forbidden")
            self.notes.append("back is where you started")
            return self._stood(Act("be-place", b=Refs((Ref(Noun(place="start"), definite=True),)), place="at"), never)
        if verb == "bring-here":
            if (self.players or 1) > 1:
                return self._brought(act)
            self.notes.append("here is where you started")
            start = Refs((Ref(Noun(place="start"), definite=True),))
            return self._placed(replace(act, verb="put", place="at", b=start), never)
        if verb == "look-mutual":
            return self._mutual(never)
        if verb in ("look-from", "floor-at", "empty-into"):
            return self._at_once(act, never)
        if verb in ("push", "move"):
            return self._pushed(act, never)
        if verb == "pass-by":
            return self._stood(replace(act, verb="be-place", place="near"), never)
        if verb in ("tie", "be-caught", "floor"):
            return self._further(act, never)
        if verb == "hide-at":
            return self._hidden_at(act, never)
        if verb in ("hide", "hidden", "uncaught"):
            return self._hidden(act, never)
        if verb == "short-of":
            if never:
                raise Refusal("a negation of this has more than one meaning: say what is to be done")
            near = self._stood(replace(act, verb="be-place", place="near"), False)
            return Found(near.clauses, [*near.nevers, *self._simple(Act("touch", b=act.b), True).nevers])
        if verb == "leave-it":
            if never or self.before is None or self.before.verb not in ("take", "put", "hold", "go"):
                raise Refusal("'leave' may mean to put it there, or not to move it: say 'put', or 'do not touch'")
            return self._placed(replace(act, verb="put"), never)
        if verb == "swap":
            if act.b is not None and any(map(self.player, act.b.all)):
                raise Refusal("what is swapped with a player is not judged: say who is to hold what")
            self.notes.append("one thing is held at a time")
            return self._simple(Act("take", b=act.b), never)
        if verb == "fill-up":
            self.affirmed = True
            filled = tuple(replace(ref, least="all") if not ref.definite else ref for ref in act.b.all) if act.b else ()
            return self._covered(replace(act, b=Refs(filled)), never)
        if verb == "win-race" or (verb == "win" and act.actor is not None):
            return self._won(act, never)
        if verb == "cover":
            return self._covered(act, never)
        if verb == "eat-any":
            if not never:
                raise Refusal("a thing is missing: say what")
            return self._simple(Act("take", b=Refs((Ref(Noun((None,)), said="anything"),))), never)
        if verb == "leap":
            if act.place not in ("on", "in", "off", "out"):
                raise Refusal("to jump is not judged: say 'stand', or jump 'onto' or 'off' something")
            return self._stood(replace(act, verb="be-place"), never)
        if verb == "via":
            self.notes.append("the way is not judged")
            return self._stood(Act("be-place", b=act.b, place="in"), never)
        if verb == "take-off":
            if any(ref.definite or ref.least != 1 or ref.negated for ref in (act.a.all if act.a else ())):
                raise Refusal("'from' is not exact here: say 'off' or 'out of'")
            return self._taken(act, never)
        if verb == "take-from":
            return self._taken(act, never)
        if verb == "rid":
            return self._rid(act, never)
        if verb == "first-at":
            rival = Ref(Noun(who="other"), definite=True) if (self.players or 1) == 2 else Ref(Noun(("player",)))
            if (self.players or 1) > 2:
                raise Refusal("first of several players: say before whom")
            return self._first(replace(act, a=Refs((rival,))), never)
        if verb == "stay-place" and act.place == "beyond" and not never:
            found = Found()
            for ref in act.b.all if act.b else ():
                found.nevers += self.clauses(self._actors(act), "near", [ref], never=True, within=act.number).nevers
            return found
        if verb == "beat":
            return self._first(act, never)
        if verb == "take-out":
            act = replace(act, verb="empty")
            verb = "empty"
        if verb == "home":
            if "target" not in self.things.kinds or any(
                ref.noun.kinds == (None,) for ref in (act.a.all if act.a else ())
            ):
                raise Refusal("a verb is missing, or a place: say what is to be done, or on or in what it is to be")
            target = Refs((Ref(Noun(("target",))),))
            return self._placed(replace(act, verb="put", b=target, place="on"), never)
        if act.actor is not None and verb not in (*BY_ANYONE, "be-place", "stay-place", "side-players", "say", "give"):
            raise Refusal(
                "who does it cannot be judged: ask how things are to be, or let your partner go, take or look"
            )
        if verb in ("wield", "shove"):
            return self._wielded(act, never)
        if verb == "states-touch" and any(map(self.player, act.a.all if act.a else ())):
            return self._simple(replace(act, verb="touch", a=None, actor=act.a), never)
        if verb in ("put", "is", "put-on", "put-in", "put-touch", "states-touch"):
            return self._placed(act, never)
        if verb in ("be-place", "stay-place"):
            return self._stood(act, never)
        if verb in ("side", "side-players"):
            return self._beside(act, never)
        if verb == "give":
            return self._given(act)
        if verb == "bring-you":
            return self._brought(act)
        if verb == "empty":
            return self._emptied(act)
        if verb in ("stack", "line"):
            return self._chained(act)
        if verb == "say":
            return self.clauses(self._actors(act), "said", [None], never=never, word=act.word)
        if verb == "win":
            goal = Goal.model_validate(self.things.objective)
            if len(goal.stages) > 1:
                raise Refusal("this world's own objective has several stages: name them")
            return Found([clause for stage in goal.stages for clause in stage.all], list(goal.never), lasting=True)
        if verb == "lift" and (self.players or 2) < 2 and not never:
            for ref in act.a.all if act.a else ():
                if ref.least not in (0, 1):
                    raise Refusal(f"{ref.said!r}: one thing is lifted at a time: say one after the other, with 'then'")
                if any("heavy" in self.things.affords.get(str(kind), ()) for kind in ref.noun.kinds):
                    raise Refusal(f"{ref.said!r} is too heavy for one player to lift")
        return self._simple(act, never)

    def _further(self, act: Act, never: bool) -> Found:
        """To be at the goal together with another player, to be touched by one; and things that are to lie on the
        floor."""
        if act.verb == "floor":
            return self._floored(act, never)
        others = act.a if act.verb == "tie" else act.b if act.verb == "be-caught" else None
        other = others or Refs((Ref(Noun(who="other"), least=1),))
        if (self.players or 1) < 2 or never or len(other.all) > 1 or not self.player(other.all[0]):
            raise Refusal("this takes another player: name one")
        if act.verb == "be-caught":
            return self._simple(Act("touch", b=Refs((YOU,)), actor=other), False)
        if act.b is None and "goal" not in self.things.kinds:
            raise Refusal("there is no goal in this world: say where both are to be")
        where = act.b or Refs((Ref(Noun(("goal",)), definite=True),))
        both = [self._simple(Act("go", b=where, actor=one), False) for one in (None, other)]
        return Found([clause for found in both for clause in found.clauses], at_once=True)

    def _rid(self, act: Act, never: bool) -> Found:
        """Things that are no longer to be on or in something: all of them."""
        assert act.a is not None and act.b is not None
        kinds = [str(kind) for ref in act.b.all for kind in ref.noun.kinds]
        relation = next((name for name in ("on", "in") if all(self.holds(kind, name) for kind in kinds)), "")
        if never or not relation or any(ref.least not in (0, "all") for ref in act.a.all):
            raise Refusal("of what is it to be free? say 'take every … off …'")
        a = Refs(tuple(replace(ref, least="all", bare=False) for ref in act.a.all))
        return self._placed(replace(act, verb="put", place={"on": "off", "in": "out"}[relation], a=a), never)

    def _covered(self, act: Act, never: bool) -> Found:
        """A target under a box; of all targets, all boxes on them, since there are as many."""
        assert act.b is not None
        if "box" not in self.things.kinds or not all(self.fits("flat", ref) for ref in act.b.all):
            raise Refusal("with what is it to be covered? say 'put … on …'")
        whole = Found(lasting=True)
        for ref in act.b.all:
            every = ref.least == "all"
            if ref.spare:
                raise Refusal(lexicon.REASONS["except"], "except")
            if ref.negated or ref.most or (not every and ref.least != 1) or (every and (ref.told or ref.colour)):
                raise Refusal("which boxes are to be on which targets? say 'push … onto …'")
            if every:
                self.notes.append("there are as many boxes as targets")
            box = Ref(Noun(("box",)), least="all" if every and not never else 1)
            found = self.clauses([box], "on", [replace(ref, least=1, bare=False)], never=never)
            whole.clauses += found.clauses
            whole.nevers += found.nevers
        return whole

    def _taken(self, act: Act, never: bool) -> Found:
        """A thing that is to be taken from where it is."""
        assert act.a is not None and act.b is not None
        place, on_floor = act.b.all[0], act.b.all[0].noun.place == "floor"
        several = len(act.a.all) > 1 or len(act.b.all) > 1
        if several or act.a.all[0].where or self.player(place) or (place.noun.place and not on_floor):
            raise Refusal("from where is which taken? say 'take', and 'that is on …'")
        kinds = [str(kind) for kind in place.noun.kinds]
        relation = (
            "on"
            if on_floor
            else next((name for name in ("on", "in") if all(self.holds(kind, name) for kind in kinds)), "")
        )
        if not relation:
            raise Refusal("nothing lies on or in that, so nothing can be taken from it")
        ref = replace(act.a.all[0], where=("is", relation, place))
        self.sources = act.verb == "take-from"
        return self._simple(Act("take", b=Refs((ref,))), never)

    def _hidden(self, act: Act, never: bool) -> Found:
        """That no other player faces the reader: from now on, or at some time for "hide"."""
        others = act.b or Refs((Ref(Noun(who="other"), least=1),))
        alone = (self.players or 1) < 2 or act.actor is not None
        if alone or never or len(others.all) > 1 or not self.player(others.all[0]):
            raise Refusal("to hide is to be where another player does not see you")
        other = replace(others.all[0], negated=False, least=1)
        self.affirmed = True
        if act.verb == "uncaught":
            caught = self._simple(Act("touch", b=Refs((YOU,)), actor=Refs((other,))), True)
            return Found(nevers=caught.nevers)
        self.notes.append("hidden is what no other player faces")
        if act.verb == "hidden":
            found = self.clauses([other], self.known("facing", "hide"), [YOU], never=True)
            return Found(nevers=[*found.nevers, *found.clauses])
        return self.clauses([replace(other, negated=True)], self.known("facing", "hide"), [YOU], told=True)

    def _hidden_at(self, act: Act, never: bool) -> Found:
        """That no other player faces the reader, who is at a thing; behind it is next to it."""
        if (self.players or 1) < 2:
            raise because("relation", act.place, self.things)
        if (
            never
            or act.actor is not None
            or act.place not in ("behind", "on", "in", "touching", "near", "at", "under", "between")
        ):
            raise Refusal("where is to be hidden? say 'hide', and 'next to' what")
        if act.place == "behind" and act.b is not None and any(ref.noun.place for ref in act.b.all):
            raise because("relation", act.place, self.things)
        place = "touching" if act.place in ("behind", "under") else act.place
        if place != act.place:
            self.notes.append(f"to hide {act.place} a thing is to be next to it, where no other player faces you")
        stood = self._stood(replace(act, verb="be-place", place=place), False)
        return Found([*self._hidden(Act("hide"), False).clauses, *stood.clauses], stood.nevers, at_once=True)

    def _won(self, act: Act, never: bool) -> Found:
        """To be at the goal before the others; or another player, before the reader."""
        if "goal" not in self.things.kinds or (self.players or 1) < 2:
            raise Refusal("to win is to be first somewhere: say where, and before whom")
        goal = Refs((Ref(Noun(("goal",)), definite=True),))
        if act.actor is not None:
            return self._first(replace(act, a=Refs((YOU,)), b=goal), never)
        other = act.b or Refs((Ref(Noun(who="other"), definite=(self.players or 1) == 2),))
        return self._first(replace(act, a=other, b=goal), never)

    def _first(self, act: Act, never: bool) -> Found:
        """To reach something before another player does."""
        if never or act.a is None or act.b is None or not all(map(self.player, act.a.all)) or len(act.b.all) > 1:
            raise Refusal("to be first somewhere is before another player")
        if (self.players or 1) < 2 or len(act.a.all) > 1:
            raise Refusal("there is no other player in this world" if (self.players or 1) < 2 else "name one player")
        found = self._simple(Act("go", b=act.b, actor=act.actor), False)
        found.befores = self._simple(Act("go", b=act.b, actor=act.a), False).clauses
        return found


_SHARED = ("put", "home", "put-on", "put-in", "side", "stack", "line", "open", "close", "lift")
"""Acts that several players are told to do, which any of them may do."""


_CALLED = ("both of you", "you both", "you two", "the two of you", "all of you", "you all", "everybody", "everyone")


def _to_all(refs: Refs) -> bool:
    """Whether it is said to all players at once, and not to each of them."""
    first = refs.all[0]
    return len(refs.all) == 1 and first.noun.kinds == ("player",) and first.said in _CALLED


def _anyone(refs: Refs | None) -> Refs | None:
    """Any player, the reader too, where the words are "someone" and it is told who does something."""
    if refs is None or not all(ref.said in lexicon.SOME_PLAYER for ref in refs.all):
        return refs
    return replace(refs, all=tuple(replace(ref, noun=Noun(("player",))) for ref in refs.all))


def _any(refs: Refs | None) -> Refs | None:
    """The things, each of them where all are named: what is never to be of all is never to be of any."""
    if refs is None:
        return None
    return replace(refs, all=tuple(replace(ref, least=1) if ref.least == "all" else ref for ref in refs.all))
