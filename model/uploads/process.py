"""The parent's side of the throw-away process: started in a folder of its own, watched, ended, and never believed."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data import fenced_process
from model.uploads.limits import WALL_SECONDS, UploadError, refuse

_POLL_SECONDS = 0.05
_MOST_SAID = 256 * 1024
_LONGEST_WORDS = 600
SETTINGS = {
    "KERAS_BACKEND": "tensorflow", "CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "3", "OMP_NUM_THREADS": "1",
}  # fmt: skip


class ReadingCancelled(UploadError):
    """Somebody pressed Cancel."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the process said last: notes for people, and the largest difference between Keras's values and ours."""

    notes: tuple[str, ...]
    difference: float


def read(
    folder: Path,
    say: Callable[[str], None] = lambda words: None,
    should_stop: Callable[[], bool] = lambda: False,
    wall_seconds: float = WALL_SECONDS,
) -> Answer:
    """Run model.uploads.reader in `folder`; raises UploadError for a refusal, a crash, or when it takes too long.

    say: hears what it is at; should_stop: asked twenty times a second.
    """
    said = folder / "said.jsonl"
    with said.open("wb") as output, (folder / "errors.txt").open("wb") as errors:
        process = fenced_process.start(
            "model.uploads.reader", [str(folder)], folder, output, errors, {**SETTINGS, "KERAS_HOME": str(folder)}
        )
    try:
        deadline, told = time.monotonic() + wall_seconds, ""
        while process.poll() is None:
            if should_stop():
                raise ReadingCancelled("Cancelled. Nothing of the file was kept.")
            if time.monotonic() > deadline:
                raise refuse(f"Reading the model took longer than {wall_seconds:g} s.", "less", "Use a smaller model.")
            words = [message["says"] for message in _messages(said) if isinstance(message.get("says"), str)]
            if words and words[-1] != told:
                told = words[-1]
                say(fenced_process.shown(told, _LONGEST_WORDS))
            time.sleep(_POLL_SECONDS)
    finally:
        code = fenced_process.end(process)
    return _answer(_messages(said), code)


def _messages(said: Path) -> list[dict[str, Any]]:
    """The whole lines said so far that are objects, of the first 256 KB."""
    with said.open("rb") as stream:
        content = stream.read(_MOST_SAID)
    found = []
    for line in content[: content.rfind(b"\n") + 1].splitlines():
        try:
            message = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(message, dict):
            found.append(message)
    return found


def _answer(messages: list[dict[str, Any]], code: int) -> Answer:
    for message in messages:
        if isinstance(message.get("refused"), str):
            raise UploadError(fenced_process.shown(message["refused"], _LONGEST_WORDS))
    done = next((message["done"] for message in messages if isinstance(message.get("done"), Mapping)), None)
    if code != 0 or done is None:
        raise refuse(
            f"The process that read the model ended by itself ({_ending(code)}).",
            "an answer", "The model needs more memory or time than it may have, or its file is broken.",
        )  # fmt: skip
    notes, difference = done.get("notes"), done.get("difference")
    if not isinstance(notes, list) or len(notes) > 2000 or not isinstance(difference, float):
        raise refuse("The process that read the model gave no answer.", "one", "Upload it again.")
    return Answer(tuple(fenced_process.shown(note, _LONGEST_WORDS) for note in notes), difference)


def _ending(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"code {code}"
