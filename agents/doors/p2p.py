"""The door for models of Open-P2P: a picture of 192 x 192 pixels and a text in, keys and motion of the mouse out, 20
times a second.

    player = P2PPlayer(lambda: MyModel())                  # any object with reset() and act(frame, text) -> P2PAction
    player = P2PPlayer(lambda: SocketModel("/tmp/uds.recap"))    # the inference server of Open-P2P
    evaluate("maze-small", player, episodes=20)

The messages are those between Open-P2P's inference server and its client (elefant/inference/unix_socket_server.py and
video_inference.proto of elefant-ai/open-p2p, read November 2026), each with its length before it: four bytes, the
lowest first. It needs rumpus[p2p], and is imported late.
"""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import stat
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np

from ...episodes.export.actions import SCREEN
from ...episodes.export.p2p import BUTTON_NUMBERS, FPS, KEY_NAMES, SIZE, messages
from ...interface.action import ACTION, MOUSE_ONE
from ...interface.keys import BUTTONS, WHEEL
from ...interface.text import decode
from ...worlds.engine.run.batch import Batch

KEYS_OF_MODELS = (
    *("Space", "1", "2", "3", "4", "a", "d", "e", "f", "q", "w", "s", "z"),
    *("DownArrow", "UpArrow", "LeftArrow", "RightArrow", "LeftShift", "RightShift"),
)
"""The keys that its published models press; others of KEY_NAMES are taken, too."""
PATIENCE = 20.0
"""Seconds in which a server must answer."""
MOST_BYTES = 1 << 20
"""The longest answer that is read."""
_KEYS = {name.lower(): index for index, name in enumerate(KEY_NAMES)}
_BUTTONS = {number: BUTTONS.index(name) for name, number in BUTTON_NUMBERS.items()}
_FIELDS = {
    "Vec2Int": ("1 x int32", "2 y int32"),
    "Frame": ("1 width int32", "2 height int32", "3 data bytes", "4 id int32"),
    "MouseAction": ("1 mouse_delta_px Vec2Int", "3 scroll_delta_px Vec2Int", "4 buttons_down string*"),
    "Action": ("1 keys string*", "2 id int32", "3 mouse_action MouseAction"),
}


class P2PAction(NamedTuple):
    """An answer of a model. keys: names of the keys that are held, as KEY_NAMES has them; mouse: motion (x, y) in
    pixels of a screen of SCREEN rows; buttons: of "0" left, "1" right and "2" middle; scroll: notches, up positive."""

    keys: Sequence[str] = ()
    mouse: tuple[float, float] = (0.0, 0.0)
    buttons: Sequence[str] = ()
    scroll: float = 0.0


class P2PModel(Protocol):
    """A model with a memory of one episode."""

    def reset(self) -> None:
        """Forget all: an episode begins."""

    def act(self, frame: np.ndarray, text: str) -> P2PAction:
        """The answer to a picture, uint8 (192, 192, 3), and the instruction."""
        raise NotImplementedError


class P2PPlayer:
    """A Policy by models of Open-P2P's form, one for each player of a batch.

    make: makes a model, which is kept for its lane; rows: environments that are played side by side. A model decides
    every 1/20 second of the world's time, in turn-based worlds every turn; keys and buttons stay down until then, the
    mouse and the wheel move once. Names that are no keys of Rumpus, motion beyond a picture height and answers that are
    no numbers count in `report`, and nothing else comes of them.
    """

    def __init__(self, make: Callable[[], P2PModel], *, name: str = "open-p2p", rows: int = 1):
        self.name, self.rows, self._make = name, rows, make
        self._models: list[P2PModel] = []
        self.counts: Counter[str] = Counter()
        self._seconds: list[float] = []

    def start(self, batch: Batch) -> None:
        """A model for each lane; those of before are kept."""
        lanes = batch.n * batch.players
        self._models += [self._make() for _ in range(lanes - len(self._models))]
        self._held = np.zeros(lanes, ACTION)
        self._slots = np.full(lanes, -1)

    def act(self, batch: Batch, is_first: np.ndarray) -> None:
        """The answer of each model whose time has come; the others hold their keys."""
        controls, ticks = batch.world.controls, batch.states["tick"]
        for lane, model in enumerate(self._models[: batch.n * batch.players]):
            row, player = divmod(lane, batch.players)
            if is_first[row]:
                model.reset()
                self._slots[lane] = -1
            tick = int(ticks[row])
            slot = tick if controls.turn_based else tick * int(FPS) // controls.tick_hz
            held = self._held[lane : lane + 1]
            if batch.over[row]:
                held[...] = np.zeros((), ACTION)
            elif slot == self._slots[lane]:
                held["mouse"], held["wheel"] = 0, 0
            else:
                held[...] = self._asked(model, batch, row, player)
            self._slots[lane] = slot
            batch.actions[row, player] = held[0]

    def _asked(self, model: P2PModel, batch: Batch, row: int, player: int) -> np.ndarray:
        frame, text = batch.picture(row, player, SIZE), decode(batch.instruction[row, player])
        began = time.perf_counter()
        answer = model.act(frame, text)
        self._seconds.append(time.perf_counter() - began)
        self.counts["asked"] += 1
        return self._record(answer)

    def _record(self, answer: P2PAction) -> np.ndarray:
        """The ACTION record, (), of an answer."""
        made = np.zeros((), ACTION)
        for kind, names, known in (("keys", answer.keys, _KEYS), ("buttons", answer.buttons, _BUTTONS)):
            for each in names:
                index = known.get(str(each).lower())
                if index is None:
                    self.counts[f"unknown_{kind}"] += 1
                else:
                    made[kind][index] = 1
        motion = np.array([*answer.mouse, answer.scroll], np.float64)
        if not np.isfinite(motion).all():
            self.counts["no_numbers"] += 1
            motion = np.zeros(3)
        far = motion[:2] / SCREEN
        self.counts["too_far"] += int((np.abs(far) > 1).any())
        made["mouse"] = np.rint(far.clip(-1, 1) * MOUSE_ONE)
        made["wheel"] = WHEEL.index("up" if motion[2] > 0 else "down" if motion[2] < 0 else "still")
        return made

    def report(self) -> dict[str, float]:
        """Counts: asked, unknown_keys, unknown_buttons, no_numbers, too_far; and latency_p50 and latency_p99, seconds
        of an answer."""
        times = self._seconds or [0.0]
        found = {name: float(count) for name, count in self.counts.items()}
        return found | {f"latency_p{part}": float(np.percentile(times, part)) for part in (50, 99)}


class SocketModel:
    """The inference server of Open-P2P as a model: a new connection for each episode, at which it forgets.

    address: the path of its Unix socket, or HOST:PORT; words: a file or pipe of which it reads its standard input: the
    protocol has no field for the instruction, which the server takes as a line there. Errors are ValueErrors with a
    sentence.
    """

    def __init__(self, address: str, words: str | Path | None = None, timeout: float = PATIENCE):
        self._address, self._words, self._timeout = address, words, timeout
        self._socket: socket.socket | None = None
        self._kinds = messages(_FIELDS, "inference")
        self._told: str | None = None
        self._number = 0

    def reset(self) -> None:
        """Connect anew."""
        self.close()
        try:
            self._socket = self._connected()
        except OSError as error:
            raise ValueError(
                f"no server of Open-P2P answers at {self._address!r} ({error}): start its "
                "elefant/policy_model/inference.py, and give the path of its socket, or HOST:PORT"
            ) from None

    def _connected(self) -> socket.socket:
        host, _, port = self._address.rpartition(":")
        if host and port.isdecimal():
            return socket.create_connection((host, int(port)), self._timeout)
        made = socket.socket(socket.AF_UNIX)
        made.settimeout(self._timeout)
        try:
            made.connect(self._address)
        except OSError:
            made.close()
            raise
        return made

    def act(self, frame: np.ndarray, text: str) -> P2PAction:
        """Send a picture, and wait for the answer to it."""
        self._tell(text)
        if self._socket is None:
            self.reset()
        self._number += 1
        height, width = frame.shape[:2]
        sent = self._kinds["Frame"](width=width, height=height, data=frame.tobytes(), id=self._number)
        try:
            answer = self._answered(sent.SerializeToString())
        except OSError as error:
            self.close()
            raise ValueError(
                f"the server of Open-P2P at {self._address!r} did not answer within {self._timeout:g} seconds, or is "
                f"gone ({error})"
            ) from None
        mouse = answer.mouse_action
        return P2PAction(
            tuple(answer.keys), (mouse.mouse_delta_px.x, mouse.mouse_delta_px.y), tuple(mouse.buttons_down),
            mouse.scroll_delta_px.y,
        )  # fmt: skip

    def _answered(self, data: bytes) -> Any:
        assert self._socket is not None
        self._socket.sendall(len(data).to_bytes(4, "little") + data)
        while True:
            length = int.from_bytes(self._read(4), "little")
            if length > MOST_BYTES:
                raise ValueError(f"what answers at {self._address!r} is no server of Open-P2P: it sends {length} bytes")
            try:
                answer = self._kinds["Action"].FromString(self._read(length))
            except Exception as error:
                raise ValueError(f"what answers at {self._address!r} sends no actions of Open-P2P: {error}") from None
            if answer.id == self._number:  # else of a picture from before
                return answer

    def _read(self, count: int) -> bytes:
        assert self._socket is not None
        parts = b""
        while len(parts) < count:
            part = self._socket.recv(count - len(parts))
            if not part:
                raise ConnectionResetError("it has closed the connection")
            parts += part
        return parts

    def _tell(self, text: str) -> None:
        """Write an instruction that the server does not know yet."""
        if self._words is None or text == self._told:
            return
        try:
            pipe = stat.S_ISFIFO(os.stat(self._words).st_mode)
            file = os.open(self._words, os.O_WRONLY | (os.O_NONBLOCK if pipe else os.O_APPEND))
            try:
                os.write(file, " ".join(text.split()).encode() + b"\n")
            finally:
                os.close(file)
        except OSError as error:
            why = "nobody reads it" if error.errno == errno.ENXIO else str(error)
            raise ValueError(
                f"the instruction cannot be written into {str(self._words)!r} ({why}): make a pipe with mkfifo, and "
                "start the server with its standard input from there"
            ) from None
        self._told = text

    def close(self) -> None:
        """Close the connection."""
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.close()
            self._socket = None
