"""Neurons, Links in a real browser: it follows the pen, isolates a node, and its numbers are Keras's."""

import csv
import io

import numpy as np
from playwright.sync_api import Locator, Page, expect

from data import samples
from model.runs import PRETRAINED, Run
from model.tracing import trace
from tests.e2e.conftest import App
from tests.e2e.steps import PATIENCE_MS, SCENE

LINKS = ".strata-links"
COLUMNS = ["input", "conv_1", "pool_1", "conv_2", "pool_2", "dense_1", "output"]


def open_links(page: Page, app: App) -> Locator:
    page.goto(f"{app.url}/?view=Neurons&neurons=Links")
    root = page.locator(f"{LINKS}[data-ready=true]")
    root.wait_for(timeout=PATIENCE_MS)
    # Keras's start draws the page again and again.
    expect(page.get_by_test_id("stSidebar").get_by_text("Reads 7")).to_be_visible(timeout=PATIENCE_MS)
    return page.locator(LINKS)


def hover(page: Page, column: int, row: int) -> None:
    """Rest the pointer on a node."""
    place = "(root, [column, row]) => root.strata.layout.columns[column].nodes[row]"
    box = page.locator(LINKS).evaluate(place, [column, row])
    page.locator(f"{LINKS} .field canvas").hover(position={"x": box["x"], "y": box["y"]})


def shown(root: Locator) -> list[list[dict[str, float]]]:
    """Number, place and value of each node on the screen, column by column."""
    return list(
        root.evaluate(
            "(root) => root.strata.graph.columns.map(({ shown }) => "
            "shown.map(({ number, index, value }) => ({ number, index, value })))"
        )
    )


def test_the_nodes_are_what_keras_computes_and_one_is_isolated(page: Page, app: App) -> None:
    root = open_links(page, app)
    run = Run(PRETRAINED)
    traced = trace(run.path, run.snapshot_steps()[-1], samples.samples()[7].pixels[None])
    for name, nodes in zip(COLUMNS, shown(root), strict=True):
        expected = traced[name].ravel()
        for node in nodes:
            assert abs(node["value"] - expected[int(node["index"])]) < 1e-5, name
    # The eight most active of dense 1, by their numbers.
    strongest = np.sort(np.argsort(-traced["dense_1"][0])[:8])
    assert [node["number"] for node in shown(root)[5]] == strongest.tolist()
    hover(page, 5, 0)
    unit = int(strongest[0])
    expect(root).to_have_attribute("data-isolated", f"dense_1 {unit}")
    expect(root.locator(".about")).to_contain_text(f"dense 1, unit {unit}: {traced['dense_1'][0, unit]:.2f}")
    page.mouse.move(5, 5)
    expect(root).to_have_attribute("data-isolated", "")
    with page.expect_download() as download:
        root.get_by_role("button", name="These numbers as CSV").click()
    lines = list(csv.DictReader(io.StringIO(download.value.path().read_text())))
    weights = run.weights(run.snapshot_steps()[-1])
    into = [line for line in lines if line["kind"] == "link" and line["layer"] == "output"]
    assert 10 <= len(into) <= 60
    for line in into:
        source = int(line["from_unit"])
        product = traced["dense_1"][0, source] * weights["output/kernel"][source, int(line["unit"])]
        assert abs(float(line["contribution"]) - product) < 1e-4


def test_the_answer_follows_the_pen_and_all_views_know_the_drawing(page: Page, app: App) -> None:
    root, sidebar = open_links(page, app), page.get_by_test_id("stSidebar")
    share = "(root) => root.strata.graph.columns.at(-1).shown[1].value"
    assert root.evaluate(share) < 0.01
    box = root.locator(".pad .sheet").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 0.52 * box["width"], box["y"] + 0.15 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.48 * box["width"], box["y"] + 0.85 * box["height"], steps=16)
    expect(root).to_have_attribute("data-prediction", "1")
    assert root.evaluate(share) > 0.5
    page.mouse.up()
    expect(sidebar.get_by_text("Reads 1")).to_be_visible(timeout=PATIENCE_MS)
    expect(root).to_have_attribute("data-prediction", "1")
    # The scene's pad has the same drawing, and the two count its changes together.
    page.get_by_role("radio", name="Network").click()
    page.locator(f"{SCENE}[data-ready=true]").wait_for(timeout=PATIENCE_MS)
    expect(page.locator(f"{SCENE} .pad")).to_have_attribute("data-held", "true")
    expect(page.locator(SCENE)).to_have_attribute("data-prediction", "1")


def test_the_keyboard_walks_from_node_to_node_and_leads_to_the_scene(page: Page, app: App) -> None:
    root = open_links(page, app)
    root.get_by_role("button", name="This picture as PNG").focus()
    page.keyboard.press("Tab")
    expect(root).to_have_attribute("data-isolated", "input 0")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Home")
    node = shown(root)[3][0]
    expect(root).to_have_attribute("data-isolated", f"conv_2 {node['number']:.0f}")
    expect(root.locator(".spoken").last).to_contain_text(f"conv 2, map {node['number']:.0f}, row ")
    page.keyboard.press("Enter")
    root.get_by_role("button", name="Show in 3D").click()
    scene = page.locator(f"{SCENE}[data-ready=true]")
    scene.wait_for(timeout=PATIENCE_MS)
    expect(page.get_by_role("radio", name="Network")).to_be_checked()
    expect(scene.get_by_text(f"conv 2 · map {node['number']:.0f} · row ")).to_be_visible(timeout=PATIENCE_MS)
