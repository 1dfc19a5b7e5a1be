"""The improvement loop: propose, attempt, score, bank, learn, measure; round after round.

    RUN/run.json            the settings
    RUN/held-out.jsonl      the fixed set; no setter, judge or learner ever sees it
    RUN/bank                the attempts of all rounds, a store of episodes; RUN/held the attempts at the fixed set
    RUN/lessons             the attempts that were learned from, each up to the step at which it was done
    RUN/rounds/N            what each stage of a round left behind, and the agent of its generation

Each stage of a round ends with a file that appears whole. Killed at any point, a run goes on with the first stage
whose file is missing; episodes have ids that follow from the seed, so none is stored twice.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ...episodes.episode import Player
from ...interface.files import write_atomically
from ...tasks.files import write_line
from ...tasks.recorded import unpacked
from ...worlds.engine.world import World
from ..policies import player
from . import measuring
from .admission import admitted
from .annotator import annotate
from .attempts import ROWS, Replayed, new_id, play
from .audit import of_setter
from .contracts import Lessons, NothingToLearn, Request
from .judges import verdicts
from .replays import known, relabel, straightened
from .rounds import Rounds
from .settings import ImproveSettings
from .states import present
from .straight import OF

Say = Callable[[str], None]


class Loop(Rounds):
    """A run in a folder. say: told of each stage, a line."""

    def __init__(
        self, settings: ImproveSettings, folder: str | Path, say: Say = lambda line: None, own: World | None = None
    ):
        super().__init__(settings, folder, own)
        self.say = say

    def run(self) -> str:
        """All rounds, as far as they are not there. Returns the reason for which it stopped, "" if all were made."""
        self.fixed = measuring.fixed(self)
        self._stage(0, "measured", lambda: measuring.measure(self, 0))
        for number in range(1, self.s.rounds + 1):
            try:
                self._round(number)
            except NothingToLearn as reason:
                why = f"round {number} has nothing to learn from: {reason}"
                write_atomically(self.at(number) / "stopped.json", json.dumps({"why": why}).encode())
                self.say(why)
                return why
        return ""

    def _round(self, number: int) -> None:
        self._stage(number, "proposed", lambda: self._propose(number))
        self._stage(number, "played", lambda: self._attempt(number))
        if self.s.relabelled:
            self._stage(number, "relabelled", lambda: relabel(self, number))
        self._stage(number, "scored", lambda: self._score(number))
        self._stage(number, "learned", lambda: self._learn(number))
        self._stage(number, "measured", lambda: measuring.measure(self, number))

    def _stage(self, number: int, name: str, make: Callable[[], dict[str, Any]]) -> None:
        """Do a stage of a round, unless its file is there."""
        file = self.at(number) / f"{name}.json"
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            content = make()
            write_atomically(file, json.dumps(content).encode())
            self.say(
                f"round {number}: {name}" + "".join(f", {k} {v}" for k, v in content.items() if isinstance(v, int))
            )

    def _propose(self, number: int) -> dict[str, Any]:
        s, rng = self.s, self.rng(number, 0)
        policy = player(self.attempting(number), self.world, seed=s.seed * 1000 + number)[0]
        limit = measuring.limit(self)
        states = present(self.world, policy, s.tasks, s.middle, limit, rng, self.repeat)
        past, folder = self.past(number), self.at(number)
        request = Request(self.world, states, s.tasks, past, self.bank, rng, folder, s, self.repeat)
        tasks, report = admitted(self.setter, request, known(self, number), f"r{number}")
        if not tasks:
            why = ", ".join(f"{count} {reason}" for reason, count in report.refused.items())
            died = f"; it ended with {report.died}" if report.died else ""
            raise NothingToLearn(f"of {report.proposed} proposals of the setter none is a task ({why or 'none'}){died}")
        write_atomically(folder / "tasks.jsonl", "".join(map(write_line, tasks)).encode())
        audit = of_setter(tasks, past, self.world, s.audited, s.searched, rng)
        counted = self.setter.report() if hasattr(self.setter, "report") else {}
        return {"tasks": len(tasks), "states": len(states), **report.plain(), "counts": counted, "setter": audit}

    def _attempt(self, number: int) -> dict[str, Any]:
        """Every task `tries` times by the agent, and once as the setter knows how."""
        s, tasks = self.s, self.tasks(number)
        shown = [task for task in tasks if task.solution is not None]
        given: dict[str, Any] = {"blind": self.blind, "repeat": self.repeat, "threads": s.threads}
        given |= {"store": self.bank.store, "extra": {"round": str(number)}}
        for turn in range(s.tries + 1):
            some = tasks if turn < s.tries else shown
            for first in range(0, len(some), ROWS):
                part = some[first : first + ROWS]
                ids = [new_id(s.seed, number, task.id, turn) for task in part]
                policy: Any = Replayed(
                    [unpacked(task.solution, self.world)[:: self.repeat] for task in part if task.solution]
                )
                by = Player("other", s.setter)
                if turn < s.tries:
                    seed = int(self.rng(number, 100 + turn).integers(1 << 31)) + first
                    policy, by = (
                        player(self.attempting(number), self.world, seed=seed)[0],
                        Player("policy", f"round {number - 1 if s.latest else 0}"),
                    )
                play(self.world, policy, part, ids=ids, by=by, **given)
        heads = list(self.bank.store.index(lambda head: head.extra.get("round") == str(number)))
        if not heads:
            raise NothingToLearn("no attempt could be stored: is the disk full?")
        dropped = self._drop(number, len(heads))
        wanted = len(tasks) * s.tries + len(shown)
        steps = sum(head.steps for head in heads)
        return {"attempts": len(heads), "not_stored": wanted - len(heads), "dropped": dropped, "steps": steps}

    def _drop(self, number: int, new: int) -> int:
        """Drop the oldest attempts where the bank holds more than it may."""
        heads = sorted(self.bank.store.index(), key=lambda head: int(head.extra["round"]))
        gone = max(len(heads) - max(self.s.bank, new), 0)
        return self.bank.forget({head.id for head in heads[:gone]})

    def _score(self, number: int) -> dict[str, Any]:
        s, folder = self.s, self.at(number) / "judge"
        this, rng = str(number), self.rng(number, 1)
        heads = list(self.bank.store.index(lambda head: head.extra.get("round") == this and OF not in head.extra))
        ids = sorted(head.id for head in heads)
        own = sorted(head.id for head in heads if head.played_by[0].kind == "policy")
        marked = 0
        if self.judge.marks:  # of the agent's own attempts first: plays of setters nearly always reach their goals
            order = [*rng.permutation(own).tolist(), *rng.permutation(sorted(set(ids) - set(own))).tolist()]
            marked = annotate(self.bank, order[: self.judge.marks], s.noise, rng)
        folder.mkdir(parents=True, exist_ok=True)
        told = self.judge.prepare(self.bank, folder, s.seed * 1000 + number)
        rows, died = self._verdicts(ids)
        facts: dict[str, Any] = {"unusable": sum(row["score"] is None for row in rows), "marked": marked}
        if s.straight:
            more, again = self._verdicts(straightened(self, number, rows))
            facts["straight"] = {"played": len(more), "done": sum((row["score"] or 0) >= s.threshold for row in more)}
            facts["straight"] |= {"steps": sum(row["steps"] for row in more)}
            rows, died = rows + more, died or again
        return {"calls": len(rows), **facts, "died": died, "judge": told, "attempts": rows}

    def _verdicts(self, ids: Sequence[str]) -> tuple[list[dict[str, Any]], str]:
        """The judge's scores of these attempts beside the truth, and what it raised, or ""."""
        wanted = set(ids)
        heads = {h.id: h for h in self.bank.store.index(lambda head: head.id in wanted)}
        truth, rows, died = self.bank.found(ids), list[dict[str, Any]](), ""
        for part in self.bank.attempts(ids, truth=self.judge.truth, frames=self.judge.frames):
            given, raised = verdicts(self.judge, part)
            died = died or raised
            for one, verdict in zip(part, given, strict=True):
                score, at = (None, 0) if verdict is None else verdict
                head = heads[one.id]
                row = {"id": one.id, "task": head.extra["task"], "score": score, "at": at, "steps": head.steps}
                row |= {"true": truth[one.id].won, "by": head.played_by[0].kind}
                rows.append(row | ({"of": head.extra[OF]} if OF in head.extra else {}))
        return rows, died

    def _learn(self, number: int) -> dict[str, Any]:
        lessons = self.lessons(number)
        if not lessons:
            died = self.read(number, "scored").get("died", "")
            raise NothingToLearn(
                "the judge gave no score that can be used" + (f"; it ended with {died}" if died else "")
            )
        before = self.agent(number - 1)
        start = None if before == "random" else before
        folder, tasks = self.at(number) / "agent", self.at(number) / "tasks.jsonl"
        self.judge.prepare(self.bank, self.at(number) / "judge", self.s.seed * 1000 + number)
        given = Lessons(self.world, self.bank, lessons, number, tasks, start, folder, self.s, self.repeat, self.judge)
        made = str(self.learner.learn(given).relative_to(self.folder))
        more = self.learner.report() if hasattr(self.learner, "report") else {}
        return {"lessons": len(lessons), "checkpoint": made, **more}
