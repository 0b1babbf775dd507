"""Traces that are asked for at the same time are computed as one: two processes talk once for all of them."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from fastapi.concurrency import run_in_threadpool

from model import jobs
from model.engine import Engine

MOST_PICTURES = 16
"""A file of activations has 150 KB; more at once make the first of them wait for the last."""
Job = Callable[[Path, int, np.ndarray], list[bytes]]
"""Of model.jobs: an answer in bytes for each picture of a batch."""
AHEAD = 2
"""Batches handed out at a time: the worker computes one while the other is on its way."""


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """One picture that waits: (rows, columns, channels), uint8 or float32; only those of one key go together."""

    key: tuple[Job, Path, int, np.dtype[np.generic]]
    picture: np.ndarray
    answer: asyncio.Future[bytes]


class Batches:
    """Hands the worker what has gathered while it was at work."""

    def __init__(self) -> None:
        self._waiting: list[_Asked] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def trace(self, engine: Engine, run: Path, step: int, picture: np.ndarray) -> bytes:
        """The activations of one picture as a safetensors file; raises what engine.call raises."""
        return await self.compute(engine, jobs.trace_files, run, step, picture)

    async def compute(self, engine: Engine, job: Job, run: Path, step: int, picture: np.ndarray) -> bytes:
        """What `job` answers for one picture; raises what engine.call raises."""
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Asked((job, run, step, picture.dtype), picture, answer))
        self._hand_out(engine)
        return await answer

    def _hand_out(self, engine: Engine) -> None:
        while self._waiting and len(self._tasks) < AHEAD:
            key = self._waiting[0].key
            batch = [asked for asked in self._waiting if asked.key == key][:MOST_PICTURES]
            self._waiting = [asked for asked in self._waiting if asked not in batch]
            task = asyncio.create_task(self._compute(engine, batch))
            self._tasks.add(task)
            task.add_done_callback(functools.partial(self._done, engine))

    def _done(self, engine: Engine, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._hand_out(engine)

    @staticmethod
    async def _compute(engine: Engine, batch: list[_Asked]) -> None:
        job, run, step, _ = batch[0].key
        pictures = np.stack([asked.picture for asked in batch])
        try:
            files = await run_in_threadpool(engine.call, job, run, step, pictures)
        except Exception as error:  # who asked is told, whatever it is
            for asked in batch:
                if not asked.answer.done():
                    asked.answer.set_exception(error)
            return
        for asked, file in zip(batch, files, strict=True):
            if not asked.answer.done():  # its reader may have gone
                asked.answer.set_result(file)
