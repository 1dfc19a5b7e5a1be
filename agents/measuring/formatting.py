"""Results as tables for a terminal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from rich.console import Group
from rich.table import Table


def evaluation(result: Mapping[str, Any], what: str) -> Table:
    """The result of `evaluate`, as a table; `what` names the levels or tasks that were played. Where the same was
    played in real time, there are two columns."""
    live = result.get("realtime")
    table = Table(box=None, show_header=live is not None, title=_title(result, what))
    for column in ("", "the world waits", *(() if live is None else ("real time",))):
        table.add_column(column)

    def row(name: str, of: Callable[[Mapping[str, Any]], str]) -> None:
        table.add_row(name, of(result), *(() if live is None else (of(live),)))

    row("success", _rate)
    row("episodes", lambda sums: str(sums["episodes"]))
    if "sampled" in result:
        table.add_row("levels", _levels(result))
    row("mean return", lambda sums: f"{sums['return_mean']:.2f}")
    row("mean length", lambda sums: f"{sums['length_mean']:.1f} {'steps' if sums is result else 'ticks'}")
    for player in [name.removeprefix("success_") for name in result if name.startswith("success_")]:
        if player.isdigit():
            row(f"player {player}", partial(_player, player))
    if live is not None:
        table.add_row("missed ticks", "-", f"{live['missed']:,} of {live['ticks']:,} ({live['missed_share']:.1%})")
        for name in ("latency", "staleness"):
            p50, p99 = (1000 * live[f"{name}_p{at}"] for at in (50, 99))
            table.add_row(f"{name}, p50 and p99", "-", f"{p50:,.2f} ms, {p99:,.2f} ms")
    for name in [name for name in result if name.startswith("plan")]:
        table.add_row(name.replace("_", " "), f"{result[name]:.4g}")
    for kind in ("skills", "difficulty"):
        for name, sums in result.get(kind, {}).items():
            table.add_row(name, f"{_rate(sums)}, {sums['episodes']} episodes")
    return table


def _player(number: str, sums: Mapping[str, Any]) -> str:
    return f"success {sums[f'success_{number}']:.1%}, mean return {sums[f'return_{number}']:.2f}"


def answers(report: Mapping[str, float]) -> Table:
    """The report of a language model as a player, as a table."""
    table = Table(box=None, show_header=False, title="Answers of the model")
    for name, value in report.items():
        table.add_row(name, f"{value:,.3f}" if name.startswith("latency") else f"{value:,.0f}")
    return table


def columns(agents: Mapping[str, Sequence[Mapping[str, Any]]], own: Sequence[str]) -> Group:
    """Successes of several agents, rows of `benchmark` by their names, as two tables: by skill and world of those named
    by `own`, and of people, if they played; then of the others in their worlds, beside the first of `own`."""
    rows = agents[own[0]]
    people = any(row["human_tasks"] for row in rows)
    live = "live" in rows[-1]
    title = f"Success in the small benchmark, {rows[-1]['tasks']} tasks" + (", waiting / real time" if live else "")
    table = Table(box=None, pad_edge=False, title=title)
    table.add_column("")
    for name in ("tasks", *own, *(("people",) if people else ())):
        table.add_column(name, justify="right", overflow="fold")
    for number, row in enumerate(rows):
        if number and row["of"] != rows[number - 1]["of"]:
            table.add_section()
        found = [_successes(agents[name][number]) for name in own]
        found += [_success(row, "human_success")] if people else []
        table.add_row(row["name"], str(row["tasks"]), *found)
    if live:
        table.add_section()
        share = [agents[name][-1]["missed_share"] for name in own]
        table.add_row("missed ticks", "", *("-" if each is None else f"{each:.1%}" for each in share))
    others = Table(box=None, pad_edge=False, title="Shipped agents in the worlds that they were trained on")
    for name in ("agent", "world", "tasks", "success", own[0]):
        others.add_column(name, overflow="fold")
    for name in [name for name in agents if name not in own]:
        for number, row in enumerate(agents[name]):
            if row["of"] == "world" and row["attempted"]:
                others.add_row(name, row["name"], str(row["attempted"]), _successes(row), _successes(rows[number]))
    return Group(table, "", others)


def _successes(row: Mapping[str, Any]) -> str:
    """The success of a row of `benchmark`; in real time also that one, behind a slash."""
    waits = _success(row, "success")
    return waits if row.get("live_success") is None else f"{waits} / {_success(row, 'live_success')}"


def _success(row: Mapping[str, Any], name: str) -> str:
    return "-" if row[name] is None else f"{row[name]:.0%}"


def _title(result: Mapping[str, Any], what: str) -> str:
    rival = f" against {result['against']}" if "against" in result else ""
    return f"{result['agent']}{rival} in {result['world']}, {what}"


def benchmark(agent: str, rows: Sequence[Mapping[str, Any]]) -> Table:
    """The rows of `benchmark`, as a table; in real time, its scores stand beside those of worlds that wait, in place of
    returns."""
    title = f"{agent}: 0 is a random player, 1 the expert"
    table = Table(box=None, pad_edge=False, collapse_padding=True, title=title)
    people, live = any(row["human_tasks"] for row in rows), "live" in rows[-1]
    columns: tuple[str, ...] = ("", "score (95 % interval)", "success")
    columns += ("real time (95 % interval)", "success", "missed") if live else ("return", "random", "expert")
    for column in (*columns, "played", *(("people (95 % interval)", "success", "played") if people else ())):
        table.add_column(column, justify="right" if column else "left", no_wrap=not live)
    before = rows[0]["of"]
    for row in rows:
        if row["of"] != before:
            table.add_section()
        before = row["of"]
        part = [_score(row, ""), _success(row, "success")]
        if live:
            missed = "-" if row["missed_share"] is None else f"{row['missed_share']:.1%}"
            part += [_score(row, "live_"), _success(row, "live_success"), missed]
        else:
            part += ["-" if row[name] is None else f"{row[name]:.2f}" for name in ("agent", "random", "expert")]
        part += [f"{row['attempted']}/{row['tasks']}", *(_people(row) if people else ())]
        table.add_row(row["name"], *part)
    return table


def _score(row: Mapping[str, Any], of: str) -> str:
    """A score of a row with its interval, or a dash. of: how its names begin."""
    if row[f"{of}score"] is None:
        return "-"
    score = f"{row[f'{of}score']:.2f}"
    return score if row[f"{of}low"] is None else f"{score} ({row[f'{of}low']:.2f} to {row[f'{of}high']:.2f})"


def _people(row: Mapping[str, Any]) -> tuple[str, str, str]:
    """The columns of a row about what people played."""
    if not row["human_tasks"]:
        return "-", "-", "0"
    return _score(row, "human_"), f"{row['human_success']:.0%}", str(row["human_tasks"])


def sts(result: Mapping[str, Any]) -> Group:
    """The result of `sts` or `marked`, as two tables: ranks, and success by world."""
    rows = result["agents"]
    title = f"Standardised Test Suite: {result['contexts']} contexts, {result['common']} played by all"
    ranks, parts = Table(box=None, pad_edge=False, title=title), Table(box=None, pad_edge=False)
    for column in ("", "rank (95 %)", "success (95 % interval)", "ahead of the next", "played"):
        ranks.add_column(column, justify="right" if column else "left")
    for column in ("", *map(str, rows[0]["worlds"])):
        parts.add_column(column, justify="right" if column else "left")
    for row in rows:
        ahead = "-"
        if row["ahead"] is not None:
            ahead = f"{row['ahead']:+.0%} ({row['ahead_low']:+.0%} to {row['ahead_high']:+.0%})"
        ranks.add_row(
            row["agent"],
            "-" if row["rank_low"] is None else f"{row['rank']} ({row['rank_low']} to {row['rank_high']})",
            "-" if row["success"] is None else f"{row['success']:.0%} ({row['low']:.0%} to {row['high']:.0%})",
            ahead,
            str(row["contexts"]),
        )
        parts.add_row(row["agent"], *("-" if part is None else f"{part:.0%}" for part in row["worlds"].values()))
    departed = result["departed"]
    notes = [f"{departed} replays differ on this machine, and went on from the stored state"] if departed else []
    return Group(ranks, "", parts, *notes)


def data(results: Sequence[Mapping[str, Any]]) -> Table:
    """The results of `data_bench` for several worlds, as a table."""
    first = results[0]
    size = "x".join(map(str, first["frame"]))
    table = Table(title=f"Stored episodes: {size} pixels, {first['threads']} thread(s)", box=None)
    for column in (
        "",
        "rows",
        "engine, frames/s",
        "read, frames/s",
        "ratio",
        "record, steps/s",
        "without pixels",
        "bytes/step",
    ):
        table.add_column(column, justify="right" if column else "left")
    for row in results:
        table.add_row(
            row["world"],
            str(row["envs"]),
            f"{row['engine_frames_per_second']:,}",
            f"{row['read_frames_per_second']:,}",
            f"{row['ratio']:.2f}",
            f"{row['recorded_steps_per_second']:,}",
            f"{row['read_steps_per_second']:,}",
            f"{row['bytes_per_step']:.1f}",
        )
    return table


def speeds(results: Sequence[Mapping[str, Any]], title: str) -> Group:
    """The results of `bench` for several worlds, as two tables: of batches, and of one environment and starts."""
    batches, ones = Table(title=title, box=None), Table(title="one environment, and starts", box=None)
    columns = ("frames/s", "of memcpy", "copied out", "2 threads", "judging", "rules steps/s")
    for table, names in (
        (batches, columns),
        (ones, ("steps/s", "by Moves", "first frame warm (cold)", "bytes/env")),
    ):
        for column in ("world", *names):
            table.add_column(column, justify="left" if column == "world" else "right")
    for result in results:
        batches.add_row(
            result["world"],
            _number(result["frames_per_second"]),
            f"{result['frames_per_second'] / result['memcpy_frames_per_second']:.0%}",
            _number(result["copied_frames_per_second"]),
            _number(result["two_threads_frames_per_second"]),
            "-" if result["judging"] is None else f"{result['judging']:.0%}",
            _number(result["steps_per_second"]),
        )
        ones.add_row(
            result["world"],
            _number(result["single_steps_per_second"]),
            _number(result["single_moves_steps_per_second"]),
            "-"
            if result["first_reset_seconds"] is None
            else f"{result['first_reset_seconds']:.2f} s ({result['first_reset_seconds_cold']:.1f} s)",
            _number(result["bytes_per_env"]),
        )
    return Group(batches, ones)


def everything(report: Mapping[str, Any]) -> Group:
    """The report of `rumpus bench --all`, as one table a part."""
    machine = report["machine"]
    busy = "unknown" if machine["load"] is None else f"{machine['load']:.2f}"
    head = f"{machine['processor']}, {machine['cores']} core(s), {machine['platform']}, load {busy} at the start"
    pace = {name: value / 1e6 for name, value in machine["pace"].items()}
    head += f", {machine['date']}\nA loop of Python beside each round: {pace['median']:.1f} million turns a second, "
    head += f"{pace['least']:.1f} to {pace['most']:.1f}; a core whose pace changes so makes figures change as much"
    tables: dict[str, Table] = {}
    for row in report["rows"]:
        core = "" if row["core"] is None else f", pinned to core {row['core']}"
        if row["part"] not in tables:
            tables[row["part"]] = table = Table(box=None, title=row["part"] + core, title_justify="left")
            for column in ("", "median", "least", "most", "by CPU time", "unit"):
                table.add_column(column, justify="left" if column in ("", "unit") else "right")
        median = two_speeds(row) or f"{row['median']:,}"
        figures = median, *(f"{row[name]:,}" for name in ("least", "most"))
        worked = "-" if row["processor"] is None else f"{row['processor']:,}"
        tables[row["part"]].add_row(row["what"], *figures, worked, row["unit"])
    return Group(head, *tables.values(), *report["missing"])


def two_speeds(row: Mapping[str, Any]) -> str:
    """The median of each of the two speeds of a row of `rumpus bench --all`, with its rounds; "" where it has one."""
    return " or ".join(f"{value:,} ({rounds} of {row['rounds']})" for value, rounds in row["speeds"])


def _number(value: int | None) -> str:
    return "-" if value is None else f"{value:,}"


def guests(results: Sequence[Mapping[str, Any]]) -> Table:
    """The results of `bench --guests`, as a table."""
    table = Table(title=f"steps with pixels, 84x84, {_cores(results)}", box=None)
    for column in ("what", "steps/s", "ours are times as many"):
        table.add_column(column, justify="left" if column == "what" else "right")
    for result in results:
        table.add_row(
            result["what"], f"{result['steps_per_second']:,}", f"{result['ratio']}" if result["ratio"] else "-"
        )
    return table


def first_person(results: Sequence[Mapping[str, Any]]) -> Table:
    """The results of the bench of first-person worlds, as a table."""
    table = Table(box=None, title=f"frames a second, {_cores(results)}")
    table.add_column("what")
    table.add_column("pixels", justify="right")
    table.add_column("frames/s", justify="right")
    for row in results:
        height, width = row["frame"]
        table.add_row(row["what"], f"{width}x{height}", f"{row['frames_per_second']:,}")
    return table


def training(result: Mapping[str, Any]) -> Table:
    """The result of `train_bench`, as a table."""
    height, width = result["size"]
    caption = (
        f"{result['envs']} copies of {width}x{height} pixels, {result['step_flop'] / 1e6:.1f} million operations a "
        f"step; the others train the same network of {result['weights']:,} weights; "
        "limit: steps/s that matrix products, as quick as measured here, would allow; "
        "ours x: our quickest row is times as quick"
    )
    title = f"PPO in {result['world']} on {result['device']}, learning included"
    table = Table(box=None, title=title, caption="\n".join([caption, *result["missing"]]))
    columns = ("threads", "numbers", "steps/s", "least", "most", "limit", "share", "ours x")
    for column in ("what", *columns):
        table.add_column(column, justify="left" if column == "what" else "right", no_wrap=True)
    for row in result["rows"]:
        table.add_row(
            row["what"],
            str(row["threads"]),
            "bf16" if row["bf16"] else "fp32",
            f"{row['steps_per_second']:,}",
            f"{row['least']:,}",
            f"{row['most']:,}",
            f"{row['limit']:,}",
            f"{row['share']:.0%}",
            f"{row['ratio']:.2f}",
        )
    return table


def serving(result: Mapping[str, Any]) -> Group:
    """The result of `rumpus bench --serve`."""
    busy = "" if result["load"] is None else f", load {result['load']:.1f} before"
    speeds = Table(box=None, title=f"From key to picture on loopback, {result['processor']}{busy}")
    times = ("p50 ms", "p95 ms", "most ms")
    for column in ("world", "rooms", "players", *times, "presses", "pictures/s", "kB/s a player", "CPU ms a picture"):
        speeds.add_column(column, justify="left" if column == "world" else "right", no_wrap=True)
    for row in result["rows"]:
        took = (f"{row[name]:.1f}" for name in ("p50", "p95", "most"))
        counts = (str(row["rooms"]), str(row["players"]))
        shares = f"{row['hz']:.1f}", f"{row['kbytes']:,.0f}", f"{row['cpu']:.1f}"
        speeds.add_row(row["world"], *counts, *took, str(row["presses"]), *shares)
    formats = Table(box=None, title="Pictures of 480 rows")
    for column in ("world", "format", "ms", "kB"):
        formats.add_column(column, justify="right" if column in ("ms", "kB") else "left", no_wrap=True)
    for row in result["formats"]:
        formats.add_row(row["world"], row["format"], f"{row['ms']:.2f}", f"{row['kbytes']:.1f}")
    whole: list[Any] = [speeds, "", formats]
    if "sessions" in result:
        whole += [
            "",
            sessions(result["sessions"], f"OpenEnv: {result['sessions'][0]['sessions']} sessions in one process"),
        ]
    return Group(*whole)


def playing(result: Mapping[str, Any]) -> Table:
    """The result of `rumpus bench --play`."""
    busy = "" if result["load"] is None else f", load {result['load']:.1f} before"
    width, height = result["window"]
    times = "a step, ms: p50", "p95", "between, ms: p50", "p95"
    title = f"Processor's time of a picture in a window of {width}x{height}, {result['processor']}{busy}"
    table = Table("world", "picture", "drawn", *times, "pictures/s", title=title, box=None)
    for row in result["rows"]:
        took = [
            f"{row[part][name]:.1f}" if row[part] else "–" for part in ("step", "between") for name in ("p50", "p95")
        ]
        sizes = ("{}x{}".format(*row[part]) for part in ("view", "drawn"))
        table.add_row(row["world"], *sizes, *took, f"{row['hz']:.1f}")
    return table


def sessions(rows: Sequence[Mapping[str, Any]], title: str) -> Table:
    """The result of `rumpus door bench`."""
    columns = "frames", "steps/s", "p50 ms", "p99 ms", "steps taken together", "bytes a step"
    table = Table(*columns, title=title, box=None)
    for row in rows:
        latency = f"{row['latency_p50'] * 1e3:.1f}", f"{row['latency_p99'] * 1e3:.1f}"
        numbers = f"{row['steps_per_second']:,.0f}", *latency, f"{row['together']:.1f}", f"{row['bytes']:,.0f}"
        table.add_row(row["encoding"], *numbers)
    return table


def _cores(results: Sequence[Mapping[str, Any]]) -> str:
    core = results[0]["core"]
    return "ours on one thread" if core is None else f"all pinned to core {core}"


def _levels(result: Mapping[str, Any]) -> str:
    how = "drawn by chance" if result["sampled"] else "in the order of the file"
    if "levels" not in result:
        return f"made for each episode, {how}"
    return f"{result['levels_played']:,} different ones of {result['levels']:,}, {how}"


def _rate(sums: Mapping[str, Any]) -> str:
    return f"{sums['success']:.1%}  (95 % interval {sums['success_low']:.1%} to {sums['success_high']:.1%})"
