"""Pictures under stress: what Keras says of each, and intervals that are SciPy's and Wilson's."""

import numpy as np
import pytest

from data import changes, datasets, drawing
from data.changes import CHANGES
from model import stress, tracing, trials
from model.analyses import Analysis
from model.networks import MLP_25
from model.recording import record
from model.runs import Run, Runs
from model.settings import Settings


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    run = Runs(tmp_path_factory.mktemp("runs")).create(Settings(dataset="digits", epochs=4), MLP_25, {})
    record(run)
    return run


def _silent(words: str, done: int, total: int) -> None:
    pass


def test_the_curves_are_what_the_network_says_of_the_changed_pictures(run: Run) -> None:
    picture, step = datasets.load("digits").x_test[2], run.snapshot_steps()[-1]
    found = stress.curves(Analysis.of("x", run, step, picture), _silent)
    assert set(found) == {f"{name}/{part}" for name in CHANGES for part in ("pictures", "probabilities")}
    for name, change in CHANGES.items():
        expected = np.stack([changes.apply(picture[..., 0], name, amount) for amount in change.amounts])[..., None]
        np.testing.assert_array_equal(found[f"{name}/pictures"], expected)
        answers = tracing.trace(run.path, step, expected)["output"]
        np.testing.assert_allclose(found[f"{name}/probabilities"], answers, atol=1e-5)


def test_the_trials_are_the_same_each_time_and_within_their_ranges() -> None:
    labels = np.random.default_rng(0).integers(0, 10, 5000).astype(np.uint8)
    first, again = trials.trials(labels), trials.trials(labels)
    assert len(first.numbers) == trials.PICTURES
    assert np.bincount(labels[first.numbers]).tolist() == [100] * 10
    for name in ("numbers", "down", "right", "degrees"):
        np.testing.assert_array_equal(getattr(first, name), getattr(again, name))
    for name, most in (("down", 4), ("right", 4), ("degrees", 30)):
        values = getattr(first, name)
        assert 0.95 * most < values.max() <= most and -most <= values.min() < -0.95 * most
        assert abs(values.mean()) < 0.1 * most
    assert abs(np.corrcoef(first.down, first.right)[0, 1]) < 0.1


def test_a_moved_picture_is_turned_then_shifted_and_prepared_as_a_drawing_is() -> None:
    digits = datasets.load("digits")
    tried = trials.trials(digits.y_test)
    pixels = digits.x_test[tried.numbers[0], :, :, 0]
    moved = changes.moved(pixels, down=tried.down[0], right=tried.right[0], degrees=tried.degrees[0])
    np.testing.assert_array_equal(trials.picture(digits, tried, 0, "moved")[..., 0], moved)
    prepared = trials.picture(digits, tried, 0, "moved_prepared")[..., 0]
    np.testing.assert_array_equal(prepared, drawing.centre(drawing.fit(drawing.crop(moved))))
    np.testing.assert_array_equal(trials.picture(digits, tried, 0, "untouched")[..., 0], pixels)


def test_the_accuracies_are_counted_and_have_wilsons_interval(run: Run) -> None:
    digits, step = datasets.load("digits"), run.snapshot_steps()[-1]
    said: list[tuple[int, int]] = []
    found = stress.accuracy(Analysis.of("x", run, step), lambda words, done, total: said.append((done, total)))
    tried = trials.trials(digits.y_test)
    count = len(digits.y_test)  # fewer than a thousand: all of them
    assert found["pictures"][0] == len(tried.numbers) == count
    for place, condition in enumerate(trials.CONDITIONS):
        pictures = np.stack([trials.picture(digits, tried, at, condition) for at in range(count)])
        answers = tracing.trace(run.path, step, pictures)["output"].argmax(axis=1)
        right = int((answers == digits.y_test[tried.numbers]).sum())
        assert found["right"][place] == right
        share, z = right / count, 1.959964
        centre = (share + z**2 / (2 * count)) / (1 + z**2 / count)
        half = z * np.sqrt(share * (1 - share) / count + z**2 / (4 * count**2)) / (1 + z**2 / count)
        np.testing.assert_allclose(found["interval"][place], [centre - half, centre + half], atol=1e-6)
    assert found["right"][0] > 0.8 * count > found["right"][2]
    assert said == [(done, 4 * count) for done in range(4 * count)]


def test_what_comes_in_is_the_borders_median_but_for_ink_on_black() -> None:
    assert trials.outside("mnist", 1) == trials.outside("digits", 1) == trials.outside(None, 1) == ""
    assert trials.outside("own-4af4d47a40a3", 1) == trials.outside(None, 3) == trials.BORDER
    pixels = np.random.default_rng(3).integers(0, 256, (12, 12, 3)).astype(np.uint8)
    rim = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])  # corners twice, as in data.squares
    expected = np.quantile(rim, 0.5, axis=0, method="lower")
    assert trials.background(pixels, trials.BORDER) == tuple(expected)
    assert trials.background(pixels, "") == (0, 0, 0)
