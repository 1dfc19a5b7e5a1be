"""Where things are: a thing's own axes from its quaternion, and the box about its hull however it lies."""

import numpy as np
from numba import njit

from ..engine.compile.ingredients import python
from ..engine.render.primitives import extent
from .state import POSE, TOYS_AT
from .toys import EXTENT, FIRST, HARD, HULL_AT, HULL_FORM, HULL_HALF, HULL_QUAT, SCALE


@njit
def axes(w, x, y, z):
    """The own axes x, y and z, as nine numbers, of what is turned by this quaternion of length 1."""
    return (
        (1 - 2 * (y * y + z * z), 2 * (x * y + w * z), 2 * (x * z - w * y)),
        (2 * (x * y - w * z), 1 - 2 * (x * x + z * z), 2 * (y * z + w * x)),
        (2 * (x * z + w * y), 2 * (y * z - w * x), 1 - 2 * (x * x + y * y)),
    )


HULL_AXES = np.array([[python(axes)(*quat) for quat in quats] for quats in HULL_QUAT])
"""A form's own x, y and z in the axes of its thing."""


@njit
def axes_of(state, index):
    """The own axes of a thing of the room: ((x), (y), (z))."""
    at = TOYS_AT + POSE * index
    return axes(state.qpos[at + 3], state.qpos[at + 4], state.qpos[at + 5], state.qpos[at + 6])


@njit
def spread(state, index):
    """Half of what the box about an upright toy measures along x, y and z."""
    at = TOYS_AT + POSE * index
    w, z = state.qpos[at + 3], state.qpos[at + 6]
    cos, sin = abs(w * w - z * z), abs(2 * w * z)
    kind, scale = state.kind[index] - FIRST, SCALE[state.size[index]]
    x, y = scale * EXTENT[kind, 0], scale * EXTENT[kind, 1]
    return cos * x + sin * y, sin * x + cos * y, scale * EXTENT[kind, 2]


@njit
def bounds(state, index):
    """The upright box about a thing's hull, in metres: low x, y, z and high x, y, z."""
    own, at = axes_of(state, index), TOYS_AT + POSE * index
    kind, scale = state.kind[index] - FIRST, SCALE[state.size[index]]
    x0, x1 = _extent(own, kind, 0)
    y0, y1 = _extent(own, kind, 1)
    z0, z1 = _extent(own, kind, 2)
    x, y, z = state.qpos[at], state.qpos[at + 1], state.qpos[at + 2]
    return x + scale * x0, y + scale * y0, z + scale * z0, x + scale * x1, y + scale * y1, z + scale * z1


@njit
def _extent(own, kind, axis):
    """From where to where a hull reaches along an axis of the room, seen from the middle of its thing."""
    low, high = 1e9, -1e9
    for part in range(HARD):
        form = HULL_FORM[kind, part]
        if form == 0:
            continue
        middle = 0.0
        for k in range(3):
            middle += own[k][axis] * HULL_AT[kind, part, k]
        x, y, z = _along(own, kind, part, 0, axis), _along(own, kind, part, 1, axis), _along(own, kind, part, 2, axis)
        reach = extent(form, HULL_HALF[kind, part], x, y, z, 1.0)
        low, high = min(low, middle - reach), max(high, middle + reach)
    return low, high


@njit
def _along(own, kind, part, k, axis):
    """The part of an axis of the room in the own axis k of a form of a hull."""
    total = 0.0
    for j in range(3):
        total += HULL_AXES[kind, part, k, j] * own[j][axis]
    return total
