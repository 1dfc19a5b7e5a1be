"""The window's own keys, and the help texts about the keys and buttons that a world uses.

The window uses function keys, Enter and Esc, so that letters, digits, arrows and space are left to the worlds; in
first-person worlds, which use few keys, also M and the brackets. A key that the world uses always goes to the world;
the window's use of it then needs Ctrl too, and is shown so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ...interface.action import Move
from ...interface.keys import KEY, KEYS, key_index
from ...worlds.engine.render.views import Rays
from ...worlds.engine.world import Controls, World
from . import camera
from .input import Input
from .keyboard import ARROWS, RIGHT_HAND, shown

CTRLS = frozenset((KEY["left ctrl"], KEY["right ctrl"]))
_COMMANDS = (
    ("help", "f1", "this page"),
    ("switch", "f2", "play {other} player"),
    ("hand", "f2", "take over from the agent, or let it play on"),
    ("previous", "f4", "the {what} before this one"),
    ("restart", "f5", "this {what} again"),
    ("next", "f6", "next {what}"),
    ("pause", "f7", "pause"),
    ("step", "f10", "pause, and go on by a single step"),
    ("slower", "-", "everything slower"),
    ("faster", "=", "everything faster"),
    ("undo", "f8", "take {back}"),
    ("clip", "f9", "save a clip (with Shift: a GIF)"),
    ("views", "tab", "the pictures of all players, or your own alone"),
    ("levels", "l", "all {what}s: choose one by its number"),
    ("map", "m", "a map, as nobody in it has"),
    ("calmer", "[", "the mouse {turns} less"),
    ("livelier", "]", "the mouse {turns} more"),
    ("invert", "f3", "mouse down {looks} up, or down again"),
    ("full", "f11", "full screen"),
    ("shot", "f12", "save a screenshot"),
    ("chat", "enter", "say something"),
    ("ask", "enter", "ask the agent for something, also while it tries"),
    ("good", "y", "it has done what you asked for"),
    ("bad", "n", "it has not done what you asked for"),
    ("mute", "s", "sounds off, or on"),
    ("leave", "escape", "the menu"),
)
_ALSO = {"previous": "page up", "next": "page down"}
"""Other keys for the same, where levels or tasks follow one another in an order."""
_UNFAIR = ("previous", "levels", "restart", "undo", "map", "step", "slower", "faster")
"""Commands that an agent does not have."""
ASKING = ("ask", "good", "bad")
"""Commands that have a use where an agent is asked for something."""
_ONCE = "This is measured: each task is played once, and nothing is taken back"


@dataclass(frozen=True)
class Command:
    """A key of the window: its name and meaning, its index in KEYS, whether Ctrl must be held, its text on the help
    page, another key for the same with whether Ctrl must be held with that, and the print on keys, see Input."""

    name: str
    key: int
    ctrl: bool
    help: str
    also: tuple[int, bool] | None = None
    printed: Mapping[str, str] = field(default_factory=dict)

    @property
    def shown(self) -> str:
        """The key as people read it: "F8", "Ctrl + F8"."""
        return "Ctrl + " * self.ctrl + shown(KEYS[self.key], self.printed)

    @property
    def all_shown(self) -> str:
        """All its keys: "F6 or Page Down"."""
        also = [] if self.also is None else ["Ctrl + " * self.also[1] + shown(KEYS[self.also[0]], self.printed)]
        return " or ".join([self.shown, *also])

    def is_(self, key: int | None, ctrl: bool) -> bool:
        """Whether it is this key, with or without Ctrl held."""
        return any(key == own and ctrl >= wanted for own, wanted in ((self.key, self.ctrl), self.also or (-1, False)))


class Commands:
    """The commands of the window in a world, by name in `table`. what: "level" or "task"; count: the number of them
    that are played in order, 0 where they come at random; once: whether each is played once, and measured; takes_over:
    whether a seat passes between the person and an agent, in place of the person changing seats; without:
    commands that are missing besides, and the reasons; None for those of ASKING that there are. `words`: names of
    commands in hints, where they have others there."""

    def __init__(
        self, world: World, inputs: Input, what: str = "level", count: int = 0, once: bool = False,
        takes_over: bool = False, without: Mapping[str, str | None] | None = None,
    ):  # fmt: skip
        self._what = what
        self.words = {
            "restart": "again",
            "next": f"next {what}",
            "chat": "say",
            "hand": "take over",
            "good": "it did it",
            "bad": "it did not",
            "views": "all pictures",
        }
        missing: dict[str, str | None] = {**_missing(world, inputs, what, count), **dict.fromkeys(ASKING, "")}
        missing |= (dict.fromkeys(_UNFAIR, _ONCE) if once else {}) | dict(without or {})
        self._missing = {name: why for name, why in missing.items() if why is not None}
        if not takes_over:
            self._missing["hand"] = "No agent plays here"
        elif world.players > 1:
            self._missing["switch"] = ""
        back = "a step back" if world.controls.turn_based else "a second back"
        walks = isinstance(inputs, camera.CameraInput) and inputs.walks
        turns, looks = ("turns", "looks") if walks else ("moves", "is")
        other = "the other" if world.players == 2 else "another"
        texts = {"what": what, "back": back, "turns": turns, "looks": looks, "other": other}
        also = {name: key_index(key) for name, key in _ALSO.items() if count}
        self.table = {
            name: Command(
                name,
                key_index(key),
                key in world.controls.keys,
                text.format(**texts),
                (also[name], also[name] in inputs.keys) if name in also else None,
                inputs.printed,
            )
            for name, key, text in _COMMANDS
            if name not in self._missing
        }
        both = KEY["z"] in inputs.keys and inputs.keys & CTRLS
        self.ctrl_z = "undo" in self.table and not both

    def find(self, key: int | None, ctrl: bool) -> str | None:
        """The command of this key, with or without Ctrl held; None if it is none."""
        if self.ctrl_z and ctrl and key == KEY["z"]:
            return "undo"
        return next((command.name for command in self.table.values() if command.is_(key, ctrl)), None)

    def why_not(self, key: int | None) -> str:
        """The reason why this key, which is a command in other worlds, has no use here; "" for any other key."""
        names = (name for name, own, _ in _COMMANDS if KEY[own] == key)
        return next((why for name in names if (why := self._missing.get(name))), "")

    def hints(self, *names: str) -> list[str]:
        """Short texts: "F5 again", "F6 next level"."""
        known = [self.table[name] for name in names if name in self.table]
        return [f"{command.shown} {self.words.get(command.name, command.name)}" for command in known]

    def onward(self) -> str:
        """The effect of Enter after the end of an episode, as a hint."""
        return f"Enter next {self._what}" if "next" in self.table else f"Enter this {self._what} again"

    def rows(self) -> list[tuple[str, str]]:
        """(keys, meaning) of all commands, and of the buttons of a controller."""
        pads = (("start", "leave"), ("b", "undo"), ("y", "next"), ("back", "restart"))
        known = [f"{button.title()} {self.table[name].help}" for button, name in pads if name in self.table]
        return [
            (command.all_shown + (" or Ctrl + Z" if command.name == "undo" and self.ctrl_z else ""), command.help)
            for command in self.table.values()
        ] + [("Controller", ", ".join(known))]


def _missing(world: World, inputs: Input, what: str, count: int) -> dict[str, str]:
    """The commands that have no use here, and the reasons."""
    missing = {}
    if not world.rules.savable:
        missing["undo"] = "Nothing can be taken back here: this world cannot be saved"
        missing["clip"] = "There are no clips here: this world cannot be saved"
    if not isinstance(world.view, Rays):
        missing["map"] = "There is no map here"
    if not inputs.looks:
        missing |= dict.fromkeys(("calmer", "livelier", "invert"), "The mouse does not look around here")
    answers = world.rules.things is not None and "said" in world.rules.things.relations
    if world.players == 1 and not answers:
        missing["chat"] = "Nobody is here to talk to"
    if count == 0:
        missing["previous"] = "Levels come at random here, and none is before this one"
        missing["levels"] = "Levels come at random here: --levels FILE plays those of a file"
    elif count == 1:
        missing |= dict.fromkeys(("previous", "next", "levels"), f"This {what} is the only one")
    if world.players == 1:
        missing["views"] = "There is one picture here"
    if world.players == 1:
        missing["switch"] = "There is no other player, and no agent: rumpus play WORLD --with AGENT brings one"
    elif len(inputs.places()) > 1 and (inputs.shared or inputs.seated):
        missing["switch"] = "Both players have their keys already"
    return missing


def input_rows(world: World, inputs: Input) -> list[tuple[str, str]]:
    """(input, meaning) of the world's moves, of the keys that are in none of them, and of the mouse."""
    own = world.controls
    if isinstance(inputs, camera.CameraInput) and inputs.walks:
        return _look_rows(own, inputs)
    if own.help.keys() >= set(own.keys) and not inputs.shared:
        return _worded_rows(own, inputs)
    rows = [(_held(move, inputs.printed), name) for name, move in own.moves.items()]
    used = {key for move in own.moves.values() for key in move.keys}
    if inputs.shared:
        sides = ([key for key in own.keys if (KEY[key] in RIGHT_HAND) == right] for right in (False, True))
        rows += [(_keys(side, inputs), f"player {player}") for player, side in enumerate(sides, start=1)]
    elif rest := [key for key in own.keys if key not in used]:
        rows.append((_keys(rest, inputs), "work too"))
    buttons = " or ".join(own.buttons)
    if own.cursor:
        rows.append((f"{buttons} click".strip().capitalize(), "on the place you mean"))
    if inputs.buttons and not own.cursor:
        rows.append((buttons.capitalize(), "mouse button"))
    return rows


def _worded_rows(own: Controls, inputs: Input) -> list[tuple[str, str]]:
    """(input, meaning) where the world itself describes each key and button, the wheel and the mouse."""
    rows: dict[str, list[str]] = {}
    for what, meaning in own.help.items():
        if what == "mouse" and inputs.looks:
            meaning += " (click to catch it, Esc lets it go)"
        rows.setdefault(meaning, []).append(shown(what, inputs.printed) if what in KEY else what.capitalize())
    return [(" or ".join(held), meaning) for meaning, held in rows.items()]


def _look_rows(own: Controls, inputs: camera.CameraInput) -> list[tuple[str, str]]:
    """(input, meaning) in worlds with a camera: of the player with the mouse, of the arrows, and of a controller."""
    alone = [(name, move) for name, move in own.moves.items() if not (move.buttons or any(move.mouse))]
    plain = {move.keys[0]: name for name, move in alone if len(move.keys) == 1}
    names = {key: plain.get(key) or camera.WORDS.get(key, "works too") for key in own.keys}
    names |= {key: text for key, text in own.help.items() if key in names}
    walks = [key for key in names if len(key) == 1 and key != "e" and key not in own.help]
    rows = [("Mouse", "look around: click to catch it, Esc to let it go")]
    rows.append((_keys(walks, inputs), ", ".join(names[key] for key in walks)))
    for key in [key for key in names if key not in walks]:
        also = f" or {own.buttons[0]} button" if key == "e" and inputs.uses and own.buttons else ""
        rows.append((shown(key, inputs.printed) + also, names[key]))
    for what in (*(f"{button} button" for button in own.buttons), "wheel"):
        if what in own.help:
            rows.append((what.capitalize(), own.help[what]))
    seat = "" if len(inputs.places()) == 1 else "next player: "
    rows.append(("Arrows", f"{seat}forward, back, turn"))
    rows.append(("Page Up Page Down", f"{seat}look up, down"))
    for key in names:
        held = [KEYS[own] for own, stands in inputs.stands_for.items() if KEYS[stands] == key and own not in ARROWS]
        if held:
            rows.append((" or ".join(shown(own, inputs.printed) for own in held), f"{seat}{names[key]}"))
    if inputs.grasps:
        rows.append(
            (
                " or ".join(shown(KEYS[key], inputs.printed) for key in sorted(inputs.grasps)),
                f"{seat}{own.help['left button']}",
            )
        )
    pressed = [f"{button.title()} {names[key]}" for button, key in inputs.presses.items()]
    pressed += ["A the left button"] if inputs.grasps else []
    rows.append(("Controller", ", ".join(["left stick walk", "right stick look", *pressed])))
    return rows


def pages(world: World) -> list[str]:
    """The paragraphs of the world's docstring, without line breaks."""
    return [" ".join(paragraph.replace("`", "").split()) for paragraph in world.doc.strip().split("\n\n")]


def _keys(names: Iterable[str], inputs: Input) -> str:
    """Several keys as people read them, all four arrows as one word."""
    names, arrows = list(names), {KEYS[key] for key in ARROWS}
    if arrows <= set(names):
        names = ["arrows", *(name for name in names if name not in arrows)]
    return " ".join(shown(name, inputs.printed) for name in names)


def _held(move: Move, printed: Mapping[str, str]) -> str:
    parts = [shown(key, printed) for key in move.keys] + [f"{button} button" for button in move.buttons]
    parts += [f"wheel {move.wheel}"] if move.wheel != "still" else []
    parts += ["mouse"] if move.mouse != (0.0, 0.0) else []
    return " + ".join(parts) or "nothing"


def worded(world: World, inputs: Input) -> list[tuple[str, str]]:
    """(key, meaning) of the keys of a world that have a meaning of their own."""
    own = world.controls
    plain = [(name, move) for name, move in own.moves.items() if not (move.buttons or any(move.mouse))]
    names = {move.keys[0]: name for name, move in plain if len(move.keys) == 1}
    words = camera.WORDS if isinstance(inputs, camera.CameraInput) and inputs.walks else {}
    meanings = {key: own.help.get(key) or names.get(key) or words.get(key, "") for key in own.keys}
    return [(key, meaning) for key, meaning in meanings.items() if meaning]


def bindable(world: World, inputs: Input, commands: Commands) -> list[tuple[str, str]]:
    """(key, meaning) of the keys that can be given other places: those of the world that have a meaning of their own,
    then those of the window."""
    rows = worded(world, inputs)
    taken = {key for key, _ in rows} | {"escape"}
    for command in commands.table.values():
        if KEYS[command.key] not in taken and not command.ctrl:
            taken.add(KEYS[command.key])
            rows.append((KEYS[command.key], "help" if command.name == "help" else command.help))
    return rows
