"""The chosen network's layers with what each costs, its totals, and the run that its weights are from."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from model.runs import Run
from visualization import run_words, state, summary
from visualization.views import exhibit

_EXPLANATION = """\
A row a layer, in the order in which they are computed.

- **Inputs**: the layers whose output it reads.
- **Output shape**: rows × columns × maps, or units, for one picture.
- **Parameters**: the numbers it keeps, as Keras counts them, moving statistics included.
- **Weights** and **activations**: memory in KB (1,000 bytes) in float32, the latter for one picture.
- **Multiply-adds**: multiplications, each with its addition, for one picture: every kernel, whole, at every place of \
the output, and one for each value that is normalised or rescaled. Comparisons, means, merges and activation functions \
are not counted. "None" is a layer of Keras's own that is not taken apart here.
"""


def draw(run: Run) -> None:
    """Draw the table of layers and, beside it, totals, settings and hashes for the chosen run and step."""
    shown = state.shown(run)
    network = shown.run.config().network
    left, right = st.columns((5, 3))
    with left:
        exhibit.heading(
            network.title, key="layers", explanation=_EXPLANATION, table=lambda: summary.table(network)
        )
        table = pd.DataFrame([row.cells() for row in summary.rows(network)], columns=list(summary.HEADER))
        table["multiply-adds"] = table["multiply-adds"].astype("Int64")
        st.dataframe(
            table,
            hide_index=True,
            height="content" if len(table) <= 14 else 528,
            column_config={
                "parameters": st.column_config.NumberColumn(format="localized"),
                "weights (KB)": st.column_config.NumberColumn(format="%.1f"),
                "activations (KB)": st.column_config.NumberColumn(format="%.1f"),
                "multiply-adds": st.column_config.NumberColumn(format="localized"),
            },
        )
        st.table({"": summary.totals(network)}, border="horizontal")
    with right:
        st.markdown(f"**Run {run_words.name(shown.run)}**")
        words = {
            **run_words.settings(shown.run.config()),
            **run_words.outcome(shown.run),
            "shown": f"step {shown.step:,}, weights hash {summary.hash_at(shown.run, shown.step)}",
        }
        data = shown.run.data()
        if data:
            words["data hash"] = f"{data.sha256[:16]}… (SHA-256 of {data.origin})"
        st.table({"": words}, border="horizontal")
