"""A proven result: a centre and a radius, so that the exact value is no farther from the one than the other.

Results that are balls inside leave :mod:`.arithmetic` either as an mpf, all of whose digits asked for are
right, or as an :class:`Enclosure`, which says itself how far it can be trusted. Every step from the ball to
the enclosure, and from the enclosure to decimal text, is exact or rounded outwards.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import mpmath
from mpmath.libmp import (
    finf,
    fone,
    from_int,
    from_man_exp,
    mpf_abs,
    mpf_add,
    mpf_le,
    mpf_mul,
    mpf_sub,
    round_ceiling,
    round_down,
    round_floor,
    round_up,
)

from .arithmetic import Ball, integer_below, log, number, parts, to_mpf, working_precision
from .exact import MAXIMUM_DIGITS, Number, _show, extended_rational

_RADIUS_BITS = 30
_DECIDING_BITS = 10_000
_DECIMALS_PER_BIT = math.log10(2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosure:
    r"""A proven interval :math:`|x-c|\le r` around an exact value x.

    Parameters
    ----------
    centre : c, an mpf; the number that is returned where no proof is asked for
    radius : r, a finite mpf not smaller than 0; 0 where the centre is the exact value

    Raises
    ------
    TypeError, ValueError
        If the centre or the radius is no mpf, not a number, or outside its domain.

    Notes
    -----
    The proof is that of ball arithmetic: each rounding and each truncation of a series or an integral on the
    way is bounded, and the bounds are carried along. It rests on Arb and on the inequalities derived in this
    package, and takes the arguments exactly as given.

    Examples
    --------
    >>> from scalinglaws.numerics import trace_sum
    >>> proven = trace_sum(2, 0, shift=2, digits=20, rigorous=True)
    >>> proven.contains(1), proven.digits >= 20
    (False, True)
    >>> print(trace_sum(2, 1, size=1, power=2, rigorous=True))
    0.25 +/- 0
    """

    centre: mpmath.mpf
    radius: mpmath.mpf

    def __post_init__(self) -> None:
        for name, value in (("centre", self.centre), ("radius", self.radius)):
            if not isinstance(value, mpmath.mpf):
                raise TypeError(
                    f"`{name}` = {_show(value)} must be an mpf, not a {type(value).__name__}; convert it"
                )
        if mpmath.isnan(self.centre):
            raise ValueError(f"`centre` = {self.centre} must be a number; nan is not")
        if not 0 <= self.radius < mpmath.inf or (mpmath.isinf(self.centre) and self.radius):
            raise ValueError(
                f"`radius` = {self.radius} must be a finite number not smaller than 0, and 0 where `centre` "
                "is infinite; choose one"
            )

    def __str__(self) -> str:
        """Return decimal text ``centre +/- radius`` that holds the whole interval itself."""
        exact = None if self.radius else self._exact_text()
        if exact is not None:
            return f"{exact} +/- 0"
        digits = self.digits if self.radius else math.ceil(self.centre._mpf_[3] * _DECIMALS_PER_BIT)
        text = self.ball.str(min(int(digits), MAXIMUM_DIGITS) + 3).strip("[]")
        return f"0 {text}" if text.startswith("+/-") else text

    @property
    def ball(self) -> Ball:
        """The same interval as an ``arb`` of python-flint, its radius rounded up in the ninth digit."""
        return Ball(self.centre, self.radius)

    @property
    def lower(self) -> mpmath.mpf:
        """The lower end, rounded down to a few bits more than the centre has."""
        return self._end(mpf_sub, round_floor)

    @property
    def upper(self) -> mpmath.mpf:
        """The upper end, rounded up to a few bits more than the centre has."""
        return self._end(mpf_add, round_ceiling)

    @property
    def digits(self) -> int | float:
        """How many digits of the centre are proven, inf where it is exact.

        The largest d for which the relative error is at most half of ``10**-d``, 0 where there is none.
        """
        if not self.radius:
            return math.inf
        with working_precision(80):
            least = abs(Ball(self.centre)) - Ball(self.radius)
            if not least > 0:
                return 0
            proven = -log(2 * Ball(self.radius) / least) / log(number(10))
            return max(0, integer_below(proven))

    def contains(self, value: Number | Enclosure) -> bool:
        """Whether a number, or all of another enclosure, lies inside; decided exactly.

        Parameters
        ----------
        value : a number of any kind that the functions of this package accept, or an Enclosure

        Raises
        ------
        TypeError, ValueError
            If `value` is no number.
        """
        if isinstance(value, Enclosure):
            position, reach, scale = value.centre._mpf_, value.radius._mpf_, fone
        elif isinstance(value, mpmath.mpf) and mpmath.isfinite(value):
            position, reach, scale = value._mpf_, from_int(0), fone
        else:
            exact = extended_rational("value", value, "a real number or inf")
            if isinstance(exact, float):
                return bool(self.centre == mpmath.inf)
            # compared after multiplication by the denominator, every step is exact
            position, reach, scale = from_int(exact.numerator), from_int(0), from_int(exact.denominator)
        if mpmath.isinf(self.centre) or position == finf:
            return bool(self.centre._mpf_ == position)
        centre, radius = mpf_mul(self.centre._mpf_, scale), mpf_mul(self.radius._mpf_, scale)

        def farthest(*rounding: Any) -> Any:
            return mpf_add(mpf_abs(mpf_sub(centre, position, *rounding)), reach, *rounding)

        # exact sums of numbers that are very far apart would not fit into memory, and are rarely needed
        if mpf_le(farthest(_DECIDING_BITS, round_up), radius):
            return True
        if not mpf_le(farthest(_DECIDING_BITS, round_down), radius):
            return False
        return bool(mpf_le(farthest(), radius))

    def _end(self, combine: Callable[..., tuple[Any, ...]], rounding: str) -> mpmath.mpf:
        bits = self.centre._mpf_[3] + 2 * _RADIUS_BITS
        return mpmath.mp.make_mpf(combine(self.centre._mpf_, self.radius._mpf_, bits, rounding))

    def _exact_text(self) -> str | None:
        """Return all decimals of the centre, None where they are too many."""
        if mpmath.isinf(self.centre):
            return "inf" if self.centre > 0 else "-inf"
        _, _, exponent, bits = self.centre._mpf_
        # one decimal more for each negative power of two, since 1/2 = 5/10
        per_power = _DECIMALS_PER_BIT if exponent > 0 else _DECIMALS_PER_BIT - 1
        decimals = max(1, math.ceil(bits * _DECIMALS_PER_BIT + exponent * per_power))
        if decimals > MAXIMUM_DIGITS:
            return None
        text: str = mpmath.nstr(self.centre, decimals, min_fixed=-6, max_fixed=max(decimals, 6))
        return text if self.contains(text) else None


def enclosure(ball: Ball, bits: int) -> Enclosure:
    """Return the enclosure of a ball whose centre is the midpoint rounded to `bits` bits.

    What the rounding moves the centre by is added to the radius, and the radius is rounded up.
    """
    centre = to_mpf(ball, bits)
    if mpmath.isinf(centre):
        return Enclosure(centre=centre, radius=mpmath.mpf(0))
    midpoint, radius = (from_man_exp(*pair) for pair in parts(ball))
    moved = mpf_abs(mpf_sub(midpoint, centre._mpf_))
    return Enclosure(centre=centre, radius=mpmath.mp.make_mpf(mpf_add(radius, moved, _RADIUS_BITS, round_up)))
