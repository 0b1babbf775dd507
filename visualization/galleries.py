"""Many small pictures in one figure: digits, kernels, feature maps, each under its own words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import plotly.graph_objects as go

from visualization.pictures import shades
from visualization.previews import png_url

_TILE_PIXELS = 96
"""Height of a picture with its words, CSS pixels; less where pictures lie so close that they are narrower."""
_WORDS_PIXELS = 11
_CRISP = 192  # px of a picture in colour, which browsers would blur if it came smaller than it is drawn
Frame = tuple[int, int, int, int]
"""A rectangle of a picture's pixels: first row, first column, the row after the last, the column after the last."""


def gallery(
    pictures: np.ndarray,
    words: Sequence[str],
    *,
    measure: str,
    palette: Literal["sequential", "diverging"] = "sequential",
    across: int | None = None,
    strongest: float | None = None,
    noun: str = "picture",
    numbers: Sequence[int] | None = None,
    frames: Sequence[Frame | None] = (),
) -> go.Figure:
    """`pictures` in rows, one heat map in all, each with its `words` below it.

    pictures: float32 or uint8 (count, rows, columns), NaN for blank cells; or uint8 (count, rows, columns, 1 or 3): of
    three channels each picture is seen in its colours, and hover says how bright a pixel is. measure: what the colours
    stand for, with its unit ("ink, 0 to 255"). palette: diverging where values are signed. across: pictures side by
    side, about a square if None. strongest: the end of the colour scale, else the largest absolute value. noun,
    numbers: what a picture is called under the pointer ("filter 17"), counted from 0 if no numbers are given. frames:
    drawn over the pictures, in their order. A click's point leads to a picture by `picture_at`.
    """
    grid = _grid(pictures.shape, across)
    coloured = pictures if pictures.ndim == 4 and pictures.shape[-1] == 3 else None
    pictures = shades(pictures) if pictures.ndim == 4 else pictures
    high = strongest or _largest(pictures) or 1.0
    figure = go.Figure(
        go.Heatmap(
            z=grid.sheet(pictures),
            x=grid.edges(grid.columns, grid.step_right, grid.gap_right, grid.across),
            y=grid.edges(grid.rows, grid.step_down, grid.gap_down, grid.down),
            customdata=grid.places(numbers),
            coloraxis="coloraxis",
            hoverongaps=False,
            hovertemplate=f"{noun} %{{customdata[0]}}, row %{{customdata[1]}}, column %{{customdata[2]}}: "
            "%{z:.3~g}<extra></extra>",
        )
    )
    right = grid.across * (grid.columns + grid.gap_right) - grid.gap_right
    down = grid.down * (grid.rows + grid.gap_down)
    domain = {"visible": False, "constrain": "domain"}
    figure.update_layout(
        xaxis={**domain, "range": [-0.5, right - 0.5], "constraintoward": "left"},
        yaxis={**domain, "range": [down - 0.5, -0.5], "constraintoward": "top", "scaleanchor": "x"},
        coloraxis={
            "cmin": -high if palette == "diverging" else 0.0,
            "cmax": high,
            "colorbar": {"title": {"text": measure, "side": "right"}, "thickness": 12},
        },
        annotations=[grid.annotation(place, text) for place, text in enumerate(words)],
        shapes=[shape for place, frame in enumerate(frames) if frame for shape in grid.frame(place, frame)],
        margin={"l": 0, "r": 0, "t": 4, "b": 4},
        meta={"palettes": {"coloraxis": palette}},
        uirevision="gallery",
    )
    if coloured is not None:
        figure.update_layout(
            images=[grid.image(place, picture) for place, picture in enumerate(coloured)],
            coloraxis={"showscale": False},  # the colours are the pictures' own
        )
    return figure


def _largest(pictures: np.ndarray) -> float:
    """The largest absolute value that is not blank."""
    return float(np.nanmax(np.abs(pictures), initial=0))


def picture_at(point: Sequence[int], shape: tuple[int, ...], across: int | None = None) -> int | None:
    """The number of the picture at a clicked (row, column) of a gallery of pictures of `shape`; None beside them."""
    if len(point) != 2:
        return None
    grid = _grid(shape, across)
    row, inner_row = divmod(point[0], grid.step_down)
    column, inner_column = divmod(point[1], grid.step_right)
    number = row * grid.across + column
    inside = inner_row < grid.rows and inner_column < grid.columns and column < grid.across
    return number if inside and number < grid.count else None


def wide(count: int) -> int:
    """How many pictures side by side fill a figure that is wider than high: about three for each two below it."""
    return max(1, round(math.sqrt(1.5 * count)))


def height(shape: tuple[int, ...], across: int | None = None, tile: int = _TILE_PIXELS) -> int:
    """CSS pixels in which each picture of such a gallery is seen well; tile: those of a picture with its words."""
    return max(260, _grid(shape, across).down * tile + 8)


@dataclass(frozen=True, slots=True)
class _Grid:
    """Where `count` pictures of `rows` by `columns` lie, `across` in a row, with room for words below each."""

    count: int
    rows: int
    columns: int
    across: int

    @property
    def down(self) -> int:
        """Rows of pictures."""
        return math.ceil(self.count / self.across)

    @property
    def step_down(self) -> int:
        return self.rows + 1

    @property
    def step_right(self) -> int:
        return self.columns + 1

    @property
    def gap_down(self) -> float:
        """Height of the room for words below a picture, in its pixels."""
        return 0.3 * max(self.rows, 0.75 * self.columns)

    @property
    def gap_right(self) -> float:
        """Width of the gap beside a picture, in its pixels."""
        return 0.08 * self.columns

    @property
    def sheet_shape(self) -> tuple[int, int]:
        return self.down * self.step_down, self.across * self.step_right

    def edges(self, cells: int, step: int, gap: float, pictures: int) -> np.ndarray:
        """Where each cell of the sheet begins along an axis, and the last ends: a gap is one cell of any width."""
        widths = np.tile([*[1.0] * cells, gap], pictures)
        assert len(widths) == pictures * step
        return np.concatenate([[0.0], np.cumsum(widths)]) - 0.5

    def _corner(self, number: int) -> tuple[int, int]:
        """Row and column of the sheet at which a picture begins."""
        return number // self.across * self.step_down, number % self.across * self.step_right

    def _place(self, number: int) -> tuple[float, float]:
        """Where a picture begins on the axes, y and x, less half a pixel."""
        row, column = divmod(number, self.across)
        return row * (self.rows + self.gap_down), column * (self.columns + self.gap_right)

    def sheet(self, pictures: np.ndarray) -> np.ndarray:
        """All pictures, float32 of `sheet_shape`, NaN between them."""
        sheet = np.full(self.sheet_shape, np.nan, np.float32)
        for number, picture in enumerate(pictures):
            row, column = self._corner(number)
            sheet[row : row + self.rows, column : column + self.columns] = picture
        return sheet

    def places(self, numbers: Sequence[int] | None) -> np.ndarray:
        """(picture's number, row, column) of every point of the sheet, int16; -1 between the pictures."""
        places = np.full((*self.sheet_shape, 3), -1, np.int16)
        inner = np.moveaxis(np.indices((self.rows, self.columns)), 0, -1)  # (rows, columns, 2)
        for number in range(self.count):
            row, column = self._corner(number)
            block = places[row : row + self.rows, column : column + self.columns]
            block[..., 0], block[..., 1:] = number if numbers is None else numbers[number], inner
        return places

    def annotation(self, number: int, text: str) -> dict[str, object]:
        """The words below a picture, as Plotly takes them."""
        row, column = self._place(number)
        middle = column + (self.columns - 1) / 2
        return {
            "x": middle,
            "y": row + self.rows - 0.5,
            "text": text,
            "showarrow": False,
            "yanchor": "top",
            "font": {"size": _WORDS_PIXELS},
        }

    def image(self, number: int, picture: np.ndarray) -> dict[str, object]:
        """A picture in colour, uint8 (rows, columns, 3), over its cells, as Plotly takes it."""
        row, column = self._place(number)
        return {
            "source": png_url(picture, max(1, _CRISP // self.rows)),
            "xref": "x",
            "yref": "y",
            "x": column - 0.5,
            "y": row - 0.5,
            "sizex": self.columns,
            "sizey": self.rows,
            "sizing": "stretch",
            "layer": "above",
        }

    def frame(self, number: int, frame: Frame) -> list[dict[str, object]]:
        """A frame over a picture, as Plotly takes it: black under white, so that it is seen on every colour."""
        row, column = self._place(number)
        first_row, first_column, end_row, end_column = frame
        place = {
            "type": "rect",
            "x0": column + first_column - 0.5,
            "x1": column + end_column - 0.5,
            "y0": row + first_row - 0.5,
            "y1": row + end_row - 0.5,
        }
        return [{**place, "line": {"color": colour, "width": width}} for colour, width in (("#000", 4), ("#fff", 1.5))]


def _grid(shape: tuple[int, ...], across: int | None) -> _Grid:
    count, rows, columns = shape[:3]
    return _Grid(count, rows, columns, across or max(1, math.ceil(math.sqrt(count))))
