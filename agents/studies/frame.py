"""The frame of every study: arms and seeds, a row of results for each run, and a table of means with intervals.

A run's row is a file in its folder, so a study that is broken off goes on where it stopped, and more seeds are added to
those that are there. All that a study says of itself is a declaration (see `Study`), one file each beside this one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats

from ...interface.files import write_atomically
from ...interface.progress import quiet, work
from .. import checkpoint
from ..lookup import find
from ..settings import Config

RESULT = "result.json"
SCALES = ("tiny", "cpu", "gpu")
"""Seconds, to try a study; hours of a core; minutes of a GPU."""

Row = dict[str, float]


@dataclass(frozen=True)
class Job:
    """One run of a study. settings: those of its arm, of the study and of the scale, the last of which wins; folder:
    its own; shared: that of the whole study, where what `prepare` made lies."""

    arm: str
    seed: int
    settings: Mapping[str, Any]
    folder: Path
    shared: Path


@dataclass(frozen=True)
class Study:
    """A question, and all that is done to answer it.

    asks: the question; arms: what is compared, settings by names, and under "at" those of one scale; common: settings
    of all arms; scales: settings of each of SCALES that it can be run at; run(job): a row of numbers; columns: those of
    them that the table shows, with their headings; percent: those that are shares; prepare(folder, settings): makes
    what all runs read; baselines: rows of players that do not learn, from (folder, settings); against: an arm that is
    taken away from each other one, seed by seed; seeds: how many by default.
    """

    name: str
    asks: str
    arms: Mapping[str, Mapping[str, Any]]
    run: Callable[[Job], Row]
    columns: Mapping[str, str]
    scales: Mapping[str, Mapping[str, Any]]
    common: Mapping[str, Any] = field(default_factory=dict)
    percent: Sequence[str] = ()
    prepare: Callable[[Path, Mapping[str, Any]], None] | None = None
    baselines: Mapping[str, Callable[[Path, Mapping[str, Any]], Row]] = field(default_factory=dict)
    against: str | None = None
    seeds: int = 3

    def settings(self, arm: str, scale: str) -> dict[str, Any]:
        """Those of an arm at a scale. Raises ValueError for a scale that it cannot be run at."""
        if scale not in self.scales:
            raise ValueError(f"the study {self.name} has the scales {', '.join(self.scales)}, got {scale!r}")
        own = dict(self.arms.get(arm, {}))
        at = own.pop("at", {}).get(scale, {})
        return {**self.common, **own, **self.scales[scale], **at}


def results(
    study: Study, folder: Path, *, scale: str = "cpu", seeds: int | None = None, arms: Sequence[str] = (),
    workers: int = 1,
) -> dict[str, list[Row]]:  # fmt: skip
    """The rows of all runs of a study by arm, and of its baselines; those that are there are not made again.

    arms: only these; workers: runs at the same time, each in a process of its own. Raises ValueError for an unknown arm
    or scale.
    """
    chosen = list(arms or study.arms)
    for arm in chosen:
        find(study.arms, arm, "arm")
    count, folder = study.seeds if seeds is None else seeds, folder.absolute()
    if count < 1 or workers < 1:
        raise ValueError(f"seeds and workers are at least 1, got {count} and {workers}")
    jobs = [
        Job(arm, seed, study.settings(arm, scale), folder / f"{_plain(arm)}-{seed}", folder)
        for seed in range(count) for arm in chosen
    ]  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    waiting = [job for job in jobs if not (job.folder / RESULT).exists()]
    if study.prepare and waiting:
        study.prepare(folder, study.settings("", scale))
    with work(f"Study {study.name}", len(jobs)) as bar, quiet():
        bar.advance(len(jobs) - len(waiting))
        if workers == 1:
            for job in waiting:
                _made(study.run, job)
                bar.advance()
        else:
            with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
                for _ in pool.map(_made, [study.run] * len(waiting), waiting):
                    bar.advance()
    found = {arm: [_read(job) for job in jobs if job.arm == arm] for arm in chosen}
    for name, measure in study.baselines.items():
        kept = folder / f"baseline-{_plain(name)}.json"
        if not kept.exists():
            write_atomically(kept, json.dumps(measure(folder, study.settings("", scale))).encode())
        found[name] = [json.loads(kept.read_text())]
    return found


def _made(run: Callable[[Job], Mapping[str, float]], job: Job) -> None:
    """Do one run, and keep its row."""
    row = {name: float(value) for name, value in run(job).items()}
    job.folder.mkdir(parents=True, exist_ok=True)
    write_atomically(job.folder / RESULT, json.dumps(row).encode())


def _read(job: Job) -> Row:
    row: Row = json.loads((job.folder / RESULT).read_text())
    return row


def _plain(name: str) -> str:
    return "".join(c if c.isalnum() else "-" for c in name.lower()).strip("-")


def table(study: Study, found: Mapping[str, Sequence[Row]]) -> str:
    """The rows of a study as Markdown: of each arm the runs, steps and weights, and the means of its columns with their
    95 % intervals."""
    sizes = [name for name in ("steps", "weights") if any(name in row for rows in found.values() for row in rows)]
    lines = [f"| arm | {' | '.join(['seeds', *sizes, *study.columns.values()])} |"]
    lines.append("|" + "---|" * (2 + len(sizes) + len(study.columns)))
    for arm, rows in found.items():
        counts = ["" if arm in study.baselines else str(len(rows))]
        counts += [f"{np.mean([row[name] for row in rows]):,.0f}" if name in rows[0] else "" for name in sizes]
        lines.append(f"| {arm} | {' | '.join([*counts, *_cells(study, rows)])} |")
    first = found.get(study.against or "")
    if first is not None:
        for arm in (arm for arm in found if arm in study.arms and arm != study.against):
            pairs = zip(found[arm], first, strict=True)
            names = study.columns
            apart = [
                {name: one[name] - two[name] for name in names if name in one and name in two} for one, two in pairs
            ]
            title = f"{arm} less {study.against}, seed by seed"
            lines.append(f"| {title} | {' | '.join([str(len(apart)), *[''] * len(sizes), *_cells(study, apart)])} |")
    return "\n".join(lines)


def _cells(study: Study, rows: Sequence[Row]) -> list[str]:
    """The means of the columns."""
    cells = []
    for name in study.columns:
        values = [row[name] for row in rows if np.isfinite(row.get(name, np.nan))]
        scale = 100.0 if name in study.percent else 1.0
        cells.append(interval([scale * value for value in values], len(rows)) if values else "")
    return cells


def interval(values: Sequence[float], count: int | None = None) -> str:
    """The mean of the values of some seeds and half of its 95 % interval (Student's t); of one seed, its value. count:
    of all seeds, where some have no value."""
    mean = float(np.mean(values))
    digits = 0 if abs(mean) >= 1000 else 1
    few = "" if count in (None, len(values)) else f" ({len(values)} of {count})"
    if len(values) == 1:
        return f"{mean:,.{digits}f}{few}"
    half = float(stats.t.ppf(0.975, len(values) - 1) * stats.sem(values))
    return f"{mean:,.{digits}f} ± {half:,.{digits}f}{few}"


def trained(config: Config, folder: Path) -> dict[str, Any]:
    """The checkpoint of the run with these settings, which goes on where it was broken off."""
    from ..training import run

    if (folder / checkpoint.NAME).exists():
        if checkpoint.load(folder)["updates"] < checkpoint.load(folder)["total"]:
            run.resume(folder, bar=False)
    else:
        run.begin(config, folder, overwrite=True, bar=False)
    return checkpoint.load(folder)


def sizes(content: Mapping[str, Any]) -> Row:
    """{steps, weights, seconds} of a checkpoint: weights are those that play."""
    weights = [value.numel() for name, value in content["networks"][0].items() if not name.startswith("auxiliary.")]
    return {"steps": content["steps"], "weights": sum(weights), "seconds": content["seconds"]}
