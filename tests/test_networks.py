"""Parts of networks: heads as distributions, cores, torsos, and what words point at."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch.distributions import Bernoulli, Categorical, Distribution

from rumpus import worlds
from rumpus.agents.algorithms.ppo import PPO
from rumpus.agents.network_policy import NetworkPolicy, thinking
from rumpus.agents.networks import Network, NetworkSpec
from rumpus.agents.networks.attention import Attention, Block
from rumpus.agents.networks.cores import CORES
from rumpus.agents.networks.heads import HEADS, ActionSpec, Devices, Moves, head_of
from rumpus.agents.networks.pointing import Pointing
from rumpus.agents.networks.torsos import TORSOS
from rumpus.agents.networks.torsos.patches import Patches, patch_size
from rumpus.agents.networks.torsos.relational import Relational
from rumpus.agents.observations import Observation, ObservationReader, Tables
from rumpus.agents.settings import Config, NetworkSettings
from rumpus.agents.trees import leaves
from rumpus.interface.action import MOUSE_ONE
from rumpus.interface.devices import bin_centres
from rumpus.interface.keys import KEY


def test_log_probabilities_and_entropies_are_those_of_torch() -> None:
    torch.manual_seed(0)
    world = worlds.load("box-world-small")
    features = torch.randn(50, 16)
    moves = Moves(16, ActionSpec.of(world))
    moves.layer.weight.data.normal_()
    logits = moves(features)
    choice = moves.sample(logits, torch.Generator().manual_seed(0))
    log_prob, entropy = moves.score(logits, choice)
    expected = Categorical(logits=logits)
    assert torch.allclose(log_prob, expected.log_prob(choice[:, 0]), atol=1e-6)
    assert torch.allclose(entropy, expected.entropy(), atol=1e-6)

    devices = Devices(16, ActionSpec.of(world))
    devices.layer.weight.data.normal_()
    logits = devices(features)
    choice = devices.sample(logits, torch.Generator().manual_seed(0))
    log_prob, entropy = devices.score(logits, choice)
    switches = len(world.controls.keys) + len(world.controls.buttons)
    parts: list[Distribution] = [Bernoulli(logits=logits[:, :switches])]
    parts += [Categorical(logits=group) for group in logits[:, switches:].split(11, -1)]
    assert len(parts) == 3
    chosen = [choice[:, :switches].float(), choice[:, switches], choice[:, switches + 1]]
    sums = parts[0].log_prob(chosen[0]).sum(-1) + sum(p.log_prob(c) for p, c in zip(parts[1:], chosen[1:], strict=True))
    assert torch.allclose(log_prob, sums, atol=1e-4)
    sums = parts[0].entropy().sum(-1) + parts[1].entropy() + parts[2].entropy()
    assert torch.allclose(entropy, sums, atol=1e-4)


@pytest.mark.parametrize("head", ["moves", "devices"])
def test_choices_are_drawn_with_their_probabilities(head: str) -> None:
    torch.manual_seed(1)
    made = HEADS[head](4, ActionSpec.of(worlds.load("box-world-small")))
    made.layer.weight.data.normal_()
    logits = made(torch.randn(1, 4)).expand(20_000, -1)
    drawn = made.sample(logits, torch.Generator().manual_seed(2))
    if head == "moves":
        found, expected = torch.bincount(drawn[:, 0], minlength=4) / len(drawn), logits[0].softmax(-1)
    else:
        found, expected = drawn[:, : made.switches].float().mean(0), logits[0, : made.switches].sigmoid()
    assert torch.allclose(found, expected, atol=0.02)  # five deviations
    likeliest = made.sample(logits[:1], None)
    assert (made.score(logits[:1], likeliest)[0] >= made.score(logits, drawn)[0].max() - 1e-6).all()


def test_devices_write_the_hands_and_nothing_else() -> None:
    batch = worlds.batch("sokoban-duo", 3)
    head, tensors = Devices(4, ActionSpec.of(batch.world)), batch.tensors()
    choice = torch.zeros(6, head.parts, dtype=torch.int64)
    choice[:, -2:] = 5  # the mouse at rest
    choice[4, batch.world.controls.keys.index("a")] = 1
    choice[4, len(batch.world.controls.keys)] = 1
    choice[4, -2:] = torch.tensor([10, 0])
    head.write(choice, batch, tensors)
    assert batch.actions["keys"].sum() == 1 and batch.actions["keys"][2, 0, KEY["a"]] == 1
    assert batch.actions["buttons"].sum() == 1 and batch.actions["buttons"][2, 0, 0] == 1
    assert (
        batch.actions["mouse"][2, 0].tolist() == [MOUSE_ONE, -MOUSE_ONE]
        and np.abs(batch.actions["mouse"]).sum() == 2 * MOUSE_ONE
    )
    centres = bin_centres()
    assert (np.diff(centres) > 0).all() and np.allclose(centres, -centres[::-1]) and centres[-1] == 1


def core_and_features(name: str) -> tuple[Any, torch.Tensor]:
    """A small core of 16 units, and 6 steps of 2 lanes for it."""
    made = CORES[name]
    shape = (3, 4, 2) if getattr(made, "takes_map", False) else (3,)
    return made(shape if len(shape) > 1 else 3, 16), torch.randn(6, 2, *shape)


@pytest.mark.parametrize("name", sorted(CORES))
def test_memory_is_wiped_where_an_episode_begins(name: str) -> None:
    torch.manual_seed(0)
    core, features = core_and_features(name)
    is_first = torch.zeros(6, 2)
    is_first[3, 1] = 1
    whole, last = core(features, core.initial(2), is_first)
    assert whole.shape == (6, 2, core.outputs)
    later, _ = core(features[3:], core.initial(2), torch.zeros(3, 2))
    assert torch.allclose(whole[3:, 1], later[:, 1], atol=1e-6)
    assert not torch.allclose(whole[3:, 0], later[:, 0])
    state = core.initial(2)
    for step in range(6):  # many steps at once are what they are one by one
        output, state = core(features[step : step + 1], state, is_first[step : step + 1])
        assert torch.allclose(output[0], whole[step], atol=1e-6)
    for one, other in zip(leaves(state), leaves(last), strict=True):
        assert torch.allclose(one, other, atol=1e-6)


def test_cores_are_those_of_torch() -> None:
    """Over one episode a core is torch's own layer with the same weights."""
    torch.manual_seed(0)
    for name, layer in {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU}.items():
        core, theirs, features = CORES[name](3, 5), layer(3, 5), torch.randn(6, 2, 3)
        theirs.load_state_dict({f"{part}_l0": weight for part, weight in core.cell.state_dict().items()})
        found, _ = core(features, core.initial(2), torch.zeros(6, 2))
        assert torch.allclose(found, theirs(features)[0], atol=1e-6)


def test_a_drc_of_one_tick_is_a_stack_of_convolutional_lstms() -> None:
    """DRC(2, 1) step by step, as Shi et al. 2015 and Guez et al. 2019 write them, one gate of one cell at a time."""
    torch.manual_seed(0)
    core, channels = CORES["drc"]((3, 4, 5), 6, layers=2, ticks=1, channels=2), 2
    features = torch.randn(4, 1, 3, 4, 5)
    hidden, cell = [np.zeros((channels, 4, 5)) for _ in range(2)], [np.zeros((channels, 4, 5)) for _ in range(2)]

    def convolved(weight: torch.Tensor, cells: np.ndarray) -> np.ndarray:
        padded, kernel = np.pad(cells, ((0, 0), (1, 1), (1, 1))), weight.detach().numpy()
        places = [(y, x) for y in range(4) for x in range(5)]
        found = [np.tensordot(kernel, padded[:, y : y + 3, x : x + 3], 3) for y, x in places]
        return np.stack(found, 1).reshape(-1, 4, 5)

    def squashed(gate: np.ndarray) -> np.ndarray:
        return 1 / (1 + np.exp(-gate))

    for step in features[:, 0].numpy():
        below = hidden[-1]
        for index, layer in enumerate(core.layers):
            gates = convolved(layer.seen.weight, step) + layer.around.bias.detach().numpy()[:, None, None]
            gates += convolved(layer.around.weight, np.concatenate([below, hidden[index]]))
            pooled = np.concatenate([hidden[index].mean((1, 2)), hidden[index].max((1, 2))])
            gates += (layer.pooled.weight.detach().numpy() @ pooled)[:, None, None]
            enter, forget, leave, news = np.split(gates, 4)
            cell[index] = squashed(forget) * cell[index] + squashed(enter) * np.tanh(news)
            hidden[index] = below = squashed(leave) * np.tanh(cell[index])
    _, (found, inner) = core(features, core.initial(1), torch.zeros(4, 1))
    assert np.allclose(found[0].detach().numpy(), hidden, atol=1e-5)
    assert np.allclose(inner[0].detach().numpy(), cell, atol=1e-5)


def test_ticks_of_a_drc_are_steps_without_an_action() -> None:
    """Three ticks are what three steps of one tick come to, if all steps show the same."""
    torch.manual_seed(0)
    thrice, once = (CORES["drc"]((3, 4, 5), 6, ticks=ticks, channels=2) for ticks in (3, 1))
    once.load_state_dict(thrice.state_dict())
    features = torch.randn(1, 2, 3, 4, 5)
    state = thrice(features, thrice.initial(2), torch.zeros(1, 2))[1]
    slowly = once(features.expand(3, -1, -1, -1, -1), once.initial(2), torch.zeros(3, 2))[1]
    assert all(torch.allclose(one, other, atol=1e-6) for one, other in zip(state, slowly, strict=True))
    with pytest.raises(ValueError, match="ticks of a DRC must be at least 1, got 0"):
        CORES["drc"]((3, 4, 5), 6, ticks=0)


@pytest.mark.parametrize(("layers", "ticks"), [(3, 3), (1, 1), (1, 3), (2, 1)])
def test_the_gradient_of_a_drc_for_gpus_is_the_automatic_one(layers: int, ticks: int) -> None:
    """Outputs, states, and the slopes of all weights, the features and the state before, where episodes begin in the
    middle; and states that are equal in several cells share the slope of the maximum."""
    torch.manual_seed(0)
    core = CORES["drc"]((5, 4, 6), 7, layers=layers, ticks=ticks, channels=3).double()
    features = torch.randn(4, 6, 5, 4, 6, dtype=torch.float64, requires_grad=True)
    is_first = (torch.rand(4, 6) < 0.3).double()
    state = tuple(torch.randn(part.shape, dtype=torch.float64) for part in core.initial(6))
    state[0][:, :, :, 0] = 5.0
    before = tuple(part.requires_grad_() for part in state)
    found = []
    for run in (core, core.compiled):
        outputs, after = run(features, before, is_first)
        loss = outputs.square().sum() + after[0].pow(3).sum() + after[1].square().sum()
        slopes = torch.autograd.grad(loss, [features, *before, *core.parameters()])
        found.append([outputs, *after, *slopes])
    for one, other in zip(*found, strict=True):
        assert torch.allclose(one, other.to(one.dtype), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("core", sorted(name for name in CORES if not getattr(CORES[name], "takes_map", False)))
@pytest.mark.parametrize("head", ["moves", "devices"])
def test_a_core_is_given_the_last_action_and_reward(head: str, core: str) -> None:
    """Also when it plays; nothing of the episode before; and what it is given matters."""
    world = worlds.load("box-world-small")
    spec = NetworkSpec((40, 40), ActionSpec.of(world), head=head, hidden=8, core=core, units=16, recall=True)
    network, told = Network(spec), []
    assert network.core is not None
    network.core.register_forward_pre_hook(lambda _, given: told.append((given[0][0, :, spec.hidden :], given[2])))
    batch = worlds.batch(world, 30, limit=5, threads=1)
    batch.reset()
    policy = NetworkPolicy([network], PPO.play)
    policy.start(batch)
    is_first, reward = np.ones(30, bool), np.zeros(30, np.float32)
    for _ in range(15):
        done = batch.actions["keys"][:, 0].copy()
        policy.act(batch, is_first)
        last, begun = told[-1]
        assert (begun[0].numpy() == is_first).all()
        assert (last.numpy()[is_first] == 0).all()
        np.testing.assert_array_equal(last[:, -1].numpy()[~is_first], reward.clip(-1, 1)[~is_first])
        keys = world.controls.keys if head == "devices" else [move.keys[0] for move in world.controls.moves.values()]
        codes = [KEY[key] for key in keys]
        np.testing.assert_array_equal(last[:, : len(keys)].numpy()[~is_first], done[~is_first][:, codes])
        reward = batch.step()["reward"][:, 0].copy()
        is_first = batch.over.copy() != 0
        batch.reset(is_first)
    batch.draw()
    observation, state = ObservationReader([batch]).observe(), network.initial(30)
    actions = torch.zeros(30, network.head.parts, dtype=torch.int64)
    one, other = (
        observation._replace(last_action=actions, last_reward=torch.full((30,), reward)) for reward in (0.0, 1.0)
    )
    for begun, alike in ((torch.ones(1, 30), True), (torch.zeros(1, 30), False)):
        before, after = (leaves(network(given, state, begun)[2]) for given in (one, other))
        assert all(map(torch.equal, before, after)) == alike


def test_units_of_an_lstm_begin_to_keep_what_they_hold_for_up_to_its_span() -> None:
    """Without input a unit that keeps something for t steps keeps t / (1 + t) of it in one."""
    core = CORES["lstm"](2, 4, span=40)
    for weight in (core.cell.weight_ih, core.cell.weight_hh):
        torch.nn.init.zeros_(weight)
    _, (_, kept) = core(torch.zeros(1, 1, 2), (torch.zeros(1, 4), torch.ones(1, 4)), torch.zeros(1, 1))
    assert torch.allclose(kept, torch.tensor([[1 / 2, 14 / 15, 27 / 28, 40 / 41]]))
    with pytest.raises(ValueError, match="span is a number of steps, 0 or more, got -1"):
        CORES["lstm"](2, 4, span=-1)


def test_numbers_of_torso_and_core_are_told_by_their_names_alone() -> None:
    """As recipes of agents are written from them."""
    told = Config.of("dagger", "t-maze-short", units=8, span=64, channels=4).flat()
    assert (told["span"], told["channels"]) == (64, 4) and not {"core_options", "torso_options"} & told.keys()


def test_a_core_reads_features_of_one_size_and_heads_may_read_them_too() -> None:
    """Features a thousand times as large change nothing that an LSTM gives; and a head reads them where the LSTM gives
    nothing, if it is told to."""
    torch.manual_seed(0)
    controls = ActionSpec.of(worlds.load("box-world-small"))
    shown = Observation(
        torch.randint(0, 256, (2, 24, 24, 3), dtype=torch.uint8), torch.zeros(2, dtype=torch.int64), None, None, None,
        None, Tables(torch.zeros(1, 1, dtype=torch.int64)),
    )  # fmt: skip
    given: dict[str, Any] = {"core": "lstm", "units": 8, "hidden": 16}
    for normed in (False, True):
        network = Network(NetworkSpec((24, 24), controls, normed=normed, **given))
        before, _, _ = network(shown, network.initial(2), torch.ones(1, 2))
        assert network.flat is not None
        network.flat.weight.data *= 1000
        after, _, _ = network(shown, network.initial(2), torch.ones(1, 2))
        assert torch.allclose(before, after, atol=1e-4) == normed
    for direct in (False, True):
        network = Network(NetworkSpec((24, 24), controls, direct=direct, **given))

        def silent(features: torch.Tensor, state: Any, is_first: torch.Tensor) -> Any:
            return torch.zeros(*features.shape[:2], 8), state

        one, other = network(shown, network.initial(2), torch.ones(1, 2), silent)[0]
        assert torch.equal(one, other) != direct


@pytest.mark.parametrize(("size", "patch"), [((80, 80), 8), ((40, 40), 4), ((10, 10), 1), ((7, 11), 1), ((64, 96), 8)])
def test_a_torso_takes_any_frame(size: tuple[int, int], patch: int) -> None:
    assert patch_size(*size) == patch
    frames = torch.randint(0, 256, (2, *size, 3), dtype=torch.uint8)
    moved = frames.clone()
    moved[0, -1, -1] = 255 - moved[0, -1, -1]
    for name in TORSOS:
        torso = TORSOS[name](size)
        seen = torso(frames)
        assert seen.shape == (2, *torso.shape) and (seen >= 0).all()
        assert (torso(moved)[0] != seen[0]).any() and torch.equal(torso(moved)[1], seen[1])
        film = torch.zeros(2, torso.film, torso.shape[0])
        assert torch.allclose(torso(frames, film), seen), "no gain and no shift change nothing"
        film[1, -1] = 1.0  # a shift of the last channels
        assert torch.allclose(torso(frames, film)[0], seen[0]) and (torso(frames, film)[1] != seen[1]).any()


def test_patches_see_what_a_convolution_sees() -> None:
    torso = Patches((12, 8), patch=4)
    frames = torch.randint(0, 256, (3, 12, 8, 3), dtype=torch.uint8)
    seen = []
    torso.blocks[0].register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    torso(frames)
    kernel = torso.stem.weight.view(-1, 4, 4, 3).permute(0, 3, 1, 2)
    expected = torch.conv2d(frames.permute(0, 3, 1, 2) / 255.0, kernel, torso.stem.bias, stride=4).relu()
    assert torch.allclose(seen[0], expected, atol=1e-4)


def test_centred_patches_see_what_a_convolution_of_centred_pixels_sees() -> None:
    """And the mean and the maximum of the map cross it at once: after one block with `pool`, a pixel in one corner
    changes the opposite one."""
    torch.manual_seed(0)
    torso = Patches((20, 20), patch=4, blocks=1, pool=1, centred=True)
    frames = torch.randint(0, 256, (2, 20, 20, 3), dtype=torch.uint8)
    seen = []
    torso.blocks[0].register_forward_pre_hook(lambda _, given: seen.append(given[0].clone()))
    before = torso(frames)
    kernel = torso.stem.weight.view(-1, 4, 4, 3).permute(0, 3, 1, 2)
    expected = torch.conv2d(frames.permute(0, 3, 1, 2) / 64.0 - 2, kernel, torso.stem.bias, stride=4).relu()
    assert torch.allclose(seen[0], expected, atol=1e-4)
    frames[:, :4, :4] = 255 - frames[:, :4, :4]
    assert (torso(frames)[:, :, -1, -1] != before[:, :, -1, -1]).any()


def test_words_point_at_what_answers_them() -> None:
    """Attention and its expected place, one cell at a time; and one that answers far better than all is it."""
    torch.manual_seed(0)
    rows, columns, channels = 3, 5, 4
    pointing = Pointing(rows, columns, channels)
    cells, questions = torch.randn(2, channels, rows, columns), torch.randn(2, 6, channels)
    found = pointing(cells, questions).view(2, 6, channels + 3).detach().numpy()
    weight, bias = pointing.key.weight.detach().numpy(), pointing.key.bias.detach().numpy()
    for picture, point in np.ndindex(2, 6):
        total, expected, best = 0.0, np.zeros(channels + 2), -np.inf
        for row, column in np.ndindex(rows, columns):
            cell = cells[picture, :, row, column].numpy()
            answer = float((weight @ cell + bias) @ questions[picture, point].numpy()) / np.sqrt(channels)
            place = column / (columns - 1) * 2 - 1, row / (rows - 1) * 2 - 1
            total, best = total + np.exp(answer), max(best, answer)
            expected += np.exp(answer) * np.array([*cell, *place])
        assert np.allclose(found[picture, point], [*(expected / total), best], atol=1e-4)
    pointing.key.weight.data.copy_(torch.eye(channels))
    pointing.key.bias.data.zero_()
    cells.zero_()[0, 2, 1, 4] = 60.0
    asked = torch.eye(channels)[None, 2:3]
    assert torch.allclose(pointing(cells[:1], asked)[0, -3:-1], torch.tensor([1.0, 0.0]), atol=1e-4)


def test_a_network_with_points_reads_its_instruction() -> None:
    """What it does follows from the words by way of its questions alone, if channels are left as they are."""
    controls = ActionSpec.of(worlds.load("room-small"))
    torch.manual_seed(0)
    network = Network(NetworkSpec((24, 32), controls, head="devices", queries=2, instructed=True))
    assert network.film is not None
    network.film.weight.data[2 * 2 * 16 :].normal_()
    pixels = torch.randint(0, 256, (1, 24, 32, 3), dtype=torch.uint8).expand(2, -1, -1, -1)
    texts = torch.tensor([[5, 6, 7], [8, 9, 10]])
    observation = Observation(pixels, torch.arange(2), None, None, None, None, Tables(texts))
    logits, _, _ = network(observation, None, torch.zeros(1, 2))
    assert (logits[0] != logits[1]).any()


def test_a_network_reads_by_queries_alone() -> None:
    """Without words its queries are learned, and no layer reads the map cell by cell."""
    controls = ActionSpec.of(worlds.load("sokoban"))
    torch.manual_seed(0)
    network = Network(NetworkSpec((80, 80), controls, queries=2, whole=False))
    assert network.flat is not None and network.flat.in_features == 2 * (16 + 3)
    pixels = torch.randint(0, 256, (3, 80, 80, 3), dtype=torch.uint8)
    told = torch.zeros(3, dtype=torch.int64)
    observation = Observation(pixels, told, None, None, None, None, Tables(torch.zeros(1, 1, dtype=torch.int64)))
    logits, _, _ = network(observation, None, torch.zeros(1, 3))
    logits.square().sum().backward()
    assert network.asked is not None and network.asked.grad is not None and network.asked.grad.abs().max() > 0
    with pytest.raises(ValueError, match="give some, such as queries=4"):
        NetworkSettings(whole=False).check()


@pytest.mark.parametrize("world", ["sokoban-duo", "maze-small", "room-duo"])
@pytest.mark.parametrize("head", sorted(HEADS))
def test_hands_are_read_as_they_are_written(head: str, world: str) -> None:
    """What a choice writes into a batch is read as that choice; and of other hands, the mouse to the nearest bin."""
    batch = worlds.batch(world, 5)
    controls = ActionSpec.of(batch.world)
    hands = head_of(head, 8, controls, talk=batch.players > 1)
    assert hands.sizes() and sum(hands.sizes()) == hands(torch.zeros(1, 8)).shape[1]
    mask = hands.mask(batch.world)
    tensors, generator = batch.tensors(), torch.Generator().manual_seed(0)
    for _ in range(20):
        logits = hands(torch.randn(5 * batch.players, 8, generator=generator)) * 30
        logits = logits if mask is None else logits + mask
        choice = hands.sample(logits, generator)
        hands.write(choice, batch, tensors)
        before, found = batch.actions.copy(), hands.read(batch, tensors)
        if head == "universal":  # the order of two keys means nothing
            hands.write(found, batch, tensors)
            assert (batch.actions == before).all()
            choice = found
        assert (hands.read(batch, tensors) == choice).all()
    if head != "moves" and world == "room-duo":
        batch.actions["mouse"][...] += 100  # 1/655 of a picture height
        assert (hands.read(batch, tensors) == choice).all()


def test_attention_is_that_of_its_formula_and_knows_no_order() -> None:
    """Answers are the values, weighted by how well their keys fit; and entities in another order give the same answers
    in that order."""
    torch.manual_seed(0)
    attention, entities, asked = Attention(12, 3), torch.randn(2, 5, 12), torch.randn(2, 7, 12)
    query, key, value = (
        norm(layer(given))
        for norm, layer, given in zip(
            attention.norms, (attention.query, attention.key, attention.value), (entities, asked, asked), strict=True
        )
    )
    weights, found = attention.weights(entities, asked), torch.zeros(2, 5, 12)
    for row, one, head in np.ndindex(2, 5, 3):
        part = slice(4 * head, 4 * head + 4)
        scores = torch.stack([query[row, one, part] @ key[row, other, part] / 2 for other in range(7)])
        assert torch.allclose(weights[row, head, one], scores.exp() / scores.exp().sum(), atol=1e-5)
        found[row, one, part] = sum(
            weight * each for weight, each in zip(scores.softmax(0), value[row, :, part], strict=True)
        )
    assert torch.allclose(attention(entities, asked), attention.out(found), atol=1e-5)
    block, order = Block(12, 3), torch.randperm(5)
    assert torch.allclose(block(entities[:, order], entities[:, order]), block(entities, entities)[:, order], atol=1e-5)


def test_a_relational_torso_tells_places_apart_by_their_coordinates_alone() -> None:
    """With a stem that sees one cell at a time, moving tiles about changes the features; without places it does not."""
    torch.manual_seed(0)
    torso = Relational((12, 12), channels=6, width=8, heads=2, patch=4)
    torso.see.blocks = torch.nn.ModuleList()
    tiles = torch.randint(0, 256, (9, 4, 4, 3), dtype=torch.uint8)

    def frame(order: torch.Tensor) -> torch.Tensor:
        return tiles[order].view(1, 3, 3, 4, 4, 3).transpose(2, 3).reshape(1, 12, 12, 3)

    one, other = frame(torch.arange(9)), frame(torch.arange(8, -1, -1))
    assert not torch.allclose(torso(one), torso(other), atol=1e-4)
    weights = torso.attention(one)
    assert weights.shape == (1, 2, 2, 9, 9) and torch.allclose(weights.sum(4), torch.ones(1, 2, 2, 9), atol=1e-5)
    torso.places.zero_()
    assert torch.allclose(torso(one), torso(other), atol=1e-5)


def test_a_gated_transformer_forgets_what_lies_beyond_its_layers_windows() -> None:
    """Each layer looks `window` steps back, so that two of them reach twice as far, and no further."""
    torch.manual_seed(0)
    core = CORES["gtrxl"](3, 8, layers=2, heads=2, window=3)
    steps = torch.randn(12, 1, 3)
    for age, remembered in ((6, True), (7, False)):
        changed = steps.clone()
        changed[11 - age] += 1
        before, after = (core(given, core.initial(1), torch.zeros(12, 1))[0][11] for given in (steps, changed))
        assert torch.allclose(before, after, atol=1e-6) != remembered


@pytest.mark.parametrize(
    ("core", "units", "options", "match"),
    [
        ("rmc", 10, {"slots": 4}, "10 units do not fill 4 slots"),
        ("rmc", 12, {"slots": 4, "heads": 2}, "2 heads do not divide 3 numbers"),
        ("rmc", 16, {"passes": 0}, "at least 1 pass"),
        ("gtrxl", 10, {"heads": 4}, "4 heads do not divide 10 units"),
        ("gtrxl", 8, {"window": 0}, "window of a GTrXL must be at least 1, got 0"),
    ],
)
def test_cores_refuse_numbers_that_do_not_fit(core: str, units: int, options: dict[str, int], match: str) -> None:
    with pytest.raises(ValueError, match=match):
        CORES[core](3, units, **options)


@pytest.mark.parametrize("name", sorted(CORES))
def test_thinking_is_running_again_on_the_first_frame(name: str) -> None:
    """Only in lanes whose episode begins; each of the ticks is a step that shows the same."""
    torch.manual_seed(0)
    core, features = core_and_features(name)
    _, state = core(features[:2], core.initial(2), torch.zeros(2, 2))
    is_first = torch.tensor([[1.0, 0.0]])
    outputs, after = thinking(core, 2, features[2:3], state, is_first)
    plain, unthought = core(features[2:3], state, is_first)
    slowly = features[2:3].expand(3, *features.shape[1:])
    thought, last = core(slowly, state, torch.cat([is_first, torch.zeros(2, 2)]))
    for lane, (output, expected) in enumerate(((thought[2:], last), (plain, unthought))):
        assert torch.allclose(outputs[:, lane], output[:, lane], atol=1e-6)
        for one, other in zip(leaves(after), leaves(expected), strict=True):
            assert torch.allclose(one[lane], other[lane], atol=1e-6)
