"""`scalinglaws validate`: the verdicts on the claims of the papers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .output import console, print_json
from .plain import plain

if TYPE_CHECKING:
    from ..runner import ClaimResult, Validation

STYLES = {
    "holds": "green",
    "holds only in a regime": "yellow",
    "fails": "red",
    "undecided": "magenta",
}


@click.command()
@click.argument("names", nargs=-1, metavar="[PAPER|CLAIM]...")
@click.option(
    "--thorough", is_flag=True, help="Take more draws and larger sizes: minutes instead of seconds."
)
@click.option("--jobs", type=int, help="Number of processes; by default one for each processor.")
@click.option("--seed", type=int, default=0, show_default=True, help="Root of all randomness.")
@click.option("--scale", type=float, default=1.0, show_default=True, help="Factor on the simulated sizes.")
@click.option("--report", type=click.Path(path_type=Path), metavar="DIR", help="Write DIR/index.html.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
@click.option("--strict", is_flag=True, help="Exit with status 1 also when a claim was found false.")
@click.pass_context
def validate(
    context: click.Context,
    names: tuple[str, ...],
    thorough: bool,
    jobs: int | None,
    seed: int,
    scale: float,
    report: Path | None,
    as_json: bool,
    strict: bool,
) -> int:
    """Examine the claims of papers and print the verdicts.

    Without a name, all claims of all papers. The exit status is 0 when every claim was decided, 1 when one
    was not (or, with --strict, was found false), and 2 when the input was refused.
    """
    from ..registry import Registry, default_registry
    from ..runner import run, simulation_legs
    from ..serialization import to_json

    registry = context.find_object(Registry) or default_registry()
    chosen = registry.find(names)
    if report is not None:
        from ..report.folder import check_writable

        check_writable(report)
    start = time.perf_counter()
    with _progress("examining claims") as progress:
        validation = run(
            chosen,
            seed=seed,
            thorough=thorough,
            scale=scale,
            family=max(1, simulation_legs(registry.claims())),
            jobs=jobs,
            progress=progress,
        )
    if report is not None:
        from ..report import write_report

        papers = {paper: registry.paper(paper).reference for paper in registry.papers}
        with _progress("drawing figures") as progress:
            written = write_report(validation, report, papers=papers, jobs=jobs, progress=progress)
    if as_json:
        print_json(to_json(validation))
    else:
        _print(validation, time.perf_counter() - start)
        if report is not None:
            click.echo(f"Report: {written}")
    return 1 if not validation.decided or (strict and validation.refuted) else 0


@contextmanager
def _progress(description: str) -> Iterator[Callable[[int, int, str], None]]:
    """Show a bar on stderr while something runs, when there is a terminal to show it on."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("[dim]{task.fields[label]}"),
    )
    out = console(stderr=True)
    with Progress(*columns, console=out, transient=True, disable=not out.is_terminal) as bar:
        task = bar.add_task(description, total=None, label="")

        def update(done: int, total: int, label: str) -> None:
            bar.update(task, completed=done, total=total, label=label)

        yield update


def _print(validation: Validation, seconds: float) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    from ..verdict import Verdict

    out = console()
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("claim", no_wrap=True)
    table.add_column("verdict")
    table.add_column("legs", justify="right")
    table.add_column("what")
    for result in validation.results:
        verdict = result.verdict.value
        style = STYLES[verdict]
        table.add_row(
            result.claim.id,
            f"[{style}]{verdict}[/{style}]",
            str(len(result.legs)),
            plain(result.claim.title).replace("[", r"\["),
        )
    out.print(table)
    for result in validation.results:
        if result.verdict is not Verdict.HOLDS:
            for line in _explanation(result):
                out.print(line, markup=False, soft_wrap=True)
            out.print()
    counts = ", ".join(f"{validation.count(verdict)} {verdict.value}" for verdict in Verdict)
    out.print(f"{counts} (seed {validation.seed}, {seconds:.0f} s)", markup=False)


def _explanation(result: ClaimResult) -> Iterator[str]:
    """Yield the lines that say what keeps a claim from holding."""
    yield f"{result.claim.id}: {result.verdict.value}"
    for case in result.cases:
        regime = plain(case.regime) or "everywhere"
        yield f"  {regime}: {case.verdict.value}"
        for leg in case.legs:
            yield f"    {leg.kind.value} {leg.outcome.value}: {plain(leg.summary)}"
