"""Episodes in the formats of others, read back with the library of each where it is there, and byte by byte else."""

from __future__ import annotations

import json
import resource
import warnings
from pathlib import Path
from typing import Any

import gymnasium
import imageio.v2 as imageio
import numpy as np
import pyarrow.parquet as pq
import pytest

from rumpus import worlds
from rumpus.episodes.episode import Episode
from rumpus.episodes.export import mp4
from rumpus.episodes.export.actions import NAMES
from rumpus.episodes.export.folder import child
from rumpus.episodes.export.lerobot import KEY
from rumpus.episodes.export.p2p import KEY_NAMES
from rumpus.episodes.export.run import FORMATS, export
from rumpus.episodes.export.statistics import ImageStatistics, Statistics
from rumpus.episodes.export.trajectories import Plan
from rumpus.episodes.recorder import Recorder
from rumpus.episodes.redraw import redraw
from rumpus.episodes.store import Store
from rumpus.interface.keys import KEYS
from rumpus.interface.text import encode
from rumpus.tests.commands import rumpus

STEPS, NEAR = 9, 6.0
"""Steps of an episode; the most that colours of a video differ from what was drawn, of 255, on average."""
MINARI, LEROBOT, P2P = "sokoban-v0", "lerobot", "p2p"


def record(store: Store, world: str, n: int, by: str = "random", split: str = "train", seed: int = 0) -> None:
    """n episodes of random actions, in which players of several speak."""
    batch = worlds.batch(world, n, threads=1, limit=STEPS, split=split)
    rng = np.random.default_rng(seed)
    with Recorder(batch, store, played_by=by):
        batch.reset(seed=seed)
        for step in range(STEPS):
            batch.act(rng.integers(0, len(batch.world.controls.moves), (n, batch.players)))
            batch.actions["mouse"][..., 0] = rng.integers(-65536, 65536, (n, batch.players))
            batch.actions["wheel"][...], batch.actions["buttons"][..., 2] = step % 3, step % 2
            batch.actions["say"][...] = encode(f"grün {step}") if batch.players > 1 else 0
            batch.step()


@pytest.fixture(scope="module")
def store(tmp_path_factory) -> Store:
    """Three episodes of Sokoban, of two splits; one of two players, one of a guest."""
    store = Store(tmp_path_factory.mktemp("exports") / "store", create=True)
    record(store, "sokoban", 1, split="test", seed=5)
    record(store, "sokoban", 2, by="expert")
    record(store, "sokoban-duo", 1)
    record(store, "gym/CartPole-v1", 1, by="policy:mine")
    return store


def of(world: str, *, split: str | None = None):
    return lambda head: head.world == world and split in (None, head.start.split)


def plan(store: Store, where=None, **options) -> Plan:
    return Plan(store, where, threads=1, **options)


def seen(store: Store, size: tuple[int, int], where=None) -> dict[tuple[str, int], np.ndarray]:
    """All pictures of each (episode, player), uint8 (steps + 1, height, width, 3)."""
    found: dict[tuple[str, int], list[np.ndarray]] = {}
    for step in redraw(store, size, where=where, rows=1, final=True):
        episode = step.episodes[0]
        assert episode is not None
        assert step.pixels is not None
        for player in range(episode.players):
            found.setdefault((episode.id, player), []).append(step.pixels[0, player].copy())
    return {key: np.array(pictures) for key, pictures in found.items()}


def frames(path: Path) -> np.ndarray:
    reader: Any = imageio.get_reader(path, format="FFMPEG")
    with reader:
        return np.array([frame for frame in reader])  # list() would ask for its length, which is infinite


def near(video: np.ndarray, pictures: np.ndarray) -> bool:
    """Whether each frame is the picture of its place, as nearly as H.264 has it, and nearer to it than to others."""
    if video.shape != pictures.shape:
        return False
    for frame, picture in zip(video.astype(np.int16), pictures, strict=True):
        errors = [float(np.abs(frame - each).mean()) for each in pictures.astype(np.int16)]
        if min(errors) > NEAR or not np.array_equal(pictures[int(np.argmin(errors))], picture):
            return False
    return True


def test_minari_opens_it_and_its_environment_plays_it_again(store, tmp_path, monkeypatch):
    minari = pytest.importorskip("minari")
    monkeypatch.setenv("MINARI_DATASETS_PATH", str(tmp_path / "minari"))
    done = export(plan(store, of("sokoban")), "minari", tmp_path / "minari" / MINARI)
    assert done.trajectories == 3
    assert list(minari.list_local_datasets(compatible_minari_version=True)) == [MINARI]
    dataset = minari.load_dataset(MINARI)
    stored = {episode.start.seed: episode for episode in store.read(of("sokoban"))}
    pictures = seen(store, worlds.load("sokoban").view.frame(10, 10), of("sokoban"))
    metadata = list(dataset.storage.get_episode_metadata(dataset.episode_indices))
    env = dataset.recover_environment()
    assert (dataset.total_episodes, dataset.total_steps) == (3, 3 * STEPS)
    assert dataset.storage.metadata["algorithm_name"] == "expert, random"
    for episode, about in zip(dataset.iterate_episodes(), metadata, strict=True):
        original: Episode = stored[about["seed"]]
        observation, _ = env.reset(seed=about["seed"], options=about["options"])
        for step in range(STEPS + 1):
            was = {name: part[step] for name, part in episode.observations.items()}
            assert dataset.observation_space.contains(was)
            assert observation["instruction"] == was["instruction"]
            assert np.array_equal(observation["pixels"], was["pixels"])
            assert np.array_equal(pictures[original.id, 0][step], was["pixels"])
            if step < STEPS:
                action = {name: part[step] for name, part in episode.actions.items()}
                assert dataset.action_space.contains(action)
                observation, reward, terminated, truncated, info = env.step(action)
                assert reward == episode.rewards[step] == original.rewards[step, 0]
                assert (terminated, truncated) == (episode.terminations[step], episode.truncations[step])
                assert info["success"] == episode.infos["success"][step + 1]
    assert {about["options"]["split"] for about in metadata} == {"train", "test"}


def test_minari_holds_one_player_and_whatever_was_said(store, tmp_path):
    minari = pytest.importorskip("minari")
    export(plan(store, of("sokoban-duo"), player=1), "minari", tmp_path / "duo-v0", size=(48, 40))
    dataset = minari.MinariDataset(tmp_path / "duo-v0" / "data")
    (episode,) = dataset.iterate_episodes()
    assert episode.observations["chat"] == ["", *(f"grün {step}" for step in range(STEPS))]
    assert episode.actions["say"] == [f"grün {step}" for step in range(STEPS)]
    assert episode.observations["pixels"].shape == (STEPS + 1, 48, 40, 3)
    assert dataset.observation_space["chat"].contains("grün 3")
    assert dataset.env_spec is None, "Gymnasium has no environment of two players"


@pytest.fixture(scope="module")
def lerobot(store, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("lerobot") / LEROBOT
    export(plan(store), "lerobot", out, size=(64, 80), fps=10)
    return out


def test_lerobot_has_the_layout_of_its_version_3(store, lerobot):
    info = json.loads((lerobot / "meta/info.json").read_text())
    assert info["codebase_version"] == "v3.0"
    assert (info["fps"], info["total_episodes"], info["total_frames"]) == (10, 6, 6 * STEPS)
    assert info["splits"] == {"train": "0:5", "test": "5:6"}
    tasks = pq.read_table(lerobot / "meta/tasks.parquet")
    assert json.loads(tasks.schema.metadata[b"pandas"])["index_columns"] == ["task"]
    assert tasks["task_index"].to_pylist() == list(range(info["total_tasks"]))
    assert set(tasks["task"].to_pylist()) == {head.instructions[0] for head in store.index()}
    heads = pq.read_table(lerobot / "meta/episodes/chunk-000/file-000.parquet").to_pylist()
    rows = pq.read_table(lerobot / info["data_path"].format(chunk_index=0, file_index=0)).to_pylist()
    videos = frames(lerobot / info["video_path"].format(video_key=KEY, chunk_index=0, file_index=0))
    assert len(videos) == len(rows) == 6 * STEPS
    pictures = seen(store, (64, 80))
    for number, head in enumerate(heads):
        first, last = head["dataset_from_index"], head["dataset_to_index"]
        episode, player = store.get(head["rumpus/id"]), head["rumpus/player"]
        assert (number, last - first) == (head["episode_index"], head["length"])
        assert round(head[f"videos/{KEY}/from_timestamp"] * 10) == first, "all frames are in one file here"
        assert near(videos[first:last], pictures[episode.id, player][:-1])
        assert head["tasks"] == [episode.instructions[player]]
        for step, row in enumerate(rows[first:last]):
            action = dict(zip(info["features"]["action"]["names"], row["action"], strict=True))
            own = episode.actions[step, player]
            assert {name for name in KEYS if action[name]} == {KEYS[key] for key in np.flatnonzero(own["keys"])}
            assert [action[f"{name} button"] for name in ("left", "middle", "right")] == own["buttons"].tolist()
            assert action["mouse x"] == own["mouse"][0] / 65536
            assert [action["wheel up"], action["wheel down"]] == [own["wheel"] == 1, own["wheel"] == 2]
            assert row["say"] == (f"grün {step}" if episode.players > 1 else "")
            assert row["next.reward"] == episode.rewards[step, player]
            assert row["timestamp"] == np.float32(step / 10)
            assert tasks["task"][row["task_index"]].as_py() == episode.instructions[player]
            assert (row["index"], row["frame_index"], row["episode_index"]) == (first + step, step, number)
        assert row["next.done"] == episode.truncated[-1, player] | episode.terminated[-1, player]
    stats = json.loads((lerobot / "meta/stats.json").read_text())
    actions = np.array([row["action"] for row in rows])
    assert np.allclose(stats["action"]["mean"], actions.mean(0), atol=1e-6)
    assert np.allclose(stats["action"]["std"], actions.std(0), atol=1e-6)
    assert stats["frame_index"]["max"] == [STEPS - 1]
    assert np.shape(stats[KEY]["mean"]) == (3, 1, 1)
    assert len(NAMES) == len(set(NAMES)) == actions.shape[1]


def test_lerobot_opens_it(store, lerobot, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    reason = "lerobot is heavy, and wants Python 3.12; where it is installed, its own class reads the dataset"
    LeRobotDataset = pytest.importorskip("lerobot.datasets.lerobot_dataset", reason=reason).LeRobotDataset
    dataset = LeRobotDataset("local/rumpus", root=lerobot, video_backend="pyav")
    assert (len(dataset), dataset.num_episodes, dataset.fps) == (6 * STEPS, 6, 10)
    pictures = seen(store, (64, 80))
    heads = pq.read_table(lerobot / "meta/episodes/chunk-000/file-000.parquet").to_pylist()
    for index in range(0, len(dataset), 5):
        item, head = dataset[index], heads[index // STEPS]
        episode, player, step = store.get(head["rumpus/id"]), head["rumpus/player"], index % STEPS
        assert item["task"] == episode.instructions[player]
        frame = item[KEY].permute(1, 2, 0).numpy() * 255
        assert near(frame[None], pictures[episode.id, player][step][None])
        assert item["action"][NAMES.index("mouse x")] == episode.actions["mouse"][step, player, 0] / 65536
    assert dataset.features["action"]["names"] == list(NAMES)
    assert dataset.meta.stats["action"]["q50"].shape == (len(NAMES),)


def test_videos_and_lines_hold_every_step(store, tmp_path):
    export(plan(store), "video", tmp_path / "clips")
    index = [json.loads(line) for line in (tmp_path / "clips/trajectories.jsonl").read_text("utf-8").splitlines()]
    assert {path.name for path in (tmp_path / "clips").iterdir()} == {
        "trajectories.jsonl", *(line["video"] for line in index), *(line["steps_file"] for line in index)
    }  # fmt: skip
    assert len(index) == 6
    for line in index:
        episode, player = store.get(line["id"]), line["player"]
        size = line["height"], line["width"]
        assert max(size) > 400
        assert near(
            frames(tmp_path / "clips" / line["video"]),
            seen(store, size, lambda head, id=line["id"]: head.id == id)[line["id"], player],
        )
        steps = [json.loads(text) for text in (tmp_path / "clips" / line["steps_file"]).read_text("utf-8").splitlines()]
        assert len(steps) == STEPS + 1
        assert "action" not in steps[-1]
        assert [step["reward"] for step in steps[:-1]] == np.round(episode.rewards[:, player].tolist(), 6).tolist()
        held = [step["action"].get("keys", []) for step in steps[:-1]]
        assert held == [[KEYS[key] for key in np.flatnonzero(one["keys"])] for one in episode.actions[:, player]]
        assert [step["action"].get("wheel") for step in steps[:3]] == [None, "up", "down"]
        if episode.players > 1:
            assert [step.get("chat") for step in steps[:3]] == [None, "grün 0", "grün 1"]
            assert steps[4]["action"]["say"] == "grün 4"


def wire(message: bytes) -> dict[int, list]:
    """The fields of a message of Protocol Buffers: numbers of its varints, bytes of all else."""
    found: dict[int, list] = {}
    at = 0

    def varint() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte, at = message[at], at + 1
            value, shift = value | (byte & 127) << shift, shift + 7
            if byte < 128:
                return value

    while at < len(message):
        tag = varint()
        if tag & 7 == 0:
            value = varint()
            found.setdefault(tag >> 3, []).append(value - (1 << 64) if value >> 63 else value)
            continue
        length = {1: 8, 5: 4}[tag & 7] if tag & 7 != 2 else varint()
        found.setdefault(tag >> 3, []).append(message[at : at + length])
        at += length
    return found


def test_p2p_annotates_the_picture_after_each_action(store, tmp_path):
    """By the numbers of its fields, without the library that wrote it."""
    export(plan(store, of("sokoban")), "p2p", tmp_path / P2P)
    folders = sorted((tmp_path / P2P).iterdir())
    pictures = seen(store, (192, 192), of("sokoban"))
    assert len(folders) == 3
    for folder in folders:
        episode = store.get(folder.name)
        assert near(frames(folder / "192x192.mp4"), pictures[episode.id, 0])
        whole = wire((folder / "annotation.proto").read_bytes())
        metadata, annotations = wire(whole[2][0]), [wire(each) for each in whole[3]]
        assert metadata[1] == [episode.id.encode()]
        assert metadata[4] == [episode.instructions[0].encode()]
        assert np.frombuffer(metadata[5][0], "<f4") == 20
        assert wire(metadata[6][0])[2] == [b"sokoban"]
        assert annotations[0] == {}
        assert len(annotations) == STEPS + 1
        known = {"expert": 1, "random": 6}[episode.played_by[0].kind]
        for step, annotation in enumerate(annotations[1:]):
            own = episode.actions[step, 0]
            action = wire(annotation[known][0])
            keys = wire(action[2][0]).get(1, []) if 2 in action else []
            mouse = wire(action[4][0])
            delta = wire(mouse[3][0])
            assert action[3] == [1]
            assert [key.decode() for key in keys] == [KEYS[key] for key in np.flatnonzero(own["keys"])]
            assert delta.get(1, [0])[0] & 0xFFFFFFFF == round(int(own["mouse"][0]) * 1080 / 65536) & 0xFFFFFFFF
            assert mouse.get(9, []) == ([b"1"] if step % 2 else [])
            turns = wire(mouse[4][0])[2][0] if 4 in mouse else 0
            assert turns == (0, 1, -1)[step % 3]
        text = wire(annotations[1][7][0])
        assert text[1] == [episode.instructions[0].encode()]
        assert np.isclose(np.frombuffer(text[3][0], "<f4"), STEPS / 20)
    named = dict(zip(KEYS, KEY_NAMES, strict=True))
    assert len(set(KEY_NAMES)) == len(KEYS)
    assert [named[key] for key in ("up", "left shift", "space", "page up", "f10", "left ctrl", "`", "7")] == [
        *("UpArrow", "LeftShift", "Space", "PageUp", "F10", "LeftControl", "GraveAccent", "7")
    ]


def test_owamcap_holds_presses_motion_and_pictures_at_their_times(store, tmp_path):
    """Read by the mcap package; what is held is made again of presses and releases alone."""
    reader = pytest.importorskip("mcap.reader")
    jsonschema = pytest.importorskip("jsonschema")
    from rumpus.episodes.export.owamcap import KEY_CODES

    export(plan(store, of("sokoban", split="test")), "owamcap", tmp_path / "owa", (80, 80))
    (log,) = (tmp_path / "owa").glob("*.mcap")
    episode = store.get(log.stem)
    with log.open("rb") as file:
        read = reader.make_reader(file)
        assert read.get_header().profile == "owa"
        (about,) = read.iter_metadata()
        assert json.loads(about.metadata["instruction"]) == episode.instructions[0]
        messages = list(read.iter_messages())
    down, steps, shown = set(), [], []
    for schema, channel, message in messages:
        content = json.loads(message.data)
        jsonschema.validate(content, json.loads(schema.data))
        if channel.topic == "screen":
            assert content["media_ref"]["uri"] == f"{log.stem}.mp4"
            shown.append((message.log_time, content["media_ref"]["pts_ns"]))
            steps.append({"keys": set(), "buttons": [], "mouse": [0, 0], "wheel": 0})
        elif channel.topic == "keyboard":
            (down.add if content["event_type"] == "press" else down.remove)(content["vk"])
            steps[-1]["keys"] |= down
        elif channel.topic == "keyboard/state":
            assert set(content["buttons"]) == down
        elif channel.topic == "mouse/raw":
            steps[-1]["mouse"][0] += content["last_x"]
            flags = content["button_flags"]
            steps[-1]["buttons"] += [flags] if flags and flags != 0x400 else []
            steps[-1]["wheel"] += content["button_data"]
    assert not down and len(steps) == STEPS + 1
    assert [at for _, at in shown] == [round(number * 1e9 / 8) for number in range(STEPS + 1)]
    assert {when - at for when, at in shown} == {messages[0][2].log_time}
    for number, (own, step) in enumerate(zip(episode.actions[:, 0], steps[:STEPS], strict=True)):
        assert step["keys"] == {ord(KEYS[key].upper()) for key in np.flatnonzero(own["keys"])}
        assert step["mouse"][0] == round(int(own["mouse"][0]) * 1080 / 65536)
        assert (step["buttons"], step["wheel"]) == ([4, 8] if number % 2 else [], (0, 120, -120)[number % 3])
    assert near(frames(tmp_path / "owa" / f"{log.stem}.mp4"), seen(store, (80, 80), of("sokoban"))[episode.id, 0])
    codes = dict(zip(KEYS, KEY_CODES, strict=True))
    assert [codes[key] for key in ("7", "left", "f1", "f12", "keypad 0", "space", "/")] == [
        *(0x37, 0x25, 0x70, 0x7B, 0x60, 0x20, 0xBF)
    ]
    assert len(set(KEY_CODES)) == len(KEYS) - 1, "both enters have one code"


def test_statistics_are_those_of_all_rows():
    rng = np.random.default_rng(0)
    parts = [np.round(rng.uniform(-1, 1, (n, 4)), 3) for n in (5, 1, 300)]
    whole, total = np.concatenate(parts), Statistics(4, (-1.0, 1.0, 2001))
    for part in parts:
        own = Statistics(4, (-1.0, 1.0, 2001))
        own.add(part)
        total.merge(own)
    found = total.found()
    for name, value in {"min": whole.min(0), "max": whole.max(0), "mean": whole.mean(0), "std": whole.std(0)}.items():
        assert np.allclose(found[name], value)
    for name, share in {"q01": 0.01, "q10": 0.1, "q50": 0.5, "q99": 0.99}.items():
        assert np.allclose(found[name], np.quantile(whole, share, axis=0, method="inverted_cdf"), atol=1e-9)
    pictures, images = rng.integers(0, 256, (3, 5, 7, 3), np.uint8), ImageStatistics()
    for picture in pictures:
        images.add(picture)
    assert np.allclose(np.ravel(images.found()["mean"]), pictures.mean((0, 1, 2)) / 255)
    assert np.allclose(np.ravel(images.found()["std"]), pictures.std((0, 1, 2)) / 255)


@pytest.mark.parametrize(
    ("where", "to", "name", "options", "reason"),
    [
        (lambda head: False, "video", "out", {}, "no episode that fits"),
        (None, "minari", "all-v0", {}, "--world sokoban"),
        (None, "lerobot", "out", {}, "choose one, such as --size"),
        (None, "lerobot", "out", {"size": (64, 64)}, "--fps"),
        (None, "lerobot", "out", {"size": (64, 64), "fps": 2.5}, "whole number of frames"),
        (None, "video", "out", {"size": (63, 64)}, "even sides"),
        (None, "video", "out", {"fps": 0}, "--fps is more than 0"),
        (None, "minari", "all", {}, "ends with its version"),
        (None, "hdf5", "out", {}, "minari, lerobot, video, p2p, owamcap"),
        (None, "video", "there", {}, "is there already"),
        (of("sokoban"), "video", "out", {"size": (6, 6)}, "10"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(store, tmp_path, where, to, name, options, reason):
    if to == "minari":
        pytest.importorskip("minari")
    (tmp_path / "there").mkdir()
    with pytest.raises(ValueError, match=reason):
        export(plan(store, where), to, tmp_path / name, **options)
    assert [path.name for path in tmp_path.iterdir()] == ["there"]


def test_a_missing_library_is_named_with_what_to_install(store, tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "minari", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'rumpus\[minari\]'"):
        export(plan(store, of("sokoban")), "minari", tmp_path / MINARI)
    monkeypatch.setitem(__import__("sys").modules, "mcap", None)
    with pytest.raises(ModuleNotFoundError, match=r"--to owamcap needs the package mcap: .*rumpus\[owamcap\]'"):
        export(plan(store, of("sokoban")), "owamcap", tmp_path / "owa")


def test_damaged_episodes_are_left_out_and_named(store, tmp_path):
    damaged = Store(tmp_path / "store", create=True)
    good, bad, filmed = (next(store.read(of(world))) for world in ("sokoban", "sokoban-duo", "gym/CartPole-v1"))
    bad.rewards[3] += 1
    filmed.video = [filmed.video[0][: len(filmed.video[0]) // 2]]
    damaged.append([good, bad, filmed])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        chosen = plan(damaged)
    assert {departure.id for departure in chosen.left_out} == {bad.id, filmed.id}
    done = export(chosen, "video", tmp_path / "clips", size=(32, 32))
    assert done.trajectories == 1
    assert {path.stem for path in (tmp_path / "clips").glob("*.mp4")} == {good.id}
    with pytest.raises(ValueError, match=f"none of 1 episodes .* {bad.id}: it departs"):
        plan(damaged, of("sokoban-duo"))


def test_no_name_leads_out_of_the_folder(store, tmp_path):
    strange = Store(tmp_path / "store", create=True)
    good, evil = (next(store.read(of(world))) for world in ("sokoban", "sokoban-duo"))
    evil.id = "../../evil"
    strange.append([good, evil])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        export(plan(strange), "p2p", tmp_path / "out" / P2P)
    assert [path.name for path in (tmp_path / "out" / P2P).iterdir()] == [good.id]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "store"]
    for name in ("..", ".", "a/b", "/a", "a\0"):
        with pytest.raises(ValueError, match="is no name of a file"):
            child(tmp_path, name)


@pytest.mark.parametrize("to", FORMATS)
def test_a_full_disk_leaves_nothing_behind(store, tmp_path, to):
    """Here a limit on the size of files, as the system's own error."""
    if to == "minari":
        pytest.importorskip("minari")
    chosen = plan(store, of("sokoban"))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (700, before[1]))
    try:
        with pytest.raises(OSError, match="the export cannot be written"):
            export(chosen, to, tmp_path / "out-v0", size=(128, 128))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list(tmp_path.iterdir()) == []
    export(chosen, to, tmp_path / "out-v0")


def test_an_interrupted_export_leaves_nothing_behind(store, tmp_path, monkeypatch):
    added = mp4.Mp4.add

    def interrupted(self, frame) -> None:
        if self.frames == 3:
            raise KeyboardInterrupt
        added(self, frame)

    chosen = plan(store, of("sokoban"))
    monkeypatch.setattr(mp4.Mp4, "add", interrupted)
    for to in ("lerobot", "video", "p2p"):
        with pytest.raises(KeyboardInterrupt):
            export(chosen, to, tmp_path / to)
    assert list(tmp_path.iterdir()) == []


def test_the_command_filters_and_says_how_to_read(store, tmp_path, capsys):
    out = tmp_path / "runs" / "clips"
    chosen = ("--split", "test", "--world", "sokoban", "--threads", 1)
    assert rumpus("episodes", "export", store.path, "--to", "video", "--out", out, "--json", *chosen) == 0
    content = json.loads(capsys.readouterr().out)
    assert (content["out"], content["trajectories"], content["left_out"]) == (str(out), 1, [])
    assert rumpus("episodes", "export", store.path, "--to", "video", "--out", out, *chosen) == 1
    assert "is there already" in capsys.readouterr().err
    assert rumpus("episodes", "export", store.path, "--to", "p2p", "--out", tmp_path / "p2p", "--player", 1) == 0
    assert "1 trajectories written" in capsys.readouterr().out
    assert [path.name[-9:] for path in (tmp_path / "p2p").iterdir()] == ["-player-1"]
    assert gymnasium.spec("rumpus/Sokoban-v0").kwargs == {"world": "sokoban"}, "the registry's own spec is unchanged"
