"""LeRobot v3: frames as rows of Parquet files, pictures as H.264 in MP4 files, several episodes in each file.

    OUT/meta/info.json, stats.json, tasks.parquet       features and rates; statistics; the instructions as tasks
    OUT/meta/episodes/chunk-000/file-000.parquet        an episode in each row, with where its frames lie
    OUT/data/chunk-000/file-000.parquet                 a frame in each row, a row group for each episode
    OUT/videos/KEY/chunk-000/file-000.mp4

Each trajectory is an episode of LeRobot. The picture after the last action has no row, since each frame of LeRobot has
an action. The layout is that of the package lerobot 0.6.1 (codebase version v3.0), which needs not be installed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ... import __version__
from ...interface.text import decode
from .actions import NAMES, vectors
from .mp4 import Mp4, check_even
from .statistics import ImageStatistics, Statistics
from .trajectories import Frame, Plan, Trajectory

VERSION = "v3.0"
KEY = "observation.images.screen"
EDGE = 256
"""Pixels of the longer side of a picture, unless a size is chosen."""
FILES, DATA_MB, VIDEO_MB = 1000, 100, 200
"""Files in a folder, and megabytes after which a file is closed: LeRobot's own numbers."""
HEADS = 256
"""Rows of episodes that are written together."""
_ACTION = (-1.0, 1.0, 2001)
"""Bounds and bins of the numbers of an action."""
_NUMBERS: dict[str, tuple[str, pa.DataType]] = {
    "next.reward": ("float32", pa.float32()), "next.done": ("bool", pa.bool_()),
    "next.truncated": ("bool", pa.bool_()), "next.success": ("bool", pa.bool_()),
    "timestamp": ("float32", pa.float32()), "frame_index": ("int64", pa.int64()),
    "episode_index": ("int64", pa.int64()), "index": ("int64", pa.int64()), "task_index": ("int64", pa.int64()),
}  # fmt: skip
_TEXTS = ("say", "chat")
"""The text that the player said with this action, and what it had heard before it."""
_DATA = pa.schema(
    [
        ("action", pa.list_(pa.float32(), len(NAMES))),
        *((name, pa.string()) for name in _TEXTS),
        *((name, kind) for name, (_, kind) in _NUMBERS.items()),
    ]
)


def write(plan: Plan, folder: Path, size: tuple[int, int] | None, fps: float | None) -> Iterator[None]:
    """Write the dataset into an empty folder; yields after each trajectory.

    size: by default EDGE pixels at the longer side. fps: a whole number, by default that of the worlds, rounded. Raises
    ValueError, with what to type, for worlds of several shapes or rates.
    """
    size, rate = check_even(plan.one_size(EDGE, size)), _rate(plan, fps)
    with ExitStack() as stack:
        dataset = _Dataset(folder, size, rate, stack)
        for trajectory in plan.trajectories(size):
            dataset.add(trajectory)
            yield
        dataset.flush()
    dataset.finish()


def _rate(plan: Plan, fps: float | None) -> int:
    rates = {max(round(plan.hz(kind)), 1) for kind in plan.kinds} if fps is None else {fps}
    if len(rates) > 1:
        listed = ", ".join(map(str, sorted(rates)))
        raise ValueError(
            f"a LeRobot dataset has one rate, and these episodes run at {listed} steps a second: choose one, such as "
            f"--fps {max(rates)}, or export one world at a time with --world"
        )
    rate = rates.pop()
    if rate != int(rate) or rate < 1:
        raise ValueError(f"a LeRobot dataset has a whole number of frames a second, such as --fps 10; got {rate}")
    return int(rate)


class _Rotating:
    """The place of the file that is being written: LeRobot counts chunks of FILES files."""

    def __init__(self, folder: Path, suffix: str, most_mb: int):
        self.folder, self.suffix, self.most = folder, suffix, most_mb << 20
        self.number = -1

    @property
    def place(self) -> tuple[int, int]:
        """(chunk, file) of the present file."""
        return divmod(self.number, FILES)

    def next(self) -> Path:
        """The path of the next file, in a folder that is there."""
        self.number += 1
        chunk, file = self.place
        path = self.folder / f"chunk-{chunk:03d}" / f"file-{file:03d}.{self.suffix}"
        path.parent.mkdir(parents=True, exist_ok=True)
        return path


class _Dataset:
    """A dataset that is being written into a folder."""

    def __init__(self, folder: Path, size: tuple[int, int], fps: int, stack: ExitStack):
        self.folder, self.size, self.fps, self._stack = folder, size, fps, stack
        self.episodes = self.frames = 0
        self.splits: dict[str, list[int]] = {}
        self.tasks: dict[str, int] = {}
        self._totals = self._new_statistics()
        self._data = _Rotating(folder / "data", "parquet", DATA_MB)
        self._videos = _Rotating(folder / "videos" / KEY, "mp4", VIDEO_MB)
        self._sink: BinaryIO | None = None
        self._writer: pq.ParquetWriter | None = None
        self._video: Mp4 | None = None
        self._heads: pq.ParquetWriter | None = None
        self._waiting: list[dict[str, Any]] = []

    def add(self, trajectory: Trajectory) -> None:
        """Write a trajectory."""
        own = self._new_statistics()
        video = self._open_video()
        first = video.frames
        rows: list[Frame] = []
        for frame in trajectory.frames:
            if frame.number == trajectory.steps:
                break  # seen at the end, with no action
            video.add(frame.pixels)
            own[KEY].add(frame.pixels)
            rows.append(frame._replace(pixels=np.zeros(0), action=frame.action.copy()))
        for _ in trajectory.frames:
            pass
        table = self._table(trajectory, rows)
        for name in own:
            if name != KEY:
                column = table.column(name).combine_chunks()
                values = column.flatten() if name == "action" else column
                own[name].add(values.to_numpy(zero_copy_only=False).reshape(len(rows), -1))
            self._totals[name].merge(own[name])
        self._write_data(table)
        self._write_head(trajectory, len(rows), first, own)
        split = self.splits.setdefault(trajectory.episode.start.split, [self.episodes, self.episodes])
        self.episodes, self.frames = self.episodes + 1, self.frames + len(rows)
        split[1] = self.episodes

    def finish(self) -> None:
        """Write what is known only at the end. The files of data and videos are closed by then."""
        height, width = self.size
        features: dict[str, Any] = {
            KEY: {
                "dtype": "video", "shape": [height, width, 3], "names": ["height", "width", "channels"],
                "info": {
                    "video.height": height, "video.width": width, "video.codec": "h264", "video.pix_fmt": "yuv420p",
                    "video.is_depth_map": False, "video.fps": self.fps, "video.channels": 3, "has_audio": False,
                },
            },
            "action": {"dtype": "float32", "shape": [len(NAMES)], "names": list(NAMES)},
            **{name: {"dtype": "string", "shape": [1], "names": None} for name in _TEXTS},
            **{name: {"dtype": kind, "shape": [1], "names": None} for name, (kind, _) in _NUMBERS.items()},
        }  # fmt: skip
        info = {
            "codebase_version": VERSION, "robot_type": "rumpus", "total_episodes": self.episodes,
            "total_frames": self.frames, "total_tasks": len(self.tasks), "chunks_size": FILES,
            "data_files_size_in_mb": DATA_MB, "video_files_size_in_mb": VIDEO_MB, "fps": self.fps,
            "splits": {split: f"{first}:{last}" for split, (first, last) in self.splits.items()},
            "data_path": "data/chunk-{chunk_index:03d}/file-{file_index:03d}.parquet",
            "video_path": "videos/{video_key}/chunk-{chunk_index:03d}/file-{file_index:03d}.mp4",
            "features": features,
        }  # fmt: skip
        meta = self.folder / "meta"
        (meta / "info.json").write_text(json.dumps(info, indent=4, ensure_ascii=False) + "\n", encoding="utf-8")
        stats = {name: each.found() for name, each in self._totals.items()}
        (meta / "stats.json").write_text(json.dumps(stats, indent=4) + "\n", encoding="utf-8")
        pq.write_table(_tasks(self.tasks), meta / "tasks.parquet")
        (self.folder / "README.md").write_text(
            _CARD.format(version=__version__, episodes=self.episodes), encoding="utf-8"
        )

    def _new_statistics(self) -> dict[str, Any]:
        numbers = {name: Statistics() for name in _NUMBERS}
        return {KEY: ImageStatistics(), "action": Statistics(len(NAMES), _ACTION), **numbers}

    def _table(self, trajectory: Trajectory, rows: list[Frame]) -> pa.Table:
        """The frames as rows."""
        count, ends = len(rows), [row.terminated or row.truncated for row in rows]
        actions = np.array([row.action for row in rows])
        task = self.tasks.setdefault(trajectory.instruction, len(self.tasks))
        flat = pa.array(vectors(actions).ravel())
        values = {
            "action": pa.FixedSizeListArray.from_arrays(flat, len(NAMES)),
            "say": [_said(row) for row in rows], "chat": [row.chat for row in rows],
            "next.reward": np.array([row.reward for row in rows], np.float32), "next.done": ends,
            "next.truncated": [row.truncated for row in rows], "next.success": [row.success for row in rows],
            "timestamp": (np.arange(count) / self.fps).astype(np.float32), "frame_index": np.arange(count),
            "episode_index": np.full(count, self.episodes), "index": self.frames + np.arange(count),
            "task_index": np.full(count, task),
        }  # fmt: skip
        return pa.table(values, _DATA)

    def _open_video(self) -> Mp4:
        """The video that the next episode goes into."""
        if self._video is not None and self._video.path.stat().st_size < self._videos.most:
            return self._video
        if self._video is not None:
            self._video.close()
        self._video = self._stack.enter_context(Mp4(self._videos.next(), self.size, self.fps, seekable=True))
        return self._video

    def _write_data(self, table: pa.Table) -> None:
        if self._writer is None or (self._sink is not None and self._sink.tell() >= self._data.most):
            if self._writer is not None:
                self._writer.close()
            self._sink = self._stack.enter_context(self._data.next().open("wb"))
            self._writer = self._stack.enter_context(pq.ParquetWriter(self._sink, _DATA))
        self._writer.write_table(table, row_group_size=len(table))

    def _write_head(self, trajectory: Trajectory, count: int, first: int, own: dict[str, Any]) -> None:
        data, video = self._data.place, self._videos.place
        facts = {f"rumpus/{name}": value for name, value in trajectory.facts.items() if name != "instruction"}
        facts["rumpus/seed"] = str(facts["rumpus/seed"])  # 64 bits without a sign, which few readers have
        row = {
            "episode_index": self.episodes, "tasks": [trajectory.instruction], "length": count,
            "data/chunk_index": data[0], "data/file_index": data[1],
            "dataset_from_index": self.frames, "dataset_to_index": self.frames + count,
            f"videos/{KEY}/chunk_index": video[0], f"videos/{KEY}/file_index": video[1],
            f"videos/{KEY}/from_timestamp": first / self.fps,
            f"videos/{KEY}/to_timestamp": (first + count) / self.fps,
            "meta/episodes/chunk_index": 0, "meta/episodes/file_index": 0, **facts,
            **{f"stats/{name}/{stat}": value for name, each in own.items() for stat, value in each.found().items()},
        }  # fmt: skip
        self._waiting.append(row)
        if len(self._waiting) >= HEADS:
            self.flush()

    def flush(self) -> None:
        """Write the rows of episodes that wait."""
        if self._heads is None:
            path = self.folder / "meta" / "episodes" / "chunk-000" / "file-000.parquet"
            path.parent.mkdir(parents=True)
            schema = pa.Table.from_pylist(self._waiting[:1]).schema
            self._heads = self._stack.enter_context(pq.ParquetWriter(path, schema))
        if self._waiting:
            self._heads.write_table(pa.Table.from_pylist(self._waiting, self._heads.schema))
        self._waiting = []


def _said(frame: Frame) -> str:
    """The text that is said with a frame's action."""
    return decode(frame.action["say"])


def _tasks(tasks: dict[str, int]) -> pa.Table:
    """The instructions and their numbers, with what tells pandas that the instructions are its index."""
    table = pa.table({"task_index": pa.array(list(tasks.values()), pa.int64()), "task": list(tasks)})
    about = {
        "index_columns": ["task"],
        "column_indexes": [],
        "columns": [
            {"name": name, "field_name": name, "pandas_type": kind, "numpy_type": numpy, "metadata": None}
            for name, kind, numpy in (("task_index", "int64", "int64"), ("task", "unicode", "object"))
        ],
        "creator": {"library": "pyarrow", "version": pa.__version__},
        "pandas_version": "2.0.0",
    }
    return table.replace_schema_metadata({"pandas": json.dumps(about)})


_CARD = """---
tags:
- LeRobot
- rumpus
configs:
- config_name: default
  data_files: data/*/*.parquet
---

{episodes} episodes of worlds of Rumpus {version}, exported to LeRobot v3.0. `action` holds the keys and buttons that
are held, the motion of the mouse and the wheel, by the names in meta/info.json; `say` and `chat` are what was said and
heard; tasks are the instructions.
"""
