"""What people say: sentences and what is understood of them, and what must never be lost on the way."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rumpus import worlds
from rumpus.docs import understanding_study
from rumpus.interface.text import decode
from rumpus.tasks.compile import judged
from rumpus.tasks.goals import Clause, Goal, Selector, Stage
from rumpus.tasks.grammar import NUMERALS
from rumpus.tasks.language import canonical, say
from rumpus.tasks.questions import answer
from rumpus.tasks.scene import Scene
from rumpus.tasks.understanding import Refusal, lexicon, retold, spoken, understood, understood_in
from rumpus.tasks.understanding.names import synonyms, table
from rumpus.tests.playroom import PLAYROOM, thing
from rumpus.worlds.engine.records.things import THING

FILE = Path(__file__).parent / "sentences.jsonl"
SENTENCES = [json.loads(line) for line in FILE.read_text().splitlines()]
"""{"world", "text", and what is said back as "understood", or the word that is named when it is "refused"}."""


def meant(text, world="room"):
    return understood_in(text, worlds.load(world))


def words(text, world="room"):
    return retold(meant(text, world), worlds.load(world).rules.things)


def clauses(goal):
    return [*goal.never, *(clause for stage in goal.stages for clause in stage.all)]


@pytest.mark.parametrize("told", SENTENCES, ids=lambda told: f"{told['world']}: {told['text']}")
def test_sentences_of_people(told):
    if "refused" in told:
        with pytest.raises(ValueError, match=re.escape(told["refused"])):
            meant(told["text"], told["world"])
        return
    found = meant(told["text"], told["world"])
    things = worlds.load(told["world"]).rules.things
    assert retold(found, things) == told["understood"]
    again = meant(told["understood"], told["world"])
    assert (again.question, again.limit) == (found.question, found.limit), "what is said back means the same"
    assert found.goal is None or canonical(again.goal) == canonical(found.goal), "what is said back means the same"


NUMBERED = {
    "put {n} blocks in the box": ("least", 0),
    "i want {n} red blocks on the table, please": ("least", 0),
    "could you put at least {n} cups on the tray?": ("least", 0),
    "put {n} or more books on the shelf": ("least", 0),
    "put more than {n} books on the shelf": ("least", 1),
    "put exactly {n} blocks in the box": ("least", 1),
    "put no more than {n} blocks in the box": ("least", 1),
    "fewer than {n} balls should be in the box": ("least", 0),
    "make a tower of {n} blocks": ("number", 0),
    "line up {n} cars": ("number", 0),
    "go to the bed and stay there for {n} turns": ("hold", 0),
    "go within {n} metres of the bed": ("within", 0),
    "take the ball, put it in the box, and then hold the cup for {n} turns": ("hold", 0),
}


@given(st.sampled_from(list(NUMBERED)), st.integers(2, 20), st.booleans())
def test_no_number_is_lost(text, number, digits):
    name, more = NUMBERED[text]
    goal = meant(text.replace("{n}", str(number) if digits else NUMERALS[number])).goal
    found = [stage.hold for stage in goal.stages] if name == "hold" else [getattr(one, name) for one in clauses(goal)]
    assert number + more in found


FORBIDDEN = ("touch {}", "go to {}", "look at {}", "pick up {}", "put {} in the box", "go near {}")
MARKS = ("don't {}", "never {}", "you must not {}", "Do not {}!", "please don't ever {}", "you're not allowed to {}")
THINGS = ("the red ball", "any ball", "a small blue cup", "the teddy bear")


@given(st.sampled_from(FORBIDDEN), st.sampled_from(MARKS), st.sampled_from(THINGS), st.booleans())
def test_no_negation_is_lost(act, mark, thing, more):
    text = mark.format(act.format(thing)) + (", but put the hat on the bed" if more else "")
    goal = meant(text).goal
    assert len(goal.never) == 1 and len(goal.stages) == more


@given(
    st.sampled_from(["touching", "looking at", "picking up"]),
    st.sampled_from(THINGS),
    st.sampled_from(["without", "avoid"]),
)
def test_without_is_never(act, thing, mark):
    joint = " " if mark == "without" else ", "
    goal = meant(f"go to the bed{joint}{mark} {act} {thing}").goal
    assert len(goal.never) == 1 and len(goal.stages) == 1


WHEN = ("before", "while", "without", "until", "unless", "before you finish", "as long as you are", "when you are")


@given(st.sampled_from(FORBIDDEN), st.sampled_from(MARKS), st.sampled_from(WHEN), st.booleans())
def test_no_deferral_is_a_ban(act, mark, when, fronted):
    """What is forbidden only before something is so is no ban: it is refused, or holds before that alone."""
    forbidden, other = mark.format(act.format("the red ball")), f"{when} holding the cup"
    try:
        goal = meant(f"{other}, {forbidden}" if fronted else f"{forbidden.rstrip('!')} {other}").goal
    except Refusal:
        return
    assert when in ("before", "until") and not goal.never
    assert len(goal.stages) == 1 and len(goal.stages[0].before) == 1


SOME = (
    *("go", "to", "put", "the", "a", "red", "ball", "box", "bed", "on", "in", "it", "not", "don't", "and", "then"),
    *("two", "every", "never"),
)


@given(st.lists(st.sampled_from(SOME)))
def test_any_words_are_understood_or_refused(said):
    text = " ".join(said)
    try:
        found = meant(text)
    except ValueError:
        return
    if isinstance(found.goal, Goal):
        denied = bool(found.goal.never) or any(clause.negated for clause in clauses(found.goal))
        denied |= any(stage.hold for stage in found.goal.stages)  # "don't go" is to stay
        assert denied or not {"not", "don't", "never"} & set(said)
        assert "two" not in said or 2 in {clause.least for clause in clauses(found.goal)}
        things = worlds.load("room").rules.things
        assert canonical(meant(retold(found, things)).goal) == canonical(found.goal)


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("push the red box onto the blue target, not the green one", "may be the thing or its place"),
        ("don't take the ball and put the cup on the bed", "'and' after what is never to be"),
        ("all balls into the basket but not the red one", "may be the thing or its place"),
        ("take the ball, then never touch the bed", "counts from the start"),
        ("every ball is not in the box", "more than one meaning"),
        ("put the balls and the cups in the box and the basket", "say which"),
    ],
)
def test_what_has_two_meanings_is_refused(text, readings):
    with pytest.raises(ValueError, match=readings):
        meant(text, "sokoban" if "target" in text else "room")


SLIPS = {"table": ("talbe", "tabble"), "yellow": ("yelow", "yellwo"), "cushion": ("cusion", "cushoin")}


@pytest.mark.parametrize(("word", "slip"), [(word, slip) for word, slips in SLIPS.items() for slip in slips])
def test_slips_of_the_keyboard_are_corrected_and_told(word, slip):
    text = "put the yellow cushion on the table"
    found = meant(text.replace(word, slip))
    assert found.goal == meant(text).goal
    assert f"{slip!r} is read as {word!r}" in found.notes


WORLDS = ("room", "sokoban", "box-world", "key-and-door", "collect", "maze-find", "race", "tag", "plates")
POLITE = ("{}", "please {}", "could you {}?", "I'd like you to {}, thanks", "oi, {}!", "{}, will you?")


@settings(max_examples=60)
@given(st.sampled_from(WORLDS), st.sampled_from(POLITE), st.randoms(use_true_random=False))
def test_kind_words_change_nothing(name, polite, chance):
    """What the generator says means the same, or is refused, with kind words around it."""
    things = worlds.load(name).rules.things
    relations = [
        r for r in ("touching", "on", "in", "near", "holding", "facing", "gone", "open") if r in things.relations
    ]
    kinds = [kind for kind in things.kinds if kind != "player"]
    one, other = chance.choice(kinds), chance.choice(kinds)
    relation = chance.choice(relations)
    you = Selector(kind="player", who="you")
    a, b = {"gone": (one, None), "open": (one, None), "on": (one, other), "in": (one, other)}.get(relation, ("", one))
    more = {"within": 2} if relation == "near" else {}
    clause = Clause(a=Selector(kind=a) if a else you, relation=relation, b=Selector(kind=b) if b else None, **more)
    goal = Goal(never=(clause,)) if chance.random() < 0.3 else Goal(stages=(Stage(all=(clause,)),))
    plain = say(goal, 0, Scene(things.unit, lambda _: False))
    try:
        expected = understood_in(plain, worlds.load(name))
    except ValueError:
        return
    try:
        found = understood_in(polite.format(plain), worlds.load(name))
    except Refusal:
        return
    assert canonical(found.goal) == canonical(expected.goal)


LASTING = (
    *("for five seconds", "for 5s", "for like 5 seconds", "for at least five seconds", "for a full five seconds"),
    *("for 5 seconds straight", "for five consecutive seconds", "for a count of five", "until you count to five"),
    *("5 secs", "for five seconds without a break", "for a minimum of 5 seconds", "for about 5 sec"),
)


@pytest.mark.parametrize("time", LASTING)
def test_a_time_is_told_in_many_ways(time):
    for act in ("hold the ball", "stand next to the bed", "look at the lamp"):
        assert meant(f"{act} {time}").goal == meant(f"{act} for 150 turns").goal
    assert meant("spend five seconds looking at the lamp").goal == meant("face the lamp for 150 turns").goal


INFORMAL = {
    "1. take the ball 2) put it in the box :)": "take the ball, then put it in the box",
    "Step one: take the ball. Step two: go to the bed!!!": "take the ball, then go to the bed",
    "get the ball w/o touchin' the bed & go to the table": "get the ball without touching the bed and go to the table",
    "ball -> box": "put a ball in a box",
    "pleeease grab teh ball n put it on teh table rn": "take the ball and put it on the table",
    "get the ball, sweetheart": "take the ball",
    "i was wondering if you could put the ball in the box": "put the ball in the box",
    "the ball needs putting on the table": "put the ball on the table",
    "can I get the ball moved into the box?": "put the ball in the box",
    "mum says put the ball in the box": "put the ball in the box",
    "touch the bed 2x": "touch the bed, then step away from the bed, then touch the bed",
    "gather all the cups and put them on the table": "put every cup on the table",
    "move the boxs onto the tabel": "move the boxes onto the table",
}


@pytest.mark.parametrize(("text", "same"), INFORMAL.items())
def test_informal_writing_means_the_same(text, same):
    try:
        expected = meant(same).goal
    except ValueError as error:
        with pytest.raises(ValueError, match=re.escape(str(error)[:20])):
            meant(text)
    else:
        assert canonical(meant(text).goal) == canonical(expected)


CORES = ("put the ball on the bed", "don't touch the lamp", "take two toys to the bed", "is there a red ball")
AROUND = sorted(lexicon.SMALL_TALK)


@given(
    st.lists(st.sampled_from(AROUND), min_size=1, max_size=4), st.sampled_from(CORES), st.sampled_from([":", ",", "."])
)
def test_small_talk_changes_nothing(small, core, mark):
    """An order beside any words of small talk is the order, or is refused; no negation and no number is lost."""
    for text in (f"{' '.join(small)}{mark} {core}", f"{core}{mark} {' '.join(small)}", f"{' '.join(small)} {core}"):
        try:
            goal = meant(text).goal
        except ValueError:
            continue
        if goal is not None and core in CORES[:3]:
            found = {clause.relation: clause for clause in clauses(goal)}
            assert bool(goal.never) == core.startswith("don't") and (core != CORES[2] or found["near"].least == 2)


@pytest.mark.parametrize(
    ("text", "world", "note"),
    [
        ("I'll take the ball, you take the cup", "room-duo", "what the speaker does is no part of the goal"),
        ("stand next to me", "room-duo", "'me' is your partner"),
        ("look at them", "tag", "'them' is your partner"),
        ("new plan: take the ball", "room", "a remark beside what is to be done is left out"),
        ("grab as many apples as you can", "collect", "as many as you can are all"),
        ("take the red stone", "alchemy", "a stone is told by its shell"),
        ("get the key, open the door it opens", "key-and-door", "a key is used where it fits"),
    ],
)
def test_what_is_left_out_or_taken_for_another_is_told(text, world, note):
    assert note in meant(text, world).notes


def test_real_words_are_no_slips():
    for word in ("hose", "tale", "root", "tablet", "planet", "boast"):
        with pytest.raises(ValueError, match=word):
            meant(f"put the {word} in the basket")


ROOM = (
    thing("table", "red", y=400, x=400, radius=80, height=40),
    thing("basket", "white", y=900, x=900, radius=60, height=40),
    thing("ball", "red", y=100, x=100, radius=20, height=20),
    thing("ball", "blue", y=400, x=400, z=80, radius=30, height=30),
    thing("duck", "green", y=900, x=900, z=20, radius=15, height=15),
    thing("book", "red", y=400, x=410, z=80, radius=20, height=10),
    thing("door", y=0, x=0, state=1),
)
ANSWERS = {
    "is the blue ball bigger than the duck?": "yes",
    "is the duck larger than the blue ball": "no",
    "is the blue ball smaller than the red one?": "no",
    "are there at least two balls?": "yes",
    "is there more than one duck here?": "no",
    "are there exactly two things on the table": "yes",
    "are there fewer than two balls": "no",
    "are all the balls on the table?": "no",
    "is every duck in the basket?": "yes",
    "are all the books red": "yes",
    "how many balls are not red?": "one",
    "how many balls are not on the table": "one",
    "how many balls are there besides the red ball": "one",
    "do the book and the table have the same colour": "yes",
    "are the duck and the book the same colour?": "no",
    "how much balls is on the table": "one",
}


@pytest.mark.parametrize(("text", "word"), ANSWERS.items())
def test_questions_are_answered_by_what_is_there(text, word):
    """From the words to the answer; what is said back is the same question."""
    found = understood(text, PLAYROOM, 1, 30)
    assert answer(found.question, np.array(list(ROOM), THING), PLAYROOM) == word
    assert understood(retold(found, PLAYROOM), PLAYROOM, 1, 30).question == found.question


def test_the_nearest_word_is_named():
    for text, near in {
        "put the ball on the sofa": "'sofa', is not known .*'bed' or 'stool'",
        "grab the gray ball": "'gray', .*'white' or 'black'",
        "put the ball across the bed": "'across' is no relation .*relations are there",
        "put the racket on the bed": "'racket', is not known .*did you mean 'rocket'",
    }.items():
        with pytest.raises(ValueError, match=near):
            meant(text)


def test_what_one_player_cannot_do_is_refused():
    assert words("give the ball to your friend", "room-duo") == "let your partner take the ball"
    for text in ("give the ball to your friend", "stand next to your partner's bed"):
        with pytest.raises(ValueError, match=r"partner|nobody|no other player|does not fit"):
            meant(text, "room")


def test_synonyms_are_of_one_kind():
    for name in worlds.names():
        things = worlds.load(name).rules.things
        if things is not None:
            found = synonyms(things.kinds)
            assert not set(found) & set(things.kinds) and set(found.values()) <= set(things.kinds)
    assert synonyms(("box", "target"))["crate"] == "box" and "crate" not in synonyms(("crate", "box"))
    assert set(lexicon.READINGS) - {"avoid"} <= set(lexicon.ACTS) | set(lexicon.STATES)


def test_the_page_has_the_words():
    page = Path(__file__).parent.parent / "docs" / "instructions.md"
    assert table() in page.read_text(encoding="utf-8"), "paste what `rumpus tasks words` prints"


def test_the_study_has_a_group_for_every_kind_of_refusal(capsys, tmp_path):
    """The kinds are those of the reasons in the lexicon, and what some sentences of this folder are refused for."""
    assert lexicon.REASONS.keys() <= understanding_study.GROUPS.keys()
    some = [json.dumps(told) for told in SENTENCES if "refused" in told][::3]
    (tmp_path / "some.jsonl").write_text("\n".join(some))
    understanding_study.main(str(tmp_path / "some.jsonl"))
    assert "possible: " in capsys.readouterr().out


def test_a_goal_in_ones_own_words_is_played():
    world = worlds.load("sokoban-small")
    goal, told = spoken("Shove a crate onto any spot!", world)
    assert told == "push a box onto a target"
    batch = worlds.batch(world, 1, tasks=judged(world, goal, told))
    batch.reset(seed=3)
    assert decode(batch.states["instruction"][0, 0]) == told
    with pytest.raises(ValueError, match="question"):
        spoken("is there a box?", world)
