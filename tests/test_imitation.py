"""Learning by imitation: in the states that the agent comes to itself it is shown what the expert would do."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from rumpus import worlds
from rumpus.agents import checkpoint, ppo
from rumpus.agents.demonstrations import Demonstrations
from rumpus.agents.log import read_metrics
from rumpus.agents.networks import Sight

SETTINGS = ppo.Settings(
    world="box-world-small", steps=24_000, imitate=1.0, reinforce=0.0, envs=32, rollout=16, learning_rate=2e-3,
    channels=8, hidden=64, tensorboard=False, threads=1, size=(20, 20),
)  # fmt: skip


def test_imitation_comes_to_do_what_the_expert_does(tmp_path: Path) -> None:
    """The expert's moves become likely, and it makes less and less of the steps itself."""
    ppo.train(SETTINGS, tmp_path, bar=False)
    losses = [row["imitation_loss"] for row in read_metrics(tmp_path)]
    assert 0.5 < losses[0] < math.log(len(worlds.load(SETTINGS.world).moves)) + 0.1, "at first all moves are alike"
    assert sum(losses[-5:]) / 5 < 0.95 * losses[0]
    for done, least, most in ((0.0, 1.0, 1.0), (1.0, 0.0, 0.5)):  # all steps are the expert's at first, none at last
        trainer = ppo.Trainer(dataclasses.replace(SETTINGS, lead=1.0, rollout=128))
        trainer.updates = round(done * trainer.total)
        assert least <= trainer.play()["success"] <= most


@given(most=st.integers(1, 12), counts=st.lists(st.integers(0, 20), min_size=1, max_size=6), chatty=st.booleans())
def test_the_newest_of_what_was_shown_is_kept(most: int, counts: list[int], chatty: bool) -> None:
    """As a list would that forgets from its front; what is drawn is all of one moment, and in time all of them come."""
    texts = torch.arange(6).view(2, 3)

    def seen(numbers: list[int]) -> tuple[Sight, torch.Tensor]:
        of = torch.tensor(numbers, dtype=torch.int64)
        chat = of.view(-1, 1).repeat(1, 4) if chatty else None
        return Sight(of.to(torch.uint8).view(-1, 1, 1, 1).expand(-1, 2, 2, 3), texts, of % 2, chat), of.view(-1, 1)

    kept, number = Demonstrations(most, seen([0])[0], 1), 0
    expected: list[int] = []
    for count in counts:
        numbers = list(range(number, number + count))
        number += count
        kept.add(*seen(numbers))
        expected = (expected + numbers)[-most:]
    assert kept.count == len(expected)
    if expected:
        sight, shown = kept.draw(400, torch.Generator().manual_seed(0))
        assert set(shown[:, 0].tolist()) == set(expected)
        again, _ = seen(shown[:, 0].tolist())
        assert (sight.pixels == again.pixels).all() and (sight.which == again.which).all()
        assert (sight.chat is not None) == chatty
        if sight.chat is not None and again.chat is not None:
            assert (sight.chat == again.chat).all()


def test_both_losses_go_together_and_a_run_goes_on(tmp_path: Path) -> None:
    """Beside PPO the expert makes no step; a resumed run ends up where one that never stopped does."""
    both = dataclasses.replace(SETTINGS, world="maze-small", head="devices", reinforce=1.0, steps=2048)
    assert ppo.Trainer(both)._lead == 0
    ppo.train(both, tmp_path / "whole", bar=False)
    trainer = ppo.Trainer(both)
    trainer.update()
    checkpoint.save(tmp_path / "half.pt", trainer.state())
    again = ppo.Trainer(both)
    again.restore(checkpoint.load(tmp_path / "half.pt"))
    while again.updates < again.total:
        again.update()
    whole = checkpoint.load(tmp_path / "whole")["learners"][0]["network"]
    assert all((value == again.learners[0].network.state_dict()[name]).all() for name, value in whole.items())


def test_what_has_no_expert_is_not_imitated() -> None:
    """Nor is nothing learned from at all."""
    with pytest.raises(ValueError, match="has no expert to imitate"):
        ppo.Trainer(ppo.Settings(world="gym/CartPole-v1", imitate=1.0, size=(16, 16), envs=1))
    with pytest.raises(ValueError, match="one of them more"):
        ppo.Settings(world="box-world-small", reinforce=0.0).check()
