"""How the server does."""

from __future__ import annotations

from fastapi import APIRouter

from model.api.answers import ClusterHealth, ClusterWorkerHealth, Health, PoolHealth
from model.api.asking import ServerEngine
from model.api.problems import documented
from model.cluster import Cluster
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
    cluster = _of_cluster(engine.cluster) if engine.cluster is not None else None
    status = "degraded" if engine.problem or engine.is_stuck else "ok"
    return Health(status, engine.is_warm, pools, engine.queued_trainings, resident_megabytes(), cluster)


def _of_cluster(cluster: Cluster) -> ClusterHealth:
    workers = [ClusterWorkerHealth(worker.name, list(worker.lanes), worker.problem) for worker in cluster.workers()]
    return ClusterHealth(cluster.address, cluster.is_connected, cluster.problem, workers)
