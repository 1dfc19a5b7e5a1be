"""The page of a run: what is known of each round, in one HTML file with its pictures and clips inside. It is written
anew after each stage, so a browser that reloads it shows how far the run has come."""

from __future__ import annotations

import base64
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2
import numpy as np

from ...episodes.export.mp4 import Mp4
from ...interface.files import write_atomically
from ..measuring.chart import chart
from .attempts import TRUTH, Found
from .bank import drawn
from .measuring import summary
from .rounds import Rounds

EDGE = 160
"""Pixels of the edge of a clip, at least."""
FPS = 8
_PAGE = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined).from_string("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width">{% if live %}
<meta http-equiv="refresh" content="10">{% endif %}
<title>{{ title }}</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #222; }
table { border-collapse: collapse; width: 100%; margin: 1rem 0; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: .25rem .6rem; border-bottom: 1px solid #ddd; }
th:first-child, td:first-child { text-align: left; }
svg { width: 100%; height: auto; } .clips { display: flex; flex-wrap: wrap; gap: 1rem; }
.clips figure { margin: 0; max-width: 12rem; } video { width: 100%; image-rendering: pixelated; }
figcaption, .small { font-size: .85rem; color: #555; }
</style>
</head>
<body>
<h1>{{ title }}</h1>
<p>{{ state }}</p>
<p>{{ headline }}</p>
{{ curve }}
<h2>Rounds</h2>
<table>
<tr><th>round</th><th>true success, %</th><th>95 % interval</th><th>judged, %</th><th>gap</th><th>abstained</th>
<th>proposed</th><th>valid, %</th><th>possible, %</th><th>new sorts, %</th><th>attempts</th><th>judged done</th></tr>
{% for row in rounds %}
<tr><td>{{ row.number }}</td><td>{{ row.true }}</td><td>{{ row.interval }}</td><td>{{ row.judged }}</td>
<td>{{ row.gap }}</td><td>{{ row.abstained }}</td><td>{{ row.proposed }}</td><td>{{ row.valid }}</td>
<td>{{ row.feasible }}</td><td>{{ row.novel }}</td><td>{{ row.attempts }}</td><td>{{ row.done }}</td></tr>
{% endfor %}
</table>
<p class="small">True success is that of the goal programs, on a fixed held-out set that nothing of the loop sees. Valid
are proposals that are goals of this world; possible are tasks for which a search or a solution proves it.</p>
{% if audits %}
<h2>The judge beside the truth</h2>
<table>
<tr><th>round, attempts</th><th>n</th><th>precision, %</th><th>recall, %</th><th>false positives, %</th>
<th>area under curve, %</th><th>Brier</th><th>calibration error</th></tr>
{% for row in audits %}
<tr><td>{{ row.name }}</td><td>{{ row.n }}</td><td>{{ row.precision }}</td><td>{{ row.recall }}</td>
<td>{{ row.false_positives }}</td><td>{{ row.auc }}</td><td>{{ row.brier }}</td><td>{{ row.error }}</td></tr>
{% endfor %}
</table>
{% if unscored %}<p class="small">Paid are the agent's attempts while it learned by playing, and last those of the last
quarter: where it has learned to get paid for what was not done, precision falls between them. {{ unscored }}</p>
{% endif %}
<h3>False positives by family, last round</h3>
<table><tr><th>family</th><th>share, %</th><th>of</th></tr>
{% for row in families %}<tr><td>{{ row.name }}</td><td>{{ row.share }}</td><td>{{ row.of }}</td></tr>{% endfor %}
</table>
{% endif %}
<h2>Skills</h2>
<table>
<tr><th>skill, true success in %</th>{% for row in rounds %}<th>{{ row.number }}</th>{% endfor %}<th>of</th></tr>
{% for skill in skills %}<tr><td>{{ skill.name }}</td>{% for value in skill.shares %}<td>{{ value }}</td>{% endfor %}
<td>{{ skill.of }}</td></tr>{% endfor %}
</table>
{% if refused %}
<h2>Refused proposals</h2>
<table><tr><th>reason</th><th>how many</th><th>an example</th></tr>
{% for row in refused %}<tr><td>{{ row.reason }}</td><td>{{ row.count }}</td><td>{{ row.told }}</td></tr>{% endfor %}
</table>
{% endif %}
{% if clips %}
<h2>Attempts at the held-out set</h2>
{% for part in clips %}<h3>Round {{ part.number }}</h3><div class="clips">{% for clip in part.clips %}
<figure><video controls loop muted playsinline src="data:video/mp4;base64,{{ clip.film }}"></video>
<figcaption>{{ clip.text }}: {{ clip.how }}</figcaption></figure>{% endfor %}</div>{% endfor %}
{% endif %}
<h2>Settings</h2>
<table>{% for name, value in settings.items() %}<tr><td>{{ name }}</td><td>{{ value }}</td></tr>{% endfor %}</table>
</body>
</html>
""")


def write(loop: Rounds, state: str, live: bool) -> None:
    """Write RUN/report.html. state: what the run does now, or how it ended; live: whether the page reloads itself."""
    numbers = [n for n in range(loop.s.rounds + 1) if loop.read(n, "measured")]
    if not numbers:
        return
    found = summary(loop)
    page = _PAGE.render(
        title=f"{loop.world.name}: {loop.s.setter} sets, {loop.s.judge} judges, {loop.s.learner} learns", state=state,
        live=live, headline=headline(found), curve=jinja2.utils.markupsafe.Markup(_curve(loop, numbers)),
        rounds=[_row(loop, n) for n in numbers], audits=_audits(loop, numbers), unscored=_unscored(loop, numbers),
        families=_families(loop, numbers), skills=_skills(loop, numbers),
        refused=_refused(loop), clips=[_clips(loop, n) for n in numbers[-3:]],
        settings=loop.s.plain(),
    )  # fmt: skip
    write_atomically(loop.folder / "report.html", page.encode())


def headline(found: Mapping[str, Any]) -> str:
    """The figures of a summary in a sentence."""
    success = ", ".join(percent(each) for each in found["success"])
    text = f"True success on the held-out set: {success} %."
    if found["gain_per_1000_calls"] is not None:
        points = 100 * found["gain_per_1000_calls"]
        text += f" {found['calls']:,} calls of the judge; {points:+.1f} points of success for each thousand of them."
    if found["parted"] is not None:
        text += f" From round {found['parted']} on the judge claims more than the interval of the true success allows."
    return text


def percent(share: float | None) -> str:
    """A share as a number of percent; a dash for none."""
    return "-" if share is None else f"{100 * share:.1f}"


def _row(loop: Rounds, number: int) -> dict[str, Any]:
    measured, proposed, scored = (loop.read(number, name) for name in ("measured", "proposed", "scored"))
    true, judged, setter = measured["true"], measured["judged"]["share"], proposed.get("setter", {})
    refused, count = proposed.get("refused", {}), proposed.get("proposed", 0)
    wrong = sum(
        refused.get(reason, 0) for reason in ("nothing usable", "no goal", "another world", "unknown to this world")
    )
    done = [row for row in scored.get("attempts", ()) if (row["score"] or 0) >= loop.s.threshold]
    return {
        "number": number, "true": percent(true["share"]), "abstained": measured["abstained"],
        "interval": f"{percent(true['low'])} to {percent(true['high'])}", "judged": percent(judged),
        "gap": "-" if judged is None else f"{100 * (judged - true['share']):+.1f}",
        "proposed": count or "", "valid": percent(1 - wrong / count) if count else "",
        "feasible": percent(setter["feasible"]["share"]) if setter else "",
        "novel": percent(setter["novel"]["share"]) if setter else "",
        "attempts": loop.read(number, "played").get("attempts", ""), "done": len(done) if scored else "",
    }  # fmt: skip


def _audits(loop: Rounds, numbers: list[int]) -> list[dict[str, Any]]:
    found = []
    for number in numbers:
        learned = loop.read(number, "learned").get("audit", {})
        for name, row in (learned | loop.read(number, "measured").get("audit", {})).items():
            shares = {each: percent(row[each]["share"]) for each in ("precision", "recall", "false_positives")}
            brier, error = (f"{row[each]:.3f}" if each in row else "-" for each in ("brier", "calibration_error"))
            shares |= {"auc": percent(row.get("auc")), "brier": brier, "error": error}
            found.append({"name": f"{number}, {name}", "n": row["attempts"], **shares})
    return found


def _unscored(loop: Rounds, numbers: list[int]) -> str:
    """How many attempts were paid for, and how many of them had no score that could be used; "" of none."""
    found = [loop.read(number, "learned").get("audit", {}).get("paid") for number in numbers]
    rows = [row for row in found if row]
    if not rows:
        return ""
    attempts, abstained = (sum(row[name] for row in rows) for name in ("attempts", "abstained"))
    return f"Of {attempts:,} attempts {abstained:,} had no score that could be used, and earned nothing."


def _families(loop: Rounds, numbers: list[int]) -> list[dict[str, Any]]:
    row = loop.read(numbers[-1], "measured").get("audit", {}).get("now", {}).get("families", {})
    return [{"name": name, "share": percent(each["share"]), "of": each["of"]} for name, each in row.items()]


def _skills(loop: Rounds, numbers: list[int]) -> list[dict[str, Any]]:
    rows = [loop.read(number, "measured")["skills"] for number in numbers]
    return [
        {"name": name, "shares": [percent(row[name]["share"]) for row in rows], "of": rows[0][name]["of"]}
        for name in rows[0]
    ]


def _refused(loop: Rounds) -> list[dict[str, Any]]:
    counts: dict[str, dict[str, Any]] = {}
    for number in range(1, loop.s.rounds + 1):
        proposed = loop.read(number, "proposed")
        for reason, count in proposed.get("refused", {}).items():
            row = counts.setdefault(reason, {"reason": reason, "count": 0, "told": proposed["told"].get(reason, "")})
            row["count"] += count
        if proposed.get("died"):
            row = counts.setdefault("died", {"reason": "the setter died", "count": 0, "told": proposed["died"]})
            row["count"] += 1
    return list(counts.values())


def _clips(loop: Rounds, number: int) -> dict[str, Any]:
    """The clips of a round, which are made once."""
    kept = loop.at(number) / "clips"
    kept.mkdir(parents=True, exist_ok=True)
    ids = loop.read(number, "measured")["clips"]
    missing = [id for id in ids if not (kept / f"{id}.mp4").exists()]
    episodes = {each.id: each for each in loop.held.episodes(ids)}
    for id, frames in drawn(loop.world, [episodes[id] for id in missing if id in episodes], _size(loop)).items():
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "clip.mp4"
            with Mp4(path, (frames.shape[1], frames.shape[2]), FPS) as film:
                for frame in frames:
                    film.add(np.ascontiguousarray(frame))
            write_atomically(kept / f"{id}.mp4", path.read_bytes())
    shown = []
    for id in ids:
        if id in episodes and (kept / f"{id}.mp4").exists():
            won = Found.read(episodes[id].extra[TRUTH]).won
            film_ = base64.b64encode((kept / f"{id}.mp4").read_bytes()).decode()
            how = f"reached after {won} steps" if won else "not reached"
            shown.append({"film": film_, "text": episodes[id].instructions[0], "how": how})
    return {"number": number, "clips": shown}


def _size(loop: Rounds) -> tuple[int, int]:
    height, width = loop.bank.size
    times = max(-(-EDGE // max(height, width)), 1)
    return height * times // 2 * 2, width * times // 2 * 2


def _curve(loop: Rounds, numbers: list[int]) -> str:
    """True and judged success by round, as SVG."""
    rows = [loop.read(number, "measured") for number in numbers]

    def draw(axes: Any) -> None:
        low, high, true = ([100 * row["true"][name] for row in rows] for name in ("low", "high", "share"))
        axes.fill_between(numbers, low, high, color="#2a7", alpha=0.2, lw=0)
        axes.plot(numbers, true, "o-", ms=4, color="#2a7", label="true, with its 95 % interval")
        judged = [
            (n, 100 * row["judged"]["share"]) for n, row in zip(numbers, rows, strict=True) if row["judged"]["of"]
        ]
        if judged and not loop.judge.truth:
            axes.plot(*zip(*judged, strict=True), "s--", ms=4, color="#c63", label="judged")
        axes.set(xlabel="round", ylabel="held-out success, %", ylim=(0, 102), xticks=numbers)
        axes.legend(frameon=False, loc="upper left")

    return chart(draw, 3.2)
