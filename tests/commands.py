"""Commands as they are typed, run in the process of the tests."""

import sys

from rumpus.__main__ import main


def rumpus(*arguments: object) -> int:
    """Run a command; returns its exit status. An error that is no message is raised."""
    before, sys.argv = sys.argv, ["rumpus", *map(str, arguments)]
    try:
        main()
    except SystemExit as end:
        return int(end.code or 0)
    finally:
        sys.argv = before
    return 0
