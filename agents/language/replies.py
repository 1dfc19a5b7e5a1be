"""The replies of language models, which may be anything: what can be read is read, and the rest is said in a
sentence."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

MOST_STARTS = 64
"""The most places of an answer at which JSON is looked for."""
CHARACTERS_A_TOKEN, TOKENS_AN_IMAGE = 4, 256
"""The count where a server does not say how many tokens it used; a rough estimate of our own."""


class BadAnswer(ValueError):
    """The answer is not what was asked for. reply: the Reply, or None where there was none to read."""

    def __init__(self, text: str, reply: Reply | None = None):
        super().__init__(text)
        self.reply = reply


@dataclass(frozen=True)
class Call:
    """A call of a tool. arguments: None where the model wrote no JSON object for them; raw: what it wrote."""

    name: str
    arguments: dict[str, Any] | None
    raw: str


@dataclass(frozen=True)
class Reply:
    """text: of the answer; calls: of tools; refused: whether the model or the server's filter declined; cut: whether
    the answer ended at max_tokens; tokens: of the prompt and of the answer; estimated: whether these are our estimate;
    seconds: until the whole answer was there; cached: whether it was answered from the disk."""

    text: str
    calls: tuple[Call, ...] = ()
    refused: bool = False
    cut: bool = False
    tokens: tuple[int, int] = (0, 0)
    estimated: bool = False
    seconds: float = 0.0
    cached: bool = False

    @property
    def empty(self) -> bool:
        """Whether the model said nothing and called nothing."""
        return not self.text.strip() and not self.calls


def read(body: Mapping[str, Any] | Any, sent: Mapping[str, Any], seconds: float = 0.0, cached: bool = False) -> Reply:
    """The Reply in the JSON of a server. sent: the body of the request, for an estimate of tokens. Raises BadAnswer
    for what is no chat completion."""
    choices = body.get("choices") if isinstance(body, Mapping) else None
    first = choices[0] if isinstance(choices, list) and choices else None
    message = first.get("message") if isinstance(first, Mapping) else None
    if not isinstance(message, Mapping):
        raise BadAnswer(f"the server's answer is no chat completion: it has no choices[0].message; got {_short(body)}")
    assert isinstance(first, Mapping)
    text = _text(message.get("content"))
    calls = tuple(_calls(message.get("tool_calls")))
    refusal = message.get("refusal")
    refused = bool(refusal) or first.get("finish_reason") == "content_filter"
    tokens, estimated = _tokens(body.get("usage"), sent, text)
    cut = first.get("finish_reason") == "length"
    return Reply(text or _text(refusal), calls, refused, cut, tokens, estimated, seconds, cached)


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    if isinstance(content, list):  # parts
        return "".join(_text(part.get("text")) for part in content if isinstance(part, Mapping))
    return ""


def _calls(listed: Any) -> Iterator[Call]:
    for each in listed if isinstance(listed, list) else ():
        function = each.get("function") if isinstance(each, Mapping) else None
        if not isinstance(function, Mapping) or not isinstance(function.get("name"), str):
            continue
        raw = function.get("arguments")
        if isinstance(raw, Mapping):  # some servers send the object itself
            yield Call(function["name"], dict(raw), json.dumps(raw))
            continue
        raw = raw if isinstance(raw, str) else ""
        try:
            found = json.loads(raw or "{}", parse_constant=_no_number)
        except (ValueError, RecursionError):
            found = None
        yield Call(function["name"], found if isinstance(found, dict) else None, raw)


def _tokens(usage: Any, sent: Mapping[str, Any], text: str) -> tuple[tuple[int, int], bool]:
    if isinstance(usage, Mapping):
        prompt, answer = usage.get("prompt_tokens"), usage.get("completion_tokens")
        if type(prompt) is int and type(answer) is int and min(prompt, answer) >= 0 and max(prompt, answer) < 1 << 40:
            return (prompt, answer), False
    characters, images = 0, 0
    for message in sent.get("messages", ()):
        content = message["content"]
        parts = [{"text": content}] if isinstance(content, str) else content
        characters += sum(len(part.get("text", "")) for part in parts)
        images += sum(part.get("type") == "image_url" for part in parts)
    return (characters // CHARACTERS_A_TOKEN + images * TOKENS_AN_IMAGE, len(text) // CHARACTERS_A_TOKEN), True


def objects(text: str) -> Iterator[dict[str, Any]]:
    """The JSON objects in a text that may hold prose, code fences and thoughts around them, in their order; none that
    lies within another."""
    decoder, at, starts = json.JSONDecoder(parse_constant=_no_number), text.find("{"), 0
    while at >= 0 and starts < MOST_STARTS:
        starts += 1
        try:
            found, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            end = at + 1
        else:
            yield found
        at = text.find("{", end)


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is no JSON")


def checked(reply: Reply, schema: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON object of a reply that fits the schema. Raises BadAnswer with the reason of the first that does not."""
    from jsonschema import Draft202012Validator

    if reply.refused:
        raise BadAnswer(f"the model declined to answer: {_short(reply.text)}", reply)
    if reply.empty:
        raise BadAnswer("the model answered nothing", reply)
    validator, wrong = Draft202012Validator(schema), ""
    for found in objects(reply.text):
        error = next(iter(sorted(validator.iter_errors(found), key=lambda each: len(each.absolute_path))), None)
        if error is None:
            return found
        place = ".".join(map(str, error.absolute_path)) or "the answer"
        wrong = wrong or f"{place}: {_short(error.message)}"
    if wrong:
        raise BadAnswer(f"the answer does not fit the schema: {wrong}", reply)
    ended = "; it ended at max_tokens, so give it more" if reply.cut else ""
    raise BadAnswer(f"the answer holds no JSON object{ended}: {_short(reply.text)}", reply)


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= 160 else f"{text[:160]}…"
