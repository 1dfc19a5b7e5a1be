"""Relations, judged as by another judge that is written in plain Python."""

import cmath
import math
from itertools import combinations, product

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rumpus.tasks.goals import Clause, Selector
from rumpus.tests.playroom import KINDS, PLAYROOM, judged, thing


@st.composite
def heaps(draw):
    """Blocks in a heap, where much lies on and beside much else, and a ball or two."""
    count = draw(st.integers(2, 6))
    places = [draw(st.tuples(*[st.integers(0, 3)] * 3, st.integers(-9, 9), st.integers(-9, 9))) for _ in range(count)]
    kinds = [draw(st.sampled_from(["block", "block", "block", "ball"])) for _ in range(count)]
    holders = [draw(st.sampled_from([0, 0, 0, 1])) for _ in range(count)]
    assume(len({place[:3] for place in places}) == count)
    return [
        thing(kind, "red", y=40 * y + dy, x=40 * x + dx, z=40 * z, holder=holder)
        for kind, (y, x, z, dy, dx), holder in zip(kinds, places, holders, strict=True)
    ]


def towers(rows, top, number):
    """All that may be said of whether a thing is the top of so high a tower; more than one where two are as near."""
    if number == 1:
        return {True}
    under = [
        (max(abs(int(top["y"]) - int(low["y"])), abs(int(top["x"]) - int(low["x"]))), low)
        for low in rows
        if low is not top and top["holder"] == 0 and low["z"] < top["z"] and low["kind"] == top["kind"]
        and abs(int(top["y"]) - int(low["y"])) <= low["radius"] and abs(int(top["x"]) - int(low["x"])) <= low["radius"]
        and abs(int(top["z"]) - int(top["height"]) - int(low["z"]) - int(low["height"])) <= 16
    ]  # fmt: skip
    least = min((away for away, _ in under), default=0)
    return set().union(*(towers(rows, low, number - 1) for away, low in under if away == least)) or {False}


def rows_from(rows, chain, number):
    """Whether some row of so many goes on from a chain of things, and whether there was ever a choice."""
    if len(chain) == number:
        return True, False
    last, found, after = chain[-1], False, 0
    for one in rows:
        way = [int(one[name]) - int(last[name]) for name in "yx"]
        far, up = math.hypot(*way), abs(int(one["z"]) - int(last["z"]))
        if any(one is other for other in chain) or one["kind"] != last["kind"] or far > 56 or up > 20:
            continue
        if len(chain) > 1:
            first = [int(chain[1][name]) - int(chain[0][name]) for name in "yx"]
            cosine = (way[0] * first[0] + way[1] * first[1]) / max(far * math.hypot(*first), 1e-9)
            if cosine < math.sqrt(6 / 7):
                continue
            after += 1
        found |= rows_from(rows, [*chain, one], number)[0]
    return found, after > 1


@settings(max_examples=60)
@given(heaps(), st.integers(2, 4))
def test_towers_and_rows_are_told_alike_by_another_judge(rows, number):
    block = Selector(kind="block")
    high, long = judged(rows, *(Clause(a=block, relation=name, number=number) for name in ("stacked", "lined")))
    blocks = [row for row in rows if row["kind"] == KINDS.index("block") + 1]
    said = [towers(rows, row, number) for row in blocks]
    assert any(one == {True} for one in said) <= high <= any(True in one for one in said)
    some = any(rows_from(rows, [row], number)[0] for row in blocks)
    assert some or not long
    if number < 4:  # two steps leave no choice but the last one
        assert long == some


def test_a_tower_of_three_and_a_row_of_three():
    clauses = [
        Clause(a=Selector(kind="block"), relation=name, number=number)
        for name in ("stacked", "lined")
        for number in (2, 3)
    ]
    tower = [thing("block", "red", z=40 * level, x=5 * level) for level in range(3)]
    row = [thing("block", "red", x=44 * place, y=6 * (place % 2)) for place in range(3)]
    bent = [*row[:2], thing("block", "red", x=44, y=50)]
    assert judged(tower, *clauses) == [True, True, False, False]
    assert judged(row, *clauses) == [False, False, True, True]
    assert judged(bent, *clauses) == [False, False, True, False]
    tower[2]["holder"] = 1
    assert judged(tower, *clauses)[:2] == [True, False], "what is still in the hand is not on the tower"


def test_lifted_touched_and_pushed():
    ball, duck = Selector(kind="ball"), Selector(kind="duck")
    player = thing("player", player=1, x=500)
    clauses = [
        Clause(a=ball, relation="lifted"),
        Clause(a=ball, relation="touched", b=duck),
        Clause(a=ball, relation="pushed", b=duck),
        Clause(a=ball, relation="pushed", b=Selector(who="you")),
    ]
    for expected, changes, other in (
        ([0, 0, 0, 0], {"z": 200}, {}),  # it stands on a shelf
        ([0, 0, 0, 0], {"z": 60, "holder": 1}, {}),
        ([1, 0, 0, 0], {"z": 80, "holder": 1}, {}),
        ([0, 0, 0, 0], {}, {"x": 45}),
        ([0, 1, 0, 0], {}, {"x": 45, "holder": 1}),
        ([0, 0, 0, 0], {"speed": 100}, {"x": 45}),
        ([0, 1, 1, 0], {"speed": 100}, {"x": 45, "holder": 1}),
        ([0, 0, 0, 1], {"speed": 100, "x": 460}, {}),
    ):
        rows = [player, thing("ball", "red", **changes), thing("duck", "red", **({"x": 900} | other))]
        assert judged(rows, *clauses) == [bool(value) for value in expected], (changes, other)


# where things are


@st.composite
def scattered(draw):
    """A player, who faces somewhere in half of them, blocks and balls, some of which are held, gone, or not seen."""
    place, way = st.integers(-900, 900), draw(st.integers(0, 359))
    ahead = (
        {"ahead_y": round(1024 * math.sin(way)), "ahead_x": round(1024 * math.cos(way))} if draw(st.booleans()) else {}
    )
    rows = [thing("player", player=1, y=draw(place), x=draw(place), **ahead)]
    for kind in draw(st.lists(st.sampled_from(["block", "ball"]), min_size=2, max_size=6)):
        flags = {
            name: draw(st.sampled_from([0, 0, 0, 0, value]))
            for name, value in (("holder", 1), ("state", 2), ("hidden", 1))
        }
        rows.append(thing(kind, draw(st.sampled_from(["red", "blue"])), y=draw(place), x=draw(place), **flags))
    return rows


def way(one, other):
    """From one thing to another, as a complex number whose angle grows to the right."""
    return complex(int(other["x"]) - int(one["x"]), int(other["y"]) - int(one["y"]))


def seen(player, one):
    """By how many degrees a thing is to the right of where a player looks; None if it is not seen."""
    ahead = complex(player["ahead_x"], player["ahead_y"])
    off = math.degrees(cmath.phase(way(player, one) / ahead)) if way(player, one) else 180
    assume(abs(abs(off) - 22.2076543) > 1e-4)
    return None if one["hidden"] or abs(off) > 22.2076543 else off


def to_the_left(player, one, other):
    """Whether the player of a goal has one thing to the left of another."""
    if one["state"] or other["state"]:
        return False
    if not (player["ahead_x"] or player["ahead_y"]):
        return bool(one["x"] < other["x"])
    places = seen(player, one), seen(player, other)
    if None in places:
        return False
    assume(abs(places[1] - places[0] - 3.5763344) > 1e-4)
    return places[1] - places[0] > 3.5763344


def straight_between(one, others):
    ways = [way(one, other) for other in others if not other["state"] and way(one, other)]
    turns = [math.degrees(abs(cmath.phase(-a / b))) for a, b in combinations(ways, 2)]
    assume(all(abs(turn - 22.2076543) > 1e-4 for turn in turns))
    return not one["holder"] and not one["state"] and any(turn < 22.2076543 for turn in turns)


def nearest(one, other, rows):
    """Whether a thing is nearer to another one than the rest of its kind is."""
    rivals = [
        row for row in rows if row["kind"] == one["kind"] and not row["state"] and row is not one and row is not other
    ]
    free = not one["state"] and not other["state"]
    return free and all(abs(way(one, other)) < abs(way(rival, other)) for rival in rivals)


@settings(max_examples=200)
@given(scattered())
def test_where_things_are_is_told_alike_by_another_judge(rows):
    """Left of, right of, between and closest to, for every pair of a kind and a colour."""
    looks = list(product(("block", "ball"), ("red", "blue")))
    for one, other in product(looks, looks):
        a, b = (
            [row for row in rows if (KINDS[row["kind"] - 1], PLAYROOM.colours[row["colour"] - 1]) == look]
            for look in (one, other)
        )
        clauses = [
            Clause(a=Selector(kind=one[0], colour=one[1]), relation=name, b=Selector(kind=other[0], colour=other[1]))
            for name in ("left-of", "right-of", "between", "closest-to")
        ]
        pairs = [(first, second) for first in a for second in b if first is not second]
        assert judged(rows, *clauses) == [
            any(to_the_left(rows[0], first, second) for first, second in pairs if not first["holder"]),
            any(to_the_left(rows[0], second, first) for first, second in pairs if not first["holder"]),
            any(straight_between(first, [second for second in b if second is not first]) for first in a),
            any(nearest(first, second, rows) for first, second in pairs),
        ]
