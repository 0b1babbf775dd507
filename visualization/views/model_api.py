"""The addresses at which this server says of the chosen run what the page shows, with examples."""

from __future__ import annotations

import streamlit as st

from model.runs import Run
from visualization import addresses, state


def draw(run: Run) -> None:
    """Draw the addresses of the chosen run and step, and a prediction by curl and by Python."""
    shown = state.shown(run)
    api = addresses.base(st.context.url, int(st.get_option("server.port")))
    st.caption(
        f"All below `{api}`. Reading is open to everyone who reaches this page; what changes something needs the token "
        "that the server was started with."
    )
    known = addresses.addresses(shown.run, shown.step)
    st.table({"": {f"`{method} {address}`": words for method, address, words in known}}, border="horizontal")
    left, right = st.columns(2)
    with left:
        st.markdown("**A prediction with curl**")
        st.code(addresses.with_curl(api, shown.run, shown.step), language="bash", wrap_lines=True)
    with right:
        st.markdown("**The same in Python**")
        st.code(addresses.with_python(api, shown.run, shown.step), language="python", wrap_lines=True)
