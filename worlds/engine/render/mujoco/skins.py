"""Skins of MuJoCo's models: meshes whose vertices follow several bodies at once."""

from __future__ import annotations

from typing import NamedTuple

import mujoco
import numpy as np

from ..primitives import ONE, TINY, ZERO, F, compiled
from .frame import paint
from .meshes import Mesh, Meshes, facing, level_for, levels_of_detail, unit


class Skin(NamedTuple):
    """A skin as it was bound.

    number, mesh: of the model's skin, and of its mesh. bodies (bones,): the body of each bone. axes (bones, 3, 3), at
    (bones, 3): the bone's pose in the skin. bones, vertices, weights (n,): how much a vertex follows a bone, for each
    level of detail after the other; vertices are counted from the first of that level. reach: how far, in metres, the
    skin may be from its first bone.
    """

    number: int
    mesh: int
    bodies: np.ndarray
    axes: np.ndarray
    at: np.ndarray
    bones: np.ndarray
    vertices: np.ndarray
    weights: np.ndarray
    inflate: np.float32
    reach: np.float32


def skin(model: mujoco.MjModel, number: int, meshes: Meshes) -> Skin:
    """A model's skin; its meshes are taken into `meshes`."""
    some = slice(model.skin_vertadr[number], model.skin_vertadr[number] + model.skin_vertnum[number])
    these = slice(model.skin_faceadr[number], model.skin_faceadr[number] + model.skin_facenum[number])
    vertices, faces = model.skin_vert[some].astype(float), np.array(model.skin_face[these])
    normals = np.zeros_like(vertices)
    for corner in range(3):
        np.add.at(normals, faces[:, corner], facing(vertices, faces))
    start = model.skin_texcoordadr[number]
    uvs = model.skin_texcoord[start : start + len(vertices)][faces] if start >= 0 else np.full((*faces.shape, 2), -1e30)
    levels = levels_of_detail(Mesh(vertices, faces, unit(normals)[faces], uvs))
    mesh = meshes.add(levels)

    bones = np.arange(model.skin_boneadr[number], model.skin_boneadr[number] + model.skin_bonenum[number])
    parts: list[list[np.ndarray]] = [[], [], []]
    for level, detail in enumerate(levels):
        where = np.full(len(vertices), -1)
        where[detail.kept] = np.arange(len(detail.kept))
        first = sum(map(len, parts[0]))
        for index, bone in enumerate(bones):
            all_ = slice(model.skin_bonevertadr[bone], model.skin_bonevertadr[bone] + model.skin_bonevertnum[bone])
            own = where[model.skin_bonevertid[all_]]
            parts[0].append(np.full((own >= 0).sum(), index))
            parts[1].append(own[own >= 0])
            parts[2].append(model.skin_bonevertweight[all_][own >= 0])
        meshes.weigh(mesh, level, first, sum(map(len, parts[0])))
    turns = np.zeros((len(bones), 9))
    for turn, quat in zip(turns, model.skin_bonebindquat[bones].astype(float), strict=True):
        mujoco.mju_quat2Mat(turn, quat)
    middle = model.skin_bonebindpos[bones[0]]
    return Skin(
        number,
        mesh,
        np.array(model.skin_bonebodyid[bones], np.int32),
        turns.reshape(-1, 3, 3).astype(np.float32),
        np.array(model.skin_bonebindpos[bones], np.float32),
        np.concatenate(parts[0]).astype(np.int32),
        np.concatenate(parts[1]).astype(np.int32),
        np.concatenate(parts[2]).astype(np.float32),
        np.float32(model.skin_inflate[number]),
        np.float32(1.5 * float(np.linalg.norm(vertices - middle, axis=1).max())),
    )


@compiled
def pose(geoms, index, camera, skin, rest, meshes, paints, at, axes, sums):
    """Move the vertices of a skin, the geom of this index, to where its bones are, at the level of detail to be drawn.

    rest: the vertices of all meshes as they were bound. at, axes: of bodies. sums (vertices, 3): scratch memory.
    """
    vertices, faces, normals, bodies, turns = meshes.vertices, meshes.faces, meshes.normals, skin.bodies, skin.axes
    geom, first_body = geoms[index], bodies[0]
    paint(geom, paints, skin.number)
    distance = ZERO
    for axis in range(3):
        geom.at[axis] = F(at[first_body, axis])
        geom.low[axis], geom.high[axis] = -skin.reach, skin.reach
        distance += (camera.eye[axis] - geom.at[axis]) ** 2
        for other in range(3):
            geom.axes[axis, other] = ONE if axis == other else ZERO
    geom.distance = F(np.sqrt(distance))
    geom.level = level_for(geom, camera, meshes.levels[skin.mesh])
    level = meshes.levels[skin.mesh, geom.level]
    start = level.first_vertex
    for vertex in range(start, level.last_vertex):
        for axis in range(3):
            vertices[vertex, axis] = sums[vertex, axis] = ZERO
    for number in range(level.first_weight, level.last_weight):
        bone, vertex, weight = skin.bones[number], start + skin.vertices[number], skin.weights[number]
        body = bodies[bone]
        x, y, z = (
            rest[vertex, 0] - skin.at[bone, 0], rest[vertex, 1] - skin.at[bone, 1], rest[vertex, 2] - skin.at[bone, 2]
        )  # fmt: skip
        bx = turns[bone, 0, 0] * x + turns[bone, 1, 0] * y + turns[bone, 2, 0] * z
        by = turns[bone, 0, 1] * x + turns[bone, 1, 1] * y + turns[bone, 2, 1] * z
        bz = turns[bone, 0, 2] * x + turns[bone, 1, 2] * y + turns[bone, 2, 2] * z
        for axis in range(3):
            turned = F(axes[body, 3 * axis]) * bx + F(axes[body, 3 * axis + 1]) * by
            turned += F(axes[body, 3 * axis + 2]) * bz
            vertices[vertex, axis] += weight * (F(at[body, axis] - at[first_body, axis]) + turned)
    for face in range(level.first_face, level.last_face):
        i, j, k = faces[face, 0], faces[face, 1], faces[face, 2]
        ax, ay, az = vertices[j, 0] - vertices[i, 0], vertices[j, 1] - vertices[i, 1], vertices[j, 2] - vertices[i, 2]
        bx, by, bz = vertices[k, 0] - vertices[i, 0], vertices[k, 1] - vertices[i, 1], vertices[k, 2] - vertices[i, 2]
        nx, ny, nz = ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx
        for vertex in (i, j, k):
            sums[vertex, 0] += nx
            sums[vertex, 1] += ny
            sums[vertex, 2] += nz
    for vertex in range(start, level.last_vertex):
        length = F(np.sqrt(sums[vertex, 0] ** 2 + sums[vertex, 1] ** 2 + sums[vertex, 2] ** 2))
        for axis in range(3):
            sums[vertex, axis] /= max(length, TINY)
            vertices[vertex, axis] += skin.inflate * sums[vertex, axis]
    for face in range(level.first_face, level.last_face):
        for corner in range(3):
            for axis in range(3):
                normals[face, corner, axis] = sums[faces[face, corner], axis]
