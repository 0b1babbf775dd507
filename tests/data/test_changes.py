"""Changed pictures: what is moved is where arithmetic says it is, and no change at all changes no pixel."""

import numpy as np
import pytest
from scipy import ndimage

from data import changes, datasets
from data.changes import CHANGES


@pytest.fixture(scope="module")
def digit() -> np.ndarray:
    return datasets.load("digits").x_test[3, :, :, 0]


@pytest.mark.parametrize("name", CHANGES)
def test_the_neutral_amount_is_among_the_ascending_ones_and_changes_nothing(name: str, digit: np.ndarray) -> None:
    change = CHANGES[name]
    assert list(change.amounts) == sorted(set(change.amounts)) and change.neutral in change.amounts
    np.testing.assert_array_equal(changes.apply(digit, name, change.neutral), digit)
    for amount in (change.amounts[0], change.amounts[-1]):
        changed = changes.apply(digit, name, amount)
        assert changed.dtype == np.uint8 and changed.shape == digit.shape
        assert (amount == change.neutral) == np.array_equal(changed, digit)


@pytest.mark.parametrize(("name", "axis"), [("shift_x", 1), ("shift_y", 0)])
@pytest.mark.parametrize("amount", [-3, 1, 6])
def test_whole_pixels_are_moved_as_slices_are(name: str, axis: int, amount: int, digit: np.ndarray) -> None:
    expected = np.zeros_like(digit)
    to, source = [slice(None)] * 2, [slice(None)] * 2
    to[axis], source[axis] = slice(max(amount, 0), 28 + min(amount, 0)), slice(max(-amount, 0), 28 - max(amount, 0))
    expected[tuple(to)] = digit[tuple(source)]
    np.testing.assert_array_equal(changes.apply(digit, name, amount), expected)


def test_a_quarter_turn_with_the_clock_is_numpys(digit: np.ndarray) -> None:
    np.testing.assert_array_equal(changes.apply(digit, "rotate", 90), np.rot90(digit, -1))
    np.testing.assert_array_equal(changes.apply(digit, "rotate", -90), np.rot90(digit))


@pytest.mark.parametrize("degrees", [-35, 20])
def test_a_turn_is_scipys_own(degrees: int, digit: np.ndarray) -> None:
    # scipy turns against the clock as pictures are shown, rows downwards.
    expected = ndimage.rotate(digit.astype(float), -degrees, reshape=False, order=1)
    assert np.abs(changes.apply(digit, "rotate", degrees) - expected).max() <= 0.5001


def test_half_the_size_has_a_quarter_of_the_ink_in_the_middle() -> None:
    square = np.zeros((28, 28), np.uint8)
    square[6:22, 6:22] = 200
    small = changes.apply(square, "scale", 50)
    rows, columns = np.nonzero(small)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (10, 17, 10, 17)
    assert small.sum() == square.sum() / 4


def test_a_move_after_a_turn_goes_where_it_says(digit: np.ndarray) -> None:
    turned = changes.moved(digit, degrees=90)
    np.testing.assert_array_equal(changes.moved(digit, degrees=90, down=2, right=-1)[2:, :-1], turned[:-2, 1:])


def test_the_pen_grows_a_square_by_its_radius_and_shrinks_it_back() -> None:
    square = np.zeros((28, 28), np.uint8)
    square[10:18, 10:18] = 255
    grown = changes.apply(square, "pen", 1)
    assert grown[13, 9] == grown[13, 18] == 255 and grown[13, 8] == 0
    assert 0 < grown[9, 9] < 255  # round corners
    shrunk = changes.apply(square, "pen", -1)
    assert shrunk[13, 11] == 255 and shrunk[13, 10] == 0
    sums = [int(changes.apply(square, "pen", amount).sum()) for amount in CHANGES["pen"].amounts]
    assert sums == sorted(sums)


def test_noise_is_one_field_that_the_amount_scales() -> None:
    grey = np.full((28, 28), 128, np.uint8)
    field = np.random.default_rng(changes.NOISE_SEED).standard_normal((28, 28))
    for amount in (5, 10):
        difference = changes.apply(grey, "noise", amount).astype(float) - 128
        inside = np.abs(255 * amount / 100 * field) < 120
        assert np.abs(difference - 255 * amount / 100 * field)[inside].max() <= 0.5001


@pytest.mark.parametrize(
    ("name", "amount"), [("shift_x", 7), ("shift_y", -7), ("rotate", 45), ("scale", 60), ("pen", -1)]
)
def test_a_background_comes_in_from_outside_in_every_channel(name: str, amount: float) -> None:
    """A picture that is nothing but its background stays so; with black from outside it would not."""
    colours = (200, 30, 120)
    picture = np.full((32, 32, 3), colours, np.uint8)
    np.testing.assert_array_equal(changes.apply_to_channels(picture, name, amount, colours), picture)
    assert (changes.apply_to_channels(picture, name, amount) == 0).any()
