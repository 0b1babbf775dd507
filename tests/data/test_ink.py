"""Finding the ink: grey, polarity, shading, threshold, noise."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image, ImageFilter
from scipy import ndimage

from data import ink
from data.samples import draw, samples


def strokes(label: int = 5, side: int = 280) -> np.ndarray:
    """A drawn digit, light on dark, uint8 (side, side)."""
    sample = samples()[label]
    return draw(sample.strokes, sample.width, side)


def rgba(grey: np.ndarray, alpha: np.ndarray | int = 255) -> np.ndarray:
    return np.dstack([grey, grey, grey, np.broadcast_to(np.uint8(alpha), grey.shape)])


def test_grey_is_pillows_luma() -> None:
    colours = np.random.default_rng(0).integers(0, 256, (50, 50, 3), np.uint8)
    expected = np.asarray(Image.fromarray(colours).convert("L")).astype(int)
    assert np.abs(ink.grey(colours) - expected).max() <= 1
    assert ink.grey(np.full((1, 1, 3), 255, np.uint8)).item() == 255


def test_half_transparent_values_are_laid_over_paper() -> None:
    values, alpha = np.array([[100, 100, 100]], np.uint8), np.array([[0, 128, 255]], np.uint8)
    assert ink.over(values, alpha, 255).tolist() == [[255, 177, 100]]


def test_only_large_pictures_are_reduced() -> None:
    assert ink.shrink(np.zeros((1024, 30), np.uint8)).shape == (1024, 30)
    assert ink.shrink(np.zeros((2048, 31), np.uint8)).shape == (1024, 16)
    assert ink.shrink(np.zeros((4096, 8), np.uint8)).shape == (1024, 2)


@pytest.mark.parametrize("label", range(10))
@pytest.mark.parametrize("margin", [0, 1, 40])
def test_dark_on_light_is_told_from_light_on_dark(label: int, margin: int) -> None:
    light = strokes(label)
    rows, columns = np.flatnonzero(light.any(axis=1)), np.flatnonzero(light.any(axis=0))
    tight = np.pad(light[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1], margin)
    assert ink.is_dark_on_light(255 - tight)
    assert not ink.is_dark_on_light(tight)


def test_opaque_strokes_are_ink_whatever_their_colour() -> None:
    alpha = strokes()
    colours = np.zeros_like(alpha)
    colours[140:] = 220  # the lower half in another colour
    for shade in (np.zeros_like(alpha), np.full_like(alpha, 255), colours):
        _, found, why = ink.to_ink(rgba(shade, alpha))
        np.testing.assert_array_equal(found, alpha)
        assert why == ink.TRANSPARENT


def test_a_sticker_is_read_as_paper() -> None:
    sheet = np.pad(255 - strokes(), 60, constant_values=255)
    rows, columns = np.mgrid[-200:200, -200:200]
    disc = np.where(rows**2 + columns**2 < 195**2, 255, 0)
    _, found, why = ink.to_ink(rgba(sheet, disc))
    np.testing.assert_array_equal(found, 255 - sheet)
    assert why == ink.DARK


def test_an_evenly_half_transparent_picture_lies_on_white() -> None:
    visible, found, why = ink.to_ink(rgba(255 - strokes(), 100))
    assert why == ink.DARK
    assert visible.max() == 255
    assert found.max() == 100


@settings(deadline=None, database=None)
@given(arrays.arrays(np.uint8, (9, 9), elements=st.sampled_from([0, 1, 7, 100, 101, 200, 255])))
def test_otsus_threshold_by_its_definition(values: np.ndarray) -> None:
    best, between = 0, Fraction(-1)
    flat = [int(value) for value in values.ravel()]
    for threshold in range(255):
        low, high = [v for v in flat if v <= threshold], [v for v in flat if v > threshold]
        if low and high:
            difference = Fraction(sum(low), len(low)) - Fraction(sum(high), len(high))
            variance = difference**2 * len(low) * len(high)
            if variance > between:
                best, between = threshold, variance
    assert ink.otsu(values) == best


def test_smoothing_is_the_mean_of_a_square() -> None:
    values = np.random.default_rng(1).integers(0, 256, (40, 50), np.uint8)
    expected = np.asarray(Image.fromarray(values).filter(ImageFilter.BoxBlur(3)))[3:-3, 3:-3].astype(int)
    assert np.abs(ink.smooth(values, 3)[3:-3, 3:-3] - expected).max() <= 1
    np.testing.assert_array_equal(ink.smooth(values, 0), values)
    assert ink.smooth(np.full((8, 8), 77, np.uint8), 5).tolist() == np.full((8, 8), 77).tolist()


def test_what_is_near_is_a_square_around() -> None:
    mask = np.random.default_rng(2).random((30, 41)) > 0.98
    expected = ndimage.binary_dilation(mask, np.ones((9, 9)))
    np.testing.assert_array_equal(ink._spread(mask, 4), expected)


def test_a_steady_slope_of_light_leaves_only_the_ink() -> None:
    rows, columns = np.mgrid[:280, :280]
    slope = (rows + columns) // 5  # 0 to 111
    written = np.clip(slope + (strokes() > 127) * 100, 0, 255).astype(np.uint8)
    assert not ink.is_even(written)
    flat = ink.flatten(written)
    assert flat[strokes() < 10].max() <= 6
    assert flat[strokes() > 245].min() >= 85  # tiles beside the stroke see more paper on one side of it


def test_clean_ink_stays_as_it_is() -> None:
    cleaned, contrast = ink.clean(strokes())
    np.testing.assert_array_equal(cleaned, strokes())
    assert contrast == 255


def test_noise_goes_and_faint_ink_is_stretched() -> None:
    noise = np.random.default_rng(3).normal(20, 4, (400, 400))
    faint = np.clip(noise + strokes(side=400) * 0.3, 0, 255).astype(np.uint8)
    cleaned, contrast = ink.clean(faint)
    assert 60 <= contrast <= 80
    drawn = strokes(side=400)
    away = ~ndimage.binary_dilation(drawn > 0, np.ones((61, 61)))
    assert cleaned[away].max() == 0
    assert cleaned[drawn == 255].mean() > 240
    assert cleaned[drawn == 0].mean() < 1
