"""All filters or units of a layer by what they are worth, as a table from which they can be muted."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from model.analyses import Analysis
from model.networks import PlacedLayer
from visualization import knockouts, muting_state, state
from visualization.knockouts import Score, Worth
from visualization.views import exhibit, waiting

_TABLE_HEIGHT = 300


def draw(shown: state.Shown, placed: PlacedLayer, replacement: str, before: Score | None) -> None:
    """Draw it, or the button that computes it; before: the test set read with everything, None while not there."""
    network, names = shown.run.config().network, shown.run.class_names()
    name, kind = placed.layer.name, knockouts.kind_words(network)[placed.layer.name]
    asked = Analysis.of("ranking", shown.run, shown.step, layer=name, replacement=replacement)
    title = f"Mute each of the {placed.output_shape[-1]} {kind}s of {placed.title} alone and rank them"
    result = waiting.result(asked, title, asks=True)
    if result is None or before is None:
        return
    ranked = knockouts.worths(result, before, names)
    exhibit.heading(
        f"What the {kind}s of {placed.title} are worth",
        key=f"ranking {name}",
        explanation=_explanation(ranked, f"{kind}s of {placed.title}", kind, int(before.images.sum())),
        table=lambda: knockouts.ranking_table(ranked),
    )
    rows = _table(ranked, kind, name)
    channels = [ranked[row].channel for row in rows if row < len(ranked)]
    if channels and st.button(
        f"Mute the selected {len(channels)}",
        icon=":material/volume_off:",
        on_click=muting_state.mute,
        args=(shown.run, name, channels),
    ):
        st.rerun()


def _table(ranked: Sequence[Worth], kind: str, layer: str) -> list[int]:
    """Draw the table, the one worth most first; returns the selected rows."""
    answer = st.dataframe(
        {
            kind: [worth.channel for worth in ranked],
            "lost": [worth.accuracy for worth in ranked],
            "loss": [worth.loss for worth in ranked],
            "class": [worth.class_name for worth in ranked],
            "its change": [worth.class_change for worth in ranked],
        },
        column_config={
            kind: st.column_config.NumberColumn(format="%d"),
            "lost": st.column_config.NumberColumn("lost (points)", format="%.2f"),
            "loss": st.column_config.NumberColumn("loss (nats)", format="%+.4f"),
            "its change": st.column_config.NumberColumn("by (points)", format="%+.2f"),
        },
        hide_index=True,
        height=_TABLE_HEIGHT,
        on_select="rerun",
        selection_mode="multi-row",
        key=f"ranking of {layer}",
    )
    return list(answer.selection.rows)


def _explanation(ranked: Sequence[Worth], what: str, kind: str, images: int) -> str:
    best = ranked[0]
    return (
        f"Each of the {len(ranked)} {what} was muted alone, and all {images:,} test images were read again. *Lost* is "
        "how many percentage points of the accuracy went with it; *loss* by how many nats the mean cross-entropy "
        "rose, which tells apart what costs equally many images, and may fall; *class* is the one that changed most, "
        "and *by* how much. "
        f"Most is lost without {kind} {best.channel}: {knockouts.signed(best.accuracy)} points, and {best.class_name} "
        f"changes by {knockouts.signed(best.class_change)}.\n\n"
        "Click a column to sort by it; select rows to mute them together: what a group is worth is not the sum of what "
        "its members are worth."
    )
