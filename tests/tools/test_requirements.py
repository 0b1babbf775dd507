"""What is asked for and what is locked are the same, on every system."""

import re
from pathlib import Path

import pytest

from tools.lock import INPUTS, pins

ROOT = Path(__file__).resolve().parents[2]
EXACT = re.compile(r"(?P<name>[a-z0-9-]+)==(?P<version>[\w.]+)( ;.*)?")


def _versions(text: str) -> dict[str, set[str]]:
    """The versions of each package: several where they differ by Python or system."""
    versions: dict[str, set[str]] = {}
    for line in text.splitlines():
        requirement = line.split("#")[0].rstrip()
        if requirement:
            match = EXACT.fullmatch(requirement)
            assert match, f"{line!r} is not an exact pin"
            versions.setdefault(match["name"], set()).add(match["version"])
    return versions


@pytest.mark.parametrize("name", INPUTS)
def test_every_pin_is_exact_and_locked_at_that_version(name: str) -> None:
    locked = _versions((ROOT / "constraints.txt").read_text(encoding="utf-8"))
    for package, wanted in _versions(pins((ROOT / name).read_text(encoding="utf-8"))).items():
        assert locked.get(package) == wanted, f"{package}: run `make lock`"


def test_the_plain_command_installs_the_lock() -> None:
    assert "-c constraints.txt" in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    development = (ROOT / "requirements-dev.txt").read_text(encoding="utf-8").splitlines()
    assert {"-r requirements.txt", "-r requirements-cluster.txt"} <= set(development)
    assert "-r requirements.txt" in (ROOT / "requirements-cluster.txt").read_text(encoding="utf-8").splitlines()


def test_the_lock_names_no_address() -> None:
    assert "://" not in (ROOT / "constraints.txt").read_text(encoding="utf-8")
