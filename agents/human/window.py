"""The window: it turns pygame's events into steps and shows the results. It sleeps between events."""

from __future__ import annotations

import io
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pygame

from ...interface.keys import BUTTONS, KEY
from ...interface.text import CHARACTERS, CHARSET, TextSpace, vocabulary
from ...worlds.engine.render.views import Rays
from ...worlds.engine.world import World
from . import ink, overlays, overview, panel, settings
from .agent import Pace
from .camera import CameraInput, Pads, input_of
from .clip import Saver
from .commands import Commands
from .input import Repeat
from .keyboard import key_of
from .layout import LABEL, LINE, Arrangement, arrange, first_size
from .session import Session

NOTE_SECONDS = 5.0
"""Seconds for which a message stays."""
MOST_LINES = 6
"""Most lines of a player's own instruction above its picture; the last one is cut."""
NAP, LONG_NAP = 0.005, 0.02
"""Seconds between two checks for events: during play, and after two seconds without events."""
_QUIET = (pygame.KEYUP, pygame.MOUSEBUTTONUP, pygame.MOUSEMOTION)
"""Events that do not change the window, unless they lead to a step."""
_PADS = (pygame.CONTROLLERDEVICEADDED, pygame.CONTROLLERDEVICEREMOVED)
_ICON = Path(__file__).parent.parent.parent / "assets" / "sprites" / "icon.png"


def open_window(world: World, size: tuple[int, int] | None, grid: tuple[int, int]) -> pygame.Surface:
    """Open a window for a world; size: (width, height) in pixels, by default a size that fits the screen and pictures
    of this grid, (rows, columns). Raises ValueError for a size out of range."""
    if size is not None and not all(200 <= edge <= 16384 for edge in size):
        raise ValueError(f"a window is 200 to 16384 pixels wide and high, not {size[0]}x{size[1]}")
    pygame.font.init()
    if _ICON.exists():
        pygame.display.set_icon(pygame.image.load(_ICON))
    size = size or first_size(pygame.display.get_desktop_sizes()[0], *grid, world.players)
    surface = pygame.display.set_mode(size, pygame.RESIZABLE)
    pygame.display.set_caption(f"Rumpus: {world.name} …")
    pygame.key.stop_text_input()
    return surface


class Window:
    """A window on a session; `run` plays until it is closed.

    Video must have been started (see rumpus.interface.viewer.open_display). An open window is used if there is one;
    size: (width, height) of a new one, see open_window.
    """

    def __init__(self, session: Session, size: tuple[int, int] | None = None, out: str | Path = "runs/clips"):
        pygame.font.init()
        self.session = session
        self.inputs = input_of(session.world)
        listed = session.list
        what, count = listed.what if listed else "level", len(listed or ())
        if session.agent is not None and session.world.players > 1:
            self.inputs.sit(next(seat for seat in range(session.world.players) if seat not in session.agent.seats))
        self.commands = Commands(session.world, self.inputs, what, count, session.once, session.agent is not None)
        self._pace = Pace()
        self.mood = panel.Mood()
        self.open = True
        self._rays = isinstance(session.world.view, Rays)
        self._grid = session.batch.rows, session.batch.cols
        self._pads: Pads | None = None
        self._wants_mouse = False
        self._undo = Repeat()
        self._note_until = math.inf
        self._last_event = 0.0
        self._saved = pygame.event.custom_type()
        self._saver = Saver(out, lambda: pygame.event.post(pygame.event.Event(self._saved)))
        self._text = TextSpace()
        session.solved |= settings.solved()
        self._stored = set(session.solved)
        self._surface = pygame.display.get_surface() or open_window(session.world, size, self._grid)
        pygame.display.set_caption(f"Rumpus: {session.world.name}")
        self.place = self._arranged(self._surface.get_size())
        if isinstance(self.inputs, CameraInput):
            self.inputs.settings, complaint = settings.load()
            self.mood.paused = True  # until a click: a player needs time to find the mouse
            self._pads = Pads()
            if complaint:
                self._note(complaint)
        self.mood.paused |= self._waits
        if session.world.controls.turn_based:
            pygame.event.set_blocked(pygame.MOUSEMOTION)  # hovering takes no turn and needs no redraw

    def run(self) -> None:
        """Play until the window is closed. A clip that is still being written is finished first."""
        try:
            self.draw()
            self._advance(time.monotonic())  # so that an agent's first turn is due, whether or not an event comes
            while self.open:
                stale = False
                for event in self._wait():
                    self.handle(event)
                    stale |= self._advance(time.monotonic()) or event.type not in _QUIET
                if self._advance(time.monotonic()) or stale:
                    self.draw()
        finally:
            self.session.leave()
            self._release_mouse()
            if self._pads:
                self._pads.close()
            self._saver.close()
            pygame.event.set_allowed(pygame.MOUSEMOTION)
            ink.forget()
            pygame.display.quit()

    @property
    def saved(self) -> list[Path]:
        """The clips and screenshots that were saved."""
        return self._saver.saved

    def _arranged(self, size: tuple[int, int]) -> Arrangement:
        """The layout of a window of this size: with room above the pictures for the players' instructions, where these
        differ."""
        texts = () if panel.instruction(self.session) else self.session.instructions
        for lines in range(MOST_LINES + 1):
            place = arrange(*size, *self._grid, self.session.world.players, lines, tiles=not self._rays)
            room = place.views[0].width if place.views else 1 << 16
            if all(len(ink.wrap(text, place.unit, room)) <= lines for text in texts):
                break
        return place

    def draw(self) -> None:
        """Draw the whole window now."""
        self._surface = pygame.display.get_surface()
        surface = self._surface
        place = self.place = self._arranged(surface.get_size())
        surface.fill(ink.GROUND)
        if place.views:
            pictures = self.session.views(place.views[0].height, place.views[0].width)
            scenes = self.session.batch.scenes(whole=True) if self._rays and self.mood.map else ()
            for player, (view, picture) in enumerate(zip(place.views, pictures, strict=True)):
                surface.blit(pygame.image.frombuffer(memoryview(picture).cast("B"), view.size, "RGB"), view)
                if self.session.world.controls.aimed and self.playing:
                    overlays.name(surface, view, place.unit, *self.session.aimed(player))
                elif self._rays and self.playing:
                    overlays.crosshair(surface, view)
                if len(scenes):
                    overview.paint(surface, view, scenes[player])
                if len(place.views) > 1:
                    self._label(player, view, place.unit)
        hint = panel.hints(self.session, self.commands, self.inputs, self.mood)
        panel.paint(surface, place, self.session, hint, self.mood)
        overlays.paint(surface, place, self.session, self.commands, self.inputs, self.mood)
        pygame.display.flip()

    def _label(self, player: int, view: pygame.Rect, unit: int) -> None:
        mine = bool(self.inputs.who(player))
        text = panel.seat(self.session, self.inputs, player)
        own = "" if panel.instruction(self.session) else self.session.instructions[player]
        lines = list(ink.wrap(own, unit, view.width)) if own else []
        if len(lines) > MOST_LINES:
            lines[MOST_LINES - 1 :] = [" ".join(lines[MOST_LINES - 1 :])]
        top = view.top - round((LABEL - 0.2 + LINE * len(lines)) * unit)
        ink.write(self._surface, text, unit, ink.PLAIN if mine else ink.DIM, (view.left, top), view.width)
        for number, line in enumerate(lines, start=1):
            place = (view.left, top + round(LINE * number * unit))
            ink.write(self._surface, line, unit, ink.BRIGHT if mine else ink.PLAIN, place, view.width)

    def handle(self, event: pygame.event.Event) -> None:
        """Process one event of pygame."""
        now = time.monotonic()
        kind = event.type
        if kind == pygame.QUIT:
            self.open = False
        elif kind == pygame.KEYDOWN:
            self._key_down(event, now)
            if self._wants_mouse and self.playing and not self.mood.caught:
                self._catch_mouse()
                self._hold_on()
        elif kind == pygame.KEYUP:
            key = key_of(event)
            if key is not None:
                self.inputs.release(key, now)
                self._undo.release(key, now)
        elif kind == pygame.TEXTINPUT and self.mood.typing is not None:
            self._write(event.text)
        elif kind in (pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP, pygame.MOUSEMOTION, pygame.MOUSEWHEEL):
            self._mouse(event)
        elif kind == pygame.WINDOWFOCUSLOST:
            self._rest()
            self.mood.paused |= not self.session.world.controls.turn_based and not self.session.over
        elif kind in _PADS and self._pads and isinstance(self.inputs, CameraInput):
            self.inputs.pads = self._pads.plugged()
        elif kind == self._saved and (news := self._saver.news()):
            self._note(news)

    @property
    def playing(self) -> bool:
        """Whether input goes to the world: no overlay is shown."""
        return not (self._busy or self.mood.paused)

    @property
    def _waits(self) -> bool:
        """Whether a task begins with a pause, so that its words can be read."""
        return self.session.once and not self.session.world.controls.turn_based

    @property
    def _busy(self) -> bool:
        """Whether an overlay other than a pause is shown."""
        return self.mood.help or self.mood.leaving or self.mood.typing is not None or self.session.over

    def _wait(self) -> list[pygame.event.Event]:
        """Sleep until an event comes or something is due.

        pygame's own wait checks for events a thousand times a second, which costs 1 to 2 percent of a core; this checks
        200 times during play, and 50 times after a while without events.
        """
        steps = (self.inputs.due(), self._pace.due) if self.playing else ()
        dues = [self._undo.due, self._note_until, *steps]
        due = min((due for due in dues if due is not None), default=math.inf)
        while not (events := pygame.event.get()) and (now := time.monotonic()) < due:
            nap = NAP if now - self._last_event < 2 else LONG_NAP
            time.sleep(min(nap, due - now))
        if events:
            self._last_event = time.monotonic()
        return events

    def _advance(self, now: float) -> bool:
        """Take the steps that are due. True if the window must be drawn anew."""
        changed = False
        if self._undo.fire(now) is not None:
            self._do_undo()
            changed = True
        if now >= self._note_until:
            self.mood.note, self._note_until, changed = "", math.inf, True
        while self.playing and (actions := self._taken(now)) is not None:
            self.session.act(actions)
            changed = True
        if self.session.over:
            self._rest()
            self._keep_solved()
        return changed

    def _taken(self, now: float) -> np.ndarray | None:
        """The actions of the step that is due, ACTION (players,), None before it is. Where all turns are the agent's,
        they come at its pace."""
        if not (self.session.watching and self.session.world.controls.turn_based):
            self._pace.due = None
            return self.inputs.take(now, self.session.cursors)
        return self.inputs.empty() if self._pace.beat(now) else None

    def _keep_solved(self) -> None:
        """Store the level as solved, for the next time that its file is played."""
        for mark in self.session.solved - self._stored:
            self._stored.add(mark)
            if complaint := settings.keep_solved(mark):
                self._note(complaint)

    def _rest(self) -> None:
        """Release all keys and buttons."""
        self.inputs.clear()
        self._undo.clear()
        self._release_mouse()

    def _key_down(self, event: pygame.event.Event, now: float) -> None:
        key, ctrl, mood = key_of(event), bool(event.mod & self._ctrl), self.mood
        if mood.typing is not None:
            self._type(event)
        elif mood.leaving:
            self.open = event.key not in (pygame.K_ESCAPE, pygame.K_y)
            mood.leaving = False
        elif mood.help:
            mood.help = False
        elif event.key == pygame.K_ESCAPE and mood.caught:
            self._do_pause()
            self._wants_mouse = False
        elif self.session.over and event.key in (pygame.K_RETURN, pygame.K_KP_ENTER):
            self._do_next()
        elif (name := self.commands.find(key, ctrl)) is not None:
            self._do(name, event, now)
        elif key in self.inputs.keys:
            if self.playing and self._free(self.inputs.owner(key)):
                self.inputs.press(key, now)
        elif why := self.commands.why_not(key):
            self._note(why)

    @property
    def _ctrl(self) -> int:
        """The Ctrl keys of the window: those that no player uses."""
        return pygame.KMOD_LCTRL if KEY["right ctrl"] in self.inputs.keys else pygame.KMOD_CTRL

    def _do(self, name: str, event: pygame.event.Event, now: float) -> None:
        if name == "undo":
            key = key_of(event)
            assert key is not None
            self._undo.press(key, now)
        if name == "clip":
            self._do_clip(".gif" if event.mod & pygame.KMOD_SHIFT else ".mp4")
        else:
            actions: dict[str, Callable[[], object]] = {
                "help": self._do_help,
                "switch": self._do_switch,
                "hand": self._do_hand,
                "restart": self._do_restart,
                "next": self._do_next,
                "previous": lambda: self._do_next(-1),
                "pause": self._do_pause,
                "undo": self._do_undo,
                "map": self._do_map,
                "calmer": lambda: self._do_sensitivity(-1),
                "livelier": lambda: self._do_sensitivity(1),
                "invert": self._do_invert,
                "full": pygame.display.toggle_fullscreen,
                "shot": self._do_shot,
                "chat": self._do_chat,
                "leave": self._do_leave,
            }
            actions[name]()

    def _do_help(self) -> None:
        self._rest()
        self.mood.help = True

    def _do_switch(self) -> None:
        self.inputs.clear()
        self.inputs.current = (self.inputs.current + 1) % self.session.world.players
        if self.session.agent is not None:
            self.session.agent.hand(set(range(self.session.world.players)) - {self.inputs.current})

    def _do_hand(self) -> None:
        """The person takes over from the agent, or lets it play."""
        agent = self.session.agent
        assert agent is not None
        self.inputs.clear()
        agent.hand(() if agent.seats else (0,))
        self.commands.words["hand"] = "take over" if agent.seats else "let it play"

    def _do_restart(self) -> None:
        self._rest()
        self.session.restart()
        self.mood.paused = False

    def _do_next(self, by: int = 1) -> None:
        self._rest()
        self.session.next(by)
        self.mood.paused = self._waits
        self.open &= not self.session.finished

    def _do_pause(self) -> None:
        self._rest()
        self.mood.paused = not self.mood.paused and not self.session.over

    def _do_undo(self) -> None:
        """Undo a step; in real time, a second, followed by a pause."""
        self.inputs.clear()
        world = self.session.world
        back = self.session.undo(1 if world.controls.turn_based else world.controls.tick_hz)
        if back and not world.controls.turn_based:
            self._release_mouse()
            self.mood.paused = True
        if not back:
            self._note("This is where the episode began" if not self.session.steps else "No more is remembered")

    def _do_map(self) -> None:
        self.mood.map = not self.mood.map

    def _do_sensitivity(self, steps: int) -> None:
        assert isinstance(self.inputs, CameraInput)
        self.inputs.settings.turn(steps)
        self._note(settings.keep(self.inputs.settings) or f"Mouse at {self.inputs.settings.sensitivity} %")

    def _do_invert(self) -> None:
        assert isinstance(self.inputs, CameraInput)
        now = self.inputs.settings.invert = not self.inputs.settings.invert
        self._note(settings.keep(self.inputs.settings) or f"Mouse down looks {'up' if now else 'down'}")

    def _do_shot(self) -> None:
        image = io.BytesIO()
        pygame.image.save(self._surface, image, "shot.png")
        self._note(self._saver.shot(image.getvalue(), self.session.name))

    def _do_chat(self) -> None:
        self._rest()
        self.mood.typing = ""
        pygame.key.start_text_input()

    def _do_leave(self) -> None:
        self._rest()
        if self.session.steps and not self.session.over:
            self.mood.leaving = True
        else:
            self.open = False

    def _do_clip(self, suffix: str) -> None:
        """Write the clip in a thread beside the play."""
        self._saver.clip(self.session.film(), self.session.name, suffix)
        self._note("Saving a clip …")

    def _free(self, player: int) -> bool:
        """Whether a player's actions have an effect; a message says why if not."""
        agent = self.session.agent
        if agent is not None and player in agent.seats:
            self._note(f"{agent.name} plays: {self.commands.table['hand'].shown} takes over")
        elif self.session.ends[player]:
            self._note(f"Player {player + 1} is done; the episode goes on")
        elif self.session.muted[player]:
            talk = self.commands.table["chat"].shown if "chat" in self.commands.table else ""
            self._note(f"Player {player + 1} can only talk" + (f": {talk}" if talk else ""))
        else:
            return True
        return False

    def _note(self, text: str) -> None:
        self.mood.note, self._note_until = text, time.monotonic() + NOTE_SECONDS

    def _type(self, event: pygame.event.Event) -> None:
        """A key while text is typed: the letters themselves come as text events."""
        text = self.mood.typing or ""
        if event.key == pygame.K_BACKSPACE:
            self.mood.typing = text[:-1]
        elif event.key == pygame.K_v and event.mod & pygame.KMOD_CTRL:
            self._note("Nothing can be pasted here: type it")
        elif event.key == pygame.K_TAB:
            self.inputs.current = (self.inputs.current + 1) % self.session.world.players
        elif event.key in (pygame.K_RETURN, pygame.K_KP_ENTER, pygame.K_ESCAPE):
            if text.strip() and event.key != pygame.K_ESCAPE:
                self.inputs.say(self.inputs.current, plain(text.strip()))
            self.mood.typing = None
            pygame.key.stop_text_input()

    def _write(self, text: str) -> None:
        """Typed text comes in: it is added if it can be said and fits, else a message is shown."""
        whole = (self.mood.typing or "") + text
        if not set(text) <= set(CHARSET):
            self._note("Letters, digits and signs of English can be said, no others")
        elif len(whole) > CHARACTERS or not self._text.contains(whole):
            self._note("No more fits: say it in parts")
        else:
            self.mood.typing = whole

    def _mouse(self, event: Any) -> None:
        """A mouse event: over a player's picture it belongs to that player; in worlds with a camera, a click captures
        the mouse, and then its events belong to the player who has it."""
        if self.mood.paused and self.inputs.looks and event.type == pygame.MOUSEBUTTONDOWN and not self._busy:
            self.mood.paused = False
            self._catch_mouse()
            return
        if not self.playing:
            return
        if event.type == pygame.MOUSEWHEEL:
            self.inputs.wheel(event.y)
        elif event.type == pygame.MOUSEBUTTONUP:
            if event.button <= len(BUTTONS):
                self.inputs.button_up(event.button - 1)
        elif self.mood.caught:
            player = self.inputs.current
            if event.type == pygame.MOUSEMOTION:
                self.inputs.look(event.rel)
            elif event.button <= len(BUTTONS) and self._free(player):
                self.inputs.button_down(event.button - 1, player, (0, 0))
        elif (found := self.place.at(event.pos)) is not None:
            player, target = found
            if event.type == pygame.MOUSEMOTION:
                self.inputs.point(player, target)
            elif self.inputs.looks:
                self._catch_mouse()
            elif event.button <= len(BUTTONS) and self._free(player):
                self.inputs.button_down(event.button - 1, player, target)

    def _catch_mouse(self) -> None:
        """Hide the mouse and capture it, so that only its motion is reported."""
        if not self.mood.caught:
            self.mood.caught = self._wants_mouse = True
            pygame.mouse.set_visible(False)
            pygame.event.set_grab(True)
            pygame.event.clear(pygame.MOUSEMOTION)

    def _hold_on(self) -> None:
        """Buttons that were held during an overlay, such as typing, stay held."""
        for button, pressed in enumerate(pygame.mouse.get_pressed(3)):
            if pressed and self._free(self.inputs.current):
                self.inputs.button_down(button, self.inputs.current, (0, 0))

    def _release_mouse(self) -> None:
        if self.mood.caught:
            self.mood.caught = False
            pygame.mouse.set_visible(True)
            pygame.event.set_grab(False)


def plain(text: str) -> str:
    """The text to say, in lower case if all its words are in the vocabulary, since people capitalise the first word."""
    small = text.lower()
    return small if set(small.split()) <= set(vocabulary()) else text
