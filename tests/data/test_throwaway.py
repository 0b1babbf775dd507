"""The process that reads an upload: what it is given, its turn among others, its end; its word is not believed."""

import json
import os
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from data import fenced_process, own, throwaway
from data.errors import DatasetError
from data.fenced_process import Turns
from data.throwaway import Preparation
from tests.data.good_pictures import class_files, zipped

DEADLINE_SECONDS = 60.0


@pytest.fixture(autouse=True)
def runs_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("STRATA_RUNS", str(tmp_path / "runs"))
    return tmp_path


def instead(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Let another program stand where the process that reads uploads does: one that was taken over."""
    start = subprocess.Popen

    def other(command: list[str], **options: Any) -> Any:
        place = command.index("data.reading_process")
        return start([sys.executable, "-c", code, *command[place + 1 :]], **options)

    monkeypatch.setattr("data.fenced_process.subprocess.Popen", other)


def outcome(reading: Preparation) -> str:
    reading.wait(DEADLINE_SECONDS)
    try:
        reading.result()
    except DatasetError as error:
        return str(error)
    finally:
        reading.stop()
    return ""


def test_it_is_given_no_secret_and_a_folder_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRATA_API_TOKEN", "secret")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    say = "import json, os\nprint(json.dumps({'error': json.dumps([dict(os.environ), os.getcwd(), os.getsid(0)])}))"
    monkeypatch.setattr(throwaway, "_LONGEST_WORDS", 10**6)
    instead(monkeypatch, say)
    environment, folder, session = json.loads(outcome(Preparation(zipped(class_files()), "a.zip", None)))
    assert "secret" not in environment.values()
    assert {environment[name] for name in ("HOME", "TMPDIR", "TEMP")} == {folder}
    assert Path(folder).name == "reading" and Path(folder).parent.name.startswith(".staging-")
    assert session != os.getsid(0)
    assert own.names() == () and list(own.place().iterdir()) == []


def test_its_size_and_first_bytes_are_looked_at_before_any_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_process(*_: Any, **__: Any) -> None:
        raise AssertionError("a process was started")

    def no_reading(*_: Any, **__: Any) -> None:
        raise AssertionError("an archive was opened")

    monkeypatch.setattr("data.fenced_process.subprocess.Popen", no_process)
    monkeypatch.setattr(zipfile, "ZipFile", no_reading)
    large = tmp_path / "large.zip"
    large.write_bytes(b"PK\x03\x04")
    os.truncate(large, throwaway.MAX_UPLOAD + 1)
    assert outcome(Preparation(large, "a.zip", None)).startswith("The file has 209,715,201 bytes. Expected at most")
    assert "begin with b'GIF89a'" in outcome(Preparation(b"GIF89a", "a.zip", None))


def test_the_server_opens_no_archive_while_one_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_reading(*_: Any, **__: Any) -> None:
        raise AssertionError("an archive was opened")

    content = zipped(class_files(2, 6))
    monkeypatch.setattr(zipfile, "ZipFile", no_reading)
    assert outcome(Preparation(content, "a.zip", None)) == ""


LIES: dict[str, tuple[str, str]] = {
    "nothing": ("", "left no about.json"),
    "a link": ("os.symlink('/etc/passwd', 'about.json')", "left .* bytes as about.json, or no file"),
    "a folder": ("os.mkdir('about.json')", "left .* bytes as about.json, or no file"),
    "too much": ("open('about.json', 'wb').truncate(2**21)", "left 2,097,152 bytes as about.json"),
    "no record": ("open('about.json', 'w').write('[]'); open('pictures.npz', 'w')", "cannot be read"),
    "nested": ("open('about.json', 'w').write('[' * 10**6); open('pictures.npz', 'w')", "cannot be read"),
    "another place": (
        "import json; open('pictures.npz', 'w'); open('about.json', 'w').write(json.dumps(dict(name='../../../evil-'"
        " + '0' * 12, title='t', class_names=['a', 'b'], shape=[28, 28, 1], train_counts=[4, 4], test_counts=[1, 1],"
        " sha256='0' * 64, split='', resized='', source='', refused=[], refused_count=0)))",
        "is not the name of an own data set",
    ),
}


@pytest.mark.parametrize("lie", LIES)
def test_what_it_leaves_is_not_believed(lie: str, monkeypatch: pytest.MonkeyPatch) -> None:
    code, words = LIES[lie]
    instead(monkeypatch, f'import os\n{code}\nprint(\'{{"name": "own-000000000000"}}\')')
    reading = Preparation(zipped(class_files()), "a.zip", None)
    reading.wait(DEADLINE_SECONDS)
    with pytest.raises(DatasetError, match=words):
        reading.result()
    reading.stop()
    assert own.names() == () and list(own.place().iterdir()) == []


def test_what_it_says_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = [b"\xff", b"[[", b"[" * 10**5, b"7", b"x" * 10**6, json.dumps({"done": -1, "total": "many"}).encode()]
    lines = tmp_path / "lines"
    lines.write_bytes(b"\n".join([*said, json.dumps({"error": "a\nb\u202e" + "c" * 10**4}).encode(), b""]))
    instead(monkeypatch, f"import sys\nsys.stdout.buffer.write(open({str(lines)!r}, 'rb').read())")
    words = outcome(Preparation(zipped(class_files()), "a.zip", None))
    assert words.startswith("a b c") and words.isprintable() and len(words) < 2000


def test_it_ends_with_all_that_it_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that got past its fences has a child that holds its output open; stopped, both are gone."""
    child = 'import time; print(\'{"done": 1, "total": 9}\', flush=True); time.sleep(600)'
    instead(monkeypatch, f"import subprocess, sys, time\nsubprocess.Popen([sys.executable, '-c', {child!r}])\n"
            "time.sleep(600)")  # fmt: skip
    reading = Preparation(zipped(class_files()), "a.zip", None)
    while reading.done != 1:
        assert not reading.is_done
        reading.wait(0.01)
    stopping = threading.Thread(target=reading.stop)
    stopping.start()
    stopping.join(DEADLINE_SECONDS)
    assert reading.is_done and not reading.folder.exists()


def test_so_many_are_read_at_once_and_others_wait_or_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throwaway, "_turns", Turns(1, 1))
    instead(monkeypatch, 'import time; print(\'{"done": 1, "total": 9}\', flush=True); time.sleep(600)')
    first = Preparation(zipped(class_files()), "a.zip", None)
    while not first.done:
        first.wait(0.01)
    second = Preparation(zipped(class_files()), "b.zip", None)
    while second.words != "waiting for 1 other upload to be read":
        assert not second.is_done
        second.wait(0.01)
    with pytest.raises(DatasetError, match=r"uploads wait to be read\. Expected a place among them"):
        Preparation(zipped(class_files()), "c.zip", None)
    second.stop()
    assert "was ended" in outcome(second)
    first.stop()
    monkeypatch.undo()


def test_turns_come_in_the_order_of_asking() -> None:
    turns, came = Turns(1, 9), list[int]()
    places = [turns.join() for _ in range(4)]
    waiting: list[int] = []

    def take(number: int) -> None:
        with turns.turn(places[number], waiting.append, lambda: False) as comes:
            assert comes
            came.append(number)

    threads = [threading.Thread(target=take, args=(number,)) for number in (3, 2, 1)]
    for thread in threads:
        thread.start()
    take(0)
    for thread in threads:
        thread.join(DEADLINE_SECONDS)
    assert came == [0, 1, 2, 3]
    left: Callable[[int], None] = waiting.append
    with turns.turn(turns.join(), left, lambda: True) as comes:
        assert not comes


def test_an_ended_process_can_be_ended_again(tmp_path: Path) -> None:
    process = fenced_process.start("this", [], tmp_path, subprocess.DEVNULL, subprocess.DEVNULL, {})
    process.wait()
    assert fenced_process.end(process) == fenced_process.end(process) == 0


def test_it_has_so_much_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throwaway, "MAX_SECONDS", 0.2)
    instead(monkeypatch, "import time; time.sleep(600)")
    assert "was ended (exit code -" in outcome(Preparation(zipped(class_files()), "a.zip", None))
