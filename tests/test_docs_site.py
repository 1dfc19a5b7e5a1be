"""The documentation site that `make docs` builds: its navigation is whole, the public API exists, no link is dead."""

import importlib
import importlib.util
import inspect
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LINK = re.compile(r"\]\(([^)\s]+)\)")


@pytest.fixture(scope="module")
def site():
    """The module of the site's hooks."""
    spec = importlib.util.spec_from_file_location("site_hooks", ROOT / "docs" / "site_hooks.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def leaves(navigation) -> list[str]:
    """The pages of a navigation, in order."""
    if isinstance(navigation, str):
        return [navigation]
    below = (next(iter(each.values())) if isinstance(each, dict) else each for each in navigation)
    return [leaf for each in below for leaf in leaves(each)]


def slug(heading: str) -> str:
    """The anchor of a heading."""
    return re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", heading.lower()).strip())


def sources(site) -> dict[str, str]:
    """The Markdown of every page of the site, with its links as they are there."""
    files = {page.name: page.read_text(encoding="utf-8") for page in (ROOT / "docs").glob("*.md")}
    files |= {path: (ROOT / source).read_text(encoding="utf-8") for path, source in site.OUTSIDE.items()}
    made = site.world_pages() | site.api_pages()
    pictures = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs" / "pictures").iterdir()}
    known = files.keys() | made.keys() | pictures
    return made | {
        path: site.rewritten(text, site.OUTSIDE.get(path, f"docs/{path}"), known) for path, text in files.items()
    }


def test_every_page_is_in_the_navigation_once(site):
    assert sorted(leaves(site.navigation())) == sorted(sources(site))


def test_links_and_anchors_of_the_site_exist(site):
    pages = sources(site)
    anchors = {
        path: {slug(heading) for heading in re.findall(r"^#+ (.*)$", text, re.M)}
        | set(re.findall(r'<a id="([^"]+)"', text))
        for path, text in pages.items()
    }
    wrong = []
    for path, text in pages.items():
        for link in LINK.findall(re.sub(r"^```.*?^```", "", text, flags=re.S | re.M)):
            target, _, anchor = link.partition("#")
            if "://" in target:
                continue
            there = (Path(path).parent / target).as_posix() if target else path
            exists = there in pages or (ROOT / "docs" / there).exists()
            if not exists or (anchor and anchor not in anchors.get(there, ())):
                wrong.append(f"{path}: {link}")
    assert not wrong


def test_the_public_api_exists_and_is_documented(site):
    for _, modules in site.API.values():
        for name in modules:
            module = importlib.import_module(name)
            assert inspect.getdoc(module), name
            own = [each for each, value in vars(module).items() if getattr(value, "__module__", "") == name]
            public = getattr(module, "__all__", [each for each in own if not each.startswith("_")])
            assert public, f"{name} has no public name"
            for each in public:
                value = getattr(module, each)
                assert inspect.getdoc(value) or not callable(value), f"{name}.{each}"


def test_the_api_holds_what_a_world_of_ones_own_imports(site):
    text = (ROOT / "docs" / "your-own-world.md").read_text(encoding="utf-8")
    needed = set(re.findall(r"^from (rumpus\S+) import", text, re.M))
    assert len(needed) > 5
    assert not needed - {name for _, modules in site.API.values() for name in modules}


def test_worlds_say_what_is_public():
    from rumpus import worlds

    assert sorted(worlds.__all__) == worlds.__all__
    assert all(hasattr(worlds, name) for name in worlds.__all__)
