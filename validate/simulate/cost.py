"""Memory and time of one replicate, estimated before anything is drawn."""

from __future__ import annotations

import math
from dataclasses import dataclass

MEMORY_LIMIT = 2 * 2**30  # bytes in flight for one replicate

_FLOPS_PER_SECOND = 2e10  # one ordinary core; decides about chunks only


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """The shapes of a ridge simulation: features, samples and size as asked for, and how they are treated."""

    features: float
    samples: float
    size: int
    ridges: int
    relu: bool
    literal: bool

    def _drawn(self, number: float) -> int:
        """Return how many rows of the map, or columns of the data, are drawn."""
        if math.isinf(number):
            return 0
        reduced = not (self.relu or self.literal)
        return self.size if reduced and number > self.size else int(number)

    def _design(self) -> tuple[int, int]:
        """Return the shape of the matrix that is decomposed."""
        return self._drawn(self.features) or self.size, self._drawn(self.samples) or self.size

    @property
    def memory(self) -> int:
        """Bytes that one replicate needs at its peak, roughly."""
        rows, columns = self._design()
        rank = min(rows, columns)
        # Map and data, their images under the singular vectors, design and decomposition, Gram matrices.
        numbers = (self._drawn(self.features) + self._drawn(self.samples)) * self.size
        numbers += 2 * self.size * rank + 4 * rows * columns + 4 * rank * rank
        if self.relu:
            numbers += 4 * rows * rows
        if self.literal:
            numbers += 2 * (rows + columns) * rank + (self.size**2 if math.isinf(self.features) else 0)
        return 8 * numbers

    @property
    def seconds(self) -> float:
        """Time of one replicate, within a factor of a few."""
        rows, columns = self._design()
        rank = min(rows, columns)
        flops = 2.0 * rows * columns * self.size + 6.0 * self.size * rank**2 + 20.0 * rows * columns * rank
        # A normal number costs as much as about two hundred operations of a matrix product.
        flops += 200.0 * (self._drawn(self.features) + self._drawn(self.samples)) * self.size
        if self.relu:
            flops += 4.0 * rows**3
        if self.literal:
            flops += self.ridges * 20.0 * (rows + columns) * rank**2
        return 2e-4 + flops / _FLOPS_PER_SECOND

    def check_memory(self) -> None:
        """Refuse a replicate beyond `MEMORY_LIMIT`, naming the largest argument.

        Raises
        ------
        ValueError
            If the estimate exceeds the limit.

        Examples
        --------
        >>> shape = {"features": 100, "samples": 100, "ridges": 1, "relu": False, "literal": False}
        >>> Workload(size=1000, **shape).check_memory()
        >>> Workload(size=10**6, **shape).check_memory()
        Traceback (most recent call last):
        ...
        ValueError: `size` = 1000000 makes a replicate need about 3.0 GiB, more than 2 GiB; choose ...
        """
        if self.memory <= MEMORY_LIMIT:
            return
        rows, columns = self._design()
        largest, name = max((rows, "features"), (columns, "samples"), (self.size, "size"))
        raise ValueError(
            f"`{name}` = {largest} makes a replicate need about {self.memory / 2**30:.1f} GiB, more than "
            f"{MEMORY_LIMIT / 2**30:.0f} GiB; choose smaller `features`, `samples` or `size`"
        )
