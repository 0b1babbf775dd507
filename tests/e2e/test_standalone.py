"""A network's own file, opened from disk in a browser without any network."""

from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, expect

from model.runs import PRETRAINED, Run
from model.tracing import trace
from tests.e2e.steps import PATIENCE_MS, SCENE
from visualization import exports, pictures


def test_the_file_reads_a_drawing_as_keras_does_without_server_or_network(browser: Browser, tmp_path: Path) -> None:
    run = Run(PRETRAINED)
    step = run.snapshot_steps()[-1]
    file = tmp_path / exports.file_name(run, step, ".html")
    file.write_bytes(exports.network_page(run, step, pictures.sample(7)))
    assert file.stat().st_size < 2 * 1024 * 1024
    context = browser.new_context(viewport={"width": 1024, "height": 768}, color_scheme="light", offline=True)
    try:
        page = context.new_page()
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(error.message))
        page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
        page.on("request", lambda request: problems.append(request.url) if request.url != file.as_uri() else None)
        page.goto(file.as_uri())
        scene = page.locator(f"{SCENE}[data-ready=true]")
        scene.wait_for(timeout=PATIENCE_MS)
        expect(scene).to_have_attribute("data-prediction", "7")
        assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(251, 250, 247)"
        assert page.evaluate("document.querySelector('.strata-scene').strata.view !== null"), "it is drawn in 3D"
        box = page.locator(f"{SCENE} .pad .sheet").bounding_box()
        assert box is not None
        for place, (x, y) in enumerate([(0.52, 0.15), (0.5, 0.5), (0.48, 0.85)]):
            page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=8)
            if place == 0:
                page.mouse.down()
        page.mouse.up()
        expect(scene).to_have_attribute("data-prediction", "1")
        read = {name: np.array(page.evaluate(_ACTIVATIONS, name), np.float32) for name in ("input", "output")}
        pixels = np.round(255 * read["input"].reshape(1, 28, 28, 1)).astype(np.uint8)
        assert (pixels[0] != pictures.sample(7).pixels).any(), "the drawing is what is read"
        np.testing.assert_allclose(read["output"], trace(run.path, step, pixels)["output"][0], atol=1e-5)
        page.get_by_role("button", name="Read sample 3, drawn for this page").click()
        expect(scene).to_have_attribute("data-prediction", "3")
        expect(page.get_by_role("button", name="Check against Keras")).to_have_count(0)
        assert problems == []
    finally:
        context.close()


_ACTIVATIONS = "(layer) => Array.from(document.querySelector('.strata-scene').strata.activations(layer))"
