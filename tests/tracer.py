"""A second, slow renderer of first-person scenes: what the fast one must draw, ray by ray, in 64 bits.

Of the engine it takes the record and the numbers of the forms, and nothing else. A point of the picture sees along
d = ahead + right u + up v, not normalised, so that the t of a hit is its depth along `ahead`. All arrays are (h, w).
"""

import numpy as np

from rumpus.worlds.engine.render.raycast.scene import BOX, CAPSULE, CYLINDER, ELLIPSOID, SPRITE, UNSEEN

EDGE = 64
STARTS = np.cumsum([0] + [(EDGE >> level) ** 2 for level in range(7)])
"""Where each level of a texture's pyramid begins."""
NEAR, FAR = 0.02, 1e9
"""Nearer than this a solid does not show; depth of where nothing is."""


def trace(scene, height, width, pyramid):
    """Colours u1 (h, w, 3), depth f8 (h, w) and segmentation u1 (h, w) of one SCENE.

    `pyramid` u4 (textures, 5461) holds red | green << 8 | blue << 16 | alpha << 24 of squares of 64, 32, … 1 texels.
    """
    with np.errstate(all="ignore"):
        rays = _rays(scene, height, width)
        sharp = EDGE * 2 * float(scene["zoom"]) / height
        colours, depth, floor = _surroundings(scene, rays, pyramid, sharp)
        colours *= np.where(floor, _shadows(scene, rays, depth), 1.0)[..., None]
        segmentation = np.zeros((height, width), np.uint8)
        for index in range(int(scene["solids"])):
            t, colour = _solid(scene, index, rays, pyramid, sharp)
            nearer = t < depth
            depth[nearer], colours[nearer], segmentation[nearer] = t[nearer], colour[nearer], scene["object_ids"][index]
    return np.clip(np.nan_to_num(colours), 0, 255).astype(np.uint8), depth, segmentation


def _rays(scene, height, width):
    """Directions (h, w, 3) through the middles of the pixels."""
    ahead, right, up = (scene[name].astype(np.float64) for name in ("ahead", "right", "up"))
    zoom = float(scene["zoom"])
    u = zoom * (2 * (np.arange(width) + 0.5) / width - 1) * width / height
    v = zoom * (1 - 2 * (np.arange(height) + 0.5) / height)
    return ahead + right * u[None, :, None] + up * v[:, None, None]


def _texels(pyramid, number, u, v, t, sharp):
    """Colours (h, w, 3) and opacity (h, w) at u, v in 0..1 from the left and the top; number 0 is black."""
    level = np.floor(np.log2(np.clip(np.nan_to_num(t * sharp, nan=1), 1, EDGE))).astype(int)
    edge = EDGE >> level
    col = np.clip(np.floor(np.nan_to_num(u) * edge), 0, edge - 1).astype(int)
    row = np.clip(np.floor(np.nan_to_num(v) * edge), 0, edge - 1).astype(int)
    texel = np.where(number > 0, pyramid[number, STARTS[level] + row * edge + col], 0xFF000000)
    return np.stack([texel >> shift & 255 for shift in (0, 8, 16)], axis=-1).astype(np.float64), texel >> 24


def _light(scene, normal):
    """How bright a surface with this normal (..., 3) is from near by."""
    ambient = float(scene["ambient"])
    return ambient + (1 - ambient) * np.maximum(0, normal @ scene["light"].astype(np.float64))


def _surroundings(scene, rays, pyramid, sharp):
    """Colours, depth, and whether it is floor, of all but the solids."""
    eye, fog, tall, ambient = (scene[name].astype(np.float64) for name in ("eye", "fog", "tall", "ambient"))
    slope = rays[..., 2]
    walls = _walls(scene, rays)
    floor_t = np.where(slope < 0, -eye[2] / slope, np.inf)
    above_t = np.where((slope > 0) & (scene["sky"] == 0), (tall - eye[2]) / slope, np.inf)
    floor_at, above_at = (eye[:2] + rays[..., :2] * t[..., None] for t in (floor_t, above_t))
    floor_number = np.full(slope.shape, scene["beyond"])
    cell = np.floor(np.nan_to_num(np.clip(floor_at, -1, 64))).astype(int)
    mapped = (cell >= 0).all(-1) & (cell[..., 0] < scene["cols"]) & (cell[..., 1] < scene["rows"])
    floor_number[mapped] = scene["floors"][cell[mapped][:, 1], cell[mapped][:, 0]]
    flat = {
        "floor": (floor_t, floor_number, floor_at % 1, _light(scene, np.array([0.0, 0.0, 1.0]))),
        "above": (above_t, np.full(slope.shape, scene["ceiling"]), above_at % 1, ambient + 0.25 * (1 - ambient)),
        "walls": walls,
    }
    colours, depth, floor = _sky(scene, rays, pyramid), np.full(slope.shape, FAR), np.zeros(slope.shape, bool)
    for name, (t, number, place, light) in flat.items():
        nearer = (t < depth) & (t > 0)
        texels, _ = _texels(pyramid, number, place[..., 0], place[..., 1], t, sharp)
        shaded = texels * (light / (1 + fog * t))[..., None]
        colours[nearer], depth[nearer], floor[nearer] = shaded[nearer], t[nearer], name == "floor"
    return colours, depth, floor


def _sky(scene, rays, pyramid):
    """What is seen past everything: the sky, or black."""
    x, y, z = np.moveaxis(rays, -1, 0)
    u = np.arctan2(y, x) / (2 * np.pi) * 4 % 1
    v = np.clip(0.95 - 0.6 * z / np.hypot(x, y), 0, 0.999)
    number = np.where((scene["sky"] == 1) & (z > 0), scene["ceiling"], 0)
    return _texels(pyramid, number, u, v, np.zeros(u.shape), 1)[0]


def _walls(scene, rays):
    """t, texture, place on it (h, w, 2) and light of the nearest wall: every line of the map's grid is tried."""
    shape = rays.shape[:2]
    eye, tall = scene["eye"].astype(np.float64), float(scene["tall"])
    best, number = np.full(shape, np.inf), np.zeros(shape, int)
    place, light = np.zeros((*shape, 2)), np.zeros(shape)
    walls = scene["walls"][: scene["rows"], : scene["cols"]].T.astype(int)
    for axis, side in ((0, 1), (0, -1), (1, 1), (1, -1)):
        grid = walls if axis == 0 else walls.T
        normal = np.zeros(3)
        normal[axis] = -side
        shade = _light(scene, normal)
        for cell in range(len(grid)):
            if not grid[cell].any():
                continue
            t = (cell + (side < 0) - eye[axis]) / rays[..., axis]
            along, z = eye[1 - axis] + t * rays[..., 1 - axis], eye[2] + t * rays[..., 2]
            other = np.clip(np.nan_to_num(np.floor(along)), -1, grid.shape[1]).astype(int)
            texture = np.pad(grid[cell], 1)[other + 1]
            hit = (rays[..., axis] * side > 0) & (t > 0) & (t < best) & (texture > 0) & (texture < UNSEEN)
            hit &= (z >= 0) & (z <= tall)
            u = along % 1 if (axis == 0) == (side > 0) else 1 - along % 1
            best[hit], number[hit], light[hit] = t[hit], texture[hit], shade
            place[hit] = np.stack([u, (tall - z) % 1], axis=-1)[hit]
    return best, number, place, light


def _shadows(scene, rays, depth):
    """How much of its light the floor keeps below the solids."""
    at = scene["eye"].astype(np.float64) + rays * depth[..., None]
    kept = np.ones(depth.shape)
    for index in range(int(scene["solids"])):
        if scene["shadow"][index] == 0 or scene["form"][index] == SPRITE:
            continue
        middle, axes = scene["at"][index].astype(np.float64), scene["axes"][index].astype(np.float64)
        extent = _extent(scene, index) @ abs(axes)
        radius = 1.3 * np.hypot(extent[0], extent[1]) / np.sqrt(2)
        gap = max(0.0, middle[2] - extent[2])
        distance = np.hypot(at[..., 0] - middle[0], at[..., 1] - middle[1])
        near = np.nan_to_num(np.maximum(0, 1 - distance / radius))
        kept *= 1 - 0.55 * near**2 * max(0.0, 1 - gap)
    return kept


def _extent(scene, index):
    """Half of what a solid measures along its own axes, ends and all."""
    half = scene["half"][index].astype(np.float64)
    return half + np.array([0, 0, half[0]]) if scene["form"][index] == CAPSULE else half


def _solid(scene, index, rays, pyramid, sharp):
    """t (h, w) of where rays enter one solid, infinity where they do not, and the colour (h, w, 3) there."""
    form, number = int(scene["form"][index]), int(scene["texture"][index])
    paint = np.array([int(scene["paint"][index]) >> shift & 255 for shift in (16, 8, 0)], np.float64)
    if form == SPRITE:
        t, u, v = _on_sprite(scene, index, rays)
        light = float(scene["ambient"]) + 0.7 * (1 - float(scene["ambient"]))
    else:
        t, u, v, normal = _on_form(scene, index, rays)
        light = _light(scene, normal)
    t = np.where(t >= NEAR, t, np.inf)
    colour = np.broadcast_to(paint, rays.shape)
    if number:
        texels, opacity = _texels(pyramid, number, u, v, t, sharp)
        colour = texels * paint / 255
        if form == SPRITE:
            t = np.where(opacity < 128, np.inf, t)
    return t, colour * (light / (1 + float(scene["fog"]) * t))[..., None]


def _on_sprite(scene, index, rays):
    """t, u, v of a picture parallel to the screen."""
    eye, ahead, right = (scene[name].astype(np.float64) for name in ("eye", "ahead", "right"))
    away, half = scene["at"][index] - eye, scene["half"][index].astype(np.float64)
    t = away[:2] @ ahead[:2] / (ahead[:2] @ ahead[:2])
    off = rays * t - away
    u, v = (off[..., :2] @ right[:2] / half[0] + 1) / 2, (1 - off[..., 2] / half[2]) / 2
    return np.where((u >= 0) & (u < 1) & (v >= 0) & (v < 1), t, np.inf), u, v


def _on_form(scene, index, rays):
    """t, u, v and world normal (h, w, 3) of a solid with a shape."""
    form, half = int(scene["form"][index]), scene["half"][index].astype(np.float64)
    axes, extent = scene["axes"][index].astype(np.float64), _extent(scene, index)
    start = axes @ (scene["eye"].astype(np.float64) - scene["at"][index])
    going = rays @ axes.T
    if form == BOX:
        t, side = _span(start, going, half)
    elif form == ELLIPSOID:
        t, side = _ball(start / half, going / half), None
    elif form == CYLINDER:
        t, side = _tube(start, going, half)
    else:
        ends = [_ball((start - [0, 0, end]) / half[0], going / half[0]) for end in (half[2], -half[2])]
        t, side = np.minimum(np.minimum(*ends), _tube(start, going, half)[0]), None
    at = start + going * t[..., None]
    u, v = np.arctan2(at[..., 1], at[..., 0]) / (2 * np.pi) % 1, (1 - at[..., 2] / extent[2]) / 2
    if form == BOX:
        across = (at / half + 1) / 2
        u = np.where(side == 0, across[..., 1], across[..., 0])
        v = np.where(side == 2, across[..., 1], 1 - across[..., 2])
    if form == ELLIPSOID:
        normal = at / half**2
    else:
        normal = at * [1, 1, 0] if form != BOX else np.zeros(at.shape)
        if form == CAPSULE:
            normal[..., 2] = at[..., 2] - np.clip(at[..., 2], -half[2], half[2])
        else:
            flat = np.arange(3) == side[..., None]
            normal = np.where((side >= 0)[..., None], flat * np.sign(at), normal)
    return t, u, v, normal / np.linalg.norm(normal, axis=-1, keepdims=True) @ axes


def _span(start, going, half):
    """t of where rays enter the block |x| <= half, and through which of its axes' faces; along any number of axes."""
    first, last = ((side * half * -np.sign(going) - start) / going for side in (1, -1))
    still = going == 0
    within = abs(start) <= half
    first = np.where(still, np.where(within, -np.inf, np.inf), first)
    last = np.where(still, np.where(within, np.inf, -np.inf), last)
    t, out = first.max(-1), last.min(-1)
    return np.where((t <= out) & (out >= 0), t, np.inf), first.argmax(-1)


def _ball(start, going):
    """t of where rays enter the sphere of radius 1, or in two dimensions the circle."""
    a, b, c = (going * going).sum(-1), going @ start, start @ start - 1
    root = np.sqrt(b * b - a * c)
    return np.where((root >= 0) & (a > 0), (-b - root) / a, np.inf)


def _tube(start, going, half):
    """t of where rays enter an upright cylinder, and its side: 2 an end, -1 the round one."""
    a, b = (going[..., :2] ** 2).sum(-1), going[..., :2] @ start[:2]
    c = start[:2] @ start[:2] - half[0] ** 2
    root = np.sqrt(b * b - a * c)
    along = (a == 0) & (c <= 0)
    first = np.where(along, -np.inf, np.where(root >= 0, (-b - root) / a, np.inf))
    last = np.where(along, np.inf, np.where(root >= 0, (-b + root) / a, -np.inf))
    end, _ = _span(start[2:], going[..., 2:], half[2:])
    out = np.where(going[..., 2] == 0, np.inf, (half[2] * np.sign(going[..., 2]) - start[2]) / going[..., 2])
    t = np.maximum(first, end)
    return np.where(t <= np.minimum(last, out), t, np.inf), np.where(end > first, 2, -1)
