"""The things of the room for goals: players, toys, pieces of furniture, the door, and further boards of shelves.

A piece with things on it is represented by its board, so that things on the board are on it and things below are
neither on it nor in it; each board of a shelf is a shelf. A piece with things in it is represented by the square space
within its sides, up to half a metre above its floor.
"""

import math

from numba import njit

from ..engine.records.things import LIFTED, ONE, OPEN, THERE, Things
from ..first_person.angles import cosine, sine
from ..first_person.models import COLOURS
from ..first_person.multiplayer import PLAYER_COLOUR_NUMBERS, PLAYER_COLOURS, colour_numbers
from ..first_person.state import CELL
from ..first_person.things import PLAYER_KIND, open_cells
from . import toys
from .furniture import INSIDE, SHELF, SURFACES, SURFACES_MOST, quarter, top
from .furniture import KINDS as PIECE_KINDS
from .pose import bounds
from .state import DOOR_AT, HEIGHT, NOBODY, PIECES, PLAYERS, RADIUS, REACH, TALL, TOYS, TOYS_AT
from .visibility import hide

AJAR = 0.9
"""Radians from which on a door counts as open: wide enough for a player."""
PIECE = toys.FIRST + len(toys.KINDS)
"""Kind of the first piece of furniture; the door's is behind the last one's."""
DOOR = PIECE + len(PIECE_KINDS)
_HALF_BOARD = 0.01
_HALF_ROOM = 0.25
_TO_ONE = CELL // ONE

KINDS = {
    "player": PLAYER_COLOURS,
    **dict.fromkeys(toys.KINDS, COLOURS),
    **dict.fromkeys(PIECE_KINDS, COLOURS),
    "door": (),
}
NUMBERS = colour_numbers(KINDS)


@njit
def fill(state, things):
    """Write all things into things (k,) THING; returns their number."""
    for player in range(state.players):
        put_player(state, player, things[player])
    count = state.players
    for index in range(state.things):
        put_toy(state, index, things[count + index])
    count += state.things
    for piece in range(state.pieces):
        put_surface(state, piece, top(state.piece[piece] - 1), things[count + piece])
    count += state.pieces
    if state.door != 0:
        put_door(state, things[count])
        count += 1
    for piece in range(state.pieces):
        for slot in range(top(state.piece[piece] - 1)):
            put_surface(state, piece, slot, things[count])
            count += 1
    hide(state, things, count)
    return count


@njit
def units(metres):
    """A length in 1/ONE metres."""
    return math.floor(metres * ONE + 0.5)


@njit
def put(thing, kind, colour, size, state, y, x, z, radius, height):
    """Write a thing that is no player and has no holder; positions, of its middle, and lengths in metres."""
    thing.kind, thing.colour, thing.size, thing.state = kind, NUMBERS[colour], size, state
    thing.player, thing.holder, thing.speed, thing.fixed, thing.hidden = 0, 0, 0, 0, 0
    thing.y, thing.x, thing.z = units(y), units(x), units(z)
    thing.radius, thing.height = units(radius), units(height)
    thing.ahead_y, thing.ahead_x = 0, 0


@njit
def put_player(state, player, thing):
    """Write a player, which faces along its yaw."""
    at = 3 * player
    x, y, z = state.qpos[at], state.qpos[at + 1], state.qpos[at + 2]
    put(thing, PLAYER_KIND, PLAYER_COLOUR_NUMBERS[player], 0, THERE, y, x, z + HEIGHT / 2, RADIUS, HEIGHT / 2)
    thing.player = player + 1
    thing.ahead_y, thing.ahead_x = sine(state.yaw[player]) // 64, cosine(state.yaw[player]) // 64


@njit
def put_toy(state, index, thing):
    """Write a toy: as wide as the average side of the bounding box of its hull in its present pose; `size` is the
    number of its named size."""
    x0, y0, z0, x1, y1, z1 = bounds(state, index)
    put(
        thing,
        state.kind[index],
        state.colour[index],
        state.size[index],
        state.status[index],
        (y0 + y1) / 2,
        (x0 + x1) / 2,
        (z0 + z1) / 2,
        (x1 - x0 + y1 - y0) / 4,
        (z1 - z0) / 2,
    )
    thing.holder = state.holder[index]
    at = TOYS_AT + 6 * index
    thing.speed = units(math.sqrt(state.qvel[at] * state.qvel[at] + state.qvel[at + 1] * state.qvel[at + 1]))


@njit
def lifted(state):
    """Whether a player has lifted a toy, as in the relation `lifted` of goals."""
    for index in range(state.things):
        if state.holder[index] != 0:
            _, _, low, _, _, high = bounds(state, index)
            if units((low + high) / 2) - units((high - low) / 2) >= LIFTED:
                return True
    return False


@njit
def put_surface(state, piece, slot, thing):
    """Write a surface of a piece of furniture: a board, or the space within its sides if things lie in it."""
    kind = state.piece[piece] - 1
    surface = SURFACES[kind, slot]
    x, y = quarter(surface[0], surface[1], state.piece_turn[piece])
    x, y, z = state.piece_x[piece] + x, state.piece_y[piece] + y, surface[2]
    wide = max(surface[3], surface[4])
    half = _HALF_ROOM if INSIDE[kind] else _HALF_BOARD
    z += half if INSIDE[kind] else -half
    put(thing, PIECE + kind, state.piece_colour[piece], 0, THERE, y, x, z, wide, half)
    thing.fixed = 1


@njit
def put_door(state, thing):
    """Write the door; its position is its doorway, open or not."""
    status = OPEN if abs(state.qpos[DOOR_AT]) >= AJAR else THERE
    put(thing, DOOR, 0, 0, status, state.door_row + 0.5, state.door_col + 0.5, TALL / 2, 0.5, TALL / 2)
    thing.fixed = 1


def aimed(state, player):
    """(row of `fill`, in reach) of a player's held toy, or else of the target of its crosshair; row -1 for walls."""
    held, aim, players = int(state["grip"][player]), int(state["aim"][player]), int(state["players"])
    if held != NOBODY:
        return players + held, True
    if aim >= TOYS:
        return players + int(state["things"]) + aim - TOYS, False
    return (players + aim, bool(state["aim_distance"][player] <= REACH)) if aim != NOBODY else (-1, False)


_LIGHT = {name: ("carry",) for name in toys.KINDS if name != toys.KINDS[toys.HEAVY]}
_FLAT = {name: ("carry", "on", "stack") for name in ("block", "book", "drum", "cushion")}
THINGS = Things(
    fill=fill,
    steady=True,
    cells=open_cells,
    most=PLAYERS + TOYS + SURFACES_MOST * PIECES + 1,
    kinds=KINDS,
    sizes=toys.SIZES,
    relations=(
        *("there", "open", "lifted", "stacked", "lined", "on", "in", "at", "touching", "near", "holding", "facing"),
        *("touched", "pushed", "left-of", "right-of", "between", "closest-to"),
        *("under", "behind", "in-front-of", "said", "misspoke"),
    ),
    objective={"stages": [{"all": [{"a": {}, "relation": "lifted"}]}]},
    affords={
        **_LIGHT,
        **_FLAT,
        toys.KINDS[toys.HEAVY]: ("heavy", "on"),
        **{
            name: ("in",) if inside else ("on",)
            for name, inside in zip(PIECE_KINDS, INSIDE, strict=True)
        },
        PIECE_KINDS[SHELF]: ("on", "parts"),
        "door": ("open",),
    },
    scales=(
        {"toys": 4, "pieces": 2, "height": 4, "width": 4},
        {"toys": 8, "pieces": 4, "height": 5, "width": 6},
        {"toys": 12, "pieces": 5, "height": 6, "width": 7},
        {"toys": 16, "pieces": 7, "height": 6, "width": 8, "rooms": 2},
        {"toys": 24, "pieces": 10, "height": 8, "width": 10, "rooms": 2},
    ),
    unit="metre",
)  # fmt: skip
