"""Stored episodes of every world: what is read is what was played, to the byte and to the pixel."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from rumpus import worlds
from rumpus.agents.experts import expert
from rumpus.agents.policies import RandomPolicy
from rumpus.episodes import columns, marks
from rumpus.episodes.episode import Player
from rumpus.episodes.recorder import Recorder
from rumpus.episodes.redraw import redraw
from rumpus.episodes.store import Store
from rumpus.episodes.verify import verify
from rumpus.worlds.engine.run.batch import Batch

ROOT = Path(__file__).resolve().parent.parent
SIZE = 40, 56
STEPS = 12


def play(batch: Batch, policy, steps: int, seed: int = 0) -> list[dict[str, np.ndarray]]:
    """What every row saw, did and got in each of these steps, with resets of rows that are over."""
    batch.reset(seed=seed)
    policy.start(batch)
    is_first, seen = np.ones(batch.n, bool), []
    for _ in range(steps):
        policy.act(batch, is_first)
        now = {
            "pixels": batch.draw(out=np.zeros((batch.n, batch.players, *SIZE, 3), np.uint8)),
            "instruction": batch.instruction.copy(),
            "chat": batch.chat.copy(),
        }
        batch.step()
        now |= {"actions": batch.actions.copy(), "rewards": batch.outcomes["reward"].copy()}
        seen.append(now | {"seed": batch.states["seed"].copy(), "tick": batch.states["tick"].copy()})
        is_first = batch.over != 0
        batch.reset(is_first)
    return seen


def by_step(seen) -> dict[tuple[int, int], dict[str, np.ndarray]]:
    """The same by (seed of the episode, ticks after the step)."""
    return {
        (int(now["seed"][row]), int(now["tick"][row])): {name: now[name][row] for name in now}
        for now in seen
        for row in range(len(now["seed"]))
    }


@pytest.mark.parametrize("name", worlds.names())
def test_what_is_read_is_what_was_played(name, tmp_path):
    world, store = worlds.load(name), Store(tmp_path / "store", create=True)
    batch = Batch(world, 3, threads=1, repeat=1 + (name == "maze"), limit=None if world.controls.turn_based else 8)
    planned = expert(world)
    policies = {"random": RandomPolicy(), **({"expert": planned} if planned else {})}
    live = {}
    for number, (kind, policy) in enumerate(policies.items()):
        with Recorder(batch, store, played_by=kind, latency=kind == "expert", extra={"of": "a test"}) as recorder:
            live |= by_step(play(batch, policy, STEPS, seed=10 * number))
        assert recorder.count == sum(head.played_by[0].kind == kind for head in store.index()) >= 3
    read = 0
    for step in redraw(store, SIZE, rows=4, threads=1):
        for row in np.flatnonzero(step.active):
            episode = step.episodes[row]
            ticks = min((step.number[row] + 1) * batch.repeat, episode.start.limit)
            was = live[episode.start.seed, ticks]
            for part in ("pixels", "instruction", "chat", "actions", "rewards"):
                assert np.array_equal(getattr(step, part)[row], was[part]), (part, step.number[row])
            assert step.is_last[row] == (step.number[row] == episode.steps - 1)
            read += 1
    assert read == len(live)
    assert not store.problems
    for episode in store.read():
        assert episode.played_by == (Player(episode.played_by[0].kind),) * world.players
        assert (episode.latency is not None) == (episode.played_by[0].kind == "expert")
        assert episode.extra == {"of": "a test"}
        assert store.get(episode.id[:10]).checksums.tolist() == episode.checksums.tolist()


@pytest.mark.parametrize("name", ["gym/FrozenLake-v1", "gym/CartPole-v1", "control/cartpole-swingup"])
def test_guests_are_stored_with_their_pictures(name, tmp_path):
    world, store = worlds.load(name), Store(tmp_path / "store", create=True)
    batch = Batch(world, 2, threads=1, limit=7, size=SIZE)
    with Recorder(batch, store, played_by="random", tasks=None):
        live = by_step(play(batch, RandomPolicy(), STEPS))
    for size in (SIZE, (20, 30)):
        read = 0
        for step in redraw(store, size, final=True):
            for row in np.flatnonzero(step.active):
                episode = step.episodes[row]
                assert episode.filmed
                if step.is_last[row]:
                    assert not step.actions["keys"][row].any()
                    continue
                was = live[episode.start.seed, step.number[row] + 1]
                assert np.array_equal(step.rewards[row], was["rewards"])
                assert np.array_equal(step.instruction[row], was["instruction"])
                assert size != SIZE or np.array_equal(step.pixels[row], was["pixels"])
                read += 1
        assert read == len(live)
    assert all(verdict.same for verdict in verify(store))
    assert not store.problems


def test_the_page_tells_of_every_column():
    page = (ROOT / "docs" / "data.md").read_text(encoding="utf-8").partition("\n## The format\n")[2]
    told = [name for row in re.findall(r"^\| (`.+?`) \|", page, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)]
    assert told == [*columns.SCHEMA.names, *marks.SCHEMA.names]
