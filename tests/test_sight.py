"""Things that are looked at are seen: what the judge says of `facing`, against segmentation images, both ways."""

from pathlib import Path

import numpy as np
import pytest

from rumpus import worlds
from rumpus.tasks import guided
from rumpus.tasks.compile import table
from rumpus.tasks.files import load
from rumpus.tasks.goals import Clause, Goal, Player, Selector, Stage, Task
from rumpus.tasks.recorded import unpacked
from rumpus.worlds.engine.records.relations import number_of
from rumpus.worlds.engine.records.things import GONE, related
from rumpus.worlds.engine.render.raycast.draw import draw_scenes
from rumpus.worlds.engine.render.raycast.textures import BRICK
from rumpus.worlds.first_person.state import CELL, TURN

FACING = number_of("facing")
FIRST_THING, SIZE, LARGE = 16, (64, 86), (512, 688)
WORLDS = ("maze-find", "key-and-door", "race", "hide-and-seek", "tag", "plates", "collect", "room-duo")
CLEAR = 12
"""Pixels of what shows clearly."""


def turned_to(one, other):
    """Whether a thing lies within 22 degrees of where a player looks, in floating point: 2 where it is hard to say."""
    ahead, way = (
        np.array([one["ahead_x"], one["ahead_y"]], float),
        np.array([other["x"] - one["x"], other["y"] - one["y"]], float),
    )
    angle = np.degrees(np.arccos(np.clip(ahead @ way / max(np.linalg.norm(ahead) * np.linalg.norm(way), 1e-9), -1, 1)))
    return 2 if abs(angle - np.degrees(np.arccos(np.sqrt(6 / 7)))) < 0.5 else int(angle < 22.2)


def moments(name, count=16, rows=40):
    """A batch in which all move and look about at random, up and down too."""
    batch, rng = worlds.batch(name, rows, size=SIZE, seed=11), np.random.default_rng(5)
    batch.reset()
    for _ in range(count):
        for _ in range(15):
            batch.act(rng.integers(len(batch.world.controls.moves), size=(rows, batch.players)))
            batch.actions["mouse"][..., 0] += rng.integers(-20_000, 20_000, (rows, batch.players))
            batch.actions["mouse"][..., 1] += rng.integers(-3_000, 3_000, (rows, batch.players))
            batch.step()
            batch.reset(batch.over)
        yield batch


def alone(scene, mark, size):
    """How many pixels of a mark there are where nothing else is; -1 if they are cut off by the picture's edge."""
    scene = scene.copy()
    scene["rows"] = 0
    scene["object_ids"][scene["object_ids"] != mark] = 0
    marked = np.flatnonzero(scene["object_ids"][: scene["solids"]])
    for name in ("form", "at", "axes", "half", "paint", "texture", "object_ids", "shadow"):
        scene[name][: len(marked)] = scene[name][marked]
    scene["solids"] = len(marked)
    shown = draw_scenes(scene.reshape(1), size)[2][0] == mark
    edge = shown[0].any() or shown[-1].any() or shown[:, 0].any() or shown[:, -1].any()
    return -1 if edge else int(shown.sum())


@pytest.mark.parametrize("name", WORLDS)
def test_things_judged_to_be_looked_at_are_in_the_picture(name):
    """At the moment that a thing is judged to be looked at its mark is in the picture; and what shows as a whole, large
    enough and not at the edge, within the angle, is judged to be looked at."""
    seen, missed, whole, unsaid, hidden = 0, 0, 0, 0, 0
    for batch in moments(name):
        segmentation = np.zeros((batch.n, batch.players, *SIZE), np.uint8)
        batch.draw(segmentation=segmentation)
        things, counts, _ = batch.things()
        records, fixed = things.view(np.recarray), batch.players + batch.states["things"]
        for row in range(batch.n):
            scenes = None
            for player in range(batch.players):
                for index in range(min(counts[row], fixed[row])):
                    one, other = things[row, player], things[row, index]
                    before = turned_to(one, other)
                    if index == player or other["state"] == GONE or not before:
                        continue
                    said = related(records[row, player], records[row, index], FACING, 0)
                    mark = 1 + index if index < batch.players else FIRST_THING + index - batch.players
                    shown = int((segmentation[row, player] == mark).sum())
                    seen, missed = seen + said, missed + (said and not shown)
                    hidden += not said and not shown
                    if said and not shown:
                        large = np.zeros((1, batch.players, *LARGE), np.uint8)
                        one_row = worlds.batch(batch.world, 1, size=LARGE)
                        one_row.states[:] = batch.states[row : row + 1]
                        one_row.draw(segmentation=large)
                        assert (large[0, player] == mark).any(), "not even in a large picture"
                    if shown >= CLEAR and before == 1 and not other["holder"]:
                        scenes = batch.scenes(row) if scenes is None else scenes
                        if alone(scenes[player], mark, SIZE) == shown:
                            whole, unsaid = whole + 1, unsaid + (not said)
    assert min(seen, hidden) > 30
    assert whole > 2
    assert unsaid <= whole // 20, "things hide as posts do that are as wide all over as at their widest"
    assert missed <= seen // 50, "in a picture of 64 rows it may be less than a pixel"


def test_pictures_on_walls_are_looked_at_when_they_are_seen():
    """A picture that is looked at: the player's own picture is another one if another is painted there."""
    batch = next(moments("water-maze", 1, 64))
    things, counts, _ = batch.things()
    records, before, seen = things.view(np.recarray), batch.draw().copy(), 0
    for row in range(batch.n):
        for index in range(2, counts[row]):
            if related(records[row, 0], records[row, index], FACING, 0):
                y, x = things[row, index]["y"] // 256, things[row, index]["x"] // 256
                old = batch.states["walls"][row, y, x]
                batch.states["walls"][row, y, x] = BRICK
                seen += 1
                assert (batch.picture(row) != before[row, 0]).any()
                batch.states["walls"][row, y, x] = old
    assert seen > 20


def test_waiting_seekers_see_nothing_and_the_platform_under_water_is_hidden():
    seekers = worlds.batch("hide-and-seek", 16, seed=2)
    seekers.reset()
    seekers.step()
    things, counts, _ = seekers.things()
    for row in range(seekers.n):
        blind = int(np.flatnonzero(seekers.states["seeks"][row, :2])[0])
        assert (things["hidden"][row, : counts[row]] >> blind & 1).all()
    pool = worlds.batch("water-maze", 4, seed=2)
    pool.reset()
    assert (pool.things()[0]["hidden"][:, 1] == -1).all()


@pytest.mark.parametrize("name", ["maze-find", "room-small"])
def test_guides_go_until_they_see(name):
    """What is behind walls, or in a box, or lies beyond other things, is looked at in the end, by who goes there."""
    world = worlds.load(name)
    you = Selector(kind="player", who="you")
    kinds = ["ball", "cube", "cone"] if name == "maze-find" else ["ball", "block", "cup", "box", "book", "car", "duck"]
    tasks = [
        Task(
            rumpus_task=1,
            id=f"look-{seed}-{kind}",
            world=name,
            start={"seed": seed},
            limit=world.objective.limit,
            players=(
                Player(
                    goal=Goal(stages=(Stage(all=(Clause(a=you, relation="facing", b=Selector(kind=kind)),)),)),
                    instruction="look",
                ),
            ),
        )
        for seed in range(16)
        for kind in kinds
    ]
    batch = worlds.batch(world, len(tasks), tasks=table(tasks, world))
    batch.reset(tasks=np.arange(len(tasks)))
    things, counts, holds = batch.things()
    there = [
        bool(
            (
                things["kind"][row, : counts[row]] == 1 + list(world.rules.things.kinds).index(kinds[row % len(kinds)])
            ).any()
        )
        for row in range(len(tasks))
    ]
    wanted = np.array(there) & (holds[:, 0, 0] == 0)
    won, *_ = guided.lead(world, batch, np.ones((len(tasks), 1), bool))
    assert wanted.sum() >= 8
    assert (won[wanted, 0] > 0).sum() >= 0.9 * wanted.sum()
    assert np.median(won[wanted & (won[:, 0] > 0), 0]) > 3, "one turns, or goes"


def test_a_wall_and_the_edge_of_the_picture_hide():
    """A ball straight ahead is seen; behind a wall, or with the head up, it is not."""
    batch = worlds.batch("collect", 1, seed=1)
    batch.reset()
    state = batch.states[0]
    y, x = int(state["y"][0]) // CELL, int(state["x"][0]) // CELL
    state["walls"][...], state["things"] = 0, 1
    state["y"][0], state["x"][0], state["yaw"][0], state["pitch"][0] = (y + 0.5) * CELL, (x + 0.5) * CELL, 0, 0
    state["thing_y"][0], state["thing_x"][0], state["status"][0] = state["y"][0], state["x"][0] + 3 * CELL, 0

    def said():
        records = batch.things()[0].view(np.recarray)[0]
        return bool(related(records[0], records[1], FACING, 0))

    assert said()
    state["walls"][y, x + 2] = BRICK
    assert not said()
    state["walls"][y, x + 2] = 0
    state["pitch"][0] = TURN // 6
    assert not said()
    state["pitch"][0], state["yaw"][0] = 0, TURN // 4
    assert not said()


def test_questions_of_the_benchmark_give_time_to_go_and_look():
    """By their proofs, played again: each toy that is asked about has been in the picture before the answer is given,
    and the limit is several times as long."""
    path, world = Path(worlds.__file__).parents[1] / "assets" / "tasks" / "room.jsonl", worlds.load("room")
    tasks = [task for task in load(path, world)[0] if task.players[0].question and not task.players[0].question.b]
    assert len(tasks) > 12
    batch = worlds.batch(world, len(tasks), size=SIZE, tasks=table(tasks, world))
    batch.reset(tasks=np.arange(len(tasks)))
    hands = [unpacked(task.solution, world) for task in tasks]
    steps = np.array([len(some) for some in hands])
    assert all(
        task.limit > 4 * len(some) + 10 * world.controls.tick_hz for task, some in zip(tasks, hands, strict=True)
    )
    toys, kinds = batch.states["things"], list(world.rules.things.kinds)
    asked = np.array([1 + kinds.index(task.players[0].question.a.kind) for task in tasks])
    wanted = (batch.states["kind"] == asked[:, None]) & (np.arange(batch.states["kind"].shape[1]) < toys[:, None])
    looks = [batch.states[name].copy() for name in ("kind", "colour", "size")]
    seen, segmentation = np.zeros_like(wanted), np.zeros((len(tasks), 1, *SIZE), np.uint8)
    for tick in range(steps.max()):
        batch.draw(segmentation=segmentation)
        for row in np.flatnonzero(tick < steps):
            found = np.unique(segmentation[row])
            seen[row, found[found >= FIRST_THING] - FIRST_THING] = True
        batch.actions[...] = np.array([some[min(tick, len(some) - 1)] for some in hands])
        batch.step()
    assert batch.states["won"].all()
    for row, task in enumerate(tasks):
        shown = {tuple(part[row, toy] for part in looks) for toy in np.flatnonzero(seen[row])}
        there = {tuple(part[row, toy] for part in looks) for toy in np.flatnonzero(wanted[row])}
        assert there <= shown, task.id
