"""A network while it is edited: names, shapes and counts, and the words where layers do not fit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.layers import Conv2D, Dense
from model.networks import PRESETS
from model.runs import check_trainable
from visualization import drafts

CNN = drafts.start_from(PRESETS["cnn"])


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_can_be_started_from(name: str) -> None:
    draft = drafts.start_from(PRESETS[name])
    network = drafts.network(draft)
    check_trainable(network)
    assert network.parameters == drafts.total_parameters(draft) == PRESETS[name].parameters
    assert [row.output_shape for row in drafts.rows(draft)] == [p.output_shape for p in PRESETS[name].placed()]


def test_a_layer_that_does_not_fit_says_so_and_those_after_it_wait() -> None:
    draft = (Conv2D("conv_1", 32, kernel_size=(28, 3)), *CNN[1:])
    rows = drafts.rows(draft)
    assert drafts.problems(draft) == (
        "Layer pool_1 has a 2x2 window. Expected at most its input's 1x26. Make the window smaller or pool less "
        "before it.",
    )
    assert [row.output_shape for row in rows] == [(1, 26, 32), None, None, None, None, None, None]
    assert [bool(row.problem) for row in rows] == [False, True, False, False, False, False, False]


def test_layers_are_added_moved_and_removed_before_the_output() -> None:
    added = drafts.add(CNN, "conv2d", 0)
    assert [layer.name for layer in added] == [
        "conv_1", "conv_2", "pool_1", "conv_3", "pool_2", "flatten", "dense_1", "output"
    ]  # fmt: skip
    assert drafts.remove(added, 1) == CNN
    assert drafts.move(CNN, 5, 1) == CNN and drafts.move(CNN, 6, -1) == CNN and drafts.move(CNN, 0, -1) == CNN
    assert [layer.kind for layer in drafts.move(CNN, 0, 1)][:2] == ["max_pool2d", "conv2d"]
    assert drafts.add(CNN, "dropout", 99)[-2].name == "dropout_1"


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["add", "remove", "move"]), st.sampled_from(list(drafts.KIND_TITLES)), st.integers(0, 8)
        )
    )
)
def test_whatever_is_done_the_names_differ_and_the_output_stays_last(edits: list[tuple[str, str, int]]) -> None:
    draft = CNN
    for what, kind, place in edits:
        if what == "add":
            draft = drafts.add(draft, kind, place)
        elif len(draft) > 1 and place < len(draft) - 1:
            draft = drafts.remove(draft, place) if what == "remove" else drafts.move(draft, place, 1)
    assert len({layer.name for layer in draft}) == len(draft)
    assert draft[-1] == Dense("output", 10, activation="softmax")
    if not drafts.problems(draft):
        check_trainable(drafts.network(draft))
