"""A loaded model in words: where it came from, what its layers became, and where they are computed."""

from __future__ import annotations

from collections import Counter

from model.networks import Network
from model.uploads.keeping import UploadRecord
from visualization import summary


def where(network: Network) -> str:
    """Who computes it, in a sentence."""
    count = len(network.layers)
    if network.computable_in_browser:
        return f"All {count} layers are computed in your browser, live while you draw."
    keras = network.keras_layers
    shown = ", ".join(keras[:6]) + (f" and {len(keras) - 6} more" if len(keras) > 6 else "")
    return (
        f"Computed by Keras in the worker, live while you draw: of its {count} layers the browser does not know "
        f"{len(keras)}: {shown}."
    )


def kinds(network: Network) -> list[tuple[str, int, str]]:
    """(kind, how many layers of it, who knows it) in the order in which they come; Keras's own by their class."""
    names = [
        (getattr(layer, "class_name", None) or layer.kind, layer.kind == "keras_layer") for layer in network.layers
    ]
    return [
        (name, number, "worker" if is_foreign else "browser") for (name, is_foreign), number in Counter(names).items()
    ]


def facts(record: UploadRecord, network: Network) -> dict[str, str]:
    """Labels and values for a table."""
    rows, columns, channels = network.input_shape
    return {
        "file": f"{record.file_name}, {summary.megabytes(record.size)}, SHA-256 {record.sha256[:8]}",
        "pictures": f"{rows} × {columns} × {channels}, pixels {record.values.replace('..', ' to ')} as chosen",
        "classes": f"{network.placed()[-1].output_shape[-1]}",
        "layers": f"{len(network.layers)}, {network.parameters:,} parameters",
        "against Keras": f"{record.difference:.2g}, the largest difference of any value, on 4 pictures of noise",
    }
