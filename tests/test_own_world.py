"""A world of one's own that is wrong: refused in one sentence with its place, and never a crash of the process."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from rumpus import worlds
from rumpus.__main__ import main
from rumpus.worlds.engine.run.device import SPARE

TINY = Path(__file__).parent / "tiny_world"


@pytest.fixture
def edited(tmp_path):
    """Makes a copy of the world of coins in which one text is replaced; returns its path."""

    def edit(old: str, new: str) -> Path:
        folder = shutil.copytree(TINY, tmp_path / "mine", ignore=shutil.ignore_patterns("__pycache__"))
        text = (folder / "__init__.py").read_text(encoding="utf-8")
        assert old in text
        (folder / "__init__.py").write_text(text.replace(old, new, 1), encoding="utf-8")
        return folder

    return edit


ALL = "WORLDS = (COINS, BIG)"
GRID = 'grid=lambda knobs: (knobs["size"], knobs["size"])'
RULES = "rules=Rules(STATE, reset, step, things=THINGS)"
LIMIT, WORDS = "limit=40", ', instruction="collect the coins"'


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (ALL, "WORLDS = COINS", "WORLDS is a tuple of World records, .* got World 'coins'"),
        (ALL, "WORLDS = (COINS, 5)", "such as WORLDS = .* got int 5"),
        (GRID, "grid=(5, 5)", r"py:\d+: Tiles\(grid=…\) is a function"),
        (
            f"    objective=Objective({LIMIT}{WORDS}),\n",
            "",
            r"py:\d+: World.* missing 1 .*'objective'; it is made as World\(name, summary, doc, rules, .*own-world",
        ),
        (WORDS, "", r"'instruction'; it is made as Objective\(limit, instruction"),
        (RULES, "state=STATE", "argument 'state'; it is made as World"),
        ('relations=("there",', 'relations=("theer",', r"py:\d+: .*'theer'.* did you mean 'there'"),
    ],
)
def test_a_record_that_is_made_wrong_is_told_with_its_line(edited, old, new, message):
    with pytest.raises(ValueError, match=message):
        worlds.load(edited(old, new))


def test_the_command_line_tells_it_without_a_traceback(edited, capsys, monkeypatch):
    monkeypatch.setattr("sys.argv", ["rumpus", "worlds", str(edited(RULES, "state=STATE"))])
    with pytest.raises(SystemExit):
        main()
    told = capsys.readouterr().err
    assert "argument 'state'" in told
    assert "Traceback" not in told


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("task.size // 2, task.size", "task.sise // 2, task.size", r"py:48, in reset: a record has no field 'sise'"),
        ("return YOU", "return YOUU", r"py:\d+, in tile: NameError: name 'YOUU' is not defined"),
    ],
)
def test_functions_that_do_not_compile_are_told_with_name_and_line(edited, old, new, message):
    folder = edited(old, new)
    with pytest.raises(ValueError, match=rf"coins cannot be compiled: .*{message}") as caught:
        worlds.batch(folder, 1).draw()
    assert caught.value.__cause__ is not None


def test_more_things_than_declared_are_refused(edited):
    batch = worlds.batch(edited("most=1 + 8", "most=3"), 64, threads=2)
    batch.reset()
    for twin in (batch, batch.clone()):
        with pytest.raises(ValueError, match=r"coins: fill wrote 6 things, and Things\(most=3\) .*: raise most"):
            twin.things()
    batch.states["judged"] = 1
    batch.step()
    assert batch._things.base.shape == (64 * 3 + SPARE,)
    assert np.isin(batch.outcomes["success"], (0, 1)).all()
