"""How results are printed: aligned words and figures, or JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import Console


def decimal(value: Any, digits: int) -> str:
    """Return a number of mpmath as a decimal string with `digits` significant digits."""
    import mpmath

    return str(mpmath.nstr(value, digits, strip_zeros=False, min_fixed=-6, max_fixed=max(digits, 6)))


def figure(value: Any, digits: int) -> str:
    """Return an enclosure as ``centre +/- radius``, and a number of mpmath as :func:`decimal` does."""
    from ...numerics import Enclosure

    return str(value) if isinstance(value, Enclosure) else decimal(value, digits)


def print_values(values: Mapping[str, str], *, as_json: bool) -> None:
    """Print named figures, one a line, or as a JSON object."""
    if as_json:
        print_json(values)
        return
    width = max(map(len, values))
    for name, value in values.items():
        click.echo(f"{name:<{width}}  {value}")


def print_json(value: Any) -> None:
    """Print JSON."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def console(*, stderr: bool = False) -> Console:
    """Return a console; text that goes to a file or a pipe gets room for whole lines."""
    from rich.console import Console

    made = Console(stderr=stderr, highlight=False, emoji=False)
    if not made.is_terminal:
        made.width = max(made.width, 120)
    return made
