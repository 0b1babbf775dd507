"""The fences of `data.fences`, with the bounds of a model that is read."""

from __future__ import annotations

from data import fences
from data.fences import Forbidden, Watch, fence_by_kernel
from model.uploads import limits

__all__ = ["Forbidden", "Watch", "fence_by_kernel", "limit_memory", "limit_resources"]


def limit_resources() -> None:
    """The system's limits but that on memory, which comes once Keras is there (`limit_memory`)."""
    fences.limit_resources(fences.Bounds(limits.CPU_SECONDS, limits.UNPACKED_BYTES))


def limit_memory() -> None:
    """At most limits.MEMORY_BYTES more than this process has taken by now."""
    fences.limit_memory(limits.MEMORY_BYTES)
