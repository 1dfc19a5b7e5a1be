"""Tables of tasks: each text and goal is kept once, and what resets read of them is what the tasks say."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rumpus import worlds
from rumpus.interface.text import TOKENS, encode
from rumpus.tasks.compile import table
from rumpus.tasks.generate import generate
from rumpus.worlds.engine.records.judge import CLAUSES, FIELDS, STAGES
from rumpus.worlds.engine.records.states import task_dtype
from rumpus.worlds.engine.run.table import pack_tasks

SMALL, DUO = worlds.load("sokoban-small"), worlds.load("sokoban-duo")
MOST = 400
"""Bytes of a row with its part of the instructions and goals, where texts repeat."""

numbers = st.integers(-(2**31), 2**31 - 1)


@st.composite
def records(draw):
    """Whole task records with anything in their goals and instructions, some of which repeat."""
    made = np.zeros(draw(st.integers(1, 6)), task_dtype(DUO.knobs.declared, DUO.rules.max_players))
    made["players"], made["level"] = DUO.players, -1
    for record in made:
        for seat in range(2):
            record["stages"][seat] = draw(st.integers(0, STAGES))
            record["clauses"][seat] = number = draw(st.integers(0, CLAUSES))
            record["goal"][seat, :number] = draw(st.sampled_from((-1, 7, 2**31 - 1)))
            record["hold"][seat] = draw(st.lists(numbers, min_size=STAGES, max_size=STAGES))
            tokens = draw(st.lists(st.integers(0, 2**16 - 1), max_size=TOKENS))
            record["instruction"][seat, : len(tokens)] = tokens
        record["seed"], record["salt"] = draw(st.integers(0, 2**64 - 1)), draw(st.integers(0, 2**64 - 1))
        record["reward"], record["height"] = draw(numbers), draw(numbers)
    twins = draw(st.lists(st.integers(0, len(made) - 1), max_size=4))
    return made[[*range(len(made)), *twins]]


@settings(max_examples=60)
@given(records())
def test_what_is_packed_is_unpacked_to_the_byte(whole):
    made = pack_tasks(whole)
    assert (made.unpacked() == whole).all()
    middle = slice(1, len(whole) - 1)
    assert (made.unpacked(middle) == whole[middle]).all()
    assert made.parts.size == pack_tasks(np.concatenate([whole, whole])).parts.size
    texts, which = made.instructions(2)
    assert (texts[which] == whole["instruction"]).all()
    assert len(np.unique(texts, axis=0)) == len(texts)


def test_a_reset_reads_of_a_table_what_the_tasks_say():
    tasks = list(generate(DUO, 24, seed=3))
    made, whole = table(tasks, DUO), table(tasks, DUO).unpacked()
    batch = worlds.batch(DUO, 64, tasks=made)
    for _ in range(2):  # goals of an episode before do not remain
        batch.reset()
        states, own = batch.states, whole[batch.states["task"]]
        assert (states["instruction"] == own["instruction"]).all()
        for name in ("reward", "reward_weights", "stages", "clauses", "hold", "judged", "first", "limit"):
            assert (states[name] == own[name]).all(), name
        counted = np.arange(CLAUSES)[:, None] < own["clauses"][..., None, None]
        assert (states["goal"] == own["goal"])[np.broadcast_to(counted, own["goal"].shape)].all()
    assert [texts.tolist() for texts in whole["instruction"][0]] == [
        encode(player.instruction).tolist() for player in tasks[0].players
    ]


def test_rows_cost_little_where_texts_repeat():
    tasks = list(generate(SMALL, 512, seed=1))
    made = table(tasks, SMALL)
    assert made.nbytes < MOST * len(tasks)
    again = table(tasks * 4, SMALL)
    assert again.nbytes - made.nbytes == 3 * made.records.nbytes < 3 * 160 * len(tasks)
    assert again.levels is not None and len(again.levels) == len(made.levels)


@pytest.mark.parametrize("part", ["instruction", "goal"])
def test_a_table_whose_rows_point_elsewhere_is_refused(part):
    made = table(list(generate(SMALL, 4, seed=1)), SMALL)
    worlds.batch(SMALL, 2, tasks=made)
    for wrong in (-1, len(made.parts), 2**31 - 1):
        rows = made.records.copy()
        rows[part][2, 0] = wrong
        with pytest.raises(ValueError, match="lacks instructions or goals"):
            worlds.batch(SMALL, 2, tasks=replace(made, records=rows))
    parts = made.parts.copy()
    parts[made.records[part][:, 0] + (part == "goal")] = FIELDS * TOKENS
    with pytest.raises(ValueError, match="lacks instructions or goals"):
        worlds.batch(SMALL, 2, tasks=replace(made, parts=parts))
    with pytest.raises(ValueError, match="no table"):
        worlds.batch(SMALL, 2, tasks=replace(made, records=made.unpacked()))
