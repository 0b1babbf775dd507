"""The chosen network's layers with what each costs, its totals, and the run that its weights are from."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from model.networks import Network
from model.runs import Run
from visualization import run_words, state, summary
from visualization.state import Shown
from visualization.views import exhibit

_MOST_ROWS, _LARGEST = 12, 455  # of longer networks the table scrolls by itself; CSS pixels

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
    """Draw the table of layers, below it totals, settings and hashes for the chosen run and step."""
    shown = state.shown(run)
    network = shown.run.config().network
    exhibit.heading(network.title, key="layers", explanation=_EXPLANATION, table=lambda: summary.table(network))
    _draw_layers(network)
    left, right = st.columns(2)
    with left:
        st.table({"The whole network": summary.totals(network)}, border="horizontal")
    with right:
        st.table({run_words.name(shown.run): _facts(shown)}, border="horizontal")


def _draw_layers(network: Network) -> None:
    table = pd.DataFrame([row.cells() for row in summary.rows(network)], columns=list(summary.HEADER))
    table["multiply-adds"] = table["multiply-adds"].astype("Int64")  # None where nobody can tell
    st.dataframe(
        table.round({"weights (KB)": 2, "activations (KB)": 2}),
        hide_index=True,
        height="content" if len(table) <= _MOST_ROWS else _LARGEST,
        column_config={
            "parameters": st.column_config.NumberColumn(format="localized"),
            "weights (KB)": st.column_config.NumberColumn(format="localized"),
            "activations (KB)": st.column_config.NumberColumn(format="localized"),
            "multiply-adds": st.column_config.NumberColumn(format="localized"),
        },
    )


def _facts(shown: Shown) -> dict[str, str]:
    """What the weights come from: the step, settings, outcome, versions and hashes."""
    run, data = shown.run, shown.run.data()
    words = {"weights shown": f"step {shown.step:,}, hash {summary.hash_at(run, shown.step)}"}
    words |= run_words.asked_for(run) | run_words.outcome(run)
    if data:
        words["data hash"] = f"{data.sha256[:16]}… (SHA-256)"
    return words
