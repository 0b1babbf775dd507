"""The checks, one after the other, up to the first that fails: `python -m tools.checks test|lint|format`.

What follows `--` goes to pytest, which then runs once, one test after the other. It is the last check, so that its
closing line is the last one printed.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tools import chromium

ROOT = Path(__file__).resolve().parent.parent
WORKERS = "2"
"""Tests side by side: most wait for a worker process of their own, and each of those takes 0.7 GB."""
IN_BROWSER = "tests/e2e"
"""Two pages at a time and nothing else: each is an app with its workers and a Chromium that draws in software."""
ALONE = ("tests/model/api/test_openapi.py", "tests/e2e/test_downloads.py")
"""Schemathesis names its tests alike, and of those pytest-xdist runs one only; a click must not meet a busy page."""
TYPED = ("app.py", "data", "model", "visualization", "benchmarks", "tools")


@dataclass(frozen=True, slots=True)
class Check:
    """One check: its name, and what runs it and returns an exit code."""

    name: str
    run: Callable[[], int]


def module(*arguments: str) -> Callable[[], int]:
    """Runs `python -m ...` from the project's folder."""
    return lambda: subprocess.run([sys.executable, "-m", *arguments], cwd=ROOT).returncode


def browser() -> int:
    """Finds a Chromium now, so that its absence is told before pytest and under its own name."""
    try:
        found = chromium.locate(lambda line: print(line, flush=True))
    except chromium.ChromiumMissing as missing:
        print(missing)
        return 1
    os.environ[chromium.VARIABLE] = str(found)
    print(found)
    return 0


def lint_checks() -> list[Check]:
    typed = [name for name in TYPED if any((ROOT / name).glob("**/*.py")) or (ROOT / name).is_file()]
    colours = [] if sys.stdout.isatty() else ["--", "--colors=off"]  # `biome ci` knows nothing of NO_COLOR
    return [
        Check("Python lint (ruff)", module("ruff", "check", "--quiet", "--output-format=concise", ".")),
        Check("Python format (ruff)", module("ruff", "format", "--quiet", "--diff", ".")),
        Check("Python types (mypy)", module("mypy", *typed)),
        Check("front-end lint", module("visualization.node", "run", "--silent", "lint", *colours)),
        Check("front-end types", module("visualization.node", "run", "--silent", "typecheck")),
    ]


def all_checks(pytest_arguments: list[str]) -> list[Check]:
    return [
        *lint_checks(),
        Check("front-end tests (Vitest)", module("visualization.node", "run", "--silent", "test")),
        Check("front-end build", module("visualization.bundle")),
        Check("Chromium", browser),
        *pytest_checks(pytest_arguments),
    ]


def pytest_checks(arguments: list[str]) -> list[Check]:
    """All tests: most of them two at a time, then those in a browser, then those that stand alone."""
    if arguments:
        return [Check("tests (pytest)", module("pytest", *arguments))]
    # By file: a file's tests share a worker with Keras in it, which takes seconds to start.
    apart = [f"--ignore={path}" for path in ALONE]
    two = ("-n", WORKERS, "--dist", "loadfile")
    return [
        Check("tests (pytest)", module("pytest", *apart, f"--ignore={IN_BROWSER}", *two)),
        Check("tests in a browser (pytest)", module("pytest", IN_BROWSER, *apart, *two)),
        Check("tests one by one (pytest)", module("pytest", *ALONE)),
    ]


def format_steps() -> list[Check]:
    return [
        Check("Python", module("ruff", "check", "--quiet", "--fix-only", ".")),
        Check("Python format", module("ruff", "format", ".")),
        Check(
            "front end",
            module("visualization.node", "exec", "--", "biome", "check", "--linter-enabled=false", "--write"),
        ),
    ]


def run_all(checks: list[Check]) -> int:
    """The exit code of the first check that fails, else 0."""
    for check in checks:
        print(f"\n=== {check.name}", flush=True)
        started = time.monotonic()
        code = check.run()
        if code != 0:
            print(f"\n=== FAILED: {check.name}, exit code {code}", flush=True)
            return code
        if check is not checks[-1]:
            print(f"ok, {time.monotonic() - started:.1f} s", flush=True)
    return 0


def main(arguments: list[str]) -> int:
    cut = arguments.index("--") if "--" in arguments else len(arguments)
    own, for_pytest = arguments[:cut], arguments[cut + 1 :]
    parser = argparse.ArgumentParser(prog="python -m tools.checks", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("what", choices=("test", "lint", "format"))
    what = parser.parse_args(own).what
    if what == "test":
        return run_all(all_checks(for_pytest))
    return run_all(lint_checks() if what == "lint" else format_steps())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
