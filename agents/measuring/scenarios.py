"""The measurement of an agent in scenarios: its return for each focal seat, beside those of a random player and of the
expert in the same seats of the same episodes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ... import worlds
from ...worlds.engine.run.batch import Batch
from ...worlds.engine.world import World
from ..contracts import Policy
from ..episodes import REPEAT, Episodes, episodes_of, interval, mean_interval, rows_for
from ..policies import NAMES, player
from ..scenarios import GROUPS, Cast, Scenario
from ..scenarios.records import Group
from ..scenarios.styles import co_player

EPISODES = 32
"""Episodes with each population by default."""


def measure(
    scenario: Scenario,
    agent: str | Path | Policy,
    *,
    episodes: int = EPISODES,
    split: str = "test",
    seed: int = 0,
    threads: int | None = None,
    greedy: bool | None = None,
    folder: Path | None = None,
) -> list[dict[str, Any]]:
    """Play a scenario with its background population, and with its held-out co-players if it has any.

    agent: "random", "expert", the name of a shipped agent, the path of a run or checkpoint, or a Policy, which has the
    focal seats; so have random and expert in turn, with the same seeds, co-players and lengths of steps. folder: that
    paths of co-players are seen from. Returns a row for each population: {scenario, world, co_players (its name),
    episodes, focal_return (per capita: the mean over the focal seats), focal_return_low, focal_return_high (95 %, over
    episodes), focal_success (the share of focal seats that succeed), focal_success_low, focal_success_high (Wilson's,
    of as many episodes), others_return (the mean of the others), random, expert (their focal returns; None where the
    expert cannot have these seats), score (0 for random, 1 for the expert; None unless the intervals of these two are
    apart), by (of each co-player: {episodes in which it has a seat, focal_return in these})}. Raises ValueError as
    `player` does.
    """
    if episodes < 1:
        raise ValueError(f"episodes must be a whole number of at least 1, got {episodes}")
    world = worlds.named(scenario.world)
    policy, repeat = _focal(agent, world, seed, greedy)
    how: dict[str, Any] = {"episodes": episodes, "split": split, "seed": seed, "threads": threads, "folder": folder}
    rows = []
    for group in GROUPS:
        if not scenario.players(group):
            continue
        row = _sums(scenario, group, *_played(scenario, group, policy, repeat=repeat, **how))
        beside = {}
        for name in NAMES:
            other = None
            if name == policy.name:
                other = row
            elif name == "random" or scenario.has_expert:
                played = _played(scenario, group, _focal(name, world, seed, greedy)[0], repeat=repeat, **how)
                other = _sums(scenario, group, *played)
            beside[name] = other
        means = {name: other and other["focal_return"] for name, other in beside.items()}
        rows.append(row | means | {"score": _score(row["focal_return"], beside["random"], beside["expert"])})
    return rows


def _focal(agent: str | Path | Policy, world: World, seed: int, greedy: bool | None) -> tuple[Policy, int]:
    """The policy, and the ticks of its steps."""
    usual = 1 if world.controls.turn_based else REPEAT
    if isinstance(agent, Policy):
        return agent, usual
    policy, trained = player(agent, world, seed=seed, greedy=greedy)
    return policy, trained.get("repeat", usual)


def _played(
    scenario: Scenario, group: Group, policy: Policy, *, episodes: int, split: str, seed: int, threads: int | None,
    folder: Path | None, repeat: int,
) -> tuple[Episodes, np.ndarray]:  # fmt: skip
    """The episodes, and the cast of each, int64 (episodes, players)."""
    world = worlds.named(scenario.world)
    members = [
        co_player(each, world, repeat=repeat, seed=seed + 1 + index, folder=folder)
        for index, each in enumerate(scenario.players(group))
    ]
    playing = Cast(policy, members, scenario.focal, turns=scenario.turns, seed=seed)
    batch = Batch(
        world, rows_for(playing, episodes), seed=seed, threads=threads, knobs=scenario.knobs, limit=scenario.limit,
        split=split, repeat=repeat,
    )  # fmt: skip
    played = episodes_of(playing, batch, episodes)
    return played, playing.cast[np.arange(episodes) % batch.n]


def _focal_part(values: np.ndarray, cast: np.ndarray) -> np.ndarray:
    """The mean over the focal seats of each episode, (episodes,), of values (episodes, players)."""
    focal = cast < 0
    return (values * focal).sum(1) / focal.sum(1)


def _sums(scenario: Scenario, group: Group, played: Episodes, cast: np.ndarray) -> dict[str, Any]:
    """The row of a population, without the players beside."""
    returns, won = (_focal_part(values, cast) for values in (played.player_returns, played.won))
    others = (played.player_returns * (cast >= 0)).sum(1) / (cast >= 0).sum(1)
    row: dict[str, Any] = {"scenario": scenario.name, "world": scenario.world, "co_players": group}
    row |= {"episodes": len(returns)}
    bounds = {"focal_return": mean_interval(returns), "focal_success": interval(round(won.sum()), len(won))}
    for (name, (low, high)), values in zip(bounds.items(), (returns, won), strict=True):
        row |= {name: float(values.mean()), f"{name}_low": low, f"{name}_high": high}
    row["others_return"] = float(others.mean())
    by = {}
    for index, each in enumerate(scenario.players(group)):
        seats = (cast == index).sum(1)
        if seats.any():
            by[each.name] = {"episodes": int((seats > 0).sum()), "focal_return": float(returns[seats > 0].mean())}
    return row | {"by": by}


def _score(value: float, random: dict[str, Any] | None, expert: dict[str, Any] | None) -> float | None:
    """The place of a value on the scale from random to expert; None where their intervals meet, so that there is no
    such scale."""
    if random is None or expert is None or expert["focal_return_low"] <= random["focal_return_high"]:
        return None
    low, high = random["focal_return"], expert["focal_return"]
    return float((value - low) / (high - low))


def table(rows: Sequence[dict[str, Any]]) -> str:
    """Rows of `measure`, of any agents, as Markdown."""
    lines = ["| scenario | co-players | agent | focal return | success, % | random | expert | score |"]
    lines.append("|" + "---|" * 8)
    for row in rows:
        cells = (f"`{row['scenario']}`", row["co_players"], f"`{row['agent']}`", *numbers(row))
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def numbers(row: dict[str, Any]) -> tuple[str, ...]:
    """Return and success with intervals, the returns of random and expert, and the score, as texts."""
    low, high = row["focal_return_low"], row["focal_return_high"]
    own = f"{row['focal_return']:.2f} ({low:.2f} to {high:.2f})"
    low, high = 100 * row["focal_success_low"], 100 * row["focal_success_high"]
    won = f"{100 * row['focal_success']:.0f} ({low:.0f} to {high:.0f})"
    return own, won, *("-" if row[name] is None else f"{row[name]:.2f}" for name in ("random", "expert", "score"))
