"""Galleries: every pixel is where its picture is, and a click finds it again."""

import numpy as np
import pytest

from visualization.galleries import gallery, picture_at


@pytest.mark.parametrize(("count", "across"), [(1, None), (9, None), (7, 3), (5, 10)])
def test_every_pixel_leads_back_to_its_picture(count: int, across: int | None) -> None:
    pictures = np.random.default_rng(count).normal(size=(count, 5, 4)).astype(np.float32)
    trace = gallery(pictures, ["words"] * count, measure="weight", palette="diverging", across=across).data[0]
    sheet, seen = np.array(trace.z), 0
    for row, column in np.ndindex(sheet.shape):
        number = picture_at((row, column), pictures.shape, across)
        if number is None:
            assert np.isnan(sheet[row, column])
            continue
        found, inner_row, inner_column = trace.customdata[row, column]
        assert found == number
        assert sheet[row, column] == pictures[number, inner_row, inner_column]
        seen += 1
    assert seen == pictures.size


def test_words_stand_below_their_picture_and_the_scale_is_named() -> None:
    pictures = np.full((2, 3, 3), -2.0, np.float32)
    figure = gallery(pictures, ["a", "b"], measure="weight", palette="diverging", across=2)
    first, second = figure.layout.annotations
    assert (first.text, second.text) == ("a", "b")
    assert first.y == second.y == 2.5
    assert first.x < second.x
    assert (figure.layout.coloraxis.cmin, figure.layout.coloraxis.cmax) == (-2.0, 2.0)
    assert figure.layout.coloraxis.colorbar.title.text == "weight"


def test_a_click_on_something_else_is_no_picture() -> None:
    assert picture_at((3,), (4, 5, 5)) is None
    assert picture_at((10_000, 0), (4, 5, 5)) is None
