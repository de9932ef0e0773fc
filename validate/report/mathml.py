"""Text with formulas as HTML: LaTeX becomes MathML, everything else is escaped."""

from __future__ import annotations

import re

from latex2mathml.converter import convert
from markupsafe import Markup, escape

_DECIMAL = re.compile(r"\s*[+-]?\d+(\.\d*)?([eE][+-]?\d+)?\s*")
_PARTS = re.compile(r"\$([^$]+)\$|`([^`]+)`")

# What the converter gets wrong for browsers: a relation as a letter, and letters, bars and functions as
# operators with blanks around them.
_REPAIRS = (
    (re.compile(r"<mi>(?:~|&#x0007E;)</mi>"), "<mo>&#x0223C;</mo>"),
    (re.compile(r"<mo>(/|&#x0002F;|∞|&#x0221E;|∂|&#x02202;)</mo>"), r"<mi>\1</mi>"),
    (
        re.compile(r'<mo stretchy="false">(\||&#x0007C;)</mo>'),
        r'<mo stretchy="false" lspace="0" rspace="0">\1</mo>',
    ),
)
_FUNCTION = re.compile(r"<m[io]>([a-z]{2,})</m[io]>(?=(<mo[^>]*>(?:\(|&#x00028;))?)")


def formula(latex: str, *, block: bool = False) -> Markup:
    r"""Return LaTeX as MathML, or as code when it cannot be converted.

    Parameters
    ----------
    latex :
        A formula without dollar signs.
    block :
        Whether it stands on a line of its own.

    Examples
    --------
    >>> "<msup>" in formula("T^{-1}")
    True
    """
    try:
        converted = convert(latex, display="block" if block else "inline")
    except Exception:  # the converter raises many kinds; whatever it was, the reader still gets the formula
        converted = ""
    # A macro the converter does not know is passed on with its backslash.
    if not converted or "\\" in converted or "&#x0005C;" in converted:
        return Markup("<code>") + escape(latex) + Markup("</code>")
    for pattern, repaired in _REPAIRS:
        converted = pattern.sub(repaired, converted)
    return Markup(_FUNCTION.sub(_function, converted))


def _function(match: re.Match[str]) -> str:
    thin = '<mspace width="0.167em"></mspace>'
    return f"{thin}<mi>{match[1]}</mi>{'' if match[2] else thin}"


def rich_text(text: str) -> Markup:
    """Return text with formulas between dollar signs and code between backticks as HTML.

    Examples
    --------
    >>> rich_text("a < b, `ridge`")
    Markup('a &lt; b, <code>ridge</code>')
    """
    out = Markup("")
    position = 0
    for match in _PARTS.finditer(text):
        out += escape(text[position : match.start()])
        out += formula(match[1]) if match[1] else Markup("<code>") + escape(match[2]) + Markup("</code>")
        position = match.end()
    return out + escape(text[position:])


def is_number(value: str | float | int) -> bool:
    """Return whether a figure of a table is a number or the decimal string of one.

    Examples
    --------
    >>> is_number("6.5e-17"), is_number("N/T = 2")
    (True, False)
    """
    return not isinstance(value, str) or _DECIMAL.fullmatch(value) is not None


def number(value: str | float | int) -> Markup:
    r"""Return a figure of a table: text as it is, numbers with minus signs and powers of ten.

    A float is shown with the digits that matter, a decimal string with those it has.

    Examples
    --------
    >>> number(-0.5), number(12), number("-1.250"), number("at most 7e-3")
    (Markup('−0.5'), Markup('12'), Markup('−1.250'), Markup('at most 7e-3'))
    """
    if not is_number(value):
        return rich_text(str(value))
    text = f"{value:.6g}" if isinstance(value, float) else str(value).strip()
    if isinstance(value, int) and abs(value) >= 10**6 and text.strip("-").strip("0") == "1":
        text = f"{'-' if value < 0 else ''}1e{text.count('0')}"
    mantissa, _, exponent = text.lower().replace("-", "\N{MINUS SIGN}").partition("e")
    if not exponent:
        return Markup(mantissa)
    times = mantissa[:-1] if mantissa.lstrip("\N{MINUS SIGN}") == "1" else f"{mantissa}\N{MIDDLE DOT}"
    power = str(int(exponent.replace("\N{MINUS SIGN}", "-"))).replace("-", "\N{MINUS SIGN}")
    return Markup(f"{times}10<sup>{power}</sup>")
