r"""Laws of kernel spectra: the ordered eigenvalues of a kernel on a manifold, and what its smoothness says.

A kernel whose eigenvalues fall as $n^{-\alpha}$ in the degree on a manifold of dimension $d$ has the ordered
spectrum $\lambda_k\simeq ck^{-a}$ with $a=\alpha/d=1+\alpha_K$.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from sympy import Expr, Integer, Rational, gamma, oo, simplify, sqrt, sympify

from ..expansion import Expansion
from .counting import torus_modes
from .letters import degree, dimension, length, smoothness
from .letters import smoothness as symbol
from .networks import explicit_tangent_kernel, is_count, relu_network
from .ordering import Family, ordered_spectrum
from .radial import matern_tail
from .zonal import Singularity, arc_cosine, families_of, zonal_families

n = degree
#: Manifolds on which there are laws of kernels of a distance.
MANIFOLDS = ("torus", "sphere")
_LARGEST_ORDER = 5


@dataclass(frozen=True, kw_only=True)
class KernelLaw:
    r"""Eigenvalues of a kernel at high degree.

    Parameters
    ----------
    name :
        what the kernel is.
    manifold :
        "torus", $(\mathbb R/\mathbb Z)^d$, or "sphere", $S^d$; both with the uniform probability measure.
    dimension :
        $d\ge1$.
    families :
        the eigenvalues in the degree; empty where they fall faster than any power.
    """

    name: str
    manifold: str
    dimension: Expr
    families: tuple[Family, ...]

    @cached_property
    def spectrum(self) -> Expansion:
        r"""The ordered eigenvalues, $ck^{-a}$ with its error.

        Raises
        ------
        ValueError
            If the eigenvalues fall faster than any power.
        """
        if not self.families:
            raise ValueError(
                f"`families` is empty: eigenvalues of {self.name} fall faster than any power of k"
            )
        return ordered_spectrum(self.families)

    @cached_property
    def decay(self) -> Expr:
        r"""$a$ of $\lambda_k\simeq ck^{-a}$; infinity where they fall faster than any power."""
        if not self.families:
            return oo
        # without the constants of the families, of which the exponent is free
        bare = [Family(eigenvalue=_bare(f.eigenvalue), modes=_bare(f.modes)) for f in self.families]
        return (-ordered_spectrum(bare).exponent()).cancel()

    @property
    def constant(self) -> Expr:
        r"""$c$ of $\lambda_k\simeq ck^{-a}$."""
        return self.spectrum.coefficients[self.spectrum.leading_monomial]

    @property
    def alpha(self) -> Expr:
        r"""$\alpha_K=a-1$."""
        return (self.decay - 1).cancel() if self.families else oo

    @property
    def frequency_decay(self) -> Expr:
        r"""The exponent $\alpha$ of $n^{-\alpha}$, the decay in the degree."""
        return (self.decay * self.dimension).cancel() if self.families else oo

    @property
    def smoothness_order(self) -> Expr:
        r"""The fractional (Zygmund) order $t$ of the kernel, for which $\alpha_K=t/d$ is an equality.

        Notes
        -----
        The kernel has $j$ continuous derivatives if $\sum_nn^{d-1}\lambda_nn^j<\infty$, that is for $j<t$,
        and for even $j$ only then: its derivative of even order at coinciding points is that sum.
        """
        return (self.dimension * self.alpha).cancel() if self.families else oo


def matern(
    manifold: str = "torus",
    *,
    smoothness: Expr = smoothness,
    dimension: Expr = dimension,
    length: Expr = length,
) -> KernelLaw:
    r"""Return the law of the Matérn kernel, of the chord on the sphere, periodised on the torus.

    Parameters
    ----------
    manifold :
        "torus" or "sphere".
    smoothness :
        $\nu>0$; 1/2 is the Laplace kernel.
    dimension :
        $d\ge1$, a symbol or an integer.
    length :
        $\ell>0$, in units of the torus's period or the sphere's radius.

    Raises
    ------
    ValueError
        If the manifold is none of these, or a number lies outside its domain.

    Notes
    -----
    On the sphere the kernel's power $\frac{\Gamma(-\nu)}{\Gamma(\nu)}(x/2)^{2\nu}$, $x^2=2\nu r^2/\ell^2$, is
    that of $I_\nu$ in $K_\nu=\frac\pi2(I_{-\nu}-I_\nu)/\sin\nu\pi$; the rest is analytic in $r^2=2(1-t)$.
    For integer $\nu$ it is a logarithm, whose eigenvalues are the limit.

    >>> matern("sphere").decay, matern("torus").alpha
    ((d + 2*nu)/d, 2*nu/d)
    """
    nu, d, ell = _positive("smoothness", smoothness), _dimension(dimension), _positive("length", length)
    name = f"the Matérn kernel of smoothness {nu}"
    if manifold == "torus":
        families = (Family(eigenvalue=matern_tail(nu, d, ell), modes=torus_modes(d)),)
    elif manifold == "sphere":
        # at integers Gamma(-nu) is infinite, and has to cancel first against the eigenvalue of the power
        near = Singularity(coefficient=_matern_power(ell), power=2 * symbol)
        (family,) = zonal_families(near, None, d)
        families = (Family(eigenvalue=_at_smoothness(family.eigenvalue, nu), modes=family.modes),)
    else:
        raise ValueError(f"`manifold` is {manifold!r}; use {' or '.join(map(repr, MANIFOLDS))}")
    return KernelLaw(name=name, manifold=manifold, dimension=d, families=families)


def gaussian(manifold: str = "torus", *, dimension: Expr = dimension) -> KernelLaw:
    r"""Return the law of the Gaussian kernel: its transform is a Gaussian, which no power bounds from below.

    Parameters
    ----------
    manifold :
        "torus" or "sphere".
    dimension :
        $d\ge1$.

    Raises
    ------
    ValueError
        If the manifold is none of these, or a number lies outside its domain.

    >>> gaussian().decay
    oo
    """
    if manifold not in MANIFOLDS:
        raise ValueError(f"`manifold` is {manifold!r}; use {' or '.join(map(repr, MANIFOLDS))}")
    return KernelLaw(
        name="the Gaussian kernel", manifold=manifold, dimension=_dimension(dimension), families=()
    )


def circle_sobolev(order: Expr) -> KernelLaw:
    r"""Return the law of the kernel $1+2\sum_{n\ge1}n^{-2m}\cos2\pi nt$ of the circle.

    Parameters
    ----------
    order :
        $m>1/2$, a symbol or a number.

    Raises
    ------
    ValueError
        If it is a number not larger than 1/2.

    >>> law = circle_sobolev(2)
    >>> law.alpha, law.constant
    (3, 16)
    """
    m = sympify(order)
    if m.is_number and not m > Rational(1, 2):
        raise ValueError(f"`order` is {order}; it must be larger than 1/2 for the eigenvalues to have a sum")
    where = [] if m.is_number else [2 * m > 1]
    eigenvalue = Expansion.of(n ** (-2 * m), n, where=where)
    families = (Family(eigenvalue=eigenvalue, modes=torus_modes(Integer(1))),)
    name = f"the Sobolev kernel of order {m}"
    return KernelLaw(name=name, manifold="torus", dimension=Integer(1), families=families)


def arc_cosine_law(order: int, *, dimension: Expr = dimension) -> KernelLaw:
    r"""Return the law of the arc-cosine kernel of an order on the sphere, over its value at angle 0.

    Parameters
    ----------
    order :
        an integer from 0 to 5: 0 for steps, 1 for ReLU.
    dimension :
        $d\ge1$, a symbol or an integer.

    Raises
    ------
    ValueError
        If an argument lies outside its domain.

    >>> arc_cosine_law(1).alpha
    3/d
    """
    if not is_count(order) or not 0 <= order <= _LARGEST_ORDER:
        raise ValueError(f"`order` is {order!r}; give an integer from 0 to {_LARGEST_ORDER}")
    families = families_of(arc_cosine(order), _dimension(dimension), order=2 * order + 4)
    name = f"the arc-cosine kernel of order {order}"
    return KernelLaw(name=name, manifold="sphere", dimension=_dimension(dimension), families=families)


def relu_nngp(depth: int = 1, *, dimension: Expr = dimension) -> KernelLaw:
    r"""Return the law of the covariance of a wide ReLU network before training, 1 at angle 0.

    Parameters
    ----------
    depth :
        number of hidden layers, an integer >= 1.
    dimension :
        $d\ge1$, a symbol or an integer.

    Raises
    ------
    ValueError
        If an argument lies outside its domain.

    >>> relu_nngp(3).alpha
    3/d
    """
    near, far = relu_network(depth)
    d = _dimension(dimension)
    cubic = [Singularity(coefficient=layer.cubic, power=Integer(3)) for layer in (near, far)]
    # one layer has even degrees only above 1, which its explicit form shows; more have all
    families = families_of(arc_cosine(1), d) if depth == 1 else zonal_families(cubic[0], cubic[1], d)
    return KernelLaw(
        name=f"the covariance of a ReLU network of depth {depth}",
        manifold="sphere",
        dimension=d,
        families=families,
    )


def relu_ntk(depth: int = 1, *, dimension: Expr = dimension) -> KernelLaw:
    r"""Return the law of the neural tangent kernel of a wide ReLU network, over its value at angle 0.

    Parameters
    ----------
    depth :
        number of hidden layers, an integer >= 1.
    dimension :
        $d\ge1$, a symbol or an integer.

    Raises
    ------
    ValueError
        If an argument lies outside its domain.

    >>> relu_ntk(2).alpha
    1/d
    """
    near, far = relu_network(depth)
    d = _dimension(dimension)
    linear = [
        Singularity(coefficient=simplify(layer.linear / near.tangent), power=Integer(1))
        for layer in (near, far)
    ]
    # as for the covariance
    explicit = depth == 1
    families = (
        families_of(explicit_tangent_kernel(), d) if explicit else zonal_families(linear[0], linear[1], d)
    )
    return KernelLaw(
        name=f"the tangent kernel of a ReLU network of depth {depth}",
        manifold="sphere",
        dimension=d,
        families=families,
    )


def _matern_power(ell: Expr) -> Expr:
    r"""Return the coefficient of $\vartheta^{2\nu}$ in the Matérn kernel of the chord $r\simeq\vartheta$."""
    x = sqrt(2 * symbol) / ell
    # -pi/(2 sin(nu pi)) = Gamma(-nu) Gamma(1 + nu)/2 times the leading term of I_nu
    leading = gamma(-symbol) * gamma(1 + symbol) / 2 * (x / 2) ** symbol / gamma(1 + symbol)
    return 2 ** (1 - symbol) / gamma(symbol) * x**symbol * leading


def _bare(expansion: Expansion) -> Expansion:
    """Return an expansion with ones for its coefficients."""
    return expansion.map_coefficients(lambda _: Integer(1))


def _at_smoothness(expansion: Expansion, nu: Expr) -> Expansion:
    """Put a number in for the smoothness."""
    values = {symbol: nu}
    where = [relation for relation in (r.subs(values) for r in expansion.where) if relation != True]  # noqa: E712
    error = [bound.of(n).subs(values) for bound in expansion.error]
    return Expansion.of(expansion.as_expr().subs(values), n, error=error, where=where)


def _dimension(dimension: Expr) -> Expr:
    d = sympify(dimension)
    if d.is_number and not (d.is_Integer and d >= 1):
        raise ValueError(f"`dimension` is {dimension}; it must be an integer >= 1")
    return d


def _positive(name: str, value: Expr) -> Expr:
    number = sympify(value)
    if number.is_number and not number.is_positive:
        raise ValueError(f"`{name}` is {value}; it must be a positive number")
    return number
