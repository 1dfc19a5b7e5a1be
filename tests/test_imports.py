"""Minari datasets and replay files become stored episodes, if they play again to what they say."""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path

import gymnasium
import numpy as np
import pytest
from gymnasium import spaces

from rumpus import worlds
from rumpus.episodes.columns import to_table
from rumpus.episodes.export.run import export
from rumpus.episodes.imports.run import bring_in
from rumpus.episodes.store import Store
from rumpus.episodes.verify import verify
from rumpus.interface.wrappers import Devices, Moves
from rumpus.tasks.compile import table
from rumpus.tasks.files import load
from rumpus.tasks.generate import write as generate
from rumpus.tests.commands import rumpus
from rumpus.tests.test_exports import STEPS, of, plan, record
from rumpus.worlds.engine.run.batch import Batch
from rumpus.worlds.engine.run.replay import Episode as Replay

minari = pytest.importorskip("minari")
NAME = "sokoban-v0"


@pytest.fixture(scope="module")
def store(tmp_path_factory) -> Store:
    store = Store(tmp_path_factory.mktemp("imports") / "store", create=True)
    record(store, "sokoban", 2, by="person:Ada")
    record(store, "sokoban", 1, split="test", seed=9)
    record(store, "gym/CartPole-v1", 1)
    record(store, "sokoban-duo", 1)
    return store


def rewritten(folder: Path, number: int, **change) -> None:
    """Change a value in the metadata of an episode of a dataset that was exported."""
    path = folder / "data" / str(number) / "metadata.json"
    content = json.loads(path.read_text())
    kept = json.loads(content["rumpus"])
    kept["head"] |= change
    path.write_text(json.dumps(content | {"rumpus": json.dumps(kept)}))


@pytest.mark.parametrize("world", ["sokoban", "gym/CartPole-v1"])
def test_what_was_exported_comes_back_as_it_was(store, tmp_path, world):
    export(plan(store, of(world)), "minari", tmp_path / NAME)
    done = bring_in(tmp_path / NAME, tmp_path / "back")
    originals = {episode.id: episode for episode in store.read(of(world))}
    assert (done.added, done.known, done.left_out) == (len(originals), 0, [])
    back = Store(tmp_path / "back")
    for episode in back.read():
        if episode.filmed:
            episode.video = originals[episode.id].video  # the same pictures; they were encoded anew
        assert to_table([episode]).equals(to_table([originals[episode.id]]))
    assert all(verdict.same for verdict in verify(back))
    assert bring_in(tmp_path / NAME, tmp_path / "back")[:2] == (0, len(originals)), "nothing is doubled"


def test_what_no_longer_plays_to_the_same_is_left_out(store, tmp_path):
    export(plan(store, of("sokoban")), "minari", tmp_path / NAME)
    rewritten(tmp_path / NAME, 0, seed=77)
    rewritten(tmp_path / NAME, 1, world="no-such-world")
    done = bring_in(tmp_path / NAME, tmp_path / "back")
    assert done.added == 1
    assert ["departs" in each.reason or "unknown world" in each.reason for each in done.left_out] == [True, True]
    rewritten(tmp_path / NAME, 2, players=0)
    with pytest.raises(ValueError, match=r"nothing of .* can be imported"):
        bring_in(tmp_path / NAME, tmp_path / "other")
    assert not (tmp_path / "other").exists()


def test_one_of_two_players_is_not_enough(store, tmp_path):
    export(plan(store, of("sokoban-duo")), "minari", tmp_path / NAME)
    with pytest.raises(ValueError, match="2 players, and Minari holds the actions of one"):
        bring_in(tmp_path / NAME, tmp_path / "back")


def collected(path: Path, env: gymnasium.Env, seeds, monkeypatch, data_format: str = "hdf5", wrong: int = -1) -> None:
    """A dataset as others collect it, without Rumpus's export: a random policy in an environment."""
    monkeypatch.setenv("MINARI_DATASETS_PATH", str(path.parent))
    buffers = []
    for number, seed in enumerate(seeds):
        env.action_space.seed(number)
        options = {"split": "valid"} if number == 1 else None
        observations = [env.reset(seed=seed, options=options)[0]]
        actions, rewards, ends = [], [], []
        for _ in range(STEPS):
            actions.append(env.action_space.sample())
            observation, reward, terminated, truncated, _ = env.step(actions[-1])
            observations.append(observation)
            rewards.append(float(reward) + (number == wrong))
            ends.append((terminated, truncated))
            if terminated or truncated:
                break
        buffers.append(
            minari.data_collector.EpisodeBuffer(
                seed=seed, options=options, rewards=rewards, terminations=[end[0] for end in ends],
                truncations=[end[1] for end in ends], actions=stacked(env.action_space, actions),
                observations=stacked(env.observation_space, observations),
            )
        )  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of authors and links that are not told
        minari.create_dataset_from_buffers(path.name, buffers, env=env, data_format=data_format)


def stacked(space: spaces.Space, values: list):
    if not isinstance(space, spaces.Dict):
        return np.array(values)
    names = {name: [value[name] for value in values] for name in space}
    return {name: part if isinstance(part[0], str) else np.array(part) for name, part in names.items()}


@pytest.mark.parametrize(
    ("wrapper", "data_format"), [(None, "hdf5"), (Moves, "parquet"), (Devices, "hdf5"), (None, "arrow")]
)
def test_what_others_collected_is_played_again(tmp_path, monkeypatch, wrapper, data_format):
    env = gymnasium.make(worlds.load("box-world-small").id, size=40, limit=STEPS)
    collected(tmp_path / NAME, wrapper(env) if wrapper else env, [3, 1, 2], monkeypatch, data_format, wrong=2)
    done = bring_in(NAME, tmp_path / "back", played_by="policy:theirs")  # by its name, as Minari has it
    assert done.added == 2
    (left,) = done.left_out
    assert left.id == "2"
    assert "step 0 earns" in left.reason
    back = Store(tmp_path / "back")
    assert [(head.start.seed, head.start.split) for head in back.index()] == [(3, "train"), (1, "valid")]
    assert {str(head.played_by[0]) for head in back.index()} == {"policy:theirs"}
    assert all(verdict.same for verdict in verify(back))


def test_datasets_of_others_are_refused_and_nothing_in_them_is_run(tmp_path, monkeypatch):
    collected(tmp_path / "cart-v0", gymnasium.make("CartPole-v1"), [1], monkeypatch)
    with pytest.raises(ValueError, match="CartPole-v1, and only episodes of environments of Rumpus"):
        bring_in(tmp_path / "cart-v0", tmp_path / "back")
    path = tmp_path / "cart-v0" / "data" / "metadata.json"
    content = json.loads(path.read_text())
    (tmp_path / "of_minari.py").write_text("raise SystemExit('it was imported')")
    monkeypatch.syspath_prepend(tmp_path)
    spec = json.loads(content["env_spec"]) | {"entry_point": "of_minari:make", "id": "evil-v0"}
    for lacking in ((), ("observation_space", "action_space")):
        changed = {name: value for name, value in content.items() if name not in lacking}
        path.write_text(json.dumps(changed | {"env_spec": json.dumps(spec)}))
        with pytest.raises(ValueError, match=r"evil-v0|does not tell its spaces"):
            bring_in(tmp_path / "cart-v0", tmp_path / "back")
    spec["kwargs"] = {"world": "sokoban"}
    path.write_text(json.dumps(content | {"env_spec": json.dumps(spec)}))
    with pytest.raises(ValueError, match="it is of evil-v0, and here is rumpus/Sokoban"):
        bring_in(tmp_path / "cart-v0", tmp_path / "back")
    assert "of_minari" not in sys.modules
    assert not (tmp_path / "back").exists()


def test_replays_of_tasks_and_of_worlds_become_episodes(tmp_path, capsys):
    world, folder = worlds.load("box-world-small"), tmp_path / "replays"
    folder.mkdir()
    generate(world, tmp_path / "tasks.jsonl", 2)
    tasks = load(tmp_path / "tasks.jsonl", world)[0]
    for number, task in enumerate([None, *tasks]):
        chosen = {"limit": STEPS} if task is None else {"tasks": table([task], world)}
        batch = Batch(world, 1, threads=1, **chosen)
        batch.reset(seed=number)
        replay = Replay.start(batch, task=None if task is None else task.model_dump(mode="json", exclude_defaults=True))
        for step in range(STEPS):
            if not batch.over[0]:
                batch.act([(step + number) % 4])
                batch.step()
                replay.note(batch)
        replay.save(folder / f"{number}.json")
    changed = json.loads((folder / "0.json").read_text())
    changed["seed"] += 1
    (folder / "3-changed.json").write_text(json.dumps({"rumpus_replay": 1} | changed))
    (folder / "4-cut.json").write_text((folder / "0.json").read_text()[:300])
    (folder / "notes.json").write_text("{}")
    assert rumpus("episodes", "import", folder, "--out", tmp_path / "store", "--by", "expert") == 0
    told = capsys.readouterr().out
    assert "3 episodes added" in told
    assert "3-changed.json: this replay of box-world-small departs from its recording at its start" in told
    assert "4-cut.json: not a replay" in told
    assert "notes" not in told
    store = Store(tmp_path / "store")
    assert [head.task for head in store.index()] == ["", *(task.id for task in tasks)]
    assert {str(head.played_by[0]) for head in store.index()} == {"expert"}
    assert all(verdict.same for verdict in verify(store))
    assert rumpus("episodes", "import", folder / "2.json", "--out", tmp_path / "one", "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"added": 1, "known": 0, "left_out": []}


def test_what_is_no_source_is_refused(tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    for source in (tmp_path / "empty", tmp_path / "none", "../../etc"):
        assert rumpus("episodes", "import", source, "--out", tmp_path / "store") == 1
        assert "is neither a Minari dataset" in capsys.readouterr().err
    assert not (tmp_path / "store").exists()
    with pytest.raises(ValueError, match="a player is one of"):
        bring_in(tmp_path / "empty", tmp_path / "store", played_by="me")
