"""Many uploads in one process, fenced as the one is that reads a single model: python -m tests.model.fenced_reading.

Its folder holds a folder for each upload, laid out by admission.prepare. It says a JSON object a line, {"name",
"stage", "refused"}: the reason, null where it would be read; stage: "keras" where Keras had to say it, else "check".
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from model.uploads import admission, checking, process, reader, sandbox
from model.uploads.limits import UploadError
from tests.model.hostile_models import Case

_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Reading:
    """What became of one upload. stage: who said it, "bytes", "check" or "keras"; refused: why, None if it was not."""

    stage: str
    refused: str | None


def attempt(cases: Iterable[Case], with_keras: bool) -> dict[str, Reading]:
    """Read all in one process; without Keras, what it would have to say stays unsaid."""
    with tempfile.TemporaryDirectory(prefix="strata-model-") as name:
        root, found, by_folder = Path(name).resolve(), {}, {}
        for place, case in enumerate(cases):
            folder = root / f"{place:04d}"
            folder.mkdir()
            by_folder[folder.name] = case.name
            try:
                admission.prepare(case.content, folder, "hostile", "0..1")
            except UploadError as error:
                found[case.name] = Reading("bytes", str(error))
                folder.rmdir()
        command = [sys.executable, "-B", "-m", "tests.model.fenced_reading", str(root), "keras" if with_keras else ""]
        environment = process._environment(root) | {"PYTHONPATH": str(_ROOT)}
        ended = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
        said = [json.loads(line) for line in ended.stdout.splitlines() if line.startswith('{"name"')]
        assert ended.returncode == 0, (ended.returncode, said[-1:], ended.stderr[-2000:])
        return found | {by_folder[one["name"]]: Reading(one["stage"], one["refused"]) for one in said}


def main() -> None:
    """Read every upload in the folder that the command names."""
    root, with_keras = Path(sys.argv[1]), sys.argv[2] == "keras"
    sandbox.limit_resources()
    sandbox.filter_system_calls()
    watch = sandbox.Watch(root)
    passed = []
    for folder in sorted(root.iterdir()):
        try:
            passed.append((folder, checking.check(folder)))
        except UploadError as error:
            _say(folder, "check", str(error))
    assert "keras" not in sys.modules and "tensorflow" not in sys.modules
    if with_keras:
        reader.start_keras(watch)
    for folder, checked in passed:
        try:
            if with_keras:
                reader.read(folder, checked, "hostile", "0..1")
            _say(folder, "keras", None)
        except UploadError as error:
            _say(folder, "keras", str(error))
        except MemoryError:
            _say(folder, "keras", reader.TOO_MUCH)


def _say(folder: Path, stage: str, refused: str | None) -> None:
    print(json.dumps({"name": folder.name, "stage": stage, "refused": refused}), flush=True)


if __name__ == "__main__":
    main()
