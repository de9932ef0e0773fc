"""Independent replicates of a random experiment on any executor: same seed, same numbers, to the last bit.

Every replicate owns the child of the seed with its index, and the linear algebra of every replicate runs on
one thread: the order of summation inside a BLAS depends on its number of threads, so a result that must not
depend on the workers cannot leave that number open (and workers with many threads each only get into each
other's way).  Environment variables come too late for a worker that has loaded NumPy already, hence
threadpoolctl.
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import functools
import multiprocessing
import os
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import scipy.linalg  # noqa: F401  (its BLAS must be loaded before the threads are counted)
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

from .arguments import FloatArray

Task = Callable[[np.random.SeedSequence], FloatArray]
Progress = Callable[[int, int], Any]

_SECONDS_PER_CHUNK = 0.5
_SECONDS_WORTH_A_POOL = 2.0  # starting two spawned workers takes about as long

_limit_lock = threading.Lock()
_limit_depth = 0
_limit_stack = contextlib.ExitStack()


@functools.cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()


@contextlib.contextmanager
def single_blas_thread() -> Iterator[None]:
    """Hold every BLAS of this process to one thread; nested and concurrent uses are counted."""
    global _limit_depth
    with _limit_lock:
        if _limit_depth == 0:
            _limit_stack.enter_context(_controller().limit(limits=1, user_api="blas"))
        _limit_depth += 1
    try:
        yield
    finally:
        with _limit_lock:
            _limit_depth -= 1
            if _limit_depth == 0:
                _limit_stack.close()


def seed_sequence(seed: Any) -> np.random.SeedSequence:
    """Return the seed as a `SeedSequence`; None is refused: what cannot be repeated is no evidence."""
    if isinstance(seed, np.random.SeedSequence):
        return seed
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer):
        raise TypeError(f"`seed` is {seed!r}; expected an integer >= 0 or a numpy.random.SeedSequence")
    if seed < 0:
        raise ValueError(f"`seed` is {seed}; expected an integer >= 0")
    return np.random.SeedSequence(int(seed))


def child_seed(seed: np.random.SeedSequence, index: int) -> np.random.SeedSequence:
    """Return the child with this index; unlike `SeedSequence.spawn` it leaves the parent as it was."""
    return np.random.SeedSequence(
        entropy=seed.entropy, spawn_key=(*seed.spawn_key, index), pool_size=seed.pool_size
    )


def _run_chunk(task: Task, seed: np.random.SeedSequence, start: int, stop: int) -> FloatArray:
    with single_blas_thread():
        return np.stack([task(child_seed(seed, index)) for index in range(start, stop)])


def available_workers() -> int:
    """Return the number of processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _default_pool(workers: int) -> concurrent.futures.Executor:
    """Return a pool of spawned processes, or of threads where processes cannot start.

    A spawned process imports the main script again; one that does not ask for its `__name__` would run once
    more in every worker.  Threads give the same numbers, and NumPy leaves them free most of the time.
    """
    main = sys.modules.get("__main__")
    script = getattr(main, "__file__", None)
    if script is not None and getattr(main, "__spec__", None) is None:
        try:
            guarded = b"__name__" in Path(script).read_bytes()
        except OSError:
            guarded = False
        if not guarded:
            return concurrent.futures.ThreadPoolExecutor(workers)
    # Not forked: a forked child may inherit a BLAS lock held by another thread.
    context = multiprocessing.get_context("spawn")
    return concurrent.futures.ProcessPoolExecutor(workers, mp_context=context)


def run_replicates(
    task: Task,
    *,
    replicates: int,
    seed: np.random.SeedSequence,
    seconds: float,
    executor: concurrent.futures.Executor | None = None,
    progress: Progress | None = None,
) -> FloatArray:
    """Return the results of all replicates, stacked in their order.

    Parameters
    ----------
    task
        Turns the seed of one replicate into an array of fixed shape; must pickle for a pool of processes.
    replicates
        Number of replicates, at least 1.
    seed
        Its child `i` is the seed of replicate `i`.
    seconds
        Rough time of one replicate; decides the size of the chunks and whether a pool is worth its start.
    executor
        Where the chunks run.  None starts a pool of spawned processes, one for each processor (of threads, if
        the main script has no guard), unless the whole work is shorter than the start of the pool or this
        already is a worker process: then the replicates run here.
    progress
        Called as `progress(done, total)` in this thread after each chunk.
    """
    chunk = int(np.clip(_SECONDS_PER_CHUNK / max(seconds, 1e-9), 1, max(1, replicates // 8)))
    bounds = [(start, min(start + chunk, replicates)) for start in range(0, replicates, chunk)]
    workers = min(available_workers(), len(bounds))
    with contextlib.ExitStack() as stack:
        if executor is None:
            here = multiprocessing.parent_process() is not None or workers == 1
            if here or seconds * replicates < _SECONDS_WORTH_A_POOL:
                parts = []
                for start, stop in bounds:
                    parts.append(_run_chunk(task, seed, start, stop))
                    if progress is not None:
                        progress(stop, replicates)
                return np.concatenate(parts)
            executor = stack.enter_context(_default_pool(workers))
        return _collect(task, seed, bounds, executor, progress)


def _collect(
    task: Task,
    seed: np.random.SeedSequence,
    bounds: list[tuple[int, int]],
    executor: concurrent.futures.Executor,
    progress: Progress | None,
) -> FloatArray:
    futures = {
        executor.submit(_run_chunk, task, seed, start, stop): index
        for index, (start, stop) in enumerate(bounds)
    }
    parts: list[FloatArray | None] = [None] * len(bounds)
    done = 0
    try:
        for future in concurrent.futures.as_completed(futures):
            index = futures[future]
            parts[index] = future.result()
            done += bounds[index][1] - bounds[index][0]
            if progress is not None:
                progress(done, bounds[-1][1])
    finally:
        for future in futures:
            future.cancel()
    return np.concatenate([part for part in parts if part is not None])
