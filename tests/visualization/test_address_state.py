"""The page's own address: one message for each change, and a browser that is behind is told again."""

from urllib.parse import parse_qs

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.scriptrunner_utils.script_run_context import ScriptRunContext
from streamlit.testing.v1 import AppTest


def _script() -> None:
    import streamlit as st

    from visualization import address_state

    if st.button("another run"):
        address_state.change(run="b", step=None)
    st.text(f"{address_state.get('run')} {address_state.get('step')}")


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, list[str]]]:
    """The addresses that the browser is told."""
    messages: list[dict[str, list[str]]] = []
    enqueue = ScriptRunContext.enqueue

    def heard(self: ScriptRunContext, message: ForwardMsg) -> None:
        if message.WhichOneof("type") == "page_info_changed":
            messages.append(parse_qs(message.page_info_changed.query_string))
        enqueue(self, message)

    monkeypatch.setattr(ScriptRunContext, "enqueue", heard)
    return messages


@pytest.fixture
def page() -> AppTest:
    """At step 2 of run a, with a name in the address that is not ours."""
    page = AppTest.from_function(_script)
    page.query_params["run"] = "a"
    page.query_params["step"] = "2"
    page.query_params["theirs"] = "1"
    return page.run()


def test_a_change_is_one_message(page: AppTest, told: list[dict[str, list[str]]]) -> None:
    assert page.text[0].value == "a 2"
    page.button[0].click().run()
    assert page.text[0].value == "b None"
    assert told == [{"run": ["b"], "theirs": ["1"]}]


def test_a_browser_that_still_has_the_address_of_before_is_told_again(
    page: AppTest, told: list[dict[str, list[str]]]
) -> None:
    page.button[0].click().run()
    told.clear()
    page.query_params["run"] = "a"
    page.query_params["step"] = "2"
    page.run()
    assert page.text[0].value == "b None"
    assert told == [{"run": ["b"], "theirs": ["1"]}]


def test_an_address_the_page_never_had_is_taken(page: AppTest, told: list[dict[str, list[str]]]) -> None:
    page.query_params["run"] = "c"
    page.run()
    assert page.text[0].value == "c 2"
    assert told == []
