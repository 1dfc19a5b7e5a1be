"""What all tests share."""

import atexit
import ctypes
import gc
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from numba.core import event

os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # threads of PyTorch sleep while they wait
os.environ["RUMPUS_CONFIG"] = tempfile.mkdtemp(prefix="rumpus-config-")  # nobody's own settings are read or written
atexit.register(shutil.rmtree, os.environ["RUMPUS_CONFIG"], ignore_errors=True)

settings.register_profile("tests", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tests")  # no test depends on how fast the machine is

MOST_MEMORY, TOO_MUCH = 2.0, 4.0
"""Gigabytes (10**9 bytes) that a process of the tests, or one that they start, should hold at most, and the size above
which the session fails: how the files of tests are shared out among processes, and so what each holds, varies."""
MUCH = 50_000_000
"""Bytes that a test may leave behind before they are looked for."""
PEAKS = pytest.StashKey[dict[str, float]]()
FEW = 500
"""Functions that a process may compile and still be judged by its memory: the compiler keeps about 1 MB of each until
the process ends, so the memory of one that finds no kernels in the cache says nothing about the code."""
COMPILED = pytest.StashKey["Compiled"]()


class Compiled(event.Listener):
    """The number of functions that this process has compiled."""

    number = 0

    def on_start(self, event):
        self.number += 1

    def on_end(self, event):
        pass


def pytest_addoption(parser):
    """`--regenerate-goldens` writes tests/golden anew instead of comparing with it."""
    parser.addoption("--regenerate-goldens", action="store_true", help="write the golden playthroughs anew")


def pytest_configure(config):
    """Nothing is measured yet."""
    config.stash[PEAKS] = {}
    config.stash[COMPILED] = Compiled()
    event.register("numba:compile", config.stash[COMPILED])


def pytest_collection_modifyitems(config, items):
    """Tests marked `cuda` need a GPU; where there is none they are left out."""
    if not any(item.get_closest_marker("cuda") for item in items):
        return
    import torch

    if not torch.cuda.is_available():
        marked = [item for item in items if item.get_closest_marker("cuda")]
        config.hook.pytest_deselected(items=marked)
        items[:] = [item for item in items if item not in marked]


def held() -> int:
    """Bytes that this process holds in memory; 0 where that is not known."""
    if not sys.platform.startswith("linux"):
        return 0
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item, nextitem):
    """After a file of tests, and after a test that took much memory, free garbage and give it back to the system: glibc
    keeps hundreds of megabytes that have been freed, above all by threads."""
    before = held()
    result = yield
    if nextitem is None or nextitem.path != item.path or held() > before + MUCH:
        gc.collect()
        if before and hasattr(libc := ctypes.CDLL(None), "malloc_trim"):
            libc.malloc_trim(0)
    return result


def peak_memory() -> dict[str, float]:
    """The most gigabytes that this process held, and the most that one of those that it started and waited for held.

    Linux counts a process's memory before it became another program too, so the second is never too little. Nothing is
    measured elsewhere, nor where there is a GPU, since CUDA's own libraries hold gigabytes.
    """
    torch = sys.modules.get("torch")
    if not sys.platform.startswith("linux") or (torch and torch.cuda.is_available()):
        return {}
    import resource

    (own,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:"))
    started = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return {"itself": int(own.split()[1]) * 1024 / 1e9, "started": started * 1024 / 1e9}


def judged_memory(config) -> dict[str, float]:
    """The peaks of this process, unless it compiled much."""
    return peak_memory() if config.stash[COMPILED].number <= FEW else {}


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    """Of a worker of pytest-xdist that has ended: keep what it measured."""
    measured = getattr(node, "workeroutput", {}).get("peak_memory", {})
    node.config.stash[PEAKS] |= {f"{node.gateway.id} {what}": peak for what, peak in measured.items()}


def pytest_sessionfinish(session):
    """Measure memory. Too much of it is a failure of the session."""
    config = session.config
    if hasattr(config, "workeroutput"):
        config.workeroutput["peak_memory"] = judged_memory(config)
        return
    own = judged_memory(config)
    if getattr(config.option, "numprocesses", None):
        own.pop("started", None)  # these are the workers, which measure themselves
    config.stash[PEAKS] |= own
    if max(config.stash[PEAKS].values(), default=0) > TOO_MUCH:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter, config):
    """Say how much memory was held."""
    peaks = config.stash[PEAKS]
    if not peaks:
        return
    told = ", ".join(f"{name} {peak:.2f}" for name, peak in sorted(peaks.items()))
    terminalreporter.write_line(f"peak memory in GB, of {MOST_MEMORY:g} at most: {told}")
    if max(peaks.values()) > MOST_MEMORY:
        failed = f"; above {TOO_MUCH:g} the session fails" if max(peaks.values()) > TOO_MUCH else ""
        terminalreporter.write_line(f"a process held too much memory: bound what it keeps{failed}", red=True)


@pytest.fixture
def display(monkeypatch):
    """A virtual X display of our own, where there are the programs for it."""
    if not (shutil.which("Xvfb") and shutil.which("xdotool")):
        pytest.skip("Xvfb and xdotool are not installed: the same is tested above with pygame's own events")
    command = ["Xvfb", "-displayfd", "1", "-screen", "0", "1280x900x24"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    number = server.stdout.readline().strip()
    for name in ("WAYLAND_DISPLAY", "SDL_VIDEODRIVER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DISPLAY", f":{number}")
    yield
    server.terminate()
    server.wait(10)
