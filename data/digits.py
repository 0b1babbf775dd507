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
FINE = 80  # px; the side of the enlarged picture in which edges are made crisp again


def digits() -> tuple[Bytes, Bytes, Bytes, Bytes]:
    """x_train uint8 (1437, 28, 28), y_train uint8 (1437,), x_test (360, 28, 28), y_test (360,), each class split alike."""
    from sklearn.datasets import load_digits  # a second to import: only when asked for
    from sklearn.model_selection import train_test_split

    pictures, labels = load_digits(return_X_y=True)
    enlarged = np.stack([enlarge(picture) for picture in pictures.reshape(-1, 8, 8).astype(np.uint8)])
    train, test = train_test_split(np.arange(labels.size), test_size=TEST, random_state=SEED, stratify=labels)
    small = labels.astype(np.uint8)
    return enlarged[train], small[train], enlarged[test], small[test]


def enlarge(picture: Bytes) -> Bytes:
    """One digit, uint8 (8, 8) with values 0 to 16, as uint8 (28, 28) with the size, edges and place of MNIST's."""
    fine = resample((picture.astype(np.int64) * 255 // 16).astype(np.uint8), FINE, FINE)
    crisp = np.clip((fine.astype(np.int64) - 80) * 255 // 95, 0, 255).astype(np.uint8)
    return centre(fit(crop(crisp)))
