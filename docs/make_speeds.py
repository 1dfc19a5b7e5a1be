"""Put the speeds of one run into the README: `rumpus bench --all --json > speeds.json`, then `python
docs/make_speeds.py speeds.json`."""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from make_tables import ROOT, between

from rumpus.agents.measuring.formatting import two_speeds

HEAD = "| what | by the clock | least to most | by CPU time | unit |\n|---|---|---|---|---|"


def speeds_text(report: Mapping[str, Any]) -> str:
    """The report of `rumpus bench --all`, as Markdown."""
    machine, rows = report["machine"], report["rows"]
    core = next((row["core"] for row in rows if row["core"] is not None), None)
    pinned = "nothing was pinned" if core is None else f"what one thread does was pinned to core {core}"
    load = "unknown" if machine["load"] is None else f"{machine['load']:.1f}"
    starts = "" if any("new machine" in row["what"] for row in rows) else " --no-starts"
    pace = {name: value / 1e6 for name, value in machine["pace"].items()}
    told = (
        f"`rumpus bench --all{starts} --json`, one run of {machine['date']}: {machine['processor']}, "
        f"{machine['cores']} core(s), {machine['platform']}, Python {machine['python']}, {machine['seconds']:g} "
        f"seconds a part; {pinned}; the load at its start was {load}. Figures are medians. Those by CPU time "
        "count the seconds that the thread was given, and so come near those of a quiet machine; others on the machine "
        "slow those by the clock. Rounds in two groups far apart are given as two speeds, each with its number of "
        f"rounds. A loop of Python beside each round made {pace['median']:.1f} million turns in a second of CPU time, "
        f"{pace['least']:.1f} to {pace['most']:.1f}: the cores themselves changed their pace as much."
    )
    missing = "".join(f"\n\n{each}" for each in report["missing"])
    return f"{textwrap.fill(told, 120, break_on_hyphens=False)}\n\n{HEAD}\n" + "\n".join(map(_row, rows)) + missing


def _row(row: Mapping[str, Any]) -> str:
    worked = "-" if row["processor"] is None else f"{row['processor']:,}"
    figures = f"{two_speeds(row) or format(row['median'], ',')} | {row['least']:,} to {row['most']:,} | {worked}"
    return f"| {row['part']}: {row['what']} | {figures} | {row['unit']} |"


def main(arguments: Sequence[str]) -> None:
    """Write the README's speeds from the file of a run."""
    if len(arguments) != 1:
        raise SystemExit("usage: python docs/make_speeds.py SPEEDS.json (of rumpus bench --all --json)")
    between(ROOT / "README.md", "bench", speeds_text(json.loads(Path(arguments[0]).read_text(encoding="utf-8"))))


if __name__ == "__main__":
    main(sys.argv[1:])
