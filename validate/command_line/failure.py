"""The one place where an error becomes a line on stderr and an exit status."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any, NoReturn

import click
from click.exceptions import NoArgsIsHelpError

# What is raised for bad input, for precision that cannot be had, and for what the system refuses.
_EXPECTED = (ValueError, TypeError, ArithmeticError, RuntimeError, OSError, MemoryError)

INPUT_ERROR = 2
INTERRUPTED = 130


class CommandLine(click.Group):
    """A group of commands that answers every expected error with one line, never with a traceback."""

    def main(self, args: Sequence[str] | None = None, **extra: Any) -> Any:  # type: ignore[override]
        """Run the command that the arguments name and leave the process with its exit status."""
        standalone = extra.pop("standalone_mode", True)
        extra["prog_name"] = extra.get("prog_name") or "scalinglaws"
        try:
            status = super().main(args, standalone_mode=False, **extra)
        except click.Abort:
            _leave("interrupted", INTERRUPTED)
        except NoArgsIsHelpError as error:
            error.show()
            sys.exit(INPUT_ERROR)
        except click.ClickException as error:
            _leave(error.format_message(), INPUT_ERROR)
        except _EXPECTED as error:
            _leave(_message(error), INPUT_ERROR)
        if not standalone:
            return status
        sys.exit(status if isinstance(status, int) else 0)


def _message(error: BaseException) -> str:
    if isinstance(error, MemoryError):
        return "not enough memory; ask for smaller sizes"
    if isinstance(error, OSError) and error.strerror and error.filename:
        return f"{error.filename}: {error.strerror}"
    return str(error) or type(error).__name__


def _leave(message: str, status: int) -> NoReturn:
    click.echo(f"Error: {' '.join(message.split())}", err=True)
    sys.exit(status)
