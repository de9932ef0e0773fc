"""One spectrum as a sweep needs it: its tables of nodes, and its parameters in doubles."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np
import numpy.typing as npt

from .arithmetic import Ball, exp, log, number, working_precision
from .broken_power_law import BrokenPowerLaw
from .degenerate import Degenerate
from .equivalent import BoolArray, FloatArray
from .errors import PrecisionError
from .euler_maclaurin_nodes import LongArray
from .exponential import Exponential
from .extended import ExtendedEigenvalues
from .log_power_integral import log_power_integral
from .log_power_law import LogPowerLaw
from .pieces import Scale
from .spectra import Eigenvalues
from .spectrum import ListedSpectrum, Spectrum
from .table_nodes import Table
from .table_parts import (
    SOURCE,
    Part,
    Span,
    exponential_part,
    listed,
    long,
    long_log,
    power_part,
    power_rule,
)

REACHES: Final = (100.0, 300.0, 640.0)
"""How far tables go: the shortest one that serves a kappa is the cheapest for signals of many sources."""

MARGIN: Final = 46.0
"""By how much a table has to exceed minus the logarithm of kappa."""

_LARGEST: Final = 1e100
_DECADES: Final = 1e-290
_LARGEST_EXPONENT: Final = 1000
_GRID: Final = 400
_USUAL_NODES: Final = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class SweptDirection:
    """A parameter of the spectrum, with the factor that it puts into sums, None for ``-1/value``."""

    value: float
    factor: str | None
    of_signal: bool


class Tabulated:
    """The tables of one spectrum, made when they are needed.

    Parameters
    ----------
    spectrum : any but a :class:`PowerLaw`
    """

    def __init__(self, spectrum: Spectrum) -> None:
        self.spectrum = spectrum
        self._make = _maker(spectrum)
        self._check_range()
        self.size = as_double("size", spectrum.size)
        front = spectrum.log_eigenvalue(Fraction(1))
        self.unit = math.ldexp(1.0, math.ceil(front / math.log(2)))
        own = isinstance(spectrum, (ListedSpectrum, ExtendedEigenvalues))
        self.takes_source = not own
        self.has_signal = own and not spectrum.is_isotropic(None)
        self.least_source = 0.0 if isinstance(spectrum, Exponential) else 1.0
        self.directions = {
            name: SweptDirection(
                value=as_double(name, direction.value),
                factor=None if direction.evaluator is None else name,
                of_signal=direction.of_signal,
            )
            for name, direction in spectrum.directions(None).items()
        }
        self.nodes = len(spectrum.values) if isinstance(spectrum, ListedSpectrum) else _USUAL_NODES
        self._tables: dict[Span, Table] = {}
        top = min(spectrum.size, 10**100)
        indices = sorted({round(x) for x in np.geomspace(1, float(top), _GRID)} | {1})
        self._grid = np.log(np.array([float(k) for k in indices]))
        self._levels = np.array([spectrum.log_eigenvalue(Fraction(k)) for k in indices]) - math.log(self.unit)

    def log_eigenvalues(self, index: FloatArray) -> FloatArray:
        """Return roughly the logarithms of the eigenvalues at some indices, in units of the tables'."""
        return np.interp(np.log(index), self._grid, self._levels)

    def levels(self, log_kappa: FloatArray) -> npt.NDArray[np.intp]:
        """Return which of the `REACHES` serves kappas of these logarithms."""
        return np.searchsorted(np.array(REACHES[:-1]) - MARGIN, -log_kappa)

    def table(self, level: int | None = None, *, steep: bool = False) -> Table:
        """Return the table of one of the `REACHES`, the longest one if None, for `steep` sources or not."""
        span = Span(reach=math.inf, steep=False)
        if not isinstance(self.spectrum, ListedSpectrum):
            span = Span(reach=REACHES[-1 if level is None else level], steep=steep)
        if span not in self._tables:
            factors = [direction.factor for direction in self.directions.values()]
            self._tables[span] = _joined(self._make(self.unit, span), factors)
        return self._tables[span]

    def is_steep(self, source: FloatArray) -> BoolArray:
        """Return where sources need a table of their own."""
        return abs(source) > 0.3 if isinstance(self.spectrum, Exponential) else source < -12

    def _check_range(self) -> None:
        """Raise PrecisionError where eigenvalues or exponents exceed what tables serve."""
        spectrum = self.spectrum
        values = getattr(spectrum, "values", ()) or getattr(spectrum, "spikes", ())
        if values:
            last, front = as_double("values", values[-1]), as_double("values", values[0])
            if not (1 / _LARGEST <= front <= _LARGEST and last >= _DECADES * front):
                raise PrecisionError(
                    "`values` exceed the doubles: at most 290 decades, from 1e-100 .. 1e100 on; "
                    "use solve_ridge"
                )
        for name, direction in spectrum.directions(None).items():
            exponent = name.startswith(("decay", "rate", "log_power", "fit.decay", "signal_fit.decay"))
            if exponent and abs(direction.value) > _LARGEST_EXPONENT:
                raise PrecisionError(
                    f"`{name}` = {float(direction.value):g} must be at most {_LARGEST_EXPONENT} in size for "
                    "a sweep; use solve_ridge"
                )
        if math.isfinite(spectrum.size) and spectrum.size > _LARGEST:
            raise PrecisionError(f"`size` must be at most {_LARGEST:g} for a sweep; use solve_ridge")
        if not abs(spectrum.log_eigenvalue(Fraction(1))) <= math.log(_LARGEST):
            raise PrecisionError(
                f"`scale` = {as_double('scale', getattr(spectrum, 'scale', 1)):g} must put the first "
                "eigenvalue within 1e-100 .. 1e100 for a sweep; "
                "use solve_ridge"
            )


def as_double(name: str, value: object) -> float:
    """Return an exact number as a double."""
    try:
        return float(value)  # type: ignore[arg-type]  # exact numbers of any kind
    except OverflowError:
        raise PrecisionError(f"`{name}` exceed the doubles; use solve_ridge") from None


def _joined(parts: Sequence[Part], factors: Sequence[str | None]) -> Table:
    """Return the parts as one table, in the order of the inverse eigenvalues."""
    log_growth = np.concatenate([part.log_growth for part in parts])
    order = np.argsort(log_growth, kind="stable")
    growth = np.concatenate(
        [np.exp(part.log_growth).astype(np.float64) if part.growth is None else part.growth for part in parts]
    )

    def column(name: str) -> FloatArray:
        rows = [part.factors.get(name, np.zeros_like(part.weight)) for part in parts]
        return np.concatenate(rows)[order]

    exponents = [part.exponent for part in parts if part.exponent is not None]
    signals = [part.signal for part in parts if part.signal is not None]
    exponent = np.concatenate(exponents)[order]
    named = {name: column(name) for name in factors if name is not None}
    return Table(
        growth=growth[order],
        log_growth=log_growth.astype(np.float64)[order],
        weight=np.concatenate([part.weight for part in parts])[order],
        factors={**named, SOURCE: exponent},
        signal=np.concatenate(signals)[order] if signals else None,
        exponent=exponent,
        beyond=next((part.beyond for part in parts if part.beyond is not None), None),
    )


def _maker(spectrum: Spectrum) -> Callable[[float, Span], list[Part]]:
    """Return the function from the unit and what is to be served to the parts of a spectrum's table."""
    if isinstance(spectrum, Eigenvalues):
        return lambda unit, _: [listed(spectrum.values, unit, signal=spectrum.signal)]
    if isinstance(spectrum, Degenerate):
        return lambda unit, _: [
            listed(spectrum.values, unit, weights=spectrum.multiplicities, signal=spectrum.signal)
        ]
    if isinstance(spectrum, ExtendedEigenvalues):
        return lambda unit, span: _extended_parts(spectrum, unit, span)
    if isinstance(spectrum, BrokenPowerLaw):
        return lambda unit, span: _broken_parts(spectrum, unit, span)
    if isinstance(spectrum, LogPowerLaw):
        return lambda unit, span: [_log_power_part(spectrum, unit, span)]
    if isinstance(spectrum, Exponential):
        return lambda unit, span: [
            exponential_part(spectrum.rate, spectrum.size, long_log(_scale(spectrum.scale), unit), span)
        ]
    raise TypeError(
        f"`spectrum` is a {type(spectrum).__name__} and must be a spectrum of this package; make one"
    )


def _scale(value: Fraction) -> Scale:
    return Scale(factors=((value, Fraction(1)),))


def _extended_parts(spectrum: ExtendedEigenvalues, unit: float, span: Span) -> list[Part]:
    fit, own = spectrum.fit, spectrum.signal_fit
    factors = {"fit.decay": (0.0, 1.0), "fit.scale": (-1 / float(fit.scale), 0.0)}
    if own is not None:
        factors |= {"signal_fit.decay": (0.0, 1.0), "signal_fit.scale": (-1 / float(own.scale), 0.0)}
    return [
        listed(spectrum.values, unit, signal=spectrum.signal),
        power_part(
            len(spectrum.values) + 1,
            spectrum.size,
            fit.decay,
            long_log(_scale(fit.scale), unit),
            span,
            factors,
            None if own is None else (own.decay, long_log(_scale(own.scale), 1.0)),
        ),
    ]


def _broken_parts(spectrum: BrokenPowerLaw, unit: float, span: Span) -> list[Part]:
    parts = []
    if spectrum.spikes:
        rows = np.eye(len(spectrum.spikes))
        own = {f"spikes[{i}]": -row / float(spectrum.spikes[i]) for i, row in enumerate(rows)}
        parts.append(listed(spectrum.spikes, unit, factors=own))
    corners = [0.0, *(math.log(end) for end in spectrum.breaks)]
    for i, piece in enumerate(spectrum._pieces):
        factors = {f"decays[{i}]": (-corners[i] if spectrum.scales is None else 0.0, 1.0)}
        factors["scale"] = -1 / float(spectrum.scale), 0.0
        if spectrum.scales is not None:
            factors[f"scales[{i}]"] = -1 / float(spectrum.scales[i]), 0.0
        else:
            factors |= {f"decays[{j}]": (corners[j + 1] - corners[j], 0.0) for j in range(i)}
        log_scale = long_log(piece.scale, unit)
        parts.append(power_part(piece.first, piece.last, piece.decay, log_scale, span, factors))
    return parts


def _log_power_part(spectrum: LogPowerLaw, unit: float, span: Span) -> Part:
    decay, log_power = long(spectrum.decay), long(spectrum.log_power)
    log_scale = long_log(_scale(spectrum.scale), unit)

    def log_growth(x: LongArray) -> LongArray:
        return decay * x + log_power * np.log(x + np.log1p(np.exp(-x))) - log_scale

    turn = float(spectrum.decay) + abs(float(spectrum.log_power)) / math.log(25)
    places, weight, end = power_rule(1, spectrum.size, turn, log_growth, span)
    index = places.astype(np.float64)
    doubled = np.log(places + np.log1p(np.exp(-places))).astype(np.float64)

    def beyond(power: int, factor: str | None, structured: bool, source: FloatArray | None) -> FloatArray:
        if power:
            # more factors leave nothing
            return np.array([0.0 if structured else learned[factor] * float(spectrum.scale) / unit])
        if source is None or not structured:
            return np.array([np.inf])
        rate = source - 1
        total = np.exp(-rate * end) / rate
        return total * (end + 1 / rate) if factor == SOURCE else total

    infinite = math.isinf(spectrum.size)
    learned = _learned_beyond(spectrum.decay, spectrum.log_power, end) if infinite else {}
    return Part(
        log_growth=log_growth(places),
        weight=weight,
        exponent=index,
        factors={"decay": index, "log_power": doubled},
        beyond=beyond if infinite else None,
    )


def _learned_beyond(decay: Fraction, log_power: Fraction, end: float) -> dict[str | None, float]:
    """Return the integral of the eigenvalues from an index on, and minus its derivatives by the exponents."""
    bits = 400
    with working_precision(bits):
        begin = log(exp(number(Fraction(end))) + 1)

        def integral(a: Fraction, p: Fraction) -> Ball:
            return log_power_integral(a, p, begin, bits - 40)

        step = Fraction(1, 2**60)
        by_decay = 0.0
        if decay > 1:
            h = step * min(decay - 1, Fraction(1))
            change = integral(decay - h, log_power) - integral(decay + h, log_power)
            by_decay = float((change / (2 * number(h))).mid())
        h = step * (min(log_power - 1, Fraction(1)) if decay == 1 else 1)
        change = integral(decay, log_power - h) - integral(decay, log_power + h)
        by_power = change / (2 * number(h))
        return {
            None: float(integral(decay, log_power).mid()),
            "decay": by_decay,
            "log_power": float(by_power.mid()),
            SOURCE: 0.0,
        }
