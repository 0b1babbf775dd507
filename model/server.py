"""The API as a server of its own: `python -m model.server`.

GET  /      a health check
POST /      prediction, every layer's activations and the picture: a random test picture, or the one posted
/api/...    the same as on the page's port; /openapi.json documents all of it
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import ipaddress
import socket
import sys
from collections.abc import AsyncIterator

import uvicorn
from fastapi import FastAPI

from data.errors import StrataError
from model.api import logs
from model.api.application import application
from model.api.ending import CLOSE_SECONDS, end_in_time
from model.engine import engine
from model.runs import PRETRAINED

EXIT_BAD_INPUT = 2
DEFAULT_HOST, DEFAULT_PORT = "127.0.0.1", 5000
_LARGEST_FRAME_BYTES = 2**20
"""A picture of 64 x 64 in colour has 49 KB."""

_EPILOG = """\
Settings are environment variables: STRATA_RUNS (where runs are kept), STRATA_API_TOKEN (switches starting, stopping,
resuming and deleting runs on, for who sends it), STRATA_API_RATE (requests a second for each address; 1000, 0 for no
limit), STRATA_LOG (info, warning or error; lines of JSON on standard error).

examples:
  python -m model.server
  curl http://127.0.0.1:5000/
  curl -X POST http://127.0.0.1:5000/                                     # a random test picture
  curl -H 'Content-Type: image/png' --data-binary @seven.png http://127.0.0.1:5000/

exit codes: 0 ended by Ctrl-C, 2 bad input."""


def _port(text: str) -> int:
    if not (text.isdecimal() and len(text) <= 5 and int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"expected a whole number from 0 to 65535, received {text!r}")
    return int(text)


def parser() -> argparse.ArgumentParser:
    """The command's options."""
    found = argparse.ArgumentParser(
        prog="python -m model.server",
        description="Answer predictions, activations and all that runs hold, over HTTP and without the page.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    found.add_argument(
        "--host", default=DEFAULT_HOST, help=f"address to listen at ({DEFAULT_HOST}, this machine alone; 0.0.0.0: all)"
    )
    found.add_argument("--port", type=_port, default=DEFAULT_PORT, help=f"port ({DEFAULT_PORT}; 0: any that is free)")
    found.add_argument("--run", default=PRETRAINED.name, help="the run that POST / asks (the pretrained network)")
    return found


@contextlib.asynccontextmanager
async def _lifespan(_: FastAPI) -> AsyncIterator[None]:
    """Workers start with the server and end with it."""
    end_in_time(engine())
    engine().warm_up()
    gc.freeze()  # what is imported is no garbage, and looking through it makes requests wait
    yield
    engine().shutdown()


def _listen(host: str, port: int) -> socket.socket:
    """A socket at that address; raises OSError."""
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    found = socket.socket(family)
    try:
        if sys.platform != "win32":  # there it would let two servers have one port
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind(address)
        # Bound is not yet taken: a second server would get as far as this.
        found.listen(2048)
    except OSError:
        found.close()
        raise
    return found


def main(arguments: list[str] | None = None) -> int:
    """Serve until told to end; returns the exit code."""
    options = parser().parse_args(arguments)
    try:
        engine().runs.find(options.run)
        logs.set_up_all()
        app = application(engine, run_id=options.run, lifespan=_lifespan)
        listening = _listen(options.host, options.port)
    except StrataError as error:
        return _refuse(str(error))
    except (OSError, UnicodeError) as error:
        where = f"{options.host}:{options.port}"
        return _refuse(f"Cannot listen at {where}: {error}. Expected a free port. Choose others by --host and --port.")
    host, port = listening.getsockname()[:2]
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    print(f"Strata's API is at {address}/ and documented at {address}/openapi.json", flush=True)
    if not ipaddress.ip_address(host.split("%")[0]).is_loopback:
        print("Everyone who reaches this machine may read its runs and ask its networks.", flush=True)
    config = uvicorn.Config(
        app,
        log_config=None,  # model.api.logs has set it up
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        timeout_graceful_shutdown=CLOSE_SECONDS,
        # Activations hardly shrink, and packing them takes longer than computing them.
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        ws_max_size=_LARGEST_FRAME_BYTES,
    )
    with contextlib.suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listening])
    return 0


def _refuse(words: str) -> int:
    print(f"python -m model.server: {words}", file=sys.stderr)
    return EXIT_BAD_INPUT


if __name__ == "__main__":
    sys.exit(main())
