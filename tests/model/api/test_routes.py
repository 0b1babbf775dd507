"""What the API answers: runs, weights and what Keras computes, over a real socket."""

import io
import json

import numpy as np
import pytest
import safetensors.numpy
from PIL import Image

from data import datasets, samples
from data.drawing import read_picture, to_input
from model.networks import CNN, MLP_25
from model.records import DataRecord
from model.runs import PRETRAINED, Run
from model.settings import Settings
from model.tracing import trace
from tests.model.api.conftest import JSON, OCTETS, STEP, Client

SEVEN = samples.samples()[7].pixels
PREDICT = f"/api/runs/pretrained/snapshots/{STEP}/predict"
TRACE = f"/api/runs/pretrained/snapshots/{STEP}/trace"


def keras(pixels: np.ndarray) -> dict[str, np.ndarray]:
    """What this process's own Keras computes for (n, 28, 28, 1)."""
    return trace(PRETRAINED, STEP, pixels)


def test_the_weights_are_the_snapshots_bytes_and_may_be_kept(cold: Client) -> None:
    answer = cold(f"/runs/pretrained/snapshots/{STEP}/weights")
    assert answer.status == 200
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-encoding"] == "identity"  # the page's server packs what says nothing
    found = safetensors.numpy.load(answer.body)
    expected = Run(PRETRAINED).weights(STEP)["conv_1/kernel"]
    np.testing.assert_array_equal(found["conv_1/kernel"].astype(np.float32), expected)


def test_runs_are_listed_and_described(cold: Client) -> None:
    cold.engine.runs.create(Settings(dataset="digits"), CNN, {})
    (listed,) = cold("/runs").json()
    assert listed["state"] == "queued"
    found = cold(f"/runs/{listed['id']}").json()
    assert found["settings"]["dataset"] == "digits"
    assert found["snapshots"] == []
    assert cold(f"/runs/{listed['id']}/metrics").json() == []
    assert cold(f"/runs/{listed['id']}/snapshots").json() == []


def test_curves_and_snapshots_are_those_of_the_run(cold: Client) -> None:
    run = Run(PRETRAINED)
    curves = cold("/runs/pretrained/metrics").json()
    assert [line["loss"] for line in curves] == [line.loss for line in run.metrics()]
    (snapshot,) = cold("/runs/pretrained/snapshots").json()
    assert snapshot["bytes"] == run.snapshot_path(STEP).stat().st_size
    assert cold(snapshot["weights_url"]).body == run.snapshot_path(STEP).read_bytes()


def test_a_broken_run_is_listed_with_what_is_wrong(cold: Client) -> None:
    run = cold.engine.runs.create(Settings(dataset="digits"), CNN, {})
    (run.path / "status.json").write_text("{")
    (broken,) = cold("/runs").json()
    assert broken["id"] == run.id
    assert "status.json" in broken["error"]


def test_a_trace_is_what_keras_computes(own: Client) -> None:
    answer = own(TRACE, SEVEN.tobytes(), OCTETS)
    assert answer.status == 200
    traced = safetensors.numpy.load(answer.body)
    for name, expected in keras(SEVEN[None]).items():
        np.testing.assert_allclose(traced[name], expected[0], atol=1e-6, err_msg=name)
    readable = own(TRACE, SEVEN.tobytes(), OCTETS | {"Accept": "application/json"}).json()
    assert readable["class_index"] == 7
    assert readable["layers"].keys() | {"input"} == traced.keys()
    for name, values in readable["layers"].items():
        np.testing.assert_array_equal(np.array(values, np.float32), traced[name])


def test_a_browser_need_not_name_the_type_of_its_octets(own: Client) -> None:
    assert own(TRACE, SEVEN.tobytes(), {"Content-Type": ""}).status == 200


def test_many_traces_at_once_are_each_their_own(own: Client) -> None:
    from concurrent.futures import ThreadPoolExecutor

    pictures = [sample.pixels for sample in samples.samples()] * 4
    expected = keras(np.stack(pictures))["conv_2"]
    with ThreadPoolExecutor(16) as threads:
        answers = list(threads.map(lambda picture: own(TRACE, picture.tobytes(), OCTETS), pictures))
    for answer, activations in zip(answers, expected, strict=True):
        np.testing.assert_allclose(safetensors.numpy.load(answer.body)["conv_2"], activations, atol=1e-5)


def test_a_prediction_is_what_keras_computes_whatever_the_form_of_the_pictures(own: Client) -> None:
    pictures = np.stack([sample.pixels for sample in samples.samples()])
    expected = keras(pictures)["output"]
    fractions = (pictures / 255).tolist()
    answers = [
        own(PREDICT, pictures.tobytes(), OCTETS),
        own.post_json(PREDICT, {"pixels": pictures.tolist()}),
        own.post_json(PREDICT, {"pixels": pictures[..., 0].tolist()}),
        own.post_json(PREDICT, {"values": fractions}),
    ]
    for answer in answers:
        predictions = answer.json()["predictions"]
        found = np.array([prediction["probabilities"] for prediction in predictions])
        np.testing.assert_allclose(found, expected, atol=1e-5)
        assert [prediction["class_index"] for prediction in predictions] == list(expected.argmax(1))
        assert [prediction["class_name"] for prediction in predictions] == [str(k) for k in expected.argmax(1)]


def test_values_between_two_grey_levels_are_not_rounded(own: Client) -> None:
    values = np.random.default_rng(5).random((28, 28, 1), np.float32)
    answer = own(TRACE, json.dumps({"values": values.tolist()}).encode(), JSON)
    np.testing.assert_array_equal(safetensors.numpy.load(answer.body)["input"], values)


def test_a_picture_file_goes_through_what_an_upload_goes_through(own: Client) -> None:
    file = io.BytesIO()
    canvas = np.full((90, 140), 230, np.uint8)
    canvas[20:76, 60:116] = 255 - np.kron(SEVEN[..., 0], np.ones((2, 2), np.uint8))
    Image.fromarray(canvas).save(file, "PNG")
    answer = own(TRACE, file.getvalue(), {"Content-Type": "image/png"})
    expected = to_input(read_picture(file.getvalue())).pixels
    np.testing.assert_array_equal(safetensors.numpy.load(answer.body)["input"], expected / np.float32(255))


def test_the_test_accuracy_of_a_snapshot_is_computed_once_and_kept(own: Client) -> None:
    run = own.engine.runs.create(Settings(dataset="digits", network="mlp_25"), MLP_25, {})
    shapes = {name: shape for placed in MLP_25.placed() for name, shape in placed.weight_shapes.items()}
    run.write_snapshot(1, {name: np.zeros(shape, np.float32) for name, shape in shapes.items()})
    dataset = datasets.load("digits")
    run.write_data(DataRecord("digits", "Digits", "here", dataset.sha256, dataset.class_names, 9, 1))
    path = f"/api/runs/{run.id}/snapshots/1/evaluation"
    answer = own(path)
    assert answer.status == 200
    # Without weights every class is as likely, and the first is the answer.
    assert answer.json()["accuracy"] == pytest.approx(np.mean(dataset.y_test == 0))
    run.snapshot_path(1).unlink()
    assert own(path).status == 404
    assert run.evaluation(1) is not None


@pytest.mark.parametrize(("path", "body"), [("trace", SEVEN.tobytes()), ("predict", SEVEN.tobytes())])
def test_before_keras_is_there_it_is_said_when_to_ask_again(cold: Client, path: str, body: bytes) -> None:
    answer = cold(f"/runs/pretrained/snapshots/{STEP}/{path}", body, OCTETS)
    assert answer.status == 503
    assert int(answer.headers["retry-after"]) >= 1
    assert "Ask again" in answer.problem()


def test_the_own_server_shows_a_random_test_picture_with_all_it_becomes(own: Client) -> None:
    answer = own("/", b"", {}, "POST").json()
    image = np.array(answer["image"], np.float32)
    expected = keras(np.round(image * 255).astype(np.uint8)[None])
    np.testing.assert_allclose(answer["probabilities"], expected["output"][0], atol=1e-5)
    np.testing.assert_allclose(np.array(answer["layers"]["pool_1"]), expected["pool_1"][0], atol=1e-5)
    assert answer["class_index"] == expected["output"].argmax()
    assert answer["label"] in range(10)
    assert "in the test set of" in answer["source"]
    others = {own("/", b"", {}, "POST").json()["source"] for _ in range(5)}
    assert others != {answer["source"]}


def test_the_own_server_shows_the_picture_that_was_posted(own: Client) -> None:
    answer = own("/", SEVEN.tobytes(), OCTETS).json()
    np.testing.assert_array_equal(np.array(answer["image"], np.float32), SEVEN / np.float32(255))
    assert answer["class_index"] == 7
    assert not answer.keys() & {"label", "source"}
    compact = own("/", SEVEN.tobytes(), OCTETS | {"Accept": "application/octet-stream"})
    assert safetensors.numpy.load(compact.body)["output"].argmax() == 7


def test_health_says_what_the_workers_are_at(own: Client, cold: Client) -> None:
    health = own("/").json()
    assert health.keys() == own("/api/health").json().keys()
    assert health["status"] == "ok" and health["keras_ready"] is True
    inference = health["workers"]["inference"]
    assert (inference["workers"], inference["running"], inference["warm"]) == (1, 1, True)
    assert inference["memory_mb"][0] is None or inference["memory_mb"][0] > 100
    asleep = cold("/health").json()
    assert asleep["queued_trainings"] == 0
    assert asleep["keras_ready"] is False
    assert asleep["workers"]["inference"]["running"] == 0
