"""Do auxiliary losses help to find the way? (Mirowski et al. 2017, arXiv 1611.03673; Jaderberg et al. 2017, arXiv
1611.05397.)

The goal of a maze whose walls are the same in every episode is somewhere else in each, and stays there: agents with an
LSTM learn by PPO from the same number of steps, alone, with depth prediction, with loop closure, with both, and with
pixel control and reward prediction. What counts is how many goals they find in an episode, and how much sooner the
second one than the first (see the study `navigation`).
"""

from __future__ import annotations

from .frame import Study
from .navigation import COLUMNS, COMMON, SCALES, baseline, run

STUDY = Study(
    name="auxiliary",
    asks="Do depth prediction and loop closure help an agent to find its way in a maze?",
    run=run,
    arms={
        "none": {},
        "depth": {"auxiliary": "depth"},
        "closure": {"auxiliary": "closure"},
        "depth and closure": {"auxiliary": "depth,closure"},
        "pixels and reward": {"auxiliary": "pixels,reward"},
    },
    common={**COMMON, "world": "maze-small", "units": 128},
    columns=COLUMNS,
    scales=SCALES,
    baselines={"random": baseline("random"), "expert": baseline("expert")},
    against="none",
)
