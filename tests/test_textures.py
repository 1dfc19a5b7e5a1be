"""Textures and things of first-person worlds: averages, seams, and that they can be told apart."""

import itertools

import numpy as np
import pytest

from rumpus.tests.test_assets import CONES, lab, least_distance
from rumpus.worlds.engine.records.states import state_dtype
from rumpus.worlds.engine.records.things import GONE, OPEN
from rumpus.worlds.engine.render.raycast import scene as rays
from rumpus.worlds.engine.render.raycast import textures
from rumpus.worlds.engine.render.raycast.draw import draw_scenes
from rumpus.worlds.first_person import models, view
from rumpus.worlds.first_person.state import CELL, TURN, fields

SHEET = textures.textures()
SPRITES = range(textures.TREE_SPRITE, textures.FLOWER_SPRITE + 1)
UPRIGHT = (textures.SKY, textures.NIGHT, *range(textures.FIRST_WALL, textures.FIRST_WALL + 10))
LOOKS = [look for look in range(1, models.LOOKS)]
ALL = np.arange(models.LOOKS, dtype=np.int32)


def texels(number, edge):
    """One picture of the pyramid: RGBA, shape (edge, edge, 4)."""
    start = sum((64 >> level) ** 2 for level in range(7) if 64 >> level > edge)
    words = textures.pyramid()[number, start : start + edge * edge].reshape(edge, edge)
    return np.stack([words >> shift & 255 for shift in (0, 8, 16, 24)], axis=-1).astype(float)


def as_seen(colours, cones):
    """What an eye with these cones makes of colours, shape (n, 3)."""
    return np.clip((colours / 255) ** 2.2 @ CONES[cones].T, 0, 1) ** (1 / 2.2) * 255


def test_the_pyramid_holds_the_sheet_and_its_averages():
    assert textures.COUNT == len(SHEET) == len(set(textures.NAMES)) < rays.UNSEEN
    assert textures.pyramid().shape == (textures.COUNT + 1, 5461) and textures.pyramid().dtype == np.uint32
    assert not textures.pyramid().flags.writeable and not textures.pyramid()[0].any()
    for number, picture in enumerate(SHEET.astype(float), 1):
        assert np.array_equal(texels(number, 64), picture)
        for edge in (32, 8, 1):
            size = 64 // edge
            for row, col in itertools.product((0, edge // 2, edge - 1), repeat=2):
                block = picture[row * size : (row + 1) * size, col * size : (col + 1) * size].reshape(-1, 4)
                alpha = block[:, 3].mean()
                colour = block[:, :3].T @ block[:, 3] / max(block[:, 3].sum(), 1)
                assert np.abs(texels(number, edge)[row, col] - [*colour, alpha]).max() <= 0.51


@pytest.mark.parametrize("number", [n for n in range(1, textures.COUNT + 1) if n not in SPRITES])
def test_textures_join_on_to_themselves(number):
    """Where the last pixels meet the first it changes little more than somewhere within; at their sides only what
    stands upright: skies, and walls with a skirting board."""
    picture = SHEET[number - 1].astype(float)
    assert (picture[..., 3] == 255).all()
    for axis in (1,) if number in UPRIGHT else (0, 1):
        steps = np.abs(picture - np.roll(picture, 1, axis)).mean((1 - axis, 2))
        assert steps[0] <= 1.5 * steps[1:].max() + 1


def test_names_are_where_the_constants_say():
    at = {name.lower(): value for name, value in vars(textures).items() if name.isupper() and isinstance(value, int)}
    for number, name in enumerate(textures.NAMES, 1):
        if name in at:
            assert at[name] == number
    assert (
        textures.NAMES[textures.FIRST_WALL - 1] == "red wall"
        and textures.NAMES[textures.FIRST_FLOOR - 1] == "red floor"
    )
    assert textures.NAMES[textures.POSTER_8 - 1] == "arrow" and textures.NAMES[textures.DOOR_FACE - 1] == "door"


@pytest.mark.parametrize("cones", CONES)
@pytest.mark.parametrize("first", [textures.FIRST_WALL, textures.FIRST_FLOOR])
def test_ten_walls_and_floors_differ_to_every_eye(first, cones):
    colours = np.array([texels(first + k, 1)[0, 0, :3] for k in range(10)])
    assert least_distance(lab(as_seen(colours, cones))) > (37 if cones == "all" else 17)


def test_posters_differ_at_eight_pixels():
    small = np.array([texels(number, 8)[..., :3] for number in range(textures.POSTER_1, textures.POSTER_8 + 1)])
    for one, other in itertools.combinations(small, 2):
        assert np.abs(one - other).max() > 90


@pytest.fixture
def state():
    """A player in a room of 9 x 9 cells, who looks along x, and a thing three cells away."""
    one = np.zeros(1, state_dtype(fields(2, 4), 2)).view(np.recarray)[0]
    one.map_rows = one.map_cols = 9
    one.walls[:9, :9] = textures.PLASTER
    one.walls[1:8, 1:8] = 0
    one.floors[:] = textures.SLATE
    one.players, one.things = 1, 1
    one.x[:], one.y[:], one.tick = 3 * CELL // 2, 9 * CELL // 2, 20
    one.kind[:], one.thing_x[:], one.thing_y[:] = 1, 9 * CELL // 2, 9 * CELL // 2
    return one


def seen(state, looks=ALL):
    """The scene of the first player."""
    scene = np.zeros(1, rays.SCENE).view(np.recarray)
    rays.clear(scene[0])
    view.look_around(scene[0], state, 0)
    view.show_things(scene[0], state, 0, looks, models.PAINTS)
    view.show_players(scene[0], state, 0, models.PAINTS[1:3])
    return scene[0]


def drawn(scenes, edge=64):
    """Pixels and segmentation of scenes."""
    pixels, _, segmentation = draw_scenes(np.array([scene for scene in scenes], rays.SCENE), (edge, edge))
    return pixels.reshape(-1, edge, edge, 3).astype(float), segmentation.reshape(-1, edge, edge)


@pytest.mark.parametrize("look", LOOKS)
def test_things_stand_in_their_cell(look):
    """Their solids are rigid, rest on the floor or above, and keep to a cell, whichever way they are turned."""
    for turn in (0, 0.7, 3.9):
        scene = np.zeros(1, rays.SCENE).view(np.recarray)[0]
        rays.clear(scene)
        ahead = np.float32(np.cos(turn)), np.float32(np.sin(turn))
        models.show(scene, look, 0x808080, np.float32(0), np.float32(0), np.float32(0), *ahead, 33)
        assert 1 <= scene.solids <= 11 and scene.shadow[: scene.solids].sum() == 1
        for k in range(scene.solids):
            axes, half = scene.axes[k].astype(float), scene.half[k].astype(float)
            assert np.abs(axes @ axes.T - np.eye(3)).max() < 1e-4 and np.linalg.det(axes) > 0
            if scene.form[k] == rays.CAPSULE:
                half[2] += half[0]
            reach = abs(axes.T) @ half if scene.form[k] == rays.BOX else np.sqrt((axes.T**2) @ half**2)
            assert scene.at[k, 2] - reach[2] > -0.02 and scene.at[k, 2] + reach[2] < 1.02
            assert np.hypot(*scene.at[k, :2]) < 0.5 and half.max() <= 0.5


def test_things_are_told_apart_from_three_cells_away(state):
    scenes = []
    for look in LOOKS:
        state.kind[0] = look
        scenes.append(seen(state))
    pixels, segmentation = drawn(scenes)
    assert ((segmentation == view.FIRST_THING).sum((1, 2)) >= 9).all() and np.isin(
        segmentation, (0, view.FIRST_THING)
    ).all()
    for (one, mine), (other, yours) in itertools.combinations(zip(pixels, segmentation, strict=True), 2):
        apart = np.abs(one - other).max(-1)[(mine > 0) | (yours > 0)]
        assert (apart > 40).sum() >= 6


@pytest.mark.parametrize("cones", CONES)
def test_paints_differ_to_every_eye(cones):
    paints = np.array([[paint >> 16, paint >> 8 & 255, paint & 255] for paint in models.PAINTS[1:].tolist()])
    assert len(paints) == len(models.COLOURS)
    assert least_distance(lab(as_seen(paints, cones))) > (41 if cones == "all" else 20)


def test_a_thing_has_its_colour_gone_is_not_shown_and_open_looks_open(state):
    state.kind[0] = models.BALL
    scenes = []
    for state.colour[0] in (1, 3):
        scenes.append(seen(state))
    pixels, segmentation = drawn(scenes)
    red, blue = (image[mark > 0].mean(0) for image, mark in zip(pixels, segmentation, strict=True))
    assert red.argmax() == 0 and blue.argmax() == 2
    state.status[0] = GONE
    assert seen(state).solids == 0
    state.kind[0], state.status[0] = models.DOOR, OPEN
    assert not np.array_equal(seen(state).half[0], models.PARTS[models.DOOR][0].half)


def test_doors_stand_across_their_passage(state):
    state.kind[0] = models.DOOR
    state.walls[4, 3] = state.walls[4, 5] = textures.BRICK
    up = abs(seen(state).axes[0] @ [0, 1, 0])
    state.walls[4, 3] = state.walls[4, 5] = 0
    state.walls[3, 4] = state.walls[5, 4] = textures.BRICK
    along = abs(seen(state).axes[0] @ [1, 0, 0])
    assert up[0] > 0.99 and along[0] > 0.99


def test_a_held_thing_is_drawn_in_the_corner_in_front_of_every_wall(state):
    """Even with the face to a wall: it covers little of the picture, in the lower right."""
    state.holder[0], state.x[0] = 1, 8 * CELL - CELL // 4
    scenes = []
    for state.kind[0] in (models.KEY, models.BALL, models.HAT, models.APPLE):
        for state.pitch[0] in (-TURN // 12, 0, TURN // 12):
            scenes.append(seen(state))
    for mark in drawn(scenes)[1]:
        rows, cols = np.nonzero(mark == view.FIRST_THING)
        assert 40 < len(rows) < 64 * 64 / 8 and rows.min() >= 32 and cols.min() >= 32


def test_others_are_seen_with_their_faces_and_stride(state):
    state.things, state.players = 0, 2
    state.x[1] = 7 * CELL // 2
    scenes = []
    for state.yaw[1], state.vx[1] in ((0, 0), (TURN // 2, 0), (TURN // 2, CELL // 10)):
        scenes.append(seen(state))
    (back, front, striding), segmentation = drawn(scenes)
    assert all(set(np.unique(mark)) == {0, 2} for mark in segmentation)
    assert (np.abs(back - front).max(-1) > 60).sum() > 8
    assert (np.abs(front - striding).max(-1) > 40).sum() > 4
