r"""Derivatives of kappa and of the risk with respect to every real parameter, by implicit differentiation.

The symbols are those of :mod:`.equivalent`. A change of the parameters changes the sums directly, by
:math:`\partial z` and so on at fixed :math:`\kappa`, and through :math:`x=\log\kappa`. From
:math:`(1-zn)(1-zt)=\delta t/\kappa`,

.. math::

   E\,dx=(n\beta+t\alpha)\,\partial z-zn\beta\,d\log N-\alpha\,d\log T+\frac t\kappa\,d\delta ,

which holds without ridge, too, and in every limit. With :math:`d\rho=\frac t\kappa d\delta
-\alpha\beta(d\log T+dx)`, the change of :math:`\alpha\beta`, the vacancies follow without cancellation,

.. math::

   d\alpha=n\,\frac{zt\alpha\,(d\log N-d\log T)+d\rho}{n\beta+t\alpha},\qquad
   t\,d\alpha+n\,d\beta=nt\,\frac{z(t-n)(d\log N-d\log T)+2\,d\rho}{n\beta+t\alpha} .

In :math:`x` the sums change by :math:`z'=-c`, :math:`q'=-2c_2`, :math:`c'=2c_2-c`, :math:`S_1'=S_1-P`,
:math:`P'=2Q` with

.. math:: c_2=\sum_kw_ky_k^2,\qquad Q=\sum_kv_kw_k^2y_k .

The sums depend on a parameter p of the eigenvalues as on :math:`\kappa`, through
:math:`u_k=\kappa/\lambda_k` in :math:`y_k=1/(1+u_k)`: a change of p puts the factor
:math:`D_k=-\partial\log\lambda_k/\partial p` into each sum, which is :math:`\log k` for the decay of
:math:`ck^{-a}` and :math:`-1/c` for its scale. One of the signal, as its exponent b, puts
:math:`-\partial\log v_k/\partial p` into :math:`S_1` and P.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from .equivalent import Equivalent, Quantity

Entry = TypeVar("Entry", covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class RidgeGradient(Generic[Entry]):
    r"""Derivatives at a solved ridge regression, and the condition numbers that follow from them.

    Parameters
    ----------
    kappa, risk :
        the derivatives :math:`\partial\kappa/\partial p` and :math:`\partial R/\partial p` under the name of
        the parameter p: those of the spectrum as it names its arguments, such as "decay" or "decays[0]",
        with "scale" at the value 1 for the common factor of measured eigenvalues and "fit.decay" for what
        was fitted; a given source, features, samples, ridge, noise. Infinite features or samples have
        derivative 0; the decay 1 of an infinite :class:`LogPowerLaw`, where convergence ends, has none.
    kappa_condition, risk_condition :
        :math:`\sum_p|p\,\partial\kappa/\partial p|/\kappa` and the same of the risk: what a relative error of
        the parameters is multiplied with at most; 0 where kappa or the risk is exactly 0.
    """

    kappa: Mapping[str, Entry]
    risk: Mapping[str, Entry]
    kappa_condition: Entry
    risk_condition: Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Slopes(Generic[Quantity]):
    """The sums c_2 and Q."""

    half_learned: Quantity
    second_learned: Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightedSums(Generic[Quantity]):
    r"""Sums with the factor D of a parameter of the eigenvalues.

    They are those of :math:`wy`, of :math:`wy^2` and, unless the prior is isotropic, of :math:`v` times
    :math:`wy` and :math:`w^2y`.
    """

    half: Quantity
    half_learned: Quantity
    signal: tuple[Quantity, Quantity] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalSums(Generic[Quantity]):
    r"""Sums of :math:`vw` and :math:`vw^2` with the factor of a parameter of the signal."""

    unlearned: Quantity
    squared: Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class Change(Generic[Quantity]):
    """A direction in the space of parameters; changes of sums are those at fixed kappa."""

    log_features: Quantity
    log_samples: Quantity
    ridge: Quantity
    noise: Quantity
    z: Quantity
    q: Quantity
    c: Quantity
    first: Quantity
    second: Quantity


def derivative(
    point: Equivalent[Quantity], slopes: Slopes[Quantity], noise: Quantity, change: Change[Quantity]
) -> tuple[Quantity, Quantity]:
    """Return the changes of kappa and of the risk along a direction, for kappa > 0."""
    n, t, z, c = point.inverse_features, point.inverse_samples, point.z, point.c
    alpha, beta, denominator, crowding = point.alpha, point.beta, point.denominator, point.crowding
    total = n * beta + t * alpha
    from_ridge = t / point.kappa * change.ridge
    dx = (
        total * change.z - z * n * beta * change.log_features - alpha * change.log_samples + from_ridge
    ) / denominator
    dz = change.z - c * dx
    dq = change.q - 2 * slopes.half_learned * dx
    dc = change.c + (2 * slopes.half_learned - c) * dx
    dfirst = change.first + (point.first - point.second) * dx
    dsecond = change.second + 2 * slopes.second_learned * dx
    product = from_ridge - alpha * beta * (change.log_samples + dx)
    ratio = change.log_features - change.log_samples
    dalpha = n * (z * t * alpha * ratio + product) / total
    # t dalpha + n dbeta: at equal sizes the two nearly cancel
    both = n * t * (z * point.signed_gap * ratio + 2 * product) / total
    ddenominator = (
        product + dc * crowding + c * (both - alpha * t * change.log_samples - beta * n * change.log_features)
    )
    dbias = (
        n * (dc * point.first + c * dfirst - c * point.first * change.log_features)
        + dalpha * point.second
        + alpha * dsecond
        - point.bias * ddenominator
    ) / denominator
    spread = point.spread
    dspread = (
        dalpha * point.q
        + alpha * dq
        + n * (dc * z + c * dz - c * z * change.log_features)
        - spread * ddenominator
    ) / denominator
    dvariance = t * (dspread - spread * change.log_samples)
    return point.kappa * dx, dbias + noise * dvariance + change.noise * (1 + t * spread)


def derivatives(
    point: Equivalent[Quantity],
    slopes: Slopes[Quantity],
    moved: Mapping[str, WeightedSums[Quantity] | SignalSums[Quantity]],
    noise: Quantity,
) -> dict[str, tuple[Quantity, Quantity]]:
    """Return the derivatives of kappa and risk with respect to each parameter, for kappa > 0.

    `moved` has the sums of the spectrum's own parameters under their names.
    """
    zero = point.kappa * 0
    one = zero + 1
    still = Change(
        log_features=zero,
        log_samples=zero,
        ridge=zero,
        noise=zero,
        z=zero,
        q=zero,
        c=zero,
        first=zero,
        second=zero,
    )
    changes = {name: _change_of_spectrum(point, sums, still) for name, sums in moved.items()}
    changes["features"] = replace(still, log_features=one)
    changes["samples"] = replace(still, log_samples=one)
    changes["ridge"] = replace(still, ridge=one)
    changes["noise"] = replace(still, noise=one)
    found = {name: derivative(point, slopes, noise, change) for name, change in changes.items()}
    # these two are moved by their logarithms
    for name, unit in (("features", point.inverse_features), ("samples", point.inverse_samples)):
        kappa, risk = found[name]
        found[name] = kappa * unit, risk * unit
    return found


def of_common_factor(
    point: Equivalent[Quantity], slopes: Slopes[Quantity], factor: Quantity, *, isotropic: bool
) -> WeightedSums[Quantity]:
    """Return the sums with the factor ``D = -1/factor``, which need no other ones than those at hand."""
    weight = -1 / factor
    signal = None
    if not isotropic:
        signal = weight * (point.first - point.second), weight * slopes.second_learned
    return WeightedSums(half=weight * point.c, half_learned=weight * slopes.half_learned, signal=signal)


def _change_of_spectrum(
    point: Equivalent[Quantity],
    sums: WeightedSums[Quantity] | SignalSums[Quantity],
    still: Change[Quantity],
) -> Change[Quantity]:
    """Return the direction of one parameter of the spectrum."""
    if isinstance(sums, SignalSums):
        return replace(still, first=-sums.unlearned, second=-sums.squared)
    change = replace(still, z=-sums.half, q=-2 * sums.half_learned, c=2 * sums.half_learned - sums.half)
    if sums.signal is None:
        # S_1 = kappa z and P = kappa c for the isotropic prior
        return replace(change, first=point.kappa * change.z, second=point.kappa * change.c)
    half, half_unlearned = sums.signal
    return replace(change, first=half, second=2 * half_unlearned)


def without_ridge(
    inverse_samples: Quantity, alpha: Quantity, beta: Quantity, noise: Quantity, inverses: Quantity
) -> tuple[Quantity, Quantity]:
    r"""Return the derivatives of kappa and risk with respect to the ridge at kappa = 0.

    There :math:`\kappa=\delta t/(\alpha\beta)`, the bias is of second order, and
    :math:`\partial R/\partial\kappa=-2\sigma^2t\beta^{-2}\sum_k1/\lambda_k`.

    Parameters
    ----------
    alpha, beta : 1 - M/N and 1 - M/T, not 0
    inverses : the sum of the inverse eigenvalues
    """
    t = inverse_samples
    kappa = t / (alpha * beta)
    return kappa, -2 * noise * t * inverses / (beta * beta) * kappa


def condition(
    derivatives_of: Mapping[str, Quantity], values: Mapping[str, Quantity], of: Quantity
) -> Quantity:
    """Return the sum of the absolute logarithmic derivatives of a positive quantity."""
    total = of * 0
    for name, value in derivatives_of.items():
        total = total + abs(value * values[name])
    return total / of
