"""The page says what is wrong with the cluster, and why a training waits again."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from model.cluster import Cluster
from model.engine import Engine
from model.networks import MLP_25
from model.records import RunState
from model.settings import Settings
from tests.visualization.page import progress, words
from visualization.traces import waiting_words

PROBLEM = "The Dask scheduler at tcp://one:8786 does not answer."


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    cluster = Cluster("tcp://one:8786", tmp_path)
    monkeypatch.setattr(cluster, "_trouble", PROBLEM)
    engine = Engine(tmp_path, cluster=cluster)
    yield engine
    engine.shutdown(grace_seconds=0)


def test_the_page_tells_what_is_wrong_until_it_is_right(
    page: AppTest, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.run()
    assert PROBLEM in words(page)
    assert waiting_words() == "Waiting for the cluster"
    monkeypatch.setattr(engine.cluster, "_trouble", "")
    page.run()
    assert PROBLEM not in words(page)
    assert "has no worker. Expected at least one." in words(page)


def test_a_training_that_lost_its_worker_says_why_it_waits(page: AppTest, engine: Engine) -> None:
    run = engine.runs.create(Settings(dataset="digits", network="mlp_25"), MLP_25, {})
    lost = "The worker at step 40 was lost. It goes on from its last checkpoint."
    run.write_status(replace(run.status(), state=RunState.QUEUED, step=40, message=lost))
    page.query_params["run"] = run.id
    page.run()
    assert progress(page).startswith(f"{lost} Next in the queue")
