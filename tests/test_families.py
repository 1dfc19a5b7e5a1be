"""Tasks from the things alone: what their relations mean, told by other means; questions and answers; guides' hands."""

import cmath
import math
from functools import cache
from itertools import combinations, product
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from rumpus import worlds
from rumpus.agents.episodes import play_tasks
from rumpus.agents.experts import Expert
from rumpus.agents.measuring.evaluate import solutions
from rumpus.interface.action import ACTION
from rumpus.interface.text import encode
from rumpus.tasks import families, grammar
from rumpus.tasks import generate as generator
from rumpus.tasks.codec import encode as encode_goal
from rumpus.tasks.codec import swapped
from rumpus.tasks.compile import check as compiled
from rumpus.tasks.compile import table
from rumpus.tasks.files import parse, write_line
from rumpus.tasks.generate import generate
from rumpus.tasks.goals import Clause, Goal, Question, Selector, Solution, Stage, Task
from rumpus.tasks.hindsight.propose import hold
from rumpus.tasks.language import STYLES, ask, asked, canonical, held_styles, say, understand
from rumpus.tasks.prove import proofs
from rumpus.tasks.questions import answer, answering, questions
from rumpus.tasks.recorded import packed, unpacked
from rumpus.tasks.replays import solution
from rumpus.tasks.skills import skill_of
from rumpus.tasks.splits import SPLITS, goal_split, pair_split, split_of, verb_split, verbs
from rumpus.worlds.engine.records.relations import RELATIONS
from rumpus.worlds.engine.records.things import THING, Things, nothing

PLAYROOM = Things(
    fill=nothing,
    most=24,
    kinds={
        "player": (),
        **dict.fromkeys(("block", "book", "ball", "duck"), ("red", "blue", "green")),
        **dict.fromkeys(("table", "basket"), ("red", "white")),
        "door": (),
    },
    sizes=("small", "large"),
    relations=RELATIONS,
    objective={},
    affords={
        **dict.fromkeys(("block", "book"), ("carry", "on", "stack")),
        **dict.fromkeys(("ball", "duck"), ("carry",)),
        **{"table": ("on",), "basket": ("in",), "door": ("open",)},
    },
)
KINDS = list(PLAYROOM.kinds)


def thing(kind, colour=None, *, y=0, x=0, z=0, radius=20, height=20, **more):
    """A THING record; z is its underside here."""
    record = np.zeros((), THING)
    record["kind"] = 1 + KINDS.index(kind)
    record["colour"] = 1 + PLAYROOM.colours.index(colour) if colour else 0
    record["y"], record["x"], record["z"], record["radius"], record["height"] = y, x, z + height, radius, height
    for name, value in more.items():
        record[name] = value
    return record


def judged(rows, *clauses):
    """Whether each clause holds for the first player of a table of things: by the judge itself."""
    things = np.array(rows, THING)[None, None]
    played = SimpleNamespace(things=things, counts=np.array([[len(rows)]], np.int32), acting=np.zeros(1, np.int64))
    numbers = encode_goal(Goal(stages=[Stage(all=clauses[i : i + 8]) for i in range(0, len(clauses), 8)]), PLAYROOM)
    return hold(SimpleNamespace(players=1), played, numbers.clauses()[None])[0, :, 0].tolist()


# relations


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


@settings(max_examples=60, deadline=None)
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


@settings(max_examples=200, deadline=None)
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


# questions


@st.composite
def tables(draw):
    some = st.tuples(
        st.sampled_from(KINDS[1:-1]),
        st.integers(0, 3),
        st.integers(0, 2),
        st.integers(0, 2),
        st.sampled_from([0, 0, 2]),
    )
    rows = [thing("player", player=1)]
    for kind, x, z, colour, state in draw(st.lists(some, max_size=9)):
        colours = PLAYROOM.kinds[kind]
        rows.append(thing(kind, colours[colour % len(colours)], x=40 * x, z=40 * z, size=1 + x % 2, state=state))
    return np.array(rows, THING)


def plainly(question, things):
    """The answer to a question, found by other means."""

    def fits(selector, row):
        name = KINDS[row["kind"] - 1]
        colour = PLAYROOM.colours[row["colour"] - 1] if row["colour"] else None
        size = PLAYROOM.sizes[row["size"] - 1] if row["size"] else None
        return selector.kind in (None, name) and selector.colour in (None, colour) and selector.size in (None, size)

    def lies(row, place):
        near = all(abs(int(row[axis]) - int(place[axis])) <= place["radius"] for axis in "yx")
        if question.relation == "in":
            return near and abs(int(row["z"]) - int(place["z"])) <= place["height"]
        return near and abs(int(row["z"]) - int(row["height"]) - int(place["z"]) - int(place["height"])) <= 16

    left = [row for row in things if row["state"] != 2 and row["player"] == 0]
    found = [row for row in left if fits(question.a, row)]
    if question.b:
        places = [row for row in left if fits(question.b, row)]
        if not places:
            return None
        found = [row for row in found if any(lies(row, place) for place in places if place is not row)]
    names = {
        "colour": {PLAYROOM.colours[row["colour"] - 1] for row in found},
        "what": {KINDS[row["kind"] - 1] for row in found},
        "exists": {"yes" if found else "no"},
        "count": {grammar.NUMERALS[len(found)]},
    }[question.asks]
    return names.pop() if len(names) == 1 else None


@settings(max_examples=30, deadline=None)
@given(tables())
def test_answers_are_right_and_questions_understood(things):
    every = dict(questions(things, PLAYROOM))
    assert {question.asks for question in every} >= ({"colour", "count", "exists"} if len(things) > 99 else set())
    for question, word in every.items():
        assert word == plainly(question, things) == answer(question, things, PLAYROOM)
        assert len(set(ask(question, style) for style in range(STYLES))) == STYLES
        for style in range(STYLES):
            encode(ask(question, style))
            assert asked(ask(question, style), PLAYROOM) == question
        assert understand(say(answering(word)), PLAYROOM) == canonical(answering(word))
    a, b = Selector(size="small", colour="red"), Selector(kind="table")
    for question in (Question(asks="count", a=a), Question(asks="exists", a=a, relation="on", b=b)):
        assert answer(question, things, PLAYROOM) == plainly(question, things)
        assert asked(ask(question, 3), PLAYROOM) == question


@pytest.mark.parametrize(
    ("text", "complaint"),
    {
        "what colour is every ball": "word 4, 'every'.*one thing",
        "how many no ball are there": "word 3, 'no'.*several things",
        "what colour is the red ball": "names none",
        "what colour is the bal": "did you mean 'ball'",
    }.items(),
)
def test_bad_questions_are_refused(text, complaint):
    with pytest.raises(ValueError, match=complaint):
        asked(text, PLAYROOM)
    assert asked("take the ball", PLAYROOM) is None


def test_held_styles_ask_with_words_that_training_teaches():
    def words(styles):
        phrases = [grammar.ASKING[style][0] for style in styles]
        phrases += [
            texts[grammar.ASKING[style][1] % len(texts)] for style in styles for texts in grammar.ASKED.values()
        ]
        return {word.strip(":") for phrase in phrases for word in phrase.split()}

    held = [style for styles in held_styles.values() for style in styles]
    assert words(held) <= words(set(range(STYLES)) - set(held))


# families


def playroom():
    rows = [thing("player", player=1)]
    rows += [thing("table", "red", x=600, radius=150, height=50), thing("basket", "white", x=1200, radius=120)]
    rows += [thing("door", x=2000, radius=128, height=190), thing("duck", "blue", x=600, z=100)]
    rows += [thing(kind, colour, x=3000 + 300 * i, y=300 * j) for i, kind in enumerate(("block", "book", "ball"))
             for j, colour in enumerate(("red", "blue", "green"))]  # fmt: skip
    return np.array(rows, THING)


@pytest.mark.parametrize("split", SPLITS)
def test_every_family_finds_something_that_is_not_so_yet(split):
    rng, things = np.random.default_rng(0), playroom()
    scene = families.SceneSampler(things, PLAYROOM, split, rng)
    names = {KINDS[row["kind"] - 1] for row in things}
    for family in families.families_of("alone"):
        found = [some for some in (families.propose(family, scene) for _ in range(20)) if some]
        assert found, family
        for goal, question in found:
            clauses = [one for stage in goal.stages for one in stage.all]
            sides = [side for one in (*clauses, *goal.never) for side in (one.a, one.b) if side]
            assert {side.kind for side in sides if side.kind} <= names
            named = [(side.kind, side.colour) for side in sides if side.kind and side.colour]
            assert all(SPLITS.index(pair_split(*pair)) <= SPLITS.index(split) for pair in named)
            text = ask(question, 2) if question else say(goal, 2)
            meant = asked(text, PLAYROOM) if question else canonical(understand(text, PLAYROOM))
            assert meant == (question or canonical(goal))
            if family not in ("near", "look", "order", "avoid", "position"):
                assert not all(judged(things, *goal.stages[0].all)), (family, goal)


def test_questions_are_kept_for_what_they_name():
    """Not for their form, or none would ever be trained on."""
    goals = [answering("red")]
    for kind in PLAYROOM.kinds:
        for colour in PLAYROOM.kinds[kind]:
            held = goal_split(goals, PLAYROOM, [Question(asks="exists", a=Selector(kind=kind, colour=colour))])
            carried = "carry" in PLAYROOM.affords.get(kind, ())
            verb = verb_split("exists", kind) if carried else "train"
            assert held == {"pair": pair_split(kind, colour), "verb": verb, "form": "train"}


def test_verbs_are_kept_for_what_can_be_carried():
    ball, table_ = Selector(kind="ball"), Selector(kind="table")
    goal = families.goal([families.clause(ball, "on", table_)])
    assert verbs(goal, PLAYROOM) == {("on", "ball")}
    found = [verb_split(relation, kind) for relation in RELATIONS for kind in KINDS]
    assert 0.1 < found.count("test") / len(found) < 0.3


# recorded actions


@settings(max_examples=40, deadline=None)
@given(arrays(np.uint8, (6, 2, 4), elements=st.integers(0, 3)))
def test_actions_are_written_and_read_without_loss(random):
    actions = np.zeros((6, 2), ACTION)
    actions["keys"][..., 3], actions["buttons"][..., 0] = random[..., 0] > 1, random[..., 1] > 1
    actions["mouse"][..., 1], actions["wheel"] = random[..., 2].astype(int) * 999 - 1500, random[..., 3] % 3
    actions[2, 1]["say"] = encode("a red ball")
    some = packed(actions)
    assert (unpacked(some, SimpleNamespace(players=2)) == actions).all()
    assert sum(ticks for ticks, _ in some.actions) == 6
    data = some.model_dump(exclude_defaults=True)
    assert "hands" not in data and Solution(**{"hands": data.pop("actions"), **data}) == some, "its former name"
    with pytest.raises(ValueError, match=r"solution.actions\[0\]: there is an action for each of 3 players, not 2"):
        unpacked(some, SimpleNamespace(players=3))


@cache
def made():
    """Tasks of a small first-person world that its guide has proven."""
    kept, generator.LED_BLOCK = generator.LED_BLOCK, 20
    try:
        return tuple(generate(worlds.load("collect-small"), 20, split="test", by="guide"))
    finally:
        generator.LED_BLOCK = kept


def test_a_guide_proves_what_it_is_led_to():
    world = worlds.load("collect-small")
    assert set(proofs(made(), world)) == {"solution"}
    assert {skill_of(task.players[0].goal) for task in made()} >= {"reach", "answer"}
    for task in made():
        assert parse(write_line(task)) == task
        assert split_of(task, world) == ("test", task.held)
        assert len(solution(task, world).actions) == task.steps
    played = play_tasks(Expert(world, 0, solutions(made())), world, made(), 1)
    assert played.wins.all()
    assert played.lengths.tolist() == [task.steps for task in made()]


def test_hands_that_lead_elsewhere_are_no_proof_but_the_guide_is():
    world = worlds.load("collect-small")
    task = next(task for task in made() if task.skill == "reach" and task.steps > 2)
    lost = task.model_copy(update={"solution": packed(np.zeros((task.steps, 1), ACTION))})
    never = Goal(stages=task.players[0].goal.stages, never=[Clause(a=Selector(who="you"), relation="there")])
    bad = Task.model_validate(
        lost.model_dump() | {"players": [{"goal": never.model_dump(), "instruction": "wait"}], "steps": None}
    )
    assert proofs([lost, bad], world) == ["guide", "players[0].goal.never: what must never be is so at the start"]


def test_answers_count_in_one_word_and_wrong_questions_are_refused():
    world = worlds.load("collect-small")
    question = Question(asks="count", a=Selector(kind="lemon"))
    player = {"goal": answering("three"), "question": question, "instruction": ask(question)}
    data = {"rumpus_task": 1, "id": "q", "world": world.name, "limit": 30, "start": {"seed": 3}, "skill": "answer"}
    batch = worlds.batch(world, 1, tasks=table([Task.model_validate(data | {"players": [player]})], world))
    batch.reset()
    things, counts, _ = batch.things()
    right = answer(question, things[0, : counts[0]], world.rules.things)
    other = "two" if right != "two" else "three"

    def task(word, **more):
        return Task.model_validate(data | {"players": [player | {"goal": answering(word)} | more]})

    texts = {right: (1, 1), f"{right} or {other}": (0, 1), other: (0, 1), "": (0, 0)}
    batch = worlds.batch(world, len(texts), tasks=table([task(right)], world))
    batch.reset()
    batch.actions["say"][:, 0] = [encode(text) for text in texts]
    outcomes = batch.step()
    assert [(one["success"], one["terminated"]) for one in outcomes[:, 0]] == list(texts.values())
    told = proofs([task(right, acts=True), task(other)], world)
    assert told[1] == f"players[0].question: the answer is {right!r}, and the goal wants {other!r}"
    with pytest.raises(ValueError, match=r"players\[0\].question: the instruction asks something else"):
        compiled(task(right, instruction="how many apples are there"), world)
    free = Goal(stages=answering(right).stages)
    with pytest.raises(ValueError, match=r"question: the goal must be to answer it"):
        compiled(task(right, goal=free), world)


def test_led_informed_blind_tasks_tell_the_first_player_and_move_the_second():
    world, kept = worlds.load("plates"), generator.LED_BLOCK
    try:
        generator.LED_BLOCK = 8
        tasks = list(generate(world, 8, kind="informed-blind", by="guide"))
    finally:
        generator.LED_BLOCK = kept
    assert set(proofs(tasks, world)) == {"solution"}
    for task in tasks:
        knows, acts = task.players
        assert (knows.acts, acts.acts) == (False, True)
        assert swapped(acts.goal, world.rules.things) == knows.goal
        assert acts.question is None
        assert knows.instruction != acts.instruction
        hands = unpacked(task.solution, world)
        assert (hands[:, 0] == np.zeros((), ACTION)).all()
        assert (hands[:, 1] != np.zeros((), ACTION)).any()
    assert any(task.players[0].question for task in tasks)
