"""Looking around: cameras stay where they were put, what the pointer touches is told, and what is missing is said."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from model.runs import PRETRAINED, Run
from tests.e2e.conftest import App, Watch
from tests.e2e.steps import FIGURE, PATIENCE_MS, SCENE, open_page
from tests.waiting import wait


def _stack(page: Page, app: App) -> Locator:
    """The Surfaces view with its figure drawn, in a small window: software draws each of its pixels."""
    page.set_viewport_size({"width": 1024, "height": 640})
    page.goto(f"{app.url}/?view=Surfaces")
    figure = page.get_by_test_id("stMain").locator(f"{FIGURE}[data-ready=true]")
    figure.wait_for(timeout=PATIENCE_MS)
    return figure


def _drag(page: Page, target: Locator) -> None:
    """Turn by a drag over the middle of `target`."""
    box = target.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(1, 9):
        page.mouse.move(x + 12 * step, y + 4 * step)
    page.mouse.up()


def _camera(figure: Locator) -> list[float]:
    eye = figure.evaluate("(root) => root.strata.figure._fullLayout.scene._scene.getCamera().eye")
    return [eye["x"], eye["y"], eye["z"]]


def _settled_camera(figure: Locator) -> list[float]:
    """The camera once it has come to rest after a drag."""
    readings = [_camera(figure)]

    def at_rest() -> bool:
        readings.append(_camera(figure))
        return readings[-1] == readings[-2]

    wait(at_rest)
    return readings[-1]


def test_the_camera_of_the_stack_stays_through_new_data(page: Page, app: App) -> None:
    figure = _stack(page, app)
    before = _camera(figure)
    _drag(page, figure)
    turned = _settled_camera(figure)
    assert turned != pytest.approx(before, abs=0.05), "the drag did not turn it"
    first = "(root) => root.strata.figure._fullData[0].surfacecolor[3].join()"
    old = figure.evaluate(first)
    page.get_by_role("radio", name="3", exact=True).click()
    wait(lambda: figure.evaluate(first) != old)
    assert _settled_camera(figure) == pytest.approx(turned, abs=0.02)


def test_a_click_on_a_map_reaches_python_with_its_value(page: Page, app: App) -> None:
    figure = _stack(page, app)
    box = figure.bounding_box()
    assert box is not None
    said = page.get_by_test_id("stCaptionContainer").get_by_text(
        re.compile(r"^(conv|pool) [12], map \d+, row \d+, column \d+: [\d.]+$")
    )
    # Somewhere around the middle there is a map; a gap between two maps says nothing.
    places = iter([(x, y) for y in (0.5, 0.45, 0.55, 0.4) for x in (0.42, 0.45, 0.48, 0.4)])

    def clicked() -> bool:
        x, y = next(places)
        page.mouse.move(box["x"] + box["width"] * x - 2, box["y"] + box["height"] * y)
        page.mouse.move(box["x"] + box["width"] * x, box["y"] + box["height"] * y)
        page.wait_for_timeout(400)  # Plotly picks what is under the pointer in its next frames
        page.mouse.down()
        page.mouse.up()
        try:
            said.wait_for(timeout=800)
        except PlaywrightTimeout:
            return False
        return True

    wait(clicked)
    expect(said).to_be_visible()


def test_the_scene_tells_the_neuron_under_the_pointer(page: Page, app: App) -> None:
    open_page(page, app)
    scene = page.locator(SCENE)
    box = scene.bounding_box()
    assert box is not None
    told = scene.get_by_text(re.compile(r"^(input|conv 1), .*row \d+, column \d+: "))

    places = iter([(x / 40, 0.5) for x in range(2, 20)])

    def touched() -> bool:
        x, y = next(places)
        page.mouse.move(box["x"] + box["width"] * x, box["y"] + box["height"] * y)
        page.wait_for_timeout(100)
        return told.count() > 0 and told.first.is_visible()

    wait(touched)


def test_without_webgl_the_page_says_so_and_still_reads(page: Page, app: App, watch: Watch) -> None:
    watch.expect("WebGL", "the test takes WebGL away")
    page.add_init_script(
        "const get = HTMLCanvasElement.prototype.getContext;"
        "HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {"
        "  return kind.startsWith('webgl') ? null : get.call(this, kind, ...rest);"
        "};"
    )
    page.goto(app.url)
    scene = page.locator(SCENE)
    expect(scene).to_contain_text("WebGL", timeout=PATIENCE_MS)
    expect(scene).to_contain_text("The network reads a 7", timeout=PATIENCE_MS)


def test_another_view_frees_the_scene_and_back_it_is_drawn_again(page: Page, app: App) -> None:
    open_page(page, app)
    for _ in range(3):
        page.get_by_role("radio", name="Training").click()
        page.locator(SCENE).wait_for(state="detached", timeout=PATIENCE_MS)
        page.get_by_role("radio", name="Network").click()
        page.locator(f"{SCENE}[data-ready=true]").wait_for(timeout=PATIENCE_MS)
    assert page.locator(SCENE).count() == 1


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_a_phone_shows_the_network_without_scrolling_sideways(page: Page, app: App, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": 390, "height": 844})
    open_page(page, app)
    box = page.locator(SCENE).bounding_box()
    assert box is not None
    assert box["x"] >= 0 and box["x"] + box["width"] <= 390
    assert box["y"] + box["height"] <= 844
    main = page.get_by_test_id("stMain")
    assert main.evaluate("(element) => element.scrollHeight - element.clientHeight") <= 1
    run = Run(PRETRAINED)
    expect(page.get_by_text(f"step {run.snapshot_steps()[-1]:,}")).to_be_visible()


def test_a_phone_shows_the_curves_one_below_the_other(page: Page, app: App) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(app.url + "/?view=Training")
    curves = page.get_by_test_id("stMain").locator(f"{FIGURE}[data-ready=true]")
    expect(curves).to_have_count(2, timeout=PATIENCE_MS)

    def apart() -> bool:
        above, below = (curves.nth(place).bounding_box() for place in (0, 1))
        return bool(above and below and above["y"] + above["height"] <= below["y"])

    wait(apart)
    # As if each had been the page's last before the other came: what each drew up under itself then must not stay.
    curves.evaluate_all("""(figures) => {
        for (const figure of figures) figure.style.marginBottom = "-160px";
        dispatchEvent(new Event("resize"));
    }""")
    wait(apart)
