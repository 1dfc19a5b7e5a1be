"""The one keyboard and mouse of every world: 96 keys, 3 buttons, a wheel, in a fixed order that never changes.

`KEYS[i]` is the name of the key at index `i` of an action's `keys`; `KEY["w"]` is the index of a name. Names are those
of a US keyboard: the print on the key, in lower case.
"""

from difflib import get_close_matches

KEYS: tuple[str, ...] = (
    *"abcdefghijklmnopqrstuvwxyz",
    *"0123456789",
    *("up", "down", "left", "right"),
    *("space", "enter", "tab", "escape", "backspace", "delete", "insert", "home", "end", "page up", "page down"),
    *("left shift", "right shift", "left ctrl", "right ctrl", "left alt", "right alt", "left meta", "right meta"),
    "caps lock",
    *(f"f{number}" for number in range(1, 13)),
    *("-", "=", "[", "]", "\\", ";", "'", ",", ".", "/", "`"),
    *(f"keypad {digit}" for digit in range(10)),
    *("keypad enter", "keypad +", "keypad -"),
)
BUTTONS: tuple[str, ...] = ("left", "middle", "right")
WHEEL: tuple[str, ...] = ("still", "up", "down")

KEY: dict[str, int] = {name: index for index, name in enumerate(KEYS)}
BUTTON: dict[str, int] = {name: index for index, name in enumerate(BUTTONS)}


def _index(name: str, table: dict[str, int], kind: str) -> int:
    try:
        return table[name]
    except KeyError:
        near = get_close_matches(str(name).lower(), table, n=3)
        hint = f"; did you mean {' or '.join(map(repr, near))}?" if near else f"; the names are {', '.join(table)}"
        raise ValueError(f"unknown {kind} {name!r}{hint}") from None


def key_index(name: str) -> int:
    """Index of a key by its name. Raises ValueError with the nearest names for an unknown one."""
    return _index(name, KEY, "key")


def button_index(name: str) -> int:
    """Index of a mouse button by its name (left, middle, right). Raises ValueError for an unknown one."""
    return _index(name, BUTTON, "mouse button")
