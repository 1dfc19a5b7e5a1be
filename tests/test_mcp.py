"""The MCP door, by the package's own client over stdio and HTTP, and its tools as TRL takes them."""

import asyncio
import base64
import json
import sys
import threading
import time

import numpy as np
import pytest

pytest.importorskip("mcp", reason="the door needs rumpus[mcp]")
pytest.importorskip("uvicorn", reason="the door needs rumpus[mcp]")

import uvicorn
from mcp import Client, StdioServerParameters

from rumpus import worlds
from rumpus.agents.doors.mcp import mcp_app
from rumpus.agents.doors.sessions import Pool
from rumpus.agents.doors.tools import NAMES, Plans, Tools, planned, schema
from rumpus.agents.doors.trl import environment
from rumpus.interface.action import MOUSE_ONE
from rumpus.interface.keys import KEY
from rumpus.interface.png import from_png
from rumpus.interface.text import decode

SIZE = (140, 140)


@pytest.fixture(scope="module")
def pool():
    return Pool(worlds.load("sokoban-small"), 4, size=SIZE)


def seen(result):
    """(text, frame) of a tool's answer."""
    text, picture = result.content
    assert picture.mime_type == "image/png"
    return text.text, from_png(base64.b64decode(picture.data))


def same_in_process(moves, **options):
    """The frame of an in-process environment after these moves."""
    env = worlds.single("sokoban-small", size=SIZE, split="test")
    env.reset(seed=options["seed"])
    for name in moves:
        env.batch.act(np.array([list(env.world.controls.moves).index(name)]))
        env.batch.step()
    return env.batch.draw()[0, 0]


async def played(client):
    """What an agent does: look at the tools, play, and make mistakes."""
    listed = (await client.list_tools()).tools
    assert [tool.name for tool in listed] == list(NAMES)
    assert not any("reset" in tool.name for tool in listed)
    assert listed[0].input_schema["properties"]["keys"]["description"]
    assert "push up (w)" in client.instructions
    text, frame = seen(await client.call_tool("screen", {}))
    assert "Instruction: push every box onto a target" in text and "Turn 0." in text
    assert (frame == same_in_process([], seed=3)).all()
    text, frame = seen(await client.call_tool("press", {"keys": ["w"], "milliseconds": 200}))
    assert "Turn 2." in text and (frame == same_in_process(["push up"] * 2, seed=3)).all()
    for name, arguments, reason in (
        ("reset", {}, "there is no tool 'reset'; the tools are press"),
        ("press", {"keys": ["wsad"]}, "unknown key 'wsad'"),
        ("press", {"keys": 7}, "valid list"),
        ("press", {"key": "w"}, "no argument 'key'; it has keys, milliseconds"),
        ("click", {"x": 140, "y": 3}, "x is from 0 to 139"),
        ("click", {"x": -1, "y": 3}, "x is from 0 to 139"),
        ("say", {"text": "zyx" * 500}, "64 tokens"),
        ("wait", {"milliseconds": -5}, "at least 0"),
        ("look", {"dx": 1e9}, "at most 20"),
        ("say", {"text": "a" * 30_000}, "send less"),
    ):
        result = await client.call_tool(name, arguments)
        assert result.is_error and reason in result.content[0].text, (name, arguments, result.content)
    text, _ = seen(await client.call_tool("press", {"keys": "w"}))
    assert "Turn 3." in text  # mistakes cost no time


def test_over_stdio():
    command = ["-m", "rumpus", "door", "mcp", "sokoban-small", "--size", "140", "--split", "test", "--seed", "3"]

    async def run():
        async with Client(StdioServerParameters(command=sys.executable, args=command)) as client:
            await played(client)

    asyncio.run(asyncio.wait_for(run(), 120))


def test_over_http_each_session_plays_its_own_episode(pool):
    server = uvicorn.Server(uvicorn.Config(mcp_app(pool), host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/mcp"

    async def run():
        anna, ben = Client(f"{url}?session=anna&split=test&seed=3"), Client(f"{url}?session=ben&split=test&index=5")
        async with anna, ben:
            before = pool.counts["refused"]
            await played(anna)
            assert pool.counts["refused"] - before == 10  # the mistakes of `played`
            text, frame = seen(await ben.call_tool("screen", {}))
            assert "Turn 0." in text
            own = Tools(pool, split="test", index=5)
            assert (own.call("screen", {}).frame == frame).all()
            own.close()
        async with Client(f"{url}?session=anna") as anna:  # goes on after a lost connection
            assert "Turn 3." in seen(await anna.call_tool("screen", {}))[0]
        async with Client(url, mode="legacy") as old:  # whose protocol has sessions of its own
            assert "Turn 1." in seen(await old.call_tool("wait", {}))[0]
            assert "Turn 2." in seen(await old.call_tool("wait", {}))[0]
        for wrong, reason in (
            ("?split=tset&session=c", "the splits are train, valid, test"),
            ("?seed=x&session=d", "whole number"),
            ("?level=3", "not 'level'"),
            ("?session=" + "e" * 200, "128 characters"),
        ):
            async with Client(url + wrong) as client:
                result = await client.call_tool("screen", {})
                assert result.is_error and reason in result.content[0].text

    asyncio.run(asyncio.wait_for(run(), 120))
    server.should_exit = True
    thread.join(10)


def test_plans_hold_what_was_asked_for():
    room, sokoban = worlds.load("room-small"), worlds.load("sokoban-small")
    middle = (MOUSE_ONE // 2, MOUSE_ONE // 2)
    flat, deep = Plans(sokoban, SIZE, middle), Plans(room, SIZE)
    (first, ticks), (rest, more) = planned(flat, "click", {"x": 0, "y": 139, "milliseconds": 300})
    assert (ticks, more) == (1, 2) and first["buttons"].tolist() == rest["buttons"].tolist() == [1, 0, 0]
    place = (np.array(middle) + first["mouse"]) * SIZE[0] // MOUSE_ONE
    assert place.tolist() == [0, 139] and not rest["mouse"].any()
    drag = planned(flat, "drag", {"x": 0, "y": 0, "to_x": 70, "to_y": 70})
    moved = np.array(middle) + sum(record["mouse"] for record, _ in drag)
    assert (moved * SIZE[0] // MOUSE_ONE).tolist() == [70, 70]
    assert [record["buttons"][0] for record, _ in drag] == [1, 1, 0]
    turn = planned(deep, "look", {"dx": 2.5})
    assert len(turn) == 3 and sum(int(record["mouse"][0]) for record, _ in turn) == pytest.approx(
        2.5 * MOUSE_ONE, abs=3
    )
    ((held, long),) = planned(deep, "press", {"keys": "w+space", "milliseconds": 1000})
    assert long == room.controls.tick_hz and np.flatnonzero(held["keys"]).tolist() == sorted([KEY["w"], KEY["space"]])
    ((said, _),) = planned(deep, "say", {"text": "the red ball"})
    assert decode(said["say"]) == "the red ball"
    planned(flat, "press", {"keys": ["x"]})
    assert "x does nothing here" in flat.note
    for plans, name, arguments, reason in (
        (deep, "click", {"x": 3, "y": 3}, "no cursor"),
        (deep, "scroll", {"direction": "up", "notches": 0}, "1 to 20"),
        (deep, "press", {"keys": ["w"], "milliseconds": float("nan")}, "at least 0"),
        (deep, "press", [], "a JSON object"),
        (deep, "press", None, "a JSON object"),
        (deep, None, {}, "there is no tool"),
        (deep, "screen", {"now": True}, "it has none"),
        (Plans(worlds.load("box-world-small"), SIZE, middle), "press", {"keys": []}, "at least one key"),
    ):
        with pytest.raises(ValueError, match=reason):
            planned(plans, name, arguments)
    for name in NAMES:
        json.dumps(schema(name))


def test_a_player_ends_after_its_episodes_and_idle_ones_give_way():
    pool = Pool(worlds.load("sokoban-small"), 1, idle=1e-6)
    tools = Tools(pool, split="test", index=0, episodes=2)
    for number in range(2):
        while "The episode is over" not in tools.call("wait", {"milliseconds": 3000}).text:
            pass
        assert tools.session.origin.index == number
    with pytest.raises(RuntimeError, match="the last one of this player"):
        tools.call("wait", {})
    other = Tools(pool)
    other.call("wait", {})
    assert tools.session.row < 0 <= other.session.row


def test_trl_takes_the_tools_as_methods():
    """The documented form: a class without arguments, reset(**row) -> str, typed public methods with docstrings, and
    a reward."""
    made = environment("sokoban-small", size=SIZE)
    first, second = made(), made()
    text = first.reset(split="test", index=2, prompt="ignored by the world")
    assert "push every box onto a target" in text
    assert second.reset(seed=1) != ""
    public = {name for name in dir(first) if not name.startswith("_") and callable(getattr(first, name))}
    assert public == set(NAMES) | {"reset", "get_reward"}
    for name in NAMES:
        method = getattr(first, name)
        assert method.__doc__ and set(method.__annotations__) - {"return"} == set(schema(name)["properties"])
        assert method.__annotations__["return"] is str
    assert "Turn 1." in first.press(["w"]) and first.get_reward() == first.reward == pytest.approx(-0.1)
    assert "x does nothing here" in first.press(keys="x")
    assert "unknown key" in first.press(["dance"])  # an error is an answer, and the rollout goes on
    assert "Turn 0." in second.screen()
    for _ in range(40):
        last = first.wait(3000)
    assert "stop here" in last
    assert "Turn 0." in first.reset(split="test", index=2)
