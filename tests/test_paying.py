"""Pay by a judge: what an agent that learns by playing is handed where no goal program may tell."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from rumpus import worlds
from rumpus.agents.contracts import Transition
from rumpus.agents.improve import registry, running
from rumpus.agents.improve.attempts import hidden
from rumpus.agents.improve.bank import Attempt, Bank
from rumpus.agents.improve.contracts import Lessons, Verdict
from rumpus.agents.improve.judges import ProgramJudge, RandomJudge
from rumpus.agents.improve.paying import JudgePayer
from rumpus.agents.improve.settings import settings
from rumpus.agents.settings import Config
from rumpus.agents.training.trainer import COUNTED, Trainer
from rumpus.tasks.compile import table
from rumpus.tasks.files import load
from rumpus.tests.commands import rumpus
from rumpus.worlds.engine.run.batch import Batch

WORLD = "box-world-small"
HELD = str(Path(__file__).resolve().parent.parent / "assets" / "tasks" / f"{WORLD}.jsonl")
STEPS, LANES = 20, 16


class Paid:
    """A run of PPO that a judge pays for. seen: the transitions that the algorithm was handed in the last update."""

    def __init__(self, judge: Any, folder: Path):
        world = worlds.load(WORLD)
        easy = sorted(load(HELD, world)[0], key=lambda task: task.steps or 99)[:12]
        self.tasks = [task.model_copy(update={"limit": STEPS}) for task in easy]
        self.file, bank, s = folder / "hidden.jsonl", Bank(folder / "bank", world, 1), settings(WORLD, "tiny", {})
        self.given = Lessons(world, bank, [], 1, self.file, None, folder, s, 1, judge(s))
        values: dict[str, Any] = {"rollout": STEPS, "envs": LANES, "hidden": 16, "channels": 8, "blocks": 1}
        values |= {"tasks": str(self.file), "threads": 1, "tensorboard": False, "curriculum": "learnability"}
        self.config = Config.of("ppo", WORLD, steps=4 * STEPS * LANES, **values)
        self.seen: list[Transition] = []
        self.trainer = self.made()

    def made(self) -> Trainer:
        trainer = Trainer(self.config, payer=JudgePayer(self.given, self.tasks, self.file))
        observe = trainer.algorithm.observe

        def keep(transition: Transition) -> None:
            self.seen.append(transition)
            observe(transition)

        trainer.algorithm.observe = keep  # type: ignore[method-assign]
        return trainer

    def update(self) -> tuple[dict[str, float], dict[str, np.ndarray]]:
        """The metrics of an update, and reward, ended and mask of its steps, (steps, lanes)."""
        self.seen.clear()
        row = self.trainer.update()
        found = {"reward": [one.reward for one in self.seen], "ended": [one.ended for one in self.seen]}
        found["mask"] = [one.timestep.mask for one in self.seen]
        return row, {name: torch.stack(each).numpy() for name, each in found.items()}


def test_a_judge_that_tells_the_truth_pays_what_goal_programs_pay(tmp_path: Path) -> None:
    """Step by step: the same rewards and ends, at the same sights, as in a batch of the true tasks in which the same
    actions are taken; attempts that end early are not learned from any further."""
    paid = Paid(ProgramJudge, tmp_path)
    world, won = paid.trainer.worlds[0], 0
    for _ in range(2):
        row, found = paid.update()
        size = paid.trainer.places[0].batch.size
        batch = Batch(world, LANES, size=size, tasks=table(paid.tasks, world), threads=1)
        batch.reset(tasks=paid.trainer.places[0].batch.states["task"])
        playing = np.ones(LANES, bool)
        for step, one in enumerate(paid.seen):
            assert (found["mask"][step] == playing).all()
            frames = batch.draw()[:, 0]
            assert (one.timestep.observation.pixels.numpy()[playing] == frames[playing]).all()
            paid.trainer._head.write(one.decision.action, batch, batch.tensors())
            outcomes = batch.step()[:, 0]
            ends = (outcomes["terminated"] | outcomes["truncated"]) != 0
            assert (found["reward"][step] == outcomes["reward"] * playing).all()
            assert (found["ended"][step][playing] == ends[playing]).all()
            cut = playing & (outcomes["truncated"] != 0) & (outcomes["terminated"] == 0)
            assert one.cut.tolist() == np.flatnonzero(cut).tolist()
            playing &= ~ends
        assert row["success"] == row["return_mean"] == found["reward"].sum() / LANES
        assert row["paid_attempts"] == LANES and row["paid_right"] == row["success"] * LANES
        assert row["paid_wrong"] == row["paid_missed"] == row["paid_abstained"] == 0
        won += int(row["paid_right"])
    assert won
    assert load(paid.file, world)[0][0].players[0].goal == hidden(paid.tasks[0]).players[0].goal


class Mixed(RandomJudge):
    """A judge that abstains, gives half a score at a step, finds it done at a step, and finds it done at the end."""

    given = Verdict(math.nan, 2), Verdict(0.25, 3), Verdict(0.75, 5), Verdict(1.0, 0)

    def score(self, attempts: Sequence[Attempt]) -> list[Verdict]:
        assert all(one.won is None and one.steps == STEPS for one in attempts), "no judge is helped by the truth"
        return [self.given[row % 4] for row in range(len(attempts))]


def test_scores_are_paid_at_their_steps_and_what_is_none_pays_nothing(tmp_path: Path) -> None:
    """Scores below the threshold are paid and end nothing; from it on the attempt ends there; abstentions pay nothing,
    and are counted."""
    row, found = Paid(Mixed, tmp_path).update()
    for lane in range(LANES):
        score, at = Mixed.given[lane % 4]
        done, moment = score >= 0.5, at or STEPS
        rewards = np.zeros(STEPS, np.float32)
        rewards[moment - 1] = np.nan_to_num(score)
        assert (found["reward"][:, lane] == rewards).all()
        end = moment if done else STEPS
        assert found["mask"][:, lane].sum() == end and np.flatnonzero(found["ended"][:, lane]).tolist() == [end - 1]
    assert (row["success"], row["return_mean"]) == (0.5, 0.5) and row["paid_abstained"] == LANES / 4


def test_a_paid_run_goes_on_as_if_it_had_never_stopped(tmp_path: Path) -> None:
    """Four updates at once are two, a checkpoint and two more, to the last weight; and a run that a judge paid is not
    gone on with unpaid."""
    whole, parted = Paid(RandomJudge, tmp_path / "a"), Paid(RandomJudge, tmp_path / "b")
    rows = [whole.trainer.update() for _ in range(4)]
    again = [parted.trainer.update() for _ in range(2)]
    content = parted.trainer.state()
    parted.trainer = parted.made()
    parted.trainer.restore(content)
    again += [parted.trainer.update() for _ in range(2)]
    names = [name for name in rows[0] if name not in COUNTED]
    assert [[row[name] for name in names] for row in rows] == [[row[name] for name in names] for row in again]
    one, other = (each.trainer.algorithm.networks()[0].state_dict() for each in (whole, parted))
    assert all(torch.equal(one[name], other[name]) for name in one)
    with pytest.raises(ValueError, match="paid by a judge: go on with it by the command"):
        Trainer(parted.config).restore(content)


def test_the_loop_learns_by_play_that_a_judge_pays(tmp_path: Path, capsys: Any) -> None:
    """From the command: settings of PPO are taken, the audit of each round tells what was paid, calls are counted, and
    a run that is made once more is the same."""
    out = tmp_path / "run"
    given = [WORLD, "--judge=preferences", "--learner=ppo", "--scale=tiny", "--threads=1", f"--out={out}", "--json"]
    given += [f"--set=held_tasks={HELD}", "--set=gamma=0.9", "--set=judge_steps=4", "--set=marks=8", "--rounds=1"]
    assert rumpus("improve", *given) == 0
    found = json.loads(capsys.readouterr().out)
    learned = json.loads((out / "rounds" / "0001" / "learned.json").read_text())
    paid, last = learned["audit"]["paid"], learned["audit"]["paid, last"]
    assert paid["attempts"] == 8 * (1024 // (8 * 12)) > last["attempts"] > 0 and paid["abstained"] == 0
    scored = json.loads((out / "rounds" / "0001" / "scored.json").read_text())
    by = {row["id"]: row["by"] for row in scored["attempts"]}
    marked = Bank(out / "bank", worlds.load(WORLD), 1).marks()
    assert len(marked) == 8 and {by[id] for id in marked} == {"policy"} < set(by.values()), "the agent's own first"
    assert found["calls"] == scored["calls"] + paid["attempts"]
    assert f"Of {paid['attempts']} attempts 0 had no score" in (out / "report.html").read_text()
    (out / "rounds" / "0001" / "learned.json").unlink()
    running.run(settings(WORLD, "tiny", json.loads((out / "run.json").read_text())), out)
    assert json.loads((out / "rounds" / "0001" / "learned.json").read_text()) == learned
    assert registry.algorithm("ppo") == "ppo" and registry.algorithm("filtered") == "bc"
