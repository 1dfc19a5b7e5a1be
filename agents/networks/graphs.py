"""CUDA graphs of a core.

A core runs step after step, tick after tick: thousands of small kernels, and to launch each of them takes the
processor longer than the GPU needs to run it. A graph launches them all at once. One is recorded for each shape of its
input, with gradients and without.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn

from ..trees import leaves, tree_map

Output = tuple[torch.Tensor, Any]
WARM = 3
"""Runs before a graph is recorded, in which kernels are compiled and chosen, as PyTorch's notes on CUDA graphs ask."""


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Nothing is collected meanwhile: memory of the GPU that is given back in a recording, such as that of a batch that
    nobody holds any more, makes the recording invalid."""
    collects = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


class Graphed:
    """The same as a core on a GPU, by a graph for each shape that comes up. core: not changed by it; compiled: whether
    it is compiled in the graphs, where it has a `compiled`."""

    def __init__(self, core: nn.Module, compiled: bool = True):
        self._core = core
        self._run: Callable[..., Output] = getattr(core, "compiled", core) if compiled else core
        self._graphs: dict[Any, Callable[..., Output]] = {}

    def __call__(self, features: torch.Tensor, state: Any, is_first: torch.Tensor) -> Output:
        """See contracts.Core. With gradients, what it gives is overwritten by the next call of the same shape."""
        learns = torch.is_grad_enabled()
        kinds = torch.is_autocast_enabled("cuda"), torch.get_autocast_dtype("cuda")
        key = (features.shape, features.dtype, learns, kinds)
        if key not in self._graphs:
            record = self._with_gradients if learns else self._without
            with _undisturbed():
                self._graphs[key] = record(features, state, is_first, kinds)
        return self._graphs[key](features, state, is_first)

    def _with_gradients(
        self, features: torch.Tensor, state: Any, is_first: torch.Tensor, kinds: Any
    ) -> Callable[..., Output]:
        """A graph forward and one backward."""
        parts = len(leaves(state))
        module = _Flat(self._core, self._run, state, kinds)
        example = (features.detach().requires_grad_(), *(leaf.detach().clone() for leaf in leaves(state)), is_first)
        with torch.autocast("cuda", enabled=False):  # whose cache of weights is not for graphs; see _Flat
            torch.cuda.make_graphed_callables(module, example, num_warmup_iters=WARM, allow_unused_input=True)

        def replay(features: torch.Tensor, state: Any, is_first: torch.Tensor) -> Output:
            outputs, *after = module(features, *leaves(state), is_first)
            rest = iter(after[:parts])
            return outputs, tree_map(lambda _: next(rest), state)

        return replay

    def _without(self, features: torch.Tensor, state: Any, is_first: torch.Tensor, kinds: Any) -> Callable[..., Output]:
        """A graph of acting."""
        given = tree_map(torch.clone, (features, state, is_first))

        def run() -> Output:
            with torch.autocast("cuda", kinds[1], enabled=kinds[0], cache_enabled=False):
                return self._run(*given)

        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(WARM):
                run()
        torch.cuda.current_stream().wait_stream(side)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            found = run()

        def replay(features: torch.Tensor, state: Any, is_first: torch.Tensor) -> Output:
            tree_map(lambda kept, new: kept.copy_(new), given, (features, state, is_first))
            graph.replay()
            outputs: Output = tree_map(torch.clone, found)
            return outputs

        return replay


class _Flat(nn.Module):
    """A core that takes and gives its state as tensors one after the other. `make_graphed_callables` gives a module
    with a graph for its `forward`."""

    def __init__(self, core: nn.Module, run: Callable[..., Output], state: Any, kinds: Any):
        super().__init__()
        self.core, self._run, self._example, self._kinds = core, run, state, kinds

    def forward(self, features: torch.Tensor, *rest: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """(features, leaves of the state …, is_first) to (outputs, leaves of the state after …)."""
        *state, is_first = rest
        parts = iter(state)
        enabled, kind = self._kinds
        with torch.autocast("cuda", kind, enabled=enabled, cache_enabled=False):
            outputs, after = self._run(features, tree_map(lambda _: next(parts), self._example), is_first)
        return outputs, *leaves(after)
