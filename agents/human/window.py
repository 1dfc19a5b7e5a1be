"""The window: a painter of a desk. It turns pygame's events into what a person presses, and the record of what the
person is shown into pixels. It sleeps between events."""

from __future__ import annotations

import io
import math
import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import numpy as np
import pygame

from ...interface.changed import changed
from ...interface.keys import BUTTONS
from ...worlds.engine.world import World
from . import ink, overlays, overview, panel, screen
from .between import Between
from .camera import CameraInput
from .clip import Saver
from .desk import Desk
from .devices import BUTTONS as BUTTON_NAMES
from .devices import Pads, Speaker, fill_screen, layout, modifiers_of, name_of, print_of
from .layout import LABEL, LINE, Arrangement, arrange, first_size
from .padkeys import PadKeys
from .session import Session
from .shown import Seat, Shown, shown

MOST_LINES = 6
"""Most lines of a player's own instruction above its picture; the last one is cut."""
NAP, LONG_NAP = 0.005, 0.02
"""Seconds between two checks for events: during play, and after two seconds without events."""
_QUIET = (pygame.KEYUP, pygame.MOUSEBUTTONUP, pygame.MOUSEMOTION, pygame.CONTROLLERAXISMOTION)
"""Events that do not change the window, unless they lead to a step."""
_PAD_INPUT = (pygame.CONTROLLERBUTTONDOWN, pygame.CONTROLLERBUTTONUP, pygame.CONTROLLERAXISMOTION)
_UNCOVERED = (pygame.WINDOWEXPOSED, pygame.VIDEOEXPOSE, pygame.WINDOWSHOWN, pygame.WINDOWRESTORED)
"""Events after which the window must be drawn whole."""
_PADS = (pygame.CONTROLLERDEVICEADDED, pygame.CONTROLLERDEVICEREMOVED)
Over = Callable[[list[np.ndarray]], list[np.ndarray]]
_ICON = Path(__file__).parent.parent.parent / "assets" / "sprites" / "icon.png"


def open_window(world: World, size: tuple[int, int] | None, grid: tuple[int, int]) -> pygame.Surface:
    """A window for a world: one that is open already, else a new one. size: (width, height) in pixels, by default a
    size that fits the screen and pictures of this grid, (rows, columns). Raises ValueError for a size out of range."""
    if size is not None and not all(200 <= edge <= 16384 for edge in size):
        raise ValueError(f"a window is 200 to 16384 pixels wide and high, not {size[0]}x{size[1]}")
    pygame.font.init()
    title, surface = f"Rumpus: {world.name} …", pygame.display.get_surface()
    if surface is None:
        size = size or first_size(pygame.display.get_desktop_sizes()[0], *grid, world.players)
        surface = dressed(size, title)
    pygame.display.set_caption(title)
    pygame.key.stop_text_input()
    return surface


def dressed(size: tuple[int, int], title: str) -> pygame.Surface:
    """A new window of this (width, height) with a title and the icon of Rumpus."""
    if _ICON.exists():
        pygame.display.set_icon(pygame.image.load(_ICON))
    surface = pygame.display.set_mode(size, pygame.RESIZABLE)
    pygame.display.set_caption(title)
    return surface


class Window:
    """A window of one person at a desk; `run` plays until it is closed.

    Video must have been started (see rumpus.interface.viewer.open_display). An open window is used if there is one;
    desk: or a Session, for a desk of its own; size: (width, height) of a new one, see open_window; out: the folder for
    clips and screenshots; seats: of the person, see Desk.join; over: draws on the players' pictures, uint8
    (height, width, 3), and returns them, each perhaps with a strip below;
    sounds: whether they are on.
    """

    def __init__(
        self,
        desk: Desk | Session,
        size: tuple[int, int] | None = None,
        out: str | Path = "runs/clips",
        *,
        seats: Collection[int] | None = None,
        over: Over | None = None,
        sounds: bool = False,
    ):
        pygame.font.init()
        self.desk = desk if isinstance(desk, Desk) else Desk(desk)
        session = self.session = self.desk.session
        self.closed = False
        self._over = over
        self._between = Between(self.desk)
        self._between.on &= over is None
        self._fineness = screen.Fineness()
        can = {"full": self._do_full, "shot": self._do_shot, "clip": self._do_clip, "mute": self._do_mute}
        self.person = self.desk.join(seats=seats, can=can)
        self._speaker = Speaker(sounds)
        self.person.loud = self._speaker.on
        self._grid = session.batch.rows, session.batch.cols
        self._grabbed = self._awaits_text = False
        self._last_event, self._next = 0.0, math.inf
        self._kept: dict[Any, Any] = {}  # content of the window by now: of a player's number its picture, and names
        self._saved = pygame.event.custom_type()
        self._saver = Saver(out, lambda: pygame.event.post(pygame.event.Event(self._saved)))
        self._surface = pygame.display.get_surface() or open_window(session.world, size, self._grid)
        pygame.display.set_caption(f"Rumpus: {session.world.name}")
        for key, letter in layout().items():
            self.person.keymap.learn(key, letter)
        self._record = shown(self.person)
        self.place = self._arranged(self._surface.get_size(), self._record)
        self._pads, self._pad_keys = Pads(), PadKeys(self.person.inputs)
        self.person.note = self.person.note or self._speaker.complaint
        self._plugged = self._plug()
        if session.world.controls.turn_based:
            pygame.event.set_blocked(pygame.MOUSEMOTION)  # hovering takes no turn and needs no redraw

    def run(self, keep: bool = False) -> None:
        """Play until the person leaves. A clip that is still being written is finished first. keep: whether the window
        stays open then, unless it was closed."""
        try:
            self.draw()
            self._advance(time.monotonic())  # so that an agent's first turn is due, whether or not an event comes
            while self.open:
                stale = False
                for event in self._wait():
                    self.handle(event)
                    stale |= self._advance(time.monotonic()) or event.type not in _QUIET
                now = time.monotonic()
                if self._advance(now) or stale:
                    self.draw()
                elif now >= self._next:
                    self._draw_between()
                else:
                    continue
                if self._between.moves and self._bare:
                    self._fineness.took(time.monotonic() - now)
                self._next = self._between.due(now) if self._bare else math.inf
        finally:
            self.session.leave()
            self._grab(False)
            self._pads.close()
            self._saver.close()
            self._speaker.close()
            pygame.event.set_allowed(pygame.MOUSEMOTION)
            if self.closed or not keep:
                ink.forget()
                pygame.display.quit()

    @property
    def open(self) -> bool:
        """Whether the person has not left, and there is more to play or to watch."""
        return self.person.open and not self.session.finished and not self.desk.closed

    @property
    def saved(self) -> list[Path]:
        """The clips and screenshots that were saved."""
        return self._saver.saved

    @property
    def drawn(self) -> tuple[int, int]:
        """(width, height) in pixels of a player's picture before it is enlarged into its place; (0, 0) for none."""
        width, height = self.place.views[0].size if self.place.views else (0, 0)
        coarse = self._coarse(self.place)
        return width // coarse, height // coarse

    @property
    def _players(self) -> list[int]:
        """The players whose pictures are shown, in their order."""
        return [player for player, seat in enumerate(self._record.seats) if seat.visible]

    def _arranged(self, size: tuple[int, int], record: Shown) -> Arrangement:
        """The layout of a window of this size: with room above the pictures for the players' instructions, where these
        differ."""
        visible = [seat for seat in record.seats if seat.visible]
        texts = [seat.instruction for seat in visible]
        for lines in range(MOST_LINES + 1):
            place = arrange(
                *size, *self._grid, len(visible), lines, tiles=not self.desk.rays, labels=len(record.seats) > 1
            )
            room = place.views[0].width if place.views else 1 << 16
            if all(len(ink.wrap(text, place.unit, room)) <= lines for text in texts if text):
                break
        return screen.trimmed(place, self._coarse(place))

    def _coarse(self, place: Arrangement) -> int:
        """Pixels of the window, across and down, for each pixel of the players' pictures."""
        return self._fineness.fit(place.views[0].height) if place.views and self.desk.rays and not self._over else 1

    def draw(self) -> None:
        """Draw what has changed since the last time: all of it where something lies over the pictures or did, and
        where the window, the arrangement or the labels are others."""
        record = self._record = shown(self.person)
        self._surface = pygame.display.get_surface()
        surface = self._surface
        place = self.place = self._arranged(surface.get_size(), record)
        frame = place, [(seat.label, seat.mine, seat.instruction) for seat in record.seats if seat.visible]
        whole = not self._bare or self._over is not None or self._kept.get("frame") != frame
        if whole:
            surface.fill(ink.GROUND)
            self._kept = {"frame": frame} if self._bare else {}
        news: list[pygame.Rect] = []
        if place.views:
            pictures = self._pictures(time.monotonic())
            news += self._paint(self._over(pictures) if self._over else pictures)
            for view, player in zip(place.views, self._players, strict=True):
                if whole and record.seats[player].label:
                    self._label(record.seats[player], view, place.unit)
        goals = self._goals(place)
        text = panel.text(record), len(goals)
        if goals or self._kept.get("panel") != text:
            panel.paint(surface, place, record, goals)
            self._kept["panel"] = text
            news.append(place.panel)
        overlays.paint(surface, place, record)
        self._speaker.play(record.sounds)
        if whole:
            pygame.display.flip()
        elif news:
            pygame.display.update(news)

    def _goals(self, place: Arrangement) -> list[pygame.Surface]:
        """The pictures of the goals of the players that are shown, for the panel."""
        edge, found = panel.goal_edge(place), []
        for player in self._players:
            picture = self.session.goal(player, edge) if edge > 0 else None
            if picture is not None:
                image = screen.image(picture)
                wide, high = image.get_size()
                if max(wide, high) > edge:
                    image = pygame.transform.smoothscale(
                        image, (max(wide * edge // max(wide, high), 1), max(high * edge // max(wide, high), 1))
                    )
                found.append(image)
        return found

    @property
    def _bare(self) -> bool:
        """Whether nothing lies over the pictures, so that they can be painted anew alone."""
        record = self._record
        return not (record.band or record.help or record.menu) and bool(self.place.views)

    def _draw_between(self) -> None:
        """Draw the players' pictures anew, between two ticks, and leave the rest of the window as it is."""
        now, began = time.monotonic(), time.thread_time()
        pygame.display.update(self._paint(self._pictures(now)))
        self._between.took(time.thread_time() - began, now)

    def _pictures(self, now: float) -> list[np.ndarray]:
        """The players' pictures at this time, uint8 (height, width, 3): at the size of their rectangles, but for views
        of a camera on a very fine screen, which are drawn coarser."""
        width, height = self.drawn
        return list(self._between.views(now, height, width, self.person.settings.marked))

    def _paint(self, pictures: list[np.ndarray]) -> list[pygame.Rect]:
        """Paint what changed of the players' pictures, and what lies on each. Returns the places that were painted."""
        surface, record, place = self._surface, self._record, self.place
        scenes = self.session.batch.scenes(whole=True) if self.desk.rays and record.map else ()
        painted = []
        for view, player in zip(place.views, self._players, strict=True):
            seat, picture = record.seats[player], pictures[player]
            covered = bool(seat.aimed or seat.crosshair or record.small or seat.gains or len(scenes))
            part = self._news(player, picture, view, covered)
            if part is None:
                continue
            painted.append(part)
            if part != view:
                left, top = part.left - view.left, part.top - view.top
                picture, view = picture[top : top + part.height, left : left + part.width], part
            screen.show(surface, picture, view)
            if seat.aimed:
                overlays.name(surface, view, place.unit, seat.aimed, seat.near)
            if seat.crosshair:
                overlays.crosshair(surface, view)
            if record.small:
                overlays.small(surface, view, self._as_agents_see(player))
            overlays.gains(surface, view, place.unit, seat.gains)
            if len(scenes):
                overview.paint(surface, view, scenes[player])
        return painted

    def _news(self, player: int, picture: np.ndarray, view: pygame.Rect, covered: bool) -> pygame.Rect | None:
        """The part of a player's picture that must be painted: of a grid that nothing covers, now or the last time, the
        rectangle that changed, None where nothing did; else all of it."""
        before = self._kept.get(player)
        plain = not (covered or self.desk.rays) and (picture.shape[1], picture.shape[0]) == view.size
        self._kept[player] = picture if plain else None
        if not plain or before is None or before.shape != picture.shape:
            return view
        if (edges := changed(before, picture)) is None:
            return None
        left, top, right, bottom = edges
        return pygame.Rect(view.left + left, view.top + top, right - left, bottom - top)

    def _as_agents_see(self, player: int) -> np.ndarray:
        """A player's picture as the agent sees it that is asked for something, else in the size that agents learn from
        by default: uint8 (height, width, 3)."""
        batch = self.session.batch
        if self.desk.asking is not None:
            return self.session.agents[0].picture(player)
        return batch.picture(player=player, size=batch.world.view.frame(batch.rows, batch.cols))

    def _label(self, seat: Seat, view: pygame.Rect, unit: int) -> None:
        lines = list(ink.wrap(seat.instruction, unit, view.width)) if seat.instruction else []
        if len(lines) > MOST_LINES:
            lines[MOST_LINES - 1 :] = [" ".join(lines[MOST_LINES - 1 :])]
        top = view.top - round((LABEL - 0.2 + LINE * len(lines)) * unit)
        ink.write(self._surface, seat.label, unit, ink.PLAIN if seat.mine else ink.DIM, (view.left, top), view.width)
        for number, line in enumerate(lines, start=1):
            place = (view.left, top + round(LINE * number * unit))
            ink.write(self._surface, line, unit, ink.BRIGHT if seat.mine else ink.PLAIN, place, view.width)

    def handle(self, event: pygame.event.Event) -> None:
        """Process one event of pygame."""
        now, kind, person = time.monotonic(), event.type, self.person
        if kind in _UNCOVERED:
            self._kept = {}
        if kind == pygame.QUIT:
            self.closed, person.open = True, False
        elif kind == pygame.KEYDOWN:
            if learned := print_of(event):
                person.keymap.learn(*learned)
            person.press(name_of(event, person.settings.by_place), now, modifiers_of(event))
        elif kind == pygame.KEYUP:
            for by_place in (True, False):  # Ctrl may have come or gone since the press
                person.release(name_of(event, by_place), now)
        elif kind == pygame.TEXTINPUT:
            person.text(event.text, now)
        elif kind in (pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP, pygame.MOUSEMOTION, pygame.MOUSEWHEEL):
            self._mouse(event, now)
        elif kind == pygame.WINDOWFOCUSLOST:
            person.away()
        elif kind in _PADS:
            self._plug(now)
        elif kind in _PAD_INPUT:
            self._pad(event, now)
        elif kind == self._saved and (news := self._saver.news()):
            person.tell(news, now)
        self._follow()

    def _plug(self, now: float | None = None) -> int:
        """Use the controllers that are plugged in, and say so if their number has changed. Returns the number."""
        pads, inputs = self._pads.plugged(), self.person.inputs
        if isinstance(inputs, CameraInput):
            inputs.pads = pads
        if now is not None and len(pads) != self._plugged:
            self.person.tell(("No controller", "A controller", "Controllers")[min(len(pads), 2)] + " plugged in", now)
        self._plugged = len(pads)
        return self._plugged

    def _pad(self, event: Any, now: float) -> None:
        """A button or a stick of a controller."""
        person, pad = self.person, self._pads.number(event.instance_id)
        over = person.busy or self.session.over
        if event.type == pygame.CONTROLLERAXISMOTION:
            place = self._pads.stick(event)
            changes = [] if place is None else self._pad_keys.stick(pad, place, over)
        else:
            name, down = BUTTON_NAMES.get(event.button, ""), event.type == pygame.CONTROLLERBUTTONDOWN
            changes = self._pad_keys.button(pad, name, down, over, self.desk.paused)
        for name, down, command in changes:
            if command:
                person.do(name, now)
            elif down:
                person.press(name, now)
            else:
                person.release(name, now)
        if changes and event.type in _QUIET:
            self.draw()

    def _mouse(self, event: Any, now: float) -> None:
        """An event of the mouse: over a player's picture it belongs to that player."""
        person = self.person
        if event.type == pygame.MOUSEWHEEL:
            person.wheel(event.y)
            return
        if event.type == pygame.MOUSEMOTION and person.caught:
            person.look(event.rel)
            return
        found = self.place.at(event.pos) if "pos" in event.dict else None
        found = found and (self._players[found[0]], found[1])
        if event.type == pygame.MOUSEMOTION:
            if found:
                person.pointer(*found)
            return
        button = BUTTONS[event.button - 1] if event.button <= len(BUTTONS) else None
        if event.type == pygame.MOUSEBUTTONUP:
            person.button_up(button)
        else:
            person.button_down(button, now, found)

    def _follow(self) -> None:
        """Capture the mouse, and await text, when the person wants it."""
        self._grab(self.person.caught)
        wanted = self.person.typing is not None
        if wanted != self._awaits_text:
            self._awaits_text = wanted
            (pygame.key.start_text_input if wanted else pygame.key.stop_text_input)()

    def _grab(self, wanted: bool) -> None:
        """Hide the mouse and capture it, so that only its motion is reported; or let it go."""
        if wanted != self._grabbed:
            self._grabbed = wanted
            pygame.mouse.set_visible(not wanted)
            pygame.event.set_grab(wanted)
            if wanted:
                pygame.event.clear(pygame.MOUSEMOTION)

    def _wait(self) -> list[pygame.event.Event]:
        """Sleep until an event comes or something is due.

        pygame's own wait checks for events a thousand times a second, which costs 1 to 2 percent of a core; this checks
        200 times during play, and 50 times after a while without events.
        """
        due = min(self.desk.due(), self._next)
        while not (events := pygame.event.get()) and (now := time.monotonic()) < due:
            nap = NAP if now - self._last_event < 2 else LONG_NAP
            time.sleep(min(nap, due - now))
        if events:
            self._last_event = time.monotonic()
        return events

    def _advance(self, now: float) -> bool:
        """Take the steps that are due. True if the window must be drawn anew."""
        changed = self.desk.advance(now)
        self._follow()
        return changed

    def _do_full(self, shift: bool) -> None:
        fill_screen(not pygame.display.get_surface().get_flags() & pygame.FULLSCREEN)

    def _do_mute(self, shift: bool) -> None:
        complaint = self._speaker.turn()
        self.person.loud = self._speaker.on
        self.person.tell(complaint or f"Sounds {'on' if self._speaker.on else 'off'}", time.monotonic())

    def _do_shot(self, shift: bool) -> None:
        image = io.BytesIO()
        pygame.image.save(self._surface, image, "shot.png")
        self.person.tell(self._saver.shot(image.getvalue(), self.session.name), time.monotonic())

    def _do_clip(self, shift: bool) -> None:
        """Write the clip in a thread beside the play; with Shift as a GIF."""
        self._saver.clip(self.session.film(), self.session.name, ".gif" if shift else ".mp4")
        self.person.tell("Saving a clip …", time.monotonic())
