"""The learned setter: its space of goals, its flow against numerical derivatives, each loss by what it does alone, and
a run that is broken off."""

from __future__ import annotations

import functools
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from rumpus import worlds
from rumpus.agents.improve import running
from rumpus.agents.improve.attempts import Replayed, play
from rumpus.agents.improve.bank import Bank
from rumpus.agents.improve.goal_space import NONE, GoalSpace
from rumpus.agents.improve.loop import Loop
from rumpus.agents.improve.setter_networks import SCENE, Coding, Flow
from rumpus.agents.improve.setter_solver import FILE, Known, Trainer
from rumpus.agents.improve.settings import ImproveSettings, settings
from rumpus.agents.improve.straight import looked
from rumpus.agents.policies import RandomPolicy
from rumpus.agents.studies.setter_solver import WANTED, wanted
from rumpus.tasks.codec import encode
from rumpus.tasks.files import write_line
from rumpus.tasks.splits import pair_split, pairs
from rumpus.tests.batches import begin
from rumpus.tests.commands import rumpus

WORLD = "alchemy-small"
SPACE = GoalSpace(worlds.load(WORLD))
STEPS = 80


@pytest.mark.parametrize("name", [WORLD, "colour-find-small", "sokoban-small", "box-world-small"])
def test_goals_and_their_numbers(name: str) -> None:
    """Each clause has numbers of its own that give it back, no goal names a pair that is kept for the held-out set, and
    goals of any four numbers compile for their world."""
    world = worlds.load(name)
    space, things = GoalSpace(world), world.rules.things
    assert things is not None
    for atom in space.numbers:
        assert space.numbers_of(space.goal((*atom, NONE, 0))) == (*atom, NONE, 0)
    assert len({row.tobytes() for row in space.atoms}) == len(space.atoms) == len(space.numbers)
    for numbers in space.uniform(300, np.random.default_rng(0)).tolist():
        goal = space.goal(numbers)
        encode(goal, things)
        assert all(pair_split(*pair) == "train" for pair in pairs(goal))
        again = space.numbers_of(goal)
        assert again is not None and space.goal(again) == goal


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Of PyTorch: threads of several test processes wait for one another over such small networks."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def tasks() -> list[Any]:
    return wanted(WORLD, 24, 3)


def test_wanted_goals_need_two_stones_and_achieved_ones_are_reached(tasks: list[Any], tmp_path: Path) -> None:
    """Goals that the space finds in attempts are reached by the same actions once more, in the eyes of the judge."""
    world, bank = worlds.load(WORLD), Bank(tmp_path, worlds.load(WORLD), 1)
    assert all(
        SPACE.numbers_of(task.players[0].goal) is not None and task.limit == WANTED[WORLD].limit for task in tasks
    )
    ids = [f"{number:016x}" for number in range(len(tasks))]
    play(world, RandomPolicy(0), tasks, blind=True, store=bank.store, ids=ids, threads=1)
    again: list[Any] = []
    actions: list[Any] = []
    for seen in looked(world, bank, ids, 1):
        for row, numbers in SPACE.achieved(seen, np.random.default_rng(0)):
            of = tasks[ids.index(seen[row].episode.id)]
            part = of.players[0].model_copy(update={"goal": SPACE.goal(numbers.tolist())})
            again.append(of.model_copy(update={"id": f"a{len(again)}", "players": (part,)}))
            actions.append(seen[row].episode.actions)
    assert len(again) > len(tasks)
    assert all(one.won for one in play(world, Replayed(actions), again, blind=False, threads=1))


def test_the_flow_is_its_own_inverse_and_knows_its_density() -> None:
    """Against the determinant of the whole derivative, with weights that are not those of its beginning."""
    torch.manual_seed(0)
    flow = Flow(Coding(SPACE), True)
    for weights in flow.parameters():
        weights.data += 0.05 * torch.randn_like(weights)
    given, noise = torch.randn(3, SCENE + 1), torch.randn(3, flow.width)
    made, density = flow.sample(noise, given)
    torch.testing.assert_close(flow.density(made, given), density, rtol=1e-3, atol=5e-2)
    for row in range(3):
        slope = torch.autograd.functional.jacobian(
            lambda x, row=row: flow.sample(x[None], given[row : row + 1])[0][0], noise[row]
        )
        base = torch.distributions.Normal(0, 1).log_prob(noise[row]).sum()
        torch.testing.assert_close(base - torch.linalg.slogdet(slope)[1], density[row], rtol=1e-3, atol=5e-2)


def trained(tasks: list[Any], known: dict[str, Any], **values: Any) -> Trainer:
    """A setter that learned from this material with these losses alone, in the rooms of these tasks."""
    off = {"validity": 0.0, "feasibility": 0.0, "coverage": 0.0, "desirability": 0.0}
    chosen = settings(WORLD, "tiny", {**off, "setter_steps": STEPS, **values})
    trainer = Trainer(SPACE, chosen, 1)
    trainer.learn(
        Known(**{"things": things_of(tasks, trainer), "done": None, "reached": None, "desired": None} | known)
    )
    return trainer


def things_of(tasks: list[Any], trainer: Trainer) -> torch.Tensor:
    shown, counts, _ = begin(worlds.load(WORLD), tasks).things()
    return trainer.coding.scene([row[:count] for row, count in zip(shown, counts, strict=True)])


def drawn(trainer: Trainer, tasks: list[Any]) -> np.ndarray:
    things = things_of(tasks, trainer).repeat(20, 1, 1)
    return trainer.drawn(things, torch.Generator().manual_seed(5))


def share(found: np.ndarray, sorts: np.ndarray) -> float:
    """How many goals have a first clause of these sorts."""
    return float(np.isin(found[:, 0], sorts).mean())


def test_each_loss_does_what_it_is_for(tasks: list[Any]) -> None:
    """Validity brings what was reached, desirability what is wanted, coverage keeps it various, and feasibility what
    the judge network finds as easy as is wished."""
    few = SPACE.uniform(3, np.random.default_rng(1))
    by_chance = share(SPACE.uniform(2000, np.random.default_rng(2)), few[:, 0])
    plain = Trainer(SPACE, settings(WORLD, "tiny", {}), 1)
    shown = things_of(tasks, plain)
    reached = {"reached": (shown[:3], few)}
    valid = drawn(trained(tasks, reached, validity=1.0), tasks)
    various = drawn(trained(tasks, reached, validity=1.0, coverage=1.0), tasks)
    desired = drawn(trained(tasks, {"desired": few}, desirability=1.0), tasks)
    assert share(valid, few[:, 0]) > 0.8 > 3 * by_chance and share(desired, few[:, 0]) > 3 * by_chance
    assert len(np.unique(various, axis=0)) > len(np.unique(valid, axis=0))

    done = SPACE.uniform(400, np.random.default_rng(3))
    easy = done[:, 0] < len(SPACE.sorts) // 2
    told = {"done": (shown[np.arange(400) % len(shown)], done, torch.as_tensor(easy).float())}
    trainer = trained(tasks, told, feasibility=1.0, coverage=0.1, setter_steps=2 * STEPS)
    noise, things = torch.randn(400, trainer.coding.width), shown[np.arange(400) % len(shown)]
    with torch.no_grad():
        goals = [
            trainer.flow.sample(noise, trainer.flow.given(things, torch.full((400,), wished)))[0]
            for wished in (0.05, 0.95)
        ]
    hard, soft = (float(np.mean(trainer.coding.numbers(some)[:, 0] < len(SPACE.sorts) // 2)) for some in goals)
    assert soft > hard + 0.25


def test_a_run_goes_on_to_the_same_goals(tmp_path: Path, tasks: list[Any]) -> None:
    """Broken off before the tasks of a round were written, with the networks of this round there or not; and its file
    of desired goals counts."""
    file = tmp_path / "wanted.jsonl"
    file.write_text("".join(map(write_line, tasks)))
    values = {"held_tasks": str(file), "desired": str(file), "setter": "setter-solver", "threads": 1}
    chosen: ImproveSettings = settings(WORLD, "tiny", {**values, "setter_steps": 8, "relabelled": 0, "audited": 0})
    folder = tmp_path / "run"
    assert running.run(chosen, folder)["stopped"] == ""
    second = folder / "rounds" / "0002"
    told = json.loads((second / "proposed.json").read_text())
    assert told["died"] == "" and {"chance", "validity", "feasibility", "coverage", "desirability"} <= set(
        told["counts"]
    )
    before = (second / "tasks.jsonl").read_bytes(), (second / FILE).read_bytes()
    for kept in (True, False):
        shutil.rmtree(tmp_path / "again", ignore_errors=True)
        shutil.copytree(folder, tmp_path / "again")
        again = tmp_path / "again" / "rounds" / "0002"
        for name in ("proposed.json", "tasks.jsonl", *(() if kept else (FILE,))):
            (again / name).unlink()
        loop = Loop(chosen, tmp_path / "again")
        loop._stage(2, "proposed", functools.partial(loop._propose, 2))
        assert ((again / "tasks.jsonl").read_bytes(), (again / FILE).read_bytes()) == before


def test_wrong_settings_are_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    given = ("improve", WORLD, "--setter", "setter-solver", "--scale", "tiny", "--out", tmp_path / "run")
    assert rumpus(*given, "--set", "coverage=-1") != 0
    assert "coverage is a weight from 0 on" in capsys.readouterr().err
