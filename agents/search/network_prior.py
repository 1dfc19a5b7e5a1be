"""A trained network as the prior of a search: its policy over the world's moves, and its critic's values."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch

from ..network_policy import NetworkPolicy
from ..observations import ObservationReader, draw_at
from ..trees import at, leaves, nbytes, tree_map
from .futures import Futures
from .priors import Asked, Guess, Memories, Memory

CALIBRATION = 256
"""Most steps of the episodes by which values are fitted to returns."""
_ROWS = 32  # such episodes, at most
_LEAST = 0.01  # share of the variance of returns that a critic explains, below which it counts for nothing


class NetworkPrior:
    """The network of a player for one, as `rumpus train` makes it.

    The logits are those of the world's moves: of another head than `moves` the log-probability of each move, or of what
    comes nearest to it; of a chunk of actions the first. Algorithms scale rewards each in its own way, and some train
    no critic. So `start` plays some episodes by the policy in the simulator, and fits the values to the discounted
    returns, by a straight line; a critic that explains less than 1 % of their variance stands for their mean.

    bf16: whether it multiplies in bfloat16; by default where the processor does that in hardware.
    """

    values, pace = True, 1 << 12

    def __init__(self, policy: NetworkPolicy, bf16: bool | None = None):
        from ..training.trainer import hardware_bf16

        networks = policy.networks
        if len(networks) > 1:
            raise ValueError(f"{policy.name} is for {len(networks)} players, and search plans for one")
        self.name, self._network = policy.name, networks[0]
        self.remembers = self._network.spec.remembers
        self.memory_bytes = nbytes(self._network.initial(1)) if self.remembers else 0
        self._bf16 = hardware_bf16(torch.device("cpu")) if bf16 is None else bf16
        self._slope, self._base = 1.0, 0.0

    @torch.no_grad()
    def start(self, futures: Futures, discount: float | None, seed: int) -> None:
        """Make frames of the network's size, and fit its values if they are asked for. Raises ValueError if its head
        does not fit the world."""
        network, batch = self._network, futures.batch
        network.head.check(batch.world)
        draw_at(batch, network.spec.size, network.spec.cells)
        self._reader = ObservationReader([batch], size=network.spec.size, goals=network.spec.goals)
        self._reader.mask([network.head.mask(batch.world)])
        network.to(self._reader.device)
        moves = np.zeros(futures.rows, np.int64)
        moves[: futures.moves] = np.arange(futures.moves)
        batch.act(moves)
        self._choices = network.head.read(batch, self._reader.tensors[0])[: futures.moves].clone()
        if discount is not None:
            self._fit(futures, discount, np.random.default_rng(seed))

    @torch.no_grad()
    def ask(self, futures: Futures, asked: Asked) -> Guess:
        """Guess about the states that are loaded."""
        network, m = self._network, len(asked.moves)
        futures.draw()
        observation = self._reader.observe().of(slice(0, m)).trim()
        observation = observation._replace(
            last_action=self._choices[torch.from_numpy(asked.moves)], last_reward=torch.from_numpy(asked.rewards)
        )
        with _threads(futures.batch.threads), torch.autocast("cpu", torch.bfloat16, enabled=self._bf16):
            first = torch.from_numpy(asked.first.astype(np.float32)).unsqueeze(0)
            memory = network.initial(m) if self.remembers and asked.memory is None else asked.memory
            logits, values, memory = network(observation, memory, first)
            logits = self._of_moves(network.chunked(logits)[:, 0] if network.spec.chunk > 1 else logits)
        return Guess(logits.float().numpy(), self._base + self._slope * values.double().numpy(), memory)

    def memories(self, count: int) -> Memories:
        """Room for the memories of so many states."""
        return _Kept(self._network.initial(1), count) if self.remembers else Memories()

    def _of_moves(self, logits: torch.Tensor) -> torch.Tensor:
        """float32 (m, moves), of a head's logits (m, …)."""
        if self._network.spec.head == "moves" and logits.shape[1] == len(self._choices):
            return logits.log_softmax(-1)
        m, moves = len(logits), len(self._choices)
        every = logits.repeat_interleave(moves, 0), self._choices.repeat(m, 1)
        found: torch.Tensor = self._network.head.score(*every)[0]
        return found.view(m, moves)

    def _fit(self, futures: Futures, discount: float, rng: np.random.Generator) -> None:
        """Set slope and base of the values."""
        self._slope, self._base = 1.0, 0.0
        rows, batch = min(_ROWS, futures.rows), futures.batch
        batch.reset(seed=int(rng.integers(2**31)))
        futures.observe(batch)
        owners = np.arange(rows)
        futures.load(futures.real[:rows], owners)
        steps = min(int(batch.states["limit"].max()), CALIBRATION)
        values, rewards, alive = (np.zeros((steps, rows)) for _ in range(3))
        memory = self._network.initial(rows) if self.remembers else None
        moves, reward = np.zeros(rows, np.int64), np.zeros(rows, np.float32)
        for step in range(steps):
            guess = self.ask(futures, Asked(memory, moves, reward, np.full(rows, step == 0)))
            memory, values[step] = guess.memory, guess.values
            noise = rng.gumbel(size=guess.logits.shape)
            moves = (guess.logits + noise).argmax(1)
            alive[step] = batch.over[:rows] == 0
            reward = futures.step(moves).reward.copy()
            rewards[step] = reward
        unknown = np.where(batch.over[:rows] == 0, steps - min(steps // 2, int(4 / max(1 - discount, 1e-3))), steps)
        returns, future = np.zeros((steps, rows)), np.zeros(rows)
        for step in range(steps - 1, -1, -1):
            returns[step] = future = rewards[step] + discount * future
        kept = (alive > 0) & (np.arange(steps)[:, None] < unknown)
        self._slope, self._base = line(values[kept], returns[kept])


class _Kept(Memories):
    """Memories like this one, a tree of tensors (1, …), of so many states; zeros where nothing was written, which take
    no memory."""

    def __init__(self, like: Memory, count: int):
        self._tree = tree_map(lambda leaf: _zeros(count, leaf), like)

    def take(self, index: np.ndarray) -> Memory:
        """Those of some states."""
        return at(self._tree, torch.from_numpy(np.ascontiguousarray(index, np.int64)))

    def put(self, index: np.ndarray, memory: Memory) -> None:
        """Keep those of some states."""
        rows = torch.from_numpy(np.ascontiguousarray(index, np.int64))
        for kept, new in zip(leaves(self._tree), leaves(memory), strict=True):
            kept[rows] = new.to(kept.dtype)


def _zeros(count: int, like: torch.Tensor) -> torch.Tensor:
    kind = torch.empty(0, dtype=like.dtype).numpy().dtype
    return torch.from_numpy(np.zeros((count, *like.shape[1:]), kind))


def line(values: np.ndarray, returns: np.ndarray) -> tuple[float, float]:
    """(slope, base) of the straight line by which values foretell returns, (k,) each; slope 0 for values that tell
    nothing, or the opposite."""
    if not len(values):
        return 0.0, 0.0
    spread, wide = values.var(), returns.var()
    together = ((values - values.mean()) * (returns - returns.mean())).mean()
    if together <= 0 or together**2 < _LEAST * spread * wide:
        return 0.0, float(returns.mean())
    slope = together / spread
    return float(slope), float(returns.mean() - slope * values.mean())


@contextmanager
def _threads(count: int) -> Iterator[None]:
    """PyTorch on this number of threads."""
    before = torch.get_num_threads()
    if before == count:
        yield
        return
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
