"""What a run writes while it learns: metrics.csv, TensorBoard, and a progress bar.

After a resumption the rows and points that came after the checkpoint are dropped, so that nothing is there twice.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path
from types import TracebackType
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from ..worlds.engine.kernels import write_atomically

COLUMNS = (
    "update",
    "steps",
    "seconds",
    "steps_per_second",
    "episodes",
    "success",
    "return_mean",
    "length_mean",
    "policy_loss",
    "value_loss",
    "entropy",
    "kl",
    "clipped",
    "imitation_loss",
    "explained",
    "learning_rate",
    "held_out_success",
    "held_out_low",
    "held_out_high",
)
"""Columns of metrics.csv. episodes, success (0 to 1), return_mean and length_mean are of the training episodes that
ended in this update, empty if none did; held_out_* are filled in the rows in which the player was evaluated. With
several players, `player_columns` come on top."""
NAME = "metrics.csv"


def player_columns(players: int) -> tuple[str, ...]:
    """success_1, return_1, success_2, …: the same of each player alone, if there are several."""
    return tuple(f"{name}_{player + 1}" for player in range(players) for name in ("success", "return") if players > 1)


def read_metrics(folder: str | Path) -> list[dict[str, float]]:
    """All whole rows of a run's metrics.csv, as numbers; empty cells are left out. Raises ValueError for a file that no
    run has written."""
    path = Path(folder) / NAME
    try:
        text = path.read_text(encoding="ascii") if path.exists() else ""
        whole = text[: text.rfind("\n") + 1]  # a killed run may have left half a line
        rows = csv.DictReader(io.StringIO(whole))
        if whole and not set(COLUMNS) <= set(rows.fieldnames or ()):
            raise ValueError("its first line does not name the columns")
        return [{name: float(cell) for name, cell in row.items() if cell} for row in rows]
    except (ValueError, TypeError, csv.Error) as error:
        raise ValueError(f"{path} is no {NAME} of a run ({error}): move it away") from None


class Log:
    """The files of one run of `steps`, of which `done` were made in `update` updates; with bar, a progress bar on
    stderr. Use it in a `with`."""

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
        players: int = 1,
    ):
        self._columns = (*COLUMNS, *player_columns(players))
        rows = [row for row in read_metrics(folder) if row["update"] <= update] if update else []
        buffer = io.StringIO(newline="")
        self._format(buffer).writeheader()
        self._format(buffer).writerows({k: _short(v) for k, v in row.items()} for row in rows)
        write_atomically(folder / NAME, buffer.getvalue().encode())
        self._file = open(folder / NAME, "a", newline="", encoding="ascii")  # noqa: SIM115  closed in __exit__
        self._writer: Any = None
        if tensorboard:
            from torch.utils.tensorboard import SummaryWriter

            self._writer = SummaryWriter(folder / "tensorboard", purge_step=done + 1 if update else 0)
        columns = "{task.percentage:3.0f}% {task.fields[speed]:,.0f} steps/s, success {task.fields[success]}"
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn(columns),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            disable=not bar,
        )
        self._task = self._bar.add_task(name, total=steps, completed=done, speed=0.0, success="-")
        self._wins = self._episodes = 0.0

    def _format(self, file: Any) -> csv.DictWriter:
        return csv.DictWriter(file, self._columns, lineterminator="\n")

    def __enter__(self) -> Log:
        self._bar.start()
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._bar.stop()
        self._file.close()
        if self._writer:
            self._writer.close()

    def say(self, text: str) -> None:
        """Print a line above the bar."""
        if not self._bar.disable:
            self._bar.console.print(text, soft_wrap=True)

    def write(self, row: dict[str, float]) -> None:
        """One update's row of metrics, with any of the columns; what is missing stays empty."""
        self._format(self._file).writerow({name: _short(value) for name, value in row.items()})
        self._file.flush()
        if self._writer:
            for name, value in row.items():
                if name not in ("update", "steps"):
                    self._writer.add_scalar(f"ppo/{name}", value, int(row["steps"]))
        if "success" in row:  # the bar shows a running mean over about ten updates
            self._wins = 0.9 * self._wins + row["success"] * row["episodes"]
            self._episodes = 0.9 * self._episodes + row["episodes"]
        shown = f"{self._wins / self._episodes:.0%}" if self._episodes else "-"
        self._bar.update(self._task, completed=row["steps"], speed=row["steps_per_second"], success=shown)


def _short(value: float) -> str:
    return f"{value:.6g}" if value != int(value) else str(int(value))
