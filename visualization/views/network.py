"""The whole network in 3D, computed in the browser from the snapshot's weights."""

from __future__ import annotations

from model.runs import Run
from visualization import components, state
from visualization.scene import scene


def draw(run: Run) -> None:
    """Draw the scene for the chosen run, step and picture."""
    shown = state.shown(run)
    picture, _ = state.chosen_picture()
    network = shown.run.config().network
    components.scene(scene(shown.run, shown.step, network, shown.run.class_names(), picture), key="scene")
