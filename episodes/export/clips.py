"""An MP4 and a file of JSON Lines for each trajectory: for eyes, and for readers that know no format.

    OUT/trajectories.jsonl      a line for each: its files, world, seed, who played, how it came out
    OUT/ID.mp4                  the steps + 1 pictures that the player saw
    OUT/ID.jsonl                a line for each picture: time, what the player heard, its action, and what came of it

The last picture is what was seen at the end: its line has no action.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from ..redraw import Together
from .actions import plain
from .folder import child
from .mp4 import Mp4
from .trajectories import Frame, Plan, Trajectory

EDGE = 480
"""Pixels of the longer side of a picture, unless a size is chosen."""


def write(plan: Plan, folder: Path, size: tuple[int, int] | None, fps: float | None) -> Iterator[None]:
    """Write into an empty folder; yields after each trajectory.

    size: by default EDGE pixels at the longer side. fps: by default the steps a second of each world.
    """
    by_kind = {kind: plan.shape(kind, EDGE) if size is None else size for kind in plan.kinds}
    with (folder / "trajectories.jsonl").open("w", encoding="utf-8") as index:
        for trajectory in plan.trajectories(by_kind.__getitem__):
            rate = plan.hz(Together.of(trajectory.episode)) if fps is None else fps
            index.write(_line(_written(trajectory, folder, rate)))
            yield


def _written(trajectory: Trajectory, folder: Path, fps: float) -> dict[str, Any]:
    """Write the two files of a trajectory; returns its line of the index."""
    first = next(trajectory.frames)
    size = first.pixels.shape[0], first.pixels.shape[1]
    video, lines = (child(folder, f"{trajectory.name}.{suffix}") for suffix in ("mp4", "jsonl"))
    with Mp4(video, size, fps) as clip, lines.open("w", encoding="utf-8") as file:
        for frame in chain((first,), trajectory.frames):
            clip.add(frame.pixels)
            file.write(_line(_step(frame, fps, trajectory.steps)))
    files = {"video": video.name, "steps_file": lines.name, "fps": fps, "height": size[0], "width": size[1]}
    return trajectory.facts | files


def _step(frame: Frame, fps: float, steps: int) -> dict[str, Any]:
    """The line of a picture."""
    line: dict[str, Any] = {"step": frame.number, "time": round(frame.number / fps, 6)}
    if frame.instruction:
        line["instruction"] = frame.instruction
    if frame.chat:
        line["chat"] = frame.chat
    if frame.number == steps:
        return line
    return line | {
        "action": plain(frame.action), "reward": round(frame.reward, 6), "terminated": frame.terminated,
        "truncated": frame.truncated, "success": frame.success,
    }  # fmt: skip


def _line(content: dict[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False) + "\n"
