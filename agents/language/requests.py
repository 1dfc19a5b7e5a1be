"""The request of a language model, and its form on the wire (OpenAI's chat completions)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ...interface.png import png_url

ROLES = ("system", "user", "assistant")
MOST_CHARACTERS = 1_000_000
"""The most characters of all texts of a request."""


@dataclass(frozen=True)
class Message:
    """A turn of the conversation. role: one of ROLES; images: frames, uint8 (height, width, 3), of a user."""

    role: str
    text: str
    images: Sequence[np.ndarray] = ()

    def __post_init__(self) -> None:
        if self.role not in ROLES:
            raise ValueError(f"a message's role is one of {', '.join(ROLES)}; got {self.role!r}")
        if not isinstance(self.text, str):
            raise ValueError(f"a message's text is a str; got {type(self.text).__name__}")
        if len(self.images) and self.role != "user":
            raise ValueError(f"servers take images in messages of the user only, not of the {self.role}")

    def wire(self) -> dict[str, Any]:
        """The message as the server takes it."""
        if not len(self.images):
            return {"role": self.role, "content": self.text}
        pictures = [{"type": "image_url", "image_url": {"url": png_url(image)}} for image in self.images]
        return {"role": self.role, "content": [*pictures, {"type": "text", "text": self.text}]}


@dataclass(frozen=True)
class Tool:
    """A function that the model may call. parameters: the JSON schema of its arguments, an object."""

    name: str
    description: str
    parameters: Mapping[str, Any]

    def wire(self) -> dict[str, Any]:
        """The tool as the server takes it."""
        function = {"name": self.name, "description": self.description, "parameters": dict(self.parameters)}
        return {"type": "function", "function": function}


@dataclass(frozen=True)
class Request:
    """All that determines an answer, but for the model and the server.

    messages: of the conversation, the last by the user; tools: that the model may call; schema: JSON schema of the
    answer, an object; name: of the schema; temperature: of the sampling, 0 for the likeliest tokens; max_tokens: of the
    answer; sample: another number asks for another answer than the stored one.
    """

    messages: Sequence[Message]
    tools: Sequence[Tool] = ()
    schema: Mapping[str, Any] | None = None
    name: str = "answer"
    temperature: float = 0.0
    max_tokens: int = 1024
    sample: int = 0
    extra: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.messages:
            raise ValueError("a request has at least one message")
        characters = sum(len(message.text) for message in self.messages)
        if characters > MOST_CHARACTERS:
            raise ValueError(f"a request holds {MOST_CHARACTERS:,} characters at most, this one {characters:,}")
        if not (0 <= self.temperature <= 2):
            raise ValueError(f"temperature is a number from 0 to 2, got {self.temperature}")
        if int(self.max_tokens) != self.max_tokens or self.max_tokens < 1:
            raise ValueError(f"max_tokens is a whole number of at least 1, got {self.max_tokens}")

    @classmethod
    def of(
        cls, text: str, *, images: Sequence[np.ndarray] = (), system: str = "", **options: Any
    ) -> Request:  # fmt: skip
        """A request of one message of the user, after one of the system where there is a text for it."""
        first = [Message("system", system)] if system else []
        return cls([*first, Message("user", text, images)], **options)

    def wire(self, model: str, structured: bool = True) -> dict[str, Any]:
        """The body that is sent. structured: whether the server is asked to hold the answer to the schema; the schema
        stands in the prompt too, for servers that do not."""
        messages = [message.wire() for message in self.messages]
        body: dict[str, Any] = {"model": model, "messages": messages, "temperature": self.temperature}
        body |= {"max_tokens": self.max_tokens}
        if self.tools:
            body["tools"] = [tool.wire() for tool in self.tools]
        if self.schema is not None:
            schema = dict(self.schema)
            wish = f"Answer with one JSON object that fits this schema, and with nothing else:\n{json.dumps(schema)}"
            messages.insert(0, {"role": "system", "content": wish})
            if messages[1]["role"] == "system":  # some servers take one system message alone
                messages[0]["content"] = f"{messages[1]['content']}\n\n{wish}"
                del messages[1]
            if structured:
                wanted = {"name": self.name, "schema": schema}
                body["response_format"] = {"type": "json_schema", "json_schema": wanted}
        return body | dict(self.extra)

    def digest(self, server: str, model: str) -> str:
        """A name for the answer of this model, the same for the same request alone."""
        content = {"server": server, "sample": self.sample, **self.wire(model)}
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
