"""Commands as they are typed, run in the process of the tests."""

import signal
import sys
from unittest.mock import patch

from typer.main import get_command

from rumpus import __main__

COMMAND = get_command(__main__.app)
"""All commands with their options, put together once: Typer does it anew for each call, which takes 0.12 s."""


def rumpus(*arguments: object) -> int:
    """Run a command; returns its exit status. An error that is no message is raised."""
    ending = signal.getsignal(signal.SIGTERM)
    try:
        with patch.object(sys, "argv", ["rumpus", *map(str, arguments)]), patch.object(__main__, "app", COMMAND):
            __main__.main()
    except SystemExit as end:
        return int(end.code or 0)
    finally:
        signal.signal(signal.SIGTERM, ending)  # or else a test that is to end fails, and the next one begins
    return 0
