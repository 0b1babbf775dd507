"""The server is killed in the middle of a training: the next one finds the run, and nothing is left behind."""

import os
import signal
import subprocess
from pathlib import Path

from playwright.sync_api import Browser

from model.records import RunState
from tests.e2e.conftest import running_app
from tests.e2e.steps import PATIENCE_MS, SCENE, choose_settings, open_page, train
from tests.waiting import wait


def _alive(session: int) -> list[int]:
    """The processes of a session that still run."""
    listed = subprocess.run(["ps", "-eo", "pid=,sid=,stat="], capture_output=True, text=True, check=True).stdout
    rows = [line.split() for line in listed.splitlines()]
    return [int(pid) for pid, found, state in rows if int(found) == session and not state.startswith("Z")]


def test_a_killed_server_loses_nothing_and_leaves_nothing_behind(browser: Browser, tmp_path: Path) -> None:
    with running_app(tmp_path, {}) as first, browser.new_context() as context:
        page = context.new_page()
        open_page(page, first)
        choose_settings(page, dataset="Digits", epochs=20)
        run = train(page, first)
        wait(lambda: run.status().step > 0)
        os.kill(first.process.pid, signal.SIGKILL)
        first.process.wait()
        page.close()
        with running_app(tmp_path, {}) as second:
            found = context.new_page()
            found.goto(second.url)
            found.locator(f"{SCENE}[data-ready=true][data-run='{run.id}']").wait_for(timeout=PATIENCE_MS)
            # Its worker was not killed: it trains on to the end, and only then leaves.
            wait(lambda: not run.status().state.is_active)
            assert run.status().state is RunState.FINISHED
            wait(lambda: not _alive(first.process.pid))
