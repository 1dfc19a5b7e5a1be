"""The kernels of one family of worlds, as source text that kernels.py fills in, writes to the cache folder and imports.

Numba's disk cache does not notice when a function that a kernel calls is edited, and never finds kernels made in
closures. So each family gets a module of its own, in a folder named by a digest of everything it is made of.
"""

HEAD = '''"""Kernels of {family}: written by Rumpus, never edited; the folder can be deleted at any time."""

from numba import {target}

from {engine}.tiles import border, copy_sprite, draw_cursor
from {engine}.turn import after, before, begin
from {reset} as world_reset
from {step} as world_step
from {tile} as world_tile
'''

CPU = (
    HEAD
    + '''

@njit(cache=True, nogil=True, _nrt=False)
def step(states, actions, outcomes, low, high):
    for i in range(low, high):
        state = states[i]
        if before(state, actions[i], outcomes[i]):
            world_step(state, actions[i], outcomes[i])
            after(state, outcomes[i])


@njit(cache=True, nogil=True, _nrt=False)
def reset(states, mask, seeds, reseed, tasks, levels, low, high):
    for i in range(low, high):
        if mask[i]:
            begin(states[i], tasks[0], seeds[i], reseed)
            world_reset(states[i], tasks[0], levels)


@njit
def draw_row(state, player, pixels, lines, sprites, tile, top, left, row):
    """One row of tiles and the border beside it; the first and the last row also draw the border above and below."""
    rows, cols = state.rows, state.cols
    first, last = top + row * tile, top + (row + 1) * tile
    border(lines, first, last, left, cols * sprites.shape[2], row == 0, row == rows - 1)
    for col in range(cols):
        sprite = sprites[world_tile(state, player, row, col)]
        x = left + col * sprites.shape[2]
        for y in range(tile):
            copy_sprite(lines[first + y], sprite[y], x)
    if state.pointing[player]:
        draw_cursor(state, player, pixels, tile, top, (pixels.shape[1] - tile * cols) // 2, first, last)


@njit(cache=True, nogil=True, _nrt=False)
def draw(states, mask, pixels, lines, sprites, tile, top, left, low, high):
    for i in range(low, high):
        if mask[i]:
            state = states[i]
            for player in range(state.players):
                for row in range(state.rows):
                    draw_row(state, player, pixels[i, player], lines[i, player], sprites, tile, top, left, row)
'''
)
