"""The sprites: drawn by a kept script, told apart by eye and by machine."""

import cv2
import numpy as np
import pytest

from rumpus.assets import make_sprites
from rumpus.assets.box_world_art import COLOURS
from rumpus.assets.drawing import EDGE
from rumpus.assets.sokoban_art import PAINTS
from rumpus.worlds.sokoban.view import CRATE, FLOOR, GROUNDS, PARTNER, YOU

PICTURES = make_sprites.pictures()
GEM, FIRST_KEY = 3, 4
FIRST_LOCK = FIRST_KEY + len(COLOURS)


def sprites(world: str) -> np.ndarray:
    """The sprites of a world's sheet: uint8, shape (sprites, EDGE, EDGE, 3)."""
    image = PICTURES[f"assets/sprites/{world}.png"]
    return image.reshape(EDGE, -1, EDGE, 3).swapaxes(0, 1)


def lab(colours: np.ndarray) -> np.ndarray:
    """RGB colours of 0 to 255, shape (n, 3), in CIELAB."""
    return cv2.cvtColor(np.asarray(colours, np.float32)[None] / 255, cv2.COLOR_RGB2LAB)[0]


def least_distance(colours: np.ndarray) -> float:
    """The distance in CIELAB of the two colours that are closest to each other."""
    distances = np.linalg.norm(colours[:, None] - colours[None], axis=-1)
    return distances[~np.eye(len(colours), dtype=bool)].min()


def averages(world: str) -> np.ndarray:
    """Every sprite of a world shrunk to one pixel."""
    return sprites(world).mean((1, 2))


def shrunk(sprite: np.ndarray, edge: int) -> np.ndarray:
    return cv2.resize(sprite, (edge, edge), interpolation=cv2.INTER_AREA).astype(float)


@pytest.mark.parametrize("name", PICTURES)
def test_the_script_draws_the_pictures_that_are_kept(name):
    """Pixel by pixel: libraries of other versions may compress the same pixels to other bytes."""
    kept = make_sprites.decoded(make_sprites.ROOT / name)
    assert kept is not None, f"{name} is missing: run python -m rumpus.assets.make_sprites"
    assert np.array_equal(kept, PICTURES[name]), f"{name} is stale: run python -m rumpus.assets.make_sprites"
    again = make_sprites.pictures()[name]
    assert make_sprites.encoded(again) == make_sprites.encoded(PICTURES[name])


def test_sheets_hold_the_sprites_that_looks_number():
    assert sprites("sokoban").shape == (FLOOR + GROUNDS * (PARTNER + 1), EDGE, EDGE, 3)
    assert sprites("box_world").shape == (FIRST_LOCK + len(COLOURS) + 1, EDGE, EDGE, 3)


def test_twenty_colours_differ_to_the_eye():
    """From each other and from wall, floor, player, gem, void and white, as they look when each is one pixel."""
    keys = averages("box_world")[FIRST_KEY:FIRST_LOCK]
    others = np.concatenate([averages("box_world")[[0, 1, 2, GEM, -1]], [[255, 255, 255]]])
    assert least_distance(lab(np.array(COLOURS))) > 39
    assert least_distance(lab(keys)) > 38
    assert np.linalg.norm(lab(keys)[:, None] - lab(others)[None], axis=-1).min() > 25


@pytest.mark.parametrize("colour", range(len(COLOURS)))
def test_key_and_lock_of_a_colour_average_to_it_and_yet_differ(colour):
    everyone = sprites("box_world")
    key, lock = everyone[FIRST_KEY + colour], everyone[FIRST_LOCK + colour]
    for sprite in (key, lock):
        assert np.abs(sprite.mean((0, 1)) - COLOURS[colour]).max() < 4
    for edge in (6, 7, 8, 16):
        assert np.abs(shrunk(key, edge) - shrunk(lock, edge)).max() > 50


def test_sokoban_can_be_read_at_one_pixel_a_tile():
    """What one must never confuse, all but a player with the same player on a target, differs even then."""
    crate, you, partner = (FLOOR + GROUNDS * thing for thing in (CRATE, YOU, PARTNER))
    plain = [0, 1, FLOOR, FLOOR + 1, crate, crate + 1, you, partner]
    assert least_distance(lab(averages("sokoban")[plain])) > 15
    for player in (you, partner):
        on_floor, *on_targets = (shrunk(sprites("sokoban")[player + ground], 4) for ground in range(GROUNDS))
        assert all(np.abs(on_floor - on_target).max() > 50 for on_target in on_targets)


# What the three colour-blindnesses make of linear RGB: Machado, Oliveira and Fernandes 2009, severity 1.
CONES = {
    "all": np.eye(3),
    "no-long": np.array([[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]]),
    "no-middle": np.array([[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]]),
    "no-short": np.array([[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]]),
}


@pytest.mark.parametrize("cones", CONES)
def test_sokobans_colours_differ_to_every_eye(cones):
    linear = (np.array(PAINTS) / 255) ** 2.2 @ CONES[cones].T
    seen = np.clip(linear, 0, 1) ** (1 / 2.2) * 255
    assert least_distance(lab(seen)) > (45 if cones == "all" else 22)


@pytest.mark.parametrize("edge", [8, 16])
def test_a_crate_on_a_target_shows_both_their_colours(edge):
    """Its middle tells the crate, its rim the target: of all colours, each is nearest to its own."""
    everyone, paints = sprites("sokoban"), lab(np.array(PAINTS))
    inner = slice(edge // 4, -edge // 4)
    for crate in range(len(PAINTS)):
        for bay in range(len(PAINTS)):
            tile = shrunk(everyone[FLOOR + 2 + bay + GROUNDS * (CRATE + 1 + crate)], edge)
            middle, rim = tile[inner, inner].mean((0, 1)), np.concatenate([tile[0], tile[:, 0]]).mean(0)
            for found, colour in ((middle, crate), (rim, bay)):
                assert np.linalg.norm(paints - lab(found[None]), axis=1).argmin() == colour


PLATE = 21
"""The first row of the plate with letters on marked sprites."""


@pytest.mark.parametrize("cones", CONES)
def test_the_marked_colours_of_box_world_differ_to_every_eye(cones):
    """Of the plain sheet, the closest two are 1.3 and 2.0 apart without long or middle cones; 12 is what is wanted of
    the marked one, above its letters, of keys and of locks; and no key or lock looks like floor, player, gem, void."""

    def seen(sheet):
        colours = sprites(sheet)[:, :PLATE].mean((1, 2))
        return lab(np.clip((colours / 255) ** 2.2 @ CONES[cones].T, 0, 1) ** (1 / 2.2) * 255)

    keys, locks = slice(FIRST_KEY, FIRST_LOCK), slice(FIRST_LOCK, FIRST_LOCK + len(COLOURS))
    shown = seen("box_world-marked")
    for kind in (keys, locks):
        assert least_distance(shown[kind]) > (25 if cones == "all" else 12)
    if cones in ("no-long", "no-middle"):
        assert least_distance(seen("box_world")[keys]) < 5, "which is why there is another sheet"
    assert np.linalg.norm(shown[FIRST_KEY:-1, None] - shown[[1, 2, GEM, -1]], axis=-1).min() > 11
    if cones == "all":
        moved = np.linalg.norm(shown[keys] - lab(np.array(COLOURS)), axis=1)
        assert moved.max() < 25, "so that the names of the colours still fit"


def test_every_mark_is_another_and_key_and_lock_have_the_same():
    everyone = sprites("box_world-marked").astype(int)
    plates = everyone[FIRST_KEY:-1, 21:, 15:].min(-1) > 200  # the white of the letters
    keys, locks = plates[: len(COLOURS)], plates[len(COLOURS) :]
    middle = (slice(None), slice(2, 9), slice(2, 14))
    assert len({mark.tobytes() for mark in keys[middle]}) == len(COLOURS)
    assert np.array_equal(keys[middle], locks[middle])


def test_the_gem_is_the_brightest():
    assert averages("box_world")[GEM].min() > 215
    assert averages("box_world").sum(1).argmax() == GEM
