"""What the drawing pad sends: read as it was drawn, and refused in words when it is anything else."""

import base64
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.drawing import Switches
from data.errors import PictureError
from tests.golden.write_drawing import canvases, message, runs
from visualization import pad

END = " Draw again; if that does not help, reload the page."


@pytest.mark.parametrize("name", ["sample 3", "blank", "full", "faint"])
def test_a_drawing_arrives_as_it_was_drawn(name: str) -> None:
    drawing = pad.read(message(canvases()[name], 5, Switches(crop=False)))
    np.testing.assert_array_equal(drawing.ink, canvases()[name])
    assert not drawing.ink.flags.writeable
    assert (drawing.serial, drawing.switches) == (5, Switches(crop=False))


def test_the_worst_canvas_is_within_the_limit() -> None:
    stripes = np.tile(np.array([0, 255], np.uint8), (280, 140))
    text = runs(stripes)
    assert len(text) == pad.MAX_TEXT
    assert (pad.read({**message(stripes), "ink": text}).ink == stripes).all()


NOT_DRAWINGS: list[tuple[dict[str, Any], str]] = [
    ({"schema": 2}, "schema. Expected 1. Received 2."),
    ({"schema": True}, "schema. Expected 1. Received True."),
    ({"serial": 0}, "serial. Expected a whole number from 1 to 9007199254740991. Received 0."),
    ({"serial": float("nan")}, "serial. Expected a whole number from 1 to 9007199254740991. Received nan."),
    ({"serial": 1.5}, "serial. Expected a whole number from 1 to 9007199254740991. Received 1.5."),
    ({"serial": 10**400}, "serial. Expected a whole number from 1 to 9007199254740991. "
                          "Received a number of over 20 digits."),
    ({"side": 281}, "side. Expected 280. Received 281."),
    ({"side": None}, "side. Expected 280. Received nothing."),
    ({"ink": None}, "ink. Expected base64 text. Received nothing."),
    ({"ink": [0, 255]}, "ink. Expected base64 text. Received a list."),
    ({"ink": "no base64!"}, "ink. Expected base64 text. Received no base64!."),
    ({"ink": "ä" * 50}, f"ink. Expected base64 text. Received {'ä' * 40}…."),
    ({"ink": "A" * 10_000_000}, "ink. Expected at most 209,068 characters. Received 10,000,000 characters."),
    ({"ink": ""}, "ink. Expected 78,400 pixels. Received 0 pixels."),
    ({"ink": base64.b64encode(b"\0\1\0").decode()}, "ink. Expected pairs of a value and a length. Received 3 bytes."),
    ({"ink": base64.b64encode(b"\0\0").decode()}, "ink. Expected runs of 1 to 255 pixels. Received a run of 0."),
    ({"ink": runs(np.zeros((279, 280), np.uint8))}, "ink. Expected 78,400 pixels. Received 78,120 pixels."),
    ({"ink": base64.b64encode(b"\1\xff" * 78_400).decode()},
     "ink. Expected 78,400 pixels. Received 19,992,000 pixels."),
    ({"switches": None}, "switches. Expected an object of crop, fit, centre. Received nothing."),
    ({"switches": {"crop": True}}, "switches. Expected an object of crop, fit, centre. Received an object of 1."),
    ({"switches": {"crop": 1, "fit": True, "centre": True}}, "switches.crop. Expected true or false. Received 1."),
]  # fmt: skip


@pytest.mark.parametrize(("change", "reason"), NOT_DRAWINGS, ids=lambda value: str(value)[:40])
def test_what_the_pad_does_not_send_is_refused(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(PictureError) as caught:
        pad.read({**message(canvases()["sample 3"]), **change})
    assert str(caught.value) == f"Drawing cannot be read: {reason}{END}"


@pytest.mark.parametrize(("value", "received"), [("text", "text"), ([1], "a list"), (7, "7"), (b"", "a bytes")])
def test_a_drawing_is_an_object(value: object, received: str) -> None:
    with pytest.raises(PictureError) as caught:
        pad.read(value)
    assert str(caught.value) == f"Drawing cannot be read: itself. Expected an object. Received {received}.{END}"


_anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: st.lists(inner, max_size=3)
)


@settings(deadline=None, database=None, max_examples=200)
@given(st.dictionaries(st.sampled_from(["schema", "serial", "side", "ink", "switches"]), _anything))
def test_nothing_else_happens_to_anything(change: dict[str, Any]) -> None:
    try:
        pad.read({**message(np.zeros((280, 280), np.uint8)), **change})
    except PictureError:
        return
    assert change.keys() <= {"schema", "serial", "side"}
