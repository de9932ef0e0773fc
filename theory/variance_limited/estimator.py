r"""The fluctuations of an estimator: its cumulants as expansions in samples or width.

The outputs $\hat f$ of a model that is trained on random data, or starts from random weights, are random.
What a smooth loss sees of them are the joint cumulants: the first is the shift $\mathbb E\hat f-f$ from
the limit $f$, those of degree $k\ge2$ say how $\hat f$ scatters about its mean.  For means over $n$
independent draws, and smooth functions of them, the cumulants of degree $k$ are of order $n^{1-k}$; all that
Theorem 1 of Bahri, Dyer, Kaplan, Lee and Sharma asks for is one order for all degrees.

Moments follow from cumulants by
$$\mathbb E\,\xi^{\alpha}=\sum_{\beta\le\alpha-e_i}\binom{\alpha-e_i}{\beta}
\kappa_{\beta+e_i}\,\mathbb E\,\xi^{\alpha-e_i-\beta},\qquad \xi=\hat f-f,$$
for any $i$ with $\alpha_i\ge1$.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from math import comb

from sympy import Expr, Integer, Matrix, Rational, Symbol, gamma, oo, pi, simplify, sqrt, sympify

from .. import symbols
from ..expansion import Expansion

Powers = tuple[int, ...]
"""The power of each output in a monomial."""


#: An order that is not exceeded by cumulants of this degree is taken not to be exceeded at all.
_LARGEST_DEGREE = 200


def of_means(degree: int) -> Expr:
    """Return the order in $1/n$ of a cumulant of means over $n$ independent draws: its degree less 1."""
    return Integer(degree - 1)


def concentrating(degree: int) -> Expr:
    r"""Return the order in $1/n$ of the cumulants in Theorem 1 with $\epsilon=1/n$: 1 for every degree."""
    return Integer(1 if degree > 0 else 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimator:
    r"""Random outputs that concentrate: their cumulants in samples or width.

    Parameters
    ----------
    outputs :
        a symbol for each output, at least one; it stands for the limit $f$ of the output.
    cumulants :
        known cumulants by the powers of the outputs, `(1,)` the shift of a single one, `(1, 1)` the
        covariance of two; each a finite sum of powers of `resource`.  A shift that is not given is 0.
    resource :
        the samples or the width $n$ in which everything is expanded.
    order :
        gives for a degree $k\ge2$ the $c$ with which unknown cumulants are $O(n^{-c})$, positive and not
        falling with the degree.
    exact :
        whether the known cumulants are all there is; otherwise each has a rest of a higher order,
        $O(n^{-1})$ relative to its last term.

    Raises
    ------
    ValueError
        If there is no output, or one is named twice; if the powers do not fit the outputs; if a
        cumulant is no sum of powers of `resource` that vanish as it grows.

    Examples
    --------
    The mean of $n$ draws with variance $v$ and third cumulant $c$:

    >>> from sympy.abc import c, f, v
    >>> n = symbols.samples
    >>> mean = Estimator(outputs=(f,), cumulants={(2,): v / n, (3,): c / n**2})
    >>> print(mean.moment((3,)), "and", mean.moment((4,)))
    c/T**2 and 3*v**2/T**2 + O(T**(-3))
    """

    outputs: tuple[Symbol, ...]
    cumulants: Mapping[Powers, Expr] = field(default_factory=dict)
    resource: Symbol = symbols.samples
    order: Callable[[int], Expr] = of_means
    exact: bool = True

    def __post_init__(self) -> None:
        if not self.outputs or len(set(self.outputs)) < len(self.outputs):
            raise ValueError(f"`outputs` is {self.outputs}; give one different symbol for each output")
        read: dict[Powers, Expr] = {}
        for powers, value in self.cumulants.items():
            if len(powers) != len(self.outputs) or min(powers) < 0 or sum(powers) < 1:
                raise ValueError(
                    f"`cumulants` has powers {powers}; give one for each output ({len(self.outputs)}), none "
                    "negative and not all 0"
                )
            expansion = Expansion.of(sympify(value), self.resource)
            if any(monomial.exponent.is_negative is not True for monomial in expansion.coefficients):
                raise ValueError(
                    f"`cumulants` has {value} at {powers}; give negative powers of {self.resource}: "
                    "outputs concentrate"
                )
            read[powers] = expansion.as_expr()
        object.__setattr__(self, "cumulants", read)

    def cumulant(self, powers: Powers) -> Expansion:
        """Return one cumulant, or the bound on an unknown one."""
        n = self.resource
        if powers in self.cumulants:
            known = Expansion.of(self.cumulants[powers], n)
            if self.exact:
                return known
            last = max((-monomial.exponent for monomial in known.coefficients), default=Integer(0))
            return Expansion.of(known.as_expr(), n, error=[n ** (-last - 1)])
        if sum(powers) == 1:
            return Expansion.of(Integer(0), n, error=[] if self.exact else [1 / n])
        return Expansion.of(Integer(0), n, error=[n ** -self.order(sum(powers))])

    def moment(self, powers: Powers) -> Expansion:
        r"""Return $\mathbb E(\hat f-f)^\alpha$ for the powers $\alpha$ of the outputs."""
        return _moment(self.cumulant, tuple(powers), self.resource)

    def moment_of_mean(self, powers: Powers) -> Expansion:
        r"""Return $(\mathbb E\hat f-f)^\alpha$, of the shift alone."""
        total = Expansion.of(Integer(1), self.resource)
        for place, power in enumerate(powers):
            for _ in range(power):
                total = total * self.cumulant(unit(place, len(powers)))
        return total

    def degrees(self, order: Expr) -> int:
        r"""Return the degree up to which moments contribute at an order in 1/n, or 0 if all degrees do.

        Notes
        -----
        A moment is a sum of products of cumulants over partitions of its degree.  Cumulants of a degree from
        some $J$ on are beyond the order by themselves, so that parts below $J$ are left, each of at least the
        smallest order $c$: finitely many degrees, up to $J-1$ times the order over $c$.
        """
        shifts = [self._smallest(unit(place, len(self.outputs))) for place in range(len(self.outputs))]
        single = min(shifts)
        lowest: Callable[[int], Expr] = cache(lambda degree: self._lowest(degree, single))
        far = 2
        while lowest(far) <= order:
            far += 1
            if far > _LARGEST_DEGREE:
                return 0
        least = min(lowest(degree) for degree in range(1, far + 1))
        largest = int((far - 1) * order / least)
        bound: list[Expr] = [Integer(0)]
        for degree in range(1, largest + 1):
            bound.append(min(lowest(part) + bound[degree - part] for part in range(1, degree + 1)))
        return max((degree for degree in range(1, largest + 1) if bound[degree] <= order), default=1)

    def _lowest(self, degree: int, single: Expr) -> Expr:
        """Return the smallest order of all cumulants of a degree."""
        if degree == 1:
            return single
        given = [self._smallest(powers) for powers in self.cumulants if sum(powers) == degree]
        known = len(given) == comb(degree + len(self.outputs) - 1, degree)
        return min(given if known else [*given, self.order(degree)])

    def _smallest(self, powers: Powers) -> Expr:
        """Return the order of a cumulant, of an exact zero infinity."""
        cumulant = self.cumulant(powers)
        return min((-m.exponent for m in (*cumulant.coefficients, *cumulant.error)), default=oo)


def unit(place: int, length: int) -> Powers:
    """Return the powers of one output alone."""
    return tuple(int(index == place) for index in range(length))


def covariances(matrix: Matrix, resource: Symbol) -> dict[Powers, Expr]:
    r"""Return the second cumulants $\Sigma/n$ of outputs.

    >>> from sympy.abc import c, n, u, v
    >>> covariances(Matrix([[u, c], [c, v]]), n)
    {(2, 0): u/n, (1, 1): c/n, (0, 2): v/n}
    """
    size = matrix.rows
    found: dict[Powers, Expr] = {}
    for row in range(size):
        for column in range(row, size):
            powers = tuple(a + b for a, b in zip(unit(row, size), unit(column, size), strict=True))
            found[powers] = matrix[row, column] / resource
    return found


def powers_of_degree(degree: int, length: int) -> Iterator[Powers]:
    """Yield all powers of a degree."""
    return (powers for powers in product(range(degree + 1), repeat=length) if sum(powers) == degree)


def _moment(cumulant: Callable[[Powers], Expansion], powers: Powers, resource: Symbol) -> Expansion:
    place = next((index for index, power in enumerate(powers) if power), None)
    if place is None:
        return Expansion.of(Integer(1), resource)
    rest = tuple(power - (index == place) for index, power in enumerate(powers))
    total = Expansion.of(Integer(0), resource)
    for chosen in product(*(range(power + 1) for power in rest)):
        ways = 1
        for power, part in zip(rest, chosen, strict=True):
            ways *= comb(power, part)
        together = tuple(part + (index == place) for index, part in enumerate(chosen))
        left = tuple(power - part for power, part in zip(rest, chosen, strict=True))
        total = total + cumulant(together) * _moment(cumulant, left, resource) * Integer(ways)
    return total


def half_normal(output: Symbol, resource: Symbol = symbols.samples, *, degree: int = 6) -> Estimator:
    r"""Return the modulus $|\bar x|$ of the mean of standard normal draws, with a shift of order $n^{-1/2}$.

    Its central moments are of order $1/n$ and smaller.  Its cumulants are those of $|z|$, $z$ normal, times
    $n^{-k/2}$, from $\mathbb E|z|^k=2^{k/2}\Gamma(\frac{k+1}2)/\sqrt\pi$, up to a degree.

    Examples
    --------
    >>> from sympy.abc import f
    >>> print(half_normal(f).moment((1,)), "and", half_normal(f).moment((2,)))
    sqrt(2)/(sqrt(pi)*sqrt(T)) and 1/T
    """
    raw = [2 ** Rational(k, 2) * gamma(Rational(k + 1, 2)) / sqrt(pi) for k in range(degree + 1)]
    cumulants: list[Expr] = [Integer(0)]
    for k in range(1, degree + 1):
        mixed = sum(comb(k - 1, j - 1) * cumulants[j] * raw[k - j] for j in range(1, k))
        cumulants.append(simplify(raw[k] - mixed))
    return Estimator(
        outputs=(output,),
        cumulants={(k,): cumulants[k] * resource ** Rational(-k, 2) for k in range(1, degree + 1)},
        resource=resource,
        order=lambda k: Rational(k, 2),
    )
