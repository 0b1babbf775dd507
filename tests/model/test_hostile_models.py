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
from pathlib import Path
from typing import Any

import pytest

from data.errors import StrataError
from model.uploads import admission, bounded_json, configs
from model.uploads.limits import UploadError
from model.uploads.results import UPLOAD
from tests.model import fenced_reading, hostile_archives, hostile_configs, hostile_models
from tests.model.hostile_models import Case

LEAST = 330


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


def test_every_one_is_refused_and_nothing_of_it_runs(
    cases: list[Case], marker: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))  # where uploads are laid out
    answers = fenced_reading.attempt(cases, with_keras=True)
    assert [case.name for case in cases if answers[case.name].refused is None] == []
    for case in cases:
        found = answers[case.name]
        assert found.refused is not None
        assert "expected" in found.refused.lower() and found.refused.endswith("."), (case.name, found.refused)
        assert found.refused.isprintable() and len(found.refused) < 800, case.name
        assert (found.stage == "keras") == (case.stage == "keras"), (case.name, found)
        assert case.reason in found.refused, (case.name, found.refused)
    assert not marker.exists()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["file: truncated by one byte", "weights: h5 with a Lambda"])
def test_one_in_a_process_of_its_own_starts_no_keras(
    name: str, cases: list[Case], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    said: list[str] = []
    with pytest.raises(UploadError, match="Expected"):
        admission.read(next(case.content for case in cases if case.name == name), "a.keras", say=said.append)
    assert "Starting Keras" not in said
    assert list(tmp_path.iterdir()) == []


def test_the_page_looks_at_no_more_than_the_first_bytes(
    cases: list[Case], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever follows them is another process's to parse."""

    def no_parsing(*_: Any, **__: Any) -> None:
        raise AssertionError("the file was parsed")

    for parser in ("archives.unpack", "bounded_json.read", "configs.checked"):
        monkeypatch.setattr(f"model.uploads.{parser}", no_parsing)
    refused = 0
    for place, case in enumerate(cases):
        folder = tmp_path / str(place)
        folder.mkdir()
        try:
            admission.prepare(case.content, folder, "hostile", "0..1")
        except UploadError:
            refused += 1
            continue
        assert (folder / UPLOAD).read_bytes() == case.content
    assert 5 < refused < len(cases) / 10


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
