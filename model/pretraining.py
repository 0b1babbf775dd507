"""Train the network that comes with the project, shown before any training.

    python -m model.pretraining

writes model/pretrained: the run directory of an ordinary training, with its last snapshot alone and in half precision,
so that it stays under 0.5 MB in the repository.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np

from model.engine import versions
from model.evaluation import evaluate
from model.networks import PRESETS
from model.recording import record
from model.records import RunState
from model.runs import PRETRAINED, Run, Runs
from model.settings import Settings
from model.snapshots import weights_hash

SETTINGS = Settings(dataset="mnist", network="cnn", epochs=5, batch_size=128, seed=2)


def main() -> None:
    """Train, keep what the repository needs, and say how it went."""
    with tempfile.TemporaryDirectory() as folder:
        run = Runs(Path(folder)).create(SETTINGS, PRESETS[SETTINGS.network], versions())
        state = record(run)
        if state is not RunState.FINISHED:
            raise SystemExit(f"The training ended as {state}: {run.status().message}")
        steps = run.snapshot_steps()
        weights = run.weights(steps[-1])
        shutil.rmtree(run.path / "snapshots")
        run.write_snapshot(steps[-1], {name: array.astype(np.float16) for name, array in weights.items()})
        (run.path / "checkpoint.safetensors").unlink()  # six times the size of the snapshot, and nobody trains it on
        run.write_status(replace(run.status(), weights_hash=weights_hash(run.weights(steps[-1]))))
        evaluate(run.path, steps[-1])
        data = run.data()
        assert data is not None  # a finished run knows its data
        # Where the file lay on this machine means nothing on another.
        run.write_data(replace(data, origin=f"{data.title}, {data.train_images:,} of its 60,000 training images"))
        shutil.rmtree(PRETRAINED, ignore_errors=True)
        shutil.copytree(run.path, PRETRAINED)
    kept = Run(PRETRAINED)
    print(f"wrote {PRETRAINED}: {kept.disk_bytes():,} bytes, {kept.evaluation(steps[-1])}")


if __name__ == "__main__":
    main()
