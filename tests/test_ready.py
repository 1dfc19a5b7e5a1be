"""Getting ready, and telling how far it is: in the window, on standard error, ahead; and what is broken off leaves
nothing behind."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pygame
import pytest

from rumpus.agents.human.waiting import Board, waited
from rumpus.interface import progress
from rumpus.interface.progress import Stderr, Work, quiet, reporting, work
from rumpus.interface.viewer import NoDisplayError, open_display
from rumpus.tests.test_command_line import TINY


class Notes:
    """Writes down what it is told."""

    def __init__(self):
        self.lines = []

    def begun(self, work):
        self.lines.append(("begun", work.title))

    def moved(self, work):
        self.lines.append((work.title, work.done))

    def ended(self, work):
        self.lines.append(("ended", work.title))


def test_work_is_told_to_who_is_asked_to_listen():
    notes = Notes()
    with reporting(notes), work("outer", 4) as outer:
        outer.advance()
        with contextlib.suppress(OSError), work("inner") as inner:
            inner.to(7)
            raise OSError("full")
        with quiet(), work("nobody hears"):
            pass
        outer.to(4)
    assert notes.lines == [
        ("begun", "outer"),
        ("outer", 1),
        ("begun", "inner"),
        ("inner", 7),
        ("ended", "inner"),
        ("outer", 4),
        ("ended", "outer"),
    ]
    job = Work("half", 10, 5, begun=time.monotonic() - 50)
    assert (job.share, round(job.left)) == (0.5, 50)
    assert job.state == "50 %, about 50 s left"
    assert (Work("open", None, 1234).state, Work("new", 10).left) == ("1,234", None)


def test_a_log_has_a_line_now_and_then(capfd, monkeypatch):
    monkeypatch.setattr(progress, "EVERY", 0.0)
    with reporting(Stderr()), work("Counting [sheep]", 2) as job:
        job.advance()
    lines = capfd.readouterr().err.splitlines()
    assert lines[0] == "Counting [sheep] …"
    assert lines[1].startswith("Counting [sheep]: 50 %")


def test_a_window_shows_what_is_being_done(monkeypatch):
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    open_display()
    pygame.font.init()
    surface = pygame.display.set_mode((300, 200))
    amber = []

    def job():
        with work("Compiling", 4) as done:
            for _ in range(4):
                time.sleep(0.15)  # it is painted meanwhile
                done.advance()
                amber.append(sum(surface.get_at((x, y))[:3] == (242, 193, 78) for x in range(300) for y in range(200)))
        return "ready"

    def fails():
        raise ValueError("no such level")

    def closed():
        pygame.event.post(pygame.event.Event(pygame.QUIT))
        time.sleep(1)
        return "too late"

    try:
        assert waited("Getting it ready", job) == "ready"
        assert amber == sorted(amber)
        assert amber[-1] > amber[0], "a bar grows"
        with pytest.raises(ValueError, match="no such level"):
            waited("Getting it ready", fails)
        assert waited("Getting it ready", closed) is None
    finally:
        pygame.display.quit()
    assert Board().latest is None


@pytest.mark.skipif(sys.platform != "linux", reason="only X has screens by name")
def test_a_screen_that_cannot_be_reached_is_none(monkeypatch, tmp_path):
    for name in ("WAYLAND_DISPLAY", "SDL_VIDEODRIVER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))  # no Wayland by default
    monkeypatch.setenv("DISPLAY", ":7999")
    with pytest.raises(NoDisplayError, match=r"':7999' cannot be reached.*xvfb-run"):
        open_display()
    for driver in ("dummy", "offscreen"):
        monkeypatch.setenv("SDL_VIDEODRIVER", driver)
        assert open_display().display.get_driver() == driver, "one may ask for it"
        pygame.display.quit()


def rumpus(*arguments, **environment):
    command = [sys.executable, "-m", "rumpus", *map(str, arguments)]
    return subprocess.Popen(command, env=os.environ | environment, stderr=subprocess.PIPE, text=True)


def test_worlds_are_made_ready_ahead(tmp_path):
    first, second = (rumpus("warm", TINY, RUMPUS_CACHE=str(tmp_path)).communicate()[1] for _ in range(2))
    assert first.startswith("Making worlds ready …\nCompiling coins (the first time on this machine only) …")
    assert second == "Making worlds ready …\n", "all of it was kept"


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGTERM")
def test_a_recording_that_is_broken_off_leaves_nothing(tmp_path):
    out = tmp_path / "clips"
    run = rumpus("watch", TINY, "random", "--episodes", 10**6, "--out", out / "coins.mp4")
    while not (out.exists() and any(Path(out).iterdir())):
        assert run.poll() is None, run.stderr.read()
        time.sleep(0.05)
    run.send_signal(signal.SIGTERM)
    run.communicate(timeout=120)
    assert run.returncode == 128 + signal.SIGTERM
    assert list(out.iterdir()) == []
