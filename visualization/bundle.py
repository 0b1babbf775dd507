"""The built front end: whether it is fresh, building it, and where its files are.

No built file is in git, so the first start builds: `make run` before the page starts, app.py itself (with a status the
user sees) after a plain `streamlit run app.py`. By hand: `python -m visualization.bundle`, with `--check` to be told
only. Once built, neither Node nor node_modules is needed to run.

Nobody ever reads a half-written build: Vite writes into a folder of its own, the files are then moved into dist/ one by
one, those with a new name first, and the stamp last.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from visualization.node import (
    BUILD_SECONDS,
    FRONTEND,
    BundleError,
    find_node,
    install_packages,
    one_at_a_time,
    run_npm,
)

__all__ = ["DIST", "FRONTEND", "BundleError", "asset", "build", "is_fresh", "version"]

DIST = FRONTEND / "dist"
STAMP = "strata-build.json"  # in dist/: {"sources": sha256, "version": 12 hex digits, "files": {name: sha256}}
NOT_SOURCES = {"node_modules", "dist", ".build", ".vite", "coverage"}


def is_fresh() -> bool:
    """Whether dist/ was built from the sources as they are now, and its files are as they were built."""
    stamp = _stamp()
    return stamp is not None and stamp["sources"] == _sources_hash() and stamp["files"] == _hashes(DIST)


def version() -> str:
    """12 hex digits that change with any built file: put them into URLs, so that no browser uses an old one."""
    stamp = _stamp()
    if stamp is None:
        raise _not_built(STAMP)
    return str(stamp["version"])


def asset(name: str) -> Path:
    """The built file of this name, such as "scene.js"; a name that leads out of dist/ is not found."""
    path = (DIST / name).resolve()
    if not path.is_relative_to(DIST) or not path.is_file():
        raise _not_built(name)
    return path


def build(report: Callable[[str], None]) -> None:
    """Build the front end if it is stale. `report` gets a line before each step; BundleError says what went wrong."""
    try:
        with one_at_a_time(report):
            if is_fresh():
                report("Front end is up to date")
                return
            _build(report)
    except OSError as error:
        raise BundleError(
            f"The front end cannot be built. Expected to write in {FRONTEND}. Received: {error}. "
            "Give this user the right to write there, or build it as one who has: python -m visualization.bundle"
        ) from error
    report("Front end is built")


def _build(report: Callable[[str], None]) -> None:
    sources = _sources_hash()  # before the build: what is edited meanwhile makes the result stale
    node = find_node()
    report(f"Building the front end with Node {node.version} ({node.source})")
    install_packages(node, report)
    unfinished = FRONTEND / ".build"
    shutil.rmtree(unfinished, ignore_errors=True)
    try:
        run_npm(node, "run", "build", "--", "--outDir", unfinished.name, "--emptyOutDir", seconds=BUILD_SECONDS)
        _move_into_dist(unfinished, sources)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _move_into_dist(built: Path, sources: str) -> None:
    files = _hashes(built)
    if not files:
        raise BundleError(
            f"The front end's build made no file. Expected `npm run build -- --outDir {built.name}` to fill {built}. "
            "Received an empty folder. Look at the script `build` in package.json."
        )
    DIST.mkdir(exist_ok=True)
    # New names first: they are the chunks, with a hash in their names, that the entries of this build import.
    for name in sorted(files, key=lambda name: (DIST / name).exists()):
        (DIST / name).parent.mkdir(parents=True, exist_ok=True)
        (built / name).replace(DIST / name)
    content = hashlib.sha256(json.dumps(files).encode()).hexdigest()
    unfinished = DIST / f"{STAMP}.tmp"
    unfinished.write_text(
        json.dumps({"sources": sources, "version": content[:12], "files": files}, indent=1), encoding="utf-8"
    )
    unfinished.replace(DIST / STAMP)
    for name in _hashes(DIST).keys() - files.keys():
        (DIST / name).unlink()


def _not_built(name: str) -> BundleError:
    return BundleError(
        f"The front end has no built file {name!r}. Expected it in {DIST}. Received: not there. "
        "Run `python -m visualization.bundle` and reload the page."
    )


def _stamp() -> Mapping[str, Any] | None:
    try:
        stamp = json.loads((DIST / STAMP).read_bytes())
    except (OSError, ValueError):
        return None
    return stamp if isinstance(stamp, dict) and stamp.keys() == {"sources", "version", "files"} else None


def _sources_hash() -> str:
    """Over the front end's own files, tests left out, and over palette.json, which Python and TypeScript share."""
    hashes = {name: sha for name, sha in _hashes(FRONTEND).items() if not re.search(r"(^|/)tests?/|\.test\.ts$", name)}
    palette = FRONTEND.parent / "palette.json"
    if palette.is_file():
        hashes["../palette.json"] = hashlib.sha256(palette.read_bytes()).hexdigest()
    return hashlib.sha256(json.dumps(hashes).encode()).hexdigest()


def _hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of every file in `folder`, by its path with forward slashes, in the order of the paths."""
    paths = {path.relative_to(folder).as_posix(): path for path in (_files(folder) if folder.is_dir() else ())}
    return {name: hashlib.sha256(paths[name].read_bytes()).hexdigest() for name in sorted(paths)}


def _files(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.is_dir():
            if path.name not in NOT_SOURCES:
                yield from _files(path)
        elif not path.name.startswith(STAMP) and path.suffix not in {".lock", ".tsbuildinfo"}:
            yield path


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m visualization.bundle", description="Build the page's front end.")
    parser.add_argument("--check", action="store_true", help="build nothing; exit code 1 if it is missing or stale")
    if parser.parse_args(arguments).check:
        fresh = is_fresh()
        print("Front end is up to date" if fresh else "Front end is missing or stale: python -m visualization.bundle")
        return 0 if fresh else 1
    try:
        build(lambda line: print(line, flush=True))
    except BundleError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
