"""Knock-out: filters and units are muted, and the test accuracy of every class moves."""

from __future__ import annotations

import streamlit as st

from data import datasets
from model import muting
from model.analyses import Analysis
from model.networks import PlacedLayer
from model.runs import Run
from visualization import data_words, knockouts, muting_state, state
from visualization.knockouts import Score
from visualization.picks import Pick
from visualization.views import examined, exhibit, ranking, waiting

_INSTEAD = {"zero": "silence (0)", "mean": "their mean"}


def draw(run: Run) -> None:
    """Draw it for the chosen run and step."""
    shown = state.shown(run)
    data = shown.run.data()
    network = shown.run.config().network
    layers = muting.mutable(network)
    if data is None or not datasets.is_here(data.name):
        st.info(data_words.missing(shown.run, "its test images cannot be read, which a knock-out needs"))
        return
    if not layers:
        if any(placed.parameters for placed in network.placed()[:-1]):
            st.info(
                "No layer before this network's output can be muted. A knock-out needs one that makes maps or units."
            )
        else:
            st.info("This network has its output layer only. A knock-out needs a layer before it.")
        return
    settled = examined.settled_step(run)
    if settled is None:
        return
    shown = settled
    left, right = st.columns([2, 3])
    with left:
        chosen, replacement = _choose(shown.run, layers)
    choice = muting_state.muted(shown.run, network)
    with right:
        before = _reading(shown, {}, replacement, "Reading the test set")
        if before is not None:
            _compare(shown, choice, replacement, before)
    with left:
        ranking.draw(shown, chosen, replacement, before)


def _choose(run: Run, layers: tuple[PlacedLayer, ...]) -> tuple[PlacedLayer, str]:
    """Which layer, which of its channels are muted, and what they say instead."""
    network = run.config().network
    titles = {placed.layer.name: placed.title for placed in layers}
    kinds = knockouts.kind_words(network)
    with st.container(horizontal=True):
        name = st.selectbox(
            "Layer", list(titles), format_func=titles.__getitem__, key="knockout_layer", persist_state="session"
        )
        replacement = st.selectbox(
            "Muted ones say",
            muting.REPLACEMENTS,
            format_func=_INSTEAD.__getitem__,
            key="knockout_replacement",
            persist_state="session",
            help="A muted map or unit has its output, after the activation, set to 0 for every image. Where 0 is far "
            "from what it usually says, that alone confuses the layers behind it; *their mean* sets it to its mean "
            "over all test images instead, so that only what it tells one image from another is lost.",
        )
    placed = next(placed for placed in layers if placed.layer.name == name)
    st.multiselect(
        f"Muted {kinds[name]}s of {placed.title}, 0 to {placed.output_shape[-1] - 1}",
        range(placed.output_shape[-1]),
        key=muting_state.control(run, name, network),
        on_change=muting_state.take,
        args=(run, name),
        placeholder="none",
    )
    return placed, replacement


def _reading(shown: state.Shown, choice: muting.Choice, replacement: str, title: str) -> Score | None:
    """The test set read without `choice`; None while it is not there."""
    # Without anything muted both replacements are the same question.
    how = replacement if choice else "zero"
    asked = Analysis.of("knockout", shown.run, shown.step, muted=muting.encoded(choice), replacement=how)
    result = waiting.result(asked, title)
    return None if result is None else knockouts.score(result)


def _compare(shown: state.Shown, choice: muting.Choice, replacement: str, before: Score) -> None:
    """Bars and words for what is muted; without anything muted, what could be done."""
    network, names = shown.run.config().network, shown.run.class_names()
    what = knockouts.choice_words(choice, network)
    after = before
    if choice:
        _actions(shown.run, choice)
        found = _reading(shown, choice, replacement, f"Reading it without {what}")
        if found is None:
            return
        after = found
        st.markdown(knockouts.sentence(before, after, names, what))
    else:
        st.markdown(
            f"With everything the network reads {knockouts.exact_percent(before.accuracy)} of the "
            f"{int(before.images.sum()):,} test images right. Mute a map or a unit and see who misses it."
        )
    exhibit.draw(
        "Test accuracy of every class" + (", with and without" if choice else ""),
        knockouts.before_and_after(before, after if choice else None, names),
        key="knock-out",
        explanation=_explanation(shown, before, after, what, replacement),
        table=lambda: knockouts.table(before, after, names),
        height=400,
    )


def _actions(run: Run, choice: muting.Choice) -> None:
    """Unmute, and the way to the scene; this view is a fragment, so the whole page must be drawn again."""
    network = run.config().network
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"Muted: {knockouts.choice_words(choice, network)}")
        if st.button("Unmute all", icon=":material/volume_up:", on_click=muting_state.unmute_all, args=(run,)):
            st.rerun()
        pick, muted = _wish(run, choice)
        if st.button(
            "Mute in 3D",
            icon=":material/view_in_ar:",
            on_click=state.bring_to_scene,
            args=(pick, muted),
            help="The Network view mutes exactly these, in your browser alone, and opens the card of the first, where "
            "one click restores all. There, muting takes weights and bias as 0: the output is 0 too, but 0.5 for "
            "sigmoid and 0.69 for softplus.",
        ):
            st.rerun()


def _wish(run: Run, choice: muting.Choice) -> tuple[Pick, tuple[tuple[str, int], ...]]:
    """The neuron in the middle of the first muted map, or the first unit, and all that is muted."""
    muted = tuple((layer, channel) for layer, channels in choice.items() for channel in channels)
    layer, channel = muted[0]
    shape = next(placed.output_shape for placed in run.config().network.placed() if placed.layer.name == layer)
    if len(shape) == 3:
        return Pick(layer, channel, shape[0] // 2, shape[1] // 2), muted
    if len(shape) == 2:
        return Pick(layer, 0, shape[0] // 2, channel), muted
    return Pick(layer, channel), muted


def _explanation(shown: state.Shown, before: Score, after: Score, what: str, replacement: str) -> str:
    images = int(before.images.sum())
    kept = "zero" if replacement == "zero" else "its mean over all test images and places"
    done = (
        f"Here {what} {'is' if what.count(',') + what.count(' and ') == 0 else 'are'} muted: "
        f"{int(before.hits.sum()):,} images were right with everything, {int(after.hits.sum()):,} are right now, and "
        f"the mean cross-entropy went from {before.loss:.4f} to {after.loss:.4f} nats."
        if what
        else f"Nothing is muted yet: {int(before.hits.sum()):,} of {images:,} images are right."
    )
    return (
        f"Each pair of bars is one class: how many of its test images the network of step {shown.step:,} reads right, "
        f"with everything and with the muted maps or units. Below, the differences in percentage points. {done}\n\n"
        f"Muting sets a map's or unit's output, after its activation, to {kept}, for every one of the {images:,} "
        "images; nothing is trained anew. Two that do the same work can each be muted without a loss, so a small "
        "difference alone does not say that nobody needs it: mute both. Followed by batch normalization, a muted "
        "convolution still gives a constant; mute the normalization to silence it.\n\n"
        "*Morcos, Barrett, Rabinowitz and Botvinick 2018, On the importance of single directions for generalization, "
        "[arXiv:1803.06959](https://arxiv.org/abs/1803.06959)*"
    )
