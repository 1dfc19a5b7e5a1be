"""The files that a run writes while it learns: metrics.csv, TensorBoard, and a progress bar.

After a resumption the rows and points that came after the checkpoint are dropped, so that nothing is there twice.
"""

from __future__ import annotations

import csv
import io
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from ...interface.files import write_atomically

FIRST = ("update", "steps", "seconds", "steps_per_second", "episodes", "success", "return_mean", "length_mean")
"""The first columns of metrics.csv. episodes, success (0 to 1), return_mean and length_mean are of the training
episodes that ended in this update, empty if none did. All else that an update tells follows, as it first comes up:
collecting, the share of its time in which steps were collected, the algorithm's own metrics, success_1, return_1, … of
each of several players, WORLD/success, … of each of several worlds, and held_out_success with its interval,
held_out_low and held_out_high, in the rows in which the player was evaluated."""
NAME = "metrics.csv"


def read_metrics(folder: str | Path) -> list[dict[str, float]]:
    """All whole rows of a run's metrics.csv, as numbers; empty cells are left out. Raises ValueError for a file that no
    run has written."""
    path = Path(folder) / NAME
    try:
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        whole = text[: text.rfind("\n") + 1]  # a killed run may have left half a line
        rows = csv.DictReader(io.StringIO(whole))
        if whole and not set(FIRST) <= set(rows.fieldnames or ()):
            raise ValueError("its first line does not name the columns")
        return [{name: float(cell) for name, cell in row.items() if cell} for row in rows]
    except (ValueError, TypeError, csv.Error) as error:
        raise ValueError(f"{path} is no {NAME} of a run ({error}): move it away") from None


EVERY = 15.0
"""Seconds between lines of progress, where stderr is no terminal."""


class Log:
    """The files of one run of `steps`, of which `done` were made in `update` updates; with bar, a progress bar on
    stderr, or a line now and then where that is no terminal. write: False in a process that leaves all of it to
    another. Use it in a `with`."""

    def __init__(
        self,
        folder: Path,
        name: str,
        steps: int,
        *,
        update: int,
        done: int,
        tensorboard: bool,
        bar: bool,
        write: bool = True,
    ):
        self._writes = write
        self._file: Any = None
        rows = [row for row in read_metrics(folder) if row["update"] <= update] if update and write else []
        self._path = folder / NAME
        self._columns = tuple(dict.fromkeys((*FIRST, *(name for row in rows for name in row))))
        if write:
            self._rewrite(rows)
        self._writer: Any = None
        if tensorboard and write:
            from torch.utils.tensorboard import SummaryWriter

            self._writer = SummaryWriter(folder / "tensorboard", purge_step=done + 1 if update else 0)
        columns = "{task.percentage:3.0f}% {task.fields[speed]:,.0f} steps/s, success {task.fields[success]}"
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn(columns),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            disable=not (bar and write and sys.stderr.isatty()),
        )
        self._lines = Console(stderr=True, soft_wrap=True, quiet=not (bar and write), highlight=False)
        self._name, self._steps, self._told = name, steps, time.monotonic()
        self._task = self._bar.add_task(name, total=steps, completed=done, speed=0.0, success="-")
        self._wins = self._episodes = 0.0

    def _rewrite(self, rows: list[dict[str, float]]) -> None:
        """Write all rows anew, under a header of all columns, and go on behind them."""
        buffer = io.StringIO(newline="")
        self._format(buffer).writeheader()
        self._format(buffer).writerows({k: _short(v) for k, v in row.items()} for row in rows)
        write_atomically(self._path, buffer.getvalue().encode())
        self._file = open(self._path, "a", newline="", encoding="utf-8")  # noqa: SIM115  closed in __exit__

    def _format(self, file: Any) -> csv.DictWriter:
        return csv.DictWriter(file, self._columns, lineterminator="\n")

    def __enter__(self) -> Log:
        self._bar.start()
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._bar.stop()
        if self._file:
            self._file.close()
        if self._writer:
            self._writer.close()

    def say(self, text: str) -> None:
        """Print a line, above the bar if there is one."""
        (self._lines if self._bar.disable else self._bar.console).print(text, soft_wrap=True)

    def write(self, row: dict[str, float]) -> None:
        """One update's row of metrics; a new name becomes a new column, and what is missing stays empty."""
        if not self._writes:
            return
        if new := [name for name in row if name not in self._columns]:
            self._file.close()
            self._columns = (*self._columns, *new)
            self._rewrite(read_metrics(self._path.parent))
        self._format(self._file).writerow({name: _short(value) for name, value in row.items()})
        self._file.flush()
        if self._writer:
            for name, value in row.items():
                if name not in ("update", "steps"):
                    self._writer.add_scalar(name if "/" in name else f"train/{name}", value, int(row["steps"]))
        if "success" in row:  # the bar shows a running mean over about ten updates
            self._wins = 0.9 * self._wins + row["success"] * row["episodes"]
            self._episodes = 0.9 * self._episodes + row["episodes"]
        shown = f"{self._wins / self._episodes:.0%}" if self._episodes else "-"
        self._bar.update(self._task, completed=row["steps"], speed=row["steps_per_second"], success=shown)
        if self._bar.disable and time.monotonic() - self._told >= EVERY:
            self._told = time.monotonic()
            self.say(
                f"{self._name}: {row['steps']:,} of {self._steps:,} steps ({row['steps'] / self._steps:.0%}), "
                f"{row['steps_per_second']:,.0f} steps/s, success {shown}"
            )


def _short(value: float) -> str:
    return f"{value:.6g}" if value != int(value) else str(int(value))
