"""Language models behind any OpenAI-compatible server: hosted ones, vLLM, llama.cpp, Ollama, SGLang, LM Studio.

    model = LanguageModel("http://127.0.0.1:8000/v1", "qwen3-vl", budget=Budget(calls=500, tokens=2_000_000))
    reply = model.ask("The picture shows a room. Which way is the red ball?", images=[frame])
    task = model.answer("Propose a task.", schema)          # checked JSON, or BadAnswer
    replies = model.ask_many([Request(...), Request(...)])  # side by side

What a model writes is text and JSON. Nothing of it is ever executed.
"""

from .budget import Budget, BudgetSpent
from .client import LanguageModel, ServerError
from .replies import BadAnswer, Call, Reply
from .requests import Message, Request, Tool

__all__ = [
    "BadAnswer", "Budget", "BudgetSpent", "Call", "LanguageModel", "Message", "Reply", "Request", "ServerError", "Tool",
]  # fmt: skip
