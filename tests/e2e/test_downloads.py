"""Files that are made when they are taken: handed over whatever other sessions do."""

import urllib.request

from playwright.sync_api import Browser, Page, expect

from model.networks import CNN
from model.records import RunState, Status
from model.runs import PRETRAINED, Run, Runs
from model.settings import Settings
from tests.e2e.conftest import App
from tests.e2e.steps import PATIENCE_MS

EXPORT = "/?view=Model&model=Export"


def _open(page: Page, app: App, more: str = "") -> None:
    page.goto(app.url + EXPORT + more)
    page.get_by_role("button", name="Weights").wait_for(timeout=PATIENCE_MS)
    # Once Keras is there the page is drawn again, and a click into that is lost.
    expect(page.get_by_role("button", name="Keras")).to_be_enabled(timeout=PATIENCE_MS)
    page.get_by_test_id("stApp").and_(page.locator("[data-test-script-state=notRunning]")).wait_for(timeout=PATIENCE_MS)


def test_a_file_is_there_after_others_have_drawn_their_pages(page: Page, app: App, browser: Browser) -> None:
    _open(page, app)
    with page.expect_download() as taken:
        page.get_by_role("button", name="Weights").click()
    run = Run(PRETRAINED)
    weights = run.snapshot_path(run.snapshot_steps()[-1]).read_bytes()
    assert taken.value.path().read_bytes() == weights
    context = browser.new_context()
    try:
        for _ in range(2):  # the second drawing deleted it
            _open(context.new_page(), app)
    finally:
        context.close()
    with urllib.request.urlopen(taken.value.url) as answer:
        assert answer.read() == weights


def test_why_a_file_cannot_be_made_is_said_at_once(page: Page, app: App) -> None:
    pretrained = Run(PRETRAINED)
    weights = pretrained.weights(pretrained.snapshot_steps()[-1])
    run = Runs(app.runs).create(Settings(dataset="digits"), CNN, {})
    run.write_snapshot(5, weights)
    run.write_status(Status(RunState.FINISHED, step=5, total_steps=5))
    _open(page, app, f"&run={run.id}")
    snapshot = run.snapshot_path(5)
    snapshot.unlink()
    page.get_by_role("button", name="Weights").click()
    words = page.get_by_text("Weights could not be saved: Run")
    words.wait_for(timeout=PATIENCE_MS)
