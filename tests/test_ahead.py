"""A new machine compiles in two processes: what the other one leaves in the cache is loaded, and is the same."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from rumpus import worlds
from rumpus.worlds.engine.run import ahead

HALL = Path(__file__).parent / "tiny_hall"
PLAY = """
import json, sys
from rumpus import worlds
from rumpus.worlds.engine.render.raycast.draw import cpu_kernels
from rumpus.worlds.engine.run import ahead
ahead.cores = lambda: 2
batch = worlds.batch(sys.argv[1], 2, size=(16, 24), threads=1)
both = batch._device._ahead is not None
batch.reset(seed=3)
pixels = batch.draw()
kernels = batch._device.kernels
stats = [kernel.stats for kernel in (cpu_kernels().draw, kernels.write_scenes, kernels.step)]
loaded = [sum(each.cache_hits.values()) for each in stats]
made = [sum(each.cache_misses.values()) for each in stats]
print(json.dumps({"both": both, "loaded": loaded, "made": made, "pixels": int(pixels.astype(int).sum())}))
"""


def played(cache: Path) -> dict:
    env = {**os.environ, "RUMPUS_CACHE": str(cache)}
    run = subprocess.run([sys.executable, "-c", PLAY, str(HALL)], env=env, capture_output=True, text=True, check=True)
    return json.loads(run.stdout)


def test_pictures_are_compiled_by_another_process_and_loaded(tmp_path):
    cold, warm = played(tmp_path), played(tmp_path)
    assert cold["both"] and not warm["both"]
    assert cold["loaded"] == [1, 1, 0] and cold["made"] == [0, 0, 1]
    assert warm["loaded"] == [1, 1, 1] and warm["made"] == [0, 0, 0]
    assert cold["pixels"] == warm["pixels"] > 0


def test_a_process_that_fails_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(ahead, "_CODE", "raise SystemExit('{}')")
    one = ahead.Ahead(worlds.load(HALL), b"")
    one.wait()
    assert one._process.returncode


@pytest.mark.parametrize("why", ["one core", "tiles", "never"])
def test_no_process_begins_where_it_would_not_pay(monkeypatch, why):
    monkeypatch.setattr(ahead, "Ahead", lambda *given: pytest.fail("it began"))
    monkeypatch.setattr(ahead, "cores", lambda: 1 if why == "one core" else 2)
    monkeypatch.setattr(ahead, "_allowed", [why != "never"])
    monkeypatch.setattr(ahead.modules, "uncompiled", lambda kernels: {1})
    world = worlds.load("sokoban" if why == "tiles" else HALL)
    assert ahead.begun(world, [], list) is None
