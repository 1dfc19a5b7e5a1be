"""Trees of tensors: a state, an observation or an item of a replay memory.

A tree is a tensor, None, or a tuple, a named tuple, a list or a dict of trees. None stands for what there is not, such
as the state of a network without memory, and stays None. A dict's entries come in the order of its keys' insertion;
between several trees they are matched by key.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch

Tree = Any
"""A tree of tensors; the checker of types cannot say it."""


def tree_map(function: Callable[..., Any], *trees: Tree) -> Tree:
    """A tree like the first, with function(its tensor, those of the others at the same place) for each tensor.

    ValueError if the trees differ in structure; TypeError if there is anything in them that no tree has.
    """
    first, *others = trees
    if isinstance(first, torch.Tensor):
        if not all(isinstance(other, torch.Tensor) for other in others):
            raise ValueError(f"a tensor is met by {_kinds(others)}")
        return function(*trees)
    if any(type(other) is not type(first) for other in others):
        raise ValueError(f"{type(first).__name__} is met by {_kinds(others)}")
    if first is None:
        return None
    if isinstance(first, dict):
        if any(other.keys() != first.keys() for other in others):
            raise ValueError(f"the keys of dicts differ: {[sorted(map(str, tree)) for tree in trees]}")
        return {key: tree_map(function, *(tree[key] for tree in trees)) for key in first}
    if not isinstance(first, tuple | list):
        raise TypeError(f"a tree holds tensors, None, tuples, lists and dicts, but this is {type(first).__name__}")
    if any(len(other) != len(first) for other in others):
        raise ValueError(f"the lengths of {type(first).__name__}s differ: {[len(tree) for tree in trees]}")
    parts = [tree_map(function, *branches) for branches in zip(*trees, strict=True)]
    return type(first)(*parts) if hasattr(first, "_fields") else type(first)(parts)


def _kinds(trees: Sequence[Tree]) -> str:
    """The names of their types."""
    return ", ".join(type(tree).__name__ for tree in trees)


def leaves(tree: Tree) -> list[torch.Tensor]:
    """Its tensors, from left to right."""
    found: list[torch.Tensor] = []
    tree_map(found.append, tree)
    return found


def nbytes(tree: Tree) -> int:
    """The bytes of the elements of all its tensors, those of meta tensors (which hold no memory) too."""
    return sum(leaf.numel() * leaf.element_size() for leaf in leaves(tree))


def at(tree: Tree, index: torch.Tensor | slice | int) -> Tree:
    """Some of the lanes: every tensor (lanes, ...) indexed on its first axis, by int64 indices, a boolean mask
    (lanes,), a slice, or a number, which removes the axis."""
    return tree_map(lambda leaf: leaf[index], tree)


def where(mask: torch.Tensor, chosen: Tree, other: Tree) -> Tree:
    """The tensors of chosen in the lanes where mask is true (or not 0), those of other elsewhere.

    mask: (lanes,); every tensor: (lanes, ...), or (1, ...) for the same in all lanes. ValueError if a tensor has no
    axis of lanes, or the trees differ in structure.
    """
    mask = mask.bool()

    def choose(one: torch.Tensor, two: torch.Tensor) -> torch.Tensor:
        axes = max(one.dim(), two.dim()) - mask.dim()
        if min(one.dim(), two.dim()) < mask.dim():
            raise ValueError(f"tensors of shapes {tuple(one.shape)} and {tuple(two.shape)} lack the axis of lanes")
        return torch.where(mask.reshape(*mask.shape, *[1] * axes), one, two)

    return tree_map(choose, chosen, other)


def stack(trees: Sequence[Tree], dim: int = 0) -> Tree:
    """The trees as one, each tensor with a new axis as long as there are trees."""
    return tree_map(lambda *parts: torch.stack(parts, dim), *trees)


def cat(trees: Sequence[Tree], dim: int = 0) -> Tree:
    """The trees as one, their tensors one behind the other along an axis they have."""
    return tree_map(lambda *parts: torch.cat(parts, dim), *trees)


def joined(trees: Sequence[Tree], dim: int = 0) -> Tree:
    """The same as `cat`, but of a single tree the tree itself."""
    return trees[0] if len(trees) == 1 else cat(trees, dim)


def to(tree: Tree, device: torch.device) -> Tree:
    """Copies of the tensors on a device."""
    return tree_map(lambda leaf: leaf.to(device, copy=True), tree)
