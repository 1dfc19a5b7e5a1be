"""Golden playthroughs: what each world did yesterday, as text that can be read, one file a world.

Each file shows an episode: what was done, the rewards, and what there is to see: of worlds of tiles every player's
picture as one character a tile, of first-person worlds the map around each player, since their pixels may differ a
little between machines. Regenerate after a change that is meant to change them, and read the difference: `make
goldens`.
"""

import string
import zlib
from pathlib import Path

import numpy as np
import pytest

from rumpus import worlds
from rumpus.agents.experts import expert
from rumpus.tests.chosen import RULED
from rumpus.worlds.engine.records.things import GONE, ONE
from rumpus.worlds.engine.render.raycast.scene import UNSEEN
from rumpus.worlds.engine.render.views import Tiles
from rumpus.worlds.engine.run.replay import checksum
from rumpus.worlds.engine.world import Planner

FOLDER = Path(__file__).parent / "golden"
TILES = ".#" + string.digits + string.ascii_letters + "!$%&()*+,-/:;<=>?@[]^_{|}~"
SEED, STEPS = 2026, 24
TICKS = 8
"""Ticks between two pictures of a first-person world."""
SIGHT = 4
"""Cells of the map to each side of a player."""


def picture(batch, player):
    state = batch.states[0]
    if isinstance(batch.world.view, Tiles):
        tile = batch.world.view.tile
        return ["".join(TILES[tile(state, player, row, col)] for col in range(batch.cols)) for row in range(batch.rows)]
    scene, (things, counts, _) = batch.scenes()[player], batch.things()
    here_y, here_x = int(scene["eye"][1]), int(scene["eye"][0])
    rows = range(max(here_y - SIGHT, 0), min(here_y + SIGHT + 1, scene["rows"]))
    cols = range(max(here_x - SIGHT, 0), min(here_x + SIGHT + 1, scene["cols"]))
    walls = scene["walls"]
    lines = [[" " if not walls[y, x] else "#" if walls[y, x] < UNSEEN else "+" for x in cols] for y in rows]
    for thing in things[0, : counts[0]][::-1]:  # players come first, and so lie on top
        y, x = thing["y"] // ONE, thing["x"] // ONE
        if thing["state"] != GONE and y in rows and x in cols:
            kind = chr(ord("a") + thing["kind"] - 1)
            lines[y - rows[0]][x - cols[0]] = str(thing["player"]) if thing["player"] else kind
    return ["".join(line).ljust(2 * SIGHT + 1) for line in lines] + [" " * (2 * SIGHT + 1)] * (
        2 * SIGHT + 1 - len(lines)
    )


def playthrough(name):
    """An episode of the planner's or the expert's hands, with every third step at random, as text."""
    world = worlds.load(name)
    batch = worlds.batch(name, 1, size=(64, 64), threads=1)
    batch.reset(seed=SEED)
    tiles = isinstance(world.view, Tiles)
    rng, moves = np.random.default_rng(SEED), list(world.controls.moves)
    text = [f"{name} version {world.version}, seed {SEED}, knobs {batch.knobs}"]

    def show(title):
        pixels = f", pixels {zlib.crc32(batch.draw()):08x}" if tiles else ""
        text.append(f"\n{title}; state {checksum(batch, 0):08x}{pixels}")
        views = [picture(batch, player) for player in range(batch.players)]
        text.extend("  ".join(line).rstrip() if not tiles else "  ".join(line) for line in zip(*views, strict=True))

    def planned(chosen):
        plan = world.expert.plan(batch.states[0])
        if plan is not None and len(plan):
            chosen[0] = plan[0]

    show("start")
    guide = None if tiles else expert(world)
    if guide is not None:
        guide.start(batch)
    for step in range(STEPS):
        chosen, outcomes, rewards = rng.integers(0, len(moves), batch.players), None, np.zeros(batch.players)
        if step % 3 and isinstance(world.expert, Planner):
            planned(chosen)
        led = step % 3 and guide is not None
        for _ in range(1 if tiles else TICKS):
            if batch.over[0]:
                break
            batch.act(chosen[None])
            if led:
                guide.act(batch, np.zeros(1, bool))
            outcomes = batch.step()[0]
            rewards += outcomes["reward"]
        said = "the expert" if led else ", ".join(moves[move] for move in chosen)
        show(f"tick {batch.states['tick'][0]}: {said}: {' '.join(f'{reward:+.2f}' for reward in rewards)}")
        if batch.over[0]:
            text.append(f"over, success {outcomes['success'].tolist()}")
            break
    return "\n".join(text) + "\n"


@pytest.mark.parametrize("name", RULED)
def test_plays_as_it_did(name, request):
    path = FOLDER / f"{name}.txt"
    now = playthrough(name)
    if request.config.getoption("--regenerate-goldens"):
        FOLDER.mkdir(exist_ok=True)
        path.write_text(now, encoding="ascii")
    assert path.exists(), f"{name} has no golden playthrough yet: make goldens"
    assert now.splitlines() == path.read_text(encoding="ascii").splitlines()
