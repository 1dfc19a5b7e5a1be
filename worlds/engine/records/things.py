"""Things: what a world shows of itself to goals, as a table of records; and the relations of one or two of them.

Positions, radii and heights are integers in 1/ONE of a cell (of a metre in rooms without cells), z from the floor up;
`y` and `x` are rows and columns of the world, not of the picture. A thing is as wide as twice its radius and as tall as
twice its height; its position is its middle. A mark on the floor has height 0 at z = 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numba import njit

from .relations import LEFT_OF, ON, number_of

ONE = 256
HALF = ONE // 2
SLACK = ONE // 16  # how far two things may be apart and still touch
RESTS = ONE // 64  # how far what rests on something may be above its top, or in it
LIFTED = ONE * 3 // 10  # how high the underside of what is held must be for it to be lifted
PARTED = 16  # the cotangent of the least angle, 3.6 degrees, between what is seen side by side
MOVING = ONE // 10  # speed from which on a thing that is touched is pushed

# States of a thing. What is gone, or open and out of the way, stays in the table: goals may ask for it.
THERE, OPEN, GONE = 0, 1, 2

THING = np.dtype(
    [
        ("kind", np.int32),  # 1 + index into Things.kinds
        ("colour", np.int32),  # 1 + index into Things.colours, 0: none
        ("size", np.int32),  # 1 + index into Things.sizes, 0: it comes in one size
        ("state", np.int32),  # THERE, OPEN or GONE
        ("player", np.int32),  # 1 + number of the player that this is, 0: no player
        ("holder", np.int32),  # 1 + number of the player who holds it, 0: nobody
        ("y", np.int32),
        ("x", np.int32),
        ("z", np.int32),
        ("radius", np.int32),
        ("height", np.int32),
        ("ahead_y", np.int32),  # where it faces, a vector of at most 1024; (0, 0): nowhere
        ("ahead_x", np.int32),
        ("speed", np.int32),  # over the floor, in 1/ONE cells a second, in worlds that tell; else 0
        ("fixed", np.int32),  # 1: it is fast to the world, so it rests on nothing and lies in nothing
        ("hidden", np.int32),  # bit p: player p, though turned towards it, does not see it; 0: nothing ever hides it
    ],
    align=True,
)

_OPEN, _GONE, _LIFTED, _IN, _AT, _NEAR, _HOLDING, _FACING, _TOUCHED, _PUSHED = map(
    number_of, ("open", "gone", "lifted", "in", "at", "near", "holding", "facing", "touched", "pushed")
)


@dataclass(frozen=True)
class Things:
    """What a world's things are.

    fill(state, things): `@njit`, writes all things of a state into an array of THING, players first and in their order,
        and returns how many there are; at most `most`. kinds: what there is, each with the colours it comes in.
        relations: those of RELATIONS that goals may ask for here. sizes: from small to large, if there are several.
    objective: the goal that the world's own rules reward, in the form of rumpus.tasks (JSON).
    affords: by kind what it is good for: "carry" by one player, "heavy" for two, "on" and "in" for putting things on
        and into it, "stack" for towers and rows, "open"; what tasks are made of where a guide proves them. "parts":
        several things of this kind are one, so nobody asks how many there are. "region": a part of the floor, such as
        a room of a maze, of which goals may ask for OF_REGIONS only.
    unit: what distances are told in, which are multiples of ONE: "cell", or "metre" in rooms without cells.
    scales: what knobs are turned to for the tasks that are generated, from the smallest starts to the largest; of three
        or more, the last two are kept from training. ranges: values that other knobs, which no bank of levels depends
        on, are drawn from, all alike.
    """

    fill: Callable[..., Any]
    most: int
    kinds: Mapping[str, tuple[str, ...]]
    relations: tuple[str, ...]
    objective: Mapping[str, Any]
    sizes: tuple[str, ...] = ()
    scales: tuple[Mapping[str, int], ...] = ()
    ranges: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    affords: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unit: Literal["cell", "metre"] = "cell"

    @property
    def colours(self) -> tuple[str, ...]:
        """All colours of all kinds, each once, in the order they are first named in."""
        return tuple(dict.fromkeys(colour for colours in self.kinds.values() for colour in colours))

    @property
    def regions(self) -> tuple[str, ...]:
        """The kinds that are regions of the floor."""
        return tuple(kind for kind in self.kinds if "region" in self.affords.get(kind, ()))

    def name(self, thing: Any) -> str:
        """A THING record in words: "small red ball"."""
        size = self.sizes[thing["size"] - 1] if thing["size"] else ""
        colour = self.colours[thing["colour"] - 1] if thing["colour"] else ""
        return " ".join(filter(None, (size, colour, list(self.kinds)[thing["kind"] - 1])))


@njit
def put(thing, kind, colour, y, x):
    """Write a thing that stands in the cell (y, x) and fills it: the usual thing of a world of cells."""
    thing.kind, thing.colour, thing.size, thing.state = kind, colour, 0, THERE
    thing.player, thing.holder = 0, 0
    thing.y, thing.x, thing.z = y * ONE + HALF, x * ONE + HALF, HALF
    thing.radius, thing.height = HALF, HALF
    thing.ahead_y, thing.ahead_x, thing.speed, thing.fixed, thing.hidden = 0, 0, 0, 0, 0


@njit
def nothing(state, things):
    """The `fill` of a world that shows no things."""
    return 0


@njit
def towards(one, other):
    """Whether a thing is turned towards another, to 22 degrees, seen from above."""
    dy, dx = np.int64(other.y) - one.y, np.int64(other.x) - one.x
    ahead = one.ahead_y * dy + one.ahead_x * dx
    length = np.int64(one.ahead_y) * one.ahead_y + np.int64(one.ahead_x) * one.ahead_x
    return ahead > 0 and ahead * ahead * 7 >= length * (dy * dy + dx * dx) * 6  # a cosine whose square is 6/7


@njit
def faces(one, other):
    """Whether a player is turned towards a thing, and sees it."""
    seen = one.player == 0 or (other.hidden >> (one.player - 1)) & 1 == 0
    return seen and towards(one, other)


@njit
def aside(player, one, other, relation):
    """Whether a thing is to the left (or right) of another one as a player sees them: in its picture, if it faces
    somewhere, or else in a picture from above."""
    if one.state != THERE or other.state != THERE or one.holder != 0:
        return False
    if player.ahead_y == 0 and player.ahead_x == 0:
        right = np.int64(other.x) - one.x
        return right > 0 if relation == LEFT_OF else right < 0
    if not (faces(player, one) and faces(player, other)):
        return False
    dy, dx = np.int64(one.y) - player.y, np.int64(one.x) - player.x
    ey, ex = np.int64(other.y) - player.y, np.int64(other.x) - player.x
    right, along = dx * ey - dy * ex, dy * ey + dx * ex
    return (right if relation == LEFT_OF else -right) * PARTED >= along


@njit
def related(one, other, relation, amount):
    """Whether two things stand in a binary relation. `amount`: for near, the largest distance in 1/ONE cells."""
    if relation == _HOLDING:
        return one.player != 0 and other.holder == one.player
    if one.state == GONE or other.state == GONE:
        return False
    dy, dx, dz = abs(one.y - other.y), abs(one.x - other.x), one.z - other.z
    if relation in (ON, _IN):
        if one.holder != 0 or one.fixed != 0 or dy > other.radius or dx > other.radius:
            return False
        return abs(dz) <= other.height if relation == _IN else abs(dz - one.height - other.height) <= RESTS
    if relation == _AT:
        return max(dy, dx) <= max(one.radius, other.radius)
    square = np.int64(dy) * dy + np.int64(dx) * dx
    if relation == _NEAR:
        return square <= np.int64(amount) * amount
    if relation != _FACING:
        reach = np.int64(one.radius + other.radius + SLACK)
        beside = square <= reach * reach and abs(dz) <= one.height + other.height + SLACK
        if relation == _TOUCHED:
            return beside and other.holder != 0
        if relation == _PUSHED:
            by_hand = other.player != 0 or other.holder != 0
            return beside and by_hand and one.holder == 0 and one.speed >= MOVING
        return beside
    return faces(one, other)


@njit
def alone(thing, relation):
    """Whether a thing is in the state that a unary relation asks for (of those that are no chains)."""
    if relation == _LIFTED:
        return thing.state != GONE and thing.holder != 0 and thing.z - thing.height >= LIFTED
    if relation == _OPEN:
        return thing.state == OPEN
    if relation == _GONE:
        return thing.state == GONE
    return thing.state == THERE
