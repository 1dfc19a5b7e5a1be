"""What worlds of several first-person players share: colours, what each is told, starts side by side, crowns.

A crown is a thing that nobody has until the game is decided: then each winner holds one. So goals can ask for winning.
"""

from collections.abc import Mapping

import numpy as np
from numba import njit

from ...interface.text import TOKENS
from ..engine.records.things import GONE, THERE
from .angles import cosine, sine
from .models import COLOURS, PAINTS
from .state import CELL
from .things import drop, fill_things

SEATS = ("blue", "yellow", "green", "pink")
"""The colours of players, in their order."""
SEAT_COLOURS = np.array([1 + COLOURS.index(name) for name in SEATS], np.int32)
SEAT_PAINTS = PAINTS[SEAT_COLOURS]

_ASIDE = CELL // 5


@njit
def tell(state, player, words):
    """Tell a player something, as tokens, unless the task says what its players are told."""
    if state.judged != 0:
        return
    for token in range(TOKENS):
        state.instruction[player, token] = words[token]


@njit
def step_aside(state, player, turn):
    """Move a player from the middle of its cell to one of its four quarters, so that several can start in it."""
    state.y[player] += _ASIDE if turn % 4 < 2 else -_ASIDE
    state.x[player] += _ASIDE if turn % 2 < 1 else -_ASIDE


@njit
def square_between(state, one, other):
    """The square of the distance between two players, in units squared."""
    dy = np.int64(state.y[one]) - state.y[other]
    dx = np.int64(state.x[one]) - state.x[other]
    return dy * dy + dx * dx


@njit
def within(state, one, other, degrees_cosine):
    """Whether a player has another in front of it: the angle's cosine, in 1/65536, is at least this much (above 0)."""
    dy = (np.int64(state.y[other]) - state.y[one]) >> 8
    dx = (np.int64(state.x[other]) - state.x[one]) >> 8
    along = (dy * sine(state.yaw[one]) + dx * cosine(state.yaw[one])) >> 8
    length = np.int64(degrees_cosine) >> 8
    return along > 0 and along * along >= length * length * (dy * dy + dx * dx)


@njit
def drop_crowns(state, kind, colour):
    """Put a crown for each player into the world's table, out of the world."""
    for _ in range(state.players):
        state.status[drop(state, kind, colour, 0, 0)] = GONE


@njit
def crown(state, kind, player):
    """Give a winner its crown."""
    seen = 0
    for index in range(state.things):
        if state.kind[index] == kind:
            if seen == player:
                state.status[index], state.holder[index] = THERE, player + 1
            seen += 1


def colour_numbers(kinds: Mapping[str, tuple[str, ...]]) -> np.ndarray:
    """For each of the catalogue's colours its number among those of a world's kinds, 0 if no kind comes in it."""
    named = list(dict.fromkeys(name for names in kinds.values() for name in names))
    return np.array([0, *(1 + named.index(name) if name in named else 0 for name in COLOURS)], np.int32)


@njit
def fill_all(state, things, radii, heights, numbers):
    """`fill_things` with players in the colours of their seats; things have the catalogue's colours in the state, and
    in the table the world's own: see colour_numbers."""
    count = fill_things(state, things, radii, heights)
    for player in range(state.players):
        things[player].colour = SEAT_COLOURS[player]
    for index in range(count):
        things[index].colour = numbers[things[index].colour]
    return count
