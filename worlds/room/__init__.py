"""A children's room: walk, look, grasp toys, carry, push, throw and stack them, and talk. The physics is MuJoCo's.

Every room is furnished anew: its size, walls, floor and window; tables, shelves, beds, boxes, baskets, trays, stools
and dressers; and toys of 25 kinds in ten colours, three sizes and four materials, on the floor, on furniture and in
boxes. There may be a second room behind a door. Objects have a weight, fall, roll and tumble. A hand pulls with no more
than 60 newtons, so it takes two players to lift a chest; one alone can only push it. `room-small` has a few toys,
`room-duo` two players, `room-house` two rooms and two chests.

Observation: the first-person view of the room, its furniture and toys, and the other player. The dot in the middle is
yellow while it is on a toy in reach, and green while a toy is held. The chat holds the words that the other player said
in the tick before.

Actions: W A S D walk, the mouse turns the camera, shift runs, space jumps. The left button grasps the toy under the dot
for as long as it is down; a toy that is let go in motion is thrown. The wheel, or R and F, push the held toy away and
pull it near; space lifts it; the right button and the mouse turn it, Q and E tilt it. Players can talk.

Rewards: +1 for every player when a toy is first lifted 30 cm above the floor, 0 otherwise. All other rewards are those
of tasks.

Termination: none by the rules; the limit of steps truncates the episode. Success is the first lift.

Splits: train, valid and test hold different rooms. `larger` has two rooms, larger and with more in them than in
training; that of `room-small` has other rooms of the same size.

Expert: a scripted controller with the full state, which acts by keys and mouse. Without a task it lifts the nearest toy
and puts it on a piece of furniture. With a task it pursues the first clause of the goal that does not hold: it goes,
looks, lifts, puts, pushes, opens and says. docs/room.md says which goals of tasks it reaches.

Source: a playroom in the spirit of DeepMind Interactive Agents Team 2021, "Creating multimodal interactive agents with
imitation and self-supervised learning"; rooms, furniture, toys, controls and all numbers are our own choices.
"""

import dataclasses

from ..engine.render.views import Rays
from ..engine.simulator import Simulator
from ..engine.world import Controller, Controls, Knobs, Objective, Rules, World
from ..first_person.splits import SPLITS
from ..first_person.state import HZ
from .between import joints
from .bounds import BOUNDS
from .expert import act
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
    view=Rays(scene, between=joints),
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
    expert=Controller(act),
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
