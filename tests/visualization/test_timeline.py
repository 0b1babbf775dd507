"""The slider's words with the browser: what it is given, and what is refused."""

from pathlib import Path

import pytest

from model.runs import Run
from visualization.timeline import Moment, TimelineError, read, timeline


def test_the_slider_gets_plain_data_with_an_address_for_every_step(tmp_path: Path) -> None:
    given = {"total_steps": 20, "following": True, "active": False, "live": True, "testable": True, "taken": None}
    data = timeline(Run(tmp_path / "a-run"), (0, 1, 20), 20, **given)
    assert data["steps"] == [0, 1, 20] and data["step"] == 20
    assert data["weights_url"].format(step=1) == "/api/runs/a-run/snapshots/1/weights"
    untestable = timeline(Run(tmp_path / "a-run"), (0, 1), 1, **{**given, "testable": False})
    assert untestable["evaluation_url"] is None


def test_a_choice_is_read() -> None:
    assert read({"schema": 1, "serial": 3, "run": "a-run", "step": 12}) == Moment(3, "a-run", 12)
    assert read({"schema": 1, "serial": 4, "run": "a-run", "step": None}) == Moment(4, "a-run", None)


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (None, "itself. Expected an object of schema 1."),
        ({"schema": 2}, "itself. Expected an object of schema 1."),
        ({"schema": 1, "serial": 0}, "serial. Expected a whole number from 1 to 9007199254740991."),
        ({"schema": 1, "serial": 1, "run": 7}, "run. Expected a run's name."),
        (
            {"schema": 1, "serial": 1, "run": "a", "step": -1},
            "step. Expected nothing or a whole number from 0 to 9007199254740991.",
        ),
        (
            {"schema": 1, "serial": 1, "run": "a", "step": True},
            "step. Expected nothing or a whole number from 0 to 9007199254740991.",
        ),
    ],
)
def test_anything_else_is_refused_in_words(message: object, reason: str) -> None:
    with pytest.raises(TimelineError) as refused:
        read(message)
    assert str(refused.value) == (
        f"A step chosen on the slider cannot be read: {reason} Choose it again; if that does not help, reload the page."
    )
