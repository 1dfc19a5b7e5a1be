"""Rooms joined to a tree. Doorways on the way to the deepest room are closed by doors, each with a plate before it and
one behind: a player on the first plate lets the others pass, and a player on the second lets the first follow."""

from numba import njit

from ..engine.library.random import draw
from ..engine.render.raycast.scene import COLS
from ..engine.render.raycast.textures import FIRST_FLOOR, PANELS, SLATE
from ..first_person import rooms
from ..first_person.body import stand
from ..first_person.multiplayer import step_aside
from ..first_person.sampling import draw_next, list_numbers
from ..first_person.splits import REDRAWS, in_split
from ..first_person.state import DOOR as CLOSED
from ..first_person.state import TURN
from ..first_person.things import clear_things, drop
from .state import DOOR, GOAL, PAINTED, PLATE

GOLDEN = FIRST_FLOOR + 3
"""The floor of the goal: yellow."""


@njit
def reset(state, task, levels):
    """Draw rooms until they are of the task's split, and place all players in the first."""
    for _ in range(REDRAWS):
        clear_things(state)
        rooms.grow(state, task.down, task.across, task.edge, task.rooms, PANELS, SLATE)
        place_things(state, task.doors)
        if in_split(state, task.fold):
            break
    middle = state.corner[0] // COLS + state.edge // 2, state.corner[0] % COLS + state.edge // 2
    turn = draw(state, 4)
    for player in range(state.players):
        stand(state, player, middle[0], middle[1], draw(state, TURN))
        step_aside(state, player, turn + player)


@njit
def place_things(state, doors):
    """Place the goal in the deepest room, and doors with their plates on the way there, from the last doorway on."""
    list_numbers(state, len(PAINTED))
    room = rooms.deepest(state)
    rooms.lay_floor(state, room, GOLDEN)
    half = state.edge // 2
    drop(state, GOAL, 0, state.corner[room] // COLS + half, state.corner[room] % COLS + half)
    locked = 0
    while room > 0 and locked < doors:
        colour, door = 1 + draw_next(state, locked, len(PAINTED)), state.doorway[room]
        state.walls[door // COLS, door % COLS] = CLOSED
        drop(state, DOOR, colour, door // COLS, door % COLS)
        for side in range(2):
            at = rooms.place_in(state, state.parent[room] if side == 0 else room)
            drop(state, PLATE, colour, at // COLS, at % COLS)
        room, locked = state.parent[room], locked + 1


def validate(knobs):
    """The reason why rooms cannot be generated with these values of the knobs, or None if they can."""
    if knobs["edge"] % 2 == 0:
        return f"edge must be odd, so that a room has a middle; got {knobs['edge']}"
    return rooms.validate(knobs["down"], knobs["across"], knobs["edge"], knobs["rooms"])
