"""Put the tables of worlds, of their things, of skills and of agents, and the example world, into the pages: `make
tables`."""

from __future__ import annotations

import re
from pathlib import Path

from rumpus import worlds
from rumpus.agents.catalogue import agents_table, baselines_table, spaces_table, things_table, worlds_table
from rumpus.tasks.skills import SKILLS
from rumpus.worlds.engine.records import relations
from rumpus.worlds.pages import families

ROOT = Path(__file__).parent.parent


def between(path: Path, mark: str, text: str) -> None:
    """Replace what stands between `<!-- mark … -->` and `<!-- /mark -->` in a page."""
    page = path.read_text(encoding="utf-8")
    pattern = re.compile(rf"(<!-- {mark}\b[^>]*-->\n).*?(<!-- /{mark} -->)", re.DOTALL)
    changed, count = pattern.subn(lambda found: f"{found[1]}{text.rstrip()}\n{found[2]}", page)
    assert count == 1, f"{path} has {count} places marked {mark}"
    path.write_text(changed, encoding="utf-8")


def tables() -> None:
    """Bring all tables up to date."""
    shown = [worlds.load(name) for name in worlds.names()]
    skills = [f"| `{name}` | {meaning} |" for name, meaning in SKILLS.items()]
    tiny = (ROOT / "tests" / "tiny_world" / "__init__.py").read_text(encoding="utf-8")
    between(ROOT / "README.md", "spaces", spaces_table(shown))
    between(ROOT / "README.md", "baselines", baselines_table([family[0] for family in families(shown)]))
    for page in (ROOT / "README.md", ROOT / "docs" / "agents.md"):
        between(page, "agents", agents_table())
    between(ROOT / "docs" / "worlds.md", "worlds", worlds_table(shown))
    between(ROOT / "docs" / "worlds.md", "baselines", baselines_table(shown))
    between(ROOT / "docs" / "tasks.md", "things", things_table(shown))
    between(ROOT / "docs" / "tasks.md", "relations", relations.table())
    between(ROOT / "docs" / "tasks.md", "skills", "\n".join(["| skill | what it takes |", "|---|---|", *skills]))
    between(ROOT / "docs" / "your-own-world.md", "tiny_world", f"```python\n{tiny}```")


if __name__ == "__main__":
    tables()
