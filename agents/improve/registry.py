"""Setters, judges and learners by name. Those of a plugin are added when a person loads it (agents/plugins.py)."""

from __future__ import annotations

from typing import Any

from ..lookup import find, register
from .contracts import Judge, Learner, Setter
from .edits import EditsSetter
from .judges import EnsembleJudge, ProgramJudge, RandomJudge
from .language import LanguageSetter, VisionJudge
from .learned import PreferenceJudge, StepsToGoJudge
from .learners import FilteredLearner, PPOLearner, WeightedLearner
from .setter_solver import SetterSolver, UniformSetter
from .setters import (
    ExpertTableSetter,
    GrammarSetter,
    HindsightSetter,
    LearnabilitySetter,
    RegretSetter,
    TableSetter,
)
from .settings import ImproveSettings


class LearnedEnsemble(EnsembleJudge):
    """`preferences` and `steps-to-go` as one, which abstains where they do not agree."""

    members = (PreferenceJudge, StepsToGoJudge)


SETTERS: dict[str, Any] = {
    "grammar": GrammarSetter,
    "hindsight": HindsightSetter,
    "learnability": LearnabilitySetter,
    "regret": RegretSetter,
    "edits": EditsSetter,
    "table": TableSetter,
    "expert-table": ExpertTableSetter,
    "language": LanguageSetter,
    "setter-solver": SetterSolver,
    "uniform": UniformSetter,
}
JUDGES: dict[str, Any] = {
    "program": ProgramJudge,
    "random": RandomJudge,
    "preferences": PreferenceJudge,
    "steps-to-go": StepsToGoJudge,
    "ensemble": LearnedEnsemble,
    "vision": VisionJudge,
}
LEARNERS: dict[str, Any] = {"filtered": FilteredLearner, "weighted": WeightedLearner, "ppo": PPOLearner}

register("SETTERS", "setter", SETTERS, Setter)
register("JUDGES", "judge", JUDGES, Judge)
register("LEARNERS", "learner", LEARNERS, Learner)


def algorithm(learner: str) -> str:
    """The algorithm by which a learner trains each generation. Raises ValueError for an unknown learner."""
    return str(getattr(find(LEARNERS, learner, "learner"), "algorithm", "bc"))


def made(settings: ImproveSettings) -> tuple[Any, Any, Any]:
    """The setter, judge and learner of a run. Raises ValueError for an unknown name, with the nearest ones, and for a
    learner that needs the truth beside a judge that is none."""
    setter = find(SETTERS, settings.setter, "setter")()
    judge = find(JUDGES, settings.judge, "judge")(settings)
    learner = find(LEARNERS, settings.learner, "learner")()
    if learner.truth and not judge.truth:
        raise ValueError(
            f"the learner {settings.learner} is paid by goal programs, which the judge {settings.judge} is to do "
            "without: choose --judge program, or another learner"
        )
    return setter, judge, learner
