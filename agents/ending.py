"""A head that says when an instruction is fulfilled, for an agent that is trained already and does not change.

The agent and the world's expert play in turns, row by row, and the judge tells which states end an episode with
success: these are the positive samples, all others of the same episodes the negative ones. From the agent's own
features a small network learns to tell them apart. Its threshold is the one that is right in most of the held-out
episodes, where it counts alone to say so at the successful end and never before.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch.nn import functional as F

from .. import worlds
from ..episodes.moments import load
from ..interface.progress import work
from ..tasks.compile import table
from ..tasks.goals import Task
from ..worlds.engine.run.batch import Batch
from ..worlds.engine.world import World
from . import checkpoint
from .experts import expert
from .network_policy import NetworkPolicy
from .networks.spec import ending
from .policies import player

ROWS, UNITS = 32, 64
"""Rows of a batch, half of them the expert's; hidden units of the head."""
HELD_OUT = 5
"""One of so many episodes is held out for the threshold."""
ROUNDS, BATCH, RATE, DECAY = 1500, 2048, 1e-3, 1e-2
"""Steps of AdamW, samples of each, learning rate and weight decay; no source."""
SHARE = 0.25
"""Of the states of an episode that are kept, beside its last two: neighbours are alike."""


class Samples(NamedTuple):
    """features float32 (n, outputs); label, 1 where an episode had just succeeded, (n,); episode, (n,) numbers."""

    features: torch.Tensor
    label: torch.Tensor
    episode: torch.Tensor


def learn(
    agent: str | Path, out: str | Path, *, names: Sequence[str] = (), tasks: str | Path | None = None,
    episodes: int = 256, seed: int = 0, threads: int | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Give an agent a head that says when it is done, and write the checkpoint to `out`/checkpoint.pt.

    names: of worlds to play, by default its own; tasks: a folder with NAME.jsonl for worlds in which tasks are played,
    too; episodes: of each world, and of its tasks. Returns {samples, episodes, threshold, precision, recall} of the
    held-out episodes. Raises ValueError for an agent with several networks, and for worlds without expert or success.
    """
    if episodes < 2 * HELD_OUT:
        raise ValueError(f"episodes is at least {2 * HELD_OUT}, got {episodes}")
    content = checkpoint.load(agent)
    if len(content["networks"]) != 1:
        raise ValueError(f"{agent} has a network for each player, and a head that says done is for one network")
    found: list[Samples] = []
    every = [worlds.load(name) for name in names or content["worlds"]]
    plan = [(world, listed) for world in every for listed in ((), _tasks(tasks, world)) if listed != []]
    with torch.random.fork_rng(), work(f"{agent} plays, and is shown when it is done", len(plan)) as job:
        for world, listed in plan:
            found.append(played(agent, world, listed, episodes, seed, threads))
            job.advance()
        torch.manual_seed(seed)
        head, result = fitted(found)
    weights = {f"ending.{name}": value for name, value in head.state_dict().items()}
    own = {name: value for name, value in content["networks"][0].items() if not name.startswith(("ending.", "auxil"))}
    content |= {"spec": {**content["spec"], "done": UNITS, "auxiliary": {}}, "networks": [own | weights]}
    Path(out).mkdir(parents=True, exist_ok=True)
    checkpoint.save(Path(out) / checkpoint.NAME, {name: value for name, value in content.items() if name != "format"})
    return result


def _tasks(folder: str | Path | None, world: World) -> list[Task]:
    """The tasks of a world in a folder; none where there is no file."""
    file = None if folder is None else Path(folder) / f"{world.name}.jsonl"
    return load(file, world)[0] if file is not None and file.is_file() else []


def played(
    agent: str | Path, world: World, tasks: Sequence[Task], episodes: int, seed: int, threads: int | None
) -> Samples:
    """Samples of so many episodes of a world, or of its tasks, of which the expert plays every second."""
    policy, trained = player(agent, world, seed=seed)
    if not isinstance(policy, NetworkPolicy):
        raise ValueError(f"{agent} is no network: name a run, a checkpoint or a shipped agent")
    teacher = expert(world, seed)
    if teacher is None:
        raise ValueError(f"{world.name} has no expert, which shows what success looks like: leave it out of the worlds")
    options: dict[str, Any] = {"tasks": table(tasks, world)} if tasks else {"knobs": trained.get("knobs")}
    rows = min(ROWS, episodes)
    batch = Batch(world, rows, seed=seed, threads=threads, repeat=trained.get("repeat", 1), **options)
    batch.reset()
    policy.start(batch)
    teacher.start(batch)
    shows = np.arange(rows) % 2 == 0
    is_first, number, left = np.ones(rows, bool), np.arange(rows), episodes
    kept: list[tuple[torch.Tensor, np.ndarray, np.ndarray]] = []
    past, every = np.zeros(rows, bool), np.random.default_rng(seed)
    while left > 0:
        policy.act(batch, is_first)
        own = batch.actions.copy()
        seen = policy.features(batch, is_first).view(rows, batch.players, -1)[:, 0]
        teacher.act(batch, is_first)
        batch.actions[~shows] = own[~shows]
        batch.step()
        over, won = batch.over != 0, (batch.outcomes["success"] != 0).any(1)
        some = (over | won | (every.random(rows) < SHARE)) & ~past
        kept.append((seen[some], np.zeros(some.sum(), bool), number[some]))
        ends = (over | won) & ~past
        if ends.any():
            last = policy.features(batch, np.zeros(rows, bool)).view(rows, batch.players, -1)[:, 0]
            kept.append((last[ends], won[ends], number[ends]))
        past |= won  # where an episode goes on after its success, the rest says neither
        if over.any():
            left -= int(over.sum())
            past[over] = False
            number = np.where(over, number.max() + 1 + np.cumsum(over), number)
            batch.reset(over)
        is_first = over
    label, episode = (torch.from_numpy(np.concatenate([part[at] for part in kept])) for at in (1, 2))
    return Samples(torch.cat([part[0] for part in kept]).cpu(), label.float(), episode)


def fitted(found: Sequence[Samples]) -> tuple[torch.nn.Sequential, dict[str, Any]]:
    """The head, done above 0, and its figures on the held-out episodes."""
    offsets = np.cumsum([0, *(int(part.episode.max()) + 1 for part in found)])
    features, label = (torch.cat([getattr(part, name) for part in found]) for name in ("features", "label"))
    episode = torch.cat([part.episode + int(first) for part, first in zip(found, offsets, strict=False)])
    held = episode % HELD_OUT == 0
    if not label[~held].any() or not label[held].any():
        raise ValueError("too few episodes succeeded to learn from: play more of them, or other worlds")
    head = ending(features.shape[1], UNITS)
    optimiser = torch.optim.AdamW(head.parameters(), RATE, weight_decay=DECAY)
    inputs, wanted = features[~held], label[~held]
    weight = (1 - wanted).sum() / wanted.sum()
    for _ in range(ROUNDS):
        some = torch.randint(len(inputs), (BATCH,))
        loss = F.binary_cross_entropy_with_logits(head(inputs[some])[:, 0], wanted[some], pos_weight=weight.sqrt())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    with torch.no_grad():
        scores = head(features[held])[:, 0]
        threshold, figures = chosen(scores.numpy(), label[held].numpy() > 0, episode[held].numpy())
        last = head[2]
        assert isinstance(last, torch.nn.Linear)
        last.bias.sub_(threshold)
    return head, {"samples": len(label), "episodes": len(episode.unique()), "threshold": threshold} | figures


def chosen(scores: np.ndarray, label: np.ndarray, episode: np.ndarray) -> tuple[float, dict[str, float]]:
    """The threshold with the best mean (harmonic) of precision and recall of episodes, and these two. An episode is
    rightly said to be done if its successful end is above, and all other states are not."""
    names, at = np.unique(episode, return_inverse=True)
    before, end = np.full((2, len(names)), -np.inf)
    np.maximum.at(before, at[~label], scores[~label])
    np.maximum.at(end, at[label], scores[label])
    best = (-1.0, 0.0, 0.0, 0.0)
    for threshold in np.unique(np.quantile(scores, np.linspace(0.02, 0.999, 200))).tolist():
        right = float(((end > threshold) & (before <= threshold)).sum())
        said, succeeded = float((np.maximum(before, end) > threshold).sum()), float(np.isfinite(end).sum())
        best = max(best, (2 * right / max(said + succeeded, 1), threshold, right / max(said, 1), right / succeeded))
    return best[1], {"precision": best[2], "recall": best[3]}
