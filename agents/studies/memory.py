"""Which memory compares what it remembers? (Santoro et al. 2018, Relational Recurrent Neural Networks, arXiv
1806.01822; Parisotto et al. 2020, arXiv 1910.06764.)

Nth-farthest, section 4.1 of the first paper: a sequence of labelled vectors, in an order of its own; the last step asks
for the label of the one that is the nth farthest from the vector of label m. To answer, distances of pairs must be
compared, so memories must be put beside one another. Here the vectors are fewer and shorter than in the paper (8 of 16
numbers; 91 % for the RMC, less than 30 % for an LSTM). And a world where a colour must be remembered while something
else is done (`visual-match-short`), learned by PPO. The cores have about as many weights, and see as many questions and
steps.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

from ..networks.cores import CORES
from .frame import Job, Row, Study
from .learned import learn

VECTORS, NUMBERS, BATCH = 4, 4, 256
HELD_OUT = 20_000
QUESTION = "nth-farthest"


def questions(count: int, generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """(float32 (VECTORS, count, NUMBERS + 3 * VECTORS), labels int64 (count,)): in each step a vector from -1 to 1, its
    label, and the question, n and m, each as one of VECTORS."""
    vectors = torch.rand(count, VECTORS, NUMBERS, generator=generator) * 2 - 1
    labels = torch.rand(count, VECTORS, generator=generator).argsort(1)
    nth, of = (torch.randint(VECTORS, (count,), generator=generator) for _ in range(2))
    row = torch.arange(count)
    centre = (labels == of[:, None]).int().argmax(1)
    distances = (vectors - vectors[row, centre][:, None]).norm(dim=2)
    answer = labels[row, distances.argsort(1, descending=True)[row, nth]]
    asked = torch.cat([F.one_hot(nth, VECTORS), F.one_hot(of, VECTORS)], 1).float()
    told = [vectors, F.one_hot(labels, VECTORS).float(), asked[:, None].expand(-1, VECTORS, -1)]
    return torch.cat(told, 2).transpose(0, 1), answer


class CoreReader(nn.Module):
    """A core, and a layer that answers after its last step."""

    def __init__(self, name: str, units: int, options: dict[str, Any]):
        super().__init__()
        self.core = CORES[name](NUMBERS + 3 * VECTORS, units, **options)
        self.answer = nn.Sequential(nn.Linear(units, units), nn.ReLU(), nn.Linear(units, VECTORS))

    def forward(self, steps: torch.Tensor) -> torch.Tensor:
        """Logits of the labels, (count, VECTORS)."""
        begin = torch.zeros(steps.shape[:2], device=steps.device)
        begin[0] = 1
        outputs, _ = self.core(steps, self.core.initial(steps.shape[1]), begin)
        found: torch.Tensor = self.answer(outputs[-1])
        return found


def run(job: Job) -> Row:
    """Train a core on questions or in a world, and measure it on those that it never saw."""
    if job.settings["world"] != QUESTION:
        return learn(replace(job, settings={name: v for name, v in job.settings.items() if name != "batches"}))
    s = job.settings
    torch.set_num_threads(1)
    torch.manual_seed(job.seed)
    generator, device = torch.Generator().manual_seed(job.seed), torch.device(s.get("device", "cpu"))
    options = {name: s[name] for name in ("slots", "heads", "layers", "window") if name in s}
    reader = CoreReader(s["core"], s["units"], options).to(device)
    optimiser = torch.optim.Adam(reader.parameters(), 1e-3)
    for _ in range(s["batches"]):
        steps, answer = (part.to(device) for part in questions(BATCH, generator))
        optimiser.zero_grad()
        F.cross_entropy(reader(steps), answer).backward()
        nn.utils.clip_grad_norm_(reader.parameters(), 1.0)
        optimiser.step()
    steps, answer = (part.to(device) for part in questions(HELD_OUT, torch.Generator().manual_seed(10_000 + job.seed)))
    with torch.no_grad():
        right = float((reader(steps).argmax(1) == answer).float().mean())
    weights = sum(part.numel() for part in reader.parameters())
    return {"right": right, "steps": s["batches"] * BATCH, "weights": weights}


CORES_HERE: dict[str, dict[str, Any]] = {
    "RMC": {"core": "rmc", "units": 96, "slots": 4, "heads": 2},
    "LSTM": {"core": "lstm", "units": 64},
    "GTrXL": {"core": "gtrxl", "units": 32, "layers": 1, "heads": 2, "window": VECTORS},
}
MATCH = {"world": "visual-match-short", "measures": {"right": {}}, "episodes": 512}

STUDY = Study(
    name="memory",
    asks="Which memory compares what it remembers: RMC, LSTM or GTrXL?",
    run=run,
    arms={f"Nth-farthest, {name}": {"world": QUESTION, **core} for name, core in CORES_HERE.items()}
    | {
        f"visual match, {name}": MATCH | core | ({"window": 64} if name == "GTrXL" else {})
        for name, core in CORES_HERE.items()
    },
    common={
        "algorithm": "ppo", "size": (24, 24), "repeat": 6, "rollout": 64, "envs": 32, "learning_rate": 2e-3,
        "gamma": 0.98, "batches": 20_000,
    },
    columns={"right": "right answers, or episodes, %"},
    percent=("right",),
    scales={
        "tiny": {"batches": 10, "steps": 256, "envs": 4, "rollout": 16, "episodes": 4},
        "cpu": {"steps": 1_000_000},
        "gpu": {"batches": 100_000, "steps": 20_000_000, "envs": 512, "device": "cuda"},
    },
    baselines={"Nth-farthest, chance": lambda folder, settings: {"right": 1 / VECTORS}},
)  # fmt: skip
