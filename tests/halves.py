"""Gradients of several processes from the transitions of one: what test_ranks.py starts by torchrun.

`python tests/halves.py FILE…`, in each process: reads what `recorded` wrote, plays its part of those lanes once more
through the algorithm, and writes FILE.RANK with what `found` gives.
"""

import sys

import torch

from rumpus.agents.contracts import Decision, TimeStep, Transition
from rumpus.agents.data import replay
from rumpus.agents.settings import Config
from rumpus.agents.training.distributed import Ranks
from rumpus.agents.training.trainer import Trainer
from rumpus.agents.trees import at


def everything(memory, count, generator=None, *, beta=1.0):
    """In place of a random sample of a replay memory, all that it holds."""
    indices = torch.arange(len(memory))
    return replay.Sample(at(memory._items, indices), indices, torch.ones(len(indices)))


def trainer(algorithm, settings):
    return Trainer(Config.of(algorithm, "box-world-small", **settings))


def recorded(algorithm, settings, file):
    """Let one process play and learn from one rollout; write the transitions to a file. Returns what `found` gives."""
    whole = trainer(algorithm, settings)
    seen, observe = [], whole.algorithm.observe

    def keep(transition):
        final = transition.final(transition.cut) if len(transition.cut) else None
        seen.append((transition._replace(final=None), final))
        observe(transition)

    whole.algorithm.observe = keep
    whole.collector.collect(whole.config.own.rollout, 0.0)
    now = whole.collector.now()
    whole.algorithm.update(*now, 0.0)
    torch.save((algorithm, settings, seen, now), file)
    return found(whole)


def found(made):
    """The gradients of the last step of the optimiser, and the scale of rewards if there is one."""
    gradients = {}
    for name, parameter in made.algorithm.network.named_parameters():
        none = torch.zeros_like(parameter)
        gradients[name] = none if parameter.grad is None else parameter.grad
    scale = getattr(made.algorithm, "scale", None)
    return {"gradients": gradients, "moments": None if scale is None else scale.moments}


def part(timestep, lanes):
    observation, is_first, mask, expert, _ = timestep
    shown = None if expert is None else expert[lanes]
    return TimeStep(observation.of(lanes), is_first[lanes], mask[lanes], shown, slice(0, lanes.stop - lanes.start))


def main(files):
    replay.Replay.sample = everything
    with Ranks() as ranks:
        for file in files:
            again(file, ranks)


def again(file, ranks):
    algorithm, settings, seen, (now, state) = torch.load(file, weights_only=False)
    mine = trainer(algorithm, settings)
    lanes = slice(ranks.rank * mine.count, (ranks.rank + 1) * mine.count)
    first = part(seen[0][0].timestep, lanes).observation
    assert torch.equal(mine.lanes[0].observe().pixels, first.pixels), "its rows begin as those of the whole"
    for transition, final in seen:
        own = (transition.cut >= lanes.start) & (transition.cut < lanes.stop)
        decision = transition.decision
        here = Decision(decision.action[lanes], at(decision.state, lanes), at(decision.extras, lanes))
        outcome = transition.reward[lanes], transition.ended[lanes], transition.cut[own] - lanes.start
        timestep, before = part(transition.timestep, lanes), at(transition.state, lanes)
        mine.algorithm.observe(
            Transition(timestep, before, here, *outcome, lambda _, final=final, own=own: final.of(own), transition.step)
        )
    mine.algorithm.update(part(now, lanes), at(state, lanes), 0.0)
    torch.save(found(mine), f"{file}.{ranks.rank}")


if __name__ == "__main__":
    main(sys.argv[1:])
