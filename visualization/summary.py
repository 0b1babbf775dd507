"""A network as a table of its layers, with what each costs, and its totals in words. Pure."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from model import costs
from model.networks import Network, PlacedLayer
from model.runs import PRETRAINED, Run
from model.snapshots import weights_hash
from visualization import number_table

HEADER = ("layer", "kind", "inputs", "output shape", "parameters", "weights (KB)", "activations (KB)", "multiply-adds")


@dataclass(frozen=True, slots=True)
class Row:
    """A layer in words and numbers; KB are 1,000 bytes in float32, activations and multiply-adds for one picture."""

    name: str
    kind: str
    inputs: str
    output_shape: str
    parameters: int
    weight_kilobytes: float
    activation_kilobytes: float
    multiply_adds: int | None

    def cells(self) -> tuple[object, ...]:
        """In the order of HEADER."""
        return tuple(getattr(self, name) for name in self.__slots__)


def rows(network: Network) -> tuple[Row, ...]:
    """Every layer of the network in its order."""
    titles = {placed.layer.name: placed.title for placed in network.placed()}
    return tuple(_row(placed, titles) for placed in network.placed())


def _row(placed: PlacedLayer, titles: dict[str, str]) -> Row:
    return Row(
        name=placed.title,
        kind=str(getattr(placed.layer, "class_name", type(placed.layer).__name__)),
        inputs=", ".join(titles.get(name, name) for name in placed.inputs),
        output_shape=" × ".join(map(str, placed.output_shape)),
        parameters=placed.parameters,
        weight_kilobytes=costs.weight_bytes(placed) / 1000,
        activation_kilobytes=costs.activation_bytes(placed) / 1000,
        multiply_adds=costs.multiply_adds(placed),
    )


def table(network: Network) -> str:
    """The rows as CSV, with the totals last."""
    return number_table.written(HEADER, [*(row.cells() for row in rows(network)), _total(network).cells()])


def _total(network: Network) -> Row:
    each = rows(network)
    return Row(
        name="total",
        kind=f"{len(each)} layers",
        inputs="",
        output_shape="",
        parameters=sum(row.parameters for row in each),
        weight_kilobytes=sum(row.weight_kilobytes for row in each),
        activation_kilobytes=sum(row.activation_kilobytes for row in each),
        multiply_adds=costs.total_multiply_adds(network)[0],
    )


def totals(network: Network) -> dict[str, str]:
    """What the whole network has and costs, with units."""
    total = _total(network)
    _, complete = costs.total_multiply_adds(network)
    return {
        "layers": f"{len(network.layers)}",
        "input": f"{' × '.join(map(str, network.input_shape))}, values 0 to 1",
        "parameters": f"{total.parameters:,}",
        "weights": f"{megabytes(1000 * total.weight_kilobytes)} in float32",
        "activations": f"{megabytes(1000 * total.activation_kilobytes)} for one picture",
        "multiply-adds": f"{'' if complete else 'at least '}{total.multiply_adds:,} for one picture",
    }


def megabytes(count: float) -> str:
    """Bytes in the unit that reads best, of 1,000: "0.90 MB", "146 KB"."""
    return f"{count / 1e6:,.2f} MB" if count >= 500_000 else f"{count / 1e3:,.0f} KB"


def hash_at(run: Run, step: int) -> str:
    """The hash of the weights at a step; see model.snapshots.weights_hash."""
    return _hash_at(run, step, run.snapshot_path(step).stat().st_mtime_ns if run.path == PRETRAINED else 0)


# Reading and hashing 5 million weights takes 50 ms, and the page is drawn often.
@functools.lru_cache(maxsize=64)
def _hash_at(run: Run, step: int, changed: int) -> str:
    return weights_hash(run.weights(step))
