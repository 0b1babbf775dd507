"""The page over a network with branches and a layer of Keras's own: every view that looks into layers, by AppTest."""

import keras
import pytest
from streamlit.testing.v1 import AppTest

from model.engine import Engine
from model.foreign_building import described
from model.layers import (
    Activation,
    Add,
    BatchNormalization,
    Concatenate,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    MaxPool2D,
    Reshape,
    SeparableConv2D,
)
from model.networks import Network
from model.run import Run
from tests.model.snapshots import run_of
from tests.visualization.page import settled
from visualization.picks import Pick
from visualization.views import waiting
from visualization.views.filter_choice import _channel_of


def network() -> Network:
    """A residual block, a separable branch, and attention over its places as tokens."""
    attention = keras.layers.MultiHeadAttention(2, 3)
    tokens = keras.Input((49, 8))
    attention(tokens, tokens)
    return Network(
        "attending", "Attending", (28, 28, 1),
        (
            Conv2D("conv_1", 4, strides=(2, 2), padding="same", use_bias=False),
            BatchNormalization("norm_1"), Conv2D("conv_2", 4, padding="same", activation="linear"),
            Add("add_1"), Activation("relu_1"), SeparableConv2D("separable_1", 4, padding="same"),
            Concatenate("both"), MaxPool2D("pool_1"), Reshape("tokens", (49, 8)),
            described(attention, "attention_1", (49, 8)),
            Add("add_2"), Flatten("flatten"), Dropout("dropout_1"),
            Dense("dense_1", 6, use_bias=False), Dense("logits", 10, "linear"), Activation("output", "softmax"),
        ),
        (
            ("add_1", ("norm_1", "conv_2")), ("both", ("relu_1", "separable_1")),
            ("add_2", ("attention_1", "tokens")),
        ),
    )  # fmt: skip


@pytest.fixture
def run(page: AppTest, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setattr(waiting, "engine", lambda: engine)
    run = run_of(network(), engine.runs.root)
    page.query_params["run"] = run.id
    return run


def test_every_view_that_looks_into_layers_draws_branches_and_kerass_own_layers(page: AppTest, run: Run) -> None:
    page.session_state["view"] = "Neurons"
    said = settled(page)
    assert "**Weights into " in said and "**The picture" in said
    page.session_state["neurons"] = "Filters"
    for layer, expected in (
        ("attention_1", "The weights of attention 1 are not drawn: it is Keras's own MultiHeadAttention"),
        ("separable_1", "**Kernels of separable 1**"),
    ):
        page.session_state["filter_to_be"] = (layer, None)
        assert expected in settled(page)
        page.session_state["filter_to_be"] = (layer, 3)
        assert f"**{layer.replace('_', ' ')}, {'filter' if layer == 'separable_1' else 'map'} 3**" in settled(page)
    page.session_state["view"] = "Causes"
    page.session_state["causes"] = "Why"
    said = settled(page)
    assert "is left over**, as this network is not of straight pieces (Keras's MultiHeadAttention)" in said


def test_a_touched_token_leads_to_the_feature_of_the_layer_that_made_it() -> None:
    """Feature 3 of token 8 was reshaped from map 3 of pool 1."""
    attending = network()
    assert _channel_of(attending, Pick("tokens", 0, 8, 3)) == ("pool_1", 3)
    assert _channel_of(attending, Pick("dropout_1", 8 * 20 + 5)) == ("add_2", 5)
    assert _channel_of(attending, Pick("attention_1", 0, 8, 5)) == ("attention_1", 5)
    assert _channel_of(attending, Pick("tokens", 0, 8, 9)) is None
