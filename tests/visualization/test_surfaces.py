"""The stack: every activation is in the sheet where the tiling says, and nothing else is."""

import numpy as np
import pytest

from visualization.surfaces import MOST_NEURONS, MOST_SHEETS, RELIEF, maps_on_a_sheet, spread, stack, tile, tiling


@pytest.fixture
def maps() -> np.ndarray:
    return np.random.default_rng(1).normal(size=(5, 4, 7)).astype(np.float32)


@pytest.mark.parametrize("channels", [(), (2,), (6, 0, 3)])
def test_every_value_is_found_where_the_tiling_says(maps: np.ndarray, channels: tuple[int, ...]) -> None:
    tiles = tiling(maps, channels)
    sheet = tile(maps, tiles)
    seen = set()
    for row, column in np.ndindex(sheet.shape):
        found = tiles.locate(row, column)
        if found is None:
            assert np.isnan(sheet[row, column])
        else:
            channel, inner_row, inner_column = found
            assert sheet[row, column] == maps[inner_row, inner_column, channel]
            seen.add(found)
    shown = channels or tuple(range(7))
    assert seen == {(channel, row, column) for channel in shown for row in range(5) for column in range(4)}


def test_one_surface_a_layer_with_its_own_numbers(maps: np.ndarray) -> None:
    figure = stack({"conv 1": maps, "pool 1": np.abs(maps)})
    assert [trace.name for trace in figure.data] == ["conv 1", "pool 1"]
    sheet = tile(maps, tiling(maps))
    drawn = ~np.isnan(sheet)
    np.testing.assert_array_equal(figure.data[0].surfacecolor[drawn], sheet[drawn])
    np.testing.assert_array_equal(np.isnan(figure.data[0].z), ~drawn)
    assert figure.layout.coloraxis.cmax == pytest.approx(np.abs(maps).max())
    assert tuple(figure.layout.scene.zaxis.ticktext[1:]) == ("conv 1", "pool 1")


def test_flat_sheets_are_flat_and_relief_stays_below_the_next_layer(maps: np.ndarray) -> None:
    values = np.abs(maps)
    flat, relief = (stack({"a": values, "b": values}, relief=on).data[1].z for on in (False, True))
    assert set(np.unique(flat[~np.isnan(flat)])) == {-1.0}
    assert np.nanmin(relief) >= -1.0
    assert np.nanmax(relief) == pytest.approx(-1.0 + RELIEF)
    assert RELIEF < 1


def test_hover_knows_layer_channel_row_column_and_value(maps: np.ndarray) -> None:
    trace = stack({"conv 1": maps}).data[0]
    tiles = tiling(maps)
    row, column = tiles.corner(4)
    assert tuple(trace.customdata[row + 2, column + 3]) == (4, 2, 3)
    assert trace.hovertemplate.startswith("conv 1, map %{customdata[0]}, row %{customdata[1]}, column %{customdata[2]}")


def test_hover_in_a_gap_tells_the_neuron_beside_it(maps: np.ndarray) -> None:
    trace = stack({"conv 1": maps}).data[0]
    row, column = tiling(maps).corner(4)  # in the middle: neighbours on all sides
    assert tuple(trace.customdata[row + 5, column + 4]) == (4, 4, 3)
    assert trace.surfacecolor[row + 5, column + 4] == maps[4, 3, 4]


def test_axes_have_titles_and_colour_says_what_it_measures(maps: np.ndarray) -> None:
    layout = stack({"conv 1": maps}).layout
    titles = [layout.scene[axis].title.text for axis in ("xaxis", "yaxis")]
    assert titles == ["width (maps side by side)", "height (rows of maps)"]
    assert layout.scene.zaxis.ticktext[0] == "<b>layer</b>"  # the title of the upright axis stands above its names
    assert layout.coloraxis.colorbar.title.text == "activation"


def test_a_layer_that_is_all_zero_is_drawn(maps: np.ndarray) -> None:
    figure = stack({"dead": np.zeros_like(maps)}, relief=True)
    assert figure.layout.coloraxis.cmax == 1.0
    assert set(np.unique(figure.data[0].z[~np.isnan(figure.data[0].z)])) == {0.0}


def test_values_below_zero_have_colours_of_their_own() -> None:
    signed = np.linspace(-3, 2, 4 * 4 * 2, dtype=np.float32).reshape(4, 4, 2)  # as after batch normalization
    layout = stack({"batch norm": signed}).layout
    assert (layout.coloraxis.cmin, layout.coloraxis.cmax) == (-3, 3)
    assert layout.meta["palettes"] == {"coloraxis": "diverging"}
    layout = stack({"pool": np.maximum(signed, 0)}).layout
    assert (layout.coloraxis.cmin, layout.coloraxis.cmax) == (0, 2)
    assert layout.meta["palettes"] == {"coloraxis": "sequential"}


@pytest.mark.parametrize("count", [1, 2, 12, 13, 80, 427])
def test_of_many_layers_a_dozen_evenly_spread_are_drawn_first_and_last_among_them(count: int) -> None:
    places = spread(count)
    assert len(set(places)) == min(count, MOST_SHEETS)
    assert places[0] == 0 and places[-1] == count - 1
    steps = np.diff(places)
    assert len(steps) == 0 or steps.max() - steps.min() <= 1


def test_a_sheet_holds_as_many_maps_as_can_be_turned_smoothly() -> None:
    assert maps_on_a_sheet((26, 26, 32)) == 32
    rows, columns, count = 64, 64, 96
    held = maps_on_a_sheet((rows, columns, count))
    assert held * rows * columns <= MOST_NEURONS < (held + 1) * rows * columns
    assert maps_on_a_sheet((400, 400, 3)) == 1


def test_names_say_how_many_maps_are_drawn_and_the_axis_says_what_they_are(maps: np.ndarray) -> None:
    axis = stack({"conv 1": maps, "pool 1": maps}, channels={"conv 1": [0, 1, 2]}).layout.scene.zaxis
    assert tuple(axis.ticktext) == ("<b>layer</b>", "conv 1 (3 of 7)", "pool 1")
    assert axis.tickvals[0] > axis.tickvals[1] > axis.tickvals[2]
    assert axis.range[0] < axis.tickvals[2] and axis.range[1] >= axis.tickvals[0]


def test_colours_of_their_own_end_at_each_layers_strongest(maps: np.ndarray) -> None:
    figure = stack({"conv 1": maps, "conv 2": maps / 1000}, scaled=True)
    sheet = tile(maps, tiling(maps))
    drawn, strongest = ~np.isnan(sheet), np.abs(maps).max()
    for trace in figure.data:
        np.testing.assert_allclose(trace.surfacecolor[drawn], sheet[drawn] / strongest, rtol=1e-5)
    assert (figure.layout.coloraxis.cmin, figure.layout.coloraxis.cmax) == (-1, 1)
    assert f"of {strongest / 1000:.3g}, the layer's strongest" in figure.data[1].hovertemplate
    assert figure.layout.coloraxis.colorbar.title.text == "activation (of each layer's strongest)"
