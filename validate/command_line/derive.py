"""`scalinglaws derive`: a law, a rate or an allocation with the steps that lead to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .plain import plain

if TYPE_CHECKING:
    from ...theory import Derivation, OptimalAllocation


@click.command()
@click.argument("law", required=False)
@click.option("--at", "points", multiple=True, help="Numbers that choose a region: a=2, b=5/2, q=1/2, l=0.")
@click.option("--cost", help="LAW is a risk to be allocated at this cost, such as 6*N*D.")
@click.option("--budget", default="C", show_default=True, help="The name of the budget.")
@click.option("--over", help="Resources and knobs of an allocation: N, T, 0 < gamma <= 1.")
@click.option("--where", help="Relations between the parameters of an allocation: a>1, b<a+1.")
@click.option(
    "--notation", default="project", show_default=True, help="Whose letters: project, or a paper's name."
)
@click.option(
    "--format",
    "style",
    type=click.Choice(["text", "latex", "markdown", "html"]),
    default="text",
    show_default=True,
    help="How the derivation is written.",
)
@click.option("--checks/--no-checks", default=True, show_default=True, help="Check every step by numbers.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the parameters of the checks.")
def derive(
    law: str | None,
    points: tuple[str, ...],
    cost: str | None,
    budget: str,
    over: str | None,
    where: str | None,
    notation: str,
    style: str,
    checks: bool,
    seed: int,
) -> int:
    """Derive LAW step by step; without LAW, list the laws.

    LAW is the name of a law; a model and a part of its risk, such as ridge.bias, with numbers that choose the
    region (--at); the name of a published form; or a formula for a risk, with its cost (--cost). The exit
    status is 1 if a check failed.
    """
    from ...theory import Notation, laws, rate_names
    from ...theory.parametric_forms import FORMS

    letters = Notation.named(notation)
    if law is None:
        click.echo("\n".join([*laws.names(), *rate_names(), *FORMS]))
        return 0
    found = _found(law, points, cost=cost, budget=budget, over=over, where=where)
    findings = found.check(seed=seed) if checks else None
    if style == "html":
        from ..report.derivation import render_derivation

        written = render_derivation(found.printed(letters, findings))
    else:
        write = {"text": found.text, "latex": found.latex, "markdown": found.markdown}[style]
        written = write(letters, findings)
    click.echo(plain(written) if style == "text" else written, nl=False)
    return int(any(finding is not None and not finding.passed for finding in findings or ()))


def _found(
    law: str, points: tuple[str, ...], *, cost: str | None, budget: str, over: str | None, where: str | None
) -> Derivation:
    from ...theory import derivation
    from ...theory.parametric_forms import FORMS
    from ..formulas import parse_assignments
    from .allocate import solved

    numbers = {str(symbol): value for symbol, value in parse_assignments(points).items()}
    if law in FORMS or cost is not None:
        if law in FORMS and cost is not None:
            raise ValueError(f"`--cost` does not apply to {law}, whose cost is its own")
        best = FORMS[law]().allocation() if cost is None else solved(law, cost, budget, over, where)
        return derivation(best, at={_parameter(best, name): value for name, value in numbers.items()})
    for name, option in (("--over", over), ("--where", where)):
        if option is not None:
            raise ValueError(f"`{name}` is for an allocation; give what it costs by --cost")
    from ...theory.scaling import SCALINGS

    scaling = SCALINGS.get(law.partition(".")[0])
    letters = {} if scaling is None else {str(symbol): symbol for symbol in scaling.parameters}
    for name in numbers:
        if letters and name not in letters:
            raise ValueError(f"`--at` names {name}, which is no parameter; there is {', '.join(letters)}")
    from ..formulas import real_symbol

    return derivation(
        law, at={letters.get(name, real_symbol(name)): value for name, value in numbers.items()}
    )


def _parameter(best: OptimalAllocation, name: str) -> object:
    """Return a parameter of an allocation by its name."""
    known = {str(symbol): symbol for symbol in best.problem.domain.symbols}
    if name not in known:
        there = ", ".join(sorted(known)) or "none"
        raise ValueError(f"`--at` names {name}, which is no parameter in the exponents; there is {there}")
    return known[name]
