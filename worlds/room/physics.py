"""What moves the room: MuJoCo, one simulation for each row of a batch, beside the states and always behind them.

The record of a row is the truth. Where it is what the last tick left, its simulation goes on; where it is not (another
was loaded, copied or reset into it), the simulation is made anew from it, to the same bytes as one that went on: that
takes positions, speeds, what the solver starts from, and who sleeps. All rooms share one compiled model, of which each
row has a copy with its own furnishing (see model.py); copying and furnishing one takes about a millisecond.

A simulation that goes astray (numbers that are none, or absurd speeds, or a thing outside the house) is put back to
where it was a tick ago, at rest; that is counted in the state's `faults`, said in a warning, and ends the episode of
that row, and of no other.
"""

from __future__ import annotations

import math
import warnings

import mujoco
import numpy as np
from numba import njit

from ..engine.compile.cached import cached
from ..engine.run.threads import over_rows
from ..engine.world import World
from ..first_person.state import CELL
from . import grasping, model, rules, toys
from .quaternions import unit
from .sound import AWAKE, lacking, sound
from .state import HEIGHT, PLAYERS, POSE, QPOS, QVEL, STATE, SUBSTEPS, TALL, TOYS, TOYS_AT, TREES

SETTLING = 120
"""Steps of the physics, at most, in which a new room comes to rest before play begins: a second."""
_GROUP = 10  # steps between two looks at whether all sleep
_SLEEP = int(mujoco.mjtEnableBit.mjENBL_SLEEP)
assert STATE.fields is not None
_FIRST, _LAST = STATE.fields["mark"][1] // 4, STATE.fields["grip"][1] // 4
"""The 4-byte words of a record that tell how a room is furnished and where all is in the simulation."""


class Simulation:
    """The Simulator of the room; see engine/simulator.py."""

    def __init__(self, world: World, n: int, threads: int):
        self._threads = threads
        self._rooms: list[_Room | None] = [None] * n
        self._left = np.zeros((n, _LAST - _FIRST), np.uint32)
        self._asked = np.zeros((n, PLAYERS, 3))
        self._other = np.zeros(n, np.uint8)
        self._astray = np.zeros(n, np.uint8)

    def reset(self, states: np.ndarray, mask: np.ndarray) -> None:
        """Furnish the rooms of the mask, and let them come to rest."""

        def settle(low: int, high: int) -> None:
            for row in range(low, high):
                if mask[row]:
                    self._room(states, row).settle(states, row)

        over_rows(settle, len(states), self._threads, least=2)
        cached(remember)(states, _words(states), self._left, mask)

    def step(self, states: np.ndarray, actions: np.ndarray, outcomes: np.ndarray, live: np.ndarray) -> None:
        """One tick of the rows that are live."""
        words = _words(states)
        cached(prepare)(states, words, self._left, live, self._other, self._astray)
        cached(grasping.act)(states, actions, live, self._asked)

        def tick(low: int, high: int) -> None:
            for row in range(low, high):
                if live[row] and not self._astray[row]:
                    try:
                        room = self._room(states, row)
                        if self._other[row]:
                            room.load(states, row)
                        self._astray[row] = not room.tick(states, row, self._asked)
                    except mujoco.FatalError:  # of a state that MuJoCo itself would never be in
                        self._astray[row], self._rooms[row] = 1, None

        over_rows(tick, len(states), self._threads, least=4)
        if self._astray.any():
            self._put_right(states, words, outcomes)
        cached(remember)(states, words, self._left, live)

    def close(self) -> None:
        """Let go of all simulations."""
        self._rooms = []

    def _room(self, states: np.ndarray, row: int) -> _Room:
        """The simulation of a row, furnished as its record says."""
        room = self._rooms[row]
        if room is None:
            room = self._rooms[row] = _Room()
        if room.mark != states["mark"][row]:
            room.furnish(states, row)
            self._other[row] = 1
        return room

    def _put_right(self, states: np.ndarray, words: np.ndarray, outcomes: np.ndarray) -> None:
        """End the episodes that went astray, with everything at rest where it last was."""
        for row in np.flatnonzero(self._astray).tolist():
            cached(put_back)(states, words, self._left, row)
            states["faults"][row] += 1
            outcomes["truncated"][row] = 1
            self._room(states, row).load(states, row)
            warnings.warn(
                f"the simulation of row {row} (seed {states['seed'][row]}, tick {states['tick'][row]}) went astray: "
                "everything in that room was put back at rest, and its episode is over",
                stacklevel=2,
            )


class _Room:
    """One simulation: MuJoCo's model and data of a room, and views of what is read and written in every step."""

    def __init__(self) -> None:
        self.mark = np.uint64(0)
        self._model = model.new()
        self._data = data = mujoco.MjData(self._model)
        self._poses = data.qpos, data.qvel, data.qacc_warmstart, data.tree_asleep
        self._forces = data.qpos, data.qvel, data.xfrc_applied, data.qfrc_applied
        self._bodies = self._model.body_mass, self._model.body_inertia, self._model.body_iquat

    def furnish(self, states: np.ndarray, row: int) -> None:
        """Make it the room of a record, but not yet its moment."""
        model.furnish(self._model, self._data, states, row)
        self.mark = states["mark"][row]

    def load(self, states: np.ndarray, row: int) -> None:
        """Make it the moment of a record: all is worked out with all awake, then those who slept sleep again."""
        own, data = self._model, self._data
        cached(put)(states, row, *self._poses, data.xfrc_applied, data.qfrc_applied)
        own.opt.enableflags &= ~_SLEEP
        mujoco.mj_forward(own, data)
        own.opt.enableflags |= _SLEEP
        arrays = data.tree_asleep, data.tree_awake, data.body_awake, data.body_awake_ind, data.parent_awake_ind
        counts = cached(doze)(
            states, row, *arrays, data.dof_awake_ind, own.body_treeid, own.body_parentid, own.dof_bodyid
        )
        data.ntree_awake, data.nbody_awake, data.nparent_awake, data.nv_awake = (int(count) for count in counts)
        data.qacc[:] = data.qacc_warmstart

    def tick(self, states: np.ndarray, row: int, asked: np.ndarray) -> bool:
        """One tick with these hands; False if it went astray, and then the record is not to be used."""
        own, data, push = self._model, self._data, cached(grasping.push)
        for step in range(SUBSTEPS):
            push(states, row, asked, step == 0, *self._forces, *self._bodies)
            mujoco.mj_step(own, data)
        return cached(keep)(states, row, *self._poses)

    def settle(self, states: np.ndarray, row: int) -> None:
        """Let a new room come to rest, and write it into its record; should that fail, the record stays as it was."""
        before = states[row].copy()
        states["asleep"][row] = AWAKE  # none may fall asleep in the air
        self.load(states, row)
        for _ in range(SETTLING // _GROUP):
            mujoco.mj_step(self._model, self._data, _GROUP)
            if self._data.ntree_awake == 0:
                break
        self._data.qvel[:] = 0
        if not cached(keep)(states, row, *self._poses):
            states[row] = before
            self.load(states, row)
        cached(begin)(states, row)


def _words(states: np.ndarray) -> np.ndarray:
    return states.view(np.uint32).reshape(len(states), -1)[:, _FIRST:_LAST]


@njit
def remember(states, words, left, mask):
    """Note what the rows of the mask are left as, words (n, …) of each record."""
    for row in range(len(states)):
        if mask[row]:
            for word in range(words.shape[1]):
                left[row, word] = words[row, word]


@njit
def prepare(states, words, left, live, other, astray):
    """Look through the rows that are live: which are not as they were left, and which of these cannot be simulated."""
    for row in range(len(states)):
        other[row], astray[row] = 0, 0
        if live[row]:
            for word in range(words.shape[1]):
                if words[row, word] != left[row, word]:
                    other[row] = 1
                    break
            if other[row] and not sound(states, row):
                astray[row] = 1


@njit
def put(states, row, qpos, qvel, warm, asleep, xfrc, qfrc):
    """Write a record's moment into a simulation, in which all are awake. What the room lacks lies below the floor."""
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
def doze(states, row, tree_asleep, tree_awake, body_awake, bodies, parents, dofs, body_tree, body_parent, dof_body):
    """Put to sleep who sleeps in a record, and what its room lacks: the lists that MuJoCo keeps of who is awake.
    Returns how many trees, bodies, bodies of awake parents and degrees of freedom are."""
    state = states[row]
    for tree in range(TREES):
        tree_asleep[tree] = tree if lacking(state, tree) else state.asleep[tree]
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
def keep(states, row, qpos, qvel, warm, asleep):
    """Write where a simulation is into its record. False if it went astray; else what is too fast is slowed in both."""
    state = states[row]
    for place in range(QPOS):
        state.qpos[place] = qpos[place]
    for dof in range(QVEL):
        state.qvel[dof], state.warm[dof] = qvel[dof], warm[dof]
    for tree in range(TREES):
        state.asleep[tree] = asleep[tree]
    if not sound(states, row):
        return False
    for toy in range(state.things):
        grasping.slow_down(qvel, TOYS_AT + 6 * toy)
        grasping.slow_down(state.qvel, TOYS_AT + 6 * toy)
    return True


@njit
def put_back(states, words, left, row):
    """Make a record that went astray sound again, with all at rest: where it was left if it is the same room, else
    where the engine's own fields show it to be."""
    state = states[row]
    if words[row, 0] == left[row, 0] and words[row, 1] == left[row, 1]:
        for word in range(words.shape[1]):
            words[row, word] = left[row, word]
    for dof in range(QVEL):
        state.qvel[dof], state.warm[dof] = 0.0, 0.0
    for tree in range(TREES):
        state.asleep[tree] = AWAKE
    for player in range(PLAYERS):
        grasping.let_go(state, player)
    if not sound(states, row):
        mend(state)


@njit
def mend(state):
    """Put all bodies where the engine's own fields show them, upright if they are turned in no way that there is."""
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
        q = unit((state.qpos[at + 3], state.qpos[at + 4], state.qpos[at + 5], state.qpos[at + 6]))
        for axis in range(4):
            state.qpos[at + 3 + axis] = q[axis]


@njit
def within(place, cells):
    """A place along x or y that lies in the house."""
    return min(max(place, 1.2), cells - 1.2)


@njit
def begin(states, row):
    """Write what is shown of a room that has come to rest."""
    rules.mirror(states[row])
