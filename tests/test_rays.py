"""The renderer of first-person scenes against a second one, and against what can be worked out by hand."""

import numpy as np
import pytest

from rumpus.tests.tracer import NEAR, trace
from rumpus.worlds.engine.render.raycast import scene as scenes
from rumpus.worlds.engine.render.raycast.draw import draw_scenes
from rumpus.worlds.engine.render.raycast.scene import (
    BOX,
    CAPSULE,
    COLS,
    CYLINDER,
    ELLIPSOID,
    ROWS,
    SOLIDS,
    SPRITE,
    UNSEEN,
)
from rumpus.worlds.engine.render.raycast.textures import COUNT, TREE_SPRITE, pyramid, textures

SIZES = [(1, 1), (7, 5), (48, 64), (96, 72), (200, 150)]
SEEDS = {1: 300, 7: 200, 48: 60, 96: 40, 200: 14}
"""How many scenes to draw in pictures of so many rows."""
FORMS = [BOX, ELLIPSOID, CYLINDER, CAPSULE, SPRITE]
OF_A_SOLID = ("form", "at", "axes", "half", "paint", "texture", "object_ids", "shadow")


def random_scene(rng):
    """A scene of everything, as an array of one: map, light, camera, and up to 64 solids about one spot in view."""
    scene = np.zeros(1, scenes.SCENE)
    one = scene[0]
    scenes.clear(one)
    one["light"] = unit(rng)
    one["ambient"], one["fog"] = rng.uniform(0, 1), rng.choice([0, 0.05, 0.5])
    one["tall"], one["zoom"] = rng.uniform(0.5, 3), rng.uniform(0.3, 1.5)
    one["ceiling"], one["beyond"] = rng.integers(0, COUNT + 1, 2)
    one["sky"] = rng.integers(2)
    rows, cols = rng.integers(1, ROWS + 1), rng.integers(1, COLS + 1)
    walls = rng.integers(1, COUNT + 1, (ROWS, COLS))
    walls[rng.random((ROWS, COLS)) < 0.1] = UNSEEN
    one["walls"] = np.where(rng.random((ROWS, COLS)) < rng.choice([0, 0.02, 0.1, 0.4]), walls, 0)
    one["floors"] = rng.integers(0, COUNT + 1, (ROWS, COLS))
    if rng.random() < 0.9:
        one["rows"], one["cols"] = rows, cols
    x, y = rng.integers(cols) + rng.uniform(0.2, 0.8), rng.integers(rows) + rng.uniform(0.2, 0.8)
    one["walls"][int(y), int(x)] = 0
    if rng.random() < 0.1:
        x -= cols
    yaw, slope = rng.uniform(0, 2 * np.pi), rng.choice([0, rng.uniform(-1.7, 1.7)])
    if rng.random() < 0.2:
        x, y, yaw = np.floor(x) + 0.5, np.floor(y) + 0.5, rng.integers(4) * np.pi / 2
    scenes.camera(one, x, y, rng.uniform(0.05, 0.95) * one["tall"], np.cos(yaw), np.sin(yaw), slope)
    spot = one["eye"] + one["ahead"] * rng.choice([0, rng.uniform(0.5, 5)])
    for _ in range(rng.choice([0, 1, 3, 64])):
        random_solid(rng, one, spot + rng.normal(0, 0.7, 3), rng.uniform(0.03, 0.4, 3))
    return scene


def random_solid(rng, scene, at, half):
    """Put a solid of any form, turned any way, plain or textured."""
    (x, y, z), form, number = at, rng.choice(FORMS), rng.integers(1, COUNT + 1)
    if form == SPRITE:
        index = scenes.sprite(scene, x, y, z, half[0], half[1], number)
    else:
        if form in (CYLINDER, CAPSULE):
            half[1] = half[0]
        index = scenes.solid(scene, form, x, y, z, half[0], half[1], half[2], rng.integers(1 << 24))
        if rng.random() < 0.8:
            scene["axes"][index] = np.linalg.qr(rng.normal(size=(3, 3)))[0]
        if rng.random() < 0.5:
            scenes.texture(scene, number)
    scene["object_ids"][index] = rng.integers(256)
    scene["shadow"][index] = rng.integers(2)


def unit(rng):
    """A vector of length 1, any way."""
    vector = rng.normal(size=3)
    return vector / np.linalg.norm(vector)


def draw(scene, size):
    """Pixels, depth and segmentation of one scene."""
    return [image[0] for image in draw_scenes(scene, size)]


def differences(one, other):
    """Where two renderings differ, h w each: in colour by more than 6 levels, in depth by a thousandth, in marks."""
    (pixels, depth, segmentation), (pixels_2, depth_2, segmentation_2) = one, other
    colour = abs(pixels.astype(int) - pixels_2).max(-1) > 6
    return colour, abs(depth - depth_2) > 1e-3 * depth, segmentation != segmentation_2


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_a_second_renderer_draws_the_same(size):
    """To the pixel, but for edges of solids and texels, on which 32 bits and 64 need not agree."""
    wrong, marked = [], 0
    for seed in range(SEEDS[size[0]]):
        scene = random_scene(np.random.default_rng([seed, *size]))
        mine = trace(scene[0], size[0], size[1], pyramid())
        differ = [float(image.mean()) for image in differences(mine, draw(scene, size))]
        marked += (mine[2] > 0).mean() / SEEDS[size[0]]
        wrong.append(differ)
        if size[0] >= 48:
            assert np.all(np.array(differ) <= [0.015, 0.007, 0.007]), (seed, differ)
    assert np.all(np.mean(wrong, axis=0) <= [0.005, 0.002, 0.002]), np.mean(wrong, axis=0)
    assert marked > 0.1, "hardly a solid is in view"


def room(x=1.5, y=2.5, ahead=(1.0, 0.0), slope=0.0):
    """A bright scene without fog: a camera in a walled room of 5 x 9 cells, looking right."""
    scene = np.zeros(1, scenes.SCENE)
    scenes.clear(scene[0])
    scene[0]["rows"], scene[0]["cols"], scene[0]["fog"], scene[0]["ambient"] = 5, 9, 0, 1
    inside = np.zeros((5, 9), bool)
    inside[1:-1, 1:-1] = True
    scene[0]["walls"][:5, :9] = ~inside
    scenes.camera(scene[0], x, y, 0.5, ahead[0], ahead[1], slope)
    return scene


@pytest.mark.parametrize(("away", "zoom"), [(0.75, 0.75), (2.0, 0.75), (6.5, 0.4), (3.0, 1.5)])
def test_a_wall_is_as_high_as_its_distance_says(away, zoom):
    scene = room(x=8 - away)
    scene[0]["zoom"] = zoom
    _, depth, _ = draw(scene, (240, 32))
    wall = np.isclose(depth[:, 16], away)
    assert abs(wall.sum() - min(240, 240 / (2 * zoom * away))) <= 1
    assert not wall.any() or abs(np.flatnonzero(wall).mean() - 119.5) <= 0.5


@pytest.mark.parametrize("ahead", [(1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0)])
def test_pictures_on_walls_read_the_right_way(ahead):
    """From where a wall fills the picture, the picture is the texture."""
    away = 1 / (2 * scenes.ZOOM)
    scene = room()
    scene[0]["rows"], scene[0]["cols"], scene[0]["walls"] = ROWS, COLS, 0
    scene[0]["walls"][10 + int(ahead[1]), 20 + int(ahead[0])] = 44
    x, y = 20.5 - ahead[0] * (away - 0.5), 10.5 - ahead[1] * (away - 0.5)
    scenes.camera(scene[0], x, y, 0.5, ahead[0], ahead[1], 0)
    pixels, _, _ = draw(scene, (128, 128))
    wanted = textures()[43, :, :, :3].repeat(2, 0).repeat(2, 1)
    assert (abs(pixels.astype(int) - wanted).max(-1) > 2).mean() < 0.02
    assert (abs(wanted[:, ::-1].astype(int) - wanted).max(-1) > 2).mean() > 0.05, "this picture cannot tell"


@pytest.mark.parametrize(("off", "up", "radius"), [(0, 0, 0.5), (1.0, 0.25, 0.24), (-0.5, -0.2, 0.1)])
def test_a_sphere_covers_the_cone_of_rays_that_touch_it(off, up, radius):
    """Which sees it from within asin(radius / distance) of its middle."""
    scene, (height, width) = room(), (120, 160)
    scenes.sphere(scene[0], 4.5, 2.5 + off, 0.5 + up, radius, 0xFF0000)
    scenes.identify(scene[0], 0, 200)
    _, depth, segmentation = draw(scene, (height, width))
    across = (2 * (np.arange(width) + 0.5) / width - 1) * scenes.ZOOM * width / height
    down = (1 - 2 * (np.arange(height) + 0.5) / height) * scenes.ZOOM
    across, down = np.meshgrid(across, down)
    middle = np.array([3, off, up])
    along = (3 + across * off + down * up) / np.linalg.norm(middle) / np.sqrt(1 + across**2 + down**2)
    inside = np.arccos(along) < np.arcsin(radius / np.linalg.norm(middle))
    assert np.array_equal(np.unique(segmentation), [0, 200])
    assert (inside != (segmentation == 200)).sum() <= 2
    nearest = np.argmin(np.hypot(across - off / 3, down - up / 3))
    distance = np.linalg.norm(middle)
    assert depth.flat[nearest] == pytest.approx(3 * (1 - radius / distance), rel=0.02)


@pytest.mark.parametrize("form", FORMS[:4])
def test_a_solid_beside_the_middle_is_not_in_it(form):
    """Where rays are square to two of its axes: in the middle row and column of a picture of odd edges."""
    for off, up in ((0.48, 0), (0, 0.35), (0.48, 0.35), (-0.48, -0.35)):
        scene = room()
        scenes.solid(scene[0], form, 2.42, 2.5 + off, 0.5 + up, 0.17, 0.17, 0.12, 0xFFFFFF)
        scenes.identify(scene[0], 0, 9)
        for edge in (1, 17):
            segmentation, wanted = draw(scene, (edge, edge))[2], trace(scene[0], edge, edge, pyramid())[2]
            assert np.array_equal(segmentation, wanted) and segmentation[edge // 2, edge // 2] == 0


def test_hidden_solids_have_no_pixel():
    """Behind a wall, a box, or the camera; beyond the last solid of a full scene."""
    scene = room()
    one = scene[0]
    scenes.box(one, 4, 2.5, 0.5, 0.1, 1, 0.6, 0xFFFFFF)
    for x in (5.5, 9.5, 0.5, -3):
        scenes.identify(one, scenes.sphere(one, x, 2.5, 0.5, 0.3, 0), 7)
    while scenes.box(one, -5, 0, 0, 0.1, 0.1, 0.1, 0) >= 0:
        pass
    assert one["solids"] == SOLIDS and scenes.sphere(one, 2.5, 2.5, 0.5, 0.3, 0) == -1
    one["object_ids"][5:] = 8
    assert not draw(scene, (60, 80))[2].any()
    one["solids"], one["at"][0, 0] = 5, 7
    assert (draw(scene, (60, 80))[2] == 7).any(), "and it shows when what hid it is gone"


def test_tall_things_show_above_low_walls():
    scene = room(slope=0.5)
    scene[0]["sky"], scene[0]["walls"][:5, 4] = 1, 1
    scenes.identify(scene[0], scenes.sphere(scene[0], 6.5, 2.5, 2.5, 0.5, 0xFF0000), 9)
    _, depth, segmentation = draw(scene, (120, 160))
    assert 160 < (segmentation == 9).sum() < 240, "a circle of radius 0.5 at distance 5"
    assert depth[segmentation == 9].min() > 4.5 and depth[segmentation == 9].max() < 5.5
    scene[0]["sky"], scene[0]["tall"] = 0, 4
    assert not draw(scene, (120, 160))[2].any()


@pytest.mark.parametrize("form", FORMS[:4])
def test_a_solid_is_not_seen_from_inside(form):
    """At no place in it, nor turned any way."""
    rng = np.random.default_rng(form)
    scene, empty = room(), draw(room(), (30, 40))
    scenes.solid(scene[0], form, 0, 0, 0, 0.3, 0.3, 0.4, 0xFFFFFF)
    scenes.no_shadow(scene[0])
    for _ in range(40):
        scene[0]["axes"][0] = np.linalg.qr(rng.normal(size=(3, 3)))[0]
        own = unit(rng) * [0.28, 0.28, 0.38] * rng.choice([0, 0.5, 0.95])
        if form == CYLINDER:
            own *= [1, 1, 0.9]
        scene[0]["at"][0] = scene[0]["eye"] - own @ scene[0]["axes"][0]
        assert all(map(np.array_equal, draw(scene, (30, 40)), empty))


def test_a_hole_in_a_sprite_shows_what_is_behind():
    scene = room()
    scenes.box(scene[0], 4, 2.5, 0.5, 0.1, 1.4, 1, 0x0000FF)
    scenes.identify(scene[0], 0, 9)
    scenes.sprite(scene[0], 2.5, 2.5, 0.5, 0.4, 0.4, TREE_SPRITE)
    scenes.identify(scene[0], 1, 5)
    pixels, depth, segmentation = draw(scene, (240, 240))
    covered = textures()[TREE_SPRITE - 1, :, :, 3] >= 128
    assert 0.1 < covered.mean() < 0.9
    edge = 240 * 0.8 / 1.5
    assert (segmentation == 5).sum() == pytest.approx(covered.mean() * edge**2, rel=0.03)
    assert np.all(segmentation[96:144, 96:144] > 0) and set(np.unique(segmentation)) == {0, 5, 9}
    assert np.allclose(depth[segmentation == 5], 1) and np.allclose(depth[segmentation == 9], 2.4)
    assert np.all(pixels[segmentation == 9][:, :2] == 0), "nothing of the tree in the holes"


def test_pictures_do_not_depend_on_the_order_of_solids_nor_on_other_scenes():
    rng = np.random.default_rng(1)
    many = np.concatenate([random_scene(rng) for _ in range(12)])
    many[3]["shown"] = 0
    together = draw_scenes(many, (48, 64))
    for index, scene in enumerate(many):
        if not scene["shown"]:
            assert not together[0][index].any()
            continue
        count = scene["solids"]
        order = rng.permutation(count)
        for field in OF_A_SOLID:
            scene[field][:count] = scene[field][:count][order]
        again = draw(many[index : index + 1], (48, 64))
        assert all(image.mean() < 1e-3 for image in differences(again, [image[index] for image in together]))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda one, rng: one["half"].fill(0),
        lambda one, rng: one["half"].__setitem__((slice(None), rng.integers(3)), 0),
        lambda one, rng: one["at"].__setitem__(slice(None), one["eye"]),
        lambda one, rng: one["at"].__setitem__(slice(None), one["eye"] - 3 * one["ahead"]),
        lambda one, rng: one["at"].__setitem__((slice(None), rng.integers(3)), rng.choice([-1e6, 1e6])),
        lambda one, rng: one["eye"].__setitem__(rng.integers(2), rng.choice([-1e6, 1e6])),
        lambda one, rng: (one["eye"].__setitem__(0, 1e6), one["at"][:, 0].__iadd__(1e6)),
        lambda one, rng: one["ahead"].__setitem__(2, rng.choice([-1e6, 1e6, -40, 40])),
        lambda one, rng: one["ahead"].__setitem__(slice(2), 0),
        lambda one, rng: (one["ahead"].fill(0), one["right"].fill(0)),
        lambda one, rng: one["axes"].fill(0),
        lambda one, rng: one["eye"].__setitem__(slice(2), np.floor(one["eye"][:2])),
        lambda one, rng: one["eye"].__setitem__(2, rng.choice([0, float(one["tall"]), -2, 30])),
        lambda one, rng: (one["walls"].fill(3), one["eye"].__setitem__(slice(2), [1.25, 0.75])),
        lambda one, rng: one.__setitem__("zoom", rng.choice([1e-6, 1e6])),
        lambda one, rng: (one["light"].fill(0), one.__setitem__("fog", 1e9)),
    ],
    ids=[
        *("points", "plates", "inside", "behind", "things far away", "far from all", "all far away", "steep"),
        *("looking up", "looking nowhere", "no axes", "on a corner", "out of the room", "in a wall", "lens", "dark"),
    ],
)
def test_senseless_scenes_are_drawn_without_harm(spoil):
    """No crash, no depth that is none; what is there in spite of all is seen from in front."""
    rng = np.random.default_rng(0)
    for _ in range(12):
        scene = random_scene(rng)
        spoil(scene[0], rng)
        for size in ((7, 5), (33, 40)):
            _, depth, segmentation = draw(scene, size)
            assert depth.min() > 0 and np.isfinite(depth.max())
            assert set(np.unique(segmentation)) <= {0, *scene[0]["object_ids"][: scene[0]["solids"]].tolist()}
            assert depth[segmentation > 0].min(initial=NEAR) >= NEAR * 0.99
