"""Every hostile upload ends in a refusal in words, none of what it carries runs, and nothing of it stays."""

from __future__ import annotations

import base64
import copy
import json
import marshal
import pickle
import random
import tempfile
import types
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from data.errors import StrataError
from model.uploads import bounded_json, configs
from tests.model import hostile_archives, hostile_configs, hostile_models
from tests.model.hostile_models import Case

LEAST = 250
_MOST = {"keras": 2}
"""Keras starts for each; benchmarks.models tries all of them, test_translation has the others' reasons."""


@pytest.fixture(scope="module")
def marker(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hostile") / "it-ran"


@pytest.fixture(scope="module")
def cases(marker: Path) -> list[Case]:
    return list(hostile_models.cases(marker))


def test_there_are_many_and_none_twice(cases: list[Case]) -> None:
    assert len(cases) >= LEAST
    assert len({case.name for case in cases}) == len(cases)
    assert len({case.content for case in cases}) > len(cases) - 8  # archives hold the time, some files are as plain


@pytest.mark.parametrize("stage", ["file", "weights", "keras"])
def test_every_one_is_refused_and_nothing_of_it_runs(
    stage: str, cases: list[Case], marker: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))  # where uploads are laid out
    if stage == "file":  # refused without any process
        monkeypatch.setattr("data.fenced_process.subprocess.Popen", _no_process)
    tried = [case for case in cases if case.stage == stage][: _MOST.get(stage)]
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(hostile_models.attempt, tried))
    accepted = [case.name for case, answer in zip(tried, answers, strict=True) if answer is None]
    assert accepted == []
    for case, answer in zip(tried, answers, strict=True):
        assert answer is not None and "Expected" in answer and answer.endswith("."), (case.name, answer)
        assert answer.isprintable() and len(answer) < 800, case.name
    assert not marker.exists()
    assert list(tmp_path.iterdir()) == []


def _no_process(*_: Any, **__: Any) -> None:
    raise AssertionError("a process was started")


def test_what_they_carry_would_run(tmp_path: Path) -> None:
    """The marker proves something: loaded carelessly, the same bytes create it."""
    marker = tmp_path / "it-ran"
    code = marshal.loads(base64.b64decode(hostile_configs.code(marker)))
    types.FunctionType(code, {})(0)
    assert marker.exists()
    marker.unlink()
    pickle.loads(hostile_archives.pickled(marker))
    assert marker.exists()


def test_a_good_configuration_passes() -> None:
    clean, half = configs.checked(hostile_configs.model(hostile_configs.LAYERS))
    assert [layer["class_name"] for layer in clean["config"]["layers"]] == ["InputLayer", "Flatten", "Dense"]
    assert not half


@pytest.mark.parametrize("seed", range(4))
def test_any_change_of_a_configuration_is_read_or_refused_in_words(seed: int) -> None:
    """Whatever stands where something else is expected: no error but a refusal."""
    generator = random.Random(seed)
    graph = hostile_configs.functional([
        hostile_configs.placed(hostile_configs.PICTURE), hostile_configs.placed(hostile_configs.FLATTEN, "inputlayer"),
        hostile_configs.placed(hostile_configs.DENSE, "flatten"),
    ])  # fmt: skip
    graph["compile_config"] = {"loss": {"module": "keras.losses", "class_name": "MeanSquaredError", "config": {}}}
    refused = 0
    for _ in range(400):
        changed = copy.deepcopy(graph)
        for _ in range(generator.randint(1, 3)):
            _change(changed, generator)
        try:
            configs.checked(bounded_json.read(json.dumps(changed).encode(), "config.json"))
        except StrataError:
            refused += 1
    assert refused > 100


_STRANGE: tuple[Any, ...] = (
    None, True, -1, 0, 10**30, 1.5, "", "x" * 300, "Lambda", [], {}, [[]], [None], {"class_name": "Dense"},
    {"class_name": ["a"]}, {"class_name": {}}, [{"class_name": 3}], {"config": []}, "\u202e", ["inputlayer", 0, 0],
)  # fmt: skip


def _change(record: Any, generator: random.Random) -> None:
    """Put something strange at a random place of nested objects and lists."""
    here = record
    while True:
        places = list(here) if isinstance(here, dict) else list(range(len(here)))
        if not places:
            return
        place = generator.choice(places)
        deeper = isinstance(here[place], dict | list) and here[place]
        if deeper and generator.random() < 0.8:
            here = here[place]
            continue
        here[place] = copy.deepcopy(generator.choice(_STRANGE))
        return
