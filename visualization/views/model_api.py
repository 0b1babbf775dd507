"""The addresses at which this server says of the chosen run what the page shows, with examples."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from model.runs import Run
from visualization import addresses, state


def draw(run: Run) -> None:
    """Draw the addresses of the chosen run and step, and a prediction by curl and by Python."""
    shown = state.shown(run)
    api = addresses.base(st.context.url, int(st.get_option("server.port")))
    st.caption("Reading is open to everyone who reaches this page; what changes something needs the server's token.")
    known = addresses.addresses(api, shown.run, shown.step)
    st.dataframe(
        pd.DataFrame(known, columns=["method", "address", "answers with"]),
        hide_index=True,
        height="content",
        column_config={
            "method": st.column_config.TextColumn(width=70),
            "address": st.column_config.TextColumn(width="large"),
            "answers with": st.column_config.TextColumn(width="large"),
        },
    )
    left, right = st.columns(2)
    with left:
        st.markdown("**A prediction with curl**")
        st.code(addresses.with_curl(api, shown.run, shown.step), language="bash", wrap_lines=True)
    with right:
        st.markdown("**The same in Python**")
        st.code(addresses.with_python(api, shown.run, shown.step), language="python", wrap_lines=True)
