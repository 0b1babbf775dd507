"""What axe-core finds in the scene and the links, dark and light: contrast, names, roles, targets, by WCAG 2.2 AA."""

from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.e2e.conftest import App
from tests.e2e.steps import PATIENCE_MS, SCENE, open_page
from visualization.node import FRONTEND

AXE = FRONTEND / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def violations(page: Page, part: str = SCENE) -> list[str]:
    """Each as rule, element and what is wrong with it."""
    page.evaluate(Path(AXE).read_text(encoding="utf-8"))
    return page.locator(part).evaluate(
        """async (scene, tags) => {
            const host = scene.getRootNode().host;
            const { violations, passes } = await axe.run(host, { runOnly: { type: "tag", values: tags } });
            if (!passes.some(({ id }) => id === "color-contrast")) return ["no text was looked at"];
            return violations.flatMap(({ id, nodes }) =>
                nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`));
        }""",
        RULES,
    )


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_the_scene_with_all_that_opens_over_it_meets_aa(page: Page, app: App, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    open_page(page, app)
    assert violations(page) == []
    page.locator(f"{SCENE} canvas").first.focus()
    for key in ("Home", "ArrowRight", "Enter", "Enter", "Enter"):
        page.keyboard.press(key)
    page.locator(f"{SCENE} .card").wait_for()
    assert violations(page) == [], "the card of a convolution"
    for panel in ("Layers and colours", "Speed and truth"):
        page.get_by_role("button", name=panel).click()
        assert violations(page) == [], panel
        page.get_by_role("button", name=panel).click()
    page.locator(f"{SCENE} canvas").first.focus()
    for key in ("Escape", "Escape", "Escape", "End", "Enter", "Enter"):
        page.keyboard.press(key)
    page.locator(f"{SCENE} .card").get_by_text("output").first.wait_for()
    assert violations(page) == [], "the card of an output"


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_the_links_meet_aa(page: Page, app: App, scheme: str) -> None:
    links = ".strata-links"
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(f"{app.url}/?view=Neurons&neurons=Links")
    page.locator(f"{links}[data-ready=true]").wait_for(timeout=PATIENCE_MS)
    assert violations(page, links) == []
    page.locator(f"{links} .field canvas").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Show in 3D").wait_for()
    page.get_by_role("button", name="These numbers as a table").click()
    assert violations(page, links) == [], "the table"
