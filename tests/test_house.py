"""The house itself: arrows between its floors run down, the wheel holds all of the tree, words and code agree."""

import ast
import fnmatch
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
import zipfile
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from rumpus.tasks.kinds import KINDS
from rumpus.tasks.skills import SKILLS

ROOT = Path(__file__).resolve().parent.parent
FLOORS = ("interface", "worlds", "tasks", "episodes", "agents")
"""From the ground up. A floor imports from itself and from the floors before it."""
ROOTS = ("__init__.py", "__main__.py", "py.typed")
MOST_LINES = 500
WIDEST = 120
NAMERS = (
    *("agents/experts/", "agents/studies/", "agents/measuring/speeds.py", "tasks/understanding/lexicon/"),
    *("worlds/__init__.py", "agents/bench_command.py"),
)
"""Files that may know a world by name, besides the world's own folder: the lexicon holds words that people say."""
HEAVY = {"torch", "pygame", "matplotlib", "tensorboard", "stable_baselines3"}
"""What `import rumpus.worlds` must leave alone to be quick; the command line leaves numba and Gymnasium alone too."""
MACHINE = re.compile(r"(?<![\w.~])/(?:work|root|home|Users|opt)/\w|(?:pypi|pythonhosted|download\.pytorch)\.org")
"""Paths and hosts that belong to one machine."""


def kept_files() -> list[str]:
    """Every file of the checkout that is not hidden and that .gitignore does not name, as paths from its root."""
    ignored = [line.rstrip("/") for line in (ROOT / ".gitignore").read_text().splitlines()]

    def kept(name: str) -> bool:
        hidden = name.startswith(".") and name not in (".ci", ".gitignore")
        return not hidden and not any(fnmatch.fnmatch(name, pattern) for pattern in ignored)

    found = []
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [name for name in folders if kept(name)]
        found += [(Path(folder) / name).relative_to(ROOT).as_posix() for name in files if kept(name)]
    return sorted(found)


FILES = kept_files()
MODULES = [file for file in FILES if file.endswith(".py")]
INSIDE = [file for file in MODULES if file.startswith(tuple(f"{floor}/" for floor in FLOORS))]
PAGES = [file for file in FILES if file.endswith(".md")]
FAMILIES = {file.split("/")[1] for file in INSIDE if re.fullmatch(r"worlds/\w+/state\.py", file)} - {"first_person"}


def parsed(file: str) -> ast.Module:
    return ast.parse((ROOT / file).read_text(encoding="utf-8"), file)


def imports(file: str, tree: ast.AST) -> list[tuple[int, str]]:
    """The line and the full dotted name of all that a module of the package imports; ours begin with `rumpus.`."""
    package = ["rumpus", *file.split("/")[:-1]]
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            base = base + (node.module.split(".") if node.module else [])
            found += [(node.lineno, ".".join([*base, alias.name])) for alias in node.names]
    return found


def floor_of(name: str) -> str:
    return name.split(".")[1] if name.startswith("rumpus.") else ""


def place_of(name: str) -> tuple[str, ...]:
    """The module or the folder of the checkout that an imported dotted name lies in, as the parts of its path."""
    parts = tuple(name.split(".")[1:])
    while parts and f"{'/'.join(parts)}.py" not in INSIDE and f"{'/'.join(parts)}/__init__.py" not in INSIDE:
        parts = parts[:-1]
    return parts


@cache
def uses_by_folder() -> dict[tuple[str, ...], dict[str, set[str]]]:
    """Of every folder, at every depth, what each of its files and folders imports of the others; imports within
    functions count too. A folder's own `__init__` is one of its files."""
    children: dict[tuple[str, ...], dict[str, set[str]]] = {}
    for file in INSIDE:
        source = tuple(file.removesuffix(".py").split("/"))
        for _, name in imports(file, parsed(file)):
            if not floor_of(name):
                continue
            target = (*place_of(name), "__init__")
            depth = next(at for at, (one, other) in enumerate(zip(source, target, strict=False)) if one != other)
            children.setdefault(source[:depth], {}).setdefault(source[depth], set()).add(target[depth])
    return children


def test_no_folder_has_a_circle():
    assert ("worlds", "engine", "run") in uses_by_folder()
    circles = []
    for folder, uses in uses_by_folder().items():
        try:
            TopologicalSorter(uses).prepare()
        except CycleError as error:
            circles.append(f"{'/'.join(folder) or '.'}: {' -> '.join(reversed(error.args[1]))}")
    assert not circles, "move what is shared to a file below both"


def test_the_engine_has_the_order_that_its_page_says():
    rows = re.findall(r"^\| `(\w+)` \|", (ROOT / "docs/engine.md").read_text(), re.MULTILINE)
    uses = uses_by_folder()["worlds", "engine"]
    assert set(rows) == {name for name in uses.keys() | set().union(*uses.values()) if name != "__init__"}
    assert not [
        f"{row} imports {used}" for at, row in enumerate(rows) for used in uses.get(row, ()) if used in rows[at:]
    ]


@pytest.mark.parametrize("floor", FLOORS)
def test_imports_run_down(floor):
    above = FLOORS[FLOORS.index(floor) + 1 :]
    wrong = []
    for file in INSIDE:
        if file.startswith(f"{floor}/"):
            for line, name in imports(file, parsed(file)):
                if floor_of(name) in (*above, "__main__", "tests") or name.split(".")[0] in FLOORS:
                    wrong.append(f"{file}:{line} imports {name}")
    assert not wrong, f"{floor} may import from {FLOORS[: FLOORS.index(floor) + 1]} alone, by relative imports"


def test_only_experts_know_a_world():
    """No other module imports a world's folder or holds its name, but in docstrings and comments."""
    told = FAMILIES - {*SKILLS, *KINDS, "room"}  # these are words of the language of tasks, too, or of everyday
    names = re.compile(rf"\b({'|'.join(sorted(told))})(?![a-z])", re.IGNORECASE)
    folders = re.compile(rf"rumpus\.worlds\.({'|'.join(sorted(FAMILIES))})\b")
    wrong = []
    for file in INSIDE:
        own = file.split("/")[1]
        if file.startswith(NAMERS) or own in FAMILIES:
            continue
        tree = parsed(file)
        notes = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        wrong += [f"{file}:{line} imports {name}" for line, name in imports(file, tree) if folders.match(name)]
        words = []
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in notes:
                words.append((node.lineno, node.value.replace("-", "_")))
            elif isinstance(node, ast.Name):
                words.append((node.lineno, node.id))
        wrong += [f"{file}:{line} names {found[0]}" for line, word in words if (found := names.search(word))]
    assert FAMILIES
    assert not wrong


def test_worlds_do_not_know_each_other():
    wrong = []
    for file in INSIDE:
        own = file.split("/")[1]
        if file.startswith("worlds/") and own in FAMILIES:
            for line, name in imports(file, parsed(file)):
                if name.startswith("rumpus.worlds.") and name.split(".")[2] not in (own, "engine", "first_person"):
                    wrong.append(f"{file}:{line} imports {name}")
    assert not wrong


def test_the_root_is_trivial():
    """The root module is imported for everything (twice by pytest), so it is a docstring and the version."""
    docstring, *rest = parsed("__init__.py").body
    assert isinstance(docstring, ast.Expr)
    assert [ast.unparse(node).split(" =")[0] for node in rest] == ["__version__"]


@pytest.mark.parametrize(
    ("module", "heavy"), [("rumpus.__main__", HEAVY | {"numba", "gymnasium", "cv2"}), ("rumpus.worlds", HEAVY)]
)
def test_heavy_libraries_are_not_imported_at_the_start(module, heavy):
    code = f"import sys, {module}; print(*sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT.parent)
    assert done.stdout.split() == []


def test_files_are_small_and_say_what_they_are():
    texts = {file: (ROOT / file).read_text(encoding="utf-8") for file in [*MODULES, *PAGES]}
    assert not [file for file, text in texts.items() if len(text.splitlines()) > MOST_LINES], "split these files"
    assert not [file for file in MODULES if not ast.get_docstring(parsed(file))], "these modules lack a docstring"


def undocumented(body: list[ast.stmt], within: str = "") -> list[str]:
    """The public functions and classes of a module, and the public methods of its own classes, that lack a docstring.

    A method of a class with a base is left out: it may be documented where it is declared.
    """
    found = []
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            if not ast.get_docstring(node):
                found.append(within + node.name)
            if isinstance(node, ast.ClassDef) and not node.bases:
                found += undocumented(node.body, f"{node.name}.")
    return found


def test_public_functions_have_docstrings():
    wrong = [f"{file}: {name}" for file in INSIDE for name in undocumented(parsed(file).body)]
    assert not wrong


def test_no_file_names_a_path_of_one_machine():
    wrong = []
    for file in FILES:
        try:
            lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            continue  # a picture
        wrong += [f"{file}:{i}: {line.strip()[:80]}" for i, line in enumerate(lines, 1) if MACHINE.search(line)]
    assert not wrong


def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def test_constraints_meet_what_the_project_asks_for():
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    chosen = dict(line.split("==") for line in lines if line and not line.startswith("#"))
    assert list(chosen) == sorted(chosen)
    extras = [text for extra in project()["optional-dependencies"].values() for text in extra]
    for requirement in map(Requirement, [*project()["dependencies"], *extras]):
        name = canonicalize_name(requirement.name)
        if name != "rumpus":
            assert name in chosen, f"constraints.txt lacks {name}: make constraints"
            assert requirement.specifier.contains(chosen[name]), f"{requirement} does not admit {chosen[name]}"


def test_wheel_holds_the_tree_and_nothing_else(tmp_path):
    """Built from a clean copy, since a stale build/ beside it would ship deleted files; and it can be imported."""
    tree, out, unpacked = tmp_path / "tree", tmp_path / "out", tmp_path / "unpacked"
    for file in FILES:
        (tree / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / file, tree / file)
    build = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--no-index", "-q"]
    done = subprocess.run([*build, "-w", str(out), str(tree)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    with zipfile.ZipFile(next(out.glob("rumpus-*.whl"))) as wheel:
        wheel.extractall(unpacked)
        shipped = {name for name in wheel.namelist() if ".dist-info/" not in name}
    parts = tuple(f"{part}/" for part in (*FLOORS, "assets"))
    kept = {f"rumpus/{file}" for file in FILES if file.startswith(parts) or file in ROOTS}
    assert shipped == kept, "bring the package list and the package data in pyproject.toml up to date"
    code = (
        f"import sys; sys.path.insert(0, {str(unpacked)!r}); import rumpus.worlds as w; print(w.__file__, *w.names())"
    )
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    where, *names = done.stdout.split()
    assert Path(where).is_relative_to(unpacked)
    assert names


def typed_commands() -> list[tuple[str, list[str]]]:
    """Every line of the pages' code blocks that calls rumpus or make, as (page, words)."""
    found = []
    for page in PAGES:
        text = (ROOT / page).read_text(encoding="utf-8")
        for language, block in re.findall(r"^```(\w*)\n(.*?)^```", text, re.S | re.M):
            if language not in ("", "sh", "bash", "console"):
                continue
            for line in block.replace("\\\n", " ").splitlines():
                words = shlex.split(line.removeprefix("$ "), comments=True)
                if words and words[0].removeprefix(".venv/bin/") in ("rumpus", "make"):
                    found.append((page, words))
    return found


def test_commands_on_the_pages_exist():
    from rumpus.tests.commands import COMMAND

    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.M))
    assert {words[0].removeprefix(".venv/bin/") for _, words in typed_commands()} == {"rumpus", "make"}
    for page, words in typed_commands():
        line = f"{page}: {' '.join(words)}"
        if words[0] == "make":
            assert {word for word in words[1:] if "=" not in word} <= targets, line
            continue
        command, rest = COMMAND, words[1:]
        while hasattr(command, "commands") and rest and not rest[0].startswith("-"):
            assert rest[0] in command.commands, line
            command, rest = command.commands[rest[0]], rest[1:]
        known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
        options = {word.split("=")[0] for word in rest if re.match(r"--?[a-z]", word)}
        assert options <= known | {"--help", "-h"}, line


def test_links_on_the_pages_lead_somewhere():
    wrong = []
    for page in PAGES:
        text = (ROOT / page).read_text(encoding="utf-8")
        for link in re.findall(r"\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\"", text):
            target = (link[0] or link[1]).split("#")[0]
            if target and "://" not in target and not (ROOT / page).parent.joinpath(target).exists():
                wrong.append(f"{page}: {target}")
    assert not wrong


def test_pages_tell_of_this_version():
    from rumpus import __version__, worlds
    from rumpus.agents.catalogue import agents_table, baselines_table, spaces_table, things_table, worlds_table
    from rumpus.tasks.skills import SKILLS
    from rumpus.worlds.engine.records import relations
    from rumpus.worlds.pages import families

    shown = [worlds.load(name) for name in worlds.names()]
    readme, listed, tasks = (
        (ROOT / page).read_text(encoding="utf-8") for page in ("README.md", "docs/worlds.md", "docs/tasks.md")
    )
    assert worlds_table(shown) in listed, "make tables"
    for page in (readme, (ROOT / "docs/agents.md").read_text(encoding="utf-8")):
        assert agents_table() in page, "make tables"
    assert baselines_table(shown) in listed, "make tables"
    assert spaces_table(shown) in readme, "make tables"
    assert baselines_table([family[0] for family in families(shown)]) in readme, "make tables"
    for page, count in ((readme, "suite of {}"), (listed, "The {}"), (readme, "All {}")):
        assert count.format(f"{len(shown)} ") in page, "the number of environments"
    for skill, meaning in SKILLS.items():
        assert f"| `{skill}` | {meaning} |" in tasks
    assert relations.table() in tasks, "make tables"
    assert things_table(shown) in tasks, "make tables"
    assert f"## [{__version__}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    for cited in (readme, (ROOT / "CITATION.cff").read_text(encoding="utf-8")):
        assert re.search(rf"^ *version( = {{|: \"?){re.escape(__version__)}\b", cited, re.M), "cite this version"
    assert project()["license"] in (ROOT / "CITATION.cff").read_text(encoding="utf-8")


def test_pages_are_wrapped():
    """Lines of at most 120 characters, but for tables and for a line that is one link or picture."""
    wrong = []
    for page in PAGES:
        for i, line in enumerate((ROOT / page).read_text(encoding="utf-8").splitlines(), 1):
            if len(line) > WIDEST and not re.fullmatch(r"\|.*|!?\[[^]]*\]\([^)]*\)\.?", line):
                wrong.append(f"{page}:{i}: {len(line)} characters")
    assert not wrong
