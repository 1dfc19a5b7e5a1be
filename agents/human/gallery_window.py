"""The window of the gallery: moving pictures of worlds, of which one is chosen and played."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pygame

from ...interface.viewer import open_display
from . import films, ink
from .gallery import Entry, Gallery
from .window import LONG_NAP, dressed

CHOSEN = "Enter {plays}    type to search    arrows, Page Up, Page Down    Tab {practice}    Esc {leaves}"
LOOKS = 1.0
"""Seconds between two looks for films that have become ready."""
COMING = "…"
"""In the place of a picture that is being made."""
EDGE = 14
"""Pixels between tiles."""


class GalleryWindow:
    """A window on a Gallery: `choose` returns the entry that a person chooses, None when the window is closed. Video
    must have been started; an open window is used if there is one."""

    def __init__(self, gallery: Gallery):
        pygame.font.init()
        self.gallery = gallery
        self.note = ""
        self._films: dict[str, np.ndarray] = {}
        self._looked = self._drawn = 0.0
        self._top = 0  # the first row of tiles that is shown
        if pygame.display.get_surface() is None:
            wide, high = pygame.display.get_desktop_sizes()[0]
            dressed((min(1120, wide * 9 // 10), min(860, high * 17 // 20)), "Rumpus")
        pygame.display.set_caption("Rumpus")

    def choose(self) -> Entry | None:
        """Show the gallery until a world is chosen, or the window is closed. Films that are missing are made
        meanwhile."""
        maker = films.Maker([entry.name for entry in self.gallery.entries if entry.world])
        pygame.key.start_text_input()
        stale = True
        try:
            while True:
                while (event := pygame.event.poll()).type != pygame.NOEVENT:  # those that follow a choice are not lost
                    stale = True
                    if event.type == pygame.QUIT or (answer := self._handle(event)) is False:
                        return None
                    if answer:
                        return self.gallery.chosen
                now = time.monotonic()
                if now - self._looked > LOOKS and (maker.busy or not self._looked):
                    self._looked, stale = now, stale | self._look()
                if stale or now - self._drawn > 1 / films.HZ:
                    self.draw(now, maker.busy)
                    stale = False
                time.sleep(LONG_NAP)
        finally:
            pygame.key.stop_text_input()
            maker.close()

    def _look(self) -> bool:
        """Load the films that have become ready; whether there are any."""
        new = {
            entry.name: film
            for entry in self.gallery.entries
            if entry.world and entry.name not in self._films and (film := films.load(entry.world)) is not None
        }
        self._films |= new
        return bool(new)

    def _handle(self, event: pygame.event.Event) -> bool | None:
        """True if a world is chosen, False to leave, None to go on."""
        gallery = self.gallery
        if event.type == pygame.TEXTINPUT:
            gallery.write(event.text)
        elif event.type == pygame.MOUSEWHEEL:
            gallery.move(-event.y * self._columns())
        elif event.type == pygame.MOUSEBUTTONDOWN and event.button == 1:
            for place, tile in self._tiles():
                if tile.collidepoint(event.pos):
                    gallery.place = place
                    return True
        elif event.type == pygame.KEYDOWN:
            return self._key(event.key)
        return None

    def _key(self, key: int) -> bool | None:
        gallery, across = self.gallery, self._columns()
        moves = {
            pygame.K_LEFT: -1,
            pygame.K_RIGHT: 1,
            pygame.K_UP: -across,
            pygame.K_DOWN: across,
            pygame.K_PAGEUP: -across * self._rows(),
            pygame.K_PAGEDOWN: across * self._rows(),
            pygame.K_HOME: -len(gallery.entries),
            pygame.K_END: len(gallery.entries),
        }
        self.note = ""
        if key in moves:
            gallery.move(moves[key])
        elif key == pygame.K_BACKSPACE:
            gallery.rub_out()
        elif key == pygame.K_TAB:
            gallery.practice = not gallery.practice
        elif key in (pygame.K_RETURN, pygame.K_KP_ENTER):
            return gallery.chosen is not None or None
        elif key == pygame.K_ESCAPE and not gallery.clear():
            return False
        return None

    def _columns(self) -> int:
        return max((pygame.display.get_surface().get_width() - EDGE) // (films.WIDTH + EDGE), 1)

    def _unit(self) -> int:
        return 15

    def _tile_height(self) -> int:
        return films.HEIGHT + round(3.4 * self._unit())

    def _rows(self) -> int:
        room = pygame.display.get_surface().get_height() - 8 * self._unit()
        return max(room // (self._tile_height() + EDGE), 1)

    def _tiles(self) -> list[tuple[int, pygame.Rect]]:
        """(place, rectangle) of each tile that is shown; the chosen one is among them."""
        across, down, unit = self._columns(), self._rows(), self._unit()
        row = self.gallery.place // across
        self._top = min(max(self._top, row - down + 1), row)
        left = (pygame.display.get_surface().get_width() - across * (films.WIDTH + EDGE) + EDGE) // 2
        first = self._top * across
        places = range(first, min(first + across * down, len(self.gallery.entries)))
        return [
            (
                place,
                pygame.Rect(
                    left + (place - first) % across * (films.WIDTH + EDGE),
                    4 * unit + (place - first) // across * (self._tile_height() + EDGE),
                    films.WIDTH,
                    self._tile_height(),
                ),
            )
            for place in places
        ]

    def draw(self, now: float, busy: bool = False) -> None:
        """Draw the whole window now. busy: whether films are still being made."""
        self._drawn = now
        surface, unit, gallery = pygame.display.get_surface(), self._unit(), self.gallery
        surface.fill(ink.GROUND)
        width, height = surface.get_size()
        ink.write(surface, "Rumpus", round(1.5 * unit), ink.AMBER, (EDGE, unit), width)
        search = f"{gallery.typed}_" if gallery.typed else "type to search: a name, a family, 2 players, …"
        ink.write(surface, search, unit, ink.BRIGHT if gallery.typed else ink.DIM, (9 * unit, round(1.4 * unit)))
        tiles, shown = self._tiles(), len(gallery.entries)
        if len(tiles) < shown:
            part = f"{tiles[0][0] + 1} to {tiles[-1][0] + 1} of {shown} worlds"
            ink.write(surface, part, unit, ink.DIM, (width - EDGE - ink.width(part, unit), round(1.4 * unit)))
        for place, tile in tiles:
            self._paint(surface, gallery.entries[place], tile, place == gallery.place, now)
        foot = height - round(3.6 * unit)
        chosen = gallery.chosen
        pygame.draw.rect(surface, ink.PANEL, (0, foot - unit // 2, width, height))
        about = f"{chosen.name}: {chosen.summary}" if chosen else "No world fits these words"
        ink.write(surface, self.note or about, unit, ink.AMBER if self.note else ink.BRIGHT, (EDGE, foot), width - EDGE)
        leaves = "shows all" if gallery.typed else "leaves"
        plays, practice = "plays", "practice without limits"
        if gallery.practice:
            plays, practice = "plays without limits", "with limits"
        keys = CHOSEN.format(plays=plays, practice=practice, leaves=leaves)
        keys += "    pictures are being made …" if busy else ""
        ink.write(surface, keys, round(0.9 * unit), ink.DIM, (EDGE, foot + round(1.6 * unit)), width - EDGE)
        pygame.display.flip()

    def _paint(self, surface: pygame.Surface, entry: Entry, tile: pygame.Rect, chosen: bool, now: float) -> None:
        unit = self._unit()
        film = self._films.get(entry.name)
        picture = pygame.Rect(tile.left, tile.top, films.WIDTH, films.HEIGHT)
        if film is None:
            pygame.draw.rect(surface, ink.PANEL, picture)
            place = (picture.centerx - ink.width(COMING, unit) // 2, picture.centery - unit // 2)
            ink.write(surface, COMING, unit, ink.DIM, place, picture.width)
        else:
            frame = film[int(now * films.HZ) % len(film)]
            surface.blit(pygame.image.frombuffer(frame.data.cast("B"), picture.size, "RGB"), picture)
        if chosen:
            pygame.draw.rect(surface, ink.AMBER, picture.inflate(6, 6), 3, border_radius=3)
        played = entry.name in self.gallery.last
        name = entry.name + (" (played)" if played else "")
        below = picture.bottom + unit // 3
        ink.write(surface, name, unit, ink.BRIGHT if chosen else ink.PLAIN, (tile.left, below), tile.width)
        size = round(0.8 * unit)
        ink.write(surface, entry.note, size, ink.DIM, (tile.left, below + round(1.4 * unit)), tile.width)


def browse(play: Callable[[str, bool], bool], practice: bool = False) -> None:
    """Show the gallery, and play what is chosen, until the window is closed.

    play: called with the name of a world and whether it is practice, with a window open; returns whether the person
    comes back. A world that cannot be played is said to be so. Raises NoDisplayError where there is no screen.
    """
    open_display()
    try:
        while True:
            gallery = Gallery(practice)
            window = GalleryWindow(gallery)
            back = False
            while not back:
                entry = window.choose()
                if entry is None:
                    return
                try:
                    practice = gallery.practice
                    back = play(entry.name, practice)
                except (ValueError, RuntimeError) as error:
                    window.note = " ".join(str(error).split())
                    continue
                if not back:
                    return
    finally:
        ink.forget()
        pygame.display.quit()
