"""Writes constraints.txt: the exact version of everything, for every Python and system that Strata supports.

`make lock` keeps the versions already there where they still fit; `make lock UPGRADE=1` takes the newest.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
INPUTS = ("requirements.txt", "requirements-cluster.txt", "requirements-dev.txt")
HEADER = (
    "make lock (uv pip compile --universal --python-version 3.11; for Python 3.11 to 3.13 on Linux, macOS and Windows)"
)


def pins(text: str) -> str:
    """The requirement lines of a requirements file: without `-r` and `-c`, which would make the lock bind itself."""
    return "".join(f"{line}\n" for line in text.splitlines() if line and not line.startswith(("-", "#")))


def main(arguments: list[str]) -> int:
    command = [sys.executable, "-m", "uv", "pip", "compile", "--universal", "--python-version", "3.11", "--quiet"]
    command += ["--no-emit-index-url", "--no-emit-find-links", "--custom-compile-command", HEADER]
    command += ["--output-file", "constraints.txt", *arguments, "-"]
    requirements = "".join(pins((ROOT / name).read_text(encoding="utf-8")) for name in INPUTS)
    return subprocess.run(command, input=requirements, text=True, cwd=ROOT).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
