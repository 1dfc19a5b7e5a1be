"""Studies: one frame of arms, seeds, results and tables, and each study in it from its beginning to its table."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from rumpus.agents.settings import Config
from rumpus.agents.studies import STUDIES, results, table
from rumpus.agents.studies.frame import RESULT, Job, Study
from rumpus.agents.studies.learned import OWN
from rumpus.agents.training.trainer import Trainer
from rumpus.tests.commands import rumpus

CALLS: list[tuple[str, int]] = []


def drawn(job: Job) -> dict[str, float]:
    """A row of numbers that depend on arm and seed."""
    CALLS.append((job.arm, job.seed))
    rng = np.random.default_rng([job.seed, len(job.arm)])
    return {"share": float(rng.random()), "steps": job.settings["steps"], "rare": 1.0 if job.seed else float("nan")}


FAKE = Study(
    name="fake",
    asks="Do numbers differ?",
    run=drawn,
    arms={"one": {}, "three": {"at": {"tiny": {"steps": 5}}}},
    common={"steps": 9},
    columns={"share": "shares, %", "rare": "rare"},
    percent=("share",),
    scales={"tiny": {}, "cpu": {"steps": 90}},
    baselines={"nothing": lambda folder, settings: {"share": 0.5}},
    against="one",
)


def test_runs_are_made_once_and_the_table_is_of_all_of_them(tmp_path: Path) -> None:
    """With three seeds after two, only the third is made; means, intervals and differences are those of SciPy."""
    CALLS.clear()
    results(FAKE, tmp_path, scale="tiny", seeds=2)
    found = results(FAKE, tmp_path, scale="tiny", seeds=3)
    assert sorted(CALLS) == [(arm, seed) for arm in ("one", "three") for seed in range(3)]
    assert {row["steps"] for row in found["three"]} == {5} and {row["steps"] for row in found["one"]} == {9}
    lines = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table(FAKE, found).splitlines()]
    assert lines[0] == ["arm", "seeds", "steps", "shares, %", "rare"]
    one, three = (100 * np.array([row["share"] for row in found[arm]]) for arm in ("one", "three"))
    for line, values in zip(lines[2:4] + lines[5:], (one, three, three - one), strict=True):
        low, high = stats.t.interval(0.95, 2, values.mean(), stats.sem(values))
        assert line[3] == f"{values.mean():.1f} ± {(high - low) / 2:.1f}"
    assert lines[2][:3] == ["one", "3", "9"] and lines[2][4] == "1.0 ± 0.0 (2 of 3)"
    assert lines[4] == ["nothing", "", "", "50.0", ""] and lines[5][0] == "three less one, seed by seed"


def test_a_study_goes_on_where_it_was_broken_off(tmp_path: Path) -> None:
    """A run that fails leaves the rows of the others, and they are not made again."""

    def breaking(job: Job) -> dict[str, float]:
        if job.seed == 1:
            raise RuntimeError("the light went out")
        return drawn(job)

    CALLS.clear()
    with pytest.raises(RuntimeError, match="the light went out"):
        results(dataclasses.replace(FAKE, run=breaking), tmp_path, scale="tiny", seeds=2)
    assert CALLS == [("one", 0), ("three", 0)]
    results(FAKE, tmp_path, scale="tiny", seeds=2)
    assert CALLS == [("one", 0), ("three", 0), ("one", 1), ("three", 1)]


def test_what_cannot_be_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="unknown arm 'thee': did you mean three"):
        results(FAKE, tmp_path, arms=["thee"])
    with pytest.raises(ValueError, match="has the scales tiny, cpu, got 'gpu'"):
        results(FAKE, tmp_path, scale="gpu")
    with pytest.raises(ValueError, match="seeds and workers are at least 1"):
        results(FAKE, tmp_path, seeds=0)


@pytest.mark.parametrize("name", STUDIES)
def test_each_study_runs_at_its_tiny_scale(name: str, tmp_path: Path) -> None:
    """Its first and its last arm: a row of finite numbers with its columns, as many steps in both, and a table."""
    study = STUDIES[name]
    arms = list(study.arms)[:: max(len(study.arms) - 1, 1)]
    found = results(study, tmp_path, scale="tiny", seeds=1, arms=arms)
    for arm in arms:
        (row,) = found[arm]
        assert np.isfinite(list(row.values())).all() and row.keys() & study.columns.keys()
        assert json.loads((tmp_path / f"{''.join(c if c.isalnum() else '-' for c in arm.lower())}-0" / RESULT)
                          .read_text()) == row  # fmt: skip
    assert len(table(study, found).splitlines()) >= 4


@pytest.mark.parametrize("scale", ["cpu", "gpu"])
@pytest.mark.parametrize("name", ["relational", "planning"])
def test_arms_have_as_many_steps_and_about_as_many_weights(name: str, scale: str) -> None:
    study, counts, steps = STUDIES[name], [], set()
    for arm in study.arms:
        settings: dict[str, Any] = study.settings(arm, scale)
        steps.add(settings["steps"])
        own = {key: value for key, value in settings.items() if key not in OWN}
        small = {"envs": 2, "rollout": 2, "device": "cpu", "threads": 1}
        one = Trainer(Config.of(settings["algorithm"], settings["world"], **own | small))
        counts.append(sum(part.numel() for part in one.algorithm.networks()[0].parameters()))
    assert len(steps) == 1
    assert max(counts) < 1.15 * min(counts)


def test_runs_at_the_same_time_give_the_same_rows(tmp_path: Path) -> None:
    study, arms = STUDIES["memory"], ["Nth-farthest, LSTM"]
    apart, together = (
        results(study, tmp_path / str(workers), scale="tiny", seeds=2, arms=arms, workers=workers) for workers in (1, 2)
    )
    assert apart == together


def test_the_command_lists_studies_and_prints_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert rumpus("study") == 0
    listed = capsys.readouterr().out
    assert all(name in listed for name in STUDIES)
    arms = ("--arm", "Nth-farthest, LSTM", "--arm", "Nth-farthest, RMC")
    assert rumpus("study", "memory", "--scale", "tiny", "--seeds", 2, "--out", tmp_path, *arms) == 0
    assert "| Nth-farthest, LSTM | 2 | 2,560 |" in capsys.readouterr().out
