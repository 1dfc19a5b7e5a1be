"""The ablation of setter-solver's losses in first person, in the world of colour finding.

In `colour-find-small` the goals that are wanted are pairs of colours: to take a block of each of two colours. A room
with four blocks has six such pairs at most, of 45. Arms, setter and measurements are those of `setter-solver`.
"""

from __future__ import annotations

from dataclasses import replace

from . import setter_solver

STUDY = replace(
    setter_solver.STUDY,
    name="setter-solver-colours",
    asks="Which losses does a setter that learns need where goals are pairs of colours in first person?",
    common={**setter_solver.STUDY.common, "world": "colour-find-small"},
)
