"""The replay memory against a list that keeps the newest, and its priorities against plain sums."""

from __future__ import annotations

import collections
import io
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rumpus.agents.data.replay import Replay, SumTree
from rumpus.agents.trees import at, leaves, tree_map

CPU = torch.device("cpu")


class Seen(NamedTuple):
    """A tree within a tree."""

    pixels: torch.Tensor
    chat: torch.Tensor | None


def items(numbers: list[int], length: int = 3) -> Any:
    """An item for each number, all parts of which say the number: (k, length, ...), and (k, 1, 2) for its state."""
    said = torch.tensor(numbers, dtype=torch.float32)
    time = said.reshape(-1, 1, 1).expand(-1, length, 2)
    return {"seen": Seen(time.to(torch.uint8), None), "rewards": [time[..., 0] + 0.5], "state": (time[:, :1],)}


EXAMPLE = at(items([0]), 0)
EXAMPLE_BYTES = 3 * 2 + 3 * 4 + 2 * 4
"""Pixels of a byte, rewards and a state of four."""


def numbers(tree: Any) -> list[int]:
    """Which numbers these items were made of; fails if their parts are not of the same."""
    found = [int(number) for number in tree["state"][0][:, 0, 0]]
    for one, two in zip(leaves(tree), leaves(items(found)), strict=True):
        assert torch.equal(one, two)
    return found


def held(replay: Replay) -> list[int]:
    """All that is in it, by its saved state."""
    return [int(number) for number in replay.state_dict()["items"][2][: len(replay), 0, 0]]


@settings(max_examples=60)
@given(
    st.integers(1, 7), st.lists(st.one_of(st.integers(0, 9), st.none()), max_size=12), st.booleans(), st.integers(0, 99)
)
def test_it_holds_the_newest_and_draws_what_it_says(capacity, calls, prioritised, seed) -> None:
    """Against a list: a number adds so many items, None draws some."""
    replay = Replay(capacity, EXAMPLE, device=CPU, length=3, prioritised=prioritised, seed=seed)
    model: collections.deque[int] = collections.deque(maxlen=capacity)
    added = 0
    for call in calls:
        if call is not None:
            new = list(range(added, added + call))
            replay.add(items(new))
            model.extend(new)
            added += call
        elif model:
            sample = replay.sample(6)
            assert set(numbers(sample.items)) <= set(model)
            assert [number % capacity for number in numbers(sample.items)] == sample.indices.tolist()
            assert torch.equal(sample.weights, torch.ones(6))  # nothing was given another priority
        assert len(replay) == len(model)
        assert sorted(held(replay)) == list(model)


@settings(max_examples=60)
@given(st.integers(1, 33), st.data())
def test_every_node_of_the_sum_tree_is_the_sum_below_it_whatever_was_changed(capacity, data) -> None:
    tree, model = SumTree(capacity, CPU), np.zeros(capacity)
    pairs = st.tuples(st.integers(0, capacity - 1), st.sampled_from([0.0, 1e-6, 0.3, 1.0, 7.7, 1e6]))
    for batch in data.draw(st.lists(st.lists(pairs, min_size=1, max_size=20), min_size=1, max_size=5)):
        for index, value in batch:
            model[index] = value  # the last one counts
        tree.set(
            torch.tensor([index for index, _ in batch]),
            torch.tensor([value for _, value in batch], dtype=torch.float64),
        )
    assert tree.get(torch.arange(capacity)).tolist() == model.tolist()
    row = tree.nodes[len(tree.nodes) // 2 :]
    while len(row) > 1:
        row = row.reshape(-1, 2).sum(1)
        assert torch.equal(tree.nodes[len(row) : 2 * len(row)], row)
    if model.any():
        shares = torch.linspace(0, 1, 97, dtype=torch.float64)
        found = tree.find(shares * tree.total).numpy()
        ends = np.cumsum(model)
        assert (model[found] > 0).all()
        sums = shares.numpy() * ends[-1]
        slack = 1e-9 * ends[-1]
        assert (sums >= ends[found] - model[found] - slack).all()
        assert (sums <= ends[found] + slack).all()


def test_without_priorities_all_items_are_drawn_as_often() -> None:
    replay = Replay(8, EXAMPLE, device=CPU, length=3, seed=4)
    replay.add(items(list(range(6))))
    draws = np.bincount(replay.sample(6_000).indices.numpy(), minlength=6)
    assert ((draws - 1_000) ** 2 / 1_000).sum() < 15.1  # 1 % beyond it, of 5 degrees of freedom


def test_items_are_drawn_in_proportion_to_priority_to_the_alpha() -> None:
    priorities = torch.tensor([0.1, 5.0, 1.0, 0.01, 2.0, 3.0])
    replay = Replay(6, EXAMPLE, device=CPU, length=3, prioritised=True, alpha=0.7, seed=5)
    replay.add(items(list(range(6))), priorities)
    chances = priorities.double().numpy() ** 0.7
    chances /= chances.sum()
    draws = np.zeros(6)
    for _ in range(6_000):
        draws += np.bincount(replay.sample(1).indices.numpy(), minlength=6)
    chi_square = ((draws - chances * 6_000) ** 2 / (chances * 6_000)).sum()
    assert chi_square < 15.1  # 1 % beyond it, of 5 degrees of freedom
    replay.update(torch.tensor([3]), torch.tensor([50.0]))
    together = replay.sample(1000)
    chances = np.array([0.1, 5, 1, 50, 2, 3]) ** 0.7
    expected = 1000 * chances / chances.sum()
    assert (np.abs(np.bincount(together.indices.numpy(), minlength=6) - expected) < 2).all()  # a draw from each part


def test_weights_take_back_the_priorities() -> None:
    priorities = torch.tensor([0.5, 4.0, 1.0, 2.0])
    replay = Replay(8, EXAMPLE, device=CPU, length=3, prioritised=True, alpha=0.8)
    replay.add(items(list(range(4))), priorities)
    for beta in (0.0, 0.4, 1.0):
        sample = replay.sample(200, beta=beta)
        chances = priorities.double().numpy() ** 0.8
        expected = (4 * chances / chances.sum()) ** -beta
        expected /= expected[sample.indices].max()
        np.testing.assert_allclose(sample.weights.numpy(), expected[sample.indices], rtol=1e-6)
        assert len(set(sample.indices.tolist())) == 4


def test_items_without_a_priority_get_the_highest_so_far() -> None:
    replay = Replay(4, EXAMPLE, device=CPU, length=3, prioritised=True, alpha=1.0)
    replay.add(items([0]))
    replay.update(torch.tensor([0]), torch.tensor([9.0]))
    replay.update(torch.tensor([0]), torch.tensor([3.0]))
    replay.add(items([1, 2]))
    assert replay.state_dict()["nodes"][4:].tolist() == [3.0, 9.0, 9.0, 0.0]


def test_a_new_item_does_not_inherit_the_priority_of_the_old() -> None:
    replay = Replay(2, EXAMPLE, device=CPU, length=3, prioritised=True, alpha=1.0)
    replay.add(items([0, 1, 2]), torch.tensor([1.0, 1.0, 100.0]))
    replay.add(items([3, 4]), torch.tensor([6.0, 2.0]))
    assert held(replay) == [4, 3]
    assert replay.state_dict()["nodes"].tolist() == [0.0, 8.0, 2.0, 6.0]


@pytest.mark.parametrize("prioritised", [False, True])
def test_its_memory_is_counted_to_the_byte_before_and_after(prioritised) -> None:
    meta = tree_map(lambda leaf: torch.empty(leaf.shape, dtype=leaf.dtype, device="meta"), EXAMPLE)
    replay = Replay(100, meta, device=CPU, length=3, prioritised=prioritised)
    tree = 8 * 2 * 128 if prioritised else 0
    assert replay.nbytes == Replay.bytes_for(meta, 100, prioritised) == 100 * EXAMPLE_BYTES + tree
    for held in (7, 100):  # a checkpoint holds what has been added, and no more
        replay.add(items(list(range(held - len(replay)))))
        state = replay.state_dict()
        tensors = [*state["items"], *([state["nodes"]] if prioritised else [])]
        assert sum(tensor.untyped_storage().nbytes() for tensor in tensors) == held * EXAMPLE_BYTES + tree


def test_too_much_memory_is_refused_and_the_message_says_how_much_fits() -> None:
    needed = Replay.bytes_for(EXAMPLE, 50, True)
    assert Replay(50, EXAMPLE, device=CPU, length=3, prioritised=True, max_bytes=needed).nbytes == needed
    with pytest.raises(
        ValueError, match=rf"needs {needed:,} bytes, but {needed - 1:,} are allowed.*capacity"
    ) as caught:
        Replay(50, EXAMPLE, device=CPU, length=3, prioritised=True, max_bytes=needed - 1)
    assert "room for 49 items" in str(caught.value)
    with pytest.raises(ValueError, match="room for 0 items"):
        Replay(50, EXAMPLE, device=CPU, length=3, max_bytes=EXAMPLE_BYTES - 1)


@pytest.mark.parametrize("prioritised", [False, True])
def test_a_restored_memory_draws_the_same_ever_after(prioritised) -> None:
    def play(replay: Replay, start: int) -> list[bytes]:
        seen = []
        for number in range(start, start + 5):
            replay.add(items([number, number + 100]))
            sample = replay.sample(4, beta=0.5)
            seen += [leaf.numpy().tobytes() for leaf in leaves(tuple(sample))]
            if prioritised:
                replay.update(sample.indices, sample.indices + 0.5)
        return seen

    one = Replay(9, EXAMPLE, device=CPU, length=3, prioritised=prioritised, seed=1)
    two = Replay(9, EXAMPLE, device=CPU, length=3, prioritised=prioritised, seed=2)
    play(one, 0)
    file = io.BytesIO()
    torch.save(one.state_dict(), file)
    file.seek(0)
    two.load_state_dict(torch.load(file, weights_only=True))
    assert play(one, 20) == play(two, 20)
    assert held(one) == held(two)
    with pytest.raises(ValueError, match="another capacity"):
        Replay(8, EXAMPLE, device=CPU, length=3, prioritised=prioritised).load_state_dict(one.state_dict())
    with pytest.raises(ValueError, match="other priorities"):
        Replay(9, EXAMPLE, device=CPU, length=3, prioritised=not prioritised).load_state_dict(one.state_dict())


def test_seeds_and_generators_decide_the_sample() -> None:
    def drawn(seed: int, generator: torch.Generator | None = None) -> list[int]:
        replay = Replay(50, EXAMPLE, device=CPU, length=3, seed=seed)
        replay.add(items(list(range(50))))
        return replay.sample(20, generator).indices.tolist()

    assert drawn(0) == drawn(0) != drawn(1)
    assert drawn(0, torch.Generator().manual_seed(7)) == drawn(1, torch.Generator().manual_seed(7)) != drawn(0)


def test_samples_are_copies() -> None:
    replay = Replay(4, EXAMPLE, device=CPU, length=3)
    replay.add(items([3]))
    for leaf in leaves(replay.sample(2).items):
        leaf.zero_()
    assert numbers(replay.sample(2).items) == [3, 3]


def test_wrong_items_priorities_and_samples_are_refused_and_change_nothing() -> None:
    replay = Replay(4, EXAMPLE, device=CPU, length=3, prioritised=True)
    with pytest.raises(ValueError, match="empty"):
        replay.sample(1)
    replay.add(items([1, 2]))
    before = [leaf.clone() for leaf in leaves({**replay.state_dict(), "capacity": None, "count": None, "next": None})]
    with pytest.raises(ValueError, match=r"shape \(1, 2, 2\)"):
        replay.add(items([3], length=2))
    with pytest.raises(ValueError, match="float64"):
        replay.add(tree_map(lambda leaf: leaf.double() if leaf.is_floating_point() else leaf, items([3])))
    with pytest.raises(ValueError, match="keys of dicts"):
        replay.add({"seen": items([3])["seen"]})
    for wrong in (0.0, -1.0, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="finite and above 0"):
            replay.add(items([3]), torch.tensor([wrong]))
        with pytest.raises(ValueError, match="finite and above 0"):
            replay.update(torch.tensor([0]), torch.tensor([wrong]))
    with pytest.raises(ValueError, match=r"priorities are of shape \(2,\)"):
        replay.add(items([3]), torch.ones(2))
    for index in (-1, 2):
        with pytest.raises(ValueError, match="from 0 to 1"):
            replay.update(torch.tensor([index]), torch.ones(1))
    with pytest.raises(ValueError, match="at least 1 item"):
        replay.sample(0)
    assert len(replay) == 2
    after = leaves({**replay.state_dict(), "capacity": None, "count": None, "next": None})
    assert all(torch.equal(*pair) for pair in zip(before, after, strict=True))
    uniform = Replay(4, EXAMPLE, device=CPU, length=3)
    with pytest.raises(ValueError, match="prioritised=True"):
        uniform.add(items([3]), torch.ones(1))
    with pytest.raises(ValueError, match="is 4 steps, or 1"):
        Replay(4, EXAMPLE, device=CPU, length=4)
    with pytest.raises(ValueError, match="capacity and length"):
        Replay(0, EXAMPLE, device=CPU, length=3)


@pytest.mark.cuda
def test_the_gpu_keeps_and_draws_as_the_cpu_does() -> None:
    replays = [Replay(33, EXAMPLE, device=device, length=3, prioritised=True) for device in ("cpu", "cuda")]
    for replay in replays:
        replay.add(items(list(range(50))), torch.arange(1.0, 51))
        places = torch.tensor([3, 3, 9, 3], device=replay.device)
        replay.update(places, torch.tensor([1.0, 2.0, 3.0, 4.0], device=replay.device))
        sample = replay.sample(50)
        assert numbers(tree_map(torch.Tensor.cpu, sample.items))
        assert all(leaf.device.type == replay.device.type for leaf in leaves(tuple(sample)))
    one, two = (leaves([replay.state_dict()[name] for name in ("items", "nodes", "highest")]) for replay in replays)
    for left, right in zip(one, two, strict=True):
        torch.testing.assert_close(left, right.cpu(), rtol=1e-12, atol=0)
