"""Helpers of the studies in this folder: intervals over seeds, runs that are trained once, and a pool of processes."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats

from rumpus.agents import checkpoint
from rumpus.agents.settings import Config
from rumpus.agents.training import run


def interval(values: Iterable[float], digits: int = 1) -> str:
    """The mean of the values of some seeds and half of its 95 % interval (Student's t); of one seed, its value."""
    values = list(values)
    if len(values) == 1:
        return f"{values[0]:.{digits}f}"
    half = stats.t.ppf(0.975, len(values) - 1) * stats.sem(values)
    return f"{np.mean(values):.{digits}f} ± {half:.{digits}f}"


def train_once(config: Config, folder: Path) -> Path:
    """The folder of the run with these settings, which is trained from its start unless a finished run is there."""
    if not (folder / checkpoint.NAME).exists() or checkpoint.load(folder)["updates"] < checkpoint.load(folder)["total"]:
        run.begin(config, folder, overwrite=True, bar=False)
    return folder


def in_processes(
    function: Callable[..., Any], calls: Mapping[Hashable, tuple[Any, ...]], workers: int = 2
) -> dict[Any, Any]:
    """The results of a function for the arguments of each call, by the keys of the calls; `workers` calls run at the
    same time, each in a process of its own."""
    with ProcessPoolExecutor(workers) as pool:
        waiting = {key: pool.submit(function, *arguments) for key, arguments in calls.items()}
        return {key: future.result() for key, future in waiting.items()}
