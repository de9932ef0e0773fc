"""A derivation as an HTML page of its own: words, MathML, and what the spot checks found."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ...theory.derivation_print import PrintedDerivation
from .mathml import formula, rich_text


def render_derivation(printed: PrintedDerivation) -> str:
    """Return the page as text: one file that loads nothing and runs nothing.

    Parameters
    ----------
    printed :
        what `Derivation.printed` returns.
    """
    environment = Environment(
        loader=PackageLoader(__package__ or __name__, package_path="."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"rich": rich_text, "formula": formula}
    folder = Path(__file__).parent
    style = "".join((folder / name).read_text(encoding="utf-8") for name in ("page.css", "derivation.css"))
    return environment.get_template("derivation.html.jinja2").render(printed=printed, style=Markup(style))
