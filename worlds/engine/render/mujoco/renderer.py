"""MuJoCo's models, drawn without a GL: the picture that its own renderer makes, but for reflections.

    renderer = MujocoRenderer(model)
    renderer.draw(data, camera, pixels)

Geoms, sites, tendons and skins of the groups 0 to 2 are drawn, as MuJoCo shows by default. Sizes and colours are those
that the model has when a frame is drawn, so that they may be changed in between; so are height fields.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import mujoco
import numpy as np

from ...compile.cached import cached
from ..primitives import FIELD, MESH
from .frame import Buffers, Frame, Paints, Scene, Tendons, draw, place, place_lights, string
from .geoms import CAMERA, GEOM
from .meshes import LEVELS, Layer, LevelOfDetail, Mesh, Meshes, flat, levels_of_detail
from .shading import LIGHT, PASSES, RowBuffer, textures
from .skins import Skin, pose, skin

_SHOWN = 3  # groups that are shown
_SHADOWS = (128, 256)  # rows and columns of shadow maps, for small pictures and for large ones
_MESHES = (int(mujoco.mjtGeom.mjGEOM_MESH), int(mujoco.mjtGeom.mjGEOM_SDF))
_COLOUR = int(mujoco.mjtTextureRole.mjTEXROLE_RGB)
_NO_DEPTHS, _NO_SEGMENTATION = np.zeros((0, 0), np.float32), np.zeros((0, 0), np.int32)


class MujocoRenderer:
    """Draws frames of one model. For one thread at a time: it keeps the memory in which it draws."""

    _poses: list[Skin]

    def __init__(self, model: mujoco.MjModel) -> None:
        """Raises ValueError for a model with cameras that know no perspective."""
        self._model = model
        self._shown = _shown(model.geom_group), _shown(model.site_group)
        self._tendons, self._skins = _shown(model.tendon_group), _shown(model.skin_group)
        pieces = int(2 * model.nwrap) if len(self._tendons) else 0
        self._geoms = np.zeros(sum(map(len, self._shown)) + len(self._skins) + pieces + 1, GEOM)
        self._describe()
        self._lights, self._light_numbers = _lights(model)
        self._textures = textures([_picture(model, number) for number in range(model.ntex)])
        skies = np.flatnonzero(model.tex_type == mujoco.mjtTexture.mjTEXTURE_SKYBOX)
        self._skybox = int(skies[0]) if len(skies) else -1
        far = model.vis.map.zfar * model.stat.extent
        self._haze = np.array([*model.vis.rgba.haze[:3], model.vis.map.haze, 0.7 * far], np.float32)
        self._cameras = _cameras(model, self._lights, self._light_numbers)
        self._buffers: Buffers | None = None

    def _describe(self) -> None:
        """Write the fields of all geoms that stay the same."""
        model, geoms, meshes = self._model, self._geoms, Meshes()
        geoms["texture"], geoms["mesh"], geoms["level"], geoms["object_id"] = -1, -1, -1, model.ngeom + model.nsite
        geoms["specular"] = geoms["shininess"] = 0.5
        made: dict[tuple[bool, int], int] = {}
        for geom, number in zip(geoms, self._shown[0], strict=False):
            form, data = model.geom_type[number], int(model.geom_dataid[number])
            geom["form"], geom["object_id"] = form, number
            if form in _MESHES or form == FIELD:
                key = (form == FIELD, data)
                if key not in made:
                    levels = _field(model, data) if form == FIELD else levels_of_detail(_mesh(model, data))
                    made[key] = meshes.add(levels)
                geom["form"], geom["mesh"] = FIELD if form == FIELD else MESH, made[key]
                geom["low"], geom["high"] = meshes.box(made[key])
                geom["half"] = model.geom_size[number]
            _material(model, geom, int(model.geom_matid[number]))
        rest = geoms[len(self._shown[0]) :]
        for geom, number in zip(rest, self._shown[1], strict=False):
            geom["form"], geom["object_id"] = model.site_type[number], model.ngeom + number
            _material(model, geom, int(model.site_matid[number]))
        self._poses = []
        for geom, number in zip(rest[len(self._shown[1]) :], self._skins, strict=False):
            made_of = skin(model, int(number), meshes)
            geom["form"], geom["mesh"] = MESH, made_of.mesh
            _material(model, geom, int(model.skin_matid[number]))
            self._poses.append(made_of)
        self._meshes = meshes.arrays()
        self._rest, self._points = self._meshes.vertices.copy(), np.zeros_like(self._meshes.vertices)
        self._heights = model.hfield_data.copy()
        self._buffers = None

    def draw(
        self,
        data: mujoco.MjData,
        camera: int,
        pixels: np.ndarray,
        depths: np.ndarray | None = None,
        segmentation: np.ndarray | None = None,
    ) -> None:
        """Draw the view of a camera (-1: MuJoCo's free camera where it begins) into pixels, uint8 (rows, cols, 3).

        depths: float32 (rows, cols), metres along the camera's axis. segmentation: int32 (rows, cols), the number of
        the geom that is seen; sites are numbered after the geoms, tendons and skins have the number after those; -1:
        nothing. In both, transparent geoms are as solid as the rest.
        """
        model = self._model
        if model.nhfield and not np.array_equal(self._heights, model.hfield_data):
            self._describe()
        self._aim(data, camera, *pixels.shape[:2])
        buffers, count = self._buffers_of(*pixels.shape[:2]), self._pose(data)
        scene = Scene(
            self._geoms, count, self._cameras, self._lights, self._textures, self._skybox, self._haze, self._meshes
        )
        frame = Frame(
            pixels,
            _NO_DEPTHS if depths is None else depths,
            _NO_SEGMENTATION if segmentation is None else segmentation,
        )
        _kernels()["draw"](scene, buffers, frame)

    def _pose(self, data: mujoco.MjData) -> int:
        """Write where everything is. Returns how many geoms there are."""
        model, kernels, geoms, count = self._model, _kernels(), self._geoms, 0
        poses = (data.geom_xpos, data.geom_xmat, model.geom_size), (data.site_xpos, data.site_xmat, model.site_size)
        for numbers, pose_, kind in zip(self._shown, poses, ("geom", "site"), strict=True):
            if len(numbers):
                kernels["place"](geoms, count, numbers, *pose_, self._paints(kind))
                count += len(numbers)
        kernels["place_lights"](self._lights, self._light_numbers, data.light_xpos, data.light_xdir, self._cameras)
        for made_of in self._poses:
            kernels["pose"](
                geoms, count, self._cameras[-1], made_of, self._rest, self._meshes, self._paints("skin"), data.xpos,
                data.xmat, self._points,
            )  # fmt: skip
            count += 1
        if len(self._tendons):
            tendons = Tendons(
                data.ten_wrapadr, data.ten_wrapnum, data.wrap_xpos.reshape(-1, 3), data.wrap_obj.reshape(-1),
                model.tendon_width,
            )  # fmt: skip
            count = kernels["string"](geoms, count, self._tendons, tendons, self._paints("tendon"))
        return count

    def _paints(self, kind: str) -> Paints:
        """The colours of all "geom", "site", "skin" or "tendon"."""
        model = self._model
        return Paints(getattr(model, f"{kind}_rgba"), getattr(model, f"{kind}_matid"), model.mat_rgba)

    def _buffers_of(self, rows: int, cols: int) -> Buffers:
        """The memory for frames of this size."""
        if self._buffers is None or self._buffers.opaque.depths.shape != (rows, cols):
            size = _SHADOWS[max(rows, cols) > _SHADOWS[0]]
            self._cameras[:-1]["wide"] = self._cameras[:-1]["high"] = 2 * self._cameras[:-1]["top"] / size
            triangles = np.zeros((rows, cols), np.int32)
            maps = np.zeros((len(self._cameras) - 1, size, size), np.float32)
            self._buffers = Buffers(
                Layer(np.zeros((rows, cols), np.float32), np.zeros((rows, cols), np.int32), triangles),
                Layer(np.zeros((rows, cols), np.float32), np.zeros((rows, cols), np.int32), triangles),
                Layer(maps, np.zeros((size, size), np.int32), np.zeros((size, size), np.int32)),
                RowBuffer(
                    np.zeros((PASSES, cols), np.float32),
                    np.zeros(cols, np.int32),
                    np.ones((len(self._lights), cols), np.float32),
                ),
                np.zeros(len(self._geoms), np.int32),
                self._points,
            )
        return self._buffers

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
    kernels: tuple[Any, ...] = draw, place, place_lights, string, pose
    return {kernel.__name__: cached(kernel, allocates=False) for kernel in kernels}


def _shown(groups: np.ndarray) -> np.ndarray:
    """The numbers of those in the groups that MuJoCo shows by default."""
    return np.flatnonzero(groups < _SHOWN).astype(np.int32)


def _material(model: mujoco.MjModel, geom: Any, number: int) -> None:
    """Write the fields of a geom that its material has, if it has one (number -1: none)."""
    if number >= 0:
        for name in ("emission", "specular", "shininess"):
            geom[name] = getattr(model, f"mat_{name}")[number]
        geom["texture"] = model.mat_texid[number, _COLOUR]
        geom["cube"] = geom["texture"] >= 0 and model.tex_type[geom["texture"]] != mujoco.mjtTexture.mjTEXTURE_2D
        geom["uniform"] = model.mat_texuniform[number]
        repeat = model.mat_texrepeat[number]
        geom["repeat"] = np.where(repeat > 0, repeat, 1)


def _lights(model: mujoco.MjModel) -> tuple[np.ndarray, np.ndarray]:
    """(LIGHT records without their positions, the number of each in the model; -1: the headlight)."""
    active = np.flatnonzero(model.light_active)
    directional = int(mujoco.mjtLightType.mjLIGHT_DIRECTIONAL)
    active = active[np.isin(model.light_type[active], (directional, int(mujoco.mjtLightType.mjLIGHT_SPOT)))]
    numbers = [-1] * bool(model.vis.headlight.active) + active.tolist()
    lights = np.zeros(len(numbers), LIGHT)
    for light, number in zip(lights, numbers, strict=True):
        for name in ("ambient", "diffuse", "specular"):
            light[name] = getattr(model, f"light_{name}")[number] if number >= 0 else getattr(model.vis.headlight, name)
        light["far"] = number < 0 or model.light_type[number] == directional
        light["attenuation"], light["cutoff"] = (1, 0, 0), -2
        if not light["far"]:
            light["attenuation"], light["exponent"] = model.light_attenuation[number], model.light_exponent[number]
            if model.light_cutoff[number] < 90:
                light["cutoff"] = math.cos(math.radians(model.light_cutoff[number]))
    return lights, np.array(numbers, np.int32)


def _cameras(model: mujoco.MjModel, lights: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """The cameras of shadow maps without their positions, and one more."""
    lights["shadow_map"] = -1
    casting = [index for index, number in enumerate(numbers) if number >= 0 and model.light_castshadow[number]]
    cameras = np.zeros(len(casting) + 1, CAMERA)
    for view, index in enumerate(casting):
        lights["shadow_map"][index] = view
        camera, number = cameras[view], numbers[index]
        camera["near"], camera["far"] = model.vis.map.znear * model.stat.extent, model.vis.map.zfar * model.stat.extent
        if lights["far"][index]:  # its camera is far away, with a narrow view
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
        mesh.uvs = model.mesh_texcoord[model.mesh_texcoordadr[number] + model.mesh_facetexcoord[some]].astype(float)
        mesh.normals = normals
    else:
        alike = (normals * mesh.normals).sum(-1, keepdims=True) >= 0.8
        mesh.normals = np.where(alike, normals, mesh.normals)
    return mesh


def _field(model: mujoco.MjModel, number: int) -> list[LevelOfDetail]:
    """A model's height field, with its sides and its underside: with all its lines, with every second, and so on."""
    rows, cols, start = model.hfield_nrow[number], model.hfield_ncol[number], model.hfield_adr[number]
    wide, deep, high, below = model.hfield_size[number]
    heights = model.hfield_data[start : start + rows * cols].reshape(rows, cols) * high
    down, across = np.linspace(-deep, deep, rows), np.linspace(-wide, wide, cols)
    made = []
    for power in range(LEVELS):
        some, others = (np.unique([*range(0, count, 2**power), count - 1]) for count in (rows, cols))
        mesh = _relief(across[others], down[some], heights[np.ix_(some, others)], below)
        made.append(LevelOfDetail(mesh, 2**power * 2 * wide / cols if power else 0.0, np.zeros(0)))
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
