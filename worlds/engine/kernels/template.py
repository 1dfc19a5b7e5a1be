"""The kernels of one family of worlds, as source text that kernels.py fills in, writes to the cache folder and imports.

Numba's disk cache does not notice when a function that a kernel calls is edited, and never finds kernels made in
closures. So each family gets a module of its own, in a folder named by a digest of everything it is made of. And each
kernel is compiled for one signature only (on CUDA frames of other machine words have a `draw` of their own): processes
that start at once may write the same entry of Numba's index, and then both write the same code.
"""

WORDS = ("uint8", "uint16", "uint32", "uint64")
"""The machine words in which frames are copied on CUDA; see tiles.words_of."""

_HEAD = '''"""Kernels of {family}: written by Rumpus, never edited; the folder can be deleted at any time."""

import numpy as np
from numba import {targets}

from {engine}.records.judge import fulfilled, judge
from {engine}.kernels.tick import add, after, before, begin, draw_task, still
from {fill} as world_things
from {reset} as world_reset
from {step} as world_step
'''

_HEAD_TILES = """from {engine}.render.tiles import border, copy_sprite, draw_cursor
from {view} as world_tile
"""

_HEAD_RAYS = """from {engine}.render.raycast.scene import clear
from {view} as world_scene
"""

_TICK = '''

@njit(inline="always")
def tick(state, actions, outcomes, scratch):
    """One tick of one row; False, and nothing happens, if its episode is over."""
    if not before(state, actions, outcomes):
        return False
    world_step(state, actions, outcomes)
    if state.judged:
        judge(state, scratch, world_things(state, scratch), actions, outcomes)
    after(state, outcomes)
    return True


@njit(inline="always")
def ticks(state, actions, outcomes, spare, scratch, repeat):
    """The same hands for so many ticks, or until the episode is over; rewards are summed."""
    if tick(state, actions, outcomes, scratch):
        for _ in range(1, repeat):
            if not tick(state, actions, spare, scratch):
                break
            add(state, outcomes, spare)
'''

_CPU_STEP = """

@njit(cache=True, nogil=True, _nrt=False)
def step(states, actions, outcomes, spare, things, repeat, low, high):
    for i in range(low, high):
        ticks(states[i], actions[i], outcomes[i], spare[low], things[low], repeat)
"""

_CPU_SIMULATED = """

@njit(cache=True, nogil=True, _nrt=False)
def begin_tick(states, actions, outcomes, live, low, high):
    for i in range(low, high):
        live[i] = before(states[i], actions[i], outcomes[i])


@njit(cache=True, nogil=True, _nrt=False)
def end_tick(states, actions, outcomes, total, more, things, live, low, high):
    for i in range(low, high):
        if live[i]:
            state = states[i]
            world_step(state, actions[i], outcomes[i])
            if state.judged:
                judge(state, things[low], world_things(state, things[low]), actions[i], outcomes[i])
            after(state, outcomes[i])
            if more:
                add(state, total[i], outcomes[i])
"""

_CPU = """

@njit(cache=True, nogil=True, _nrt=False)
def reset(states, mask, seeds, reseed, rows, weights, tasks, parts, levels, low, high):
    for i in range(low, high):
        if mask[i]:
            row = draw_task(states[i], weights, rows[i], seeds[i], reseed)
            begin(states[i], tasks[row], parts, row)
            world_reset(states[i], tasks[row], levels)


@njit(cache=True, nogil=True, _nrt=False)
def show_things(states, actions, things, counts, holds, low, high):
    for i in range(low, high):
        count = world_things(states[i], things[i])
        counts[i] = count
        for player in range(states[i].players):
            now, broken = fulfilled(states[i], things[i], count, actions[i], player)
            holds[i, player, 0], holds[i, player, 1] = now, broken
"""

_CPU_TILES = '''

@njit(cache=True, nogil=True, _nrt=False)
def draw(states, mask, shown, pixels, flat, sprites, tile, top, left, rows, cols, low, high):
    """Draw the tiles that differ from those that each frame shows, see tiles.shown_tiles; with a cursor all of them."""
    edge, line = np.uint64(tile), np.uint64(3 * pixels.shape[3])
    for i in range(low, high):
        if mask[i]:
            state = states[i]
            height, width = min(state.rows, rows), min(state.cols, cols)
            for player in range(state.players):
                tiles, frame, cell = shown[i, player], pixels[i, player], np.uint64(2)
                whole = tiles[0] != height or tiles[1] != width or state.pointing[player] != 0
                if whole:
                    border(frame, top, left, top + tile * height, left + tile * width)
                corner = np.uint64((i * pixels.shape[1] + player) * pixels.shape[2] + top) * line + np.uint64(3 * left)
                for row in range(height):
                    for col in range(width):
                        kind = world_tile(state, player, row, col)
                        if whole or tiles[cell] != kind:
                            tiles[cell] = kind
                            at = corner + edge * (np.uint64(row) * line + np.uint64(3 * col))
                            start = np.uint64(kind) * edge * edge * np.uint64(3)
                            copy_sprite(flat, at, line, sprites, start, edge)
                        cell += np.uint64(1)
                tiles[0], tiles[1] = height, width
                if state.pointing[player]:
                    draw_cursor(state, player, frame, tile, top, left, top, top + tile * height)
                    tiles[0] = 0
'''

_CUDA = '''
@cuda.jit(cache=True)
def step(states, actions, outcomes, spare, things, repeat):
    """One thread a world."""
    i = cuda.grid(1)
    if i < len(states):
        ticks(states[i], actions[i], outcomes[i], spare[i], things[i], repeat)


@cuda.jit(cache=True)
def reset(states, mask, seeds, reseed, rows, weights, tasks, parts, levels):
    """One thread a world."""
    i = cuda.grid(1)
    if i < len(states) and mask[i]:
        row = draw_task(states[i], weights, rows[i], seeds[i], reseed)
        begin(states[i], tasks[row], parts, row)
        world_reset(states[i], tasks[row], levels)


@cuda.jit(cache=True)
def show_things(states, actions, things, counts, holds):
    """One thread a world."""
    i = cuda.grid(1)
    if i < len(states):
        count = world_things(states[i], things[i])
        counts[i] = count
        for player in range(states[i].players):
            now, broken = fulfilled(states[i], things[i], count, actions[i], player)
            holds[i, player, 0] = now
            holds[i, player, 1] = broken
'''

_CUDA_TILES = """

KINDS = 4096  # tiles whose sprites a block looks up at a time: at least one row of the largest frame
"""

_CUDA_DRAW = '''

@cuda.jit(cache=True)
def draw_WORD(states, mask, shown, pixels, lines, sprites, tile, top, left, rows, cols):
    """One block a player: first its threads look up the sprites of the grid, -1 for those that the frame shows already,
    see tiles.shown_tiles; then a row of threads copies one row of tiles, each thread a word of every line and the next
    one its neighbour, so that writes coalesce."""
    kinds = cuda.shared.array(KINDS, np.int16)
    i, player = cuda.blockIdx.x, cuda.blockIdx.y
    lane, lanes, team, teams = cuda.threadIdx.x, cuda.blockDim.x, cuda.threadIdx.y, cuda.blockDim.y
    state = states[i]
    if not mask[i] or player >= state.players:
        return
    line, width = lines[i, player], np.uint32(sprites.shape[2])
    rows, cols = min(state.rows, rows), min(state.cols, cols)
    words, together, tiles = cols * sprites.shape[2], KINDS // cols, shown[i, player]
    whole = tiles[0] != rows or tiles[1] != cols or state.pointing[player] != 0
    for first in range(0, rows, together):
        count = min(together, rows - first)
        for cell in range(team * lanes + lane, count * cols, teams * lanes):
            row, col = np.uint32(cell) // np.uint32(cols), np.uint32(cell) % np.uint32(cols)
            kind, at = world_tile(state, player, first + np.int64(row), np.int64(col)), 2 + first * cols + cell
            changed = whole or tiles[at] != kind
            kinds[cell] = kind if changed else -1
            if changed:
                tiles[at] = kind
        cuda.syncthreads()
        for row in range(team, count, teams):
            start = top + (first + row) * tile
            for word in range(lane, words, lanes):
                col, inside = np.uint32(word) // width, np.uint32(word) % width
                kind = kinds[row * cols + np.int64(col)]
                if kind >= 0:
                    for y in range(tile):
                        line[start + y, left + word] = sprites[kind, y, np.int64(inside)]
        cuda.syncthreads()
    if whole:
        for word in range(lane, line.shape[1], lanes):
            beside = word < left or word >= left + words
            for y in range(team, line.shape[0], teams):
                if beside or y < top or y >= top + rows * tile:
                    line[y, word] = 0
    if lane == 0 and team == 0:
        tiles[0], tiles[1] = 0 if state.pointing[player] else rows, cols
    if state.pointing[player]:
        cuda.syncthreads()
        corner = (pixels.shape[3] - tile * cols) // 2
        for y in range(team * lanes + lane, line.shape[0], teams * lanes):
            draw_cursor(state, player, pixels[i, player], tile, top, corner, y, y + 1)
'''

_CPU_RAYS = """

@njit(cache=True, nogil=True, _nrt=False)
def write_scenes(states, mask, scenes, first, low, high):
    for i in range(low, high):
        for player in range(scenes.shape[1]):
            scenes[i - first, player].shown = 0
            if mask[i] and player < states[i].players:
                clear(scenes[i - first, player])
                world_scene(states[i], player, scenes[i - first, player])
"""

_CUDA_RAYS = """

@cuda.jit(cache=True)
def write_scenes(states, mask, scenes):
    i, player = cuda.grid(1) // scenes.shape[1], cuda.grid(1) % scenes.shape[1]
    if i < len(states):
        scenes[i, player].shown = 0
        if mask[i] and player < states[i].players:
            clear(scenes[i, player])
            world_scene(states[i], player, scenes[i, player])
"""

_SEARCH = '''from {engine}.run.search import FOUND, GAVE_UP, LONGEST, NONE

PRIME, SHIFT = np.uint64(0x9E3779B97F4A7C15), np.uint64(29)


@njit(cache=True, nogil=True, _nrt=False)
def search(
    n, nodes, player, moves, starts, first, last, pool, words, tree, slots, hands, outcomes, things, plans, results,
    low, high,
):
    """Breadth-first search from every state; each thread has a pool of states of its own."""
    lane = (low * len(pool) + n - 1) // n
    states, node, slot, hand, outcome = pool[lane], tree[lane], slots[lane], hands[lane], outcomes[lane]
    for i in range(low, high):
        for at in range(len(slot)):
            slot[at] = 0
        for word in range(words.shape[2]):
            words[lane, 0, word] = starts[i, word]
        enter(words[lane, 0], node, slot, 0, first, last)
        count, head, goal = 1, 0, -1
        while head < count and count < nodes and goal < 0:
            for move in range(len(moves)):
                for word in range(words.shape[2]):
                    words[lane, count, word] = words[lane, head, word]
                for other in range(len(hand)):
                    still(hand[other])
                hand[player] = moves[move]
                state = states[count]
                if not before(state, hand, outcome):
                    break
                world_step(state, hand, outcome)
                judge(state, things[lane], world_things(state, things[lane]), hand, outcome)
                after(state, outcome)
                node[count].parent, node[count].move = head, move
                if outcome[player].success:
                    goal = count
                    break
                if not state.done[player] and enter(words[lane, count], node, slot, count, first, last):
                    count += 1
            head += 1
        result = results[i]
        result.nodes, result.left, result.steps = count, head, 0
        result.verdict = FOUND if goal >= 0 else NONE if head == count else GAVE_UP
        steps, at = 0, goal
        while at > 0:
            steps, at = steps + 1, node[at].parent
        if steps > LONGEST:
            result.verdict, steps = GAVE_UP, 0
        result.steps, at = steps, goal
        while steps > 0:
            steps -= 1
            plans[i, steps] = node[at].move
            at = node[at].parent


@njit
def enter(words, node, slot, number, first, last):
    """Enter a state into the table unless one like it is there: then False."""
    mark = np.uint64(0)
    for word in range(first, last):
        mark = (mark ^ words[word]) * PRIME
        mark ^= mark >> SHIFT
    at = np.int64(mark >> np.uint64(1)) & (len(slot) - 1)
    while slot[at] != 0:
        if node[slot[at] - 1].mark == mark:
            return False
        at = (at + 1) & (len(slot) - 1)
    slot[at] = number + 1
    node[number].mark = mark
    return True
'''

SEARCH = _HEAD + _SEARCH
CPU = {
    "Tiles": _HEAD + _HEAD_TILES + _TICK + _CPU_STEP + _CPU + _CPU_TILES,
    "Rays": _HEAD + _HEAD_RAYS + _TICK + _CPU_STEP + _CPU + _CPU_RAYS,
}
"""The kernels for CPU threads, by the kind of a world's view."""
SIMULATED = {
    "Rays": _HEAD + _HEAD_RAYS + _CPU_SIMULATED + _CPU + _CPU_RAYS,
    "Frames": _HEAD + _CPU_SIMULATED + _CPU,
}
"""Those of worlds that a Simulator moves, a tick at a time; see simulator.py."""
CUDA = {
    "Tiles": _HEAD + _HEAD_TILES + _TICK + _CUDA + _CUDA_TILES + "".join(_CUDA_DRAW.replace("WORD", w) for w in WORDS),
    "Rays": _HEAD + _HEAD_RAYS + _TICK + _CUDA + _CUDA_RAYS,
}
