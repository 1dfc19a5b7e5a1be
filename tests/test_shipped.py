"""Shipped agents: a run that is packed plays as it did, by its name wherever a path stands, and files of strangers are
refused."""

import copy
import json
import shutil
import struct
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from rumpus.agents import cards, checkpoint, packing, recipes, shipped
from rumpus.agents.measuring.benchmark import TASKS
from rumpus.agents.measuring.evaluate import evaluate
from rumpus.agents.measuring.report import report
from rumpus.agents.network_policy import trained
from rumpus.agents.networks import NetworkSpec
from rumpus.agents.policies import player
from rumpus.agents.recording import record
from rumpus.agents.settings import Config
from rumpus.agents.training import run as runs
from rumpus.episodes.episode import Player
from rumpus.episodes.store import Store
from rumpus.tests.chosen import EASY, TINY
from rumpus.tests.commands import rumpus
from rumpus.tests.runs import SMALL
from rumpus.worlds import load

WORLD, NAME = "box-world-small", "boxes-of-the-test"
FEW = {"episodes": 24, "others": 8, "threads": 1}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run that has learned a little, with a memory, in a small room and with a limit of its own."""
    folder = tmp_path_factory.mktemp("runs") / "run"
    options = SMALL | {"knobs": EASY, "limit": 30, "units": 16, "steps": 4096, "size": (28, 28)}
    runs.train("ppo", WORLD, folder=folder, bar=False, **options)
    return folder


@pytest.fixture(scope="module")
def agents(run, tmp_path_factory):
    """A folder of shipped agents, with one that plays greedily, for only then is that another way than the default."""
    folder = tmp_path_factory.mktemp("agents")
    packing.pack(run, NAME, greedy=True, out=folder, limits=("for tests",), **FEW)
    return folder


@pytest.fixture
def shelf(agents, tmp_path, monkeypatch):
    """A copy of it, in place of the package's; the working folder is an empty one."""
    here = shutil.copytree(agents, tmp_path / "agents")
    monkeypatch.setattr(shipped, "FOLDER", here)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return here


def test_an_agent_is_the_checkpoint_that_it_was_packed_from(run, shelf):
    before, after = checkpoint.load(run), checkpoint.load(NAME)
    assert Config.saved(after, "") == Config.saved(before, "")
    assert NetworkSpec.saved(after["spec"]) == NetworkSpec.saved(before["spec"])
    assert {name: after[name] for name in shipped.PARTS} == {name: before[name] for name in shipped.PARTS}
    (one,), (other,) = before["networks"], after["networks"]
    assert one.keys() == other.keys()
    assert {value.dtype for value in other.values()} == {torch.float16}
    assert all(torch.equal(one[name].half(), other[name]) for name in one)


def test_a_card_holds_what_the_name_plays(run, shelf):
    (score,) = shipped.card(NAME).scores
    result = evaluate(WORLD, NAME, episodes=24, threads=1)
    assert cards.sums(result) == {name: getattr(score, name) for name in cards.Sums.model_fields}
    assert (score.knobs, score.limit, score.split) == (EASY, 30, "test")
    drawn, likeliest = (evaluate(WORLD, NAME, episodes=24, threads=1, greedy=way) for way in (False, True))
    assert likeliest == result != drawn, "the card says greedy"
    assert evaluate(WORLD, run, episodes=24, threads=1)["length_mean"] == pytest.approx(drawn["length_mean"], rel=0.2)
    chance = evaluate(WORLD, "random", episodes=8, threads=1, knobs=EASY, limit=30)
    assert cards.sums(chance) == score.random.model_dump()
    assert score.expert.success > score.random.success
    assert trained(shelf / f"{NAME}{shipped.SUFFIX}")[1]["play"] == {"greedy": True}, "by its path, too"


def test_the_better_way_is_chosen_and_16_bits_only_where_they_are_as_good(run, tmp_path):
    made = packing.pack(run, "better", out=tmp_path, **FEW)
    ways = {way: evaluate(WORLD, run, episodes=24, threads=1, greedy=way) for way in (False, True)}
    best = max(ways, key=lambda way: (ways[way]["success"], ways[way]["return_mean"]))
    assert made.play.greedy is best
    content = checkpoint.load(run)
    rough = copy.deepcopy(content)
    for value in rough["networks"][0].values():
        value.mul_(1e6)  # too large for 16 bits
    checkpoint.save(tmp_path / "rough.pt", rough)
    packing.pack(tmp_path / "rough.pt", "rough", out=tmp_path, recipe=("rumpus train ppo x --out rough",), **FEW)
    kept = load_file(tmp_path / f"rough{shipped.SUFFIX}")
    assert all(torch.equal(kept[f"0.{name}"], value) for name, value in rough["networks"][0].items())


def test_a_name_stands_wherever_a_path_does(shelf, tmp_path):
    policy, options = player(NAME, load(WORLD))
    assert policy.name == NAME and options == {"repeat": 1, "knobs": EASY, "limit": 30}
    assert rumpus("evaluate", WORLD, NAME, "--episodes", 2, "--drawn") == 0
    assert rumpus("watch", WORLD, NAME, "--episodes", 1, "--out", "clip.gif") == 0
    record(WORLD, NAME, "store", episodes=2, threads=1)
    assert {by for head in Store("store").index() for by in head.played_by} == {Player("policy", NAME)}
    small = ("--steps", 64, "--envs", 2, "--set", "rollout=8", "--set", "threads=1", "--set", "tensorboard=False")
    assert rumpus("train", "ppo", WORLD, "--from", NAME, "--out", "on", *small) == 0
    started = checkpoint.load("on")
    assert started["run"]["start"] == NAME, "not a path of this machine"
    Path("elsewhere").mkdir()
    runs.resume("on", bar=False, steps=128)
    assert checkpoint.load("on")["steps"] == 128


def test_names_that_are_near_are_told_and_runs_come_first(run, shelf, capsys):
    assert rumpus("evaluate", WORLD, "boxes-of-the-tset", "--episodes", 1) == 1
    assert f"Did you mean {NAME}?" in " ".join(capsys.readouterr().err.split())
    assert rumpus("agents", "boxes-of-the-tset") == 1
    assert f"Did you mean {NAME}?" in " ".join(capsys.readouterr().err.split())
    Path(NAME).mkdir()
    assert checkpoint.find(NAME) == shelf / f"{NAME}{shipped.SUFFIX}", "an empty folder is no run"
    shutil.copy(run / checkpoint.NAME, NAME)
    assert checkpoint.find(NAME) == Path(NAME) / checkpoint.NAME
    for path in (f"./{NAME}x", "/", "..", ""):
        assert shipped.find(path) is None


def test_an_agent_without_its_run_is_not_gone_on_with(shelf):
    before = sorted(path.name for path in shelf.iterdir())
    with pytest.raises(ValueError, match=f"agent without its run.*--from {NAME}"):
        runs.resume(NAME, bar=False)
    with pytest.raises(ValueError, match="agent without its run"):
        report(NAME, episodes=1, bar=False)
    assert sorted(path.name for path in shelf.iterdir()) == before


def test_agents_are_listed_and_their_cards_printed(shelf, capsys):
    assert rumpus("agents", "--json") == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert {"name", "worlds", "algorithm", "steps", "scores"} < row.keys()
    assert (row["name"], row["worlds"], row["algorithm"], row["steps"]) == (NAME, [WORLD], "ppo", 4096)
    assert rumpus("agents") == 0
    assert NAME in capsys.readouterr().out
    assert rumpus("agents", NAME) == 0
    shown = " ".join(capsys.readouterr().out.split())
    for word in ("ppo: Schulman", "4,096 steps", "for tests", "likeliest actions", "random", "expert", "rumpus train"):
        assert word in shown
    assert rumpus("agents", NAME, "--json") == 0
    assert json.loads(capsys.readouterr().out) == row


def test_the_small_benchmark_shows_it_beside_others(shelf, tmp_path, capsys):
    file = tmp_path / "tasks.jsonl"
    file.write_text("".join((TASKS / f"{WORLD}.jsonl").read_text().splitlines(keepends=True)[:4]))
    assert rumpus("evaluate", "--suite", "small", "random", "--tasks", file, "--threads", "1") == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "tasks random expert" in told and f"{NAME} {WORLD}" in told


def test_an_agent_is_packed_anew_from_its_name_with_what_its_card_told(shelf):
    before = shipped.card(NAME)
    assert rumpus("agents", "pack", NAME, NAME, "--episodes", 4, "--others", 4, "--greedy", "--out", shelf) == 0
    after = shipped.card(NAME)
    assert after.sha256 == before.sha256, "the same weights give the same bytes"
    assert after.scores[0].episodes == 4
    told = ("data", "hardware", "hours", "recipe", "limits", "paper", "steps", "seeds")
    assert [getattr(after, field) for field in told] == [getattr(before, field) for field in told]
    for name in ("expert", "Big", "a/b", ""):
        with pytest.raises(ValueError, match="makes no card"):
            packing.pack(NAME, name, out=shelf, **FEW)
    with pytest.raises(ValueError, match=r"levels are of box-world-small.*not of sokoban"):
        packing.pack(NAME, "x", levels={"sokoban": "x.txt"}, out=shelf, **FEW)


def test_one_network_for_each_player_and_levels_of_a_file(shelf, tmp_path):
    options = SMALL | {"steps": 256, "policies": "independent", "limit": 20}
    runs.train("ppo", "sokoban-duo", folder=tmp_path / "two", bar=False, **options)
    assert rumpus("levels", "sokoban-duo", "--count", 5, "--out", "levels.txt") == 0
    levels = {"sokoban-duo": "levels.txt"}
    made = packing.pack(tmp_path / "two", "two", levels=levels, greedy=False, out=shelf, episodes=6, others=2)
    assert [(score.levels, score.episodes, score.limit) for score in made.scores] == [
        (None, 6, 20),
        ("levels.txt", 6, 20),
    ]
    before, after = checkpoint.load(tmp_path / "two")["networks"], checkpoint.load("two")["networks"]
    assert len(after) == 2 and all(
        torch.equal(value.half(), other[name])
        for one, other in zip(before, after, strict=True)
        for name, value in one.items()
    )
    assert not all(torch.equal(after[0][name], after[1][name]) for name in after[0])


def changed(card, **values):
    """A card with other fields, as text; None takes a field away."""
    made = json.loads(card.text())
    for path, value in values.items():
        *way, last = path.split("__")
        place = made
        for part in way:
            place = place[int(part) if part.isdigit() else part]
        if value is None:
            del place[last]
        else:
            place[last] = value
    return json.dumps(made)


BAD = {
    "another format": ({"format": "rumpus-agent-2"}, "format"),
    "no name": ({"name": None}, "name: Field required"),
    "another's name": ({"name": "other"}, "card of 'other'"),
    "a path for a name": ({"name": "../x"}, "name: "),
    "no worlds": ({"worlds": []}, "worlds: "),
    "a world without a score": ({"worlds": [WORLD, "sokoban"]}, "there is no score in sokoban"),
    "a word for steps": ({"steps": "many"}, "steps: "),
    "steps below nothing": ({"steps": -1}, "steps: "),
    "success above 1": ({"scores__0__success": 1.5}, r"scores\.0\.success: "),
    "an interval elsewhere": ({"scores__0__success_high": 0.0, "scores__0__success": 0.5}, "does not hold its mean"),
    "no episodes": ({"scores__0__episodes": 0}, r"scores\.0\.episodes: "),
    "no random policy": ({"scores__0__random": None}, r"scores\.0\.random: Field required"),
    "a field too many": ({"setps": 1}, "did you mean steps"),
    "a field too many inside": ({"play__think": 1}, r"play\.think: "),
    "a command of another program": ({"recipe": ["rm -rf /"]}, r"recipe\.0: "),
    "a command that is no training": ({"recipe": ["rumpus play sokoban"]}, r"recipe\.0: "),
    "colours for the terminal": ({"data": "\x1b[2J"}, "control characters"),
    "several lines": ({"limits": ["one\ntwo"]}, "control characters"),
    "no checksum": ({"sha256": "0"}, "sha256: "),
}


@pytest.mark.parametrize("case", BAD)
def test_cards_of_strangers_are_refused(shelf, case):
    values, message = BAD[case]
    (shelf / f"{NAME}.json").write_text(changed(shipped.card(NAME), **values))
    with pytest.raises(ValueError, match=message):
        shipped.card(NAME)
    with pytest.raises(ValueError, match=rf"{NAME}\.json"):
        evaluate(WORLD, NAME, episodes=1)


@pytest.mark.parametrize(
    "data", [b"", b"\xff", b"[]", b"{}", b"[" * 100_000, b"NaN", b" " * (cards.LARGEST + 1), b'{"format": 1e999}']
)
def test_what_is_no_card_is_refused(shelf, data, capsys):
    (shelf / f"{NAME}.json").write_bytes(data)
    assert rumpus("agents", NAME) == 1
    told = " ".join(capsys.readouterr().err.split())
    assert f"{NAME}.json" in told.replace(" ", "") and len(told) < 900


def weights(file, metadata):
    """The tensors of a file with other metadata."""
    save_file(load_file(file), file, metadata=metadata)


def test_weights_of_strangers_are_refused(shelf):
    file, good = shelf / f"{NAME}{shipped.SUFFIX}", (shelf / f"{NAME}{shipped.SUFFIX}").read_bytes()
    (length,) = struct.unpack("<Q", good[:8])
    parts = json.loads(json.loads(good[8 : 8 + length])["__metadata__"]["rumpus"])
    file.write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
    with pytest.raises(ValueError, match=rf"is not the file that {NAME}.json tells of"):
        checkpoint.load(NAME)
    file.unlink()
    with pytest.raises(ValueError, match="weights are not"):
        checkpoint.load(NAME)
    (shelf / f"{NAME}.json").unlink()  # from here on a file that somebody sent, without a card
    file.write_bytes(good)
    assert checkpoint.load(file)["worlds"] == [WORLD]
    for broken in (b"", good[:7], good[: 8 + length], good[:-100], b"\xff" * 64, struct.pack("<Q", 2**62) + good[8:]):
        file.write_bytes(broken)
        with pytest.raises(ValueError, match="damaged or no safetensors"):
            checkpoint.load(file)
    for metadata, message in (
        (None, "no agent of Rumpus"),
        ({"rumpus": "[" * 100_000}, "no JSON"),
        ({"rumpus": "[]"}, "no agent of Rumpus"),
        ({"rumpus": json.dumps(parts | {"format": "rumpus-agent-0"})}, "no agent of Rumpus"),
        ({"rumpus": json.dumps(parts | {"more": 1})}, "should not hold, more"),
        ({"rumpus": json.dumps(parts | {"run": 3})}, "'run' is no dict"),
        ({"rumpus": json.dumps(parts | {"worlds": [3]})}, "'worlds' are no names"),
        ({"rumpus": json.dumps(parts | {"algorithm": "magic"})}, "unknown algorithm"),
        ({"rumpus": json.dumps(parts | {"spec": {}})}, "damaged, or of another version"),
        ({"rumpus": json.dumps(parts | {"spec": parts["spec"] | {"hidden": 7}})}, "damaged, or of another version"),
    ):
        file.write_bytes(good)
        weights(file, metadata)
        with pytest.raises(ValueError, match=message):
            trained(file)
    for name in ("torso", "x.torso", "1.torso", "-1.torso", "0."):
        save_file({name: torch.zeros(1)}, file, metadata={"rumpus": json.dumps(parts)})
        with pytest.raises(ValueError, match=r"no name of a weight|leaves some out"):
            checkpoint.load(file)


RECIPE = (
    f"rumpus record {WORLD} expert --episodes 8 --out store",
    f"rumpus record {WORLD} random --episodes 4 --out store",
    "rumpus train bc box-world-small --set store=store --steps 64 --envs 4 --set threads=1 --set rollout=8 --out first",
    "rumpus train ppo box-world-small --from first --steps 64 --envs 4 --set threads=1 --set rollout=8 --out second",
)


def test_a_recipe_is_followed_and_gone_on_with(shelf, tmp_path, capfd):
    """It is broken off while the store is written, and in the last training; what is done is not done again."""
    card = shipped.card(NAME).model_copy(update={"recipe": RECIPE})
    (shelf / f"{NAME}.json").write_text(card.text())
    folder = made_folder(tmp_path / "out" / NAME)
    record(WORLD, "expert", folder / "store", episodes=8, threads=1)
    file = folder / recipes.PROGRESS
    file.write_text(json.dumps({"done": [RECIPE[0]], "begun": RECIPE[1]}))
    recipes.follow(RECIPE[:2], folder)
    assert len(list(Store(folder / "store").index())) == 12, "half a store is written anew from its first line"
    small: dict[str, Any] = {"steps": 64, "envs": 4, "threads": 1, "rollout": 8, "bar": False}
    runs.train("bc", WORLD, folder=folder / "first", store=str(folder / "store"), **small)
    file.write_text(json.dumps({"done": RECIPE[:3], "begun": RECIPE[3]}))
    first = (folder / "first" / checkpoint.NAME).stat().st_mtime_ns
    runs.train("ppo", WORLD, folder=folder / "second", start=str(folder / "first"), **small)
    half = checkpoint.load(folder / "second")["updates"]
    capfd.readouterr()
    made = recipes.train(NAME, tmp_path / "out", threads=1)
    told = capfd.readouterr().err
    assert "--resume" in told and "rumpus record" not in told
    assert (folder / "first" / checkpoint.NAME).stat().st_mtime_ns == first
    assert checkpoint.load(folder / "second")["updates"] == half
    assert made == cards.read(folder / f"{NAME}.json") and made.recipe == RECIPE
    assert (made.limits, made.data) == (card.limits, card.data) and made.scores[0].episodes == 24
    assert made.steps == 128, "of both trainings"
    for name in (f"{NAME}.json", f"{NAME}{shipped.SUFFIX}"):
        assert str(tmp_path).encode() not in (folder / name).read_bytes()
    for run in ("first", "second"):
        with pytest.raises(ValueError, match="give --recipe FILE"):
            packing.pack(folder / run, "copied", out=shelf, **FEW)


def test_recipes_that_fail_or_lead_astray(tmp_path):
    with pytest.raises(RuntimeError, match="ended with status 1"):
        recipes.follow(("rumpus train ppo nowhere --out run",), made_folder(tmp_path / "bad"))
    with pytest.raises(ValueError, match="begun with other commands"):
        recipes.follow(("rumpus train dagger nowhere --out run",), tmp_path / "bad")
    file = tmp_path / recipes.PROGRESS
    for path in ("../store", "/store", ""):
        line = f"rumpus record {WORLD} expert --out '{path}'"
        file.write_text(json.dumps({"done": [], "begun": line}))
        with pytest.raises(ValueError, match="leads out of it"):
            recipes.follow((line,), tmp_path)
    for text in ("[", "[]", "{}", '{"done": [1], "begun": null}'):
        file.write_text(text)
        with pytest.raises(ValueError, match="how far a recipe is"):
            recipes.follow(RECIPE, tmp_path)
    with pytest.raises(ValueError, match="says where its run goes"):
        recipes.last_run(("rumpus train ppo sokoban",))


def made_folder(path):
    path.mkdir(parents=True)
    return path


def test_an_agent_of_a_world_that_does_not_come_with_rumpus_is_refused(shelf, tmp_path):
    runs.train("ppo", str(TINY), folder=tmp_path / "coins", bar=False, **SMALL | {"steps": 256})
    with pytest.raises(ValueError, match="coins"):
        packing.pack(tmp_path / "coins", "coins", out=shelf, **FEW)
