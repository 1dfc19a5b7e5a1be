"""A children's room: walk about, look, grasp toys, carry, push, throw and stack them, and talk.

Every room is furnished anew: its size, walls, floor and window; tables, shelves, beds, boxes, baskets, trays, stools
and dressers; and toys of 25 kinds in ten colours, three sizes and four materials, on the floor, on furniture and in
boxes. There may be a second room behind a door. Everything has a weight, falls, rolls and tumbles (the physics is
MuJoCo's). A hand pulls with no more than 60 newtons, so a chest takes two to be lifted; alone one can only push it.

Keys: W A S D walk, the mouse looks, shift runs, space jumps. The dot in the middle is yellow when it is on a toy in
reach: the left button grasps that, and holds it (the dot is green) until it is let go; who lets go in motion throws.
The wheel, or R and F, push what is held away and pull it near; space lifts it; the right button and the mouse turn it,
Q and E tilt it. Players can talk.

Rewards: +1 for all when somebody has lifted a toy 30 cm above the floor, once; then one plays on until the time is up.
All else is for tasks to say.

Splits: train, valid and test hold different rooms; `larger` has two rooms, larger ones and fuller than training does.

Source: a playroom in the spirit of DeepMind Interactive Agents Team 2021, "Creating multimodal interactive agents with
imitation and self-supervised learning"; rooms, furniture, toys, hands and all numbers are our own choices.
"""

import dataclasses

from ..engine.render.views import Rays
from ..engine.simulator import Simulator
from ..engine.world import Controller, Controls, Knobs, Objective, Rules, World
from ..first_person.splits import SPLITS
from ..first_person.state import HZ
from .bounds import BOUNDS
from .expert import guide
from .level import reset, validate
from .moves import BUTTONS, HELP, KEYS, MOVES, NEEDS_SOMETHING_HELD
from .rules import step
from .state import KNOBS, STATE
from .things import THINGS, aimed
from .view import scene


def simulator(world: World, n: int, threads: int) -> Simulator:
    """The physics of n rooms; MuJoCo is imported only now."""
    from .physics import Simulation

    return Simulation(world, n, threads)


ROOM = World(
    name="room",
    version=1,
    summary="A children's room full of toys to walk among, grasp, carry, throw and stack.",
    doc=__doc__,
    rules=Rules(STATE, reset, step, things=THINGS, bounds=BOUNDS, simulator=simulator),
    view=Rays(scene),
    controls=Controls(
        keys=KEYS,
        buttons=BUTTONS,
        moves=MOVES,
        help=HELP,
        aimed=aimed,
        needs_something_held=NEEDS_SOMETHING_HELD,
        tick_hz=HZ,
        turn_based=False,
    ),
    objective=Objective(limit=60 * HZ, instruction="lift something, and play with it"),
    knobs=Knobs(
        KNOBS,
        validate=validate,
        splits={**SPLITS, "larger": {"height": 8, "width": 10, "rooms": 2, "toys": 24, "pieces": 9}},
    ),
    expert=Controller(guide),
)
SMALL = ROOM.variant(
    "room-small",
    "A small room with a few toys.",
    overrides={"height": 4, "width": 5, "toys": 5, "pieces": 2},
    splits={**SPLITS, "larger": {}},
)
DUO = ROOM.variant(
    "room-duo",
    "Two players in a children's room, who can talk and lift what one cannot.",
    players=2,
    things=dataclasses.replace(THINGS, ranges={"heavy": (0, 1)}),  # in tasks there may be something to lift together
)
HOUSE = ROOM.variant(
    "room-house",
    "Two rooms with a door between them, and two chests that are too heavy for one.",
    overrides={"height": 6, "width": 10, "rooms": 2, "toys": 20, "pieces": 8, "heavy": 2},
    splits={**SPLITS, "larger": {"height": 8, "width": 12, "toys": 24, "pieces": 10}},
)

WORLDS = (ROOM, SMALL, DUO, HOUSE)
