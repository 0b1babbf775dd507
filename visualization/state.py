"""One typed view of what the page shows; with training_state and evaluation_state, the only reader of the session."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast, get_args

import numpy as np
import streamlit as st

from data import datasets, own
from model.networks import Network
from model.runs import PRETRAINED, Run
from visualization import address_state, picks, picture_state
from visualization.failures import Failures
from visualization.pad import PadDrawing, PadReport
from visualization.picks import Pick, Wish
from visualization.picture_state import FIRST_SAMPLE as FIRST_SAMPLE
from visualization.picture_state import PICTURE_SOURCES as PICTURE_SOURCES
from visualization.pictures import Picture
from visualization.run_state import ChosenRun as ChosenRun
from visualization.run_state import check as check
from visualization.run_state import choose_run as choose_run
from visualization.run_state import chosen_run as chosen_run
from visualization.run_state import forget_run as forget_run
from visualization.timeline import Moment

View = Literal["Network", "Surfaces", "Training", "Evaluation", "Neurons", "Causes", "Model"]
VIEWS: tuple[View, ...] = get_args(View)


@dataclass(frozen=True, slots=True)
class Shown:
    """The weights that all views show. follows_newest: no step was chosen, so every new snapshot is shown."""

    run: Run
    step: int
    follows_newest: bool = True


def shown(run: Run) -> Shown:
    """The chosen snapshot of `run`, else its newest; before it has one, what was shown last: no view goes blank."""
    steps = run.snapshot_steps()
    if steps:
        asked_for = _asked_for_step()
        # A link may name a step of before the run was trained anew, or one that somebody typed.
        step = steps[-1] if asked_for is None else max((s for s in steps if s <= asked_for), default=steps[0])
        st.session_state["shown"] = Shown(run, step, asked_for is None)
    elif "shown" not in st.session_state:
        pretrained = Run(PRETRAINED)
        st.session_state["shown"] = Shown(pretrained, pretrained.snapshot_steps()[-1])
    return cast(Shown, st.session_state["shown"])


def _asked_for_step() -> int | None:
    """The step in the URL; None where there is none that could be one."""
    asked_for = address_state.get("step") or ""
    # Python reads no number of more than 4,300 digits, and no training has as many steps as 12 can say.
    return int(asked_for) if asked_for.isascii() and asked_for.isdecimal() and len(asked_for) <= 12 else None


def take_moment(moment: Moment, run: Run) -> bool:
    """Show the step that was chosen on the slider of `run`, also in the link; False if that was done before.

    What the browser sends stays in the component's state, so the same choice comes with every later run.
    """
    if moment.serial == moment_taken() or moment.run != run.id:
        return False
    st.session_state["moment_taken"] = moment.serial
    address_state.change(run=run.id, step=None if moment.step is None else str(moment.step))
    return True


def moment_taken() -> int | None:
    """The serial of the last choice on the slider that the page took."""
    return cast(int | None, st.session_state.get("moment_taken"))


def test_dataset() -> str:
    """The dataset whose test set one can choose from: that of the run that is shown."""
    run = shown(chosen_run().run).run
    data = run.data()
    return data.name if data else run.config().settings.dataset


def draw_test_image(count: int, labels: np.ndarray) -> None:
    """Choose a test image at random, of the class in the control if one is chosen; labels uint8 (count,)."""
    wanted = st.session_state.get("test_class")
    places = range(count) if wanted is None else np.flatnonzero(labels == wanted).tolist()
    if len(places):
        st.session_state["test_index"] = int(random.choice(places))


def settle_number(key: str, most: int, otherwise: int | None) -> None:
    """Before a control of numbers is drawn: what it said of larger data, beyond `most`, becomes `otherwise`."""
    value = st.session_state.get(key)
    if isinstance(value, int) and value > most:
        st.session_state[key] = otherwise


def choose_test_image(number: int) -> None:
    """Make a test image the picture of all views, which needs the whole page drawn again."""
    # Not its control itself: it may already be drawn in this run, and then it must not be written.
    st.session_state["test_index_to_be"] = number
    st.session_state["picture_source_to_be"] = "Test set"


def chosen_picture() -> tuple[Picture, str]:
    """The picture all views show, and what is wrong with the one asked for: the last good one stays then."""
    return picture_state.chosen(shown(chosen_run().run).run, test_dataset())


def settle_picture_source() -> None:
    """Before the control of that name is drawn: its first value, or what has just been drawn or chosen elsewhere."""
    state = st.session_state
    if "test_index_to_be" in state:
        state["test_index"] = state.pop("test_index_to_be")
    name = test_dataset()
    if name != state.get("picture_data"):
        state["picture_data"] = name
        # Sample digits say little of a network that was trained on other things.
        if own.is_own(name) and datasets.is_here(name) and state.get("picture_source") in (None, "Sample"):
            state.setdefault("picture_source_to_be", "Test set")
    if "picture_source_to_be" in state or "picture_source" not in state:
        state["picture_source"] = state.pop("picture_source_to_be", "Sample")


def take_drawing(drawing: PadDrawing) -> bool:
    """Make it the chosen picture, which needs the whole page drawn again; False if that was done before.

    What the browser sends stays in the component's state, so the same drawing comes with every later run.
    """
    state = st.session_state
    if drawing.serial == state.get("drawing_taken"):
        return False
    state["drawing"] = drawing
    state["drawing_taken"] = drawing.serial
    # Not picture_source itself: its control may already be drawn in this run, and then it must not be written.
    state["picture_source_to_be"] = "Drawing"
    return True


def has_drawing() -> bool:
    """Whether something was drawn on the pad."""
    return "drawing" in st.session_state


def pad_report() -> PadReport:
    """What the pad is told: which drawing is known here, and whether it is the chosen picture."""
    state = st.session_state
    return PadReport(state.get("drawing_taken"), has_drawing() and state.get("picture_source") == "Drawing")


def remember_pick(pick: Pick | None) -> None:
    """Keep what was touched last, in the scene or on a surface."""
    st.session_state["pick"] = pick


def take_pick(message: object, network: Network) -> None:
    """Remember a neuron touched in the scene, once; raises PickError for what the scene of `network` does not send."""
    taken = st.session_state.get("pick_taken")
    # It comes with every later run too, then perhaps beside another network.
    if isinstance(message, Mapping) and message.get("serial") == taken:
        return
    touched = picks.read(message, network)
    st.session_state["pick_taken"] = touched.serial
    remember_pick(touched.pick)


def last_pick() -> Pick | None:
    """What was touched last; None before the first touch, and once it was let go."""
    return cast(Pick | None, st.session_state.get("pick"))


def export_failures() -> Failures:
    """Why files could not be made that somebody of this session took."""
    return cast(Failures, st.session_state.setdefault("export_failures", Failures()))


def show_view(view: View) -> None:
    """Show another view; for a button's on_click."""
    st.session_state["view"] = view


def bring_to_scene(pick: Pick, muted: tuple[tuple[str, int], ...] | None = None) -> None:
    """Show the scene, and in it this layer, channel or neuron; for a button's on_click.

    muted: (layer, channel) of the filters and units that the scene mutes, these alone; None leaves its edits alone.
    """
    _wish_for(pick, muted)
    st.session_state["view"] = "Network"


def go_to_scene(pick: Pick) -> None:
    """The same for what a component says, which needs the whole page drawn again: the bar of views is drawn already."""
    _wish_for(pick)
    st.session_state["view_to_be"] = "Network"


def settle_view() -> None:
    """Before the bar of views is drawn: the view that another one leads to."""
    if "view_to_be" in st.session_state:
        st.session_state["view"] = st.session_state.pop("view_to_be")


def follows_the_slider(view: View) -> bool:
    """Whether what is shown goes to another step in the browser, without waiting for the page."""
    return view == "Network" or (view == "Neurons" and st.session_state.get("neurons") == "Links")


def _wish_for(pick: Pick, muted: tuple[tuple[str, int], ...] | None = None) -> None:
    before = wish()
    st.session_state["wish"] = Wish(1 if before is None else before.serial + 1, pick, muted)


def wish() -> Wish | None:
    """What another view last wished to see in the scene."""
    return cast(Wish | None, st.session_state.get("wish"))
