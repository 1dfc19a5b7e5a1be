"""Things: the objects of a world that goals can name, as a table of records; and the relations of one or two of them.

Positions, radii and heights are integers in 1/ONE of a cell (of a metre in rooms without cells), z from the floor up;
`y` and `x` are rows and columns of the world, not of the picture. A thing is twice its radius wide and twice its height
tall; its position is its middle. A mark on the floor has height 0 at z = 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numba import njit

from .relations import BEHIND, LEFT_OF, ON, UNDER, number_of

ONE = 256
HALF = ONE // 2
SLACK = ONE // 16  # the largest gap between two things that touch
RESTS = ONE // 64  # the largest gap, or overlap, of a thing and the top of the thing that it rests on
LIFTED = ONE * 3 // 10  # the least height of the underside of a held thing that counts as lifted
IN_LINE = 5  # the cotangent of 11.3 degrees, the largest angle between things behind one another
PARTED = 16  # the cotangent of 3.6 degrees, the least angle between things to the left and right of one another
MOVING = ONE // 10  # the least speed at which a thing that is touched counts as pushed

# States of a thing. A thing that is gone, or open and out of the way, stays in the table, since goals may name it.
THERE, OPEN, GONE = 0, 1, 2

THING = np.dtype(
    [
        ("kind", np.int32),  # 1 + index into Things.kinds
        ("colour", np.int32),  # 1 + index into Things.colours, 0: none
        ("size", np.int32),  # 1 + index into Things.sizes, 0: it comes in one size
        ("state", np.int32),  # THERE, OPEN or GONE
        ("player", np.int32),  # 1 + number of this player, 0: no player
        ("holder", np.int32),  # 1 + number of the player that holds it, 0: none
        ("y", np.int32),
        ("x", np.int32),
        ("z", np.int32),
        ("radius", np.int32),
        ("height", np.int32),
        ("ahead_y", np.int32),  # the direction that it faces, a vector of length at most 1024; (0, 0): none
        ("ahead_x", np.int32),
        ("speed", np.int32),  # over the floor, in 1/ONE cells a second, in worlds that write it; else 0
        ("fixed", np.int32),  # 1: it is fixed to the world, and never `on` or `in` another thing
        ("hidden", np.int32),  # bit p: it is occluded from player p, which is turned towards it; 0: never occluded
    ],
    align=True,
)

_OPEN, _GONE, _LIFTED, _IN, _AT, _NEAR, _HOLDING, _FACING, _TOUCHED, _PUSHED = map(
    number_of, ("open", "gone", "lifted", "in", "at", "near", "holding", "facing", "touched", "pushed")
)


@dataclass(frozen=True)
class Things:
    """The things of a world: their kinds, and the goals and tasks that they allow.

    fill(state, things): `@njit`, writes all things of a state into an array of THING, players first and in their order,
        and returns their number, at most `most`.
    kinds: the colours of each kind, by its name. relations: those of RELATIONS that goals of this world may use.
    sizes: from small to large, if there are several.
    objective: the goal that the world's own rules reward, in the form of rumpus.tasks (JSON).
    affords: the affordances of each kind, from which tasks are made in worlds whose expert is a Controller: "carry" by
        one player, "heavy" for two, "on" and "in" for putting things on and into it, "stack" for towers and rows,
        "open". "parts": several things of this kind are one object, so no question counts them. "region": a part of the
        floor, such as a room of a maze; goals may use OF_REGIONS only of it.
    steady: whether each thing keeps its number in the table through an episode, so that goals can name particular ones.
    cells: of a state, the cells that one can walk in, bool (rows, columns), in worlds whose places goals can name.
    unit: the unit of distances in instructions, which is ONE: "cell", or "metre" in rooms without cells.
    scales: knobs of the generated tasks, from the smallest starts to the largest; of three or more scales, the last two
        are withheld from training. ranges: values of further knobs, drawn uniformly; no bank of levels may depend on
        these knobs.
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
    steady: bool = False
    cells: Callable[[Any], np.ndarray] | None = None
    unit: Literal["cell", "metre"] = "cell"

    @property
    def colours(self) -> tuple[str, ...]:
        """All colours of all kinds, each once, in the order of their first mention."""
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
    """Write a thing that stands in the cell (y, x) and fills it: the default in worlds of cells."""
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
    """Whether a thing is turned towards another one, within 22 degrees, seen from above."""
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
    """Whether a thing is to the left (or right) of another one in the player's view: the first-person view of a player
    with a direction, else the view from above."""
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
def beyond(player, one, other, relation):
    """Whether a thing is behind (or in front of) another one in the first-person view of a player."""
    if one.state != THERE or other.state != THERE or one.holder != 0:
        return False
    if not (towards(player, one) and towards(player, other)):
        return False
    dy, dx = np.int64(one.y) - player.y, np.int64(one.x) - player.x
    ey, ex = np.int64(other.y) - player.y, np.int64(other.x) - player.x
    farther = dy * dy + dx * dx - ey * ey - ex * ex
    if abs(dx * ey - dy * ex) * IN_LINE > dy * ey + dx * ex:
        return False
    return farther > 0 if relation == BEHIND else farther < 0


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
    if relation == UNDER:
        below = one.holder == 0 and one.fixed == 0 and dy <= other.radius and dx <= other.radius
        return below and -dz + RESTS >= one.height + other.height
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
    """Whether a unary relation holds of a thing; for all but the chains."""
    if relation == _LIFTED:
        return thing.state != GONE and thing.holder != 0 and thing.z - thing.height >= LIFTED
    if relation == _OPEN:
        return thing.state == OPEN
    if relation == _GONE:
        return thing.state == GONE
    return thing.state == THERE
