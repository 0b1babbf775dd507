"""What is taken away of a run is what the run has."""

import base64
import dataclasses
import io
import json
import re
from pathlib import Path

import numpy as np
import onnx
import pytest
import safetensors.numpy
from onnx.reference import ReferenceEvaluator

from data import datasets
from model import tracing
from model.networks import CNN
from model.records import DataRecord, RunState, Status
from model.runs import PRETRAINED, Run, Runs
from model.settings import Settings
from visualization import charts, exports, pictures

PICTURE = pictures.sample(4)


class Worker:
    """The inference worker's calls, in this process."""

    is_warm = True

    @staticmethod
    def call(function, *arguments):  # type: ignore[no-untyped-def]
        return function(*arguments)


@pytest.fixture(autouse=True)
def worker(monkeypatch: pytest.MonkeyPatch) -> None:
    from visualization import traces

    for module in (exports, traces):
        monkeypatch.setattr(module, "engine", Worker)


def _run(folder: Path, scale: float = 1.0) -> Run:
    """A run named by a stranger, of the standard network with weights that nobody has halved."""
    run = Runs(folder).create(Settings(dataset="digits"), CNN, {})
    weights = Run(PRETRAINED).weights(1875)
    run.write_snapshot(5, {name: array * np.float32(scale) for name, array in weights.items()})
    run.write_status(Status(RunState.FINISHED, step=5, total_steps=5))
    return run


def _scripts(page: bytes) -> list[str]:
    return re.findall(r"<script[^>]*>(.*?)</script>", page.decode(), re.DOTALL)


def test_the_activations_are_keras_own(tmp_path: Path) -> None:
    run = _run(tmp_path)
    file = np.load(io.BytesIO(exports.activations_file(run, 5, PICTURE)), allow_pickle=False)
    expected = tracing.trace(run.path, 5, PICTURE.pixels[None])
    assert list(file) == ["input", *(layer.name for layer in CNN.layers)]
    for name, values in expected.items():
        np.testing.assert_array_equal(file[name], values[0])


def test_the_onnx_file_computes_the_same(tmp_path: Path) -> None:
    run = _run(tmp_path)
    inputs = PICTURE.pixels[None].astype(np.float32) / np.float32(255)
    expected = tracing.trace(run.path, 5, inputs)["output"]
    exported = onnx.load_from_string(exports.onnx_file(run, 5))
    np.testing.assert_allclose(ReferenceEvaluator(exported).run(None, {"input": inputs})[0], expected, atol=1e-5)


def test_the_weights_are_those_of_the_run(tmp_path: Path) -> None:
    run = _run(tmp_path)
    kept = safetensors.numpy.load(exports.weights_file(run, 5))
    assert kept.keys() == run.weights(5).keys()
    for name, array in run.weights(5).items():
        np.testing.assert_array_equal(kept[name], array)


def test_the_standard_network_is_a_page_of_less_than_2_mb_and_says_what_it_is() -> None:
    run = Run(PRETRAINED)
    page = exports.network_page(run, 1875, PICTURE)
    assert len(page) < 2 * 1024 * 1024
    assert exports.page_kilobytes() == pytest.approx(len(page) / 1024, rel=0.01)
    assert len(page) == pytest.approx(exports.page_bytes(run, 1875), rel=0.03)
    evaluation = run.evaluation(1875)
    assert evaluation is not None
    line = (
        f"MNIST · step 1,875 · {100 * evaluation.accuracy:.1f}\u00a0% of 10,000 test images right · "
        "225,034 parameters · run pretrained · saved from Strata"
    )
    assert f"<p>{line}</p>" in page.decode()
    carried = json.loads(_scripts(page)[0])
    assert [picture["label"] for picture in carried["pictures"]][:3] == [4, 0, 1]
    assert len(carried["pictures"]) == len({picture["pixels"] for picture in carried["pictures"]}) >= 10


def test_a_snapshot_that_makes_a_large_page_is_halved_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = _run(tmp_path, scale=1.1)
    assert "half precision" not in exports.network_page(run, 5, PICTURE).decode()
    monkeypatch.setattr(exports, "LARGE_BYTES", exports.page_bytes(run, 5) - 1)
    page = exports.network_page(run, 5, PICTURE).decode()
    (said,) = re.findall(r"kernels in half precision, each weight at most ([\d.e-]+) off", page)
    off = max(
        float(np.abs(array - array.astype(np.float16)).max()) for array in run.weights(5).values() if array.ndim > 1
    )
    assert float(said) == pytest.approx(off, rel=0.5)
    assert len(page) < 0.8 * exports.page_bytes(run, 5)


def test_a_run_without_any_accuracy_claims_none(tmp_path: Path) -> None:
    run = _run(tmp_path)
    page = exports.network_page(run, 5, dataclasses.replace(PICTURE, caption="mine")).decode()
    assert re.search(r"<p>[^<]* · step 5 · 225,034 parameters · run [^<]* · saved from Strata</p>", page)


def test_the_test_accuracy_is_measured_for_the_file(tmp_path: Path) -> None:
    run, digits = _run(tmp_path), datasets.load("digits")
    run.write_data(DataRecord("digits", digits.title, digits.origin, digits.sha256, digits.class_names, 1, 1))
    page = exports.network_page(run, 5, PICTURE).decode()
    answers = tracing.trace(run.path, 5, digits.x_test)["output"].argmax(axis=1)
    right = charts.percent(float((answers == digits.y_test).mean()))
    assert f" · {right} of {len(digits.y_test)} test images right · " in page


def test_a_run_on_data_that_is_gone_is_taken_along_all_the_same(tmp_path: Path) -> None:
    run = _run(tmp_path)
    run.write_data(DataRecord("gone", "Leaves", "a zip", "0" * 64, tuple("abcdefghij"), 1, 1))
    page = exports.network_page(run, 5, PICTURE).decode()
    assert "<p>Leaves · step 5 · 225,034 parameters · " in page
    carried = json.loads(_scripts(page.encode())[0])
    assert [picture["caption"] for picture in carried["pictures"]] == [PICTURE.caption]
    assert carried["scene"]["class_names"] == list("abcdefghij")


def test_classes_that_are_no_digits_bring_a_test_picture_each(tmp_path: Path) -> None:
    run, digits = _run(tmp_path), datasets.load("digits")
    run.write_data(DataRecord("digits", "Shapes", "here", "0" * 64, tuple("abcdefghij"), 1, 1))
    carried = json.loads(_scripts(exports.network_page(run, 5, PICTURE))[0])["pictures"]
    assert [picture["label"] for picture in carried] == [4, *range(10)]
    assert all("test image" in picture["caption"] for picture in carried[1:])
    first = digits.x_test[list(digits.y_test).index(6)]
    assert carried[7]["pixels"] == base64.b64encode(first.tobytes()).decode()


def test_file_names_say_run_step_and_kind() -> None:
    assert exports.file_name(Run(PRETRAINED), 1875, ".onnx") == "strata-pretrained-step-1875.onnx"
