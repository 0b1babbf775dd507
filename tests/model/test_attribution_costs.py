"""What asking why is estimated to cost: what is left out, what is kept, and how many pictures are read together."""

import math
import weakref

import numpy as np
import pytest
import tensorflow as tf

from benchmarks import architectures, parity_cases
from model import attribution_costs
from model.analyses import Analysis, Cancelled
from model.attribution import attribution
from model.bare_layers import bare_layers, forward
from model.footprints import footprint
from model.layers import Concatenate
from model.networks import CNN, PRESETS, Conv2D, Dense, DepthwiseConv2D, Flatten, GlobalAveragePool2D, Network
from model.uploads import keeping
from model.uploads.admission import OwnModel
from model.uploads.translation import translate
from tests.model.graphs import INCEPTION, RESIDUAL
from tests.model.snapshots import STEP, images, run_of

WIDE = Network(
    "wide",
    "Wide",
    (64, 64, 3),
    (Conv2D("conv", 4000, (1, 1)), GlobalAveragePool2D("average"), Dense("output", 2, "softmax")),
)
"""24,002 parameters, 16 million values of a picture."""


def names(network: Network, steps: int) -> list[str]:
    return [way.name for way in attribution_costs.left_out(network, steps)]


def test_a_wide_network_is_explained_without_its_occlusion() -> None:
    assert WIDE.parameters == 24_002
    assert names(WIDE, 64) == ["occlusion"]
    occlusion, integrated = attribution_costs.ways(WIDE, 64)
    assert (occlusion.pictures, integrated.pictures) == (64 * 64, 64)
    assert integrated.seconds < attribution_costs.MOST_SECONDS < occlusion.seconds


@pytest.mark.parametrize("network", PRESETS.values(), ids=list(PRESETS))
def test_the_projects_networks_keep_every_way(network: Network) -> None:
    assert names(network, 512) == []


@pytest.mark.parametrize("name", ["mobilenet", "resnet50", "densenet121"])
def test_known_architectures_of_64x64_pixels_keep_every_way(name: str) -> None:
    network = translate(architectures.ARCHITECTURES[name](), name, "0..1").network
    assert network.input_shape == (64, 64, 3)
    assert names(network, 512) == []


def test_the_cheaper_way_has_the_room_first(monkeypatch: pytest.MonkeyPatch) -> None:
    occlusion, integrated = attribution_costs.ways(CNN, 8)
    assert integrated.seconds < occlusion.seconds
    for most, expected in (
        (0.0, ["integrated", "occlusion"]),
        (integrated.seconds, ["occlusion"]),
        (integrated.seconds + occlusion.seconds, []),
    ):
        monkeypatch.setattr(attribution_costs, "MOST_SECONDS", most)
        assert names(CNN, 8) == expected


def test_kernels_of_single_channels_cost_more_than_their_multiplications() -> None:
    end = (GlobalAveragePool2D("average"), Dense("output", 10, "softmax"))
    deep = Network("deep", "Deep", (28, 28, 1), (DepthwiseConv2D("a", (3, 3), depth_multiplier=40), *end))
    plain = Network("plain", "Plain", (28, 28, 1), (Conv2D("a", 40, (3, 3)), *end))
    first, second = (footprint(network.placed()[0]) for network in (deep, plain))
    assert first.multiply_adds == second.multiply_adds
    assert attribution_costs.ways(deep, 8)[0].seconds > attribution_costs.ways(plain, 8)[0].seconds


@pytest.mark.parametrize("network", [CNN, RESIDUAL.network, INCEPTION.network], ids=["cnn", "residual", "inception"])
def test_no_more_is_held_than_is_counted(network: Network) -> None:
    """The layers' outputs that are alive while a real pass goes on, asked of Python's own references."""
    bares = bare_layers(network, parity_cases.weights(network, 5), "float32")
    alive: list[tuple[weakref.ref[tf.Tensor], int]] = []
    held = []

    def watch(name: str, values: tf.Tensor) -> None:
        alive.append((weakref.ref(values), math.prod(values.shape[1:])))
        held.append(sum(size for tensor, size in alive if tensor() is not None))

    forward(bares, tf.zeros((1, *network.input_shape)), watch)
    assert max(held) <= attribution_costs._held(network) < network.values


def test_a_chunk_shrinks_with_what_is_held() -> None:
    assert attribution_costs.chunk(CNN) == attribution_costs.chunk(CNN, slopes=True) == 112
    assert attribution_costs.chunk(WIDE, slopes=True) == 3  # of 16 million values each
    kept = [Conv2D(f"conv_{at}", 100, (3, 3), padding="same") for at in range(10)]
    chain = Network("chain", "Chain", (64, 64, 3), (*kept, Flatten("flatten"), Dense("output", 2, "softmax")))
    joined = Network(
        "joined",
        "Joined",
        (64, 64, 3),
        (*kept, Concatenate("all"), GlobalAveragePool2D("average"), Dense("output", 2, "softmax")),
        (("all", tuple(layer.name for layer in kept)),),
    )
    assert attribution_costs._held(chain) == 2 * 64 * 64 * 100
    assert attribution_costs._held(joined) == 2 * 10 * 64 * 64 * 100
    assert attribution_costs.chunk(joined) <= 64_000_000 // (20 * 64 * 64 * 100)


def test_the_wide_networks_other_ways_are_computed(tmp_path_factory: pytest.TempPathFactory) -> None:
    weights = parity_cases.weights(WIDE, 1)
    own = OwnModel(WIDE, weights, "wide.keras", "ab" * 32, 1000, "0..1", (), 1e-7)
    run = keeping.keep(tmp_path_factory.mktemp("runs"), own, keeping.NO_DATASET)
    pixels = np.random.default_rng(0).integers(0, 256, WIDE.input_shape, dtype=np.uint8)
    told: list[tuple[int, int]] = []
    asked = Analysis.of("attribution", run, keeping.STEP, pixels, goal=-1, against=-1, patch=5, steps=4)
    result = attribution(asked, lambda words, done, total: told.append((done, total)))
    assert "occlusion" not in result and {"pixels", "integrated", "black", "grad_cam"} <= set(result)
    assert told == [(0, 6), (1, 6), (2, 6), (5, 6), (6, 6)]
    goal = int(result["goal"][0])
    assert result["pixels"].sum() + result["constants"].sum() == pytest.approx(result["logits"][goal], abs=1e-4)


def test_it_tells_after_each_chunk_and_ends_between_two(tmp_path_factory: pytest.TempPathFactory) -> None:
    run = run_of(CNN, tmp_path_factory.mktemp("runs"))
    pixels = np.round(images()[0] * 255).astype(np.uint8)
    asked = Analysis.of("attribution", run, STEP, pixels, goal=-1, against=-1, patch=3, steps=8)
    told: list[tuple[str, int, int]] = []

    def report(words: str, done: int, total: int) -> None:
        told.append((words, done, total))

    attribution(asked, report)
    total = 2 + 8 + 28 * 28
    assert told[-1] == ("readings of the picture", total, total)
    read = [done for _, done, _ in told]
    assert read == [0, 1, 2, 10, *range(122, 794, 112), total]

    def cancelled(words: str, done: int, total: int) -> None:
        told.append((words, done, total))
        if done > 10:
            raise Cancelled

    told.clear()
    with pytest.raises(Cancelled):
        attribution(asked, cancelled)
    assert told[-1][1] == 122
