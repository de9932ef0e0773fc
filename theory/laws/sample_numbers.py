r"""Numbers of the model for the checks of the laws: fixed points, traces, derivatives.

What a law speaks of is computed here from spectra and fixed points of `numerics`, never by the law's own
formulas: derivatives are quotients of differences.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import mpmath
from mpmath import mpf
from sympy import Basic, Expr, Symbol, harmonic, oo

from ... import numerics
from .. import symbols
from ..ridge_balance import RHO as rho
from ..spot_check import Numbers
from ..traces import DegreesOfFreedom

Spectrum = numerics.Spectrum
a, kappa, delta, sigma2 = symbols.decay, symbols.kappa, symbols.ridge, symbols.noise
N, T, M = symbols.features, symbols.samples, symbols.size
z, q, s = (DegreesOfFreedom(order, kappa) for order in (1, 2, 3))
TRACES = ((1, z, symbols.df1), (2, q, symbols.df2), (3, s, symbols.df3))


def mpf_of(value: Any) -> mpf:
    """Return a rational at the working precision, infinity as it is."""
    if value == oo:
        return mpmath.inf
    exact = Fraction(str(value))
    return mpf(exact.numerator) / exact.denominator


def mpf_at(value: Any, digits: int) -> mpf:
    """Return a rational to a number of digits."""
    with mpmath.workdps(digits + 10):
        return mpf_of(value)


def solved(
    spectrum: Spectrum, digits: int, *, ridge: Any = 0, best: bool = False, **resources: Any
) -> dict[Basic, mpf]:
    """Return the model's numbers at a fixed point, by the letters of the laws.

    Parameters
    ----------
    spectrum :
        the eigenvalues.
    digits :
        that are right.
    ridge :
        the penalty.
    best :
        whether the ridge is the best one instead.
    resources :
        `features`, `samples`, `noise`, exactly.
    """
    exact: dict[str, Any] = {
        name: float("inf") if value == oo else value for name, value in resources.items()
    }
    penalty: Any = ridge
    if best:
        found = numerics.optimal_ridge(spectrum, digits=digits, **exact)
        point, penalty = found.point, found.ridge
    else:
        point = numerics.solve_ridge(spectrum, ridge=ridge, digits=digits, **exact)
    with mpmath.workdps(digits + 10):
        values: dict[Basic, mpf] = {
            kappa: point.kappa,
            symbols.risk: point.risk,
            symbols.excess: point.excess,
            symbols.bias: point.bias,
            symbols.variance: point.variance,
            delta: penalty if best else mpf_of(penalty),
            sigma2: mpf_of(resources.get("noise", 0)),
            N: mpf_of(resources["features"]),
            T: mpf_of(resources["samples"]),
        }
    return values | traces(spectrum, point.kappa, digits)


def traces(spectrum: Spectrum, at: Any, digits: int) -> dict[Basic, mpf]:
    """Return z, q, s at a kappa, both as symbols and as traces, and the constants of a power law."""
    values: dict[Basic, mpf] = {}
    for order, trace, symbol in TRACES:
        values[trace] = values[symbol] = spectrum.df(order, at, digits)
    if isinstance(spectrum, numerics.PowerLaw):
        with mpmath.workdps(digits + 10):
            exponent = mpf_of(spectrum.decay)
            values[a] = exponent
            if exponent > 1:
                values[rho] = mpmath.pi / (exponent * mpmath.sin(mpmath.pi / exponent))
            if spectrum.size != float("inf"):
                values[M] = mpf_of(spectrum.size)
                values[harmonic(M, -a)] = numerics.trace_sum(
                    spectrum.decay, 0, shift=-spectrum.decay, size=spectrum.size, digits=digits
                )
    return values


def slope_of(function: Callable[[mpf], mpf], at: mpf, digits: int) -> mpf:
    """Return a derivative by a quotient of differences; a third of the digits is right beyond `digits`."""
    with mpmath.workdps(3 * digits + 20):
        step = at * mpf(10) ** (-digits)
        return (function(at + step) - function(at - step)) / (2 * step)


def with_logarithmic_slopes(
    spectrum: Spectrum, values: Mapping[Basic, mpf], _resources: Mapping[str, Any], digits: int
) -> Numbers:
    r"""Compute the derivatives $z'$ and $q'$ in $\log\kappa$."""
    at = values[kappa]

    def slope(order: int) -> mpf:
        with mpmath.workdps(digits + 10):
            return at * slope_of(lambda x: spectrum.df(order, x, 3 * digits + 20), at, digits)

    return {Symbol("z'"): slope(1), Symbol("q'"): slope(2)}


def with_exchange(
    spectrum: Spectrum, values: Mapping[Basic, mpf], resources: Mapping[str, Any], digits: int
) -> Numbers:
    r"""Compute the change of the noise part when features and samples change places at fixed $\delta N$."""
    exchanged = {
        "features": resources["samples"],
        "samples": resources["features"],
        "noise": resources["noise"],
    }
    ridge = Fraction(str(mpmath.nstr(values[delta], 15))) * int(resources["features"])
    mirror = solved(spectrum, digits, ridge=ridge / int(resources["samples"]), **exchanged)
    with mpmath.workdps(digits + 10):
        return {Symbol("d_V"): values[symbols.variance] - mirror[symbols.variance]}


def with_split(
    spectrum: Spectrum, values: Mapping[Basic, mpf], _resources: Mapping[str, Any], digits: int
) -> Numbers:
    r"""Compute $p=NT$, $u=N+T$ and the derivative of $\log R$ in $u$ at fixed $p$ and $\kappa$."""
    with mpmath.workdps(3 * digits + 20):
        at = values[kappa]
        level, second = (spectrum.df(order, at, 3 * digits + 20) for order in (1, 2))
        product, total = values[N] * values[T], values[N] + values[T]

        def log_risk(u: mpf) -> mpf:
            root = mpmath.sqrt(u * u - 4 * product)
            n, t = (u + root) / 2, (u - root) / 2
            free, left, gap = 1 - level / n, 1 - level / t, level - second
            bias = at * gap * (level / n + free) / (free * left + gap * (free / t + left / n))
            return mpmath.log(bias)

        return {
            Symbol("p", positive=True): product,
            Symbol("u", positive=True): total,
            Symbol("l'"): slope_of(log_risk, total, digits),
        }


def with_slope(
    spectrum: Spectrum, values: Mapping[Basic, mpf], resources: Mapping[str, Any], digits: int
) -> Numbers:
    r"""Compute the derivative of $\log R$ in $N$ without ridge or noise."""
    return {Symbol("l'"): log_slope(spectrum, values[N], resources["samples"], digits)}


def log_slope(spectrum: Spectrum, features: mpf, samples: Expr, digits: int) -> mpf:
    r"""Return $d\log R/dN$ from the root alone: $R=N\kappa/(1-N/T)$, and $\kappa$ moves with $z=N$."""
    point = numerics.solve_ridge(spectrum, features=features, samples=samples, digits=digits)
    with mpmath.workdps(digits + 10):
        return 1 / features + 1 / (mpf_of(samples) - features) - 1 / (point.df1 - point.df2)


def with_form(
    _spectrum: Spectrum, values: Mapping[Basic, mpf], _resources: Mapping[str, Any], digits: int
) -> Numbers:
    """Compute the phenomenological form, the risk over it, and the share of z in N."""
    with mpmath.workdps(digits + 10):
        form = values[rho] ** values[a] * (1 / values[N] + 1 / values[T]) ** (values[a] - 1)
        return {
            Symbol("F", positive=True): form,
            Symbol("f", positive=True): values[symbols.risk] / form,
            Symbol("c", positive=True): values[symbols.df1] / values[N],
        }


def with_diagonal_split(
    _spectrum: Spectrum, values: Mapping[Basic, mpf], _resources: Mapping[str, Any], digits: int
) -> Numbers:
    """Compute $p=NT$ and the share of z in N."""
    with mpmath.workdps(digits + 10):
        share = values[symbols.df1] / values[N]
        return {Symbol("p", positive=True): values[N] * values[T], Symbol("c", positive=True): share}
