"""Trees of tensors: they keep their structure, choose by lane, and are refused where they differ."""

from __future__ import annotations

from typing import NamedTuple

import pytest
import torch

from rumpus.agents.trees import at, cat, leaves, nbytes, stack, tree_map, where


class Seen(NamedTuple):
    """A tree within a tree."""

    pixels: torch.Tensor
    chat: torch.Tensor | None


def test_trees_keep_their_structure() -> None:
    tree = {
        "a": Seen(torch.zeros(2, 3), None),
        "b": [torch.ones(2), (torch.ones(2, 1, 4, dtype=torch.uint8),)],
        "c": (),
    }
    doubled = tree_map(lambda leaf: leaf * 2, tree)
    assert isinstance(doubled["a"], Seen) and doubled["a"].chat is None
    assert isinstance(doubled["b"], list) and isinstance(doubled["b"][1], tuple) and doubled["c"] == ()
    assert [float(leaf.sum()) for leaf in leaves(doubled)] == [0, 4, 16]
    assert nbytes(tree) == 6 * 4 + 2 * 4 + 8
    assert nbytes(None) == 0
    assert [tuple(leaf.shape) for leaf in leaves(at(tree, torch.tensor([1, 1, 0])))] == [(3, 3), (3,), (3, 1, 4)]
    assert [tuple(leaf.shape) for leaf in leaves(stack([tree, tree, tree], 1))] == [(2, 3, 3), (2, 3), (2, 3, 1, 4)]
    assert [tuple(leaf.shape) for leaf in leaves(cat([tree, tree]))] == [(4, 3), (4,), (4, 1, 4)]


def test_trees_choose_by_lane() -> None:
    mask = torch.tensor([1.0, 0.0, 1.0])
    blank, state = (torch.zeros(1, 2), None), (torch.arange(6.0).reshape(3, 2), None)
    assert where(mask, blank, state)[0].tolist() == [[0, 0], [2, 3], [0, 0]]
    assert where(mask, state, blank)[0].tolist() == [[0, 1], [0, 0], [4, 5]]
    assert where(mask, torch.ones(3), torch.zeros(3)).tolist() == [1, 0, 1]
    assert where(mask, None, None) is None
    with pytest.raises(ValueError, match="lack the axis of lanes"):
        where(mask, torch.tensor(1.0), torch.zeros(3))


@pytest.mark.parametrize(
    ("one", "two", "error", "words"),
    [
        ((torch.ones(1),), [torch.ones(1)], ValueError, "tuple is met by list"),
        (None, torch.ones(1), ValueError, "NoneType is met by Tensor"),
        (torch.ones(1), None, ValueError, "tensor is met by NoneType"),
        ([torch.ones(1)], [], ValueError, "lengths of lists differ"),
        ({"a": torch.ones(1)}, {"b": torch.ones(1)}, ValueError, "keys of dicts differ"),
        (3, 3, TypeError, "this is int"),
    ],
)
def test_trees_that_differ_are_refused(one, two, error, words) -> None:
    with pytest.raises(error, match=words):
        tree_map(lambda *parts: parts[0], one, two)
