"""Exporting: a store's episodes in the format of another library."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from ...interface.progress import work
from ..step import Departure
from .folder import check_new, published
from .mp4 import check_even, check_rate
from .trajectories import Plan

FORMATS = ("minari", "lerobot", "video", "p2p", "owamcap")
"""Minari 0.5; LeRobot v3; an MP4 and JSON Lines for each trajectory; Open-P2P; OWAMcap."""
_MODULES = {"minari": "minari", "lerobot": "lerobot", "video": "clips", "p2p": "p2p", "owamcap": "owamcap"}
_LIBRARIES = {"minari": "minari", "p2p": "google.protobuf", "owamcap": "mcap"}
"""The needs of a format besides pyarrow; the extra is named as the format is."""


class Exported(NamedTuple):
    """The result of an export. out: the folder; trajectories: their number; left_out: episodes that cannot be
    replayed."""

    out: Path
    trajectories: int
    left_out: list[Departure]


def export(
    plan: Plan, to: str, out: str | Path, size: tuple[int, int] | None = None, fps: float | None = None
) -> Exported:
    """Write the trajectories of a plan in one of FORMATS into a new folder, whole or not at all.

    size: (height, width) of the pictures; fps: frames a second; by default those of the format and of the worlds.

    Raises ValueError for what the format cannot hold, ModuleNotFoundError, with what to install, where its library is
    missing, and OSError where it cannot be written.
    """
    out = check(to, out)
    if fps is not None:
        check_rate(fps)
    if size is not None and to != "minari":
        check_even(size)
    with published(out) as folder, work(f"Exporting {len(plan):,} trajectories", len(plan)) as job:
        for _ in _writing(plan, to, folder, out, size, fps):
            job.advance()
    return Exported(out, len(plan), plan.left_out)


def check(to: str, out: str | Path) -> Path:
    """The folder that is to be written, made absolute. Raises ValueError for another format, and for a folder that is
    there already or that the format has no such name for; ModuleNotFoundError, with what to install, where the
    format's library is missing."""
    if to not in FORMATS:
        raise ValueError(f"--to takes one of {', '.join(FORMATS)}; got {to!r}")
    out = check_new(Path(out))
    if library := _LIBRARIES.get(to):
        try:
            import_module(library)
        except ModuleNotFoundError:
            raise needed(to, f"--to {to}") from None
    if to == "minari":
        from .minari import check_name

        check_name(out)
    return out


def _writing(
    plan: Plan, to: str, folder: Path, out: Path, size: tuple[int, int] | None, fps: float | None
) -> Iterator[None]:
    """The writer of a format, which yields after each trajectory."""
    module = import_module(f".{_MODULES[to]}", __package__)
    if to != "minari":
        yield from module.write(plan, folder, size, fps)
        return
    if fps is not None:
        raise ValueError("a Minari dataset has no rate: leave out --fps")
    yield from module.write(plan, folder, out.name, size)


def needed(extra: str, what: str) -> ModuleNotFoundError:
    """The error that says which extra to install for something."""
    package = _LIBRARIES[extra].partition(".")[0]
    return ModuleNotFoundError(f"{what} needs the package {package}: pip install 'rumpus[{extra}]'", name=package)
