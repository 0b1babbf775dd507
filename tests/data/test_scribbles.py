"""Pictures of nothing: the same from the same seed, and what their descriptions say."""

import numpy as np
import pytest

from data import datasets, scribbles
from data.drawing import from_ink


def test_the_same_seed_gives_the_same_scribbles_and_another_others() -> None:
    made = scribbles.scribbles(20, 1)
    scribbles.scribbles.cache_clear()
    np.testing.assert_array_equal(scribbles.scribbles(20, 1), made)
    assert not (scribbles.scribbles(20, 2) == made).all(axis=(1, 2, 3)).any()
    assert made.shape == (20, 28, 28, 1) and made.dtype == np.uint8 and not made.flags.writeable


def test_scribbles_are_cropped_and_centred_as_drawings_are() -> None:
    for pixels in scribbles.scribbles(20, 3)[..., 0]:
        assert pixels.max() > 128
        rows, columns = np.nonzero(pixels)
        assert np.ptp(rows) < 20 and np.ptp(columns) < 20
        total = int(pixels.sum())
        assert abs((pixels.sum(axis=1) * np.arange(28)).sum() / total - 14) <= 1
        # Once cropped and centred, it lies where a drawing lies: the way of a drawing moves it no further.
        again = from_ink(pixels).pixels[..., 0]
        assert np.abs(np.argwhere(again).mean(axis=0) - np.argwhere(pixels).mean(axis=0)).max() < 1.5


def test_no_quarter_stays_where_it_was() -> None:
    pictures = np.kron(np.array([[0, 1], [2, 3]], np.uint8), np.ones((14, 14), np.uint8))[None, ..., None]
    quarters = [pictures[0, row : row + 14, left : left + 14, 0].copy() for row in (0, 14) for left in (0, 14)]
    assert [int(quarter[0, 0]) for quarter in quarters] == [0, 1, 2, 3]
    orders = set()
    for seed in range(60):
        made = scribbles.shuffled(pictures, seed)[0, ..., 0]
        order = tuple(int(made[row, left]) for row in (0, 14) for left in (0, 14))
        assert sorted(order) == [0, 1, 2, 3] and all(taken != place for place, taken in enumerate(order))
        np.testing.assert_array_equal(made[:14, :14], quarters[order[0]])
        orders.add(order)
    assert len(orders) == 9  # derangements of four


def test_a_blend_is_of_two_classes() -> None:
    digits = datasets.load("digits")
    pictures, labels = digits.x_test[:40], digits.y_test[:40]
    made = scribbles.blends(pictures, labels, 5)
    for place, blend in enumerate(made):
        partners = [
            other
            for other in range(len(pictures))
            if labels[other] != labels[place] and (blend == np.maximum(pictures[place], pictures[other])).all()
        ]
        assert partners, place


@pytest.mark.parametrize("seed", [scribbles.VALIDATION_SEED, scribbles.TEST_SEED])
def test_strangers_are_as_many_of_each_kind(seed: int) -> None:
    digits = datasets.load("digits")
    made = scribbles.strangers(digits.x_test[:10], digits.y_test[:10], seed)
    assert made.shape == (30, 28, 28, 1)
    np.testing.assert_array_equal(made[:10], scribbles.scribbles(10, seed))
    np.testing.assert_array_equal(made[10:20], scribbles.shuffled(digits.x_test[:10], seed))
