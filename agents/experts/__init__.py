"""Experts: policies that follow a plan of a world's own solver, of search, or of a known solution, or that steer by a
world's own Controller. They act through the same actions as any agent."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...interface.action import ACTION, move_table
from ...worlds.engine.run.batch import Batch
from ...worlds.engine.run.search import FOUND, search
from ...worlds.engine.world import Controller, Planner, World
from .controller import ControllerExpert


class Expert:
    """Plans once an episode and follows the plan; plans anew in a row whose state differs from the plan's prediction.

    Sources of a plan: the solution of the task's row in `solutions`, moves (steps, players) with -1 for an action that
    holds nothing, or ACTION records (steps, players), if there is one and the episode has just begun; the world's own
    solver, where the world's own rules decide; else search for the first player's goal. The prediction comes from
    playing the plan's actions in a copy of the batch. A row without a plan is played with random moves, and planned for
    again when the next episode begins. With several players, plans of shape (steps,) move the first while the others
    hold nothing; plans of shape (steps, players) move all. In a world with a Controller, this acts in rows without a
    plan, or after the end of a plan of records; worlds that a simulator moves are neither searched nor predicted.
    """

    name = "expert"

    def __init__(self, world: World, seed: int = 0, solutions: Sequence[np.ndarray | None] | None = None):
        if not isinstance(world.expert, Planner) and solutions is None:
            raise ValueError(f"{world.name} has no Planner, so there is no expert for it")
        self._world, self._seed, self._solutions = world, seed, solutions
        self._controller = ControllerExpert(world) if isinstance(world.expert, Controller) else None
        self._moves = np.concatenate(
            [move_table(world.controls.moves), np.zeros(1, ACTION)]
        )  # the last, -1, holds nothing
        self.plans, self.unsolved, self.seconds, self.slowest = 0, 0, 0.0, 0.0
        self.lost = np.zeros(0, bool)
        """Rows that the last `act` played with random moves, since no plan is known for them, bool (n,)."""

    def start(self, batch: Batch) -> None:
        """Forget all plans. Raises ValueError on CUDA, where states cannot be planned on."""
        if batch.device != "cpu":
            raise ValueError("the expert plans on the CPU: play it with the device cpu")
        self._foreseen = None if self._world.rules.simulator else batch.clone()
        self._rng = np.random.default_rng(self._seed)
        self._plans: list[np.ndarray | None] = [None] * batch.n
        self._next = np.zeros(batch.n, np.int64)

    def act(self, batch: Batch, is_first: np.ndarray) -> None:
        """The next move of each row's plan; rows that are over hold nothing."""
        surprised = is_first.astype(bool)
        if self._foreseen is not None:
            surprised = surprised | (batch.states != self._foreseen.states)
        batch.actions[...] = np.zeros((), ACTION)
        led, self.lost = [], np.zeros(batch.n, bool)
        for row in np.flatnonzero(batch.states["over"] == 0):
            plan = self._plans[row]
            if is_first[row] or (surprised[row] and plan is not None):
                plan = self._plans[row] = self._plan(batch.states[row : row + 1], bool(is_first[row]))
                self._next[row] = 0
            if self._controller and (plan is None or (plan.dtype == ACTION and self._next[row] >= len(plan))):
                led.append(row)
            elif plan is None:
                self.lost[row] = True
                batch.actions[row] = self._moves[self._rng.integers(len(self._moves) - 1, size=batch.players)]
            elif self._next[row] < len(plan):
                step = np.atleast_1d(plan[self._next[row]])
                batch.actions[row, : len(step)] = step if step.dtype == ACTION else self._moves[step]
                self._next[row] += 1
        if led and self._controller:
            self._controller.lead(batch, np.array(led))
        if self._foreseen is not None:
            self._foreseen.states[...] = batch.states
            self._foreseen.actions[...] = batch.actions
            self._foreseen.step()

    def _plan(self, states: np.ndarray, first: bool) -> np.ndarray | None:
        """A plan for one state, (1,), or None. first: whether its episode has just begun."""
        state = states[0]
        if self._solutions is not None and first and self._solutions[state["task"]] is not None:
            return self._solutions[state["task"]]
        if self._world.rules.simulator:
            return None
        started = time.perf_counter()
        planner = None if state["judged"] else self._world.expert
        plan = planner.plan(state) if isinstance(planner, Planner) else self._searched(states)
        seconds = time.perf_counter() - started
        self.plans += 1
        self.unsolved += plan is None
        self.seconds += seconds
        self.slowest = max(self.slowest, seconds)
        return None if plan is None else np.asarray(plan, np.int64)

    def _searched(self, states: np.ndarray) -> np.ndarray | None:
        """The shortest plan for the first player's goal; None under the world's own rules, or if none is found."""
        if not states["judged"][0]:
            return None
        found = search(self._world, states, threads=1)
        return found.moves[0] if found.verdicts[0] == FOUND else None

    def state_dict(self) -> dict[str, Any]:
        """The plans of all rows, the next step of each, and the predicted states, to resume in a batch whose states are
        saved elsewhere. Arrays as (dtype, shape, bytes)."""
        return {
            "plans": [None if plan is None else _packed(plan) for plan in self._plans],
            "next": _packed(self._next),
            "foreseen": None if self._foreseen is None else self._foreseen.states.tobytes(),
            "random": self._rng.bit_generator.state,
        }

    def load_state_dict(self, content: Mapping[str, Any]) -> None:
        """Restore a `state_dict`, after `start` with the same batch."""
        self._plans = [None if plan is None else _unpacked(plan) for plan in content["plans"]]
        self._next = _unpacked(content["next"])
        if self._foreseen is not None:
            states = self._foreseen.states
            states[...] = np.frombuffer(content["foreseen"], states.dtype).reshape(states.shape)
        self._rng.bit_generator.state = content["random"]

    def report(self) -> dict[str, float]:
        """The number of plans, the number of failed ones, and mean and longest seconds of planning."""
        return {
            "plans": self.plans,
            "plans_failed": self.unsolved,
            "plan_seconds_mean": self.seconds / max(self.plans, 1),
            "plan_seconds_max": self.slowest,
        }


def _packed(array: np.ndarray) -> tuple[str, tuple[int, ...], bytes]:
    return "action" if array.dtype == ACTION else "move", array.shape, array.tobytes()


def _unpacked(packed: tuple[str, tuple[int, ...], bytes]) -> np.ndarray:
    kind, shape, data = packed
    return np.frombuffer(data, ACTION if kind == "action" else np.int64).reshape(shape).copy()


def expert(
    world: World, seed: int = 0, solutions: Sequence[np.ndarray | None] | None = None
) -> Expert | ControllerExpert | None:
    """The expert of a world, or None for a world that has none, unless solutions (see Expert) are
    given."""
    if isinstance(world.expert, Controller):
        return ControllerExpert(world)
    return Expert(world, seed, solutions) if world.expert or solutions is not None else None
