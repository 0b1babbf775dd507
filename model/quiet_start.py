"""Keras starts without the lines that TensorFlow prints about processors and graphics cards."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator


@contextlib.contextmanager
def quiet_start() -> Iterator[None]:
    """Import Keras for the first time in here: what is printed meanwhile is shown only if that fails.

    TF_CPP_MIN_LOG_LEVEL alone would not do: the first lines come before TensorFlow reads it, and go past Python, to
    the process's file of errors.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    sys.stderr.flush()
    errors = os.dup(2)
    with tempfile.TemporaryFile() as said:
        os.dup2(said.fileno(), 2)
        try:
            yield
        except BaseException:
            said.seek(0)
            os.write(errors, said.read())
            raise
        finally:
            sys.stderr.flush()
            os.dup2(errors, 2)
            os.close(errors)
