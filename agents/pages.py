"""The page of an algorithm: what it is, its settings with their sources, and what it needs."""

from __future__ import annotations

import dataclasses
import inspect
import io
import sys
import tokenize
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from .lookup import find


def row(name: str) -> dict[str, Any]:
    """An algorithm's page as plain values: name, summary, source, needs, page, settings."""
    from .algorithms import ALGORITHMS

    made = find(ALGORITHMS, name, "algorithm")
    doc = inspect.getdoc(sys.modules[made.__module__]) or inspect.getdoc(made) or ""
    comments = setting_comments(made.Settings)
    settings = [
        {
            "name": each.name,
            "type": str(each.type),
            "default": each.default if each.default is not dataclasses.MISSING else None,
            "about": comments.get(each.name, ""),
        }
        for each in dataclasses.fields(made.Settings)
    ]
    return {
        "name": name,
        "summary": " ".join(doc.split("\n\n")[0].split()),
        "source": made.source,
        "needs": list(getattr(made, "needs", ())),
        "page": doc,
        "sources_of_settings": inspect.getdoc(made.Settings) or "",
        "settings": settings,
    }


def setting_comments(record: type) -> dict[str, str]:
    """The comment that stands beside each field of a dataclass, by its name."""
    found = {}
    try:
        source = inspect.getsource(record)
    except OSError:
        return {}
    names = {each.name for each in dataclasses.fields(record)}
    name = ""
    for token in tokenize.generate_tokens(io.StringIO(inspect.cleandoc(source)).readline):
        if token.type == tokenize.NAME and token.string in names and not token.line[: token.start[1]].strip():
            name = token.string
        elif token.type == tokenize.COMMENT and name:
            found[name] = token.string.lstrip("# ")
        elif token.type == tokenize.NEWLINE:
            name = ""
    return found


def page(name: str) -> None:
    """Print all that an algorithm says of itself."""
    known, console = row(name), Console(highlight=False)
    console.print(f"[bold]{escape(name)}[/bold]  {escape(known['source'])}\n\n{escape(known['page'])}\n")
    table = Table("setting", "default", "about", box=None)
    for each in known["settings"]:
        table.add_row(each["name"], str(each["default"]), each["about"])
    console.print(table)
    console.print(f"\n{escape(known['sources_of_settings'])}")
    for need in known["needs"]:
        console.print(f"Needs {need}.")
    console.print(
        "\nAll settings of the run and of the network: rumpus train --help; --set NAME=VALUE for any of them."
    )
