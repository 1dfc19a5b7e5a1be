"""The room's furnishing: nothing intersects, all can be reached, things are on and in what they lie on and in, and what
is seen is where the physics has it. Geometry is worked out here once more, from clouds of points."""

from functools import cache

import numpy as np
import pytest

from rumpus import worlds
from rumpus.worlds.engine.records.relations import BINARY, number_of
from rumpus.worlds.engine.records.things import related, towards
from rumpus.worlds.engine.render.raycast.scene import BOX, CAPSULE, CYLINDER, ELLIPSOID, SOLIDS
from rumpus.worlds.engine.run.batch import Batch
from rumpus.worlds.room import furniture, toys
from rumpus.worlds.room.pose import bounds
from rumpus.worlds.room.state import DOOR_AT, EYE, HEIGHT, NOBODY, PLAYERS, POSE, RADIUS, REACH, TOYS_AT
from rumpus.worlds.room.things import DOOR, PIECE

ROOMS = 24
CHEST = toys.FIRST + toys.HEAVY
FULL = {"toys": 24, "pieces": 10, "height": 8, "width": 10, "rooms": 2, "heavy": 2}
KNOBS: tuple[dict[str, int], ...] = (
    {},
    {"toys": 24, "pieces": 10, "height": 4, "width": 4, "heavy": 1},
    {"rooms": 2, "height": 7, "width": 4},
    FULL,
)


@cache
def rooms(number):
    """Rooms as they are drawn, without physics, two players in each."""
    plain = worlds.load("room-duo").variant("plain", "", simulator=None)
    batch = Batch(plain, ROOMS, size=(48, 64), seed=100 * number, knobs=KNOBS[number])
    batch.reset()
    return batch


def rotation(quaternion):
    w, x, y, z = quaternion
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + 2 * w * cross + 2 * cross @ cross


@cache
def cloud(kind):
    """Points of the surface of a toy's hull, of medium size."""
    turn, rise = np.meshgrid(np.linspace(0, 2 * np.pi, 41), np.linspace(0, np.pi, 41))
    ball = np.stack([np.cos(turn) * np.sin(rise), np.sin(turn) * np.sin(rise), np.cos(rise)], -1).reshape(-1, 3)
    ring = np.concatenate([ball[ball[:, 2].round(9) == 0] + (0, 0, end) for end in (-1, 1)])
    cube = np.stack(np.meshgrid(*[[-1.0, 1.0]] * 3), -1).reshape(-1, 3)
    points = []
    for form, at, half, quaternion in zip(
        toys.HULL_FORM[kind], toys.HULL_AT[kind], toys.HULL_HALF[kind], toys.HULL_QUAT[kind], strict=True
    ):
        if form == CAPSULE:
            own = np.concatenate([ball * half[0] + (0, 0, end * half[2]) for end in (-1, 1)])
        elif form:
            own = {BOX: cube, ELLIPSOID: ball, CYLINDER: ring}[form] * half
        if form:
            points.append(own @ rotation(quaternion).T + at)
    return np.concatenate(points)


def toy_boxes(state):
    """The upright boxes about all toys of a room: low and high corners, (toys, 2, 3)."""
    found = []
    for index in range(state["things"]):
        pose = state["qpos"][TOYS_AT + POSE * index :][:POSE]
        points = toys.SCALE[state["size"][index]] * cloud(state["kind"][index] - toys.FIRST)
        points = points @ rotation(pose[3:]).T + pose[:3]
        found.append([points.min(0), points.max(0)])
    return np.array(found)


def piece_boxes(state):
    """The boxes of all furniture, (boxes, 2, 3), and the piece that each is of."""
    found, owners = [], []
    for piece in range(state["pieces"]):
        turn = state["piece_turn"][piece] * np.pi / 2
        matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]).round()
        for box in furniture.BOXES[state["piece"][piece] - 1]:
            if box[3]:
                corners = np.array([box[:3] - box[3:], box[:3] + box[3:]])
                corners[:, :2] = corners[:, :2] @ matrix.T + (state["piece_x"][piece], state["piece_y"][piece])
                found.append([corners.min(0), corners.max(0)])
                owners.append(piece)
    return np.array(found).reshape(-1, 2, 3), np.array(owners, int)


def overlaps(one, other):
    """Which of the boxes (n, 2, 3) and (m, 2, 3) share room, (n, m)."""
    return ((one[:, None, 0] < other[None, :, 1]) & (other[None, :, 0] < one[:, None, 1])).all(-1)


def body_boxes(state):
    feet = state["qpos"][: 3 * PLAYERS].reshape(PLAYERS, 3)
    return np.stack([feet - [RADIUS, RADIUS, 0], feet + np.array([RADIUS, RADIUS, HEIGHT])], 1)


def walls_of(state):
    """Boxes of all cells that are wall."""
    cells = np.argwhere(state["walls"][: state["map_rows"], : state["map_cols"]])[:, ::-1]
    low = np.concatenate([cells, np.zeros((len(cells), 1))], 1)
    return np.stack([low, low + np.array([1, 1, 2])], 1)


def reached(state, obstacles, step=0.05):
    """Where the first player can walk to among these boxes, as a grid of places `step` apart."""
    rows, cols = int(state["map_rows"] / step), int(state["map_cols"] / step)
    y, x = (np.mgrid[:rows, :cols] + 0.5) * step
    free = np.ones((rows, cols), bool)
    for (x0, y0, _), (x1, y1, _) in obstacles:
        dx, dy = np.maximum(np.maximum(x0 - x, x - x1), 0), np.maximum(np.maximum(y0 - y, y - y1), 0)
        free &= dx * dx + dy * dy > RADIUS * RADIUS
    here = np.zeros_like(free)
    here[int(state["qpos"][1] / step), int(state["qpos"][0] / step)] = True
    assert (here & free).any()
    while True:
        grown = here.copy()
        grown[1:] |= here[:-1]
        grown[:-1] |= here[1:]
        grown[:, 1:] |= here[:, :-1]
        grown[:, :-1] |= here[:, 1:]
        grown &= free
        if (grown == here).all():
            return x[here], y[here]
        here = grown


def supports(state):
    """What each toy stands on: the number of a piece, or -1 for the floor. It fails if there is nothing."""
    boxes, owners = piece_boxes(state)
    result = []
    for low, high in toy_boxes(state):
        below = [-1] if abs(low[2]) < 0.004 else []
        for (x0, y0, _), (x1, y1, top), owner in zip(boxes[:, 0], boxes[:, 1], owners, strict=True):
            inside = x0 <= low[0] and high[0] <= x1 and y0 <= low[1] and high[1] <= y1
            below += [owner] if inside and abs(low[2] - top) < 0.004 else []
        assert len(below) == 1
        result.append(below[0])
    return result


@pytest.mark.parametrize("number", range(len(KNOBS)))
def test_things_do_not_intersect_and_can_all_be_reached(number):
    batch = rooms(number)
    wanted = batch.knobs
    assert (batch.states["things"] == wanted["toys"]).mean() > 0.9
    assert (batch.states["pieces"] >= min(wanted["pieces"], 4)).mean() > 0.9
    assert ((batch.states["kind"] == CHEST).sum(1) <= wanted["heavy"]).all()
    for state in batch.states:
        solid, (pieces, owners), bodies, walls = (
            toy_boxes(state),
            piece_boxes(state),
            body_boxes(state),
            walls_of(state),
        )
        assert not (overlaps(solid, solid) & ~np.eye(len(solid), dtype=bool)).any()
        assert not overlaps(solid, pieces).any()
        assert not (overlaps(pieces, pieces) & (owners[:, None] != owners)).any()
        assert not overlaps(bodies, np.concatenate([solid, pieces, walls])).any()
        assert not overlaps(bodies[:1], bodies[1:]).any()
        assert not overlaps(np.concatenate([solid, pieces]), walls).any()
        everything = np.concatenate([solid, pieces])
        assert (everything[:, 0, :2] > 1).all()
        assert (everything[:, 1, :2] < (state["map_cols"] - 1, state["map_rows"] - 1)).all()
        standing = supports(state)
        heavy = solid[state["kind"][: len(solid)] == CHEST]
        x, y = reached(state, np.concatenate([walls, pieces, heavy]))
        for place in state["qpos"][3:5][None]:
            assert np.hypot(x - place[0], y - place[1]).min() < 0.05, "players can walk to one another"
        if state["door"]:
            assert np.hypot(x - state["door_col"] - 0.5, y - state["door_row"] - 0.5).min() < 0.05
        for (low, high), below in zip(solid, standing, strict=True):
            away = np.hypot(x - (low[0] + high[0]) / 2, y - (low[1] + high[1]) / 2).min()
            assert np.hypot(away, (low[2] + high[2]) / 2 - EYE) < REACH
            assert below >= 0 or away < 0.75


def test_every_seed_is_another_room_of_all_kinds():
    states = np.concatenate([rooms(number).states for number in range(len(KNOBS))])
    assert len(set(states["mark"].tolist())) == len(states)
    assert len(toys.KINDS) >= 21
    assert set(range(toys.FIRST, toys.FIRST + len(toys.KINDS))) <= set(states["kind"].ravel().tolist())
    assert set(range(1, 11)) <= set(states["colour"].ravel().tolist())
    assert {1, 2, 3} <= set(states["size"].ravel().tolist())
    assert set(range(1, 1 + len(toys.MATERIALS))) <= set(states["material"].ravel().tolist())
    assert set(range(1, 1 + len(furniture.KINDS))) <= set(states["piece"].ravel().tolist())
    for state in states:
        looks = list(zip(state["kind"][: state["things"]], state["colour"][: state["things"]], strict=True))
        assert len(set(looks)) == len(looks), "no two toys are of the same kind and colour"
    again = Batch(rooms(0).world, 2, size=(48, 64), seed=0)
    again.reset()
    own = [name for name in again.states.dtype.names if name not in ("stream", "limit")]
    assert all((again.states[name] == rooms(0).states[name][:2]).all() for name in own)


@pytest.mark.parametrize(
    "knobs", [{"rooms": 2, "height": 6, "width": 6}, {"toys": 3, "heavy": 4}, {"toys": 25}, {"height": 3}]
)
def test_rooms_that_cannot_be_are_refused(knobs):
    with pytest.raises(ValueError, match="room"):
        worlds.load("room").knob_values(knobs)


@pytest.mark.parametrize("number", [0, 3])
def test_things_are_on_and_in_what_they_lie_on_and_in(number):
    batch = rooms(number)
    things, counts, _ = batch.things()
    on, inside = number_of("on"), number_of("in")
    assert {"on", "in"} <= set(BINARY)
    seen = {on: 0, inside: 0}
    for state, table, count in zip(batch.states, things, counts, strict=True):
        records = table.view(np.recarray)
        toy, piece = PLAYERS, PLAYERS + state["things"]
        for index, below in enumerate(supports(state)):
            for other in range(piece, count):
                if table["kind"][other] == DOOR:
                    continue
                owner = other - piece if other < piece + state["pieces"] else None
                kind = furniture.KINDS[table["kind"][other] - PIECE]
                said = {relation: related(records[toy + index], records[other], relation, 0) for relation in seen}
                lies = inside if kind in ("tray", "box", "basket") else on
                assert not said[on + inside - lies]
                if below < 0 or (owner is not None and owner != below):
                    assert not said[lies]
                elif kind != "shelf":  # of its boards only one is meant
                    assert said[lies]
                seen[lies] += said[lies]
            if below >= 0:
                assert any(
                    related(records[toy + index], records[other], relation, 0)
                    for other in range(piece, count)
                    for relation in seen
                )
    assert min(seen.values()) > 10


def test_players_face_where_they_look_and_doors_are_open_when_they_are():
    batch = Batch(rooms(3).world, 4, size=(48, 64), seed=3, knobs=FULL)
    batch.reset()
    opened = 1
    for index in range(4):
        aim = batch.states["qpos"][:, TOYS_AT + POSE * index :][:, :2] - batch.states["qpos"][:, :2]
        batch.states["yaw"][:, 0] = (np.arctan2(aim[:, 1], aim[:, 0]) / (2 * np.pi) * 65536).astype(int) % 65536
        batch.states["pitch"][:, 0] = 9000
        batch.states["qpos"][:, DOOR_AT] = (0, 0.3, 1.4, -1.4)
        before, counts, _ = batch.things()
        before = before.copy()
        batch.states["yaw"][:, 0] = (batch.states["yaw"][:, 0] + 16384) % 65536
        after, _, _ = batch.things()
        for one, other in zip(before.view(np.recarray), after.view(np.recarray), strict=True):
            assert towards(one[0], one[PLAYERS + index])
            assert not towards(other[0], other[PLAYERS + index])
        doors = [
            table["state"][:count][table["kind"][:count] == DOOR] for table, count in zip(before, counts, strict=True)
        ]
        assert np.concatenate(doors).tolist() == [0, 0, opened, opened]


def test_solids_are_drawn_at_the_poses_of_the_simulation():
    """Toys thrown about at random: their solids are the parts turned, their bounds those of the cloud, and their object
    ids are in the segmentation image where they are in front and bare."""
    batch = Batch(rooms(3).world, 8, size=(96, 128), seed=5, knobs=FULL)
    batch.reset()
    rng = np.random.default_rng(0)
    for state in batch.states:
        for index in range(state["things"]):
            turned = rng.normal(size=4)
            state["qpos"][TOYS_AT + POSE * index + 3 :][:4] = turned / np.linalg.norm(turned)
    most = 0
    for row, state in enumerate(batch.states):
        scene = batch.scenes(row)[0]
        ids, paints = scene["object_ids"][: scene["solids"]], scene["paint"][: scene["solids"]]
        most = max(most, int(scene["solids"]))
        assert scene["solids"] < SOLIDS and len(paints)
        for index, (low, high) in enumerate(toy_boxes(state)):
            assert np.allclose(bounds(state.view(np.recarray), index), [*low, *high], atol=0.003)
            kind, solids = state["kind"][index] - toys.FIRST, np.flatnonzero(ids == 16 + index)
            pose = state["qpos"][TOYS_AT + POSE * index :][:POSE]
            if (pose[:2] - scene["eye"][:2]) @ scene["ahead"][:2] > 0:
                assert len(solids) >= min(toys.CORE, toys.PART_FIRST[kind + 1] - toys.PART_FIRST[kind])
            for part, solid in zip(toys.PART_SHAPES[toys.PART_FIRST[kind] :], solids, strict=False):
                scale, matrix = toys.SCALE[state["size"][index]], rotation(pose[3:])
                assert np.allclose(scene["at"][solid], pose[:3] + scale * matrix @ part[:3], atol=1e-3)
                assert np.allclose(scene["axes"][solid], part[6:].reshape(3, 3) @ matrix.T, atol=1e-4)
                assert np.allclose(scene["half"][solid], scale * part[3:6], atol=1e-4)
    assert most > 100


def test_the_dot_tells_what_the_hand_would_do():
    batch = Batch(rooms(0).world, 4, size=(64, 64), seed=1)
    batch.reset()
    batch.states[...] = batch.states[0]
    batch.states["aim"], batch.states["grip"] = NOBODY, NOBODY
    batch.states["aim"][1:3, 0], batch.states["aim_distance"][1:3, 0] = 0, (REACH - 0.1, REACH + 0.1)
    batch.states["grip"][3, 0] = 0
    middle = batch.draw()[:, 0, 31:33, 31:33].reshape(4, 12).astype(int)
    assert (middle[0] == middle[2]).all(), "out of reach is as good as nothing"
    bare = (0xFF, 0xD8, 0x00), (0x30, 0xE0, 0x60)
    for row, paint in zip((1, 3), bare, strict=True):
        shade = middle[row].reshape(4, 3) / np.maximum(paint, 1)
        assert (shade[:, :2] > 0.6).all() and (shade[:, :2] <= 1).all()
        assert (middle[row] != middle[0]).any()
    depths, segmentation = np.zeros((4, 2, 65, 65), np.float32), np.zeros((4, 2, 65, 65), np.uint8)
    batch.size = (65, 65)
    batch.draw(depths=depths, segmentation=segmentation)
    assert (depths == depths[0]).all(), "the dot is in pixels only"
    assert (segmentation == segmentation[0]).all()
    assert (depths[:, 0, 32, 32] > 0.2).all()


def test_chests_are_heavy_and_all_else_can_be_lifted():
    for kind, made_of in enumerate(toys.MADE_OF):
        for size in (1, 2, 3):
            masses = [toys.mass_of(kind, size, material) for material in made_of[made_of > 0]]
            assert masses == [9] * len(masses) if kind == toys.HEAVY else 0.15 <= min(masses) <= max(masses) <= 4
            assert (toys.SCALE[size] * toys.EXTENT[kind] < 0.31).all()
