r"""Kernel regression without ridge on a Gaussian process: the exponent of its risk in the samples.

A student kernel with $\lambda_k\simeq ck^{-a}$ learns a Gaussian process of zero mean whose covariance is the
teacher kernel, $v_k\simeq c_Tk^{-b}$ in the same eigenfunctions.  It is kernel regression with a general
source, and the engine of `rates` gives the rate of its bias region by region: $T^{1-b}$ for $b<2a+1$ and
$T^{-2a}$ beyond, where the student's smoothness saturates.  With $a=\alpha_S/d$, $b=\alpha_T/d$ this is
$\beta=\min(\alpha_T-d,2\alpha_S)/d$ (Spigler, Geiger, Wyart, arXiv 1905.10843, derived there on a lattice).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from sympy import Expr, Integer, Symbol, cancel, oo, solve
from sympy.core.relational import Eq, Relational

from .. import symbols
from ..rate import Rate
from ..regions import Piece, Regions
from ..relations import normalise_domain
from ..ridge import RandomFeatureRidge
from ..spectra import PowerLaw
from .law import KernelLaw
from .letters import dimension, student_decay, teacher_decay

a, b, T = symbols.decay, symbols.source, symbols.samples
_PARITIES = ("even", "odd")


@cache
def ridgeless_kernel_rates() -> Regions[Rate]:
    r"""Return the rate of kernel regression without ridge or noise for $\lambda_k=k^{-a}$, $v_k=k^{-b}$.

    >>> rates = ridgeless_kernel_rates()
    >>> [rates.at({a: 2, b: source}).exponent() for source in (2, 4, 6)]
    [-1, -3, -4]
    """
    model = RandomFeatureRidge(spectrum=PowerLaw(source=b), features=oo, noise=Integer(0))
    return model.rates(features=oo, ridge=Integer(0)).bias


def regression_exponents() -> Regions[Expr]:
    r"""Return $\beta$ of the risk $T^{-\beta}$ in the decays $\alpha_S,\alpha_T$ of the kernels' transforms.

    Returns
    -------
    Regions of exponents
        in $\alpha_S,\alpha_T>d\ge1$.

    >>> beta = regression_exponents()
    >>> [beta.at({student_decay: 2, teacher_decay: t, dimension: 1}) for t in (2, 4, 6)]
    [1, 3, 4]
    """
    values = {a: student_decay / dimension, b: teacher_decay / dimension}
    where = (dimension >= 1, student_decay > dimension, teacher_decay > dimension)
    return exponents_at(values, where)


def exponents_at(values: Mapping[Symbol, Expr], where: tuple[Relational, ...]) -> Regions[Expr]:
    r"""Return $\beta$ with expressions put in for $a$ and $b$.

    Parameters
    ----------
    values :
        $a$ and $b$ in other letters.
    where :
        the domain of those letters.
    """
    pieces = []
    for piece in ridgeless_kernel_rates():
        conditions = [relation.subs(values) for relation in piece.conditions]
        beta = -piece.value.exponent()
        # on a surface the engine has eliminated the source already
        pieces.append(Piece(tuple(c for c in conditions if c != True), cancel(beta.subs(values))))  # noqa: E712
    return Regions(tuple(pieces), normalise_domain(where))


@dataclass(frozen=True, kw_only=True)
class KernelLearning:
    r"""The leading risk of kernel regression of one kernel on a Gaussian process of another.

    Parameters
    ----------
    student, teacher :
        laws of the two kernels on one manifold, all parameters numbers; the teacher's eigenvalues may fall
        faster than any power.

    Raises
    ------
    ValueError
        If the manifolds differ, a decay is no number, the student's eigenvalues fall faster than any power:
        then there is no power law of its own; or the teacher has degrees of a parity that the student lacks:
        what it has there is never learned.

    >>> from sympy import Rational
    >>> from .law import gaussian, matern
    >>> laplace = matern(smoothness=Rational(1, 2), dimension=2)
    >>> KernelLearning(student=laplace, teacher=laplace).beta
    1/2
    >>> KernelLearning(student=laplace, teacher=gaussian(dimension=2)).beta
    3
    """

    student: KernelLaw
    teacher: KernelLaw

    def __post_init__(self) -> None:
        if (self.student.manifold, self.student.dimension) != (self.teacher.manifold, self.teacher.dimension):
            raise ValueError(
                f"`teacher` lives on the {self.teacher.manifold} of dimension {self.teacher.dimension}, the "
                f"student on the {self.student.manifold} of dimension {self.student.dimension}; take one"
            )
        if self.student.decay == oo:
            raise ValueError(
                f"`student` is {self.student.name}, whose eigenvalues fall faster than any power; change it"
            )
        for name, law in (("student", self.student), ("teacher", self.teacher)):
            if law.decay.free_symbols:
                raise ValueError(f"`{name}` has the decay {law.decay}; give numbers for its parameters")
        missing = _parities(self.teacher) - _parities(self.student)
        if missing:
            raise ValueError(
                f"`teacher` has {' and '.join(_PARITIES[parity] for parity in sorted(missing))} degrees, for "
                f"which {self.student.name} has no eigenvalues: the risk does not vanish; change one of them"
            )

    @property
    def saturated(self) -> bool:
        r"""Whether the teacher is too smooth for the student, $b>2a+1$: its smoothness no longer helps."""
        return bool(self.teacher.decay > 2 * self.student.decay + 1)

    @property
    def rate(self) -> Rate:
        r"""The rate for $\lambda_k=k^{-a}$, $v_k=k^{-b}$, with the constants of both kernels left out."""
        beyond = 2 * self.student.decay + 2
        source = self.teacher.decay if self.teacher.decay != oo else beyond
        return ridgeless_kernel_rates().at({a: self.student.decay, b: source})

    @property
    def beta(self) -> Expr:
        r"""$\beta$ of the risk $T^{-\beta}$, up to a logarithm at $b=2a+1$."""
        return -self.rate.exponent()

    def leading(self) -> Expr:
        r"""Return the leading risk with its constant, in the symbol of the samples.

        Raises
        ------
        ValueError
            If the teacher is too smooth: then the constant is $a\,(\rho^ac)^2\sum_kv_k/\lambda_k^2$, which
            depends on all eigenvalues and not only on their law.
        """
        if self.saturated or self.rate.log_power != 0:
            raise ValueError(
                f"`teacher` has b = {self.teacher.decay} >= 2a+1 with a = {self.student.decay}; the constant "
                "depends on all eigenvalues then, evaluate the fixed point on the spectrum"
            )
        return self.teacher.constant * self.rate.leading


def _parities(law: KernelLaw) -> set[int]:
    """Return the parities of the degrees at which a law has eigenvalues beyond finitely many."""
    found = {family.parity for family in law.families} or {None}
    return {0, 1} if None in found else {parity for parity in found if parity is not None}


def exponents() -> tuple[Expr, Expr]:
    r"""Return the exponents of the risk for a rough and for a smooth teacher, from the engine's regions.

    >>> exponents()
    (1 - b, -2*a)
    """
    free = [piece.value.exponent() for piece in ridgeless_kernel_rates() if not _is_surface(piece.conditions)]
    (growing,) = {exponent for exponent in free if exponent.has(b)}
    (flat,) = {exponent for exponent in free if not exponent.has(b)}
    return growing, flat


def boundary() -> Expr:
    r"""Return the source at which both exponents are equal.

    >>> boundary()
    2*a + 1
    """
    growing, flat = exponents()
    (at,) = solve(growing - flat, b)
    return at


def _is_surface(conditions: tuple[Relational, ...]) -> bool:
    return any(isinstance(relation, Eq) for relation in conditions)
