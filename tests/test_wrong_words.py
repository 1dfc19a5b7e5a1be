"""The command line, given what it cannot take: every option of every command, and one message."""

from itertools import takewhile

import pytest
from typer.main import get_command

from rumpus.__main__ import app
from rumpus.tests.commands import rumpus

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
    "watch": ("box-world-small", "random", *FEW, "--out", "clip.gif"),
    "bench": ("box-world-small", "--envs", "2", "--seconds", "0.01"),
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
    command = get_command(app)
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
