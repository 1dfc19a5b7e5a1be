"""Tasks as pictures, as clips and as replays."""

import json

import imageio.v3 as imageio
import numpy as np
import pytest

from rumpus import worlds
from rumpus.agents.measuring import watch as watching
from rumpus.interface.action import ACTION
from rumpus.tasks.compile import table
from rumpus.tasks.goals import Task
from rumpus.tasks.replays import solution
from rumpus.tasks.show import EDGE, MARGIN, PAPER, sheet, strips
from rumpus.worlds.engine.run.replay import Episode, ReplayError

DUO = worlds.load("sokoban-duo")
LEVEL = "########\n#      #\n# @ $ .#\n# & $ .#\n#      #\n########\n"
SMALL = "#####\n#@$.#\n#& .#\n# $ #\n#####\n"
RIGHT = 3
HOME = {"a": {"kind": "box"}, "relation": "on", "b": {"kind": "target"}}


def task(number=0, words="push a box home", level=LEVEL, limit=20, moves=((RIGHT, -1),) * 3, **more):
    height, width = level.count("\n"), level.index("\n")
    data = {
        "rumpus_task": 1,
        "id": f"t:{number}",
        "world": DUO.name,
        "start": {"level": level, "knobs": {"boxes": 2, "height": height, "width": width}, "seed": number},
        "limit": limit,
        "players": [{"goal": {"stages": [{"all": [HOME]}]}, "instruction": words}] * 2,
        "solution": {"moves": moves} if moves else None,
    }
    return Task.model_validate(data | more)


def different(*words, **more):
    goal = {"stages": [{"all": [HOME]}]}
    return {"players": [{"goal": goal, "instruction": text} for text in words], **more}


def ink(picture):
    """Rows of a picture that are not blank paper."""
    paper = [int(PAPER[at : at + 2], 16) for at in (1, 3, 5)]
    return (picture != paper).any(axis=(1, 2))


def test_a_sheet_shows_starts_as_they_are_with_their_words_below(tmp_path):
    tasks = [task(0), task(1, "w" * 60), task(2, "$x^2$ is no formula"), task(3, level=SMALL)]
    image = imageio.imread(sheet(tasks, DUO, tmp_path / "new" / "sheet.png", columns=2))
    batch = worlds.batch(DUO, 4, tasks=table(tasks, DUO))
    batch.reset(tasks=np.arange(4))
    tile = EDGE // 8
    size = 6 * tile, 8 * tile
    for row in range(4):
        shown = batch.picture(row, size=size)
        places = np.lib.stride_tricks.sliding_window_view(image, (1, *shown.shape[1:]))[..., 0, :, :]
        assert (places == shown[tile]).all(axis=(-1, -2)).any(), f"task {row} is in the picture"
    assert len(list(tmp_path.rglob("*"))) == 2
    alone = imageio.imread(sheet(tasks[:1], DUO, tmp_path / "one.png"))
    assert alone.shape[1] < image.shape[1]
    assert ink(alone[MARGIN + size[0] + 2 :]).any(), "words"
    with pytest.raises(ValueError, match="column"):
        sheet(tasks, DUO, tmp_path / "no.png", columns=0)
    with pytest.raises(ValueError, match="at least one task"):
        sheet([], DUO, tmp_path / "no.png")
    assert not (tmp_path / "no.png").exists()


def test_words_are_wrapped_and_named_when_they_differ():
    def rows(words):
        return strips([words], 300)[0].shape[0]

    one, long = task(), task(words="push a box home " * 6)
    assert rows(one) < rows(long)
    assert rows(one) < rows(task(**different("push a box home", "do not")))
    first, second, blank = strips([one, long, task(words=" ")], 300)
    assert first.shape == second.shape == blank.shape == (rows(long), 300, 3)
    assert rows(long) % 2 == 0
    assert 0 < ink(first).sum() < ink(second).sum()
    assert not ink(blank).any()


def test_a_solution_is_a_replay(tmp_path):
    path = tmp_path / "solution.json"
    solution(task(), DUO).save(path)
    episode = Episode.load(path)
    assert len(episode.actions) == 3
    tasks = table([Task.model_validate(episode.task)], DUO)
    batch = episode.batch(DUO, tasks=tasks)
    outcomes = [episode.play(batch, tick) for tick in range(3)]
    assert outcomes[-1]["success"].tolist() == [1, 1]
    assert len(list(episode.frames(worlds.load, (64, 64), tasks=tasks))) == 4
    with pytest.raises(ReplayError, match="give `tasks`"):
        episode.batch(DUO)
    data = json.loads(path.read_text())
    data["task"]["players"][0]["instruction"] = "stand still"
    path.write_text(json.dumps(data))
    with pytest.raises(ReplayError, match="departs from its recording at its start"):
        Episode.load(path).batch(DUO, tasks=table([Task.model_validate(data["task"])], DUO))
    with pytest.raises(ReplayError, match="a table of one row"):
        episode.batch(DUO, tasks=table([task(), task(1)], DUO))


@pytest.mark.parametrize(
    ("moves", "reason"), [(None, "has no solution"), (((0,),), "for each of 2 players"), (((0, 9),), "no 9")]
)
def test_a_solution_that_is_none_is_refused(moves, reason):
    with pytest.raises(ValueError, match=reason):
        solution(task(moves=moves), DUO)


def test_an_episode_of_any_row_and_after_any_other_is_replayed():
    """Not only the first one of a batch: whatever was drawn, judged and drawn large before leaves no trace."""
    own = {"goal": DUO.rules.things.objective, "instruction": "as the rules say"}
    tasks = [task(0, level=SMALL), task(1), task(2, level=SMALL, players=[own] * 2, reward={"scheme": "world"})]
    batch = worlds.batch(DUO, 3, tasks=table(tasks, DUO), seed=5)
    batch.reset()
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="table of tasks"):
        Episode.start(batch, 1)
    for rows in ([0, 1, 2], [1, 2, 0], [2, 0, 1]):
        batch.reset(tasks=np.array(rows))
        data = [tasks[row].model_dump(mode="json", exclude_defaults=True) for row in rows]
        episodes = [Episode.start(batch, row, data[row]) for row in range(3)]
        for _ in range(6):
            batch.actions[...] = np.zeros((), ACTION)
            batch.act(rng.integers(0, 4, (3, 2)))
            batch.actions["mouse"] = rng.integers(-9999, 9999, (3, 2, 2))
            batch.step()
            for row, episode in enumerate(episodes):
                episode.note(batch, row)
        for episode in episodes:
            again = episode.batch(DUO, tasks=table([Task.model_validate(episode.task)], DUO))
            for tick in range(6):
                episode.play(again, tick)


def test_the_expert_is_filmed_at_tasks(monkeypatch):
    frames = []
    monkeypatch.setattr(watching, "write_clip", lambda out, shown, hz: frames.extend(shown))
    tasks = [task(0, **different("push", "watch")), task(1, moves=((-1, RIGHT),) * 3)]
    watching.watch(DUO, "expert", tasks=tasks, episodes=3, out="clip.mp4", size=(60, 80), hz=4)
    assert {frame.shape for frame in frames} == {(frames[0].shape[0], 160, 3)}
    words = [frame[60:].tobytes() for frame in frames]
    assert len(frames) == 3 * (4 + 4), "three steps, and a second of rest"
    assert words[0] == words[7] != words[8] == words[15] != words[16] == words[0], "each task has its words"
    batch = worlds.batch(DUO, 2, tasks=table(tasks, DUO))
    batch.reset(tasks=np.arange(2))
    for tick in range(4):
        for row in range(2):
            views = [batch.picture(row, player, size=(60, 80)) for player in range(2)]
            assert np.array_equal(frames[8 * row + tick][:60], np.concatenate(views, axis=1))
        batch.actions[...] = np.zeros((), ACTION)
        batch.actions[0, 0] = batch.actions[1, 1] = DUO.controls.moves["push right"].record()
        batch.step()
    assert batch.states["won"].tolist() == [1, 1]
