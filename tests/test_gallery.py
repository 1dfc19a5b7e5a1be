"""The gallery: which worlds are listed and found, their moving pictures, and a person who chooses one."""

from __future__ import annotations

import threading
import time

import numpy as np
import pygame
import pytest

from rumpus import worlds
from rumpus.agents.human import films, ink, settings
from rumpus.agents.human.gallery import Gallery, difficulty
from rumpus.agents.human.gallery_window import GalleryWindow, browse
from rumpus.interface.viewer import NoDisplayError, open_display
from rumpus.tests.commands import rumpus


@pytest.fixture(autouse=True)
def folders(monkeypatch, tmp_path):
    monkeypatch.setenv("RUMPUS_CONFIG", str(tmp_path / "config"))


def test_worlds_come_by_last_play_and_are_found_by_words():
    for name in ("tag-four", "sokoban-small"):
        assert settings.keep_played(name) == ""
    gallery = Gallery()
    names = [entry.name for entry in gallery.entries]
    assert names[:2] == ["sokoban-small", "tag-four"] and sorted(names) == sorted(worlds.names())
    families = [entry.family for entry in gallery.entries[2:14]]
    assert len(set(families)) == len(families), "one of each family before their variants"
    gallery.write("4 players Tag")
    assert [entry.name for entry in gallery.entries] == ["tag-four"]
    gallery.rub_out()
    gallery.write("zzz")
    assert gallery.chosen is None and gallery.clear() and not gallery.clear()
    gallery.write("gym/CartPole")
    assert gallery.chosen is not None and gallery.chosen.world is None and "CartPole" in gallery.chosen.name
    gallery.clear()
    for by, place in ((-5, 0), (3, 3), (10**6, len(names) - 1)):
        gallery.move(by)
        assert gallery.place == place
    (settings.folder() / settings.PLAYED).write_bytes(b"\xff\n\nnone-such\nsokoban\n")
    assert Gallery().entries[0].name == "sokoban"


def test_difficulty_is_what_was_measured():
    assert difficulty(worlds.load("sokoban")) == "random never wins"
    assert difficulty(worlds.load("maze-small")) == "random wins 11 %"
    assert difficulty(worlds.load("tag")) == "against one another"


def test_films_move_are_kept_and_broken_ones_are_made_anew(monkeypatch, tmp_path):
    monkeypatch.setattr(films, "cache_folder", lambda: tmp_path)
    world = worlds.load("box-world-small")
    assert films.load(world) is None
    films.main([world.name, "no-such-world"])
    film = films.load(world)
    assert film is not None and film.shape[1:] == (films.HEIGHT, films.WIDTH, 3) and len(film) > 2
    assert any((frame != film[0]).any() for frame in film)
    assert np.array_equal(film, films.make(world)), "the same every time"
    films.place(world).write_bytes(b"no picture")
    assert films.load(world) is None
    maker = films.Maker([])
    assert not maker.busy
    maker.close()


def press(key: int) -> None:
    for kind in (pygame.KEYDOWN, pygame.KEYUP):
        pygame.event.post(pygame.event.Event(kind, key=key, mod=0, scancode=0))


def test_a_person_chooses_a_world_and_comes_back(monkeypatch, tmp_path):
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    monkeypatch.setattr(films.Maker, "__init__", lambda self, names: setattr(self, "_process", None))
    chosen: list[tuple[str, bool]] = []

    def play(name: str, practice: bool) -> bool:
        chosen.append((name, practice))
        if len(chosen) == 1:
            raise ValueError("it cannot be played")
        press(pygame.K_ESCAPE)  # the next time that the gallery is shown
        return True

    def person() -> None:
        time.sleep(0.5)
        pygame.event.post(pygame.event.Event(pygame.TEXTINPUT, text="maze-small"))
        for key in (pygame.K_TAB, pygame.K_RETURN, pygame.K_RETURN):
            press(key)

    threading.Thread(target=person, daemon=True).start()
    browse(play)
    assert chosen == [("maze-small", True)] * 2
    assert not pygame.display.get_init()


def test_the_window_tells_how_many_worlds_there_are_and_how_they_are_played(monkeypatch):
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    open_display()
    written: list[str] = []
    image = ink.image
    monkeypatch.setattr(ink, "image", lambda text, *more: written.append(text) or image(text, *more))
    try:
        window = GalleryWindow(Gallery(practice=True))
        window.gallery.move(10**6)
        window.draw(0.0)
        total = len(worlds.names())
        assert any(text.endswith(f"to {total} of {total} worlds") for text in written)
        assert any(text.startswith("Enter plays without limits") for text in written)
        window.gallery.write("sokoban-small")
        written.clear()
        window.draw(0.0)
        assert not any(text.endswith("worlds") for text in written)
    finally:
        pygame.display.quit()


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("play --seed 3", "these options need a world"),
        ("play sokoban --practice --limit 3", "--practice is play without a limit"),
        ("play", "no window can be opened here"),
    ],
)
def test_a_gallery_that_cannot_be(typed, message, capsys, monkeypatch):
    for screen in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"):
        monkeypatch.delenv(screen, raising=False)
    assert rumpus(*typed.split()) == 1
    assert message in " ".join(capsys.readouterr().err.split())


def test_without_a_screen_the_caller_is_told(monkeypatch):
    monkeypatch.setenv("DISPLAY", ":9999")
    monkeypatch.delenv("SDL_VIDEODRIVER", raising=False)
    with pytest.raises(NoDisplayError, match=r"cannot be reached|no window"):
        browse(lambda name, practice: False)
