"""Kernels: the same bytes on every device and with any threads; kept once, never stale, safe with many processes."""

import functools
import json
import os
import re
import runpy
import shutil
import subprocess
import sys
import types
from pathlib import Path

import gymnasium
import numba
import numpy as np
import pytest

import rumpus.worlds
from rumpus.tests.chosen import ONE_OF_EACH, RULED, TINY
from rumpus.tests.ptx import RAYS, ptx
from rumpus.worlds.engine.compile import modules
from rumpus.worlds.engine.compile.ingredients import fingerprint, sources
from rumpus.worlds.engine.kernels import template
from rumpus.worlds.engine.render.views import Tiles
from rumpus.worlds.engine.run import cuda
from rumpus.worlds.engine.run.threads import one_core

HERE = Path(__file__).parent
WORLDS = (*(name for name in ONE_OF_EACH if name in RULED), TINY)
PLAY = HERE / "play_kernels.py"
KERNELS = 4  # step, reset, look and draw
BLIND = 2  # step and reset alone
SIMULATOR = {"NUMBA_ENABLE_CUDASIM": "1", "NUMBA_DISABLE_JIT": "1", "PYTHONWARNINGS": "ignore"}


def start(*arguments, **variables):
    """A process that plays worlds; see play_kernels.py."""
    environment = {**os.environ, "NUMBA_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", **variables}
    command = [sys.executable, str(PLAY), *map(str, arguments)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def end(process):
    """What such a process reports, and what it says on stderr."""
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    return json.loads(out), err


def run(*arguments, **variables):
    """The report of a process that plays worlds, from start to end."""
    return end(start(*arguments, **variables))[0]


# --- CUDA without a GPU


@pytest.mark.parametrize("name", WORLDS)
def test_kernels_compile_for_cuda(name):
    drawing = {f"draw_{word}" for word in template.WORDS}
    drawing = drawing if isinstance(rumpus.worlds.load(name).view, Tiles) else {"write_scenes"}
    made = ptx(name)
    assert set(made) == {"step", "reset", "show_things", *drawing}
    check_ptx(made)


def test_kernels_that_draw_scenes_compile_for_cuda():
    made = ptx(RAYS)
    assert set(made) == {"prepare", "gather", "draw"}
    check_ptx(made)


def check_ptx(made):
    for kernel, text in made.items():
        assert ".target sm_90" in text, kernel
        assert ".visible .entry" in text, kernel
        assert ".f64" not in text, (
            f"{kernel} computes in float64, which is slow on a GPU and may differ between devices"
        )
        constant = sum(map(int, re.findall(r"\.const \.align \d+ \.b8 \S+\[(\d+)\]", text)))
        assert constant <= 64 * 1024, f"{kernel} has {constant} bytes of constants, and a GPU has room for 65,536"


@pytest.fixture(scope="module")
def on_both(tmp_path_factory):
    """What a few steps of all worlds leave, on the CPU and on the CUDA simulator, from the same levels."""
    folder = tmp_path_factory.mktemp("levels")
    for name in rumpus.worlds.names():
        levels = rumpus.worlds.load(name).level_bank()
        if levels is not None:
            np.save(folder / f"{name}.npy", levels[:8])
    simulated = start(*WORLDS, "--levels", folder, "--device", "cuda", **SIMULATOR)
    return run(*WORLDS, "--levels", folder), end(simulated)[0]


@pytest.mark.parametrize("name", WORLDS)
def test_the_cuda_simulator_gives_the_same_bytes(name, on_both):
    cpu, simulated = on_both
    assert simulated[name]["played"] == cpu[name]["played"]


BATCH_ON_CUDA = """
import numpy as np, torch, rumpus.worlds, sys
batch = rumpus.worlds.batch(sys.argv[1], 2, size=(20, 20), seed=1, device="cuda")
batch.reset()
names = batch.tensors()
names["keys"][...] = 0
names["mouse"][0, 0] = torch.tensor([-5, 7], dtype=torch.int32)
assert batch._device.get(batch.actions)["mouse"].tolist() == [[[-5, 7]], [[0, 0]]]
before, first = batch.save(0), batch.draw().clone()
twin = batch.clone()
batch.act(torch.tensor([0, 1]))
batch.step()
assert batch.save(0) != before and twin.save(0) == before
batch.load(0, before)
batch.draw(torch.tensor([True, False]))
assert torch.equal(batch.draw()[0], first[0]) and torch.equal(names["pixels"], batch.pixels)
assert batch.picture(0).shape == (20, 20, 3) and batch.over.tolist() == [0, 0] and not batch.chat.any()
assert names["reward"].dtype == torch.float32 and names["reward"].shape == (2, 1)
outside = torch.zeros(2, 1, 30, 30, 3, dtype=torch.uint8)
assert batch.draw(out=outside) is outside and outside.any()
for wrong in (lambda: batch.act([0, 9]), lambda: batch.draw(out=outside[:1]), lambda: batch.load(0, b"")):
    try:
        wrong()
    except (IndexError, ValueError):
        continue
    raise AssertionError("accepted")
"""


def test_a_batch_on_cuda_saves_clones_and_shares_its_memory():
    command = [sys.executable, "-c", BATCH_ON_CUDA, TINY]
    done = subprocess.run(command, env={**os.environ, **SIMULATOR}, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr


SCENES = """
import json, numpy as np, rumpus.worlds, sys
batch = rumpus.worlds.batch("maze-find", 2, size=(12, 16), seed=4, device=sys.argv[1])
batch.reset()
make, get = batch._device.zeros, batch._device.get
depths, segmentation = make((2, 1, 12, 16), np.float32), make((2, 1, 12, 16), np.uint8)
pixels = batch.draw(depths=depths, segmentation=segmentation)
print(json.dumps([get(each).tolist() for each in (pixels, depths, segmentation)]))
"""


def test_the_cuda_simulator_draws_the_same_scenes():
    """Up to rounding: floats make pixels, and nothing else."""
    drawn = []
    for device, variables in (("cpu", {}), ("cuda", SIMULATOR)):
        command = [sys.executable, "-c", SCENES, device]
        done = subprocess.run(command, env={**os.environ, **variables}, capture_output=True, text=True, timeout=200)
        assert done.returncode == 0, done.stderr
        drawn.append([np.array(each, np.float64) for each in json.loads(done.stdout)])
    (pixels, depths, segmentation), (others, other_depths, other_segmentation) = drawn
    assert pixels.std() > 10
    assert (np.abs(pixels - others) > 2).mean() < 0.02
    assert (np.abs(depths - other_depths) > 0.001 * depths).mean() < 0.02
    assert (segmentation != other_segmentation).mean() < 0.02


def test_cuda_where_there_is_none_says_what_is_missing(monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr("importlib.util.find_spec", lambda name: None)
        with pytest.raises(cuda.NoCudaError, match=r"rumpus\[cuda\]"):
            cuda.check()
    with monkeypatch.context() as patch:
        patch.setattr("torch.backends.cuda.is_built", lambda: False)
        with pytest.raises(cuda.NoCudaError, match="built for the CPU"):
            rumpus.worlds.batch(TINY, 1, device="cuda")
    with monkeypatch.context() as patch:
        patch.setattr("torch.backends.cuda.is_built", lambda: True)
        patch.setattr("torch.cuda.is_available", lambda: False)
        with pytest.raises(cuda.NoCudaError, match="driver"):
            rumpus.worlds.batch(TINY, 1, device="cuda")


# --- threads and processes


@pytest.mark.parametrize("name", WORLDS)
def test_any_number_of_threads_gives_the_same_bytes(name):
    play = runpy.run_path(str(PLAY))["play"]
    one, two, five = (play(name, 163, 6, threads=threads) for threads in (1, 2, 5))
    assert one == two == five


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_children_play_the_same_after_their_parent_has_used_its_threads(method):
    if method == "fork" and not hasattr(os, "fork"):
        pytest.skip("this system does not fork")
    parent, *children = run(TINY, "--children", method)[TINY]["played"]
    assert len(children) == 2
    assert all(child == parent for child in children)


@pytest.mark.parametrize("context", ["fork", "spawn"])
def test_gymnasium_runs_environments_in_processes(context):
    if context == "fork" and not hasattr(os, "fork"):
        pytest.skip("this system does not fork")
    make = functools.partial(gymnasium.make, "rumpus.worlds:rumpus/BoxWorldSmall-v1", size=(32, 32))
    envs = gymnasium.vector.AsyncVectorEnv([make, make], context=context)
    single = make()
    try:
        first, _ = envs.reset(seed=5)
        alone, _ = single.reset(seed=6)
        assert (first["pixels"][1] == alone["pixels"]).all()
        assert first["instruction"][1] == alone["instruction"]
        envs.action_space.seed(1)
        for _ in range(5):
            observations, rewards, *_ = envs.step(envs.action_space.sample())
        assert observations["pixels"].shape == (2, 32, 32, 3)
        assert rewards.shape == (2,)
    finally:
        envs.close()


# --- the cache


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A cache that two first starts at once have filled, and what they reported."""
    folder = str(tmp_path_factory.mktemp("cache"))
    both = [start(TINY, RUMPUS_CACHE=folder) for _ in range(2)]
    return folder, [end(process)[0] for process in both]


def test_two_first_starts_at_once_do_no_harm(kept):
    folder, (one, other) = kept
    assert one[TINY]["played"] == other[TINY]["played"]
    assert one[TINY]["compiled"] + other[TINY]["compiled"] >= KERNELS
    assert not list(Path(folder).rglob(".*")), "something half-written was left behind"


def test_a_second_start_compiles_nothing(kept):
    folder, (first, _) = kept
    again = run(TINY, RUMPUS_CACHE=folder)
    assert again[TINY] == {"played": first[TINY]["played"], "compiled": 0, "found": KERNELS}


def test_worlds_compiled_apart_live_together(tmp_path):
    """Two processes compile a family each, in the same order and so under the same numbers; a third loads both."""
    cache, names = {"RUMPUS_CACHE": tmp_path}, ("sokoban-small", "box-world-small")
    alone = {name: run(name, "--blind", **cache)[name]["played"] for name in names}
    for order in (names, names[::-1]):
        assert {name: played["played"] for name, played in run(*order, "--blind", **cache).items()} == alone


def test_an_edited_rule_is_never_stale(tmp_path):
    """Neither when a function far away changes that a rule calls, nor a constant of a file that holds no rule."""
    world = tmp_path / "edited"
    shutil.copytree(TINY, world, ignore=shutil.ignore_patterns("__pycache__"))
    far = tmp_path / "library" / "far.py"
    far.parent.mkdir()
    (far.parent / "numbers_of_far.py").write_text("MOST = 1\n")
    far.write_text(
        "from numba import njit\nfrom numbers_of_far import MOST\n"
        "@njit\ndef worth(coins):\n    return min(coins, MOST)\n"
    )
    init = world / "__init__.py"
    text = init.read_text().replace("outcomes[0].reward = COIN", "outcomes[0].reward = worth(9)")
    init.write_text(text.replace("import numpy as np\n", "import numpy as np\nfrom far import worth\n"))
    variables = {"RUMPUS_CACHE": str(tmp_path / "cache"), "PYTHONPATH": str(far.parent), "PYTHONDONTWRITEBYTECODE": "1"}
    (first,) = run(world, "--blind", **variables).values()
    (far.parent / "numbers_of_far.py").write_text("MOST = 2\n")
    (second,) = run(world, "--blind", **variables).values()
    far.write_text(far.read_text().replace("min(coins, MOST)", "max(coins, MOST)"))
    (third,) = run(world, "--blind", **variables).values()
    outcomes = [[mark for mark in each["played"] if "outcomes" in mark] for each in (first, second, third)]
    assert outcomes[0] != outcomes[1] != outcomes[2] != outcomes[0]
    assert all(each["compiled"] == BLIND for each in (first, second, third))


def test_a_cache_that_cannot_be_written_is_warned_of_and_done_without(tmp_path):
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    report, said = end(start(TINY, "--blind", RUMPUS_CACHE=str(in_the_way)))
    assert "RUMPUS_CACHE" in said
    assert len(report[TINY]["played"]) > 1


def test_old_kernels_are_removed_when_new_ones_come(tmp_path, monkeypatch):
    monkeypatch.setenv("RUMPUS_CACHE", str(tmp_path))
    old, fresh = tmp_path / "kernels" / "old", tmp_path / "kernels" / "fresh"
    for folder in (old, fresh):
        folder.mkdir(parents=True)
        (folder / "njit_some.py").write_text("")
    os.utime(old, (0, 0))
    modules.module_of("", [], "nothing")
    assert not old.exists()
    assert fresh.exists()


FAR = """
from numba import njit
LIMIT = {limit}
@njit
def far(a, b={default}):
    return a + b{more}
"""
NEAR = """
from numba import njit
import far_away as library
from far_away import LIMIT, far as other_name
TABLE = ({table}, 2)
def _make(inside):
    @njit
    def closed(a):
        return a + inside
    return closed
closed = _make({inside})
def by_module(a):
    return library.far(a) + TABLE[0]
def by_other_name(a):
    return other_name(a)
def by_constant(a):
    return a + LIMIT
def by_closure(a):
    return closed(a)
"""
USED = {"limit": 1, "default": 2, "more": "", "table": 3, "inside": 4}


@pytest.mark.parametrize(
    ("edit", "changed"),
    [
        ({}, set()),
        ({"more": " * 2"}, {"by_module", "by_other_name"}),
        ({"default": 9}, {"by_module", "by_other_name"}),
        ({"table": 9}, {"by_module"}),
        ({"limit": 9}, {"by_constant"}),
        ({"inside": 9}, {"by_closure"}),
    ],
)
def test_the_fingerprint_sees_what_is_in_memory(edit, changed, monkeypatch):
    """Modules without files: only the code and the values themselves can tell."""

    def fingerprints(values):
        far = types.ModuleType("far_away")
        exec(FAR.format(**values), far.__dict__)
        monkeypatch.setitem(sys.modules, "far_away", far)
        near = {"__name__": "near"}
        exec(NEAR.format(**values), near)
        return {name: fingerprint([function]) for name, function in near.items() if name.startswith("by_")}

    before, after = fingerprints(USED), fingerprints(USED | edit)
    assert {name for name in before if before[name] != after[name]} == changed


def test_the_fingerprint_sees_files_too_and_a_file_edited_after_its_import(tmp_path):
    def load():
        return runpy.run_path(str(tmp_path / "rules.py"))["rule"]

    (tmp_path / "rules.py").write_text("def rule(a):\n    return a\n")
    old = load()
    assert sources([old]) == [tmp_path / "rules.py"]
    first = fingerprint([old])
    (tmp_path / "rules.py").write_text("def rule(a):\n    return -a\n")
    assert len({first, fingerprint([old]), fingerprint([load()])}) == 3


def test_a_rule_that_cannot_be_compiled_or_imported_is_refused():
    world = rumpus.worlds.load(TINY)
    with pytest.raises(ValueError, match="@njit"):
        rumpus.worlds.batch(world.variant("plain", "", step=world.rules.step.py_func), 1)
    with pytest.raises(ValueError, match="top level"):
        rumpus.worlds.batch(world.variant("nameless", "", step=numba.njit(lambda state, actions, outcomes: None)), 1)


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system pins nothing to cores")
def test_one_core_pins_the_process_and_those_that_it_starts():
    allowed = os.sched_getaffinity(0)
    with one_core() as core:
        assert os.sched_getaffinity(0) == {core} <= allowed
        code = "import os; print(os.sched_getaffinity(0))"
        started = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert started.stdout.strip() == str({core})
    assert os.sched_getaffinity(0) == allowed
