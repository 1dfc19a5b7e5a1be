"""Does attention among cells solve Box-World where convolutions do not? (Zambaldi et al. 2018, arXiv 1806.01830.)

Two networks of about as many weights learn by PPO from the same number of steps: residual convolutions, and the
relational torso. Both are measured on held-out levels, on levels whose way to the gem is longer than any in training
(`longer`), and on levels that need a key for a lock that training never asked for (`unseen-pairs`). The paper, after
some 10^9 steps: at least 98 % against less than 75 %; 88 against 5 % where the way is longer; 97 against 13 % with
unseen pairs.
"""

from __future__ import annotations

from .frame import Study
from .learned import baseline, learn

STUDY = Study(
    name="relational",
    asks="Does attention among cells solve Box-World where convolutions do not?",
    run=learn,
    arms={
        "patches": {"channels": 32, "blocks": 4, "hidden": 92, "at": {"gpu": {"hidden": 30}}},
        "relational": {"torso": "relational", "width": 128, "layers": 2, "shared": False, "patch": 4},
    },
    common={
        "algorithm": "ppo",
        "world": "box-world-small",
        "learning_rate": 1e-3,
        "measures": {"test": {}, "longer": {"split": "longer"}, "unseen": {"split": "unseen-pairs"}},
        "episodes": 1024,
    },
    columns={"test": "test levels, %", "longer": "longer ways, %", "unseen": "unseen pairs, %"},
    percent=("test", "longer", "unseen"),
    scales={
        "tiny": {"steps": 512, "envs": 16, "episodes": 8},
        "cpu": {"steps": 2_000_000},
        "gpu": {"world": "box-world", "steps": 60_000_000, "envs": 1024, "device": "cuda", "minibatches": 16},
    },
    baselines={"random": baseline("random"), "expert": baseline("expert")},
    against="patches",
)
