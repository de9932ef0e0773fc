r"""Random points in the domains of the laws of interpolation; numbers are integrals over definitions."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import mpmath
from mpmath import mpf
from sympy import Basic, Expr, Integer, Rational, Symbol

from ... import numerics
from .. import symbols
from ..interpolation.letters import dimension as d
from ..interpolation.letters import gap as h
from ..interpolation.letters import moment as q
from ..interpolation.letters import order as k
from ..interpolation.letters import power as p
from ..interpolation.neighbour_ratios import neighbours, ratio
from ..spot_check import Sample
from .sample_numbers import mpf_at, mpf_of
from .samples import decimal, sample

T = symbols.samples
#: Volume of the unit ball, and the mean of the distance to a power.
ball, mean_moment = Symbol("V_d", positive=True), Symbol("m", positive=True)
#: Mean power of a component of a unit vector, of the gradient, and of the error of the nearest value.
direction, gradient, missed = (Symbol(name, positive=True) for name in ("u_p", "g_p", "e_p"))
#: Error of a line in a gap, and between all points.
gap_lost, missed_by_line = Symbol("e_h", positive=True), Symbol("e_p", positive=True)
#: Error of a piece at a scale, and at scale 1.
missed_by_piece, missed_in_unit = Symbol("e_h", real=True), Symbol("e_1", real=True)
#: Probability of a ratio of neighbours, and mean and mean square of the estimated dimension.
probability = Symbol("C", positive=True)
estimated, estimated_square = Symbol("m_1", positive=True), Symbol("m_2", positive=True)


def _numbers(drawn: dict[Expr, Expr], digits: int) -> dict[Basic, mpf]:
    return {symbol: mpf_at(value, digits) for symbol, value in drawn.items()}


def unit_ball(dimension: int) -> mpf:
    """Return the volume of the unit ball by the recursion over dimensions, at the working precision."""
    volumes = [mpf(1), mpf(2)]
    for n in range(2, dimension + 1):
        volumes.append(volumes[-2] * 2 * mpmath.pi / n)
    return volumes[dimension]


def distance_exactly(random: Random, _scale: Integer) -> Sample:
    """Draw a modest number of points; the moment is an integral over the distance."""
    drawn: dict[Expr, Expr] = {
        d: Integer(random.randint(1, 4)),
        q: decimal(random, "0.6", "3.4"),
        T: Integer(random.randint(30, 60)),
    }

    def numbers(digits: int) -> dict[Basic, mpf]:
        found = _numbers(drawn, digits)
        with mpmath.workdps(digits + 10):
            volume = unit_ball(int(drawn[d]))
            power, size, points = found[q], int(drawn[d]), int(drawn[T])
            end = volume ** (-mpf(1) / size)
            found[ball] = volume
            found[mean_moment] = mpmath.quad(
                lambda r: power * r ** (power - 1) * (1 - volume * r**size) ** points, [0, end / 4, end]
            )
        return found

    return sample(numbers, drawn)


def distance_of_many(random: Random, scale: Integer) -> Sample:
    """Draw a dimension and a power; the points are many."""
    drawn: dict[Expr, Expr] = {d: Integer(random.randint(1, 4)), q: decimal(random, "0.6", "3.4")}
    return _with_moment(drawn, drawn[q], scale)


def _with_moment(drawn: dict[Expr, Expr], power: Expr, scale: Integer) -> Sample:
    def numbers(digits: int) -> dict[Basic, mpf]:
        found = _numbers({**drawn, T: scale}, digits)
        found[mean_moment] = numerics.nearest_distance_moment(
            power, samples=scale, dimension=drawn[d], digits=digits
        )
        return found

    return sample(numbers, drawn, (T, scale))


def direction_of_step(random: Random, _scale: Integer) -> Sample:
    """Draw a dimension and a power; the direction has an integral over its angle."""
    size = random.randint(2, 5)
    drawn: dict[Expr, Expr] = {d: Integer(size), p: decimal(random, "0.6", "3.4")}

    def numbers(digits: int) -> dict[Basic, mpf]:
        found = _numbers(drawn, digits)
        with mpmath.workdps(digits + 10):
            weight = [
                mpmath.quad(
                    lambda angle, part=part: mpmath.cos(angle) ** part * mpmath.sin(angle) ** (size - 2),
                    [0, mpmath.pi / 2],
                )
                for part in (found[p], 0)
            ]
            found[direction] = weight[0] / weight[1]
        return found

    return sample(numbers, drawn)


def nearest_value(random: Random, scale: Integer) -> Sample:
    r"""Draw a dimension; the function is $\sum_i\sin2\pi x_i$ and $p=2$, so that the error is a series."""
    size = random.randint(2, 5)
    drawn: dict[Expr, Expr] = {d: Integer(size), p: Integer(2)}

    def numbers(digits: int) -> dict[Basic, mpf]:
        found = _numbers({**drawn, T: scale}, digits)
        with mpmath.workdps(digits + 10):
            found[gradient] = size * (2 * mpmath.pi) ** 2 / 2
            found[missed] = error_of_waves(size, int(scale), digits)
        return found

    return sample(numbers, drawn, (T, scale))


def error_of_waves(dimension: int, samples: int, digits: int) -> mpf:
    r"""Return the squared error of the nearest of many points for $F=\sum_i\sin2\pi x_i$ on the torus.

    Notes
    -----
    Over places, a step $s$ changes $F$ by $\sum_i(1-\cos2\pi s_i)$ in the square; with a direction $u$ that
    is uniform this is $d\,E(1-\cos2\pi ru_1)$, a series in the even moments of the distance.

    >>> float(error_of_waves(2, 10**9, 12) / (2 * mpmath.pi / 10**9))  # doctest: +ELLIPSIS
    0.99999999...
    """
    with mpmath.workdps(digits + 10):
        total, component, place = mpf(0), mpf(1), 0
        while True:
            place += 1
            # E u^(2j) = (2j-1)!!/(d(d+2)...(d+2j-2))
            component *= mpf(2 * place - 1) / (dimension + 2 * place - 2)
            moment = numerics.nearest_distance_moment(
                2 * place, samples=samples, dimension=dimension, digits=digits + 10
            )
            term = (
                dimension * (2 * mpmath.pi) ** (2 * place) * component * moment / mpmath.factorial(2 * place)
            )
            total += term if place % 2 else -term
            if term < total * mpf(10) ** (-digits - 5):
                return total


def spline_exactly(random: Random, _scale: Integer) -> Sample:
    """Draw a gap and a modest number of points; the errors are integrals."""
    drawn: dict[Expr, Expr] = {
        p: decimal(random, "0.6", "3.4"),
        h: decimal(random, "0.1", "0.9"),
        T: Integer(random.randint(20, 50)),
    }

    def numbers(digits: int) -> dict[Basic, mpf]:
        found = _numbers(drawn, digits)
        with mpmath.workdps(digits + 10):
            power, points = found[p], int(drawn[T])
            unit = mpmath.quad(lambda s: (s * (1 - s) / 2) ** power, [0, mpf(1) / 2, 1])
            found[gap_lost] = mpmath.quad(
                lambda s: (s * (found[h] - s) / 2) ** power, [0, found[h] / 2, found[h]]
            )
            found[missed_by_line] = points * mpmath.quad(
                lambda g: (points - 1) * (1 - g) ** (points - 2) * unit * g ** (2 * power + 1),
                [0, mpf(4) / points, 1],
            )
        return found

    return sample(numbers, drawn)


def spline_of_many(random: Random, scale: Integer) -> Sample:
    """Draw half a power; the moments of gaps are then products."""
    degree = random.randint(2, 7)
    drawn: dict[Expr, Expr] = {p: Rational(degree - 1, 2)}

    def numbers(digits: int) -> dict[Basic, mpf]:
        found = _numbers({**drawn, T: scale}, digits)
        with mpmath.workdps(digits + 10):
            points = mpf_of(scale)
            moment = mpmath.factorial(degree) / mpmath.fprod(points + place for place in range(degree))
            unit = mpmath.quad(lambda s: (s * (1 - s) / 2) ** found[p], [0, mpf(1) / 2, 1])
            found[missed_by_line] = points * moment * unit
        return found

    return sample(numbers, drawn, (T, scale))


def pieces(random: Random, scale: Integer) -> Sample:
    """Draw nodes, a scale of the cell and a place; the error is that of interpolating a monomial."""
    dimension, order = random.randint(1, 5), random.randint(0, 3)
    power = decimal(random, "0.6", "2.4")
    drawn: dict[Expr, Expr] = {
        d: Integer(dimension),
        k: Integer(order),
        p: power,
        h: decimal(random, "0.1", "0.9"),
    }
    nodes = random.sample(range(100), order + 1)
    place = random.randint(100, 200)
    whole = _with_moment(drawn, (order + 1) * power, scale)

    def numbers(digits: int) -> dict[Basic, mpf]:
        found = dict(whole.numbers(digits))
        with mpmath.workdps(digits + 10):
            for symbol, size in ((missed_by_piece, found[h]), (missed_in_unit, mpf(1))):
                found[symbol] = _missed_monomial([size * node / 100 for node in nodes], size * place / 100)
        return found

    return sample(numbers, drawn, whole.limit)


def _missed_monomial(nodes: Sequence[mpf], place: mpf) -> mpf:
    """Return what a polynomial through the nodes misses of the first monomial that it does not contain."""
    total = place ** len(nodes)
    for node in nodes:
        factors = ((place - other) / (node - other) for other in nodes if other != node)
        total -= node ** len(nodes) * mpmath.fprod(factors)
    return total


def ratios(random: Random, _scale: Integer) -> Sample:
    """Draw a number of neighbours and a ratio; probabilities and means are integrals."""
    drawn: dict[Expr, Expr] = {
        d: Integer(random.randint(1, 5)),
        neighbours: Integer(random.randint(4, 8)),
        ratio: decimal(random, "1.2", "4"),
    }

    def numbers(digits: int) -> dict[Basic, mpf]:
        found = _numbers(drawn, digits)
        with mpmath.workdps(digits + 10):
            count, size = int(drawn[neighbours]), int(drawn[d])
            # the smallest of k - 1 uniform shares
            found[probability] = mpmath.quad(
                lambda share: (count - 1) * (1 - share) ** (count - 2), [found[ratio] ** -size, 1]
            )
            for symbol, power in ((estimated, 1), (estimated_square, 2)):
                found[symbol] = mpmath.quad(
                    lambda x, power=power: (
                        (mpf((count - 2) * size) / x) ** power
                        * x ** (count - 2)
                        * mpmath.exp(-x)
                        / mpmath.factorial(count - 2)
                    ),
                    [0, 1, 8, 40, mpmath.inf],
                )
        return found

    return sample(numbers, drawn)
