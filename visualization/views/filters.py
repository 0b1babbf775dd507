"""All kernels and maps of a layer as galleries, and a page for one filter: what it is, what excites it, how it grew."""

from __future__ import annotations

import streamlit as st

from data import datasets, own
from model.analyses import Analysis, Arrays
from model.runs import Run
from model.selectivity import can_die
from visualization import data_words, state, traces
from visualization.state import Shown
from visualization.views import examined, filter_choice, filter_gallery, filter_page, waiting
from visualization.views.filter_choice import Choice


def draw(run: Run) -> None:
    """Draw it for the chosen run, step and picture."""
    if not traces.is_ready():
        st.info(f"{traces.waiting_words()}. Then all kernels and maps of a layer are here.")
        return
    shown = state.shown(run)
    network = shown.run.config().network
    choice = filter_choice.draw(network)
    picture, _ = state.chosen_picture()
    step = traces.step_to_trace(shown.run, shown.step) if shown.follows_newest else shown.step
    traced = waiting.trace(shown.run, step, picture)
    # A feature of tokens is a map of one column.
    activations = {name: values[:, None, :] if values.ndim == 2 else values for name, values in traced.items()}
    found = _responses(run, shown, choice)
    if found is not None:
        st.caption(quiet_words(found, choice, dies=can_die(network, choice.placed.layer.name)))
    if choice.channel is None:
        filter_gallery.draw(shown, choice, activations, found)
    else:
        filter_page.draw(shown, choice, choice.channel, activations, found)


def _responses(run: Run, shown: Shown, choice: Choice) -> Arrays | None:
    """What the layer's filters answer to on the test set; None, with words or progress, while nobody knows."""
    data = shown.run.data()
    if data is None and shown.run.is_uploaded:
        st.caption(data_words.missing(shown.run, "what they answer to on test pictures is left out here"))
        return None
    if data is None:
        st.caption("What they answer to on the test set is known once the run has loaded its data.")
        return None
    if not datasets.is_here(data.name):
        st.caption(
            f"The {data.title} test set is not on this machine, so what they answer to on it is left out here. "
            + (
                "Upload the same pictures again."
                if own.is_own(data.name)
                else "Train on it once, and Keras downloads it."
            )
        )
        return None
    settled = examined.settled_step(run)
    if settled is None:
        return None
    analysis = Analysis.of("responses", settled.run, settled.step, layer=choice.placed.layer.name)
    return waiting.result(analysis, f"Reading the test set at step {settled.step:,}")


def quiet_words(found: Arrays, choice: Choice, *, dies: bool) -> str:
    """How many of a layer are never above zero on the test set: "3 of 64 filters are dead on the test set"."""
    quiet = int((found["pictures"] == 0).sum())
    images = int(found["images"][0])
    nouns = f"{choice.noun}s" if choice.count > 1 else choice.noun
    name = "dead on the test set" if dies else "never above zero on the test set"
    if not quiet and not dies:
        which = f"All {choice.count:,} {nouns}" if choice.count > 1 else f"The one {nouns}"
        verb = "are" if choice.count > 1 else "is"
        return f"{which} of {choice.placed.title} {verb} above zero somewhere on the test set ({images:,} pictures)"
    if not quiet:
        whose = f"{choice.count:,} {nouns} of {choice.placed.title}"
        return f"None of the {whose} is dead on the test set ({images:,} pictures)"
    why = f"never above zero in any of {images:,} pictures" if dies else f"{images:,} pictures"
    verb = "is" if quiet == 1 else "are"
    sign = filter_gallery.QUIET
    return f"{quiet:,} of {choice.count:,} {nouns} of {choice.placed.title} {verb} {name}: {why}, marked {sign}"
