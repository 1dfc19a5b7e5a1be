"""Which vector is the nth farthest from another? The task that told the relational memory core from an LSTM.

    .venv/bin/python docs/nth_farthest_study.py --out runs/nth-farthest     # 2 cores x seeds x 10 minutes of one core

Santoro et al. 2018 (arXiv 1806.01822), section 4.1: a sequence of labelled vectors, in an order of its own; the last
step asks for the label of the one that is the nth farthest from the vector of label m. To answer, distances of pairs
must be compared, so memories must be put beside one another. Here the vectors are fewer and shorter than in the paper
(8 of 16 numbers; 91 % for the RMC, less than 30 % for an LSTM). Cores learn for as long as one another, by the clock of
the processor, and have about as many weights.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import torch
from study import in_processes, interval
from torch import nn
from torch.nn import functional as F

from rumpus.agents.networks.cores import CORES
from rumpus.interface.files import write_atomically

VECTORS, NUMBERS, BATCH = 4, 4, 256
ARMS = {"rmc": (96, {"slots": 4, "heads": 2}), "lstm": (64, {})}
"""Units of each core, and its own numbers: 14,000 to 22,000 weights."""
HELD_OUT = 20_000


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


class Reader(nn.Module):
    """A core, and a layer that answers after its last step."""

    def __init__(self, name: str):
        super().__init__()
        units, options = ARMS[name]
        self.core = CORES[name](NUMBERS + 3 * VECTORS, units, **options)
        self.answer = nn.Sequential(nn.Linear(units, units), nn.ReLU(), nn.Linear(units, VECTORS))

    def forward(self, steps: torch.Tensor) -> torch.Tensor:
        """Logits of the labels, (count, VECTORS)."""
        begin = torch.zeros(steps.shape[:2])
        begin[0] = 1
        outputs, _ = self.core(steps, self.core.initial(steps.shape[1]), begin)
        found: torch.Tensor = self.answer(outputs[-1])
        return found


def run(folder: Path, name: str, seed: int, minutes: float) -> dict[str, float]:
    """Train one core, and measure it on questions that it never saw. A result that is there is not made again."""
    kept = folder / f"{name}-{seed}-{minutes:g}.json"
    if kept.exists():
        found: dict[str, float] = json.loads(kept.read_text())
        return found
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    reader = Reader(name)
    optimiser = torch.optim.Adam(reader.parameters(), 1e-3)
    began, batches = time.process_time(), 0
    while time.process_time() - began < 60 * minutes:
        steps, answer = questions(BATCH, generator)
        optimiser.zero_grad()
        F.cross_entropy(reader(steps), answer).backward()
        nn.utils.clip_grad_norm_(reader.parameters(), 1.0)
        optimiser.step()
        batches += 1
    steps, answer = questions(HELD_OUT, torch.Generator().manual_seed(10_000 + seed))
    with torch.no_grad():
        right = float((reader(steps).argmax(1) == answer).float().mean())
    weights = sum(part.numel() for part in reader.parameters())
    found = {"right": 100 * right, "batches": batches, "weights": weights}
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(kept, json.dumps(found).encode())
    return found


def main() -> None:
    """See the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("runs/nth-farthest"))
    parser.add_argument("--workers", type=int, default=2, help="runs at the same time, a core each")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--minutes", type=float, default=10.0, help="of the processor, for each run")
    given = parser.parse_args()
    calls = {(name, seed): (given.out, name, seed, given.minutes) for seed in range(given.seeds) for name in ARMS}
    found = in_processes(run, calls, given.workers)
    print("| core | weights | batches of 256 | right answers, % |")
    print("|---|---|---|---|")
    for name in ARMS:
        rows = [found[name, seed] for seed in range(given.seeds)]
        batches = sum(row["batches"] for row in rows) / len(rows)
        print(f"| `{name}` | {rows[0]['weights']:,} | {batches:,.0f} | {interval([row['right'] for row in rows])} |")
    print(f"| chance | | | {100 / VECTORS:.1f} |")


if __name__ == "__main__":
    main()
