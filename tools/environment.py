"""Makes .venv and installs requirements.txt into it, if anything changed since the last time.

`python tools/environment.py [--dev]`, with `--dev` requirements-dev.txt as well. Needs nothing but the standard
library. A second run finds its own stamp in .venv and takes milliseconds.
"""

import argparse
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
RUNS, DEVELOPS = ("requirements.txt",), ("requirements-cluster.txt", "requirements-dev.txt")
OLDEST, NEWEST = (3, 11), (3, 13)  # what TensorFlow 2.21 has wheels for, less 3.10


class EnvironmentFailure(Exception):
    """Says what could not be set up, and what to do."""


def venv_python(venv: Path = VENV) -> Path:
    """The interpreter inside `venv`, whether or not it is there yet."""
    return venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def check_version(version: tuple[int, int]) -> None:
    """Raises EnvironmentFailure unless TensorFlow has wheels for this Python."""
    if not OLDEST <= version <= NEWEST:
        raise EnvironmentFailure(
            f"This is Python {version[0]}.{version[1]}. Expected 3.11, 3.12 or 3.13: TensorFlow has no build for any "
            "other. Install one of them and name it: make run PYTHON=/path/to/python3.13"
        )


def version_of(python: Path) -> str | None:
    """'3.12.4' if `python` starts and brings pip, None otherwise: no such file, or what it was made of is gone."""
    probe = "import platform, pip; print(platform.python_version())"
    try:
        answer = subprocess.run([python, "-I", "-c", probe], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return answer.stdout.strip()


def create(venv: Path) -> None:
    """Makes `venv` of the running interpreter, with pip in it.

    Debian and Ubuntu ship Python without ensurepip; there a pip outside the venv can install into it (pip >= 22.3).
    """
    commands = (
        [[sys.executable, "-m", "venv", "--clear", str(venv)]],
        [
            [sys.executable, "-m", "venv", "--clear", "--without-pip", str(venv)],
            [sys.executable, "-m", "pip", "--python", str(venv_python(venv)), "install", "--quiet", "pip"],
        ],
        [[sys.executable, "-m", "virtualenv", "--quiet", "--clear", str(venv)]],
    )
    for attempt in commands:
        if all(subprocess.run(command, capture_output=True).returncode == 0 for command in attempt):
            return
    # A half-made venv would be taken for a whole one by the next reader.
    shutil.rmtree(venv, ignore_errors=True)
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    raise EnvironmentFailure(
        f"{sys.executable} cannot make a virtual environment: it has neither ensurepip nor pip nor virtualenv. "
        f"On Debian and Ubuntu: sudo apt-get install {package}, then make again. "
        "Or use another Python: make run PYTHON=/path/to/python3.13"
    )


def fingerprint(requirements: list[str], version: str) -> str:
    """SHA-256 over the requirement files, the lock and the Python that they are installed for."""
    digest = hashlib.sha256(f"{version} {platform.machine()}".encode())
    for name in [*requirements, "constraints.txt"]:
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def install(requirements: list[str], venv: Path = VENV) -> None:
    """Brings `venv` to what `requirements` say. The last of them is installed; the ones before it are part of it."""
    version = version_of(venv_python(venv))
    if version is None or not OLDEST <= tuple(int(part) for part in version.split(".")[:2]) <= NEWEST:
        print(f"Making {venv.name} with Python {platform.python_version()}", flush=True)
        create(venv)
        version = platform.python_version()
    stamp = venv / "strata-installed.json"
    installed = json.loads(stamp.read_text()) if stamp.exists() else {}
    wanted = {name: fingerprint(requirements[: index + 1], version) for index, name in enumerate(requirements)}
    if installed.get(requirements[-1]) == wanted[requirements[-1]]:
        return
    print(
        f"Installing {requirements[-1]} into {venv.name}; the first time takes minutes, TensorFlow is large", flush=True
    )
    stamp.unlink(missing_ok=True)
    command: list[str | Path] = [
        venv_python(venv),
        "-m",
        "pip",
        "install",
        "--disable-pip-version-check",
        "-r",
        ROOT / requirements[-1],
    ]
    if not sys.stdout.isatty():
        command.append("--quiet")
    if subprocess.run(command, cwd=ROOT).returncode != 0:
        raise EnvironmentFailure(
            f"pip could not install {requirements[-1]}; its last lines above say why. It needs a connection to "
            "https://pypi.org (or the index in your pip.conf) and about 3 GB of disk. Then make again: it goes on "
            "where it stopped."
        )
    unfinished = stamp.with_suffix(".tmp")
    unfinished.write_text(json.dumps(wanted))
    unfinished.replace(stamp)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--dev", action="store_true", help="what the tests need as well")
    options = parser.parse_args(arguments)
    try:
        check_version(sys.version_info[:2])
        install([*RUNS, *DEVELOPS] if options.dev else list(RUNS))
    except EnvironmentFailure as failure:
        print(failure, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
