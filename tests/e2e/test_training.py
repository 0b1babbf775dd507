"""Time travel and one's own network in a real browser, held against Keras."""

import re

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from data import samples
from model.evaluation import evaluate
from model.networks import CNN
from model.recording import record
from model.runs import Run, Runs
from model.settings import Settings
from model.tracing import trace
from tests.e2e.conftest import App
from tests.e2e.steps import FIGURE, PATIENCE_MS, SCENE, choose_settings, finish, open_page, train

SLIDER = ".strata-timeline input"
SAID = ".strata-timeline output"
DIGIT = 7


def assert_the_scene_is_at(page: Page, run: Run, step: int) -> None:
    """At once, by its own weights: the page need not have heard of it."""
    page.locator(f"{SCENE}[data-ready=true][data-run='{run.id}'][data-step='{step}']").wait_for(timeout=PATIENCE_MS)
    expected = trace(run.path, step, samples.samples()[DIGIT].pixels[None])
    for layer in ("conv_1", "output"):
        values = page.locator(SCENE).evaluate("(root, layer) => Array.from(root.strata.activations(layer))", layer)
        np.testing.assert_allclose(np.array(values), expected[layer].ravel(), atol=1e-5, err_msg=layer)
    expect(page.locator(SCENE)).to_have_attribute("data-prediction", str(expected["output"][0].argmax()))


def sidebar(page: Page) -> Locator:
    return page.get_by_test_id("stSidebar")


def answer_words(run: Run, step: int) -> str:
    """What the page says of Keras's answer."""
    answer = trace(run.path, step, samples.samples()[DIGIT].pixels[None])["output"][0]
    return f"Reads {answer.argmax()} with {100 * answer.max():.1f}\u00a0%"


@pytest.fixture(scope="module")
def trained(app: App) -> Run:
    """A run for all tests here, trained in this process: training from the page has tests of its own."""
    run = Runs(app.runs).create(Settings(dataset="digits", epochs=2), CNN, {})
    record(run)
    return run


@pytest.fixture
def run(page: Page, app: App, trained: Run) -> Run:
    """That run, on the page."""
    open_page(page, app, f"/?run={trained.id}")
    page.locator(SLIDER).wait_for(timeout=PATIENCE_MS)
    return trained


def test_the_slider_moves_scene_answer_status_link_and_test_accuracy(page: Page, run: Run) -> None:
    steps = run.snapshot_steps()
    slider = page.locator(SLIDER)
    assert slider.get_attribute("max") == str(len(steps) - 1)
    for place in (0, len(steps) // 2):
        slider.fill(str(place))
        assert_the_scene_is_at(page, run, steps[place])
        expect(sidebar(page)).to_contain_text(answer_words(run, steps[place]), timeout=PATIENCE_MS)
        expect(page.get_by_text(f"step {steps[place]:,} of").first).to_be_visible()
        expect(page).to_have_url(re.compile(rf"[?&]step={steps[place]}(&|$)"))
        accuracy = evaluate(run.path, steps[place]).accuracy
        expect(page.locator(SAID)).to_contain_text(f"{100 * accuracy:.2f} % on test", timeout=PATIENCE_MS)
    page.go_back()
    assert_the_scene_is_at(page, run, steps[0])
    page.go_forward()
    expect(page.locator(SAID)).to_contain_text(f"step {steps[len(steps) // 2]:,} of")
    page.reload()
    assert_the_scene_is_at(page, run, steps[len(steps) // 2])
    page.get_by_role("button", name="Newest").click()
    assert_the_scene_is_at(page, run, steps[-1])
    expect(page).not_to_have_url(re.compile("step="), timeout=PATIENCE_MS)


def test_playing_goes_through_the_steps_and_pausing_stays(page: Page, run: Run) -> None:
    steps = run.snapshot_steps()
    page.get_by_role("button", name="Play").click()
    timeline = page.locator(".strata-timeline")
    expect(timeline).not_to_have_attribute("data-step", str(steps[0]), timeout=PATIENCE_MS)
    page.get_by_role("button", name="Pause").click()
    expect(timeline).to_have_attribute("data-playing", "false")
    step = int(timeline.get_attribute("data-step") or "")
    assert steps[0] < step < steps[-1]
    assert_the_scene_is_at(page, run, step)
    expect(sidebar(page)).to_contain_text(answer_words(run, step), timeout=PATIENCE_MS)
    expect(timeline).to_have_attribute("data-step", str(step))
    page.get_by_role("button", name="One snapshot on").click()
    assert_the_scene_is_at(page, run, steps[steps.index(step) + 1])


def test_the_surfaces_follow_the_slider(page: Page, run: Run) -> None:
    step = run.snapshot_steps()[3]
    page.get_by_role("radio", name="Surfaces").click()
    figure = page.get_by_test_id("stMain").locator(f"{FIGURE}[data-ready=true]")
    figure.wait_for(timeout=PATIENCE_MS)
    page.locator(SLIDER).fill("3")
    expected = trace(run.path, step, samples.samples()[DIGIT].pixels[None])["conv_1"][0].max()
    page.wait_for_function(
        """([selector, expected]) => {
            const roots = [...document.querySelectorAll("*")].flatMap((element) => [element, element.shadowRoot ?? []]);
            const found = roots.flatMap((root) => (root.querySelectorAll ? [...root.querySelectorAll(selector)] : []));
            const sheets = found.flatMap((root) => root.strata?.figure._fullData ?? [])
                .filter((sheet) => sheet.name === "conv 1");
            const values = sheets.flatMap((sheet) => Array.from(sheet.surfacecolor, (row) => Array.from(row))).flat();
            return Math.abs(Math.max(...values.filter(Number.isFinite)) - expected) < 1e-5;
        }""",
        arg=[FIGURE, float(expected)],
        timeout=PATIENCE_MS,
    )


def test_a_network_of_ones_own_is_trained_and_shown_in_every_view(page: Page, app: App) -> None:
    open_page(page, app)
    choose_settings(page, dataset="Digits", epochs=1)
    sidebar(page).locator(".st-key-edit_network").get_by_role("button").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("spinbutton", name="Filters").fill("3")
    dialog.get_by_role("spinbutton", name="Filters").press("Enter")
    expect(dialog.get_by_text("26 × 26 × 3 · 30 parameters")).to_be_visible(timeout=PATIENCE_MS)
    dialog.get_by_role("button", name="Use this network").click()
    dialog.wait_for(state="detached", timeout=PATIENCE_MS)
    run = train(page, app)
    finish(page, run)
    assert run.config().network.title == "Own 3-64-128"
    assert_the_scene_is_at(page, run, run.snapshot_steps()[-1])
    expect(page.get_by_text("Digits · Own 3-64-128 · step")).to_be_visible()
    page.get_by_role("radio", name="Surfaces").click()
    page.get_by_test_id("stMain").locator(f"{FIGURE}[data-ready=true]").wait_for(timeout=PATIENCE_MS)
