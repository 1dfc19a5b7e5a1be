"""Instances of dm_control's tasks, stepped without dm_control's observations, which are slow.

An episode of a seed equals, to the bit, the first episode of dm_control's own environment loaded with this seed: reset,
dynamics and rewards are dm_control's own code. MuJoCo's silent reset of diverging simulations is disabled.
"""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import mujoco
import numpy as np
from dm_control import manipulation, suite
from dm_control.rl.control import PhysicsError

from .actions import ActuatorBindings
from .reach import Reach

QUICKEST = 1e4
"""Metres or radians a second beyond which a simulation counts as diverged."""
_RANDOM_MODELS = ("lqr",)
"""Domains whose model is random: it is drawn when a task is loaded."""
_CAMERAS = {("dog", "fetch"): "x-axis"}
"""Cameras in place of the first one: the first camera of dog-fetch rides on the ball and hardly ever sees the dog."""


class TaskInstance(ABC):
    """One instance of a task. `begin(seed)` starts an episode; `step(action)` is one tick with an ACTION record and
    returns (reward, ended, discount); `model` and `data` are MuJoCo's; `control` (actuators,) is the control of the
    last step; `ticks` is the limit of an episode or None; `camera` is the number of the camera of its picture."""

    camera = 0
    ticks: int | None

    def __init__(self, environment: Any):
        self.environment = environment
        self.seconds = environment.control_timestep()
        self.spec = environment.action_spec()
        self.substeps = round(self.seconds / environment.physics.timestep())
        self.control = np.zeros(self.spec.shape)

    @property
    def physics(self) -> Any:
        """dm_control's Physics; another object in the next episode of some tasks."""
        return self.environment.physics

    @property
    def model(self) -> mujoco.MjModel:
        """MuJoCo's model of this episode."""
        return self.physics.model.ptr

    @property
    def data(self) -> mujoco.MjData:
        """MuJoCo's data."""
        return self.physics.data.ptr

    @property
    def tick_hz(self) -> int:
        """Ticks a second, to the nearest whole number."""
        return round(1 / self.seconds)

    @property
    def stable(self) -> bool:
        """Whether all positions and velocities are finite and the velocities below QUICKEST."""
        data = self.data
        speed, place = data.qvel, data.qpos
        return bool(speed @ speed < QUICKEST**2 and place @ place < np.inf)  # NaN is not below anything

    def step(self, action: np.void) -> tuple[float, bool, float]:
        """One tick; raises PhysicsError, as dm_control does, or FloatingPointError where the simulation diverges."""
        self.control = self.control_of(action)
        self._before()
        self.physics.step(self.substeps)
        if not self.stable:
            raise FloatingPointError("places or speeds are not finite, or absurd")
        return self._after()

    @abstractmethod
    def begin(self, seed: int) -> None:
        """Begin the episode of a seed."""

    @abstractmethod
    def control_of(self, action: np.void) -> np.ndarray:
        """Controls of the actuators for an ACTION record."""

    @abstractmethod
    def _before(self) -> None:
        """Apply `control`, before the physics of a tick."""

    @abstractmethod
    def _after(self) -> tuple[float, bool, float]:
        """The result of `step`, after the physics of a tick."""


class SuiteTask(TaskInstance):
    """A task of the control suite."""

    def __init__(self, domain: str, task: str, seed: int = 0):
        self._name = domain, task
        super().__init__(self._load(seed))
        model = self.physics.model
        names = tuple(model.id2name(index, "actuator").replace("_", " ") for index in range(model.nu))
        self.bindings = ActuatorBindings(names, self.spec.minimum, self.spec.maximum, self.tick_hz)
        if self._name in _CAMERAS:
            self.camera = model.name2id(_CAMERAS[self._name], "camera")
        limit = self.environment._step_limit
        self.ticks = None if np.isinf(limit) else int(np.ceil(limit))

    def _load(self, seed: int) -> Any:
        with _quietly():
            environment = suite.load(*self._name, task_kwargs={"random": _random_seed(seed)})
        _without_gl(environment.physics)
        return environment

    def begin(self, seed: int) -> None:
        """Begin the episode of a seed."""
        if self._name[0] in _RANDOM_MODELS:
            self.environment = self._load(seed)
        else:
            self.environment.task.random.seed(_random_seed(seed))
        with self.physics.reset_context():
            _without_silent_reset(self.model)
            self.environment.task.initialize_episode(self.physics)

    def control_of(self, action: np.void) -> np.ndarray:
        """The controls (actuators,) of keys, arrows and mouse."""
        return self.bindings.control(action)

    def _before(self) -> None:
        self.environment.task.before_step(self.control, self.physics)

    def _after(self) -> tuple[float, bool, float]:
        task, physics = self.environment.task, self.physics
        task.after_step(physics)
        reward, discount = task.get_reward(physics), task.get_termination(physics)
        return float(reward), discount is not None, 1.0 if discount is None else float(discount)


class ManipulationTask(TaskInstance):
    """A manipulation task: the hand of its arm follows the mouse."""

    def __init__(self, name: str, seed: int = 0):
        environment = manipulation.load(f"{name}_features", seed=_random_seed(seed))
        for observable in environment.task.observables.values():
            observable.enabled = False
        super().__init__(environment)
        self.ticks = int(np.ceil(round(environment._time_limit / self.seconds, 6)))
        self.reach: Reach | None = None

    def begin(self, seed: int) -> None:
        """Begin the episode of a seed. dm_control builds a new model for each."""
        environment = self.environment
        environment.random_state.seed(_random_seed(seed))
        order = getattr(environment.task, "_initial_order", None)
        if order is not None:
            order.sort()  # it is shuffled from episode to episode
        environment.reset()
        _without_gl(self.physics)
        _without_silent_reset(self.model)
        self.reach = self._make_reach()
        self.reach.begin(self.data)

    @property
    def physics(self) -> Any:
        """The Physics itself, without dm_control's proxy, which is slower."""
        return self.environment._physics

    def _make_reach(self) -> Reach:
        task, physics = self.environment.task, self.physics
        arm = physics.bind(task.arm.joints)
        return Reach(
            physics.bind(task.hand.tool_center_point).element_id,
            np.array(arm.dofadr).ravel(),
            np.array(physics.bind(task.arm.actuators).element_id),
            np.array(physics.bind(task.hand.actuators).element_id),
            self.spec.minimum,
            self.spec.maximum,
            self.seconds,
        )

    def control_of(self, action: np.void) -> np.ndarray:
        """The controls (actuators,) that move the hand after the mouse."""
        assert self.reach is not None
        return self.reach.control(action, self.model, self.data)

    def _before(self) -> None:
        self.environment.task.before_step(self.physics, self.control, self.environment.random_state)

    def _after(self) -> tuple[float, bool, float]:
        task, physics = self.environment.task, self.physics
        task.after_step(physics, self.environment.random_state)
        return (
            float(task.get_reward(physics)),
            task.should_terminate_episode(physics),
            float(task.get_discount(physics)),
        )


@contextmanager
def _quietly() -> Iterator[None]:
    """Suppress the remarks of MuJoCo's compiler on the style of dm_control's models."""
    log = logging.getLogger("absl")
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(level)


FAULTS = (PhysicsError, FloatingPointError)
"""The exceptions of a step whose simulation diverges."""


def _random_seed(seed: int) -> Any:
    """A seed for numpy's RandomState, which takes 32 bits, or several numbers of 32 bits."""
    return seed if seed < 2**32 else [seed & 0xFFFFFFFF, seed >> 32]


def _without_silent_reset(model: mujoco.MjModel) -> None:
    """Disable MuJoCo's silent reset of a diverging simulation."""
    model.opt.disableflags |= mujoco.mjtDisableBit.mjDSBL_AUTORESET


def _without_gl(physics: Any) -> None:
    """Remove the rendering context of a Physics, for tasks that would open one to announce a changed model."""
    kind = type(physics)
    if kind.contexts is not None:
        physics.__class__ = type(kind.__name__, (kind,), {"contexts": None})
