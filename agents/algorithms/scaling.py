"""Scales of rewards and of values, so that one set of hyperparameters serves worlds of large and of small returns."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import nn

RESCALE_EPS = 1e-3
"""Of R2D2: Kapturowski et al. 2019."""
POPART_STEP, POPART_LOWEST, POPART_HIGHEST = 3e-4, 1e-4, 1e6
"""Step size of the statistics, and bounds of the standard deviation: Hessel et al. 2018, arXiv 1809.04474, appendix."""


class RewardScale:
    """Divides rewards by the standard deviation of the discounted sum of rewards, kept over the whole run.

    With reduce, which adds up a tensor over all processes, the processes share one scale: it is the one that a single
    process with all their lanes would have. It is called twice for each step, with float64 of shapes (2,) and ().
    """

    def __init__(
        self,
        lanes: int,
        gamma: float,
        device: torch.device,
        reduce: Callable[[torch.Tensor], torch.Tensor] | None = None,
    ):
        self.sums = torch.zeros(lanes, device=device)
        self.moments = torch.tensor([1e-4, 0.0, 1e-4], dtype=torch.float64, device=device)  # count, mean, squares
        self._gamma, self._reduce = gamma, reduce

    def __call__(self, rewards: torch.Tensor, ended: torch.Tensor, playing: torch.Tensor) -> torch.Tensor:
        """Rewards of one step, scaled and clipped to -10 ... 10, float32 (lanes,).

        rewards: float32 (lanes,); ended: 1 in the lanes whose episode ended with this step; playing: 0 in the lanes
        that were done before it, which do not count.
        """
        self.sums = self.sums * self._gamma + rewards
        count, mean, squares = self.moments
        lanes, total = playing.sum(dtype=torch.float64), (self.sums.double() * playing).sum()
        if self._reduce is not None:
            lanes, total = self._reduce(torch.stack([lanes, total]))
        here = total / lanes.clamp_min(1)
        spread = ((self.sums.double() - here) ** 2 * playing).sum()
        if self._reduce is not None:
            spread = self._reduce(spread)
        together, difference = count + lanes, here - mean
        squares = squares + spread + difference**2 * count * lanes / together
        self.moments = torch.stack([together, mean + difference * lanes / together, squares])
        self.sums = self.sums * (1 - ended)
        return (rewards / (squares / together).sqrt().clamp_min(1e-4).float()).clamp(-10, 10)

    def state_dict(self) -> dict[str, torch.Tensor]:
        """The discounted sums, float32 (lanes,), and their count, mean and squared deviations, float64 (3,)."""
        return {"sums": self.sums, "moments": self.moments}

    def load_state_dict(self, state: Mapping[str, torch.Tensor]) -> None:
        """Go back to a saved state. ValueError if it is of another number of lanes."""
        if state["sums"].shape != self.sums.shape:
            raise ValueError(f"this state is of {len(state['sums'])} lanes, but {len(self.sums)} are needed")
        self.sums, self.moments = state["sums"].to(self.sums), state["moments"].to(self.moments)


def rescale(x: torch.Tensor, eps: float = RESCALE_EPS) -> torch.Tensor:
    """h(x) = sign(x) (sqrt(|x| + 1) - 1) + eps x, of any shape: Pohlen et al. 2018, arXiv 1805.11593.

    Written with a quotient in place of the difference, which would lose the digits of a small x.
    """
    return x / ((x.abs() + 1).sqrt() + 1) + eps * x


def unscale(x: torch.Tensor, eps: float = RESCALE_EPS) -> torch.Tensor:
    """The inverse of `rescale` for the same eps, of any shape; eps may be 0.

    With u = sqrt(|y| + 1) - 1 for the y that is sought, |x| = eps u**2 + (1 + 2 eps) u, and |y| = u (u + 2). The root
    is again taken in the form without a difference; the closed form in the paper is the same number.
    """
    middle = 1 + 2 * eps
    u = 2 * x / (middle + (middle**2 + 4 * eps * x.abs()).sqrt())
    return u * (u.abs() + 2)


class PopArt(nn.Module):
    """A linear layer of values that are normalised by the mean and standard deviation of their targets: van Hasselt
    et al. 2016, arXiv 1602.07714, with statistics for each output as in Hessel et al. 2018, arXiv 1809.04474.

    When `update` moves the statistics, it rewrites weight and bias so that every unnormalised output stays what it was.
    The state_dict holds the statistics, float64 (outputs,), beside the layer's parameters.
    """

    mean: torch.Tensor
    variance: torch.Tensor

    def __init__(
        self,
        features: int,
        outputs: int = 1,
        *,
        step: float = POPART_STEP,
        lowest: float = POPART_LOWEST,
        highest: float = POPART_HIGHEST,
    ):
        """outputs: one for each world or task; step: how far an update moves the statistics towards those of its batch,
        above 0 and at most 1; lowest, highest: bounds of the standard deviation that is used. ValueError if step or the
        bounds make no sense."""
        super().__init__()
        if not (0 < step <= 1 and 0 < lowest <= highest):
            raise ValueError(f"0 < step <= 1 and 0 < lowest <= highest are needed, not {step}, {lowest} and {highest}")
        self.linear = nn.Linear(features, outputs)
        self.outputs, self._step, self._lowest, self._highest = outputs, step, lowest, highest
        self.register_buffer("mean", torch.zeros(outputs, dtype=torch.float64))
        self.register_buffer("variance", torch.ones(outputs, dtype=torch.float64))

    @property
    def std(self) -> torch.Tensor:
        """The standard deviation by which each output is normalised, float64 (outputs,), within its bounds."""
        return self.variance.sqrt().clamp(self._lowest, self._highest)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Normalised values (..., outputs) of features (..., features)."""
        return self.linear(features)

    def unnormalise(self, values: torch.Tensor, which: torch.Tensor | None = None) -> torch.Tensor:
        """Values on the scale of the targets, of the shape and dtype of these normalised ones.

        values: (..., outputs); or, with which, of any shape, where which, int64 of the same shape, says to which output
        each belongs; or, if there is a single output, of any shape. ValueError if it is none of these.
        """
        mean, std = self._statistics(values, which)
        return (values.double() * std + mean).to(values.dtype)

    def normalise(self, targets: torch.Tensor, which: torch.Tensor | None = None) -> torch.Tensor:
        """Targets on the scale of the normalised values: the inverse of `unnormalise`, with its shapes and errors."""
        mean, std = self._statistics(targets, which)
        return ((targets.double() - mean) / std).to(targets.dtype)

    def _statistics(self, values: torch.Tensor, which: torch.Tensor | None) -> tuple[torch.Tensor, torch.Tensor]:
        """The mean and standard deviation of each of these values, to be broadcast with them."""
        if which is not None:
            if which.shape != values.shape:
                raise ValueError(f"which is of shape {tuple(which.shape)}, but values of {tuple(values.shape)}")
            return self.mean[which], self.std[which]
        if self.outputs > 1 and values.shape[-1:] != self.mean.shape:
            raise ValueError(f"values of shape {tuple(values.shape)} need `which` of {self.outputs} outputs each is of")
        return (self.mean[0], self.std[0]) if self.outputs == 1 else (self.mean, self.std)

    @torch.no_grad()
    def update(
        self, targets: torch.Tensor, which: torch.Tensor | None = None, weights: torch.Tensor | None = None
    ) -> None:
        """Move the statistics towards those of a batch of targets, and keep the unnormalised outputs.

        targets: unnormalised, of any shape; which: int64 of the same shape, the output of each, needed if there are
        several; weights: of the same shape, 0 for a target that does not count. The statistics of an output without a
        target stay. Parameters change in place: call it before the forward pass whose loss is differentiated.

        ValueError if a shape differs, or which is missing.
        """
        if which is None and self.outputs > 1:
            raise ValueError(f"there are {self.outputs} outputs: `which` must say to which each target belongs")
        for name, tensor in (("which", which), ("weights", weights)):
            if tensor is not None and tensor.shape != targets.shape:
                raise ValueError(f"{name} is of shape {tuple(tensor.shape)}, but targets of {tuple(targets.shape)}")
        flat = targets.flatten().double().unsqueeze(1)
        shares = torch.ones_like(flat) if weights is None else weights.flatten().double().unsqueeze(1)
        if which is not None:
            shares = shares * (which.flatten().unsqueeze(1) == torch.arange(self.outputs, device=which.device))
        counts = shares.sum(0)
        here = (shares * flat).sum(0) / counts.clamp_min(1e-8)
        spread = (shares * (flat - here) ** 2).sum(0) / counts.clamp_min(1e-8)
        step = self._step * (counts > 0)
        difference, before = here - self.mean, self.std
        self.mean += step * difference  # the second moment moves by the same step, written as a variance
        self.variance.copy_((1 - step) * self.variance + step * spread + step * (1 - step) * difference**2)
        weight, bias, after = self.linear.weight, self.linear.bias, self.std
        weight.copy_(weight.double() * (before / after).unsqueeze(1))
        bias.copy_((bias.double() * before - step * difference) / after)
