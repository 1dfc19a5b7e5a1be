"""An expert of the room: it sees everything, and acts with keys and mouse like anyone. On the CPU only.

It looks for the first clause of its goal that does not hold, and does what that takes: goes, looks, lifts, puts, says.
Without a goal it plays: it takes the nearest toy to the farthest piece of furniture.
"""

import math

import numpy as np
from numba import njit

from ...interface.action import ACTION
from ..engine.judge import AMOUNT, NEGATED, RELATION, STAGE, holds, matches
from ..engine.judge import A as FIRST_FIELD
from ..engine.judge import B as SECOND_FIELD
from ..engine.things import GONE, ONE, RELATIONS, SAID, UNARY, related
from .paths import feet, toy_at
from .pose import bounds
from .skills import bring, carry, eye, go, grasp, half_height, hold, look_at, put, spot_beside, spot_on, walk
from .state import NOBODY, TOYS

_A, _B = np.int32(FIRST_FIELD), np.int32(SECOND_FIELD)  # where the selectors of a clause begin
_ON, _IN, _AT, _TOUCHING, _NEAR, _HOLDING, _FACING, _OPEN = (
    RELATIONS.index(name) for name in ("on", "in", "at", "touching", "near", "holding", "facing", "open")
)
_LIFTED = RELATIONS.index("lifted")
HIGH = 0.95
"""Metres above the floor at which what is lifted is held."""
LEAST_APART, MOST_APART = 0.1, 0.9
"""Metres between the middles of things that are put near one another."""


@njit
def guide(state, player, action, things, count):
    """Write the expert's hands for one tick: for the goal of a task, or else for play."""
    if state.judged == 0:
        play(state, player, action)
        return
    silent = np.zeros(state.players, ACTION)
    for index in range(state.clauses[player]):
        clause = state.goal[player, index]
        wanted = clause[STAGE] == state.stage[player] and not holds(clause, things, count, silent, player)
        if wanted and errand(state, player, clause, things, count, action):
            return
    if state.grip[player] != NOBODY:  # all holds already, or nothing can be done: wait, and drop nothing
        hold(action)


@njit
def play(state, player, action):
    """Take the nearest toy for a walk, and put it onto a piece of furniture."""
    toy = state.grip[player]
    if toy == NOBODY:
        best, least = -1, 1e9
        own_x, own_y = feet(state, player)
        for index in range(state.things):
            x, y, _ = toy_at(state, index)
            length = math.hypot(x - own_x, y - own_y)
            if length < least:
                best, least = index, length
        if best >= 0:
            grasp(state, player, best, action)
        return
    for piece in range(state.pieces - 1, -1, -1):
        found, x, y, z = spot_on(state, player, toy, piece, 0.0, 0.0, 0.0, 99.0)
        if found:
            put(state, player, x, y, z, action)
            return
    hold(action)


@njit
def toy_of(state, index):
    """The number of the toy that a thing of the table is, -1 if it is none."""
    toy = index - state.players
    return toy if 0 <= toy < state.things else -1


@njit
def piece_of(state, index):
    """The number of the piece of furniture that a thing of the table is, -1 if it is none."""
    piece = index - state.players - state.things
    return piece if 0 <= piece < state.pieces else -1


@njit
def errand(state, player, clause, things, count, action):
    """One tick towards a clause that does not hold. Returns whether there was anything to do."""
    relation, mine = clause[RELATION], matches(things[player], clause, _A, player)
    if relation == SAID:
        action.say[0] = clause[AMOUNT]
        return mine
    if clause[NEGATED] != 0:
        return undo(state, player, clause, things, count, mine, action)
    if relation == _OPEN:
        return push_open(state, player, action)
    if mine and relation >= len(UNARY):
        other = choose(state, player, clause, _B, things, count, -1)
        return other >= 0 and visit(state, player, relation, clause[AMOUNT], other, things, action)
    one = choose(state, player, clause, _A, things, count, -1)
    if one < 0:
        return False
    toy = toy_of(state, one)
    if toy < 0:
        return False
    if relation == _LIFTED:
        return lift(state, player, toy, action)
    other = choose(state, player, clause, _B, things, count, one)
    if other < 0:
        return False
    if state.grip[player] != toy:
        return grasp(state, player, toy, action) >= 0
    return bring_to(state, player, toy, relation, clause[AMOUNT], other, things, action)


@njit
def choose(state, player, clause, at, things, count, beside):
    """Index of the thing to take for the selector at a field of a clause, -1 if there is none. For the first selector,
    of those for which the clause does not hold yet what is in hand, else the nearest; for the second, with `beside`
    the thing that is brought, the first that has nothing to do with that; without, the nearest."""
    best, least = -1, 1e9
    own_x, own_y = feet(state, player)
    for index in range(count):
        thing = things[index]
        if index in (player, beside) or thing.state == GONE or not matches(thing, clause, at, player):
            continue
        if at == _A and settled(clause, index, things, count, player):
            continue
        if at == _A and thing.player == 0 and thing.holder == player + 1:
            return index
        if at == _B and beside >= 0:
            if toy_of(state, index) >= 0 and (burdened(index, things, count, beside) or thing.holder != 0):
                continue
            return index
        length = math.hypot(thing.x / ONE - own_x, thing.y / ONE - own_y)
        if length < least:
            best, least = index, length
    return best


@njit
def settled(clause, index, things, count, player):
    """Whether a thing already stands as a binary clause asks for."""
    if clause[RELATION] < len(UNARY):
        return False
    for other in range(count):
        fits = other != index and matches(things[other], clause, _B, player)
        if fits and related(things[index], things[other], clause[RELATION], clause[AMOUNT]):
            return things[index].holder == 0
    return False


@njit
def burdened(index, things, count, beside):
    """Whether something other than `beside` stands on a thing."""
    for other in range(count):
        if other not in (index, beside) and related(things[other], things[index], _ON, 0):
            return True
    return False


@njit
def visit(state, player, relation, amount, other, things, action):
    """What a player itself is to do with a thing: hold it, face it, go to it."""
    toy = toy_of(state, other)
    thing = things[other]
    x, y, z = thing.x / ONE, thing.y / ONE, thing.z / ONE
    if state.grip[player] != NOBODY and (relation != _HOLDING or state.grip[player] == toy):
        hold(action)
    if relation == _HOLDING:
        return toy >= 0 and grasp(state, player, toy, action) >= 0
    if relation == _FACING:
        look_at(state, player, x, y, z, action)
        return True
    wide = (thing.radius + things[player].radius) / ONE
    far = amount / ONE if relation == _NEAR else wide
    piece = piece_of(state, other)
    around = piece >= 0 or relation == _NEAR
    if around and go(state, player, x, y, z, 0.0, far - 0.05, False, toy, action) == 0:
        return True
    walk(state, player, x, y, action)  # on, until that is near enough
    return True


@njit
def lift(state, player, toy, action):
    """Take a toy and hold it high."""
    taken = grasp(state, player, toy, action)
    if taken < 1:
        return taken == 0
    own_x, own_y, _ = eye(state, player)
    x, y, _ = toy_at(state, toy)
    flat = max(math.hypot(x - own_x, y - own_y), 0.05)
    far = 0.62 / flat
    bring(state, player, own_x + (x - own_x) * far, own_y + (y - own_y) * far, HIGH, action)
    return True


@njit
def bring_to(state, player, toy, relation, amount, other, things, action):
    """Carry what is in hand to another thing, and put it on, in, or beside that."""
    found, x, y, z = place_for(state, player, toy, relation, amount, other, things)
    if not found:
        carry(state, player, action)
        return False
    return put(state, player, x, y, z, action) >= 0


@njit
def place_for(state, player, toy, relation, amount, other, things):
    """Where the middle of a toy is to come, to stand in a relation to a thing. Returns (found, x, y, z)."""
    thing, piece, half = things[other], piece_of(state, other), half_height(state, toy)
    x, y = thing.x / ONE, thing.y / ONE
    if relation in (_ON, _IN, _AT) and piece >= 0:
        return spot_on(state, player, toy, piece, x, y, 0.0, 9.0)
    if relation in (_ON, _AT, _IN):
        under = toy_of(state, other)
        if under < 0:
            return spot_beside(state, player, toy, x, y, 0.3, 0.5)
        top = bounds(state, under)[5]
        return True, x, y, top + half + 0.005
    wide = (thing.radius + things[state.players + toy].radius) / ONE
    low, high = wide + 0.015, wide + 0.045
    if relation == _NEAR:
        high = max(amount / ONE - 0.1, low)
    under = support(state, other, things)
    if under >= 0:
        return spot_on(state, player, toy, under, x, y, low, high)
    if piece >= 0:
        low, high = wide * 0.7, wide + 0.045 if relation == _TOUCHING else high
    return spot_beside(state, player, toy, x, y, low, high)


@njit
def support(state, index, things):
    """The piece of furniture that a toy stands on or in, -1 if it stands on the floor or is none."""
    if toy_of(state, index) < 0:
        return -1
    for piece in range(state.pieces):
        other = things[state.players + state.things + piece]
        if related(things[index], other, _ON, 0) or related(things[index], other, _IN, 0):
            return piece
    return -1


@njit
def undo(state, player, clause, things, count, mine, action):
    """One tick towards a negated clause that does not hold, because what it speaks of does."""
    relation = clause[RELATION]
    if mine and relation == _HOLDING:
        return True  # the hand opens
    if mine and relation == _FACING:
        x, y, z = eye(state, player)
        other = choose(state, player, clause, _B, things, count, -1)
        look_at(state, player, 2 * x - things[other].x / ONE, 2 * y - things[other].y / ONE, z, action)
        return True
    for i in range(count):
        for j in range(count):
            pair = i != j and matches(things[i], clause, _A, player) and matches(things[j], clause, _B, player)
            if not pair or not related(things[i], things[j], relation, clause[AMOUNT]):
                continue
            x, y = things[j].x / ONE, things[j].y / ONE
            far = max(things[j].radius / ONE, amount_of(relation, clause[AMOUNT])) + 0.5
            if mine:
                return go(state, player, x, y, 0.0, far, 99.0, False, -1, action) >= 0
            toy = toy_of(state, i)
            if toy < 0:
                return False
            if state.grip[player] != toy:
                return grasp(state, player, toy, action) >= 0
            found, x, y, z = spot_beside(state, player, toy, x, y, far, far + 0.6)
            return found and put(state, player, x, y, z, action) >= 0
    return False


@njit
def amount_of(relation, amount):
    """Metres within which things are near; 0 for other relations."""
    return amount / ONE if relation == _NEAR else 0.0


@njit
def push_open(state, player, action):
    """Walk through the door: its leaf gives way."""
    x, y = state.door_col + 0.5, state.door_row + 0.5
    own_x, own_y = feet(state, player)
    side = own_x - x if state.door_turn == 0 else own_y - y
    through = -1.2 if side > 0 else 1.2
    to_x = x + through if state.door_turn == 0 else x
    to_y = y if state.door_turn == 0 else y + through
    return go(state, player, to_x, to_y, 0.0, 0.0, 0.3, False, TOYS, action) >= 0
