"""The server without a page: rooms, messages, limits, and everything that somebody might send."""

import json
import os
import signal
import socket
import subprocess
import sys
import time

import httpx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("fastapi")
pytest.importorskip("uvicorn")

from websockets.exceptions import ConnectionClosed, InvalidStatus

from rumpus import worlds
from rumpus.agents.human.session import Session
from rumpus.agents.serve.house import House, HouseError
from rumpus.agents.serve.limits import Limits
from rumpus.agents.serve.pictures import Stream
from rumpus.agents.serve.protocol import CODES, Refused, clean, code_of, parse
from rumpus.agents.serve.room import Room
from rumpus.agents.serve.server import check_address
from rumpus.episodes.episode import Player
from rumpus.episodes.store import Store
from rumpus.episodes.verify import verify
from rumpus.interface.keys import KEYS
from rumpus.tests.commands import rumpus
from rumpus.tests.junk import junk, pester
from rumpus.tests.served import PATIENCE, Visitor, serving, solution, until

LIMITS = Limits(rooms=6, people=3, waiting=64, strikes=50, idle=1.5, slow=2.0, hello=2.0)
TOKEN = "quite-secret"


def house(path=None, **changes):
    return House(
        map(worlds.load, ("sokoban-small", "maze-small", "sokoban-duo")), limits=LIMITS, record=path, **changes
    )


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with serving(house(tmp_path_factory.mktemp("serve") / "store")) as running:
        yield running


def test_every_key_has_the_code_of_its_place():
    assert len(CODES) == len(KEYS)
    known = {"a": "KeyA", "0": "Digit0", "left ctrl": "ControlLeft", "keypad 5": "Numpad5", "f11": "F11", "'": "Quote"}
    assert {key: code_of(key) for key in known} == known


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ("[]", "no object"),
        ('{"t": {}}', "unknown message"),
        ('{"t": "fly"}', "unknown message"),
        ('{"t": "key", "code": "KeyA"}', "wrong fields"),
        ('{"t": "key", "code": "KeyA", "down": true, "more": 1}', "wrong fields"),
        ('{"t": "key", "code": "KeyA", "down": 1}', "wrong values"),
        ('{"t": "key", "code": ["KeyA"], "down": true}', "wrong values"),
        ('{"t": "look", "x": NaN, "y": 0}', "wrong values"),
        ('{"t": "look", "x": 1e400, "y": 0}', "wrong values"),
        ('{"t": "pad", "walk": [0, NaN], "look": [0, 0], "pressed": []}', "wrong values"),
        ('{"t": "do", "what": "next", "n": -1}', "wrong values"),
        ('{"t": "sit", "seat": 99999999999999999999}', "wrong values"),
        ('{"t": "save", "slot": 0}', "wrong values"),
        ('{"t": "load", "slot": 10}', "wrong values"),
        ('{"t": "go", "place": -1}', "wrong values"),
        ('{"t": "colours", "marked": 1}', "wrong values"),
        ('{"t": "smooth", "on": "yes"}', "wrong values"),
        ('{"t": "map"}', "wrong fields"),
    ],
)
def test_a_message_that_is_none_is_refused(text, reason):
    with pytest.raises(Refused, match=reason):
        parse(text)


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 40), st.integers(0, 255)), max_size=30), st.integers(0, 9))
@settings(max_examples=40)
def test_parts_put_over_the_last_picture_give_the_next_one(dots, every):
    """A page that leaves out every so many pictures is sent a whole one next."""
    import cv2

    stream, rng = Stream(lossless=True), np.random.default_rng(0)
    picture = rng.integers(0, 255, (32, 48, 3), np.uint8)
    seen, known = np.zeros_like(picture), 0
    for number, (y, x, value) in enumerate([(0, 0, 0), *dots]):
        picture = picture.copy()
        picture[y : y + 2, x : x + 5] = value
        stream.show(picture)
        part = stream.after(known)
        if part is None or (every and number % every == 1):
            continue
        shown = cv2.imdecode(np.frombuffer(part.data, np.uint8), cv2.IMREAD_COLOR)[:, :, ::-1]
        left, top = part.place
        seen[top : top + shown.shape[0], left : left + shown.shape[1]] = shown
        assert part.base in (0, known)
        known = part.version
        assert np.array_equal(seen, picture)


def test_names_and_lines_are_one_line_of_letters():
    assert clean("  a\n\tb\u202e\x00c  ", 10) == "a b c"
    assert clean("<img src=x onerror=alert(1)>", 300) == "<img src=x onerror=alert(1)>"
    assert len(clean("x" * 999, 24)) == 24


def test_a_level_is_finished_by_keys_and_the_episode_acknowledged(served):
    """The picture that arrives is that of the same session here, to the byte; the episode replays."""
    keys = solution("sokoban-small", 11)
    with served.join(served.room("sokoban-small", seed=11)) as ada:
        ada.send(t="size", width=350, height=350)
        twin = Session(worlds.load("sokoban-small"), seed=11)
        ada.until(lambda: ada.picture.shape == (350, 350, 3))
        assert np.array_equal(ada.picture, twin.views(350, 350)[0])
        for key in keys[:-1]:
            number = ada.press(key)
            ada.until(lambda number=number: ada.ack >= number)
        whole, parts = 350 * 350 * 3, ada.bytes / ada.pictures
        assert parts < whole / 20
        ada.press(keys[-1])
        ada.until(lambda: "saved" in ada.told and ada.mood() == "over")
        assert ada.told["hud"]["tone"] == "good"
    store = Store(served.house.record)
    (episode,) = store.read(lambda head: head.start.seed == 11)
    assert (episode.result, episode.played_by, episode.steps) == ("success", (Player("person", "Ada"),), len(keys))
    assert [verdict.same for verdict in verify(store, lambda head: head.start.seed == 11)] == [True]


def test_two_people_and_a_third_who_watches(served):
    room = served.room("sokoban-duo", agent="nobody", seed=3)
    with served.join(room, "Ada") as ada, served.join(room, "Bob") as bob, served.join(room, "Cleo") as cleo:
        for person in (ada, bob, cleo):
            person.until(lambda person=person: len(person.told.get("people", {}).get("watch", ())) == 1)
            person.until(lambda person=person: "hud" in person.told)
        seats = [person.told["people"]["seat"] for person in (ada, bob, cleo)]
        assert sorted(seats, key=str) == [0, 1, None]
        players = {person.told["people"]["seat"]: person for person in (ada, bob, cleo)}
        facts = dict(players[0].told["hud"]["facts"])
        players[1].press("up")
        players[0].until(lambda: dict(players[0].told["hud"]["facts"]) != facts)
        players[None].press("up")
        players[None].send(t="do", what="restart")
        players[None].until(lambda: "note" in players[None].told)
        ada.send(t="say", text="<img src=x onerror=alert(1)>")
        bob.until(lambda: "chat" in bob.told)
        assert bob.told["chat"] == {"t": "chat", "name": "Ada", "text": "<img src=x onerror=alert(1)>"}
        with served.join(room, "Dora") as dora:
            dora.until(lambda: "closed" in dora.told)
            assert "full" in dora.told["closed"]["text"]


def test_a_person_takes_over_from_an_agent_and_hands_back(served):
    with served.join(served.room("sokoban-small", seed=5, agent="expert")) as ada:
        ada.until(lambda: ada.told.get("hud", {}).get("watching"))
        before = ada.pictures
        ada.until(lambda: ada.pictures > before + 1)
        ada.send(t="sit", seat=0)
        ada.until(lambda: ada.told["people"]["seat"] == 0 and not ada.told["hud"]["watching"])
        step = dict(ada.told["hud"]["facts"])["step"]
        assert not ada.hear(0.5) or dict(ada.told["hud"]["facts"])["step"] == step
        ada.send(t="do", what="stand")
        ada.until(lambda: dict(ada.told["hud"]["facts"])["step"] != step)


def test_a_task_is_chosen_from_the_list(served):
    with served.join(served.room("sokoban-small", list="sokoban-small")) as ada:
        ada.send(t="list")
        ada.until(lambda: "list" in ada.told)
        told = ada.told["list"]
        assert (told["first"], told["place"], len(told["rows"])) == (0, 0, min(told["count"], 100))
        assert len({mark for _, mark, _ in told["rows"]}) == len(told["rows"])
        ada.send(t="list", first=1 << 30)
        ada.until(lambda: ada.told["list"]["first"] == told["count"] - len(told["rows"]))
        ada.send(t="go", place=told["count"])
        ada.until(lambda: "There is no such number" in ada.told.get("note", {}).get("text", ""))
        ada.send(t="go", place=told["count"] - 1)
        last = ada.told["list"]["rows"][-1][0]
        ada.until(lambda: ada.told["hud"]["headline"] == last)


def test_the_one_who_came_first_saves_and_loads(served):
    room = served.room("sokoban-duo", agent="nobody", seed=3)
    with served.join(room, "Ada") as ada:
        ada.until(lambda: ada.told.get("people", {}).get("seat") == 0)
        with served.join(room, "Bob") as bob:
            bob.until(lambda: "hud" in bob.told)
            bob.send(t="save", slot=2)
            bob.until(lambda: "longest" in bob.told.get("note", {}).get("text", ""))
            ada.send(t="load", slot=2)
            ada.until(lambda: ada.told.get("note", {}).get("text") == "Slot 2 is empty")
            ada.send(t="save", slot=2)
            ada.until(lambda: ada.told["note"]["text"] == "Saved in slot 2")
            before = ada.told["hud"]["facts"]
            ada.press("up")
            ada.until(lambda: ada.told["hud"]["facts"] != before)
            ada.send(t="slots")
            ada.until(lambda: "slots" in ada.told)
            assert [bool(row["picture"]) for row in ada.told["slots"]["rows"]] == [number == 1 for number in range(9)]
            assert ada.told["slots"]["newest"] == 2
            ada.send(t="load", slot=2)
            ada.until(lambda: ada.told["hud"]["facts"] == before)
            bob.until(lambda: bob.told["hud"]["facts"] == before)


def test_real_time_counts_down_plays_and_pauses_where_nobody_looks(served):
    with served.join(served.room("maze-small", seed=1)) as ada:
        ada.until(lambda: ada.mood() == "ready")
        ada.send(t="do", what="play")
        ada.until(lambda: ada.mood() == "count")
        ada.until(lambda: ada.mood() == "play")
        before = ada.pictures
        number = ada.send(t="key", code="KeyW", down=True)
        ada.send(t="look", x=300, y=0)
        ada.until(lambda: ada.ack >= number and ada.pictures > before + 5)
        ada.send(t="do", what="undo")
        ada.until(lambda: ada.mood() in ("paused", "ready"))
        ada.send(t="do", what="play")
        ada.until(lambda: ada.mood() in ("play", "count"))
        ada.send(t="do", what="blur")
        ada.until(lambda: ada.mood() in ("paused", "ready"))


class Broken(Session):
    """A world that raises an error in its first step."""

    def act(self, actions):
        raise ZeroDivisionError("as it had to come")


def test_a_broken_room_stops_no_other(served):
    own = worlds.load("sokoban-small")
    bad = Room("bad", own, lambda record: Broken(own, seed=1), limits=LIMITS, counts=served.house.counts)
    served.house.rooms["bad"] = bad
    bad.start()
    with served.join("bad") as bob, served.join(served.room("maze-small", seed=2)) as ada:
        bob.until(lambda: "hud" in bob.told)
        ada.turn()
        bob.press("up")
        bob.until(lambda: "broken" in bob.told)
        assert "ZeroDivisionError: as it had to come" in bob.told["broken"]["text"]
        before = ada.pictures
        ada.until(lambda: ada.pictures > before + 10)
    assert served.refused("rooms broken") == 1
    del served.house.rooms["bad"]


def test_who_never_reads_is_left_behind_and_let_go(served):
    """Pictures are dropped for it, texts pile up until the limit; others in the same room see everything."""
    room = served.room("maze-small", seed=2)
    before = served.refused("connections that do not read")
    with served.join(room) as ada, socket.create_connection(served.address[7:].split(":")) as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        request = f"GET /api/rooms/{room}/play HTTP/1.1\r\nHost: {served.address[7:]}\r\nUpgrade: websocket\r\n"
        request += (
            "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        )
        hello = json.dumps({"t": "hello", "name": "deaf", "seat": -1}).encode()
        deaf.sendall(request.encode())
        assert b"101" in deaf.recv(4096)
        deaf.sendall(bytes([0x81, 0x80 | len(hello), 0, 0, 0, 0]) + hello)
        ada.send(t="size", width=1280, height=1280)
        ada.turn()
        ada.until(lambda: ada.told.get("people", {}).get("watch") == ["deaf"])
        end = time.monotonic() + PATIENCE
        while ada.told["people"]["watch"] and time.monotonic() < end:
            ada.send(t="say", text="x" * 290)
            time.sleep(0.005)
            while ada.hear():
                pass
        ada.until(lambda: ada.told["people"]["watch"] == [])
        pictures = ada.pictures

        def goes_on():
            if ada.mood() == "paused":  # a machine that stood still for a while, so that the room took her for away
                ada.send(t="do", what="play")
                ada.send(t="key", code="ArrowLeft", down=True)
            return ada.pictures > pictures + 5 or ada.mood() == "over"

        ada.until(goes_on)
    assert served.refused("connections that do not read") > before


def test_what_is_refused_is_counted_and_too_much_of_it_ends_the_connection(served):
    with served.join(served.room("sokoban-small", seed=4)) as ada:
        ada.until(lambda: ada.pictures)
        ada.line.send(b"\x00\xff" * 100)
        ada.line.send("x" * 5000)
        ada.line.send('{"t": "fly"}')
        ada.press("up")
        ada.until(lambda: dict(ada.told["hud"]["facts"])["step"].startswith("1 "))
        assert all(served.refused(reason) for reason in ("binary message", "message too long", "unknown message"))
        status = httpx.get(f"{served.address}/api/status").json()
        assert status["refused"]["unknown message"] >= 1 and status["sockets"] >= 1
        assert ends(ada, ["{"] * 200)
    with served.join(served.room("sokoban-small", seed=4)) as bob:
        assert ends(bob, ["x" * 1_000_000])


def ends(person, texts):
    """Whether the server ends the connection over these texts."""
    try:
        for text in texts:
            person.line.send(text)
        while person.hear(PATIENCE):
            pass
    except ConnectionClosed:
        return True
    return False


def test_a_flood_of_keys_is_cut_to_the_rate(served):
    with served.join(served.room("maze-small", seed=4)) as ada:
        ada.until(lambda: ada.pictures)
        for _ in range(int(LIMITS.burst) + 40):
            ada.line.send('{"t": "look", "x": 1, "y": 0}')
        until(lambda: served.refused("flood") > 0)


def test_rooms_are_limited_and_closed_when_empty(served):
    few = House([worlds.load("sokoban-small")], limits=Limits(rooms=2))
    opened = [few.open({"world": "sokoban-small"}) for _ in range(2)]
    with pytest.raises(HouseError, match="the limit") as refusal:
        few.open({"world": "sokoban-small"})
    assert refusal.value.status == 503
    few.close(PATIENCE)
    assert not few.rooms and {room.phase for room in opened} == {"closed"}
    room = served.room("sokoban-small")
    until(lambda: room not in served.house.rooms)
    with served.join(room) as ada:
        ada.until(lambda: "closed" in ada.told)


@pytest.mark.parametrize(
    ("wishes", "status"),
    [
        ({"world": "../etc"}, 404),
        ({"world": ["sokoban-small"]}, 404),
        ({}, 404),
        ({"world": "sokoban-small", "seed": -1}, 400),
        ({"world": "sokoban-small", "seed": "1"}, 400),
        ({"world": "sokoban-small", "split": "none"}, 400),
        ({"world": "sokoban-small", "agent": "runs/mine"}, 400),
        ({"world": "sokoban-small", "agent": {}}, 400),
        ({"world": "sokoban-small", "list": "../../x"}, 400),
        ({"world": "sokoban-small", "more": 1}, 400),
    ],
)
def test_a_room_that_cannot_be_is_refused_in_a_sentence(served, wishes, status):
    answer = httpx.post(f"{served.address}/api/rooms", json=wishes)
    assert answer.status_code == status and answer.json()["error"]


@pytest.mark.parametrize(
    "path",
    [
        *("/page/../app.py", "/page/%2e%2e/app.py", "/page/..%2fapp.py", "/page//etc/passwd", "/../../etc/passwd"),
        *("/page/%2e%2e%2f%2e%2e%2fpyproject.toml", "/api/replays/../../x/1", "/api/replays/0123456789abcdef/0"),
        *("/api/worlds/..%2f..%2fx/picture", "/room/a/b", "/page/\x00", "/docs", "/openapi.json"),
    ],
)
def test_nothing_but_the_page_is_given_out(served, path):
    host, port = served.address[7:].split(":")
    with socket.create_connection((host, int(port)), PATIENCE) as line:
        line.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode("latin-1"))
        answer = b"".join(iter(lambda: line.recv(65536), b""))
    assert answer.split(b" ")[1] in (b"400", b"404")
    assert b"import" not in answer and b"root:" not in answer


def test_bodies_are_limited_and_must_be_objects(served):
    post = f"{served.address}/api/rooms"
    assert httpx.post(post, content=b"x" * 100_000).status_code == 413
    for content in (b"", b"[]", b"\xff\xfe", b"[" * 10_000):
        assert httpx.post(post, content=content).status_code == 400
    assert (
        httpx.post(post, json={"world": "sokoban-small"}, headers={"Origin": "http://evil.example"}).status_code == 403
    )
    assert httpx.get(served.address, headers={"Host": "evil.example"}).status_code == 421
    safe = httpx.get(served.address).headers["content-security-policy"]
    assert "script-src 'self'" in safe and "unsafe" not in safe
    with pytest.raises(InvalidStatus):
        Visitor(served.address, "any", "Eve", origin="http://evil.example")


def test_a_token_is_asked_for_everywhere():
    with serving(house(), TOKEN) as locked:
        for path in ("/api/worlds", "/api/status", "/api/rooms"):
            assert httpx.get(locked.address + path).status_code == 401
        assert httpx.post(f"{locked.address}/api/enter", json={"token": "wrong"}).status_code == 401
        with pytest.raises(InvalidStatus):
            Visitor(locked.address, "any", "Eve", token="wrong")
        with httpx.Client(base_url=locked.address) as known:
            assert known.get("/").status_code == 200
            assert known.post("/api/enter", json={"token": TOKEN}).status_code == 204
            room = known.post("/api/rooms", json={"world": "sokoban-small"}).json()["id"]
        with Visitor(locked.address, room, "Ada", token=TOKEN) as ada:
            ada.until(lambda: ada.pictures)


def test_another_host_needs_a_token(capfd):
    assert rumpus("serve", "--host", "0.0.0.0", "--worlds", "sokoban-small") == 1
    assert "a token is needed" in capfd.readouterr().err
    for host, port, token in (("127.0.0.1", 70_000, ""), ("::", 0, "short"), ("127.0.0.1", 0, "with spaces in it")):
        with pytest.raises(ValueError, match="--"):
            check_address(host, port, token)
    check_address("localhost", 0, "")
    check_address("0.0.0.0", 0, TOKEN)


def test_a_connection_that_says_nothing_is_closed(served):
    host, port = served.address[7:].split(":")
    lines = [socket.create_connection((host, int(port)), PATIENCE) for _ in range(100)]
    try:
        for line in lines[::2]:
            line.sendall(b"GET / HT")
        assert httpx.get(served.address).status_code == 200
        assert all(line.recv(1) == b"" for line in lines[:4])
    finally:
        for line in lines:
            line.close()


def test_random_messages_break_nothing(served):
    """Some thousands here; `python -m rumpus.tests.junk` sends 100,000."""
    room, other = served.room("maze-small", seed=6), served.room("maze-small", seed=7)
    broken = served.refused("rooms broken")
    with served.join(other) as ada:
        sent = pester(served, room, 1500, seed=1)
        ada.turn()
        before = ada.pictures
        ada.until(lambda: ada.pictures > before + 5 or ada.mood() == "over")
    assert sent == 1500
    assert served.refused("rooms broken") == broken


def test_a_killed_server_has_stored_what_it_acknowledged(tmp_path):
    command = [sys.executable, "-m", "rumpus", "serve", "--port", "0", "--record", str(tmp_path / "store")]
    with subprocess.Popen([*command, "--worlds", "sokoban-small"], stdout=subprocess.PIPE, text=True) as server:
        address = server.stdout.readline().split(" at ")[1].split()[0]
        answer = httpx.post(f"{address}/api/rooms", json={"world": "sokoban-small", "seed": 12}, timeout=PATIENCE)
        with Visitor(address, answer.json()["id"], "Ada") as ada:
            ada.until(lambda: ada.pictures)
            for key in solution("sokoban-small", 12):
                number = ada.press(key)
                ada.until(lambda number=number: ada.ack >= number or ada.mood() == "over")
            ada.until(lambda: "saved" in ada.told)
            os.kill(server.pid, signal.SIGKILL)
    (episode,) = Store(tmp_path / "store").read()
    assert episode.result == "success"


def test_junk_is_of_every_kind():
    rng = np.random.default_rng(0)
    made = [junk(rng) for _ in range(300)]
    assert {type(each) for each in made} == {str, bytes}
    kinds = set()
    for each in made:
        try:
            kinds.add(parse(each)["t"] if isinstance(each, str) else "bytes")
        except Refused as error:
            kinds.add(str(error))
    assert len(kinds) > 12
