"""A batch tells its listeners of resets, steps and loads; checksums of many rows are those of each."""

import copy

import numpy as np
import pytest

from rumpus.tests.batches import fresh
from rumpus.worlds import load
from rumpus.worlds.engine.run.replay import checksum, checksums


class Heard:
    """Notes what it is told, and what the batch is like then."""

    def __init__(self):
        self.told = []

    def began(self, batch, mask):
        self.told.append(("began", mask.tolist(), batch.states["tick"].tolist()))

    def stepped(self, batch):
        self.told.append(("stepped", batch.states["tick"].tolist()))

    def loaded(self, batch, rows):
        self.told.append(("loaded", rows.tolist(), batch.states["tick"].tolist()))


def test_listeners_hear_of_what_is_done_and_copies_have_none():
    batch, heard = fresh(load("box-world-small"), 3), Heard()
    batch.listeners.append(heard)
    batch.step()
    saved = batch.save(2)
    batch.reset(np.array([0, 1, 0]))
    batch.step()
    batch.load(0, saved)
    with pytest.raises(ValueError, match="no saved state"):
        batch.load(0, b"")
    for twin in (batch.clone(), copy.copy(batch), copy.deepcopy(batch)):
        twin.step()
        assert twin.listeners == []
    assert heard.told == [
        ("stepped", [1, 1, 1]),
        ("began", [False, True, False], [1, 0, 1]),
        ("stepped", [2, 1, 2]),
        ("loaded", [0], [1, 1, 2]),
    ]


@pytest.mark.parametrize("name", ["sokoban-duo", "maze-small", "room"])
def test_checksums_of_rows_are_those_of_each(name):
    batch = fresh(load(name), 4)
    batch.step()
    rows = np.array([3, 0, 2])
    assert checksums(batch, rows).tolist() == [checksum(batch, row) for row in rows]
    other = fresh(batch.world, 1, seed=2)  # row 2 began from it
    other.step()
    assert checksums(batch, rows)[2] == checksum(other, 0) != checksum(batch, 0)
