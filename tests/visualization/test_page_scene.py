"""What the scene sends to the page, and what the page makes of it: drawings and touched neurons."""

from streamlit.testing.v1 import AppTest

from data import samples
from model.runs import PRETRAINED, Run
from model.tracing import trace
from tests.golden.write_drawing import message
from tests.visualization.page import button, component, words


def draw_on_the_pad(page: AppTest, label: int, serial: int = 1) -> None:
    sample = samples.samples()[label]
    page.session_state["scene"] = {"drawing": message(samples.draw(sample.strokes, sample.width), serial)}
    page.run()


def test_a_drawing_becomes_the_chosen_picture_of_every_view(page: AppTest) -> None:
    page.run()
    assert component(page, "scene")["pad"] == {"taken": None, "shown": False}
    draw_on_the_pad(page, 1)
    assert page.session_state["picture_source"] == "Drawing"
    assert "your drawing" in words(page) and "Reads **1**" in words(page)
    data = component(page, "scene")
    assert data["pad"] == {"taken": 1, "shown": True}
    assert (data["image"]["label"], data["image"]["caption"]) == (None, "your drawing")
    page.session_state["view"] = "Surfaces"
    page.run()
    assert "your drawing" in words(page) and "Reads **1**" in words(page)


def test_another_picture_ends_the_pads_hold_and_the_drawing_can_be_chosen_again(page: AppTest) -> None:
    page.run()
    draw_on_the_pad(page, 1)
    page.session_state["picture_source"] = "Sample"
    page.run()  # the component still reports the drawing, which must not be taken again
    assert "Reads **7**" in words(page)
    assert component(page, "scene")["pad"] == {"taken": 1, "shown": False}
    page.session_state["picture_source"] = "Drawing"
    page.run()
    assert "Reads **1**" in words(page)
    draw_on_the_pad(page, 4, serial=2)
    assert "Reads **4**" in words(page)


def test_before_there_is_a_drawing_the_last_picture_stays(page: AppTest) -> None:
    page.run()
    page.session_state["picture_source"] = "Drawing"
    page.run()
    assert "Draw on the pad in the Network view." in words(page) and "Reads **7**" in words(page)


def test_what_is_no_drawing_is_refused_in_words_and_the_picture_stays(page: AppTest) -> None:
    page.run()
    page.session_state["scene"] = {"drawing": {"schema": 1, "serial": 1, "side": 5000}}
    page.run()
    assert [error.value for error in page.error] == [
        "Drawing cannot be read: side. Expected 280. Received 5000. Draw again; if that does not help, reload the page."
    ]
    assert "Reads **7**" in words(page)
    assert component(page, "scene")["pad"] == {"taken": None, "shown": False}


def touch(page: AppTest, layer: str | None, index: int | None, serial: int = 1) -> None:
    page.session_state["scene"] = {"pick": {"schema": 1, "serial": serial, "layer": layer, "index": index}}
    page.run()


def test_a_touched_neuron_is_known_to_the_surfaces_with_its_value(page: AppTest) -> None:
    page.run()
    touch(page, "conv_2", 64 * (11 * 4 + 9) + 17)
    page.session_state["view"] = "Surfaces"
    page.run()
    run = Run(PRETRAINED)
    traced = trace(run.path, run.snapshot_steps()[-1], samples.samples()[7].pixels[None])
    assert f"conv 2, map 17, row 4, column 9: {traced['conv_2'][0, 4, 9, 17]:.3f}" in words(page)


def test_a_neuron_that_is_let_go_of_is_forgotten(page: AppTest) -> None:
    page.run()
    touch(page, "conv_2", 0)
    touch(page, None, None, serial=2)
    page.session_state["view"] = "Surfaces"
    page.run()
    assert "Click a map to keep its value here" in words(page)


def test_what_is_no_neuron_is_refused_in_words(page: AppTest) -> None:
    page.run()
    touch(page, "conv_2", 10**6)
    assert [error.value for error in page.error] == [
        "A neuron touched in the scene cannot be read: index. Expected a whole number from 0 to 7,743. "
        "Touch it again; if that does not help, reload the page."
    ]


def test_show_in_3d_leads_to_the_scene_with_a_wish(page: AppTest) -> None:
    page.run()
    assert component(page, "scene")["wish"] is None
    touch(page, "conv_2", 64 * (11 * 4 + 9) + 17)
    page.session_state["view"] = "Surfaces"
    page.run()
    button(page, "Show in 3D").click()
    page.run()
    assert component(page, "scene")["wish"] == {
        "serial": 1, "layer": "conv_2", "channel": 17, "row": 4, "column": 9, "muted": None
    }  # fmt: skip


def test_a_layer_can_be_chosen_for_the_scene(page: AppTest) -> None:
    page.session_state["view"] = "Surfaces"
    page.run()
    page.session_state["scene_layer"] = "pool_2"
    page.run()
    button(page, "Show").click()
    page.run()
    assert component(page, "scene")["wish"] == {
        "serial": 1, "layer": "pool_2", "channel": None, "row": None, "column": None, "muted": None
    }  # fmt: skip
