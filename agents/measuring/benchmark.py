"""The benchmark: the score of an agent on a folder of tasks, on a scale from a random player, 0, to the expert, 1."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import bootstrap

from ... import worlds
from ...interface.progress import work
from ...interface.realtime import Clock, clock_of
from ...tasks.compile import table
from ...tasks.files import read
from ...tasks.goals import Task
from ...worlds.engine.run.batch import Batch
from ...worlds.engine.world import World
from .. import shipped
from ..contracts import Policy
from ..episodes import CONFIDENCE, Episodes, play_tasks
from ..experts import Expert
from ..policies import RandomPolicy
from .evaluate import solutions
from .people import played as played_by_people
from .realtime import play_again

TASKS = Path(__file__).parents[2] / "assets" / "tasks"
"""The folder of the benchmark of Rumpus."""
RESAMPLES = 2000
"""Resamples of a bootstrap."""
SMALL = "small"
"""The name of the part of a benchmark that `small` chooses."""
MEASURED = ("agent", "random", "expert", "success", "human", "human_success")
"""Of each task that an agent plays: mean returns of agent, random player and expert, the agent's success, and the
return and success of people, NaN where none played."""
LIVE = ("live", "live_success", "missed", "ticks")
"""In real time also: the agent's mean return and success, and its missed and all ticks."""
LIVE_ROW = ("live", "live_success", "live_score", "live_low", "live_high", "missed_share")
"""The further parts of a row in real time."""
SCORES = {"agent": ("score", "low", "high"), "live": ("live_score", "live_low", "live_high")}
"""The columns that have a score, and the names of the score and of its interval."""
SMALLEST = 0.01
"""Least difference between the mean returns of the expert and the random player for which a score is given."""


def benchmark(
    agent: str | Path | Callable[[World], Policy | None],
    folder: str | Path | Sequence[Task],
    *,
    times: int = 1,
    random_times: int = 4,
    seed: int = 0,
    device: str = "cpu",
    threads: int | None = None,
    greedy: bool | None = None,
    human: str | Path | None = None,
    references: dict[str, tuple[Episodes, Episodes]] | None = None,
    realtime: bool | Clock = False,
    arrivals: str | Path | None = None,
) -> list[dict[str, Any]]:
    """The expert-normalised score of an agent for each skill and each world of a folder of tasks, and their mean.

    agent: "random", "expert", a checkpoint or a run's folder, which plays the tasks of all worlds that its head fits,
    or a function that returns a player for a world, or None to leave that world out; folder: holds *.jsonl of tasks (or
    it is one such file, or a list of tasks), each with its solution. Each task is played `times` times by the agent,
    `random_times` by the random player, and once by the expert, which replays the solution; a return is the mean over
    the players of a task.
    human: a store of what people played of it (`rumpus play --suite`), by default this user's, if there is one.
    references: what the random player and the expert did in each world, with the same options; worlds that are missing
    are played, and added.
    realtime: the agent plays its episodes again in a world that does not wait, one at a time, by the machine's clock or
    by one of yours (interface/realtime.py); the scale stays that of worlds that wait. arrivals: a folder for these
    episodes, a folder of each world in it (see `play_again`).

    Returns a row for each skill, in order, one for each world, and one of the mean over the skills: {of ("skill",
    "world" or "mean"), name, tasks, attempted (the number of tasks that the agent plays), success, agent, random,
    expert (mean returns on those), score, low, high}. score is (agent - random) / (expert - random), low and high its
    95 % interval, the percentiles of a bootstrap over tasks (for the mean: over the tasks of each skill); they are None
    where nothing was attempted, or the expert is better than the random player by less than SMALLEST. Where people have
    played tasks of a row there are also {human_tasks, human (mean return on those), human_success, human_score,
    human_low, human_high}, on the scale of the same tasks; human_tasks is 0 elsewhere. In real time there are also
    {live (mean return), live_success, live_score, live_low, live_high, missed_share (of the ticks)}, and of worlds
    {latency_p50, latency_p99} in seconds of a decision. Raises ValueError for tasks that cannot be played, or have no
    solution, and for real time on CUDA.
    """
    if realtime is not False and device != "cpu":
        raise ValueError("real time is played on the CPU: leave the device out")
    if arrivals is not None and realtime is False:
        raise ValueError("arrivals are of episodes in real time: ask for these too, or leave arrivals out")
    tasks = tasks_of(folder) if isinstance(folder, str | Path) else list(folder)
    by_world: dict[str, list[Task]] = {}
    for task in tasks:
        by_world.setdefault(task.world, []).append(task)
    made = _maker(agent, seed, greedy)
    options: dict[str, Any] = {"seed": seed, "threads": threads}
    found: dict[tuple[str, str], list[np.ndarray]] = {}
    people = played_by_people(tasks, human)
    names = MEASURED if realtime is False else (*MEASURED, *LIVE)
    latencies: dict[str, list[float]] = {}
    known = {} if references is None else references
    with work("The benchmark", len(by_world)) as job:
        for name, listed in by_world.items():
            world = worlds.named(name)
            player, repeat = made(world, listed)
            if player is not None:
                played = play_tasks(player, world, listed, times, **options, device=device, repeat=repeat)
                if name not in known:
                    chance = play_tasks(RandomPolicy(seed), world, listed, random_times, **options)
                    best = play_tasks(Expert(world, seed, solutions(listed)), world, listed, 1, **options)
                    known[name] = chance, best
                chance, best = known[name]
                parts = played.returns, chance.returns, best.returns, played.wins
                columns = [_by_task(part, len(listed)) for part in parts]
                columns += np.array([people.get(task.id, (np.nan, np.nan)) for task in listed]).T[:2].tolist()
                if realtime is not False:
                    again = play_again(
                        player, Batch(world, 1, tasks=table(listed, world), **options), played, repeat=repeat,
                        clock=clock_of(realtime), tasks=listed,
                        arrivals=None if arrivals is None else Path(arrivals) / name,
                    )  # fmt: skip
                    late = again.played.returns, again.played.wins, again.missed, again.played.lengths
                    columns += [_by_task(part, len(listed)) for part in late]
                    latencies[name] = again.live.latencies
                for number, task in enumerate(listed):
                    values = np.array([column[number] for column in columns])
                    for group in (("skill", category(task)), ("world", name)):
                        found.setdefault(group, []).append(values)
            job.advance()
    groups = [("skill", name) for name in sorted({category(task) for task in tasks})]
    groups += [("world", name) for name in by_world]
    rows: list[dict[str, Any]] = []
    draws: list[dict[str, np.ndarray]] = []
    for of, name in groups:
        count = sum(name == (category(task) if of == "skill" else task.world) for task in tasks)
        made_of = np.array(found.get((of, name), [])).reshape(-1, len(names))
        row, drawn = _row(of, name, count, dict(zip(names, made_of.T, strict=True)), seed)
        if realtime is not False and of == "world":
            row |= _latency(latencies.get(name, []))
        rows.append(row)
        if drawn is not None and of == "skill":
            draws.append(drawn)
    return [*rows, _mean([row for row in rows if row["of"] == "skill"], draws)]


def beside(
    agents: Mapping[str, str | Path | Callable[[World], Policy | None]], folder: str | Path, **options: Any
) -> dict[str, list[dict[str, Any]]]:
    """The rows of `benchmark` for the small part of a folder of tasks: of each of these agents by its name, then of
    each shipped agent that plays any of it. options: of `benchmark`."""
    tasks = small(tasks_of(folder))
    options["references"] = {}
    found = {name: benchmark(agent, tasks, **options) for name, agent in agents.items()}
    played = {task.world for task in tasks}
    for name in shipped.names() if importlib.util.find_spec("torch") else ():
        if name not in found and played.intersection(shipped.card(name).worlds):
            found[name] = benchmark(_fitting(name, options.get("seed", 0)), tasks, **options)
    return found


def _fitting(name: str, seed: int) -> Callable[[World], Policy | None]:
    """The player of a shipped agent for the worlds that it was trained on, and for no other."""
    from ..network_policy import trained

    policy, _ = trained(name, seed=seed)
    own = shipped.card(name).worlds
    return lambda world: policy if world.name in own and policy.plays(world) else None


def small(tasks: Sequence[Task]) -> list[Task]:
    """The task of each skill and world whose solution is of middle length, in the order of the tasks."""
    groups: dict[tuple[str, str], list[Task]] = {}
    for task in sorted(tasks, key=lambda task: np.inf if task.steps is None else task.steps):
        groups.setdefault((task.world, category(task)), []).append(task)
    chosen = {id(some[len(some) // 2]) for some in groups.values()}
    return [task for task in tasks if id(task) in chosen]


def category(task: Task) -> str:
    """The group of a task: its skill; with several players, the kind of their cooperation."""
    return task.skill if task.kind == "alone" else task.kind


def normalised(agent: np.ndarray, random: np.ndarray, expert: np.ndarray, axis: int = -1) -> np.ndarray:
    """(agent - random) / (expert - random), of the means along an axis."""
    agent, random, expert = (part.mean(axis) for part in (agent, random, expert))
    return (agent - random) / np.maximum(expert - random, SMALLEST)


def tasks_of(folder: str | Path) -> list[Task]:
    """All tasks of a folder's files, or of one file, in order."""
    folder = Path(folder)
    files = sorted(folder.glob("*.jsonl")) if folder.is_dir() else [folder]
    if not files:
        raise ValueError(f"{folder} holds no *.jsonl: a benchmark is a folder of files of tasks")
    tasks = []
    for file in files:
        for line, task in read(file):
            if not isinstance(task, Task):
                raise ValueError(str(task))
            if task.solution is None:
                raise ValueError(f"{file}:{line}: solution: tasks of a benchmark bring one, and {task.id} has none")
            tasks.append(task)
    if not tasks:
        raise ValueError(f"{folder}: there is no task in it")
    return tasks


Made = tuple[Policy | None, int]
"""A player, None for a world that it does not play, and the ticks that it holds an action."""


def _maker(
    agent: str | Path | Callable[[World], Policy | None], seed: int, greedy: bool | None
) -> Callable[[World, Sequence[Task]], Made]:
    """A function that returns the player of a world's tasks."""
    if callable(agent):
        return lambda world, tasks: (agent(world), 1)
    if agent == "random":
        return lambda world, tasks: (RandomPolicy(seed + 1), 1)  # another seed than the one that makes the scale
    if agent == "expert":
        return lambda world, tasks: (Expert(world, seed, solutions(tasks)), 1)
    from ..network_policy import trained  # the others need no PyTorch
    from ..settings import Config

    policy, content = trained(agent, seed=seed, greedy=greedy)
    run = Config.saved(content, str(agent)).run
    return lambda world, tasks: (policy if policy.plays(world) else None, run.ticks(world))


def _by_task(values: np.ndarray, tasks: int) -> np.ndarray:
    return values.reshape(-1, tasks).mean(0)


Columns = Mapping[str, np.ndarray]
"""The columns of MEASURED, and in real time of LIVE, by name, (attempted,) each."""


def _row(
    of: str, name: str, tasks: int, columns: Columns, seed: int
) -> tuple[dict[str, Any], dict[str, np.ndarray] | None]:
    """The row of a skill or a world, and the scores of the bootstrap's resamples, by the name of the score; None where
    there is no score."""
    live = "live" in columns
    row: dict[str, Any] = {"of": of, "name": name, "tasks": tasks, "attempted": len(columns["agent"])}
    row |= dict.fromkeys(("success", "agent", "random", "expert", "score", "low", "high"))
    row |= dict.fromkeys(LIVE_ROW if live else ())
    row |= _of_people(columns, seed)
    if not row["attempted"]:
        return row, None
    means = ("success", "agent", "random", "expert", *(("live", "live_success") if live else ()))
    row |= {name: float(columns[name].mean()) for name in means}
    if live:
        row["missed_share"] = float(columns["missed"].sum() / max(columns["ticks"].sum(), 1))
    scale = columns["random"], columns["expert"]
    drawn = {}
    for of_whom, names in SCORES.items():
        found = _scored(columns[of_whom], *scale, seed) if of_whom in columns else None
        if found is not None:
            row |= dict(zip(names, found[:3], strict=True))
            drawn[names[0]] = found[3]
    return row, drawn or None


def _latency(seconds: Sequence[float]) -> dict[str, float | None]:
    """The percentiles of the seconds of decisions."""
    return {f"latency_p{at}": float(np.percentile(seconds, at)) if seconds else None for at in (50, 99)}


def _of_people(columns: Columns, seed: int) -> dict[str, Any]:
    """The part of a row about what people played."""
    row: dict[str, Any] = {"human_tasks": 0}
    row |= dict.fromkeys(("human", "human_success", "human_score", "human_low", "human_high"))
    there = ~np.isnan(columns["human"])
    own = {name: values[there] for name, values in columns.items()}
    if not there.any():
        return row
    row |= {"human_tasks": int(there.sum()), "human": float(own["human"].mean())}
    row["human_success"] = float(own["human_success"].mean())
    found = _scored(own["human"], own["random"], own["expert"], seed)
    return row if found is None else row | dict(zip(("human_score", "human_low", "human_high"), found[:3], strict=True))


def _scored(
    agent: np.ndarray, random: np.ndarray, expert: np.ndarray, seed: int
) -> tuple[float, float, float, np.ndarray] | None:
    """(score, low, high, the scores of the bootstrap's resamples) of returns by task; None if the expert is too little
    better than the random player."""
    if expert.mean() - random.mean() < SMALLEST:
        return None
    score = float(normalised(agent, random, expert))
    low = high = score
    drawn = np.full(RESAMPLES, score)
    if len(agent) > 1 and np.ptp(agent - random) + np.ptp(expert - random) > 0:
        rng = np.random.default_rng(seed)
        made = bootstrap(
            (agent, random, expert), normalised, paired=True, vectorized=True, n_resamples=RESAMPLES,
            confidence_level=CONFIDENCE, method="percentile", rng=rng,
        )  # fmt: skip
        low, high = map(float, made.confidence_interval)
        drawn = made.bootstrap_distribution
    return score, low, high, drawn


def _mean(rows: list[dict[str, Any]], draws: list[dict[str, np.ndarray]]) -> dict[str, Any]:
    """The row of the mean over the skills that have a score; its interval is from their resamples, skill by skill."""
    row: dict[str, Any] = {"of": "mean", "name": "mean", "tasks": sum(r["tasks"] for r in rows)}
    row |= {"attempted": sum(r["attempted"] for r in rows)}
    live = bool(rows) and "live" in rows[0]
    scored = [r for r in rows if r["score"] is not None]
    means = ("success", "agent", "random", "expert", "score")
    for name in (*means, *(("live", "live_success", "live_score", "missed_share") if live else ())):
        row[name] = float(np.mean([r[name] for r in scored])) if scored else None
    row["human_tasks"] = sum(r["human_tasks"] for r in rows)
    for name in ("human", "human_success", "human_score"):
        some = [r[name] for r in rows if r[name] is not None]
        row[name] = float(np.mean(some)) if some else None
    row["human_low"] = row["human_high"] = None
    for name, low, high in list(SCORES.values())[: 2 if live else 1]:
        row[low] = row[high] = None
        if draws:
            edges = np.quantile(
                np.mean([each[name] for each in draws], 0), [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2]
            )
            row[low], row[high] = map(float, edges)
    return row
