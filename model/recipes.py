"""Named starting points: settings that are known to work, with what they reach."""

from __future__ import annotations

from model.settings import Settings

RECIPES: dict[str, Settings] = {
    "standard": Settings(),
    "quick": Settings(
        epochs=1,
        batch_size=64,
        learning_rate=5e-3,
        schedule="one_cycle",
        label_smoothing=0.1,
        validation_fraction=0.05,
    ),
}
