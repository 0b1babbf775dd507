"""The 3D stack: every conv and pooling layer of one picture as a Plotly surface.

x is width, y is height, z is layer depth, colour (and, in relief, height) is activation. All maps of a layer are tiled
into one surface with gaps of NaN between them: one surface a map needs 192 of them, and seconds a frame.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from visualization import class_words

LAYER_GAP = 1.0
"""Distance between two layers on the z axis, which counts layers."""
RELIEF = 0.45
"""Height of the strongest activation of a layer in relief, in layers: below 1, so that no layer touches the next."""
MOST_SHEETS = 12
"""Layers of a stack: of more, names lie on each other and no sheet is seen for the next."""
MOST_NEURONS = 40_000
"""Neurons of a sheet whose maps nobody chose: a stack of more takes the browser seconds."""
_LONGEST = 24
_ABOVE = 0.85
"""Height of the axis' title over the first layer, in layers."""


@dataclass(frozen=True, slots=True)
class Tiling:
    """How the maps of one layer lie in its sheet, row by row; one line of gap between neighbours."""

    channels: tuple[int, ...]
    rows: int
    columns: int

    @property
    def across(self) -> int:
        """Maps side by side."""
        return math.ceil(math.sqrt(len(self.channels)))

    @property
    def down(self) -> int:
        """Maps below each other."""
        return math.ceil(len(self.channels) / self.across)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the whole sheet."""
        return self.down * (self.rows + 1) - 1, self.across * (self.columns + 1) - 1

    def corner(self, place: int) -> tuple[int, int]:
        """Row and column at which the map in `place` begins."""
        return place // self.across * (self.rows + 1), place % self.across * (self.columns + 1)

    def locate(self, row: int, column: int) -> tuple[int, int, int] | None:
        """(channel, row, column) in the layer of a point of the sheet; None in a gap."""
        place = row // (self.rows + 1) * self.across + column // (self.columns + 1)
        inner_row, inner_column = row % (self.rows + 1), column % (self.columns + 1)
        if place >= len(self.channels) or inner_row == self.rows or inner_column == self.columns:
            return None
        return self.channels[place], inner_row, inner_column


def spread(count: int, most: int = MOST_SHEETS) -> tuple[int, ...]:
    """Places of at most `most` of `count` layers, evenly apart, the first and the last among them."""
    return tuple(np.linspace(0, count - 1, min(count, most)).round().astype(int).tolist())


def maps_on_a_sheet(shape: Sequence[int]) -> int:
    """How many maps of a layer, (rows, columns, maps), a sheet holds unless others are chosen: 1 at least."""
    rows, columns, count = shape
    return max(1, min(count, MOST_NEURONS // (rows * columns)))


def tiling(activations: np.ndarray, channels: Sequence[int] = ()) -> Tiling:
    """The tiling of `channels` of a layer, all of them if none is named; activations (rows, columns, channels)."""
    rows, columns, count = activations.shape
    return Tiling(tuple(channels) or tuple(range(count)), rows, columns)


def tile(activations: np.ndarray, tiles: Tiling) -> np.ndarray:
    """The maps of one layer as a float32 sheet of `tiles.shape`, NaN in the gaps."""
    sheet = np.full(tiles.shape, np.nan, np.float32)
    for place, channel in enumerate(tiles.channels):
        row, column = tiles.corner(place)
        sheet[row : row + tiles.rows, column : column + tiles.columns] = activations[:, :, channel]
    return sheet


def stack(
    layers: Mapping[str, np.ndarray],
    *,
    channels: Mapping[str, Sequence[int]] | None = None,
    relief: bool = False,
    scaled: bool = False,
) -> go.Figure:
    """The stack of `layers`, the first at the top.

    layers: float32 (rows, columns, channels) by title; channels: which maps of a layer, all where it has no entry;
    relief: height by activation too, else flat sheets; scaled: colours up to each layer's own strongest activation.
    """
    figure = go.Figure()
    lowest = min((float(values.min(initial=0.0)) for values in layers.values()), default=0.0)
    strongest = max((float(np.abs(values).max(initial=0.0)) for values in layers.values()), default=0.0) or 1.0
    named = {}
    for depth, (title, values) in enumerate(layers.items()):
        tiles = tiling(values, (channels or {}).get(title, ()))
        named[title] = len(tiles.channels), values.shape[-1]
        own = float(np.abs(values).max(initial=0.0)) or 1.0
        figure.add_trace(
            _surface(title, tile(values, tiles), tiles, -depth * LAYER_GAP, relief, own if scaled else None)
        )
    if scaled:
        strongest = 1.0
    measure = "activation (of each layer's strongest)" if scaled else "activation"
    figure.update_layout(
        scene=_axes(named),
        coloraxis={
            "cmin": -strongest if lowest < 0 else 0.0,
            "cmax": strongest,
            "colorbar": {"title": {"text": measure, "side": "right"}, "thickness": 14, "len": 0.7},
        },
        margin={"l": 0, "r": 0, "t": 8, "b": 0},
        uirevision="stack",
        meta={"palettes": {"coloraxis": "diverging" if lowest < 0 else "sequential"}},
    )
    return figure


def _surface(title: str, sheet: np.ndarray, tiles: Tiling, depth: float, relief: bool, own: float | None) -> go.Surface:
    """own: the layer's strongest activation, if its colours end there."""
    rows, columns = sheet.shape
    value = "%{surfacecolor:.3f}" if own is None else f"%{{surfacecolor:.1%}} of {own:.3g}, the layer's strongest"
    height = np.where(np.isnan(sheet), np.nan, np.float32(depth))
    if relief:
        height = height + np.nan_to_num(sheet) * np.float32(RELIEF / (np.nanmax(np.abs(sheet)) or 1.0))
    return go.Surface(
        name=title,
        # Every sheet as wide as the others, so that 5 x 5 maps are as easy to see as 26 x 26; y falls as rows go down.
        x=np.linspace(0, 1, columns, dtype=np.float32),
        y=np.linspace(1, 0, rows, dtype=np.float32),
        z=height.astype(np.float32),
        # Plotly may name a point of the gap for the map beside it: there it says what the map's last line says.
        surfacecolor=_over_gaps(sheet if own is None else sheet / np.float32(own), tiles),
        customdata=_over_gaps(_places(tiles), tiles),
        coloraxis="coloraxis",
        hovertemplate=(
            f"{title}, map %{{customdata[0]}}, row %{{customdata[1]}}, column %{{customdata[2]}}: "
            f"{value}<extra></extra>"
        ),
        lighting={"ambient": 1.0, "diffuse": 0.0, "specular": 0.0} if not relief else {"ambient": 0.75, "diffuse": 0.4},
        contours={axis: {"highlight": False} for axis in ("x", "y", "z")},
    )


def _places(tiles: Tiling) -> np.ndarray:
    """(channel, row, column) of every point of the sheet, int32; -1 in the gaps."""
    rows, columns = tiles.shape
    places = np.full((rows, columns, 3), -1, np.int32)
    grid = np.moveaxis(np.indices((tiles.rows, tiles.columns)), 0, -1)  # (rows, columns, 2)
    for place, channel in enumerate(tiles.channels):
        row, column = tiles.corner(place)
        block = places[row : row + tiles.rows, column : column + tiles.columns]
        block[..., 0], block[..., 1:] = channel, grid
    return places


def _over_gaps(sheet: np.ndarray, tiles: Tiling) -> np.ndarray:
    """`sheet` with each gap line a copy of the line before it."""
    filled = sheet.copy()
    filled[tiles.rows :: tiles.rows + 1] = filled[tiles.rows - 1 :: tiles.rows + 1][: tiles.down - 1]
    columns = filled[:, tiles.columns - 1 :: tiles.columns + 1][:, : tiles.across - 1]
    filled[:, tiles.columns :: tiles.columns + 1] = columns
    return filled


def _axes(layers: Mapping[str, tuple[int, int]]) -> dict[str, object]:
    """layers: how many maps are drawn, and how many there are, by title."""
    depths = [-depth * LAYER_GAP for depth in range(len(layers))]
    names = [
        f"{name} ({drawn:,} of {count:,})" if drawn < count else name
        for name, (drawn, count) in zip(class_words.shorts(list(layers), _LONGEST), layers.values(), strict=True)
    ]
    return {
        "xaxis": {"title": {"text": "width (maps side by side)"}, "showticklabels": False, "range": [0, 1]},
        "yaxis": {"title": {"text": "height (rows of maps)"}, "showticklabels": False, "range": [0, 1]},
        "zaxis": {
            # Plotly writes an upright axis' title over its names: here it stands above them, as one of them.
            "title": {"text": ""},
            "tickvals": [_ABOVE, *depths],
            "ticktext": ["<b>layer</b>", *names],
            "range": [depths[-1] - 0.5 if depths else 0.0, _ABOVE],
        },
        "aspectmode": "manual",
        "aspectratio": {"x": 0.85, "y": 0.85, "z": 1.45},
        # Orthographic, so that every sheet is seen at the same angle; steep enough to look onto each, not past it.
        "camera": {"eye": {"x": 0.8, "y": -1.7, "z": 0.95}, "projection": {"type": "orthographic"}},
    }
