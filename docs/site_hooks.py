"""The documentation site: its navigation, and the pages that are made of records and docstrings; hooks of mkdocs.yml.

The README is the first page. Each family of worlds has a page made of its docstring and its records, and each part of
the public API one of its docstrings. The Markdown files themselves are read on a code host too, so their links are
written for that, and are rewritten here.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rumpus import worlds
from rumpus.agents.catalogue import baselines_table, things_table, worlds_table
from rumpus.worlds.engine.world import World
from rumpus.worlds.pages import families, page, sections

ROOT = Path(__file__).parent.parent
OUTSIDE = {"index.md": "README.md", "CONTRIBUTING.md": "CONTRIBUTING.md", "CHANGELOG.md": "CHANGELOG.md"}
"""Pages of the site whose files lie above docs/."""
API = {
    "worlds": (
        "Environments by name, as Gymnasium, vector and PettingZoo environments or as a batch.",
        ("rumpus.worlds", "rumpus.worlds.pages", "rumpus.worlds.guests", "rumpus.worlds.guests.gym"),
    ),
    "worlds.engine": (
        "The parts of a world of one's own, the engine that runs it, and replays.",
        (
            *("rumpus.worlds.engine.world", "rumpus.worlds.engine.simulator", "rumpus.worlds.engine.render.views"),
            *("rumpus.worlds.engine.records.states", "rumpus.worlds.engine.records.things"),
            *("rumpus.worlds.engine.library.random", "rumpus.worlds.engine.library.grid"),
            "rumpus.worlds.engine.run.replay",
        ),
    ),
    "interface": (
        "The observation space and the action space, the environments that have them, and wrappers.",
        (
            *("rumpus.interface.spaces", "rumpus.interface.action", "rumpus.interface.keys", "rumpus.interface.text"),
            *("rumpus.interface.single", "rumpus.interface.vector", "rumpus.interface.parallel"),
            *("rumpus.interface.lanes", "rumpus.interface.realtime"),
            *("rumpus.interface.wrappers", "rumpus.interface.wrappers.vector", "rumpus.interface.wrappers.parallel"),
        ),
    ),
    "tasks": (
        "Tasks as data: schema, files, language, generation, and the tables that environments take.",
        (
            *("rumpus.tasks.goals", "rumpus.tasks.files", "rumpus.tasks.compile", "rumpus.tasks.language"),
            "rumpus.tasks.understanding",
            *("rumpus.tasks.generate", "rumpus.tasks.splits", "rumpus.tasks.skills"),
        ),
    ),
    "episodes": (
        "Stored episodes: recording, reading with pixels, verifying, marks.",
        (
            *("rumpus.episodes.store", "rumpus.episodes.episode", "rumpus.episodes.start", "rumpus.episodes.marks"),
            *("rumpus.episodes.recorder", "rumpus.episodes.wrappers", "rumpus.episodes.redraw", "rumpus.episodes.step"),
            *(
                "rumpus.episodes.moments",
                "rumpus.episodes.label",
                "rumpus.episodes.contexts",
                "rumpus.episodes.verify",
                "rumpus.episodes.upkeep",
            ),
        ),
    ),
    "agents": (
        "Policies and algorithms: their contracts, training, and measurement.",
        (
            *("rumpus.agents.contracts", "rumpus.agents.policies", "rumpus.agents.experts", "rumpus.agents.episodes"),
            *("rumpus.agents.measuring.evaluate", "rumpus.agents.measuring.benchmark"),
            *("rumpus.agents.search.policy", "rumpus.agents.search.settings"),
            *("rumpus.agents.training.run", "rumpus.agents.settings", "rumpus.agents.checkpoint"),
        ),
    ),
}
"""The modules of the public API, by part, with a sentence on each part."""


def world_pages() -> dict[str, str]:
    """The page of each family of worlds, as Markdown, by its path in the site."""
    found = families([worlds.load(name) for name in worlds.names()])
    return {f"worlds/{family[0].name}.md": family_page(family) for family in found}


def family_page(family: Sequence[World]) -> str:
    """What a family is, its sections with the facts of its first variant, and tables of all variants."""
    first = family[0]
    text = page(first)
    title = sections(first.doc)[""].partition(":")[0] if ":" in first.doc.splitlines()[0] else first.name
    parts = [f"# {title}", text.pop("")]
    if len(family) > 1:
        parts.append(
            f"Shapes, moves, limits and splits below are those of `{first.name}`; `rumpus worlds NAME` prints others."
        )
    parts += [f"## {heading}\n\n{body}" for heading, body in text.items()]
    parts += ["## Variants", worlds_table(list(family)), "## Baselines", baselines_table(list(family))]
    if first.knobs.declared:
        values = first.knob_values({})
        rows = [f"| `{k}` | {values[k]} | {v.low} to {v.high} | {v.meaning} |" for k, v in first.knobs.declared.items()]
        parts += ["## Knobs", "\n".join(["| knob | value | range | meaning |", "|---|---|---|---|", *rows])]
    if first.rules.things:
        parts += ["## What goals can name", things_table(list(family))]
    return "\n\n".join(parts) + "\n"


def api_pages() -> dict[str, str]:
    """The pages of the public API, as Markdown for mkdocstrings, by their paths in the site."""
    return {
        f"api/{part}.md": f"# rumpus.{part}\n\n{about}\n\n" + "\n\n".join(f"::: {name}" for name in modules) + "\n"
        for part, (about, modules) in API.items()
    }


def navigation() -> list[dict[str, Any]]:
    """The navigation of the site."""
    return [
        {"Home": "index.md"},
        {
            "Environments": [
                *({"All environments": "worlds.md"}, {"First-person worlds": "first-person.md"}),
                *({"The room": "room.md"}, {"Guests": "guests.md"}, {"Your own world": "your-own-world.md"}),
                {"Families": list(world_pages())},
            ]
        },
        {
            "Use": [
                {"Faces": "faces.md"},
                {"Libraries": "libraries.md"},
                *({"Tasks": "tasks.md"}, {"Instructions": "instructions.md"}),
                {"Two players": "two-players.md"},
                {"Episodes as data": "data.md"},
                {"Play": "play.md"},
                {"In a browser": "serve.md"},
                *({"Agents": "agents.md"}, {"Search": "search.md"}),
                {"Doors for other libraries": "doors.md"},
                {"One agent for many worlds": "generalist.md"},
                {"The improvement loop": "improve.md"},
            ]
        },
        {"Reference": list(api_pages())},
        {
            "Project": [
                *({"How the engine works": "engine.md"}, {"Glossary": "glossary.md"}),
                *({"Contributing": "CONTRIBUTING.md"}, {"Changes": "CHANGELOG.md"}),
            ]
        },
    ]


def rewritten(text: str, path: str, pages: set[str]) -> str:
    """The Markdown of a file of the tree, for its place in the site: links to other files of the tree, such as sources,
    become their names. path: from the root of the tree; pages: of the site, and its pictures."""

    def link(found: re.Match[str]) -> str:
        label, target, anchor = found[1], found[2], found[3] or ""
        if not target or "://" in target:
            return found[0]
        whole = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
        inside = (
            whole.removeprefix("docs/") if whole.startswith("docs/") else {v: k for k, v in OUTSIDE.items()}.get(whole)
        )
        if inside in pages:
            return f"[{label}]({inside}{anchor})"
        return f"`{whole}`" if label.strip("`") in whole else f"{label} (`{whole}`)"

    return re.sub(r"\[([^]]*)\]\(([^)\s#]*)(#[^)\s]*)?\)", link, text)


def on_config(config: Any) -> Any:
    """Set the navigation."""
    config.nav = navigation()
    return config


def on_files(files: Any, config: Any) -> Any:
    """Add the pages from above docs/, and those that are generated."""
    from mkdocs.structure.files import File

    for path, source in OUTSIDE.items():
        files.append(File.generated(config, path, abs_src_path=str(ROOT / source)))
    for path, text in (world_pages() | api_pages()).items():
        files.append(File.generated(config, path, content=text))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Any) -> str:
    """Rewrite the links of a file of the tree."""
    uri = page.file.src_uri
    if uri.startswith(("worlds/", "api/")):
        return markdown
    return rewritten(
        markdown, OUTSIDE.get(uri, f"docs/{uri}"), {file.src_uri for file in files if file.inclusion.is_included()}
    )
