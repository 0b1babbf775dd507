"""Models of one's own in a real browser: a large file is loaded and drawn, a worker's answer follows the pen."""

from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers
from playwright.sync_api import Page, expect

from benchmarks.live import STEP, run_of, transformer
from model.tracing import trace
from tests.e2e.conftest import App
from tests.e2e.steps import PATIENCE_MS, SCENE, open_page
from tests.waiting import wait

CLASSES = 100
TEN_MEGABYTES = 10_000_000


def activations(page: Page, layer: str) -> np.ndarray:
    values = page.locator(SCENE).evaluate("(root, layer) => Array.from(root.strata.activations(layer))", layer)
    return np.array(values, np.float32)


def residual() -> keras.Model:
    """32x32x3 pictures, a convolution around which the picture is led, a large dense layer, a hundred classes."""
    keras.utils.set_random_seed(1)
    picture = keras.Input((32, 32, 3))
    short = layers.Conv2D(12, 3, strides=2, padding="same", activation="relu", name="short")(picture)
    long = layers.Conv2D(12, 3, padding="same", name="long")(short)
    both = layers.ReLU(name="both")(layers.Add(name="sum")([short, long]))
    wide = layers.Dense(900, activation="relu", name="wide")(layers.Flatten(name="row")(both))
    return keras.Model(picture, layers.Dense(CLASSES, activation="softmax", name="answer")(wide), name="residual")


# Keras 3 reads its variables in a way that NumPy 2 warns of.
@pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning")
def test_a_large_model_is_loaded_and_every_layer_is_what_keras_computes(page: Page, app: App, tmp_path: Path) -> None:
    model, file = residual(), tmp_path / "large.keras"
    model.save(file)
    assert file.stat().st_size > TEN_MEGABYTES
    page.goto(f"{app.url}/?view=Model&model=Load")
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(file)
    page.get_by_test_id("stMain").get_by_role("button", name="Load", exact=True).last.click()
    expect(page.get_by_text("large · loaded")).to_be_visible(timeout=PATIENCE_MS)
    page.get_by_role("radio", name="Network").click()
    page.locator(f"{SCENE}[data-ready=true][data-run*='own-large']").wait_for(timeout=PATIENCE_MS)
    expect(page.locator(SCENE).get_by_text("Computed in this browser")).to_be_visible()
    names = ["short", "long", "sum", "both", "wide", "answer"]
    whole = keras.Model(model.input, [model.get_layer(name).output for name in names])
    read = activations(page, "input").reshape(1, 32, 32, 3)
    assert read.max() > 0.5
    expected = dict(zip(names, (np.asarray(values)[0] for values in whole(read)), strict=True))
    # The page writes some names in its own way, but keeps their order.
    drawn = page.locator(SCENE).evaluate("(root) => root.strata.view.walls.map(({ layer }) => layer.name)")
    assert len(drawn) == len(model.layers)
    for name, own in zip(["short", "long", "sum", "both", "row", "wide", "answer"], drawn[1:], strict=True):
        if name in expected:
            np.testing.assert_allclose(activations(page, own), expected[name].ravel(), atol=1e-5, err_msg=name)
    the_outputs_have_names(page, expected["answer"])


def the_outputs_have_names(page: Page, shares: np.ndarray) -> None:
    """Of a hundred classes ten have a row, the likeliest first; each of all can be pointed at and touched."""
    scene = page.locator(SCENE)
    order = np.argsort(-shares, kind="stable")
    rows = scene.locator(".output:not(.others)")
    expect(rows).to_have_count(10)
    expect(rows.locator(".class")).to_have_text([f"class {index}" for index in order[:10]])
    others = scene.locator(".output.others")
    expect(others).to_have_text(f"and 90 others: {100 * shares[order[10:]].sum():.1f} %")
    rows.nth(3).hover()
    expect(scene.locator(".tip")).to_contain_text(f"“class {order[3]}”: ")
    unlikely = int(order[-1])  # it has no row
    at = scene.evaluate(
        """(root, index) => {
            const { view } = root.strata;
            return view.middleOf(view.neuron(view.walls.length - 1, index));
        }""",
        unlikely,
    )
    box = scene.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + at["x"], box["y"] + at["y"])
    expect(scene.locator(".tip")).to_contain_text(f"“class {unlikely}”: ")
    page.mouse.click(box["x"] + at["x"], box["y"] + at["y"])
    expect(scene.locator(".card .name")).to_contain_text(f"class {unlikely}")


def test_the_answer_of_a_network_that_only_keras_computes_follows_the_pen(page: Page, app: App) -> None:
    run = run_of(transformer(), app.runs)
    open_page(page, app, f"/?run={run.id}")
    scene = page.locator(SCENE)
    expect(scene).to_have_attribute("data-engine", "worker")
    expect(scene.get_by_text("Computed by the worker, live")).to_be_visible(timeout=PATIENCE_MS)
    before = activations(page, "input")
    sheet = page.locator(f"{SCENE} .pad .sheet").bounding_box()
    assert sheet is not None
    page.mouse.move(sheet["x"] + 0.5 * sheet["width"], sheet["y"] + 0.2 * sheet["height"])
    page.mouse.down()
    page.mouse.move(sheet["x"] + 0.45 * sheet["width"], sheet["y"] + 0.8 * sheet["height"], steps=12)
    # The pen is still down: nobody but the worker has been told.
    wait(lambda: not np.array_equal(activations(page, "input"), before))
    drawn = scene.evaluate(
        """({ strata }) =>
            strata.view.walls.map(({ layer: { name } }) => [name, Array.from(strata.activations(name))])"""
    )
    page.mouse.up()
    values = {name: np.array(each, np.float32) for name, each in drawn}
    for name, expected in trace(run.path, STEP, values["input"].reshape(1, 28, 28, 1)).items():
        np.testing.assert_allclose(values[name], expected.ravel(), atol=1e-5, err_msg=name)
