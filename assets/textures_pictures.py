"""The rest of the sheet of textures: framed pictures, which make places known again, sprites with holes, and the coats
that things wear, grey so that paint can colour them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ..worlds.engine.render.raycast.textures import ACROSS, COLOURS, NAMES, PAINTS
from .drawing import INK, Colour, dark, grown, light
from .textures_art import EDGE, X, Y, cells, chance, clouds, floor_of, noise, plaster, surfaces, toned, wall_of

FRAME = slice(7, 57)
"""The rows and the columns of a picture's frame on its wall."""
U, V = (X - 31.5) / 21, (31.5 - Y) / 21
"""Places in a picture: -1 to 1, to the right and up."""

Shape = Sequence[tuple[float, float]]


def polygon(corners: Shape) -> np.ndarray:
    """The mask of what lies between these corners (u, v): inside is where a line to the right crosses odd edges."""
    inside = np.zeros(U.shape, bool)
    for (u0, v0), (u1, v1) in zip(corners, [*corners[1:], corners[0]], strict=True):
        if v0 != v1:
            crossed = ((v0 > V) != (v1 > V)) & (u0 + (V - v0) * (u1 - u0) / (v1 - v0) > U)
            inside ^= crossed
    return inside


def oval(u: float, v: float, wide: float, high: float | None = None) -> np.ndarray:
    """The mask of an ellipse around (u, v)."""
    return ((U - u) / wide) ** 2 + ((V - v) / (high or wide)) ** 2 <= 1


def star(points: int, far: float, near: float) -> Shape:
    """The corners of a star that stands on two of its points."""
    turns = [np.pi * corner / points for corner in range(2 * points)]
    return [
        (np.sin(turn) * (near if k % 2 else far), np.cos(turn) * (near if k % 2 else far))
        for k, turn in enumerate(turns)
    ]


def paint(picture: np.ndarray, mask: np.ndarray, colour: Colour, round_: float = 0.22) -> None:
    """Paint a shape on a picture, with an outline, lit from the top left."""
    picture[grown(mask) & ~mask] = dark(colour, 0.72)
    picture[mask] = toned(colour, round_ * (V - U))[mask]
    picture[mask & ~np.roll(mask, (1, 1), (0, 1))] = light(colour, 0.45)


def poster(ground: Colour, draw: Callable[[np.ndarray], None]) -> np.ndarray:
    """A wall with a framed picture."""
    picture = toned(ground, 0.1 * V + 0.05 * noise(301, 8))
    draw(picture)
    wall = plaster()
    frame = np.zeros(Y.shape, bool)
    frame[FRAME, FRAME] = True
    wall[np.roll(frame, (2, 1), (0, 1)) & ~frame] *= 0.72
    rim = np.minimum(np.minimum(Y, X), EDGE - 1 - np.maximum(Y, X)) - FRAME.start
    up = Y + X < EDGE
    tone = np.where(rim == 0, np.where(up, 0.3, -0.4), np.where(rim == 3, np.where(up, -0.6, 0.1), 0.02))
    wall[frame] = np.where((rim <= 3)[..., None], toned((132, 84, 44), tone), picture)[frame]
    return wall


def a_moon(picture: np.ndarray) -> None:
    paint(picture, oval(-0.02, 0, 0.74) & ~oval(0.36, 0.14, 0.62), (250, 240, 190))
    for u, v in ((0.5, 0.5), (0.66, -0.3), (0.25, 0.05)):
        picture[oval(u, v, 0.07)] = (255, 250, 220)


def a_sun(picture: np.ndarray) -> None:
    paint(picture, polygon(star(10, 0.92, 0.58)), (248, 132, 26))
    paint(picture, oval(0, 0, 0.5), (255, 214, 50))


def a_tree(picture: np.ndarray) -> None:
    picture[V < -0.62] = (196, 168, 96)
    paint(picture, polygon([(-0.13, -0.8), (0.13, -0.8), (0.1, 0), (-0.1, 0)]), (122, 76, 44))
    paint(picture, oval(0, 0.22, 0.62, 0.58) | oval(-0.36, 0.02, 0.38) | oval(0.36, 0.02, 0.38), (52, 150, 62), 0.35)


def a_fish(picture: np.ndarray) -> None:
    paint(picture, polygon([(0.3, 0), (0.85, 0.5), (0.74, 0), (0.85, -0.5)]), (232, 92, 30))
    paint(picture, oval(-0.16, 0, 0.64, 0.42), (250, 142, 36), 0.35)
    for u in (-0.12, 0.14):
        picture[oval(-0.16, 0, 0.6, 0.38) & (abs(U - u - 0.12 * (1 - V * V)) < 0.06)] = (255, 226, 190)
    picture[oval(-0.5, 0.1, 0.1)] = (255, 255, 255)
    picture[oval(-0.52, 0.1, 0.055)] = INK
    for v in (0.5, 0.72):
        picture[oval(-0.72, v, 0.09)] = (200, 240, 246)


def a_house(picture: np.ndarray) -> None:
    picture[V < -0.6] = (96, 168, 70)
    paint(picture, polygon([(-0.56, -0.72), (0.56, -0.72), (0.56, 0.12), (-0.56, 0.12)]), (246, 232, 204), 0.1)
    paint(picture, polygon([(-0.8, 0.1), (0, 0.82), (0.8, 0.1)]), (206, 58, 44))
    paint(picture, polygon([(-0.36, -0.72), (-0.06, -0.72), (-0.06, -0.16), (-0.36, -0.16)]), (122, 76, 44), 0.1)
    paint(picture, polygon([(0.14, -0.4), (0.42, -0.4), (0.42, -0.12), (0.14, -0.12)]), (108, 180, 236), 0.1)


def a_heart(picture: np.ndarray) -> None:
    u, v = U * 1.42, V * 1.42 + 0.14
    paint(picture, (u * u + v * v - 1) ** 3 - u * u * v**3 <= 0, (226, 34, 60))


def an_arrow(picture: np.ndarray) -> None:
    corners = [(-0.8, -0.22), (0.08, -0.22), (0.08, -0.62), (0.82, 0), (0.08, 0.62), (0.08, 0.22), (-0.8, 0.22)]
    paint(picture, polygon(corners), (250, 246, 236))


def posters() -> dict[str, np.ndarray]:
    """The pictures by name, on walls."""
    return {
        "star": poster((34, 44, 116), lambda picture: paint(picture, polygon(star(5, 0.94, 0.4)), (255, 208, 44))),
        "moon": poster((86, 50, 128), a_moon),
        "sun": poster((96, 196, 246), a_sun),
        "tree": poster((250, 214, 176), a_tree),
        "fish": poster((24, 132, 140), a_fish),
        "house": poster((176, 226, 150), a_house),
        "heart": poster((252, 226, 232), a_heart),
        "arrow": poster((44, 42, 52), an_arrow),
    }


def cut(*layers: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """A sprite of these (mask, colours), the first behind all others: RGBA, transparent where no mask is."""
    result = np.zeros((EDGE, EDGE, 4))
    for mask, colours in layers:
        result[mask, :3], result[mask, 3] = colours[mask], 255
    drawn = result[..., 3] > 0
    result[drawn & ~grown_in(drawn), :3] *= 0.55
    return result


def grown_in(mask: np.ndarray) -> np.ndarray:
    """The mask without its rim."""
    return ~grown(~mask)


def puff(y: float, x: float, radius: float, colour: Colour, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """A round tuft of leaves around a pixel, lit from the top left."""
    away = np.hypot(Y - y, X - x) + 2.2 * noise(seed, 16)
    lit = (y - Y + x - X) / radius
    tone = 0.2 * lit - 0.08 + 0.34 * clouds(seed + 40, 16, octaves=2) - 0.25 * (away / radius > 0.86)
    return away <= radius, toned(colour, tone)


def oak() -> np.ndarray:
    """A broad tree."""
    trunk = (Y > 34) & (abs(X - 31.5) < 3.5 + (Y > 56) * (Y - 56) * 0.5)
    bark = toned((122, 82, 52), 0.3 - 0.06 * (X - 26) + 0.2 * (chance(311, Y // 3, X) - 0.5))
    leaf = (66, 148, 62)
    crown = [puff(y, x, radius, leaf, 312 + k) for k, (y, x, radius) in enumerate(CROWN)]
    return cut((trunk, bark), *crown)


CROWN = ((31, 14, 12), (31, 49, 12), (18, 22, 14), (17, 41, 14), (28, 32, 14))
"""The tufts of an oak: row, column, radius, from behind to the front."""


def pine() -> np.ndarray:
    """A fir."""
    trunk = (Y > 52) & (abs(X - 31.5) < 4)
    layers = [(trunk, toned((110, 74, 50), 0.3 - 0.08 * (X - 27)))]
    for step, (top, bottom, half) in enumerate(((34, 57, 24), (22, 44, 20), (10, 31, 15), (1, 19, 10))):
        share = np.clip((Y - top) / (bottom - top), 0, 1)
        ragged = 2.2 * (chance(321 + step, X // 2, 0 * Y) - 0.5)
        mask = (top <= Y) & (bottom + ragged - abs(X - 31.5) * 0.14 >= Y) & (abs(X - 31.5) <= half * share)
        tone = 0.16 - 0.4 * share**3 - 0.016 * (X - 31.5) + 0.3 * (chance(325, Y // 2, X) - 0.5) + 0.08 * step
        layers.append((mask, toned((42, 122, 82), tone)))
    return cut(*layers)


def bush() -> np.ndarray:
    """A round bush with berries."""
    tufts = ((44, 15, 14), (44, 48, 14), (34, 32, 19), (50, 31, 14))
    layers = [puff(y, x, radius, (82, 162, 74), 331 + k) for k, (y, x, radius) in enumerate(tufts)]
    result = cut(*layers)
    for y, x in ((30, 26), (38, 42), (46, 14), (50, 34), (44, 24), (27, 38), (52, 50)):
        berry = np.hypot(Y - y, X - x) < 2.2
        result[berry, :3] = toned((214, 40, 62), np.where(x + y > X + Y, 0.4, 0))[berry]
    return result


def flower() -> np.ndarray:
    """A large flower with white petals, that paint can colour."""
    stem = (abs(X - 31.5 - 2 * np.sin(Y / 9)) < 2) & (Y > 26)
    leaves = [((Y - 50 + side * (X - 31) * 0.4) / 4) ** 2 + ((X - 31 - side * 11) / 10) ** 2 <= 1 for side in (-1, 1)]
    green = toned((74, 160, 70), 0.1 + 0.02 * (32 - X))
    layers = [(stem, green), *((leaf, green) for leaf in leaves)]
    for petal in range(6):
        turn = np.pi * petal / 3
        y, x = 21 - 12 * np.cos(turn), 31.5 + 12 * np.sin(turn)
        away = np.hypot(Y - y, X - x)
        layers.append((away <= 8.6, toned((250, 246, 250), 0.05 - 0.3 * (away / 8.6) ** 4)))
    middle = np.hypot(Y - 21, X - 31.5)
    layers.append((middle <= 8, toned((250, 200, 50), 0.3 - 0.06 * middle + 0.2 * (chance(341) - 0.5))))
    return cut(*layers)


def coats() -> dict[str, np.ndarray]:
    """What solids wear, by name."""
    number, near, far = cells(351, 4, 0.9)
    white: Colour = (255, 255, 255)
    facets = np.where(far - near < 1.2, 255, 180 + 75 * chance(352, number, 0 * number))
    dot = np.hypot(Y % 32 - 15.5, X % 32 - 15.5) <= 9
    seed = ((Y + 4 * (X // 8 % 2)) % 8 < 3) & (X % 8 < 2)
    grey = np.ones((EDGE, EDGE, 3))
    return {
        "stripes": grey * np.where(X // 8 % 2 == 0, 255, 110)[..., None],
        "checks": grey * np.where((Y // 16 + X // 16) % 2 == 0, 255, 128)[..., None],
        "dots": grey * np.where(dot, 255, 138)[..., None],
        "facets": grey * facets[..., None],
        "grain": grey * boards()[..., None],
        "brushed": grey * sheen()[..., None],
        "weave": grey * knitted()[..., None],
        "berry": np.where(seed[..., None], (255, 214, 96), toned((255, 40, 66), 0.1 * noise(353, 8)) * white[0] / 255),
    }


def boards() -> np.ndarray:
    """Light wood: bands of grain that bend, and a knot."""
    wave = X + 5 * noise(361, 2, 2) + 2 * noise(362, 8, 2)
    knot = np.hypot((Y - 40) / 2.2, X - 22)
    bent = np.where(knot < 9, knot * 1.7, wave)
    bands = np.sin(bent * 2 * np.pi / 10.667)
    return 214 + 30 * bands - 26 * (bands < -0.75) - 12 * chance(363, Y // 7, X)


def sheen() -> np.ndarray:
    """Polished metal, from the top down: a dark sky's mirror image, a bright line, and fine scratches along it."""
    down = Y / EDGE
    tone = 164 + 91 * np.exp(-(((down - 0.3) / 0.1) ** 2)) + 62 * np.exp(-(((down - 0.82) / 0.13) ** 2))
    return np.clip(tone - 26 * chance(371, Y, X // 24), 0, 255)


def knitted() -> np.ndarray:
    """Cloth: rows of stitches that lean to one side and the other."""
    lean = np.where(X // 8 % 2 == 0, X % 8, 7 - X % 8)
    return np.where((Y + lean) % 8 < 2, 168, np.where(X % 16 == 0, 190, 240)) + 15 * (chance(381) - 0.5)


def textures() -> list[np.ndarray]:
    """All textures in the order of the sheet: RGBA, uint8, shape (64, 64, 4)."""
    drawn = surfaces() | posters() | coats() | {"oak": oak(), "pine": pine(), "bush": bush(), "flower": flower()}
    for name, paint_ in zip(COLOURS, PAINTS, strict=True):
        colour = (paint_ >> 16, paint_ >> 8 & 255, paint_ & 255)
        drawn |= {f"{name} wall": wall_of(colour), f"{name} floor": floor_of(colour)}
    result = []
    for name in NAMES:
        pixels = np.clip(np.rint(drawn[name]), 0, 255).astype(np.uint8)
        opaque = np.full((EDGE, EDGE, 1), 255, np.uint8)
        result.append(pixels if pixels.shape[2] == 4 else np.concatenate([pixels, opaque], axis=2))
    return result


def textures_sheet() -> np.ndarray:
    """The sheet: RGBA, uint8, ACROSS textures in a row."""
    drawn = textures()
    drawn += [np.zeros_like(drawn[0])] * (-len(drawn) % ACROSS)
    return np.concatenate([np.concatenate(drawn[k : k + ACROSS], axis=1) for k in range(0, len(drawn), ACROSS)])
