"""Returns: each against the sum in its definition, reckoned in plain Python without recursion."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rumpus.agents.algorithms.returns import gae, n_step, retrace, vtrace

SEQUENCES = st.tuples(
    st.integers(0, 2**32 - 1),  # seed
    st.integers(1, 9),  # steps
    st.integers(1, 4),  # lanes
    st.sampled_from([0.0, 0.3, 0.9, 1.0]),  # gamma
    st.sampled_from([0.0, 0.5, 0.95, 1.0]),  # lam
    st.sampled_from([0.0, 0.25, 1.0]),  # how often an episode ends
)
REST = ["rewards", "values", "last", "ended"]
sequences = settings(max_examples=60)


class Sequence:
    """Random float64 arrays: rewards, values, q, log_ratios and ended, (steps, lanes), and last, (lanes,)."""

    def __init__(self, seed: int, steps: int, lanes: int, ends: float, gamma: float = 1.0):
        rng = np.random.default_rng(seed)
        self.steps, self.lanes, self.gamma = steps, lanes, gamma
        self.rewards, self.values, self.q, self.log_ratios = rng.normal(size=(4, steps, lanes))
        self.log_ratios[rng.random((steps, lanes)) < 0.1] = -np.inf  # an action that the policy would never take
        self.last = rng.normal(size=lanes)
        self.ended = (rng.random((steps, lanes)) < ends).astype(float)

    def value(self, t: int, lane: int) -> float:
        """The value before step t, or, after the last step, the last one."""
        return self.last[lane] if t == self.steps else self.values[t, lane]

    def reach(self, start: int, lane: int) -> range:
        """The steps from start on up to the one that ends the episode."""
        ends = [t for t in range(start, self.steps) if self.ended[t, lane]]
        return range(start, ends[0] + 1 if ends else self.steps)

    def td_error(self, t: int, lane: int, minus: float) -> float:
        """Reward and discounted next value, less minus."""
        future = 0 if self.ended[t, lane] else self.gamma * self.value(t + 1, lane)
        return self.rewards[t, lane] + future - minus

    def discounted(self, reach: range, lane: int) -> float:
        """The discounted rewards of these steps, and the discounted value after them unless the episode has ended."""
        total = sum(self.gamma**k * self.rewards[t, lane] for k, t in enumerate(reach))
        over = self.ended[reach[-1], lane]
        return total + (0 if over else self.gamma ** len(reach) * self.value(reach[-1] + 1, lane))

    def each(self, reckon: Callable[[int, int], float]) -> np.ndarray:
        """The numbers that a function of step and lane gives, (steps, lanes)."""
        return np.array([[reckon(t, lane) for lane in range(self.lanes)] for t in range(self.steps)])

    def tensors(self, *names: str, dtype: torch.dtype = torch.float64) -> list[torch.Tensor]:
        """Some of its arrays; `rest` stands for rewards, values, last and ended."""
        every = [part for name in names for part in (REST if name == "rest" else [name])]
        return [torch.tensor(getattr(self, name), dtype=dtype) for name in every]

    def bootstrap(self) -> torch.Tensor:
        """The values before each step and after the last, (steps + 1, lanes)."""
        return torch.tensor(np.concatenate([self.values, self.last[None]]))


def close(found: torch.Tensor, expected: np.ndarray) -> None:
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-9, atol=1e-9)


@sequences
@given(SEQUENCES)
def test_advantages_are_sums_of_discounted_td_errors_within_an_episode(case) -> None:
    seed, steps, lanes, gamma, lam, ends = case
    seq = Sequence(seed, steps, lanes, ends, gamma)

    def expected(start: int, lane: int) -> float:
        return sum(
            (gamma * lam) ** (t - start) * seq.td_error(t, lane, seq.values[t, lane]) for t in seq.reach(start, lane)
        )

    rewards, values, last, ended = seq.tensors("rest")
    close(gae(rewards, values, last, ended, gamma, lam), seq.each(expected))


@sequences
@given(SEQUENCES, st.sampled_from([(1.0, 1.0, 1.0), (2.0, 0.7, 1.5), (0.5, 3.0, 0.2)]))
def test_vtrace_targets_are_values_and_sums_of_traced_td_errors(case, clips) -> None:
    seed, steps, lanes, gamma, lam, ends = case
    rho_clip, c_clip, pg_rho_clip = clips
    seq = Sequence(seed, steps, lanes, ends, gamma)
    ratio = np.exp(seq.log_ratios)

    def target(start: int, lane: int) -> float:
        total = seq.value(start, lane)
        for t in seq.reach(start, lane) if start < steps else ():
            traces = math.prod(lam * min(c_clip, ratio[i, lane]) for i in range(start, t))
            error = min(rho_clip, ratio[t, lane]) * seq.td_error(t, lane, seq.values[t, lane])
            total += gamma ** (t - start) * traces * error
        return total

    def advantage(t: int, lane: int) -> float:
        following = lam * target(t + 1, lane) + (1 - lam) * seq.value(t + 1, lane)
        future = 0 if seq.ended[t, lane] else gamma * following
        return min(pg_rho_clip, ratio[t, lane]) * (seq.rewards[t, lane] + future - seq.values[t, lane])

    log_ratios, rewards, values, last, ended = seq.tensors("log_ratios", "rest")
    clipped = {"rho_clip": rho_clip, "c_clip": c_clip, "pg_rho_clip": pg_rho_clip}
    targets, advantages = vtrace(log_ratios, rewards, values, last, ended, gamma, lam=lam, **clipped)
    close(targets, seq.each(target))
    close(advantages, seq.each(advantage))


@sequences
@given(SEQUENCES)
def test_on_policy_vtrace_is_generalised_advantage_estimation(case) -> None:
    seed, steps, lanes, gamma, lam, ends = case
    rewards, values, last, ended = Sequence(seed, steps, lanes, ends).tensors("rest")
    targets, advantages = vtrace(torch.zeros_like(rewards), rewards, values, last, ended, gamma, lam=lam)
    expected = gae(rewards, values, last, ended, gamma, lam)
    close(targets, (values + expected).numpy())
    close(advantages, expected.numpy())


@sequences
@given(SEQUENCES)
def test_retrace_targets_are_action_values_and_sums_of_traced_td_errors(case) -> None:
    seed, steps, lanes, gamma, lam, ends = case
    seq = Sequence(seed, steps, lanes, ends, gamma)
    ratio = np.exp(seq.log_ratios)

    def expected(start: int, lane: int) -> float:
        total = seq.q[start, lane]
        for t in seq.reach(start, lane):
            traces = math.prod(lam * min(1, ratio[i, lane]) for i in range(start + 1, t + 1))
            total += gamma ** (t - start) * traces * seq.td_error(t, lane, seq.q[t, lane])
        return total

    log_ratios, q, rewards, values, last, ended = seq.tensors("log_ratios", "q", "rest")
    close(retrace(log_ratios, rewards, q, values, last, ended, gamma, lam=lam), seq.each(expected))


@sequences
@given(SEQUENCES)
def test_retrace_is_the_discounted_return_where_q_is_the_value_and_nothing_is_cut(case) -> None:
    """With ratio 1, lam 1 and no difference between the values of the actions, the values in between cancel."""
    seed, steps, lanes, gamma, _, ends = case
    seq = Sequence(seed, steps, lanes, ends, gamma)
    rewards, values, last, ended = seq.tensors("rest")
    found = retrace(torch.zeros_like(rewards), rewards, values, values, last, ended, gamma)
    close(found, seq.each(lambda start, lane: seq.discounted(seq.reach(start, lane), lane)))


@sequences
@given(SEQUENCES, st.integers(1, 12))
def test_n_step_targets_sum_n_rewards_and_end_with_the_episode_or_the_sequence(case, n) -> None:
    seed, steps, lanes, gamma, _, ends = case
    seq = Sequence(seed, steps, lanes, ends, gamma)
    rewards, ended = seq.tensors("rewards", "ended")
    found = n_step(rewards, seq.bootstrap(), ended, gamma, n)
    close(found, seq.each(lambda start, lane: seq.discounted(seq.reach(start, lane)[:n], lane)))


def all_returns(seq: Sequence, dtype: torch.dtype) -> list[torch.Tensor]:
    """The results of every function, for inputs that ask for gradients."""
    rewards, values, last, ended = (part.requires_grad_() for part in seq.tensors("rest", dtype=dtype))
    log_ratios, q = (part.requires_grad_() for part in seq.tensors("log_ratios", "q", dtype=dtype))
    return [
        gae(rewards, values, last, ended, 0.9, 0.8),
        *vtrace(log_ratios, rewards, values, last, ended, 0.9),
        retrace(log_ratios, rewards, q, values, last, ended, 0.9),
        n_step(rewards, seq.bootstrap().to(dtype), ended, 0.9, 3),
    ]


def test_steps_after_an_end_do_not_change_returns_before_it() -> None:
    one, two = Sequence(0, 8, 3, 0.0), Sequence(0, 8, 3, 0.0)
    for seq in (one, two):
        seq.log_ratios[:], seq.ended[4] = 0.1, 1
    for name in ("rewards", "values", "q"):
        getattr(two, name)[5:] += 1000
    for left, right in zip(*(all_returns(seq, torch.float64) for seq in (one, two)), strict=True):
        assert torch.equal(left[:5], right[:5])
        assert (left[5:] != right[5:]).any()


def test_returns_keep_float32_and_are_constants_of_the_loss() -> None:
    for result in all_returns(Sequence(0, 5, 2, 0.3), torch.float32):
        assert result.dtype == torch.float32
        assert not result.requires_grad


def test_wrong_shapes_and_numbers_of_steps_are_refused() -> None:
    rewards, values, last, ended = Sequence(0, 5, 2, 0.3).tensors("rest")
    with pytest.raises(ValueError, match=r"last is of shape \(1,\), but \(2,\)"):
        gae(rewards, values, last[:1], ended, 0.9, 0.9)
    with pytest.raises(ValueError, match="log_ratios"):
        vtrace(rewards[:1], rewards, values, last, ended, 0.9)
    with pytest.raises(ValueError, match="q is of shape"):
        retrace(rewards, rewards, values[:, :1], values, last, ended, 0.9)
    with pytest.raises(ValueError, match=r"bootstrap is of shape \(5, 2\), but \(6, 2\)"):
        n_step(rewards, values, ended, 0.9, 3)
    with pytest.raises(ValueError, match="at least 1 step"):
        n_step(rewards, torch.cat([values, values[:1]]), ended, 0.9, 0)
