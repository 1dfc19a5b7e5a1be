"""Does an agent that learns beside more partners do better with strangers? Populations of several sizes.

In `tag` an agent learns by itself, with both seats, or beside a population of co-players: each environment has one of
its own, so that the agent meets all of them in every update. The partners are the expert, and experts that err, rest or
react late; the strangers, whom no agent has met, do so more, or walk. Each agent learns from as many of its own steps.

The question is that of communities of autoencoders (Tieleman et al. 2019, "Shaping representations through
communication: community size effect in artificial learning systems", arXiv 1912.06208), asked of players: with more
partners, there is less of each to adapt to.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...interface.files import write_atomically
from ..measuring.scenarios import measure
from ..scenarios import find
from ..settings import Config
from .frame import Job, Row, Study, sizes, trained

WORLD = "tag"
FILE = "community.toml"
PARTNERS = (
    "",
    "noise = 0.3",
    "delay = 2",
    "rest = 0.2",
    "noise = 0.15",
    "delay = 1",
    "rest = 0.1, noise = 0.1",
    "noise = 0.1, delay = 1",
)
"""The knobs of the partners, of whom a population of n has the first n."""
STRANGERS = ("delay = 4", "rest = 0.4, stretch = 12", 'without = ["left shift"]', "noise = 0.5")
SIZES = (1, 4, 8)
"""Partners of a population."""


def prepare(folder: Path, settings: Mapping[str, Any]) -> None:
    """The file of scenarios, one for each size."""
    limit = f"limit = {settings['limit']}\n" if settings.get("limit") else ""
    parts = [
        f'[[scenario]]\nname = "size-{size}"\nworld = "{WORLD}"\nabout = "{size} partners."\nfocal = [0]\n{limit}'
        f"background = [{_listed('partner', PARTNERS[:size])}]\nheld_out = [{_listed('stranger', STRANGERS)}]\n"
        for size in SIZES
    ]
    write_atomically(folder / FILE, "\n".join(parts).encode())


def _listed(name: str, knobs: tuple[str, ...]) -> str:
    return ", ".join(f'{{ name = "{name}-{number}"{", " if each else ""}{each} }}' for number, each in enumerate(knobs))


def run(job: Job) -> Row:
    """Train one agent, and measure it with all partners and with the strangers."""
    s = dict(job.settings)
    size, episodes = s.pop("size"), s.pop("episodes")
    if size:  # half of the lanes are the partners'
        s |= {"steps": 2 * s["steps"], "partners": f"{job.shared / FILE}:size-{size}"}
    content = trained(Config.of("ppo", WORLD, seed=job.seed, **s), job.folder)
    [scenario] = find(f"{job.shared / FILE}:size-{SIZES[-1]}")
    known, strange = measure(scenario, job.folder, episodes=episodes, seed=job.seed, threads=1)
    row = {"known": known["focal_return"], "strangers": strange["focal_return"], "success": strange["focal_success"]}
    return sizes(content) | row


STUDY = Study(
    name="community",
    asks="Does an agent that learns beside more partners do better with strangers?",
    run=run,
    prepare=prepare,
    arms={"itself": {"size": 0}} | {f"{size} partner{'s' * (size > 1)}": {"size": size} for size in SIZES},
    common={
        **{"envs": 16, "rollout": 32, "epochs": 2, "minibatches": 4, "units": 64, "episodes": 64},
        **{"threads": 1, "tensorboard": False},
    },
    columns={
        "known": "return beside all partners",
        "strangers": "return beside strangers",
        "success": "success beside strangers, %",
    },
    percent=("success",),
    against="itself",
    scales={
        "tiny": {
            "steps": 256,
            "envs": 8,
            "rollout": 8,
            "units": 8,
            "hidden": 8,
            "channels": 4,
            "limit": 24,
            "episodes": 4,
        },
        "cpu": {"steps": 1_000_000},
        "gpu": {"steps": 20_000_000, "envs": 256, "device": "cuda", "world_device": "cpu"},
    },
)
