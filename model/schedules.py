"""The learning rate at every step of a training: a pure function, so that a resumed run goes on where it was."""

from __future__ import annotations

import numpy as np

from model.settings import Settings

WARM_UP = 0.25
"""The share of a one-cycle schedule in which the rate rises."""
FIRST_RATE = 1 / 25
"""Where a one-cycle schedule begins, as a share of its peak."""


def learning_rates(settings: Settings, parts: tuple[int, ...], steps_per_epoch: int) -> np.ndarray:
    """The learning rate of each step, float32 (sum of `parts` * `steps_per_epoch`,).

    parts: the epochs first asked for, then those of each time the run was trained on. A schedule spans one part: where
    a run is trained on, `cosine` and `one_cycle` begin again at its first new step, and `constant` just goes on.

    cosine falls from the rate to 0 as half a cosine (Loshchilov and Hutter, 2017, without restarts); one_cycle rises in
    a line from 1/25 of it over the first quarter and then falls like cosine (Smith, 2018).
    """
    return np.concatenate([_part(settings, epochs * steps_per_epoch) for epochs in parts])


def _part(settings: Settings, steps: int) -> np.ndarray:
    if settings.schedule == "constant":
        return np.full(steps, settings.learning_rate, np.float32)
    # A step is rated at its middle: neither the first nor the last is then trained in vain, at a rate of 0.
    progress = (np.arange(steps) + 0.5) / steps
    warm_up = WARM_UP if settings.schedule == "one_cycle" else 0.0
    fallen = 0.5 * (1 + np.cos(np.pi * np.clip((progress - warm_up) / (1 - warm_up), 0, 1)))
    risen = FIRST_RATE + (1 - FIRST_RATE) * progress / warm_up if warm_up else np.ones(steps)
    shares = np.where(progress < warm_up, risen, fallen)
    return (settings.learning_rate * shares).astype(np.float32)
