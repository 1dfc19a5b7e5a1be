"""How much does search on the simulator help, with a guide and without? A study that anyone can extend.

    .venv/bin/python docs/search_study.py --out runs/search     # half an hour on an idle core

In each world the expert records 2,000 episodes of the training split, from which `bc` learns for a minute, its critic
too. Then each method of search plays the same levels of the test split, guided by nothing and by this agent, with more
and more simulations a move (of `levin` expansions an episode). The table has the share of levels that are solved, with
its 95 % interval, beside the seconds of one core that an episode's search took. A result that is there is not made
again.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from rumpus.agents.measuring.evaluate import evaluate
from rumpus.agents.recording import record
from rumpus.agents.search.settings import SearchSettings
from rumpus.agents.training.run import train

WORLDS = ("sokoban-small", "box-world-small")
RECORDED = 2_000
TRAINING: dict[str, Any] = {"steps": 600_000, "channels": 32, "blocks": 4, "hidden": 256, "temperature": 1.0}
"""Settings of `bc` that are not its defaults; with a temperature it trains its critic."""
SIMULATIONS = {"levin": (10, 100, 1000), "gumbel": (10, 50), "puct": (10, 50), "mcts": (10, 50)}
LIMIT = 60
"""Steps of an episode: no level of these worlds needs as many, and searches that are lost end sooner."""


def guide(world: str, out: Path) -> Path:
    """The run of the agent that guides, trained once."""
    folder = out / f"bc-{world}"
    if not (folder / "checkpoint.pt").exists():
        store = out / f"expert-{world}"
        record(world, "expert", store, episodes=RECORDED, split="train", threads=1)
        train("bc", world, folder=folder, overwrite=True, bar=False, tensorboard=False, threads=1, store=str(store),
              **TRAINING)  # fmt: skip
    return folder


def measured(world: str, agent: str, search: SearchSettings | None, episodes: int, out: Path) -> dict[str, Any]:
    """The result of `evaluate`, kept in a file."""
    how = str(search).replace(", ", "-").replace(" ", "-") if search else "alone"
    file = out / f"{world}-{Path(agent).name}-{how}-{episodes}.json"
    if not file.exists():
        found = evaluate(world, agent, search=search, episodes=episodes, limit=LIMIT, split="test", threads=1)
        file.write_text(json.dumps(found))
    return dict(json.loads(file.read_text()))


def main() -> None:
    """See the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("runs/search"))
    parser.add_argument("--episodes", type=int, default=200)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    searches = [None] + [
        SearchSettings(method=method, simulations=count) for method, counts in SIMULATIONS.items() for count in counts
    ]
    agents = [(world, agent) for world in WORLDS for agent in ("random", str(guide(world, given.out)))]
    titles = [f"`{world}`, {'no guide' if agent == 'random' else '`bc`'}" for world, agent in agents]
    print(f"| | {' | '.join(f'{title} | s' for title in titles)} |\n|{'---|' * (1 + 2 * len(titles))}")
    for search in searches:
        cells = []
        for world, agent in agents:
            row = measured(world, agent, search, given.episodes, given.out)
            low, high = (100 * row[f"success_{end}"] for end in ("low", "high"))
            cells.append(f"{100 * row['success']:.0f} ({low:.0f} to {high:.0f})")
            cells.append(f"{row['plan_seconds_mean']:.2f}" if search else "-")
        print(f"| {f'{search}' if search else 'without search'} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
