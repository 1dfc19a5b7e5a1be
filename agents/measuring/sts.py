"""The Standardised Test Suite: players are shown the beginning of stored episodes, take over, and are ranked by what
they make of it.

In each context the players' memory sees the recorded steps, at the rate at which it was trained; then the task's words
appear, and the player acts. The goal's program judges the continuation, which can be stored, and marked by people.
After Abramson et al. 2022, Evaluating Multimodal Interactive Agents, which has people mark all continuations.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ...episodes.contexts import Context, grouped, load, world_of
from ...episodes.episode import Episode, Player
from ...episodes.marks import standing
from ...episodes.recorder import Recorder
from ...episodes.redraw import Worlds
from ...episodes.store import Store
from ...interface.progress import Work, work
from ...tasks.compile import table
from ...worlds.engine.run.batch import Batch
from ...worlds.engine.run.replay import checksums
from ...worlds.engine.run.table import pack_tasks
from ..contracts import Policy
from ..episodes import CONFIDENCE, host, interval
from ..experts import Expert
from ..policies import NAMES, player

CONTEXTS = Path(__file__).parents[2] / "assets" / "sts" / "contexts.jsonl"
"""The contexts of Rumpus."""
ROWS = 64
"""Contexts that are played side by side."""
RESAMPLES = 2000
"""Resamples of the bootstrap over contexts."""


def sts(
    agents: Sequence[str | Path],
    path: str | Path = CONTEXTS,
    *,
    times: int = 1,
    seed: int = 0,
    greedy: bool | None = None,
    device: str = "cpu",
    threads: int | None = None,
    record: str | Path | None = None,
    own: Worlds = None,
) -> dict[str, Any]:
    """Play every context of a file by each agent, `times` times, and rank the agents.

    agents: "random", "expert" (which does what the episode did, where the task says that this solves it), or the paths
    of checkpoints or runs; record: a store to which the continuations are added, for marks; own: worlds of your own by
    name. Returns {contexts, common, departed, agents}: the number of contexts, of those that all agents can play, of
    those whose replay differs on this machine (of worlds of physics, where the stored state is taken), and the rows of
    `ranked`. Raises ValueError for no agents, for a file that is no test, and for a replay that departs from its
    recording.
    """
    if not agents or times < 1:
        raise ValueError(f"name at least one agent, and play each context at least once; got {len(agents)}, {times}")
    contexts = load(path, own)
    names = _names(agents)
    success = np.full((len(agents), len(contexts)), np.nan)
    departed: set[int] = set()
    store = None if record is None else Store(record, create=True)
    options: dict[str, Any] = {"greedy": greedy, "device": device, "threads": threads, "store": store, "own": own}
    with work(f"{len(contexts):,} contexts for {len(agents)} agents", times * len(agents) * len(contexts)) as job:
        for row, agent in enumerate(agents):
            success[row], some = successes(
                agent, contexts, times, seed=seed, extra={"sts": digest(path)}, job=job, **options
            )
            departed |= some
    return _result(contexts, names, success, seed) | {"departed": len(departed)}


def successes(
    agent: str | Path,
    contexts: Sequence[Context],
    times: int = 1,
    *,
    seed: int = 0,
    greedy: bool | None = None,
    device: str = "cpu",
    threads: int | None = None,
    store: Store | None = None,
    extra: Mapping[str, str] | None = None,
    own: Worlds = None,
    job: Work | None = None,
) -> tuple[np.ndarray, set[int]]:
    """The part of its plays of each context in which an agent succeeds, float64 (contexts,), NaN where it cannot play;
    and the contexts whose replay came out otherwise than recorded. See `sts`."""
    success, departed = np.full(len(contexts), np.nan), set[int]()
    by = Player(str(agent)) if agent in NAMES else Player("policy", str(agent))
    for some in grouped(contexts, ROWS):
        chosen = [contexts[index] for index in some]
        made = _player(agent, chosen, seed, greedy, own)
        won = np.zeros(len(some))
        for time in range(times if made else 0):
            stage = _Stage(chosen, device, threads, seed + time, own)
            assert made is not None
            won += stage.play(*made, store, by, extra or {})
            departed |= {some[index] for index in stage.departed}
            if job is not None:
                job.advance(len(some))
        if made is not None:
            success[some] = won / times
        elif job is not None:
            job.advance(times * len(some))
    return success, departed


def marked(store: str | Path, path: str | Path = CONTEXTS, *, seed: int = 0, own: Worlds = None) -> dict[str, Any]:
    """Rank the agents whose continuations of these contexts are in a store by the marks that people gave them there.

    Of each person the last mark of success or failure counts; a continuation's success is the mean over the people. One
    without such a mark is not counted. Returns the same as `sts`. Raises ValueError if there are no marks.
    """
    contexts, place = load(path, own), Store(store)
    numbers = {context.task.id: index for index, context in enumerate(contexts)}
    given: dict[str, dict[Player, bool]] = {}
    for mark in standing(place.marks()):
        if mark.by.kind == "person" and mark.label in ("success", "failure"):
            given.setdefault(mark.episode, {})[mark.by] = mark.label == "success"
    found: dict[str, dict[int, list[float]]] = {}
    wanted = digest(path)
    for head in place.index(lambda head: head.extra.get("sts") == wanted and head.id in given):
        if head.task in numbers:
            marks = list(given[head.id].values())
            name = head.played_by[0].name or head.played_by[0].kind
            found.setdefault(name, {}).setdefault(numbers[head.task], []).append(sum(marks) / len(marks))
    if not found:
        raise ValueError(
            f"{store} holds no marks of success or failure by people on continuations of {path}: record some "
            "(rumpus sts AGENT --out STORE), and mark them (rumpus mark STORE --blind)"
        )
    names = sorted(found)
    success = np.full((len(names), len(contexts)), np.nan)
    for row, name in enumerate(names):
        for index, values in found[name].items():
            success[row, index] = float(np.mean(values))
    return _result(contexts, names, success, seed) | {"departed": 0}


def digest(path: str | Path) -> str:
    """A digest of a file of contexts, 16 hex digits, by which its continuations are known."""
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:16]


def ranked(names: Sequence[str], success: np.ndarray, worlds: Sequence[str], seed: int = 0) -> list[dict[str, Any]]:
    """The agents, the best first. success: (agents, contexts), from 0 to 1, NaN where one did not play; worlds: the
    world of each context.

    Ranks count the contexts that all have played. Returns rows {agent, rank, rank_low, rank_high, contexts, success,
    low, high, ahead, ahead_low, ahead_high, worlds}: success on all contexts that it played, with its 95 % interval
    (Wilson's); the rank, and the range that holds it in 95 % of a bootstrap's resamples of the contexts; by how much it
    is ahead of the next, with the interval of the same bootstrap (None for the last, and without common contexts); and
    the success by world.
    """
    common = ~np.isnan(success).any(0)
    shared = success[:, common]
    every = np.array(worlds)
    means = shared.mean(1) if common.any() else np.nan_to_num(np.nanmean(success, 1))
    order = np.argsort(-means, kind="stable")
    drawn = None
    if common.any():
        rng = np.random.default_rng(seed)
        drawn = shared[:, rng.integers(shared.shape[1], size=(RESAMPLES, shared.shape[1]))].mean(2)
        places = 1 + (drawn[None] > drawn[:, None]).sum(1)  # (agents, resamples)
    edges = (1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2
    rows: list[dict[str, Any]] = []
    for place, at in enumerate(order.tolist()):
        played = success[at][~np.isnan(success[at])]
        low, high = interval(round(float(played.sum())), len(played)) if len(played) else (None, None)
        row: dict[str, Any] = {"agent": names[at], "rank": 1 + int((means > means[at]).sum())}
        row |= {"rank_low": None, "rank_high": None, "contexts": len(played)}
        row |= {"success": float(played.mean()) if len(played) else None, "low": low, "high": high}
        row |= dict.fromkeys(("ahead", "ahead_low", "ahead_high"))
        if drawn is not None:
            row["rank_low"], row["rank_high"] = map(round, np.quantile(places[at], edges).tolist())
        if drawn is not None and place + 1 < len(order):
            after = int(order[place + 1])
            row["ahead"] = float(means[at] - means[after])
            row["ahead_low"], row["ahead_high"] = np.quantile(drawn[at] - drawn[after], edges).tolist()
        by_world = {name: success[at][every == name] for name in dict.fromkeys(worlds)}
        row["worlds"] = {
            name: None if np.isnan(part).all() else float(np.nanmean(part)) for name, part in by_world.items()
        }
        rows.append(row)
    return rows


def _result(contexts: Sequence[Context], names: Sequence[str], success: np.ndarray, seed: int) -> dict[str, Any]:
    places = [context.task.world for context in contexts]
    return {
        "contexts": len(contexts),
        "common": int((~np.isnan(success)).all(0).sum()),
        "agents": ranked(names, success, places, seed),
    }


def _names(agents: Sequence[str | Path]) -> list[str]:
    """The names of agents; raises ValueError for one that is named twice."""
    names = list(map(str, agents))
    if twice := [name for name in names if names.count(name) > 1]:
        raise ValueError(f"{twice[0]} is named twice")
    return names


def _player(
    agent: str | Path, contexts: Sequence[Context], seed: int, greedy: bool | None, own: Worlds
) -> tuple[Policy, int] | None:
    """The player of contexts of one kind, and the ticks of its steps; None if it cannot play their world."""
    world = world_of(contexts[0].task.world, own)
    if agent == "expert":
        none = [None] * len(contexts)  # for the rows of the contexts themselves
        return Expert(world, seed, [*none, *(context.solution for context in contexts)]), 1
    policy, trained = player(agent, world, seed=seed, greedy=greedy)
    plays = getattr(policy, "plays", None)
    return None if plays is not None and not plays(world) else (policy, int(trained.get("repeat", 1)))


class _Stage:
    """A batch that shows contexts of one kind, and then is played. Its table has a row for the start of each context's
    episode, and then one for each task. `departed`: the contexts whose replay came out otherwise than recorded."""

    def __init__(self, contexts: Sequence[Context], device: str, threads: int | None, seed: int, own: Worlds):
        self.contexts, self.departed = contexts, set[int]()
        world = world_of(contexts[0].task.world, own)
        tasks = table([context.task for context in contexts], world)
        starts, levels = zip(*(context.episode.start.row(world) for context in contexts), strict=True)
        records = np.concatenate([*starts, tasks.unpacked()])
        n, kind, start = len(contexts), contexts[0].kind, contexts[0].episode.start
        given: np.ndarray | None = None
        if world.levels is not None and kind.drawn:
            bank = world.level_bank(start.split, dict(start.knobs))
            given = world.no_levels if bank is None else bank
        elif world.levels is not None and levels[0] is not None:
            given = np.concatenate([level for level in levels if level is not None])
            records["level"][:n] = np.arange(n)
        records["level"][n:] = -1 if given is None or world.levels is None else 0  # moments bring their own
        records["rows"], records["cols"] = records["rows"].max(), records["cols"].max()
        moments = {n + row: moment for row, moment in tasks.moments.items()}
        pictures = {(n + row, seat): shown for (row, seat), shown in tasks.pictures.items()}
        both = replace(pack_tasks(records, given, moments), pictures=pictures)
        self.batch = Batch(world, n, tasks=both, split=start.split, seed=seed, device=device, threads=threads)

    def play(
        self, policy: Policy, repeat: int, store: Store | None, by: Player, extra: Mapping[str, str]
    ) -> np.ndarray:
        """Let a policy see the contexts, take over, and play to the end; float64 (n,), 1 where a player succeeded."""
        batch, n = self.batch, len(self.contexts)
        policy.start(batch)
        watched = getattr(policy, "watched", None)
        is_first = np.ones(n, bool) if watched is None else self._show(policy, watched, repeat)
        recorder = None
        if store is not None:
            tasks: Any = [*[None] * n, *(context.task for context in self.contexts)]
            options: dict[str, Any] = {"source": "rumpus sts", "keep": _continues}
            recorder = Recorder(batch, store, played_by=by, tasks=tasks, extra=extra, **options)
        batch.repeat = repeat
        batch.reset(tasks=n + np.arange(n))
        won = np.zeros(n, bool)
        while not host(batch.over).all():
            policy.act(batch, is_first)
            batch.step()
            won |= (host(batch.outcomes["success"]) != 0).any(1)
            is_first = np.zeros(n, bool)
        if recorder is not None:
            recorder.close()
        return won.astype(np.float64)

    def _show(self, policy: Policy, watched: Any, repeat: int) -> np.ndarray:
        """Replay the contexts, so that all come to their ends at the same time. The policy looks whenever it would act,
        and is watched what was done instead of what it would do. Returns the rows of which it has seen nothing, bools
        (n,)."""
        batch, n = self.batch, len(self.contexts)
        episodes = [context.episode for context in self.contexts]
        steps = [context.step for context in self.contexts]
        actions = [each.actions[:step].repeat(each.start.repeat, 0) for each, step in zip(episodes, steps, strict=True)]
        lengths = np.array(list(map(len, actions)))
        longest, seeds = int(lengths.max()), [episode.start.seed for episode in episodes]
        batch.repeat = 1
        batch.reset(seed=seeds, tasks=np.arange(n))
        is_first = np.ones(n, bool)
        for left in range(longest, 0, -1):
            begins = lengths == left
            if begins.any() and left < longest:
                batch.reset(begins, seed=seeds, tasks=np.arange(n))
                is_first |= begins
            looks = left % repeat == 0 or left == longest
            if looks:
                policy.act(batch, is_first)
                is_first = np.zeros(n, bool)
            now = np.zeros((n, batch.players), batch.actions.dtype)
            for row in np.flatnonzero(lengths >= left):
                now[row] = actions[row][lengths[row] - left]
            _write(batch, now)
            if looks:
                watched(batch)
            batch.step()
        played = np.flatnonzero(lengths > 0)
        wanted = np.array([each.checksums[step] for each, step in zip(episodes, steps, strict=True)])
        differing = played[checksums(batch, played) != wanted[played]].tolist()
        if differing and batch.world.rules.simulator is None:
            episode = episodes[differing[0]]
            raise ValueError(
                f"episode {episode.id} of {batch.world.name} departs from its recording: see `rumpus episodes verify`"
            )
        self.departed = set(differing)
        return is_first | (lengths == 0)


def _write(batch: Batch, actions: np.ndarray) -> None:
    """Write ACTION records into the actions of a batch on any device."""
    if isinstance(batch.actions, np.ndarray):
        batch.actions[...] = actions
    else:
        batch.actions[slice(0, batch.n)] = batch._device.put(actions)


def _continues(episode: Episode) -> bool:
    """Whether an episode is a continuation, and not a context."""
    return bool(((episode.start.task or {}).get("start") or {}).get("moment"))
