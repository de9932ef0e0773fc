r"""The support of the limiting spectrum: its bands, their edges, and how much each of them carries.

A real place outside the support is :math:`-G(\kappa)` of one real :math:`\kappa` with :math:`q<\min(N,T)` and
:math:`G'>0` (see :mod:`.random_matrix`). Between two neighbouring poles :math:`-\lambda_k` such
:math:`\kappa` are one interval or none: q is convex there, and on the interval where :math:`q<N\le T`

.. math:: \frac{G'}{1-q/N}=1-\frac{q_F}T

is concave along :math:`\mu`, as :math:`q_F` is the q of the features' own spectrum (N and T change places for
:math:`T<N`). At both ends :math:`G'=0`, and :math:`-G` is an edge. Above such a gap lie just as many
eigenvalues of the random matrix as eigenvalues :math:`\lambda` lie above it [1]_.

Since :math:`q\ge k` below the k-th eigenvalue, and :math:`q\ge8\lambda_{k+1}^2/(\lambda_k-\lambda_{k+1})^2`
by the two poles alone, only finitely many gaps are possible.

References
----------
.. [1] Bai, Silverstein, Exact separation of eigenvalues of large dimensional sample covariance matrices,
   Ann. Probab. 27 (1999).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby

import mpmath

from .arithmetic import Ball, exp, number, proven, symmetric, to_mpf, working_precision
from .complex_arithmetic import complex_ball
from .complex_roots import RootFinder
from .errors import PrecisionError
from .exact import Number, bits_for, digit_count
from .exact import count as read_count
from .exponential import Exponential
from .random_matrix import Matrix, Place, read_ensemble
from .spectrum import ListedSpectrum, Spectrum, rational_log

_SEARCH_BITS = 48
_RESOLUTION = 1e-6
_UNEVEN = math.pi / 3
_GOLDEN_STEPS = 40
_BISECTIONS = 200
_REFINEMENTS = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class SpectralBand:
    """One interval of the support.

    Parameters
    ----------
    lower, upper : its edges, mpf; `lower` is 0 exactly where the density is infinite at 0
    modes : how many eigenvalues of the matrix it holds
    mass : the share of all its eigenvalues, the integral of the density over the band
    """

    lower: mpmath.mpf
    upper: mpmath.mpf
    modes: Fraction
    mass: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class SpectralSupport:
    """The support of a limiting spectrum.

    Parameters
    ----------
    bands : from the one with the largest eigenvalues down
    mass_at_zero : the share of eigenvalues that are 0
    complete : whether the last band is known to be one; False where `limit` ended the search for gaps
    """

    bands: tuple[SpectralBand, ...]
    mass_at_zero: Fraction
    complete: bool


def spectral_edges(
    spectrum: Spectrum,
    *,
    features: Number,
    samples: Number,
    matrix: Matrix = "kernel",
    digits: int = 15,
    limit: int = 100,
) -> SpectralSupport:
    r"""Return all bands of the limiting spectrum with their edges.

    Parameters
    ----------
    spectrum, features, samples, matrix : as in :func:`stieltjes`
    digits : significant digits of the edges to be right, an integer from 1 to 1000
    limit : in how many places to look for a gap, from the largest eigenvalue down, an integer not smaller
        than 1; beyond, bands are not told apart

    Raises
    ------
    DivergentSumError, PrecisionError, TypeError, ValueError
        As :func:`stieltjes`.

    Notes
    -----
    The first eigenvalues of a power law have bands of their own, about
    :math:`\lambda_k(1\pm2/\sqrt T)`, as long as :math:`k\lesssim a\sqrt T/\pi`; the others share the bulk.
    Each edge is proven: on one side of it a place outside the support, on the other the end of the condition
    for one. That no gap was overlooked is not: one that is about to close, :math:`10^{-6}` as wide as between
    the two levels in kappa, is not found.

    Examples
    --------
    >>> from scalinglaws.numerics import Degenerate, spectral_edges
    >>> (band,) = spectral_edges(Degenerate([1], [100]), features="inf", samples=400).bands
    >>> print(band.lower, band.upper, band.mass)
    0.25 2.25 1/4
    """
    ensemble = read_ensemble(spectrum, features, samples, matrix)
    bits = bits_for(digit_count(digits))
    search = _Search(RootFinder(ensemble), bits)
    most = read_count("limit", limit)
    upper = search.outermost(_Gap(None, _first_level(spectrum)))
    bands: list[SpectralBand] = []
    above = 0
    complete = False

    def add(lower: mpmath.mpf, modes: Fraction) -> None:
        bands.append(SpectralBand(lower=lower, upper=upper, modes=modes, mass=modes / ensemble.dimension))

    for place, (level, following, count) in enumerate(_neighbours(spectrum)):
        if following is None or _closed(spectrum, level, following, count, ensemble.narrowest):
            complete = True
            break
        if place >= most:
            break
        edges = search.inner(_Gap(level, following))
        if edges is not None:
            add(edges[1], Fraction(count - above))
            upper, above = edges[0], count
    hard = ensemble.rank == ensemble.narrowest and (
        ensemble.features == ensemble.samples or spectrum.size == ensemble.narrowest
    )
    lowest = (
        mpmath.mpf(0) if hard else search.outermost(_Gap(_last_level(spectrum, ensemble.narrowest), None))
    )
    add(lowest, ensemble.rank - above)
    return SpectralSupport(bands=tuple(bands), mass_at_zero=ensemble.mass_at_zero, complete=complete)


@dataclass(frozen=True, slots=True)
class _Gap:
    r"""A real interval of kappa between poles, by a coordinate s.

    :math:`(-\infty,-\lambda)`, where `upper` is None: :math:`-\lambda(1+e^s)`. Between two levels:
    :math:`-\lambda'-(\lambda-\lambda')s`. Where `lower` is None: :math:`\lambda(e^s-1)` beyond the
    last level, given as ``(log, True)``, or :math:`\lambda e^s`, above 0, given as ``(log, False)``.
    Levels are logarithms.
    """

    upper: tuple[float, bool] | float | None
    lower: float | None

    def kappa(self, s: Ball) -> Ball:
        """Return the place of a coordinate."""
        if self.upper is None:
            assert self.lower is not None
            return -_exponential(self.lower) * (1 + exp(s))
        if self.lower is None:
            assert isinstance(self.upper, tuple)
            log, pole = self.upper
            return _exponential(log) * (exp(s) - (1 if pole else 0))
        assert isinstance(self.upper, float)
        low = _exponential(self.lower)
        return -low - (_exponential(self.upper) - low) * s


class _Search:
    """Find and prove edges of one ensemble.

    Parameters
    ----------
    finder : of its roots
    bits : accuracy of the edges
    """

    def __init__(self, finder: RootFinder, bits: int) -> None:
        self.finder, self.bits = finder, bits
        self.narrowest = finder.ensemble.narrowest
        # with one Wishart matrix alone G' = 1 - q / min(N, T) changes sign but there
        self.single = math.inf in (finder.ensemble.features, finder.ensemble.samples)

    def at(self, gap: _Gap, s: float) -> Place:
        """Return everything at a coordinate, in balls of the search."""
        with working_precision(_SEARCH_BITS + 40):
            return self.finder.at(complex_ball(gap.kappa(number(Fraction(s)))), _SEARCH_BITS)

    def outermost(self, gap: _Gap) -> mpmath.mpf:
        """Return the edge of an interval that reaches to infinity."""
        # an edge may lie exactly at a simple coordinate, and has no sign there
        inside = _UNEVEN
        for _ in range(_BISECTIONS):
            if self._is_outside(gap, inside):
                break
            inside = 2 * inside + 1
        step = _UNEVEN
        beyond = inside - 2 * step / 3
        for _ in range(_BISECTIONS):
            if not self._is_outside(gap, beyond):
                return self._edge(gap, inside, beyond)
            inside, step = beyond, 1.5 * step
            beyond = inside - step
        raise PrecisionError("the outermost edge is too far from the eigenvalues to be found; rescale")

    def inner(self, gap: _Gap) -> tuple[mpmath.mpf, mpmath.mpf] | None:
        """Return the edges below and above a gap between two levels, None where there is none."""
        inside = self._summit(gap)
        if inside is None:
            return None
        return self._edge(gap, inside, 0.0), self._edge(gap, inside, 1.0)

    def _summit(self, gap: _Gap) -> float | None:
        """Return a coordinate outside the support, None where there is none."""
        found = self._golden(gap, 0.0, 1.0, self._crowding)
        if found is None or self._is_outside(gap, found):
            return found
        if self._crowding(gap, found) >= float(self.narrowest):
            return None
        ends = []
        for end in (0.0, 1.0):
            near = found
            for _ in range(25):
                middle = (near + end) / 2
                near, end = (middle, end) if self._crowding(gap, middle) < self.narrowest else (near, middle)
            ends.append(near)
        return self._golden(gap, ends[0], ends[1], self._obstacle, outside=True)

    def _golden(
        self,
        gap: _Gap,
        low: float,
        high: float,
        function: Callable[[_Gap, float], float],
        *,
        outside: bool = False,
    ) -> float | None:
        """Return the minimum of a unimodal function, or the first coordinate found outside the support."""
        ratio = (math.sqrt(5) - 1) / 2
        one, other = high - ratio * (high - low), low + ratio * (high - low)
        f_one, f_other = function(gap, one), function(gap, other)
        for _ in range(_GOLDEN_STEPS):
            for s in (one, other):
                if self._is_outside(gap, s):
                    return s
            if high - low < _RESOLUTION:
                break
            if f_one < f_other:
                high, other, f_other = other, one, f_one
                one = high - ratio * (high - low)
                f_one = function(gap, one)
            else:
                low, one, f_one = one, other, f_other
                other = low + ratio * (high - low)
                f_other = function(gap, other)
        return None if outside else (low + high) / 2

    def _crowding(self, gap: _Gap, s: float) -> float:
        """Return q."""
        return float(self.at(gap, s).q.real.mid())

    def _obstacle(self, gap: _Gap, s: float) -> float:
        """Return what the module's docstring proves to be convex, but for its sign and a constant."""
        here = self.at(gap, s)
        increase = 1 - here.q.real / number(self.narrowest)
        return float((-here.slope.real / increase).mid()) if increase > 0 else math.inf

    def _is_outside(self, gap: _Gap, s: float) -> bool:
        return self._accepts(self.at(gap, s))

    def _accepts(self, here: Place) -> bool:
        """Whether a place is proven to be one outside the support."""
        return bool(here.q.real < number(self.narrowest) and here.slope.real > 0)

    def _refuses(self, here: Place) -> bool:
        """Whether a place is proven to be none."""
        return bool(here.q.real > number(self.narrowest) or here.slope.real < 0)

    def _edge(self, gap: _Gap, inside: float, beyond: float) -> mpmath.mpf:
        """Return the edge between a coordinate outside the support and one past the edge."""
        for _ in range(_BISECTIONS):
            here = self.at(gap, beyond)
            # next to a pole G' is too large for an interpolation
            if -4 < here.slope.real < 0 and (self.single or here.q.real < number(self.narrowest)):
                break
            middle = (inside + beyond) / 2
            if self._is_outside(gap, middle):
                inside = middle
            else:
                beyond = middle
        else:
            raise PrecisionError(
                f"`features` and `samples` put an edge next to a pole, not told apart at {_SEARCH_BITS} "
                "bits; choose other sizes"
            )
        with working_precision(_SEARCH_BITS + 40):
            ends = gap.kappa(number(Fraction(inside))).mid(), gap.kappa(number(Fraction(beyond))).mid()

        def attempt(goal: int) -> Ball:
            with working_precision(goal + 40):
                return self._refined(*ends, goal)

        return to_mpf(proven(attempt, lambda ball: [ball], self.bits, what="an edge"), self.bits)

    def _refined(self, inside: Ball, beyond: Ball, goal: int) -> Ball:
        """Return the ball of an edge from the ends of a bracket of the zero of G'."""

        def at(kappa: Ball) -> Place:
            return self.finder.at(complex_ball(kappa), goal)

        near, far = inside, beyond
        f_near, f_far = at(near).slope.real.mid(), at(far).slope.real.mid()
        # the value is stationary at the edge: half of the bits are enough
        radius = abs(near - far) * number(2) ** (-goal // 2 - 10)
        kappa, kept = near, 0
        for _ in range(_REFINEMENTS):
            moved = kappa
            kappa = ((near * f_far - far * f_near) / (f_far - f_near)).mid()
            value = at(kappa).slope.real.mid()
            if value > 0:
                near, f_near = kappa, value
                # an end kept twice loses half of its weight
                f_far, kept = (f_far / 2 if kept < 0 else f_far), -1
            else:
                far, f_far = kappa, value
                f_near, kept = (f_near / 2 if kept > 0 else f_near), 1
            if abs(kappa - moved) < radius or not value.is_finite() or value == 0:
                break
        sign = 1 if inside > beyond else -1
        for _ in range(12):
            if self._accepts(at(kappa + sign * radius)) and self._refuses(at(kappa - sign * radius)):
                ball = kappa + symmetric(radius)
                return -(at(kappa).value.real + symmetric(radius * abs(at(ball).slope.real).abs_upper()))
            radius = radius * 16
        return Ball("nan")


def _exponential(log: float) -> Ball:
    return exp(number(Fraction(log)))


def _first_level(spectrum: Spectrum) -> float:
    return spectrum.log_eigenvalue(Fraction(1))


def _last_level(spectrum: Spectrum, narrowest: Fraction) -> tuple[float, bool]:
    """Return the logarithm of the level that scales the lowest edge, and whether its pole is the gap's end.

    With more than min(N, T) levels q exceeds that already at 0, and the edge lies above.
    """
    if spectrum.size > narrowest:
        return spectrum.log_eigenvalue(Fraction(math.ceil(narrowest))), False
    return spectrum.log_eigenvalue(Fraction(spectrum.size)), True


def _neighbours(spectrum: Spectrum) -> Iterator[tuple[float, float | None, int]]:
    """Yield each level with the following one, as logarithms, and how many eigenvalues are not below it."""
    if isinstance(spectrum, ListedSpectrum):
        pairs = zip(spectrum.values, spectrum.modes(), strict=True)
        levels = [
            (rational_log(value), sum(modes for _, modes in group))
            for value, group in groupby(pairs, key=lambda pair: pair[0])
        ]
        count = 0
        for index, (level, modes) in enumerate(levels):
            count += modes
            yield level, levels[index + 1][0] if index + 1 < len(levels) else None, count
        return
    k, level = 1, spectrum.log_eigenvalue(Fraction(1))
    while k < spectrum.size:
        following = spectrum.log_eigenvalue(Fraction(k + 1))
        yield level, following, k
        k, level = k + 1, following
    yield level, None, k


def _closed(spectrum: Spectrum, level: float, following: float, count: int, narrowest: Fraction) -> bool:
    """Whether there is no gap here nor further down."""
    if count >= narrowest:
        return True
    if isinstance(spectrum, (ListedSpectrum, Exponential)):
        return False
    return 8 / math.expm1(level - following) ** 2 >= narrowest if level > following else True
