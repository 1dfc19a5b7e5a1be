"""On a real GPU (`pytest -m cuda`): the same bytes as on the CPU, and tensors that share their memory.

Left out where torch finds no GPU; test_kernels.py checks there what can be checked without one.
"""

import runpy
from pathlib import Path

import numpy as np
import pytest

import rumpus.worlds
from rumpus.tests.chosen import RULED, TINY

HERE = Path(__file__).parent
WORLDS = (*RULED, TINY)

pytestmark = pytest.mark.cuda


@pytest.mark.parametrize("name", WORLDS)
def test_a_gpu_gives_the_same_bytes(name):
    """States, outcomes and pixels of 200 steps with many resets, with and without a side stream."""
    import torch

    play = runpy.run_path(str(HERE / "play_kernels.py"))["play"]
    cpu = play(name, 37, 200, threads=1)
    assert play(name, 37, 200, "cuda") == cpu
    with torch.cuda.stream(torch.cuda.Stream()):
        assert play(name, 37, 200, "cuda") == cpu


def test_tensors_share_the_memory_of_the_batch():
    import torch

    batch = rumpus.worlds.batch(TINY, 64, size=(40, 40), seed=1, device="cuda")
    batch.reset()
    tensors = batch.tensors()
    assert all(tensor.is_cuda for tensor in tensors.values())
    pixels = batch.draw()
    assert pixels.data_ptr() == tensors["pixels"].data_ptr() == batch.pixels.data_ptr()
    total = torch.zeros(64, device="cuda")
    for step in range(40):
        batch.act(torch.full((64,), step % 4, device="cuda"))
        assert tensors["keys"].sum() == 64
        batch.step()
        total += tensors["reward"][:, 0]
    assert total.sum() > 0
    assert tensors["over"].all()
    batch.reset(batch.over)
    assert not tensors["over"].any()


def test_states_move_between_devices():
    on_gpu, on_cpu = (rumpus.worlds.batch(TINY, 4, seed=2, device=device) for device in ("cuda", "cpu"))
    for batch in (on_gpu, on_cpu):
        batch.reset()
        batch.act(np.array([0, 1, 2, 3]))
        batch.step()
    assert [on_gpu.save(row) for row in range(4)] == [on_cpu.save(row) for row in range(4)]
    on_gpu.load(0, on_cpu.save(3))
    assert on_gpu.save(0) == on_cpu.save(3)
    assert (on_gpu.picture(0) == on_cpu.picture(3)).all()
    twin = on_gpu.clone()
    twin.act(np.zeros(4, int))
    twin.step()
    assert on_gpu.save(0) == on_cpu.save(3)


@pytest.mark.parametrize("name", ["lstm", "drc"])
def test_graphs_of_a_core_give_what_it_gives(name, monkeypatch):
    """Outputs, states and gradients, with gradients and without, compiled and not, for several shapes."""
    import torch

    from rumpus.agents.networks.cores import CORES
    from rumpus.agents.networks.graphs import Graphed

    monkeypatch.setattr(torch.backends.cudnn, "allow_tf32", False)  # which has ten bits
    torch.manual_seed(0)
    shape = (8, 6, 6) if name == "drc" else (8,)
    core = CORES[name](shape if name == "drc" else 8, 16).cuda()
    for compiled in (False, True):
        graphed = Graphed(core, compiled)
        for steps, lanes in ((5, 4), (1, 7), (5, 4)):
            features = torch.randn(steps, lanes, *shape, device="cuda", requires_grad=True)
            is_first = (torch.rand(steps, lanes, device="cuda") < 0.2).float()
            state = tuple(torch.rand_like(part) for part in core.initial(lanes))
            found = []
            for run in (core, graphed):
                with torch.no_grad():
                    acted = run(features, state, is_first)
                output, after = run(features, state, is_first)
                slopes = torch.autograd.grad(output.square().sum(), [features, *core.parameters()])
                found.append([acted[0], *acted[1], output, *after, *slopes])
            for one, other in zip(*found, strict=True):
                assert torch.allclose(one, other, rtol=1e-3, atol=1e-4)
