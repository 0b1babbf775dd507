"""The drawing pad in a real browser: the network follows the pen, the server hears of it when the pen is up."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from playwright.sync_api import Page, WebSocket, expect
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Origin

from data import samples
from model.api.live_routes import TRY_LATER
from model.runs import PRETRAINED, Run
from model.tracing import trace
from tests.e2e.conftest import App
from tests.e2e.steps import PATIENCE_MS, SCENE, open_page
from tests.waiting import wait

STEP = Run(PRETRAINED).snapshot_steps()[-1]
PAD = f"{SCENE} .pad"


class Sent:
    """What the page sends to anywhere, from the moment this is made."""

    def __init__(self, page: Page) -> None:
        self.log: list[str] = []
        page.on("request", lambda request: self.log.append(request.url))
        page.on("websocket", self._attach)

    def _attach(self, socket: WebSocket) -> None:
        socket.on("framesent", lambda _: self.log.append("a frame"))


def open_when_keras_is_ready(page: Page, app: App) -> None:
    """While Keras starts the sidebar asks for it once a second; a page that is opened afterwards does not."""
    open_page(page, app)
    sidebar = page.get_by_test_id("stSidebar")
    expect(sidebar.get_by_text("Reads 7")).to_be_visible(timeout=PATIENCE_MS)
    page.reload()
    page.locator(f"{SCENE}[data-ready=true]").wait_for(timeout=PATIENCE_MS)
    expect(sidebar.get_by_text("Reads 7")).to_be_visible(timeout=PATIENCE_MS)
    sidebar.locator(".strata-figure[data-ready=true]").wait_for(timeout=PATIENCE_MS)
    page.wait_for_load_state("networkidle")


@contextmanager
def pen_down(page: Page, *places: tuple[float, float]) -> Iterator[None]:
    """The mouse goes through places of the sheet (0 to 1, from the top left), pressed, and stays so for the block."""
    box = page.locator(f"{PAD} .sheet").bounding_box()
    assert box is not None
    points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in places]
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*point, steps=8)
    yield
    page.mouse.up()


def shown_input(page: Page) -> np.ndarray:
    """The picture that the network reads now, float32 (28, 28, 1)."""
    values = page.locator(SCENE).evaluate("(root) => Array.from(root.strata.activations('input'))")
    return np.array(values, np.float32).reshape(28, 28, 1)


def test_a_drawing_is_read_as_it_is_drawn_and_known_to_all_views_afterwards(page: Page, app: App) -> None:
    sent = Sent(page)
    open_when_keras_is_ready(page, app)
    scene, sidebar = page.locator(SCENE), page.get_by_test_id("stSidebar")
    assert sent.log, "what the page sends is seen"
    sent.log.clear()
    with pen_down(page, (0.52, 0.15), (0.5, 0.5), (0.48, 0.85)):
        expect(scene).to_have_attribute("data-prediction", "1")
        assert sent.log == []
        before = shown_input(page)
    expect(sidebar.get_by_text("Reads 1")).to_be_visible(timeout=PATIENCE_MS)
    expect(sidebar.get_by_role("radio", name="Drawing")).to_be_checked()
    expect(sidebar.get_by_text("your drawing")).to_be_visible()
    expect(scene).to_have_attribute("data-ready", "true")
    np.testing.assert_array_equal(shown_input(page), before, "the scene jumped when the server's answer came")
    run = Run(PRETRAINED)
    pixels = np.round(before * 255).astype(np.uint8)[None]
    for layer, values in trace(run.path, run.snapshot_steps()[-1], pixels).items():
        drawn = scene.evaluate("(root, layer) => Array.from(root.strata.activations(layer))", layer)
        np.testing.assert_allclose(np.array(drawn, np.float32), values.ravel(), atol=1e-5, err_msg=layer)


def test_the_pages_own_server_computes_live(app: App) -> None:
    seven = samples.samples()[7].pixels
    url = f"{app.url.replace('http', 'ws')}/api/runs/pretrained/snapshots/{STEP}/live"

    def answered() -> bool:
        """False while Keras starts."""
        with connect(url, origin=Origin(app.url), max_size=None) as socket:
            try:
                socket.send((seven / np.float32(255)).astype("<f4").tobytes())
                outputs = np.frombuffer(socket.recv(timeout=PATIENCE_MS / 1000), "<f4")
            except ConnectionClosed as closed:
                if closed.rcvd is not None and closed.rcvd.code == TRY_LATER:
                    return False
                raise
        assert outputs[-10:].argmax() == 7
        return True

    wait(answered)


def test_undo_and_another_picture_and_the_drawing_again(page: Page, app: App) -> None:
    open_when_keras_is_ready(page, app)
    scene, sidebar, pad = page.locator(SCENE), page.get_by_test_id("stSidebar"), page.locator(PAD)
    with pen_down(page, (0.52, 0.15), (0.5, 0.5), (0.48, 0.85)):
        pass
    one = shown_input(page)
    with pen_down(page, (0.1, 0.5), (0.9, 0.5)):
        assert (shown_input(page) != one).any()
    pad.get_by_role("button", name="Undo").click()
    np.testing.assert_array_equal(shown_input(page), one)
    expect(pad).to_have_attribute("data-known", "true", timeout=PATIENCE_MS)
    expect(sidebar.get_by_text("Reads 1")).to_be_visible(timeout=PATIENCE_MS)
    sidebar.get_by_role("radio", name="Sample").click()
    expect(scene).to_have_attribute("data-prediction", "7", timeout=PATIENCE_MS)
    expect(pad).to_have_attribute("data-held", "false")
    page.get_by_role("radio", name="Surfaces").click()
    expect(pad).to_have_count(0, timeout=PATIENCE_MS)
    page.get_by_role("radio", name="Network").click()
    sidebar.get_by_role("radio", name="Drawing").click()
    expect(scene).to_have_attribute("data-prediction", "1", timeout=PATIENCE_MS)
    expect(pad).to_have_attribute("data-held", "true")
    pad.get_by_role("button", name="Clear").click()
    assert not shown_input(page).any()


def test_a_finger_draws_and_the_page_stays_where_it_is(page: Page, app: App) -> None:
    page.set_viewport_size({"width": 390, "height": 560})  # so low that there is something to scroll
    open_page(page, app)
    page.locator(PAD).get_by_role("button", name="Draw", exact=True).click()  # put away where there is little room
    sheet = page.locator(f"{PAD} .sheet")
    sheet.scroll_into_view_if_needed()
    box = sheet.bounding_box()
    assert box is not None
    top = sheet.evaluate("(sheet) => sheet.getBoundingClientRect().top")
    touch = page.context.new_cdp_session(page)

    def finger(kind: str, *place: float) -> None:
        points = [{"x": box["x"] + place[0] * box["width"], "y": box["y"] + place[1] * box["height"]}] if place else []
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    finger("touchStart", 0.5, 0.85)
    for step in range(8):
        finger("touchMove", 0.5, 0.85 - 0.1 * step)
    finger("touchEnd")
    expect(page.locator(SCENE)).to_have_attribute("data-prediction", "1")
    finger("touchStart", 0.5, 0.2)
    for step in range(8):
        finger("touchMove", 0.5, 0.2 + 0.1 * step)
    finger("touchEnd")
    assert sheet.evaluate("(sheet) => sheet.getBoundingClientRect().top") == top
