"""How much an uploaded model may be, and the one error that says what is wrong with it."""

from __future__ import annotations

from data.errors import StrataError

UPLOAD_BYTES = 200 * 10**6
"""Streamlit's own bound on an upload."""
UNPACKED_BYTES = 400 * 10**6
"""30 million float32 parameters with Adam's two moments beside them take 360 MB."""
PACKING_RATIO = 200
"""Weights hardly pack at all, a configuration 50 to 1; a bomb 1,000 to 1."""
CONFIG_BYTES = 8 * 2**20
"""MobileNetV2's is 0.2 MB, DenseNet121's 0.7."""
JSON_DEPTH = 64
"""A model within a model within a model is about 40 deep."""
LAYERS = 1000
"""DenseNet121 has 430, EfficientNetB0 240."""
NESTED_MODELS = 4
PICTURE_SIDE = 64
PICTURE_CHANNELS = 3
CLASSES = (2, 100)
LARGEST_NUMBER = 65_536
"""Of filters, units, window sides and the like, in one layer's configuration."""
PARAMETERS = 30 * 10**6
"""ResNet50 has 24 million."""
ACTIVATIONS = 20 * 10**6
"""Of one picture, all layers together: what the scene draws. MobileNet's at 64x64x3 are 0.9 million."""
MAP_SIDE = 256
"""Pixels of a map: four times the largest picture's. The stack and the galleries draw maps whole."""
WORKING_VALUES = 40 * 10**6
"""Of one picture, those that layers hold while they compute (attention's scores) with them: 160 MB, twice in a proof.
A layer of 16 heads over 28x28 places holds 20 million."""
MULTIPLY_ADDS = 2 * 10**9
"""For one picture: up to a tenth of a second on two processors, which is as long as a page may take to follow a pen,
and ten minutes for ten thousand test pictures. VGG16 at 64x64x3 has 1.3 thousand million, ResNet50 0.4."""
STEPS = 4096
"""One after the other in recurrent layers, all together: the pixels of the largest picture, once."""
WALL_SECONDS = 180.0
CPU_SECONDS = 240
"""Two processors' time for DenseNet121, whose building takes Keras the longest, twice over."""
MEMORY_BYTES = 3 * 10**9
"""Above what Keras itself has taken when it is imported."""
PARSING_BYTES = 10**9
"""Above what the process has, while the file is unpacked and looked through: 30 MB for DenseNet121."""
RESULT_BYTES = 4 * PARAMETERS + 10 * 2**20
DIFFERENCE = 1e-4
"""Between Keras's own answer and that of our translation, on the same pictures."""


class UploadError(StrataError):
    """An uploaded model is not read: the message says what was found, what is expected and what to do."""


def refuse(found: str, expected: str, advice: str) -> UploadError:
    """The error to raise, in the three sentences that all messages have."""
    return UploadError(f"{found} Expected {expected}. {advice}")


_MARKUP = str.maketrans({"[": "(", "]": ")", "<": "(", ">": ")", "`": "'", "$": " "})
"""What Markdown would take for a link, a picture, code or a formula."""


def quoted(value: object, longest: int = 60) -> str:
    """Something out of a file, fit to be shown: short, in one line, nothing that could act on a terminal or page."""
    return ascii(value if isinstance(value, str) else str(value)[: 4 * longest])[: longest + 2].translate(_MARKUP)
