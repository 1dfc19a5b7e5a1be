"""Targets and advantages from a sequence of steps: GAE, V-trace, Retrace and n-step returns.

All functions are pure, take floating-point tensors with time first, (steps, lanes), and compute no gradients. `ended`
is 1 where the episode ended with this step and 0 elsewhere: no reward or value after it counts. Where a time limit
alone cut an episode off, `ended` is 1 too, and the caller has already added gamma times the value of the final
observation to the reward of that step. `last` is the value of the observation after the last step, (lanes,).

Each function raises ValueError if a shape differs from the one it states, since tensors would otherwise broadcast.
"""

from __future__ import annotations

import torch


def _check(shape: torch.Size, **tensors: torch.Tensor) -> None:
    """ValueError if one of these has another shape."""
    for name, tensor in tensors.items():
        if tensor.shape != shape:
            raise ValueError(f"{name} is of shape {tuple(tensor.shape)}, but {tuple(shape)} is needed")


@torch.no_grad()
def gae(
    rewards: torch.Tensor, values: torch.Tensor, last: torch.Tensor, ended: torch.Tensor, gamma: float, lam: float
) -> torch.Tensor:
    """Generalised advantage estimates, (steps, lanes): Schulman et al. 2016, arXiv 1506.02438, equation 16.

    rewards, values, ended: (steps, lanes), where values are those of the observations before each step; last: (lanes,).
    The lambda-returns, which are the targets of the values, are these advantages plus the values.
    """
    _check(rewards.shape, values=values, ended=ended)
    _check(rewards.shape[1:], last=last)
    result, running = torch.zeros_like(rewards), torch.zeros_like(last)
    following = torch.cat([values[1:], last.unsqueeze(0)])
    for step in range(len(rewards) - 1, -1, -1):
        goes_on = 1 - ended[step]
        td_error = rewards[step] + gamma * following[step] * goes_on - values[step]
        running = result[step] = td_error + gamma * lam * goes_on * running
    return result


@torch.no_grad()
def vtrace(
    log_ratios: torch.Tensor,
    rewards: torch.Tensor,
    values: torch.Tensor,
    last: torch.Tensor,
    ended: torch.Tensor,
    gamma: float,
    *,
    lam: float = 1.0,
    rho_clip: float = 1.0,
    c_clip: float = 1.0,
    pg_rho_clip: float = 1.0,
) -> tuple[torch.Tensor, torch.Tensor]:
    """V-trace targets of the values, and advantages for the policy gradient, each (steps, lanes): Espeholt et al. 2018,
    arXiv 1802.01561, equation 1 and section 4.2.

    log_ratios: (steps, lanes), the log-probability of the action taken under the policy that learns, less that under
    the policy that acted; rewards, values, ended: (steps, lanes); last: (lanes,). Ratios are cut off at rho_clip in the
    temporal-difference errors, at c_clip in the traces and at pg_rho_clip in the advantages. lam multiplies the traces
    (remark 2).

    The advantages weigh the next target by lam and the next value by 1 - lam, which is the paper's formula if lam is 1.
    So on-policy, and with no clip below 1, they are those of `gae` for every lam, as targets less values are.
    """
    _check(rewards.shape, log_ratios=log_ratios, values=values, ended=ended)
    _check(rewards.shape[1:], last=last)
    ratios, discounts = log_ratios.exp(), gamma * (1 - ended)
    following = torch.cat([values[1:], last.unsqueeze(0)])
    td_errors = ratios.clamp(max=rho_clip) * (rewards + discounts * following - values)
    traces = discounts * lam * ratios.clamp(max=c_clip)
    corrections, running = torch.zeros_like(values), torch.zeros_like(last)
    for step in range(len(rewards) - 1, -1, -1):
        running = corrections[step] = td_errors[step] + traces[step] * running
    ahead = torch.cat([corrections[1:], torch.zeros_like(last).unsqueeze(0)])
    advantages = ratios.clamp(max=pg_rho_clip) * (rewards + discounts * (following + lam * ahead) - values)
    return values + corrections, advantages


@torch.no_grad()
def retrace(
    log_ratios: torch.Tensor,
    rewards: torch.Tensor,
    q: torch.Tensor,
    values: torch.Tensor,
    last: torch.Tensor,
    ended: torch.Tensor,
    gamma: float,
    *,
    lam: float = 1.0,
) -> torch.Tensor:
    """Retrace(lambda) targets of the action values, (steps, lanes): Munos et al. 2016, arXiv 1606.02647, equation 3,
    with traces lam * min(1, ratio).

    log_ratios: (steps, lanes), the log-probability of the action taken under the target policy, less that under the
    policy that acted, -inf where a greedy target policy would not have taken it; rewards, ended: (steps, lanes); q:
    (steps, lanes), the values of the actions taken; values: (steps, lanes), the expected value of an action of the
    target policy at each step; last: (lanes,), the same after the last step. log_ratios[0] and values[0] have no
    influence, since the first action is the one whose value is estimated.
    """
    _check(rewards.shape, log_ratios=log_ratios, q=q, values=values, ended=ended)
    _check(rewards.shape[1:], last=last)
    discounts, traces = gamma * (1 - ended), lam * log_ratios.exp().clamp(max=1)
    following = torch.cat([values[1:], last.unsqueeze(0)])
    targets, correction = torch.zeros_like(rewards), torch.zeros_like(last)
    for step in range(len(rewards) - 1, -1, -1):
        targets[step] = rewards[step] + discounts[step] * (following[step] + correction)
        correction = traces[step] * (targets[step] - q[step])
    return targets


@torch.no_grad()
def n_step(rewards: torch.Tensor, bootstrap: torch.Tensor, ended: torch.Tensor, gamma: float, n: int) -> torch.Tensor:
    """n-step targets within a sequence, (steps, lanes): Sutton and Barto 2018, equation 7.1.

    At step t, the sum of the next k discounted rewards plus gamma**k * bootstrap[t + k], where k is n, or the number of
    steps that are left if that is less; nothing after an episode's end counts. rewards, ended: (steps, lanes);
    bootstrap: (steps + 1, lanes), the values of the observations before each step and after the last one.

    ValueError if n is less than 1.
    """
    if n < 1:
        raise ValueError(f"n is {n}, but a target needs at least 1 step")
    _check(rewards.shape, ended=ended)
    _check(torch.Size([len(rewards) + 1, *rewards.shape[1:]]), bootstrap=bootstrap)
    discounts, targets = gamma * (1 - ended), bootstrap
    for _ in range(min(n, len(rewards))):
        targets = torch.cat([rewards + discounts * targets[1:], bootstrap[-1:]])  # one step longer each time
    return targets[:-1]
