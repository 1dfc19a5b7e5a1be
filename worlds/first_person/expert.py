"""The expert of first-person worlds: it pursues the goal of a task, and else the world's own objective.

    expert_of(objective)                           the `act` of a world, made of its own objective
    pursue(state, player, action, things, count)   one tick towards the goal that the state holds

The first clause of the goal that does not hold gives the errand. For the player to be near, on or at a thing, it walks
there; for a thing to be in its hands, open or gone, it walks there and uses it; for a thing to be near another, it
fetches the one and puts it down at the other; for two things to be seen side by side, it walks to where they are. To
end what a negated clause speaks of, it walks away, or puts down what it holds. Things that must never be touched are
walked around. Nothing is planned: a puzzle, such as a door that needs a key, is for the world's own objective.
"""

import numpy as np
from numba import njit

from ...interface.action import ACTION
from ..engine.records.judge import AMOUNT, NEGATED, NEVER, RELATION, STAGE, A, B, matches, satisfies
from ..engine.records.relations import (
    ALONE,
    BETWEEN,
    CLOSEST_TO,
    LEFT_OF,
    MISSPOKE,
    RIGHT_OF,
    SPOKEN,
    number_of,
)
from ..engine.records.things import GONE, ONE, towards
from ..engine.render.raycast.scene import COLS, ROWS
from .angles import difference, heading
from .bindings import S
from .body import RADIUS
from .dispatch import FIRST, SECOND, Skills, errand_of, first_pair, unmet
from .grid_queries import cell_of, line_of_sight, middle
from .state import CELL, TURN
from .steering import (
    FAR,
    arrived,
    face,
    gaze,
    lengths,
    nowhere,
    nudge,
    tap_use,
    turn,
    walk_around,
)
from .things import IN_FRONT, held
from .viewpoints import come_between, step_out, view

_NEAR, _HOLDING, _FACING, _OPEN, _THERE = map(number_of, ("near", "holding", "facing", "open", "there"))
_UNITS = CELL // ONE
_HARMLESS = (_FACING, _THERE, _OPEN, LEFT_OF, RIGHT_OF, BETWEEN, CLOSEST_TO)
"""Relations for which no cell is avoided when they must never hold."""
_REACH = CELL * 3 // 4
"""Distance, in units, from which on a player faces the thing that it is to use."""
_WIDE = CELL // 3
"""Distance, in units, that is kept from things that must not be touched, beyond what is needed."""


@njit
def no_goal(state, player):
    """False: no goal of a task is reached by the world's own objective."""
    return False


@njit
def resting(action):
    """Whether an action has no keys, mouse motion or text so far."""
    moved = action.mouse[0] != 0 or action.mouse[1] != 0 or action.say[0] != 0
    for key in range(len(action.keys)):
        moved = moved or action.keys[key] != 0
    return not moved


def expert_of(objective, instead=no_goal, resume=True):
    """The `act` of a world's Controller, an @njit function, which a world assigns to the name `act` in its expert.py:
    it pursues the goal of a task, and in episodes without a task the world's own objective.

    objective(state, player, action): writes one tick's action towards the world's own objective; action: one ACTION
        record, zeros on entry.
    instead(state, player): whether the objective is also the way to the player's goal, and replaces `pursue` now.
    resume: the objective also acts in ticks of a task in which `pursue` has nothing to do.

    Both functions are @njit ones. The kernel of an expert imports `act` from the module of the objective.
    """

    def act(state, player, action, things, count):
        """One tick of a player's action."""
        tasked = state.judged != 0 and not instead(state, player)
        if tasked:
            pursue(state, player, action, things, count)
        if not tasked or (resume and resting(action)):
            objective(state, player, action)

    act.__module__ = objective.__module__
    return njit(act)


@njit
def pursue(state, player, action, things, count):
    """Write a player's action of one tick towards its stage of the state's goal; nothing where the stage holds.

    action: one ACTION record, zeros on entry. things: (most,) THING, players first, of which `count` are there.
    """
    silent = np.zeros(state.players, ACTION)
    for careful in (True, False):  # where no path leads around what must never be touched, one may lead through it
        avoid = forbidden(state, player, things, count, careful)
        found = lengths(state, cell_of(state.y[player]), cell_of(state.x[player]), avoid)
        for index in range(state.clauses[player]):
            clause = state.goal[player, index]
            wanted = unmet(state, player, clause, things, count, silent)
            if wanted and errand(state, player, clause, things, count, (found, avoid), action):
                return


@njit
def say(clause, mine, action):
    """Say the word of a clause, whether this player or another one is to say it."""
    action.say[0] = clause[AMOUNT]
    return True


@njit
def handle(state, player, clause, things, count, mine, ways, action):
    """One tick towards seeing two things in their order, towards a place between two, or towards what a thing is by
    itself, for which it is used."""
    relation, (found, avoid) = clause[RELATION], ways
    if relation in (LEFT_OF, RIGHT_OF):
        return view(state, player, clause, relation == LEFT_OF, things, count, found, avoid, action)
    if relation == BETWEEN:
        return mine and come_between(state, player, clause, things, count, found, avoid, action)
    return relation in ALONE and fetch(
        state, player, wrong(player, clause, things, count, found), things, avoid, action
    )


@njit
def choose(state, player, clause, at, things, count, ways):
    """The nearest thing for the selector at a field of a clause; for the first one, that the clause does not hold
    for."""
    if at == FIRST:
        return wrong(player, clause, things, count, ways[0])
    return nearest(player, clause, at, things, count, ways[0])


@njit
def visit(state, player, clause, index, things, ways, action):
    """One tick of holding, facing or walking to a thing."""
    if clause[RELATION] == _HOLDING:
        return fetch(state, player, index, things, ways[1], action)
    if clause[RELATION] == _FACING:
        return look_at(state, player, index, things, ways[1], action)
    return approach(state, player, index, things, ways[1], action)


@njit
def move(state, player, clause, index, things, count, ways, action):
    """One tick of bringing a thing to one that matches B. To a thing that is to come to the player, and to another
    player, it walks itself."""
    found, avoid = ways
    if clause[RELATION] in (_HOLDING, _FACING):
        return False
    if matches(things[player], player, clause, SECOND, player) or things[index].player != 0:
        return approach(state, player, index, things, avoid, action)
    other = nearest(player, clause, SECOND, things, count, found)
    return other >= 0 and bring(state, player, index, other, things, avoid, action)


@njit
def undo(state, player, clause, things, count, mine, ways, action):
    """One tick towards ending what a negated clause speaks of."""
    relation, (found, avoid) = clause[RELATION], ways
    if relation in ALONE:
        one = nearest(player, clause, FIRST, things, count, found)
        return one >= 0 and fetch(state, player, one, things, avoid, action)
    if relation == _HOLDING:
        tap_use(state, player, action)
        return True
    if relation in (_FACING, LEFT_OF, RIGHT_OF):
        turn(state, player, state.yaw[player] + TURN // 8, action)
        return True
    if relation == BETWEEN and mine:
        return step_out(state, player, clause, things, count, found, avoid, action)
    if relation == CLOSEST_TO:
        return approach_rival(state, player, clause, things, count, found, avoid, action)
    if mine or matches(things[player], player, clause, SECOND, player):
        return flee(state, player, clause, SECOND if mine else FIRST, things, count, found, avoid, action)
    index, _ = first_pair(player, clause, things, count)
    if index < 0:
        return False
    if things[index].holder == player + 1:
        return flee(state, player, clause, SECOND, things, count, found, avoid, action)
    return fetch(state, player, index, things, avoid, action)


HANDLED = (MISSPOKE, LEFT_OF, RIGHT_OF, BETWEEN, *ALONE)
"""The relations that `handle` takes. For `misspoke` there is nothing to do."""
errand = errand_of(Skills(say, undo, HANDLED, handle, choose, visit, move))


@njit
def approach_rival(state, player, clause, things, count, found, avoid, action):
    """One tick of going to the nearest other thing of the kind of one that is closest to something."""
    for index in range(count):
        if not (matches(things[index], index, clause, A, player) and satisfies(clause, things, count, player, index)):
            continue
        best, least = -1, FAR
        for other in range(count):
            rival = other not in (index, player) and things[other].kind == things[index].kind
            if rival and things[other].state != GONE and way_to(found, things[other]) < least:
                best, least = other, way_to(found, things[other])
        return best >= 0 and approach(state, player, best, things, avoid, action)
    return False


# Choice of a thing.


@njit
def way_to(found, thing):
    """The length of the path, of those `found` from a player, to a thing or to a cell beside it; FAR if none leads
    there."""
    row, col = cell_of(thing.y * _UNITS), cell_of(thing.x * _UNITS)
    if not (0 < row < ROWS - 1 and 0 < col < COLS - 1):
        return FAR
    least = found[row, col]
    if least == FAR:
        for near in (found[row - 1, col], found[row + 1, col], found[row, col - 1], found[row, col + 1]):
            least = min(least, near)
    return least


@njit
def nearest(player, clause, at, things, count, found):
    """Index of the nearest thing that matches the selector at a field of a clause, other than the player and gone
    things; -1 if there is none or no path leads to it."""
    best, least = -1, FAR
    for index in range(count):
        if index != player and things[index].state != GONE and matches(things[index], index, clause, at, player):
            length = way_to(found, things[index])
            if length < least:
                best, least = index, length
    return best


@njit
def wrong(player, clause, things, count, found):
    """Index of the nearest thing that matches a clause's A and that the clause does not hold for: a thing that the
    player holds comes first; -1 if there is none."""
    best, least = -1, FAR
    for index in range(count):
        thing = things[index]
        if thing.state == GONE or not matches(thing, index, clause, A, player):
            continue
        good = thing.state == clause[RELATION]  # open and gone are numbered alike as relations and as states
        if clause[RELATION] not in ALONE:
            good = satisfies(clause, things, count, player, index)
        length = -1 if thing.holder == player + 1 else way_to(found, thing)
        if not good and length < least:
            best, least = index, length
    return best


# Moves: each returns whether there was a path.


@njit
def look_at(state, player, index, things, avoid, action):
    """Turn to a thing of the table; first walk to where no wall hides it, nearer where another thing does, and
    backwards from a thing at the feet."""
    you, thing = things[player], things[index]
    y, x = thing.y * _UNITS, thing.x * _UNITS
    apart = max(abs(y - state.y[player]), abs(x - state.x[player]))
    bare = line_of_sight(state, state.y[player], state.x[player], y, x)
    before = towards(you, thing)
    seen = before and (thing.hidden >> player) & 1 == 0
    if bare and (not before or seen or apart < CELL):
        gaze(state, player, y, x, thing.z * _UNITS, action)
        if apart < CELL // 3:
            action.keys[S] = 1
        return True
    if not approach(state, player, index, things, avoid, action):
        gaze(state, player, y, x, thing.z * _UNITS, action)
    return True


@njit
def approach(state, player, index, things, avoid, action):
    """Walk to a thing of the table."""
    return walk_around(state, player, things[index].y * _UNITS, things[index].x * _UNITS, avoid, action)


@njit
def fetch(state, player, index, things, avoid, action):
    """Walk to a thing, and use it at arm's length while walking on, so that it is taken, opened or eaten. A player that
    holds another thing puts that down first."""
    if index < 0:
        return False
    thing = things[index]
    if thing.player == 0 and thing.holder == 0 and held(state, player) >= 0:
        tap_use(state, player, action)
        return True
    return use_at(state, player, thing.y * _UNITS, thing.x * _UNITS, avoid, action)


@njit
def use_at(state, player, y, x, avoid, action):
    """Walk to a position in units, and use what is there at arm's length while walking on. Returns whether there is a
    path that enters no cell of the mask `avoid`."""
    if not walk_around(state, player, y, x, avoid, action):
        return False
    dy, dx = y - state.y[player], x - state.x[player]
    if np.int64(dy) * dy + np.int64(dx) * dx < np.int64(_REACH) * _REACH:
        if max(abs(dy), abs(dx)) > RADIUS:
            turn(state, player, heading(dy, dx), action)
        if max(abs(dy), abs(dx)) <= RADIUS or abs(difference(heading(dy, dx), state.yaw[player])) < TURN // 16:
            tap_use(state, player, action)
    return True


@njit
def bring(state, player, index, other, things, avoid, action):
    """Fetch a thing, carry it to another one, and put it down there."""
    if things[index].holder != player + 1:
        return fetch(state, player, index, things, avoid, action)
    y, x = things[other].y * _UNITS, things[other].x * _UNITS
    dy, dx = np.int64(y) - state.y[player], np.int64(x) - state.x[player]
    distance = np.int64(np.sqrt(dy * dy + dx * dx))
    if distance > CELL or distance == 0:
        return walk_around(state, player, y, x, avoid, action)
    aligned = face(state, player, y, x, action)
    stand_y, stand_x = y - dy * IN_FRONT // distance, x - dx * IN_FRONT // distance
    if aligned and arrived(state, player, stand_y, stand_x):
        tap_use(state, player, action)
    else:
        nudge(state, player, stand_y, stand_x, True, action)
    return True


@njit
def flee(state, player, clause, at, things, count, found, avoid, action):
    """Walk to the nearest cell that is far enough from all things that match the selector at a field of a clause."""
    best, least = -1, FAR
    for cell in range(ROWS * COLS):
        row, col = cell // COLS, cell % COLS
        length = found[row, col]
        if length >= least:
            continue
        safe = True
        for index in range(count):
            if index != player and things[index].state != GONE and matches(things[index], index, clause, at, player):
                safe = safe and not within(things[index], row, col, keep_off(clause, things[index], things[player]))
        if safe:
            best, least = cell, length
    if best < 0:
        return False
    return walk_around(state, player, middle(best // COLS), middle(best % COLS), avoid, action)


# Cells to avoid.


@njit
def keep_off(clause, thing, you):
    """The distance from a thing, in units, that a player is to keep for a clause not to hold."""
    least = thing.radius + you.radius
    if clause[RELATION] == _NEAR:
        least = max(least, clause[AMOUNT])
    return least * _UNITS + _WIDE


@njit
def within(thing, row, col, distance):
    """Whether the middle of a cell is nearer to a thing than a distance in units."""
    dy, dx = np.int64(thing.y) * _UNITS - middle(row), np.int64(thing.x) * _UNITS - middle(col)
    return dy * dy + dx * dx < np.int64(distance) * distance


@njit
def forbidden(state, player, things, count, careful):
    """The cells, bool (ROWS, COLS), in which a player might touch, or come near to, a thing of a clause that must never
    hold; none if not `careful`."""
    avoid = nowhere()
    for index in range(state.clauses[player] if careful else 0):
        clause = state.goal[player, index]
        relation = clause[RELATION]
        if clause[STAGE] != NEVER or clause[NEGATED] != 0 or relation in SPOKEN or relation in _HARMLESS:
            continue
        at = A if relation in ALONE else B
        if at == B and not matches(things[player], player, clause, A, player):
            continue
        for one in range(count):
            thing = things[one]
            if one == player or thing.state == GONE or not matches(thing, one, clause, at, player):
                continue
            distance = keep_off(clause, thing, things[player])
            for cell in range(ROWS * COLS):
                if within(thing, cell // COLS, cell % COLS, distance):
                    avoid[cell // COLS, cell % COLS] = True
    return avoid
