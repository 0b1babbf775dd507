"""The real app in a process of its own, and a real Chromium that looks at it.

A test asks for `page`, which is empty, and `app`, whose `url` it goes to. A module that sets `APP_ENVIRONMENT`, a dict
of environment variables, gets an app of its own. Over and above its own asserts the test fails on an uncaught error in
the page, on an error in its console and on a request to any other host; `watch.expect("regular expression", reason)`
is for those that it provokes. A failed test leaves a screenshot and shows the end of the app's log.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request

from model.runs import Runs
from tests.waiting import wait
from tools.browser import chromium

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "test-results"
START_SECONDS = 60  # 3 s on two idle cores
STOP_SECONDS = 15
_report = pytest.StashKey[pytest.TestReport]()


@dataclass(frozen=True, slots=True)
class App:
    """The app as it runs. url: without a slash at its end. runs: its run directory. log: what it printed so far."""

    url: str
    runs: Path
    log_file: Path
    process: subprocess.Popen[bytes]

    @property
    def log(self) -> str:
        """Standard output and error together."""
        return self.log_file.read_text(encoding="utf-8", errors="replace")


@pytest.fixture(scope="session")
def shared_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """One app for all modules that need nothing of their own: each has two processes that import Keras."""
    with running_app(tmp_path_factory.mktemp("app"), {}) as running:
        yield running


@pytest.fixture(scope="module")
def app(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The app on a free port, with no run in its run directory, from the offline digits unless the module says more."""
    changes = getattr(request.module, "APP_ENVIRONMENT", None)
    if changes is not None:
        with running_app(tmp_path_factory.mktemp("app"), changes) as running:
            yield running
        return
    running = request.getfixturevalue("shared_app")
    yield running
    _empty(running)


def _empty(app: App) -> None:
    """Leave neither runs nor uploaded data sets."""
    runs = Runs(app.runs)
    for run in runs.all():
        if run.is_active():  # of a test that failed
            run.request_stop()
    for run in runs.all():
        wait(lambda run=run: not run.is_active())
        runs.delete(run)
    shutil.rmtree(app.runs / ".datasets", ignore_errors=True)


@contextlib.contextmanager
def running_app(folder: Path, changes: Mapping[str, str]) -> Iterator[App]:
    """The app with its runs in `folder`; `changes` to its environment. It and all its workers end with the block."""
    environment = {**os.environ, "STRATA_RUNS": str(folder / "runs"), "KERAS_HOME": str(folder / "keras")}
    environment.pop("STRATA_MNIST", None)
    environment.update(changes)
    port = _free_port()
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless", "true"]
    command += ["--server.port", str(port), "--server.address", "127.0.0.1"]
    log_file = folder / f"app-{port}.log"
    with log_file.open("wb") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
    running = App(f"http://127.0.0.1:{port}", Path(environment["STRATA_RUNS"]), log_file, process)
    try:
        _wait_until_healthy(running, port)
        yield running
    finally:
        _stop(process)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_healthy(app: App, port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if app.process.poll() is not None:
            pytest.fail(f"The app ended with code {app.process.returncode} before it answered. Its log:\n{app.log}")
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            try:
                connection.request("GET", "/_stcore/health")
                if connection.getresponse().status == 200:
                    return
            finally:
                connection.close()
        time.sleep(0.05)
    pytest.fail(f"The app did not answer within {START_SECONDS} s. Its log:\n{app.log}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """SIGTERM, as a user's shell or a service manager does it; then whatever of its workers is left."""
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if os.name == "posix":
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the session. Its absence is an error, never a skip."""
    with chromium() as chosen:
        yield chosen


@dataclass  # without slots: Playwright hangs an attribute on whose method it calls
class Watch:
    """What went wrong in a page beside what the test asserts."""

    own_host: str
    problems: list[str] = field(default_factory=list)
    expected: list[re.Pattern[str]] = field(default_factory=list)

    def expect(self, pattern: str, reason: str) -> None:
        """Let problems that match `pattern` pass in this test; the reason is for the reader."""
        assert reason, "Say why this problem is expected."
        self.expected.append(re.compile(pattern))

    def attach(self, page: Page) -> None:
        """Note every uncaught error, console error and request to another host, from now on."""
        page.on(
            "pageerror", lambda error: self.problems.append(f"uncaught error: {error.message}\n{error.stack or ''}")
        )
        page.on("console", self._console)
        page.on("request", self._request)

    def unexpected(self) -> list[str]:
        """The problems that no pattern allows."""
        return [problem for problem in self.problems if not any(allowed.search(problem) for allowed in self.expected)]

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.problems.append(f"console error: {message.text} ({message.location.get('url', '')})")

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in {"http", "https", "ws", "wss"} and parts.netloc != self.own_host:
            self.problems.append(f"request to another host: {request.url}")


@pytest.fixture
def watch(app: App) -> Watch:
    """To expect a problem: `watch.expect("pattern", "reason")`. To see those of a second page: `watch.attach(page)`."""
    return Watch(urlsplit(app.url).netloc)


@pytest.fixture
def page(request: pytest.FixtureRequest, app: App, browser: Browser, watch: Watch) -> Iterator[Page]:
    """An empty page of 1440x900 in a fresh context, watched; its screenshot is kept if the test fails."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    opened = context.new_page()
    watch.attach(opened)
    log_before = len(app.log)
    try:
        yield opened
        unexpected = watch.unexpected()
        report = request.node.stash.get(_report, None)
        if unexpected or report is None or report.failed:
            _keep_evidence(request.node, opened, app.log[log_before:])
        # Told as well where the test failed by itself: it is often the cause.
        assert not unexpected, "The page had problems:\n" + "\n".join(unexpected)
    finally:
        context.close()


def _keep_evidence(item: pytest.Item, page: Page, log: str) -> None:
    RESULTS.mkdir(exist_ok=True)
    screenshot = RESULTS / (re.sub(r"[^\w.-]+", "-", item.nodeid.removeprefix("tests/e2e/")) + ".png")
    try:
        page.screenshot(path=screenshot, timeout=10_000)
        print(f"Screenshot: {screenshot}")
    except Exception as error:  # the failure itself is what must be seen
        print(f"No screenshot of {page.url}: {error}")
    print("The app's log since the test began, its end:\n" + "\n".join(log.splitlines()[-40:]))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Lets the fixtures know, when they end, how the test went."""
    report = yield
    if report.when == "call":
        item.stash[_report] = report
    return report
