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

The eigenvalues :math:`ck^{-a}` depend on the scale and the decay as on :math:`\kappa`, with
:math:`u_k=\kappa k^a/c` in :math:`y_k=1/(1+u_k)`: a change of the decay puts :math:`\log k` into each sum.
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
        the parameter p: decay, scale and source (where the spectrum has them), features, samples, ridge,
        noise. Infinite features or samples have derivative 0.
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
class LogSums(Generic[Quantity]):
    r"""Sums with the factor log(k).

    They are those of :math:`wy`, of :math:`wy^2` and, for a given source, of :math:`v` times :math:`wy`,
    :math:`w^2y`, :math:`w` and :math:`w^2`.
    """

    half: Quantity
    half_learned: Quantity
    signal: tuple[Quantity, Quantity, Quantity, Quantity] | None


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
    logs: LogSums[Quantity] | None,
    noise: Quantity,
    scale: Quantity,
) -> dict[str, tuple[Quantity, Quantity]]:
    """Return the derivatives of kappa and risk with respect to each parameter, for kappa > 0.

    `logs` is None for a spectrum without decay and scale.
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
    changes: dict[str, Change[Quantity]] = {}
    if logs is not None:
        changes = _changes_of_spectrum(point, slopes, logs, still)
    changes["features"] = replace(still, log_features=one)
    changes["samples"] = replace(still, log_samples=one)
    changes["ridge"] = replace(still, ridge=one)
    changes["noise"] = replace(still, noise=one)
    found = {name: derivative(point, slopes, noise, change) for name, change in changes.items()}
    # these three are moved by their logarithms
    units = {"scale": one / scale, "features": point.inverse_features, "samples": point.inverse_samples}
    for name, unit in units.items():
        if name in found:
            kappa, risk = found[name]
            found[name] = kappa * unit, risk * unit
    return found


def _changes_of_spectrum(
    point: Equivalent[Quantity], slopes: Slopes[Quantity], logs: LogSums[Quantity], still: Change[Quantity]
) -> dict[str, Change[Quantity]]:
    """Return the directions of decay and log(scale), and of the source where it is given."""
    decay = replace(still, z=-logs.half, q=-2 * logs.half_learned, c=2 * logs.half_learned - logs.half)
    scale = replace(still, z=point.c, q=2 * slopes.half_learned, c=point.c - 2 * slopes.half_learned)
    if logs.signal is None:
        # S_1 = kappa z and P = kappa c for the isotropic prior
        return {
            name: replace(change, first=point.kappa * change.z, second=point.kappa * change.c)
            for name, change in (("decay", decay), ("scale", scale))
        }
    half, half_unlearned, unlearned, squared = logs.signal
    return {
        "decay": replace(decay, first=half, second=2 * half_unlearned),
        "scale": replace(scale, first=point.second - point.first, second=-2 * slopes.second_learned),
        "source": replace(still, first=-unlearned, second=-squared),
    }


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
