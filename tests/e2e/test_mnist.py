"""The same journey on real MNIST, where the machine has it."""

import os

import pytest
from playwright.sync_api import Page, expect

from data import datasets
from tests.e2e.conftest import App
from tests.e2e.steps import (
    assert_the_scene_is_what_keras_computes,
    assert_the_surfaces_are_what_keras_computes,
    finish,
    open_page,
    train,
)

APP_ENVIRONMENT = {name: os.environ[name] for name in ("STRATA_MNIST", "KERAS_HOME") if name in os.environ}


@pytest.mark.mnist
def test_a_small_slice_of_mnist_to_the_end(page: Page, app: App) -> None:
    open_page(page, app)
    page.get_by_text("Training settings").click()
    page.get_by_role("spinbutton", name="Epochs").fill("1")
    page.get_by_role("spinbutton", name="Epochs").press("Enter")
    page.get_by_test_id("stSidebar").get_by_text("More", exact=True).click()
    slider = page.get_by_role("slider", name="Validation split (% of the training images)")
    for _ in range(30):
        slider.press("ArrowRight")
    run = train(page, app)
    finish(page, run)
    data = run.data()
    assert data is not None
    assert data.sha256 == datasets.load("mnist").sha256
    assert data.train_images == 30_000
    expect(page.get_by_text("MNIST · CNN 32-64-128 · step 938 of 938")).to_be_visible()
    accuracy = run.metrics()[-1].val_accuracy
    assert accuracy is not None and accuracy > 0.95
    assert_the_scene_is_what_keras_computes(page, run, 7)
    assert_the_surfaces_are_what_keras_computes(page, run, 7)
