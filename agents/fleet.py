"""Fleets: many runs, or evaluations of many checkpoints, at once on Ray; on this machine, or on a cluster.

train_all([Run(...), ...], jobs=4)
evaluate_all(["runs/fleet"], worlds=["sokoban"])

Each run is an ordinary one, with a folder of its own: it is gone on with where it was broken off, and left alone where
it is finished. A run that fails stops no other. On a cluster the folders must be the same on all machines.
"""

from __future__ import annotations

import ast
import itertools
import os
import re
import signal
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import bootstrap

from ..interface.progress import work
from . import checkpoint, plugins, shipped
from .episodes import CONFIDENCE
from .settings import Config, parsed
from .training.log import read_metrics

RESAMPLES = 2000
"""Of a bootstrap."""
LAST = 0.1
"""The part of a run, at its end, whose training episodes tell its success where nothing held out was played."""
PATIENCE = 120.0
"""Seconds that runs have to save themselves once a fleet is stopped."""
STORE = 100 * 2**20
"""Bytes of Ray's store of objects on this machine: a fleet hands over settings and rows of numbers alone."""

ERRORS = (ValueError, OSError, RuntimeError, MemoryError, ImportError)
"""Errors that make a run fail and are told; anything else is a fault of the program, which Ray tells."""


@dataclass(frozen=True)
class Run:
    """One run of a fleet. values: of its settings by name; varied: those that tell it from the others."""

    algorithm: str
    worlds: tuple[str, ...]
    values: Mapping[str, Any]
    varied: Mapping[str, Any]
    folder: Path
    plugins: tuple[str, ...] = ()

    @property
    def seed(self) -> int:
        """Its seed."""
        return int(self.values.get("seed", 0))


def combinations(
    algorithm: str,
    worlds: Sequence[str],
    out: Path,
    *,
    seeds: Sequence[int],
    sweep: Sequence[str] = (),
    settings: Mapping[str, Any] | None = None,
    loaded: Sequence[str] = (),
) -> list[Run]:
    """A run for each combination of the seeds and of the values of each sweep, such as "clip=0.1,0.2", in folders of
    `out` that are named after them. loaded: files of plugins. Raises ValueError for anything that no run could have."""
    settings = dict(settings or {})
    if not seeds or len(set(seeds)) < len(seeds):
        raise ValueError(f"--seeds takes different whole numbers, such as 0,1,2; got {', '.join(map(str, seeds))}")
    axes = [_axis(text, algorithm, settings) for text in sweep]
    names = [name for name, _ in axes]
    if twice := [name for name in names if name in settings or names.count(name) > 1 or name == "seed"]:
        raise ValueError(f"--sweep: {twice[0]} is given by another option, too")
    found = []
    for values in itertools.product(*(axis for _, axis in axes)):
        varied = dict(zip(names, values, strict=True))
        for seed in seeds:
            chosen = {**settings, **varied, "seed": seed}
            Config.of(algorithm, *worlds, **chosen).check()
            named = [algorithm, *(each.rpartition("/")[2] for each in worlds)]
            named += [f"{name}={value}" for name, value in (varied | {"seed": seed}).items()]
            folder = out / re.sub(r"[^\w.=+-]+", "-", "-".join(named))
            found.append(Run(algorithm, tuple(worlds), chosen, varied, folder.absolute(), tuple(loaded)))
    return found


def _axis(text: str, algorithm: str, settings: Mapping[str, Any]) -> tuple[str, list[Any]]:
    """ "clip=0.1,0.2" to ("clip", [0.1, 0.2])."""
    name, equals, listed = text.partition("=")
    if not equals or not listed:
        raise ValueError(f"--sweep takes NAME=VALUE,VALUE,… such as learning_rate=1e-3,3e-3; got {text!r}")
    try:
        texts = [repr(value) for value in ast.literal_eval(f"[{listed}]")]
    except (ValueError, SyntaxError):
        texts = listed.split(",")
    torso, units = settings.get("torso", "patches"), settings.get("units")
    core = settings.get("core") or ("lstm" if units else "none")
    pairs = [parsed([f"{name}={value}"], algorithm, torso, core) for value in texts]
    (known,) = {next(iter(pair)) for pair in pairs}
    values = [pair[known] for pair in pairs]
    if len({repr(value) for value in values}) < len(values):
        raise ValueError(f"--sweep: {name} has a value twice in {listed}")
    return known, values


def train_all(runs: Sequence[Run], *, jobs: int | None = None, address: str | None = None) -> list[dict[str, Any]]:
    """Train all of them, `jobs` at once; by default as many as there are cores, or GPUs if they learn on such. Returns
    for each, in order, {folder, seed, varied, status: trained, finished before or failed, error, steps, success,
    held_out}."""
    cuda = any("cuda" in (run.values.get("device"), run.values.get("world_device")) for run in runs)
    rows = _all(_train, [(run,) for run in runs], "Training", jobs, address, cuda)
    return [_named(run) | row for run, row in zip(runs, rows, strict=True)]


def _named(run: Run) -> dict[str, Any]:
    return {"folder": str(run.folder), "seed": run.seed, "varied": dict(run.varied), "error": None}


def evaluate_all(
    agents: Sequence[Path],
    *,
    worlds: Sequence[str] = (),
    tasks: Path | None = None,
    loaded: Sequence[str] = (),
    jobs: int | None = None,
    address: str | None = None,
    **options: Any,
) -> list[dict[str, Any]]:
    """Evaluate all of these checkpoints, folders of runs, or folders of such folders: in these worlds, by default in
    those that they were trained in; or on the tasks of a benchmark's folder. options: of measuring.evaluate or
    measuring.benchmark. Returns for each {agent, world, status: evaluated or failed, error, result}."""
    cases: list[tuple[Any, ...]] = []
    for agent in itertools.chain.from_iterable(map(members, agents)):
        content = checkpoint.load(agent)
        places: Sequence[Any] = (None,) if tasks else (worlds or content["worlds"])
        cases += [(shipped.address(agent), world, tasks, tuple(loaded), options) for world in places]
    rows = _all(_evaluate, cases, "Evaluating", jobs, address, options.get("device") == "cuda")
    named = [{"agent": case[0], "world": case[1], "error": None, "result": None} for case in cases]
    return [base | row for base, row in zip(named, rows, strict=True)]


def members(path: Path) -> list[Path]:
    """The checkpoints that a person means by a path: a checkpoint or a run's folder, or all the runs in a folder of
    them. Raises ValueError if there are none."""
    inside = sorted(path.glob(f"*/{checkpoint.NAME}")) if path.is_dir() else []
    if inside and not (path / checkpoint.NAME).exists():
        return [file.parent for file in inside]
    checkpoint.find(path)
    return [path]


def _all(
    task: Callable[..., dict[str, Any]], cases: Sequence[tuple[Any, ...]], title: str, jobs: int | None,
    address: str | None, cuda: bool,
) -> list[dict[str, Any]]:  # fmt: skip
    """The results of task(*case) for each of the cases, in order, in processes of their own. Ray is started and ended,
    unless this process has it running already."""
    ray = _ray()
    before = signal.getsignal(signal.SIGTERM)
    running_before = ray.is_initialized()
    if not running_before:
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing is reported to anybody
        quiet: dict[str, Any] = {"log_to_driver": False, "configure_logging": True, "logging_level": "error"}
        local = {} if address else {"include_dashboard": False, "object_store_memory": STORE, "num_cpus": jobs}
        ray.init(address or "local", **quiet, **local)
        signal.signal(signal.SIGTERM, before)  # Ray has put its own in that place
    try:
        there = ray.cluster_resources()
        most = jobs or max(int(there.get("GPU" if cuda else "CPU", 1)), 1)
        options: dict[str, Any] = {"num_cpus": 1, "num_gpus": int(cuda and there.get("GPU", 0) > 0), "max_retries": 0}
        if cuda:
            options["max_calls"] = 1  # a process that ends gives the memory of its GPU back
        remote = ray.remote(**options)(task)
        found: list[Any] = [None] * len(cases)
        waiting, running = list(enumerate(cases)), dict[Any, int]()
        with work(title, len(cases)) as job:
            try:
                while waiting or running:
                    while waiting and len(running) < most:
                        index, case = waiting.pop(0)
                        running[remote.remote(*case)] = index
                    for ended in ray.wait(list(running), num_returns=1)[0]:
                        index = running.pop(ended)
                        found[index] = _result(ray, ended)
                        job.advance()
            except BaseException:  # each run saves itself
                for each in running:
                    with suppress(ray.exceptions.RayError):
                        ray.cancel(each, force=False)
                ray.wait(list(running), num_returns=max(len(running), 1), timeout=PATIENCE) if running else None
                raise
        return found
    finally:
        if not running_before:
            ray.shutdown()


def _ray() -> Any:
    """The library. Raises RuntimeError, saying how to install it, where it is missing."""
    try:
        import ray
    except ModuleNotFoundError:
        raise RuntimeError("fleets need Ray, which is not installed: pip install 'rumpus[fleet]'") from None
    return ray


def _result(ray: Any, ended: Any) -> dict[str, Any]:
    """The result of a task; of one whose process died, that it failed."""
    try:
        found: dict[str, Any] = ray.get(ended)
    except ray.exceptions.RayError as error:
        told = str(error).strip().splitlines()
        return {"status": "failed", "error": told[0] if told else type(error).__name__}
    return found


def _train(run: Run) -> dict[str, Any]:
    """Begin a run, go on with it, or leave it alone."""
    from .training import run as loop

    try:
        for path in run.plugins:
            plugins.load(path)
        before = None
        if (run.folder / checkpoint.NAME).exists():
            before = checkpoint.load(run.folder)["updates"]
            loop.resume(run.folder, algorithm=run.algorithm, names=run.worlds, bar=False, **run.values)
        else:
            loop.begin(Config.of(run.algorithm, *run.worlds, **run.values), run.folder, bar=False)
        content = checkpoint.load(run.folder)
        status = "finished before" if before == content["updates"] else "trained"
        return {"status": status, "steps": content["steps"]} | reached(run.folder)
    except ERRORS as error:
        return {"status": "failed", "error": str(error) or type(error).__name__}


def reached(folder: Path) -> dict[str, Any]:
    """{success, held_out}: a run's last success on what was held out, or else that of the training episodes in the LAST
    part of it, None if there were none; and whether it was held out."""
    rows = read_metrics(folder)
    held = [row["held_out_success"] for row in rows if "held_out_success" in row]
    if held:
        return {"success": held[-1], "held_out": True}
    end = [row for row in rows if "success" in row and row["update"] > (1 - LAST) * rows[-1]["update"]]
    episodes = sum(row["episodes"] for row in end)
    success = sum(row["success"] * row["episodes"] for row in end) / episodes if episodes else None
    return {"success": success, "held_out": False}


def _evaluate(
    agent: str, world: str | None, tasks: Path | None, loaded: Sequence[str], options: Mapping[str, Any]
) -> dict[str, Any]:
    """Measure one checkpoint."""
    from .measuring.benchmark import benchmark
    from .measuring.evaluate import evaluate

    try:
        for path in loaded:
            plugins.load(path)
        result = evaluate(str(world), agent, **options) if tasks is None else benchmark(agent, tasks, **options)
        return {"status": "evaluated", "result": result}
    except ERRORS as error:
        return {"status": "failed", "error": str(error) or type(error).__name__}


def over_seeds(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """For each combination of what `train_all` varied: {varied, seeds, failed, success (the mean over seeds), low, high
    (its 95 % interval by bootstrap; None with a single seed), held_out}."""
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        groups.setdefault(repr(row.get("varied")), []).append(row)
    found = []
    for group in groups.values():
        good = [row for row in group if row.get("success") is not None]
        values = np.array([row["success"] for row in good], float)
        low, high = _interval(values)
        mean = float(values.mean()) if len(values) else None
        failed = sum(row["status"] == "failed" for row in group)
        sums = {"varied": group[0].get("varied"), "seeds": len(values), "failed": failed, "success": mean}
        found.append(sums | {"low": low, "high": high, "held_out": bool(good) and all(r["held_out"] for r in good)})
    return found


def _interval(values: np.ndarray) -> tuple[float | None, float | None]:
    if len(values) < 2:
        return None, None
    if np.ptp(values) == 0:
        return float(values[0]), float(values[0])
    rng = np.random.default_rng(0)
    made = bootstrap(
        (values,), np.mean, confidence_level=CONFIDENCE, n_resamples=RESAMPLES, method="percentile", rng=rng
    )
    return float(made.confidence_interval.low), float(made.confidence_interval.high)
