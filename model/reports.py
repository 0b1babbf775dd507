"""What a training says as it goes, in the order in which it happens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

VALIDATION_BATCH = 500
"""Images of one part of a validation, after which it is reported."""


@dataclass(frozen=True, slots=True)
class Began:
    """The network stands and the next step is `step` + 1 of `total_steps`; 0 unless it was resumed."""

    step: int
    total_steps: int
    train_images: int
    validation_images: int


@dataclass(frozen=True, slots=True)
class Group:
    """A batch group is done: means over its images; cross-entropy in nats, accuracy 0..1, seconds since it began."""

    step: int
    epoch: int
    loss: float
    accuracy: float
    images: int
    seconds: float
    learning_rate: float


@dataclass(frozen=True, slots=True)
class Validating:
    """A part of the validation is done: `done` of `images` validation images."""

    step: int
    epoch: int
    done: int
    images: int


@dataclass(frozen=True, slots=True)
class Epoch:
    """An epoch is done: training means over it, and the validation at its end."""

    step: int
    epoch: int
    loss: float
    accuracy: float
    val_loss: float
    val_accuracy: float
    learning_rate: float


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The weights at `step`, float32 by "<layer>/<variable>"; `last` where the training ends or is left."""

    step: int
    weights: dict[str, np.ndarray]
    last: bool


@dataclass(frozen=True, slots=True)
class Position:
    """How far a training is: batches done of which epoch, and the epoch's sums so far."""

    epoch: int = 1
    batches: int = 0
    loss: float = 0.0
    hits: float = 0.0
    images: float = 0.0


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """All that is needed to go on as if nothing had happened: where it is, and every variable by name.

    seconds: how long it trained, which its recorder knows.
    """

    step: int
    position: Position
    variables: dict[str, np.ndarray]
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Ended:
    """The last report, and why it is."""

    outcome: Literal["finished", "target_reached", "stopped"]


Report = Began | Group | Validating | Epoch | Snapshot | Checkpoint | Ended
