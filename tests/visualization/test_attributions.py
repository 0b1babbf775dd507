"""Figures, sentences and tables of why a picture is read as it is: the numbers inside them."""

import csv
import dataclasses
import io

import numpy as np
import pytest

from model.networks import CNN, PRESETS
from visualization import attributions, reasons_words
from visualization.attributions import Reasons

PICTURE = np.zeros((28, 28), np.uint8)
PICTURE[4, 9], PICTURE[10, 3] = 212, 255
PIXELS = np.zeros((28, 28))
PIXELS[4, 9], PIXELS[10, 3] = 0.41, -2.0
NAMES = tuple("0123456789")
RESULT = {
    "logits": np.linspace(-4.5, 4.5, 10),
    "goal": np.array([9]),
    "against": np.array([-1]),
    "pixels": PIXELS + 6.09 / 784,
    "constants": np.array([0.5, -0.25, 0.125, -0.375]),
    "occlusion": PIXELS,
    "integrated": PIXELS,
    "black": np.array([5.0]),
    "grad_cam": np.arange(121.0).reshape(11, 11),
}


@pytest.fixture
def found() -> Reasons:
    return attributions.reasons(RESULT, CNN, NAMES)


def test_the_parts_have_their_names_and_add_up(found: Reasons) -> None:
    assert found.what == "the logit of 9" and found.value == 4.5
    assert found.constants == (
        ("biases of conv 1", 0.5),
        ("biases of conv 2", -0.25),
        ("biases of dense 1", 0.125),
        ("biases of output", -0.375),
    )
    assert found.ink == pytest.approx(4.5) and found.fixed == pytest.approx(0)
    assert found.left_over == pytest.approx(0)
    assert found.integration_error == pytest.approx(-1.59 - (4.5 - 5))


def test_a_contrast_is_the_difference_of_two_logits() -> None:
    found = attributions.reasons({**RESULT, "against": np.array([0])}, CNN, NAMES)
    assert found.what == "the logit of 9 less that of 0" and found.value == 9.0


def test_the_sum_is_told_in_words(found: Reasons) -> None:
    assert attributions.sum_sentence(found).startswith(
        "Pixels +4.500 and biases +0.000 are +4.500; the logit of 9 is +4.500. The difference is 0.000"
    )
    bent = dataclasses.replace(found, value=6.0, bent=(("dense_1", "sigmoid"), ("dense_2", "sigmoid")))
    said = attributions.sum_sentence(bent)
    assert "**+1.500 is left over**, as this network is not of straight pieces (sigmoid)" in said
    assert "Integrated gradients add up here" in said


def test_a_map_says_ink_and_contribution_of_each_pixel() -> None:
    figure = attributions.heat_map(PIXELS, PICTURE, measure="contribution to the logit", word="contribution")
    cells = figure.data[0]
    assert cells.customdata[4][9] == pytest.approx([4, 9, 212 / 255]) and cells.z[4][9] == 0.41
    assert (
        "row %{customdata[0]}, column %{customdata[1]}: ink %{customdata[2]:.2f}, contribution" in cells.hovertemplate
    )
    np.testing.assert_allclose(cells.x, range(28))
    axis = figure.layout.coloraxis
    assert (axis.cmin, axis.cmax) == (-2.0, 2.0) and axis.colorbar.title.text == "contribution to the logit"
    assert figure.layout.meta["palettes"] == {"coloraxis": "diverging"}
    assert figure.data[1].type == "contour" and figure.data[1].z[10][3] == 1.0


def test_coarse_cells_are_stretched_over_the_picture() -> None:
    figure = attributions.heat_map(
        RESULT["grad_cam"], PICTURE, measure="weighted maps", word="evidence", palette="sequential"
    )
    cells = figure.data[0]
    step = 28 / 11
    np.testing.assert_allclose(cells.x[[0, -1]], [step / 2 - 0.5, 27.5 - step / 2])
    assert figure.layout.coloraxis.cmin == 0 and figure.layout.coloraxis.cmax == 120
    assert "ink" not in cells.hovertemplate


def test_a_map_of_nothing_is_drawn() -> None:
    figure = attributions.heat_map(np.zeros((28, 28)), PICTURE, measure="m", word="w")
    assert figure.layout.coloraxis.cmax == 1.0


def test_the_waterfall_goes_from_pixels_to_the_logit(found: Reasons) -> None:
    bars = attributions.waterfall(found).data[0]
    np.testing.assert_allclose(bars.y, [4.5, 0.5, -0.25, 0.125, -0.375, 4.5])
    assert bars.measure[-1] == "total" and set(bars.measure[:-1]) == {"relative"}
    assert bars.text[2] == "−0.250" and list(bars.customdata)[:2] == ["pixels", "biases of conv 1"]
    bent = dataclasses.replace(found, value=6.0, bent=(("dense_1", "tanh"),))
    bars = attributions.waterfall(bent).data[0]
    assert bars.customdata[-2] == "left over" and bars.y[-2] == pytest.approx(1.5)


def test_tables_hold_every_number(found: Reasons) -> None:
    rows = list(csv.DictReader(io.StringIO(attributions.map_table(PIXELS, PICTURE, "contribution"))))
    assert len(rows) == 784
    assert rows[4 * 28 + 9] == {"row": "4", "column": "9", "ink": "0.8314", "contribution": "0.41"}
    coarse = list(csv.DictReader(io.StringIO(attributions.map_table(RESULT["grad_cam"], PICTURE, "evidence"))))
    assert coarse[12] == {"row": "1", "column": "1", "evidence": "12.0"}
    parts = list(csv.DictReader(io.StringIO(attributions.parts_table(found))))
    assert float(parts[-1]["logit units"]) == 4.5
    assert sum(float(row["logit units"]) for row in parts[:-1]) == pytest.approx(4.5)


def test_explanations_use_the_numbers_and_name_their_source(found: Reasons) -> None:
    assert "row 10, column 3: −1.99" in reasons_words.pixels(found) and "1905.00780" in reasons_words.pixels(found)
    assert "biases of conv 2 −0.250" in reasons_words.parts(found)
    assert "square of 5 x 5 pixels" in reasons_words.occlusion(found, 5) and "784 times" in reasons_words.occlusion(
        found, 5
    )
    words = reasons_words.integrated(found, 64)
    assert "they give −1.590" in words and "1703.01365" in words and "1.0900, is the error" in words
    assert "11 x 11 cells" in reasons_words.grad_cam(found) and "1610.02391" in reasons_words.grad_cam(found)
    bent = dataclasses.replace(found, value=6.0, bent=(("dense_1", "sigmoid"),))
    assert "**They do not add up here**: dense 1 (sigmoid) is not of straight pieces" in reasons_words.pixels(bent)
    assert "+1.500" in reasons_words.parts(bent)


def test_a_network_without_convolution_has_no_such_map() -> None:
    without = {name: values for name, values in RESULT.items() if name != "grad_cam"}
    without["constants"] = np.zeros(3)
    found = attributions.reasons(without, PRESETS["mlp_sigmoid"], NAMES)
    assert found.grad_cam is None
    assert found.bent == (("dense_1", "sigmoid"), ("dense_2", "sigmoid"))


def test_without_its_integrated_gradients_a_bent_network_is_not_said_to_have_them(found: Reasons) -> None:
    bent = dataclasses.replace(found, value=6.0, bent=(("dense_1", "sigmoid"),), integrated=None)
    assert attributions.sum_sentence(bent).endswith("not of straight pieces (sigmoid).")
    without = {name: values for name, values in RESULT.items() if name not in ("occlusion", "integrated")}
    found = attributions.reasons(without, CNN, NAMES)
    assert found.occlusion is None and found.integrated is None


def test_what_is_left_out_is_told_with_what_helps() -> None:
    said = reasons_words.left_out("integrated", CNN, 512)
    assert f"{CNN.title} would read 512 pictures for it" in said and "Choose fewer steps under How. Use smaller" in said
    assert "would read 784 pictures" in reasons_words.left_out("occlusion", CNN, 512)


@pytest.mark.parametrize("parts", [np.zeros(40), np.random.default_rng(5).normal(size=40)])
def test_of_many_constants_the_largest_have_bars_and_the_others_are_one(parts: np.ndarray) -> None:
    constants = [(f"biases of a layer with quite a long name {place}", float(part)) for place, part in enumerate(parts)]
    drawn = attributions.largest(constants)
    assert len(drawn) == attributions.MOST_BARS and drawn[-1][0] == f"{41 - attributions.MOST_BARS} others"
    assert sum(part for _, part in drawn) == pytest.approx(parts.sum())
    assert min(abs(part) for _, part in drawn[:-1]) == np.sort(np.abs(parts))[-(attributions.MOST_BARS - 1)]
    places = [constants.index(each) for each in drawn[:-1]]
    assert places == sorted(places)
