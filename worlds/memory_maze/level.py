"""Mazes for Memory Maze: rooms and corridors, a ball in each of several rooms, textures that distinguish places.

Every ninth of the maze (three by three parts) has a texture of its own, and the floors of rooms differ from those of
corridors, as published. Splits (training, validation, testing) divide the mazes by their walls.
"""

from numba import njit

from ..engine.library.random import draw
from ..engine.render.raycast import textures
from ..engine.render.raycast.scene import COLS
from ..first_person.body import stand
from ..first_person.generators import lay_floor, place_in_room, rooms_and_corridors
from ..first_person.grid_queries import free, random_free, taken
from ..first_person.sampling import draw_next, list_numbers
from ..first_person.splits import REDRAWS, in_split
from ..first_person.state import TURN
from ..first_person.things import clear_things, drop
from .rules import ask
from .state import BALL, MOST

WALLS = (
    *(textures.BRICK, textures.STONE, textures.WOOD, textures.PLASTER, textures.HEDGE),
    *(textures.METAL, textures.MARBLE, textures.SHELVES, textures.COBBLES),
)
"""Textures of the nine parts of the maze, in an order that every episode draws anew."""
CORRIDOR, ROOM = textures.SLATE, textures.FIRST_FLOOR + textures.COLOURS.index("white")


@njit
def reset(state, task, levels):
    """Generate a maze of the task's split, with a room for every ball; then place the balls and the player."""
    clear_things(state)
    cells = (task.size + 1) // 2
    for _ in range(REDRAWS):
        rooms_and_corridors(state, cells, cells, task.rooms, textures.BRICK, CORRIDOR)
        open_walls(state, task.loops)
        if state.rooms >= task.objects and in_split(state, task.fold):
            break
    paint(state)
    place_balls(state, task.objects)
    start = random_free(state)
    stand(state, 0, start // COLS, start % COLS, draw(state, TURN))
    ask(state, draw(state, task.objects))


@njit
def open_walls(state, percent):
    """Open walls between neighbouring corridors and rooms, each with a chance of `percent`."""
    for y in range(1, state.map_rows - 1):
        for x in range(1 + y % 2, state.map_cols - 1, 2):
            if state.walls[y, x] != 0 and draw(state, 100) < percent:
                across = free(state, y, x - 1) and free(state, y, x + 1)
                along = free(state, y - 1, x) and free(state, y + 1, x)
                if across if y % 2 == 1 else along:
                    state.walls[y, x] = 0


@njit
def paint(state):
    """Give each part of the maze its walls, and rooms their floor."""
    list_numbers(state, len(WALLS))
    for part in range(len(WALLS)):
        draw_next(state, part, len(WALLS))
    for y in range(state.map_rows):
        for x in range(state.map_cols):
            if state.walls[y, x] != 0:
                state.walls[y, x] = WALLS[state.queue[y * 3 // state.map_rows * 3 + x * 3 // state.map_cols]]
    for room in range(state.rooms):
        lay_floor(state, room, ROOM)


@njit
def place_balls(state, objects):
    """Place balls of different colours, in different rooms while there are rooms without one."""
    list_numbers(state, MOST)
    for index in range(objects):
        state.visited[index] = 0
        at = random_free(state) if index >= state.rooms else place_in_room(state, index)
        while taken(state, at // COLS, at % COLS):
            at = random_free(state)
        drop(state, BALL, 1 + draw_next(state, index, MOST), at // COLS, at % COLS)
    for index in range(objects, MOST):
        state.visited[index] = 0


def validate(knobs):
    """The reason why mazes cannot be generated with these values of the knobs, or None if they can."""
    if knobs["size"] % 2 == 0:
        return f"size must be an odd number, as corridors and walls alternate; got {knobs['size']}"
    if knobs["rooms"] < knobs["objects"]:
        return f"each ball lies in a room of its own: rooms is {knobs['rooms']}, fewer than {knobs['objects']} objects"
    fit = ((knobs["size"] + 1) // 4) ** 2
    if knobs["objects"] > fit:
        return f"a maze of size {knobs['size']} has place for {fit} rooms, and each of {knobs['objects']} balls has one"
    return None
