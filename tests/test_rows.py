"""The quick ways of environments of one row, against the careful ones."""

import copy

import numpy as np
import pytest

import rumpus.worlds as worlds
from rumpus.interface.action import ACTION, as_action, move_table, packed, still, write_actions
from rumpus.interface.rows import Row
from rumpus.interface.spaces import action_space
from rumpus.interface.text import encode

VARIANTS = {
    "keys": [np.eye(1, 96, 3)[0], np.eye(1, 96, 3, dtype=bool)[0], np.eye(96, dtype=np.int8)[:, 2], [0] * 96, "w"],
    "buttons": [np.ones(3, np.int8), np.array([0, 2, 0], np.int8), -np.ones(3, np.int8), np.ones((1, 3), np.uint8)],
    "wheel": [0, 2, 3, -1, np.int64(1), np.int64(-1), np.uint8(2), True, 1.0, np.array(1), np.array([2]), None],
    "mouse": [
        *(np.array([x, y], kind) for kind in (np.float32, float) for x in (0.5 / 65536, -1, 1.0001) for y in (0.3, 1)),
        *(np.array([np.nan, 0]), np.array([np.inf, 0.0]), np.array([1, 0]), [0.25, -0.5], np.zeros((1, 2)), None),
    ],
    "say": ["", "go left", np.zeros(64, np.int32), np.zeros(64), np.eye(1, 64, 0, np.int64)[0], np.zeros(63, int), 7],
}


def test_actions_are_packed_as_they_are_written():
    """The quick way writes the record that the careful one writes, and leaves everything wrong to it."""
    quick, wrong = 0, 0
    for field, values in VARIANTS.items():
        for value in values:
            for start in (still(), action_space().sample(), {**still(), "say": np.zeros(64, np.int32)}):
                action, record = {**start, field: value}, np.zeros((), ACTION)
                given = packed(action)
                try:
                    write_actions(record, action)
                except ValueError:
                    wrong += 1
                    assert given is None, (field, value)
                else:
                    quick += given is not None
                    assert given in (None, record.tobytes()), (field, value)
    assert quick > 30 and wrong > 30
    assert packed(None) is packed({}) is packed({**still(), "feet": 1}) is None


def test_a_row_is_read_and_written_as_its_records_are():
    batch = worlds.batch("sokoban-duo", 1, size=(40, 40), seed=3, threads=1)
    batch.reset()
    row, spoken = Row(batch), {**still(), "say": "push it left"}
    moves = [as_action(record) for record in move_table(batch.world.controls.moves)]
    batch.states["task"], batch.states["instruction"][0, 1] = -1, encode("now a ball, then a box")
    row.act({0: moves[1], 1: spoken})
    assert batch.actions[0, 0].tobytes() == move_table(batch.world.controls.moves)[1].tobytes()
    assert (batch.actions[0, 1]["say"] == encode("push it left")).all()
    before = batch.actions.tobytes()
    with pytest.raises(ValueError, match="wheel"):
        row.act({0: moves[2], 1: {**still(), "wheel": 9}})
    assert batch.actions.tobytes() == before, "nothing is written unless all is right"
    batch.step()
    assert row.text("chat", 0, True) == "push it left"
    assert row.text("chat", 1, True) == ""
    assert row.text("instruction", 1, True) == "now a ball, then a box"
    assert (row.text("instruction", 1, False) == encode("now a ball, then a box")).all()
    assert row.origin() == {"seed": int(batch.states["seed"][0]), "task": -1}
    row.act({1: moves[3]})
    assert not batch.actions[0, 0]["keys"].any(), "a player without an action does nothing"
    twin = copy.deepcopy({"batch": batch, "row": row})
    batch.states["over"] = 1
    assert row.over and not twin["row"].over
    batch.states = twin["batch"].states
    assert not row.over, "the array of now is read"
    batch.actions = np.zeros_like(batch.actions)
    row.act({0: moves[1]})
    assert batch.actions["keys"][0, 0].any()
