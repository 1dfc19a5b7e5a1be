"""Players that speak: the voice by independent reckoning, who hears what and when, runs that go on, and a task that
only those can do who talk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch.distributions import Categorical

from rumpus import worlds
from rumpus.agents.contracts import Policy
from rumpus.agents.episodes import episodes_of
from rumpus.agents.network_policy import trained
from rumpus.agents.networks import Network, NetworkSpec
from rumpus.agents.networks.heads import HEADS, ActionSpec, Talking, head_of, words_of
from rumpus.agents.networks.heads.talking import UNSAID
from rumpus.agents.observations import ObservationReader
from rumpus.agents.settings import Config
from rumpus.agents.training import run
from rumpus.agents.training.trainer import Trainer
from rumpus.interface.text import decode, encode, vocabulary_size
from rumpus.tasks.compile import table
from rumpus.tasks.files import write_line
from rumpus.tasks.goals import Task
from rumpus.tests.chosen import SMALL_ROOM
from rumpus.tests.runs import SMALL, changed, half, process
from rumpus.worlds.engine.run.batch import Batch

DUO = worlds.load("sokoban-duo")
ROOM = "#########\n#.$ & $.#\n####@####\n#########\n"
SEED = 0  # paints one of the two boxes red and the other green
SETTINGS = {**SMALL, "talk": True, "steps": 4 * 256}


def informed_blind(colour: str, other: str) -> Task:
    """The first player alone is told which of two boxes the second is to touch, and can do nothing but talk."""

    def goal(who: str) -> dict[str, Any]:
        player = {"kind": "player", "who": who}
        touch, avoid = (
            {"a": player, "relation": "touching", "b": {"kind": "box", "colour": c}} for c in (colour, other)
        )
        return {"stages": [{"all": [touch]}], "never": [avoid]}

    players = [
        {"goal": goal("other"), "instruction": f"your partner must touch the {colour} box", "acts": False},
        {"goal": goal("you"), "instruction": "do what your partner asks"},
    ]
    start = {"level": ROOM, "knobs": {"colours": 2}, "seed": SEED}
    more: dict[str, Any] = {"kind": "informed-blind", "reward": {"scheme": "shared", "failure": -1}, "limit": 6}
    data = {"rumpus_task": 1, "id": colour, "world": DUO.name, "players": players, "start": start}
    return Task.model_validate(data | more)


def both(folder: Path) -> tuple[list[Task], str]:
    tasks = [informed_blind("red", "green"), informed_blind("green", "red")]
    path = folder / "tasks.jsonl"
    path.write_text("".join(map(write_line, tasks)))
    return tasks, str(path)


def test_words_are_single_tokens_of_the_world() -> None:
    assert words_of(DUO) == (
        *("red", "green", "blue", "yellow", "purple", "orange", "player", "box", "target"),
        *("push", "up", "down", "left", "right", "yes", "no"),
    )
    for name in worlds.names():
        words = words_of(worlds.load(name))
        assert len(set(words)) == len(words) >= 2
        assert all(np.count_nonzero(encode(word)) == 1 for word in words)


@pytest.mark.parametrize("name", ["moves", "devices"])
def test_the_voice_is_a_categorical_beside_the_hands(name: str) -> None:
    torch.manual_seed(0)
    controls = ActionSpec.of(DUO)
    hands = HEADS[name](16, controls)
    head = Talking(hands, 16, controls)
    head.layer.weight.data.normal_()
    features = torch.randn(40, 16)
    logits = head(features)
    choice = head.sample(logits, torch.Generator().manual_seed(0))
    voice = Categorical(logits=head.layer(features))
    assert choice.shape == (40, hands.parts + 1) and 5 < len(choice[:, -1].unique()) <= 1 + len(words_of(DUO))
    moved, sure = hands.score(hands(features), choice[:, :-1])
    log_prob, entropy = head.score(logits, choice)
    assert torch.allclose(log_prob, moved + voice.log_prob(choice[:, -1]), atol=1e-5)
    assert torch.allclose(entropy, sure + voice.entropy(), atol=1e-5)
    log_prob.sum().backward()
    assert head.layer.weight.grad is not None and (head.layer.weight.grad != 0).any()
    likeliest = head.sample(logits, None)
    assert (likeliest[:, -1] == voice.probs.argmax(-1)).all()
    drawn = head.sample(logits[:1].expand(20_000, -1), torch.Generator().manual_seed(1))[:, -1]
    assert torch.allclose(torch.bincount(drawn, minlength=17) / 20_000, voice.probs[0], atol=0.02)


def test_weights_of_a_smaller_vocabulary_load() -> None:
    """Words that came later change nothing of what was learned: they are hardly said, and mean nothing in a text."""
    torch.manual_seed(0)
    spec = NetworkSpec((20, 20), ActionSpec.of(DUO), head="universal", talk=True, instructed=True, hears=True)
    old, new = Network(spec).eval(), Network(spec).eval()
    saved = old.state_dict()
    for name in ("language.words.weight", "head.layer.weight", "head.layer.bias", "head.tokens"):
        saved[name] = saved[name][:-6]
    new.load_state_dict(saved)
    assert old.language is not None and new.language is not None
    known, late = (torch.tensor([[token]]) for token in (300, vocabulary_size() - 1))
    assert torch.equal(new.language(known), old.language(known))
    assert (new.language.words(late) == 0).all()
    features = torch.randn(3, spec.hidden + spec.words)
    assert torch.equal(new.head(features)[:, :-6], old.head(features)[:, :-6])
    assert (new.head(features)[:, -6:] == UNSAID).all()
    saved["head.tokens"] = saved["head.tokens"][:, None]
    with pytest.raises(RuntimeError, match="tokens"):
        new.load_state_dict(saved)


@pytest.mark.parametrize("name", ["moves", "devices"])
def test_a_word_is_heard_by_the_other_in_that_tick_only(name: str) -> None:
    batch = worlds.batch("sokoban-duo", 3, threads=1)
    head, tensors = head_of(name, 4, ActionSpec.of(batch.world), talk=True), batch.tensors()
    words = ("", *words_of(DUO))
    batch.reset()
    batch.actions["say"][...] = encode("push the red box")  # what is left from before
    for said in ([0, 3, 0, 0, 8, 16], [0] * 6, [1, 0, 2, 5, 0, 0]):
        choice = torch.zeros(6, head.parts, dtype=torch.int64)
        choice[:, -1] = torch.tensor(said)
        head.write(choice, batch, tensors)
        plain = batch.actions.copy()
        HEADS[name](4, ActionSpec.of(batch.world)).write(choice[:, :-1], batch, tensors)
        assert all((plain[field] == batch.actions[field]).all() for field in ("keys", "buttons", "wheel", "mouse"))
        head.write(choice, batch, tensors)
        batch.step()
        for reader in (ObservationReader([batch]), ObservationReader([batch], longest=1)):
            seen = reader.observe()
            assert seen.chat is not None and seen.chat.shape == (6, 1)
            heard = [decode(np.pad(tokens, (0, 63))) for tokens in seen.chat.numpy()]
            assert heard == [words[index] for index in np.array(said).reshape(3, 2)[:, ::-1].flatten()]


def test_a_long_chat_is_read_to_its_end() -> None:
    batch = worlds.batch("sokoban-duo", 2, threads=1)
    batch.reset()
    batch.actions["say"][1, 0] = encode("push the red box")
    batch.step()
    chat = ObservationReader([batch]).observe().chat
    assert chat is not None and chat.shape == (4, 4)
    assert decode(np.pad(chat[3].numpy(), (0, 60))) == "push the red box" and not chat[:3].any()


def test_talk_is_refused_in_worlds_of_one_player(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="one player, who has nobody to talk to: leave talk off"):
        run.train("ppo", "sokoban", folder=tmp_path / "run", bar=False, **SETTINGS)
    assert not (tmp_path / "run").exists()


class Mute:
    """Plays like another player, but what it says is not heard."""

    name = "mute"

    def __init__(self, policy: Policy):
        self._policy = policy

    def start(self, batch: Batch) -> None:
        self._policy.start(batch)

    def act(self, batch: Batch, is_first: np.ndarray) -> None:
        self._policy.act(batch, is_first)
        batch.actions["say"][...] = 0

    def report(self) -> dict[str, float]:
        return {}


def test_players_learn_to_talk(tmp_path: Path) -> None:
    """Who is told cannot act, and who can act is not told: without words they succeed in half of the tasks at most."""
    tasks, path = both(tmp_path)
    settings = SETTINGS | {"steps": 40_000, "rollout": 16, "epochs": 4, "minibatches": 4, "gamma": 0.9}
    settings |= {"tasks": path, "checkpoint_seconds": 100.0}
    run.train("ppo", DUO.name, folder=tmp_path / "run", bar=False, **settings)
    plan, wins = np.arange(100) % 2, {}
    for mute in (False, True):
        policy, _ = trained(tmp_path / "run")
        batch = Batch(DUO, 50, tasks=table(tasks, DUO), threads=1)
        played = episodes_of(Mute(policy) if mute else policy, batch, len(plan), plan)
        wins[mute] = played.wins.mean()
    assert wins[False] > 0.9
    assert wins[True] < 0.7


@pytest.mark.parametrize(("units", "policies"), [(0, "shared"), (4, "independent")])
def test_a_resumed_run_with_talk_makes_the_same_updates(tmp_path: Path, units: int, policies: str) -> None:
    settings = SETTINGS | {"units": units, "policies": policies, "head": "devices" if units else "moves"}
    config = Config.of("ppo", DUO.name, **settings, tasks=both(tmp_path)[1])
    run.begin(config, tmp_path / "whole", bar=False)
    half(Trainer(config), tmp_path / "half")
    run.resume(tmp_path / "half", bar=False)
    assert not changed(tmp_path / "whole", tmp_path / "half")


def test_training_to_talk_on_cuda_gives_the_weights_of_the_cpu(tmp_path: Path) -> None:
    """On Numba's CUDA simulator, with torch on the CPU: the same weights and states, bit for bit."""
    settings = SETTINGS | {"envs": 2, "rollout": 6, "steps": 48, "hidden": 8, "channels": 4, "head": "devices"}
    settings |= {"knobs": SMALL_ROOM}
    run.train("ppo", DUO.name, folder=tmp_path / "cpu", bar=False, **settings)
    assert process(DUO.name, tmp_path / "cuda", settings, simulated=True).wait() == 0
    assert not changed(tmp_path / "cpu", tmp_path / "cuda")
