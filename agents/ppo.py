"""PPO, from top to bottom: proximal policy optimisation (Schulman et al. 2017, arXiv 1707.06347) on a batch of a world.

    train(Settings(world="a-world", steps=1_000_000), "runs/first")
    resume("runs/first")

All players of all rows share one network; each is a *lane*. One update plays `rollout` steps in every lane, works out
how much better than expected each action turned out (generalised advantage estimation, Schulman et al. 2016), and
improves the policy on minibatches of it. On CUDA nothing leaves the GPU but a few numbers an update.
"""

from __future__ import annotations

import dataclasses
import math
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from .. import worlds
from ..worlds.engine.batch import Batch
from ..worlds.engine.threads import cores
from . import checkpoint
from .evaluate import ROWS, episodes_of, interval
from .log import NAME as METRICS
from .log import Log
from .networks import Network, Shape, Sight
from .policy import Learned, Reader

TILE = 4
"""Pixels of a tile's edge in the frames of a 2D world, unless `size` says otherwise: its colours stay apart."""


@dataclass(frozen=True)
class Settings:
    """All that decides a run. The same settings give the same run on the CPU.

    Defaults marked * are CleanRL's for procedurally generated levels (github.com/vwxyzjn/cleanrl, ppo_procgen.py), +
    those of its ppo_atari_lstm.py, = those of the planning agents of
    github.com/AlignmentResearch/train-learned-planner. What has no mark was chosen by trial in a small world of
    keys and boxes, on two cores. Minibatches of 256 samples learned quicker than of 1,024; a fast learning rate with
    a weak critic much quicker than the usual ones: at 870,000 of a million steps, 3e-3 with 0.2 had 93 % of success on
    held-out levels, 2e-3 with 0.1 85 %, 1e-3 with 0.1 71 %, 1e-3 with 0.5 52 % (one seed each).
    """

    world: str
    steps: int = 1_000_000  # steps of all lanes together
    seed: int = 0
    knobs: dict[str, int] = field(default_factory=dict)
    limit: int | None = None
    split: str = "train"
    levels: str | None = None  # a file or folder of levels in place of the world's own

    size: tuple[int, int] | None = None  # of a frame, pixels; None: TILE pixels a tile, which are a patch of the torso
    head: str = "moves"  # or "devices": keys, buttons and mouse themselves
    channels: int = 16
    blocks: int = 2
    hidden: int = 128
    units: int = 0  # of the LSTM; 0: no memory

    envs: int = 64
    rollout: int = 32
    epochs: int = 4  # +
    minibatches: int = 8  # *
    learning_rate: float = 3e-3
    anneal: bool = True  # +: the learning rate falls to 0 in a straight line
    gamma: float = 0.97  # =
    gae_lambda: float = 0.95  # *
    clip: float = 0.2  # *
    entropy: float = 0.01  # *
    value: float = 0.2  # weight of the critic's loss
    grad_norm: float = 0.5  # *
    normalise_reward: bool = True  # *: rewards are divided by the deviation of their running discounted sum

    device: str = "cpu"
    threads: int | None = None  # None: all cores
    compile: bool = False
    bf16: bool = True  # mixed precision, on CUDA only
    checkpoint_seconds: float = 60.0
    evaluate_every: int = 0  # updates between evaluations on `evaluate_split`; 0: never
    evaluate_split: str = "valid"
    evaluate_episodes: int = 256
    tensorboard: bool = True

    def check(self) -> None:
        """Raise ValueError for a number that cannot be."""
        counts = ("steps", "envs", "rollout", "epochs", "minibatches", "channels", "hidden", "evaluate_episodes")
        for name in counts:
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}")
        for name in ("gamma", "gae_lambda"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} must lie from 0 to 1, got {getattr(self, name)}")
        if not (self.learning_rate > 0 and self.clip > 0 and self.grad_norm > 0):
            raise ValueError("learning_rate, clip and grad_norm must be greater than 0")


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

    def __call__(self, rewards: torch.Tensor, ended: torch.Tensor) -> torch.Tensor:
        """Rewards (lanes,) of one step, scaled; ended: 1 in the lanes whose episode ended with it."""
        self.sums = self.sums * self._gamma + rewards
        count, mean, squares = self.moments
        lanes = len(rewards)
        difference = self.sums.mean(dtype=torch.float64) - mean
        total = count + lanes
        squares = squares + self.sums.double().var(correction=0) * lanes + difference**2 * count * lanes / total
        self.moments = torch.stack([total, mean + difference * lanes / total, squares])
        self.sums = self.sums * (1 - ended)
        return (rewards / (squares / total).sqrt().clamp_min(1e-4).float()).clamp(-10, 10)


class Trainer:
    """One run: the batch, the network, and everything else that a checkpoint must hold."""

    def __init__(self, settings: Settings, threads: int | None = None):
        settings.check()
        self.settings = s = settings
        self.threads = threads or s.threads or cores()
        torch.set_num_threads(self.threads)
        world = worlds.load(s.world)
        options: dict[str, Any] = {"knobs": s.knobs, "limit": s.limit, "device": s.device, "threads": self.threads}
        self.options = {**options, "levels": s.levels}
        self.batch = Batch(world, s.envs, seed=s.seed, split=s.split, **self.options)
        size = s.size or (self.batch.rows * TILE, self.batch.cols * TILE)
        self.batch.size = size
        patch = 0 if s.size else TILE
        self.shape = Shape(size, s.head, patch, s.channels, s.blocks, s.hidden, s.units)
        self.reader = Reader(self.batch)
        self.device = self.reader.device
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(s.seed)
            self.network = Network(world, self.shape).to(self.device)
        self.optimiser = torch.optim.Adam(self.network.parameters(), s.learning_rate, eps=1e-5, fused=True)  # eps: *
        self.forward = torch.compile(self.network) if s.compile else self.network
        self.generator = torch.Generator(self.device).manual_seed(s.seed)
        self.lanes = self.batch.n * self.batch.players
        self.scale = RewardScale(self.lanes, s.gamma, self.device)
        self.updates, self.seconds = 0, 0.0
        self.memory = self.network.blank(self.lanes)
        self.fresh, self.playing = (
            self._full(1.0),
            self._full(1.0),
        )  # 1 where an episode begins; 1 where a lane still plays
        self.returns, self.lengths, self.won = self._full(0.0), self._full(0.0), self._full(0.0)
        self._make_storage()
        self.batch.reset()
        self.batch.draw()

    def _full(self, value: float) -> torch.Tensor:
        return torch.full((self.lanes,), value, device=self.device)

    def _make_storage(self) -> None:
        lead = (self.settings.rollout, self.lanes)
        sight = self.reader.sight()
        self.pixels = torch.zeros(*lead, *sight.pixels.shape[1:], dtype=torch.uint8, device=self.device)
        self.chats = (
            None
            if sight.chat is None
            else torch.zeros(*lead, sight.chat.shape[1], dtype=torch.int64, device=self.device)
        )
        self.choices = torch.zeros(*lead, self.network.head.parts, dtype=torch.int64, device=self.device)
        names = ("log_probs", "values", "rewards", "ended", "begun", "weights")
        self.store = {name: torch.zeros(lead, device=self.device) for name in names}

    @property
    def total(self) -> int:
        """How many updates the run has."""
        return max(self.settings.steps // (self.settings.rollout * self.lanes), 1)

    @property
    def steps(self) -> int:
        """Steps of all lanes together so far."""
        return self.updates * self.settings.rollout * self.lanes

    def _cast(self) -> torch.autocast:
        cuda = self.device.type == "cuda"
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.settings.bf16 and cuda)

    @torch.no_grad()
    def play(self) -> dict[str, float]:
        """Fill the storage with one rollout. Returns episodes, success, return_mean and length_mean of what ended in
        it."""
        store, tensors = self.store, self.reader.tensors
        finished = torch.zeros(4, device=self.device)  # episodes, successes, returns, lengths
        for step in range(self.settings.rollout):
            sight = self.reader.sight()
            with self._cast():
                logits, values, self.memory = self.forward(sight, self.memory, self.fresh.unsqueeze(0))
            choice = self.network.head.sample(logits, self.generator)
            self.pixels[step], self.choices[step] = sight.pixels, choice
            if self.chats is not None and sight.chat is not None:
                self.chats[step] = sight.chat
            store["log_probs"][step], store["values"][step] = self.network.head.score(logits, choice)[0], values
            store["begun"][step], store["weights"][step] = self.fresh, self.playing
            self.network.head.write(choice, self.batch, tensors)
            self.batch.step()
            raw = tensors["reward"].flatten() * self.playing
            terminated, truncated = tensors["terminated"].flatten().float(), tensors["truncated"].flatten().float()
            ended = (terminated + truncated).clamp(max=1)
            rewards = self.scale(raw, ended) if self.settings.normalise_reward else raw
            store["rewards"][step] = rewards + self._beyond(truncated * (1 - terminated))
            store["ended"][step] = ended
            self.returns += raw
            self.lengths += self.playing
            self.won += tensors["success"].flatten()
            finished += torch.stack([ended, ended * self.won, ended * self.returns, ended * self.lengths]).sum(1)
            self.playing = self.playing * (1 - ended)
            over = tensors["over"].bool()
            self.fresh = over.repeat_interleave(self.batch.players).float()
            for tally in (self.returns, self.lengths, self.won):
                tally *= 1 - self.fresh
            self.playing = torch.maximum(self.playing, self.fresh)
            self.batch.reset(over)
            self.batch.draw()
        with self._cast():
            _, self.last, _ = self.forward(self.reader.sight(), self.memory, self.fresh.unsqueeze(0))
        episodes, *sums = finished.tolist()
        if not episodes:
            return {"episodes": 0}
        return {"episodes": episodes} | dict(
            zip(("success", "return_mean", "length_mean"), (value / episodes for value in sums), strict=True)
        )

    def _beyond(self, cut: torch.Tensor) -> torch.Tensor:
        """For lanes cut off by the clock, gamma times the value of their last frame, (lanes,); 0 elsewhere."""
        lanes = cut.nonzero().squeeze(1)
        future = torch.zeros_like(cut)
        if len(lanes):
            self.batch.draw()
            pixels, texts, which, chat = self.reader.sight()
            sight = Sight(pixels[lanes], texts, which[lanes], None if chat is None else chat[lanes])
            memory = self.memory and (self.memory[0][lanes], self.memory[1][lanes])
            with self._cast():
                _, values, _ = self.network(sight, memory, torch.zeros(1, len(lanes), device=cut.device))
            future[lanes] = self.settings.gamma * values
        return future

    def learn(self, memory: Any) -> dict[str, float]:
        """Improve the network on the storage. `memory` is that before the rollout. Returns the mean losses."""
        s, store = self.settings, self.store
        gained = advantages(store["rewards"], store["values"], self.last, store["ended"], s.gamma, s.gae_lambda)
        targets = gained + store["values"]
        sums = torch.zeros(6, device=self.device)
        count = self.lanes if self.memory else self.lanes * s.rollout  # sequences stay whole if there is a memory
        parts = min(s.minibatches, count)
        for _ in range(s.epochs):
            for index in torch.randperm(count, generator=self.generator, device=self.device).chunk(parts):
                sums += self._step(index, gained, targets, memory)
        means = (sums[:5] / sums[5]).tolist()
        explained = 1 - (targets - store["values"]).var() / targets.var().clamp_min(1e-8)
        names = ("policy_loss", "value_loss", "entropy", "kl", "clipped")
        return dict(zip(names, means, strict=True)) | {"explained": float(explained)}

    def _step(self, index: torch.Tensor, gained: torch.Tensor, targets: torch.Tensor, memory: Any) -> torch.Tensor:
        """One step of the optimiser on the samples (or, with a memory, the lanes) of index."""
        s, store = self.settings, self.store

        def chosen(values: torch.Tensor) -> torch.Tensor:
            if memory:
                return values[:, index].flatten(0, 1)
            return values.flatten(0, 1)[index]

        lanes = index.repeat(s.rollout) if memory else index % self.lanes
        chat = None if self.chats is None else chosen(self.chats)
        sight = Sight(chosen(self.pixels), self.reader.texts, self.reader.which[lanes], chat)
        before = memory and (memory[0][index], memory[1][index])
        fresh = store["begun"][:, index] if memory else chosen(store["begun"]).unsqueeze(0)
        with self._cast():
            logits, values, _ = self.forward(sight, before, fresh)
        log_probs, entropies = self.network.head.score(logits, chosen(self.choices))
        weights = chosen(store["weights"])
        total = weights.sum().clamp_min(1)

        def mean(value: torch.Tensor) -> torch.Tensor:
            return (value * weights).sum() / total

        gain = chosen(gained)
        gain = gain - mean(gain)
        gain = gain / (mean(gain**2).sqrt() + 1e-8)
        change = log_probs - chosen(store["log_probs"])
        ratio = change.exp()
        policy_loss = -mean(torch.minimum(ratio * gain, ratio.clamp(1 - s.clip, 1 + s.clip) * gain))
        value_loss = 0.5 * mean((values - chosen(targets)) ** 2)
        entropy = mean(entropies)
        loss = policy_loss + s.value * value_loss - s.entropy * entropy
        self.optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), s.grad_norm)
        self.optimiser.step()
        with torch.no_grad():
            kl = mean(ratio - 1 - change)  # the low-variance estimate of Schulman, joschu.net/blog/kl-approx.html
            clipped = mean(((ratio - 1).abs() > s.clip).float())
            return torch.stack([policy_loss, value_loss, entropy, kl, clipped, torch.ones_like(kl)])

    def update(self) -> dict[str, float]:
        """One rollout and what is learned from it. Returns the row of metrics."""
        begun = time.perf_counter()
        rate = self.settings.learning_rate * ((1 - self.updates / self.total) if self.settings.anneal else 1)
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        before = self.memory
        row = self.play() | self.learn(before)
        if not all(map(math.isfinite, row.values())):
            raise RuntimeError(f"learning diverged in update {self.updates + 1}: {row}; try a smaller learning rate")
        took = time.perf_counter() - begun
        self.updates += 1
        self.seconds += took
        speed = self.settings.rollout * self.lanes / took
        head = {"update": self.updates, "steps": self.steps, "seconds": self.seconds, "steps_per_second": speed}
        return head | row | {"learning_rate": rate}

    def player(self) -> Learned:
        """The network as it is now, as a player."""
        return Learned(self.network, self.shape, seed=self.settings.seed)

    def evaluate(self) -> dict[str, float]:
        """Success on the levels of `evaluate_split`, the same ones every time, with its interval."""
        s = self.settings
        batch = Batch(
            self.batch.world, min(s.evaluate_episodes, ROWS), split=s.evaluate_split, seed=s.seed, **self.options
        )
        wins, _, _ = episodes_of(self.player(), batch, s.evaluate_episodes)
        low, high = interval(int(wins.sum()), len(wins))
        return {"held_out_success": float(wins.mean()), "held_out_low": low, "held_out_high": high}

    def state(self) -> dict[str, Any]:
        """Everything that the run needs to go on."""
        return {
            "world": self.batch.world.name,
            "settings": dataclasses.asdict(self.settings),
            "threads": self.threads,
            "shape": dataclasses.asdict(self.shape),
            "network": self.network.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "generator": self.generator.get_state(),
            "memory": self.memory,
            "tallies": [self.fresh, self.playing, self.returns, self.lengths, self.won],
            "scale": [self.scale.sums, self.scale.moments],
            "states": torch.from_numpy(
                np.frombuffer(b"".join(map(self.batch.save, range(self.batch.n))), np.uint8).copy()
            ),
            "updates": self.updates,
            "total": self.total,
            "seconds": self.seconds,
        }

    def restore(self, content: dict[str, Any]) -> None:
        """Go back to a saved state. Raises ValueError if it is of another version of this world."""
        device = self.device
        self.network.load_state_dict(content["network"])
        self.optimiser.load_state_dict(content["optimiser"])
        self.generator.set_state(content["generator"])
        self.memory = content["memory"] and tuple(part.to(device) for part in content["memory"])
        self.fresh, self.playing, self.returns, self.lengths, self.won = (t.to(device) for t in content["tallies"])
        self.scale.sums, self.scale.moments = (t.to(device) for t in content["scale"])
        for row, data in enumerate(content["states"].view(self.batch.n, -1).numpy()):
            self.batch.load(row, data.tobytes())
        self.batch.draw()
        self.updates, self.seconds = content["updates"], content["seconds"]


def train(settings: Settings, folder: str | Path, *, overwrite: bool = False, bar: bool = True) -> Path:
    """Train from the beginning in a run's folder; returns the path of the last checkpoint.

    The folder gets checkpoint.pt, metrics.csv and tensorboard/. Raises ValueError if it holds a run already, unless
    overwrite, and OSError if the disk is full.
    """
    folder = Path(folder)
    file = folder / checkpoint.NAME
    if file.exists() and not overwrite:
        raise ValueError(f"{folder} holds a run already: go on with it by --resume, or choose another folder")
    trainer = Trainer(settings)
    folder.mkdir(parents=True, exist_ok=True)
    for old in (file, folder / METRICS, *folder.glob("tensorboard/events.*")):
        old.unlink(missing_ok=True)
    return _run(trainer, folder, bar, resumed=False)


def resume(folder: str | Path, *, bar: bool = True) -> Path:
    """Go on with a run from its last checkpoint, as if it had never stopped; returns the path of the last
    checkpoint."""
    content = checkpoint.load(folder)
    trainer = Trainer(settings_of(content), content["threads"])
    trainer.restore(content)
    return _run(trainer, checkpoint.find(folder).parent, bar, resumed=True)


def settings_of(content: dict[str, Any]) -> Settings:
    """The settings of the run that a checkpoint is from."""
    size = content["settings"]["size"]
    return Settings(**{**content["settings"], "size": tuple(size) if size else None})


def _run(trainer: Trainer, folder: Path, bar: bool, resumed: bool) -> Path:
    """Update after update, with a row of metrics each, and a checkpoint now and then and at the end."""
    s, path = trainer.settings, folder / checkpoint.NAME
    steps = trainer.total * s.rollout * trainer.lanes
    saved = time.monotonic()
    with Log(folder, f"ppo on {s.world}", steps, update=trainer.updates, tensorboard=s.tensorboard, bar=bar) as log:
        if not resumed:
            if s.evaluate_every:
                log.write({"update": 0, "steps": 0, "seconds": 0.0, "steps_per_second": 0.0} | trainer.evaluate())
            checkpoint.save(path, trainer.state())
        while trainer.updates < trainer.total:
            row = trainer.update()
            last = trainer.updates == trainer.total
            if s.evaluate_every and (last or trainer.updates % s.evaluate_every == 0):
                row |= trainer.evaluate()
            log.write(row)
            if last or time.monotonic() - saved >= s.checkpoint_seconds:
                checkpoint.save(path, trainer.state())
                saved = time.monotonic()
    return path
