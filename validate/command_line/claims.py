"""`scalinglaws claims`: what is known, without examining it."""

from __future__ import annotations

import click

from .output import console, print_json
from .plain import plain


@click.command()
@click.argument("names", nargs=-1, metavar="[PAPER|CLAIM]...")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def claims(context: click.Context, names: tuple[str, ...], as_json: bool) -> None:
    """List the claims of the papers, with the ways in which each is examined."""
    from ..registry import Registry, default_registry

    registry = context.find_object(Registry) or default_registry()
    found = registry.find(names)
    if as_json:
        print_json(
            [
                {
                    "id": claim.id,
                    "paper": claim.paper,
                    "title": claim.title,
                    "statement": claim.statement,
                    "source": claim.source,
                    "assumptions": list(claim.assumptions),
                    "note": claim.note,
                    "regimes": [case.regime for case in claim.cases],
                    "legs": [[leg.kind.value for leg in case.legs] for case in claim.cases],
                }
                for claim in found
            ]
        )
        return
    out = console()
    for paper in dict.fromkeys(claim.paper for claim in found):
        out.print(f"[bold]{paper}[/bold]  {registry.paper(paper).reference}", markup=True)
        for claim in found:
            if claim.paper != paper:
                continue
            kinds = dict.fromkeys(leg.kind.value for case in claim.cases for leg in case.legs)
            out.print()
            out.print(f"  {claim.id}", style="bold", markup=False, soft_wrap=True)
            out.print(f"    {claim.title} ({claim.source})", markup=False, soft_wrap=True)
            out.print(f"    {plain(claim.statement)}", markup=False, soft_wrap=True)
            out.print(f"    examined: {', '.join(kinds)}", style="dim", markup=False, soft_wrap=True)
        out.print()
