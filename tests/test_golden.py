"""Golden playthroughs: what each world did yesterday, as text that can be read, one file a world.

Each file shows an episode tick by tick: the move, the rewards, and every player's picture as one character a tile.
Regenerate after a change that is meant to change them, and read the difference: `make goldens`.
"""

import string
import zlib
from pathlib import Path

import numpy as np
import pytest

from rumpus import worlds
from rumpus.worlds.engine.replay import checksum

FOLDER = Path(__file__).parent / "golden"
TILES = ".#" + string.digits + string.ascii_letters + "!$%&()*+,-/:;<=>?@[]^_{|}~"
SEED, STEPS = 2026, 24


def picture(batch, player):
    state = batch.states[0]
    rows = range(batch.rows)
    return ["".join(TILES[batch.world.tile(state, player, row, col)] for col in range(batch.cols)) for row in rows]


def playthrough(name):
    """An episode of the planner's moves, with every third one at random, as text."""
    batch = worlds.batch(name, 1, size=(64, 64), threads=1)
    batch.reset(seed=SEED)
    rng, moves = np.random.default_rng(SEED), list(batch.world.moves)
    text = [f"{name} version {batch.world.version}, seed {SEED}, knobs {batch.knobs}"]

    def show(title):
        text.append(f"\n{title}; state {checksum(batch, 0):08x}, pixels {zlib.crc32(batch.draw()):08x}")
        views = [picture(batch, player) for player in range(batch.players)]
        text.extend("  ".join(line) for line in zip(*views, strict=True))

    show("start")
    for tick in range(STEPS):
        chosen = rng.integers(0, len(moves), batch.players)
        plan = batch.world.solve(batch.states[0]) if tick % 3 and batch.world.solve else None
        if plan is not None and len(plan):
            chosen[0] = plan[0]
        batch.act(chosen[None])
        outcomes = batch.step()[0]
        rewards = " ".join(f"{reward:+.2f}" for reward in outcomes["reward"])
        show(f"tick {tick + 1}: {', '.join(moves[move] for move in chosen)}: {rewards}")
        if batch.over[0]:
            text.append(f"over, success {outcomes['success'].tolist()}")
            break
    return "\n".join(text) + "\n"


@pytest.mark.parametrize("name", worlds.names())
def test_plays_as_it_did(name, request):
    path = FOLDER / f"{name}.txt"
    now = playthrough(name)
    if request.config.getoption("--regenerate-goldens"):
        FOLDER.mkdir(exist_ok=True)
        path.write_text(now, encoding="ascii")
    assert path.exists(), f"{name} has no golden playthrough yet: make goldens"
    assert now.splitlines() == path.read_text(encoding="ascii").splitlines()
