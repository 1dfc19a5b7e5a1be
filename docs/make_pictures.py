"""Draw the pictures of the pages, all by Rumpus's own commands: `make pictures`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import imageio.v3 as imageio
import numpy as np

from rumpus import worlds
from rumpus.agents.experts import expert
from rumpus.agents.policies import player
from rumpus.agents.shipped import card
from rumpus.interface.clip import rested, write_clip
from rumpus.tasks.compile import table
from rumpus.tasks.goals import Goal, Task
from rumpus.tasks.language import understand
from rumpus.tasks.questions import answering
from rumpus.tasks.show import strips
from rumpus.worlds.engine.run.batch import Batch

ROOT = Path(__file__).parent.parent
PICTURES = ROOT / "docs" / "pictures"


def rumpus(*arguments: str) -> str:
    """Run the command line and return what it prints."""
    command = [sys.executable, "-m", "rumpus", *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT).stdout


def clips() -> None:
    """Experts at work."""
    for world, *options in (("sokoban",), ("box-world", "--knob", "solution_min=4", "--knob", "distractors_min=3")):
        out = str(PICTURES / f"{world}.gif")
        rumpus("watch", world, "expert", "--seed", "4", "--size", "280x280", "--episodes", "1", "--out", out, *options)


AGENTS = (
    *(("box-world-small-dagger", (216, 216), 0), ("sokoban-small-dagger", (210, 210), 1)),
    *(("maze-small-ppo", (120, 120), 0), ("key-and-door-small-dagger", (120, 120), 0)),
)
"""Shipped agents that are shown, with the size of the frames and the seed."""
MOST_FRAMES = 50


def agents() -> None:
    """Shipped agents at work, each in the first episode of its seed that it wins: the last frames of it."""
    for name, size, seed in AGENTS:
        world = worlds.load(card(name).worlds[0])
        policy, options = player(name, world, seed=seed)
        batch = worlds.batch(world, 1, seed=seed, split="test", **options)
        policy.start(batch)
        batch.reset()
        while True:
            frames, first = [batch.picture(size=size)], np.ones(1, bool)
            while not batch.over[0]:
                policy.act(batch, first)
                batch.step()
                frames.append(batch.picture(size=size))
                first = np.zeros(1, bool)
            if batch.states["won"][0]:
                break
            batch.reset()
        hz = 8 if world.controls.turn_based else world.controls.tick_hz / options["repeat"]
        write_clip(PICTURES / f"{name}.gif", rested(frames[-MOST_FRAMES:], hz), hz)


FIRST_PERSON = (
    *("maze-random-goal", "i-maze", "key-and-door-small", "tag"),
    *("collect", "memory-maze-9", "race", "water-maze"),
)


def first_person() -> None:
    """What the first player sees in first-person worlds, in one picture; and an expert on its way, as a clip."""
    seen = [telling(name, ticks=400) for name in FIRST_PERSON]
    rows = [np.concatenate(seen[row : row + 4], axis=1) for row in range(0, len(seen), 4)]
    imageio.imwrite(PICTURES / "first-person.png", np.concatenate(rows))
    batch, guide = begun("maze-find", (150, 200), seed=5)
    frames: list[np.ndarray] = []
    while not batch.over[0] and len(frames) < 100:
        frames.append(batch.picture())
        for _ in range(4):
            guide.act(batch, np.zeros(1, bool))
            batch.step()
    write_clip(PICTURES / "maze-find.gif", iter(frames), 7.5)


def begun(name: str, size: tuple[int, int], seed: int = 0) -> tuple[Batch, Any]:
    """An episode of a world, and the expert that is to play it."""
    batch = worlds.batch(name, 1, size=size, seed=seed)
    batch.reset()
    guide = expert(batch.world)
    assert guide is not None
    guide.start(batch)
    return batch, guide


def telling(name: str, ticks: int) -> np.ndarray:
    """The picture of an episode's first ticks in which there is the most to see: things, but no wall of them."""
    batch, guide = begun(name, (180, 240))
    segmentation, best, shown = np.zeros(batch.pixels.shape[:4], np.uint8), -1.0, batch.picture()
    for _ in range(ticks):
        guide.act(batch, np.zeros(1, bool))
        batch.step()
        batch.draw(segmentation=segmentation)
        share = float((segmentation[0, 0] > 0).mean())
        worth = len(np.unique(segmentation[0, 0])) + 20 * min(share, 0.3 - share)
        if worth > best:
            best, shown = worth, batch.picture()
    return shown


def room_task(text: str, seed: int, goal: Goal | None = None, **knobs: int) -> Task:
    """A task in the room with this seed; the goal is what the text says."""
    room = worlds.load("room")
    assert room.rules.things is not None
    meant = (goal or understand(text, room.rules.things)).model_dump(mode="json")
    data = {"rumpus_task": 1, "id": f"room:{seed}", "world": room.name, "limit": 2700}
    start, players = {"seed": seed, "knobs": knobs}, [{"goal": meant, "instruction": text}]
    return Task.model_validate({**data, "start": start, "players": players})


ROOMS = (
    room_task("put the large red hat on the bed", 150),
    room_task("lift the small purple ball", 141),
    room_task("what is in the box", 157, answering("block")),
)


def rooms() -> None:
    """Three rooms, each with what one is told there; and an expert who builds a tower of three blocks, as a clip."""
    room = worlds.load("room")
    three = Batch(room, len(ROOMS), size=(240, 320), tasks=table(ROOMS, room))
    three.reset(tasks=np.arange(len(ROOMS)))
    told = [np.concatenate(pair) for pair in zip(three.draw()[:, 0], strips(ROOMS, 320), strict=True)]
    imageio.imwrite(PICTURES / "room.png", np.concatenate(told, axis=1))
    tower = room_task("build a tower of three blocks", 28, toys=20, pieces=4, height=6, width=6)
    batch = Batch(room, 1, size=(204, 272), tasks=table([tower], room))
    batch.reset(tasks=np.zeros(1, np.int64))
    guide = expert(room)
    assert guide is not None
    guide.start(batch)
    frames: list[np.ndarray] = []
    while not batch.over[0]:
        frames += [batch.picture()] if batch.states["tick"][0] % 3 == 0 else []
        guide.act(batch, np.zeros(1, bool))
        batch.step()
    write_clip(PICTURES / "stacking.gif", rested([*frames, batch.picture()], 10), 10)


def window() -> None:
    """The window of `rumpus play`, drawn without a screen, after a few key presses."""
    os.environ["SDL_VIDEODRIVER"] = "dummy"
    import pygame

    from rumpus.agents.human.session import Session
    from rumpus.agents.human.window import Window
    from rumpus.interface.viewer import open_display

    open_display()
    view = Window(Session(worlds.load("sokoban"), seed=3), (460, 560), PICTURES)

    def person() -> None:
        time.sleep(2)
        for key in (pygame.K_LEFT, pygame.K_a, pygame.K_UP):
            for kind in (pygame.KEYDOWN, pygame.KEYUP):
                pygame.event.post(pygame.event.Event(kind, key=key, mod=0, unicode="", scancode=0))
                time.sleep(0.1)
        time.sleep(0.5)
        pygame.image.save(pygame.display.get_surface(), str(PICTURES / "window.png"))
        pygame.event.post(pygame.event.Event(pygame.QUIT))

    threading.Thread(target=person, daemon=True).start()
    view.run()


def page() -> None:
    """The page of `rumpus serve` in Chromium, where that is installed: its worlds."""
    from playwright.sync_api import sync_playwright

    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if browser is None:
        print("There is no Chromium here: page.png stays as it is")
        return
    command = [sys.executable, "-m", "rumpus", "serve", "--port", "0", "--worlds", "sokoban,maze-small,race,room"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as server, sync_playwright() as driver:
        assert server.stdout is not None
        address = next(word for word in server.stdout.readline().split() if word.startswith("http"))
        shown = driver.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        tab = shown.new_page(viewport={"width": 1200, "height": 680})
        tab.goto(address)
        time.sleep(60)  # the pictures of worlds are made at the first look
        tab.reload()
        time.sleep(3)
        tab.screenshot(path=PICTURES / "page.png")
        shown.close()
        server.terminate()


def sheet() -> None:
    """Tasks of the benchmark, with their words."""
    rumpus("tasks", "show", "assets/tasks/sokoban.jsonl", "--count", "10", "--out", str(PICTURES / "tasks.png"))


GUESTS = ("cartpole-swingup", "cheetah-run", "humanoid-stand", "quadruped-fetch", "dog-run", "stack-2-bricks")


def guests() -> None:
    """Guests of dm_control: above as Rumpus draws them, without a GL, below MuJoCo's own pictures, by a software GL."""
    os.environ["MUJOCO_GL"] = "osmesa"
    import mujoco
    from dm_control import manipulation, suite

    from rumpus.worlds.engine.render.mujoco.renderer import MujocoRenderer

    ours, theirs = [], []
    for name in GUESTS:
        domain, _, task = name.partition("-")
        arm = domain == "stack"
        home = manipulation.load("stack_2_bricks_features", seed=0) if arm else suite.load(domain, task, {"random": 0})
        home.reset()
        for _ in range(5):
            home.step(0.3 * np.random.default_rng(0).uniform(-1, 1, home.action_spec().shape))
        model, data = home.physics.model.ptr, home.physics.data.ptr
        ours.append(np.zeros((160, 200, 3), np.uint8))
        MujocoRenderer(model).draw(data, 0, ours[-1])
        with mujoco.Renderer(model, 160, 200) as renderer:
            renderer.update_scene(data, 0)
            theirs.append(renderer.render().copy())
    imageio.imwrite(PICTURES / "guests.png", np.concatenate([np.concatenate(row, axis=1) for row in (ours, theirs)]))


if __name__ == "__main__":
    window()
    page()
    clips()
    agents()
    first_person()
    sheet()
    rooms()
    guests()
