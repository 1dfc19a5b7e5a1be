"""The command line, given what it cannot take: every option of every command, and one message."""

import contextlib
import io
import os
import shutil
import sys
import threading
import warnings
from itertools import pairwise, takewhile
from pathlib import Path

import pytest

from rumpus import __version__, worlds
from rumpus.agents.catalogue import flowing
from rumpus.agents.measuring.evaluate import evaluate
from rumpus.tests.chosen import TINY
from rumpus.tests.commands import COMMAND, rumpus

HUGE = "99999999999999999999"
WORDS = (
    "",
    "-1",
    "0",
    "nan",
    "inf",
    "1e400",
    HUGE,
    "x",
    "=",
    "a=b",
    "clé …",
    "/dev/null/x",
    "/dev/null",
    "[/bold]",
    "-9x-9",
)
"""What is typed for each option in turn."""
LONG = {"--episodes", "--times", "--count", "--nodes", "--steps", "--seconds", "--hz", "--limit", "--envs", "--threads"}
"""Options whose huge values are right, and take as long as they say, or all the memory there is."""
FEW = ("--episodes", "1", "--limit", "3")
COMMANDS = {
    "worlds": ("box-world-small",),
    "levels": ("sokoban-small", "--count", "3", "--out", "levels.txt"),
    "play": ("box-world-small",),
    "train": ("ppo", "box-world-small", "--steps", "16", "--envs", "2", "--set", "rollout=4", "--out", "run"),
    "evaluate": ("box-world-small", "random", *FEW),
    "report": ("nowhere",),
    "agents show": ("nowhere",),
    "agents pack": ("nowhere", "name", "--episodes", "1"),
    "agents train": ("nowhere",),
    "watch": ("box-world-small", "random", *FEW, "--out", "clip.gif"),
    "bench": ("box-world-small", "--envs", "2", "--seconds", "0.01", "--no-starts"),
    "tasks generate": ("box-world-small", "--count", "1", "--out", "tasks.jsonl"),
    "tasks check": ("nowhere.jsonl",),
    "tasks show": ("nowhere.jsonl",),
    "tasks understand": ("box-world-small", "open the red lock"),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_takes_any_word(name, tmp_path, monkeypatch, capsys):
    """Whatever is typed: a result, or a message without a traceback, and status 0, 1 or 2."""
    monkeypatch.chdir(tmp_path)
    for screen in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"):
        monkeypatch.delenv(screen, raising=False)
    command = COMMAND
    for part in name.split():
        command = command.commands[part]
    flags = [each for each in command.params if getattr(each, "is_flag", False)]
    options = [each.opts[0] for each in command.params if each not in flags and each.opts[0].startswith("--")]
    arguments = len(list(takewhile(lambda word: not word.startswith("-"), COMMANDS[name])))
    tried = 0
    for word in WORDS:
        lines = [[*COMMANDS[name], option, word] for option in options if not (word == HUGE and option in LONG)]
        for place in range(arguments) if word else ():
            changed = list(COMMANDS[name])
            changed[place] = word
            lines.append(changed)
        for line in lines:
            status = rumpus(*name.split(), *line)
            told = capsys.readouterr()
            assert status in (0, 1, 2), line
            if status == 1 and name != "tasks check":  # which prints what it refuses
                assert 10 < len(told.err) < 900, line
                assert not any(raw in told.err for raw in ("Errno", "Error(", "invalid literal", "Traceback")), told.err
            tried += 1
    assert tried >= len(WORDS) - 1


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("play box-world-small --task nosuch.jsonl", "nosuch.jsonl: there is no such file of tasks"),
        ("watch box-world-small expret", "Did you mean expert?"),
        ("watch box-world-small expert --out clip.avi", "an .mp4 or a .gif"),
        ("watch box-world-small expert --out /dev/null/clip.gif", "/dev/null is no folder"),
        ("watch box-world-small expert --episodes 0", "episodes must be a whole number of at least 1"),
        ("watch box-world-small expert --hz nan", "hz must be more than 0"),
        ("bench box-world-small --seconds nan", "--seconds must be more than 0"),
        ("tasks generate box-world-small --count -3 --out t.jsonl", "at least 1 task"),
        ("tasks generate box-world-small --count 0 --out t.jsonl", "at least 1 task"),
        ("tasks generate box-world-small --seed -1 --out t.jsonl", "a seed is a whole number"),
        ("train ppo box-world-small --units -1", "units must be at least 0"),
        ("train ppo box-world-small --set world=x", "unknown setting 'world'"),
        ("train ppo box-world-small --seed 1 --set seed=2", "seed is given by an option of its own, too"),
        ("train ppo box-world-small --out /dev/null/run --steps 16 --envs 2", "/dev/null/run: "),
        ("levels sokoban-small --count 3 --out /dev/null/l.txt", "/dev/null: this is a file, and a folder is needed"),
    ],
)
def test_messages(typed, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert rumpus(*typed.split()) == 1
    assert message in " ".join(capsys.readouterr().err.split())
    assert list(tmp_path.iterdir()) == []


def test_the_version_and_worlds_by_their_ids(capsys):
    assert rumpus("--version") == 0
    assert capsys.readouterr().out == f"{__version__}\n"
    pages = set()
    for name in ("sokoban", "Sokoban", "rumpus/Sokoban-v0"):
        assert rumpus("worlds", name) == 0
        pages.add(capsys.readouterr().out)
    assert len(pages) == 1
    for name in worlds.names():
        assert worlds.named(worlds.load(name).id) is worlds.named(name.upper()) is worlds.load(name)


def test_pages_are_broken_once(capsys, monkeypatch):
    """No line of a paragraph is much shorter than the terminal is wide, unless the next word is long."""
    monkeypatch.setenv("COLUMNS", "80")
    assert rumpus("worlds", "sokoban") == 0
    shown = capsys.readouterr().out.split("\n\n")
    _, *lines = next(part for part in shown if part.startswith("Actions\n")).splitlines()
    assert len(lines) > 1
    for line, following in pairwise(lines):
        assert len(line.rstrip()) + 1 + len(following.split()[0]) > 80
    assert flowing("A b\nc d.\n\n- one\n  more\n- two\n\n    code\n    code") == (
        "A b c d.\n\n- one\n  more\n- two\n\n    code\n    code"
    )


def test_lines_that_are_no_tasks_are_counted(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert rumpus("tasks", "generate", "box-world-small", "--count", "3", "--out", "tasks.jsonl") == 0
    good = Path("tasks.jsonl").read_bytes()
    Path("bom.jsonl").write_bytes(b"\xef\xbb\xbf" + good)
    Path("some.jsonl").write_bytes(b"\xef\xbb\xbf" + good + b"{\n" + good.replace(b"box-world-small", b"sokoban"))
    train = ("train", "ppo", "box-world-small", "--steps", "16", "--envs", "2", "--set", "rollout=4", "--out")
    for command in (
        ("evaluate", "box-world-small", "random", "--tasks"),
        (*train, "run", "--tasks"),
        (*train, "other", "--set"),
        ("watch", "box-world-small", "random", "--episodes", "1", "--out", "clip.gif", "--tasks"),
        ("tasks", "show"),
    ):
        for file, told in (("bom.jsonl", ""), ("some.jsonl", "some.jsonl: 4 lines are no tasks for box-world-small")):
            shutil.rmtree("run", ignore_errors=True)
            shutil.rmtree("other", ignore_errors=True)
            capsys.readouterr()
            with warnings.catch_warnings():
                warnings.simplefilter("always")
                assert rumpus(*command, f"evaluate_tasks={file}" if command[-1] == "--set" else file) == 0
            error = " ".join(capsys.readouterr().err.split())
            assert told in error and ("are no tasks" in error) == bool(told), command
            assert ("The first, line 4: task" in error) == bool(told)
    with pytest.warns(UserWarning, match="4 lines"):
        result = evaluate("box-world-small", "random", tasks="some.jsonl", threads=1)
    assert (result["lines_refused"], result["episodes"]) == (4, 3)
    assert evaluate("box-world-small", "random", tasks="bom.jsonl", threads=1)["lines_refused"] == 0


def test_a_world_of_ones_own_has_its_tasks_checked_and_shown(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert rumpus("tasks", "generate", TINY, "--count", "4", "--out", "tasks.jsonl") == 0
    assert rumpus("tasks", "check", "tasks.jsonl") == 1
    assert rumpus("tasks", "show", "tasks.jsonl") == 1
    assert rumpus("tasks", "check", "tasks.jsonl", "--world", TINY) == 0
    assert rumpus("tasks", "show", "tasks.jsonl", "--world", TINY) == 0


@pytest.mark.skipif(sys.platform == "win32", reason="pipes with names are POSIX's")
def test_files_of_levels_and_tasks_may_be_pipes(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe")
    for world, text in {"sokoban-small": "#####\n#@$.#\n#####\n", "maze-small": "#####\n#P.G#\n#####\n"}.items():
        writer = threading.Thread(target=Path("pipe").write_text, args=(text,))
        writer.start()
        assert rumpus("evaluate", world, "random", "--levels", "pipe", *FEW) == 0
        writer.join()
    assert rumpus("tasks", "generate", "box-world-small", "--count", "3", "--out", "tasks.jsonl") == 0
    for command in (("tasks", "check", "pipe"), ("tasks", "show", "pipe")):
        writer = threading.Thread(target=Path("pipe").write_bytes, args=(Path("tasks.jsonl").read_bytes(),))
        writer.start()
        assert rumpus(*command) == 0
        writer.join()


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_terminals_that_lack_a_character_get_a_near_one(encoding, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding=encoding, write_through=True) for _ in range(2))
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        assert (rumpus("worlds"), rumpus("worlds", "gym/été…")) == (0, 1)
    listed, told = (stream.buffer.getvalue().decode(encoding) for stream in (out, err))
    assert "gym/FrozenLake-v1, ..." in " ".join(listed.split())
    assert ("'ete...'" if encoding == "ascii" else "...'") in told
