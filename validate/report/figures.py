"""Figures as SVG that stands inside a page: it takes the colour of the text and loads nothing."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Mapping
from typing import Any

import matplotlib as mpl
from markupsafe import escape
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter

from .curves import Curve, CurveKind, FigureData, Panel

# Middle tones, told apart by people with any colour vision, on white and on black.
COLOURS = ("#2f7fc1", "#d9682a", "#2f9e77", "#8f7ac6")
_INK = "#010203"  # stands for the colour of the text and occurs nowhere else

STYLE: dict[Any, Any] = {
    "axes.edgecolor": _INK,
    "axes.labelcolor": _INK,
    "axes.linewidth": 0.8,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": 10.5,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "font.family": "serif",
    "font.size": 10.5,
    "legend.frameon": False,
    "legend.fontsize": 9.5,
    "lines.linewidth": 1.6,
    "mathtext.fontset": "cm",
    "svg.fonttype": "path",
    "text.color": _INK,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "xtick.minor.size": 1.5,
    "ytick.minor.size": 1.5,
}

#: For a picture that stands alone.
ON_WHITE: dict[Any, Any] = {
    **STYLE,
    **dict.fromkeys(
        ("axes.edgecolor", "axes.labelcolor", "text.color", "xtick.color", "ytick.color"), "#1c1c1c"
    ),
    **dict.fromkeys(("figure.facecolor", "axes.facecolor", "savefig.facecolor"), "white"),
    "svg.hashsalt": "figure",
}


def draw(data: FigureData, style: Mapping[Any, Any] = STYLE) -> Figure:
    """Return a figure as a matplotlib object, on logarithmic axes.

    Parameters
    ----------
    data :
        What it shows.
    style :
        Settings of matplotlib.
    """
    with mpl.rc_context(dict(style)):
        count = len(data.panels)
        figure = Figure(figsize=(6.4 if count == 1 else 4.1 * count, 3.9), layout="constrained")
        for axes, panel in zip(figure.subplots(1, count, squeeze=False)[0], data.panels, strict=True):
            _draw_panel(axes, panel)
    return figure


def to_svg(data: FigureData) -> str:
    """Return a figure as the text of one SVG element.

    Parameters
    ----------
    data :
        What it shows; its name makes the identifiers inside the element unique on a page.
    """
    figure = draw(data)
    buffer = io.StringIO()
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    with mpl.rc_context({**STYLE, "svg.hashsalt": data.name}):
        figure.savefig(buffer, format="svg", metadata=nothing)
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :].replace(_INK, "currentColor")
    svg = re.sub(r"\s*<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'\bid="([^"]+)"', rf'id="{data.name}-\1"', svg)
    svg = re.sub(r'href="#([^"]+)"', rf'href="#{data.name}-\1"', svg)
    svg = re.sub(r"url\(#([^)]+)\)", rf"url(#{data.name}-\1)", svg)
    # The page decides on the width; the view box keeps the proportions.
    svg = re.sub(r'^<svg([^>]*?) height="[^"]*"', r"<svg\1", svg, count=1)
    svg = re.sub(r'^<svg([^>]*?) width="[^"]*"', r"<svg\1", svg, count=1)
    head, _, tail = svg.partition(">")
    # Letters are of one size in all figures: what is wider in inches is wider on the page.
    width = 7.2 * figure.get_figwidth()
    return f'{head} style="max-width: {width:.0f}rem" role="img" aria-label="{escape(data.title)}">{tail}'


def _draw_panel(axes: Axes, panel: Panel) -> None:
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel(panel.x_label)
    axes.set_ylabel(panel.y_label)
    if panel.title:
        axes.set_title(panel.title)
    for curve in panel.curves:
        _draw_curve(axes, curve)
    if panel.y_range:
        axes.set_ylim(*panel.y_range)
    for place, label in panel.marks:
        axes.axvline(place, color=_INK, linewidth=0.7, linestyle=(0, (1, 2)), zorder=0)
        axes.annotate(
            label,
            (place, 1),
            xycoords=("data", "axes fraction"),
            xytext=(4, -3),
            textcoords="offset points",
            va="top",
        )
    _label_between_powers(axes.xaxis)
    axes.legend()


def _label_between_powers(axis: Axis) -> None:
    """Label multiples of a power of ten on an axis that is so short that the powers are few."""
    low, high = axis.get_view_interval()
    if high >= 50 * low:
        axis.set_minor_formatter(NullFormatter())
        return
    digits = (1, 2, 5) if high >= 6 * low else range(1, 6)

    def label(place: float, _: int) -> str:
        power = math.floor(math.log10(place) + 1e-9)
        digit = round(place / 10.0**power)
        if digit not in digits:
            return ""
        if power == 0:
            return f"${digit}$"
        return rf"$10^{{{power}}}$" if digit == 1 else rf"${digit}\times10^{{{power}}}$"

    axis.set_minor_formatter(FuncFormatter(label))
    axis.set_major_formatter(FuncFormatter(label))


def _draw_curve(axes: Axes, curve: Curve) -> None:
    colour = COLOURS[curve.family % len(COLOURS)]
    label = curve.label or None
    match curve.kind:
        case CurveKind.THEORY:
            axes.plot(curve.x, curve.y, color=colour, label=label, zorder=2)
        case CurveKind.LAW:
            axes.plot(
                curve.x, curve.y, color=colour, label=label, linestyle=(0, (5, 3)), linewidth=1.1, zorder=1
            )
        case CurveKind.HISTOGRAM:
            axes.stairs(
                curve.y, curve.x, color=colour, label=label, fill=True, alpha=0.35, linewidth=0, zorder=0
            )
        case CurveKind.SIMULATION:
            # An error bar that reaches below zero has no end on a logarithmic axis.
            lower = [min(error, 0.999 * y) for y, error in zip(curve.y, curve.error, strict=True)]
            axes.errorbar(
                curve.x,
                curve.y,
                yerr=(lower, curve.error),
                color=colour,
                label=label,
                linestyle="none",
                marker="o",
                markersize=4,
                markerfacecolor=colour,
                markeredgewidth=0,
                elinewidth=1.1,
                capsize=2,
                zorder=3,
            )
