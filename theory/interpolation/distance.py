r"""The distance to the nearest of many points of a manifold, derived from the volume of a ball.

None of $T$ independent uniform points lies within $r$ of a point with probability $(1-v(r))^T$, where $v$ is
the share of the manifold within $r$.  With $v=\nu r^d(1-\eta r^2+\dots)$ the moments become those of an
exponential variable, $E\,r^q\simeq\Gamma(1+q/d)\,(\nu T)^{-q/d}$.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from sympy import (
    Add,
    Expr,
    Integer,
    Symbol,
    beta,
    exp,
    expand_power_base,
    gamma,
    integrate,
    oo,
    pi,
    powsimp,
    series,
    simplify,
    sin,
)

from .. import symbols
from ..expansion import Expansion
from .letters import dimension as _d
from .letters import distance as _r
from .letters import moment as _q
from .letters import positive, whole

Manifold = Literal["torus", "sphere"]

T = symbols.samples
_v, _c = Symbol("v", positive=True), Symbol("c", positive=True)
#: Share of the manifold per $r^d$, the density of the points over their number.
density = Symbol("nu", positive=True)


@cache
def unit_ball(dimension: Expr = _d) -> Expr:
    r"""Return the volume $V_d$ of the unit ball, from the integral of a Gaussian function.

    Notes
    -----
    $\pi^{d/2}=\int e^{-|x|^2}dx=dV_d\int_0^\infty r^{d-1}e^{-r^2}dr$.

    >>> unit_ball()
    pi**(d/2)/gamma(d/2 + 1)
    >>> unit_ball(Integer(3))
    4*pi/3
    """
    radial = integrate(_r ** (_d - 1) * exp(-(_r**2)), (_r, 0, oo))
    return simplify((pi ** (_d / 2) / (_d * radial)).subs(_d, positive("dimension", dimension)))


@cache
def _limit_moment() -> Expr:
    r"""Integrate $\int qr^{q-1}e^{-T\nu r^d}dr$, for $q$, $d$ and $\nu$ open."""
    found = integrate(_q * _r ** (_q - 1) * exp(-T * density * _r**_d), (_r, 0, oo))
    return powsimp(expand_power_base(found, force=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class NearestDistance:
    r"""The distance $r$ from a point to the nearest of $T$ uniform ones on a manifold.

    Parameters
    ----------
    manifold :
        "torus", flat with sides of length 1, or "sphere", of radius 1 with its geodesic distance.
    dimension :
        $d$, an integer not smaller than 1; by default a symbol.

    Raises
    ------
    ValueError
        If the manifold is another, or the dimension a number outside its domain.

    >>> law = NearestDistance(dimension=2)
    >>> print(law.moment(1))
    1/(2*sqrt(T)) - 3/(16*T**(3/2)) + O(T**(-5/2))
    """

    manifold: Manifold = "torus"
    dimension: Expr = _d

    def __post_init__(self) -> None:
        if self.manifold not in ("torus", "sphere"):
            raise ValueError(f"`manifold` is {self.manifold!r}; known are 'torus' and 'sphere': choose one")
        object.__setattr__(self, "dimension", whole("dimension", self.dimension, least=1))

    @property
    def volume(self) -> Expr:
        r"""The volume of the manifold: the surface of the unit ball of $d+1$ dimensions, for the sphere.

        >>> NearestDistance(manifold="sphere", dimension=2).volume
        4*pi
        """
        if self.manifold == "torus":
            return Integer(1)
        # the derivative of V r^(d+1) at r = 1
        return simplify((self.dimension + 1) * unit_ball(self.dimension + 1))

    @property
    def density(self) -> Expr:
        r"""The share $\nu$ of the manifold per $r^d$ in a small ball, $V_d$ over the volume."""
        return simplify(unit_ball(self.dimension) / self.volume)

    @property
    def curvature(self) -> Expr:
        r"""The coefficient $\eta$ in the share $\nu r^d(1-\eta r^2+\dots)$ within $r$.

        >>> NearestDistance(manifold="sphere", dimension=2).curvature
        1/12
        """
        if self.manifold == "torus":
            return Integer(0)
        d = self.dimension
        # the sphere of radius r about a point is smaller than in flat space by (sin(r)/r)^(d-1)
        shrinking = series((sin(_r) / _r) ** (_d - 1), _r, 0, 4).removeO().coeff(_r, 2)
        area = shrinking * integrate(_r ** (_d + 1), (_r, 0, _r)) * _d / _r ** (_d + 2)
        return simplify(-area.subs(_d, d))

    def exact(self, power: Any = _q) -> Expr:
        r"""Return $E\,r^q$ at any number of points, as if the share within $r$ were $\nu r^d$ up to 1.

        On the circle it is; on the torus only up to half a side, with an exponentially small difference.

        Parameters
        ----------
        power :
            $q>0$.

        Raises
        ------
        ValueError
            If `power` is a number that is not positive, or the manifold is a sphere of several dimensions.

        Notes
        -----
        $v(r)$ of the nearest point has the density $T(1-v)^{T-1}$, whose moments are Beta functions.

        >>> NearestDistance(dimension=1).exact(1)
        1/(2*(T + 1))
        """
        if self.manifold == "sphere" and self.dimension != 1:
            raise ValueError(
                f"`manifold` is a sphere of {self.dimension} dimensions, where balls are not flat; "
                "choose the torus, or `moment` for many points"
            )
        share = positive("power", power) / self.dimension
        moment_of_share = T * beta(1 + share, T).rewrite(gamma)
        return simplify(moment_of_share * self.density**-share)

    def moment(self, power: Any = _q) -> Expansion:
        r"""Return $E\,r^q$ for $T\to\infty$ with its next terms.

        Parameters
        ----------
        power :
            $q>0$.

        Raises
        ------
        ValueError
            If `power` is a number that is not positive.

        Notes
        -----
        $(1-v)^T=e^{-Tv}(1-\frac T2v^2+\dots)$ gives the terms of relative order $1/T$, and
        $r=(v/\nu)^{1/d}(1+\frac\eta d(v/\nu)^{2/d}+\dots)$ those of curved balls, of relative order
        $T^{-2/d}$.
        """
        return _in_volumes(self, positive("power", power))

    def exponent(self, power: Any = _q) -> Expr:
        r"""Return the exponent of $T$ in $E\,r^q$.

        >>> NearestDistance().exponent()
        -q/d
        """
        return _in_density(self, positive("power", power)).exponent(T)


@cache
def _in_density(law: NearestDistance, q: Expr) -> Expansion:
    r"""Return $E\,r^q$ with its next terms in the share $\nu$, not yet in the volumes."""
    d = law.dimension
    share = q / d
    # E v^c of an exponential variable, c v^(c-1) integrated by parts, and what (1-v)^T has besides
    rest = integrate(_c * _v ** (_c - 1) * exp(-T * _v) * (-T * _v**2 / 2), (_v, 0, oo))
    terms = [_limit_moment(), rest.subs(_c, _q / _d) * density ** (-_q / _d)]
    errors = [T ** (-share - 2)]
    if law.curvature != 0:
        terms.append(_q * law.curvature / _d * _limit_moment().subs(_q, _q + 2))
        errors = [T ** (-share - step) for step in (4 / d, 1 + 2 / d, Integer(2))]
    at = {_q: q, _d: d}
    return Expansion.of(
        Add(*(powsimp(term.subs(at, simultaneous=True)) for term in terms)),
        T,
        error=errors,
        where=_domain(d, q),
    )


@cache
def _in_volumes(law: NearestDistance, q: Expr) -> Expansion:
    return _in_density(law, q).map_coefficients(
        lambda coefficient: simplify(coefficient.subs(density, law.density))
    )


def _domain(*expressions: Expr) -> list[Expr]:
    """Return what is known of the symbols in exponents."""
    free = {symbol for expression in expressions for symbol in expression.free_symbols}
    return [symbol >= 1 if symbol == _d else symbol > 0 for symbol in sorted(free, key=str)]
