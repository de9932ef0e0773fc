r"""Numeric spot checks of the steps of a derivation: both sides at random parameters, to many digits.

An exact step has to agree to `DIGITS` digits.  A step of leading order is followed along
`SCALES`: the difference of the two sides has to fall at least as fast as its own error term, which
itself has to vanish beside the statement.  The numbers come from the floor below, at any of
these scales for the same price.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from random import Random
from typing import TypeAlias

import mpmath
from mpmath import mpf
from sympy import Add, Basic, Dummy, Expr, Integer, Rational, lambdify, sympify
from sympy.core.relational import Equality, Relational

from .printing import law_latex

#: Digits in which the sides of an exact step have to agree, and digits to which they are computed.
DIGITS, WORKING_DIGITS = 30, 50
#: Digits at which a difference that is still zero counts as zero.
MOST_DIGITS = 400
#: How large (or one over how small) the variable of a leading-order step is made.
SCALES = (Integer(10) ** 10, Integer(10) ** 20, Integer(10) ** 40)
#: The same for exact steps, where it does not matter.
MODEST = Integer(1000)
#: How far the measured exponents of two scales, ten and twenty decades apart, may be from the stated ones.
SLACKS = (mpf("0.05"), mpf("0.02"))

#: What a difference in units of its error term may always be.
OF_ORDER_ONE = 10

Numbers: TypeAlias = Mapping[Basic, mpf]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Random parameters, and the numbers of the model at them.

    Parameters
    ----------
    drawn :
        what was drawn, exactly; the names may be quotients such as $N/T$.
    limit :
        the variable that is large or small, with its value.
    numbers :
        maps a number of digits to the values of all symbols and traces.
    """

    drawn: Mapping[Expr, Expr]
    numbers: Callable[[int], Numbers]
    limit: tuple[Expr, Expr] | None = None


#: Draws a sample at a scale; the same generator gives the same parameters at every scale.
Sampler: TypeAlias = Callable[[Random, Integer], Sample]


@dataclass(frozen=True, slots=True)
class Sides:
    """Left and right side of a step at one point, and the size of the error term that it states."""

    left: mpf
    right: mpf
    error: mpf

    @property
    def difference(self) -> mpf:
        """Left minus right."""
        return mpmath.fsub(self.left, self.right, exact=True)

    @property
    def digits(self) -> int:
        """The number of significant digits in which the sides agree, at most `WORKING_DIGITS`."""
        largest = max(abs(self.left), abs(self.right))
        if not self.difference:
            return WORKING_DIGITS
        return max(0, min(WORKING_DIGITS, int(-mpmath.log10(abs(self.difference) / largest))))

    @property
    def ratio(self) -> mpf:
        """The difference in units of the error term."""
        return self.difference / self.error


@dataclass(frozen=True, slots=True, kw_only=True)
class SpotCheck:
    """What a check of one step found.

    Parameters
    ----------
    drawn :
        the parameters.
    limit :
        the variable that went to its limit, with the values it took.
    sides :
        both sides, at each of these values.
    passed :
        whether they agree as the step says.
    sharp :
        whether the difference falls exactly as fast as the error term: nothing was given away.
    """

    drawn: Mapping[Expr, Expr]
    limit: tuple[Expr, tuple[Expr, ...]] | None
    sides: tuple[Sides, ...]
    passed: bool
    sharp: bool = True

    @property
    def asymptotic(self) -> bool:
        """Whether the step has an error term."""
        return bool(self.sides[0].error)

    @property
    def digits(self) -> int:
        """The digits in which the sides agree, at the last point."""
        return self.sides[-1].digits

    def remark(self, shown: Callable[[Expr, Expr], str] | None = None) -> str:
        """Return the finding as a line of text with LaTeX between dollar signs.

        Parameters
        ----------
        shown :
            writes a parameter and its value; by default in the project's letters.
        """
        write = shown or equation_latex
        places = [write(name, value) for name, value in self.drawn.items()]
        if self.limit is not None:
            name, values = self.limit
            places += [write(name, values[0]), *map(decimal_latex, values[1:])]
        at = ", ".join(f"${place}$" for place in places)
        word = "checked" if self.passed else "CHECK FAILED"
        if not self.asymptotic:
            return f"{word} at {at}: {self.digits} digits"
        if not any(side.difference for side in self.sides):
            return f"{word} at {at}: no difference in {MOST_DIGITS} digits"
        ratios = list(dict.fromkeys(_short(side.ratio) for side in self.sides))
        shown_ratios = ", ".join(f"${ratio}$" for ratio in ratios) + (
            " throughout" if len(ratios) == 1 else ""
        )
        return f"{word} at {at}: difference over error term {shown_ratios}"


class UncheckableError(ValueError):
    """A statement that has no two sides to compare, or whose letters have no numbers."""


def spot_check(
    left: Expr, right: Expr, errors: tuple[Expr, ...], sampler: Sampler, *, seed: int = 0
) -> SpotCheck:
    """Compare two sides at random parameters.

    Parameters
    ----------
    left, right :
        the sides.
    errors :
        terms whose sum bounds the difference; empty for an exact statement.
    sampler :
        draws parameters from the domain of the statement.
    seed :
        of the random numbers.

    Raises
    ------
    UncheckableError
        If a letter of the statement has no number.

    >>> from sympy.abc import x, y
    >>> def sampler(random, scale):
    ...     value = Rational(random.randint(11, 99), 10) / scale
    ...     return Sample(drawn={}, limit=(x, value), numbers=lambda digits: {x: _number(value)})
    >>> spot_check((1 + x) ** 2, 1 + 2 * x + x**2, (), sampler).passed
    True
    >>> spot_check((1 + x) ** 2, 1 + 2 * x, (x**2,), sampler).passed
    True
    >>> spot_check((1 + x) ** 2, 1 + 3 * x, (x**2,), sampler).passed
    False
    """
    if right == 0:  # a sum that vanishes: its positive terms against its negative ones
        positive = [term for term in Add.make_args(left) if not term.could_extract_minus_sign()]
        left, right = Add(*positive), Add(*positive) - left
    scales = SCALES if errors else (MODEST,)
    samples = [_drawn(sampler, seed, scale) for scale in scales]
    sides = tuple(_sides(left, right, errors, sample) for sample in samples)
    first = samples[0]
    limit = None
    if first.limit is not None:
        limit = (first.limit[0], tuple(sample.limit[1] for sample in samples if sample.limit))
    passed, sharp = _follows(sides) if errors else (sides[0].digits >= DIGITS, True)
    return SpotCheck(drawn=first.drawn, limit=limit, sides=sides, passed=passed, sharp=sharp)


@lru_cache(maxsize=64)
def _drawn(sampler: Sampler, seed: int, scale: Integer) -> Sample:
    """Draw a sample, once for the steps that share a sampler."""
    return sampler(Random(seed), scale)


def _sides(left: Expr, right: Expr, errors: tuple[Expr, ...], sample: Sample) -> Sides:
    """Evaluate; with an error term, to so many digits that more of them leave the difference as it is."""
    found = _sides_to(left, right, errors, sample, WORKING_DIGITS)
    digits = WORKING_DIGITS
    while errors and digits < MOST_DIGITS:
        digits = min(2 * digits, digits + 100)
        before, found = found, _sides_to(left, right, errors, sample, digits)
        if all(map(_settled, *((s.left, s.right, s.difference) for s in (before, found)))):
            return found
    # whatever is left is rounding
    return Sides(found.right, found.right, found.error) if errors else found


def _settled(before: mpf, after: mpf) -> bool:
    """Whether more digits have left a number as it was: what is only rounding shrinks with them."""
    return bool(mpmath.fabs(mpmath.fsub(after, before, exact=True)) <= abs(after) / 1000 != 0)


def _sides_to(left: Expr, right: Expr, errors: tuple[Expr, ...], sample: Sample, digits: int) -> Sides:
    numbers = sample.numbers(digits)
    with mpmath.workdps(digits + 10):
        values = [evaluate(side, numbers) for side in (left, right)]
        sizes = [abs(evaluate(error, numbers)) for error in errors]
        return Sides(values[0], values[1], mpmath.fsum(sizes))


def _follows(sides: tuple[Sides, ...]) -> tuple[bool, bool]:
    """Return whether the difference falls at least as fast as the error, and whether just as fast."""
    if not any(side.difference for side in sides):
        return True, False
    if not all(side.difference and side.error and side.right for side in sides):
        return False, False
    passed = sharp = True
    for (before, after), slack, decades in zip(pairwise(sides), SLACKS, (10, 20), strict=True):
        growth = mpmath.log10(abs(after.ratio / before.ratio)) / decades
        # parts of different signs may cancel at one scale; of order one it may be at any
        passed = passed and (growth <= slack or abs(after.ratio) <= OF_ORDER_ONE)
        sharp = sharp and abs(growth) <= slack
        # an error term that does not vanish beside the statement says nothing
        fall = mpmath.log10(abs(after.error / after.right) / abs(before.error / before.right))
        passed = passed and fall < 0
    return passed, sharp


def sides_of(statement: Relational) -> tuple[Expr, Expr]:
    """Return the sides of an equation.

    Raises
    ------
    UncheckableError
        If it is no equation.
    """
    if not isinstance(statement, Equality):
        raise UncheckableError(f"`{statement}` is no equation")
    return statement.lhs, statement.rhs


def evaluate(expression: Expr, numbers: Numbers) -> mpf:
    """Evaluate an expression at the working precision.

    Raises
    ------
    UncheckableError
        If a letter has no number.
    """
    function, names = _compiled(sympify(expression), frozenset(k for k in numbers if not k.is_Symbol))
    missing = sorted(str(name) for name in names if name not in numbers)
    if missing:
        raise UncheckableError(f"there is no number for {', '.join(missing)}")
    return mpmath.mpmathify(function(*(numbers[name] for name in names)))


@lru_cache(maxsize=1024)
def _compiled(expression: Expr, traces: frozenset[Basic]) -> tuple[Callable[..., mpf], tuple[Basic, ...]]:
    """Return a function of mpmath and the names of its arguments; traces are names of their own."""
    present = [trace for trace in traces if expression.has(trace)]
    dummies = {trace: Dummy() for trace in sorted(present, key=str)}
    body = expression.xreplace(dummies)
    symbols = sorted(body.free_symbols - set(dummies.values()), key=str)
    # under its own name the letter gamma would hide the function gamma
    dummies |= {symbol: Dummy() for symbol in symbols}
    return lambdify(list(dummies.values()), body.xreplace(dummies), "mpmath"), tuple(dummies)


def _number(value: Expr) -> mpf:
    """Read a rational at the working precision."""
    return mpf(int(value.p)) / int(value.q)


def equation_latex(name: Expr, value: Expr) -> str:
    """Write a parameter and its value as LaTeX."""
    return f"{law_latex(name, fold_short_frac=True)}={decimal_latex(value)}"


def decimal_latex(value: Expr) -> str:
    r"""Write a rational as a theorist would: a decimal, a power of ten, or a fraction.

    >>> decimal_latex(Rational(237, 100)), decimal_latex(Integer(10) ** 20), decimal_latex(Rational(1, 3))
    ('2.37', '10^{20}', '1/3')
    >>> decimal_latex(Rational(37, 10**12)), decimal_latex(Rational(-1, 8))
    ('3.7\\cdot10^{-11}', '-0.125')
    >>> decimal_latex(Integer(2) ** 64)
    '2^{64}'
    """
    rational = Rational(value)
    numerator, denominator = int(rational.p), int(rational.q)
    if denominator == 1 and numerator >= 2**20 and numerator & (numerator - 1) == 0:
        return f"2^{{{numerator.bit_length() - 1}}}"
    power = next((n for n in range(400) if 10**n % denominator == 0), None) if denominator < 10**200 else None
    if power is None:
        return f"{numerator}/{denominator}"
    digits = str(abs(numerator) * 10**power // denominator)
    exponent = len(digits) - 1 - power
    sign, digits = "-" if numerator < 0 else "", digits.rstrip("0") or "0"
    if -4 <= exponent < 6:
        return sign + str(mpmath.nstr(mpf(abs(numerator)) / denominator, len(digits) + 6)).removesuffix(".0")
    tail = f"10^{{{exponent}}}"
    if digits == "1":
        return sign + tail
    return rf"{sign}{digits[0]}{'.' + digits[1:] if digits[1:] else ''}\cdot{tail}"


def _short(value: mpf) -> str:
    """Write a number with three digits."""
    if value and not mpf("1e-3") <= abs(value) < mpf("1e4"):
        mantissa, _, exponent = str(mpmath.nstr(value, 3, min_fixed=0, max_fixed=0)).partition("e")
        return rf"{mantissa.removesuffix('.0')}\cdot10^{{{int(exponent or 0)}}}"
    return str(mpmath.nstr(value, 3, max_fixed=5)).removesuffix(".0")
