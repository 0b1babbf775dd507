"""Starting, stopping, going on with and deleting runs: only with the token."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from data import datasets
from data.errors import DatasetMissing
from model.api import bodies, examples
from model.api.access import MayChange
from model.api.answers import RunStatus
from model.api.asking import RunId, ServerEngine
from model.api.problems import Refusal, documented, without_paths
from model.engine import Engine
from model.recipes import RECIPES
from model.run import Run
from model.runs import PRETRAINED, RunError
from model.settings import Settings, SettingsError

MOST_QUEUED = 50
"""Trainings that wait or are at work; each keeps its place in memory and on disk."""

router = APIRouter(tags=["trainings"], dependencies=[MayChange])
_FIELDS = ("recipe", *(field.name for field in dataclasses.fields(Settings)))


@dataclasses.dataclass(frozen=True, slots=True)
class QueuedRun:
    """A run that was asked to train: its id, how many trainings are before it, and where it stands."""

    id: str
    before: int
    status: RunStatus


@router.post(
    "/runs",
    status_code=201,
    openapi_extra={"requestBody": examples.settings()},
    responses=documented(400, 401, 403, 404, 409, 413, 415, 422),
)
async def start(request: Request, response: Response, engine: ServerEngine) -> QueuedRun:
    """Start a training, or queue it behind those at work. What is not given is as the recipe has it."""
    given = await bodies.json_object(request, _FIELDS)
    settings = _settings(given)
    run = await run_in_threadpool(_start, engine, settings)
    response.headers["Location"] = f"{request.scope.get('root_path', '')}{request.app.state.prefix}/runs/{run.id}"
    return _queued(engine, run)


def _settings(given: Mapping[str, Any]) -> Settings:
    """The settings that a body asks for; raises SettingsError, DatasetError or Refusal."""
    recipe = given.get("recipe", "standard")
    if not isinstance(recipe, str) or recipe not in RECIPES:
        raise SettingsError(f"Setting recipe: expected one of {', '.join(RECIPES)}, received {recipe!r}"[:200] + ".")
    for name in ("dataset", "network", "optimizer", "schedule"):
        if not isinstance(given.get(name, ""), str):
            raise SettingsError(f"Setting {name}: expected a text, received {given[name]!r}"[:200] + ".")
    changed = {name: value for name, value in given.items() if name != "recipe"}
    settings = dataclasses.replace(RECIPES[recipe], **changed)
    try:
        datasets.form(settings.dataset)  # refuses a name that is none
    except DatasetMissing as missing:
        raise Refusal(404, "The data set is not here", without_paths(str(missing))) from missing
    return settings


def _start(engine: Engine, settings: Settings) -> Run:
    if engine.queued_trainings >= MOST_QUEUED:
        raise _conflict(f"{MOST_QUEUED} trainings wait or are at work. Expected fewer. Stop some, or ask again later.")
    try:
        return engine.train(settings)
    except RunError as error:
        raise _conflict(str(error)) from error


@router.post("/runs/{run_id}/stop", status_code=202, responses=documented(401, 403, 404, 409, 422))
def stop(run_id: RunId, engine: ServerEngine) -> QueuedRun:
    """Ask a training to stop: it keeps what it learned and ends at its next batch group."""
    run = _own(engine, run_id)
    if not run.status().state.is_active:
        raise _conflict(f"Run {run.id} is {run.status().state}. Expected one that is at work or waits. Leave it.")
    run.request_stop()
    return _queued(engine, run)


@router.post(
    "/runs/{run_id}/resume",
    status_code=202,
    openapi_extra={"requestBody": examples.further_epochs()},
    responses=documented(400, 401, 403, 404, 409, 413, 415, 422),
)
async def resume(run_id: RunId, request: Request, engine: ServerEngine) -> QueuedRun:
    """Go on with a run that was left, or train a finished one for `further_epochs`."""
    further = (await bodies.json_object(request, ("further_epochs",))).get("further_epochs", 0)
    if isinstance(further, bool) or not isinstance(further, int):
        raise SettingsError(f"further_epochs: expected a whole number, received {further!r}"[:200] + ".")
    run = await run_in_threadpool(_own, engine, run_id)
    try:
        await run_in_threadpool(engine.resume, run, further)
    except RunError as error:
        raise _conflict(str(error)) from error
    return _queued(engine, run)


@router.delete("/runs/{run_id}", status_code=204, responses=documented(401, 403, 404, 409, 422))
def delete(run_id: RunId, engine: ServerEngine) -> None:
    """Remove a run that has ended, and all that it kept."""
    run = _own(engine, run_id)
    try:
        engine.runs.delete(run)
    except RunError as error:
        raise _conflict(str(error)) from error


def _own(engine: Engine, run_id: str) -> Run:
    """The run, unless it is the one that comes with the project; raises RunError for one that is not there."""
    run = engine.runs.find(run_id)
    if run.path == PRETRAINED:
        raise _conflict("The pretrained network comes with Strata. Expected a run of your own. Train one first.")
    return run


def _queued(engine: Engine, run: Run) -> QueuedRun:
    return QueuedRun(run.id, engine.place_in_queue(run), RunStatus.of(run))


def _conflict(detail: str) -> Refusal:
    return Refusal(409, "The run is in no state for this", without_paths(detail))
