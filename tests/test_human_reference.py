"""People in the benchmark: they are led through tasks once, under an agent's limits, and stand beside the agents."""

from __future__ import annotations

import json

import numpy as np
import pygame
import pytest

from rumpus import worlds
from rumpus.agents import human
from rumpus.agents.human.commands import Commands
from rumpus.agents.human.session import Session
from rumpus.agents.human.suite import play_suite, sample
from rumpus.agents.measuring.benchmark import TASKS, benchmark, tasks_of
from rumpus.agents.measuring.people import SOURCE, default_place, played
from rumpus.episodes.recorder import Recorder
from rumpus.episodes.store import Store
from rumpus.episodes.verify import verify
from rumpus.interface.viewer import open_display
from rumpus.tasks.compile import table
from rumpus.tasks.files import load, write_line
from rumpus.tasks.recorded import unpacked
from rumpus.tests.commands import rumpus
from rumpus.tests.people import Person, at_window
from rumpus.worlds.engine.run.batch import Batch

SMALL = worlds.load("box-world-small")


@pytest.fixture
def suite(tmp_path, monkeypatch):
    """A benchmark of six tasks of two worlds, and a home of its own for what people play."""
    monkeypatch.setenv("RUMPUS_DATA", str(tmp_path / "home"))
    folder = tmp_path / "suite"
    folder.mkdir()
    for name in ("box-world-small", "key-and-door"):
        some = [task for task in tasks_of(TASKS / f"{name}.jsonl") if task.steps and task.steps < 12][:3]
        (folder / f"{name}.jsonl").write_text("".join(map(write_line, some)))
    return folder


def solved(place, task, name: str, steps: int | None = None, limit: int | None = None, source: str = SOURCE) -> None:
    """Store an episode in which a person does what the solution does, or the first of its steps."""
    world = worlds.load(task.world)
    own = task if limit is None else task.model_copy(update={"limit": limit})
    batch = Batch(world, 1, tasks=table([own], world), threads=1)
    with Recorder(batch, Store(place, create=True), played_by=f"person:{name}", tasks=[own], source=source):
        batch.reset()
        for action in unpacked(task.solution, world)[:steps]:
            batch.actions[0] = action
            batch.step()


def test_without_people_there_is_no_score_of_people(suite):
    rows = benchmark("random", suite, random_times=1, threads=1)
    assert not default_place().exists(), "looking makes no store"
    assert all(row["human_tasks"] == 0 and row["human_score"] is None for row in rows)
    assert not any(TASKS.parent.rglob("human*")), "none is shipped"


def test_people_stand_beside_agents_on_the_tasks_that_they_played(suite, tmp_path, capsys):
    tasks = tasks_of(suite)
    place = default_place()
    solved(place, tasks[0], "Ada")
    solved(place, tasks[1], "Ada", steps=1)  # given up
    solved(place, tasks[1], "Ada")  # the second time does not count
    solved(place, tasks[1], "Bob")
    solved(place, tasks[2], "Ada", limit=10 * tasks[2].limit)  # more time than an agent has
    solved(place, tasks[3], "Ada", source="rumpus play")
    found = played(tasks)
    assert found == {tasks[0].id: (1.0, 1.0), tasks[1].id: (0.5, 0.5)}
    assert played([tasks[0].model_copy(update={"limit": tasks[0].limit + 1})]) == {}
    rows = {(row["of"], row["name"]): row for row in benchmark("expert", suite, threads=1)}
    own = rows["world", "box-world-small"]
    assert (own["human_tasks"], own["human_success"], own["human"]) == (2, 0.75, 0.75)
    assert own["human_low"] <= own["human_score"] <= own["human_high"] <= 1.0
    assert own["score"] == 1.0
    assert rows["world", "key-and-door"]["human_tasks"] == 0
    assert rows["mean", "mean"]["human_tasks"] == 2
    assert rumpus("evaluate", "--suite", "expert", "--tasks", suite) == 0
    assert "people" in capsys.readouterr().out
    assert rumpus("evaluate", "--suite", "expert", "--tasks", suite, "--human", tmp_path / "nowhere") == 1
    assert "no store" in capsys.readouterr().err


def test_a_sample_has_all_skills_and_worlds_and_leaves_out_what_is_played(suite, monkeypatch, tmp_path):
    every = [task for task in tasks_of(TASKS) if len(task.players) == 1]
    chosen = sample(every, 60, seed=1)
    assert len({task.id for task in chosen}) == 60
    assert {task.skill for task in chosen} == {task.skill for task in every}
    assert {task.world for task in chosen} == {task.world for task in every}
    assert chosen == sample(every, 60, seed=1) != sample(every, 60, seed=2)
    shown = []

    def play(world, **options):
        shown.append((world.name, options["ids"]))
        assert options["once"]
        assert options["strict_time"]
        for task in options["written"]:
            solved(options["record"], task, options["name"])
        return human.Played([None] * len(options["ids"]), [])

    monkeypatch.setattr("rumpus.agents.human.suite.play", play)
    assert play_suite(4, name="Ada", folder=suite) == (4, default_place())
    assert play_suite(4, name="Ada", folder=suite)[0] == 2, "two are left"
    assert sorted(id for _, ids in shown for id in ids) == sorted(task.id for task in tasks_of(suite))
    with pytest.raises(ValueError, match=r"all 6 tasks .* are played"):
        play_suite(4, name="Ada", folder=suite)
    assert play_suite(3, name="Bob", world="key-and-door", folder=suite)[0] == 3
    with pytest.raises(ValueError, match="no task for one player in sokoban"):
        play_suite(world="sokoban", folder=suite)
    with pytest.raises(ValueError, match="at least 1 task"):
        play_suite(0, folder=suite)
    assert rumpus("play", "--suite", "--goal", "x") == 1
    assert rumpus("play") == 1


def test_a_person_plays_each_task_once_with_real_keys(suite, monkeypatch, tmp_path):
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    monkeypatch.setenv("RUMPUS_CONFIG", str(tmp_path / "config"))
    tasks, _ = load(suite / "box-world-small.jsonl", SMALL)
    open_display()
    recorders = []

    def attach(batch):
        options = {"source": SOURCE, "tasks": tasks, "every": 0.0}
        recorders.append(Recorder(batch, Store(default_place(), create=True), played_by="person:Ada", **options))

    default_place().parent.mkdir(parents=True)
    ids = [task.id for task in tasks]
    game = Session(SMALL, tasks=table(tasks, SMALL), ids=ids, strict=True, once=True, record=attach)
    assert [int(limit) for limit in game.list.table.records["limit"]] == [task.limit for task in tasks]
    names = list(SMALL.controls.moves)
    keys = [SMALL.controls.moves[name].keys[0] for name in names]

    def script(person: Person):
        window = person.window
        for key in (pygame.K_F8, pygame.K_F5, pygame.K_F4):
            person.press(key)
            person.until(lambda: "measured" in window.person.note, "no way back")
            window.person.note = ""
        for number, task in enumerate(tasks[:2]):
            for step, (move,) in enumerate(task.solution.moves, 1):
                person.press(pygame.key.key_code(keys[move]))
                person.until(lambda step=step: game.steps == step, "a step")
            person.until(lambda: game.result == "success", task.id)
            person.press(pygame.K_RETURN)
            person.until(lambda number=number: game.place == number + 1, "the next task")
        person.press(pygame.key.key_code(keys[0]))
        person.until(lambda: game.steps == 1, "a step in the last")
        person.press(pygame.K_F6)
        person.until(lambda: not window.open, "given up, and so it ends")

    at_window(game, tmp_path / "out", script)
    for recorder in recorders:
        recorder.close()
    assert [(episode.task, episode.result) for episode in game.episodes] == [
        (ids[0], "success"), (ids[1], "success"), (ids[2], "left")
    ]  # fmt: skip
    store = Store(default_place())
    assert all(verdict.same for verdict in verify(store))
    assert played(tasks) == {ids[0]: (1.0, 1.0), ids[1]: (1.0, 1.0), ids[2]: (0.0, 0.0)}
    rows = json.loads(json.dumps(benchmark("expert", suite, threads=1)))
    assert rows[-1]["human_tasks"] == 3


def test_a_map_is_no_help_where_it_is_measured():
    maze = worlds.load("maze-small")
    from rumpus.agents.human.camera import input_of

    assert "map" in Commands(maze, input_of(maze)).table
    table_ = Commands(maze, input_of(maze), "task", 3, once=True).table
    assert not {"map", "undo", "restart", "previous"} & table_.keys()
    assert np.isin(["next", "pause", "leave"], list(table_)).all()
