"""Makes the contexts of the Standardised Test Suite: `python -m rumpus.assets.make_sts` writes assets/sts anew.

Episodes of the test split are played by the expert and by the random policy. In the middle of each, a goal is looked
for that its second part reaches, in words as they are said there and then. A context is kept if the recorded actions
reach its goal, and if a random player seldom does.
"""

from __future__ import annotations

import shutil
import tempfile
import zlib
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np

from .. import worlds
from ..agents.measuring.sts import successes
from ..agents.recording import record
from ..episodes.contexts import Context, Line
from ..episodes.episode import Episode
from ..episodes.label import Seen, gathered, rollouts, when
from ..episodes.moments import state_at
from ..episodes.redraw import Redrawing, kinds, of_kind
from ..episodes.store import Store
from ..interface.files import write_atomically
from ..interface.text import encode
from ..tasks.assemble import GENEROUS, SPARE
from ..tasks.codec import decode
from ..tasks.compile import packed_state
from ..tasks.goals import FORMAT, Moment, Player, Start, Task
from ..tasks.hindsight.compose import MADE, Hindsight, compose
from ..tasks.hindsight.propose import draw
from ..tasks.language import STYLES, canonical, say
from ..tasks.rollouts import least
from ..tasks.scene import scene
from ..tasks.skills import skill_of
from ..worlds.engine.world import World

FOLDER = Path(__file__).parent / "sts"
TASKS = Path(__file__).parent / "tasks"
SEED = 2022
COUNTS = {"box-world": 40, "box-world-small": 30, "maze-small": 25, "maze-find": 40, "room": 65}
SHARE = 5
"""Episodes that are played for each context, since some have none that fits."""
EARLIEST, LATEST = 0.25, 0.7
"""Part of an episode after which a player takes over, at random between these."""
WALKS, SELDOM = 4, 0.5
"""Plays of the random policy, and the part of them in which it may succeed, at most."""
LONGEST = 240
"""Steps of a context and its solution, at most."""


def main() -> None:
    """See the module's docstring."""
    lines: list[str] = []
    episodes = []
    with tempfile.TemporaryDirectory() as folder:
        for name, count in COUNTS.items():
            world, found = worlds.load(name), _made(worlds.load(name), count, Path(folder) / name)
            print(f"{name}: {len(found)}; {dict(Counter(context.task.skill for context in found))}", flush=True)
            for context in found:
                episodes.append(_cut(context))
                given = context.task.start if world.rules.simulator else Start()
                task = context.task.model_copy(update={"start": given})
                line = Line(rumpus_sts=1, episode=context.episode.id, step=context.step, task=task)
                lines.append(line.model_dump_json(exclude_defaults=True) + "\n")
    shutil.rmtree(FOLDER, ignore_errors=True)
    Store(FOLDER, create=True).append(episodes)
    write_atomically(FOLDER / "contexts.jsonl", "".join(lines).encode())


def _cut(context: Context) -> Episode:
    """The episode of a context, up to the end of its solution."""
    episode, end = context.episode, context.step + (context.task.steps or 0)
    steps = {
        name: getattr(episode, name)[:end] for name in ("actions", "rewards", "terminated", "truncated", "success")
    }
    return replace(episode, **steps, checksums=episode.checksums[: end + 1])


def _made(world: World, count: int, folder: Path) -> list[Context]:
    """`count` contexts of a world."""
    tasks = TASKS / f"{world.name}.jsonl"
    known = {"tasks": tasks} if tasks.exists() else {"split": "test"}
    options = {"seed": SEED, "threads": 1, "rows": 32}
    record(world, "expert", folder, episodes=SHARE * count * 2 // 3, **known, **options)  # type: ignore[arg-type]
    limit = min(world.objective.limit, LONGEST)
    record(world, "random", folder, episodes=SHARE * count // 3, split="test", limit=limit, **options)  # type: ignore[arg-type]
    store, seen = Store(folder), []
    for kind in kinds(store):
        playing = Redrawing(store.read(of_kind(kind, None)), world, rows=32, threads=1, draw=False, final=True)
        seen += [one for some in gathered(playing) for one in some]
    seen.sort(key=lambda one: zlib.crc32(one.episode.checksums.tobytes()))  # ids differ from time to time
    rng = np.random.default_rng([SEED, zlib.crc32(world.name.encode())])
    found = _proposed(world, seen, rng)
    kept = successes("expert", found, threads=1)[0] == 1
    kept &= successes("random", found, WALKS, threads=1)[0] <= SELDOM
    chosen = _balanced([context for context, good in zip(found, kept, strict=True) if good], count)
    if len(chosen) < count:
        raise SystemExit(f"{world.name} gave {len(chosen)} contexts, and {count} are wanted: raise SHARE")
    return [_numbered(context, number) for number, context in enumerate(chosen, 1)]


def _proposed(world: World, seen: list[Seen], rng: np.random.Generator) -> list[Context]:
    """A context of each episode in which one is found."""
    steps = [int(rng.uniform(EARLIEST, LATEST) * one.episode.steps) for one in seen]
    later = [
        replace(one, things=one.things[step : LONGEST + 1], counts=one.counts[step : LONGEST + 1])
        for one, step in zip(seen, steps, strict=True)
        if step + least(world) <= LONGEST
    ]
    whole = [(one, step) for one, step in zip(seen, steps, strict=True) if step + least(world) <= LONGEST]
    clauses, truth = draw(world, rollouts([(one, 0) for one in later]), "test", rng)
    found, skills = [], Counter[str]()
    for row, ((one, step), after) in enumerate(zip(whole, later, strict=True)):
        rows = clauses[row]
        play = Hindsight(rows, truth[row][:, : len(after.things)], np.ones(len(rows), bool), rng)
        order = sorted(rng.permutation(len(MADE)).tolist(), key=lambda skill: skills[MADE[skill]])
        for skill in order:
            context = _context(world, one, step, after, MADE[skill], play, rng)
            if context is not None:
                found.append(context)
                skills[context.task.skill] += 1
                break
    return found


def _context(
    world: World, one: Seen, step: int, after: Seen, skill: str, play: Hindsight, rng: np.random.Generator
) -> Context | None:
    """A context with a goal of this skill; None if there is none."""
    assert world.rules.things is not None
    way = compose(skill, play)
    at = None if way is None else when(way[0], dict(zip(play.clauses, play.truth, strict=True)))
    if way is None or at is None or at < least(world):
        return None
    try:
        goal = canonical(decode(way[0], world.rules.things))
        told = say(goal, int(rng.integers(STYLES)), scene(after.things[0, : after.counts[0]], world.rules.things))
        encode(told)
    except ValueError:
        return None
    moment = Moment(state=packed_state(world, state_at(one.episode, step)))
    task = Task(
        rumpus_task=FORMAT, id="context", world=world.name, version=world.version, start=Start(moment=moment),
        limit=max(min(world.objective.limit, GENEROUS * at + SPARE), at), skill=skill_of(goal), split="test", steps=at,
        players=(Player(goal=goal, instruction=told),),
    )  # fmt: skip
    return Context(one.episode, step, task)


def _balanced(found: list[Context], count: int) -> list[Context]:
    """Up to `count` contexts, of rare skills first."""
    number: Counter[str] = Counter()
    places = []
    for context in found:
        places.append(number[context.task.skill])
        number[context.task.skill] += 1
    order = sorted(range(len(found)), key=lambda index: (places[index], index))
    return [found[index] for index in sorted(order[:count])]


def _numbered(context: Context, number: int) -> Context:
    task = context.task.model_copy(update={"id": f"{context.task.world}-{number}"})
    return Context(context.episode, context.step, task)


if __name__ == "__main__":
    main()
