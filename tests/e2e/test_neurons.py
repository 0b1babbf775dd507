"""Touching neurons in a real browser: the card says what Keras computes, edits move what follows, keys reach all."""

import re

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, Route, expect

from benchmarks.live import run_of
from data import samples
from model.building import build, set_weights
from model.networks import CNN
from model.runs import PRETRAINED, Run
from model.tracing import trace
from tests.e2e.conftest import App
from tests.e2e.steps import FIGURE, PATIENCE_MS, SCENE, assert_the_scene_is_what_keras_computes, open_page
from tests.waiting import wait

CARD = f"{SCENE} .card"
FIRST_SAMPLE = 7


def touch(page: Page, layer: str, index: int) -> None:
    """Come near the neuron at a place in the flat activations of a layer, and click it where the scene draws it.

    Near by, neurons are solid: one that is lower than its neighbours may be hidden behind them.
    """
    page.emulate_media(reduced_motion="reduce")  # the view is there at once
    scene = page.locator(SCENE)
    find = "root.strata.view.walls.findIndex(({ layer }) => layer.name === name)"
    scene.evaluate(f"(root, [name, index]) => root.strata.view.focusOn({find}, index)", [layer, index])
    at_rest(page)
    page.mouse.click(*place_of(page, layer, index))


def place_of(page: Page, layer: str, index: int) -> tuple[float, float]:
    """Where the scene draws the neuron at a place in the flat activations of a layer, in pixels of the page."""
    scene = page.locator(SCENE)
    at = scene.evaluate(
        """(root, [name, index]) => {
            const { view } = root.strata;
            const wall = view.walls.findIndex(({ layer }) => layer.name === name);
            const neuron = view.neuron(wall, index);
            const corners = view.outlinesOf(neuron, false).at(-1).map((corner) => view.project(...corner));
            const mean = (axis) => corners.reduce((sum, corner) => sum + corner[axis], 0) / corners.length;
            return [mean("x"), mean("y")];
        }""",
        [layer, index],
    )
    box = scene.bounding_box()
    assert box is not None
    return box["x"] + at[0], box["y"] + at[1]


def at_rest(page: Page) -> None:
    """Wait until nothing moves: no frame is drawn then."""
    drawn = [-1]

    def still() -> bool:
        drawn.append(page.locator(SCENE).evaluate("(root) => root.strata.frames"))
        page.wait_for_timeout(300)
        return drawn[-1] == drawn[-2]

    wait(still)


def activations(page: Page, layer: str) -> np.ndarray:
    values = page.locator(SCENE).evaluate("(root, layer) => Array.from(root.strata.activations(layer))", layer)
    return np.array(values, np.float32)


def keras(changes: dict[str, np.ndarray] | None = None) -> dict[str, np.ndarray]:
    """What Keras computes for the first sample by the pretrained network, some of its weights replaced."""
    run = Run(PRETRAINED)
    step = run.snapshot_steps()[-1]
    pixels = samples.samples()[FIRST_SAMPLE].pixels[None]
    if not changes:
        return {name: values[0] for name, values in trace(run.path, step, pixels).items()}
    network = run.config().network
    model = build(network)
    set_weights(model, {**run.weights(step), **changes})
    values = pixels.astype(np.float32) / np.float32(255)
    result = {}
    for placed, layer in zip(network.layers, model.layers, strict=True):
        values = layer(values)
        result[placed.name] = np.asarray(values)[0]
    return result


def heading(page: Page) -> Locator:
    return page.locator(f"{CARD} .name")


def place(shape: tuple[int, ...], *at: int) -> int:
    return int(np.ravel_multi_index(at, shape))


def test_the_card_of_a_touched_neuron_says_what_keras_computes(page: Page, app: App) -> None:
    open_page(page, app)
    expected = keras()["conv_2"]
    row, column, channel = (int(at) for at in np.unravel_index(expected.argmax(), expected.shape))
    touch(page, "conv_2", int(expected.argmax()))
    expect(heading(page)).to_have_text(f"conv 2 · map {channel} · row {row} · column {column}")
    said = float(page.locator(f"{CARD} .value").inner_text())
    assert said == pytest.approx(float(expected.max()), abs=0.01)


def test_muting_a_map_moves_what_lies_behind_it_as_in_keras_and_restoring_brings_it_back(page: Page, app: App) -> None:
    open_page(page, app)
    before = {layer: activations(page, layer) for layer in ("conv_1", "conv_2", "dense_1", "output")}
    touch(page, "conv_1", place((26, 26, 32), 12, 14, 5))
    page.locator(CARD).get_by_role("button", name="Mute this map").click()
    weights = Run(PRETRAINED).weights(Run(PRETRAINED).snapshot_steps()[-1])
    kernel, bias = (weights[f"conv_1/{name}"].astype(np.float32) for name in ("kernel", "bias"))
    kernel[..., 5] = 0
    bias[5] = 0
    for layer, values in keras({"conv_1/kernel": kernel, "conv_1/bias": bias}).items():
        np.testing.assert_allclose(activations(page, layer), values.ravel(), atol=1e-5, err_msg=layer)
    expect(page.locator(SCENE).get_by_text("1 edit of yours")).to_be_visible()
    page.locator(CARD).get_by_role("button", name="Restore 1 edit").click()
    for layer, values in before.items():
        np.testing.assert_array_equal(activations(page, layer), values, err_msg=layer)
    expect(page.locator(SCENE).get_by_text("of yours")).to_have_count(0)


def test_a_kernel_value_that_is_typed_changes_the_picture_of_that_map_as_in_keras(page: Page, app: App) -> None:
    open_page(page, app)
    touch(page, "conv_1", place((26, 26, 32), 12, 14, 5))
    field = page.locator(f"{CARD} input").first
    field.fill("nonsense")
    field.press("Enter")
    expect(page.locator(CARD)).to_contain_text("Expected a number between")
    field.fill("1.5")
    field.press("Enter")
    weights = Run(PRETRAINED).weights(Run(PRETRAINED).snapshot_steps()[-1])
    kernel = weights["conv_1/kernel"].astype(np.float32)
    kernel[0, 0, 0, 5] = 1.5
    for layer, values in keras({"conv_1/kernel": kernel}).items():
        np.testing.assert_allclose(activations(page, layer), values.ravel(), atol=1e-5, err_msg=layer)


def test_keys_walk_to_a_neuron_and_say_what_it_is_made_of(page: Page, app: App) -> None:
    open_page(page, app)
    canvas = page.locator(f"{SCENE} canvas").first
    canvas.focus()
    spoken = page.locator(f"{SCENE} .spoken").last
    page.keyboard.press("Home")
    expect(spoken).to_contain_text("input: 28 × 28 pixels")
    page.keyboard.press("ArrowRight")
    expect(spoken).to_contain_text("conv 1: 32 maps of 26 × 26, 320 parameters")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowRight")
    expect(spoken).to_contain_text("conv 1, map 1.")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    value = keras()["conv_1"][1, 0, 1]
    expect(spoken).to_contain_text(re.compile(r"conv 1, map 1, row 1, column 0: -?[\d.]+\. It sees 3 by 3 places"))
    page.keyboard.press("Enter")
    expect(heading(page)).to_have_text("conv 1 · map 1 · row 1 · column 0")
    assert float(page.locator(f"{CARD} .value").inner_text()) == pytest.approx(float(value), abs=0.001)
    page.keyboard.press("ArrowRight")
    expect(heading(page)).to_have_text("conv 1 · map 1 · row 1 · column 1")
    page.keyboard.press("Escape")
    expect(page.locator(CARD)).to_be_hidden()
    page.keyboard.press("Escape")
    expect(spoken).to_contain_text("conv 1, map 1.")


def test_the_readout_holds_the_browser_against_keras(page: Page, app: App) -> None:
    open_page(page, app)
    page.get_by_test_id("stSidebar").get_by_text("Reads 7").wait_for(timeout=PATIENCE_MS)
    page.locator(SCENE).get_by_role("button", name="Speed and truth").click()
    page.locator(SCENE).get_by_role("button", name="Check against Keras").click()
    told = page.locator(SCENE).get_by_text(re.compile(r"^at most [\d.e−-]+, in .* over 38,906 activations$"))
    expect(told).to_be_visible(timeout=PATIENCE_MS)
    largest = float(told.inner_text().split()[2].rstrip(",").replace("−", "-"))
    assert 0 < largest < 1e-5


def test_a_check_that_is_answered_too_late_is_not_told_of_another_picture(page: Page, app: App) -> None:
    held: list[Route] = []
    page.route("**/trace", lambda route: held.append(route))
    open_page(page, app)
    page.get_by_test_id("stSidebar").get_by_text("Reads 7").wait_for(timeout=PATIENCE_MS)
    page.locator(SCENE).get_by_role("button", name="Speed and truth").click()
    check = page.locator(SCENE).get_by_role("button", name="Check against Keras")
    check.click()
    expect(page.locator(SCENE).get_by_text("asking Keras …")).to_be_visible()
    page.get_by_role("radio", name="3", exact=True).click()
    page.locator(f"{SCENE}[data-ready=true][data-prediction='3']").wait_for(timeout=PATIENCE_MS)
    held[0].continue_()
    expect(check).to_be_enabled(timeout=PATIENCE_MS)
    expect(page.locator(SCENE).get_by_text("not measured yet")).to_be_visible()
    expect(page.locator(SCENE).get_by_text("activations$")).to_have_count(0)


def test_the_legend_tells_the_smallest_and_largest_maximum_of_all_maps(page: Page, app: App) -> None:
    open_page(page, app)
    scene = page.locator(SCENE)
    scene.get_by_role("button", name="Layers and colours").click()
    scene.get_by_label("Full colour is the largest of").select_option("each feature map by itself")
    maxima = [values.max(axis=(0, 1)) for values in keras().values() if values.ndim == 3]
    maxima = np.concatenate([[1.0], *maxima])  # the picture's is 1
    maxima[maxima == 0] = 1  # a map of zeros
    told = re.search(r"map max, ([\d.]+)–([\d.]+)", scene.locator(".legend").inner_text())
    assert told is not None
    assert [float(number) for number in told.groups()] == pytest.approx([maxima.min(), maxima.max()], rel=0.01)


def test_a_touch_is_known_to_the_other_views_and_comes_back_from_them(page: Page, app: App) -> None:
    open_page(page, app)
    page.get_by_test_id("stSidebar").get_by_text("Reads 7").wait_for(timeout=PATIENCE_MS)
    values = keras()["pool_1"]
    row, column, channel = (int(at) for at in np.unravel_index(values.argmax(), values.shape))
    touch(page, "pool_1", int(values.argmax()))
    expect(heading(page)).to_have_text(f"pool 1 · map {channel} · row {row} · column {column}")
    page.get_by_role("radio", name="Surfaces").click()
    page.get_by_test_id("stMain").locator(f"{FIGURE}[data-ready=true]").wait_for(timeout=PATIENCE_MS)
    expect(page.get_by_text(f"pool 1, map {channel}, row {row}, column {column}: {values.max():.3f}")).to_be_visible()
    page.get_by_role("button", name="Show in 3D").click()
    page.locator(f"{SCENE}[data-ready=true]").wait_for(timeout=PATIENCE_MS)
    expect(heading(page)).to_have_text(f"pool 1 · map {channel} · row {row} · column {column}")


def test_open_layers_scale_and_camera_outlast_another_view(page: Page, app: App) -> None:
    open_page(page, app)
    scene = page.locator(SCENE)
    scene.get_by_role("button", name="Layers and colours").click()
    scene.get_by_role("checkbox", name="Open conv 1 as solid neurons").check()
    scene.get_by_role("checkbox", name="Show flatten").uncheck()
    scene.get_by_label("Full colour is the largest of").select_option("all layers together")
    expect(scene.get_by_text("the network’s maximum")).to_be_visible()
    scene.get_by_role("button", name="Zoom in").click()
    at_rest(page)
    states = "(root) => root.strata.view.walls.map(({ layer, state }) => `${layer.name} ${state}`).join()"
    camera = "(root) => root.strata.view.camera.position.map((value) => Math.round(value)).join()"
    before = scene.evaluate(states), scene.evaluate(camera)
    assert "conv_1 open" in before[0] and "flatten hidden" in before[0]
    page.get_by_role("radio", name="Training").click()
    scene.wait_for(state="detached", timeout=PATIENCE_MS)
    page.get_by_role("radio", name="Network").click()
    page.locator(f"{SCENE}[data-ready=true]").wait_for(timeout=PATIENCE_MS)
    assert (scene.evaluate(states), scene.evaluate(camera)) == before
    expect(scene.get_by_text("the network’s maximum")).to_be_visible()


def test_a_drag_that_comes_back_to_where_it_began_touches_nothing(page: Page, app: App) -> None:
    open_page(page, app)
    at_rest(page)
    index = place((28, 28, 1), 14, 14, 0)
    x, y = place_of(page, "input", index)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 60, y, steps=5)
    page.mouse.move(x, y, steps=5)
    page.mouse.up()
    at_rest(page)
    expect(page.locator(CARD)).to_be_hidden()
    page.mouse.click(*place_of(page, "input", index))
    expect(page.locator(CARD)).to_be_visible()


def test_edits_do_not_follow_into_another_run(page: Page, app: App) -> None:
    # The last one here: the page opens on this run from then on.
    other = run_of(CNN, app.runs)
    open_page(page, app, "/?run=pretrained")
    touch(page, "conv_1", place((26, 26, 32), 12, 14, 5))
    page.locator(CARD).get_by_role("button", name="Mute this map").click()
    expect(page.locator(SCENE)).to_have_attribute("data-edits", "1")
    page.get_by_role("combobox", name="Run").click()
    page.get_by_role("option").filter(has_not_text="Pretrained").click()
    page.locator(f"{SCENE}[data-ready=true][data-run='{other.id}']").wait_for(timeout=PATIENCE_MS)
    expect(page.locator(SCENE)).to_have_attribute("data-edits", "0")
    assert_the_scene_is_what_keras_computes(page, other, FIRST_SAMPLE)
