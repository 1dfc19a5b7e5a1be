"""Measure Rumpus on a machine with an NVIDIA GPU, within a time limit: `make gpu MINUTES=11 OUT=runs/gpu`.

In this order: the card and the versions; the tests that need a GPU; the speed of worlds of tiles, of first-person
worlds and of learning; the longest training that fits into the rest of the time, with a checkpoint a minute and an
evaluation on held-out levels before the time is over. OUT/results.jsonl gets a line for each part as it ends, so that a
run that is cut keeps what it had; OUT/NAME.txt holds what a part printed, OUT/train the run. `--device cpu` and a short
time try all of it without a GPU.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shlex
import signal
import statistics
import subprocess
import sys
import time
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("torch", "numba", "numba-cuda", "cuda-toolkit", "numpy", "triton")
WORLDS = {"sokoban": "80x80", "box-world": "80x80", "maze-random-goal": "64x64"}
"""Whose speed is measured, and at which size of frames: two of tiles, and one in the first person."""
TRAIN = (
    "impala sokoban --core drc --units 256 --envs 2304 --compile --steps 10000000000 --set channels=32 --set blocks=1 "
    "--set recall=False --set stagger=True --set rollout=20 --set passes=1 --set minibatches=24 --set reward=raw "
    "--set lam=0.5 --set grad_norm=2.5e-4 --set eps=1.5625e-7 --set learning_rate=9e-4"
)
"""DRC(3, 3) from scratch: the settings whose result docs/agents.md tells."""
SHARES = {"tests": 0.25, "bench": 0.12}
"""Parts of the time that the tests, and each measurement of speed, may take at most."""
LAST = 0.12
"""The part of the time that is kept for the evaluation."""
START = 45.0
"""Seconds that a run takes before its first update on a new machine, where kernels are compiled."""
KILL = 10.0
"""Seconds that a part has to end by itself once it was asked to."""


class Parts:
    """Runs one part after the other, and writes down what came of each. seconds: in all."""

    def __init__(self, out: Path, seconds: float):
        self.out, self.seconds, self.began = out, seconds, time.monotonic()
        self.worked = True
        out.mkdir(parents=True, exist_ok=True)
        (out / "results.jsonl").write_text("")

    @property
    def left(self) -> float:
        """Seconds until the limit."""
        return self.seconds - (time.monotonic() - self.began)

    def note(self, name: str, **found: Any) -> None:
        """Write the line of a part."""
        line = json.dumps({"part": name, "at": round(time.monotonic() - self.began, 1), **found})
        with (self.out / "results.jsonl").open("a") as file:
            file.write(line + "\n")
            file.flush()
            os.fsync(file.fileno())
        print(line, flush=True)

    def run(self, name: str, command: list[str], seconds: float) -> tuple[int | None, str]:
        """A command, which is asked to end after so many seconds, and killed a little later. Returns its exit status,
        None if it was cut short, and its standard output; all that it printed is in a file."""
        if seconds < 1:
            (self.out / f"{name}.txt").write_text("there was no time left for it\n")
            return None, ""
        environment = os.environ | {"PYTHONUNBUFFERED": "1"}
        with (self.out / f"{name}.txt").open("w") as errors, (self.out / f"{name}.out.txt").open("w+") as output:
            options: dict[str, Any] = {"stdout": output, "stderr": errors, "cwd": ROOT, "env": environment}
            process = subprocess.Popen(command, start_new_session=True, **options)
            cut = False
            try:
                process.wait(seconds)
            except subprocess.TimeoutExpired:
                cut = True
                process.terminate()
                with suppress(subprocess.TimeoutExpired):
                    process.wait(max(min(KILL, self.left), 1.0))
            finally:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait()
            output.seek(0)
            return None if cut else process.returncode, output.read()

    def measure(self, name: str, command: list[str], seconds: float, fine: tuple[int, ...] = (0,)) -> str:
        """Run a part that prints JSON or text, and write its line. Returns what it printed."""
        began = time.monotonic()
        status, printed = self.run(name, command, min(seconds, self.left))
        found: dict[str, Any] = {"command": shlex.join(command[1:]), "status": status}
        found["seconds"] = round(time.monotonic() - began, 1)
        try:
            found["result"] = json.loads(printed)
        except ValueError:
            found["result"] = printed.strip().splitlines()[-12:]
        if status not in fine:
            self.worked = False
            found["error"] = (self.out / f"{name}.txt").read_text().strip().splitlines()[-12:]
        self.note(name, **found)
        return printed


def rumpus(*arguments: str) -> list[str]:
    """The command line of this Python."""
    return [sys.executable, "-m", "rumpus", *arguments]


def machine() -> dict[str, Any]:
    """The card, its driver, and the versions of what matters."""
    import torch

    found: dict[str, Any] = {"python": platform.python_version(), "cores": os.cpu_count()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = None
    if torch.cuda.is_available():
        card = torch.cuda.get_device_properties(0)
        found |= {"card": card.name, "memory": card.total_memory, "cuda": torch.version.cuda}
    try:
        command = ["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"]
        found["driver"] = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        found["driver"] = None
    return found


def learn(parts: Parts, train: list[str], device: str, episodes: int) -> None:
    """The longest run that fits, by the clock, and its evaluation."""
    from rumpus.agents.training.log import read_metrics

    world = train[1]
    last = LAST * parts.seconds
    minutes = max((parts.left - last - START) / 60, 0.01)
    chosen = ["train", *train, "--device", device, "--set", "checkpoint_seconds=60", "--set", f"minutes={minutes:.2f}"]
    folder = parts.out / "train"
    status, _ = parts.run("train", rumpus(*chosen, "--out", str(folder)), parts.left - last)
    rows = read_metrics(folder)
    found: dict[str, Any] = {"status": status, "command": shlex.join(chosen)}
    if rows:
        found |= {"last": rows[-1], "steps_per_second": rows[-1]["steps"] / max(rows[-1]["seconds"], 1e-9)}
        found["collecting"] = statistics.median(row["collecting"] for row in rows)
    else:
        parts.worked = False
        found["error"] = (parts.out / "train.txt").read_text().strip().splitlines()[-12:]
    parts.note("train", **found)  # one that was cut has saved its checkpoint
    if (folder / "checkpoint.pt").exists():
        evaluate = ("evaluate", world, str(folder), "--episodes", str(episodes), "--device", device, "--json")
        parts.measure("evaluate", rumpus(*evaluate), parts.left)


def main() -> None:
    """See this file's docstring."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=11.0, help="the limit of all of it")
    parser.add_argument("--out", type=Path, default=Path("runs/gpu"), help="the folder of results")
    parser.add_argument("--device", default="cuda", help="cpu tries it without a GPU")
    parser.add_argument("--envs", type=int, default=4096, help="copies of a world when its speed is measured")
    parser.add_argument("--seconds", type=float, default=5.0, help="for the speed of each world")
    parser.add_argument("--train", default=TRAIN, help="what `rumpus train` is given: algorithm, world, options")
    parser.add_argument("--episodes", type=int, default=512, help="of the evaluation")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    parts = Parts(given.out.resolve(), 60 * given.minutes)
    parts.note("machine", device=given.device, minutes=given.minutes, **machine())
    limits = {name: share * parts.seconds for name, share in SHARES.items()}
    nothing = (0, 5) if given.device == "cpu" else (0,)  # pytest's status where every test is left out
    tests = [sys.executable, "-m", "pytest", "-m", "cuda", "-x", "-q", "-n", "0", "-p", "no:cacheprovider"]
    tests += [str(path) for path in sorted((ROOT / "tests").glob("test_*.py")) if "mark.cuda" in path.read_text()]
    parts.measure("tests", tests, limits["tests"], nothing)
    bench = (
        "--envs",
        str(given.envs),
        "--seconds",
        str(given.seconds),
        "--device",
        given.device,
        "--json",
        "--no-starts",
    )
    for world, size in WORLDS.items():
        parts.measure(f"bench-{world}", rumpus("bench", world, *bench, "--size", size), limits["bench"])
    shown = subprocess.run(rumpus("bench", "--help"), capture_output=True, text=True, cwd=ROOT).stdout
    if "--train" in shown:
        learning = rumpus("bench", "--train", "--device", given.device, "--seconds", str(given.seconds), "--json")
        parts.measure("bench-train", learning, limits["bench"])
    learn(parts, shlex.split(given.train), given.device, given.episodes)
    parts.note("end", left=round(parts.left, 1), worked=parts.worked)
    sys.exit(not parts.worked)


if __name__ == "__main__":
    main()
