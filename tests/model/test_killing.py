"""A few of the moments that `make soak` tries by the dozen: kill -9 of the worker, of the server, of both."""

from collections.abc import Callable
from pathlib import Path

import pytest

from data import datasets
from model.networks import CNN
from model.reports import Snapshot
from model.runs import Run
from model.snapshots import weights_hash
from model.training_loop import train
from tools.soak import SETTINGS, Victim, server, survive, wait_until


@pytest.fixture(scope="module")
def undisturbed() -> str:
    reports = train(SETTINGS, CNN, datasets.load("digits"))
    return weights_hash([report for report in reports if isinstance(report, Snapshot)][-1].weights)


def _at_snapshot(number: int) -> Callable[[Run], None]:
    return lambda run: wait_until(lambda: len(run.snapshot_steps()) >= number, f"{number} snapshots")


@pytest.mark.parametrize(("victim", "snapshots"), [("worker", 5), ("server", 2), ("both", 20)])
def test_a_kill_loses_nothing(tmp_path: Path, undisturbed: str, victim: Victim, snapshots: int) -> None:
    with server(tmp_path) as running:
        run, step = survive(running, victim, _at_snapshot(snapshots))
        assert run.status().weights_hash == undisturbed
        assert step > 0
