"""Finding a Chromium: the order of the places, the downloads as a last resort, and the words when there is none."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from tools import chromium

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the stand-ins for a browser are shell scripts")


@pytest.fixture(autouse=True)
def bare_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A PATH with one empty folder, no usual places, no Chromium of Playwright's, nothing installable."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.delenv(chromium.VARIABLE, raising=False)
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(chromium, "USUAL_PLACES", ())
    monkeypatch.setattr(chromium, "playwrights_own", lambda: None)
    monkeypatch.setattr(chromium, "_download", lambda: "Error: no network")
    monkeypatch.setattr(chromium, "_apt_get", lambda: "there is no apt-get")
    return folder


def _script(path: Path, exit_code: int = 0) -> Path:
    path.write_text(f"#!/bin/sh\nexit {exit_code}\n")
    path.chmod(path.stat().st_mode | stat.S_IEXEC)
    return path


def test_the_variable_comes_first(bare_machine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _script(bare_machine / "chromium")
    mine = _script(tmp_path / "mine")
    monkeypatch.setenv("STRATA_CHROMIUM", str(mine))
    assert chromium.find() == mine


def test_a_wrong_variable_is_refused_and_not_passed_over(bare_machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _script(bare_machine / "chromium")
    monkeypatch.setenv("STRATA_CHROMIUM", "/no/such/browser")
    with pytest.raises(chromium.ChromiumMissing) as refused:
        chromium.find()
    assert str(refused.value) == (
        "STRATA_CHROMIUM is /no/such/browser. Expected a Chromium that starts. Correct it, or unset it."
    )


def test_one_on_the_path_that_does_not_start_is_passed_over(bare_machine: Path) -> None:
    _script(bare_machine / "chromium-browser", exit_code=1)  # as Ubuntu's, which asks to install a snap
    chrome = _script(bare_machine / "google-chrome")
    assert chromium.find() == chrome


def test_usual_places_come_after_the_path_and_before_playwrights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual, own = _script(tmp_path / "usual"), _script(tmp_path / "own")
    monkeypatch.setattr(chromium, "playwrights_own", lambda: own)
    assert chromium.find() == own
    monkeypatch.setattr(chromium, "USUAL_PLACES", (str(usual),))
    assert chromium.find() == usual


def test_a_browser_that_is_here_is_not_installed_again(bare_machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = _script(bare_machine / "chromium")
    monkeypatch.setattr(chromium, "_download", _never)
    monkeypatch.setattr(chromium, "_apt_get", _never)
    assert chromium.locate(lambda _: None) == here


def test_debian_is_asked_when_playwrights_download_fails(bare_machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def apt_get() -> None:
        _script(bare_machine / "chromium")

    monkeypatch.setattr(chromium, "_apt_get", apt_get)
    said: list[str] = []
    assert chromium.locate(said.append) == bare_machine / "chromium"
    assert said == [
        "No Chromium here; installing Playwright's own Chromium",
        "No: Playwright's own Chromium: Error: no network",
        "No Chromium here; installing Debian's Chromium",
    ]


def test_without_any_the_message_says_what_was_tried() -> None:
    with pytest.raises(chromium.ChromiumMissing) as missing:
        chromium.locate(lambda _: None)
    assert str(missing.value) == (
        "The browser tests need a Chromium. Expected one that STRATA_CHROMIUM names, or on the PATH, or that could be "
        "installed. Received: Playwright's own Chromium: Error: no network; Debian's Chromium: there is no apt-get. "
        "Install Chromium or Chrome, or let STRATA_CHROMIUM name one."
    )


@pytest.mark.parametrize(
    ("script", "problem"),
    [("exit 0", None), ("echo E: gone; exit 1", "E: gone"), ("echo a; echo b; exit 3", "a"), ("exit 3", "exit code 3")],
)
def test_a_failing_installation_is_told_in_one_line(script: str, problem: str | None) -> None:
    assert chromium._run(["/bin/sh", "-c", script], 60, {}) == problem


def test_an_installation_that_hangs_is_ended() -> None:
    problem = chromium._run(["/bin/sh", "-c", "exec /bin/sleep 600"], 0.2, {})
    assert problem is not None
    assert "timed out" in problem


_never: Callable[[], None] = lambda: pytest.fail("a browser was installed although one is here")  # noqa: E731
