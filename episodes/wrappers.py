"""Recorders around environments, for loops of others: Gymnasium, Gymnasium vector and PettingZoo.

    env = Record(gymnasium.make("rumpus/Sokoban-v0"), "runs/data", played_by="policy:mine")

They change nothing of what the environment takes and gives. Each of its episodes is stored when it ends; `close` stores
the one that is not over. Other wrappers may lie within or around them.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gymnasium
from gymnasium.vector import VectorEnv, VectorWrapper
from pettingzoo import ParallelEnv
from pettingzoo.utils import BaseParallelWrapper

from ..worlds.engine.run.batch import Batch
from .episode import Player
from .recorder import Recorder
from .store import Store

PlayedBy = str | Player | Sequence[str | Player]


def recorder_of(env: Any, store: str | Path | Store, played_by: PlayedBy, options: dict[str, Any]) -> Recorder:
    """A Recorder of the batch below an environment. Raises ValueError for an environment that is none of Rumpus."""
    batch = getattr(env.unwrapped, "batch", None)
    if not isinstance(batch, Batch):
        raise ValueError(
            f"{env} is no environment of Rumpus, whose episodes alone can be stored: make it by "
            "rumpus.worlds.single('gym/ITS-ID')"
        )
    chosen = store if isinstance(store, Store) else Store(store, create=True)
    return Recorder(batch, chosen, played_by=played_by, **{"source": "wrapper", **options})


class Record(gymnasium.Wrapper):
    """Records a single environment. store: a Store, or the path of one, which is made if there is none; played_by,
    options: see Recorder. `recorder` is the recorder."""

    def __init__(self, env: gymnasium.Env, store: str | Path | Store, played_by: PlayedBy = "other", **options: Any):
        super().__init__(env)
        self.recorder = recorder_of(env, store, played_by, options)

    def close(self) -> None:
        """Store what is left, and close the environment."""
        self.recorder.close()
        super().close()


class RecordVector(VectorWrapper):
    """Records each row of a vector environment, in any autoreset mode; see Record."""

    def __init__(self, env: VectorEnv, store: str | Path | Store, played_by: PlayedBy = "other", **options: Any):
        super().__init__(env)
        self.recorder = recorder_of(env, store, played_by, options)

    def close(self, **kwargs: Any) -> None:
        """Store what is left, and close the environments."""
        self.recorder.close()
        super().close(**kwargs)


class RecordParallel(BaseParallelWrapper):
    """Records a PettingZoo environment, all players of an episode together; see Record. played_by: for all of them, or
    one for each."""

    def __init__(self, env: ParallelEnv, store: str | Path | Store, played_by: PlayedBy = "other", **options: Any):
        super().__init__(env)
        self.metadata, self.possible_agents, self.render_mode = env.metadata, env.possible_agents, env.render_mode
        self.recorder = recorder_of(env, store, played_by, options)

    @property
    def agents(self) -> list[Any]:
        """The agents that still play."""
        return self.env.agents

    def close(self) -> None:
        """Store what is left, and close the environment."""
        self.recorder.close()
        super().close()
