"""The controls of a training: a recipe fills them all, each has the bounds that model.settings states."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from data import datasets
from model.fitting import fitted
from model.networks import PRESETS, NetworkError
from model.recipes import RECIPES
from model.settings import BOUNDS, CHOICES, Settings
from visualization import dialogs, drafts, training_state
from visualization.views import network_editor, own_data

_DEFAULT = Settings()
_BATCH_SIZES = (8, 16, 32, 64, 128, 256, 512, 1024)
_GRID = (float(f"{digit}e{power}") for power in range(-5, -1) for digit in (1, 2, 3, 5, 8))
_LEARNING_RATES = sorted({*_GRID, 1e-1, *(recipe.learning_rate for recipe in RECIPES.values())})
_RECIPE_WORDS = {
    "standard": "the field's usual one, 5 epochs",
    "quick": "the same network to about the same accuracy in one epoch",
    "small": "14,706 parameters to more than 99.4 %, with augmentation",
}
_OPTIMIZERS = {"adam": "Adam", "adamw": "AdamW", "sgd": "SGD, Nesterov momentum 0.9", "rmsprop": "RMSprop"}
_SCHEDULES = {"constant": "constant", "cosine": "falls to 0, as a cosine", "one_cycle": "one cycle: rises, then falls"}


def draw() -> None:
    """Draw the essentials, and the rest behind "More"; the editor of networks lies over the page while it is open."""
    training_state.settle()
    recipe = training_state.recipe()
    # A control of its own for each recipe: a browser that has not heard yet that a setting made another of it, or none,
    # would send the old one along with the next setting, which would pass for a choice and undo them all.
    key = f"recipe_{recipe}"
    st.pills(
        "Recipe",
        list(RECIPES),
        default=recipe,
        format_func=str.capitalize,
        key=key,
        on_change=training_state.follow_recipe,
        args=(key, recipe),
        help="Fills the controls below. " + "; ".join(f"{name}: {words}" for name, words in _RECIPE_WORDS.items()),
    )
    _dataset()
    _network()
    _number("epochs", "Epochs", 1, "Passes over all training images")
    st.select_slider(
        "Batch size (images a step)",
        _BATCH_SIZES,
        key="batch_size",
        help="The weights move once a batch",
    )
    st.select_slider(
        "Learning rate",
        _LEARNING_RATES,
        format_func=lambda rate: f"{rate:g}",
        key="learning_rate",
        help="How far each step of the optimiser goes; the highest, where the schedule is not constant",
    )
    with st.expander("More"):
        _more()


def _dataset() -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", wrap=False):
        st.selectbox(
            "Dataset",
            datasets.names(),
            format_func=datasets.title,
            key="dataset",
            help="MNIST and Fashion-MNIST have 60,000 training and 10,000 test images of 28 x 28 pixels, downloaded by "
            "Keras once. Digits are scikit-learn's 1,797, which need no download. Bring your own pictures with the "
            "button beside it.",
        )
        st.button(
            "",
            icon=":material/upload:",
            key="own_data",
            on_click=dialogs.open_dialog,
            args=("data",),
            help="Own data: pictures by class, to be trained on like MNIST",
        )
    if dialogs.is_open("data"):
        own_data.draw()


def _network() -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", wrap=False):
        st.selectbox(
            "Network",
            [*PRESETS, training_state.OWN],
            format_func=_network_words,
            key="network",
            help="CNNs look at small windows, MLPs at all pixels at once. Build your own with the button beside it. "
            f"For pictures of {drafts.shape_words(training_state.form().shape)}: {_parameters()}.",
        )
        st.button(
            "",
            icon=":material/edit:",
            key="edit_network",
            on_click=dialogs.open_dialog,
            args=("network",),
            help="Edit your own network",
        )
    if dialogs.is_open("network"):
        network_editor.draw()


def _parameters() -> str:
    """How large each network is for the chosen data set."""
    fit = training_state.form()
    sizes = []
    for network in PRESETS.values():
        try:
            sizes.append(f"{network.title} {fitted(network, fit.shape, len(fit.class_names)).parameters:,} parameters")
        except NetworkError:
            sizes.append(f"{network.title} does not fit")
    return ", ".join(sizes)


def _network_words(name: str) -> str:
    if name == training_state.OWN:
        return "Your own"  # always: a label that changes makes the control forget what was chosen
    return PRESETS[name].title  # without its parameters, which change with the data


def _more() -> None:
    """What seldom needs to be changed."""
    _choice("optimizer", "Optimiser", _OPTIMIZERS, "What turns gradients into steps")
    _choice("schedule", "Learning rate's schedule", _SCHEDULES, "How the learning rate changes from step to step")
    _number("label_smoothing", "Label smoothing (share)", 0.05, "How much of each label all classes get alike")
    st.caption("Augmentation: every training image is changed a little, each time anew")
    _number("shift_pixels", "Shift (± pixels)", 0.5, "Moved by up to this much")
    _number("rotation_degrees", "Rotation (± degrees)", 1.0, "Turned by up to this much")
    _number("scale_percent", "Scale (± %)", 1.0, "Resized by up to this much")
    validation = BOUNDS["validation_fraction"]
    st.slider(
        "Validation split (% of the training images)",
        round(100 * validation.low),
        round(100 * validation.high),
        key="validation_percent",
        help="Kept aside, the last ones, to see how the network does on images it never trained on",
    )
    st.number_input(
        "Target accuracy (% on validation)",
        100 * BOUNDS["target_accuracy"].low,
        100 * BOUNDS["target_accuracy"].high,
        step=0.1,
        key="target_percent",
        help="An epoch that reaches it is the last; 0 trains all epochs",
    )
    _number("seed", "Seed", 1, "The start of all randomness. The same settings and seed give the same weights")


def _number(name: str, label: str, step: float, explanation: str) -> None:
    """A setting that is a number, within its bounds, of which the help says why they are there."""
    bound, kind = BOUNDS[name], type(getattr(_DEFAULT, name))
    reason = f"{explanation}. From {bound.low:,.10g} to {bound.high:,.10g}: {bound.reason}."
    st.number_input(label, kind(bound.low), kind(bound.high), step=kind(step), key=name, help=reason)


def _choice(name: Literal["optimizer", "schedule"], label: str, words: dict[str, str], explanation: str) -> None:
    st.selectbox(label, CHOICES[name], format_func=lambda option: words.get(option, option), key=name, help=explanation)
