"""MuJoCo's models drawn without a GL: against its own rays, against its own renderer, and what may change meanwhile.

`mj_ray` and, where there is a software GL, `mujoco.Renderer` are the independent truths.
"""

import json
import os
import subprocess
import sys

import mujoco
import numpy as np
import pytest

from rumpus.worlds.engine.render.mujoco.renderer import MujocoRenderer

FORMS = ("sphere", "capsule", "ellipsoid", "cylinder", "box")
_TURN = np.linspace(0, 4 * np.pi, 160, endpoint=False)
_WIDE = 2 + np.cos(1.5 * _TURN)
KNOT = np.stack([_WIDE * np.cos(_TURN), _WIDE * np.sin(_TURN), np.sin(1.5 * _TURN)], -1)


def tube(path: np.ndarray, radius: float, sides: int = 16) -> tuple[np.ndarray, np.ndarray]:
    """A closed tube along a path: (vertices, faces), many small triangles and no simple outline."""
    ahead = np.roll(path, -1, 0) - np.roll(path, 1, 0)
    one = np.cross(ahead, (0.3, 0.2, 1.0))
    one /= np.linalg.norm(one, axis=1, keepdims=True)
    two = np.cross(ahead, one)
    two /= np.linalg.norm(two, axis=1, keepdims=True)
    turn = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    rings = path[:, None] + radius * (np.cos(turn)[:, None] * one[:, None] + np.sin(turn)[:, None] * two[:, None])
    grid = np.arange(len(path) * sides).reshape(len(path), sides)
    a, b = grid, np.roll(grid, -1, 1)
    c, d = np.roll(a, -1, 0), np.roll(b, -1, 0)
    faces = np.concatenate([np.stack([a, b, c], -1).reshape(-1, 3), np.stack([b, d, c], -1).reshape(-1, 3)])
    return rings.reshape(-1, 3), faces


def numbers(array) -> str:
    return " ".join(f"{value:.5g}" for value in np.asarray(array).reshape(-1))


def model_of(rng: np.random.Generator, cameras: int = 3) -> mujoco.MjModel:
    """Solids of all forms, meshes and a height field at random places and turns, with random tilted cameras around."""
    vertices, faces = tube(0.2 * KNOT, 0.06)
    things = []
    for index in range(15):
        things.append(
            f'<geom type="{FORMS[index % 5]}" size="{numbers(rng.uniform(0.1, 0.4, 3))}" rgba="0.8 0.5 0.2 1" '
            f'pos="{numbers(rng.uniform(-1.5, 1.5, 3))}" quat="{numbers(rng.normal(size=4))}"/>'
        )
    for _ in range(3):
        things.append(
            f'<geom type="mesh" mesh="knot" pos="{numbers(rng.uniform(-1.5, 1.5, 3))}" '
            f'quat="{numbers(rng.normal(size=4))}"/>'
        )
    for _ in range(cameras):
        at = rng.normal(size=3)
        at = at / np.linalg.norm(at) * rng.uniform(2.5, 5) + (0, 0, 1.5)
        ahead = rng.uniform(-0.5, 0.5, 3) - at
        right = np.cross(ahead, rng.normal(size=3))  # so that it is rolled too
        up = np.cross(right, ahead)
        things.append(
            f'<camera pos="{numbers(at)}" xyaxes="{numbers(right)} {numbers(up)}" fovy="{rng.integers(30, 90)}"/>'
        )
    heights = numbers(rng.uniform(0, 1, (9, 11)))
    return mujoco.MjModel.from_xml_string(f"""
    <mujoco><asset>
      <mesh name="knot" vertex="{numbers(vertices)}" face="{" ".join(map(str, faces.reshape(-1)))}"/>
      <hfield name="hills" nrow="9" ncol="11" size="1 0.8 0.4 0.1" elevation="{heights}"/>
    </asset><worldbody>
      <geom type="plane" size="0 0 0.1" pos="0 0 -2.5"/>
      <geom type="plane" size="1 0.5 0.1" pos="0 2 0" quat="{numbers(rng.normal(size=4))}"/>
      <geom type="hfield" hfield="hills" pos="0 0 -2" quat="1 0.1 0.2 0.3"/>
      {"".join(things)}
    </worldbody></mujoco>""")


def drawn(model, data, camera, size=(60, 80)):
    pixels, depth, segmentation = np.zeros((*size, 3), np.uint8), np.zeros(size, np.float32), np.zeros(size, np.int32)
    MujocoRenderer(model).draw(data, camera, pixels, depth, segmentation)
    return pixels, depth, segmentation


def behind_planes(model, data, camera):
    """Planes that the camera is under: MuJoCo's pictures show them, faintly, but its rays miss them."""
    below = [((data.cam_xpos[camera] - data.geom_xpos[g]) @ data.geom_xmat[g].reshape(3, 3)[:, 2]) < 0
             for g in range(model.ngeom)]  # fmt: skip
    return [g for g in range(model.ngeom) if model.geom_type[g] == 0 and below[g]]


@pytest.mark.parametrize("seed", range(4))
def test_it_sees_what_mujocos_rays_meet(seed):
    model = model_of(np.random.default_rng(seed))
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    for camera in range(model.ncam):
        for plane in behind_planes(model, data, camera):
            model.geom_group[plane] = 4
        _, depth, segmentation = drawn(model, data, camera)
        axes, zoom = data.cam_xmat[camera].reshape(3, 3), np.tan(np.radians(model.cam_fovy[camera]) / 2)
        shown, met = np.array([1, 1, 1, 0, 0, 0], np.uint8), np.zeros(1, np.int32)
        right = near = 0
        cells = [(row, col) for row in range(0, 60, 2) for col in range(0, 80, 2)]
        for row, col in cells:
            u, v = zoom * (col + 0.5 - 40) / 30, zoom * (30 - row - 0.5) / 30
            reach = mujoco.mj_ray(model, data, data.cam_xpos[camera], axes @ (u, v, -1.0), shown, True, -1, met)
            if reach < 0 or reach > model.vis.map.zfar * model.stat.extent:
                right += segmentation[row, col] == -1
                near += 1
            else:
                right += segmentation[row, col] == met[0]
                near += abs(depth[row, col] - reach) <= 0.01 * reach
        assert right >= 0.985 * len(cells), (camera, right / len(cells))
        assert near >= 0.985 * len(cells), (camera, near / len(cells))
        assert len(np.unique(segmentation)) > 6  # and there was something to see


def test_coarse_meshes_look_like_fine_ones():
    """Seen from afar, fewer triangles are drawn, and the picture stays the same."""
    vertices, faces = tube(KNOT, 0.3, 64)
    knot = f'<mesh name="knot" vertex="{numbers(vertices)}" face="{" ".join(map(str, faces.reshape(-1)))}"/>'
    xml = f"""<mujoco><asset>{knot}</asset><worldbody>
      <geom type="mesh" mesh="knot"/><camera pos="0 0 14" fovy="40"/></worldbody></mujoco>"""
    model = mujoco.MjModel.from_xml_string(xml)
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    renderer, seen = MujocoRenderer(model), []
    for fine in (False, True):
        if fine:
            renderer._geoms["level"] = 0
        pixels, depth, segmentation = (
            np.zeros((64, 64, 3), np.uint8),
            np.zeros((64, 64), np.float32),
            np.zeros((64, 64), np.int32),
        )
        renderer.draw(data, 0, pixels, depth, segmentation)
        seen.append((pixels.astype(int), segmentation))
    assert (renderer._meshes.levels["cell"][0] < 1).sum() >= 2  # there are coarser levels
    assert 0.1 < (seen[1][1] == 0).mean() < 0.9
    assert (seen[0][1] == seen[1][1]).mean() > 0.98
    assert not np.array_equal(seen[0][0], seen[1][0])  # a coarser one was drawn
    assert np.abs(seen[0][0] - seen[1][0]).mean() < 6


SKIN = """
<mujoco><worldbody>
  <body name="a"><joint type="ball"/><geom size="0.05" group="4"/>
    <body name="b" pos="0 0 1"><joint type="hinge" axis="1 0 0"/><geom size="0.05" group="4"/></body></body>
  <camera pos="3 0.5 0.8" xyaxes="-0.2 1 0 0 0 1"/>
</worldbody><deformable><skin name="s" inflate="0.02" rgba="0.8 0.4 0.2 1" vertex="{vertex}" face="{face}">
  <bone body="a" bindpos="0 0 0" bindquat="1 0 0 0" vertid="{ids}" vertweight="{low}"/>
  <bone body="b" bindpos="0 0 1" bindquat="1 0 0 0" vertid="{ids}" vertweight="{high}"/>
</skin></deformable></mujoco>"""


def test_skins_follow_their_bones():
    """Against mjv_updateScene, which moves skins without a GL."""
    turn, rise = np.meshgrid(np.linspace(0, 2 * np.pi, 8, endpoint=False), np.linspace(-0.3, 2, 12))
    vertices = np.stack([0.2 * np.cos(turn), 0.2 * np.sin(turn), rise], -1).reshape(-1, 3)
    grid = np.arange(96).reshape(12, 8)
    a, b = grid[:-1], np.roll(grid[:-1], -1, 1)
    c, d = grid[1:], np.roll(grid[1:], -1, 1)
    faces = np.concatenate([np.stack([a, b, c], -1).reshape(-1, 3), np.stack([b, d, c], -1).reshape(-1, 3)])
    high = np.clip(vertices[:, 2], 0.05, 0.95)
    text = SKIN.format(
        vertex=numbers(vertices), face=" ".join(map(str, faces.reshape(-1))), ids=" ".join(map(str, range(96))),
        low=numbers(1 - high), high=numbers(high),
    )  # fmt: skip
    model = mujoco.MjModel.from_xml_string(text)
    data, scene = mujoco.MjData(model), mujoco.MjvScene(model, 100)
    data.qpos[:] = (0.9, 0.1, 0.2, 0.3, 0.8)
    mujoco.mj_forward(model, data)
    mujoco.mjv_updateScene(model, data, mujoco.MjvOption(), None, mujoco.MjvCamera(), mujoco.mjtCatBit.mjCAT_ALL, scene)
    mujoco.mjv_updateSkin(model, data, scene)
    renderer = MujocoRenderer(model)
    pixels = np.zeros((64, 64, 3), np.uint8)
    renderer.draw(data, 0, pixels)
    ours = renderer._meshes.vertices[:96] + data.xpos[1]
    np.testing.assert_allclose(ours, scene.skinvert.reshape(-1, 3), atol=2e-4)
    assert (pixels.reshape(-1, 3).max(0) > (80, 40, 15)).all()


def test_it_draws_what_the_model_is_now():
    """Sizes, colours, height fields and what is shown may change between frames; what one sees through is mixed."""
    model = mujoco.MjModel.from_xml_string("""
    <mujoco><asset><hfield name="h" nrow="2" ncol="2" size="1 1 1 0.1" elevation="0 0 0 0"/></asset>
    <visual><headlight ambient="1 1 1" diffuse="0 0 0" specular="0 0 0"/></visual><worldbody>
      <geom type="hfield" hfield="h" pos="0 0 -1" rgba="0 0 1 1"/>
      <geom type="box" size="0.2 0.2 0.2" rgba="1 0 0 1"/>
      <geom type="sphere" size="0.1" pos="0 0 1" rgba="0 1 0 0"/>
      <site type="sphere" size="0.05" pos="0.8 0 0" rgba="1 1 1 1"/>
      <camera pos="0 0 4" fovy="30"/></worldbody></mujoco>""")
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    renderer = MujocoRenderer(model)

    def middle():
        pixels, depth, segmentation = (
            np.zeros((41, 41, 3), np.uint8),
            np.zeros((41, 41), np.float32),
            np.zeros((41, 41), np.int32),
        )
        renderer.draw(data, 0, pixels, depth, segmentation)
        return pixels[20, 20].tolist(), float(depth[20, 20]), segmentation

    colour, depth, segmentation = middle()
    assert (
        colour == [255, 0, 0]
        and depth == pytest.approx(3.8, abs=1e-3)
        and set(np.unique(segmentation)) == {-1, 0, 1, 3}
    )
    model.geom_rgba[2, 3] = 0.5
    colour, depth, segmentation = middle()
    assert colour == [64, 191, 0]  # MuJoCo mixes each such thing in twice
    assert depth == pytest.approx(2.9, abs=1e-3) and segmentation[20, 20] == 2
    model.geom_rgba[1], model.geom_size[1] = (0, 1, 1, 1), 0.5
    colour, depth, segmentation = middle()
    assert colour == [0, 255, 64]
    model.geom_rgba[2, 3] = 0
    assert middle()[1] == pytest.approx(3.5, abs=1e-3)
    model.geom_rgba[1:, 3] = 0
    model.hfield_data[:] = 0.5
    assert middle()[1] == pytest.approx(4.5, abs=1e-3)
    data.geom_xpos[0] = np.nan  # what a broken simulation leaves is not seen
    assert set(np.unique(middle()[2])) == {-1, 3}
    data.cam_xpos[:] = np.inf
    middle()


def test_the_free_camera_is_mujocos():
    model = model_of(np.random.default_rng(9))
    data, scene, camera = mujoco.MjData(model), mujoco.MjvScene(model, 100), mujoco.MjvCamera()
    mujoco.mj_forward(model, data)
    mujoco.mjv_defaultFreeCamera(model, camera)
    mujoco.mjv_updateScene(model, data, mujoco.MjvOption(), None, camera, mujoco.mjtCatBit.mjCAT_ALL, scene)
    renderer = MujocoRenderer(model)
    renderer.draw(data, -1, np.zeros((30, 40, 3), np.uint8))
    ours, theirs = renderer._cameras[-1], scene.camera[0]
    np.testing.assert_allclose(ours["eye"], (scene.camera[0].pos + scene.camera[1].pos) / 2, atol=1e-4)
    np.testing.assert_allclose(ours["ahead"], theirs.forward, atol=1e-5)
    np.testing.assert_allclose(ours["up"], theirs.up, atol=1e-5)
    assert ours["top"] == pytest.approx(theirs.frustum_top / theirs.frustum_near, rel=1e-4)
    model.vis.global_.orthographic = 1
    with pytest.raises(ValueError, match="orthographic"):
        renderer.draw(data, -1, np.zeros((30, 40, 3), np.uint8))


COMPARED = """
import json, sys, warnings
import mujoco, numpy as np
warnings.simplefilter("ignore")
sys.path.insert(0, sys.argv[1])
from test_studio import drawn, model_of
try:
    with mujoco.Renderer(mujoco.MjModel.from_xml_string("<mujoco/>"), 64, 64):
        pass
except Exception as error:
    print(json.dumps({"no GL": str(error)}))
    raise SystemExit
from dm_control import manipulation, suite

def compare(name, model, data, camera, size=(120, 160)):
    pixels, depth, segmentation = drawn(model, data, camera, size)
    with mujoco.Renderer(model, *size) as renderer:
        renderer.update_scene(data, camera)
        picture = renderer.render().astype(int)
        renderer.enable_depth_rendering()
        theirs = renderer.render().copy()
        renderer.disable_depth_rendering()
        renderer.enable_segmentation_rendering()
        found = renderer.render()
    kinds = {int(mujoco.mjtObj.mjOBJ_GEOM): 0, int(mujoco.mjtObj.mjOBJ_SITE): model.ngeom}
    ids = np.full(size, model.ngeom + model.nsite)
    for kind, first in kinds.items():
        ids = np.where(found[..., 1] == kind, first + found[..., 0], ids)
    ids[found[..., 1] < 0] = -1
    near = theirs < 0.5 * model.vis.map.zfar * model.stat.extent
    return name, {
        "depth": float((abs(depth - theirs) <= 0.01 * theirs)[near].mean()),
        "marks": float((segmentation == ids).mean()),
        "colour": float(abs(pixels - picture).mean()),
    }

found = {}
for seed in range(3):
    model = model_of(np.random.default_rng(100 + seed), 2)
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    for camera in range(model.ncam):
        found.update([compare(f"forms {seed} {camera}", model, data, camera)])
for domain, task in (("cartpole", "swingup"), ("cheetah", "run"), ("humanoid", "stand"), ("quadruped", "run")):
    environment = suite.load(domain, task, task_kwargs={"random": 0})
    environment.reset()
    model, data = environment.physics.model.ptr, environment.physics.data.ptr
    for camera in (0, -1):
        found.update([compare(f"{domain} {camera}", model, data, camera)])
environment = manipulation.load("stack_2_bricks_features", seed=0)
environment.reset()
model, data = environment.physics.model.ptr, environment.physics.data.ptr
found.update([compare(f"arm {camera}", model, data, camera) for camera in (0, -1)])
print(json.dumps(found))
"""


def test_it_is_mujocos_picture():
    """Against MuJoCo's own renderer in another process, which alone loads the GL."""
    here = os.path.dirname(__file__)
    done = subprocess.run(
        [sys.executable, "-c", COMPARED, here], env=os.environ | {"MUJOCO_GL": "osmesa"}, capture_output=True, text=True
    )
    lines = done.stdout.strip().splitlines()
    if not lines and "osmesa" in done.stderr.lower():  # MuJoCo looks for it as soon as it is imported
        pytest.skip("no software GL here")
    assert lines, done.stderr
    found = json.loads(lines[-1])
    if "no GL" in found:
        pytest.skip(f"no software GL here: {found['no GL']}")
    for name, share in found.items():
        assert share["depth"] >= 0.97, (name, share)
        assert share["marks"] >= 0.97, (name, share)
        assert share["colour"] <= 6, (name, share)
