"""Text with formulas as HTML: LaTeX becomes MathML, everything else is escaped."""

from __future__ import annotations

import re

from latex2mathml.converter import convert
from markupsafe import Markup, escape

_PARTS = re.compile(r"\$([^$]+)\$|`([^`]+)`")

# Browsers space these as operators, TeX as ordinary symbols and as names of functions.
_ORDINARY = re.compile(r"<mo>(/|&#x0002F;|∞|&#x0221E;)</mo>")
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
    converted = _ORDINARY.sub(r"<mi>\1</mi>", converted)
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


def number(value: str | float | int) -> Markup:
    r"""Return a figure of a table: text as it is, floats with the digits that matter, large powers as powers.

    Examples
    --------
    >>> number(-0.5), number(12), number("7e-3 or so")
    (Markup('−0.5'), Markup('12'), Markup('7e-3 or so'))
    """
    if isinstance(value, str):
        return rich_text(value)
    text = str(value) if isinstance(value, int) else f"{value:.6g}"
    if isinstance(value, int) and abs(value) >= 10**6 and text.strip("-").strip("0") == "1":
        text = f"{'-' if value < 0 else ''}1e{text.count('0')}"
    mantissa, _, exponent = text.partition("e")
    if not exponent:
        return escape(text.replace("-", "\N{MINUS SIGN}"))
    times = "" if mantissa in {"1", "-1"} else rf"{mantissa}\cdot "
    sign = "-" if mantissa == "-1" else ""
    return formula(f"{sign}{times}10^{{{int(exponent)}}}")
