"""From any picture to the input: the steps one by one, then all of them together on MNIST."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image
from scipy import ndimage

from data import datasets
from data.drawing import STEPS, Switches, centre, crop, fit, from_ink, to_input
from data.errors import PictureError
from data.samples import draw, samples


def strokes(label: int, side: int = 280) -> np.ndarray:
    sample = samples()[label]
    return draw(sample.strokes, sample.width, side)


@settings(deadline=None, database=None)
@given(arrays.arrays(np.uint8, st.tuples(st.integers(1, 28), st.integers(1, 28))))
def test_the_centre_of_mass_lies_at_the_centre(values: np.ndarray) -> None:
    placed = centre(values)
    assert placed.shape == (28, 28)
    assert placed.sum() == values.sum()
    if not values.any():
        return
    for axis, (place, length) in enumerate(
        zip(ndimage.center_of_mass(placed.astype(float)), values.shape, strict=True)
    ):
        before = ndimage.center_of_mass(values.astype(float))[axis]
        if before <= 13.5 and length - before <= 13.5:  # room on both sides
            assert abs(place - 14) <= 0.5 + 1e-9


def test_a_draw_is_rounded_up_and_nothing_leaves_the_picture() -> None:
    pair = np.full((1, 2), 9, np.uint8)  # its centre lies between two columns
    assert np.flatnonzero(centre(pair).any(axis=0)).tolist() == [14, 15]
    corner = np.zeros((20, 20), np.uint8)
    corner[0, 0] = 200
    assert centre(corner)[8, 8] == 200
    assert not centre(np.zeros((5, 5), np.uint8)).any()


def test_the_crop_is_the_box_of_the_ink() -> None:
    values = np.zeros((50, 60), np.uint8)
    values[10:30, 5:9] = 200
    values[40, 40] = 63
    assert crop(values).shape == (20, 4)
    values[40, 40] = 64
    assert crop(values).shape == (31, 36)
    assert crop(np.zeros((8, 9), np.uint8)).shape == (8, 9)


@pytest.mark.parametrize(
    ("size", "fitted"),
    [((20, 20), (20, 20)), ((200, 10), (20, 1)), ((10, 200), (1, 20)), ((1000, 1), (20, 1)), ((5, 3), (20, 12)),
     ((40, 39), (20, 20)), ((41, 38), (20, 19))],
)  # fmt: skip
def test_the_longer_side_becomes_20(size: tuple[int, int], fitted: tuple[int, int]) -> None:
    assert fit(np.full(size, 255, np.uint8)).shape == fitted
    assert (fit(np.full(size, 255, np.uint8)) == 255).all()


def test_a_drawing_tells_its_steps() -> None:
    drawing = to_input(255 - strokes(3))
    assert tuple(step.name for step in drawing.steps) == STEPS
    assert [step.words for step in drawing.steps] == [
        "Grey values from red, green and blue, 280x280.",
        "The background is lighter than what is on it, so dark is ink and the values are inverted.",
        "Shading and noise of the background removed, contrast 255 stretched to 255.",
        f"Cropped to the ink, {drawing.steps[3].pixels.shape[1]}x{drawing.steps[3].pixels.shape[0]}.",
        f"Fitted to 20x20 with its proportions kept, {drawing.steps[4].pixels.shape[1]}x20.",
        "Its centre of mass moved to the centre of 28x28.",
    ]
    assert drawing.pixels.shape == (28, 28, 1)
    assert drawing.pixels.dtype == np.uint8
    assert not drawing.pixels.flags.writeable
    assert not any(step.pixels.flags.writeable for step in drawing.steps)
    np.testing.assert_array_equal(drawing.pixels[..., 0], drawing.steps[-1].pixels)


@pytest.mark.parametrize("label", range(10))
def test_a_pads_ink_needs_no_cleaning_to_become_the_same_input(label: int) -> None:
    difference = np.abs(from_ink(strokes(label)).pixels.astype(int) - to_input(strokes(label)).pixels)
    assert difference.mean() < 1  # cleaning moves the edges' greys a little


def test_each_step_of_the_pad_can_be_switched_off() -> None:
    ink = np.zeros((280, 280), np.uint8)
    ink[10:150, 10:80] = 255  # twice as high as wide, at the top left

    def box(switches: Switches) -> tuple[int, int, int, int]:
        """Top, bottom, left, right of what is on the input."""
        pixels = from_ink(ink, switches).pixels[..., 0]
        rows, columns = np.flatnonzero(pixels.any(axis=1)), np.flatnonzero(pixels.any(axis=0))
        return int(rows[0]), int(rows[-1]), int(columns[0]), int(columns[-1])

    assert box(Switches()) == (5, 24, 10, 19)
    assert box(Switches(centre=False)) == (4, 23, 9, 18)
    assert box(Switches(fit=False)) == (0, 27, 8, 21)  # as high as the input
    assert box(Switches(crop=False, fit=False, centre=False)) == (1, 14, 1, 7)  # the canvas, ten times smaller
    assert box(Switches(crop=False, fit=False)) == (8, 21, 11, 17)
    assert box(Switches(crop=False, centre=False)) == (4, 14, 4, 9)


def test_a_blank_canvas_is_a_blank_input() -> None:
    for switches in (Switches(), Switches(False, False, False)):
        drawing = from_ink(np.zeros((280, 280), np.uint8), switches)
        assert not drawing.pixels.any()
        assert not drawing.pixels.flags.writeable
    assert [step.words for step in drawing.steps] == [
        "The canvas, 280x280.",
        "Not cropped, 280x280.",
        "Fitted to 28x28 with its proportions kept, 28x28.",
        "Middle moved to that of 28x28.",
    ]


def test_the_callers_array_stays_writable() -> None:
    picture = strokes(2).copy()
    to_input(picture)
    from_ink(picture, Switches(False, False, False))
    picture[0, 0] = 1


def test_channels_say_the_same_in_every_form() -> None:
    grey = strokes(5)
    colour = np.dstack([grey, grey, grey])
    opaque = np.dstack([colour, np.full_like(grey, 255)])
    ink_alone = np.dstack([np.zeros_like(colour), grey])
    expected = to_input(grey).pixels
    for picture in (grey[:, :, None], colour, opaque, ink_alone, 255 - grey):
        np.testing.assert_array_equal(to_input(picture).pixels, expected)


@pytest.mark.parametrize(
    "picture",
    [np.zeros((30, 30), np.uint8), np.full((30, 30), 255, np.uint8), np.zeros((30, 30, 4), np.uint8),
     np.full((40, 50, 3), 128, np.uint8), np.tile(np.arange(200, 210, dtype=np.uint8), (30, 3))],
)  # fmt: skip
def test_a_blank_picture_is_refused(picture: np.ndarray) -> None:
    with pytest.raises(PictureError) as caught:
        to_input(picture)
    assert str(caught.value).startswith("Picture is blank: what is on it differs from its background by ")
    assert str(caught.value).endswith(
        " of 255 grey levels. Expected at least 16. Draw a digit, or take a picture with more contrast."
    )


@pytest.mark.parametrize(
    ("picture", "message"),
    [
        (np.zeros((2, 3000), np.uint8), "Picture is 3000x2 pixels. Expected both sides between 8 and 4096. Crop it and "
                                        "upload again."),
        (np.zeros((9, 9)), "Picture is float64 (9, 9). Expected uint8 of shape (height, width), or with 1, 3 or 4 "
                           "channels behind. Convert it to values from 0 to 255."),
        (np.zeros((9, 9, 2), np.uint8), "Picture is uint8 (9, 9, 2). Expected uint8 of shape (height, width), or with "
                                        "1, 3 or 4 channels behind. Convert it to values from 0 to 255."),
        (np.zeros(9, np.uint8), "Picture is uint8 (9,). Expected uint8 of shape (height, width), or with 1, 3 or 4 "
                                "channels behind. Convert it to values from 0 to 255."),
    ],
)  # fmt: skip
def test_other_arrays_are_refused(picture: np.ndarray, message: str) -> None:
    with pytest.raises(PictureError) as caught:
        to_input(picture)
    assert str(caught.value) == message


@settings(deadline=None, database=None, max_examples=200)
@given(
    arrays.arrays(
        np.uint8,
        st.tuples(st.integers(8, 40), st.integers(8, 40), st.sampled_from([1, 3, 4])),
        elements=st.sampled_from([0, 1, 60, 128, 250, 255]),
    )
)
def test_any_picture_becomes_an_input_or_is_refused(picture: np.ndarray) -> None:
    try:
        drawing = to_input(picture)
    except PictureError:
        return
    assert drawing.pixels.shape == (28, 28, 1)
    assert drawing.pixels.any()


@pytest.mark.parametrize("shape", [(4096, 8), (8, 4096), (4096, 4096), (8, 8), (1025, 9)])
def test_the_extremes_of_size_are_read(shape: tuple[int, int]) -> None:
    picture = np.full(shape, 255, np.uint8)
    height, width = shape
    picture[height // 4 : 3 * height // 4, width // 4 : 3 * width // 4] = 0
    assert to_input(picture).pixels.max() > 200


def photograph(light: np.ndarray) -> np.ndarray:
    """The digit on shaded, noisy paper: uint8 (600, 600)."""
    random = np.random.default_rng(0)
    rows, columns = np.mgrid[-0.5:0.5:600j, -0.5:0.5:600j]
    paper = 190 + 70 * rows - 40 * columns - 60 * (rows**2 + columns**2)
    placed = np.zeros((600, 600))
    placed[150:510, 60:420] = np.asarray(Image.fromarray(light).resize((360, 360), Image.Resampling.BICUBIC)) / 255
    return np.clip(paper * (1 - 0.45 * placed) + random.normal(0, 5, (600, 600)), 0, 255).astype(np.uint8)


def larger(light: np.ndarray, side: int = 280) -> np.ndarray:
    return np.asarray(Image.fromarray(light).resize((side, side), Image.Resampling.BICUBIC))


def tight(light: np.ndarray) -> np.ndarray:
    """Nothing but the digit's own box, widened to the least that is read."""
    box = light[light.any(axis=1)][:, light.any(axis=0)]
    return np.pad(box, ((0, 0), (0, max(0, 8 - box.shape[1]))))


def coloured(light: np.ndarray) -> np.ndarray:
    """Dark blue on yellow."""
    share = light[:, :, None] / 255
    return np.round(np.array([20, 30, 120]) * share + np.array([250, 240, 120]) * (1 - share)).astype(np.uint8)


# How far the input may be from MNIST's own, in the mean over all pixels and pictures, of 255. What is enlarged is
# smooth, so its edges end up softer than MNIST's: about 6.4. Measured on the first 200 test pictures.
FORMS: dict[str, tuple[Callable[[np.ndarray], np.ndarray], float]] = {
    "as it is": (lambda light: light, 1.5),
    "inverted": (lambda light: 255 - light, 1.5),
    "without margin": (tight, 4),
    "ten times as large": (lambda light: np.kron(light, np.ones((10, 10), np.uint8)), 1.5),
    "enlarged smoothly": (larger, 8),
    "in colour": (lambda light: coloured(larger(light)), 8),
    "as alpha": (lambda light: np.dstack([np.zeros((280, 280, 3), np.uint8), larger(light)]), 8),
    "on a wide sheet": (lambda light: np.pad(255 - larger(light), ((9, 70), (500, 90)), constant_values=255), 8),
    "photographed": (photograph, 10),
}


@pytest.mark.mnist
@pytest.mark.parametrize("form", FORMS)
def test_mnist_is_found_again(form: str) -> None:
    change, limit = FORMS[form]
    pictures = datasets.load("mnist").x_test[: 20 if form == "photographed" else 200, :, :, 0]
    differences = [np.abs(to_input(change(light)).pixels[..., 0].astype(int) - light).mean() for light in pictures]
    assert np.mean(differences) <= limit
