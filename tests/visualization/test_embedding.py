"""The points' figure says of each picture what is so, a click finds it, and its small picture is its own."""

import base64
import csv
import dataclasses
import io

import numpy as np
import pytest
from PIL import Image

from visualization import embedding
from visualization.embedding import Points
from visualization.thumbnails import thumbnails

NAMES = ("shirt", "shoe", "bag")


@pytest.fixture
def found() -> Points:
    random = np.random.default_rng(3)
    labels = random.integers(0, 3, 40).astype(np.uint8)
    answers = np.where(np.arange(40) % 7 == 0, (labels + 1) % 3, labels).astype(np.uint8)
    numbers = np.sort(random.choice(5000, 40, replace=False)).astype(np.int32)
    places = random.normal(size=(40, 3)).astype(np.float32)
    return Points(numbers, places, labels, answers, random.random(40).astype(np.float32), ("a", "b", "c"))


def test_every_point_is_where_and_what_it_is_and_a_click_finds_it(found: Points) -> None:
    figure = embedding.cloud(found, NAMES)
    seen, ringed = [], []
    for trace in figure.data:
        if trace.hoverinfo == "skip":
            continue
        for at, place in enumerate(trace.customdata):
            np.testing.assert_array_equal([trace.x[at], trace.y[at], trace.z[at]], found.places[place])
            assert embedding.number_at(trace.name, (at,), found, NAMES) == found.numbers[place]
            assert f"test image {found.numbers[place]:,}: {NAMES[found.labels[place]]}, " in trace.hovertext[at]
            assert f"read as {NAMES[found.answers[place]]} with" in trace.hovertext[at]
            if trace.mode == "text":
                assert trace.text[at] == str(found.labels[place])
            (seen if trace.mode == "text" else ringed).append(int(place))
    assert sorted(seen) == list(range(40))
    assert sorted(ringed) == np.flatnonzero(found.wrong).tolist() and len(ringed) == 6
    assert {trace.name for trace in figure.data if trace.showlegend is not False} == {
        "0 shirt", "1 shoe", "2 bag", embedding.WRONG,
    }  # fmt: skip


def test_a_class_is_hidden_with_its_rings(found: Points) -> None:
    groups = {trace.name: trace.legendgroup for trace in embedding.cloud(found, NAMES).data}
    assert groups["1 shoe"] == groups["shoe, read wrong"] != groups["2 bag"]


def test_letters_and_digits_are_their_own_signs(found: Points) -> None:
    figure = embedding.cloud(found, ("a", "b", "c"))
    assert [trace.name for trace in figure.data if trace.mode == "text"] == ["a", "b", "c"]
    assert set(figure.data[0].text) == {"a"}


def test_the_chosen_picture_is_marked_and_leads_nowhere(found: Points) -> None:
    figure = embedding.cloud(found, NAMES, here=np.array([1, 2, 3], np.float32))
    mark = figure.data[-1]
    assert (mark.name, mark.x, mark.y, mark.z) == (embedding.HERE, (1.0,), (2.0,), (3.0,))
    assert mark.marker.symbol == "diamond" and mark.text == (embedding.HERE,)
    assert embedding.number_at(mark.name, (0,), found, NAMES) is None
    assert embedding.number_at("0 shirt", (99,), found, NAMES) is None


def test_axes_say_what_they_hold(found: Points) -> None:
    result = {
        "numbers": found.numbers[:5],
        "points": found.places[:5],
        "answers": found.answers[:5],
        "confidences": found.confidences[:5],
        "variance": np.array([0.234, 0.1, 0], np.float32),
    }
    labels = np.zeros(5000, np.uint8)
    labels[found.numbers] = found.labels
    points = embedding.points(result, labels)
    np.testing.assert_array_equal(points.labels, found.labels[:5])
    assert points.axes[0] == "component 1 (23.4\u00a0% of variance)"
    scene = embedding.cloud(points, NAMES).layout.scene
    assert scene.xaxis.title.text == points.axes[0] and scene.aspectmode == "data"
    line = dataclasses.replace(points, places=points.places * np.array([50, 1, 1], np.float32))
    scene = embedding.cloud(line, NAMES).layout.scene
    assert scene.aspectmode == "manual" and scene.aspectratio.x == 1 and scene.aspectratio.y == pytest.approx(1 / 3)
    assert [axis.title.text.endswith("stretched") for axis in (scene.xaxis, scene.yaxis, scene.zaxis)] == [0, 1, 1]
    without = {name: array for name, array in result.items() if name != "variance"}
    assert embedding.points(without, labels).axes[2] == "t-SNE 3 (no unit)"


def test_nothing_is_drawn_of_no_points() -> None:
    figure = embedding.cloud(embedding.nothing(), NAMES)
    assert sum(len(trace.x) for trace in figure.data) == 0 and figure.layout.scene.aspectmode == "cube"


def test_the_table_has_a_line_for_each(found: Points) -> None:
    rows = list(csv.DictReader(io.StringIO(embedding.table(found, NAMES))))
    assert [int(row["test image"]) for row in rows] == found.numbers.tolist()
    assert [row["read as"] for row in rows] == [NAMES[answer] for answer in found.answers]
    np.testing.assert_allclose([float(row["b"]) for row in rows], found.places[:, 1], rtol=1e-5)


def test_each_small_picture_is_at_its_place_in_the_sheet() -> None:
    pictures = np.random.default_rng(0).integers(0, 256, (11, 6, 6)).astype(np.uint8)
    sheet = thumbnails(pictures[..., None])
    image = Image.open(io.BytesIO(base64.b64decode(sheet.url.removeprefix("data:image/png;base64,"))))
    pixels = np.asarray(image.convert("L")).astype(int)
    assert sheet.count == 11 and sheet.side == 6
    for number, picture in enumerate(pictures):
        row, column = number // sheet.across * 6, number % sheet.across * 6
        # 16 shades are 17 apart: at most half of that, rounded, is lost.
        assert np.abs(pixels[row : row + 6, column : column + 6] - picture).max() <= 9


def test_small_pictures_keep_their_colours() -> None:
    pictures = np.zeros((5, 6, 6, 3), np.uint8)
    pictures[:, :3, :, 0], pictures[:, 3:, :, 2] = 250, 200
    pictures[4] = 90
    sheet = thumbnails(pictures)
    image = Image.open(io.BytesIO(base64.b64decode(sheet.url.removeprefix("data:image/png;base64,"))))
    pixels = np.asarray(image.convert("RGB")).astype(int)
    for number, picture in enumerate(pictures):
        row, column = number // sheet.across * 6, number % sheet.across * 6
        assert np.abs(pixels[row : row + 6, column : column + 6] - picture).max() <= 9
