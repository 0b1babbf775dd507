"""What the API answers in JSON, field by field, as OpenAPI documents it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import safetensors.numpy
from fastapi import Request, Response
from pydantic_core import to_json

from model.api.bodies import JSON, OCTETS
from model.records import DataRecord, RunState
from model.run import Run


@dataclass(frozen=True, slots=True)
class PoolHealth:
    """A pool of workers: how many it may have and has, whether Keras is ready, jobs at work and waiting, memory in MB.

    memory_mb: one figure a worker; null where the system does not say.
    """

    workers: int
    running: int
    warm: bool
    busy: int
    waiting: int
    memory_mb: list[float | None]


@dataclass(frozen=True, slots=True)
class ClusterWorkerHealth:
    """A worker of the Dask cluster: what it is called, the kinds of jobs it takes, and why it is not used, if so."""

    name: str
    roles: list[str]
    problem: str


@dataclass(frozen=True, slots=True)
class ClusterHealth:
    """The Dask cluster that does all work: its scheduler, whether that answers, and what is wrong, in words."""

    scheduler: str
    connected: bool
    problem: str
    workers: list[ClusterWorkerHealth]


@dataclass(frozen=True, slots=True)
class Health:
    """How the server does: memory_mb is its own, queued_trainings wait or are at work.

    status: "ok", or "degraded" where something cannot be computed for now; cluster: null where this machine does all
    work.
    """

    status: str
    keras_ready: bool
    workers: dict[str, PoolHealth]
    queued_trainings: int
    memory_mb: float | None
    cluster: ClusterHealth | None = None


@dataclass(frozen=True, slots=True)
class RunStatus:
    """Where a run stands: seconds trained and left, steps done and in all, images a second."""

    state: RunState
    message: str
    step: int
    total_steps: int
    epoch: int
    images_per_second: float
    seconds: float
    seconds_left: float | None
    weights_hash: str

    @classmethod
    def of(cls, run: Run) -> RunStatus:
        """The status of a run; raises RunError where it cannot be read."""
        status = run.status()
        return cls(**{name: getattr(status, name) for name in cls.__slots__})


@dataclass(frozen=True, slots=True)
class ListedRun:
    """A run of the list and where it stands."""

    id: str
    state: RunState
    message: str
    step: int
    total_steps: int
    epoch: int
    images_per_second: float
    seconds: float
    seconds_left: float | None
    weights_hash: str


@dataclass(frozen=True, slots=True)
class BrokenRun:
    """A run that cannot be read, and why."""

    id: str
    error: str


@dataclass(frozen=True, slots=True)
class DescribedRun:
    """A run: what was asked for, on which data it trains, where it stands, and the steps at which weights were kept."""

    id: str
    title: str
    settings: dict[str, Any]
    network: dict[str, Any]
    versions: dict[str, str]
    data: DataRecord | None
    status: RunStatus
    snapshots: list[int]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Weights that were kept: the step, the size of their file, and where it is."""

    step: int
    bytes: int
    weights_url: str


@dataclass(frozen=True, slots=True)
class Prediction:
    """What the network says of a picture: the likeliest class, its name, and a value 0..1 for each class."""

    class_index: int
    class_name: str
    probabilities: list[float]


@dataclass(frozen=True, slots=True)
class Predictions:
    """What a snapshot of a run says of each picture, in their order."""

    run: str
    step: int
    predictions: list[Prediction]


_NUMBERS: dict[str, Any] = {"description": "float32 values, nested as the layer's output is", "type": "array"}
TRACED: dict[str, Any] = {
    "type": "object",
    "required": ["run", "step", "class_index", "class_name", "probabilities", "image", "layers"],
    "properties": {
        "run": {"type": "string"},
        "step": {"type": "integer"},
        "source": {"type": "string", "description": "where the picture comes from, if it was not posted"},
        "label": {"type": "integer", "description": "the class it truly is, if it was not posted"},
        "class_index": {"type": "integer", "description": "the likeliest class"},
        "class_name": {"type": "string"},
        "probabilities": {"type": "array", "items": {"type": "number"}},
        "image": {**_NUMBERS, "description": "the picture, rows, columns, channels, 0..1"},
        "layers": {"type": "object", "additionalProperties": _NUMBERS, "description": "every layer by its name"},
    },
    "additionalProperties": False,
}
"""The readable form of a trace; the compact one is a safetensors file with the same numbers."""

TRACE_CONTENT: dict[str, Any] = {
    OCTETS: {"schema": {"type": "string", "format": "binary", "description": "safetensors, float32, a layer a tensor"}},
    JSON: {"schema": TRACED},
}


def prediction(probabilities: np.ndarray, class_names: tuple[str, ...]) -> Prediction:
    """probabilities: float32 (classes,)."""
    index = int(probabilities.argmax())
    name = class_names[index] if index < len(class_names) else str(index)
    return Prediction(index, name, probabilities.tolist())


def traced_json(file: bytes, run: Run, step: int, class_names: tuple[str, ...], extra: dict[str, Any]) -> bytes:
    """A trace's safetensors file in its readable form, with `extra` fields; 37,000 values in 4 ms."""
    layers = safetensors.numpy.load(file)
    image = layers.pop("input")
    network = run.config().network
    said = prediction(layers[network.layers[-1].name], class_names)
    body = {
        "run": run.id,
        "step": step,
        **extra,
        "class_index": said.class_index,
        "class_name": said.class_name,
        "probabilities": said.probabilities,
        "image": image.tolist(),
        "layers": {layer.name: layers[layer.name].tolist() for layer in network.layers},
    }
    return to_json(body)


def wants_json(request: Request, default: bool) -> bool:
    """Which form a trace is asked for in: Accept names one of the two, else it is the default."""
    accepted = request.headers.get("accept", "").lower()
    json, octets = JSON in accepted, OCTETS in accepted
    return json if json != octets else default


def octets(content: bytes) -> Response:
    """An answer in bytes."""
    return Response(content, media_type=OCTETS)
