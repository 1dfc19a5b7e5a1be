"""Stores under bad luck and bad input: killed writers, many writers, full disks, damage, and files of strangers."""

from __future__ import annotations

import dataclasses
import json
import os
import random
import resource
import signal
import subprocess
import sys
import time
import warnings

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rumpus import worlds
from rumpus.episodes import columns, files
from rumpus.episodes.columns import EpisodeError, to_table
from rumpus.episodes.episode import Player
from rumpus.episodes.marks import Mark
from rumpus.episodes.recorder import Recorder
from rumpus.episodes.redraw import redraw
from rumpus.episodes.store import Store
from rumpus.episodes.upkeep import merge, prune
from rumpus.episodes.verify import verify
from rumpus.tests.commands import rumpus
from rumpus.worlds.engine.run.batch import Batch

WORLD = worlds.load("box-world-small")


def filled(path, n: int = 4, seed: int = 0, limit: int = 5) -> Store:
    """A store of n short episodes."""
    store = Store(path, create=True)
    batch = Batch(WORLD, n, threads=1, limit=limit)
    with Recorder(batch, store, played_by="random"):
        batch.reset(seed=seed)
        rng = np.random.default_rng(seed)
        while not batch.over.all():
            batch.act(rng.integers(0, 4, n))
            batch.step()
    return store


def ids(store: Store) -> list[str]:
    return sorted(head.id for head in store.index())


WRITER = """
import sys
from rumpus.tests.test_store_safety import filled
number = 0
while True:
    store = filled(sys.argv[1], 3, seed=number)
    number += 1
    print(*[head.id for head in store.index()], flush=True)
"""


def writers(path, count):
    command = [sys.executable, "-c", WRITER, str(path)]
    return [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(count)]


def test_killed_writers_lose_nothing_that_was_acknowledged(tmp_path):
    """Two at once, killed at random moments, again and again; and a reader beside them sees whole episodes alone."""
    path, acknowledged, rng = tmp_path / "store", set(), random.Random(0)
    for _ in range(2):
        running = writers(path, 2)
        for process in running:
            acknowledged |= set(process.stdout.readline().split())
        time.sleep(rng.random() * 0.3)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            for episode in Store(path).read():
                assert episode.steps
        for process in running:
            process.send_signal(signal.SIGKILL)
            lines = process.stdout.read().splitlines()
            process.wait()
            acknowledged |= {name for line in lines[:-1] for name in line.split()}
    store = Store(path)
    assert acknowledged
    assert acknowledged <= set(ids(store))
    assert all(verdict.same for verdict in verify(store))
    assert not store.problems


def cut_at(path, share: float) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.9999])
def test_a_file_that_is_cut_loses_its_own_episodes_and_is_named(tmp_path, share):
    store = filled(tmp_path / "store")
    (first,) = store.parts()
    kept = filled(tmp_path / "store", seed=7)
    whole = set(ids(kept)) - set(ids(store)) if share else None
    cut_at(first, share)
    damaged = Store(tmp_path / "store")
    with pytest.warns(UserWarning, match=first.name):
        left = [episode.id for episode in damaged.read()]
    assert len(left) == 4
    assert whole is None or whole <= set(left) or len(whole) == 0
    assert {problem.path for problem in damaged.problems} == {str(first)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert rumpus("episodes", "verify", tmp_path / "store") == 1
        assert rumpus("episodes", "list", tmp_path / "store") == 0
        assert merge(damaged) == 0
    assert first.exists(), "what cannot be read is never deleted"


def test_a_changed_byte_is_noticed_wherever_it_is(tmp_path):
    """Page checksums, the index at the end, and the replay: none reads as another episode, or as nothing at all."""
    store = filled(tmp_path / "store", n=2)
    (path,) = store.parts()
    data, rng = path.read_bytes(), random.Random(1)
    before = {episode.id: to_table([episode]) for episode in store.read()}
    noticed = 0
    for _ in range(60):
        at = rng.randrange(len(data))
        path.write_bytes(data[:at] + bytes([data[at] ^ (1 << rng.randrange(8))]) + data[at + 1 :])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            damaged = Store(tmp_path / "store")
            read = {episode.id: episode for episode in damaged.read()}
            noticed += bool(damaged.problems)
            assert damaged.problems or len(read) == 2
            assert all(to_table([episode]).equals(before[name]) for name, episode in read.items())
    assert noticed > 20


def test_a_full_disk_stops_no_play_and_leaves_nothing_half_written(tmp_path, monkeypatch):
    """Here a limit on the size of files, as the system's own error; episodes wait and are stored when there is room."""
    store = Store(tmp_path / "store", create=True)
    batch = Batch(WORLD, 2, threads=1, limit=4)
    recorder = Recorder(batch, store, played_by="random", every=0)
    batch.reset(seed=0)

    def play(steps: int) -> None:
        for _ in range(steps):
            batch.reset(batch.over)
            batch.step()

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    try:
        with pytest.warns(UserWarning, match=r"cannot be written \(File too large\)") as told:
            play(12)
        assert len(told) == 1, "once, not at every episode"
        assert not len(store)
        assert [path.name for path in store.folder.iterdir()] == []
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    with pytest.warns(UserWarning, match="can be written again"):
        recorder.close()
    assert len(store) == recorder.count == 6
    assert all(verdict.same for verdict in verify(store))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "write", full)
    monkeypatch.setattr("rumpus.episodes.recorder.WAITING", 10)
    recorder = Recorder(batch, store, played_by="random", every=0)
    with pytest.warns(UserWarning, match="dropped"):
        play(20)
    with pytest.warns(UserWarning, match="could not be stored"):
        recorder.close()


def changed(store: Store, **values):
    """Write the store's episodes again as a stranger might, with other values of columns."""
    (path,) = store.parts()
    with files.opened(path) as file:
        table = file.read()
    for name, value in values.items():
        at = table.schema.get_field_index(name)
        kind = table.schema.field(name).type
        plain = table.column(name).to_pylist()
        new = [value(each) for each in plain] if callable(value) else [value] * len(plain)
        kind = pa.list_(pa.string()) if name in ("keys", "buttons", "wheel", "say") else kind
        table = table.set_column(at, name, pa.array(new, kind))
    pq.write_table(table.replace_schema_metadata({files.FORMAT_KEY: b"1"}), path)
    return Store(store.path)


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("keys", lambda each: ["rm -rf", *each[1:]], "no 'rm -rf'"),
        ("keys", lambda each: each[1:], "entries"),
        ("buttons", lambda each: ["fourth"] * len(each), "no 'fourth'"),
        ("wheel", lambda each: ["sideways"] * len(each), "wheel"),
        ("mouse_x", lambda each: [65537] * len(each), "picture height"),
        ("mouse_y", lambda each: [-(2**31)] * len(each), "picture height"),
        ("say", lambda each: ["x" * 100] * len(each), "64 tokens"),
        ("say_tokens", lambda each: [b"\xff\xff"] * 5, "no tokens"),
        ("rewards", lambda each: [float("nan")] * len(each), "finite"),
        ("rewards", lambda each: [None] * len(each), "missing"),
        ("checksums", lambda each: each[1:], "entries"),
        ("checksums", None, "entries"),
        ("steps", -1, "fewer than 0"),
        ("steps", 2**31 - 1, "entries"),
        ("players", 0, "no players"),
        ("played_by", [], "entries"),
        ("played_by", [{"kind": "god", "name": ""}], "no known kind"),
        ("knobs", '{"size": "x"}', "odd values"),
        ("knobs", "[" * 100_000, "recursion|JSON|Expecting"),
        ("task", "7", "no JSON object"),
        ("result", "glory", "glory"),
        ("id", "../../x", "no id"),
        ("video", [b"x"], "video"),
    ],
)
def test_impossible_episodes_are_refused_by_name(tmp_path, column, value, reason):
    store = changed(filled(tmp_path / "store", n=1), **{column: value})
    with pytest.warns(UserWarning, match=reason):
        assert list(store.read()) == []
    assert len(store.problems) == 1


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"world": "nowhere"}, "unknown world"),
        ({"world": "./evil"}, "unknown world"),
        ({"world": "gym/evil:Mine-v0"}, "names a module"),
        ({"world": "sokoban"}, "this is version"),
        ({"world": "maze-small"}, "no knob"),
        ({"version": 99}, "version 99"),
        ({"knobs": '{"size": 1000}'}, "size must be"),
        ({"knobs": '{"colour": 1}'}, "no knob"),
        ({"split": "tests"}, "no split"),
        ({"limit": 0}, "limit"),
        ({"rows": 1}, "tiles"),
        ({"rows": 4000}, "begins as|cannot"),
        ({"cols": 1 << 30}, "tiles"),
        ({"seed": 12345}, "at its start"),
        ({"repeat": 3}, "departs"),
        ({"task": '{"rumpus_task": 1}'}, "its task"),
        ({"task": '{"rumpus_task": 2}'}, "format 2"),
        ({"level": "#####", "drawn": False}, "makes its own levels"),
        ({"level_set": "0123456789abcdef"}, "give the same ones"),
        ({"rewards": lambda each: [value + 1 for value in each]}, "departs from its recording after step 1"),
        ({"keys": lambda each: ["w|s"] * len(each)}, "departs"),
    ],
)
def test_impossible_replays_are_refused_by_name(tmp_path, values, reason):
    store = changed(filled(tmp_path / "store", n=1), **values)
    told = []
    assert not any(step.is_last.any() for step in redraw(store, (64, 64), final=True, on_problem=told.append))
    assert len(told) == 1
    assert reason.split("|")[0] in told[0].reason or any(part in told[0].reason for part in reason.split("|"))
    verdicts = list(verify(store))
    assert [verdict.same for verdict in verdicts] == [False]
    assert rumpus("episodes", "verify", store.path) == 1


def test_verify_names_the_first_step_that_differs_also_of_another_version(tmp_path):
    store = changed(filled(tmp_path / "store", n=1), checksums=lambda each: [*each[:3], each[3] ^ 1, *each[4:]])
    (verdict,) = verify(store)
    assert (verdict.same, verdict.step) == (False, 3)
    assert "after step 3" in verdict.reason
    older = dataclasses.replace(WORLD, version=WORLD.version + 1)
    whole = filled(tmp_path / "other", n=1)
    (verdict,) = verify(whole, own={WORLD.name: older})
    assert verdict.same, "rules that are the same play the same, whatever the version says"
    told = []
    assert not list(redraw(whole, own={WORLD.name: older}, on_problem=told.append))
    assert "version" in told[0].reason


def test_what_is_no_store_or_of_a_newer_version_is_refused(tmp_path):
    (tmp_path / "file").write_text("x")
    (tmp_path / "folder" / "of").mkdir(parents=True)
    for place, create, reason in (
        ("nowhere", False, "no store"),
        ("folder", False, "no store"),
        ("folder", True, "not empty"),
        ("file", True, "not empty"),
    ):
        with pytest.raises(files.StoreError, match=reason):
            Store(tmp_path / place, create=create)
    store = filled(tmp_path / "store")
    (path,) = store.parts()
    table = pq.read_table(path)
    pq.write_table(table.replace_schema_metadata({files.FORMAT_KEY: b"2"}), path)
    with pytest.warns(UserWarning, match="store version 2"):
        assert list(Store(store.path).read()) == []
    pq.write_table(table.replace_schema_metadata({}), path)
    with pytest.warns(UserWarning, match="not a file of a store"):
        assert list(Store(store.path).read()) == []
    for header in ("{", "[]", "{}", '{"rumpus_store": "1"}', '{"rumpus_store": 2}'):
        (store.path / "store.json").write_text(header)
        with pytest.raises(files.StoreError, match="version"):
            Store(store.path)


def test_nothing_outside_of_the_folder_is_read_or_deleted(tmp_path):
    outside = filled(tmp_path / "outside")
    (secret,) = outside.parts()
    store = filled(tmp_path / "store")
    (store.folder / "link.parquet").symlink_to(secret)
    (store.folder / "pipe.parquet").parent.mkdir(exist_ok=True)
    os.mkfifo(store.folder / "pipe.parquet")
    with pytest.warns(UserWarning, match="no plain file"):
        assert len(Store(store.path)) == 4
    (store.folder / "link.parquet").unlink()
    (store.folder / "pipe.parquet").unlink()
    names = [f"../../outside/episodes/{secret.name}", str(secret), "../store.json"]
    files.write(store.folder, [columns.SCHEMA.empty_table()], names)
    merge(Store(store.path))
    assert secret.exists()
    assert len(Store(store.path)) == 4
    store.folder.rename(tmp_path / "elsewhere")
    store.folder.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(files.StoreError, match="is a link"):
        Store(store.path)


def test_merging_and_pruning_keep_what_they_should(tmp_path):
    store, other = filled(tmp_path / "store"), filled(tmp_path / "other", seed=50)
    for seed in range(5):
        filled(tmp_path / "store", n=2, seed=100 + seed)
    marked = ids(other)[0]
    other.append([next(store.read())])  # both have it
    other.mark(
        [Mark(marked, "success", by=Player("person", "me")), Mark(ids(store)[1], "sentence", 0, 3, text="hello")]
    )
    before = {episode.id: to_table([episode]) for each in (store, other) for episode in each.read()}
    store = Store(store.path)
    assert merge(store, [other]) == 4
    assert merge(store, [other]) == 0
    assert len(store.parts()) == 1
    after = {episode.id: to_table([episode]) for episode in store.read()}
    assert after.keys() == before.keys()
    assert all(after[name].equals(before[name]) for name in after)
    assert [mark.label for mark in store.marks(marked)] == ["success"]
    assert len(store.marks()) == 2
    gone = {marked}
    assert prune(store, lambda head: head.id in gone) == 1
    assert ids(Store(store.path)) == sorted(before.keys() - gone)
    assert [mark.text for mark in store.marks()] == ["hello"]
    assert prune(store, lambda head: True) == len(before) - 1
    assert len(Store(store.path)) == 0
    assert store.marks() == []


def test_a_merge_that_is_killed_changes_nothing(tmp_path, monkeypatch):
    """Between the new file and the end of the old ones, and again after another merge."""
    store = filled(tmp_path / "store")
    filled(tmp_path / "store", seed=9)
    before = ids(store)
    monkeypatch.setattr(files, "delete", lambda *_: None)
    merge(Store(store.path))
    assert len(list(store.folder.glob("*.parquet"))) == 3
    assert ids(Store(store.path)) == before
    monkeypatch.undo()
    filled(tmp_path / "store", seed=11)
    again = Store(store.path)
    merge(again)
    assert len(list(store.folder.glob("*.parquet"))) == 1
    assert len(ids(again)) == len(before) + 4


def test_only_one_process_merges(tmp_path):
    store = filled(tmp_path / "store")
    with files.locked(store.path), pytest.raises(files.StoreError, match="another process"), files.locked(store.path):
        pass


def test_ill_fitting_arrays_are_not_stored(tmp_path):
    store = filled(tmp_path / "store", n=1)
    (episode,) = store.read()
    for change in (
        {"actions": episode.actions[:, 0]},
        {"rewards": episode.rewards[:-1]},
        {"checksums": episode.checksums[:-1]},
        {"played_by": ()},
        {"latency": np.zeros(1, np.float32)},
    ):
        with pytest.raises(EpisodeError):
            store.append([dataclasses.replace(episode, **change)])
    assert len(store) == 1


def test_other_tools_read_the_files(tmp_path):
    """Plain pyarrow, without a line of Rumpus."""
    store = filled(tmp_path / "store")
    code = (
        "import sys, json, pyarrow.parquet as pq;"
        "t = pq.read_table(sys.argv[1]); r = t.to_pylist()[0];"
        "kind = str(t.schema.field('id').type);"
        "print(json.dumps([t.num_rows, r['world'], r['steps'], r['keys'], r['rewards'], kind]))"
    )
    command = [sys.executable, "-I", "-c", code, str(store.folder)]
    printed = subprocess.run(command, capture_output=True, check=True).stdout
    rows, world, steps, keys, rewards, kind = json.loads(printed)
    first = next(store.read())
    assert (rows, world, steps, kind) == (4, WORLD.name, first.steps, "string")
    assert rewards == first.rewards[:, 0].tolist()
    assert [len(text) for text in keys] == first.actions["keys"][:, 0].sum(1).tolist()
