"""The throw-away process that reads an upload: limited in memory, time and what it may write.

`python -m data.reading_process UPLOAD NAME FOLDER SIDE` writes a data set into FOLDER and says, in a JSON object a
line, how far it is: {"done", "total"}, and last {"name"} or {"error"}. SIDE is 0 for the data's own.
"""

import json
import sys
import time
from pathlib import Path
from typing import Final

MAX_MEMORY: Final = 4 * 2**30  # bytes of addresses; reading takes at most about 1.5 GiB
MAX_SECONDS: Final = 300  # of a processor
MAX_WRITTEN: Final = 400 * 2**20  # bytes of a file
_REPORT_SECONDS = 0.2


def _limit() -> None:
    """Where the system knows limits; elsewhere the parent's clock alone ends what hangs."""
    try:
        import resource
    except ImportError:
        return
    for which, limit in (
        (resource.RLIMIT_AS, MAX_MEMORY),
        (resource.RLIMIT_CPU, MAX_SECONDS),
        (resource.RLIMIT_FSIZE, MAX_WRITTEN),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(which)
        resource.setrlimit(which, (limit if hard < 0 else min(limit, hard), hard))


def _say(**words: object) -> None:
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


def main(arguments: list[str]) -> int:
    """Read and say how it went; returns the exit code."""
    _limit()
    from data.errors import StrataError
    from data.preparation import prepare

    source, called, folder, side = arguments
    said = time.monotonic()

    def report(done: int, total: int) -> None:
        nonlocal said
        if time.monotonic() - said > _REPORT_SECONDS:
            said = time.monotonic()
            _say(done=done, total=total)

    try:
        _say(name=prepare(Path(source), called, Path(folder), int(side) or None, report).name)
    except StrataError as error:
        _say(error=str(error))
        return 2
    except MemoryError:
        _say(error="Reading the upload took too much memory. Expected less than 4 GiB. Take fewer or smaller pictures.")
        return 2
    except Exception as error:  # whatever a library raises on files that only look like what they say
        _say(error=f"The upload is broken: {type(error).__name__}. Expected a whole .zip or .npz. Make it anew.")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
