"""Offline imitation: what of a store is read, what is learned from it, and which stores are refused."""

from __future__ import annotations

import json
import shutil
import warnings
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from rumpus import worlds
from rumpus.agents import checkpoint
from rumpus.agents.algorithms.bc import BC
from rumpus.agents.contracts import Recorded, Transition
from rumpus.agents.measuring.evaluate import evaluate
from rumpus.agents.settings import Config
from rumpus.agents.training.run import resume, train
from rumpus.agents.training.trainer import Trainer
from rumpus.episodes.recorder import Recorder
from rumpus.episodes.redraw import redraw
from rumpus.episodes.store import Store
from rumpus.interface.keys import KEYS
from rumpus.tests.chosen import EASY, TINY
from rumpus.tests.runs import changed, half, observed
from rumpus.tests.stored import stored
from rumpus.tests.test_ranks import run as torchrun
from rumpus.worlds.engine.run.batch import Batch

WORLD, SIZE = "box-world-small", (20, 20)
SMALL: dict[str, Any] = {
    "envs": 4, "rollout": 8, "minibatches": 2, "hidden": 16, "channels": 4, "threads": 1, "size": SIZE, "bf16": False,
    "tensorboard": False,
}  # fmt: skip
PARTS = 400_000
"""Bytes with which 24 episodes are read in several parts."""


def trainer(store: str | Path, *names: str, **values: Any) -> Trainer:
    """A small run of bc, by default in rooms with one box."""
    chosen = (names or (WORLD,), {"knobs": EASY} if not names else {})
    return Trainer(Config.of("bc", *chosen[0], **SMALL | chosen[1] | {"store": str(store)} | values))


def read(made: Trainer, steps: int) -> list[Transition]:
    """The next transitions of its reader."""
    came = observed(made.algorithm)
    for _ in range(steps // 8):
        made.collector.collect(8, 0.0)
    return came


def key_of(actions: np.ndarray) -> str:
    """The key that an action holds."""
    return KEYS[int(np.flatnonzero(actions["keys"])[0])]


def drawn(store: str | Path) -> dict[str, list[tuple[bytes, str]]]:
    """The steps of each episode of a store, replayed a few at a time: the bytes of its frame, and its key."""
    found: dict[str, list[tuple[bytes, str]]] = {}
    for step in redraw(Store(store), SIZE, rows=3, threads=1):
        for row in np.flatnonzero(step.active).tolist():
            episode = step.episodes[row]
            assert episode is not None and step.pixels is not None
            found.setdefault(episode.id, []).append((step.pixels[row, 0].tobytes(), key_of(step.actions[row, 0])))
    return found


def keys_of_moves(made: Trainer) -> list[str]:
    return [move.keys[0] for move in made.worlds[0].controls.moves.values()]


@pytest.mark.parametrize("memory", [2**30, PARTS])
def test_with_a_memory_rows_read_whole_episodes_as_they_were(memory: int) -> None:
    """Frames, keys, last actions and ends, from the first step to the last, beside a replay of each; with little memory
    the store is read part by part, and still all episodes come up alike often."""
    store = stored(WORLD, knobs=EASY)
    made = trainer(store, units=8, memory=memory)
    came, moves = read(made, 240), keys_of_moves(made)
    counts: Counter[tuple[tuple[bytes, str], ...]] = Counter()
    for lane in range(4):
        steps: list[tuple[bytes, str]] = []
        for transition in came:
            timestep = transition.timestep
            if not timestep.mask[lane]:
                assert not steps, "a row waits only between episodes"
                continue
            assert bool(timestep.is_first[lane]) == (not steps)
            last = timestep.observation.last_action
            assert last is not None and (not steps or moves[int(last[lane, 0])] == steps[-1][1])
            frame = timestep.observation.pixels[lane].numpy().tobytes()
            steps.append((frame, moves[int(transition.decision.action[lane, 0])]))
            if transition.ended[lane]:
                counts[tuple(steps)] += 1
                steps = []
    wanted = Counter(map(tuple, drawn(store).values()))
    assert counts.keys() == wanted.keys()
    share = [counts[each] / times for each, times in wanted.items()]
    assert min(share) >= 2 and max(share) - min(share) <= 2


@pytest.mark.parametrize("memory", [2**30, PARTS])
def test_without_a_memory_every_step_comes_up_once_in_a_pass(memory: int) -> None:
    """In another order than that of the episodes, however many parts the store is read in."""
    store = stored(WORLD, knobs=EASY)
    made = trainer(store, memory=memory, envs=1)
    wanted = [step for episode in drawn(store).values() for step in episode]
    came, moves = read(made, len(wanted) // 8 * 8 + 8)[: len(wanted)], keys_of_moves(made)
    found = [
        (each.timestep.observation.pixels[0].numpy().tobytes(), moves[int(each.decision.action[0, 0])]) for each in came
    ]
    assert Counter(found) == Counter(wanted)
    assert found != wanted


@pytest.mark.parametrize("units", [0, 4])
def test_steps_come_up_as_often_as_their_weights_say(monkeypatch: pytest.MonkeyPatch, units: int) -> None:
    """Of 24 episodes those with weights 0, 1 and 3, in a pass: never, and three times as often, to one."""
    given = np.tile([0.0, 1.0, 3.0], 8)
    monkeypatch.setattr(BC, "choose", lambda self, recorded: given)
    made = trainer(stored(WORLD, knobs=EASY), units=units, envs=1)
    (reading,) = made.collector._worlds  # type: ignore[union-attr]
    steps = reading.shelf.known.steps
    _, places, _, live = reading.take(reading.cursor, 40 * int(steps[given > 0].sum()))
    played = np.flatnonzero(given)[np.searchsorted(reading.pool(0).first, places[live], side="right") - 1]
    share = np.bincount(played, minlength=24) / steps
    assert not share[given == 0].any() and share[given == 3].min() > 2 * share[given == 1].max()
    assert share[given == 3].mean() / share[given == 1].mean() == pytest.approx(3, rel=0.05)


def test_what_is_seen_after_a_step_is_the_next_frame() -> None:
    made = trainer(stored(WORLD, knobs=EASY), units=4, envs=2)
    came = read(made, 40)
    for now, after in pairwise(came):
        final = now.final(torch.tensor([1, 0]))
        for place, lane in enumerate((1, 0)):
            if now.timestep.mask[lane] and not now.ended[lane]:
                assert torch.equal(final.pixels[place], after.timestep.observation.pixels[lane])
                assert final.last_action is not None and final.last_action[place] == now.decision.action[lane]


def algorithm(**settings: Any) -> BC:
    """Of a small run with these settings."""
    found = trainer(stored(WORLD, knobs=EASY), **settings).algorithm
    assert isinstance(found, BC)
    return found


def test_episodes_are_chosen_by_success_by_return_and_by_task() -> None:
    """Weights by hand, of three tasks with 3, 1 and 2 episodes."""
    recorded = Recorded(
        np.array([5, 10, 5, 4, 8, 8]), np.array([[1.0], [3.0], [2.0], [0.0], [5.0], [4.0]]),
        np.array([True, False, True, True, False, False]), np.array([0, 0, 0, 1, 2, 2]),
    )  # fmt: skip
    for settings, expected in (
        ({"balance": False}, [1, 1, 1, 1, 1, 1]),
        ({}, [1 / 20, 1 / 20, 1 / 20, 1 / 4, 1 / 16, 1 / 16]),
        ({"successes": True}, [1 / 10, 0, 1 / 10, 1 / 4, 0, 0]),
        ({"best": 0.5, "balance": False}, [0, 1, 1, 1, 1, 0]),
        ({"best": 0.3, "balance": False, "successes": True}, [0, 0, 0, 1, 0, 0]),
    ):
        assert algorithm(**settings).choose(recorded).tolist() == pytest.approx(expected)


def test_labels_are_the_actions_that_follow_and_discounted_returns() -> None:
    """By hand: three steps, two players, of whom the second is done after the first step."""
    made = algorithm(chunk=3, temperature=1.0, gamma=0.5)
    actions = torch.tensor([[[1], [2]], [[3], [0]], [[2], [0]]])
    found = made.label(actions, torch.tensor([[1.0, 4.0], [0, 0], [8, 0]]), torch.tensor([[1.0, 1], [1, 0], [1, 0]]))
    assert (found["chunk"][..., 0] * found["chunk_mask"]).tolist() == [
        [[1, 3, 2], [2, 0, 0]], [[3, 2, 0], [0, 0, 0]], [[2, 0, 0], [0, 0, 0]],
    ]  # fmt: skip
    assert found["chunk_mask"].tolist() == [[[1, 1, 1], [1, 0, 0]], [[1, 1, 0], [0, 0, 0]], [[1, 0, 0], [0, 0, 0]]]
    assert found["return"].tolist() == [[3, 4], [4, 0], [8, 0]]


def test_a_chunk_is_played_for_as_many_steps_as_execute_says() -> None:
    """Greedily: the actions of three steps are those that the first of them predicted; a new episode begins anew."""
    made = trainer(stored(WORLD, knobs=EASY), chunk=3, execute=3)
    for _ in range(3):
        made.update()
    (network,) = made.algorithm.networks()
    with torch.no_grad():
        network.later[0].layer.bias[0] += 50.0  # what comes second and third is certain
        network.later[1].layer.bias[1] += 50.0
    policy = made.policy()
    batch = Batch(made.worlds[0], 2, knobs=EASY, threads=1)
    batch.reset(seed=0)
    policy.start(batch)
    moves, played = keys_of_moves(made), []
    for step in range(7):
        policy.act(batch, np.array([step == 0, step in (0, 4)]))
        played.append([key_of(row[0]) for row in batch.actions])
        batch.step()
    assert [keys[0] for keys in played][1:3] == moves[:2] and [keys[0] for keys in played][4:6] == moves[:2]
    assert [keys[1] for keys in played][1:3] == moves[:2] and [keys[1] for keys in played][5:7] == moves[:2]


ROOM: dict[str, Any] = {"knobs": {"coins": 1, "size": 5}, "limit": 8}
"""Of the tiny world: a player of chance finds the coin in about a third of the episodes."""


@pytest.mark.parametrize("settings", [{"successes": True}, {"best": 0.2}, {"temperature": 0.3}])
def test_of_a_player_of_chance_what_turned_out_well_is_worth_imitating(tmp_path: Path, settings: dict) -> None:
    """Cloned whole, it stays a player of chance. What it did in episodes that went well, or where it did better than
    expected, is better by five standard errors or more."""
    store = stored(TINY, agent="random", episodes=600, **ROOM)
    options = {"steps": 30_000, "envs": 32, "hidden": 32, "channels": 8, "threads": 1, "learning_rate": 3e-3} | ROOM
    train("bc", TINY, folder=tmp_path, bar=False, tensorboard=False, store=store, **options, **settings)
    played = {"episodes": 400, "split": "valid", "threads": 1, **ROOM}
    chance, learned = (evaluate(TINY, agent, **played)["success"] for agent in ("random", tmp_path))
    assert learned > chance + 5 * (0.25 / 400) ** 0.5 * 2**0.5


@pytest.mark.parametrize(
    "settings", [{"units": 4, "memory": PARTS}, {"memory": PARTS, "chunk": 2, "temperature": 1.0, "epochs": 2}]
)
def test_a_resumed_run_goes_on_to_the_byte(tmp_path: Path, settings: dict[str, Any]) -> None:
    config = trainer(stored(WORLD, knobs=EASY), steps=12 * 32, **settings).config
    train("bc", WORLD, folder=tmp_path / "whole", bar=False, **_typed(config))
    half(Trainer(config.absolute()), tmp_path / "half", 7)
    resume(tmp_path / "half", bar=False)
    assert not changed(tmp_path / "whole", tmp_path / "half")


def _typed(config: Config) -> dict[str, Any]:
    names = (*SMALL, "knobs", "store", "steps", "units", "memory", "chunk", "temperature", "epochs")
    return {name: value for name, value in config.flat().items() if name in names}


def test_a_run_whose_store_has_changed_goes_on_with_what_is_there(tmp_path: Path) -> None:
    store = tmp_path / "store"
    shutil.copytree(stored(WORLD, knobs=EASY), store)
    config = trainer(store, steps=12 * 32).config
    half(Trainer(config.absolute()), tmp_path / "half", 4)
    other = Store(stored(WORLD, knobs=EASY, agent="random", episodes=3))
    Store(store).append(list(other.read()))
    with pytest.warns(UserWarning, match="not those that this run began with"):
        resume(tmp_path / "half", bar=False)
    assert checkpoint.load(tmp_path / "half")["updates"] == 12


def test_damaged_and_departing_episodes_are_left_out_with_a_warning(tmp_path: Path) -> None:
    """A file that is cut short, and an episode that goes another way than its recording says."""
    store = tmp_path / "store"
    shutil.copytree(stored(WORLD, knobs=EASY), store)
    episodes = list(Store(store).read())
    bad = next(episode for episode in episodes if episode.steps > 2)
    bad.id, bad.checksums[1:] = "f" * 16, 7
    Store(store).append([bad])
    (last,) = set((store / "episodes").iterdir()) - {*map(Path, (Store(store).parts()[:-1]))}
    broken = store / "episodes" / f"{last.name.split('.')[0]}-x.parquet"
    broken.write_bytes(last.read_bytes()[:-40])
    with pytest.warns(UserWarning, match="departs from its recording") as told:
        made = trainer(store, envs=1)
    assert any(broken.name in str(each.message) for each in told)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        wanted = sum(episode.steps for episode in episodes)
        for _ in range(wanted // 8 + 1):
            made.collector.collect(8, 0.0)
    assert made.collector.collect(8, 0.0)["passes"] == pytest.approx((wanted // 8 * 8 + 16) / wanted)


def test_stores_without_anything_to_learn_are_refused(tmp_path: Path) -> None:
    """With the reason, and what to do."""
    expert = stored(WORLD, knobs=EASY)
    refused: list[tuple[dict[str, Any], str]] = [
        ({"store": expert, "names": ["sokoban-small"]}, r"no episode of sokoban-small, but box-world-small \(24\)"),
        ({"store": str(tmp_path)}, "is no store of episodes"),
        ({"store": expert, "repeat": 2}, "24 with actions held for 1 tick.*repeat=1"),
        ({"store": expert, "split": "test"}, "24 of the split 'train'.*--split train"),
        ({"store": stored(WORLD, knobs=EASY, agent="random", limit=1, episodes=9), "successes": True}, "none is left"),
        ({"store": expert, "memory": 4000}, "raise memory"),
        ({"store": expert, "record": "other"}, "leave out tasks and record"),
        ({"store": expert, "chunk": 2, "execute": 3}, "execute from 1 to chunk"),
    ]
    for values, message in refused:
        with pytest.raises(ValueError, match=message):
            trainer(values.pop("store"), *values.pop("names", ()), **values)
    newer = tmp_path / "newer"
    shutil.copytree(expert, newer)
    (newer / "store.json").write_text(json.dumps({"rumpus_store": 99}))
    with pytest.raises(ValueError, match="of version 99"):
        trainer(newer)
    with pytest.raises(ValueError, match="give --set store=PATH"):
        Config.of("bc", WORLD).check()
    with pytest.raises(ValueError, match="learns by playing"):
        Config.of("ppo", WORLD, store=expert).check()


def test_actions_that_the_head_cannot_make_are_refused_or_left_out(tmp_path: Path) -> None:
    """Keys of no move: in all steps, and in some of them."""
    world = worlds.load(WORLD)
    for every, message in ((1, "100.0% of the stored actions.*choose --head"), (3, "are not learned")):
        store, batch = Store(tmp_path / str(every), create=True), Batch(world, 8, knobs=EASY, threads=1)
        with Recorder(batch, store, played_by="other"):
            batch.reset(seed=1)
            for step in range(12):
                batch.act(np.zeros(8, np.int64))
                if step % every == 0:
                    batch.actions["keys"][...] = 0
                    batch.actions["keys"][..., [KEYS.index("w"), KEYS.index("up")]] = 1
                batch.step()
        if every == 1:
            with pytest.raises(ValueError, match=message):
                trainer(store.path)
            continue
        with pytest.warns(UserWarning, match=message):
            made = trainer(store.path, units=4)
        masks = torch.stack([each.timestep.mask for each in read(made, 48)])
        assert 0.4 < float(masks.mean()) < 0.7


def test_two_processes_learn_from_episodes_of_their_own(tmp_path: Path) -> None:
    """Under torchrun, and the run goes on; another algorithm begins with what was learned."""
    store = stored(WORLD, knobs=EASY)
    typed = ["--envs", "4", "--threads", "1", "--size", "20", *(f"--knob={name}={v}" for name, v in EASY.items())]
    for name in ("rollout=8", "hidden=8", "bf16=False", "tensorboard=False", "chunk=2"):
        typed += ["--set", name]
    out = tmp_path / "two"
    status, _, error = torchrun(2, "train", "bc", WORLD, "--set", f"store={store}", *typed, "--steps", 96, "--out", out)
    assert status == 0, error
    shelves = [own["collector"][0]["digest"] for own in checkpoint.load(out)["processes"]]
    assert shelves[0] != shelves[1]
    status, _, error = torchrun(2, "train", "bc", WORLD, "--resume", "--steps", 160, "--out", out)
    assert status == 0 and checkpoint.load(out)["steps"] == 160, error
    options: dict[str, Any] = {"envs": 4, "rollout": 8, "steps": 64, "minibatches": 2, "knobs": EASY, "threads": 1}
    train("ppo", WORLD, folder=tmp_path / "after", bar=False, start=str(out), **options)
    assert checkpoint.load(tmp_path / "after")["spec"]["chunk"] == 1
