"""Steps of an optimiser: on one device, by several CPU threads, or by several processes.

On a CPU with several threads each minibatch is shared out: every thread takes the gradient of its own part with the
same weights, and the gradients are added up in the order of the parts. Each thread works alone, so that none of them
waits for the others inside every operation: a busy neighbour on one core slows the whole down by its share and no more.
Under `torchrun` each process has lanes of its own, and DistributedDataParallel averages their gradients.
"""

from __future__ import annotations

import ctypes
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import pairwise
from typing import Any

import torch
from torch import distributed, nn

from ..contracts import Setup, State
from ..networks.graphs import Graphed
from ..observations import Observation
from ..trees import at, joined

FEWEST = 16
"""Lanes that a thread is given at least when networks only act: fewer are not worth a thread."""

FEWEST_AHEAD = 64
"""Lanes of the smallest graph in which values ahead are worked out; the next have twice as many."""

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
"""Parameters of mallopt: malloc.h of glibc."""


def processes() -> int:
    """How many processes learn together."""
    return distributed.get_world_size() if distributed.is_available() and distributed.is_initialized() else 1


def total(value: torch.Tensor) -> torch.Tensor:
    """The sum of a tensor over all processes; with one process the tensor itself."""
    if processes() == 1:
        return value
    summed = value.detach().clone()
    distributed.all_reduce(summed)
    return summed


class Descent:
    """A network and its optimiser. forward: the network, compiled or distributed as the run asks for."""

    def __init__(self, network: nn.Module, optimiser: torch.optim.Optimizer, grad_norm: float, setup: Setup):
        self.network, self.optimiser, self.grad_norm = network, optimiser, grad_norm
        self._device, self._bf16 = setup.device, setup.bf16
        self.parameters = [parameter for parameter in network.parameters() if parameter.requires_grad]
        self._several = processes()
        self.forward: Callable[..., Any] = network
        self._ahead: Callable[..., Any] | None = None
        core = getattr(network, "core", None)
        if setup.device.type == "cuda" and core is not None and self._several == 1:
            self.forward = partial(network, core=Graphed(core, setup.compile))
            self._ahead = partial(network, core=Graphed(core, compiled=False))  # of too many shapes to compile each
        elif setup.compile:
            self.forward = torch.compile(network)
        if self._several > 1:
            self._learned: Any = nn.parallel.DistributedDataParallel(self.forward)
        else:
            self._learned = self.forward
        _keep_memory()
        alone = setup.compile or self._several > 1 or setup.device.type != "cpu"
        self._parts = 1 if alone else setup.threads
        self._pool = _pool(self._parts - 1)

    def cast(self) -> torch.autocast:
        """Mixed precision, if the run has it."""
        return torch.autocast(self._device.type, torch.bfloat16, enabled=self._bf16)

    def act(
        self, observation: Observation, state: State, is_first: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, State]:
        """The output of the network for one step of lanes, (lanes,) is_first, without gradients; threads share the
        lanes."""
        lanes = len(is_first)
        parts = max(min(self._parts, lanes // FEWEST), 1)
        if parts == 1:
            with torch.no_grad(), self.cast():
                return self.forward(observation.trim(), state, is_first.unsqueeze(0))
        edges = [lanes * part // parts for part in range(parts + 1)]
        slices = [slice(first, last) for first, last in pairwise(edges)]

        def one(lanes: slice) -> tuple[torch.Tensor, torch.Tensor, State]:
            with torch.no_grad(), self.cast():
                return self.forward(observation.of(lanes).trim(), at(state, lanes), is_first[lanes].unsqueeze(0))

        found = self._shared(one, slices)
        return joined(found)

    def ahead(self, observation: Observation, state: State) -> torch.Tensor:
        """The values of what some lanes see in the middle of an episode, (lanes,), without gradients."""
        lanes, run = len(observation.pixels), self._ahead or self.network
        if self._ahead is not None:  # graphs of few shapes
            size = max(FEWEST_AHEAD, 1 << (lanes - 1).bit_length())
            index = torch.arange(size, device=self._device).clamp(max=lanes - 1)
            observation, state = observation.of(index), at(state, index)
        is_first = torch.zeros(1, len(observation.pixels), device=self._device)
        with torch.no_grad(), self.cast():
            values: torch.Tensor = run(observation.trim(), state, is_first)[1]
        return values[:lanes]

    def learn(
        self,
        observation: Observation,
        state: State,
        is_first: torch.Tensor,
        trace: dict[str, torch.Tensor] | None = None,
    ) -> tuple[torch.Tensor, torch.Tensor, State]:
        """The same with gradients, of (steps, lanes) is_first; for losses that `step` calls. trace: see Network."""
        with self.cast():
            if trace is None:
                return self._learned(observation, state, is_first)
            return self._learned(observation, state, is_first, trace=trace)

    def step(
        self, loss: Callable[[torch.Tensor], tuple[torch.Tensor, torch.Tensor]], index: torch.Tensor
    ) -> torch.Tensor:
        """One step of the optimiser.

        loss(part): (a scalar, metrics (k,)) of some of the samples of index, both of which add up over the parts to
        those of the whole minibatch (of all processes). Returns the metrics of the whole in this process.
        """
        parts = max(min(self._parts, len(index)), 1)
        if parts == 1:
            self.optimiser.zero_grad()
            value, metrics = loss(index)
            if self._several > 1:  # processes average their gradients, once those of all weights are known
                reached = torch.stack([parameter.sum() for parameter in self.parameters]).sum()
                value = value * self._several + 0 * reached  # weights that the loss does not reach, too
            value.backward()
        else:

            def one(part: torch.Tensor) -> tuple[Sequence[torch.Tensor | None], torch.Tensor]:
                value, found = loss(part)
                return torch.autograd.grad(value, self.parameters, allow_unused=True), found

            (gradients, metrics), *others = self._shared(one, index.chunk(parts))
            for more, found in others:
                gradients, metrics = _added(gradients, more), metrics + found
            for parameter, gradient in zip(self.parameters, gradients, strict=True):
                # fused optimisers read memory as it lies, and autograd leaves some gradients with channels last
                parameter.grad = gradient if gradient is None else torch.empty_like(parameter).copy_(gradient)
        nn.utils.clip_grad_norm_(self.parameters, self.grad_norm)
        self.optimiser.step()
        return metrics

    def _shared(self, work: Callable[[Any], Any], parts: Sequence[Any]) -> list[Any]:
        """work(part) of each part, in their order; this thread takes the first."""
        assert self._pool is not None
        others = [self._pool.submit(work, part) for part in parts[1:]]
        return [work(parts[0]), *(each.result() for each in others)]

    def rate(self, value: float) -> None:
        """Learn at this rate from now on."""
        for group in self.optimiser.param_groups:
            group["lr"] = value


def _added(one: Sequence[torch.Tensor | None], two: Sequence[torch.Tensor | None]) -> list[torch.Tensor | None]:
    """The sums of two lists of gradients, in the memory of the first where both have one."""
    both = [(a, b) for a, b in zip(one, two, strict=True) if a is not None and b is not None]
    if both:
        torch._foreach_add_([a for a, _ in both], [b for _, b in both])  # one call for all of them
    return [b if a is None else a for a, b in zip(one, two, strict=True)]


_pools: dict[int, ThreadPoolExecutor] = {}
_lock = threading.Lock()


def _pool(threads: int) -> ThreadPoolExecutor | None:
    """Threads that each use one core; those of a number are made once."""
    if threads < 1:
        return None
    with _lock:
        if threads not in _pools:
            _pools[threads] = ThreadPoolExecutor(threads, "descent", initializer=torch.set_num_threads, initargs=(1,))
        return _pools[threads]


def _keep_memory() -> None:
    """Let the C library keep what tensors have given back. By default it returns memory to the system after most steps
    of an optimiser, and 40,000 page faults an update to get it again took 15 % of PPO's time."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if os.name == "posix" else None
    if mallopt is not None:  # glibc and those that follow it
        for parameter, value in ((M_MMAP_THRESHOLD, 32 << 20), (M_TRIM_THRESHOLD, 256 << 20)):
            mallopt(parameter, value)


@contextmanager
def torch_threads(count: int) -> Iterator[None]:
    """Let torch use so many threads inside an operation, and afterwards as many as before: sums of floats depend on
    it."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
