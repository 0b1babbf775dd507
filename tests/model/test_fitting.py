"""Networks fitted to other pictures and classes; Keras builds what comes out."""

import numpy as np
import pytest

from model.building import build
from model.fitting import fitted
from model.networks import CNN, CNN_SMALL, PRESETS, Dense, Flatten, Network, NetworkError


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_fits_every_size_and_number_of_classes(name: str) -> None:
    for shape, classes in (((32, 32, 3), 2), ((64, 64, 3), 100), ((28, 28, 1), 7)):
        network = fitted(PRESETS[name], shape, classes)
        assert network.input_shape == shape and network.placed()[-1].output_shape == (classes,)
        assert [layer.kind for layer in network.layers] == [layer.kind for layer in PRESETS[name].layers]
        assert network.layers[:-1] == PRESETS[name].layers[:-1]


def test_keras_builds_a_fitted_network_with_the_same_parameters() -> None:
    network = fitted(CNN_SMALL, (32, 32, 3), 4)
    model = build(network)
    assert model.count_params() == network.parameters
    assert model(np.zeros((1, 32, 32, 3), np.float32)).shape == (1, 4)


def test_what_fits_already_stays_the_same() -> None:
    assert fitted(CNN, (28, 28, 1), 10) is CNN


def test_pictures_too_small_and_a_last_layer_that_is_not_dense_are_refused() -> None:
    with pytest.raises(NetworkError, match=r"does not fit pictures of 8x8x1: Layer pool_2 has a 2x2 window\."):
        fitted(CNN, (8, 8, 1), 10)
    flat = Network("flat", "Flat", (2, 5, 1), (Flatten("flatten"),))
    with pytest.raises(NetworkError, match=r"ends with the layer flatten, of kind flatten\. Expected a dense layer"):
        fitted(flat, (28, 28, 1), 10)
    with pytest.raises(NetworkError, match="has no layers"):
        fitted(Network("none", "None", (2, 5, 1), ()), (28, 28, 1), 10)
    assert fitted(Network("d", "D", (2, 5, 1), (Flatten("f"), Dense("o", 3, "softmax"))), (4, 4, 1), 2).parameters == 34
