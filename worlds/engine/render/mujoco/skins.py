"""Skins of MuJoCo's models: meshes whose corners follow several bodies at once."""

from __future__ import annotations

from dataclasses import dataclass

import mujoco
import numpy as np

from .frame import paint
from .meshes import Mesh, Meshes, details, facing, level_for, unit
from .primitives import ONE, TINY, ZERO, F, pixels


@dataclass
class Skin:
    """What moves the corners of one skin.

    mesh: its number. bodies (bones,): what each bone is fastened to. turns (bones, 3, 3), places (bones, 3): how it
    lay when the skin was put on. bones, corners, weights (n,): how much a corner follows a bone, for each level of
    detail after the other; corners are counted from the first of that level. reach: how far, in metres, the skin may
    be from its first bone.
    """

    mesh: int
    bodies: np.ndarray
    turns: np.ndarray
    places: np.ndarray
    bones: np.ndarray
    corners: np.ndarray
    weights: np.ndarray
    inflate: float
    reach: float


def skin(model: mujoco.MjModel, number: int, meshes: Meshes) -> Skin:
    """A model's skin; its meshes are taken into `meshes`."""
    some = slice(model.skin_vertadr[number], model.skin_vertadr[number] + model.skin_vertnum[number])
    these = slice(model.skin_faceadr[number], model.skin_faceadr[number] + model.skin_facenum[number])
    vertices, faces = model.skin_vert[some].astype(float), np.array(model.skin_face[these])
    normals = np.zeros_like(vertices)
    for corner in range(3):
        np.add.at(normals, faces[:, corner], facing(vertices, faces))
    start = model.skin_texcoordadr[number]
    places = (
        model.skin_texcoord[start : start + len(vertices)][faces] if start >= 0 else np.full((*faces.shape, 2), -1e30)
    )
    levels = details(Mesh(vertices, faces, unit(normals)[faces], places))
    mesh = meshes.add(levels)

    bones = np.arange(model.skin_boneadr[number], model.skin_boneadr[number] + model.skin_bonenum[number])
    parts: list[list[np.ndarray]] = [[], [], []]
    for level, detail in enumerate(levels):
        where = np.full(len(vertices), -1)
        where[detail.kept] = np.arange(len(detail.kept))
        first = sum(map(len, parts[0]))
        for index, bone in enumerate(bones):
            all_of = slice(model.skin_bonevertadr[bone], model.skin_bonevertadr[bone] + model.skin_bonevertnum[bone])
            corners = where[model.skin_bonevertid[all_of]]
            parts[0].append(np.full((corners >= 0).sum(), index))
            parts[1].append(corners[corners >= 0])
            parts[2].append(model.skin_bonevertweight[all_of][corners >= 0])
        meshes.weigh(mesh, level, first, sum(map(len, parts[0])))
    turns = np.zeros((len(bones), 9))
    for turn, quat in zip(turns, model.skin_bonebindquat[bones].astype(float), strict=True):
        mujoco.mju_quat2Mat(turn, quat)
    middle = model.skin_bonebindpos[bones[0]]
    return Skin(
        mesh,
        np.array(model.skin_bonebodyid[bones], np.int32),
        turns.reshape(-1, 3, 3).astype(np.float32),
        np.array(model.skin_bonebindpos[bones], np.float32),
        np.concatenate(parts[0]).astype(np.int32),
        np.concatenate(parts[1]).astype(np.int32),
        np.concatenate(parts[2]).astype(np.float32),
        float(model.skin_inflate[number]),
        1.5 * float(np.linalg.norm(vertices - middle, axis=1).max()),
    )


@pixels
def pose(
    things, index, cameras, levels, rest, vertices, faces, normals, bodies, turns, places, bones, corners, weights,
    inflate, reach, rgba, material, material_paints, at, axes, sums,
):  # fmt: skip
    """Move the corners of a skin, a thing of this index, to where its bones are, at the level of detail to be drawn.

    rest: `vertices` as the skin was put on. at, axes: of bodies. sums: room for (vertices, 3).
    """
    paint(things[index], rgba, material, material_paints)
    thing, camera, first_body = things[index], cameras[len(cameras) - 1], bodies[0]
    distance = ZERO
    for axis in range(3):
        thing.at[axis] = F(at[first_body, axis])
        thing.low[axis], thing.high[axis] = -reach, reach
        distance += (camera.eye[axis] - thing.at[axis]) ** 2
        for other in range(3):
            thing.axes[axis, other] = ONE if axis == other else ZERO
    thing.distance = F(np.sqrt(distance))
    thing.level = level_for(thing, camera, levels)
    level = levels[thing.level]
    start = level.first_vertex
    for corner in range(start, level.last_vertex):
        for axis in range(3):
            vertices[corner, axis] = sums[corner, axis] = ZERO
    for number in range(level.first_weight, level.last_weight):
        bone, corner, weight = bones[number], start + corners[number], weights[number]
        body = bodies[bone]
        x, y, z = (
            rest[corner, 0] - places[bone, 0], rest[corner, 1] - places[bone, 1], rest[corner, 2] - places[bone, 2]
        )  # fmt: skip
        bx = turns[bone, 0, 0] * x + turns[bone, 1, 0] * y + turns[bone, 2, 0] * z
        by = turns[bone, 0, 1] * x + turns[bone, 1, 1] * y + turns[bone, 2, 1] * z
        bz = turns[bone, 0, 2] * x + turns[bone, 1, 2] * y + turns[bone, 2, 2] * z
        for axis in range(3):
            turned = F(axes[body, 3 * axis]) * bx + F(axes[body, 3 * axis + 1]) * by
            turned += F(axes[body, 3 * axis + 2]) * bz
            vertices[corner, axis] += weight * (F(at[body, axis] - at[first_body, axis]) + turned)
    for face in range(level.first_face, level.last_face):
        i, j, k = faces[face, 0], faces[face, 1], faces[face, 2]
        ax, ay, az = vertices[j, 0] - vertices[i, 0], vertices[j, 1] - vertices[i, 1], vertices[j, 2] - vertices[i, 2]
        bx, by, bz = vertices[k, 0] - vertices[i, 0], vertices[k, 1] - vertices[i, 1], vertices[k, 2] - vertices[i, 2]
        nx, ny, nz = ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx
        for corner in (i, j, k):
            sums[corner, 0] += nx
            sums[corner, 1] += ny
            sums[corner, 2] += nz
    for corner in range(start, level.last_vertex):
        length = F(np.sqrt(sums[corner, 0] ** 2 + sums[corner, 1] ** 2 + sums[corner, 2] ** 2))
        for axis in range(3):
            sums[corner, axis] /= max(length, TINY)
            vertices[corner, axis] += inflate * sums[corner, axis]
    for face in range(level.first_face, level.last_face):
        for corner in range(3):
            for axis in range(3):
                normals[face, corner, axis] = sums[faces[face, corner], axis]
