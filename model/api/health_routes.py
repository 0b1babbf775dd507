"""How the server does."""

from __future__ import annotations

from fastapi import APIRouter

from model.api.answers import Health, PoolHealth
from model.api.asking import ServerEngine
from model.api.problems import documented
from model.engine import Engine
from model.memory import resident_megabytes

router = APIRouter(tags=["health"])


@router.get("/health", responses=documented())
async def health(engine: ServerEngine) -> Health:
    """Whether the server answers, Keras is ready, and what its workers are at and hold of memory."""
    return of(engine)


def of(engine: Engine) -> Health:
    """The health of an engine and of the process that it is in."""
    pools = {
        name: PoolHealth(
            workers=standing.workers,
            running=len(standing.process_ids),
            warm=standing.warm,
            busy=standing.busy,
            waiting=standing.waiting,
            memory_mb=list(standing.memory_megabytes),
        )
        for name, standing in engine.standing().items()
    }
    return Health("ok", engine.is_warm, pools, engine.queued_trainings, resident_megabytes())
