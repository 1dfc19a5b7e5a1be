"""The judge: the reward and success function of all goals in all worlds. It runs right after the rules, on any device.

A goal is stored in the state as numbers: up to CLAUSES clauses for each player, each a row of FIELDS integers, and up
to STAGES stages. rumpus.tasks compiles goals from JSON.
"""

import numpy as np
from numba import njit

from ....interface.text import TOKENS
from .relations import (
    ALONE,
    BEHIND,
    BETWEEN,
    CLOSEST_TO,
    IN_FRONT_OF,
    LEFT_OF,
    LINED,
    ON,
    RIGHT_OF,
    SAID,
    SPOKEN,
    STACKED,
    TOUCHING,
)
from .things import GONE, THERE, alone, aside, beyond, related

CLAUSES, STAGES = 8, 4
NEVER = -1  # the stage of a clause that must never hold; NEVER - 1 - k: not before stage k has been reached
ANYBODY, YOU, OTHER = 0, 1, 2  # the field `who` of a selector
THESE = 3  # in that field: the things whose bits are set in the other three, WORD things each
PLACE = 4  # in that field: a place of the map; two others are its rows and columns, first * SIDE + last each, and the
# third is EITHER if one of them is enough
EITHER = 1
WORD, SIDE = 31, 1 << 15
VISITS, MOST_VISITED = -1, 30
"""In the field LEAST: VISITS - k, that k things which match B (0: all) are visited, one at a time. The first
MOST_VISITED of them count, which are the bits of `lasted` while their stage is on."""
MOST_NAMED = 3 * WORD
"""The largest number of things of a world of which goals can name particular ones."""

(STAGE, NEGATED, LEAST, RELATION, AMOUNT, A, _A1, _A2, _A3, B, _B1, _B2, _B3) = range(13)
FIELDS = 13
"""Numbers of a clause: its stage or NEVER; 1 if negated; the least count, 0 for all, or VISITS; the relation's index in
RELATIONS; the distance for near, the number of things for chains, the token for said and misspoke; and from A and B on
the four numbers of a selector: kind, colour, size (as in THING, 0 for any) and who, or what THESE and PLACE say."""

MILLI = 1000
"""Rewards and weights of a goal are integers in thousandths, so that sums are the same on every device."""
SUCCESS, STAGE_REWARD, STEP_REWARD, FAILURE = range(4)


@njit
def matches(thing, number, clause, at, player):
    """Whether a thing, by its number in the table, matches the selector that begins at field `at` of a clause, as this
    player means it."""
    if clause[at + 3] >= THESE:
        named = clause[at + 3] == THESE and number < MOST_NAMED
        return named and (clause[at + number // WORD] >> (number % WORD)) & 1 != 0
    if clause[at] != 0 and clause[at] != thing.kind:
        return False
    if clause[at + 1] != 0 and clause[at + 1] != thing.colour:
        return False
    if clause[at + 2] != 0 and clause[at + 2] != thing.size:
        return False
    who = clause[at + 3]
    if who == ANYBODY:
        return True
    return thing.player != 0 and (thing.player == player + 1) == (who == YOU)


@njit
def heard(actions, thing, token, relation):
    """Whether the player of this thing says a word in this tick, or for misspoke, anything but that one word."""
    say = actions[thing.player - 1].say
    if relation != SAID:
        return say[0] != 0 and (say[0] != token or (TOKENS > 1 and say[1] != 0))
    index = 0
    while index < TOKENS and say[index] != 0:
        if say[index] == token:
            return True
        index += 1
    return False


@njit
def stacked(things, count, clause, player, top):
    """Whether a thing is the top of a tower of clause[AMOUNT] things that match A. Each lies on the next; of several
    below it, that with the nearest middle is the next."""
    at = top
    for _ in range(clause[AMOUNT] - 1):
        below, least = -1, 0
        for i in range(count):
            one, other = things[at], things[i]
            if other.z < one.z and matches(other, i, clause, A, player) and related(one, other, ON, 0):
                away = max(abs(one.y - other.y), abs(one.x - other.x))
                if below < 0 or away < least:
                    below, least = i, away
        if below < 0:
            return False
        at = below
    return True


@njit
def beside(things, clause, player, i, j):
    """Whether two things touch side by side, and the second one matches A."""
    one, other = things[i], things[j]
    if i == j or not matches(other, j, clause, A, player) or not related(one, other, TOUCHING, 0):
        return False
    return abs(one.z - other.z) <= max(one.height, other.height)


@njit
def lined(things, count, clause, player, end):
    """Whether a thing is the end of a row of clause[AMOUNT] things that match A. Each touches the next, in a direction
    that is at most 22 degrees away from the direction from the first to the second."""
    for second in range(count):
        if not beside(things, clause, player, end, second):
            continue
        y, x = np.int64(things[second].y - things[end].y), np.int64(things[second].x - things[end].x)
        at, length = second, 2
        while length < clause[AMOUNT]:
            after = -1
            for i in range(count):
                dy, dx = np.int64(things[i].y - things[at].y), np.int64(things[i].x - things[at].x)
                ahead = dy * y + dx * x
                straight = ahead > 0 and ahead * ahead * 7 >= (y * y + x * x) * (dy * dy + dx * dx) * 6
                if straight and beside(things, clause, player, at, i):
                    after = i
                    break
            if after < 0:
                break
            at, length = after, length + 1
        if length >= clause[AMOUNT]:
            return True
    return False


@njit
def amid(y, x, one, other):
    """Whether the point (y, x) lies between the middles of two things seen from above, straight to 22 degrees."""
    dy, dx = np.int64(one.y) - y, np.int64(one.x) - x
    ey, ex = np.int64(other.y) - y, np.int64(other.x) - x
    along = dy * ey + dx * ex
    return along < 0 and along * along * 7 >= (dy * dy + dx * dx) * (ey * ey + ex * ex) * 6


@njit
def between(things, count, clause, player, i):
    """Whether a thing lies between two that match B."""
    one = things[i]
    if one.state != THERE or one.holder != 0:
        return False
    for j in range(count):
        if j == i or things[j].state != THERE or not matches(things[j], j, clause, B, player):
            continue
        for k in range(j + 1, count):
            fits = k != i and things[k].state == THERE and matches(things[k], k, clause, B, player)
            if fits and amid(one.y, one.x, things[j], things[k]):
                return True
    return False


@njit
def apart(one, other):
    """The square of the distance between the middles of two things, seen from above."""
    dy, dx = np.int64(one.y) - other.y, np.int64(one.x) - other.x
    return dy * dy + dx * dx


@njit
def closest(things, count, i, j):
    """Whether a thing is nearer to another one than all others of its kind are."""
    if things[i].state != THERE or things[j].state != THERE:
        return False
    for k in range(count):
        rival = k not in (i, j) and things[k].kind == things[i].kind and things[k].state == THERE
        if rival and apart(things[k], things[j]) <= apart(things[i], things[j]):
            return False
    return True


@njit
def spans(pair, at):
    """Whether a coordinate lies in a range; one whose first number is the larger is what lies outside."""
    first, last = pair // SIDE, pair % SIDE
    inside = at >= first and at <= last
    return inside if first <= last else at >= first or at <= last


@njit
def paired(clause, things, count, player, i, j):
    """Whether two things of a table stand in the relation of a clause, as this player sees it."""
    relation = clause[RELATION]
    if relation in (LEFT_OF, RIGHT_OF):
        return aside(things[player], things[i], things[j], relation)
    if relation in (BEHIND, IN_FRONT_OF):
        return beyond(things[player], things[i], things[j], relation)
    if relation == CLOSEST_TO:
        return closest(things, count, i, j)
    return related(things[i], things[j], relation, clause[AMOUNT])


@njit
def satisfies(clause, things, count, player, i):
    """Whether a thing of a table satisfies a clause; for all relations but said and misspoke."""
    relation = clause[RELATION]
    if relation == STACKED:
        return stacked(things, count, clause, player, i)
    if relation == LINED:
        return lined(things, count, clause, player, i)
    if relation in ALONE:
        return alone(things[i], relation)
    if relation == BETWEEN:
        return between(things, count, clause, player, i)
    if clause[B + 3] == PLACE:
        one = things[i]
        down, across = spans(clause[B], one.y), spans(clause[B + 1], one.x)
        return one.state != GONE and ((down or across) if clause[B + 2] == EITHER else (down and across))
    for j in range(count):
        if j != i and matches(things[j], j, clause, B, player) and paired(clause, things, count, player, i, j):
            return True
    return False


@njit
def holds(clause, things, count, actions, player):
    """Whether a clause holds now, as this player means it."""
    relation, least = clause[RELATION], clause[LEAST]
    found, total = np.int32(0), np.int32(0)
    for i in range(count):
        one = things[i]
        if not matches(one, i, clause, A, player):
            continue
        if relation in SPOKEN:
            good = one.player != 0 and heard(actions, one, clause[AMOUNT], relation)
        else:
            good = satisfies(clause, things, count, player, i)
        found += np.int32(good)
        total += np.int32(good or one.state == THERE or relation <= GONE)
        if found == least or (least == 0 and found < total):
            break
    enough = total > 0 and (found >= total if least == 0 else found >= least)
    return enough != (clause[NEGATED] != 0)


@njit
def visited(clause, things, count, player, seen):
    """(whether a clause of visits holds, the bits of what has been visited), with what is so now; seen: these bits
    before. Things that are gone count where they were visited, and nothing visits itself."""
    number, found, total = np.int32(0), np.int32(0), np.int32(0)
    for j in range(count):
        if not matches(things[j], j, clause, B, player) or matches(things[j], j, clause, A, player):
            continue
        bit = np.int32(1) << min(number, np.int32(MOST_VISITED))
        for i in range(count):
            new = number < MOST_VISITED and seen & bit == 0 and matches(things[i], i, clause, A, player)
            if new and paired(clause, things, count, player, i, j):
                seen |= bit
        good = number < MOST_VISITED and seen & bit != 0
        found += np.int32(good)
        total += np.int32(good or things[j].state == THERE)
        number += np.int32(1)
    least = VISITS - clause[LEAST]
    return total > 0 and (found >= total if least == 0 else found >= least), seen


@njit
def visits(state, things, count, player):
    """Note in `lasted` what a player visits now, if its stage is of visits; whether it is."""
    for index in range(state.clauses[player]):
        clause = state.goal[player, index]
        if clause[STAGE] == state.stage[player] and clause[LEAST] < 0:
            state.lasted[player] = visited(clause, things, count, player, state.lasted[player])[1]
            return True
    return False


@njit
def fulfilled(state, things, count, actions, player):
    """(whether the player's stage holds now, whether a clause holds that must never)."""
    now, broken = state.stages[player] > 0, False
    for index in range(state.clauses[player]):
        clause = state.goal[player, index]
        stage = clause[STAGE]
        if stage == state.stage[player] and clause[LEAST] < 0:
            now = now and visited(clause, things, count, player, state.lasted[player])[0]
        elif stage == state.stage[player]:
            now = now and holds(clause, things, count, actions, player)
        elif stage == NEVER or (stage < NEVER and state.stage[player] < NEVER - stage):
            broken = broken or holds(clause, things, count, actions, player)
    return now, broken


@njit
def judge(state, things, count, actions, outcomes):
    """Judge every player's goal after a tick and write the outcomes; they replace the rewards and ends of the world's
    own rules.

    A stage that has held for its number of ticks is followed by the next one; the end of the last is success. A stage
    of visits holds for no time, and `lasted` has the bits of what has been visited. A goal without stages succeeds at
    the time limit. `reward_weights` are the weights (of a player's own reward, of the sum of all players' rewards), in
    thousandths.
    """
    sum_, first = np.int64(0), False
    for player in range(state.players):
        outcome = outcomes[player]
        outcome.terminated, outcome.success = 0, 0
        state.earned[player] = 0
        if state.done[player]:
            continue
        reward = np.int64(state.reward[STEP_REWARD])
        touring = visits(state, things, count, player)
        now, broken = fulfilled(state, things, count, actions, player)
        if broken:
            outcome.terminated = 1
            reward += state.reward[FAILURE]
        elif now:
            state.lasted[player] += 1
            if state.lasted[player] > state.hold[player, state.stage[player]]:
                state.lasted[player] = 0
                state.stage[player] += 1
                if state.stage[player] == state.stages[player]:
                    outcome.success = 1
                else:
                    reward += state.reward[STAGE_REWARD]
        else:
            if not touring:
                state.lasted[player] = 0
            if state.stages[player] == 0 and state.tick >= state.limit:
                outcome.success = 1
        if outcome.success:
            outcome.terminated = 1
            reward += state.reward[SUCCESS]
            first = True
        state.earned[player] = reward
        sum_ += reward
    for player in range(state.players):
        if first and state.first:
            outcomes[player].terminated = 1
        share = state.reward_weights[0] * np.int64(state.earned[player]) + state.reward_weights[1] * sum_
        outcomes[player].reward = np.float32(share) / np.float32(MILLI * MILLI)
