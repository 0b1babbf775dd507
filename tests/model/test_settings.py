"""Bounds of the settings, and the words of a refusal."""

import pytest

from data import datasets
from model.networks import PRESETS
from model.recipes import RECIPES
from model.settings import BOUNDS, CHOICES, Settings, SettingsError


def test_the_defaults_are_the_fields_usual_recipe() -> None:
    settings = Settings()
    assert (settings.epochs, settings.validation_fraction, settings.batch_size) == (5, 0.2, 32)


@pytest.mark.parametrize("name", BOUNDS)
def test_both_ends_of_every_bound_are_allowed_and_no_more(name: str) -> None:
    bound = BOUNDS[name]
    whole = isinstance(getattr(Settings(), name), int)
    for value in (bound.low, bound.high):
        Settings(**{name: int(value) if whole else value})
    for value in (bound.low - 1, bound.high + 1, float("nan")):
        with pytest.raises(SettingsError, match=f"Setting {name}: expected"):
            Settings(**{name: int(value) if whole and value == value else value})


def test_the_refusal_says_what_was_expected_and_received() -> None:
    with pytest.raises(SettingsError) as refusal:
        Settings(epochs=0)
    assert str(refusal.value) == (
        "Setting epochs: expected 1 to 100 (a run of more than 100 passes over the images only overfits), received 0. "
        "Choose one between."
    )
    with pytest.raises(SettingsError, match=r"expected 0 to 2,147,483,647 .*, received 4,294,967,296\. Choose"):
        Settings(seed=2**32)


@pytest.mark.parametrize("name", CHOICES)
def test_a_choice_is_one_of_its_kind(name: str) -> None:
    for choice in CHOICES[name]:
        Settings(**{name: choice})
    with pytest.raises(SettingsError, match=rf"Setting {name}: expected one of {CHOICES[name][0]}, .*, received 'x'"):
        Settings(**{name: "x"})


def test_every_recipe_names_what_there_is() -> None:
    assert RECIPES["standard"] == Settings()
    for settings in RECIPES.values():
        assert settings.network in PRESETS and settings.dataset in datasets.NAMES
    assert PRESETS[RECIPES["small"].network].parameters <= 16_000


@pytest.mark.parametrize("value", [True, "5", 2.5, None])
def test_what_is_no_whole_number_is_refused(value: object) -> None:
    with pytest.raises(SettingsError, match="Setting epochs: expected a whole number"):
        Settings(epochs=value)  # type: ignore[arg-type]  # the point of the test
