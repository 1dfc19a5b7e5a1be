"""The Python on the pages runs as it stands, each block by itself."""

from __future__ import annotations

import os
import re
import threading
from pathlib import Path

import pygame
import pytest

from rumpus.tasks.generate import write
from rumpus.worlds import load

ROOT = Path(__file__).parent.parent
PAGES = ("README.md", "CONTRIBUTING.md", *sorted(f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md")))
BLOCKS = [
    pytest.param(page, block, id=f"{page}-{number}")
    for page in PAGES
    for number, block in enumerate(re.findall(r"^```python\n(.*?)^```", (ROOT / page).read_text("utf-8"), re.S | re.M))
]
FILES = {"tasks.jsonl": ("sokoban-small", None), "runs/duo/train.jsonl": ("sokoban-duo", "informed-blind")}
"""Files of tasks that commands on the pages make before: their worlds, and kinds."""


def closing(stop: threading.Event) -> None:
    """Close every window that opens."""
    while not stop.wait(0.1):
        if pygame.display.get_init() and pygame.display.get_surface():
            pygame.event.post(pygame.event.Event(pygame.QUIT))


def test_there_is_python_on_the_pages():
    assert len(BLOCKS) >= 8


@pytest.mark.parametrize(("page", "block"), BLOCKS)
def test_python_on_the_pages_runs(page, block, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    for path, (world, kind) in FILES.items():
        if path in block:
            write(load(world), path, 4, kind=kind, progress=False)
    stop = threading.Event()
    closer = threading.Thread(target=closing, args=(stop,), daemon=True)
    closer.start()
    try:
        where = os.fspath(ROOT / "tests" / "tiny_world" / "__init__.py")  # the page of one's own world is that file
        exec(compile(block, page, "exec"), {"__name__": "page", "__file__": where})
    finally:
        stop.set()
        closer.join()
