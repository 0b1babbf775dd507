"""One's own pictures in a real browser: uploaded, looked at, used, trained on, drawn for; held against Keras."""

from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from data import datasets
from model.tracing import trace
from tests.data.good_pictures import class_files, zipped
from tests.e2e.conftest import App
from tests.e2e.steps import PATIENCE_MS, SCENE, choose_settings, finish, open_page, train


def test_pictures_are_uploaded_previewed_and_trained_on(
    page: Page, app: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = tmp_path / "my_shapes.zip"
    upload.write_bytes(zipped({**class_files(3, 10), "class 1/broken.png": b"no picture"}))
    open_page(page, app)
    choose_settings(page, dataset="Digits", epochs=1)
    page.locator(".st-key-own_data button:visible").last.click()
    dialog = page.get_by_role("dialog")
    dialog.locator("input[type=file]").set_input_files(upload)
    dialog.get_by_text("3 classes · 24 training and 6 test pictures · 28 x 28 pixels, colour").wait_for(
        timeout=PATIENCE_MS
    )
    expect(dialog.get_by_text("1 file was left out")).to_be_visible()
    dialog.get_by_role("button", name="Use it").click()
    expect(page.get_by_role("combobox", name="Dataset")).to_have_value("my shapes", timeout=PATIENCE_MS)
    run = train(page, app)
    finish(page, run)
    monkeypatch.setenv("STRATA_RUNS", str(app.runs))
    known = run.data()
    assert known is not None and known.class_names == ("class 0", "class 1", "class 2")
    step = run.snapshot_steps()[-1]
    page.locator(f"{SCENE}[data-ready=true][data-run='{run.id}'][data-step='{step}']").wait_for(timeout=PATIENCE_MS)
    # The picture comes with a later run of the page than the step does.
    page.locator(SCENE).get_by_text("my shapes test image 0").wait_for(timeout=PATIENCE_MS)
    picture = datasets.load(known.name).x_test[0]
    expected = trace(run.path, step, picture[None])["output"][0]
    values = page.locator(SCENE).evaluate("root => Array.from(root.strata.activations('output'))")
    np.testing.assert_allclose(np.array(values), expected, atol=1e-5)
    expect(page.get_by_text(f"The network reads “class {expected.argmax()}”").first).to_be_visible()
