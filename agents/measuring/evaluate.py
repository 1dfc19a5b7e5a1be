"""The measurement of a player: success over a fixed number of episodes, or on every task of a file, with an
interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.stats import rankdata

from ... import worlds
from ...episodes.moments import load
from ...interface.realtime import Clock
from ...tasks.compile import table
from ...tasks.goals import Task
from ...tasks.recorded import records
from ...worlds.engine.run.batch import Batch
from ...worlds.engine.run.table import Table, level_table
from ...worlds.engine.world import World
from ..contracts import Policy
from ..episodes import Episodes, episodes_of, host, interval, mean_interval, play_tasks, rows_for
from ..policies import player, start
from .against import Against
from .realtime import play_again, summed

if TYPE_CHECKING:
    from ..search.settings import SearchSettings

EPISODES = 256
"""Episodes by default, without a file of levels."""
THIRDS = ("easy", "middle", "hard")


def evaluate(
    world: str | Path | World,
    agent: str | Path | Policy,
    *,
    episodes: int | None = None,
    split: str = "test",
    seed: int = 0,
    knobs: Mapping[str, int] | None = None,
    limit: int | None = None,
    levels: str | Path | np.ndarray | None = None,
    tasks: str | Path | Sequence[Task] | None = None,
    times: int = 1,
    device: str = "cpu",
    threads: int | None = None,
    greedy: bool | None = None,
    think: int = 0,
    guidance: float = 1.0,
    search: SearchSettings | None = None,
    realtime: bool | Clock | Sequence[float] = False,
    arrivals: str | Path | None = None,
    against: str | Path | Policy | None = None,
) -> dict[str, Any]:
    """Play `episodes` episodes, or every task `times` times, and sum them up.

    With levels of a file, episode e is of level e % (number of levels), in the order of the file: by default each is
    played once, and fewer episodes are of the first levels. Without, every episode (EPISODES by default) draws a level
    of the split at random, so that some may be drawn twice.

    agent: "random", "expert", the name of a shipped agent, the path of a checkpoint or of a run's folder, or a Policy.
    knobs and limit: those that the agent was trained on unless given. greedy, think, guidance: see `trained`. search:
    the agent guides a search, see SearchPolicy, whose budget it holds. against: in worlds of several players, the
    player of all seats but one, which is the agent's, whose results are given alone (see Against). tasks: a file of
    tasks or a list of them, in place of episodes, split, knobs, limit and levels. Returns {world, agent, against (where
    it is given), episodes, success, success_low, success_high, return_mean, return_low, return_high, length_mean},
    without tasks {sampled: whether levels were drawn at random}, and in worlds that have a file or a bank of levels
    {levels: their number, levels_played: the number of different ones that were played}, with several players
    success_1, return_1, success_2, … of each, with tasks {lines_refused (of the file, as no tasks of this world),
    skills, difficulty} (see `by_group`), and the report of the player itself (experts: planning time in seconds). An
    episode succeeds if any of its players does; its return is the mean over its players. The same seed gives the same
    result on the CPU.

    realtime: play the same episodes again in a world that does not wait (interface/realtime.py), one at a time; by the
    machine's clock, by one of yours, or by the seconds of each decision. Then {realtime: the same sums, of ticks, and
    the report of RealTime} is there too. arrivals: a folder for these episodes, see `play_again`. Raises ValueError for
    unknown names.
    """
    if arrivals is not None and realtime is False:
        raise ValueError("arrivals are of episodes in real time: ask for these too, or leave arrivals out")
    world = worlds.load(world)
    for name, value in {"episodes": episodes, "times": times}.items():
        if value is not None and (int(value) != value or value < 1):
            raise ValueError(f"{name} must be a whole number of at least 1, got {value}")
    options: dict[str, Any] = {"seed": seed, "device": device, "threads": threads}
    how: dict[str, Any] = {"seed": seed, "greedy": greedy, "think": think, "guidance": guidance, "search": search}
    if against is not None and (tasks is not None or levels is not None or device != "cpu" or realtime is not False):
        raise ValueError(
            "against is for the world's own levels, on the CPU, in a world that waits: leave tasks, levels, device and "
            "realtime out"
        )
    if tasks is not None:
        if knobs or limit is not None or levels is not None:
            raise ValueError("tasks bring their own knobs, limits and levels: give tasks, or these, not both")
        listed, refused = load(tasks, world) if isinstance(tasks, str | Path) else (list(tasks), [])
        policy, trained = _player(agent, world, listed, **how)
        repeat = trained.get("repeat", 1)
        chosen: dict[str, Any] = {"tasks": table(listed, world)}
        played = play_tasks(policy, world, listed, times, **options, repeat=repeat)
        extra = {"lines_refused": len(refused)} | by_group(listed, played.wins)
    else:
        listed = None
        policy, trained = _player(agent, world, None, **how)
        chosen = start(trained, knobs, limit) | {"split": split}
        repeat = trained.get("repeat", 1)
        if against is not None:
            policy = Against(policy, _player(against, world, None, seed=seed)[0])
        if levels is None:
            played, extra = play_split(policy, world, episodes or EPISODES, **chosen, **options, repeat=repeat)
        else:
            chosen = {"tasks": level_table(world, levels, **chosen)}
            played, extra = play_levels(policy, world, chosen["tasks"], episodes, **options, repeat=repeat)
    named = {"world": world.name, "agent": policy.name}
    if isinstance(policy, Against):
        named["against"] = policy.other.name
    result = named | _summed(played) | extra | policy.report()
    if realtime is not False:
        timed: dict[str, Any] = {"clock": realtime} if callable(realtime) else {"latencies": realtime}
        timed = {} if realtime is True else timed
        again = Batch(world, 1, **chosen, **options)
        live = play_again(policy, again, played, repeat=repeat, arrivals=arrivals, tasks=listed, **timed)
        result["realtime"] = summed(live, _summed)
    return result


def play_split(policy: Policy, world: World, episodes: int, **options: Any) -> tuple[Episodes, dict[str, Any]]:
    """Play levels of a split that are drawn at random. Returns the results, and {sampled}, with {levels, levels_played}
    in a world that has a bank. options: of the Batch."""
    batch = Batch(world, rows_for(policy, episodes), **options)
    if isinstance(policy, Against):
        return Against.own(episodes_of(policy, batch, episodes), batch.n), {"sampled": True}
    if world.levels is None or world.levels.bank is None:
        return episodes_of(policy, batch, episodes), {"sampled": True}
    drawn: set[bytes] = set()
    names = [name for name in batch.levels.dtype.names or () if name in (world.rules.state.names or ())]

    def on_begin(rows: np.ndarray) -> None:
        drawn.update(_contents([host(batch.states[name])[rows] for name in names]))

    played = episodes_of(policy, batch, episodes, on_begin=on_begin)
    return played, {"sampled": True, "levels": len(batch.levels), "levels_played": len(drawn)}


def play_levels(
    policy: Policy, world: World, levels: Table, episodes: int | None, **options: Any
) -> tuple[Episodes, dict[str, Any]]:
    """Play the levels of a table in their order, again and again up to this number of episodes, by default each once.
    Returns the results, and {sampled, levels, levels_played}. options: of the Batch."""
    plan = np.arange(episodes or len(levels)) % len(levels)
    batch = Batch(world, rows_for(policy, len(plan)), tasks=levels, **options)
    played = episodes_of(policy, batch, len(plan), plan)
    chosen: np.ndarray = batch.levels[np.unique(plan)]
    different = _contents([chosen[name] for name in chosen.dtype.names or ()])
    return played, {"sampled": False, "levels": len(levels), "levels_played": len(different)}


def _contents(fields: Sequence[np.ndarray]) -> set[bytes]:
    """The contents of levels, given field by field, (levels, …) each: equal for equal levels."""
    return {b"".join(value.tobytes() for value in level) for level in zip(*fields, strict=True)}


def solutions(tasks: Sequence[Task]) -> list[np.ndarray | None]:
    """The solution of each task: moves (steps, players), -1 for an action that holds nothing, or ACTION records (steps,
    players); None where none is known."""
    return [_solution(task) for task in tasks]


def _solution(task: Task) -> np.ndarray | None:
    if task.solution is None or not task.solution.actions:
        return np.array(task.solution.moves, np.int64) if task.solution else None
    return records(task.solution, len(task.players))


def by_group(tasks: Sequence[Task], wins: np.ndarray) -> dict[str, dict[str, dict[str, float]]]:
    """Success by skill, and by thirds of the tasks by `steps` (easy, middle, hard; tasks without steps are left out).

    wins: (times * tasks,), all tasks in order, `times` times. Returns {"skills": {name: sums}, "difficulty": {name:
    sums}}, where sums are {episodes, success, success_low, success_high}; empty groups are left out.
    """
    wins = wins.reshape(-1, len(tasks))
    skills = np.array([task.skill for task in tasks])
    steps = np.array([np.nan if task.steps is None else task.steps for task in tasks])
    known = ~np.isnan(steps)
    third = np.full(len(tasks), -1)
    if known.any():
        third[known] = (rankdata(steps[known], method="average") - 0.5) * len(THIRDS) // known.sum()
    groups = {
        "skills": {str(name) or "none": skills == name for name in np.unique(skills)},
        "difficulty": {name: third == number for number, name in enumerate(THIRDS)},
    }
    return {
        kind: {name: _rate(wins[:, which].ravel()) for name, which in named.items() if which.any()}
        for kind, named in groups.items()
    }


def _player(
    agent: str | Path | Policy, world: World, tasks: Sequence[Task] | None, **how: Any
) -> tuple[Policy, dict[str, Any]]:
    if isinstance(agent, Policy):
        return agent, {}
    return player(agent, world, solutions=None if tasks is None else solutions(tasks), **how)


def _rate(wins: np.ndarray) -> dict[str, float]:
    low, high = interval(int(wins.sum()), len(wins))
    return {"episodes": len(wins), "success": float(wins.mean()), "success_low": low, "success_high": high}


def _summed(played: Episodes) -> dict[str, float]:
    sums = _rate(played.wins)
    low, high = mean_interval(played.returns)
    sums |= {"return_mean": float(played.returns.mean()), "return_low": low, "return_high": high}
    sums |= {"length_mean": float(played.lengths.mean())}
    if played.won.shape[1] > 1:
        for index, (won, player_return) in enumerate(zip(played.won.T, played.player_returns.T, strict=True), 1):
            sums |= {f"success_{index}": float(won.mean()), f"return_{index}": float(player_return.mean())}
    return sums
