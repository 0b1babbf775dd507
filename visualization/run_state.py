"""Which run the page shows: a part of `state`, which brings these names along."""

from __future__ import annotations

import sys
from dataclasses import dataclass

import streamlit as st

from model.engine import engine
from model.runs import PRETRAINED, Run, RunError
from visualization import address_state


@dataclass(frozen=True, slots=True)
class ChosenRun:
    """The run that the page shows, and what was wrong with the one it was asked for."""

    run: Run
    problem: str = ""


def chosen_run() -> ChosenRun:
    """The run named in the URL, else after `--run` in the command, else the newest when this visitor came."""
    runs = engine().runs
    asked_for = address_state.get("run") or _run_of_the_command()
    if asked_for:
        try:
            run = runs.find(asked_for)
            check(run)
            return ChosenRun(run)
        except RunError as error:
            return ChosenRun(Run(PRETRAINED), str(error))
    return ChosenRun(_found_at_first())


def _found_at_first() -> Run:
    """The newest run at this session's first look: a class's next training must not change what everybody sees."""
    found = st.session_state.get("found_at_first")
    if isinstance(found, Run):
        try:
            check(found)
            return found
        except RunError:
            pass  # deleted since, or broken
    st.session_state["found_at_first"] = newest = _newest()
    return newest


def _newest() -> Run:
    """The newest run that can be shown, else the project's own."""
    for run in engine().runs.all()[:20]:
        try:
            check(run)
            if run.snapshot_steps() or run.status().state.is_active:
                return run
        except RunError:
            # One broken folder must not keep the page from opening; it is named where runs are listed.
            continue
    return Run(PRETRAINED)


def check(run: Run) -> None:
    """Raise RunError where a file of the run cannot be read: better once here than in every view."""
    run.config()
    run.data()
    run.status()
    run.metrics()


def _run_of_the_command() -> str | None:
    """The name in `streamlit run app.py -- --run NAME`."""
    arguments = sys.argv[1:]
    return arguments[arguments.index("--run") + 1] if "--run" in arguments[:-1] else None


def choose_run(run: Run) -> None:
    """Show `run` from now on, also after a refresh and to whom the link is given, at its newest step."""
    address_state.change(run=run.id, step=None)


def forget_run() -> None:
    """The chosen run was deleted: show whatever is chosen without one."""
    for name in ("shown", "found_at_first"):
        st.session_state.pop(name, None)
    address_state.change(run=None, step=None)
