"""Parts of worlds with several first-person players: colours, instructions, starts side by side, crowns.

A crown is a thing without a holder until the game is decided: then each winner holds one. So goals can ask for winning.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numba import njit

from ...interface.text import TOKENS
from ..engine.records.things import GONE, ONE, THERE
from .angles import cosine, sine, squared_length
from .body import RADIUS
from .models import COLOURS, PAINTS
from .state import CELL
from .things import PLAYER_HALF, drop, fill_things

PLAYER_COLOURS = ("blue", "yellow", "green", "pink")
"""The names of the players' colours, in the order of the players."""
PLAYER_COLOUR_NUMBERS = np.array([1 + COLOURS.index(name) for name in PLAYER_COLOURS], np.int32)
PLAYER_PAINTS = PAINTS[PLAYER_COLOUR_NUMBERS]

PLAYER_RADIUS = RADIUS * ONE // CELL
"""Half the width of a player in the table of things, in 1/ONE cells."""

_ASIDE = CELL // 5


class Shape(NamedTuple):
    """A kind of things in the table: half its width and half its height, in 1/ONE cells, and the names of its
    colours."""

    radius: int
    height: int
    colours: tuple[str, ...] = ()


class Tables(NamedTuple):
    """The kinds of a world: their colours by name, and for `fill_all` int32 arrays, in which number 0 is no kind, or no
    colour: radii and heights (kinds + 1,), and the numbers of the colours, see colour_numbers."""

    kinds: dict[str, tuple[str, ...]]
    radii: np.ndarray
    heights: np.ndarray
    numbers: np.ndarray


@njit
def set_instruction(state, player, words):
    """Give a player an instruction, words (TOKENS,), unless the task has instructions of its own."""
    if state.judged != 0:
        return
    for token in range(TOKENS):
        state.instruction[player, token] = words[token]


@njit
def step_aside(state, player, turn):
    """Move a player from the middle of its cell to one of the cell's four quarters, so that several can start in it."""
    state.y[player] += _ASIDE if turn % 4 < 2 else -_ASIDE
    state.x[player] += _ASIDE if turn % 2 < 1 else -_ASIDE


@njit
def squared_distance_between(state, one, other):
    """The square of the distance between two players, in units squared."""
    return squared_length(state.y[one] - state.y[other], state.x[one] - state.x[other])


@njit
def within(state, one, other, degrees_cosine):
    """Whether a player faces another: the cosine of the angle between, in 1/65536, is at least degrees_cosine > 0."""
    dy = (np.int64(state.y[other]) - state.y[one]) >> 8
    dx = (np.int64(state.x[other]) - state.x[one]) >> 8
    along = (dy * sine(state.yaw[one]) + dx * cosine(state.yaw[one])) >> 8
    length = np.int64(degrees_cosine) >> 8
    return along > 0 and along * along >= length * length * (dy * dy + dx * dx)


@njit
def drop_crowns(state, kind, colour):
    """Add a crown for each player to the things, with the status GONE."""
    for _ in range(state.players):
        state.status[drop(state, kind, colour, 0, 0)] = GONE


@njit
def crown(state, kind, player):
    """Give a player, a winner, its crown."""
    seen = 0
    for index in range(state.things):
        if state.kind[index] == kind:
            if seen == player:
                state.status[index], state.holder[index] = THERE, player + 1
            seen += 1


def colour_numbers(kinds: Mapping[str, tuple[str, ...]]) -> np.ndarray:
    """For each colour of models.COLOURS its number among the colours of a world's kinds, int32; 0 for unused ones."""
    named = list(dict.fromkeys(name for names in kinds.values() for name in names))
    return np.array([0, *(1 + named.index(name) if name in named else 0 for name in COLOURS)], np.int32)


def players_and(kinds: Mapping[str, Shape], players: tuple[str, ...] = PLAYER_COLOURS) -> Tables:
    """The tables of a world's kinds: of players of these colours first, and then of the given kinds."""
    rows = {"player": Shape(PLAYER_RADIUS, PLAYER_HALF, players), **kinds}
    colours = {name: row.colours for name, row in rows.items()}
    radii = np.array([0, *(row.radius for row in rows.values())], np.int32)
    heights = np.array([0, *(row.height for row in rows.values())], np.int32)
    return Tables(colours, radii, heights, colour_numbers(colours))


def players_and_crowns(kinds: Mapping[str, Shape]) -> Tables:
    """The same, with crowns for the winners after the given kinds."""
    return players_and({**kinds, "crown": Shape(ONE // 4, ONE // 8, ("yellow",))})


@njit
def fill_all(state, things, radii, heights, numbers):
    """`fill_things` with PLAYER_COLOURS for players; colours are numbers of models.COLOURS in the state, and in the
    table, things (k,) THING, numbers of the world's own: see colour_numbers."""
    count = fill_things(state, things, radii, heights)
    for player in range(state.players):
        things[player].colour = PLAYER_COLOUR_NUMBERS[player]
    for index in range(count):
        things[index].colour = numbers[things[index].colour]
    return count
