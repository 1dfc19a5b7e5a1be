"""Files of levels: Sokoban's format and what other programs make of it; levels played, measured and recorded in the
order of their file."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rumpus import worlds
from rumpus.agents.measuring.evaluate import evaluate
from rumpus.agents.policies import RandomPolicy
from rumpus.tests.test_sokoban import KNOBS, Room, start
from rumpus.worlds.engine.run.batch import Batch
from rumpus.worlds.engine.run.replay import Episode, ReplayError
from rumpus.worlds.engine.run.table import level_table
from rumpus.worlds.sokoban import DUO, SOKOBAN
from rumpus.worlds.sokoban.bank import bank
from rumpus.worlds.sokoban.solve import solve
from rumpus.worlds.sokoban.xsb import dumps, loads, read, write

QUICK = settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def levels():
    """60 levels of two splits."""
    return {split: bank(split, KNOBS, count=60, progress=False) for split in ("train", "test")}


def test_levels_survive_a_file(levels, tmp_path):
    own = levels["train"]
    for players in (1, 2):
        write(tmp_path / "mine.txt", own, players=players)
        back, knobs = read(tmp_path / "mine.txt")
        assert back.tobytes() == own.tobytes()
        assert knobs == KNOBS
    assert [file.name for file in tmp_path.iterdir()] == ["mine.txt"]
    assert loads(dumps(own[0])).tobytes() == own[:1].tobytes()


def test_a_task_brings_one_level_as_text(levels):
    for world in (SOKOBAN, DUO):
        text = world.levels.show(levels["test"][0], players=world.players)
        assert world.levels.parse(text).tobytes() == levels["test"][:1].tobytes()
    for text, reason in (("#####\n#@$.#\n#####\n" * 2, "second '@'"), ("#####\n#@$.#\n#####\n\n" * 2, "2 levels")):
        with pytest.raises(ValueError, match=reason):
            SOKOBAN.levels.parse(text)


def test_reads_a_folder_as_people_keep_them(tmp_path):
    (tmp_path / "easy").mkdir()
    (tmp_path / "easy" / "001.txt").write_bytes(
        b"\xef\xbb\xbf; 0\r\n#####\r\n#@$.#\r\n#####\r\n\r\n;1\r\n#####\r\n#.$@#\r\n#####"
    )
    (tmp_path / "000.txt").write_text("   ####\n####--#\n#+$*_ #\n#  #$.#\n#######\n")
    (tmp_path / "notes.md").write_text("not a level")
    (tmp_path / "readme.txt").write_bytes(b"# Caf\xe9 levels #\n-----\n#1 is the easiest.\n")
    found, knobs = read(tmp_path)
    assert [dumps(level).splitlines()[-2] for level in found] == ["#  #$.#", "#@$.#", "#.$@#"]
    assert dumps(found[0], players=2) == "#######\n####  #\n#+$*  #\n#& #$.#\n#######\n"
    assert knobs == {"height": 5, "width": 7, "boxes": 3}
    batch = Batch(SOKOBAN, 4, levels=tmp_path)
    batch.reset()
    assert batch.draw().any()


COLLECTION = """:: as most collections of other programs are
Set: Small ones
Title: Level 1
Author: Anyone

  #####
###   #
#  @$.#
#######
Solution:
rrRRllUU2(rR)

   ; an indented comment
Level two
6#|#@-$.#|2(3#)
Title: two, above

#--------------#

3.
6#
#3-.#
#-$2-#
2#-@-#
6#
"quoted below"
"""


def test_reads_collections_as_other_programs_write_them(tmp_path):
    rooms = [
        "#######\n###   #\n#  @$.#\n#######\n",
        "######\n#@ $.#\n######\n",
        "######\n#   .#\n# $  #\n## @ #\n######\n",
    ]
    assert [dumps(level) for level in loads(COLLECTION)] == rooms
    (tmp_path / "a.sok").write_bytes(("; été\n" + COLLECTION).encode("latin-1"))
    assert [dumps(level) for level in read(tmp_path)[0]] == rooms
    (tmp_path / "a.sok").write_text("Title: none\n######\n")
    with pytest.raises(ValueError, match="there is no level in it"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("9999999999999#\n#@$.#\n#####", 1, "too large"),
        ("Title: one\n5#|#@ .#|5#", 2, "no box"),
        ("#####\n#@$.#\n#?  #\n#####", 3, "'\\?' in column 2"),
        ("; 0\n\n#####\n# $.#\n#####", 3, "no player"),
        ("#####\n#@$.#\n#@  #\n#####", 3, "a second '@'"),
        ("######\n#@$.&#\n#  & #\n######", 3, "a second '&'"),
        ("#####\n#@$.#\n#$  #\n#####", 1, "2 boxes and 1 targets"),
        ("#####\n#@  #\n#####", 1, "no box"),
        ("#####\n#@$.#\n### #", 1, "not closed"),
        ("####\n#@$.\n####", 1, "not closed"),
        ("#####\n#@$.#\n#####\n\n######\n#@ * #\n######", 5, "solved already"),
        ("########\n#@$ #. #\n########", 1, "can never come"),
        ("########\n#@$.#& #\n########", 1, "second player stands"),
        ("#" * 21 + "\n#@$.#\n#####", 1, "too large"),
        ("#####\n#@$.#\n" + "#####\n" * 19, 1, "too large"),
        (
            "#" * 20 + "\n#@" + "$" * 17 + "#\n# " + "." * 17 + "#\n" + "#" * 20,
            1,
            "17 boxes; 16 at most",
        ),
        ("; nothing\n\n", 1, "no level"),
        ("", 1, "no level"),
    ],
)
def test_says_where_a_file_is_not_sokoban(text, line, reason, tmp_path):
    (tmp_path / "bad.txt").write_text(text)
    with pytest.raises(ValueError, match=f"bad.txt:{line}: .*{reason}"):
        read(tmp_path / "bad.txt")
    with pytest.raises(ValueError, match=reason):
        Batch(SOKOBAN, 1, levels=str(tmp_path / "bad.txt"))


def test_says_what_cannot_be_read(tmp_path):
    with pytest.raises(ValueError, match="no such file"):
        read(tmp_path / "nowhere")
    with pytest.raises(ValueError, match=r"holds no file that ends with \.txt or \.xsb or \.sok"):
        read(tmp_path)
    (tmp_path / "picture.txt").write_bytes(b"####\n\x89PNG\r\n\xff\x00")
    with pytest.raises(ValueError, match=r"picture\.txt:2: this is not a text file"):
        read(tmp_path)


@QUICK
@given(st.text(st.sampled_from("#@$.*+ -_&%\n;x\r\x00é"), max_size=200) | st.text(max_size=60))
def test_any_text_is_levels_or_an_error(text):
    try:
        found = loads(text)
    except ValueError as error:
        assert str(error).startswith("text:")  # noqa: PT017
    else:
        assert loads("\n".join(map(dumps, found))).tobytes() == found.tobytes()


@st.composite
def rooms(draw):
    """The text of a random closed room with one to four boxes, and the number of its lines."""
    height, width = draw(st.integers(3, 20)), draw(st.integers(7, 20))
    inside = [(y, x) for y in range(1, height - 1) for x in range(1, width - 1)]
    places = draw(st.permutations(inside))
    boxes = draw(st.integers(1, max(1, min(4, (len(inside) - 2) // 2))))
    rows = [[" "] * width if 0 < y < height - 1 else ["#"] * width for y in range(height)]
    for row in rows:
        row[0] = row[-1] = "#"
    for letter, (y, x) in zip("@&" + "$." * boxes, places, strict=False):
        rows[y][x] = letter
    for y, x in places[2 + 2 * boxes :]:
        rows[y][x] = draw(st.sampled_from("  #"))
    return "".join("".join(row) + "\n" for row in rows)


@QUICK
@given(rooms())
def test_random_rooms_come_back_as_they_were(text):
    try:
        (level,) = loads(text)
    except ValueError as error:
        assert "never come" in str(error)  # noqa: PT017
        return
    assert (level["height"], level["width"]) == (text.count("\n"), text.index("\n"))
    shown = dumps(level, players=2)
    assert all(new in (old, "#") for old, new in zip(text, shown, strict=True))
    assert loads(shown)[0] == level
    plan = solve(start(level), limit=20_000)
    if plan is not None:
        room = Room(level)
        room.play(plan)
        assert room.solved


class Noting(RandomPolicy):
    """Plays at random and notes the row of the table of every episode that begins."""

    def act(self, batch, fresh):
        self.begun = [*getattr(self, "begun", []), *batch.states["task"][fresh.astype(bool)].tolist()]
        super().act(batch, fresh)


MAPS = "#####\n#P.G#\n#####\n\n######\n#P..G#\n######\n\n#####\n#P.G#\n#####\n"


@pytest.mark.parametrize(
    ("episodes", "played", "different"), [(None, [0, 1, 2], 2), (7, [0, 1, 2, 0, 1, 2, 0], 2), (1, [0], 1)]
)
def test_levels_of_a_file_are_played_in_its_order(episodes, played, different, tmp_path):
    (tmp_path / "maps.txt").write_text(MAPS)
    policy = Noting()
    result = evaluate("maze-small", policy, levels=tmp_path / "maps.txt", episodes=episodes, limit=3, threads=1)
    assert sorted(policy.begun) == sorted(played)
    assert result["episodes"] == len(played)
    assert (result["sampled"], result["levels"], result["levels_played"]) == (False, 3, different)


def test_many_levels_are_played_once_each(tmp_path):
    sokoban = worlds.load("sokoban")
    sokoban.levels.write(tmp_path / "levels.txt", sokoban.level_bank("test", count=600))
    result = evaluate("sokoban", "random", levels=tmp_path / "levels.txt", limit=2, threads=1)
    assert result["episodes"] == result["levels_played"] == result["levels"] == 600
    drawn = evaluate("sokoban", "random", episodes=600, limit=2, threads=1)
    assert drawn["sampled"] and 400 < drawn["levels_played"] < 500 < drawn["levels"]
    assert evaluate("maze-small", "random", episodes=2, limit=2, threads=1)["sampled"]
    with pytest.raises(ValueError, match="reads none from files"):
        evaluate("box-world", "random", levels=tmp_path / "levels.txt")


def test_a_replay_of_a_level_plays_again(levels, tmp_path):
    table = level_table(SOKOBAN, levels["test"])
    batch = Batch(SOKOBAN, 2, tasks=table)
    batch.reset(seed=3, tasks=np.array([41, 7]))
    assert np.array_equal(batch.states["cells"], levels["test"]["cells"][[41, 7]])
    episode = Episode.start(batch, 1)
    for move in (0, 1, 2, 3):
        batch.act(np.full(2, move))
        batch.step()
        episode.note(batch, 1)
    episode.save(tmp_path / "episode.json")
    again = Episode.load(tmp_path / "episode.json")
    assert again.level == 7
    assert len(list(again.frames(worlds.load, (80, 80), levels=levels["test"]))) == 5
    for other in (None, levels["test"][:7]):
        with pytest.raises(ReplayError, match="level 7 of a file"):
            again.batch(SOKOBAN, levels=other)
    with pytest.raises(ReplayError, match="other levels"):
        again.batch(SOKOBAN, levels=levels["train"])


@pytest.mark.parametrize("players", [1, 2])
def test_levels_as_they_are_written_are_read_like_any_others(levels, players):
    """A text of one level alone is read in a shorter way than one with a title."""
    for level in levels["train"][:20]:
        text = dumps(level, players=players)
        assert loads(text).tobytes() == loads(f"; a title\n{text}").tobytes()
        for wrong in (text.replace("@", " "), text.replace("#", " ", 3), text + text, "###\n# #\n###\n", text[:-1]):
            results = []
            for each in (wrong, f"; a title\n{wrong}"):
                try:
                    results.append(loads(each).tobytes())
                except ValueError as error:
                    results.append(str(error).split(":", 2)[2])
            assert results[0] == results[1]
