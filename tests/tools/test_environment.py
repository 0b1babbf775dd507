"""Setting up .venv: which Python, when to install, and what a failure says. pip itself is a stand-in here."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tools import environment

BOTH = ["requirements.txt", "requirements-dev.txt"]


@pytest.fixture
def commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """A project in a temporary folder whose .venv works; what is run there, instead of being run."""
    for name in [*BOTH, "constraints.txt"]:
        (tmp_path / name).write_text(name)
    (tmp_path / ".venv").mkdir()
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    monkeypatch.setattr(environment, "version_of", lambda python: "3.12.1")
    run: list[list[str]] = []

    def record(command: list[Any], **_: Any) -> subprocess.CompletedProcess[bytes]:
        run.append([str(part) for part in command])
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(subprocess, "run", record)
    return run


def test_installs_once_and_again_only_after_a_change(commands: list[list[str]], tmp_path: Path) -> None:
    venv = tmp_path / ".venv"
    environment.install(BOTH[:1], venv)
    environment.install(BOTH[:1], venv)
    assert len(commands) == 1
    (tmp_path / "constraints.txt").write_text("another version")
    environment.install(BOTH[:1], venv)
    assert len(commands) == 2


def test_what_the_tests_need_includes_what_running_needs(commands: list[list[str]], tmp_path: Path) -> None:
    venv = tmp_path / ".venv"
    environment.install(BOTH, venv)
    environment.install(BOTH[:1], venv)
    assert len(commands) == 1
    (tmp_path / "requirements-dev.txt").write_text("another tool")
    environment.install(BOTH[:1], venv)
    assert len(commands) == 1, "a change of the tests' tools makes nobody wait who only runs the page"


def test_a_failed_installation_is_not_taken_for_a_finished_one(
    commands: list[list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    venv = tmp_path / ".venv"
    environment.install(BOTH[:1], venv)
    (tmp_path / "requirements.txt").write_text("a package that does not exist")
    monkeypatch.setattr(subprocess, "run", lambda command, **_: subprocess.CompletedProcess(command, 1))
    with pytest.raises(environment.EnvironmentFailure, match=r"^pip could not install requirements\.txt; its last"):
        environment.install(BOTH[:1], venv)
    assert not (venv / "strata-installed.json").exists()


def test_a_broken_venv_is_made_anew(commands: list[list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    venv = tmp_path / ".venv"
    (venv / "strata-installed.json").write_text(json.dumps({"requirements.txt": "of the Python that is gone"}))
    monkeypatch.setattr(environment, "version_of", lambda python: None)
    environment.install(BOTH[:1], venv)
    assert commands[0] == [sys.executable, "-m", "venv", "--clear", str(venv)]
    assert commands[1][1:4] == ["-m", "pip", "install"]


@pytest.mark.parametrize("version", [(3, 10), (3, 14), (2, 7)])
def test_a_python_without_tensorflow_is_refused(version: tuple[int, int]) -> None:
    with pytest.raises(environment.EnvironmentFailure) as refused:
        environment.check_version(version)
    assert str(refused.value) == (
        f"This is Python {version[0]}.{version[1]}. Expected 3.11, 3.12 or 3.13: TensorFlow has no build for any "
        "other. Install one of them and name it: make run PYTHON=/path/to/python3.13"
    )


def test_a_python_that_can_make_no_venv_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "run", lambda command, **_: subprocess.CompletedProcess(command, 1))
    (tmp_path / "venv").mkdir()
    with pytest.raises(environment.EnvironmentFailure, match=r"sudo apt-get install python3\.\d+-venv"):
        environment.create(tmp_path / "venv")
    assert not (tmp_path / "venv").exists(), "a half-made one would be taken for a whole one"


def test_a_real_venv_answers_with_its_version(tmp_path: Path) -> None:
    environment.create(tmp_path / "venv")
    assert environment.version_of(environment.venv_python(tmp_path / "venv")) == ".".join(
        map(str, sys.version_info[:3])
    )
    assert environment.version_of(tmp_path / "nothing") is None
