"""Triangle meshes, drawn into the same depths as the solids of geoms.py.

A mesh's vertices are projected to the picture once, then its triangles are filled row by row; a pixel keeps the number
of the triangle that it sees, from which its colour is worked out later (see `barycentric`). Coarser meshes are made
beforehand of a mesh with very many triangles, and the coarsest is drawn whose triangles are no larger than pixels.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from ..primitives import FAR, HALF, ONE, TINY, ZERO, F, compiled, inlined

LEVELS = 5
"""Levels of detail of a mesh: as it is, then with its vertices merged in the cells of ever wider grids."""
_FINEST = 96
"""Cells along a mesh's longest side in the first of the coarser levels; half as many in the next."""
_FINE = F(0.7)
"""How far the vertices of a mesh may be moved, in pixels."""
_WORTH = 0.7
"""A coarser level is made if it has at most this part of the triangles of the one before."""
_I = np.int32

LEVEL = np.dtype(
    [
        ("first_vertex", np.int32),
        ("last_vertex", np.int32),
        ("first_face", np.int32),
        ("last_face", np.int32),
        ("first_weight", np.int32),  # of a skin, see skins.py
        ("last_weight", np.int32),
        ("cell", np.float32),  # how far, in metres, vertices were moved at most
    ]
)


class MeshArrays(NamedTuple):
    """All meshes of a model. levels: LEVEL (meshes, LEVELS); vertices (n, 3); of triangles: faces (m, 3), normals (m,
    3, 3), uvs (m, 3, 2), below -FAR where a mesh has none."""

    levels: Any
    vertices: Any
    faces: Any
    normals: Any
    uvs: Any


class Layer(NamedTuple):
    """The geoms that pixels see, (rows, cols): depths float32, the index of the geom int32, -1: none, and the number of
    the triangle int32 if that is a mesh."""

    depths: Any
    geom_ids: Any
    triangle_ids: Any


class Corner(NamedTuple):
    """A corner of a triangle in the picture, in pixels, and one over its depth."""

    x: Any
    y: Any
    rate: Any


@dataclass
class Mesh:
    """One mesh: vertices (vertices, 3), and of each triangle's corners, counterclockwise as seen from outside, the
    vertex (faces, 3), the normal (faces, 3, 3) and the texture coordinates (faces, 3, 2)."""

    vertices: np.ndarray
    faces: np.ndarray
    normals: np.ndarray
    uvs: np.ndarray


@dataclass
class LevelOfDetail:
    """One level of detail of a mesh. cell: how far vertices were moved, in metres. kept: the vertices that it has."""

    mesh: Mesh
    cell: float
    kept: np.ndarray


def facing(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """The normals of triangles, (faces, 3), as long as twice their area."""
    a, b, c = (vertices[faces[:, corner]] for corner in range(3))
    return np.cross(b - a, c - a)


def unit(vectors: np.ndarray) -> np.ndarray:
    """Vectors of length 1."""
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-30)


def flat(vertices: np.ndarray, faces: np.ndarray) -> Mesh:
    """A mesh with flat shading and without texture coordinates."""
    normals = np.repeat(unit(facing(vertices, faces))[:, None], 3, axis=1)
    return Mesh(vertices, faces, normals, np.full((len(faces), 3, 2), -2.0 * FAR))


def coarser(mesh: Mesh, cell: float) -> LevelOfDetail:
    """The mesh with all vertices that share a cell of a grid moved to one of them."""
    keys = np.floor((mesh.vertices - mesh.vertices.min(0)) / cell).astype(np.int64)
    _, kept, group = np.unique(keys @ (1, 1 << 20, 1 << 40), return_index=True, return_inverse=True)
    faces = group.reshape(-1)[mesh.faces]
    whole = np.flatnonzero((faces[:, 0] != faces[:, 1]) & (faces[:, 1] != faces[:, 2]) & (faces[:, 2] != faces[:, 0]))
    # Triangles that differ only in their first corner are one.
    turned = np.take_along_axis(faces[whole], (faces[whole].argmin(1)[:, None] + np.arange(3)) % 3, axis=1)
    whole = whole[np.sort(np.unique(turned @ (1, 1 << 20, 1 << 40), return_index=True)[1])]
    sums = np.stack(
        [np.bincount(faces.reshape(-1), mesh.normals[..., axis].reshape(-1), len(kept)) for axis in range(3)], axis=1
    )
    used, faces = np.unique(faces[whole], return_inverse=True)
    faces = faces.reshape(-1, 3)
    return LevelOfDetail(
        Mesh(mesh.vertices[kept[used]], faces, unit(sums[used])[faces], mesh.uvs[whole]), cell, kept[used]
    )


def levels_of_detail(mesh: Mesh) -> list[LevelOfDetail]:
    """A mesh at its levels of detail, from the finest."""
    made = [LevelOfDetail(mesh, 0.0, np.arange(len(mesh.vertices)))]
    side = float(np.ptp(mesh.vertices, axis=0).max())
    for power in range(LEVELS - 1 if side > 0 else 0):
        less = coarser(mesh, side / _FINEST * 2**power)
        if 0 < len(less.mesh.faces) <= _WORTH * len(made[-1].mesh.faces):
            made.append(less)
    return made


class Meshes:
    """All meshes of a model at their levels of detail, as the arrays that kernels read."""

    def __init__(self) -> None:
        self._meshes: list[list[LevelOfDetail]] = []
        self._levels: list[np.ndarray] = []
        self._vertices = self._faces = 0

    def add(self, parts: list[LevelOfDetail]) -> int:
        """Take in a mesh at its levels of detail, LEVELS at most. Returns its number."""
        levels = np.zeros(LEVELS, LEVEL)
        levels["cell"] = FAR
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

    def arrays(self) -> MeshArrays:
        """The arrays of all of them, for kernels."""

        def joined(parts: list[np.ndarray], shape: tuple[int, ...], kind: type) -> np.ndarray:
            return np.ascontiguousarray(np.concatenate([np.zeros((0, *shape)), *parts]), kind)

        levels = np.array(self._levels, LEVEL).reshape(-1, LEVELS)
        parts = [part.mesh for mesh in self._meshes for part in mesh]
        starts = np.cumsum([0, *(len(mesh.vertices) for mesh in parts)])
        faces = [mesh.faces + start for mesh, start in zip(parts, starts, strict=False)]
        return MeshArrays(
            levels,
            joined([mesh.vertices for mesh in parts], (3,), np.float32),
            joined(faces, (3,), np.int32),
            joined([mesh.normals for mesh in parts], (3, 3), np.float32),
            joined([mesh.uvs for mesh in parts], (3, 2), np.float32),
        )


@compiled
def level_for(geom, camera, levels):
    """The level of detail of a mesh to be drawn: the coarsest that cannot be told from the mesh."""
    reach = ZERO
    for axis in range(3):
        most = max(abs(geom.low[axis]), abs(geom.high[axis]))
        reach += most * most
    depth = max(geom.distance - F(math.sqrt(reach)), camera.near)
    level = 0
    while level + 1 < len(levels) and levels[level + 1].cell < _FINE * depth * camera.high:
        level += 1
    return level


@compiled
def draw_mesh(geom, camera, level, meshes, index, layer, points):
    """Write the depth, the index and the triangles of a mesh that `project` has seen wherever it is nearer than the
    depths so far. points (vertices, 3): scratch memory."""
    vertices, faces = meshes.vertices, meshes.faces
    ex, ey, ez = geom.eye[0], geom.eye[1], geom.eye[2]
    ax, ay, az = geom.ahead[0], geom.ahead[1], geom.ahead[2]
    rx, ry, rz = geom.right[0] / camera.wide, geom.right[1] / camera.wide, geom.right[2] / camera.wide
    ux, uy, uz = geom.up[0] / camera.high, geom.up[1] / camera.high, geom.up[2] / camera.high
    left, top, near = camera.left / camera.wide, camera.top / camera.high, camera.near
    for vertex in range(np.uint64(level.first_vertex), np.uint64(level.last_vertex)):
        x, y, z = vertices[vertex, 0] - ex, vertices[vertex, 1] - ey, vertices[vertex, 2] - ez
        depth = x * ax + y * ay + z * az
        part = ONE / max(depth, near)
        points[vertex, 0] = (x * rx + y * ry + z * rz) * part - left
        points[vertex, 1] = top - (x * ux + y * uy + z * uz) * part
        points[vertex, 2] = depth
    for face in range(np.uint64(level.first_face), np.uint64(level.last_face)):
        i, j, k = np.uint32(faces[face, 0]), np.uint32(faces[face, 1]), np.uint32(faces[face, 2])
        di, dj, dk = points[i, 2], points[j, 2], points[k, 2]
        if min(di, min(dj, dk)) >= near:
            xi, yi, xj, yj, xk, yk = (
                points[i, 0], points[i, 1], points[j, 0], points[j, 1], points[k, 0], points[k, 1]
            )  # fmt: skip
            # Most triangles face away, or lie between the middles of pixels.
            facing = (xk - xi) * (yj - yi) > (xj - xi) * (yk - yi)
            rows = _I(max(yi, max(yj, yk)) + HALF) > _I(min(yi, min(yj, yk)) + HALF)
            cols = _I(max(xi, max(xj, xk)) + HALF) > _I(min(xi, min(xj, xk)) + HALF)
            if facing & rows & cols:
                a, b, c = Corner(xi, yi, ONE / di), Corner(xj, yj, ONE / dj), Corner(xk, yk, ONE / dk)
                _triangle(geom, a, b, c, _I(face), index, layer)
        elif max(di, max(dj, dk)) >= near:
            behind = (di < near) + (dj < near) + (dk < near)
            while not (di < near) or (behind == 2 and not (dj < near)):  # first those behind, in the same order
                i, j, k, di, dj, dk = j, k, i, dj, dk, di
            _clipped(geom, camera, points, i, j, k, behind, _I(face), index, layer)


@compiled
def _clipped(geom, camera, points, i, j, k, behind, face, index, layer):
    """Fill the visible part of a triangle whose corner i, or whose corners i and j, are too near to be seen."""
    c = Corner(points[k, 0], points[k, 1], ONE / points[k, 2])
    if behind == 2:
        _triangle(geom, _crossing(camera, points, i, k), _crossing(camera, points, j, k), c, face, index, layer)
        return
    a, b = _crossing(camera, points, i, j), Corner(points[j, 0], points[j, 1], ONE / points[j, 2])
    _triangle(geom, a, b, c, face, index, layer)
    _triangle(geom, a, c, _crossing(camera, points, i, k), face, index, layer)


@compiled
def _crossing(camera, points, i, j):
    """The point at which the edge from corner i, which is too near, to corner j begins to be seen.

    A corner that is too near was put into the picture as if it were as far away as the nearest visible point.
    """
    near, left, top = camera.near, camera.left / camera.wide, camera.top / camera.high
    part = (near - points[i, 2]) / (points[j, 2] - points[i, 2])
    far = points[j, 2] / near
    x = (points[i, 0] + left) * (ONE - part) + (points[j, 0] + left) * far * part
    y = (top - points[i, 1]) * (ONE - part) + (top - points[j, 1]) * far * part
    return Corner(x - left, top - y, ONE / camera.near)


@compiled
def _edge(p, q):
    """A line through two corners, the same whichever is first: (x, y, dx / dy)."""
    px, py, qx, qy = p.x, p.y, q.x, q.y
    if py > qy or (py == qy and px > qx):
        px, py, qx, qy = qx, qy, px, py
    return px, py, (qx - px) / (qy - py)


@compiled
def _triangle(geom, a, b, c, face, index, layer):
    """Fill a triangle between three corners if it is seen from in front."""
    depths, geom_ids, triangle_ids = layer.depths, layer.geom_ids, layer.triangle_ids
    area = (c.x - a.x) * (b.y - a.y) - (b.x - a.x) * (c.y - a.y)
    if not area > ZERO:
        return
    top, bottom, left, right = F(geom.first_row), F(geom.last_row), F(geom.first_col), F(geom.last_col)
    first_row = _I(min(max(min(a.y, min(b.y, c.y)) + HALF, top), bottom))
    last_row = _I(min(max(max(a.y, max(b.y, c.y)) + HALF, top), bottom))
    least, most = min(a.rate, min(b.rate, c.rate)), max(a.rate, max(b.rate, c.rate))  # for lines through thin triangles
    over = ONE / area
    across = ((c.rate - a.rate) * (b.y - a.y) - (b.rate - a.rate) * (c.y - a.y)) * over
    down = ((b.rate - a.rate) * (c.x - a.x) - (c.rate - a.rate) * (b.x - a.x)) * over
    abx, aby, ab = _edge(a, b)
    bcx, bcy, bc = _edge(b, c)
    cax, cay, ca = _edge(c, a)
    for row in range(first_row, last_row):
        y = F(row) + HALF
        first, last = left, right
        # Seen from in front, its left side goes down and its right side up, in a picture whose rows go down.
        cross = abx + ab * (y - aby) + HALF
        if b.y > a.y:
            first = cross if cross > first else first
        elif b.y < a.y:
            last = cross if cross < last else last
        cross = bcx + bc * (y - bcy) + HALF
        if c.y > b.y:
            first = cross if cross > first else first
        elif c.y < b.y:
            last = cross if cross < last else last
        cross = cax + ca * (y - cay) + HALF
        if a.y > c.y:
            first = cross if cross > first else first
        elif a.y < c.y:
            last = cross if cross < last else last
        line = a.rate + down * (y - a.y) + across * (HALF - a.x)
        for col in range(_I(min(first, right)), _I(max(last, left))):  # none where it is the other way round
            t = ONE / min(max(line + across * F(col), least), most)
            if t < depths[row, col]:
                depths[row, col], geom_ids[row, col], triangle_ids[row, col] = t, index, face


@inlined
def barycentric(vertices, faces, face, x, y, z):
    """The barycentric coordinates of a point of a triangle: weights of its three corners that sum to 1."""
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
