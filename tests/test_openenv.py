"""The OpenEnv door, by the package's own client over a real WebSocket, and its sessions."""

import asyncio
import base64
import json
import threading
import time
import urllib.error
import urllib.request

import numpy as np
import pytest

pytest.importorskip("openenv", reason="the door needs rumpus[openenv]")

import uvicorn
from openenv.core.generic_client import GenericEnvClient
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from rumpus import worlds
from rumpus.agents.doors.openenv import openenv_app
from rumpus.agents.doors.sessions import Pool
from rumpus.agents.doors.words import key_names, record
from rumpus.interface.png import from_png
from rumpus.interface.wrappers import Moves
from rumpus.tasks.files import write_line
from rumpus.tasks.goals import Task
from rumpus.tests.commands import rumpus


class Served:
    """An app on the loopback interface, in a thread."""

    def __init__(self, app):
        config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", ws_ping_interval=None)
        self.app, self.server = app, uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, daemon=True)

    def __enter__(self):
        self.thread.start()
        while not self.server.started:
            time.sleep(0.01)
        self.port = self.server.servers[0].sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        return self

    def __exit__(self, *_):
        self.server.should_exit = True
        self.thread.join(10)

    def client(self):
        return GenericEnvClient(base_url=self.url)


@pytest.fixture(scope="module")
def served():
    with Served(openenv_app(worlds.load("sokoban-small"), sessions=6, idle=30.0)) as running:
        yield running


def calling(client):
    """The client's calls, whether its version has them in async form or not."""

    def call(name, *args, **options):
        found = getattr(client, name)(*args, **options)
        return asyncio.run(found) if asyncio.iscoroutine(found) else found

    return call


def talk(port, *messages):
    """Send messages (str or dict) over one WebSocket; returns the answers, decoded."""
    answers = []
    with connect(f"ws://127.0.0.1:{port}/ws", max_size=None, proxy=None) as socket:
        for message in messages:
            socket.send(message if isinstance(message, str) else json.dumps(message))
            answers.append(json.loads(socket.recv(timeout=20)))
    return answers


def settled(running):
    """Wait until all sessions of a server are given back; some end a moment after their connection."""
    deadline = time.monotonic() + 10
    while running.app.state.pool.open_sessions and time.monotonic() < deadline:
        time.sleep(0.005)
    assert running.app.state.pool.open_sessions == 0


def reset(**data):
    return {"type": "reset", "data": data}


def step(**data):
    return {"type": "step", "data": data}


def frame(answer):
    seen = answer["data"]["observation"]
    data = base64.b64decode(seen["pixels"])
    return from_png(data) if seen["encoding"] == "png" else np.frombuffer(data, np.uint8).reshape(seen["shape"])


def test_a_client_of_the_package_plays_what_a_process_plays(served):
    """To the byte, in PNG and raw, with rewards and ends, until the limit."""
    env = worlds.single("sokoban-small", split="test")
    seen, _ = env.reset(seed=11)
    client = served.client()
    call = calling(client)
    keys = ["w", "a", "s", "d", "d", "w"]
    for encoding in ("png", "raw"):
        seen, _ = env.reset(seed=11)
        result = call("reset", seed=11, split="test", encoding=encoding)
        shown = {"data": {"observation": result.observation}}
        assert (frame(shown) == seen["pixels"]).all()
        assert result.observation["instruction"] == seen["instruction"] and result.reward is None and not result.done
        done, number = False, 0
        while not done:
            action = dict(env.action_space.sample(), keys=record([keys[number % 6]])["keys"], mouse=np.zeros(2), say="")
            action |= {"buttons": np.zeros(3, np.int8), "wheel": 0}
            seen, reward, terminated, truncated, info = env.step(action)
            result = call("step", {"keys": [keys[number % 6]]})
            number, done = number + 1, result.done
            told = result.observation
            assert (frame({"data": {"observation": told}}) == seen["pixels"]).all()
            assert result.reward == pytest.approx(reward)
            assert (told["terminated"], told["truncated"], told["success"]) == (terminated, truncated, info["success"])
            assert told["tick"] == number
        assert told["truncated"] and not told["terminated"]
    state = call("state")
    assert state["step_count"] == number and state["split"] == "test" and state["seed"] == 11
    call("close")


def test_a_turn_by_turn_loop_as_that_of_verifiers_plays_an_episode(served):
    """The OpenEnv taskset of verifiers 0.4: the schema of an action over HTTP, a reset by data, JSON objects as actions
    until one is the last, and the sum of their rewards."""
    schema = fetched(f"{served.url}/schema")[1]["action"]
    assert schema["title"] not in ("Action", "CallToolAction", "ListToolsAction") and "move" in schema["properties"]

    with served.client() as client:
        call = calling(client)
        result, total = call("reset", seed=3, encoding="none"), 0.0
        json.dumps({"observation": result.observation, "action_schema": schema})
        while not result.done:
            result = call("step", json.loads('{"move": "push up", "ticks": 50}'))
            total += result.reward or 0.0
    env = Moves(worlds.single("sokoban-small"))
    env.reset(seed=3)
    expected, ended = 0.0, False
    while not ended:
        _, reward, terminated, truncated, _ = env.step(env.names.index("push up"))
        expected, ended = expected + reward, terminated or truncated
    assert (total, result.observation["truncated"]) == (pytest.approx(expected), truncated)


def test_a_moment_goes_on_in_another_session_and_another_server(served):
    """NeMo Gym's criteria: identical next results, also after the server was replaced; damage starts nothing; an old
    session cannot change a restored one; closing twice does nothing."""
    first = talk(served.port, reset(seed=5), step(move="push up", ticks=2), {"type": "state"}, step(keys=["d"]))
    moment = first[2]["data"]["moment"]
    with Served(openenv_app(worlds.load("sokoban-small"), sessions=2)) as other:
        for port in (served.port, other.port):
            restored, state, then = talk(port, reset(moment=moment), {"type": "state"}, step(keys=["d"]))
            assert then == first[3]
            assert state["data"]["moment"] == moment
            assert restored["data"]["observation"]["tick"] == 2
            assert frame(restored).tobytes() == frame(first[1]).tobytes()
        broken = [moment[:-9], "A" * 400, moment[:40] + ("A" if moment[40] != "A" else "B") + moment[41:], 7, "", "é"]
        body = base64.b64decode(moment)
        broken += [
            base64.b64encode(part).decode()
            for part in (body[:200], body.replace(b"sokoban-small", b"box-world"), body[:-1], b"{}\n" + body, b"[" * 9)
        ]
        for damaged in broken:
            settled(other)
            answer, state = talk(other.port, reset(moment=damaged), {"type": "state"})
            assert answer["type"] == "error", damaged
            assert state["data"]["moment"] is None
            settled(other)
    pool = Pool(worlds.load("sokoban-small"), 3)
    old, new = pool.session(), pool.session()
    old.reset(seed=5)
    text = old.save()
    new.load(text)
    old.act([(record("w"), 1)])
    old.close()
    old.close()
    assert new.save() == text and pool.open_sessions == 1
    with pytest.raises(RuntimeError, match="closed"):
        old.reset()


def test_wrong_words_are_answered_and_stop_nobody(served):
    neighbour = connect(f"ws://127.0.0.1:{served.port}/ws", proxy=None)
    neighbour.send(json.dumps(reset(seed=1)))
    neighbour.recv(timeout=20)
    wrong = [
        (step(keys=["w"]), "send reset before step"),
        (reset(seed=1, split="tset"), "the splits are train, valid, test"),
        (reset(seed="x"), ""),
        (reset(seed=-1), "seed"),
        (reset(split="test", index=10**9), "0 to 999"),
        (reset(index=True), "index is the number"),
        (reset(encoding="jpeg"), "png, raw, none"),
        (reset(seed=1, moment="x"), "the moment alone"),
        (reset(level="hard"), "not level"),
        ("no json", "Invalid JSON"),
        ({"type": "dance"}, "dance"),
        (reset(seed=1), None),
        (step(keys=["W", "Spacebar", "ArrowUp"]), None),
        (step(keys=["wasd"]), "unknown key 'wasd'"),
        (step(keys="w"), "Invalid message"),
        (step(keys=["w"] * 40), "16 keys"),
        (step(buttons=["leftt"]), "did you mean 'left'"),
        (step(mouse=[9, 0]), "in [-1, 1]"),
        (step(mouse=["nan", 0]), "in [-1, 1]"),
        (step(wheel="sideways"), "still, up, down"),
        (step(move="jump"), "push up, push down"),
        (step(say="xyzzy " * 60), "64 tokens"),
        (step(say="x" * 100_000), "Invalid message"),
        (step(ticks=0), "from 1 to 200"),
        (step(ticks=10**12), "from 1 to 200"),
        (step(jump=True), "Invalid message"),
        (step(then=[{"then": []}]), "no list of its own"),
        (step(then=[{"keys": 3}]), ""),
        (step(then=[{}] * 64), "64 actions"),
        (step(ticks=150, then=[{"ticks": 150}]), "200 ticks at most"),
        (step(), None),
    ]
    counts = served.app.state.pool.counts
    before = dict(counts)
    answers = talk(served.port, *(message for message, _ in wrong))
    refused = sum(reason is not None for _, reason in wrong)
    assert counts["refused"] - before.get("refused", 0) == refused
    assert counts["taken"] - before["taken"] == len(wrong) - refused
    with urllib.request.urlopen(f"{served.url}/rumpus/counts", timeout=20) as answer:
        assert json.load(answer)["refused"] == counts["refused"]
    for (message, reason), answer in zip(wrong, answers, strict=True):
        if reason is None:
            assert answer["type"] == "observation", (message, answer)
        else:
            assert answer["type"] == "error", (message, answer)
            assert reason in json.dumps(answer["data"]["message"]).replace("\\u00e9", "é"), (message, answer)
    assert answers[-1]["data"]["observation"]["tick"] == 2
    neighbour.send(json.dumps(step(keys=["w"])))
    assert json.loads(neighbour.recv(timeout=20))["data"]["observation"]["tick"] == 1
    neighbour.close()


def test_sessions_are_apart_bounded_and_given_back(served):
    sockets = [connect(f"ws://127.0.0.1:{served.port}/ws", proxy=None) for _ in range(6)]
    for number, socket in enumerate(sockets):
        socket.send(json.dumps(reset(seed=number)))
    first = [json.loads(socket.recv(timeout=20)) for socket in sockets]
    with connect(f"ws://127.0.0.1:{served.port}/ws", proxy=None) as socket:
        refused = json.loads(socket.recv(timeout=20))
    assert refused["data"]["code"] == "CAPACITY_REACHED"
    for _ in range(3):
        for socket in sockets:
            socket.send(json.dumps(step(keys=["d"])))
        last = [json.loads(socket.recv(timeout=20)) for socket in sockets]
    assert len({frame(answer).tobytes() for answer in first}) > 4
    for number, answer in enumerate(last):
        env = worlds.single("sokoban-small")
        env.reset(seed=number)
        for _ in range(3):
            env.batch.actions[0, 0] = record("d")
            env.batch.step()
        assert (frame(answer) == env.batch.draw()[0, 0]).all()
    for socket in sockets:
        socket.close()
    settled(served)


def test_idle_sessions_end_and_idle_connections_are_closed():
    pool = Pool(worlds.load("sokoban-small"), 1, idle=1e-6)
    left, fresh = pool.session(), pool.session()
    left.reset(seed=1)
    fresh.reset(seed=1)
    with pytest.raises(RuntimeError, match="was not used for 1e-06 seconds"):
        left.act([(record("w"), 1)])
    left.reset(seed=2)  # and takes the row back
    pool.idle = 1e6
    with pytest.raises(RuntimeError, match="all 1 sessions"):
        fresh.reset()
    with Served(openenv_app(worlds.load("sokoban-small"), sessions=1, idle=0.2)) as running:
        with connect(f"ws://127.0.0.1:{running.port}/ws", proxy=None) as socket:
            socket.send(json.dumps(reset(seed=1)))
            socket.recv(timeout=20)
            with pytest.raises(ConnectionClosed):
                socket.recv(timeout=20)
        assert talk(running.port, reset(seed=1))[0]["type"] == "observation"


def fetched(url, data=None):
    request = urllib.request.Request(url, None if data is None else json.dumps(data).encode())
    request.add_header("content-type", "application/json")
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=20) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def test_tasks_of_a_file_are_parted_by_split_and_chosen_by_number(served, tmp_path):
    status, splits = fetched(f"{served.url}/rumpus/splits")
    assert status == 200 and [each["name"] for each in splits] == ["train", "valid", "test"]
    assert fetched(f"{served.url}/rumpus/num_tasks", {"split": "test"}) == (200, {"num_tasks": 1000})
    status, found = fetched(f"{served.url}/rumpus/task_range", {"split": "test", "start": 998})
    assert [task["index"] for task in found["tasks"]] == [998, 999]
    assert fetched(f"{served.url}/rumpus/task", {"split": "test", "index": 1000})[0] == 400
    assert fetched(f"{served.url}/rumpus/num_tasks", {"split": "tset"})[0] == 400
    assert fetched(f"{served.url}/step", {"action": {"keys": ["w"]}})[0] == 400  # HTTP has no sessions
    goal = {"stages": [{"all": [{"a": {"kind": "box"}, "relation": "on", "b": {"kind": "target"}}]}]}
    level = "#######\n#     #\n# @$ .#\n#     #\n#     #\n#  $ .#\n#######\n"
    lines = [
        {
            "rumpus_task": 1,
            "id": f"t{number}",
            "world": "sokoban-small",
            "limit": 9,
            "split": split,
            "start": {"level": level, "seed": number},
            "players": [{"instruction": f"task {number}", "goal": goal}],
        }
        for number, split in enumerate(("train", "test", "test"))
    ]
    file = tmp_path / "tasks.jsonl"
    file.write_text("".join(write_line(Task.model_validate(line)) for line in lines))
    with Served(openenv_app(worlds.load("sokoban-small"), sessions=2, tasks=file)) as running:
        assert fetched(f"{running.url}/rumpus/num_tasks", {"split": "test"}) == (200, {"num_tasks": 2})
        assert fetched(f"{running.url}/rumpus/task", {"split": "test", "index": 1})[1]["task"]["id"] == "t2"
        answers = talk(running.port, reset(split="test", index=1), step(move="push right", ticks=2))
        assert answers[0]["data"]["observation"]["instruction"] == "task 2"
        last = answers[1]["data"]
        assert (last["done"], last["reward"]) == (True, pytest.approx(1.0))
        assert last["observation"]["terminated"] and last["observation"]["success"]
        over = talk(running.port, reset(split="test", index=1), step(keys=["d"], ticks=2), step())[2]
        assert "with success: reset begins another" in over["data"]["message"]


def test_names_of_keys_are_those_that_models_write():
    assert key_names("w+Space") == ["w", "space"]
    assert key_names(["ArrowLeft", "ESC", " ", "Shift"]) == ["left", "escape", "space", "left shift"]
    assert key_names([]) == []
    for wrong in (3, [3], {"w": 1}, "x" * 10_000, ["w"] * 17, None):
        with pytest.raises(ValueError, match=r"key"):
            key_names(wrong)


def test_serve_mounts_it_and_takes_one_world_alone(monkeypatch, capsys):
    seen = []
    monkeypatch.setattr("rumpus.agents.doors.commands.run", lambda app, *where: seen.append((app, *where)))
    assert rumpus("serve", "--openenv", "sokoban-small", "--port", "0") == 0
    ((app, *where),) = seen
    assert app.state.pool.world.name == "sokoban-small" and where == ["127.0.0.1", 0, ""]
    for more in (("--token", "x" * 12), ("--worlds", "maze"), ("--host", "0.0.0.0"), ("--port", "-1")):
        assert rumpus("serve", "--openenv", "sokoban-small", *more) == 1
        assert 10 < len(capsys.readouterr().err) < 400
    assert len(seen) == 1
