"""Particular things and places of goals, found at the start of an episode.

    here = situation(batch, row, seat)          what a start shows
    chosen(selector, here)                      the numbers of the things that a selector means there
    bounds("corner", here)                      the rows and columns of a place

A goal names them by words such as "the nearest key" or "the ball that is on the shelf" (`goals.Which`), and its judge
by numbers in the table of things, or by rows and columns. In a world whose table is not steady, things are named to the
judge by kind, colour and size instead, if no others look alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from ..worlds.engine.compile.cached import cached
from ..worlds.engine.records import judge as j
from ..worlds.engine.records.relations import number_of
from ..worlds.engine.records.things import GONE, ONE, RESTS, Things
from ..worlds.engine.run.batch import Batch
from .choices import members
from .goals import Clause, Goal, Selector, Which

_NEAR = ONE * 3 // 2
"""The distance of what is "near" as a description, in 1/ONE cells or metres; goals say how near. No source."""


@dataclass(frozen=True)
class Situation:
    """A start, as a player sees it. rows: THING records, (n,); cells: those that one can walk in, bool (rows, columns),
    None where places have no names; seat: the player."""

    rows: np.ndarray
    things: Things
    cells: np.ndarray | None = None
    seat: int = 0


def situation(batch: Batch, row: int, seat: int = 0) -> Situation:
    """The things that a row of a batch shows a player now."""
    known = batch.world.rules.things
    assert known is not None
    things, counts, _ = batch.things()
    cells = known.cells(batch.states[row]) if known.cells is not None else None
    return Situation(np.asarray(things[row, : counts[row]]).copy(), known, cells, seat)


def particular(goal: Goal) -> bool:
    """Whether a goal names particular things or places, which only a start tells."""
    return any([_particular(clause.a) or _particular(clause.b) for clause in clauses(goal)])


def _particular(selector: Selector | None) -> bool:
    if selector is None or (selector.place is None and selector.which is None):
        return False
    return selector.place is not None or (selector.which is not None and not selector.which.these)


def clauses(goal: Goal) -> Iterator[Clause]:
    """All clauses of a goal."""
    for stage in goal.stages:
        yield from (*stage.all, *stage.before)
    yield from goal.never


def chosen(selector: Selector, here: Situation) -> list[int]:
    """The numbers of the things that a selector means at a start; none if there are none."""
    found = [number for number in range(len(here.rows)) if _looks(selector, number, here)]
    which = selector.which
    if which is None:
        return found
    if which.these:
        return [number for number in which.these if number < len(here.rows)]
    if which.group:
        kinds = members(which.group, here.things)
        found = [number for number in found if _kind(number, here) in kinds]
    if which.one_of:
        some = {number for one in which.one_of for number in chosen(one, here)}
        found = [number for number in found if number in some]
    if which.but:
        others = {number for one in which.but for number in chosen(one, here)}
        found = [number for number in found if number not in others]
    if which.relation:
        found = [number for number in found if _stands(number, which, here) != which.negated]
    return _first(found, which, here) if which.most and found else found


def _kind(number: int, here: Situation) -> str:
    return list(here.things.kinds)[here.rows["kind"][number] - 1]


def _looks(selector: Selector, number: int, here: Situation) -> bool:
    """Whether a thing that is there has the kind, colour and size, and is the player that a selector names."""
    thing, things = here.rows[number], here.things
    if thing["state"] == GONE or (selector.kind is None and not selector.who and thing["player"]):
        return False
    if selector.kind is None and _kind(number, here) in things.regions:
        return False
    if selector.who:
        return bool(thing["player"]) and (thing["player"] == here.seat + 1) == (selector.who == "you")
    colour = things.colours[thing["colour"] - 1] if thing["colour"] else None
    size = things.sizes[thing["size"] - 1] if thing["size"] else None
    return (
        selector.kind in (None, _kind(number, here))
        and selector.colour in (None, colour)
        and selector.size in (None, size)
    )


def _stands(number: int, which: Which, here: Situation) -> bool:
    """Whether a thing stands in the relation that tells it apart."""
    rows, relation = here.rows.copy(), str(which.relation)
    row = np.zeros(j.FIELDS, np.int32)
    row[j.LEAST], row[j.RELATION] = 1, number_of(relation)
    if which.b is not None and which.b.place == "floor":
        thing = rows[number]
        return bool(thing["holder"] == 0 and thing["z"] - thing["height"] <= RESTS)
    if which.b is not None and which.b.place:
        row[j.B : j.B + 4] = bounds(which.b.place, here)
        return bool(cached(j.satisfies)(row, rows, len(rows), here.seat, number))
    others = chosen(which.b, here) if which.b is not None else []
    row[j.AMOUNT] = _NEAR
    if which.inverse:
        row[j.B : j.B + 4] = mask([number])
        return any(cached(j.satisfies)(row, rows, len(rows), here.seat, other) for other in others)
    row[j.B : j.B + 4] = mask(others)
    return bool(cached(j.satisfies)(row, rows, len(rows), here.seat, number))


def mask(numbers: list[int]) -> list[int]:
    """The four numbers of a selector that names these things. Raises ValueError for numbers that it cannot hold."""
    if any(number >= j.MOST_NAMED for number in numbers):
        raise ValueError(f"goals name particular things among the first {j.MOST_NAMED} of a world alone")
    words = [sum(1 << number % j.WORD for number in set(numbers) if number // j.WORD == word) for word in range(3)]
    return [*words, j.THESE]


def _first(found: list[int], which: Which, here: Situation) -> list[int]:
    """Those of the things that come first by an order, all that are as near, large or far left."""
    rows, player = here.rows, here.rows[here.seat]
    values: dict[int, float]
    if which.most in ("nearest", "farthest"):
        others = chosen(which.to, here) if which.to else [here.seat]
        some = [number for number in found if number not in others]
        values = {n: min((_square(rows[n], rows[other]) for other in others), default=0) for n in some}
        values = {n: -value for n, value in values.items()} if which.most == "farthest" else values
    elif which.most in ("largest", "smallest"):
        sign = 1 if which.most == "smallest" else -1
        values = {n: sign * int(rows["radius"][n]) ** 2 * int(rows["height"][n]) for n in found}
    elif which.most == "tallest":
        values = {n: -int(rows["height"][n]) for n in found}
    elif which.most in ("leftmost", "rightmost"):
        sign = 1 if which.most == "leftmost" else -1
        values = {n: sign * side for n in found if (side := _side(rows[n], player)) is not None}
    else:
        sign = 1 if which.most == "topmost" else -1
        above = not (player["ahead_y"] or player["ahead_x"])
        values = {n: sign * (int(rows["y"][n]) if above else -int(rows["z"][n])) for n in found}
    least = min(values.values(), default=0)
    return [number for number, value in values.items() if value == least]


def _square(one: Any, other: Any) -> int:
    return (int(one["y"]) - int(other["y"])) ** 2 + (int(one["x"]) - int(other["x"])) ** 2


def _side(thing: Any, player: Any) -> float | None:
    """How far to the right a thing is: its column in a picture from above; else the tangent of its angle from where the
    player looks, None behind the player."""
    if not (player["ahead_y"] or player["ahead_x"]):
        return int(thing["x"])
    dy, dx = int(thing["y"]) - int(player["y"]), int(thing["x"]) - int(player["x"])
    y, x = int(player["ahead_y"]), int(player["ahead_x"])
    along, right = dy * y + dx * x, dy * x - dx * y
    return right / along if along > 0 else None


def alike(numbers: list[int], here: Situation) -> Selector | None:
    """A selector of kind, colour and size that matches exactly these things of a start; None if there is none."""
    names = [
        {
            "kind": _kind(number, here),
            "colour": here.things.colours[here.rows["colour"][number] - 1] if here.rows["colour"][number] else None,
            "size": here.things.sizes[here.rows["size"][number] - 1] if here.rows["size"][number] else None,
        }
        for number in numbers
    ]
    common = {name: names[0][name] for name in names[0] if len({one[name] for one in names}) == 1}
    for colour, size in product((False, True), (False, True)):
        left = {name: common.get(name) if keep else None for name, keep in (("colour", colour), ("size", size))}
        selector = Selector(kind=common.get("kind"), colour=left["colour"], size=left["size"])
        if chosen(selector, here) == sorted(numbers):
            return selector
    return None


# Places.


def bounds(place: str, here: Situation) -> list[int]:
    """The four numbers of a selector that names a place of the map. Raises ValueError where there is no such place."""
    you = here.rows[here.seat]
    y, x = int(you["y"]), int(you["x"])
    if place == "start":
        return _bounds((y - ONE // 2, y + ONE // 2), (x - ONE // 2, x + ONE // 2))
    if place == "floor":
        raise ValueError("what lies on the floor is told at the start alone; ask to put it down")
    if here.cells is None:
        raise ValueError(f"the map of this world has no {place.replace('-', ' ')}")
    rooms = rooms_of(here.cells)
    own = next((room for room in rooms if _inside(room, y, x)), None)
    if own is None:
        raise ValueError("the player does not start in a room, so no place of it can be named")
    top, left, bottom, right = own
    if place in ("other-room", "first-room"):
        others = [room for room in rooms if room is not own] if place == "other-room" else [own]
        if len(others) != 1:
            raise ValueError(f"there are {len(rooms)} rooms at this start, so 'the other room' is none of them")
        top, left, bottom, right = others[0]
        return _bounds((top, bottom), (left, right))
    ends = {"top": (top, top + ONE), "bottom": (bottom - ONE, bottom), "any": (bottom - ONE, top + ONE)}
    sides = {"left": (left, left + ONE), "right": (right - ONE, right), "any": (right - ONE, left + ONE)}
    if place == "middle":
        middle_y, middle_x = (top + bottom) // 2, (left + right) // 2
        return _bounds((middle_y - ONE, middle_y + ONE), (middle_x - ONE, middle_x + ONE))
    if place in ("corner", "wall"):
        return _bounds(ends["any"], sides["any"], either=place == "wall")
    down, across = next((n for n in ends if n in place), None), next((n for n in sides if n in place), None)
    return _bounds(ends[down] if down else (top, bottom), sides[across] if across else (left, right))


def _bounds(down: tuple[int, int], across: tuple[int, int], *, either: bool = False) -> list[int]:
    pairs = [max(first, 0) * j.SIDE + max(last, 0) for first, last in (down, across)]
    return [*pairs, j.EITHER if either else 0, j.PLACE]


def _inside(room: tuple[int, int, int, int], y: int, x: int) -> bool:
    return room[0] <= y <= room[2] and room[1] <= x <= room[3]


def rooms_of(cells: np.ndarray) -> list[tuple[int, int, int, int]]:
    """The rooms of a map, cells bool (rows, columns): (top, left, bottom, right) of each in 1/ONE cells. A room is what
    hangs together of squares of 2x2 free cells, so doorways and corridors of one cell part rooms."""
    whole = cells[:-1, :-1] & cells[1:, :-1] & cells[:-1, 1:] & cells[1:, 1:]
    left = {(int(y), int(x)) for y, x in np.argwhere(whole)}
    rooms = []
    while left:
        waiting, found = [left.pop()], []
        while waiting:
            y, x = waiting.pop()
            found.append((y, x))
            for near in ((y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)):
                if near in left:
                    left.remove(near)
                    waiting.append(near)
        ys, xs = [y for y, _ in found], [x for _, x in found]
        rooms.append((min(ys) * ONE, min(xs) * ONE, (max(ys) + 2) * ONE - 1, (max(xs) + 2) * ONE - 1))
    return sorted(rooms)
