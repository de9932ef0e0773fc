r"""Power laws in pieces, with single eigenvalues in front."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence, Sized
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from .arithmetic import log, number, power, working_precision
from .direct_sums import direct_evaluator
from .exact import Exact, Number, count_or_infinite, exact_text, positive, positive_exponent
from .exact import count as read_count
from .listing import doubles, held, listed_count
from .pieces import Piece, Scale, added, multiplied
from .spectra import PowerLaw, read_column
from .spectrum import Direction, Evaluator, FormulaSpectrum, ModeSum, rational_log


@dataclass(frozen=True, slots=True, init=False, repr=False)
class BrokenPowerLaw(FormulaSpectrum):
    r"""A power law in pieces, :math:`\lambda_k=c\,c_i\,k^{-a_i}` for :math:`K_{i-1}<k\le K_i`.

    Parameters
    ----------
    decays : the decay of each piece, shape (pieces,), positive numbers
    breaks : the last index of each piece but the last one, shape (pieces - 1,), increasing integers
    size : the number of all eigenvalues, spikes included, an integer larger than the last break, or inf
    scale : c, a positive number, the factor of all pieces
    scales : the numbers c_i, shape (pieces,), positive; None for 1 in the first piece and those that make
        neighbouring power laws meet at the break between them
    spikes : the first eigenvalues, positive and in descending order, in place of the first piece's

    Raises
    ------
    TypeError, ValueError
        If an argument is no number or outside its domain, or the eigenvalues are not in descending order.

    Notes
    -----
    The index k counts the spikes: with S of them the first piece begins at ``k = S + 1``. The meeting power
    laws have :math:`c_{i+1}=c_iK_i^{a_{i+1}-a_i}`. Each sum is that of the spikes one by one and, for each
    piece, the Euler-Maclaurin formula between its first and its last index with a proven remainder; the cost
    does not grow with the length of the pieces. The signal power is :math:`v_k=\lambda_k` where `source` is
    None, and :math:`v_k=k^{-b}` for all k, spikes included, for ``source=b``.

    Examples
    --------
    >>> from scalinglaws.numerics import BrokenPowerLaw
    >>> spectrum = BrokenPowerLaw([1, 2], breaks=[2], size=4, spikes=[4])
    >>> spectrum.eigenvalues(3).tolist()
    [4.0, 0.5, 0.2222222222222222]
    >>> print(spectrum.df(1, "0.5"))
    1.8965811965812
    >>> print(BrokenPowerLaw(["1.2", 3], breaks=[10**6]).df(1, "1e-5"))
    48480.6185763772
    """

    decays: tuple[Fraction, ...]
    breaks: tuple[int, ...]
    size: int | float
    scale: Fraction
    scales: tuple[Fraction, ...] | None
    spikes: tuple[Fraction, ...]
    _pieces: tuple[Piece, ...]

    def __init__(
        self,
        decays: Iterable[Number],
        breaks: Iterable[Number],
        size: Number = math.inf,
        scale: Number = 1,
        scales: Iterable[Number] | None = None,
        spikes: Iterable[Number] = (),
    ) -> None:
        exponents = tuple(
            positive_exponent(f"decays[{i}]", entry) for i, entry in enumerate(read_column("decays", decays))
        )
        ends = _read_breaks(breaks)
        if len(ends) != len(exponents) - 1:
            raise ValueError(
                f"`breaks` has {len(ends)} entries and must have {len(exponents) - 1}, one less than `decays`"
            )
        leading = _read_spikes(spikes)
        last = count_or_infinite("size", size)
        bounds = [len(leading), *ends, last]
        for i, (one, other) in enumerate(pairwise(bounds)):
            if other <= one:
                name = "size" if i == len(ends) else f"breaks[{i}]"
                before = f"`breaks`[{i - 1}] = {exact_text(one)}" if i else f"the number of `spikes`, {one}"
                raise ValueError(
                    f"`{name}` = {exact_text(other)} must be larger than {before}; choose it larger"
                )
        factors = None
        if scales is not None:
            column = read_column("scales", scales)
            factors = tuple(positive(f"scales[{i}]", entry) for i, entry in enumerate(column))
            if len(factors) != len(exponents):
                raise ValueError(
                    f"`scales` has {len(factors)} entries and must have the {len(exponents)} of `decays`"
                )
        object.__setattr__(self, "decays", exponents)
        object.__setattr__(self, "breaks", ends)
        object.__setattr__(self, "size", last)
        object.__setattr__(self, "scale", positive("scale", scale))
        object.__setattr__(self, "scales", factors)
        object.__setattr__(self, "spikes", leading)
        object.__setattr__(self, "_pieces", self._made())
        self._check_order()

    def __repr__(self) -> str:
        decays, breaks = (", ".join(map(exact_text, column)) for column in (self.decays, self.breaks))
        shown = f"decays=[{decays}], breaks=[{breaks}], size={exact_text(self.size)}"
        if self.scale != 1:
            shown += f", scale={exact_text(self.scale)}"
        if self.scales is not None:
            shown += f", scales=[{', '.join(map(exact_text, self.scales))}]"
        if self.spikes:
            shown += f", spikes=[{', '.join(map(exact_text, self.spikes))}]"
        return f"BrokenPowerLaw({shown})"

    def check_convergence(self, sums: Sequence[ModeSum], source: Fraction | None, kappa: Fraction) -> None:
        """Raise DivergentSumError if one of `sums` has no finite value at `kappa`."""
        self._tail.check_convergence(sums, source, kappa)

    def check_finite(self, source: Fraction | None) -> None:
        """Raise DivergentSumError if the data or the signal has infinite power."""
        self._tail.check_finite(source)

    def signal_ratio(self, source: Fraction | None) -> Fraction | None:
        """Return r where the signal powers are r times the eigenvalues, else None."""
        if source is None:
            return Fraction(1)
        alone = self._tail if len(self.decays) == 1 and not self.spikes and self.scales is None else None
        return alone.signal_ratio(source) if alone else None

    def log_eigenvalue(self, index: Exact) -> float:
        """Return the logarithm of the eigenvalue at an index, of the last one beyond the end."""
        last = min(index, self.size)
        assert isinstance(last, (int, Fraction))
        if last <= len(self.spikes):
            return rational_log(self.spikes[math.ceil(last) - 1])
        piece = self._pieces[bisect_left(self.breaks, math.ceil(last))]
        return piece.log_at(max(Fraction(1), Fraction(last)))

    def evaluator(self, sums: Sequence[ModeSum], source: Fraction | None, goal: int) -> Evaluator:
        """Return the function from kappa to the balls of `sums`."""
        parts = [piece.evaluator(sums, source, None, goal) for piece in self._pieces]
        if self.spikes:
            powers = None
            if source is not None:
                powers = [power(number(k), -source) for k in range(1, len(self.spikes) + 1)]
            parts.append(direct_evaluator(self.spikes, powers, sums))
        return added(parts)

    def directions(self, source: Fraction | None) -> Mapping[str, Direction]:
        """Return every decay, the scale, given scales, every spike, and a given source."""
        found: dict[str, Direction] = {}
        for i, decay in enumerate(self.decays):
            found[f"decays[{i}]"] = Direction(value=decay, evaluator=partial(self._by_decay, i, source))
        every = range(len(self._pieces))
        uniform = None if not self.spikes else partial(self._by_scale, every, self.scale, source)
        found["scale"] = Direction(value=self.scale, evaluator=uniform)
        for i, scale in enumerate(self.scales or ()):
            found[f"scales[{i}]"] = Direction(
                value=scale, evaluator=partial(self._by_scale, [i], scale, source)
            )
        for i, spike in enumerate(self.spikes):
            found[f"spikes[{i}]"] = Direction(value=spike, evaluator=partial(self._by_spike, i, source))
        if source is not None:
            by_source = partial(self._by_source, source)
            found["source"] = Direction(value=source, evaluator=by_source, of_signal=True)
        return found

    def _by_decay(self, index: int, source: Fraction | None, sums: Sequence[ModeSum], goal: int) -> Evaluator:
        """Put log(k) into the sums of one piece; where it meets its neighbours, from its first corner on.

        Then all pieces behind it are moved by the logarithm of its last corner over its first one.
        """
        pieces = self._pieces
        parts = [pieces[index].log_evaluator(sums, source, None, goal)]
        if self.scales is None:
            begin = number(self.breaks[index - 1] if index else 1)
            parts.append(multiplied(pieces[index].evaluator(sums, source, None, goal), -log(begin)))
            for piece in pieces[index + 1 :]:
                moved = log(number(self.breaks[index]) / begin)
                parts.append(multiplied(piece.evaluator(sums, source, None, goal), moved))
        return added(parts)

    def _by_scale(
        self,
        which: Iterable[int],
        value: Fraction,
        source: Fraction | None,
        sums: Sequence[ModeSum],
        goal: int,
    ) -> Evaluator:
        parts = [self._pieces[i].evaluator(sums, source, None, goal) for i in which]
        return multiplied(added(parts), -1 / number(value))

    def _by_spike(
        self,
        index: int,
        source: Fraction | None,
        sums: Sequence[ModeSum],
        goal: int,  # noqa: ARG002 -- a single term needs no truncation
    ) -> Evaluator:
        spike = self.spikes[index]
        powers = None if source is None else [power(number(index + 1), -source)]
        return multiplied(direct_evaluator([spike], powers, sums), -1 / number(spike))

    def _by_source(self, source: Fraction, sums: Sequence[ModeSum], goal: int) -> Evaluator:
        parts = [piece.log_evaluator(sums, source, None, goal) for piece in self._pieces]
        if self.spikes:
            indices = [number(k) for k in range(1, len(self.spikes) + 1)]
            powers = [power(k, -source) * log(k) for k in indices]
            parts.append(direct_evaluator(self.spikes, powers, sums))
        return added(parts)

    def eigenvalues(self, count: int | None = None) -> npt.NDArray[np.float64]:
        """Return the first `count` eigenvalues in double precision, all of them if None."""
        terms = listed_count(count, self.size)
        spikes = doubles(self.spikes[:terms])
        pieces = [piece.in_doubles(terms + 1) for piece in self._pieces if piece.first <= terms]
        return held(np.concatenate([spikes, *pieces]))

    @property
    def _tail(self) -> PowerLaw:
        """The last piece from the index 1 on, which decides what converges."""
        return PowerLaw(self.decays[-1], self.size, self.scale)

    def _made(self) -> tuple[Piece, ...]:
        """Return the pieces, with the scales that are products of powers of the breaks."""
        firsts = [len(self.spikes) + 1, *(end + 1 for end in self.breaks)]
        pieces: list[Piece] = []
        factors = [(self.scale, Fraction(1))]
        for i, (first, last, decay) in enumerate(
            zip(firsts, [*self.breaks, self.size], self.decays, strict=True)
        ):
            if self.scales is not None:
                factors = [(self.scale * self.scales[i], Fraction(1))]
            elif i:
                factors = [*factors, (Fraction(self.breaks[i - 1]), decay - self.decays[i - 1])]
            pieces.append(Piece(first=first, last=last, decay=decay, scale=Scale(factors=tuple(factors))))
        return tuple(pieces)

    def _check_order(self) -> None:
        """Raise ValueError if an eigenvalue is proven to exceed the one before."""
        with working_precision(200):
            if self.spikes and self._pieces[0].at(len(self.spikes) + 1) > number(self.spikes[-1]):
                raise ValueError(
                    f"`spikes`[{len(self.spikes) - 1}] is smaller than the first piece's eigenvalue behind "
                    "it; choose larger spikes or a smaller scale"
                )
            for i, end in enumerate(self.breaks):
                if self._pieces[i + 1].at(end + 1) > self._pieces[i].at(end):
                    raise ValueError(
                        f"`scales`[{i + 1}] makes the eigenvalues rise at the break {exact_text(end)}; "
                        "choose it smaller"
                    )


def _read_breaks(breaks: Iterable[Number]) -> tuple[int, ...]:
    column = _read_possibly_empty("breaks", breaks)
    return tuple(read_count(f"breaks[{i}]", entry) for i, entry in enumerate(column))


def _read_spikes(spikes: Iterable[Number]) -> tuple[Fraction, ...]:
    column = _read_possibly_empty("spikes", spikes)
    read = tuple(positive(f"spikes[{i}]", entry) for i, entry in enumerate(column))
    for i, (one, other) in enumerate(pairwise(read)):
        if other > one:
            raise ValueError(f"`spikes[{i + 1}]` must not exceed the one before; sort descending")
    return read


def _read_possibly_empty(name: str, entries: Any) -> tuple[Fraction, ...]:
    if not isinstance(entries, (str, bytes)) and isinstance(entries, Sized) and len(entries) == 0:
        return ()
    return read_column(name, entries)
