"""The parity benchmark leaves out nothing that the engine claims; the golden layers hold those claims."""

from collections import Counter

from benchmarks import parity_cases
from model.layers import KINDS


def test_every_kind_and_activation_is_drawn_twelve_times() -> None:
    tested = [network.layers[-1] for network in parity_cases.networks() if network.layers[-1].name == "tested"]
    kinds = Counter(layer.kind for layer in tested)
    activations = Counter(layer.activation for layer in tested if hasattr(layer, "activation"))
    assert kinds.keys() == KINDS.keys() - {"keras_layer"}
    assert activations.keys() == set(parity_cases.ACTIVATIONS)
    assert min(*kinds.values(), *activations.values()) >= 12


def test_the_cases_are_the_same_every_time_and_differ_from_each_other() -> None:
    networks = list(parity_cases.networks())
    assert networks == list(parity_cases.networks())
    assert len({network.name for network in networks}) == len(networks)


def test_every_case_can_be_built_and_has_all_its_weights() -> None:
    for seed, network in enumerate(parity_cases.networks()):
        weights = parity_cases.weights(network, seed)
        assert {name: values.shape for name, values in weights.items()} == {
            name: shape for placed in network.placed() for name, shape in placed.weight_shapes.items()
        }
