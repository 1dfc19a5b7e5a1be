"""Tasks from the things alone: questions and answers, families of goals, and the experts that prove them."""

from functools import cache
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
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
from rumpus.tasks.codec import swapped
from rumpus.tasks.compile import check as compiled
from rumpus.tasks.compile import table
from rumpus.tasks.files import parse, write_line
from rumpus.tasks.generate import generate
from rumpus.tasks.goals import Clause, Goal, Question, Selector, Solution, Task
from rumpus.tasks.language import STYLES, ask, asked, canonical, held_styles, say, understand
from rumpus.tasks.prove import proofs
from rumpus.tasks.questions import answer, answering, questions
from rumpus.tasks.recorded import packed, unpacked
from rumpus.tasks.replays import solution
from rumpus.tasks.skills import skill_of
from rumpus.tasks.splits import SPLITS, goal_split, pair_split, split_of, verb_split, verbs
from rumpus.tests.playroom import KINDS, PLAYROOM, judged, thing
from rumpus.worlds.engine.records.relations import RELATIONS
from rumpus.worlds.engine.records.things import THING

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


@settings(max_examples=30)
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


@settings(max_examples=40)
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
        return tuple(generate(worlds.load("collect-small"), 20, split="test", by="expert"))
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
    assert proofs([lost, bad], world) == ["expert", "players[0].goal.never: what must never be is so at the start"]


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
        tasks = list(generate(world, 8, kind="informed-blind", by="expert"))
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
