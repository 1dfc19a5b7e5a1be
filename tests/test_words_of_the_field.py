"""The words of the house are those of the field: a glossary whose places exist, and names that must not come back."""

import ast
import dataclasses
import importlib
import io
import re
import tokenize
from pathlib import Path

import pytest

from rumpus.agents.algorithms import ALGORITHMS
from rumpus.agents.settings import RENAMED, Config, NetworkSettings, RunSettings
from rumpus.agents.training.curricula import CURRICULA

ROOT = Path(__file__).resolve().parent.parent
GLOSSARY = ROOT / "docs" / "glossary.md"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]

RETIRED = {
    "interface/": {
        "Nobody": "Silent",
        "Teller": "Reporter",
        "_Hands": "_Actions",
        "_Seen": "_Observations",
        "hands": "codec, or actions",
        "hushed": "quiet",
        "kept": "a noun for what is kept",
        "lead": "axes",
        "teller": "reporter",
        "told": "reporting, or instruction",
    },
    "agents/": {
        "Guide": "ControllerExpert",
        "Hand": "Manual",
        "Hands": "Input",
        "LookHands": "CameraInput",
        "Nobody": "Silent",
        "Random": "RandomPolicy",
        "Reader": "ObservationReader",
        "STANDS_FOR_HANDS": "STANDS_FOR_GRASPING",
        "Shape": "NetworkSpec",
        "Sight": "Observation",
        "Teller": "Reporter",
        "TickHands": "TickInput",
        "TurnHands": "TurnInput",
        "felt": "last_action, last_reward",
        "fresh": "is_first",
        "gained": "advantages",
        "guided": "instructed",
        "guides": "film",
        "hands": "inputs, or actions",
        "hands_of": "input_of",
        "hands_rows": "input_rows",
        "hushed": "quiet",
        "looking": "camera",
        "paid": "player_returns",
        "suite": "benchmark",
        "surprise": "td_error",
        "teller": "reporter",
    },
    "agents/episodes.py": {"begun": "on_begin, or is_first", "playing": "active"},
    "agents/experts/": {"begun": "started, or is_first"},
    "agents/human/": {"aim": "crosshair", "kept": "stored", "told": "reporting, or instructions"},
    "agents/networks/": {"Controls": "ActionSpec"},
    "agents/training/": {"Seen": "TaskOutcomes"},
    "agents/measuring/": {"_told": "_reported", "begun": "on_begin, or is_first", "told": "reporting"},
    "worlds/": {
        "CARVED": "CORRIDOR_ROOM_BOUNDS",
        "JUMPING": "KEYS",
        "SEATS": "PLAYER_COLOURS",
        "SEAT_COLOURS": "PLAYER_COLOUR_NUMBERS",
        "SEAT_PAINTS": "PLAYER_PAINTS",
        "carve": "generate_floor, or dig_maze",
        "catalogue": "models",
        "folds": "splits",
        "furnish": "place_things, place_furniture, or apply_furnishing",
        "lots": "sampling",
        "room_at": "a helper of the tests",
        "seat": "place_player, or player_tile",
        "seat_player": "place_player",
        "seats": "multiplayer",
        "square_between": "squared_distance_between",
        "square_to": "squared_distance_to",
    },
    "worlds/engine/": {
        "NO_MARKS": "NO_SEGMENTATION",
        "marks": "segmentation, or object_ids",
    },
    "worlds/engine/library/": {"WALKING": "DIRECTION_KEYS"},
    "worlds/engine/render/": {
        "AIM": "PROJECTION",
        "Detail": "LevelOfDetail",
        "LAMP": "LIGHT",
        "MOST": "FAR",
        "Studio": "MujocoRenderer",
        "THING": "GEOM",
        "aim": "project",
        "aim_lamps": "place_lights",
        "aims": "projections",
        "dark": "shadow, or shadow_map",
        "heaven": "skybox",
        "lamp": "light",
        "lamps": "lights",
        "level_of": "texture_level",
        "lit": "brightness",
        "look_at": "see_geom",
        "look_up": "see_sky",
        "looks": "row_textures",
        "mark": "identify",
        "names": "geom_ids",
        "places": "texel_index, or uvs",
        "thing": "geom, or solid",
        "things": "geoms, or solids",
        "u_of": "column_slope",
        "wall_of": "nearest_wall",
    },
    "worlds/first_person/": {"fold": "split_of", "pick": "draw_next", "tell": "set_instruction"},
    "worlds/guests/": {
        "ArmPlay": "ManipulationTask",
        "Choice": "DiscreteMap",
        "Copies": "Environments",
        "Dials": "MultiDiscreteMap",
        "Hands": "ActuatorBindings, or ActionMap",
        "Pictures": "FrameRenderer",
        "Play": "TaskInstance",
        "Push": "BoxMap",
        "SuitePlay": "SuiteTask",
        "Switches": "MultiBinaryMap",
        "hands": "bindings, or action_map",
        "hands_of": "action_map_of",
        "play": "instance",
        "plays": "instances",
        "told": "declared, given, or instruction",
        "told_keys": "declared_keys",
    },
    "worlds/room/": {
        "_heart": "_mass_properties",
        "about": "from_axis_angle",
        "after": "multiply",
        "astray": "failed",
        "at_most": "clip_norm",
        "back": "conjugate",
        "doze": "put_to_sleep",
        "lacking": "absent",
        "mend": "clamp_broken",
        "put_back": "restore",
        "put_right": "restore",
        "slow_down": "clip_speed",
        "sound": "valid",
        "use_hands": "apply_action",
    },
    "worlds/sokoban/": {"flood": "breadth_first", "put_down": "place_randomly"},
    "worlds/engine/kernels/": {"choose": "draw_task", "pay": "reward", "tied": "muted_devices"},
    "worlds/engine/records/": {"mix": "reward_weights", "pay": "reward", "tied": "muted_devices"},
    "tasks/": {
        "Drawer": "StartSampler",
        "Hand": "RecordedAction",
        "Numbers": "EncodedGoal",
        "Played": "Rollouts",
        "Proven": "Candidate",
        "Room": "SceneSampler",
        "Source": "Candidate.starts",
        "Vocabulary": "ClauseSampler",
        "Wish": "a goal and its question",
        "goal_clauses": "codec.encode",
        "hands": "actions",
        "mix": "reward_weights",
        "pay": "reward",
        "settle": "verify",
        "shares": "reward_weights",
        "table_of": "table",
        "tied": "muted_devices",
    },
}
"""Names that are gone, by the part of the tree that they are gone from, and the name in place of each. A floor that is
renamed adds its words here."""
MOVED = {
    "agents/clip.py": "interface/clip.py",
    "agents/curricula.py": "agents/training/curricula.py",
    "agents/demo.py": "agents/measuring/demo.py",
    "agents/experts/guide.py": "agents/experts/controller.py",
    "agents/evaluate.py": "agents/measuring/evaluate.py",
    "agents/human/hands.py": "agents/human/input.py",
    "agents/human/looking.py": "agents/human/camera.py",
    "agents/policy.py": "agents/policies.py",
    "agents/report.py": "agents/measuring/report.py",
    "agents/suite.py": "agents/measuring/benchmark.py",
    "agents/tables.py": "agents/measuring/formatting.py",
    "agents/watch.py": "agents/measuring/watch.py",
    "tasks/hands.py": "tasks/recorded.py",
    "tasks/play.py": "tasks/rollouts.py",
    "tasks/propose.py": "tasks/hindsight/propose.py",
    "tasks/reading.py": "tasks/parser.py",
    "tasks/settle.py": "tasks/verify.py",
    "tasks/together.py": "tasks/multiplayer.py",
    "tasks/words.py": "tasks/language.py",
    "tasks/writing.py": "tasks/assemble.py",
    "worlds/engine/batch.py": "worlds/engine/run/batch.py",
    "worlds/engine/first_person/carve.py": "worlds/first_person/generators.py",
    "worlds/engine/first_person/catalogue.py": "worlds/first_person/models.py",
    "worlds/engine/first_person/folds.py": "worlds/first_person/splits.py",
    "worlds/engine/first_person/ground.py": "worlds/first_person/grid_queries.py",
    "worlds/engine/first_person/hands.py": "worlds/first_person/bindings.py",
    "worlds/engine/first_person/lots.py": "worlds/first_person/sampling.py",
    "worlds/engine/first_person/seats.py": "worlds/first_person/multiplayer.py",
    "worlds/engine/first_person/sight.py": "worlds/first_person/visibility.py",
    "worlds/engine/judge.py": "worlds/engine/records/judge.py",
    "worlds/engine/records.py": "worlds/engine/records/states.py",
    "worlds/engine/search.py": "worlds/engine/run/search.py",
    "worlds/engine/library/texts.py": "worlds/engine/library/level_files.py",
    "worlds/engine/turn.py": "worlds/engine/kernels/tick.py",
    "worlds/guests/dm_control/hands.py": "worlds/guests/dm_control/actions.py",
    "worlds/guests/dm_control/plays.py": "worlds/guests/dm_control/instances.py",
    "worlds/guests/gym/hands.py": "worlds/guests/gym/actions.py",
    "worlds/room/aim.py": "worlds/room/raycast.py",
    "worlds/room/hands.py": "worlds/room/grasping.py",
    "worlds/room/sight.py": "worlds/room/visibility.py",
    "worlds/room/sound.py": "worlds/room/validity.py",
    "worlds/room/turns.py": "worlds/room/quaternions.py",
}
"""Files that are gone, and the files in their place."""
OPTIONS = {"imitate": "kickstart", "keep": "buffer_size", "lead": "beta", "reinforce": "the algorithm dagger"}
"""Settings that are gone, and the settings in their place."""
FLOORS = ("interface", "worlds", "tasks", "episodes", "agents")
NOUNS = (
    *("interface/", "worlds/", "tasks/", "agents/human/", "agents/experts/", "agents/measuring/"),
    *("agents/catalogue.py", "agents/episodes.py", "agents/policies.py", "agents/training/curricula.py"),
)
"""Where no sentence begins with a relative pronoun."""
PRONOUN = re.compile(r"(?:\A\W*|[.!?:;]\W*\s\W*|\n\s*\n\W*)(Who|Whoever|What)\b")


def modules(*parts: str) -> list[str]:
    """The modules of these parts of the tree, folders or files."""
    found = [path.relative_to(ROOT).as_posix() for part in FLOORS for path in ROOT.glob(f"{part}/**/*.py")]
    return sorted(file for file in found if file.startswith(parts))


def names(source: str) -> list[tuple[int, str]]:
    """The line and the text of every name in a module: of variables, attributes, arguments, keywords, functions and
    classes, also inside f-strings."""
    found: list[tuple[int, str]] = []
    for node in ast.walk(ast.parse(source)):
        line = getattr(node, "lineno", 0)
        if isinstance(node, ast.Name):
            found.append((line, node.id))
        elif isinstance(node, ast.Attribute):
            found.append((line, node.attr))
        elif isinstance(node, ast.arg | ast.keyword) and node.arg:
            found.append((line, node.arg))
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.append((line, node.name))
        elif isinstance(node, ast.alias):
            found += [(line, name) for name in (*node.name.split("."), node.asname) if name]
    return found


def returned(file: str, source: str) -> list[str]:
    """The retired names in a module."""
    retired: dict[str, str] = {}
    for part, words in RETIRED.items():
        retired |= words if file.startswith(part) else {}
    return [f"{file}:{line}: {name} is now {retired[name]}" for line, name in names(source) if name in retired]


def pronouns(file: str, source: str) -> list[str]:
    """The sentences of a module's docstrings, messages and comments that begin with Who, Whoever or What."""
    nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)]
    texts = [(node.lineno, node.value) for node in nodes if isinstance(node.value, str)]
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            text = token.string.lstrip("# ")
            texts.append((token.start[0], text[:1].upper() + text[1:]))
    return [f"{file}:{line}: {found.group(1)} …" for line, text in texts if (found := PRONOUN.search(text))]


def places(text: str) -> list[tuple[str, str]]:
    """(word, place) of each row of a glossary."""
    rows = [
        [cell.strip() for cell in line.strip("|").split(" | ")] for line in text.splitlines() if line.startswith("|")
    ]
    assert all(len(row) == 4 and all(row) for row in rows[2:]), "a row has a word, the field's word, a place, a meaning"
    return [(row[0], row[2].strip("`")) for row in rows[2:]]


def exists(place: str) -> bool:
    """Whether a place is a path of the tree, or `module:name` of something that is there, attributes and fields too."""
    module, colon, name = place.partition(":")
    if not colon:
        return (ROOT / place).exists()
    try:
        found = importlib.import_module(f"rumpus.{module}")
    except ModuleNotFoundError:
        return False
    for part in name.split("."):
        if hasattr(found, part):
            found = getattr(found, part)
        elif part not in getattr(found, "__annotations__", {}):
            return False
        else:
            found = found.__annotations__[part]
    return True


def test_places_of_the_glossary_exist():
    rows = places(GLOSSARY.read_text(encoding="utf-8"))
    assert len(rows) >= 40 and len({word for word, _ in rows}) == len(rows)
    assert not [f"{word}: {place}" for word, place in rows if not exists(place)]


@pytest.mark.parametrize(
    "place", ["agents.contracts:Polcy", "agents.nowhere:Policy", "agents.contracts:Head.pats", "tests/gold"]
)
def test_a_place_that_is_not_there_is_found(place):
    head = "| our word | the field's word | place | meaning |\n|---|---|---|---|\n"
    ((word, found),) = places(f"{head}| policy | the same | `{place}` | plays |\n")
    assert (word, found) == ("policy", place) and not exists(found)


def test_retired_names_are_gone():
    files = modules(*(f"{floor}/" for floor in FLOORS))
    assert len(files) > 250
    assert not [line for file in files for line in returned(file, (ROOT / file).read_text(encoding="utf-8"))]


@pytest.mark.parametrize(
    "source",
    ["{} = 1", "x.{} = 1", "def f({}): 0", "f({}=1)", "def {}(): 0", "class {}: 0", "from . import {}", "f'{{{}}}'"],
)
def test_a_retired_name_that_comes_back_is_found(source):
    for part, words in RETIRED.items():
        for word in words:
            file = part if part.endswith(".py") else f"{part}some.py"
            assert returned(file, source.format(word)) == [f"{file}:1: {word} is now {words[word]}"]
            assert not returned("docs/some.py", source.format(word))
            assert not returned(file, source.format(f"{word}_")) and not returned(file, f"# {word}\n'{word}'")


def test_moved_files_are_gone_and_no_page_sends_anybody_there():
    for old, new in MOVED.items():
        assert not (ROOT / old).exists() and (ROOT / new).exists(), f"{old} is now {new}"
        for page in PAGES:
            assert old not in page.read_text(encoding="utf-8"), f"{page.name}: {old} is now {new}"


def test_retired_settings_are_gone():
    kinds = [RunSettings, NetworkSettings, *(made.Settings for made in ALGORITHMS.values())]
    known = {field.name for kind in kinds for field in dataclasses.fields(kind)}
    assert {"steps", "beta", "buffer_size", "kickstart"} <= known
    assert not known & OPTIONS.keys()


def test_former_names_of_curricula_are_accepted_and_replaced():
    assert not CURRICULA.keys() & RENAMED.keys() and set(RENAMED.values()) <= CURRICULA.keys()
    for old, new in RENAMED.items():
        config = Config.of("ppo", "sokoban-small", tasks="tasks.jsonl", curriculum=old)
        assert config.run.curriculum == new
        saved = config.state()
        saved["run"]["curriculum"] = old
        assert Config.saved(saved, "checkpoint.pt") == config
        assert config.replace(curriculum=old) == config


def test_sentences_begin_with_nouns():
    files = modules(*NOUNS)
    assert len(files) > 150
    assert not [line for file in files for line in pronouns(file, (ROOT / file).read_text(encoding="utf-8"))]


def test_sentences_of_the_pages_begin_with_nouns_unless_they_ask():
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        ends = ((found, re.search(r"[.?!:]", text[found.end() :])) for found in PRONOUN.finditer(text))
        told = [found.group(1) + text[found.end() :][:60] for found, end in ends if not end or end.group() != "?"]
        assert not told, page.name


@pytest.mark.parametrize(
    "source",
    [
        '"""What it does."""',
        '"""It moves. Who stays, wins."""',
        "x = f'Whoever {1} is'",
        "1  # what it is",
        '"""A.\n\nWhat"""',
    ],
)
def test_a_sentence_that_begins_with_a_pronoun_is_found(source):
    assert len(pronouns("some.py", source)) == 1
    assert not pronouns("some.py", '"""The player who wins. It says what it does; Whatever."""  # the one who wins')
