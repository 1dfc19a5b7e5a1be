"""One network that learns by PPO in some of the lanes of a batch: what it keeps of a rollout, and its loss."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import nn

from .demonstrations import Demonstrations
from .learned import Reader
from .networks import Network, Sight
from .settings import Settings


def advantages(
    rewards: torch.Tensor, values: torch.Tensor, last: torch.Tensor, ended: torch.Tensor, gamma: float, lam: float
) -> torch.Tensor:
    """Generalised advantage estimates, (steps, lanes).

    rewards, values, ended: (steps, lanes), where ended is 1 if the episode ended with this step; last: (lanes,) values
    of what is seen after the last step. An episode cut off by the clock has gamma times the value of its last frame in
    its last reward, so that only the rules end a future.
    """
    result, running = torch.zeros_like(rewards), torch.zeros_like(last)
    following = torch.cat([values[1:], last.unsqueeze(0)])
    for step in range(len(rewards) - 1, -1, -1):
        goes_on = 1 - ended[step]
        surprise = rewards[step] + gamma * following[step] * goes_on - values[step]
        running = result[step] = surprise + gamma * lam * goes_on * running
    return result


class RewardScale:
    """Divides rewards by the standard deviation of the discounted sum of rewards, kept over the whole run."""

    def __init__(self, lanes: int, gamma: float, device: torch.device):
        self.sums = torch.zeros(lanes, device=device)
        self.moments = torch.tensor([1e-4, 0.0, 1e-4], dtype=torch.float64, device=device)  # count, mean, squares
        self._gamma = gamma

    def __call__(self, rewards: torch.Tensor, ended: torch.Tensor, playing: torch.Tensor) -> torch.Tensor:
        """Rewards (lanes,) of one step, scaled; ended: 1 in the lanes whose episode ended with it; playing: 0 in those
        that were done before it, which do not count."""
        self.sums = self.sums * self._gamma + rewards
        count, mean, squares = self.moments
        lanes = playing.sum(dtype=torch.float64)
        total = count + lanes
        here = (self.sums.double() * playing).sum() / lanes.clamp_min(1)
        difference = here - mean
        spread = ((self.sums.double() - here) ** 2 * playing).sum()
        squares = squares + spread + difference**2 * count * lanes / total
        self.moments = torch.stack([total, mean + difference * lanes / total, squares])
        self.sums = self.sums * (1 - ended)
        return (rewards / (squares / total).sqrt().clamp_min(1e-4).float()).clamp(-10, 10)


class EpisodeMeans:
    """The mean of a number over each whole episode, by the row of the table of tasks that was played."""

    def __init__(self, n: int, tasks: int, device: torch.device):
        self.sums, self.counts, self._tasks = torch.zeros(n, device=device), torch.zeros(n, device=device), tasks

    def __call__(
        self, values: torch.Tensor, weights: torch.Tensor, over: torch.Tensor, rows: torch.Tensor
    ) -> np.ndarray:
        """The mean over the episodes of each row that ended in a rollout, float64 (tasks,), NaN where none did.

        values, weights: (steps, n, players); over: (steps, n), 1 where a step ended an episode; rows: (steps, n).
        """
        device = self.sums.device
        totals, ended = torch.zeros(2, self._tasks, device=device)
        for value, weight, last, row in zip(values, weights, over, rows, strict=True):
            self.sums = self.sums + (value * weight).sum(-1)
            self.counts = self.counts + weight.sum(-1)
            totals.index_add_(0, row, last * self.sums / self.counts.clamp_min(1))
            ended.index_add_(0, row, last)
            self.sums, self.counts = self.sums * (1 - last), self.counts * (1 - last)
        found, episodes = torch.stack([totals, ended]).cpu().double().numpy()
        return np.where(episodes > 0, found / np.maximum(episodes, 1), np.nan)


class Learner:
    """A network, its optimiser, its memory and its storage, in the lanes of a slice.

    In a rollout, `choose` and then `reward` are called for each step, and `close` at its end; then `gained` holds the
    advantages, and `learn` improves the network.
    """

    def __init__(self, settings: Settings, network: Network, lanes: slice, reader: Reader, generator: torch.Generator):
        self.settings, self.network, self.lanes, self.reader = settings, network, lanes, reader
        self.device, self.generator = reader.device, generator
        self.forward = torch.compile(network) if settings.compile else network
        self.optimiser = torch.optim.Adam(network.parameters(), settings.learning_rate, eps=1e-5, fused=True)  # eps: *
        sight = reader.sight().of(lanes)
        self.count = len(sight.which)
        self.scale = RewardScale(self.count, settings.gamma, self.device)
        self.memory = network.blank(self.count)
        self._before = self.memory
        nothing = torch.zeros(self.count, network.head.parts, dtype=torch.int64, device=self.device)
        self.felt = network.felt(nothing, torch.zeros(self.count, device=self.device))
        lead = (settings.rollout, self.count)
        self.pixels = torch.zeros(*lead, *sight.pixels.shape[1:], dtype=torch.uint8, device=self.device)
        self.choices = torch.zeros(*lead, network.head.parts, dtype=torch.int64, device=self.device)
        self.shown = torch.zeros_like(self.choices) if settings.imitate else None
        self.said = torch.zeros(lead, dtype=torch.int64, device=self.device) if reader.several else None
        chat = sight.chat
        self.chats = None if chat is None else torch.zeros(*lead, chat.shape[1], dtype=chat.dtype, device=self.device)
        self.felts = None if self.felt is None else torch.zeros(*lead, self.felt.shape[1], device=self.device)
        alone = settings.imitate and not settings.reinforce and not self.memory
        most = min(settings.keep, settings.steps) if alone else 0
        self.kept = Demonstrations(most, sight, network.head.parts) if most else None
        names = ("log_probs", "values", "rewards", "ended", "begun", "weights")
        self.store = {name: torch.zeros(lead, device=self.device) for name in names}

    def _cast(self) -> torch.autocast:
        cuda = self.device.type == "cuda"
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.settings.bf16 and cuda)

    def _seen(self, sight: Sight, lanes: torch.Tensor | slice = slice(None)) -> Sight:
        """What these of its lanes see, with what came before."""
        felt = None if self.felt is None else self.felt[lanes]
        return self.reader.trim(sight.of(lanes))._replace(felt=felt)

    def choose(self, step: int, sight: Sight, fresh: torch.Tensor, playing: torch.Tensor) -> torch.Tensor:
        """Choices (lanes, parts) for this step of the rollout. fresh: 1 where an episode begins; playing: 1 where a
        player is not done yet, (lanes,)."""
        if step == 0:
            self._before = self.memory
        with self._cast():
            logits, values, self.memory = self.forward(self._seen(sight), self.memory, fresh.unsqueeze(0))
        choice = self.network.head.sample(logits, self.generator)
        self.pixels[step], self.choices[step] = sight.pixels, choice
        if self.said is not None:
            self.said[step] = sight.which
        if self.chats is not None and sight.chat is not None:
            self.chats[step] = sight.chat
        if self.felts is not None and self.felt is not None:
            self.felts[step] = self.felt
        store = self.store
        store["log_probs"][step], store["values"][step] = self.network.head.score(logits, choice)[0], values
        store["begun"][step], store["weights"][step] = fresh, playing
        return choice

    def reward(
        self, step: int, raw: torch.Tensor, ended: torch.Tensor, cut: torch.Tensor, last: Callable[[], Sight]
    ) -> None:
        """What came of the choice, each (lanes,): reward, 1 if the episode ended, 1 if the clock alone cut it off.
        last() is what is seen at the end."""
        s, store = self.settings, self.store
        self.felt = self.network.felt(self.choices[step], raw)
        rewards = self.scale(raw, ended, store["weights"][step]) if s.normalise_reward else raw
        store["rewards"][step], store["ended"][step] = rewards + self._beyond(cut, last), ended

    def _beyond(self, cut: torch.Tensor, last: Callable[[], Sight]) -> torch.Tensor:
        """For lanes cut off by the clock, gamma times the value of their last frame, (lanes,); 0 elsewhere."""
        lanes = cut.nonzero().squeeze(1)
        future = torch.zeros_like(cut)
        if len(lanes):
            memory = self.memory and (self.memory[0][lanes], self.memory[1][lanes])
            sight = self._seen(last(), lanes)
            with self._cast():
                _, values, _ = self.network(sight, memory, torch.zeros(1, len(lanes), device=cut.device))
            future[lanes] = self.settings.gamma * values
        return future

    def close(self, sight: Sight, fresh: torch.Tensor) -> None:
        """The rollout is over, and this is what is seen now: work out the advantages."""
        s, store = self.settings, self.store
        with self._cast():
            _, last, _ = self.forward(self._seen(sight), self.memory, fresh.unsqueeze(0))
        self.gained = advantages(store["rewards"], store["values"], last, store["ended"], s.gamma, s.gae_lambda)

    def learn(self, rate: float) -> dict[str, float]:
        """Improve the network on the storage, with this learning rate. Returns the mean losses."""
        s, store = self.settings, self.store
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        if self.kept is not None:
            return {"imitation_loss": self._imitate(self.kept)}
        targets = self.gained + store["values"]
        sums = torch.zeros(7, device=self.device)
        count = self.count if self._before else self.count * s.rollout  # sequences stay whole if there is a memory
        parts = min(s.minibatches, count)
        for _ in range(s.epochs):
            for index in torch.randperm(count, generator=self.generator, device=self.device).chunk(parts):
                sums += self._step(index, targets)
        means = (sums[:6] / sums[6]).tolist()
        explained = 1 - (targets - store["values"]).var() / targets.var().clamp_min(1e-8)
        names = ("policy_loss", "value_loss", "entropy", "kl", "clipped", "imitation_loss")
        row = dict(zip(names, means, strict=True)) | {"explained": float(explained)}
        if self.shown is None:
            del row["imitation_loss"]
        return row

    def _chosen(self, values: torch.Tensor, index: torch.Tensor) -> torch.Tensor:
        """What is stored of these samples (or, with a memory, lanes): indices or a mask."""
        return values[:, index].flatten(0, 1) if self._before else values.flatten(0, 1)[index]

    def _stored(self, index: torch.Tensor) -> Sight:
        """What was seen then."""
        pixels, said, chats, felts = (
            None if part is None else self._chosen(part, index)
            for part in (self.pixels, self.said, self.chats, self.felts)
        )
        assert pixels is not None
        which = torch.zeros(len(pixels), dtype=torch.int64, device=self.device) if said is None else said
        return Sight(pixels, self.reader.texts, which, chats, felts)

    def _imitate(self, kept: Demonstrations) -> float:
        """As many steps of the optimiser as otherwise, on what the expert showed in this and in earlier rollouts.
        Returns the mean loss."""
        s = self.settings
        assert self.shown is not None
        playing = self.store["weights"].flatten() > 0
        kept.add(self._stored(playing), self._chosen(self.shown, playing))
        size, steps = max(self.count * s.rollout // s.minibatches, 1), s.epochs * s.minibatches
        total = torch.zeros((), device=self.device)
        for _ in range(steps):
            sight, shown = kept.draw(size, self.generator)
            with self._cast():
                logits, _, _ = self.forward(self.reader.trim(sight), None, torch.zeros(1, size, device=self.device))
            loss = -self.network.head.score(logits, shown)[0].mean()
            self._descend(s.imitate * loss)
            total += loss.detach()
        return float(total / steps)

    def _step(self, index: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        """One step of the optimiser on the samples (or, with a memory, the lanes) of index."""
        s, store, memory = self.settings, self.store, self._before

        def chosen(values: torch.Tensor) -> torch.Tensor:
            return self._chosen(values, index)

        sight = self.reader.trim(self._stored(index))
        before = memory and (memory[0][index], memory[1][index])
        fresh = store["begun"][:, index] if memory else chosen(store["begun"]).unsqueeze(0)
        with self._cast():
            logits, values, _ = self.forward(sight, before, fresh)
        log_probs, entropies = self.network.head.score(logits, chosen(self.choices))
        weights = chosen(store["weights"])
        total = weights.sum().clamp_min(1)

        def mean(value: torch.Tensor) -> torch.Tensor:
            return (value * weights).sum() / total

        gain = chosen(self.gained)
        gain = gain - mean(gain)
        gain = gain / (mean(gain**2).sqrt() + 1e-8)
        change = log_probs - chosen(store["log_probs"])
        ratio = change.exp()
        policy_loss = -mean(torch.minimum(ratio * gain, ratio.clamp(1 - s.clip, 1 + s.clip) * gain))
        value_loss = 0.5 * mean((values - chosen(targets)) ** 2)
        entropy = mean(entropies)
        imitation = torch.zeros_like(policy_loss)
        if self.shown is not None:
            imitation = -mean(self.network.head.score(logits, chosen(self.shown))[0])
        loss = s.reinforce * (policy_loss + s.value * value_loss - s.entropy * entropy) + s.imitate * imitation
        self._descend(loss)
        with torch.no_grad():
            kl = mean(ratio - 1 - change)  # the low-variance estimate of Schulman, joschu.net/blog/kl-approx.html
            clipped = mean(((ratio - 1).abs() > s.clip).float())
            return torch.stack([policy_loss, value_loss, entropy, kl, clipped, imitation, torch.ones_like(kl)])

    def _descend(self, loss: torch.Tensor) -> None:
        """One step of the optimiser."""
        self.optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), self.settings.grad_norm)
        self.optimiser.step()

    def state(self) -> dict[str, Any]:
        """All that it needs to go on, but for the demonstrations that are kept: those are gathered anew."""
        return {
            "network": self.network.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "memory": self.memory,
            "felt": self.felt,
            "scale": [self.scale.sums, self.scale.moments],
        }

    def restore(self, content: dict[str, Any]) -> None:
        """Go back to a saved state."""
        self.network.load_state_dict(content["network"])
        self.optimiser.load_state_dict(content["optimiser"])
        self.memory = content["memory"] and tuple(part.to(self.device) for part in content["memory"])
        if self.felt is not None:
            self.felt = content["felt"].to(self.device)
        self.scale.sums, self.scale.moments = (part.to(self.device) for part in content["scale"])
