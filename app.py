"""Strata: train a small network in front of your eyes, then walk through it in 3D.

`streamlit run app.py` reads this file twice: imported, it is the server with the page, the API and the built front end
on one port; run as a script, it is the page.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st


def server() -> st.App:
    """The page, the API under /api and the front end under /assets; workers start with it and end with it."""
    from pathlib import Path

    import plotly
    from starlette.routing import Mount
    from starlette.staticfiles import StaticFiles

    from model.engine import engine
    from model.server import api
    from visualization import bundle

    @asynccontextmanager
    async def lifespan(_: st.App) -> AsyncIterator[None]:
        engine().warm_up()
        yield
        engine().shutdown()

    plotly_files = Path(plotly.__file__).parent / "package_data"
    routes = [
        Mount("/api", api),
        Mount("/assets/plotly", StaticFiles(directory=plotly_files)),
        Mount("/assets", StaticFiles(directory=bundle.FRONTEND / "dist", check_dir=False)),
    ]
    return st.App(__file__, routes=routes, lifespan=lifespan)


def page() -> None:
    """Draw the page: controls at the side, status at the top, one view."""
    from visualization import state
    from visualization.views import controls, frame

    st.set_page_config(page_title="Strata", page_icon=":material/layers:", layout="wide")
    frame.ensure_front_end()
    chosen = state.chosen_run()
    controls.draw(chosen)
    frame.draw(chosen)


if __name__ == "__main__":
    page()
else:
    app = server()
