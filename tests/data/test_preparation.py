"""Uploads that are as they should be become data sets, and bad files among good ones are left out by name."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from data import adding, datasets, inputs, own, squares
from data.errors import DatasetError, DatasetMissing
from data.own import OwnData
from data.preparation import prepare
from data.throwaway import Preparation
from tests.data.good_pictures import arrays, class_files, file_of, npz, pixels, zipped


@pytest.fixture(autouse=True)
def runs_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("STRATA_RUNS", str(tmp_path / "runs"))
    return tmp_path


def made(tmp_path: Path, content: bytes, called: str = "things.zip", side: int | None = None) -> OwnData:
    """Read into a staging folder and kept."""
    upload = tmp_path / "upload"
    upload.write_bytes(content)
    staged = own.staging()
    known = prepare(upload, called, staged, side, lambda done, total: None)
    return own.keep(staged, known.title)


def test_a_zip_of_folders_is_read_split_and_loaded(tmp_path: Path) -> None:
    known = made(tmp_path, zipped(class_files(3, 10)), "my_shapes.zip")
    data = datasets.load(known.name)
    assert (known.title, data.class_names) == ("my shapes", ("class 0", "class 1", "class 2"))
    assert data.x_train.shape == (24, 28, 28, 3) and data.x_test.shape == (6, 28, 28, 3)
    assert np.bincount(data.y_train).tolist() == [8, 8, 8] and np.bincount(data.y_test).tolist() == [2, 2, 2]
    assert not data.x_train.flags.writeable and known.sha256 == data.sha256
    assert known.name in datasets.names() and datasets.title(known.name) == "my shapes"
    assert datasets.form(known.name) == datasets.Form((28, 28, 3), data.class_names)
    assert len(set(data.y_train[-5:].tolist())) > 1  # the last ones validate: classes are mixed


def test_titles_differ(tmp_path: Path) -> None:
    first = made(tmp_path, zipped(class_files(2, 6)), "shapes.zip")
    second = made(tmp_path, zipped(class_files(3, 6)), "shapes.zip")
    assert [datasets.title(known.name) for known in (first, second)] == ["shapes", "shapes (2)"]
    assert made(tmp_path, zipped(class_files(2, 6)), "shapes.zip").title == "shapes"  # the same pictures again
    assert made(tmp_path, zipped(class_files(4, 6)), "MNIST.zip").title == "MNIST (2)"


def test_texts_are_labels_under_the_names_they_become(tmp_path: Path) -> None:
    x = np.stack([pixels(place, 16, 16) for place in range(30)])
    labels = np.array(["a_b", "c", "d"] * 10)
    upload = npz(x=x, y=labels, class_names=np.array(["a_b", "c", "d"]))
    known = made(tmp_path, upload, "named.npz")
    assert (known.class_names, known.train_counts) == (("a b", "c", "d"), (8, 8, 8))
    alike = made(tmp_path, npz(x=x, y=np.array(["a_b", "a b", "c"] * 10)), "alike.npz")
    assert alike.class_names == ("a b", "c")


def test_a_label_beyond_64_bits_is_refused(tmp_path: Path) -> None:
    x = np.stack([pixels(place, 16, 16) for place in range(4)])
    y = np.array([0, 0, 2**63 + 5, 2**63 + 5], np.uint64)
    with pytest.raises(DatasetError, match=r"label 9223372036854775813\. Expected"):
        made(tmp_path, npz(x=x, y=y), "large.npz")


def test_every_picture_is_one_of_those_uploaded(tmp_path: Path) -> None:
    files = {
        f"{label}/{place}.png": file_of(pixels(10 * place + ord(label), 32, 32)) for label in "ab" for place in range(5)
    }
    data = datasets.load(made(tmp_path, zipped(files), side=32).name)
    given = {np.asarray(Image.open(io.BytesIO(content))).tobytes(): name[0] for name, content in files.items()}
    for picture, label in zip([*data.x_train, *data.x_test], [*data.y_train, *data.y_test], strict=True):
        assert given.pop(picture.tobytes()) == data.class_names[label]
    assert not given


def test_parts_and_a_wrapping_folder_are_understood(tmp_path: Path) -> None:
    files = {**class_files(2, 6, folder="all/train/"), **class_files(2, 3, folder="all/test/"), "all/notes.txt": b"x"}
    known = made(tmp_path, zipped(files))
    assert (known.train_counts, known.test_counts) == ((6, 6), (3, 3))
    assert [refusal.name for refusal in known.refused] == ["all/notes.txt"]


def test_a_picture_beside_the_folders_is_left_out_alone(tmp_path: Path) -> None:
    files = class_files(2, 6, folder="all/")
    stray = next(iter(files.values()))
    known = made(tmp_path, zipped({**files, "all/stray.png": stray, "lost.png": stray}))
    assert (sum(known.train_counts) + sum(known.test_counts), known.class_names) == (12, ("class 0", "class 1"))


def test_bad_files_are_listed_and_the_good_ones_go_on(tmp_path: Path) -> None:
    files = {
        **class_files(2, 6),
        "class 0/broken.png": b"\x89PNG",
        "class 1/tiny.png": file_of(pixels(1, 2, 2)),
        "r.png": b"",
    }
    known = made(tmp_path, zipped(files))
    reasons = {refusal.name: refusal.reason for refusal in known.refused}
    assert sum(known.train_counts) + sum(known.test_counts) == 12 and known.refused_count == 3
    assert reasons["r.png"] == "The file lies in no class's folder."
    assert reasons["class 1/tiny.png"].startswith("Picture is 2x2 pixels. Expected both sides between 8 and 4096.")
    assert reasons["class 0/broken.png"].startswith("File is not a picture that can be read: 4 bytes")


def test_an_npz_with_names_and_a_test_part(tmp_path: Path) -> None:
    given = arrays(2, 6)
    content = npz(**given, x_test=given["x"], y_test=given["y"], class_names=np.array(["cat", "small_dog"]))
    data = datasets.load(made(tmp_path, content, "pets.npz").name)
    assert data.class_names == ("cat", "small dog") and data.x_train.shape == (12, 28, 28, 1) == data.x_test.shape
    assert sorted(picture.tobytes() for picture in data.x_test) == sorted(
        each.tobytes() for each in np.asarray(given["x"])
    )


def test_fractions_and_a_nan_among_them(tmp_path: Path) -> None:
    given = arrays(2, 7)
    x = np.asarray(given["x"]) / np.float32(255)
    x[3, 5, 5] = np.nan
    known = made(tmp_path, npz(x=x, y=given["y"]), "f.npz")
    assert [(each.name, each.reason[:41]) for each in known.refused] == [
        ("picture 3 of x", "The picture has values that are no number")
    ]
    data = datasets.load(known.name)
    kept = np.delete(np.asarray(given["x"]), 3, axis=0)
    assert sorted(each.tobytes() for each in kept) == sorted(each.tobytes() for each in [*data.x_train, *data.x_test])


@pytest.mark.parametrize(("classes", "labels"), [(2, np.array(["no", "yes"])), (100, np.arange(100) * 3)])
def test_two_and_a_hundred_classes(tmp_path: Path, classes: int, labels: np.ndarray) -> None:
    given = arrays(classes, 5, 12)
    known = made(tmp_path, npz(x=given["x"], y=labels[given["y"]]), "many.npz")
    assert known.class_names == tuple(str(label) for label in labels)
    assert known.train_counts == (4,) * classes and known.test_counts == (1,) * classes


def test_markup_in_names_stays_words(tmp_path: Path) -> None:
    files = class_files(1, 6) | {
        f"[click](http:evil) **b**/{number}.png": file_of(pixels(number)) for number in range(6)
    }
    known = made(tmp_path, zipped(files))
    assert known.class_names == ("class 0", "click (http evil) b")


def test_the_same_pictures_are_the_same_set_and_can_be_deleted(tmp_path: Path) -> None:
    first = made(tmp_path, zipped(class_files()), "one.zip")
    second = made(tmp_path, zipped(class_files()), "two.zip")
    assert first.name == second.name and datasets.title(first.name) == "two"
    datasets.load(first.name)
    own.delete(first.name)
    assert own.names() == () and not datasets.is_here(first.name)
    with pytest.raises(DatasetMissing, match="it was deleted, or is on another machine"):
        datasets.load(first.name)
    assert list(own.place().iterdir()) == []


def test_changed_pictures_are_refused(tmp_path: Path) -> None:
    known = made(tmp_path, zipped(class_files()))
    record = own.place() / known.name / "about.json"
    record.write_text(json.dumps({**json.loads(record.read_text()), "sha256": f"{known.sha256[:12]}{'0' * 52}"}))
    with pytest.raises(DatasetError, match=rf"has other pictures\. Expected SHA-256 {known.sha256[:12]}"):
        datasets.load(known.name)


def test_a_square_keeps_proportions_and_averages_areas() -> None:
    wide = np.zeros((16, 64, 3), np.uint8)
    wide[:] = (10, 200, 90)
    wide[4:12, 16:48] = (250, 0, 0)
    made = squares.square(wide, 32)
    assert (made[:12] == (10, 200, 90)).all() and (made[20:] == (10, 200, 90)).all()  # its border's own colour
    exact = wide.reshape(8, 2, 32, 2, 3).astype(int).sum(axis=(1, 3))
    np.testing.assert_array_equal(made[12:20], (2 * exact + 4) // 8)  # mean of 2 by 2, halves up
    assert (squares.square(np.full((9, 9, 4), 0, np.uint8), 28) == 255).all()  # transparent is white
    large = np.random.default_rng(0).integers(0, 256, (640, 640, 3)).astype(np.uint8)
    blocks = large.reshape(32, 20, 32, 20, 3).astype(float).mean(axis=(1, 3))
    assert np.abs(squares.square(large, 32) - blocks).max() <= 1  # in two steps, rounded twice


def test_an_upload_beside_an_own_network_goes_the_way_of_its_pictures() -> None:
    picture = pixels(3, 40, 20)
    content = file_of(picture)
    np.testing.assert_array_equal(
        inputs.picture_input(content, (32, 32, 3), "own-0123456789ab"), squares.square(picture, 32)
    )
    assert inputs.picture_input(content, (32, 32, 1), "own-0123456789ab").shape == (32, 32, 1)


def test_the_process_reads_reports_and_can_be_stopped(tmp_path: Path) -> None:
    reading = Preparation(zipped(class_files(2, 6)), "shapes.zip", 32)
    reading.wait(60)
    assert reading.is_done and reading.result().shape == (32, 32, 3)
    assert sorted(path.name for path in reading.folder.iterdir()) == ["about.json", "pictures.npz"]
    reading.stop()
    assert not reading.folder.exists()
    bad = Preparation(b"no zip", "x.zip", None)
    bad.wait(60)
    with pytest.raises(DatasetError, match="The file is no whole zip archive: 6 bytes"):
        bad.result()
    bad.stop()
    many = Preparation(zipped(class_files(2, 400)), "many.zip", 64)
    many.stop()
    with pytest.raises(DatasetError, match="was ended"):
        many.result()
    assert list(own.place().iterdir()) == []


def test_a_folder_is_added_without_the_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, content in class_files(2, 5).items():
        path = tmp_path / "shapes" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (tmp_path / "shapes" / "class 0" / "link.png").symlink_to("/etc/passwd")
    assert adding.main([str(tmp_path / "shapes"), "--title", "Two"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "Left out class 0/link.png: The file is a link." and own.names() == (said[-1],)
    assert adding.main([str(tmp_path / "nothing")]) == 2
    assert "nothing does not exist" in capsys.readouterr().err
