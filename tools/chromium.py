"""Finds a Chromium for the browser tests, or installs one.

In this order: the one that STRATA_CHROMIUM names; one on the PATH or in its usual place; Playwright's own, downloaded
if need be; Debian's and Ubuntu's, through apt-get, when root. `python -m tools.chromium` prints its path.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

__all__ = ["ChromiumMissing", "find", "locate"]

VARIABLE = "STRATA_CHROMIUM"
# Edge is a Chromium too, and every Windows has it.
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge", "msedge")
USUAL_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"%ProgramFiles%\Google\Chrome\Application\chrome.exe",
    r"%ProgramFiles(x86)%\Google\Chrome\Application\chrome.exe",
    r"%LocalAppData%\Google\Chrome\Application\chrome.exe",
    r"%ProgramFiles(x86)%\Microsoft\Edge\Application\msedge.exe",
)
DOWNLOAD_SECONDS = 300  # about 170 MB
APT_SECONDS = 600


class ChromiumMissing(Exception):
    """No Chromium here and none could be installed; says what was tried and what to do."""


def starts(executable: Path) -> bool:
    """Whether this is a browser that starts. Ubuntu has a chromium-browser that only tells to install a snap."""
    if not executable.is_file():
        return False
    if os.name == "nt":
        return True  # chrome.exe opens a window where others print their version
    try:
        answer = subprocess.run([executable, "--version"], capture_output=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0


def candidates() -> Iterable[Path]:
    """Where a Chromium may be, best first."""
    for name in NAMES:
        if found := shutil.which(name):
            yield Path(found)
    for place in USUAL_PLACES:
        yield Path(os.path.expandvars(place))
    if own := playwrights_own():
        yield own


def playwrights_own() -> Path | None:
    """Where Playwright keeps, or would keep, the Chromium it downloads."""
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError:
        return None
    with sync_playwright() as playwright:
        return Path(playwright.chromium.executable_path)


def find() -> Path | None:
    """A Chromium that is here and starts, or None. Raises ChromiumMissing if STRATA_CHROMIUM names something else."""
    if named := os.environ.get(VARIABLE):
        if not starts(Path(named)):
            raise ChromiumMissing(f"{VARIABLE} is {named}. Expected a Chromium that starts. Correct it, or unset it.")
        return Path(named)
    return next((path for path in candidates() if starts(path)), None)


def locate(report: Callable[[str], None]) -> Path:
    """A Chromium that is here, else one that is installed now; `report` gets a line before each download."""
    if found := find():
        return found
    tried = []
    for title, install in (("Playwright's own Chromium", _download), ("Debian's Chromium", _apt_get)):
        report(f"No Chromium here; installing {title}")
        problem = install()
        if problem is None and (found := find()):
            return found
        tried.append(f"{title}: {problem or 'installed, but does not start'}")
        report(f"No: {tried[-1]}")
    raise ChromiumMissing(
        f"The browser tests need a Chromium. Expected one that {VARIABLE} names, or on the PATH, or that could be "
        f"installed. Received: {'; '.join(tried)}. Install Chromium or Chrome, or let {VARIABLE} name one."
    )


def _download() -> str | None:
    command = [sys.executable, "-m", "playwright", "install", "--no-shell", "chromium"]
    # Without this, a network that swallows packets costs Playwright's three attempts of 30 s for each mirror.
    return _run(command, DOWNLOAD_SECONDS, {"PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT": "15000"})


def _apt_get() -> str | None:
    if shutil.which("apt-get") is None:
        return "there is no apt-get"
    if os.geteuid() != 0:
        return "apt-get needs root (sudo apt-get install chromium)"
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    # Old package lists name versions that the server no longer has.
    problem = _run(["apt-get", "update", "-q"], APT_SECONDS, quiet)
    package = ["chromium", "fonts-liberation"]
    return problem or _run(["apt-get", "install", "-q", "-y", "--no-install-recommends", *package], APT_SECONDS, quiet)


def _run(command: list[str], seconds: float, variables: dict[str, str]) -> str | None:
    """None if the command succeeds, else its last line or what went wrong."""
    try:
        result = subprocess.run(
            command, env={**os.environ, **variables}, timeout=seconds, text=True, errors="replace",
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    if result.returncode == 0:
        return None
    lines = [line for line in result.stdout.splitlines() if line.startswith(("Error", "E:"))]
    return (lines or result.stdout.strip().splitlines() or [f"exit code {result.returncode}"])[0]


def main() -> int:
    try:
        print(locate(lambda line: print(line, file=sys.stderr, flush=True)))
    except ChromiumMissing as missing:
        print(missing, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
