"""`scalinglaws derive`: a law with the steps that lead to it."""

from __future__ import annotations

import difflib

import click


@click.command()
@click.argument("law", required=False)
@click.option(
    "--notation", help="Letters of a paper, for instance maloney2022; the project's own by default."
)
@click.option(
    "--format",
    "style",
    type=click.Choice(["text", "latex", "markdown"]),
    default="text",
    show_default=True,
    help="How the derivation is written.",
)
def derive(law: str | None, notation: str | None, style: str) -> None:
    """Derive LAW step by step; without LAW, list the laws."""
    from ...theory import laws

    names = laws.names()
    if law is None:
        click.echo("\n".join(names))
        return
    if law not in names:
        near = difflib.get_close_matches(law.lower(), names, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]!r}?" if near else "`scalinglaws derive` lists them"
        raise ValueError(f"no law is named {law!r}; {hint}")
    derivation = laws.derive(law)
    write = {"text": derivation.text, "latex": derivation.latex, "markdown": derivation.markdown}[style]
    click.echo(write(notation))
