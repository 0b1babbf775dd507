"""The checks run in order, stop at the first that fails, and say which."""

import pytest

from tools.checks import ALONE, IN_BROWSER, ROOT, Check, all_checks, run_all


def test_stops_at_the_first_failure_and_names_it(capsys: pytest.CaptureFixture[str]) -> None:
    def never() -> int:
        pytest.fail("ran after a failure")

    assert run_all([Check("one", lambda: 0), Check("two", lambda: 3), Check("three", never)]) == 3
    assert capsys.readouterr().out.endswith("\n=== FAILED: two, exit code 3\n")


def test_prints_nothing_after_the_last_check(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_all([Check("one", lambda: 0), Check("two", lambda: 0)]) == 0
    assert capsys.readouterr().out.endswith("\n=== two\n")


def test_pytest_comes_last() -> None:
    assert [check.name for check in all_checks([])[-3:]] == [
        "tests (pytest)",
        "tests in a browser (pytest)",
        "tests one by one (pytest)",
    ]
    assert all_checks(["-x"])[-1].name == "tests (pytest)"


def test_what_runs_apart_is_there() -> None:
    assert all((ROOT / path).is_file() for path in ALONE) and (ROOT / IN_BROWSER).is_dir()
