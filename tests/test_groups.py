"""Worlds and network on devices of their own: two groups of lanes are as one, and memory that is used up is told.

Without a GPU, device "cuda" is the CPU to a network, so that worlds on the "cpu" beside it are stepped in two groups.
"""

from types import SimpleNamespace

import pytest
import torch

from rumpus import worlds
from rumpus.agents import checkpoint
from rumpus.agents.contracts import Decision
from rumpus.agents.data.collector import Collector
from rumpus.agents.data.lanes import Lanes
from rumpus.agents.networks.heads import ActionSpec, head_of
from rumpus.agents.settings import Config
from rumpus.agents.training import run
from rumpus.agents.training.trainer import Trainer
from rumpus.worlds.engine.run.batch import Batch

CPU = torch.device("cpu")
TINY = {"envs": 6, "rollout": 8, "hidden": 8, "threads": 1, "tensorboard": False, "bf16": False, "limit": 11}
BESIDE = {"device": "cuda", "world_device": "cpu"}


class Scripted:
    """An algorithm whose actions, and a state that counts, depend on the lane and the step alone."""

    wants_expert = False

    def __init__(self, moves):
        self.moves, self.seen = moves, []

    def initial(self, lanes):
        return torch.zeros(lanes)

    def act(self, timestep, state, progress):
        lanes = torch.arange(timestep.lanes.start, timestep.lanes.stop)
        return Decision(((lanes * 7 + state.long() * (3 + lanes)) % self.moves).unsqueeze(1), state + 1, {})

    def observe(self, transition):
        lanes = transition.timestep.lanes
        final = transition.final(transition.cut).pixels if len(transition.cut) else torch.zeros(0)
        observation, is_first, mask, _, _ = transition.timestep
        kept = observation.pixels, observation.last_reward, is_first, mask, transition.decision.action
        kept += transition.reward, transition.ended, transition.state
        self.seen.append((transition.step, lanes.start, kept, transition.cut + lanes.start, final))


def played(world, sizes, steps):
    """Transitions of groups of these sizes, by step, all lanes together."""
    algorithm, groups, row = Scripted(len(world.controls.moves)), [], 0
    head = head_of("moves", 1, ActionSpec.of(world), False)
    for size in sizes:
        lanes = Lanes([Batch(world, size, seed=row, limit=17, threads=1)], CPU, start=row * world.players)
        lanes.reset()
        lanes.lead(head)
        groups.append(lanes)
        row += size
    collector = Collector(groups, algorithm, 1, True, [[None] for _ in groups])
    rows = [collector.collect(steps, 0.0) for _ in range(2)]
    now, state = collector.now()
    by_step = []
    for first in range(0, len(algorithm.seen), len(sizes)):
        parts = algorithm.seen[first : first + len(sizes)]
        assert len({step for step, *_ in parts}) == 1
        kept = [torch.cat(each) for each in zip(*(part[2] for part in parts), strict=True)]
        cut, final = torch.cat([part[3] for part in parts]), [part[4] for part in parts if len(part[3])]
        by_step.append([*kept, cut, torch.cat(final) if final else torch.zeros(0)])
    return by_step, rows, [now.observation.pixels, now.is_first, now.mask, state]


@pytest.mark.parametrize("name", ["box-world-small", "plates"])
def test_two_groups_give_the_transitions_of_one(name):
    """With one player and with several, through episodes that end and that are cut off."""
    world = worlds.load(name)
    one, rows, now = played(world, [5], 30)
    two, others, after = played(world, [2, 3], 30)
    assert sum(len(step[-2]) for step in one) > 5, "lanes were cut off"
    assert len(one) == len(two) == 60
    for a, b in zip(one, two, strict=True):
        assert all(map(torch.equal, a, b))
    assert rows == [pytest.approx(row) for row in others]
    assert all(map(torch.equal, now, after))


def test_no_lane_is_cut_off_that_was_not_foreseen():
    """With worlds on a GPU the lanes that were cut off are looked for only where one was foreseen."""
    world = worlds.load("maze-random-goal")
    lanes = Lanes([Batch(world, 4, seed=0, limit=limit, threads=1, repeat=4) for limit in (10, 23)], CPU)
    lanes.lead(head_of("moves", 1, ActionSpec.of(world), False))
    lanes.reset()
    foreseen = cut = 0
    for step in range(40):
        near = int(lanes.reaching())
        lanes.begin(torch.full((8, 1), step % 3))
        lanes.step(torch.ones(8))
        found = lanes.cut(lanes.outcome("terminated"), lanes.outcome("truncated"))
        assert len(found) <= near
        foreseen, cut = foreseen + (near > 0), cut + (len(found) > 0)
        lanes.reset(lanes.over())
    assert 0 < cut <= foreseen < 40


@pytest.mark.parametrize("units", [0, 8])
def test_a_run_in_two_groups_goes_on_to_the_byte(units, tmp_path):
    settings = TINY | BESIDE | {"units": units, "anneal": False}
    made = Trainer(Config.of("ppo", "box-world-small", steps=6 * 48, **settings))
    assert [place.batch.n for place in made.places] == [3, 3]
    run.train("ppo", "box-world-small", folder=tmp_path / "whole", bar=False, steps=6 * 48, **settings)
    run.train("ppo", "box-world-small", folder=tmp_path / "half", bar=False, steps=3 * 48, **settings)
    run.resume(tmp_path / "half", bar=False, steps=6 * 48)
    one, other = (checkpoint.load(tmp_path / name) for name in ("whole", "half"))
    weights, again = (content["networks"][0] for content in (one, other))
    assert all(torch.equal(weights[name], again[name]) for name in weights)
    assert all(weight.isfinite().all() for weight in weights.values())


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"), "the memory of cpu is used up"),
        (MemoryError("Unable to allocate 9.00 GiB"), "memory is used up"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried"), "memory is used up"),
    ],
)
def test_memory_that_is_used_up_is_told_and_the_checkpoint_stays(error, told, tmp_path, monkeypatch):
    update = Trainer.update

    def full(self):
        if self.updates == 2:
            raise error
        return update(self)

    monkeypatch.setattr(Trainer, "update", full)
    with pytest.raises(MemoryError) as raised:
        run.train("ppo", "box-world-small", folder=tmp_path, bar=False, steps=288, checkpoint_seconds=0, **TINY)
    text = str(raised.value)
    assert text.startswith(told)
    assert "turn down envs (now 6), rollout (now 8), hidden (now 8), or minibatches up (now 8)" in text
    assert f"The last checkpoint in {tmp_path} is whole: --resume goes on" in text
    monkeypatch.undo()
    run.resume(tmp_path, bar=False)
    assert checkpoint.load(tmp_path)["updates"] == 6


def test_other_errors_stay_what_they_are(tmp_path):
    config = SimpleNamespace()
    with pytest.raises(RuntimeError, match="another"), run.enough_memory(config, tmp_path):
        raise RuntimeError("another")
