"""The window of `rumpus mark` and `rumpus episodes replay`: stored episodes are played back, and keys give marks."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pygame

from ...episodes.episode import Player, Summary
from ...episodes.store import Store
from ...interface.text import CHARACTERS, CHARSET, TextSpace
from ...interface.viewer import open_display
from . import ink, screen
from .layout import LABEL, Arrangement, arrange, first_size
from .marking import LEAP, SPEEDS, WORDS, Marking, said
from .person import NOTE_SECONDS
from .waiting import waited
from .window import LONG_NAP, NAP

TIMELINE = 2.4
"""Height of the line of time below all else, in text units."""
COLOURS = {"success": ink.GREEN, "failure": ink.RED, "progress": ink.GREEN, "regress": ink.RED, "sentence": ink.AMBER}
GIVEN = {pygame.K_s: "success", pygame.K_f: "failure", pygame.K_b: "progress", pygame.K_w: "regress"}
"""Keys that give a mark, and its label."""
REPLAY = (
    ("Space", "play, pause"),
    ("Left Right", f"a step back, on; with Shift {LEAP} steps"),
    ("Home End", "the start, the end; a click on the line of time goes there"),
    ("Up Down", "faster, slower"),
    ("Esc", "leave"),
)
"""The keys of a replay, with their meaning."""
HELP = (
    *REPLAY[:-1],
    ("S F", "it has succeeded, it has failed"),
    ("B W", "it gets better, it gets worse"),
    ("T", "write what was done, or what to do"),
    ("M", "marks are about the steps from here on"),
    ("0 1 2 …", "marks are about all players, about one"),
    ("Backspace", "take back the last mark"),
    ("N P", "next, previous episode; Enter is the next too"),
    ("F1", "this page"),
    REPLAY[-1],
)
"""All keys, with their meaning."""


class MarkWindow:
    """A window on a Marking; `run` returns when it is closed. size: (width, height) of it, by default one that fits
    the screen. Video must have been started; an open window is used if there is one."""

    def __init__(self, marking: Marking, size: tuple[int, int] | None = None):
        pygame.font.init()
        self.marking, self.open, self.note, self.help = marking, True, "", False
        self.typing: str | None = None
        self.busy = False  # while an episode is made ready
        self._note_until = self._due = math.inf
        self._last_event, self._dragging = 0.0, False
        self._text = TextSpace()
        self.line = pygame.Rect(0, 0, 0, 0)  # of time
        self._surface = pygame.display.get_surface() or _opened(marking.head, size, "Rumpus: marking")
        pygame.key.stop_text_input()
        if not marking.reel:
            self._open(0)

    def run(self) -> None:
        """Show episodes until the window is closed."""
        try:
            self.draw()
            while self.open:
                changed = False
                for event in self._wait():
                    self.handle(event)
                    changed = True
                if self._advance(time.monotonic()) or changed:
                    self.draw()
        finally:
            ink.forget()
            pygame.display.quit()

    def _wait(self) -> list[pygame.event.Event]:
        """Sleep until an event comes, or the next picture or the end of a message is due."""
        due = min(self._note_until, self._due if self.marking.playing else math.inf)
        while not (events := pygame.event.get()) and (now := time.monotonic()) < due:
            nap = NAP if now - self._last_event < 2 else LONG_NAP
            time.sleep(min(nap, due - now))
        if events:
            self._last_event = time.monotonic()
        return events

    def _advance(self, now: float) -> bool:
        """Show the state that is due. True if the window must be drawn anew."""
        changed = now >= self._note_until
        if changed:
            self.note, self._note_until = "", math.inf
        if not self.marking.playing:
            return changed
        if self._due == math.inf:
            self._due = now + 1 / self.marking.hz
        if now < self._due:
            return changed
        late = int((now - self._due) * self.marking.hz)  # a slow machine leaves out pictures
        self._go(self.marking.state + 1 + late)
        self._due = now + 1 / self.marking.hz if self.marking.playing else math.inf
        return True

    def handle(self, event: pygame.event.Event) -> None:
        """Process one event of pygame."""
        if event.type == pygame.QUIT:
            self.open = False
        elif event.type == pygame.KEYDOWN:
            self._key(event)
        elif event.type == pygame.TEXTINPUT and self.typing is not None:
            self._write(event.text)
        elif event.type == pygame.MOUSEWHEEL:
            self._stop_at(self.marking.state + event.y)
        elif event.type == pygame.MOUSEBUTTONDOWN and event.button == 1:
            self._dragging = self.line.inflate(0, self.line.height).collidepoint(event.pos)
            self._scrub(event.pos)
        elif event.type == pygame.MOUSEMOTION:
            self._scrub(event.pos)
        elif event.type == pygame.MOUSEBUTTONUP:
            self._dragging = False

    def _scrub(self, place: tuple[int, int]) -> None:
        if self._dragging and self.line.width > 1:
            share = (place[0] - self.line.left) / (self.line.width - 1)
            self._stop_at(round(share * self.marking.head.steps))

    def _key(self, event: pygame.event.Event) -> None:
        key, marking = event.key, self.marking
        if self.typing is not None:
            self._type(event)
            return
        if self.help:
            self.help = False
            return
        leap = LEAP if event.mod & pygame.KMOD_SHIFT else 1
        actions: dict[int, Callable[[], object]] = {
            pygame.K_SPACE: self._play,
            pygame.K_RIGHT: lambda: self._stop_at(marking.state + leap),
            pygame.K_LEFT: lambda: self._stop_at(marking.state - leap),
            pygame.K_HOME: lambda: self._stop_at(0),
            pygame.K_END: lambda: self._stop_at(marking.head.steps),
            pygame.K_UP: lambda: marking.faster(1),
            pygame.K_DOWN: lambda: marking.faster(-1),
            pygame.K_F1: lambda: setattr(self, "help", True),
            pygame.K_ESCAPE: lambda: setattr(self, "open", False),
        }
        marks: dict[int, Callable[[], object]] = {
            pygame.K_t: self._begin_text,
            pygame.K_m: marking.from_here,
            pygame.K_BACKSPACE: lambda: self._say(marking.take_back() or "Taken back"),
            pygame.K_n: lambda: self._open(1),
            pygame.K_RETURN: lambda: self._open(1),
            pygame.K_KP_ENTER: lambda: self._open(1),
            pygame.K_p: lambda: self._open(-1),
        }
        if key in actions:
            actions[key]()
        elif marking.by is None:
            return
        elif key in marks:
            marks[key]()
        elif key in GIVEN:
            self._mark(GIVEN[key])
        elif pygame.K_0 <= key <= pygame.K_9:
            player = None if key == pygame.K_0 else key - pygame.K_1
            if not marking.about(player):
                self._say(f"This episode has {marking.head.players} player(s)")

    def _play(self) -> None:
        self._say(self.marking.play())
        self._due = math.inf

    def _go(self, state: int) -> None:
        self._say(self.marking.go(state))

    def _stop_at(self, state: int) -> None:
        self.marking.playing = False
        self._go(state)

    def _open(self, by: int) -> None:
        """Go to another episode; of one that cannot be shown the window says why."""
        before, self.busy = self.marking.head.world, True
        heads = self.marking.heads
        if heads[(self.marking.place + by) % len(heads)].world == before:
            self._say(self.marking.turn_to(by))
        else:
            why = waited("Getting the episode ready …", lambda: self.marking.turn_to(by))
            self.open &= why is not None
            self._say(why or "")
        self.busy = False
        self._due = math.inf

    def _mark(self, label: str, text: str = "") -> None:
        if self.marking.reel is None:
            self._say("An episode that cannot be shown takes no marks")
        else:
            self._say(self.marking.mark(label, text) or f"Marked: {said(self.marking.marks[-1])}")

    def _begin_text(self) -> None:
        self.marking.playing, self.typing = False, ""
        pygame.event.clear(pygame.TEXTINPUT)  # the key that began it
        pygame.key.start_text_input()

    def _type(self, event: pygame.event.Event) -> None:
        """A key while a sentence is typed: the letters themselves come as text events."""
        if event.key == pygame.K_BACKSPACE:
            self.typing = (self.typing or "")[:-1]
        elif event.key in (pygame.K_RETURN, pygame.K_KP_ENTER, pygame.K_ESCAPE):
            text, self.typing = (self.typing or "").strip(), None
            pygame.key.stop_text_input()
            if text and event.key != pygame.K_ESCAPE:
                self._mark("sentence", text)

    def _write(self, text: str) -> None:
        whole = (self.typing or "") + text
        if not set(text) <= set(CHARSET):
            self._say("Letters, digits and signs of English can be said, no others")
        elif len(whole) > CHARACTERS or not self._text.contains(whole):
            self._say("No more fits")
        else:
            self.typing = whole

    def _say(self, text: str) -> None:
        if text:
            self.note, self._note_until = text, time.monotonic() + NOTE_SECONDS

    def draw(self) -> None:
        """Draw the whole window now."""
        self._surface = surface = pygame.display.get_surface()
        reel, (width, height) = self.marking.reel, surface.get_size()
        grid, tiles = (reel.grid, reel.tiles) if reel else (self.marking.head.start.grid, False)
        room = height - round(TIMELINE * min(max(min(width, height) // 42, 11), 24))
        place = arrange(width, room, *grid, self.marking.head.players, tiles=tiles)
        surface.fill(ink.GROUND)
        if reel and place.views:
            pictures = reel.views(place.views[0].height, place.views[0].width)
            for player, (view, picture) in enumerate(zip(place.views, pictures, strict=True)):
                screen.show(surface, picture, view)
                self._label(player, view, place.unit)
                if self.marking.player == player:
                    pygame.draw.rect(surface, ink.AMBER, view.inflate(6, 6), 3)
        self._panel(place)
        self._timeline(place.unit, room)
        if self.help:
            self._help(place.unit)
        pygame.display.flip()

    def _label(self, player: int, view: pygame.Rect, unit: int) -> None:
        """Write above a picture whose it is, where there are several, and who played unless that stays hidden."""
        head = self.marking.head
        if head.players > 1:
            by = "" if self.marking.blind else f"   {head.played_by[player]}"
            place = view.left, view.top - round((LABEL - 0.2) * unit)
            ink.write(self._surface, f"Player {player + 1}{by}", unit, ink.DIM, place, view.width)

    def _panel(self, place: Arrangement) -> None:
        """Paint the panel: the episode and its marks."""
        unit, panel = place.unit, place.panel
        pygame.draw.rect(self._surface, ink.PANEL, panel)
        left, room, top = panel.left + unit, panel.width - 2 * unit, panel.top + round(0.5 * unit)
        lines = (
            [(self._foot(), ink.AMBER), *self._facts()]
            if not place.side
            else [*self._facts(), (self._foot(), ink.AMBER)]
        )
        if place.side:
            lines += [(said(mark), COLOURS.get(mark.label, ink.PLAIN)) for mark in self.marking.marks[::-1]]
            lines += [(f"{said(mark)} by {mark.by}", ink.DIM) for mark in self.marking.others[::-1]]
        for text, colour in lines:
            for part in ink.wrap(text, unit, room) if place.side else (text,):
                if top + unit > panel.bottom:
                    return
                ink.write(self._surface, part, unit, colour, (left, top), room)
                top += ink.height(unit)

    def _facts(self) -> list[tuple[str, tuple[int, int, int]]]:
        marking = self.marking
        head = marking.head
        texts = " / ".join(dict.fromkeys(head.instructions))
        which = f"{marking.place + 1} of {len(marking.heads)}   " * (marking.by is not None)
        which += f"{head.world}   {head.id[:8]}"
        if not marking.blind:
            which += f"   by {', '.join(dict.fromkeys(map(str, head.played_by)))}: {head.result}"
        about = "" if marking.player is None else f"   about player {marking.player + 1}"
        since = "" if marking.since is None else f"   from step {marking.since} on"
        speed = f"{SPEEDS[marking.speed]:g}×" + ("" if marking.playing else ", paused")
        now = f"step {marking.state} of {head.steps}   {speed}{about}{since}"
        return [(texts, ink.BRIGHT), (now, ink.PLAIN), (which, ink.DIM)]

    def _foot(self) -> str:
        """The text that is typed, or a message, or the last mark, or the keys."""
        if self.typing is not None:
            return f"{self.typing}_   Enter stores it, Esc does not" if not self.note else self.note
        if self.note:
            return self.note
        if self.marking.by is None:
            return "F1 keys   Space plays or stops   Left Right a step   Up Down speed"
        last = f"{said(self.marking.marks[-1])}   " if self.marking.marks else ""
        keys = "   ".join(f"{pygame.key.name(key).upper()} {WORDS[label]}" for key, label in GIVEN.items())
        return f"{last}F1 keys   Space plays   {keys}   T text   N next"

    def _timeline(self, unit: int, top: int) -> None:
        """The line of time, with the marks on it; those of others, at their last state, below it."""
        surface, marking = self._surface, self.marking
        steps = max(marking.head.steps, 1)
        self.line = pygame.Rect(unit, top + round(0.9 * unit), surface.get_width() - 2 * unit, max(unit // 2, 4))
        pygame.draw.rect(surface, ink.RULE, self.line)

        def at(state: int) -> int:
            return self.line.left + state * (self.line.width - 1) // steps

        pygame.draw.rect(surface, ink.DIM, (*self.line.topleft, at(marking.state) - self.line.left, self.line.height))
        thick = max(unit // 2, 4)
        for mark in (each for each in marking.others if each.last is not None and each.label in COLOURS):
            pygame.draw.rect(surface, COLOURS[mark.label], (at(mark.last or 0), self.line.bottom, 3, thick))
        for mark in (each for each in marking.marks if each.last is not None and each.label in COLOURS):
            first, last = at(mark.first or 0), at(mark.last or 0)
            place = first, self.line.top - thick, max(last - first, 3), thick
            pygame.draw.rect(surface, COLOURS[mark.label], place)
        knob = pygame.Rect(0, 0, max(unit // 3, 3), 2 * self.line.height)
        knob.center = at(marking.state), self.line.centery
        pygame.draw.rect(surface, ink.BRIGHT, knob)

    def _help(self, unit: int) -> None:
        shade = pygame.Surface(self._surface.get_size(), pygame.SRCALPHA)
        shade.fill((*ink.GROUND, 244))
        self._surface.blit(shade, (0, 0))
        width = self._surface.get_width()
        rows = HELP if self.marking.by else REPLAY
        column = max(ink.width(keys, unit) for keys, _ in rows) + 2 * unit
        for number, (keys, meaning) in enumerate(rows):
            top = unit + number * ink.height(unit)
            ink.write(self._surface, keys, unit, ink.BRIGHT, (unit, top))
            ink.write(self._surface, meaning, unit, ink.PLAIN, (unit + column, top), width - column - 2 * unit)


def _opened(head: Summary, size: tuple[int, int] | None, title: str) -> pygame.Surface:
    """A window for an episode. Raises ValueError for a size out of range."""
    if size is not None and not all(200 <= edge <= 16384 for edge in size):
        raise ValueError(f"a window is 200 to 16384 pixels wide and high, not {size[0]}x{size[1]}")
    size = size or first_size(pygame.display.get_desktop_sizes()[0], *head.start.grid, head.players)
    surface = pygame.display.set_mode(size, pygame.RESIZABLE)
    pygame.display.set_caption(title)
    return surface


def mark(
    store: str | Path,
    heads: Callable[[Store], Sequence[Summary]],
    *,
    name: str = "",
    blind: bool = False,
    own: Any = None,
    levels: Any = None,
    size: tuple[int, int] | None = None,
) -> int:
    """Open a window on episodes of a store, and return the number of marks that were given when it is closed.

    heads: chooses them; name: of the person; the others: see Marking. Raises StoreError for a folder that is none,
    ValueError for no such episodes, and NoDisplayError where there is no screen.
    """
    place = Store(store)
    chosen = list(heads(place))
    by = Player("person", name)
    if not chosen:
        raise ValueError(f"{store} holds no such episode: see `rumpus episodes list {store}`")
    return _run(lambda: Marking(place, chosen, by, blind=blind, own=own, levels=levels), chosen[0], size)


def replay(
    store: str | Path,
    id: str,
    *,
    hz: float | None = None,
    own: Any = None,
    levels: Any = None,
    size: tuple[int, int] | None = None,
) -> None:
    """Open a window on one episode of a store, which plays at once and stops at its end, and return when it is closed.

    id: the whole id; hz: steps a second, by default those of the world; size: (width, height) of the window in pixels;
    the others: see Marking. Raises as `mark` does.
    """
    place = Store(store)
    heads = list(place.index(lambda head: head.id == id))
    if not heads:
        raise ValueError(f"{store} holds no episode {id}: see `rumpus episodes list {store}`")
    title = f"Rumpus: {heads[0].world}, episode {id[:8]}"
    _run(lambda: Marking(place, heads, None, own=own, levels=levels, hz=hz), heads[0], size, title)


def _run(
    make: Callable[[], Marking], head: Summary, size: tuple[int, int] | None, title: str = "Rumpus: marking"
) -> int:
    """Show what is made in a new window until it is closed. Returns the number of marks that were given."""
    open_display()
    try:
        pygame.font.init()
        _opened(head, size, title)
        made = waited("Getting the first episode ready …", make)
        if made is None:
            return 0
        window = MarkWindow(made)
        if made.by is None:
            made.play()
        window.run()
    finally:
        pygame.display.quit()
    return made.count
