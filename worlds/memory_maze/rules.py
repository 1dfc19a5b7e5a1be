"""The rules of Memory Maze: walk, touch the ball of the instruction, and get an instruction for another."""

import numpy as np
from numba import njit

from ...interface.text import encode
from ..engine.library.random import draw
from ..first_person.body import walk_by
from ..first_person.multiplayer import set_instruction
from ..first_person.state import CELL
from ..first_person.things import touching
from .state import COLOURS

FOUND = np.float32(1.0)  # as published
SPEED = CELL // 12
"""Units a tick: in three ticks a quarter of a cell, which is what the published walker rolls in a step."""
REACH = CELL // 2
"""Largest distance, in units, between the middles of the player and a touched ball."""

TEXTS = tuple(f"find the {colour} ball" for colour in COLOURS)
PROMPTS = np.stack([encode(text) for text in ("", *TEXTS)])
"""The instructions by the number of the colour, uint16 (colours + 1, TOKENS)."""


@njit
def ask(state, index):
    """Ask for another ball. Tasks with instructions of their own keep them."""
    state.asked = index
    set_instruction(state, 0, PROMPTS[state.colour[index]])


@njit
def touch(state):
    """Mark the touched balls as visited. True in the tick in which the last ball is visited for the first time."""
    news, left = False, False
    for index in range(state.things):
        if state.visited[index] == 0 and touching(state, 0, index, REACH):
            state.visited[index] = 1
            news = True
        if state.visited[index] == 0:
            left = True
    return news and not left


@njit
def step(state, actions, outcomes):
    """One tick. The ball of the instruction gives a reward, and the instruction asks for a random other ball."""
    walk_by(state, 0, actions[0], SPEED)
    if touch(state):
        outcomes[0].success = 1
    if touching(state, 0, state.asked, REACH):
        outcomes[0].reward = FOUND
        other = draw(state, state.things - 1)
        ask(state, other if other < state.asked else other + 1)
