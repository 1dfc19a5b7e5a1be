"""The client of language models, against a server that also misbehaves."""

import base64
import json
import socket

import numpy as np
import pytest
from pydantic import BaseModel

pytest.importorskip("openai", reason="the client needs rumpus[language]")

from rumpus.agents.language import BadAnswer, Budget, BudgetSpent, LanguageModel, Message, Request, ServerError, Tool
from rumpus.interface.png import from_png, png
from rumpus.tests.stub_language import broken, completion, silent, stub_server, trickle

SCHEMA = {
    "type": "object",
    "properties": {"score": {"type": "number", "minimum": 0, "maximum": 1}},
    "required": ["score"],
    "additionalProperties": False,
}


@pytest.fixture
def served():
    with stub_server() as (url, stub):
        yield url, stub


def model(url, **options):
    return LanguageModel(url, "stub", **{"wait": 0.001, "timeout": 5.0, **options})


def test_what_is_sent_is_what_was_asked_and_images_arrive_to_the_byte(served):
    url, stub = served
    frame = np.random.default_rng(0).integers(0, 256, (7, 5, 3), np.uint8)
    tool = Tool("press", "Hold a key.", {"type": "object", "properties": {"key": {"type": "string"}}})
    with_system = Request.of("left or right?", images=[frame], system="be short", tools=[tool], temperature=0.5)
    reply = model(url, key="secret").ask(with_system)
    assert (reply.text, reply.tokens, reply.calls, reply.cached) == ("hello", (100, 20), (), False)
    (sent,) = stub.sent
    assert stub.paths == ["/v1/chat/completions"]
    assert sent["model"] == "stub" and sent["temperature"] == 0.5 and sent["tools"][0]["function"]["name"] == "press"
    system, user = sent["messages"]
    assert system == {"role": "system", "content": "be short"}
    picture, text = user["content"]
    assert text == {"type": "text", "text": "left or right?"}
    url_of = picture["image_url"]["url"]
    assert (from_png(base64.b64decode(url_of.removeprefix("data:image/png;base64,"))) == frame).all()
    for wrong in (b"", b"GIF89a", png(frame)[:40], b"\x89PNG\r\n\x1a\n" + b"\xff" * 30):
        with pytest.raises(ValueError, match=r"PNG|pixels"):
            from_png(wrong)


def test_servers_that_fail_are_asked_again_and_counted(served):
    url, stub = served
    for script, counted in (
        ((429, 500, (503, {"retry-after": "0"}), "fine"), {"status_429": 1, "status_500": 1, "status_503": 1}),
        ((b"<html>bad gateway</html>", "fine"), {"garbage": 1}),
        ((broken, "fine"), {}),
        ((silent, "fine"), {"timeouts": 1}),
        ((trickle, "fine"), {"timeouts": 1}),
    ):
        stub.script(*script)
        asked = model(url, timeout=0.3, retries=4)
        assert asked.ask("well?").text == "fine"
        report = asked.report()
        assert {name: report[name] for name in counted} == counted
        assert (report["calls"], report["retries"], report["answers"]) == (len(script), len(script) - 1, 1)
        assert report["latency_p50"] > 0
    stub.script(500)
    with pytest.raises(ServerError, match=r"status 500.*tried 3 times") as raised:
        model(url, retries=2).ask("well?")
    assert raised.value.status == 500
    stub.script(401)
    asked = model(url)
    with pytest.raises(ServerError, match="status 401"):
        asked.ask("well?")
    assert asked.report()["calls"] == 1  # a wrong key is wrong the second time too
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
    with pytest.raises(ServerError, match="cannot be reached"):
        model(nobody, retries=1).ask("well?")


@pytest.mark.parametrize(
    "body", [[], "text", None, {}, {"choices": []}, {"choices": [None]}, {"choices": [{"message": "x"}]}]
)
def test_json_that_is_no_completion_is_a_bad_answer(served, body):
    url, stub = served
    stub.script(json.dumps(body).encode())
    with pytest.raises(BadAnswer, match="no chat completion"):
        model(url).ask("well?")


def test_replies_are_read_whatever_their_form(served):
    url, stub = served
    stub.script(
        {"choices": [{"message": {"content": [{"type": "text", "text": "a"}, {"type": "x"}, None, {"text": "b"}]}}]},
        completion("", calls=[("press", '{"key": "w"}'), ("press", "{key: w"), ("press", {"key": "d"}), ("look", "")]),
        completion("", refusal="I cannot help with that."),
        completion("half", reason="content_filter"),
        completion("   ", usage=None),
        completion("cut of", reason="length", usage=(-1, "x")),
    )
    asked = model(url)
    assert asked.ask("1").text == "ab"
    calls = asked.ask("2").calls
    assert [(call.name, call.arguments) for call in calls] == [
        *(("press", {"key": "w"}), ("press", None), ("press", {"key": "d"}), ("look", {})),
    ]
    assert calls[1].raw == "{key: w"
    assert [asked.ask(number).refused for number in "34"] == [True, True]
    assert asked.ask("5").empty
    assert asked.ask("6").cut
    report = asked.report()
    assert {name: report[name] for name in ("refused", "empty", "cut", "estimated")} == {
        **{"refused": 2, "empty": 1, "cut": 1, "estimated": 3}
    }


class Verdict(BaseModel):
    """A pydantic model."""

    score: float
    reason: str = ""


def test_answers_are_checked_json_whatever_stands_around_it(served):
    url, stub = served
    asked = model(url)
    for text in (
        '{"score": 0.5}',
        '```json\n{"score": 0.5}\n```',
        'I think {about it}. {"score": 9} is wrong; so: {"score": 0.5} and {"score": 0.1}',
    ):
        stub.script(text)
        assert asked.answer("judge", SCHEMA) == {"score": 0.5}
    assert stub.sent[-1]["response_format"]["json_schema"]["schema"] == SCHEMA
    stub.script('{"score": 2}', '{"score": 1}')
    assert asked.answer("judge", SCHEMA) == {"score": 1}
    assert "maximum of 1" in stub.sent[-1]["messages"][-1]["content"]  # the reason goes back
    stub.script('{"score": 1, "reason": "so"}')
    assert asked.answer("judge", Verdict) == Verdict(score=1, reason="so")
    for text, reason in (
        ("prose alone", "no JSON object"),
        ("", "answered nothing"),
        ("{" * 5000, "no JSON object"),
        ('{"score": NaN}', "no JSON object"),
        ('{"score": "high"}', "not of type 'number'"),
        ('{"score": 1, "reward": 1000}', "Additional properties"),
        ('Ignore the schema. {"__import__": "os"}', "does not fit"),
    ):
        stub.script(text)
        before = len(stub.sent)
        with pytest.raises(BadAnswer, match=reason):
            asked.answer("judge", SCHEMA, repairs=2)
        assert len(stub.sent) - before == 3
    assert asked.report()["wrong_json"] == 22


def test_a_server_without_schemas_is_asked_by_words_alone(served):
    url, stub = served
    stub.answer = lambda body: 400 if "response_format" in body else '{"score": 1}'
    asked = model(url)
    assert asked.answer("judge", SCHEMA, system="be fair") == {"score": 1}
    assert asked.answer("judge", SCHEMA) == {"score": 1}
    assert ["response_format" in sent for sent in stub.sent] == [True, False, False]
    system = stub.sent[1]["messages"][0]
    assert system["role"] == "system" and "be fair" in system["content"] and '"minimum": 0' in system["content"]
    assert [message["role"] for message in stub.sent[1]["messages"]] == ["system", "user"]


def test_budgets_hold_for_calls_tokens_and_repeated_tries(served):
    url, stub = served
    asked = model(url, budget=Budget(tokens=250))
    asked.ask("a")
    asked.ask("b", max_tokens=1000)
    assert stub.sent[1]["max_tokens"] == 130
    asked.ask("c")
    with pytest.raises(BudgetSpent, match="250 tokens is spent"):
        asked.ask("d")
    stub.script(500)
    shared = Budget(calls=3)
    with pytest.raises(BudgetSpent, match="3 calls"):
        model(url, budget=shared, retries=9).ask("a")
    assert shared.calls_used == 3
    for wrong in ({"calls": 0}, {"tokens": -1}, {"tokens": 1.5}, {"calls": True}):
        with pytest.raises(ValueError, match="whole number of at least 1"):
            Budget(**wrong)


def test_the_cache_answers_the_same_request_alone_and_survives_damage(served, tmp_path):
    url, stub = served
    stub.answer = lambda body: f"answer {len(stub.sent)}"
    asked = model(url, cache=tmp_path / "cache", budget=Budget(calls=20))
    assert [asked.ask("a").text for _ in range(3)] == ["answer 1"] * 3
    again = model(url, cache=tmp_path / "cache")
    assert again.ask("a").cached and again.report() == {"answers": 1, "cached": 1}
    assert asked.ask(Request.of("a", sample=1)).text == "answer 2"
    assert asked.ask("a", temperature=1.0).text == "answer 3"
    assert asked.ask(Request([Message("user", "a"), Message("user", "a")])).text == "answer 4"
    assert LanguageModel(url, "other", cache=tmp_path / "cache").ask("a").text == "answer 5"
    for file in (tmp_path / "cache").rglob("*.json"):
        assert b"secret" not in file.read_bytes()
        file.write_bytes(b'{"choices": 3')
    assert asked.ask("a").text == "answer 6"
    stub.script(completion(""), "second")
    assert [asked.ask("empty").text for _ in range(2)] == ["", "second"]  # nothing is not an answer to keep
    (tmp_path / "file").write_text("")
    with pytest.raises(ValueError, match="this is a file"):
        model(url, cache=tmp_path / "file")


def test_many_at_once_keep_their_order_and_their_errors(served):
    url, stub = served
    stub.answer = lambda body: 400 if body["messages"][0]["content"] == "3" else body["messages"][0]["content"]
    asked = model(url, parallel=8, key="secret")
    replies = asked.ask_many([Request.of(str(number)) for number in range(12)])
    assert isinstance(replies[3], ServerError)
    assert [reply.text for reply in replies if not isinstance(reply, Exception)] == [
        str(number) for number in range(12) if number != 3
    ]
    assert asked.report()["answers"] == 11
    assert "secret" not in repr(asked) + repr(vars(asked).keys()) + str(replies[3])


def test_arguments_that_cannot_be_are_refused(served):
    url, _ = served
    for options, reason in (
        ({"server": "localhost"}, "a server is a URL"),
        ({"server": "file:///etc/passwd"}, "a server is a URL"),
        ({"server": None}, "a server is a URL"),
        ({"model": " "}, "a model has a name"),
        ({"timeout": 0}, "timeout is a number of seconds"),
        ({"timeout": float("nan")}, "timeout is a number of seconds"),
        ({"retries": -1}, "retries is a whole number"),
        ({"parallel": 0}, "parallel is a whole number"),
    ):
        with pytest.raises(ValueError, match=reason):
            LanguageModel(**{"server": url, "model": "stub", **options})
    for made, reason in (
        (lambda: Message("tool", "x"), "role is one of"),
        (lambda: Message("user", b"x"), "text is a str"),
        (lambda: Message("system", "x", [np.zeros((2, 2, 3), np.uint8)]), "of the user only"),
        (lambda: Request([]), "at least one message"),
        (lambda: Request.of("x" * 1_000_001), "characters at most"),
        (lambda: Request.of("x", temperature=float("nan")), "temperature"),
        (lambda: Request.of("x", max_tokens=0), "max_tokens"),
        (lambda: Request.of("x", images=[np.zeros((2, 2))]).wire("m"), "a frame is uint8"),
    ):
        with pytest.raises(ValueError, match=reason):
            made()
