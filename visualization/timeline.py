"""The slider over a run's snapshots: what it is given, and what it says of the step that was chosen.

The other half is frontend/src/timeline/contract.ts; tests/golden/timeline.json holds the two together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from data.errors import StrataError
from model.runs import Run
from visualization.messages import MAX_SERIAL, is_whole

SCHEMA: Final = 1


class TimelineError(StrataError):
    """What came is no step of a run; the message says what was expected."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A step that the reader chose, None for always the newest. serial: tells a new choice from a known one."""

    serial: int
    run: str
    step: int | None


def timeline(
    run: Run,
    steps: Sequence[int],
    step: int,
    *,
    total_steps: int,
    following: bool,
    active: bool,
    live: bool,
    testable: bool,
    taken: int | None,
) -> dict[str, Any]:
    """The slider over `steps` of `run`, standing at `step`: plain JSON data.

    following: the page goes on to every new snapshot; active: more are to come; live: the view shows a step in the
    browser, without waiting for the page; testable: the test accuracy can be asked for, as Keras is ready and the test
    set is here; taken: the serial of the last choice that the page knows.
    """
    snapshot = f"/api/runs/{run.id}/snapshots/{{step}}"
    return {
        "schema": SCHEMA,
        "run": run.id,
        "steps": list(steps),
        "total_steps": total_steps,
        "step": step,
        "following": following,
        "active": active,
        "live": live,
        "taken": taken,
        "weights_url": f"{snapshot}/weights",
        "trace_url": f"{snapshot}/trace",
        "evaluation_url": f"{snapshot}/evaluation" if testable else None,
    }


def read(value: object) -> Moment:
    """The choice in what a browser sent; raises TimelineError for anything that the slider does not send."""
    if not isinstance(value, Mapping) or value.get("schema") != SCHEMA:
        raise _refusal("itself", f"an object of schema {SCHEMA}")
    serial, run, step = value.get("serial"), value.get("run"), value.get("step")
    if not is_whole(serial, 1):
        raise _refusal("serial", f"a whole number from 1 to {MAX_SERIAL}")
    if not isinstance(run, str):
        raise _refusal("run", "a run's name")
    if step is not None and not is_whole(step, 0):
        raise _refusal("step", f"nothing or a whole number from 0 to {MAX_SERIAL}")
    assert isinstance(serial, int)
    return Moment(serial, run, step)


def _refusal(what: str, expected: str) -> TimelineError:
    return TimelineError(
        f"A step chosen on the slider cannot be read: {what}. Expected {expected}. "
        "Choose it again; if that does not help, reload the page."
    )
