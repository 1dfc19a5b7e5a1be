"""The names in the things of a world: kinds, colours, relations and knobs, each of which must be known."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from .relations import RELATIONS, ROWS
from .things import Things

AFFORDANCES = ("carry", "heavy", "on", "in", "stack", "open", "parts", "region")


def unknown(place: str, what: str, name: Any, known: Collection[str]) -> str:
    """The error of a name that is none of those known, as a sentence with the nearest of them."""
    near = get_close_matches(str(name), known, n=1, cutoff=0.5)
    return f"{place} names the {what} {name!r}, which is none of {', '.join(known) or 'them'}" + (
        f"; did you mean {near[0]!r}?" if near else ""
    )


def check_functions(part: str, **functions: Any) -> None:
    """Raise ValueError for what is given to a part of a world in place of a function."""
    for name, function in functions.items():
        if not callable(function):
            raise ValueError(f"{part}({name}=…) is a function; got {function!r}")


def check_names(things: Things) -> None:
    """Raise ValueError for relations, affordances or an objective of a world's things that name unknown ones."""
    check_functions("Things", fill=things.fill)
    if isinstance(things.most, bool) or not isinstance(things.most, int) or things.most < 1:
        raise ValueError(f"Things(most=…) is the largest number of things, at least 1; got {things.most!r}")
    _check("Things(relations=…)", "relation", things.relations, RELATIONS)
    _check("Things(affords=…)", "kind", things.affords, tuple(things.kinds))
    for kind, affords in things.affords.items():
        _check(f"Things(affords=…) of {kind!r}", "affordance", affords, AFFORDANCES)
    stages = things.objective.get("stages", ())
    for clause in [*(each for stage in stages for each in stage.get("all", ())), *things.objective.get("never", ())]:
        _check_clause(clause, things)


def check_scales(things: Things, knobs: Collection[str]) -> None:
    """Raise ValueError for scales or ranges of a world's things that name no knob of it."""
    for number, scale in enumerate(things.scales):
        _check(f"Things(scales=…), scale {number},", "knob", scale, knobs)
    _check("Things(ranges=…)", "knob", things.ranges, knobs)


def _check_clause(clause: Mapping[str, Any], things: Things) -> None:
    place, relation = "Things(objective=…)", clause.get("relation")
    _check(place, "relation", (relation,), RELATIONS)
    for side in ("a", "b"):
        selector = clause.get(side) or {}
        for what, known in (("kind", tuple(things.kinds)), ("colour", things.colours), ("size", things.sizes)):
            if selector.get(what) is not None:
                _check(f"{place}, {side} of {relation!r},", what, (selector[what],), known)
    if (clause.get("b") is not None) != ("b" in ROWS[str(relation)].takes):
        needs = "needs" if "b" in ROWS[str(relation)].takes else "takes no"
        raise ValueError(f"{place}: the relation {relation!r} {needs} b")


def _check(place: str, what: str, names: Iterable[Any], known: Collection[str]) -> None:
    if isinstance(names, str):
        raise ValueError(f"{place} is a tuple of names, and {names!r} is one text: write ({names!r},)")
    for name in names:
        if name not in known:
            raise ValueError(unknown(place, what, name, known))
