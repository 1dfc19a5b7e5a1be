"""A language model as a player: it is shown the picture, or the things in words, and answers with tools or text."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from ...interface.action import ACTION
from ...interface.text import decode
from ...worlds.engine.run.batch import Batch
from ..doors.tools import GOAL, NAMES, Plans, planned, schema, summary
from ..doors.words import manual, move_record
from .budget import BudgetSpent
from .client import LanguageModel, ServerError
from .replies import Reply, objects
from .requests import Message, Request, Tool
from .scene import scene_text

SEE, BY = ("pixels", "text", "both"), ("tools", "text")
ROWS = 8
"""Environments that it plays side by side, so that the server has several requests at once."""
MOST_CALLS = 8
"""The most actions of one answer that are taken; the model is told of those that were not."""
FAILURES = 3
"""Rounds in a row in which the server answered nobody, after which the player gives up."""
GLANCE = 0.2
"""Seconds for which a named move is held where time does not wait."""
_TEXT = (
    'Answer with one JSON object: {"actions": […]}. An action is the name of a move, or a tool such as '
    '{"name": "press", "arguments": {"keys": ["w"], "milliseconds": 500}}.'
)


class LanguagePlayer:
    """A Policy by a LanguageModel, of every player of a batch.

    see: what the model is shown, one of SEE: the picture, the things in words (scene.py), or both; by: how it answers,
    one of BY: calls of tools, or text with named moves and tools, several in a row; memory: pictures and answers of
    before that it is shown again; size: (height, width) of pictures; max_tokens: of an answer. An answer that cannot be
    used costs one tick with nothing held, is counted, and the model is told why with the next picture. Where the budget
    is spent nothing is held any more. Raises ValueError for wrong options, ServerError where the server is gone.
    """

    rows = ROWS
    holds = False
    """In real time: its tools say how long keys are down, so nothing is held while it thinks."""

    def __init__(
        self, model: LanguageModel, *, see: str = "pixels", by: str = "tools", memory: int = 2,
        size: tuple[int, int] = (320, 320), max_tokens: int = 512,
    ):  # fmt: skip
        if see not in SEE:
            raise ValueError(f"what a model sees is one of {', '.join(SEE)}; got {see[:40]!r}")
        if by not in BY:
            raise ValueError(f"a model acts by one of {', '.join(BY)}; got {by[:40]!r}")
        if not 0 <= memory <= 16:
            raise ValueError(f"memory is a number of pictures from 0 to 16, got {memory}")
        self.name, self.model = f"vlm {model.name} ({see}, {by})", model
        self._see, self._by, self._memory, self._size, self._max_tokens = see, by, memory, size, max_tokens
        self.counts: Counter[str] = Counter()
        self._failures = 0

    def start(self, batch: Batch) -> None:
        """Forget all episodes."""
        lanes = batch.n * batch.players
        self._plans: list[list[np.ndarray]] = [[] for _ in range(lanes)]
        self._past: list[list[tuple[Message, str]]] = [[] for _ in range(lanes)]
        self._notes = [""] * lanes
        self._asked: list[Message | None] = [None] * lanes
        self._failures = 0

    def act(self, batch: Batch, is_first: np.ndarray) -> None:
        """The next record of every plan; lanes without one ask the model, side by side."""
        players = batch.players
        for row in np.flatnonzero(is_first):
            for lane in range(row * players, (row + 1) * players):
                self._plans[lane], self._past[lane], self._notes[lane] = [], [], ""
        waiting = [lane for lane, plan in enumerate(self._plans) if not plan and not batch.over[lane // players]]
        if waiting:
            self._ask(batch, waiting)
        batch.actions[...] = np.zeros(1, ACTION)[0]
        for lane, plan in enumerate(self._plans):
            if plan:
                batch.actions[divmod(lane, players)] = plan.pop(0)

    def _ask(self, batch: Batch, lanes: list[int]) -> None:
        requests = [self._request(batch, lane) for lane in lanes]
        replies: list[Any]
        replies = ["spent"] * len(lanes) if self.model.budget.spent else self.model.ask_many(requests)
        gone = [reply for reply in replies if isinstance(reply, ServerError)]
        self._failures = self._failures + 1 if len(gone) == len(replies) else 0
        if self._failures >= FAILURES:
            raise gone[0]
        for lane, reply in zip(lanes, replies, strict=True):
            self._plans[lane] = self._taken(batch, lane, reply) or [np.zeros((), ACTION)]

    def _request(self, batch: Batch, lane: int) -> Request:
        row, player = divmod(lane, batch.players)
        lines = [f"Instruction: {decode(batch.instruction[row, player])}"]
        if heard := decode(batch.chat[row, player]):
            lines.append(f"You hear: {heard}")
        lines.append(f"{'Turn' if batch.world.controls.turn_based else 'Tick'} {int(batch.states['tick'][row])}.")
        if self._see != "pixels":
            lines.append(scene_text(batch, row, player))
        lines += [self._notes[lane]] if self._notes[lane] else []
        images = [batch.picture(row, player, self._size)] if self._see != "text" else []
        goal = batch.goal_picture(row, player, self._size) if images else None
        if goal is not None:
            images.append(goal)
            lines.insert(1, GOAL)
        message = Message("user", "\n".join(lines), images)
        past = [each for said, answer in self._past[lane] for each in (said, Message("assistant", answer))]
        self._asked[lane] = message
        how = _TEXT if self._by == "text" else "Answer with calls of your tools, one or several."
        height, width = self._size
        system = f"You play a world and follow its instruction. Pictures have {width} x {height} pixels.\n"
        tools = [Tool(name, summary(name), schema(name)) for name in NAMES if name != "screen"]
        if self._by == "text":
            listed = "; ".join(
                f"{tool.name}({', '.join(tool.parameters['properties'])}): {tool.description}" for tool in tools
            )
            how, tools = f"{how}\nTools: {listed}", []
        first = Message("system", f"{system}{manual(batch.world)}\n{how} At most {MOST_CALLS} actions are taken.")
        return Request([first, *past, message], tools=tools, max_tokens=self._max_tokens)

    def _taken(self, batch: Batch, lane: int, reply: Any) -> list[np.ndarray]:
        """The records of a reply, one for each tick; none where it cannot be used, which is counted and noted."""
        self.counts["asked"] += 1
        if not isinstance(reply, Reply):
            kind = "budget_spent" if reply == "spent" or isinstance(reply, BudgetSpent) else "unanswered"
            self.counts[kind] += 1
            self._notes[lane] = ""
            return []
        calls = self._calls(batch, reply)
        row, player = divmod(lane, batch.players)
        cursor = batch.states["cursor"][row, player].tolist()
        plans = Plans(batch.world, self._size, (cursor[0], cursor[1]))
        records: list[np.ndarray] = []
        notes = []
        if not calls:
            reason = "You declined" if reply.refused else "You said nothing" if reply.empty else "That was no action"
            self.counts["without_action"] += 1
            notes.append(f"{reason}: nothing was done. Answer with an action.")
        if len(calls) > MOST_CALLS:
            self.counts["too_many"] += 1
            notes.append(f"Only the first {MOST_CALLS} of your {len(calls)} actions were taken.")
        for name, arguments in calls[:MOST_CALLS]:
            try:
                made = self._move(batch, arguments) if name == "move" else planned(plans, name, arguments)
            except ValueError as error:
                self.counts["wrong_actions"] += 1
                notes.append(f"Your action could not be taken: {error}")
                break  # what was to follow it counted on it
            notes += [plans.note] if plans.note and name != "move" else []
            for record, ticks in made:
                silent = record.copy()
                silent["say"] = 0
                records += [record, *[silent] * (ticks - 1)]
            if any(record["mouse"].any() for record, _ in made):
                break  # where the cursor is then, only the next picture shows
        self.counts["actions"] += len(records) > 0
        self._notes[lane] = " ".join(notes)
        asked = self._asked[lane]
        if self._memory and asked is not None:
            said = reply.text.strip() or "; ".join(f"{name} {arguments}" for name, arguments in calls) or "(nothing)"
            self._past[lane] = [*self._past[lane], (asked, said[:2000])][-self._memory :]
        return records

    def _calls(self, batch: Batch, reply: Reply) -> list[tuple[Any, Any]]:
        if reply.refused:
            return []
        if reply.calls:
            return [(call.name, call.arguments) for call in reply.calls]
        found: list[Any] = next(
            (each["actions"] for each in objects(reply.text) if isinstance(each.get("actions"), list)), []
        )
        calls: list[tuple[Any, Any]] = []
        for each in found[: 10 * MOST_CALLS]:
            if isinstance(each, dict):
                calls.append((each.get("name"), each.get("arguments", {})))
            else:
                calls.append(("move", each))
        return calls

    def _move(self, batch: Batch, name: Any) -> list[tuple[np.ndarray, int]]:
        controls = batch.world.controls
        ticks = 1 if controls.turn_based else max(1, round(GLANCE * controls.tick_hz))
        return [(move_record(batch.world, name), ticks)]

    def report(self) -> dict[str, float]:
        """Counts of this player, asked, actions (answers that were used), without_action, wrong_actions, too_many,
        unanswered, budget_spent; and those of its model, see `LanguageModel.report`."""
        return {name: float(count) for name, count in self.counts.items()} | self.model.report()
