"""The real page in a process of its own and a real Chromium, as the browser tests and the benchmarks use them."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

from playwright.sync_api import Browser, sync_playwright

from tools import chromium as chromiums

FLAGS = [
    # WebGL in software, the same on every machine.
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    # Quiet: nothing is asked of a network.
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """A Chromium without a window; raises ChromiumMissing where there is none."""
    executable = chromiums.find()
    if executable is None:
        raise chromiums.ChromiumMissing(
            "No Chromium on this machine. Expected one: `make test` installs it. Or set STRATA_CHROMIUM."
        )
    flags = list(FLAGS)
    if os.name == "posix" and os.geteuid() == 0:
        flags.append("--no-sandbox")  # Chromium's sandbox does not start as root
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=flags)
        try:
            yield browser
        finally:
            browser.close()
