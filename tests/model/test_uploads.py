"""The whole way of an uploaded model to a run, and the fences around the process that reads it."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import warnings
from pathlib import Path

import keras
import numpy as np
import pytest
import safetensors.numpy

from benchmarks import architectures
from data.errors import DatasetError
from model.networks import Dense, Flatten, Network
from model.records import RunState
from model.run_folder import RunError
from model.runs import Runs
from model.snapshots import weights_hash
from model.tracing import trace
from model.uploads import admission, keeping, process
from model.uploads.admission import OwnModel
from model.uploads.arrival import FITTING, Arrival
from model.uploads.limits import UploadError, quoted
from tests.model import hostile_archives, hostile_configs

DEADLINE_SECONDS = 170


@pytest.fixture(scope="module")
def uploaded(tmp_path_factory: pytest.TempPathFactory) -> tuple[keras.Model, OwnModel]:
    """A legacy .h5 file, for which Keras has the longer way; its groups are computed by a tf.function, with a file."""
    model = architectures.built("grouped")
    path = tmp_path_factory.mktemp("models") / "grouped.h5"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Keras's own, of NumPy's copies and of this format's age
        model.save(path)
    return model, admission.read(path.read_bytes(), "C:\\models\\grouped.h5")


def own_model(classes: int = 10, rows: int = 28) -> OwnModel:
    """One that nobody needs to read."""
    layers = (Flatten("flatten"), Dense("output", classes, activation="softmax"))
    network = Network("own", "own", (rows, rows, 1), layers)
    random = np.random.default_rng(0)
    weights = {
        name: random.normal(size=shape).astype(np.float32)
        for placed in network.placed()
        for name, shape in placed.weight_shapes.items()
    }
    return OwnModel(network, weights, "own.keras", "ab" * 32, 1000, "0..1", ("A note.",), 1e-7)


def test_a_file_becomes_a_run_with_keras_own_answers(uploaded: tuple[keras.Model, OwnModel], tmp_path: Path) -> None:
    model, found = uploaded
    run = keeping.keep(tmp_path, found, "digits")
    pictures = np.random.default_rng(1).random((2, 28, 28, 1), np.float32)
    answers = list(trace(run.path, keeping.STEP, pictures).values())[-1]
    logits = np.asarray(model(pictures), np.float64)
    expected = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(answers, expected, atol=1e-5)
    assert run.status().state is RunState.FINISHED
    assert run.status().weights_hash == weights_hash(found.weights)
    assert run.title() == "grouped.h5"
    assert run.snapshot_steps() == (keeping.STEP,)
    assert Runs(tmp_path).all() == (run,)
    record = keeping.record_of(run)
    assert record is not None and record.file_name == "grouped.h5" and record.difference < 1e-4
    assert any("logits" in note for note in record.notes)


def test_it_is_looked_at_with_a_data_set_that_fits_or_none(tmp_path: Path) -> None:
    fits = keeping.keep(tmp_path, own_model(), "digits")
    data = fits.data()
    assert data is not None and (data.name, data.train_images) == ("digits", 0)
    alone = keeping.keep(tmp_path, own_model(3), keeping.NO_DATASET)
    assert alone.data() is None
    assert alone.class_names() == ("class 0", "class 1", "class 2")
    with pytest.raises(RunError, match="loaded without a data set"):
        alone.needed_data()
    with pytest.raises(DatasetError, match="does not fit"):
        keeping.keep(tmp_path, own_model(3), "digits")
    assert keeping.matching(own_model(rows=20).network) == ()


def test_it_is_not_trained_on_from_what_is_not_known(tmp_path: Path) -> None:
    run = keeping.keep(tmp_path, own_model(), "digits")
    with pytest.raises(RunError, match="loaded from a file"):
        Runs(tmp_path).queue_again(run, 1)


def test_its_training_on_is_a_run_that_begins_with_its_weights(tmp_path: Path) -> None:
    run = keeping.keep(tmp_path, own_model(), "digits")
    settings, network, start = keeping.further(run, 3)
    assert (settings.dataset, settings.epochs, settings.batch_size) == ("digits", 3, 32)
    begun = Runs(tmp_path).create(settings, network, {}, start=start).start()
    assert begun is not None and weights_hash(begun) == run.status().weights_hash
    alone = keeping.keep(tmp_path, own_model(3), keeping.NO_DATASET)
    with pytest.raises(RunError, match="without a data set"):
        keeping.further(alone, 3)


def test_a_name_with_markup_in_it_stays_words() -> None:
    name = "![x](https:evil.example) :red[q] <b>.keras"
    said = (keeping._shown_name(name), admission._title(name), quoted(name))
    assert not any(mark in words for words in said for mark in "[]<>`$")


def test_what_cannot_be_kept_leaves_nothing(tmp_path: Path) -> None:
    root = tmp_path / "runs"
    root.write_text("a file in the way")
    with pytest.raises(RunError, match="cannot be kept"):
        keeping.keep(root, own_model())


def test_the_processs_word_is_not_believed(tmp_path: Path) -> None:
    """A description and weights as a process that was taken over might leave them."""
    network = own_model().network
    weights = {name: np.array(array) for name, array in own_model().weights.items()}

    def left(record: object, arrays: dict[str, np.ndarray]) -> None:
        (tmp_path / "network.json").write_text(json.dumps(record))
        (tmp_path / "weights.safetensors").write_bytes(safetensors.numpy.save(arrays))

    left(network.to_json(), weights)
    assert admission.taken(tmp_path)[0] == network
    broken = {
        "NaN": {**weights, "output/bias": np.full(10, np.nan, np.float32)},
        "another shape": {**weights, "output/bias": np.zeros(9, np.float32)},
        "another type": {**weights, "output/bias": np.zeros(10, np.float64)},
        "too many": {**weights, "other/bias": np.zeros(10, np.float32)},
        "missing": {"output/bias": weights["output/bias"]},
    }
    for arrays in broken.values():
        left(network.to_json(), arrays)
        with pytest.raises(UploadError, match="weights"):
            admission.taken(tmp_path)
    for record in ([], {**network.to_json(), "layers": [{"kind": "lambda"}]}, own_model(101).network.to_json()):
        left(record, weights)
        with pytest.raises(UploadError):
            admission.taken(tmp_path)
    (tmp_path / "network.json").unlink()
    (tmp_path / "network.json").symlink_to("/etc/passwd")
    with pytest.raises(UploadError, match=r"left no network\.json"):
        admission.taken(tmp_path)


def test_an_upload_can_be_cancelled_and_takes_only_so_long(tmp_path: Path) -> None:
    good = hostile_archives.packed(hostile_configs.model(hostile_configs.LAYERS))
    admission.prepare(good, tmp_path, "good", "0..1")
    began = time.monotonic()
    with pytest.raises(process.ReadingCancelled):
        process.read(tmp_path, should_stop=lambda: True)
    with pytest.raises(UploadError, match="longer than"):
        process.read(tmp_path, wall_seconds=0.0)
    assert time.monotonic() - began < DEADLINE_SECONDS


def test_an_arrival_tells_its_end(tmp_path: Path) -> None:
    coming = Arrival(tmp_path, b"no model", "a.keras", "0..1", FITTING, {})
    coming.wait(DEADLINE_SECONDS)
    assert coming.is_done and coming.run is None
    assert coming.problem.startswith("The file begins with")
    assert Runs(tmp_path).all() == ()


_TRIES = {
    "a socket": "import socket; socket.socket()",
    "a name on the network": "import socket; socket.getaddrinfo('localhost', 80)",
    "a program": "import subprocess; subprocess.run(['true'])",
    "a shell": "import os; os.system('true')",
    "a fork": "import os; os.fork()",
    "code of bytes": "import marshal; marshal.loads(marshal.dumps(compile('1', 'a', 'eval')))",
    "a pickle": "import pickle; pickle.loads(pickle.dumps(print))",
    "a file elsewhere": "open({elsewhere!r}, 'w')",
    "removing a file elsewhere": "import os; os.remove({elsewhere!r})",
    "a link": "import os; os.symlink('/etc/passwd', 'link')",
    "killing": "import os, signal; os.kill(os.getppid(), signal.SIGTERM)",
}
_NATIVE = """
import ctypes, errno
library = ctypes.CDLL(None, use_errno=True)
assert library.socket(2, 1, 0) == -1 and ctypes.get_errno() == errno.EPERM
assert library.execl(b"/bin/true", b"true", None) == -1 and ctypes.get_errno() == errno.EPERM
"""


def _fenced(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run code within the fences, as the reader stands in them while it builds a model."""
    script = (
        "import pathlib, sys\nfrom model.uploads import sandbox\nsandbox.limit_resources()\n"
        f"folder = pathlib.Path({str(folder)!r})\n"
        "fence = sandbox.fence_by_kernel(folder)\nwatch = sandbox.Watch(folder)\n"
        f"watch.strict = True\ntry:\n    exec({code!r})\n"
        "except sandbox.Forbidden as error:\n    print('forbidden', error)\n"
        "else:\n    print('done', fence)\n"
    )
    root = Path(__file__).resolve().parents[2]
    return subprocess.run([sys.executable, "-B", "-c", script], cwd=root, capture_output=True, text=True, check=False)


def test_python_code_gets_through_no_fence(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("stays")
    own = tmp_path / "own"
    own.mkdir()
    for name, code in _TRIES.items():
        answer = _fenced(code.format(elsewhere=str(elsewhere)), own)
        assert answer.stdout.startswith("forbidden"), (name, answer.stdout, answer.stderr)
    assert elsewhere.read_text() == "stays"
    assert _fenced(f"open({str(own / 'within')!r}, 'w').close()", own).stdout.startswith("done")


@pytest.mark.skipif(sys.platform != "linux", reason="NOT RUN, for only Linux filters system calls")
def test_native_code_gets_no_socket_and_no_program(tmp_path: Path) -> None:
    """What goes past Python's hook meets the kernel's filter."""
    answer = _fenced(_NATIVE, tmp_path)
    assert answer.stdout == "done True\n", answer.stderr
