"""The language-model player, against a server that also answers with nothing, prose, too much, and injections."""

import itertools
import json

import numpy as np
import pytest

pytest.importorskip("openai", reason="the player needs rumpus[language]")

from rumpus import worlds
from rumpus.agents.language import Budget, LanguageModel, ServerError
from rumpus.agents.language.player import MOST_CALLS, LanguagePlayer
from rumpus.agents.language.scene import scene_text
from rumpus.agents.measuring.benchmark import small
from rumpus.agents.measuring.evaluate import evaluate
from rumpus.interface.keys import KEY
from rumpus.tasks.files import write_line
from rumpus.tasks.generate import generate
from rumpus.tests.commands import rumpus
from rumpus.tests.stub_language import completion, stub_server

FEW = {"episodes": 2, "limit": 6}


@pytest.fixture
def served():
    with stub_server() as (url, stub):
        yield url, stub


def player(url, budget=None, **options):
    model = LanguageModel(url, "stub", wait=0.001, timeout=5.0, retries=0, budget=budget)
    return LanguagePlayer(model, size=(140, 140), **options)


def actions_of(url, world, **options):
    """The keys that were held in each tick of one row."""
    batch = worlds.batch(world, 1, seed=3, threads=1)
    batch.reset()
    made = player(url, **options)
    made.start(batch)
    held = []
    for tick in range(8):
        made.act(batch, np.array([tick == 0]))
        held.append(np.flatnonzero(batch.actions[0, 0]["keys"]).tolist())
        batch.step()
    return held, made.report()


def test_tools_and_text_are_played_as_they_were_said(served):
    url, stub = served
    w, d = KEY["w"], KEY["d"]
    calls = [("press", {"keys": ["w"], "milliseconds": 200}), ("press", {"keys": "d"}), ("wait", {})]
    stub.script(completion("", calls=calls))
    assert actions_of(url, "sokoban-small")[0] == [[w], [w], [d], [], [w], [w], [d], []]
    text = 'Going up. {"actions": ["push up", {"name": "press", "arguments": {"keys": ["d"]}}, "push up"]}'
    stub.script(text)
    held, report = actions_of(url, "sokoban-small", by="text", memory=1)
    assert held == [[w], [d], [w], [w], [d], [w], [w], [d]]
    assert report["asked"] == report["actions"] == 3
    last = stub.sent[-1]["messages"]
    assert [message["role"] for message in last] == ["system", "user", "assistant", "user"]  # one answer of before
    assert "push up (w)" in last[0]["content"] and "tools" not in stub.sent[-1]
    picture, said = last[-1]["content"]
    assert picture["type"] == "image_url" and "Instruction: push every box onto a target" in said["text"]


def test_answers_that_are_no_actions_cost_a_tick_and_are_told(served):
    url, stub = served
    for answer, count, note in (
        (completion(""), "without_action", "You said nothing"),
        (completion("", refusal="I will not play."), "without_action", "You declined"),
        ("I would go left, since the box is there.", "without_action", "That was no action"),
        ('{"actions": ["dance"]}', "wrong_actions", "no move 'dance'"),
        ('{"actions": [7, null, {"name": ["x"]}]}', "wrong_actions", "no move"),
        (completion("", calls=[("press", "{keys")]), "wrong_actions", "JSON object"),
        (completion("", calls=[("reset", {})]), "wrong_actions", "there is no tool 'reset'"),
        (
            'Ignore your rules. {"actions": [{"name": "__import__", "arguments": {"x": "os"}}]}',
            "wrong_actions",
            "no tool",
        ),
        (json.dumps({"actions": ["push up"] * 10}), "too_many", f"first {MOST_CALLS} of your 10"),
    ):
        stub.script(answer)
        held, report = actions_of(url, "sokoban-small", by="text")
        assert report[count] == report["asked"] >= 1, answer
        if count != "too_many":
            assert held == [[]] * 8
            assert note in str(stub.sent[-1]["messages"][-1]), answer


def test_a_measurement_counts_budget_errors_and_latency(served):
    url, stub = served
    stub.script('{"actions": ["push up", "push left"]}')
    result = evaluate("sokoban-small", player(url, by="text"), threads=1, **FEW)
    assert result["episodes"] == 2 and result["length_mean"] == 6
    assert (result["asked"], result["calls"], result["actions"]) == (6, 6, 6)
    assert result["latency_p50"] > 0 and result["prompt_tokens"] == 600
    spent = evaluate("sokoban-small", player(url, budget=Budget(calls=3)), threads=1, **FEW)
    assert spent["calls"] == 3 and spent["budget_spent"] >= 1 and spent["length_mean"] == 6
    numbers = iter(range(100))
    stub.answer = lambda body: 500 if next(numbers) % 2 else '{"actions": ["push up"]}'
    result = evaluate("sokoban-small", player(url, by="text"), threads=1, **FEW)
    assert result["unanswered"] == result["status_500"] >= 3
    stub.script(401)
    with pytest.raises(ServerError, match="status 401"):
        evaluate("sokoban-small", player(url), threads=1, **FEW)


def test_things_in_words_stand_beside_or_instead_of_the_picture(served):
    url, stub = served
    stub.script('{"actions": ["push up"]}')
    for see, pictures in (("text", 0), ("both", 1), ("pixels", 1)):
        actions_of(url, "sokoban-small", see=see, by="text", memory=0)
        content = stub.sent[-1]["messages"][-1]["content"]
        assert str(content).count("image_url") == 2 * pictures
        assert ("You see:" in str(content)) == (see != "pixels")
    batch = worlds.batch("sokoban-small", 1, seed=3, threads=1)
    batch.reset()
    things, counts, _ = batch.things()
    lines = scene_text(batch, 0, 0).splitlines()[1:]
    assert len(lines) == counts[0] == 5
    you = things[0][things[0]["player"] == 1][0]
    assert f"- you: row {you['y'] // 256}, column {you['x'] // 256}" in lines
    assert sum(line.startswith("- box:") for line in lines) == sum(line.startswith("- target:") for line in lines) == 2
    with pytest.raises(ValueError, match="pixels, text, both"):
        player(url, see="sound")
    with pytest.raises(ValueError, match="tools, text"):
        player(url, by="mind")


def test_the_command_prints_a_table(served, capsys):
    url, stub = served
    stub.script(completion("", calls=[("press", {"keys": ["w"]})]))
    line = ("evaluate", "sokoban-small", "vlm", "--model", "stub", "--server", url, "--size", "140", "--episodes", "1")
    assert rumpus(*line, "--limit", "3") == 0
    told = capsys.readouterr().out
    assert "vlm stub (pixels, tools) in sokoban-small" in told and "latency_p50" in told
    assert rumpus(*line, "--limit", "3", "--see", "sound") == 1
    assert "pixels, text, both" in capsys.readouterr().err
    assert rumpus("evaluate", "sokoban-small", "vlm") == 1
    assert "vlm needs --model and --server" in capsys.readouterr().err
    assert rumpus("evaluate", "sokoban-small", "random", "--model", "stub") == 1
    assert "type vlm in place of 'random'" in capsys.readouterr().err


def test_a_model_thinks_while_the_world_goes_on(served):
    """Three quarters of a second for each look at the clock, of which a decision takes two."""
    url, stub = served
    stub.script('{"actions": [{"name": "press", "arguments": {"keys": ["w"], "milliseconds": 300}}]}')
    looks = itertools.count()
    made = player(url, by="text")
    result = evaluate("maze-small", made, episodes=1, limit=30, threads=1, realtime=lambda: 0.75 * next(looks))
    live = result["realtime"]
    assert (result["length_mean"], live["length_mean"], live["episodes"]) == (30, 30, 1)
    assert live["decisions"] < 30 and live["latency_p50"] == 0.75 and live["missed"] > 15
    assert not made.holds, "no key stays down longer than its tool has said"


def test_a_models_table_stands_beside_random_and_expert(served, tmp_path, capsys, monkeypatch):
    """Shipped agents stand there too: see test_shipped."""
    monkeypatch.setattr("rumpus.agents.shipped.names", lambda: [])
    url, stub = served
    stub.script('{"actions": ["push up"]}')
    made = list(generate(worlds.load("sokoban-small"), 6, seed=4))
    file = tmp_path / "tasks.jsonl"
    file.write_text("".join(map(write_line, made)))
    line = ("evaluate", "--suite", "small", "vlm", "--model", "stub", "--server", url, "--by", "text", "--size", "140")
    assert rumpus(*line, "--tasks", file) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "vlm stub (pixels, text) random expert" in told
    assert len(small(made)) == len({task.skill for task in made}) < len(made)
    assert rumpus("evaluate", "--suite", "tiny", "random", "--tasks", file) == 1
    assert "the whole benchmark, or small" in capsys.readouterr().err
