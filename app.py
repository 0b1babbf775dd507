"""Strata: train a small network in front of your eyes, then walk through it in 3D.

`streamlit run app.py` reads this file twice: imported, it is the server, on one port; run as a script, it is the page.
"""

from __future__ import annotations

import gc
import socket
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

_ICON = Path(__file__).parent / "visualization/icon.svg"
FIRST_PAGE_SECONDS = 2.5  # importing Keras takes a processor for seconds: the first visitor's page is drawn before it


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Workers start with the server and end with it."""
    from model.api.ending import end_in_time
    from model.engine import engine

    end_in_time(engine())
    (warm_up := threading.Timer(FIRST_PAGE_SECONDS, _settle)).start()
    port, host = st.get_option("server.port"), socket.gethostname()
    print(f"Strata is at http://localhost:{port}, for others in your network at http://{host}:{port}")
    yield
    warm_up.cancel()
    engine().shutdown()


def _settle() -> None:
    """Start the workers, and freeze what is imported: Streamlit's collection after each drawing took 87 ms for it."""
    from model.engine import engine
    from visualization.views import controls, frame  # noqa: F401

    gc.freeze()
    engine().warm_up()


def routes() -> list[Mount]:
    """Beside the page: the API, the built front end, and the Plotly that the Python package brings."""
    from model.api.application import application
    from model.engine import engine
    from visualization import bundle

    return [
        Mount("/api", application(engine)),
        Mount("/assets/plotly", StaticFiles(packages=[("plotly", "package_data")])),
        Mount("/assets", StaticFiles(directory=bundle.FRONTEND / "dist", check_dir=False)),
    ]


def page() -> None:
    """Draw the page: controls at the side, status at the top, one view."""
    from data.errors import StrataError
    from visualization import state
    from visualization.views import controls, frame

    st.set_page_config("Strata", _ICON, layout="wide", initial_sidebar_state=controls.SIDE_PIXELS)
    frame.ensure_front_end()
    try:
        chosen = state.chosen_run()
        place = controls.draw(chosen)
        controls.draw_picture(chosen, place, frame.draw(chosen))
    except StrataError as error:
        st.error(str(error))


if __name__ == "__main__":
    page()
else:
    app = st.App(__file__, routes=routes(), lifespan=lifespan)  # Streamlit looks for this very line
