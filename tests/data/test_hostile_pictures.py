"""Every hostile picture and data set ends in a clear refusal: nothing runs, nothing is left behind."""

import pytest

from tests.data import hostile_pictures
from tests.data.hostile_pictures import Kind

CASES = list(hostile_pictures.cases())


@pytest.mark.parametrize(("name", "content", "kind"), CASES, ids=[name for name, _, _ in CASES])
def test_it_is_refused_in_clear_words(name: str, content: bytes, kind: Kind) -> None:
    outcome = hostile_pictures.tried(content, kind)
    assert not outcome.accepted
    assert "Expected " in outcome.reason and outcome.reason.endswith("."), outcome.reason
    assert len(outcome.reason) < 1500 and outcome.reason.isprintable()
    assert not hostile_pictures.marker().exists()


def test_there_are_enough_and_no_two_are_the_same() -> None:
    assert len({name for name, _, _ in CASES}) == len({(content, kind) for _, content, kind in CASES}) == len(CASES)
    assert len(CASES) >= 120
