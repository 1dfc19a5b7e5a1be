"""One agent for many worlds: the store of demonstrations that it learns from, disturbances that are not imitated,
guidance by the instruction, and instructions, worlds and frames of every kind."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from rumpus import worlds
from rumpus.agents.algorithms.bc import BC
from rumpus.agents.measuring.evaluate import evaluate
from rumpus.agents.mixture import record_mixture
from rumpus.agents.network_policy import NetworkPolicy, trained
from rumpus.agents.networks import Network, NetworkSpec
from rumpus.agents.networks.heads import ActionSpec
from rumpus.agents.recording import record
from rumpus.agents.settings import Config
from rumpus.agents.training import run
from rumpus.agents.training.trainer import Trainer
from rumpus.episodes.episode import Episode
from rumpus.episodes.hands import NAME, held_by, written
from rumpus.episodes.store import Store
from rumpus.episodes.verify import verify
from rumpus.interface.keys import KEYS
from rumpus.interface.text import TOKENS, cut, decode, encode
from rumpus.tasks.generate import write as generate
from rumpus.tests.commands import rumpus
from rumpus.tests.runs import OWN, SMALL
from rumpus.worlds.engine.run.batch import Batch

NAMES = "box-world-small,key-and-door-small"
TEXTS = (
    "", "lift the red ball", "go " * 5000, "подними красный мяч", "赤いボールを持ち上げて", "\N{PILE OF POO}" * 3000,
    "lift the red ball and never lift the red ball", "go to the unicorn", "\ud800", "\x00\x1b[31m", " \n\t ",
)  # fmt: skip


def policy(guidance: float = 1.0, core: str = "none", size: int = 24) -> NetworkPolicy:
    """A small network of random weights, with the universal head, that reads instructions."""
    torch.manual_seed(0)
    controls = ActionSpec.of(worlds.load("race")).joined(ActionSpec.of(worlds.load("room-small")))
    memory: dict[str, Any] = {} if core == "none" else {"core": core, "units": 8}
    spec = NetworkSpec(
        (size, size), controls, head="universal", hidden=16, talk=True, instructed=True, queries=2, **memory
    )
    made = Network(spec).eval()
    assert made.film is not None
    torch.nn.init.normal_(made.film.weight)  # so that words change what it does, as after training
    return NetworkPolicy([made], BC.play, guidance=guidance)


def actions(player: NetworkPolicy, batch: Batch, *, text: str | None = None, steps: int = 3) -> np.ndarray:
    player.start(batch)
    player.tell(text)
    batch.reset(seed=3)
    made = []
    for step in range(steps):
        player.act(batch, np.full(batch.n, step == 0))
        made.append(batch.actions.copy())
        batch.step()
    return np.stack(made)


def test_any_text_is_an_instruction():
    batch, player = Batch(worlds.load("box-world-small"), 4, threads=1), policy(guidance=2.0)
    found = [actions(player, batch, text=text) for text in TEXTS]
    assert (found[0] == actions(player, batch, text="")).all()


@given(st.text())
def test_a_text_is_cut_where_it_does_not_fit_and_nowhere_else(text):
    tokens = cut(text)
    assert tokens.shape == (TOKENS,)
    if (tokens == 0).sum() > 4:  # a letter of several bytes may be left out at the end
        assert (tokens == encode(text.encode("utf-8", "replace").decode())).all()
    assert (cut(decode(tokens)) == tokens).all()


@pytest.mark.parametrize("name", ["box-world-small", "sokoban-small", "maze-small", "race", "room-small"])
def test_a_network_plays_worlds_whose_keys_it_never_pressed(name):
    world = worlds.load(name)
    batch = Batch(world, 3, threads=1, size=(80, 80))
    found = actions(policy(), batch)
    heard = {*world.controls.keys}
    pressed = {KEYS[key] for key in np.flatnonzero(found["keys"].any((0, 1, 2)))}
    assert pressed <= heard
    assert bool(found["say"].any()) <= (world.players > 1 or name == "room-small")


def test_frames_of_another_size_are_averaged_down_with_one_notice(recwarn):
    batch = Batch(worlds.load("box-world-small"), 2, threads=1, knobs={"size": 20})
    found = [actions(policy(size=16), batch) for _ in range(2)]
    assert (found[0] == found[1]).all()
    assert batch.size == (32, 32), "16x16 pixels cannot show 20x20 tiles"
    told = [str(one.message) for one in recwarn if "averaged" in str(one.message)]
    assert told == ["box-world-small is drawn at 32x32 and averaged to the 16x16 that learned was trained on"]


def test_guidance_is_between_and_beyond_the_policies_with_and_without_words():
    batch = Batch(worlds.load("key-and-door-small"), 4, threads=1)
    batch.reset(seed=0)

    def logits(guidance: float, text: str) -> torch.Tensor:
        player = policy(guidance)
        play, seen = player._play, []

        def chosen(network: Network, logits: torch.Tensor, *rest: Any) -> torch.Tensor:
            seen.append(logits)
            return play(network, logits, *rest)

        player._play = chosen
        player.start(batch)
        player.tell(text)
        player.act(batch, np.ones(4, bool))
        return seen[0]

    told, plain = logits(1.0, "open the red door"), logits(1.0, "")
    assert not torch.allclose(told, plain)
    for guidance in (0.0, 0.5, 2.0):
        wanted = plain + guidance * (told - plain)
        assert torch.allclose(logits(guidance, "open the red door"), wanted, atol=1e-4)


def test_with_a_memory_the_lane_that_is_told_nothing_has_one_of_its_own():
    batch = Batch(worlds.load("key-and-door-small"), 2, threads=1)
    plain = actions(policy(1.0, "lstm"), batch, text="")
    assert (actions(policy(0.0, "lstm"), batch, text="open the red door") == plain).all()


def test_guidance_is_refused_where_nothing_is_known_without_words(tmp_path):
    run.train("ppo", "box-world-small", folder=tmp_path / "run", bar=False, steps=128, **SMALL)
    with pytest.raises(ValueError, match=r"untold=0\.1"):
        trained(tmp_path / "run", guidance=2.0)
    for agent in ("random", "expert"):
        with pytest.raises(ValueError, match="leave --guidance out"):
            evaluate("box-world-small", agent, guidance=2.0)
    with pytest.raises(ValueError, match="guidance is a number"):
        policy(float("nan"))


@pytest.fixture(scope="module")
def store(tmp_path_factory) -> Path:
    """Two worlds, and tasks of one, recorded in two parts."""
    folder = tmp_path_factory.mktemp("mixture")
    generate(worlds.load("box-world-small"), folder / "tasks.jsonl", count=20, workers=1)
    how: dict[str, Any] = {"tasks": folder / "tasks.jsonl", "successes": True, "disturb": 0.3, "threads": 1}
    record_mixture(NAMES, "expert", folder / "store", steps=300, episodes=40, **how)
    before = {head.id for head in Store(folder / "store").index()}
    rows = record_mixture(NAMES, "expert", folder / "store", steps=3000, episodes=90, **how)
    heads = list(Store(folder / "store").index())
    assert before < {head.id for head in heads}  # it goes on with what was there
    assert [row["world"] for row in rows] == ["box-world-small", "box-world-small", "key-and-door-small"]
    assert sum(row["stored"] for row in rows) == len(heads)
    assert all(row["stored"] >= 90 or row["steps"] >= 3000 for row in rows)
    again = record_mixture(NAMES, "expert", folder / "store", steps=3000, episodes=90, **how)
    assert again == rows
    assert len(Store(folder / "store")) == len(heads)
    return folder / "store"


def test_a_mixture_holds_successes_of_different_starts_that_replay(store):
    assert all(verdict.same for verdict in verify(Store(store)))
    heads = list(Store(store).index())
    assert {head.result for head in heads} == {"success"}
    assert {head.start.repeat for head in heads if head.world == "key-and-door-small"} == {4}
    assert {head.start.repeat for head in heads if head.world == "box-world-small"} == {1}
    own = Counter((head.world, head.start.seed) for head in heads if not head.task)
    assert max(own.values()) == 1
    assert len({head.task for head in heads if head.task}) == 20


def test_random_steps_are_told_and_not_imitated(store):
    names = NAMES.split(",")
    episodes = {episode.id: episode for episode in Store(store).read()}
    share = np.concatenate([_random(episode)[:, 0] for episode in episodes.values()]).mean()
    assert 0.2 < share < 0.4
    config = Config.of("bc", *names, store=str(store), head="universal", size=(24, 24), **SMALL | {"minibatches": 2})
    trainer = Trainer(config)
    for world in trainer.collector._worlds:
        pool = world.pool(0)
        for id, index in pool._index.items():
            first, steps = pool.first[index], pool.steps[index]
            mask = pool.mask[first : first + steps].numpy()
            assert not mask[_random(episodes[id])].any()
            assert mask[~_random(episodes[id])].mean() > 0.9


@pytest.mark.parametrize("algorithm", ["bc", "dagger"])
def test_a_network_that_was_sometimes_told_nothing_is_guided(store, tmp_path, capsys, algorithm):
    """From training in worlds of tiles and others, of which tasks are there for one, to an evaluation."""
    own: dict[str, Any] = {"store": str(store)} if algorithm == "bc" else {"tasks": str(store.parent)}
    more = {"size": (40, 40), "steps": 256, "untold": 0.5, **own, **SMALL, **OWN[algorithm]}
    run.train(algorithm, *NAMES.split(","), folder=tmp_path / "run", bar=False, **more)
    words = ("box-world-small", tmp_path / "run", "--episodes", "4", "--limit", "20", "--threads", "1", "--json")
    results = []
    for guidance in ("2", "2", "0"):
        assert rumpus("evaluate", *words, "--guidance", guidance) == 0
        results.append(json.loads(capsys.readouterr().out))
    assert results[0] == results[1] and results[0]["episodes"] == 4


def _random(episode: Episode) -> np.ndarray:
    return held_by("random", episode.extra, episode.steps, episode.players)


@pytest.mark.parametrize(
    "text", ["", "[", "[[0]]", "[[1, 2, 3, 4]]", '[["a", 1, "random"]]', "[" * 5000, "[[1e999,1,1]]"]
)
def test_a_strangers_hands_do_no_harm(text):
    assert not held_by("random", {NAME: text}, 4, 2).any()


def test_hands_say_whose_a_step_was():
    changes = [(0, 1, "expert"), (2, 1, "random"), (3, 1, "expert"), (1, 2, "random"), (9, 1, "random")]
    found = held_by("random", {NAME: written(changes)}, 4, 2)
    assert found.tolist() == [[False, False], [False, True], [True, True], [False, True]]


def test_what_cannot_be_recorded_is_refused(tmp_path, capsys):
    for words, reason in {
        ("nowhere,sokoban", "expert"): "unknown world",
        ("sokoban,sokoban", "expert"): "named once",
        ("sokoban", "expert", "--steps", "5"): "several worlds",
        ("all", "expert", "--limit", "5"): "one world",
        ("sokoban,maze-small", "expert", "--steps", "0"): "at least 1",
        ("sokoban,maze-small", "expert", "--minutes", "nan"): "greater than 0",
        ("sokoban", "expert", "--disturb", "0.9"): "from 0 to 0.5",
        ("sokoban", "expert", "--repeat", "0"): "from 1 to 64",
    }.items():
        assert rumpus("record", *words, "--out", tmp_path / "store") == 1
        assert reason in capsys.readouterr().err
    assert record("box-world-small", "expert", tmp_path / "store", episodes=4, threads=1)["stored"] == 4
