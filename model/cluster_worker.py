"""A worker of a Dask cluster: `python -m model.cluster_worker tcp://scheduler:8786`, in Strata's folder.

It stays when the scheduler goes, with what it trains, and comes back to it by itself.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from model import cluster_jobs
from model.cluster_faults import parted
from model.cluster_jobs import ROLES

EXIT_BAD_INPUT = 2
SLOTS = 32
"""Jobs that Dask may hand over at once. Each role has one process, in which they wait for each other."""
_AGAIN_SECONDS = 1.0
SILENT_SECONDS = 8.0
"""A scheduler that is there answers in milliseconds."""

_EPILOG = """\
Settings are environment variables: STRATA_RUNS (the shared folder where runs are kept, where this machine has it),
STRATA_MNIST. Certificates and all else that concerns Dask: its own configuration, https://docs.dask.org.

Whoever reaches a Dask scheduler without TLS can run any code on its workers. Keep it in a network that you trust.

exit codes: 0 ended by Ctrl-C or SIGTERM, 2 bad input."""


def _roles(text: str) -> tuple[str, ...]:
    roles = tuple(part.strip() for part in text.split(","))
    if unknown := [role for role in roles if role not in ROLES]:
        raise argparse.ArgumentTypeError(f"expected some of {', '.join(ROLES)}, received {unknown[0]!r}")
    return roles


def _address(text: str) -> str:
    if parted(text) is None:
        raise argparse.ArgumentTypeError(
            f"expected an address such as tcp://host:8786, with a port from 1 to 65535, received {text!r}"
        )
    return text


def parser() -> argparse.ArgumentParser:
    """The command's options."""
    found = argparse.ArgumentParser(
        prog="python -m model.cluster_worker",
        description="Do what a Strata server asks for, on another machine: one process a role, each with Keras in it.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    found.add_argument("scheduler", type=_address, help="the scheduler's address, tcp://host:8786")
    found.add_argument("--roles", type=_roles, default=ROLES, help=f"what it takes, by commas ({','.join(ROLES)})")
    found.add_argument("--name", help="what the scheduler calls it (its address)")
    return found


async def serve(scheduler: str, name: str | None) -> None:
    """Work until SIGTERM or Ctrl-C, whatever becomes of the scheduler."""
    from distributed import Worker

    cluster_jobs.hush()
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError):  # Windows, where Ctrl-C comes as KeyboardInterrupt
            loop.add_signal_handler(number, ended.set)
    end = asyncio.create_task(ended.wait())
    say = _once()
    while not ended.is_set():
        asked = asyncio.create_task(_silence(scheduler))
        await asyncio.wait({asked, end}, return_when=asyncio.FIRST_COMPLETED)
        if not asked.done():
            asked.cancel()
            break
        words = asked.result()
        if words:
            say(words)
        else:
            worker = Worker(scheduler, nthreads=SLOTS, name=name, memory_limit=0, dashboard=False)
            await _work(worker, scheduler, end, say)
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(asyncio.shield(end), _AGAIN_SECONDS)


def _once() -> Callable[[str], None]:
    """Says a line, unless it was the last one: what is tried again every second is told once."""
    said = ""

    def say(words: str) -> None:
        nonlocal said
        if words != said:
            print(words, flush=True)
        said = words

    return say


async def _silence(scheduler: str) -> str:
    """Words where nobody listens at that address. Dask itself would try for long, and say nothing."""
    place = parted(scheduler)
    assert place is not None
    try:
        _, writer = await asyncio.wait_for(asyncio.open_connection(*place), SILENT_SECONDS)
    except (TimeoutError, OSError) as error:
        reason = str(error) or f"no connection within {SILENT_SECONDS:g} s"
        return (
            f"The scheduler at {scheduler} does not answer ({reason}). Expected one that was started by: "
            "python -m dask scheduler. Correct the address, or start it; it is tried again every second until Ctrl-C."
        )
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return ""


async def _work(worker: Any, scheduler: str, end: asyncio.Task[Any], say: Callable[[str], None]) -> None:
    """Serve the scheduler until it goes, or until the end."""
    served = asyncio.create_task(_served(worker, scheduler, say))
    await asyncio.wait({served, end}, return_when=asyncio.FIRST_COMPLETED)
    if end.done():
        served.cancel()
        with contextlib.suppress(asyncio.TimeoutError, OSError):
            await asyncio.wait_for(worker.close(timeout=1, executor_wait=False), 2)
        return
    try:
        await served
    except Exception as error:  # the scheduler went while the worker came, or what answers there is no Dask
        say(
            f"What answers at {scheduler} cannot be used: {error.__cause__ or error}. Expected a Dask scheduler of "
            "this version. Correct the address, or wait; it is tried again every second until Ctrl-C."
        )


async def _served(worker: Any, scheduler: str, say: Callable[[str], None]) -> None:
    cluster_jobs.listen(say)
    starting = asyncio.ensure_future(worker.start())
    try:
        await asyncio.wait_for(asyncio.shield(starting), SILENT_SECONDS)
    except TimeoutError:
        say(f"{scheduler} takes connections and says nothing. Expected a Dask scheduler. Still waiting.")
        await starting
    say(f"The scheduler at {scheduler} has this worker. It is used once a Strata server has checked it.")
    await worker.finished()


def main(arguments: list[str] | None = None) -> int:
    """Work until told to end; returns the exit code."""
    options = parser().parse_args(arguments)
    cluster_jobs.take(options.roles)
    try:
        asyncio.run(serve(options.scheduler, options.name))
    except ImportError as error:
        return _refuse(f"{error}. Expected Dask. Install it: pip install -r requirements-cluster.txt")
    finally:
        cluster_jobs.close_all()
    return 0


def _refuse(words: str) -> int:
    print(f"python -m model.cluster_worker: {words}", file=sys.stderr)
    return EXIT_BAD_INPUT


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)  # nothing of Dask's threads is worth waiting for
