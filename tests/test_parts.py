"""The parts of a World: each refuses, where it is made, what does not fit together, and says what was expected."""

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rumpus.interface.action import Move
from rumpus.tests.tiny_hall import FOUR, HALL
from rumpus.tests.tiny_world import BIG, COINS
from rumpus.worlds.engine.records.states import state_dtype
from rumpus.worlds.engine.render.views import Frames
from rumpus.worlds.engine.world import Controls, Knobs, Levels, Objective, Rules

RULES, KNOBS = COINS.rules, COINS.knobs.declared
PRESS = {"press": Move(("w",), ("left",))}
LEVEL = np.zeros(1, np.int32)
ANY: Any = len
TILES: Any = COINS.view
NOT: Any = (5, 5)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Rules(np.dtype([("y", "i4")]), RULES.reset, RULES.step), "make its dtype with state_dtype"),
        (lambda: Rules(RULES.state, RULES.reset, RULES.step, savable=False), "have no simulator"),
        (
            lambda: Rules(state_dtype([("bag", object)]), RULES.reset, RULES.step),
            "fields bag hold Python objects, which kernels cannot",
        ),
        (lambda: Rules(NOT, RULES.reset, RULES.step), "state= is the dtype that state_dtype"),
        (lambda: Rules(RULES.state, RULES.reset, NOT), r"Rules\(step=…\) is a function; got \(5"),
        (lambda: dataclasses.replace(TILES, grid=(5, 5)), r"lambda knobs: \(5, 5\); got \(5, 5\)"),
        (lambda: dataclasses.replace(TILES, sprites=Path("none.png")), "there is no file at none.png"),
        (lambda: dataclasses.replace(COINS, rules=ANY), "coins: rules= is a record of Rules; got"),
        (lambda: Objective(limit=9, instruction=NOT), "one for each player; got 5"),
        (lambda: Controls(keys=("upp",), moves={}), "unknown key 'upp'; did you mean"),
        (lambda: Controls(keys=("w",), buttons=("wheel",), moves={}), "unknown mouse button 'wheel'"),
        (lambda: Controls(keys=("w",), moves=PRESS), r"'press' presses \['left'\], which are none"),
        (
            lambda: Controls(keys=("w",), moves={}, help={"left": "grasp"}),
            "which are none of the keys, nor left button",
        ),
        (lambda: Controls(keys=("w",), moves={}, needs_something_held=("e",)), r"needs_something_held names \['e'\]"),
        (lambda: Controls(keys=("w",), moves={}, tick_hz=0), "at least 1; got 0"),
        (lambda: Objective(limit=0, instruction="go"), "from 1 to 2"),
        (lambda: Objective(limit=9, instruction="go", other_instructions=("go " * 65,)), "a text holds 64 tokens"),
        (lambda: Knobs(KNOBS, {"coin": 1}), "there is no knob 'coin'; the knobs: size, coins"),
        (lambda: Knobs(KNOBS, splits={"test": {}}), "one named 'train', got test"),
        (
            lambda: Knobs(KNOBS, splits={"train": {"size": 10}}),
            "split 'train': size must be a whole number from 3 to 9",
        ),
        (lambda: Knobs(KNOBS, validate=lambda values: f"{values['size']} is odd"), "split 'train': 5 is odd"),
        (Levels, "give bank=, read= or parse="),
        (lambda: Levels(parse=ANY), r"either a bank makes the levels \(bank=\), or"),
        (lambda: Levels(bank=ANY, generated_level=LEVEL), "give one of the two"),
        (lambda: Levels(bank=ANY, write=print), "takes show= too"),
        (lambda: Levels(bank=ANY, show=str), "only parse= can read"),
        (lambda: Levels(read=ANY, generated_level=LEVEL[0]), r"of shape \(1,\); got \(\)"),
        (lambda: COINS.variant("two", "", players=2), "two: its states hold 1 to 1 players, not 2"),
        (lambda: FOUR.variant("four", "", instruction=("run", "hide")), "2 instructions for 4 player"),
        (lambda: COINS.variant("aims", "", aimed=lambda state, player: (0, True)), "not for Tiles"),
        (lambda: HALL.variant("film", "", view=Frames()), "drawn by a simulator, and its rules have none"),
    ],
)
def test_a_part_that_does_not_fit_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


GONE = {"a": {"kind": "coin"}, "relation": "there", "negated": True}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"relations": ("ther",)}, r"Things\(relations=…\) names the relation 'ther', .*did you mean 'there'"),
        ({"relations": "there"}, r"'there' is one text: write \('there',\)"),
        ({"objective": {"stages": [{"all": [GONE | {"a": {"kind": "coni"}}]}]}}, "kind 'coni', .*did you mean 'coin'"),
        ({"objective": {"stages": [{"all": [GONE | {"a": {"colour": "glod"}}]}]}}, "colour 'glod'.*'gold'"),
        ({"objective": {"stages": [], "never": [GONE | {"relation": "nera"}]}}, "relation 'nera'.*'near'"),
        ({"objective": {"stages": [{"all": [GONE | {"relation": "near"}]}]}}, "relation 'near' needs b"),
        ({"affords": {"coins": ("carry",)}}, r"Things\(affords=…\) names the kind 'coins'.*'coin'"),
        ({"affords": {"coin": ("cary",)}}, "affordance 'cary'.*'carry'"),
        ({"scales": ({"sise": 3},)}, r"scale 0, names the knob 'sise'.*'size'"),
        ({"ranges": {"coin": (1, 2)}}, r"Things\(ranges=…\) names the knob 'coin'.*'coins'"),
        ({"most": 0}, "at least 1; got 0"),
    ],
)
def test_unknown_names_in_things_are_refused_with_the_nearest(changes, message):
    with pytest.raises(ValueError, match=message):
        COINS.variant("names", "", things=dataclasses.replace(COINS.rules.things, **changes))


def test_a_variant_changes_fields_of_parts_by_their_names():
    mine = BIG.variant("mine", "Mine.", overrides={"coins": 3}, limit=7, keys=("w", "a", "s", "d"), turn_based=False)
    assert (mine.name, mine.summary, mine.players, mine.view) == ("mine", "Mine.", 1, BIG.view)
    assert mine.rules is BIG.rules
    assert mine.knob_values({}) == {"size": 9, "coins": 3}, "overrides add to those of the world that is varied"
    assert (mine.objective.limit, mine.objective.instruction) == (7, BIG.objective.instruction)
    assert (mine.controls.keys, mine.controls.turn_based) == (("w", "a", "s", "d"), False)
    assert mine.controls.moves == BIG.controls.moves
    with pytest.raises(TypeError, match="look, settings: no field of a World or of its parts"):
        BIG.variant("mine", "", look=None, settings={})
