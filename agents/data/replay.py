"""A replay memory of sequences, from which samples are drawn uniformly or by priority."""

from __future__ import annotations

from bisect import bisect_right
from typing import Any, NamedTuple

import torch

from ..trees import Tree, at, leaves, nbytes, tree_map

ALPHA = 0.6
"""The exponent of priorities: Schaul et al. 2015, arXiv 1511.05952, for proportional priorities."""


class Sample(NamedTuple):
    """Items drawn from a replay memory: a tree with tensors (count, ...), their indices, int64 (count,), and the
    weights of importance sampling, float32 (count,), the largest of which is 1."""

    items: Tree
    indices: torch.Tensor
    weights: torch.Tensor


class SumTree:
    """Numbers of which the sum is known, so that an index can be drawn in proportion to them in a logarithmic number of
    steps, for many draws at once: Schaul et al. 2015, arXiv 1511.05952, appendix B.2.1.

    A complete binary tree in one tensor, float64 (2 * leaves,): node k is the sum of nodes 2k and 2k + 1, and the root
    is node 1. Every change adds up the children anew, so that no rounding builds up.
    """

    def __init__(self, capacity: int, device: torch.device):
        self._depth = _depth(capacity)
        self.nodes = torch.zeros(2 << self._depth, dtype=torch.float64, device=device)

    @property
    def total(self) -> torch.Tensor:
        """The sum of all, float64 ()."""
        return self.nodes[1]

    def get(self, indices: torch.Tensor) -> torch.Tensor:
        """The numbers at these int64 indices, float64, of the same shape."""
        return self.nodes[indices + (1 << self._depth)]

    def set(self, indices: torch.Tensor, values: torch.Tensor) -> None:
        """Change the numbers at these int64 indices, (k,), to values, (k,), not below 0. Of an index that comes more
        than once, the last value counts."""
        ordered, order = indices.sort(stable=True)
        last = torch.searchsorted(ordered, ordered, right=True) - 1  # so that equal indices write equal values
        place = ordered + (1 << self._depth)
        self.nodes[place] = values.to(self.nodes)[order[last]]
        for _ in range(self._depth):
            place = place // 2
            self.nodes[place] = self.nodes[2 * place] + self.nodes[2 * place + 1]

    def find(self, sums: torch.Tensor) -> torch.Tensor:
        """For each of these, float64 (k,), at least 0 and below the total: the first index up to which the numbers sum
        to more than it, int64 (k,). Whatever the rounding, an index whose number is 0 is not found, unless all are."""
        place = torch.ones_like(sums, dtype=torch.int64)
        for _ in range(self._depth):
            left, right = self.nodes[2 * place], self.nodes[2 * place + 1]
            goes_right = (sums >= left) & (right > 0)
            sums = torch.where(goes_right, sums - left, sums)
            place = 2 * place + goes_right
        return place - (1 << self._depth)


def _depth(capacity: int) -> int:
    """The levels below the root of a binary tree with so many leaves or more."""
    return (capacity - 1).bit_length()


class Replay:
    """The newest sequences of experience, at most so many, in memory that is allocated once.

    An item is a tree of tensors whose first axis is time: `length` steps, or 1 for what is kept once for a sequence,
    such as the state of the network before it. There is no axis of lanes: each lane's sequence is an item of its own.

    With priorities p, an item is drawn with a probability proportional to p**alpha (Schaul et al. 2015, arXiv
    1511.05952). An index stays that of an item until the item is overwritten, and then is that of a new one: so give
    the new priorities of a sample to `update` before the next `add`.
    """

    def __init__(
        self,
        capacity: int,
        example: Tree,
        *,
        device: torch.device | str,
        length: int = 1,
        prioritised: bool = False,
        alpha: float = ALPHA,
        seed: int = 0,
        max_bytes: int | None = None,
    ):
        """example: an item, of which the shapes and dtypes count alone; tensors on the device `meta` will do. seed: of
        the memory's own generator. max_bytes: at most so many are allocated.

        ValueError if the capacity or the length is below 1, alpha below 0, a tensor of the example has another first
        axis than the above, or more than max_bytes would be needed.
        """
        if capacity < 1 or length < 1 or alpha < 0:
            raise ValueError(
                f"capacity and length are at least 1 and alpha is not below 0: {capacity}, {length}, {alpha}"
            )
        shapes = [tuple(leaf.shape) for leaf in leaves(example)]
        if wrong := [shape for shape in shapes if shape[:1] not in ((length,), (1,))]:
            raise ValueError(f"the first axis of an item's tensors is {length} steps, or 1, but there are {wrong}")
        needed = self.bytes_for(example, capacity, prioritised)
        if max_bytes is not None and needed > max_bytes:
            fitting = bisect_right(
                range(capacity + 1), max_bytes, key=lambda few: self.bytes_for(example, few, prioritised)
            )
            raise ValueError(
                f"a replay memory of {capacity:,} items of {length:,} steps needs {needed:,} bytes, but {max_bytes:,} "
                f"are allowed: turn down capacity (there is room for {max(fitting - 1, 0):,} items), length, the "
                "number of envs or the size of frames"
            )
        self.capacity, self.length, self.alpha = capacity, length, alpha
        self.device = torch.device(device)
        self._items = tree_map(
            lambda leaf: torch.zeros(capacity, *leaf.shape, dtype=leaf.dtype, device=self.device), example
        )
        self._count, self._next = 0, 0
        self._tree = SumTree(capacity, self.device) if prioritised else None
        self._highest = torch.ones((), dtype=torch.float64, device=self.device)  # of all p**alpha so far
        self.generator = torch.Generator(self.device).manual_seed(seed)

    @staticmethod
    def bytes_for(example: Tree, capacity: int, prioritised: bool = False) -> int:
        """The bytes of a replay memory of this capacity for items like the example."""
        return capacity * nbytes(example) + (8 * (2 << _depth(capacity)) if prioritised and capacity else 0)

    @property
    def nbytes(self) -> int:
        """The bytes of its items and, if there is one, of its tree of priorities: what `bytes_for` says."""
        return nbytes(self._items) + (0 if self._tree is None else nbytes(self._tree.nodes))

    def __len__(self) -> int:
        """The number of items that are in it."""
        return self._count

    @torch.no_grad()
    def add(self, items: Tree, priorities: torch.Tensor | None = None) -> None:
        """Keep k items, a tree like the example with tensors (k, ...), in place of the oldest if it is full. Of more
        items than its capacity, only the last are kept.

        priorities: (k,), above 0, in a prioritised memory; if left out, the highest so far, which is 1 at first.
        ValueError if a shape or dtype is not that of the example, or a priority is not above 0 or not finite.
        """
        parts = leaves(items)
        count = len(parts[0]) if parts and parts[0].dim() else 0

        def check(kept: torch.Tensor, new: torch.Tensor) -> None:
            if new.shape != (count, *kept.shape[1:]) or new.dtype != kept.dtype:
                raise ValueError(
                    f"items of shape {tuple(new.shape)} and {new.dtype} are added, but shape "
                    f"{(count, *kept.shape[1:])} and {kept.dtype} are needed"
                )

        tree_map(check, self._items, items)
        if priorities is None:
            raised = self._highest.expand(count)
        else:
            raised = self._raised(priorities, count)
            self._highest = torch.cat([self._highest.unsqueeze(0), raised]).max()
        kept = min(count, self.capacity)
        places = (self._next + torch.arange(count - kept, count, device=self.device)) % self.capacity
        tree_map(lambda own, new: own.index_copy_(0, places, new[count - kept :].to(self.device)), self._items, items)
        if self._tree is not None:
            self._tree.set(places, raised[count - kept :])
        self._next = (self._next + count) % self.capacity
        self._count = min(self._count + count, self.capacity)

    def _raised(self, priorities: torch.Tensor, count: int) -> torch.Tensor:
        """These priorities to the power of alpha, float64 (count,), on its device."""
        if self._tree is None:
            raise ValueError("this replay memory draws uniformly: make it with prioritised=True to give priorities")
        if priorities.shape != (count,):
            raise ValueError(f"priorities are of shape {tuple(priorities.shape)}, but ({count},) is needed")
        given = priorities.detach().to(self.device, torch.float64)
        result = given**self.alpha
        if not bool(((given > 0) & (result > 0) & given.isfinite() & result.isfinite()).all()):
            raise ValueError("priorities are finite and above 0: add a small constant to errors that may be 0")
        return result

    def sample(self, count: int, generator: torch.Generator | None = None, *, beta: float = 1.0) -> Sample:
        """So many items by chance, an item perhaps more than once.

        With priorities, one is drawn from each of `count` equal parts of their sum, and the weights are those of Schaul
        et al. 2015, section 3.4: (N P(i))**-beta over the largest of the sample. Without, all weights are 1. generator:
        on its device, in place of its own.

        ValueError if count is below 1, or there is nothing to draw from.
        """
        if count < 1:
            raise ValueError(f"a sample has at least 1 item, not {count}")
        if not self._count:
            raise ValueError("the replay memory is empty: add items before a sample is drawn")
        generator = self.generator if generator is None else generator
        if self._tree is None:
            indices = torch.randint(self._count, (count,), generator=generator, device=self.device)
            return Sample(at(self._items, indices), indices, torch.ones(count, device=self.device))
        parts = torch.arange(count, dtype=torch.float64, device=self.device)
        shares = torch.rand(count, dtype=torch.float64, generator=generator, device=self.device)
        indices = self._tree.find((parts + shares) / count * self._tree.total)
        chances = self._tree.get(indices)  # up to a factor, which the largest weight takes away
        weights = (chances / chances.min()) ** -beta
        return Sample(at(self._items, indices), indices, weights.float())

    def update(self, indices: torch.Tensor, priorities: torch.Tensor) -> None:
        """New priorities, (k,), above 0, of the items at these int64 indices, (k,). Of an index that comes more than
        once, the last priority counts. ValueError as `add`, or if an index is not that of an item."""
        if indices.dim() != 1 or not bool(((indices >= 0) & (indices < self._count)).all()):
            raise ValueError(f"indices are of shape (k,), from 0 to {self._count - 1}: those that a sample came with")
        raised = self._raised(priorities, len(indices))
        assert self._tree is not None
        self._tree.set(indices.to(self.device), raised)
        self._highest = torch.cat([self._highest.unsqueeze(0), raised]).max()

    def state_dict(self) -> dict[str, Any]:
        """All that it needs to go on to the byte. Its items are a list of tensors (len, ...), copies of what is in it,
        so that a checkpoint is no larger than what has been added."""
        return {
            "items": [part[: self._count].clone() for part in leaves(self._items)],
            "capacity": self.capacity,
            "count": self._count,
            "next": self._next,
            "nodes": None if self._tree is None else self._tree.nodes.clone(),
            "highest": self._highest,
            "generator": self.generator.get_state(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go back to a saved state, in the memory there is, which may have another capacity if it draws uniformly and
        nothing has been overwritten. ValueError if it is not that of a replay memory like this
        one; torch's RuntimeError if it was saved on another kind of device, whose generator is another."""
        own = leaves(self._items)
        kinds = [[(part.shape[1:], part.dtype) for part in parts] for parts in (own, state["items"])]
        whole = self._tree is None and state["next"] in (0, state["count"])  # no item has been overwritten
        fits = state["capacity"] == self.capacity or (whole and state["count"] <= self.capacity)
        same = kinds[0] == kinds[1] and fits
        if not same or (state["nodes"] is None) != (self._tree is None):
            raise ValueError("this state is of a replay memory of another capacity, other items or other priorities")
        self.generator.set_state(state["generator"].cpu())
        for kept, saved in zip(own, state["items"], strict=True):
            kept[: len(saved)] = saved
        if self._tree is not None:
            self._tree.nodes.copy_(state["nodes"])
        self._count = state["count"]
        self._next = state["next"] if state["capacity"] == self.capacity else self._count % self.capacity
        self._highest = state["highest"].to(self._highest)
