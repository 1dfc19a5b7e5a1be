"""A DRC over a whole sequence with its gradient written out, for GPUs.

Automatic differentiation of hundreds of ticks launches three times as many kernels as are needed: it takes the gradient
of the weights tick by tick and adds up what it finds, and casts weights and states between precisions each time. Here a
tick is one convolution, one matrix product and one compiled function, forward and backward, and each weight's gradient
is taken once, from all ticks together. All that lies between is held with channels last, (lanes, rows, columns, …).

Cells run one after the other, k = 0, 1, …: layer k % D in tick k // D. A cell reads the hidden state of the cell before
it (that of the top layer, a tick before, is below the lowest layer) and its own, of cell k - D.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import torch
from torch.nn import functional as F
from torch.nn.grad import conv2d_weight

Tensors = list[torch.Tensor]


def pool(hidden: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The mean and the maximum of each channel, (lanes, 2 * channels), and the part that each cell of the map has in
    the maximum, by which its slope is shared out."""
    most = hidden.amax((1, 2), keepdim=True)
    tops = (hidden == most).to(hidden.dtype)
    return torch.cat([hidden.mean((1, 2)), most.flatten(1)], -1), tops / tops.sum((1, 2), keepdim=True)


def gated(gates: torch.Tensor, cell: torch.Tensor, axis: int) -> tuple[torch.Tensor, torch.Tensor]:
    """One step of an LSTM, in the precision of the cell: its hidden state, in that of the gates, and the cell after it.
    gates: of input, forgetting, output and news, one after the other on this axis; cell: before it, float32 or more."""
    enter, forget, leave, news = gates.to(cell.dtype).chunk(4, axis)
    cell = forget.sigmoid() * cell + enter.sigmoid() * news.tanh()
    return (leave.sigmoid() * cell.tanh()).to(gates.dtype), cell


def forward_tick(
    convolved: torch.Tensor, seen: torch.Tensor, pooled: torch.Tensor, cell: torch.Tensor, own: torch.Tensor | None,
    kept: torch.Tensor, kept_below: torch.Tensor, kept_own: torch.Tensor,
) -> tuple[torch.Tensor, ...]:  # fmt: skip
    """One cell. Its gates are the sum of the first three; cell: before it, times kept, which is 0 where an episode
    begins; own: the hidden state of the next cell before that one, None if it is this cell's. Returns gates, hidden and
    cell state, and what the next cell convolves, (…, 2 * channels), and pools, and the parts in its maxima."""
    gates = convolved + seen + pooled[:, None, None]
    hidden, cell = gated(gates, cell * kept, -1)
    own = (hidden if own is None else own) * kept_own.to(hidden.dtype)
    return gates, hidden, cell, torch.cat([hidden * kept_below.to(hidden.dtype), own], -1), *pool(own)


def backward_tick(
    gates: torch.Tensor, cell: torch.Tensor, kept: torch.Tensor, cell_slope: torch.Tensor, *after: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """The slopes of a cell's gates and of the cell state before it, from that of the cell state after it, and what
    `hidden_slope` takes."""
    hidden_sloped = hidden_slope(*after)
    enter, forget, leave, news = gates.to(cell.dtype).chunk(4, -1)
    enter, forget, leave, news, before = enter.sigmoid(), forget.sigmoid(), leave.sigmoid(), news.tanh(), cell * kept
    inner = (forget * before + enter * news).tanh()
    slope = cell_slope + hidden_sloped * leave * (1 - inner * inner)
    slopes = [
        slope * news * enter * (1 - enter),
        slope * before * forget * (1 - forget),
        hidden_sloped * inner * leave * (1 - leave),
        slope * enter * (1 - news * news),
    ]
    return torch.cat(slopes, -1).to(gates.dtype), slope * forget * kept


def hidden_slope(
    given: torch.Tensor, below: torch.Tensor, kept_below: torch.Tensor, own: torch.Tensor, pooled: torch.Tensor,
    parts: torch.Tensor, kept_own: torch.Tensor,
) -> torch.Tensor:  # fmt: skip
    """The slope of a hidden state: the given one, that of the next cell's convolution, which it was below, (…,
    2 * channels), and those of the same layer's next cell: own, of its convolution, pooled, of its pools, in whose
    maxima it had these parts."""
    channels = given.shape[-1]
    mean, most = pooled[:, None, None].chunk(2, -1)
    shared = mean / (given.shape[1] * given.shape[2]) + parts * most
    return given + below[..., :channels] * kept_below + (own[..., channels:] + shared) * kept_own


def _first(maps: torch.Tensor) -> torch.Tensor:
    """(…, rows, columns, channels) as convolutions take it, channels first in name alone."""
    return maps.movedim(-1, -3)


class Unrolled(torch.autograd.Function):
    """All cells of a sequence. See `unrolled`."""

    @staticmethod
    def forward(
        ctx: Any, functions: tuple[Callable[..., Any], ...], ticks: int, keeps: torch.Tensor, hidden: torch.Tensor,
        cell: torch.Tensor, *tensors: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:  # fmt: skip
        """tensors: of each layer in turn what is seen, (steps, lanes, rows, columns, 4 * channels), and the weights of
        `around`, its bias, and of `pooled`."""
        layers, (tick, _) = len(tensors) // 4, functions
        seen = tensors[::4]
        low = seen[0].dtype
        weights, biases, pools = ([part.to(low) for part in tensors[first::4]] for first in (1, 2, 3))
        weights = [weight.contiguous(memory_format=torch.channels_last) for weight in weights]
        count = len(keeps) * ticks * layers
        masks = _Masks(keeps, layers, ticks)
        hiddens: Tensors = list(hidden.to(low).unbind())  # of cell k at k + layers
        cells: Tensors = list(cell.unbind())
        own = hiddens[0] * masks.own(0).to(low)
        joins: Tensors = [torch.cat([hiddens[-1] * masks.below(0).to(low), own], -1)]
        pooled, parts = ([part] for part in pool(own))
        gates: Tensors = []
        for k in range(count):
            layer = k % layers
            convolved = F.conv2d(_first(joins[k]), weights[layer], padding=1).movedim(-3, -1)
            news = F.linear(pooled[k], pools[layer], biases[layer])  # where a bias costs nothing
            found = tick(
                convolved, seen[layer][k // layers // ticks], news, cells[k], hiddens[k + 1] if layers > 1 else None,
                masks.own(k), masks.below(k + 1), masks.own(k + 1),
            )  # fmt: skip
            for kept, new in zip((gates, hiddens, cells, joins, pooled, parts), found, strict=True):
                kept.append(new)
        ctx.functions, ctx.masks, ctx.shape = functions, masks, (layers, ticks, count)
        ctx.kept, ctx.weights = (gates, cells, joins, pooled, parts), (weights, pools)
        every = layers * ticks
        tops = torch.stack(hiddens[layers + every - 1 :: every])
        return tops, torch.stack(hiddens[count:]).to(cell.dtype), torch.stack(cells[count:])

    @staticmethod
    def backward(ctx: Any, *slopes: torch.Tensor) -> tuple[Any, ...]:
        """The slopes of what `forward` was given."""
        tops, hidden_after, cell_after = (slope.contiguous() for slope in slopes)
        layers, ticks, count = ctx.shape
        (gates, cells, joins, pooled, parts), (weights, pools), masks = ctx.kept, ctx.weights, ctx.masks
        _, back = ctx.functions
        kind, every = cell_after.dtype, layers * ticks
        nothing = torch.zeros_like(cell_after[0])
        gate_slopes, sums = [nothing] * count, [nothing] * count
        cell_slopes = [nothing] * count + list(cell_after.unbind())  # of the cell state before cell k, as in forward
        join_slopes = [nothing] * count + [torch.zeros_like(joins[0]) for _ in range(layers)]
        pool_slopes = [nothing] * count + [torch.zeros_like(pooled[0]) for _ in range(layers)]

        def after(k: int) -> tuple[torch.Tensor, ...]:
            """What `hidden_slope` takes for the hidden state that cell k leaves; below 0, of before the sequence."""
            given = hidden_after[k - count + layers] if k >= count - layers else nothing
            if k >= 0 and k % every == every - 1:
                given = given + tops[k // every]
            following, again = min(k + 1, count), k + layers
            is_below = following if k >= -1 else count  # of hidden states before, only the top layer's is read below
            own = join_slopes[again], pool_slopes[again], parts[min(again, count)], masks.own(again)
            return given.to(kind), join_slopes[is_below], masks.below(is_below), *own

        # the slope of a convolution's input is the convolution with its weights turned round
        turned = [weight.flip(2, 3).transpose(0, 1).contiguous(memory_format=torch.channels_last) for weight in weights]
        lanes, rows, columns, _ = gates[0].shape
        ones = gates[0].new_ones(lanes, 1, rows * columns)  # a product sums quicker than a reduction
        for k in reversed(range(count)):
            layer = k % layers
            gate_slopes[k], cell_slopes[k] = back(gates[k], cells[k], masks.own(k), cell_slopes[k + layers], *after(k))
            sums[k] = (ones @ gate_slopes[k].flatten(1, 2)).squeeze(1)
            join_slopes[k] = F.conv2d(_first(gate_slopes[k]), turned[layer], padding=1).movedim(-3, -1)
            pool_slopes[k] = sums[k] @ pools[layer]
        hidden_before = torch.stack([hidden_slope(*after(k - layers)) for k in range(layers)])
        found_layers: list[torch.Tensor] = []
        for layer in range(layers):
            slope, joined = (torch.cat(each[layer:count:layers]) for each in (gate_slopes, joins))
            summed, read = (torch.cat(each[layer:count:layers]) for each in (sums, pooled))
            around = conv2d_weight(_first(joined), weights[layer].shape, _first(slope), padding=1)
            of_seen = slope.unflatten(0, (count // every, ticks, -1)).sum(1)
            found_layers += [of_seen, around.to(kind), summed.sum(0, dtype=kind), (summed.T @ read).to(kind)]
        return None, None, None, hidden_before, torch.stack(cell_slopes[:layers]), *found_layers


class _Masks:
    """Factors of states before a cell reads them: `keeps` of its step, (steps, lanes), in the first tick of the step, 1
    in others; of those below, for the lowest layer alone, since the others' are of the same step."""

    def __init__(self, keeps: torch.Tensor, layers: int, ticks: int):
        steps, lanes = keeps.shape
        self._own = keeps.new_ones(steps * ticks + 1, lanes, 1, 1, 1)
        self._own[:-1:ticks] = keeps[..., None, None, None]
        self._below, self._layers = torch.ones_like(self._own[:1]), layers

    def own(self, k: int) -> torch.Tensor:
        """(lanes, 1, 1, 1) for the state of the layer itself before cell k."""
        return self._own[min(k // self._layers, len(self._own) - 1)]

    def below(self, k: int) -> torch.Tensor:
        """The same for the hidden state below it."""
        return self._below[0] if k % self._layers else self.own(k)


@cache
def _compiled() -> tuple[Callable[..., Any], ...]:
    """Both directions of a tick, compiled for each shape: not the whole, whose hundreds of ticks would take minutes.
    All cells give them tensors with the same strides, and none of them twice, so that one version does for all."""
    return torch.compile(forward_tick, dynamic=False), torch.compile(backward_tick, dynamic=False)


def unrolled(
    layers: Sequence[Sequence[torch.Tensor]], ticks: int, seen: Sequence[torch.Tensor],
    state: tuple[torch.Tensor, torch.Tensor], is_first: torch.Tensor, compiled: bool,
) -> tuple[torch.Tensor, tuple[torch.Tensor, torch.Tensor]]:  # fmt: skip
    """The hidden states of the top layer after each step, (steps, lanes, channels, rows, columns), and the state after
    the last one, see drc.State. layers: of each the weights of `around`, its bias, and the weights of `pooled`, see
    drc.Layer; seen: of each the torso's part of the gates, (steps, lanes, 4 * channels, rows, columns); is_first:
    (steps, lanes); compiled: whether the parts of a tick are."""
    functions = _compiled() if compiled else (forward_tick, backward_tick)
    tensors: Tensors = []
    for part, weights in zip(seen, layers, strict=True):
        tensors += [part.movedim(-3, -1), *weights]
    before = [part.movedim(1, 0).movedim(-3, -1).contiguous() for part in state]
    with torch.autocast(is_first.device.type, enabled=False):
        tops, *after = Unrolled.apply(functions, ticks, 1 - is_first, *before, *tensors)
    hidden, cell = (part.movedim(-1, -3).movedim(0, 1).contiguous() for part in after)
    return _first(tops), (hidden, cell)
