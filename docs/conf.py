"""Sphinx configuration: the tutorial is executed, and every warning is an error (`sphinx-build -W`)."""

from __future__ import annotations

import importlib.metadata
import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from scalinglaws.validate.report.mathml import formula

project = "scalinglaws"
author = "the scalinglaws developers"
copyright = "2026, the scalinglaws developers"
release = importlib.metadata.version("scalinglaws")

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build", "jupyter_execute"]
html_theme = "furo"
html_title = "scalinglaws"
html_math_renderer = "mathml"

default_role = "literal"
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
napoleon_google_docstring = False
napoleon_use_rtype = False
napoleon_use_ivar = True

myst_enable_extensions = ["dollarmath"]
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 120


def _math(block: bool) -> Any:
    def visit(self: Any, node: nodes.Element) -> None:
        self.body.append(str(formula(node.astext(), block=block)))
        raise nodes.SkipNode

    return visit


def _docstring(app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]) -> None:
    """Read formulas between dollars, absolute values, and references numbered in each docstring."""
    text = "\n".join(lines)
    text = re.sub(r"(?<!\$)\$(?!\$)([^$]+?)\$", lambda m: f":math:`{' '.join(m[1].split())}`", text)
    text = re.sub(r"(?m)^\.\. (\[\d+\]) ", r"* \1 ", text)
    text = re.sub(r"(\[\d+\])_\b", r"\1", text)
    text = re.sub(r"(?<![\w`\\{])\|(\w+)\|(?![\w`])", r"\|\1\|", text)
    lines[:] = text.split("\n")


def setup(app: Sphinx) -> None:
    """Render formulas as MathML, which needs no script and no network."""
    app.add_html_math_renderer("mathml", (_math(False), None), (_math(True), None))
    app.connect("autodoc-process-docstring", _docstring)
