"""Where work runs: at once in this process, or on a pool of fresh processes."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class InlineExecutor(Executor):
    """An executor that runs every call at once, in the thread that submits it.

    Examples
    --------
    >>> InlineExecutor().submit(max, 2, 3).result()
    3
    """

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run the call and return its finished future."""
        future: Future[T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


def available_processors() -> int:
    """Return how many processors this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


@contextmanager
def process_pool(jobs: int | None = None) -> Iterator[Executor]:
    """Give a pool of processes; what is still waiting when it is left is cancelled.

    Parameters
    ----------
    jobs :
        Number of processes, at least 1; ``None`` takes one for each available processor.

    Raises
    ------
    ValueError
        When `jobs` is less than 1.

    Notes
    -----
    Processes are spawned, not forked: a fork copies locks without the threads that hold them.
    """
    if jobs is not None and jobs < 1:
        raise ValueError(f"`jobs` is {jobs}; give a whole number of processes, at least 1")
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(jobs or available_processors(), mp_context=context)
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
