"""scikit-learn's 1,797 handwritten digits, 8x8 with values 0 to 16, brought to the form of MNIST's.

They are the test part of E. Alpaydin's and C. Kaynak's optical digits (UCI, CC BY 4.0), and come with scikit-learn, so
that there is something to train on with no network at all.
"""

import numpy as np
import numpy.typing as npt

from data.drawing import centre, crop, fit
from data.resampling import resample

__all__ = ["digits"]

Bytes = npt.NDArray[np.uint8]

SEED = 0  # of the split
TEST = 360  # examples, a fifth
MARGIN = 1  # px of paper put around the 8x8 pixels, so that strokes at their edge end there
SCALE = 10  # how many times larger the picture is in which the edges are made crisp again
DARK, BRIGHT = 70, 190  # of 255; up to and from these on a smoothly enlarged stroke is paper and is ink


def digits() -> tuple[Bytes, Bytes, Bytes, Bytes]:
    """x_train uint8 (1437, 28, 28), y_train uint8 (1437,), x_test (360, 28, 28), y_test (360,); stratified by class."""
    from sklearn.datasets import load_digits  # a second to import: only when asked for
    from sklearn.model_selection import train_test_split

    pictures, labels = load_digits(return_X_y=True)
    enlarged = np.stack([enlarge(picture) for picture in pictures.reshape(-1, 8, 8).astype(np.uint8)])
    train, test = train_test_split(np.arange(labels.size), test_size=TEST, random_state=SEED, stratify=labels)
    small = labels.astype(np.uint8)
    return enlarged[train], small[train], enlarged[test], small[test]


def enlarge(picture: Bytes) -> Bytes:
    """One digit, uint8 (8, 8) with values 0 to 16, as uint8 (28, 28) with the size, edges and place of MNIST's.

    Its pixels count the ink in 4x4 of a finer scan. Linear interpolation and a steep change from paper to ink around
    the middle bring back strokes with edges (thin ones stay, in grey); then it is cropped, fitted and centred as every
    drawing is.
    """
    values = np.pad(picture.astype(np.int64) * 255 // 16, MARGIN).astype(np.uint8)
    side = SCALE * values.shape[0]
    smooth = resample(values, side, side).astype(np.int64)
    crisp = np.clip((smooth - DARK) * 255 // (BRIGHT - DARK), 0, 255).astype(np.uint8)
    return centre(fit(crop(crisp)))
