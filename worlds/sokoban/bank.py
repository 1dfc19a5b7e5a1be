"""Sokoban's banks of levels, split by content: those of the suite's own rooms come with it, in assets/levels; others
are generated on first use and stored in the cache.

The walls of a room determine its split: the hash of its floor is the same for rotated, mirrored and shifted rooms
(`level.fingerprint`), and its last decimal digit means test (0), valid (1) or train (2 to 9). So no room of training is
in another split, in any place or orientation. The same hash over walls, targets and boxes finds duplicates; of levels
that differ only in the position of the player, one is kept.
"""

from __future__ import annotations

import hashlib
import io
import warnings
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np

from ...interface.files import write_atomically
from ...interface.machine import cores
from ...interface.progress import quiet, work
from ..engine.compile.cached import cached
from ..engine.compile.ingredients import fingerprint as ingredients
from ..engine.compile.modules import cache_folder
from ..engine.run.threads import over_rows
from .level import RNG, fingerprint, make
from .state import LEVEL, WALL

DIGITS = {"test": (0, 1), "valid": (1, 2), "train": (2, 10)}
"""Last digits of the hash of a room's walls: from the first number up to the second, exclusive."""
COUNTS = {"test": 1_000, "valid": 1_000, "train": 10_000}
"""Number of levels of a split, unless another is asked for or a small room has fewer."""

ASSETS = Path(__file__).parent.parent.parent / "assets" / "levels"
"""The folder of the levels that come with Rumpus: a file for each size of room, which `make levels` writes."""

_FIRST, _CHUNK = 64, 2048  # levels tried before a room is rejected, and the most at a time after that
_DRY = 20  # a bank is complete when fewer than one in _DRY generated levels is new
_MARK = 32  # bytes of the checksum at the end of a file


def bank(
    split: str,
    knobs: Mapping[str, int],
    *,
    count: int | None = None,
    threads: int | None = None,
    progress: bool = True,
    anew: bool = False,
) -> np.ndarray:
    """The levels of a split ("train", "valid", "test"): LEVEL records of shape (count,), no two alike.

    knobs: height, width and boxes. count: the number of levels, by default that of COUNTS or as many as such a room
    has. The levels are the same on every machine and for any number of threads, and a smaller bank is the beginning of
    a larger one. Those that do not come with Rumpus are generated on first use, with a progress bar, and stored in the
    cache folder; a damaged file is replaced. anew: whether to generate those too that come with Rumpus.

    Raises ValueError for an unknown split, and for a room that cannot hold the boxes or has fewer levels than `count`.
    """
    if split not in DIGITS:
        raise ValueError(f"Sokoban has no split {split!r}; its splits: {', '.join(DIGITS)}")
    if count is not None and count < 1:
        raise ValueError(f"a bank holds at least 1 level, not {count}")
    height, width, boxes = (int(knobs[name]) for name in ("height", "width", "boxes"))
    cells, needed = (height - 2) * (width - 2), 2 * boxes + 2
    if cells < needed:
        raise ValueError(
            f"a room of {height}x{width} cells has {cells} inside its walls and cannot hold {boxes} boxes with their "
            f"targets and two players, which take {needed}: choose a larger room or fewer boxes"
        )
    if not anew and (known := shipped(split, height, width, boxes)) is not None and (count or 0) <= len(known):
        return known[:count].copy()
    name = ingredients([make], repr((split, height, width, boxes, count)))
    path = cache_folder() / "levels" / f"sokoban-{height}x{width}-{boxes}-{split}-{name}.npy"
    levels = _kept(path)
    if levels is None:
        levels = _grow(split, height, width, boxes, count, threads or cores(), progress)
        _keep(path, levels)
    return levels


@cache
def shipped(split: str, height: int, width: int, boxes: int) -> np.ndarray | None:
    """The levels of a split that come with Rumpus, LEVEL (n,), read-only; None if there are none of such a room."""
    path = ASSETS / f"sokoban-{height}x{width}-{boxes}.npz"
    if not path.exists():
        return None
    with np.load(path) as file:
        levels = unpacked(file[split], height, width)
    levels.flags.writeable = False
    return levels


def packed(levels: np.ndarray) -> np.ndarray:
    """Levels of one size as bytes, uint8 (n, cells + 4): the cells inside the outer walls, row by row, then the rows
    and the columns of the two players."""
    height, width = int(levels["height"][0]), int(levels["width"][0])
    cells = levels["cells"][:, 1 : height - 1, 1 : width - 1].reshape(len(levels), -1)
    return np.concatenate([cells, levels["y"], levels["x"]], axis=1).astype(np.uint8)


def unpacked(rows: np.ndarray, height: int, width: int) -> np.ndarray:
    """The reverse of `packed`: LEVEL (n,)."""
    levels = np.zeros(len(rows), LEVEL)
    levels["height"], levels["width"] = height, width
    levels["y"], levels["x"] = rows[:, -4:-2], rows[:, -2:]
    levels["cells"] = WALL
    levels["cells"][:, 1 : height - 1, 1 : width - 1] = rows[:, :-4].reshape(len(rows), height - 2, width - 2)
    return levels


def split_of(level: np.void) -> str:
    """The split of a level, by its walls; also of levels from files."""
    hash_ = int(cached(fingerprint)(level["cells"], int(level["height"]), int(level["width"]), WALL))
    return next(split for split, (low, high) in DIGITS.items() if low <= hash_ % 10 < high)


def _kept(path: Path) -> np.ndarray | None:
    """The levels in a file of the cache; None if the file is missing or damaged."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    if hashlib.sha256(data[:-_MARK]).digest() != data[-_MARK:]:
        return None
    return np.load(io.BytesIO(data))


def _keep(path: Path, levels: np.ndarray) -> None:
    file = io.BytesIO()
    np.save(file, levels)
    data = file.getvalue()
    try:
        write_atomically(path, data + hashlib.sha256(data).digest())
    except OSError as error:
        warnings.warn(f"the levels could not be kept for the next time: {error}", stacklevel=4)


def _grow(
    split: str, height: int, width: int, boxes: int, count: int | None, threads: int, progress: bool
) -> np.ndarray:
    """Generate levels until there are `count`, or until hardly any is new."""
    room = f"{height}x{width} room with {boxes} box{'es' if boxes > 1 else ''}"
    wanted = count or COUNTS[split]
    kept, prints = np.zeros(0, LEVEL), np.zeros(0, np.uint64)
    first, size = 0, _FIRST
    with (
        quiet(not progress),
        work(f"Making {wanted:,} {split} levels: {room}", wanted) as job,
    ):
        while len(kept) < wanted:
            new, marks = np.zeros(size, LEVEL), np.zeros(size, np.uint64)
            over_rows(
                cached(make),
                size,
                threads,
                new,
                marks,
                np.zeros(size, RNG),
                first,
                height,
                width,
                boxes,
                *DIGITS[split],
            )
            before = len(kept)
            prints = np.concatenate([prints, marks[marks > 0]])
            kept = np.concatenate([kept, new[marks > 0]])
            _, unique = np.unique(prints, return_index=True)
            unique.sort()
            kept, prints = kept[unique], prints[unique]
            job.to(len(kept))
            if not len(kept) or (len(kept) - before) * _DRY < size:
                break
            first, size = first + size, min(max(wanted, _FIRST), _CHUNK)
    if not len(kept):
        raise ValueError(f"no {split} level was found for a {room}: choose a larger room or fewer boxes")
    if count and len(kept) < count:
        raise ValueError(f"only {len(kept)} different {split} levels were found for a {room}, not {count}")
    return kept[:wanted]
