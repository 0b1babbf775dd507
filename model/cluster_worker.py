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

from model import cluster_jobs
from model.cluster_faults import ADDRESS
from model.cluster_jobs import ROLES
from model.runs import default_root

EXIT_BAD_INPUT = 2
SLOTS = 32
"""Jobs that Dask may hand over at once. Each role has one process, in which they wait for each other."""
_AGAIN_SECONDS = 1.0

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
    if not ADDRESS.fullmatch(text):
        raise argparse.ArgumentTypeError(f"expected an address such as tcp://host:8786, received {text!r}")
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
    while not ended.is_set():
        print(f"Looking for the scheduler at {scheduler}", flush=True)
        worker = Worker(scheduler, nthreads=SLOTS, name=name, memory_limit=0, dashboard=False)
        served = asyncio.create_task(_served(worker))
        await asyncio.wait({served, end}, return_when=asyncio.FIRST_COMPLETED)
        if ended.is_set():
            served.cancel()
            with contextlib.suppress(asyncio.TimeoutError, OSError):
                await asyncio.wait_for(worker.close(timeout=1, executor_wait=False), 2)
        else:
            try:
                await served
            except (OSError, RuntimeError) as error:  # the scheduler went while the worker came
                print(f"The scheduler cannot be used: {error.__cause__ or error}", flush=True)
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(asyncio.shield(end), _AGAIN_SECONDS)


async def _served(worker: object) -> None:
    await worker  # type: ignore[misc]  # ready once the scheduler has it
    print(f"At work, runs in {default_root()}", flush=True)
    await worker.finished()  # type: ignore[attr-defined]


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
