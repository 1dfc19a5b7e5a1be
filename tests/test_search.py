"""Search on the simulator: its trees beside a plain recursive search, shortest ways, budgets, memories, refusals."""

from __future__ import annotations

import dataclasses
import math
from itertools import count
from typing import Any

import numpy as np
import pytest
import torch

from rumpus import worlds
from rumpus.agents.commands import search_settings
from rumpus.agents.measuring.evaluate import evaluate
from rumpus.agents.network_policy import NetworkPolicy
from rumpus.agents.networks import Network, NetworkSpec
from rumpus.agents.networks.heads import ActionSpec
from rumpus.agents.search import settings as search_module
from rumpus.agents.search.forest import halving
from rumpus.agents.search.futures import Futures, clocked
from rumpus.agents.search.network_prior import NetworkPrior, line
from rumpus.agents.search.policy import SearchPolicy
from rumpus.agents.search.priors import Asked, Guess, Memories
from rumpus.agents.search.settings import SearchSettings
from rumpus.worlds.engine.run.batch import Batch

from .chosen import TINY

SEED = 3


class Invented:
    """A prior whose logits and values are any function of the position and the coins that are left."""

    name, remembers, values, memory_bytes, pace = "invented", False, True, 0, 1000

    def start(self, futures: Futures, discount: float | None, seed: int) -> None:
        pass

    def ask(self, futures: Futures, asked: Asked) -> Guess:
        guessed = [invented(state) for state in futures.batch.states[: len(asked.moves)]]
        return Guess(np.array([one[0] for one in guessed], np.float32), np.array([one[1] for one in guessed]), None)

    def memories(self, count: int) -> Memories:
        return Memories()


def invented(state: Any) -> tuple[list[float], float]:
    mixed = int(state["y"]) * 7 + int(state["x"]) * 3 + int(state["left"]) * 11
    return [math.sin(mixed + move) for move in range(4)], math.cos(mixed) / (1 + int(state["left"]))


class Plain:
    """A search without arrays: one tree of dicts, grown by recursion on a batch of one row."""

    def __init__(self, batch: Batch, s: SearchSettings, noise: np.ndarray):
        self.batch, self.s, self.noise = batch, s, noise
        self.low, self.high = math.inf, -math.inf
        self.seen: dict[bytes, dict[str, Any]] = {}
        self.root = self.node(batch.save(0), 0, 0.0)
        self.found = False

    def key(self) -> bytes:
        state = self.batch.states[0]
        return b"".join(state[name].tobytes() for name in ("y", "x", "left", "coins", "counter"))

    def node(self, saved: bytes, depth: int, total: float) -> dict[str, Any]:
        logits, value = invented(self.batch.states[0])
        made = {"saved": saved, "depth": depth, "total": total, "value": value, "visits": 1, "dead": False}
        odds = np.exp(np.array(logits) - max(logits))
        made["edges"] = [
            {"n": 0, "sum": 0.0, "logit": logit - max(logits), "prior": p, "child": None, "closed": False}
            for logit, p in zip(logits, odds / odds.sum(), strict=True)
        ]
        self.seen[self.key()] = made
        return made

    def scaled(self, value: float) -> float:
        return min(max((value - self.low) / (self.high - self.low), 0), 1) if self.high > self.low else 0.0

    def completed(self, node: dict[str, Any]) -> list[float]:
        tried = [edge for edge in node["edges"] if edge["n"]]
        value = node["value"]
        if tried:
            weighted = sum(e["prior"] * e["sum"] / e["n"] for e in tried) / sum(e["prior"] for e in tried)
            visits = sum(e["n"] for e in tried)
            value = (value + visits * weighted) / (1 + visits)
        most = max(edge["n"] for edge in node["edges"])
        scale = (self.s.gumbel_visits + most) * self.s.gumbel_scale
        return [e["logit"] + scale * self.scaled(e["sum"] / e["n"] if e["n"] else value) for e in node["edges"]]

    def choose(self, node: dict[str, Any]) -> int:
        edges = node["edges"]
        free = [m for m, e in enumerate(edges) if not e["closed"] and not (e["child"] and e["child"].get("dead"))]
        if self.s.method == "mcts":
            if untried := [move for move in free if not edges[move]["n"]]:
                return untried[0]
            return max(
                free,
                key=lambda m: (
                    self.scaled(edges[m]["sum"] / edges[m]["n"])
                    + self.s.uct * math.sqrt(math.log(node["visits"]) / edges[m]["n"])
                ),
            )
        if self.s.method == "puct":
            mean = (node["value"] + sum(e["sum"] for e in edges)) / (1 + sum(e["n"] for e in edges))
            weight = math.log((node["visits"] + self.s.puct_base + 1) / self.s.puct_base) + self.s.puct
            weight *= math.sqrt(node["visits"])
            return max(
                free,
                key=lambda m: (
                    self.scaled(edges[m]["sum"] / edges[m]["n"] if edges[m]["n"] else mean)
                    + weight * edges[m]["prior"] / (1 + edges[m]["n"])
                ),
            )
        scores = self.completed(node)
        if node is self.root:
            schedule = halving(4, self.s.each or 1)
            wanted = schedule[min(node["visits"] - 1, len(schedule) - 1)]
            level = [m for m in free if edges[m]["n"] == wanted]
            level = level or [m for m in free if edges[m]["n"] == min(edges[f]["n"] for f in free)]
            return max(level, key=lambda m: self.noise[m] + scores[m])
        odds = {m: math.exp(scores[m] - max(scores[f] for f in free)) for m in free}
        visits = sum(e["n"] for e in edges)
        return max(free, key=lambda m: odds[m] / sum(odds.values()) - edges[m]["n"] / (1 + visits))

    def simulate(self, node: dict[str, Any]) -> float | None:
        """The value of one simulation from a node on; None where it met a known state."""
        move = self.choose(node)
        edge = node["edges"][move]
        child = edge["child"]
        if child is None:
            self.batch.load(0, node["saved"])
            self.batch.act(np.array([move]))
            edge["reward"] = float(self.batch.step()["reward"][0, 0])
            depth, total = node["depth"] + 1, node["total"] + edge["reward"]
            if self.batch.over[0]:
                child = edge["child"] = {"over": True}
                self.found = self.found or bool(self.batch.outcomes["success"][0, 0])
            else:
                known = self.seen.get(self.key())
                if known and known["depth"] <= depth and known["total"] >= total - 1e-6:
                    edge["closed"] = True
                else:
                    child = edge["child"] = self.node(self.batch.save(0), depth, total)
        if edge["closed"]:
            node["dead"] = all(e["closed"] or (e["child"] and e["child"].get("dead")) for e in node["edges"])
            return None
        if child.get("over"):
            value: float | None = 0.0
        elif edge["n"] == 0:
            value = child["value"]
        else:
            value = self.simulate(child)
            if value is None:
                node["dead"] = all(e["closed"] or (e["child"] and e["child"].get("dead")) for e in node["edges"])
                return None
        assert value is not None
        value = edge["reward"] + self.s.discount * value
        edge["n"] += 1
        edge["sum"] += value
        node["visits"] += 1
        self.low, self.high = min(self.low, edge["sum"] / edge["n"]), max(self.high, edge["sum"] / edge["n"])
        return value

    def run(self) -> list[int]:
        while self.root["visits"] <= (self.s.each or 0) and not self.root["dead"] and not self.found:
            self.simulate(self.root)
        return [edge["n"] for edge in self.root["edges"]]


def begun(n: int = 1, seed: int = SEED, **knobs: int) -> Batch:
    batch = Batch(worlds.load(TINY), n, seed=seed, threads=1, knobs=knobs)
    batch.reset()
    return batch


@pytest.mark.parametrize("method", ["mcts", "puct", "gumbel"])
def test_trees_grow_as_a_plain_recursive_search_does(method: str) -> None:
    settings = SearchSettings(method=method, simulations=120, discount=0.9)
    batch = begun(5)
    policy = SearchPolicy(Invented(), settings, seed=1)
    policy.start(batch)
    starts = [batch.save(row) for row in range(batch.n)]
    policy.act(batch, np.ones(batch.n, bool))
    forest = policy._forest
    assert forest is not None
    one = begun()
    for row, saved in enumerate(starts):
        one.load(0, saved)
        plain = Plain(one, settings, forest._noise[row])
        assert forest.visits(row).tolist() == plain.run()
        assert plain.found == (forest.plan(row) is not None)


@pytest.mark.parametrize("method", ["mcts", "puct"])
def test_a_tree_goes_on_below_the_move_that_is_made(method: str) -> None:
    batch = begun(4, size=7, coins=8)
    policy = SearchPolicy(Invented(), SearchSettings(method=method, simulations=60))
    policy.start(batch)
    first, kept = np.ones(batch.n, bool), 0
    for _ in range(6):
        policy.act(batch, first)
        batch.step()
        first[:] = False
    policy._futures.observe(batch)
    policy._follow(np.arange(batch.n))
    forest = policy._forest
    assert forest is not None
    for row in range(batch.n):
        if not forest.planted(row):
            continue
        tree, nodes, edges = forest._trees[row], forest._nodes[row], forest._edges[row]
        assert (forest._states[row, 0] == policy._futures.real[row]).all()
        assert nodes[0]["visits"] == 1 + edges[0]["visits"].sum()
        for number in range(1, tree["count"]):
            node = nodes[number]
            edge = edges[node["parent"], node["move"]]
            assert edge["child"] == number and edge["visits"] == node["visits"]
            policy._futures.load(forest._states[row, node["parent"]][None], np.array([row]))
            step = policy._futures.step(np.array([node["move"]]))
            assert step.reward[0] == edge["reward"] and step.over[0] == node["over"]
            if not node["over"]:
                assert (step.states[0] == forest._states[row, number]).all() and step.marks[0] == node["mark"]
            kept += 1
        policy._futures.observe(batch)
        there = nodes["over"][: tree["count"]] == 0
        for move in range(4):  # an edge is closed for a state that is still there
            for at in np.flatnonzero(there & (edges[: tree["count"], move]["child"] < -1)).tolist():
                known = -2 - int(edges[at, move]["child"])
                policy._futures.load(forest._states[row, at][None], np.array([row]))
                assert policy._futures.step(np.array([move])).marks[0] == nodes[known]["mark"]
    assert kept > 50


def test_levin_finds_the_shortest_way() -> None:
    batch = begun(16, size=9, coins=1)
    policy = SearchPolicy(None, SearchSettings(method="levin", simulations=400))
    policy.start(batch)
    states = batch.states
    coins = np.array([np.argwhere(state["coins"])[0] for state in states])
    wanted = np.abs(coins - np.stack([states["y"], states["x"]], 1)).sum(1)
    steps = np.zeros(batch.n, int)
    for step in range(40):
        policy.act(batch, np.full(batch.n, step == 0))
        steps += batch.states["over"] == 0
        batch.step()
    assert steps.tolist() == wanted.tolist() and batch.states["won"].all()
    assert policy.report()["plans_found"] == 1


@pytest.mark.parametrize("method", search_module.METHODS)
def test_search_wins_where_chance_does_not_and_the_same_seed_gives_the_same(method: str) -> None:
    settings = SearchSettings(method=method, simulations=40 if method != "levin" else 400)
    options: dict[str, Any] = {"knobs": {"coins": 3}, "limit": 14, "episodes": 24, "threads": 1}
    results = [evaluate(TINY, "random", **options, search=settings) for _ in range(2)]
    for result in results:  # but for the time that it took
        result.pop("plan_seconds_mean"), result.pop("plan_seconds_max")
    assert results[0] == results[1]
    assert results[0]["success"] > 0.8 > 2 * evaluate(TINY, "random", **options)["success"]


def test_budgets_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    for method in ("mcts", "puct", "gumbel"):
        batch = begun(3, size=9, coins=8)
        policy = SearchPolicy(Invented(), SearchSettings(method=method, simulations=30))
        policy.start(batch)
        policy.act(batch, np.ones(3, bool))
        assert policy._forest is not None
        assert [int(policy._forest.visits(row).sum()) for row in range(3)] == [30, 30, 30]
    batch = begun(3, size=9, coins=8)
    policy = SearchPolicy(None, SearchSettings(method="levin", simulations=30))
    policy.start(batch)
    policy.act(batch, np.ones(3, bool))
    assert policy.report()["plan_states_mean"] == 30 * 4
    clock = count()
    monkeypatch.setattr("rumpus.agents.search.settings.time.process_time", lambda: float(next(clock)))
    for method in ("puct", "levin"):  # each look at the clock finds a second gone, of which each row has a quarter
        batch = begun(4, size=9, coins=8)
        policy = SearchPolicy(Invented(), SearchSettings(method=method, seconds=10))
        policy.start(batch)
        first = np.ones(4, bool)
        for _ in range(5):
            policy.act(batch, first)
            batch.step()
            first[:] = False
        assert policy.report()["plan_seconds_max"] == 10
    batch = begun(4, size=9, coins=8)
    policy = SearchPolicy(Invented(), SearchSettings(method="mcts", move_seconds=2))
    policy.start(batch)
    for step in range(1, 4):
        policy.act(batch, np.full(4, step == 1))
        batch.step()
        assert policy.report()["plan_seconds_max"] == 2 * step


def remembering() -> NetworkPolicy:
    torch.manual_seed(0)
    world = worlds.load(TINY)
    spec = NetworkSpec((40, 40), ActionSpec.of(world), hidden=16, core="lstm", units=16, recall=True)
    network = Network(spec).eval()
    network.head.layer.weight.data.normal_()
    return NetworkPolicy([network], lambda network, logits, values, generator: network.head.sample(logits, None))


@pytest.mark.parametrize("method", ["levin", "puct"])
def test_a_memory_is_that_of_the_way_to_a_state(method: str) -> None:
    batch = begun(2)
    guide = remembering()
    policy = SearchPolicy(NetworkPrior(guide, bf16=False), SearchSettings(method=method, simulations=40, uniform=0))
    policy.start(batch)
    first = np.ones(2, bool)
    for _ in range(2):  # the real episode has a memory, too
        if method == "levin":
            policy._plans, policy._searches[:] = [None, None], True
        start = [batch.save(row) for row in range(2)]
        before = policy._memories.take(np.arange(2)), policy._last.copy(), batch.outcomes["reward"][:, 0].copy()
        policy.act(batch, first)
        batch.step()
        last, first = first.copy(), np.zeros(2, bool)
    forest, frontier = policy._forest, policy._frontier
    states: Any = frontier._known if frontier else forest and forest._nodes
    network, one, checked = guide.networks[0], begun(), 0
    futures = Futures(one, 4)
    prior = NetworkPrior(guide, bf16=False)
    prior.start(futures, 0.9, 0)
    for row in range(2):
        for number in range(1, 30):
            node = states[row, number]
            expanded = bool(node["closed"]) if frontier else not node["over"]
            if node["depth"] < 2 or not expanded:
                continue
            moves, at = [], number
            while at > 0:
                moves.append(int(states[row, at]["move"]))
                at = int(states[row, at]["parent"])
            one.load(0, start[row])
            futures.observe(one)
            memory = tuple(part[row : row + 1] for part in before[0])
            asked = Asked(memory, before[1][row : row + 1], before[2][row : row + 1], last[row : row + 1])
            futures.load(futures.real, np.zeros(1, int))
            chance = 0.0
            for move in reversed(moves):
                guess = prior.ask(futures, asked)
                chance += float(torch.from_numpy(guess.logits[0]).log_softmax(-1)[move])
                step = futures.step(np.array([move]))
                asked = Asked(guess.memory, np.array([move]), step.reward.copy(), np.zeros(1, bool))
            if frontier:
                assert node["chance"] == pytest.approx(chance, abs=1e-4)
            elif forest:
                logits = prior.ask(futures, asked).logits[0]
                assert forest._edges[row, number]["logit"] == pytest.approx(logits - logits.max(), abs=1e-4)
            checked += 1
    assert network.spec.remembers and checked > 5


def test_values_are_fitted_to_returns() -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(size=500)
    assert line(values, 3 * values - 2) == pytest.approx((3, -2))
    assert line(values, -values)[0] == 0 and line(values, rng.normal(size=500) + 5) == pytest.approx((0, 5), abs=0.2)
    assert line(values[:0], values[:0]) == (0, 0)


def test_the_clock_matters_where_rules_look_at_it() -> None:
    assert clocked(worlds.load("visual-match-short"))
    assert not clocked(worlds.load("sokoban-small")) and not clocked(worlds.load(TINY))


def test_sequential_halving_tries_all_alike_and_then_half_of_them() -> None:
    assert halving(4, 16).tolist() == [0] * 4 + [1] * 4 + [2, 2, 3, 3, 4, 4, 5, 5]
    assert halving(1, 3).tolist() == [0, 1, 2] and len(halving(16, 5)) == 5


def test_what_cannot_be_searched_is_refused() -> None:
    for world, reason in (("sokoban-duo", "plans for one player"), ("gym/CartPole-v1", "guest")):
        with pytest.raises(ValueError, match=reason):
            evaluate(world, "random", search=SearchSettings(), episodes=1)
    with pytest.raises(ValueError, match="has a plan already"):
        evaluate("sokoban-small", "expert", search=SearchSettings(), episodes=1)
    with pytest.raises(ValueError, match="no values"):
        SearchPolicy(None, SearchSettings(leaf="value"))
    with pytest.raises(ValueError, match="which is no search"):
        evaluate(TINY, "random", search=SearchSettings(memory=1000), episodes=1)
    with pytest.raises(ValueError, match="name one, such as --search puct"):
        search_settings(None, None, 1.0, None)
    for wrong in ({"method": "dfs"}, {"simulations": 0}, {"seconds": -1.0}, {"seconds": 1.0, "move_seconds": 1.0}):
        with pytest.raises(ValueError, match=r"got|one of them"):
            dataclasses.replace(SearchSettings(), **wrong)
