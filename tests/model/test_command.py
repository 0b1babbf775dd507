"""`python -m model.training`: what it prints, what it refuses, and that its runs are everybody's."""

import json
import math
import os
import re
import signal
import subprocess
import sys
from dataclasses import fields
from io import StringIO
from pathlib import Path

import pytest

from model import training
from model.learner import Learner
from model.networks import CNN, MLP_25
from model.quiet_start import quiet_start
from model.records import RunState
from model.runs import Run, Runs
from model.settings import Settings

SMALL = ["--dataset", "digits", "--network", "mlp_25", "--epochs", "2", "--batch-size", "64"]


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Runs:
    monkeypatch.setenv("STRATA_RUNS", str(tmp_path / "runs"))
    return Runs(tmp_path / "runs")


def _only(runs: Runs) -> Run:
    (run,) = runs.all()
    return run


def test_every_setting_is_an_option() -> None:
    text = training.parser().format_help()
    for setting in fields(Settings):
        assert "--" + setting.name.replace("_", "-") in text


def test_it_trains_and_trains_on(runs: Runs, capsys: pytest.CaptureFixture[str]) -> None:
    assert training.main(SMALL) == 0
    run = _only(runs)
    assert run.config().network == MLP_25
    status = run.status()
    assert status.state is RunState.FINISHED
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(" · ")[0] for line in lines[2:4]] == ["Epoch 1 of 2", "Epoch 2 of 2"]
    evaluation = run.evaluation(status.step)
    assert evaluation is not None
    assert lines[4].startswith(f"{100 * evaluation.accuracy:.2f} % on the {evaluation.images:,} test images")
    assert f"weights {status.weights_hash}" in lines[4] and lines[4].endswith(f"run {run.id}")

    assert training.main(["--resume", run.id, "--epochs", "1"]) == 0
    assert run.config().parts == (2, 1)
    assert f"steps from step {status.step:,}" in capsys.readouterr().out

    assert training.main(["--again", run.id]) == 0
    newest = runs.all()[0] if runs.all()[0] != run else runs.all()[1]
    assert newest.status().weights_hash == run.status().weights_hash


def test_a_network_of_ones_own_comes_from_a_file(runs: Runs, tmp_path: Path) -> None:
    record = {**MLP_25.to_json(), "name": "My.own-network_1"}
    (tmp_path / "own.json").write_text(json.dumps(record))
    assert training.main([*SMALL, "--network", str(tmp_path / "own.json"), "--epochs", "1"]) == 0
    assert runs.find(_only(runs).id).config().network.name == "My.own-network_1"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--epochs", "0"], "Setting epochs: expected 1 to 100"),
        (["--learning-rate", "nan"], "Setting learning_rate: expected 1e-05 to 0.1"),
        (["--network", "big"], "There is no network 'big'. Expected one of cnn, "),
        (["--network", "none.json"], "none.json cannot be read"),
        (["--dataset", "cats"], "Data set is 'cats'. Expected one of mnist, "),
        (["--resume", "nobody"], "There is no run 'nobody'"),
        (["--resume", "pretrained", "--epochs", "1"], "cannot be trained on"),
        (["--resume", "x", "--seed", "1", "--recipe", "quick"], "Received --recipe, --seed, but --resume goes on"),
        (["--again", "x", "--epochs", "1"], "Received --epochs, but --again repeats"),
    ],
)
def test_bad_input_is_refused_in_words(
    runs: Runs, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    assert training.main(arguments) == training.EXIT_BAD_INPUT
    assert words in capsys.readouterr().err
    assert runs.all() == ()


@pytest.mark.parametrize(
    ("layers", "words"),
    [
        ([{"kind": "flatten", "name": "in a row"}], "has the name 'in a row' in it. Expected letters"),
        ([], "is broken: it has no layers"),
        ([{"kind": "flatten", "name": "flatten"}], r"makes \(784,\)"),
        (
            [{"kind": "flatten", "name": "f"}, {"kind": "dense", "name": "d", "units": 10, "activation": "relu"}],
            "ends with the activation relu. Expected softmax or sigmoid",
        ),
    ],
)
def test_a_network_that_is_no_classifier_is_refused(
    runs: Runs, tmp_path: Path, capsys: pytest.CaptureFixture[str], layers: list[dict[str, object]], words: str
) -> None:
    (tmp_path / "own.json").write_text(json.dumps({**CNN.to_json(), "layers": layers}))
    assert training.main([*SMALL, "--network", str(tmp_path / "own.json")]) == training.EXIT_BAD_INPUT
    assert re.search(words, capsys.readouterr().err)


def test_a_diverged_training_fails_in_words(
    runs: Runs, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Learner, "fit", lambda self, batches, rates, first_step: (math.nan, 0.0))
    assert training.main(SMALL) == training.EXIT_FAILED
    assert _only(runs).status().state is RunState.FAILED
    words = "The loss at step 1 is nan. Expected a finite number: the training has diverged. "
    assert words + "Choose a learning rate below 0.001" in capsys.readouterr().err


def test_ctrl_c_keeps_what_was_learned(runs: Runs) -> None:
    command = [sys.executable, "-u", "-m", "model.training", *SMALL, "--epochs", "100", "--batch-size", "8"]
    environment = {name: value for name, value in os.environ.items() if name != "TF_CPP_MIN_LOG_LEVEL"}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
    assert process.stdout is not None and process.stderr is not None
    with process.stdout as output, process.stderr as errors:
        for line in output:
            if line.startswith("Epoch 1 of 100"):
                break
        process.send_signal(signal.SIGINT)
        rest = output.read()
        assert errors.read() == ""  # no greetings of TensorFlow's
    assert process.wait(60) == training.EXIT_INTERRUPTED
    run = _only(runs)
    status = run.status()
    assert status.state is RunState.STOPPED
    assert run.snapshot_steps()[-1] == status.step > 0
    assert "Stopped; what it learned up to step" in rest


def test_what_is_printed_while_keras_starts_is_shown_only_if_that_fails(capfd: pytest.CaptureFixture[str]) -> None:
    with quiet_start():
        os.write(2, b"a greeting")
    assert capfd.readouterr().err == ""
    with pytest.raises(ImportError):
        _start_in_vain()
    assert capfd.readouterr().err == "a reason"


def _start_in_vain() -> None:
    with quiet_start():
        os.write(2, b"a reason")
        raise ImportError


class _Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def test_in_a_terminal_one_line_changes(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = _Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    assert training.main(SMALL) == 0
    text = terminal.getvalue()
    assert "\r\x1b[KEpoch 1 of 2 · step " in text
    stays = [line.split("\r\x1b[K")[-1] for line in text.split("\n")]
    assert [line for line in stays if line.startswith("Epoch")] == [line for line in stays if "validation loss" in line]
