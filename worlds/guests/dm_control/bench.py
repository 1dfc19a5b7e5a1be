"""Speed of a manipulation task here and in dm_control: steps with pixels, by our renderer and by dm_control's own.

dm_control draws with OpenGL: on a machine without a GPU in software (Debian's libosmesa6, or libegl1 with Mesa). It
runs in a process of its own, alternating with ours, with random actions and resets like ours. Both are pinned to one
core; otherwise OpenGL in software uses every core.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from itertools import cycle
from typing import Any

import numpy as np

from ...engine.run.batch import Batch
from ...engine.run.threads import one_core
from ...engine.world import World

TASK, SIZE = "arm/stack-2-bricks", (84, 84)
"""The measured task and picture size: dm_control's own stack_2_bricks_vision makes pictures of 84x84."""
ROUNDS = 2
GL = ("osmesa", "egl")
"""Values of MUJOCO_GL that need no screen."""

_HOME = """
import sys, time, warnings
warnings.simplefilter("ignore")
import numpy as np
from dm_control import manipulation
environment = manipulation.load("stack_2_bricks_vision", seed=0)
spec, rng = environment.action_spec(), np.random.default_rng(0)
environment.reset()
environment.step(rng.uniform(spec.minimum, spec.maximum))
count, start = 0, time.perf_counter()
while time.perf_counter() - start < float(sys.argv[1]):
    environment.step(rng.uniform(spec.minimum, spec.maximum))  # resets itself
    count += 1
print("steps per second", count / (time.perf_counter() - start), flush=True)
"""


def guests(world: World, seconds: float = 6.0) -> list[dict[str, Any]]:
    """Rows {what, frame, steps_per_second, ratio, core}: our steps with pixels, resets included; then dm_control's own
    with each available GL, with the ratio of our speed to it. Each figure is the best of its rounds. core: the number
    of the core that all ran on, or None where the system cannot pin a process (macOS, Windows)."""
    with one_core() as core:
        run = _ours(world)
        run(0.2)
        share = seconds / ROUNDS / 2
        ours, home = 0.0, dict.fromkeys(GL, 0.0)
        for _ in range(ROUNDS):
            for gl in GL:
                home[gl] = max(home[gl], _theirs(gl, share))
            ours = max(ours, run(share))
    rates = [(world.name, ours), *((f"dm_control's stack_2_bricks_vision, {gl}", rate) for gl, rate in home.items())]
    return [
        {
            "what": what,
            "frame": list(SIZE),
            "steps_per_second": round(rate, 2),
            "ratio": None if what == world.name else round(ours / rate, 1),
            "core": core,
        }
        for what, rate in rates
        if rate
    ]


def _ours(world: World) -> Any:
    batch = Batch(world, 1, size=SIZE, threads=1)
    batch.reset(seed=0)
    moves = cycle(np.random.default_rng(0).integers(0, len(world.controls.moves), (512, 1)))

    def run(seconds: float) -> float:
        count, start = 0, time.perf_counter()
        while (taken := time.perf_counter() - start) < seconds:
            batch.act(next(moves))
            batch.step()
            if batch.over[0]:
                batch.reset(batch.over)
            batch.draw()
            count += 1
        return count / taken

    return run


def _theirs(gl: str, seconds: float) -> float:
    """Steps a second of dm_control itself, 0 if it cannot draw with this GL."""
    environment = {**os.environ, "MUJOCO_GL": gl, "PYOPENGL_PLATFORM": gl}
    command = [sys.executable, "-c", _HOME, str(seconds)]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    lines = [line for line in run.stdout.splitlines() if line.startswith("steps per second")]
    return float(lines[-1].split()[-1]) if lines else 0.0
