"""What the picture of the links is sent, and its explanation in this network's own numbers."""

import json
from pathlib import Path

import numpy as np
import pytest

from model.networks import CNN, PRESETS, Flatten, GlobalMaxPool2D, Network
from model.runs import PRETRAINED, Run
from model.tracing import trace
from tests.golden import write as golden
from visualization.links import LinksSettings, example, explanation, links
from visualization.pictures import sample
from visualization.scene import scene


def test_the_links_are_the_scene_and_the_settings_as_plain_json(tmp_path: Path) -> None:
    whole = scene(golden.run(tmp_path), golden.STEP, golden.NETWORK, golden.CLASS_NAMES, golden.picture())
    data = json.loads(json.dumps(links(whole, LinksSettings(most=5)), allow_nan=False))
    assert data["scene"] == json.loads(json.dumps(whole))
    assert data["settings"] == {"most": 5, "order": "number", "palette": "perceptual", "every_layer": False}


def test_the_example_adds_up_to_kerass_logit() -> None:
    run = Run(PRETRAINED)
    step = run.snapshot_steps()[-1]
    activations = {name: values[0] for name, values in trace(run.path, step, sample(7).pixels[None]).items()}
    weights = run.weights(step)
    shown = example(CNN, activations, weights)
    assert shown is not None and (shown.layer, shown.unit, shown.count) == ("output", 7, 128)
    # Keras gives shares alone: the difference of two logits is the logarithm of their ratio.
    other = int(np.argsort(activations["output"])[-2])
    rest = sum(
        float(weights["output/kernel"][node, other]) * float(activations["dense_1"][node]) for node in range(128)
    ) + float(weights["output/bias"][other])
    ratio = float(np.log(activations["output"][7] / activations["output"][other]))
    assert shown.score - rest == pytest.approx(ratio, abs=1e-3)
    products = activations["dense_1"] * weights["output/kernel"][:, 7]
    assert [part.node for part in shown.strongest] == list(np.argsort(-np.abs(products))[:2])
    for part in shown.strongest:
        assert part.product == pytest.approx(float(products[part.node]))
    words = explanation(CNN, LinksSettings(), shown)
    assert f"unit 7: {shown.score:.3f} = bias {shown.bias:+.3f}" in words
    assert "24 of 32 in conv 1, 24 of 32 in pool 1, 56 of 64 in conv 2, 56 of 64 in pool 2, 120 of 128" in words


def test_the_example_follows_what_the_last_dense_layer_reads(tmp_path: Path) -> None:
    run = golden.run(tmp_path, golden.RESIDUAL)
    pixels = golden.picture(golden.RESIDUAL).pixels[None]
    activations = {name: values[0] for name, values in trace(run.path, golden.STEP, pixels).items()}
    shown = example(golden.RESIDUAL, activations, run.weights(golden.STEP))
    assert shown is not None and (shown.layer, shown.bias, shown.count) == ("output", 0.0, 13)
    scores = activations["maximum_1"].astype(np.float64) @ run.weights(golden.STEP)["output/kernel"]
    assert (shown.unit, shown.score) == (int(scores.argmax()), pytest.approx(float(scores.max())))
    words = explanation(golden.RESIDUAL, LinksSettings(4), shown)
    assert "no lines are drawn, as it has no such shares" in words and "9 of 13 in concatenate 1" in words
    assert "has weight 1, one that is taken away −1" in explanation(golden.BRANCHES, LinksSettings(), None)


@pytest.mark.parametrize("network", PRESETS.values(), ids=PRESETS.keys())
def test_every_network_is_explained_without_keras(network: Network) -> None:
    words = explanation(network, LinksSettings(), None)
    assert network.title in words and "**Here**" not in words
    kinds = {layer.kind for layer in network.layers}
    assert ("the largest value of a window" in words) == ("max_pool2d" in kinds)
    assert ("normalization has the weight" in words) == ("batch_normalization" in kinds)


def test_a_network_without_a_dense_layer_has_no_example() -> None:
    bare = Network("bare", "Bare", (4, 4, 1), (Flatten("flatten"),))
    assert example(bare, {"input": np.zeros((4, 4, 1), np.float32)}, {}) is None
    assert "No layer has more" in explanation(
        Network("bare", "Bare", (4, 4, 1), (GlobalMaxPool2D("maximum"),)), LinksSettings(), None
    )
