"""Random messages to a server: right ones, nearly right ones, and garbage.

`python -m rumpus.tests.junk --messages 100000` sends so many to one room while somebody plays in another, and prints
the tick rate there, before and meanwhile, and the memory of the process at both ends.
"""

from __future__ import annotations

import argparse
import json
import threading
import time
from typing import Any

import numpy as np
from websockets.exceptions import ConnectionClosed

from rumpus.agents.serve.protocol import CODES, DEEDS, FIELDS
from rumpus.tests.served import Served, Visitor

VALUES: tuple[Any, ...] = (
    *(0, 1, -1, 5, 65535, 2**31, 2**70, 0.5, -0.0, 1e308, True, False, None, "", "x", "<img src=x onerror=alert(1)>"),
    *("\u202e\x00\ud800", "é" * 200, [], [0, 0], [0.5, -1.0], ["a"], {}, {"t": "key"}, float("nan"), float("inf")),
)


def junk(rng: np.random.Generator) -> str | bytes:
    """One random message."""
    kind = rng.integers(10)
    if kind == 0:
        return rng.bytes(int(rng.integers(200)))
    if kind == 1:
        return rng.bytes(int(rng.integers(200))).decode("latin-1")
    name = str(rng.choice([*FIELDS, "do", "do", "key", "key", "fly"]))
    message: dict[str, Any] = {"t": name}
    for field in FIELDS.get(name, {"x": None}):
        message[field.removesuffix("?")] = _value(rng, name, field.removesuffix("?"))
    if rng.random() < 0.1:
        message.pop(str(rng.choice(list(message))))
    if rng.random() < 0.1:
        message[str(rng.choice(["n", "x", "t", "more"]))] = VALUES[rng.integers(len(VALUES))]
    text = json.dumps(message)
    return text[: int(rng.integers(len(text)))] if kind == 2 else text


def _value(rng: np.random.Generator, name: str, field: str) -> Any:
    if rng.random() < 0.15:
        return VALUES[rng.integers(len(VALUES))]
    numbers = {"x": 4000, "y": 4000, "player": 4, "seat": 4, "button": 3, "notches": 15, "sensitivity": 400}
    numbers |= {"first": 300, "place": 30, "slot": 11}
    if field in numbers:
        return int(rng.integers(numbers[field]))
    if field in ("width", "height"):
        return int(rng.integers(16, 200))
    if field in ("walk", "look"):
        return rng.uniform(-1, 1, 2).tolist()
    choices = {"code": list(CODES), "what": [deed for deed in DEEDS if deed != "stand"]}
    if field in choices:
        return str(rng.choice(choices[field]))
    return {
        "down": bool(rng.integers(2)),
        "invert": False,
        "marked": bool(rng.integers(2)),
        "on": bool(rng.integers(2)),
        "open": bool(rng.integers(2)),
        "pressed": [],
        "name": "x",
        "text": "hello",
    }[field]


def pester(served: Served, room: str, count: int, seed: int = 0, pace: float = 0.0) -> int:
    """Send random messages to a room, over a new connection whenever one is closed. Returns how many were sent."""
    rng, sent = np.random.default_rng(seed), 0
    while sent < count:
        if room not in served.house.rooms:
            room = served.room("maze-small", seed=6)
        try:
            with served.join(room, "pest") as pest:
                while sent < count:
                    pest.line.send(junk(rng))
                    sent += 1
                    if sent % 20 == 0:
                        while pest.hear():
                            pass
                    time.sleep(pace)
        except (ConnectionClosed, UnicodeEncodeError):
            continue
    return sent


def attend(person: Visitor) -> None:
    """Somebody who looks on, and plays on at every end."""
    try:
        while True:
            person.hear(1.0)
            if person.mood() in ("over", "paused", "ready"):
                person.send(t="do", what="next" if person.mood() == "over" else "play")
            person.send(t="do", what="ping")
    except ConnectionClosed:
        pass


def main() -> None:
    """The command line."""
    from rumpus import worlds
    from rumpus.agents.serve.house import House
    from rumpus.agents.serve.limits import Limits, resident
    from rumpus.tests.served import serving

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    loaded = map(worlds.load, ("maze-small", "memory-maze-15"))
    with serving(House(loaded, limits=Limits(rate=1e6, burst=1e6, strikes=500))) as served:
        other = served.room("memory-maze-15", seed=7)
        with served.join(other) as ada:
            ada.send(t="do", what="play")
            ada.until(lambda: ada.mood() == "play")
            rates, memory, sent = [], [], 0
            threading.Thread(target=attend, args=(ada,), daemon=True).start()
            for part in range(11):
                began, ticks = time.monotonic(), served.house.rooms[other].ticks
                if part == 0:
                    time.sleep(3)
                else:
                    sent += pester(
                        served, served.room("maze-small", seed=6), options.messages // 10, options.seed + part
                    )
                rates.append((served.house.rooms[other].ticks - ticks) / (time.monotonic() - began))
                memory.append(resident() / 2**20)
        print(f"{sent} messages, refused: {served.house.counts.all()}")
        print(f"ticks a second in the other room: before {rates[0]:.1f}, meanwhile {min(rates[1:]):.1f} at least")
        print(f"memory, MB: {' '.join(f'{each:.0f}' for each in memory)}")


if __name__ == "__main__":
    main()
