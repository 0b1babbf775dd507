"""A server that is told to end: trainings hear of it at once, open requests are waited for so long and no longer.

SIGTERM   0 s    trainings are asked to stop at their next step
          1 s    requests that are still open are cut off
          3 s    trainings that did not stop are ended, and their folders say what is kept
          4.8 s  whatever still hangs, be it a scheduler that does not answer, is left behind
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType

import uvicorn

from model.engine import Engine

_log = logging.getLogger(__name__)
CLOSE_SECONDS = 1  # after SIGTERM; trainings have 3 s to keep what they learned
LONGEST_SECONDS = 4.8


def end_in_time(engine: Engine, leave: Callable[[int], object] = os._exit) -> None:
    """Bound the end of the server that runs this process, Streamlit's or our own.

    Call it from the lifespan: the server has taken the signals over by then. leave: ends the process at once.
    """
    server = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
    if not isinstance(server, uvicorn.Server) or threading.current_thread() is not threading.main_thread():
        return
    server.config.timeout_graceful_shutdown = CLOSE_SECONDS
    told = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        if not told.is_set():
            told.set()
            # In threads: where a signal interrupts a thread that holds a lock, waiting for it would last for ever.
            threading.Thread(target=engine.begin_to_end, name="begin-to-end", daemon=True).start()
            threading.Thread(target=_leave_late, args=(leave,), name="leave-late", daemon=True).start()
        server.handle_exit(number, frame)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)


def _leave_late(leave: Callable[[int], object]) -> None:
    """End the process although something in it has not ended; daemon threads alone do not keep it until then."""
    threading.Event().wait(LONGEST_SECONDS)
    _log.error("something did not end within %g s and is left behind", LONGEST_SECONDS)
    sys.stderr.flush()
    leave(0)
