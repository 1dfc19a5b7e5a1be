"""Tasks of dm_control as World records. Importing this module imports dm_control."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial

from ...engine.world import Controls, Objective, World
from ..state import UNLIMITED, guest
from . import reach
from .instances import ManipulationTask, SuiteTask, TaskInstance
from .simulator import Simulation
from .tasks import ARM, CONTROL, hyphened

_DOC = """{summary}

{task} of dm_control, unchanged: its physics, starts, rewards and limits.

Observation: the picture of dm_control's camera, drawn by Rumpus's own renderer.

Actions: {keys} A step is {seconds:g} s of simulation ({hz} steps a second{about}).

Rewards: those of dm_control, in each step from 0 to 1{paid}.

Termination: {limit} An end with a discount of 0 counts as terminated, any other as truncated. dm_control does not
define success, so no episode is one.

Splits: train, valid and test differ in their seeds alone; the seeds of train are dm_control's own.

Expert: none.

Source: {source}
"""
_SUITE = 'Tassa et al. 2018, "DeepMind Control Suite", and Tunyasuvunakool et al. 2020, "dm_control".'
_MANIPULATION = 'Tunyasuvunakool et al. 2020, "dm_control: Software and tasks for continuous control".'


@cache
def control(domain: str, task: str) -> World:
    """A task of the control suite."""
    make = partial(SuiteTask, domain, task)
    instance = make()
    paid = " (below 0 too: it pays for being far and for force)" if domain == "lqr" else ""
    return guest(
        f"control/{hyphened(domain, task)}",
        CONTROL[domain, task].capitalize() + ".",
        _doc(
            instance,
            CONTROL[domain, task],
            instance.bindings.doc(),
            f"The task {task} of the domain {domain}",
            _SUITE,
            paid,
        ),
        partial(_simulation, make),
        Controls(
            keys=instance.bindings.keys(),
            moves=instance.bindings.moves(),
            help=instance.bindings.words(),
            tick_hz=instance.tick_hz,
            turn_based=False,
        ),
        Objective(limit=instance.ticks or UNLIMITED, instruction=CONTROL[domain, task]),
    ).made_by(partial(control, domain, task))


@cache
def arm(name: str) -> World:
    """A manipulation task, in which the mouse moves the hand."""
    make = partial(ManipulationTask, name)
    instance = make()
    return guest(
        f"arm/{hyphened(name)}",
        ARM[name].capitalize() + ".",
        _doc(instance, ARM[name], reach.DOC, f"The manipulation task {name}", _MANIPULATION),
        partial(_simulation, make),
        Controls(
            keys=reach.KEYS,
            buttons=reach.BUTTONS,
            moves=reach.MOVES,
            help=reach.WORDS,
            tick_hz=instance.tick_hz,
            turn_based=False,
        ),
        Objective(limit=instance.ticks or UNLIMITED, instruction=ARM[name]),
        shape=(1, 1),
    ).made_by(partial(arm, name))


def _doc(instance: TaskInstance, instruction: str, keys: str, task: str, source: str, paid: str = "") -> str:
    exact = abs(1 / instance.seconds - instance.tick_hz) < 1e-9
    ends = f"by the rules of dm_control{' and its limit' if instance.ticks else ', without a limit'}."
    return _DOC.format(
        summary=instruction.capitalize() + ".",
        task=task,
        keys=keys,
        seconds=instance.seconds,
        hz=instance.tick_hz,
        about="" if exact else ", about",
        limit=ends,
        source=source,
        paid=paid,
    )


def _simulation(make: Callable[[], TaskInstance], world: World, n: int, threads: int) -> Simulation:
    return Simulation(world.name, make, n, threads)
