"""Sokoban's levels: the reset of an episode to a level, and the generator, which works backwards from the solved room.

The generator is reverse play, after Racaniere et al. 2017 (I2A): a random walk that turns with probability 0.35 opens
the floor in a few patterns; targets with a box on each, and the player, are placed at random; then the player walks and
*pulls*. Every position reached so can be solved, by playing the pulls backwards as pushes. Of all positions of the
search, the one with the highest score becomes the level: the number of changes of the pulled box, times the sum of the
boxes' displacements, or 0 if a box is still on a target.

The search consists of many short random dives from the solved room instead of one exhaustive descent; a dive ends after
`STEPS` steps, so that every level has a solution of at most that length, well within an episode.

For two players, the second starts on a free cell next to the first. That never makes a room unsolvable: let the second
walk behind the first, always into the cell that the first has just left. The two then never block each other, except
when the first turns back; but there the second is already on the cell that the first wants to enter, and the two
change roles. A pushed box moves to a cell two steps ahead, where the follower never is. (Following may cost a second
turn for each step.)
"""

import numpy as np
from numba import njit

from ..engine.library.breadth_first import breadth_first
from ..engine.library.random import draw, key_of, mix
from .state import BOX, PLAYERS, SIZE, TARGET, TARGET_PAINT, WALL

TURN = 35  # chance in percent that the generator's walk turns at a step: p = 0.35 as in I2A
LEAST_FLOOR, MOST_FLOOR = 40, 70  # part of the room that becomes floor, in percent, drawn for each room
PLACEMENTS = 4  # of targets and player, tried in one room
DIVES = 24  # reverse games played from one placement
STEPS, STEPS_A_BOX = 100, 20  # longest known solution, the larger of both; an episode ends after 120 steps
KEEP = 60  # chance in percent that a dive goes on pulling the same box the same way
HOME = 4  # weight, relative to other boxes, of a box that is still on a target as the next one to pull
PUSHES = 2  # least pushes per box of a level: rows and columns to the nearest targets
TRIES = 400  # rooms tried for one level before the generator fails

# The cells that the walk opens at a step, a random pattern, as (ahead, aside) of its position; mirrored at random.
_PATTERNS = (
    ((0, 0), (0, 0), (0, 0), (0, 0)),  # a path
    ((0, 0), (0, 1), (0, 0), (0, 0)),  # a broad path
    ((0, 0), (1, 0), (1, 1), (0, 0)),  # a bend
    ((0, 0), (0, 1), (1, 0), (1, 1)),  # a square
    ((0, 0), (0, 1), (0, -1), (1, 0)),  # a crossing
)
_WAYS = ((-1, 0), (1, 0), (0, -1), (0, 1))  # up, down, left, right
_OFFSETS = (-SIZE, SIZE, -1, 1)  # the same as offsets of flat indices
EDGE = SIZE + 2
BORDERED = (-EDGE, EDGE, -1, 1)  # the same in a grid with a border of closed cells

_SEED = np.uint64(0)

RNG = np.dtype([("key", np.uint64), ("counter", np.uint64)])


@njit
def reset(state, task, levels):
    """Start from the task's level, or from a random level of the bank; paint it if the task has colours."""
    level = levels[task.level if task.level >= 0 else draw(state, len(levels))]
    state.height, state.width = level.height, level.width
    off = np.int32(0)
    for y in range(state.cells.shape[0]):
        for x in range(state.cells.shape[1]):
            here = level.cells[y, x]
            state.cells[y, x] = here
            state.paint[y, x] = 0
            off += np.int32(here == BOX)  # a box on a target is BOX + TARGET
    state.off = off
    if task.colours > 0:
        paint(state, task.colours)
    for player in range(PLAYERS):
        state.y[player], state.x[player] = level.y[player], level.x[player]


@njit
def paint(state, colours):
    """Give every box and every target one of `colours` colours at random."""
    for y in range(state.height):
        for x in range(state.width):
            here, colour = np.int32(state.cells[y, x]), np.int32(0)
            if here & BOX:
                colour = 1 + draw(state, colours)
            if here & TARGET:
                colour += TARGET_PAINT * (1 + draw(state, colours))
            state.paint[y, x] = colour


@njit
def generate_floor(rng, cells, height, width):
    """Fill a room, cells (SIZE, SIZE), with wall, and open a connected floor in it. Returns the number of floor
    cells."""
    cells[:] = WALL
    area = (height - 2) * (width - 2)
    wanted = area * (LEAST_FLOOR + draw(rng, MOST_FLOOR + 1 - LEAST_FLOOR)) // 100
    y, x = 1 + draw(rng, height - 2), 1 + draw(rng, width - 2)
    way, floor = draw(rng, 4), 0
    for _ in range(20 * area):
        if floor >= wanted:
            break
        dy, dx = _WAYS[way]
        hand, pattern = 1 - 2 * draw(rng, 2), draw(rng, len(_PATTERNS))
        for part in range(4):
            ahead, aside = _PATTERNS[pattern][part]
            to_y, to_x = y + ahead * dy + aside * hand * dx, x + ahead * dx + aside * hand * dy
            if 0 < to_y < height - 1 and 0 < to_x < width - 1 and cells[to_y, to_x] == WALL:
                cells[to_y, to_x] = 0
                floor += 1
        y, x = min(max(y + dy, 1), height - 2), min(max(x + dx, 1), width - 2)
        if draw(rng, 100) < TURN:
            way = (way + 1 + draw(rng, 3)) % 4
    return floor


@njit
def fingerprint(cells, height, width, kinds):
    """A 64-bit hash of the cells of `kinds` (a sum of WALL, TARGET, BOX), the same for a room that is rotated, mirrored
    or shifted: the least of the hashes of its eight images, from the first row and column with floor."""
    top, left, bottom, right = height, width, -1, -1
    for y in range(height):
        for x in range(width):
            if cells[y, x] != WALL:
                top, bottom, left, right = min(top, y), max(bottom, y), min(left, x), max(right, x)
    tall, wide = bottom - top, right - left
    least = ~np.uint64(0)
    for image in range(8):
        total = np.uint64(0)
        for y in range(tall + 1):
            for x in range(wide + 1):
                here = np.int32(cells[top + y, left + x]) & kinds
                if here:
                    v, u = (tall - y if image & 1 else y), (wide - x if image & 2 else x)
                    place = v * SIZE + u if image & 4 else u * SIZE + v
                    total += mix(np.uint64(place * 8 + here))
        size = tall * SIZE + wide if image & 4 else wide * SIZE + tall
        least = min(least, mix(total + np.uint64(size)))
    return least


@njit
def place_randomly(rng, cells, height, width, places):
    """Draw len(places) different floor cells, uniformly, as flat indices."""
    for i in range(len(places)):
        places[i] = -1
        while places[i] < 0:
            y, x = 1 + draw(rng, height - 2), 1 + draw(rng, width - 2)
            taken = cells[y, x] == WALL
            for j in range(i):
                taken = taken or places[j] == y * SIZE + x
            if not taken:
                places[i] = y * SIZE + x


@njit
def apart(one, two):
    """Rows and columns between two flat cells."""
    return abs(one // SIZE - two // SIZE) + abs(one % SIZE - two % SIZE)


@njit
def score(at, home, holds, player, blocked, is_target):
    """The score of a position of the reverse game as a level; 0 if it cannot be one."""
    total, least = 0, 0
    for i in range(len(at)):
        if is_target[at[i]]:
            return 0
        total += apart(at[i], home[i])
        near = apart(at[i], home[0])
        for j in range(1, len(home)):
            near = min(near, apart(at[i], home[j]))
        least += near
    if least < PUSHES * len(at):
        return 0
    beside = 4
    for dy, dx in _WAYS:
        beside -= blocked[player + dy * SIZE + dx]
    return holds * total if beside > 0 else 0


@njit
def dive(rng, home, start, blocked, is_target, far, queue, best, most):
    """Pull boxes at random from the solved room. Where that scores more than `most`, write boxes and player into
    best."""
    at = home.copy()
    longest = max(STEPS, STEPS_A_BOX * len(home))
    for box in at:
        blocked[box] = 1
    player, hold, way, steps, holds = start, -1, 0, 0, 0
    while steps < longest:
        box, cost, count = hold, 1, 0
        if hold < 0 or draw(rng, 100) >= KEEP or blocked[player + _WAYS[way][0] * SIZE + _WAYS[way][1]]:
            far[:] = -1
            breadth_first(blocked, player, _OFFSETS, far, 0, queue)
            for i in range(len(at)):
                for turn in range(4):
                    step = _WAYS[turn][0] * SIZE + _WAYS[turn][1]
                    if far[at[i] + step] >= 0 and blocked[at[i] + 2 * step] == 0:
                        weight = HOME if is_target[at[i]] else 1
                        count += weight
                        if draw(rng, count) < weight:
                            box, way = i, turn
            if count == 0:
                break
            cost += far[at[box] + _WAYS[way][0] * SIZE + _WAYS[way][1]] if hold >= 0 else 0
        step = _WAYS[way][0] * SIZE + _WAYS[way][1]
        steps += cost
        if steps > longest:
            break
        blocked[at[box]], blocked[at[box] + step] = 0, 1
        at[box] += step
        player = at[box] + step
        holds += box != hold
        hold = box
        here = score(at, home, holds, player, blocked, is_target)
        if here > most:
            most = here
            best[: len(at)] = at
            best[len(at)] = player
    for box in at:
        blocked[box] = 0
    return most


@njit
def make(levels, prints, rngs, first, height, width, boxes, low_digit, high_digit, low, high):
    """Generate levels low to high, each with a random stream of its own number, first + index.

    levels: LEVEL (n,), written. prints: uint64 (n,), the fingerprints of the levels, 0 where none was found. rngs: RNG
    (n,), memory of the random streams. Only rooms are used whose walls have a fingerprint that ends with a digit from
    low_digit to high_digit - 1.
    """
    blocked, is_target = np.zeros(SIZE * SIZE, np.uint8), np.zeros(SIZE * SIZE, np.uint8)
    far, queue = np.zeros(SIZE * SIZE, np.int32), np.zeros(SIZE * SIZE, np.int32)
    places, targets, best = np.zeros((3, boxes + 1), np.int32)
    for index in range(low, high):
        rng, level = rngs[index], levels[index]
        rng.key, rng.counter = key_of(_SEED, np.uint64(first + index)), np.uint64(0)
        cells = level.cells
        tries = 0
        for _ in range(TRIES * 10):
            floor = generate_floor(rng, cells, height, width)
            digit = np.int64(fingerprint(cells, height, width, WALL) % np.uint64(10))
            if floor < 2 * boxes + 2 or not low_digit <= digit < high_digit:
                continue
            tries += 1
            if tries > TRIES:
                break
            blocked[:] = cells.ravel()
            most = 0
            for _ in range(PLACEMENTS):
                place_randomly(rng, cells, height, width, places)
                is_target[:] = 0
                for i in range(boxes):
                    is_target[places[i]] = 1
                before = most
                for _ in range(DIVES):
                    most = dive(rng, places[:boxes], places[boxes], blocked, is_target, far, queue, best, most)
                if most > before:
                    targets[:] = places
            if most > 0:
                finish(level, height, width, targets, best)
                prints[index] = fingerprint(cells, height, width, WALL | TARGET | BOX)
                break


@njit
def finish(level, height, width, targets, best):
    """Write targets, boxes and players into a level that has its floor."""
    level.height, level.width = height, width
    for i in range(len(best) - 1):
        level.cells[targets[i] // SIZE, targets[i] % SIZE] |= TARGET
        level.cells[best[i] // SIZE, best[i] % SIZE] |= BOX
    level.y[0], level.x[0] = best[-1] // SIZE, best[-1] % SIZE
    beside_first(level)


@njit
def beside_first(level):
    """Place the second player on the free floor nearest to the first, in the order up, down, left, right of the first
    steps.

    The way may lead through boxes, but the place must be free of them; there is one while a target is free.
    """
    queue = np.zeros(EDGE * EDGE, np.int32)
    count = walkable(level, np.zeros(EDGE * EDGE, np.int32), queue)
    for index in range(1, count):
        y, x = queue[index] // EDGE - 1, queue[index] % EDGE - 1
        if level.cells[y, x] & BOX == 0:
            level.y[1], level.x[1] = y, x
            return


@njit
def walkable(level, far, queue):
    """Find all cells without a wall that are connected to the first player's. Returns their number.

    far, queue: (EDGE * EDGE,), written: the steps from the player to each cell, -1 for others, and the cells in the
    order of a breadth-first search. The grid has a border of closed cells: the cell (y, x) is (y + 1) * EDGE + x + 1.
    """
    closed = np.ones(EDGE * EDGE, np.uint8)
    for y in range(level.height):
        for x in range(level.width):
            closed[(y + 1) * EDGE + x + 1] = level.cells[y, x] == WALL
    far[:] = -1
    return breadth_first(closed, (level.y[0] + 1) * EDGE + level.x[0] + 1, BORDERED, far, 0, queue)
