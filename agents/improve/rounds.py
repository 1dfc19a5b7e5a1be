"""The folder of a run: what each stage of each round left behind, read again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from ... import worlds
from ...tasks.files import load
from ...tasks.goals import Task
from ...worlds.engine.world import World
from ..policies import player
from ..settings import REPEAT
from . import registry
from .bank import Bank
from .contracts import Lesson, Outcome
from .settings import ImproveSettings


def fitting(settings: ImproveSettings, own: World | None = None) -> tuple[World, int]:
    """The world of a run, and the ticks of a step of its agent. Raises ValueError for a world of several players or
    without things, and for an agent that there is not or that is no policy."""
    world = own or worlds.load(settings.world)
    if world.players != 1 or world.rules.things is None:
        raise ValueError(f"{world.name} has several players or shows no things: the loop needs one player, and things")
    if settings.agent == "expert":
        raise ValueError("the expert has nothing to learn: begin with random, a run, or a name of `rumpus agents`")
    policy, trained = player(settings.agent, world)
    if not getattr(policy, "plays", lambda world: True)(world):
        raise ValueError(f"{settings.agent} cannot play {world.name}: its head is made for other moves")
    return world, int(trained.get("repeat", 1 if world.controls.turn_based else REPEAT))


class Rounds:
    """The rounds of a run. s: its settings; setter, judge, learner: by these; bank: the attempts of the loop; held:
    those at the fixed set, `fixed`; repeat: ticks of a step of the agent; blind: whether goals are hidden from the
    attempts. Raises ValueError for a world of several players or without things, and as registry.made does."""

    def __init__(self, settings: ImproveSettings, folder: str | Path, own: World | None = None):
        self.s, self.folder = settings, Path(folder).absolute()
        self.world, self.repeat = fitting(settings, own)
        self.setter, self.judge, self.learner = registry.made(settings)
        self.blind = not self.judge.truth
        self.bank = Bank(self.folder / "bank", self.world, settings.threads)
        self.held = Bank(self.folder / "held", self.world, settings.threads)
        self.fixed: list[Task] = []

    def at(self, number: int) -> Path:
        """The folder of a round."""
        return self.folder / "rounds" / f"{number:04}"

    def read(self, number: int, name: str) -> Any:
        """The result of a stage of a round; {} if it has not been made."""
        file = self.at(number) / f"{name}.json"
        return json.loads(file.read_text()) if file.exists() else {}

    def tasks(self, number: int) -> list[Task]:
        """The tasks of a round, which its setter proposed."""
        return load(self.at(number) / "tasks.jsonl", self.world)[0]

    def all_tasks(self, number: int) -> list[Task]:
        """The tasks of a round, and those by hindsight that nobody attempted."""
        more = self.at(number) / "relabelled.jsonl"
        return self.tasks(number) + (load(more, self.world)[0] if more.exists() else [])

    def agent(self, number: int) -> str:
        """The agent of a generation; 0 is the one that the run began with."""
        return str(self.at(number) / "agent" / "checkpoint.pt") if number else self.s.agent

    def attempting(self, number: int) -> str:
        """The agent that attempts the tasks of a round."""
        return self.agent(number - 1 if self.s.latest else 0)

    def rng(self, number: int, part: int) -> np.random.Generator:
        """The random numbers of a part of a round."""
        return np.random.default_rng([self.s.seed, number, part])

    def past(self, number: int) -> list[Outcome]:
        """The outcomes of the tasks of the rounds before this one: of the agent's own attempts alone. Plays that a
        setter brings, and straight ways, nearly always reach their goals, and tell nothing of how hard these are."""
        found = []
        for before in range(1, number):
            scores: dict[str, list[float]] = {}
            for row in self.read(before, "scored")["attempts"]:
                if row["by"] == "policy" and row["score"] is not None:
                    scores.setdefault(row["task"], []).append(row["score"])
            for task in self.tasks(before):
                facts = before, task.id, task.players[0].goal, task.start, task.skill
                found.append(Outcome(*facts, tuple(scores.get(task.id, ()))))
        return found

    def lessons(self, number: int) -> list[Lesson]:
        """All attempts that the judge has scored, up to this round, and that the bank still holds; of those whose
        straight way was found done too, that one."""
        found, kept = [], self.bank.ids()
        for before in range(1, number + 1):
            skills = {task.id: task.skill for task in self.all_tasks(before)}
            rows = self.read(before, "scored")["attempts"]
            bent = {row["of"] for row in rows if row.get("of") and (row["score"] or 0) >= self.s.threshold}
            for row in rows:
                if row["score"] is not None and row["id"] in kept and row["id"] not in bent:
                    found.append(Lesson(row["id"], before, row["score"], row["at"], skills[row["task"]]))
        return found
