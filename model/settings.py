"""What one can choose before a training, with the bounds that the page, the API and the command line share."""

from __future__ import annotations

from dataclasses import dataclass, fields

from data.errors import StrataError


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
    "validation_fraction": Bound(0.05, 0.5, "less says little, more starves the training"),
    "seed": Bound(0, 2**31 - 1, "the seed is a 31-bit number"),
}


@dataclass(frozen=True, slots=True)
class Settings:
    """How to train: the field's usual recipe by default.

    dataset: a name that data.datasets knows; network: one of model.networks.PRESETS; epochs: passes over the training
    images; batch_size: images a step; learning_rate: Adam's; validation_fraction: the share of the training images,
    the last ones, that only validate; seed: of initial weights and shuffling.
    """

    dataset: str = "mnist"
    network: str = "cnn"
    epochs: int = 5
    batch_size: int = 32
    learning_rate: float = 1e-3
    validation_fraction: float = 0.2
    seed: int = 0

    def __post_init__(self) -> None:
        for setting in fields(self):
            bound = BOUNDS.get(setting.name)
            if bound is None:
                continue
            value = getattr(self, setting.name)
            whole = isinstance(setting.default, int)
            if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
                kind = "a whole number" if whole else "a number"
                raise SettingsError(f"Setting {setting.name}: expected {kind}, received {value!r}.")
            if not bound.low <= value <= bound.high:
                raise SettingsError(
                    f"Setting {setting.name}: expected {bound.low:g} to {bound.high:g} ({bound.reason}), "
                    f"received {value:g}."
                )
