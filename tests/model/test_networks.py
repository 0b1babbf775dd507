"""Shapes, parameter counts and refusals of network descriptions, with Keras as the judge."""

import json

import pytest

from model.building import build
from model.networks import CNN, Conv2D, Dense, Flatten, MaxPool2D, Network, NetworkError
from tests.golden.write import NETWORK as GOLDEN


def test_the_standard_network_has_225034_parameters() -> None:
    assert CNN.parameters == 225_034


@pytest.mark.parametrize("network", [CNN, GOLDEN], ids=lambda network: network.name)
def test_keras_agrees_on_every_shape_and_parameter_count(network: Network) -> None:
    model = build(network)
    for placed, layer in zip(network.placed(), model.layers, strict=True):
        assert placed.output_shape == layer.output.shape[1:], placed.layer.name
        assert placed.parameters == layer.count_params(), placed.layer.name


def test_a_description_survives_its_json() -> None:
    assert Network.from_json(json.loads(json.dumps(GOLDEN.to_json()))) == GOLDEN


def test_a_window_larger_than_its_input_is_refused() -> None:
    network = Network("n", "N", (4, 4, 1), (Conv2D("conv_1", 2, kernel_size=(5, 5)),))
    with pytest.raises(NetworkError) as refusal:
        network.placed()
    assert str(refusal.value) == (
        "Layer conv_1 has a 5x5 window. Expected at most its input's 4x4. "
        "Make the window smaller or pool less before it."
    )


@pytest.mark.parametrize("layers", [(Dense("d", 2),), (Flatten("f"), MaxPool2D("p"))])
def test_layers_that_do_not_fit_each_other_are_refused(layers: tuple[Dense | Flatten | MaxPool2D, ...]) -> None:
    with pytest.raises(NetworkError, match="Expected"):
        Network("n", "N", (4, 4, 1), layers).placed()


@pytest.mark.parametrize(
    "record", [{}, {"name": "n", "title": "N", "input_shape": [1, 1, 1], "layers": [{"kind": "x"}]}]
)
def test_a_broken_description_is_refused(record: dict[str, object]) -> None:
    with pytest.raises(NetworkError, match="A network description is broken"):
        Network.from_json(record)
