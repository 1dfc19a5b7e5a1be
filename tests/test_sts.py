"""The Standardised Test Suite: shipped contexts, what a memory sees of them, ranks, and files that are no test."""

from __future__ import annotations

import json
import shutil
from collections import Counter

import numpy as np
import pytest

from rumpus import worlds
from rumpus.agents.measuring.sts import CONTEXTS, digest, marked, ranked, sts, successes
from rumpus.agents.recording import record
from rumpus.agents.training.run import train
from rumpus.episodes.contexts import load
from rumpus.episodes.episode import Player
from rumpus.episodes.marks import Mark
from rumpus.episodes.redraw import Redrawing
from rumpus.episodes.store import Store
from rumpus.episodes.verify import verify
from rumpus.tests.commands import rumpus
from rumpus.worlds.engine.run.batch import Batch


@pytest.fixture(scope="module")
def shipped():
    return load(CONTEXTS)


def test_200_contexts_are_shipped_and_the_expert_does_what_the_episodes_did(shipped):
    assert len(shipped) == 200
    kinds = Counter(context.task.world.split("-")[0] for context in shipped)
    assert set(kinds) == {"box", "maze", "room"}
    assert min(kinds.values()) >= 60
    assert len({context.task.skill for context in shipped}) >= 12
    assert all(context.task.split == "test" for context in shipped)
    size = sum(path.stat().st_size for path in CONTEXTS.parent.rglob("*") if path.is_file())
    assert size < 600_000
    success, _ = successes("expert", shipped, threads=1)
    chance, _ = successes("random", shipped, threads=1, seed=9)
    exact = np.array([not context.task.world.startswith("room") for context in shipped])
    print(f"expert {success.mean():.1%}, random {chance.mean():.1%}, {size:,} bytes")
    assert success[exact].all(), "what is replayed to the byte comes out as it did"
    assert success[~exact].mean() > 0.7, "on other machines physics differs a little, and the expert goes on by itself"
    assert chance.mean() < success.mean() / 2


def test_shipped_episodes_replay():
    """Those of physics to the byte on the machine where they were recorded alone; they are compared as far as here."""
    verdicts = list(verify(Store(CONTEXTS.parent), lambda head: head.world != "room", threads=1))
    assert len(verdicts) == 135
    assert all(verdict.same for verdict in verdicts)


class Witness:
    """A player with a memory of all that it was shown, and of what it was watched had been done."""

    name = "witness"

    def start(self, batch: Batch) -> None:
        self.seen: list[np.ndarray] = []
        self.done: list[np.ndarray] = []
        self.firsts: list[np.ndarray] = []

    def act(self, batch: Batch, is_first: np.ndarray) -> None:
        self.seen.append(batch.draw().copy())
        self.firsts.append(is_first.copy())
        batch.act(np.zeros((batch.n, batch.players), int))

    def watched(self, batch: Batch) -> None:
        self.done.append(batch.actions.copy())

    def plays(self, world) -> bool:
        return True

    def report(self) -> dict[str, float]:
        return {}


@pytest.mark.parametrize("repeat", [1, 3])
def test_a_memory_sees_the_context_before_it_takes_over(shipped, monkeypatch, repeat):
    from rumpus.agents.measuring import sts as module

    some = [context for context in shipped if context.task.world in ("maze-small", "box-world-small")][::6]
    witnesses = []

    def made(*_args, **_options):
        witnesses.append(Witness())
        return witnesses[-1], {"repeat": repeat}

    monkeypatch.setattr(module, "player", made)
    successes("runs/none", some, threads=1)
    groups = [[context for context in some if context.kind == kind] for kind in dict.fromkeys(c.kind for c in some)]
    assert len(groups) == len(witnesses) >= 2
    looks = 0
    for group, witness in zip(groups, witnesses, strict=True):
        shown = len(witness.done)
        ahead = np.array([first.sum() for first in witness.firsts])
        assert not ahead[shown:].any(), "nobody begins anew at the hand-over"
        for row, context in enumerate(group):
            world, episode = worlds.load(context.task.world), context.episode
            for step in Redrawing([episode], world, witness.seen[0].shape[2:4], rows=1, final=True):
                left = context.step - int(step.number[0])
                if left >= 0 and left % repeat == 0:
                    place = shown - left // repeat
                    assert np.array_equal(witness.seen[place][row], step.pixels[0]), left
                    assert not left or witness.done[place][row] == step.actions[0]
                    looks += 1
    assert looks > 10 * len(some) / repeat


def test_continuations_are_stored_marked_and_ranked(shipped, tmp_path, capsys):
    file = _part(tmp_path, 12)
    result = sts(["random", "expert"], file, record=tmp_path / "done", threads=1)
    assert [row["agent"] for row in result["agents"]] == ["expert", "random"]
    best, worst = result["agents"]
    assert (best["rank"], best["rank_low"], best["rank_high"], best["success"]) == (1, 1, 1, 1.0)
    assert (worst["rank"], worst["ahead"]) == (2, None)
    assert best["ahead"] == 1 - worst["success"]
    assert 0 < best["ahead_low"] <= best["ahead"] <= best["ahead_high"] <= 1
    store = Store(tmp_path / "done")
    heads = list(store.index())
    assert len(heads) == 24
    assert {head.task for head in heads} == {context.task.id for context in load(file)}
    assert all(verdict.same for verdict in verify(store))
    assert rumpus("sts", "--contexts", file, "--marks", store.path) == 1
    assert "no marks of success" in capsys.readouterr().err
    for head in heads:  # the opposite of the programs' verdict, by two people who do not agree about one of them
        for name in ("Ada", "Bob"):
            label = "success" if head.played_by[0].kind == "random" else "failure"
            label = "success" if name == "Bob" and head is heads[0] else label
            store.mark([Mark(head.id, label, head.steps, head.steps, by=Player("person", name))])
    by_people = marked(store.path, file)
    assert [row["agent"] for row in by_people["agents"]] == ["random", "expert"]
    assert by_people["agents"][0]["success"] == 1.0
    assert rumpus("sts", "--contexts", file, "--marks", store.path, "--json") == 0
    assert json.loads(capsys.readouterr().out)["agents"] == by_people["agents"]


def test_a_trained_agent_with_a_memory_is_ranked(tmp_path):
    settings = {"envs": 2, "rollout": 8, "minibatches": 1, "hidden": 8, "channels": 4, "units": 8, "threads": 1}
    run = tmp_path / "run"
    train("ppo", "box-world-small", steps=32, folder=run, bar=False, tensorboard=False, **settings)
    file = _part(tmp_path, 12)
    first = sts([run, "random"], file, threads=1)
    again = sts([run, "random"], file, threads=1)
    assert first == again
    (row,) = [row for row in first["agents"] if row["agent"] == str(run)]
    assert 0 < row["contexts"] < 12, "its moves are those of one world"
    assert first["common"] == row["contexts"]
    assert row["worlds"]["maze-small"] is None


def _part(folder, count: int):
    """A file with some of the shipped contexts, of Box-World and a maze, and their store beside it."""
    shutil.copytree(CONTEXTS.parent, folder / "sts")
    lines = CONTEXTS.read_text().splitlines()
    chosen = [line for line in lines if '"world":"box-world-small"' in line or '"world":"maze-small"' in line]
    (folder / "sts" / "part.jsonl").write_text("\n".join(chosen[:: len(chosen) // count][:count]))
    return folder / "sts" / "part.jsonl"


def test_ranks_are_those_of_the_means_and_intervals_tell_what_is_sure():
    rng = np.random.default_rng(0)
    truth = np.array([0.9, 0.5, 0.48])
    success = (rng.random((3, 400)) < truth[:, None]).astype(float)
    rows = ranked(["good", "middle", "near"], success, ["w"] * 400)
    assert rows[0]["agent"] == "good"
    assert (rows[0]["rank_low"], rows[0]["rank_high"]) == (1, 1)
    assert (rows[1]["rank_low"], rows[1]["rank_high"]) == (2, 3), "these two cannot be watched apart"
    assert rows[0]["ahead_low"] > 0 > rows[1]["ahead_low"]
    part = success.copy()
    part[0, 100:] = np.nan
    rows = ranked(["good", "middle", "near"], part, ["w"] * 400)
    assert [row["contexts"] for row in rows].count(100) == 1
    alone = ranked(["one"], np.array([[1.0, np.nan]]), ["a", "b"])
    assert alone[0]["worlds"] == {"a": 1.0, "b": None}


def test_files_that_are_no_test_are_refused(tmp_path, capsys):
    file = _part(tmp_path, 4)
    line = json.loads(file.read_text().splitlines()[0])
    whole = json.dumps(line)
    record("box-world-small", "random", tmp_path / "outside", episodes=1, threads=1)

    def refused(text: str, reason: str) -> None:
        file.write_text(text)
        assert rumpus("sts", "random", "--contexts", file) == 1
        assert reason in capsys.readouterr().err.replace("\n", " ")

    refused("", "no context in it")
    refused(whole + "\n{", f"{file}:2")
    refused(whole + "\n" + whole, "another context of the name")
    refused(json.dumps(line | {"rumpus_sts": 2}), "rumpus_sts")
    refused(json.dumps(line | {"episode": "ffffffffffffffff"}), "0 episodes")
    refused(json.dumps(line | {"episode": "../../x"}), "episode")
    refused(json.dumps(line | {"step": 99999}), "takes over before the last")
    refused(json.dumps(line | {"store": "../outside"}), "leads out of the folder")
    refused(json.dumps(line | {"store": "nowhere"}), "no store")
    refused(json.dumps(line | {"task": line["task"] | {"world": "sokoban"}}), "not of sokoban")
    refused(json.dumps(line | {"task": line["task"] | {"players": []}}), "players")
    refused(json.dumps(line | {"task": line["task"] | {"start": {"moment": {"state": "AAAA"}}}}), "damaged")
    refused("x" * 300_000, "longer than")
    file.write_text(whole)
    for words, reason in ((("sts",), "at least one agent"), (("sts", "random", "random"), "named twice")):
        assert rumpus(*words, "--contexts", file) == 1
        assert reason in capsys.readouterr().err
    assert rumpus("sts", "random", "--contexts", tmp_path / "none.jsonl") == 1
    assert len(digest(file)) == 16
