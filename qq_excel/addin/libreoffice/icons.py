"""The icons of the buttons, drawn from a few shapes: LibreOffice takes files, where Excel has images of its own.

A drawing is a list of shapes on a field of 24 by 24; later ones lie on top.
"""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

#: Pixels of a small and a big icon.
SIZES: Final = (16, 26)
_FIELD, _FINE = 24, 5
_BLUE, _NAVY, _GREEN, _RED, _AMBER, _GREY, _PAPER, _PALE = (
    (47, 85, 151), (31, 56, 100), (46, 125, 50), (192, 0, 0), (232, 160, 32), (110, 120, 132), (255, 255, 255),
    (222, 231, 243),
)  # fmt: skip

Colour = tuple[int, int, int]
Points = Sequence[tuple[float, float]]
#: (``area``, colour, corners), (``line``, colour, points, width) or (``disc``, colour, centre, radius).
Shape = tuple[str, Colour, Points, float]


def _area(colour: Colour, *corners: tuple[float, float]) -> Shape:
    return "area", colour, corners, 0


def _line(colour: Colour, width: float, *points: tuple[float, float]) -> Shape:
    return "line", colour, points, width


def _disc(colour: Colour, x: float, y: float, radius: float) -> Shape:
    return "disc", colour, ((x, y),), radius


def _box(colour: Colour, left: float, top: float, right: float, bottom: float) -> Shape:
    return _area(colour, (left, top), (right, top), (right, bottom), (left, bottom))


def _arc(colour: Colour, width: float, x: float, y: float, radius: float, start: float, end: float) -> Shape:
    """Part of a circle; degrees clockwise from the right."""
    angles = [math.radians(start + (end - start) * n / 24) for n in range(25)]
    return _line(colour, width, *((x + radius * math.cos(a), y + radius * math.sin(a)) for a in angles))


def _sheet(*inside: Shape) -> list[Shape]:
    """A sheet of paper."""
    return [_box(_BLUE, 4, 1, 20, 23), _box(_PAPER, 5.5, 2.5, 18.5, 21.5), *inside]


def _rows(*heights: float) -> list[Shape]:
    return [_line(_GREY, 1.4, (8, y), (16, y)) for y in heights]


DRAWINGS: Final[dict[str, list[Shape]]] = {
    "qq_check": [*_sheet(*_rows(6, 9.5)), _line(_GREEN, 3.4, (7, 15.5), (11, 19.5), (21, 8.5))],
    "qq_prev": [_area(_BLUE, (15, 3), (15, 21), (4, 12)), _box(_BLUE, 17, 3, 20, 21)],
    "qq_next": [_area(_BLUE, (9, 3), (9, 21), (20, 12)), _box(_BLUE, 4, 3, 7, 21)],
    "qq_rule": [
        _area(_BLUE, (2, 4), (11.2, 6), (11.2, 21), (2, 19)), _area(_BLUE, (22, 4), (12.8, 6), (12.8, 21), (22, 19)),
        _area(_PAPER, (3.6, 6), (10, 7.4), (10, 19), (3.6, 17.6)), _area(_PAPER, (20.4, 6), (14, 7.4), (14, 19), (20.4, 17.6)),
        _line(_GREY, 1.3, (5.2, 10), (8.6, 10.8)), _line(_GREY, 1.3, (5.2, 13.4), (8.6, 14.2)),
    ],
    "qq_fix": [
        _line(_NAVY, 4, (4, 20), (14, 10)), _line(_PAPER, 1.4, (5, 19), (8, 16)),
        _line(_AMBER, 2, (17, 2), (17, 9)), _line(_AMBER, 2, (13.5, 5.5), (20.5, 5.5)),
        _line(_AMBER, 1.6, (20.5, 11), (20.5, 16)), _line(_AMBER, 1.6, (18, 13.5), (23, 13.5)),
    ],
    "qq_clear": [
        _area(_RED, (13, 3), (21, 10), (15, 17), (7, 10)), _area(_PALE, (7, 10), (15, 17), (11, 21), (8, 21), (3, 16)),
        _line(_GREY, 1.8, (3, 22), (21, 22)),
    ],
    "qq_ageing": [
        _line(_GREY, 1.6, (3, 2), (3, 22), (22, 22)), _box(_BLUE, 6, 13, 9.5, 21), _box(_AMBER, 11.5, 8, 15, 21),
        _box(_RED, 17, 4, 20.5, 21),
    ],
    "qq_warnings": [
        _area(_AMBER, (12, 2), (23, 21.5), (1, 21.5)), _line(_PAPER, 2.6, (12, 9), (12, 15)), _disc(_PAPER, 12, 18.4, 1.5),
    ],
    "qq_write_off": [
        *_sheet(*_rows(6, 9.5)), _disc(_RED, 15, 16.5, 5.4), _disc(_PAPER, 15, 16.5, 3.9),
        _line(_RED, 1.5, (12.6, 16.5), (17.4, 16.5)), _line(_RED, 1.5, (15, 14.1), (15, 18.9)),
    ],
    "qq_letters": [
        _box(_BLUE, 1, 5, 23, 20), _box(_PAPER, 2.5, 6.5, 21.5, 18.5),
        _line(_BLUE, 1.8, (2, 6), (12, 13.5), (22, 6)),
    ],
    "qq_template": [
        *_sheet(*_rows(6, 9.5, 13)), _disc(_GREEN, 18, 18, 5.4), _line(_PAPER, 2, (15, 18), (21, 18)),
        _line(_PAPER, 2, (18, 15), (18, 21)),
    ],
    "qq_submit": [
        _line(_BLUE, 2.4, (3, 14), (3, 21.5), (21, 21.5), (21, 14)), _area(_GREEN, (12, 1.5), (19, 9), (5, 9)),
        _box(_GREEN, 9.8, 8, 14.2, 17),
    ],
    "qq_policy": [
        _line(_GREY, 1.8, (3, 5), (21, 5)), _line(_GREY, 1.8, (3, 12), (21, 12)), _line(_GREY, 1.8, (3, 19), (21, 19)),
        _disc(_BLUE, 8, 5, 3), _disc(_BLUE, 16, 12, 3), _disc(_BLUE, 10, 19, 3),
    ],
    "qq_restart": [_arc(_GREEN, 3, 12, 12.5, 8, -30, 270), _area(_GREEN, (12, 0), (12, 9), (18, 4.5))],
    "qq_help": [
        _disc(_BLUE, 12, 12, 11), _arc(_PAPER, 2.4, 12, 9, 3.6, 180, 400), _line(_PAPER, 2.4, (14.6, 11.4), (12, 14), (12, 15.2)),
        _disc(_PAPER, 12, 18.6, 1.5),
    ],
}  # fmt: skip


def draw(name: str, size: int) -> bytes:
    """The icon of a button as a PNG of *size* pixels."""
    import numpy as np

    fine = size * _FINE
    steps = (np.arange(fine) + 0.5) * _FIELD / fine
    x, y = np.meshgrid(steps, steps)
    picture = np.zeros((fine, fine, 4))
    for kind, colour, points, measure in DRAWINGS[name]:
        inside = {"area": _in_area, "line": _on_line, "disc": _in_disc}[kind](x, y, points, measure)
        picture[inside] = (*colour, 255)
    blocks = picture.reshape(size, _FINE, size, _FINE, 4)
    alpha = blocks[..., 3].mean(axis=(1, 3))
    weight = np.maximum(blocks[..., 3].sum(axis=(1, 3)), 1)
    colours = (blocks[..., :3] * blocks[..., 3:]).sum(axis=(1, 3)) / weight[..., None]
    return _png(np.dstack([colours, alpha]).round().astype("uint8"))


def _in_area(
    x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], corners: Points, _: float
) -> npt.NDArray[np.bool_]:
    """Inside a polygon: a ray to the left crosses its edges an odd number of times."""
    inside = x < -1
    for (x1, y1), (x2, y2) in zip(corners, (*corners[1:], corners[0]), strict=True):
        if y1 != y2:
            crosses = (y1 > y) != (y2 > y)
            inside ^= crosses & (x < (x2 - x1) * (y - y1) / (y2 - y1) + x1)
    return inside


def _on_line(
    x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], points: Points, width: float
) -> npt.NDArray[np.bool_]:
    """Within half of *width* of a line with round ends."""
    inside = x < -1
    for (x1, y1), (x2, y2) in pairwise(points):
        length = (x2 - x1) ** 2 + (y2 - y1) ** 2
        along = (((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / length).clip(0, 1)
        inside |= (x - x1 - along * (x2 - x1)) ** 2 + (y - y1 - along * (y2 - y1)) ** 2 <= (width / 2) ** 2
    return inside


def _in_disc(
    x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], centre: Points, radius: float
) -> npt.NDArray[np.bool_]:
    ((cx, cy),) = centre
    return (x - cx) ** 2 + (y - cy) ** 2 <= radius**2


def _png(pixels: npt.NDArray[np.uint8]) -> bytes:
    height, width, _ = pixels.shape
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows, 9))
        + chunk(b"IEND", b"")
    )
