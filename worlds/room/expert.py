"""The expert of the room: it reads the whole state, and acts by keys and mouse as any policy does. On the CPU only.

The first clause of its goal that does not hold gives the errand: to go, look, lift, put or say. Without a goal it puts
the nearest toy onto a piece of furniture.
"""

import math

import numpy as np
from numba import njit

from ...interface.action import ACTION
from ..engine.records.judge import AMOUNT, RELATION, apart, matches, satisfies
from ..engine.records.relations import (
    ALONE,
    BETWEEN,
    CLOSEST_TO,
    LEFT_OF,
    LINED,
    ON,
    RIGHT_OF,
    STACKED,
    number_of,
)
from ..engine.records.things import GONE, ONE, THERE, related, towards
from ..first_person.dispatch import FIRST, SECOND, Skills, errand_of, first_pair, unmet
from .builds import next_of_row, next_of_tower, support
from .paths import feet, toy_at
from .pose import bounds
from .raycast import eye
from .skills import (
    NONE,
    SEEN,
    UNSEEN,
    bring,
    carry,
    gaze,
    go,
    grasp,
    half_height,
    hold,
    put,
    spot_around,
    spot_on,
    walk,
)
from .state import NOBODY
from .viewpoints import see
from .visibility import sees

_IN, _AT, _NEAR, _HOLDING, _FACING, _OPEN, _LIFTED, _TOUCHED, _PUSHED = map(
    number_of, ("in", "at", "near", "holding", "facing", "open", "lifted", "touched", "pushed")
)
_SEEN = (_FACING, LEFT_OF, RIGHT_OF)  # relations that hold while the player looks somewhere
_PATIENCE = 120  # ticks until another way is tried
_CLOSE = 0.6  # metres: a player goes no nearer to a thing that it is to see
_BESIDE = ONE * 6 // 10
"""Distance, in 1/ONE metres, at which a thing is put beside another, to be seen beside it."""
HIGH = 0.95
"""Metres above the floor at which a lifted toy is held."""


@njit
def act(state, player, action, things, count):
    """Write one tick's action of a player, zeros on entry: towards the goal of a task, or else in play."""
    if state.judged == 0:
        play(state, player, action)
        return
    silent = np.zeros(state.players, ACTION)
    for last in range(2):  # a clause about looking comes last: to turn ends nothing else
        for index in range(state.clauses[player]):
            clause = state.goal[player, index]
            now = (clause[RELATION] in _SEEN) == (last == 1)
            wanted = now and unmet(state, player, clause, things, count, silent)
            if wanted and errand(state, player, clause, things, count, None, action):
                return
    if state.grip[player] != NOBODY:  # the stage holds, or nothing can be done: wait, and drop nothing
        hold(action)


@njit
def play(state, player, action):
    """Take the nearest toy for a walk, and put it onto a piece of furniture."""
    toy = np.int64(state.grip[player])
    if toy == NOBODY:
        best, least = NONE, 1e9
        own_x, own_y = feet(state, player)
        for index in range(state.things):
            x, y, _ = toy_at(state, index)
            length = math.hypot(x - own_x, y - own_y)
            if length < least:
                best, least = np.int64(index), length
        if best >= 0:
            grasp(state, player, best, action)
        return
    for piece in range(state.pieces - 1, -1, -1):
        found, x, y, z = spot_on(state, player, toy, piece)
        if found:
            put(state, player, x, y, z, action)
            return
    hold(action)


@njit
def toy_of(state, index):
    """The number of the toy that a thing of the table is, -1 if it is none."""
    toy = np.int64(index - state.players)
    return toy if 0 <= toy < state.things else NONE


@njit
def piece_of(state, index):
    """The number of the piece of furniture that a thing of the table is, -1 if it is none."""
    piece = index - state.players - state.things
    return piece if 0 <= piece < state.pieces else -1


@njit
def say(clause, mine, action):
    """Say the word of a clause. Only a word that the player itself is to say is an errand."""
    action.say[0] = clause[AMOUNT]
    return mine


@njit
def handle(state, player, clause, things, count, mine, ways, action):
    """One tick towards an open door, towers and rows, touching and pushing, and places between or beside things."""
    relation = clause[RELATION]
    if relation == _OPEN:
        return push_open(state, player, action)
    if relation in (STACKED, LINED):
        return build(state, player, clause, things, count, action)
    if relation in (_TOUCHED, _PUSHED):
        return use_on(state, player, clause, things, count, action)
    if relation in (LEFT_OF, RIGHT_OF):
        return arrange(state, player, clause, things, count, action)
    return come_between(state, player, clause, things, count, mine, action)


@njit
def move(state, player, clause, one, things, count, ways, action):
    """One tick of lifting a toy, or of bringing it to a thing that matches B."""
    relation, toy = clause[RELATION], toy_of(state, one)
    if relation == CLOSEST_TO and matches(things[player], player, clause, SECOND, player):
        return approach(state, player, _NEAR, ONE * 3 // 10, one, things, action)
    if toy < 0:
        return False
    if relation == _LIFTED:
        return lift(state, player, toy, action)
    place = choose_place(state, player, clause, things, count, one)
    if place < 0:
        return False
    if state.grip[player] != toy:
        return grasp(state, player, toy, action) >= 0
    if relation == CLOSEST_TO:
        return bring_to(state, player, toy, _NEAR, nearest_rival(things, count, one, place), place, things, action)
    return bring_to(state, player, toy, relation, clause[AMOUNT], place, things, action)


@njit
def nearest_rival(things, count, one, other):
    """How near, in 1/ONE metres and at most 1.2 metres, the nearest thing of the kind of one is to another thing."""
    least = np.int64(ONE * 12 // 10) ** 2
    for index in range(count):
        if index not in (one, other) and things[index].kind == things[one].kind and things[index].state == THERE:
            least = min(least, apart(things[index], things[other]))
    return np.int32(math.sqrt(least))


@njit
def arrange(state, player, clause, things, count, action):
    """One tick towards seeing a thing to the left, or to the right, of another: from somewhere else, or where there is
    no such place, with the one put down beside the other."""
    for i in range(count):
        if (
            i == player
            or things[i].state != THERE
            or things[i].holder != 0
            or not matches(things[i], i, clause, FIRST, player)
        ):
            continue
        for j in range(count):
            if j in (i, player) or things[j].state != THERE or not matches(things[j], j, clause, SECOND, player):
                continue
            left, right = (i, j) if clause[RELATION] == LEFT_OF else (j, i)
            if see(state, player, things[left], things[right], action):
                return True
    one = choose(state, player, clause, FIRST, things, count, None)
    if one < 0 or toy_of(state, one) < 0:
        return False
    other = choose_place(state, player, clause, things, count, one)
    if other < 0:
        return False
    if state.grip[player] != toy_of(state, one):
        return grasp(state, player, toy_of(state, one), action) >= 0
    return bring_to(state, player, toy_of(state, one), _NEAR, _BESIDE, other, things, action)


@njit
def come_between(state, player, clause, things, count, mine, action):
    """One tick towards being, or putting a thing, halfway between two things that match a clause's B."""
    one = player if mine else choose(state, player, clause, FIRST, things, count, None)
    if one < 0 or (not mine and toy_of(state, one) < 0):
        return False
    toy = NONE if mine else toy_of(state, one)
    for j in range(count):
        if j == one or things[j].state != THERE or not matches(things[j], j, clause, SECOND, player):
            continue
        for k in range(j + 1, count):
            if k == one or things[k].state != THERE or not matches(things[k], k, clause, SECOND, player):
                continue
            x, y = (things[j].x + things[k].x) / (2 * ONE), (things[j].y + things[k].y) / (2 * ONE)
            slack = 0.08 * math.sqrt(apart(things[j], things[k])) / ONE
            if mine:
                if go(state, player, x, y, 0.0, 0.0, max(slack, 0.1), UNSEEN, NONE, action) >= 0:
                    return True
                continue
            if state.grip[player] != toy:
                return grasp(state, player, toy, action) >= 0
            found, x, y, z = spot_around(state, player, toy, x, y, NONE, 0.0, slack)
            if found:
                return put(state, player, x, y, z, action) >= 0
    return False


@njit
def build(state, player, clause, things, count, action):
    """One tick towards a tower or a row."""
    if clause[RELATION] == STACKED:
        one, under = next_of_tower(state, player, things, count, clause)
        if one < 0:
            return False
        found, x, y, z = place_for(state, player, toy_of(state, one), ON, 0, under, things)
    else:
        one, found, x, y, z = next_of_row(state, player, things, count, clause)
    if one < 0 or not found:
        return False
    toy = toy_of(state, one)
    if state.grip[player] != toy:
        return grasp(state, player, toy, action) >= 0
    return put(state, player, x, y, z, action) >= 0


@njit
def use_on(state, player, clause, things, count, action):
    """One tick towards touching or pushing a thing with another one, or with the own body."""
    one = choose(state, player, clause, FIRST, things, count, None)
    if one < 0:
        return False
    x, y, z = things[one].x / ONE, things[one].y / ONE, things[one].z / ONE
    if matches(things[player], player, clause, SECOND, player) and clause[RELATION] == _PUSHED:
        if go(state, player, x, y, z, 0.0, 0.7, UNSEEN, toy_of(state, one), action) == 1:
            walk(state, player, x, y, action)
        return True
    other = choose(state, player, clause, SECOND, things, count, None)
    toy = toy_of(state, other)
    if toy < 0:
        return False
    if state.grip[player] != toy:
        return grasp(state, player, toy, action) >= 0
    if go(state, player, x, y, z, 0.45, 0.9, SEEN, toy, action) == 1:
        round_ = state.tick / 8.0  # around it, so that the two meet from some side
        bring(state, player, x + 0.2 * math.cos(round_), y + 0.2 * math.sin(round_), z, action)
    else:
        carry(state, player, action)
    return True


@njit
def choose(state, player, clause, at, things, count, ways):
    """Index of the thing to take for the selector at a field of a clause, -1 if there is none: the one in hand,
    else the nearest; for the first selector of those for which the clause does not hold yet."""
    best, least = -1, 1e9
    own_x, own_y = feet(state, player)
    for index in range(count):
        thing = things[index]
        if index == player or thing.state == GONE or not matches(thing, index, clause, at, player):
            continue
        if at == FIRST and settled(clause, index, things, count, player):
            continue
        if thing.player == 0 and thing.holder == player + 1:
            return index
        length = math.hypot(thing.x / ONE - own_x, thing.y / ONE - own_y)
        if length < least:
            best, least = index, length
    return best


@njit
def choose_place(state, player, clause, things, count, one):
    """Index of the first thing for the second selector of a clause to which another one can be brought: best one on
    which nothing stands; -1 if there is none."""
    best = -1
    for index in range(count - 1, -1, -1):
        thing = things[index]
        if index in (player, one) or thing.state == GONE or not matches(thing, index, clause, SECOND, player):
            continue
        if thing.player != 0 or piece_of(state, index) >= 0:
            return index
        free = toy_of(state, index) >= 0 and thing.holder == 0 and not burdened(index, things, count, one)
        if best < 0 or free:
            best = index
    return best


@njit
def settled(clause, index, things, count, player):
    """Whether a thing already stands as a binary clause asks for."""
    return (
        clause[RELATION] not in ALONE and things[index].holder == 0 and satisfies(clause, things, count, player, index)
    )


@njit
def burdened(index, things, count, beside):
    """Whether something other than `beside` stands on a thing."""
    for other in range(count):
        if other not in (index, beside) and related(things[other], things[index], ON, 0):
            return True
    return False


@njit
def visit(state, player, clause, index, things, ways, action):
    """One tick of holding, facing, or going to a thing."""
    return approach(state, player, clause[RELATION], clause[AMOUNT], index, things, action)


@njit
def approach(state, player, relation, amount, other, things, action):
    """One tick towards a relation of the player to a thing; amount: the distance in 1/ONE metres of `near`."""
    toy = toy_of(state, other)
    thing = things[other]
    x, y, z = thing.x / ONE, thing.y / ONE, thing.z / ONE
    if state.grip[player] != NOBODY and (relation != _HOLDING or state.grip[player] == toy):
        hold(action)
    if relation == _HOLDING:
        return toy >= 0 and grasp(state, player, toy, action) >= 0
    if relation == _FACING:
        return look_at(state, player, other, things, action)
    far = amount / ONE - 0.05 if relation == _NEAR else (thing.radius + things[player].radius) / ONE + 0.03
    high = z - thing.height / ONE > 0.15 or (state.tick // _PATIENCE) % 2 == 1
    if toy >= 0 and relation != _NEAR and high:  # a thing out of reach of the feet is taken, and so comes to the player
        if grasp(state, player, toy, action) == 1:
            own_x, own_y, _ = eye(state, player)
            way = max(math.hypot(x - own_x, y - own_y), 0.05)
            bring(state, player, own_x + 0.22 * (x - own_x) / way, own_y + 0.22 * (y - own_y) / way, 0.6, action)
        return True
    if relation == _NEAR:
        return go(state, player, x, y, z, 0.0, far, UNSEEN, toy, action) >= 0
    own_x, own_y = feet(state, player)
    close = far + (0.15 if toy < 0 else 0.3)
    if math.hypot(x - own_x, y - own_y) < close or go(state, player, x, y, z, 0.0, close, UNSEEN, toy, action) == 1:
        walk(state, player, x, y, action)  # until it is near enough
    return True


@njit
def look_at(state, player, other, things, action):
    """Look at a thing, from a place where it is seen."""
    thing = things[other]
    seen, (x, y, z) = sees(state, thing, player, other, False)
    there_x, there_y, there_z = thing.x / ONE, thing.y / ONE, thing.z / ONE
    own_x, own_y = feet(state, player)
    if seen:
        gaze(state, player, x, y, z, action)
        hidden = towards(things[player], thing) and (thing.hidden >> player) & 1 != 0
        if not hidden or math.hypot(x - own_x, y - own_y) < _CLOSE:
            return True
    toy, far = toy_of(state, other), max(math.hypot(there_x - own_x, there_y - own_y) - 0.3, 1.2)
    if go(state, player, there_x, there_y, there_z, 0.5, far, SEEN, toy, action) == 0:
        return True
    return go(state, player, there_x, there_y, there_z, 0.4, max(far - 0.3, 0.8), UNSEEN, toy, action) >= 0


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
    """Carry the toy in hand to another thing, and put it on, in, or beside that."""
    found, x, y, z = place_for(state, player, toy, relation, amount, other, things)
    if not found:
        carry(state, player, action)
        return False
    return put(state, player, x, y, z, action) >= 0


@njit
def place_for(state, player, toy, relation, amount, other, things):
    """A place for the middle of a toy, in a relation to a thing. Returns (found, x, y, z)."""
    thing, piece, half = things[other], piece_of(state, other), half_height(state, toy)
    x, y, upon = thing.x / ONE, thing.y / ONE, relation in (ON, _IN, _AT)
    if upon and piece >= 0:
        return spot_on(state, player, toy, piece)
    if upon and toy_of(state, other) >= 0:
        return True, x, y, bounds(state, toy_of(state, other))[5] + half + 0.005
    wide = (thing.radius + things[state.players + toy].radius) / ONE
    low = wide * 0.7 if piece >= 0 else wide + 0.015
    high = max(amount / ONE - 0.1, low) if relation == _NEAR else wide + 0.045
    if upon:
        low, high = 0.3, 0.5
    best = spot_around(state, player, toy, x, y, support(state, other, things), low, high)
    if not best[0] and relation == _NEAR:
        best = spot_around(state, player, toy, x, y, NONE, low, high)
    return best


@njit
def undo(state, player, clause, things, count, mine, ways, action):
    """One tick towards ending what a negated clause speaks of."""
    relation = clause[RELATION]
    if mine and relation == _HOLDING:
        return True  # without the button the hand opens
    if relation in (LEFT_OF, RIGHT_OF) or (mine and relation == _FACING):
        x, y, z = eye(state, player)
        other = choose(state, player, clause, SECOND, things, count, None)
        gaze(state, player, 2 * x - things[other].x / ONE, 2 * y - things[other].y / ONE, z, action)
        return True
    i, j = first_pair(player, clause, things, count)
    if i < 0:
        return False
    x, y = things[j].x / ONE, things[j].y / ONE
    far = max(things[j].radius / ONE, amount_of(relation, clause[AMOUNT])) + 0.5
    if mine:
        return go(state, player, x, y, 0.0, far, 99.0, UNSEEN, NONE, action) >= 0
    toy = toy_of(state, i)
    if toy < 0:
        return False
    if state.grip[player] != toy:
        return grasp(state, player, toy, action) >= 0
    found, x, y, z = spot_around(state, player, toy, x, y, NONE, far, far + 0.6)
    return found and put(state, player, x, y, z, action) >= 0


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
    return go(state, player, to_x, to_y, 0.0, 0.0, 0.3, UNSEEN, NONE, action) >= 0


HANDLED = (_OPEN, STACKED, LINED, _TOUCHED, _PUSHED, LEFT_OF, RIGHT_OF, BETWEEN)
"""The relations that `handle` takes."""
errand = errand_of(Skills(say, undo, HANDLED, handle, choose, visit, move))
