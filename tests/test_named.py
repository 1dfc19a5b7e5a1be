"""Particular things and places: found at a start as by other code, and judged by their numbers."""

import cmath
import math
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rumpus import worlds
from rumpus.interface.action import ACTION
from rumpus.interface.text import decode
from rumpus.tasks.codec import encode
from rumpus.tasks.compile import check, started, table
from rumpus.tasks.files import parse, write_line
from rumpus.tasks.goals import Clause, Goal, Player, Selector, Stage, Start, Task, Which
from rumpus.tasks.named import Situation, bounds, chosen, rooms_of, situation
from rumpus.tasks.understanding import tasked, understood_in
from rumpus.tests.playroom import KINDS, PLAYROOM, judged, thing
from rumpus.worlds.engine.compile.cached import cached
from rumpus.worlds.engine.records import judge as j
from rumpus.worlds.engine.records.relations import number_of
from rumpus.worlds.engine.records.things import ONE, THING

YOU = Selector(kind="player", who="you")


@st.composite
def starts(draw):
    """A player who looks somewhere, and blocks and balls around it."""
    place, way = st.integers(0, 3000), draw(st.integers(0, 359))
    ahead = {"ahead_y": round(1024 * math.sin(way)), "ahead_x": round(1024 * math.cos(way))}
    rows = [thing("player", player=1, y=draw(place), x=draw(place), **ahead)]
    for kind in draw(st.lists(st.sampled_from(["block", "ball"]), min_size=2, max_size=8)):
        radius, height = draw(st.integers(5, 60)), draw(st.integers(5, 60))
        where = {"y": draw(place), "x": draw(place), "radius": radius, "height": height}
        rows.append(thing(kind, draw(st.sampled_from(["red", "blue"])), **where))
    return rows


def away(one, other):
    return math.hypot(float(one["y"]) - float(other["y"]), float(one["x"]) - float(other["x"]))


@settings(max_examples=80)
@given(starts(), st.sampled_from(["block", "ball", None]))
def test_the_first_of_things_is_found_as_by_sorting(rows, kind):
    here = Situation(np.array(rows, THING), PLAYROOM)
    some = [n for n, row in enumerate(rows) if n and kind in (None, KINDS[row["kind"] - 1])]
    assume(some)
    keys = {
        "nearest": lambda row: away(row, rows[0]),
        "farthest": lambda row: -away(row, rows[0]),
        "largest": lambda row: -(float(row["radius"]) ** 2) * float(row["height"]),
        "tallest": lambda row: -float(row["height"]),
        "topmost": lambda row: -float(row["z"]),
    }
    for most, key in keys.items():
        found = chosen(Selector(kind=kind, which=Which(most=most)), here)
        least = min(key(rows[n]) for n in some)
        assert found == [n for n in some if key(rows[n]) == least], most
    for most, sign in (("leftmost", 1), ("rightmost", -1)):
        looks = complex(rows[0]["ahead_x"], rows[0]["ahead_y"])
        assume(all(away(rows[n], rows[0]) for n in some))
        ways = {n: complex(*(float(rows[n][a]) - float(rows[0][a]) for a in "xy")) / looks for n in some}
        angles = {n: cmath.phase(way) for n, way in ways.items()}
        ahead = {n: sign * angle for n, angle in angles.items() if abs(angle) < math.pi / 2 - 1e-3}
        assume(all(abs(abs(angle) - math.pi / 2) > 1e-3 for angle in angles.values()))
        found = chosen(Selector(kind=kind, which=Which(most=most)), here)
        assert bool(found) == bool(ahead)
        assert all(math.isclose(ahead[n], min(ahead.values()), abs_tol=1e-6) for n in found)


@settings(max_examples=60)
@given(starts(), st.integers(1, 300), st.booleans())
def test_things_are_told_apart_and_left_out(rows, reach, negated):
    """Those near a red block, and all but those: by a loop over pairs; and what is left out of others."""
    rows = [rows[0], *(row for row in rows[1:])]
    here = Situation(np.array(rows, THING), PLAYROOM)
    near = Which(relation="near", b=Selector(kind="block", colour="red"), negated=negated)
    reds = [n for n, row in enumerate(rows) if n and KINDS[row["kind"] - 1] == "block" and row["colour"] == 1]
    wanted = [
        n for n in range(1, len(rows)) if any(away(rows[n], rows[m]) <= 1.5 * ONE for m in reds if m != n) != negated
    ]
    assert chosen(Selector(which=near), here) == wanted
    others = Selector(which=Which(but=(Selector(which=near),)))
    assert chosen(others, here) == [n for n in range(1, len(rows)) if n not in wanted]
    either = Selector(which=Which(one_of=(Selector(kind="ball"), Selector(colour="red"))))
    assert chosen(either, here) == [
        n for n in range(1, len(rows)) if KINDS[rows[n]["kind"] - 1] == "ball" or rows[n]["colour"] == 1
    ]


@settings(max_examples=60)
@given(starts(), st.data())
def test_particular_things_are_judged_by_their_numbers(rows, data):
    """Clauses of some numbers hold as the same clause of any of these things alone does."""
    numbers = st.lists(st.integers(1, len(rows) - 1), min_size=1, max_size=4, unique=True)
    a, b = data.draw(numbers), data.draw(numbers)
    within = data.draw(st.integers(1, 8))
    one, other = (Selector(which=Which(these=tuple(sorted(each)))) for each in (a, b))
    pairs = [away(rows[x], rows[y]) <= within * ONE for x in a for y in b if x != y]
    every = [any(away(rows[x], rows[y]) <= within * ONE for y in b if x != y) for x in a]
    some = Clause(a=one, relation="near", b=other, within=within)
    assert judged(rows, some, some.model_copy(update={"least": "all"})) == [any(pairs), all(every)]


@settings(max_examples=60)
@given(starts(), st.integers(3, 9), st.integers(3, 9))
def test_places_are_judged_as_by_their_walls(rows, height, width):
    """Of a room of so many cells: who is in a corner, at a wall, in the middle and where the player started."""
    cells = np.zeros((height + 2, width + 2), bool)
    cells[1:-1, 1:-1] = True
    for row in rows:
        row["y"] = min(max(int(row["y"]), ONE), (height + 1) * ONE - 1)
        row["x"] = min(max(int(row["x"]), ONE), (width + 1) * ONE - 1)
    here = Situation(np.array(rows, THING), PLAYROOM, cells)
    assert rooms_of(cells) == [(ONE, ONE, (height + 1) * ONE - 1, (width + 1) * ONE - 1)]
    for row in rows[1:]:
        y, x = int(row["y"]), int(row["x"])
        up, left = y <= 2 * ONE or y >= height * ONE - 1, x <= 2 * ONE or x >= width * ONE - 1
        middle = (ONE + (height + 1) * ONE - 1) // 2, (ONE + (width + 1) * ONE - 1) // 2
        wanted = {
            "corner": up and left,
            "wall": up or left,
            "middle": abs(y - middle[0]) <= ONE and abs(x - middle[1]) <= ONE,
            "start": abs(y - rows[0]["y"]) <= ONE // 2 and abs(x - rows[0]["x"]) <= ONE // 2,
            "top": y <= 2 * ONE,
            "bottom-right": y >= height * ONE - 1 and x >= width * ONE - 1,
        }
        for place, inside in wanted.items():
            clause = np.zeros(j.FIELDS, np.int32)
            clause[j.RELATION] = number_of("at")
            clause[j.B : j.B + 4] = bounds(place, here)
            one = np.array([rows[0], row], THING)
            assert bool(cached(j.satisfies)(clause, one, 2, 0, 1)) == inside, place


def test_doorways_part_rooms():
    cells = np.zeros((5, 11), bool)
    cells[1:4, 1:5] = cells[1:4, 6:10] = True
    cells[2, 5] = True
    first, second = rooms_of(cells)
    here = Situation(np.array([thing("player", player=1, y=2 * ONE, x=2 * ONE)], THING), PLAYROOM, cells)
    assert (first[1], second[1]) == (ONE, 6 * ONE)
    assert bounds("other-room", here)[1] == second[1] * j.SIDE + second[3]
    with pytest.raises(ValueError, match="rooms at this start"):
        bounds("other-room", Situation(here.rows, PLAYROOM, cells[:, :6]))


@settings(max_examples=80)
@given(st.tuples(*[st.integers(-400, 400)] * 4), st.integers(0, 150))
def test_under_behind_and_in_front_of(places, z):
    """By angles and distances, for a player in the origin that looks along x, and a table above the floor."""
    ay, ax, by, bx = places
    player = thing("player", player=1, ahead_x=1024)
    one, other = thing("ball", "red", y=ay, x=ax), thing("table", "red", y=by, x=bx, z=z, radius=80, height=5)
    a, b = complex(ax, ay), complex(bx, by)
    assume(a and b and abs(a) != abs(b))
    seen = [abs(math.degrees(math.atan2(p.imag, p.real))) for p in (a, b)]
    apart = abs(math.degrees(math.atan2((a / b).imag, (a / b).real)))
    assume(all(abs(angle - 22.2076543) > 1e-3 for angle in seen) and abs(apart - 11.3099325) > 1e-3)
    line_up = max(seen) < 22.2076543 and apart < 11.3099325
    ball, board = Selector(kind="ball"), Selector(kind="table")
    clauses = [Clause(a=ball, relation=name, b=board) for name in ("under", "behind", "in-front-of")]
    below = abs(ay - by) <= 80 and abs(ax - bx) <= 80 and z + 4 >= 40
    assert judged([player, one, other], *clauses) == [below, line_up and abs(a) > abs(b), line_up and abs(a) < abs(b)]


def test_what_is_forbidden_before_a_stage_is_allowed_from_it_on():
    ball, cup = (Clause(a=YOU, relation="near", b=Selector(kind=kind), within=1) for kind in ("ball", "block"))
    goal = Goal(stages=[Stage(all=(ball,), before=(cup,)), Stage(all=(cup,))])
    rows = encode(goal, PLAYROOM).clauses()
    assert rows[:, j.STAGE].tolist() == [0, 1, j.NEVER - 1]
    things = np.array([thing("player", player=1), thing("ball", "red", x=900), thing("block", "red", x=100)], THING)
    for stage, broken in ((0, True), (1, False)):
        state = SimpleNamespace(
            stages=np.array([2]), clauses=np.array([3]), goal=rows[None], stage=np.array([stage]), hold=np.zeros((1, 4))
        )
        now, wrong = j.fulfilled.py_func(state, things, 3, np.zeros(1, ACTION), 0)
        assert (bool(now), bool(wrong)) == (stage == 1, broken)


def first_task(text, played, knobs):
    """The task of a sentence at the first seed at which there is what it names."""
    for seed in range(40):
        try:
            task, _ = tasked(understood_in(text, played), played, seed=seed, knobs=knobs)
            return task, table([task], played)
        except ValueError as error:
            if "start" not in str(error):
                raise
    raise AssertionError(text)


@pytest.mark.parametrize(
    ("world", "text", "knobs"),
    [
        ("collect-small", "eat the nearest apple, then the farthest apple, within 20 seconds", {}),
        ("key-and-door", "go to the door farthest from you, but don't take a key before that", {}),
        ("sokoban-small", "push the nearest box onto a target, but don't go to the top left corner", {"colours": 6}),
        ("maze-find", "touch something that isn't red, then go back to the start", {}),
        ("collect-small", "which is nearer, the apple or the strawberry?", {}),
    ],
)
def test_sentences_of_particular_things_are_tasks(world, text, knobs):
    """The task of a sentence is a line of JSON, compiles, and its state holds what a start shows."""
    played = worlds.load(world)
    task, made = first_task(text, played, knobs)
    again = parse(write_line(task))
    assert again.model_dump() == task.model_dump()
    batch = worlds.batch(played, 1, tasks=made)
    batch.reset(tasks=np.zeros(1, np.int64))
    assert decode(batch.states["instruction"][0, 0]) == task.players[0].instruction
    here = situation(batch, 0)
    wanted = [clause for stage in task.players[0].goal.stages for clause in stage.all]
    for row, clause in zip(batch.states["goal"][0, 0], wanted, strict=False):
        for at, side in ((j.A, clause.a), (j.B, clause.b)):
            if side is not None and side.which is not None and row[at + 3] == j.THESE:
                words = [int(word) for word in row[at : at + 3]]
                assert [n for n in range(93) if words[n // 31] >> n % 31 & 1] == chosen(side, here)


def test_what_is_not_at_a_start_is_refused():
    room = worlds.load("room")
    nothing = Selector(kind="ball", which=Which(relation="on", b=Selector(kind="ball")))
    goal = Goal(stages=[Stage(all=(Clause(a=YOU, relation="holding", b=nothing),))])
    players = (Player(goal=goal, instruction="do"),)
    task = Task(rumpus_task=1, id="x", world="room", start=Start(seed=1), limit=9, players=players)
    with pytest.raises(ValueError, match=r"goal\.stages\[0\]\.all\[0\]\.b: there is no such thing at this start"):
        check(task, room)
    with pytest.raises(ValueError, match="told by a start"):
        encode(goal, room.rules.things)
    batch = started(task, room)
    assert situation(batch, 0).cells.sum() > 9
    plain = worlds.load("sokoban-small")
    found = understood_in("push the leftmost box onto a target", plain)
    alike = [tasked(found, plain, seed=seed, knobs={"boxes": 2})[0] for seed in range(6)]
    with pytest.raises(ValueError, match="others look the same"):
        table(alike, plain)
