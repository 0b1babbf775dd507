"""Files that could not be made when somebody took them: Streamlit says only that, so the page says why."""

from __future__ import annotations

from collections.abc import Callable

from data.errors import StrataError

__all__ = ["Failures"]


class Failures:
    """Why each kind of file could not be made when it was last asked for; written by a download's own thread."""

    def __init__(self) -> None:
        self._reasons: dict[str, str] = {}

    @property
    def words(self) -> tuple[str, ...]:
        """A sentence or more for each, in the order in which they failed."""
        return tuple(f"{label} could not be saved: {reason}" for label, reason in list(self._reasons.items()))

    def guarded(self, label: str, made: Callable[[], bytes]) -> Callable[[], bytes]:
        """`made`, which on its way remembers under `label` why it fails, and forgets it before it tries again."""

        def attempt() -> bytes:
            self._reasons.pop(label, None)
            try:
                return made()
            except StrataError as error:
                self._reasons[label] = str(error)
                raise
            except OSError as error:
                self._reasons[label] = f"{error.strerror or error}. Was the run deleted? Reload the page and try again."
                raise
            except Exception:  # a bug: the page says so, Streamlit logs it
                self._reasons[label] = "this is an error in Strata; the server's log has it. The other files can be."
                raise

        return attempt
