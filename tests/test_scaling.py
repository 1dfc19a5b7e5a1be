"""Scales of rewards and values: against the statistics of all that was seen, and against their inverses."""

from __future__ import annotations

import math
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from rumpus.agents.algorithms.scaling import PopArt, RewardScale, rescale, unscale


def random_rewards(steps: int, lanes: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Rewards, ends and who plays, each float32 (steps, lanes)."""
    rng = np.random.default_rng(3)
    parts = rng.normal(2, 5, (steps, lanes)), rng.random((steps, lanes)) < 0.1, rng.random((steps, lanes)) < 0.8
    rewards, ended, playing = (torch.tensor(part, dtype=torch.float32) for part in parts)
    return rewards, ended, playing


def test_rewards_are_divided_by_the_deviation_of_all_discounted_sums_so_far() -> None:
    rewards, ended, playing = random_rewards(60, 4)
    scale, sums, seen = RewardScale(4, 0.9, torch.device("cpu")), np.zeros(4), []
    for step in range(60):
        found = scale(rewards[step], ended[step], playing[step])
        sums = sums * 0.9 + rewards[step].numpy()
        seen += list(sums[playing[step].numpy() > 0])
        sums = sums * (1 - ended[step].numpy())
        if step > 5:  # the count of 1e-4 that it begins with is nothing by then
            expected = np.clip(rewards[step].numpy() / np.std(seen), -10, 10)
            np.testing.assert_allclose(found.numpy(), expected, rtol=1e-3)


def test_two_processes_that_add_up_their_moments_scale_as_one_does() -> None:
    rewards, ended, playing = random_rewards(50, 6)
    playing[20, :3] = 0  # nobody plays in one of the processes
    meeting, parts = threading.Barrier(2, timeout=20), [torch.empty(0)] * 2

    def half(process: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Its scaled rewards, (50, 3), and its last moments."""

        def reduce(part: torch.Tensor) -> torch.Tensor:
            parts[process] = part
            meeting.wait()
            total = parts[0] + parts[1]
            meeting.wait()
            return total

        scale, lanes = RewardScale(3, 0.95, torch.device("cpu"), reduce), slice(3 * process, 3 * process + 3)
        results = [scale(rewards[step, lanes], ended[step, lanes], playing[step, lanes]) for step in range(50)]
        return torch.stack(results), scale.moments

    with ThreadPoolExecutor(2) as threads:
        (left, moments), (right, same) = threads.map(half, range(2))
    whole = RewardScale(6, 0.95, torch.device("cpu"))
    expected = torch.stack([whole(rewards[step], ended[step], playing[step]) for step in range(50)])
    torch.testing.assert_close(torch.cat([left, right], 1), expected)
    assert torch.equal(moments, same)
    torch.testing.assert_close(moments, whole.moments, rtol=1e-12, atol=1e-12)


def test_a_restored_scale_goes_on_to_the_bit_and_other_lanes_are_refused() -> None:
    rewards, ended, playing = random_rewards(20, 4)
    one, two = (RewardScale(4, 0.9, torch.device("cpu")) for _ in range(2))
    for step in range(10):
        one(rewards[step], ended[step], playing[step])
    two.load_state_dict(one.state_dict())
    for step in range(10, 20):
        assert torch.equal(*(scale(rewards[step], ended[step], playing[step]) for scale in (one, two)))
    with pytest.raises(ValueError, match="4 lanes, but 3"):
        RewardScale(3, 0.9, torch.device("cpu")).load_state_dict(one.state_dict())


@given(st.floats(-1e6, 1e6), st.sampled_from([1e-3, 1e-2, 0.0]))
def test_unscale_is_the_inverse_of_rescale(x, eps) -> None:
    tensor = torch.tensor([x], dtype=torch.float64)
    expected = math.copysign(math.sqrt(abs(x) + 1) - 1, x) + eps * x
    assert float(rescale(tensor, eps)) == pytest.approx(expected, rel=1e-9, abs=1e-15)
    assert float(unscale(rescale(tensor, eps), eps)) == pytest.approx(x, rel=1e-9)
    single = tensor.float()
    assert float(unscale(rescale(single, eps), eps)) == pytest.approx(float(single), rel=2e-6, abs=1e-44)


def test_popart_keeps_its_outputs_while_the_statistics_move() -> None:
    torch.manual_seed(0)
    layer, features = PopArt(8, 3, step=0.3), torch.randn(20, 8)
    rng = np.random.default_rng(0)
    before = layer.unnormalise(layer(features))
    normalised = layer(features)
    for _ in range(20):
        which = torch.tensor(rng.integers(3, size=(5, 7)))
        targets = torch.tensor(rng.normal(size=(5, 7))).float() * 10.0**which + 100 * which
        layer.update(targets, which)
    torch.testing.assert_close(layer.unnormalise(layer(features)), before, rtol=1e-4, atol=1e-3)
    assert not torch.allclose(layer(features), normalised, atol=0.1)
    assert layer.std[2] > 5 * layer.std[1]


def test_popart_targets_get_mean_0_and_deviation_1_for_each_output() -> None:
    rng = np.random.default_rng(1)
    which = torch.tensor(rng.integers(2, size=4000))
    targets = torch.tensor(rng.normal(size=4000)) * torch.tensor([5.0, 0.2])[which] + torch.tensor([-30.0, 4.0])[which]
    layer = PopArt(4, 2, step=0.05)
    for _ in range(400):
        layer.update(targets, which)
    normalised = layer.normalise(targets, which)
    for output in range(2):
        part = normalised[which == output]
        assert float(part.mean()) == pytest.approx(0, abs=1e-3)
        assert float(part.std()) == pytest.approx(1, abs=1e-2)
    torch.testing.assert_close(layer.unnormalise(normalised, which), targets)


def test_popart_statistics_are_those_of_a_moving_mean_and_a_moving_second_moment() -> None:
    rng = np.random.default_rng(2)
    layer, mean, second = PopArt(4, step=0.1), 0.0, 1.0
    for _ in range(30):
        targets, weights = rng.normal(3, 2, size=6), rng.integers(0, 2, size=6).astype(float)
        weights[0] = 1
        targets[weights == 0] = 1e9  # must not count
        layer.update(torch.tensor(targets), weights=torch.tensor(weights))
        kept = targets[weights > 0]
        mean, second = 0.9 * mean + 0.1 * kept.mean(), 0.9 * second + 0.1 * (kept**2).mean()
        assert float(layer.mean) == pytest.approx(mean)
        assert float(layer.std) == pytest.approx(math.sqrt(second - mean**2))


def test_popart_leaves_outputs_without_targets_and_bounds_the_deviation() -> None:
    layer = PopArt(4, 3, step=1.0, lowest=0.5, highest=50.0)
    weight, bias = layer.linear.weight.detach().clone(), layer.linear.bias.detach().clone()
    layer.update(torch.tensor([7.0, 7.0, 0.0, 1e6]), torch.tensor([0, 0, 2, 2]))
    assert layer.mean.tolist() == [7.0, 0.0, 5e5]
    assert layer.std.tolist() == [0.5, 1.0, 50.0]
    assert torch.equal(layer.linear.weight[1], weight[1])
    assert torch.equal(layer.linear.bias[1], bias[1])


def test_popart_statistics_are_saved_and_wrong_shapes_are_refused() -> None:
    layer, other = PopArt(4, 2, step=0.5), PopArt(4, 2)
    layer.update(torch.tensor([7.0, 9.0]), torch.tensor([0, 1]))
    other.load_state_dict(layer.state_dict())
    features = torch.randn(3, 4)
    assert torch.equal(other.unnormalise(other(features)), layer.unnormalise(layer(features)))
    with pytest.raises(ValueError, match="2 outputs: `which`"):
        layer.update(torch.zeros(3))
    with pytest.raises(ValueError, match="weights is of shape"):
        layer.update(torch.zeros(3), torch.zeros(3, dtype=torch.int64), torch.ones(2))
    with pytest.raises(ValueError, match="need `which`"):
        layer.unnormalise(torch.zeros(3))
    with pytest.raises(ValueError, match="which is of shape"):
        layer.normalise(torch.zeros(3), torch.zeros(2, dtype=torch.int64))
    with pytest.raises(ValueError, match="lowest <= highest"):
        PopArt(4, lowest=2.0, highest=1.0)
