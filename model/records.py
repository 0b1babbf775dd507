"""What a run directory holds, as plain data: what was asked for, where it stands, its curves and its data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from model.networks import Network
from model.settings import Settings


class RunState(StrEnum):
    """Where a run stands. The last four are ends."""

    QUEUED = "queued"
    STARTING = "starting"
    TRAINING = "training"
    VALIDATING = "validating"
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"
    INTERRUPTED = "interrupted"

    @property
    def is_active(self) -> bool:
        """Whether more is to come without anyone asking for it."""
        return self in {RunState.QUEUED, RunState.STARTING, RunState.TRAINING, RunState.VALIDATING}


@dataclass(frozen=True, slots=True)
class Status:
    """Where a run stands; times are seconds.

    owner: the process that moves it on; weights_hash: see model.snapshots, of the newest weights once it has ended.
    """

    state: RunState
    message: str = ""
    step: int = 0
    total_steps: int = 0
    epoch: int = 0
    images_per_second: float = 0.0
    seconds: float = 0.0
    seconds_left: float | None = None
    owner: str = ""
    weights_hash: str = ""

    @property
    def progress(self) -> float:
        """How much of all epochs is done, 0..1."""
        return min(self.step / self.total_steps, 1.0) if self.total_steps else 0.0


@dataclass(frozen=True, slots=True)
class DataRecord:
    """Which data a run trains on: `note` says why, where it is not what was asked for."""

    name: str
    title: str
    origin: str
    sha256: str
    class_names: tuple[str, ...]
    train_images: int
    validation_images: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Metrics:
    """One line of the curves: the mean over a batch group (`val_` are None), or over an epoch.

    Losses are cross-entropies in nats, accuracies 0..1, seconds spent training so far (validation included, pauses
    not); the learning rate is that of the last step, 0 in runs of before it was recorded.
    """

    step: int
    epoch: int
    seconds: float
    loss: float
    accuracy: float
    images_per_second: float
    val_loss: float | None = None
    val_accuracy: float | None = None
    learning_rate: float = 0.0


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What the test set says of a snapshot: mean cross-entropy in nats, accuracy 0..1."""

    images: int
    loss: float
    accuracy: float


@dataclass(frozen=True, slots=True)
class Config:
    """What was asked for: all that is needed to train the same again.

    Only `further_epochs` ever changes, by one number each time the run is trained on.
    """

    settings: Settings
    network: Network
    created: float = 0.0
    versions: Mapping[str, str] = field(default_factory=dict)
    further_epochs: tuple[int, ...] = ()

    @property
    def parts(self) -> tuple[int, ...]:
        """The epochs first asked for, then those of each time it was trained on."""
        return (self.settings.epochs, *self.further_epochs)

    @property
    def epochs(self) -> int:
        """All epochs asked for so far."""
        return sum(self.parts)

    def to_json(self) -> dict[str, Any]:
        """Plain data, for the run directory."""
        return {
            "settings": asdict(self.settings),
            "network": self.network.to_json(),
            "created": self.created,
            "versions": dict(self.versions),
            "further_epochs": list(self.further_epochs),
        }
