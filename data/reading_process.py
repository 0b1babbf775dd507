"""The throw-away process that reads an upload: within the fences of `data.fences`, it writes into its own folder alone.

`python -m data.reading_process UPLOAD NAME FOLDER SIDE` writes a data set into FOLDER and says, in a JSON object a
line, how far it is: {"done", "total"}, and last {"name"} or {"error"}. SIDE is 0 for the data's own. Nobody trusts any
of it: `data.throwaway` checks it as it would a stranger's.
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Final

from data.fences import Bounds, Forbidden, Watch, fence_by_kernel, limit_memory, limit_resources

MAX_MEMORY: Final = 3 * 2**30  # bytes of addresses beyond the libraries'; reading takes at most about 1.5 GiB
BOUNDS: Final = Bounds(processor_seconds=300, file_bytes=400 * 2**20)
_REPORT_SECONDS = 0.2


def _say(**words: object) -> None:
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


def main(arguments: list[str]) -> int:
    """Read and say how it went; returns the exit code."""
    source, called, folder, side = arguments
    limit_resources(BOUNDS)
    fence_by_kernel(Path(folder))
    watch = Watch(Path(folder))
    from PIL import Image

    from data.errors import StrataError
    from data.preparation import prepare

    Image.init()  # all its formats, which it would import at the first picture
    limit_memory(MAX_MEMORY)
    watch.strict = True
    said = time.monotonic()

    def report(done: int, total: int) -> None:
        nonlocal said
        if time.monotonic() - said > _REPORT_SECONDS:
            said = time.monotonic()
            _say(done=done, total=total)

    try:
        _say(name=prepare(Path(source), called, Path(folder), int(side) or None, report).name)
        return 0
    except StrataError as error:
        _say(error=str(error))
    except Forbidden as error:
        _say(error=f"{error} Expected pictures alone. The process that read the upload was ended.")
    except MemoryError:
        _say(error="Reading the upload took too much memory. Expected less than 3 GiB. Take fewer or smaller pictures.")
    except Exception as error:  # whatever a library raises on files that only look like what they say
        _say(error=f"The upload is broken: {type(error).__name__}. Expected a whole .zip or .npz. Make it anew.")
    return 2


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stdout.flush()
    os._exit(code)  # nothing that the upload may have set up runs any more
