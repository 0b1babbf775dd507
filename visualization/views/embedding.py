"""The test set as points in space, by what a layer makes of each picture; the chosen picture and what lies near it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from data import datasets
from data.datasets import Dataset
from model import points as sampling
from model.analyses import Analysis, Arrays
from model.networks import PlacedLayer
from model.runs import Run
from visualization import class_words, data_words, embedding, embedding_words, galleries, state, traces
from visualization.pictures import Picture
from visualization.state import Shown
from visualization.thumbnails import Thumbnails, thumbnails
from visualization.views import examined, exhibit, waiting

DRAWN = 3000
_NEIGHBOURHOODS = 2000
_NEAREST = 8
_ACROSS = 2
_BESIDE = 5
"""How many near pictures say where t-SNE would have put the chosen one."""
_WORD = 10  # characters of a class below a picture of two side by side
_METHODS = ("PCA", "t-SNE")


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is looked at."""

    shown: Shown
    layer: PlacedLayer
    picture: Picture
    data: Dataset


def draw(run: Run) -> None:
    """Draw the points and the nearest training pictures for the chosen run, step and picture."""
    shown = state.shown(run)
    known = shown.run.data()
    if known is None or not datasets.is_here(known.name):
        st.info(data_words.missing(shown.run, "there are no points, which are its test pictures"))
        return
    settled = examined.settled_step(run)
    if settled is None:
        return
    shown = settled
    with st.container(horizontal=True, vertical_alignment="bottom"):
        layer = _choose_layer(shown)
        method = st.segmented_control(
            "Method", _METHODS, default="PCA", required=True, key="embedding_method", persist_state="session"
        )
    picture, _ = state.chosen_picture()
    asked = _Asked(shown, layer, picture, datasets.load(known.name))
    left, right = st.columns((5, 2))
    with left:
        _draw_cloud(asked, method)
    with right:
        _draw_nearest(asked)


def _choose_layer(shown: Shown) -> PlacedLayer:
    rows = {found.layer.name: found for found in sampling.layers(shown.run.config().network)}
    names = list(rows)
    chosen = st.selectbox(
        "Layer",
        names,
        index=names.index(sampling.last_hidden(shown.run.config().network).layer.name),
        format_func=lambda name: f"{rows[name].title} · {rows[name].output_shape[0]:,} units",
        key=f"embedding_layer {' '.join(names)}",
        width=260,
    )
    return rows[chosen]


def _draw_cloud(asked: _Asked, method: str) -> None:
    place = st.container()
    with place:
        if method == "PCA":
            question, title, asks = _question(asked, "embedding_components", DRAWN), "Reading the test set", False
        else:
            question, asks = _question(asked, "embedding_neighbourhoods", _NEIGHBOURHOODS), True
            title = f"t-SNE of {min(_NEIGHBOURHOODS, len(asked.data.y_test)):,} test images"
        result = waiting.result(question, title, asks=asks)
    if result is None:
        embedding_points, here, sheet = embedding.nothing(), None, None
        explanation = "The points come once they are computed."
    else:
        embedding_points = embedding.points(result, asked.data.y_test)
        here, sheet = _here(asked, result), _sheet(asked.data.name, result["numbers"].tobytes())
        explanation = embedding_words.cloud(result, embedding_points, asked.layer, len(asked.data.y_test))
    names = asked.data.class_names
    click = exhibit.draw(
        embedding_words.title(asked.layer, method),
        embedding.cloud(embedding_points, names, here=here, pictures=sheet),
        key="embedding",
        explanation=explanation,
        table=lambda: embedding.table(embedding_points, names),
        height="fill",
    )
    number = None if click is None else embedding.number_at(click.trace, click.point, embedding_points, names)
    # Chosen already: drawing the page again would not end.
    if number is not None and not np.array_equal(asked.data.x_test[number], asked.picture.pixels):
        state.choose_test_image(number)
        st.rerun()


def _question(asked: _Asked, kind: str, drawn: int) -> Analysis:
    return Analysis.of(kind, asked.shown.run, asked.shown.step, layer=asked.layer.layer.name, drawn=drawn)


def _here(asked: _Asked, result: Arrays) -> np.ndarray | None:
    """Where the chosen picture lies among the points, float32 (3,); None while nobody can say."""
    if "axes" in result:
        if not traces.is_ready():
            return None
        activations = waiting.trace(asked.shown.run, asked.shown.step, asked.picture)[asked.layer.layer.name]
        return np.asarray((activations - result["mean"]) @ result["axes"].T, np.float32)
    near = waiting.result(_near(asked, "test", _NEIGHBOURHOODS, _BESIDE), "Placing this picture")
    if near is None:
        return None
    # t-SNE moves the points it was given and says nothing of others.
    weights = 1 / np.maximum(near["distances"].astype(np.float64), 1e-9)
    beside = result["points"][np.searchsorted(result["numbers"], near["numbers"])]
    return np.asarray(weights @ beside / weights.sum(), np.float32)


def _near(asked: _Asked, among: str, searched: int, count: int) -> Analysis:
    shown = asked.shown
    return Analysis.of(
        "embedding_nearest",
        shown.run,
        shown.step,
        asked.picture.pixels,
        layer=asked.layer.layer.name,
        among=among,
        searched=searched,
        count=count,
    )


def _draw_nearest(asked: _Asked) -> None:
    question = _near(asked, "training", len(asked.data.y_train), _NEAREST)
    found = waiting.result(question, "Nearest training pictures")
    if found is None:
        return
    labels = asked.data.y_train[found["numbers"]]
    cut = class_words.shorts(asked.data.class_names, _WORD)
    words = [f"{cut[label]} · {distance:.2f}" for label, distance in zip(labels, found["distances"], strict=True)]
    pictures = asked.data.x_train[found["numbers"]]
    figure = galleries.gallery(
        pictures, words, measure=class_words.measure(pictures.shape[-1]), across=_ACROSS, strongest=255.0
    )
    # Below, for beside the pictures it would take half of a narrow column.
    bar = {"orientation": "h", "y": 0, "yanchor": "top", "title": {"side": "bottom"}}
    figure.update_layout(coloraxis={"colorbar": bar}, margin={"b": 56})
    exhibit.draw(
        f"Nearest of {int(found['searched'][0]):,} training pictures",
        figure,
        key="embedding nearest",
        explanation=embedding_words.nearest(found, labels, asked.layer, asked.picture, asked.data.class_names),
        table=lambda: embedding_words.nearest_table(found, labels, asked.data.class_names),
        height=galleries.height(pictures.shape, _ACROSS) + 56,
    )
    st.caption(f"Below each: its class and its distance in {asked.layer.title}")


@st.cache_data(max_entries=4, show_spinner=False)
def _sheet(dataset: str, numbers: bytes) -> Thumbnails:
    """The test images of these numbers, int32, in one sheet: a second to make, and the same for every network."""
    return thumbnails(datasets.load(dataset).x_test[np.frombuffer(numbers, np.int32)])
