r"""Small-argument asymptotics of spectral sums, from the Mellin transform of the summand.

For $S(\kappa) = \sum_{k\ge1} k^{-s} f(\kappa k^a)$ with $F(p) = \int_0^\infty f(u) u^{p-1}\,du$,
$$S(\kappa) = \frac{1}{2\pi i}\int F(p)\,\zeta(s+ap)\,\kappa^{-p}\,dp ,$$
and moving the contour to the left collects the poles: the one of $\zeta$ at $p_0=(1-s)/a$,
which is the integral of the summand, and those of $F$, which are the Taylor series of $f$ at 0.
Where two of them meet, the double pole gives a logarithm.  The error of stopping is the next
pole's order.  (Flajolet, Gourdon, Dumas 1995, *Mellin transforms and asymptotics: harmonic sums*.)

A sum of finite size $M$ with $\kappa M^a \gg 1$ lacks the tail $k > M$, where $f$ is replaced by
its own expansion at infinity, the poles of $F$ on the right of its strip.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from sympy import (
    Dummy,
    EulerGamma,
    Expr,
    Integer,
    Mul,
    Ne,
    Symbol,
    cancel,
    exp,
    gamma,
    gammasimp,
    log,
    simplify,
    sympify,
    zeta,
)
from sympy.core.relational import Relational

from .asymptotic_sum import AsymptoticSum
from .dominance import Comparison, compare
from .power_sums import tail_of_powers
from .relations import normalise_domain

#: Argument of every Mellin transform.
p = Symbol("p")
#: Argument of every kernel.
u = Symbol("u", positive=True)


@dataclass(frozen=True, slots=True)
class Kernel:
    r"""A function $f(u)$, $u > 0$, with its Mellin transform.

    Parameters
    ----------
    function :
        $f$ as an expression in `mellin.u`.
    transform :
        $F(p) = \int_0^\infty f(u)u^{p-1}du$ as an expression in `mellin.p`, continued analytically.
    orders :
        the $j$ at which $F$ has a pole at $p = -j$, the powers of the Taylor series of f at 0; `None` is all
        of them.  What is left beside finitely many vanishes faster than any power.
    first_right_pole :
        the $m$ such that $f \sim \sum_j g_j u^{-m-j}$ at infinity, or `None` where f decays faster.

    Notes
    -----
    The transform must decay faster than any power along vertical lines; Gamma functions do.
    """

    function: Expr
    transform: Expr
    orders: tuple[int, ...] | None = None
    first_right_pole: Expr | None = None

    def taylor(self, order: int) -> Expr:
        """Return the coefficient of $u^j$ at 0: the residue of the transform at $p=-j$."""
        if not self.has_pole(order):
            return Integer(0)
        return _laurent(self.transform, Integer(-order))[0]

    def has_pole(self, order: int) -> bool:
        """Tell whether the transform has a pole at $p=-j$ that belongs to the Taylor series at 0."""
        return self.orders is None or order in self.orders

    def tail(self, order: int) -> Expr:
        """Return the coefficient of $u^{-m-j}$ at infinity: minus the residue at $p=m+j$."""
        if self.first_right_pole is None:
            return Integer(0)
        return -_laurent(self.transform, self.first_right_pole + order)[0]

    def finite_part(self, order: int) -> Expr:
        """Return the constant term of the Laurent series of the transform at $p=-j$."""
        return _laurent(self.transform, Integer(-order))[1]


@cache
def _laurent(transform: Expr, pole: Expr) -> tuple[Expr, Expr]:
    """Return the residue and the constant term at a simple pole of a product of Gamma functions."""
    distance = Dummy("distance")

    def away_from_pole(argument: Expr) -> Expr:
        at_pole = argument.subs(distance, 0)
        steps = 1 - int(at_pole) if at_pole.is_Integer and at_pole <= 0 else 0
        return gamma(argument + steps) / Mul(*((argument + i).expand() for i in range(steps)))

    smooth = distance * transform.subs(p, pole + distance).replace(gamma, away_from_pole)
    return simplify(smooth.subs(distance, 0)), simplify(smooth.diff(distance).subs(distance, 0))


def resolvent_kernel(power: Expr) -> Kernel:
    r"""Return $f(u) = (1+u)^{-m}$, $F(p) = \Gamma(p)\Gamma(m-p)/\Gamma(m)$, of ridge regression.

    >>> resolvent_kernel(2).taylor(1), resolvent_kernel(2).tail(0)
    (-2, 1)
    """
    power = sympify(power)
    return Kernel((1 + u) ** -power, gamma(p) * gamma(power - p) / gamma(power), None, power)


def heat_kernel() -> Kernel:
    r"""Return $f(u) = e^{-1/u}$, $F(p) = \Gamma(-p)$, of gradient flow with $\kappa = 1/\tau$."""
    return Kernel(exp(-1 / u), gamma(-p), (), Integer(0))


def averaged_signal_kernel() -> Kernel:
    r"""Return $f(u) = u^2(1-e^{-1/u})^2$, of the mean iterate of gradient descent with $\kappa = 1/\tau$.

    >>> averaged_signal_kernel().taylor(2)
    1
    """
    transform = gamma(-p - 2) * (2 ** (p + 2) - 2)
    return Kernel(u**2 * (1 - exp(-1 / u)) ** 2, transform, (2,), Integer(0))


def averaged_noise_kernel() -> Kernel:
    r"""Return $f(u) = u\int_0^{1/u}(1-e^{-v})^2dv$, of the noise in the mean iterate.

    >>> averaged_noise_kernel().taylor(0), averaged_noise_kernel().taylor(1)
    (1, -3/2)
    """
    function = 1 - 3 * u / 2 + 2 * u * exp(-1 / u) - u * exp(-2 / u) / 2
    return Kernel(function, gamma(-p - 1) * (2 - 2**p), (0, 1), Integer(2))


def spectral_sum(
    kernel: Kernel,
    *,
    shift: Expr,
    decay: Expr,
    kappa: Symbol,
    order: int,
    where: Iterable[Relational] = (),
) -> AsymptoticSum:
    r"""Expand $\sum_{k\ge1} k^{-s} f(\kappa k^a)$ for $\kappa \to 0^+$.

    Parameters
    ----------
    kernel :
        $f$ with its transform.
    shift, decay :
        $s$ real, $a > 0$; rational functions of real parameters.
    kappa :
        the small variable.
    order :
        the Taylor terms $\kappa^0, \ldots, \kappa^{\mathrm{order}-1}$ are kept; the error is
        $O(\kappa^{\mathrm{order}})$.
    where :
        relations between the parameters.

    Returns
    -------
    AsymptoticSum
        its `where` also excludes the parameters at which two poles meet; where they
        meet identically the logarithm is in the sum.

    Raises
    ------
    ValueError
        If `order` is not a positive integer.

    >>> from sympy.abc import a
    >>> kappa = Symbol("kappa", positive=True)
    >>> spectral_sum(resolvent_kernel(1), shift=0, decay=2, kappa=kappa, order=1).as_expr()
    -1/2 + pi/(2*sqrt(kappa))
    """
    if order < 1:
        raise ValueError(f"`order` is {order!r}; the number of Taylor terms is an integer >= 1")
    shift, decay = sympify(shift), sympify(decay)
    domain = normalise_domain(where)
    meeting = cancel((1 - shift) / decay)
    terms: list[Expr] = []
    exclusions: list[Relational] = []
    logarithmic = False
    error_logarithm = Integer(1)
    left_out = order if kernel.orders is None else min((j for j in kernel.orders if j >= order), default=None)
    for j in filter(kernel.has_pole, range(order if left_out is None else left_out + 1)):
        order_of_meeting = compare(meeting, Integer(-j), domain)
        if order_of_meeting is Comparison.EQUAL:
            logarithmic = True
            if j < order:
                terms += _double_pole(kernel, j, decay, kappa)
            else:
                error_logarithm = log(kappa)
            continue
        if order_of_meeting not in (Comparison.GREATER, Comparison.LESS):
            exclusions.append(Ne(meeting, -j))
        if j < order:
            terms.append(kernel.taylor(j) * zeta(shift - decay * j) * kappa**j)
    below_error = left_out is not None and compare(meeting, Integer(-left_out), domain) is Comparison.LESS
    if not logarithmic and not below_error:
        terms.insert(0, _integral(kernel.transform, meeting, decay) * kappa**-meeting)
    # beyond the last pole the rest is smaller than any power; one is stated, so that nothing looks exact
    error = kappa ** (order - meeting) if left_out is None else kappa**left_out * error_logarithm
    return AsymptoticSum(tuple(terms), (error,), domain | frozenset(exclusions))


@cache
def _integral(transform: Expr, meeting: Expr, decay: Expr) -> Expr:
    """Return the coefficient of the integral's term, a ratio of Gamma functions in lowest terms."""
    return simplify(gammasimp(transform.subs(p, meeting)) / decay)


def _double_pole(kernel: Kernel, j: int, decay: Expr, kappa: Symbol) -> list[Expr]:
    residue, constant = kernel.taylor(j), kernel.finite_part(j)
    return [kappa**j * (residue * EulerGamma + constant / decay), -residue / decay * kappa**j * log(kappa)]


def tail_sum(
    kernel: Kernel,
    *,
    shift: Expr,
    decay: Expr,
    kappa: Symbol,
    size: Symbol,
    order: int,
    corrections: int = 1,
) -> AsymptoticSum:
    r"""Expand the tail $\sum_{k>M} k^{-s} f(\kappa k^a)$ where $\kappa M^a \to \infty$ and $M \to \infty$.

    Parameters
    ----------
    order :
        terms $j < \mathrm{order}$ of $f \sim \sum_j g_j u^{-m-j}$ are kept.
    corrections :
        terms of the Euler-Maclaurin series of $\sum_{k>M} k^{-\sigma}$ beyond its first.
    """
    first = kernel.first_right_pole
    if first is None:
        return AsymptoticSum(())
    total = AsymptoticSum(())
    for j in range(order):
        powers = tail_of_powers(shift + decay * (first + j), size, corrections=corrections)
        total = total + powers.times(kernel.tail(j) * kappa ** -(first + j))
    left_out = kappa ** -(first + order) * size ** (1 - shift - decay * (first + order))
    return total + AsymptoticSum((), (left_out,))
