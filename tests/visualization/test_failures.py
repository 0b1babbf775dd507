"""A file that cannot be made: why is remembered until it can, and the other files are none the wiser."""

import pytest

from data.errors import StrataError
from visualization.failures import Failures


def _broken(error: Exception) -> bytes:
    raise error


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (
            StrataError("Keras died of it. Start it again."),
            "ONNX could not be saved: Keras died of it. Start it again.",
        ),
        (FileNotFoundError(2, "No such file or directory"), "ONNX could not be saved: No such file or directory. Was"),
        (
            ZeroDivisionError("division"),
            "ONNX could not be saved: this is an error in Strata; the server's log has it.",
        ),
    ],
)
def test_why_it_failed_is_told_until_it_works(error: Exception, reason: str) -> None:
    failures, kinds = Failures(), [error]
    onnx = failures.guarded("ONNX", lambda: _broken(kinds[0]) if kinds else b"made")
    other = failures.guarded("Keras", lambda: b"other")
    with pytest.raises(type(error)):
        onnx()
    assert other() == b"other"
    (words,) = failures.words
    assert words.startswith(reason)
    kinds.clear()
    assert onnx() == b"made" and failures.words == ()
