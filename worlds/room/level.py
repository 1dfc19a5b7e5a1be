"""The room's levels: a house (see house.py), and toys in it, on the floor, on furniture and in boxes.

Toys are upright, with a random yaw, a millimetre above the floor or a surface. Their bounding boxes are APART from one
another, from furniture and walls, so that nothing intersects; chests, which are too heavy to be pushed aside, keep the
distance of furniture. Toys that do not fit after some tries are left out: the state has their number. No two toys are
of the same kind and colour, so that an instruction can name each.
"""

import math

import numpy as np
from numba import njit

from ..engine.library.random import draw, mix
from ..engine.records.things import THERE
from ..engine.render.raycast.textures import COLOURS
from ..first_person.splits import REDRAWS, in_split
from ..first_person.state import CELL
from ..first_person.things import clear_things
from .furniture import CLEAR, SURFACES, SURFACES_MOST, quarter
from .house import (
    GAP,
    MILLI,
    SMALLEST,
    TRIES,
    between,
    build,
    free_of_pieces,
    free_of_players,
    in_doorway,
    place_furniture,
    place_player,
    room_of,
)
from .pose import bounds, spread
from .state import NOBODY, PLAYERS, POSE, QPOS, QVEL, TOYS, TOYS_AT, TREES
from .toys import FIRST, HEAVY, KINDS, MADE_OF, MATERIALS, SIZES

APART = 0.02
"""Metres between toys, and from toys to furniture and walls."""
LIFTED = 0.001
"""Metres from a toy's underside to what it stands on."""
ON_FLOOR = 40
"""Percent of the toys that are tried on the floor first."""
_ALIKE = 30  # percent of the toys that are of the kind of the one before, for goals about sorting and stacking


@njit
def reset(state, task, levels):
    """Generate a level: draw rooms until one is of the task's split."""
    for _ in range(REDRAWS):
        lay_out(state, task)
        if in_split(state, task.fold):
            break
    clear_dynamics(state)
    state.mark = furnishing_hash(state)


@njit
def lay_out(state, task):
    """Draw walls, furniture, players and toys."""
    for index in range(QPOS):
        state.qpos[index] = 0.0
    for index in range(TOYS):
        state.qpos[TOYS_AT + POSE * index + 3] = 1.0
        state.size[index], state.material[index] = 0, 0
    clear_things(state)
    state.pieces = 0
    build(state, task)
    for player in range(PLAYERS):
        place_player(state, player)
    for _ in range(task.heavy):
        put_toy(state, True)
    place_furniture(state, task.pieces)
    for _ in range(task.heavy, task.toys):
        put_toy(state, False)


@njit
def clear_dynamics(state):
    """Reset the fields that are not furnishing: bodies at rest, the door shut, the hands empty."""
    for index in range(QVEL):
        state.qvel[index], state.warm[index] = 0.0, 0.0
    for index in range(TREES):
        state.asleep[index] = -1
    state.faults = 0
    for player in range(PLAYERS):
        state.grip[player], state.aim[player] = NOBODY, NOBODY
        state.distance[player], state.lift[player], state.aim_distance[player] = 0.0, 0.0, 0.0
        state.gripping[player], state.force[player] = 0, 0.0
        for axis in range(3):
            state.held_at[player, axis] = 0.0
        for axis in range(4):
            state.turned[player, axis] = 1.0 if axis == 0 else 0.0


# Toys.


@njit
def put_toy(state, heavy):
    """Draw a toy and place it: on the floor or a surface as drawn, else on the other; or leave it out."""
    index = state.things
    if not draw_toy(state, index, heavy):
        return
    on_floor = heavy or draw(state, 100) < ON_FLOOR
    for attempt in range(3 * TRIES):
        if attempt == TRIES or attempt == 2 * TRIES:
            on_floor = heavy or not on_floor
            state.size[index] = 1
        turn = draw(state, 360) * math.pi / 180
        at = TOYS_AT + POSE * index
        state.qpos[at + 3], state.qpos[at + 6] = math.cos(turn / 2), math.sin(turn / 2)
        found = to_floor(state, index) if on_floor else to_surface(state, index)
        if found:
            _, _, low, _, _, _ = bounds(state, index)
            state.thing_x[index], state.thing_y[index] = int(state.qpos[at] * CELL), int(state.qpos[at + 1] * CELL)
            state.thing_z[index] = int(low * CELL)
            state.status[index], state.things = THERE, index + 1
            return
    state.kind[index], state.colour[index], state.size[index], state.material[index] = 0, 0, 0, 0
    for axis in range(POSE):
        state.qpos[TOYS_AT + POSE * index + axis] = 1.0 if axis == 3 else 0.0


@njit
def draw_toy(state, index, heavy):
    """Draw kind, colour, size and material of a toy. False if no unused kind and colour was found."""
    for _ in range(TRIES):
        kind = HEAVY if heavy else draw(state, len(KINDS) - 1)
        if not heavy and index > 0 and state.kind[index - 1] != FIRST + HEAVY and draw(state, 100) < _ALIKE:
            kind = state.kind[index - 1] - FIRST
        colour = 1 + draw(state, len(COLOURS))
        if taken(state, index, FIRST + kind, colour):
            continue
        state.kind[index], state.colour[index] = FIRST + kind, colour
        state.size[index] = 1 + draw(state, len(SIZES))
        count = 0
        while count < len(MATERIALS) and MADE_OF[kind, count] != 0:
            count += 1
        state.material[index] = MADE_OF[kind, draw(state, count)]
        return True
    return False


@njit
def taken(state, count, kind, colour):
    """Whether one of the first `count` toys has this kind and colour."""
    for index in range(count):
        if state.kind[index] == kind and state.colour[index] == colour:
            return True
    return False


@njit
def to_floor(state, index):
    """Try a place on the floor for a toy. Only chests, which cannot be pushed aside, must leave a way around them."""
    half_x, half_y, half_z = spread(state, index)
    x0, y0, x1, y1 = room_of(state, draw(state, state.door + 1))
    wide = GAP if state.kind[index] == FIRST + HEAVY else APART
    x, y = (
        between(state, x0 + half_x + wide, x1 - half_x - wide),
        between(state, y0 + half_y + wide, y1 - half_y - wide),
    )
    if in_doorway(state, x, y, half_x, half_y) or not free_of_pieces(state, x, y, half_x + wide, half_y + wide):
        return False
    if not free_of_players(state, PLAYERS, x, y, half_x, half_y) or not apart(state, index, x, y, 0.0, wide):
        return False
    lay(state, index, x, y, half_z)
    return True


@njit
def to_surface(state, index):
    """Try a place on, or in, a piece of furniture for a toy."""
    if state.pieces == 0:
        return False
    piece, slot = draw(state, state.pieces), draw(state, SURFACES_MOST)
    kind, turn = state.piece[piece] - 1, state.piece_turn[piece]
    if SURFACES[kind, slot, 3] == 0:
        slot = 0
    half_x, half_y, half_z = spread(state, index)
    middle_x, middle_y = quarter(SURFACES[kind, slot, 0], SURFACES[kind, slot, 1], turn)
    room_x, room_y = quarter(SURFACES[kind, slot, 3], SURFACES[kind, slot, 4], turn)
    room_x, room_y = abs(room_x) - half_x - APART, abs(room_y) - half_y - APART
    if room_x < 0 or room_y < 0 or 2 * half_z + APART > CLEAR[kind, slot]:
        return False
    x = state.piece_x[piece] + middle_x + between(state, -room_x, room_x)
    y = state.piece_y[piece] + middle_y + between(state, -room_y, room_y)
    if not apart(state, index, x, y, SURFACES[kind, slot, 2], APART):
        return False
    lay(state, index, x, y, SURFACES[kind, slot, 2] + half_z)
    return True


@njit
def lay(state, index, x, y, z):
    """Write the position of a toy, LIFTED metres above (x, y, z)."""
    at = TOYS_AT + POSE * index
    state.qpos[at], state.qpos[at + 1], state.qpos[at + 2] = x, y, z + LIFTED


@njit
def apart(state, count, x, y, low, wide):
    """Whether toy number `count`, with its middle at x, y and its underside at `low`, keeps its distance from the ones
    before it."""
    half_x, half_y, half_z = spread(state, count)
    for index in range(count):
        other_x, other_y, other_z = spread(state, index)
        at = TOYS_AT + POSE * index
        away = GAP if state.kind[index] == FIRST + HEAVY and state.kind[count] == FIRST + HEAVY else wide
        if (
            abs(state.qpos[at] - x) < half_x + other_x + away
            and abs(state.qpos[at + 1] - y) < half_y + other_y + away
            and abs(state.qpos[at + 2] - low - half_z) < half_z + other_z
        ):
            return False
    return True


@njit
def furnishing_hash(state):
    """A hash, uint64, of a room's size, door, furniture and toys."""
    result = mix(np.uint64(state.map_rows * 64 + state.map_cols))
    result = hashed(result, ((state.door * 64 + state.door_row) * 64 + state.door_col) * 2 + state.door_turn)
    for index in range(state.pieces):
        result = hashed(result, state.piece[index] * 4 + state.piece_turn[index])
        result = hashed(result, round(state.piece_x[index] * MILLI))
        result = hashed(result, round(state.piece_y[index] * MILLI))
    for index in range(state.things):
        result = hashed(result, (state.kind[index] * 64 + state.size[index]) * 64 + state.material[index])
    return result


@njit
def hashed(value, number):
    """A hash of a hash and a number from 0 to 2**31."""
    return mix(value ^ np.uint64(np.int64(number) + 1))


def validate(knobs):
    """The reason why rooms cannot be generated with these values of the knobs, or None if they can."""
    if knobs["rooms"] == 2 and max(knobs["height"], knobs["width"]) < 2 * SMALLEST + 1:
        return (
            f"two rooms and the wall between them need a height or a width of {2 * SMALLEST + 1}; "
            f"got {knobs['height']} and {knobs['width']}"
        )
    if knobs["heavy"] > knobs["toys"]:
        return f"heavy is {knobs['heavy']} but there are only {knobs['toys']} toys; the chests are among them"
    return None
