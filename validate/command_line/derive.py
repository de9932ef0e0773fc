"""`scalinglaws derive`: a law with the steps that lead to it."""

from __future__ import annotations

import click

from .plain import plain


@click.command()
@click.argument("law", required=False)
@click.option(
    "--notation", default="project", show_default=True, help="Whose letters: project, or a paper's name."
)
@click.option(
    "--format",
    "style",
    type=click.Choice(["text", "latex", "markdown"]),
    default="text",
    show_default=True,
    help="How the derivation is written.",
)
def derive(law: str | None, notation: str, style: str) -> None:
    """Derive LAW step by step; without LAW, list the laws."""
    from ...theory import Notation, laws

    letters = Notation.named(notation)
    if law is None:
        click.echo("\n".join(laws.names()))
        return
    derivation = laws.derive(law)
    write = {"text": derivation.text, "latex": derivation.latex, "markdown": derivation.markdown}[style]
    written = write(letters)
    click.echo(plain(written) if style == "text" else written, nl=False)
