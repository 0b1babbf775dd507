"""What one can choose before a training, with the bounds that the page, the API and the command line share."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal, get_args

from data.errors import StrataError

Optimizer = Literal["adam", "adamw", "sgd", "rmsprop"]
Schedule = Literal["constant", "cosine", "one_cycle"]


class SettingsError(StrataError):
    """A setting outside its bounds."""


@dataclass(frozen=True, slots=True)
class Bound:
    """The smallest and largest sensible value of a setting, and why it ends there."""

    low: float
    high: float
    reason: str


BOUNDS: dict[str, Bound] = {
    "epochs": Bound(1, 100, "a run of more than 100 passes over the images only overfits"),
    "batch_size": Bound(8, 1024, "fewer images give too noisy a step, more leave too few steps an epoch"),
    "learning_rate": Bound(1e-5, 1e-1, "below nothing moves, above Adam diverges"),
    "label_smoothing": Bound(0.0, 0.5, "it is the share of each label given to all classes alike"),
    "shift_pixels": Bound(0.0, 6.0, "a digit has 4 pixels of room on each side, more cuts it off"),
    "rotation_degrees": Bound(0.0, 45.0, "turned further, a 6 is soon a 9"),
    "scale_percent": Bound(0.0, 30.0, "smaller is unreadable, larger leaves the picture"),
    "validation_fraction": Bound(0.05, 0.5, "less says little, more starves the training"),
    "target_accuracy": Bound(0.0, 1.0, "it is a share of the validation images; 0 trains to the end"),
    "seed": Bound(0, 2**31 - 1, "the seed is a 31-bit number"),
}
CHOICES: dict[str, tuple[str, ...]] = {"optimizer": get_args(Optimizer), "schedule": get_args(Schedule)}


@dataclass(frozen=True, slots=True)
class Settings:
    """How to train: the field's usual recipe by default.

    dataset: a name that data.datasets knows; network: the name of a preset in model.networks, or of the network that
    the run's config holds; epochs: passes over the training images; batch_size: images a step; learning_rate: the
    optimiser's, where the schedule is constant, else its peak; optimizer: adam, adamw (weight decay 0.004), sgd
    (Nesterov momentum 0.9) or rmsprop; schedule: see model.schedules; label_smoothing: how much of each label is
    shared among all classes, 0..1; shift_pixels, rotation_degrees, scale_percent: how far augmentation moves, turns
    and resizes a training image at most, in either direction; validation_fraction: the share of the training images,
    the last ones, that only validate; target_accuracy: validation accuracy 0..1 at which an epoch is the last, 0 for
    none; seed: of initial weights, shuffling, augmentation and dropout.
    """

    dataset: str = "mnist"
    network: str = "cnn"
    epochs: int = 5
    batch_size: int = 32
    learning_rate: float = 1e-3
    optimizer: Optimizer = "adam"
    schedule: Schedule = "constant"
    label_smoothing: float = 0.0
    shift_pixels: float = 0.0
    rotation_degrees: float = 0.0
    scale_percent: float = 0.0
    validation_fraction: float = 0.2
    target_accuracy: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        for setting in fields(self):
            value = getattr(self, setting.name)
            if setting.name in BOUNDS:
                _check_bound(setting.name, value, whole=isinstance(setting.default, int))
            elif setting.name in CHOICES and value not in CHOICES[setting.name]:
                raise SettingsError(
                    f"Setting {setting.name}: expected one of {', '.join(CHOICES[setting.name])}, received {value!r}. "
                    "Choose one of them."
                )


def _check_bound(name: str, value: object, whole: bool) -> None:
    """Raise SettingsError for a value of the wrong kind or outside its bound."""
    bound = BOUNDS[name]
    if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
        kind = "a whole number" if whole else "a number"
        raise SettingsError(f"Setting {name}: expected {kind}, received {value!r}. Give one.")
    if not bound.low <= value <= bound.high:
        raise SettingsError(
            f"Setting {name}: expected {_shown(bound.low)} to {_shown(bound.high)} ({bound.reason}), received "
            f"{_shown(value)}. Choose one between."
        )


def _shown(value: float) -> str:
    """A whole number with all of its digits."""
    return f"{value:,}" if isinstance(value, int) else f"{value:g}"
