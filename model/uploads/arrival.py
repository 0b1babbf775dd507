"""An uploaded model on its way to a run, in a thread of the page's process that waits for the throw-away one."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from data.errors import StrataError
from model.run import Run
from model.uploads import admission, keeping
from model.uploads.process import ReadingCancelled
from model.uploads.values import Range

_STAGES: Final = (
    "Looking at the file", "Waiting for another model to be read", "Looking through the file", "Starting Keras",
    "Building the model", "Translating its layers", "Comparing with Keras", "Keeping it",
)  # fmt: skip
FITTING: Final = "fitting"
"""In place of a data set: the first whose pictures and number of classes are the model's, or none."""

_log = logging.getLogger(__name__)


class Arrival:
    """One upload. It starts at once; `run` is there when it ended well, `problem` when it did not."""

    def __init__(
        self, root: Path, content: bytes, file_name: str, values: Range, dataset: str, versions: Mapping[str, str]
    ) -> None:
        """root: where runs are kept; dataset: a name, none (keeping.NO_DATASET), or FITTING."""
        self.file_name = file_name
        self.words = _STAGES[0]
        self.run: Run | None = None
        self.problem = ""
        self.cancelled = False
        self._root, self._dataset, self._versions = root, dataset, versions
        self._stop = threading.Event()
        self._thread = threading.Thread(
            target=self._come, args=(content, file_name, values), name="own-model", daemon=True
        )
        self._thread.start()

    def _come(self, content: bytes, file_name: str, values: Range) -> None:
        try:
            model = admission.read(content, file_name, values, self._say, self._stop.is_set)
            self._say(_STAGES[-1])
            dataset = self._dataset
            if dataset == FITTING:
                dataset = next(iter(keeping.matching_here(model.network)), keeping.NO_DATASET)
            self.run = keeping.keep(self._root, model, dataset, self._versions)
        except ReadingCancelled as cancelled:
            self.cancelled, self.problem = True, str(cancelled)
        except StrataError as error:
            self.problem = str(error)
        except Exception as error:  # a bug of ours must not look as if the upload still went on
            _log.exception("an uploaded model could not be read")
            self.problem = f"Reading the model ended with {error!r}. Expected an answer. See the server's log."

    def _say(self, words: str) -> None:
        self.words = words

    @property
    def is_done(self) -> bool:
        """Whether it has ended, well or not."""
        return self.run is not None or bool(self.problem)

    @property
    def progress(self) -> float:
        """How far it is among its stages, 0..1; most of the time goes to Keras's start."""
        return (_STAGES.index(self.words) + 1) / len(_STAGES) if self.words in _STAGES else 0.0

    def cancel(self) -> None:
        """End it; nothing of the file is kept."""
        self._stop.set()

    def wait(self, seconds: float | None = None) -> None:
        """Until it has ended, or so many seconds have passed."""
        self._thread.join(seconds)
