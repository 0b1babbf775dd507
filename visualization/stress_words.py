"""What is said of a picture under stress and of moved test pictures, with their own numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from data.changes import CHANGES, NOISE_SEED
from model.analyses import Arrays
from model.trials import CONDITIONS, MOST_DEGREES, MOST_PIXELS, SEED
from visualization import charts, stress

_HOW = {
    "shift_x": "moved by whole pixels; what leaves the picture is lost, what comes in is background",
    "shift_y": "moved by whole pixels; what leaves the picture is lost, what comes in is background",
    "rotate": "turned about its middle, linear between pixels (scipy.ndimage.affine_transform)",
    "scale": "resized about its middle, linear between pixels (scipy.ndimage.affine_transform)",
    "pen": "drawn with a thicker or thinner pen: each pixel split into 4x4, the brightest (or darkest) within the "
    "radius taken (grey dilation and erosion by scipy.ndimage; J. Serra, Image Analysis and Mathematical Morphology, "
    "1982)",
    "noise": "covered with Gaussian noise, cut off at 0 and 255: always the same field, seed "
    f"{NOISE_SEED:,}, scaled by the amount",
}


_OUTSIDE = {
    False: "Background is black, 0.",
    True: "Background is the median of the picture's border, colour by colour, as where own data is prepared.",
}


def curve(name: str, probabilities: np.ndarray, class_names: Sequence[str], *, of_border: bool = False) -> str:
    """What the curves are and how they were computed: Markdown. of_border: where the background is from."""
    change = CHANGES[name]
    neutral = change.amounts.index(change.neutral)
    read = int(probabilities[neutral].argmax())
    mine = probabilities[:, read]
    worst = int(mine.argmin())
    return (
        f"The chosen picture is {_HOW[name]}. It is read anew at each of {len(change.amounts)} amounts; a line is one "
        f"class's probability. As it is, the network reads {class_names[read]} with "
        f"{charts.percent(float(mine[neutral]))}; of all amounts it is least sure of that at "
        f"{stress.amount_words(change, change.amounts[worst])}, with {charts.percent(float(mine[worst]))}. "
        f"{stress.flip_words(change, probabilities, class_names)}\n\n"
        "A dotted upright line stands where the answer first becomes another. Below are the very pictures that the "
        "network saw, each at its amount, with no preparation."
        f"{'' if name == 'noise' else f' {_OUTSIDE[of_border]}'}"
    )


def accuracy(found: Arrays, *, of_border: bool = False) -> str:
    """What the bars are and how they were computed: Markdown."""
    pictures = int(found["pictures"][0])
    shares = [charts.percent(int(right) / pictures) for right in found["right"]]
    is_prepared = len(shares) == len(CONDITIONS)
    untouched, moved = shares[0], shares[2 if is_prepared else 1]
    return (
        f"{pictures:,} test pictures, the same share of each class, each shifted by up to {MOST_PIXELS:g} pixels "
        f"down or up and sideways and rotated by up to {MOST_DEGREES:g}° either way, evenly drawn by seed "
        f"{SEED}: the same for every network. Untouched, this one reads {untouched} right; shifted "
        f"and rotated {moved}. {_OUTSIDE[of_border]}\n\n"
        f"{_prepared(found) if is_prepared else ''}"
        "The thin line on a bar is Wilson's 95 % interval, which says how far the share may lie off by the choice of "
        "pictures alone (E. B. Wilson, Journal of the American Statistical Association 22 (1927))."
    )


def _prepared(found: Arrays) -> str:
    """What preparing is, and what it does to the moved pictures."""
    moved, prepared = (int(right) for right in found["right"][2:])
    helps = prepared - moved
    what = f"{abs(helps):,} more" if helps > 0 else f"{abs(helps):,} fewer" if helps < 0 else "as many"
    return (
        "Prepared means what is done to a drawing on the pad: cropped to its ink, fitted to 20x20, its centre of mass "
        "moved to the centre, as MNIST was made. That undoes a shift and leaves a rotation. With it the network reads "
        f"{what} of the moved pictures right: {charts.percent(prepared / int(found['pictures'][0]))}. Pictures that "
        "were not made that way, such as clothes, may lose by it.\n\n"
    )
