"""Words: every goal can be said in every style, and every sentence that can be said is understood as that goal."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from rumpus import worlds
from rumpus.assets import make_vocabulary
from rumpus.interface.text import CHARSET, decode, encode
from rumpus.tasks import grammar
from rumpus.tasks.goals import Clause, Goal, Selector, Stage
from rumpus.tasks.language import (
    STYLES,
    canonical,
    definites,
    held_styles,
    partner_instruction,
    public,
    said_in,
    say,
    understand,
    whole,
)
from rumpus.tasks.scene import Scene
from rumpus.worlds.engine.records.judge import CLAUSES, STAGES
from rumpus.worlds.engine.records.relations import BINARY, CHAINS, EVENTS, RELATIONS
from rumpus.worlds.engine.records.things import Things, nothing


def things(kinds, sizes=(), relations=RELATIONS, unit="cell"):
    return Things(fill=nothing, most=16, kinds=kinds, relations=relations, objective={}, sizes=sizes, unit=unit)


PLAYROOM = things(
    {
        "player": ("red", "blue"),
        "box": ("red", "green", "blue", "yellow", "purple"),
        "target": ("red", "blue"),
        "key": ("yellow", "red"),
        "lock": ("green",),
        "gem": ("white",),
        "orange": ("orange",),
        "toy-box": ("red",),
        "axe": (),
        "berry": (),
    },
    sizes=("tiny", "small", "large"),
)
"""A made-up world; one of its kinds is called like a colour."""

TRAPS = things(
    {"on": ("a", "every", "thing"), "thing": ("on",), "turn": (), "ha": (), "self": ("your",), "boxes": (), "box": ()},
    sizes=("two", "and", "never"),
)
"""A stranger's world whose names are words of the grammar, or the plurals of others."""

DECLARED = {name: worlds.load(name).rules.things for name in worlds.names()}
WORLDS = [PLAYROOM, TRAPS, *{str(found.kinds): found for found in DECLARED.values() if found}.values()]


def selectors(world, players=False):
    maybe = [st.none(), st.none()]
    colours = st.one_of(*maybe, st.sampled_from(world.colours)) if world.colours else st.none()
    sizes = st.one_of(*maybe, st.sampled_from(world.sizes)) if world.sizes else st.none()
    kinds = st.sampled_from([None, *(kind for kind in world.kinds if kind == "player" or not players)])
    who = st.builds(Selector, kind=st.sampled_from([None, "player"]), who=st.sampled_from(["you", "other"]))
    looks = st.builds(Selector, kind=kinds, colour=colours, size=sizes)
    own = st.builds(Selector, colour=colours, size=sizes, who=st.sampled_from(["you", "other"]))
    return who | looks | own


@st.composite
def clauses(draw, world):
    relation = draw(st.sampled_from(world.relations))
    return Clause(
        a=draw(selectors(world, players=relation in EVENTS)),
        relation=relation,
        b=draw(selectors(world)) if relation in BINARY else None,
        least=draw(st.sampled_from([1, 1, "all"]) | st.integers(1, 64)),
        negated=draw(st.booleans()),
        within=draw(st.integers(1, 64)) if relation == "near" else None,
        number=draw(st.integers(2, 64)) if relation in CHAINS else None,
        word=draw(st.sampled_from(["hello", "and", "never", "xyzzy", "two"])) if relation in EVENTS else None,
    )


@st.composite
def goals(draw, world):
    stages = draw(
        st.lists(st.tuples(st.integers(1, 3), st.just(0) | st.sampled_from([1, 2, 5, 20, 21, 1000])), max_size=STAGES)
    )
    never = draw(st.integers(0, 2))
    assume(1 <= sum(count for count, _ in stages) + never <= CLAUSES)
    try:
        goal = Goal(
            stages=tuple(
                Stage(all=tuple(draw(clauses(world)) for _ in range(count)), hold=hold) for count, hold in stages
            ),
            never=tuple(draw(clauses(world)) for _ in range(never)),
        )
        canonical(goal)
    except ValidationError:  # it contradicts itself
        assume(False)
    return goal


def mentioned(goal):
    """All selectors of a goal."""
    clauses = [*goal.never, *(clause for stage in goal.stages for clause in stage.all)]
    return {whole(selector) for clause in clauses for selector in (clause.a, clause.b) if selector}


ONES = st.functions(like=lambda selector: True, returns=st.booleans(), pure=True)
"""Of what there is one thing."""


@settings(max_examples=300)
@given(st.sampled_from(WORLDS).flatmap(lambda world: st.tuples(st.just(world), goals(world))), ONES)
def test_what_is_said_is_understood_in_every_style(case, one):
    world, goal = case
    scene = Scene(world.unit, lambda selector: one(whole(selector)))
    sentences = [say(goal, style, scene) for style in range(STYLES)]
    assert len(set(sentences)) == STYLES
    for style, text in enumerate(sentences):
        assert set(text) <= set(CHARSET) and text == text.lower()
        assert canonical(understand(text, world)) == canonical(goal), text
        named = definites(text, world)
        assert all(map(one, named)) and set(named) <= mentioned(goal), text
        assert say(goal, style, said_in(text, world)) == text, "the words tell of what there is one"
        assert world.unit == "cell" or not {"cell", "cells"} & set(text.split())
    sloppy = f"  {sentences[0].upper().replace(',', '').replace(' ', '  ')}. "
    assert canonical(understand(sloppy, world)) == canonical(goal)


@given(goals(PLAYROOM))
def test_canonical_goals_know_no_order_of_clauses(goal):
    plain = canonical(goal)
    assert canonical(plain) == plain
    turned = Goal(
        stages=tuple(Stage(all=stage.all[::-1], hold=stage.hold) for stage in goal.stages), never=goal.never[::-1]
    )
    assert canonical(turned) == plain
    assert all(
        selector.kind for clause in plain.never for selector in (clause.a, clause.b) if selector and selector.who
    )


BOX, YOU, OTHER = {"kind": "box"}, {"kind": "player", "who": "you"}, {"kind": "player", "who": "other"}
RED = {"kind": "box", "colour": "red"}


def clause(a, relation, b=None, **rest):
    return {"a": a, "relation": relation, "b": b, **rest}


def goal_of(*clauses):
    return Goal(stages=[{"all": clauses}])


def never(*clauses):
    return Goal(never=clauses)


COMMON = {
    "push the red box onto the blue target": clause(
        {"kind": "box", "colour": "red"}, "on", {"kind": "target", "colour": "blue"}
    ),
    "push two boxes onto targets": clause(BOX, "on", {"kind": "target"}, least=2),
    "make sure that every box is the end of a row of two": clause(BOX, "lined", least="all", number=2),
    "push every box onto a target": clause(BOX, "on", {"kind": "target"}, least="all"),
    "build a tower of three red boxes": clause({"kind": "box", "colour": "red"}, "stacked", number=3),
    "build a row of four keys": clause({"kind": "key"}, "lined", number=4),
    "lift every key": clause({"kind": "key"}, "lifted", least="all"),
    "touch the blue box with the red key": clause(
        {"kind": "box", "colour": "blue"}, "touched", {"kind": "key", "colour": "red"}
    ),
    "push the blue box away from any target": clause(
        {"kind": "box", "colour": "blue"}, "touching", {"kind": "target"}, negated=True
    ),
    "push the blue box with a gem": clause({"kind": "box", "colour": "blue"}, "pushed", {"kind": "gem"}),
    "make sure that every box is stacked two high": clause(BOX, "stacked", least="all", number=2, negated=False),
    "open the green lock": clause({"kind": "lock", "colour": "green"}, "open"),
    "take the white gem": clause(YOU, "holding", {"kind": "gem", "colour": "white"}),
    "take the tiny red key": clause(YOU, "holding", {"kind": "key", "size": "tiny", "colour": "red"}),
    "step onto an orange": clause(YOU, "on", {"kind": "orange"}),
    "say hello": clause(YOU, "said", word="hello"),
    "let your partner stand next to you": clause({"kind": "player", "who": "other"}, "touching", YOU),
    "make sure that fewer than two toy-boxes are within one cell of you": clause(
        {"kind": "toy-box"}, "near", YOU, least=2, negated=True, within=1
    ),
    "put down any key": clause(YOU, "holding", {"kind": "key"}, negated=True),
}


@pytest.mark.parametrize("text", COMMON)
def test_common_goals_sound_natural(text):
    goal = Goal(stages=[{"all": [COMMON[text]]}])
    assert say(goal, 0, Scene(one=lambda selector: bool(selector.colour or selector.who))) == text
    assert understand(text, PLAYROOM) == goal


SEVERAL = {
    "push a red box next to another red box": goal_of(clause(RED, "touching", RED)),
    "push a red box next to another box": goal_of(clause(RED, "touching", BOX)),
    "push a box next to a red box": goal_of(clause(BOX, "touching", RED)),
    "push every red box off any target": goal_of(clause(RED, "on", {"kind": "target"}, negated=True)),
    "make sure that not every box is on a target": goal_of(
        clause(BOX, "on", {"kind": "target"}, least="all", negated=True)
    ),
    "make sure that fewer than two boxes are next to a key": goal_of(
        clause(BOX, "touching", {"kind": "key"}, least=2, negated=True)
    ),
    "look away from any key": goal_of(clause(YOU, "facing", {"kind": "key"}, negated=True)),
    "never push a box onto any red target": never(clause(BOX, "on", {"kind": "target", "colour": "red"})),
    "let a partner stand next to another partner": goal_of(clause(OTHER, "touching", OTHER)),
}


@pytest.mark.parametrize("text", SEVERAL)
def test_of_several_nothing_is_called_the(text):
    assert say(SEVERAL[text], 0, Scene(one=lambda selector: False)) == text
    assert understand(text, PLAYROOM) == SEVERAL[text]
    assert not definites(text, PLAYROOM)


def test_the_one_thing_is_called_the():
    one = Scene(one=lambda selector: True)
    away = goal_of(clause(RED, "on", {"kind": "target"}, negated=True))
    assert say(away, 0, one) == "push the red box off the target"
    assert say(away, 7, one) == "your task is to make sure that the red box is not on top of the target"
    assert say(away, 5, one) == "see to it that no red box is on any target", "it may do without"
    assert definites(say(away, 0, one), PLAYROOM) == {
        Selector(**RED): "the red box",
        Selector(kind="target"): "the target",
    }
    assert not definites("push the boxes onto a target", PLAYROOM) and not definites("oh dear", PLAYROOM)


def test_distances_are_told_in_the_unit_of_the_world():
    room = things({"player": (), "book": ()}, unit="metre")
    near = goal_of(clause({"kind": "book"}, "near", YOU, within=1))
    assert say(near, 0, Scene("metre")) == "bring a book within one metre of you"
    assert understand("bring a book within one metre of you", room) == near
    with pytest.raises(ValueError, match=r"'cells'.*'metres'"):
        understand("bring a book within two cells of you", room)
    row = goal_of(clause({"kind": "book"}, "lined", number=2))
    assert say(row, 5, Scene("metre")) == "see to it that there is a row of two books"


def test_stages_times_and_what_must_never_be():
    touching = clause(YOU, "touching", {"kind": "box", "colour": "blue"})
    key, gem = (clause(YOU, "holding", {"kind": kind}) for kind in ("key", "gem"))
    goal = Goal(stages=[{"all": [key], "hold": 5}, {"all": [gem, key]}], never=[touching])
    assert say(goal) == "hold a key for five turns, then take a gem and take a key, but never touch any blue box"
    assert understand("never touch the blue box", PLAYROOM) == Goal(never=[touching])
    assert (
        understand("hold a key for 5 turns then take a gem and take a key but never touch a blue box", PLAYROOM) == goal
    )


def test_long_goals_do_without_commas():
    stages = [
        {"all": [clause(YOU, "holding", {"kind": "key", "colour": colour})]} for colour in ("red", "yellow", "red")
    ]
    never = [clause(YOU, "touching", {**BOX, "size": size}) for size in ("small", "large")]
    goal = Goal(stages=stages, never=never)
    sentences = [say(goal, style) for style in range(STYLES)]
    assert "," in sentences[0] and "," not in sentences[7]
    for text in sentences:
        encode(text)
        assert understand(text, PLAYROOM) == goal


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("put two boxes on targets", "push two boxes onto targets"),
        ("get every box onto a target", "push the boxes onto the targets"),
        ("hold the yellow key", "please pick up a yellow key"),
        ("no box is on a target", "make sure that the box is not on any target"),
        ("fewer than 2 boxes are on targets", "make it so that less than two boxes are on top of the targets"),
        ("push every box off any target", "make sure that no box is on a target"),
        ("step away from the key", "step away from any key"),
    ],
)
def test_words_that_mean_the_same(text, other):
    assert understand(text, PLAYROOM) == understand(other, PLAYROOM)


@pytest.mark.parametrize("name", [name for name, things in DECLARED.items() if things])
def test_every_world_can_be_told_its_own_objective(name):
    goal = canonical(Goal.model_validate(DECLARED[name].objective))
    for style in range(STYLES):
        assert canonical(understand(say(goal, style), DECLARED[name])) == goal
        encode(say(goal, style))


@pytest.mark.parametrize(
    ("text", "complaint"),
    {
        "psuh the red box onto a target": "word 1, 'psuh'.*did you mean 'push'",
        "push the perple box onto a target": "word 3, 'perple'.*kinds here are axe.*sizes red.*did you mean 'purple'",
        "push the red bx onto a target": "word 4, 'bx'.*did you mean 'box'",
        "push the red box": "ends too early: expected .*'onto'",
        "take the key qqq": "word 4, 'qqq'.*'then'",
        "take the key, then": "ends too early",
        "": "ends too early",
        "open the red": "ends too early.*name of a thing",
        "take two keys": "word 2, 'two'.*say 'a' or 'the'",
        "push boxes onto targets": "word 2, 'boxes'.*how many",
        "put 70 boxes on targets": "word 2, '70'.*64",
        "face a box for 5000 turns": "word 5, '5000'.*a number from 1 to 1000",
        "say hello for two turns and face a box": "word 7, 'face'.*then",
        "never touch a box and face a key": "word 6, 'face'.*comes last",
        "never touch a box for two turns": "word 7, 'turns'.*cannot stand",
        "face a box, then never touch a key": "word 5, 'never'.*'but'",
        "let your prtner face you": "word 3, 'prtner'.*did you mean 'partner'",
        "every box is not on a target": "word 4, 'not'.*'not every'",
        "push a box off a target": "word 2, 'a'.*'the'.*'every'",
        "face a box + a key": r"word 4, '\+'",
        "open a lock and make sure that no lock is open": "contradicts itself",
        " and ".join(["open a lock"] * 9): "at most 8",
        " then ".join(["open a lock"] * 5): "at most 4",
    }.items(),
)
def test_what_is_not_understood_is_named_with_its_place(text, complaint):
    with pytest.raises(ValueError, match=complaint):
        understand(text, PLAYROOM)


def test_names_that_no_sentence_could_tell_apart_are_refused():
    with pytest.raises(ValueError, match="'ax' and 'axe' are alike"):
        understand("open an ax", things({"ax": (), "axe": ()}))
    with pytest.raises(ValueError, match="'pale' is a colour and a size"):
        understand("open a pale box", things({"box": ("pale",)}, sizes=("pale",)))


def test_phrases_that_read_alike_are_refused():
    with pytest.raises(ValueError, match="means both"):
        grammar.tree([("take {b}", "holding"), ("take {a}", "gone")])


def words_of(styles):
    """All words that the styles use, whatever the goal, but for the names of things."""
    found = set()
    for style in styles:
        how = grammar.STYLES[style]
        phrases = [
            *grammar.BE,
            how.opening,
            how.then,
            how.both,
            how.but,
            how.mark,
            how.hold,
            how.frame,
            how.every,
            how.count,
        ]
        tables = [*grammar.YOURS.values(), *grammar.THINGS.values()]
        lists = [options for orders in tables for options in (orders.reach, orders.keep, orders.avoid, orders.leave)]
        lists = [
            options
            for options in (*lists, *grammar.STATES.values(), *grammar.FOUND.values(), grammar.CAUSES)
            if options
        ]
        phrases += [options[how.verb % len(options)] for options in lists]
        phrases.append(partner_instruction(style))
        found |= {word.strip(",:") for phrase in phrases for word in phrase.split()}
    return found


def test_held_styles_use_no_word_that_training_does_not_teach():
    held = [style for styles in held_styles.values() for style in styles]
    assert len(set(held)) == len(held) == 2 and STYLES - len(held) >= 6
    assert words_of(held) <= words_of(set(range(STYLES)) - set(held))


def test_partners_are_told_to_ask_each_other():
    told = [partner_instruction(style) for style in range(STYLES)]
    assert len(set(told)) == STYLES
    for text in told:
        assert decode(encode(text)) == text
    assert public("say hello", ["take the key"]) == "you: say hello; your partner: take the key"
    assert public("your task is to take a key", ["please open a lock", "your task: go"]) == (
        "you: take a key; one partner: open a lock; another partner: go"
    )


def test_unknown_styles_are_refused():
    goal = understand("say hello", PLAYROOM)
    with pytest.raises(ValueError, match="the styles are 0 to 7"):
        say(goal, STYLES)


def test_the_vocabulary_is_what_the_generator_makes():
    kept = make_vocabulary.PATH.read_text(encoding="ascii")
    assert kept == make_vocabulary.vocabulary(), "stale: run python -m rumpus.assets.make_vocabulary"
    words = kept.split()
    assert len(set(words)) == len(words)
    assert {"push", "emerald", "64", "hello"} <= set(words)
