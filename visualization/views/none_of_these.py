"""The threshold beyond which a picture is none of the classes: chosen on validation data, measured on others."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import streamlit as st

from data.scribbles import KINDS, TEST_SEED, VALIDATION_SEED
from model import rejection
from model.analyses import Arrays
from visualization import charts, class_words, evaluation_state, galleries, strangers, verdicts
from visualization.pictures import with_channels
from visualization.strangers import Scores
from visualization.views import exhibit, waiting
from visualization.views.examined import Examined

_LEAST, _MOST, _FINE = 90.0, 99.9, 0.1  # per cent of the validation pictures
_ACROSS = 6


def draw(told: Examined) -> None:
    """Draw both distributions with the threshold, how it does, and the strangest that pass."""
    result = waiting.result(
        verdicts.question(told.shown), f"Comparing pictures and scribbles with training pictures, {told.at}"
    )
    if result is None:
        return
    scores, share = strangers.distance(result), evaluation_state.share()
    limit = scores.limit(share)
    exhibit.draw(
        "None of these",
        strangers.histogram(scores, limit),
        key="strangers",
        explanation=_explanation(told, result, scores, share),
        table=lambda: strangers.table(scores, limit),
        height=290,
    )
    chosen = st.slider(
        "Validation pictures let through (%)",
        _LEAST,
        _MOST,
        100 * evaluation_state.FIRST_SHARE,
        _FINE,
        format="%.1f",
        key="share_slider",
        persist_state="session",
        help="The threshold is the distance that this share of the validation pictures does not exceed. What is "
        "further away is called none of these, beside the chosen picture too.",
    )
    if evaluation_state.take_share(round(chosen / 100, 6)):
        st.rerun()
    _draw_rates(result, share)
    with st.expander("The strangest that pass"):
        _draw_closest(told, result, limit)


def _draw_rates(result: Arrays, share: float) -> None:
    """How the distance and the usual score do on the test half."""
    columns = {"distance": strangers.distance(result), "probability": strangers.doubt(result)}
    tested = {name: scores.tested(share) for name, scores in columns.items()}
    rows = ["False alarms: real test pictures refused", *(f"Missed: {kind} taken for a class" for kind in KINDS)]
    st.dataframe(
        pd.DataFrame(
            {
                "On the test half": rows,
                **{
                    name: [100 * found.false_alarms, *(100 * found.misses[kind] for kind in KINDS)]
                    for name, found in tested.items()
                },
            }
        ),
        hide_index=True,
        height="content",
        key="rates",
        column_config={
            "distance": st.column_config.NumberColumn(
                "By distance (%)", format="%.1f", help="What the page uses: distance to training pictures"
            ),
            "probability": st.column_config.NumberColumn(
                "By probability (%)", format="%.1f", help="To compare: the largest probability, the usual score"
            ),
        },
    )


def _explanation(told: Examined, result: Arrays, scores: Scores, share: float) -> str:
    network = told.shown.run.config().network
    layer = rejection.hidden_layer(network).replace("_", " ")
    tested, validated = scores.tested(share), scores.validated(share)
    usual = strangers.doubt(result).validated(share)
    kind = KINDS[0]
    data = told.shown.run.data()
    held_out = f"{data.validation_images:,} validation pictures" if data else "validation pictures"
    return (
        f"A network has an answer to everything, also to a scribble. So each picture is compared with "
        f"{len(result['reference']):,} training pictures, by the {result['reference'].shape[1]:,} values of *{layer}*, "
        f"scaled to length 1: the score is the distance to the fifth nearest, 0 to 2. The threshold, "
        f"{scores.limit(share):.3f}, is chosen on {len(scores.validation):,} of the {held_out}, which trained "
        f"nothing: {charts.percent(share)} of them are no further away.\n\n"
        f"Then it is measured on what it has not seen. Of {len(scores.test):,} test pictures it refuses "
        f"{charts.percent(tested.false_alarms)} (false alarms). Of {len(scores.other_test[kind])} others of each kind "
        + ", ".join(f"{charts.percent(tested.misses[kind])} of the {kind}" for kind in KINDS)
        + " pass all the same (misses). *Scribbles* are random strokes, cropped and centred as a drawing is; *shuffled "
        "quarters* are real pictures with their quarters in another order; *blends of two* are two pictures of "
        f"different classes over each other. Those for choosing are made with the seed {VALIDATION_SEED}, those for "
        f"measuring with {TEST_SEED}.\n\n"
        "Why this score: on the validation half the largest probability (Hendrycks and Gimpel 2017, arXiv:1610.02136) "
        f"lets {charts.percent(usual.misses[kind])} of the {kind} pass, the distance "
        f"{charts.percent(validated.misses[kind])}. Sun, Ming, Zhu and Li 2022, *Out-of-Distribution Detection with "
        "Deep Nearest Neighbors*, arXiv:2204.06507."
    )


def _draw_closest(told: Examined, result: Arrays, limit: float) -> None:
    pictures, places = with_channels(result["closest"], 4), result["closest_places"]
    said, distances = result["closest_probabilities"], result["other_test"][places, 0]
    a_kind = len(result["other_test"]) // len(KINDS)
    words = [
        f"{class_words.short(told.names[int(answer.argmax())])} {math.floor(100 * float(answer.max()))}\u00a0%"
        for answer in said
    ]
    passing = int((distances <= limit).sum())
    exhibit.draw(
        f"{passing} of the {len(words)} closest pass",
        galleries.gallery(
            pictures, words, measure=class_words.measure(pictures.shape[-1]), across=_ACROSS, strongest=255
        ),
        key="closest_strangers",
        explanation=f"Of all pictures that are none of the classes, made by the test half's seed, these {len(words)} "
        f"are the closest to training pictures: {float(distances[0]):.3f} to {float(distances[-1]):.3f} away, while "
        f"the threshold is {limit:.3f}. They are "
        + ", ".join(f"{int(np.count_nonzero(places // a_kind == at))} {kind}" for at, kind in enumerate(KINDS))
        + ". Under each: what it is read as, and with which probability, rounded down.",
        table=lambda: _closest_table(words, places // a_kind, distances),
        height=galleries.height(pictures.shape, _ACROSS),
    )


def _closest_table(words: list[str], kinds: np.ndarray, distances: np.ndarray) -> str:
    rows = {"kind": [KINDS[int(kind)] for kind in kinds], "read as": words, "distance": distances.round(5)}
    return str(pd.DataFrame(rows).to_csv(index=False))
