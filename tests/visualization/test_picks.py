"""Neurons that the scene says were touched: read exactly, or refused in words."""

import math

import numpy as np
import pytest

from model.networks import CNN
from visualization import picks
from visualization.picks import Pick, PickError, ScenePick, at, place_of

SHAPES = picks.shapes(CNN)
LAYERS = "input, conv_1, pool_1, conv_2, pool_2, flatten, dense_1, output"


def message(**changes: object) -> dict[str, object]:
    return {"schema": 1, "serial": 3, "layer": "conv_2", "index": 64 * (11 * 4 + 9) + 17, **changes}


def test_the_index_is_a_place_in_flat_activations() -> None:
    assert picks.read(message(), CNN) == ScenePick(3, Pick("conv_2", 17, 4, 9))
    assert picks.read(message(layer="dense_1", index=127), CNN) == ScenePick(3, Pick("dense_1", 127))


@pytest.mark.parametrize("layer", list(SHAPES))
def test_the_value_is_that_of_the_flat_activations(layer: str) -> None:
    shape = SHAPES[layer]
    count = math.prod(shape)
    activations = {layer: np.arange(count, dtype=np.float32).reshape(shape)}
    for index in {0, count // 2, count - 1}:
        assert picks.at(layer, shape, index).value(activations) == index


def test_tokens_and_features_are_one_map() -> None:
    """Token 2, feature 3 of 5 features."""
    values = np.arange(20, dtype=np.float32).reshape(4, 5)
    found = at("tokens", (4, 5), 13)
    assert found == Pick("tokens", 0, 2, 3) and found.words == "tokens, map 0, row 2, column 3"
    assert found.value({"tokens": values}) == 13
    assert found.value({"tokens": values[:2]}) is None
    assert place_of(found, (4, 5)) == (2, 3)


def test_a_touch_may_be_let_go() -> None:
    assert picks.read(message(layer=None, index=None), CNN) == ScenePick(3, None)


@pytest.mark.parametrize(
    ("pick", "words"),
    [
        (Pick("conv_2", 17, 4, 9), "conv 2, map 17, row 4, column 9"),
        (Pick("input", 0, 4, 9), "input, row 4, column 9"),
        (Pick("dense_1", 12), "dense 1, unit 12"),
        (Pick("conv_2"), "conv 2"),
    ],
)
def test_words(pick: Pick, words: str) -> None:
    assert pick.words == words


@pytest.mark.parametrize(
    "pick", [Pick("conv_9", 1, 1, 1), Pick("conv_2"), Pick("conv_2", 3), Pick("conv_2", 64, 0, 0), Pick("dense_1", 128)]
)
def test_a_neuron_that_is_not_there_has_no_value(pick: Pick) -> None:
    activations = {layer: np.zeros(shape, np.float32) for layer, shape in SHAPES.items()}
    assert pick.value(activations) is None


@pytest.mark.parametrize(
    ("sent", "what"),
    [
        ("text", "itself. Expected an object of schema 1"),
        (message(schema=2), "itself. Expected an object of schema 1"),
        (message(serial=0), "serial. Expected a whole number from 1 to 9007199254740991"),
        (message(serial=True), "serial. Expected a whole number from 1 to 9007199254740991"),
        (message(layer="conv_9"), f"layer. Expected one of {LAYERS}"),
        (message(layer=["conv_1"]), f"layer. Expected one of {LAYERS}"),
        (message(index=7744), "index. Expected a whole number from 0 to 7,743"),
        (message(index=-1), "index. Expected a whole number from 0 to 7,743"),
        (message(index=1.5), "index. Expected a whole number from 0 to 7,743"),
    ],
)  # fmt: skip
def test_anything_else_is_refused(sent: object, what: str) -> None:
    with pytest.raises(PickError) as refused:
        picks.read(sent, CNN)
    assert str(refused.value) == (
        f"A neuron touched in the scene cannot be read: {what}. Touch it again; if that does not help, reload the page."
    )
