"""Moments: a task that begins from a state of a stored episode goes on as the episode did."""

from __future__ import annotations

import json
import os

import numpy as np
import pytest

from rumpus import worlds
from rumpus.agents import human
from rumpus.agents.human.session import Session
from rumpus.agents.measuring.evaluate import evaluate
from rumpus.agents.policies import RandomPolicy
from rumpus.agents.recording import record
from rumpus.agents.training.run import train
from rumpus.episodes.moments import load, state_at, task_at
from rumpus.episodes.recorder import Recorder
from rumpus.episodes.redraw import redraw
from rumpus.episodes.store import Store
from rumpus.episodes.verify import verify
from rumpus.interface.action import move_table
from rumpus.tasks import files
from rumpus.tasks.compile import table
from rumpus.tasks.files import write_line
from rumpus.tasks.goals import Player, Solution, Task
from rumpus.tasks.prove import proofs
from rumpus.tests.commands import rumpus
from rumpus.worlds.engine.run.batch import Batch

AT, STEPS = 5, 9
SMALL = worlds.load("box-world-small")


def stored(path, name: str, n: int = 1) -> Store:
    """A store of n episodes of random moves."""
    world, store = worlds.load(name), Store(path, create=True)
    batch = Batch(world, n, threads=1)
    with Recorder(batch, store, played_by="random"):
        policy = RandomPolicy(3)
        batch.reset(seed=4)
        policy.start(batch)
        for _ in range(STEPS):
            policy.act(batch, np.zeros(n, bool))
            batch.step()
    return store


@pytest.mark.parametrize("name", ["sokoban", "sokoban-duo", "box-world-small", "maze-small", "tag", "room-small"])
def test_from_a_moment_the_world_goes_on_as_it_did(name, tmp_path):
    """Its own part of the state, its clock and its random numbers: to the byte, but for what is the task's."""
    store, world = stored(tmp_path / "store", name), worlds.load(name)
    (episode,) = store.read()
    task = task_at(store, episode.id, AT, limit=50)
    again = Task.model_validate_json(task.model_dump_json(exclude_defaults=True))
    batch = Batch(world, 3, tasks=table([again], world), threads=1)
    recorder = Recorder(batch, store, played_by="other", extra={"from": "a moment"})
    batch.reset()
    assert not batch.over.any()
    own = [field for field in world.rules.state.names if field in ("tick", "key", "counter", "cursor", "pointing")]
    first = world.rules.state.names.index("cursor") + 1
    own += world.rules.state.names[first : world.rules.state.names.index("stage")]
    for step in range(AT, episode.steps):
        wanted = state_at(episode, step)
        for row in range(3):
            for field in own:
                assert np.array_equal(batch.states[field][row], wanted[field][0]), (field, step)
        batch.actions[...] = episode.actions[step]
        batch.step()
    recorder.close()
    assert batch.states["limit"].tolist() == [AT + 50] * 3
    found = list(store.read(lambda head: head.extra == {"from": "a moment"}))
    assert len(found) == 3
    assert all(verdict.same for verdict in verify(store))
    pixels = [step.pixels[0].copy() for step in redraw(store, where=lambda head: head.id == found[0].id)]
    before = [step.pixels[0].copy() for step in redraw(store, where=lambda head: head.id == episode.id)]
    assert all(np.array_equal(*pair) for pair in zip(pixels, before[AT:], strict=True))


def test_moments_by_reference_and_as_bytes_play_everywhere(tmp_path, capsys):
    """In task files, in the window, in training and in measurement."""
    store = stored(tmp_path / "data" / "store", "box-world-small", 2)
    ids = [head.id for head in store.index()]
    file = tmp_path / "tasks.jsonl"
    for number, (one, more) in enumerate(zip(ids, (("--reference",), ()), strict=True)):
        goal = ("--goal", "touch the white gem", "--limit", "30") if number else ()
        assert rumpus("episodes", "moment", store.path, one[:9], AT, "--out", file, *more, *goal) == 0
    assert "Understood" in capsys.readouterr().out
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert lines[0]["start"]["moment"] == {"store": "data/store", "episode": ids[0], "step": AT}
    assert lines[1]["start"]["moment"].keys() == {"state"}
    tasks, problems = load(file, SMALL)
    assert len(tasks) == 2
    assert not problems
    with pytest.warns(UserWarning, match="start.moment"):
        assert len(files.load(file, SMALL)[0]) == 1, "without the store it is named, not guessed"
    made = table(tasks, SMALL)
    game = Session(SMALL, tasks=made, ids=[task.id for task in tasks])
    states = {episode.id: state_at(episode, AT) for episode in store.read()}
    for one in ids:
        assert np.array_equal(game.batch.states["key"], states[one]["key"])
        assert (game.steps, game.limit) == (0, 30 if one == ids[1] else SMALL.objective.limit)
        assert game.batch.states["tick"] == AT
        game.next()
    result = evaluate(SMALL, "expert", tasks=file)
    assert result["episodes"] == 2
    settings = {"envs": 2, "rollout": 8, "minibatches": 1, "hidden": 8, "channels": 4, "threads": 1}
    train(
        "ppo", SMALL.name, steps=64, tasks=str(file), folder=tmp_path / "run", bar=False, tensorboard=False, **settings
    )
    assert rumpus("record", SMALL.name, "random", "--tasks", file, "--out", tmp_path / "more") == 0
    assert all(verdict.same for verdict in verify(Store(tmp_path / "more")))
    assert {head.task for head in Store(tmp_path / "more").index()} == {f"{one}-{AT}" for one in ids}
    (tmp_path / "copy").mkdir()
    assert (
        rumpus("episodes", "moment", store.path, ids[0], 2, "--reference", "--out", tmp_path / "copy" / "t.jsonl") == 1
    )


def test_moments_that_cannot_be_are_refused(tmp_path):
    store = stored(tmp_path / "store", "box-world-small")
    (episode,) = store.read()
    task = task_at(store, episode.id, AT)
    for step in (-1, episode.steps + 1):
        with pytest.raises(ValueError, match="has states 0 to"):
            task_at(store, episode.id, step)
    data = json.loads(task.model_dump_json(exclude_defaults=True))
    whole = data["start"]["moment"]["state"]

    def refused(moment, reason):
        (tmp_path / "tasks.jsonl").write_text(json.dumps(data | {"start": data["start"] | {"moment": moment}}))
        with pytest.raises(ValueError, match=reason):
            load(tmp_path / "tasks.jsonl", SMALL)

    os.symlink(tmp_path / "store", tmp_path / "link")
    stored(tmp_path.parent / f"{tmp_path.name}-outside", "box-world-small")
    os.symlink(tmp_path.parent / f"{tmp_path.name}-outside", tmp_path / "outside")
    reference = {"episode": episode.id, "step": AT}
    refused({"state": "AAAA"}, "damaged")
    refused({"state": whole[:40]}, "no saved state|damaged")
    refused({"state": "A" * (1 << 18)}, "at most")
    refused({"state": whole, "step": 3}, "or a state")
    refused({}, "or a state")
    refused({"store": "store"}, "an episode and a step")
    for out in ("../store", "/etc", "a/../../store", "outside", "C:\\x", "..\\x"):
        refused({"store": out} | reference, "leads out of the folder")
    refused({"store": "nowhere"} | reference, "no store")
    refused({"store": "store", "episode": "ffff", "step": 1}, "no episode")
    refused({"store": "store", "episode": episode.id, "step": 999}, "has states")
    (tmp_path / "tasks.jsonl").write_text(json.dumps(data))
    assert load(tmp_path / "tasks.jsonl", SMALL)[0] == [task]
    elsewhere = task_at(stored(tmp_path / "maze", "maze-small"), "", 1)
    moved = task.start.model_copy(update={"moment": elsewhere.start.moment})
    with pytest.raises(ValueError, match=r"start.moment: .*no saved state"):
        table([task.model_copy(update={"start": moved})], SMALL)
    sokoban = stored(tmp_path / "sokoban", "sokoban")
    other = task_at(sokoban, next(sokoban.index()).id, 1)
    mixed = [other, other.model_copy(update={"start": other.start.model_copy(update={"moment": None})})]
    with pytest.raises(ValueError, match="bring their levels as text"):
        table(mixed, worlds.load("sokoban"))


def test_a_solution_is_proven_and_played_from_the_moment(tmp_path):
    """Of a task in the middle of an episode: the moves that were made from there on are its solution, and are none from
    the world's own start."""
    store = Store(tmp_path / "store", create=True)
    record(SMALL, "expert", store.path, episodes=8, threads=1)
    moves = move_table(SMALL.controls.moves)
    made = []
    for episode in store.read():
        rest = [[int(np.flatnonzero(moves == action)[0])] for action in episode.actions[2:, 0]]
        solution = Solution(moves=tuple(map(tuple, rest)), by="play")
        task = task_at(store, episode.id, 2, limit=50)
        goal = task.players[0].goal
        judged = task.model_copy(update={"solution": solution, "players": (Player(goal=goal, instruction="go"),)})
        made.append(judged.model_copy(update={"steps": len(rest)}))
    assert proofs(made, SMALL) == ["solution"] * 8
    elsewhere = [task.model_copy(update={"start": task.start.model_copy(update={"moment": None})}) for task in made]
    assert "solution" not in proofs(elsewhere, SMALL)
    file = tmp_path / "tasks.jsonl"
    file.write_text("".join(map(write_line, made)))
    result = evaluate(SMALL, "expert", tasks=file)
    assert (result["success"], result["plans"]) == (1.0, 0)
    assert result["length_mean"] == np.mean([task.steps for task in made])


def test_the_window_goes_on_from_a_stored_step(tmp_path, monkeypatch, capsys):
    store = stored(tmp_path / "store", "box-world-small")
    (episode,) = store.read()
    played = {}
    monkeypatch.setattr(human, "play", lambda world, **options: played.update(options) or human.Played([], []))
    assert rumpus("play", SMALL.name, "--moment", f"{store.path}#{episode.id[:8]}@{AT}") == 0
    (task,) = played["written"]
    assert task == task_at(store, episode.id, AT)
    assert rumpus("play", SMALL.name, "--moment", f"{store.path}#{episode.id}@{AT}", "--goal", "touch the gem") == 0
    assert played["written"][0].players[0].instruction == "stand next to the gem"
    capsys.readouterr()
    for world, place, reason in (
        (SMALL.name, "here", "STORE#ID@STEP"),
        (SMALL.name, f"{store.path}#{episode.id}@999", "has states 0 to 9"),
        (SMALL.name, f"{store.path}#ffff@1", "no episode"),
        ("sokoban", f"{store.path}#{episode.id}@1", "not of sokoban"),
    ):
        assert rumpus("play", world, "--moment", place) == 1
        assert reason in capsys.readouterr().err
