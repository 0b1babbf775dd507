"""The page with one real engine behind it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.runtime.scriptrunner import script_runner
from streamlit.testing.v1 import AppTest

from model import engine as engine_module
from model.engine import Engine
from tests.waiting import wait
from visualization import bundle, traces

APP = Path(__file__).resolve().parents[2] / "app.py"


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """One engine for all pages: starting Keras takes seconds, and each file would pay them for every worker."""
    engine = Engine(tmp_path_factory.mktemp("runs"))
    engine.warm_up()
    wait(lambda: engine.is_warm)
    yield engine
    engine.shutdown(grace_seconds=0)


@pytest.fixture(autouse=True)
def _as_in_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keras is in this process, unlike in the server's: Streamlit would clear it after each drawing, in 0.3 s."""
    monkeypatch.setattr(script_runner, "_clean_problem_modules", lambda: None)


@pytest.fixture
def page(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The page with no run yet; the browser's part is not drawn by AppTest and need not be built."""
    from visualization import exports, run_state, verdicts
    from visualization.views import controls, frame, runs, training, waiting

    monkeypatch.setattr(engine.runs, "root", tmp_path / "runs")
    for module in (engine_module, exports, run_state, frame, controls, runs, training, traces, verdicts, waiting):
        monkeypatch.setattr(module, "engine", lambda: engine)
    monkeypatch.setattr(bundle, "is_fresh", lambda: True)
    monkeypatch.setattr(bundle, "version", lambda: "test")
    return AppTest.from_file(str(APP), default_timeout=60)
