"""One copy of a task of dm_control, stepped without what is slow: no observations are made of it.

An episode of a seed is the first one that dm_control itself plays when it loads the task with this seed, to the bit:
its own code begins it, moves it and pays for it. MuJoCo's silent reset of simulations that diverge is switched off.
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

from .actions import Hands
from .reach import Reach

QUICKEST = 1e4
"""Metres or radians a second beyond which a simulation has gone astray."""
_RANDOM_MODELS = ("lqr",)
"""Domains whose very model is drawn by chance, when a task is loaded."""
_CAMERAS = {("dog", "fetch"): "x-axis"}
"""Cameras in place of the first: that of the dog that fetches rides on the ball and hardly ever sees the dog."""


class Play(ABC):
    """One copy. `begin(seed)` starts an episode; `step(action)` is one tick with an ACTION record: (reward, ended,
    discount); `model` and `data` are MuJoCo's; `control` is what the last step gave the actuators; `ticks` is the
    limit of an episode, None without one; `camera` is the one that it is shown by."""

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
        """dm_control's Physics; it may be another in the next episode."""
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
    def sound(self) -> bool:
        """Whether all places are finite, and the speeds all together finite and not absurd."""
        data = self.data
        speed, place = data.qvel, data.qpos
        return bool(speed @ speed < QUICKEST**2 and place @ place < np.inf)  # NaN is not below anything

    def step(self, action: np.void) -> tuple[float, bool, float]:
        """One tick; raises PhysicsError, as dm_control does, or FloatingPointError where the simulation diverges."""
        self.control = self.aim(action)
        self._before()
        self.physics.step(self.substeps)
        if not self.sound:
            raise FloatingPointError("places or speeds are not finite, or absurd")
        return self._after()

    @abstractmethod
    def begin(self, seed: int) -> None:
        """Begin the episode of a seed."""

    @abstractmethod
    def aim(self, action: np.void) -> np.ndarray:
        """Controls of the actuators for an ACTION record."""

    @abstractmethod
    def _before(self) -> None:
        """Hand over `control`, before the physics of a tick."""

    @abstractmethod
    def _after(self) -> tuple[float, bool, float]:
        """What `step` returns."""


class SuitePlay(Play):
    """A task of the control suite."""

    def __init__(self, domain: str, task: str, seed: int = 0):
        self._name = domain, task
        super().__init__(self._load(seed))
        model = self.physics.model
        names = tuple(model.id2name(index, "actuator").replace("_", " ") for index in range(model.nu))
        self.hands = Hands(names, self.spec.minimum, self.spec.maximum, self.tick_hz)
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
            _keep_faults(self.model)
            self.environment.task.initialize_episode(self.physics)

    def aim(self, action: np.void) -> np.ndarray:
        """Keys, arrows and mouse to actuators."""
        return self.hands.control(action)

    def _before(self) -> None:
        self.environment.task.before_step(self.control, self.physics)

    def _after(self) -> tuple[float, bool, float]:
        task, physics = self.environment.task, self.physics
        task.after_step(physics)
        reward, discount = task.get_reward(physics), task.get_termination(physics)
        return float(reward), discount is not None, 1.0 if discount is None else float(discount)


class ArmPlay(Play):
    """A task of manipulation: its arm, led by the mouse."""

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
        _keep_faults(self.model)
        self.reach = self._make_reach()
        self.reach.begin(self.data)

    @property
    def physics(self) -> Any:
        """Not dm_control's proxy of it, which is slower."""
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

    def aim(self, action: np.void) -> np.ndarray:
        """The hand follows the mouse."""
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
    """Without what MuJoCo's compiler remarks on the style of dm_control's models."""
    log = logging.getLogger("absl")
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(level)


FAULTS = (PhysicsError, FloatingPointError)
"""What a step raises when its simulation diverges."""


def _random_seed(seed: int) -> Any:
    """A seed for numpy's RandomState, which takes 32 bits, or several numbers of 32 bits."""
    return seed if seed < 2**32 else [seed & 0xFFFFFFFF, seed >> 32]


def _keep_faults(model: mujoco.MjModel) -> None:
    """No silent reset where the simulation diverges."""
    model.opt.disableflags |= mujoco.mjtDisableBit.mjDSBL_AUTORESET


def _without_gl(physics: Any) -> None:
    """Tell a Physics that it has no rendering context, for tasks that would open one to tell it of a changed model."""
    kind = type(physics)
    if kind.contexts is not None:
        physics.__class__ = type(kind.__name__, (kind,), {"contexts": None})
