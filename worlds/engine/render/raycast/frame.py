"""The records of one frame: a view, its rows and solids as the camera sees them, and the columns it is drawn in.

Columns go from low to high, rows or strips from top to bottom; arrays over pixels are (columns, rows), so that the rows
of a column lie side by side.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

EIGHT = 8
"""Rows of a strip: pixels that a processor works on at once. Arrays over rows are as long as a multiple of it."""
V, DEPTH, REACH = range(3)
"""Of a row: its slope v; the depth of the floor or ceiling there, and that as far as textures are drawn."""
SHADE, START, MASK, ACROSS, SQUARE = range(5)
"""Of a row: its shade, 0 to 256; the start of its level in a texture's pyramid; the bits of 1/65536 of a cell that tell
its texels apart; the level's width, and the square of it."""
PROJECTION = np.dtype(
    [
        ("left", np.int32),  # columns [left, right) and rows [top, bottom) that the solid can touch; none: it is hidden
        ("right", np.int32),
        ("top", np.int32),
        ("bottom", np.int32),
        ("near", np.float32),  # its least depth
        ("shadow", np.float32),  # the darkness and the radius of its shadow, and the pixels that it can touch
        ("shadow_radius", np.float32),
        ("shadow_left", np.int32),
        ("shadow_right", np.int32),
        ("shadow_top", np.int32),
        ("shadow_bottom", np.int32),
        ("eye", np.float32, (3,)),  # of the camera, in the solid's axes
        ("rays", np.float32, (3, 3)),  # ahead, right and up of the camera in the solid's axes
        ("light", np.float32, (3,)),
    ],
    align=True,
)


class View(NamedTuple):
    """A frame to be drawn. scene: a SCENE; texels: all pyramids, flat; height, width: of the picture; rows: float32 (3,
    height) by V, DEPTH and REACH; row_textures: int32 (5, height) by SHADE to SQUARE; projections: PROJECTION of each
    solid; visible: the numbers of the `count` solids that may be seen; floor: the texture of the floor, -1: several."""

    scene: Any
    texels: Any
    height: Any
    width: Any
    rows: Any
    row_textures: Any
    projections: Any
    visible: Any
    count: Any
    floor: Any


class Columns(NamedTuple):
    """Columns of a frame that are drawn together. slopes, walls (columns,): the slope u of each, and the depth of its
    wall; edges (2, columns): the wall's rows [first, last); colours int32, depths, object_ids (columns, rows): the
    picture; hits, cosines (columns, rows): depths and shading of one solid."""

    slopes: Any
    walls: Any
    edges: Any
    colours: Any
    depths: Any
    object_ids: Any
    hits: Any
    cosines: Any


class Area(NamedTuple):
    """Columns [low, high) and EIGHT-row strips [top, bottom)."""

    low: Any
    high: Any
    top: Any
    bottom: Any


class Scratch(NamedTuple):
    """The memory in which one CPU thread draws: arrays of a View, `texel_index` (height,) of a column, and Columns.
    prepared: float32 (camera.PREPARED,), the numbers of the scene from which the rows were made."""

    prepared: Any
    rows: Any
    row_textures: Any
    projections: Any
    visible: Any
    texel_index: Any
    columns: Columns


class Frames(NamedTuple):
    """The pictures of a batch: pixels uint8 (n, players, height, width, 3), and depths float32 and segmentation uint8
    (n, players, height, width), either without rows if it is not wanted."""

    pixels: Any
    depths: Any
    segmentation: Any
