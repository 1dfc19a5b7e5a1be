"""What all tests share."""

import os

os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")


def pytest_addoption(parser):
    """`--regenerate-goldens` writes tests/golden anew instead of comparing with it."""
    parser.addoption("--regenerate-goldens", action="store_true", help="write the golden playthroughs anew")
