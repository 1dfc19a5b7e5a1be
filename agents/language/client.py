"""The client: one model of one server, with time limits, repeated tries, a budget, a cache and counts."""

from __future__ import annotations

import json
import os
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from ..needs import missing
from .budget import Budget
from .cache import MOST_BYTES, Cache
from .replies import BadAnswer, Reply, checked, read
from .requests import Message, Request

AGAIN = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
"""Statuses after which a request is sent again."""
LONGEST_WAIT = 30.0
"""The most seconds between two tries, whatever a server asks for."""


class ServerError(RuntimeError):
    """The server did not answer, or not with success, however often it was asked. status: of HTTP, None without."""

    def __init__(self, text: str, status: int | None = None):
        super().__init__(text)
        self.status = status


class LanguageModel:
    """A model behind an OpenAI-compatible server.

    server: its URL, such as "http://127.0.0.1:8000/v1"; model: as the server names it; key: a secret that the server
    asks for, by default that of the environment variable OPENAI_API_KEY, which is never printed or stored; timeout:
    seconds until a whole answer must be there; retries: times that a request is sent again after a time-out, a lost
    connection or a status of AGAIN; wait: seconds before the first of these, doubled for each further one, unless the
    server says how long (at most LONGEST_WAIT); budget: shared by whoever has it; cache: a folder of answers, None for
    none; parallel: requests of `ask_many` that are under way at once.

    Threads may share it. `counts` are of all requests: see `report`. Raises ModuleNotFoundError without the package
    `openai`, ValueError for arguments that cannot be.
    """

    def __init__(
        self, server: str, model: str, *, key: str | None = None, timeout: float = 60.0, retries: int = 4,
        wait: float = 1.0, budget: Budget | None = None, cache: str | Path | None = None, parallel: int = 4,
    ):  # fmt: skip
        parts = urlsplit(server) if isinstance(server, str) else urlsplit("")
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"a server is a URL such as http://127.0.0.1:8000/v1, got {server!r}")
        if not isinstance(model, str) or not model.strip():
            raise ValueError("a model has a name: the one that its server lists under /v1/models")
        for name, value, low in (("timeout", timeout, 1e-3), ("wait", wait, 0.0)):
            if not low <= value <= 3600:
                raise ValueError(f"{name} is a number of seconds from {low:g} to 3600, got {value}")
        for name, number, least in (("retries", retries, 0), ("parallel", parallel, 1)):
            if int(number) != number or not least <= number <= 256:
                raise ValueError(f"{name} is a whole number from {least} to 256, got {number}")
        try:
            import openai
        except ModuleNotFoundError:
            raise ModuleNotFoundError(missing("openai"), name="openai") from None
        self.server, self.name, self.budget = server.rstrip("/"), model, budget or Budget()
        self._openai = openai
        self._client = openai.OpenAI(
            base_url=self.server, api_key=key or os.environ.get("OPENAI_API_KEY") or "none", max_retries=0,
            timeout=timeout,
        )  # fmt: skip
        self._timeout, self._retries, self._wait, self._parallel = timeout, int(retries), wait, int(parallel)
        self._cache = Cache(cache) if cache else None
        self._lock, self._rest = threading.Lock(), np.random.default_rng(0)
        self._structured = True
        self.counts: Counter[str] = Counter()
        self.latencies: list[float] = []

    def __repr__(self) -> str:
        return f"LanguageModel({self.server!r}, {self.name!r})"

    def ask(self, request: Request | str, **options: Any) -> Reply:
        """The reply to a request, or to a text with the options of `Request.of` (images, system, temperature, …).

        Raises ServerError, BudgetSpent, or BadAnswer where the server's answer is no chat completion.
        """
        request = Request.of(request, **options) if isinstance(request, str) else request
        digest = request.digest(self.server, self.name) if self._cache else ""
        body = self._cache.get(digest) if self._cache else None
        if body is not None:
            try:
                reply = read(body, request.wire(self.name), cached=True)
            except BadAnswer:  # a damaged file
                body = None
            else:
                self._count(reply)
                return reply
        body, sent, seconds = self._sent(request)
        try:
            reply = read(body, sent, seconds)
        except BadAnswer:
            self._add("garbage")
            raise
        self.budget.use(sum(reply.tokens))
        self._count(reply)
        if self._cache and not reply.refused and not reply.empty:
            self._cache.put(digest, body)
        return reply

    def ask_many(self, requests: Sequence[Request]) -> list[Reply | Exception]:
        """The replies to requests, `parallel` of them under way at once, in their order; in place of a reply the error
        of a request that failed."""

        def tried(request: Request) -> Reply | Exception:
            try:
                return self.ask(request)
            except (RuntimeError, ValueError) as error:
                return error

        if len(requests) < 2:
            return [tried(request) for request in requests]
        with ThreadPoolExecutor(min(self._parallel, len(requests))) as pool:
            return list(pool.map(tried, requests))

    def answer(self, text: str | Request, schema: Any, *, repairs: int = 1, **options: Any) -> Any:
        """The JSON object that the model answers with, checked against a schema: a JSON schema (then it is a dict), or
        a pydantic model (then it is one of these).

        repairs: times that a wrong answer is sent back with the reason. Raises BadAnswer where the last is wrong too.
        """
        model: Any = schema if isinstance(schema, type) else None
        wanted: dict[str, Any] = model.model_json_schema() if model else dict(schema)
        of: dict[str, Any] = {"schema": wanted, "name": str(wanted.get("title", "answer"))[:64].replace(" ", "_")}
        if isinstance(text, str):
            text = Request.of(text, **options)
        request = Request(**{**vars(text), **of})
        for left in range(repairs, -1, -1):
            reply = self.ask(request)
            try:
                found = checked(reply, wanted)
                return model.model_validate(found) if model else found
            except ValueError as error:  # BadAnswer, or pydantic's
                self._add("wrong_json")
                if not left:
                    raise BadAnswer(str(error), reply) from error
                said = [Message("assistant", reply.text)] if reply.text.strip() else []
                again = Message(
                    "user", f"That answer cannot be taken: {error}. Answer again, with the JSON object alone."
                )
                request = Request(**{**vars(request), "messages": [*request.messages, *said, again]})
        raise AssertionError

    def _sent(self, request: Request) -> tuple[Any, dict[str, Any], float]:
        """(the server's JSON, the body that was sent, seconds) of the first try that succeeds."""
        problem, status = "", None
        for attempt in range(self._retries + 1):
            self.budget.take_call()
            self._add("calls")
            left = self.budget.tokens_left
            if left is not None and left < request.max_tokens:
                request = Request(**{**vars(request), "max_tokens": max(1, left)})
            structured = self._structured and request.schema is not None
            sent, start, rest = request.wire(self.name, structured), time.monotonic(), None
            try:
                body = self._body(sent)
                return body, sent, time.monotonic() - start
            except self._openai.APIStatusError as error:
                status = error.status_code
                self._add(f"status_{status}")
                problem = f"it answered with status {status} ({_said(error)})"
                if structured and status in (400, 404, 415, 422, 501):
                    self._structured = False  # the server knows no response_format; the prompt holds the schema
                    continue
                if status not in AGAIN:
                    break
                rest = _seconds(error.response.headers.get("retry-after"))
            except (self._openai.APITimeoutError, TimeoutError):
                status, problem = None, f"it did not answer within {self._timeout:g} seconds"
                self._add("timeouts")
            except (self._openai.APIConnectionError, ConnectionError) as error:
                status, problem = None, f"it cannot be reached ({error.__cause__ or error})"
                self._add("unreachable")
            except ValueError:
                status, problem = None, "its answer is no JSON"
                self._add("garbage")
            if attempt < self._retries:
                self._add("retries")
                time.sleep(min(self._pause(attempt) if rest is None else rest, LONGEST_WAIT))
        tries = self._retries + 1 if status is None or status in AGAIN else 1
        raise ServerError(
            f"the language model's server {self.server}: {problem}, tried {tries} time{'s' * (tries > 1)}. "
            "See that it runs and that the model's name is one of its own",
            status,
        )

    def _pause(self, attempt: int) -> float:
        with self._lock:
            return float(self._wait * 2.0**attempt * (0.75 + 0.5 * self._rest.random()))

    def _body(self, sent: dict[str, Any]) -> Any:
        """The JSON of one try, read piece by piece, since a server that trickles never exceeds a time between bytes.
        Raises TimeoutError when the whole takes too long, ValueError for what is no JSON or too long."""
        end, data = time.monotonic() + self._timeout, bytearray()
        known = {name: sent[name] for name in ("model", "messages")}
        extra = {name: value for name, value in sent.items() if name not in known}
        with self._client.chat.completions.with_streaming_response.create(**known, extra_body=extra) as response:
            parts = iter(response.iter_bytes())
            while (part := _next(parts)) is not None:
                data += part
                if time.monotonic() > end:
                    raise TimeoutError
                if len(data) > MOST_BYTES:
                    raise ValueError("too long")
        try:
            return json.loads(bytes(data))
        except RecursionError:
            raise ValueError("nested too deeply") from None

    def _add(self, name: str) -> None:
        with self._lock:
            self.counts[name] += 1

    def _count(self, reply: Reply) -> None:
        with self._lock:
            self.counts["answers"] += 1
            for name in ("cached", "refused", "empty", "cut", "estimated"):
                self.counts[name] += bool(getattr(reply, name))
            if not reply.cached:
                self.counts["prompt_tokens"] += reply.tokens[0]
                self.counts["answer_tokens"] += reply.tokens[1]
                self.latencies.append(reply.seconds)

    def report(self) -> dict[str, float]:
        """All counts by name: calls (requests sent, repeated ones among them), answers, cached, retries, timeouts,
        unreachable, status_429 and the like, garbage (no chat completion), wrong_json, refused, empty, cut (at
        max_tokens), estimated (tokens not said by the server), prompt_tokens, answer_tokens; and latency_p50,
        latency_p99 in seconds, of answers that came from the server."""
        with self._lock:
            found: dict[str, float] = {name: count for name, count in sorted(self.counts.items()) if count}
            times = np.array(self.latencies)
        if len(times):
            found |= {f"latency_p{p}": float(np.percentile(times, p)) for p in (50, 99)}
        return found

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


def _next(parts: Iterator[bytes]) -> bytes | None:
    """The next piece of a body, None after the last. Raises TimeoutError or ConnectionError for the errors of whichever
    HTTP library the package `openai` brings: it passes them on as they are here."""
    try:
        return next(parts, None)
    except Exception as error:
        kinds = {kind.__name__ for kind in type(error).__mro__}
        if "TimeoutException" in kinds:
            raise TimeoutError from error
        if "TransportError" in kinds:
            raise ConnectionError("the connection ended within the answer") from error
        raise


def _seconds(text: str | None) -> float | None:
    """The seconds of a Retry-After header; None where it says none."""
    try:
        found = float(text or "")
    except ValueError:
        return None
    return found if 0 <= found < float("inf") else None


def _said(error: Any) -> str:
    text = " ".join(str(error.message).split())
    return text if len(text) <= 160 else f"{text[:160]}…"
