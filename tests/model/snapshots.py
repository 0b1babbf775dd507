"""Runs of any network with random weights, to ask questions about without training."""

from pathlib import Path

import numpy as np

from benchmarks import parity_cases
from data import datasets
from model.networks import Network
from model.records import DataRecord, RunState, Status
from model.run import Run
from model.runs import Runs
from model.settings import Settings

STEP = 3


def run_of(network: Network, root: Path, seed: int = 1) -> Run:
    """A finished run on scikit-learn's digits with a snapshot at STEP."""
    digits = datasets.load("digits")
    run = Runs(root).create(Settings(dataset="digits"), network, {})
    record = DataRecord("digits", digits.title, "", "", digits.class_names, len(digits.y_train), 0)
    run.write_data(record)
    run.write_snapshot(STEP, parity_cases.weights(network, seed))
    run.write_status(Status(RunState.FINISHED, step=STEP, total_steps=STEP))
    return run


def images() -> np.ndarray:
    """The digits' test images, float32 0..1."""
    return datasets.load("digits").x_test.astype(np.float32) / 255
