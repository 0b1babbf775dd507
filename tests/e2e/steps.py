"""What the browser tests do on the page, and how they hold what they see against Keras."""

import numpy as np
from playwright.sync_api import Locator, Page, expect

from data import samples
from model.records import RunState
from model.runs import Run, Runs
from model.tracing import trace
from tests.e2e.conftest import App
from tests.waiting import wait
from visualization.surfaces import tile, tiling

SCENE = ".strata-scene"
FIGURE = ".strata-figure"
# Training in a worker of its own, on a machine that also draws WebGL in software.
PATIENCE_MS = 120_000


def open_page(page: Page, app: App, path: str = "") -> None:
    page.goto(app.url + path)
    page.locator(f"{SCENE}[data-ready=true]").wait_for(timeout=PATIENCE_MS)


def stop_button(page: Page) -> Locator:
    """Ours: Streamlit's own toolbar has a Stop as well while the page is drawn."""
    return page.get_by_test_id("stMain").get_by_role("button", name="Stop")


def choose_settings(page: Page, *, dataset: str, epochs: int, batch_size: int | None = None) -> None:
    # The page is drawn again once Keras is ready, which closes what is open.
    page.get_by_test_id("stSidebar").locator(f"{FIGURE}[data-ready=true]").wait_for(timeout=PATIENCE_MS)
    if not page.get_by_role("spinbutton", name="Epochs").is_visible():
        page.get_by_text("Training settings").click()
        _unfolded(page, "Training settings")
    page.get_by_role("combobox", name="Dataset").click()
    page.get_by_role("option", name=dataset, exact=True).click()
    expect(page.get_by_role("combobox", name="Dataset")).to_have_value(dataset)
    page.get_by_role("spinbutton", name="Epochs").fill(str(epochs))
    page.get_by_role("spinbutton", name="Epochs").press("Enter")
    expect(page.get_by_role("spinbutton", name="Epochs")).to_have_value(str(epochs))
    if batch_size is not None:
        slider = page.get_by_role("slider", name="Batch size (images a step)")
        for _ in range((32 // batch_size).bit_length() - 1):
            slider.press("ArrowLeft")


def _unfolded(page: Page, label: str) -> None:
    """Wait until an expander has its full height: while it grows, a list that opens in it closes again."""
    heights = [0.0]

    def still() -> bool:
        page.wait_for_timeout(250)
        box = page.get_by_test_id("stExpander").filter(has_text=label).first.bounding_box()
        heights.append(box["height"] if box else 0.0)
        return heights[-1] == heights[-2] > 0

    wait(still)


def train(page: Page, app: App) -> Run:
    """Click Train & Visualize and find the run that it began."""
    before = {run.id for run in Runs(app.runs).all()}
    page.get_by_role("button", name="Train & Visualize").click()
    stop_button(page).wait_for(timeout=PATIENCE_MS)
    (run,) = (run for run in Runs(app.runs).all() if run.id not in before)
    return run


def finish(page: Page, run: Run) -> None:
    """Wait until the run has ended well and the page knows it."""
    wait(lambda: not run.status().state.is_active)
    assert run.status().state is RunState.FINISHED
    stop_button(page).wait_for(state="detached", timeout=PATIENCE_MS)
    page.get_by_role("button", name="Train & Visualize").wait_for(timeout=PATIENCE_MS)


def _scene_activations(page: Page, layer: str) -> np.ndarray:
    values = page.locator(SCENE).evaluate("(root, layer) => Array.from(root.strata.activations(layer))", layer)
    return np.array(values, np.float32)


def assert_the_scene_is_what_keras_computes(page: Page, run: Run, digit: int) -> None:
    step = run.snapshot_steps()[-1]
    page.locator(f"{SCENE}[data-ready=true][data-run='{run.id}'][data-step='{step}']").wait_for(timeout=PATIENCE_MS)
    expected = trace(run.path, step, samples.samples()[digit].pixels[None])
    for layer, values in expected.items():
        np.testing.assert_allclose(_scene_activations(page, layer), values.ravel(), atol=1e-5, err_msg=layer)


def assert_the_surfaces_are_what_keras_computes(page: Page, run: Run, digit: int) -> None:
    page.get_by_role("radio", name="Surfaces").click()
    page.locator(f"{FIGURE}[data-ready=true]").first.wait_for(timeout=PATIENCE_MS)
    expected = trace(run.path, run.snapshot_steps()[-1], samples.samples()[digit].pixels[None])
    figure = page.get_by_test_id("stMain").locator(FIGURE)
    for place, layer in enumerate(("conv_1", "pool_1", "conv_2", "pool_2")):
        drawn = figure.evaluate(
            "(root, place) => Array.from(root.strata.figure._fullData[place].surfacecolor, (row) => Array.from(row))",
            place,
        )
        values = expected[layer][0]
        sheet = tile(values, tiling(values))
        maps = ~np.isnan(sheet)
        np.testing.assert_allclose(np.array(drawn, np.float32)[maps], sheet[maps], atol=1e-6, err_msg=layer)
