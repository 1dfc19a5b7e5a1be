"""One person at a desk: what is pressed, clicked, moved and typed becomes input of the world, or a command."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping

from ...interface.keys import BUTTON, key_index
from ...interface.text import CHARACTERS, CHARSET, TextSpace
from . import menu, settings
from .camera import CameraInput, input_of
from .commands import ASKING, Commands, bindable
from .host import MOST_ASKED, Host
from .input import Point, Repeat, plain
from .keymap import Keymap

NOTE_SECONDS = 5.0
"""Seconds for which a message stays."""
PAINTED = ("full", "shot", "clip", "mute")
"""Commands that a painter carries out, if it can."""
PACED = ("step", "slower", "faster")
"""Commands that have a use where time goes on, or an agent plays."""
_CTRLS = ("left ctrl", "right ctrl")
_SHIFTS = ("left shift", "right shift")
_SPACE = TextSpace()


class Person:
    """A person at a desk; made by Desk.join.

    `settings` and `keymap` are this person's; `page`: of the menu, "" for the first; `typed`: the number that is being
    typed there; `binds`: the key of the world or window for which another is to be pressed, "" for none.

    seats: the players that this person's devices move now; `inputs` makes their actions; `commands` are the keys that
    the world leaves over. `help` (the number of its page, 0 for none), `menu` (the place in it, None for none) and
    `typing` (the text being typed to say, None for none) are overlays of this person's own; `map`: whether it is open;
    `small`: whether a picture as agents see it is shown; `sees_all`: whether the pictures of others are; `note`: a
    passing message; `loud`: whether sounds are on, None where the painter has none; `caught`: whether the mouse belongs
    to the world, so that only its motion is to be reported; `open`: False once this person has left.
    """

    def __init__(self, desk: Host, name: str, seats: tuple[int, ...], can: Mapping[str, Callable[[bool], object]]):
        session = desk.session
        self.desk, self.name, self.seats = desk, name, seats
        self.inputs = input_of(session.world)
        self.settings, complaint = settings.load() if desk.stored else (settings.Settings(), "")
        self.note = complaint
        self.keymap = Keymap(self.settings)
        self.inputs.printed = self.keymap.printed
        self.binds = ""
        self.menu: int | None = None
        self.map = self.caught = self.small = self._direct = False
        self.loud: bool | None = None
        self.help = 0
        self.page = self.typed = ""
        self.typing: str | None = None
        self.open = True
        self._can = can
        self._note_until = math.inf
        self._undo = Repeat()
        self._wants_mouse = False
        self._pressed: set[int] = set()  # buttons that are down, whatever is shown
        self._home = seats[0] if seats else 0
        self._sit()
        listed = session.list
        what, count = listed.what if listed else "level", len(listed or ())
        takes_over = bool(session.agents) and (session.world.players == 1 or not seats)
        without: dict[str, str | None] = dict.fromkeys((name for name in PAINTED if name not in can), "")
        self.sees_all = not session.agents
        if self.sees_all:
            without["views"] = "All pictures are here already"
        if session.world.controls.turn_based and not session.agents:
            without |= dict.fromkeys(PACED, "Time waits for you here")
        if desk.asking is not None:  # nothing else is said there
            without |= {**dict.fromkeys(ASKING), "chat": "", "levels": ""}
            self.small, self.typing = True, None if desk.asking.text else ""
        self.commands = Commands(session.world, self.inputs, what, count, session.once, takes_over, without)
        self._word_hand()
        if isinstance(self.inputs, CameraInput):
            self.inputs.settings = self.settings
            desk.paused |= bool(seats) and not desk.people  # until a click: a player needs time to find the mouse
        desk.paused |= desk.waits

    def _sit(self) -> None:
        everyone = self.seats == tuple(range(self.desk.session.world.players))
        if not (everyone and not self.desk.session.agents and len(self.seats) > 1):
            self.inputs.sit(*(self.seats or (self._home,)))

    def take_seats(self, seats: tuple[int, ...]) -> None:
        """Play these seats from now on, none to watch; see Desk.sit."""
        self.inputs.clear()
        self.seats = seats
        if seats:
            self._sit()
        else:
            self.caught = self._wants_mouse = False
        self._word_hand()

    def _bind(self, key: str | None, now: float) -> None:
        """A key while another is to be given to what is chosen in the page of keys."""
        to, self.binds = self.binds, ""
        if key is None or key == "escape":
            self.tell("No key was changed" if key else "This key has no name here: take another", now)
        else:
            self.keymap.bind(key, to)
            self._keep("The key is changed", now)

    # from the painter

    def press(self, key: str | None, now: float, held: Collection[str] = ()) -> None:
        """A key goes down. key: its name in KEYS, None for a key that is none of these; now: seconds of the desk's
        clock; held: the names of the Shift and Ctrl keys that are down."""
        pressed, key = key, self.keymap.stands_for(key)
        index = None if key is None else key_index(key)
        ctrl = any(name in held for name in _CTRLS if name == "left ctrl" or key_index(name) not in self.inputs.keys)
        if self.desk.counting and self.seats and not self.busy:
            self.desk.start_now()
        if self.typing is not None:
            self._type(pressed, now, any(name in held for name in _CTRLS))
        elif self.menu is not None:
            self._choose(pressed, now)
        elif self.help:
            self.help = 2 if self.help == 1 and key == "f1" else 0
        elif key == "escape" and self.caught:
            self._let_go()
        elif self.desk.session.over and key in ("enter", "keypad enter"):
            self.do("next" if self.desk.asking is None else "ask", now)
        elif (name := self.commands.find(index, ctrl)) is not None:
            if name == "undo" and index is not None:
                self._undo.press(index, now)
            self.do(name, now, shift=any(each in held for each in _SHIFTS))
        elif index in self.inputs.keys:
            if self.playing and self._free(self.inputs.owner(index), now):
                self.inputs.press(index, now)
        elif why := self.commands.why_not(index):
            self.tell(why, now)
        if self._wants_mouse and self.playing and not self.caught:
            self._catch()
            for button in sorted(self._pressed):  # held during an overlay, such as typing: stays held
                if self._free(self.inputs.current, now):
                    self.inputs.button_down(button, self.inputs.current, (0, 0))

    def release(self, key: str | None, now: float) -> None:
        """A key goes up."""
        key = self.keymap.stands_for(key)
        if key is not None:
            self.inputs.release(key_index(key), now)
            self._undo.release(key_index(key), now)

    def text(self, text: str, now: float) -> None:
        """Typed text comes in: it is added if it can be said and fits, else a message is shown."""
        if self.typing is None:
            return
        whole = self.typing + text
        if self.desk.asking is not None:  # any words of any script are told
            if len(whole) <= MOST_ASKED and text.isprintable():
                self.typing = whole
            else:
                self.tell(f"At most {MOST_ASKED:,} letters and signs can be asked for at once", now)
        elif not set(text) <= set(CHARSET):
            self.tell("Letters, digits and signs of English can be said, no others", now)
        elif len(whole) > CHARACTERS or not _SPACE.contains(whole):
            self.tell("No more fits: say it in parts", now)
        else:
            self.typing = whole

    def button_down(self, button: str | None, now: float, at: tuple[int, Point] | None = None) -> None:
        """A button of the mouse goes down. button: its name in BUTTONS, None for another; at: (player, point) of the
        picture under the mouse, in 1/MOUSE_ONE picture heights, None where there is none. In worlds with a camera a
        click captures the mouse, and then its events belong to the player who has it."""
        number = None if button is None else BUTTON[button]
        if number is not None:
            self._pressed.add(number)
        if self.seats and not self.busy:
            self.desk.start_now()
        if self.desk.paused and self.inputs.looks and not self.busy and not self.desk.session.over:
            self.desk.paused = False
            self.caught = self._wants_mouse = bool(self.seats)
            return
        if not self.playing or (at is None and not self.caught):
            return
        player, point = (self.inputs.current, (0, 0)) if self.caught or at is None else at
        if not self.caught and self.inputs.looks and self.seats:
            self._catch()
        elif number is not None and self._free(player, now):
            self.inputs.button_down(number, player, point)

    def button_up(self, button: str | None) -> None:
        """A button of the mouse goes up."""
        if button is not None:
            self._pressed.discard(BUTTON[button])
            if self.playing:
                self.inputs.button_up(BUTTON[button])

    def pointer(self, player: int, point: Point) -> None:
        """The mouse, not captured, points to a place in a player's picture, in 1/MOUSE_ONE picture heights."""
        if self.playing and not self.caught:
            self.inputs.point(player, point)

    def look(self, motion: Point) -> None:
        """The captured mouse moves, (x, y) in pixels."""
        if self.playing and self.caught:
            self.inputs.look(motion)

    def wheel(self, notches: int) -> None:
        """The wheel turns, up for positive notches."""
        if self.playing:
            self.inputs.wheel(notches)

    def away(self) -> None:
        """This person looks elsewhere: the window or the page has lost the focus."""
        self.rest()
        self._pressed.clear()
        session = self.desk.session
        if not session.world.controls.turn_based and not session.over and self.desk.alone(self):
            self.desk.paused = True

    # for the desk

    @property
    def playing(self) -> bool:
        """Whether input goes to the world: no overlay is shown."""
        return not (self.busy or self.desk.paused or self.desk.session.over or self.desk.counting)

    @property
    def busy(self) -> bool:
        """Whether an overlay of this person's own is shown."""
        return bool(self.help) or self.menu is not None or self.typing is not None

    @property
    def paused(self) -> bool:
        """Whether the desk is paused."""
        return self.desk.paused

    def dues(self) -> list[float | None]:
        """The times at which `advance` has something to do."""
        return [self._undo.due, self._note_until]

    def advance(self, now: float) -> bool:
        """Repeat an undo whose key is held, and end a message. True if what is shown has changed."""
        changed = False
        if self._undo.fire(now) is not None:
            self.do("undo", now)
            changed = True
        if self._note_until == math.inf and self.note:  # from before the first moment
            self._note_until = now + NOTE_SECONDS
        if now >= self._note_until:
            self.note, self._note_until, changed = "", math.inf, True
        return changed

    def rest(self) -> None:
        """Release all keys and buttons, and the mouse."""
        self.inputs.clear()
        self._undo.clear()
        self.caught = False

    def tell(self, text: str, now: float) -> None:
        """Show a message for a while."""
        self.note, self._note_until = text, now + NOTE_SECONDS

    # commands

    def do(self, name: str, now: float, shift: bool = False) -> None:
        """Carry out a command by its name in `commands.table`; others have no effect. shift: whether it was held."""
        if name in self._can:
            self._can[name](shift)
        elif name in self.commands.table or name in ("next", "quit"):
            actions: dict[str, Callable[[float], object]] = {
                "help": self._do_help,
                "switch": self._do_switch,
                "hand": self._do_hand,
                "restart": lambda now: self.desk.restart(),
                "next": self._do_next,
                "previous": lambda now: self.desk.next(-1),
                "pause": lambda now: self.desk.pause(),
                "step": lambda now: self.desk.step_once(),
                "slower": lambda now: self.desk.faster(-1),
                "faster": lambda now: self.desk.faster(1),
                "undo": self._do_undo,
                "map": self._do_map,
                "views": self._do_views,
                "calmer": lambda now: self._do_sensitivity(-1, now),
                "livelier": lambda now: self._do_sensitivity(1, now),
                "invert": self._do_invert,
                "chat": self._do_chat,
                "ask": self._do_chat,
                "good": lambda now: self._do_mark("success", now),
                "bad": lambda now: self._do_mark("failure", now),
                "levels": self._do_levels,
                "leave": self._do_leave,
                "quit": self._do_quit,
            }
            actions[name](now)

    def _do_help(self, now: float) -> None:
        self.rest()
        self.help = 1

    def _do_switch(self, now: float) -> None:
        self.inputs.clear()
        players = self.desk.session.world.players
        if self.inputs.seated:
            free = (seat % players for seat in range(self.inputs.current + 1, self.inputs.current + players))
            seat = next((seat for seat in free if self.desk.person_of(seat) is None), self.inputs.current)
            self.desk.sit(self, (seat,))
        else:
            self.inputs.current = (self.inputs.current + 1) % players

    def _do_hand(self, now: float) -> None:
        """Take over from an agent; in worlds for several one seat after the other; at last hand back."""
        players = self.desk.session.world.players
        first = self.seats[0] + 1 if self.seats else 0
        free = (seat for seat in range(first, players) if self.desk.person_of(seat) is None)
        seat = next(free, None)
        self.desk.sit(self, () if seat is None else (seat,))
        self._wants_mouse = self.inputs.looks and seat is not None
        self.caught &= self._wants_mouse

    def _word_hand(self) -> None:
        """The next effect of the command, for hints."""
        players = self.desk.session.world.players
        if players == 1:
            word = "let it play" if self.seats else "take over"
        else:
            seat = self.seats[0] + 1 if self.seats else 0
            word = "watch" if seat == players else f"play player {seat + 1}"
        self.commands.words["hand"] = word

    def _do_undo(self, now: float) -> None:
        if not self.desk.undo():
            session = self.desk.session
            self.tell("This is where the episode began" if not session.steps else "No more is remembered", now)

    def _do_map(self, now: float) -> None:
        self.map = not self.map

    def _do_views(self, now: float) -> None:
        self.sees_all = not self.sees_all
        self.commands.words["views"] = "own picture" if self.sees_all else "all pictures"

    def _do_sensitivity(self, steps: int, now: float) -> None:
        assert isinstance(self.inputs, CameraInput)
        self.inputs.settings.turn(steps)
        self._keep(f"Mouse at {self.inputs.settings.sensitivity} %", now)

    def _do_invert(self, now: float) -> None:
        assert isinstance(self.inputs, CameraInput)
        inverted = self.inputs.settings.invert = not self.inputs.settings.invert
        self._keep(f"Mouse down looks {'up' if inverted else 'down'}", now)

    def _keep(self, news: str, now: float) -> None:
        """Store the settings, and say what they are now."""
        complaint = settings.keep(self.settings) if self.desk.stored else ""
        self.tell(complaint or news, now)

    def _do_chat(self, now: float) -> None:
        self.rest()
        self.typing = self.note = ""

    def _do_next(self, now: float) -> None:
        self.desk.next()
        if self.desk.asking is not None:
            self.typing = ""

    def _do_mark(self, label: str, now: float) -> None:
        """The person's verdict on what was asked for."""
        if not self.desk.asking.text:
            self.tell("Nothing was asked for yet: press Enter and say what is to be done", now)
        self.desk.asking.mark(label)

    def _do_leave(self, now: float) -> None:
        self.rest()
        self.menu, self.page, self.note, self._direct = 0, "", "", False

    def _do_levels(self, now: float) -> None:
        self.rest()
        self._direct = True
        self._open_page("levels")

    def _do_quit(self, now: float) -> None:
        self.open = False

    def menu_page(self) -> menu.Page:
        """The page of the menu that is open."""
        owner = menu.Owner(
            self.desk, self.inputs, self.do, frozenset(self.commands.table), (self.small, self._turn),
            self._open_page, self.tell, self.settings, self._turn_marks,
        )  # fmt: skip
        listed = self.desk.session.list
        what = listed.what if listed else "level"
        name, _, sure = self.page.partition(" ")
        if name in ("save", "load"):
            return menu.slots(owner, name == "save", int(sure or 0))
        if name == "levels":
            return menu.levels(owner, what, self.typed)
        if name == "keys":
            known = bindable(self.desk.session.world, self.inputs, self.commands)
            return menu.keys(owner, known, self.binds, self._binds, self._as_they_were, self._turn_place)
        rows = menu.rows(owner, what, self.loud)
        return menu.Page("", len(rows), rows.__getitem__, menu.FOOT.format(back="Esc or any other key plays on"))

    def _binds(self, key: str) -> None:
        self.binds = key

    def _as_they_were(self, now: float) -> None:
        self.keymap.reset()
        self._keep("All keys are as they were", now)

    def _turn_place(self, now: float) -> None:
        self.keymap.turn()
        self._keep(f"Keys are known by their {'place' if self.settings.by_place else 'print'}", now)

    def _turn_marks(self, now: float) -> None:
        self.settings.marked = not self.settings.marked
        self._keep("Colours for all eyes, with letters" if self.settings.marked else "Colours as agents see them", now)

    def _turn(self) -> None:
        self.small = not self.small

    def _open_page(self, name: str) -> None:
        """Turn to a page of the menu, or close it."""
        same, self.page, self.typed = self.page.split(" ")[0] == name.split(" ")[0], name, ""
        if name == "close":
            self.menu, self.page = None, ""
            return
        self.note = ""
        if not same:
            self.menu = menu.first(self.desk, name)

    def _choose(self, key: str | None, now: float) -> None:
        """A key while the menu is open: on its first page, any that has no use in it plays on."""
        if self.binds:
            self._bind(key, now)
            return
        page = self.menu_page()
        place = self.menu = min(self.menu or 0, page.length - 1)
        row = page.row(place)
        if (moved := page.moved(place, key)) is not None:
            self.menu, self.page, self.typed = moved, self.page.partition(" ")[0], ""
        elif key in ("left", "right"):
            if row.value:
                row.do(now, 1 if key == "right" else -1)
        elif key in ("enter", "keypad enter", "space"):
            self.menu = place if row.stays else None
            row.do(now, 0)
        elif self.page and key == "escape":
            self._open_page("close" if self._direct else "")
        elif page.numbered:
            self.typed, self.menu = page.typed(self.typed, key or "", place)
        else:
            self.menu = None

    def _type(self, key: str | None, now: float, ctrl: bool) -> None:
        """A key while text is typed: the letters themselves come as text."""
        text = self.typing or ""
        if key == "backspace":
            self.typing = text[:-1]
        elif key == "v" and ctrl:
            self.tell("Nothing can be pasted here: type it", now)
        elif key == "tab":
            places = self.inputs.places()
            self.inputs.current = places[(places.index(self.inputs.current) + 1) % len(places)]
        elif key in ("enter", "keypad enter", "escape"):
            self.typing = None
            if text.strip() and key != "escape":
                self._say(text.strip(), now)

    def _say(self, text: str, now: float) -> None:
        """Say a text, or ask the agent for it."""
        if self.desk.asking is not None:
            self.desk.ask(plain(text), self)
            self.tell(self.desk.asking.reply, now)
        else:
            self.inputs.say(self.inputs.current, plain(text))

    def _free(self, player: int, now: float) -> bool:
        """Whether a player's actions have an effect; a message says why if not."""
        session = self.desk.session
        if player not in self.seats:
            agent, hand = session.agent_of(player), self.commands.table.get("hand")
            who = agent.name if agent else "Nobody"
            self.tell(f"{who} plays: {hand.shown} takes over" if hand else "This seat is not yours", now)
        elif session.ends[player]:
            self.tell(f"Player {player + 1} is done; the episode goes on", now)
        elif session.muted[player]:
            talk = self.commands.table["chat"].shown if "chat" in self.commands.table else ""
            self.tell(f"Player {player + 1} can only talk" + (f": {talk}" if talk else ""), now)
        else:
            return True
        return False

    def _catch(self) -> None:
        self.caught = self._wants_mouse = True

    def _let_go(self) -> None:
        """Esc frees the captured mouse; where nobody else plays, that is a pause."""
        if self.desk.alone(self):
            self.desk.pause()
        self.rest()
        self._wants_mouse = False
