"""Reading arguments: an accepted number becomes the rational it denotes, or one line says why not.

Accepted are Python integers, ``fractions.Fraction``, ``decimal.Decimal``, finite floats (the binary number
they hold), NumPy integer and floating scalars, ``mpmath.mpf``, SymPy integers, rationals and floats
(recognised by their attributes, so that SymPy need not be installed), and the strings ``"0.1"``, ``"1e-3"``,
``"3/2"``. Where infinity is in the domain it may be a float, an mpf, SymPy's ``oo`` or the string ``"inf"``.
"""

from __future__ import annotations

import math
import operator
import re
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final, TypeAlias

import mpmath
import numpy as np

Exact: TypeAlias = Fraction | float
"""A rational, or ``math.inf``."""

Number: TypeAlias = Any
"""Whatever :func:`rational` reads; open, because SymPy's numbers are recognised by their attributes."""

MAXIMUM_EXPONENT: Final = 20_000
"""Largest accepted decimal exponent: beyond it the exact rational itself would be the cost."""

MAXIMUM_EXPONENT_SIZE: Final = 250
"""Exponents of power laws lie between 10**-250 and 10**250, within the doubles that plan a summation."""

MAXIMUM_POWER: Final = 10**15
"""Integer powers of the summands end there, within the doubles that plan a summation."""

MAXIMUM_DIGITS: Final = 1000

_DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_RATIO = re.compile(r"[+-]?\d+/\d+", re.ASCII)
_INFINITY = re.compile(r"[+]?(inf|infinity|oo)", re.IGNORECASE)
_BITS_PER_DIGIT = math.log2(10)


def rational(name: str, value: Number, domain: str) -> Fraction:
    """Return the finite rational that `value` denotes.

    Parameters
    ----------
    name : name of the argument, for the message
    value : the argument
    domain : the argument's domain in words, for the message

    Returns
    -------
    Fraction
        Exactly the number given.

    Raises
    ------
    TypeError
        If `value` is not a number of an accepted kind (booleans and complex numbers are not).
    ValueError
        If it is a string that is no number, infinite, not a number, or outside ``10**(-20000) .. 10**20000``.

    Examples
    --------
    >>> rational("decay", "1e-3", "a positive number")
    Fraction(1, 1000)
    >>> rational("decay", 0.5, "a positive number")
    Fraction(1, 2)
    """
    number = extended_rational(name, value, domain)
    if not isinstance(number, Fraction):
        raise ValueError(f"`{name}` = {_show(value)} must be {domain}; give a finite number")
    return number


def extended_rational(name: str, value: Number, domain: str) -> Exact:
    """Return the rational or the positive infinity that `value` denotes (see :func:`rational`)."""
    if isinstance(value, (bool, np.bool_)):
        raise TypeError(f"`{name}` = {value} is a truth value and must be {domain}; give a number")
    if isinstance(value, (int, np.integer)):
        return _bounded(name, Fraction(int(value)), value, domain)
    if isinstance(value, Fraction):
        return _bounded(name, value, value, domain)
    if isinstance(value, str):
        return _from_text(name, value, domain)
    if isinstance(value, (float, np.floating)):
        return _from_float(name, value, domain)
    if isinstance(value, Decimal):
        if value.is_nan():
            raise ValueError(f"`{name}` = {value} must be {domain}; nan is not a number")
        return _from_text(name, str(value), domain)
    return _from_foreign(name, value, domain)


def positive(name: str, value: Number) -> Fraction:
    """Return `value` as a rational larger than zero."""
    number = rational(name, value, "a positive number")
    if number <= 0:
        raise ValueError(f"`{name}` = {_show(value)} must be a positive number; choose it larger than 0")
    return number


def nonnegative(name: str, value: Number) -> Fraction:
    """Return `value` as a rational not smaller than zero."""
    number = rational(name, value, "a number not smaller than 0")
    if number < 0:
        raise ValueError(f"`{name}` = {_show(value)} must be a number not smaller than 0; choose 0 or larger")
    return number


def bounded_noise(value: Number) -> float:
    """Return the variance of the label noise as a double, at most 1e250."""
    variance = nonnegative("noise", value)
    if variance > 10**MAXIMUM_EXPONENT_SIZE:
        limit = f"1e{MAXIMUM_EXPONENT_SIZE}"
        raise ValueError(f"`noise` = {_show(value)} must be a number from 0 to {limit}; rescale the problem")
    return float(variance)


def real_exponent(name: str, value: Number) -> Fraction:
    """Return `value` as a rational of a size that a double holds."""
    return _as_exponent(name, rational(name, value, "a real number"), "a real number")


def positive_exponent(name: str, value: Number) -> Fraction:
    """Return `value` as a rational larger than zero, of a size that a double holds."""
    return _as_exponent(name, positive(name, value), "a positive number")


def positive_or_infinite(name: str, value: Number) -> Exact:
    """Return `value` as a rational larger than zero, or infinity."""
    number = extended_rational(name, value, "a positive number or inf")
    if number <= 0:
        raise ValueError(
            f"`{name}` = {_show(value)} must be a positive number or inf; choose it larger than 0"
        )
    return number


def count(name: str, value: Number) -> int:
    """Return `value` as an integer not smaller than one."""
    number = rational(name, value, "an integer not smaller than 1")
    if number.denominator != 1 or number < 1:
        raise ValueError(f"`{name}` = {_show(value)} must be an integer not smaller than 1; round it")
    return int(number)


def power_count(name: str, value: Number, least: int = 1) -> int:
    """Return `value` as an integer from `least` to 10**15."""
    domain = f"an integer from {least} to 1e15"
    number = rational(name, value, domain)
    if number.denominator != 1 or not least <= number <= MAXIMUM_POWER:
        raise ValueError(f"`{name}` = {_show(value)} must be {domain}; choose one in that range")
    return int(number)


def count_or_infinite(name: str, value: Number) -> int | float:
    """Return `value` as an integer not smaller than one, or ``math.inf``."""
    number = extended_rational(name, value, "an integer not smaller than 1, or inf")
    if not isinstance(number, Fraction):
        return math.inf
    if number.denominator != 1 or number < 1:
        raise ValueError(f"`{name}` = {_show(value)} must be an integer not smaller than 1, or inf; round it")
    return int(number)


def check_choice(name: str, value: object, first: str, second: str) -> None:
    """Raise ValueError unless `value`, which may be an array without a truth value, is one of two words."""
    if not isinstance(value, str) or value not in (first, second):
        raise ValueError(f"`{name}` = {_show(value)} must be {first!r} or {second!r}; choose one of them")


def digit_count(value: Number) -> int:
    """Return the number of digits asked for, an integer from 1 to 1000."""
    domain = f"an integer from 1 to {MAXIMUM_DIGITS}"
    try:
        digits = operator.index(value)
    except TypeError:
        raise TypeError(f"`digits` = {_show(value)} must be {domain}; give an int") from None
    if isinstance(value, (bool, np.bool_)):
        raise TypeError(f"`digits` = {value} is a truth value and must be {domain}; give an int")
    if not 1 <= digits <= MAXIMUM_DIGITS:
        raise ValueError(f"`digits` = {_show(value)} must be {domain}; choose one in that range")
    return digits


def bits_for(digits: int) -> int:
    """Return the bits of relative accuracy that make `digits` digits right, with two digits to spare."""
    return math.ceil((digits + 2) * _BITS_PER_DIGIT)


def exact_text(number: Exact | int) -> str:
    """Return an exact number for a message; one of many digits is rounded."""
    if isinstance(number, float):
        return str(number)
    if max(number.numerator.bit_length(), number.denominator.bit_length()) <= 100:
        return str(number)
    return f"about {mpmath.nstr(mpmath.mpf(number.numerator) / number.denominator, 6)}"


def _as_exponent(name: str, number: Fraction, domain: str) -> Fraction:
    limit = 10**MAXIMUM_EXPONENT_SIZE
    if number and not Fraction(1, limit) <= abs(number) <= limit:
        limits = f"between 1e-{MAXIMUM_EXPONENT_SIZE} and 1e{MAXIMUM_EXPONENT_SIZE}"
        raise ValueError(f"`{name}` must be {domain} {limits} in size; there is no reason to go further")
    return number


def _show(value: Number) -> str:
    """Return `value` for a one-line message, shortened when it is long."""
    try:
        text = repr(value)
    except ValueError:  # an integer beyond the interpreter's limit for printing, alone or inside
        is_integer = isinstance(value, int)
        text = f"<an integer of {value.bit_length()} bits>" if is_integer else f"<{type(value).__name__}>"
    text = " ".join(text.split())
    return text if len(text) <= 60 else f"{text[:40]}...{text[-12:]}"


def _bounded(name: str, number: Fraction, value: Number, domain: str) -> Fraction:
    limit = MAXIMUM_EXPONENT * _BITS_PER_DIGIT
    if max(number.numerator.bit_length(), number.denominator.bit_length()) > 2 * limit:
        raise _out_of_range(name, value, domain)
    return number


def _out_of_range(name: str, value: Number, domain: str) -> ValueError:
    limits = f"between 1e-{MAXIMUM_EXPONENT} and 1e{MAXIMUM_EXPONENT}"
    return ValueError(f"`{name}` = {_show(value)} must be {domain} {limits}; rescale the problem")


def _from_text(name: str, text: str, domain: str) -> Exact:
    stripped = text.strip()
    if _INFINITY.fullmatch(stripped):
        return math.inf
    if len(stripped) > 4000:
        raise ValueError(f"`{name}` = {_show(text)} must be {domain} of at most 4000 characters; shorten it")
    if _RATIO.fullmatch(stripped):
        numerator, denominator = stripped.split("/")
        if int(denominator) == 0:
            raise ValueError(f"`{name}` = {_show(text)} must be {domain}; its denominator is 0")
        return Fraction(int(numerator), int(denominator))
    match = _DECIMAL.fullmatch(stripped)
    if match is None:
        raise ValueError(f"`{name}` = {_show(text)} must be {domain}; write it as 0.1, 1e-3 or 3/2")
    exponent = match.group(2)
    # the exponent is compared as a number only once it is known to be short
    if exponent and (len(exponent) > 8 or abs(int(exponent[1:])) > MAXIMUM_EXPONENT):
        raise _out_of_range(name, text, domain)
    return Fraction(stripped)


def _from_float(name: str, value: float | np.floating[Any], domain: str) -> Exact:
    if math.isnan(value):
        raise ValueError(f"`{name}` = {value} must be {domain}; nan is not a number")
    if math.isinf(value):
        if value < 0:
            raise ValueError(f"`{name}` = {value} must be {domain}; minus infinity is not")
        return math.inf
    numerator, denominator = value.as_integer_ratio()
    return _bounded(name, Fraction(int(numerator), int(denominator)), value, domain)


def _from_mantissa(name: str, data: tuple[Any, ...], value: Number, domain: str) -> Exact:
    sign, mantissa, exponent, bits = (int(part) for part in data)
    if mantissa == 0 and exponent != 0:  # mpmath's and SymPy's code for infinities and nan
        number = mpmath.mpf(value)
        return _from_float(name, float(number), domain)
    if abs(exponent + bits) > MAXIMUM_EXPONENT * _BITS_PER_DIGIT or abs(exponent) > 10 * MAXIMUM_EXPONENT:
        raise _out_of_range(name, value, domain)
    magnitude = Fraction(mantissa) * (Fraction(2) ** exponent)
    return -magnitude if sign else magnitude


def _from_foreign(name: str, value: Number, domain: str) -> Exact:
    if isinstance(value, mpmath.ctx_mp_python._constant):
        raise TypeError(
            f"`{name}` = {value.name} is a constant of no fixed precision; give it as an mpf, +{value.name}"
        )
    data = getattr(value, "_mpf_", None)
    if isinstance(data, tuple) and len(data) == 4:
        return _from_mantissa(name, data, value, domain)
    if getattr(value, "is_Rational", False):  # SymPy's integers and rationals
        return _bounded(name, Fraction(int(value.p), int(value.q)), value, domain)
    if getattr(value, "is_infinite", False) is True and getattr(value, "is_extended_positive", False) is True:
        return math.inf
    if getattr(value, "is_number", False) is True and getattr(value, "is_real", False) is True:
        raise TypeError(
            f"`{name}` = {_show(value)} is no rational number; give its value with .evalf(digits)"
        )
    if getattr(value, "is_number", False) is True:
        raise ValueError(f"`{name}` = {_show(value)} must be {domain}; it is not a real number")
    raise TypeError(
        f"`{name}` = {_show(value)} must be {domain}; {type(value).__name__} is no number accepted here"
    )
