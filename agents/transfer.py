"""Copies between the device of worlds and the device of a network."""

from __future__ import annotations

from collections.abc import Sequence

import torch


class Sender:
    """Tensors on the CPU to another device; to a GPU through two pinned buffers by turns, so that the copy of one runs
    while the other is filled."""

    def __init__(self, device: torch.device):
        self._device, self._turn = device, 0
        self._buffers: list[torch.Tensor | None] = [None, None]
        self._copied: list[torch.cuda.Event | None] = [None, None]

    def __call__(self, parts: Sequence[torch.Tensor]) -> torch.Tensor:
        """The parts as one tensor on the device; what follows on the current stream waits for it."""
        if self._device.type != "cuda":
            return torch.cat(list(parts)).to(self._device)
        self._turn = 1 - self._turn
        shape = (sum(map(len, parts)), *parts[0].shape[1:])
        buffer, copied = self._buffers[self._turn], self._copied[self._turn]
        if copied is not None:
            copied.synchronize()  # of two steps ago, so it has long been over
        if buffer is None or buffer.shape != shape or buffer.dtype != parts[0].dtype:
            buffer = torch.empty(shape, dtype=parts[0].dtype, pin_memory=True)
            self._buffers[self._turn] = buffer
        torch.cat(list(parts), out=buffer)
        sent = buffer.to(self._device, non_blocking=True)
        self._copied[self._turn] = torch.cuda.Event()
        self._copied[self._turn].record()  # type: ignore[union-attr]
        return sent


class Fetcher:
    """A tensor of a network's device to that of the worlds; from a GPU into pinned memory, and only what asks for the
    result waits for it."""

    def __init__(self, device: torch.device):
        self._device = device
        self._buffer: torch.Tensor | None = None
        self._copied: torch.cuda.Event | None = None
        self._plain: torch.Tensor | None = None

    def send(self, tensor: torch.Tensor) -> None:
        """Begin the copy."""
        if tensor.device.type != "cuda" or self._device.type == "cuda":
            self._plain = tensor.to(self._device)
            return
        if self._buffer is None or self._buffer.shape != tensor.shape:
            self._buffer = torch.empty(tensor.shape, dtype=tensor.dtype, pin_memory=True)
        self._buffer.copy_(tensor, non_blocking=True)
        self._copied = torch.cuda.Event()
        self._copied.record()

    def get(self) -> torch.Tensor:
        """The tensor, once its copy is over."""
        if self._copied is None:
            assert self._plain is not None
            return self._plain
        self._copied.synchronize()
        assert self._buffer is not None
        return self._buffer
