"""Names of classes where there is little room, and figures of two and of a hundred classes."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from visualization import charts, class_words, confusion, embedding, galleries, knockouts, previews, responses
from visualization.knockouts import Score

LONG = tuple(f"a class whose name is long, number {place}" for place in range(100))


def test_names_are_cut_and_stay_different() -> None:
    assert class_words.short("circle") == "circle" and class_words.short("equilateral triangle") == "equilateral tri…"
    assert class_words.shorts(["cat", "a very long name 1", "a very long name 2"]) == [
        "cat",
        "a very…g name 1",
        "a very…g name 2",
    ]
    cut = class_words.shorts(LONG)
    assert len(set(cut)) == 100 and max(map(len, cut)) <= class_words.LONGEST + 1


@pytest.mark.parametrize("count", [2, 10, 16])
def test_few_classes_all_have_a_bar(count: int) -> None:
    values = np.linspace(0.0, 1.0, count).astype(np.float32)
    (bar,) = charts.probabilities(values, LONG[:count]).data
    assert len(bar.x) == count and list(bar.customdata) == list(LONG[:count])


def test_of_a_hundred_classes_the_most_likely_and_the_true_one_are_drawn() -> None:
    values = np.random.default_rng(0).random(100).astype(np.float32)
    values /= values.sum()
    least = int(values.argmin())
    figure = charts.probabilities(values, LONG, label=least)
    (bar,) = figure.data
    order = np.argsort(-values)[: class_words.MOST_BARS]
    assert list(bar.customdata) == [*(LONG[place] for place in order), LONG[least]]
    np.testing.assert_allclose(bar.x, 100 * values[[*order, least]].astype(float))
    assert figure.layout.yaxis.title.text == "13 of 100 classes"
    (bar,) = responses.by_class(values, LONG).data
    assert bar.customdata[0] == LONG[int(values.argmax())] and len(bar.x) == class_words.MOST_BARS


@pytest.mark.parametrize("count", [2, 100])
def test_the_confusion_matrix_names_what_it_has_room_for(count: int) -> None:
    counts = np.random.default_rng(0).integers(0, 5, (count, count))
    figure = confusion.matrix(counts, LONG[:count])
    (cells,) = figure.data
    assert (cells.texttemplate is None) == (count == 100)
    assert len(figure.layout.xaxis.tickvals) == len(figure.layout.xaxis.ticktext) <= 32
    last = count - 1
    assert (
        cells.customdata[last][0] == confusion.sentence(counts, LONG, last, 0)
        and LONG[last] in cells.customdata[last][0]
    )


def test_of_a_hundred_classes_those_of_the_most_frequent_mistakes_are_drawn() -> None:
    counts = np.diag(np.full(100, 20))
    counts[3, 90], counts[90, 41], counts[5, 6] = 9, 8, 7
    assert confusion.most_confused(counts) == (3, 5, 6, 41, 90)
    assert confusion.most_confused(counts, 4) == (3, 41, 90)
    assert confusion.most_confused(np.diag([4, 4, 4]), 2) == (0, 1)
    figure = confusion.matrix(counts, LONG, rates=True, only=(3, 41, 90))
    (cells,) = figure.data
    assert cells.customdata[0][2] == confusion.sentence(counts, LONG, 3, 90)
    assert tuple(cells.text[0]) == (f"{100 * 20 / 29:.1f}", "·", f"{100 * 9 / 29:.1f}")  # of all 29, drawn or not
    assert figure.layout.yaxis.title.text == "true class (3 of 100 classes)"


def test_a_hundred_classes_of_a_knock_out_and_of_an_embedding_are_told_apart() -> None:
    images = np.full(100, 3)
    before, after = Score(images, images, 0.1), Score(images, images - 1, 0.4)
    assert len(knockouts.before_and_after(before, None, LONG).data[0].x) < 100
    after.hits[[7, 99]] = 0
    figure = knockouts.before_and_after(before, after, LONG)
    bars, _, differences = figure.data
    named = [words[0] for words in bars.customdata]
    assert LONG[7] in named and LONG[99] in named and named == [name for name in LONG if name in named]
    assert len(differences.text) == len(named) == 24
    assert list(differences.y) == [-100 if name in (LONG[7], LONG[99]) else pytest.approx(-100 / 3) for name in named]
    assert figure.layout.xaxis2.title.text == "class: 24 of 100 that change most"
    found = embedding.Points(
        np.arange(100), np.zeros((100, 3), np.float32), np.arange(100), np.arange(100), np.ones(100), ("a", "b", "c")
    )
    traces = embedding.cloud(found, LONG).data
    assert len({trace.name for trace in traces}) == 100 and traces[41].text == ("41",)
    assert embedding.number_at(traces[41].name, [0], found, LONG) == 41


def test_pictures_in_colour_are_drawn_in_their_colours() -> None:
    pictures = np.random.default_rng(0).integers(0, 256, (3, 32, 32, 3)).astype(np.uint8)
    figure = galleries.gallery(pictures, ["a", "b", "c"], measure=class_words.measure(3), across=2)
    (cells,) = figure.data
    for place, image in enumerate(figure.layout.images):
        seen = np.asarray(Image.open(io.BytesIO(base64.b64decode(image.source.removeprefix("data:image/png;base64,")))))
        np.testing.assert_array_equal(seen[::6, ::6], pictures[place])
        row = int(np.searchsorted(cells.y, image.y, side="left"))
        column = int(np.searchsorted(cells.x, image.x, side="left"))
        assert tuple(cells.customdata[row, column]) == (place, 0, 0)
        red, green, blue = (int(value) for value in pictures[place, 0, 0])
        assert cells.z[row, column] == (299 * red + 587 * green + 114 * blue + 500) // 1000
    assert galleries.picture_at((0, 40), pictures.shape, 2) == 1
    assert not figure.layout.coloraxis.showscale


def test_a_strip_shows_the_first_pictures_of_each_class() -> None:
    pictures = np.random.default_rng(0).integers(0, 256, (6, 28, 28, 1)).astype(np.uint8)
    first, second = previews.strips(pictures, np.array([0, 1, 0, 1, 0, 1]), 2, across=2)
    for url, places in ((first, (0, 2)), (second, (1, 3))):
        seen = np.asarray(Image.open(io.BytesIO(base64.b64decode(url.removeprefix("data:image/png;base64,")))))[
            ::2, ::2
        ]
        for at, place in enumerate(places):
            np.testing.assert_array_equal(seen[:, 30 * at : 30 * at + 28, 0], pictures[place, ..., 0])
