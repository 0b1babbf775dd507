"""What can be taken away of a run at a step: each file's bytes and its name, made when somebody asks."""

from __future__ import annotations

import contextlib
import io
import tomllib
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import plotly
import plotly.graph_objects as go
import safetensors.numpy

from data import datasets, samples
from data.errors import StrataError
from model import jobs
from model.engine import engine
from model.records import DataRecord
from model.runs import PRETRAINED, Run
from model.snapshots import halved
from visualization import bundle, charts, pictures, run_words, takeaway, traces
from visualization.pictures import Picture
from visualization.scene import scene
from visualization.takeaway import Colours, Heading

LARGE_BYTES = 2 * 1024 * 1024
"""Of a page; what the standard network's stays below with its weights as they are kept."""
MOST_PICTURES = 11
"""The chosen one and ten others, in the file with the network."""
_SCRIPT = "standalone_network.js"
_CONFIG = Path(__file__).parents[1] / ".streamlit" / "config.toml"


def file_name(run: Run, step: int, ending: str) -> str:
    """Which run and step a file is of: "strata-pretrained-step-1875.onnx"."""
    return f"strata-{run.id}-step-{step}{ending}"


def keras_file(run: Run, step: int) -> bytes:
    """The network as Keras's own file; see model.exporting.export."""
    return engine().call(jobs.export, run.path, step)


def onnx_file(run: Run, step: int) -> bytes:
    """The network as ONNX; see model.onnx_graph."""
    return engine().call(jobs.export_onnx, run.path, step)


def weights_file(run: Run, step: int) -> bytes:
    """The weights as they are kept: safetensors, "<layer>/kernel" and the like, kernels in half precision."""
    return run.snapshot_path(step).read_bytes()


def activations_file(run: Run, step: int, picture: Picture) -> bytes:
    """Every layer's activations for `picture` by name, float32, with the picture itself, 0..1, as "input": an .npz."""
    file = io.BytesIO()
    # Not by numpy.savez, which takes names as keywords: a layer may be called "file".
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, values in traces.trace(run, step, picture).items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as entry:
                np.lib.format.write_array(entry, np.ascontiguousarray(values), allow_pickle=False)
    return file.getvalue()


def network_page(run: Run, step: int, picture: Picture) -> bytes:
    """The network in 3D with pad and pictures as one HTML file; raises TakeawayError where a browser cannot compute it.

    `picture` is the one that is read at first. The test accuracy in its heading is measured, if nobody has asked for it
    before, Keras is ready and the test set is here.
    """
    config = run.config()
    _measure(run, step)
    weights, note = _page_weights(run, step)
    return takeaway.network_page(
        scene(run, step, config.network, run.class_names(), picture),
        weights,
        _pictures(run, picture),
        heading=Heading(f"{config.network.title}: {run_words.name(run)}", _line(run, step) + note),
        script=_built(_SCRIPT),
        colours=_colours(),
    )


def page_bytes(run: Run, step: int) -> int:
    """About how large `network_page` is at most: the script, and the weights in base64."""
    return bundle.asset(_SCRIPT).stat().st_size + run.snapshot_path(step).stat().st_size * 4 // 3


def _page_weights(run: Run, step: int) -> tuple[bytes, str]:
    """The snapshot as it is kept; kernels halved, and that said, where they are not and the page would be too large."""
    kept = weights_file(run, step)
    if page_bytes(run, step) <= LARGE_BYTES:
        return kept, ""
    weights = safetensors.numpy.load(kept)
    halves = halved(weights)
    if all(halves[name].dtype == array.dtype for name, array in weights.items()):
        return kept, ""
    most = max(float(np.abs(array - halves[name].astype(np.float32)).max(initial=0)) for name, array in weights.items())
    return safetensors.numpy.save(halves), f" · kernels in half precision, each weight at most {most:.1g} off"


def figure_page(run: Run, step: int, figure: go.Figure, title: str) -> bytes:
    """A chart of the page as one HTML file with Plotly in it, 5 MB; `title` says what it is of."""
    content = figure.to_json()
    assert content is not None
    plotly_script = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
    return takeaway.figure_page(
        content,
        heading=Heading(title, _line(run, step)),
        plotly=plotly_script.read_text(encoding="utf-8"),
        script=_built("standalone_figure.js"),
        colours=_colours(),
    )


def page_kilobytes() -> float:
    """How large the pretrained network's page is, in units of 1,024 bytes: what benchmarks tell."""
    run = Run(PRETRAINED)
    return len(network_page(run, run.snapshot_steps()[-1], pictures.sample(7))) / 1024


def _measure(run: Run, step: int) -> None:
    """Have the test set read at this step; what then is known stays with the run."""
    data = run.data()
    if run.evaluation(step) is not None or not data or not engine().is_warm:
        return
    with contextlib.suppress(StrataError):  # the file then says nothing of a test set
        if datasets.is_here(data.name):
            engine().call(jobs.evaluate, run.path, step)


def _line(run: Run, step: int) -> str:
    """What a page says of itself, under its title."""
    config, data = run.config(), run.data()
    asked_for = config.settings.dataset
    parts = [
        data.title if data else datasets.TITLES.get(asked_for, asked_for),
        "" if run.is_uploaded else f"step {step:,}",
        *_accuracy(run, step),
        f"{config.network.parameters:,} parameters",
        f"run {run.id}",
        "saved from Strata",
    ]
    return " · ".join(filter(None, parts))


def _accuracy(run: Run, step: int) -> Sequence[str]:
    """On the test set if somebody asked for it, else on the validation images; none where neither is known."""
    tested = run.evaluation(step)
    if tested is not None:
        return [f"{charts.percent(tested.accuracy)} of {tested.images:,} test images right"]
    validated = [line.val_accuracy for line in run.metrics() if line.step == step and line.val_accuracy is not None]
    return [f"{charts.percent(validated[-1])} on validation"] if validated else []


def _pictures(run: Run, chosen: Picture) -> Sequence[Picture]:
    """The chosen one, then this page's samples for a network that reads digits, one of each class of the test set else.

    A blank one where none has the network's input shape.
    """
    shape = run.config().network.input_shape
    digits = run.class_names() == tuple("0123456789") and chosen.pixels.shape == shape == (28, 28, 1)
    different: dict[bytes, Picture] = {}
    for each in (chosen, *(_samples() if digits else _first_of_each(run.data()))):
        if each.pixels.shape == shape:
            different.setdefault(each.pixels.tobytes(), each)
    return list(different.values())[:MOST_PICTURES] or [Picture(np.zeros(shape, np.uint8), None, "a blank picture")]


def _samples() -> list[Picture]:
    """The ten digits: reading MNIST takes a second, and they are here."""
    return [pictures.sample(digit) for digit in range(len(samples.samples()))]


def _first_of_each(data: DataRecord | None) -> list[Picture]:
    """The first test image of each of the first classes; none where the data is not here, or broken."""
    try:
        if data is None or not datasets.is_here(data.name):
            return []
        labels = datasets.load(data.name).y_test
        classes = np.unique(labels)[: MOST_PICTURES - 1]
        return [pictures.test_image(data.name, int(np.argmax(labels == label))) for label in classes]
    except StrataError:  # the network is taken along all the same
        return []


def _built(name: str) -> str:
    return bundle.asset(name).read_text(encoding="utf-8")


def _colours() -> Colours:
    theme = tomllib.loads(_CONFIG.read_text(encoding="utf-8"))["theme"]
    return {"dark": theme["dark"], "light": theme["light"]}
