"""A budget of calls and tokens, which several models and threads may share."""

from __future__ import annotations

import threading


class BudgetSpent(RuntimeError):
    """There are no calls or no tokens left."""


class Budget:
    """The most requests that may be sent, repeated ones among them, and the most tokens that may be used, those of
    prompts and of answers together. None: as many as one likes.

    A call is refused where nothing is left; the last one may use more tokens than were left. calls, tokens: as given;
    calls_used, tokens_used: so far. Raises ValueError for a budget that is no whole number of at least 1.
    """

    def __init__(self, calls: int | None = None, tokens: int | None = None):
        for name, value in {"calls": calls, "tokens": tokens}.items():
            if value is not None and (isinstance(value, bool) or int(value) != value or value < 1):
                raise ValueError(f"a budget of {name} is a whole number of at least 1, got {value!r}")
        self.calls, self.tokens = calls, tokens
        self.calls_used = self.tokens_used = 0
        self._lock = threading.Lock()

    def __getstate__(self) -> dict[str, int | None]:
        return {name: value for name, value in vars(self).items() if name != "_lock"}

    def __setstate__(self, content: dict[str, int | None]) -> None:
        vars(self).update(content)
        self._lock = threading.Lock()

    @property
    def tokens_left(self) -> int | None:
        """Tokens that are left, at least 0; None without a limit."""
        return None if self.tokens is None else max(0, self.tokens - self.tokens_used)

    @property
    def spent(self) -> str:
        """The sentence why the next call is refused; empty where it is not."""
        if self.calls is not None and self.calls_used >= self.calls:
            return f"the budget of {self.calls:,} calls is spent"
        if self.tokens is not None and self.tokens_used >= self.tokens:
            return f"the budget of {self.tokens:,} tokens is spent ({self.tokens_used:,} used)"
        return ""

    def take_call(self) -> None:
        """Count one request. Raises BudgetSpent where none is left."""
        with self._lock:
            if self.spent:
                raise BudgetSpent(self.spent)
            self.calls_used += 1

    def use(self, tokens: int) -> None:
        """Count the tokens of an answer and of its prompt."""
        with self._lock:
            self.tokens_used += tokens
