"""Triangle meshes, drawn into the same depths as the solids of forms.py.

A mesh's corners are brought to the picture once, then its triangles are filled row by row; a pixel keeps the number of
the triangle that it sees, from which its colour is worked out later (see `corner_weights`). Of a mesh with very many
triangles coarser ones are made beforehand, and the coarsest is drawn whose triangles are no larger than pixels.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .primitives import HALF, MOST, ONE, TINY, ZERO, F, inside, pixels

LEVELS = 5
"""Levels of detail of a mesh: as it is, then with its corners moved together in cells of a grid, ever wider."""
_FINEST = 96
"""Cells along a mesh's longest side in the first of the coarser levels; half as many in the next."""
_FINE = F(0.7)
"""How far the corners of a mesh may be moved, in pixels."""
_WORTH = 0.7
"""A coarser level is made if it has at most this part of the triangles of the one before."""
_I = np.int32

LEVEL = np.dtype(
    [
        ("first_vertex", np.int32),
        ("last_vertex", np.int32),
        ("first_face", np.int32),
        ("last_face", np.int32),
        ("first_weight", np.int32),  # of a skin, see studio.py
        ("last_weight", np.int32),
        ("cell", np.float32),  # how far, in metres, corners were moved; so that it shows in pixels larger than this
    ]
)


@dataclass
class Mesh:
    """One mesh: where its corners are, and for each triangle's corners, counterclockwise as seen from outside, which
    they are (faces, 3), how the surface looks there (faces, 3, 3), and where on its texture that is (faces, 3, 2)."""

    vertices: np.ndarray
    faces: np.ndarray
    normals: np.ndarray
    places: np.ndarray


@dataclass
class Detail:
    """One level of detail of a mesh. cell: how far corners were moved, in metres. kept: which of the corners it has."""

    mesh: Mesh
    cell: float
    kept: np.ndarray


def facing(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """The way triangles look, (faces, 3), as long as twice their area."""
    a, b, c = (vertices[faces[:, corner]] for corner in range(3))
    return np.cross(b - a, c - a)


def unit(vectors: np.ndarray) -> np.ndarray:
    """Vectors of length 1."""
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-30)


def flat(vertices: np.ndarray, faces: np.ndarray) -> Mesh:
    """A mesh whose triangles are each of one brightness, without a texture."""
    normals = np.repeat(unit(facing(vertices, faces))[:, None], 3, axis=1)
    return Mesh(vertices, faces, normals, np.full((len(faces), 3, 2), -2.0 * MOST))


def coarser(mesh: Mesh, cell: float) -> Detail:
    """The mesh with all corners that share a cell of a grid moved to one of them."""
    keys = np.floor((mesh.vertices - mesh.vertices.min(0)) / cell).astype(np.int64)
    _, kept, group = np.unique(keys @ (1, 1 << 20, 1 << 40), return_index=True, return_inverse=True)
    faces = group.reshape(-1)[mesh.faces]
    whole = np.flatnonzero((faces[:, 0] != faces[:, 1]) & (faces[:, 1] != faces[:, 2]) & (faces[:, 2] != faces[:, 0]))
    # Triangles that are the same but for where they start are one.
    turned = np.take_along_axis(faces[whole], (faces[whole].argmin(1)[:, None] + np.arange(3)) % 3, axis=1)
    whole = whole[np.sort(np.unique(turned @ (1, 1 << 20, 1 << 40), return_index=True)[1])]
    sums = np.stack(
        [np.bincount(faces.reshape(-1), mesh.normals[..., axis].reshape(-1), len(kept)) for axis in range(3)], axis=1
    )
    used, faces = np.unique(faces[whole], return_inverse=True)
    faces = faces.reshape(-1, 3)
    return Detail(Mesh(mesh.vertices[kept[used]], faces, unit(sums[used])[faces], mesh.places[whole]), cell, kept[used])


def details(mesh: Mesh) -> list[Detail]:
    """A mesh at its levels of detail, from the finest."""
    made = [Detail(mesh, 0.0, np.arange(len(mesh.vertices)))]
    side = float(np.ptp(mesh.vertices, axis=0).max())
    for power in range(LEVELS - 1 if side > 0 else 0):
        less = coarser(mesh, side / _FINEST * 2**power)
        if 0 < len(less.mesh.faces) <= _WORTH * len(made[-1].mesh.faces):
            made.append(less)
    return made


class Meshes:
    """All meshes of a model at their levels of detail, as the arrays that kernels read."""

    def __init__(self) -> None:
        self._meshes: list[list[Detail]] = []
        self._levels: list[np.ndarray] = []
        self._vertices = self._faces = 0

    def add(self, parts: list[Detail]) -> int:
        """Take in a mesh at its levels of detail, LEVELS at most. Returns its number."""
        levels = np.zeros(LEVELS, LEVEL)
        levels["cell"] = MOST
        for index, part in enumerate(parts):
            vertex, face = self._vertices, self._faces
            self._vertices, self._faces = vertex + len(part.mesh.vertices), face + len(part.mesh.faces)
            levels[index] = (vertex, self._vertices, face, self._faces, 0, 0, part.cell)
        self._meshes.append(parts)
        self._levels.append(levels)
        return len(self._meshes) - 1

    def weigh(self, number: int, level: int, first: int, last: int) -> None:
        """Say which of a skin's weights are of a level of its mesh."""
        self._levels[number][level]["first_weight"], self._levels[number][level]["last_weight"] = first, last

    def box(self, number: int) -> tuple[np.ndarray, np.ndarray]:
        """The lowest and the highest corner of the box, along its own axes, that holds a mesh."""
        vertices = self._meshes[number][0].mesh.vertices
        return vertices.min(0), vertices.max(0)

    def arrays(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """(levels, vertices, faces, normals, places) of all of them, for kernels."""

        def joined(parts: list[np.ndarray], shape: tuple[int, ...], kind: type) -> np.ndarray:
            return np.ascontiguousarray(np.concatenate([np.zeros((0, *shape)), *parts]), kind)

        levels = np.array(self._levels, LEVEL).reshape(-1, LEVELS)
        parts = [part.mesh for mesh in self._meshes for part in mesh]
        starts = np.cumsum([0, *(len(mesh.vertices) for mesh in parts)])
        faces = [mesh.faces + start for mesh, start in zip(parts, starts, strict=False)]
        return (
            levels,
            joined([mesh.vertices for mesh in parts], (3,), np.float32),
            joined(faces, (3,), np.int32),
            joined([mesh.normals for mesh in parts], (3, 3), np.float32),
            joined([mesh.places for mesh in parts], (3, 2), np.float32),
        )


@pixels
def level_for(thing, camera, levels):
    """Which level of detail of a mesh to draw: the coarsest that cannot be told from the mesh."""
    reach = ZERO
    for axis in range(3):
        most = max(abs(thing.low[axis]), abs(thing.high[axis]))
        reach += most * most
    depth = max(thing.distance - F(math.sqrt(reach)), camera.near)
    level = 0
    while level + 1 < len(levels) and levels[level + 1].cell < _FINE * depth * camera.high:
        level += 1
    return level


@pixels
def draw_mesh(thing, camera, level, vertices, faces, name, depths, names, seen, points):
    """Where a mesh, whose camera `aim` has found, is nearer than what is there, write its depth, its name, and in
    `seen` which of its triangles that is. points: room for (vertices, 3)."""
    ex, ey, ez = thing.eye[0], thing.eye[1], thing.eye[2]
    ax, ay, az = thing.ahead[0], thing.ahead[1], thing.ahead[2]
    rx, ry, rz = thing.right[0] / camera.wide, thing.right[1] / camera.wide, thing.right[2] / camera.wide
    ux, uy, uz = thing.up[0] / camera.high, thing.up[1] / camera.high, thing.up[2] / camera.high
    left, top, near = camera.left / camera.wide, camera.top / camera.high, camera.near
    for index in range(np.uint64(level.first_vertex), np.uint64(level.last_vertex)):
        x, y, z = vertices[index, 0] - ex, vertices[index, 1] - ey, vertices[index, 2] - ez
        depth = x * ax + y * ay + z * az
        part = ONE / max(depth, near)
        points[index, 0] = (x * rx + y * ry + z * rz) * part - left
        points[index, 1] = top - (x * ux + y * uy + z * uz) * part
        points[index, 2] = depth
    for face in range(np.uint64(level.first_face), np.uint64(level.last_face)):
        i, j, k = np.uint32(faces[face, 0]), np.uint32(faces[face, 1]), np.uint32(faces[face, 2])
        di, dj, dk = points[i, 2], points[j, 2], points[k, 2]
        if min(di, min(dj, dk)) >= near:
            xi, yi, xj, yj, xk, yk = (
                points[i, 0], points[i, 1], points[j, 0], points[j, 1], points[k, 0], points[k, 1]
            )  # fmt: skip
            # Most triangles look away, or lie between the middles of pixels.
            facing = (xk - xi) * (yj - yi) > (xj - xi) * (yk - yi)
            rows = _I(max(yi, max(yj, yk)) + HALF) > _I(min(yi, min(yj, yk)) + HALF)
            cols = _I(max(xi, max(xj, xk)) + HALF) > _I(min(xi, min(xj, xk)) + HALF)
            if facing & rows & cols:
                _triangle(
                    thing, xi, yi, ONE / di, xj, yj, ONE / dj, xk, yk, ONE / dk, _I(face), name, depths, names, seen
                )
        elif max(di, max(dj, dk)) >= near:
            behind = (di < near) + (dj < near) + (dk < near)
            while not (di < near) or (behind == 2 and not (dj < near)):  # first those behind, in the same order
                i, j, k, di, dj, dk = j, k, i, dj, dk, di
            _clipped(thing, camera, points, i, j, k, behind, _I(face), name, depths, names, seen)


@pixels
def _clipped(thing, camera, points, i, j, k, behind, face, name, depths, names, seen):
    """Fill what is left of a triangle whose corner i, or whose corners i and j, are too near to be seen."""
    rate = ONE / camera.near
    if behind == 2:
        px, py = _crossing(camera, points, i, k)
        qx, qy = _crossing(camera, points, j, k)
        q_rate = rate
    else:
        px, py = _crossing(camera, points, i, j)
        qx, qy, q_rate = points[j, 0], points[j, 1], ONE / points[j, 2]
    kx, ky, k_rate = points[k, 0], points[k, 1], ONE / points[k, 2]
    for _ in range(3 - behind):
        _triangle(thing, px, py, rate, qx, qy, q_rate, kx, ky, k_rate, face, name, depths, names, seen)
        qx, qy, q_rate = kx, ky, k_rate
        kx, ky = _crossing(camera, points, i, k)
        k_rate = rate


@pixels
def _crossing(camera, points, i, j):
    """Where in the picture the edge from corner i, which is too near, to corner j begins to be seen.

    A corner that is too near was put into the picture as if it were as far away as what is just seen.
    """
    near, left, top = camera.near, camera.left / camera.wide, camera.top / camera.high
    part = (near - points[i, 2]) / (points[j, 2] - points[i, 2])
    far = points[j, 2] / near
    x = (points[i, 0] + left) * (ONE - part) + (points[j, 0] + left) * far * part
    y = (top - points[i, 1]) * (ONE - part) + (top - points[j, 1]) * far * part
    return x - left, top - y


@pixels
def _edge(px, py, qx, qy):
    """A line through two points, the same whichever is first: (x, y, dx / dy)."""
    if py > qy or (py == qy and px > qx):
        px, py, qx, qy = qx, qy, px, py
    return px, py, (qx - px) / (qy - py)


@pixels
def _triangle(thing, ax, ay, aw, bx, by, bw, cx, cy, cw, face, name, depths, names, seen):
    """Fill a triangle given by its corners in pixels and one over their depths, if it is seen from in front."""
    area = (cx - ax) * (by - ay) - (bx - ax) * (cy - ay)
    if not area > ZERO:
        return
    top, bottom, left, right = F(thing.first_row), F(thing.last_row), F(thing.first_col), F(thing.last_col)
    first_row = _I(min(max(min(ay, min(by, cy)) + HALF, top), bottom))
    last_row = _I(min(max(max(ay, max(by, cy)) + HALF, top), bottom))
    least, most = min(aw, min(bw, cw)), max(aw, max(bw, cw))  # lines through thin triangles may lead beyond
    over = ONE / area
    across = ((cw - aw) * (by - ay) - (bw - aw) * (cy - ay)) * over
    down = ((bw - aw) * (cx - ax) - (cw - aw) * (bx - ax)) * over
    abx, aby, ab = _edge(ax, ay, bx, by)
    bcx, bcy, bc = _edge(bx, by, cx, cy)
    cax, cay, ca = _edge(cx, cy, ax, ay)
    for row in range(first_row, last_row):
        y = F(row) + HALF
        first, last = left, right
        # Seen from in front, its left side goes down and its right side up, in a picture whose rows go down.
        cross = abx + ab * (y - aby) + HALF
        if by > ay:
            first = cross if cross > first else first
        elif by < ay:
            last = cross if cross < last else last
        cross = bcx + bc * (y - bcy) + HALF
        if cy > by:
            first = cross if cross > first else first
        elif cy < by:
            last = cross if cross < last else last
        cross = cax + ca * (y - cay) + HALF
        if ay > cy:
            first = cross if cross > first else first
        elif ay < cy:
            last = cross if cross < last else last
        line = aw + down * (y - ay) + across * (HALF - ax)
        for col in range(_I(min(first, right)), _I(max(last, left))):  # none where it is the other way round
            t = ONE / min(max(line + across * F(col), least), most)
            if t < depths[row, col]:
                depths[row, col], names[row, col], seen[row, col] = t, name, face


@inside
def corner_weights(vertices, faces, face, x, y, z):
    """How near a point of a triangle is to each of its three corners: weights that sum to 1."""
    i, j, k = faces[face, 0], faces[face, 1], faces[face, 2]
    px, py, pz = vertices[i, 0], vertices[i, 1], vertices[i, 2]
    ax, ay, az = vertices[j, 0] - px, vertices[j, 1] - py, vertices[j, 2] - pz
    bx, by, bz = vertices[k, 0] - px, vertices[k, 1] - py, vertices[k, 2] - pz
    qx, qy, qz = x - px, y - py, z - pz
    aa, ab, bb = ax * ax + ay * ay + az * az, ax * bx + ay * by + az * bz, bx * bx + by * by + bz * bz
    qa, qb = qx * ax + qy * ay + qz * az, qx * bx + qy * by + qz * bz
    below = aa * bb - ab * ab
    below = ONE / max(below, TINY)
    v = min(max((bb * qa - ab * qb) * below, ZERO), ONE)
    w = min(max((aa * qb - ab * qa) * below, ZERO), ONE)
    return max(ONE - v - w, ZERO), v, w
