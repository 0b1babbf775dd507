"""What a page does of itself while a training goes on: seldom, so that the training keeps the processors."""

import pytest
from streamlit.testing.v1 import AppTest

from model import ownership
from model.engine import Engine
from model.records import RunState, Status
from model.runs import Run
from tests.visualization.page import finished_run
from visualization import traces
from visualization.views import frame


@pytest.fixture
def run(page: AppTest, engine: Engine) -> Run:
    return finished_run(engine)


def test_while_it_trains_another_snapshot_is_traced_now_and_then(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = 100.0
    monkeypatch.setattr(traces.time, "monotonic", lambda: clock)
    run.write_status(Status(RunState.TRAINING, owner=ownership.claim(run.path.parent), step=5, total_steps=9))
    assert traces.step_to_trace(run, 2) == 2
    clock += traces.FOLLOWING_SECONDS / 2
    assert traces.step_to_trace(run, 5) == 2
    clock += traces.FOLLOWING_SECONDS / 2
    assert traces.step_to_trace(run, 5) == 5
    clock += 0.1
    assert traces.step_to_trace(run, 0) == 0  # trained anew, from the start
    run.write_status(Status(RunState.FINISHED, step=5, total_steps=9))
    assert traces.step_to_trace(run, 5) == 5


@pytest.mark.parametrize(
    ("state", "pace"), [(RunState.TRAINING, 2.0), (RunState.STARTING, 0.75), (RunState.STOPPED, None)]
)
def test_the_page_looks_rarely_while_a_training_is_at_work(run: Run, state: RunState, pace: float | None) -> None:
    run.write_status(Status(state, owner=ownership.claim(run.path.parent), step=5, total_steps=9))
    assert frame._pace(run, run.status()) == pace
    if pace is not None:
        run.request_stop()
        assert frame._pace(run, run.status()) == 0.75  # whoever stops it waits for that
