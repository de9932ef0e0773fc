"""`scalinglaws phases`: which law holds where, as text, LaTeX, JSON and a figure."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .model_options import finder, read_relations, read_settings
from .output import print_json
from .phase_output import ascii_text, diagram_json, diagram_text, heading, print_regions

if TYPE_CHECKING:
    from sympy import Expr, Symbol

    from ...theory.phase_models import PhaseModel


@click.command()
@click.argument("model")
@click.option("--of", "part", help="excess, bias or variance.  [default: excess]")
@click.option("--set", "settings", multiple=True, help="A parameter: q=1/2, or b=a.  May be repeated.")
@click.option("--where", help="Relations between the parameters: a>1, b<a+1.")
@click.option("--axes", help="Two parameters, horizontal and vertical: a,l.  By default those that remain.")
@click.option("--range", "ranges", multiple=True, help="Ends of an axis of the figure: b=1..6.")
@click.option("--plot", "path", type=click.Path(path_type=Path), help="Draw into an SVG, PNG or PDF file.")
@click.option("--latex", "as_latex", is_flag=True, help="Print LaTeX.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def phases(
    model: str,
    part: str | None,
    settings: tuple[str, ...],
    where: str | None,
    axes: str | None,
    ranges: tuple[str, ...],
    path: Path | None,
    as_latex: bool,
    as_json: bool,
) -> None:
    """Find the phases of a model: which exponent holds where, and which part of the risk leads.

    MODEL is ridge (N = T^q features, ridge T^-l), kernel (infinitely many features), ridgeless (no ridge),
    sketch (infinitely many samples), sgd (N = n^q features, step size gamma n^-g with n = T/log2 T) or
    sgd-unsketched (infinitely many features). Its parameters are the exponents a of the eigenvalues and b of
    the signal, with q, l and g where they occur. Phases, boundaries and the points where they meet are exact.
    """
    from ...theory.phase_diagram import phase_diagram
    from ...theory.phase_models import find_model

    known = find_model(model)
    chosen = part or known.parts[0]
    if chosen not in known.parts:
        raise ValueError(f"`--of` is {chosen!r}; give one of {', '.join(known.parts)}")
    put = read_settings(known.parameters, settings)
    pair = _axes(known, put, axes, needed=path is not None)
    window = _ranges(known, ranges)
    if window and path is None:
        raise ValueError("`--range` is for a figure; give `--plot FILE`")
    if path is not None:
        from ..report.files import check_path

        check_path(path, "--plot")
    relations = read_relations(known.parameters, where)
    regions = known.regions(chosen, put, relations)
    head = {
        "model": model,
        "of": chosen,
        "set": {str(symbol): ascii_text(value) for symbol, value in put.items()},
    }
    title = heading(f"{known.title}: {chosen}", regions, put)
    if pair is None:
        print_regions(regions, head, title, as_latex=as_latex, as_json=as_json)
        return
    diagram = phase_diagram(regions, *pair)
    if path is not None:
        from ..report.phases import save_phases

        save_phases(diagram, path, ranges=window, title=_figure_title(model, chosen, put))
    if as_json:
        print_json({**head, **diagram_json(diagram)})
    elif as_latex:
        click.echo(diagram.latex())
    else:
        click.echo("\n".join([title, *diagram_text(diagram)]))


def _axes(
    model: PhaseModel, put: dict[Symbol, Expr], axes: str | None, *, needed: bool
) -> tuple[Symbol, Symbol] | None:
    """Return the parameters of the plane, `None` where there is no plane."""
    from ..formulas import split_list

    left = [symbol for symbol in model.parameters if symbol not in put]
    names = ", ".join(map(str, left)) or "none"
    if axes is not None:
        wanted = [finder(model.parameters, "--axes")(name) for name in split_list(axes)]
        if len(wanted) != 2 or wanted[0] == wanted[1]:
            raise ValueError(f"`--axes` is {axes!r}; give two different parameters, such as a,b")
        taken = [symbol for symbol in wanted if symbol in put]
        if taken:
            raise ValueError(
                f"`--axes` names {taken[0]}, which is set to {put[taken[0]]}; there remain {names}"
            )
        rest = [str(symbol) for symbol in left if symbol not in wanted]
        if rest:
            raise ValueError(f"`--axes` leaves {', '.join(rest)} open; give values with --set")
        return wanted[0], wanted[1]
    if len(left) == 2:
        return left[0], left[1]
    if needed and len(left) > 2:
        raise ValueError(f"`--plot` needs two parameters, and {names} remain; set all but two with --set")
    if needed:
        raise ValueError(f"`--plot` needs two parameters, and there remain {names}; set fewer")
    return None


def _ranges(model: PhaseModel, texts: Iterable[str]) -> dict[Symbol, tuple[float, float]]:
    from ..formulas import parse_formula

    window: dict[Symbol, tuple[float, float]] = {}
    for text in texts:
        name, separator, ends = text.partition("=")
        low, dots, high = ends.partition("..")
        if not separator or not dots:
            raise ValueError(f"`--range` is {text!r}; write NAME=LOW..HIGH, such as b=1..6")
        numbers = [parse_formula(end) for end in (low, high)]
        # a name in a number leaves it open whether it is real and finite, or which one is larger
        if (
            not all(number.is_number and number.is_finite for number in numbers)
            or not numbers[0] < numbers[1]
        ):
            raise ValueError(f"`--range` is {text!r}; give two growing numbers")
        window[finder(model.parameters, "--range")(name.strip())] = (float(numbers[0]), float(numbers[1]))
    return window


def _figure_title(model: str, part: str, put: dict[Symbol, Expr]) -> str:
    from ...theory.printing import law_latex

    return ", ".join([f"{model}: {part}", *(f"${law_latex(s)} = {law_latex(v)}$" for s, v in put.items())])
