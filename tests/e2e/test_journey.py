"""The whole journey in a real browser: first visit, train, look, stop, refresh, break."""

import os
import signal
import subprocess
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from model.records import RunState
from model.runs import PRETRAINED, Run
from tests.e2e.conftest import App, Watch
from tests.e2e.steps import (
    FIGURE,
    PATIENCE_MS,
    SCENE,
    assert_the_scene_is_what_keras_computes,
    assert_the_surfaces_are_what_keras_computes,
    choose_settings,
    finish,
    open_page,
    stop_button,
    train,
)
from tests.waiting import wait


def test_the_first_visit_shows_a_network_that_reads_a_digit_and_another_at_once(page: Page, app: App) -> None:
    open_page(page, app)
    expect(page.get_by_role("heading", name="Strata")).to_be_visible()
    assert_the_scene_is_what_keras_computes(page, Run(PRETRAINED), 7)
    expect(page.locator(SCENE)).to_have_attribute("data-prediction", "7")
    page.get_by_test_id("stButtonGroup").get_by_role("radio", name="3", exact=True).click()
    expect(page.locator(SCENE)).to_have_attribute("data-prediction", "3", timeout=PATIENCE_MS)


def test_train_to_the_end_and_see_the_trained_network_in_both_views(page: Page, app: App) -> None:
    open_page(page, app)
    choose_settings(page, dataset="Digits", epochs=2)
    run = train(page, app)
    finish(page, run)
    assert_the_scene_is_what_keras_computes(page, run, 7)
    assert_the_surfaces_are_what_keras_computes(page, run, 7)
    page.get_by_role("radio", name="Training").click()
    find = """(roots) => roots.flatMap((root) => root.strata?.figure._fullData ?? [])
        .filter((trace) => trace.name === "validation").map((trace) => Array.from(trace.y))"""
    figures = page.get_by_test_id("stMain").locator(FIGURE)
    wait(lambda: len(figures.evaluate_all(find)) == 2)
    points = figures.evaluate_all(find)[0]
    losses = [line.val_loss for line in run.metrics() if line.val_loss is not None]
    np.testing.assert_allclose(points, losses, rtol=1e-6)


def test_stop_keeps_what_was_learned(page: Page, app: App) -> None:
    open_page(page, app)
    choose_settings(page, dataset="Digits", epochs=100, batch_size=8)
    run = train(page, app)
    wait(lambda: run.status().step > 0)
    stop_button(page).click()
    expect(page.get_by_text("Stopped; what it learned up to step")).to_be_visible(timeout=PATIENCE_MS)
    assert run.status().state is RunState.STOPPED
    assert run.snapshot_steps()[-1] == run.status().step
    assert_the_scene_is_what_keras_computes(page, run, 7)


def test_a_refresh_and_a_second_tab_find_the_run_again(page: Page, app: App, watch: Watch) -> None:
    open_page(page, app)
    choose_settings(page, dataset="Digits", epochs=100, batch_size=8)
    run = train(page, app)
    wait(lambda: run.status().step > 0)
    page.reload()
    page.locator(f"{SCENE}[data-ready=true][data-run='{run.id}']").wait_for(timeout=PATIENCE_MS)
    expect(stop_button(page)).to_be_visible()
    second = page.context.new_page()
    watch.attach(second)
    second.goto(app.url)
    second.locator(f"{SCENE}[data-ready=true][data-run='{run.id}']").wait_for(timeout=PATIENCE_MS)
    page.close()
    wait(lambda: len(run.snapshot_steps()) > 5)
    stop_button(second).click()
    second.get_by_role("button", name="Train & Visualize").wait_for(timeout=PATIENCE_MS)
    assert run.status().state is RunState.STOPPED


def test_a_killed_worker_is_said_and_the_next_training_works(page: Page, app: App) -> None:
    open_page(page, app)
    choose_settings(page, dataset="Digits", epochs=100, batch_size=8)
    run = train(page, app)
    wait(lambda: len(run.snapshot_steps()) > 5)
    os.kill(_training_worker(app.process.pid), signal.SIGKILL)
    expect(page.get_by_text("was ended from outside at step")).to_be_visible(timeout=PATIENCE_MS)
    page.get_by_role("spinbutton", name="Epochs").fill("1")
    page.get_by_role("spinbutton", name="Epochs").press("Enter")
    after = train(page, app)
    wait(lambda: after.status().step > 0)
    stop_button(page).click()
    wait(lambda: not after.status().state.is_active)
    assert after.status().state in {RunState.STOPPED, RunState.FINISHED}


def _training_worker(server: int) -> int:
    """The server's child at nice 10."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid=,ni="], capture_output=True, text=True, check=True).stdout
    rows = [tuple(map(int, line.split())) for line in listed.splitlines() if line.split()[2].lstrip("-").isdigit()]
    (found,) = (pid for pid, parent, nice in rows if parent == server and nice == 10)
    return found


def test_a_broken_upload_is_refused_in_words_and_the_picture_stays(page: Page, app: App, tmp_path: Path) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"\x89PNG\r\n\x1a\n and then nothing that is a picture")
    open_page(page, app)
    drawn = page.locator(SCENE).get_attribute("data-prediction")
    page.get_by_role("radio", name="Upload").click()
    page.locator("input[type=file]").set_input_files(broken)
    expect(page.get_by_test_id("stSidebar").get_by_role("alert")).to_contain_text("Expected", timeout=PATIENCE_MS)
    expect(page.locator(SCENE)).to_have_attribute("data-prediction", str(drawn))


@pytest.mark.parametrize("path", ["/api/runs/..%2f..%2fetc/metrics", "/assets/..%2f..%2f..%2fapp.py", "/api/runs/x"])
def test_nothing_outside_is_served(page: Page, app: App, path: str) -> None:
    answer = page.request.get(app.url + path)
    assert answer.status in {400, 404}
    assert b"Streamlit" not in answer.body() and b"import" not in answer.body()
