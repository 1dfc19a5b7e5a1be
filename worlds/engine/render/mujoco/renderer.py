"""MuJoCo's models, drawn without a GL: the picture that its own renderer makes, but for reflections.

    studio = Studio(model)
    studio.draw(data, camera, pixels)

All is drawn that MuJoCo shows by default: geoms, sites, tendons and skins of the groups 0 to 2. Sizes and colours are
those the model has when a frame is drawn, so that they may be changed in between; so are height fields.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import mujoco
import numpy as np

from ...compile.cached import cached
from .frame import aim_lamps, draw, place, string
from .meshes import LEVELS, Detail, Mesh, Meshes, details, flat
from .primitives import CAMERA, FIELD, MESH, THING
from .shading import LAMP, PASSES, images
from .skins import Skin, pose, skin

_SHOWN = 3  # groups of things that are
_SHADOWS = (128, 256)  # rows and columns of what a lamp's camera sees, for small pictures and for large ones
_MESHES = (int(mujoco.mjtGeom.mjGEOM_MESH), int(mujoco.mjtGeom.mjGEOM_SDF))
_COLOUR = int(mujoco.mjtTextureRole.mjTEXROLE_RGB)
_NO_DEPTH, _NO_MARKS = np.zeros((0, 0), np.float32), np.zeros((0, 0), np.int32)


class Studio:
    """Draws frames of one model. For one thread at a time: it keeps the room that it draws in."""

    _poses: list[Skin]

    def __init__(self, model: mujoco.MjModel) -> None:
        """Raises ValueError for a model with cameras that know no perspective."""
        self._model = model
        self._geoms = _shown(model.geom_group)
        self._sites = _shown(model.site_group)
        self._tendons, self._skins = _shown(model.tendon_group), _shown(model.skin_group)
        pieces = int(2 * model.nwrap) if len(self._tendons) else 0
        self._things = np.zeros(len(self._geoms) + len(self._sites) + len(self._skins) + pieces + 1, THING)
        self._describe()
        self._lamps, self._lamp_numbers = _lamps(model)
        self._images, self._texels = images([_picture(model, number) for number in range(model.ntex)])
        skies = np.flatnonzero(model.tex_type == mujoco.mjtTexture.mjTEXTURE_SKYBOX)
        self._heaven = int(skies[0]) if len(skies) else -1
        far = model.vis.map.zfar * model.stat.extent
        self._haze = np.array([*model.vis.rgba.haze[:3], model.vis.map.haze, 0.7 * far], np.float32)
        self._room: tuple[np.ndarray, ...] = ()
        self._cameras = _views(model, self._lamps, self._lamp_numbers)

    def _describe(self) -> None:
        """Write what stays the same of all things."""
        model, things, meshes = self._model, self._things, Meshes()
        things["texture"], things["mesh"], things["level"], things["number"] = -1, -1, -1, model.ngeom + model.nsite
        things["specular"] = things["shininess"] = 0.5
        made: dict[tuple[bool, int], int] = {}
        for thing, number in zip(things, self._geoms, strict=False):
            form, data = model.geom_type[number], int(model.geom_dataid[number])
            thing["form"], thing["number"] = form, number
            if form in _MESHES or form == FIELD:
                key = (form == FIELD, data)
                if key not in made:
                    made[key] = meshes.add(_field(model, data) if form == FIELD else details(_mesh(model, data)))
                thing["form"], thing["mesh"] = FIELD if form == FIELD else MESH, made[key]
                thing["low"], thing["high"] = meshes.box(made[key])
                thing["half"] = model.geom_size[number]
            _material(model, thing, int(model.geom_matid[number]))
        rest = things[len(self._geoms) :]
        for thing, number in zip(rest, self._sites, strict=False):
            thing["form"], thing["number"] = model.site_type[number], model.ngeom + number
            _material(model, thing, int(model.site_matid[number]))
        self._poses = []
        for thing, number in zip(rest[len(self._sites) :], self._skins, strict=False):
            made_of = skin(model, int(number), meshes)
            thing["form"], thing["mesh"] = MESH, made_of.mesh
            _material(model, thing, int(model.skin_matid[number]))
            self._poses.append(made_of)
        self._detail = meshes.arrays()
        self._rest = self._detail[1].copy()
        self._points = np.zeros((len(self._rest), 3), np.float32)
        self._heights = model.hfield_data.copy()

    def draw(
        self,
        data: mujoco.MjData,
        camera: int,
        pixels: np.ndarray,
        depth: np.ndarray | None = None,
        marks: np.ndarray | None = None,
    ) -> None:
        """Draw what a camera (-1: MuJoCo's free camera where it begins) sees into pixels, uint8 (rows, cols, 3).

        depth: float32 (rows, cols), metres along the camera's axis. marks: int32 (rows, cols), the number of the geom
        that is seen; sites are numbered after the geoms, tendons and skins have the number after those; -1: nothing.
        To both, what one can see through is as solid as the rest.
        """
        model = self._model
        rows, cols = pixels.shape[:2]
        if model.nhfield and not np.array_equal(self._heights, model.hfield_data):
            self._describe()
        self._aim(data, camera, rows, cols)
        kernels = _kernels()
        things, materials = self._things, model.mat_rgba
        kernels["place"](
            things, 0, self._geoms, data.geom_xpos, data.geom_xmat, model.geom_size, model.geom_rgba, model.geom_matid,
            materials,
        )  # fmt: skip
        count = len(self._geoms)
        if len(self._sites):
            kernels["place"](
                things, count, self._sites, data.site_xpos, data.site_xmat, model.site_size, model.site_rgba,
                model.site_matid, materials,
            )  # fmt: skip
            count += len(self._sites)
        kernels["aim_lamps"](self._lamps, self._lamp_numbers, data.light_xpos, data.light_xdir, self._cameras)
        for index, (number, made_of) in enumerate(zip(self._skins, self._poses, strict=True)):
            levels, vertices, faces, normals, _ = self._detail
            kernels["pose"](
                things, count + index, self._cameras, levels[made_of.mesh], self._rest, vertices, faces, normals,
                made_of.bodies, made_of.turns, made_of.places, made_of.bones, made_of.corners, made_of.weights,
                np.float32(made_of.inflate), np.float32(made_of.reach), model.skin_rgba[number],
                int(model.skin_matid[number]), materials, data.xpos, data.xmat, self._points,
            )  # fmt: skip
        count += len(self._skins)
        if len(self._tendons):
            count = kernels["string"](
                things, count, self._tendons, data.ten_wrapadr, data.ten_wrapnum, data.wrap_xpos.reshape(-1, 3),
                data.wrap_obj.reshape(-1), model.tendon_width, model.tendon_rgba, model.tendon_matid, materials,
            )  # fmt: skip
        kernels["draw"](
            things, count, self._cameras, self._lamps, self._texels, self._images, self._heaven, self._haze,
            *self._detail, self._points, *self._buffers(rows, cols), pixels, _NO_DEPTH if depth is None else depth,
            _NO_MARKS if marks is None else marks,
        )  # fmt: skip

    def _buffers(self, rows: int, cols: int) -> tuple[np.ndarray, ...]:
        """Room for depths, names and triangles of a frame, and for those of things that one sees through."""
        if not self._room or self._room[0].shape != (rows, cols):
            size = _SHADOWS[max(rows, cols) > _SHADOWS[0]]
            self._cameras[:-1]["wide"] = self._cameras[:-1]["high"] = 2 * self._cameras[:-1]["top"] / size
            kinds = (np.float32, np.int32, np.int32, np.float32, np.int32)
            self._room = (
                *(np.zeros((rows, cols), kind) for kind in kinds),
                np.zeros((len(self._cameras) - 1, size, size), np.float32),
                np.zeros((size, size), np.int32),
                np.zeros((size, size), np.int32),
                np.zeros(len(self._things), np.int32),
                np.zeros((PASSES, cols), np.float32),
                np.zeros(cols, np.int32),
                np.ones((len(self._lamps), cols), np.float32),
            )
        return self._room

    def _aim(self, data: mujoco.MjData, number: int, rows: int, cols: int) -> None:
        """Write the camera for frames of this size."""
        model, camera = self._model, self._cameras[-1]
        if number < 0:
            turn, rise = math.radians(model.vis.global_.azimuth), math.radians(model.vis.global_.elevation)
            ca, sa, ce, se = math.cos(turn), math.sin(turn), math.cos(rise), math.sin(rise)
            ahead = np.array([ce * ca, ce * sa, se])
            camera["ahead"], camera["up"], camera["right"] = ahead, (-se * ca, -se * sa, ce), (sa, -ca, 0)
            camera["eye"] = model.stat.center - 1.5 * model.stat.extent * ahead
            wide, fovy, sensor = model.vis.global_.orthographic, model.vis.global_.fovy, False
        else:
            axes = data.cam_xmat[number].reshape(3, 3)
            camera["right"], camera["up"], camera["ahead"] = axes[:, 0], axes[:, 1], -axes[:, 2]
            camera["eye"] = data.cam_xpos[number]
            wide, fovy = int(model.cam_projection[number]), model.cam_fovy[number]
            sensor = bool(model.cam_sensorsize[number, 1])
        if wide:
            raise ValueError(f"camera {number} is orthographic: only cameras with a perspective can be drawn")
        high = math.tan(math.radians(fovy) / 2)
        across, left, top, down = high * cols / rows, -high * cols / rows, high, 2 * high
        if sensor:
            focal, (width, height) = model.cam_intrinsic[number], model.cam_sensorsize[number]
            top, down = (height / 2 - focal[3]) / focal[1], height / focal[1]
            across = width / focal[0] / 2
            left = focal[2] / focal[0] - across
        camera["left"], camera["top"] = left, top
        camera["wide"], camera["high"] = 2 * across / cols, down / rows
        camera["near"] = model.vis.map.znear * model.stat.extent
        camera["far"] = model.vis.map.zfar * model.stat.extent


@cache
def _kernels() -> dict[str, Any]:
    kernels = {"draw": draw, "place": place, "aim_lamps": aim_lamps, "string": string, "pose": pose}
    return {name: cached(kernel) for name, kernel in kernels.items()}


def _shown(groups: np.ndarray) -> np.ndarray:
    """Numbers of the things of the groups that MuJoCo shows by default."""
    return np.flatnonzero(groups < _SHOWN).astype(np.int32)


def _material(model: mujoco.MjModel, thing: Any, number: int) -> None:
    """Write what a thing has of its material, if it has one (number -1: none)."""
    if number >= 0:
        for name in ("emission", "specular", "shininess"):
            thing[name] = getattr(model, f"mat_{name}")[number]
        thing["texture"] = model.mat_texid[number, _COLOUR]
        thing["cube"] = thing["texture"] >= 0 and model.tex_type[thing["texture"]] != mujoco.mjtTexture.mjTEXTURE_2D
        thing["uniform"] = model.mat_texuniform[number]
        repeat = model.mat_texrepeat[number]
        thing["repeat"] = np.where(repeat > 0, repeat, 1)


def _lamps(model: mujoco.MjModel) -> tuple[np.ndarray, np.ndarray]:
    """(LAMP records but for where they are, the number of each one's light; -1: the one on the camera)."""
    lights = np.flatnonzero(model.light_active)
    directional = int(mujoco.mjtLightType.mjLIGHT_DIRECTIONAL)
    lights = lights[np.isin(model.light_type[lights], (directional, int(mujoco.mjtLightType.mjLIGHT_SPOT)))]
    numbers = [-1] * bool(model.vis.headlight.active) + lights.tolist()
    lamps = np.zeros(len(numbers), LAMP)
    for lamp, number in zip(lamps, numbers, strict=True):
        for name in ("ambient", "diffuse", "specular"):
            lamp[name] = getattr(model, f"light_{name}")[number] if number >= 0 else getattr(model.vis.headlight, name)
        lamp["far"] = number < 0 or model.light_type[number] == directional
        lamp["fading"], lamp["edge"] = (1, 0, 0), -2
        if not lamp["far"]:
            lamp["fading"], lamp["focus"] = model.light_attenuation[number], model.light_exponent[number]
            if model.light_cutoff[number] < 90:
                lamp["edge"] = math.cos(math.radians(model.light_cutoff[number]))
    return lamps, np.array(numbers, np.int32)


def _views(model: mujoco.MjModel, lamps: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """The cameras of lamps that cast shadows, but for where they are, and room for one more."""
    lamps["dark"] = -1
    casting = [index for index, number in enumerate(numbers) if number >= 0 and model.light_castshadow[number]]
    cameras = np.zeros(len(casting) + 1, CAMERA)
    for view, index in enumerate(casting):
        lamps["dark"][index] = view
        camera, number = cameras[view], numbers[index]
        camera["near"], camera["far"] = model.vis.map.znear * model.stat.extent, model.vis.map.zfar * model.stat.extent
        if lamps["far"][index]:  # its camera is far away, with a narrow view
            half = model.vis.map.shadowclip * model.stat.extent / (0.5 * camera["far"])
        else:
            half = math.tan(math.radians(min(model.light_cutoff[number] * model.vis.map.shadowscale, 80)))
        camera["left"], camera["top"] = -half, half
    return cameras


def _picture(model: mujoco.MjModel, number: int) -> tuple[bool, np.ndarray]:
    """A model's texture: (whether it is a cube, its faces). Alpha is left out."""
    width, height, channels = model.tex_width[number], model.tex_height[number], model.tex_nchannel[number]
    start = model.tex_adr[number]
    texels = model.tex_data[start : start + width * height * channels].reshape(height, width, channels)
    texels = np.repeat(texels[..., :1], 3, axis=2) if channels < 3 else texels[..., :3]
    if model.tex_colorspace[number] == mujoco.mjtColorSpace.mjCOLORSPACE_SRGB:
        texels = np.uint8(255 * (texels / 255.0) ** 2.2 + 0.5)
    if model.tex_type[number] == mujoco.mjtTexture.mjTEXTURE_2D:
        return False, texels[None]
    return True, np.repeat(texels[None], 6, axis=0) if width == height else texels.reshape(6, width, width, 3)


def _mesh(model: mujoco.MjModel, number: int) -> Mesh:
    """A model's mesh. Where its surface has an edge it is drawn as one, as MuJoCo does."""
    some = slice(model.mesh_faceadr[number], model.mesh_faceadr[number] + model.mesh_facenum[number])
    start = model.mesh_vertadr[number]
    vertices = np.array(model.mesh_vert[start : start + model.mesh_vertnum[number]], float)
    mesh = flat(vertices, np.array(model.mesh_face[some]))
    normals = model.mesh_normal[model.mesh_normaladr[number] + model.mesh_facenormal[some]].astype(float)
    if model.mesh_texcoordadr[number] >= 0:
        mesh.places = model.mesh_texcoord[model.mesh_texcoordadr[number] + model.mesh_facetexcoord[some]].astype(float)
        mesh.normals = normals
    else:
        alike = (normals * mesh.normals).sum(-1, keepdims=True) >= 0.8
        mesh.normals = np.where(alike, normals, mesh.normals)
    return mesh


def _field(model: mujoco.MjModel, number: int) -> list[Detail]:
    """A model's height field, with its sides and its underside: with all its lines, with every second, and so on."""
    rows, cols, start = model.hfield_nrow[number], model.hfield_ncol[number], model.hfield_adr[number]
    wide, deep, high, below = model.hfield_size[number]
    heights = model.hfield_data[start : start + rows * cols].reshape(rows, cols) * high
    down, across = np.linspace(-deep, deep, rows), np.linspace(-wide, wide, cols)
    made = []
    for power in range(LEVELS):
        some, others = (np.unique([*range(0, count, 2**power), count - 1]) for count in (rows, cols))
        mesh = _relief(across[others], down[some], heights[np.ix_(some, others)], below)
        made.append(Detail(mesh, 2**power * 2 * wide / cols if power else 0.0, np.zeros(0)))
    return made


def _relief(across: np.ndarray, down: np.ndarray, heights: np.ndarray, below: float) -> Mesh:
    """A block with an uneven top of these heights (down, across), that reaches `below` metres under 0."""
    rows, cols = heights.shape
    vertices = np.stack([*np.meshgrid(across, down), heights], -1).reshape(-1, 3)
    grid = np.arange(rows * cols).reshape(rows, cols)
    a, b, c, d = (part.reshape(-1) for part in (grid[:-1, :-1], grid[:-1, 1:], grid[1:, :-1], grid[1:, 1:]))
    top = np.concatenate([np.stack([a, b, d], 1), np.stack([a, d, c], 1)])
    around = np.concatenate([grid[0], grid[1:, -1], grid[-1, -2::-1], grid[-2::-1, 0]])  # counterclockwise from above
    feet = vertices[around] * (1, 1, 0) - (0, 0, below)
    foot = rows * cols + np.arange(len(around) - 1)
    left, right = around[:-1], around[1:]
    walls = np.concatenate([np.stack([foot, foot + 1, left], 1), np.stack([foot + 1, right, left], 1)])
    one, two, three, four = (rows * cols + np.array([0, cols - 1, cols + rows - 2, 2 * cols + rows - 3])).tolist()
    under = np.array([[one, four, two], [four, three, two]])
    return flat(np.concatenate([vertices, feet]), np.concatenate([top, walls, under]))
