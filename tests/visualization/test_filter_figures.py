"""The figures of Answer and Filters: the numbers inside them, and what marks the strongest beside its colour."""

import csv
import io

import numpy as np
import pytest

from model.activity import Activity
from visualization import activity, number_table, responses
from visualization.galleries import gallery, height, picture_at, wide

NAMES = ("cat", "dog", "owl")


def test_mean_and_largest_stand_side_by_side_with_the_share_above_zero() -> None:
    found = [Activity("conv_1", "conv 1", 200, 0.05, 1.25, 0.5), Activity("output", "output", 10, -0.1, 90.0, 1.0)]
    largest, mean, above = activity.layers(found).data
    assert list(largest.y) == list(mean.y) == list(above.y) == ["conv 1", "output"]
    assert (list(largest.x), list(mean.x), list(above.x)) == ([1.25, 90.0], [0.05, -0.1], [50.0, 100.0])
    assert list(mean.text) == ["0.05", "-0.1"]  # readable however short the bar
    assert above.customdata[0] == "conv 1: 100 of 200"
    patterns = {trace.marker.pattern.shape for trace in (largest, mean, above)}
    assert len(patterns) == 3
    low, high = activity.layers(found).layout.xaxis.range
    # A number outside of its bar has a fifth of the axis to itself on either side.
    assert -0.1 - low > 0.2 * (90 + 0.1) and high - 90 > 0.2 * (90 + 0.1)


def test_many_layers_are_lines_over_their_order_that_name_each() -> None:
    random = np.random.default_rng(2)
    found = [
        Activity(
            f"layer_{place}", f"layer {place}", 50, float(random.normal()), float(random.normal()) + 3, 0.02 * place
        )
        for place in range(activity.MOST_BARS + 1)
    ]
    figure = activity.layers(found)
    largest, mean, above = figure.data
    assert list(largest.y) == [each.maximum for each in found] and list(mean.y) == [each.mean for each in found]
    assert list(above.y) == [100 * each.above for each in found] and above.yaxis == "y2"
    for line in figure.data:
        assert list(line.x) == list(range(1, len(found) + 1))
        assert list(line.customdata) == [each.title for each in found]
    assert len({line.line.dash for line in figure.data}) == 3
    assert activity.layers(found[:-1]).data[0].type == "bar"


def test_weights_are_counted_as_numpy_counts_them_on_both_sides_of_zero() -> None:
    values = np.random.default_rng(0).normal(0.1, 1, 500).astype(np.float32)
    figure = activity.weights(values)
    bars = figure.data[0]
    assert sum(bars.y) == 500
    middles, counts = np.array(bars.x), np.array(bars.y)
    assert counts[middles < 0].sum() == (values < 0).sum()
    for middle, count in zip(middles, counts, strict=True):
        assert count == (
            (values >= middle - bars.width / 2) & (values < middle + bars.width / 2)
        ).sum() or middle == max(middles)
    (line,) = figure.layout.shapes
    assert (line.x0, line.x1) == (0, 0)
    said = [annotation.text for annotation in figure.layout.annotations]
    assert said == [f"{(values < 0).sum()} negative", f"{(values > 0).sum()} positive"]


@pytest.mark.parametrize(("count", "shape"), [(10, (10, 1)), (32, (16, 2)), (128, (16, 8)), (37, (10, 4))])
def test_every_unit_is_in_its_grid_under_its_number(count: int, shape: tuple[int, int]) -> None:
    values = np.linspace(0, 1, count, dtype=np.float32)
    figure = activity.units(values, "dense 1")
    sheet, numbers = np.array(figure.data[0].z), np.array(figure.data[0].customdata)
    assert sheet.shape == shape
    for place in np.ndindex(shape):
        number = numbers[place]
        assert sheet[place] == values[number] if number < count else np.isnan(sheet[place])
    assert figure.layout.meta["palettes"]["coloraxis"] == "sequential"
    assert figure.layout.coloraxis.colorbar.title.text == "activation"
    signed = activity.units(values - 0.25, "dense 1").layout
    assert signed.meta["palettes"]["coloraxis"] == "diverging"
    assert (signed.coloraxis.cmin, signed.coloraxis.cmax) == (-0.75, 0.75)


def test_the_class_that_a_filter_answers_to_most_has_an_arrow() -> None:
    figure = responses.by_class(np.array([0.5, np.nan, 2.0], np.float32), NAMES)
    assert tuple(figure.layout.yaxis.ticktext) == ("cat", "dog", "▶ owl")
    assert list(figure.data[0].x)[::2] == [0.5, 2.0]
    assert tuple(figure.layout.xaxis.range) == (0.0, 2.5)
    assert tuple(responses.by_class(np.zeros(3, np.float32), NAMES).layout.xaxis.range) == (0, 1)


def test_the_curve_of_norms_has_a_line_at_the_step_that_is_shown() -> None:
    figure = responses.norm_curve((0, 4, 9), np.array([1.0, 2.0, 1.5]), 4)
    assert (list(figure.data[0].x), list(figure.data[0].y)) == ([0, 4, 9], [1.0, 2.0, 1.5])
    assert figure.layout.shapes[0].x0 == 4
    assert figure.layout.yaxis.title.text == "norm of the kernel"


def test_frames_lie_on_the_pixels_that_they_name() -> None:
    pictures = np.zeros((3, 4, 5), np.float32)
    figure = gallery(pictures, ["a", "b", "c"], measure="ink", across=2, frames=[None, (0, 1, 2, 3), None])
    outer, inner = figure.layout.shapes
    edges = np.array(figure.data[0].x)
    # picture 1 begins behind the first one's five columns and the gap
    assert (inner.x0, inner.x1) == pytest.approx((edges[7], edges[9]))
    assert (inner.y0, inner.y1) == pytest.approx((-0.5, 1.5))
    assert outer.line.width > inner.line.width


def test_a_picture_is_called_by_its_own_number_under_the_pointer() -> None:
    pictures = np.ones((2, 2, 2), np.float32)
    trace = gallery(pictures, ["", ""], measure="ink", noun="filter", numbers=[64, 70]).data[0]
    assert trace.hovertemplate.startswith("filter %{customdata[0]}, row")
    assert set(trace.customdata[..., 0].ravel()) == {-1, 64, 70}
    assert picture_at((0, 3), pictures.shape) == 1


def test_blank_cells_do_not_count_for_the_scale_and_rows_for_the_height() -> None:
    pictures = np.full((1, 2, 2), np.nan, np.float32)
    assert gallery(pictures, [""], measure="ink").layout.coloraxis.cmax == 1
    pictures[0, 0, 0] = -3
    assert gallery(pictures, [""], measure="ink").layout.coloraxis.cmax == 3
    assert height((64, 3, 3), 8, 76) == 8 * 76 + 8
    assert [wide(count) for count in (1, 6, 64)] == [1, 3, 10]


def test_numbers_are_written_as_csv() -> None:
    text = number_table.written(["class", "mean"], [("a, b", 0.5), ("c", None)])
    assert list(csv.reader(io.StringIO(text))) == [["class", "mean"], ["a, b", "0.5"], ["c", ""]]
