"""Many uploads in one process, fenced as the one is that reads a single model: python -m tests.model.fenced_reading.

Its folder holds a folder for each upload, laid out by admission.prepare. It says a JSON object a line, {"name",
"stage", "refused"}: the reason, null where it would be read; stage: "keras" where Keras had to say it, else "check".
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from data import fenced_process
from model.uploads import admission, checking, process, reader, sandbox
from model.uploads.limits import UploadError
from tests.model.hostile_models import Case


@dataclass(frozen=True, slots=True)
class Reading:
    """What became of one upload. stage: who said it, "bytes", "check" or "keras"; refused: why, None if it was not."""

    stage: str
    refused: str | None


def attempt(cases: Iterable[Case], with_keras: bool) -> dict[str, Reading]:
    """Read all in one process; without Keras, what it would have to say stays unsaid."""
    with tempfile.TemporaryDirectory(prefix="strata-model-") as name:
        root, found, by_folder = Path(name).resolve() / "uploads", {}, {}
        root.mkdir()
        for place, case in enumerate(cases):
            folder = root / f"{place:04d}"
            folder.mkdir()
            by_folder[folder.name] = case.name
            try:
                admission.prepare(case.content, folder, "hostile", "0..1")
            except UploadError as error:
                found[case.name] = Reading("bytes", str(error))
                folder.rmdir()
        output, errors = Path(name) / "said.jsonl", Path(name) / "errors.txt"
        with output.open("wb") as to_say, errors.open("wb") as to_complain:
            started = fenced_process.start(
                "tests.model.fenced_reading", [str(root), "keras" if with_keras else ""], root, to_say, to_complain,
                {**process.SETTINGS, "KERAS_HOME": str(root)},
            )  # fmt: skip
            code = started.wait()
        said = [json.loads(line) for line in output.read_text().splitlines() if line.startswith('{"name"')]
        assert code == 0, (code, said[-1:], errors.read_text()[-2000:])
        return found | {by_folder[one["name"]]: Reading(one["stage"], one["refused"]) for one in said}


def main() -> None:
    """Read every upload in the folder that the command names."""
    root, with_keras = Path(sys.argv[1]), sys.argv[2] == "keras"
    sandbox.limit_resources()
    sandbox.fence_by_kernel(root)
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
