"""The room's simulator: MuJoCo, with one simulation for each row of a batch.

The record of a row is the truth. If it is unchanged since the last tick, its simulation goes on; if not (another record
was loaded, copied or reset into it), the simulation is loaded from it, with the same results to the byte: the record
has positions, velocities, the solver's warm start, and the sleeping bodies. All rooms share one compiled model, of
which each row has a copy with its own furnishing (see model.py); copying and furnishing one takes about a millisecond.

A tick of all rows is one compiled function, without Python and its lock (guarded.py), so that threads do not wait for
one another. Rows differ much in what they cost: a thread takes the next row when it is done with one.

A simulation that fails (values that are not finite, speeds beyond validity.py's limits, a body outside the house) is
restored to the previous tick, at rest; `faults` in the state counts it, a warning reports it, and the episode of that
row ends. Other rows are not affected.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from typing import NamedTuple

import mujoco
import numpy as np
from numba import njit

from ..engine.compile.cached import cached
from ..engine.run.threads import over_rows
from ..engine.world import World
from ..first_person.state import CELL
from . import grasping, guarded, model, rules, toys
from .quaternions import normalised
from .state import HEIGHT, PLAYERS, POSE, QPOS, QVEL, STATE, SUBSTEPS, TALL, TOY_BODY, TOYS, TOYS_AT, TREES
from .validity import AWAKE, absent, valid

SETTLING = 120
"""Largest number of steps of the physics in which a new room comes to rest before its episode: a second."""
_LEAST = 4  # rows for which a thread pays
_GROUP = 10  # steps between two checks whether all bodies sleep
_SLEEP = int(mujoco.mjtEnableBit.mjENBL_SLEEP)
assert STATE.fields is not None
_FIRST, _LAST = STATE.fields["mark"][1] // 4, STATE.fields["grip"][1] // 4
"""The range of 4-byte words of a record that hold the furnishing and the simulation's state."""
_BODIES = TOY_BODY + TOYS
ASTRAY, REFUSED = 1, 2
"""Why a simulation failed: what it came to is not valid, or MuJoCo itself refused it."""


class Addresses(NamedTuple):
    """Where the parts of a simulation lie in memory that compiled code steps: MuJoCo's mjModel and mjData, the arrays
    of its record, its forces, and its bodies' masses, inertias and main axes."""

    model: int
    data: int
    qpos: int
    qvel: int
    warm: int
    asleep: int
    xfrc: int
    qfrc: int
    mass: int
    inertia: int
    axes: int


class Simulation:
    """The simulator of the room; engine/simulator.py documents the methods."""

    def __init__(self, world: World, n: int, threads: int):
        self._threads = threads
        self._simulations: list[_Simulation | None] = [None] * n
        self._last = np.zeros((n, _LAST - _FIRST), np.uint32)
        self._asked = np.zeros((n, PLAYERS, 3))
        self._changed = np.zeros(n, np.uint8)
        self._failed = np.zeros(n, np.uint8)
        self._addresses = np.zeros((n, len(Addresses._fields)), np.int64)  # 0: there is no simulation
        self._guard = guarded.mj_step()

    def reset(self, states: np.ndarray, mask: np.ndarray) -> None:
        """Furnish the rooms of the mask, and simulate them until they are at rest."""

        def settle(low: int, high: int) -> None:
            for row in range(low, high):
                if mask[row]:
                    self._simulation(states, row).settle(states, row)

        over_rows(settle, len(states), self._threads, least=2)
        cached(note)(states, _moments(states), self._last, mask)

    def step(self, states: np.ndarray, actions: np.ndarray, outcomes: np.ndarray, live: np.ndarray) -> None:
        """One tick of the rows that are live."""
        moments = _moments(states)
        cached(find_changed)(states, moments, self._last, live, self._changed, self._failed)
        cached(grasping.apply_actions)(states, actions, live, self._asked)
        going = (live != 0) & (self._failed == 0)
        new = going & ((self._changed != 0) | (self._addresses[:, 0] == 0))
        if new.any():
            over_rows(lambda low, high: self._load(states, new, low, high), len(states), self._threads, least=_LEAST)
        threads = min(self._threads, max(int(np.count_nonzero(going)) // _LEAST, 1))
        if self._guard is None:
            todo = iter(np.flatnonzero(going).tolist())
            over_rows(lambda low, high: self._tick(states, todo), threads, threads, least=1)
        else:
            count = np.zeros(1, np.int64)  # of the rows that are taken
            arguments = states, live, self._failed, self._asked, self._addresses, self._guard, count.ctypes.data
            over_rows(cached(tick_rows, False), threads, threads, *arguments, least=1)
        if self._failed.any():
            self._restore(states, moments, outcomes)
        cached(note)(states, moments, self._last, live)

    def _load(self, states: np.ndarray, new: np.ndarray, low: int, high: int) -> None:
        """Load the records of those rows [low, high) that are new to their simulations."""
        for row in (low + np.flatnonzero(new[low:high])).tolist():
            try:
                simulation = self._simulation(states, row)
                if self._changed[row]:
                    simulation.load(states, row)
            except mujoco.FatalError:  # of a state that MuJoCo itself would never be in
                self._failed[row] = REFUSED

    def _tick(self, states: np.ndarray, rows: Iterator[int]) -> None:
        """One tick of these rows by Python, which other threads take from as well."""
        for row in rows:
            if not self._failed[row]:
                try:
                    self._failed[row] = 0 if self._simulation(states, row).tick(states, row, self._asked) else ASTRAY
                except mujoco.FatalError:
                    self._failed[row] = REFUSED

    def close(self) -> None:
        """Release all simulations."""
        self._simulations = []

    def _simulation(self, states: np.ndarray, row: int) -> _Simulation:
        """The simulation of a row, with the furnishing of its record."""
        simulation = self._simulations[row]
        if simulation is None:
            simulation = self._simulations[row] = _Simulation()
            self._addresses[row] = simulation.addresses()
        if simulation.mark != states["mark"][row]:
            simulation.write_furnishing(states, row)
            self._changed[row] = 1
        return simulation

    def _restore(self, states: np.ndarray, moments: np.ndarray, outcomes: np.ndarray) -> None:
        """End the episodes of failed simulations, with all bodies at rest in their last positions."""
        for row in np.flatnonzero(self._failed).tolist():
            if self._failed[row] == REFUSED:
                self._simulations[row] = None
            cached(restore)(states, moments, self._last, row)
            states["faults"][row] += 1
            outcomes["truncated"][row] = 1
            self._simulation(states, row).load(states, row)
            warnings.warn(
                f"the simulation of row {row} (seed {states['seed'][row]}, tick {states['tick'][row]}) went astray: "
                "everything in that room was put back at rest, and its episode is over",
                stacklevel=2,
            )


class _Simulation:
    """One simulation: MuJoCo's model and data of a room, and views of the arrays of every step."""

    def __init__(self) -> None:
        self.mark = np.uint64(0)
        self._model = model.copy_of_template()
        self._data = data = mujoco.MjData(self._model)
        self._poses = data.qpos, data.qvel, data.qacc_warmstart, data.tree_asleep
        self._forces = data.qpos, data.qvel, data.xfrc_applied, data.qfrc_applied
        self._bodies = self._model.body_mass, self._model.body_inertia, self._model.body_iquat

    def addresses(self) -> Addresses:
        """Where its parts lie, for as long as it lives."""
        arrays = *self._poses, *self._forces[2:], *self._bodies
        return Addresses(self._model._address, self._data._address, *(each.ctypes.data for each in arrays))

    def write_furnishing(self, states: np.ndarray, row: int) -> None:
        """Write the furnishing of a record into the model; `load` must follow."""
        model.apply_furnishing(self._model, self._data, states, row)
        self.mark = states["mark"][row]

    def load(self, states: np.ndarray, row: int) -> None:
        """Load the state of a record: the forward dynamics of all bodies awake, then the record's bodies to sleep."""
        own, data = self._model, self._data
        cached(put)(states, row, *self._poses, data.xfrc_applied, data.qfrc_applied)
        own.opt.enableflags &= ~_SLEEP
        mujoco.mj_forward(own, data)
        own.opt.enableflags |= _SLEEP
        arrays = data.tree_asleep, data.tree_awake, data.body_awake, data.body_awake_ind, data.parent_awake_ind
        counts = cached(put_to_sleep)(
            states, row, *arrays, data.dof_awake_ind, own.body_treeid, own.body_parentid, own.dof_bodyid
        )
        data.ntree_awake, data.nbody_awake, data.nparent_awake, data.nv_awake = (int(count) for count in counts)
        data.qacc[:] = data.qacc_warmstart

    def tick(self, states: np.ndarray, row: int, asked: np.ndarray) -> bool:
        """One tick; False if the simulation failed, and then the record must not be used."""
        own, data, write_forces = self._model, self._data, cached(grasping.write_forces)
        for step in range(SUBSTEPS):
            write_forces(states, row, asked, step == 0, *self._forces, *self._bodies)
            mujoco.mj_step(own, data)
        return cached(save)(states, row, *self._poses)

    def settle(self, states: np.ndarray, row: int) -> None:
        """Simulate a new room until it is at rest, and save it into its record; if that fails, the record is
        unchanged."""
        before = states[row].copy()
        states["asleep"][row] = AWAKE  # bodies must not fall asleep in the air
        self.load(states, row)
        for _ in range(SETTLING // _GROUP):
            mujoco.mj_step(self._model, self._data, _GROUP)
            if self._data.ntree_awake == 0:
                break
        self._data.qvel[:] = 0
        if not cached(save)(states, row, *self._poses):
            states[row] = before
            self.load(states, row)
        cached(mirror_record)(states, row)


@njit
def tick_rows(states, live, failed, asked, addresses, guard, count, low, high):
    """One tick of the simulations of the live rows. Threads share the number of rows that are taken, int64 at the
    address `count`; failed (n,) is written. guard: of guarded.mj_step; low, high: those of `over_rows`, one number for
    each thread."""
    while True:
        row = guarded.taken(count)
        if row >= len(states):
            return
        if live[row] != 0 and failed[row] == 0:
            failed[row] = tick_row(states, row, asked, addresses[row], guard)


@njit
def tick_row(states, row, asked, at, guard):
    """One tick of a simulation, at: its Addresses. Returns 0, or why it failed; then the record must not be used."""
    qpos, qvel, warm = guarded.floats(at[2], QPOS), guarded.floats(at[3], QVEL), guarded.floats(at[4], QVEL)
    asleep, xfrc = guarded.integers(at[5], TREES), guarded.rows(at[6], _BODIES, 6)
    qfrc, mass = guarded.floats(at[7], QVEL), guarded.floats(at[8], _BODIES)
    inertia, axes = guarded.rows(at[9], _BODIES, 3), guarded.rows(at[10], _BODIES, 4)
    for step in range(SUBSTEPS):
        grasping.write_forces(states, row, asked, step == 0, qpos, qvel, xfrc, qfrc, mass, inertia, axes)
        if guarded.call(guard[0], guard[1], at[0], at[1]) != 0:
            return REFUSED
    return 0 if save(states, row, qpos, qvel, warm, asleep) else ASTRAY


def _moments(states: np.ndarray) -> np.ndarray:
    return states.view(np.uint32).reshape(len(states), -1)[:, _FIRST:_LAST]


@njit
def note(states, moments, last, mask):
    """Copy the simulation words of the rows of the mask, moments (n, words), into last (n, words)."""
    for row in range(len(states)):
        if mask[row]:
            for word in range(moments.shape[1]):
                last[row, word] = moments[row, word]


@njit
def find_changed(states, moments, last, live, changed, failed):
    """Find the live rows whose words have changed since the last tick, and those of them that cannot be simulated;
    changed, failed (n,) are written."""
    for row in range(len(states)):
        changed[row], failed[row] = 0, 0
        if live[row]:
            for word in range(moments.shape[1]):
                if moments[row, word] != last[row, word]:
                    changed[row] = 1
                    break
            if changed[row] and not valid(states, row):
                failed[row] = 1


@njit
def put(states, row, qpos, qvel, warm, asleep, xfrc, qfrc):
    """Write the state of a record into a simulation, with all bodies awake. Bodies that the room does not have are
    below the floor."""
    state = states[row]
    for place in range(QPOS):
        qpos[place] = state.qpos[place]
    for dof in range(QVEL):
        qvel[dof], warm[dof], qfrc[dof] = state.qvel[dof], state.warm[dof], 0.0
    for body in range(len(xfrc)):
        for axis in range(6):
            xfrc[body, axis] = 0.0
    for tree in range(TREES):
        asleep[tree] = AWAKE
    for player in range(state.players, PLAYERS):
        qpos[3 * player], qpos[3 * player + 1], qpos[3 * player + 2] = 2.0, 2.0, -3.0
        for axis in range(3):
            qvel[3 * player + axis] = 0.0
    for toy in range(state.things, TOYS):
        at = TOYS_AT + POSE * toy
        for axis in range(POSE):
            qpos[at + axis] = 1.0 if axis == 3 else 0.0
        qpos[at], qpos[at + 1], qpos[at + 2] = 2.0, 2.0, -3.0
        for axis in range(6):
            qvel[TOYS_AT + 6 * toy + axis] = 0.0


@njit
def put_to_sleep(
    states, row, tree_asleep, tree_awake, body_awake, bodies, parents, dofs, body_tree, body_parent, dof_body
):
    """Put the sleeping and the absent bodies of a record to sleep, in MuJoCo's lists of awake bodies. Returns the
    numbers of awake trees, bodies, bodies with awake parents and degrees of freedom."""
    state = states[row]
    for tree in range(TREES):
        tree_asleep[tree] = tree if absent(state, tree) else state.asleep[tree]
    trees = 0
    for tree in range(TREES):
        tree_awake[tree] = tree_asleep[tree] < 0
        trees += tree_awake[tree]
    awake, under, free = 0, 0, 0
    for body in range(len(body_tree)):
        tree = body_tree[body]
        body_awake[body] = -1 if tree < 0 else tree_awake[tree]
        if body_awake[body] != 0:
            bodies[awake] = body
            awake += 1
        if body > 0 and body_awake[body_parent[body]] != 0:
            parents[under] = body
            under += 1
    for dof in range(QVEL):
        if body_awake[dof_body[dof]] == 1:
            dofs[free] = dof
            free += 1
    return trees, awake, under, free


@njit
def save(states, row, qpos, qvel, warm, asleep):
    """Save the state of a simulation into its record. False if it failed; else speeds of toys are clipped in both."""
    state = states[row]
    for place in range(QPOS):
        state.qpos[place] = qpos[place]
    for dof in range(QVEL):
        state.qvel[dof], state.warm[dof] = qvel[dof], warm[dof]
    for tree in range(TREES):
        state.asleep[tree] = asleep[tree]
    if not valid(states, row):
        return False
    for toy in range(state.things):
        grasping.clip_speed(qvel, TOYS_AT + 6 * toy)
        grasping.clip_speed(state.qvel, TOYS_AT + 6 * toy)
    return True


@njit
def restore(states, moments, last, row):
    """Restore the record of a failed simulation, with all bodies at rest: to the last tick's positions if it is the
    same room, else to the positions of the engine's own fields."""
    state = states[row]
    if moments[row, 0] == last[row, 0] and moments[row, 1] == last[row, 1]:
        for word in range(moments.shape[1]):
            moments[row, word] = last[row, word]
    for dof in range(QVEL):
        state.qvel[dof], state.warm[dof] = 0.0, 0.0
    for tree in range(TREES):
        state.asleep[tree] = AWAKE
    for player in range(PLAYERS):
        grasping.let_go(state, player)
    if not valid(states, row):
        clamp_broken(state)


@njit
def clamp_broken(state):
    """Move all bodies to the positions of the engine's own fields, clamped into the house, upright if their quaternion
    is not valid."""
    for place in range(QPOS):
        if not math.isfinite(state.qpos[place]):
            state.qpos[place] = 0.0
    for player in range(state.players):
        at = 3 * player
        x, y, z = state.x[player] / CELL, state.y[player] / CELL, state.z[player] / CELL
        state.qpos[at], state.qpos[at + 1] = within(x, state.map_cols), within(y, state.map_rows)
        state.qpos[at + 2] = min(max(z, 0.0), TALL - HEIGHT)
    for toy in range(state.things):
        at, tall = TOYS_AT + POSE * toy, toys.EXTENT[state.kind[toy] - toys.FIRST, 2] * toys.SCALE[state.size[toy]]
        x, y, z = state.thing_x[toy] / CELL, state.thing_y[toy] / CELL, state.thing_z[toy] / CELL
        state.qpos[at], state.qpos[at + 1] = within(x, state.map_cols), within(y, state.map_rows)
        state.qpos[at + 2] = min(max(z + tall, tall), TALL - tall)
        q = normalised((state.qpos[at + 3], state.qpos[at + 4], state.qpos[at + 5], state.qpos[at + 6]))
        for axis in range(4):
            state.qpos[at + 3 + axis] = q[axis]


@njit
def within(place, cells):
    """A coordinate along x or y, clamped into the house."""
    return min(max(place, 1.2), cells - 1.2)


@njit
def mirror_record(states, row):
    """Write the first-person fields of a room at rest."""
    rules.mirror(states[row])
