"""Everyone records: people, policies, training, and loops of others; and each kind of start is replayed to the byte."""

from __future__ import annotations

import json
import tempfile
from itertools import pairwise

import gymnasium
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rumpus import worlds
from rumpus.agents.human.session import Session
from rumpus.agents.policies import RandomPolicy
from rumpus.agents.training.run import resume, train
from rumpus.agents.training.trainer import COUNTED
from rumpus.episodes import columns, files
from rumpus.episodes.bench import data_bench
from rumpus.episodes.episode import Player
from rumpus.episodes.recorder import Recorder
from rumpus.episodes.redraw import redraw
from rumpus.episodes.store import GROUP_STEPS, Store
from rumpus.episodes.verify import verify
from rumpus.episodes.wrappers import Record, RecordParallel, RecordVector
from rumpus.interface.action import move_table
from rumpus.interface.wrappers import Moves
from rumpus.interface.wrappers.vector import Moves as VectorMoves
from rumpus.tasks.compile import judged, table
from rumpus.tasks.files import load
from rumpus.tasks.generate import write as generate
from rumpus.tests.commands import rumpus
from rumpus.tests.people import HOME, goal, play, room, session, tasks_of
from rumpus.tests.test_store import play as played
from rumpus.worlds.engine.run.batch import Batch
from rumpus.worlds.engine.run.table import level_table
from rumpus.worlds.sokoban import SOKOBAN

SMALL = worlds.load("box-world-small")


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(tmp_path / "store", create=True)


def checked(store: Store, **options) -> list:
    """The store's episodes, all of which replay to the byte."""
    assert [verdict for verdict in verify(store, **options) if not verdict.same] == []
    found = list(store.read())
    assert not store.problems
    return found


def recorded(store: Store, batch: Batch, steps: int = 12, **options) -> None:
    with Recorder(batch, store, played_by="random", **options):
        played(batch, RandomPolicy(), steps)


@pytest.fixture(scope="module")
def tasks(tmp_path_factory):
    """A file of tasks, and the tasks."""
    path = tmp_path_factory.mktemp("tasks") / "tasks.jsonl"
    generate(SMALL, path, 6)
    return path, load(path, SMALL)[0]


def test_tasks_are_stored_as_they_are_or_written_from_their_records(store, tasks):
    _, listed = tasks
    batch = Batch(SMALL, 4, tasks=table(listed, SMALL), threads=1)
    recorded(store, batch, tasks=listed)
    recorded(store, batch)
    found = checked(store)
    known = {task.id: task for task in listed}
    for episode in found:
        stored = episode.start.task
        assert "solution" not in stored
        if stored["id"] != "written":
            whole = known[stored["id"]].model_dump(mode="json", exclude_defaults=True, exclude={"solution"})
            assert stored == whole
    assert {episode.start.task["id"] == "written" for episode in found} == {True, False}
    assert {head.task for head in store.index()} == {*known, "written"} & {head.task for head in store.index()}


def test_every_world_with_things_writes_goals_that_replay(store):
    """Goals alone, without JSON, as a person's own words make them."""
    for name in ("sokoban", "maze-small", "room", "sokoban-duo", "tag"):
        world = worlds.load(name)
        if world.rules.things is not None and world.rules.things.objective:
            batch = Batch(world, 2, tasks=judged(world), threads=1)
            recorded(store, batch, 5)
    found = checked(store)
    assert len({episode.start.world for episode in found}) >= 3
    assert all(episode.start.task["id"] == "written" and episode.start.drawn for episode in found)


def test_levels_of_files_are_stored_as_text_and_drawn_ones_want_the_file(store):
    levels = SOKOBAN.level_bank("valid", count=5)
    recorded(store, Batch(SOKOBAN, 5, tasks=level_table(SOKOBAN, levels), threads=1, split="valid"))
    found = checked(store)
    assert {episode.start.level for episode in found} <= {SOKOBAN.levels.show(level, players=1) for level in levels}
    maze = worlds.load("maze-small")
    text = "#######\n#P...G#\n#.....#\n#.....#\n#.....#\n#.....#\n#######\n"
    given = maze.levels.parse(text)
    recorded(store, Batch(maze, 2, tasks=level_table(maze, given), threads=1), 5)
    assert any(episode.start.level for episode in checked(store) if episode.start.world == maze.name)
    recorded(store, Batch(SOKOBAN, 3, levels=levels, threads=1))
    told = []
    steps = list(redraw(store, (100, 100), on_problem=told.append))
    assert steps
    assert len(told) == 3
    assert all("give the same ones" in departure.reason for departure in told)
    assert sum(not verdict.same for verdict in verify(store)) == 3
    others = SOKOBAN.level_bank("valid", count=4)
    assert sum(not verdict.same for verdict in verify(store, levels=others)) == 3
    assert all(verdict.same for verdict in verify(store, levels=levels))


def test_a_table_that_cannot_be_written_is_not_recorded_and_told(store):
    own = judged(SMALL)
    own.records["reward_weights"] = 3, 7
    batch = Batch(SMALL, 2, tasks=own, threads=1)
    with pytest.warns(UserWarning, match="not recorded"):
        recorded(store, batch)
    assert len(store) == 0


def people_at(world, store, **options) -> tuple[Session, Recorder]:
    """A session that is recorded, as `rumpus play --record` does."""
    made: list[Recorder] = []

    def attach(batch):
        made.append(Recorder(batch, store, played_by=Player("person", "Ada"), latency=True, every=0, source="test"))

    game = session(world, record=attach, **options)
    return game, made[0]


def test_a_person_is_recorded_with_what_was_undone_and_left(store):
    game, recorder = people_at(SOKOBAN, store)
    play(game, "w")
    game.undo()
    play(game, "sd")
    assert game.result == "success"
    assert len(store) == 1, "as soon as it has ended"
    game.undo(1)
    play(game, "ad")
    game.restart()
    play(game, "d")
    game.next()
    play(game, "s")
    recorder.close()
    game.leave()
    assert {verdict.step for verdict in verify(store)} == {None}, "this level, made by hand, is none that text gives"
    found = checked(store, levels=room())
    first, again, *left = found
    assert (first.result, first.steps, again.result, again.steps) == ("success", 2, "success", 3)
    assert first.extra == {"undone": "1"}
    assert again.extra["continues"] == first.id
    assert [episode.result for episode in left] == ["left", "left"]
    assert all(episode.played_by == (Player("person", "Ada"),) for episode in found)
    assert all((episode.latency >= 0).all() and len(episode.latency) == episode.steps for episode in found)
    assert (first.start.level, first.start.level_index) == (None, 0)


def test_a_person_s_task_keeps_the_limit_that_a_person_has(store):
    made = tasks_of(SOKOBAN, {"goals": [goal(HOME)]})
    recorders: list[Recorder] = []
    game = Session(SOKOBAN, limit=4, record=lambda b: recorders.append(Recorder(b, store, played_by="person")), **made)
    play(game, "aaaa")
    assert game.result == "time up"
    recorders[0].close()
    (episode,) = checked(store)
    assert (episode.start.limit, episode.start.task["limit"], episode.result) == (4, 4, "time up")


def test_a_state_from_elsewhere_ends_the_recording_until_the_next_reset(store):
    batch = Batch(SMALL, 1, threads=1)
    other = Batch(SMALL, 1, threads=1)
    other.reset(seed=9)
    with Recorder(batch, store, played_by="other") as recorder:
        batch.reset(seed=1)
        batch.step()
        batch.load(0, other.save(0))
        batch.step()
        batch.reset(seed=2)
        batch.step()
    assert recorder.count == 1
    assert [episode.start.seed for episode in checked(store)] == [2]


@settings(max_examples=15)
@given(st.lists(st.integers(1, 400), min_size=1, max_size=5), st.integers(0, 2**32 - 1))
def test_what_is_taken_back_is_no_part_of_the_episode(lengths, seed):
    """Of long episodes too: against a list of what was done."""
    rng = np.random.default_rng(seed)
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"{folder}/store", create=True)
        batch = Batch(SMALL, 1, threads=1, limit=5000)
        done: list[int] = []
        with Recorder(batch, store, played_by="other"):
            batch.reset(seed=1)
            saved = [batch.save(0)]
            for length in lengths:
                for move in rng.integers(0, 4, length).tolist():
                    batch.act([move])
                    batch.step()
                    if batch.over[0]:
                        break
                    done.append(move)
                    saved.append(batch.save(0))
                back = int(rng.integers(0, len(saved)))
                batch.load(0, saved[back])
                # the same state may have come about twice: the last time is meant
                kept = max(at for at in range(len(saved)) if saved[at] == saved[back])
                del saved[kept + 1 :], done[kept:]
        found = checked(store)  # those that ended before they were taken back are there too
        assert not done or np.array_equal(found[-1].actions[:, 0], move_table(SMALL.controls.moves)[done])


@pytest.mark.cuda
def test_on_a_gpu_the_same_is_recorded_as_on_the_cpu(tmp_path):
    found = []
    for device in ("cpu", "cuda"):
        store = Store(tmp_path / device, create=True)
        batch = Batch(SMALL, 8, device=device, limit=9)
        with Recorder(batch, store, played_by="random"):
            policy = RandomPolicy()
            batch.reset(seed=0)
            policy.start(batch)
            for _ in range(20):
                policy.act(batch, np.zeros(8, bool))
                batch.step()
                batch.reset(batch.over)
        found.append([episode.checksums.tolist() for episode in checked(store)])
    assert found[0] == found[1]


def test_a_gymnasium_environment_is_recorded_without_a_change(tmp_path):
    def loop(env):
        seen = []
        for seed in (3, None):
            observation, _ = env.reset(seed=seed, options={"limit": 6})
            over = False
            while not over:
                seen.append(observation["pixels"].tobytes())
                observation, reward, terminated, truncated, _ = env.step(len(seen) % 4)
                seen.append(reward)
                over = terminated or truncated
        env.close()
        return seen

    plain = loop(Moves(gymnasium.make("rumpus/BoxWorldSmall-v1")))
    env = Record(Moves(gymnasium.make("rumpus/BoxWorldSmall-v1")), tmp_path / "store", played_by="policy:mine")
    assert loop(env) == plain
    found = checked(Store(tmp_path / "store"))
    assert [episode.start.limit for episode in found] == [6, 6]
    assert found[0].played_by == (Player("policy", "mine"),)
    with pytest.raises(ValueError, match="no environment of Rumpus"):
        Record(gymnasium.make("CartPole-v1"), tmp_path / "store")


@pytest.mark.parametrize("mode", list(gymnasium.vector.AutoresetMode))
def test_vector_environments_are_recorded_in_every_autoreset_mode(tmp_path, mode):
    envs = worlds.vector("box-world-small", 3, autoreset_mode=mode, limit=5, threads=1)
    envs = RecordVector(VectorMoves(envs), tmp_path / "store", source="a loop")
    envs.reset(seed=4)
    ended = 0
    for number in range(14):
        _, _, terminated, truncated, _ = envs.step(np.full(3, number % 4))
        over = terminated | truncated
        ended += int(over.sum())
        if mode == gymnasium.vector.AutoresetMode.DISABLED and over.any():
            envs.reset(options={"reset_mask": over})
    envs.close()
    found = checked(Store(tmp_path / "store"))
    assert sum(episode.result != "left" for episode in found) == ended >= 6
    assert {episode.source for episode in found} == {"a loop"}


def test_players_of_pettingzoo_are_recorded_together_with_what_they_say(tmp_path):
    both = RecordParallel(worlds.parallel("sokoban-duo", limit=4), tmp_path / "store", played_by=["expert", "model:x"])
    both.reset(seed=1)
    space = {agent: both.action_space(agent) for agent in both.agents}
    for number in range(4):
        actions = {agent: space[agent].sample() for agent in both.agents}
        for agent, action in actions.items():
            action["say"] = f"héllo {agent} {number}" if number % 2 else ""
        both.step(actions)
    assert not both.agents
    both.close()
    (episode,) = checked(Store(tmp_path / "store"))
    assert list(map(str, episode.played_by)) == ["expert", "model:x"]
    heard = [step.chat.copy() for step in redraw(Store(tmp_path / "store"), (80, 80), final=True)]
    assert [chat.any() for chat in heard] == [False, False, True, False, True]


def test_tokens_that_no_text_gives_are_stored_too(store):
    batch = Batch(worlds.load("sokoban-duo"), 1, threads=1, limit=3)
    with Recorder(batch, store, played_by="policy"):
        batch.reset(seed=0)
        batch.actions["say"][0, 0, :3] = 1 + ord("t"), 1 + ord("h"), 1 + ord("e")  # which is a word, spelled
        batch.step()
        batch.actions["say"][0] = 0
        batch.step()
    (episode,) = checked(store)
    assert episode.actions["say"][0, 0, :4].tolist() == [117, 105, 102, 0]


def test_training_records_and_a_run_that_goes_on_does_so_only_when_told(tmp_path):
    settings = {"envs": 4, "rollout": 8, "minibatches": 1, "hidden": 8, "channels": 4, "threads": 1, "limit": 10}
    options = {"bar": False, "folder": tmp_path / "run", "tensorboard": False, **settings}
    train("ppo", SMALL.name, steps=160, record=str(tmp_path / "store"), **options)
    store = Store(tmp_path / "store")
    found = checked(store)
    assert len(found) >= 12
    assert {str(episode.played_by[0]) for episode in found} == {"policy:ppo"}
    assert {episode.result for episode in found} <= {"time up", "success"}
    assert {int(episode.extra["update"]) for episode in found} > {1}
    resume(tmp_path / "run", bar=False, steps=320)
    assert len(Store(tmp_path / "store")) == len(found), "a checkpoint does not choose where files are written"
    resume(tmp_path / "run", bar=False, steps=480, record=str(tmp_path / "store"))
    assert len(checked(Store(tmp_path / "store"))) > len(found)
    train("ppo", SMALL.name, steps=160, **options | {"folder": tmp_path / "plain"})
    rows = [(tmp_path / run / "metrics.csv").read_text().splitlines() for run in ("run", "plain")]
    names = rows[0][0].split(",")
    kept = [at for at, name in enumerate(names) if name not in COUNTED]
    for one, two in zip(rows[0], rows[1], strict=False):
        assert [one.split(",")[at] for at in kept] == [two.split(",")[at] for at in kept], "recording changes nothing"


def test_the_commands(tmp_path, capsys, tasks):
    file, listed = tasks
    place = tmp_path / "store"

    def said(*words):
        assert rumpus(*words) == 0, words
        return capsys.readouterr().out

    assert "8 of 8 episodes stored" in said(
        "record", SMALL.name, "random", "--episodes", 8, "--limit", 5, "--out", place
    )
    done = json.loads(said("record", SMALL.name, "expert", "--tasks", file, "--out", place, "--json"))
    assert (done["played"], done["stored"], done["success"]) == (len(listed), len(listed), 1.0)
    kept = json.loads(
        said("record", SMALL.name, "random", "--episodes", 30, "--limit", 3, "--successes", "--out", place, "--json")
    )
    assert kept["stored"] == round(kept["success"] * 30)
    counted = json.loads(said("episodes", "list", place, "--by", "expert", "--json"))
    assert counted["episodes"] == len(listed)
    assert {row["task"] for row in counted["shown"]} == {task.id for task in listed}
    one = counted["shown"][0]["id"]
    assert one in said("episodes", "list", place, "--result", "success")
    shown = json.loads(said("episodes", "show", place, one[:9], "--json"))
    assert shown["id"] == one
    assert shown["task"]["id"] in {task.id for task in listed}
    assert one in said("episodes", "show", place, one)
    for suffix in ("mp4", "gif"):
        assert (tmp_path / f"clip.{suffix}").name in said(
            "episodes", "replay", place, one, "--out", tmp_path / f"clip.{suffix}", "--size", "64"
        )
        assert (tmp_path / f"clip.{suffix}").stat().st_size > 100
    assert json.loads(said("episodes", "verify", place, "--json"))["differing"] == []
    assert "1 episodes replay" in said("episodes", "verify", place, one)
    assert "added" in said("episodes", "merge", tmp_path / "other", place)
    assert json.loads(said("episodes", "prune", place, "--by", "random", "--dry-run", "--json"))["left"] == len(listed)
    assert json.loads(said("episodes", "prune", place, "--by", "random", "--json"))["left"] == len(listed)
    assert json.loads(said("episodes", "prune", place, one[:10], "--json"))["taken_out"] == 1
    said("episodes", "prune", place, "--before", "2100-01-01")
    assert json.loads(said("episodes", "list", place, "--json"))["episodes"] == 0
    capsys.readouterr()
    for words, reason in (
        (("list", tmp_path / "nowhere"), "no store"),
        (("list", place, "--by", "me"), "one of person"),
        (("show", place, "ffff"), "no episode"),
        (("verify", place, "ffff"), "no episode"),
        (("prune", place), "name ids"),
        (("prune", place, "--before", "soon"), "a day"),
        (("merge", place, tmp_path / "nowhere"), "no store"),
        (("replay", tmp_path / "other", "", "--size", "3"), "pixels"),
        (("replay", tmp_path / "other", ""), "episodes of"),
    ):
        assert rumpus("episodes", *words) == 1, words
        assert reason in " ".join(capsys.readouterr().err.split()), words
    assert rumpus("record", SMALL.name, "random", "--out", file.parent) == 1
    assert "not empty" in capsys.readouterr().err


def test_a_step_of_sokoban_takes_few_bytes_and_reading_holds_one_row_group(tmp_path):
    """Twenty thousand steps here, a million in the slow test: 30 bytes a step are the promise."""
    sized(tmp_path, 20_000)


@pytest.mark.slow
def test_a_million_steps_of_sokoban_take_less_than_30_megabytes(tmp_path):
    sized(tmp_path, 1_000_000)


def sized(path, steps: int) -> None:
    store = Store(path / "store", create=True)
    batch = Batch(SOKOBAN, 250, threads=1)
    rng = np.random.default_rng(0)
    with Recorder(batch, store, played_by="random"):
        batch.reset(seed=0)
        for _ in range(steps // 250):
            batch.act(rng.integers(0, 4, 250))
            batch.step()
            batch.reset(batch.over)
    assert sum(head.steps for head in store.index()) == steps
    used = sum(file.stat().st_size for file in store.path.rglob("*") if file.is_file())
    print(f"{used / steps:.2f} bytes a step")
    assert used < 30 * steps
    longest = SOKOBAN.objective.limit
    for part in store.parts():
        with files.opened(part) as file:
            for number in range(file.num_row_groups):
                held = sum(files.group(file, number, columns.HEAD).column("steps").to_pylist())
                assert held < GROUP_STEPS + longest, "what a reader holds at once"


def test_the_benchmark_of_data_says_what_it_says():
    row = data_bench(SMALL, envs=16, seconds=0.3)
    assert row["ratio"] == pytest.approx(row["read_frames_per_second"] / row["engine_frames_per_second"], rel=0.01)
    assert row["bytes_per_step"] < 30
    assert row["episodes"] >= 16


def test_ids_are_told_apart_and_seeds_repeat_an_episode(tmp_path):
    """The same seed and player give the same episodes, under other ids."""
    for number in range(2):
        rumpus(
            "record", SMALL.name, "random", "--episodes", 5, "--limit", 6, "--seed", 3, "--out", tmp_path / str(number)
        )
    one, two = (list(Store(tmp_path / str(number)).read()) for number in range(2))
    assert [episode.checksums.tolist() for episode in one] == [episode.checksums.tolist() for episode in two]
    names = sorted(episode.id for episode in (*one, *two))
    assert all(first != second for first, second in pairwise(names))


def test_a_window_records_what_is_played_in_it(tmp_path, monkeypatch, tasks, capsys):
    """From the command line on; the person presses keys in place of the window's own loop."""
    from rumpus.agents.human.window import Window

    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    monkeypatch.setenv("RUMPUS_CONFIG", str(tmp_path / "config"))

    def run(window: Window, keep: bool = False) -> None:
        play(window.session, "wasd")
        window.session.next()
        play(window.session, "d")
        window.session.leave()

    monkeypatch.setattr(Window, "run", run)
    file, listed = tasks
    place = tmp_path / "store"
    assert rumpus("play", SMALL.name, "--record", place, "--name", "Ada") == 0
    assert rumpus("play", SMALL.name, "--task", file, "--record", place) == 0
    assert rumpus("play", SMALL.name, "--goal", "touch the white gem", "--record", place) == 0
    found = checked(Store(place))
    assert str(found[0].played_by[0]) == "person:Ada"
    assert {episode.source for episode in found} == {"rumpus play"}
    stored = [episode.start.task["id"] for episode in found if episode.start.task]
    assert stored[:2] == [task.id for task in listed[:2]]
    assert stored[-1] == "written"
    assert all(episode.latency is not None for episode in found)
    capsys.readouterr()
    assert rumpus("play", SMALL.name, "--record", file.parent) == 1
    assert "not empty" in capsys.readouterr().err
