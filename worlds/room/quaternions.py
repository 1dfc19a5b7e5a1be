"""Rotations as unit quaternions (w, x, y, z), tuples of four numbers; vectors are tuples of three."""

import math

from numba import njit


@njit
def multiply(a, b):
    """The product a b: the rotation b, then the rotation a."""
    return (
        a[0] * b[0] - a[1] * b[1] - a[2] * b[2] - a[3] * b[3],
        a[0] * b[1] + a[1] * b[0] + a[2] * b[3] - a[3] * b[2],
        a[0] * b[2] - a[1] * b[3] + a[2] * b[0] + a[3] * b[1],
        a[0] * b[3] + a[1] * b[2] - a[2] * b[1] + a[3] * b[0],
    )


@njit
def conjugate(a):
    """The conjugate, which is the inverse rotation."""
    return a[0], -a[1], -a[2], -a[3]


@njit
def rotate(a, v):
    """The vector v rotated by the quaternion a."""
    x = a[2] * v[2] - a[3] * v[1] + a[0] * v[0]
    y = a[3] * v[0] - a[1] * v[2] + a[0] * v[1]
    z = a[1] * v[1] - a[2] * v[0] + a[0] * v[2]
    return (
        v[0] + 2 * (a[2] * z - a[3] * y),
        v[1] + 2 * (a[3] * x - a[1] * z),
        v[2] + 2 * (a[1] * y - a[2] * x),
    )


@njit
def from_axis_angle(axis, angle):
    """The rotation about the x (0), y (1) or z (2) axis by an angle in radians."""
    w, s = math.cos(angle / 2), math.sin(angle / 2)
    return w, s if axis == 0 else 0.0, s if axis == 1 else 0.0, s if axis == 2 else 0.0


@njit
def normalised(a):
    """The quaternion scaled to length 1; the identity if its length is 0 or not a number."""
    length = math.sqrt(a[0] * a[0] + a[1] * a[1] + a[2] * a[2] + a[3] * a[3])
    if not (length > 1e-6):
        return 1.0, 0.0, 0.0, 0.0
    return a[0] / length, a[1] / length, a[2] / length, a[3] / length


@njit
def to_rotation_vector(a):
    """The rotation vector: along the axis, as long as the angle in radians, at most pi."""
    sign = -1.0 if a[0] < 0 else 1.0
    length = math.sqrt(a[1] * a[1] + a[2] * a[2] + a[3] * a[3])
    if length < 1e-9:
        return 0.0, 0.0, 0.0
    share = sign * 2 * math.atan2(length, sign * a[0]) / length
    return share * a[1], share * a[2], share * a[3]


@njit
def clip_norm(v, most):
    """The vector v, scaled down to the length `most` if it is longer."""
    length = math.sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2])
    if length <= most:
        return v
    return v[0] * most / length, v[1] * most / length, v[2] * most / length
