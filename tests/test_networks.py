"""What networks are made of: hands as distributions, the memory, the eyes."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.distributions import Bernoulli, Categorical, Distribution

from rumpus import worlds
from rumpus.agents.learned import Learned, Reader
from rumpus.agents.networks import Network, Shape, Sight
from rumpus.agents.networks.heads import HEADS, head_of
from rumpus.agents.networks.recurrent import Recurrent
from rumpus.agents.networks.torso import Pointing, Torso, patch_size
from rumpus.interface.action import MOUSE_ONE
from rumpus.interface.devices import bin_centres
from rumpus.interface.keys import KEY


def test_log_probabilities_and_entropies_are_those_of_torch() -> None:
    torch.manual_seed(0)
    world = worlds.load("box-world-small")
    features = torch.randn(50, 16)
    moves = HEADS["moves"](16, world)
    moves.layer.weight.data.normal_()
    logits = moves(features)
    choice = moves.sample(logits, torch.Generator().manual_seed(0))
    log_prob, entropy = moves.score(logits, choice)
    expected = Categorical(logits=logits)
    assert torch.allclose(log_prob, expected.log_prob(choice[:, 0]), atol=1e-6)
    assert torch.allclose(entropy, expected.entropy(), atol=1e-6)

    devices = HEADS["devices"](16, world)
    devices.layer.weight.data.normal_()
    logits = devices(features)
    choice = devices.sample(logits, torch.Generator().manual_seed(0))
    log_prob, entropy = devices.score(logits, choice)
    switches = len(world.keys) + len(world.buttons)
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
    made = HEADS[head](4, worlds.load("box-world-small"))
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
    head, tensors = HEADS["devices"](4, batch.world), batch.tensors()
    choice = torch.zeros(6, head.parts, dtype=torch.int64)
    choice[:, -2:] = 5  # the mouse at rest
    choice[4, batch.world.keys.index("a")] = 1
    choice[4, len(batch.world.keys)] = 1
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


def test_memory_is_wiped_where_an_episode_begins() -> None:
    torch.manual_seed(0)
    core, features = Recurrent(3, 5), torch.randn(6, 2, 3)
    fresh = torch.zeros(6, 2)
    fresh[3, 1] = 1
    whole, last = core(features, core.blank(2), fresh)
    later, _ = core(features[3:], core.blank(2), torch.zeros(3, 2))
    assert torch.allclose(whole[3:, 1], later[:, 1])
    assert not torch.allclose(whole[3:, 0], later[:, 0])
    memory = core.blank(2)
    for step in range(6):  # many steps at once are what they are one by one
        output, memory = core(features[step : step + 1], memory, fresh[step : step + 1])
        assert torch.allclose(output[0], whole[step], atol=1e-6)
    assert torch.allclose(memory[1], last[1], atol=1e-6)


@pytest.mark.parametrize("head", ["moves", "devices"])
def test_a_memory_is_told_the_last_action_and_reward(head: str) -> None:
    """Also when it plays; nothing of the episode before; and what it is told matters."""
    world, shape = worlds.load("box-world-small"), Shape((40, 40), head, hidden=8, units=4, recall=True)
    network, told = Network(world, shape), []
    network.register_forward_pre_hook(lambda _, given: told.append((given[0].felt, given[2])))
    batch = worlds.batch(world, 30, limit=5, threads=1)
    batch.reset()
    policy = Learned([network], shape)
    policy.start(batch)
    fresh, paid = np.ones(30, bool), np.zeros(30, np.float32)
    for _ in range(15):
        done = batch.actions["keys"][:, 0].copy()
        policy.act(batch, fresh)
        felt, begun = told[-1]
        assert (begun[0].numpy() == fresh).all()
        np.testing.assert_array_equal(felt[:, -1].numpy()[~fresh], paid.clip(-1, 1)[~fresh])
        keys = world.keys if head == "devices" else [move.keys[0] for move in world.moves.values()]
        codes = [KEY[key] for key in keys]
        np.testing.assert_array_equal(felt[:, : len(keys)].numpy()[~fresh], done[~fresh][:, codes])
        paid = batch.step()["reward"][:, 0].copy()
        fresh = batch.over.copy() != 0
        batch.reset(fresh)
    batch.draw()
    sight, memory = Reader(batch).sight(), network.blank(30)
    one, other = (sight._replace(felt=torch.full_like(felt, value)) for value in (0.0, 1.0))
    for begun, alike in ((torch.ones(1, 30), True), (torch.zeros(1, 30), False)):
        assert torch.equal(network(one, memory, begun)[2][1], network(other, memory, begun)[2][1]) == alike


@pytest.mark.parametrize(("size", "patch"), [((80, 80), 8), ((40, 40), 4), ((10, 10), 1), ((7, 11), 1), ((64, 96), 8)])
def test_a_torso_takes_any_frame(size: tuple[int, int], patch: int) -> None:
    assert patch_size(*size) == patch
    frames = torch.randint(0, 256, (2, *size, 3), dtype=torch.uint8)
    torso = Torso(size, 9)
    assert torso(frames).shape == (2, 9)
    moved = frames.clone()
    moved[0, -1, -1] = 255 - moved[0, -1, -1]
    assert (torso(moved)[0] != torso(frames)[0]).any()


def test_patches_see_what_a_convolution_sees() -> None:
    torso = Torso((12, 8), 4, patch=4)
    frames = torch.randint(0, 256, (3, 12, 8, 3), dtype=torch.uint8)
    seen = []
    torso.blocks[0].register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    torso(frames)
    kernel = torso.stem.weight.view(-1, 4, 4, 3).permute(0, 3, 1, 2)
    expected = torch.conv2d(frames.permute(0, 3, 1, 2) / 255.0, kernel, torso.stem.bias, stride=4).relu()
    assert torch.allclose(seen[0], expected, atol=1e-4)


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
    world = worlds.load("room-small")
    torch.manual_seed(0)
    network = Network(world, Shape((24, 32), "devices", points=2, guided=True))
    assert network.guide is not None
    network.guide.weight.data[2 * 2 * 16 :].normal_()
    pixels = torch.randint(0, 256, (1, 24, 32, 3), dtype=torch.uint8).expand(2, -1, -1, -1)
    texts = torch.tensor([[5, 6, 7], [8, 9, 10]])
    logits, _, _ = network(Sight(pixels, texts, torch.arange(2), None), None, torch.zeros(1, 2))
    assert (logits[0] != logits[1]).any()


@pytest.mark.parametrize("world", ["sokoban-duo", "maze-small", "room-duo"])
@pytest.mark.parametrize("head", ["moves", "devices"])
def test_hands_are_read_as_they_are_written(head: str, world: str) -> None:
    """What a choice writes into a batch is read as that choice; and of other hands, the mouse to the nearest bin."""
    batch = worlds.batch(world, 5)
    hands = head_of(head, 8, batch.world, talk=batch.players > 1)
    tensors, generator = batch.tensors(), torch.Generator().manual_seed(0)
    for _ in range(20):
        logits = hands(torch.randn(5 * batch.players, 8, generator=generator)) * 30
        choice = hands.sample(logits, generator)
        hands.write(choice, batch, tensors)
        assert (hands.read(tensors) == choice).all()
    if head == "devices" and world == "room-duo":
        batch.actions["mouse"][...] += 100  # 1/655 of a picture height
        assert (hands.read(tensors) == choice).all()
