"""Runs that learn in worlds and are measured on held-out levels: what most studies do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ..measuring.evaluate import evaluate
from ..settings import Config
from .frame import Job, Row, sizes, trained

OWN = ("algorithm", "world", "measures", "episodes", "greedy")
"""Settings of a study that are none of a run: how and where it learns; what is measured, {column: options of evaluate};
on how many episodes."""


def learn(job: Job) -> Row:
    """Train a run with the settings of a job, and measure it. Returns {steps, weights, seconds, and each measure's
    success}."""
    s = job.settings
    values = {name: value for name, value in s.items() if name not in OWN}
    base = {"seed": job.seed, "threads": 1, "tensorboard": False}
    content = trained(Config.of(s["algorithm"], s["world"], **{**base, **values}), job.folder)
    return sizes(content) | measured(job.folder, s)


def measured(agent: Path | str, settings: Mapping[str, Any]) -> Row:
    """The success of a player in each of the measures of a study."""
    found = {}
    for name, options in settings["measures"].items():
        chosen = {"split": "test", "greedy": settings.get("greedy", False)} | dict(options)
        if agent in ("random", "expert"):
            chosen = {key: value for key, value in chosen.items() if key not in ("think", "greedy")}
            chosen = {"knobs": settings.get("knobs"), "limit": settings.get("limit")} | chosen
        result = evaluate(settings["world"], agent, episodes=settings["episodes"], threads=1, **chosen)
        found[name] = result["success"]
    return found


def baseline(agent: str) -> Callable[[Path, Mapping[str, Any]], Row]:
    """The row of a player that does not learn."""

    def row(folder: Path, settings: Mapping[str, Any]) -> Row:
        return measured(agent, settings)

    return row
