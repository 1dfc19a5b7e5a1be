"""Measures the baselines of worlds, a random policy and the expert: python -m rumpus.assets.make_baselines [WORLD …]

They are kept in baselines.json, with the version of each world, and printed by `rumpus worlds NAME` and `rumpus worlds
--baselines`. Worlds whose version is that of the file are left out, unless they are named. Both policies play the same
number of episodes of the test split, FEW where they take long; the random one draws one of the world's moves in
each step. An episode succeeds if any player does; its return is the mean over its players. Intervals are Wilson's for
success and Student's t for returns.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from .. import worlds
from ..agents.episodes import Episodes, interval, mean_interval
from ..agents.measuring.evaluate import play_split
from ..agents.policies import player
from ..interface.files import write_atomically
from ..worlds.engine.world import World
from ..worlds.pages import POLICIES

PATH = Path(__file__).parent / "baselines.json"
EPISODES, FEW, LONG = 100, 20, 5000
"""Episodes of a world, and of one that a simulator moves or whose episodes have more than LONG steps."""
SPLIT, SEED = "test", 0
DIGITS = 4  # of what is kept


def measured(world: World) -> dict[str, Any]:
    """{version, episodes}, and for each policy success and return with their intervals: {success, success_low, …}."""
    episodes = FEW if world.objective.limit > LONG or world.rules.simulator is not None else EPISODES
    found: dict[str, Any] = {"version": world.version, "episodes": episodes}
    for policy in POLICIES:
        played, _ = play_split(player(policy, world, seed=SEED)[0], world, episodes, split=SPLIT, seed=SEED, threads=1)
        found[policy] = {name: round(value, DIGITS) for name, value in summed(played).items()}
    return found


def summed(played: Episodes) -> dict[str, float]:
    """The means of episodes, with their intervals."""
    low, high = interval(int(played.wins.sum()), len(played.wins))
    least, most = mean_interval(played.returns)
    rate = {"success": float(played.wins.mean()), "success_low": low, "success_high": high}
    return rate | {"return": float(played.returns.mean()), "return_low": least, "return_high": most}


def main(names: list[str]) -> None:
    """Measure these worlds, or all whose version has changed, and write the file."""
    conditions = {"split": SPLIT, "seed": SEED}
    content: dict[str, Any] = json.loads(PATH.read_text(encoding="utf-8")) if PATH.exists() else {}
    known = content.get("worlds", {}) if conditions.items() <= content.items() else {}
    for name in names or worlds.names():
        world = worlds.load(name)
        if names or known.get(name, {}).get("version") != world.version:
            known[name] = measured(world)
            kept = {each: known[each] for each in worlds.names() if each in known}
            write_atomically(PATH, (json.dumps(conditions | {"worlds": kept}, indent=1) + "\n").encode())


if __name__ == "__main__":
    main(sys.argv[1:])
