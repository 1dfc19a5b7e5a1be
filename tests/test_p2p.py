"""Models of Open-P2P as players: its server's protocol spoken by a small server of its own, right and wrong."""

import contextlib
import itertools
import os
import socket
import struct
import threading

import numpy as np
import pytest

pytest.importorskip("google.protobuf", reason="the door needs rumpus[p2p]")

from rumpus import worlds
from rumpus.agents.doors.p2p import KEYS_OF_MODELS, P2PAction, P2PPlayer, SocketModel
from rumpus.agents.measuring.benchmark import TASKS
from rumpus.agents.measuring.evaluate import evaluate
from rumpus.episodes.export.p2p import KEY_NAMES
from rumpus.interface.action import MOUSE_ONE
from rumpus.interface.keys import KEY, KEYS
from rumpus.tasks.compile import table
from rumpus.tasks.files import load, write_line
from rumpus.tasks.recorded import unpacked
from rumpus.tests.commands import rumpus

SMALL = worlds.load("sokoban-small")


class Scripted:
    """A model that gives the listed answers, one after the other in each episode, and remembers what it was shown."""

    def __init__(self, answers):
        self.answers, self.seen, self.resets = answers, [], 0

    def reset(self):
        self.resets += 1
        self.number = -1

    def act(self, frame, text):
        self.seen.append((frame, text))
        self.number += 1
        return self.answers[self.number % len(self.answers)]


def solving(task):
    """The answers by which the solution of a task is played."""
    held = unpacked(task.solution, SMALL)[:, 0]["keys"]
    return [P2PAction(tuple(KEY_NAMES[key] for key in np.flatnonzero(keys))) for keys in held]


def field(number, value):
    """A field of a message on the wire: a whole number, or bytes."""
    if isinstance(value, int):
        return bytes([number << 3]) + varint(value & (1 << 64) - 1)
    return bytes([number << 3 | 2]) + varint(len(value)) + value


def varint(value):
    found = b""
    while value > 127:
        found, value = found + bytes([value & 127 | 128]), value >> 7
    return found + bytes([value])


def read(stream, count):
    data = b""
    while len(data) < count:
        part = stream.recv(count - len(data))
        if not part:
            raise ConnectionError
        data += part
    return data


def numbers_of(frame):
    """(width, height, pixels, id) of a Frame, in the order of its fields."""
    found, at = {}, 0
    while at < len(frame):
        tag, at = frame[at], at + 1
        value = shift = 0
        while True:
            byte, at = frame[at], at + 1
            value, shift = value | (byte & 127) << shift, shift + 7
            if byte < 128:
                break
        if tag & 7 == 2:
            found[tag >> 3], at = frame[at : at + value], at + value
        else:
            found[tag >> 3] = value
    return found[1], found[2], found[3], found[4]


@contextlib.contextmanager
def server(model, family=socket.AF_UNIX, place="", reply=None):
    """A server of Open-P2P's protocol: a connection after the other, a Frame and an Action in turn. reply: makes the
    bytes of an answer in place of an Action, or raises."""
    listener, streams = socket.socket(family), []
    listener.bind(place)
    listener.listen()

    def play(stream):
        model.reset()
        while True:
            length = struct.unpack("<i", read(stream, 4))[0]
            width, height, pixels, number = numbers_of(read(stream, length))
            answer = model.act(np.frombuffer(pixels, np.uint8).reshape(height, width, 3), "")
            moved = field(1, round(answer.mouse[0])) + field(2, round(answer.mouse[1]))
            mouse = field(1, moved) + b"".join(field(4, each.encode()) for each in answer.buttons)
            data = b"".join(field(1, key.encode()) for key in answer.keys) + field(2, number) + field(3, mouse)
            data = data if reply is None else reply(data)
            stream.sendall(struct.pack("<i", len(data)) + data)

    def run():
        with contextlib.suppress(OSError):
            while True:
                stream, _ = listener.accept()
                streams.append(stream)
                with stream, contextlib.suppress(ConnectionError):
                    play(stream)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()
    finally:
        for each in (listener, *streams):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(60)
        assert not thread.is_alive()


@pytest.fixture(scope="module")
def task():
    return load(TASKS / "sokoban-small.jsonl", SMALL)[0][0]


def test_a_model_is_shown_pictures_and_words_and_its_keys_are_played(task):
    model = Scripted(solving(task))
    result = evaluate(SMALL, P2PPlayer(lambda: model), tasks=[task], times=3)
    assert result["success"] == 1 and model.resets == 3 and result["asked"] == 3 * len(model.answers)
    batch = worlds.batch(SMALL, 1, tasks=table([task], SMALL), threads=1)
    batch.reset()
    frame, text = model.seen[0]
    assert np.array_equal(frame, batch.picture(size=(192, 192))) and text == task.players[0].instruction
    assert {*KEYS_OF_MODELS} <= {*KEY_NAMES}


@pytest.mark.parametrize("hz", [10, 20, 30, 60])
def test_a_model_decides_twenty_times_a_second_and_the_mouse_moves_once(hz):
    world = worlds.load("maze-small")
    world = world.variant("maze-of-another-clock", "A maze.", tick_hz=hz)
    model = Scripted([P2PAction(("w",), (108.0, -54.0), ("0",), 1.0), P2PAction(("LeftShift", "D"))])
    batch = worlds.batch(world, 1, threads=1)
    batch.reset(seed=1)
    player = P2PPlayer(lambda: model)
    player.start(batch)
    keys, moved = [], []
    for tick in range(hz):
        player.act(batch, np.array([tick == 0]))
        action = batch.actions[0, 0]
        keys.append([KEYS[key] for key in np.flatnonzero(action["keys"])])
        moved.append((action["mouse"].tolist(), int(action["wheel"])))
        batch.step()
    assert player.report()["asked"] == min(hz, 20)
    held = [keys[0]] + [b for a, b in itertools.pairwise(keys) if a != b]
    assert held == [["w"], ["d", "left shift"]] * (min(hz, 20) // 2)
    still, turned = ([0, 0], 0), ([round(MOUSE_ONE / 10), round(-MOUSE_ONE / 20)], 1)
    assert moved.count(turned) == min(hz, 20) // 2 and set(map(str, moved)) <= {str(still), str(turned)}


def test_answers_that_are_none_are_counted_and_hold_nothing(task):
    nan, far = float("nan"), 1e9
    model = Scripted([P2PAction(("w", "Warp"), (nan, 0), ("7",)), P2PAction((), (far, -far), (), float("inf"))])
    batch = worlds.batch(SMALL, 1, threads=1)
    batch.reset(seed=1)
    player = P2PPlayer(lambda: model)
    player.start(batch)
    player.act(batch, np.ones(1, bool))
    assert np.flatnonzero(batch.actions[0, 0]["keys"]).tolist() == [KEY["w"]] and not batch.actions["mouse"].any()
    batch.step()
    player.act(batch, np.zeros(1, bool))
    assert not batch.actions["mouse"].any()
    model.answers = [P2PAction((), (far, -far))]
    batch.step()
    player.act(batch, np.zeros(1, bool))
    assert batch.actions["mouse"][0, 0].tolist() == [MOUSE_ONE, -MOUSE_ONE]
    counts = player.report()
    assert [counts[name] for name in ("unknown_keys", "unknown_buttons", "no_numbers", "too_far")] == [1, 1, 2, 1]


@pytest.mark.parametrize("family", [socket.AF_UNIX, socket.AF_INET])
def test_the_command_plays_a_server_of_open_p2p(task, family, tmp_path, capsys):
    model = Scripted(solving(task))
    (tmp_path / "one.jsonl").write_text(write_line(task))
    os.mkfifo(tmp_path / "words")
    pipe = os.open(tmp_path / "words", os.O_RDONLY | os.O_NONBLOCK)
    place = str(tmp_path / "socket") if family == socket.AF_UNIX else ("127.0.0.1", 0)
    with server(model, family, place) as at:
        address = at if isinstance(at, str) else f"{at[0]}:{at[1]}"
        line = ("evaluate", "sokoban-small", "open-p2p", "--tasks", tmp_path / "one.jsonl", "--times", "2")
        assert not rumpus(*line, "--server", address, "--words", tmp_path / "words")
    told = capsys.readouterr().out
    assert "open-p2p in sokoban-small" in told and "100.0%" in told and "latency_p50" in told
    assert model.resets == 2 and len(model.seen) == 2 * len(model.answers)
    batch = worlds.batch(SMALL, 1, tasks=table([task], SMALL), threads=1)
    batch.reset()
    assert np.array_equal(model.seen[0][0], batch.picture(size=(192, 192)))
    assert os.read(pipe, 999).decode() == task.players[0].instruction + "\n"
    os.close(pipe)


def test_servers_that_are_gone_slow_or_something_else_end_in_a_sentence(tmp_path):
    def closed(data):
        raise ConnectionError

    stop, number = threading.Event(), iter(range(9))
    replies = {
        "is gone": closed,
        "did not answer within 0.3 seconds": lambda data: stop.wait(20) and data,
        "sends no actions of Open-P2P": lambda data: b"\xff\xff\xff",
        "it sends 2000000 bytes": lambda data: bytes(2_000_000),
    }
    for reason, reply in replies.items():
        stop.clear()
        with server(Scripted([P2PAction(("w",))]), place=str(tmp_path / str(next(number))), reply=reply) as at:
            model = SocketModel(at, timeout=0.3)
            model.reset()
            try:
                with pytest.raises(ValueError, match=reason):
                    model.act(np.zeros((192, 192, 3), np.uint8), "")
            finally:
                stop.set()
                model.close()
    with pytest.raises(ValueError, match="no server of Open-P2P answers at"):
        SocketModel(str(tmp_path / "nowhere")).reset()
    os.mkfifo(tmp_path / "words")
    with pytest.raises(ValueError, match="nobody reads it"):
        SocketModel("nowhere", tmp_path / "words").act(np.zeros((192, 192, 3), np.uint8), "go")


def test_options_of_other_players_are_refused_in_a_sentence(capsys):
    of_one = {
        ("random", "--see", "text"): "--see is of a language model: type vlm in place of 'random'",
        ("expert", "--memory", "0", "--calls", "9"): "--memory and --calls are of a language model",
        ("random", "--words", "x"): "--words is of a server of Open-P2P: type open-p2p in place of 'random'",
        ("open-p2p", "--by", "text"): "--by is of a language model: type vlm in place of 'open-p2p'",
        ("vlm", "--greedy"): "--greedy is of agents that learned: leave --greedy out for vlm",
        ("open-p2p",): "open-p2p needs --server, the path of its server's socket",
    }
    for line, told in of_one.items():
        assert rumpus("evaluate", "sokoban-small", *line) == 1
        error = capsys.readouterr().err
        assert told in error and error.count("\n") == 1, error
