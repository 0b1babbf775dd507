"""What every test may rely on: runs are written to a temporary folder, and what needs MNIST is not run without it."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from pathlib import Path

import pytest

from data import datasets

_runs = pytest.StashKey[Path]()


def pytest_configure(config: pytest.Config) -> None:
    """Before any module of the project is imported, so that none of them sees another value."""
    config.stash[_runs] = Path(tempfile.mkdtemp(prefix="strata-runs-"))
    os.environ["STRATA_RUNS"] = str(config.stash[_runs])
    # By default SIGTERM ends Python at once, and apps that tests started would outlive them.
    signal.signal(signal.SIGTERM, lambda *_: pytest.exit("terminated", returncode=143))
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # TensorFlow's greeting is no news


def pytest_unconfigure(config: pytest.Config) -> None:
    """No run of the tests stays behind."""
    shutil.rmtree(config.stash[_runs], ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests come last.

    What is broken is told sooner by the others. And Playwright's synchronous interface keeps an event loop in this
    thread until the session ends, under which no other test could call asyncio.run.
    """
    browser_tests = Path(__file__).parent / "e2e"
    for item in items:
        if item.path.is_relative_to(browser_tests):
            item.add_marker(pytest.mark.browser)
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A test marked `mnist` runs where MNIST is, and is named as not run where it is not."""
    if item.get_closest_marker("mnist") and not datasets.is_here("mnist"):
        pytest.skip("NOT RUN, for it needs MNIST: STRATA_MNIST=/path/to/mnist.npz make test")
