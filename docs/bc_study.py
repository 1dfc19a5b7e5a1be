"""Is imitation of stored episodes quicker than learning by playing? A study that anyone can extend.

    .venv/bin/python docs/bc_study.py --out runs/bc     # a quarter of an hour on an idle core

In each world the expert records 2,000 episodes of the training split. From these `bc` learns, and `ppo` by playing,
for about as much time of one CPU core: the steps below take about a minute each on a cloud machine, and `--scale`
multiplies them all. PPO has the settings of `rumpus train ppo`; with the larger network of `bc` it makes fewer steps in
that time. Then both play 1,024 levels of the test split, drawn by chance: the table has the share that they solve, the
mean over seeds with its 95 % interval, beside the seconds of the CPU in which they learned. A run that is there is not
made again; one that was broken off begins anew, so that its time is known.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

from study import interval

from rumpus.agents.measuring.evaluate import evaluate
from rumpus.agents.recording import record
from rumpus.agents.training.run import train

WORLDS = ("sokoban-small", "box-world-small")
EPISODES = 2_000
ARMS: dict[str, dict[str, Any]] = {
    "ppo": {"steps": 400_000},
    "bc": {"steps": 600_000, "channels": 32, "blocks": 4, "hidden": 256},
}
"""The settings of each algorithm that are not its defaults; steps take about as long."""
RANDOM = "random"


def store_of(world: str, out: Path) -> Path:
    """The store of the expert's episodes, which are recorded once."""
    path = out / f"expert-{world}"
    done = path.with_suffix(".json")
    if not done.exists():
        told = record(world, "expert", path, episodes=EPISODES, split="train", threads=1)
        done.write_text(json.dumps(told))
    return path


def run(world: str, arm: str, seed: int, out: Path, scale: float) -> dict[str, float]:
    """Train one run, and let it play. Returns {success, cpu_seconds}."""
    folder = out / f"{arm}-{world}-{seed}"
    result = folder / "study.json"
    if result.exists():
        return dict(json.loads(result.read_text()))
    settings = ARMS[arm] | {"steps": round(ARMS[arm]["steps"] * scale), "seed": seed, "threads": 1}
    settings |= {"store": str(store_of(world, out))} if arm == "bc" else {}
    began = time.process_time()
    train(arm, world, folder=folder, overwrite=True, bar=False, tensorboard=False, **settings)
    used = time.process_time() - began
    success = evaluate(world, folder, episodes=1024, split="test", threads=1)["success"]
    found = {"success": success, "cpu_seconds": used}
    result.write_text(json.dumps(found))
    return found


def main() -> None:
    """See the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("runs/bc"))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--scale", type=float, default=1.0, help="times the steps above")
    given = parser.parse_args()
    found: dict[tuple[str, str], list[dict[str, float]]] = {(world, arm): [] for world in WORLDS for arm in ARMS}
    for seed in range(given.seeds):
        for world, arm in found:
            found[world, arm].append(run(world, arm, seed, given.out, given.scale))
            last = found[world, arm][-1]
            print(f"seed {seed}, {arm} in {world}: {last['success']:.1%}, {last['cpu_seconds']:.0f} s", flush=True)
    print(f"\n| {given.seeds} seeds | random | {' | '.join(f'`{arm}` | CPU seconds' for arm in ARMS)} |")
    print("|" + "---|" * (2 + 2 * len(ARMS)))
    for world in WORLDS:
        chance = evaluate(world, RANDOM, episodes=1024, split="test", threads=1)["success"]
        cells = [f"{100 * chance:.1f}"]
        for arm in ARMS:
            rows = found[world, arm]
            cells += [
                interval(100 * row["success"] for row in rows),
                interval((row["cpu_seconds"] for row in rows), 0),
            ]
        print(f"| `{world}` | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
