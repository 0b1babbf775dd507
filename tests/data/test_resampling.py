"""Resizing against Pillow and against definitions."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from data.resampling import divide, resample, surface


def random(height: int, width: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width), np.uint8)


def test_halves_are_rounded_up() -> None:
    assert divide(np.array([-3, -1, 0, 1, 3, 5]), 2).tolist() == [-1, 0, 0, 1, 2, 3]


def test_the_same_size_is_the_same_picture() -> None:
    picture = random(20, 13)
    np.testing.assert_array_equal(resample(picture, 20, 13), picture)


@pytest.mark.parametrize("factor", [2, 3, 7])
def test_shrinking_by_a_whole_factor_is_pillows_reduce(factor: int) -> None:
    picture = random(20 * factor, 11 * factor)
    expected = np.asarray(Image.fromarray(picture).reduce(factor)).astype(int)
    assert np.abs(resample(picture, 20, 11) - expected).max() <= 1


@settings(deadline=None, database=None)
@given(st.integers(1, 60), st.integers(1, 60), st.data())
def test_shrinking_is_the_mean_over_the_area(height: int, width: int, data: st.DataObject) -> None:
    new_height, new_width = data.draw(st.integers(1, height)), data.draw(st.integers(1, width))
    picture = random(height, width, height * 61 + width)

    def shares(old: int, new: int) -> np.ndarray:  # by the definition: how much of old pixel j lies in new pixel i
        edges, cells = np.arange(new + 1) * old / new, np.arange(old)
        return np.clip(np.minimum(edges[1:, None], cells + 1) - np.maximum(edges[:-1, None], cells), 0, 1)

    means = shares(height, new_height) @ picture @ shares(width, new_width).T
    means /= height / new_height * (width / new_width)
    assert np.abs(resample(picture, new_height, new_width) - means).max() <= 0.5 + 1e-9


def test_growing_is_pillows_bilinear() -> None:
    picture = random(8, 5)
    expected = np.asarray(Image.fromarray(picture).resize((37, 80), Image.Resampling.BILINEAR)).astype(int)
    assert np.abs(resample(picture, 80, 37) - expected).max() <= 1


def test_one_axis_may_grow_while_the_other_shrinks() -> None:
    picture = random(4, 600)
    grown = resample(picture, 20, 600)
    assert np.abs(resample(picture, 20, 30).astype(int) - resample(grown, 20, 30)).max() <= 1


def test_wide_pictures_are_done_in_blocks_without_a_seam() -> None:
    picture = random(40, 1300)
    halves = [resample(part, 10, part.shape[1]) for part in (picture[:, :700], picture[:, 700:])]
    np.testing.assert_array_equal(resample(picture, 10, 1300), np.concatenate(halves, axis=1))


def test_a_surface_through_a_plane_is_the_plane_up_to_the_border() -> None:
    rows, columns = np.mgrid[:80, :160]
    plane = 3 * rows + columns
    grid = plane.reshape(8, 10, 8, 20).mean(axis=(1, 3))  # 3 * (10 i + 4.5) + (20 j + 9.5)
    np.testing.assert_array_equal(surface(np.round(grid).astype(np.int64), 80, 160), plane)
