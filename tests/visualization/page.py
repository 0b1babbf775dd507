"""What the page tests read in a page that AppTest has run."""

import json
import time
from collections.abc import Iterator
from typing import Any

from streamlit.testing.v1 import AppTest

from model.engine import Engine
from model.networks import CNN
from model.records import RunState, Status
from model.runs import PRETRAINED, Run
from model.settings import Settings
from tests.waiting import DEADLINE_SECONDS, wait
from visualization.views import waiting


def settled(page: AppTest) -> str:
    """What the page says once the workers have all that it asked for, one thing after the other."""
    asked, deadline, quiet = waiting.engine().analyses, time.monotonic() + DEADLINE_SECONDS, 0
    while quiet < 2:  # what a drawing asks for may be there before it ends, but not drawn
        wait(lambda: waiting.engine().is_warm and not asked._futures)
        page.run()
        quiet = 0 if asked._futures else quiet + 1
        assert time.monotonic() < deadline, "the page asks for ever more"
    return words(page)


def words(page: AppTest) -> str:
    """All that the page says."""
    assert not page.exception, page.exception[0].value
    elements = [*page.caption, *page.markdown, *page.info, *page.error]
    return "\n".join(str(element.value) for element in elements)


def component(page: AppTest, name: str) -> dict[str, Any]:
    """The data that the page sends to a browser component, by the end of its key."""
    found = components(page, name)
    assert found, f"no component {name}"
    return found[0]


def components(page: AppTest, name: str) -> list[dict[str, Any]]:
    """The same of every component of that kind, in their order."""
    found = [block for block in _blocks(page._tree) if getattr(block, "type", "") == "bidi_component"]
    return [json.loads(block.proto.json) for block in found if block.proto.component_name.endswith(name)]


def progress(page: AppTest) -> str:
    """The words on the progress bar."""
    (bar,) = (block for block in _blocks(page._tree) if getattr(block, "type", "") == "progress")
    return str(bar.proto.text)


def _blocks(node: Any) -> Iterator[Any]:
    yield node
    for child in getattr(node, "children", {}).values():
        yield from _blocks(child)


def button(page: AppTest, label: str) -> Any:
    return next(found for found in page.button if found.label == label)


def finished_run(engine: Engine) -> Run:
    run = engine.runs.create(Settings(dataset="digits"), CNN, {})
    pretrained = Run(PRETRAINED)
    run.write_snapshot(5, pretrained.weights(pretrained.snapshot_steps()[-1]))
    run.write_status(Status(RunState.FINISHED, step=5, total_steps=5))
    return run
