r"""Linear pieces on the Delaunay triangulation of the plane: the constant of their mean squared error.

The typical triangle between random points of density $T$ has a circumradius of density
$2(\pi T)^2R^3e^{-\pi TR^2}$, independent of its angles $\alpha+\beta+\gamma=\pi$, whose density is
proportional to the area of the triangle with $R=1$ (Miles 1970); there are $2T$ triangles in a unit area.
Where the target has the Hessian $H$, the line between the corners $v_i$ misses it by
$\frac12\sum_{i<j}\lambda_i\lambda_j(v_i-v_j)^\top H(v_i-v_j)$ at barycentric coordinates $\lambda$.  Its
square over a triangle, over angles, radii and directions is $(c_1(\mathrm{tr}H)^2+c_2|H|^2)/T^2$.
"""

from __future__ import annotations

from functools import cache
from itertools import combinations

from sympy import (
    Expr,
    I,
    Integer,
    Poly,
    Rational,
    Symbol,
    cancel,
    exp,
    factorial,
    integrate,
    oo,
    pi,
    simplify,
)
from sympy import symbols as new_symbols

from .. import symbols

T = symbols.samples
_R = Symbol("R", positive=True)
#: Half the exponents count: sums over the angles contain even powers of these only.
_z, _w = new_symbols("z w")


def _sine(unit: Expr) -> Expr:
    return (unit - 1 / unit) / (2 * I)


#: $e^{i\alpha},e^{i\beta},e^{i\gamma}$, and the area of the triangle in the unit circle.
_UNITS = (_z, _w, -1 / (_z * _w))
_AREA = 2 * _sine(_UNITS[0]) * _sine(_UNITS[1]) * _sine(_UNITS[2])


def _over_angles(expression: Expr) -> Expr:
    r"""Return $\int_0^\pi d\alpha\int_0^{\pi-\alpha}d\beta$ of even powers of $e^{i\alpha},e^{i\beta}$."""
    numerator, denominator = cancel(expression).as_numer_denom()
    ((shift_z, shift_w), scale) = Poly(denominator, _z, _w).terms()[0]
    total = Integer(0)
    for (power_z, power_w), coefficient in Poly(numerator, _z, _w).terms():
        m, n = Rational(power_z - shift_z, 2), Rational(power_w - shift_w, 2)
        if n != 0:
            value = pi * (int(m == n) - int(m == 0)) / (2 * I * n)
        else:
            value = pi**2 / 2 if m == 0 else -pi / (2 * I * m)
        total += coefficient * value
    return simplify(total / scale)


def _dirichlet(*powers: int) -> Expr:
    r"""Return the mean of $\prod\lambda_i^{a_i}$ over a triangle."""
    product = Integer(2)
    for power in powers:
        product *= factorial(power)
    return product / factorial(2 + sum(powers))


def _mean_square(*, traceless: bool) -> Expr:
    r"""Return the mean square in a triangle with $R=1$, for $H=1$ or a turned $H=\mathrm{diag}(1,-1)$."""
    # side i lies opposite to angle i; two sides enclose the third angle
    squares = [4 * _sine(unit) ** 2 for unit in _UNITS]
    same, mixed = _dirichlet(2, 2), _dirichlet(2, 1, 1)
    total = sum(same * square**2 / (2 if traceless else 1) for square in squares)
    for i, j in combinations(range(3), 2):
        angle = _UNITS[3 - i - j]
        # (s H s)(t H t) over directions, |s|^2 |t|^2 cos(2 angle)/2
        overlap = (angle**2 + angle**-2) / 4 if traceless else Integer(1)
        total += 2 * mixed * squares[i] * squares[j] * overlap
    return total / 4


@cache
def delaunay_constants() -> tuple[Expr, Expr]:
    r"""Return $c_1,c_2$ of the mean squared error $(c_1(\mathrm{tr}H)^2+c_2|H|^2)/T^2$.

    Notes
    -----
    At a uniform place triangles count by their area, $2T\,E[R^6]\int A^2m\,/\int A$ with $A$ the area and $m$
    the mean square of a triangle with $R=1$.

    >>> delaunay_constants()
    (9/(32*pi**2), 3/(16*pi**2))
    """
    density = 2 * (pi * T) ** 2 * _R**3 * exp(-pi * T * _R**2)
    radii = integrate(density * _R**6, (_R, 0, oo)) * 2 * T
    whole = _over_angles(_AREA)
    isotropic, traceless = (
        simplify(radii * T**2 * _over_angles(_AREA**2 * _mean_square(traceless=kind)) / whole)
        for kind in (False, True)
    )
    # the identity has a squared trace of 4 and a squared norm of 2, diag(1, -1) none and 2
    second = traceless / 2
    return simplify((isotropic - 2 * second) / 4), second


def delaunay_constant() -> Expr:
    r"""Return the limit of $T^2E(f-F)^2/\int(\Delta F)^2$ on the flat torus of two dimensions.

    Notes
    -----
    On a torus $\int|\nabla\nabla F|^2=\int(\Delta F)^2$.

    >>> delaunay_constant()
    15/(32*pi**2)
    """
    return simplify(sum(delaunay_constants()))
