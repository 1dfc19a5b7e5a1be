"""Studies by name: questions that are answered by training, each with arms, seeds and a table with intervals.

    rumpus study                             lists them
    rumpus study relational --scale cpu      runs one, or goes on with it, and prints its table

A new study is one file with a STUDY, and one line here.
"""

from __future__ import annotations

from ..needs import learning

learning()

from . import (  # noqa: E402  not before the sentence that says what is missing
    auxiliary,
    community,
    curricula,
    fine_tuning,
    generalist,
    imitation,
    improve,
    marks,
    memory,
    navigation,
    planning,
    precision,
    relational,
    room,
    setter_solver,
    setter_solver_colours,
    two_players,
)
from .frame import SCALES, Job, Study, results, table  # noqa: E402

_FILES = (
    relational, planning, memory, navigation, auxiliary, imitation, curricula, precision, room, two_players, generalist,
    fine_tuning, improve, setter_solver, setter_solver_colours, marks, community,
)  # fmt: skip
STUDIES: dict[str, Study] = {file.STUDY.name: file.STUDY for file in _FILES}
PAGES: dict[str, str] = {file.STUDY.name: file.__doc__ or "" for file in _FILES}
"""The page of each study."""

__all__ = ["PAGES", "SCALES", "STUDIES", "Job", "Study", "results", "table"]
