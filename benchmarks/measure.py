"""What the benchmarks share: the median time of a call, and a line of the table."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

from scalinglaws.numerics.trace_family import _cached_family


def seconds(run: Callable[[], object], repetitions: int = 1) -> float:
    """Return the median processor time of a call, without the tables that earlier calls left behind."""
    times = []
    for _ in range(repetitions):
        _cached_family.cache_clear()
        start = time.process_time()
        run()
        times.append(time.process_time() - start)
    return statistics.median(times)


def row(what: str, value: str, target: str = "") -> None:
    """Print one line of the table."""
    print(f"{what:<76} {value:>12}  {target}", flush=True)
