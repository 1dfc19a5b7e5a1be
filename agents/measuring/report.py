"""The page about a run: its agent beside others, its learning curve, and a film, in one HTML file with its pictures and
film inside."""

from __future__ import annotations

import base64
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2
import numpy as np
from rich.console import Console

from ...interface.files import write_atomically
from ...interface.machine import machine
from ...interface.progress import quiet
from ...worlds.engine.world import World
from .. import checkpoint
from ..contracts import Policy
from ..experts import expert
from ..network_policy import trained
from ..settings import Config
from ..training.log import read_metrics
from ..training.places import tasks_by_world
from ..training.run import saved_run
from ..training.trainer import Trainer
from .chart import chart
from .evaluate import evaluate, solutions
from .watch import watch

EPISODES = 500
"""Held-out episodes on which each player is measured: the 95 % interval is then at most 9 percentage points wide."""
FILMED = 8
FEWEST = 32
"""Least number of episodes for a point of the running mean of success."""

_PAGE = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined).from_string("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{{ title }}</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; color: #222; }
table { border-collapse: collapse; width: 100%; margin: 1rem 0; }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #ddd; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
pre { background: #f4f4f4; padding: .8rem; overflow-x: auto; }
svg, video { width: 100%; height: auto; } video { max-width: 28rem; image-rendering: pixelated; }
.bar { background: #eee; width: 8rem; height: .7rem; } .bar div { background: #2a7; height: 100%; }
details { margin: 1rem 0; }
</style>
</head>
<body>
<h1>{{ title }}</h1>
<p>{{ summary }}</p>
<h2>Success on {{ held }}</h2>
<table>
<tr>{% if several %}<th>world</th>{% endif %}<th>player</th><th></th>
<th class="number">success</th><th class="number">95 % interval</th>
<th class="number">episodes</th><th class="number">return</th><th class="number">steps</th></tr>
{% for row in results %}
<tr>{% if several %}<td>{{ row.world }}</td>{% endif %}<td>{{ row.agent }}</td>
<td><div class="bar"><div style="width:{{ '%.1f' % (100 * row.success) }}%"></div></div></td>
<td class="number">{{ '%.1f' % (100 * row.success) }} %</td>
<td class="number">{{ '%.1f' % (100 * row.success_low) }} to {{ '%.1f' % (100 * row.success_high) }}</td>
<td class="number">{{ row.episodes }}</td>
<td class="number">{{ '%.2f' % row.return_mean }}</td><td class="number">{{ '%.1f' % row.length_mean }}</td></tr>
{% endfor %}
</table>
<h2>Learning</h2>
{{ curve }}
{% if film %}
<h2>The trained agent at play</h2>
<video controls autoplay loop muted playsinline src="data:video/mp4;base64,{{ film }}"></video>
{% endif %}
<h2>Do it again</h2>
<pre>{{ commands }}</pre>
<details><summary>All settings</summary>
<table>{% for name, value in settings.items() %}<tr><td>{{ name }}</td><td>{{ value }}</td></tr>{% endfor %}</table>
</details>
<details><summary>The machine</summary>
<table>{% for name, value in machine.items() %}<tr><td>{{ name }}</td><td>{{ value }}</td></tr>{% endfor %}</table>
</details>
</body>
</html>
""")


def learning_curve(metrics: Sequence[Mapping[str, float]], levels: Mapping[str, float]) -> str:
    """An SVG picture of a run's metrics: success in training and on held-out levels, with its interval, over steps.

    levels: success rates by name, drawn as level lines for comparison.
    """

    def draw(axes: Any) -> None:
        trained = [row for row in metrics if "success" in row]
        axes.plot(*_smooth(trained), color="#9bd", lw=1, label="training levels")
        tested = [row for row in metrics if "held_out_success" in row]
        steps = [row["steps"] for row in tested]
        low, high = ([100 * row[name] for row in tested] for name in ("held_out_low", "held_out_high"))
        axes.fill_between(steps, low, high, color="#2a7", alpha=0.2, lw=0)
        axes.plot(
            steps, [100 * row["held_out_success"] for row in tested], "o-", ms=3, color="#2a7", label="held-out levels"
        )
        for (name, level), dashes in zip(levels.items(), ("--", ":", "-."), strict=False):
            axes.axhline(100 * level, color="#888", ls=dashes, lw=1, label=name)
        axes.set(xlabel="steps", ylabel="success, %", ylim=(0, 102))
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        axes.legend(frameon=False, loc="center right")

    return chart(draw, 4)


def _smooth(rows: Sequence[Mapping[str, float]], keep: float = 0.8) -> tuple[list[float], list[float]]:
    """Steps, and the running mean of success in %, in which every episode has the same weight."""
    steps, means = [], []
    wins = episodes = 0.0
    for row in rows:
        wins = keep * wins + row["episodes"] * row["success"]
        episodes = keep * episodes + row["episodes"]
        if episodes >= FEWEST:  # the first that end are the shortest: a few of them are no sample
            steps.append(row["steps"])
            means.append(100 * wins / episodes)
    return steps, means


def write_report(
    path: Path,
    *,
    title: str,
    summary: str,
    held: str,
    results: Sequence[Mapping[str, Any]],
    metrics: Sequence[Mapping[str, float]],
    film: Path | None,
    commands: str,
    settings: Mapping[str, Any],
    machine: Mapping[str, Any],
) -> None:
    """Write the page. held: the held-out levels or tasks; results: of `evaluate`, one a player; metrics: of
    `read_metrics`; film: an mp4 to put inside."""
    players = ("random", "expert")
    by_player = {name: [row["success"] for row in results if row["agent"] == name] for name in players}
    lines = {name: float(np.mean(rows)) for name, rows in by_player.items() if rows}
    page = _PAGE.render(
        title=title,
        summary=summary,
        held=held,
        results=results,
        several=len({row["world"] for row in results}) > 1,
        curve=jinja2.filters.Markup(learning_curve(metrics, lines)),
        film=base64.b64encode(film.read_bytes()).decode() if film else None,
        commands=commands,
        settings=settings,
        machine=machine,
    )
    write_atomically(path, page.encode())


def report(
    folder: str | Path, *, names: Sequence[str] | None = None, episodes: int = EPISODES, bar: bool = True
) -> Path:
    """Measure the agent of a run on held-out levels, film it, and write report.html into its folder; returns its path.

    The report also measures a random player, the agent's own network before training, and the expert if there is one;
    of a run in several worlds, in each of them. An agent that learned from tasks is measured on each of the run's
    held-out tasks, or else on those that it learned from. names: of its worlds, see run.resume. Raises ValueError for a
    folder without a run.
    """
    file = checkpoint.find_run(folder)
    folder = file.parent
    config, found, content = saved_run(file, names)
    console = Console(stderr=True, quiet=not bar)
    s = config.run
    path = s.evaluate_tasks or s.tasks
    held_tasks = tasks_by_world(path, found)
    untrained = Trainer(config, found).policy()
    results = []
    for world in found:
        tasks = held_tasks.get(world.name, [])
        options: dict[str, Any] = {"seed": s.seed, "threads": s.threads}
        if tasks:
            options |= {"tasks": tasks}
        else:
            options |= {"episodes": episodes, "split": "test", "knobs": s.knobs, "limit": s.limit, "levels": s.levels}
        players: dict[str, str | Path | Policy] = {"random": "random", "untrained": untrained, "trained": folder}
        if expert(world, s.seed, solutions(tasks) if tasks else None) is not None:
            players["expert"] = "expert"
        for name, agent in players.items():
            with quiet(not bar):
                results.append(evaluate(world, agent, **options) | {"agent": name})
            console.print(f"  {f'{world.name}  ' * (len(found) > 1)}{name:10} {results[-1]['success']:6.1%} success")
    held = "held-out levels"
    if path:
        held = "held-out tasks" if s.evaluate_tasks else "the tasks that it learned from"
    film = folder / "agent.mp4"
    with quiet(not bar):
        player, _ = trained(folder, seed=s.seed)
        tasks = held_tasks.get(found[0].name, [])
        shown: dict[str, Any] = {"tasks": tasks} if tasks else {"knobs": s.knobs, "limit": s.limit}
        watch(found[0], player, out=film, episodes=FILMED, seed=s.seed, repeat=s.ticks(found[0]), **shown)
    page = folder / "report.html"
    write_report(
        page,
        title=f"Rumpus: an agent learns {', '.join(world.name for world in found)}",
        summary=_summary(config, found, content, results, held),
        held=held,
        results=results,
        metrics=read_metrics(folder),
        film=film,
        commands=commands(config, folder, episodes),
        settings=config.flat(),
        machine=_flat(machine()),
    )
    console.print(f"The report is in [bold]{page}[/bold]", soft_wrap=True)
    return page


def commands(config: Config, folder: Path, episodes: int) -> str:
    """The commands that train and measure such an agent."""
    s = config.run
    default = Config.of(config.algorithm, *s.worlds).flat()
    own = ("worlds", "knobs", "steps", "seed", "shares", "start")
    changed = {name: value for name, value in config.flat().items() if name not in own and value != default.get(name)}
    run, tasks = shlex.quote(str(folder)), s.evaluate_tasks or s.tasks
    words = [
        f"rumpus train {config.algorithm} {' '.join(map(shlex.quote, s.worlds))} --steps {s.steps} --seed {s.seed}"
    ]
    words += [f"--shares {','.join(map(str, s.shares))}"] if s.shares else []
    words += [f"--from {shlex.quote(s.start)}"] if s.start else []
    words += [f"--knob {name}={value}" for name, value in s.knobs.items()]
    words += [f"--set {shlex.quote(f'{name}={value}')}" for name, value in changed.items()]
    train = " ".join([*words, f"--out {run}"])
    on = f"--tasks {shlex.quote(tasks)}" if tasks else f"--episodes {episodes} --split test"
    lines = [train]
    for world in map(shlex.quote, s.worlds):
        lines += [f"rumpus evaluate {world} {agent} {on} --seed {s.seed}" for agent in (run, "random", "expert")]
        lines.append(f"rumpus watch {world} {run}")
    return "\n".join(lines)


def _summary(
    config: Config,
    found: Sequence[World],
    content: Mapping[str, Any],
    results: Sequence[Mapping[str, Any]],
    held: str,
) -> str:
    success = {
        name: np.mean([row["success"] for row in results if row["agent"] == name]) for name in ("untrained", "trained")
    }
    what = found[0].summary if len(found) == 1 else f"{len(found)} worlds in one run."
    return (
        f"{what} In {content['seconds'] / 60:.1f} minutes and {content['steps']:,} steps of {config.algorithm}, an "
        f"agent that sees pixels and acts through keyboard and mouse went from {success['untrained']:.0%} to "
        f"{success['trained']:.0%} success on {held}."
    )


def _flat(report: dict[str, Any]) -> dict[str, Any]:
    return {name: report[name] for name in ("python", "platform", "cores")} | report["packages"]
